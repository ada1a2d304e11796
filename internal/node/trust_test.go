package node

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/config"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/problem"
)

// What the boot file pins is what connections are judged by.
func TestLoadPins(t *testing.T) {
	ca, err := certs.NewCA("a server's own", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "exch01.pem")
	if err := certs.WriteCertificatesPEM(path, ca.Certificate, ca.Certificate); err != nil {
		t.Fatal(err)
	}
	trust := config.Trust{
		Pins:        map[string]string{"exch01": path, "mail.contoso.test:4443": strings.ToLower(certs.SHA256(ca.Certificate))},
		PinsAnyName: []string{"exch01:443"},
	}
	pins, err := loadPins(trust)
	if err != nil {
		t.Fatal(err)
	}
	short, full := pins["exch01:443"], pins["mail.contoso.test:4443"]
	if len(pins) != 2 || len(short) != 2 || len(full) != 1 || !short[0].AnyName || full[0].AnyName || short[1].SHA256 != full[0].SHA256 {
		t.Errorf("%+v", pins)
	}
	trust.Pins["gone"] = path + "x"
	if _, err := loadPins(trust); problem.CodeOf(err) != problem.CertsUnreadable || !strings.Contains(err.Error(), "trust.pins, gone:443") {
		t.Errorf("a file that is not there: %v", err)
	}
}

// checklist: 002-37: a server that vouches for itself is refused, until the
// boot file says otherwise; security: R30, there is no other way.
func TestClientBelievesPins(t *testing.T) {
	now := time.Now()
	cert, key, err := certs.NewSelfSigned(certs.SelfSigned{
		Subject: pkix.Name{CommonName: "EXCH01"}, DNSNames: []string{"exch01.contoso.test"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.TLS, s.Config.ErrorLog = &tls.Config{Certificates: []tls.Certificate{certs.TLS([]*x509.Certificate{cert}, key)}}, log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	call := func(host string, trust config.Trust) problem.Code {
		t.Helper()
		n := &Node{now: time.Now, cfg: config.Config{Trust: trust, Outbound: config.Outbound{
			AllowLoopback: true, Timeout: 10 * time.Second, Connect: map[string]string{host + ":443": s.Listener.Addr().String()}}}}
		var err error
		if n.pins, err = loadPins(trust); err != nil {
			t.Fatal(err)
		}
		c, err := n.client()
		if err != nil {
			t.Fatal(err)
		}
		defer c.CloseIdle()
		resp, err := c.HTTP().Get("https://" + host + "/")
		if err != nil {
			return outbound.Explain(err).Code
		}
		resp.Body.Close()
		return ""
	}
	pin := map[string]string{"exch01.contoso.test": certs.SHA256(cert), "mail.contoso.test": certs.SHA256(cert)}
	for _, tt := range []struct {
		host  string
		trust config.Trust
		want  problem.Code
	}{
		{"exch01.contoso.test", config.Trust{}, problem.TLSUntrusted},
		{"exch01.contoso.test", config.Trust{Pins: pin}, ""},
		{"mail.contoso.test", config.Trust{Pins: pin}, problem.TLSWrongName},
		{"mail.contoso.test", config.Trust{Pins: pin, PinsAnyName: []string{"mail.contoso.test"}}, ""},
		{"other.contoso.test", config.Trust{Pins: pin}, problem.TLSWrongName},
		{"exch01.contoso.test", config.Trust{Pins: map[string]string{"exch01.contoso.test": strings.Repeat("0f", 32)}}, problem.TLSPinMismatch},
	} {
		if got := call(tt.host, tt.trust); got != tt.want {
			t.Errorf("%s with %+v: %q, want %q", tt.host, tt.trust, got, tt.want)
		}
	}
}
