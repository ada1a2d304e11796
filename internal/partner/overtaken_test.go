package partner

import (
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

// holds fails unless Exchange's keys are exactly these, and those withdrawn.
func (h house) holds(t *testing.T, published, withdrawn []identity) {
	t.Helper()
	a, err := h.Get(t.Context(), "Exchange")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what string
		got  []Key
		want []identity
	}{{"published", a.Document.Keys, published}, {"withdrawn", a.Document.Withdrawn, withdrawn}} {
		var want []s2s.Thumbprint
		for _, k := range c.want {
			want = append(want, k.thumbprint())
		}
		if got := thumbprintsOf(c.got); !slices.Equal(got, want) {
			t.Errorf("%s are %v, want %v", c.what, got, want)
		}
	}
}

// While one node reads the newest document, another stores the outcome of a
// read that began before and saw an older one.
func TestRefreshThatWasOvertakenLooksAgain(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		h := newHouseOn(t, db, &clock{now: start}, newWeb())
		other := newHouseOn(t, db, &clock{now: start.Add(time.Second)}, h.web)
		a, b := keys()[0], keys()[1]
		h.addExchange(t, a)
		record, err := other.Get(t.Context(), "Exchange")
		if err != nil {
			t.Fatal(err)
		}
		older, err := other.fetch(t.Context(), record.subject(), true)
		if err != nil {
			t.Fatal(err)
		}
		newest := document(exchangeURL, exchange, b)
		var reads atomic.Int32
		h.web.serve(exchangeURL, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if reads.Add(1) == 1 {
				if _, stored, err := other.update(t.Context(), record.subject(), older, nil); err != nil || !stored {
					t.Errorf("the older outcome: %v, %v", stored, err)
				}
			}
			newest.ServeHTTP(w, r)
		}))
		h.clock.advance(time.Minute)
		done, err := h.Refresh(t.Context(), "Exchange", true)
		if err != nil || !slices.Equal(done.Added, []s2s.Thumbprint{b.thumbprint()}) || !slices.Equal(done.Removed, []s2s.Thumbprint{a.thumbprint()}) {
			t.Errorf("%+v, %v", done, err)
		}
		h.holds(t, []identity{b}, []identity{a})
	})
}

// A change of a record's settings that began before a refresh ends after it.
func TestSettingsDoNotBringWithdrawnKeysBack(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		h := newHouseOn(t, db, &clock{now: start}, newWeb())
		other := newHouseOn(t, db, &clock{now: start}, h.web)
		a, b := keys()[0], keys()[1]
		h.addExchange(t, a)
		other.clock.advance(time.Minute)
		h.web.publish(exchangeURL, exchange, b)
		_, err := h.Set(t.Context(), "admin", "Exchange", func(a *Application) {
			a.AcceptSID = true
			if _, err := other.Refresh(t.Context(), "Exchange", true); err != nil {
				t.Error(err)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		h.holds(t, []identity{b}, []identity{a})
		other.clock.advance(time.Second)
		other.holds(t, []identity{b}, []identity{a})
		if got := h.verify(t, h.token(t, exchange, a, "")); got != "V12 key.withdrawn" {
			t.Errorf("signed by the withdrawn key: %q", got)
		}
	})
}

func TestSettingsOfAnAuthServerDoNotBringWithdrawnKeysBack(t *testing.T) {
	h := newHouse(t)
	server := s2s.Principal{App: s2s.TokenServerApp, Realm: "b5ab5ab5-0000-4000-8000-000000000001"}
	const url = "https://accounts.litware.test/metadata/json/1"
	a, b := keys()[0], keys()[1]
	h.web.publish(url, server, a)
	if _, err := h.AddAuthServer(t.Context(), "admin", AuthServer{Name: "Cloud", MetadataURL: url, Enabled: true}); err != nil {
		t.Fatal(err)
	}
	h.clock.advance(time.Minute)
	h.web.publish(url, server, b)
	_, err := h.SetAuthServer(t.Context(), "admin", "Cloud", func(a *AuthServer) {
		a.Type = "AzureAD"
		if _, err := h.RefreshAuthServer(t.Context(), "Cloud", true); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := h.AuthServer(t.Context(), "Cloud")
	if err != nil || got.Type != "AzureAD" || got.TokenEndpoint == "" ||
		!slices.Equal(thumbprintsOf(got.Document.Keys), []s2s.Thumbprint{b.thumbprint()}) ||
		!slices.Equal(thumbprintsOf(got.Document.Withdrawn), []s2s.Thumbprint{a.thumbprint()}) {
		t.Errorf("%+v, %v", got, err)
	}
}
