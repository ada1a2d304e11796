package keyring

import (
	"context"
	"crypto"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/s2s"
)

// Succession gives the current certificate a successor without anybody asking
// for it. It holds what it was planned from, so that it happens once however
// many nodes plan it, and never against what somebody did in between.
type Succession struct {
	Of     s2s.Thumbprint // the current certificate
	Staged s2s.Thumbprint // the next one; zero when nothing is staged

	// Certificate and Key are the successor. A staged one makes way for it, but
	// stays published until the successor has taken over and a while longer, so
	// that it can be staged again as if it had never been away.
	Certificate *x509.Certificate
	Key         crypto.Signer
	Options
	// Again is the successor when it is in the store already, as one that made
	// way is. Without it and Certificate it is the staged one, which gets
	// another date.
	Again s2s.Thumbprint

	Effective time.Time

	// Record is called inside the transaction that makes the step, to write
	// down what the step was; its error undoes the step.
	Record func(ctx context.Context, tx *sql.Tx) error
}

// Takeover is when a successor that is staged now should become current: after
// the notice that Policy.Lead or the caller demands; sooner when the current
// certificate, which ends at end, would not live through the overlap; at its
// end at the latest.
func (p Policy) Takeover(now, end time.Time, notice time.Duration) time.Time {
	p = p.withDefaults()
	at := now.Add(max(p.Lead, notice))
	if latest := end.Add(-p.overlap()); at.After(latest) {
		at = latest
		if known := now.Add(p.known()); at.Before(known) {
			at = known
		}
	}
	if at.After(end) {
		at = end
	}
	if at.Before(now) {
		at = now
	}
	return at
}

// Earlier is when a staged certificate that is valid from begins can take over
// from one that ends at end: when a successor staged now would, or as soon as it
// is valid. ok is false when that is so late that the current certificate would
// not live through the overlap: then another one has to fill the gap.
func (p Policy) Earlier(now, begins, end time.Time, notice time.Duration) (at time.Time, ok bool) {
	p = p.withDefaults()
	if at = p.Takeover(now, end, notice); !begins.After(at) {
		return at, true
	}
	return begins, !begins.After(end.Add(-p.overlap()))
}

// Notice is how long a certificate has to be out until the slowest partner can
// be taken to know it; zero when nothing is known of any.
func (k *Keyring) Notice(ctx context.Context) time.Duration {
	return k.heed(ctx, false).slowest.needs()
}

// Usable says why a certificate of the store could not sign, whatever its slot
// and its dates (keyring.unreadable), or returns nil.
func (k *Keyring) Usable(ctx context.Context, t s2s.Thumbprint) error {
	s, err := k.State(ctx)
	if err != nil {
		return err
	}
	_, err = k.open(ctx, s, t)
	return err
}

// Succeed does x in one step: certificate, slots and record are stored together
// or not at all. done is false, and nothing was stored, when the slots are not
// what x was planned from any more. It fails when the successor is not fit for
// the slot, as Stage does, but asks nothing.
func (k *Keyring) Succeed(ctx context.Context, x Succession) (done bool, err error) {
	now := k.time()
	c, keep, err := k.successor(ctx, x, now)
	if err != nil {
		return false, err
	}
	effective := x.Effective.UTC().Truncate(time.Microsecond)
	err = k.db.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		done = false
		version, stored, err := k.load(ctx, tx)
		if err != nil {
			return err
		}
		s := stored.At(now, k.policy)
		if !x.fits(s, now.Add(k.policy.Skew)) {
			return nil
		}
		if err := keep(ctx, tx); err != nil {
			return err
		}
		if s, err = s.stage(c, effective, now, k.policy, true); err != nil {
			return err
		}
		if x.Certificate != nil {
			s.linger(x.Staged, effective.Add(k.policy.Withdraw))
		}
		updated, err := tx.ExecContext(ctx, updateState, version, encode(s))
		if err != nil {
			return err
		}
		if n, err := updated.RowsAffected(); err != nil || n != 1 {
			return errors.Join(err, problem.New(problem.KeyringBusy, "another node was faster"))
		}
		done = true
		return x.Record(ctx, tx)
	})
	if err != nil {
		return false, fmt.Errorf("give the certificate %s a successor: %w", x.Of, err)
	}
	return done, nil
}

// linger keeps t, which has lost its slot, published until then.
func (s State) linger(t s2s.Thumbprint, until time.Time) {
	for i, l := range s.Leaving {
		if l.Thumbprint == t && l.Until.Before(until) {
			s.Leaving[i].Until = until
		}
	}
}

// fits says whether s is what the succession was planned from. What takes over
// before soon is left alone: on a node whose clock is ahead it may have done so.
func (x Succession) fits(s State, soon time.Time) bool {
	var staged s2s.Thumbprint
	if s.Next != nil {
		staged = s.Next.Thumbprint
		if !s.Next.From.After(soon) {
			return false
		}
	}
	return s.Current != nil && s.Current.Thumbprint == x.Of && staged == x.Staged
}

// successor is what takes over, and what stores it.
func (k *Keyring) successor(ctx context.Context, x Succession, now time.Time) (candidate, func(context.Context, *sql.Tx) error, error) {
	if x.Certificate == nil {
		t := x.Staged
		if x.Again != (s2s.Thumbprint{}) {
			t = x.Again
		}
		c, err := k.candidate(ctx, t)
		return c, func(context.Context, *sql.Tx) error { return nil }, err
	}
	services, err := x.check()
	if err != nil {
		return candidate{}, nil, err
	}
	if err := Fit(x.Certificate); err != nil {
		return candidate{}, nil, err
	}
	t := s2s.ThumbprintOf(x.Certificate)
	sealed, err := certs.SealKey(k.box, x.Key, place(t))
	if err != nil {
		return candidate{}, nil, err
	}
	insert := func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, upsertCertificate, t.String(), x.Certificate.Raw, sealed, x.FriendlyName,
			strings.Join(services, ","), flag(x.Exportable), store.Micros(now))
		return err
	}
	return candidate{t, x.Certificate.NotBefore, x.Certificate.NotAfter}, insert, nil
}
