package storetest_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

func TestRunGivesEachTestAnEmptyDatabase(t *testing.T) {
	for range 2 {
		storetest.Run(t, func(t *testing.T, db *store.DB) {
			if _, err := db.ExecContext(t.Context(), "CREATE TABLE here (n BIGINT)"); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestStatements(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sql.go")
	source := "package x\nconst columns = `a, b`\nconst (\n\tsqlGet = \"SELECT \" + columns + ` FROM t`\n\tlimit = 3\n\tsqlDelete = `\n delete FROM t`\n)\n"
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"sqlGet": "SELECT a, b FROM t", "sqlDelete": "\n delete FROM t"}
	if diff := cmp.Diff(want, storetest.Statements(t, file)); diff != "" {
		t.Error(diff)
	}
}

func TestPrepare(t *testing.T) {
	migrate := func(ctx context.Context, db *store.DB) error {
		return db.Migrate(ctx, "things", fstest.MapFS{"00001_things.sql": {Data: []byte(
			"-- +goose Up\nCREATE TABLE things (id AUTOID, body BLOB, name TEXT NOT NULL UNIQUE);\n")}})
	}
	storetest.Prepare(t, map[string]string{
		"get": "SELECT id, body FROM things WHERE name = $1",
		"put": "INSERT INTO things (name, body) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET body = excluded.body RETURNING id",
	}, migrate)
}

func TestTemplate(t *testing.T) {
	fills := 0
	template := storetest.NewTemplate(func(ctx context.Context, db *store.DB) error {
		fills++
		_, err := db.ExecContext(ctx, "CREATE TABLE here (n BIGINT); INSERT INTO here VALUES (1)")
		return err
	})
	for range 2 { // what one copy gets is not in the next
		db := storetest.Open(t, template.SQLite(t))
		var sum int
		if err := db.QueryRowContext(t.Context(), "SELECT SUM(n) FROM here").Scan(&sum); err != nil || sum != 1 {
			t.Fatalf("%d, %v", sum, err)
		}
		if _, err := db.ExecContext(t.Context(), "INSERT INTO here VALUES (2)"); err != nil {
			t.Fatal(err)
		}
	}
	if fills != 1 {
		t.Errorf("filled %d times", fills)
	}
}
