package format

import "github.com/matchseal/matchseal/internal/shell/object"

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
// an *object.Error with PowerShell's words.
func Fields(list ...object.Value) ([]Field, error) { panic("format") }

// Expand gives the fields' properties of v in order of first mention, wildcards
// in v's own order, each once, under their real spelling. A name v does not
// have gives a property with a nil value; a wildcard that matches nothing gives
// nothing.
func Expand(fields []Field, v object.Value, eval Eval) ([]object.Property, error) { panic("format") }

// Select is Expand for names and wildcards alone.
func Select(names []string, v object.Value) []object.Property { panic("format") }
