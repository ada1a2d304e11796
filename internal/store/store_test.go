package store_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

func TestOpenSQLiteFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a b", "50%?#é")
	path := filepath.Join(dir, "x%41?y#z.db")
	db := storetest.Open(t, "sqlite:"+path)
	if db.Engine() != store.SQLite || db.Place() != path {
		t.Errorf("engine %s at %s", db.Engine(), db.Place())
	}
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE t (n BIGINT)"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{dir: 0o700, path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %o, want %o", name, info.Mode().Perm(), want)
		}
	}
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000"} {
		var got string
		if err := db.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, %v; want %s", pragma, got, err, want)
		}
	}
	if n := db.Stats().MaxOpenConnections; n != 1 {
		t.Errorf("%d connections may be open, want 1", n)
	}
}

func TestSQLiteURLForm(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	if db := storetest.Open(t, "sqlite://"+path); db.Place() != path {
		t.Errorf("sqlite://%s opened %s", path, db.Place())
	}
}

func TestAddressesThatNameNoDatabase(t *testing.T) {
	for _, dsn := range []string{"", "x.db", "/var/lib/x.db", "sqlite:", "sqlite::memory:", "sqlite:/tmp/",
		"mysql://admin:geheim@host/x", "postgres://admin:geheim@host:port/x"} {
		_, err := store.Open(t.Context(), dsn)
		if !problem.Is(err, problem.StoreAddress) {
			t.Errorf("%q gave %v", dsn, err)
		}
		if err != nil && strings.Contains(err.Error(), "geheim") {
			t.Errorf("the password is in the message: %v", err)
		}
	}
}

func TestPostgresCommitsAreDurable(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres(t))
	if db.Engine() != store.Postgres || strings.Contains(db.Place(), "@") {
		t.Errorf("engine %s at %s", db.Engine(), db.Place())
	}
	var commit, standard string
	if err := db.QueryRowContext(t.Context(), `SELECT current_setting('synchronous_commit'),
			(SELECT reset_val FROM pg_settings WHERE name = 'synchronous_commit')`).Scan(&commit, &standard); err != nil {
		t.Fatal(err)
	}
	if commit == "off" {
		t.Errorf("synchronous_commit is off (the server's default is %s)", standard)
	}
}

func TestPlaceholdersAreNumbers(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		var got string
		err := db.QueryRowContext(t.Context(), "SELECT CAST($2 AS TEXT) || CAST($1 AS TEXT) || CAST($2 AS TEXT)", "a", "b").Scan(&got)
		if err != nil || got != "bab" {
			t.Errorf("got %q, %v; want bab", got, err)
		}
	})
}

func TestPing(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		if err := db.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if err := db.Ping(t.Context()); !problem.Is(err, problem.StoreUnavailable) {
			t.Errorf("a closed database gave %v", err)
		}
	})
	t.Run("file gone", func(t *testing.T) {
		db := storetest.Open(t, storetest.SQLite(t))
		moved := db.Place() + ".moved"
		if err := os.Rename(db.Place(), moved); err != nil {
			t.Fatal(err)
		}
		if err := db.Ping(t.Context()); !problem.Is(err, problem.StoreUnavailable) {
			t.Errorf("a file that was moved away gave %v", err)
		}
		if err := os.WriteFile(db.Place(), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := db.Ping(t.Context()); !problem.Is(err, problem.StoreUnavailable) {
			t.Errorf("a file that was replaced gave %v", err)
		}
		if err := os.Rename(moved, db.Place()); err != nil {
			t.Fatal(err)
		}
		if err := db.Ping(t.Context()); err != nil {
			t.Errorf("the file came back, but: %v", err)
		}
	})
}

func TestCheckAndVerifyOfAGoodDatabase(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		if err := errors.Join(db.Check(t.Context()), db.Verify(t.Context())); err != nil {
			t.Error(err)
		}
	})
}

func TestVerifyFindsADanglingReference(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	for _, statement := range []string{
		"CREATE TABLE parent (id BIGINT PRIMARY KEY)", "CREATE TABLE child (id BIGINT REFERENCES parent)",
		"PRAGMA foreign_keys = OFF", "INSERT INTO child VALUES (1)",
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Verify(t.Context()); !problem.Is(err, problem.StoreCorrupt) || !strings.Contains(err.Error(), "child") {
		t.Errorf("Verify gave %v", err)
	}
}

func TestTimes(t *testing.T) {
	if store.Micros(time.Time{}) != 0 || !store.Time(0).IsZero() {
		t.Error("the zero time is not kept as 0")
	}
	rapid.Check(t, func(r *rapid.T) {
		want := time.Unix(rapid.Int64Range(-1<<33, 1<<34).Draw(r, "s"), rapid.Int64Range(0, 999999).Draw(r, "us")*1000)
		if want.UnixMicro() == 0 {
			return // 1970 itself is the price of the zero time
		}
		if got := store.Time(store.Micros(want)); !got.Equal(want) || got.Location() != time.UTC {
			r.Errorf("%v came back as %v", want, got)
		}
	})
}
