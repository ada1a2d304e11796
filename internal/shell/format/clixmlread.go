package format

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// The bounds of what is read: a file may come from anywhere.
const (
	cliMaxSize     = 64 << 20
	cliMaxDepth    = 64
	cliMaxElements = 1_000_000
)

// ReadCliXML reads what Export-Clixml wrote, UTF-8 or UTF-16 with a byte order
// mark. Objects of the product's types come back as Deserialized.<type>, as
// with Import-Clixml. Documents over 64 MiB, deeper than 64 levels, of more
// than a million elements or with a document type are refused.
func ReadCliXML(r io.Reader) ([]object.Value, error) {
	text, err := decodeText(r)
	if err != nil {
		return nil, err
	}
	c := cliReader{d: xml.NewDecoder(text), objects: map[string]weighed{}, types: map[string][]string{}}
	out, err := c.document()
	if err != nil {
		line, column := c.d.InputPos()
		return nil, fmt.Errorf("CLIXML, line %d, column %d: %w", line, column, err)
	}
	return out, nil
}

// decodeText makes UTF-8 of what begins with a byte order mark of UTF-16.
func decodeText(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(&limited{r, cliMaxSize})
	mark, err := b.Peek(2)
	if err != nil || mark[0] != 0xFF || mark[1] != 0xFE {
		if mark, _ = b.Peek(3); string(mark) == "\uFEFF" {
			_, _ = b.Discard(3) // they are in the buffer
		}
		return b, nil
	}
	data, err := io.ReadAll(b)
	if err != nil {
		return nil, err
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 2; i+1 < len(data); i += 2 {
		units = append(units, uint16(data[i])|uint16(data[i+1])<<8)
	}
	return strings.NewReader(string(utf16.Decode(units))), nil
}

// limited fails where an io.LimitReader would end: a document cut short should
// say why.
type limited struct {
	r    io.Reader
	left int
}

func (l *limited) Read(p []byte) (int, error) {
	if len(p) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if l.left -= n; l.left < 0 {
		return 0, errors.New("the document is larger than 64 MiB")
	}
	return n, err
}

// weighed is a value and how many elements it is made of. A reference weighs
// what it refers to, so that a small document cannot stand for a huge value.
type weighed struct {
	v      object.Value
	weight int
}

type cliReader struct {
	d        *xml.Decoder
	depth    int
	elements int
	objects  map[string]weighed // by RefId
	types    map[string][]string
}

// document reads <Objs>…</Objs>; what may follow it is nobody's business.
func (c *cliReader) document() ([]object.Value, error) {
	root, err := c.root()
	if err != nil {
		return nil, err
	}
	if root.Name.Local != "Objs" {
		return nil, fmt.Errorf("the document begins with <%s> and not with <Objs>", root.Name.Local)
	}
	var out []object.Value
	total := 0
	err = c.children(func(e xml.StartElement) error {
		w, err := c.value(e)
		out = append(out, w.v)
		if total += w.weight; err == nil && total > cliMaxElements {
			return errTooMany
		}
		return err
	})
	return out, err
}

var (
	errTooMany = errors.New("the document has more than a million elements")
	errTooDeep = errors.New("the document is nested deeper than 64 levels")
)

func (c *cliReader) root() (xml.StartElement, error) {
	for {
		token, err := c.d.Token()
		if err != nil {
			return xml.StartElement{}, noEOF(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			return t, nil
		case xml.Directive:
			return xml.StartElement{}, errors.New("a document type is not allowed")
		}
	}
}

// children calls f for each child of the element whose start has been read; f
// reads it to its end. Text between children is nothing.
func (c *cliReader) children(f func(xml.StartElement) error) error {
	if c.depth++; c.depth > cliMaxDepth {
		return errTooDeep
	}
	defer func() { c.depth-- }()
	for {
		token, err := c.d.Token()
		if err != nil {
			return noEOF(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if c.elements++; c.elements > cliMaxElements {
				return errTooMany
			}
			if err := f(t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		case xml.Directive:
			return errors.New("a document type is not allowed")
		}
	}
}

// content reads an element that has only text.
func (c *cliReader) content() (string, error) {
	var b strings.Builder
	for {
		token, err := c.d.Token()
		if err != nil {
			return "", noEOF(err)
		}
		switch t := token.(type) {
		case xml.CharData:
			b.Write(t)
		case xml.EndElement:
			return unescapeCli(b.String()), nil
		case xml.StartElement:
			return "", fmt.Errorf("<%s> stands where text is expected", t.Name.Local)
		case xml.Directive:
			return "", errors.New("a document type is not allowed")
		}
	}
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New("the document ends too early")
	}
	return err
}

// value reads one value; its element's start has been read.
func (c *cliReader) value(e xml.StartElement) (weighed, error) {
	switch e.Name.Local {
	case "Obj":
		return c.object(e)
	case "Ref":
		w, ok := c.objects[attr(e, "RefId")]
		if !ok {
			return weighed{}, fmt.Errorf("the reference %q leads nowhere", attr(e, "RefId"))
		}
		_, err := c.content()
		return w, err
	}
	text, err := c.content()
	if err != nil {
		return weighed{}, err
	}
	v, err := parsePrimitive(e.Name.Local, text)
	return weighed{v, 1}, err
}

// name is the property's or key's name of an element.
func name(e xml.StartElement) string { return unescapeCli(attr(e, "N")) }

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// unescapeCli reads _xHHHH_, which stands for one UTF-16 unit.
func unescapeCli(s string) string {
	if !strings.Contains(s, "_x") && !strings.Contains(s, "_X") {
		return s
	}
	var units []uint16
	for len(s) > 0 {
		if unit, ok := escaped(s); ok {
			units, s = append(units, unit), s[len("_xHHHH_"):]
			continue
		}
		r, n := utf8.DecodeRuneInString(s)
		units, s = utf16.AppendRune(units, r), s[n:]
	}
	return string(utf16.Decode(units))
}

func escaped(s string) (uint16, bool) {
	if len(s) < len("_xHHHH_") || s[0] != '_' || s[1] != 'x' && s[1] != 'X' || s[6] != '_' {
		return 0, false
	}
	unit, err := strconv.ParseUint(s[2:6], 16, 16)
	return uint16(unit), err == nil
}
