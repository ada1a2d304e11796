package s2s_test

import (
	"crypto/rsa"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/s2s"
)

// go-jose is the differential oracle for the signed layer: it shares no code
// with this package.

func joseVerify(t *testing.T, token, key string) ([]byte, error) {
	t.Helper()
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return nil, err
	}
	return parsed.Verify(loadKey(t, key).Certificate.PublicKey)
}

// actorOf returns the signed layer of a token.
func actorOf(t *testing.T, token string) string {
	t.Helper()
	d, err := s2s.Decode(token)
	if err != nil {
		return token
	}
	for _, m := range d.Layers[0].Claims {
		if m.Name == "actortoken" {
			return m.Value
		}
	}
	return token
}

// Every vector that gets as far as the signature must fare alike with both.
func TestJoseAgreesOnVectors(t *testing.T) {
	suite := loadTokens(t)
	keyOf := map[string]string{}
	for name, k := range suite.Keys {
		keyOf[k.X5T] = name
	}
	compared := 0
	for _, c := range suite.Tokens {
		if len(c.Step) == 2 || !c.Accept() && c.Step < "V13" {
			continue // refused by V1 to V12, before there is a signature to check
		}
		actor := actorOf(t, c.Token)
		d, err := s2s.Decode(actor)
		if err != nil {
			t.Fatal(err)
		}
		var header struct{ X5T string }
		if err := json.Unmarshal([]byte(d.Layers[0].RawHeader), &header); err != nil {
			t.Fatal(err)
		}
		_, err = joseVerify(t, actor, keyOf[strings.TrimRight(header.X5T, "=")])
		if good := c.Reason != string(s2s.SigBad); (err == nil) != good {
			t.Errorf("%s: go-jose says %v, the vector %q", c.Name, err, c.Reason)
		}
		compared++
	}
	if compared < 80 {
		t.Errorf("only %d vectors compared", compared)
	}
}

func TestJoseReadsWhatWeSign(t *testing.T) {
	signer := signerOf(t, "sfb-a")
	rapid.Check(t, func(rt *rapid.T) {
		a := actor()
		a.NotBefore = time.Unix(rapid.Int64Range(0, 4102444800).Draw(rt, "nbf"), 0)
		a.Expires = a.NotBefore.Add(time.Duration(rapid.Int64Range(1, 86700).Draw(rt, "life")) * time.Second)
		a.Audience.Host = rapid.StringMatching(`[a-z][a-z0-9.-]{0,60}(:[1-9][0-9]{0,3})?`).Draw(rt, "host")
		token, err := signer.SignActor(a)
		if err != nil {
			rt.Fatal(err)
		}
		payload, err := joseVerify(t, token, "sfb-a")
		if err != nil {
			rt.Fatal(err)
		}
		var claims map[string]string
		if err := json.Unmarshal(payload, &claims); err != nil || claims["aud"] != a.Audience.String() || claims["nameid"] != skype.String() {
			rt.Fatalf("%s, %v", payload, err)
		}
	})
}

func TestWeReadWhatJoseSigns(t *testing.T) {
	suite := loadTokens(t)
	key := loadKey(t, "sfb-a")
	for name, padding := range map[string]string{"x5t": "", "x5t padded": "="} {
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key.Private.(*rsa.PrivateKey)},
			(&jose.SignerOptions{}).WithType("JWT").WithHeader("x5t", s2s.ThumbprintOf(key.Certificate).X5T()+padding))
		if err != nil {
			t.Fatal(err)
		}
		claims, err := json.Marshal(map[string]any{
			"aud": exchange.String(), "iss": skype.String(), "nameid": skype.String(), "nbf": t0.Unix(), "exp": t0.Add(time.Hour).Unix(),
		})
		if err != nil {
			t.Fatal(err)
		}
		signed, err := signer.Sign(claims)
		if err != nil {
			t.Fatal(err)
		}
		token, err := signed.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		c := suite.Tokens[0].Context
		d, err := newVerifier(suite, c, newWorld(t, suite, c)).Verify(t.Context(), token)
		if err != nil || d.Kind != s2s.AppOnly {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
}

// A token with any one bit of its text changed is either refused, or go-jose
// verifies it as well.
func TestJoseAgreesOnChangedTokens(t *testing.T) {
	suite := loadTokens(t)
	good := vector(t, suite, "ok_app_only")
	v := newVerifier(suite, good.Context, newWorld(t, suite, good.Context))
	rapid.Check(t, func(rt *rapid.T) {
		text := []byte(good.Token)
		text[rapid.IntRange(0, len(text)-1).Draw(rt, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
		w := newWorld(t, suite, good.Context)
		v.Trust, v.Users = w, w
		if _, err := v.Verify(t.Context(), string(text)); err != nil {
			return
		}
		if _, err := joseVerify(t, string(text), "sfb-a"); err != nil {
			rt.Fatalf("accepted, but go-jose says %v: %s", err, text)
		}
	})
}
