package renewal

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

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
	s.early()
}

// early stages now and then, before anything is announced, a certificate that
// begins only after the current one ends.
func (s *site) early() {
	s.in(s.between(10, 25), func() *site {
		s.early()
		st := s.slots
		if left := st.Current.NotAfter.Sub(s.now()); st.Next == nil && left > 60*day && left < 90*day && s.chance(0.7) {
			s.stageLate(st, true)
			return s
		}
		return s
	})
}

// unasked is what administrators do without having read anything; where renewal
// is on there is less to do.
func (s *site) unasked() {
	often := map[Mode]int{Off: 1, Announce: 1, Do: 3}[s.mode]
	s.in(s.between(60*often, 400*often), func() *site {
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
	return s.newSigningFrom(s.now().Add(-time.Hour), life)
}

func (s *site) newSigningFrom(begins time.Time, life time.Duration) keyring.Certificate {
	c := issue(certs.AuthCertificateName, begins, s.now().Add(life).Truncate(time.Second))
	s.probe(c.NotAfter)
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
// too late, or one that is valid too late for any other date.
func (s *site) stageSigning() {
	st, err := s.nodes[0].keyring.State(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	if s.chance(0.4) {
		s.stageLate(st, s.chance(0.5))
		return
	}
	s.stage(s.now().Add(-time.Hour), s.now().Add(49*time.Hour))
}

// stageLate stages a certificate for after the end of the current one.
func (s *site) stageLate(st keyring.State, beginsLate bool) {
	effective, begins := later(st.Current.NotAfter, s.now()).Add(s.between(1, 10)), s.now().Add(-time.Hour)
	if beginsLate {
		begins = effective.Add(-time.Duration(s.rng.IntN(20)) * time.Hour)
	}
	s.stage(begins, effective)
}

func (s *site) stage(begins, effective time.Time) {
	c := s.newSigningFrom(begins, effective.Sub(s.now())+s.between(31, 900))
	if _, err := s.nodes[0].keyring.Stage(s.t.Context(), c.Thumbprint, effective, true); err != nil {
		s.t.Fatal(err)
	}
}

// beginTLS gives each node certificates for its listeners, below intermediates,
// which somebody renews in time, on an announcement, or after the peers
// complained.
func (s *site) beginTLS() {
	for _, h := range s.nodes {
		h.tls = make([]Shown, 2)
		for i, use := range []Use{Listener, Management} {
			h.tls[i] = Shown{Use: use, Where: "a listener"}
			s.renewIntermediate(h, i)
			s.renewTLS(h, i)
			// The chain ends with whichever ends first.
			ends := func() map[s2s.Thumbprint]time.Time {
				hangs := s.longest(h.tls[i].Above)
				for _, end := range hangs {
					if leaf := h.tls[i].Certificate; !end.Before(leaf.NotAfter) {
						return s.longest([]*x509.Certificate{leaf})
					}
				}
				return hangs
			}
			s.service("TLS "+string(use), "listener", &s.tally.tls, ends, func() bool {
				up := slices.ContainsFunc(h.tls[i].Above, func(c *x509.Certificate) bool { return !s.now().After(c.NotAfter) })
				return up && !s.now().After(h.tls[i].Certificate.NotAfter)
			})
		}
	}
}

// renews has somebody do again what is to be done about a certificate of a
// listener, unless somebody else did.
func (s *site) renews(c *x509.Certificate, life time.Duration, still func() bool, do func()) {
	again := func() *site {
		if still() {
			do()
		}
		return s
	}
	s.onAnnounced[s2s.ThumbprintOf(c).String()] = func() { again() }
	s.in(life+s.between(1, 5), again)
	if s.chance(0.3) && life > 30*day {
		s.in(life-s.between(1, 29), again)
	}
}

func (s *site) renewTLS(h *house, i int) {
	life := s.between(20, 800)
	c := issueBelow(h.tls[i].Above[0], "mail.litware.test", s.now().Add(-time.Hour), s.now().Add(life).Truncate(time.Second))
	s.probe(c.NotAfter)
	h.tls[i].Certificate = c
	s.renews(c, life, func() bool { return h.tls[i].Certificate == c }, func() { s.renewTLS(h, i) })
}

// renewIntermediate puts the authority's next intermediate into the file, in the
// place of the old one or before it.
func (s *site) renewIntermediate(h *house, i int) {
	life := s.between(20, 1200)
	c := issueBelow(&x509.Certificate{Subject: pkix.Name{CommonName: "Litware Root"}}, "Litware Issuing CA", s.now().Add(-time.Hour), s.now().Add(life).Truncate(time.Second))
	s.probe(c.NotAfter)
	above := []*x509.Certificate{c}
	if s.chance(0.3) {
		above = append(above, h.tls[i].Above...)
	}
	h.tls[i].Above = above
	s.renews(c, life, func() bool { return h.tls[i].Above[0] == c }, func() { s.renewIntermediate(h, i) })
}

// beginFolders has the folder of the hand-over be away for a week now and then.
func (s *site) beginFolders() {
	s.in(s.between(100, 900), func() *site {
		s.block(true)
		s.in(7*day, func() *site { s.block(false); return s })
		s.beginFolders()
		return s
	})
}

// block puts a file where the folder was.
func (s *site) block(on bool) {
	for i, path := range s.folders {
		if i > 0 && path == s.folders[0] {
			continue
		}
		var err error
		if on {
			err = errorsOf(os.Rename(path, path+" away"), os.WriteFile(path, nil, 0o644))
		} else {
			err = errorsOf(os.Remove(path), os.Rename(path+" away", path))
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
	if s.blocked, s.handed = on, ""; on {
		s.tally.blocked++
	}
}

// handOver has the nodes hand over when what is published has changed. On what
// has not, there are other tests.
func (s *site) handOver() {
	files := fmt.Sprint(s.nodes[0].slotFiles(s.slots))
	if files == s.handed {
		return
	}
	s.handed = files
	for _, h := range s.nodes {
		if err := h.HandOver(s.t.Context()); err != nil {
			s.t.Fatalf("%s at %s: %v", s.name, s.now(), err)
		}
	}
	s.read()
	s.judgeFolders()
}

// judgeFolders: folders hold what is published, or each node has told once that
// its own cannot be written.
func (s *site) judgeFolders() {
	if want := len(s.nodes); s.blocked && s.faults != want || !s.blocked && s.faults != 0 {
		s.t.Errorf("%s at %s: %d faults of the hand-over are told of; blocked is %v", s.name, s.now(), s.faults, s.blocked)
	}
	if s.blocked {
		return
	}
	for i, h := range s.nodes {
		if diff := cmp.Diff(h.slotFiles(s.slots), folder(s.t, s.folders[i])); diff != "" {
			s.t.Errorf("%s at %s: %s", s.name, s.now(), diff)
		}
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
		s.service("authority "+name, "authority", &s.tally.tls, func() map[s2s.Thumbprint]time.Time { return s.longest(named()) },
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
		return s.longest(keys)
	}, func() bool {
		issuer, err := s.nodes[0].partners.Issuer(ctx, who)
		if err != nil {
			s.t.Fatal(err)
		}
		return slices.ContainsFunc(issuer.Keys, func(c *x509.Certificate) bool { return !s.now().Before(c.NotBefore) && !s.now().After(c.NotAfter) })
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
