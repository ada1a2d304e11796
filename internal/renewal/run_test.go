package renewal

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

// inBubble runs fn with two nodes of one role whose clock is the bubble's.
func inBubble(t *testing.T, fn func(t *testing.T, h, other *house), edit ...func(*Config)) {
	rsaKey() // made outside, in real time
	box()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(start.Sub(time.Now())) // the bubble begins in the year 2000
		dsn := storetest.SQLite(t)
		h := newHouse(t, storetest.Open(t, dsn), nil, newWeb(), edit...)
		other := newHouse(t, storetest.Open(t, dsn), nil, newWeb(), edit...)
		fn(t, h, other)
	})
}

// running runs the loop and returns what stops it.
func (h *house) running(t *testing.T) (stop func()) {
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

// hurried is a policy under which a rollover takes hours, not days.
func hurried(c *Config) { c.Policy = keyring.Policy{Lead: 2 * time.Hour, TokenLife: time.Hour} }

func rest(d time.Duration) {
	time.Sleep(d) // the bubble's clock
	synctest.Wait()
}

// The loop is there at the very moment at which something is due.
func TestRunWakesWhenSomethingIsDue(t *testing.T) {
	inBubble(t, func(t *testing.T, h, _ *house) {
		h.current(t, 30*day+90*time.Second)
		effective := start.Add(time.Hour + 17*time.Second)
		next := h.next(t, 1000*day, effective.Sub(start))
		stop := h.running(t)
		defer stop()
		rest(2 * time.Hour)
		events := h.events(t)
		if len(events) != 1 || !events[0].Time.Equal(effective) {
			t.Errorf("events %+v, want one at %s", events, effective)
		}
		s, err := h.keyring.State(t.Context())
		if err != nil || s.Current.Thumbprint != next || s.Previous == nil {
			t.Fatalf("%+v, %v", s, err)
		}
		// Its end is written down too, when the overlap is over.
		rest(time.Until(s.Previous.Until))
		var stored string
		if err := h.db.QueryRowContext(t.Context(), `SELECT state FROM keyring_state`).Scan(&stored); err != nil {
			t.Fatal(err)
		}
		if want := `"Previous":null`; !strings.Contains(stored, want) {
			t.Errorf("stored is %s, want %s", stored, want)
		}
	}, hurried)
}

// What another node, or a cmdlet, changes is seen within a minute; what both
// see is told once.
func TestRunSeesWhatOtherNodesDo(t *testing.T) {
	inBubble(t, func(t *testing.T, h, other *house) {
		h.current(t, 1000*day)
		for _, stop := range []func(){h.running(t), other.running(t)} {
			defer stop()
		}
		rest(90 * time.Minute)
		if got := h.events(t); len(got) != 0 {
			t.Fatalf("events %+v", got)
		}
		replaced := other.current(t, 30*day+2*time.Hour)
		rest(lookAgain)
		events := h.events(t)
		if len(events) != 2 || events[0].ID != EventAuthCertificate || !strings.Contains(events[0].Text, replaced.String()) || events[1].ID != 4300 {
			t.Fatalf("events %+v", events)
		}
		rest(2 * time.Hour)
		if got := ids(h.events(t)); len(got) != 3 || got[2] != 4300 {
			t.Errorf("events %v", got)
		}
	})
}

// With renewal the loop needs nobody for years.
func TestRunRenews(t *testing.T) {
	inBubble(t, func(t *testing.T, h, other *house) {
		h.current(t, 60*day+time.Hour)
		stop := h.running(t)
		rest(90 * time.Minute)
		stop() // one node goes down in the middle of the rollover
		stop = other.running(t)
		defer stop()
		rest(12 * time.Hour)
		if got := ids(h.events(t)); len(got) != 2 || got[0] != 4310 || got[1] != EventAuthCertificate {
			t.Errorf("events %v", got)
		}
		s, err := h.keyring.State(t.Context())
		if err != nil || s.Previous != nil || s.Current.Thumbprint == (s2s.Thumbprint{}) || len(s.Retired) != 1 {
			t.Errorf("%+v, %v", s, err)
		}
	}, mode(Do), hurried)
}
