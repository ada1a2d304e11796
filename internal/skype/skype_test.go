package skype

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/settings"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

const pool = "pool.litware.test"

// world is a role over a real directory and real settings.
type world struct {
	*Role
	t         *testing.T
	directory *directory.Directory
	settings  *settings.Store
}

func newWorld(t *testing.T, db *store.DB, change ...func(*Config)) *world {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC) }
	w := &world{t: t}
	var err error
	if w.settings, err = settings.New(db, now); err != nil {
		t.Fatal(err)
	}
	if w.directory, err = directory.New(t.Context(), db, now); err != nil {
		t.Fatal(err)
	}
	cfg := Config{
		Settings: w.settings, Directory: w.directory, Organisation: "litware", Hosts: []string{pool, "web.litware.test"},
		SIPDomains: []string{"litware.test", "sales.litware.test"},
		Pool:       Pool{Fqdn: pool, Site: "Redmond", Services: []string{"UserServer:" + pool, "Registrar:" + pool}, Computers: []string{pool}},
	}
	for _, c := range change {
		c(&cfg)
	}
	w.Role = New(cfg)
	return w
}

// account adds an account with a UPN and an e-mail address in litware.test.
func (w *world) account(name string, change ...func(*directory.User)) directory.User {
	w.t.Helper()
	u := directory.User{Name: name, UPN: directory.UPN(name + "@litware.test"), SMTP: directory.SMTP(name + "@litware.test"), Organisation: "litware", Enabled: true}
	for _, c := range change {
		c(&u)
	}
	u, err := w.directory.AddUser(w.t.Context(), u)
	if err != nil {
		w.t.Fatal(err)
	}
	return u
}

func (w *world) set(change func(*OAuthConfiguration)) []string {
	w.t.Helper()
	warnings, err := w.SetOAuthConfiguration(w.t.Context(), "admin", change)
	if err != nil {
		w.t.Fatal(err)
	}
	return warnings
}

func (w *world) get() OAuthConfiguration {
	w.t.Helper()
	c, err := w.OAuthConfiguration(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func wants(t *testing.T, err error, code problem.Code, says string) {
	t.Helper()
	if problem.CodeOf(err) != code || !strings.Contains(err.Error(), says) {
		t.Errorf("got %v (%s), want %s: %s", err, problem.CodeOf(err), code, says)
	}
}

func TestOAuthConfiguration(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		const url = "https://autodiscover.litware.test/autodiscover/autodiscover.svc"
		t.Run("002-14 the URL is blank before the pairing", func(t *testing.T) {
			want := OAuthConfiguration{ClientAdalAuthOverride: "NoOverride"}
			want.ServiceName = string(s2s.SkypeApp)
			if diff := cmp.Diff(want, w.get()); diff != "" {
				t.Error(diff)
			}
		})
		t.Run("002-15 it is set and shown", func(t *testing.T) {
			if warnings := w.set(func(c *OAuthConfiguration) { c.ExchangeAutodiscoverURL = " " + url + "\n" }); len(warnings) != 0 {
				t.Errorf("warnings: %v", warnings)
			}
			if got := w.get().ExchangeAutodiscoverURL; got != url {
				t.Errorf("got %q", got)
			}
		})
		t.Run("001-06 both settings are there", func(t *testing.T) {
			w.set(func(c *OAuthConfiguration) { c.ClientAuthorizationOAuthServerIdentity = "microsoft.sts" })
			if c := w.get(); c.ExchangeAutodiscoverURL != url || c.ClientAuthorizationOAuthServerIdentity != "microsoft.sts" {
				t.Errorf("got %+v", c)
			}
		})
		t.Run("who changed what is kept", func(t *testing.T) {
			changes, err := w.settings.Changes(t.Context(), "skype/oauth-configuration", "Global")
			if err != nil || len(changes) != 2 || changes[0].By != "admin" || !strings.Contains(string(changes[1].After), url) {
				t.Errorf("got %+v, %v", changes, err)
			}
		})
	})
}

// checklist: 002-16, 002-31: what the storage test will fail with is kept, as
// the product keeps it, and told at once.
func TestWarnsOfAWrongURL(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.Open(t, storetest.SQLite(t)))
	for name, tt := range map[string]struct{ url, says string }{
		"002-16 .xml":             {"https://autodiscover.litware.test/autodiscover/autodiscover.xml", "the SOAP service is at https://autodiscover.litware.test/autodiscover/autodiscover.svc"},
		"002-16 .xml in capitals": {"https://Autodiscover.litware.test/Autodiscover/Autodiscover.XML", "Autodiscover.svc"},
		"002-16 .json":            {"https://autodiscover.litware.test/autodiscover/autodiscover.json", "ends in .json"},
		"002-16 nothing":          {"https://autodiscover.litware.test/", "does not end in .svc"},
		"002-31 http":             {"http://autodiscover.litware.test/autodiscover/autodiscover.svc", "must begin with https"},
		"002-31 no URL":           {"autodiscover.litware.test", "is not an absolute https URL"},
		"002-31 a password":       {"https://u:secret@autodiscover.litware.test/autodiscover/autodiscover.svc", "must not carry a user name"},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			change := func(c *OAuthConfiguration) { c.ExchangeAutodiscoverURL = tt.url }
			warnings := w.set(change)
			if len(warnings) != 1 || !strings.Contains(warnings[0], "code=50043") || !strings.Contains(warnings[0], tt.says) || strings.Contains(warnings[0], "secret") {
				t.Errorf("got %q", warnings)
			}
			if got := w.get().ExchangeAutodiscoverURL; got != tt.url {
				t.Errorf("kept %q", got)
			}
			if again := w.set(func(c *OAuthConfiguration) { c.ClientAdalAuthOverride = "Allowed" }); len(again) != 0 {
				t.Errorf("a change of something else warns: %q", again)
			}
		})
	}
	w.t = t
	if warnings := w.set(func(c *OAuthConfiguration) { c.ExchangeAutodiscoverURL = "" }); len(warnings) != 0 {
		t.Errorf("taking it back warns: %q", warnings)
	}
}

func TestRefusesSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.Open(t, storetest.SQLite(t)))
	for name, tt := range map[string]struct {
		change func(*OAuthConfiguration)
		says   string
	}{
		"any realm":       {func(c *OAuthConfiguration) { c.Realm = "*" }, "Realm"},
		"a bad realm":     {func(c *OAuthConfiguration) { c.Realm = "a b" }, "Realm"},
		"three digits":    {func(c *OAuthConfiguration) { c.ServiceName = "00000004-000-0ff1-ce00-000000000000" }, "ServiceName"},
		"an override":     {func(c *OAuthConfiguration) { c.ClientAdalAuthOverride = "Maybe" }, `ClientAdalAuthOverride is NoOverride, Allowed or Disallowed, not "Maybe"`},
		"an http URL":     {func(c *OAuthConfiguration) { c.AlternateAudienceURL = "http://a.test/" }, `"http://a.test/" is not an https URL`},
		"one of the URLs": {func(c *OAuthConfiguration) { c.AdditionalAudienceURLs = "https://a.test/;b.test" }, `"b.test" is not an https URL`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.SetOAuthConfiguration(t.Context(), "admin", tt.change)
			wants(t, err, problem.ManageParameter, tt.says)
		})
	}
	if c := w.get(); c.Realm != "" || c.AlternateAudienceURL != "" {
		t.Errorf("a refused change was kept: %+v", c)
	}
}

// checklist: 003-01, 002-19: issuer and realm follow the default SIP domain
// until somebody sets another.
func TestRealmAndPrincipal(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.SQLite(t))
	w := newWorld(t, db)
	principal := func(w *world, want string) {
		t.Helper()
		if p, err := w.Principal(t.Context()); err != nil || p.String() != want {
			t.Errorf("got %s, %v, want %s", p, err, want)
		}
	}
	principal(w, "00000004-0000-0ff1-ce00-000000000000@litware.test")
	started := newWorld(t, db, func(c *Config) { c.Realm = "corp.litware.test" })
	principal(started, "00000004-0000-0ff1-ce00-000000000000@corp.litware.test")
	if started.DefaultRealm() != "corp.litware.test" || started.DefaultDomain() != "litware.test" {
		t.Errorf("got %s, %s", started.DefaultRealm(), started.DefaultDomain())
	}
	if warnings := w.set(func(c *OAuthConfiguration) { c.Realm = "Contoso.test" }); len(warnings) != 1 || !strings.Contains(warnings[0], "every partner has pinned") {
		t.Errorf("another identity is not warned of: %q", warnings)
	}
	principal(w, "00000004-0000-0ff1-ce00-000000000000@contoso.test")
	principal(started, "00000004-0000-0ff1-ce00-000000000000@contoso.test")
	w.set(func(c *OAuthConfiguration) { c.Realm = "" })
	principal(w, "00000004-0000-0ff1-ce00-000000000000@litware.test")
}

func TestAudienceHosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.Open(t, storetest.SQLite(t)))
	hosts := func(want ...string) {
		t.Helper()
		if got, err := w.AudienceHosts(t.Context()); err != nil || !slices.Equal(got, want) {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	}
	hosts(pool, "web.litware.test")
	w.set(func(c *OAuthConfiguration) {
		c.AlternateAudienceURL = "https://Alt.litware.test:443/x"
		c.AdditionalAudienceURLs = "https://one.litware.test/; https://two.litware.test:8443"
	})
	hosts(pool, "web.litware.test", "alt.litware.test", "one.litware.test", "two.litware.test:8443")
	w.set(func(c *OAuthConfiguration) { c.AlternateAudienceURL, c.AdditionalAudienceURLs = "", "" })
	hosts(pool, "web.litware.test")
	c := OAuthConfiguration{ExchangeAutodiscoverAllowedDomains: "*.litware.test;*.outlook.test, x.test"}
	if got := c.AllowedDomains(); !slices.Equal(got, []string{"*.litware.test", "*.outlook.test", "x.test"}) {
		t.Errorf("got %v", got)
	}
}

// checklist: 000-02: site and FQDN of the pools that run the UserServer.
func TestPools(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.Open(t, storetest.SQLite(t)))
	for pattern, n := range map[string]int{"": 1, "*": 1, "POOL.litware.test": 1, "pool.*": 1, "other.litware.test": 0, "pool": 0} {
		got, err := w.Pools(t.Context(), pattern)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != n {
			t.Errorf("%q finds %d pools, want %d", pattern, len(got), n)
			continue
		}
		for _, p := range got {
			if p.Fqdn != pool || p.Site != "Redmond" || !slices.ContainsFunc(p.Services, func(s string) bool { return strings.HasPrefix(s, "UserServer") }) {
				t.Errorf("got %+v", p)
			}
		}
	}
}

func TestEnable(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ken := w.account("ken")
		u, err := w.Enable(t.Context(), "admin", "ken", "", "Pool.litware.test")
		if err != nil || u.SIP != "ken@litware.test" || u.Pool != pool || !u.SipEnabled {
			t.Fatalf("got %+v, %v", u, err)
		}
		if u, err := w.User(t.Context(), "KEN@litware.test"); err != nil || u.ID != ken.ID {
			t.Errorf("got %+v, %v", u, err)
		}
		if u, err = w.Enable(t.Context(), "admin", "ken@litware.test", "sip:ken.myer@sales.litware.test", pool); err != nil || u.SIP != "ken.myer@sales.litware.test" {
			t.Errorf("another address: %+v, %v", u, err)
		}
		if u, err = w.Enable(t.Context(), "admin", "ken", "", pool); err != nil || u.SIP != "ken.myer@sales.litware.test" {
			t.Errorf("the address is not kept: %+v, %v", u, err)
		}
		w.account("pilar", func(u *directory.User) { u.UPN, u.SMTP = "pilar@contoso.test", "" })
		for name, tt := range map[string]struct {
			identity, address, pool string
			code                    problem.Code
			says                    string
		}{
			"nobody":          {"nobody", "", pool, problem.DirectoryUnknown, `nobody in the directory is "nobody"`},
			"no pool":         {"ken", "", "", problem.ManageNotFound, "this role runs " + pool},
			"another pool":    {"ken", "", "p*", problem.ManageNotFound, "this role runs " + pool},
			"no address":      {"ken", "ken", pool, problem.ManageParameter, "SipAddress"},
			"another domain":  {"ken", "ken@contoso.test", pool, problem.ManageParameter, "use an address in litware.test, sales.litware.test"},
			"from the UPN":    {"pilar", "", pool, problem.ManageParameter, "contoso.test is not a SIP domain"},
			"somebody else's": {"pilar", "KEN.Myer@sales.litware.test", pool, problem.ManageParameter, "is the address of ken"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := w.Enable(t.Context(), "admin", tt.identity, tt.address, tt.pool)
				wants(t, err, tt.code, tt.says)
			})
		}
	})
}

// checklist: 003-12: each condition of the account is told apart.
func TestUserConditions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.Open(t, storetest.SQLite(t)))
	sip := func(address directory.SIP) func(*directory.User) {
		return func(u *directory.User) { u.SIP = address }
	}
	w.account("ken", sip("ken@litware.test"))
	w.account("pilar", sip("pilar@litware.test"))
	off := w.account("off", sip("off@litware.test"))
	w.account("foreign", sip("foreign@litware.test"), func(u *directory.User) { u.Organisation, u.UPN = "contoso", "foreign@contoso.test" })
	w.account("twin1", sip("twin@litware.test"))
	w.account("twin2", sip("twin@litware.test"))
	enable := func(identity string) {
		t.Helper()
		if _, err := w.Enable(t.Context(), "admin", identity, "", pool); err != nil {
			t.Fatal(err)
		}
	}
	enable("ken")
	enable("off")
	off, err := w.directory.User(t.Context(), off.ID)
	if err != nil {
		t.Fatal(err)
	}
	off.Enabled = false
	if err := w.directory.SetUser(t.Context(), off); err != nil {
		t.Fatal(err)
	}
	check := func(address directory.SIP, code problem.Code, says string) {
		t.Helper()
		_, err := w.User(t.Context(), address)
		if code == "" {
			if err != nil {
				t.Errorf("%s: %v", address, err)
			}
			return
		}
		wants(t, err, code, says)
	}
	check("ken@litware.test", "", "")
	check("nobody@litware.test", problem.StorageUnknownUser, "no user in the directory has the address sip:nobody@litware.test")
	check("foreign@litware.test", problem.StorageUnknownUser, "no user in the directory")
	check("pilar@litware.test", problem.StorageNotSipEnabled, "not enabled for SIP")
	check("off@litware.test", problem.StorageUserDisabled, "the account off (sip:off@litware.test) is disabled")
	check("twin@litware.test", problem.StorageUnknownUser, "2 users in the directory have the address")
	enable("twin2")
	check("twin@litware.test", "", "")
	_, err = w.Enable(t.Context(), "admin", "twin1", "", pool)
	wants(t, err, problem.ManageParameter, "is the address of twin2")
	_, err = w.Enable(t.Context(), "admin", "foreign@contoso.test", "", pool)
	wants(t, err, problem.DirectoryUnknown, "nobody in the organisation litware")

	if err := w.Disable(t.Context(), "admin", "ken"); err != nil {
		t.Fatal(err)
	}
	check("ken@litware.test", problem.StorageNotSipEnabled, "not enabled for SIP")
	wants(t, w.Disable(t.Context(), "admin", "ken"), problem.StorageNotSipEnabled, "ken is not enabled for SIP")
	wants(t, w.Disable(t.Context(), "admin", "pilar"), problem.StorageNotSipEnabled, "pilar is not enabled for SIP")
	wants(t, w.Disable(t.Context(), "admin", "nobody"), problem.DirectoryUnknown, "nobody")
	enable("ken")
	check("ken@litware.test", "", "")
}

func TestUsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.Open(t, storetest.SQLite(t)))
	for _, name := range []string{"ken", "pilar", "jeff", "gone"} {
		w.account(name)
		if name == "jeff" {
			continue // never enabled
		}
		if _, err := w.Enable(t.Context(), "admin", name, "", pool); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Disable(t.Context(), "admin", "pilar"); err != nil {
		t.Fatal(err)
	}
	gone, err := w.directory.Resolve(t.Context(), "gone")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.directory.RemoveUser(t.Context(), gone.ID); err != nil {
		t.Fatal(err)
	}
	for pattern, want := range map[string][]string{
		"": {"ken on", "pilar off"}, "*": {"ken on", "pilar off"}, "SIP:Ken@litware.test": {"ken on"}, "pil*": {"pilar off"}, "jeff": nil, "k?n": {"ken on"},
	} {
		users, err := w.Users(t.Context(), pattern, "", 0)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, u := range users {
			got = append(got, u.Name+map[bool]string{true: " on", false: " off"}[u.SipEnabled])
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", pattern, got, want)
		}
	}
}

// A role whose store is gone says so instead of making things up.
func TestBrokenStore(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.SQLite(t))
	w := newWorld(t, db)
	w.account("ken", func(u *directory.User) { u.SIP = "ken@litware.test" })
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	_, err1 := w.OAuthConfiguration(ctx)
	_, err2 := w.Principal(ctx)
	_, err3 := w.AudienceHosts(ctx)
	_, err4 := w.User(ctx, "ken@litware.test")
	_, err5 := w.Users(ctx, "", "", 0)
	_, err6 := w.Enable(ctx, "admin", "ken", "", pool)
	for i, err := range []error{err1, err2, err3, err4, err5, err6} {
		if problem.CodeOf(err) != problem.StoreUnavailable {
			t.Errorf("%d: got %v", i+1, err)
		}
	}
}
