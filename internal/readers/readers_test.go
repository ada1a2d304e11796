package readers

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

var start = time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)

// clock is set by the test.
type clock struct{ micros atomic.Int64 }

func (c *clock) now() time.Time          { return start.Add(time.Duration(c.micros.Load()) * time.Microsecond) }
func (c *clock) advance(d time.Duration) { c.micros.Add(int64(d / time.Microsecond)) }

func principal(t testing.TB, realm string) s2s.Principal {
	t.Helper()
	p, err := s2s.ParsePrincipal(string(s2s.SkypeApp) + "@" + realm)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func thumb(b byte) s2s.Thumbprint { return s2s.Thumbprint{b} }

// lync is the one registered partner of most tests.
func lync(t testing.TB) Partner {
	return Partner{Name: "Lync", Principal: principal(t, "litware.test")}
}

func open(t testing.TB, db *store.DB, now func() time.Time, partners ...Partner) *Store {
	t.Helper()
	s, err := New(Config{DB: db, Now: now, Partners: func(context.Context) ([]Partner, error) { return partners, nil }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// by is a reading of somebody who introduces himself.
func by(p s2s.Principal, address string, holds ...byte) Reading {
	r := Reading{Agent: authmeta.Introduction("1", p), Address: address}
	for _, b := range holds {
		r.Holds = append(r.Holds, thumb(b))
	}
	return r
}

func write(t testing.TB, s *Store) {
	t.Helper()
	if err := s.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func see(t testing.TB, s *Store) Sight {
	t.Helper()
	got, err := s.Sight(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestReadings(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		var c clock
		p := lync(t)
		s := open(t, db, c.now, p, Partner{Name: "SharePoint", Principal: principal(t, "other.test"), Since: start.Add(time.Hour)})
		if got := see(t, s); len(got.Partners) != 2 || len(got.Partners[0].Readers) != 0 || !got.Partners[0].From.Equal(start) || !got.Partners[1].From.Equal(start.Add(time.Hour)) {
			t.Errorf("before: %+v", got)
		}
		for i := range 4 {
			s.Note(by(p.Principal, "192.0.2.1", 'A', byte('B'+i)))
			s.Note(Reading{Agent: "curl/8", Address: "192.0.2.9", Holds: []s2s.Thumbprint{thumb('A')}})
			if i%2 == 0 {
				write(t, s) // of those between two writes only the last counts
			}
			c.advance(time.Hour)
		}
		c.advance(-30 * time.Minute)
		want := Sight{
			Partners: []Seen{
				{Partner: p, From: start, Readers: []Reader{{Principal: p.Principal, Address: "192.0.2.1", First: start, Last: start.Add(3 * time.Hour),
					Pauses: []time.Duration{2 * time.Hour, time.Hour}, Holds: []s2s.Thumbprint{thumb('A'), thumb('E')}}}},
				{Partner: Partner{Name: "SharePoint", Principal: principal(t, "other.test"), Since: start.Add(time.Hour)}, From: start.Add(time.Hour)},
			},
			Others: []Reader{{Address: "192.0.2.9", Agent: "curl/8", First: start, Last: start.Add(3 * time.Hour), Pauses: []time.Duration{2 * time.Hour, time.Hour}, Holds: []s2s.Thumbprint{thumb('A')}}},
		}
		if diff := cmp.Diff(want, see(t, s)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		// Another node, or this one after a restart, sees what was written.
		write(t, s)
		if diff := cmp.Diff(want, see(t, open(t, db, c.now, p, want.Partners[1].Partner))); diff != "" {
			t.Errorf("on another node, -want +got:\n%s", diff)
		}
		c.advance(forgetAfter)
		if got := see(t, s); len(got.Partners[0].Readers)+len(got.Others) != 0 || !got.Partners[0].From.Equal(c.now().Add(-forgetAfter)) {
			t.Errorf("after 90 days %+v", got)
		}
		s.Note(by(p.Principal, "192.0.2.2"))
		write(t, s)
		if n := rows(t, db); n != 1 {
			t.Errorf("%d rows, want the new one", n)
		}
	})
}

func rows(t testing.TB, db *store.DB) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM readers_reader").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestInterval(t *testing.T) {
	t.Parallel()
	const h = time.Hour
	for _, tt := range []struct {
		pauses []time.Duration
		want   time.Duration
	}{
		{nil, 0},
		{[]time.Duration{h}, h},
		{[]time.Duration{h, 8 * h}, 8 * h},
		{[]time.Duration{h, 700 * h, h}, h},               // one absence
		{[]time.Duration{8 * h, h / 10, 8 * h, h}, 8 * h}, // early readings between
		{[]time.Duration{10 * time.Second}, 0},
		{[]time.Duration{100 * h, 90 * h, h, h, h, h, h, h, h, h}, h}, // long ago
	} {
		r := Reader{Last: start}
		for _, p := range tt.pauses {
			r = r.again(Reader{Last: r.Last.Add(p)})
		}
		if got := r.Interval(); got != tt.want {
			t.Errorf("%v: %v, want %v", tt.pauses, got, tt.want)
		}
	}
	r := Reader{Last: start, Holds: []s2s.Thumbprint{thumb('B')}}
	if late := r.again(Reader{Last: start.Add(-h)}); !cmp.Equal(late, r) {
		t.Errorf("an older reading made %+v", late)
	}
}

// Ten thousand with invented names neither fill the memory nor the database,
// nor do they push out who matches a partner.
func TestStrangers(t *testing.T) {
	t.Parallel()
	var c clock
	p := lync(t)
	db := storetest.Open(t, storetest.SQLite(t))
	s := open(t, db, c.now, p)
	s.Note(by(p.Principal, "192.0.2.1", 'A'))
	write(t, s)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 10_000 {
		c.advance(time.Second)
		address := fmt.Sprintf("198.51.100.%d", random.IntN(256))
		switch i % 3 {
		case 0:
			s.Note(by(principal(t, fmt.Sprintf("n%d.test", i)), address))
		case 1:
			s.Note(Reading{Agent: fmt.Sprintf("invented/%d", i), Address: address})
		case 2: // pretends to be the partner
			s.Note(by(p.Principal, fmt.Sprintf("2001:db8:%x::/64", i)))
		}
		if len(s.fresh) > maxStrangers+maxAddresses+slack {
			t.Fatalf("%d readers in memory", len(s.fresh))
		}
		if i%1000 == 0 {
			write(t, s)
		}
	}
	write(t, s)
	if n := rows(t, db); n > maxStrangers+maxAddresses {
		t.Errorf("%d rows", n)
	}
	got := see(t, s)
	if len(got.Others) != maxStrangers || len(got.Partners[0].Readers) != maxAddresses {
		t.Errorf("%d others, %d of the partner", len(got.Others), len(got.Partners[0].Readers))
	}
	first := got.Partners[0].Readers[maxAddresses-1]
	if first.Address != "192.0.2.1" || !first.Last.Equal(start) {
		t.Errorf("the partner is not there but %+v", first)
	}
	for _, r := range got.Others {
		if r.nameless() == 1 {
			t.Errorf("%+v took the place of one with a name", r)
		}
	}
}

// A reading of the partner itself counts, whatever a flood of pretenders does
// between two writes.
func TestFloodBetweenTwoWrites(t *testing.T) {
	t.Parallel()
	var c clock
	p := lync(t)
	s := open(t, storetest.Open(t, storetest.SQLite(t)), c.now, p)
	s.Note(by(p.Principal, "192.0.2.1"))
	write(t, s)
	c.advance(time.Hour)
	for i := range 1000 {
		c.advance(time.Millisecond)
		if i == 500 {
			s.Note(by(p.Principal, "192.0.2.1"))
		}
		s.Note(by(p.Principal, fmt.Sprintf("2001:db8:%x::/64", i)))
	}
	write(t, s)
	for _, r := range see(t, s).Partners[0].Readers {
		if r.Address == "192.0.2.1" && r.Interval() >= time.Hour {
			return
		}
	}
	t.Errorf("the partner's reading is lost: %+v", see(t, s).Partners[0].Readers)
}

// Who pretends to be a partner, however often and from however many addresses,
// does not make it look quicker than it is, if it was there first.
func TestPretenderDoesNotHideTheSlow(t *testing.T) {
	t.Parallel()
	p := lync(t)
	registered := principals([]Partner{p})
	rapid.Check(t, func(t *rapid.T) {
		now := start
		var stored []Reader
		read := func(addresses ...string) {
			fresh := map[key]Reader{}
			for _, a := range addresses {
				r := by(p.Principal, a).reader(now)
				fresh[r.key()] = r
			}
			stored = kept(joined(stored, fresh), registered, now)
		}
		read("192.0.2.1")
		days := rapid.IntRange(2, 7).Draw(t, "days")
		for i := 1; i <= 30; i++ {
			now = now.Add(24 * time.Hour)
			pretenders := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 255), func(n int) string { return fmt.Sprintf("198.51.100.%d", n) }), 0, 12).Draw(t, "pretenders")
			if i%days == 0 {
				pretenders = append(pretenders, "192.0.2.1")
			}
			read(pretenders...)
		}
		if _, r, _ := sight(stored, []Partner{p}, start).Slowest(); r.Interval() < time.Duration(days)*24*time.Hour {
			t.Errorf("the slowest is %+v every %v, but the partner reads every %d days", r, r.Interval(), days)
		}
	})
}

// Servers move: an address from which nobody comes any more gives its place.
func TestAddressesOfAPartner(t *testing.T) {
	t.Parallel()
	p := lync(t)
	registered := principals([]Partner{p})
	var all []Reader
	add := func(address string, first, last time.Duration, pauses ...time.Duration) {
		all = append(all, Reader{Principal: p.Principal, Address: address, First: start.Add(first), Last: start.Add(last), Pauses: pauses})
	}
	const day = 24 * time.Hour
	for i := range maxAddresses {
		add(fmt.Sprintf("old%d", i), -80*day, -8*day)
	}
	all[0].Pauses = []time.Duration{10 * day} // it always takes that long
	for i := range maxAddresses {
		add(fmt.Sprintf("new%d", i), time.Duration(-maxAddresses+i)*time.Hour, 0)
	}
	var got []string
	for _, r := range kept(all, registered, start) {
		got = append(got, r.Address)
	}
	if want := []string{"old0", "new0", "new1", "new2"}; !cmp.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Two nodes on one store: what each reads counts once, in the order of time.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	storetest.RunDSN(t, func(t *testing.T, dsn string) {
		var c clock
		p := lync(t)
		db := storetest.Open(t, dsn)
		a, b := open(t, db, c.now, p), open(t, db, c.now, p)
		for i := range 6 {
			node := a
			if i%2 == 1 {
				node = b
			}
			node.Note(by(p.Principal, "192.0.2.1", byte('A'+i)))
			c.advance(time.Second)
			write(t, node)
			c.advance(time.Hour - time.Second)
		}
		for _, node := range []*Store{a, b} {
			r := see(t, node).Partners[0].Readers
			if len(r) != 1 || len(r[0].Pauses) != 5 || r[0].Interval() != time.Hour || !r[0].First.Equal(start) || r[0].Holds[0] != thumb('F') {
				t.Errorf("%+v", r)
			}
		}
		// At the same moment, under load.
		var wait sync.WaitGroup
		for i := range 8 {
			node := []*Store{a, b}[i%2]
			wait.Go(func() {
				for j := range 10 {
					node.Note(by(p.Principal, fmt.Sprintf("192.0.2.%d", 2+(i+j)%3)))
					if err := node.Write(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		if n := rows(t, db); n != 4 {
			t.Errorf("%d rows, want 4", n)
		}
	})
}

// What could not be written is written later, and the slowest habit is found
// among all partners.
func TestWriteFails(t *testing.T) {
	t.Parallel()
	var c clock
	p := lync(t)
	db := storetest.Open(t, storetest.SQLite(t))
	s := open(t, db, c.now, p)
	s.Note(by(p.Principal, "192.0.2.1"))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Write(ended); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
	c.advance(2 * time.Hour)
	s.Note(by(p.Principal, "192.0.2.2"))
	write(t, s)
	if got := see(t, s).Partners[0].Readers; len(got) != 2 || !got[1].Last.Equal(start) {
		t.Errorf("%+v", got)
	}
	if _, _, ok := see(t, s).Slowest(); ok {
		t.Error("a habit is known of one reading")
	}
	c.advance(time.Hour)
	s.Note(by(p.Principal, "192.0.2.1"))
	s.Note(by(p.Principal, "192.0.2.2"))
	if name, r, ok := see(t, s).Slowest(); !ok || name != "Lync" || r.Address != "192.0.2.1" || r.Interval() != 3*time.Hour {
		t.Errorf("%s, %+v, %t", name, r, ok)
	}
}

// Run writes once a minute, and when it ends.
func TestRun(t *testing.T) {
	t.Parallel()
	p := lync(t)
	db := storetest.Open(t, storetest.SQLite(t))
	db.SetMaxIdleConns(1)
	synctest.Test(t, func(t *testing.T) {
		var written atomic.Int32
		s, err := New(Config{DB: db, Now: time.Now, Partners: func(context.Context) ([]Partner, error) {
			written.Add(1)
			return []Partner{p}, nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx) }()
		for i := range 10 {
			s.Note(by(p.Principal, "192.0.2.1"))
			time.Sleep(time.Second * time.Duration(i))
		}
		if n := written.Load(); n != 1 {
			t.Errorf("in 45 seconds it wrote %d times, want once at the start", n)
		}
		time.Sleep(writeEvery)
		if n := rows(t, db); n != 1 {
			t.Errorf("%d rows after a minute", n)
		}
		s.Note(by(p.Principal, "192.0.2.2"))
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if n := rows(t, db); n != 2 {
			t.Errorf("%d rows after the end", n)
		}
	})
}

// What a header or an address holds can be shown in a terminal as it is kept.
func TestClean(t *testing.T) {
	t.Parallel()
	r := Reading{Agent: "\x1b[31mred\r\nX: y‮" + strings.Repeat("z", 500), Address: "\x00" + strings.Repeat("1", 100), Holds: make([]s2s.Thumbprint, 50)}.reader(start)
	if len(r.Agent) > maxAgent || len(r.Agent) < maxAgent-5 || len(r.Address) != maxAddress || len(r.Holds) != authmeta.MaxKeys || !strings.HasPrefix(r.Agent, "?[31mred??X: y?z") {
		t.Errorf("%+v", r)
	}
	rapid.Check(t, func(t *rapid.T) {
		r := Reading{Agent: rapid.String().Draw(t, "agent"), Address: rapid.String().Draw(t, "address")}.reader(start)
		for _, c := range r.Agent + r.Address {
			if c < ' ' || c > '~' {
				t.Fatalf("%q is kept", c)
			}
		}
	})
}

func TestStatements(t *testing.T) {
	t.Parallel()
	storetest.Prepare(t, storetest.Statements(t, "sql.go"), func(ctx context.Context, db *store.DB) error {
		return db.Migrate(ctx, "readers", os.DirFS("."))
	})
}

func BenchmarkNoteOfStrangers(b *testing.B) {
	var c clock
	s := open(b, storetest.Open(b, storetest.SQLite(b)), c.now, lync(b))
	for i := 0; b.Loop(); i++ {
		c.advance(time.Microsecond)
		s.Note(Reading{Agent: fmt.Sprint("invented/", i), Address: "192.0.2.1"})
	}
}
