package s2stest

import (
	"context"
	"crypto/x509"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/matchseal/matchseal/s2s"
)

// Trust is an s2s.Trust in memory. It is safe for concurrent use.
type Trust struct {
	mu       sync.Mutex
	partners []*partner
	refetch  int
}

type partner struct {
	issuer    s2s.Issuer
	app       s2s.Application
	published []*x509.Certificate // what a refetch brings; nil: nothing answers
}

// NewTrust trusts these parties fully: each is enabled, has trust level Full
// and may name users by SID. The applications of a token server's tenant are
// added with [Trust.AddApplication].
func NewTrust(parties ...*Party) *Trust {
	t := &Trust{}
	for _, p := range parties {
		t.partners = append(t.partners, &partner{
			issuer: s2s.Issuer{
				Principal: p.Principal, Organisation: Organisation, AuthServer: p.AuthServer,
				Keys: []*x509.Certificate{p.Certificate},
			},
			app: s2s.Application{Name: p.Name, ID: p.Principal.App, Enabled: true, TrustLevel: s2s.Full, AcceptSID: true},
		})
	}
	return t
}

// AddApplication registers an application that the token server vouches for.
func (t *Trust) AddApplication(server *Party, app s2s.Application) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.partners = append(t.partners, &partner{issuer: s2s.Issuer{Principal: server.Principal}, app: app})
}

// Change lets f alter the records about a party.
func (t *Trust) Change(p *Party, f func(*s2s.Issuer, *s2s.Application)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := t.find(p.Principal); i != nil {
		f(&i.issuer, &i.app)
	}
}

// Publish sets what the party's metadata document holds when it is read again.
func (t *Trust) Publish(p *Party, certs ...*x509.Certificate) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := t.find(p.Principal); i != nil {
		i.published = certs
	}
}

// Refetches returns how often metadata was asked for again.
func (t *Trust) Refetches() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.refetch
}

func (t *Trust) find(p s2s.Principal) *partner {
	for _, i := range t.partners {
		if i.issuer.Principal == p {
			return i
		}
	}
	return nil
}

// Issuer implements s2s.Trust.
func (t *Trust) Issuer(_ context.Context, p s2s.Principal) (s2s.Issuer, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := t.find(p); i != nil {
		return i.issuer, nil
	}
	return s2s.Issuer{}, s2s.ErrNotRegistered
}

// Refetch implements s2s.Trust.
func (t *Trust) Refetch(_ context.Context, p s2s.Principal) (s2s.Issuer, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refetch++
	i := t.find(p)
	if i == nil || i.published == nil {
		return s2s.Issuer{}, errors.New("s2stest: the metadata document cannot be read")
	}
	i.issuer.Keys = i.published
	return i.issuer, nil
}

// Application implements s2s.Trust.
func (t *Trust) Application(_ context.Context, issuer s2s.Issuer, app s2s.Principal) (s2s.Application, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, i := range t.partners {
		if i.issuer.Principal == issuer.Principal && i.app.ID == app.App {
			return i.app, nil
		}
	}
	return s2s.Application{}, s2s.ErrNotRegistered
}

// Users is an s2s.Users in memory; all belong to [Organisation].
type Users []s2s.User

// FindUsers implements s2s.Users.
func (u Users) FindUsers(_ context.Context, organisation string, by s2s.Identifier, value string) (hits []s2s.User, _ error) {
	if organisation != Organisation {
		return nil, nil
	}
	for _, user := range u {
		has := map[s2s.Identifier]string{s2s.BySID: user.SID, s2s.ByUPN: user.UPN, s2s.BySMTP: user.SMTP, s2s.BySIP: user.SIP}
		if strings.EqualFold(has[by], value) {
			hits = append(hits, user)
		}
	}
	return hits, nil
}

// Verifier judges tokens for this party at the time now.
func (p *Party) Verifier(trust s2s.Trust, users s2s.Users, now time.Time) *s2s.Verifier {
	return &s2s.Verifier{
		App: p.Principal.App, Hosts: []string{p.Host},
		Realms: map[s2s.Realm]string{p.Principal.Realm: Organisation},
		Trust:  trust, Users: users,
		Now: func() time.Time { return now },
	}
}
