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
func (p FieldPath) IsExtended() bool { return p.URI == "" }
