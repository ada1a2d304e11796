package access

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
)

// server is one role as a whole: its own store, keys, metadata document,
// HTTPS listener and door. It meets others over HTTPS only.
type server struct {
	self     s2s.Principal
	host     string
	product  authmeta.Product
	signer   *s2s.Signer
	partners *partner.Store
	journal  *journal.Journal
	out      *http.Client
	calls    *http.Client // out, with tokens
	bound    map[string]string
}

func (s *server) metadataURL() string { return s.product.URL(s.host) }

// The hosts of the two servers.
const (
	exchangeHost = "autodiscover.litware.test"
	skypeHost    = "pool.litware.test"
)

// network is what servers have in common: names, an authority, a clock.
type network struct {
	ca      *certs.CA
	clock   *clock
	connect map[string]string // where a host listens

	mu     sync.Mutex
	behind map[string]http.Handler // by host
	seen   []string                // host of every request that arrived
}

func newNetwork(t *testing.T) *network {
	t.Helper()
	ca, err := certs.NewCA("test authority", start)
	if err != nil {
		t.Fatal(err)
	}
	n := &network{ca: ca, clock: &clock{now: start}, connect: map[string]string{}, behind: map[string]http.Handler{}}
	for _, host := range []string{exchangeHost, skypeHost} {
		chain, key, err := ca.Issue(certs.TLSRequest{Names: []string{host}}.ValidFrom(start))
		if err != nil {
			t.Fatal(err)
		}
		listener := httptest.NewUnstartedServer(n)
		listener.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are what some tests are about
		listener.TLS = &tls.Config{Certificates: []tls.Certificate{certs.TLS(chain, key)}}
		listener.StartTLS()
		t.Cleanup(listener.Close)
		n.connect[host+":443"] = listener.Listener.Addr().String()
	}
	return n
}

func (n *network) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	n.seen = append(n.seen, r.Host)
	h := n.behind[r.Host]
	n.mu.Unlock()
	h.ServeHTTP(w, r)
}

func (n *network) add(t *testing.T, self s2s.Principal, product authmeta.Product, style s2shttp.Style, host string, trusted *x509.Certificate) *server {
	t.Helper()
	s := &server{self: self, host: host, product: product, bound: map[string]string{}}
	cert, key, err := certs.NewSelfSigned(certs.SelfSigned{
		Subject: pkix.Name{CommonName: string(product)}, NotBefore: start.AddDate(0, -1, 0), NotAfter: start.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	if s.signer, err = s2s.NewSigner(cert, key); err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(trusted)
	s.out = outbound.New(outbound.Options{Roots: roots, Connect: n.connect, AllowLoopback: true, Now: n.clock.Now}).HTTP()
	db := storetest.Open(t, storetest.SQLite(t))
	if s.journal, err = journal.New(db, n.clock.Now); err != nil {
		t.Fatal(err)
	}
	if s.partners, err = partner.New(partner.Config{
		DB: db, Journal: s.journal, Now: n.clock.Now, Organisation: "litware",
		Fetcher: authmeta.Fetcher{HTTP: s.out, Now: n.clock.Now},
		Own:     func(context.Context) (s2s.Principal, error) { return self, nil },
	}); err != nil {
		t.Fatal(err)
	}
	s.calls = &http.Client{Transport: &s2shttp.Transport{
		Base: s.out.Transport, Now: n.clock.Now,
		Self: func(context.Context) (s2s.Principal, *s2s.Signer, error) { return self, s.signer, nil },
		Target: s.partners.Targets(func(_ context.Context, host string) (string, bool) {
			name, ok := s.bound[host]
			return name, ok
		}),
	}}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.behind[host] = s.handler(t, n, newDirectory(t, n), style)
	return s
}

// newDirectory is a directory with Ken in it.
func newDirectory(t *testing.T, n *network) *directory.Directory {
	t.Helper()
	d, err := directory.New(t.Context(), storetest.Open(t, storetest.SQLite(t)), n.clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.AddUser(t.Context(), directory.User{Name: "ken", UPN: "ken@litware.test", Organisation: "litware", Enabled: true}); err != nil {
		t.Fatal(err)
	}
	return d
}

// handler serves the metadata document to everybody and /resource to callers.
func (s *server) handler(t *testing.T, n *network, users *directory.Directory, style s2shttp.Style) http.Handler {
	t.Helper()
	door, err := New(Config{
		Verifier: func(context.Context) (s2s.Verifier, error) {
			return s2s.Verifier{App: s.self.App, Hosts: []string{s.host}, Realms: map[s2s.Realm]string{s.self.Realm: "litware"},
				Trust: s.partners, Users: directory.TokenUsers{Directory: users}, Now: n.clock.Now}, nil
		},
		Issuers: s.partners.TrustedIssuers, Directory: users, Audit: s.journal, Style: style, Fqdn: s.host, Now: n.clock.Now,
		Methods: func(context.Context, string) (Methods, error) { return Methods{OAuth: true}, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	document := authmeta.New(s.product, s.self, s.metadataURL(), start, s.signer.Certificate())
	mux := http.NewServeMux()
	mux.Handle(s.product.Path(), authmeta.Handler(func(context.Context) (authmeta.Document, error) { return document, nil }, s.product))
	mux.Handle("/resource", door.Guard(Endpoint{Name: "resource", AppOnly: true, ActAs: true})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, _ := CallerFrom(r.Context())
		io.WriteString(w, string(c.Kind)+" "+string(c.Application.App)+" "+string(c.User.UPN))
	})))
	return mux
}

// pair makes other a partner of s, as the command on s does, and tells s which
// host is the partner's.
func (s *server) pair(t *testing.T, name string, other *server) {
	t.Helper()
	a := partner.Application{Name: name, TrustLevel: s2s.Full, Enabled: true}
	a.TrustMetadata(other.metadataURL())
	if _, err := s.partners.Add(t.Context(), a, partner.AddOptions{By: "admin"}); err != nil {
		t.Fatal(err)
	}
	s.bound[other.host] = name
}

// ask calls the resource of other, for upn or for itself.
func (s *server) ask(t *testing.T, other *server, upn string) (string, error) {
	t.Helper()
	ctx := t.Context()
	if upn != "" {
		ctx = s2shttp.WithUser(ctx, s2s.UserClaims{UPN: upn})
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+other.host+"/resource", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := s.calls.Do(r)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.Status + " " + string(body), nil
}

func TestCrossedPairing(t *testing.T) {
	n := newNetwork(t)
	ex := n.add(t, exchange, authmeta.Exchange, s2shttp.Exchange, exchangeHost, n.ca.Certificate)
	sfb := n.add(t, skype, authmeta.Skype, s2shttp.Skype, skypeHost, n.ca.Certificate)

	fails := func(from, to *server, want error) {
		t.Helper()
		if got, err := from.ask(t, to, "ken@litware.test"); !errors.Is(err, want) {
			t.Errorf("%s to %s: %q, %v; want %v", from.product, to.product, got, err, want)
		}
	}
	works := func(from, to *server) {
		t.Helper()
		for _, c := range []struct{ upn, want string }{
			{"", "200 OK app-only " + string(from.self.App) + " "},
			{"ken@litware.test", "200 OK act-as " + string(from.self.App) + " ken@litware.test"},
		} {
			if got, err := from.ask(t, to, c.upn); got != c.want || err != nil {
				t.Errorf("%s to %s: %q, %v; want %q", from.product, to.product, got, err, c.want)
			}
		}
	}
	t.Run("004-04 nobody is a partner", func(t *testing.T) {
		fails(ex, sfb, s2shttp.ErrNoPartner)
		fails(sfb, ex, s2shttp.ErrNoPartner)
	})
	t.Run("004-04 with one half there is no traffic in either direction", func(t *testing.T) {
		ex.pair(t, "LyncEnterprise", sfb)
		fails(ex, sfb, s2shttp.ErrNotTrusted) // Exchange knows whom to call, but is unknown there
		fails(sfb, ex, s2shttp.ErrNoPartner)
	})
	t.Run("000-25 both commands, each with the other's URL", func(t *testing.T) {
		sfb.pair(t, "Exchange", ex)
		n.clock.advance(16 * 60e9) // what Exchange learnt of the challenge is forgotten
		works(sfb, ex)
		works(ex, sfb)
	})
	t.Run("002-02 nobody else takes part", func(t *testing.T) {
		hosts := map[string]bool{}
		n.mu.Lock()
		defer n.mu.Unlock()
		for _, host := range n.seen {
			hosts[host] = true
		}
		if diff := cmp.Diff(map[string]bool{ex.host: true, sfb.host: true}, hosts); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("003-05 each side's audit shows the caller's application id", func(t *testing.T) {
		for _, c := range []struct {
			at     *server
			caller s2s.Principal
		}{{ex, skype}, {sfb, exchange}} {
			accepted := true
			all, err := c.at.journal.Accesses(t.Context(), journal.Filter{Accepted: &accepted})
			if err != nil || len(all) != 2 || all[0].Application != c.caller.String() || all[0].User != "ken@litware.test" {
				t.Errorf("at %s: %+v, %v", c.at.product, all, err)
			}
		}
	})
	t.Run("the half that is taken away takes the traffic with it", func(t *testing.T) {
		if err := ex.partners.Remove(t.Context(), "admin", "LyncEnterprise"); err != nil {
			t.Fatal(err)
		}
		fails(sfb, ex, s2shttp.ErrNotTrusted)
		fails(ex, sfb, s2shttp.ErrNoPartner)
	})
}

func TestPairingNeedsTrustedTLS(t *testing.T) {
	n := newNetwork(t)
	other, err := certs.NewCA("another authority", start)
	if err != nil {
		t.Fatal(err)
	}
	ex := n.add(t, exchange, authmeta.Exchange, s2shttp.Exchange, exchangeHost, other.Certificate)
	sfb := n.add(t, skype, authmeta.Skype, s2shttp.Skype, skypeHost, other.Certificate)
	add := func(s *server, url string) error {
		a := partner.Application{Name: "Partner", Enabled: true}
		a.TrustMetadata(url)
		_, err := s.partners.Add(t.Context(), a, partner.AddOptions{})
		if problem.CodeOf(err) != problem.TLSUntrusted {
			t.Errorf("%v, want %s", err, problem.TLSUntrusted)
		}
		return err
	}
	t.Run("002-33 on the Skype side", func(t *testing.T) {
		const want = `Cannot bind parameter 'MetadataUrl' to the target. Exception setting "MetadataUrl": "The metadata document could not be downloaded from the URL in the MetadataUrl parameter or downloaded data is not a valid metadata document, error: The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel."`
		if got := outbound.SkypeMetadataText(add(sfb, ex.metadataURL())); !strings.Contains(got, want) {
			t.Errorf("%s", got)
		}
	})
	t.Run("002-35 on the Exchange side", func(t *testing.T) {
		want := "Cannot acquire auth metadata document from '" + sfb.metadataURL() + "'. Error: The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel.."
		if got := outbound.ExchangeMetadataText(sfb.metadataURL(), add(ex, sfb.metadataURL())); got != want {
			t.Errorf("%s", got)
		}
	})
}
