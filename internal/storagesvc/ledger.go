package storagesvc

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"

	"github.com/matchseal/matchseal/internal/store"
)

// ledger records how attempts ended. A commit has to reach the disk, which
// takes longer than many a delivery, so outcomes that arrive while another
// commit is under way share the next one.
type ledger struct {
	db   *store.DB
	turn sync.Mutex // held by the one who commits

	mu      sync.Mutex
	waiting []*outcome
}

// outcome is one statement, run by whoever commits next.
type outcome struct {
	statement string
	args      []any
	done      bool // guarded by ledger.turn, as is err
	err       error
}

// writeTimeout bounds one commit with the wait for the database.
const writeTimeout = 10 * time.Second

// write runs a statement about one delivery, whose id is its first argument,
// and returns when it is committed. It does so even when the attempt's own
// time is up, because what is known must not be forgotten.
func (l *ledger) write(ctx context.Context, statement string, args ...any) error {
	o := &outcome{statement: statement, args: args}
	l.mu.Lock()
	l.waiting = append(l.waiting, o)
	l.mu.Unlock()
	l.turn.Lock()
	defer l.turn.Unlock()
	if !o.done {
		l.mu.Lock()
		all := l.waiting
		l.waiting = nil
		l.mu.Unlock()
		l.commit(ctx, all)
	}
	if o.err != nil {
		return fmt.Errorf("recording the outcome of delivery %v: %w", args[0], store.Explain(o.err))
	}
	return nil
}

// commit runs outcomes in one transaction, or one by one when that fails, so
// that none suffers for another.
func (l *ledger) commit(ctx context.Context, all []*outcome) {
	err := l.inTx(ctx, all)
	for _, o := range all {
		o.done, o.err = true, err
		if err != nil && len(all) > 1 {
			o.err = l.inTx(ctx, []*outcome{o})
		}
	}
}

func (l *ledger) inTx(ctx context.Context, all []*outcome) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	return l.db.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, o := range all {
			if _, err := tx.ExecContext(ctx, o.statement, o.args...); err != nil {
				return err
			}
		}
		return nil
	})
}
