package certs

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
)

const (
	caYears     = 10
	backdate    = time.Hour // so that a peer whose clock is behind accepts it too
	leafDefault = 397 * 24 * time.Hour
)

// CA is a small certificate authority: enough for the lab and for tests, not
// a public authority (no revocation lists, no log of what was issued).
type CA struct {
	Certificate *x509.Certificate
	above       []*x509.Certificate // from this authority's issuer up, without the root
	root        bool
	key         crypto.Signer
}

// NewCA makes a root authority that is valid from an hour before now for ten
// years. When domains are given, it is limited to host names in them: an
// operator who imports the root of a lab into a browser then does not hand
// the whole web to a key that lies in the lab's folder.
func NewCA(name string, now time.Time, domains ...string) (*CA, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the key of %s: %w", name, err)
	}
	template := caTemplate(name, now)
	template.MaxPathLen = 1
	if len(domains) > 0 {
		template.PermittedDNSDomainsCritical = true
		template.PermittedDNSDomains = domains
	}
	cert, err := sign(template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("make the authority %s: %w", name, err)
	}
	return &CA{Certificate: cert, root: true, key: key}, nil
}

// NewIntermediate makes an authority under ca. Its leaves come with a chain
// of two; a server that sends only the first shows the fault "missing
// intermediate".
func (ca *CA) NewIntermediate(name string, now time.Time) (*CA, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the key of %s: %w", name, err)
	}
	template := caTemplate(name, now)
	template.MaxPathLenZero = true
	cert, err := sign(template, ca.Certificate, key.Public(), ca.key)
	if err != nil {
		return nil, fmt.Errorf("make the authority %s: %w", name, err)
	}
	return &CA{Certificate: cert, above: ca.sent(), key: key}, nil
}

func caTemplate(name string, now time.Time) *x509.Certificate {
	return &x509.Certificate{
		Subject:               pkix.Name{CommonName: name, Organization: []string{"matchseal"}},
		NotBefore:             now.Add(-backdate),
		NotAfter:              now.AddDate(caYears, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
}

// TLSRequest says what a TLS server certificate is for. Names that differ
// from those the server is called by, or dates that have passed, make the bad
// certificates of the lab; an authority nobody trusts is simply another CA.
type TLSRequest struct {
	Names               []string // DNS names, the first becomes the common name
	IPs                 []net.IP
	NotBefore, NotAfter time.Time
	// Bits of an RSA key, so that the certificate could sign tokens too
	// (000-22); 0 makes a P-256 key.
	Bits int
}

// ValidFrom fills the dates of the request with the usual ones: from an hour
// before now for 397 days.
func (r TLSRequest) ValidFrom(now time.Time) TLSRequest {
	r.NotBefore, r.NotAfter = now.Add(-backdate), now.Add(leafDefault)
	return r
}

// Issue makes a key and a TLS server certificate. The chain is what the
// server sends: its own certificate, then intermediates, without the root.
func (ca *CA) Issue(r TLSRequest) ([]*x509.Certificate, crypto.Signer, error) {
	if len(r.Names) == 0 && len(r.IPs) == 0 {
		return nil, nil, problem.New(problem.CertsInvalid, "a TLS certificate needs at least one host name")
	}
	if err := checkDates(r.NotBefore, r.NotAfter); err != nil {
		return nil, nil, err
	}
	key, err := r.newKey()
	if err != nil {
		return nil, nil, fmt.Errorf("make a TLS key: %w", err)
	}
	var subject pkix.Name
	if len(r.Names) > 0 && len(r.Names[0]) <= 64 { // X.520 ub-common-name
		subject.CommonName = r.Names[0]
	}
	cert, err := sign(&x509.Certificate{
		Subject:               subject,
		DNSNames:              r.Names,
		IPAddresses:           r.IPs,
		NotBefore:             r.NotBefore,
		NotAfter:              r.NotAfter,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}, ca.Certificate, key.Public(), ca.key)
	if err != nil {
		return nil, nil, fmt.Errorf("issue a TLS certificate for %v: %w", r.Names, err)
	}
	return append([]*x509.Certificate{cert}, ca.sent()...), key, nil
}

func (r TLSRequest) newKey() (crypto.Signer, error) {
	if r.Bits == 0 {
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	return rsa.GenerateKey(rand.Reader, r.Bits)
}

// sent lists this authority and those above it, as a server sends them.
func (ca *CA) sent() []*x509.Certificate {
	if ca.root {
		return nil
	}
	return append([]*x509.Certificate{ca.Certificate}, ca.above...)
}

// Pool is a pool that trusts this authority alone.
func (ca *CA) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.Certificate)
	return pool
}

// Save writes the certificate (readable by all: it is handed out) and the key
// sealed with box. Only a root authority is saved.
func (ca *CA) Save(certPath, keyPath string, box *Box) error {
	if !ca.root {
		return problem.New(problem.CertsInvalid, "%s is an intermediate authority; only a root is saved", ca.Certificate.Subject)
	}
	if err := WriteSealedKeyPEM(keyPath, ca.key, box); err != nil {
		return err
	}
	return WriteCertificatesPEM(certPath, ca.Certificate)
}

// LoadCA reads what Save wrote.
func LoadCA(certPath, keyPath string, box *Box) (*CA, error) {
	found, err := ReadCertificatesPEM(certPath)
	if err != nil {
		return nil, err
	}
	key, err := ReadKeyPEM(keyPath, box)
	if err != nil {
		return nil, err
	}
	if err := checkPair(found[0], key); err != nil {
		return nil, fmt.Errorf("%s and %s: %w", certPath, keyPath, err)
	}
	if !found[0].IsCA {
		return nil, problem.New(problem.CertsInvalid, "%s holds the certificate of %s, which is no authority", certPath, found[0].Subject)
	}
	return &CA{Certificate: found[0], root: true, key: key}, nil
}

// TLS puts a chain and its key into the form crypto/tls serves.
func TLS(chain []*x509.Certificate, key crypto.Signer) tls.Certificate {
	c := tls.Certificate{PrivateKey: key}
	for _, cert := range chain {
		c.Certificate = append(c.Certificate, cert.Raw)
	}
	if len(chain) > 0 {
		c.Leaf = chain[0]
	}
	return c
}
