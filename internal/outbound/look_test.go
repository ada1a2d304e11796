package outbound

import (
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
)

// What a server shows is seen whether it is believed or not, and a server that
// is not believed gets nothing and no connection.
func TestLook(t *testing.T) {
	t.Parallel()
	now := time.Now()
	stranger, err := certs.NewCA("Stranger Root", now)
	if err != nil {
		t.Fatal(err)
	}
	middle, err := stranger.NewIntermediate("Stranger Issuing", now)
	if err != nil {
		t.Fatal(err)
	}
	good := certs.TLSRequest{Names: []string{host}}.ValidFrom(now)
	for _, tt := range []struct {
		name    string
		change  func(*tls.Config, *certs.CA)
		code    problem.Code // "" when all is well
		version uint16
		sent    int
	}{
		{"good", nil, "", tls.VersionTLS13, 1},
		{"good, TLS 1.2", func(c *tls.Config, _ *certs.CA) { c.MaxVersion = tls.VersionTLS12 }, "", tls.VersionTLS12, 1},
		{"stranger", func(c *tls.Config, _ *certs.CA) { c.Certificates = []tls.Certificate{issue(t, middle, good)} }, problem.TLSUntrusted, tls.VersionTLS13, 2},
		{"name", func(c *tls.Config, ca *certs.CA) {
			c.MaxVersion, c.Certificates = tls.VersionTLS12, []tls.Certificate{issue(t, ca, certs.TLSRequest{Names: []string{"exch01"}}.ValidFrom(now))}
		}, problem.TLSWrongName, tls.VersionTLS12, 1},
		{"version", func(c *tls.Config, _ *certs.CA) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }, problem.TLSOldVersion, tls.VersionTLS11, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			asked := atomic.Int32{}
			w := newWorld(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }), tt.change)
			s, err := New(w.opts).Look(t.Context(), host+":443")
			if err != nil {
				t.Fatal(err)
			}
			if s.Version != tt.version || len(s.Chain) != tt.sent || s.Address != w.server.Listener.Addr().String() || s.Pinned || s.Cipher == 0 {
				t.Errorf("saw %+v", s)
			}
			if f := Explain(s.Refused); tt.code == "" && f != nil || tt.code != "" && (f == nil || f.Code != tt.code) {
				t.Errorf("refused: %v, want %s", s.Refused, tt.code)
			}
			if asked.Load() != 0 {
				t.Error("the server was asked for something")
			}
		})
	}
	t.Run("pinned", func(t *testing.T) {
		w := newWorld(t, http.HandlerFunc(hello), nil)
		w.opts.Roots = stranger.Pool()
		pin := Pin{SHA256: sha256.Sum256(w.server.TLS.Certificates[0].Leaf.Raw)}
		w.opts.Trust = func(string) Trust { return Trust{Pins: []Pin{pin}} }
		if s, err := New(w.opts).Look(t.Context(), host+":443"); err != nil || !s.Pinned || s.Refused != nil {
			t.Errorf("%+v, %v", s, err)
		}
	})
	t.Run("nobody there", func(t *testing.T) {
		w := newWorld(t, http.HandlerFunc(hello), nil)
		w.server.Close()
		if _, err := New(w.opts).Look(t.Context(), host+":443"); Explain(err) == nil || Explain(err).Code != problem.NetRefused {
			t.Errorf("got %v, want net.refused", err)
		}
		w.opts.AllowLoopback = false
		if _, err := New(w.opts).Look(t.Context(), host+":443"); Explain(err) == nil || Explain(err).Code != problem.NetAddressRefused {
			t.Errorf("got %v, want net.address-refused", err)
		}
		if _, err := New(w.opts).Look(t.Context(), host); err == nil || errors.Is(err, errSeen) {
			t.Errorf("an address without a port: %v", err)
		}
	})
}
