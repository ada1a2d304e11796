package format

import (
	"io"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// ReadCliXML reads what Export-Clixml wrote, UTF-8 or UTF-16 with a byte order
// mark. Objects of the product's types come back as Deserialized.<type>, as
// with Import-Clixml. Documents over 64 MiB, deeper than 64 levels, of more
// than a million elements or with a document type are refused.
func ReadCliXML(r io.Reader) ([]object.Value, error) { panic("format") }
