package object

import (
	"math"
	"strconv"
	"strings"
	"time"
)

func badSpan() *Error {
	return failure("FormatException", notSpecified, "String was not recognized as a valid TimeSpan.")
}

func spanOverflow() *Error {
	return failure("OverflowException", notSpecified,
		"The TimeSpan could not be parsed because at least one of the numeric components is out of range or contains too many digits.")
}

// parseSpan reads [-]d, [-][d.]hh:mm[:ss[.fffffff]] and [-]d:hh:mm:ss.
// Durations beyond 292 years, which .NET knows, are out of range here.
func parseSpan(s string) (time.Duration, error) {
	s = strings.TrimSpace(s)
	digits, negative := strings.CutPrefix(s, "-")
	if digits == "" || len(digits) > 64 {
		return 0, badSpan()
	}
	parts := strings.Split(digits, ":")
	if day, hour, ok := strings.Cut(parts[0], "."); ok && len(parts) > 1 {
		parts = append([]string{day, hour}, parts[1:]...)
	} else if len(parts) == 2 || len(parts) == 3 {
		parts = append([]string{"0"}, parts...)
	}
	if len(parts) != 1 && len(parts) != 3 && len(parts) != 4 {
		return 0, badSpan()
	}
	nano := 0
	if len(parts) == 4 {
		seconds, f, ok := strings.Cut(parts[3], ".")
		if ok && (len(f) > 7 || !isDigits(f)) {
			return 0, badSpan()
		}
		parts[3], nano = seconds, fractionNanos(f)
	}
	units := [...]time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second}
	limits := [...]int{math.MaxInt32, 23, 59, 59}
	total := time.Duration(nano)
	for i, part := range parts {
		if !isDigits(part) {
			return 0, badSpan()
		}
		n, err := strconv.Atoi(part)
		if err != nil || n > limits[i] || i == 0 && n > 106_000 {
			return 0, spanOverflow()
		}
		total += time.Duration(n) * units[i]
	}
	if negative {
		total = -total
	}
	return total, nil
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// span is a number of units as a TimeSpan; ok is false when it does not fit.
func span(amount float64, unit time.Duration) (time.Duration, bool) {
	f := amount * float64(unit)
	if math.IsNaN(f) || math.Abs(f) > math.MaxInt64/2 {
		return 0, false
	}
	if whole := math.Trunc(amount); whole == amount {
		return time.Duration(whole) * unit, true
	}
	return time.Duration(math.Round(f)), true
}
