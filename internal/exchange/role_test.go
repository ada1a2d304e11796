package exchange

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
)

func TestAuthConfig(t *testing.T) {
	o := newOffice(t)
	c, err := o.AuthConfig(t.Context())
	if err != nil || c.Realm != "" || c.ServiceName != "00000002-0000-0ff1-ce00-000000000000" {
		t.Fatalf("a new role has %+v, %v", c, err)
	}
	who := func() string {
		p, err := o.Principal(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return p.String()
	}
	if got := who(); got != "00000002-0000-0ff1-ce00-000000000000@litware.test" {
		t.Errorf("a new role is %s", got)
	}
	set := func(realm, service string) ([]string, error) {
		return o.SetAuthConfig(t.Context(), "administrator", func(c *AuthConfig) { c.Realm, c.ServiceName = realm, service })
	}
	warnings, err := set("Corp.Litware.TEST", c.ServiceName)
	if err != nil || len(warnings) != 1 || who() != "00000002-0000-0ff1-ce00-000000000000@corp.litware.test" {
		t.Errorf("now %s, %v, %v", who(), warnings, err)
	}
	if warnings, err = set("corp.litware.test", c.ServiceName); err != nil || len(warnings) != 0 {
		t.Errorf("the same again: %v, %v", warnings, err)
	}
	for name, tt := range map[string]struct{ realm, service, says string }{
		"003-03 three digits": {"", "00000002-000-0ff1-ce00-000000000000", "00000002-0000-0ff1-ce00-000000000000"},
		"no id":               {"", "Exchange", "ServiceName"},
		"realm of everybody":  {"*", c.ServiceName, "every organisation"},
		"realm with a blank":  {"lit ware", c.ServiceName, "Realm"},
	} {
		_, err := set(tt.realm, tt.service)
		wantCode(t, err, problem.ManageParameter)
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %q does not say %q", name, err, tt.says)
		}
	}
	if got := who(); got != "00000002-0000-0ff1-ce00-000000000000@corp.litware.test" {
		t.Errorf("a refused change made it %s", got)
	}
}

func TestClientAccessServer(t *testing.T) {
	o := newOffice(t)
	get := func(t *testing.T, identity string) []ClientAccessServer {
		t.Helper()
		found, err := o.ClientAccessServers(t.Context(), identity)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	t.Run("000-01 003-11 name, FQDN and internal URI", func(t *testing.T) {
		all := get(t, "")
		want := ClientAccessServer{Name: "EXCH", Fqdn: "exch.litware.test", AutoDiscoverServiceInternalURI: "https://exch.litware.test/autodiscover/autodiscover.xml"}
		if len(all) != 1 || !cmp.Equal(all[0], want) { // 002-04: the server's own name by default
			t.Errorf("got %+v", all)
		}
	})
	t.Run("002-03 host name or FQDN", func(t *testing.T) {
		for _, identity := range []string{"exch", "EXCH", "exch.litware.test", "Exch*"} {
			if len(get(t, identity)) != 1 {
				t.Errorf("%q finds nothing", identity)
			}
		}
		if len(get(t, "other")) != 0 {
			t.Error("found a server that is not there")
		}
	})
	uri := "https://autodiscover.litware.test/autodiscover/autodiscover.xml"
	t.Run("002-10 the URI changes", func(t *testing.T) {
		warnings, err := o.SetClientAccessServer(t.Context(), "administrator", "exch.litware.test", &uri, nil)
		if err != nil || len(warnings) != 0 || get(t, "EXCH")[0].AutoDiscoverServiceInternalURI != uri {
			t.Errorf("%v, %v: %+v", warnings, err, get(t, ""))
		}
	})
	t.Run("bad input", func(t *testing.T) {
		svc := strings.TrimSuffix(uri, "xml") + "svc"
		warnings, err := o.SetClientAccessServer(t.Context(), "administrator", "EXCH", &svc, nil)
		if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], ".xml") {
			t.Errorf("%v, %v", warnings, err)
		}
		plain := "http://autodiscover.litware.test/"
		_, err = o.SetClientAccessServer(t.Context(), "administrator", "EXCH", &plain, nil)
		wantCode(t, err, problem.ManageParameter)
		for _, identity := range []string{"", "*", "other"} {
			_, err = o.SetClientAccessServer(t.Context(), "administrator", identity, &uri, nil)
			wantCode(t, err, problem.ManageNotFound)
		}
	})
}

func TestVirtualDirectories(t *testing.T) {
	o := newOffice(t)
	for _, identity := range []string{"EWS", "ews", "EWS (Default Web Site)", `EXCH\EWS (Default Web Site)`, `exch.litware.test\EWS`} {
		v, err := o.VirtualDirectory(t.Context(), identity)
		// 004-13: OAuth is off until somebody switches it on.
		if err != nil || v.Name != EWS || v.OAuth || !v.Basic || v.InternalURL != "https://mail.litware.test/EWS/Exchange.asmx" {
			t.Errorf("%s: %+v, %v", identity, v, err)
		}
	}
	for _, identity := range []string{"OAB", `OTHER\EWS (Default Web Site)`, ""} {
		_, err := o.VirtualDirectory(t.Context(), identity)
		wantCode(t, err, problem.ManageNotFound)
	}
	if all, err := o.VirtualDirectories(t.Context(), `EXCH\*`); err != nil || len(all) != 2 {
		t.Errorf("found %+v, %v", all, err)
	}

	set := func(change func(*VirtualDirectory)) ([]string, error) {
		return o.SetVirtualDirectory(t.Context(), "administrator", "Autodiscover", change)
	}
	if warnings, err := set(func(v *VirtualDirectory) { v.OAuth = true }); err != nil || len(warnings) != 0 {
		t.Errorf("%v, %v", warnings, err)
	}
	if v, err := o.VirtualDirectory(t.Context(), Autodiscover); err != nil || !v.OAuth || !v.Basic {
		t.Errorf("now %+v, %v", v, err)
	}
	warnings, err := set(func(v *VirtualDirectory) { v.OAuth, v.Basic = false, false })
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "nobody can use it") {
		t.Errorf("%v, %v", warnings, err)
	}
	_, err = set(func(v *VirtualDirectory) { v.ExternalURL = "http://mail.litware.test/EWS/Exchange.asmx" })
	wantCode(t, err, problem.ManageParameter)
}

func TestMailUser(t *testing.T) {
	o := newOffice(t)
	const name = "SfBOnline-ApplicationAccount"
	made, err := o.NewMailUser(t.Context(), "administrator", MailUser{User: directory.User{CommonName: name}, ExternalAddress: "sfb@fabrikam.test"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if made.Name != "SfBOnline-Applicatio" || made.Enabled || made.Path() != "litware.test/Users/"+name || made.UPN != name+"@litware.test" || made.SMTP != "sfb@fabrikam.test" {
		t.Errorf("made %+v", made)
	}
	if err := o.SetMailUser(t.Context(), "administrator", made.User, func(m *MailUser) { m.Hidden, m.DisplayName = true, "Application" }); err != nil {
		t.Fatal(err)
	}
	u, err := o.directory.Resolve(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if m, ok, err := o.MailUser(t.Context(), u); err != nil || !ok || !m.Hidden || m.DisplayName != "Application" || m.ExternalAddress != "sfb@fabrikam.test" {
		t.Errorf("became %+v, %t, %v", m, ok, err)
	}
	t.Run("an account that a password is refused for is not left behind", func(t *testing.T) {
		if _, err := o.NewMailUser(t.Context(), "administrator", MailUser{User: directory.User{CommonName: "weak"}, ExternalAddress: "weak@fabrikam.test"}, strings.Repeat("x", 5000)); err == nil {
			t.Fatal("the password was taken")
		}
		if _, err := o.directory.Resolve(t.Context(), "weak"); !problem.Is(err, problem.DirectoryUnknown) {
			t.Errorf("the account: %v", err)
		}
	})
	t.Run("an ordinary account is none", func(t *testing.T) {
		u, err := o.directory.AddUser(t.Context(), directory.User{Name: "ken", UPN: "ken@litware.test", Organisation: "litware"})
		if err != nil {
			t.Fatal(err)
		}
		if err := o.SetMailUser(t.Context(), "administrator", u, func(*MailUser) {}); !problem.Is(err, problem.ManageNotFound) {
			t.Errorf("%v", err)
		}
	})
}
