package ews

import (
	"encoding/base64"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
)

// element is a parsed element as the decoders see it. A decoder that does not
// like what it reads calls fail and goes on; whoever started the decoders
// looks at document.err at the end.
type element struct {
	d *document
	i int32
}

func (d *document) root() element { return element{d, 0} }

func (e element) node() *node { return &e.d.elements[e.i] }

func (e element) name() string { return e.node().name }

func (e element) is(space namespace, name string) bool {
	n := e.node()
	return n.space == space && n.name == name
}

// in yields the children that belong to a namespace.
func (e element) in(space namespace) iter.Seq[element] {
	return func(yield func(element) bool) {
		for i := e.node().child; i != 0; i = e.d.elements[i].next {
			if e.d.elements[i].space == space && !yield(element{e.d, i}) {
				return
			}
		}
	}
}

// children yields all children.
func (e element) children() iter.Seq[element] {
	return func(yield func(element) bool) {
		for i := e.node().child; i != 0; i = e.d.elements[i].next {
			if !yield(element{e.d, i}) {
				return
			}
		}
	}
}

// child returns the first child of a name.
func (e element) child(space namespace, name string) (element, bool) {
	for c := range e.in(space) {
		if c.name() == name {
			return c, true
		}
	}
	return element{}, false
}

// fail records the first thing that is wrong with the document.
func (e element) fail(format string, args ...any) {
	if e.d.err != nil {
		return
	}
	line, position := e.d.place(int(e.node().offset))
	e.d.err = &SyntaxError{Problem: fmt.Sprintf(format, args...), Line: line, Position: position}
}

// find looks an unqualified attribute up.
func (e element) find(name string) (string, bool) { return e.findIn(nsNone, name) }

func (e element) findIn(space namespace, name string) (string, bool) {
	n := e.node()
	for _, a := range e.d.attrs[n.attrs : n.attrs+n.more] {
		if a.space == space && a.name == name {
			return a.value, true
		}
	}
	return "", false
}

// attr returns an unqualified attribute, "" when it is absent.
func (e element) attr(name string) string {
	v, _ := e.find(name)
	return v
}

// need returns an attribute that must be there.
func (e element) need(name string) string {
	v, ok := e.find(name)
	if !ok {
		e.fail("The required attribute '%s' is missing on the element '%s'", name, e.name())
	}
	return v
}

func (e element) text() string { return e.node().text }

// token returns text that is not prose: without white space around it.
func (e element) token() string { return strings.TrimSpace(e.node().text) }

func (e element) flag() bool { return e.parseFlag(e.token()) }

func (e element) attrFlag(name string) bool {
	v, ok := e.find(name)
	return ok && e.parseFlag(strings.TrimSpace(v))
}

func (e element) parseFlag(s string) bool {
	switch s {
	case "true", "1":
		return true
	case "false", "0":
		return false
	}
	e.fail("The value '%s' of '%s' is neither true nor false", brief(s), e.name())
	return false
}

func (e element) number() int { return e.parseNumber(e.token()) }

// attrNumber returns a number, or zero when the attribute is absent.
func (e element) attrNumber(name string) int {
	v, ok := e.find(name)
	if !ok {
		return 0
	}
	return e.parseNumber(strings.TrimSpace(v))
}

// parseNumber reads an xs:int.
func (e element) parseNumber(s string) int {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil {
		e.fail("The value '%s' of '%s' is not a number of 32 bits", brief(s), e.name())
	}
	return int(n)
}

// date returns the zero time for an empty element.
func (e element) date() time.Time {
	if e.token() == "" {
		return time.Time{}
	}
	return e.parseDate(e.token())
}

func (e element) parseDate(s string) time.Time {
	t, err := ParseDate(s)
	if err != nil {
		e.fail("The value '%s' of '%s' is not a date and time", brief(s), e.name())
	}
	return t
}

func (e element) bytes() []byte {
	s := e.text()
	if strings.ContainsAny(s, " \t") { // the decoder skips line ends only
		s = strings.NewReplacer(" ", "", "\t", "").Replace(s)
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		e.fail("The value of '%s' is not base64", e.name())
	}
	return b
}

// enum checks a value of e against an enumeration of the schema.
func enum[T ~string](e element, value string, allowed ...T) T {
	v := T(strings.TrimSpace(value))
	if !slices.Contains(allowed, v) {
		e.fail("The value '%s' of '%s' is not in its enumeration", brief(value), e.name())
	}
	return v
}

// brief shortens a foreign value for an error message.
func brief(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}
