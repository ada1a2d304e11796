package renewal

import (
	"bytes"
	"crypto/x509"
	"slices"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
)

// shown lists of each listener the certificate of its chain that ends first; one
// of several listeners once.
func (f Facts) shown(now time.Time) []Certificate {
	var all []Certificate
	for _, s := range f.Shown {
		c := of(s.Use, s.Certificate)
		if weak := weakest(s.Certificate, f.sent(s), now, 0); weak != s.Certificate {
			c = of(Intermediate, weak)
			c.Root = selfIssued(weak)
		}
		same := func(other Certificate) bool { return other.Thumbprint == c.Thumbprint }
		i := slices.IndexFunc(all, same)
		if i < 0 {
			i, all = len(all), append(all, c)
		}
		all[i].Names, all[i].By = append(all[i].Names, s.Where), append(all[i].By, s.Use)
	}
	return all
}

// sent are the certificates between the listener's own and the root. A root of
// the boot file is announced as an authority, and which of its name is the one
// that lasts is known there.
func (f Facts) sent(s Shown) []*x509.Certificate {
	return slices.DeleteFunc(slices.Clone(s.Above), func(c *x509.Certificate) bool {
		return selfIssued(c) && slices.ContainsFunc(f.Authorities, func(a *x509.Certificate) bool { return bytes.Equal(a.RawSubject, c.RawSubject) })
	})
}

// mostLinks bounds the length of a chain; authorities that vouch for each other
// have no end.
const mostLinks = 8

// weakest returns the certificate with whose end peers refuse c: the first one
// to end of its chain through above. Where several certificates of one
// authority are sent, peers take whichever leads further. What is at the end of
// the chain is the peers' affair, and a root is one end.
func weakest(c *x509.Certificate, above []*x509.Certificate, now time.Time, links int) *x509.Certificate {
	var best *x509.Certificate
	for _, parent := range above {
		if links == mostLinks || selfIssued(c) || parent.Equal(c) || parent.NotBefore.After(now) || !certs.Issued(parent, c) {
			continue
		}
		if w := weakest(parent, above, now, links+1); best == nil || w.NotAfter.After(best.NotAfter) {
			best = w
		}
	}
	if best == nil || !best.NotAfter.Before(c.NotAfter) {
		return c
	}
	return best
}

func selfIssued(c *x509.Certificate) bool { return bytes.Equal(c.RawSubject, c.RawIssuer) }
