package renewal

import (
	"cmp"
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/s2s"
)

// Use is what a certificate is used for.
type Use string

const (
	Current    Use = "current"    // signs the role's tokens
	Next       Use = "next"       // staged to sign them
	Listener   Use = "listener"   // TLS: shown by the role's listeners
	Management Use = "management" // TLS: shown by the management interface
	// Intermediate is TLS: between what a listener shows and the root.
	Intermediate Use = "intermediate"
	Partner      Use = "partner"     // signs the tokens of a partner application
	AuthServer   Use = "auth-server" // signs the tokens of an auth server
	Authority    Use = "authority"   // TLS: vouches for other servers
)

// Kind is which of the two things a certificate is. A message that does not say
// it sends people to the wrong certificate.
type Kind string

const (
	Signing Kind = "signing"
	TLS     Kind = "TLS"
)

// Kind says what certificates of this use are.
func (u Use) Kind() Kind {
	switch u {
	case Listener, Management, Intermediate, Authority:
		return TLS
	}
	return Signing
}

// purpose keeps apart what is announced of one certificate. It is the same
// before and after a staged certificate takes over, and for all listeners.
func (u Use) purpose() string {
	switch u {
	case Next:
		return string(Current)
	case Management:
		return string(Listener)
	case AuthServer:
		return string(Partner)
	}
	return string(u)
}

// Certificate is one with whose end something stops working: nothing takes
// over from it.
type Certificate struct {
	Use        Use
	Subject    string
	Thumbprint s2s.Thumbprint
	NotAfter   time.Time

	// Names says whose it is: the listeners that show it, or the partner
	// applications or auth servers that sign with it.
	Names []string
	// By is the uses of the listeners that show it, along with Names.
	By []Use
	// Root says of an intermediate that it is a root, which peers do not take
	// from the listener, but are likely to hold.
	Root bool
	// Issuer is who signs with a partner's key; empty for the role's own.
	Issuer string
	// Pinned says that a partner's key was given by hand and is never refreshed.
	Pinned bool
	// Late is a successor that is staged but takes over after the end, and
	// LateBegins from when on it is valid; zero when that is not in the way of an
	// earlier date.
	Late       *keyring.Slot
	LateBegins time.Time
}

// Facts are the certificates of a role at one moment.
type Facts struct {
	Slots       keyring.State                        // as At gave it
	Own         map[s2s.Thumbprint]*x509.Certificate // of Slots; those that are gone are missing
	Bridge      *bridge
	Shown       []Shown
	Issuers     []Issuer
	Authorities []*x509.Certificate
	Slowest     time.Duration // notice that the slowest partner needs, when a successor is due
}

// Shown is a TLS certificate that a listener shows.
type Shown struct {
	Use         Use
	Where       string // in words
	Certificate *x509.Certificate
	Above       []*x509.Certificate // sent along with it, in any order
}

// Issuer is somebody whose tokens the role takes.
type Issuer struct {
	Principal s2s.Principal
	Use       Use // Partner or AuthServer
	Keys      []IssuerKey
}

// IssuerKey is one key of an issuer, as a record of the role has it.
type IssuerKey struct {
	Record      string
	Pinned      bool
	Certificate *x509.Certificate
}

// Unrelieved returns the certificates with whose end something stops working.
func (f Facts) Unrelieved(now time.Time) []Certificate {
	all := f.signing(now)
	all = append(all, f.shown(now)...)
	all = append(all, f.issuers(now)...)
	return append(all, f.authorities(now)...)
}

// relieved says whether the next certificate takes over before the current one
// ends.
func relieved(s keyring.State) bool {
	return s.Current != nil && s.Next != nil && !s.Next.From.After(s.Current.NotAfter)
}

func (f Facts) signing(now time.Time) []Certificate {
	var all []Certificate
	add := func(u Use, slot, late *keyring.Slot) {
		c := Certificate{Use: u, Thumbprint: slot.Thumbprint, NotAfter: slot.NotAfter, Late: late}
		if own := f.Own[slot.Thumbprint]; own != nil {
			c.Subject = subject(own)
		}
		if late != nil {
			soonest := now
			if slot.NotAfter.After(now) {
				soonest = now.Add(noticeByHand)
			}
			if begins := f.begins(late); begins.After(soonest) {
				c.LateBegins = begins
			}
		}
		all = append(all, c)
	}
	if f.Slots.Current != nil && !relieved(f.Slots) {
		add(Current, f.Slots.Current, f.Slots.Next)
	}
	if f.Slots.Next != nil {
		add(Next, f.Slots.Next, nil)
	}
	return all
}

// begins is from when on one of the role's own certificates is valid.
func (f Facts) begins(slot *keyring.Slot) time.Time {
	if own := f.Own[slot.Thumbprint]; own != nil {
		return own.NotBefore
	}
	return slot.From
}

func (f Facts) issuers(now time.Time) []Certificate {
	var all []Certificate
	for _, issuer := range f.Issuers {
		var lives []*x509.Certificate
		for _, k := range issuer.Keys {
			lives = append(lives, k.Certificate)
		}
		i := lasting(now, lives)
		if i < 0 {
			continue
		}
		c := of(issuer.Use, lives[i])
		c.Names, c.Issuer, c.Pinned = []string{issuer.Keys[i].Record}, issuer.Principal.String(), issuer.Keys[i].Pinned
		all = append(all, c)
	}
	return all
}

// authorities takes certificates of one subject for one authority.
func (f Facts) authorities(now time.Time) []Certificate {
	bySubject := map[string][]*x509.Certificate{}
	var order []string
	for _, c := range f.Authorities {
		name := string(c.RawSubject)
		if bySubject[name] == nil {
			order = append(order, name)
		}
		bySubject[name] = append(bySubject[name], c)
	}
	var all []Certificate
	for _, name := range order {
		if i := lasting(now, bySubject[name]); i >= 0 {
			all = append(all, of(Authority, bySubject[name][i]))
		}
	}
	return all
}

// lasting returns the one, of certificates that may stand for each other, after
// which none is left: the last of those whose lives join, from now on, without
// a gap. When none is valid it is the one that ended last; -1 when none has
// begun.
func lasting(now time.Time, lives []*x509.Certificate) int {
	order := make([]int, len(lives))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return lives[a].NotBefore.Compare(lives[b].NotBefore) })
	last, ended, covered := -1, -1, now
	for _, i := range order {
		c := lives[i]
		switch {
		case c.NotBefore.After(covered):
		case c.NotAfter.After(covered):
			last, covered = i, c.NotAfter
		case !c.NotAfter.After(now) && (ended < 0 || c.NotAfter.After(lives[ended].NotAfter)):
			ended = i
		}
	}
	if last >= 0 {
		return last
	}
	return ended
}

func of(u Use, c *x509.Certificate) Certificate {
	return Certificate{Use: u, Subject: subject(c), Thumbprint: s2s.ThumbprintOf(c), NotAfter: c.NotAfter}
}

// maxSubject bounds a subject in texts and labels; a partner writes its own.
const maxSubject = 160

func subject(c *x509.Certificate) string {
	s := c.Subject.String()
	if s == "" && len(c.DNSNames) > 0 {
		s = c.DNSNames[0]
	}
	s = strings.ToValidUTF8(cmp.Or(s, "without a subject"), "\uFFFD")
	if len(s) > maxSubject {
		s = strings.ToValidUTF8(s[:maxSubject], "") + "…"
	}
	return s
}
