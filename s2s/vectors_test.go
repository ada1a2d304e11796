package s2s_test

import (
	"context"
	"crypto/x509"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/wirevectors"
)

func loadTokens(tb testing.TB) *wirevectors.Tokens {
	tb.Helper()
	suite, err := wirevectors.LoadTokens()
	if err != nil {
		tb.Fatal(err)
	}
	return suite
}

func loadKey(tb testing.TB, name string) *wirevectors.Key {
	tb.Helper()
	key, err := wirevectors.LoadKey(name)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

func certificates(tb testing.TB, names []string) (certs []*x509.Certificate) {
	tb.Helper()
	for _, name := range names {
		cert, err := wirevectors.LoadCertificate(name)
		if err != nil {
			tb.Fatal(err)
		}
		certs = append(certs, cert)
	}
	return certs
}

func thumbprints(tb testing.TB, names []string) (all []s2s.Thumbprint) {
	tb.Helper()
	for _, cert := range certificates(tb, names) {
		all = append(all, s2s.ThumbprintOf(cert))
	}
	return all
}

// world is what exists for one vector: a Trust and a Users in memory.
type world struct {
	tb       testing.TB
	issuers  []s2s.Issuer
	after    map[s2s.Principal][]*x509.Certificate // reachable metadata
	partners []worldPartner
	users    []worldUser

	asked     s2s.Principal // the issuer the verifier asked for last
	refetches int
}

type worldPartner struct {
	s2s.Application
	issuer        s2s.Principal
	useAuthServer bool
	realm         s2s.Realm
}

type worldUser struct {
	s2s.User
	organisation string
}

func newWorld(tb testing.TB, suite *wirevectors.Tokens, c wirevectors.Context) *world {
	tb.Helper()
	w := &world{tb: tb, after: map[s2s.Principal][]*x509.Certificate{}}
	for _, name := range c.Partners {
		p := suite.Partners[name]
		record := worldPartner{
			Application: s2s.Application{
				Name: name, ID: s2s.AppID(p.ApplicationID), Enabled: p.Enabled,
				TrustLevel: s2s.TrustLevel(p.TrustLevel), AcceptSID: p.AcceptSID, OmitsDelegationFlag: p.OmitsDelegationFlag,
			},
			issuer:        s2s.Principal{App: s2s.AppID(p.IssuerID), Realm: s2s.Realm(p.Realm)},
			useAuthServer: p.UseAuthServer,
			realm:         s2s.Realm(p.Realm),
		}
		w.partners = append(w.partners, record)
		if p.UseAuthServer {
			continue
		}
		w.issuers = append(w.issuers, s2s.Issuer{
			Principal: record.issuer, Organisation: p.Organisation, Keys: certificates(tb, p.Keys),
			Withdrawn: thumbprints(tb, p.WithdrawnKeys), Denied: thumbprints(tb, p.DeniedKeys),
		})
		if p.KeysAfterRefetch != nil {
			w.after[record.issuer] = certificates(tb, p.KeysAfterRefetch)
		}
	}
	for _, name := range c.AuthServers {
		if a := suite.AuthServers[name]; a.Enabled {
			w.issuers = append(w.issuers, s2s.Issuer{
				Principal:    s2s.Principal{App: s2s.AppID(a.IssuerID), Realm: s2s.Realm(a.Realm)},
				Organisation: a.Organisation, AuthServer: true, Keys: certificates(tb, a.Keys),
			})
		}
	}
	for _, name := range c.Users {
		u := suite.Users[name]
		w.users = append(w.users, worldUser{s2s.User{
			ID: name, UPN: u.UPN, SMTP: u.SMTP, SIP: u.SIP, SID: u.SID, Enabled: u.Enabled, Protected: u.Protected,
		}, u.Organisation})
	}
	return w
}

func (w *world) Issuer(_ context.Context, p s2s.Principal) (s2s.Issuer, error) {
	w.asked = p
	for _, i := range w.issuers {
		if i.Principal == p {
			return i, nil
		}
	}
	return s2s.Issuer{}, s2s.ErrNotRegistered
}

// Refetch fails the test on a request that only an attacker's text can have
// caused: for anybody but the registered issuer of this token, or a second time.
func (w *world) Refetch(_ context.Context, p s2s.Principal) (s2s.Issuer, error) {
	if w.refetches++; w.refetches > 1 {
		w.tb.Errorf("metadata was fetched %d times", w.refetches)
	}
	i := slices.IndexFunc(w.issuers, func(i s2s.Issuer) bool { return i.Principal == p })
	if p != w.asked || i < 0 {
		w.tb.Errorf("metadata was fetched for %s, which is not the registered issuer", p)
		return s2s.Issuer{}, s2s.ErrNotRegistered
	}
	keys, reachable := w.after[p]
	if !reachable {
		return s2s.Issuer{}, errors.New("metadata URL does not answer")
	}
	fresh := w.issuers[i]
	fresh.Keys = keys
	return fresh, nil
}

func (w *world) Application(_ context.Context, issuer s2s.Issuer, app s2s.Principal) (s2s.Application, error) {
	for _, p := range w.partners {
		switch {
		case p.ID != app.App:
		case issuer.AuthServer && p.useAuthServer && p.realm == app.Realm:
			return p.Application, nil
		case !issuer.AuthServer && !p.useAuthServer && p.issuer == issuer.Principal:
			return p.Application, nil
		}
	}
	return s2s.Application{}, s2s.ErrNotRegistered
}

// FindUsers is a careless directory: it returns everybody of the organisation,
// so that the tests show that the verifier compares for itself.
func (w *world) FindUsers(_ context.Context, organisation string, _ s2s.Identifier, _ string) (hits []s2s.User, _ error) {
	for _, u := range w.users {
		if u.organisation == organisation {
			hits = append(hits, u.User)
		}
	}
	return hits, nil
}

func newVerifier(suite *wirevectors.Tokens, c wirevectors.Context, w *world) *s2s.Verifier {
	receiver := suite.Receivers[c.Receiver]
	v := &s2s.Verifier{
		App: s2s.AppID(receiver.Principal), Hosts: receiver.Hosts, Realms: map[s2s.Realm]string{},
		Trust: w, Users: w, Now: c.Clock.Time,
		Skew:        time.Duration(suite.SkewSeconds) * time.Second,
		MaxLifetime: time.Duration(suite.MaxLifetimeSeconds) * time.Second,
	}
	for realm, organisation := range receiver.Realms {
		v.Realms[s2s.Realm(realm)] = organisation
	}
	return v
}

// checklist: 004-02 (ok_app_only, ok_exchange_to_sfb_*, ok_exchange_to_sharepoint_*
// and ok_hightrust_* are self-issued tokens among the three products)
func TestVectors(t *testing.T) {
	suite := loadTokens(t)
	for _, c := range suite.Tokens {
		t.Run(c.Name, func(t *testing.T) {
			w := newWorld(t, suite, c.Context)
			v := newVerifier(suite, c.Context, w)
			checkVector(t, c, v)
			if c.Reason != string(s2s.KeyUnknown) && c.Name != "ok_next_key_after_refetch" && w.refetches > 0 {
				t.Error("metadata was fetched although the key is known or not yet asked for")
			}
		})
	}
}

// A second run with a warm cache must decide every case alike.
func TestVectorsWarm(t *testing.T) {
	suite := loadTokens(t)
	seen := s2s.NewSignatureCache(1000)
	for _, round := range []string{"cold", "warm"} {
		t.Run(round, func(t *testing.T) {
			for _, c := range suite.Tokens {
				v := newVerifier(suite, c.Context, newWorld(t, suite, c.Context))
				v.Seen = seen
				t.Run(c.Name, func(t *testing.T) { checkVector(t, c, v) })
			}
		})
	}
}

func checkVector(t *testing.T, c wirevectors.Token, v *s2s.Verifier) {
	t.Helper()
	d, err := v.Verify(t.Context(), c.Token)
	if !c.Accept() {
		var ref *s2s.Refusal
		if d != nil || !errors.As(err, &ref) {
			t.Fatalf("got decision %+v, error %v; want a refusal (%s)", d, err, c.Why)
		}
		if ref.Step != c.Step || string(ref.Reason) != c.Reason || int(ref.Code()) != c.Code || ref.Category() != c.Category {
			t.Fatalf("got %s %s %d %s; want %s %s %d %s (%s)", ref.Step, ref.Reason, ref.Code(), ref.Category(), c.Step, c.Reason, c.Code, c.Category, c.Why)
		}
		return
	}
	if err != nil || d == nil {
		t.Fatalf("refused: %v (%s)", err, c.Why)
	}
	user := ""
	if d.User != nil {
		user = d.User.ID
	}
	if string(d.Kind) != c.Kind || d.Partner != c.Partner || user != c.User {
		t.Errorf("got %s %s %q; want %s %s %q", d.Kind, d.Partner, user, c.Kind, c.Partner, c.User)
	}
	if d.Organisation == "" || d.Application.App == "" || d.Issuer.App == "" || d.Audience.Host == "" ||
		d.Key == (s2s.Thumbprint{}) || d.TokenHash == "" || !d.NotBefore.Before(d.Expires) {
		t.Errorf("the decision is incomplete: %+v", d)
	}
}
