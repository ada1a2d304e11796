package keyring

import (
	"fmt"
	"slices"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

// candidate is a certificate that is to get a slot.
type candidate struct {
	thumbprint          s2s.Thumbprint
	notBefore, notAfter time.Time
}

// maxClockDifference bounds how far a change may be dated forward so that it
// does not lie before the one before it. A larger difference is a broken
// clock, and following it would move the rollover into the far future.
const maxClockDifference = 10 * time.Minute

// forward returns the moment from which a change made now counts.
func (s State) forward(now time.Time) time.Time {
	if s.Current != nil && s.Current.From.After(now) && s.Current.From.Sub(now) <= maxClockDifference {
		return s.Current.From
	}
	return now
}

// stage makes c the next certificate, current from effective on.
func (s State) stage(c candidate, effective, now time.Time, p Policy, force bool) (State, error) {
	if s.Next != nil && s.Next.From.Sub(now) <= p.Skew {
		// A node whose clock is ahead may sign with it already. Taken for one
		// that never signed, it would be gone before its tokens.
		s = s.At(s.Next.From, p)
	}
	if err := s.free(c.thumbprint); err != nil {
		return s, err
	}
	now = s.forward(now)
	early := effective.Sub(now) < p.Lead
	if effective.Before(now) {
		effective = now
	}
	published := s.out(c.thumbprint, now)
	slow := p.slowest.needs() > p.Lead && p.tooSlow(s, published, effective, now)
	switch {
	case c.notBefore.After(effective):
		return s, problem.New(problem.KeyringNotYetValid, "the signing certificate %s is valid from %s, after the effective date %s", c.thumbprint, moment(c.notBefore), moment(effective))
	case c.notAfter.Before(effective.Add(p.Remaining)):
		return s, problem.New(problem.KeyringTooShort, "the signing certificate %s ends %s, less than %d days after the effective date %s", c.thumbprint, moment(c.notAfter), p.Remaining/(24*time.Hour), moment(effective))
	case slow && !force:
		return s, &Confirmation{Question: questionLead + p.slowWords(published)}
	case early && !force:
		return s, &Confirmation{Question: questionLead}
	case !force && s.Current != nil && !s.Current.expired(now) && s.Current.expired(effective):
		return s, &Confirmation{Question: fmt.Sprintf(questionGap, moment(s.Current.NotAfter), moment(effective))}
	}
	s = s.clone()
	s.Leaving = slices.DeleteFunc(s.Leaving, func(l Slot) bool { return l.Thumbprint == c.thumbprint })
	if old := s.Next; old != nil && old.Thumbprint != c.thumbprint {
		// Nobody is left with a document whose only new key has vanished.
		old.Until = now.Add(p.Withdraw)
		s.Leaving = append(s.Leaving, *old)
	}
	s.Next = &Slot{Thumbprint: c.thumbprint, NotAfter: c.notAfter, Published: published, From: effective}
	return s.At(now, p), nil
}

// out says since when a certificate that is published at now has been: one that
// was staged before has been out all the time.
func (s State) out(t s2s.Thumbprint, now time.Time) time.Time {
	for _, slot := range s.slots() {
		if slot.Thumbprint == t {
			return slot.Published
		}
	}
	return now
}

// publish makes the next certificate current now.
func (s State) publish(now time.Time, p Policy, force bool) (State, error) {
	s = s.clone()
	if s.Next == nil {
		// Its date may have come in the meantime, or have been "now".
		if s.Current == nil || !s.Current.Rolled {
			return s, problem.New(problem.KeyringNothingStaged, "no next signing certificate is staged that could be published")
		}
		s.Current.Rolled = false
		s.Current.Immediate = s.Current.Immediate || force
		return s, nil
	}
	now = s.forward(now)
	if usable := s.Current != nil && !s.Current.expired(now); !force {
		if ready := s.Next.Published.Add(p.known()); usable && now.Before(ready) {
			return s, problem.New(problem.KeyringTooEarly, "the next signing certificate %s is published since %s only; partners know it from %s on", s.Next.Thumbprint, moment(s.Next.Published), moment(ready))
		}
		question := fmt.Sprintf(questionPublish, moment(s.Next.From))
		if p.tooSlow(s, s.Next.Published, now, now) {
			question += p.slowWords(s.Next.Published)
		}
		return s, &Confirmation{Question: question}
	}
	slot := *s.Next
	slot.From, slot.Immediate = now, force
	s.Next = nil
	s.replaceCurrent(slot, p)
	return s, nil
}

// clearPrevious forgets the previous certificate. Forced, it forgets those that
// were current before it too: their keys are what somebody wants gone.
func (s State) clearPrevious(now time.Time, force bool) (State, error) {
	if s.Previous == nil && !force {
		return s, nil
	}
	if !force && !s.Previous.expired(now) {
		return s, problem.New(problem.KeyringTooEarly, "tokens signed with the previous certificate %s may be in use until %s; then it is cleared by itself", s.Previous.Thumbprint, moment(s.Previous.Until))
	}
	s = s.clone()
	s.Previous = nil
	if force {
		s.Leaving = slices.DeleteFunc(s.Leaving, func(l Slot) bool { return slices.Contains(s.Retired, l.Thumbprint) })
	}
	return s, nil
}

// publishAndClear does both, which leaves no overlap and so has to be forced.
func (s State) publishAndClear(now time.Time, p Policy, force bool) (State, error) {
	if !force {
		return s, problem.New(problem.KeyringPublishAndClear, "publishing the next signing certificate and clearing the previous one were asked for together")
	}
	s, err := s.publish(now, p, force)
	if err != nil {
		return s, err
	}
	return s.clearPrevious(now, force)
}

// replace makes c current at once; the one before goes through its overlap.
func (s State) replace(c candidate, now time.Time, p Policy) (State, error) {
	if s.Current != nil && s.Current.Thumbprint == c.thumbprint {
		s = s.clone()
		s.Current.Immediate = true
		return s, nil
	}
	now = s.forward(now)
	s = s.clone()
	slot, err := s.assign(c, now)
	if err != nil {
		return s, err
	}
	s.replaceCurrent(slot, p)
	return s, nil
}

// assign gives c a slot that signs from now on, and takes it out of the one
// that it may have had.
func (s *State) assign(c candidate, now time.Time) (Slot, error) {
	if err := s.free(c.thumbprint); err != nil {
		return Slot{}, err
	}
	if c.notBefore.After(now) {
		return Slot{}, problem.New(problem.KeyringNotYetValid, "the certificate %s, which is to sign tokens, is valid from %s only", c.thumbprint, moment(c.notBefore))
	}
	if c.notAfter.Before(now) {
		return Slot{}, problem.New(problem.KeyringTooShort, "the certificate %s, which is to sign tokens, ended %s", c.thumbprint, moment(c.notAfter))
	}
	slot := Slot{Thumbprint: c.thumbprint, NotAfter: c.notAfter, Published: now, From: now, Immediate: true}
	if s.Next != nil && s.Next.Thumbprint == c.thumbprint {
		slot.Published, s.Next = s.Next.Published, nil
	}
	s.Leaving = slices.DeleteFunc(s.Leaving, func(l Slot) bool { return l.Thumbprint == c.thumbprint })
	return slot, nil
}

// unassign leaves the role without a current certificate. The certificate is
// not retired: assigning it again is the cure of a mistake.
func (s State) unassign(force bool) (State, error) {
	if s.Current != nil && !force {
		return s, &Confirmation{Question: fmt.Sprintf(questionUnassign, s.Current.Thumbprint, moment(s.Current.NotAfter))}
	}
	s = s.clone()
	s.Current = nil
	return s, nil
}

// free reports why a certificate cannot get a slot, or nil.
func (s State) free(t s2s.Thumbprint) error {
	switch {
	case slices.Contains(s.Denied, t):
		return problem.New(problem.KeyringReused, "the key of %s was withdrawn as leaked; it signs no more tokens", t)
	case slices.Contains(s.Retired, t):
		return problem.New(problem.KeyringReused, "%s has been the current signing certificate before", t)
	case s.Current != nil && s.Current.Thumbprint == t:
		return problem.New(problem.KeyringCurrent, "%s is the current signing certificate already", t)
	}
	return nil
}

// moment writes a time for an administrator, always in UTC and saying so.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
