package authmeta

import "errors"

// Reason says in one word why a document was not accepted or not obtained.
// The words are stable.
type Reason string

// Reasons of a document that is not accepted.
const (
	TooBig          Reason = "too-big"           // over 256 KiB
	HTML            Reason = "html"              // a web page
	NotJSON         Reason = "not-json"          // neither a page nor one JSON object
	Trailing        Reason = "trailing-data"     // something behind the object
	Duplicate       Reason = "duplicate-member"  // two members equal but for case
	NoIdentity      Reason = "no-identity"       // nobody named
	BadIdentity     Reason = "bad-identity"      // no GUID, no realm
	Conflict        Reason = "identity-conflict" // issuer, serviceName and realm disagree
	WildcardRealm   Reason = "wildcard-realm"    // realm "*" and none stated
	WrongProduct    Reason = "wrong-product"     // another application than asked for
	WrongRealm      Reason = "wrong-realm"       // another realm than stated
	IdentityChanged Reason = "identity-changed"  // another identity than pinned
	OwnIdentity     Reason = "own-identity"      // the reader itself
	TooManyKeys     Reason = "too-many-keys"     // over 20
	NoKey           Reason = "no-key"            // no signing certificate
	ExpiredKey      Reason = "expired-key"
	WeakKey         Reason = "weak-key"  // RSA under 2048 bits
	WrongKey        Reason = "wrong-key" // not RSA, or no certificate
	NoTokenEndpoint Reason = "no-token-endpoint"
)

// Reasons of a document that was not obtained.
const (
	BadURL   Reason = "url"
	NotFound Reason = "not-found"
	Redirect Reason = "redirect"
	TLS      Reason = "tls"
	DNS      Reason = "dns"
	Connect  Reason = "connect"
	Timeout  Reason = "timeout"
	Status   Reason = "http-status"
	Stopped  Reason = "stopped" // the caller's context ended
)

// ErrNoKey says that a document without a usable signing certificate was to
// be written.
var ErrNoKey = errors.New("authmeta: no usable signing certificate")

// ParseError says why a document was refused.
type ParseError struct {
	Reason Reason
	What   string // what is wrong, one sentence without a full stop
	Remedy string // what to do about it, likewise
}

func (e *ParseError) Error() string { return sentence("metadata document: "+e.What, e.Remedy) }

// FetchError says why a document was not obtained.
type FetchError struct {
	Reason     Reason
	URL        string
	Status     int    // the HTTP status, 0 when there was no answer
	Suggestion string // a URL that is probably the right one, or ""
	TLSFault   TLSFault
	What       string
	Remedy     string
	// Raw is what came instead of an acceptable document, for people to look
	// at; nil when nothing came.
	Raw []byte
	Err error // what lay below: a *ParseError, or an error of the client
}

func (e *FetchError) Error() string { return sentence(e.URL+": "+e.What, e.Remedy) }

func (e *FetchError) Unwrap() error { return e.Err }

func sentence(what, remedy string) string {
	if remedy == "" {
		return what
	}
	return what + "; " + remedy
}
