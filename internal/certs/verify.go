package certs

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Kind says in one word why a server's certificate was refused. .NET has one
// sentence for the first three (checklist 002-33, 002-35); the cure differs.
type Kind string

const (
	Chain   Kind = "chain"   // nobody trusted vouches for it
	Name    Kind = "name"    // it is made out to somebody else
	Date    Kind = "date"    // it is too old or too new
	Version Kind = "version" // the server's TLS is too old
	Other   Kind = "other"
)

// Cause is the explanation of a failed verification.
type Cause struct {
	Kind   Kind
	What   string   // one sentence: what is wrong, with the names and dates
	Remedy string   // one sentence: what to do about it
	Also   []string // further faults of the same certificate, hidden behind the first

	Wanted              string   // the host name asked for
	Names               []string // the names on the server's certificate
	Issuer              string   // who issued it
	NotBefore, NotAfter time.Time
	SelfSigned          bool // the server's certificate vouches for itself
	MissingIntermediate bool // the server sent its own certificate only
	NotYet              bool // with Date: not valid yet, rather than expired
}

// String gives all sentences in the order they are worth reading.
func (c Cause) String() string {
	s := c.What
	for _, also := range c.Also {
		s += "; also, " + also
	}
	return s + "; " + c.Remedy
}

// ExplainVerify puts the error of a TLS handshake, or of verifying a
// certificate, into words. The chain is what the server sent and may be empty
// when the error carries it (tls.CertificateVerificationError does).
func ExplainVerify(err error, chain []*x509.Certificate, host string, now time.Time) Cause {
	var failed *tls.CertificateVerificationError
	if len(chain) == 0 && errors.As(err, &failed) {
		chain = failed.UnverifiedCertificates
	}
	c := Cause{Kind: Other, Wanted: host}
	if len(chain) > 0 {
		c.describe(chain)
	}
	c.classify(err, chain, now)
	if len(chain) > 0 {
		c.addHidden(chain[0], now)
	}
	return c
}

// describe takes over the facts of the server's certificate.
func (c *Cause) describe(chain []*x509.Certificate) {
	leaf := chain[0]
	c.Names = namesOf(leaf)
	c.Issuer = clean(leaf.Issuer.String())
	c.NotBefore, c.NotAfter = leaf.NotBefore, leaf.NotAfter
	c.SelfSigned = selfSigned(leaf)
	c.MissingIntermediate = len(chain) == 1 && !c.SelfSigned
}

func (c *Cause) classify(err error, chain []*x509.Certificate, now time.Time) {
	var (
		wrongName x509.HostnameError
		invalid   x509.CertificateInvalidError
		unknown   x509.UnknownAuthorityError
	)
	switch {
	case errors.As(err, &wrongName):
		c.wrongName(wrongName.Certificate)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		c.wrongDate(invalid.Cert, chain, now)
	case errors.As(err, &invalid) && invalid.Reason == x509.CANotAuthorizedForThisName:
		c.Kind = Chain
		c.What = fmt.Sprintf("the authority that issued the certificate of %s is limited to other names (%s)", c.Wanted, invalid.Detail)
		c.Remedy = "issue the certificate from an authority that may vouch for this name"
	case errors.As(err, &unknown):
		c.untrusted(chain)
	case isVersion(err):
		c.Kind = Version
		c.What = fmt.Sprintf("%s offers no TLS version from 1.2 on", c.Wanted)
		c.Remedy = "enable TLS 1.2 on that server and restart it"
	case err != nil:
		c.What = fmt.Sprintf("the certificate of %s was refused: %v", c.Wanted, err)
		c.Remedy = "look at the certificate with: matchseal cert chain https://" + c.Wanted
	}
}

func (c *Cause) wrongName(cert *x509.Certificate) {
	c.Kind = Name
	if cert != nil {
		c.Names = namesOf(cert)
	}
	switch {
	case len(c.Names) > 0:
		c.What = fmt.Sprintf("the name asked for is %s, but the certificate is made out to %s", c.Wanted, strings.Join(c.Names, ", "))
	case cert != nil && cert.Subject.CommonName != "":
		c.What = fmt.Sprintf("the name asked for is %s, but the certificate lists no host names at all (the subject CN=%s does not count)", c.Wanted, clean(cert.Subject.CommonName))
	default:
		c.What = fmt.Sprintf("the certificate does not list %s", c.Wanted)
	}
	c.Remedy = fmt.Sprintf("give the server a certificate whose subject alternative names list %s, or put a name it does list into the URL", c.Wanted)
	if one := tooDeepWildcard(c.Names, c.Wanted); one != "" {
		c.Remedy += fmt.Sprintf(" (%s covers one label only)", one)
	}
}

func (c *Cause) wrongDate(cert *x509.Certificate, chain []*x509.Certificate, now time.Time) {
	c.Kind = Date
	whose := "the certificate of " + c.Wanted
	if cert != nil && len(chain) > 0 && !cert.Equal(chain[0]) {
		whose = "the certificate of the authority " + subject(cert) + " above it"
	}
	if cert == nil {
		c.What, c.Remedy = whose+" is outside its dates", "check the clock of this computer and the dates of the certificate"
		return
	}
	if now.Before(cert.NotBefore) {
		c.NotYet = true
		c.What = fmt.Sprintf("%s is valid only from %s on, and it is %s here", whose, moment(cert.NotBefore), moment(now))
		c.Remedy = "check the clock of this computer; if it is right, wait or have the certificate issued again"
		return
	}
	c.What = fmt.Sprintf("%s expired on %s", whose, moment(cert.NotAfter))
	c.Remedy = "renew the server's TLS certificate and assign the new one to its web site (it is not the one that signs tokens)"
}

func (c *Cause) untrusted(chain []*x509.Certificate) {
	c.Kind = Chain
	const trust = "to the trusted authorities of this side (ca_files, under trust in its configuration file)"
	switch {
	case len(chain) == 0:
		c.What = fmt.Sprintf("the authority that issued the certificate of %s is not trusted here", c.Wanted)
		c.Remedy = "add the certificate of its authority " + trust
	case c.SelfSigned:
		c.What = fmt.Sprintf("%s shows a certificate that it signed itself (%s); nobody this side trusts vouches for it", c.Wanted, subject(chain[0]))
		c.Remedy = "give the server a certificate of an authority both sides trust, or pin this very certificate on this side (pins, under trust in its configuration file)"
	case c.MissingIntermediate:
		c.What = fmt.Sprintf("the certificate of %s was issued by %s, which is not trusted here, and the server sends no intermediate certificate", c.Wanted, c.Issuer)
		c.Remedy = "have the server send its intermediate certificates; if " + c.Issuer + " is a root authority of your own, add its certificate " + trust
	default:
		top := chain[len(chain)-1]
		name := clean(top.Issuer.String())
		c.What = fmt.Sprintf("the certificate of %s leads up to the authority %s, which is not trusted here", c.Wanted, name)
		c.Remedy = "add the certificate of " + name + " " + trust
	}
}

// addHidden looks for faults that the verifier did not come to: it stops at
// the first, and an administrator should not have to fix them one by one.
func (c *Cause) addHidden(leaf *x509.Certificate, now time.Time) {
	if c.Kind == Version {
		return
	}
	if c.Kind != Date && now.After(leaf.NotAfter) {
		c.Also = append(c.Also, "it expired on "+moment(leaf.NotAfter))
	}
	if c.Kind != Date && now.Before(leaf.NotBefore) {
		c.Also = append(c.Also, "it is valid only from "+moment(leaf.NotBefore)+" on")
	}
	if c.Kind != Name && c.Wanted != "" && leaf.VerifyHostname(c.Wanted) != nil {
		c.Also = append(c.Also, fmt.Sprintf("it does not list the name %s (it lists %s)", c.Wanted, orNone(c.Names)))
	}
	if c.Kind == Chain && weakSignature(leaf.SignatureAlgorithm) {
		c.Also = append(c.Also, fmt.Sprintf("it is signed with %s, which is not accepted any more", leaf.SignatureAlgorithm))
	}
	if c.Kind != Chain && c.SelfSigned {
		c.Also = append(c.Also, "the server signed it itself")
	}
}

func weakSignature(a x509.SignatureAlgorithm) bool {
	switch a {
	case x509.MD5WithRSA, x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.DSAWithSHA1:
		return true
	}
	return false
}

// isVersion recognises a handshake that ended over the protocol version. The
// standard library has no type for it, on either side.
func isVersion(err error) bool {
	if err == nil {
		return false
	}
	text := err.Error()
	return strings.Contains(text, "unsupported protocol version") || strings.Contains(text, "protocol version not supported")
}

// selfSigned serves the words only; the verifier has decided already.
func selfSigned(c *x509.Certificate) bool { return bytes.Equal(c.RawIssuer, c.RawSubject) }

// maxNames bounds what a certificate can put into a sentence.
const maxNames = 20

func namesOf(c *x509.Certificate) []string {
	var names []string
	for _, name := range c.DNSNames {
		names = append(names, clean(name))
	}
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) > maxNames {
		names = append(names[:maxNames], fmt.Sprintf("and %d more", len(names)-maxNames))
	}
	return names
}

// clean takes control characters and endless text out of what a foreign
// certificate says about itself: it goes into logs and onto terminals.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > 200 {
		s = string(runes[:200]) + "…"
	}
	return s
}

// tooDeepWildcard finds a wildcard that an administrator would expect to
// match the host, although it stands for exactly one label.
func tooDeepWildcard(names []string, host string) string {
	for _, name := range names {
		if rest, ok := strings.CutPrefix(name, "*"); ok && strings.HasSuffix(strings.ToLower(host), strings.ToLower(rest)) {
			return name
		}
	}
	return ""
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// subject names a certificate for people.
func subject(c *x509.Certificate) string {
	if s := c.Subject.String(); s != "" {
		return clean(s)
	}
	return "no subject, names " + orNone(namesOf(c))
}

func day(t time.Time) string    { return t.UTC().Format(time.DateOnly) }
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
