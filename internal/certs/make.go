package certs

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
)

// AuthCertificateName is the common name Exchange gives its self-signed
// signing certificate.
const AuthCertificateName = "Microsoft Exchange Server Auth Certificate"

// The sizes of an RSA key that can be made. Under 2048 bits a key is good for
// showing what a peer says about it, not for signing.
const (
	DefaultBits = 2048
	minBits     = 1024
	maxBits     = 8192
)

// SelfSigned describes a certificate that vouches for itself. Signing
// certificates of server-to-server OAuth are of this kind: a partner pins
// them, so that nobody needs to vouch for them.
type SelfSigned struct {
	Subject             pkix.Name
	DNSNames            []string
	Bits                int // 0 means DefaultBits
	NotBefore, NotAfter time.Time
}

// NewSelfSigned makes a new RSA key and a certificate over it.
// It fails with certs.invalid when a value is missing or out of range.
func NewSelfSigned(o SelfSigned) (*x509.Certificate, *rsa.PrivateKey, error) {
	if o.Bits == 0 {
		o.Bits = DefaultBits
	}
	if o.Bits < minBits || o.Bits > maxBits {
		return nil, nil, problem.New(problem.CertsInvalid, "a key of %d bits cannot be made; choose %d to %d", o.Bits, minBits, maxBits)
	}
	if err := checkDates(o.NotBefore, o.NotAfter); err != nil {
		return nil, nil, err
	}
	if o.Subject.String() == "" {
		return nil, nil, problem.New(problem.CertsInvalid, "the certificate needs a subject, for example CN=%s", AuthCertificateName)
	}
	key, err := rsa.GenerateKey(rand.Reader, o.Bits)
	if err != nil {
		return nil, nil, fmt.Errorf("make a key of %d bits: %w", o.Bits, err)
	}
	template := &x509.Certificate{
		Subject:               o.Subject,
		DNSNames:              o.DNSNames,
		NotBefore:             o.NotBefore,
		NotAfter:              o.NotAfter,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	cert, err := sign(template, template, key.Public(), key)
	if err != nil {
		return nil, nil, fmt.Errorf("make the certificate of %s: %w", o.Subject, err)
	}
	return cert, key, nil
}

// NewRequest makes a new RSA key and a certificate request (PKCS#10, DER) over
// it, for an authority to answer. Until it has, the placeholder stands for the
// certificate, as the store of Windows keeps one: self-signed, of the dates
// given.
func NewRequest(o SelfSigned) (request []byte, placeholder *x509.Certificate, key *rsa.PrivateKey, err error) {
	if placeholder, key, err = NewSelfSigned(o); err != nil {
		return nil, nil, nil, err
	}
	request, err = x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: o.Subject, DNSNames: o.DNSNames}, key)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("make the certificate request of %s: %w", o.Subject, err)
	}
	return request, placeholder, key, nil
}

// sign gives the template a serial number of its own and has parent's key
// sign it.
func sign(template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 126))
	if err != nil {
		return nil, err
	}
	template.SerialNumber = serial.Add(serial, big.NewInt(1)) // RFC 5280 4.1.2.2: positive
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func checkDates(from, until time.Time) error {
	if from.IsZero() || until.IsZero() {
		return problem.New(problem.CertsInvalid, "the certificate needs a first and a last day")
	}
	if !until.After(from) {
		return problem.New(problem.CertsInvalid, "the certificate would end (%s) before it begins (%s)", day(until), day(from))
	}
	return nil
}
