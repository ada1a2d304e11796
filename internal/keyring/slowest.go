package keyring

import (
	"context"
	"fmt"
	"time"
)

// Slowest is the partner that goes longest without reading the metadata, as far
// as one knows: whoever reads says who he is, and nobody proves it. So it makes
// a step more careful, and never less.
type Slowest struct {
	Partner  string        // its name; empty when nothing is known
	Address  string        // from which it reads
	Interval time.Duration // how long it usually goes without reading
	Last     time.Time     // of its readings
}

// needs is how long a certificate has to have been published until the partner
// can be taken to know it.
func (s Slowest) needs() time.Duration { return 2 * s.Interval }

// heed is the policy for a step that somebody has not forced. What is forced
// needs nothing to be looked up.
func (k *Keyring) heed(ctx context.Context, force bool) Policy {
	p := k.policy
	if !force && k.slowest != nil {
		p.slowest = k.slowest(ctx)
	}
	return p
}

// tooSlow reports whether a certificate that is out since published and signs at
// some time comes as a surprise to the slowest partner. When nothing is signed
// now there is nothing to lose.
func (p Policy) tooSlow(s State, published, signs, now time.Time) bool {
	return s.Current != nil && !s.Current.expired(now) && signs.Before(published.Add(p.slowest.needs()))
}

// slowWords follow a question: who is slow, and from when on it is safe.
func (p Policy) slowWords(published time.Time) string {
	s := p.slowest
	return fmt.Sprintf(questionSlow, s.Partner, pace(s.Interval), moment(s.Last), s.Address, moment(reserve(published.Add(s.needs()))))
}

// reserve rounds up to an hour that does not pass while somebody types it.
func reserve(t time.Time) time.Time {
	const unit = time.Hour
	return t.Add(unit/2 + unit - 1).Truncate(unit)
}

// pace writes an interval for people.
func pace(d time.Duration) string {
	switch {
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes", d.Round(time.Minute)/time.Minute)
	case d < 72*time.Hour:
		return fmt.Sprintf("%d hours", d.Round(time.Hour)/time.Hour)
	}
	return fmt.Sprintf("%d days", d.Round(24*time.Hour)/(24*time.Hour))
}
