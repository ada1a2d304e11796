package keyring

import (
	"cmp"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/s2s"
)

// Withdrawal takes certificates out of use for good, because their keys are in
// wrong hands.
type Withdrawal struct {
	// Leaked are the certificates, wherever they are: in a slot, still
	// published, retired, or in the store without having been used.
	Leaked []s2s.Thumbprint

	// Certificate and Key take the place of a current certificate that leaked.
	// Without them Successor does, one of the store. Neither is used when the
	// current certificate is to stay.
	Certificate *x509.Certificate
	Key         crypto.Signer
	Options
	Successor s2s.Thumbprint

	// Record is called inside the transaction that makes the step, to write
	// down what the step was; its error undoes the step. It is not called when
	// everything was withdrawn before.
	Record func(ctx context.Context, tx *sql.Tx, after State) error
}

// Withdraw does w in one step: from then on no node publishes, accepts or signs
// with what leaked, and nothing brings it back. A certificate that takes over
// signs at once. It fails with keyring.not-found when one of the leaked is not
// known here, with keyring.current-leaked when nothing is there to take over,
// and when what is there is not fit to sign. Withdrawing twice changes nothing.
func (k *Keyring) Withdraw(ctx context.Context, w Withdrawal) (s State, err error) {
	for range maxTries {
		now := k.time()
		heir, keep, err := k.heir(ctx, w, now)
		if err != nil {
			return State{}, err
		}
		done := false
		err = k.db.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
			done = false
			version, stored, err := k.load(ctx, tx)
			if err != nil {
				return err
			}
			if err := known(ctx, tx, stored, w.Leaked); err != nil {
				return err
			}
			before := stored.At(now, k.policy)
			if s, err = before.withdraw(w.Leaked, heir, now, k.policy); err != nil {
				return err
			}
			if encode(s) == encode(before) {
				done = true
				return nil
			}
			if heir != nil && s.Holds(heir.thumbprint) {
				if err := keep(ctx, tx); err != nil {
					return err
				}
			}
			updated, err := tx.ExecContext(ctx, updateState, version, encode(s))
			if err != nil {
				return err
			}
			if n, err := updated.RowsAffected(); err != nil || n != 1 {
				return err // another node was faster
			}
			done = true
			return w.Record(ctx, tx, s)
		})
		if err != nil {
			return State{}, fmt.Errorf("withdraw a signing certificate: %w", err)
		}
		if done {
			return s, nil
		}
	}
	return State{}, problem.New(problem.KeyringBusy, "another node was faster %d times", maxTries)
}

// heir is what takes the place of a current certificate, and what stores it;
// nil when w brings nothing.
func (k *Keyring) heir(ctx context.Context, w Withdrawal, now time.Time) (*candidate, func(context.Context, *sql.Tx) error, error) {
	if w.Certificate == nil && w.Successor == (s2s.Thumbprint{}) {
		return nil, nil, nil
	}
	c, keep, err := k.successor(ctx, Succession{Certificate: w.Certificate, Key: w.Key, Options: w.Options, Staged: w.Successor}, now)
	return &c, keep, err
}

// known refuses a thumbprint that was never seen here: it was mistyped, and the
// one that leaked would go on being used.
func known(ctx context.Context, tx *sql.Tx, s State, leaked []s2s.Thumbprint) error {
	for _, t := range leaked {
		if s.Holds(t) || slices.Contains(s.Retired, t) || slices.Contains(s.Denied, t) {
			continue
		}
		_, err := scanOne(tx.QueryRowContext(ctx, selectOne, t.String()))
		if errors.Is(err, sql.ErrNoRows) {
			return notFound(t)
		}
		if err != nil {
			return fmt.Errorf("read the certificate %s: %w", t, store.Explain(err))
		}
	}
	return nil
}

// withdraw denies what leaked: it loses its slot and gets none again. When the
// current certificate is among them, heir takes over and signs at once; what is
// staged and did not leak stays staged.
func (s State) withdraw(leaked []s2s.Thumbprint, heir *candidate, now time.Time, p Policy) (State, error) {
	now = s.forward(now)
	s = s.clone()
	gone := func(slot *Slot) bool { return slot != nil && slices.Contains(leaked, slot.Thumbprint) }
	for _, t := range leaked {
		if !slices.Contains(s.Denied, t) {
			s.Denied = append(s.Denied, t)
		}
	}
	// Which of those that are or were current signs, each node decides by its own
	// clock. When one of them goes, an older one must not begin again: its time
	// in the document may be over before that of its tokens is.
	signed := slices.ContainsFunc(s.line(), func(slot Slot) bool { return gone(&slot) })
	if gone(s.Next) {
		s.Next = nil
	}
	if gone(s.Previous) {
		s.Previous = nil
	}
	s.Leaving = slices.DeleteFunc(s.Leaving, func(l Slot) bool { return gone(&l) })
	if !gone(s.Current) {
		if s.Current != nil && signed {
			s.Current.Immediate = true
		}
		return s, nil
	}
	if heir == nil {
		return s, problem.New(problem.KeyringCurrentLeaked, "%s is the current signing certificate", s.Current.Thumbprint)
	}
	slot, err := s.assign(*heir, now)
	if err != nil {
		return s, err
	}
	s.Retired = append(s.Retired, s.Current.Thumbprint)
	s.Current = nil
	s.replaceCurrent(slot, p)
	return s, nil
}

// Like describes a self-signed certificate that can stand in for c: the same
// subject, names and size of key, within what signs tokens, for the standard
// lifetime.
func (c Certificate) Like(now time.Time) certs.SelfSigned {
	name := c.X509.Subject
	name.ExtraNames = name.Names // all attributes in their order, also those that pkix has no field for
	if name.String() == "" {
		name.CommonName = cmp.Or(slices.Concat(c.X509.DNSNames, []string{certs.AuthCertificateName})...)
	}
	bits := minSigningBits
	if public, ok := c.X509.PublicKey.(*rsa.PublicKey); ok {
		bits = min(max(public.N.BitLen(), minSigningBits), maxSigningBits)
	}
	return certs.SelfSigned{
		Subject: name, DNSNames: c.X509.DNSNames, Bits: bits,
		NotBefore: now.Add(-backDating).Truncate(time.Second), NotAfter: now.Add(standardLifetime).Truncate(time.Second),
	}
}
