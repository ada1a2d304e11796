package renewal

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/profile"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

// start is when most tests begin.
var start = time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)

// clock is a time that tests move by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
	// tick, when set, is called at each look at the clock.
	tick func()
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	now, tick := c.now, c.tick
	c.mu.Unlock()
	if tick != nil {
		tick()
	}
	return now
}

func (c *clock) set(t time.Time)         { c.mu.Lock(); defer c.mu.Unlock(); c.now = t }
func (c *clock) advance(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

// rsaKey is the one key of all certificates here: making keys is what takes
// time, and nothing here depends on their being different.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// issue makes a certificate of its own serial number over rsaKey.
func issue(name string, from, until time.Time) *x509.Certificate {
	return issueAs(certs.SelfSigned{Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: until})
}

func issueAs(o certs.SelfSigned) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: serial, Subject: o.Subject, DNSNames: o.DNSNames, NotBefore: o.NotBefore, NotAfter: o.NotAfter}
	der, err := x509.CreateCertificate(rand.Reader, template, template, rsaKey().Public(), rsaKey())
	if err != nil {
		panic(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return c
}

// issueBelow makes a certificate for which parent vouches, or a root; all have
// one key.
func issueBelow(parent *x509.Certificate, name string, from, until time.Time) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: until, BasicConstraintsValid: true, IsCA: true,
	}
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, rsaKey().Public(), rsaKey())
	if err != nil {
		panic(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return c
}

// quick is Config.Make without the making of a key.
func quick(o certs.SelfSigned) (*x509.Certificate, *rsa.PrivateKey, error) {
	return issueAs(o), rsaKey(), nil
}

// web is a network without wires: handlers by URL.
type web struct {
	mu    sync.Mutex
	pages map[string]http.Handler
}

func newWeb() *web { return &web{pages: map[string]http.Handler{}} }

func (w *web) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	h, ok := w.pages[r.URL.String()]
	w.mu.Unlock()
	if !ok {
		h = http.NotFoundHandler()
	}
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

// publish serves the metadata document of an issuer.
func (w *web) publish(url string, product authmeta.Product, p s2s.Principal, keys ...*x509.Certificate) {
	doc := authmeta.New(product, p, url, start, keys...)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages[url] = authmeta.Handler(func(context.Context) (authmeta.Document, error) { return doc, nil }, product)
}

var (
	exchange = s2s.Principal{App: s2s.ExchangeApp, Realm: "litware.test"}
	skype    = s2s.Principal{App: s2s.SkypeApp, Realm: "litware.test"}
)

const skypeURL = "https://pool.litware.test/metadata/json/1"

// house is a role's node with everything around its Keeper.
type house struct {
	*Keeper
	db       *store.DB
	journal  *journal.Journal
	keyring  *keyring.Keyring
	partners *partner.Store
	web      *web
	clock    *clock
	tls      []Shown
	slow     time.Duration // how long the slowest partner goes without reading
}

// box seals the keys of all houses: nodes of one store share it.
var box = sync.OnceValue(func() *certs.Box {
	key := make([]byte, 32)
	rand.Read(key)
	b, err := certs.NewBox(key)
	if err != nil {
		panic(err)
	}
	return b
})

// newHouse is the exchange role of litware.test unless edit says otherwise.
func newHouse(t testing.TB, db *store.DB, c *clock, w *web, edit ...func(*Config)) *house {
	t.Helper()
	h := &house{db: db, web: w, clock: c}
	now := time.Now // of a bubble
	if c != nil {
		now = c.Now
	}
	cfg := Config{DB: db, Role: profile.Exchange, Now: now, Make: quick, Shown: func() []Shown { return h.tls }}
	for _, e := range edit {
		e(&cfg)
	}
	own := exchange
	if cfg.Role == profile.Skype {
		own = skype
	}
	var err error
	if h.journal, err = journal.New(db, now); err != nil {
		t.Fatal(err)
	}
	if h.keyring, err = keyring.New(db, box(), now, cfg.Policy, func(context.Context) keyring.Slowest { return keyring.Slowest{Partner: "slow", Interval: h.slow} }); err != nil {
		t.Fatal(err)
	}
	h.partners, err = partner.New(partner.Config{
		DB: db, Journal: h.journal, Now: now, Organisation: "litware.test",
		Fetcher: authmeta.Fetcher{HTTP: &http.Client{Transport: w}, Now: now},
		Own:     func(context.Context) (s2s.Principal, error) { return own, nil },
		// Documents are read again here when they have changed, not by the hour.
		Schedule: partner.Schedule{DistrustAfter: 20 * 365 * day},
	})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Journal, cfg.Keyring, cfg.Partners = h.journal, h.keyring, h.partners
	if h.Keeper, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	return h
}

func mode(m Mode) func(*Config) { return func(c *Config) { c.Mode = m } }

// signing puts a signing certificate with the given end into the store.
func (h *house) signing(t testing.TB, until time.Time) s2s.Thumbprint {
	t.Helper()
	c, err := h.keyring.Add(t.Context(), issue(certs.AuthCertificateName, start.AddDate(-5, 0, 0), until), rsaKey(), keyring.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c.Thumbprint
}

// current makes a certificate that ends so far from now the current one.
func (h *house) current(t testing.TB, left time.Duration) s2s.Thumbprint {
	t.Helper()
	c := h.signing(t, h.cfg.Now().Add(left))
	if _, err := h.keyring.Replace(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c
}

// next stages a certificate.
func (h *house) next(t testing.TB, left, effective time.Duration) s2s.Thumbprint {
	t.Helper()
	c := h.signing(t, h.cfg.Now().Add(left))
	if _, err := h.keyring.Stage(t.Context(), c, h.cfg.Now().Add(effective), true); err != nil {
		t.Fatal(err)
	}
	return c
}

// look looks once.
func (h *house) look(t testing.TB) (due time.Time) {
	t.Helper()
	due, err := h.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return due
}

// events are those of this package since the last call, the oldest first.
func (h *house) events(t testing.TB) []journal.Event {
	t.Helper()
	var all []journal.Event
	f := journal.Filter{Limit: 1000}
	for {
		page, err := h.journal.Events(context.WithoutCancel(t.Context()), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page {
			f.Before = e.Record
			if e.Source == EventSource || e.ID == EventAuthCertificate {
				all = append([]journal.Event{e}, all...)
			}
		}
		if len(page) < f.Limit {
			return all
		}
	}
}

// ids are the ids of events.
func ids(events []journal.Event) []int {
	all := []int{}
	for _, e := range events {
		all = append(all, e.ID)
	}
	return all
}

func sqlite(t testing.TB) *store.DB { return storetest.Open(t, storetest.SQLite(t)) }
