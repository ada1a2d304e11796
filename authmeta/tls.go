package authmeta

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// TLSFault says which part of TLS failed. The products have one sentence for
// the first three; each needs another cure.
type TLSFault string

const (
	Untrusted  TLSFault = "chain"   // no trusted authority vouches for the certificate
	Misnamed   TLSFault = "name"    // it is made out to another host
	OutOfDate  TLSFault = "date"    // it expired or is not valid yet
	OldVersion TLSFault = "version" // the server offers no TLS 1.2
	NotTLS     TLSFault = "not-tls" // the port does not speak TLS
	OtherTLS   TLSFault = "other"
)

// explainTLS recognises an error of TLS. Browsers let people click such an
// error away, so the sentences insist that it is one.
func explainTLS(err error, host string) (fault TLSFault, what, remedy string) {
	var (
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
		unknown x509.UnknownAuthorityError
		verify  *tls.CertificateVerificationError
		record  tls.RecordHeaderError
	)
	const browser = " (that a browser goes on after a warning proves nothing)"
	switch {
	case errors.As(err, &name):
		return Misnamed, fmt.Sprintf("the TLS certificate is not made out to %s but to %s", host, names(name.Certificate)),
			"give the server a certificate whose subject alternative names list " + host + ", or use a name it lists" + browser
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return OutOfDate, fmt.Sprintf("the TLS certificate of %s is outside its dates: %s", host, shown(invalid.Detail)),
			"renew the server's TLS certificate, or set the clock of this computer right" + browser
	case errors.As(err, &unknown):
		return Untrusted, fmt.Sprintf("no authority trusted here vouches for the TLS certificate of %s (%s)", host, issuedBy(unknown.Cert, err)),
			"have it issued by an authority both servers trust, or add that authority to the trusted ones here" + browser
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return NotTLS, host + " answers, but not with TLS", "check the port in the URL"
	case contains(err, "unsupported protocol version", "protocol version not supported"):
		return OldVersion, host + " offers no TLS version from 1.2 on", "enable TLS 1.2 on that server"
	case errors.As(err, &verify), errors.As(err, &invalid), contains(err, "tls: "):
		return OtherTLS, "TLS with " + host + " failed: " + shown(innermost(err).Error()), "look at the server's certificate and its TLS settings"
	}
	return "", "", ""
}

func names(cert *x509.Certificate) string {
	if cert == nil || len(cert.DNSNames) == 0 {
		return "no host name at all"
	}
	list := cert.DNSNames
	if len(list) > 10 {
		list = append(list[:10:10], fmt.Sprintf("and %d more", len(cert.DNSNames)-10))
	}
	return shown(strings.Join(list, ", "))
}

// issuedBy names the issuer of the server's own certificate, which the error
// of a handshake carries; cert is the one the verification ended at.
func issuedBy(cert *x509.Certificate, err error) string {
	var verify *tls.CertificateVerificationError
	if errors.As(err, &verify) && len(verify.UnverifiedCertificates) > 0 {
		cert = verify.UnverifiedCertificates[0]
	}
	switch {
	case cert == nil:
		return "issuer unknown"
	case string(cert.RawIssuer) == string(cert.RawSubject):
		return "it signed itself: " + subject(cert)
	}
	return "issued by " + shown(cert.Issuer.String())
}

// contains recognises what the standard library has no type for.
func contains(err error, parts ...string) bool {
	for _, part := range parts {
		if strings.Contains(err.Error(), part) {
			return true
		}
	}
	return false
}

func innermost(err error) error {
	for {
		below := errors.Unwrap(err)
		if below == nil {
			return err
		}
		err = below
	}
}
