package ews

import (
	"errors"
	"io"
)

// Payload is the content of a request or response: a pointer to one of the
// Request or Response types of this package.
type Payload interface {
	// Operation is the name of the operation, such as "GetFolder".
	Operation() string
}

// Request is a decoded request.
type Request struct {
	Operation string
	Header    Header
	// Body is a *GetFolderRequest, *CreateItemRequest … or an
	// [*UnknownRequest].
	Body Payload
}

// Response is a decoded response.
type Response struct {
	Operation string
	Server    ServerVersion
	// Body is a *GetFolderResponse, *CreateItemResponse … or a
	// [*FailedResponse].
	Body Payload
}

// DecodeRequest reads a request. The error is always a [*Fault], ready for
// [EncodeFault]; when the operation or the header were read before it occurred
// the request is returned beside the fault.
func DecodeRequest(r io.Reader, l Limits) (*Request, error) { return nil, errors.ErrUnsupported }

// EncodeResponse writes a response for a peer that asked for version v. Nothing
// newer than v is written.
func EncodeResponse(w io.Writer, server ServerVersion, v Version, body Payload) error {
	return errors.ErrUnsupported
}

// EncodeFault writes a fault.
func EncodeFault(w io.Writer, f *Fault) error { return errors.ErrUnsupported }

// EncodeRequest writes a request.
func EncodeRequest(w io.Writer, h Header, body Payload) error { return errors.ErrUnsupported }

// DecodeResponse reads a response. A fault is returned as a [*Fault] error.
func DecodeResponse(r io.Reader, l Limits) (*Response, error) { return nil, errors.ErrUnsupported }
