package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/matchseal/matchseal/internal/problem"
)

// Check looks at start-up whether the database is fit to serve: on SQLite that
// the file is sound (without comparing indexes with tables, which Verify does),
// on PostgreSQL that the server takes writes and stores Unicode.
func (db *DB) Check(ctx context.Context) error {
	if db.engine == SQLite {
		return db.integrity(ctx, "PRAGMA quick_check(1)")
	}
	var standby bool
	var encoding string
	err := db.QueryRowContext(ctx, "SELECT pg_is_in_recovery(), current_setting('server_encoding')").Scan(&standby, &encoding)
	switch {
	case err != nil:
		return explain(err, "check "+db.place)
	case standby:
		return problem.New(problem.StoreReadOnly, "%s is a standby server", db.place)
	case encoding != "UTF8":
		return problem.New(problem.StoreEncoding, "%s has the encoding %s", db.place, encoding)
	}
	return nil
}

// Verify reads the whole database and compares its indexes and references.
// PostgreSQL has tools of its own for that; there Verify is Check.
func (db *DB) Verify(ctx context.Context) error {
	if db.engine == Postgres {
		return db.Check(ctx)
	}
	if err := db.integrity(ctx, "PRAGMA integrity_check(10)"); err != nil {
		return err
	}
	var table string
	err := db.QueryRowContext(ctx, `SELECT "table" FROM pragma_foreign_key_check LIMIT 1`).Scan(&table)
	if err == nil {
		return problem.New(problem.StoreCorrupt, "%s: a row of table %s refers to a row that is gone", db.place, table)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return explain(err, "verify "+db.place)
}

func (db *DB) integrity(ctx context.Context, pragma string) error {
	rows, err := db.QueryContext(ctx, pragma)
	if err != nil {
		return explain(err, "check "+db.place)
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return explain(err, "check "+db.place)
		}
		if line != "ok" {
			found = append(found, line)
		}
	}
	if err := rows.Err(); err != nil {
		return explain(err, "check "+db.place)
	}
	if len(found) > 0 {
		return problem.New(problem.StoreCorrupt, "%s is damaged: %s", db.place, strings.Join(found, "; "))
	}
	return nil
}
