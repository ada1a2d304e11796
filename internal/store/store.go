package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
)

// Engine names the database product behind a DB.
type Engine string

const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Querier is what a statement runs on: a *DB, a *sql.DB or a *sql.Tx.
type Querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Options of an opening.
type Options struct {
	// Exclusive claims a SQLite file for this process: a second exclusive
	// opening, by this or another process, fails with store.in-use. Openings
	// that are not exclusive are always let in. PostgreSQL ignores it, since
	// several nodes share one database there.
	Exclusive bool
}

// DB is an open database.
type DB struct {
	*sql.DB
	engine Engine
	place  string      // file path, or host/database; never a password
	file   os.FileInfo // SQLite: the file that was opened
	lock   *fileLock   // SQLite, exclusive: held until Close
}

// Open opens the database that dsn names: "sqlite:/path/to/file.db" or
// "postgres://user@host/database". A missing SQLite file is created with mode
// 0600, missing directories with 0700. Failures are problem.Failures of the
// store area.
func Open(ctx context.Context, dsn string) (*DB, error) {
	return OpenWith(ctx, dsn, Options{})
}

// OpenWith is Open with options.
func OpenWith(ctx context.Context, dsn string, o Options) (*DB, error) {
	if rest, ok := cutSQLite(dsn); ok {
		return openSQLite(ctx, rest, o)
	}
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return openPostgres(ctx, dsn)
	}
	return nil, problem.New(problem.StoreAddress,
		"%q does not name a database: write sqlite:/path/to/file.db or postgres://user@host/database", hidePassword(dsn))
}

func cutSQLite(dsn string) (rest string, ok bool) { return strings.CutPrefix(dsn, "sqlite:") }

// hidePassword returns the part of a database address that may be shown.
func hidePassword(dsn string) string {
	if at := strings.LastIndexByte(dsn, '@'); at >= 0 {
		return "…" + dsn[at:]
	}
	return dsn
}

// Engine returns the product behind db.
func (db *DB) Engine() Engine { return db.engine }

// Place says where the data is, for people: a file path, or host/database.
func (db *DB) Place() string { return db.place }

// Close closes the database and gives up its lock.
func (db *DB) Close() error {
	err := db.DB.Close()
	return errors.Join(err, db.lock.release())
}

// Ping reports whether db can serve a query now. It is what a readiness probe
// asks; besides asking the engine it notices a SQLite file that was deleted or
// replaced under the running node, which the engine itself never would.
func (db *DB) Ping(ctx context.Context) error {
	if db.file != nil {
		now, err := os.Stat(db.place)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(now, db.file) {
			return problem.New(problem.StoreUnavailable,
				"%s was removed or replaced while this node had it open: what is written now is lost at exit", db.place)
		}
	}
	var one int
	return Explain(db.QueryRowContext(ctx, "SELECT 1").Scan(&one))
}

// Micros gives t the form in which databases keep it: microseconds since 1970
// in UTC. The zero time is kept as 0.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time is the inverse of Micros, always in UTC.
func Time(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}
