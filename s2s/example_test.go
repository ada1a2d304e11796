package s2s_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/wirevectors"
)

// oneUser is a directory of one.
type oneUser struct{ s2s.User }

func (u oneUser) FindUsers(context.Context, string, s2s.Identifier, string) ([]s2s.User, error) {
	return []s2s.User{u.User}, nil
}

// onePartner is a Trust with one self-issuing partner.
type onePartner struct {
	issuer s2s.Issuer
	app    s2s.Application
}

func (t onePartner) Issuer(_ context.Context, p s2s.Principal) (s2s.Issuer, error) {
	if p != t.issuer.Principal {
		return s2s.Issuer{}, s2s.ErrNotRegistered
	}
	return t.issuer, nil
}

func (t onePartner) Refetch(context.Context, s2s.Principal) (s2s.Issuer, error) {
	return s2s.Issuer{}, errors.New("nothing new")
}

func (t onePartner) Application(context.Context, s2s.Issuer, s2s.Principal) (s2s.Application, error) {
	return t.app, nil
}

// A Skype pool signs a token for Exchange and for one user, and Exchange
// decides about it. The key comes from the test vectors; a product has its own.
func Example() {
	key, err := wirevectors.LoadKey("sfb-a")
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)
	skype := s2s.Principal{App: s2s.SkypeApp, Realm: "contoso.com"}
	exchange := s2s.Principal{App: s2s.ExchangeApp, Host: "mail.contoso.com", Realm: "contoso.com"}

	// The sender.
	signer, err := s2s.NewSigner(key.Certificate, key.Private)
	if err != nil {
		fmt.Println(err)
		return
	}
	actor, err := signer.SignActor(s2s.Actor{
		Audience: exchange, Issuer: skype, NameID: skype,
		NotBefore: now, Expires: now.Add(time.Hour), TrustedForDelegation: true,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	token, err := s2s.WrapActAs(s2s.ActAs{
		NotBefore: now, Expires: now.Add(time.Hour),
		User:       s2s.UserClaims{UPN: "ken@contoso.com", SMTP: "ken@contoso.com"},
		ActorToken: actor,
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	// The receiver.
	verifier := s2s.Verifier{
		App:    s2s.ExchangeApp,
		Hosts:  []string{"mail.contoso.com", "autodiscover.contoso.com"},
		Realms: map[s2s.Realm]string{"contoso.com": "contoso"},
		Trust: onePartner{
			issuer: s2s.Issuer{Principal: skype, Organisation: "contoso", Keys: []*x509.Certificate{key.Certificate}},
			app:    s2s.Application{Name: "Lync", ID: s2s.SkypeApp, Enabled: true, TrustLevel: s2s.Full},
		},
		Users: oneUser{s2s.User{ID: "ken", UPN: "ken@contoso.com", SMTP: "ken@contoso.com", Enabled: true}},
		Now:   func() time.Time { return now.Add(time.Minute) },
	}
	d, err := verifier.Verify(context.Background(), token)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.Kind, "by", d.Partner, d.Application.App)
	fmt.Println("for", d.User.UPN, "until", d.Expires.Format(time.TimeOnly))

	verifier.Hosts = []string{"other.contoso.com"}
	_, err = verifier.Verify(context.Background(), token)
	var refusal *s2s.Refusal
	if errors.As(err, &refusal) {
		fmt.Println("log: ", refusal)
		fmt.Println("peer:", int(refusal.Code()), refusal.Category(), refusal.PublicText())
	}
	// Output:
	// act-as by Lync 00000004-0000-0ff1-ce00-000000000000
	// for ken@contoso.com until 09:00:00
	// log:  s2s: token refused at V10: aud.host
	// peer: 2000003 invalid_resource The audience claim value is invalid 'aud'.
}

func ExampleParseAppID() {
	_, err := s2s.ParseAppID("00000002-000-0ff1-ce00-000000000000")
	fmt.Println(err)
	// Output: s2s: "00000002-000-0ff1-ce00-000000000000" is not an application id: its second group has 3 digits instead of 4; the application id of Exchange is 00000002-0000-0ff1-ce00-000000000000
}

func ExampleDecode() {
	suite, err := wirevectors.LoadTokens()
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := s2s.Decode(suite.Tokens[0].Token)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.Kind)
	for _, claim := range d.Layers[0].Claims[:4] {
		fmt.Printf("%s: %s\n", claim.Name, claim.Meaning)
	}
	// Output:
	// app-only
	// aud: for Exchange at host mail.contoso.com, realm contoso.com
	// iss: issued by Skype for Business of realm contoso.com
	// nbf: 2027-01-15 08:00:00 UTC
	// exp: 2027-01-15 09:00:00 UTC
}

func ExampleThumbprint() {
	// As copied from a certificate dialog, with its invisible first character.
	t, err := s2s.ParseThumbprint("\u200ee1 7c 6d b8 df 78 ab cc c9 73 73 17 f7 a8 e1 f9 b5 96 c9 c4")
	fmt.Println(t, t.X5T(), err)
	// Output: E17C6DB8DF78ABCCC9737317F7A8E1F9B596C9C4 4XxtuN94q8zJc3MX96jh-bWWycQ <nil>
}
