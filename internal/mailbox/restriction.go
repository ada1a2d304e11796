package mailbox

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/matchseal/matchseal/internal/problem"
)

// Key names what a restriction or a sort order looks at: a native field, or an
// extended property of a type. Make one with FieldKey or PropertyKey.
type Key struct {
	field    Field
	property PropertyID
	typ      PropertyType
}

// FieldKey is the key of a native field.
func FieldKey(f Field) Key { return Key{field: f, typ: f.Type()} }

// PropertyKey is the key of a property. The values of a tag that has a native
// field are the field's.
func PropertyKey(id PropertyID, typ PropertyType) Key { return Key{property: id, typ: typ} }

// Type is the type of the key's values.
func (k Key) Type() PropertyType { return k.typ }

// object is what restrictions are evaluated on: an item or a folder.
type object interface {
	valueOf(Key) Value
}

func (it *Item) valueOf(k Key) Value {
	if k.field != "" {
		return it.value(k.field)
	}
	if field, typ, native := itemAlias(k.property); native {
		return ofType(it.value(field), typ, k.typ)
	}
	p, ok := it.Property(k.property, k.typ)
	if !ok {
		return Value{}
	}
	return p.value()
}

func (f *Folder) valueOf(k Key) Value {
	if k.field != "" {
		return f.value(k.field)
	}
	if field, typ, native := folderAlias(k.property); native {
		return ofType(f.value(field), typ, k.typ)
	}
	p, ok := f.Property(k.property, k.typ)
	if !ok {
		return Value{}
	}
	return p.value()
}

// ofType makes a property that is asked for under a wrong type absent.
func ofType(v Value, have, asked PropertyType) Value {
	if have != asked {
		return Value{}
	}
	return v
}

// Restriction is a condition on items or folders: And, Or, Not, Exists,
// Compare, Contains or Excludes. A comparison with a property that is absent
// is false, whatever the operator; a text is compared ignoring case.
type Restriction interface {
	// matches evaluates the condition.
	matches(object) bool
	// parts gives the conditions within and the keys of the condition itself.
	parts() ([]Restriction, []Key)
}

type (
	// And is true when every part is; an empty And is true.
	And []Restriction
	// Or is true when one part is; an empty Or is false.
	Or []Restriction
	// Not is true when Restriction is false.
	Not struct{ Restriction Restriction }
	// Exists is true when the property is there.
	Exists struct{ Key Key }
	// Excludes is true when no bit of Mask is set in an integer property.
	Excludes struct {
		Key  Key
		Mask int64
	}
	// Compare compares a property with Constant, or with Other when that is
	// set. Of an array one element is enough.
	Compare struct {
		Op       Op
		Key      Key
		Constant Value
		Other    *Key
	}
	// Contains looks for Text in a text property.
	Contains struct {
		Key            Key
		Text           string
		Mode           Mode
		IgnoreCase     bool
		IgnoreNonSpace bool // accents and the like
	}
)

// Op is an order that Compare asks for.
type Op string

const (
	Equal          Op = "="
	NotEqual       Op = "<>"
	Less           Op = "<"
	LessOrEqual    Op = "<="
	Greater        Op = ">"
	GreaterOrEqual Op = ">="
)

func (op Op) accepts(order int) bool {
	switch op {
	case Equal:
		return order == 0
	case NotEqual:
		return order != 0
	case Less:
		return order < 0
	case LessOrEqual:
		return order <= 0
	case Greater:
		return order > 0
	}
	return order >= 0
}

// Mode says where Contains looks.
type Mode int

const (
	FullString Mode = iota
	Prefix
	Substring
	PrefixOnWords // Text begins a word
	ExactPhrase   // Text stands between word boundaries
)

func (r And) matches(o object) bool {
	for _, part := range r {
		if !part.matches(o) {
			return false
		}
	}
	return true
}

func (r Or) matches(o object) bool {
	for _, part := range r {
		if part.matches(o) {
			return true
		}
	}
	return false
}

func (r Not) matches(o object) bool    { return !r.Restriction.matches(o) }
func (r Exists) matches(o object) bool { return o.valueOf(r.Key).kind != absent }

func (r Excludes) matches(o object) bool {
	return o.valueOf(r.Key).holds(func(v Value) bool { return v.kind == number && v.number&r.Mask == 0 })
}

func (r Compare) matches(o object) bool {
	right := r.Constant
	if r.Other != nil {
		right = o.valueOf(*r.Other)
	}
	return o.valueOf(r.Key).holds(func(left Value) bool {
		return right.holds(func(right Value) bool {
			order, ok := left.compare(right)
			return ok && r.Op.accepts(order)
		})
	})
}

func (r Contains) matches(o object) bool {
	want := r.folded(r.Text)
	return o.valueOf(r.Key).holds(func(v Value) bool { return v.kind == text && r.found(r.folded(v.text), want) })
}

func (r Contains) found(s, want string) bool {
	switch r.Mode {
	case FullString:
		return s == want
	case Prefix:
		return strings.HasPrefix(s, want)
	case Substring:
		return strings.Contains(s, want)
	}
	for at := 0; ; at++ {
		i := strings.Index(s[at:], want)
		if i < 0 {
			return false
		}
		at += i
		before, _ := utf8.DecodeLastRuneInString(s[:at]) // RuneError, no word, at the ends
		after, _ := utf8.DecodeRuneInString(s[at+len(want):])
		if !isWord(before) && (r.Mode == PrefixOnWords || !isWord(after)) {
			return true
		}
		if at == len(s) {
			return false
		}
	}
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

// folded is s as the comparison sees it.
func (r Contains) folded(s string) string {
	if r.IgnoreCase {
		s = fold(s)
	}
	if r.IgnoreNonSpace {
		s = strings.Map(unaccent, s)
	}
	return s
}

// unaccent takes marks off letters: combining ones, and those of Latin-1.
func unaccent(r rune) rune {
	const (
		from = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöùúûüýÿ"
		to   = "AAAAAACEEEEIIIINOOOOOUUUUYaaaaaaceeeeiiiinooooouuuuyy"
	)
	if unicode.Is(unicode.Mn, r) {
		return -1
	}
	if i := strings.IndexRune(from, r); r >= 0x80 && i >= 0 {
		return rune(to[i/2]) // each letter of from has two bytes
	}
	return r
}

func (r And) parts() ([]Restriction, []Key)      { return r, nil }
func (r Or) parts() ([]Restriction, []Key)       { return r, nil }
func (r Not) parts() ([]Restriction, []Key)      { return []Restriction{r.Restriction}, nil }
func (r Exists) parts() ([]Restriction, []Key)   { return nil, []Key{r.Key} }
func (r Excludes) parts() ([]Restriction, []Key) { return nil, []Key{r.Key} }
func (r Contains) parts() ([]Restriction, []Key) { return nil, []Key{r.Key} }
func (r Compare) parts() ([]Restriction, []Key) {
	if r.Other != nil {
		return nil, []Key{r.Key, *r.Other}
	}
	return nil, []Key{r.Key}
}

// Limits of a restriction.
const (
	maxConditions = 250
	maxNesting    = 20
)

// checkRestriction applies the limits and the rules on types. It fails with
// MailboxTooComplex or MailboxRestriction.
func checkRestriction(r Restriction) error {
	left := maxConditions
	return checkNested(r, maxNesting, &left)
}

func checkNested(r Restriction, depth int, left *int) error {
	if *left--; *left < 0 || depth == 0 {
		return problem.New(problem.MailboxTooComplex,
			"a restriction has at most %d conditions, nested %d deep", maxConditions, maxNesting)
	}
	inner, keys := r.parts()
	for _, k := range keys {
		if !k.typ.Valid() {
			return problem.New(problem.MailboxRestriction, "properties of type %q cannot be searched", k.typ)
		}
	}
	if e, ok := r.(Excludes); ok && e.Key.typ != TypeInteger && e.Key.typ != TypeLong && e.Key.typ != TypeShort {
		return problem.New(problem.MailboxRestriction, "Excludes takes an integer property, not one of type %s", e.Key.typ)
	}
	if c, ok := r.(Contains); ok && c.Key.typ.Element() != TypeString {
		return problem.New(problem.MailboxRestriction, "Contains takes a text property, not one of type %s", c.Key.typ)
	}
	for _, part := range inner {
		if err := checkNested(part, depth-1, left); err != nil {
			return err
		}
	}
	return nil
}

// needs says what must be read of an item to evaluate keys on it.
func needs(keys []Key) Want {
	var w Want
	for _, k := range keys {
		field, _, native := itemAlias(k.property)
		if k.field != "" {
			field = k.field
		}
		switch {
		case field == FieldBody, field == FieldHTML, field == FieldHeaders, k.property.Set == InternetHeaders:
			w.Content, w.Properties = true, true
		case field == "" && !native:
			w.Properties = true
		}
	}
	return w
}

// keysOf gives every key that a restriction looks at.
func keysOf(r Restriction) []Key {
	if r == nil {
		return nil
	}
	inner, keys := r.parts()
	for _, part := range inner {
		keys = append(keys, keysOf(part)...)
	}
	return keys
}
