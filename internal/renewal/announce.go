package renewal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/store"
)

// announced is what was announced of a certificate.
type announced struct{ thumbprint, purpose, owner string }

// announce tells of the ends that have come nearer than when they were last
// told of. Of one that is met late, all marks before the present one count as
// passed: it is announced at once, and once. said says that failed was told of
// along with it.
func (k *Keeper) announce(ctx context.Context, f Facts, all []Certificate, now time.Time, failed error) (said bool, err error) {
	near := slices.DeleteFunc(slices.Clone(all), func(c Certificate) bool { _, ok := markAt(c.NotAfter, now); return !ok })
	if len(near) == 0 {
		return false, nil
	}
	past, err := k.announced(ctx)
	if err != nil {
		return false, err
	}
	var errs []error
	for _, c := range near {
		mark, _ := markAt(c.NotAfter, now)
		last, known := past[announced{c.Thumbprint.String(), c.Use.purpose(), c.Issuer}]
		if known && last <= mark {
			continue
		}
		e := k.event(f, c, mark, now, failed)
		done, err := k.once(ctx, c, mark, now, e)
		said = said || done && failed != nil && c.Use == Current
		errs = append(errs, err)
	}
	return said, errors.Join(errs...)
}

func (k *Keeper) announced(ctx context.Context) (map[announced]int, error) {
	rows, err := k.cfg.DB.QueryContext(ctx, sqlAnnounced)
	if err != nil {
		return nil, fmt.Errorf("reading what was announced: %w", store.Explain(err))
	}
	defer rows.Close()
	past := map[announced]int{}
	for rows.Next() {
		var a announced
		var mark int
		if err := rows.Scan(&a.thumbprint, &a.purpose, &a.owner, &mark); err != nil {
			return nil, fmt.Errorf("reading what was announced: %w", store.Explain(err))
		}
		past[a] = mark
	}
	return past, store.Explain(rows.Err())
}

// once journals e unless another node was faster.
func (k *Keeper) once(ctx context.Context, c Certificate, mark int, now time.Time, e journal.Event) (done bool, err error) {
	done, err = k.first(ctx, e, sqlAnnounce, c.Thumbprint.String(), c.Use.purpose(), c.Issuer, mark, store.Micros(now))
	if err != nil {
		return false, fmt.Errorf("announcing the end of %s: %w", c.Thumbprint, err)
	}
	return done, nil
}

// first journals e in one transaction with a statement, unless that changes
// nothing: then somebody was there before.
func (k *Keeper) first(ctx context.Context, e journal.Event, statement string, args ...any) (done bool, err error) {
	err = k.cfg.DB.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		done = false
		result, err := tx.ExecContext(ctx, statement, args...)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return err
		}
		done = true
		return k.cfg.Journal.LogIn(ctx, tx, e)
	})
	return done && err == nil, err
}

// recorder is what writes e in the transaction of a step.
func (k *Keeper) recorder(e journal.Event) func(context.Context, *sql.Tx) error {
	return func(ctx context.Context, tx *sql.Tx) error { return k.cfg.Journal.LogIn(ctx, tx, e) }
}
