package format

import "github.com/matchseal/matchseal/internal/shell/object"

// ErrorText is the record as Windows PowerShell prints it, wrapped at width
// columns (120 when it is 0), with a line feed after each line. A remedy stands
// in a last line of its own.
func ErrorText(e *object.ErrorRecord, width int) string { panic("format") }
