package storagesvc

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
)

// Status counts conversations and deliveries by state. A delivered
// conversation is counted until it is forgotten (Config.Keep).
type Status struct {
	Conversations                               int
	Waiting, Running, Retrying, Delivered, Dead int
}

// Status counts what is there.
func (s *Service) Status(ctx context.Context) (Status, error) {
	var st Status
	if err := s.cfg.DB.QueryRowContext(ctx, sqlCountConversations).Scan(&st.Conversations); err != nil {
		return st, store.Explain(err)
	}
	rows, err := s.cfg.DB.QueryContext(ctx, sqlCountDeliveries)
	if err != nil {
		return st, store.Explain(err)
	}
	defer rows.Close()
	count := map[string]*int{stateWaiting: &st.Waiting, stateRetrying: &st.Retrying, stateDelivered: &st.Delivered, stateDead: &st.Dead}
	for rows.Next() {
		var state string
		var running, n int
		if err := rows.Scan(&state, &running, &n); err != nil {
			return st, store.Explain(err)
		}
		into, ok := count[state]
		switch {
		case ok && running == 1:
			st.Running += n
			*into -= n
		case ok:
			*into += n
		}
	}
	return st, store.Explain(rows.Err())
}

// The states of a delivery, as the statements of sql.go write them.
const (
	stateWaiting   = "waiting"  // no attempt has ended yet
	stateRetrying  = "retrying" // the last attempt failed, another follows
	stateDelivered = "delivered"
	stateDead      = "dead"
)

// Delivery is one conversation on its way into one mailbox.
type Delivery struct {
	ID, ConversationID string
	SIP                directory.SIP
	State              string       // waiting, retrying, delivered, dead
	Attempts           int          // that ended, well or not
	ItemID             string       // of the item in the mailbox
	Code               problem.Code // of the last failure
	Detail             string
	Created, Changed   time.Time

	conversation Conversation
}

// maxListed bounds one list of dead letters.
const maxListed = 1000

// DeadLetters lists deliveries that were given up, the newest first and 1000
// at most; filter is empty or the id of a delivery or a conversation.
func (s *Service) DeadLetters(ctx context.Context, filter string) ([]Delivery, error) {
	rows, err := s.cfg.DB.QueryContext(ctx, sqlDeadLetters, filter, maxListed)
	if err != nil {
		return nil, store.Explain(err)
	}
	defer rows.Close()
	var all []Delivery
	for rows.Next() {
		var d Delivery
		if err := d.scan(rows); err != nil {
			return nil, store.Explain(err)
		}
		all = append(all, d)
	}
	return all, store.Explain(rows.Err())
}

// scanner is a row or rows.
type scanner interface{ Scan(...any) error }

func (d *Delivery) scan(row scanner, more ...any) error {
	var created, changed int64
	err := row.Scan(append([]any{&d.ID, &d.ConversationID, &d.SIP, &d.State, &d.Attempts, &d.ItemID, &d.Code, &d.Detail, &created, &changed}, more...)...)
	d.Created, d.Changed = store.Time(created), store.Time(changed)
	return err
}

// batch is how many rows one transaction changes at most, so that others get
// their turn.
const batch = 200

// Requeue gives the dead letters that DeadLetters would list for the filter,
// however many, another life and says how many there were.
func (s *Service) Requeue(ctx context.Context, filter string) (int, error) {
	total := 0
	start := store.Micros(s.cfg.Now()) // what dies again meanwhile stays dead
	for {
		n := 0
		err := s.cfg.DB.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
			ids, err := column[string](ctx, tx, sqlDeadBefore, filter, start, batch)
			n = len(ids)
			if err != nil || n == 0 {
				return err
			}
			return s.revive(ctx, tx, ids)
		})
		if err != nil {
			return total, fmt.Errorf("requeueing dead letters: %w", store.Explain(err))
		}
		if total += n; n < batch {
			return total, nil
		}
	}
}

func (s *Service) revive(ctx context.Context, tx *sql.Tx, ids []string) error {
	jobs, err := s.queue.insert(ctx, tx, ids)
	if err != nil {
		return err
	}
	for i, id := range ids {
		if _, err := tx.ExecContext(ctx, sqlRevive, id, jobs[i], store.Micros(s.cfg.Now())); err != nil {
			return err
		}
	}
	return nil
}

// forgetInterval is how often a node removes conversations that are done.
const forgetInterval = time.Hour

// forget removes the conversations whose last delivery ended in a mailbox
// longer than Keep ago. Dead letters stay until somebody requeues them.
func (s *Service) forget(ctx context.Context) error {
	oldest := store.Micros(s.cfg.Now().Add(-s.cfg.Keep))
	for {
		n := 0
		err := s.cfg.DB.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
			ids, err := column[string](ctx, tx, sqlForgettable, oldest, batch)
			if err != nil {
				return err
			}
			n = len(ids)
			for _, id := range ids {
				for _, statement := range []string{sqlForgetDeliveries, sqlForgetConversation} {
					if _, err := tx.ExecContext(ctx, statement, id); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("forgetting delivered conversations: %w", store.Explain(err))
		}
		if n < batch {
			return nil
		}
	}
}

// column reads the one column of a query.
func column[T any](ctx context.Context, q store.Querier, query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}
