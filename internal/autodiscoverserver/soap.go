package autodiscoverserver

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/autodiscover"
)

// serveSOAP answers autodiscover.svc.
func (s *server) serveSOAP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodPost:
	case http.MethodGet, http.MethodHead:
		send(w, http.StatusOK, "text/html; charset=utf-8", []byte(helpPage))
		return
	default:
		methodNotAllowed(w, "GET, HEAD, POST")
		return
	}
	if why := unreadable(r); why != "" {
		http.Error(w, why, http.StatusUnsupportedMediaType)
		return
	}
	data, tooLarge, err := body(w, r)
	switch {
	case tooLarge:
		fault(w, http.StatusRequestEntityTooLarge, "Client", fmt.Sprintf("The request is larger than %d bytes.", autodiscover.MaxRequest), autodiscover.SOAP11)
		return
	case err != nil:
		http.Error(w, "The request broke off.", http.StatusBadRequest)
		return
	}
	request, err := autodiscover.DecodeRequest(data)
	if err != nil {
		s.refuse(w, err)
		return
	}
	response := s.answer(r, request.Call)
	response.SOAP = request.SOAP
	response.RelatesTo = request.MessageID
	s.reply(w, response)
}

// unreadable says why a body cannot be SOAP, or "".
func unreadable(r *http.Request) string {
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return "Compressed requests are not accepted."
	}
	sent := r.Header.Get("Content-Type")
	media, params, err := mime.ParseMediaType(sent)
	if err != nil || (media != "text/xml" && media != "application/soap+xml" && media != "application/xml") {
		return fmt.Sprintf("The content type of the request is %q, but 'text/xml; charset=utf-8' is expected.", sent)
	}
	if c := params["charset"]; c != "" && !strings.EqualFold(c, "utf-8") && !strings.EqualFold(c, "us-ascii") {
		return fmt.Sprintf("The character set of the request is %q, but utf-8 is expected.", c)
	}
	return ""
}

func (s *server) reply(w http.ResponseWriter, response *autodiscover.Response) {
	response.Server = s.Version
	send(w, http.StatusOK, response.SOAP.ContentType(), response.Marshal())
}

// refuse answers a message that could not be decoded: in a Response where its
// operation is known, otherwise as a SOAP fault.
func (s *server) refuse(w http.ResponseWriter, err error) {
	var d *autodiscover.DecodeError
	if !errors.As(err, &d) {
		d = &autodiscover.DecodeError{Reason: autodiscover.NotXML, Detail: err.Error()}
	}
	code, reason, status := "Client", "The request was refused: "+d.Detail+".", http.StatusInternalServerError
	switch d.Reason {
	case autodiscover.TooMany, autodiscover.Incomplete:
		if d.Operation != "" {
			s.reply(w, &autodiscover.Response{SOAP: d.SOAP, Operation: d.Operation, ErrorCode: autodiscover.InvalidRequest, ErrorMessage: "The request is invalid: " + d.Detail + "."})
			return
		}
	case autodiscover.IsPOX:
		// fault F48 seen from the other side: the document of the .xml path
		reason = "This is a POX document. " + autodiscover.PathSOAP + " takes SOAP messages such as GetUserSettings; POX documents are taken at " + autodiscover.PathPOX + "."
	case autodiscover.NotUnderstood:
		code = "MustUnderstand"
	case autodiscover.TooLarge:
		status = http.StatusRequestEntityTooLarge
	}
	fault(w, status, code, reason, d.SOAP)
}

// fault sends a SOAP fault. SOAP 1.1 sends every fault with status 500; SOAP
// 1.2 sends those that blame the sender with 400.
func fault(w http.ResponseWriter, status int, code, reason string, version autodiscover.SOAPVersion) {
	if version == autodiscover.SOAP12 && code == "Client" && status == http.StatusInternalServerError {
		status = http.StatusBadRequest
	}
	f := &autodiscover.Fault{SOAP: version, Code: code, Reason: reason}
	send(w, status, version.ContentType(), f.Marshal())
}

// answer carries one call out.
func (s *server) answer(r *http.Request, call autodiscover.Call) *autodiscover.Response {
	response := &autodiscover.Response{Operation: call.Operation(), ErrorCode: autodiscover.NoError}
	endpoints, err := s.Endpoints(r.Context())
	if err != nil {
		s.failed(r, "reading the virtual directories", err)
		response.ErrorCode = autodiscover.InternalServerError
		response.ErrorMessage = "An internal server error occurred. Try again later."
		return response
	}
	switch c := call.(type) {
	case autodiscover.GetUserSettings:
		for _, address := range c.Users {
			response.Users = append(response.Users, s.user(r, address, c.Settings, endpoints))
		}
	case autodiscover.GetDomainSettings:
		for _, domain := range c.Domains {
			response.Domains = append(response.Domains, s.domain(domain, c.Settings, endpoints))
		}
	default: // GetFederationInformation, GetOrganizationRelationshipSettings
		response.ErrorCode = autodiscover.NotFederated
		response.ErrorMessage = "The organization isn't federated."
	}
	return response
}

// user answers for one user.
func (s *server) user(r *http.Request, address string, names []autodiscover.SettingName, e Endpoints) autodiscover.UserResponse {
	unknown := autodiscover.UserResponse{ErrorCode: autodiscover.InvalidUser, ErrorMessage: fmt.Sprintf("Invalid user: '%s'", address)}
	if autodiscover.DomainOf(address) == "" {
		return unknown
	}
	u, ok, err := s.Find(r.Context(), address)
	switch {
	case err != nil:
		s.failed(r, "looking up a user", err)
		return autodiscover.UserResponse{ErrorCode: autodiscover.InternalServerError, ErrorMessage: "An internal server error occurred. Try again later."}
	case ok && u.RedirectAddress != "":
		return autodiscover.UserResponse{ErrorCode: autodiscover.RedirectAddress, ErrorMessage: "Redirection address.", RedirectTarget: u.RedirectAddress}
	case ok && u.RedirectURL != "":
		return autodiscover.UserResponse{ErrorCode: autodiscover.RedirectURL, ErrorMessage: "Redirection Url.", RedirectTarget: u.RedirectURL}
	case !ok || !u.Mailbox:
		return unknown
	}
	answer := autodiscover.UserResponse{ErrorCode: autodiscover.NoError, ErrorMessage: "No error."}
	answer.Settings, answer.SettingErrors = pick(names, s.userSettings(u, e))
	return answer
}

// domain answers for one domain.
func (s *server) domain(domain string, names []autodiscover.SettingName, e Endpoints) autodiscover.DomainResponse {
	if !e.accepts(domain) {
		return autodiscover.DomainResponse{ErrorCode: autodiscover.InvalidDomain, ErrorMessage: fmt.Sprintf("Invalid domain: '%s'", domain)}
	}
	answer := autodiscover.DomainResponse{ErrorCode: autodiscover.NoError, ErrorMessage: "No error."}
	answer.Settings, answer.SettingErrors = pick(names, s.domainSettings(e))
	return answer
}

// accepts reports whether a domain is one of the organisation's.
func (e Endpoints) accepts(domain string) bool {
	return slices.ContainsFunc(e.AcceptedDomains, func(d string) bool { return strings.EqualFold(d, domain) })
}

// helpPage is what a browser sees. It says what it does not prove, since an
// administrator who gets here often believes that all is well.
const helpPage = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Autodiscover Service</title></head>
<body><h1>Autodiscover Service</h1>
<p>This is the SOAP form of Autodiscover. Programs send GetUserSettings here by POST; there is nothing to see in a browser.</p>
<p>You were let in with your own account. That does not prove that another server's token is accepted:
for this, run the connectivity test on that server.</p>
</body></html>
`
