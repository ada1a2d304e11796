package s2shttp_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
	"github.com/matchseal/matchseal/s2s/s2stest"
)

var (
	now       = time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)
	ken       = s2s.User{ID: "ken", UPN: "ken@contoso.com", SMTP: "ken@contoso.com", SID: "S-1-5-21-1-2-3-1104", Enabled: true}
	kenClaims = s2s.UserClaims{UPN: ken.UPN, SMTP: ken.SMTP}
)

// guarded is a server that says who called, behind a Guard.
type guarded struct {
	server, client *s2stest.Party
	guard          *s2shttp.Guard
	heard          []string // what OnDecision heard
}

func newGuarded(style s2shttp.Style) *guarded {
	g := &guarded{
		server: s2stest.NewExchange("contoso.com", "mail.contoso.com"),
		client: s2stest.NewSkype("contoso.com", "pool01.contoso.com"),
	}
	g.guard = &s2shttp.Guard{
		Verifier: g.server.Verifier(s2stest.NewTrust(g.client), s2stest.Users{ken}, now),
		Style:    style, Fqdn: "mail.contoso.com", Realm: "contoso.com",
		Issuers: func(context.Context) ([]s2s.Principal, error) {
			return []s2s.Principal{g.client.Principal, g.server.Principal}, nil // ourselves must not show
		},
		OtherSchemes: []string{"Negotiate", `Basic realm="mail.contoso.com"`},
		RequestID:    func(*http.Request) string { return "id-1" },
		OnDecision: func(_ *http.Request, d *s2s.Decision, ref *s2s.Refusal) {
			if d != nil {
				g.heard = append(g.heard, string(d.Kind)+" "+string(d.Application.App))
			} else {
				g.heard = append(g.heard, ref.Step+" "+string(ref.Reason))
			}
		},
	}
	return g
}

func (g *guarded) do(authorization ...string) *http.Response {
	h := g.guard.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d, ok := s2shttp.DecisionFrom(r.Context())
		fmt.Fprintf(w, "%v %s", ok, d.Partner)
	}))
	r := httptest.NewRequest("POST", "https://mail.contoso.com/ews/exchange.asmx", nil)
	r.Header["Authorization"] = authorization
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

const (
	exchangeChallenge = `Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="00000004-0000-0ff1-ce00-000000000000@contoso.com", token_types="app_asserted_user_v1 service_asserted_app_v1"`
	invalidToken      = exchangeChallenge + `, error="invalid_token"`
)

// checklist: 003-05
func TestGuard(t *testing.T) {
	g := newGuarded(s2shttp.Exchange)
	token := g.client.AppOnly(g.server, now)
	late := g.client.AppOnly(g.server, now.Add(-24*time.Hour))
	for _, c := range []struct {
		name          string
		authorization []string
		status        int
		challenge     string
		diagnostics   string
		heard         string
	}{
		{"003-05 token", []string{"Bearer " + token}, 200, "", "", "app-only 00000004-0000-0ff1-ce00-000000000000"},
		{"any case, more space", []string{"  bEARER \t" + token + " "}, 200, "", "", "app-only 00000004-0000-0ff1-ce00-000000000000"},
		{"anonymous", nil, 401, exchangeChallenge, "", ""},
		{"discovery", []string{"Bearer"}, 401, exchangeChallenge, "", ""},
		{"discovery with a space", []string{"Bearer "}, 401, exchangeChallenge, "", ""},
		{"another scheme", []string{"Basic a2VuOnB3"}, 401, exchangeChallenge, "", ""},
		{"not Bearer", []string{"BearerX " + token}, 401, exchangeChallenge, "", ""},
		{"expired", []string{"Bearer " + late}, 401, invalidToken, `2000002;reason="The token is expired or not yet valid.";error_category="token_expired"`, "V14 time.expired"},
		{"two fields", []string{"Bearer " + token, "Bearer " + token}, 401, invalidToken, `2000001;reason="The token is not valid.";error_category="invalid_token"`, "V0 authorization.repeated"},
		{"two tokens", []string{"Bearer " + token + " " + token}, 401, invalidToken, `2000001;reason="The token is not valid.";error_category="invalid_token"`, "V2 token.segments"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g.heard = nil
			response := g.do(c.authorization...)
			if response.StatusCode != c.status {
				t.Errorf("status %d, want %d", response.StatusCode, c.status)
			}
			var wantFields []string
			wantID := ""
			if c.challenge != "" {
				wantFields, wantID = []string{c.challenge, "Negotiate", `Basic realm="mail.contoso.com"`}, "id-1"
			}
			if diff := cmp.Diff(wantFields, response.Header.Values("WWW-Authenticate")); diff != "" {
				t.Error(diff)
			}
			if got := response.Header.Get("x-ms-diagnostics"); got != c.diagnostics {
				t.Errorf("diagnostics %q, want %q", got, c.diagnostics)
			}
			if got := response.Header.Get("request-id"); got != wantID {
				t.Errorf("request-id %q, want %q", got, wantID)
			}
			want := []string{c.heard}
			if c.heard == "" {
				want = nil
			}
			if diff := cmp.Diff(want, g.heard); diff != "" {
				t.Errorf("OnDecision: %s", diff)
			}
		})
	}
}

// What a token or a request says must not come back in a header, whatever it
// says (R26), and no two user failures differ outside (R25).
func TestGuardTellsPeersNothing(t *testing.T) {
	g := newGuarded(s2shttp.Exchange)
	outside := map[string]string{}
	for _, b := range s2stest.Broken(g.client, g.server, kenClaims, now) {
		response := g.do("Bearer " + b.Token)
		if response.StatusCode != 401 {
			t.Errorf("%s: status %d", b.Name, response.StatusCode)
		}
		seen := fmt.Sprint(response.Header, response.ContentLength)
		code := fmt.Sprint(b.Reason.Code())
		if before, ok := outside[code]; ok && before != seen {
			t.Errorf("%s: answer differs from others with code %s:\n%s\n%s", b.Name, code, before, seen)
		}
		outside[code] = seen
	}
	if len(outside) < 7 {
		t.Errorf("only codes %v", outside)
	}
}

func TestGuardStyles(t *testing.T) {
	g := newGuarded(s2shttp.Skype)
	response := g.do("Bearer x")
	if got, want := response.Header.Get("x-ms-diagnostics"), `2000001;source="mail.contoso.com";reason="The token is not valid."`; got != want {
		t.Errorf("Skype diagnostics %s", got)
	}
	if got := response.Header.Get("X-MS-Server-Fqdn"); got != "mail.contoso.com" {
		t.Errorf("Skype names itself %q", got)
	}

	g = newGuarded(s2shttp.SharePoint)
	response = g.do("Bearer x")
	body := make([]byte, 200)
	n, _ := response.Body.Read(body)
	if got, want := string(body[:n]), `{"error":"invalid_token","error_description":"The token is not valid."}`+"\n"; got != want {
		t.Errorf("SharePoint body %q", got)
	}
	want := `Bearer realm="contoso.com",client_id="00000002-0000-0ff1-ce00-000000000000",trusted_issuers="00000004-0000-0ff1-ce00-000000000000@contoso.com",error="invalid_token"`
	if got := response.Header.Get("WWW-Authenticate"); got != want {
		t.Errorf("SharePoint challenge %s", got)
	}
	if response = g.do("Bearer"); response.ContentLength > 0 || response.Header.Get("Content-Type") != "" {
		t.Error("SharePoint discovery has a body")
	}
}

type brokenTrust struct {
	s2s.Trust
	err error
}

func (b brokenTrust) Issuer(context.Context, s2s.Principal) (s2s.Issuer, error) {
	return s2s.Issuer{}, b.err
}

func TestGuardOwnFailures(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		retry  string
	}{
		{errors.New("table is gone"), 500, ""},
		{fmt.Errorf("connection lost: %w", s2s.ErrTemporary), 503, "10"},
	} {
		check := func(name string, response *http.Response) {
			t.Helper()
			if response.StatusCode != c.status || response.Header.Get("Retry-After") != c.retry ||
				len(response.Header.Values("WWW-Authenticate")) != 0 ||
				response.Header.Get("x-ms-diagnostics") != `2000007;reason="The token could not be checked because of an internal error.";error_category="internal_error"` {
				t.Errorf("%s %v: %d %v", name, c.err, response.StatusCode, response.Header)
			}
		}
		g := newGuarded(s2shttp.Exchange)
		g.guard.Verifier.Trust = brokenTrust{err: c.err}
		check("trust", g.do("Bearer "+g.client.AppOnly(g.server, now)))

		g = newGuarded(s2shttp.Exchange)
		g.guard.Issuers = func(context.Context) ([]s2s.Principal, error) { return nil, c.err }
		check("issuers", g.do("Bearer"))
		if diff := cmp.Diff([]string{"challenge internal"}, g.heard); diff != "" {
			t.Error(diff)
		}
	}
}
