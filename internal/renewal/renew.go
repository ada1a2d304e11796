package renewal

import (
	"cmp"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"slices"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

const (
	// lifetime of a certificate made here is what the products' set-up gives.
	lifetime = 5 * 365 * day
	// backDating lets a peer whose clock is behind use the certificate too.
	backDating = 5 * time.Minute
	leastBits  = 2048
	mostBits   = 4096
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
		return byHandNotice
	}
	return 0
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
// A role without a current certificate gets none: somebody took it away. Nor
// does one whose key this node cannot read: it may have another master key than
// the other nodes, and they could not read what it makes.
func (k *Keeper) renew(ctx context.Context, f Facts, now time.Time) (tried bool, err error) {
	current, next := f.Slots.Current, f.Slots.Next
	if k.cfg.Mode != Do || current == nil {
		return false, nil
	}
	if err := k.cfg.Keyring.Usable(ctx, current.Thumbprint); err != nil {
		return false, problem.Wrap(err, problem.RenewalFailed, "the signing certificate %s, which ends %s", current.Thumbprint, moment(current.NotAfter))
	}
	if tried, err := k.stageAgain(ctx, f, now); tried || err != nil {
		return tried, err
	}
	broken := false
	if next != nil {
		err := k.cfg.Keyring.Usable(ctx, next.Thumbprint)
		if broken = problem.Is(err, problem.KeyringUnreadable); err != nil && !broken {
			return false, err
		}
	}
	if !broken && !wanted(f.Slots, now, k.cfg.Ahead) {
		return false, nil
	}
	x, err := k.plan(ctx, f, broken, now)
	if err == nil {
		_, err = k.cfg.Keyring.Succeed(ctx, x)
	}
	return true, problem.Wrap(err, problem.RenewalFailed, "the signing certificate %s, which ends %s", x.Of, moment(current.NotAfter))
}

// plan is the step for a current certificate that is due for a successor.
func (k *Keeper) plan(ctx context.Context, f Facts, broken bool, now time.Time) (keyring.Succession, error) {
	current, next := f.Slots.Current, f.Slots.Next
	x := keyring.Succession{Of: current.Thumbprint, Effective: k.takeover(f, now)}
	if next == nil {
		x, err := k.successor(ctx, x, now)
		if err == nil {
			x.Record = k.recorder(k.staged(f, x, now))
		}
		return x, err
	}
	x.Staged = next.Thumbprint
	earlier, ok := k.cfg.Policy.Earlier(now, f.begins(next), current.NotAfter, f.notice())
	if ok && !broken {
		x.Effective = earlier
		x.Record = k.recorder(k.moved(f, x, now))
		return x, nil
	}
	x, err := k.successor(ctx, x, now)
	if err != nil {
		return x, err
	}
	if broken {
		x.Record = k.recorder(k.bridged(f, x, "has a key that cannot be read", false, now))
		return x, nil
	}
	why := fmt.Sprintf("is valid from %s only, too late for the one before it, which ends %s", moment(f.begins(next)), moment(current.NotAfter))
	b := bridge{Bridge: s2s.ThumbprintOf(x.Certificate), Later: next.Thumbprint, Effective: next.From}
	x.Record = k.andBridge(b, k.bridged(f, x, why, true, now))
	return x, nil
}

// successor makes a certificate like the current one.
func (k *Keeper) successor(ctx context.Context, x keyring.Succession, now time.Time) (keyring.Succession, error) {
	old, err := k.cfg.Keyring.Certificate(ctx, x.Of)
	if err != nil {
		return x, err
	}
	x.Certificate, x.Key, err = k.make(old, now)
	x.Options = keyring.Options{FriendlyName: old.FriendlyName, Services: old.Services, Exportable: old.Exportable}
	return x, err
}

func (k *Keeper) make(old keyring.Certificate, now time.Time) (*x509.Certificate, *rsa.PrivateKey, error) {
	name := old.X509.Subject
	name.ExtraNames = name.Names // all attributes in their order, also those that pkix has no field for
	if name.String() == "" {
		name.CommonName = cmp.Or(slices.Concat(old.X509.DNSNames, []string{certs.AuthCertificateName})...)
	}
	return k.cfg.Make(certs.SelfSigned{
		Subject: name, DNSNames: old.X509.DNSNames, Bits: bits(old),
		NotBefore: now.Add(-backDating).Truncate(time.Second), NotAfter: now.Add(lifetime).Truncate(time.Second),
	})
}

// bits is the size of the old key, within what signs tokens.
func bits(old keyring.Certificate) int {
	if public, ok := old.X509.PublicKey.(*rsa.PublicKey); ok {
		return min(max(public.N.BitLen(), leastBits), mostBits)
	}
	return leastBits
}
