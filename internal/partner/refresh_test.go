package partner

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

func TestRefreshReplacesKeys(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		h := newHouseOn(t, db, &clock{now: start}, newWeb())
		a, b := keys()[0], keys()[1]
		h.addExchange(t, a)
		state := func() (published, withdrawn []s2s.Thumbprint) {
			t.Helper()
			got, err := h.Get(t.Context(), "Exchange")
			if err != nil {
				t.Fatal(err)
			}
			return thumbprintsOf(got.Document.Keys), thumbprintsOf(got.Document.Withdrawn)
		}
		for _, step := range []struct {
			name                 string
			publish              []identity
			added, removed       []identity
			published, withdrawn []identity
			signedByA, signedByB string
		}{
			{"the next key is published", []identity{a, b}, []identity{b}, nil, []identity{a, b}, nil, "", ""},
			{"the old one is gone and withdrawn at once", []identity{b}, nil, []identity{a}, []identity{b}, []identity{a}, "V12 key.withdrawn", ""},
			{"it is published again and counts again", []identity{b, a}, []identity{a}, nil, []identity{b, a}, nil, "", ""},
		} {
			t.Run(step.name, func(t *testing.T) {
				h.clock.advance(time.Minute)
				h.web.publish(exchangeURL, exchange, step.publish...)
				done, err := h.Refresh(t.Context(), "Exchange", false)
				if err != nil {
					t.Fatal(err)
				}
				published, withdrawn := state()
				for _, c := range []struct {
					what string
					got  []s2s.Thumbprint
					want []identity
				}{{"added", done.Added, step.added}, {"removed", done.Removed, step.removed},
					{"published", published, step.published}, {"withdrawn", withdrawn, step.withdrawn}} {
					var want []s2s.Thumbprint
					for _, k := range c.want {
						want = append(want, k.thumbprint())
					}
					if diff := cmp.Diff(want, c.got); diff != "" {
						t.Errorf("%s: %s", c.what, diff)
					}
				}
				if got := h.verify(t, h.token(t, exchange, a, "")); got != step.signedByA {
					t.Errorf("signed by the first: %q, want %q", got, step.signedByA)
				}
				if got := h.verify(t, h.token(t, exchange, b, "")); got != step.signedByB {
					t.Errorf("signed by the second: %q, want %q", got, step.signedByB)
				}
			})
		}
		if diff := cmp.Diff([]int{EventAdded, EventKeys, EventKeys, EventKeys}, h.events(t)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRefreshAsksWhetherAnythingChanged(t *testing.T) {
	h := newHouse(t)
	var tags []string
	doc := document(exchangeURL, exchange, keys()[0])
	h.web.serve(exchangeURL, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tags = append(tags, r.Header.Get("If-None-Match"))
		doc.ServeHTTP(w, r)
	}))
	a := Application{Name: "Exchange", Enabled: true}
	a.TrustMetadata(exchangeURL)
	added, err := h.Add(t.Context(), a, AddOptions{})
	if err != nil {
		t.Fatal(err)
	}
	h.clock.advance(time.Hour)
	done, err := h.Refresh(t.Context(), "Exchange", false)
	if err != nil || !done.NotModified {
		t.Errorf("%+v, %v", done, err)
	}
	h.clock.advance(time.Hour)
	if done, err = h.Refresh(t.Context(), "Exchange", true); err != nil || !done.NotModified {
		t.Errorf("forced: %+v, %v", done, err)
	}
	tag := added.Application.Document.ETag
	if diff := cmp.Diff([]string{"", tag, ""}, tags); diff != "" || tag == "" {
		t.Error(diff)
	}
	got, err := h.Get(t.Context(), "Exchange")
	if err != nil {
		t.Fatal(err)
	}
	if d := got.Document; len(d.Keys) != 1 || !d.FetchedAt.Equal(start.Add(2*time.Hour)) || !d.ChangedAt.Equal(start) || !d.Keys[0].Since.Equal(start) {
		t.Errorf("document %+v", d)
	}
}

func TestRefreshThatFails(t *testing.T) {
	h := newHouse(t)
	h.addExchange(t, keys()[0])
	refuse := func(code problem.Code) {
		t.Helper()
		h.clock.advance(time.Minute)
		_, err := h.Refresh(t.Context(), "Exchange", false)
		wantCode(t, err, code)
		a, err := h.Get(t.Context(), "Exchange")
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Document.Keys) != 1 || a.Document.Keys[0].Thumbprint != keys()[0].thumbprint() || !a.Document.FetchedAt.Equal(start) {
			t.Errorf("the last good document is lost: %+v", a.Document)
		}
		if a.Document.LastError == "" || a.Document.Failures == 0 {
			t.Errorf("no trace of the failure: %+v", a.Document)
		}
	}
	h.web.serve(exchangeURL, http.NotFoundHandler())
	refuse(problem.MetadataNotFound)
	refuse(problem.MetadataNotFound)

	t.Run("an identity that changed is refused, journaled and stays so", func(t *testing.T) {
		for _, other := range []s2s.Principal{
			{App: s2s.ExchangeApp, Realm: "fabrikam.test"}, {App: s2s.SharePointApp, Realm: "litware.test"}, skype} {
			h.web.publish(exchangeURL, other, keys()[1])
			refuse(problem.MetadataIdentityChanged)
		}
		if got := h.verify(t, h.token(t, exchange, keys()[1], "")); got == "" {
			t.Error("the key of the other identity is trusted")
		}
		alarms, err := h.journal.Events(t.Context(), journal.Filter{IDs: []int{EventIdentity}})
		if err != nil || len(alarms) != 3 || alarms[0].Level != journal.Error || !strings.Contains(alarms[0].Detail, "pinned: "+exchange.String()) {
			t.Errorf("alarms %+v, %v", alarms, err)
		}
	})
	t.Run("back again", func(t *testing.T) {
		h.web.publish(exchangeURL, exchange, keys()[0])
		if _, err := h.Refresh(t.Context(), "Exchange", false); err != nil {
			t.Fatal(err)
		}
		a, err := h.Get(t.Context(), "Exchange")
		if err != nil || a.Document.LastError != "" || a.Document.Failures != 0 {
			t.Errorf("%+v, %v", a.Document, err)
		}
	})
	want := []int{EventAdded, EventFailed, EventIdentity, EventIdentity, EventIdentity, EventRecovered}
	if diff := cmp.Diff(want, h.events(t)); diff != "" {
		t.Error(diff)
	}
	t.Run("a record without a document", func(t *testing.T) {
		a := Application{Name: "By hand", App: s2s.SharePointApp, Realm: "farm.test", Enabled: true}
		a.TrustCertificates(keys()[1].cert)
		if _, err := h.Add(t.Context(), a, AddOptions{}); err != nil {
			t.Fatal(err)
		}
		_, err := h.Refresh(t.Context(), "By hand", false)
		wantCode(t, err, problem.PartnerNoDocument)
	})
}

func TestOutcomeOfAnAttemptThatWasOvertakenIsDropped(t *testing.T) {
	h := newHouse(t)
	h.addExchange(t, keys()[0])
	a, err := h.Get(t.Context(), "Exchange")
	if err != nil {
		t.Fatal(err)
	}
	slow := a.subject() // a second attempt starts from the same state …
	old, err := h.fetch(t.Context(), slow, true)
	if err != nil {
		t.Fatal(err)
	}
	h.clock.advance(time.Minute)
	h.web.publish(exchangeURL, exchange, keys()[1])
	if _, err := h.Refresh(t.Context(), "Exchange", true); err != nil {
		t.Fatal(err)
	}
	h.clock.advance(time.Minute) // … and ends after it
	if _, stored, err := h.update(t.Context(), slow, old, nil); err != nil || stored {
		t.Fatalf("stored: %v, %v", stored, err)
	}
	if a, err = h.Get(t.Context(), "Exchange"); err != nil || !slices.Equal(thumbprintsOf(a.Keys()), []s2s.Thumbprint{keys()[1].thumbprint()}) {
		t.Errorf("an older document came back: %v, %v", thumbprintsOf(a.Keys()), err)
	}
}

func TestWithdrawnKeysAreBounded(t *testing.T) {
	now := start
	var old Document
	old.FetchedAt = now
	for i := range maxWithdrawn + 10 {
		k := Key{Certificate: keys()[0].cert}
		k.Thumbprint[0], k.Thumbprint[1] = byte(i>>8), byte(i)
		old.Withdrawn = append(old.Withdrawn, k)
	}
	next := replaceKeys(old, Document{FetchedAt: now})
	if len(next.Withdrawn) != maxWithdrawn {
		t.Errorf("%d remembered, want %d", len(next.Withdrawn), maxWithdrawn)
	}
	expired := replaceKeys(old, Document{FetchedAt: keys()[0].cert.NotAfter.Add(time.Hour)})
	if len(expired.Withdrawn) != 0 {
		t.Errorf("%d expired ones remembered", len(expired.Withdrawn))
	}
}
