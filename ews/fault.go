package ews

import (
	"strconv"
	"strings"
	"time"
)

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
	// SOAPCode is set when the faultcode is SOAP's own instead of one made
	// from Code: "MustUnderstand", "VersionMismatch", "Client" or "Server".
	SOAPCode string
	// Status is the HTTP status to send or that was received; zero is 500.
	Status int
	// RequestID is the request-id header of the server; a [Client] sets it.
	RequestID string
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

// encode writes the fault the way Exchange does: the code is a QName in the
// types namespace, the detail is in the errors namespace except for MessageXml.
func (f *Fault) encode(w *writer) {
	w.open("s:Fault")
	switch {
	case f.SOAPCode != "":
		w.text("faultcode", "s:"+f.SOAPCode)
	case f.Code == "":
		w.text("faultcode", "s:Server")
	default:
		w.text("faultcode", "a:"+string(f.Code), "xmlns:a", typesURI)
	}
	w.text("faultstring", f.Text, "xml:lang", "en-US")
	if f.Code != "" {
		message := f.Message
		if message == "" {
			message = f.Text
		}
		w.open("detail")
		w.text("e:ResponseCode", string(f.Code), "xmlns:e", errorsURI)
		w.text("e:Message", message, "xmlns:e", errorsURI)
		f.encodeMessageXML(w)
		w.close("detail")
	}
	w.close("s:Fault")
}

func (f *Fault) encodeMessageXML(w *writer) {
	if f.Line == 0 && len(f.Details) == 0 {
		return
	}
	w.open("t:MessageXml", "xmlns:t", typesURI)
	if f.Line != 0 {
		w.number("t:LineNumber", f.Line)
		w.number("t:LinePosition", f.Position)
		w.text("t:Violation", f.Violation)
	}
	for _, d := range f.Details {
		w.text("t:Value", d.Value, "Name", d.Name)
	}
	w.close("t:MessageXml")
}

// decodeFault reads a Fault element. Its children have no namespace in SOAP
// 1.1, which not every server observes.
func decodeFault(e element) *Fault {
	f := &Fault{}
	for c := range e.children() {
		switch c.name() {
		case "faultcode":
			f.SOAPCode = c.token()
		case "faultstring":
			f.Text = c.text()
		case "detail":
			f.decodeDetail(c)
		}
	}
	_, local, found := strings.Cut(f.SOAPCode, ":")
	if !found {
		local = f.SOAPCode
	}
	f.SOAPCode = local
	if strings.HasPrefix(local, "Error") {
		f.SOAPCode = ""
		if f.Code == "" {
			f.Code = ResponseCode(local)
		}
	}
	if f.Message == f.Text {
		f.Message = ""
	}
	return f
}

func (f *Fault) decodeDetail(e element) {
	for c := range e.children() {
		switch c.name() {
		case "ResponseCode":
			f.Code = ResponseCode(c.token())
		case "Message":
			f.Message = c.text()
		case "MessageXml":
			f.Details = decodeDetails(c)
			f.decodeViolation(c)
		}
	}
}

func (f *Fault) decodeViolation(e element) {
	for c := range e.in(nsTypes) {
		switch c.name() {
		case "LineNumber":
			f.Line, _ = strconv.Atoi(c.token())
		case "LinePosition":
			f.Position, _ = strconv.Atoi(c.token())
		case "Violation":
			f.Violation = c.text()
		}
	}
}
