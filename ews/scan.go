package ews

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// SyntaxError is a document that is not well-formed XML, breaks a limit, or
// does not have the form an operation needs.
type SyntaxError struct {
	// Line and Position count from one; zero when the place is not known.
	Line, Position int
	// Problem is a sentence without its full stop.
	Problem string
	// TooBig is set when the document is longer than [Limits].Bytes.
	TooBig bool
}

func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return e.Problem
	}
	return fmt.Sprintf("%s. Line %d, position %d.", e.Problem, e.Line, e.Position)
}

// document is a parsed document. Elements lie in one slice in document order
// and point at each other by index, and names and plain text are substrings of
// the source, so that a document costs a handful of allocations however many
// elements it has.
type document struct {
	src      string
	elements []node
	attrs    []attribute
	err      *SyntaxError // the first complaint of a decoder, see element.fail
}

// node is one element. Text is kept for elements without children only: EWS
// has no mixed content.
type node struct {
	space       namespace
	name        string // local name
	text        string
	offset      int32 // of the start tag in the source
	attrs, more int32 // first attribute and number of attributes
	child, next int32 // zero when there is none
}

type attribute struct {
	space namespace
	name  string
	value string
}

// readDocument reads at most l.Bytes and parses them. Failures of r are
// returned as they are, everything else as a *SyntaxError.
func readDocument(r io.Reader, l Limits) (*document, error) {
	l = l.withDefaults()
	data, err := readAll(io.LimitReader(r, l.Bytes+1))
	if err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	if int64(len(data)) > l.Bytes {
		return nil, &SyntaxError{Problem: fmt.Sprintf("The document is longer than %d bytes", l.Bytes), TooBig: true}
	}
	d, syntax := parse(string(data), l)
	if syntax != nil {
		return nil, syntax
	}
	return d, nil
}

// readAll is io.ReadAll with a first buffer that most requests fit in.
func readAll(r io.Reader) ([]byte, error) {
	buf := make([]byte, 0, 8<<10)
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case err == io.EOF:
			return buf, nil
		case err != nil:
			return nil, err
		case len(buf) == cap(buf):
			buf = slices.Grow(buf, cap(buf))
		}
	}
}

// scanner reads the subset of XML that SOAP 1.1 allows: no document type, no
// processing instructions, UTF-8, ASCII names.
type scanner struct {
	*document
	limits Limits
	pos    int
	open   []frame
	scope  []binding
}

// frame is an element whose end tag has not been read.
type frame struct {
	element int32
	last    int32  // last child so far
	qname   string // as written, to match the end tag
	scope   int    // bindings in force outside it
	text    []byte // character data that is not one plain substring
}

type binding struct {
	prefix string
	space  namespace
}

// maxScope bounds the namespace declarations in force at one place, because
// each prefix is looked up by walking them.
const maxScope = 256

func parse(src string, l Limits) (*document, *SyntaxError) {
	s := &scanner{document: &document{src: src}, limits: l}
	s.open = make([]frame, 0, 16)
	s.scope = append(make([]binding, 0, 8), binding{"xml", nsXML})
	if err := s.run(); err != nil {
		err.Line, err.Position = s.place(s.pos)
		return nil, err
	}
	return s.document, nil
}

// place turns an offset into a line and a position, counted in characters.
func (d *document) place(offset int) (line, position int) {
	before := d.src[:min(offset, len(d.src))]
	start := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[start:]) + 1
}

func malformed(format string, args ...any) *SyntaxError {
	return &SyntaxError{Problem: fmt.Sprintf(format, args...)}
}

func (s *scanner) run() *SyntaxError {
	if !utf8.ValidString(s.src) {
		return malformed("The document is not UTF-8")
	}
	if strings.HasPrefix(s.src, "\uFEFF") {
		s.pos = len("\uFEFF")
	}
	if err := s.declaration(); err != nil {
		return err
	}
	for {
		if err := s.content(); err != nil {
			return err
		}
		if s.pos == len(s.src) {
			break
		}
		if err := s.markup(); err != nil {
			return err
		}
	}
	switch {
	case len(s.open) > 0:
		return malformed("The document ends inside the element %s", s.open[len(s.open)-1].qname)
	case len(s.elements) == 0:
		return malformed("The document has no root element")
	}
	return nil
}

// declaration skips the XML declaration, which may name UTF-8 or its subset.
func (s *scanner) declaration() *SyntaxError {
	rest := s.src[s.pos:]
	if len(rest) < 6 || rest[:5] != "<?xml" || !isSpace(rest[5]) {
		return nil
	}
	end := strings.Index(rest, "?>")
	if end < 0 {
		return malformed("The XML declaration does not end")
	}
	if _, after, found := strings.Cut(rest[:end], "encoding"); found {
		encoding := strings.ToLower(strings.Trim(after, " \t\r\n=\"'"))
		encoding, _, _ = strings.Cut(encoding, "\"")
		encoding, _, _ = strings.Cut(encoding, "'")
		if encoding != "utf-8" && encoding != "us-ascii" {
			return malformed("The document says it is written in %q: only UTF-8 is read", encoding)
		}
	}
	s.pos += end + 2
	return nil
}

// markup reads one piece of markup; s.pos is at its "<".
func (s *scanner) markup() *SyntaxError {
	rest := s.src[s.pos:]
	switch {
	case strings.HasPrefix(rest, "</"):
		return s.endTag()
	case strings.HasPrefix(rest, "<!--"):
		return s.comment()
	case strings.HasPrefix(rest, "<![CDATA["):
		return s.cdata()
	case strings.HasPrefix(rest, "<!"):
		return malformed("The document has a document type declaration, which SOAP forbids")
	case strings.HasPrefix(rest, "<?"):
		return malformed("The document has a processing instruction, which SOAP forbids")
	}
	return s.startTag()
}

func (s *scanner) comment() *SyntaxError {
	body := s.src[s.pos+4:]
	end := strings.Index(body, "--")
	if end < 0 || !strings.HasPrefix(body[end:], "-->") {
		return malformed("A comment does not end, or has two hyphens inside")
	}
	s.pos += 4 + end + 3
	return nil
}

func (s *scanner) cdata() *SyntaxError {
	body := s.src[s.pos+9:]
	end := strings.Index(body, "]]>")
	switch {
	case end < 0:
		return malformed("A CDATA section does not end")
	case len(s.open) == 0:
		return malformed("There is text outside the root element")
	}
	s.chunk(body[:end], isClean(body[:end]), func(b []byte) ([]byte, *SyntaxError) { return appendLegal(b, body[:end]), nil })
	s.pos += 9 + end + 3
	return nil
}

// content reads character data up to the next "<".
func (s *scanner) content() *SyntaxError {
	text := s.src[s.pos:]
	if end := strings.IndexByte(text, '<'); end >= 0 {
		text = text[:end]
	}
	if text == "" {
		return nil
	}
	if len(s.open) == 0 {
		if strings.TrimLeft(text, " \t\r\n") != "" {
			return malformed("There is text outside the root element")
		}
		s.pos += len(text)
		return nil
	}
	if at := strings.Index(text, "]]>"); at >= 0 {
		s.pos += at
		return malformed("The characters ]]> may not stand in text")
	}
	clean := isClean(text) && strings.IndexByte(text, '&') < 0
	if err := s.chunk(text, clean, func(b []byte) ([]byte, *SyntaxError) { return unescape(b, text) }); err != nil {
		return err
	}
	s.pos += len(text)
	return nil
}

// chunk adds character data to the innermost element unless it has children. A
// first chunk that needs no rewriting is kept as a substring.
func (s *scanner) chunk(text string, clean bool, rewrite func([]byte) ([]byte, *SyntaxError)) *SyntaxError {
	f := &s.open[len(s.open)-1]
	e := &s.elements[f.element]
	switch {
	case clean && e.child != 0:
		return nil
	case clean && e.text == "" && f.text == nil:
		e.text = text
		return nil
	}
	var keep []byte
	if e.child == 0 {
		keep = f.text
		if keep == nil {
			keep = append(make([]byte, 0, len(e.text)+len(text)), e.text...)
		}
	}
	// Text beside child elements is checked and dropped.
	keep, err := rewrite(keep)
	if err == nil && e.child == 0 {
		f.text = keep
	}
	return err
}

func (s *scanner) endTag() *SyntaxError {
	s.pos += 2
	name, err := s.name()
	if err != nil {
		return err
	}
	s.space()
	switch {
	case s.pos == len(s.src) || s.src[s.pos] != '>':
		return malformed("The end tag of %s does not end", name)
	case len(s.open) == 0 || s.open[len(s.open)-1].qname != name:
		return malformed("The end tag of %s closes nothing", name)
	}
	s.pos++
	s.closeElement()
	return nil
}

func (s *scanner) closeElement() {
	f := &s.open[len(s.open)-1]
	if e := &s.elements[f.element]; e.child != 0 {
		e.text = ""
	} else if f.text != nil {
		e.text = string(f.text)
	}
	s.scope = s.scope[:f.scope]
	s.open = s.open[:len(s.open)-1]
}

func (l Limits) totalAttributes() int {
	return min(l.Elements, math.MaxInt32/2) * 2
}
