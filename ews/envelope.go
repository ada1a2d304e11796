package ews

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Payload is the content of a request or response: a pointer to one of the
// Request or Response types of this package, and to nothing else.
type Payload interface {
	// Operation is the name of the operation, such as "GetFolder".
	Operation() string
	encode(*writer)
}

// Request is a decoded request. Its strings share the memory of the document
// they came from: clone the ones that outlive it.
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
	// [*FailedResponse] for an operation this package does not model.
	Body Payload
	// RequestID is the request-id header of the server; a [Client] sets it.
	RequestID string
}

// operation is how the two payloads of one operation are read.
type operation struct {
	name     string
	request  func(element) Payload
	response func(element) Payload
}

func operations() []operation {
	return []operation{
		{"GetFolder", decodeGetFolderRequest, decodeGetFolderResponse},
		{"FindFolder", decodeFindFolderRequest, decodeFindFolderResponse},
		{"CreateFolder", decodeCreateFolderRequest, decodeCreateFolderResponse},
		{"FindItem", decodeFindItemRequest, decodeFindItemResponse},
		{"GetItem", decodeGetItemRequest, decodeGetItemResponse},
		{"CreateItem", decodeCreateItemRequest, decodeCreateItemResponse},
		{"UpdateItem", decodeUpdateItemRequest, decodeUpdateItemResponse},
		{"DeleteItem", decodeDeleteItemRequest, decodeDeleteItemResponse},
		{"ConvertId", decodeConvertIDRequest, decodeConvertIDResponse},
	}
}

func lookUp(name string) (operation, bool) {
	for _, op := range operations() {
		if op.name == name {
			return op, true
		}
	}
	return operation{}, false
}

// DecodeRequest reads a request. The error is always a [*Fault], ready for
// [EncodeFault]. The request is never nil: beside a fault it holds what was
// understood, so that the fault can be logged with its operation.
func DecodeRequest(r io.Reader, l Limits) (*Request, error) {
	request := &Request{}
	d, err := readDocument(r, l)
	if err != nil {
		return request, requestFault(err)
	}
	header, body, err := split(d.root())
	if err != nil {
		return request, requestFault(err)
	}
	// The names of some request elements end in Request, those of their
	// responses do not.
	request.Operation = strings.TrimSuffix(body.name(), "Request")
	if header != nil {
		var fault *Fault
		if request.Header, fault = decodeHeader(*header); fault != nil {
			return request, fault
		}
	}
	if body.node().space != nsMessages {
		body.fail("The operation '%s' is not in the namespace %s", brief(body.name()), messagesURI)
	} else if op, ok := lookUp(request.Operation); ok {
		request.Body = op.request(body)
	} else {
		request.Body = &UnknownRequest{Name: request.Operation}
	}
	if d.err != nil {
		request.Body = nil
		return request, requestFault(d.err)
	}
	return request, nil
}

// split finds the Header, nil when absent, and the operation in the Body of an
// envelope.
func split(root element) (header *element, body element, err error) {
	switch {
	case root.is(nsSOAP12, "Envelope"):
		return nil, root, &Fault{SOAPCode: "VersionMismatch", Text: "The envelope is SOAP 1.2: write SOAP 1.1, namespace " + soapURI + "."}
	case !root.is(nsSOAP, "Envelope"):
		root.fail("The root element '%s' is not a SOAP 1.1 Envelope", brief(root.name()))
		return nil, root, root.d.err
	}
	if h, ok := root.child(nsSOAP, "Header"); ok {
		header = &h
	}
	b, ok := root.child(nsSOAP, "Body")
	if !ok {
		root.fail("The SOAP envelope has no Body")
		return nil, root, root.d.err
	}
	for c := range b.children() {
		return header, c, nil
	}
	b.fail("The SOAP Body is empty")
	return nil, b, root.d.err
}

// requestFault turns what went wrong while a request was read into the fault
// that answers it.
func requestFault(err error) *Fault {
	if fault, ok := errors.AsType[*Fault](err); ok {
		return fault
	}
	syntax, ok := errors.AsType[*SyntaxError](err)
	switch {
	case !ok:
		// The connection broke: nobody will read this.
		return &Fault{SOAPCode: "Client", Text: "The request could not be read.", Status: 400}
	case syntax.TooBig:
		return &Fault{Code: ErrorMessageSizeExceeded, Text: syntax.Problem + ".", Status: 413}
	}
	return &Fault{
		Code:    ErrorSchemaValidation,
		Text:    "The request failed schema validation: " + syntax.Problem + ".",
		Message: ErrorSchemaValidation.Text(),
		Line:    syntax.Line, Position: syntax.Position, Violation: syntax.Problem + ".",
	}
}

// DecodeResponse reads a response. A fault is returned as a [*Fault], a
// document that is none of both as a [*SyntaxError].
func DecodeResponse(r io.Reader, l Limits) (*Response, error) {
	d, err := readDocument(r, l)
	if err != nil {
		return nil, err
	}
	header, body, err := split(d.root())
	if err != nil {
		return nil, err
	}
	if body.is(nsSOAP, "Fault") {
		fault := decodeFault(body)
		if d.err != nil {
			return nil, d.err
		}
		return nil, fault
	}
	response := &Response{Operation: strings.TrimSuffix(body.name(), "Response")}
	if header != nil {
		response.Server = decodeServerVersion(*header)
	}
	if body.node().space != nsMessages || response.Operation == body.name() {
		body.fail("The element '%s' is not the response of an operation", brief(body.name()))
	} else if op, ok := lookUp(response.Operation); ok {
		response.Body = op.response(body)
	} else {
		response.Body = decodeUnknownResponse(body, response.Operation)
	}
	if d.err != nil {
		return nil, d.err
	}
	return response, nil
}

func decodeServerVersion(header element) (v ServerVersion) {
	e, ok := header.child(nsTypes, "ServerVersionInfo")
	if !ok {
		return v
	}
	return ServerVersion{
		Major:      e.attrNumber("MajorVersion"),
		Minor:      e.attrNumber("MinorVersion"),
		MajorBuild: e.attrNumber("MajorBuildNumber"),
		MinorBuild: e.attrNumber("MinorBuildNumber"),
		Version:    e.attr("Version"),
	}
}

// ContentType is the Content-Type of every request, response and fault. Some
// clients compare the whole value and ignore a body with any other.
const ContentType = "text/xml; charset=utf-8"

const (
	envelopeStart = `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="` + soapURI + `">`
	envelopeEnd   = `</s:Envelope>`
)

// EncodeResponse writes a response for a peer that asked for version v. Nothing
// newer than v is written. The header holds ServerVersionInfo and nothing else,
// because some clients refuse any other.
func EncodeResponse(w io.Writer, server ServerVersion, v Version, body Payload) error {
	return writeEnvelope(w, v, func(w *writer) {
		w.open("s:Header")
		w.empty("h:ServerVersionInfo", "MajorVersion", strconv.Itoa(server.Major), "MinorVersion", strconv.Itoa(server.Minor),
			"MajorBuildNumber", strconv.Itoa(server.MajorBuild), "MinorBuildNumber", strconv.Itoa(server.MinorBuild),
			"Version", server.Version, "xmlns:h", typesURI)
		w.close("s:Header")
		w.open("s:Body")
		body.encode(w)
		w.close("s:Body")
	})
}

// EncodeRequest writes a request with its header. Nothing newer than h.Version
// is written.
func EncodeRequest(w io.Writer, h Header, body Payload) error {
	return writeEnvelope(w, h.Version, func(w *writer) {
		w.open("s:Header", "xmlns:t", typesURI)
		h.encode(w)
		w.close("s:Header")
		w.open("s:Body")
		body.encode(w)
		w.close("s:Body")
	})
}

// EncodeFault writes a fault. The HTTP status that belongs to it is
// [Fault.HTTPStatus].
func EncodeFault(w io.Writer, f *Fault) error {
	return writeEnvelope(w, Exchange2007, func(w *writer) {
		w.open("s:Body")
		f.encode(w)
		w.close("s:Body")
	})
}

func writeEnvelope(to io.Writer, v Version, content func(*writer)) error {
	w := &writer{w: to, version: v, buf: make([]byte, 0, 4096)}
	w.buf = append(w.buf, envelopeStart...)
	content(w)
	w.buf = append(w.buf, envelopeEnd...)
	w.flush()
	if w.err != nil {
		return fmt.Errorf("write the SOAP envelope: %w", w.err)
	}
	return nil
}
