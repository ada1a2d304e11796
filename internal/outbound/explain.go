package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
)

// Explain gives the failure of a call its code and a sentence that names what
// was found. An error that already is a failure of the catalogue is returned
// as it is; nil stays nil.
func Explain(err error) *problem.Failure {
	if err == nil {
		return nil
	}
	var known *problem.Failure
	if errors.As(err, &known) {
		return known
	}
	f, err := explainMetadata(err)
	if f == nil {
		code, detail := classify(err)
		f = &problem.Failure{Code: code, Detail: detail, Err: err}
	}
	f.CmdletText = dotNet(f)
	return f
}

// classify goes from the most telling type to the least.
func classify(err error) (problem.Code, string) {
	if code, detail, ok := classifyAnswer(err); ok {
		return code, detail
	}
	if code, detail, ok := classifyTLS(err); ok {
		return code, detail
	}
	return classifyNetwork(err)
}

// classifyAnswer covers what we or the server decided, rather than the wire.
func classifyAnswer(err error) (problem.Code, string, bool) {
	var (
		redirect *RedirectError
		address  *AddressError
		status   *StatusError
	)
	switch {
	case errors.As(err, &redirect):
		return problem.NetRedirect, redirect.Error(), true
	case errors.As(err, &address):
		return problem.NetAddressRefused, address.Error(), true
	case errors.As(err, &status) && (status.Status >= 500 || status.Status == http.StatusTooManyRequests):
		return problem.NetUnavailable, status.Error(), true
	case errors.As(err, &status):
		return problem.NetHTTPStatus, status.Error(), true
	}
	return "", "", false
}

func classifyTLS(err error) (problem.Code, string, bool) {
	var shake *HandshakeError
	if errors.As(err, &shake) {
		code, detail := classifyHandshake(shake)
		return code, detail, true
	}
	// Errors of a client that is not ours come without our wrapper.
	if errors.Is(err, http.ErrSchemeMismatch) {
		return problem.TLSNotTLS, hostOf(err) + " answers https with plain http", true
	}
	if !isTLS(err) {
		return "", "", false
	}
	cause := certs.ExplainVerify(err, nil, hostOf(err), time.Now())
	if code, ok := codeOf(cause); ok {
		return code, cause.String(), true
	}
	return problem.TLSRefused, hostOf(err) + " broke off the TLS handshake", true
}

func isTLS(err error) bool {
	var (
		verify *tls.CertificateVerificationError
		author x509.UnknownAuthorityError
		name   x509.HostnameError
		cert   x509.CertificateInvalidError
	)
	return errors.As(err, &verify) || errors.As(err, &author) || errors.As(err, &name) || errors.As(err, &cert) ||
		strings.Contains(err.Error(), "tls: ")
}

func classifyHandshake(e *HandshakeError) (problem.Code, string) {
	var (
		pin    *pinError
		named  *pinnedNameError
		record tls.RecordHeaderError
	)
	switch {
	case errors.As(e, &pin):
		return problem.TLSPinMismatch, e.Host + " does not show the pinned certificate; " + e.Cause.String()
	case errors.As(e, &named):
		return problem.TLSWrongName, e.Cause.String() + "; it is the pinned certificate: if this server is the one that was meant, list it under trust.pins_any_name in the node's configuration file too"
	case errors.As(e, &record):
		return problem.TLSNotTLS, e.Host + " (" + e.Address + ") answers, but not with TLS"
	case errors.Is(e, context.Canceled), isTimeout(e):
		return classifyNetwork(e)
	}
	if code, ok := codeOf(e.Cause); ok {
		return code, e.Cause.String()
	}
	return problem.TLSRefused, e.Host + " (" + e.Address + ") broke off the TLS handshake"
}

// codeOf maps the kinds of certs to the catalogue.
func codeOf(c certs.Cause) (problem.Code, bool) {
	switch c.Kind {
	case certs.Chain:
		return problem.TLSUntrusted, true
	case certs.Name:
		return problem.TLSWrongName, true
	case certs.Version:
		return problem.TLSOldVersion, true
	case certs.Date:
		if c.NotYet {
			return problem.TLSNotYetValid, true
		}
		return problem.TLSExpired, true
	}
	return problem.TLSUntrusted, c.Issuer != "" // a certificate was seen and refused
}

func classifyNetwork(err error) (problem.Code, string) {
	host := hostOf(err)
	var dns *net.DNSError
	switch {
	case errors.Is(err, context.Canceled):
		return problem.NetCancelled, "the call to " + host + " was given up"
	case errors.As(err, &dns) && dns.IsNotFound:
		return problem.NetDNS, "DNS knows no address for " + host
	case errors.As(err, &dns):
		return problem.NetDNSFailed, "no answer from DNS about " + host
	case isTimeout(err):
		return problem.NetTimeout, host + " did not answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return problem.NetRefused, "nothing listens at " + place(err, host)
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return problem.NetUnreachable, "no route to " + place(err, host)
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return problem.NetClosed, host + " closed the connection in the middle"
	}
	return problem.NetFailed, "the call to " + host + " failed"
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}

// hostOf finds the name of the server in an error of net/http.
func hostOf(err error) string {
	var (
		dns   *net.DNSError
		shake *HandshakeError
		call  *url.Error
	)
	if errors.As(err, &dns) && dns.Name != "" {
		return strings.TrimSuffix(dns.Name, ".")
	}
	if errors.As(err, &shake) {
		return shake.Host
	}
	if errors.As(err, &call) {
		if u, err := url.Parse(call.URL); err == nil && u.Hostname() != "" {
			return u.Hostname()
		}
	}
	return "the server"
}

// place adds the address that was tried to the name of the server.
func place(err error, host string) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Addr != nil {
		return host + " (" + op.Addr.String() + ")"
	}
	return host
}
