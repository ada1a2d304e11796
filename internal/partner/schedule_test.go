package partner

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

func TestWhenToReadAgain(t *testing.T) {
	c := Schedule{}.withDefaults()
	t.Run("after success, an hour give or take a tenth", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			c.Random = func() float64 { return rapid.Float64Range(0, 0.999999).Draw(t, "random") }
			wait := c.afterSuccess(start, 0).Sub(start)
			if wait < 54*time.Minute || wait > 66*time.Minute {
				t.Fatalf("waits %s", wait)
			}
		})
	})
	t.Run("after failures, twice as long each time up to an hour", func(t *testing.T) {
		var got []time.Duration
		for n := 1; n <= 9; n++ {
			got = append(got, c.afterFailure(start, n).Sub(start)/time.Minute)
		}
		if diff := cmp.Diff([]time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60}, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("the age of a document", func(t *testing.T) {
		d := Document{FetchedAt: start}
		for age, want := range map[time.Duration]concern{
			0: none, 24*time.Hour - 1: none, 24 * time.Hour: warned,
			30*24*time.Hour - 1: warned, 30 * 24 * time.Hour: distrusted,
		} {
			if got := c.concern(d, start.Add(age)); got != want {
				t.Errorf("after %s: %d, want %d", age, got, want)
			}
		}
		if c.concern(Document{}, start) != none {
			t.Error("a record pinned by hand grows old")
		}
	})
}

// inBubble runs fn with a house whose clock is the bubble's.
func inBubble(t *testing.T, fn func(t *testing.T, h house)) {
	signing := keys() // made outside, in real time
	synctest.Test(t, func(t *testing.T) {
		// The bubble begins in the year 2000, before the certificates.
		time.Sleep(start.Sub(time.Now()))
		db := storetest.Open(t, storetest.SQLite(t))
		c := &clock{}
		h := newHouseOn(t, db, c, newWeb())
		h.cfg.Now = time.Now
		h.addExchange(t, signing[0])
		fn(t, h)
	})
}

// run runs the manager and returns what stops it.
func (h house) run(t *testing.T) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
}

func TestRunReadsEveryHour(t *testing.T) {
	inBubble(t, func(t *testing.T, h house) {
		defer h.run(t)()
		time.Sleep(59 * time.Minute)
		synctest.Wait()
		if n := h.web.count(exchangeURL); n != 1 {
			t.Errorf("%d reads before the hour is over, want the first one only", n)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if n := h.web.count(exchangeURL); n != 2 {
			t.Errorf("%d reads after an hour, want 2", n)
		}
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if n := h.web.count(exchangeURL); n != 26 {
			t.Errorf("%d reads after a day more, want 26", n)
		}
		a, err := h.Get(t.Context(), "Exchange")
		if err != nil || time.Since(a.Document.FetchedAt) > time.Hour {
			t.Errorf("a document that is confirmed grows old: %+v, %v", a.Document, err)
		}
	})
}

func TestRunOnSeveralNodesReadsOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, h house) {
		second := newHouseOn(t, h.db, &clock{}, h.web)
		second.cfg.Now = time.Now
		defer h.run(t)()
		defer second.run(t)()
		time.Sleep(10*time.Hour + 5*time.Minute)
		synctest.Wait()
		if n := h.web.count(exchangeURL); n != 11 {
			t.Errorf("%d reads in ten hours by two nodes, want 11", n)
		}
	})
}

func TestRunWhenAPartnerIsAway(t *testing.T) {
	inBubble(t, func(t *testing.T, h house) {
		h.schedule.DistrustAfter = 3 * 24 * time.Hour // 30 days take too long to dream
		defer h.run(t)()
		var away atomic.Bool
		doc := document(exchangeURL, exchange, keys()[0])
		h.web.serve(exchangeURL, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if away.Load() {
				http.Error(w, "away", http.StatusBadGateway)
				return
			}
			doc.ServeHTTP(w, r)
		}))
		away.Store(true)
		verdict := func() string {
			return h.verifyAt(t, time.Now())
		}
		time.Sleep(time.Hour + 10*time.Minute) // failures after 60, 61, 63, 67 minutes
		synctest.Wait()
		if n := h.web.count(exchangeURL); n != 1+4 {
			t.Errorf("%d reads, want 5: back-off of 1, 2, 4 minutes", n)
		}
		time.Sleep(23 * time.Hour)
		if got := verdict(); got != "" {
			t.Errorf("after a day: %s", got)
		}
		time.Sleep(47 * time.Hour)
		if got := verdict(); got != "" {
			t.Errorf("before the third day is over: %s", got)
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if got := verdict(); got != "V12 key.unknown" {
			t.Errorf("after three days: %q, want the key unknown", got)
		}
		away.Store(false)
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := verdict(); got != "" {
			t.Errorf("back again: %s", got)
		}
		want := []int{EventAdded, EventFailed, EventOld, EventDistrusted, EventRecovered}
		if diff := cmp.Diff(want, h.events(t)); diff != "" {
			t.Errorf("told %s", diff)
		}
	})
}

// verifyAt is verify with the time of a bubble.
func (h house) verifyAt(t *testing.T, now time.Time) string {
	t.Helper()
	v := h.verifier()
	v.Now = func() time.Time { return now }
	_, err := v.Verify(t.Context(), mint(t, exchange, exchange, keys()[0], "", now))
	return verdictOf(err)
}

func TestUnknownKeyIsLookedForOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, h house) {
		next := keys()[1]
		slow := document(exchangeURL, exchange, next)
		h.web.serve(exchangeURL, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(2 * time.Second)
			slow.ServeHTTP(w, r)
		}))
		now := time.Now()
		token := mint(t, exchange, exchange, next, "", now)
		v := h.verifier()
		v.Now = time.Now
		const callers = 20
		verdicts := make(chan string, callers)
		call := func(ctx context.Context) {
			_, err := v.Verify(ctx, token)
			verdicts <- verdictOf(err)
		}
		// The first caller does the work and gives up: the others must not suffer.
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		go call(impatient)
		synctest.Wait()
		for range callers - 1 {
			go call(t.Context())
		}
		accepted := 0
		for range callers {
			if <-verdicts == "" {
				accepted++
			}
		}
		if accepted < callers-1 {
			t.Errorf("%d of %d callers were let in after the key was found", accepted, callers)
		}
		if n := h.web.count(exchangeURL); n != 2 {
			t.Errorf("%d reads, want the first and one early one", n)
		}
	})
}

func TestStrangersCannotDriveFetches(t *testing.T) {
	inBubble(t, func(t *testing.T, h house) {
		v := h.verifier()
		v.Now = time.Now
		attempts := func(issuer s2s.Principal, key identity) {
			token := mint(t, issuer, issuer, key, "", time.Now())
			for range 50 {
				_, _ = v.Verify(t.Context(), token)
			}
		}
		reads := func() int { return h.web.count(exchangeURL) - 1 }
		attempts(s2s.Principal{App: s2s.ExchangeApp, Realm: "stranger.test"}, keys()[2])
		if reads() != 0 {
			t.Errorf("an unknown issuer caused %d reads", reads())
		}
		attempts(exchange, keys()[2])
		if reads() != 1 {
			t.Errorf("invented keys caused %d reads, want 1", reads())
		}
		time.Sleep(59 * time.Second)
		attempts(exchange, keys()[3])
		if reads() != 1 {
			t.Errorf("%d reads within a minute, want 1", reads())
		}
		time.Sleep(2 * time.Second)
		attempts(exchange, keys()[3])
		if reads() != 2 {
			t.Errorf("%d reads after a minute, want 2", reads())
		}
		if _, err := h.Set(t.Context(), "admin", "Exchange", func(a *Application) { a.Enabled = false }); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		attempts(exchange, keys()[3])
		if reads() != 2 {
			t.Errorf("a disabled partner's key caused a read")
		}
	})
}

func TestEarlyFetchHasABudget(t *testing.T) {
	inBubble(t, func(t *testing.T, h house) {
		h.web.serve(exchangeURL, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
		v := h.verifier()
		v.Now = time.Now
		began := time.Now()
		_, err := v.Verify(t.Context(), mint(t, exchange, exchange, keys()[1], "", time.Now()))
		if got := verdictOf(err); got != "V12 key.unknown" {
			t.Errorf("%q, want the key unknown", got)
		}
		if took := time.Since(began); took != earlyBudget {
			t.Errorf("the request waited %s, want %s", took, earlyBudget)
		}
		a, err := h.Get(t.Context(), "Exchange")
		if err != nil || a.Document.LastError == "" || len(a.Document.Keys) != 1 {
			t.Errorf("%+v, %v", a.Document, err)
		}
	})
}
