package autodiscoverserver

import (
	"errors"
	"hash/crc32"
	"net/http"

	"github.com/matchseal/matchseal/autodiscover"
)

// servePOX answers autodiscover.xml. Every error is an HTTP 200 with an Error
// element, as the products answer: a GET from an administrator's browser gets
// error 600, which is the sign that the service lives.
func (s *server) servePOX(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		s.poxError(w, r, http.StatusOK, autodiscover.POXInvalidRequest, "")
		return
	case http.MethodPost:
	default:
		methodNotAllowed(w, "GET, HEAD, POST")
		return
	}
	data, tooLarge, err := body(w, r)
	switch {
	case tooLarge:
		s.poxError(w, r, http.StatusRequestEntityTooLarge, autodiscover.POXInvalidRequest, "the request is too large")
		return
	case err != nil:
		http.Error(w, "The request broke off.", http.StatusBadRequest)
		return
	}
	request, err := autodiscover.DecodePOXRequest(data)
	if err != nil {
		s.poxError(w, r, http.StatusOK, autodiscover.POXInvalidRequest, poxDebug(err))
		return
	}
	if request.Schema != autodiscover.SchemaOutlookRequest || request.AcceptableResponseSchema != autodiscover.SchemaOutlookResponse {
		s.poxError(w, r, http.StatusOK, autodiscover.POXProviderUnavailable, "")
		return
	}
	s.poxAnswer(w, r, request)
}

// poxDebug explains a request that could not be decoded.
func poxDebug(err error) string {
	var d *autodiscover.DecodeError
	if !errors.As(err, &d) {
		return ""
	}
	if d.Reason == autodiscover.IsSOAP {
		// fault F48: the .xml address configured where the .svc one belongs
		return "This is a SOAP message. SOAP messages are taken at " + autodiscover.PathSOAP + "; the URL configured at the client must end in .svc, not in .xml."
	}
	return d.Detail
}

func (s *server) poxAnswer(w http.ResponseWriter, r *http.Request, request *autodiscover.POXRequest) {
	endpoints, err := s.Endpoints(r.Context())
	if err != nil {
		s.failed(r, "reading the virtual directories", err)
		s.poxError(w, r, http.StatusOK, autodiscover.POXServerError, "")
		return
	}
	u, ok, err := s.poxUser(r, request)
	switch {
	case err != nil:
		s.failed(r, "looking up a user", err)
		s.poxError(w, r, http.StatusOK, autodiscover.POXServerError, "")
		return
	case !ok || (!u.Mailbox && u.RedirectAddress == "" && u.RedirectURL == ""):
		s.poxError(w, r, http.StatusOK, autodiscover.POXNotFound, "")
		return
	}
	response := &autodiscover.POXResponse{
		DisplayName:     u.DisplayName,
		LegacyDN:        u.LegacyDN,
		SMTPAddress:     u.SMTP,
		DeploymentID:    endpoints.DeploymentID,
		RedirectAddress: u.RedirectAddress,
		RedirectURL:     u.RedirectURL,
		Protocols:       s.protocols(endpoints),
	}
	send(w, http.StatusOK, autodiscover.ContentTypeXML, response.Marshal())
}

// poxUser finds the user of a request. The legacy DN comes first; the address
// is tried when that DN is unknown here, since Outlook sends the DN of an
// earlier deployment for a long time.
func (s *server) poxUser(r *http.Request, request *autodiscover.POXRequest) (User, bool, error) {
	if request.LegacyDN != "" && request.LegacyDN[0] == '/' {
		if u, ok, err := s.Find(r.Context(), request.LegacyDN); ok || err != nil {
			return u, ok, err
		}
	}
	if autodiscover.DomainOf(request.EMailAddress) == "" {
		return User{}, false, nil
	}
	return s.Find(r.Context(), request.EMailAddress)
}

// protocols lists how to connect: EXCH from inside, EXPR from outside, EXHTTP
// for clients that speak nothing but HTTP. There is no WEB section because
// there is no Outlook on the web.
func (s *server) protocols(e Endpoints) []autodiscover.POXProtocol {
	inside := e.InternalEWS
	if inside == "" {
		inside = e.ExternalEWS
	}
	list := []autodiscover.POXProtocol{{
		Type: "EXCH", Server: e.MailboxServer, ServerDN: e.ServerDN, ServerVersion: autodiscover.POXServerVersion(s.Version),
		ASURL: inside, EwsURL: inside, EmwsURL: inside,
	}}
	if e.ExternalEWS != "" {
		list = append(list, autodiscover.POXProtocol{Type: "EXPR", Server: e.Host, SSL: "On", AuthPackage: "Basic",
			ASURL: e.ExternalEWS, EwsURL: e.ExternalEWS, EmwsURL: e.ExternalEWS})
	}
	return append(list, autodiscover.POXProtocol{Type: "EXHTTP", Server: e.Host, SSL: "On", AuthPackage: "Basic",
		ASURL: e.ews(), EwsURL: e.ews(), EmwsURL: e.ews()})
}

// poxMessage is the text that belongs to an error code.
func poxMessage(code int) string {
	switch code {
	case autodiscover.POXNotFound:
		return "The e-mail address can't be found."
	case autodiscover.POXProviderUnavailable:
		return "Provider is not available"
	case autodiscover.POXServerError:
		return "Server Error"
	}
	return "Invalid Request"
}

func (s *server) poxError(w http.ResponseWriter, r *http.Request, status, code int, debug string) {
	e := &autodiscover.POXError{Time: s.Now(), ID: crc32.ChecksumIEEE([]byte(r.Host)), Code: code, Message: poxMessage(code), Debug: debug}
	send(w, status, autodiscover.ContentTypeXML, e.Marshal())
}
