package certs

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
)

// maxLinks bounds a path.
const maxLinks = 10

// Source says where a link of a chain came from.
type Source string

const (
	Sent    Source = "sent"    // by the server, or in the file
	Trusted Source = "trusted" // an authority that this side knows
)

// Link is one certificate of a path.
type Link struct {
	Role        string     `json:"role"` // server, intermediate or root
	Source      Source     `json:"source"`
	Certificate Inspection `json:"certificate"`
}

// Missing is the link behind which nothing is known.
type Missing struct {
	Subject string   `json:"subject"`         // who it is made out to
	KeyID   string   `json:"keyId,omitempty"` // the identifier of its key, as the link below names it
	URLs    []string `json:"urls,omitempty"`  // where the link below says it lies; nobody fetches it
}

// Path is the way from a certificate to who vouches for it.
type Path struct {
	Links []Link `json:"links"`
	// Root says who vouches: ThirdParty or Registry for a trusted authority,
	// None for a certificate that vouches for itself, Unknown otherwise.
	Root     Root      `json:"root"`
	Missing  *Missing  `json:"missing,omitempty"`
	Findings []Finding `json:"findings,omitempty"`
	Notes    []string  `json:"notes,omitempty"`
}

// Trusted says whether an authority of this side vouches for the certificate.
func (p Path) Trusted() bool { return p.Root == ThirdParty || p.Root == Registry }

// Trace follows a chain from its first certificate, link by link: through what
// was sent, whatever its order, then through the authorities of this side. It
// fetches nothing.
func Trace(chain []*x509.Certificate, roots Roots, now time.Time) Path {
	if len(chain) == 0 {
		return Path{Root: Unknown}
	}
	sent, end := walk(chain)
	known, root, broken := roots.above(end, now)
	p := Path{Root: root}
	for i, c := range append(slices.Clone(sent), known...) {
		l := Link{Role: "intermediate", Source: Sent, Certificate: facts(c, now)}
		switch {
		case i == 0:
			l.Role = "server"
		case selfSigned(c):
			l.Role = "root"
		}
		if i >= len(sent) {
			l.Source = Trusted
		}
		p.Links = append(p.Links, l)
		if i > 0 {
			p.addFindings(judgeDates(c, ForAuthority, now), c)
		}
	}
	if broken == nil && p.Trusted() {
		broken = p.verify(chain, roots, now)
	}
	if broken != nil {
		p.Root = Unknown
		p.Findings = append(p.Findings, finding(problem.TLSUntrusted, "the chain is complete, but does not hold: %s", clean(broken.Error())))
	} else {
		p.end(end, len(sent) == 1)
	}
	p.note(chain, sent, known)
	return p
}

// walk orders the certificates that were sent, from the first up to the last
// that leads anywhere.
func walk(chain []*x509.Certificate) (sent []*x509.Certificate, end *x509.Certificate) {
	sent = []*x509.Certificate{chain[0]}
	for end = chain[0]; !selfSigned(end) && len(sent) < maxLinks; {
		i := slices.IndexFunc(chain[1:], func(c *x509.Certificate) bool {
			return Issued(c, end) && !slices.ContainsFunc(sent, c.Equal)
		})
		if i < 0 {
			break
		}
		end = chain[1+i]
		sent = append(sent, end)
	}
	return sent, end
}

// Issued reports whether parent is the issuer of c. A signature of a kind that
// is not accepted any more is still one.
func Issued(parent, c *x509.Certificate) bool {
	if !bytes.Equal(parent.RawSubject, c.RawIssuer) {
		return false
	}
	if len(parent.SubjectKeyId) > 0 && len(c.AuthorityKeyId) > 0 && !bytes.Equal(parent.SubjectKeyId, c.AuthorityKeyId) {
		return false
	}
	err := parent.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
	var old x509.InsecureAlgorithmError
	return err == nil || errors.As(err, &old)
}

// above finds the authorities of this side that stand over a certificate, the
// root last, and of which kind they are. A certificate that is itself trusted
// has none above it. The error is that of an authority that is known here and
// may not vouch for the certificate.
func (r Roots) above(c *x509.Certificate, now time.Time) (known []*x509.Certificate, root Root, broken error) {
	if now.Before(c.NotBefore) || now.After(c.NotAfter) {
		now = c.NotAfter // dates are told apart
	}
	for _, kind := range r.pools() {
		if kind.pool == nil {
			continue
		}
		ways, err := c.Verify(x509.VerifyOptions{Roots: kind.pool, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		if err == nil && len(ways) > 0 {
			return ways[0][1:], kind.root, nil
		}
		if invalid := (x509.CertificateInvalidError{}); errors.As(err, &invalid) && invalid.Reason != x509.Expired {
			broken = err
		}
	}
	if selfSigned(c) {
		return nil, NoRoot, nil
	}
	return nil, Unknown, broken
}

func (p *Path) addFindings(found []Finding, c *x509.Certificate) {
	for _, f := range found {
		f.What = "the authority " + subject(c) + ": " + f.What
		p.Findings = append(p.Findings, f)
	}
}

// end says what is wrong with where the path stops.
func (p *Path) end(end *x509.Certificate, alone bool) {
	switch {
	case p.Trusted():
	case p.Root == NoRoot && alone:
		p.Findings = append(p.Findings, finding(problem.TLSUntrusted, "the certificate vouches for itself (%s), and nobody this side trusts does", subject(end)))
	case p.Root == NoRoot:
		p.Findings = append(p.Findings, finding(problem.TLSUntrusted, "the chain leads up to the root %s, which is not trusted here", subject(end)))
	default:
		p.Missing = &Missing{Subject: clean(end.Issuer.String()), KeyID: fmt.Sprintf("%X", end.AuthorityKeyId)}
		for _, u := range end.IssuingCertificateURL {
			if len(p.Missing.URLs) < maxNames {
				p.Missing.URLs = append(p.Missing.URLs, clean(u))
			}
		}
		p.Findings = append(p.Findings, p.Missing.finding(subject(end)))
	}
}

// finding tells a missing intermediate from an authority that is not trusted
// as far as that can be told: an authority that says where its own certificate
// lies expects it to be looked for.
func (m Missing) finding(below string) Finding {
	what := fmt.Sprintf("%s issued %s; its certificate was not sent and is not trusted here", m.Subject, below)
	if len(m.URLs) == 0 {
		return finding(problem.TLSUntrusted, "%s", what)
	}
	return finding(problem.TLSIncompleteChain, "%s; it lies at %s (not fetched: get it yourself and compare it with what the authority publishes)", what, m.URLs[0])
}

// verify finds what the walk does not look for, such as an authority that is
// limited to other names or may not issue certificates. Dates are told apart.
func (p *Path) verify(chain []*x509.Certificate, roots Roots, now time.Time) error {
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	for _, kind := range roots.pools() {
		if kind.root != p.Root {
			continue
		}
		_, err := chain[0].Verify(x509.VerifyOptions{Roots: kind.pool, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		if invalid := (x509.CertificateInvalidError{}); errors.As(err, &invalid) && invalid.Reason == x509.Expired {
			return nil
		}
		return err
	}
	return nil
}

// pools are those of r, with the kind of root each makes.
func (r Roots) pools() []struct {
	root Root
	pool *x509.CertPool
} {
	return []struct {
		root Root
		pool *x509.CertPool
	}{{Registry, r.Files}, {ThirdParty, r.System}}
}

// note adds what is no fault here and may be one elsewhere.
func (p *Path) note(chain, sent, known []*x509.Certificate) {
	for i, c := range sent {
		if i < len(chain) && !chain[i].Equal(c) {
			p.Notes = append(p.Notes, "the certificates come in another order than that of the chain; some clients give up on that")
			break
		}
	}
	if last := sent[len(sent)-1]; len(sent) > 1 && selfSigned(last) {
		p.Notes = append(p.Notes, "the root is among what was sent; it need not be, and nobody trusts it for that")
	}
	for _, c := range chain {
		if !slices.ContainsFunc(sent, c.Equal) {
			p.Notes = append(p.Notes, subject(c)+" was sent and is no part of the chain")
		}
		if len(p.Notes) > maxNames {
			return
		}
	}
	for _, c := range known {
		if !selfSigned(c) {
			p.Notes = append(p.Notes, "the intermediate "+subject(c)+" is not sent; this side knows it, others may not")
		}
	}
}

// Shown is what a server showed, and how it was called.
type Shown struct {
	Host    string
	Version uint16
	Chain   []*x509.Certificate
	// Pinned says that somebody on this side vouches for the server's own
	// certificate, and AnyName that its name does not matter then.
	Pinned, AnyName bool
}

// Check is the judgement over one side of a server's TLS.
type Check struct {
	Kind     Kind      `json:"kind"`
	What     string    `json:"what"`
	Findings []Finding `json:"findings,omitempty"`
}

// Key is the kind of the check of the key and its uses.
const Key Kind = "key"

// Judge looks at chain, name, date, version and key one by one. A handshake
// ends at the first of them that fails, and an administrator should not have
// to mend them one by one.
func Judge(s Shown, roots Roots, now time.Time) ([]Check, Path) {
	p := Trace(s.Chain, roots, now)
	if len(s.Chain) == 0 {
		return nil, p
	}
	leaf := s.Chain[0]
	chain := Check{Kind: Chain, What: p.who(), Findings: p.Findings}
	name := Check{Kind: Name, What: "it is made out to " + orNone(namesOf(leaf)), Findings: judgeName(leaf, s.Host)}
	if s.Pinned {
		chain = Check{Kind: Chain, What: "it is pinned on this side, so that no authority is asked"}
	}
	if s.Pinned && s.AnyName {
		name.Findings, name.What = nil, name.What+", and this side takes it for "+s.Host
	}
	return []Check{chain, name,
		{Kind: Date, What: fmt.Sprintf("it is valid from %s to %s", moment(leaf.NotBefore), moment(leaf.NotAfter)), Findings: judgeDates(leaf, ForTLS, now)},
		judgeVersion(s),
		{Kind: Key, What: facts(leaf, now).Key, Findings: judgeTLSKey(leaf)},
	}, p
}

// who says in words who vouches.
func (p Path) who() string {
	if !p.Trusted() {
		return "nobody that is trusted here vouches for it"
	}
	top := p.Links[len(p.Links)-1].Certificate.Subject
	if p.Root == ThirdParty {
		return "it leads up to " + top + ", an authority of the operating system"
	}
	return "it leads up to " + top + ", an authority of a CA file"
}

func judgeVersion(s Shown) Check {
	c := Check{Kind: Version, What: tls.VersionName(s.Version)}
	if s.Version < tls.VersionTLS12 {
		c.Findings = []Finding{finding(problem.TLSOldVersion, "%s offers %s at best, and TLS 1.2 is the least that is used", s.Host, tls.VersionName(s.Version))}
	}
	return c
}
