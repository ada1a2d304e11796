package ews

// UnknownRequest is a request for an operation this package does not model.
// Its Operation is the name, and its String says so.
type UnknownRequest struct{ Name string }

// String returns "unknown operation NAME".
func (u *UnknownRequest) String() string { return "unknown operation " + u.Name }

// FailedResponse answers any operation, known or not, with one failed message.
// It is sent with HTTP status 200: an HTTP 500 makes some clients ask for a
// password again.
type FailedResponse struct {
	Name    string // the operation, without "Response"
	Message ResponseMessage
}

// Operation returns the name of the operation.
func (u *UnknownRequest) Operation() string { return u.Name }

// Operation returns the name of the operation.
func (r *FailedResponse) Operation() string { return r.Name }
