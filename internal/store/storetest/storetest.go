package storetest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/matchseal/matchseal/internal/store"
)

const (
	envServer  = "MATCHSEAL_TEST_POSTGRES"
	envRequire = "MATCHSEAL_REQUIRE_POSTGRES"
)

// Run runs fn as the subtests "sqlite" and "postgres" of t, each with an empty
// database of its own that is closed and removed afterwards.
func Run(t *testing.T, fn func(t *testing.T, db *store.DB)) {
	t.Helper()
	RunDSN(t, func(t *testing.T, dsn string) { fn(t, Open(t, dsn)) })
}

// RunDSN is Run for tests that open the database themselves, or more than once.
func RunDSN(t *testing.T, fn func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, Postgres(t)) })
}

// SQLite returns the address of a SQLite database that does not exist yet.
func SQLite(t testing.TB) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "test.db")
}

// Postgres returns the address of a new PostgreSQL database. It skips the test
// with the reason when there is no server to be had, or fails it when
// MATCHSEAL_REQUIRE_POSTGRES is set.
func Postgres(t testing.TB) string {
	t.Helper()
	server, err := server()
	if err != nil {
		if os.Getenv(envRequire) != "" {
			t.Fatalf("%s is set, but there is no PostgreSQL: %v", envRequire, err)
		}
		t.Skipf("no PostgreSQL for this test: %v", err)
	}
	dsn, drop, err := server.create(context.Background())
	if err != nil {
		t.Fatalf("create a PostgreSQL database: %v", err)
	}
	t.Cleanup(func() {
		if err := drop(context.Background()); err != nil {
			t.Errorf("drop the PostgreSQL database: %v", err)
		}
	})
	return dsn
}

// Open opens a database and closes it at the end of the test.
func Open(t testing.TB, dsn string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	return db
}
