package renewal

import (
	"crypto/x509"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/s2s"
)

// A leaf and what stands above it is one thing that ends once: with the first.
func TestTheWeakestOfAChain(t *testing.T) {
	root := issue("root", in(-900), in(900))
	mid := func(days float64) *x509.Certificate { return issueBelow(root, "issuing", in(-100), in(days)) }
	leafOf := func(parent *x509.Certificate, days float64) *x509.Certificate {
		return issueBelow(parent, "mail", in(-1), in(days))
	}
	short, long := mid(20), mid(500)
	leaf := leafOf(short, 90)
	late := issueBelow(root, "issuing", in(30), in(600))
	crossed := issueBelow(issue("older root", in(-900), in(10)), "root", in(-500), in(15))
	for _, c := range []struct {
		what  string
		leaf  *x509.Certificate
		above []*x509.Certificate
		want  *x509.Certificate
	}{
		{"alone", leaf, nil, leaf},
		{"the intermediate ends first", leaf, []*x509.Certificate{short}, short},
		{"it ends later", leaf, []*x509.Certificate{long}, leaf},
		{"it ends with the leaf", leaf, []*x509.Certificate{mid(90)}, leaf},
		{"the old one is still there beside a later one", leaf, []*x509.Certificate{short, long}, leaf},
		{"the later one has not begun", leaf, []*x509.Certificate{short, late}, short},
		{"what does not belong to it", leaf, []*x509.Certificate{issueBelow(root, "another", in(-10), in(5)), issue("a root", in(-10), in(4))}, leaf},
		{"the root ends first", leafOf(root, 2000), []*x509.Certificate{root}, root},
		{"two above it, in any order", leafOf(long, 2000), []*x509.Certificate{root, long}, long},
		{"a root under which an older one vouches for it too", leafOf(long, 400), []*x509.Certificate{long, crossed, root}, nil},
		{"an older one alone", leafOf(long, 400), []*x509.Certificate{long, crossed}, crossed},
	} {
		if c.want == nil {
			c.want = c.leaf
		}
		f := Facts{Shown: []Shown{{Use: Listener, Where: "the listeners", Certificate: c.leaf, Above: c.above}}}
		all := f.Unrelieved(start)
		if len(all) != 1 || all[0].Thumbprint != s2s.ThumbprintOf(c.want) || (all[0].Use == Intermediate) == c.want.Equal(c.leaf) {
			t.Errorf("%s: %+v", c.what, all)
		}
	}
}

// Whatever certificates are sent, in whatever order, peers that know the root
// get through until the end of what is named, and not after it.
func TestTheWeakestIsTheEndOfTheChain(t *testing.T) {
	root := issueBelow(nil, "root", in(-900), in(9000))
	rapid.Check(t, func(rt *rapid.T) {
		days := func(what string) float64 { return float64(rapid.IntRange(1, 60).Draw(rt, what)) }
		var above []*x509.Certificate
		upper := issueBelow(root, "upper", in(-10), in(days("upper")))
		above = append(above, upper)
		for range rapid.IntRange(1, 3).Draw(rt, "lower ones") {
			above = append(above, issueBelow(upper, "lower", in(-10), in(days("lower"))))
		}
		leaf := issueBelow(above[1], "mail", in(-1), in(days("leaf")))
		end := leaf.NotAfter
		lower := slices.MaxFunc(above[1:], func(a, b *x509.Certificate) int { return a.NotAfter.Compare(b.NotAfter) })
		for _, c := range []*x509.Certificate{lower, upper} {
			if c.NotAfter.Before(end) {
				end = c.NotAfter
			}
		}
		got := weakest(leaf, rapid.Permutation(above).Draw(rt, "order"), start, 0)
		if !got.NotAfter.Equal(end) {
			rt.Fatalf("ends %s, want %s", got.NotAfter, end)
		}
		// What a peer says.
		peer := x509.VerifyOptions{Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool()}
		peer.Roots.AddCert(root)
		for _, c := range above {
			peer.Intermediates.AddCert(c)
		}
		for after, want := range map[time.Duration]bool{0: true, time.Second: false} {
			peer.CurrentTime = end.Add(after)
			if _, err := leaf.Verify(peer); (err == nil) != want {
				rt.Fatalf("at %s: %v", peer.CurrentTime, err)
			}
		}
	})
}

// Authorities that vouch for each other have no end.
func TestAuthoritiesInACircle(t *testing.T) {
	a := issueBelow(issue("b", in(-1), in(1)), "a", in(-1), in(90))
	b := issueBelow(a, "b", in(-1), in(80))
	leaf := issueBelow(a, "mail", in(-1), in(100))
	if got := weakest(leaf, []*x509.Certificate{a, b}, start, 0); !got.Equal(b) {
		t.Errorf("%s", got.Subject)
	}
}

// An intermediate of two listeners is announced once, in words of its own, and
// what is above the listener in the boot file is announced as an authority only.
func TestAnnouncementOfAnIntermediate(t *testing.T) {
	root := issue("Litware CA", in(-900), in(12))
	h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), func(c *Config) { c.Authorities = []*x509.Certificate{root} })
	h.current(t, 900*day)
	mid := issueBelow(root, "Litware Issuing CA 1", in(-100), in(20))
	h.tls = []Shown{
		{Use: Listener, Where: "the listeners of the exchange role on the node mail1", Certificate: issueBelow(mid, "mail", in(-1), in(50)), Above: []*x509.Certificate{mid, root}},
		{Use: Management, Where: "the management interface of the node mail1", Certificate: issueBelow(mid, "admin", in(-1), in(51)), Above: []*x509.Certificate{mid, root}},
	}
	h.look(t)
	h.look(t)
	events := h.events(t)
	if got := ids(events); !slices.Equal(got, []int{4308, 4306}) {
		t.Fatalf("events %v", got)
	}
	for _, want := range []string{
		"The intermediate certificate CN=Litware Issuing CA 1, with which an authority vouches for the TLS certificate of the listeners of the exchange role on the node mail1 and the management interface of the node mail1, ends in 20 days, on 2027-02-04 08:00 UTC.",
		"kind: TLS", "remedy: get the authority's current intermediate certificate of this name", "to which tls_cert of the role, and that under management, points in the boot file", "see: renewal.intermediate-ends",
	} {
		if !strings.Contains(events[0].Text+"\n"+events[0].Detail, want) {
			t.Errorf("lacks %q:\n%s\n%s", want, events[0].Text, events[0].Detail)
		}
	}
	// When it is renewed, the leaf is what ends first.
	later := issueBelow(root, "Litware Issuing CA 1", in(-1), in(400))
	h.tls[0].Above, h.tls[1].Above = []*x509.Certificate{later, root}, []*x509.Certificate{later, root}
	h.clock.advance(time.Hour)
	h.look(t)
	if got := ids(h.events(t)); !slices.Equal(got, []int{4308, 4306, 4302, 4302}) {
		t.Errorf("events %v", got)
	}
}
