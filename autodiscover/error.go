package autodiscover

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
)

// Kind says what sort of failure an Error is. Its text is stable.
type Kind string

// The kinds of an Error.
const (
	NotConfigured    Kind = "not-configured"     // no URL at all
	InvalidURL       Kind = "invalid-url"        // not an absolute https URL
	PlainHTTP        Kind = "plain-http"         // an http URL: nothing is sent
	WrongDocument    Kind = "wrong-document"     // .xml where .svc belongs, or a POX answer
	Unreachable      Kind = "unreachable"        // no answer: DNS, connection, TLS, or the transport refused; see Err
	Unauthorized     Kind = "unauthorized"       // 401
	Forbidden        Kind = "forbidden"          // 403
	NotFound         Kind = "not-found"          // 404
	BadStatus        Kind = "http-status"        // any other status that is not 200
	HTMLPage         Kind = "html-page"          // a web page, such as a log-on form
	WrongContentType Kind = "content-type"       // neither XML nor HTML
	BadResponse      Kind = "bad-response"       // not the protocol, or over a limit
	SOAPFault        Kind = "soap-fault"         // a SOAP fault; see Fault
	ResponseError    Kind = "response-error"     // an error code for the whole response
	UnknownUser      Kind = "unknown-user"       // InvalidUser for the address
	UserError        Kind = "user-error"         // any other error code for the address or domain
	RedirectRefused  Kind = "redirect-refused"   // consent was not given, or the target is not https
	RedirectLoop     Kind = "redirect-loop"      // the same place a second time
	TooManyRedirects Kind = "too-many-redirects" // more than MaxRedirects
	NoEwsURL         Kind = "no-ews-url"         // an answer without an address of EWS
	NotLocated       Kind = "not-located"        // no candidate of the locator works
)

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{NotConfigured, InvalidURL, PlainHTTP, WrongDocument, Unreachable, Unauthorized, Forbidden, NotFound,
		BadStatus, HTMLPage, WrongContentType, BadResponse, SOAPFault, ResponseError, UnknownUser, UserError,
		RedirectRefused, RedirectLoop, TooManyRedirects, NoEwsURL, NotLocated}
}

// Error is every failure of the client and the locator.
type Error struct {
	Kind   Kind
	Detail string // a sentence for people, without secrets
	URL    string // the place that was asked
	// Suggest is the URL that is right, for WrongDocument and PlainHTTP.
	Suggest string
	Status  int // HTTP status of the answer; 0 without an answer
	// Diagnostics are the x-ms-diagnostics values and Challenges the
	// WWW-Authenticate values of a 401 or 403.
	Diagnostics, Challenges []string
	RequestID               string    // the server's request-id header
	Mailbox                 string    // the address (or domain) asked about
	Code                    ErrorCode // of the response or the user
	Fault                   *Fault
	Hops                    []Hop // the redirects that led to URL
	Err                     error // what lay below, may be nil
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("autodiscover: " + e.Detail)
	for _, d := range e.Diagnostics {
		b.WriteString("; x-ms-diagnostics: " + d)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// Temporary reports whether the same question may succeed later without
// anybody changing anything.
func (e *Error) Temporary() bool {
	switch e.Kind {
	case BadStatus:
		return e.Status >= 500 || e.Status == http.StatusTooManyRequests || e.Status == http.StatusRequestTimeout
	case SOAPFault:
		return e.Fault != nil && (!e.Fault.ByClient() || strings.Contains(e.Fault.Code+e.Fault.ResponseCode, "ServerBusy"))
	case ResponseError, UserError:
		return e.Code == ServerBusy || e.Code == InternalServerError
	case Unreachable:
		return passing(e.Err)
	}
	return false
}

// passing tells a network that is down for a moment from a name that does not
// exist or a certificate that is not trusted.
func passing(err error) bool {
	var dns *net.DNSError
	var op *net.OpError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &dns):
		return !dns.IsNotFound
	case errors.As(err, &timeout) && timeout.Timeout():
		return true
	}
	return errors.As(err, &op) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
