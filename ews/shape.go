package ews

// BaseShape is the set of properties a shape starts from.
type BaseShape string

// The base shapes.
const (
	IDOnly        BaseShape = "IdOnly"
	Default       BaseShape = "Default"
	AllProperties BaseShape = "AllProperties"
)

// BodyType is the form of a body.
type BodyType string

// The body types. BodyBest is only asked for, never answered.
const (
	BodyBest BodyType = "Best"
	BodyHTML BodyType = "HTML"
	BodyText BodyType = "Text"
)

// FolderShape says which properties of a folder to return.
type FolderShape struct {
	Base       BaseShape
	Additional []FieldPath
}

// ItemShape says which properties of an item to return.
type ItemShape struct {
	Base               BaseShape
	IncludeMimeContent bool
	// BodyType is the wanted form of the body; empty means Best.
	BodyType   BodyType
	Additional []FieldPath
}
