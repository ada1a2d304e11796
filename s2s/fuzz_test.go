package s2s_test

import (
	"context"
	"errors"
	"testing"

	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2stest"
)

// FuzzVerify: whatever comes in, there is a complete decision or a typed
// refusal; and what is accepted carries a signature of the partner's key,
// which for changed bytes can only be the vectors' own.
func FuzzVerify(f *testing.F) {
	suite := loadTokens(f)
	for _, c := range suite.Tokens {
		f.Add(c.Token)
	}
	usual := suite.Tokens[0].Context
	world0 := newWorld(f, suite, usual)
	f.Fuzz(func(t *testing.T, token string) {
		w := *world0
		w.tb = t
		v := newVerifier(suite, usual, &w)
		d, err := v.Verify(context.Background(), token)
		var ref *s2s.Refusal
		switch {
		case (d == nil) == (err == nil):
			t.Fatalf("decision %v and error %v", d, err)
		case err != nil && !errors.As(err, &ref):
			t.Fatalf("error is a %T", err)
		case err != nil && (ref.Step == "" || ref.Reason == "" || ref.Code() == s2s.InternalError):
			t.Fatalf("refusal %v", ref)
		case err == nil && (d.Partner == "" || d.Expires.IsZero() || (d.User == nil) != (d.Kind == s2s.AppOnly)):
			t.Fatalf("incomplete decision %+v", d)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, c := range loadTokens(f).Tokens {
		f.Add(c.Token)
	}
	f.Add("Bearer a.b.c")
	f.Fuzz(func(t *testing.T, token string) {
		d, err := s2s.Decode(token)
		if (d == nil) == (err == nil) {
			t.Fatalf("got %v and %v", d, err)
		}
		if d != nil && (len(d.Layers) < 1 || len(d.Layers) > 2) {
			t.Fatalf("%d layers", len(d.Layers))
		}
	})
}

// FuzzParsePrincipal: what parses prints canonically and parses to itself.
func FuzzParsePrincipal(f *testing.F) {
	for _, p := range []*s2stest.Party{
		s2stest.NewExchange("contoso.com", "mail.contoso.com"), s2stest.NewTokenServer(tenant, "sts.contoso.com:8443"),
	} {
		f.Add(p.Principal.String())
		f.Add(p.Audience().String())
	}
	f.Add("00000002-000-0ff1-ce00-000000000000@contoso.com")
	f.Add("00000002-0000-0FF1-ce00-000000000000/h:443:443@*")
	f.Fuzz(func(t *testing.T, text string) {
		for _, parse := range []func(string) (s2s.Principal, error){s2s.ParsePrincipal, s2s.ParseAudience} {
			p, err := parse(text)
			if err != nil {
				if p != (s2s.Principal{}) {
					t.Fatalf("%q: %v beside %v", text, p, err)
				}
				continue
			}
			again, err := parse(p.String())
			if err != nil || again != p {
				t.Fatalf("%q parses to %q and that to %q, %v", text, p, again, err)
			}
		}
	})
}
