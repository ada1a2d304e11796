package outbound

import (
	"fmt"
	"net/http"
	"net/netip"

	"github.com/matchseal/matchseal/internal/certs"
)

// HandshakeError says that a connection came about and TLS did not.
type HandshakeError struct {
	Host    string // the name asked for
	Address string // the address and port that answered
	Cause   certs.Cause
	Err     error
}

func (e *HandshakeError) Error() string {
	return fmt.Sprintf("TLS with %s (%s): %v", e.Host, e.Address, e.Err)
}

func (e *HandshakeError) Unwrap() error { return e.Err }

// pinError marks a certificate that is neither pinned nor trusted otherwise.
type pinError struct{ err error }

func (e *pinError) Error() string { return "not the pinned certificate, and " + e.err.Error() }
func (e *pinError) Unwrap() error { return e.err }

// pinnedNameError marks a pinned certificate that is made out to another name.
type pinnedNameError struct{ err error }

func (e *pinnedNameError) Error() string { return "the pinned certificate, but " + e.err.Error() }
func (e *pinnedNameError) Unwrap() error { return e.err }

// AddressError says that a host leads to an address that is not called.
type AddressError struct {
	Host string
	Addr netip.Addr
	Why  string
}

func (e *AddressError) Error() string {
	return fmt.Sprintf("%s leads to %s, %s", e.Host, e.Addr, e.Why)
}

// RedirectError says that a redirect was not followed.
type RedirectError struct{ From, To, Why string }

func (e *RedirectError) Error() string {
	return fmt.Sprintf("%s redirects to %s; not followed, because %s", e.From, e.To, e.Why)
}

// StatusError is an answer whose HTTP status means failure. Callers make it
// when they have no better word for the answer.
type StatusError struct {
	URL    string
	Status int
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s answered %d %s", e.URL, e.Status, http.StatusText(e.Status))
}
