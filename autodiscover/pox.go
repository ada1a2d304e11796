package autodiscover

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The request and response schemas of POX. An application of Outlook's kind
// uses the outlook ones, a telephone the mobilesync ones.
const (
	SchemaOutlookRequest     = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
	SchemaOutlookResponse    = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
	SchemaMobileSyncRequest  = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/requestschema/2006"
	SchemaMobileSyncResponse = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006"
)

// POXRequest is a POX request ([MS-OXDSCLI] 2.2.3).
type POXRequest struct {
	Schema string // the request schema that was used
	// EMailAddress or LegacyDN names the user; the legacy DN counts when both
	// are given ([MS-OXDSCLI] 3.2.5).
	EMailAddress, LegacyDN   string
	AcceptableResponseSchema string
}

// DecodePOXRequest reads a POX request. The error is a *DecodeError.
func DecodePOXRequest(data []byte) (*POXRequest, error) {
	root, err := parseXML(data, requestLimits())
	if err != nil {
		return nil, err
	}
	ns := root.name.Space
	switch {
	case root.is(nsSOAP11, "Envelope") || root.is(nsSOAP12, "Envelope"):
		return nil, &DecodeError{Reason: IsSOAP, Detail: "this is a SOAP message; a POX document belongs here"}
	case root.name.Local != "Autodiscover":
		return nil, &DecodeError{Reason: NotAutodiscover, Detail: fmt.Sprintf("the root element is %q, not Autodiscover", clip(root.name.Local))}
	case ns != SchemaOutlookRequest && ns != SchemaMobileSyncRequest:
		return nil, &DecodeError{Reason: WrongNamespace, Detail: fmt.Sprintf("%q is not a request schema of Autodiscover", clip(ns))}
	}
	request := root.child(ns, "Request")
	r := &POXRequest{
		Schema:                   ns,
		EMailAddress:             request.valueOf(ns, "EMailAddress"),
		LegacyDN:                 request.valueOf(ns, "LegacyDN"),
		AcceptableResponseSchema: request.valueOf(ns, "AcceptableResponseSchema"),
	}
	switch {
	case r.AcceptableResponseSchema == "":
		return nil, &DecodeError{Reason: Incomplete, Detail: "the request names no acceptable response schema"}
	case r.EMailAddress == "" && r.LegacyDN == "":
		return nil, &DecodeError{Reason: Incomplete, Detail: "the request names no e-mail address and no legacy DN"}
	}
	return r, nil
}

// Marshal writes the request.
func (r *POXRequest) Marshal() []byte {
	var w xmlWriter
	w.b.WriteString(`<?xml version="1.0" encoding="utf-8"?>`)
	w.open("Autodiscover", "xmlns", r.Schema)
	w.open("Request")
	w.optional("EMailAddress", r.EMailAddress)
	w.optional("LegacyDN", r.LegacyDN)
	w.leaf("AcceptableResponseSchema", r.AcceptableResponseSchema)
	w.closeAll()
	return w.b.Bytes()
}

// The error codes of POX ([MS-OXDSCLI] 2.2.4.1.1.3.2).
const (
	POXNotFound            = 500 // the address is unknown
	POXBadAddress          = 501
	POXInvalidRequest      = 600
	POXProviderUnavailable = 601 // the response schema is not offered
	POXServerError         = 603
)

// POXError is the Error element of a POX response.
type POXError struct {
	Time    time.Time // only the time of day is on the wire
	ID      uint32    // tells servers apart
	Code    int
	Message string
	Debug   string
}

func (e *POXError) Error() string {
	s := fmt.Sprintf("autodiscover: POX error %d: %s", e.Code, e.Message)
	if e.Debug != "" {
		s += " (" + e.Debug + ")"
	}
	return s
}

// Marshal writes the error as a whole document. It stays in the namespace of
// responses in general, whatever schema was asked for.
func (e *POXError) Marshal() []byte {
	var w xmlWriter
	w.b.WriteString(`<?xml version="1.0" encoding="utf-8"?>`)
	w.open("Autodiscover", "xmlns", nsPOXResponse)
	w.open("Response")
	w.open("Error", "Time", e.Time.Format("15:04:05.0000000"), "Id", strconv.FormatUint(uint64(e.ID), 10))
	w.leaf("ErrorCode", strconv.Itoa(e.Code))
	w.leaf("Message", e.Message)
	w.leaf("DebugData", e.Debug)
	w.closeAll()
	return w.b.Bytes()
}

// POXResponse is a POX response that is not an error: settings, or a redirect
// to another address or URL.
type POXResponse struct {
	DisplayName, LegacyDN, SMTPAddress, DeploymentID string
	// RedirectAddress and RedirectURL, when set, replace the settings.
	RedirectAddress, RedirectURL string
	MicrosoftOnline              bool
	Protocols                    []POXProtocol
}

// POXProtocol is one Protocol element. Empty members are not written.
type POXProtocol struct {
	Type                            string // "EXCH", "EXPR" or "EXHTTP"
	Server, ServerDN, ServerVersion string
	SSL, AuthPackage                string
	ASURL, EwsURL, EmwsURL          string
}

// EwsURL returns the address of EWS: that of EXPR (outside) or EXCH (inside),
// and the other one when that is missing.
func (r *POXResponse) EwsURL(external bool) (string, bool) {
	order := []string{"EXCH", "EXPR", "EXHTTP"}
	if external {
		order = []string{"EXPR", "EXHTTP", "EXCH"}
	}
	for _, kind := range order {
		for _, p := range r.Protocols {
			if p.Type != kind {
				continue
			}
			if p.EwsURL != "" {
				return p.EwsURL, true
			}
			if p.ASURL != "" {
				return p.ASURL, true
			}
		}
	}
	return "", false
}

// POXServerVersion packs a version as POX carries it: eight hexadecimal digits
// ([MS-OXDSCLI] 2.2.4.1.1.2.5, ServerVersion).
func POXServerVersion(v ServerVersion) string {
	const legacyLayout, flag = 7, 1
	packed := uint32(legacyLayout)<<28 | uint32(v.Major&0x3f)<<22 | uint32(v.Minor&0x3f)<<16 | flag<<15 | uint32(v.MajorBuild&0x7fff)
	return strings.ToUpper(strconv.FormatUint(uint64(packed), 16))
}

// Marshal writes the response in the outlook schema.
func (r *POXResponse) Marshal() []byte {
	var w xmlWriter
	w.b.WriteString(`<?xml version="1.0" encoding="utf-8"?>`)
	w.open("Autodiscover", "xmlns", nsPOXResponse)
	w.open("Response", "xmlns", SchemaOutlookResponse)
	w.open("User")
	w.optional("DisplayName", r.DisplayName)
	w.optional("LegacyDN", r.LegacyDN)
	w.optional("AutoDiscoverSMTPAddress", r.SMTPAddress)
	w.optional("DeploymentId", r.DeploymentID)
	w.close()
	w.open("Account")
	switch {
	case r.RedirectAddress != "":
		w.leaf("Action", "redirectAddr")
		w.leaf("RedirectAddr", r.RedirectAddress)
	case r.RedirectURL != "":
		w.leaf("Action", "redirectUrl")
		w.leaf("RedirectUrl", r.RedirectURL)
	default:
		w.leaf("AccountType", "email")
		w.leaf("Action", "settings")
		w.leaf("MicrosoftOnline", map[bool]string{false: "False", true: "True"}[r.MicrosoftOnline])
		for _, p := range r.Protocols {
			p.write(&w)
		}
	}
	w.closeAll()
	return w.b.Bytes()
}

func (p POXProtocol) write(w *xmlWriter) {
	w.open("Protocol")
	w.leaf("Type", p.Type)
	w.optional("Server", p.Server)
	w.optional("ServerDN", p.ServerDN)
	w.optional("ServerVersion", p.ServerVersion)
	w.optional("SSL", p.SSL)
	w.optional("AuthPackage", p.AuthPackage)
	w.optional("ASUrl", p.ASURL)
	w.optional("EwsUrl", p.EwsURL)
	w.optional("EmwsUrl", p.EmwsURL)
	w.close()
}

// DecodePOXResponse reads a POX response. The error is a *DecodeError, or a
// *POXError when the response carries one.
func DecodePOXResponse(data []byte) (*POXResponse, error) {
	root, err := parseXML(data, responseLimits())
	if err != nil {
		return nil, err
	}
	if root.name.Local != "Autodiscover" {
		return nil, &DecodeError{Reason: NotAutodiscover, Detail: fmt.Sprintf("the root element is %q, not Autodiscover", clip(root.name.Local))}
	}
	if e := root.child(nsPOXResponse, "Response").child(nsPOXResponse, "Error"); e != nil {
		return nil, decodePOXError(e)
	}
	response := root.child(SchemaOutlookResponse, "Response")
	if response == nil {
		return nil, &DecodeError{Reason: WrongNamespace, Detail: "the response is not in Outlook's response schema"}
	}
	return decodePOXSettings(response), nil
}

func decodePOXError(e *element) *POXError {
	code, _ := strconv.Atoi(e.valueOf(nsPOXResponse, "ErrorCode"))      // an odd code reads as 0
	id, _ := strconv.ParseUint(e.attr("", "Id"), 10, 32)                // informative only
	at, _ := time.Parse("15:04:05.999999999", clip(e.attr("", "Time"))) // informative only
	return &POXError{
		Time:    at,
		ID:      uint32(id),
		Code:    code,
		Message: e.valueOf(nsPOXResponse, "Message"),
		Debug:   e.valueOf(nsPOXResponse, "DebugData"),
	}
}

func decodePOXSettings(response *element) *POXResponse {
	const ns = SchemaOutlookResponse
	user, account := response.child(ns, "User"), response.child(ns, "Account")
	r := &POXResponse{
		DisplayName:     user.valueOf(ns, "DisplayName"),
		LegacyDN:        user.valueOf(ns, "LegacyDN"),
		SMTPAddress:     user.valueOf(ns, "AutoDiscoverSMTPAddress"),
		DeploymentID:    user.valueOf(ns, "DeploymentId"),
		MicrosoftOnline: strings.EqualFold(account.valueOf(ns, "MicrosoftOnline"), "true"),
	}
	switch strings.ToLower(account.valueOf(ns, "Action")) {
	case "redirectaddr":
		r.RedirectAddress = account.valueOf(ns, "RedirectAddr")
	case "redirecturl":
		r.RedirectURL = account.valueOf(ns, "RedirectUrl")
	}
	for _, p := range account.all(ns, "Protocol") {
		r.Protocols = append(r.Protocols, POXProtocol{
			Type:          p.valueOf(ns, "Type"),
			Server:        p.valueOf(ns, "Server"),
			ServerDN:      p.valueOf(ns, "ServerDN"),
			ServerVersion: p.valueOf(ns, "ServerVersion"),
			SSL:           p.valueOf(ns, "SSL"),
			AuthPackage:   p.valueOf(ns, "AuthPackage"),
			ASURL:         p.valueOf(ns, "ASUrl"),
			EwsURL:        p.valueOf(ns, "EwsUrl"),
			EmwsURL:       p.valueOf(ns, "EmwsUrl"),
		})
	}
	return r
}
