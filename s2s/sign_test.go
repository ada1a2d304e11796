package s2s_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/wirevectors"
)

const tenant s2s.Realm = "3d9c2f70-51aa-4c0e-8f6b-2a7e90d1b4c5"

var (
	t0       = wirevectors.Clock(1800000000).Time()
	skype    = s2s.Principal{App: s2s.SkypeApp, Realm: "contoso.com"}
	exchange = s2s.Principal{App: s2s.ExchangeApp, Host: "mail.contoso.com", Realm: "contoso.com"}
	kenSID   = s2s.UserClaims{
		NameID: "S-1-5-21-1-2-3-1104", NII: s2s.NIIActiveDirectory,
		UPN: "ken@contoso.com", SMTP: "ken@contoso.com", SIP: "ken@contoso.com",
	}
)

func signerOf(tb testing.TB, name string) *s2s.Signer {
	tb.Helper()
	key := loadKey(tb, name)
	signer, err := s2s.NewSigner(key.Certificate, key.Private)
	if err != nil {
		tb.Fatal(err)
	}
	return signer
}

func actor() s2s.Actor {
	return s2s.Actor{
		Audience: exchange, Issuer: skype, NameID: skype,
		NotBefore: t0, Expires: t0.Add(time.Hour), TrustedForDelegation: true,
	}
}

// PKCS #1 v1.5 signatures are deterministic, so what is made must equal the
// vectors, which other code made, to the last byte: member order, string
// types, spelling, signature.
func TestSignEqualsVectors(t *testing.T) {
	suite := loadTokens(t)
	skypeSigner := signerOf(t, "sfb-a")
	app, err := skypeSigner.SignActor(actor())
	equal(t, app, err, vector(t, suite, "ok_app_only").Token)

	flagless := actor()
	flagless.OmitDelegation = true
	token, err := skypeSigner.SignActor(flagless)
	equal(t, token, err, vector(t, suite, "ok_no_delegation_flag_app_only").Token)

	token, err = s2s.WrapActAs(s2s.ActAs{NotBefore: t0, Expires: t0.Add(time.Hour), User: kenSID, ActorToken: app})
	equal(t, token, err, vector(t, suite, "ok_act_as_sid").Token)

	assertions, err := wirevectors.LoadAssertions()
	if err != nil {
		t.Fatal(err)
	}
	token, err = skypeSigner.SignAssertion(s2s.Assertion{
		Issuer:    s2s.Principal{App: s2s.SkypeApp, Realm: tenant},
		Audience:  s2s.Principal{App: s2s.TokenServerApp, Host: "sts.contoso.com", Realm: tenant},
		NotBefore: t0, Expires: t0.Add(5 * time.Minute),
	})
	equal(t, token, err, assertions.Requests[0].Assertion)
}

func equal(t *testing.T, got string, err error, want string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		g, _ := s2s.Decode(got)
		w, _ := s2s.Decode(want)
		t.Fatalf("got\n%s\n%+v\nwant\n%s\n%+v", got, g, want, w)
	}
}

func TestSignIssued(t *testing.T) {
	sts := s2s.Principal{App: s2s.TokenServerApp, Realm: tenant}
	token, err := signerOf(t, "sts").SignIssued(s2s.Issued{
		Audience: "00000002-0000-0ff1-ce00-000000000000/mail.contoso.com@" + string(tenant),
		Issuer:   sts, NameID: s2s.Principal{App: s2s.SkypeApp, Realm: tenant},
		IssuedAt: t0, NotBefore: t0.Add(-300 * time.Second), Expires: t0.Add(24 * time.Hour),
		ObjectID: "1d47ac31-498b-4988-8aac-85fc9bd2e1ce", TrustedForDelegation: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	d, err := s2s.Decode(token)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range append(d.Layers[0].Header, d.Layers[0].Claims...) {
		names = append(names, m.Name)
	}
	const want = "typ alg x5t kid aud iss iat nbf exp identityprovider nameid oid sub trustedfordelegation"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("members %s, want %s", got, want)
	}
	if !strings.Contains(d.Layers[0].RawPayload, `"nbf":1799999700,"exp":1800086400`) {
		t.Errorf("times are not numbers in %s", d.Layers[0].RawPayload)
	}
}

func TestSignerRefuses(t *testing.T) {
	a, b := loadKey(t, "sfb-a"), loadKey(t, "sfb-b")
	for name, key := range map[string]crypto.Signer{"other key": b.Private, "no key": nil} {
		if _, err := s2s.NewSigner(a.Certificate, key); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for _, name := range []string{"weak1024", "ec256"} {
		key := loadKey(t, name)
		if _, err := s2s.NewSigner(key.Certificate, key.Private); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s2s.NewSigner(a.Certificate, ec); err == nil {
		t.Error("EC key for an RSA certificate: no error")
	}
}

func TestSignRefusesWhatReceiversRefuse(t *testing.T) {
	signer := signerOf(t, "sfb-a")
	for name, change := range map[string]func(*s2s.Actor){
		"audience without host": func(a *s2s.Actor) { a.Audience.Host = "" },
		"host with an @":        func(a *s2s.Actor) { a.Audience.Host = "a@b" },
		"issuer with host":      func(a *s2s.Actor) { a.Issuer.Host = "pool01.contoso.com" },
		"no issuer":             func(a *s2s.Actor) { a.Issuer = s2s.Principal{} },
		"realm *":               func(a *s2s.Actor) { a.NameID.Realm = s2s.AnyRealm },
		"quote in a realm":      func(a *s2s.Actor) { a.NameID.Realm = `x","aud":"y` },
		"ends at its beginning": func(a *s2s.Actor) { a.Expires = a.NotBefore },
	} {
		a := actor()
		change(&a)
		if token, err := signer.SignActor(a); err == nil || token != "" {
			t.Errorf("%s: signed", name)
		}
	}

	app, err := signer.SignActor(actor())
	if err != nil {
		t.Fatal(err)
	}
	actAs := func(change func(*s2s.ActAs)) error {
		a := s2s.ActAs{NotBefore: t0, Expires: t0.Add(time.Hour), User: kenSID, ActorToken: app}
		change(&a)
		_, err := s2s.WrapActAs(a)
		return err
	}
	for name, change := range map[string]func(*s2s.ActAs){
		"no user":             func(a *s2s.ActAs) { a.User = s2s.UserClaims{} },
		"control character":   func(a *s2s.ActAs) { a.User.UPN = "ken\r\n@contoso.com" },
		"not UTF-8":           func(a *s2s.ActAs) { a.User.UPN = "ken\xff@contoso.com" },
		"claim too long":      func(a *s2s.ActAs) { a.User.UPN = strings.Repeat("k", 1025) },
		"no actor token":      func(a *s2s.ActAs) { a.ActorToken = "" },
		"actor token cut off": func(a *s2s.ActAs) { a.ActorToken = app[:len(app)/2] },
		"wrapped twice":       func(a *s2s.ActAs) { a.ActorToken = vector(t, loadTokens(t), "ok_act_as_sid").Token },
	} {
		if actAs(change) == nil {
			t.Errorf("%s: wrapped", name)
		}
	}
	if err := actAs(func(a *s2s.ActAs) { a.User.UPN = `k"e\n@contoso.com` }); err != nil {
		t.Errorf("a quote and a backslash can be written: %v", err)
	}
}
