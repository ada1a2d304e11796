package partner

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

// start is when most tests begin.
var start = time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)

// identity is a signing certificate with its key.
type identity struct {
	cert *x509.Certificate
	key  *rsa.PrivateKey
}

func (i identity) thumbprint() s2s.Thumbprint { return s2s.ThumbprintOf(i.cert) }

// keys makes signing certificates that are valid around start. Making one
// takes a while, so the tests of this binary share them.
var keys = sync.OnceValue(func() []identity {
	all := make([]identity, 4)
	var wait sync.WaitGroup
	for i := range all {
		wait.Go(func() {
			cert, key, err := certs.NewSelfSigned(certs.SelfSigned{
				Subject:   pkix.Name{CommonName: "signing"},
				NotBefore: start.AddDate(-1, 0, 0), NotAfter: start.AddDate(5, 0, 0),
			})
			if err != nil {
				panic(err)
			}
			all[i] = identity{cert, key}
		})
	}
	wait.Wait()
	return all
})

var (
	exchange = s2s.Principal{App: s2s.ExchangeApp, Realm: "litware.test"}
	skype    = s2s.Principal{App: s2s.SkypeApp, Realm: "litware.test"}
)

const (
	exchangeURL = "https://autodiscover.litware.test/autodiscover/metadata/json/1"
	skypeURL    = "https://pool.litware.test/metadata/json/1"
)

// clock is a time the test sets.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) advance(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

// web is a network without wires: handlers by URL.
type web struct {
	mu    sync.Mutex
	pages map[string]http.Handler
	hits  map[string]int
}

func newWeb() *web { return &web{pages: map[string]http.Handler{}, hits: map[string]int{}} }

func (w *web) serve(url string, h http.Handler) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages[url] = h
}

func (w *web) count(url string) int { w.mu.Lock(); defer w.mu.Unlock(); return w.hits[url] }

func (w *web) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	h, ok := w.pages[r.URL.String()]
	w.hits[r.URL.String()]++
	w.mu.Unlock()
	if !ok {
		h = http.NotFoundHandler()
	}
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return recorder.Result(), nil
}

// publish serves the metadata document of issuer with the keys.
func (w *web) publish(url string, issuer s2s.Principal, keys ...identity) {
	w.serve(url, document(url, issuer, keys...))
}

func document(url string, issuer s2s.Principal, keys ...identity) http.Handler {
	var published []*x509.Certificate
	for _, k := range keys {
		published = append(published, k.cert)
	}
	product := authmeta.Skype
	switch issuer.App {
	case s2s.ExchangeApp:
		product = authmeta.Exchange
	case s2s.SharePointApp:
		product = authmeta.SharePoint
	case s2s.TokenServerApp:
		product = authmeta.TokenServer
	}
	doc := authmeta.New(product, issuer, url, start, published...)
	return authmeta.Handler(func(context.Context) (authmeta.Document, error) { return doc, nil }, product)
}

// house is a role's partner records with everything around them.
type house struct {
	*Store
	db      *store.DB
	journal *journal.Journal
	web     *web
	clock   *clock
}

// newHouse is the skype role of litware.test at start, with an empty store.
func newHouse(t *testing.T) house {
	t.Helper()
	return newHouseOn(t, storetest.Open(t, storetest.SQLite(t)), &clock{now: start}, newWeb())
}

func newHouseOn(t *testing.T, db *store.DB, c *clock, w *web) house {
	t.Helper()
	j, err := journal.New(db, c.Now)
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Config{
		DB: db, Journal: j, Now: c.Now, Organisation: "litware",
		Fetcher:  authmeta.Fetcher{HTTP: &http.Client{Transport: w}, Now: c.Now},
		Own:      func(context.Context) (s2s.Principal, error) { return skype, nil },
		Schedule: Schedule{Random: func() float64 { return 0.5 }},
	})
	if err != nil {
		t.Fatal(err)
	}
	return house{s, db, j, w, c}
}

// addExchange makes Exchange, which publishes the keys, a partner.
func (h house) addExchange(t *testing.T, keys ...identity) Application {
	t.Helper()
	h.web.publish(exchangeURL, exchange, keys...)
	a := Application{Name: "Exchange", TrustLevel: s2s.Full, Enabled: true}
	a.TrustMetadata(exchangeURL)
	added, err := h.Add(t.Context(), a, AddOptions{By: "admin"})
	if err != nil {
		t.Fatal(err)
	}
	return added.Application
}

// events lists the ids in the event log, oldest first.
func (h house) events(t *testing.T) []int {
	t.Helper()
	all, err := h.journal.Events(t.Context(), journal.Filter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	var ids []int
	for i := range all {
		ids = append(ids, all[len(all)-1-i].ID)
	}
	return ids
}

func wantCode(t *testing.T, err error, code problem.Code) {
	t.Helper()
	if problem.CodeOf(err) != code {
		t.Errorf("the failure is %q (%v), want %q", problem.CodeOf(err), err, code)
	}
	if _, ok := problem.Lookup(code); !ok {
		t.Errorf("%s has no row in the catalogue", code)
	}
}

func thumbprintsOf(keys []Key) []s2s.Thumbprint {
	var all []s2s.Thumbprint
	for _, k := range keys {
		all = append(all, k.Thumbprint)
	}
	return all
}
