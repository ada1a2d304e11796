package shell

// Exit is how a Native command that failed ends: the engine writes Text to the
// Errors stream as it stands, without an error record, sets $LASTEXITCODE to
// Status and $? to false.
type Exit struct {
	Status int
	Text   string
}

func (e *Exit) Error() string { return e.Text }
