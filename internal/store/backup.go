package store

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/matchseal/matchseal/internal/problem"
)

// Backup writes a consistent copy of a SQLite database to a new file while the
// node keeps running. For PostgreSQL it says which tool to use.
func (db *DB) Backup(ctx context.Context, path string) error {
	if db.engine == Postgres {
		return problem.New(problem.StoreBackup, "%s is a PostgreSQL database: use pg_dump --format=custom", db.place)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return problem.New(problem.StoreBackup, "%s exists: name a new file", path)
	}
	// The engine fills the empty file that is there, and leaves its mode.
	if err := createFile(path); err != nil {
		return problem.Wrap(err, codeOfFile(err), "create the backup %s", path)
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO $1", path); err != nil {
		_ = os.Remove(path) // half a backup is none
		return explain(err, "back up "+db.place+" to "+path)
	}
	return syncFile(path)
}

// Restore puts a backup into the place of the SQLite database that dsn names,
// once the backup has proved sound. No process may have the database open. What
// was there before stays beside it, as <file>.before-restore.
func Restore(ctx context.Context, backup, dsn string) error {
	path, err := sqliteFileOf(dsn)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return problem.Wrap(err, codeOfFile(err), "make the directory of the database %s", path)
	}
	lock, err := lockExclusive(path)
	if err != nil {
		return err
	}
	defer func() { _ = lock.release() }()
	fresh := path + ".restoring"
	defer removeDatabase(fresh) // nothing is left of it after a success
	if err := copySound(ctx, backup, fresh); err != nil {
		return err
	}
	if err := setAside(ctx, path); err != nil {
		return err
	}
	err = errors.Join(os.Rename(fresh, path), syncDirectory(filepath.Dir(path)))
	return problem.Wrap(err, codeOfFile(err), "put the backup in the place of %s", path)
}

func sqliteFileOf(dsn string) (string, error) {
	rest, ok := cutSQLite(dsn)
	if !ok {
		return "", problem.New(problem.StoreBackup, "only SQLite databases are restored here; use pg_restore for PostgreSQL")
	}
	return sqlitePath(rest)
}

// copySound copies a backup, since opening it would change it, and verifies
// the copy.
func copySound(ctx context.Context, backup, fresh string) error {
	removeDatabase(fresh) // left by an attempt that was killed
	if _, err := os.Stat(backup); err != nil {
		return problem.Wrap(err, problem.StoreBackup, "read the backup")
	}
	if err := copyFile(backup, fresh); err != nil {
		return problem.Wrap(err, codeOfFile(err), "copy the backup %s", backup)
	}
	db, err := Open(ctx, "sqlite:"+fresh)
	if err != nil {
		return err
	}
	err = db.Verify(ctx)
	if err == nil {
		_, err = db.ExecContext(ctx, sqlLeaveWAL)
	}
	if err = errors.Join(explain(err, "settle the backup "+backup), db.Close()); err != nil {
		return err
	}
	return syncFile(fresh)
}

// setAside renames the database that is to be replaced, if there is one.
func setAside(ctx context.Context, path string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	// Leaving WAL mode brings everything into the one file, and succeeds only
	// while nobody else has it open. A damaged database cannot do either.
	db, err := Open(ctx, "sqlite:"+path)
	if err == nil {
		_, err = db.ExecContext(ctx, sqlLeaveWAL)
		err = errors.Join(err, db.Close())
	}
	if isContention(err) || problem.Is(err, problem.StoreBusy) {
		return problem.Wrap(err, problem.StoreInUse, "%s is in use", path)
	}
	for _, suffix := range sideFiles() {
		err := os.Rename(path+suffix, path+".before-restore"+suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return problem.Wrap(err, codeOfFile(err), "set the old database %s aside", path)
		}
	}
	return nil
}

const sqlLeaveWAL = "PRAGMA journal_mode = DELETE"

// sideFiles are the endings of the files that make up a database.
func sideFiles() []string { return []string{"", "-wal", "-shm", "-journal"} }

func removeDatabase(path string) {
	for _, suffix := range sideFiles() {
		_ = os.Remove(path + suffix)
	}
}

func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Sync(), target.Close())
}
