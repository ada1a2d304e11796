package s2s_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/wirevectors"
)

func vector(tb testing.TB, suite *wirevectors.Tokens, name string) wirevectors.Token {
	tb.Helper()
	for _, c := range suite.Tokens {
		if c.Name == name {
			return c
		}
	}
	tb.Fatalf("no vector %q", name)
	panic("unreachable")
}

// BenchmarkBareRSAVerify is the floor: nothing but the hash and the RSA
// verification of the actor token that BenchmarkVerifyCold decides about.
func BenchmarkBareRSAVerify(b *testing.B) {
	bare := bareVerify(b)
	b.ReportAllocs()
	for b.Loop() {
		bare()
	}
}

// BenchmarkVerifyCold decides about an act-as token never seen before.
func BenchmarkVerifyCold(b *testing.B) {
	verify := actAsVerify(b, nil)
	b.ReportAllocs()
	for b.Loop() {
		verify()
	}
}

// BenchmarkVerifyWarm decides about an act-as token whose actor token was seen
// before: no RSA, but every claim.
func BenchmarkVerifyWarm(b *testing.B) {
	verify := actAsVerify(b, s2s.NewSignatureCache(100))
	b.ReportAllocs()
	for b.Loop() {
		verify()
	}
}

// BenchmarkColdToBare takes turns between the two and reports the rate of cold
// verification as a part of the rate of bare RSA verification: once by the
// rounds that nothing disturbed (the fastest tenth of each), once by the median
// of all rounds, which on a busy machine says as much about its other work.
func BenchmarkColdToBare(b *testing.B) {
	bare, cold := bareVerify(b), actAsVerify(b, nil)
	round := func(f func()) time.Duration {
		start := time.Now()
		for range 20 {
			f()
		}
		return time.Since(start)
	}
	var bares, colds []time.Duration
	for b.Loop() {
		bares, colds = append(bares, round(bare)), append(colds, round(cold))
	}
	slices.Sort(bares)
	slices.Sort(colds)
	at := func(part int) float64 { return float64(bares[len(bares)/part]) / float64(colds[len(colds)/part]) }
	b.ReportMetric(at(10), "cold/bare")
	b.ReportMetric(at(2), "cold/bare-median")
}

func bareVerify(b *testing.B) func() {
	suite := loadTokens(b)
	actor := vector(b, suite, "ok_app_only").Token
	dot := strings.LastIndexByte(actor, '.')
	signature, err := base64.RawURLEncoding.DecodeString(actor[dot+1:])
	if err != nil {
		b.Fatal(err)
	}
	key := loadKey(b, "sfb-a").Certificate.PublicKey.(*rsa.PublicKey)
	return func() {
		digest := sha256.Sum256([]byte(actor[:dot]))
		if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature); err != nil {
			b.Fatal(err)
		}
	}
}

func actAsVerify(b *testing.B, seen *s2s.SignatureCache) func() {
	suite := loadTokens(b)
	c := vector(b, suite, "ok_act_as_sid")
	c.Context.Partners = []string{"sfb"}
	c.Context.Users = []string{"ken"}
	w := newWorld(b, suite, c.Context)
	v := newVerifier(suite, c.Context, w)
	v.Seen = seen
	for _, key := range w.issuers[0].Keys {
		w.issuers[0].Thumbprints = append(w.issuers[0].Thumbprints, s2s.ThumbprintOf(key))
	}
	v.Trust, v.Users = &indexed{w.issuers[0], w.partners[0].Application, nil}, &indexed{users: []s2s.User{w.users[0].User}}
	return func() {
		if _, err := v.Verify(b.Context(), c.Token); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSign makes what a client makes per target and hour: an actor token.
func BenchmarkSign(b *testing.B) {
	key := loadKey(b, "sfb-a")
	signer, err := s2s.NewSigner(key.Certificate, key.Private)
	if err != nil {
		b.Fatal(err)
	}
	self := s2s.Principal{App: s2s.SkypeApp, Realm: "contoso.com"}
	now := time.Unix(1800000000, 0)
	actor := s2s.Actor{
		Audience: s2s.Principal{App: s2s.ExchangeApp, Host: "mail.contoso.com", Realm: "contoso.com"},
		Issuer:   self, NameID: self, NotBefore: now, Expires: now.Add(time.Hour), TrustedForDelegation: true,
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := signer.SignActor(actor); err != nil {
			b.Fatal(err)
		}
	}
}

// indexed answers as a server's in-memory index would: at once, with what it
// has ready. The verifier's own cost is measured, not a directory's.
type indexed struct {
	issuer s2s.Issuer
	app    s2s.Application
	users  []s2s.User
}

func (x *indexed) Issuer(context.Context, s2s.Principal) (s2s.Issuer, error)  { return x.issuer, nil }
func (x *indexed) Refetch(context.Context, s2s.Principal) (s2s.Issuer, error) { return x.issuer, nil }
func (x *indexed) Application(context.Context, s2s.Issuer, s2s.Principal) (s2s.Application, error) {
	return x.app, nil
}
func (x *indexed) FindUsers(context.Context, string, s2s.Identifier, string) ([]s2s.User, error) {
	return x.users, nil
}
