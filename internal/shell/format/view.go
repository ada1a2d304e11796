package format

import "github.com/matchseal/matchseal/internal/shell/object"

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

// View is how the objects of one type are shown when nobody asks for
// properties. The zero View shows all properties and leaves the choice to their
// number.
type View struct {
	// Default is the layout without a Format command; Auto takes the first of
	// Table, List and Wide that has columns.
	Default Kind
	// Table and List are the columns shown; nil for all properties.
	Table, List []Column
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
