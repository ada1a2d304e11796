package format

import (
	"io"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// JSON writes v as ConvertTo-Json of Windows PowerShell 5.1 does, without a
// line feed at the end. Values nested deeper than depth (2 is the command's
// default) are written as text.
func JSON(w io.Writer, v object.Value, depth int, compress bool) error { panic("format") }

// JSONArray writes values as they come as the members of one JSON array, one
// per line and complete; it is the command line's -o json.
type JSONArray struct{ w io.Writer }

// NewJSONArray begins an array. Nothing is written before Add or Close.
func NewJSONArray(w io.Writer) *JSONArray { return &JSONArray{w: w} }

// Add writes one member.
func (a *JSONArray) Add(v object.Value) error { panic("format") }

// Close ends the array; without any Add it writes [].
func (a *JSONArray) Close() error { panic("format") }
