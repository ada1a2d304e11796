package s2s_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2stest"
)

func meaning(t *testing.T, members []s2s.Member, name string) string {
	t.Helper()
	for _, m := range members {
		if m.Name == name {
			return m.Meaning
		}
	}
	t.Errorf("no member %s", name)
	return ""
}

func TestDecodeBothLayers(t *testing.T) {
	token := vector(t, loadTokens(t), "ok_act_as_sid").Token
	for _, text := range []string{token, "Bearer " + token, "  bearer\u0020" + token + "\r\n"} {
		d, err := s2s.Decode(text)
		if err != nil {
			t.Fatal(err)
		}
		if d.Kind != s2s.ActAsUser || len(d.Layers) != 2 || d.FormProblem != nil {
			t.Fatalf("%+v", d)
		}
		outer, inner := d.Layers[0], d.Layers[1]
		if outer.Name != "outer" || inner.Name != "actor" || len(outer.Signature) != 0 || len(inner.Signature) != 256 || !inner.NotBefore.Equal(t0) {
			t.Errorf("%+v", d)
		}
		for _, c := range []struct {
			members    []s2s.Member
			name, want string
		}{
			{outer.Header, "alg", "unsigned"},
			{outer.Claims, "aud", "for Exchange at host mail.contoso.com, realm contoso.com"},
			{outer.Claims, "nameid", "security identifier"},
			{outer.Claims, "exp", "2027-01-15 09:00:00 UTC"},
			{outer.Claims, "actortoken", "next layer"},
			{inner.Header, "x5t", s2s.ThumbprintOf(loadKey(t, "sfb-a").Certificate).String()},
			{inner.Claims, "nameid", "the application that calls: Skype for Business of realm contoso.com"},
			{inner.Claims, "trustedfordelegation", "may be wrapped"},
		} {
			if got := meaning(t, c.members, c.name); !strings.Contains(got, c.want) {
				t.Errorf("%s means %q, want %q", c.name, got, c.want)
			}
		}
	}
}

// People ask about tokens that were refused, so those must be shown too, with
// the form problem that a verifier would name.
func TestDecodeShowsWhatIsWrong(t *testing.T) {
	exchange, skype := s2stest.NewExchange("contoso.com", "mail.contoso.com"), s2stest.NewSkype("contoso.com", "pool01.contoso.com")
	for _, b := range s2stest.Broken(skype, exchange, kenClaims, t0) {
		d, err := s2s.Decode(b.Token)
		if b.Name == "not-json" {
			if err == nil {
				t.Errorf("%s: decoded", b.Name)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", b.Name, err)
			continue
		}
		byForm := len(b.Step) == 2 // V1 to V9
		if (d.FormProblem != nil) != byForm || byForm && d.FormProblem.Reason != b.Reason {
			t.Errorf("%s: form problem %v, want %s %s", b.Name, d.FormProblem, b.Step, b.Reason)
		}
	}
	d, err := s2s.Decode(vector(t, loadTokens(t), "dup_aud").Token)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(d)
	if err != nil || strings.Count(string(text), `{"name":"aud"`) != 2 {
		t.Errorf("a claim that is there twice is not shown twice: %s, %v", text, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, bad := range []string{"", "Bearer ", "hello", "a.b.c", strings.Repeat("a", 65537), "W10.W10."} {
		if d, err := s2s.Decode(bad); err == nil {
			t.Errorf("%.20q: %+v", bad, d)
		}
	}
}
