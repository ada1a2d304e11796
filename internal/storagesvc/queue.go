package storagesvc

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
)

// pollInterval is how long a new delivery may wait to be noticed. The queue
// polls on both engines; SQLite could not notify anyway.
const pollInterval = 100 * time.Millisecond

// deliverArgs is the queue job: everything else is in the delivery's row.
type deliverArgs struct {
	DeliveryID string `json:"delivery_id"`
}

func (deliverArgs) Kind() string { return "storage_delivery" }

// queue is River with what this service wants of it.
type queue struct {
	river.WorkerDefaults[deliverArgs]
	service *Service
	client  *river.Client[*sql.Tx]
}

func newQueue(ctx context.Context, s *Service) (*queue, error) {
	q := &queue{service: s}
	var driver riverdriver.Driver[*sql.Tx] = riverdatabasesql.New(s.cfg.DB.DB)
	if s.cfg.DB.Engine() == store.SQLite {
		driver = riversqlite.New(s.cfg.DB.DB)
	}
	quiet := quietLogger(s.cfg.Log)
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: quiet})
	if err != nil {
		return nil, fmt.Errorf("preparing the queue: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return nil, fmt.Errorf("migrating the queue's tables: %w", store.Explain(err))
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, q)
	q.client, err = river.NewClient(driver, &river.Config{
		Logger:               quiet,
		Workers:              workers,
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: s.cfg.Workers}},
		PollOnly:             true,
		FetchCooldown:        5 * time.Millisecond,
		FetchPollInterval:    pollInterval,
		JobTimeout:           s.cfg.Timeout,
		RescueStuckJobsAfter: 2 * s.cfg.Timeout,
		RetryPolicy:          ownTrouble{},
		// Giving up is decided by age in Work, never by the queue.
		MaxAttempts: 30000,
	})
	if err != nil {
		return nil, fmt.Errorf("preparing the queue: %w", err)
	}
	return q, nil
}

// quietLogger keeps River's housekeeping out of the operator's log.
func quietLogger(l *slog.Logger) *slog.Logger {
	return slog.New(warnings{l.Handler()})
}

type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

func (w warnings) WithAttrs(a []slog.Attr) slog.Handler { return warnings{w.Handler.WithAttrs(a)} }
func (w warnings) WithGroup(n string) slog.Handler      { return warnings{w.Handler.WithGroup(n)} }

func (q *queue) insert(ctx context.Context, tx *sql.Tx, deliveryID string) error {
	_, err := q.client.InsertTx(ctx, tx, deliverArgs{deliveryID}, nil)
	return err
}

func (q *queue) run(ctx context.Context) error {
	if q.service.cfg.Sole {
		if err := q.releaseOrphans(ctx); err != nil {
			return err
		}
	}
	if err := q.client.Start(ctx); err != nil {
		return fmt.Errorf("starting the queue: %w", err)
	}
	<-q.client.Stopped() // the client stops by itself when ctx ends
	return nil
}

func (q *queue) releaseOrphans(ctx context.Context) error {
	return q.service.cfg.DB.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, statement := range []string{sqlReleaseOrphans, sqlReleaseLeader} {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("taking up what a crash left behind: %w", store.Explain(err))
			}
		}
		return nil
	})
}

// ownTrouble spaces the attempts that never got as far as a delivery, because
// the role's own database failed.
type ownTrouble struct{}

// NextRetry implements river.ClientRetryPolicy.
func (ownTrouble) NextRetry(job *rivertype.JobRow) time.Time {
	return time.Now().Add(backOff(len(job.Errors)))
}

// backOff spaces the attempts: 1, 2, 4 … seconds up to 5 minutes, each with
// up to a fifth of jitter so that a healed server is not stormed.
func backOff(failures int) time.Duration {
	pause := 5 * time.Minute
	if failures <= 8 {
		pause = time.Second << max(0, failures-1)
	}
	return pause + rand.N(pause/5)
}

// Work makes one attempt.
func (q *queue) Work(ctx context.Context, job *river.Job[deliverArgs]) error {
	s := q.service
	d, err := s.begin(ctx, job.Args.DeliveryID)
	if err != nil || d == nil {
		return err
	}
	itemID, err := s.deliver(ctx, d)
	if err == nil {
		return s.finish(ctx, sqlDelivered, d.ID, itemID, store.Micros(s.cfg.Now()))
	}
	f := problem.Of(err)
	retry := f.Entry().Retry
	detail := limitText(err.Error())
	if retry != problem.Never && s.cfg.Now().Sub(d.Created) > s.cfg.GiveUpAfter {
		detail = fmt.Sprintf("given up after %s: %s", s.cfg.GiveUpAfter, detail)
		retry = problem.Never
	}
	s.cfg.Log.Warn("storage delivery failed", "delivery", d.ID, "conversation", d.ConversationID, "user", d.SIP,
		"attempt", d.Attempts, "code", f.Code, "retry", retry, "error", detail)
	if retry == problem.Never {
		if err := s.finish(ctx, sqlDead, d.ID, string(f.Code), detail, store.Micros(s.cfg.Now())); err != nil {
			return err
		}
		return river.JobCancel(errors.New(detail))
	}
	if err := s.finish(ctx, sqlRetrying, d.ID, string(f.Code), detail, store.Micros(s.cfg.Now())); err != nil {
		return err
	}
	// A snoozed job keeps no list of errors, which three days of an outage
	// would make long; the delivery's row says what failed last.
	return river.JobSnooze(backOff(d.Attempts))
}

// begin records the attempt and reads the delivery; nil means that there is
// nothing left to do.
func (s *Service) begin(ctx context.Context, id string) (*Delivery, error) {
	var d *Delivery
	err := s.cfg.DB.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, sqlBeginAttempt, id, store.Micros(s.cfg.Now()))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return err
		}
		var body string
		d = new(Delivery)
		if err := d.scan(tx.QueryRowContext(ctx, sqlDelivery, id), &body); err != nil {
			return err
		}
		return json.Unmarshal([]byte(body), &d.conversation)
	})
	if err != nil {
		return nil, fmt.Errorf("beginning delivery %s: %w", id, store.Explain(err))
	}
	return d, nil
}

// finish writes the outcome even when the attempt's own time is up, because
// what is known must not be forgotten.
func (s *Service) finish(ctx context.Context, statement string, args ...any) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if _, err := s.cfg.DB.ExecContext(ctx, statement, args...); err != nil {
		return fmt.Errorf("recording the outcome of delivery %v: %w", args[0], store.Explain(err))
	}
	return nil
}

// limitText keeps a failure's text short enough for a row and a list.
func limitText(s string) string {
	const most = 2000
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}
