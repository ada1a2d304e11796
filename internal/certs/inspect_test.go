package certs

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/problem"
)

func codes(found []Finding) []problem.Code {
	var all []problem.Code
	for _, f := range found {
		all = append(all, f.Code)
	}
	return all
}

func selfSignedWith(t *testing.T, o SelfSigned) *x509.Certificate {
	t.Helper()
	if o.NotBefore.IsZero() {
		o.NotBefore, o.NotAfter = clock.Add(-time.Hour), clock.AddDate(5, 0, 0)
	}
	c, _, err := NewSelfSigned(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A certificate is judged for what it looks like, and each fault is told with
// its remedy.
//
// checklist: 002-05, 002-06, 002-13: signing and TLS certificates are two things
func TestInspect(t *testing.T) {
	t.Parallel()
	ca := newCA(t, "Litware Root")
	const host = "mail.litware.test"
	good := TLSRequest{Names: []string{host, "autodiscover.litware.test"}}.ValidFrom(clock)
	signing, _ := selfSignedForTest(t)
	web := issue(t, ca, good)[0]
	weak := good
	weak.Bits = 1024
	noNames := *web
	noNames.DNSNames, noNames.IPAddresses, noNames.Subject = nil, nil, pkix.Name{CommonName: host}
	noServer, sha1 := *web, *web
	noServer.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	sha1.SignatureAlgorithm = x509.SHA1WithRSA

	for _, tt := range []struct {
		name  string
		cert  *x509.Certificate
		ask   Question
		use   Use
		found []problem.Code
		says  string
	}{
		{"Exchange's signing certificate", signing, Question{}, ForSigning, nil, ""},
		{"the same for TLS", signing, Question{Use: ForTLS}, ForTLS, []problem.Code{problem.TLSNoNames, problem.TLSUntrusted}, "CN=Microsoft Exchange Server Auth Certificate does not count"},
		{"TLS", web, Question{Host: host}, ForTLS, nil, ""},
		{"TLS, wrong host", web, Question{Host: "pool.litware.test"}, ForTLS, []problem.Code{problem.TLSWrongName}, "made out to mail.litware.test, autodiscover.litware.test"},
		{"TLS for signing", web, Question{Use: ForSigning}, ForSigning, []problem.Code{problem.KeyringWeak}, "no RSA key"},
		{"TLS, short key", issue(t, ca, weak)[0], Question{}, ForTLS, []problem.Code{problem.TLSWeak}, "1024 bits"},
		{"TLS, no names", &noNames, Question{Use: ForTLS}, ForTLS, []problem.Code{problem.TLSNoNames}, "does not count"},
		{"no names looks like signing", &noNames, Question{}, ForSigning, []problem.Code{problem.KeyringWeak}, ""},
		{"TLS client only", &noServer, Question{}, ForTLS, []problem.Code{problem.TLSWrongUse}, "TLS client"},
		{"TLS, SHA-1", &sha1, Question{}, ForTLS, []problem.Code{problem.TLSWeak}, "SHA1-RSA"},
		{"TLS, expired", web, Question{Now: clock.AddDate(2, 0, 0)}, ForTLS, []problem.Code{problem.TLSExpired}, "it expired on 2028-02-16"},
		{"TLS, early", web, Question{Now: clock.AddDate(-1, 0, 0)}, ForTLS, []problem.Code{problem.TLSNotYetValid}, "valid only from 2027-01-15"},
		{"TLS, soon", web, Question{Now: good.NotAfter.Add(-10 * 24 * time.Hour)}, ForTLS, []problem.Code{problem.TLSEndsSoon}, "in 10 days"},
		{"signing, expired", signing, Question{Now: clock.AddDate(6, 0, 0)}, ForSigning, []problem.Code{problem.KeyringExpired}, "it expired on 2032-01-15"},
		{"signing, early", signing, Question{Now: clock.AddDate(-1, 0, 0)}, ForSigning, []problem.Code{problem.KeyringNotYetValid}, ""},
		{"signing, soon", signing, Question{Now: clock.AddDate(5, 0, -3)}, ForSigning, []problem.Code{problem.KeyringTooShort}, "in 3 days"},
		{"signing, short key", selfSignedWith(t, SelfSigned{Subject: pkix.Name{CommonName: AuthCertificateName}, Bits: 1024}), Question{}, ForSigning, []problem.Code{problem.KeyringWeak}, "1024 bits"},
		{"a server's own", selfSignedWith(t, SelfSigned{Subject: pkix.Name{CommonName: "EXCH01"}, DNSNames: []string{"exch01"}}), Question{}, ForSigning, nil, ""},
		{"an authority", ca.Certificate, Question{}, ForAuthority, nil, ""},
		{"an authority, expired", ca.Certificate, Question{Now: clock.AddDate(11, 0, 0)}, ForAuthority, []problem.Code{problem.TLSAuthorityExpired}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.ask.Now.IsZero() {
				tt.ask.Now = clock
			}
			got := Inspect(tt.cert, tt.ask)
			if got.Use != tt.use || got.Why == "" {
				t.Errorf("taken for %s, because %s", got.Use, got.Why)
			}
			if diff := cmp.Diff(tt.found, codes(got.Findings())); diff != "" {
				t.Error(diff)
			}
			var what []string
			for _, f := range got.Findings() {
				what = append(what, f.What)
				if f.Remedy == "" {
					t.Errorf("%s has no remedy", f.Code)
				}
			}
			if !strings.Contains(strings.Join(what, "; "), tt.says) {
				t.Errorf("%q lack %q", what, tt.says)
			}
		})
	}
}

// The facts are those that other tools show, so that they can be compared.
func TestInspectionFacts(t *testing.T) {
	t.Parallel()
	leaf, err := Read(bundle(t), "")
	if err != nil {
		t.Fatal(err)
	}
	got := Inspect(leaf.Certificate, Question{Now: leaf.Certificate.NotAfter.Add(-25 * time.Hour)})
	if got.Subject != "CN=mail.litware.test" || got.Issuer != "CN=Litware CA" || got.DaysLeft != 1 || got.SelfSigned {
		t.Errorf("%+v", got)
	}
	// openssl x509 -fingerprint -sha1, -sha256
	if got.SHA1 != "C18EEB4FBAF8A0DB9CDAB6249F61CF4F9192A16B" || got.SHA256 != "70F7F949AA0EB0C1B633F0D4B634D4A6B4463755FDD97118C23354B6759E4E92" ||
		got.Serial != "29B61C499A47BB1F30EA16BEB2A3360C19C2CFAE" || len(got.X5T) != 27 || got.Key != "RSA, 1024 bits" || got.KeyBits != 1024 || got.Signature != "SHA256-RSA" {
		t.Errorf("%+v", got)
	}
	if days := Inspect(leaf.Certificate, Question{Now: leaf.Certificate.NotAfter.Add(time.Hour)}).DaysLeft; days != -1 {
		t.Errorf("an hour after the end %d days are left", days)
	}
	if two := Inspect(leaf.Certificate, Question{Now: clock}).Verdicts; len(two) != 2 || two[0].Use != ForSigning || two[1].Use != ForTLS {
		t.Errorf("verdicts %+v", two)
	}
	for word, want := range map[string]Use{"": "", "TLS": ForTLS, "signing": ForSigning, "authority": ForAuthority} {
		if got, err := ParseUse(word); got != want || err != nil {
			t.Errorf("%q: %q, %v", word, got, err)
		}
	}
	if _, err := ParseUse("web"); err == nil || !strings.Contains(err.Error(), "signing, tls or authority") {
		t.Errorf("a use that is none: %v", err)
	}
}

// What a foreign certificate says about itself stays within bounds.
func TestInspectionIsClean(t *testing.T) {
	t.Parallel()
	evil := *selfSignedWith(t, SelfSigned{Subject: pkix.Name{CommonName: "evil\x1b[31m\n"}, DNSNames: slices.Repeat([]string{"a.test"}, 500)})
	evil.UnknownExtKeyUsage = slices.Repeat(evil.UnknownExtKeyUsage, 1000)
	got := Inspect(&evil, Question{Now: clock, Use: ForTLS})
	if strings.ContainsAny(got.Subject+got.Issuer+strings.Join(got.Names, ""), "\x1b\n") || len(got.Names) > maxNames+1 || len(got.KeyUsage) > maxNames+1 {
		t.Errorf("%+v", got)
	}
}
