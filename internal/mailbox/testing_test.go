package mailbox

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

// clock is a time that a test moves by hand.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC).UnixMicro())
	return c
}

func (c *clock) Now() time.Time          { return store.Time(c.at.Load()) }
func (c *clock) Advance(d time.Duration) { c.at.Add(d.Microseconds()) }

// fixture is a store with the mailboxes of Ken and Kim.
type fixture struct {
	*Store
	db       *store.DB
	clock    *clock
	ken, kim Mailbox
}

func user(name string) directory.User {
	return directory.User{ID: "id-" + name, Name: name, SMTP: directory.SMTP(name + "@litware.test"), Enabled: true}
}

func newFixture(t testing.TB, db *store.DB) *fixture {
	t.Helper()
	c := newClock()
	s, err := New(db, c.Now)
	must(t, err)
	f := &fixture{Store: s, db: db, clock: c}
	f.ken, err = s.Enable(t.Context(), user("ken"))
	must(t, err)
	f.kim, err = s.Enable(t.Context(), user("kim"))
	must(t, err)
	return f
}

// run gives every engine to fn, with a fixture of its own.
func run(t *testing.T, fn func(t *testing.T, f *fixture)) {
	storetest.Run(t, func(t *testing.T, db *store.DB) { fn(t, newFixture(t, db)) })
}

// sqliteFixture is for what does not depend on the engine.
func sqliteFixture(t testing.TB) *fixture {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite:"+t.TempDir()+"/mailbox.db")
	must(t, err)
	t.Cleanup(func() { db.Close() })
	return newFixture(t, db)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t testing.TB, err error, code problem.Code) {
	t.Helper()
	if problem.CodeOf(err) != code {
		t.Errorf("error is %v (%s), want %s", err, problem.CodeOf(err), code)
	}
}

func (f *fixture) folder(t testing.TB, mb Mailbox, name string) Folder {
	t.Helper()
	folder, err := f.DistinguishedFolder(t.Context(), mb, name)
	must(t, err)
	return folder
}

// item is an item with something in most fields.
func item(n int) Item {
	return Item{
		Subject:    fmt.Sprintf("Conversation %d", n),
		Body:       Body{HTML, fmt.Sprintf("<html><body><p>Hello %d</p></body></html>", n)},
		From:       Address{Name: "Kén", Address: "ken@litware.test"},
		Sender:     Address{Name: "Kén", Address: "ken@litware.test"},
		To:         []Address{{Name: "Kim", Address: "kim@litware.test"}, {Address: "pat@litware.test"}},
		Flags:      Read,
		Importance: NormalImportance,
		Categories: []string{"Work", "Later"},
		Properties: []Property{
			{PropertyID{Set: "00020329-0000-0000-c000-000000000046", Name: "id"}, TypeString, []string{fmt.Sprint("own-", n)}},
			{PropertyID{Tag: 0x8005}, TypeInteger, []string{fmt.Sprint(n)}},
		},
	}
}

func (f *fixture) create(t testing.TB, mb Mailbox, folder string, it Item) Item {
	t.Helper()
	made, err := f.CreateItem(t.Context(), mb, f.folder(t, mb, folder).ID, it)
	must(t, err)
	return made
}

func userWithoutAddress() directory.User { return directory.User{ID: "id-none", Name: "none"} }
