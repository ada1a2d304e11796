package tenant_test

import (
	"crypto/x509/pkix"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/settings"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/tenant"
	"github.com/matchseal/matchseal/s2s"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func open(t *testing.T) *tenant.Directory {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "sts.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	kept, err := settings.New(db, func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	cfg := tenant.Config{Settings: kept, Domains: []string{"litware.test", "litware.example"}, DisplayName: "Litware", Now: func() time.Time { return noon },
		NewID: func() string { n++; return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }}
	if _, err := tenant.New(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	d, err := tenant.New(t.Context(), cfg) // a second node on the same store
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func certificate(t *testing.T, bits int) []byte {
	t.Helper()
	c, _, err := certs.NewSelfSigned(certs.SelfSigned{Subject: pkix.Name{CommonName: "litware.test"}, Bits: bits, NotBefore: noon.AddDate(-1, 0, 0), NotAfter: noon.AddDate(2, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	return c.Raw
}

// checklist: 001-08
func TestTenant(t *testing.T) {
	d := open(t)
	who := d.Tenant()
	if who.DisplayName != "Litware" || who.Domains[0] != "litware.test" || len(who.ID) != 36 {
		t.Errorf("%+v", who)
	}
	for _, name := range []string{who.ID, "LITWARE.test", "litware.example", "litware"} {
		if !d.Is(name) {
			t.Errorf("%q is not recognised", name)
		}
	}
	if d.Is("contoso.test") || d.Is("") {
		t.Error("a stranger is recognised")
	}
}

// checklist: 001-16
func TestBuiltInPrincipals(t *testing.T) {
	all, err := open(t).List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range all {
		names = append(names, p.DisplayName)
	}
	if !slices.Contains(names, "Microsoft Lync Server") || len(names) != 3 {
		t.Errorf("%q", names)
	}
}

func TestFind(t *testing.T) {
	d := open(t)
	lync, err := d.Find(t.Context(), tenant.Selector{App: string(s2s.SkypeApp)})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []tenant.Selector{{ObjectID: lync.ObjectID}, {Name: string(s2s.SkypeApp)}} {
		if p, err := d.Find(t.Context(), s); err != nil || p.App != s2s.SkypeApp {
			t.Errorf("%v: %v %v", s, p, err)
		}
	}
	for _, s := range []tenant.Selector{{}, {App: "00000009-0000-0ff1-ce00-000000000000"}, {Name: "x"}} {
		if _, err := d.Find(t.Context(), s); !problem.Is(err, problem.TenantNoPrincipal) {
			t.Errorf("%v: %v", s, err)
		}
	}
}

func TestNames(t *testing.T) {
	d := open(t)
	exchange := tenant.Selector{App: string(s2s.ExchangeApp)}
	good := []string{string(s2s.ExchangeApp), string(s2s.ExchangeApp) + "/mail.litware.test"}
	if err := d.Set(t.Context(), "admin", exchange, tenant.Change{Names: good}); err != nil {
		t.Fatal(err)
	}
	if p, err := d.Find(t.Context(), tenant.Selector{Name: good[1]}); err != nil || p.App != s2s.ExchangeApp {
		t.Errorf("%v %v", p, err)
	}
	for _, bad := range [][]string{
		{good[1]}, {}, {good[0], "mail.litware.test"}, {good[0], good[0] + "/"}, {good[0], string(s2s.SkypeApp)}, {good[0], good[0] + "/a b"},
	} {
		if err := d.Set(t.Context(), "admin", exchange, tenant.Change{Names: bad}); !problem.Is(err, problem.TenantName) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if p, _ := d.Find(t.Context(), exchange); len(p.Names) != 2 {
		t.Errorf("a refused list changed the names: %q", p.Names)
	}
}

func at(years, days int) *time.Time { t := noon.AddDate(years, 0, days); return &t }

// checklist: 001-20, 001-21, 001-22, 001-23
func TestCredentials(t *testing.T) {
	d, der := open(t), certificate(t, 2048)
	lync := tenant.Selector{App: string(s2s.SkypeApp)}
	valid := tenant.NewCredential{Type: "Asymmetric", Usage: "verify", Value: der}
	if w, err := d.AddCredential(t.Context(), "admin", lync, valid); err != nil || len(w) != 0 {
		t.Fatal(w, err)
	}
	p, err := d.Find(t.Context(), lync)
	if err != nil || len(p.Credentials) != 1 {
		t.Fatal(p, err)
	}
	if c := p.Credentials[0]; !c.Start.Equal(noon) || !c.End.Equal(noon.AddDate(1, 0, 0)) || string(c.DER) != string(der) {
		t.Errorf("%+v", c)
	}
	for name, c := range map[string]struct {
		change func(*tenant.NewCredential)
		code   problem.Code
	}{
		"001-21 yesterday":        {func(n *tenant.NewCredential) { n.Start = at(0, -2) }, problem.TenantDates},
		"001-22 more than a year": {func(n *tenant.NewCredential) { n.End = at(1, 2) }, problem.TenantDates},
		"the seed's dates":        {func(n *tenant.NewCredential) { n.Start, n.End = at(0, 30), at(0, 1) }, problem.TenantDates},
		"symmetric":               {func(n *tenant.NewCredential) { n.Type = "Symmetric" }, problem.TenantCredential},
		"sign":                    {func(n *tenant.NewCredential) { n.Usage = "Sign" }, problem.TenantCredential},
		"no certificate":          {func(n *tenant.NewCredential) { n.Value = []byte("MII") }, problem.TenantCredential},
		"a key of 1024 bits":      {func(n *tenant.NewCredential) { n.Value = certificate(t, 1024) }, problem.TenantCredential},
	} {
		t.Run(name, func(t *testing.T) {
			n := valid
			c.change(&n)
			if _, err := d.AddCredential(t.Context(), "admin", lync, n); !problem.Is(err, c.code) {
				t.Error(err)
			}
		})
	}
	later := valid
	later.Start, later.End = at(1, 300), at(2, 200)
	if w, err := d.AddCredential(t.Context(), "admin", lync, later); err != nil || len(w) != 1 {
		t.Errorf("dates outside the certificate's: %q %v", w, err)
	}
}

// checklist: 001-28
func TestRemoveCredentials(t *testing.T) {
	d := open(t)
	lync := tenant.Selector{App: string(s2s.SkypeApp)}
	for range 2 {
		if _, err := d.AddCredential(t.Context(), "admin", lync, tenant.NewCredential{Type: "Asymmetric", Usage: "Verify", Value: certificate(t, 2048)}); err != nil {
			t.Fatal(err)
		}
	}
	p, _ := d.Find(t.Context(), lync)
	if err := d.RemoveCredentials(t.Context(), "admin", lync, []string{p.Credentials[0].KeyID, "x"}); !problem.Is(err, problem.TenantNoCredential) {
		t.Error(err)
	}
	if p, _ := d.Find(t.Context(), lync); len(p.Credentials) != 2 {
		t.Error("a refused removal removed something")
	}
	if err := d.RemoveCredentials(t.Context(), "admin", lync, []string{p.Credentials[0].KeyID}); err != nil {
		t.Error(err)
	}
	if left, _ := d.Find(t.Context(), lync); len(left.Credentials) != 1 || left.Credentials[0].KeyID != p.Credentials[1].KeyID {
		t.Errorf("%+v", left.Credentials)
	}
}
