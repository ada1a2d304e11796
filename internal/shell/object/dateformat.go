package object

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// badFormat is what .NET says of a format string it cannot read.
func badFormat() *Error {
	return failure("FormatException", notSpecified, "Input string was not in a correct format.")
}

// maxPattern bounds format strings, which an administrator types.
const maxPattern = 4096

// standardPattern gives the pattern behind a standard letter in the culture
// en-US.
func standardPattern(letter byte) (string, bool) {
	const date, long = "M/d/yyyy", "dddd, MMMM d, yyyy"
	switch letter {
	case 'd':
		return date, true
	case 'D':
		return long, true
	case 't':
		return "h:mm tt", true
	case 'T':
		return "h:mm:ss tt", true
	case 'f':
		return long + " h:mm tt", true
	case 'F', 'U':
		return long + " h:mm:ss tt", true
	case 'g':
		return date + " h:mm tt", true
	case 'G':
		return date + " h:mm:ss tt", true
	case 'm', 'M':
		return "MMMM d", true
	case 'y', 'Y':
		return "MMMM yyyy", true
	case 'o', 'O':
		return "yyyy-MM-dd'T'HH:mm:ss.fffffffK", true
	case 'r', 'R':
		return "ddd, dd MMM yyyy HH:mm:ss 'GMT'", true // the letters only: nothing is converted
	case 's':
		return "yyyy-MM-dd'T'HH:mm:ss", true
	case 'u':
		return "yyyy-MM-dd HH:mm:ss'Z'", true // likewise
	}
	return "", false
}

// FormatDate is t.ToString(format): a standard letter (d, D, f, F, g, G, m, o,
// r, s, t, T, u, U, y) or a custom pattern (yyyy-MM-dd HH:mm:ss.fff tt zzz), in
// the culture en-US. A format that cannot be read is an *Error with the ID
// FormatException.
func FormatDate(t time.Time, format string) (string, error) {
	if format == "" {
		format = "G"
	}
	if len(format) > maxPattern {
		return "", badFormat()
	}
	if len(format) == 1 {
		pattern, ok := standardPattern(format[0])
		if !ok {
			return "", badFormat()
		}
		if format == "U" {
			t = t.UTC()
		}
		format = pattern
	}
	return formatDate(t, format)
}

// dateText is FormatDate with a pattern of ours.
func dateText(t time.Time, pattern string) string {
	s, err := formatDate(t, pattern)
	if err != nil {
		return t.Format(time.RFC3339)
	}
	return s
}

func formatDate(t time.Time, pattern string) (string, error) {
	var b strings.Builder
	for rest := pattern; rest != ""; {
		token, tail, err := nextDateToken(rest)
		if err != nil {
			return "", err
		}
		rest = tail
		if token.literal {
			b.WriteString(token.text)
			continue
		}
		s, err := dateField(t, token.text[0], len(token.text))
		if err != nil {
			return "", err
		}
		if token.text[0] == 'F' && s == "" {
			// The point before an empty optional fraction goes away with it.
			cut := strings.TrimSuffix(b.String(), ".")
			b.Reset()
			b.WriteString(cut)
		}
		b.WriteString(s)
	}
	return b.String(), nil
}

// dateToken is a run of one letter of a pattern, or text that stands for
// itself.
type dateToken struct {
	text    string
	literal bool
}

// nextDateToken takes one token off a custom pattern. Reading and writing
// dates share it.
func nextDateToken(s string) (dateToken, string, error) {
	c := s[0]
	switch {
	case strings.IndexByte("dfFghHKmMstyz", c) >= 0:
		n := 1
		for n < len(s) && s[n] == c && c != 'K' {
			n++
		}
		return dateToken{text: s[:n]}, s[n:], nil
	case c == '\'' || c == '"':
		return quotedText(s)
	case c == '\\':
		if len(s) == 1 {
			return dateToken{}, "", badFormat()
		}
		_, size := utf8.DecodeRuneInString(s[1:])
		return dateToken{s[1 : 1+size], true}, s[1+size:], nil
	case c == '%':
		if len(s) == 1 || s[1] == '%' {
			return dateToken{}, "", badFormat()
		}
		if strings.IndexByte("dfFghHKmMstyz", s[1]) >= 0 {
			return dateToken{text: s[1:2]}, s[2:], nil
		}
		return nextDateToken(s[1:])
	}
	n := strings.IndexAny(s[1:], "dfFghHKmMstyz'\"\\%") + 1
	if n == 0 {
		n = len(s)
	}
	return dateToken{s[:n], true}, s[n:], nil
}

// quotedText takes 'text' or "text" off a pattern; a backslash in it escapes.
func quotedText(s string) (dateToken, string, error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == s[0]:
			return dateToken{b.String(), true}, s[i+1:], nil
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return dateToken{}, "", badFormat()
}

// dateField writes one field of a date; n is how often its letter stands there.
func dateField(t time.Time, letter byte, n int) (string, error) {
	switch letter {
	case 'd':
		return named(n, t.Day(), t.Weekday().String()), nil
	case 'M':
		return named(n, int(t.Month()), t.Month().String()), nil
	case 'f', 'F':
		return fraction(t, letter, n)
	case 'g':
		return "A.D.", nil
	case 'h':
		return padded((t.Hour()+11)%12+1, min(n, 2)), nil
	case 'H':
		return padded(t.Hour(), min(n, 2)), nil
	case 'm':
		return padded(t.Minute(), min(n, 2)), nil
	case 's':
		return padded(t.Second(), min(n, 2)), nil
	case 't':
		half := t.Format("PM")
		if n == 1 {
			half = half[:1]
		}
		return half, nil
	case 'y':
		if n <= 2 {
			return padded(t.Year()%100, n), nil
		}
		return padded(t.Year(), n), nil
	case 'K':
		if t.Location() == time.UTC {
			return "Z", nil
		}
		return offset(t, 3), nil
	}
	return offset(t, n), nil // z
}

// named is 5, 05, or the name: cut to three letters, or whole.
func named(n, value int, name string) string {
	switch n {
	case 1, 2:
		return padded(value, n)
	case 3:
		return name[:3]
	}
	return name
}

func padded(value, width int) string { return fmt.Sprintf("%0*d", width, value) }

func fraction(t time.Time, letter byte, n int) (string, error) {
	if n > 7 {
		return "", badFormat()
	}
	s := fmt.Sprintf("%09d", t.Nanosecond())[:n]
	if letter == 'F' {
		s = strings.TrimRight(s, "0")
	}
	return s, nil
}

// offset is z (+2), zz (+02) or zzz (+02:00).
func offset(t time.Time, n int) string {
	_, seconds := t.Zone()
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	s := sign + padded(seconds/3600, min(n, 2))
	if n > 2 {
		s += ":" + padded(seconds/60%60, 2)
	}
	return s
}

// spanText is a TimeSpan: [-][d.]hh:mm:ss[.fffffff].
func spanText(d time.Duration) string {
	sign, u := "", uint64(d)
	if d < 0 {
		sign, u = "-", -u
	}
	ticks := u / 100
	seconds := ticks / ticksPerSecond
	s := sign
	if days := seconds / 86400; days > 0 {
		s += strconv.FormatUint(days, 10) + "."
	}
	s += fmt.Sprintf("%02d:%02d:%02d", seconds/3600%24, seconds/60%60, seconds%60)
	if f := ticks % ticksPerSecond; f > 0 {
		s += fmt.Sprintf(".%07d", f)
	}
	return s
}

// formatSpan is span.ToString(format): c, g, G or a custom pattern of d, h, m,
// s, f and F with everything else quoted or escaped.
func formatSpan(d time.Duration, format string) (string, error) {
	u := uint64(max(d, -d))
	ticks := u / 100
	f := fmt.Sprintf("%07d", ticks%ticksPerSecond)
	day, hour, minute, second := u/uint64(24*time.Hour), u/uint64(time.Hour)%24, u/uint64(time.Minute)%60, u/uint64(time.Second)%60
	sign := ""
	if d < 0 {
		sign = "-"
	}
	switch format {
	case "", "c", "t", "T":
		return spanText(d), nil
	case "G":
		return fmt.Sprintf("%s%d:%02d:%02d:%02d.%s", sign, day, hour, minute, second, f), nil
	case "g":
		s := fmt.Sprintf("%d:%02d:%02d", hour, minute, second)
		if day > 0 {
			s = fmt.Sprintf("%d:%s", day, s)
		}
		if f = strings.TrimRight(f, "0"); f != "" {
			s += "." + f
		}
		return sign + s, nil
	}
	return customSpan(format, map[byte]uint64{'d': day, 'h': hour, 'm': minute, 's': second}, f)
}

func customSpan(format string, fields map[byte]uint64, f string) (string, error) {
	if len(format) < 2 || len(format) > maxPattern {
		return "", badFormat()
	}
	var b strings.Builder
	for rest := format; rest != ""; {
		// An unquoted letter or sign that is no field is a mistake here, unlike
		// in a date.
		if strings.IndexByte("dhmsfF'\"\\%", rest[0]) < 0 {
			return "", badFormat()
		}
		token, tail, err := nextDateToken(rest)
		if err != nil {
			return "", err
		}
		rest = tail
		n, c := len(token.text), byte(0)
		if !token.literal {
			c = token.text[0]
		}
		switch {
		case token.literal:
			b.WriteString(token.text)
		case c == 'f' && n <= 7:
			b.WriteString(f[:n])
		case c == 'F' && n <= 7:
			b.WriteString(strings.TrimRight(f[:n], "0"))
		case c == 'd' && n <= 8 || n <= 2 && c != 'f' && c != 'F':
			b.WriteString(padded(int(fields[c]), n))
		default:
			return "", badFormat()
		}
	}
	return b.String(), nil
}
