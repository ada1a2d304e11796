package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

func TestBackup(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		path := filepath.Join(t.TempDir(), "backup 1.db")
		if db.Engine() == store.Postgres {
			if err := db.Backup(t.Context(), path); !problem.Is(err, problem.StoreBackup) || !strings.Contains(err.Error(), "pg_dump") {
				t.Errorf("Backup gave %v", err)
			}
			return
		}
		makeCounter(t, db)
		if err := db.Backup(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the backup has mode %v, %v", info.Mode(), err)
		}
		copied := storetest.Open(t, "sqlite:"+path)
		if n := counter(t, copied); n != 0 {
			t.Errorf("the backup counts %d", n)
		}
		if err := copied.Verify(t.Context()); err != nil {
			t.Error(err)
		}
		if err := db.Backup(t.Context(), path); !problem.Is(err, problem.StoreBackup) {
			t.Errorf("a backup over a file gave %v", err)
		}
	})
}

// backedUp makes a database whose counter is 1 now and was 0 in its backup.
func backedUp(t *testing.T) (dsn, backup string) {
	t.Helper()
	dsn, backup = storetest.SQLite(t), filepath.Join(t.TempDir(), "backup.db")
	db, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	makeCounter(t, db)
	if err := db.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	if err := increment(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return dsn, backup
}

func TestRestore(t *testing.T) {
	dsn, backup := backedUp(t)
	for range 2 { // the backup is not used up
		if err := store.Restore(t.Context(), backup, dsn); err != nil {
			t.Fatal(err)
		}
		db := storetest.Open(t, dsn)
		if n := counter(t, db); n != 0 {
			t.Errorf("after the restore the counter is %d", n)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	elsewhere := storetest.SQLite(t)
	if err := store.Restore(t.Context(), backup, elsewhere); err != nil {
		t.Fatal(err)
	}
	if n := counter(t, storetest.Open(t, elsewhere)); n != 0 {
		t.Errorf("restored where nothing was, the counter is %d", n)
	}
}

func TestRestoreKeepsWhatWasThere(t *testing.T) {
	dsn, backup := backedUp(t)
	if err := store.Restore(t.Context(), backup, dsn); err != nil {
		t.Fatal(err)
	}
	if n := counter(t, storetest.Open(t, dsn+".before-restore")); n != 1 {
		t.Errorf("the database before the restore counts %d", n)
	}
}

func TestRestoreOverADamagedDatabase(t *testing.T) {
	dsn, backup := backedUp(t)
	if err := os.WriteFile(strings.TrimPrefix(dsn, "sqlite:"), []byte(strings.Repeat("x", 9000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := store.Restore(t.Context(), backup, dsn); err != nil {
		t.Fatal(err)
	}
	if n := counter(t, storetest.Open(t, dsn)); n != 0 {
		t.Errorf("the counter is %d", n)
	}
}

func TestRestoreIsRefused(t *testing.T) {
	dsn, backup := backedUp(t)
	damaged := filepath.Join(t.TempDir(), "damaged.db")
	if err := os.WriteFile(damaged, []byte(strings.Repeat("x", 9000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := store.Restore(t.Context(), damaged, dsn); !problem.Is(err, problem.StoreCorrupt) {
		t.Errorf("a damaged backup gave %v", err)
	}
	if err := store.Restore(t.Context(), damaged+".nothing", dsn); !problem.Is(err, problem.StoreBackup) {
		t.Errorf("a backup that is not there gave %v", err)
	}
	if err := store.Restore(t.Context(), backup, "postgres://host/x"); !problem.Is(err, problem.StoreBackup) {
		t.Errorf("a restore to PostgreSQL gave %v", err)
	}
	for _, exclusive := range []bool{true, false} {
		db, err := store.OpenWith(t.Context(), dsn, store.Options{Exclusive: exclusive})
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Restore(t.Context(), backup, dsn); !problem.Is(err, problem.StoreInUse) {
			t.Errorf("a restore under an open database (exclusive: %v) gave %v", exclusive, err)
		}
		if n := counter(t, db); n != 1 {
			t.Errorf("after all refusals the counter is %d", n)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
