package object

import (
	"cmp"
	"strings"
	"time"
	"unicode"
)

// Compare orders two values for sorting: nil first, numbers by value, dates by
// the instant, everything else as texts without case. It never converts one
// side to the type of the other, so that Compare(a, b) = -Compare(b, a);
// Operate does, as -lt wants it. Values that have no order and no text of their
// own (hashtables, objects without a text) are an *Error with the ID
// NotIcomparable.
func Compare(a, b Value) (int, error) {
	if a == nil || b == nil {
		return cmp.Compare(presence(a), presence(b)), nil
	}
	if x, ok := orderedNumber(a, b); ok {
		y, _ := orderedNumber(b, a)
		return compareNumbers(x, y), nil
	}
	if same, ok := compareSameKind(a, b, false); ok {
		return same, nil
	}
	for _, v := range []Value{a, b} {
		if !comparable(v) {
			return 0, notComparable(v)
		}
	}
	return compareText(Text(a), Text(b), false), nil
}

func presence(v Value) int {
	if v == nil {
		return 0
	}
	return 1
}

// orderedNumber is v as a number when it is one, or is a text that reads as
// one beside a number.
func orderedNumber(v, beside Value) (Value, bool) {
	switch {
	case isNumber(v) && isNumber(beside):
		return v, true
	case isNumber(v):
		s, ok := beside.(string)
		if !ok || strings.TrimSpace(s) == "" {
			return nil, false
		}
		_, ok = readNumber(s)
		return v, ok
	case isNumber(beside):
		s, ok := v.(string)
		if !ok || strings.TrimSpace(s) == "" {
			return nil, false
		}
		return readNumber(s)
	}
	return nil, false
}

func comparable(v Value) bool {
	switch v := v.(type) {
	case *Object:
		return v.Text != ""
	case *Hash, *List, Bytes, Secure:
		return false
	}
	return true
}

func notComparable(v Value) *Error {
	return failure("NotIcomparable", invalidOperation, "Cannot compare \"%s\" because it is not IComparable.", Text(v))
}

// compareSameKind compares two values of one type that has an order of its own.
func compareSameKind(a, b Value, caseSensitive bool) (int, bool) {
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return compareText(x, y, caseSensitive), true
		}
	case bool:
		if y, ok := b.(bool); ok {
			return cmp.Compare(truthValue(x), truthValue(y)), true
		}
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Compare(y), true
		}
	case time.Duration:
		if y, ok := b.(time.Duration); ok {
			return cmp.Compare(x, y), true
		}
	case GUID:
		if y, ok := b.(GUID); ok {
			return strings.Compare(string(x[:]), string(y[:])), true
		}
	case int32, int64, float64:
		if isNumber(b) {
			return compareNumbers(a, b), true
		}
	}
	return 0, false
}

func truthValue(b bool) int {
	if b {
		return 1
	}
	return 0
}

func compareNumbers(a, b Value) int {
	x, xInt := toInt(a)
	y, yInt := toInt(b)
	if xInt && yInt {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(toFloat(a), toFloat(b))
}

// compareText orders texts as the culture does, roughly: signs before digits
// before letters, letters with an accent beside those without, and, when case
// counts, a before A. Hyphens and apostrophes count like other signs here.
func compareText(a, b string, caseSensitive bool) int {
	x, y := []rune(a), []rune(b)
	accent, letterCase := 0, 0
	for i := 0; i < len(x) && i < len(y); i++ {
		if x[i] == y[i] {
			continue
		}
		fx, fy := fold(x[i]), fold(y[i])
		bx, by := baseLetter(fx), baseLetter(fy)
		if c := cmp.Or(cmp.Compare(rank(bx), rank(by)), cmp.Compare(bx, by)); c != 0 {
			return c
		}
		if accent == 0 {
			accent = cmp.Compare(fx, fy)
		}
		if letterCase == 0 {
			letterCase = cmp.Compare(y[i], x[i]) // capitals have the lower numbers
		}
	}
	c := cmp.Or(cmp.Compare(len(x), len(y)), accent)
	if caseSensitive {
		c = cmp.Or(c, letterCase)
	}
	return c
}

// rank is the class of a character in sorting.
func rank(c rune) int {
	switch {
	case unicode.IsLetter(c):
		return 4
	case unicode.IsDigit(c):
		return 3
	case unicode.IsSpace(c):
		return 1
	case unicode.IsControl(c):
		return 0
	}
	return 2
}

// baseLetter takes the accent off a letter of Western Europe.
func baseLetter(c rune) rune {
	if c < 'à' || c > 'ÿ' {
		return c
	}
	const base = "aaaaaaæceeeeiiiiðnooooo÷ouuuuyþy"
	return []rune(base)[c-'à']
}

// compareAs compares as -lt and -eq do: b is converted to the type of a. ok is
// false when it cannot be; err says why.
func compareAs(a, b Value, caseSensitive bool) (int, error) {
	if a == nil || b == nil {
		return compareNull(a, b), nil
	}
	switch x := a.(type) {
	case string:
		return compareText(x, Text(b), caseSensitive), nil
	case bool:
		return cmp.Compare(truthValue(x), truthValue(Truth(b))), nil
	case int32, int64, float64:
		y, ok := number(b)
		if !ok {
			return 0, castFailed("ComparisonFailure", b, TypeName(a), "Input string was not in a correct format.")
		}
		return compareNumbers(a, y), nil
	case Enum:
		return compareText(x.Name, Text(b), caseSensitive), nil
	case TypedText:
		return compareText(x.Value, Text(b), caseSensitive), nil
	case Type:
		if y, ok := b.(Type); ok {
			return compareText(fullOr(x.Name, ""), fullOr(y.Name, ""), false), nil
		}
		return compareText(fullOr(x.Name, ""), fullOr(Text(b), ""), false), nil
	case time.Time, time.Duration, GUID:
		y, err := convertLike(a, b)
		if err != nil {
			return 0, failure("ComparisonFailure", invalidOperation, "Could not compare \"%s\" to \"%s\". Error: \"%s\"", Text(a), Text(b), err.Error())
		}
		c, _ := compareSameKind(a, y, caseSensitive)
		return c, nil
	case *Object:
		if x.Text != "" {
			return compareText(x.Text, Text(b), caseSensitive), nil
		}
	}
	return 0, notComparable(a)
}

// convertLike converts b to the type of a, which decides the zone of a date.
func convertLike(a, b Value) (Value, error) {
	zone := time.Local
	if t, ok := a.(time.Time); ok {
		zone = t.Location()
	}
	return Convert(b, TypeName(a), zone)
}

// compareNull puts null before everything but negative numbers.
func compareNull(a, b Value) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		if isNumber(b) && toFloat(b) < 0 {
			return 1
		}
		return -1
	}
	return -compareNull(b, a)
}

// Equal says what a -eq b says of two single values.
func Equal(a, b Value) bool { return equal(a, b, false) }

func equal(a, b Value, caseSensitive bool) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	switch x := a.(type) {
	case *Hash, *List, *ErrorRecord:
		return a == b
	case *Object:
		// An object with a text, such as an identity, is equal to that text.
		if y, ok := b.(*Object); ok || x.Text == "" {
			return ok && x == y
		}
		return compareText(x.Text, Text(b), caseSensitive) == 0
	case Secure:
		return false // two SecureStrings are two objects
	case Bytes:
		return false
	case Block:
		return sameBlock(x, b)
	}
	if _, ok := b.(Secure); ok {
		return false
	}
	c, err := compareAs(a, b, caseSensitive)
	return err == nil && c == 0
}

// sameBlock compares by the source, because a block need not be a pointer.
func sameBlock(a Block, b Value) bool {
	other, ok := b.(Block)
	return ok && a.Source() == other.Source()
}
