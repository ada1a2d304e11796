package shell

// NativeFailure is how a Native command that failed ends: the engine writes
// Text to the Errors stream as it stands, without an error record, sets
// $LASTEXITCODE to Status and $? to false.
type NativeFailure struct {
	Status int
	Text   string
}

func (e *NativeFailure) Error() string { return e.Text }
