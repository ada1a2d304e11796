package object

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxRegex bounds a regular expression. Matching is linear in the text
// whatever the expression, so the text has no other bound than a text has.
const maxRegex = 8192

// expression is a regular expression of .NET, translated.
type expression struct {
	re    *regexp.Regexp
	names []string // of the groups from 1; "" for one with a number
}

// compile translates and compiles. Lookaround, backreferences, atomic,
// conditional and balancing groups, class subtraction and the options n and x
// have no translation and are errors that say so.
func compile(pattern string, caseSensitive bool) (*expression, error) {
	if len(pattern) > maxRegex {
		return nil, tooLarge("regular expression")
	}
	t := translator{pattern: pattern, rest: pattern}
	if !caseSensitive {
		t.out.WriteString("(?i)")
	}
	if err := t.run(); err != nil {
		return nil, err
	}
	re, err := regexp.Compile(t.out.String())
	if err != nil {
		return nil, badRegex(pattern)
	}
	return &expression{re, t.names}, nil
}

func badRegex(pattern string) *Error {
	return failure("InvalidRegularExpression", invalidOperation, "The regular expression pattern %s is not valid.", pattern)
}

func (t *translator) unsupported(what string) *Error {
	return failure("RegularExpressionNotSupported", "NotImplemented",
		"The regular expression pattern %s uses %s, which this shell does not know.", t.pattern, what)
}

// translator rewrites an expression from left to right.
type translator struct {
	pattern, rest string
	out           strings.Builder
	names         []string
}

// Classes of characters are Unicode's in .NET and ASCII's in Go.
const (
	wordClass     = `\p{L}\p{Mn}\p{Nd}\p{Pc}`
	notWordClass  = `\p{Mc}\p{Me}\p{Nl}\p{No}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}\p{S}\p{Z}\p{C}`
	spaceClass    = `\t-\r\x{85}\p{Z}`
	notSpaceClass = `\x00-\x08\x0e-\x1f\x7f-\x{84}\x{86}-\x{9f}\p{L}\p{M}\p{N}\p{P}\p{S}\p{Cf}\p{Co}`
)

func (t *translator) run() error {
	for t.rest != "" {
		var err error
		switch c := t.rest[0]; c {
		case '\\':
			err = t.escape(false)
		case '[':
			err = t.class()
		case '(':
			err = t.group()
		default:
			t.copy(1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *translator) copy(n int) {
	t.out.WriteString(t.rest[:n])
	t.rest = t.rest[n:]
}

func (t *translator) emit(s string, used int) {
	t.out.WriteString(s)
	t.rest = t.rest[used:]
}

// escape translates a backslash and what follows it, within a class or not.
func (t *translator) escape(inClass bool) error {
	if len(t.rest) < 2 {
		return badRegex(t.pattern)
	}
	c := t.rest[1]
	if classes, ok := classEscape(c, inClass); ok {
		t.emit(classes, 2)
		return nil
	}
	switch {
	case c == 'u' || c == 'x':
		return t.hexEscape(map[byte]int{'u': 4, 'x': 2}[c])
	case c == 'e':
		t.emit(`\x1b`, 2)
	case c == 'c' && len(t.rest) > 2:
		t.emit(fmt.Sprintf(`\x%02x`, t.rest[2]&0x1f), 3)
	case c == '0' || inClass && c >= '1' && c <= '7':
		t.octalEscape()
	case c == 'p' || c == 'P':
		t.copy(2)
	case inClass && c == 'b':
		t.emit(`\x08`, 2)
	case inClass && strings.IndexByte("afnrtv", c) >= 0:
		t.copy(2)
	case inClass && isAlnum(c):
		return badRegex(t.pattern)
	case c >= '1' && c <= '9' || c == 'k':
		return t.unsupported("a backreference")
	case c == 'G':
		return t.unsupported(`\G`)
	case c == 'Z':
		// Before a line feed at the end, too; a text that ends in one is rare
		// here and Go has no such mark.
		t.emit(`\z`, 2)
	case strings.IndexByte("AzbBafnrtv", c) >= 0:
		t.copy(2)
	case isAlnum(c):
		return badRegex(t.pattern)
	case c >= utf8.RuneSelf:
		t.emit("", 1)
		_, n := utf8.DecodeRuneInString(t.rest)
		t.copy(n)
	default:
		t.copy(2)
	}
	return nil
}

// classEscape is \d, \w, \s and their opposites.
func classEscape(c byte, inClass bool) (string, bool) {
	switch c {
	case 'd':
		return `\p{Nd}`, true
	case 'D':
		return `\P{Nd}`, true
	case 'w', 's':
		classes := wordClass
		if c == 's' {
			classes = spaceClass
		}
		if !inClass {
			classes = "[" + classes + "]"
		}
		return classes, true
	case 'W', 'S':
		classes, not := wordClass, notWordClass
		if c == 'S' {
			classes, not = spaceClass, notSpaceClass
		}
		if inClass {
			return not, true
		}
		return "[^" + classes + "]", true
	}
	return "", false
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func (t *translator) hexEscape(digits int) error {
	if len(t.rest) < 2+digits {
		return badRegex(t.pattern)
	}
	n, err := strconv.ParseUint(t.rest[2:2+digits], 16, 16)
	if err != nil {
		return badRegex(t.pattern)
	}
	t.emit(fmt.Sprintf(`\x{%x}`, n), 2+digits)
	return nil
}

func (t *translator) octalEscape() {
	n, used := 0, 1
	for used < len(t.rest) && used < 4 && t.rest[used] >= '0' && t.rest[used] <= '7' {
		n = n*8 + int(t.rest[used]-'0')
		used++
	}
	t.emit(fmt.Sprintf(`\x{%x}`, n&0xff), used)
}

// class translates [...]; a [ within it is an ordinary character in .NET.
func (t *translator) class() error {
	t.copy(1)
	if strings.HasPrefix(t.rest, "^") {
		t.copy(1)
	}
	for first := true; t.rest != ""; first = false {
		switch c := t.rest[0]; {
		case c == ']' && !first:
			t.copy(1)
			return nil
		case strings.HasPrefix(t.rest, "-[") && !first:
			return t.unsupported("class subtraction")
		case c == '\\':
			if err := t.escape(true); err != nil {
				return err
			}
		case c == '[' || c == ']':
			t.emit(`\`+string(c), 1)
		default:
			_, n := utf8.DecodeRuneInString(t.rest)
			t.copy(n)
		}
	}
	return badRegex(t.pattern)
}

// group translates an opening parenthesis with what tells its kind.
func (t *translator) group() error {
	if !strings.HasPrefix(t.rest, "(?") {
		t.names = append(t.names, "")
		t.copy(1)
		return nil
	}
	inner := t.rest[2:]
	switch {
	case strings.HasPrefix(inner, "="), strings.HasPrefix(inner, "!"):
		return t.unsupported("lookahead")
	case strings.HasPrefix(inner, "<="), strings.HasPrefix(inner, "<!"):
		return t.unsupported("lookbehind")
	case strings.HasPrefix(inner, ">"):
		return t.unsupported("an atomic group")
	case strings.HasPrefix(inner, "("):
		return t.unsupported("a conditional group")
	case strings.HasPrefix(inner, "#"):
		end := strings.IndexByte(inner, ')')
		if end < 0 {
			return badRegex(t.pattern)
		}
		t.emit("", 2+end+1)
		return nil
	case strings.HasPrefix(inner, "<"):
		return t.namedGroup('>')
	case strings.HasPrefix(inner, "'"):
		return t.namedGroup('\'')
	}
	return t.options(inner)
}

func (t *translator) namedGroup(closing byte) error {
	end := strings.IndexByte(t.rest[3:], closing)
	if end <= 0 {
		return badRegex(t.pattern)
	}
	name := t.rest[3 : 3+end]
	if strings.Contains(name, "-") {
		return t.unsupported("a balancing group")
	}
	t.names = append(t.names, name)
	// Go's names are ASCII and unique, so groups keep theirs on our side.
	t.emit("(", 3+end+1)
	return nil
}

// options translates (?i), (?-i), (?i:…) and (?:…).
func (t *translator) options(inner string) error {
	end := strings.IndexAny(inner, ":)")
	if end < 0 || strings.Trim(inner[:end], "imsnx-") != "" {
		return badRegex(t.pattern)
	}
	if strings.ContainsAny(inner[:end], "nx") {
		return t.unsupported("the option n or x")
	}
	if inner[end] == ')' && (end == 0 || inner[:end] == "-") {
		t.emit("", 2+end+1)
		return nil
	}
	t.copy(2 + end + 1)
	return nil
}

// groups are the successful groups of a match as $Matches has them.
func (e *expression) groups(s string, at []int) *Hash {
	h := &Hash{}
	h.Set(int32(0), s[at[0]:at[1]])
	number := int32(0)
	for i, name := range e.names {
		key := Value(name)
		if name == "" {
			number++
			key = number
		}
		if from := at[2*i+2]; from >= 0 {
			h.Set(key, s[from:at[2*i+3]])
		}
	}
	return h
}

// index gives the number among Go's groups of $1 or ${name}: groups without a
// name are numbered first, those with one after them.
func (e *expression) index(ref string) (int, bool) {
	for i, name := range e.names {
		if name != "" && name == ref {
			return i + 1, true
		}
	}
	n, err := strconv.Atoi(ref)
	if err != nil || n < 0 || n > len(e.names) {
		return 0, false
	}
	if n == 0 {
		return 0, true
	}
	for _, named := range []bool{false, true} {
		for i, name := range e.names {
			if (name != "") == named {
				if n--; n == 0 {
					return i + 1, true
				}
			}
		}
	}
	return 0, false
}

// all are all matches in s.
func (e *expression) all(s string) ([][]int, error) {
	all := e.re.FindAllStringSubmatchIndex(s, maxItems+1)
	if len(all) > maxItems {
		return nil, tooLarge("number of matches")
	}
	return all, nil
}

// replace puts the replacement, with its $1, ${name}, $$, $&, $`, $', $+ and
// $_, in place of every match.
func (e *expression) replace(s, replacement string) (string, error) {
	var b strings.Builder
	last := 0
	all, err := e.all(s)
	if err != nil {
		return "", err
	}
	for _, at := range all {
		b.WriteString(s[last:at[0]])
		e.expand(&b, s, replacement, at)
		last = at[1]
		if b.Len() > maxText {
			return "", tooLarge("text")
		}
	}
	b.WriteString(s[last:])
	return b.String(), nil
}

func (e *expression) expand(b *strings.Builder, s, replacement string, at []int) {
	for {
		before, rest, found := strings.Cut(replacement, "$")
		b.WriteString(before)
		if !found {
			return
		}
		value, used := e.substitution(s, rest, at)
		b.WriteString(value)
		replacement = rest[used:]
		if b.Len() > maxText {
			return
		}
	}
}

// substitution reads what stands after a $; what means nothing stays as it is.
func (e *expression) substitution(s, rest string, at []int) (value string, used int) {
	if rest == "" {
		return "$", 0
	}
	switch rest[0] {
	case '$':
		return "$", 1
	case '&':
		return s[at[0]:at[1]], 1
	case '`':
		return s[:at[0]], 1
	case '\'':
		return s[at[1]:], 1
	case '_':
		return s, 1
	case '+':
		return e.group(s, at, len(e.names)), 1
	case '{':
		if end := strings.IndexByte(rest, '}'); end > 0 {
			if i, ok := e.index(rest[1:end]); ok {
				return e.group(s, at, i), end + 1
			}
		}
		return "$", 0
	}
	n := 0
	for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
		n++
	}
	if i, ok := e.index(rest[:n]); n > 0 && ok {
		return e.group(s, at, i), n
	}
	return "$", 0
}

func (e *expression) group(s string, at []int, i int) string {
	if at[2*i] < 0 {
		return ""
	}
	return s[at[2*i]:at[2*i+1]]
}
