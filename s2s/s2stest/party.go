package s2stest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"time"

	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/wirevectors"
)

// Organisation is the one organisation to which everybody belongs whom this
// package makes.
const Organisation = "contoso"

// Lifetime of the tokens made here.
const Lifetime = time.Hour

// Party is a server: a principal with a host name and a signing key. Change
// its fields to make another one of it.
type Party struct {
	Name        string // of its partner record
	Principal   s2s.Principal
	Host        string
	Certificate *x509.Certificate // valid from 2026 to 2046
	Key         *rsa.PrivateKey
	AuthServer  bool
}

// NewExchange returns an Exchange server.
func NewExchange(realm s2s.Realm, host string) *Party {
	return NewParty("exchange", s2s.ExchangeApp, realm, host, "exchange-a")
}

// NewSkype returns a Skype for Business pool.
func NewSkype(realm s2s.Realm, host string) *Party {
	return NewParty("skype", s2s.SkypeApp, realm, host, "sfb-a")
}

// NewSharePoint returns a SharePoint farm.
func NewSharePoint(realm s2s.Realm, host string) *Party {
	return NewParty("sharepoint", s2s.SharePointApp, realm, host, "sharepoint")
}

// NewTokenServer returns a token server for one tenant.
func NewTokenServer(tenant s2s.Realm, host string) *Party {
	p := NewParty("sts", s2s.TokenServerApp, tenant, host, "sts")
	p.AuthServer = true
	return p
}

// NewParty returns a server of any kind. key names a key pair of package
// wirevectors: exchange-a, exchange-b, sfb-a, sfb-b, sfb-old, sharepoint, sts,
// fabrikam, rogue, expired, weak1024.
func NewParty(name string, app s2s.AppID, realm s2s.Realm, host, key string) *Party {
	p := &Party{Name: name, Principal: s2s.Principal{App: app, Realm: realm}, Host: host}
	p.UseKey(key)
	return p
}

// UseKey gives the party another key pair of package wirevectors.
func (p *Party) UseKey(name string) {
	key, err := wirevectors.LoadKey(name)
	if err != nil {
		panic(err)
	}
	p.Certificate, p.Key = key.Certificate, key.Private.(*rsa.PrivateKey)
}

// Audience is what tokens for this party name.
func (p *Party) Audience() s2s.Principal {
	return s2s.Principal{App: p.Principal.App, Host: p.Host, Realm: p.Principal.Realm}
}

// Signer signs with the party's key.
func (p *Party) Signer() *s2s.Signer { return must(s2s.NewSigner(p.Certificate, p.Key)) }

// Actor returns the content of a good actor token, to be changed and signed.
func (p *Party) Actor(to *Party, now time.Time) s2s.Actor {
	return s2s.Actor{
		Audience: to.Audience(), Issuer: p.Principal, NameID: p.Principal,
		NotBefore: now, Expires: now.Add(Lifetime), TrustedForDelegation: true,
	}
}

// AppOnly returns a good token with which p calls to for itself.
func (p *Party) AppOnly(to *Party, now time.Time) string {
	return must(p.Signer().SignActor(p.Actor(to, now)))
}

// ActAs returns a good token with which p calls to for a user.
func (p *Party) ActAs(to *Party, user s2s.UserClaims, now time.Time) string {
	return Wrap(p.AppOnly(to, now), user, now)
}

// Wrap puts any actor token into an outer token for the user.
func Wrap(actorToken string, user s2s.UserClaims, now time.Time) string {
	return must(s2s.WrapActAs(s2s.ActAs{
		NotBefore: now, Expires: now.Add(Lifetime), User: user, ActorToken: actorToken,
	}))
}

// Raw returns a compact token with exactly this header and payload, well formed
// or not. With a key it is signed with RS256 whatever the header says; without,
// its third segment is empty.
func Raw(header, payload string, key *rsa.PrivateKey) string {
	b64 := base64.RawURLEncoding.EncodeToString
	signed := b64([]byte(header)) + "." + b64([]byte(payload))
	if key == nil {
		return signed + "."
	}
	digest := sha256.Sum256([]byte(signed))
	return signed + "." + b64(must(rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
