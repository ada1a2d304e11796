package renewal

import (
	"bytes"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

func handOver(folder string) func(*Config) {
	return func(c *Config) { c.HandOver, c.Node = folder, "mail1" }
}

// hand hands over once.
func (h *house) hand(t testing.TB) {
	t.Helper()
	if err := h.HandOver(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// folder shows what a folder holds: names with the thumbprints of the
// certificates in them.
func folder(t testing.TB, path string) map[string][]string {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(path, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all, err := certs.ParseCertificates(data)
		if err != nil {
			t.Fatalf("%s: %v", e.Name(), err)
		}
		for _, c := range all {
			found[e.Name()] = append(found[e.Name()], s2s.ThumbprintOf(c).String())
		}
		for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
			if block.Type != "CERTIFICATE" {
				t.Errorf("%s holds a %s", e.Name(), block.Type)
			}
		}
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o644 {
			t.Errorf("%s: %v, %v", e.Name(), info.Mode(), err)
		}
	}
	return found
}

// slotFiles is what a folder of the role has to hold.
func (h *house) slotFiles(s keyring.State) map[string][]string {
	want := map[string][]string{}
	for name, slot := range map[string]*keyring.Slot{"current": s.Current, "next": s.Next, "previous": s.Previous} {
		if slot != nil {
			want[string(h.cfg.Role)+"-"+name+".cer"] = []string{slot.Thumbprint.String()}
		}
	}
	var all []string
	for _, slot := range []*keyring.Slot{s.Current, s.Next, s.Previous} {
		if slot != nil {
			all = append(all, slot.Thumbprint.String())
		}
	}
	for _, l := range s.Leaving {
		all = append(all, l.Thumbprint.String())
	}
	if len(all) > 0 {
		want[string(h.cfg.Role)+"-all.pem"] = all
	}
	return want
}

func (h *house) checkFolder(t testing.TB, path string) {
	t.Helper()
	if diff := cmp.Diff(h.slotFiles(h.state(t)), folder(t, path)); diff != "" {
		t.Error(diff)
	}
}

// The folder follows everything that changes what is published, and each change
// is told of once.
// checklist: 001-18
func TestHandOver(t *testing.T) {
	path := t.TempDir()
	run(t, func(t *testing.T, h *house) {
		must := func(_ keyring.State, err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		told := 0
		step := func(what string, do func()) {
			t.Helper()
			do()
			h.look(t)
			h.hand(t)
			h.hand(t)
			h.checkFolder(t, path)
			told++
			if got := len(slices.DeleteFunc(h.events(t), func(e journal.Event) bool { return e.ID != 4330 })); got != told {
				t.Errorf("%s: told %d times, want %d", what, got, told)
			}
		}
		step("assigned", func() { h.current(t, 1000*day) })
		step("staged", func() { h.next(t, 1000*day, 48*time.Hour) })
		step("taken over", func() { h.clock.advance(48 * time.Hour) })
		step("staged and published", func() { h.next(t, 1000*day, 48*time.Hour); must(h.keyring.Publish(t.Context(), true)) })
		step("cleared", func() { must(h.keyring.ClearPrevious(t.Context(), true)) })
		var leaked s2s.Thumbprint
		step("replaced", func() { h.current(t, 900*day); leaked = h.state(t).Previous.Thumbprint })
		step("withdrawn", func() {
			must(h.keyring.Withdraw(t.Context(), keyring.Withdrawal{Leaked: []s2s.Thumbprint{leaked}, Record: nothing}))
		})
		step("unassigned", func() { must(h.keyring.Unassign(t.Context(), true)) })
		if left := folder(t, path); len(left) != 0 {
			t.Errorf("left %v", left)
		}
	}, handOver(path), func(c *Config) { c.Policy = keyring.Policy{} })
}

// What is right is left alone, what was spoilt is mended, and what belongs to
// others stays.
func TestHandOverMends(t *testing.T) {
	path := t.TempDir()
	h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), handOver(path))
	h.current(t, 1000*day)
	foreign := filepath.Join(path, "skype-current.cer")
	if err := os.WriteFile(foreign, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	h.hand(t)
	name, victim := filepath.Join(path, "exchange-current.cer"), filepath.Join(t.TempDir(), "victim")
	before, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	h.hand(t)
	if after, err := os.Stat(name); err != nil || !os.SameFile(before, after) {
		t.Error("it was written although nothing changed")
	}
	for what, spoil := range map[string]func() error{
		"gone":    func() error { return os.Remove(name) },
		"cut":     func() error { return os.WriteFile(name, good[:100], 0o644) },
		"changed": func() error { return os.WriteFile(name, bytes.ToLower(good), 0o644) },
		"elsewhere": func() error {
			return errorsOf(os.Remove(name), os.WriteFile(victim, good, 0o600), os.Symlink(victim, name))
		},
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		h.hand(t)
		if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
			t.Errorf("%s: %v, %v", what, info, err)
		}
		if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, good) {
			t.Errorf("%s: %q, %v", what, got, err)
		}
	}
	if got, err := os.ReadFile(foreign); err != nil || string(got) != "x" {
		t.Errorf("another role's file: %q, %v", got, err)
	}
	if got := ids(h.events(t)); !slices.Equal(got, []int{4330}) {
		t.Errorf("events %v", got)
	}
}

func errorsOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// A folder that cannot be written is told of once for each time, and nothing
// else stops.
func TestHandOverThatFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "share")
	h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), handOver(path))
	h.current(t, 1000*day)
	for range 3 {
		h.hand(t)
	}
	events := h.events(t)
	if got := ids(events); !slices.Equal(got, []int{4331}) {
		t.Fatalf("events %v", got)
	}
	for _, want := range []string{path, "no such file or directory", "on the node mail1", "remedy: Make the folder", "see: renewal.hand-over-failed"} {
		if !strings.Contains(events[0].Text+events[0].Detail, want) {
			t.Errorf("lacks %q: %+v", want, events[0])
		}
	}
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	h.hand(t)
	h.checkFolder(t, path)
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		h.hand(t)
	}
	events = h.events(t)
	if got := ids(events); !slices.Equal(got, []int{4331, 4332, 4330, 4331}) || !strings.Contains(events[3].Text, "is not a folder") {
		t.Errorf("events %+v", events)
	}
}

// The event names whom somebody has to go to, with which files; so does that of
// a successor that renewal made.
func TestHandOverNamesFilesAndPartners(t *testing.T) {
	path := t.TempDir()
	h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), mode(Do), handOver(path))
	p := partner.Application{Name: "By hand", App: s2s.SharePointApp, Realm: "sp.test", Enabled: true}
	p.TrustCertificates(issue("sp", in(-1), in(3000)))
	if _, err := h.partners.Add(t.Context(), p, partner.AddOptions{By: "admin"}); err != nil {
		t.Fatal(err)
	}
	h.current(t, 60*day)
	h.look(t)
	h.hand(t)
	s, events := h.state(t), h.events(t)
	if got := ids(events); !slices.Equal(got, []int{4310, 4330}) {
		t.Fatalf("events %v", got)
	}
	for i, wants := range [][]string{
		{"file: " + filepath.Join(path, "exchange-next.cer") + " on the node mail1, and with the others that are published exchange-all.pem", "give it by hand to: By hand: "},
		{"exchange-next.cer: " + s.Next.Thumbprint.String() + ", which becomes current on 2027-02-14 08:00 UTC", "exchange-current.cer: " + s.Current.Thumbprint.String(),
			"exchange-all.pem: ", "give it by hand to: By hand: "},
	} {
		if events[i].Level != journal.Warning {
			t.Errorf("%d is %s", events[i].ID, events[i].Level)
		}
		for _, want := range wants {
			if !strings.Contains(events[i].Detail, want) {
				t.Errorf("%d lacks %q:\n%s", events[i].ID, want, events[i].Detail)
			}
		}
	}
}

// Nodes write one folder or one each, whatever their clocks show: the folders
// hold what is published, and are left alone once they do.
func TestHandOverOfSeveralNodes(t *testing.T) {
	storetest.RunDSN(t, func(t *testing.T, dsn string) {
		shared, own := t.TempDir(), t.TempDir()
		var nodes []*house
		for i, path := range []string{shared, shared, own} {
			c := &clock{now: start.Add(time.Duration(i-1) * 4 * time.Minute)}
			nodes = append(nodes, newHouse(t, storetest.Open(t, dsn), c, newWeb(), handOver(path), func(c *Config) { c.Node = "mail" + string(rune('1'+i)) }))
		}
		everybody := func() {
			for _, h := range nodes {
				h.look(t)
				h.hand(t)
			}
		}
		nodes[1].current(t, 1000*day)
		everybody()
		next := nodes[1].next(t, 1000*day, 49*time.Hour)
		everybody()
		// The fast node rolls over first; the slow one follows it.
		for _, h := range nodes {
			h.clock.advance(49*time.Hour - time.Minute)
		}
		for _, i := range []int{2, 1, 0} {
			nodes[i].hand(t)
		}
		if got := folder(t, shared)["exchange-current.cer"]; !slices.Equal(got, []string{next.String()}) {
			t.Errorf("nodes that are behind wrote %v, not %s", got, next)
		}
		for range 3 {
			everybody()
		}
		for _, path := range []string{shared, own} {
			nodes[1].checkFolder(t, path)
			if got := folder(t, path)["exchange-current.cer"]; !slices.Equal(got, []string{next.String()}) {
				t.Errorf("current is %v, want %s", got, next)
			}
		}
		n := map[int]int{}
		for _, e := range nodes[1].events(t) {
			n[e.ID]++
		}
		if n[4330] != 6 || n[4331] != 0 { // three changes, two folders
			t.Errorf("events %v", n)
		}
	})
}

// A folder on a share that hangs keeps neither the looking nor the stopping
// waiting, and is told of.
func TestRunDoesNotWaitForAFolder(t *testing.T) {
	inBubble(t, func(t *testing.T, h, _ *house) {
		h.current(t, 1000*day)
		next := h.next(t, 1000*day, time.Hour)
		answers := make(chan bool)
		h.put = func(files []handed) error { <-answers; return h.write(files) }
		stop := h.running(t)
		rest(2 * time.Hour)
		if s := h.state(t); s.Current.Thumbprint != next {
			t.Errorf("current is %+v", s.Current)
		}
		if events := h.events(t); !slices.Equal(ids(events), []int{4331, 2014}) || !strings.Contains(events[0].Text, "did not answer") {
			t.Errorf("events %+v", events)
		}
		answers <- true
		rest(time.Second)
		if got := folder(t, h.cfg.HandOver)["exchange-current.cer"]; len(got) != 1 || got[0] == next.String() {
			t.Errorf("current is %v; it was asked for what was current before", got)
		}
		answers <- true
		rest(time.Second)
		h.checkFolder(t, h.cfg.HandOver)
		rest(2 * time.Minute)
		stopped := time.Now()
		stop()
		if waited := time.Since(stopped); waited > patience {
			t.Errorf("stopping took %s", waited)
		}
		close(answers) // the one that still hangs
	}, hurried, handOver(t.TempDir()))
}
