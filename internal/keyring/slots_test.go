package keyring

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

var (
	start  = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	policy = Policy{}.withDefaults()
)

const day = 24 * time.Hour

// cert is a candidate with a thumbprint of its own that is valid for years.
func cert(n byte) candidate {
	return candidate{s2s.Thumbprint{n}, start.Add(-time.Hour), start.Add(5 * 365 * day)}
}

// names shows thumbprints made by cert as letters.
func names(list []s2s.Thumbprint) string {
	var text []string
	for _, t := range list {
		text = append(text, string('A'+rune(t[0])-1))
	}
	return strings.Join(text, " ")
}

func name(slot *Slot) string {
	if slot == nil {
		return "-"
	}
	return names([]s2s.Thumbprint{slot.Thumbprint})
}

func wantCode(t testing.TB, err error, code problem.Code) {
	t.Helper()
	if !problem.Is(err, code) {
		t.Errorf("error = %v, want code %s", err, code)
	}
}

func must(t testing.TB, s State, err error) State {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// with is a state whose current certificate is A.
func with(t testing.TB) State {
	s, err := State{}.replace(cert(1), start, policy)
	return must(t, s, err)
}

// The table of phases: what is published, in order, and what signs.
func TestRollover(t *testing.T) {
	a := with(t)
	effective := start.Add(72 * time.Hour)
	staged, err := a.stage(cert(2), effective, start.Add(time.Hour), policy, false)
	staged = must(t, staged, err)
	over := effective.Add(policy.overlap())
	for _, c := range []struct {
		what             string
		at               time.Time
		published, signs string
	}{
		{"steady", start, "A", "A"},
		{"staged", start.Add(time.Hour), "A B", "A"},
		{"just before", effective.Add(-1), "A B", "A"},
		{"overlap", effective, "B A", "B"},
		{"end of overlap", over.Add(-1), "B A", "B"},
		{"cleared by itself", over, "B", "B"},
		{"much later", over.Add(300 * day), "B", "B"},
	} {
		s := staged
		if c.what == "steady" {
			s = a
		}
		s = s.At(c.at, policy)
		if got := names(s.Published(c.at)); got != c.published {
			t.Errorf("%s: published %q, want %q", c.what, got, c.published)
		}
		if got := name(s.Signing(c.at, policy)); got != c.signs {
			t.Errorf("%s: %s signs, want %s", c.what, got, c.signs)
		}
		if !slices.Equal(s.Accepted(c.at), s.Published(c.at)) {
			t.Errorf("%s: accepted are %v", c.what, s.Accepted(c.at))
		}
	}
	if got := staged.At(effective.Add(time.Hour), policy); !got.Current.Rolled || names(got.Retired) != "A" {
		t.Errorf("after the roll: %+v", got)
	}
	if policy.overlap() > 27*time.Hour {
		t.Errorf("the overlap is %v", policy.overlap())
	}
}

// checklist: 000-12 (the present moment is accepted, after a question)
func TestStageAsksBelow48Hours(t *testing.T) {
	for _, c := range []struct {
		lead time.Duration
		asks bool
	}{{48 * time.Hour, false}, {48*time.Hour - 1, true}, {0, true}, {-time.Hour, true}} {
		_, err := with(t).stage(cert(2), start.Add(c.lead), start, policy, false)
		var ask *Confirmation
		if errors.As(err, &ask) != c.asks {
			t.Errorf("%v ahead: %v", c.lead, err)
		}
		if c.asks {
			wantCode(t, err, problem.KeyringConfirm)
			if !strings.Contains(ask.Question, "is not 48 hours in the future") {
				t.Errorf("the question is %q", ask.Question)
			}
		}
		s, err := with(t).stage(cert(2), start.Add(c.lead), start, policy, true)
		s = must(t, s, err)
		if c.lead <= 0 && (name(s.Current) != "B" || !s.Current.From.Equal(start)) {
			t.Errorf("%v ahead: a date that is over is not taken as now: %+v", c.lead, s.Current)
		}
		if c.lead > 0 && name(s.Next) != "B" {
			t.Errorf("%v ahead: next is %s", c.lead, name(s.Next))
		}
	}
}

func TestStageRefuses(t *testing.T) {
	s := with(t)
	effective := start.Add(72 * time.Hour)
	young := cert(2)
	young.notBefore = effective.Add(time.Second)
	short := cert(2)
	short.notAfter = effective.Add(30*day - time.Second)
	b, err := s.replace(cert(2), start, policy)
	b = must(t, b, err)
	for what, c := range map[string]struct {
		s    State
		cert candidate
		code problem.Code
	}{
		"the current one":        {s, cert(1), problem.KeyringCurrent},
		"a retired one":          {b, cert(1), problem.KeyringReused},
		"one not yet valid":      {s, young, problem.KeyringNotYetValid},
		"one that ends too soon": {s, short, problem.KeyringTooShort},
	} {
		t.Run(what, func(t *testing.T) {
			_, err := c.s.stage(c.cert, effective, start, policy, true)
			wantCode(t, err, c.code)
		})
	}
	// A gap in which nothing signs has to be meant.
	ending := with(t)
	ending.Current.NotAfter = start.Add(60 * time.Hour)
	_, err = ending.stage(cert(2), effective, start, policy, false)
	wantCode(t, err, problem.KeyringConfirm)
	if err == nil || !strings.Contains(err.Error(), "nothing can be signed") {
		t.Errorf("the question is %v", err)
	}
}

// A second next certificate replaces the first; the first stays published for
// an hour.
func TestStageTwice(t *testing.T) {
	s := with(t)
	s, err := s.stage(cert(2), start.Add(72*time.Hour), start, policy, false)
	s = must(t, s, err)
	later := start.Add(30 * time.Minute)
	s, err = s.At(later, policy).stage(cert(3), later.Add(72*time.Hour), later, policy, false)
	s = must(t, s, err)
	if got := names(s.Published(later)); got != "A C B" {
		t.Errorf("published %q, want %q", got, "A C B")
	}
	if got := names(s.At(later.Add(time.Hour), policy).Published(later)); got != "A C" {
		t.Errorf("an hour later published %q, want %q", got, "A C")
	}
	// The first can come back; it has been out all the time.
	back, err := s.stage(cert(2), later.Add(72*time.Hour), later.Add(time.Minute), policy, false)
	back = must(t, back, err)
	if name(back.Next) != "B" || !back.Next.Published.Equal(start) || names(back.Published(later)) != "A B C" {
		t.Errorf("staged again: %+v, published %q", back.Next, names(back.Published(later)))
	}
	// The same one with another date keeps the time it has been out.
	moved, err := s.stage(cert(3), later.Add(96*time.Hour), later.Add(time.Hour), policy, false)
	moved = must(t, moved, err)
	if !moved.Next.Published.Equal(later) || !moved.Next.From.Equal(later.Add(96*time.Hour)) {
		t.Errorf("moved: %+v", moved.Next)
	}
}

// checklist: 000-13
func TestPublish(t *testing.T) {
	_, err := with(t).publish(start, policy, true)
	wantCode(t, err, problem.KeyringNothingStaged)
	_, err = State{}.publish(start, policy, true)
	wantCode(t, err, problem.KeyringNothingStaged)

	staged, err := with(t).stage(cert(2), start.Add(72*time.Hour), start, policy, false)
	staged = must(t, staged, err)
	early := start.Add(2*time.Hour - 1)
	_, err = staged.publish(early, policy, false)
	wantCode(t, err, problem.KeyringTooEarly)
	_, err = staged.publish(start.Add(2*time.Hour), policy, false)
	wantCode(t, err, problem.KeyringConfirm)
	for _, at := range []time.Time{early, start.Add(2 * time.Hour)} {
		s, err := staged.publish(at, policy, true)
		s = must(t, s, err)
		if name(s.Current) != "B" || name(s.Previous) != "A" || s.Next != nil || names(s.Published(at)) != "B A" || name(s.Signing(at, policy)) != "B" {
			t.Errorf("000-13: after publishing: %+v", s)
		}
	}
	// Without a certificate in force there is nobody to wait for.
	first, err := State{}.stage(cert(1), start.Add(72*time.Hour), start, policy, false)
	first = must(t, first, err)
	_, err = first.publish(start, policy, false)
	wantCode(t, err, problem.KeyringConfirm)
}

// After staging with the present moment the date has come before Publish is
// typed; Publish agrees, once.
func TestPublishAfterItsDate(t *testing.T) {
	s, err := with(t).stage(cert(2), start, start, policy, true)
	s = must(t, s, err)
	at := start.Add(time.Second)
	if got := name(s.Signing(at, policy)); got != "A" {
		t.Errorf("before it was served for a while %s signs, want A", got)
	}
	agreed, err := s.publish(at, policy, false)
	agreed = must(t, agreed, err)
	if name(agreed.Signing(at, policy)) != "A" || name(agreed.Signing(start.Add(policy.Serve), policy)) != "B" {
		t.Errorf("after Publish: %+v", agreed.Current)
	}
	_, err = agreed.publish(at, policy, false)
	wantCode(t, err, problem.KeyringNothingStaged)
	forced, err := s.publish(at, policy, true)
	forced = must(t, forced, err)
	if got := name(forced.Signing(at, policy)); got != "B" {
		t.Errorf("after a forced Publish %s signs, want B", got)
	}
}

// checklist: 000-14
func TestClearPrevious(t *testing.T) {
	s := with(t)
	if same, err := s.clearPrevious(start, false); err != nil || !cmp.Equal(same, s) {
		t.Errorf("with nothing to clear: %v", err)
	}
	s, err := s.stage(cert(2), start, start, policy, true)
	s = must(t, s, err)
	until := start.Add(policy.overlap())
	_, err = s.clearPrevious(until.Add(-1), false)
	wantCode(t, err, problem.KeyringTooEarly)
	if err == nil || !strings.Contains(err.Error(), moment(until)) {
		t.Errorf("%v does not say when", err)
	}
	cleared, err := s.clearPrevious(start.Add(time.Second), true)
	cleared = must(t, cleared, err)
	if cleared.Previous != nil || names(cleared.Published(start.Add(time.Second))) != "B" || name(cleared.Signing(start.Add(time.Second), policy)) != "B" {
		t.Errorf("000-14: after clearing: %+v", cleared)
	}
	// One that has expired protects nobody.
	s.Previous.NotAfter = start.Add(-time.Second)
	if cleared, err := s.clearPrevious(start.Add(time.Second), false); err != nil || cleared.Previous != nil {
		t.Errorf("an expired previous certificate: %v", err)
	}
}

func TestPublishAndClear(t *testing.T) {
	s, err := with(t).stage(cert(2), start.Add(72*time.Hour), start, policy, false)
	s = must(t, s, err)
	_, err = s.publishAndClear(start.Add(50*time.Hour), policy, false)
	wantCode(t, err, problem.KeyringPublishAndClear)
	both, err := s.publishAndClear(start.Add(time.Hour), policy, true)
	both = must(t, both, err)
	if names(both.Published(start.Add(time.Hour))) != "B" {
		t.Errorf("published %q", names(both.Published(start.Add(time.Hour))))
	}
}

func TestReplace(t *testing.T) {
	s := with(t)
	kept, err := s.replace(cert(2), start, policy)
	kept = must(t, kept, err)
	if names(kept.Published(start)) != "B A" || name(kept.Signing(start, policy)) != "B" {
		t.Errorf("replaced: %+v", kept)
	}
	_, err = kept.replace(cert(1), start, policy)
	wantCode(t, err, problem.KeyringReused)
	if same, err := kept.replace(cert(2), start, policy); err != nil || name(same.Current) != "B" || name(same.Previous) != "A" {
		t.Errorf("assigned again: %+v, %v", same, err)
	}
	staged, err := s.stage(cert(3), start.Add(72*time.Hour), start, policy, false)
	staged = must(t, staged, err)
	if next, err := staged.replace(cert(3), start, policy); err != nil || next.Next != nil || name(next.Current) != "C" {
		t.Errorf("the next one at once: %+v, %v", next, err)
	}
	if other, err := staged.replace(cert(2), start, policy); err != nil || name(other.Next) != "C" {
		t.Errorf("another one keeps what is staged: %+v, %v", other, err)
	}
	// Two quick replacements: what the first pushed out stays published.
	twice, err := kept.replace(cert(3), start.Add(time.Minute), policy)
	twice = must(t, twice, err)
	if names(twice.Published(start.Add(time.Minute))) != "C B A" {
		t.Errorf("replaced twice: published %q", names(twice.Published(start.Add(time.Minute))))
	}
	if later := start.Add(policy.overlap()); names(twice.At(later, policy).Published(later)) != "C B" {
		t.Errorf("the first is published for ever")
	}
	old, young := cert(4), cert(4)
	old.notAfter, young.notBefore = start.Add(-time.Second), start.Add(time.Second)
	_, err = s.replace(old, start, policy)
	wantCode(t, err, problem.KeyringTooShort)
	_, err = s.replace(young, start, policy)
	wantCode(t, err, problem.KeyringNotYetValid)
}

func TestUnassign(t *testing.T) {
	_, err := with(t).unassign(false)
	wantCode(t, err, problem.KeyringConfirm)
	s, err := with(t).unassign(true)
	s = must(t, s, err)
	if s.Signing(start, policy) != nil || len(s.Published(start)) != 0 || !s.Begun {
		t.Errorf("unassigned: %+v", s)
	}
	again, err := s.replace(cert(1), start, policy)
	again = must(t, again, err)
	if name(again.Signing(start, policy)) != "A" {
		t.Errorf("assigned again: %+v", again)
	}
}

func TestExpiredCurrentSignsNothing(t *testing.T) {
	s := with(t)
	s.Current.NotAfter = start.Add(time.Hour)
	if s.Signing(start.Add(time.Hour), policy) == nil {
		t.Error("the last moment is not used")
	}
	after := start.Add(time.Hour + 1)
	if s.Signing(after, policy) != nil || len(s.Published(after)) != 0 {
		t.Error("an expired certificate signs or is published")
	}
	// Its successor signs at once: there is nothing to wait with.
	s, err := s.stage(cert(2), after, after, policy, true)
	s = must(t, s, err)
	if name(s.Signing(after, policy)) != "B" || names(s.Published(after)) != "B" {
		t.Errorf("after the cure %s signs", name(s.Signing(after, policy)))
	}
}

// A node whose clock is behind meets a rollover another node has written down:
// it signs with the previous certificate, which everybody publishes.
func TestClockBehind(t *testing.T) {
	s, err := with(t).stage(cert(2), start.Add(72*time.Hour), start, policy, false)
	s = must(t, s, err)
	written := s.At(start.Add(72*time.Hour), policy)
	behind := start.Add(72*time.Hour - 299*time.Second)
	if got := name(written.At(behind, policy).Signing(behind, policy)); got != "A" {
		t.Errorf("%s signs on the slow node, want A", got)
	}
	// A change made there does not lie before the rollover.
	replaced, err := written.At(behind, policy).replace(cert(3), behind, policy)
	replaced = must(t, replaced, err)
	if replaced.Current.From.Before(written.Current.From) {
		t.Errorf("time went back from %v to %v", written.Current.From, replaced.Current.From)
	}
	// A clock that is a year ahead does not drag the others along.
	far := State{Current: &Slot{Thumbprint: cert(1).thumbprint, NotAfter: cert(1).notAfter, From: start.Add(365 * day)}, Begun: true}
	replaced, err = far.replace(cert(3), start, policy)
	replaced = must(t, replaced, err)
	if !replaced.Current.From.Equal(start) {
		t.Errorf("the new certificate is current from %v", replaced.Current.From)
	}
}

func TestStateJSON(t *testing.T) {
	s, err := with(t).stage(cert(2), start.Add(72*time.Hour), start, policy, false)
	s = must(t, s, err)
	s, err = s.stage(cert(3), start.Add(72*time.Hour), start, policy, false)
	s = must(t, s, err)
	s, err = s.withdraw([]s2s.Thumbprint{cert(1).thumbprint}, new(cert(4)), start, policy)
	s = must(t, s, err)
	var back State
	if err := json.Unmarshal([]byte(encode(s)), &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s, back); diff != "" {
		t.Error(diff)
	}
	if encode(State{}) != encode(State{}.At(start, policy)) {
		t.Error("the empty state changes with time")
	}
}

// machine runs random steps of two nodes, whose clocks differ, on one state.
type machine struct {
	s      State
	now    time.Time // real time
	off    [2]time.Duration
	issued byte
	expiry map[s2s.Thumbprint]time.Time

	signed  map[s2s.Thumbprint]time.Time // last signature
	excused map[s2s.Thumbprint]bool      // somebody forced it out
	order   map[s2s.Thumbprint]int       // position in the line of current ones
	last    time.Time                    // newest Current.From
}

func (m *machine) clock(node int) time.Time { return m.now.Add(m.off[node]) }

func (m *machine) next(rt *rapid.T) candidate {
	if m.issued > 0 && rapid.IntRange(0, 3).Draw(rt, "reuse") == 0 {
		n := byte(rapid.IntRange(1, int(m.issued)).Draw(rt, "which"))
		return candidate{s2s.Thumbprint{n}, start.Add(-time.Hour), m.expiry[s2s.Thumbprint{n}]}
	}
	m.issued++
	c := candidate{s2s.Thumbprint{m.issued}, start.Add(-time.Hour), m.now.Add(time.Duration(rapid.IntRange(31, 400).Draw(rt, "days")) * day)}
	m.expiry[c.thumbprint] = c.notAfter
	return c
}

// step lets a node change the state; an error changes nothing.
func (m *machine) step(rt *rapid.T) {
	node := rapid.IntRange(0, 1).Draw(rt, "node")
	now := m.clock(node)
	s := m.s.At(now, policy)
	force := rapid.Bool().Draw(rt, "force")
	var err error
	switch what := rapid.SampledFrom([]string{"advance", "jump", "jump", "sign", "sign", "roll", "stage", "stage", "publish", "clear", "both", "replace", "withdraw"}).Draw(rt, "step"); what {
	case "advance":
		m.now = m.now.Add(time.Duration(rapid.Int64Range(1, int64(40*time.Hour)).Draw(rt, "by")))
		return
	case "jump":
		m.jump(rt)
		return
	case "sign":
		m.sign(rt, node)
		return
	case "roll":
		err = nil
	case "stage":
		s, err = s.stage(m.next(rt), now.Add(time.Duration(rapid.IntRange(-1, 100).Draw(rt, "hours"))*time.Hour), now, policy, force)
	case "publish":
		s, err = s.publish(now, policy, force)
	case "clear", "both":
		if what == "both" {
			s, err = s.publishAndClear(now, policy, force)
		} else {
			s, err = s.clearPrevious(now, force)
		}
	case "replace":
		s, err = s.replace(m.next(rt), now, policy)
	case "withdraw":
		heir := m.next(rt)
		s, err = s.withdraw(m.leaked(rt), &heir, now, policy)
	}
	if err != nil {
		return
	}
	before := m.s
	m.s = s
	m.excuse(before, force)
}

// leaked is one or two of the certificates there have been.
func (m *machine) leaked(rt *rapid.T) (all []s2s.Thumbprint) {
	for range rapid.IntRange(1, 2).Draw(rt, "leaks") {
		all = append(all, s2s.Thumbprint{byte(rapid.IntRange(1, int(max(m.issued, 1))).Draw(rt, "leaked"))})
	}
	return all
}

// jump goes to the neighbourhood of a moment at which something happens.
func (m *machine) jump(rt *rapid.T) {
	moments := []time.Time{m.now}
	for _, slot := range m.s.slots() {
		for _, at := range []time.Time{slot.From, slot.Until, slot.NotAfter, slot.Published.Add(policy.Serve)} {
			if at.After(m.now) {
				moments = append(moments, at)
			}
		}
	}
	for t, when := range m.signed {
		if end := when.Add(policy.TokenLife + policy.Skew); end.After(m.now) && !m.excused[t] {
			moments = append(moments, end)
		}
	}
	slices.SortFunc(moments, time.Time.Compare)
	at := rapid.SampledFrom(moments).Draw(rt, "moment").Add(time.Duration(rapid.IntRange(-400, 400).Draw(rt, "seconds")) * time.Second)
	if at.After(m.now) {
		m.now = at
	}
}

// excuse notes the keys that a step took out before their time. Only a forced
// step or a denial may.
func (m *machine) excuse(before State, force bool) {
	for _, slot := range before.slots() {
		t := slot.Thumbprint
		if !m.s.Holds(t) && (force || slices.Contains(m.s.Denied, t)) {
			m.excused[t] = true
		}
	}
}

func (m *machine) sign(rt *rapid.T, node int) {
	now := m.clock(node)
	slot := m.s.At(now, policy).Signing(now, policy)
	if slot == nil {
		return
	}
	m.signed[slot.Thumbprint] = m.now
	for other := range 2 {
		seen := m.clock(other)
		published := m.s.At(seen, policy).Published(seen)
		near := slot.NotAfter.Sub(m.now).Abs() < 10*time.Minute // the two clocks may disagree about its last moment
		if !slices.Contains(published, slot.Thumbprint) && !near {
			rt.Fatalf("node %d signs with %s, node %d publishes %s", node, name(slot), other, names(published))
		}
	}
}

func (m *machine) check(rt *rapid.T) {
	if m.s.Begun != (m.s.Current != nil) {
		rt.Fatalf("begun is %v, current %s", m.s.Begun, name(m.s.Current))
	}
	seen := map[s2s.Thumbprint]bool{}
	for _, slot := range m.s.slots() {
		if seen[slot.Thumbprint] {
			rt.Fatalf("%s has two slots", name(&slot))
		}
		seen[slot.Thumbprint] = true
		if slices.Contains(m.s.Denied, slot.Thumbprint) {
			rt.Fatalf("the denied %s has a slot", name(&slot))
		}
	}
	for _, slot := range []*Slot{m.s.Current, m.s.Next} {
		if slot != nil && slices.Contains(m.s.Retired, slot.Thumbprint) {
			rt.Fatalf("the retired %s is back", name(slot))
		}
	}
	if c := m.s.Current; c != nil {
		if c.From.Before(m.last) {
			rt.Fatalf("time went back from %v to %v", m.last, c.From)
		}
		m.last = c.From
		if _, known := m.order[c.Thumbprint]; !known {
			m.order[c.Thumbprint] = len(m.order)
		}
		if m.order[c.Thumbprint] != len(m.order)-1 {
			rt.Fatalf("%s is current again", name(c))
		}
	}
	m.checkOverlap(rt)
}

// checkOverlap: whatever signed a token that may still be in use is published
// on both nodes.
func (m *machine) checkOverlap(rt *rapid.T) {
	for t, when := range m.signed {
		expired := m.now.Add(10 * time.Minute).After(m.expiry[t])
		if m.excused[t] || expired || m.now.After(when.Add(policy.TokenLife+policy.Skew)) {
			continue
		}
		for node := range 2 {
			now := m.clock(node)
			if published := m.s.At(now, policy).Published(now); !slices.Contains(published, t) {
				rt.Fatalf("node %d has dropped %s %v after its last signature; published %s", node, names([]s2s.Thumbprint{t}), m.now.Sub(when), names(published))
			}
		}
	}
}

// Exactly one current certificate or none before the first; nothing is signed
// by a key that is not published; times only go forward; a key is published
// until its tokens have ended, unless somebody forces it out.
func TestRandomSteps(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{
			now: start, expiry: map[s2s.Thumbprint]time.Time{}, signed: map[s2s.Thumbprint]time.Time{},
			excused: map[s2s.Thumbprint]bool{}, order: map[s2s.Thumbprint]int{},
		}
		for node := range m.off {
			m.off[node] = time.Duration(rapid.Int64Range(int64(-299*time.Second/2), int64(299*time.Second/2)).Draw(rt, fmt.Sprint("clock", node)))
		}
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			m.step(rt)
			m.check(rt)
		}
	})
}
