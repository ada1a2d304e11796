package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

// filled makes a closed SQLite database of about 400 KiB and returns its path.
func filled(t *testing.T) string {
	t.Helper()
	db, err := store.Open(t.Context(), storetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	makeCounter(t, db)
	if err := fill(t.Context(), db, 100); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return db.Place()
}

// fill writes rows of about 4 KiB, each in a transaction of its own.
func fill(ctx context.Context, db *store.DB, rows int) error {
	if _, err := db.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS filling (n BIGINT PRIMARY KEY, body TEXT)"); err != nil {
		return err
	}
	for n := range rows {
		err := db.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO filling VALUES ($1, $2)", n, strings.Repeat("x", 4000))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func TestCorruptFile(t *testing.T) {
	overwrite := func(t *testing.T, path string, at, length int64) {
		t.Helper()
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.WriteAt([]byte(strings.Repeat("\xa5", int(length))), at); err != nil {
			t.Fatal(err)
		}
	}
	damages := map[string]func(t *testing.T, path string){
		"not a database": func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(strings.Repeat("to whom it may concern\n", 100)), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"header overwritten": func(t *testing.T, path string) { overwrite(t, path, 0, 100) },
		"pages overwritten":  func(t *testing.T, path string) { overwrite(t, path, 4096, 20*4096) },
		"cut off":            func(t *testing.T, path string) { _ = os.Truncate(path, 50*4096) },
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			path := filled(t)
			damage(t, path)
			db, err := store.Open(t.Context(), "sqlite:"+path)
			if err == nil {
				defer db.Close()
				err = db.Check(t.Context())
			}
			if !problem.Is(err, problem.StoreCorrupt) {
				t.Errorf("a damaged file gave %v", err)
			}
			if err != nil && !strings.Contains(err.Error(), path) {
				t.Errorf("the message does not name the file: %v", err)
			}
		})
	}
}

func TestStatementOnCorruptPage(t *testing.T) {
	path := filled(t)
	db := storetest.Open(t, "sqlite:"+path)
	if err := os.Truncate(path, 30*4096); err != nil {
		t.Fatal(err)
	}
	var n int
	err := db.QueryRowContext(t.Context(), "SELECT sum(length(body)) FROM filling").Scan(&n)
	if err = store.Explain(err); !problem.Is(err, problem.StoreCorrupt) {
		t.Errorf("reading a page that is gone gave %d, %v", n, err)
	}
}

func TestDiskFull(t *testing.T) {
	t.Run("page limit", func(t *testing.T) {
		db := storetest.Open(t, storetest.SQLite(t))
		if _, err := db.ExecContext(t.Context(), "PRAGMA max_page_count = 40"); err != nil {
			t.Fatal(err)
		}
		testFull(t, db, func() error {
			_, err := db.ExecContext(t.Context(), "PRAGMA max_page_count = 4000")
			return err
		})
	})
	t.Run("file system", func(t *testing.T) {
		dir := t.TempDir()
		ballast := filepath.Join(dir, "ballast")
		mountSmall(t, dir, "size=1m")
		if err := os.WriteFile(ballast, make([]byte, 256<<10), 0o600); err != nil {
			t.Fatal(err)
		}
		db := storetest.Open(t, "sqlite:"+filepath.Join(dir, "x.db"))
		testFull(t, db, func() error { return os.Remove(ballast) })
		if err := os.WriteFile(ballast, make([]byte, 4<<20), 0o600); err == nil {
			t.Fatal("the file system did not fill up")
		}
		if _, err := store.Open(t.Context(), "sqlite:"+filepath.Join(dir, "y.db")); !problem.Is(err, problem.StoreFull) {
			t.Errorf("opening a new database on a full disk gave %v", err)
		}
	})
}

// testFull writes until there is no room, then makes room and goes on.
func testFull(t *testing.T, db *store.DB, relieve func() error) {
	t.Helper()
	makeCounter(t, db)
	if err := fill(t.Context(), db, 1000); !problem.Is(err, problem.StoreFull) {
		t.Fatalf("a full disk gave %v", err)
	}
	var rows int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM filling").Scan(&rows); err != nil || rows == 0 {
		t.Errorf("on a full disk %d rows can be read, %v", rows, err)
	}
	if err := relieve(); err != nil {
		t.Fatal(err)
	}
	if err := increment(t.Context(), db); err != nil || counter(t, db) != 1 {
		t.Errorf("when there is room again a write gives %v", err)
	}
	var again int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM filling").Scan(&again); err != nil || again != rows {
		t.Errorf("%d rows became %d, %v", rows, again, err)
	}
	if err := db.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestReadOnlyFileSystem(t *testing.T) {
	dir := t.TempDir()
	mountSmall(t, dir, "size=1m")
	path := filepath.Join(dir, "x.db")
	db, err := store.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	makeCounter(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	remountReadOnly(t, dir)
	for _, name := range []string{path, filepath.Join(dir, "new.db")} {
		db, err := store.Open(t.Context(), "sqlite:"+name)
		if err == nil {
			err = errors.Join(increment(t.Context(), db), db.Close())
		}
		if !problem.Is(err, problem.StoreReadOnly) {
			t.Errorf("%s on a read-only file system gave %v", filepath.Base(name), err)
		}
	}
}

func TestDirectoryInTheWay(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(file, "x.db"), filepath.Dir(file)} {
		if _, err := store.Open(t.Context(), "sqlite:"+path); !problem.Is(err, problem.StoreUnavailable) {
			t.Errorf("%s gave %v", path, err)
		}
	}
}

func TestPostgresThatCannotBeUsed(t *testing.T) {
	dsn := storetest.Postgres(t)
	change := func(edit func(u *url.URL)) string {
		u, err := url.Parse(dsn)
		if err != nil {
			t.Fatal(err)
		}
		edit(u)
		return u.String()
	}
	for _, tt := range []struct {
		name, dsn string
		want      problem.Code
	}{
		{"no database", change(func(u *url.URL) { u.Path = "/nothing" }), problem.StoreNoDatabase},
		{"no user", change(func(u *url.URL) { u.User = url.UserPassword("nobody_here", "geheim") }), problem.StoreDenied},
		{"nobody listens", "postgres://u:geheim@127.0.0.1:" + closedPort(t) + "/x", problem.StoreUnavailable},
		{"no such host", "postgres://u:geheim@nowhere.invalid/x", problem.StoreUnavailable},
		{"nobody answers", "postgres://u:geheim@" + silentListener(t) + "/x?connect_timeout=1", problem.StoreUnavailable},
		{"no socket", "postgres:///x?host=" + url.QueryEscape(t.TempDir()), problem.StoreUnavailable},
	} {
		_, err := store.Open(t.Context(), tt.dsn)
		if !problem.Is(err, tt.want) {
			t.Errorf("%s gave %v, want %s", tt.name, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "geheim") {
			t.Errorf("the password is in the message: %v", err)
		}
	}
}

// silentListener accepts connections and says nothing.
func silentListener(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func TestPostgresReadOnlyAndLostConnection(t *testing.T) {
	dsn := storetest.Postgres(t)
	db, admin := storetest.Open(t, dsn), storetest.Open(t, dsn)
	makeCounter(t, db)
	err := db.InTx(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "SET TRANSACTION READ ONLY"); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE counter SET n = 1")
		return err
	})
	if !problem.Is(err, problem.StoreReadOnly) {
		t.Errorf("a write to a read-only server gave %v", err)
	}
	err = db.InTx(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		var pid int
		if err := tx.QueryRowContext(ctx, "SELECT pg_backend_pid()").Scan(&pid); err != nil {
			return err
		}
		if _, err := admin.ExecContext(ctx, "SELECT pg_terminate_backend($1, 5000)", pid); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE counter SET n = 1")
		return err
	})
	if !problem.Is(err, problem.StoreUnavailable) {
		t.Errorf("a connection lost inside a transaction gave %v", err)
	}
	if err := increment(t.Context(), db); err != nil || counter(t, db) != 1 {
		t.Errorf("the next transaction finds another connection, but gave %v", err)
	}
}

func TestConnectionLostDuringCommit(t *testing.T) {
	dsn := storetest.Postgres(t)
	makeCounter(t, storetest.Open(t, dsn))
	db, proxy := throughProxy(t, dsn)
	if err := increment(t.Context(), db); err != nil {
		t.Fatalf("through the proxy: %v", err)
	}
	proxy.cutAtCommit.Store(true)
	err := increment(t.Context(), db)
	if !problem.Is(err, problem.StoreCommitUnclear) {
		t.Errorf("a connection lost during COMMIT gave %v", err)
	}
	if retry := problem.Of(err).Entry().Retry; retry != problem.Unclear {
		t.Errorf("its retry class is %s", retry)
	}
	proxy.cutAtCommit.Store(false)
	if err := increment(t.Context(), db); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestExplainLeavesOtherErrorsAlone(t *testing.T) {
	known := problem.New(problem.StoreBusy, "x")
	for _, err := range []error{nil, sql.ErrNoRows, context.Canceled, context.DeadlineExceeded, fs.ErrNotExist,
		errors.New("x"), known, fmt.Errorf("more: %w", known)} {
		if got := store.Explain(err); got != err {
			t.Errorf("%v became %v", err, got)
		}
	}
}

// Every code that this package reports has a row with a remedy.
func TestCatalogue(t *testing.T) {
	for _, e := range problem.All() {
		if area := e.Code.Area(); (area == "store" || area == "settings") && (e.Title == "" || e.Cause == "" || e.Remedy == "") {
			t.Errorf("%s has no title, cause or remedy", e.Code)
		}
	}
}
