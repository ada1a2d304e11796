package storagesvc

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

// checklist: 004-10, the item lies in Conversation History.
func TestDelivers(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		r := newRig(t, db, newFake(t))
		stop := r.start()
		stored := r.must(conversation("a"))
		want := Stored{ID: "a", Mailboxes: []directory.SIP{"ken@litware.test", "pilar@litware.test"}, Skipped: []directory.SIP{"guest@fabrikam.test"}}
		if diff := cmp.Diff(want, stored); diff != "" {
			t.Error(diff)
		}
		r.must(conversation("b"))
		if st := r.settled(); st != (Status{Conversations: 2, Delivered: 4}) {
			t.Errorf("got %+v", st)
		}
		r.once("a", "b")
		for _, s := range r.x.all() {
			if s.folder != ews.ConversationHistory || s.item.Class != "IPM.Note.Microsoft.Conversation" {
				t.Errorf("an item of class %s lies in %s", s.item.Class, s.folder)
			}
		}
		if n := r.x.requests("FindItem"); n != 0 {
			t.Errorf("a first attempt looked for its item %d times", n)
		}
		stop()
		noneLeft(t)
	})
}

func TestStoringTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		r := newRig(t, db, newFake(t))
		r.must(conversation("a"))
		again := conversation("a")
		again.Messages[0].Text = "something else"
		if s := r.must(again); !s.Duplicate {
			t.Error("the second one is no duplicate")
		}
		stop := r.start()
		r.settled()
		if s := r.must(again); !s.Duplicate {
			t.Error("the third one is no duplicate")
		}
		if st := r.settled(); st != (Status{Conversations: 1, Delivered: 2}) {
			t.Errorf("got %+v", st)
		}
		r.once("a")
		if body := r.x.all()[0].item.Body.Text; !strings.Contains(body, "Hello") {
			t.Errorf("the first one was replaced: %s", body)
		}
		stop()
	})
}

// Two front ends hand in the same segment at the same moment.
func TestStoringAtTheSameMoment(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		r := newRig(t, db, newFake(t))
		var wg sync.WaitGroup
		var mu sync.Mutex
		news := 0
		for range 8 {
			wg.Go(func() {
				s, err := r.Store(context.Background(), conversation("a"))
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				} else if !s.Duplicate {
					news++
				}
			})
		}
		wg.Wait()
		if st := r.status(); news != 1 || st.Conversations != 1 || st.Waiting != 2 {
			t.Errorf("%d were new, %+v", news, st)
		}
	})
}

// A conversation with its deliveries and jobs is stored as a whole or not.
func TestStoreIsOneTransaction(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		r := newRig(t, db, newFake(t))
		exec := func(statement string) {
			t.Helper()
			if _, err := db.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		count := func(query string) (n int) {
			t.Helper()
			if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		for _, table := range []string{"storage_delivery", "river_job"} {
			exec("ALTER TABLE " + table + " RENAME TO away")
			if _, err := r.Store(t.Context(), conversation("a")); err == nil {
				t.Errorf("stored without %s", table)
			}
			exec("ALTER TABLE away RENAME TO " + table)
		}
		if st := r.status(); st != (Status{}) {
			t.Errorf("a failed store left %+v", st)
		}
		if n := count("SELECT COUNT(*) FROM river_job"); n != 0 {
			t.Errorf("a failed store left %d jobs", n)
		}
		if s := r.must(conversation("a")); s.Duplicate {
			t.Error("a failed store left its id")
		}
	})
}

func TestStoreRefuses(t *testing.T) {
	t.Parallel()
	r := newRig(t, storetest.Open(t, storetest.SQLite(t)), newFake(t))
	strangers := conversation("a")
	strangers.Participants = []Participant{{SIP: "guest@fabrikam.test"}, {SIP: "notsip@litware.test"}, {SIP: "disabled@litware.test"}}
	strangers.Messages = []Message{{From: "guest@fabrikam.test", At: strangers.Started, Text: "hi"}}
	if _, err := r.Store(t.Context(), strangers); problem.CodeOf(err) != problem.StorageConversation || !strings.Contains(err.Error(), "notsip@litware.test") {
		t.Errorf("without anybody of ours: %v", err)
	}
	r.Service.cfg.User = func(context.Context, directory.SIP) (directory.User, error) {
		return directory.User{}, problem.New(problem.StoreUnavailable, "the directory is away")
	}
	if _, err := r.Store(t.Context(), conversation("a")); problem.CodeOf(err) != problem.StoreUnavailable {
		t.Errorf("without a directory: %v", err)
	}
	if st := r.status(); st != (Status{}) {
		t.Errorf("refused conversations left %+v", st)
	}
}

func TestDeadLettersAndRequeue(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		r := newRig(t, db, newFake(t))
		r.x.breaks(fault{op: "CreateItem", kind: faultResponse, code: ews.ErrorNonExistentMailbox, user: "pilar@litware.test"})
		r.start()
		r.must(conversation("a"))
		r.must(conversation("b"))
		if st := r.settled(); st.Dead != 2 || st.Delivered != 2 {
			t.Fatalf("got %+v", st)
		}
		dead, err := r.DeadLetters(t.Context(), "a")
		if err != nil || len(dead) != 1 {
			t.Fatalf("dead letters of one conversation: %v, %v", dead, err)
		}
		if d := dead[0]; d.SIP != "pilar@litware.test" || d.Code != problem.StorageNoMailbox || d.Attempts != 1 || !strings.Contains(d.Detail, "ErrorNonExistentMailbox") {
			t.Errorf("got %+v", d)
		}
		requeue := func(filter string, want int) {
			t.Helper()
			if n, err := r.Requeue(t.Context(), filter); n != want || err != nil {
				t.Errorf("requeued %d of %q, want %d: %v", n, filter, want, err)
			}
			r.settled()
		}
		requeue("no such id", 0)
		requeue("", 2)
		if dead, err = r.DeadLetters(t.Context(), ""); err != nil || len(dead) != 2 || dead[0].Attempts != 2 {
			t.Errorf("what fails again is dead again: %+v, %v", dead, err)
		}
		r.x.heal()
		requeue(dead[0].ID, 1)
		requeue(dead[1].ConversationID, 1)
		r.once("a", "b")
	})
}

// Requeue goes on until all are requeued, batch by batch.
func TestRequeueMany(t *testing.T) {
	t.Parallel()
	const many = batch + 50
	r := newRig(t, storetest.Open(t, storetest.SQLite(t)), newFake(t))
	r.must(conversation("a"))
	err := r.db.InTx(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		for i := range many {
			if _, err := tx.ExecContext(ctx, sqlInsertDelivery, fmt.Sprint(i), "a", fmt.Sprint(i), 0, 0); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, sqlDead, fmt.Sprint(i), "storage.no-mailbox", "", i); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if dead, err := r.DeadLetters(t.Context(), ""); len(dead) != many || dead[0].ID != fmt.Sprint(many-1) || err != nil {
		t.Errorf("%d listed, not the newest first: %v", len(dead), err)
	}
	if n, err := r.Requeue(t.Context(), ""); n != many || err != nil {
		t.Errorf("%d requeued: %v", n, err)
	}
	if st := r.status(); st.Waiting != many+2 || st.Dead != 0 {
		t.Errorf("%+v", st)
	}
}

// An attempt that lost its answer and then ran out of time is not made a
// second item by requeueing.
func TestGivingUpAndRequeue(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		r := newRig(t, db, newFake(t))
		r.x.breaks(fault{op: "CreateItem", kind: faultLostAfter, times: 2})
		r.x.breaks(fault{op: "FindItem", kind: fault503})
		stop := r.start()
		r.must(conversation("a"))
		eventually(t, func() bool { return r.x.requests("FindItem") > 4 }, r.log.String)
		if st := r.status(); st.Dead != 0 {
			t.Errorf("given up too early: %+v", st)
		}
		r.ahead.Store(int64(73 * time.Hour))
		r.settled()
		dead, err := r.DeadLetters(t.Context(), "")
		if err != nil || len(dead) != 2 || dead[0].Code != problem.StorageBusy || !strings.HasPrefix(dead[0].Detail, "given up after 72h0m0s: ") {
			t.Fatalf("got %+v, %v", dead, err)
		}
		r.x.heal()
		if n, err := r.Requeue(t.Context(), ""); n != 2 || err != nil {
			t.Errorf("requeued %d: %v", n, err)
		}
		if st := r.settled(); st.Delivered != 2 {
			t.Errorf("got %+v", st)
		}
		r.once("a")
		stop()
	})
}

func TestForgetsWhatIsDone(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		r := newRig(t, db, newFake(t), func(c *Config) { c.Keep = 24 * time.Hour })
		r.x.breaks(fault{op: "CreateItem", kind: faultResponse, code: ews.ErrorNonExistentMailbox, times: 1})
		stop := r.start()
		r.must(conversation("dead"))
		r.settled()
		r.must(conversation("done"))
		r.settled()
		stop()
		for _, tt := range []struct {
			ahead         time.Duration
			conversations int
		}{{23 * time.Hour, 2}, {25 * time.Hour, 1}} {
			r.ahead.Store(int64(tt.ahead))
			if err := r.forget(t.Context()); err != nil {
				t.Fatal(err)
			}
			if st := r.status(); st.Conversations != tt.conversations || st.Dead != 1 {
				t.Errorf("after %s there are %+v", tt.ahead, st)
			}
		}
	})
}

func TestStopLetsDeliveriesFinish(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		r := newRig(t, db, newFake(t))
		r.x.breaks(fault{op: "CreateItem", kind: faultSlow, times: 2})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- r.Run(ctx) }()
		r.must(conversation("a"))
		eventually(t, func() bool { return r.x.hanging() == 2 }, r.log.String)
		r.must(conversation("b"))
		cancel()
		select {
		case err := <-done:
			t.Fatalf("Run did not wait for its deliveries: %v", err)
		default:
		}
		r.x.finishHanging()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if n := r.x.copies("ken@litware.test", "a") + r.x.copies("pilar@litware.test", "a"); n != 2 || r.status().Delivered < 2 {
			t.Errorf("%d items, %+v", n, r.status())
		}
		noneLeft(t)
		r.start()
		r.settled()
		r.once("a", "b")
	})
}

// What does not end in time is broken off, which is no failure of Exchange.
func TestStopBreaksOffWhatHangs(t *testing.T) {
	t.Parallel()
	r := newRig(t, storetest.Open(t, storetest.SQLite(t)), newFake(t), func(c *Config) { c.tempo.drain = 10 * time.Millisecond })
	r.x.breaks(fault{op: "GetUserSettings", kind: faultHang})
	stop := r.start()
	r.must(conversation("a"))
	eventually(t, func() bool { return r.x.requests("GetUserSettings") == 2 }, r.log.String)
	stop()
	noneLeft(t)
	if st := r.status(); st.Retrying != 2 {
		t.Errorf("got %+v", st)
	}
	if ids := r.events(); len(ids) != 0 {
		t.Errorf("a stop was logged as events %v", ids)
	}
	r.x.heal()
	r.start()
	r.settled()
	r.once("a")
}

// Nodes that share a PostgreSQL database may start at the same moment.
func TestNodesMigrateOneAfterTheOther(t *testing.T) {
	t.Parallel()
	dsn := storetest.Postgres(t)
	x := newFake(t)
	first := newRig(t, storetest.Open(t, storetest.Postgres(t)), x) // its Config is as good as any
	var wg sync.WaitGroup
	for range 4 {
		db := storetest.Open(t, dsn)
		wg.Go(func() {
			cfg := first.cfg
			cfg.DB = db
			if _, err := New(context.Background(), cfg); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// Two nodes share one database and one queue.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	dsn := storetest.Postgres(t)
	x := newFake(t)
	a, b := newRig(t, storetest.Open(t, dsn), x), newRig(t, storetest.Open(t, dsn), x)
	a.start()
	b.start()
	var ids []string
	for i := range 40 {
		ids = append(ids, fmt.Sprint(i))
		[]*rig{a, b}[i%2].must(conversation(ids[i]))
	}
	a.settled()
	a.once(ids...)
}

// An outcome that cannot be written does not spoil those that share its commit.
func TestLedgerKeepsOutcomesApart(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		r := newRig(t, db, newFake(t))
		r.must(conversation("a"))
		ids, err := column[string](t.Context(), db, `SELECT id FROM storage_delivery`)
		if err != nil {
			t.Fatal(err)
		}
		good := []*outcome{
			{statement: sqlDelivered, args: []any{ids[0], "item", 1}},
			{statement: sqlDelivered, args: []any{ids[1], "item", 1}},
		}
		bad := &outcome{statement: "UPDATE no_such_table SET x = $1", args: []any{"x"}}
		r.ledger.commit(t.Context(), []*outcome{good[0], bad, good[1]})
		if good[0].err != nil || good[1].err != nil || bad.err == nil {
			t.Errorf("got %v, %v, %v", good[0].err, bad.err, good[1].err)
		}
		if st := r.status(); st.Delivered != 2 {
			t.Errorf("got %+v", st)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := r.ledger.write(gone, sqlRetrying, ids[0], "x", "x", 2); err != nil {
			t.Errorf("what is known must be written when time is up: %v", err)
		}
		if st := r.status(); st.Delivered != 2 {
			t.Errorf("delivered is not final: %+v", st)
		}
		if err := r.ledger.write(t.Context(), "UPDATE no_such_table SET x = $1", "x"); err == nil || errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}
