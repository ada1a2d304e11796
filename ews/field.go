package ews

// field is one property of a T (an Item or a Folder). The tables of fields are
// in the order of the schema, which is the order elements are written in.
type field[T any] struct {
	name   string // local name of the element
	tag    string // the same with the prefix it is written with
	uri    string // FieldURI, "" for extended properties
	since  Version
	traits traits
	text   bool // an empty string, which counts as absent, is a value too
	encode func(w *writer, tag string, v *T)
	decode func(e element, v *T)
	assign func(to, from *T)
	clear  func(v *T)
	absent func(v *T) bool
}

// traits says where a property appears and what may be done with it.
type traits uint8

const (
	inIDOnly   traits = 1 << iota // part of every base shape
	inDefault                     // part of Default and AllProperties
	inAll                         // part of AllProperties
	notFound                      // not returned by FindItem
	readOnly                      // not changed by UpdateItem
	appendable                    // AppendToItemField works
	asked                         // only when asked for by name
)

// form is how a value of type V is written and read.
type form[V any] struct {
	absent func(V) bool
	encode func(w *writer, tag string, v V)
	decode func(e element, v *V)
}

// row makes the field that keeps its value at(t).
func row[T, V any](name, uri string, since Version, f form[V], at func(*T) *V, t traits) field[T] {
	_, text := any(*new(V)).(string)
	return field[T]{
		name: name, tag: "t:" + name, uri: uri, since: since, traits: t, text: text,
		encode: func(w *writer, tag string, v *T) {
			if value := *at(v); !f.absent(value) {
				f.encode(w, tag, value)
			}
		},
		decode: func(e element, v *T) { f.decode(e, at(v)) },
		assign: func(to, from *T) { *at(to) = *at(from) },
		clear: func(v *T) {
			var zero V
			*at(v) = zero
		},
		absent: func(v *T) bool { return f.absent(*at(v)) },
	}
}

// encodeFields writes the properties of v that the peer's schema has.
func encodeFields[T any](w *writer, table []field[T], v *T) {
	for i := range table {
		if f := &table[i]; w.knows(f.since) {
			f.encode(w, f.tag, v)
		}
	}
}

// decodeFields reads the children of e into v, in any order. Unknown elements
// are skipped.
func decodeFields[T any](e element, table []field[T], v *T) {
	next := 0 // most documents are in the order of the schema
	for c := range e.in(nsTypes) {
		name := c.name()
		for i := range table {
			f := &table[(next+i)%len(table)]
			if f.name == name {
				f.decode(c, v)
				next = (next + i) % len(table)
				break
			}
		}
	}
}

// selectFields clears the properties of v that a shape does not ask for.
func selectFields[T any](table []field[T], base BaseShape, additional []FieldPath, unwanted traits, v *T) {
	for i := range table {
		f := &table[i]
		if f.uri != "" && (f.traits&unwanted != 0 || !f.traits.in(base) && !asksFor(additional, f.uri)) {
			f.clear(v)
		}
	}
}

// in reports whether a base shape includes a property.
func (t traits) in(base BaseShape) bool {
	switch base {
	case AllProperties:
		return t&(inIDOnly|inDefault|inAll) != 0
	case Default:
		return t&(inIDOnly|inDefault) != 0
	}
	return t&inIDOnly != 0
}

func asksFor(paths []FieldPath, uri string) bool {
	for _, p := range paths {
		if p.URI == uri && p.Index == "" {
			return true
		}
	}
	return false
}

// selectProperties keeps the extended properties that are asked for, in the
// order they are asked for, because base shapes hold none.
func selectProperties(properties []ExtendedProperty, additional []FieldPath) []ExtendedProperty {
	var kept []ExtendedProperty
	for _, path := range additional {
		if !path.IsExtended() {
			continue
		}
		for _, p := range properties {
			if p.URI == path.Extended {
				kept = append(kept, p)
				break
			}
		}
	}
	return kept
}
