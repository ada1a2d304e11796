package ews

import "time"

// Fault is a SOAP fault: the whole request failed. It is what [DecodeRequest]
// returns for a document it cannot serve, and what a client returns when the
// server answered with one.
type Fault struct {
	// Code is the ResponseCode of the fault's detail. A fault without one (a
	// plain SOAP fault) leaves it empty.
	Code ResponseCode
	// Text is the faultstring.
	Text string
	// Message is the Message of the detail; empty means the same as Text.
	Message string
	// Line, Position and Violation are what a schema violation reports in
	// MessageXml. Line is zero when there is none.
	Line, Position int
	Violation      string
	// Details are the named values of MessageXml, such as
	// BackOffMilliseconds.
	Details []Detail
	// SOAPCode is set instead of a faultcode made from Code when the fault is
	// SOAP's own: "MustUnderstand", "VersionMismatch", "Client" or "Server".
	SOAPCode string
	// Status is the HTTP status to send or that was received; zero is 500.
	Status int
}

// NewFault returns the fault of a code with its usual text.
func NewFault(code ResponseCode) *Fault { return &Fault{Code: code, Text: code.Text()} }

func (f *Fault) Error() string {
	if f.Code == "" {
		return "SOAP fault " + f.SOAPCode + ": " + f.Text
	}
	return string(f.Code) + ": " + f.Text
}

// HTTPStatus returns the status a server sends with the fault.
func (f *Fault) HTTPStatus() int {
	if f.Status == 0 {
		return 500
	}
	return f.Status
}

// BackOff is how long the server asks to wait, zero when it does not.
func (f *Fault) BackOff() time.Duration { return backOff(f.Details) }
