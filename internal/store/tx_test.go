package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

// makeCounter makes the table that most tests write to.
func makeCounter(t testing.TB, db *store.DB) {
	t.Helper()
	for _, statement := range []string{"CREATE TABLE counter (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)", "INSERT INTO counter VALUES (1, 0)"} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

func counter(t testing.TB, q store.Querier) int {
	t.Helper()
	var n int
	if err := q.QueryRowContext(t.Context(), "SELECT n FROM counter WHERE id = 1").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// increment reads and writes in two steps, so that it loses counts unless
// transactions are serializable.
func increment(ctx context.Context, db *store.DB) error {
	return db.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, "SELECT n FROM counter WHERE id = 1").Scan(&n); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE counter SET n = $1 WHERE id = 1", n+1)
		return err
	})
}

func TestInTx(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		makeCounter(t, db)
		set := func(ctx context.Context, tx *sql.Tx, n int) {
			if _, err := tx.ExecContext(ctx, "UPDATE counter SET n = $1", n); err != nil {
				t.Fatal(err)
			}
		}
		mine := errors.New("mine")
		err := db.InTx(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			set(ctx, tx, 7)
			return mine
		})
		if err != mine || counter(t, db) != 0 {
			t.Errorf("an error of the function came back as %v, and the counter is %d", err, counter(t, db))
		}
		func() {
			defer func() {
				if recover() != "broken" {
					t.Error("the panic did not go through")
				}
			}()
			_ = db.InTx(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
				set(ctx, tx, 8)
				panic("broken")
			})
		}()
		if n := counter(t, db); n != 0 {
			t.Errorf("after a panic the counter is %d", n)
		}
		ctx, cancel := context.WithCancel(t.Context())
		err = db.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
			set(ctx, tx, 9)
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) && !errors.Is(err, sql.ErrTxDone) || counter(t, db) != 0 {
			t.Errorf("a context that ended before the commit gave %v, and the counter is %d", err, counter(t, db))
		}
		if err := increment(t.Context(), db); err != nil || counter(t, db) != 1 {
			t.Errorf("after all this a transaction gives %v, and the counter is %d", err, counter(t, db))
		}
	})
}

func TestTheDBInsideItsOwnTransactionPanics(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		makeCounter(t, db)
		other := storetest.Open(t, storetest.SQLite(t))
		panics := func(use func()) (panicked bool) {
			defer func() { panicked = recover() != nil }()
			use()
			return false
		}
		err := db.InTx(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			for name, use := range map[string]func(){
				"InTx":            func() { _ = db.InTx(ctx, func(context.Context, *sql.Tx) error { return nil }) },
				"ExecContext":     func() { _, _ = db.ExecContext(ctx, "SELECT 1") },
				"QueryContext":    func() { _, _ = db.QueryContext(ctx, "SELECT 1") },
				"QueryRowContext": func() { _ = db.QueryRowContext(ctx, "SELECT 1") },
			} {
				if !panics(use) {
					t.Errorf("%s did not panic", name)
				}
			}
			if err := other.Ping(ctx); err != nil {
				t.Errorf("another database: %v", err)
			}
			_, err := tx.ExecContext(ctx, "UPDATE counter SET n = 1")
			return err
		})
		if err != nil || counter(t, db) != 1 {
			t.Errorf("the transaction gave %v", err)
		}
	})
}

// Several nodes, here several DBs, count in one row and lose nothing.
func TestConcurrentTransactionsLoseNothing(t *testing.T) {
	storetest.RunDSN(t, func(t *testing.T, dsn string) {
		const nodes, workers, rounds = 2, 3, 10
		makeCounter(t, storetest.Open(t, dsn))
		var group sync.WaitGroup
		for range nodes {
			db := storetest.Open(t, dsn)
			for range workers {
				group.Go(func() {
					for range rounds {
						if err := increment(t.Context(), db); err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		group.Wait()
		if n := counter(t, storetest.Open(t, dsn)); n != nodes*workers*rounds {
			t.Errorf("the counter is %d, want %d", n, nodes*workers*rounds)
		}
	})
}

func TestLockedSQLiteFileIsBusy(t *testing.T) {
	dsn := storetest.SQLite(t)
	holder, db := storetest.Open(t, dsn), storetest.Open(t, dsn)
	makeCounter(t, holder)
	if _, err := db.ExecContext(t.Context(), "PRAGMA busy_timeout = 1"); err != nil {
		t.Fatal(err)
	}
	err := holder.InTx(t.Context(), func(context.Context, *sql.Tx) error { return increment(t.Context(), db) })
	if !problem.Is(err, problem.StoreBusy) {
		t.Errorf("a write against a locked file gave %v", err)
	}
	if n := counter(t, db); n != 0 {
		t.Errorf("the counter is %d", n)
	}
}

func TestDuplicatesAreToldFromOtherErrors(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		makeCounter(t, db)
		if _, err := db.ExecContext(t.Context(), "CREATE TABLE names (name TEXT UNIQUE, n BIGINT NOT NULL)"); err != nil {
			t.Fatal(err)
		}
		insert := func(statement string) error {
			return db.InTx(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
				_, err := tx.ExecContext(ctx, statement)
				return err
			})
		}
		for statement, duplicate := range map[string]bool{
			"INSERT INTO counter VALUES (1, 0)":                       true,
			"INSERT INTO counter VALUES (2, NULL)":                    false,
			"INSERT INTO names VALUES ('a', 1)":                       false,
			"INSERT INTO nothing VALUES (1)":                          false,
			"INSERT INTO names SELECT 'b', 1 UNION ALL SELECT 'b', 2": true,
		} {
			err := insert(statement)
			if store.IsDuplicate(err) != duplicate {
				t.Errorf("%s: %v counts as duplicate: %v", statement, err, !duplicate)
			}
			if err != nil && problem.CodeOf(store.Explain(err)) != problem.Internal {
				t.Errorf("%s: %v was explained as trouble with the store", statement, err)
			}
		}
		if store.IsDuplicate(nil) || store.IsDuplicate(fmt.Errorf("duplicate")) {
			t.Error("no engine's error counts as duplicate")
		}
	})
}
