package cli

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
)

// ran is what a command line did.
type ran struct {
	status   int
	out, err string
}

func run(in string, env map[string]string, args ...string) ran {
	var out, err bytes.Buffer
	status := Run(context.Background(), IO{In: strings.NewReader(in), Out: &out, Err: &err, Args: args,
		Env: func(name string) (string, bool) { v, ok := env[name]; return v, ok }})
	return ran{status, out.String(), err.String()}
}

func (r ran) want(t *testing.T, status int, texts ...string) ran {
	t.Helper()
	if r.status != status {
		t.Errorf("exit status %d, want %d\n%s%s", r.status, status, r.out, r.err)
	}
	for _, text := range texts {
		if !strings.Contains(r.out+r.err, text) {
			t.Errorf("it does not say %q:\n%s%s", text, r.out, r.err)
		}
	}
	return r
}

// pki writes the root of an authority to a file; leaves come from an
// intermediate one.
type pki struct {
	root, middle *certs.CA
	file         string
}

func newPKI(t *testing.T) pki {
	t.Helper()
	now := time.Now()
	p := pki{file: filepath.Join(t.TempDir(), "root.pem")}
	var err error
	if p.root, err = certs.NewCA("Litware Root", now); err != nil {
		t.Fatal(err)
	}
	if p.middle, err = p.root.NewIntermediate("Litware Issuing", now); err != nil {
		t.Fatal(err)
	}
	if err := certs.WriteCertificatesPEM(p.file, p.root.Certificate); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p pki) issue(t *testing.T, change func(*certs.TLSRequest)) tls.Certificate {
	t.Helper()
	r := certs.TLSRequest{Names: []string{"localhost"}, IPs: []net.IP{net.IPv4(127, 0, 0, 1)}}.ValidFrom(time.Now())
	if change != nil {
		change(&r)
	}
	chain, key, err := p.middle.Issue(r)
	if err != nil {
		t.Fatal(err)
	}
	return certs.TLS(chain, key)
}

func serveTLS(t *testing.T, c *tls.Config) (url string) {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the server was asked for something") }))
	s.TLS, s.Config.ErrorLog = c, log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

// checklist: 002-33 002-35 002-36 002-37: each of chain, name, date and version
// is told apart on a real server, and nothing is asked of it.
func TestCertOfServers(t *testing.T) {
	p := newPKI(t)
	shortened := p.issue(t, nil)
	shortened.Certificate = shortened.Certificate[:1]
	self, key, err := certs.NewSelfSigned(certs.SelfSigned{Subject: pkix.Name{CommonName: "EXCH01"}, DNSNames: []string{"exch01"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		shown tls.Certificate
		old   bool
		wrong []certs.Kind
		code  problem.Code
		says  []string
	}{
		{"good", p.issue(t, nil), false, nil, "", []string{"TLS 1.3", "2 certificates sent", "chain    ok     it leads up to CN=Litware Root,O=matchseal, an authority of a CA file"}},
		{"chain", shortened, false, []certs.Kind{certs.Chain}, problem.TLSUntrusted, []string{"chain    WRONG", "CN=Litware Issuing", "pins: {\"127.0.0.1:"}},
		{"name", p.issue(t, func(r *certs.TLSRequest) { r.Names, r.IPs = []string{"exch01"}, nil }), false, []certs.Kind{certs.Name}, problem.TLSWrongName, []string{"name     WRONG", "made out to exch01"}},
		{"date", p.issue(t, func(r *certs.TLSRequest) { r.NotAfter = time.Now().Add(-time.Minute) }), false, []certs.Kind{certs.Date}, problem.TLSExpired, []string{"date     WRONG", "it expired on"}},
		{"soon", p.issue(t, func(r *certs.TLSRequest) { r.NotAfter = time.Now().Add(36 * time.Hour) }), false, []certs.Kind{certs.Date}, problem.TLSEndsSoon, []string{"date     SOON", "it ends on"}},
		{"version", p.issue(t, nil), true, []certs.Kind{certs.Version}, problem.TLSOldVersion, []string{"version  WRONG", "TLS 1.1"}},
		{"self-signed", certs.TLS([]*x509.Certificate{self}, key), false, []certs.Kind{certs.Chain, certs.Name}, problem.TLSUntrusted, []string{"vouches for itself", "made out to exch01"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := &tls.Config{Certificates: []tls.Certificate{tt.shown}}
			if tt.old {
				c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
			}
			url, status := serveTLS(t, c), 0
			if tt.wrong != nil {
				status = 1
			}
			run("", nil, "cert", "inspect", url, "--ca", p.file).want(t, status, append(tt.says, certs.SHA256(tt.shown.Leaf))...)
			run("", nil, "cert", "chain", url, "--ca", p.file).want(t, status, "1  server")
			var report certReport
			got := run("", nil, "cert", "inspect", url, "--ca", p.file, "-o", "json").want(t, status)
			if err := json.Unmarshal([]byte(got.out), &report); err != nil {
				t.Fatal(err)
			}
			var wrong []certs.Kind
			for _, check := range report.Server.Checks {
				if len(check.Findings) > 0 {
					wrong = append(wrong, check.Kind)
				}
			}
			if strings.Join(words(wrong), " ") != strings.Join(words(tt.wrong), " ") || tt.code != "" && report.Findings[0].Code != tt.code {
				t.Errorf("wrong: %v, %+v", wrong, report.Findings)
			}
		})
	}
}

func words(kinds []certs.Kind) (all []string) {
	for _, k := range kinds {
		all = append(all, string(k))
	}
	return all
}

// A chain is shown link by link, with the one that is missing.
func TestCertChainOfServer(t *testing.T) {
	p := newPKI(t)
	url := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{p.issue(t, nil)}})
	got := run("", nil, "cert", "chain", url+"/metadata/json/1", "--ca", p.file).want(t, 0, "trusted: an authority of a CA file vouches for it", "matchseal metadata explain "+url)
	for _, line := range []string{"1  server        CN=localhost", "2  intermediate  CN=Litware Issuing", "3  root          CN=Litware Root", "trusted here; until"} {
		if !strings.Contains(got.out, line) {
			t.Errorf("no %q in\n%s", line, got.out)
		}
	}
	run("", nil, "cert", "chain", url).want(t, 1, "3  MISSING       CN=Litware Root", "not trusted here", "its key is identified by")
	// A server that wants a certificate of the client is told apart from one
	// whose own is wrong.
	url = serveTLS(t, &tls.Config{Certificates: []tls.Certificate{p.issue(t, nil)}, ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12})
	run("", nil, "cert", "inspect", url, "--ca", p.file).want(t, 1, "chain    ok", "tls.refused")
}

func TestCertOfNobody(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	run("", nil, "cert", "inspect", "https://"+closed.Addr().String()).want(t, 1, "net.refused")
	run("", nil, "cert", "inspect", "http://mail.litware.test").want(t, 2, "write https://mail.litware.test")
	run("", nil, "cert", "inspect", "https://").want(t, 2, "is not the URL of a server")
	run("", nil, "cert", "inspect", "https://a.test", "--dir", t.TempDir()).want(t, 1, "there is no lab")
	run("", nil, "cert", "inspect", "https://a.test", "--ca", "none.pem").want(t, 1, "none.pem", "certs.unreadable")
	run("", nil, "cert", "inspect", "mail.litware.test").want(t, 1, "a server is named by a URL")
	run("", nil, "cert", "inspect", "x.pem", "--for", "web").want(t, 2, "signing, tls or authority")
	run("", nil, "cert", "inspect").want(t, 2, "accepts 1 arg")
}

// The password of a PFX comes from the variable or the prompt, never from the
// command line.
func TestCertOfPFX(t *testing.T) {
	cert, key, err := certs.NewSelfSigned(certs.SelfSigned{Subject: pkix.Name{CommonName: certs.AuthCertificateName}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(5, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	data, err := certs.ExportPFX(certs.PFX{Certificate: cert, Key: key}, "P@ssw0rd", certs.Legacy)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "auth.pfx")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	good := map[string]string{pfxPasswordVariable: "P@ssw0rd"}
	run("", good, "cert", "inspect", file).want(t, 0, "PFX with a private key", "its name is that of Exchange's signing certificate", "as a certificate that signs tokens: fine", "as a TLS server certificate: not fit")
	run("P@ssw0rd\n", nil, "cert", "inspect", file).want(t, 0, "Password of "+file)
	run(string(data), good, "cert", "inspect", "-").want(t, 0)
	run("", map[string]string{pfxPasswordVariable: "wrong"}, "cert", "inspect", file).want(t, 1, "certs.password")
	run("", nil, "cert", "inspect", file).want(t, 1, "certs.password", pfxPasswordVariable)
	run(string(data), nil, "cert", "inspect", "-").want(t, 1, "certs.password")
	run("", good, "cert", "inspect", file, "--for", "tls", "--host", "mail.litware.test").want(t, 1, "tls.no-names", "asked for; by itself it looks like a certificate that signs tokens")
}
