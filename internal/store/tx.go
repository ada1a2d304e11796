package store

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/matchseal/matchseal/internal/problem"
)

const (
	// SQLite has itself waited five seconds for a lock when it gives up.
	sqliteAttempts = 3
	// PostgreSQL refuses one of two colliding transactions at once.
	postgresAttempts = 16

	firstPause = 2 * time.Millisecond
	longPause  = 250 * time.Millisecond
)

// inTx marks the context that InTx hands to its function.
type inTx struct{ db *DB }

// InTx runs fn in one serializable transaction: committed when fn returns nil,
// rolled back when it returns an error or panics. When the engine refuses the
// transaction because of a concurrent one, fn runs again, so it must have no
// effect but on tx and on what it overwrites. After InTx returned nil the data
// is on disk.
//
// A connection lost during the commit itself gives store.commit-unclear: look
// whether the work was done before doing it again. Other errors of the engine
// come back as Explain gives them, errors of fn as they are. InTx inside InTx on
// one DB is refused, because on SQLite it would wait for itself.
func (db *DB) InTx(ctx context.Context, fn func(ctx context.Context, tx *sql.Tx) error) error {
	db.mustBeOutsideTx(ctx)
	attempts := sqliteAttempts
	if db.engine == Postgres {
		attempts = postgresAttempts
	}
	return Explain(retry(ctx, attempts, func() error { return db.runTx(ctx, fn) }))
}

func (db *DB) mustBeOutsideTx(ctx context.Context) {
	if ctx.Value(inTx{db}) != nil {
		panic("store: the DB was used inside its own transaction; use tx")
	}
}

// ExecContext is that of sql.DB, except inside InTx.
func (db *DB) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	db.mustBeOutsideTx(ctx)
	return db.DB.ExecContext(ctx, query, args...)
}

// QueryContext is that of sql.DB, except inside InTx.
func (db *DB) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	db.mustBeOutsideTx(ctx)
	return db.DB.QueryContext(ctx, query, args...)
}

// QueryRowContext is that of sql.DB, except inside InTx.
func (db *DB) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	db.mustBeOutsideTx(ctx)
	return db.DB.QueryRowContext(ctx, query, args...)
}

func (db *DB) runTx(ctx context.Context, fn func(ctx context.Context, tx *sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, db.txOptions())
	if err != nil {
		return err
	}
	// After a commit this does nothing; it is for errors and panics of fn.
	defer func() { _ = tx.Rollback() }()
	if err := fn(context.WithValue(ctx, inTx{db}, true), tx); err != nil {
		return err
	}
	return db.commit(ctx, tx)
}

func (db *DB) commit(ctx context.Context, tx *sql.Tx) error {
	err := tx.Commit()
	if err == nil || db.engine == SQLite {
		return err // SQLite says for certain whether it committed
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code != pgCompletionUnknown {
		return err
	}
	if err == ctx.Err() { //nolint:errorlint // exactly this value means that COMMIT was never sent
		return err
	}
	return problem.Wrap(err, problem.StoreCommitUnclear, "the connection was lost during COMMIT")
}

// retry calls fn until it succeeds, fails for another reason than a concurrent
// transaction, or has had its attempts.
func retry(ctx context.Context, attempts int, fn func() error) error {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		err := fn()
		if err == nil || attempt == attempts || !isContention(err) {
			return err
		}
		timer := time.NewTimer(pause/2 + rand.N(pause))
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
		pause = min(2*pause, longPause)
	}
}
