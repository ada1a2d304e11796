package exchange

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/rbac"
	"github.com/matchseal/matchseal/internal/settings"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2stest"
)

var start = time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)

func now() time.Time { return start }

const skypeURL = "https://pool.litware.test/metadata/json/1"

// office is the exchange role EXCH of litware.test with real stores, and a
// network that knows metadata documents only.
type office struct {
	*Role
	directory *directory.Directory
	roles     *rbac.Store
	partners  *partner.Store
	web       *web
}

func newOffice(t *testing.T) *office {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	o := &office{web: &web{pages: map[string]http.Handler{}}}
	var err error
	o.directory, err = directory.New(t.Context(), storetest.Open(t, storetest.SQLite(t)), now)
	must(err)
	db := storetest.Open(t, storetest.SQLite(t))
	kept, err := settings.New(db, now)
	must(err)
	o.roles, err = rbac.New(db, now)
	must(err)
	events, err := journal.New(db, now)
	must(err)
	o.partners, err = partner.New(partner.Config{
		DB: db, Journal: events, Now: now, Organisation: "litware",
		Fetcher: authmeta.Fetcher{HTTP: &http.Client{Transport: o.web}, Now: now},
		Own:     func(ctx context.Context) (s2s.Principal, error) { return o.Principal(ctx) },
	})
	must(err)
	o.Role = New(Config{
		Settings: kept, Directory: o.directory, Roles: o.roles, Partners: o.partners, Fqdn: "exch.litware.test",
		Hosts: []string{"mail.litware.test"}, AcceptedDomains: []string{"litware.test"}, Organisation: "litware",
	})
	return o
}

// web is a network without wires: handlers by URL.
type web struct {
	mu    sync.Mutex
	pages map[string]http.Handler
}

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

// publish serves the metadata document of a party at the URL.
func (w *web) publish(url string, p *s2stest.Party, product authmeta.Product) {
	doc := authmeta.New(product, p.Principal, url, start, p.Certificate)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages[url] = authmeta.Handler(func(context.Context) (authmeta.Document, error) { return doc, nil }, product)
}

func wantCode(t *testing.T, err error, code problem.Code) {
	t.Helper()
	if problem.CodeOf(err) != code {
		t.Errorf("the failure is %q (%v), want %q", problem.CodeOf(err), err, code)
	}
}
