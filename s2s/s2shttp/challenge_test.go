package s2shttp_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
	"github.com/matchseal/matchseal/wirevectors"
)

func loadChallenges(tb testing.TB) []wirevectors.Challenge {
	tb.Helper()
	all, err := wirevectors.LoadChallenges()
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

func TestChallengeVectors(t *testing.T) {
	for _, c := range loadChallenges(t) {
		t.Run(c.Name, func(t *testing.T) {
			got, err := s2shttp.ParseChallenges(http.Header{"Www-Authenticate": c.Headers})
			if diff := cmp.Diff(c.Schemes, got.Schemes, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("schemes: %s", diff)
			}
			if (got.Bearer == nil) != (c.Bearer == nil) {
				t.Fatalf("bearer %+v, want %v (%s)", got.Bearer, c.Bearer, c.Why)
			}
			// No Bearer is on offer, or the error says why it cannot be used.
			offered := strings.Contains(strings.Join(c.Headers, " "), "earer")
			if (err != nil) != (offered && c.Bearer == nil) || err != nil && !errors.Is(err, s2shttp.ErrChallenge) {
				t.Errorf("error %v", err)
			}
			if got.Bearer == nil {
				return
			}
			if diff := cmp.Diff(c.Bearer, got.Bearer.Params); diff != "" {
				t.Errorf("parameters: %s", diff)
			}
			var issuers []wirevectors.IssuerEntry
			for _, p := range got.Bearer.TrustedIssuers {
				issuers = append(issuers, wirevectors.IssuerEntry{ID: string(p.App), Realm: string(p.Realm)})
			}
			if diff := cmp.Diff(c.TrustedIssuers, issuers, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("trusted issuers: %s", diff)
			}
			if got.Bearer.ClientID != s2s.AppID(c.Bearer["client_id"]) || string(got.Bearer.Realm) != c.Bearer["realm"] || got.Bearer.Error != c.Bearer["error"] {
				t.Errorf("got %+v", got.Bearer)
			}
		})
	}
}

func parseOne(fields ...string) (s2shttp.Challenges, error) {
	return s2shttp.ParseChallenges(http.Header{"Www-Authenticate": fields})
}

func TestParseChallengesLimits(t *testing.T) {
	const id = "00000002-0000-0ff1-ce00-000000000000"
	for name, fields := range map[string][]string{
		"long field":        {`Bearer realm="` + strings.Repeat("x", 16*1024) + `"`},
		"many fields":       strings.Split(strings.Repeat("NTLM,", 33), ","),
		"many schemes":      {strings.Repeat("NTLM,", 33)},
		"many issuers":      {`Bearer trusted_issuers="` + strings.Repeat(id+"@a,", 65) + `"`},
		"two Bearers":       {`Bearer client_id="` + id + `"`, `Bearer client_id="` + id + `"`},
		"no scheme":         {`client_id="` + id + `"`, `="x"`},
		"control character": {"Bearer client_id=\"\x01\""},
		"both spellings":    {`Bearer trusted_issuers="", trustedissuers=""`},
	} {
		if c, err := parseOne(fields...); err == nil || c.Bearer != nil {
			t.Errorf("%s: %+v", name, c)
		}
	}
	for name, field := range map[string]string{
		"token68 behind a scheme": `Negotiate YIIabc/+==, Bearer client_id=` + id,
		"space around =":          `Bearer client_id = "` + id + `"`,
		"unquoted, with tabs":     "Bearer\tclient_id=" + id + "\t,\tNTLM",
		"extra commas":            `, ,Bearer client_id="` + id + `",,`,
	} {
		if c, err := parseOne(field); err != nil || c.Bearer == nil || c.Bearer.ClientID != id {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	c, err := parseOne(`Bearer client_id="` + id + `"`)
	if err != nil || !c.Bearer.IssuersOmitted {
		t.Errorf("a missing list: %+v, %v", c.Bearer, err)
	}
}

// The expected texts are those of servers: MS-XOAUTH 4.6, UCWA documentation,
// a SharePoint 2019 log.
func TestChallengeHeader(t *testing.T) {
	skype := s2s.Principal{App: s2s.SkypeApp, Realm: "contoso.com"}
	exchange := s2s.Principal{App: s2s.ExchangeApp, Realm: "contoso.com"}
	sts := s2s.Principal{App: s2s.TokenServerApp, Realm: "5de110f8-2e0f-4d45-891d-bcf2218e253d"}
	for _, c := range []struct {
		style     s2shttp.Style
		challenge s2shttp.Challenge
		want      string
	}{
		{
			s2shttp.Exchange, s2shttp.Challenge{ClientID: s2s.ExchangeApp, TrustedIssuers: []s2s.Principal{skype, sts}},
			`Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="00000001-0000-0000-c000-000000000000@5de110f8-2e0f-4d45-891d-bcf2218e253d,00000004-0000-0ff1-ce00-000000000000@contoso.com", token_types="app_asserted_user_v1 service_asserted_app_v1"`,
		},
		{
			s2shttp.Exchange, s2shttp.Challenge{ClientID: s2s.ExchangeApp, TrustedIssuers: []s2s.Principal{skype}, Error: "invalid_token"},
			`Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="00000004-0000-0ff1-ce00-000000000000@contoso.com", token_types="app_asserted_user_v1 service_asserted_app_v1", error="invalid_token"`,
		},
		{
			s2shttp.Skype, s2shttp.Challenge{ClientID: s2s.SkypeApp, TrustedIssuers: []s2s.Principal{exchange}},
			`Bearer trusted_issuers="00000002-0000-0ff1-ce00-000000000000@contoso.com", client_id="00000004-0000-0ff1-ce00-000000000000"`,
		},
		{
			s2shttp.Skype, s2shttp.Challenge{ClientID: s2s.SkypeApp},
			`Bearer trusted_issuers="", client_id="00000004-0000-0ff1-ce00-000000000000"`,
		},
		{
			s2shttp.SharePoint, s2shttp.Challenge{ClientID: s2s.SharePointApp, Realm: "5637f856-255d-4039-b165-224f3371d1d4", TrustedIssuers: []s2s.Principal{exchange}},
			`Bearer realm="5637f856-255d-4039-b165-224f3371d1d4",client_id="00000003-0000-0ff1-ce00-000000000000",trusted_issuers="00000002-0000-0ff1-ce00-000000000000@contoso.com"`,
		},
		{
			s2shttp.Exchange, s2shttp.Challenge{ClientID: s2s.ExchangeApp, IssuersOmitted: true},
			`Bearer client_id="00000002-0000-0ff1-ce00-000000000000", token_types="app_asserted_user_v1 service_asserted_app_v1"`,
		},
	} {
		if got := c.challenge.Header(c.style); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.style, got, c.want)
		}
	}
}

func TestDiagnostics(t *testing.T) {
	for value, want := range map[string]s2shttp.Diagnostics{
		`2000003;reason="The audience claim value is invalid 'aud'.";error_category="invalid_resource"`: {Code: 2000003, Reason: "The audience claim value is invalid 'aud'.", Category: "invalid_resource"},
		`2000004;error_type="invalid_tenant";reason="The tenant for tenant guid 'x' does not exist."`:   {Code: 2000004, Reason: "The tenant for tenant guid 'x' does not exist.", Category: "invalid_tenant"},
		`28020;source="server.contoso.com";reason="No valid security token."`:                           {Code: 28020, Reason: "No valid security token.", Source: "server.contoso.com"},
		`3005004;reason="No algorithm.";category="invalid_client"`:                                      {Code: 3005004, Reason: "No algorithm.", Category: "invalid_client"},
		`3001003;reason="cut off`: {Code: 3001003, Reason: "cut off"},
		`2000001`:                 {Code: 2000001},
	} {
		if got, ok := s2shttp.ParseDiagnostics(value); !ok || got != want {
			t.Errorf("%s: got %+v %v", value, got, ok)
		}
	}
	for _, bad := range []string{"", "abc", `;reason="x"`, "99999999999999999999", "1" + strings.Repeat(" ", 9000) + "x"} {
		if got, ok := s2shttp.ParseDiagnostics(bad); ok {
			t.Errorf("%.20q: got %+v", bad, got)
		}
	}
	d := s2shttp.Diagnostics{Code: 2000005, Reason: "No.", Category: "invalid_user", Source: "sfb.contoso.com"}
	for style, want := range map[s2shttp.Style]string{
		s2shttp.Exchange:   `2000005;reason="No.";error_category="invalid_user"`,
		s2shttp.Skype:      `2000005;source="sfb.contoso.com";reason="No."`,
		s2shttp.SharePoint: `2000005;reason="No.";category="invalid_user"`,
	} {
		if got := d.Header(style); got != want {
			t.Errorf("%s: got %s, want %s", style, got, want)
		}
	}
}

// FuzzParseChallenges: what parses can be written in every style and is read
// back with the same content.
func FuzzParseChallenges(f *testing.F) {
	for _, c := range loadChallenges(f) {
		f.Add(strings.Join(c.Headers, "\n"))
	}
	f.Add(`Negotiate abc==, Basic realm="x", Bearer a=b`)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseOne(strings.Split(text, "\n")...)
		if err != nil || c.Bearer == nil {
			if c.Bearer != nil {
				t.Fatalf("%+v beside %v", c.Bearer, err)
			}
			return
		}
		if len(c.Schemes) > 32 || len(c.Bearer.TrustedIssuers) > 64 {
			t.Fatalf("limits are broken: %+v", c)
		}
		for _, style := range []s2shttp.Style{s2shttp.Exchange, s2shttp.Skype, s2shttp.SharePoint} {
			again, err := parseOne(c.Bearer.Header(style))
			if err != nil || again.Bearer.ClientID != c.Bearer.ClientID ||
				len(again.Bearer.TrustedIssuers) != len(c.Bearer.TrustedIssuers) || again.Bearer.IssuersOmitted != c.Bearer.IssuersOmitted {
				t.Fatalf("%q: written as %q, read as %+v, %v", text, c.Bearer.Header(style), again.Bearer, err)
			}
		}
	})
}
