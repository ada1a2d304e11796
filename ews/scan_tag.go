package ews

import (
	"slices"
	"strings"
)

// namespace is a namespace the package knows; every other one is nsOther.
type namespace uint8

const (
	nsNone namespace = iota
	nsSOAP
	nsMessages
	nsTypes
	nsErrors
	nsXML
	nsXSI
	nsAddressing
	nsSOAP12
	nsOther
)

// The namespaces on the wire.
const (
	soapURI     = "http://schemas.xmlsoap.org/soap/envelope/"
	messagesURI = "http://schemas.microsoft.com/exchange/services/2006/messages"
	typesURI    = "http://schemas.microsoft.com/exchange/services/2006/types"
	errorsURI   = "http://schemas.microsoft.com/exchange/services/2006/errors"
	xsiURI      = "http://www.w3.org/2001/XMLSchema-instance"
	xmlURI      = "http://www.w3.org/XML/1998/namespace"
)

func namespaceOf(uri string) namespace {
	switch uri {
	case "":
		return nsNone
	case soapURI:
		return nsSOAP
	case messagesURI:
		return nsMessages
	case typesURI:
		return nsTypes
	case errorsURI:
		return nsErrors
	case xsiURI:
		return nsXSI
	case xmlURI:
		return nsXML
	case "http://www.w3.org/2005/08/addressing", "http://schemas.microsoft.com/ws/2005/05/addressing/none":
		return nsAddressing
	case "http://www.w3.org/2003/05/soap-envelope":
		return nsSOAP12
	}
	return nsOther
}

// startTag reads a start tag or an empty element; s.pos is at its "<".
func (s *scanner) startTag() *SyntaxError {
	start := s.pos
	switch {
	case len(s.open) == 0 && len(s.elements) > 0:
		return malformed("The document has more than one root element")
	case len(s.open) >= s.limits.Depth:
		return malformed("Elements are nested more than %d deep", s.limits.Depth)
	case len(s.elements) >= s.limits.Elements:
		return malformed("The document has more than %d elements", s.limits.Elements)
	}
	s.pos++
	qname, err := s.name()
	if err != nil {
		return err
	}
	s.link(qname, start)
	if err := s.attributes(); err != nil {
		return err
	}
	if err := s.resolve(qname); err != nil {
		return err
	}
	if strings.HasPrefix(s.src[s.pos:], "/>") {
		s.pos += 2
		s.closeElement()
		return nil
	}
	s.pos++ // attributes stops at ">" or "/>" only
	return nil
}

// link adds an element to the tree and opens it.
func (s *scanner) link(qname string, offset int) {
	i := int32(len(s.elements))
	if len(s.open) > 0 {
		f := &s.open[len(s.open)-1]
		if f.last == 0 {
			s.elements[f.element].child = i
			f.text = nil
		} else {
			s.elements[f.last].next = i
		}
		f.last = i
	}
	if s.elements == nil {
		s.elements = make([]node, 0, min(len(s.src)/96+8, 4096))
	}
	s.elements = append(s.elements, node{offset: int32(offset), attrs: int32(len(s.attrs))})
	s.open = append(s.open, frame{element: i, qname: qname, scope: len(s.scope)})
}

// attributes reads the attributes of the innermost element, with their names
// as written, and the namespace declarations among them.
func (s *scanner) attributes() *SyntaxError {
	e := &s.elements[len(s.elements)-1]
	for count := 0; ; count++ {
		spaced := s.space()
		rest := s.src[s.pos:]
		if strings.HasPrefix(rest, ">") || strings.HasPrefix(rest, "/>") {
			return nil
		}
		if !spaced {
			return malformed("A tag does not end, or an attribute has no space before it")
		}
		if count >= s.limits.Attributes {
			return malformed("An element has more than %d attributes", s.limits.Attributes)
		}
		name, err := s.name()
		if err != nil {
			return err
		}
		value, err := s.value(name)
		if err != nil {
			return err
		}
		if name == "xmlns" || strings.HasPrefix(name, "xmlns:") {
			if err := s.declare(name, value); err != nil {
				return err
			}
			continue
		}
		if len(s.attrs) >= s.limits.totalAttributes() {
			return malformed("The document has more than %d attributes", s.limits.totalAttributes())
		}
		same := func(a attribute) bool { return a.name == name }
		if slices.ContainsFunc(s.attrs[e.attrs:], same) {
			return malformed("The attribute %s is given twice", name)
		}
		s.attrs = append(s.attrs, attribute{name: name, value: value})
		e.more++
	}
}

// value reads `= "value"`.
func (s *scanner) value(name string) (string, *SyntaxError) {
	s.space()
	if s.pos == len(s.src) || s.src[s.pos] != '=' {
		return "", malformed("The attribute %s has no value", name)
	}
	s.pos++
	s.space()
	rest := s.src[s.pos:]
	if rest == "" || rest[0] != '"' && rest[0] != '\'' {
		return "", malformed("The value of the attribute %s is not quoted", name)
	}
	end := strings.IndexByte(rest[1:], rest[0])
	if end < 0 {
		return "", malformed("The value of the attribute %s does not end", name)
	}
	raw := rest[1 : 1+end]
	if strings.IndexByte(raw, '<') >= 0 {
		return "", malformed("The value of the attribute %s has a < in it", name)
	}
	if isClean(raw) && !strings.ContainsAny(raw, "&\t\n") {
		s.pos += end + 2
		return raw, nil
	}
	// White space written as itself counts as spaces, as a reference it stays.
	raw = strings.NewReplacer("\r\n", " ", "\r", " ", "\n", " ", "\t", " ").Replace(raw)
	value, err := unescape(nil, raw)
	if err != nil {
		return "", err
	}
	s.pos += end + 2
	return string(value), nil
}

func (s *scanner) declare(name, uri string) *SyntaxError {
	_, prefix, _ := strings.Cut(name, ":")
	inner := s.scope[s.open[len(s.open)-1].scope:]
	switch {
	case prefix == "" && name != "xmlns", prefix != "" && uri == "", prefix == "xmlns",
		prefix == "xml" && uri != xmlURI, prefix != "xml" && uri == xmlURI:
		return malformed("The namespace declaration %s is not allowed", name)
	case slices.ContainsFunc(inner, func(b binding) bool { return b.prefix == prefix }):
		return malformed("The attribute %s is given twice", name)
	case len(s.scope) >= maxScope:
		return malformed("More than %d namespace declarations are in force", maxScope)
	}
	s.scope = append(s.scope, binding{prefix, namespaceOf(uri)})
	return nil
}

// resolve replaces the prefixes of the innermost element and its attributes,
// which needs every declaration of its start tag.
func (s *scanner) resolve(qname string) *SyntaxError {
	e := &s.elements[len(s.elements)-1]
	var err *SyntaxError
	if e.space, e.name, err = s.expand(qname, true); err != nil {
		return err
	}
	for i := range s.attrs[e.attrs:] {
		a := &s.attrs[int(e.attrs)+i]
		if a.space, a.name, err = s.expand(a.name, false); err != nil {
			return err
		}
	}
	return nil
}

func (s *scanner) expand(qname string, useDefault bool) (namespace, string, *SyntaxError) {
	prefix, local, found := strings.Cut(qname, ":")
	if !found {
		prefix, local = "", qname
		if !useDefault {
			return nsNone, local, nil
		}
	}
	for i := len(s.scope) - 1; i >= 0; i-- {
		if s.scope[i].prefix == prefix {
			return s.scope[i].space, local, nil
		}
	}
	if prefix != "" {
		return nsNone, "", malformed("The prefix %s is not declared", prefix)
	}
	return nsNone, local, nil
}

// name reads a name with at most one colon. Names outside ASCII are legal XML
// but occur nowhere in EWS.
func (s *scanner) name() (string, *SyntaxError) {
	start, colons := s.pos, 0
	for ; s.pos < len(s.src); s.pos++ {
		c := s.src[s.pos]
		first := s.pos == start || s.src[s.pos-1] == ':'
		switch {
		case 'a' <= c|0x20 && c|0x20 <= 'z', c == '_':
			continue
		case ('0' <= c && c <= '9' || c == '-' || c == '.') && !first:
			continue
		case c == ':' && !first && colons == 0:
			colons++
			continue
		}
		break
	}
	name := s.src[start:s.pos]
	if name == "" || strings.HasSuffix(name, ":") {
		return "", malformed("A name is expected")
	}
	return name, nil
}

// space skips white space and reports whether there was any.
func (s *scanner) space() bool {
	start := s.pos
	for s.pos < len(s.src) && isSpace(s.src[s.pos]) {
		s.pos++
	}
	return s.pos > start
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }
