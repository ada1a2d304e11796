package partner

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

func TestStatementsArePortable(t *testing.T) {
	storetest.Prepare(t, storetest.Statements(t, "sql.go"), func(ctx context.Context, db *store.DB) error {
		return db.Migrate(ctx, "partner", migrations)
	})
}

func TestFindAndRemove(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		h := newHouseOn(t, db, &clock{now: start}, newWeb())
		h.addExchange(t, keys()[0])
		byHand := Application{Name: "LyncEnterprise-Legacy", App: s2s.SharePointApp, Realm: "farm.test", Enabled: true, LinkedAccount: "account-1"}
		byHand.TrustCertificates(keys()[1].cert, keys()[2].cert)
		if _, err := h.Add(t.Context(), byHand, AddOptions{}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name, pattern string
			want          []string
		}{
			{"001-10 by name, in any case", "exchange", []string{"Exchange"}},
			{"001-10 nothing of that name is nothing, not an error", "microsoft.sts", nil},
			{"003-09 a wildcard works", "Lync*", []string{"LyncEnterprise-Legacy"}},
			{"003-04 by application id", "00000002-0000-0FF1-CE00-000000000000", []string{"Exchange"}},
			{"all, sorted by name", "*", []string{"Exchange", "LyncEnterprise-Legacy"}},
			{"a broken pattern matches nothing", "[", nil},
		} {
			t.Run(c.name, func(t *testing.T) {
				found, err := h.Find(t.Context(), c.pattern)
				if err != nil {
					t.Fatal(err)
				}
				var names []string
				for _, a := range found {
					names = append(names, a.Name)
				}
				if diff := cmp.Diff(c.want, names); diff != "" {
					t.Error(diff)
				}
			})
		}
		t.Run("003-09 it shows account, id and URL", func(t *testing.T) {
			a, err := h.Get(t.Context(), "LyncEnterprise-Legacy")
			if err != nil || a.LinkedAccount != "account-1" || a.App != s2s.SharePointApp || len(a.Keys()) != 2 {
				t.Errorf("%+v, %v", a, err)
			}
			b, err := h.Get(t.Context(), "Exchange")
			if err != nil || b.MetadataURL != exchangeURL {
				t.Errorf("%+v, %v", b, err)
			}
		})
		t.Run("001-11 removed, and then there is nothing to remove", func(t *testing.T) {
			if err := h.Remove(t.Context(), "admin", "EXCHANGE"); err != nil {
				t.Fatal(err)
			}
			wantCode(t, h.Remove(t.Context(), "admin", "Exchange"), problem.PartnerNotFound)
			_, err := h.Get(t.Context(), "Exchange")
			wantCode(t, err, problem.PartnerNotFound)
			if found, err := h.Find(t.Context(), "Exchange"); err != nil || len(found) != 0 {
				t.Errorf("%v, %v", found, err)
			}
		})
		t.Run("after the removal it can be added again", func(t *testing.T) {
			if a := h.addExchange(t, keys()[1]); len(a.Document.Withdrawn) != 0 {
				t.Errorf("the new record remembers %v", a.Document.Withdrawn)
			}
		})
	})
}

func TestSet(t *testing.T) {
	h := newHouse(t)
	h.addExchange(t, keys()[0])
	set := func(change func(*Application)) (Application, error) {
		return h.Set(t.Context(), "admin", "exchange", change)
	}
	t.Run("every setting is stored", func(t *testing.T) {
		want, err := set(func(a *Application) {
			a.Name, a.TrustLevel, a.AcceptSID, a.Enabled = "microsoft.exchange", s2s.ApplicationOnly, true, false
			a.OmitsDelegationFlag, a.LinkedAccount, a.AllowedUsers = true, "account-2", []string{"ken@litware.test"}
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := h.Get(t.Context(), "microsoft.exchange")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.summary(), got.summary()); diff != "" {
			t.Error(diff)
		}
		if len(got.Keys()) != 1 || got.Document.ETag == "" {
			t.Errorf("the document was lost: %+v", got.Document)
		}
		if all, _ := h.List(t.Context()); len(all) != 1 {
			t.Errorf("renaming left %d records", len(all))
		}
		if _, err := h.Set(t.Context(), "admin", "microsoft.exchange", func(a *Application) { a.Name = "Exchange" }); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("who a partner is cannot be changed", func(t *testing.T) {
		_, err := set(func(a *Application) { a.Realm = "fabrikam.test" })
		wantCode(t, err, problem.MetadataIdentityChanged)
		const elsewhere = "https://autodiscover.fabrikam.test/autodiscover/metadata/json/1"
		h.web.publish(elsewhere, s2s.Principal{App: s2s.ExchangeApp, Realm: "fabrikam.test"}, keys()[1])
		_, err = set(func(a *Application) { a.TrustMetadata(elsewhere) })
		wantCode(t, err, problem.MetadataIdentityChanged)
		h.web.publish(elsewhere, s2s.Principal{App: s2s.SharePointApp, Realm: "litware.test"}, keys()[1])
		_, err = set(func(a *Application) { a.TrustMetadata(elsewhere) })
		wantCode(t, err, problem.MetadataIdentityChanged)
	})
	t.Run("a second source is refused", func(t *testing.T) {
		_, err := set(func(a *Application) { a.UseAuthServer = true })
		wantCode(t, err, problem.PartnerSource)
	})
	t.Run("another source of the same partner", func(t *testing.T) {
		a, err := set(func(a *Application) { a.TrustCertificates(keys()[2].cert) })
		if err != nil || a.MetadataURL != "" || len(a.Keys()) != 1 || a.Keys()[0].Thumbprint != keys()[2].thumbprint() {
			t.Fatalf("%+v, %v", a, err)
		}
		a, err = set(func(a *Application) { a.TrustMetadata(exchangeURL) })
		if err != nil || len(a.Certificates) != 0 || a.Keys()[0].Thumbprint != keys()[0].thumbprint() {
			t.Fatalf("%+v, %v", a, err)
		}
	})
	t.Run("nobody takes another's name", func(t *testing.T) {
		other := Application{Name: "Other", App: s2s.SharePointApp, Realm: "farm.test", Enabled: true}
		other.TrustCertificates(keys()[1].cert)
		if _, err := h.Add(t.Context(), other, AddOptions{}); err != nil {
			t.Fatal(err)
		}
		_, err := set(func(a *Application) { a.Name = "OTHER" })
		wantCode(t, err, problem.PartnerExists)
	})
	t.Run("what is not there", func(t *testing.T) {
		_, err := h.Set(t.Context(), "admin", "nobody", func(*Application) {})
		wantCode(t, err, problem.PartnerNotFound)
	})
}

func TestSetSeesWhatOthersChanged(t *testing.T) {
	h := newHouse(t)
	h.addExchange(t, keys()[0])
	other := newHouseOn(t, h.db, h.clock, h.web) // another node on the same store
	if _, err := other.Get(t.Context(), "Exchange"); err != nil {
		t.Fatal(err)
	}
	calls := 0
	got, err := h.Set(t.Context(), "a", "Exchange", func(a *Application) {
		if calls++; calls == 1 {
			if _, err := other.Set(context.Background(), "b", "Exchange", func(a *Application) { a.AcceptSID = true }); err != nil {
				t.Error(err)
			}
		}
		a.OmitsDelegationFlag = true
	})
	if err != nil || calls != 2 || !got.AcceptSID || !got.OmitsDelegationFlag {
		t.Errorf("after %d attempts %+v, %v", calls, got, err)
	}
	_, err = h.Set(t.Context(), "a", "Exchange", func(a *Application) {
		_, err := other.Set(context.Background(), "b", "Exchange", func(a *Application) { a.AcceptSID = !a.AcceptSID })
		if err != nil {
			t.Error(err)
		}
	})
	wantCode(t, err, problem.PartnerConflict)
}
