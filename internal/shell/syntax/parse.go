package syntax

import "fmt"

// Error is a mistake in the text. Incomplete is set when more text could mend
// it: an open string, bracket or block, or a pipe at the end. The shell then
// shows the prompt >> and reads on.
type Error struct {
	Span       Span
	ID         string // the shell's own name for it, for example "TerminatorExpectedAtEndOfString"
	Message    string
	Incomplete bool
}

func (e *Error) Error() string {
	return fmt.Sprintf("line %d, character %d: %s", e.Span.Start.Line, e.Span.Start.Column, e.Message)
}
