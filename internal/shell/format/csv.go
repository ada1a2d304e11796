package format

import (
	"time"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// CSV is one use of ConvertTo-Csv or Export-Csv. The first object decides the
// columns.
type CSV struct {
	Delimiter string // "," when empty
	NoType    bool   // -NoTypeInformation
	Zone      *time.Location
	columns   []string
}

// Lines gives the object's line, before the first one also the #TYPE line and
// the header. They have no line feed at the end, though one in a value stays.
func (c *CSV) Lines(v object.Value) []string { panic("format") }
