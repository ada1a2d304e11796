package format

import (
	"strings"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// Kind is a way to lay objects out.
type Kind int

// The kinds of layout. Auto is the view's or the four-properties rule's choice.
const (
	Auto Kind = iota
	List
	Table
	Wide
)

// Alignment says where a value stands in its column.
type Alignment int

// The alignments. Natural is right for numbers and Booleans, else left.
const (
	Natural Alignment = iota
	Left
	Center
	Right
)

// Views are the layouts of known types by the type's full name.
type Views map[string]View

// View is how the objects of one type are shown when nobody asks for
// properties. The zero View shows all properties and leaves the choice to their
// number.
type View struct {
	// Default is the layout without a Format command; Auto takes the first of
	// Table, List and Wide that has columns.
	Default Kind
	// Table and List are the columns shown; nil for all properties.
	Table, List []Column
	// AutoSize fits the columns of Table to all that is shown in one go.
	AutoSize bool
	// Wide is the one property Format-Wide shows.
	Wide string
	// Group, when set, gives the line above objects that belong together
	// ("    Directory: C:\x"); a change of it starts a new table.
	Group func(object.Value) string
}

// Column is one column of a View.
type Column struct {
	Property string
	Label    string // the header; Property when empty
	Width    int    // 0 shares what is left with the other such columns
	Align    Alignment
	// Value computes what is shown; nil shows Property.
	Value func(object.Value) object.Value
}

// kind is the layout the view wants for an object when no command says.
func (v View) kind(properties int) Kind {
	switch {
	case v.Default != Auto:
		return v.Default
	case v.Table != nil:
		return Table
	case v.List != nil:
		return List
	case v.Wide != "":
		return Wide
	case properties <= 4:
		return Table
	default:
		return List
	}
}

// maxColumns is how many columns a table has that nobody chose the columns of.
const maxColumns = 10

// cells are the view's cells of an object in a layout.
func (v View) cells(kind Kind, o object.Value) []cell {
	columns := v.List
	switch {
	case kind == Wide:
		return v.wideCell(o)
	case kind == Table:
		columns = v.Table
	}
	if columns == nil {
		cells := shown(o)
		if kind == Table && len(cells) > maxColumns {
			cells = cells[:maxColumns]
		}
		return cells
	}
	cells := make([]cell, len(columns))
	for i, c := range columns {
		cells[i] = c.cell(o)
	}
	return cells
}

func (c Column) cell(o object.Value) cell {
	p, ok := object.Lookup(o, c.Property)
	switch {
	case c.Value != nil:
		p = object.Property{Name: c.Property, Value: c.Value(o)}
	case !ok:
		p.Name = c.Property
	}
	if c.Label != "" {
		p.Name = c.Label
	}
	return cell{p, Field{Width: c.Width, Align: c.Align}}
}

// wideCell is the one property that stands for an object: the view's, its name,
// or else its first.
func (v View) wideCell(o object.Value) []cell {
	for _, name := range []string{v.Wide, "Name"} {
		if p, ok := object.Lookup(o, name); ok {
			return []cell{{Property: p}}
		}
	}
	if all := shown(o); len(all) > 0 {
		return all[:1]
	}
	return nil
}

// shown are the properties that are not hidden.
func shown(o object.Value) []cell {
	var cells []cell
	for _, p := range object.Properties(o) {
		if !p.Hidden {
			cells = append(cells, cell{Property: p})
		}
	}
	return cells
}

// own are the views of the values that the language itself makes.
var own = map[string]View{
	"System.Guid": {Table: []Column{{Property: "Guid", Value: func(v object.Value) object.Value { return v }}}},
	"System.TimeSpan": {List: named("Days", "Hours", "Minutes", "Seconds", "Milliseconds", "Ticks",
		"TotalDays", "TotalHours", "TotalMinutes", "TotalSeconds", "TotalMilliseconds")},
	// Numbers stand to the left here: they are not a column of numbers.
	entryType: {Table: []Column{{Property: "Name", Width: 30, Align: Left}, {Property: "Value", Align: Left}}},
}

func named(properties ...string) []Column {
	columns := make([]Column, len(properties))
	for i, p := range properties {
		columns[i].Property = p
	}
	return columns
}

// entryType is the type of a hashtable's entries.
const entryType = "System.Collections.DictionaryEntry"

// entries are what a hashtable shows: its keys and values as objects.
func entries(h *object.Hash) []object.Value {
	out := make([]object.Value, len(h.Keys))
	for i, key := range h.Keys {
		out[i] = &object.Object{Types: []string{entryType}, Properties: []object.Property{
			{Name: "Name", Value: key}, {Name: "Value", Value: h.Values[i]},
		}}
	}
	return out
}

// view finds the view of a value by the names of its type, the most specific
// first. What came back from a file looks as it did before.
func (p *Printer) view(v object.Value) View {
	types := []string{object.TypeName(v)}
	if o, ok := v.(*object.Object); ok {
		types = o.Types
	}
	for _, name := range types {
		name = strings.TrimPrefix(name, deserialized)
		if view, ok := p.o.Views[name]; ok {
			return view
		}
		if view, ok := own[name]; ok {
			return view
		}
	}
	return View{}
}
