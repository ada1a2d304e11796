package object

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Format is format -f args: .NET's composite formatting in the culture en-US,
// {0}, {1,-10}, {2,8:N2}, {0:yyyy-MM-dd}, {{ and }}. Dates that are not in UTC
// are moved to zone unless it is nil. A mistake is an *Error with the ID
// FormatError.
func Format(format string, args []Value, zone *time.Location) (string, error) {
	var b strings.Builder
	for rest := format; rest != ""; {
		n := strings.IndexAny(rest, "{}")
		if n < 0 {
			b.WriteString(rest)
			break
		}
		b.WriteString(rest[:n])
		mark := rest[n]
		rest = rest[n+1:]
		if rest != "" && rest[0] == mark {
			b.WriteByte(mark)
			rest = rest[1:]
			continue
		}
		end := strings.IndexByte(rest, '}')
		if mark == '}' || end < 0 {
			return "", formatFailed(badFormat().Message)
		}
		s, err := formatItem(rest[:end], args, zone)
		if err != nil {
			return "", err
		}
		b.WriteString(s)
		rest = rest[end+1:]
		if b.Len() > maxText {
			return "", tooLarge("text")
		}
	}
	return b.String(), nil
}

func formatFailed(why string) *Error {
	return failure("FormatError", invalidOperation, "Error formatting a string: %s.", why)
}

// formatItem is index[,alignment][:format].
func formatItem(item string, args []Value, zone *time.Location) (string, error) {
	position, format, _ := strings.Cut(item, ":")
	position, alignment, aligned := strings.Cut(position, ",")
	index, err := strconv.Atoi(strings.TrimRight(position, " "))
	if err != nil || index < 0 || position[0] == '+' {
		return "", formatFailed(badFormat().Message)
	}
	if index >= len(args) {
		return "", formatFailed("Index (zero based) must be greater than or equal to zero and less than the size of the argument list.")
	}
	width := 0
	if aligned {
		if width, err = strconv.Atoi(strings.TrimSpace(alignment)); err != nil || width > 1_000_000 || width < -1_000_000 {
			return "", formatFailed(badFormat().Message)
		}
	}
	s, err := formatValue(args[index], format, zone)
	if err != nil {
		return "", formatFailed(err.Error())
	}
	return align(s, width), nil
}

// align fills with blanks to the left, or to the right of a negative width.
func align(s string, width int) string {
	fill := max(width, -width) - utf8.RuneCountInString(s)
	switch {
	case fill <= 0:
		return s
	case width < 0:
		return s + strings.Repeat(" ", fill)
	}
	return strings.Repeat(" ", fill) + s
}

// formatValue is v.ToString(format); types without formats ignore it.
func formatValue(v Value, format string, zone *time.Location) (string, error) {
	switch v := v.(type) {
	case int32, int64, float64:
		return formatNumber(v, format)
	case time.Time:
		return FormatDate(inZone(v, zone), format)
	case time.Duration:
		return formatSpan(v, format)
	case GUID:
		return formatGUID(v, format)
	case *List, Bytes:
		return TypeName(v), nil
	}
	return Text(v), nil
}
