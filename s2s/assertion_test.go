package s2s_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/wirevectors"
)

// servicePrincipals is the tenant of assertions.json.
type servicePrincipals map[s2s.Principal]s2s.Client

func (s servicePrincipals) Client(_ context.Context, p s2s.Principal) (s2s.Client, error) {
	if c, ok := s[p]; ok {
		return c, nil
	}
	return s2s.Client{}, s2s.ErrNotRegistered
}

// Grant type, resource and the HTTP answer are the token server's; the
// requests that fail for those carry a good assertion.
func TestAssertionVectors(t *testing.T) {
	suite, err := wirevectors.LoadAssertions()
	if err != nil {
		t.Fatal(err)
	}
	server := suite.TokenServer
	clients := servicePrincipals{}
	for _, sp := range server.ServicePrincipals {
		p := s2s.Principal{App: s2s.AppID(sp.ApplicationID), Realm: s2s.Realm(server.Tenant)}
		clients[p] = s2s.Client{Principal: p, Enabled: true, Keys: certificates(t, sp.Keys)}
	}
	refused := map[string]string{
		"bad_assertion_alg_none":        "V8 actor.alg",
		"bad_assertion_unknown_key":     "A5 key.unknown",
		"bad_assertion_wrong_signature": "A5 sig.bad",
		"bad_assertion_other_apps_key":  "A5 key.unknown",
		"bad_assertion_aud_other_sts":   "A6 aud.host",
		"bad_assertion_aud_is_resource": "A6 aud.pid",
		"bad_assertion_other_tenant":    "A4 iss.unknown",
		"bad_assertion_expired":         "A7 time.expired",
		"bad_assertion_too_long":        "A7 time.too_long",
	}
	for _, r := range suite.Requests {
		t.Run(r.Name, func(t *testing.T) {
			v := &s2s.AssertionVerifier{
				App: s2s.AppID(server.Principal), Hosts: []string{server.Host}, Tenant: s2s.Realm(server.Tenant),
				Clients: clients, Now: r.Clock.Time,
				Skew:        time.Duration(server.SkewSeconds) * time.Second,
				MaxLifetime: time.Duration(server.MaxAssertionSeconds) * time.Second,
			}
			a, err := v.Verify(t.Context(), r.Assertion)
			got := ""
			var ref *s2s.Refusal
			if errors.As(err, &ref) {
				got = ref.Step + " " + string(ref.Reason)
			}
			if got != refused[r.Name] || (a == nil) == (err == nil) {
				t.Fatalf("got %+v %q, want %q (%s)", a, got, refused[r.Name], r.Why)
			}
			if a != nil && (a.Client.App != s2s.SkypeApp || a.Signature == [32]byte{} || a.Expires.IsZero()) {
				t.Errorf("incomplete: %+v", a)
			}
		})
		delete(refused, r.Name)
	}
	if len(refused) > 0 {
		t.Errorf("no such vectors: %v", refused)
	}
}

func TestAssertionRefusals(t *testing.T) {
	p := s2s.Principal{App: s2s.SkypeApp, Realm: tenant}
	sts := s2s.Principal{App: s2s.TokenServerApp, Host: "sts.contoso.com", Realm: tenant}
	key := loadKey(t, "sfb-a")
	assertion, err := signerOf(t, "sfb-a").SignAssertion(s2s.Assertion{Issuer: p, Audience: sts, NotBefore: t0, Expires: t0.Add(5 * time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	good := s2s.Client{Principal: p, Enabled: true, Keys: certificates(t, []string{"sfb-a"})}
	for name, c := range map[string]struct {
		change func(*s2s.AssertionVerifier, *s2s.Client)
		token  string
		want   string
	}{
		"good":            {nil, assertion, ""},
		"disabled":        {func(_ *s2s.AssertionVerifier, c *s2s.Client) { c.Enabled = false }, assertion, "A4 app.disabled"},
		"answer mixed up": {func(_ *s2s.AssertionVerifier, c *s2s.Client) { c.Principal.Realm = "other" }, assertion, "A4 internal"},
		"no clients":      {func(v *s2s.AssertionVerifier, _ *s2s.Client) { v.Clients = nil }, assertion, "A4 internal"},
		"wrapped":         {nil, vector(t, loadTokens(t), "ok_act_as_sid").Token, "V7 actor.nested"},
		"before the credential": {func(v *s2s.AssertionVerifier, _ *s2s.Client) {
			v.Now = func() time.Time { return key.Certificate.NotBefore.Add(-time.Second) }
		}, assertion, "A5 key.expired"},
	} {
		t.Run(name, func(t *testing.T) {
			client := good
			v := &s2s.AssertionVerifier{App: s2s.TokenServerApp, Hosts: []string{"sts.contoso.com"}, Tenant: tenant, Now: func() time.Time { return t0 }}
			clients := servicePrincipals{}
			v.Clients = clients
			if c.change != nil {
				c.change(v, &client)
			}
			clients[p] = client
			_, err := v.Verify(t.Context(), c.token)
			got := ""
			var ref *s2s.Refusal
			if errors.As(err, &ref) {
				got = ref.Step + " " + string(ref.Reason)
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
