package storagesvc

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

// checklist: 001-27, the order in which an administrator who heals one cause
// after the other sees the events; here with durable deliveries waiting.
func TestEventsInTheOrderOfHealing(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		r := newRig(t, db, newFake(t))
		r.url.Store("") // as before the pairing (002-14)
		r.x.set(func() { r.x.listed = false })
		r.start()
		r.must(conversation("a"))
		attempts := func(code problem.Code) func() bool {
			return func() bool {
				d := r.row("a", "ken@litware.test")
				return d.Code == code && d.Attempts%5 == 4
			}
		}
		eventually(t, attempts(problem.StorageAutodiscoverURL), r.log.String)
		r.url.Store(goodURL)
		eventually(t, attempts(problem.StorageUnauthorized), r.log.String)
		r.x.set(func() { r.x.listed = true })
		r.settled()
		r.once("a")
		if got, want := r.events(), []int{32053, 32054, 32048}; !slices.Equal(got, want) {
			t.Errorf("001-27: got the events %v, want %v", got, want)
		}
		r.must(conversation("b"))
		r.settled()
		if got := r.events(); len(got) != 3 {
			t.Errorf("a success that is no news was logged: %v", got)
		}
		first := r.logged()[0]
		if first.Log != "Lync Server" || first.Source != "LS Storage Service" || first.Level != journal.Error || first.Text != "Storage Service had an EWS Autodiscovery failure." {
			t.Errorf("001-02: got %+v", first)
		}
		if second := r.logged()[1]; second.Text != "Storage Service had an OAuth authentication failure." || second.Level != journal.Error {
			t.Errorf("001-13: got %+v", second)
		}
		if last := r.logged()[2]; last.Text != "OAuth was properly configured for Storage Service." || last.Detail != "CsOAuthConfiguration validly configured" || last.Level != journal.Information {
			t.Errorf("001-26: got %+v", last)
		}
	})
}

// checklist: 001-02, 001-03: the mailbox can not be discovered because nothing
// answers in time.
func TestEvent32053Detail(t *testing.T) {
	t.Parallel()
	r := newRig(t, storetest.Open(t, storetest.SQLite(t)), newFake(t), func(c *Config) { c.Timeout = 500 * time.Millisecond })
	r.x.breaks(fault{op: "GetUserSettings", kind: faultHang})
	r.start()
	r.must(conversation("a"))
	eventually(t, func() bool { return len(r.logged()) > 0 }, r.log.String)
	e := r.logged()[0]
	if e.ID != 32053 || e.Source != "LS Storage Service" || e.Text != "Storage Service had an EWS Autodiscovery failure." {
		t.Errorf("001-02: got %+v", e)
	}
	rest := e.Detail
	for _, part := range []string{
		"ExchangeAutodiscoverException: code=ErrorEwsAutodiscover, reason=GetUserSettings failed, smtpAddress=", "@litware.test, Autodiscover Uri=" + goodURL, ", Autodiscover WebProxy=<NULL>",
		" ---> Microsoft.Exchange.WebServices.Data.ServiceRequestException: The request failed. The request was aborted: The request was canceled.",
		" ---> System.Net.WebException: The request was aborted: The request was canceled. ---> ",
		"\nCause: ", "\nResolution: ",
	} {
		_, after, ok := strings.Cut(rest, part)
		if !ok {
			t.Fatalf("001-03: %q is missing, or in the wrong place, in\n%s", part, e.Detail)
		}
		rest = after
	}
	r.x.heal()
}

// checklist: 001-13, 001-14: as far as self-issued tokens go, which know no
// token server.
func TestEvent32054Detail(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		breaks func(*rig)
		want   []string
	}{
		"Exchange does not list us":    {func(r *rig) { r.x.set(func() { r.x.listed = false }) }, []string{"ex=The remote server returned an error: (401)", "Configure-EnterprisePartnerApplication.ps1"}},
		"Exchange refuses the token":   {func(r *rig) { r.x.breaks(fault{op: "GetUserSettings", kind: faultRefused}) }, []string{"ex=The remote server returned an error: (401)", "invalid_signature"}},
		"004-13 OAuth is switched off": {func(r *rig) { r.x.breaks(fault{kind: faultNoOAuth}) }, []string{"ex=The remote server returned an error: (401)", "-OAuthAuthentication $true"}},
		"there is no certificate": {func(r *rig) {
			r.exchange.cfg.HTTP = keyless(r)
		}, []string{"keyring", "Get-CsCertificate -Type OAuthTokenIssuer"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, storetest.Open(t, storetest.SQLite(t)), newFake(t))
			tt.breaks(r)
			r.start()
			r.must(conversation("a"))
			eventually(t, func() bool { return r.row("a", "ken@litware.test").Attempts > 3 }, r.log.String)
			e := r.logged()
			if len(e) != 1 || e[0].ID != 32054 || e[0].Text != "Storage Service had an OAuth authentication failure." {
				t.Fatalf("001-13: got %+v", e)
			}
			for _, part := range append(tt.want, "CreateAppActAsToken failed, ex=OAuthConfigException: code=", "reason=", "resource=00000002-0000-0ff1-ce00-000000000000/"+autodiscoverHost) {
				if !strings.Contains(e[0].Detail, part) {
					t.Errorf("001-14: %q is missing in\n%s", part, e[0].Detail)
				}
			}
		})
	}
}

// The failure of one user's mailbox is not the end of everybody's success, and
// everybody's success not the end of that failure.
func TestEventsOfOneUser(t *testing.T) {
	t.Parallel()
	r := newRig(t, storetest.Open(t, storetest.SQLite(t)), newFake(t))
	r.x.breaks(fault{op: "GetUserSettings", kind: faultRedirect, user: "ken@litware.test"})
	r.start()
	for _, id := range []string{"a", "b", "c", "d"} {
		r.must(conversation(id))
		eventually(t, func() bool {
			return r.row(id, "pilar@litware.test").State == stateDelivered && r.row(id, "ken@litware.test").Attempts > 2
		}, r.log.String)
	}
	got := r.events()
	slices.Sort(got)
	if want := []int{32048, 32053}; !slices.Equal(got, want) {
		t.Errorf("got the events %v, want %v", got, want)
	}
	r.x.heal()
	r.settled()
	if got := r.events(); len(got) != 3 || got[2] != 32048 {
		t.Errorf("the user's recovery is missing: %v", got)
	}
	r.once("a", "b", "c", "d")
}

// The state behind the events, step by step.
func TestEventsAreNews(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.SQLite(t))
	now := time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	j, err := journal.New(db, clock)
	if err != nil {
		t.Fatal(err)
	}
	e := newEvents(j, clock)
	box := func(user, host string, cached bool) *mailbox {
		return &mailbox{user: directory.User{SMTP: directory.SMTP(user)}, url: "https://" + host + "/EWS/Exchange.asmx", cached: cached}
	}
	down := fail(problem.StorageAutodiscover, "", errors.New("x"), "detail", "x")
	noToken := fail(problem.StorageOAuth, "", errors.New("x"), "detail", "x")
	refusedByA := fail(problem.StorageUnauthorized, "a.test", errors.New("x"), "detail", "x")
	moved := fail(problem.StorageAutodiscover, "ken@a.test", errors.New("x"), "detail", "x")
	busy := problem.New(problem.StorageBusy, "x")
	const minute = time.Minute
	for i, step := range []struct {
		after, age time.Duration // time since the step before; how long the attempt took
		err        error         // nil: success of m
		m          *mailbox
		asked      bool
		want       int // the event logged, 0 for none
		healed     bool
	}{
		0:  {err: busy, want: 0},
		1:  {err: down, want: 32053},
		2:  {err: down, want: 0},
		3:  {after: minute, err: noToken, want: 32054},
		4:  {err: down, age: minute, want: 0}, // began before the last change
		5:  {m: box("ken@a.test", "a.test", true), want: 0},
		6:  {m: box("ken@a.test", "a.test", false), age: 2 * minute, want: 0}, // as well
		7:  {after: minute, m: box("ken@a.test", "a.test", false), want: 32048, healed: true},
		8:  {m: box("pilar@a.test", "a.test", false), want: 0},
		9:  {err: down, age: minute, want: 0},
		10: {after: minute, err: refusedByA, want: 32054},
		11: {m: box("jeff@b.test", "b.test", false), want: 0}, // another host
		12: {err: refusedByA, want: 0},
		13: {after: minute, m: box("ken@a.test", "a.test", true), want: 32048, healed: true},
		14: {after: minute, err: moved, want: 32053},
		15: {m: box("pilar@a.test", "a.test", false), want: 0},
		16: {err: moved, want: 0},
		17: {err: moved, asked: true, want: 32053}, // somebody wants to know
		18: {after: minute, m: box("ken@a.test", "a.test", false), want: 32048},
		19: {m: box("ken@a.test", "a.test", false), asked: true, want: 32048},
		20: {after: minute, err: down, want: 32053},
		21: {after: minute, err: refusedByA, want: 32054}, // so Autodiscover works again
		22: {after: minute, err: down, want: 32053},
	} {
		now = now.Add(step.after)
		before, err := j.Events(t.Context(), journal.Filter{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		var healed bool
		if step.err != nil {
			err = e.failed(t.Context(), now.Add(-step.age), step.err, step.asked)
		} else {
			healed, err = e.succeeded(t.Context(), now.Add(-step.age), step.m, step.asked)
		}
		if err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Second) // so that each event has a time of its own
		after, err := j.Events(t.Context(), journal.Filter{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		if len(after) > len(before) {
			got = after[0].ID
		}
		if got != step.want || healed != step.healed {
			t.Errorf("step %d logged %d (healed %t), want %d (%t)", i, got, healed, step.want, step.healed)
		}
	}
}

// When the path is healed, deliveries do not wait for the end of their pauses;
// those that may still be going on inside Exchange do.
func TestHealingEndsPauses(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		r := newRig(t, db, newFake(t), func(c *Config) {
			c.tempo.pause = func(int) time.Duration { return time.Hour }
		})
		r.x.breaks(fault{op: "CreateItem", kind: faultLostBefore, times: 1})
		r.start()
		unclear := conversation("unclear")
		unclear.Participants = unclear.Participants[:1]
		unclear.Messages = unclear.Messages[:1]
		r.must(unclear)
		eventually(t, func() bool { return r.row("unclear", "ken@litware.test").Code == problem.StorageUnclear }, r.log.String)
		r.url.Store("https://" + autodiscoverHost + "/autodiscover/autodiscover.xml")
		r.must(conversation("a"))
		r.must(conversation("b"))
		eventually(t, func() bool { return r.status().Retrying == 5 }, r.log.String)
		r.url.Store(goodURL)
		if _, err := r.Test(t.Context(), TestRequest{SipURI: "jeff@litware.test", DeleteItem: true}); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() bool { return r.status().Delivered == 4 }, r.log.String)
		if st := r.status(); st.Retrying != 1 || r.row("unclear", "ken@litware.test").Attempts != 1 {
			t.Errorf("got %+v", st)
		}
		r.once("a", "b")
	})
}

// What our own database or directory does to an attempt is nobody else's fault
// and ends no delivery.
func TestOwnTroubleIsNotExchanges(t *testing.T) {
	t.Parallel()
	r := newRig(t, storetest.Open(t, storetest.SQLite(t)), newFake(t))
	r.must(conversation("a"))
	find := r.Service.cfg.User
	broken := make(chan struct{})
	r.Service.cfg.User = func(ctx context.Context, sip directory.SIP) (directory.User, error) {
		select {
		case <-broken:
			return find(ctx, sip)
		default:
			return directory.User{}, problem.New(problem.StoreDenied, "the directory's file can not be read")
		}
	}
	r.start()
	eventually(t, func() bool { return r.row("a", "ken@litware.test").Attempts > 2 }, r.log.String)
	if st := r.status(); st.Dead != 0 || len(r.events()) != 0 {
		t.Errorf("got %+v and events %v", st, r.events())
	}
	close(broken)
	r.settled()
	r.once("a")
}

// Which retry class each fault of a mailbox or of the path has.
func TestRetryClasses(t *testing.T) {
	t.Parallel()
	m := &mailbox{url: ewsURL}
	for name, tt := range map[string]struct {
		err   error
		final bool
	}{
		"no mailbox":          {ewsFailure(&ews.ResponseError{Code: ews.ErrorNonExistentMailbox}, m), true},
		"unknown user":        {problem.New(problem.StorageUnknownUser, ""), true},
		"disabled":            {problem.New(problem.StorageUserDisabled, ""), true},
		"not SIP":             {problem.New(problem.StorageNotSipEnabled, ""), true},
		"no address":          {problem.New(problem.StorageNoAddress, ""), true},
		"busy":                {ewsFailure(&ews.Fault{Code: ews.ErrorServerBusy}, m), false},
		"denied":              {ewsFailure(&ews.ResponseError{Code: ews.ErrorAccessDenied}, m), false},
		"quota":               {ewsFailure(&ews.ResponseError{Code: ews.ErrorQuotaExceeded}, m), false},
		"no answer":           {problem.New(problem.StorageNoAnswer, ""), false},
		"our database denied": {problem.New(problem.StoreDenied, ""), false},
		"anything else":       {errors.New("surprise"), false},
	} {
		if got := isFinal(tt.err); got != tt.final {
			t.Errorf("%s: final is %t", name, got)
		}
	}
}
