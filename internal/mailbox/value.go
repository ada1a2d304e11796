package mailbox

import (
	"crypto/sha256"
	"strconv"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
)

// kind is how values of a type are compared.
type kind byte

const (
	absent   kind = iota
	text          // ignoring case
	raw           // exactly: binary and GUIDs
	number        // integers, booleans as 0 and 1, times as microseconds
	fraction      // floating point
	several       // an array: true when it is true for one element
)

func kindOf(t PropertyType) kind {
	switch {
	case t.IsArray():
		return several
	case t == TypeString:
		return text
	case t == TypeBinary, t == TypeCLSID:
		return raw
	case t == TypeDouble, t == TypeFloat, t == TypeApplicationTime:
		return fraction
	}
	return number
}

// Value is one value in the form in which values are compared. The zero Value
// is that of a property that is absent.
type Value struct {
	kind     kind
	text     string // text and raw
	number   int64
	fraction float64
	list     []Value
}

// An empty text and a zero time are absent, in Go as in the columns of SQL.
func textValue(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{kind: text, text: s}
}

func numberValue(n int64) Value { return Value{kind: number, number: n} }

func boolValue(b bool) Value {
	if b {
		return numberValue(1)
	}
	return numberValue(0)
}

func timeValue(t time.Time) Value {
	if t.IsZero() {
		return Value{}
	}
	return numberValue(store.Micros(t))
}

func textsValue(list []string) Value {
	if len(list) == 0 {
		return Value{}
	}
	v := Value{kind: several}
	for _, s := range list {
		v.list = append(v.list, Value{kind: text, text: s})
	}
	return v
}

// ParseValue reads a constant of a search as the type of the property it is
// compared with; for an array, as one element of it. It fails with
// MailboxPropertyValue.
func ParseValue(t PropertyType, constant string) (Value, error) {
	if !t.Valid() {
		return Value{}, problem.New(problem.MailboxRestriction, "properties of type %q cannot be searched", t)
	}
	s, err := Canonical(t.Element(), constant)
	if err != nil {
		return Value{}, err
	}
	return canonicalValue(t.Element(), s), nil
}

// canonicalValue reads one canonical value of an element type.
func canonicalValue(t PropertyType, s string) Value {
	switch kindOf(t) {
	case text, raw:
		return Value{kind: kindOf(t), text: s}
	case fraction:
		f, _ := strconv.ParseFloat(s, 64) // canonical: cannot fail
		return Value{kind: fraction, fraction: f}
	}
	switch t {
	case TypeBoolean:
		return boolValue(s == "true")
	case TypeSystemTime:
		at, _ := ParseTime(s)
		return numberValue(at.UnixMicro())
	}
	n, _ := strconv.ParseInt(s, 10, 64)
	return numberValue(n)
}

// canonical is the inverse of canonicalValue for native fields.
func (v Value) canonical(t PropertyType) string {
	switch {
	case v.kind == text, v.kind == raw:
		return v.text
	case t == TypeBoolean:
		return strconv.FormatBool(v.number == 1)
	case t == TypeSystemTime:
		return time.UnixMicro(v.number).UTC().Format(time.RFC3339Nano)
	}
	return strconv.FormatInt(v.number, 10)
}

// value gives a stored property for comparison.
func (p Property) value() Value {
	if !p.Type.IsArray() {
		return canonicalValue(p.Type, p.Values[0])
	}
	v := Value{kind: several}
	for _, s := range p.Values {
		v.list = append(v.list, canonicalValue(p.Type.Element(), s))
	}
	return v
}

// compare orders two values of one kind: negative, zero or positive. ok is
// false when they cannot be compared.
func (v Value) compare(w Value) (order int, ok bool) {
	if v.kind != w.kind {
		return 0, false
	}
	switch v.kind {
	case text:
		return strings.Compare(fold(v.text), fold(w.text)), true
	case raw:
		return strings.Compare(v.text, w.text), true
	case number:
		return three(v.number < w.number, v.number > w.number), true
	case fraction:
		order := three(v.fraction < w.fraction, v.fraction > w.fraction)
		return order, order != 0 || v.fraction == w.fraction // not a number equals nothing
	}
	return 0, false
}

func three(less, more bool) int {
	switch {
	case less:
		return -1
	case more:
		return 1
	}
	return 0
}

// rank orders values for sorting: absent ones first, an array by its first
// element.
func (v Value) rank(w Value) int {
	if v.kind == several && len(v.list) > 0 {
		v = v.list[0]
	}
	if w.kind == several && len(w.list) > 0 {
		w = w.list[0]
	}
	if order, ok := v.compare(w); ok {
		return order
	}
	return int(v.kind) - int(w.kind)
}

// holds reports whether the value, or one of an array, satisfies test.
func (v Value) holds(test func(Value) bool) bool {
	if v.kind != several {
		return v.kind != absent && test(v)
	}
	for _, one := range v.list {
		if test(one) {
			return true
		}
	}
	return false
}

// indexed reports whether equality of such values can be decided by lookup.
func (v Value) indexed() bool { return v.kind == text || v.kind == raw || v.kind == number }

// lookup is the digest under which a property's value is indexed: equal
// exactly when two values of one type compare equal.
func (v Value) lookup(t PropertyType) []byte {
	if !v.indexed() {
		return []byte{}
	}
	key := v.text
	switch v.kind {
	case text:
		key = fold(key)
	case number:
		key = strconv.FormatInt(v.number, 10)
	}
	sum := sha256.Sum256([]byte(string(t) + "\x00" + key))
	return sum[:16]
}

// fold gives the form in which texts are compared, ignoring case.
func fold(s string) string { return strings.ToLower(s) }
