package access

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/rbac"
	"github.com/matchseal/matchseal/s2s"
)

const (
	bearerChallenge = `Bearer client_id="00000002-0000-0ff1-ce00-000000000000", ` +
		`trusted_issuers="00000004-0000-0ff1-ce00-000000000000@litware.test", ` +
		`token_types="app_asserted_user_v1 service_asserted_app_v1"`
	basicChallenge = `Basic realm="mail.litware.test"`
)

func basic(login, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(login+":"+password))
}

func wantChallenges(t *testing.T, a answer, want ...string) {
	t.Helper()
	if a.status != http.StatusUnauthorized {
		t.Errorf("status %d, want 401", a.status)
	}
	if diff := cmp.Diff(want, a.header.Values("WWW-Authenticate")); diff != "" {
		t.Errorf("WWW-Authenticate: %s", diff)
	}
}

func TestNobody(t *testing.T) {
	o := newOffice(t, RateLimit{})
	for _, c := range []struct {
		name    string
		methods Methods
		want    []string
	}{
		{"both schemes, each in a field of its own", Methods{OAuth: true, Basic: true}, []string{bearerChallenge, basicChallenge}},
		{"OAuth only", Methods{OAuth: true}, []string{bearerChallenge}},
		{"004-13 as Exchange comes: no Bearer challenge", Methods{Basic: true}, []string{basicChallenge}},
		{"nothing", Methods{}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			o.methods = c.methods
			a := o.call(t, here)
			wantChallenges(t, a, c.want...)
			if !regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(a.header.Get("request-id")) {
				t.Errorf("request-id %q", a.header.Get("request-id"))
			}
			if a.header.Get("x-ms-diagnostics") != "" {
				t.Error("diagnostics for nobody")
			}
		})
	}
	o.methods = Methods{OAuth: true, Basic: true}
	t.Run("an empty Bearer is a question, not an attempt", func(t *testing.T) {
		wantChallenges(t, o.call(t, here, "Bearer"), bearerChallenge, basicChallenge)
		wantChallenges(t, o.call(t, here, "bEaReR \t"), bearerChallenge, basicChallenge)
	})
	t.Run("another scheme", func(t *testing.T) {
		wantChallenges(t, o.call(t, here, "Negotiate TlRMTVNTUA=="), bearerChallenge, basicChallenge)
	})
	if e := o.last(t); e.Record != 0 {
		t.Errorf("the audit has %+v", e)
	}
}

func TestToken(t *testing.T) {
	o := newOffice(t, RateLimit{})
	roles := []string{string(rbac.ArchiveApplication), string(rbac.UserApplication)}
	t.Run("act-as", func(t *testing.T) {
		token := o.token(t, "ken@litware.test")
		a := o.call(t, here, "Bearer "+token)
		if a.status != http.StatusOK {
			t.Fatalf("%d %v", a.status, a.header)
		}
		c := a.caller
		if c.Kind != ActAs || c.User.ID != o.ken.ID || c.Account.ID != o.account.ID || c.Partner != "LyncEnterprise" || c.Application != skype ||
			c.RequestID != a.header.Get("request-id") || !c.Expires.Equal(start.Add(time.Hour)) {
			t.Errorf("caller %+v", c)
		}
		if diff := cmp.Diff(roles, c.Roles); diff != "" {
			t.Errorf("effective roles: %s", diff)
		}
		if !c.May("CreateItem") || c.May("SetHoldOnMailboxes") || c.May(string(rbac.Impersonate)) {
			t.Error("the roles do not bound the caller")
		}
		e := o.last(t)
		want := journal.Access{
			Record: e.Record, Time: start, RequestID: c.RequestID, Endpoint: "EWS", Remote: "192.0.2.1", Accepted: true, Kind: "act-as",
			Application: skype.String(), Issuer: skype.String(), Partner: "LyncEnterprise", User: "ken@litware.test",
			Audience: "00000002-0000-0ff1-ce00-000000000000/mail.litware.test@litware.test",
			Key:      s2s.ThumbprintOf(signing().cert).String(), TokenHash: e.TokenHash, Expires: start.Add(time.Hour),
		}
		if diff := cmp.Diff(want, e); diff != "" || len(e.TokenHash) != 16 {
			t.Errorf("audit: %s", diff)
		}
		if text := fmt.Sprintf("%+v", e); strings.Contains(text, token) || strings.Contains(text, token[len(token)-40:]) {
			t.Error("the audit holds the token")
		}
	})
	t.Run("003-05 app-only shows who calls", func(t *testing.T) {
		a := o.call(t, here, "Bearer "+o.token(t, ""))
		if c := a.caller; a.status != http.StatusOK || c.Kind != AppOnly || c.User.ID != "" || c.Account.ID != o.account.ID || c.Principal() == "" {
			t.Errorf("%d %+v", a.status, c)
		}
		if e := o.last(t); e.Application != "00000004-0000-0ff1-ce00-000000000000@litware.test" || e.Kind != "app-only" || e.User != "" {
			t.Errorf("audit %+v", e)
		}
	})
	t.Run("refused, with the step in the audit only", func(t *testing.T) {
		a := o.call(t, here, "Bearer "+o.token(t, "", func(x *s2s.Actor) { x.Audience.Host = "other.litware.test" }))
		wantChallenges(t, a, bearerChallenge+`, error="invalid_token"`, basicChallenge)
		if got, want := a.header.Get("x-ms-diagnostics"), `2000003;reason="The audience claim value is invalid 'aud'.";error_category="invalid_resource"`; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		e := o.last(t)
		if e.Accepted || e.Step != "V10" || e.Reason != "aud.host" || e.Code != 2000003 || e.RequestID != a.header.Get("request-id") {
			t.Errorf("audit %+v", e)
		}
	})
	t.Run("refused, with what the token claims", func(t *testing.T) {
		o.call(t, here, "Bearer "+o.token(t, "nobody@litware.test"))
		e := o.last(t)
		if e.Accepted || e.Kind != "act-as" || e.Issuer != skype.String() || e.Application != skype.String() || e.User != "nobody@litware.test" ||
			e.Key != s2s.ThumbprintOf(signing().cert).String() || !strings.HasPrefix(e.Audience, "00000002-") {
			t.Errorf("audit %+v", e)
		}
		o.call(t, here, "Bearer a.b.c")
		if e := o.last(t); e.Kind != "bearer" || e.Issuer != "" || e.Code != 2000001 {
			t.Errorf("audit of rubbish %+v", e)
		}
	})
	t.Run("two Authorization fields", func(t *testing.T) {
		a := o.call(t, here, "Bearer "+o.token(t, ""), basic("ken@litware.test", "correct horse"))
		if a.status != http.StatusUnauthorized || o.last(t).Reason != "authorization.repeated" {
			t.Errorf("%d, audit %+v", a.status, o.last(t))
		}
	})
	t.Run("users cannot be told apart from outside", func(t *testing.T) {
		unknown := o.call(t, here, "Bearer "+o.token(t, "nobody@litware.test"))
		disabled := o.call(t, here, "Bearer "+o.token(t, "LyncEnterprise-ApplicationAccount@litware.test"))
		for _, a := range []answer{unknown, disabled} {
			a.header.Del("request-id")
		}
		if diff := cmp.Diff(unknown.header, disabled.header); diff != "" || unknown.status != disabled.status || unknown.body != disabled.body {
			t.Errorf("%d %d %s", unknown.status, disabled.status, diff)
		}
		if e := o.last(t); e.Reason != "user.disabled" {
			t.Errorf("audit %+v", e)
		}
	})
	t.Run("metrics", func(t *testing.T) {
		if x := o.observed[0]; !x.Accepted || x.Kind != ActAs || x.Endpoint != "EWS" {
			t.Errorf("first %+v", x)
		}
		if x := o.observed[2]; x.Accepted || x.Code != s2s.InvalidResource || x.Reason != "aud.host" {
			t.Errorf("third %+v", x)
		}
	})
}

func TestOAuthSwitchedOff(t *testing.T) {
	o := newOffice(t, RateLimit{})
	good := "Bearer " + o.token(t, "ken@litware.test")
	o.methods = Methods{Basic: true}
	t.Run("004-13 a good token gets 401, no Bearer challenge, no diagnostics", func(t *testing.T) {
		a := o.call(t, here, good)
		wantChallenges(t, a, basicChallenge)
		if a.header.Get("x-ms-diagnostics") != "" {
			t.Error("the verifier speaks although it is switched off")
		}
		if e := o.last(t); e.Accepted || e.Reason != "oauth.disabled" {
			t.Errorf("audit %+v", e)
		}
	})
	t.Run("004-13 switched on, the next request is accepted", func(t *testing.T) {
		o.methods.OAuth = true
		if a := o.call(t, here, good); a.status != http.StatusOK {
			t.Errorf("%d %v", a.status, a.header)
		}
	})
}

func TestRightsOfAnApplication(t *testing.T) {
	o := newOffice(t, RateLimit{})
	set := func(change func(*partner.Application)) {
		t.Helper()
		if _, err := o.partners.Set(t.Context(), "admin", "LyncEnterprise", change); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(t *testing.T, upn string, status int, step, reason string) {
		t.Helper()
		a := o.call(t, here, "Bearer "+o.token(t, upn))
		if e := o.last(t); a.status != status || e.Step != step || e.Reason != reason {
			t.Errorf("%d %s %s, want %d %s %s", a.status, e.Step, e.Reason, status, step, reason)
		}
		if reason == "rights.none" {
			want := `2000008;reason="The token should have valid permissions or linked account associated with partner application.";error_category="invalid_grant"`
			if got := a.header.Get("x-ms-diagnostics"); got != want {
				t.Errorf("diagnostics %s", got)
			}
		}
	}
	t.Run("004-07 by trust level", func(t *testing.T) {
		for _, c := range []struct {
			level         s2s.TrustLevel
			itself, asKen int
		}{{s2s.Full, 200, 200}, {s2s.ApplicationOnly, 200, 401}, {s2s.UserOnly, 401, 401}} {
			set(func(a *partner.Application) { a.TrustLevel = c.level })
			if got := o.call(t, here, "Bearer "+o.token(t, "")).status; got != c.itself {
				t.Errorf("%s, app-only: %d, want %d", c.level, got, c.itself)
			}
			if got := o.call(t, here, "Bearer "+o.token(t, "ken@litware.test")).status; got != c.asKen {
				t.Errorf("%s, act-as: %d, want %d", c.level, got, c.asKen)
			}
		}
		set(func(a *partner.Application) { a.TrustLevel = s2s.Full })
	})
	t.Run("no linked account", func(t *testing.T) {
		set(func(a *partner.Application) { a.LinkedAccount = "" })
		expect(t, "ken@litware.test", 401, "V24", "rights.none")
	})
	t.Run("an account that is not there", func(t *testing.T) {
		set(func(a *partner.Application) { a.LinkedAccount = "gone" })
		expect(t, "", 401, "V24", "rights.none")
	})
	t.Run("an ordinary account without roles, then disabled", func(t *testing.T) {
		set(func(a *partner.Application) { a.LinkedAccount = o.ken.ID })
		expect(t, "", 401, "V24", "rights.none")
		if _, err := o.roles.Assign(t.Context(), rbac.Assignment{Role: rbac.UserApplication, AssigneeID: o.ken.ID, Assignee: "ken"}); err != nil {
			t.Fatal(err)
		}
		expect(t, "", 200, "", "")
		ken, err := o.directory.User(t.Context(), o.ken.ID)
		if err != nil {
			t.Fatal(err)
		}
		ken.Enabled = false
		if err := o.directory.SetUser(t.Context(), ken); err != nil {
			t.Fatal(err)
		}
		expect(t, "", 401, "V24", "rights.none")
	})
	t.Run("switched off, from the next request", func(t *testing.T) {
		set(func(a *partner.Application) { a.LinkedAccount = o.account.ID })
		expect(t, "", 200, "", "")
		set(func(a *partner.Application) { a.Enabled = false })
		expect(t, "", 401, "V16", "app.disabled")
		set(func(a *partner.Application) { a.Enabled = true })
	})
	t.Run("an endpoint that takes one kind only", func(t *testing.T) {
		o.open(t, RateLimit{}, Endpoint{Name: "ECP", ActAs: true})
		expect(t, "", 401, "V24", "rights.none")
		expect(t, "pilar@litware.test", 200, "", "")
	})
	t.Run("a role without linked accounts", func(t *testing.T) {
		set(func(a *partner.Application) { a.LinkedAccount = "" })
		door, err := New(Config{
			Verifier: func(context.Context) (s2s.Verifier, error) {
				return s2s.Verifier{App: exchange.App, Hosts: []string{host}, Realms: map[s2s.Realm]string{exchange.Realm: "litware"},
					Trust: o.partners, Users: directory.TokenUsers{Directory: o.directory}, Now: o.clock.Now}, nil
			},
			Issuers: o.partners.TrustedIssuers, Directory: o.directory, Audit: o.journal, Now: o.clock.Now,
			Methods: func(context.Context, string) (Methods, error) { return Methods{OAuth: true}, nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		reached := false
		o.handler = door.Guard(Endpoint{Name: "UCWA", ActAs: true})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c, _ := CallerFrom(r.Context())
			reached = c.Kind == ActAs && len(c.Roles) == 0 && c.User.UPN == "pilar@litware.test"
			w.WriteHeader(http.StatusNoContent)
		}))
		if a := o.call(t, here, "Bearer "+o.token(t, "pilar@litware.test")); a.status != http.StatusNoContent || !reached {
			t.Errorf("%d, reached with the right caller: %t", a.status, reached)
		}
	})
}

func TestPassword(t *testing.T) {
	o := newOffice(t, RateLimit{})
	t.Run("right", func(t *testing.T) {
		a := o.call(t, here, basic("KEN@litware.test", "correct horse"))
		if c := a.caller; a.status != http.StatusOK || c.Kind != Basic || c.User.ID != o.ken.ID || c.Partner != "" || !c.May("CreateItem") || c.May(string(rbac.Impersonate)) {
			t.Errorf("%d %+v", a.status, c)
		}
		if e := o.last(t); !e.Accepted || e.Kind != "basic" || e.User != "ken@litware.test" {
			t.Errorf("audit %+v", e)
		}
	})
	t.Run("wrong, unknown and without password look the same", func(t *testing.T) {
		var first answer
		for i, credentials := range []string{basic("ken@litware.test", "wrong"), basic("nobody@litware.test", "x"), basic("pilar@litware.test", "x"), basic("", ""), "Basic ???"} {
			a := o.call(t, here, credentials)
			wantChallenges(t, a, bearerChallenge, basicChallenge)
			a.header.Del("request-id")
			if i == 0 {
				first = a
			}
			if diff := cmp.Diff(first.header, a.header); diff != "" || a.body != first.body {
				t.Errorf("%s: %s", credentials, diff)
			}
			if e := o.last(t); e.Accepted || strings.Contains(fmt.Sprintf("%+v", e), "wrong") {
				t.Errorf("audit %+v", e)
			}
		}
	})
	t.Run("too long to look at", func(t *testing.T) {
		wantChallenges(t, o.call(t, here, basic(strings.Repeat("k", maxLogin+1), "x")), bearerChallenge, basicChallenge)
	})
	t.Run("switched off", func(t *testing.T) {
		o.methods = Methods{OAuth: true}
		wantChallenges(t, o.call(t, here, basic("ken@litware.test", "correct horse")), bearerChallenge)
	})
}

func TestFailedPasswordsAreLimited(t *testing.T) {
	o := newOffice(t, RateLimit{Sources: Budget{5, time.Minute}, Accounts: Budget{3, 10 * time.Minute}})
	const there = "198.51.100.7:1"
	right := basic("ken@litware.test", "correct horse")
	limited := func(a answer, retry string) {
		t.Helper()
		if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") != retry || len(a.header.Values("WWW-Authenticate")) != 0 {
			t.Errorf("%d, Retry-After %q, want 429 and %s", a.status, a.header.Get("Retry-After"), retry)
		}
	}
	if a := o.call(t, here, right); a.status != http.StatusOK {
		t.Fatal(a.status)
	}
	for range 3 {
		o.call(t, there, basic("ken@litware.test", "guess"))
	}
	t.Run("the account is closed to strangers, in any spelling", func(t *testing.T) {
		limited(o.call(t, there, basic("Ken@LITWARE.test", "guess")), "600")
		limited(o.call(t, "203.0.113.9:1", right), "600")
		if e := o.last(t); e.Reason != "rate.limited" || e.Accepted || e.Remote != "203.0.113.9" {
			t.Errorf("audit %+v", e)
		}
	})
	t.Run("but not to where its user is known", func(t *testing.T) {
		if a := o.call(t, here, right); a.status != http.StatusOK {
			t.Errorf("%d: strangers lock a user out", a.status)
		}
	})
	t.Run("then the source is closed", func(t *testing.T) {
		for i := range 2 {
			o.call(t, there, basic(fmt.Sprintf("user%d@litware.test", i), "guess"))
		}
		limited(o.call(t, there, basic("pilar@litware.test", "guess")), "60")
	})
	t.Run("tokens have a budget of their own", func(t *testing.T) {
		if a := o.call(t, there, "Bearer "+o.token(t, "")); a.status != http.StatusOK {
			t.Error(a.status)
		}
	})
	t.Run("time heals", func(t *testing.T) {
		o.clock.advance(10 * time.Minute)
		if a := o.call(t, there, right); a.status != http.StatusOK {
			t.Error(a.status)
		}
	})
}

func TestFailedTokensAreLimited(t *testing.T) {
	o := newOffice(t, RateLimit{Tokens: Budget{3, 10 * time.Second}})
	bad := "Bearer " + o.token(t, "", func(a *s2s.Actor) { a.Issuer.Realm = "stranger.test"; a.NameID.Realm = "stranger.test" })
	good := "Bearer " + o.token(t, "")
	for range 10 { // refusals over users are no attack
		o.call(t, here, "Bearer "+o.token(t, "nobody@litware.test"))
	}
	for range 3 {
		if a := o.call(t, here, bad); a.status != http.StatusUnauthorized {
			t.Fatal(a.status)
		}
	}
	if a := o.call(t, here, good); a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") != "10" || a.header.Get("request-id") == "" {
		t.Errorf("%d %v", a.status, a.header)
	}
	if a := o.call(t, here, "Bearer"); a.status != http.StatusUnauthorized {
		t.Errorf("a question is answered with %d", a.status)
	}
	if a := o.call(t, "192.0.2.2:1", good); a.status != http.StatusOK {
		t.Errorf("another source gets %d", a.status)
	}
	o.clock.advance(11 * time.Second)
	if a := o.call(t, here, good); a.status != http.StatusOK {
		t.Errorf("after a while: %d", a.status)
	}
}

func TestSources(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.1:1":             "192.0.2.1",
		"[::ffff:192.0.2.1]:1":    "192.0.2.1",
		"[2001:db8:1:2:3::4]:1":   "2001:db8:1:2::/64",
		"[2001:db8:1:2:ffff::]:2": "2001:db8:1:2::/64",
		"[fe80::1%eth0]:1":        "fe80::/64",
		"@":                       "@",
	} {
		if got := SourceOf(&http.Request{RemoteAddr: remote}); got != want {
			t.Errorf("%s is known as %s, want %s", remote, got, want)
		}
	}
}

func TestAttemptsAllAtOnce(t *testing.T) {
	o := newOffice(t, RateLimit{Accounts: Budget{2, time.Hour}})
	o.methods = Methods{Basic: true}
	var wait sync.WaitGroup
	var mu sync.Mutex
	looked := 0
	for i := range 60 {
		wait.Go(func() {
			a := o.call(t, fmt.Sprintf("192.0.2.%d:1", i), basic("ken@litware.test", fmt.Sprint(i)))
			mu.Lock()
			defer mu.Unlock()
			if a.status == http.StatusUnauthorized {
				looked++
			}
		})
	}
	wait.Wait()
	if looked > 2+passwordsAtOnce {
		t.Errorf("%d guesses were looked at, at most %d may", looked, 2+passwordsAtOnce)
	}
}

// brokenAudit cannot write.
type brokenAudit struct{}

func (brokenAudit) Access(context.Context, journal.Access) error {
	return problem.New(problem.StoreFull, "no space left")
}

func TestNothingPassesUnrecorded(t *testing.T) {
	o := newOffice(t, RateLimit{})
	o.audit = brokenAudit{}
	o.open(t, RateLimit{}, Endpoint{Name: "EWS", AppOnly: true, ActAs: true})
	for name, credentials := range map[string]string{"token": "Bearer " + o.token(t, ""), "password": basic("ken@litware.test", "correct horse")} {
		t.Run(name, func(t *testing.T) {
			a := o.call(t, here, credentials)
			if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || a.header.Get("request-id") == "" {
				t.Errorf("%d %v", a.status, a.header)
			}
		})
	}
	if a := o.call(t, here, "Bearer "+o.token(t, "nobody@litware.test")); a.status != http.StatusUnauthorized {
		t.Errorf("a refusal became %d", a.status)
	}
}

// faulty is a directory that is away.
type faulty struct{ Directory }

func (faulty) User(context.Context, string) (directory.User, error) {
	return directory.User{}, errors.New("secret reason")
}

func (faulty) Verify(context.Context, string, string) (directory.User, error) {
	return directory.User{}, problem.New(problem.StoreUnavailable, "secret reason")
}

func TestFailuresOfOurOwn(t *testing.T) {
	o := newOffice(t, RateLimit{})
	door, err := New(Config{
		Verifier: func(context.Context) (s2s.Verifier, error) {
			return s2s.Verifier{App: exchange.App, Hosts: []string{host}, Realms: map[s2s.Realm]string{exchange.Realm: "litware"},
				Trust: o.partners, Users: directory.TokenUsers{Directory: o.directory}, Now: o.clock.Now}, nil
		},
		Issuers: o.partners.TrustedIssuers, Directory: faulty{}, Audit: o.journal, Now: o.clock.Now,
		Methods: func(_ context.Context, endpoint string) (Methods, error) {
			if endpoint == "broken" {
				return Methods{}, errors.New("secret reason")
			}
			return Methods{OAuth: true, Basic: true}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	inner := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached the handler") })
	for _, c := range []struct {
		name, endpoint, authorization string
		status                        int
	}{
		{"the user's record", "EWS", "Bearer " + o.token(t, "ken@litware.test"), 500},
		{"the password check, for a while", "EWS", basic("ken@litware.test", "x"), 503},
		{"the settings", "broken", "Bearer", 500},
	} {
		t.Run(c.name, func(t *testing.T) {
			o.handler = door.Guard(Endpoint{Name: c.endpoint, AppOnly: true, ActAs: true})(inner)
			a := o.call(t, here, c.authorization)
			if a.status != c.status || strings.Contains(a.body+fmt.Sprint(a.header), "secret") {
				t.Errorf("%d %v %s", a.status, a.header, a.body)
			}
			if len(a.header.Values("WWW-Authenticate")) != 0 {
				t.Error("a challenge for a failure of our own")
			}
		})
	}
}
