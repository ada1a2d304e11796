package access

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/s2s"
)

// hurried is a directory whose caller is gone when the answer is known.
type hurried struct {
	Directory
	hangUp func()
}

func (h hurried) Verify(ctx context.Context, login, password string) (directory.User, error) {
	defer h.hangUp()
	return h.Directory.Verify(ctx, login, password)
}

// Who hangs up before the refusal is written, as HTTP/2 makes it cheap to do,
// is in the audit all the same.
func TestHangingUpHidesNothing(t *testing.T) {
	o := newOffice(t, RateLimit{})
	foreign := strings.Replace(o.token(t, "ken@litware.test"), "e", "f", 12)
	for name, c := range map[string]struct{ credentials, kind string }{
		"token":    {"Bearer " + foreign, "bearer"},
		"password": {basic("ken@litware.test", "wrong"), "basic"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, hangUp := context.WithCancel(t.Context())
			door, err := New(Config{
				Verifier: func(context.Context) (s2s.Verifier, error) {
					if name == "token" {
						hangUp()
					}
					return s2s.Verifier{App: exchange.App, Hosts: []string{host}, Realms: map[s2s.Realm]string{exchange.Realm: "litware"},
						Trust: o.partners, Users: directory.TokenUsers{Directory: o.directory}, Now: o.clock.Now}, nil
				},
				Issuers: o.partners.TrustedIssuers, Directory: hurried{o.directory, hangUp}, Audit: o.journal, Now: o.clock.Now,
				Methods: func(context.Context, string) (Methods, error) { return Methods{OAuth: true, Basic: true}, nil },
			})
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequestWithContext(ctx, http.MethodPost, "https://"+host+"/", nil)
			r.Header.Set("Authorization", c.credentials)
			inner := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached the handler") })
			door.Guard(Endpoint{Name: "EWS", AppOnly: true, ActAs: true})(inner).ServeHTTP(httptest.NewRecorder(), r)
			if e := o.last(t); e.Kind != c.kind || e.Accepted || e.Reason == "" {
				t.Errorf("the audit has %+v", e)
			}
		})
	}
}

// A request that nobody waits for is not looked at, and is no failure of ours
// that fills the log.
func TestHungUpBeforeTheDoor(t *testing.T) {
	o := newOffice(t, RateLimit{})
	var log bytes.Buffer
	door, err := New(Config{
		Verifier: func(ctx context.Context) (s2s.Verifier, error) { return s2s.Verifier{}, ctx.Err() },
		Issuers:  o.partners.TrustedIssuers, Directory: o.directory, Audit: o.journal, Now: o.clock.Now,
		Methods: func(ctx context.Context, _ string) (Methods, error) {
			return Methods{OAuth: true, Basic: true}, ctx.Err()
		},
		Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	inner := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached the handler") })
	for _, credentials := range []string{"Bearer " + o.token(t, "ken@litware.test"), basic("ken@litware.test", "correct horse"), "Bearer"} {
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "https://"+host+"/", nil)
		r.Header.Set("Authorization", credentials)
		door.Guard(Endpoint{Name: "EWS", AppOnly: true, ActAs: true})(inner).ServeHTTP(httptest.NewRecorder(), r)
	}
	if log.Len() > 0 {
		t.Errorf("logged: %s", &log)
	}
	if e := o.last(t); e.Reason != "" {
		t.Errorf("the audit has %+v", e)
	}
}

// The audit is a file on a disk. Who has used up his failures cannot fill it,
// nor keep it busy, by going on.
func TestAFloodIsRecordedNowAndThen(t *testing.T) {
	o := newOffice(t, RateLimit{Tokens: Budget{2, time.Hour}, Sources: Budget{2, time.Hour}})
	bad := "Bearer " + strings.Replace(o.token(t, "ken@litware.test"), "e", "f", 12)
	limited := func(kind string) int {
		all, err := o.journal.Accesses(t.Context(), journal.Filter{Limit: 1000, Reason: reasonLimit})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, e := range all {
			if e.Kind == kind {
				n++
			}
		}
		return n
	}
	flood := func(remote, credentials string) {
		for range 50 {
			o.call(t, remote, credentials)
		}
	}
	for name, c := range map[string]struct{ credentials, kind string }{
		"tokens":    {bad, "bearer"},
		"passwords": {basic("ken@litware.test", "wrong"), "basic"},
	} {
		t.Run(name, func(t *testing.T) {
			o.observed = nil
			flood(here, c.credentials)
			if n := limited(c.kind); n != 1 {
				t.Errorf("%d entries for one source, want 1", n)
			}
			if n := len(o.observed); n != 50 {
				t.Errorf("metrics count %d of 50", n)
			}
			flood("192.0.2.7:1", c.credentials)
			if n := limited(c.kind); n != 2 {
				t.Errorf("%d entries for two sources, want 2", n)
			}
			o.clock.advance(tellEvery)
			flood(here, c.credentials)
			if n := limited(c.kind); n != 3 {
				t.Errorf("%d entries after a while, want 3", n)
			}
		})
	}
}

// Requests that are refused before anything in them is judged come out of a
// budget as well.
func TestNoRefusalIsFree(t *testing.T) {
	for name, c := range map[string]struct {
		methods     Methods
		credentials []string
		entries     int // at the most
	}{
		"two Authorization fields":     {Methods{OAuth: true, Basic: true}, []string{"Bearer a", "Bearer b"}, 3},
		"a password of no form":        {Methods{OAuth: true, Basic: true}, []string{"Basic !"}, 3},
		"a login that is too long":     {Methods{Basic: true}, []string{basic(strings.Repeat("k", maxLogin+1), "x")}, 3},
		"a token where none is taken":  {Methods{Basic: true}, []string{"Bearer a.b.c"}, 1},
		"two where no token is taken":  {Methods{Basic: true}, []string{"Bearer a", "Bearer b"}, 1},
		"a token where nobody gets in": {Methods{}, []string{"Bearer a.b.c"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, RateLimit{Tokens: Budget{2, time.Hour}, Sources: Budget{2, time.Hour}})
			o.methods = c.methods
			for range 50 {
				o.call(t, here, c.credentials...)
			}
			all, err := o.journal.Accesses(t.Context(), journal.Filter{Limit: 1000})
			if err != nil {
				t.Fatal(err)
			}
			if len(all) == 0 || len(all) > c.entries {
				t.Errorf("%d entries for 50 requests, at the most %d are wanted", len(all), c.entries)
			}
		})
	}
}
