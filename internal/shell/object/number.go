package object

import (
	"math"
	"strconv"
	"strings"
)

// general is a number in the general form with so many significant digits:
// 0.3, 1E+15, 1.5E-07. The exponent appears when it is -5 or lower or when the
// whole digits do not fit.
func general(f float64, digits int, e byte) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		// Newer Windows shows ∞ in en-US; the invariant culture keeps the word.
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f == 0:
		return "0"
	}
	s := strconv.FormatFloat(f, 'e', digits-1, 64)
	mantissa, power, _ := strings.Cut(s, "e")
	exponent, _ := strconv.Atoi(power)
	if exponent > -5 && exponent < digits {
		return trimZeros(strconv.FormatFloat(f, 'f', max(digits-1-exponent, 0), 64))
	}
	sign := "+"
	if exponent < 0 {
		sign, exponent = "-", -exponent
	}
	power = strconv.Itoa(exponent)
	if len(power) < 2 {
		power = "0" + power
	}
	return trimZeros(mantissa) + string(e) + sign + power
}

// trimZeros cuts zeros after the point, and the point with them.
func trimZeros(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// number is a value as an operand: nil is 0, true is 1, and a text is read.
// ok is false for what is no number.
func number(v Value) (Value, bool) {
	switch v := v.(type) {
	case nil:
		return int32(0), true
	case bool:
		if v {
			return int32(1), true
		}
		return int32(0), true
	case int32, int64, float64:
		return v, true
	case string:
		return readNumber(v)
	}
	return nil, false
}

func isNumber(v Value) bool {
	switch v.(type) {
	case int32, int64, float64:
		return true
	}
	return false
}

func toFloat(v Value) float64 {
	switch v := v.(type) {
	case int32:
		return float64(v)
	case int64:
		return float64(v)
	case float64:
		return v
	}
	return 0
}

// toInt gives the whole number v is; ok is false for a float64.
func toInt(v Value) (n int64, ok bool) {
	switch v := v.(type) {
	case int32:
		return int64(v), true
	case int64:
		return v, true
	}
	return 0, false
}

// whole is n in the smallest type that holds it, as a literal has it.
func whole(n int64) Value {
	if n >= math.MinInt32 && n <= math.MaxInt32 {
		return int32(n)
	}
	return n
}

// multipliers are the suffixes of numbers.
var multipliers = map[string]int64{"kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30, "tb": 1 << 40, "pb": 1 << 50}

// readNumber reads a text as the language reads a number: 5, -5, 0x1F, 1,000,
// 5.5, 1e3, 2kb, 5L. A text of nothing but blanks is 0.
func readNumber(s string) (Value, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" {
		return int32(0), true
	}
	if len(s) > 400 {
		return nil, false
	}
	factor := int64(1)
	if len(s) > 2 {
		if m, ok := multipliers[s[len(s)-2:]]; ok {
			factor, s = m, s[:len(s)-2]
		}
	}
	n, ok := readPlainNumber(s)
	if !ok || factor == 1 {
		return n, ok
	}
	product, _ := arithmetic("*", n, factor)
	if i, ok := toInt(product); ok {
		return whole(i), true
	}
	return product, true
}

func readPlainNumber(s string) (Value, bool) {
	sign, digits := "", s
	if s[0] == '-' || s[0] == '+' {
		sign, digits = s[:1], s[1:]
	}
	if hex, ok := strings.CutPrefix(digits, "0x"); ok {
		return readHex(sign, hex)
	}
	long := strings.HasSuffix(digits, "l")
	if long {
		digits = digits[:len(digits)-1]
	} else if rest, ok := strings.CutSuffix(digits, "d"); ok {
		digits = rest // a decimal, which is a double here
	}
	if digits == "" || !strings.ContainsAny(digits[:1], "0123456789.") || strings.ContainsAny(digits, "_xpn") {
		return nil, false
	}
	digits = strings.ReplaceAll(digits, ",", "")
	if n, err := strconv.ParseInt(sign+digits, 10, 64); err == nil {
		if long {
			return n, true
		}
		return whole(n), true
	}
	f, err := strconv.ParseFloat(sign+digits, 64)
	return f, err == nil && !long
}

// readHex reads the digits after 0x; eight of them are the bits of an Int32.
func readHex(sign, digits string) (Value, bool) {
	bits, err := strconv.ParseUint(digits, 16, 64)
	if err != nil {
		return nil, false
	}
	n := int64(bits)
	if len(digits) <= 8 {
		n = int64(int32(bits))
	}
	if sign == "-" {
		n = -n
	}
	return whole(n), true
}

// arithmetic is + - * / % on two numbers. What does not fit its type becomes
// a double; a division of whole numbers stays whole when it is exact.
func arithmetic(op string, a, b Value) (Value, error) {
	x, xInt := toInt(a)
	y, yInt := toInt(b)
	if !xInt || !yInt {
		return floatArithmetic(op, toFloat(a), toFloat(b)), nil
	}
	_, aNarrow := a.(int32)
	_, bNarrow := b.(int32)
	n, exact, err := wholeArithmetic(op, x, y)
	switch {
	case err != nil:
		return nil, err
	case !exact:
		return floatArithmetic(op, float64(x), float64(y)), nil
	case !aNarrow || !bNarrow:
		return n, nil
	case n > math.MaxInt32 || n < math.MinInt32:
		return float64(n), nil // an Int32 overflows to a double, not to an Int64
	}
	return int32(n), nil
}

// wholeArithmetic reports exact false when the result is no Int64.
func wholeArithmetic(op string, x, y int64) (n int64, exact bool, err error) {
	switch op {
	case "+":
		n = x + y
		return n, (n > x) == (y > 0), nil
	case "-":
		n = x - y
		return n, (n < x) == (y > 0), nil
	case "*":
		n = x * y
		fits := x == 0 || n/x == y && !(x == -1 && y == math.MinInt64)
		return n, fits, nil
	}
	if y == 0 {
		return 0, false, divideByZero()
	}
	if op == "%" {
		if y == -1 {
			return 0, true, nil
		}
		return x % y, true, nil
	}
	if x == math.MinInt64 && y == -1 {
		return 0, false, nil
	}
	return x / y, x%y == 0, nil
}

func floatArithmetic(op string, x, y float64) Value {
	switch op {
	case "+":
		return x + y
	case "-":
		return x - y
	case "*":
		return x * y
	case "/":
		return x / y
	}
	return math.Mod(x, y)
}
