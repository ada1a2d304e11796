package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"

	"github.com/matchseal/matchseal/internal/problem"
)

func openSQLite(ctx context.Context, path string, o Options) (_ *DB, err error) {
	path, err = sqlitePath(path)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, problem.Wrap(err, codeOfFile(err), "make the directory of the database %s", path)
	}
	db := &DB{engine: SQLite, place: path}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.lock.release())
		}
	}()
	if o.Exclusive {
		if db.lock, err = lockExclusive(path); err != nil {
			return nil, err
		}
	}
	if err := createFile(path); err != nil {
		return nil, problem.Wrap(err, codeOfFile(err), "create the database %s", path)
	}
	connector, err := sqlite.NewConnector(sqliteAddress(path))
	if err != nil {
		return nil, problem.Wrap(err, problem.StoreAddress, "open the database %s", path)
	}
	db.DB = sql.OpenDB(connector)
	db.SetMaxOpenConns(1)
	// Two processes that open a new file at the same moment both want to turn
	// it to WAL, and the engine refuses one of them without waiting.
	err = retry(ctx, sqliteAttempts, func() error {
		_, err := db.ExecContext(ctx, "PRAGMA schema_version")
		return err
	})
	if err == nil {
		db.file, err = os.Stat(path)
	}
	if err != nil {
		_ = db.DB.Close() // the failure to open is the news
		// The engine has one word for all reasons why a file cannot be opened.
		if reason := errors.Join(mayWrite(path), mayWrite(filepath.Dir(path))); reason != nil {
			return nil, problem.Wrap(reason, codeOfFile(reason), "open the database %s", path)
		}
		return nil, explain(err, "open the database "+path)
	}
	return db, nil
}

// sqlitePath makes an absolute path of what follows "sqlite:".
func sqlitePath(rest string) (string, error) {
	path := rest
	if after, ok := strings.CutPrefix(rest, "//"); ok {
		path = after // sqlite:///var/lib/x.db
	}
	if path == "" || strings.HasPrefix(path, ":") || strings.HasSuffix(path, "/") {
		return "", problem.New(problem.StoreAddress,
			"sqlite:%s does not name a file: write sqlite:/path/to/file.db", rest)
	}
	abs, err := filepath.Abs(path)
	return abs, problem.Wrap(err, problem.StoreAddress, "find the database %s", path)
}

// sqliteAddress is the engine's own address of the file, with the settings
// that make an acknowledged commit durable (WAL and synchronous FULL), let
// other processes in (busy_timeout, in ms), and make every transaction a
// writer from its start, so that none fails half-way for a lock.
func sqliteAddress(path string) string {
	settings := url.Values{
		"_busy_timeout": {"5000"},
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"},
		"_foreign_keys": {"1"},
		"_txlock":       {"immediate"},
		"_dqs":          {"0"}, // as in PostgreSQL, "x" is a name and never a string
		"_error_rc":     {"1"},
	}
	return "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?" + settings.Encode()
}

// createFile makes an empty database file that only its owner can read; the
// engine gives its side files the same mode. A file that exists is left alone:
// opening and closing it here would drop the engine's own locks on it.
func createFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), syncDirectory(filepath.Dir(path)))
}

// codeOfFile tells a full disk, a read-only one and a missing right from other
// trouble with files.
func codeOfFile(err error) problem.Code {
	switch {
	case isDiskFull(err):
		return problem.StoreFull
	case isReadOnlyFileSystem(err):
		return problem.StoreReadOnly
	case errors.Is(err, fs.ErrPermission):
		return problem.StoreDenied
	}
	return problem.StoreUnavailable
}
