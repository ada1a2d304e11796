package object

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// decimal is a number as digits: 0.digits × 10^point.
type decimal struct {
	negative bool
	digits   string
	point    int
}

// decimalOf keeps the fifteen digits of a double that .NET shows.
func decimalOf(v Value) decimal {
	if n, ok := toInt(v); ok {
		s, negative := strings.CutPrefix(strconv.FormatInt(n, 10), "-")
		return decimal{negative, s, len(s)}
	}
	f := toFloat(v)
	mantissa, power, _ := strings.Cut(strconv.FormatFloat(math.Abs(f), 'e', 14, 64), "e")
	exponent, _ := strconv.Atoi(power)
	return decimal{f < 0, mantissa[:1] + mantissa[2:], exponent + 1}
}

// round keeps places digits after the point; halves go away from zero.
func (d decimal) round(places int) decimal {
	keep := d.point + places
	if keep >= len(d.digits) {
		return d
	}
	if keep < 0 {
		return decimal{digits: "", point: -places}
	}
	up := d.digits[keep] >= '5'
	digits := []byte(d.digits[:keep])
	for i := keep - 1; up && i >= 0; i-- {
		if digits[i] == '9' {
			digits[i] = '0'
			continue
		}
		digits[i]++
		up = false
	}
	if up {
		digits = append([]byte{'1'}, digits...)
		d.point++
	}
	d.digits = string(digits)
	if strings.Trim(d.digits, "0") == "" {
		d.negative = false
	}
	return d
}

// fixed splits into the digits before the point, at least one, and exactly
// places after it.
func (d decimal) fixed(places int) (before, after string) {
	d = d.round(places)
	digits, point := d.digits, d.point
	if point < 0 {
		digits, point = strings.Repeat("0", -point)+digits, 0
	}
	if len(digits) < point+places {
		digits += strings.Repeat("0", point+places-len(digits))
	}
	before = strings.TrimLeft(digits[:point], "0")
	if before == "" {
		before = "0"
	}
	return before, digits[point : point+places]
}

func (d decimal) zero() bool { return strings.Trim(d.digits, "0") == "" }

// grouped puts commas between thousands.
func grouped(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// formatNumber is number.ToString(format): a standard letter with a precision
// (N2, D4, X8, P0, C, E, F, G, R) or a custom pattern (#,##0.00).
func formatNumber(v Value, format string) (string, error) {
	if len(format) > maxPattern {
		return "", badFormat()
	}
	f, float := v.(float64)
	if format == "" || float && (math.IsNaN(f) || math.IsInf(f, 0)) {
		return plain(v), nil
	}
	letter, precision, ok := standardNumber(format)
	if !ok {
		return customNumber(v, format), nil
	}
	switch letter &^ 0x20 {
	case 'D', 'X':
		return wholeNumber(v, letter, precision)
	case 'E':
		return scientific(v, letter, precision), nil
	case 'F', 'N', 'P', 'C':
		return decimalFormat(v, letter&^0x20, precision), nil
	case 'G':
		if n, ok := toInt(v); ok && precision <= 0 {
			return strconv.FormatInt(n, 10), nil
		}
		if precision <= 0 {
			precision = 15
		}
		return general(toFloat(v), min(precision, 17), letter&0x20|'E'), nil
	case 'R':
		if float {
			return roundTrip(f), nil
		}
	}
	return "", badFormat()
}

// roundTrip is the shortest text that reads back as f: fifteen digits, or as
// many more as it takes.
func roundTrip(f float64) string {
	for digits := 15; digits < 17; digits++ {
		if s := general(f, digits, 'E'); parsesTo(s, f) {
			return s
		}
	}
	return general(f, 17, 'E')
}

func parsesTo(s string, f float64) bool {
	g, err := strconv.ParseFloat(s, 64)
	return err == nil && g == f
}

// standardNumber splits N2 into N and 2; the precision is -1 when left out.
func standardNumber(format string) (letter byte, precision int, ok bool) {
	letter = format[0]
	if letter|0x20 < 'a' || letter|0x20 > 'z' || len(format) > 3 {
		return 0, 0, false
	}
	if len(format) == 1 {
		return letter, -1, true
	}
	if !isDigits(format[1:]) {
		return 0, 0, false
	}
	precision, err := strconv.Atoi(format[1:])
	return letter, precision, err == nil
}

func wholeNumber(v Value, letter byte, precision int) (string, error) {
	n, ok := toInt(v)
	if !ok {
		return "", badFormat()
	}
	if letter|0x20 == 'x' {
		bits := uint64(n)
		if _, narrow := v.(int32); narrow {
			bits = uint64(uint32(n))
		}
		return fmt.Sprintf("%0*"+string(letter), max(precision, 1), bits), nil
	}
	d := decimalOf(v)
	s := strings.Repeat("0", max(precision-len(d.digits), 0)) + d.digits
	if d.negative {
		s = "-" + s
	}
	return s, nil
}

func scientific(v Value, letter byte, precision int) string {
	if precision < 0 {
		precision = 6
	}
	d := decimalOf(v)
	sign, exponent := "", d.point-1
	if d.zero() {
		exponent = 0
	} else {
		rounded := decimal{digits: d.digits, point: 1}.round(precision)
		exponent += rounded.point - 1
		if d.negative {
			sign = "-"
		}
		d.digits, d.point = rounded.digits, 1
	}
	before, after := decimal{digits: d.digits, point: 1}.fixed(precision)
	if precision > 0 {
		before += "." + after
	}
	return fmt.Sprintf("%s%s%c%+04d", sign, before, letter, exponent)
}

// decimalFormat is F, N, P or C.
func decimalFormat(v Value, letter byte, precision int) string {
	if precision < 0 {
		precision = 2
	}
	d := decimalOf(v)
	if letter == 'P' {
		d.point += 2
	}
	d = d.round(precision)
	before, after := d.fixed(precision)
	if letter != 'F' {
		before = grouped(before)
	}
	if precision > 0 {
		before += "." + after
	}
	negative := d.negative && !d.zero()
	switch {
	case letter == 'C' && negative:
		return "($" + before + ")"
	case letter == 'C':
		return "$" + before
	case negative:
		before = "-" + before
	}
	if letter == 'P' {
		// Windows before 10 and the documentation have the blank; newer ones
		// may not.
		before += " %"
	}
	return before
}
