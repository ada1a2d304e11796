package s2s_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/s2s"
)

// checklist: 003-03
func TestAppID(t *testing.T) {
	t.Run("003-03 application ids of the products", func(t *testing.T) {
		for id, want := range map[s2s.AppID][2]string{
			s2s.ExchangeApp:    {"00000002-0000-0ff1-ce00-000000000000", "Exchange"},
			s2s.SkypeApp:       {"00000004-0000-0ff1-ce00-000000000000", "Skype for Business"},
			s2s.SharePointApp:  {"00000003-0000-0ff1-ce00-000000000000", "SharePoint"},
			s2s.TokenServerApp: {"00000001-0000-0000-c000-000000000000", "token server"},
		} {
			got, err := s2s.ParseAppID(strings.ToUpper(want[0]))
			if err != nil || got != id || id.String() != want[0] || id.Name() != want[1] {
				t.Errorf("%s: got %q %q, %v", want[0], got, id.Name(), err)
			}
		}
	})
	t.Run("003-03 misprinted three-digit group is explained", func(t *testing.T) {
		for misprint, product := range map[string]s2s.AppID{
			"00000002-000-0ff1-ce00-000000000000": s2s.ExchangeApp,
			"00000004-000-0ff1-ce00-000000000000": s2s.SkypeApp,
			"00000003-000-0ff1-ce00-000000000000": s2s.SharePointApp,
		} {
			_, err := s2s.ParseAppID(misprint)
			if err == nil {
				t.Fatalf("%s is accepted", misprint)
			}
			for _, part := range []string{"second group has 3 digits instead of 4", string(product), product.Name()} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
		}
	})
	for bad, why := range map[string]string{
		"":                                       "empty",
		"{00000002-0000-0ff1-ce00-000000000000}": "braces",
		"00000002":                               "8-4-4-4-12",
		"0000000g-0000-0ff1-ce00-000000000000":   `first group holds 'g'`,
		"12345678-123-1234-1234-123456789012":    "second group has 3 digits",
		strings.Repeat("0", 100_000):             "8-4-4-4-12",
	} {
		_, err := s2s.ParseAppID(bad)
		if err == nil || !strings.Contains(err.Error(), why) || len(err.Error()) > 400 {
			t.Errorf("%.40q: %.400v; want it to say %q", bad, err, why)
		}
	}
}

func TestRealm(t *testing.T) {
	for in, want := range map[string]s2s.Realm{
		"Contoso.COM": "contoso.com", "*": s2s.AnyRealm,
		"EXHB-88371dom.extest.contoso.com": "exhb-88371dom.extest.contoso.com",
		strings.Repeat("r", 253):           s2s.Realm(strings.Repeat("r", 253)),
	} {
		if got, err := s2s.ParseRealm(in); err != nil || got != want {
			t.Errorf("%q: got %q, %v", in, got, err)
		}
	}
	for _, bad := range []string{"", "a@b", "a/b", "a,b", `a"b`, "a'b", "a b", "a\x00", "bücher.de", strings.Repeat("r", 254)} {
		if got, err := s2s.ParseRealm(bad); err == nil {
			t.Errorf("%q is accepted as %q", bad, got)
		}
	}
}

func TestPrincipalAndAudience(t *testing.T) {
	p, err := s2s.ParsePrincipal("00000004-0000-0FF1-CE00-000000000000@Contoso.com")
	if err != nil || p != (s2s.Principal{App: s2s.SkypeApp, Realm: "contoso.com"}) {
		t.Errorf("got %v, %v", p, err)
	}
	a, err := s2s.ParseAudience("00000002-0000-0ff1-ce00-000000000000/Mail.Contoso.com:443@contoso.com")
	if err != nil || a != (s2s.Principal{App: s2s.ExchangeApp, Host: "mail.contoso.com", Realm: "contoso.com"}) {
		t.Errorf("got %v, %v", a, err)
	}
	if a, err = s2s.ParseAudience("00000002-0000-0ff1-ce00-000000000000/mail.contoso.com:8443@contoso.com"); err != nil || a.Host != "mail.contoso.com:8443" {
		t.Errorf("got %v, %v", a, err)
	}
	const id = "00000002-0000-0ff1-ce00-000000000000"
	for bad, why := range map[string]string{
		id:                             "no @",
		id + "@a@b":                    "more than one @",
		id + "/h@contoso.com":          "host part",
		"exchange@contoso.com":         "not an application id",
		id + "@":                       "not a realm",
		"00000002-000-0ff1-ce00-0@r.x": "not an application id",
	} {
		if _, err := s2s.ParsePrincipal(bad); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("principal %q: %v; want it to say %q", bad, err, why)
		}
	}
	for bad, why := range map[string]string{
		id + "@contoso.com":         "host is missing",
		id + "/@contoso.com":        "id/host@realm",
		id + "/a@b@contoso.com":     "id/host@realm",
		id + "/a/b@contoso.com":     "id/host@realm",
		"https://mail.contoso.com/": "id/host@realm",
		id + "/h x@contoso.com":     "id/host@realm",
	} {
		if _, err := s2s.ParseAudience(bad); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("audience %q: %v; want it to say %q", bad, err, why)
		}
	}
}

func TestIdentitiesAsText(t *testing.T) {
	type doc struct {
		App   s2s.AppID
		Realm s2s.Realm
		Self  s2s.Principal
		Aud   s2s.Principal
		Key   s2s.Thumbprint
		None  s2s.AppID
		Empty s2s.Principal
	}
	in := doc{
		App: s2s.SkypeApp, Realm: "contoso.com", Self: s2s.Principal{App: s2s.SkypeApp, Realm: "contoso.com"},
		Aud: s2s.Principal{App: s2s.ExchangeApp, Host: "mail.contoso.com", Realm: "contoso.com"},
		Key: s2s.Thumbprint{1, 2, 3},
	}
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if want := `"Aud":"00000002-0000-0ff1-ce00-000000000000/mail.contoso.com@contoso.com"`; !strings.Contains(string(text), want) {
		t.Errorf("%s lacks %s", text, want)
	}
	var out doc
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(in, out); diff != "" {
		t.Error(diff)
	}
	if err := json.Unmarshal([]byte(`{"Self":"nobody"}`), &out); err == nil {
		t.Error("a principal without @ is accepted")
	}
}

func TestThumbprint(t *testing.T) {
	cert := loadKey(t, "sfb-a").Certificate
	want := s2s.ThumbprintOf(cert)
	if x5t := loadTokens(t).Keys["sfb-a"].X5T; want.X5T() != x5t {
		t.Errorf("x5t %s, want %s", want.X5T(), x5t)
	}
	hex := want.String()
	for _, in := range []string{hex, strings.ToLower(hex), "\u200e" + hex, " " + hex[:2] + " " + hex[2:] + "\u200f", hex[:2] + ":" + hex[2:]} {
		if got, err := s2s.ParseThumbprint(in); err != nil || got != want {
			t.Errorf("%q: got %s, %v", in, got, err)
		}
	}
	for _, in := range []string{want.X5T(), want.X5T() + "="} {
		if got, err := s2s.ParseX5T(in); err != nil || got != want {
			t.Errorf("%q: got %s, %v", in, got, err)
		}
	}
	for _, bad := range []string{"", hex[1:], hex + "00", "xyz", strings.Repeat("0", 1000)} {
		if _, err := s2s.ParseThumbprint(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
		if _, err := s2s.ParseX5T(bad); err == nil {
			t.Errorf("%q is accepted as x5t", bad)
		}
	}
}
