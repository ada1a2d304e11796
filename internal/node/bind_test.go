package node

import (
	"context"
	"crypto/x509/pkix"
	"testing"
	"time"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

// To which hosts tokens may go is decided by what an administrator set, and by
// nothing that a name only looks like.
func TestHostsThatMayGetTokens(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	events, err := journal.New(db, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	partners, err := partner.New(partner.Config{
		DB: db, Journal: events, Now: time.Now, Organisation: "litware.test", Fetcher: authmeta.Fetcher{},
		Own: func(context.Context) (s2s.Principal, error) {
			return s2s.Principal{App: s2s.SkypeApp, Realm: "litware.test"}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	cert, _, err := certs.NewSelfSigned(certs.SelfSigned{Subject: pkix.Name{CommonName: "signing"}, NotBefore: time.Now(), NotAfter: time.Now().AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []partner.Application{
		{Name: "Exchange", App: s2s.ExchangeApp, Realm: "litware.test", Enabled: true},
		{Name: "SharePoint", App: s2s.SharePointApp, Realm: "portal.test", Enabled: true},
	} {
		a.TrustCertificates(cert)
		if _, err := partners.Add(t.Context(), a, partner.AddOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	r := &role{partners: partners}
	domains := []string{"*.contoso.test", "autodiscover.fabrikam.test", "kelvin.test", "", "*."}
	for host, want := range map[string]string{
		"litware.test": "Exchange", "mail.litware.test": "Exchange", "MAIL.Litware.TEST": "Exchange", "mail.litware.test:8443": "Exchange",
		"a.b.contoso.test": "Exchange", "autodiscover.fabrikam.test": "Exchange",
		// Look-alikes and tricks.
		"evillitware.test": "", "litware.test.evil.example": "", "mail-litware.test": "", "litware.test@evil.example": "",
		"evil.example#.litware.test:443/": "", "mail.litware.test.": "", ".": "", "": "", "test": "", "*": "", "*.contoso.test.evil.example": "",
		"mail.litw\u0430re.test": "", "mail.\u212aelvin.test": "", "mail.litware.te\u017ft": "", "mail\u3002litware.test": "", "xn--litwre-4nf.test": "",
		"mail.fabrikam.test": "", "fabrikam.test": "", "portal.test": "", "farm.portal.test": "",
		"127.0.0.1": "", "[::1]:443": "", "169.254.169.254": "", "127.0.0.1:litware.test": "",
	} {
		if got, ok := r.partnerAt(t.Context(), host, s2s.ExchangeApp, domains); got != want || ok != (want != "") {
			t.Errorf("%q belongs to %q (%t), want %q", host, got, ok, want)
		}
	}
}
