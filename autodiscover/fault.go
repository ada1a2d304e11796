package autodiscover

import "strings"

// Fault is a SOAP fault in either version.
type Fault struct {
	SOAP SOAPVersion
	// Code is the fault code's local name: "Client" or "Server" (SOAP 1.1),
	// "Sender" or "Receiver" (SOAP 1.2), "MustUnderstand", "VersionMismatch",
	// or a code of the server's own, such as "ErrorServerBusy".
	Code   string
	Reason string
	// ResponseCode is the EWS response code in the detail, when there is one.
	ResponseCode string
}

func (f *Fault) Error() string {
	s := "autodiscover: SOAP fault " + f.Code
	if f.ResponseCode != "" && f.ResponseCode != f.Code {
		s += " (" + f.ResponseCode + ")"
	}
	return s + ": " + f.Reason
}

// ByClient reports whether the fault blames the request rather than the server.
func (f *Fault) ByClient() bool { return f.Code != "Server" && f.Code != "Receiver" }

// Marshal writes the fault in its SOAP version. The codes Client and Server
// become Sender and Receiver in SOAP 1.2.
func (f *Fault) Marshal() []byte {
	var w xmlWriter
	w.open("s:Envelope", "xmlns:s", f.SOAP.namespace())
	w.open("s:Body")
	w.open("s:Fault")
	if f.SOAP == SOAP12 {
		code := f.Code
		switch code {
		case "Client":
			code = "Sender"
		case "Server":
			code = "Receiver"
		}
		w.open("s:Code")
		w.leaf("s:Value", "s:"+code)
		w.close()
		w.open("s:Reason")
		w.leaf("s:Text", f.Reason, "xml:lang", "en-US")
	} else {
		w.leaf("faultcode", "s:"+f.Code)
		w.leaf("faultstring", f.Reason, "xml:lang", "en-US")
	}
	w.closeAll()
	return w.b.Bytes()
}

func decodeFault(e *element, version SOAPVersion) *Fault {
	f := &Fault{SOAP: version}
	var detail *element
	if version == SOAP12 {
		code := e.child(nsSOAP12, "Code")
		f.Code = localName(code.valueOf(nsSOAP12, "Value"))
		if sub := code.child(nsSOAP12, "Subcode").valueOf(nsSOAP12, "Value"); sub != "" {
			f.Code = localName(sub)
		}
		f.Reason = e.child(nsSOAP12, "Reason").valueOf(nsSOAP12, "Text")
		detail = e.child(nsSOAP12, "Detail")
	} else {
		f.Code = localName(e.valueOf("", "faultcode"))
		f.Reason = e.valueOf("", "faultstring")
		detail = e.child("", "detail")
	}
	f.ResponseCode = detail.valueOf(nsEWSErrors, "ResponseCode")
	return f
}

func localName(qname string) string {
	if _, local, ok := strings.Cut(qname, ":"); ok {
		return local
	}
	return qname
}
