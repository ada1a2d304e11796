package format

import (
	"io"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// CliXML writes values in the form of Export-Clixml as they come.
type CliXML struct {
	w     io.Writer
	depth int
}

// NewCliXML begins a document. Objects nested deeper than depth (2 is
// Export-Clixml's default) are written as text.
func NewCliXML(w io.Writer, depth int) *CliXML { return &CliXML{w: w, depth: depth} }

// Add writes one value.
func (c *CliXML) Add(v object.Value) error { panic("format") }

// Close ends the document.
func (c *CliXML) Close() error { panic("format") }
