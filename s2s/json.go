package s2s

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A token's JSON is read by hand because the check is about the text: one
// object and nothing behind it, no member twice in any spelling, and caps that
// hold before anything grows. encoding/json keeps the last of two equal names
// and repairs broken surrogates, and either would let two readers of one token
// see two different tokens.
const (
	maxDepth   = 8  // of objects and arrays in each other, the outermost included
	maxMembers = 64 // of all objects of one text together
)

// object is a JSON object read in place: its members, in the order of the
// text, are positions in it, so that reading allocates nothing.
type object struct {
	text    string
	n       int
	members [maxMembers]member
}

type member struct {
	name, value span
	escaped     bool // the name is written with escapes
}

// span is text[from:to]; a text is shorter than 64 KiB.
type span struct{ from, to uint16 }

func (s span) len() int { return int(s.to - s.from) }

// value is a JSON value as it stands in the text, without space around it.
// A value that is not there is empty.
type value string

func (o *object) part(s span) string { return o.text[s.from:s.to] }

func (o *object) nameOf(m *member) string {
	name := o.part(m.name)
	if m.escaped {
		name, _ = unescape(name)
	}
	return name
}

// get returns the value of the member with exactly this name.
func (o *object) get(name string) value {
	for i := range o.members[:o.n] {
		m := &o.members[i]
		// Mostly the length tells without looking at the text.
		if (m.escaped || m.name.len() == len(name)) && o.nameOf(m) == name {
			return value(o.part(m.value))
		}
	}
	return ""
}

// hasAny reports whether a member has exactly one of these names.
func (o *object) hasAny(names ...string) bool {
	for i := range o.members[:o.n] {
		if slices.Contains(names, o.nameOf(&o.members[i])) {
			return true
		}
	}
	return false
}

func (v value) present() bool { return v != "" }

func (v value) isString() bool { return v != "" && v[0] == '"' }

// str returns the text of a string value. It is not ok for other kinds and for
// a string with half a surrogate pair, which no string of Go's can hold.
func (v value) str() (s string, ok bool) {
	if !v.isString() {
		return "", false
	}
	return unescape(string(v[1 : len(v)-1]))
}

// parse reads text as one JSON object into an empty o. The reason is empty,
// TokenJSON or TokenDuplicate.
func (o *object) parse(text string) Reason {
	if len(text) > math.MaxUint16 {
		return TokenJSON
	}
	o.text = text
	s := scanner{object: o, simple: isSimple(text)}
	if !s.simple && !utf8.ValidString(text) {
		return TokenJSON
	}
	reason := s.members(1)
	if s.space(); reason == "" && s.pos < len(text) {
		return TokenJSON
	}
	return reason
}

// scanner reads one text. Members of inner objects stand behind those of the
// outermost in object.members while their object is open.
type scanner struct {
	*object
	simple bool // see isSimple
	pos    int
	seen   int // members so far, at all levels
}

// isSimple reports whether a text is ASCII without control characters and
// backslashes. Then every string in it ends at the next quote, which is worth
// knowing before: nearly every token is simple, and the actor token inside an
// outer token is long.
func isSimple(text string) bool {
	if strings.IndexByte(text, '\\') >= 0 {
		return false
	}
	// Eight bytes at a time: the top bit of a lane shows a byte above 0x7f
	// or, after the subtraction, one below space.
	const spaces, tops = 0x2020202020202020, 0x8080808080808080
	var odd uint64
	for ; len(text) >= 8; text = text[8:] {
		x := uint64(text[0]) | uint64(text[1])<<8 | uint64(text[2])<<16 | uint64(text[3])<<24 |
			uint64(text[4])<<32 | uint64(text[5])<<40 | uint64(text[6])<<48 | uint64(text[7])<<56
		odd |= x | (x - spaces)
	}
	for i := range len(text) {
		odd |= uint64(text[i]) | (uint64(text[i]) - spaces&0xff)
	}
	return odd&tops == 0
}

func (s *scanner) space() {
	for s.pos < len(s.text) {
		switch s.text[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.pos++
		default:
			return
		}
	}
}

// peek returns the next byte, or 0 at the end, which no caller accepts.
func (s *scanner) peek() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

// accept steps over c if it is next, and over the space before it in any case.
func (s *scanner) accept(c byte) bool {
	s.space()
	if s.peek() != c {
		return false
	}
	s.pos++
	return true
}

// members reads an object.
func (s *scanner) members(depth int) Reason {
	if depth > maxDepth || !s.accept('{') {
		return TokenJSON
	}
	if s.accept('}') {
		return ""
	}
	first := s.n
	for {
		if s.seen++; s.seen > maxMembers {
			return TokenJSON
		}
		m := &s.object.members[s.n]
		s.space()
		var ok bool
		if m.name, ok = s.str(); !ok || !s.accept(':') {
			return TokenJSON
		}
		m.escaped = !s.simple && strings.IndexByte(s.part(m.name), '\\') >= 0
		if s.has(first, m) {
			return TokenDuplicate
		}
		s.n++
		var reason Reason
		if m.value, reason = s.value(depth); reason != "" {
			return reason
		}
		if s.accept('}') {
			break
		}
		if !s.accept(',') {
			return TokenJSON
		}
	}
	if depth > 1 {
		s.n = first
	}
	return ""
}

// has reports whether one of the members from first on has m's name after
// ASCII folding.
func (s *scanner) has(first int, m *member) bool {
	name := s.nameOf(m)
	for i := first; i < s.n; i++ {
		o := &s.object.members[i]
		if (o.escaped || o.name.len() == len(name)) && foldEqual(s.nameOf(o), name) {
			return true
		}
	}
	return false
}

// value reads any value inside a container of this depth, and the space before it.
func (s *scanner) value(depth int) (span, Reason) {
	s.space()
	start, ok, reason := s.pos, true, Reason("")
	switch s.peek() {
	case '"':
		_, ok = s.str()
	case '{':
		reason = s.members(depth + 1)
	case '[':
		reason = s.array(depth + 1)
	case 't':
		ok = s.word("true")
	case 'f':
		ok = s.word("false")
	case 'n':
		ok = s.word("null")
	default:
		ok = s.number()
	}
	if !ok {
		reason = TokenJSON
	}
	return span{uint16(start), uint16(s.pos)}, reason
}

func (s *scanner) array(depth int) Reason {
	if depth > maxDepth || !s.accept('[') {
		return TokenJSON
	}
	if s.accept(']') {
		return ""
	}
	for {
		if _, reason := s.value(depth); reason != "" {
			return reason
		}
		if s.accept(']') {
			return ""
		}
		if !s.accept(',') {
			return TokenJSON
		}
	}
}

func (s *scanner) word(w string) bool {
	if !strings.HasPrefix(s.text[s.pos:], w) {
		return false
	}
	s.pos += len(w)
	return true
}

// number steps over -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?
func (s *scanner) number() bool {
	if s.peek() == '-' {
		s.pos++
	}
	first := s.peek()
	if n := s.digits(); n == 0 || n > 1 && first == '0' {
		return false
	}
	if s.peek() == '.' {
		if s.pos++; s.digits() == 0 {
			return false
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.pos++
		if c := s.peek(); c == '+' || c == '-' {
			s.pos++
		}
		return s.digits() > 0
	}
	return true
}

func (s *scanner) digits() (n int) {
	for c := s.peek(); '0' <= c && c <= '9'; c = s.peek() {
		s.pos++
		n++
	}
	return n
}

// str steps over a string and returns what is between the quotes.
func (s *scanner) str() (inner span, ok bool) {
	if s.peek() != '"' {
		return span{}, false
	}
	start := s.pos + 1
	end := start
	if s.simple {
		if end += strings.IndexByte(s.text[start:], '"'); end < start {
			return span{}, false
		}
	}
	for end < len(s.text) {
		switch c := s.text[end]; {
		case c == '"':
			s.pos = end + 1
			return span{uint16(start), uint16(end)}, true
		case c == '\\':
			n := escapeLen(s.text[end:])
			if n == 0 {
				return span{}, false
			}
			end += n
		case c < ' ':
			return span{}, false
		default:
			end++
		}
	}
	return span{}, false
}

// escapeLen returns the length of the escape that s begins with; 0 means it
// is none.
func escapeLen(s string) int {
	if len(s) < 2 {
		return 0
	}
	if s[1] != 'u' {
		if strings.IndexByte(`"\/bfnrt`, s[1]) < 0 {
			return 0
		}
		return 2
	}
	if len(s) < 6 || !isHex(s[2]) || !isHex(s[3]) || !isHex(s[4]) || !isHex(s[5]) {
		return 0
	}
	return 6
}

// unescape decodes the inside of a string that str accepted. It is not ok if
// there is half a surrogate pair; that half becomes U+FFFD.
func unescape(text string) (string, bool) {
	if strings.IndexByte(text, '\\') < 0 {
		return text, true
	}
	out, ok := make([]byte, 0, len(text)), true
	for len(text) > 0 {
		if text[0] != '\\' {
			out, text = append(out, text[0]), text[1:]
			continue
		}
		if text[1] != 'u' {
			out, text = append(out, plainEscape(text[1])), text[2:]
			continue
		}
		r := codeUnit(text)
		text = text[6:]
		if utf16.IsSurrogate(r) {
			pair := utf8.RuneError
			if strings.HasPrefix(text, `\u`) {
				pair = utf16.DecodeRune(r, codeUnit(text))
			}
			if r = pair; pair == utf8.RuneError {
				ok = false
			} else {
				text = text[6:]
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return string(out), ok
}

func plainEscape(c byte) byte {
	if i := strings.IndexByte("bfnrt", c); i >= 0 {
		return "\b\f\n\r\t"[i]
	}
	return c
}

// codeUnit reads the four digits of the \uXXXX that s begins with.
func codeUnit(s string) rune {
	u, _ := strconv.ParseUint(s[2:6], 16, 16) // checked by escapeLen
	return rune(u)
}

// foldEqual compares after ASCII case folding only: Unicode folding would make
// names equal that a directory or another reader keeps apart.
func foldEqual(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if a[i] != b[i] && lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
