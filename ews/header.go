package ews

import "strings"

// Header holds the SOAP headers of a request that EWS defines. Headers that
// are not listed here are ignored unless marked mustUnderstand.
type Header struct {
	// Version is RequestServerVersion; empty means the header was absent.
	Version Version
	// Impersonation is ExchangeImpersonation, nil when absent.
	Impersonation *Impersonation
	// MailboxCulture is a culture name such as "en-US".
	MailboxCulture string
	// TimeZone is the Id of TimeZoneContext/TimeZoneDefinition, a Windows
	// time zone name.
	TimeZone string
	// DateTimePrecision is "Seconds" or "Milliseconds".
	DateTimePrecision string
	// UserRoles and ApplicationRoles are the two lists of ManagementRole.
	UserRoles, ApplicationRoles []string
}

// Impersonation names the user an ExchangeImpersonation header asks to act as.
// Exactly one field is set.
type Impersonation struct {
	PrincipalName      string // userPrincipalName
	SID                string // S-1-5-…
	PrimarySMTPAddress string
	SMTPAddress        string
}

// decodeHeader reads the Header element of a request.
func decodeHeader(e element) (h Header, fault *Fault) {
	for c := range e.children() {
		if !h.decodeEntry(c) && mustUnderstand(c) {
			return h, &Fault{SOAPCode: "MustUnderstand", Text: "The SOAP header '" + brief(c.name()) + "' is marked mustUnderstand but is not supported."}
		}
	}
	if h.Version == "" {
		return h, nil
	}
	if _, err := ParseVersion(string(h.Version)); err != nil {
		return h, NewFault(ErrorInvalidServerVersion)
	}
	return h, nil
}

// decodeEntry reads one header and reports whether it is known.
func (h *Header) decodeEntry(e element) bool {
	if e.node().space != nsTypes {
		// Addressing headers repeat what HTTP says already.
		return e.node().space == nsAddressing
	}
	switch e.name() {
	case "RequestServerVersion":
		h.Version = Version(strings.TrimSpace(e.need("Version")))
	case "ExchangeImpersonation":
		h.Impersonation = decodeImpersonation(e)
	case "MailboxCulture":
		h.MailboxCulture = e.token()
	case "TimeZoneContext":
		if zone, ok := e.child(nsTypes, "TimeZoneDefinition"); ok {
			h.TimeZone = zone.attr("Id")
		}
	case "DateTimePrecision":
		h.DateTimePrecision = enum(e, e.text(), "Seconds", "Milliseconds")
	case "ManagementRole":
		h.UserRoles = decodeRoles(e, "UserRoles")
		h.ApplicationRoles = decodeRoles(e, "ApplicationRoles")
	default:
		return false
	}
	return true
}

func decodeImpersonation(e element) *Impersonation {
	sid, ok := e.child(nsTypes, "ConnectingSID")
	if !ok {
		e.fail("ExchangeImpersonation has no ConnectingSID")
		return nil
	}
	i, names := &Impersonation{}, 0
	for c := range sid.in(nsTypes) {
		names++
		switch c.name() {
		case "PrincipalName":
			i.PrincipalName = c.token()
		case "SID":
			i.SID = c.token()
		case "PrimarySmtpAddress":
			i.PrimarySMTPAddress = c.token()
		case "SmtpAddress":
			i.SMTPAddress = c.token()
		}
	}
	if names != 1 || *i == (Impersonation{}) {
		e.fail("ConnectingSID needs exactly one of PrincipalName, SID, PrimarySmtpAddress and SmtpAddress")
	}
	return i
}

func decodeRoles(e element, list string) (roles []string) {
	l, ok := e.child(nsTypes, list)
	if !ok {
		return nil
	}
	for c := range l.in(nsTypes) {
		if c.name() == "Role" {
			roles = append(roles, c.token())
		}
	}
	return roles
}

func mustUnderstand(e element) bool {
	v, _ := e.findIn(nsSOAP, "mustUnderstand")
	return v == "1" || v == "true"
}

// encode writes the headers of a request.
func (h Header) encode(w *writer) {
	if h.Version != "" {
		w.empty("t:RequestServerVersion", "Version", string(h.Version))
	}
	w.textIf("t:MailboxCulture", h.MailboxCulture)
	if i := h.Impersonation; i != nil {
		w.open("t:ExchangeImpersonation")
		w.open("t:ConnectingSID")
		w.textIf("t:PrincipalName", i.PrincipalName)
		w.textIf("t:SID", i.SID)
		w.textIf("t:PrimarySmtpAddress", i.PrimarySMTPAddress)
		w.textIf("t:SmtpAddress", i.SMTPAddress)
		w.close("t:ConnectingSID")
		w.close("t:ExchangeImpersonation")
	}
	if h.TimeZone != "" {
		w.open("t:TimeZoneContext")
		w.empty("t:TimeZoneDefinition", "Id", h.TimeZone)
		w.close("t:TimeZoneContext")
	}
	w.textIf("t:DateTimePrecision", h.DateTimePrecision)
	if len(h.UserRoles)+len(h.ApplicationRoles) > 0 {
		w.open("t:ManagementRole")
		encodeRoles(w, "t:UserRoles", h.UserRoles)
		encodeRoles(w, "t:ApplicationRoles", h.ApplicationRoles)
		w.close("t:ManagementRole")
	}
}

func encodeRoles(w *writer, tag string, roles []string) {
	if len(roles) == 0 {
		return
	}
	w.open(tag)
	for _, r := range roles {
		w.text("t:Role", r)
	}
	w.close(tag)
}
