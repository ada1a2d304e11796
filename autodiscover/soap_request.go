package autodiscover

import (
	"errors"
	"fmt"
	"strings"
)

// Request is one SOAP request.
type Request struct {
	SOAP SOAPVersion
	// RequestedServerVersion is the version whose settings the client knows,
	// for example "Exchange2013". Empty when the client did not say.
	RequestedServerVersion string
	To                     string // the URL the client believes it talks to
	MessageID              string // WS-Addressing message id, echoed in the reply
	Call                   Call
}

// Call is what a request asks for: GetUserSettings, GetDomainSettings,
// GetFederationInformation or GetOrganizationRelationshipSettings.
type Call interface {
	// Operation names the operation that the call belongs to.
	Operation() Operation
}

// GetUserSettings asks for settings of one or more users.
type GetUserSettings struct {
	Users            []string // SMTP addresses
	Settings         []SettingName
	RequestedVersion string // optional
}

// GetDomainSettings asks for settings of one or more domains.
type GetDomainSettings struct {
	Domains          []string
	Settings         []SettingName
	RequestedVersion string // optional
}

// GetFederationInformation asks how to federate with the organisation that
// owns a domain.
type GetFederationInformation struct{ Domain string }

// GetOrganizationRelationshipSettings asks which relationships an
// organisation has with others.
type GetOrganizationRelationshipSettings struct{ Domains []string }

// Operation implements Call.
func (GetUserSettings) Operation() Operation { return OpGetUserSettings }

// Operation implements Call.
func (GetDomainSettings) Operation() Operation { return OpGetDomainSettings }

// Operation implements Call.
func (GetFederationInformation) Operation() Operation { return OpGetFederationInformation }

// Operation implements Call.
func (GetOrganizationRelationshipSettings) Operation() Operation {
	return OpGetOrganizationRelationshipSettings
}

// DecodeRequest reads a SOAP 1.1 or 1.2 request. The error is a *DecodeError.
func DecodeRequest(data []byte) (*Request, error) {
	root, err := parseXML(data, requestLimits())
	if err != nil {
		return nil, err
	}
	version, err := envelopeVersion(root)
	if err != nil {
		return nil, err
	}
	req, err := decodeEnvelope(root, version)
	if err != nil {
		return nil, inVersion(err, version)
	}
	return req, nil
}

func decodeEnvelope(root *element, version SOAPVersion) (*Request, error) {
	header := root.child(version.namespace(), "Header")
	if err := understand(header, version); err != nil {
		return nil, err
	}
	body := root.child(version.namespace(), "Body")
	if body == nil || len(body.children) == 0 {
		return nil, &DecodeError{Reason: Incomplete, Detail: "the SOAP body is missing or empty"}
	}
	call, err := decodeCall(body.children[0])
	if err != nil {
		return nil, err
	}
	return &Request{
		SOAP:                   version,
		RequestedServerVersion: header.valueOf(nsSOAP, "RequestedServerVersion"),
		To:                     header.valueOf(nsAddressing, "To"),
		MessageID:              header.valueOf(nsAddressing, "MessageID"),
		Call:                   call,
	}, nil
}

// envelopeVersion tells the SOAP version from the root element, or says what
// the document is instead.
func envelopeVersion(root *element) (SOAPVersion, error) {
	switch {
	case root.is(nsSOAP11, "Envelope"):
		return SOAP11, nil
	case root.is(nsSOAP12, "Envelope"):
		return SOAP12, nil
	case root.name.Local == "Autodiscover":
		return 0, &DecodeError{Reason: IsPOX, Detail: "this is a POX document; a SOAP message belongs here"}
	case root.name.Local == "Envelope":
		return 0, &DecodeError{Reason: WrongNamespace, Detail: fmt.Sprintf("the envelope's namespace is %q, which is neither SOAP 1.1 nor SOAP 1.2", clip(root.name.Space))}
	}
	return 0, &DecodeError{Reason: NotAutodiscover, Detail: fmt.Sprintf("the root element is %q, not a SOAP envelope", clip(root.name.Local))}
}

// understand enforces mustUnderstand: a header of a vocabulary that this
// package does not know must not be ignored when its sender forbids it.
func understand(header *element, version SOAPVersion) error {
	if header == nil {
		return nil
	}
	for _, h := range header.children {
		must := h.attr(version.namespace(), "mustUnderstand")
		if must != "1" && must != "true" {
			continue
		}
		switch h.name.Space {
		case nsAddressing, nsSOAP, nsEWSTypes:
		default:
			return &DecodeError{Reason: NotUnderstood, Detail: fmt.Sprintf("the SOAP header %q must be understood and is not", clip(h.name.Local))}
		}
	}
	return nil
}

func decodeCall(e *element) (Call, error) {
	op, isRequest := strings.CutSuffix(e.name.Local, "RequestMessage")
	switch {
	case e.name.Space == nsEWSMessages:
		return nil, &DecodeError{Reason: IsEWS, Detail: fmt.Sprintf("%s is an EWS operation; EWS is at /EWS/Exchange.asmx", clip(e.name.Local))}
	case e.name.Space != nsSOAP && isRequest:
		return nil, &DecodeError{Reason: WrongNamespace, Detail: fmt.Sprintf("the namespace of %s is %q, but on the wire it is %q", clip(e.name.Local), clip(e.name.Space), nsSOAP)}
	case e.name.Space != nsSOAP || !isRequest:
		return nil, &DecodeError{Reason: UnknownOperation, Detail: fmt.Sprintf("%q is not an Autodiscover operation", clip(e.name.Local))}
	}
	call, err := decodeOperation(Operation(op), e.child(nsSOAP, "Request"))
	if err != nil {
		return nil, inOperation(err, Operation(op))
	}
	return call, nil
}

func decodeOperation(op Operation, request *element) (Call, error) {
	switch op {
	case OpGetUserSettings:
		users := request.child(nsSOAP, "Users").all(nsSOAP, "User")
		if len(users) > MaxUsers {
			return nil, &DecodeError{Reason: TooMany, Detail: fmt.Sprintf("%d users, the limit is %d", len(users), MaxUsers)}
		}
		call := GetUserSettings{RequestedVersion: request.valueOf(nsSOAP, "RequestedVersion")}
		for _, u := range users {
			call.Users = append(call.Users, u.valueOf(nsSOAP, "Mailbox"))
		}
		var err error
		call.Settings, err = requestedSettings(request)
		return call, orIncomplete(err, len(call.Users) == 0, "the request names no user")
	case OpGetDomainSettings:
		domains, err := request.child(nsSOAP, "Domains").values(nsSOAP, "Domain", MaxUsers)
		if err != nil {
			return nil, err
		}
		settings, err := requestedSettings(request)
		call := GetDomainSettings{Domains: domains, Settings: settings, RequestedVersion: request.valueOf(nsSOAP, "RequestedVersion")}
		return call, orIncomplete(err, len(domains) == 0, "the request names no domain")
	case OpGetFederationInformation:
		return GetFederationInformation{Domain: request.valueOf(nsSOAP, "Domain")}, nil
	case OpGetOrganizationRelationshipSettings:
		domains, err := request.child(nsSOAP, "Domains").values(nsSOAP, "Domain", MaxUsers)
		return GetOrganizationRelationshipSettings{Domains: domains}, err
	}
	return nil, &DecodeError{Reason: UnknownOperation, Detail: fmt.Sprintf("%q is not an Autodiscover operation", clip(string(op)))}
}

// requestedSettings reads RequestedSettings. Names are kept as they are:
// whether one is known is for the server to answer, setting by setting.
func requestedSettings(request *element) ([]SettingName, error) {
	names, err := request.child(nsSOAP, "RequestedSettings").values(nsSOAP, "Setting", MaxSettings)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, &DecodeError{Reason: Incomplete, Detail: "the request names no setting"}
	}
	settings := make([]SettingName, 0, len(names))
	for _, n := range names {
		settings = append(settings, SettingName(n))
	}
	return settings, nil
}

// orIncomplete returns err, or an Incomplete error when something is missing.
func orIncomplete(err error, missing bool, detail string) error {
	if err == nil && missing {
		return &DecodeError{Reason: Incomplete, Detail: detail}
	}
	return err
}

// inVersion notes the SOAP version on a DecodeError.
func inVersion(err error, v SOAPVersion) error {
	var d *DecodeError
	if errors.As(err, &d) {
		d.SOAP = v
	}
	return err
}

// inOperation notes the operation on a DecodeError.
func inOperation(err error, op Operation) error {
	var d *DecodeError
	if errors.As(err, &d) {
		d.Operation = op
	}
	return err
}

// clip shortens a foreign text that is about to be quoted.
func clip(s string) string {
	if len(s) > 120 {
		s = strings.ToValidUTF8(s[:120], "") + "..."
	}
	return s
}

// Marshal writes the request as the products' own client writes it.
func (r *Request) Marshal() []byte {
	var w xmlWriter
	w.b.WriteString(`<?xml version="1.0" encoding="utf-8"?>`)
	w.open("soap:Envelope", "xmlns:a", nsSOAP, "xmlns:wsa", nsAddressing, "xmlns:xsi", nsInstance, "xmlns:soap", r.SOAP.namespace())
	w.open("soap:Header")
	w.optional("a:RequestedServerVersion", r.RequestedServerVersion)
	w.leaf("wsa:Action", r.Call.Operation().Action())
	w.optional("wsa:To", r.To)
	w.optional("wsa:MessageID", r.MessageID)
	w.close()
	w.open("soap:Body")
	w.open("a:" + string(r.Call.Operation()) + "RequestMessage")
	w.open("a:Request")
	switch c := r.Call.(type) {
	case GetUserSettings:
		w.open("a:Users")
		for _, u := range c.Users {
			w.open("a:User")
			w.leaf("a:Mailbox", u)
			w.close()
		}
		w.close()
		writeRequestedSettings(&w, c.Settings, c.RequestedVersion)
	case GetDomainSettings:
		writeDomains(&w, c.Domains)
		writeRequestedSettings(&w, c.Settings, c.RequestedVersion)
	case GetFederationInformation:
		w.leaf("a:Domain", c.Domain)
	case GetOrganizationRelationshipSettings:
		writeDomains(&w, c.Domains)
	}
	w.closeAll()
	return w.b.Bytes()
}

func writeDomains(w *xmlWriter, domains []string) {
	w.open("a:Domains")
	for _, d := range domains {
		w.leaf("a:Domain", d)
	}
	w.close()
}

func writeRequestedSettings(w *xmlWriter, names []SettingName, version string) {
	w.open("a:RequestedSettings")
	for _, n := range names {
		w.leaf("a:Setting", string(n))
	}
	w.close()
	w.optional("a:RequestedVersion", version)
}
