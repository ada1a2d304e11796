package autodiscoverserver

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/matchseal/matchseal/autodiscover"
)

// serveJSON answers autodiscover.json. It is anonymous, so it looks no user
// up: every address of an accepted domain gets the same answer, whether or not
// such a user exists. Which domains are accepted is public in DNS.
func (s *server) serveJSON(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		methodNotAllowed(w, "GET, HEAD")
		return
	}
	request, err := autodiscover.DecodeV2Request(r.URL)
	if err != nil {
		var v *autodiscover.V2Error
		if !errors.As(err, &v) {
			v = &autodiscover.V2Error{Code: autodiscover.V2MandatoryParameterMissing, Message: "The request is invalid."}
		}
		sendJSON(w, http.StatusBadRequest, v)
		return
	}
	endpoints, err := s.Endpoints(r.Context())
	if err != nil {
		s.failed(r, "reading the virtual directories", err)
		sendJSON(w, http.StatusInternalServerError, &autodiscover.V2Error{Code: "InternalServerError", Message: "An internal server error occurred. Try again later."})
		return
	}
	if !endpoints.accepts(autodiscover.DomainOf(request.Email)) {
		sendJSON(w, http.StatusNotFound, &autodiscover.V2Error{Code: autodiscover.V2InvalidUserID, Message: "The domain of the address is not a domain of this organization."})
		return
	}
	protocol, _ := autodiscover.V2Protocol(request.Protocol) // known: DecodeV2Request refuses others
	url := map[string]string{"Ews": endpoints.ews()}[protocol]
	if protocol == "AutodiscoverV1" && endpoints.Host != "" {
		url = autodiscover.POXURL(endpoints.Host)
	}
	if url == "" {
		sendJSON(w, http.StatusNotFound, &autodiscover.V2Error{Code: autodiscover.V2ProtocolNotSupported,
			Message: fmt.Sprintf("The protocol '%s' is not supported. Supported protocols are: 'AutodiscoverV1,Ews'.", protocol)})
		return
	}
	sendJSON(w, http.StatusOK, autodiscover.V2Answer{Protocol: protocol, URL: url})
}

func sendJSON(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil { // only strings: cannot fail
		status, data = http.StatusInternalServerError, []byte("{}")
	}
	send(w, status, "application/json; charset=utf-8", data)
}
