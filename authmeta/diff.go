package authmeta

import (
	"fmt"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/s2s"
)

// Changes is what became different between two readings of a document.
type Changes struct {
	Added, Removed []Key
	// OldIssuer and NewIssuer are set when the identity changed.
	OldIssuer, NewIssuer s2s.Principal
	// OldTokenEndpoint and NewTokenEndpoint are set when it moved.
	OldTokenEndpoint, NewTokenEndpoint string
	// Reordered says that the same keys come in another order: the one that
	// signs now is another.
	Reordered bool
}

// Diff compares two readings. A nil document has no keys and no identity.
func Diff(old, new *Document) Changes {
	var none Document
	if old == nil {
		old = &none
	}
	if new == nil {
		new = &none
	}
	c := Changes{
		Added:   missing(new.Keys, old.Keys),
		Removed: missing(old.Keys, new.Keys),
	}
	if old.Issuer != new.Issuer {
		c.OldIssuer, c.NewIssuer = old.Issuer, new.Issuer
	}
	if from, to := old.TokenEndpoint(), new.TokenEndpoint(); from != to {
		c.OldTokenEndpoint, c.NewTokenEndpoint = from, to
	}
	c.Reordered = len(c.Added) == 0 && len(c.Removed) == 0 && !slices.EqualFunc(old.Keys, new.Keys, sameKey)
	return c
}

// missing lists the keys of a that b does not have.
func missing(a, b []Key) []Key {
	var out []Key
	for _, k := range a {
		if !slices.ContainsFunc(b, func(other Key) bool { return sameKey(k, other) }) {
			out = append(out, k)
		}
	}
	return out
}

// sameKey compares whole certificates: a thumbprint selects, it proves nothing.
func sameKey(a, b Key) bool { return a.Certificate.Equal(b.Certificate) }

// Empty reports whether nothing changed.
func (c Changes) Empty() bool {
	return len(c.Added) == 0 && len(c.Removed) == 0 && !c.Reordered &&
		c.OldIssuer == c.NewIssuer && c.OldTokenEndpoint == c.NewTokenEndpoint
}

// String says in one line what changed.
func (c Changes) String() string {
	var parts []string
	if c.OldIssuer != c.NewIssuer {
		parts = append(parts, fmt.Sprintf("identity %s became %s", orNobody(c.OldIssuer), orNobody(c.NewIssuer)))
	}
	for _, k := range c.Added {
		parts = append(parts, fmt.Sprintf("key %s added (%s, until %s)", k.Thumbprint, subject(k.Certificate), day(k.Certificate.NotAfter)))
	}
	for _, k := range c.Removed {
		parts = append(parts, fmt.Sprintf("key %s removed (%s)", k.Thumbprint, subject(k.Certificate)))
	}
	if c.Reordered {
		parts = append(parts, "the keys come in another order")
	}
	if c.OldTokenEndpoint != c.NewTokenEndpoint {
		parts = append(parts, fmt.Sprintf("token endpoint %q became %q", c.OldTokenEndpoint, c.NewTokenEndpoint))
	}
	if len(parts) == 0 {
		return "no change"
	}
	return strings.Join(parts, "; ")
}

func orNobody(p s2s.Principal) string {
	if p == (s2s.Principal{}) {
		return "nobody"
	}
	return p.String()
}
