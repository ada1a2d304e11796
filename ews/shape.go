package ews

import (
	"slices"
	"strings"
)

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

// Wants reports whether the shape asks for a property, given as a FieldURI
// such as "item:Body". Servers use it before fetching what is expensive.
func (s FolderShape) Wants(uri string) bool {
	return wants(folderFields, s.Base, s.Additional, uri)
}

// Select returns a copy of f with the properties the shape asks for.
func (s FolderShape) Select(f Folder) Folder {
	selectFields(folderFields, s.Base, s.Additional, 0, &f)
	f.Properties = selectProperties(f.Properties, s.Additional)
	return f
}

// Wants reports whether the shape asks for a property, given as a FieldURI
// such as "item:Body". Servers use it before fetching what is expensive.
func (s ItemShape) Wants(uri string) bool {
	return uri == "item:MimeContent" && s.IncludeMimeContent || wants(anyFields, s.Base, s.Additional, uri)
}

// WantsHeader reports whether the shape asks for a header of the received
// message, by its name or with all others.
func (s ItemShape) WantsHeader(name string) bool {
	for _, p := range s.Additional {
		if p.URI == "item:InternetMessageHeader" && strings.EqualFold(p.Index, name) {
			return true
		}
	}
	return s.Wants("item:InternetMessageHeaders")
}

// Select returns a copy of i with the properties the shape asks for, as GetItem
// returns them.
func (s ItemShape) Select(i Item) Item { return s.selectItem(i, 0) }

// SelectFound is Select for FindItem, which never returns bodies, recipients,
// attachments, headers or MIME content.
func (s ItemShape) SelectFound(i Item) Item { return s.selectItem(i, notFound) }

func (s ItemShape) selectItem(i Item, unwanted traits) Item {
	var headers []InternetHeader
	for _, h := range i.InternetMessageHeaders {
		if unwanted == 0 && s.WantsHeader(h.Name) {
			headers = append(headers, h)
		}
	}
	additional := s.Additional
	if s.IncludeMimeContent {
		additional = append(slices.Clip(additional), Field("item:MimeContent"))
	}
	selectFields(anyFields, s.Base, additional, unwanted, &i)
	i.InternetMessageHeaders = headers
	i.Properties = selectProperties(i.Properties, s.Additional)
	return i
}

func wants[T any](table []field[T], base BaseShape, additional []FieldPath, uri string) bool {
	for i := range table {
		if f := &table[i]; f.uri == uri {
			return f.traits.in(base) || asksFor(additional, uri)
		}
	}
	return asksFor(additional, uri)
}

func decodeFolderShape(e element) (s FolderShape) {
	for c := range e.in(nsTypes) {
		switch c.name() {
		case "BaseShape":
			s.Base = enum(c, c.text(), IDOnly, Default, AllProperties)
		case "AdditionalProperties":
			s.Additional = decodePaths(c)
		}
	}
	if s.Base == "" {
		e.fail("The element '%s' has no BaseShape", e.name())
	}
	return s
}

func (s FolderShape) encode(w *writer) {
	w.open("m:FolderShape")
	w.text("t:BaseShape", string(s.Base))
	encodePaths(w, "t:AdditionalProperties", s.Additional)
	w.close("m:FolderShape")
}

func decodeItemShape(e element) (s ItemShape) {
	for c := range e.in(nsTypes) {
		switch c.name() {
		case "BaseShape":
			s.Base = enum(c, c.text(), IDOnly, Default, AllProperties)
		case "IncludeMimeContent":
			s.IncludeMimeContent = c.flag()
		case "BodyType":
			s.BodyType = enum(c, c.text(), BodyBest, BodyHTML, BodyText)
		case "AdditionalProperties":
			s.Additional = decodePaths(c)
		}
	}
	if s.Base == "" {
		e.fail("The element '%s' has no BaseShape", e.name())
	}
	return s
}

func (s ItemShape) encode(w *writer) {
	w.open("m:ItemShape")
	w.text("t:BaseShape", string(s.Base))
	if s.IncludeMimeContent {
		w.flag("t:IncludeMimeContent", true)
	}
	w.textIf("t:BodyType", string(s.BodyType))
	encodePaths(w, "t:AdditionalProperties", s.Additional)
	w.close("m:ItemShape")
}
