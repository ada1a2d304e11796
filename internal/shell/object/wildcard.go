package object

import (
	"strings"
	"unicode"
)

// Pattern is a wildcard pattern. The zero value matches the empty text.
type Pattern struct{ parts []part }

// part is one position of a pattern.
type part struct {
	kind   partKind
	char   rune
	ranges [][2]rune
}

type partKind byte

const (
	oneChar partKind = iota
	anyChar          // ?
	anyText          // *
	oneOf            // [a-z]
)

// Wildcard reads a pattern with *, ?, [a-z] and ` before a character that
// stands for itself. An open [ is an *Error.
func Wildcard(pattern string) (Pattern, error) {
	var p Pattern
	runes := []rune(pattern)
	for i := 0; i < len(runes); i++ {
		switch c := runes[i]; c {
		case '*':
			if n := len(p.parts); n == 0 || p.parts[n-1].kind != anyText {
				p.parts = append(p.parts, part{kind: anyText})
			}
		case '?':
			p.parts = append(p.parts, part{kind: anyChar})
		case '[':
			set, next, ok := readSet(runes, i+1)
			if !ok {
				e := failure("WildcardPatternException", invalidArgument,
					"The specified wildcard character pattern is not valid: %s", pattern)
				e.Reason = "WildcardPatternException"
				return Pattern{}, e
			}
			p.parts = append(p.parts, set)
			i = next
		case '`':
			if i+1 < len(runes) {
				i++
			}
			p.parts = append(p.parts, part{char: runes[i]})
		default:
			p.parts = append(p.parts, part{char: c})
		}
	}
	return p, nil
}

// readSet reads a set up to its ]; next is where that stands.
func readSet(runes []rune, i int) (set part, next int, ok bool) {
	set.kind = oneOf
	take := func() rune {
		if runes[i] == '`' && i+1 < len(runes) {
			i++
		}
		i++
		return runes[i-1]
	}
	for i < len(runes) {
		if runes[i] == ']' {
			return set, i, true
		}
		low := take()
		high := low
		if i+1 < len(runes) && runes[i] == '-' && runes[i+1] != ']' {
			i++
			high = take()
		}
		set.ranges = append(set.ranges, [2]rune{low, high})
	}
	return set, i, false
}

// Match says whether all of s matches, without case.
func (p Pattern) Match(s string) bool { return p.match([]rune(s), true) }

// MatchCase says whether all of s matches, with case.
func (p Pattern) MatchCase(s string) bool { return p.match([]rune(s), false) }

// match goes back to the last * only, which is enough: what an earlier one
// could take, the last one can take too.
func (p Pattern) match(s []rune, folding bool) bool {
	at, star, from := 0, -1, 0
	for i := 0; i < len(s); {
		switch {
		case at < len(p.parts) && p.parts[at].kind == anyText:
			star, from = at, i
			at++
		case at < len(p.parts) && p.parts[at].accepts(s[i], folding):
			at++
			i++
		case star >= 0:
			from++
			at, i = star+1, from
		default:
			return false
		}
	}
	for at < len(p.parts) && p.parts[at].kind == anyText {
		at++
	}
	return at == len(p.parts)
}

func (p part) accepts(c rune, folding bool) bool {
	switch p.kind {
	case anyChar:
		return true
	case oneOf:
		for _, r := range p.ranges {
			if inRange(c, r) || folding && (inRange(unicode.ToLower(c), r) || inRange(unicode.ToUpper(c), r)) {
				return true
			}
		}
		return false
	case oneChar:
		return c == p.char || folding && fold(c) == fold(p.char)
	}
	return false
}

func inRange(c rune, r [2]rune) bool { return r[0] <= c && c <= r[1] }

// fold is the one character that stands for all cases of c.
func fold(c rune) rune {
	if c < unicode.MaxASCII {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		return c
	}
	return unicode.ToLower(unicode.ToUpper(c))
}

// HasWildcard says whether a text has *, ? or [ in it that is not escaped.
func HasWildcard(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == '`' {
			i++
		} else if strings.IndexByte("*?[", s[i]) >= 0 {
			return true
		}
	}
	return false
}
