package keyring

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Reading is what is known of how one partner reads this role's metadata
// document.
type Reading struct {
	Partner string
	// Known says that anything is known; the rest means nothing otherwise.
	Known bool
	Last  time.Time // of the last good document; zero when there was none
	Holds []string  // thumbprints of the certificates it has
	// Failure is why its last attempt failed, empty when it did not.
	Failure string

	// Claimed says that Last and Holds are the word of somebody who reads under
	// the partner's name: it can make a plan more careful, never less.
	Claimed bool
	// Interval is how long who reads under the partner's name usually goes
	// without reading; zero when that is not known.
	Interval time.Duration
	// Since is when readings began to be noticed, of a partner that is not
	// Known; zero when they are not.
	Since time.Time
}

// Outlook is how a rollover looks.
type Outlook string

const (
	Steady  Outlook = "steady"    // nothing to do
	Due     Outlook = "due"       // a successor should be staged
	Safe    Outlook = "safe"      // no partner will be surprised
	Unknown Outlook = "not-known" // by the dates it is safe; of a partner nothing is known
	Unsafe  Outlook = "unsafe"    // somebody will be refused unless something is done
	Stopped Outlook = "stopped"   // nothing is signed
)

// Plan is a rollover laid out in time: the one that is under way, or the one
// that has to come.
type Plan struct {
	Current, Next, Previous *Slot

	// Known is when every partner that reads the metadata as often as Policy
	// says has met the next certificate, Signs when that signs, and Clear when
	// the certificate before it is published no longer: the previous one now,
	// or the current one after the next has taken over.
	Known, Signs, Clear time.Time
	// StageBy is the last moment to stage a successor with the notice that is
	// asked for; zero when one is staged or there is nothing to follow.
	StageBy time.Time

	Readings []Reading // the slowest first; what is not known comes before all
	Outlook  Outlook
	Reasons  []string
}

// dueBefore is how long before its end a certificate without a successor is
// worth a word.
const dueBefore = 60 * 24 * time.Hour

// Plan lays out a rollover of the slots s as they are now.
func (p Policy) Plan(s State, now time.Time, readings []Reading) Plan {
	p = p.withDefaults()
	s = s.At(now, p)
	plan := Plan{Current: s.Current, Next: s.Next, Previous: s.Previous, Readings: slices.Clone(readings)}
	slices.SortStableFunc(plan.Readings, Reading.slower)
	switch {
	case s.Next != nil:
		plan.Known = s.Next.Published.Add(p.known())
		later := s.At(s.Next.From, p)
		plan.Signs = latest(s.Next.From, s.Next.Published.Add(p.Serve))
		if later.Previous != nil {
			plan.Clear = later.Previous.Until
		}
	case s.Current != nil:
		notice := max(p.Lead, p.known())
		for _, r := range plan.Readings {
			notice = max(notice, r.needs())
		}
		plan.StageBy = s.Current.NotAfter.Add(-notice)
	}
	if s.Previous != nil && s.Next == nil {
		plan.Clear = s.Previous.Until
	}
	plan.judge(now, p)
	return plan
}

// Plan lays out the rollover of this role.
func (k *Keyring) Plan(ctx context.Context, readings []Reading) (Plan, error) {
	_, s, err := k.load(ctx, k.db)
	if err != nil {
		return Plan{}, err
	}
	return k.policy.Plan(s, k.time(), readings), nil
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// slower orders readings: those of which nothing is known, then by their age.
func (r Reading) slower(other Reading) int {
	switch {
	case r.Known == other.Known:
		return r.Last.Compare(other.Last)
	case r.Known:
		return 1
	}
	return -1
}

// holds says whether the partner has a certificate.
func (r Reading) holds(slot *Slot) bool {
	return r.Known && slot != nil && slices.Contains(r.Holds, slot.Thumbprint.String())
}

// needs is how long a certificate has to have been published until the partner,
// going by its habit, has met it; zero when no habit is known.
func (r Reading) needs() time.Duration { return 2 * r.Interval }

// patience is how long ago the last reading may be. What others say of the
// partner's habit excuses nothing that it says itself.
func (r Reading) patience(p Policy) time.Duration {
	if r.Claimed {
		return max(p.known(), r.needs())
	}
	return p.known()
}

// MeetsBy is when the partner will have met what was published at a time.
func (r Reading) MeetsBy(published time.Time, p Policy) time.Time {
	return published.Add(max(p.withDefaults().known(), r.needs()))
}

// newest is the certificate that partners have to meet: the next one, or the
// current one while it is new or somebody has not met it. It is nil when there
// is nothing to meet.
func (p Plan) newest() *Slot {
	switch {
	case p.Next != nil:
		return p.Next
	case p.Previous != nil, slices.ContainsFunc(p.Readings, func(r Reading) bool { return r.Known && !r.holds(p.Current) }):
		return p.Current
	}
	return nil
}

func (p *Plan) judge(now time.Time, policy Policy) {
	because := func(o Outlook, format string, args ...any) {
		p.Outlook = o
		p.Reasons = append(p.Reasons, fmt.Sprintf(format, args...))
	}
	switch {
	case p.Current == nil && p.Next == nil:
		because(Stopped, "no signing certificate is assigned, so that nothing is signed")
		return
	case p.Current != nil && p.Current.expired(now):
		because(Stopped, "the current certificate expired %s, so that nothing is signed", moment(p.Current.NotAfter))
		return
	case p.Next == nil && p.Previous == nil && now.After(p.Current.NotAfter.Add(-dueBefore)):
		because(Due, "the current certificate ends %s and has no successor; stage one by %s", moment(p.Current.NotAfter), moment(p.StageBy))
		return
	case p.newest() == nil:
		p.Outlook = Steady
		return
	}
	p.Outlook = Safe
	p.judgeReadings(now, policy)
	if next := p.Next; next != nil && p.Current != nil {
		if p.Current.expired(next.From) {
			because(Unsafe, "the current certificate ends %s, before the next one takes over; in between nothing is signed", moment(p.Current.NotAfter))
		}
		if next.From.Before(p.Known) && !p.everybodyHolds(next) {
			because(Unsafe, "the effective date lies before %s, from when on partners can be taken to know the next certificate", moment(p.Known))
		}
	}
	if p.Outlook == Safe {
		p.Reasons = append(p.Reasons, p.why())
	}
}

// everybodyHolds says whether every partner is known to have the certificate,
// by more than its own word.
func (p Plan) everybodyHolds(slot *Slot) bool {
	return len(p.Readings) > 0 && !slices.ContainsFunc(p.Readings, func(r Reading) bool { return !r.holds(slot) || r.Claimed })
}

func (p *Plan) judgeReadings(now time.Time, policy Policy) {
	newest := p.newest()
	for _, r := range p.Readings {
		why, outlook := "", Unsafe
		switch {
		case r.holds(newest) && !r.Claimed:
			continue
		case r.holds(newest):
			why, outlook = "that "+r.Partner+" has the new certificate is the word of whoever read it", Unknown
		case !r.Known && !r.Since.IsZero():
			why, outlook = fmt.Sprintf("nobody has read the metadata as %s since %s; if the certificate was given to it by hand, give it the new one", r.Partner, moment(r.Since)), Unknown
		case !r.Known:
			why, outlook = "it is not known when "+r.Partner+" reads the metadata", Unknown
		case r.Last.IsZero():
			why = r.Partner + " has never read the metadata; if the certificate was given to it by hand, give it the new one"
		case r.Failure != "":
			why = fmt.Sprintf("%s has not read the metadata since %s: %s", r.Partner, moment(r.Last), r.Failure)
		case now.Sub(r.Last) > r.patience(policy):
			why = fmt.Sprintf("%s has not read the metadata since %s", r.Partner, moment(r.Last))
		case p.Next != nil && p.Next.From.Before(r.MeetsBy(p.Next.Published, policy)) && r.needs() > policy.known():
			why = fmt.Sprintf("%s reads the metadata every %s, so that it can be taken to know the next certificate from %s on only",
				r.Partner, pace(r.Interval), moment(r.MeetsBy(p.Next.Published, policy)))
		case r.Claimed:
			why, outlook = "that "+r.Partner+" reads the metadata is the word of whoever reads it", Unknown
		default:
			continue // it reads, and will read again before the date
		}
		p.Reasons = append(p.Reasons, why)
		if p.Outlook != Unsafe {
			p.Outlook = outlook
		}
	}
}

// why says why a rollover is safe.
func (p Plan) why() string {
	switch {
	case len(p.Readings) == 0:
		return "no partner is registered here that could be surprised"
	case p.everybodyHolds(p.newest()):
		return "every partner has the new certificate already"
	case p.Next == nil:
		return "every partner reads the metadata, and asks at once when it meets a certificate that it does not know"
	}
	return "every partner reads the metadata, and will have met the next certificate by " + moment(p.Known)
}
