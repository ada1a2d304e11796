package autodiscover

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// xmlWriter builds a document with fixed prefixes. encoding/xml's marshaller
// is not used for writing because it invents prefixes, and some readers of
// this protocol compare xsi:type values without resolving them.
type xmlWriter struct {
	b    bytes.Buffer
	tags []string
}

// open starts an element; attrs are pairs of name and value.
func (w *xmlWriter) open(tag string, attrs ...string) {
	w.start(tag, attrs)
	w.b.WriteByte('>')
	w.tags = append(w.tags, tag)
}

// close ends the innermost open element.
func (w *xmlWriter) close() {
	last := len(w.tags) - 1
	w.b.WriteString("</" + w.tags[last] + ">")
	w.tags = w.tags[:last]
}

// closeAll ends every open element.
func (w *xmlWriter) closeAll() {
	for len(w.tags) > 0 {
		w.close()
	}
}

// leaf writes an element that holds only text.
func (w *xmlWriter) leaf(tag, text string, attrs ...string) {
	w.start(tag, attrs)
	text = printable(text)
	if text == "" {
		w.b.WriteString("/>")
		return
	}
	w.b.WriteByte('>')
	_ = xml.EscapeText(&w.b, []byte(text)) // a bytes.Buffer does not fail
	w.b.WriteString("</" + tag + ">")
}

// optional is leaf, left out for an empty text.
func (w *xmlWriter) optional(tag, text string) {
	if text != "" {
		w.leaf(tag, text)
	}
}

func (w *xmlWriter) start(tag string, attrs []string) {
	w.b.WriteString("<" + tag)
	for i := 0; i+1 < len(attrs); i += 2 {
		w.b.WriteString(" " + attrs[i] + `="`)
		_ = xml.EscapeText(&w.b, []byte(printable(attrs[i+1]))) // a bytes.Buffer does not fail
		w.b.WriteByte('"')
	}
}

// printable drops what XML 1.0 cannot carry. One control character in a
// display name would otherwise make a whole reply unreadable.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return r
		case r < 0x20 || r == 0xFFFE || r == 0xFFFF:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}
