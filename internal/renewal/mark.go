package renewal

import "time"

const day = 24 * time.Hour

// marks are how many days before its end a certificate is announced, the
// earliest first.
func marks() []int { return []int{60, 30, 14, 7, 1, 0} }

// markAt is the last mark that has been reached; ok is false while the end is
// too far away for any.
func markAt(end, now time.Time) (mark int, ok bool) {
	for _, days := range marks() {
		if now.Before(at(end, days)) {
			break
		}
		mark, ok = days, true
	}
	return mark, ok
}

// nextMark is when the next mark is reached, or the zero time after the last.
func nextMark(end, now time.Time) time.Time {
	for _, days := range marks() {
		if t := at(end, days); t.After(now) {
			return t
		}
	}
	return time.Time{}
}

func at(end time.Time, days int) time.Time { return end.Add(-time.Duration(days) * day) }
