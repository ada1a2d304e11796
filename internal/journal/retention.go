package journal

import (
	"context"
	"database/sql"
	"time"

	"github.com/matchseal/matchseal/internal/store"
)

// PruneInterval is how often a node forgets old entries.
const PruneInterval = time.Hour

// Retention bounds each of the two records; a zero field sets no bound.
type Retention struct {
	Age   time.Duration // entries older than this go
	Count int64         // more entries than this do not stay
}

// Prune removes the entries that r does not keep at the moment now, and
// returns how many it removed.
func (j *Journal) Prune(ctx context.Context, r Retention, now time.Time) (removed int64, err error) {
	err = j.db.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		removed = 0
		for _, p := range r.statements(now) {
			result, err := tx.ExecContext(ctx, p.statement, p.bound)
			if err != nil {
				return err
			}
			n, err := result.RowsAffected()
			if err != nil {
				return err
			}
			removed += n
		}
		return nil
	})
	return removed, err
}

type pruning struct {
	statement string
	bound     int64
}

func (r Retention) statements(now time.Time) []pruning {
	var all []pruning
	if r.Age > 0 {
		oldest := store.Micros(now.Add(-r.Age))
		all = append(all, pruning{sqlPruneEventsByAge, oldest}, pruning{sqlPruneAccessesByAge, oldest})
	}
	if r.Count > 0 {
		all = append(all, pruning{sqlPruneEventsByCount, r.Count}, pruning{sqlPruneAccessesByCount, r.Count})
	}
	return all
}

// Run prunes at once and then every PruneInterval until ctx ends. A failure is
// given to failed and the next interval tries again.
func (j *Journal) Run(ctx context.Context, r Retention, failed func(error)) {
	ticker := time.NewTicker(PruneInterval)
	defer ticker.Stop()
	for {
		if _, err := j.Prune(ctx, r, j.now()); err != nil && ctx.Err() == nil {
			failed(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
