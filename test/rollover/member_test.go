package rollover

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/rbac"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
)

// member is one more server of a role, in this process: it is on the role's
// database, has a clock of its own and signs with the role's keys, but listens
// nowhere.
type member struct {
	side     *side
	now      func() time.Time
	db       *store.DB
	keyring  *keyring.Keyring
	partners *partner.Store
	callers  []*http.Client // to each node of the other side
}

// openMembers opens a member with a fast clock and one with a slow one.
func (d *deployment) openMembers(s *side, dsn string) {
	box, err := certs.OpenBox(d.keyFile())
	must(d.t, err)
	for _, off := range spread() {
		m := &member{side: s, now: d.clock.off(off)}
		m.db, err = store.Open(d.t.Context(), dsn)
		must(d.t, err)
		d.t.Cleanup(func() { m.db.Close() })
		m.keyring, err = keyring.New(m.db, box, m.now, keyring.Policy{})
		must(d.t, err)
		events, err := journal.New(m.db, m.now)
		must(d.t, err)
		m.partners, err = partner.New(partner.Config{
			DB: m.db, Now: m.now, Journal: events, Organisation: domain,
			Fetcher: authmeta.Fetcher{HTTP: d.http(d.connect()), Now: m.now, Agent: func(context.Context) string { return authmeta.Introduction("", s.principal) }},
			Own:     func(context.Context) (s2s.Principal, error) { return s.principal, nil },
		})
		must(d.t, err)
		other := d.other(s)
		for _, direct := range other.direct {
			m.callers = append(m.callers, &http.Client{Timeout: patience, Transport: &s2shttp.Transport{
				Base: direct.Transport, Now: m.now,
				Target: func(context.Context, *url.URL) (s2shttp.Target, bool) {
					return s2shttp.Target{App: other.principal.App, Realm: other.principal.Realm}, true
				},
				Self: func(ctx context.Context) (s2s.Principal, *s2s.Signer, error) {
					signer, err := m.keyring.Signer(ctx)
					return s.principal, signer, err
				},
			}})
		}
		s.members = append(s.members, m)
	}
}

func (d *deployment) other(s *side) *side {
	if s.name == exchange {
		return d.sides[skype]
	}
	return d.sides[exchange]
}

// letImpersonate gives the partner's account the role that application's own
// calls of EWS need.
func (m *member) letImpersonate(t testing.TB, partner string) {
	t.Helper()
	roles, err := rbac.New(m.db, m.now)
	must(t, err)
	a, err := m.partners.Get(t.Context(), partner)
	must(t, err)
	_, err = roles.Assign(t.Context(), rbac.Assignment{Role: rbac.ApplicationImpersonation, AssigneeID: a.LinkedAccount, Assignee: "partner"})
	must(t, err)
}

// rsaKeys are made once: making one takes longer than a rollover.
var rsaKeys = sync.OnceValue(func() []*rsa.PrivateKey {
	keys := make([]*rsa.PrivateKey, 6)
	var wait sync.WaitGroup
	for i := range keys {
		wait.Go(func() {
			var err error
			if keys[i], err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
				panic(err)
			}
		})
	}
	wait.Wait()
	return keys
})

// newCertificate puts a certificate that never signed into the role's store.
// Neighbours in time have different keys.
func (m *member) newCertificate(t testing.TB, n int) s2s.Thumbprint {
	t.Helper()
	key := rsaKeys()[n%len(rsaKeys())]
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	must(t, err)
	now := m.now()
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "signing"}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(5, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	cert, err := x509.ParseCertificate(der)
	must(t, err)
	c, err := m.keyring.Add(t.Context(), cert, key, keyring.Options{})
	must(t, err)
	return c.Thumbprint
}

// token is a token that somebody holds and shows for as long as it is good.
type token struct {
	text   string
	by     s2s.Thumbprint
	issuer *side
	actor  bool // an application's own
	end    time.Time
	next   time.Time // when it is shown again
}

// sign makes a token of the longest life for ken, or for the application.
func (m *member) sign(ctx context.Context, other *side, actor bool) (token, error) {
	signer, err := m.keyring.Signer(ctx)
	if err != nil {
		return token{}, err
	}
	now := m.now()
	held := token{by: signer.Thumbprint(), issuer: m.side, actor: actor, end: now.Add(24 * time.Hour)}
	audience := s2s.Principal{App: other.principal.App, Host: other.host, Realm: other.principal.Realm}
	held.text, err = signer.SignActor(s2s.Actor{
		Audience: audience, Issuer: m.side.principal, NameID: m.side.principal, NotBefore: now, Expires: held.end, TrustedForDelegation: true,
	})
	if err == nil && !actor {
		held.text, err = s2s.WrapActAs(s2s.ActAs{NotBefore: now, Expires: held.end, ActorToken: held.text, User: s2s.UserClaims{UPN: ken, SMTP: ken, SIP: ken}})
	}
	return held, err
}
