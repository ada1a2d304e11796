package certs

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

// Use is what a certificate is for.
type Use string

const (
	ForSigning   Use = "signing"   // it signs tokens, and partners pin it
	ForTLS       Use = "tls"       // a server shows it to whoever connects
	ForAuthority Use = "authority" // it vouches for other certificates
)

// Finding is one thing that is wrong.
type Finding struct {
	Code   problem.Code `json:"code"`
	What   string       `json:"what"`   // in this case
	Remedy string       `json:"remedy"` // what to type
}

func finding(code problem.Code, format string, args ...any) Finding {
	row, _ := problem.Lookup(code)
	return Finding{Code: code, What: fmt.Sprintf(format, args...), Remedy: row.Remedy}
}

// Verdict says whether a certificate is fit for one use.
type Verdict struct {
	Use      Use       `json:"use"`
	Findings []Finding `json:"findings,omitempty"`
}

// Inspection is a certificate in words.
type Inspection struct {
	Use Use    `json:"use"` // what it is judged for
	Why string `json:"why"` // how that was found out

	Subject    string    `json:"subject"`
	Issuer     string    `json:"issuer"`
	SelfSigned bool      `json:"selfSigned"`
	Names      []string  `json:"names"`
	NotBefore  time.Time `json:"notBefore"`
	NotAfter   time.Time `json:"notAfter"`
	DaysLeft   int       `json:"daysLeft"` // whole days; less than 0 once it is over
	Key        string    `json:"key"`
	KeyBits    int       `json:"keyBits"`
	Signature  string    `json:"signature"`
	Serial     string    `json:"serial"`
	SHA1       string    `json:"sha1"` // the thumbprint of the products
	SHA256     string    `json:"sha256"`
	X5T        string    `json:"x5t"` // as tokens name it
	KeyUsage   []string  `json:"keyUsage"`

	// Verdicts has that for Use first, then those for the other uses that the
	// certificate could have.
	Verdicts []Verdict `json:"verdicts"`
	Notes    []string  `json:"notes,omitempty"` // worth knowing, and no fault
}

// Question is what somebody wants to know about a certificate.
type Question struct {
	Now  time.Time
	Use  Use    // "" takes it for what it looks like
	Host string // the name the server is called by, if that is known
}

// Findings is what is wrong with the certificate for its use.
func (i Inspection) Findings() []Finding {
	if len(i.Verdicts) == 0 {
		return nil
	}
	return i.Verdicts[0].Findings
}

// Inspect puts a certificate into words and judges it. It decides nothing: the
// verifier of tokens and the TLS handshake do.
func Inspect(c *x509.Certificate, q Question) Inspection {
	i := facts(c, q.Now)
	i.Use, i.Why = LooksLike(c)
	if q.Use != "" && q.Use != i.Use {
		i.Use, i.Why = q.Use, "asked for; by itself it looks like "+i.Use.Words()
	}
	uses := []Use{i.Use}
	switch {
	case i.Use != ForAuthority:
		uses = append(uses, map[Use]Use{ForSigning: ForTLS, ForTLS: ForSigning}[i.Use])
	case i.SelfSigned: // tools that make self-signed certificates often mark them as authorities
		uses = append(uses, ForSigning)
	}
	for _, use := range uses {
		i.Verdicts = append(i.Verdicts, Verdict{use, judge(c, use, q)})
	}
	if i.Use == ForSigning && weakSignature(c.SignatureAlgorithm) {
		i.Notes = append(i.Notes, fmt.Sprintf("its own signature is %s; partners pin the certificate, so that signature does not count", c.SignatureAlgorithm))
	}
	if i.Use == ForSigning && !i.SelfSigned {
		i.Notes = append(i.Notes, "an authority issued it, which costs nothing and gives nothing: partners pin the certificate and ask no authority")
	}
	return i
}

// Words name the use for people.
func (u Use) Words() string {
	switch u {
	case ForSigning:
		return "a certificate that signs tokens"
	case ForTLS:
		return "a TLS server certificate"
	}
	return "a certification authority"
}

// ParseUse reads a use as it is typed: signing, tls or authority.
func ParseUse(s string) (Use, error) {
	switch u := Use(strings.ToLower(s)); u {
	case "", ForSigning, ForTLS, ForAuthority:
		return u, nil
	}
	return "", fmt.Errorf("a certificate is for signing, tls or authority, not for %q", s)
}

// LooksLike guesses what a certificate is for, and says why.
func LooksLike(c *x509.Certificate) (Use, string) {
	names, own := len(namesOf(c)) > 0, selfSigned(c)
	switch {
	case c.BasicConstraintsValid && c.IsCA:
		return ForAuthority, "its basic constraints make it an authority"
	case c.Subject.CommonName == AuthCertificateName:
		return ForSigning, "its name is that of Exchange's signing certificate"
	case own && names:
		return ForSigning, "it is self-signed, as signing certificates are and TLS certificates should not be"
	case own:
		return ForSigning, "it is self-signed and lists no host names"
	case names:
		return ForTLS, "an authority issued it for host names"
	}
	return ForSigning, "it lists no host names, so that no server can show it"
}

func facts(c *x509.Certificate, now time.Time) Inspection {
	i := Inspection{
		Subject: subject(c), Issuer: clean(c.Issuer.String()), SelfSigned: selfSigned(c), Names: namesOf(c),
		NotBefore: c.NotBefore.UTC(), NotAfter: c.NotAfter.UTC(), DaysLeft: daysLeft(c, now),
		Signature: c.SignatureAlgorithm.String(), Serial: fmt.Sprintf("%X", c.SerialNumber),
		SHA1: s2s.ThumbprintOf(c).String(), SHA256: SHA256(c), X5T: s2s.ThumbprintOf(c).X5T(), KeyUsage: usages(c),
	}
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		i.Key, i.KeyBits = fmt.Sprintf("RSA, %d bits", key.N.BitLen()), key.N.BitLen()
	case *ecdsa.PublicKey:
		i.Key, i.KeyBits = "ECDSA, "+key.Curve.Params().Name, key.Curve.Params().BitSize
	case ed25519.PublicKey:
		i.Key, i.KeyBits = "Ed25519", 256
	default:
		i.Key = "of a kind that is not known here"
	}
	return i
}

// daysLeft counts whole days, down: an hour after the end it is -1.
func daysLeft(c *x509.Certificate, now time.Time) int {
	left := c.NotAfter.Sub(now)
	days := int(left / (24 * time.Hour))
	if left < 0 {
		days--
	}
	return days
}

// judge looks for what makes a certificate unfit for one use.
func judge(c *x509.Certificate, use Use, q Question) []Finding {
	found := judgeDates(c, use, q.Now)
	switch use {
	case ForSigning:
		return append(found, judgeSigningKey(c)...)
	case ForTLS:
		found = append(found, judgeName(c, q.Host)...)
		if selfSigned(c) {
			found = append(found, finding(problem.TLSUntrusted, "it vouches for itself: no client believes it unless somebody pins it"))
		}
		return append(found, judgeTLSKey(c)...)
	}
	return found
}

// soon is how long before its end a certificate counts as ending: what a
// signing certificate has to have left when it takes over.
const soon = 30 * 24 * time.Hour

func judgeDates(c *x509.Certificate, use Use, now time.Time) []Finding {
	codes := map[Use][3]problem.Code{
		ForSigning:   {problem.KeyringExpired, problem.KeyringNotYetValid, problem.KeyringTooShort},
		ForTLS:       {problem.TLSExpired, problem.TLSNotYetValid, problem.TLSEndsSoon},
		ForAuthority: {problem.TLSAuthorityExpired, problem.TLSNotYetValid, problem.TLSAuthorityExpired},
	}[use]
	switch {
	case now.After(c.NotAfter):
		return []Finding{finding(codes[0], "it expired on %s", moment(c.NotAfter))}
	case now.Before(c.NotBefore):
		return []Finding{finding(codes[1], "it is valid only from %s on, and it is %s here", moment(c.NotBefore), moment(now))}
	case c.NotAfter.Sub(now) < soon:
		return []Finding{finding(codes[2], "it ends on %s, in %d days", moment(c.NotAfter), daysLeft(c, now))}
	}
	return nil
}

func judgeSigningKey(c *x509.Certificate) []Finding {
	key, ok := c.PublicKey.(*rsa.PublicKey)
	switch {
	case !ok:
		return []Finding{finding(problem.KeyringWeak, "its key is no RSA key; tokens are signed with RSA only")}
	case key.N.BitLen() < DefaultBits:
		return []Finding{finding(problem.KeyringWeak, "its key has %d bits; peers want %d or more", key.N.BitLen(), DefaultBits)}
	}
	return nil
}

func judgeTLSKey(c *x509.Certificate) (found []Finding) {
	if key, ok := c.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() < DefaultBits {
		found = append(found, finding(problem.TLSWeak, "its key has %d bits; %d is the least that is safe", key.N.BitLen(), DefaultBits))
	}
	if weakSignature(c.SignatureAlgorithm) && !selfSigned(c) {
		found = append(found, finding(problem.TLSWeak, "it is signed with %s, which clients do not accept any more", c.SignatureAlgorithm))
	}
	if !servesTLS(c) {
		found = append(found, finding(problem.TLSWrongUse, "it may be used for %s, and not by a TLS server", strings.Join(usages(c), ", ")))
	}
	return found
}

// servesTLS reports whether the certificate's usages let a server show it.
func servesTLS(c *x509.Certificate) bool {
	if len(c.ExtKeyUsage) == 0 && len(c.UnknownExtKeyUsage) == 0 {
		return true
	}
	for _, u := range c.ExtKeyUsage {
		if u == x509.ExtKeyUsageServerAuth || u == x509.ExtKeyUsageAny {
			return true
		}
	}
	return false
}

func judgeName(c *x509.Certificate, host string) []Finding {
	names := namesOf(c)
	switch {
	case len(names) == 0 && c.Subject.CommonName != "":
		return []Finding{finding(problem.TLSNoNames, "it lists no host names; the subject CN=%s does not count", clean(c.Subject.CommonName))}
	case len(names) == 0:
		return []Finding{finding(problem.TLSNoNames, "it lists no host names")}
	case host == "" || c.VerifyHostname(host) == nil:
		return nil
	}
	what := fmt.Sprintf("the name asked for is %s, but it is made out to %s", host, strings.Join(names, ", "))
	if wildcard := tooDeepWildcard(names, host); wildcard != "" {
		what += fmt.Sprintf(" (%s covers one label only)", wildcard)
	}
	return []Finding{finding(problem.TLSWrongName, "%s", what)}
}

// usages are the key usages and extended key usages in words.
func usages(c *x509.Certificate) []string {
	all := []string{}
	for _, u := range []struct {
		bit  x509.KeyUsage
		word string
	}{
		{x509.KeyUsageDigitalSignature, "digital signature"}, {x509.KeyUsageContentCommitment, "non-repudiation"},
		{x509.KeyUsageKeyEncipherment, "key encipherment"}, {x509.KeyUsageDataEncipherment, "data encipherment"},
		{x509.KeyUsageKeyAgreement, "key agreement"}, {x509.KeyUsageCertSign, "signing of certificates"},
		{x509.KeyUsageCRLSign, "signing of revocation lists"},
	} {
		if c.KeyUsage&u.bit != 0 {
			all = append(all, u.word)
		}
	}
	for _, u := range c.ExtKeyUsage {
		all = append(all, extendedUsage(u))
	}
	for _, id := range c.UnknownExtKeyUsage {
		all = append(all, id.String())
	}
	if len(all) > maxNames {
		all = append(all[:maxNames], fmt.Sprintf("and %d more", len(all)-maxNames))
	}
	return all
}

func extendedUsage(u x509.ExtKeyUsage) string {
	switch u {
	case x509.ExtKeyUsageAny:
		return "anything"
	case x509.ExtKeyUsageServerAuth:
		return "TLS server"
	case x509.ExtKeyUsageClientAuth:
		return "TLS client"
	case x509.ExtKeyUsageCodeSigning:
		return "signing of programs"
	case x509.ExtKeyUsageEmailProtection:
		return "mail"
	case x509.ExtKeyUsageTimeStamping:
		return "time stamps"
	case x509.ExtKeyUsageOCSPSigning:
		return "answers about revocation"
	}
	return fmt.Sprintf("extended usage %d", u)
}
