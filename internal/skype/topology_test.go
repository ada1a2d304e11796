package skype

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

const owa = "exch.litware.test"

// newPool is the pool of 000-26.
func newPool() TrustedPool {
	return TrustedPool{Fqdn: owa, Registrar: pool, Site: "redmond", ThrottleAsServer: true, TreatAsAuthenticated: true}
}

// checklist: 000-26, 000-27
func TestTrustedApplications(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		w := newWorld(t, db)
		app := TrustedApplication{Pool: owa, ID: "OutlookWebAccess", Port: 5199}
		_, err := w.AddTrustedApplication(ctx, "admin", app, false)
		wants(t, err, problem.TopologyUnknown, owa)
		if f := problem.Of(err); f.CmdletText != `Cannot find "TrustedApplicationPool" "exch.litware.test" because it does not exist.` {
			t.Errorf("in the product's words: %s", f.CmdletText)
		}
		_, _, err = w.AddTrustedPool(ctx, "admin", newPool(), false)
		var asks *Unconfirmed
		if !errors.As(err, &asks) || !strings.Contains(asks.Warning, "Machine exch.litware.test") || asks.Question == "" {
			t.Fatalf("an unknown computer: %v", err)
		}
		made, warnings, err := w.AddTrustedPool(ctx, "admin", newPool(), true)
		if err != nil || len(warnings) != 1 || made.ServiceID() != "Redmond-ExternalServer-1" || made.Registrar != "Registrar:"+pool || !slices.Equal(made.Computers, []string{owa}) {
			t.Fatalf("%+v, %q, %v", made, warnings, err)
		}
		_, _, err = w.AddTrustedPool(ctx, "admin", newPool(), true)
		wants(t, err, problem.TopologyExists, owa)
		if _, err = w.AddTrustedApplication(ctx, "admin", app, false); err != nil {
			t.Fatal(err)
		}
		for name, tt := range map[string]struct {
			change func(*TrustedApplication)
			code   problem.Code
			says   string
		}{
			"again":             {func(a *TrustedApplication) { a.ID, a.Port = "urn:application:outlookwebaccess", 1 }, problem.TopologyExists, "OutlookWebAccess"},
			"the port is taken": {func(a *TrustedApplication) { a.ID = "other" }, problem.TopologyPort, "5199"},
			"no port":           {func(a *TrustedApplication) { a.ID, a.Port = "other", 0 }, problem.TopologyPort, "0"},
			"too high a port":   {func(a *TrustedApplication) { a.ID, a.Port = "other", 70000 }, problem.TopologyPort, "70000"},
			"a space":           {func(a *TrustedApplication) { a.ID = "Outlook Web" }, problem.TopologyName, "Outlook Web"},
			"nothing":           {func(a *TrustedApplication) { a.ID = "urn:application:" }, problem.TopologyName, ""},
			"TCP":               {func(a *TrustedApplication) { a.ID, a.Port, a.TCP = "other", 1, true }, problem.TopologyConfirm, "EnableTcp"},
		} {
			t.Run(name, func(t *testing.T) {
				a := app
				tt.change(&a)
				_, err := w.AddTrustedApplication(ctx, "admin", a, false)
				wants(t, err, tt.code, tt.says)
			})
		}
		w.enabling(t)
		wants(t, w.RemoveTrustedPool(ctx, "admin", owa), problem.TopologyInUse, "OutlookWebAccess")
		wants(t, w.RemoveTrustedApplication(ctx, "admin", owa+"/nothing"), problem.TopologyUnknown, "nothing")
		if err := w.RemoveTrustedApplication(ctx, "admin", strings.ToUpper(owa)+"/outlookwebaccess"); err != nil {
			t.Error(err)
		}
		if err := w.RemoveTrustedPool(ctx, "admin", "TrustedApplicationPool:"+owa); err != nil {
			t.Error(err)
		}
		wants(t, w.RemoveTrustedPool(ctx, "admin", owa), problem.TopologyUnknown, owa)
		if lines, warnings, err := w.EnableTopology(ctx, "admin"); err != nil || len(lines) != 2 || len(warnings) != 0 {
			t.Errorf("%q, %q, %v", lines, warnings, err)
		}
	})
}

// enabling looks at the state before and after Enable-CsTopology.
func (w *world) enabling(t *testing.T) {
	t.Helper()
	state := func() (TrustedPool, TrustedApplication) {
		t.Helper()
		pools, err := w.TrustedPools(t.Context(), "exch*")
		if err != nil || len(pools) != 1 || !slices.Equal(pools[0].Applications, []string{"urn:application:OutlookWebAccess"}) {
			t.Fatalf("%+v, %v", pools, err)
		}
		apps, err := w.TrustedApplications(t.Context(), owa+"/outlook*")
		if err != nil || len(apps) != 1 || apps[0].Identity() != owa+"/urn:application:OutlookWebAccess" || apps[0].LegacyName != "OutlookWebAccess" {
			t.Fatalf("%+v, %v", apps, err)
		}
		return pools[0], apps[0]
	}
	if p, a := state(); p.Active || w.Gruu(a, owa) != "" {
		t.Errorf("before: %+v, %+v", p, a)
	}
	lines, warnings, err := w.EnableTopology(t.Context(), "admin")
	if err != nil || len(lines) != 2 || !strings.Contains(lines[1], "OutlookWebAccess was added") || len(warnings) != 1 || !strings.Contains(warnings[0], owa) {
		t.Errorf("enabling says %q, %q, %v", lines, warnings, err)
	}
	p, a := state()
	if gruu := w.Gruu(a, owa); !p.Active || !strings.HasPrefix(gruu, "sip:exch.litware.test@litware.test;gruu;opaque=srvr:OutlookWebAccess:") {
		t.Errorf("after: %+v, %s", p, gruu)
	}
	if lines, _, err := w.EnableTopology(t.Context(), "admin"); err != nil || len(lines) != 0 {
		t.Errorf("with nothing to do it says %q, %v", lines, err)
	}
	if _, again := state(); again.Opaque != a.Opaque {
		t.Error("an address changed")
	}
}

func TestTrustedPoolsAreChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.Open(t, storetest.SQLite(t)))
	for name, tt := range map[string]struct {
		change func(*TrustedPool)
		code   problem.Code
		says   string
	}{
		"no FQDN":          {func(p *TrustedPool) { p.Fqdn = "exch" }, problem.TopologyName, "exch"},
		"a bad computer":   {func(p *TrustedPool) { p.Computers = []string{"a b.test"} }, problem.TopologyName, "a b.test"},
		"no site":          {func(p *TrustedPool) { p.Site = "" }, problem.TopologySite, "Redmond"},
		"a site's form":    {func(p *TrustedPool) { p.Site = "site:Redmond" }, problem.TopologySite, "Redmond"},
		"another site":     {func(p *TrustedPool) { p.Site = "yoursite" }, problem.TopologySite, "yoursite"},
		"another pool":     {func(p *TrustedPool) { p.Registrar = "lyncpool.domain.com" }, problem.TopologyRegistrar, "lyncpool.domain.com"},
		"another computer": {func(p *TrustedPool) { p.Computers = []string{pool, "x.litware.test"} }, problem.TopologyConfirm, "x.litware.test"},
	} {
		p := newPool()
		tt.change(&p)
		_, _, err := w.AddTrustedPool(t.Context(), "admin", p, false)
		if problem.CodeOf(err) != tt.code || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v (%s)", name, err, problem.CodeOf(err))
		}
	}
	w.account("EXCH$", func(u *directory.User) { u.UPN, u.SMTP = "exch@litware.test", "" })
	known := newPool()
	known.Registrar = "registrar:" + strings.ToUpper(pool)
	if _, warnings, err := w.AddTrustedPool(t.Context(), "admin", known, false); err != nil || len(warnings) != 0 {
		t.Errorf("a computer with an account: %q, %v", warnings, err)
	}
	// The role's own pool can have trusted applications too; it needs no site.
	if _, warnings, err := w.AddTrustedPool(t.Context(), "admin", TrustedPool{Fqdn: pool}, false); err != nil || len(warnings) != 0 {
		t.Errorf("the own pool: %q, %v", warnings, err)
	}
	pools, err := w.Pools(t.Context(), "")
	if err != nil || len(pools) != 2 || pools[0].Fqdn != owa || !slices.Equal(pools[0].Services, []string{"ExternalServer:" + owa}) || !slices.Contains(pools[1].Services, "ExternalServer:"+pool) {
		t.Errorf("the pools are %+v, %v", pools, err)
	}
	sites, err := w.Sites(t.Context(), "site:red*")
	if err != nil || len(sites) != 1 || sites[0].Identity() != "Site:Redmond" || len(sites[0].Pools) != 2 || len(sites[0].Services) != 4 {
		t.Errorf("the sites are %+v, %v", sites, err)
	}
	if sites, err := w.Sites(t.Context(), "elsewhere"); err != nil || len(sites) != 0 {
		t.Errorf("%+v, %v", sites, err)
	}
}

// Ports stay unique when several administrators are at it.
func TestPortsAreUniqueAtTheSameTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.Open(t, storetest.SQLite(t)))
	if _, _, err := w.AddTrustedPool(t.Context(), "admin", newPool(), true); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	failed := make([]error, 8)
	for i := range failed {
		wait.Go(func() {
			_, failed[i] = w.AddTrustedApplication(t.Context(), "admin", TrustedApplication{Pool: owa, ID: fmt.Sprint("app", i), Port: 5000 + i/2}, false)
		})
	}
	wait.Wait()
	refused := 0
	for _, err := range failed {
		if problem.Is(err, problem.TopologyPort) {
			refused++
		} else if err != nil {
			t.Error(err)
		}
	}
	apps, err := w.TrustedApplications(t.Context(), "")
	if err != nil || len(apps) != 4 || refused != 4 {
		t.Errorf("%d applications, %d refused, %v", len(apps), refused, err)
	}
}

func TestArchivingConfiguration(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		get := func() ArchivingConfiguration {
			t.Helper()
			c, err := w.ArchivingConfiguration(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		if c := get(); c != defaultArchiving() || c.KeepArchivingDataForDays != 14 {
			t.Errorf("at first it is %+v", c)
		}
		if err := w.SetArchivingConfiguration(t.Context(), "admin", func(c *ArchivingConfiguration) { c.EnableArchiving, c.EnableExchangeArchiving = "imonly", true }); err != nil {
			t.Fatal(err)
		}
		if c := get(); c.EnableArchiving != "ImOnly" || !c.EnableExchangeArchiving || c.CachePurgingInterval != 24 {
			t.Errorf("now it is %+v", c)
		}
		for says, change := range map[string]func(*ArchivingConfiguration){
			"EnableArchiving":          func(c *ArchivingConfiguration) { c.EnableArchiving = "All" },
			"KeepArchivingDataForDays": func(c *ArchivingConfiguration) { c.KeepArchivingDataForDays = 2563 },
			"PurgeHourOfDay":           func(c *ArchivingConfiguration) { c.PurgeHourOfDay = 24 },
			"CachePurgingInterval":     func(c *ArchivingConfiguration) { c.CachePurgingInterval = 3 },
		} {
			wants(t, w.SetArchivingConfiguration(t.Context(), "admin", change), problem.ManageParameter, says)
		}
		if c := get(); c.KeepArchivingDataForDays != 14 {
			t.Errorf("a refused change was kept: %+v", c)
		}
	})
}

func TestUsersComeInPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.Open(t, storetest.SQLite(t)))
	for i := range 12 {
		name := fmt.Sprintf("user%02d", i)
		w.account(name)
		if _, err := w.Enable(t.Context(), "admin", name, "", pool); i%2 == 0 && err != nil {
			t.Fatal(err)
		}
	}
	w.account("bystander")
	var got []string
	after := ""
	for {
		page, err := w.Users(t.Context(), "user*", after, 5)
		if err != nil || len(page) > 5 {
			t.Fatalf("%d users, %v", len(page), err)
		}
		for _, u := range page {
			got = append(got, u.Name)
		}
		if len(page) < 5 {
			break
		}
		after = page[4].Name
	}
	if len(got) != 12 || !slices.IsSorted(got) {
		t.Errorf("%v", got)
	}
}

func TestOneUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.Open(t, storetest.SQLite(t)))
	w.account("ken", func(u *directory.User) { u.DisplayName = "Ken van Myer" })
	w.account("plain", func(u *directory.User) { u.SMTP = "" })
	for _, identity := range []string{"ken", "nobody", `LITWARE\nobody`} {
		_, err := w.Registered(t.Context(), identity)
		if f := problem.Of(err); f == nil || f.CmdletText != `Management object not found for identity "`+identity+`".` {
			t.Errorf("%s: %v", identity, err)
		}
	}
	if _, err := w.Enable(t.Context(), "admin", "ken", "", pool); err != nil {
		t.Fatal(err)
	}
	for _, identity := range []string{"ken", "Ken van Myer", "sip:ken@litware.test", `LITWARE\ken`, "CN=ken,CN=Users,DC=litware,DC=test"} {
		if u, err := w.Registered(t.Context(), identity); err != nil || u.Name != "ken" || !u.SipEnabled {
			t.Errorf("%s: %+v, %v", identity, u, err)
		}
	}
	for _, tt := range []struct{ user, kind, domain, want string }{
		{"ken", "FirstLastName", "sales.litware.test", "ken.myer@sales.litware.test"},
		{"ken", "SAMAccountName", "litware.test", "ken@litware.test"},
		{"ken", "emailAddress", "", "ken@litware.test"},
		{"ken", "UserPrincipalName", "", "ken@litware.test"},
		{"ken", "None", "", "ken@litware.test"},
		{"ken", "FirstLastName", "", ""},
		{"plain", "FirstLastName", "litware.test", ""},
		{"plain", "EmailAddress", "", ""},
		{"ken", "Nickname", "litware.test", ""},
	} {
		got, err := w.DerivedAddress(t.Context(), tt.user, tt.kind, tt.domain)
		if got != tt.want || (err != nil) != (tt.want == "") || err != nil && problem.CodeOf(err) != problem.ManageParameter {
			t.Errorf("%+v: %q, %v", tt, got, err)
		}
	}
	_, err := w.DerivedAddress(t.Context(), "nobody", "None", "")
	wants(t, err, problem.DirectoryUnknown, "nobody")
}
