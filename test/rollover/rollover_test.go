package rollover

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

const (
	wanted   = "MATCHSEAL_E2E"            // 1: as many rollovers as the suite has
	howMany  = "MATCHSEAL_ROLLOVERS"      // so many instead
	withSeed = "MATCHSEAL_ROLLOVERS_SEED" // begin as an earlier run did

	inSuite = 200
	quickly = 6 // a taste for every save
	// perDeployment bounds how long a deployment lives: nobody rolls his keys
	// a thousand times, and each is remembered.
	perDeployment = 100
)

// within is how fast a withdrawn key has to be refused everywhere once its
// withdrawal has reached the partner.
const within = 5 * time.Second

// twoRefreshes is how long a certificate has to be out before it may sign.
const twoRefreshes = 2*66*time.Minute + 3*time.Minute

// run is a deployment on its way through rollovers.
type run struct {
	*deployment
	*tally
	ctx  context.Context
	dice *rand.Rand

	certificates         int
	planned, emergencies int
	kills                int
	held, bad            []token // good, and signed with a withdrawn key
	noise                bool    // strangers are about, and the metadata can be reached
	slowest              time.Duration
	started              time.Time
	refreshes            int
}

// event is something that happens at a time.
type event struct {
	at time.Time
	do func()
}

// TestRollovers is the suite: half of the rollovers with two nodes per role on
// PostgreSQL, of which one is killed, the other half with one node on SQLite,
// which is killed and comes back.
func TestRollovers(t *testing.T) {
	target := quickly
	if os.Getenv(wanted) == "1" {
		target = inSuite
	}
	if n, err := strconv.Atoi(os.Getenv(howMany)); err == nil {
		target = n
	}
	seed := uint64(time.Now().UnixNano())
	if n, err := strconv.ParseUint(os.Getenv(withSeed), 10, 64); err == nil {
		seed = n
	}
	t.Logf("%s=%d", withSeed, seed)
	rsaKeys()
	left := target
	t.Run("postgres", func(t *testing.T) {
		storetest.Postgres(t) // skips the rest where there is none
		left = target - target/2
	})
	// Nothing connects the two, and neither keeps a machine busy alone.
	t.Run("two nodes", func(t *testing.T) {
		t.Parallel()
		if left == target {
			t.Skip("there is no PostgreSQL")
		}
		roll(t, target/2, seed, 2, storetest.Postgres)
	})
	t.Run("one node", func(t *testing.T) {
		t.Parallel()
		roll(t, left, seed+1, 1, storetest.SQLite)
	})
}

// roll goes through so many rollovers, with a new deployment now and then.
func roll(t *testing.T, target int, seed uint64, nodes int, database func(testing.TB) string) {
	total := tally{requests: map[string]int{}}
	var planned, emergencies, kills, refreshes int
	var passed, slowest time.Duration
	start := time.Now()
	for n := uint64(0); planned+emergencies < target && !t.Failed(); n++ {
		r := &run{ctx: t.Context(), tally: &total, dice: rand.New(rand.NewPCG(seed, n))}
		t.Run(fmt.Sprint("deployment ", n+1), func(t *testing.T) {
			r.deployment = deploy(t, map[string]string{exchange: database(t), skype: database(t)}, nodes)
			r.through(min(perDeployment, target-planned-emergencies))
		})
		planned, emergencies, kills = planned+r.planned, emergencies+r.emergencies, kills+r.kills
		refreshes, slowest = refreshes+r.refreshes, max(slowest, r.slowest)
		if r.deployment != nil {
			passed += r.clock.ahead()
		}
	}
	t.Logf("%d planned rollovers and %d emergencies in %.0f days, which took %.0f s; %d refreshes, %d nodes killed, %d requests made again because of it",
		planned, emergencies, passed.Hours()/24, time.Since(start).Seconds(), refreshes, kills, total.moved)
	var kinds []string
	sum := 0
	for _, kind := range slices.Sorted(mapKeys(total.requests)) {
		kinds = append(kinds, fmt.Sprintf("%s %d", kind, total.requests[kind]))
		sum += total.requests[kind]
	}
	t.Logf("%d requests: %s", sum, strings.Join(kinds, ", "))
	t.Logf("%d failed; withdrawn keys were refused everywhere after %v at the latest", len(total.failures), slowest.Round(time.Millisecond))
}

// through goes through so many rollovers on one deployment.
func (r *run) through(target int) {
	r.started = r.clock.now()
	killAt := r.dice.IntN(max(target/2, 1))
	defer func() { // also when the test gives up
		for _, f := range r.failures {
			r.t.Error(f)
		}
		if r.t.Failed() {
			r.showLogs()
		}
	}()
	for _, s := range r.sides {
		s.metadata.close()
	}
	for r.planned+r.emergencies < target && len(r.failures) == 0 && !r.t.Failed() {
		r.setNoise(r.dice.IntN(4) == 0)
		events := slices.Concat(r.plan(r.sides[exchange]), r.plan(r.sides[skype]))
		if r.kills == 0 && r.planned+r.emergencies >= killAt {
			at := events[r.dice.IntN(len(events))].at
			events = append(events, event{at, r.kill})
		}
		slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
		for _, e := range events {
			r.advance(e.at)
			e.do()
		}
		r.revive()
	}
}

// showLogs shows what the nodes said last.
func (r *run) showLogs() {
	const most = 4000
	for _, s := range r.sides {
		for _, n := range s.nodes {
			said := n.String()
			r.t.Logf("%s, off by %s, said last:\n%s", n.name, n.off, said[max(0, len(said)-most):])
		}
	}
}

// setNoise lets strangers in, who use up the fetch that an unknown key may
// cause, or closes the metadata to all but the hourly refresh.
func (r *run) setNoise(on bool) {
	r.noise = on
	for _, s := range r.sides {
		if on {
			s.metadata.open()
		} else {
			s.metadata.close()
		}
	}
}

// advance lets time pass up to a moment. On the way the partners refresh, held
// tokens are shown, and there is always some load.
func (r *run) advance(to time.Time) {
	for {
		now := r.clock.now()
		next := to
		if quiet := now.Add(time.Duration(15+r.dice.IntN(20)) * time.Minute); quiet.Before(next) {
			next = quiet
		}
		var due *side
		for _, s := range r.sides {
			// The node with the fastest clock is the first to whom it is due.
			if at := r.refreshAt(s).Add(-spread()[0]); at.Before(next) {
				next, due = at, s
			}
		}
		if due != nil {
			r.other(due).metadata.open()
		}
		if by := next.Sub(now); by > 0 {
			r.clock.step(by)
		}
		if due != nil {
			r.refresh(due)
		}
		r.showHeld()
		if !r.clock.now().Before(to) {
			return
		}
		all := r.round()
		r.dice.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		r.pulse("on a quiet day", all[:min(3, len(all))])
	}
}

// refreshAt is when a side's own schedule wants to read the other's metadata.
func (r *run) refreshAt(s *side) time.Time {
	a, err := s.members[0].partners.Get(r.ctx, s.partner)
	must(r.t, err)
	return a.Document.NextAt
}

// refresh is the hourly read of the other side's metadata: as the schedule does
// it, or as an administrator does.
func (r *run) refresh(s *side) {
	from := r.other(s).metadata
	if !r.noise && r.dice.IntN(12) == 0 { // the network fails once; the schedule tries again soon
		from.close()
		if _, err := s.members[0].partners.Refresh(r.ctx, s.partner, false); err == nil {
			r.t.Fatal("metadata that cannot be reached was read")
		}
		return
	}
	from.open()
	r.refreshNow(s)
	if !r.noise {
		from.close()
	}
}

func (r *run) refreshNow(s *side) {
	r.refreshes++
	if n := r.dice.IntN(3); n < len(s.members) {
		_, err := s.members[n].partners.Refresh(r.ctx, s.partner, false)
		if problem.Is(err, problem.NetClosed) { // a connection of before, which the firewall has ended since
			_, err = s.members[n].partners.Refresh(r.ctx, s.partner, false)
		}
		if err != nil {
			r.t.Fatalf("the refresh at %s: %v", s.name, err)
		}
		return
	}
	s.refreshByHand(r.t, r.anyNode(s))
}

func (r *run) anyNode(s *side) int {
	live := s.live()
	return live[r.dice.IntN(len(live))]
}

// pulse is a load with what else is going on.
func (r *run) pulse(when string, all []request) {
	if r.noise {
		r.strange()
	}
	if r.dice.IntN(10) == 0 {
		all = append(all, r.own()...)
	}
	r.load(r.ctx, r.tally, fmt.Sprintf("%s (%v)", when, r.clock.now().Sub(r.started).Round(time.Second)), all)
	r.showBad()
}

// plan makes one rollover of a side, as events from now on.
func (r *run) plan(s *side) []event {
	now := r.clock.now().Add(time.Duration(r.dice.IntN(40)) * time.Minute)
	// More than that, because an emergency at the other side may delay this.
	lead := twoRefreshes + time.Duration(70+r.dice.IntN(170))*time.Minute
	switch n := r.dice.IntN(100); {
	case n < 8: // as the documents want it
		lead = 48*time.Hour + time.Duration(90+r.dice.IntN(600))*time.Minute
		return r.atDate(s, now, lead)
	case n < 45:
		return r.atDate(s, now, lead)
	case n < 60:
		return r.byHand(s, now, lead)
	case n < 72:
		return r.twice(s, now, lead)
	}
	return []event{{now.Add(lead), func() { r.emergency(s) }}}
}

// atDate stages a certificate, which becomes current at its date by itself.
func (r *run) atDate(s *side, now time.Time, lead time.Duration) []event {
	var next s2s.Thumbprint
	at := now.Add(lead)
	staged := event{now, func() {
		next = r.make(s)
		r.during("staging", func() { s.stage(r.t, r.anyNode(s), next, at) })
	}}
	return append([]event{staged}, r.window(s, at, &next)...)
}

// twice stages a certificate, and another one in its place.
func (r *run) twice(s *side, now time.Time, lead time.Duration) []event {
	first := event{now, func() {
		dropped := r.make(s)
		r.during("staging", func() { s.stage(r.t, r.anyNode(s), dropped, now.Add(50*time.Hour)) })
	}}
	return append([]event{first}, r.atDate(s, now.Add(time.Duration(1+r.dice.IntN(90))*time.Minute), lead)...)
}

// byHand stages a certificate for a later day and publishes it before.
func (r *run) byHand(s *side, now time.Time, lead time.Duration) []event {
	var next s2s.Thumbprint
	at := now.Add(lead)
	staged := event{now, func() {
		next = r.make(s)
		r.during("staging", func() { s.stage(r.t, r.anyNode(s), next, now.Add(60*time.Hour)) })
	}}
	published := event{at, func() { r.during("publishing", func() { s.publish(r.t, r.ctx, r.anyNode(s)) }) }}
	return append([]event{staged, published}, r.window(s, at, &next)...)
}

// window is a date and the minutes around it, in which the clocks disagree: a
// load every minute or two, tokens that are kept from before and after, and in
// the end the certificate signs everywhere.
func (r *run) window(s *side, at time.Time, next *s2s.Thumbprint) []event {
	var all []event
	for m := -4 * time.Minute; m <= 10*time.Minute; m += time.Duration(75+r.dice.IntN(105)) * time.Second {
		all = append(all, event{at.Add(m), func() { r.pulse("around a date", r.round()) }})
	}
	for _, m := range []time.Duration{-time.Second, 151 * time.Second} {
		all = append(all, event{at.Add(m), func() { r.hold(s) }})
	}
	return append(all, event{at.Add(10 * time.Minute), func() {
		r.planned++
		r.signs(s, *next)
		if r.dice.IntN(5) == 0 {
			if err := s.clear(r.ctx, r.anyNode(s), false); !problem.Is(err, problem.KeyringTooEarly) {
				r.t.Errorf("clearing a certificate whose tokens are in use: %v", err)
			}
		}
	}})
}

func (r *run) make(s *side) s2s.Thumbprint {
	r.certificates++
	return s.members[0].newCertificate(r.t, r.certificates)
}

// during does something in the middle of a load.
func (r *run) during(when string, do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.load(r.ctx, r.tally, when, r.round())
	}()
	do()
	<-done
}

// signs checks who signs, and lets both members write it down.
func (r *run) signs(s *side, want s2s.Thumbprint) {
	for _, m := range s.members {
		if _, _, err := m.keyring.Roll(r.ctx); err != nil {
			r.t.Fatal(err)
		}
		signer, err := m.keyring.Signer(r.ctx)
		must(r.t, err)
		if signer.Thumbprint() != want {
			r.t.Fatalf("%s signs with %s, not with %s", s.name, signer.Thumbprint(), want)
		}
	}
}

func mapKeys[K cmp.Ordered, V any](m map[K]V) func(func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
