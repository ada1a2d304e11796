package certs

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// checklist: 002-33 002-35 002-36 002-37: one sentence of .NET covers chain,
// name and date; these are the words that tell them apart.
func TestExplainVerify(t *testing.T) {
	t.Parallel()
	root := newCA(t, "Litware Root")
	middle, err := root.NewIntermediate("Litware Issuing", clock)
	if err != nil {
		t.Fatal(err)
	}
	stranger := newCA(t, "Stranger Root")
	self, _ := selfSignedForTest(t)
	const host = "autodiscover.litware.test"
	good := TLSRequest{Names: []string{host}}.ValidFrom(clock)

	tests := []struct {
		name  string
		chain []*x509.Certificate
		host  string
		at    time.Time
		kind  Kind
		want  []string
		also  string
	}{
		{"expired", issue(t, root, good), host, clock.AddDate(3, 0, 0), Date, []string{"expired on 2028-02-16", "not the one that signs tokens"}, ""},
		{"not yet valid", issue(t, root, good), host, clock.AddDate(-1, 0, 0), Date, []string{"valid only from 2027-01-15 07:00", "clock of this computer"}, ""},
		{"other name", issue(t, root, TLSRequest{Names: []string{"exch01.litware.local", "exch01"}}.ValidFrom(clock)), host, clock, Name, []string{"asked for is " + host, "exch01.litware.local, exch01"}, ""},
		{"wildcard too deep", issue(t, root, TLSRequest{Names: []string{"*.litware.test"}}.ValidFrom(clock)), "a.b.litware.test", clock, Name, []string{"*.litware.test covers one label only"}, ""},
		{"name in the subject only", []*x509.Certificate{self}, host, clock, Name, []string{"lists no host names", "CN=Microsoft Exchange Server Auth Certificate does not count"}, "signed it itself"},
		{"unknown authority", issue(t, stranger, good), host, clock, Chain, []string{"CN=Stranger Root", "sends no intermediate"}, ""},
		{"intermediate left out", issue(t, middle, good)[:1], host, clock, Chain, []string{"CN=Litware Issuing", "have the server send its intermediate certificates"}, ""},
		{"unknown and misnamed", issue(t, stranger, TLSRequest{Names: []string{"other.test"}}.ValidFrom(clock)), "", clock, Chain, []string{"CN=Stranger Root"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := verify(root, tt.chain, tt.host, tt.at)
			got := ExplainVerify(fmt.Errorf("handshake: %w", err), tt.chain, tt.host, tt.at)
			if got.Kind != tt.kind {
				t.Fatalf("kind %s, want %s: %s (from %v)", got.Kind, tt.kind, got, err)
			}
			for _, want := range tt.want {
				if !strings.Contains(got.String(), want) {
					t.Errorf("%q\nlacks %q", got, want)
				}
			}
			if !strings.Contains(strings.Join(got.Also, ";"), tt.also) || tt.also == "" && len(got.Also) > 0 {
				t.Errorf("also %q, want %q", got.Also, tt.also)
			}
		})
	}
}

// checklist: 002-37 a self-signed server certificate is refused, and the
// faults behind it are told at the same time.
func TestExplainVerifyTellsHiddenFaults(t *testing.T) {
	t.Parallel()
	self, _, err := NewSelfSigned(SelfSigned{
		Subject:   pkix.Name{CommonName: "EXCH01"},
		DNSNames:  []string{"EXCH01"},
		NotBefore: clock.AddDate(-6, 0, 0),
		NotAfter:  clock.AddDate(-1, 0, 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	chain := []*x509.Certificate{self}
	got := ExplainVerify(x509.UnknownAuthorityError{Cert: self}, chain, "autodiscover.litware.test", clock)
	if got.Kind != Chain || !got.SelfSigned || len(got.Also) != 2 {
		t.Fatalf("kind %s, self-signed %t, also %q", got.Kind, got.SelfSigned, got.Also)
	}
	for _, want := range []string{"signed itself (CN=EXCH01)", "expired on 2026-01-15", "does not list the name autodiscover.litware.test (it lists EXCH01)"} {
		if !strings.Contains(got.String(), want) {
			t.Errorf("%q\nlacks %q", got, want)
		}
	}
}

func TestExplainVerifyWithoutFacts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err  error
		kind Kind
	}{
		{x509.UnknownAuthorityError{}, Chain},
		{errors.New("remote error: tls: protocol version not supported"), Version},
		{errors.New("tls: server selected unsupported protocol version 301"), Version},
		{errors.New("something else"), Other},
		{x509.CertificateInvalidError{Reason: x509.Expired}, Date},
		{x509.HostnameError{}, Name},
		{nil, Other},
	} {
		if got := ExplainVerify(tt.err, nil, "a.test", clock); got.Kind != tt.kind {
			t.Errorf("%v: kind %s, want %s", tt.err, got.Kind, tt.kind)
		}
	}
}

func TestForeignNamesAreCleaned(t *testing.T) {
	t.Parallel()
	self, _, err := NewSelfSigned(SelfSigned{
		Subject:   pkix.Name{CommonName: "evil\x1b[31m\n" + strings.Repeat("long", 100)},
		NotBefore: clock,
		NotAfter:  clock.Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	got := ExplainVerify(x509.UnknownAuthorityError{Cert: self}, []*x509.Certificate{self}, "a.test", clock).String()
	if strings.ContainsAny(got, "\x1b\n") || len(got) > 900 {
		t.Errorf("a certificate writes on the terminal: %q", got)
	}
	many := &x509.Certificate{DNSNames: slices.Repeat([]string{"a.test"}, 5000)}
	if n := len(namesOf(many)); n != maxNames+1 {
		t.Errorf("%d names in a sentence", n)
	}
}

func newCA(t *testing.T, name string) *CA {
	t.Helper()
	ca, err := NewCA(name, clock)
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

func issue(t *testing.T, ca *CA, r TLSRequest) []*x509.Certificate {
	t.Helper()
	chain, _, err := ca.Issue(r)
	if err != nil {
		t.Fatal(err)
	}
	return chain
}

func verify(trusted *CA, chain []*x509.Certificate, host string, at time.Time) error {
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{DNSName: host, Roots: trusted.Pool(), Intermediates: between, CurrentTime: at})
	return err
}
