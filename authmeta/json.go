package authmeta

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// The limits of the JSON around what we look for. They are checked while
// reading, before anything is kept.
const (
	maxDepth = 16
	maxNodes = 4096
)

// node is a JSON value with its members in the order of the text.
// encoding/json would keep the last of two members with the same name, and
// another reader the first: the two would see different identities.
type node struct {
	kind    kind
	text    string // of a string, or the literal of a number or boolean
	members []member
	items   []node
}

type member struct {
	name  string // as spelled in the document
	value node
}

type kind int

const (
	null kind = iota
	text
	scalar // number or boolean
	object
	array
)

// get finds a member by its name without regard to ASCII case.
func (n node) get(name string) (node, bool) {
	for _, m := range n.members {
		if fold(m.name) == fold(name) {
			return m.value, true
		}
	}
	return node{}, false
}

// spelled reports whether a member is present in exactly this spelling.
func (n node) spelled(name string) bool {
	for _, m := range n.members {
		if m.name == name {
			return true
		}
	}
	return false
}

// str gives the member's text; absent, null and "" are the same: nothing said.
func (n node) str(name string) (s string, ok bool) {
	v, found := n.get(name)
	if !found || v.kind == null {
		return "", true
	}
	return v.text, v.kind == text
}

// fold lowers ASCII letters only: folding all of Unicode would make names
// equal that other readers keep apart.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// readObject reads data as one JSON object with nothing behind it.
func readObject(data []byte) (node, error) {
	if len(data) > MaxBytes {
		return node{}, &ParseError{TooBig, fmt.Sprintf("it is larger than %d bytes", MaxBytes), "this is no metadata document; check the URL"}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if page := bytes.TrimSpace(data); bytes.HasPrefix(page, []byte("<")) {
		return node{}, &ParseError{HTML, "it is a web page and not JSON",
			"a log-on page stands in front of it, or the URL leads to another virtual directory: exempt the path from pre-authentication and check the URL"}
	}
	r := reader{dec: json.NewDecoder(bytes.NewReader(data))}
	r.dec.UseNumber()
	root, err := r.value(1)
	if err != nil {
		return node{}, err
	}
	if _, err := r.dec.Token(); err != io.EOF {
		return node{}, &ParseError{Trailing, fmt.Sprintf("there is something behind its end, at byte %d", r.dec.InputOffset()), "check what the devices in between add to the answer"}
	}
	if root.kind != object {
		return node{}, &ParseError{NotJSON, "it is not a JSON object", "check the URL"}
	}
	return root, nil
}

type reader struct {
	dec   *json.Decoder
	nodes int
}

func (r *reader) value(depth int) (node, error) {
	if r.nodes++; r.nodes > maxNodes || depth > maxDepth {
		return node{}, &ParseError{NotJSON, "it holds more values, or deeper ones, than a metadata document has", "check the URL"}
	}
	token, err := r.dec.Token()
	if err != nil {
		return node{}, r.syntax(err)
	}
	switch t := token.(type) {
	case string:
		return node{kind: text, text: t}, nil
	case json.Delim:
		if t == '{' {
			return r.object(depth)
		}
		return r.array(depth)
	case nil:
		return node{}, nil
	default:
		return node{kind: scalar, text: fmt.Sprint(t)}, nil
	}
}

func (r *reader) object(depth int) (node, error) {
	n := node{kind: object}
	seen := make(map[string]string)
	for r.dec.More() {
		token, err := r.dec.Token()
		if err != nil {
			return node{}, r.syntax(err)
		}
		name, _ := token.(string) // the decoder lets nothing else pass here
		if before, twice := seen[fold(name)]; twice {
			return node{}, &ParseError{Duplicate, fmt.Sprintf("the member %s is there twice (as %s and %s)", quote(fold(name)), quote(before), quote(name)),
				"two readers could take different ones; have the server's administrator look at it"}
		}
		seen[fold(name)] = name
		value, err := r.value(depth + 1)
		if err != nil {
			return node{}, err
		}
		n.members = append(n.members, member{name, value})
	}
	_, err := r.dec.Token() // the closing brace
	return n, r.syntax(err)
}

func (r *reader) array(depth int) (node, error) {
	n := node{kind: array}
	for r.dec.More() {
		value, err := r.value(depth + 1)
		if err != nil {
			return node{}, err
		}
		n.items = append(n.items, value)
	}
	_, err := r.dec.Token() // the closing bracket
	return n, r.syntax(err)
}

func (r *reader) syntax(err error) error {
	if err == nil {
		return nil
	}
	return &ParseError{NotJSON, fmt.Sprintf("it is not JSON, from byte %d on", r.dec.InputOffset()), "check the URL, and what the devices in between do to the answer"}
}

// quote makes foreign text safe and short enough for a sentence.
func quote(s string) string {
	if len(s) > 80 {
		return fmt.Sprintf("%q…", s[:80])
	}
	return fmt.Sprintf("%q", s)
}
