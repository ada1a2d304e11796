package outbound

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
)

const host = "autodiscover.litware.test"

// world is a CA, a server on loopback and a client that finds it by name.
type world struct {
	ca     *certs.CA
	server *httptest.Server
	opts   Options
}

func newWorld(t *testing.T, handler http.Handler, change func(*tls.Config, *certs.CA)) *world {
	t.Helper()
	ca, err := certs.NewCA("Litware Root", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{ca: ca, server: httptest.NewUnstartedServer(handler)}
	w.server.TLS = &tls.Config{Certificates: []tls.Certificate{issue(t, ca, certs.TLSRequest{Names: []string{host, "mail.litware.test"}}.ValidFrom(time.Now()))}}
	if change != nil {
		change(w.server.TLS, ca)
	}
	w.server.EnableHTTP2 = true
	w.server.Config.ErrorLog = silent()
	w.server.StartTLS()
	t.Cleanup(w.server.Close)
	w.opts = Options{
		Roots:         ca.Pool(),
		AllowLoopback: true,
		Timeout:       5 * time.Second,
		Connect:       map[string]string{"Autodiscover.litware.test:443": w.server.Listener.Addr().String()},
	}
	return w
}

func issue(t *testing.T, ca *certs.CA, r certs.TLSRequest) tls.Certificate {
	t.Helper()
	chain, key, err := ca.Issue(r)
	if err != nil {
		t.Fatal(err)
	}
	return certs.TLS(chain, key)
}

func get(t *testing.T, o Options, url string) (*http.Response, error) {
	t.Helper()
	c := New(o)
	t.Cleanup(c.CloseIdle)
	resp, err := c.HTTP().Get(url)
	if resp != nil {
		resp.Body.Close()
	}
	return resp, err
}

func explained(_ *http.Response, err error) *problem.Failure { return Explain(err) }

func hello(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Host) }

func TestGoodServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, http.HandlerFunc(hello), nil)
	c := New(w.opts)
	resp, err := c.HTTP().Get("https://AutoDiscover.litware.test/x")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if !strings.EqualFold(string(body), host) || resp.ProtoMajor != 2 || resp.TLS.Version < tls.VersionTLS12 {
		t.Errorf("host %q, HTTP/%d, TLS %x", body, resp.ProtoMajor, resp.TLS.Version)
	}
}

// checklist: 002-33 002-35: one .NET sentence, four causes told apart.
func TestServersThatAreRefused(t *testing.T) {
	t.Parallel()
	now := time.Now()
	set := func(t *testing.T, r certs.TLSRequest, other *certs.CA) func(*tls.Config, *certs.CA) {
		return func(c *tls.Config, ca *certs.CA) {
			if other != nil {
				ca = other
			}
			c.Certificates = []tls.Certificate{issue(t, ca, r)}
		}
	}
	stranger, err := certs.NewCA("Stranger Root", now)
	if err != nil {
		t.Fatal(err)
	}
	good := certs.TLSRequest{Names: []string{host}}.ValidFrom(now)
	tests := []struct {
		name   string
		change func(*tls.Config, *certs.CA)
		code   problem.Code
		words  string
		dotnet string
	}{
		{"002-37 authority of the other side", set(t, good, stranger), problem.TLSUntrusted, "Stranger Root", TrustText},
		{"name", set(t, certs.TLSRequest{Names: []string{"exch01.litware.local"}}.ValidFrom(now), nil), problem.TLSWrongName, "made out to exch01.litware.local", TrustText},
		{"expired", set(t, certs.TLSRequest{Names: []string{host}, NotBefore: now.Add(-48 * time.Hour), NotAfter: now.Add(-time.Hour)}, nil), problem.TLSExpired, "expired on", TrustText},
		{"not yet valid", set(t, certs.TLSRequest{Names: []string{host}, NotBefore: now.Add(24 * time.Hour), NotAfter: now.Add(48 * time.Hour)}, nil), problem.TLSNotYetValid, "valid only from", TrustText},
		{"version", func(c *tls.Config, _ *certs.CA) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }, problem.TLSOldVersion, "TLS 1.2", "The request was aborted: Could not create SSL/TLS secure channel."},
		{"wants a client certificate", func(c *tls.Config, _ *certs.CA) {
			c.ClientAuth, c.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12
		}, problem.TLSRefused, "broke off", "The request was aborted: Could not create SSL/TLS secure channel."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, http.HandlerFunc(hello), tt.change)
			_, err := get(t, w.opts, "https://"+host+"/autodiscover/metadata/json/1")
			f := Explain(err)
			if f == nil || f.Code != tt.code {
				t.Fatalf("got %v, want %s (%v)", f, tt.code, err)
			}
			if !strings.Contains(f.Detail, tt.words) {
				t.Errorf("detail %q lacks %q", f.Detail, tt.words)
			}
			if got := DotNetText(err); got != tt.dotnet {
				t.Errorf(".NET text %q, want %q", got, tt.dotnet)
			}
		})
	}
}

func TestTrustForOneHost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, http.HandlerFunc(hello), nil)
	theirs := w.ca.Pool()
	w.opts.Roots = x509.NewCertPool()
	w.opts.Trust = func(address string) Trust {
		if address == host+":443" {
			return Trust{Roots: theirs}
		}
		return Trust{}
	}
	w.opts.Connect["mail.litware.test:443"] = w.server.Listener.Addr().String()
	if _, err := get(t, w.opts, "https://"+host+"/"); err != nil {
		t.Errorf("the host whose authority is trusted: %v", err)
	}
	if _, err := get(t, w.opts, "https://mail.litware.test/"); Explain(err) == nil || Explain(err).Code != problem.TLSUntrusted {
		t.Errorf("another host: got %v, want tls.untrusted", err)
	}
}

func TestPinnedCertificate(t *testing.T) {
	t.Parallel()
	now := time.Now()
	w := newWorld(t, http.HandlerFunc(hello), func(c *tls.Config, ca *certs.CA) {
		c.Certificates = []tls.Certificate{issue(t, ca, certs.TLSRequest{Names: []string{"EXCH01"}}.ValidFrom(now))}
	})
	shown := w.server.TLS.Certificates[0].Leaf
	pinTo := func(cert *x509.Certificate, anyName bool) func(string) Trust {
		return func(string) Trust { return Trust{Pins: []Pin{{SHA256: sha256.Sum256(cert.Raw), AnyName: anyName}}} }
	}
	url := "https://" + host + "/"

	w.opts.Roots = x509.NewCertPool()
	w.opts.Trust = pinTo(shown, true)
	if _, err := get(t, w.opts, url); err != nil {
		t.Errorf("the pinned certificate: %v", err)
	}

	w.opts.Trust = pinTo(shown, false)
	if f := explained(get(t, w.opts, url)); f == nil || f.Code != problem.TLSWrongName || !strings.Contains(f.Detail, "made out to EXCH01") || !strings.Contains(f.Detail, "trust.pins_any_name") {
		t.Errorf("the pinned certificate under another name: got %v, want tls.wrong-name", f)
	}
	w.opts.Connect["exch01:443"] = w.server.Listener.Addr().String()
	if _, err := get(t, w.opts, "https://EXCH01/"); err != nil {
		t.Errorf("the pinned certificate under its own name: %v", err)
	}
	w.opts.Trust = pinTo(shown, true)

	w.opts.Now = func() time.Time { return now.AddDate(2, 0, 0) }
	if _, err := get(t, w.opts, url); Explain(err) == nil || Explain(err).Code != problem.TLSExpired {
		t.Errorf("the pinned certificate after its end: got %v, want tls.expired", err)
	}

	w.opts.Now = nil
	w.opts.Trust = pinTo(w.ca.Certificate, true) // pins a server certificate, never an authority
	_, err := get(t, w.opts, url)
	if f := Explain(err); f == nil || f.Code != problem.TLSPinMismatch || DotNetText(err) != TrustText {
		t.Errorf("another certificate: got %v, want tls.pin-mismatch", f)
	}

	w.server.TLS.Certificates[0] = issue(t, w.ca, certs.TLSRequest{Names: []string{host}}.ValidFrom(now))
	w.opts.Roots = w.ca.Pool()
	if _, err := get(t, w.opts, url); err != nil {
		t.Errorf("a proper certificate in place of the pinned one: %v", err)
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/ok", hello)
	for from, to := range map[string]string{
		"/3": "/2", "/2": "/1", "/1": "/ok", "/4": "/3",
		"/other": "https://evil.test/", "/plain": "http://" + host + "/ok", "/port": "https://" + host + ":444/",
		"/plain443": "http://" + host + ":443/ok",
	} {
		mux.Handle(from, http.RedirectHandler(to, http.StatusFound))
	}
	w := newWorld(t, mux, nil)
	for path, why := range map[string]string{
		"/1": "", "/3": "",
		"/4": "one too many", "/other": "another host", "/plain": "https", "/plain443": "https", "/port": "another host",
	} {
		_, err := get(t, w.opts, "https://"+host+path)
		switch {
		case why == "" && err != nil:
			t.Errorf("%s: %v", path, err)
		case why != "" && (Explain(err) == nil || Explain(err).Code != problem.NetRedirect || !strings.Contains(err.Error(), why)):
			t.Errorf("%s: got %v, want net.redirect because %s", path, err, why)
		}
	}
}

func TestAddressPolicy(t *testing.T) {
	t.Parallel()
	for addr, allowed := range map[string]bool{
		"10.1.2.3:443": true, "192.168.0.5:443": true, "203.0.113.9:443": true, "[fd00::1]:443": true, "[2001:db8::1]:443": true,
		"127.0.0.1:443": false, "127.8.9.10:443": false, "[::1]:443": false, "[::ffff:127.0.0.1]:443": false,
		// Gateways make IPv4 addresses of these again.
		"[64:ff9b::cb00:7109]:443": true, "[64:ff9b::a9fe:a9fe]:80": false, "[64:ff9b::7f00:1]:443": false,
		"[2002:cb00:7109::1]:443": true, "[2002:7f00:1::1]:443": false, "[::7f00:1]:443": false,
		"0.1.2.3:443": false, "255.255.255.255:443": false,
		"169.254.169.254:80": false, "[fe80::1]:443": false, "0.0.0.0:443": false, "[::]:443": false, "[::ffff:0.0.0.0]:443": false, "[::ffff:169.254.169.254]:80": false, "224.0.0.1:443": false,
	} {
		err := New(Options{}).checkAddress("a.test", addr)
		if (err == nil) != allowed {
			t.Errorf("%s: %v, allowed should be %t", addr, err, allowed)
		}
		loopback := carried(netip.MustParseAddrPort(addr).Addr()).IsLoopback()
		err = New(Options{AllowLoopback: true}).checkAddress("a.test", addr)
		if (err == nil) != (allowed || loopback) {
			t.Errorf("%s with loopback allowed: %v", addr, err)
		}
	}
}

func TestLoopbackIsRefusedWhereItIsDialled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, http.HandlerFunc(hello), nil)
	w.opts.AllowLoopback = false
	_, err := get(t, w.opts, "https://"+host+"/")
	if f := Explain(err); f == nil || f.Code != problem.NetAddressRefused {
		t.Errorf("got %v, want net.address-refused", err)
	}
}

// A name that resolves to loopback is refused by the address it leads to,
// whatever the name looks like.
func TestResolverOverride(t *testing.T) {
	t.Parallel()
	dns := startDNS(t, map[string][4]byte{"mail.litware.test.": {127, 0, 0, 1}})
	c := New(Options{Resolver: dns})
	got, err := c.LookupHost(t.Context(), "mail.litware.test")
	if err != nil || len(got) != 1 || got[0] != "127.0.0.1" {
		t.Errorf("LookupHost: %v, %v", got, err)
	}
	_, err = c.HTTP().Get("https://mail.litware.test/")
	if f := Explain(err); f == nil || f.Code != problem.NetAddressRefused || !strings.Contains(f.Detail, "mail.litware.test") {
		t.Errorf("got %v, want net.address-refused", err)
	}
	_, err = c.HTTP().Get("https://mial.litware.test/")
	if f := Explain(err); f == nil || f.Code != problem.NetDNS {
		t.Errorf("got %v, want net.dns", err)
	}
	if got, want := DotNetText(err), "The remote name could not be resolved: 'mial.litware.test'"; got != want {
		t.Errorf(".NET text %q, want %q", got, want)
	}
}

// startDNS answers questions for IPv4 addresses from a table.
func startDNS(t *testing.T, hosts map[string][4]byte) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			conn.WriteTo(answerDNS(buf[:n], hosts), from)
		}
	}()
	return conn.LocalAddr().String()
}

func answerDNS(q []byte, hosts map[string][4]byte) []byte {
	var name strings.Builder
	at := 12
	for q[at] != 0 {
		n := int(q[at])
		name.Write(q[at+1 : at+1+n])
		name.WriteByte('.')
		at += 1 + n
	}
	question := q[12 : at+5]
	kind := binary.BigEndian.Uint16(q[at+1:])
	ip, known := hosts[name.String()]
	flags, answers := uint16(0x8580), uint16(0)
	if !known {
		flags = 0x8583 // NXDOMAIN
	} else if kind == 1 {
		answers = 1
	}
	a := append([]byte(nil), q[:2]...)
	for _, v := range []uint16{flags, 1, answers, 0, 0} {
		a = binary.BigEndian.AppendUint16(a, v)
	}
	a = append(a, question...)
	if answers == 1 {
		a = append(a, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4)
		a = append(a, ip[:]...)
	}
	return a
}

func TestNetworkFailures(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	plain := httptest.NewServer(http.HandlerFunc(hello))
	t.Cleanup(plain.Close)
	silentTCP := listen(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	hangup := listen(t, func(c net.Conn) { c.Close() })

	for name, tt := range map[string]struct {
		to     string
		code   problem.Code
		dotnet string
	}{
		"refused": {closed.Addr().String(), problem.NetRefused, "Unable to connect to the remote server"},
		"not TLS": {plain.Listener.Addr().String(), problem.TLSNotTLS, "The underlying connection was closed: An unexpected error occurred on a send."},
		"silent":  {silentTCP, problem.NetTimeout, "The operation has timed out"},
		"hang-up": {hangup, problem.TLSRefused, "The request was aborted: Could not create SSL/TLS secure channel."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := get(t, Options{AllowLoopback: true, Timeout: 300 * time.Millisecond, Connect: map[string]string{host + ":443": tt.to}}, "https://"+host+"/")
			f := Explain(err)
			if f == nil || f.Code != tt.code {
				t.Fatalf("got %v (%v), want %s", f, err, tt.code)
			}
			if got := DotNetText(err); got != tt.dotnet {
				t.Errorf(".NET text %q, want %q", got, tt.dotnet)
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+host+"/", nil)
	_, err := New(Options{}).HTTP().Do(r)
	if f := Explain(err); f == nil || f.Code != problem.NetCancelled {
		t.Fatalf("got %v, want net.cancelled", err)
	}
	if got, want := DotNetText(err), "The request was aborted: The request was canceled."; got != want {
		t.Errorf(".NET text %q, want %q", got, want)
	}
}

// listen accepts connections on loopback and hands each to serve.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil {
				go serve(c)
			}
		}
	}()
	return l.Addr().String()
}

func TestSocket(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "admin.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(hello)}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	resp, err := Socket(path).Get("http://node/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); string(body) != "node" {
		t.Errorf("got %q", body)
	}
}

// An unknown name is told with the DNS server that was asked.
func TestUnknownNameTellsWhoWasAsked(t *testing.T) {
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go func() { // refuses everything: NXDOMAIN
		buffer := make([]byte, 512)
		for {
			n, from, err := server.ReadFrom(buffer)
			if err != nil {
				return
			}
			buffer[2], buffer[3] = 0x81, 0x83
			_, _ = server.WriteTo(buffer[:n], from)
		}
	}()
	c := New(Options{Resolver: server.LocalAddr().String()})
	resp, err := c.HTTP().Get("https://nowhere.litware.test/")
	if err == nil {
		resp.Body.Close()
		t.Fatal("found")
	}
	if !strings.Contains(err.Error(), server.LocalAddr().String()) {
		t.Errorf("%v does not name %s", err, server.LocalAddr())
	}
}
