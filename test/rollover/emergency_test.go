package rollover

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"database/sql"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

// The commands of a rollover, as each side has them.

// stage means it: a node writes down who read its metadata once a minute, in
// which days pass here, so that every partner seems to read seldom.
func (s *side) stage(t testing.TB, node int, next s2s.Thumbprint, at time.Time) {
	t.Helper()
	const force = true
	if s.name == exchange {
		do(t, s, node, adminapi.SetAuthConfig, adminapi.SetAuthConfigRequest{NewCertificateThumbprint: next.String(), NewCertificateEffectiveDate: &at, Force: force})
		return
	}
	do(t, s, node, adminapi.SetCsCertificate, adminapi.SetCsCertificateRequest{
		Types: []string{adminapi.UseOAuthTokenIssuer}, Thumbprint: next.String(), Roll: true, EffectiveDate: &at, Force: force,
	})
}

// publish makes the next certificate current. The Skype side has no command
// for it.
func (s *side) publish(t testing.TB, ctx context.Context, node int) {
	t.Helper()
	if s.name == exchange {
		do(t, s, node, adminapi.SetAuthConfig, adminapi.SetAuthConfigRequest{PublishCertificate: true, Force: true})
		return
	}
	_, err := s.members[0].keyring.Publish(ctx, true)
	must(t, err)
}

func (s *side) clear(ctx context.Context, node int, force bool) error {
	if s.name == exchange {
		_, err := try(ctx, s, node, adminapi.SetAuthConfig, adminapi.SetAuthConfigRequest{ClearPreviousCertificate: true, Force: force})
		return err
	}
	_, err := try(ctx, s, node, adminapi.RemoveCsCertificateUse, adminapi.RemoveCertificateUseRequest{
		Types: []string{adminapi.UseOAuthTokenIssuer}, Previous: true, Force: force,
	})
	return err
}

func (s *side) replace(t testing.TB, node int, next s2s.Thumbprint) {
	t.Helper()
	if s.name == exchange {
		do(t, s, node, adminapi.SetAuthConfig, adminapi.SetAuthConfigRequest{CertificateThumbprint: next.String(), Force: true})
		return
	}
	do(t, s, node, adminapi.SetCsCertificate, adminapi.SetCsCertificateRequest{Types: []string{adminapi.UseOAuthTokenIssuer}, Thumbprint: next.String()})
}

func (s *side) refreshByHand(t testing.TB, node int) {
	t.Helper()
	call := adminapi.SetPartnerApplication
	if s.name == skype {
		call = adminapi.SetCsPartnerApplication
	}
	settings := adminapi.PartnerApplicationSettings{Identity: s.partner, RefreshAuthMetadata: true}
	if _, err := try(t.Context(), s, node, call, settings); problem.Is(err, problem.NetClosed) {
		do(t, s, node, call, settings) // as in refreshNow
	} else {
		must(t, err)
	}
}

func (s *side) deny(t testing.TB, node int, key s2s.Thumbprint) {
	t.Helper()
	call := adminapi.AddDeniedCertificate
	if s.name == skype {
		call = adminapi.AddCsDeniedCertificate
	}
	do(t, s, node, call, adminapi.DeniedCertificate{Thumbprint: key.String(), Reason: "stolen"})
}

// hold keeps tokens that members and nodes of a side sign now.
func (r *run) hold(s *side) {
	for i, m := range s.members {
		held, err := m.sign(r.ctx, r.other(s), s.name == skype && i == 0)
		must(r.t, err)
		r.keep(held)
	}
	if s.name != skype || r.dice.IntN(4) > 0 {
		return
	}
	made := do(r.t, s, r.anyNode(s), adminapi.MintActAsToken, adminapi.MintRequest{User: ken, URL: "https://" + mailHost + "/EWS/Exchange.asmx", Life: "24h"})
	r.count(minted)
	signer, err := s.members[0].keyring.Signer(r.ctx)
	must(r.t, err)
	before, err := s.members[1].keyring.Signer(r.ctx)
	must(r.t, err)
	if signer.Thumbprint() == before.Thumbprint() { // else nobody knows who of the two signed
		r.keep(token{text: made.Token, by: signer.Thumbprint(), issuer: s, end: made.Expires})
	}
}

func (r *run) keep(held token) {
	held.next = r.clock.now().Add(time.Duration(r.dice.IntN(600)) * time.Minute)
	r.held = append(r.held, held)
}

// showHeld shows the tokens whose turn it is, for the last time a minute before
// their end.
func (r *run) showHeld() {
	now := r.clock.now()
	var all []request
	kept := r.held[:0]
	for _, held := range r.held {
		last := held.end.Add(-time.Minute - spread()[0])
		if !held.next.After(now) && now.Before(held.end.Add(-spread()[0])) {
			target := r.other(held.issuer)
			all = append(all, request{heldToken, target, r.anyNode(target), func(ctx context.Context, n int) error { return r.show(ctx, held, n) }})
			if now.Before(last) {
				held.next = now.Add(time.Duration(60+r.dice.IntN(480)) * time.Minute)
				if held.next.After(last) {
					held.next = last
				}
			}
		}
		if now.Before(last) {
			kept = append(kept, held)
		}
	}
	r.held = kept
	r.load(r.ctx, r.tally, "showing a held token", all)
}

// showBad shows a token of a withdrawn key, which is refused for ever.
func (r *run) showBad() {
	now := r.clock.now()
	r.bad = slices.DeleteFunc(r.bad, func(held token) bool { return now.After(held.end) })
	if len(r.bad) == 0 || r.dice.IntN(4) > 0 {
		return
	}
	bad := r.bad[r.dice.IntN(len(r.bad))]
	node := r.anyNode(r.other(bad.issuer))
	r.count(stolen)
	if err := r.show(r.ctx, bad, node); !refused(err) {
		r.fail("a token of the withdrawn %s is accepted again: %v", bad.by, err)
	}
}

// emergency is the loss of a side's key: another one signs at once, and the old
// one is withdrawn in one of the ways there are.
func (r *run) emergency(s *side) {
	r.emergencies++
	partner := r.other(s)
	s.metadata.open()
	defer func() {
		if !r.noise {
			s.metadata.close()
		}
	}()
	quiet := r.noise
	r.noise = false // a stranger could have used up the early fetch that this relies on
	defer func() { r.noise = quiet }()
	r.clock.step(time.Minute + time.Second)
	loot := r.steal(s)
	next := r.make(s)
	way := r.dice.IntN(4)
	var more []token
	if way == 0 { // at the issuer, with the old key denied
		_, err := s.members[r.dice.IntN(2)].keyring.Withdraw(r.ctx, keyring.Withdrawal{Leaked: []s2s.Thumbprint{loot[0].by}, Successor: next,
			Record: func(context.Context, *sql.Tx, keyring.State) error { return nil }})
		must(r.t, err)
		more = r.outlaw(func(held token) bool { return held.issuer == s && held.by == loot[0].by })
	} else {
		s.replace(r.t, r.anyNode(s), next)
	}
	r.load(r.ctx, r.tally, "after a replacement", r.round())
	switch way {
	case 0:
		s.refreshOf(r, partner)
	case 1: // the partner's administrator denies it
		more = r.outlaw(func(held token) bool { return held.issuer == s && held.by == loot[0].by })
		partner.deny(r.t, r.anyNode(partner), loot[0].by)
	default: // a document without it, which the partner reads by hand or in its time
		if err := s.clear(r.ctx, r.anyNode(s), true); err != nil {
			r.t.Fatalf("clearing: %v", err)
		}
		more = r.outlaw(func(held token) bool { return held.issuer == s && held.by != next })
		if way == 3 {
			r.advanceTo(partner)
		} else {
			s.refreshOf(r, partner)
		}
	}
	r.refusedEverywhere(partner, loot)
	r.bad = append(append(r.bad, loot...), more[:min(len(more), 4)]...)
	r.load(r.ctx, r.tally, "after a withdrawal", r.round())
	r.signs(s, next)
}

// refreshOf lets the partner read the document of s now.
func (s *side) refreshOf(r *run, partner *side) {
	r.refreshes++
	partner.refreshByHand(r.t, r.anyNode(partner))
}

// advanceTo lets time pass until the partner's own schedule has it read.
func (r *run) advanceTo(partner *side) {
	at := r.refreshAt(partner).Add(-spread()[0])
	if at.After(r.clock.now()) {
		r.advance(at.Add(-time.Second))
		r.clock.step(at.Sub(r.clock.now()))
	}
	r.other(partner).metadata.open()
	r.refreshNow(partner)
}

// steal takes tokens of the key that signs now.
func (r *run) steal(s *side) []token {
	var loot []token
	for _, actor := range []bool{false, s.name == skype} {
		held, err := s.members[1].sign(r.ctx, r.other(s), actor)
		must(r.t, err)
		loot = append(loot, held)
	}
	return loot
}

// outlaw takes tokens from those that have to be accepted, because their keys
// are about to be withdrawn.
func (r *run) outlaw(is func(token) bool) (bad []token) {
	kept := r.held[:0]
	for _, held := range r.held {
		if is(held) {
			bad = append(bad, held)
		} else {
			kept = append(kept, held)
		}
	}
	r.held = kept
	return bad
}

// refusedEverywhere measures how long it takes until no node of the partner
// accepts the tokens any more, by the clock that the nodes go by.
func (r *run) refusedEverywhere(partner *side, loot []token) {
	start := r.clock.now()
	for _, node := range partner.live() {
		for _, held := range loot {
			for {
				r.count(stolen)
				err := r.show(r.ctx, held, node)
				if refused(err) {
					break
				}
				if took := r.clock.now().Sub(start); took > within {
					r.fail("%v after its withdrawal %s %d accepts the key %s: %v", took, partner.name, node+1, held.by, err)
					return
				}
				r.clock.step(100 * time.Millisecond)
			}
		}
	}
	r.slowest = max(r.slowest, r.clock.now().Sub(start))
}

// strangeKey signs for nobody.
var strangeKey = sync.OnceValues(func() (*x509.Certificate, *rsa.PrivateKey) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "stranger"}, NotBefore: time.Unix(0, 0), NotAfter: time.Now().AddDate(20, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return cert, key
})

// strange lets a stranger speak in the name of each side: his key is unknown,
// so it costs the fetch that an unknown key may cause.
func (r *run) strange() {
	signer, err := s2s.NewSigner(strangeKey())
	must(r.t, err)
	for _, s := range r.sides {
		target := r.other(s)
		now := r.clock.now()
		text, err := signer.SignActor(s2s.Actor{
			Audience: s2s.Principal{App: target.principal.App, Host: target.host, Realm: target.principal.Realm},
			Issuer:   s.principal, NameID: s.principal, NotBefore: now, Expires: now.Add(time.Hour), TrustedForDelegation: true,
		})
		must(r.t, err)
		r.count(stranger)
		if err := r.show(r.ctx, token{text: text, issuer: s, actor: true}, r.anyNode(target)); !refused(err) {
			r.fail("a stranger's token: %v", err)
		}
	}
}

// kill ends a node in the middle of a load, as a power cut does. Where there is
// a second one the requests go there; else they wait until it is back.
func (r *run) kill() {
	r.kills++
	s := r.sides[[]string{exchange, skype}[r.dice.IntN(2)]]
	victim := s.nodes[r.anyNode(s)]
	r.killing.Store(true)
	defer r.killing.Store(false)
	when := fmt.Sprint("while ", victim.name, " is killed")
	r.load(r.ctx, r.tally, when, r.round())
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.load(r.ctx, r.tally, when, slices.Concat(r.round(), r.round(), r.round()))
	}()
	victim.kill()
	s.service.drop()
	s.metadata.drop()
	if len(s.nodes) == 1 {
		victim.start(r.t)
	}
	<-done
}

// revive starts the nodes that were killed.
func (r *run) revive() {
	for _, s := range r.sides {
		for _, n := range s.nodes {
			if !n.isAlive() {
				n.start(r.t)
			}
		}
	}
}
