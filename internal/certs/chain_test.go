package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/problem"
)

// pki is a root, an intermediate below it, and a server's certificate below
// that, which says where the intermediate's certificate lies.
type pki struct {
	root, middle *CA
	leaf         *x509.Certificate
	roots        Roots
}

func newPKI(t *testing.T) pki {
	t.Helper()
	p := pki{root: newCA(t, "Litware Root")}
	var err error
	if p.middle, err = p.root.NewIntermediate("Litware Issuing", clock); err != nil {
		t.Fatal(err)
	}
	p.leaf = p.leafWith(t, func(c *x509.Certificate) { c.IssuingCertificateURL = []string{"http://pki.litware.test/issuing.crt"} })
	p.roots = Roots{Files: p.root.Pool()}
	return p
}

func (p pki) leafWith(t *testing.T, change func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{Subject: pkix.Name{CommonName: "mail.litware.test"}, DNSNames: []string{"mail.litware.test"},
		NotBefore: clock.Add(-time.Hour), NotAfter: clock.AddDate(1, 0, 0), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	change(template)
	c, err := sign(template, p.middle.Certificate, key.Public(), p.middle.key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The path is found whatever the order, and what is missing is told with where
// to get it.
func TestTrace(t *testing.T) {
	t.Parallel()
	p := newPKI(t)
	own, _ := selfSignedForTest(t)
	root, middle := p.root.Certificate, p.middle.Certificate
	silent := p.leafWith(t, func(*x509.Certificate) {})
	imposter := newCA(t, "Litware Issuing").Certificate // the name alone makes no issuer
	withMiddle := Roots{Files: p.root.Pool()}
	withMiddle.Files.AddCert(middle)
	list := func(c ...*x509.Certificate) []*x509.Certificate { return c }

	for _, tt := range []struct {
		name    string
		chain   []*x509.Certificate
		roots   Roots
		at      time.Time
		links   string // role and source of each
		root    Root
		found   []problem.Code
		missing string
		says    string // in findings or notes
	}{
		{"whole", list(p.leaf, middle), p.roots, clock, "server sent, intermediate sent, root trusted", Registry, nil, "", ""},
		{"system", list(p.leaf, middle), Roots{System: p.root.Pool()}, clock, "server sent, intermediate sent, root trusted", ThirdParty, nil, "", ""},
		{"with the root", list(p.leaf, middle, root), p.roots, clock, "server sent, intermediate sent, root sent", Registry, nil, "", "it need not be"},
		{"out of order", list(p.leaf, root, middle), p.roots, clock, "server sent, intermediate sent, root sent", Registry, nil, "", "another order"},
		{"a stranger among them", list(p.leaf, middle, own), p.roots, clock, "server sent, intermediate sent, root trusted", Registry, nil, "", "is no part of the chain"},
		{"intermediate left out", list(p.leaf), p.roots, clock, "server sent", Unknown, []problem.Code{problem.TLSIncompleteChain}, "Litware Issuing", "it lies at http://pki.litware.test/issuing.crt (not fetched"},
		{"intermediate left out, no address", list(silent), p.roots, clock, "server sent", Unknown, []problem.Code{problem.TLSUntrusted}, "Litware Issuing", "was not sent and is not trusted here"},
		{"intermediate of another", list(p.leaf, imposter), p.roots, clock, "server sent", Unknown, []problem.Code{problem.TLSIncompleteChain}, "Litware Issuing", "is no part of the chain"},
		{"intermediate known here", list(p.leaf), withMiddle, clock, "server sent, intermediate trusted", Registry, nil, "", "others may not"},
		{"nobody trusted", list(p.leaf, middle), Roots{}, clock, "server sent, intermediate sent", Unknown, []problem.Code{problem.TLSUntrusted}, "Litware Root", ""},
		{"root sent, not trusted", list(p.leaf, middle, root), Roots{}, clock, "server sent, intermediate sent, root sent", NoRoot, []problem.Code{problem.TLSUntrusted}, "", "leads up to the root CN=Litware Root"},
		{"self-signed", list(own), p.roots, clock, "server sent", NoRoot, []problem.Code{problem.TLSUntrusted}, "", "vouches for itself"},
		{"self-signed and trusted", list(own), Roots{Files: poolOf(own)}, clock, "server sent", Registry, nil, "", ""},
		{"authorities over", list(p.leaf, middle), p.roots, clock.AddDate(11, 0, 0), "server sent, intermediate sent, root trusted", Registry, []problem.Code{problem.TLSAuthorityExpired, problem.TLSAuthorityExpired}, "", "the authority CN=Litware Issuing,O=matchseal: it expired"},
		{"nothing", nil, p.roots, clock, "", Unknown, nil, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Trace(tt.chain, tt.roots, tt.at)
			var links, says []string
			for _, l := range got.Links {
				links = append(links, l.Role+" "+string(l.Source))
			}
			if joined := strings.Join(links, ", "); joined != tt.links || got.Root != tt.root || got.Trusted() != (tt.root == Registry || tt.root == ThirdParty) {
				t.Errorf("%s, %s", joined, got.Root)
			}
			if diff := cmp.Diff(tt.found, codes(got.Findings)); diff != "" {
				t.Error(diff)
			}
			if (got.Missing == nil) != (tt.missing == "") || got.Missing != nil && !strings.Contains(got.Missing.Subject, tt.missing) {
				t.Errorf("missing: %+v", got.Missing)
			}
			for _, f := range got.Findings {
				says = append(says, f.What)
			}
			if all := strings.Join(append(says, got.Notes...), "; "); !strings.Contains(all, tt.says) {
				t.Errorf("%q lacks %q", all, tt.says)
			}
		})
	}
}

func poolOf(all ...*x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, c := range all {
		pool.AddCert(c)
	}
	return pool
}

// An authority that may not vouch for the name breaks a chain that is
// complete.
func TestTraceWithinDomains(t *testing.T) {
	t.Parallel()
	ca, err := NewCA("Lab Root", clock, "litware.test")
	if err != nil {
		t.Fatal(err)
	}
	chain := issue(t, ca, TLSRequest{Names: []string{"mail.contoso.test"}}.ValidFrom(clock))
	got := Trace(chain, Roots{Files: ca.Pool()}, clock)
	if got.Trusted() || len(got.Findings) != 1 || !strings.Contains(got.Findings[0].What, "does not hold") {
		t.Errorf("%+v", got)
	}
}

// checklist: 002-33 002-35 002-36 002-37: chain, name, date and version are
// judged one by one, however many of them fail.
func TestJudge(t *testing.T) {
	t.Parallel()
	p := newPKI(t)
	own, _ := selfSignedForTest(t)
	whole := []*x509.Certificate{p.leaf, p.middle.Certificate}
	weak := p.leafWith(t, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })
	for _, tt := range []struct {
		name  string
		shown Shown
		at    time.Time
		wrong []Kind
	}{
		{"good", Shown{Host: "mail.litware.test", Version: tls.VersionTLS13, Chain: whole}, clock, nil},
		{"name", Shown{Host: "a.mail.litware.test", Version: tls.VersionTLS12, Chain: whole}, clock, []Kind{Name}},
		{"date", Shown{Host: "mail.litware.test", Version: tls.VersionTLS12, Chain: whole}, clock.AddDate(2, 0, 0), []Kind{Date}},
		{"version", Shown{Host: "mail.litware.test", Version: tls.VersionTLS11, Chain: whole}, clock, []Kind{Version}},
		{"chain", Shown{Host: "mail.litware.test", Version: tls.VersionTLS12, Chain: whole[:1]}, clock, []Kind{Chain}},
		{"use", Shown{Host: "mail.litware.test", Version: tls.VersionTLS12, Chain: []*x509.Certificate{weak, p.middle.Certificate}}, clock, []Kind{Key}},
		{"all", Shown{Host: "pool.litware.test", Version: tls.VersionTLS10, Chain: []*x509.Certificate{weak}}, clock.AddDate(2, 0, 0), []Kind{Chain, Name, Date, Version, Key}},
		{"self-signed", Shown{Host: "exch01", Version: tls.VersionTLS12, Chain: []*x509.Certificate{own}}, clock, []Kind{Chain, Name}},
		{"pinned", Shown{Host: "exch01", Version: tls.VersionTLS12, Chain: []*x509.Certificate{own}, Pinned: true}, clock, []Kind{Name}},
		{"pinned for any name", Shown{Host: "exch01", Version: tls.VersionTLS12, Chain: []*x509.Certificate{own}, Pinned: true, AnyName: true}, clock, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			checks, _ := Judge(tt.shown, p.roots, tt.at)
			var all, wrong []Kind
			for _, c := range checks {
				all = append(all, c.Kind)
				if len(c.Findings) > 0 {
					wrong = append(wrong, c.Kind)
				}
				if c.What == "" {
					t.Errorf("%s says nothing", c.Kind)
				}
			}
			if diff := cmp.Diff(tt.wrong, wrong); diff != "" || !slices.Equal(all, []Kind{Chain, Name, Date, Version, Key}) {
				t.Errorf("%v\n%s", all, diff)
			}
		})
	}
	if checks, path := Judge(Shown{}, p.roots, clock); checks != nil || len(path.Links) != 0 {
		t.Error("nothing was shown, and it was judged")
	}
}
