package autodiscover

// Reason says why a message could not be decoded.
type Reason string

// The reasons of a DecodeError.
const (
	TooLarge         Reason = "too-large"         // more bytes than the limit
	TooDeep          Reason = "too-deep"          // elements nest deeper than the limit
	TooMany          Reason = "too-many"          // more elements, users or settings than the limit
	NotXML           Reason = "not-xml"           // not well-formed, empty, or in another character set than UTF-8
	HasDTD           Reason = "dtd"               // a document type declaration
	IsHTML           Reason = "html"              // a web page
	IsPOX            Reason = "pox"               // a POX document where a SOAP message belongs
	IsSOAP           Reason = "soap"              // a SOAP message where a POX document belongs
	IsEWS            Reason = "ews"               // an EWS message where an Autodiscover message belongs
	NotAutodiscover  Reason = "not-autodiscover"  // well-formed XML of some other kind
	WrongNamespace   Reason = "wrong-namespace"   // the right element in a namespace that is not on the wire
	UnknownOperation Reason = "unknown-operation" // an element of the right namespace that is no operation
	NotUnderstood    Reason = "not-understood"    // a SOAP header that must be understood and is not
	Incomplete       Reason = "incomplete"        // a required element is missing
	UnknownSchema    Reason = "unknown-schema"    // a POX response schema that is not offered
)

// DecodeError says why a message could not be decoded, in words that may be
// shown to the peer that sent it.
type DecodeError struct {
	Reason Reason
	Detail string
	// SOAP and Operation are set as far as they were understood, so that a
	// server can reply in kind.
	SOAP      SOAPVersion
	Operation Operation
	Err       error // what lay below, may be nil
}

func (e *DecodeError) Error() string {
	if e.Err != nil {
		return "autodiscover: " + e.Detail + ": " + e.Err.Error()
	}
	return "autodiscover: " + e.Detail
}

func (e *DecodeError) Unwrap() error { return e.Err }
