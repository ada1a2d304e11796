package ews

// FieldPath names a property of an item or folder in one of three ways: a
// FieldURI ("item:Subject"), an IndexedFieldURI (URI and Index), or an
// ExtendedFieldURI. It is comparable.
type FieldPath struct {
	URI      string
	Index    string
	Extended ExtendedFieldURI
}

// Field returns the path of a FieldURI such as "item:Subject".
func Field(uri string) FieldPath { return FieldPath{URI: uri} }

// Extended returns the path of an extended property.
func Extended(uri ExtendedFieldURI) FieldPath { return FieldPath{Extended: uri} }

// IsExtended reports whether the path is an ExtendedFieldURI.
func (p FieldPath) IsExtended() bool { return p.Extended != ExtendedFieldURI{} }

// String returns a short form for logs.
func (p FieldPath) String() string {
	switch {
	case p.IsExtended():
		return p.Extended.String()
	case p.Index != "":
		return p.URI + "[" + p.Index + "]"
	}
	return p.URI
}

// decodePath reads one of the elements that stand for a path; ok is false for
// any other element.
func decodePath(e element) (p FieldPath, ok bool) {
	switch e.name() {
	case "FieldURI", "ExceptionFieldURI":
		p.URI = e.need("FieldURI")
	case "IndexedFieldURI":
		p.URI, p.Index = e.need("FieldURI"), e.need("FieldIndex")
	case "ExtendedFieldURI":
		return Extended(decodeExtendedFieldURI(e)), true
	default:
		return p, false
	}
	if p.URI == "" {
		e.fail("The element '%s' names no property", e.name())
	}
	return p, true
}

// onlyPath returns the path among the children of e.
func onlyPath(e element) FieldPath {
	for c := range e.in(nsTypes) {
		if p, ok := decodePath(c); ok {
			return p
		}
	}
	e.fail("The element '%s' names no property", e.name())
	return FieldPath{}
}

func decodePaths(e element) (paths []FieldPath) {
	for c := range e.in(nsTypes) {
		if p, ok := decodePath(c); ok {
			paths = append(paths, p)
		}
	}
	return paths
}

func (p FieldPath) encode(w *writer) {
	switch {
	case p.IsExtended():
		p.Extended.encode(w)
	case p.Index != "":
		w.empty("t:IndexedFieldURI", "FieldURI", p.URI, "FieldIndex", p.Index)
	default:
		w.empty("t:FieldURI", "FieldURI", p.URI)
	}
}

func encodePaths(w *writer, name string, paths []FieldPath) {
	if len(paths) == 0 {
		return
	}
	w.open(name)
	for _, p := range paths {
		p.encode(w)
	}
	w.close(name)
}
