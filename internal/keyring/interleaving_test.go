package keyring

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

// refreshAtMost is the longest time between two reads of a partner: an hour and
// a tenth.
const refreshAtMost = 66 * time.Minute

// member is one node of a role. Its clock is off, and something can be made to
// happen at the worst moment of its next change: after it has read the state
// and before it writes.
type member struct {
	*Keyring
	world *world
	off   time.Duration
	amid  func()
}

func (m *member) now() time.Time {
	if amid := m.amid; amid != nil {
		m.amid = nil
		amid()
	}
	return m.world.now.Add(m.off)
}

// world is two members on one store, a partner that reads their documents and
// nothing else, and what has happened so far.
type world struct {
	t       *testing.T
	now     time.Time
	members []*member
	pool    []s2s.Thumbprint

	partner struct {
		off  time.Duration
		knew bool
		keys []s2s.Thumbprint // of the last document
		read time.Time
	}

	tokens   map[s2s.Thumbprint]time.Time // the end of the last token each has signed
	line     []s2s.Thumbprint             // currents in their order
	gone     []s2s.Thumbprint             // retired
	denied   map[s2s.Thumbprint]bool      // withdrawn
	forced   map[s2s.Thumbprint]bool
	unsigned bool // an administrator took the certificate away
}

// newWorld opens two members on a database, each with a connection of its own.
func newWorld(t *testing.T, dsn string) *world {
	t.Helper()
	w := &world{t: t, now: start}
	box := newBox(t)
	for range 2 {
		m := &member{world: w}
		k, err := New(storetest.Open(t, dsn), box, m.now, Policy{})
		if err != nil {
			t.Fatal(err)
		}
		m.Keyring = k
		w.members = append(w.members, m)
	}
	for range 16 {
		w.pool = append(w.pool, add(t, w.members[0].Keyring, Options{}).Thumbprint)
	}
	return w
}

// begin puts the world back to its start, with clocks up to 300 s apart.
func (w *world) begin(rt *rapid.T, db *store.DB) {
	if _, err := db.Exec(`UPDATE keyring_state SET state = '{}'`); err != nil {
		rt.Fatal(err)
	}
	w.now, w.tokens, w.line, w.gone = start, map[s2s.Thumbprint]time.Time{}, nil, nil
	w.forced, w.denied, w.unsigned = map[s2s.Thumbprint]bool{}, map[s2s.Thumbprint]bool{}, true
	w.partner.keys, w.partner.read, w.partner.knew = nil, start, false
	w.members[0].amid, w.members[1].amid = nil, nil
	offs := []*time.Duration{&w.members[0].off, &w.members[1].off, &w.partner.off}
	for i, off := range offs {
		*off = time.Duration(rapid.SampledFrom([]int{-150, 150, 0, 75, -149}).Draw(rt, fmt.Sprint("clock ", i))) * time.Second
	}
	if rapid.IntRange(0, 3).Draw(rt, "begun") > 0 {
		if _, err := w.members[0].Replace(w.t.Context(), w.pool[0]); err != nil {
			rt.Fatal(err)
		}
		w.forced[w.pool[0]] = true
		w.advance(rt, 4*refreshAtMost)
	}
}

// stored is the state as it lies in the store.
func (w *world) stored(rt *rapid.T) State {
	_, s, err := w.members[0].load(w.t.Context(), w.members[0].db)
	if err != nil {
		rt.Fatal(err)
	}
	return s
}

// advance lets time pass; the partner reads a document from either member
// whenever it has to, and never more often.
func (w *world) advance(rt *rapid.T, by time.Duration) {
	s, end := w.stored(rt), w.now.Add(by)
	for next := w.partner.read.Add(refreshAtMost); !next.After(end); next = next.Add(refreshAtMost) {
		w.now = next
		w.read(rt, s)
	}
	w.now = end
}

// read is one read of the partner. A role without a current certificate serves
// no document, and the partner keeps what it has.
func (w *world) read(rt *rapid.T, s State) {
	m := w.members[rapid.IntRange(0, 1).Draw(rt, "asked")]
	now := w.now.Add(m.off)
	w.partner.read = w.now
	if at := s.At(now, policy); at.Current != nil {
		w.partner.keys, w.partner.knew = at.Published(now), true
	}
}

// act does one random step on one member, perhaps with a step of the other in
// the middle of it.
func (w *world) act(rt *rapid.T) {
	i := rapid.IntRange(0, 1).Draw(rt, "member")
	disturbed := rapid.IntRange(0, 3).Draw(rt, "amid") == 0
	if disturbed {
		w.members[i].amid = func() { w.step(rt, w.members[1-i]) }
	}
	before := encode(w.stored(rt))
	w.step(rt, w.members[i])
	w.members[i].amid = nil
	if !disturbed && encode(w.stored(rt)) != before {
		// Whoever has just written has nothing more to write down.
		if _, changed, err := w.members[i].Roll(w.t.Context()); err != nil || changed {
			rt.Fatalf("a change left something to write down: %v", err)
		}
	}
}

// step does one thing. An error changes nothing; what counts is the state that
// it leaves.
func (w *world) step(rt *rapid.T, m *member) {
	ctx, force := w.t.Context(), rapid.Bool().Draw(rt, "force")
	cert := func() s2s.Thumbprint { return w.pool[rapid.IntRange(0, len(w.pool)-1).Draw(rt, "certificate")] }
	held := w.stored(rt)
	defer func() { w.retire(w.stored(rt)) }()
	switch rapid.SampledFrom([]string{"stage", "stage", "stage", "stage", "publish", "publish", "clear", "both", "replace", "withdraw", "unassign", "roll"}).Draw(rt, "step") {
	case "stage":
		t := cert()
		lead := time.Duration(rapid.SampledFrom([]int{-1, 0, 0, 1, 3, 12, 49, 60}).Draw(rt, "hours")) * time.Hour
		if lead >= policy.Lead {
			force = false
		}
		if _, err := m.Stage(ctx, t, w.now.Add(m.off+lead), force); err == nil && (force || w.unsigned) {
			w.forced[t] = true
		}
	case "publish":
		if s, err := m.Publish(ctx, force); err == nil && force {
			w.forced[s.Current.Thumbprint] = true
		}
	case "clear":
		_, err := m.ClearPrevious(ctx, force)
		w.excuse(rt, held, err == nil && force)
	case "both":
		s, err := m.PublishAndClear(ctx, force)
		if err == nil {
			w.forced[s.Current.Thumbprint] = true
		}
		w.excuse(rt, held, err == nil)
	case "replace":
		t := cert()
		if _, err := m.Replace(ctx, t); err == nil {
			w.forced[t] = true
		}
	case "withdraw":
		w.withdraw(rt, m, cert())
		w.excuse(rt, held, true)
	case "unassign":
		if s, err := m.Unassign(ctx, force); err == nil {
			w.unsigned = true // no document is served, so what is next stays unknown
			if s.Next != nil {
				w.forced[s.Next.Thumbprint] = true
			}
		}
		w.excuse(rt, held, true)
	case "roll":
		if m.amid == nil {
			w.roll(rt)
		} else if _, _, err := m.Roll(ctx); err != nil {
			rt.Fatal(err)
		}
	}
}

// withdraw takes one or two certificates out of use for good: mostly such as
// are in a slot or published, in whatever place.
func (w *world) withdraw(rt *rapid.T, m *member, heir s2s.Thumbprint) {
	leaks := w.stored(rt).slots()
	var leaked []s2s.Thumbprint
	for range rapid.IntRange(1, 2).Draw(rt, "leaks") {
		if len(leaks) > 0 && rapid.IntRange(0, 4).Draw(rt, "in use") > 0 {
			leaked = append(leaked, rapid.SampledFrom(leaks).Draw(rt, "leaked").Thumbprint)
		} else {
			leaked = append(leaked, w.pool[rapid.IntRange(0, len(w.pool)-1).Draw(rt, "leaked")])
		}
	}
	recorded := 0
	s, err := m.Withdraw(w.t.Context(), Withdrawal{Leaked: leaked, Successor: heir, Record: func(_ context.Context, _ *sql.Tx, after State) error {
		recorded++
		return nil
	}})
	if err != nil {
		return
	}
	for _, t := range leaked {
		if !slices.Contains(s.Denied, t) || s.Holds(t) {
			rt.Fatalf("%s was withdrawn and is %+v", w.text(t), s)
		}
		if _, before := w.denied[t]; !before && recorded != 1 {
			rt.Fatalf("the withdrawal of %s was recorded %d times", w.text(t), recorded)
		}
		w.denied[t] = true
	}
	// Who signs now may be somebody whom no partner has met.
	for _, slot := range s.line() {
		w.forced[slot.Thumbprint] = true
	}
}

// checkDenied: nothing of what was withdrawn is published, accepted or signs,
// on any node, ever again.
func (w *world) checkDenied(rt *rapid.T, s State) {
	for t := range w.denied {
		if !slices.Contains(s.Denied, t) {
			rt.Fatalf("that %s is denied was forgotten", w.text(t))
		}
	}
	for i, m := range w.members {
		now := w.now.Add(m.off)
		at := s.At(now, policy)
		for _, t := range slices.Concat(at.Published(now), at.Accepted(now), signers(at, now)) {
			if w.denied[t] {
				rt.Fatalf("node %d goes on with the withdrawn %s", i, w.text(t))
			}
		}
	}
}

// excuse notes the keys that somebody took out on purpose: their tokens may be
// refused.
func (w *world) excuse(rt *rapid.T, before State, meant bool) {
	after := w.stored(rt)
	for _, slot := range before.slots() {
		if meant && !after.Holds(slot.Thumbprint) {
			w.drop(slot.Thumbprint)
		}
	}
	for _, t := range after.Denied {
		w.drop(t)
	}
}

func (w *world) drop(t s2s.Thumbprint) {
	delete(w.tokens, t)
}

// roll lets both members write down what time has done by their clocks: it is
// written once and means the same before and after.
func (w *world) roll(rt *rapid.T) {
	meaning := func(m *member) string {
		now := w.now.Add(m.off)
		s := w.stored(rt).At(now, policy)
		return fmt.Sprint(w.text(s.Published(now)...), w.text(s.Accepted(now)...), w.text(signers(s, now)...))
	}
	wrote := 0
	for i, m := range w.members {
		s, before := w.stored(rt), meaning(m)
		due := encode(s) != encode(s.At(w.now.Add(m.off), policy))
		_, changed, err := m.Roll(w.t.Context())
		if err != nil || changed != due {
			rt.Fatalf("member %d rolled: %v, %v; due %v", i, changed, err, due)
		}
		if after := meaning(m); after != before {
			rt.Fatalf("rolling changed what member %d does from %s to %s", i, before, after)
		}
		if _, again, err := m.Roll(w.t.Context()); err != nil || again {
			rt.Fatalf("member %d rolled twice: %v", i, err)
		}
		if changed {
			wrote++
		}
	}
	if w.members[0].off == w.members[1].off && wrote == 2 {
		rt.Fatal("both members wrote the same moment down")
	}
}

func signers(s State, now time.Time) []s2s.Thumbprint {
	if slot := s.Signing(now, policy); slot != nil {
		return []s2s.Thumbprint{slot.Thumbprint}
	}
	return nil
}

// sign signs a token of the longest life on a member, and checks who did it.
// documents are what the members publish.
func (w *world) sign(rt *rapid.T, m *member, s State, documents [][]s2s.Thumbprint) {
	signer, err := m.Signer(w.t.Context())
	now := w.now.Add(m.off)
	s = s.At(now, policy)
	switch {
	case s.Current == nil:
		if !w.unsigned || !problem.Is(err, problem.KeyringMissing) {
			rt.Fatalf("no certificate is current (taken away: %v): %v", w.unsigned, err)
		}
		return
	case err != nil:
		rt.Fatal(err)
	}
	t := signer.Thumbprint()
	if end := now.Add(policy.TokenLife); end.After(w.tokens[t]) {
		w.tokens[t] = end
	}
	for i := range w.members {
		if documents[i] != nil && !slices.Contains(documents[i], t) {
			rt.Fatalf("%s signs on one node, and another publishes %s", w.text(t), w.text(documents[i]...))
		}
	}
	w.served(rt, s, t, now)
	if w.partner.knew && !w.forced[t] && len(w.line) > 1 && !slices.Contains(w.partner.keys, t) {
		rt.Fatalf("%s signs by plan, and a partner that reads every hour knows only %s", w.text(t), w.text(w.partner.keys...))
	}
}

// served: what signs has been out for a while, unless somebody insisted, nobody
// else could sign, or none has been out for as long. Who put it out may have had
// a clock that is behind.
func (w *world) served(rt *rapid.T, s State, t s2s.Thumbprint, now time.Time) {
	known := func(slot Slot) bool {
		return slot.Immediate || !now.Before(slot.From) && now.Sub(slot.Published) >= policy.Serve
	}
	var line []Slot
	for _, slot := range s.slots() {
		if slot.Thumbprint == s.Current.Thumbprint || slices.Contains(s.Retired, slot.Thumbprint) {
			line = append(line, slot)
		}
	}
	for _, slot := range line {
		if slot.Thumbprint == t && !known(slot) && slices.ContainsFunc(line, known) {
			rt.Fatalf("%s signs after %v, and another one has been out for longer", w.text(t), now.Sub(slot.Published))
		}
	}
}

// check holds at every instant.
func (w *world) check(rt *rapid.T) {
	s := w.stored(rt)
	w.checkSlots(rt, s)
	w.checkDenied(rt, s)
	// What the members publish is read once for all that is held against it.
	documents := make([][]s2s.Thumbprint, len(w.members))
	for i, m := range w.members {
		if s.At(w.now.Add(m.off), policy).Current != nil { // else it serves no document
			documents[i] = w.published(rt, m)
		}
	}
	for _, m := range w.members {
		w.sign(rt, m, s, documents)
	}
	w.checkTokens(rt, s)
}

func (w *world) published(rt *rapid.T, m *member) []s2s.Thumbprint {
	all, err := m.Published(w.t.Context())
	if err != nil {
		rt.Fatal(err)
	}
	list := []s2s.Thumbprint{}
	for _, c := range all {
		list = append(list, s2s.ThumbprintOf(c))
	}
	return list
}

// retire notes what will never be current again.
func (w *world) retire(s State) {
	for _, t := range s.Retired {
		if !slices.Contains(w.gone, t) {
			w.gone = append(w.gone, t)
		}
	}
}

// checkSlots: nothing stands twice, nothing retired or denied comes back, and
// who became current once does so never again, unless it was taken away by
// hand.
func (w *world) checkSlots(rt *rapid.T, s State) {
	ahead := s
	for _, m := range w.members {
		if at := s.At(w.now.Add(m.off), policy); at.Current != nil && (ahead.Current == nil || at.Current.From.After(ahead.Current.From)) {
			ahead = at
		}
	}
	w.retire(s)
	for _, t := range w.gone {
		if !slices.Contains(s.Retired, t) {
			rt.Fatalf("that %s is retired was forgotten", w.text(t))
		}
	}
	seen := map[s2s.Thumbprint]bool{}
	for _, slot := range ahead.slots() {
		if seen[slot.Thumbprint] || slices.Contains(ahead.Denied, slot.Thumbprint) {
			rt.Fatalf("%s has two slots or is denied", w.text(slot.Thumbprint))
		}
		seen[slot.Thumbprint] = true
	}
	for _, slot := range []*Slot{ahead.Current, ahead.Next} {
		if slot != nil && slices.Contains(ahead.Retired, slot.Thumbprint) {
			rt.Fatalf("the retired %s is back", w.text(slot.Thumbprint))
		}
	}
	if ahead.Current == nil {
		return
	}
	current := ahead.Current.Thumbprint
	if n := len(w.line); n > 0 && w.line[n-1] != current || n == 0 {
		if before := slices.Index(w.line, current); before >= 0 && slices.Contains(ahead.Retired, current) {
			rt.Fatalf("%s is current again", w.text(current))
		}
		w.line = append(w.line, current)
	}
	bare := func(m *member) bool { return s.At(w.now.Add(m.off), policy).Current == nil }
	if !slices.ContainsFunc(w.members, bare) {
		w.unsigned = false
	}
}

// text shows certificates by their number in the pool.
func (w *world) text(all ...s2s.Thumbprint) string {
	var text []string
	for _, t := range all {
		text = append(text, fmt.Sprint(slices.Index(w.pool, t)))
	}
	return "[" + strings.Join(text, " ") + "]"
}

// checkTokens: a token that has not ended is accepted by both members and by
// the partner, whatever the others have done by plan.
func (w *world) checkTokens(rt *rapid.T, s State) {
	for by, end := range w.tokens {
		if judge := w.now.Add(w.partner.off); !judge.Before(end.Add(policy.Skew)) {
			delete(w.tokens, by)
			continue
		}
		for _, m := range w.members {
			now := w.now.Add(m.off)
			if accepted := s.At(now, policy).Accepted(now); now.Before(end.Add(policy.Skew)) && !slices.Contains(accepted, by) {
				rt.Fatalf("a token of %s is good until %v, and at %v only %s are accepted", w.text(by), end, now, w.text(accepted...))
			}
		}
		if w.partner.knew && !w.forced[by] && len(w.line) > 1 && !slices.Contains(w.partner.keys, by) {
			rt.Fatalf("the partner has lost %s, whose token is good until %v", w.text(by), end)
		}
	}
}

// Two members on one store, with clocks up to 300 s apart, in every order of
// steps and with steps in the middle of others. At every instant: exactly one
// current certificate, or none when it was taken away; what signs is published
// everywhere and known to partners that only read every hour; no token is
// refused before its end unless somebody forced its key out; what was current
// never is again; what was withdrawn is published, accepted and signing
// nowhere, for ever; time is written down once.
func TestInterleavedMembers(t *testing.T) {
	storetest.RunDSN(t, func(t *testing.T, dsn string) {
		w, db := newWorld(t, dsn), storetest.Open(t, dsn)
		rapid.Check(t, func(rt *rapid.T) {
			w.begin(rt, db)
			for range rapid.IntRange(10, 60).Draw(rt, "steps") {
				switch rapid.IntRange(0, 5).Draw(rt, "time") {
				case 0:
					w.advance(rt, time.Duration(rapid.Int64Range(1, int64(60*time.Hour)).Draw(rt, "by")))
				case 1:
					w.approach(rt)
				case 2:
					w.advance(rt, time.Duration(rapid.IntRange(0, 700).Draw(rt, "seconds"))*time.Second)
				default:
					w.act(rt)
				}
				w.check(rt)
			}
		})
	})
}

// approach goes to the neighbourhood of a moment at which something happens.
func (w *world) approach(rt *rapid.T) {
	moments := []time.Time{w.now}
	for _, slot := range w.stored(rt).slots() {
		moments = append(moments, slot.From, slot.Until, slot.Published.Add(policy.Serve), slot.Published.Add(policy.known()))
	}
	for _, end := range w.tokens {
		moments = append(moments, end, end.Add(policy.Skew))
	}
	slices.SortFunc(moments, time.Time.Compare)
	at := rapid.SampledFrom(moments).Draw(rt, "moment").Add(time.Duration(rapid.IntRange(-310, 310).Draw(rt, "seconds")) * time.Second)
	if at.After(w.now) && at.Sub(w.now) < 100*time.Hour {
		w.advance(rt, at.Sub(w.now))
	}
}
