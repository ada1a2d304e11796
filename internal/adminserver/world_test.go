package adminserver

import (
	"bytes"
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/autodiscover"
	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/access"
	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/exchange"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/mailbox"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/profile"
	"github.com/matchseal/matchseal/internal/rbac"
	"github.com/matchseal/matchseal/internal/readers"
	"github.com/matchseal/matchseal/internal/settings"
	"github.com/matchseal/matchseal/internal/skype"
	"github.com/matchseal/matchseal/internal/storagesvc"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2stest"
)

var start = time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)

const (
	exchangeURL = "https://autodiscover.litware.test/autodiscover/metadata/json/1"
	skypeURL    = "https://pool.litware.test/metadata/json/1"
)

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) advance(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

// world is litware.test: an exchange and a skype role on real stores, whose
// metadata documents are served over real TLS, and one management server for
// both.
type world struct {
	t         testing.TB
	clock     *clock
	ca        *certs.CA
	names     map[string]string // host:443 -> where it listens
	directory *directory.Directory
	exchange  Exchange
	skype     Skype
	server    *Server
	logLock   sync.Mutex
	log       strings.Builder

	mu       sync.Mutex
	answered map[string]bool // calls that succeeded
	// autodiscoverName is what looking up autodiscover.<domain> gives.
	autodiscoverName error
	// oauthTest is what a call of the partner gives.
	oauthTest error
	// exchangeWeb and skypeWeb are what the roles' web services show.
	exchangeWeb, skypeWeb tls.Certificate
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{now: start}, names: map[string]string{}, answered: map[string]bool{}}
	var err error
	w.ca, err = certs.NewCA("Litware CA", start, "litware.test")
	w.must(err)
	w.directory, err = directory.New(t.Context(), storetest.Open(t, directoryTables.SQLite(t)), w.clock.Now)
	w.must(err)
	w.server = New(Config{
		Directory: w.directory, Roles: []string{"exchange", "skype"}, Now: w.clock.Now,
		Log: slog.New(slog.NewTextHandler(logWriter{w}, nil)),
	})
	w.user("administrator", directory.OrganizationManagement, directory.RTCUniversalUserAdmins)
	w.user("kenmyer")
	w.user("pilar")
	w.openExchange()
	w.openSkype()
	w.openOnline()
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// user makes an account with all addresses, in some groups.
func (w *world) user(name string, groups ...string) directory.User {
	w.t.Helper()
	address := name + "@litware.test"
	u, err := w.directory.AddUser(w.t.Context(), directory.User{
		Name: name, UPN: directory.UPN(address), SMTP: directory.SMTP(address), SIP: directory.SIP(address),
		Organisation: "litware", Container: "litware.test/Users", Enabled: true,
	})
	w.must(err)
	for _, g := range groups {
		w.must(w.directory.AddMember(w.t.Context(), g, u.ID))
	}
	return u
}

// part is what both roles have.
type part struct {
	db       *store.DB
	settings *settings.Store
	journal  *journal.Journal
	keyring  *keyring.Keyring
}

func (w *world) openPart(party *s2stest.Party) part {
	w.t.Helper()
	p := part{db: storetest.Open(w.t, roleTables.SQLite(w.t))}
	var err error
	p.settings, err = settings.New(p.db, w.clock.Now)
	w.must(err)
	p.journal, err = journal.New(p.db, w.clock.Now)
	w.must(err)
	box, err := certs.NewBox(make([]byte, 32))
	w.must(err)
	p.keyring, err = keyring.New(p.db, box, w.clock.Now, keyring.Policy{})
	w.must(err)
	added, err := p.keyring.Add(w.t.Context(), party.Certificate, party.Key, keyring.Options{FriendlyName: "first", Services: []string{"SMTP"}})
	w.must(err)
	_, err = p.keyring.Replace(w.t.Context(), added.Thumbprint)
	w.must(err)
	return p
}

func (w *world) openPartners(p part, own func(context.Context) (s2s.Principal, error)) *partner.Store {
	w.t.Helper()
	partners, err := partner.New(partner.Config{
		DB: p.db, Journal: p.journal, Now: w.clock.Now, Own: own, Organisation: "litware",
		Fetcher: authmeta.Fetcher{HTTP: &http.Client{Transport: w}, Now: w.clock.Now, Agent: func(ctx context.Context) string {
			who, err := own(ctx)
			w.must(err)
			return authmeta.Introduction("", who)
		}},
	})
	w.must(err)
	return partners
}

// openReaders records who reads a role's document.
func (w *world) openReaders(p part, partners *partner.Store) *readers.Store {
	w.t.Helper()
	s, err := readers.New(readers.Config{DB: p.db, Now: w.clock.Now, Partners: func(ctx context.Context) (all []readers.Partner, err error) {
		found, err := partners.List(ctx)
		for _, a := range found {
			all = append(all, readers.Partner{Name: a.Name, Principal: a.Issuer(), Since: a.Created})
		}
		return all, err
	}})
	w.must(err)
	return s
}

// RoundTrip calls a host of the world over TLS, as the roles do.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	connect := map[string]string{}
	for name, address := range w.names {
		connect[name] = address
	}
	w.mu.Unlock()
	client := outbound.New(outbound.Options{Roots: w.ca.Pool(), Connect: connect, AllowLoopback: true, Now: w.clock.Now, Resolver: "127.0.0.1:9"})
	return client.HTTP().Transport.RoundTrip(r)
}

// publish serves a handler over TLS under some names, with a certificate of
// the authority.
func (w *world) publish(ca *certs.CA, h http.Handler, names ...string) tls.Certificate {
	w.t.Helper()
	shown := w.issue(ca, certs.TLSRequest{Names: names}.ValidFrom(start))
	w.listen(h, shown, names...)
	return shown
}

func (w *world) issue(ca *certs.CA, r certs.TLSRequest) tls.Certificate {
	w.t.Helper()
	chain, key, err := ca.Issue(r)
	w.must(err)
	return certs.TLS(chain, key)
}

// copyTLS brings a TLS certificate with its key into a keyring, as a node does.
func copyTLS(k *keyring.Keyring, shown *tls.Certificate) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := k.Add(ctx, shown.Leaf, shown.PrivateKey.(crypto.Signer), keyring.Options{})
		return err
	}
}

// rootOf trusts the authority of the world.
func (w *world) rootOf(c *x509.Certificate) certs.Root {
	return certs.Roots{Files: w.ca.Pool()}.Of(c, nil, w.clock.Now())
}

func (w *world) listen(h http.Handler, certificate tls.Certificate, names ...string) {
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	s.StartTLS()
	w.t.Cleanup(s.Close)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range names {
		w.names[n+":443"] = s.Listener.Addr().String()
	}
}

// document serves a role's metadata at its path.
func (w *world) document(p profile.Profile, k *keyring.Keyring, own func(context.Context) (s2s.Principal, error), read *readers.Store) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(p.MetadataPath, authmeta.Handler(func(ctx context.Context) (authmeta.Document, error) {
		who, err := own(ctx)
		if err != nil {
			return authmeta.Document{}, err
		}
		published, err := k.Published(ctx)
		return authmeta.New(p.Metadata, who, "https://"+p.MetadataPath, w.clock.Now(), published...), err
	}, p.Metadata, func(r *http.Request, d authmeta.Document) {
		seen := readers.Reading{Agent: r.UserAgent(), Address: access.SourceOf(r)}
		for _, k := range d.Keys {
			seen.Holds = append(seen.Holds, k.Thumbprint)
		}
		read.Note(seen)
	}))
	return mux
}

func (w *world) openExchange() {
	w.t.Helper()
	p := w.openPart(s2stest.NewExchange("litware.test", "mail.litware.test"))
	x := Exchange{Keyring: p.keyring, Directory: w.directory, Journal: p.journal}
	var err error
	x.Roles, err = rbac.New(p.db, w.clock.Now)
	w.must(err)
	x.Mailboxes, err = mailbox.New(p.db, w.clock.Now)
	w.must(err)
	own := func(ctx context.Context) (s2s.Principal, error) { return w.exchange.Role.Principal(ctx) }
	x.Partners = w.openPartners(p, own)
	x.Readers = w.openReaders(p, x.Partners)
	x.Role = exchange.New(exchange.Config{
		Settings: p.settings, Directory: w.directory, Roles: x.Roles, Partners: x.Partners, Fqdn: "exch.litware.test",
		Hosts: []string{"mail.litware.test"}, AcceptedDomains: []string{"litware.test"}, Organisation: "litware",
	})
	w.exchangeWeb = w.publish(w.ca, w.document(w.profileOfExchange(), x.Keyring, own, x.Readers), "exch.litware.test", "autodiscover.litware.test")
	x.TLS = func() *x509.Certificate { return w.exchangeWeb.Leaf }
	x.CopyTLS, x.RootOf = copyTLS(x.Keyring, &w.exchangeWeb), w.rootOf
	x.TestOAuth = func(_ context.Context, target *url.URL, u directory.User) ([]string, error) {
		return []string{"GET " + target.String() + " for " + string(u.SMTP)}, w.oauthTest
	}
	w.exchange = x
	w.server.MountExchange(x)
}

func (w *world) openSkype() {
	w.t.Helper()
	p := w.openPart(s2stest.NewSkype("litware.test", "pool.litware.test"))
	x := Skype{Keyring: p.keyring, Directory: w.directory, Journal: p.journal}
	x.Role = skype.New(skype.Config{
		Settings: p.settings, Directory: w.directory, Hosts: []string{"pool.litware.test"}, SIPDomains: []string{"litware.test"},
		Organisation: "litware",
		Pool:         skype.Pool{Fqdn: "pool.litware.test", Site: "Redmond", Services: []string{"UserServer:pool.litware.test"}, Computers: []string{"pool.litware.test"}},
	})
	x.Partners = w.openPartners(p, x.Role.Principal)
	x.Readers = w.openReaders(p, x.Partners)
	var err error
	x.Storage, err = storagesvc.New(w.t.Context(), storagesvc.Config{
		DB: p.db, Journal: p.journal, HTTP: &http.Client{Transport: mailSide{}}, User: x.Role.User, Now: w.clock.Now, Log: slog.New(slog.DiscardHandler),
		Endpoint: func(ctx context.Context) (storagesvc.Endpoint, error) {
			c, err := x.Role.OAuthConfiguration(ctx)
			return storagesvc.Endpoint{AutodiscoverURL: c.ExchangeAutodiscoverURL}, err
		},
	})
	w.must(err)
	x.Mint = func(_ context.Context, u directory.User, address string, life time.Duration) (string, time.Time, error) {
		return "token for " + string(u.UPN) + " at " + address, w.clock.Now().Add(life), nil
	}
	x.AutodiscoverName = func(context.Context, string) error { return w.autodiscoverName }
	data, err := profile.Of(profile.Skype)
	w.must(err)
	w.skypeWeb = w.publish(w.ca, w.document(data, x.Keyring, x.Role.Principal, x.Readers), "pool.litware.test")
	x.TLS = func() *x509.Certificate { return w.skypeWeb.Leaf }
	x.CopyTLS, x.RootOf = copyTLS(x.Keyring, &w.skypeWeb), w.rootOf
	w.skype = x
	w.server.MountSkype(x)
}

// mailSide answers Autodiscover and EWS as an Exchange server does that
// accepts everything; what it really takes is storagesvc's concern.
type mailSide struct{}

func (mailSide) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	recorder := httptest.NewRecorder()
	recorder.Header().Set("Content-Type", ews.ContentType)
	switch {
	case strings.HasSuffix(r.URL.Path, ".svc"):
		answer := &autodiscover.Response{Operation: autodiscover.OpGetUserSettings, ErrorCode: autodiscover.NoError, Users: []autodiscover.UserResponse{{
			ErrorCode: autodiscover.NoError, Settings: []autodiscover.Setting{{Name: autodiscover.InternalEwsURL, Value: "https://mail.litware.test/EWS/Exchange.asmx"}},
		}}}
		recorder.Write(answer.Marshal())
	default:
		q, err := ews.DecodeRequest(bytes.NewReader(body), ews.Limits{})
		if err != nil {
			return nil, err
		}
		if q.Operation == "FindItem" {
			found := &ews.FindItemResponse{Messages: []ews.FindItemMessage{{Page: ews.Page{IncludesLastItemInRange: true, TotalItemsInView: 1}, Items: []ews.Item{{ID: ews.ItemID{ID: "AAMk", ChangeKey: "CQAA"}}}}}}
			if err := ews.EncodeResponse(recorder, ews.ServerVersion{Major: 15}, ews.Exchange2013, found); err != nil {
				return nil, err
			}
			return recorder.Result(), nil
		}
		if q.Operation != "CreateItem" {
			return nil, errors.New("the mail side of this world takes and finds items only, not " + q.Operation)
		}
		made := &ews.CreateItemResponse{Messages: []ews.ItemMessage{{Items: []ews.Item{{ID: ews.ItemID{ID: "AAMk", ChangeKey: "CQAA"}}}}}}
		if err := ews.EncodeResponse(recorder, ews.ServerVersion{Major: 15}, ews.Exchange2013, made); err != nil {
			return nil, err
		}
	}
	return recorder.Result(), nil
}

// logWriter lets requests log while the test reads.
type logWriter struct{ w *world }

func (l logWriter) Write(p []byte) (int, error) {
	l.w.logLock.Lock()
	defer l.w.logLock.Unlock()
	return l.w.log.Write(p)
}

// client returns a client of one of the doors that has not logged on.
func (w *world) client(local bool) *adminapi.Client {
	w.t.Helper()
	if local {
		s := httptest.NewServer(w.server.Local())
		w.t.Cleanup(s.Close)
		return adminapi.NewClient(s.URL, &http.Client{Transport: noting{w, http.DefaultTransport}})
	}
	s := httptest.NewTLSServer(w.server.Remote())
	w.t.Cleanup(s.Close)
	return adminapi.NewClient(s.URL, &http.Client{Transport: noting{w, s.Client().Transport}})
}

// as logs an operator on over the socket file's door.
func (w *world) as(account string) *adminapi.Client {
	w.t.Helper()
	c := w.client(true)
	_, err := c.LogOn(w.t.Context(), account, "")
	w.must(err)
	return c
}

// noting takes note of the calls that succeed.
type noting struct {
	w    *world
	next http.RoundTripper
}

func (n noting) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := n.next.RoundTrip(r)
	if err == nil && resp.StatusCode == http.StatusOK {
		n.w.mu.Lock()
		n.w.answered[strings.TrimPrefix(r.URL.Path, adminapi.Prefix)] = true
		n.w.mu.Unlock()
	}
	return resp, err
}

// do makes a call that has to succeed.
func do[Req, Resp any](t *testing.T, c *adminapi.Client, call adminapi.Call[Req, Resp], req Req) Resp {
	t.Helper()
	resp, err := adminapi.Do(t.Context(), c, call, req)
	if err != nil {
		t.Fatalf("%s: %v", call.Name, err)
	}
	return resp
}

// refused makes a call that has to fail with the code.
func refused[Req, Resp any](t *testing.T, c *adminapi.Client, call adminapi.Call[Req, Resp], req Req, code problem.Code) *adminapi.Fault {
	t.Helper()
	_, err := adminapi.Do(t.Context(), c, call, req)
	f, ok := adminapi.AsFault(err)
	if !ok {
		t.Fatalf("%s: %v, want a fault with the code %s", call.Name, err, code)
	}
	if f.Code != code || problem.CodeOf(err) != code {
		t.Errorf("%s: %s (%s), want %s", call.Name, f.Code, f.Detail, code)
	}
	if f.Title == "" || f.Detail == "" || f.Remedy == "" || f.RequestID == "" {
		t.Errorf("%s: the fault is not whole: %+v", call.Name, f)
	}
	if strings.ContainsAny(f.CmdletText, "<>") {
		t.Errorf("%s: the cmdlet text has a gap: %s", call.Name, f.CmdletText)
	}
	return f
}

func named(identity string) adminapi.Identity { return adminapi.Identity{Identity: identity} }

func ptr[T any](v T) *T { return &v }

// find reads an account.
func (w *world) find(name string) directory.User {
	w.t.Helper()
	u, err := w.directory.Resolve(w.t.Context(), name)
	w.must(err)
	return u
}

// publishSharePoint adds a SharePoint farm.
func (w *world) publishSharePoint() {
	w.t.Helper()
	farm := s2stest.NewSharePoint("litware.test", "sharepoint.litware.test")
	doc := authmeta.New(authmeta.SharePoint, farm.Principal, "https://sharepoint.litware.test/", start, farm.Certificate)
	w.publish(w.ca, authmeta.Handler(func(context.Context) (authmeta.Document, error) { return doc, nil }, authmeta.SharePoint), "sharepoint.litware.test")
}

func (w *world) profileOfExchange() profile.Profile {
	w.t.Helper()
	p, err := profile.Of(profile.Exchange)
	w.must(err)
	return p
}

// publishSelfSigned serves a handler with a certificate that vouches for
// itself.
func (w *world) publishSelfSigned(h http.Handler, name string) {
	w.t.Helper()
	cert, key, err := certs.NewSelfSigned(certs.SelfSigned{
		Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: start.AddDate(0, -1, 0), NotAfter: start.AddDate(1, 0, 0),
	})
	w.must(err)
	w.listen(h, certs.TLS([]*x509.Certificate{cert}, key), name)
}

// publishExpired serves a handler with a certificate that ended yesterday.
func (w *world) publishExpired(h http.Handler, name string) {
	w.t.Helper()
	chain, key, err := w.ca.Issue(certs.TLSRequest{Names: []string{name}, NotBefore: start.AddDate(0, 0, -9), NotAfter: start.AddDate(0, 0, -1)})
	w.must(err)
	w.listen(h, certs.TLS(chain, key), name)
}

// alias leads a name to where another one listens.
func (w *world) alias(name, to string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.names[name+":443"] = w.names[to+":443"]
}
