package renewal

import (
	"fmt"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

// cluster is several nodes of one role on one store.
type cluster struct {
	nodes []*house
	added int    // certificates by administrators
	busy  []bool // nodes that are looking
}

func newCluster(t *testing.T, dsn string, n int) *cluster {
	c := &cluster{busy: make([]bool, n)}
	for range n {
		c.nodes = append(c.nodes, newHouse(t, storetest.Open(t, dsn), &clock{now: start}, newWeb()))
	}
	return c
}

// reset makes the store that of a new role.
func (c *cluster) reset(t testing.TB, m Mode) {
	c.nodes[0].reset(t)
	for _, h := range c.nodes {
		h.cfg.Mode = m
		h.clock.set(start)
	}
	c.added = 0
}

func (c *cluster) signing(t testing.TB, h *house, until time.Time) s2s.Thumbprint {
	c.added++
	return h.signing(t, until)
}

// lookInterrupted has a node look, and another one in the middle of it: at its
// n-th look at the clock. What the other one does there comes between this
// node's reading and its writing.
func (c *cluster) lookInterrupted(t *testing.T, rt *rapid.T, i int) {
	c.busy[i] = true
	defer func() { c.busy[i] = false }()
	at, other := rapid.IntRange(0, 12).Draw(rt, "interrupted at"), rapid.IntRange(0, len(c.nodes)-1).Draw(rt, "by")
	h := c.nodes[i]
	h.clock.tick = func() {
		if at--; at != 0 || c.busy[other] {
			return
		}
		c.lookInterrupted(t, rt, other)
	}
	defer func() { h.clock.tick = nil }()
	if _, err := h.Look(t.Context()); err != nil && !problem.Is(err, problem.KeyringBusy) {
		rt.Fatal(err)
	}
}

// Whatever administrators do, however the nodes' clocks differ, and wherever
// the work of one comes between that of another: every certificate that became
// current is told of once and in order, every announcement is made once, and no
// certificate gets two successors.
func TestNodesDoEverythingOnce(t *testing.T) {
	storetest.RunDSN(t, func(t *testing.T, dsn string) {
		c := newCluster(t, dsn, 3)
		rapid.Check(t, func(rt *rapid.T) {
			c.reset(t, rapid.SampledFrom([]Mode{Off, Announce, Do}).Draw(rt, "renewal"))
			var skews []time.Duration
			for range c.nodes {
				skews = append(skews, time.Duration(rapid.IntRange(-299, 299).Draw(rt, "skew"))*time.Second)
			}
			now := start
			set := func() {
				for i, h := range c.nodes {
					h.clock.set(now.Add(skews[i]))
				}
			}
			set()
			first := c.signing(t, c.nodes[0], start.Add(time.Duration(rapid.IntRange(1, 100).Draw(rt, "days"))*day))
			if _, err := c.nodes[0].keyring.Replace(t.Context(), first); err != nil {
				rt.Fatal(err)
			}
			c.nodes[0].look(t) // the first certificate of a role is no news
			for range rapid.IntRange(3, 15).Draw(rt, "steps") {
				i := rapid.IntRange(0, len(c.nodes)-1).Draw(rt, "node")
				if rapid.IntRange(0, 3).Draw(rt, "step") == 0 {
					c.administrator(t, rt, c.nodes[i])
				} else {
					c.lookInterrupted(t, rt, i)
				}
				now = now.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 0, 1, 24, 48, 30 * 24}).Draw(rt, "hours")) * time.Hour)
				set()
			}
			now = now.Add(time.Hour) // beyond every difference of clocks
			set()
			for _, h := range c.nodes {
				h.look(t)
			}
			c.check(t, rt, first)
		})
	})
}

func (c *cluster) administrator(t *testing.T, rt *rapid.T, h *house) {
	inDays := func(least, most int, label string) time.Time {
		return h.cfg.Now().Add(time.Duration(rapid.IntRange(least, most).Draw(rt, label)) * day)
	}
	var err error
	deed := rapid.IntRange(0, 3).Draw(rt, "deed")
	if deed == 3 {
		begins := inDays(1, 90, "begins in")
		kept, err := h.keyring.Add(t.Context(), issue(certs.AuthCertificateName, begins, begins.Add(200*day)), rsaKey(), keyring.Options{})
		if err == nil {
			c.added++
			_, err = h.keyring.Stage(t.Context(), kept.Thumbprint, begins.Add(time.Hour), true)
		}
		if err != nil {
			rt.Fatal(err)
		}
		return
	}
	cert := c.signing(t, h, inDays(35, 200, "ends in"))
	switch deed {
	case 0:
		_, err = h.keyring.Replace(t.Context(), cert)
	case 1:
		_, err = h.keyring.Stage(t.Context(), cert, inDays(0, 60, "effective in"), true)
	default:
		_, err = h.keyring.Publish(t.Context(), true)
	}
	if code := problem.CodeOf(err); err != nil && code != problem.KeyringTooShort && code != problem.KeyringNothingStaged {
		rt.Fatal(err)
	}
}

func (c *cluster) check(t *testing.T, rt *rapid.T, first s2s.Thumbprint) {
	h := c.nodes[0]
	s, err := h.keyring.State(t.Context())
	if err != nil {
		rt.Fatal(err)
	}
	thumbprint := regexp.MustCompile(`[0-9A-F]{40}`)
	var told []string
	successors, announced, made := map[string]int{}, map[string]int{}, 0
	for _, e := range h.events(t) {
		switch e.ID {
		case EventAuthCertificate:
			told = append(told, thumbprint.FindString(e.Text))
		case 4310:
			successors[thumbprint.FindString(e.Text)]++
			made++
		case 4314: // of one certificate again when somebody staged another one meanwhile
			made++
		case 4300, 4301:
			cert := thumbprint.FindString(regexp.MustCompile(`(?m)^thumbprint: .*$`).FindString(e.Detail))
			mark, _ := markAt(h.endOf(t, cert), e.Time)
			announced[fmt.Sprint(cert, " ", mark)]++
		}
	}
	var became []string
	for _, t := range append(slices.Clone(s.Retired), s.Current.Thumbprint) {
		became = append(became, t.String())
	}
	if became[0] != first.String() || !slices.Equal(told, became[1:]) {
		rt.Fatalf("current were %v, told was of %v", became, told)
	}
	for what, n := range announced {
		if n != 1 {
			rt.Fatalf("%s was announced %d times", what, n)
		}
	}
	for cert, n := range successors {
		if n != 1 {
			rt.Fatalf("%s got %d successors", cert, n)
		}
	}
	all, err := h.keyring.List(t.Context())
	if err != nil || len(all) != c.added+made {
		rt.Fatalf("%d certificates of which %d were made by hand and %d by renewal, %v", len(all), c.added, made, err)
	}
	if c.nodes[0].cfg.Mode == Do && s.Current.NotAfter.Before(h.cfg.Now()) {
		rt.Fatalf("the current certificate has ended: %+v", s)
	}
}

func (h *house) endOf(t *testing.T, cert string) time.Time {
	t.Helper()
	parsed, err := s2s.ParseThumbprint(cert)
	if err != nil {
		t.Fatal(err)
	}
	c, err := h.keyring.Certificate(t.Context(), parsed)
	if err != nil {
		t.Fatal(err)
	}
	return c.X509.NotAfter
}

// The same with nodes that really run at the same time.
func TestNodesAtTheSameTime(t *testing.T) {
	storetest.RunDSN(t, func(t *testing.T, dsn string) {
		c := newCluster(t, dsn, 3)
		for round := range 8 {
			c.reset(t, Do)
			first := c.signing(t, c.nodes[0], start.Add(61*day))
			if _, err := c.nodes[0].keyring.Replace(t.Context(), first); err != nil {
				t.Fatal(err)
			}
			c.nodes[0].look(t)
			for _, at := range []time.Duration{day, 3 * day, 5 * day} {
				var wait sync.WaitGroup
				for _, h := range c.nodes {
					h.clock.set(start.Add(at))
					wait.Go(func() {
						if _, err := h.Look(t.Context()); err != nil {
							t.Error(err)
						}
					})
				}
				wait.Wait()
			}
			if got := ids(c.nodes[0].events(t)); !slices.Equal(got, []int{4310, EventAuthCertificate}) {
				t.Fatalf("round %d: events %v", round, got)
			}
			if all, err := c.nodes[0].keyring.List(t.Context()); err != nil || len(all) != 2 {
				t.Fatalf("round %d: %d certificates, %v", round, len(all), err)
			}
		}
	})
}
