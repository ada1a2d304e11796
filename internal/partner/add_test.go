package partner

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

func TestAddFromMetadata(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		h := newHouseOn(t, db, &clock{now: start}, newWeb())
		current, next := keys()[0], keys()[1]
		h.web.publish(exchangeURL, exchange, current, next)
		a := Application{Name: "Exchange", TrustLevel: s2s.Full, Enabled: true}
		a.TrustMetadata(exchangeURL)

		added, err := h.Add(t.Context(), a, AddOptions{By: "admin"})
		if err != nil {
			t.Fatal(err)
		}
		t.Run("002-27 the document says who the partner is", func(t *testing.T) {
			got, err := h.Get(t.Context(), "exchange")
			if err != nil {
				t.Fatal(err)
			}
			if got.Issuer() != exchange || got.TrustLevel != s2s.Full || !got.Enabled || got.MetadataURL != exchangeURL {
				t.Errorf("stored %+v", got)
			}
			want := []s2s.Thumbprint{current.thumbprint(), next.thumbprint()}
			if diff := cmp.Diff(want, thumbprintsOf(got.Keys())); diff != "" {
				t.Errorf("keys, in the order of the document: %s", diff)
			}
			if got.Organisation != "litware" || !got.Document.FetchedAt.Equal(start) {
				t.Errorf("organisation %q, fetched %v", got.Organisation, got.Document.FetchedAt)
			}
		})
		t.Run("002-28 it is downloaded while the command runs", func(t *testing.T) {
			if n := h.web.count(exchangeURL); n != 1 {
				t.Errorf("%d fetches, want 1", n)
			}
		})
		if added.Updated {
			t.Error("a new record counts as updated")
		}
		if diff := cmp.Diff([]int{EventAdded}, h.events(t)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestPreviewStoresNothingAndIsWhatGetsPinned(t *testing.T) {
	h := newHouse(t)
	h.web.publish(exchangeURL, exchange, keys()[0])
	shown, err := h.Preview(t.Context(), exchangeURL, "")
	if err != nil {
		t.Fatal(err)
	}
	if shown.Issuer != exchange || len(shown.Keys) != 1 || shown.Keys[0].Thumbprint != keys()[0].thumbprint() {
		t.Errorf("preview %+v", shown)
	}
	if all, _ := h.List(t.Context()); len(all) != 0 {
		t.Fatalf("a preview stored %v", all)
	}
	// What comes between the look and the agreement does not count.
	h.web.publish(exchangeURL, exchange, keys()[1])
	a := Application{Name: "Exchange", Enabled: true}
	a.TrustMetadata(exchangeURL)
	added, err := h.Add(t.Context(), a, AddOptions{Shown: shown})
	if err != nil {
		t.Fatal(err)
	}
	if got := added.Application.Keys(); len(got) != 1 || got[0].Thumbprint != keys()[0].thumbprint() {
		t.Errorf("pinned %v, shown was %v", thumbprintsOf(got), thumbprintsOf(shown.Keys))
	}
}

func TestAddRefusesWhatItCannotRead(t *testing.T) {
	h := newHouse(t)
	h.web.publish(exchangeURL, exchange, keys()[0])
	h.web.publish(skypeURL, skype, keys()[0])
	const everybody = "https://online.litware.test/metadata/json/1"
	h.web.serve(everybody, document(everybody, s2s.Principal{App: s2s.ExchangeApp, Realm: "*"}, keys()[0]))
	const broken = "https://broken.litware.test/metadata/json/1"
	h.web.serve(broken, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("<html>log on here</html>"))
	}))
	const keyless = "https://keyless.litware.test/metadata/json/1"
	h.web.serve(keyless, document(keyless, exchange))

	for name, c := range map[string]struct {
		url   string
		realm s2s.Realm
		code  problem.Code
		says  string
	}{
		"002-28 002-39 003-16 a path that does not exist": {
			"https://autodiscover.litware.test/autodiscover/metadata/jason/1", "",
			problem.MetadataNotFound, exchangeURL},
		"002-28 a page that is no document":     {broken, "", problem.MetadataPage, ""},
		"our own document: the URLs were mixed": {skypeURL, "", problem.PartnerSelf, ""},
		"every tenant, no realm stated":         {everybody, "", problem.MetadataWrongRealm, ""},
		"another realm than stated":             {exchangeURL, "fabrikam.test", problem.MetadataWrongRealm, ""},
		"no signing certificate":                {keyless, "", problem.MetadataStatus, ""},
		"http":                                  {"http" + strings.TrimPrefix(exchangeURL, "https"), "", problem.MetadataURL, "https"},
	} {
		t.Run(name, func(t *testing.T) {
			a := Application{Name: "Partner", Realm: c.realm, Enabled: true}
			a.TrustMetadata(c.url)
			_, err := h.Add(t.Context(), a, AddOptions{})
			wantCode(t, err, c.code)
			if err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("%q does not say %q", err, c.says)
			}
			if all, _ := h.List(t.Context()); len(all) != 0 {
				t.Errorf("stored %v", all)
			}
		})
	}
	t.Run("002-39 the cmdlet prints the status as .NET does", func(t *testing.T) {
		_, err := h.Preview(t.Context(), "https://pool.litware.test/metadata/jaon/1", "")
		if got, want := outbound.DotNetText(err), "The remote server returned an error: (404) Not Found."; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
	t.Run("every tenant, with the realm stated", func(t *testing.T) {
		a := Application{Name: "Online", Realm: "tenant.test", Enabled: true}
		a.TrustMetadata(everybody)
		added, err := h.Add(t.Context(), a, AddOptions{})
		if err != nil || added.Application.Realm != "tenant.test" {
			t.Errorf("%+v, %v", added.Application, err)
		}
	})
}

func TestAddingTwice(t *testing.T) {
	const otherPool = "https://pool2.litware.test/autodiscover/metadata/json/1"
	h := newHouse(t)
	h.addExchange(t, keys()[0])
	h.web.publish(otherPool, exchange, keys()[1])

	add := func(name, url string, upsert bool) (Added, error) {
		a := Application{Name: name, Enabled: true, LinkedAccount: "account-1"}
		a.TrustMetadata(url)
		return h.Add(t.Context(), a, AddOptions{By: "script", Upsert: upsert})
	}
	t.Run("002-27 the cmdlet refuses the same name in another case", func(t *testing.T) {
		_, err := add("EXCHANGE", exchangeURL, false)
		wantCode(t, err, problem.PartnerExists)
	})
	t.Run("003-02 another pool of the product is the same partner", func(t *testing.T) {
		_, err := add("Exchange pool 2", otherPool, false)
		wantCode(t, err, problem.PartnerExists)
		if err != nil && !strings.Contains(err.Error(), "Exchange already stands for "+exchange.String()) {
			t.Errorf("%q does not name the record", err)
		}
	})
	t.Run("equal after folding", func(t *testing.T) {
		a := Application{Name: "By hand", App: s2s.ExchangeApp, Realm: "litware.test", Enabled: true}
		a.TrustCertificates(keys()[2].cert)
		_, err := h.Add(t.Context(), a, AddOptions{})
		wantCode(t, err, problem.PartnerExists)
	})
	t.Run("003-04 the script updates and makes no second record", func(t *testing.T) {
		if _, err := h.Set(t.Context(), "admin", "Exchange", func(a *Application) { a.AcceptSID = true }); err != nil {
			t.Fatal(err)
		}
		done, err := add("LyncEnterprise", otherPool, true)
		if err != nil || !done.Updated {
			t.Fatalf("%+v, %v", done, err)
		}
		all, err := h.List(t.Context())
		if err != nil || len(all) != 1 {
			t.Fatalf("%d records, want 1 (%v)", len(all), err)
		}
		got := all[0]
		if got.Name != "Exchange" || got.MetadataURL != otherPool || got.LinkedAccount != "account-1" || !got.AcceptSID {
			t.Errorf("updated to %+v", got)
		}
		if diff := cmp.Diff([]s2s.Thumbprint{keys()[1].thumbprint()}, thumbprintsOf(got.Keys())); diff != "" {
			t.Errorf("keys are replaced: %s", diff)
		}
		if diff := cmp.Diff([]s2s.Thumbprint{keys()[0].thumbprint()}, thumbprintsOf(got.Document.Withdrawn)); diff != "" {
			t.Errorf("withdrawn: %s", diff)
		}
	})
	t.Run("the script does not let the URL become somebody else", func(t *testing.T) {
		h.web.publish(otherPool, s2s.Principal{App: s2s.ExchangeApp, Realm: "fabrikam.test"}, keys()[1])
		_, err := add("Exchange", otherPool, true)
		wantCode(t, err, problem.MetadataIdentityChanged)
	})
}

func TestExactlyOneSource(t *testing.T) {
	h := newHouse(t)
	h.web.publish(exchangeURL, exchange, keys()[0])
	cert := []*x509.Certificate{keys()[0].cert}
	weak, _, err := certs.NewSelfSigned(certs.SelfSigned{
		Subject: pkix.Name{CommonName: "weak"}, Bits: 1024, NotBefore: start, NotAfter: start.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		a    Application
		code problem.Code
	}{
		"none":                            {Application{App: s2s.ExchangeApp, Realm: "a.test"}, problem.PartnerSource},
		"URL and id":                      {Application{MetadataURL: exchangeURL, App: s2s.ExchangeApp}, problem.PartnerSource},
		"URL and certificate":             {Application{MetadataURL: exchangeURL, Certificates: cert}, problem.PartnerSource},
		"URL and auth server":             {Application{MetadataURL: exchangeURL, UseAuthServer: true}, problem.PartnerSource},
		"URL and issuer id":               {Application{MetadataURL: exchangeURL, IssuerID: s2s.SharePointApp}, problem.PartnerSource},
		"auth server without id":          {Application{UseAuthServer: true}, problem.PartnerSource},
		"auth server named, not used":     {Application{App: s2s.ExchangeApp, Realm: "a.test", Certificates: cert, AuthServer: "sts"}, problem.PartnerSource},
		"certificate without id":          {Application{Certificates: cert, Realm: "a.test"}, problem.PartnerSource},
		"certificate without realm":       {Application{Certificates: cert, App: s2s.ExchangeApp}, problem.PartnerSource},
		"certificate and every realm":     {Application{Certificates: cert, App: s2s.ExchangeApp, Realm: "*"}, problem.PartnerInvalid},
		"certificate twice":               {Application{Certificates: append(cert, cert...), App: s2s.ExchangeApp, Realm: "a.test"}, problem.PartnerKey},
		"weak certificate":                {Application{Certificates: []*x509.Certificate{weak}, App: s2s.ExchangeApp, Realm: "a.test"}, problem.PartnerKey},
		"elliptic certificate":            {Application{Certificates: []*x509.Certificate{elliptical(t)}, App: s2s.ExchangeApp, Realm: "a.test"}, problem.PartnerKey},
		"ourselves":                       {Application{Certificates: cert, App: s2s.SkypeApp, Realm: "litware.test"}, problem.PartnerSelf},
		"issued under our name":           {Application{Certificates: cert, App: s2s.ExchangeApp, IssuerID: s2s.SkypeApp, Realm: "litware.test"}, problem.PartnerSelf},
		"a trust level there is not":      {Application{Certificates: cert, App: s2s.ExchangeApp, Realm: "a.test", TrustLevel: "None"}, problem.PartnerInvalid},
		"no name":                         {Application{Name: " ", Certificates: cert, App: s2s.ExchangeApp, Realm: "a.test"}, problem.PartnerInvalid},
		"a name that looks like a search": {Application{Name: "Lync*", Certificates: cert, App: s2s.ExchangeApp, Realm: "a.test"}, problem.PartnerInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			if c.a.Name == "" {
				c.a.Name = "Partner"
			}
			_, err := h.Add(t.Context(), c.a, AddOptions{})
			wantCode(t, err, c.code)
		})
	}
	h.clock.advance(20 * 365 * 24 * 3600e9)
	_, err = h.Add(t.Context(), Application{Name: "Old", Certificates: cert, App: s2s.ExchangeApp, Realm: "a.test"}, AddOptions{})
	wantCode(t, err, problem.PartnerKey)
}

func elliptical(t *testing.T) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: start, NotAfter: start.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}
