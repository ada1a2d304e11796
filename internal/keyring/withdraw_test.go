package keyring

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"database/sql"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

func leaked(numbers ...byte) (all []s2s.Thumbprint) {
	for _, n := range numbers {
		all = append(all, cert(n).thumbprint)
	}
	return all
}

// checklist: 000-14: what leaked is gone at once, from whatever place, and stays
// so; what did not leak keeps its place.
func TestWithdrawState(t *testing.T) {
	// Every place is taken: D is current, C previous, A has left its slot, E is
	// next, and B was staged and replaced by E.
	s := with(t)
	for n, step := range []func(State, time.Time) (State, error){
		func(s State, at time.Time) (State, error) { return s.replace(cert(3), at, policy) },
		func(s State, at time.Time) (State, error) { return s.replace(cert(4), at, policy) },
		func(s State, at time.Time) (State, error) {
			return s.stage(cert(2), start.Add(72*time.Hour), at, policy, false)
		},
		func(s State, at time.Time) (State, error) {
			return s.stage(cert(5), start.Add(72*time.Hour), at, policy, false)
		},
	} {
		next, err := step(s, start.Add(time.Duration(n)*time.Minute))
		s = must(t, next, err)
	}
	now := start.Add(10 * time.Minute)
	if got := names(s.Published(now)); got != "D E C A B" {
		t.Fatalf("published %s", got)
	}
	for _, c := range []struct {
		leaked           []s2s.Thumbprint
		heir             byte
		published, signs string
		current, next    string
	}{
		{leaked(4), 6, "F E C A B", "F", "F", "E"},
		{leaked(4), 5, "E C A B", "E", "E", "-"}, // the next one takes over, which partners know already
		{leaked(5), 0, "D C A B", "D", "D", "-"},
		{leaked(5), 6, "D C A B", "D", "D", "-"}, // an heir that is not needed
		{leaked(3), 0, "D E A B", "D", "D", "E"},
		{leaked(1, 2), 0, "D E C", "D", "D", "E"},
		{leaked(1, 2, 3, 4, 5), 6, "F", "F", "F", "-"},
		{leaked(9), 0, "D E C A B", "D", "D", "E"}, // it was never used, and never will be
	} {
		var heir *candidate
		if c.heir != 0 {
			heir = new(cert(c.heir))
		}
		before := encode(s)
		got, err := s.withdraw(c.leaked, heir, now, policy)
		if err != nil {
			t.Fatalf("withdrawing %s: %v", names(c.leaked), err)
		}
		if published, signs := names(got.Published(now)), name(got.Signing(now, policy)); published != c.published || signs != c.signs || name(got.Current) != c.current || name(got.Next) != c.next {
			t.Errorf("after the withdrawal of %s: published %s, %s signs, current %s, next %s", names(c.leaked), published, signs, name(got.Current), name(got.Next))
		}
		for _, gone := range c.leaked {
			back := candidate{gone, start.Add(-time.Hour), start.Add(400 * day)}
			_, err := got.stage(back, now.Add(72*time.Hour), now, policy, true)
			wantCode(t, err, problem.KeyringReused)
			_, err = got.replace(back, now, policy)
			wantCode(t, err, problem.KeyringReused)
		}
		if again, err := got.withdraw(c.leaked, heir, now, policy); err != nil || encode(again) != encode(got) {
			t.Errorf("withdrawing %s twice: %v, %+v", names(c.leaked), err, again)
		}
		if encode(s) != before {
			t.Fatal("the state that it began with was changed")
		}
	}
	_, err := s.withdraw(leaked(4), nil, now, policy)
	wantCode(t, err, problem.KeyringCurrentLeaked)
	_, err = s.withdraw(leaked(4, 5), new(cert(5)), now, policy)
	wantCode(t, err, problem.KeyringReused)
}

// withdrawal takes the current certificate of k out of use.
func withdrawal(t testing.TB, k *Keyring, leaked ...s2s.Thumbprint) (Withdrawal, *int) {
	recorded := 0
	return Withdrawal{
		Leaked: leaked, Certificate: issue(t, rsaKey(), "heir", start.Add(-time.Hour), start.Add(5*365*day)), Key: rsaKey(),
		Options: Options{FriendlyName: "heir", Services: []string{"SMTP"}},
		Record:  func(context.Context, *sql.Tx, State) error { recorded++; return nil },
	}, &recorded
}

// In one step what takes over is stored, what leaked is out on every node, and
// the record is written.
func TestWithdraw(t *testing.T) {
	storetest.RunDSN(t, func(t *testing.T, dsn string) {
		ctx, c, box := t.Context(), newClock(), newBox(t)
		k, other := open(t, storetest.Open(t, dsn), box, c), open(t, storetest.Open(t, dsn), box, c)
		a, never := add(t, k, Options{Services: []string{"SMTP"}}), add(t, k, Options{})
		if _, err := k.Replace(ctx, a.Thumbprint); err != nil {
			t.Fatal(err)
		}
		if signing(t, other) != a.Thumbprint {
			t.Fatal("the other node does not sign with it")
		}
		w, recorded := withdrawal(t, k, a.Thumbprint)
		heir := s2s.ThumbprintOf(w.Certificate)
		if s, err := k.Withdraw(ctx, w); err != nil || s.Current.Thumbprint != heir || *recorded != 1 {
			t.Fatalf("%+v, %v, recorded %d times", s, err, *recorded)
		}
		for i, node := range []*Keyring{k, other} {
			accepted, err := node.Accepted(ctx)
			if out := published(t, node); err != nil || signing(t, node) != heir || len(out) != 1 || out[0] != heir || len(accepted) != 1 {
				t.Errorf("node %d: published %v, accepted %v, %v", i, out, accepted, err)
			}
		}
		if kept, err := k.Certificate(ctx, heir); err != nil || kept.FriendlyName != "heir" || !kept.HasPrivateKey || len(kept.Use) != 1 {
			t.Errorf("kept %+v, %v", kept, err)
		}
		_, err := other.Replace(ctx, a.Thumbprint)
		wantCode(t, err, problem.KeyringReused)

		// A second time: nothing is stored or recorded, although a new
		// certificate was brought along.
		again, more := withdrawal(t, k, a.Thumbprint)
		if s, err := other.Withdraw(ctx, again); err != nil || s.Current.Thumbprint != heir || *more != 0 {
			t.Errorf("%+v, %v, recorded %d times", s, err, *more)
		}
		if all, err := k.List(ctx); err != nil || len(all) != 3 {
			t.Errorf("%d certificates, %v", len(all), err)
		}
		// One that never signed and is in the store only; nothing takes over.
		unused, more := withdrawal(t, k, never.Thumbprint)
		if s, err := k.Withdraw(ctx, unused); err != nil || s.Current.Thumbprint != heir || *more != 1 || !slices.Contains(s.Denied, never.Thumbprint) {
			t.Errorf("%+v, %v, recorded %d times", s, err, *more)
		}
		// Removed from the store it is still known, and imported again denied.
		if err := k.Remove(ctx, a.Thumbprint); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Add(ctx, a.X509, rsaKey(), Options{}); err != nil {
			t.Fatal(err)
		}
		_, err = k.Stage(ctx, a.Thumbprint, c.Now().Add(72*time.Hour), true)
		wantCode(t, err, problem.KeyringReused)
	})
}

// What cannot be recorded, is not known, or leaves nobody to sign is not done at
// all.
func TestWithdrawIsOneStep(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		k := open(t, db, newBox(t), newClock())
		a, b := add(t, k, Options{}), add(t, k, Options{})
		if _, err := k.Replace(ctx, a.Thumbprint); err != nil {
			t.Fatal(err)
		}
		full := errors.New("the disk is full")
		unrecorded, _ := withdrawal(t, k, a.Thumbprint)
		unrecorded.Record = func(context.Context, *sql.Tx, State) error { return full }
		if _, err := k.Withdraw(ctx, unrecorded); !errors.Is(err, full) {
			t.Errorf("error = %v", err)
		}
		mistyped, recorded := withdrawal(t, k, a.Thumbprint, s2s.Thumbprint{1})
		_, err := k.Withdraw(ctx, mistyped)
		wantCode(t, err, problem.KeyringNotFound)
		alone, _ := withdrawal(t, k, a.Thumbprint)
		alone.Certificate, alone.Key = nil, nil
		_, err = k.Withdraw(ctx, alone)
		wantCode(t, err, problem.KeyringCurrentLeaked)
		both, _ := withdrawal(t, k, a.Thumbprint, b.Thumbprint)
		both.Certificate, both.Successor = nil, b.Thumbprint
		_, err = k.Withdraw(ctx, both)
		wantCode(t, err, problem.KeyringReused)
		weak, _ := withdrawal(t, k, a.Thumbprint)
		small, key, err := certs.NewSelfSigned(certs.SelfSigned{Subject: pkix.Name{CommonName: "weak"}, Bits: 1024, NotBefore: start, NotAfter: start.Add(day)})
		if err != nil {
			t.Fatal(err)
		}
		weak.Certificate, weak.Key = small, key
		_, err = k.Withdraw(ctx, weak)
		wantCode(t, err, problem.KeyringWeak)
		if s, err := k.State(ctx); err != nil || signing(t, k) != a.Thumbprint || len(s.Denied) != 0 || *recorded != 0 {
			t.Errorf("something was done: %+v, %v", s, err)
		}
		if all, err := k.List(ctx); err != nil || len(all) != 2 {
			t.Errorf("%d certificates, %v", len(all), err)
		}
		// One of the store takes over.
		stored, _ := withdrawal(t, k, a.Thumbprint)
		stored.Certificate, stored.Successor = nil, b.Thumbprint
		if s, err := k.Withdraw(ctx, stored); err != nil || s.Current.Thumbprint != b.Thumbprint || signing(t, k) != b.Thumbprint {
			t.Errorf("%+v, %v", s, err)
		}
	})
}

// A successor is like the one before it, and always fit to sign.
func TestLike(t *testing.T) {
	k := open(t, storetest.Open(t, storetest.SQLite(t)), newBox(t), newClock())
	for _, c := range []struct {
		subject string
		names   []string
		bits    int
		want    string
	}{
		{"cn=Auth,ou=Mail,o=Litware", []string{"mail.litware.test"}, 4096, "CN=Auth,OU=Mail,O=Litware"},
		{"cn=litware.test", nil, 1024, "CN=litware.test"},
	} {
		made, err := k.NewCertificate(t.Context(), Request{Subject: c.subject, DomainNames: c.names, Bits: c.bits})
		if err != nil {
			t.Fatal(err)
		}
		like := made.Like(start)
		cert, _, err := certs.NewSelfSigned(like)
		if err != nil || Fit(cert) != nil {
			t.Fatalf("%v, %v", err, Fit(cert))
		}
		if cert.Subject.String() != made.X509.Subject.String() || cert.Subject.String() != c.want || !slices.Equal(cert.DNSNames, c.names) ||
			like.Bits != max(c.bits, 2048) || cert.NotAfter.Sub(start) != standardLifetime {
			t.Errorf("%s %v of %d bits until %v", cert.Subject, cert.DNSNames, like.Bits, cert.NotAfter)
		}
	}
	if bare := (Certificate{X509: &x509.Certificate{PublicKey: &rsa.PublicKey{N: rsaKey().N}}}).Like(start); bare.Subject.CommonName != certs.AuthCertificateName {
		t.Errorf("without a name: %+v", bare)
	}
}
