package keyring

import "time"

// Wish is how soon partners should read the metadata document again; zero when
// the usual time will do. After a certificate was replaced at once its
// predecessor stays published, until somebody who knows that its key has leaked
// takes it out: whoever has read the document in between should not go by it
// for long. s is the result of At for the same moment.
func (s State) Wish(now time.Time, p Policy) time.Duration {
	p = p.withDefaults()
	if s.Current == nil || s.Previous == nil || !s.Current.Immediate || now.Sub(s.Current.From) > 2*p.Refresh {
		return 0
	}
	return p.Refresh / 4
}
