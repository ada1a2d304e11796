package renewal

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

const (
	// lifetime of a certificate made here is what the products' set-up gives.
	lifetime = 5 * 365 * day
	// byHandNotice is what partners get to whom somebody has to carry the new
	// certificate, rather than the two days of those who read it by themselves.
	byHandNotice = 30 * day
)

// wanted says whether the current certificate is due for a successor: its end
// is near, and none is staged or the one that is comes too late.
func wanted(s keyring.State, now time.Time, ahead time.Duration) bool {
	return s.Current != nil && !now.Before(s.Current.NotAfter.Add(-ahead)) && !relieved(s)
}

// notice is how long before it takes over a new certificate has to be known.
func (f Facts) notice() time.Duration {
	if partners, servers := f.byHand(); len(partners)+len(servers) > 0 {
		return max(byHandNotice, f.Slowest)
	}
	return f.Slowest
}

// takeover is when a successor staged now should become current.
func (k *Keeper) takeover(f Facts, now time.Time) time.Time {
	return k.cfg.Policy.Takeover(now, f.Slots.Current.NotAfter, f.notice())
}

// renew takes the next step towards a role that signs without a gap, if there is
// one to take. tried says that the slots may be others now, by this node or by
// one that was faster.
//
//	staged                                        what is done
//	nothing, and the end is near                  a successor is made and staged
//	takes over before the end                     nothing
//	takes over too late, is valid early enough    it gets an earlier date
//	takes over too late, is not valid before      a successor is made and staged;
//	                                              when that is current, the one that
//	                                              was staged is staged again
//	has a key that cannot be read                 a successor is made and staged
//
// A role without a current certificate gets none: somebody took it away. Nothing
// is made on a node that cannot read the key of the current one: it may have
// another master key than the other nodes, and they could not read what it makes.
func (k *Keeper) renew(ctx context.Context, f Facts, now time.Time) (tried bool, err error) {
	current := f.Slots.Current
	if k.cfg.Mode != Do || current == nil {
		return false, nil
	}
	explained := func(err error) error {
		return problem.Wrap(err, problem.RenewalFailed, "the signing certificate %s, which ends %s", current.Thumbprint, moment(current.NotAfter))
	}
	unreadable := k.cfg.Keyring.Usable(ctx, current.Thumbprint)
	if unreadable == nil {
		if tried, err := k.stageAgain(ctx, f, now); tried || err != nil {
			return tried, err
		}
	}
	x, err := k.plan(ctx, f, now)
	if err != nil || x.none() {
		return false, explained(errors.Join(err, unreadable))
	}
	if x.makes {
		if unreadable != nil {
			return false, explained(unreadable)
		}
		if err := k.successor(ctx, &x, now); err != nil {
			return false, explained(err)
		}
	}
	x.Record = k.record(f, x, now)
	_, err = k.cfg.Keyring.Succeed(ctx, x.Succession)
	return true, explained(err)
}

// step is a succession before what it needs is made.
type step struct {
	keyring.Succession
	makes  bool   // a successor has to be made
	why    string // what keeps the staged one from taking over
	broken bool   // for good: its key cannot be read
}

func (s step) none() bool { return s.Of == s2s.Thumbprint{} }

// plan is the step that is due, or none.
func (k *Keeper) plan(ctx context.Context, f Facts, now time.Time) (x step, err error) {
	current, next := f.Slots.Current, f.Slots.Next
	if next != nil {
		err := k.cfg.Keyring.Usable(ctx, next.Thumbprint)
		if x.broken = problem.Is(err, problem.KeyringUnreadable); err != nil && !x.broken {
			return step{}, err
		}
	}
	if !x.broken && !wanted(f.Slots, now, k.cfg.Ahead) {
		return step{}, nil
	}
	x.Of, x.Effective = current.Thumbprint, k.takeover(f, now)
	if next == nil {
		x.makes = true
		return x, nil
	}
	x.Staged = next.Thumbprint
	earlier, ok := k.cfg.Policy.Earlier(now, f.begins(next), current.NotAfter, f.notice())
	switch {
	case x.broken:
		x.makes, x.why = true, "has a key that cannot be read"
	case ok:
		x.Effective = earlier
	default:
		x.makes = true
		x.why = fmt.Sprintf("is valid from %s only, too late for the one before it, which ends %s", moment(f.begins(next)), moment(current.NotAfter))
	}
	return x, nil
}

// record writes down what the step was.
func (k *Keeper) record(f Facts, x step, now time.Time) func(context.Context, *sql.Tx) error {
	switch {
	case !x.makes:
		return k.recorder(k.moved(f, x.Succession, now))
	case f.Slots.Next == nil:
		return k.recorder(k.staged(f, x.Succession, now))
	case x.broken:
		return k.recorder(k.bridged(f, x, now))
	}
	b := bridge{Bridge: s2s.ThumbprintOf(x.Certificate), Later: x.Staged, Effective: f.Slots.Next.From}
	return k.andBridge(b, k.bridged(f, x, now))
}

// successor makes a certificate like the current one.
func (k *Keeper) successor(ctx context.Context, x *step, now time.Time) error {
	old, err := k.cfg.Keyring.Certificate(ctx, x.Of)
	if err != nil {
		return err
	}
	x.Certificate, x.Key, err = k.make(old, now)
	x.Options = keyring.Options{FriendlyName: old.FriendlyName, Services: old.Services, Exportable: old.Exportable}
	return err
}

func (k *Keeper) make(old keyring.Certificate, now time.Time) (*x509.Certificate, *rsa.PrivateKey, error) {
	return k.cfg.Make(old.Like(now))
}
