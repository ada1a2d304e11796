package renewal

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/profile"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

// Ten years of a deployment: two roles of one or two nodes each, which are each
// other's partners and have others besides; certificates of all lengths; and
// administrators who act on what they read, act by themselves, make mistakes,
// or do not act. Keyrings, partner stores, documents and journals are real. The
// clock is moved to the next moment at which a Keeper says that something is
// due, or at which somebody does something.
//
// Each thing that can stop working is asked whether it works, at every step and
// right after the end of every certificate there ever was. The world has a
// reckoning of its own of which certificate each thing hangs on. From these
// follows what has to be in the journal, and what must not.
func TestTenYears(t *testing.T) {
	tallies := make([]tally, worlds(t))
	t.Run("world", func(t *testing.T) {
		for seed := range tallies {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, uint64(seed))
				w.run(start.AddDate(10, 0, 0))
				t.Logf("%+v", w.tally)
				tallies[seed] = w.tally
			})
		}
	})
	var sum tally
	for _, each := range tallies {
		sum.add(each)
	}
	// A world in which nothing happens proves nothing.
	for what, n := range map[string]int{
		"outages of signing": sum.signing, "outages of TLS": sum.tls, "outages of partners": sum.partners, "announcements": sum.announcements,
		"rollovers": sum.rollovers, "renewals": sum.renewals, "gaps that were bridged": sum.bridged, "announced intermediates": sum.intermediates,
		"weeks without the folder of the hand-over": sum.blocked, "folders that changed": sum.handed, "certificates met late": sum.late, "ends that were averted": sum.averted,
	} {
		if n == 0 {
			t.Errorf("no %s in %d worlds of ten years", what, len(tallies))
		}
	}
}

// worlds is how many deployments live through the ten years; two have roles of
// all modes. MATCHSEAL_WORLDS asks for more.
func worlds(t *testing.T) int {
	asked := os.Getenv("MATCHSEAL_WORLDS")
	if asked == "" {
		return 2
	}
	n, err := strconv.Atoi(asked)
	if err != nil || n < 2 {
		t.Fatalf("MATCHSEAL_WORLDS is %q, not a number of 2 or more", asked)
	}
	return n
}

// tally counts what happened.
type tally struct {
	steps, looks, announcements, rollovers, renewals int
	signing, tls, partners                           int // outages
	late                                             int // known less than 30 days before the end
	averted                                          int // announced, and over before the end
	bridged, intermediates                           int
	blocked, handed                                  int // of the hand-over
}

func (t *tally) add(o tally) {
	t.announcements, t.rollovers, t.renewals = t.announcements+o.announcements, t.rollovers+o.rollovers, t.renewals+o.renewals
	t.signing, t.tls, t.partners = t.signing+o.signing, t.tls+o.tls, t.partners+o.partners
	t.late, t.averted = t.late+o.late, t.averted+o.averted
	t.bridged, t.intermediates, t.blocked, t.handed = t.bridged+o.bridged, t.intermediates+o.intermediates, t.blocked+o.blocked, t.handed+o.handed
}

// world is a deployment.
type world struct {
	t      *testing.T
	rng    *rand.Rand
	clock  *clock
	web    *web
	sites  []*site
	agenda []deed
	tally  tally
}

// deed is something that somebody does at a moment. It returns the site at
// which it can be seen, or nil for every one.
type deed struct {
	at time.Time
	do func() *site
}

// site is one role.
type site struct {
	*world
	name     string
	role     profile.Role
	mode     Mode
	nodes    []*house
	due      []time.Time // by node
	last     int64       // record of the journal that was read last
	lastRead time.Time   // when that was
	services []*service

	diligence    float64       // how likely its administrators act on an announcement
	slots        keyring.State // as last observed
	published    []s2s.Thumbprint
	onAnnounced  map[string]func() // by thumbprint: what an administrator would do
	onPublishing []func()

	folders []string // of the hand-over, by node
	blocked bool     // they cannot be written
	handed  string   // what they were asked to hold last
	faults  int      // of the hand-over, told less those told to be over
}

// service is something at a site that stops working with a certificate.
type service struct {
	name    string
	kind    *int // which outages of the tally it counts among
	purpose string
	// hangs gives the certificates it hangs on, in the world's own reckoning.
	hangs func() map[s2s.Thumbprint]time.Time
	// works asks the real thing.
	works func() bool
	hung  map[s2s.Thumbprint]time.Time // hangs, as last observed
	since map[s2s.Thumbprint]time.Time // how long it has hung on each
	ended map[s2s.Thumbprint]bool      // ends that were judged
	marks map[s2s.Thumbprint][]int     // announcements
}

func newWorld(t *testing.T, seed uint64) *world {
	w := &world{t: t, rng: rand.New(rand.NewPCG(seed, 2027)), clock: &clock{now: start}, web: newWeb()}
	for i, role := range []profile.Role{profile.Exchange, profile.Skype} {
		m := []Mode{Off, Announce, Do}[(int(seed)+i)%3]
		w.sites = append(w.sites, w.newSite(role, m, 1+(int(seed)+i)%2))
	}
	for _, s := range w.sites {
		s.beginSigning()
		s.beginTLS()
		s.beginAuthorities()
		s.beginFolders()
	}
	w.pair()
	for _, s := range w.sites {
		s.beginPartners()
		s.look()
	}
	return w
}

func (w *world) newSite(role profile.Role, m Mode, nodes int) *site {
	s := &site{world: w, name: string(role), role: role, mode: m, diligence: w.rng.Float64(), onAnnounced: map[string]func(){}}
	dsn := storetest.SQLite(w.t)
	shared := w.t.TempDir()
	for i := range nodes {
		s.folders = append(s.folders, shared)
		if m == Announce { // one folder for each node
			s.folders[i] = w.t.TempDir()
		}
		s.nodes = append(s.nodes, newHouse(w.t, storetest.Open(w.t, dsn), w.clock, w.web, mode(m), func(c *Config) {
			c.Role, c.Node, c.HandOver = role, fmt.Sprint("node ", i), s.folders[i]
			c.Make = s.make
		}))
	}
	s.due = make([]time.Time, nodes)
	return s
}

// make is how renewal makes certificates here: of lengths that it would not
// choose, so that more happens.
func (s *site) make(o certs.SelfSigned) (*x509.Certificate, *rsa.PrivateKey, error) {
	o.NotAfter = s.now().Add(s.between(100, 1500))
	c := issueAs(o)
	s.probe(c.NotAfter)
	return c, rsaKey(), nil
}

func (w *world) now() time.Time { return w.clock.Now() }
func (w *world) between(least, most int) time.Duration {
	return time.Duration(least+w.rng.IntN(most-least)) * day
}
func (w *world) in(d time.Duration, do func() *site) {
	w.agenda = append(w.agenda, deed{w.now().Add(d), do})
}
func (w *world) probe(end time.Time) {
	w.agenda = append(w.agenda, deed{end.Add(time.Second), func() *site { return nil }})
}
func (w *world) chance(p float64) bool { return w.rng.Float64() < p }
func (w *world) issue(name string, life time.Duration) *x509.Certificate {
	c := issue(name, w.now().Add(-time.Hour), w.now().Add(life).Truncate(time.Second))
	w.probe(c.NotAfter)
	return c
}

// run moves the clock from one event to the next.
func (w *world) run(until time.Time) {
	for {
		next := until
		for _, d := range w.agenda {
			next = earlier(next, d.at)
		}
		for _, s := range w.sites {
			for _, due := range s.due {
				next = earlier(next, due)
			}
		}
		if !next.Before(until) || w.t.Failed() {
			return
		}
		w.clock.set(later(next, w.now()))
		w.tally.steps++
		w.step()
	}
}

func earlier(a, b time.Time) time.Time {
	if !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// step does what is to be done now. Time itself comes first: who acts at the
// same moment meets a world in which the Keepers have looked.
func (w *world) step() {
	touched := map[*site]bool{}
	for _, s := range w.sites {
		for _, due := range s.due {
			if !due.IsZero() && !due.After(w.now()) {
				touched[s] = true
			}
		}
	}
	w.settle(touched)
	// A node may see for a second what was before another one changed it.
	defer func() { w.clock.advance(2 * time.Second); w.settle(touched) }()
	var now []deed
	w.agenda = slices.DeleteFunc(w.agenda, func(d deed) bool {
		if !d.at.After(w.now()) {
			now = append(now, d)
			return true
		}
		return false
	})
	for _, d := range now {
		if s := d.do(); s != nil {
			touched[s] = true
		} else {
			for _, s := range w.sites {
				touched[s] = true
			}
		}
	}
}

// settle has the sites look, also at what the looking of one did to another.
func (w *world) settle(touched map[*site]bool) {
	for _, s := range w.sites {
		if touched[s] {
			s.look()
		}
	}
}

// look has every node look, in any order, and judges what is there then.
func (s *site) look() {
	s.observe()
	for _, i := range s.rng.Perm(len(s.nodes)) {
		due, err := s.nodes[i].Look(s.t.Context())
		if err != nil {
			s.t.Fatalf("%s at %s: %v", s.name, s.now(), err)
		}
		s.due[i] = due
		s.tally.looks++
	}
	s.observe() // renewal may have changed what hangs on what
	s.read()
	for _, v := range s.services {
		s.judge(v)
	}
	s.handOver()
	s.tellPartners()
}

// observe notes since when each service hangs on its certificates.
func (s *site) observe() {
	var err error
	if s.slots, err = s.nodes[0].keyring.State(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	for _, v := range s.services {
		v.hung = v.hangs()
		for c := range v.since {
			if _, still := v.hung[c]; !still {
				if len(v.marks[c]) > 0 && !v.ended[c] {
					s.tally.averted++
				}
				delete(v.since, c)
			}
		}
		for c := range v.hung {
			if _, known := v.since[c]; !known {
				v.since[c] = s.now()
			}
		}
	}
}

// read takes what is new in the journal and holds it against the world: nothing
// that is healthy is announced, and nothing twice.
func (s *site) read() {
	for _, e := range s.newEvents() {
		switch {
		case e.ID == EventAuthCertificate || e.ID == EventIssuerCertificate:
			s.tally.rollovers++
		case e.ID == 4310 || e.ID == 4311:
			s.tally.renewals++
		case e.ID == 4314:
			s.tally.bridged++
		case e.ID == 4315: // what made way is back
		case e.ID == 4330:
			s.tally.handed++
		case e.ID == 4331:
			s.faults++
		case e.ID == 4332:
			s.faults--
		default:
			s.tally.announcements++
			s.announcement(e)
		}
	}
}

func (s *site) newEvents() []journal.Event {
	var newest int64 // most looks say nothing
	err := s.nodes[0].db.QueryRowContext(s.t.Context(), `SELECT COALESCE(MAX(id), 0) FROM journal_events`).Scan(&newest)
	if err != nil || newest == s.last {
		return nil
	}
	var all []journal.Event
	// Without Since the journal would go through all the years each time.
	f := journal.Filter{Limit: 20, Since: s.lastRead}
	s.lastRead = s.now()
	for {
		page, err := s.nodes[0].journal.Events(s.t.Context(), f)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, e := range page {
			if e.Record <= s.last {
				s.last = newest
				return all
			}
			f.Before = e.Record
			if e.Source == EventSource || e.ID == EventAuthCertificate {
				all = append([]journal.Event{e}, all...)
			}
		}
		if len(page) < f.Limit {
			s.last = newest
			return all
		}
	}
}

func (s *site) announcement(e journal.Event) {
	field := func(name string) string {
		_, rest, _ := strings.Cut("\n"+e.Detail, "\n"+name+": ")
		value, _, _ := strings.Cut(rest, "\n")
		return value
	}
	cert, err := s2s.ParseThumbprint(field("thumbprint"))
	if err != nil {
		s.t.Fatalf("%s: an announcement of nothing: %+v", s.name, e)
	}
	purpose := purposeOf(e.ID) + field("issuer")
	healthy := true
	for _, v := range s.services {
		end, hangs := v.hung[cert]
		if v.purpose != purpose || !hangs {
			continue
		}
		healthy = false
		if e.ID == 4308 || e.ID == 4309 {
			s.tally.intermediates++
		}
		mark, reached := markAt(end, s.now())
		if last := len(v.marks[cert]) - 1; !reached || last >= 0 && v.marks[cert][last] <= mark {
			s.t.Errorf("%s, %s at %s: announced after %v: %s", s.name, v.name, s.now(), v.marks[cert], e.Text)
		}
		v.marks[cert] = append(v.marks[cert], mark)
	}
	if healthy {
		s.t.Errorf("%s at %s: announced although healthy: %s\n%s", s.name, s.now(), e.Text, e.Detail)
	}
	if act := s.onAnnounced[cert.String()]; act != nil && s.chance(s.diligence) {
		s.in(s.between(0, 20), func() *site { act(); return s })
	}
}

// purposeOf says of an event what its certificate is for.
func purposeOf(event int) string {
	return map[int]string{4300: "current", 4301: "current", 4302: "listener", 4303: "listener", 4308: "listener", 4309: "listener", 4304: "partner", 4305: "partner", 4306: "authority", 4307: "authority"}[event]
}

// judge holds a service against the journal: of what it hangs on, the marks
// that were reached are announced; when it stopped working it was announced 30
// days ahead, or as soon as it was known.
func (s *site) judge(v *service) {
	for cert, end := range v.hung {
		marks := v.marks[cert]
		if mark, reached := markAt(end, s.now()); reached && (len(marks) == 0 || marks[len(marks)-1] > mark) {
			s.t.Errorf("%s, %s at %s: %s ends %s, announced was %v", s.name, v.name, s.now(), cert, end, marks)
		}
		if v.ended[cert] || !s.now().After(end) {
			continue
		}
		v.ended[cert] = true
		*v.kind++
		known := v.since[cert]
		if end.Sub(known) < 30*day {
			s.tally.late++
		}
		if known.Before(end.Add(-30*day)) && (len(marks) == 0 || marks[0] < 30) {
			s.t.Errorf("%s, %s: stopped at %s with %s, known since %s, announced was %v", s.name, v.name, end, cert, known, marks)
		}
		if v.kind == &s.tally.signing && s.mode == Do {
			s.t.Errorf("%s: with renewal the signing certificate %s ended at %s", s.name, cert, end)
		}
	}
	s.judgeWorks(v)
}

// judgeWorks holds the world's reckoning against the real thing.
func (s *site) judgeWorks(v *service) {
	up := true
	for _, end := range v.hung {
		up = up && !s.now().After(end)
	}
	if len(v.hung) > 0 && up != v.works() {
		s.t.Errorf("%s, %s at %s: works is %v; it hangs on %v", s.name, v.name, s.now(), v.works(), v.hung)
	}
}

func (s *site) service(name, purpose string, kind *int, hangs func() map[s2s.Thumbprint]time.Time, works func() bool) {
	s.services = append(s.services, &service{
		name: name, purpose: purpose, kind: kind, hangs: hangs, works: works,
		since: map[s2s.Thumbprint]time.Time{}, ended: map[s2s.Thumbprint]bool{}, marks: map[s2s.Thumbprint][]int{},
	})
}

// longest is the one of certificates that stand for each other on which all
// hangs: from one to the next that is valid when it ends, as far as that goes.
func (w *world) longest(all []*x509.Certificate) map[s2s.Thumbprint]time.Time {
	var last *x509.Certificate
	for at := w.now(); ; at = last.NotAfter {
		var best *x509.Certificate
		for _, c := range all {
			if !c.NotBefore.After(at) && !c.NotAfter.Before(at) && (best == nil || c.NotAfter.After(best.NotAfter)) {
				best = c
			}
		}
		if best == nil || best == last {
			break
		}
		last = best
	}
	for _, c := range all { // all have ended
		if last == nil || last.NotAfter.Before(w.now()) && c.NotAfter.After(last.NotAfter) {
			if !c.NotBefore.After(w.now()) {
				last = c
			}
		}
	}
	if last == nil {
		return nil
	}
	return map[s2s.Thumbprint]time.Time{s2s.ThumbprintOf(last): last.NotAfter}
}

func (s *site) signs() bool {
	_, err := s.nodes[0].keyring.Signer(context.WithoutCancel(s.t.Context()))
	if err != nil && !problem.Is(err, problem.KeyringExpired) {
		s.t.Fatal(err)
	}
	return err == nil
}
