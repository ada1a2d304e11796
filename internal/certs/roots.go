package certs

import (
	"crypto/x509"
	"time"
)

// Root says what stands at the top of a certificate's chain, in the words of
// Get-ExchangeCertificate.
type Root string

// The kinds of root.
const (
	NoRoot     Root = "None"       // it vouches for itself
	ThirdParty Root = "ThirdParty" // an authority of the operating system
	Registry   Root = "Registry"   // an authority somebody installed: a CA file
	Unknown    Root = "Unknown"    // nobody trusted here
)

// Roots are the authorities trusted here, by where they come from. Nil pools
// hold none.
type Roots struct{ System, Files *x509.CertPool }

// Of says who vouches for a certificate. The dates do not matter: that it has
// expired is told apart.
func (r Roots) Of(c *x509.Certificate, above []*x509.Certificate, now time.Time) Root {
	if selfSigned(c) {
		return NoRoot
	}
	if now.Before(c.NotBefore) || now.After(c.NotAfter) {
		now = c.NotAfter
	}
	between := x509.NewCertPool()
	for _, a := range above {
		between.AddCert(a)
	}
	for _, kind := range r.pools() {
		if kind.pool == nil {
			continue
		}
		o := x509.VerifyOptions{Roots: kind.pool, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
		if _, err := c.Verify(o); err == nil {
			return kind.root
		}
	}
	return Unknown
}

// LoadRoots gathers the trusted authorities as LoadPool does, but keeps them
// apart.
func LoadRoots(system bool, files ...string) (Roots, error) {
	var r Roots
	var err error
	if r.Files, err = LoadPool(false, files...); err != nil {
		return r, err
	}
	if system {
		r.System, err = LoadPool(true)
	}
	return r, err
}
