package store_test

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

// steps makes migrations of the statements given.
func steps(dir string, statements ...string) fstest.MapFS {
	files := fstest.MapFS{}
	for i, s := range statements {
		files[fmt.Sprintf("%s%05d_step.sql", dir, i+1)] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + s + ";\n")}
	}
	return files
}

const things = "CREATE TABLE things (id AUTOID, name TEXT NOT NULL UNIQUE, body BLOB)"

func TestMigrateWords(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		if err := db.Migrate(ctx, "things", steps("migrations/", things)); err != nil {
			t.Fatal(err)
		}
		body := []byte{0, 0xff, '\n'}
		var last int64
		for _, name := range []string{"b", "A", "a", "_", "B"} {
			var id int64
			err := db.QueryRowContext(ctx, "INSERT INTO things (name, body) VALUES ($1, $2) RETURNING id", name, body).Scan(&id)
			if err != nil || id <= last {
				t.Fatalf("id %d after %d, %v", id, last, err)
			}
			last = id
		}
		rows, err := db.QueryContext(ctx, "SELECT name, body FROM things ORDER BY name")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var names []string
		for rows.Next() {
			var name string
			var got []byte
			if err := rows.Scan(&name, &got); err != nil || !bytes.Equal(got, body) {
				t.Errorf("body %v, %v", got, err)
			}
			names = append(names, name)
		}
		if diff := cmp.Diff([]string{"A", "B", "_", "a", "b"}, names); diff != "" || rows.Err() != nil {
			t.Errorf("text is not in byte order: %v\n%s", rows.Err(), diff)
		}
	})
}

func TestMigrateInSteps(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		one := steps("", things)
		two := steps("", things, "INSERT INTO things (name) VALUES ('x')")
		for _, fsys := range []fstest.MapFS{one, one, two, two} {
			if err := db.Migrate(ctx, "things", fsys); err != nil {
				t.Fatal(err)
			}
		}
		// Another owner has versions of its own.
		if err := db.Migrate(ctx, "others", steps("", "CREATE TABLE others (n BIGINT)")); err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(ctx, "things", one); !problem.Is(err, problem.StoreNewer) {
			t.Errorf("tables of a newer version gave %v", err)
		}
		broken := steps("", things, "INSERT INTO things (name) VALUES ('x')", "INSERT INTO things (name) VALUES ('y'), ('x')")
		if err := db.Migrate(ctx, "things", broken); !problem.Is(err, problem.StoreMigration) {
			t.Errorf("a broken step gave %v", err)
		}
		var n int
		if err := db.QueryRowContext(ctx, "SELECT count(*) FROM things").Scan(&n); err != nil || n != 1 {
			t.Errorf("%d rows, %v: the broken step left traces", n, err)
		}
		if err := db.Migrate(ctx, "nobody", fstest.MapFS{}); !problem.Is(err, problem.StoreMigration) {
			t.Errorf("no migrations at all gave %v", err)
		}
	})
}

// Nodes that start together each find the tables made, exactly once.
func TestNodesMigrateTogether(t *testing.T) {
	storetest.RunDSN(t, func(t *testing.T, dsn string) {
		fsys := steps("", things, "INSERT INTO things (name) VALUES ('x')", "UPDATE things SET name = name || 'y'")
		var group sync.WaitGroup
		for range 4 {
			db := storetest.Open(t, dsn)
			group.Go(func() {
				if err := db.Migrate(t.Context(), "things", fsys); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		var name string
		if err := storetest.Open(t, dsn).QueryRowContext(t.Context(), "SELECT name FROM things").Scan(&name); err != nil || name != "xy" {
			t.Errorf("name is %q, %v", name, err)
		}
	})
}

func TestMigrateGivesUpWithItsContext(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := db.Migrate(ctx, "things", steps("", things)); err == nil {
			t.Error("Migrate went on although its context had ended")
		}
		if err := db.Migrate(t.Context(), "things", steps("", things)); err != nil {
			t.Errorf("and afterwards: %v", err)
		}
	})
}
