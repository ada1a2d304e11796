package renewal

import (
	"context"
	"crypto/x509"
	"slices"

	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

// facts writes down what time has done and gathers the certificates of the role
// as they are then.
func (k *Keeper) facts(ctx context.Context) (f Facts, err error) {
	f = Facts{Own: map[s2s.Thumbprint]*x509.Certificate{}, Shown: k.cfg.Shown(), Authorities: k.cfg.Authorities}
	// Read before the slots, which then are at least as new: a plan is never
	// taken for overtaken because the slots it was made from were not seen yet.
	if f.Bridge, err = k.bridge(ctx); err != nil {
		return f, err
	}
	if f.Slots, err = k.roll(ctx); err != nil {
		return f, err
	}
	for _, slot := range []*keyring.Slot{f.Slots.Current, f.Slots.Next} {
		if slot == nil {
			continue
		}
		own, err := k.certificate(ctx, slot.Thumbprint)
		if err != nil {
			return f, err
		}
		if own != nil {
			f.Own[slot.Thumbprint] = own
		}
	}
	k.own = f.Own
	if wanted(f.Slots, k.cfg.Now(), k.cfg.Ahead) {
		f.Slowest = k.cfg.Keyring.Notice(ctx)
	}
	f.Issuers, err = k.issuers(ctx)
	return f, err
}

// certificate is one of the role's own; nil when it is gone, since its slot
// still says when it ends.
func (k *Keeper) certificate(ctx context.Context, t s2s.Thumbprint) (*x509.Certificate, error) {
	if known := k.own[t]; known != nil {
		return known, nil
	}
	c, err := k.cfg.Keyring.Certificate(ctx, t)
	if problem.Is(err, problem.KeyringNotFound) {
		return nil, nil
	}
	return c.X509, err
}

// issuers gathers whose tokens the role takes, with the keys that count. Who is
// switched off is not missed, and a denied key is not there.
func (k *Keeper) issuers(ctx context.Context) ([]Issuer, error) {
	applications, err := k.cfg.Partners.List(ctx)
	if err != nil {
		return nil, err
	}
	servers, err := k.cfg.Partners.AuthServers(ctx, "")
	if err != nil {
		return nil, err
	}
	denials, err := k.cfg.Partners.Denied(ctx)
	if err != nil {
		return nil, err
	}
	denied := func(t s2s.Thumbprint) bool {
		return slices.ContainsFunc(denials, func(d partner.Denial) bool { return d.Thumbprint == t })
	}
	var all []Issuer
	add := func(u Use, p s2s.Principal, record string, pinned bool, keys []partner.Key) {
		// Records may share an issuer, and then share its keys.
		i := slices.IndexFunc(all, func(known Issuer) bool { return known.Use == u && known.Principal == p })
		if i < 0 {
			i, all = len(all), append(all, Issuer{Principal: p, Use: u})
		}
		for _, key := range keys {
			if !denied(key.Thumbprint) {
				all[i].Keys = append(all[i].Keys, IssuerKey{Record: record, Pinned: pinned, Certificate: key.Certificate})
			}
		}
	}
	for _, a := range applications {
		if a.Enabled && !a.UseAuthServer {
			add(Partner, a.Issuer(), a.Name, a.MetadataURL == "", a.Keys())
		}
	}
	for _, a := range servers {
		if a.Enabled {
			add(AuthServer, s2s.Principal{App: a.App, Realm: a.Realm}, a.Name, false, a.Document.Keys)
		}
	}
	return all, nil
}

// byHand names those whom no metadata document tells of a new certificate: the
// partners whose own was given by hand, who will hold ours by hand too, and the
// auth servers, at which it is registered as a credential.
func (f Facts) byHand() (partners, servers []string) {
	for _, issuer := range f.Issuers {
		for _, k := range issuer.Keys {
			switch {
			case issuer.Use == AuthServer && !slices.Contains(servers, k.Record):
				servers = append(servers, k.Record)
			case k.Pinned && !slices.Contains(partners, k.Record):
				partners = append(partners, k.Record)
			}
		}
	}
	return partners, servers
}
