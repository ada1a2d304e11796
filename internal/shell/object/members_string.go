package object

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

func sortMethods(all []Method) {
	slices.SortStableFunc(all, func(a, b Method) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
}

// stringMethods count characters, not UTF-16 units.
var stringMethods = []method{
	{"Contains", "bool Contains(string value)", 1, 1, func(c *call) (Value, error) {
		return strings.Contains(c.own(), c.text(0)), nil
	}},
	{"EndsWith", "bool EndsWith(string value, System.StringComparison comparisonType)", 1, 3, func(c *call) (Value, error) {
		s, end := c.folded()
		return strings.HasSuffix(s, end), nil
	}},
	{"Equals", "bool Equals(string value, System.StringComparison comparisonType)", 1, 2, func(c *call) (Value, error) {
		s, other := c.folded()
		return s == other, nil
	}},
	{"IndexOf", "int IndexOf(string value, int startIndex)", 1, 3, func(c *call) (Value, error) { return c.indexOf() }},
	{"Insert", "string Insert(int startIndex, string value)", 2, 2, func(c *call) (Value, error) {
		runes := []rune(c.own())
		at, err := c.int(0)
		if err != nil {
			return nil, err
		}
		if at < 0 || at > len(runes) {
			return nil, c.raise("ArgumentOutOfRangeException", "Specified argument was out of the range of valid values.\nParameter name: startIndex")
		}
		return concat(string(runes[:at])+c.text(1), string(runes[at:]))
	}},
	{"LastIndexOf", "int LastIndexOf(string value)", 1, 1, func(c *call) (Value, error) {
		s := c.own()
		return runesBefore(s, strings.LastIndex(s, c.text(0))), nil
	}},
	{"PadLeft", "string PadLeft(int totalWidth, char paddingChar)", 1, 2, func(c *call) (Value, error) { return c.pad(true) }},
	{"PadRight", "string PadRight(int totalWidth, char paddingChar)", 1, 2, func(c *call) (Value, error) { return c.pad(false) }},
	{"Remove", "string Remove(int startIndex, int count)", 1, 2, func(c *call) (Value, error) {
		from, to, err := c.slice()
		if err != nil {
			return nil, err
		}
		runes := []rune(c.own())
		return string(runes[:from]) + string(runes[to:]), nil
	}},
	{"Replace", "string Replace(string oldValue, string newValue)", 2, 2, func(c *call) (Value, error) {
		s, old, with := c.own(), c.text(0), c.text(1)
		if old == "" {
			return nil, c.raise("ArgumentException", "String cannot be of zero length.\nParameter name: oldValue")
		}
		if len(s)+strings.Count(s, old)*max(len(with)-len(old), 0) > maxText {
			return nil, tooLarge("text")
		}
		return strings.ReplaceAll(s, old, with), nil
	}},
	{"Split", "string[] Split(Params char[] separator)", 0, 16, func(c *call) (Value, error) { return c.split() }},
	{"StartsWith", "bool StartsWith(string value, System.StringComparison comparisonType)", 1, 3, func(c *call) (Value, error) {
		s, start := c.folded()
		return strings.HasPrefix(s, start), nil
	}},
	{"Substring", "string Substring(int startIndex, int length)", 1, 2, func(c *call) (Value, error) {
		from, to, err := c.slice()
		if err != nil {
			return nil, err
		}
		return string([]rune(c.own())[from:to]), nil
	}},
	{"ToCharArray", "char[] ToCharArray()", 0, 0, func(c *call) (Value, error) { return characters(c.own()) }},
	{"ToLower", "string ToLower()", 0, 1, func(c *call) (Value, error) { return strings.ToLower(c.own()), nil }},
	{"ToLowerInvariant", "string ToLowerInvariant()", 0, 0, func(c *call) (Value, error) { return strings.ToLower(c.own()), nil }},
	{"ToString", "string ToString()", 0, 1, func(c *call) (Value, error) { return c.own(), nil }},
	{"ToUpper", "string ToUpper()", 0, 1, func(c *call) (Value, error) { return strings.ToUpper(c.own()), nil }},
	{"ToUpperInvariant", "string ToUpperInvariant()", 0, 0, func(c *call) (Value, error) { return strings.ToUpper(c.own()), nil }},
	{"Trim", "string Trim(Params char[] trimChars)", 0, 16, func(c *call) (Value, error) {
		return strings.TrimFunc(c.own(), c.trimmed()), nil
	}},
	{"TrimEnd", "string TrimEnd(Params char[] trimChars)", 0, 16, func(c *call) (Value, error) {
		return strings.TrimRightFunc(c.own(), c.trimmed()), nil
	}},
	{"TrimStart", "string TrimStart(Params char[] trimChars)", 0, 16, func(c *call) (Value, error) {
		return strings.TrimLeftFunc(c.own(), c.trimmed()), nil
	}},
}

// own is the text the method was called on.
func (c *call) own() string { s, _ := c.recv.(string); return s }

// folded are the text and the first argument, in one case when the second
// argument says so: a StringComparison by name, or true.
func (c *call) folded() (s, other string) {
	s, other = c.own(), c.text(0)
	if len(c.args) > 1 {
		if mode := strings.ToLower(Text(c.args[1])); strings.HasSuffix(mode, "ignorecase") || mode == "true" {
			s, other = strings.Map(fold, s), strings.Map(fold, other)
		}
	}
	return s, other
}

// runesBefore turns a place in bytes into one in characters, and keeps -1.
func runesBefore(s string, at int) int32 {
	if at < 0 {
		return -1
	}
	return int32(utf8.RuneCountInString(s[:at]))
}

func (c *call) indexOf() (Value, error) {
	runes := []rune(c.own())
	start, wanted, ignore := 0, c.text(0), false
	if len(c.args) > 1 {
		if mode := strings.ToLower(c.text(len(c.args) - 1)); strings.Contains(mode, "ordinal") || strings.Contains(mode, "culture") {
			ignore = strings.HasSuffix(mode, "ignorecase")
		}
		if n, err := c.int(1); err == nil {
			start = n
		}
	}
	if start < 0 || start > len(runes) {
		return nil, c.raise("ArgumentOutOfRangeException", "Index was out of range. Must be non-negative and less than the size of the collection.\nParameter name: startIndex")
	}
	rest := string(runes[start:])
	if ignore {
		rest, wanted = strings.Map(fold, rest), strings.Map(fold, wanted)
	}
	at := runesBefore(rest, strings.Index(rest, wanted))
	if at >= 0 {
		at += int32(start)
	}
	return at, nil
}

func (c *call) pad(left bool) (Value, error) {
	width, err := c.int(0)
	if err != nil {
		return nil, err
	}
	fill := " "
	if len(c.args) > 1 {
		char, err := c.convert(1, "System.Char")
		if err != nil {
			return nil, err
		}
		fill = Text(char)
	}
	s := c.own()
	missing := width - utf8.RuneCountInString(s)
	switch {
	case width < 0:
		return nil, c.raise("ArgumentOutOfRangeException", "Non-negative number required.\nParameter name: totalWidth")
	case missing <= 0:
		return s, nil
	case missing > maxText/4:
		return nil, tooLarge("text")
	case left:
		return strings.Repeat(fill, missing) + s, nil
	}
	return s + strings.Repeat(fill, missing), nil
}

// slice reads a start and an optional length within the text.
func (c *call) slice() (from, to int, err error) {
	length := utf8.RuneCountInString(c.own())
	if from, err = c.int(0); err != nil {
		return 0, 0, err
	}
	count := length - from
	if len(c.args) > 1 {
		if count, err = c.int(1); err != nil {
			return 0, 0, err
		}
	}
	switch {
	case from < 0:
		return 0, 0, c.raise("ArgumentOutOfRangeException", "StartIndex cannot be less than zero.\nParameter name: startIndex")
	case from > length:
		return 0, 0, c.raise("ArgumentOutOfRangeException", "startIndex cannot be larger than length of string.\nParameter name: startIndex")
	case count < 0:
		return 0, 0, c.raise("ArgumentOutOfRangeException", "Length cannot be less than zero.\nParameter name: length")
	case count > length-from:
		return 0, 0, c.raise("ArgumentOutOfRangeException", "Index and length must refer to a location within the string.\nParameter name: length")
	}
	return from, from + count, nil
}

// trimmed says which characters Trim takes away: white space, or those of the
// arguments.
func (c *call) trimmed() func(rune) bool {
	var set strings.Builder
	for i := range c.args {
		for _, item := range argumentsOf(c.args[i]) {
			set.WriteString(Text(item))
		}
	}
	if set.Len() == 0 {
		return isBlank
	}
	chars := set.String()
	return func(r rune) bool { return strings.ContainsRune(chars, r) }
}

func characters(s string) (Value, error) {
	if len(s) > maxItems {
		return nil, tooLarge("collection")
	}
	list := &List{Type: "Char[]"}
	for _, r := range s {
		list.Items = append(list.Items, string(r))
	}
	return list, nil
}
