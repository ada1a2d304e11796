package object

import (
	"strings"
	"time"
)

var dateStatics = []method{
	{"DaysInMonth", "", 2, 2, func(c *call) (Value, error) {
		n, err := c.numbers()
		if err != nil {
			return nil, err
		}
		if n[0] < 1 || n[0] > 9999 || n[1] < 1 || n[1] > 12 {
			return nil, c.raise("ArgumentOutOfRangeException", "Month must be between one and twelve.\nParameter name: month")
		}
		return int32(daysIn(n[0], n[1])), nil
	}},
	{"FromFileTime", "", 1, 1, func(c *call) (Value, error) {
		v, err := c.convert(0, "System.Int64")
		if err != nil {
			return nil, err
		}
		n, _ := toInt(v)
		const from1601 = 116_444_736_000_000_000
		if n < 0 || n > 2_650_467_743_999_999_999 {
			return nil, c.raise("ArgumentOutOfRangeException", "Not a valid Win32 FileTime.\nParameter name: fileTime")
		}
		n -= from1601
		return time.Unix(n/ticksPerSecond, n%ticksPerSecond*100).In(localZone(c.rt.Zone)), nil
	}},
	{"IsLeapYear", "", 1, 1, func(c *call) (Value, error) {
		n, err := c.int(0)
		if err != nil {
			return nil, err
		}
		if n < 1 || n > 9999 {
			return nil, c.raise("ArgumentOutOfRangeException", "Year must be between 1 and 9999.\nParameter name: year")
		}
		return daysIn(n, 2) == 29, nil
	}},
	{"Parse", "", 1, 2, func(c *call) (Value, error) {
		t, err := ParseDateAt(c.text(0), c.rt.Zone, c.rt.now())
		if err != nil {
			return nil, c.rethrow(err)
		}
		return t, nil
	}},
	{"ParseExact", "", 2, 4, func(c *call) (Value, error) {
		for _, format := range argumentsOf(c.args[1]) {
			if t, ok := parseExact(c.text(0), Text(format), localZone(c.rt.Zone)); ok {
				return t, nil
			}
		}
		return nil, c.rethrow(badDate())
	}},
	{"SpecifyKind", "", 2, 2, func(c *call) (Value, error) {
		t, ok := c.args[0].(time.Time)
		if !ok {
			return nil, castImpossible(c.args[0], "System.DateTime")
		}
		zone := localZone(c.rt.Zone)
		if strings.EqualFold(c.text(1), "Utc") {
			zone = time.UTC
		}
		return timeOfTicks(ticksOf(t), zone), nil
	}},
}

// parseExact reads a date that follows a pattern to the letter.
func parseExact(s, pattern string, zone *time.Location) (time.Time, bool) {
	if len(pattern) == 1 {
		full, ok := standardPattern(pattern[0])
		if !ok {
			return time.Time{}, false
		}
		pattern = full
	}
	if pattern == "" || len(pattern) > maxPattern || len(s) > maxPattern {
		return time.Time{}, false
	}
	r := dateReader{rest: s, text: s}
	var year, month, day = 1, 1, 1
	for rest := pattern; rest != ""; {
		token, tail, err := nextDateToken(rest)
		if err != nil {
			return time.Time{}, false
		}
		rest = tail
		if token.literal {
			after, ok := strings.CutPrefix(r.rest, token.text)
			if !ok {
				return time.Time{}, false
			}
			r.rest = after
			continue
		}
		if !r.exactField(token.text[0], len(token.text), &year, &month, &day) {
			return time.Time{}, false
		}
	}
	r.numbers = []dateNumber{{year, 4}, {month, 2}, {day, 2}}
	if r.rest != "" {
		return time.Time{}, false
	}
	t, err := r.date(zone, time.Time{})
	return t, err == nil
}

// exactField reads one field of a pattern.
func (r *dateReader) exactField(letter byte, n int, year, month, day *int) bool {
	switch letter {
	case 'y':
		v, ok := r.exactNumber(max(n, 2), max(n, 2))
		if *year = v; n <= 2 {
			*year = fullYear(dateNumber{v, 2})
		}
		return ok
	case 'M':
		if n > 2 {
			return r.exactName(func(w string) bool { *month = monthNamed(w); return *month > 0 })
		}
		return r.exactInto(month, n)
	case 'd':
		if n > 2 {
			return r.exactName(func(w string) bool { return r.readName(w, badDate()) == nil && r.weekday != "" })
		}
		return r.exactInto(day, n)
	case 'H', 'h':
		return r.exactInto(&r.hour, n)
	case 'm':
		return r.exactInto(&r.minute, n)
	case 's':
		return r.exactInto(&r.second, n)
	case 'f', 'F':
		return r.exactFraction(n, letter == 'F')
	case 't':
		return r.exactName(func(w string) bool {
			r.half = strings.ToUpper(w)[:1]
			return r.half == "A" || r.half == "P"
		})
	}
	return r.exactZone()
}

// exactNumber reads at least low and at most high digits.
func (r *dateReader) exactNumber(low, high int) (int, bool) {
	n := 0
	for n < len(r.rest) && n < high && r.rest[n] >= '0' && r.rest[n] <= '9' {
		n++
	}
	if n < low || n > 9 {
		return 0, false
	}
	v := 0
	for _, c := range r.rest[:n] {
		v = v*10 + int(c-'0')
	}
	r.rest = r.rest[n:]
	return v, true
}

func (r *dateReader) exactInto(field *int, n int) bool {
	v, ok := r.exactNumber(min(n, 2), 2)
	*field = v
	return ok
}

func (r *dateReader) exactFraction(n int, optional bool) bool {
	digits := r.rest[:len(r.rest)-len(strings.TrimLeft(r.rest, "0123456789"))]
	digits = digits[:min(n, len(digits))]
	if len(digits) < n && !optional || n > 7 {
		return false
	}
	r.nano, r.rest = fractionNanos(digits), r.rest[len(digits):]
	return true
}

// exactName reads a word of letters and lets is decide about it.
func (r *dateReader) exactName(is func(string) bool) bool {
	n := 0
	for n < len(r.rest) && (r.rest[n]|0x20) >= 'a' && (r.rest[n]|0x20) <= 'z' {
		n++
	}
	word := r.rest[:n]
	r.rest = r.rest[n:]
	return n > 0 && is(word)
}

// exactZone reads Z or an offset; K also takes neither.
func (r *dateReader) exactZone() bool {
	switch {
	case strings.HasPrefix(r.rest, "Z"):
		r.rest, r.zoned = r.rest[1:], true
		return true
	case strings.HasPrefix(r.rest, "+"), strings.HasPrefix(r.rest, "-"):
		return r.readOffset() == nil
	}
	return true
}

var spanStatics = append([]method{
	{"Parse", "", 1, 2, func(c *call) (Value, error) {
		d, err := parseSpan(c.text(0))
		if err != nil {
			return nil, c.rethrow(err)
		}
		return d, nil
	}},
}, spanUnits()...)

// spanUnits are FromDays and its kin.
func spanUnits() []method {
	from := func(name string, unit time.Duration) method {
		return method{"From" + name, "", 1, 1, func(c *call) (Value, error) {
			n, err := c.float(0)
			if err != nil {
				return nil, err
			}
			d, ok := span(n, unit)
			if !ok {
				return nil, c.raise("OverflowException", "TimeSpan overflowed because the duration is too long.")
			}
			return d, nil
		}}
	}
	return []method{
		from("Days", 24*time.Hour), from("Hours", time.Hour), from("Minutes", time.Minute), from("Seconds", time.Second),
		from("Milliseconds", time.Millisecond), from("Ticks", 100),
	}
}
