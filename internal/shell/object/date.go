package object

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// ticksPerSecond are .NET's units of 100 nanoseconds; unixTicks is how many
// of them lie between the year 1 and 1970.
const (
	ticksPerSecond = 10_000_000
	unixTicks      = 621_355_968_000_000_000
)

// ticksOf counts from the year 1 by the clock on the wall, as DateTime does.
func ticksOf(t time.Time) int64 {
	_, offset := t.Zone()
	return (t.Unix()+int64(offset))*ticksPerSecond + int64(t.Nanosecond()/100) + unixTicks
}

func timeOfTicks(ticks int64, zone *time.Location) time.Time {
	ticks -= unixTicks
	u := time.Unix(ticks/ticksPerSecond, ticks%ticksPerSecond*100).UTC()
	return time.Date(u.Year(), u.Month(), u.Day(), u.Hour(), u.Minute(), u.Second(), u.Nanosecond(), zone)
}

// localZone is zone, or the machine's.
func localZone(zone *time.Location) *time.Location {
	if zone == nil {
		return time.Local
	}
	return zone
}

func badDate() *Error {
	return failure("FormatException", notSpecified, "String was not recognized as a valid DateTime.")
}

// ParseDate reads a date as a cast does, in the invariant culture: month
// first (7/1/2015, 7/1/2015 10:30 PM), ISO 8601 (2015-07-01T10:30:00Z), names
// of months and days (Tuesday, June 25, 2019 2:53:32 PM). A date without a zone
// is in zone, one with a zone is moved there; nil is the machine's zone. The
// year or the day that is left out is today's; ParseDateAt says when today is.
//
// What cannot be read is an *Error with the ID FormatException.
func ParseDate(s string, zone *time.Location) (time.Time, error) {
	return ParseDateAt(s, zone, time.Now())
}

// ParseDateAt is ParseDate on a given day.
func ParseDateAt(s string, zone *time.Location, now time.Time) (time.Time, error) {
	if len(s) > 200 {
		return time.Time{}, badDate()
	}
	r := dateReader{rest: s, text: s, hour: -1}
	for r.skip(); r.rest != ""; r.skip() {
		if err := r.read(); err != nil {
			return time.Time{}, err
		}
	}
	return r.date(localZone(zone), now.In(localZone(zone)))
}

// dateReader collects the parts of a written date.
type dateReader struct {
	text, rest string
	numbers    []dateNumber // of the date, in order
	month      int          // by name
	weekday    string
	hour       int // -1 without a time
	minute     int
	second     int
	nano       int
	half       string // AM or PM
	zoned      bool
	offset     int // seconds
}

type dateNumber struct{ value, digits int }

// skip passes blanks.
func (r *dateReader) skip() { r.rest = strings.TrimLeftFunc(r.rest, unicode.IsSpace) }

func (r *dateReader) read() error {
	c := r.rest[0]
	switch {
	case c >= '0' && c <= '9':
		return r.readNumber()
	case c == '+' || c == '-' && r.hour >= 0:
		return r.readOffset()
	case c == '/' || c == '-' || c == '.' || c == ',':
		if len(r.numbers) == 0 && r.weekday == "" && r.month == 0 {
			return badDate()
		}
		r.rest = r.rest[1:]
		if r.rest != "" && strings.IndexByte("/-.,", r.rest[0]) >= 0 {
			return badDate()
		}
		return nil
	}
	return r.readWord()
}

// digits takes a number off the front.
func (r *dateReader) digits() dateNumber {
	n := 0
	for n < len(r.rest) && r.rest[n] >= '0' && r.rest[n] <= '9' {
		n++
	}
	value, err := strconv.Atoi(r.rest[:n])
	if err != nil {
		value = 1 << 30 // out of every range
	}
	r.rest = r.rest[n:]
	return dateNumber{value, n}
}

func (r *dateReader) readNumber() error {
	n := r.digits()
	if strings.HasPrefix(r.rest, ":") {
		if r.hour >= 0 || n.digits > 2 {
			return badDate()
		}
		return r.readTime(n.value)
	}
	if half := strings.ToUpper(strings.TrimSpace(r.rest)); r.hour < 0 && n.digits <= 2 && (strings.HasPrefix(half, "AM") || strings.HasPrefix(half, "PM")) {
		r.hour = n.value // 10 PM
		return nil
	}
	if len(r.numbers) == 3 || n.digits > 4 {
		return badDate()
	}
	r.numbers = append(r.numbers, n)
	return nil
}

// readTime reads mm[:ss[.fffffff]] after "hh".
func (r *dateReader) readTime(hour int) error {
	r.hour = hour
	parts := []*int{&r.minute, &r.second}
	for i := 0; i < len(parts) && strings.HasPrefix(r.rest, ":"); i++ {
		r.rest = r.rest[1:]
		n := r.digits()
		if n.digits == 0 || n.digits > 2 || n.value > 59 {
			return badDate()
		}
		*parts[i] = n.value
		if i == 1 && strings.HasPrefix(r.rest, ".") {
			r.rest = r.rest[1:]
			return r.readFraction()
		}
	}
	return nil
}

func (r *dateReader) readFraction() error {
	before := r.rest
	n := r.digits()
	if n.digits == 0 {
		return badDate()
	}
	r.nano = fractionNanos(before[:n.digits])
	return nil
}

// fractionNanos reads the digits after the point, to 100 nanoseconds.
func fractionNanos(digits string) int {
	n, _ := strconv.Atoi((digits + "0000000")[:7])
	return n * 100
}

// readOffset reads ±hh, ±hhmm or ±hh:mm.
func (r *dateReader) readOffset() error {
	if r.hour < 0 || r.zoned {
		return badDate()
	}
	sign := 1
	if r.rest[0] == '-' {
		sign = -1
	}
	r.rest = r.rest[1:]
	h := r.digits()
	minutes := 0
	switch {
	case h.digits == 4:
		minutes, h.value = h.value%100, h.value/100
	case h.digits == 0 || h.digits > 2:
		return badDate()
	case strings.HasPrefix(r.rest, ":"):
		r.rest = r.rest[1:]
		m := r.digits()
		if m.digits != 2 {
			return badDate()
		}
		minutes = m.value
	}
	if minutes > 59 || h.value > 14 {
		return badDate()
	}
	r.zoned, r.offset = true, sign*(h.value*3600+minutes*60)
	return nil
}

func (r *dateReader) readWord() error {
	n := strings.IndexFunc(r.rest, func(c rune) bool { return !unicode.IsLetter(c) })
	if n < 0 {
		n = len(r.rest)
	}
	word := r.rest[:n]
	unknown := failure("FormatException", notSpecified,
		"The string was not recognized as a valid DateTime. There is an unknown word starting at index %d.", len([]rune(r.text))-len([]rune(r.rest)))
	if n == 0 {
		return unknown
	}
	r.rest = r.rest[n:]
	switch upper := strings.ToUpper(word); upper {
	case "AM", "PM", "A", "P":
		if r.hour < 0 || r.half != "" {
			return badDate()
		}
		r.half = upper[:1]
		return nil
	case "T":
		if len(r.numbers) == 0 || r.hour >= 0 {
			return unknown
		}
		return nil
	case "Z", "GMT", "UTC":
		if r.hour < 0 || r.zoned {
			return unknown
		}
		r.zoned = true
		return nil
	}
	return r.readName(word, unknown)
}

func (r *dateReader) readName(word string, unknown *Error) error {
	if m := monthNamed(word); m > 0 && r.month == 0 {
		r.month = m
		return nil
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if r.weekday == "" && (strings.EqualFold(word, d.String()) || strings.EqualFold(word, d.String()[:3])) {
			r.weekday = d.String()
			return nil
		}
	}
	return unknown
}

func monthNamed(word string) int {
	for m := time.January; m <= time.December; m++ {
		if strings.EqualFold(word, m.String()) || strings.EqualFold(word, m.String()[:3]) {
			return int(m)
		}
	}
	return 0
}

// date puts the parts together.
func (r *dateReader) date(zone *time.Location, now time.Time) (time.Time, error) {
	year, month, day, ok := r.ymd(now)
	if !ok || !r.mend12() {
		return time.Time{}, badDate()
	}
	t, ok := exactDate(year, month, day, max(r.hour, 0), r.minute, r.second, r.nano, zone)
	if r.zoned && ok {
		t, ok = exactDate(year, month, day, max(r.hour, 0), r.minute, r.second, r.nano, time.UTC)
		t = t.Add(-time.Duration(r.offset) * time.Second).In(zone)
		ok = ok && t.Year() >= 1 && t.Year() <= 9999
	}
	if !ok {
		return time.Time{}, badDate()
	}
	if r.weekday != "" && weekday(year, month, day).String() != r.weekday {
		return time.Time{}, failure("FormatException", notSpecified,
			"String was not recognized as a valid DateTime because the day of week was incorrect.")
	}
	return t, nil
}

func weekday(year, month, day int) time.Weekday {
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Weekday()
}

// mend12 turns the hour of a 12-hour clock into one of 24.
func (r *dateReader) mend12() bool {
	if r.half == "" {
		return r.hour < 24
	}
	if r.hour > 12 || r.hour < 0 {
		return false
	}
	r.hour %= 12
	if r.half == "P" {
		r.hour += 12
	}
	return true
}

// ymd says which number is what.
func (r *dateReader) ymd(now time.Time) (year, month, day int, ok bool) {
	n := r.numbers
	if r.month > 0 {
		return r.namedMonth(now)
	}
	switch len(n) {
	case 0: // a time alone is today's
		return now.Year(), int(now.Month()), now.Day(), r.hour >= 0 && r.weekday == ""
	case 2:
		switch {
		case n[0].digits > 2:
			return n[0].value, n[1].value, 1, true
		case n[1].digits > 2:
			return n[1].value, n[0].value, 1, true
		}
		return now.Year(), n[0].value, n[1].value, true
	case 3:
		if n[0].digits > 2 {
			return n[0].value, n[1].value, n[2].value, n[1].digits <= 2 && n[2].digits <= 2
		}
		return fullYear(n[2]), n[0].value, n[1].value, n[1].digits <= 2
	}
	return 0, 0, 0, false
}

// namedMonth is ymd for March 7, 2015; 7 March 2015; 2015 March 7; March 2015;
// March 7.
func (r *dateReader) namedMonth(now time.Time) (year, month, day int, ok bool) {
	n := r.numbers
	switch len(n) {
	case 1:
		if n[0].digits > 2 || n[0].value > 31 {
			return fullYear(n[0]), r.month, 1, true
		}
		return now.Year(), r.month, n[0].value, true
	case 2:
		if n[0].digits > 2 {
			return n[0].value, r.month, n[1].value, n[1].digits <= 2
		}
		return fullYear(n[1]), r.month, n[0].value, true
	}
	return 0, 0, 0, false
}

// fullYear puts years of two digits between 1930 and 2029.
func fullYear(n dateNumber) int {
	switch {
	case n.digits > 2:
		return n.value
	case n.value <= 29:
		return 2000 + n.value
	}
	return 1900 + n.value
}

// exactDate is time.Date for parts that are in their ranges.
func exactDate(year, month, day, hour, minute, second, nano int, zone *time.Location) (time.Time, bool) {
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) ||
		hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 {
		return time.Time{}, false
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, nano, zone), true
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
