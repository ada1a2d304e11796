package partner

import "time"

// Patience is how long a reader with this schedule goes on trusting a key that
// was taken out of a document without saying so: at the longest while it can
// read the document, and when it cannot.
func (c Schedule) Patience() (reading, cutOff time.Duration) {
	c = c.withDefaults()
	return time.Duration(float64(c.Interval) * (1 + c.Jitter)), c.DistrustAfter
}
