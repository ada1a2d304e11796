package autodiscover

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// The paths of the three forms. Servers compare them without case.
const (
	PathSOAP = "/autodiscover/autodiscover.svc"
	PathPOX  = "/autodiscover/autodiscover.xml"
	PathJSON = "/autodiscover/autodiscover.json"
)

// HostFor is the host name at which a domain's Autodiscover is looked for by
// everybody, and by Skype for Business 2015 RTM even when it is told another:
// autodiscover.<domain>.
func HostFor(domain string) string { return "autodiscover." + domain }

// SOAPURL is the address of the SOAP service on a host, which may carry a port.
func SOAPURL(host string) string { return "https://" + host + PathSOAP }

// POXURL is the address of the POX document on a host, which may carry a port.
// A service connection point holds an address of this form.
func POXURL(host string) string { return "https://" + host + PathPOX }

// DomainOf returns what follows the @ of an e-mail address, or "" when the
// text is not one.
func DomainOf(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at <= 0 || at == len(address)-1 || strings.ContainsAny(address, " \t\r\n<>/") {
		return ""
	}
	return strings.ToLower(address[at+1:])
}

// CheckEndpoint reads an address that somebody configured for the SOAP
// service. The error is an *Error and says which address is right, as far as
// that can be told: the .xml form belongs to Exchange's service connection
// point, the .svc form to whoever calls GetUserSettings.
func CheckEndpoint(raw string) (*url.URL, error) {
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return nil, &Error{Kind: NotConfigured, Detail: "no Autodiscover URL is configured"}
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, &Error{Kind: InvalidURL, URL: raw, Detail: fmt.Sprintf("%q is not an absolute https URL", clip(raw)), Err: err}
	}
	if u.User != nil {
		return nil, &Error{Kind: InvalidURL, URL: u.Redacted(), Detail: "the Autodiscover URL must not carry a user name or password"}
	}
	right := *u
	right.Scheme = "https"
	path := strings.ToLower(strings.TrimRight(u.Path, "/"))
	for _, wrong := range []string{".xml", ".json"} {
		if strings.HasSuffix(path, "/autodiscover"+wrong) {
			right.Path = strings.TrimRight(u.Path, "/")
			right.Path = right.Path[:len(right.Path)-len(wrong)] + ".svc"
			return nil, &Error{Kind: WrongDocument, URL: raw, Suggest: right.String(),
				Detail: fmt.Sprintf("the URL ends in %s, which is another document; the SOAP service is at %s", wrong, right.String())}
		}
	}
	if u.Scheme == "http" {
		return nil, &Error{Kind: PlainHTTP, URL: raw, Suggest: right.String(),
			Detail: "credentials are never sent over http; the URL must begin with https: " + right.String()}
	}
	return u, nil
}

// FromSCP derives the address of the SOAP service from the value of a service
// connection point, which names the POX document on the same host.
func FromSCP(raw string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Host == "" {
		return "", &Error{Kind: InvalidURL, URL: raw, Detail: fmt.Sprintf("%q is not an absolute https URL", clip(raw)), Err: err}
	}
	return SOAPURL(u.Host), nil
}

// Endpoints says which forms and which authentication a server offers beside
// the POX document, as told by the X- headers of any of its replies, a 401
// included.
type Endpoints struct {
	SOAP, OAuth, WSSecurity bool
}

// The headers that announce endpoints.
const (
	HeaderSOAP       = "X-SOAP-Enabled"
	HeaderOAuth      = "X-OAuth-Enabled"
	HeaderWSSecurity = "X-WSSecurity-Enabled"
)

// EndpointsOf reads the headers.
func EndpointsOf(h http.Header) Endpoints {
	on := func(name string) bool {
		v := strings.TrimSpace(h.Get(name))
		return v != "" && !strings.EqualFold(v, "false")
	}
	return Endpoints{SOAP: on(HeaderSOAP), OAuth: on(HeaderOAuth), WSSecurity: on(HeaderWSSecurity)}
}

// Announce writes the headers. What is off is left out and not written as
// "False": the products' client library takes any value for yes.
func (e Endpoints) Announce(h http.Header) {
	for name, on := range map[string]bool{HeaderSOAP: e.SOAP, HeaderOAuth: e.OAuth, HeaderWSSecurity: e.WSSecurity} {
		if on {
			h.Set(name, "True")
		}
	}
}
