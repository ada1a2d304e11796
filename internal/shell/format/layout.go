package format

import "github.com/matchseal/matchseal/internal/shell/object"

// Spec is what a Format command was told.
type Spec struct {
	Kind Kind // List, Table or Wide
	// Properties is the list as bound, see Fields; nil takes the type's view or
	// all properties.
	Properties []object.Value
	// GroupBy is a property's name, a script block or a calculated property;
	// nil for no groups.
	GroupBy                     object.Value
	AutoSize, Wrap, HideHeaders bool
	// Columns is how many Format-Wide puts side by side; 0 means 2.
	Columns int
	// Eval runs the script blocks of Properties and GroupBy.
	Eval Eval
}

// Layout is one use of a Format command: it makes the records that flow on.
type Layout struct{ spec Spec }

// Record is what a Format command puts out in place of an object. Only a
// Printer can do anything with it.
type Record struct {
	layout *Layout
	value  object.Value
}

// NewLayout checks the property list. The error is an *object.Error.
func NewLayout(s Spec) (*Layout, error) { panic("format") }

// Record makes the record of one object; nil for a nil.
func (l *Layout) Record(v object.Value) (*Record, error) { panic("format") }
