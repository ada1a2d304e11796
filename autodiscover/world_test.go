package autodiscover_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// world is a small internet: hosts by origin ("https://mail.litware.test"),
// each with real TLS, reached by their names.
type world struct {
	t      *testing.T
	client *http.Client
	origin map[string]http.Handler
	dns    zone

	mu    sync.Mutex
	asked []string // METHOD origin+path of every request, in order
}

// newWorld starts the hosts. Names of https hosts are in the certificate.
func newWorld(t *testing.T, origins map[string]http.Handler) *world {
	t.Helper()
	w := &world{t: t, origin: origins, dns: zone{hosts: map[string][]string{}}}
	var names []string
	for o := range origins {
		host := o[strings.Index(o, "//")+2:]
		names = append(names, host)
		w.dns.hosts[host] = []string{"192.0.2.1"}
	}
	secure := httptest.NewUnstartedServer(w.serve("https://"))
	pool, cert := certify(t, names)
	secure.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	secure.StartTLS()
	plain := httptest.NewServer(w.serve("http://"))
	t.Cleanup(secure.Close)
	t.Cleanup(plain.Close)
	to := map[string]string{"443": secure.Listener.Addr().String(), "80": plain.Listener.Addr().String()}
	scheme := map[string]string{"443": "https://", "80": "http://"}
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool},
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			host, port, _ := net.SplitHostPort(addr)
			if _, ok := origins[scheme[port]+host]; !ok {
				return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("connection refused")}
			}
			return (&net.Dialer{}).DialContext(ctx, network, to[port])
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	w.client = &http.Client{Transport: transport}
	return w
}

func (w *world) serve(scheme string) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.asked = append(w.asked, r.Method+" "+scheme+r.Host+r.URL.Path)
		w.mu.Unlock()
		w.origin[scheme+r.Host].ServeHTTP(rw, r)
	})
}

// visited reports whether any request reached the origin.
func (w *world) visited(origin string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.asked {
		if strings.Contains(a, origin+"/") {
			return true
		}
	}
	return false
}

// certify makes an authority and a certificate for the names.
func certify(t *testing.T, names []string) (*x509.CertPool, tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return pool, tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// zone is a resolver with fixed records.
type zone struct {
	hosts map[string][]string
	cname map[string]string
	srv   map[string][]*net.SRV
}

func (z zone) LookupHost(_ context.Context, host string) ([]string, error) {
	name := host
	if alias, ok := z.cname[host]; ok {
		name = strings.TrimSuffix(alias, ".")
	}
	if a, ok := z.hosts[name]; ok {
		return a, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

func (z zone) LookupCNAME(_ context.Context, host string) (string, error) {
	if alias, ok := z.cname[host]; ok {
		return alias, nil
	}
	return host + ".", nil
}

func (z zone) LookupSRV(_ context.Context, service, proto, name string) (string, []*net.SRV, error) {
	full := "_" + service + "._" + proto + "." + name
	if r, ok := z.srv[full]; ok {
		return full + ".", r, nil
	}
	return "", nil, &net.DNSError{Err: "no such host", Name: full, IsNotFound: true}
}
