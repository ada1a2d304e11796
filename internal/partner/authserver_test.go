package partner

import (
	"fmt"
	"slices"
	"testing"

	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

func TestSetAuthServer(t *testing.T) {
	const stsURL, movedURL = "https://sts.litware.test/litware.test/metadata/json/1", "https://login.litware.test/litware.test/metadata/json/1"
	sts := s2s.Principal{App: s2s.TokenServerApp, Realm: "litware.test"}
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		h := newHouseOn(t, db, &clock{now: start}, newWeb())
		h.web.publish(stsURL, sts, keys()[0])
		if _, err := h.AddAuthServer(t.Context(), "admin", AuthServer{Name: "microsoft.sts", MetadataURL: stsURL, Enabled: true, IsDefault: true}); err != nil {
			t.Fatal(err)
		}
		a := Application{Name: "microsoft.exchange", App: s2s.ExchangeApp, Enabled: true}
		a.TrustAuthServer("Microsoft.STS")
		if _, err := h.Add(t.Context(), a, AddOptions{}); err != nil {
			t.Fatal(err)
		}
		issued := mint(t, sts, exchange, keys()[0], "ken@litware.test", start)

		t.Run("a new name is followed by who used the old one", func(t *testing.T) {
			changed, err := h.SetAuthServer(t.Context(), "admin", "microsoft.sts", func(a *AuthServer) {
				a.Name, a.Type, a.App, a.Realm, a.TokenEndpoint = "ACS", "MicrosoftACS", "", "", ""
			})
			if err != nil || changed.App != sts.App || changed.Realm != sts.Realm || changed.TokenEndpoint != stsURL || changed.Type != "MicrosoftACS" {
				t.Fatalf("%+v, %v", changed, err)
			}
			if got := h.verify(t, issued); got != "" {
				t.Errorf("its tokens: %s", got)
			}
			_, err = h.AuthServer(t.Context(), "microsoft.sts")
			wantCode(t, err, problem.PartnerNotFound)
		})
		t.Run("a new URL names the same server", func(t *testing.T) {
			h.web.publish(movedURL, sts, keys()[1])
			changed, err := h.SetAuthServer(t.Context(), "admin", "acs", func(a *AuthServer) { a.MetadataURL = movedURL })
			if err != nil || changed.TokenEndpoint != movedURL || changed.Document.Keys[0].Thumbprint != keys()[1].thumbprint() || len(changed.Document.Withdrawn) != 1 {
				t.Fatalf("%+v, %v", changed, err)
			}
			h.web.publish(stsURL, s2s.Principal{App: s2s.TokenServerApp, Realm: "fabrikam.test"}, keys()[2])
			_, err = h.SetAuthServer(t.Context(), "admin", "acs", func(a *AuthServer) { a.MetadataURL = stsURL })
			wantCode(t, err, problem.MetadataIdentityChanged)
		})
		t.Run("one is the default at most", func(t *testing.T) {
			if _, err := h.AddAuthServer(t.Context(), "admin", AuthServer{Name: "other", MetadataURL: stsURL, Enabled: true}); err != nil {
				t.Fatal(err)
			}
			if _, err := h.SetAuthServer(t.Context(), "admin", "other", func(a *AuthServer) { a.IsDefault = true }); err != nil {
				t.Fatal(err)
			}
			all, err := h.AuthServers(t.Context(), "*")
			if err != nil || len(all) != 2 || all[0].IsDefault || !all[1].IsDefault {
				t.Errorf("%+v, %v", all, err)
			}
			_, err = h.SetAuthServer(t.Context(), "admin", "other", func(a *AuthServer) { a.Name = "acs" })
			wantCode(t, err, problem.PartnerExists)
			_, err = h.SetAuthServer(t.Context(), "admin", "other", func(a *AuthServer) { a.Name = "a*" })
			wantCode(t, err, problem.PartnerInvalid)
		})
		if said, err := h.journal.Events(t.Context(), journal.Filter{IDs: []int{EventChanged}, Limit: 9}); err != nil || len(said) != 3 {
			t.Errorf("%d changes on record, %v", len(said), err)
		}
	})
}

func TestFindAfter(t *testing.T) {
	h := newHouse(t)
	for i := range 7 {
		name := fmt.Sprintf("b%d", i)
		if i%2 == 1 {
			name = fmt.Sprintf("B%d", i) // letters of either case stand together
		}
		a := Application{Name: name, App: s2s.AppID(fmt.Sprintf("0000000%d-0000-0ff1-ce00-00000000000a", i)), Realm: "farm.test"}
		a.TrustCertificates(keys()[0].cert)
		if _, err := h.Add(t.Context(), a, AddOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		pattern, after string
		limit          int
		want           []string
	}{
		{"", "", 3, []string{"b0", "B1", "b2"}},
		{"", "B2", 3, []string{"B3", "b4", "B5"}},
		{"*", "b5", 3, []string{"b6"}},
		{"b?", "b6", 3, nil},
		{"b5", "", 3, []string{"B5"}},
		{"", "b1x", 0, []string{"b2", "B3", "b4", "B5", "b6"}},
		{"", "", 0, []string{"b0", "B1", "b2", "B3", "b4", "B5", "b6"}},
	} {
		found, err := h.FindAfter(t.Context(), c.pattern, c.after, c.limit)
		var names []string
		for _, a := range found {
			names = append(names, a.Name)
		}
		if err != nil || !slices.Equal(names, c.want) {
			t.Errorf("FindAfter(%q, %q, %d) = %v, %v, want %v", c.pattern, c.after, c.limit, names, err, c.want)
		}
	}
}
