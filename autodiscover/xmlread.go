package autodiscover

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// limits bound a document before it is built in memory.
type limits struct {
	bytes, depth, elements int
}

func requestLimits() limits  { return limits{bytes: MaxRequest, depth: 32, elements: 8192} }
func responseLimits() limits { return limits{bytes: MaxResponse, depth: 32, elements: 65536} }

// element is one XML element. Elements are told apart by namespace URI and
// local name only: clients choose any prefix.
type element struct {
	name     xml.Name
	attrs    []xml.Attr
	text     []byte
	children []*element
}

// parseXML reads one document. It refuses document type declarations, since
// no Autodiscover message has one and entity tricks need one.
func parseXML(data []byte, lim limits) (*element, error) {
	if len(data) > lim.bytes {
		return nil, &DecodeError{Reason: TooLarge, Detail: fmt.Sprintf("the message has %d bytes, the limit is %d", len(data), lim.bytes)}
	}
	if looksLikeHTML(data) {
		return nil, &DecodeError{Reason: IsHTML, Detail: "this is an HTML page, not an Autodiscover message"}
	}
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	var root *element
	var open []*element
	for count := 0; ; {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, &DecodeError{Reason: NotXML, Detail: "this is not well-formed XML", Err: err}
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if count++; count > lim.elements {
				return nil, &DecodeError{Reason: TooMany, Detail: fmt.Sprintf("more than %d XML elements", lim.elements)}
			}
			if len(open) == lim.depth {
				return nil, &DecodeError{Reason: TooDeep, Detail: fmt.Sprintf("XML elements nest deeper than %d", lim.depth)}
			}
			e := &element{name: t.Name, attrs: t.Copy().Attr}
			switch {
			case len(open) > 0:
				parent := open[len(open)-1]
				parent.children = append(parent.children, e)
			case root != nil:
				return nil, &DecodeError{Reason: NotXML, Detail: "the document has two root elements"}
			default:
				root = e
			}
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				e := open[len(open)-1]
				e.text = append(e.text, t...)
			} else if len(bytes.TrimSpace(t)) > 0 {
				return nil, &DecodeError{Reason: NotXML, Detail: "there is text outside the root element"}
			}
		case xml.Directive:
			return nil, &DecodeError{Reason: HasDTD, Detail: "document type declarations are not accepted"}
		}
	}
	if root == nil {
		return nil, &DecodeError{Reason: NotXML, Detail: "the message is empty"}
	}
	return root, nil
}

// looksLikeHTML recognises a log-on page or an error page of a proxy.
func looksLikeHTML(data []byte) bool {
	head := strings.ToLower(string(bytes.TrimSpace(data[:min(len(data), 512)])))
	return strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html") ||
		strings.HasPrefix(head, "<head") || strings.HasPrefix(head, "<body")
}

// is reports whether the element has this name. It is false for nil.
func (e *element) is(space, local string) bool {
	return e != nil && e.name.Space == space && e.name.Local == local
}

// child returns the first child of that name, or nil.
func (e *element) child(space, local string) *element {
	if e == nil {
		return nil
	}
	for _, c := range e.children {
		if c.is(space, local) {
			return c
		}
	}
	return nil
}

// all returns the children of that name.
func (e *element) all(space, local string) []*element {
	if e == nil {
		return nil
	}
	var found []*element
	for _, c := range e.children {
		if c.is(space, local) {
			found = append(found, c)
		}
	}
	return found
}

// value returns the element's own text without surrounding white space.
func (e *element) value() string {
	if e == nil {
		return ""
	}
	return strings.TrimSpace(string(e.text))
}

// valueOf is child(space, local).value().
func (e *element) valueOf(space, local string) string { return e.child(space, local).value() }

// attr returns an attribute's value.
func (e *element) attr(space, local string) string {
	if e == nil {
		return ""
	}
	for _, a := range e.attrs {
		if a.Name.Space == space && a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// values collects the texts of the children of that name, refusing more than
// limit of them.
func (e *element) values(space, local string, limit int) ([]string, error) {
	found := e.all(space, local)
	if len(found) > limit {
		return nil, &DecodeError{Reason: TooMany, Detail: fmt.Sprintf("%d %s elements, the limit is %d", len(found), local, limit)}
	}
	values := make([]string, 0, len(found))
	for _, c := range found {
		values = append(values, c.value())
	}
	return values, nil
}
