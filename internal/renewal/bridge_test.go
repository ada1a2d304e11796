package renewal

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

// stageFor puts a certificate of these dates into the store and stages it.
func (h *house) stageFor(t testing.TB, begins, ends, effective time.Time) s2s.Thumbprint {
	t.Helper()
	c, err := h.keyring.Add(t.Context(), issue(certs.AuthCertificateName, begins, ends), rsaKey(), keyring.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.keyring.Stage(t.Context(), c.Thumbprint, effective, true); err != nil {
		t.Fatal(err)
	}
	return c.Thumbprint
}

func (h *house) state(t testing.TB) keyring.State {
	t.Helper()
	s, err := h.keyring.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func in(days float64) time.Time { return start.Add(time.Duration(days * float64(day))) }

// follow moves from one due moment to the next until then.
func (h *house) follow(t testing.TB, until time.Time) {
	t.Helper()
	for due := h.look(t); !due.IsZero() && !due.After(until); due = h.look(t) {
		h.clock.set(due)
	}
	h.clock.set(until)
	h.look(t)
}

// A staged certificate that is valid only after the current one has ended gets
// one before it, keeps its place in the metadata document, and its date.
func TestGapBeforeTheStagedOne(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		h.current(t, 20*day)
		next := h.stageFor(t, in(25), in(900), in(30))
		h.look(t)
		s := h.state(t)
		if s.Next == nil || s.Next.Thumbprint == next || !s.Next.From.Equal(in(2)) {
			t.Fatalf("staged %+v", s.Next)
		}
		fills := s.Next.Thumbprint
		events := h.events(t)
		if got := ids(events); !slices.Equal(got, []int{4314}) {
			t.Fatalf("events %v", got)
		}
		for _, want := range []string{"is valid from 2027-02-09 08:00 UTC only", "staged again for 2027-02-14 08:00 UTC", next.String(), fills.String()} {
			if !strings.Contains(events[0].Text+events[0].Detail, want) {
				t.Errorf("lacks %q: %+v", want, events[0])
			}
		}
		for now := start; now.Before(in(2)); now = now.Add(time.Hour) {
			if !slices.Contains(h.state(t).At(now, keyring.Policy{}).Published(now), next) {
				t.Fatalf("%s is not published at %s", next, now)
			}
		}
		h.follow(t, in(3))
		if s := h.state(t); s.Current.Thumbprint != fills || s.Next == nil || s.Next.Thumbprint != next || !s.Next.From.Equal(in(30)) || !s.Next.Published.Equal(start) {
			t.Errorf("after the first: %+v %+v", s.Current, s.Next)
		}
		h.follow(t, in(40))
		if s := h.state(t); s.Current.Thumbprint != next {
			t.Errorf("after the second: %+v", s.Current)
		}
		if got := ids(h.events(t)); !slices.Equal(got, []int{4314, 2014, 4315, 2014}) {
			t.Errorf("events %v", got)
		}
		if all, err := h.keyring.List(t.Context()); err != nil || len(all) != 3 {
			t.Errorf("%d certificates, %v", len(all), err)
		}
	}, mode(Do))
}

// A role that was off for long finds its certificate ended and the next one not
// yet valid: both steps are made at once.
func TestGapThatHasBegun(t *testing.T) {
	h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), mode(Do))
	h.current(t, 5*day)
	next := h.stageFor(t, in(25), in(900), in(30))
	h.clock.set(in(10))
	h.look(t)
	s := h.state(t)
	if _, err := h.keyring.Signer(t.Context()); err != nil || s.Next == nil || s.Next.Thumbprint != next || !s.Next.From.Equal(in(30)) {
		t.Errorf("%+v, %v", s, err)
	}
	h.look(t)
	if got := ids(h.events(t)); !slices.Equal(got, []int{4314, 2014, 4315}) {
		t.Errorf("events %v", got)
	}
}

// Another node does all of it in the middle of a look, wherever that is: the
// staged certificate still comes back.
func TestGapThatAnotherNodeBridges(t *testing.T) {
	c := newCluster(t, storetest.SQLite(t), 2)
	for at := 1; at < 12; at++ {
		c.reset(t, Do)
		h, other := c.nodes[0], c.nodes[1]
		h.current(t, 20*day)
		next := h.stageFor(t, in(25), in(900), in(30))
		n := 0
		h.clock.tick = func() {
			if n++; n == at {
				other.look(t)
			}
		}
		h.look(t)
		h.clock.tick = nil
		for _, now := range []time.Time{in(2), in(2.1), in(30), in(31)} {
			h.clock.set(now)
			h.look(t)
		}
		if s := h.state(t); s.Current.Thumbprint != next {
			t.Errorf("interrupted at %d: %+v, %v", at, s.Current, ids(h.events(t)))
		}
	}
}

// spoil makes the key of a certificate one that cannot be read.
func (h *house) spoil(t testing.TB, c s2s.Thumbprint) {
	t.Helper()
	if _, err := h.db.ExecContext(t.Context(), `UPDATE keyring_certificates SET sealed_key = $2 WHERE thumbprint = $1`, c.String(), []byte("x")); err != nil {
		t.Fatal(err)
	}
}

// What is staged and could not sign is replaced, however far away the end is.
func TestStagedOneThatCannotBeRead(t *testing.T) {
	h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), mode(Do))
	h.current(t, 500*day)
	next := h.next(t, 900*day, 4*day)
	h.spoil(t, next)
	h.follow(t, in(10))
	s := h.state(t)
	if _, err := h.keyring.Signer(t.Context()); err != nil || s.Current.Thumbprint == next || s.Next != nil {
		t.Errorf("%+v, %v", s, err)
	}
	if events := h.events(t); !slices.Equal(ids(events), []int{4314, 2014}) || !strings.Contains(events[0].Text, "has a key that cannot be read") {
		t.Errorf("events %+v", events)
	}
}

// A node that cannot read the current key makes none: it may have another
// master key than the others. It may move what it can read.
func TestCurrentOneThatCannotBeRead(t *testing.T) {
	h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), mode(Do))
	h.spoil(t, h.current(t, 50*day))
	for range 2 {
		if _, err := h.Look(t.Context()); !problem.Is(err, problem.RenewalFailed) || !problem.Is(err, problem.KeyringUnreadable) {
			t.Errorf("error = %v", err)
		}
	}
	if all, err := h.keyring.List(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("%d certificates, %v", len(all), err)
	}
	if got := why(h.events(t)); len(got) != 1 {
		t.Errorf("events %+v", got)
	}
	next := h.next(t, 900*day, 60*day)
	if _, err := h.Look(t.Context()); !problem.Is(err, problem.KeyringUnreadable) {
		t.Errorf("error = %v", err)
	}
	if s := h.state(t); s.Next == nil || s.Next.Thumbprint != next || !s.Next.From.Equal(in(2)) {
		t.Errorf("%+v", s.Next)
	}
}

// A date is moved only as far as the certificate is valid.
func TestMovedToWhereItIsValid(t *testing.T) {
	h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), mode(Do))
	h.current(t, 20*day)
	next := h.stageFor(t, in(10), in(900), in(30))
	h.look(t)
	if s := h.state(t); s.Next.Thumbprint != next || !s.Next.From.Equal(in(10)) {
		t.Errorf("staged %+v", s.Next)
	}
	if got := ids(h.events(t)); !slices.Equal(got, []int{4311}) {
		t.Errorf("events %v", got)
	}
}

// nothing records nothing.
func nothing(context.Context, *sql.Tx, keyring.State) error { return nil }

// What somebody decides while a gap is being bridged counts.
func TestBridgeThatIsOvertaken(t *testing.T) {
	for what, c := range map[string]struct {
		do     func(t *testing.T, h *house, next s2s.Thumbprint)
		events []int
	}{
		"another one is staged": {func(t *testing.T, h *house, _ s2s.Thumbprint) { h.next(t, 1000*day, 3*day) }, []int{4314, 2014}},
		"it is withdrawn": {func(t *testing.T, h *house, next s2s.Thumbprint) {
			_, err := h.keyring.Withdraw(t.Context(), keyring.Withdrawal{Leaked: []s2s.Thumbprint{next}, Record: nothing})
			if err != nil {
				t.Fatal(err)
			}
		}, []int{4314, 2014, 4316}},
	} {
		t.Run(what, func(t *testing.T) {
			h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), mode(Do))
			h.current(t, 20*day)
			next := h.stageFor(t, in(25), in(900), in(30))
			h.look(t)
			c.do(t, h, next)
			h.follow(t, in(50))
			if s := h.state(t); s.Next != nil || s.Current.Thumbprint == next {
				t.Errorf("%+v", s)
			}
			if got := ids(h.events(t)); !slices.Equal(got, c.events) {
				t.Errorf("events %v", got)
			}
			if b, err := h.bridge(t.Context()); b != nil || err != nil {
				t.Errorf("the plan is still there: %+v, %v", b, err)
			}
		})
	}
}

// What renewal announces about a successor that cannot be moved is possible.
func TestWordsOfASuccessorThatIsNotYetValid(t *testing.T) {
	for _, c := range []struct {
		begins float64
		want   string
	}{
		{-1, "-NewCertificateEffectiveDate (Get-Date).AddHours(49)"},
		{10, "-NewCertificateEffectiveDate ([datetime]'2027-01-25T08:00:00Z')"},
		{25, "remedy: New-ExchangeCertificate"},
	} {
		h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), mode(Announce))
		h.current(t, 20*day)
		h.stageFor(t, in(c.begins), in(900), in(30))
		h.look(t)
		if events := h.events(t); len(events) != 1 || !strings.Contains(events[0].Detail, c.want) {
			t.Errorf("%v: lacks %s: %+v", c.begins, c.want, events)
		}
	}
}

// slotsNow are the slots of a random moment: what is current, if anything is,
// and what is staged, if anything is, in days from now.
type slotsNow struct {
	assigned                   bool
	ends                       float64
	staged                     bool
	begins, effective, outlast float64
	broken                     string // whose key cannot be read: "current", "next" or neither
	fails                      bool   // the making of certificates
}

func drawSlots(rt *rapid.T) slotsNow {
	days := func(least, most int, what string) float64 {
		return float64(rapid.IntRange(least*24, most*24).Draw(rt, what)) / 24
	}
	x := slotsNow{
		assigned: rapid.IntRange(0, 9).Draw(rt, "unassigned") > 0, ends: days(-20, 100, "current ends"),
		staged: rapid.IntRange(0, 3).Draw(rt, "staged") > 0, begins: days(-60, 120, "next begins"), outlast: days(30, 200, "next lasts"),
		broken: rapid.SampledFrom([]string{"", "", "", "", "current", "next"}).Draw(rt, "broken"),
		fails:  rapid.IntRange(0, 7).Draw(rt, "making fails") == 0,
	}
	x.effective = max(x.begins, -30) + days(0, 60, "next takes over")
	return x
}

// put makes the slots so, thirty days ago and with nobody looking since.
func (x slotsNow) put(t *testing.T, h *house) (next s2s.Thumbprint) {
	h.clock.set(in(-30))
	current := h.signing(t, in(x.ends))
	if _, err := h.keyring.Replace(t.Context(), current); err != nil {
		t.Fatal(err)
	}
	h.clock.set(in(-30).Add(time.Hour))
	if x.staged {
		next = h.stageFor(t, in(x.begins), in(x.effective+x.outlast).Add(time.Hour), in(x.effective))
	}
	if !x.assigned {
		if _, err := h.keyring.Unassign(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	}
	h.spoil(t, map[string]s2s.Thumbprint{"current": current, "next": next}[x.broken])
	h.clock.set(start)
	return next
}

// signsUntil gives the first moment, from now on, at which a role left alone
// could sign nothing.
func (h *house) signsUntil(t *testing.T, now, until time.Time) (gap time.Time) {
	s := h.state(t)
	moments := []time.Time{now, until}
	for _, slot := range []*keyring.Slot{s.Current, s.Next} {
		if slot != nil {
			moments = append(moments, slot.From, slot.NotAfter.Add(time.Second), slot.From.Add(time.Hour))
		}
	}
	slices.SortFunc(moments, time.Time.Compare)
	for _, at := range moments {
		if at.Before(now) || at.After(until) {
			continue
		}
		slot := s.At(at, h.cfg.Policy).Signing(at, h.cfg.Policy)
		if slot == nil || h.keyring.Usable(t.Context(), slot.Thumbprint) != nil {
			return at
		}
	}
	return time.Time{}
}

// why are the events that say why a role is without somebody who signs, or will
// be.
func why(events []journal.Event) (all []journal.Event) {
	for _, e := range events {
		if e.ID == 4312 || e.ID == 4313 || strings.Contains(e.Detail, "automatic renewal: failed") {
			all = append(all, e)
		}
	}
	return all
}

// Whatever the slots are: after a look the role will sign without a gap, or one
// event says why not. What was staged takes over at its date when that leaves no
// gap. A second look finds nothing to do.
func TestEveryStateOfTheSlots(t *testing.T) {
	var x slotsNow
	houses := map[bool]*house{}
	for _, byHand := range []bool{false, true} {
		h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), mode(Do), func(c *Config) {
			c.Make = func(o certs.SelfSigned) (*x509.Certificate, *rsa.PrivateKey, error) {
				if x.fails {
					return nil, nil, errors.New("no entropy")
				}
				return quick(o)
			}
		})
		if byHand {
			p := partner.Application{Name: "By hand", App: s2s.SharePointApp, Realm: "sp.test", Enabled: true}
			p.TrustCertificates(issueAs(certs.SelfSigned{Subject: pkix.Name{CommonName: "sp"}, NotBefore: in(-100), NotAfter: in(3000)}))
			if _, err := h.partners.Add(t.Context(), p, partner.AddOptions{By: "admin"}); err != nil {
				t.Fatal(err)
			}
		}
		houses[byHand] = h
	}
	rapid.Check(t, func(rt *rapid.T) {
		h := houses[rapid.Bool().Draw(rt, "a partner by hand")]
		h.reset(t)
		x = drawSlots(rt)
		next := x.put(t, h)
		before := h.state(t)
		look := func() {
			if _, err := h.Look(t.Context()); err != nil && !problem.Is(err, problem.RenewalFailed) {
				rt.Fatal(err)
			}
		}
		look()
		gap := h.signsUntil(t, start, in(29))
		// Whose turn comes within the difference of clocks is left alone.
		left := before.Next != nil && before.Next.From.Sub(start) <= 5*time.Minute
		events := h.events(t)
		n, healthy := len(why(events)), !x.fails && x.broken == "" && x.assigned
		if n > 1 || n == 0 && !gap.IsZero() && !left || n == 1 && gap.IsZero() && healthy {
			rt.Fatalf("gap %s, events %+v\nbefore %+v %+v\nafter %+v %+v", gap, events, before.Current, before.Next, h.state(t).Current, h.state(t).Next)
		}
		look()
		if again := h.events(t); len(again) != len(events) {
			rt.Fatalf("a second look: %+v", again[len(events):])
		}
		if !gap.IsZero() || x.fails || x.broken != "" {
			return
		}
		h.years(t, rt, look)
		if before.Next != nil && !moved(h.events(t)) && !slices.Contains(h.state(t).Retired, next) && h.state(t).Current.Thumbprint != next {
			rt.Fatalf("%s never took over: %+v", next, h.events(t))
		}
	})
}

func moved(events []journal.Event) bool { return slices.Contains(ids(events), 4311) }

// years follows the role through what is due for a year.
func (h *house) years(t *testing.T, rt *rapid.T, look func()) {
	for now := start; now.Before(in(365)); {
		until := in(365)
		if due, err := h.Look(t.Context()); err != nil {
			rt.Fatal(err)
		} else if !due.IsZero() && due.Before(until) {
			until = due
		}
		if gap := h.signsUntil(t, now, until); !gap.IsZero() {
			rt.Fatalf("nothing signs at %s", gap)
		}
		now = until
		h.clock.set(now)
		look()
	}
	if n := len(why(h.events(t))); n != 0 {
		rt.Fatalf("%d failures in a year", n)
	}
}

// reset makes the store that of a new role, but for its partners.
func (h *house) reset(t testing.TB) {
	for _, statement := range []string{
		`DELETE FROM keyring_defaults`, `DELETE FROM keyring_certificates`, `UPDATE keyring_state SET state = '{}'`,
		`DELETE FROM renewal_announced`, `DELETE FROM renewal_told`, `DELETE FROM renewal_faults`, `DELETE FROM renewal_bridge`,
		`DELETE FROM renewal_handed`, `DELETE FROM journal_events`,
	} {
		if _, err := h.db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}
