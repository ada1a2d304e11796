package storagesvc

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
)

// people is the directory of these tests.
func people() []directory.User {
	var all []directory.User
	for i, name := range []string{"ken", "pilar", "jeff"} {
		address := name + "@litware.test"
		all = append(all, directory.User{
			ID: fmt.Sprint(i), Name: name, UPN: directory.UPN(address), SMTP: directory.SMTP(address), SIP: directory.SIP(address),
			SID: directory.SID(fmt.Sprintf("S-1-5-21-1-2-3-%d", 1100+i)), Enabled: true,
		})
	}
	return all
}

// findUser is Config.User over people(), and over users in other conditions.
func findUser(_ context.Context, sip directory.SIP) (directory.User, error) {
	switch key(sip) {
	case "disabled@litware.test":
		return directory.User{}, problem.New(problem.StorageUserDisabled, "the account is disabled")
	case "notsip@litware.test":
		return directory.User{}, problem.New(problem.StorageNotSipEnabled, "not enabled for SIP")
	case "nomail@litware.test":
		return directory.User{Name: "nomail", SIP: "nomail@litware.test", UPN: "nomail@litware.test", Enabled: true}, nil
	}
	for _, u := range people() {
		if u.SIP.Equal(sip) {
			return u, nil
		}
	}
	return directory.User{}, problem.New(problem.StorageUnknownUser, "no user has the address sip:%s", sip)
}

func targets(_ context.Context, u *url.URL) (s2shttp.Target, bool) {
	return s2shttp.Target{App: s2s.ExchangeApp, Realm: "litware.test", AcceptSID: true}, strings.HasSuffix(u.Hostname(), ".litware.test")
}

// rig is a service with the fake Exchange before it.
type rig struct {
	*Service
	t       testing.TB
	x       *fakeExchange
	db      *store.DB
	journal *journal.Journal
	url     atomic.Value // string: ExchangeAutodiscoverUrl
	ahead   atomic.Int64 // how far the service's clock is ahead of the real one
	log     *logBuffer
}

// newRig makes a service that does not run yet; change alters its Config.
func newRig(t testing.TB, db *store.DB, x *fakeExchange, change ...func(*Config)) *rig {
	t.Helper()
	r := &rig{t: t, x: x, db: db, log: &logBuffer{}}
	r.url.Store(goodURL)
	now := func() time.Time { return time.Now().Add(time.Duration(r.ahead.Load())) }
	var err error
	if r.journal, err = journal.New(db, now); err != nil {
		t.Fatal(err)
	}
	cfg := Config{
		DB: db, Journal: r.journal, HTTP: x.client(time.Minute), User: findUser, Now: now,
		Log:      slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Endpoint: func(context.Context) (Endpoint, error) { return Endpoint{AutodiscoverURL: r.url.Load().(string)}, nil },
		tempo:    tempo{poll: fetchPause, pause: func(int) time.Duration { return time.Millisecond }, settle: 20 * time.Millisecond, drain: 10 * time.Second},
	}
	for _, c := range change {
		c(&cfg)
	}
	if r.Service, err = New(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	return r
}

// start runs the service until the returned function is called, or the test
// ends.
func (r *rig) start() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			r.t.Errorf("Run: %v", err)
		}
	})
	r.t.Cleanup(stop)
	return stop
}

// conversation makes one between Ken and Pilar whose id is also its subject.
func conversation(id string) Conversation {
	start := time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC)
	return Conversation{
		ID: id, Subject: id, Started: start,
		Participants: []Participant{{SIP: "ken@litware.test", Name: "Ken Myer"}, {SIP: "pilar@litware.test"}, {SIP: "guest@fabrikam.test"}},
		Messages:     []Message{{From: "ken@litware.test", At: start.Add(time.Second), Text: "Hello <Pilar> & all"}, {From: "pilar@litware.test", At: start.Add(2 * time.Second), Text: "Hi"}},
	}
}

// keyless is the client of a role that has no signing certificate.
func keyless(r *rig) *http.Client {
	c := r.x.client(10 * time.Second)
	c.Transport.(*s2shttp.Transport).Self = func(context.Context) (s2s.Principal, *s2s.Signer, error) {
		return r.x.skype.Principal, nil, problem.New(problem.KeyringMissing, "the keyring holds no certificate")
	}
	return c
}

// must stores a conversation.
func (r *rig) must(c Conversation) Stored {
	r.t.Helper()
	s, err := r.Store(r.t.Context(), c)
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

func (r *rig) status() Status {
	r.t.Helper()
	st, err := r.Status(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return st
}

// settled waits until nothing is on its way any more.
func (r *rig) settled() Status {
	r.t.Helper()
	var st Status
	eventually(r.t, func() bool {
		st = r.status()
		return st.Waiting+st.Running+st.Retrying == 0
	}, func() string { return fmt.Sprintf("%+v\n%s", st, r.log) })
	return st
}

// once checks that each conversation is in Ken's and Pilar's mailbox exactly
// once and nothing else is anywhere.
func (r *rig) once(ids ...string) {
	r.t.Helper()
	for _, id := range ids {
		for _, mailbox := range []string{"ken@litware.test", "pilar@litware.test"} {
			if n := r.x.copies(mailbox, id); n != 1 {
				r.t.Errorf("conversation %s is in the mailbox of %s %d times", id, mailbox, n)
			}
		}
	}
	if n := len(r.x.all()); n != 2*len(ids) {
		r.t.Errorf("there are %d items, want %d", n, 2*len(ids))
	}
}

// events lists the ids of all events, the oldest first.
func (r *rig) events() []int {
	r.t.Helper()
	var ids []int
	for _, e := range r.logged() {
		ids = append(ids, e.ID)
	}
	return ids
}

func (r *rig) logged() []journal.Event {
	r.t.Helper()
	all, err := r.journal.Events(r.t.Context(), journal.Filter{Limit: 1000})
	if err != nil {
		r.t.Fatal(err)
	}
	slices.Reverse(all)
	return all
}

// eventually waits for a condition that nothing announces.
func eventually(t testing.TB, ok func() bool, why func() string) {
	t.Helper()
	deadline := time.After(2 * time.Minute)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("did not happen: %s", why())
		}
	}
}

// noneLeft checks that no goroutine of the service or its queue is running.
func noneLeft(t testing.TB) {
	t.Helper()
	stacks := func() (found []string) {
		buf := make([]byte, 1<<20)
		for _, g := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			if strings.Contains(g, "riverqueue") || strings.Contains(g, "storagesvc.(*Service)") {
				found = append(found, g)
			}
		}
		return found
	}
	eventually(t, func() bool { return len(stacks()) == 0 }, func() string { return strings.Join(stacks(), "\n\n") })
}

// logBuffer collects a log from several goroutines.
type logBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.b.String()
	return "the log ends: …" + s[max(0, len(s)-1500):]
}
