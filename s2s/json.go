package s2s

import (
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

// object holds an object's members in the order of the text.
type object []member

type member struct {
	name  string
	value value
}

// value is a JSON value as it stands in the text.
type value struct {
	kind byte   // first character: " { [ t f n, and 0 for any number
	text string // the text; of a string, what is between the quotes
}

// get returns the member with exactly this name; the zero value has kind 0.
func (o object) get(name string) value {
	for i := range o {
		if o[i].name == name {
			return o[i].value
		}
	}
	return value{}
}

func (v value) present() bool { return v.kind != 0 }

// str returns the text of a string value. It is not ok for other kinds and for
// a string with half a surrogate pair, which no string of Go's can hold.
func (v value) str() (s string, ok bool) {
	if v.kind != '"' {
		return "", false
	}
	return unescape(v.text)
}

// parseObject reads text as one JSON object. The reason is empty, TokenJSON
// or TokenDuplicate.
func parseObject(text string) (object, Reason) {
	if !utf8.ValidString(text) {
		return nil, TokenJSON
	}
	s := scanner{text: text}
	s.space()
	obj, reason := s.object(1)
	if s.space(); reason == "" && s.pos < len(text) {
		return nil, TokenJSON
	}
	return obj, reason
}

type scanner struct {
	text    string
	pos     int
	members int // seen so far, at all levels
}

func (s *scanner) space() {
	for s.pos < len(s.text) && strings.IndexByte(" \t\r\n", s.text[s.pos]) >= 0 {
		s.pos++
	}
}

// peek returns the next byte, or 0 at the end, which no caller accepts.
func (s *scanner) peek() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

// accept steps over c and the space behind it if c is next.
func (s *scanner) accept(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.pos++
	s.space()
	return true
}

func (s *scanner) object(depth int) (object, Reason) {
	if depth > maxDepth || !s.accept('{') {
		return nil, TokenJSON
	}
	if s.accept('}') {
		return nil, ""
	}
	obj := make(object, 0, 12) // what the tokens of the products hold
	for {
		if s.members++; s.members > maxMembers {
			return nil, TokenJSON
		}
		raw, ok := s.str()
		if !ok || !s.accept(':') {
			return nil, TokenJSON
		}
		name, _ := unescape(raw)
		for i := range obj {
			if foldEqual(obj[i].name, name) {
				return nil, TokenDuplicate
			}
		}
		v, reason := s.value(depth)
		if reason != "" {
			return nil, reason
		}
		obj = append(obj, member{name, v})
		if s.accept('}') {
			return obj, ""
		}
		if !s.accept(',') {
			return nil, TokenJSON
		}
	}
}

// value reads any value inside a container of this depth, and the space behind it.
func (s *scanner) value(depth int) (value, Reason) {
	start, ok, reason := s.pos, false, Reason("")
	v := value{kind: s.peek()}
	switch v.kind {
	case '"':
		v.text, ok = s.str()
		return v, jsonUnless(ok)
	case '{':
		_, reason = s.object(depth + 1)
	case '[':
		reason = s.array(depth + 1)
	case 't':
		reason = s.word("true")
	case 'f':
		reason = s.word("false")
	case 'n':
		reason = s.word("null")
	default:
		v.kind = '0'
		reason = jsonUnless(s.number())
	}
	v.text = strings.TrimRight(s.text[start:s.pos], " \t\r\n")
	s.space()
	return v, reason
}

func jsonUnless(ok bool) Reason {
	if ok {
		return ""
	}
	return TokenJSON
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

func (s *scanner) word(w string) Reason {
	if !strings.HasPrefix(s.text[s.pos:], w) {
		return TokenJSON
	}
	s.pos += len(w)
	return ""
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

// str steps over a string and the space behind it and returns what is
// between the quotes.
func (s *scanner) str() (string, bool) {
	if s.peek() != '"' {
		return "", false
	}
	start := s.pos + 1
	for i := start; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"':
			s.pos = i + 1
			s.space()
			return s.text[start:i], true
		case c == '\\':
			n := escapeLen(s.text[i:])
			if n == 0 {
				return "", false
			}
			i += n - 1
		case c < ' ':
			return "", false
		}
	}
	return "", false
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
