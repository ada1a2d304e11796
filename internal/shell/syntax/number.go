package syntax

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// number reads the longest number at the start of text: decimal or 0x, with a
// point, an exponent, a type suffix (l, d) and a multiplier (kb to pb). The
// value is an int64, or a float64 when it has a point or exponent or is too
// large. The length is 0 when no number begins there or something is glued to it.
func number(text string) (value any, length int) {
	if len(text) > 2 && text[0] == '0' && text[1]|0x20 == 'x' {
		value, length = hexadecimal(text)
	} else {
		value, length = decimal(text)
	}
	if length == 0 {
		return nil, 0
	}
	switch suffix := lower(text, length); {
	case suffix == 'l':
		length++
		if f, ok := value.(float64); ok {
			if math.Abs(f) >= math.MaxInt64 {
				return nil, 0
			}
			value = int64(math.RoundToEven(f))
		}
	case suffix == 'd':
		length++
		if n, ok := value.(int64); ok {
			value = float64(n)
		}
	}
	if i := strings.IndexByte("kmgtp", lower(text, length)); i >= 0 && lower(text, length+1) == 'b' {
		value = multiply(value, int64(1)<<(10*(i+1)))
		length += 2
	}
	rest := &parser{source: text, offset: length}
	if r := rest.peek(); isNameRune(r) || r == utf8.RuneError || r == '`' && rest.newlineAt(length+1) == 0 {
		return nil, 0
	}
	return value, length
}

// lower is a character of text in lower case, a space behind its end.
func lower(text string, i int) byte {
	if i >= len(text) {
		return ' '
	}
	return text[i] | 0x20
}

func hexadecimal(text string) (any, int) {
	end := 2
	for end < len(text) && strings.IndexByte("0123456789abcdefABCDEF", text[end]) >= 0 {
		end++
	}
	n, err := strconv.ParseUint(text[2:end], 16, 64)
	switch {
	case err != nil:
		return nil, 0
	case end == 10:
		return int64(int32(n)), end // eight digits fill an Int32, sign and all
	}
	return int64(n), end
}

func decimal(text string) (any, int) {
	end := digitsEnd(text, 0)
	whole := end > 0
	integer := true
	if end < len(text) && text[end] == '.' && (end+1 == len(text) || text[end+1] != '.') {
		fraction := digitsEnd(text, end+1)
		if !whole && fraction == end+1 {
			return nil, 0
		}
		end, integer = fraction, false
	} else if !whole {
		return nil, 0
	}
	if e := exponentEnd(text, end); e > 0 {
		end, integer = e, false
	}
	if integer {
		if n, err := strconv.ParseInt(text[:end], 10, 64); err == nil {
			return n, end
		}
	}
	f, err := strconv.ParseFloat(text[:end], 64)
	if err != nil {
		return nil, 0
	}
	return f, end
}

func digitsEnd(text string, i int) int {
	for i < len(text) && isDigit(rune(text[i])) {
		i++
	}
	return i
}

// exponentEnd is the end of e+5 at i, 0 when there is none.
func exponentEnd(text string, i int) int {
	if lower(text, i) != 'e' {
		return 0
	}
	i++
	if i < len(text) && (text[i] == '+' || text[i] == '-') {
		i++
	}
	if end := digitsEnd(text, i); end > i {
		return end
	}
	return 0
}

func multiply(value any, by int64) any {
	switch v := value.(type) {
	case int64:
		if product := v * by; product/by == v {
			return product
		}
		return float64(v) * float64(by)
	case float64:
		return v * float64(by)
	}
	return value
}

// signed is the number that a whole word is, with a sign or without; nil when
// it is not one.
func signed(word string) any {
	p := &parser{source: word}
	negative := IsDash(p.peek())
	if negative {
		word = word[p.width():]
	}
	value, n := number(word)
	if n == 0 || n != len(word) {
		return nil
	}
	switch v := value.(type) {
	case int64:
		if negative {
			return -v
		}
	case float64:
		if negative {
			return -v
		}
	}
	return value
}
