package s2s

import (
	"crypto"
	"crypto/x509"
	"errors"
	"time"
)

// Signer signs tokens with one certificate's key.
type Signer struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// NIIActiveDirectory is the nii value that says nameid is a SID.
const NIIActiveDirectory = "urn:office:idp:activedirectory"

// Actor is the content of a self-issued actor token.
type Actor struct {
	Audience, Issuer, NameID Principal
	NotBefore, Expires       time.Time
	TrustedForDelegation     bool
	OmitDelegation           bool
}

// UserClaims name the user of an act-as call.
type UserClaims struct{ NameID, NII, UPN, SMTP, SIP string }

// ActAs is the content of an outer token.
type ActAs struct {
	NotBefore, Expires time.Time
	User               UserClaims
	ActorToken         string
}

// Assertion is what an application shows a token server.
type Assertion struct {
	Issuer, Audience   Principal
	NotBefore, Expires time.Time
}

// NewSigner pairs a certificate with its key.
func NewSigner(cert *x509.Certificate, key crypto.Signer) (*Signer, error) {
	return &Signer{cert, key}, nil
}

// Thumbprint returns the certificate's thumbprint.
func (s *Signer) Thumbprint() Thumbprint { return ThumbprintOf(s.cert) }

// Certificate returns the signing certificate.
func (s *Signer) Certificate() *x509.Certificate { return s.cert }

// SignActor makes an actor token.
func (s *Signer) SignActor(a Actor) (string, error) { return "", errors.ErrUnsupported }

// SignAssertion makes an assertion.
func (s *Signer) SignAssertion(a Assertion) (string, error) { return "", errors.ErrUnsupported }

// WrapActAs makes an outer token.
func WrapActAs(a ActAs) (string, error) { return "", errors.ErrUnsupported }
