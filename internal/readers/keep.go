package readers

import (
	"cmp"
	"slices"
	"time"

	"github.com/matchseal/matchseal/s2s"
)

const (
	maxStrangers = 200  // readers that match no partner
	maxAddresses = 4    // from which one partner is known to read
	maxPartners  = 1000 // readers that match one

	// silentAfter is when an address from which nobody read has no claim to its
	// place any more, unless it always took that long: servers move.
	silentAfter = 7 * 24 * time.Hour
	// forgetAfter is when a reader that does not come again is forgotten.
	forgetAfter = 90 * 24 * time.Hour
)

// kept returns those of all that are kept when the partners are registered.
func kept(all []Reader, registered map[s2s.Principal]bool, now time.Time) []Reader {
	var partners, strangers []Reader
	for _, r := range all {
		switch {
		case now.Sub(r.Last) >= forgetAfter:
		case registered[r.Principal]:
			partners = append(partners, r)
		default:
			strangers = append(strangers, r)
		}
	}
	// Whoever was there first stays.
	slices.SortFunc(partners, func(a, b Reader) int {
		return cmp.Or(cmp.Compare(a.silent(now), b.silent(now)), a.First.Compare(b.First), a.compare(b))
	})
	addresses := map[s2s.Principal]int{}
	partners = slices.DeleteFunc(partners, func(r Reader) bool {
		addresses[r.Principal]++
		return addresses[r.Principal] > maxAddresses
	})
	// Whoever says who it is stays before one that does not, then the later.
	slices.SortFunc(strangers, func(a, b Reader) int {
		return cmp.Or(cmp.Compare(a.nameless(), b.nameless()), b.Last.Compare(a.Last), a.compare(b))
	})
	return append(partners[:min(len(partners), maxPartners)], strangers[:min(len(strangers), maxStrangers)]...)
}

// silent is 1 for a reader that has stopped to come.
func (r Reader) silent(now time.Time) int {
	if now.Sub(r.Last) > max(silentAfter, 2*r.Interval()) {
		return 1
	}
	return 0
}

// nameless is 1 for a reader that does not say who it is.
func (r Reader) nameless() int {
	if r.Principal == (s2s.Principal{}) {
		return 1
	}
	return 0
}

// compare orders readers by who they are.
func (r Reader) compare(other Reader) int {
	return cmp.Or(
		cmp.Compare(r.Principal.Realm, other.Principal.Realm), cmp.Compare(r.Principal.App, other.Principal.App),
		cmp.Compare(r.Address, other.Address), cmp.Compare(r.Agent, other.Agent))
}
