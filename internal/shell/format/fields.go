package format

import (
	"fmt"
	"strings"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// Eval runs a script block with $_ set to v. What it returns as an error ends
// the command that asked; where a failing expression is to show nothing, Eval
// returns nil and no error.
type Eval func(v object.Value, b object.Block) (object.Value, error)

// Field is one entry of a property list (-Property of Format-*, Select-Object):
// a name, a name with wildcards, or an expression.
type Field struct {
	Name       string // of the property; empty with an Expression
	Expression object.Block
	Label      string // empty takes the property's name or the expression's source
	Width      int
	Align      Alignment
	Format     string // .NET format string, with or without {0:…}
}

// Fields reads a property list as it was bound: texts, script blocks, and
// hashtables with the keys Name or Label, Expression, Width, Alignment and
// FormatString (prefixes of them too). Lists in it are flattened. The error is
// an *object.Error.
func Fields(list ...object.Value) ([]Field, error) {
	var fields []Field
	for _, v := range list {
		switch v := v.(type) {
		case nil:
		case *object.List:
			more, err := Fields(v.Items...)
			if err != nil {
				return nil, err
			}
			fields = append(fields, more...)
		case object.Block:
			fields = append(fields, Field{Expression: v})
		case *object.Hash:
			f, err := calculated(v)
			if err != nil {
				return nil, err
			}
			fields = append(fields, f)
		default:
			fields = append(fields, Field{Name: object.Text(v)})
		}
	}
	return fields, nil
}

// keys are the keys of a calculated property; any beginning of one will do.
var keys = []string{"name", "label", "expression", "width", "alignment", "formatstring"}

func calculated(h *object.Hash) (Field, error) {
	var f Field
	for i, key := range h.Keys {
		v := h.Values[i]
		typed := object.Text(key)
		var err error
		switch keyNamed(typed) {
		case "name", "label":
			f.Label = object.Text(v)
		case "expression":
			if b, ok := v.(object.Block); ok {
				f.Expression = b
			} else {
				f.Name = object.Text(v)
			}
		case "width":
			err = f.setWidth(v)
		case "alignment":
			err = f.setAlignment(object.Text(v))
		case "formatstring":
			f.Format = object.Text(v)
		default:
			err = invalid("DictionaryKeyIllegal", "The %s key is not valid.", typed)
		}
		if err != nil {
			return Field{}, err
		}
	}
	if f.Name == "" && f.Expression == nil {
		// @{Name="x"} alone names the property, too.
		if f.Name, f.Label = f.Label, ""; f.Name == "" {
			return Field{}, invalid("DictionaryKeyMandatoryEntry", "The hash table has no Expression key.")
		}
	}
	return f, nil
}

func keyNamed(typed string) string {
	for _, key := range keys {
		if typed != "" && strings.HasPrefix(key, strings.ToLower(typed)) {
			return key
		}
	}
	return ""
}

func (f *Field) setWidth(v object.Value) error {
	n, err := object.Convert(v, "Int32", nil)
	w, ok := n.(int32)
	if err != nil || !ok || w <= 0 {
		return invalid("DictionaryKeyIllegalValue", "The value of the Width key must be greater than zero: %s.", object.Text(v))
	}
	f.Width = int(w)
	return nil
}

func (f *Field) setAlignment(typed string) error {
	for name, a := range map[string]Alignment{"left": Left, "center": Center, "right": Right} {
		if typed != "" && strings.HasPrefix(name, strings.ToLower(typed)) {
			f.Align = a
			return nil
		}
	}
	return invalid("DictionaryKeyIllegalValue", "The value of the Alignment key must be left, center or right: %s.", typed)
}

func invalid(id, form string, args ...any) error {
	return &object.Error{ID: id, Category: "InvalidArgument", Message: fmt.Sprintf(form, args...)}
}

// cell is a property of one object and the field that asked for it.
type cell struct {
	object.Property
	field Field
}

// Expand gives the fields' properties of v in order of first mention, wildcards
// in v's own order, each once, under their real spelling. A name v does not
// have gives a property with a nil value; a wildcard that matches nothing gives
// nothing.
func Expand(fields []Field, v object.Value, eval Eval) ([]object.Property, error) {
	cells, err := expand(fields, v, eval)
	var out []object.Property
	for _, c := range cells {
		out = append(out, c.Property)
	}
	return out, err
}

// Select is Expand for names and wildcards alone.
func Select(names []string, v object.Value) []object.Property {
	fields := make([]Field, len(names))
	for i, name := range names {
		fields[i].Name = name
	}
	out, _ := Expand(fields, v, nil) // only expressions fail
	return out
}

func expand(fields []Field, v object.Value, eval Eval) ([]cell, error) {
	var cells []cell
	seen := map[string]bool{}
	for _, f := range fields {
		found, err := f.properties(v, eval)
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			if name := strings.ToLower(p.Name); !seen[name] {
				seen[name] = true
				cells = append(cells, cell{p, f})
			}
		}
	}
	return cells, nil
}

func (f Field) properties(v object.Value, eval Eval) ([]object.Property, error) {
	switch {
	case f.Expression != nil:
		p := object.Property{Name: f.Label}
		if p.Name == "" {
			p.Name = strings.TrimSpace(f.Expression.Source())
		}
		var err error
		if eval != nil {
			p.Value, err = eval(v, f.Expression)
		}
		return []object.Property{p}, err
	case f.Label == "" && object.HasWildcard(f.Name):
		return matching(f.Name, v), nil
	}
	p, ok := object.Lookup(v, f.Name)
	if !ok {
		p = object.Property{Name: f.Name}
		p.Value, _ = object.Get(v, f.Name) // Count, a hashtable's key
	}
	if f.Label != "" {
		p.Name = f.Label
	}
	return []object.Property{p}, nil
}

func matching(wildcard string, v object.Value) []object.Property {
	pattern, err := object.Wildcard(wildcard)
	if err != nil {
		return nil
	}
	var out []object.Property
	for _, p := range object.Properties(v) {
		if pattern.Match(p.Name) {
			out = append(out, p)
		}
	}
	return out
}
