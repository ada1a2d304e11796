package cmdlet

import (
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// meta is what every object of Exchange's directory has, as far as it is known
// here.
type meta struct {
	Name string
	// Path is where the object lies, as litware.test/Users/x; empty for the
	// organisation's own objects, whose identity is their name.
	Path             string
	Created, Changed time.Time // zero when not known
	State            string    // "Unchanged" when empty
}

// directoryObject gives the properties that every object of Exchange's
// directory ends with, and its Name, in the usual order; objectOf brings them
// into a command's own. What only a real directory knows (distinguished name,
// schema class, version) stays empty.
func directoryObject(o meta) []object.Property {
	identity, state := o.Path, o.State
	if identity == "" {
		identity = o.Name
	}
	if state == "" {
		state = "Unchanged"
	}
	return []object.Property{
		{Name: "Name", Value: o.Name},
		{Name: "AdminDisplayName", Value: ""},
		{Name: "ExchangeVersion", Value: nil},
		{Name: "DistinguishedName", Value: ""},
		{Name: "Identity", Value: typed("ADObjectId", identity)},
		{Name: "Guid", Value: nil},
		{Name: "ObjectCategory", Value: nil},
		{Name: "ObjectClass", Value: nil},
		{Name: "WhenChanged", Value: dateOf(o.Changed.Local())},
		{Name: "WhenCreated", Value: dateOf(o.Created.Local())},
		{Name: "WhenChangedUTC", Value: dateOf(o.Changed.UTC())},
		{Name: "WhenCreatedUTC", Value: dateOf(o.Created.UTC())},
		{Name: "OrganizationId", Value: nil},
		{Name: "Id", Value: typed("ADObjectId", identity)},
		{Name: "OriginatingServer", Value: ""},
		{Name: "IsValid", Value: true},
		{Name: "ObjectState", Value: object.Enum{Type: "ObjectState", Name: state}},
	}
}

// objectOf makes an object put out by a command: the properties its row lists,
// in that order and of those types, with the values found by name in the
// parts. A value that no part has is null.
func objectOf(c *shell.Command, typeName string, parts ...[]object.Property) *object.Object {
	o := &object.Object{Types: []string{typeName}}
	for _, want := range c.Output {
		p := object.Property{Name: want.Name, Type: want.Type}
		for _, part := range parts {
			if i := indexOf(part, want.Name); i >= 0 {
				p.Value, p.Hidden = part[i].Value, part[i].Hidden
				break
			}
		}
		o.Properties = append(o.Properties, p)
	}
	return o
}

func indexOf(properties []object.Property, name string) int {
	for i, p := range properties {
		if strings.EqualFold(p.Name, name) {
			return i
		}
	}
	return -1
}

// typed is a text with a type of its own; an empty one is null, as the product
// has it.
func typed(typ, text string) object.Value {
	if text == "" {
		return nil
	}
	return object.TypedText{Type: typ, Value: text}
}

// enum is a member of an enumeration, null when there is none.
func enum(typ, name string) object.Value {
	if name == "" {
		return nil
	}
	return object.Enum{Type: typ, Name: name}
}

// multi is a MultiValuedProperty, or another collection, of texts.
func multi(typ string, texts ...string) *object.List {
	l := &object.List{Type: typ, Items: []object.Value{}}
	for _, t := range texts {
		l.Items = append(l.Items, t)
	}
	return l
}

// dateOf is a date, null when there is none.
func dateOf(t time.Time) object.Value {
	if t.IsZero() {
		return nil
	}
	return t
}

// fromRunspace is the property RunspaceId, which objects of a remote shell
// begin with.
func (c *Connection) fromRunspace() []object.Property {
	return []object.Property{{Name: "RunspaceId", Value: c.runspace}}
}
