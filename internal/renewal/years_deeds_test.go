package renewal

import (
	"context"
	"crypto/x509"
	"slices"
	"time"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/profile"
	"github.com/matchseal/matchseal/s2s"
)

// beginSigning gives a site its signing certificate and administrators who do
// something about it now and then.
func (s *site) beginSigning() {
	s.replaceSigning(s.between(31, 900))
	s.service("signing", "current", &s.tally.signing, func() map[s2s.Thumbprint]time.Time {
		st, hangs := s.slots, map[s2s.Thumbprint]time.Time{}
		if st.Next == nil || st.Next.From.After(st.Current.NotAfter) {
			hangs[st.Current.Thumbprint] = st.Current.NotAfter
		}
		if st.Next != nil {
			hangs[st.Next.Thumbprint] = st.Next.NotAfter
		}
		return hangs
	}, s.signs)
	s.unasked()
}

// unasked is what administrators do without having read anything.
func (s *site) unasked() {
	s.in(s.between(60, 400), func() *site {
		if s.chance(0.5) {
			s.stageSigning()
		} else {
			s.replaceSigning(s.between(31, 900)) // an emergency
		}
		s.unasked()
		return s
	})
}

func (s *site) newSigning(life time.Duration) keyring.Certificate {
	c := s.issue(certs.AuthCertificateName, life)
	kept, err := s.nodes[0].keyring.Add(s.t.Context(), c, rsaKey(), keyring.Options{Exportable: true})
	if err != nil {
		s.t.Fatal(err)
	}
	s.onAnnounced[kept.Thumbprint.String()] = s.stageSigning
	s.in(life+s.between(1, 10), func() *site { // who did not act has an outage, and then does
		if !s.signs() {
			s.replaceSigning(s.between(31, 900))
		}
		return s
	})
	return kept
}

func (s *site) replaceSigning(life time.Duration) {
	if _, err := s.nodes[0].keyring.Replace(s.t.Context(), s.newSigning(life).Thumbprint); err != nil {
		s.t.Fatal(err)
	}
}

// stageSigning stages a certificate as it should be, or with a date that comes
// too late.
func (s *site) stageSigning() {
	st, err := s.nodes[0].keyring.State(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	effective := s.now().Add(49 * time.Hour)
	if s.chance(0.4) {
		effective = later(st.Current.NotAfter, s.now()).Add(s.between(1, 10))
	}
	c := s.newSigning(effective.Sub(s.now()) + s.between(31, 900))
	if _, err := s.nodes[0].keyring.Stage(s.t.Context(), c.Thumbprint, effective, true); err != nil {
		s.t.Fatal(err)
	}
}

// beginTLS gives each node certificates for its listeners, which somebody
// renews in time, on an announcement, or after the peers complained.
func (s *site) beginTLS() {
	for _, h := range s.nodes {
		h.tls = make([]Shown, 2)
		for i, use := range []Use{Listener, Management} {
			s.renewTLS(h, i, use)
			s.service("TLS "+string(use), "listener", &s.tally.tls,
				func() map[s2s.Thumbprint]time.Time { return longest([]*x509.Certificate{h.tls[i].Certificate}) },
				func() bool { return !s.now().After(h.tls[i].Certificate.NotAfter) })
		}
	}
}

func (s *site) renewTLS(h *house, i int, use Use) {
	life := s.between(20, 800)
	c := s.issue("mail.litware.test", life)
	h.tls[i] = Shown{Use: use, Where: "a listener", Certificate: c}
	again := func() *site {
		if h.tls[i].Certificate == c { // nobody else did
			s.renewTLS(h, i, use)
		}
		return s
	}
	s.onAnnounced[s2s.ThumbprintOf(c).String()] = func() { again() }
	s.in(life+s.between(1, 5), again)
	if s.chance(0.3) && life > 30*day {
		s.in(life-s.between(1, 29), again)
	}
}

// beginAuthorities gives a site two authorities, which end once in these years.
func (s *site) beginAuthorities() {
	var trusted []*x509.Certificate
	set := func(all ...*x509.Certificate) {
		trusted = all
		for _, h := range s.nodes {
			h.cfg.Authorities = trusted // a restart with another boot file
		}
	}
	for _, name := range []string{"Litware CA", "Contoso CA"} {
		life := s.between(365, 3600)
		c := s.issue(name, life)
		set(append(trusted, c)...)
		named := func() []*x509.Certificate {
			return slices.DeleteFunc(slices.Clone(trusted), func(a *x509.Certificate) bool { return a.Subject.CommonName != name })
		}
		add := func() { set(append(slices.Clone(trusted), s.issue(name, s.between(3000, 4000)))...) }
		s.onAnnounced[s2s.ThumbprintOf(c).String()] = add
		s.in(life+s.between(1, 20), func() *site { add(); return s })
		s.service("authority "+name, "authority", &s.tally.tls, func() map[s2s.Thumbprint]time.Time { return longest(named()) },
			func() bool {
				return slices.ContainsFunc(named(), func(c *x509.Certificate) bool { return !s.now().After(c.NotAfter) })
			})
	}
}

// pair makes the two roles each other's partners, over the documents that their
// keyrings publish.
func (w *world) pair() {
	for i, s := range w.sites {
		other := w.sites[1-i]
		url, product, who := "https://mail.litware.test/autodiscover/metadata/json/1", authmeta.Exchange, exchange
		if other.role == profile.Skype {
			url, product, who = skypeURL, authmeta.Skype, skype
		}
		w.web.pages[url] = authmeta.Handler(func(ctx context.Context) (authmeta.Document, error) {
			published, err := other.nodes[0].keyring.Published(ctx)
			if err != nil {
				return authmeta.Document{}, authmeta.ErrNoKey
			}
			return authmeta.New(product, who, url, w.now(), published...), nil
		}, product)
		s.addByMetadata("the other side", url, who, nil)
		other.onPublishing = append(other.onPublishing, func() { s.refreshSoon("the other side") })
	}
}

// tellPartners has the others read this site's document again within the hour
// after it changed.
func (s *site) tellPartners() {
	if published := s.slots.Published(s.now()); !slices.Equal(published, s.published) {
		s.published = published
		for _, tell := range s.onPublishing {
			tell()
		}
	}
}

// refreshSoon reads a partner's document as the hourly refresh would. What
// cannot be read, because there is no key, stays as it is.
func (s *site) refreshSoon(name string) {
	s.in(time.Duration(s.rng.IntN(66))*time.Minute, func() *site {
		_, _ = s.nodes[s.rng.IntN(len(s.nodes))].partners.Refresh(s.t.Context(), name, true)
		return s
	})
}

// addByMetadata registers a partner and watches over its keys. published gives
// what the partner publishes; nil stands for a partner whose keys are asked of
// the store.
func (s *site) addByMetadata(name, url string, who s2s.Principal, keys []*x509.Certificate) {
	if keys != nil {
		s.web.publish(url, authmeta.SharePoint, who, keys...)
	}
	a := partner.Application{Name: name, Enabled: true, TrustLevel: s2s.Full}
	a.TrustMetadata(url)
	if _, err := s.nodes[0].partners.Add(s.t.Context(), a, partner.AddOptions{By: "admin"}); err != nil {
		s.t.Fatal(err)
	}
	s.watch(name, who)
}

// watch makes the keys of an application a service of the site. What it hangs
// on is read from the record; whether it works, from what verification gets.
func (s *site) watch(name string, who s2s.Principal) {
	ctx := s.t.Context()
	s.service("partner "+name, "partner"+who.String(), &s.tally.partners, func() map[s2s.Thumbprint]time.Time {
		a, err := s.nodes[0].partners.Get(ctx, name)
		if err != nil {
			s.t.Fatal(err)
		}
		if !a.Enabled {
			return nil
		}
		var keys []*x509.Certificate
		for _, k := range a.Keys() {
			keys = append(keys, k.Certificate)
		}
		return longest(keys)
	}, func() bool {
		issuer, err := s.nodes[0].partners.Issuer(ctx, who)
		if err != nil {
			s.t.Fatal(err)
		}
		return slices.ContainsFunc(issuer.Keys, func(c *x509.Certificate) bool { return !s.now().After(c.NotAfter) })
	})
}

// beginPartners registers partners of three habits, and one by certificate.
func (s *site) beginPartners() {
	for _, name := range []string{"good", "careless", "abrupt"} {
		who := s2s.Principal{App: s2s.SharePointApp, Realm: s2s.Realm(name + "." + s.name + ".test")}
		url := "https://sp." + name + "." + s.name + ".test/_layouts/15/metadata/json/1"
		first := s.issue(name, s.between(40, 400))
		s.addByMetadata(name, url, who, []*x509.Certificate{first})
		s.partnerRolls(name, url, who, first)
		s.switchOffAndOn(name)
	}
	who := s2s.Principal{App: s2s.SharePointApp, Realm: s2s.Realm("pinned." + s.name + ".test")}
	pinned := s.issue("pinned", s.between(40, 400))
	a := partner.Application{Name: "pinned", Enabled: true, TrustLevel: s2s.Full, App: who.App, Realm: who.Realm}
	a.TrustCertificates(pinned)
	if _, err := s.nodes[0].partners.Add(s.t.Context(), a, partner.AddOptions{By: "admin"}); err != nil {
		s.t.Fatal(err)
	}
	s.watch("pinned", who)
	s.pinnedRolls(pinned)
}

// partnerRolls is how an administrator elsewhere renews: the good one publishes
// a successor long before, the careless one after the end, the abrupt one has
// another key from one moment to the next.
func (s *site) partnerRolls(name, url string, who s2s.Principal, old *x509.Certificate) {
	left := old.NotAfter.Sub(s.now())
	wait := map[string]time.Duration{
		"good": left - s.between(3, 90), "careless": left + s.between(1, 10), "abrupt": left - s.between(0, 60),
	}[name]
	s.in(max(wait, time.Hour), func() *site {
		renewed := s.issue(name, s.between(10, 500))
		published := []*x509.Certificate{renewed}
		if name == "good" {
			published = append(published, old)
		}
		s.web.publish(url, authmeta.SharePoint, who, slices.DeleteFunc(published, func(c *x509.Certificate) bool { return s.now().After(c.NotAfter) })...)
		s.refreshSoon(name)
		s.partnerRolls(name, url, who, renewed)
		return s
	})
}

// pinnedRolls: a certificate given by hand is followed by the next one only
// when somebody gives that too.
func (s *site) pinnedRolls(old *x509.Certificate) {
	done := false
	add := func() {
		if done {
			return
		}
		done = true
		renewed := s.issue("pinned", s.between(40, 400))
		_, err := s.nodes[0].partners.Set(s.t.Context(), "admin", "pinned", func(a *partner.Application) {
			all := []*x509.Certificate{renewed}
			if !s.now().After(old.NotAfter) {
				all = append(all, old)
			}
			a.TrustCertificates(all...)
		})
		if err != nil {
			s.t.Fatal(err)
		}
		s.pinnedRolls(renewed)
	}
	s.onAnnounced[s2s.ThumbprintOf(old).String()] = add
	s.in(old.NotAfter.Sub(s.now())+s.between(1, 20), func() *site { add(); return s })
}

// switchOffAndOn: nobody is told of the certificates of a partner that is
// switched off, until it is on again.
func (s *site) switchOffAndOn(name string) {
	set := func(on bool) func() *site {
		return func() *site {
			if _, err := s.nodes[0].partners.Set(s.t.Context(), "admin", name, func(a *partner.Application) { a.Enabled = on }); err != nil {
				s.t.Fatal(err)
			}
			return s
		}
	}
	off, on := s.between(100, 1000), s.between(1, 200)
	s.in(off, set(false))
	s.in(off+on, func() *site {
		s.switchOffAndOn(name)
		return set(true)()
	})
}
