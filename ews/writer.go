package ews

import (
	"encoding/base64"
	"io"
	"strconv"
	"time"
	"unicode/utf8"
)

// writer writes XML with the fixed prefixes s, m and t. Its methods do not
// return errors: the first one is kept in err.
type writer struct {
	w       io.Writer
	version Version
	buf     []byte
	opened  int // length of buf after the last start tag
	err     error
}

// flushAt bounds what is held in memory while a large response is written.
const flushAt = 64 << 10

// knows reports whether the peer's schema has what came with v.
func (w *writer) knows(v Version) bool { return w.version.AtLeast(v) }

// open writes a start tag. attrs are names and values in turn; an attribute
// with an empty value is left out.
func (w *writer) open(name string, attrs ...string) {
	w.tag(name, attrs)
	w.buf = append(w.buf, '>')
	w.opened = len(w.buf)
}

// empty writes an element without content.
func (w *writer) empty(name string, attrs ...string) {
	w.tag(name, attrs)
	w.buf = append(w.buf, '/', '>')
}

func (w *writer) tag(name string, attrs []string) {
	w.buf = append(append(w.buf, '<'), name...)
	for i := 0; i+1 < len(attrs); i += 2 {
		if attrs[i+1] == "" {
			continue
		}
		w.buf = append(append(append(w.buf, ' '), attrs[i]...), '=', '"')
		w.buf = appendEscaped(w.buf, attrs[i+1], true)
		w.buf = append(w.buf, '"')
	}
}

// close writes an end tag, or makes the start tag an empty element when nothing
// was written since.
func (w *writer) close(name string) {
	if n := len(w.buf); n == w.opened {
		w.buf = append(w.buf[:n-1], '/', '>')
	} else {
		w.buf = append(append(append(w.buf, '<', '/'), name...), '>')
	}
	if len(w.buf) >= flushAt {
		w.flush()
	}
}

func (w *writer) flush() {
	if w.err == nil {
		_, w.err = w.w.Write(w.buf)
	}
	w.buf, w.opened = w.buf[:0], -1
}

// text writes an element that holds text.
func (w *writer) text(name, value string, attrs ...string) {
	w.open(name, attrs...)
	w.buf = appendEscaped(w.buf, value, false)
	w.close(name)
}

// textIf writes text unless it is empty.
func (w *writer) textIf(name, value string) {
	if value != "" {
		w.text(name, value)
	}
}

func (w *writer) flag(name string, value bool) { w.text(name, strconv.FormatBool(value)) }

func (w *writer) number(name string, value int) { w.text(name, strconv.Itoa(value)) }

func (w *writer) date(name string, value time.Time) { w.text(name, FormatDate(value)) }

func (w *writer) bytes(name string, value []byte, attrs ...string) {
	w.open(name, attrs...)
	w.buf = base64.StdEncoding.AppendEncode(w.buf, value)
	w.close(name)
}

// appendEscaped appends text without the characters XML does not allow. A
// carriage return is written as a reference, or the reader would lose it; so is
// white space in an attribute.
func appendEscaped(b []byte, s string, attribute bool) []byte {
	start := 0
	for i := 0; i < len(s); {
		c, n := rune(s[i]), 1
		if c >= utf8.RuneSelf {
			c, n = utf8.DecodeRuneInString(s[i:])
		}
		instead, keep := escape(c, n, attribute)
		if !keep {
			b = append(append(b, s[start:i]...), instead...)
			start = i + n
		}
		i += n
	}
	return append(b, s[start:]...)
}

// escape returns what is written instead of a character of n bytes, or keep.
func escape(c rune, n int, attribute bool) (instead string, keep bool) {
	switch {
	case c == '&':
		return "&amp;", false
	case c == '<':
		return "&lt;", false
	case c == '>':
		return "&gt;", false
	case c == '\r':
		return "&#xD;", false
	case c == '"' && attribute:
		return "&quot;", false
	case c == '\n' && attribute:
		return "&#xA;", false
	case c == '\t' && attribute:
		return "&#x9;", false
	case c == utf8.RuneError && n == 1:
		return "\uFFFD", false
	}
	return "", isLegal(c)
}
