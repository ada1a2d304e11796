package keyring

import (
	"slices"
	"time"

	"github.com/matchseal/matchseal/s2s"
)

// Slot is the place of one certificate in the State.
type Slot struct {
	Thumbprint s2s.Thumbprint
	NotAfter   time.Time // of the certificate
	Published  time.Time // since when it is in the metadata document
	// From is when it became, or will become, current.
	From time.Time
	// Until is when it stops being published. Zero for current and next.
	Until time.Time
	// Immediate lets it sign from the moment it is current, although partners
	// may not have met it: somebody insisted, or nobody else could sign.
	Immediate bool
	// Rolled says that its date made it current and nobody has published it
	// by hand.
	Rolled bool
}

// expired reports whether the certificate is past its last moment.
func (s Slot) expired(now time.Time) bool { return now.After(s.NotAfter) }

// State is what a role's signing certificates are, as stored. Its methods are
// pure functions of it and the time.
type State struct {
	Current, Next, Previous *Slot
	// Leaving have lost their slot and stay published until their time: next
	// certificates that never signed, and previous ones pushed out by a second
	// rollover within the overlap.
	Leaving []Slot
	// Retired were current once and never will be again.
	Retired []s2s.Thumbprint
	// Denied have keys in wrong hands. They get no slot, whether they ever had
	// one or not.
	Denied []s2s.Thumbprint
	// Begun says that the role has had a signing certificate.
	Begun bool
}

// At returns the state as time has made it by now: a next certificate whose
// date has come is current, what has been published long enough is gone.
func (s State) At(now time.Time, p Policy) State {
	p = p.withDefaults()
	s = s.clone()
	if s.Next != nil && !now.Before(s.Next.From) {
		rolled := *s.Next
		rolled.Rolled = true
		s.Next = nil
		s.replaceCurrent(rolled, p)
	}
	if s.Previous != nil && !now.Before(s.Previous.Until) {
		s.Previous = nil
	}
	s.Leaving = slices.DeleteFunc(s.Leaving, func(l Slot) bool { return !now.Before(l.Until) })
	if len(s.Leaving) == 0 {
		s.Leaving = nil
	}
	return s
}

// Published returns the certificates of the metadata document, in its order:
// current, next, previous, then those that are leaving. s is the result of At
// for the same moment. Expired certificates are left out.
func (s State) Published(now time.Time) []s2s.Thumbprint {
	var published []s2s.Thumbprint
	for _, slot := range s.slots() {
		if !slot.expired(now) {
			published = append(published, slot.Thumbprint)
		}
	}
	return published
}

// Accepted returns the certificates whose signature under a token of this role
// counts: those that are published.
func (s State) Accepted(now time.Time) []s2s.Thumbprint { return s.Published(now) }

// Signing returns the slot whose certificate signs on a node whose clock says
// now: the newest of those that are or were current that has been served for a
// while, or the oldest when none has. It returns nil when there is no current
// certificate or it has expired. s is the result of At for the same moment.
func (s State) Signing(now time.Time, p Policy) *Slot {
	p = p.withDefaults()
	if s.Current == nil || s.Current.expired(now) {
		return nil
	}
	signs := *s.Current
	for _, slot := range s.line() {
		if slot.expired(now) {
			continue
		}
		signs = slot
		if slot.Immediate || !now.Before(slot.From) && !now.Before(slot.Published.Add(p.Serve)) {
			break
		}
	}
	return &signs
}

// line returns the certificates that are or were current, the newest first.
func (s State) line() []Slot {
	var line []Slot
	for _, slot := range []*Slot{s.Current, s.Previous} {
		if slot != nil {
			line = append(line, *slot)
		}
	}
	for _, slot := range slices.Backward(s.Leaving) {
		if slices.Contains(s.Retired, slot.Thumbprint) {
			line = append(line, slot)
		}
	}
	return line
}

// Holds reports whether the certificate is in a slot or still published.
func (s State) Holds(t s2s.Thumbprint) bool {
	return slices.ContainsFunc(s.slots(), func(slot Slot) bool { return slot.Thumbprint == t })
}

// slots returns what is occupied, in the order of publication.
func (s State) slots() []Slot {
	var slots []Slot
	for _, slot := range []*Slot{s.Current, s.Next, s.Previous} {
		if slot != nil {
			slots = append(slots, *slot)
		}
	}
	return append(slots, s.Leaving...)
}

// replaceCurrent makes slot current at slot.From and keeps the one before
// published for the overlap.
func (s *State) replaceCurrent(slot Slot, p Policy) {
	if old := s.Current; old != nil {
		if s.Previous != nil {
			s.Leaving = append(s.Leaving, *s.Previous)
		}
		s.Retired = append(s.Retired, old.Thumbprint)
		old.Until = slot.From.Add(p.overlap())
		s.Previous = old
	} else {
		slot.Immediate = true // nobody signed until now, so nobody can go on meanwhile
	}
	slot.Until = time.Time{}
	s.Current, s.Begun = &slot, true
}

// clone copies s so that changing the copy leaves s as it is.
func (s State) clone() State {
	for _, slot := range []**Slot{&s.Current, &s.Next, &s.Previous} {
		if *slot != nil {
			copied := **slot
			*slot = &copied
		}
	}
	s.Leaving = slices.Clone(s.Leaving)
	s.Retired = slices.Clone(s.Retired)
	s.Denied = slices.Clone(s.Denied)
	return s
}
