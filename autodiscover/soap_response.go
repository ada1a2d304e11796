package autodiscover

import (
	"fmt"
	"strconv"
	"strings"
)

// ServerVersion is the ServerVersionInfo header of a reply. In Autodiscover
// its parts are child elements; in EWS they are attributes.
type ServerVersion struct {
	Major, Minor, MajorBuild, MinorBuild int
	Name                                 string // for example "Exchange2016"
}

// String writes the build as the products do, for example "15.01.2507.006".
func (v ServerVersion) String() string {
	return fmt.Sprintf("%02d.%02d.%04d.%03d", v.Major, v.Minor, v.MajorBuild, v.MinorBuild)
}

// Response is one SOAP reply. Users is filled for GetUserSettings and Domains
// for GetDomainSettings, in the order of the request.
type Response struct {
	SOAP         SOAPVersion
	Operation    Operation
	Server       ServerVersion
	RelatesTo    string // the request's MessageID
	ErrorCode    ErrorCode
	ErrorMessage string
	Users        []UserResponse
	Domains      []DomainResponse
}

// UserResponse is the answer for one user.
type UserResponse struct {
	ErrorCode      ErrorCode
	ErrorMessage   string
	RedirectTarget string // an address or a URL, by ErrorCode
	Settings       []Setting
	SettingErrors  []SettingError
}

// DomainResponse is the answer for one domain.
type DomainResponse UserResponse

// Setting is one setting that the server gave. Value holds a StringSetting;
// the collections hold the other classes.
type Setting struct {
	Name               SettingName
	Value              string
	WebClientURLs      []WebClientURL
	Connections        []ProtocolConnection
	AlternateMailboxes []AlternateMailbox
}

// WebClientURL is one address of Outlook on the web.
type WebClientURL struct{ AuthenticationMethods, URL string }

// ProtocolConnection is one POP, IMAP or SMTP server.
type ProtocolConnection struct {
	Hostname         string
	Port             int
	EncryptionMethod string // "None", "SSL" or "TLS"
}

// AlternateMailbox is one more mailbox that the user may open.
type AlternateMailbox struct{ Type, DisplayName, LegacyDN, Server, SMTPAddress string }

// SettingError says why the server did not give one setting.
type SettingError struct {
	Name    SettingName
	Code    ErrorCode // InvalidSetting or SettingIsNotAvailable
	Message string
}

// Value returns a string setting.
func (u UserResponse) Value(name SettingName) (string, bool) {
	for _, s := range u.Settings {
		if s.Name == name {
			return s.Value, true
		}
	}
	return "", false
}

// EwsURL chooses between the external and the internal address of EWS as the
// products' client library does: from outside the external one, otherwise (or
// when there is none) the internal one, and the external one again when the
// server did not name an internal one at all.
func (u UserResponse) EwsURL(external bool) (string, bool) {
	outside, hasOutside := u.Value(ExternalEwsURL)
	if external && outside != "" {
		return outside, true
	}
	inside, hasInside := u.Value(InternalEwsURL)
	if hasInside {
		return inside, inside != ""
	}
	return outside, hasOutside && outside != ""
}

// DecodeResponse reads a SOAP reply. The error is a *DecodeError, or a *Fault
// when the reply is a SOAP fault.
func DecodeResponse(data []byte) (*Response, error) {
	root, err := parseXML(data, responseLimits())
	if err != nil {
		return nil, err
	}
	version, err := envelopeVersion(root)
	if err != nil {
		return nil, err
	}
	ns := version.namespace()
	header, body := root.child(ns, "Header"), root.child(ns, "Body")
	if fault := body.child(ns, "Fault"); fault != nil {
		return nil, decodeFault(fault, version)
	}
	if body == nil || len(body.children) == 0 {
		return nil, &DecodeError{Reason: Incomplete, SOAP: version, Detail: "the SOAP body is missing or empty"}
	}
	message := body.children[0]
	op, isResponse := strings.CutSuffix(message.name.Local, "ResponseMessage")
	if message.name.Space != nsSOAP || !isResponse {
		return nil, &DecodeError{Reason: NotAutodiscover, SOAP: version, Detail: fmt.Sprintf("%q is not an Autodiscover reply", clip(message.name.Local))}
	}
	response := message.child(nsSOAP, "Response")
	if response == nil {
		return nil, &DecodeError{Reason: Incomplete, SOAP: version, Operation: Operation(op), Detail: "the reply has no Response element"}
	}
	r := &Response{
		SOAP:         version,
		Operation:    Operation(op),
		Server:       decodeServerVersion(header.child(nsSOAP, "ServerVersionInfo")),
		RelatesTo:    header.valueOf(nsAddressing, "RelatesTo"),
		ErrorCode:    ErrorCode(response.valueOf(nsSOAP, "ErrorCode")),
		ErrorMessage: response.valueOf(nsSOAP, "ErrorMessage"),
	}
	for _, u := range response.child(nsSOAP, "UserResponses").all(nsSOAP, "UserResponse") {
		r.Users = append(r.Users, decodeAnswer(u, "User"))
	}
	for _, d := range response.child(nsSOAP, "DomainResponses").all(nsSOAP, "DomainResponse") {
		r.Domains = append(r.Domains, DomainResponse(decodeAnswer(d, "Domain")))
	}
	return r, nil
}

func decodeServerVersion(e *element) ServerVersion {
	part := func(name string) int {
		n, _ := strconv.Atoi(e.valueOf(nsSOAP, name)) // a missing or odd part reads as 0: the version is only informative
		return n
	}
	return ServerVersion{
		Major:      part("MajorVersion"),
		Minor:      part("MinorVersion"),
		MajorBuild: part("MajorBuildNumber"),
		MinorBuild: part("MinorBuildNumber"),
		Name:       e.valueOf(nsSOAP, "Version"),
	}
}

// decodeAnswer reads a UserResponse or a DomainResponse; what is the word that
// begins their element names.
func decodeAnswer(e *element, what string) UserResponse {
	u := UserResponse{
		ErrorCode:      ErrorCode(e.valueOf(nsSOAP, "ErrorCode")),
		ErrorMessage:   e.valueOf(nsSOAP, "ErrorMessage"),
		RedirectTarget: e.valueOf(nsSOAP, "RedirectTarget"),
	}
	for _, s := range e.child(nsSOAP, what+"Settings").all(nsSOAP, what+"Setting") {
		u.Settings = append(u.Settings, decodeSetting(s))
	}
	for _, s := range e.child(nsSOAP, what+"SettingErrors").all(nsSOAP, what+"SettingError") {
		u.SettingErrors = append(u.SettingErrors, SettingError{
			Name:    SettingName(s.valueOf(nsSOAP, "SettingName")),
			Code:    ErrorCode(s.valueOf(nsSOAP, "ErrorCode")),
			Message: s.valueOf(nsSOAP, "ErrorMessage"),
		})
	}
	return u
}

func decodeSetting(e *element) Setting {
	s := Setting{Name: SettingName(e.valueOf(nsSOAP, "Name")), Value: e.valueOf(nsSOAP, "Value")}
	for _, u := range e.child(nsSOAP, "WebClientUrls").all(nsSOAP, "WebClientUrl") {
		s.WebClientURLs = append(s.WebClientURLs, WebClientURL{
			AuthenticationMethods: u.valueOf(nsSOAP, "AuthenticationMethods"),
			URL:                   u.valueOf(nsSOAP, "Url"),
		})
	}
	for _, c := range e.child(nsSOAP, "ProtocolConnections").all(nsSOAP, "ProtocolConnection") {
		port, _ := strconv.Atoi(c.valueOf(nsSOAP, "Port")) // an odd port reads as 0
		s.Connections = append(s.Connections, ProtocolConnection{
			Hostname:         c.valueOf(nsSOAP, "Hostname"),
			Port:             port,
			EncryptionMethod: c.valueOf(nsSOAP, "EncryptionMethod"),
		})
	}
	for _, m := range e.child(nsSOAP, "AlternateMailboxes").all(nsSOAP, "AlternateMailbox") {
		s.AlternateMailboxes = append(s.AlternateMailboxes, AlternateMailbox{
			Type:        m.valueOf(nsSOAP, "Type"),
			DisplayName: m.valueOf(nsSOAP, "DisplayName"),
			LegacyDN:    m.valueOf(nsSOAP, "LegacyDN"),
			Server:      m.valueOf(nsSOAP, "Server"),
			SMTPAddress: m.valueOf(nsSOAP, "SmtpAddress"),
		})
	}
	return s
}

// Marshal writes the reply as Exchange writes it: an Action and a
// ServerVersionInfo header, and the default namespace in the body.
func (r *Response) Marshal() []byte {
	var w xmlWriter
	w.open("s:Envelope", "xmlns:s", r.SOAP.namespace(), "xmlns:a", nsAddressing)
	w.open("s:Header")
	w.leaf("a:Action", r.Operation.ResponseAction(), "s:mustUnderstand", "1")
	writeServerVersion(&w, r.Server)
	w.optional("a:RelatesTo", r.RelatesTo)
	w.close()
	w.open("s:Body")
	w.open(string(r.Operation)+"ResponseMessage", "xmlns", nsSOAP)
	w.open("Response", "xmlns:i", nsInstance)
	w.leaf("ErrorCode", string(r.ErrorCode))
	w.leaf("ErrorMessage", r.ErrorMessage)
	switch {
	case r.ErrorCode != NoError:
	case r.Operation == OpGetUserSettings:
		w.open("UserResponses")
		for _, u := range r.Users {
			w.open("UserResponse")
			writeUser(&w, u)
			w.close()
		}
	case r.Operation == OpGetDomainSettings:
		w.open("DomainResponses")
		for _, d := range r.Domains {
			w.open("DomainResponse")
			writeDomain(&w, d)
			w.close()
		}
	}
	w.closeAll()
	return w.b.Bytes()
}

func writeServerVersion(w *xmlWriter, v ServerVersion) {
	w.open("h:ServerVersionInfo", "xmlns:h", nsSOAP, "xmlns:i", nsInstance)
	w.leaf("h:MajorVersion", strconv.Itoa(v.Major))
	w.leaf("h:MinorVersion", strconv.Itoa(v.Minor))
	w.leaf("h:MajorBuildNumber", strconv.Itoa(v.MajorBuild))
	w.leaf("h:MinorBuildNumber", strconv.Itoa(v.MinorBuild))
	w.leaf("h:Version", v.Name)
	w.close()
}

// writeUser writes the children of a UserResponse in the schema's order.
func writeUser(w *xmlWriter, u UserResponse) {
	w.leaf("ErrorCode", string(u.ErrorCode))
	w.leaf("ErrorMessage", u.ErrorMessage)
	writeRedirectTarget(w, u.RedirectTarget)
	writeSettingErrors(w, "User", u.SettingErrors)
	w.open("UserSettings")
	for _, s := range u.Settings {
		writeUserSetting(w, s)
	}
	w.close()
}

// writeDomain writes the children of a DomainResponse, whose schema puts the
// redirect target last.
func writeDomain(w *xmlWriter, d DomainResponse) {
	w.leaf("ErrorCode", string(d.ErrorCode))
	w.leaf("ErrorMessage", d.ErrorMessage)
	writeSettingErrors(w, "Domain", d.SettingErrors)
	w.open("DomainSettings")
	for _, s := range d.Settings {
		w.open("DomainSetting", "i:type", "DomainStringSetting")
		w.leaf("Name", string(s.Name))
		w.leaf("Value", s.Value)
		w.close()
	}
	w.close()
	writeRedirectTarget(w, d.RedirectTarget)
}

func writeRedirectTarget(w *xmlWriter, target string) {
	if target == "" {
		w.leaf("RedirectTarget", "", "i:nil", "true")
		return
	}
	w.leaf("RedirectTarget", target)
}

func writeSettingErrors(w *xmlWriter, what string, errs []SettingError) {
	if len(errs) == 0 {
		w.leaf(what+"SettingErrors", "")
		return
	}
	w.open(what + "SettingErrors")
	for _, e := range errs {
		w.open(what + "SettingError")
		w.leaf("ErrorCode", string(e.Code))
		w.leaf("ErrorMessage", e.Message)
		w.leaf("SettingName", string(e.Name))
		w.close()
	}
	w.close()
}

// writeUserSetting writes one setting. Its i:type carries no prefix: clients
// compare it as a string.
func writeUserSetting(w *xmlWriter, s Setting) {
	switch {
	case s.WebClientURLs != nil:
		w.open("UserSetting", "i:type", "WebClientUrlCollectionSetting")
		w.leaf("Name", string(s.Name))
		w.open("WebClientUrls")
		for _, u := range s.WebClientURLs {
			w.open("WebClientUrl")
			w.leaf("AuthenticationMethods", u.AuthenticationMethods)
			w.leaf("Url", u.URL)
			w.close()
		}
		w.close()
	case s.Connections != nil:
		w.open("UserSetting", "i:type", "ProtocolConnectionCollectionSetting")
		w.leaf("Name", string(s.Name))
		w.open("ProtocolConnections")
		for _, c := range s.Connections {
			w.open("ProtocolConnection")
			w.leaf("Hostname", c.Hostname)
			w.leaf("Port", strconv.Itoa(c.Port))
			w.leaf("EncryptionMethod", c.EncryptionMethod)
			w.close()
		}
		w.close()
	case s.AlternateMailboxes != nil:
		w.open("UserSetting", "i:type", "AlternateMailboxCollectionSetting")
		w.leaf("Name", string(s.Name))
		w.open("AlternateMailboxes")
		for _, m := range s.AlternateMailboxes {
			w.open("AlternateMailbox")
			w.leaf("Type", m.Type)
			w.leaf("DisplayName", m.DisplayName)
			w.leaf("LegacyDN", m.LegacyDN)
			w.leaf("Server", m.Server)
			w.leaf("SmtpAddress", m.SMTPAddress)
			w.close()
		}
		w.close()
	default:
		w.open("UserSetting", "i:type", "StringSetting")
		w.leaf("Name", string(s.Name))
		w.leaf("Value", s.Value)
	}
	w.close()
}
