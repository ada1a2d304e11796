package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"github.com/matchseal/matchseal/internal/problem"
)

// Result codes of SQLite (https://www.sqlite.org/rescode.html). The low byte
// is the primary code.
const (
	sqlitePerm       = 3
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteReadOnly   = 8
	sqliteIOErr      = 10
	sqliteCorrupt    = 11
	sqliteFull       = 13
	sqliteCantOpen   = 14
	sqliteProtocol   = 15
	sqliteNotADB     = 26
	sqliteIOErrShm   = sqliteIOErr | 19<<8 // SQLITE_IOERR_SHMSIZE: no room for the WAL index
	sqliteUnique     = 19 | 8<<8
	sqlitePrimaryKey = 19 | 6<<8
	sqliteRowID      = 19 | 10<<8
)

// SQLSTATEs of PostgreSQL (its manual, appendix A).
const (
	pgSerialization     = "40001"
	pgDeadlock          = "40P01"
	pgLockNotAvailable  = "55P03"
	pgUnique            = "23505"
	pgReadOnly          = "25006"
	pgNoDatabase        = "3D000"
	pgDiskFull          = "53100"
	pgInsufficientRight = "42501"
	pgDataCorrupted     = "XX001"
	pgIndexCorrupted    = "XX002"
	pgCompletionUnknown = "40003"
)

// Explain turns an error of the engine into a problem.Failure whose code says
// what is wrong with the database: store.corrupt, store.full, store.io,
// store.read-only, store.denied, store.busy, store.no-database or
// store.unavailable. Everything else comes back as it is: nil, a Failure,
// sql.ErrNoRows, the end of a context, a broken constraint, a wrong statement.
func Explain(err error) error { return explain(err, "") }

// IsDuplicate reports whether err says that a row with the same key exists.
func IsDuplicate(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code() == sqliteUnique || lite.Code() == sqlitePrimaryKey || lite.Code() == sqliteRowID
	}
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == pgUnique
}

// explain is Explain with a detail: what was being done.
func explain(err error, doing string) error {
	var known *problem.Failure
	if err == nil || errors.As(err, &known) || errors.Is(err, sql.ErrNoRows) || isEndOfContext(err) {
		return err
	}
	code := codeOf(err)
	if code == "" {
		return err
	}
	return problem.Wrap(err, code, "%s", doing)
}

// isEndOfContext recognises a caller who no longer waits. A server that did not
// answer in the time that this package gives it is another matter.
func isEndOfContext(err error) bool {
	var connect *pgconn.ConnectError
	return errors.Is(err, context.Canceled) ||
		errors.Is(err, context.DeadlineExceeded) && !errors.As(err, &connect)
}

func codeOf(err error) problem.Code {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return codeOfSQLite(lite.Code())
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return codeOfPostgres(pg.Code)
	}
	if isDiskFull(err) {
		return problem.StoreFull
	}
	if isLost(err) {
		return problem.StoreUnavailable
	}
	return ""
}

func codeOfSQLite(code int) problem.Code {
	switch code & 0xff {
	case sqliteCorrupt, sqliteNotADB:
		return problem.StoreCorrupt
	case sqliteFull:
		return problem.StoreFull
	case sqliteReadOnly:
		return problem.StoreReadOnly
	case sqlitePerm:
		return problem.StoreDenied
	case sqliteBusy, sqliteLocked, sqliteProtocol:
		return problem.StoreBusy
	case sqliteCantOpen:
		return problem.StoreUnavailable
	case sqliteIOErr:
		if code == sqliteIOErrShm {
			return problem.StoreFull
		}
		return problem.StoreIO
	}
	return ""
}

func codeOfPostgres(state string) problem.Code {
	switch state {
	case pgDataCorrupted, pgIndexCorrupted:
		return problem.StoreCorrupt
	case pgDiskFull:
		return problem.StoreFull
	case pgReadOnly:
		return problem.StoreReadOnly
	case pgNoDatabase:
		return problem.StoreNoDatabase
	case pgInsufficientRight:
		return problem.StoreDenied
	case pgSerialization, pgDeadlock, pgLockNotAvailable:
		return problem.StoreBusy
	}
	switch {
	case strings.HasPrefix(state, "28"): // wrong password, no pg_hba.conf entry
		return problem.StoreDenied
	case strings.HasPrefix(state, "58"): // the server's own disk
		return problem.StoreIO
	case strings.HasPrefix(state, "08"), strings.HasPrefix(state, "53"), strings.HasPrefix(state, "57P"):
		return problem.StoreUnavailable // lost, out of resources, shutting down
	}
	return ""
}

// isLost recognises a server that cannot be reached or went away, and a DB
// that was closed.
func isLost(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		strings.Contains(err.Error(), "database is closed") || strings.Contains(err.Error(), "conn closed")
}

// isContention recognises a transaction that was refused because of another
// one, and that may succeed when it is tried again.
func isContention(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		primary := lite.Code() & 0xff
		return primary == sqliteBusy || primary == sqliteLocked || primary == sqliteProtocol
	}
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == pgSerialization || pg.Code == pgDeadlock)
}
