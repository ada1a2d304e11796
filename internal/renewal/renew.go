package renewal

import (
	"cmp"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"slices"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/problem"
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

// takeover is when a successor staged now should become current.
func (k *Keeper) takeover(f Facts, now time.Time) time.Time {
	var notice time.Duration
	if partners, servers := f.byHand(); len(partners)+len(servers) > 0 {
		notice = byHandNotice
	}
	return k.cfg.Policy.Takeover(now, f.Slots.Current.NotAfter, notice)
}

// renew gives the current certificate a successor when one is wanted. What
// somebody has staged already is kept; when it comes too late it gets an earlier
// date. tried says that the slots may be others now, by this node or by one that
// was faster.
func (k *Keeper) renew(ctx context.Context, f Facts, now time.Time) (tried bool, err error) {
	if k.cfg.Mode != Do || !wanted(f.Slots, now, k.cfg.Ahead) {
		return false, nil
	}
	x := keyring.Succession{Of: f.Slots.Current.Thumbprint, Effective: k.takeover(f, now)}
	if next := f.Slots.Next; next != nil {
		x.Staged = next.Thumbprint
		x.Record = k.recorder(f.moved(x, now))
	} else if x, err = k.successor(ctx, x, now); err == nil {
		x.Record = k.recorder(f.staged(k.cfg.Role, x, now))
	}
	if err == nil {
		_, err = k.cfg.Keyring.Succeed(ctx, x)
	}
	return true, problem.Wrap(err, problem.RenewalFailed, "the signing certificate %s, which ends %s", x.Of, moment(f.Slots.Current.NotAfter))
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
