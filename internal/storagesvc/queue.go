package storagesvc

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"github.com/matchseal/matchseal/internal/store"
)

// tempo is how patient the queue is.
type tempo struct {
	// poll is how long a new delivery may wait to be noticed. The queue polls
	// on both engines; SQLite could not notify anyway.
	poll time.Duration
	// pause is how long to wait after so many failed attempts.
	pause func(failures int) time.Duration
	// settle is how long Exchange is given to finish a request whose
	// connection is gone, before the next attempt looks what it did.
	settle time.Duration
	// drain is how long running deliveries may take to end at a stop; then
	// they are broken off and tried again after the next start.
	drain time.Duration
}

func usualTempo() tempo {
	return tempo{poll: 100 * time.Millisecond, pause: backOff, settle: 2 * time.Second, drain: 15 * time.Second}
}

// fetchPause separates two looks at the queue while there is work, so that
// each finds more than one delivery: a look costs a commit.
const fetchPause = 10 * time.Millisecond

// deliverArgs is the queue job: everything else is in the delivery's row.
type deliverArgs struct {
	DeliveryID string `json:"delivery_id"`
}

// Kind implements river.JobArgs.
func (deliverArgs) Kind() string { return "storage_delivery" }

// queue is River with what this service wants of it.
type queue struct {
	river.WorkerDefaults[deliverArgs]
	db     *store.DB
	drain  time.Duration
	work   func(context.Context, *river.Job[deliverArgs]) error
	client *river.Client[*sql.Tx]

	mu      sync.Mutex
	hurried time.Time // when hurry last did something
}

func newQueue(ctx context.Context, cfg Config, work func(context.Context, *river.Job[deliverArgs]) error) (*queue, error) {
	q := &queue{db: cfg.DB, drain: cfg.tempo.drain, work: work}
	var driver riverdriver.Driver[*sql.Tx] = riverdatabasesql.New(cfg.DB.DB)
	if cfg.DB.Engine() == store.SQLite {
		driver = riversqlite.New(cfg.DB.DB)
	}
	log := quietLogger(cfg.Log, cfg.Now)
	if err := q.migrate(ctx, driver, log); err != nil {
		return nil, fmt.Errorf("migrating the queue's tables: %w", store.Explain(err))
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, q)
	var err error
	q.client, err = river.NewClient(driver, &river.Config{
		Logger:               log,
		Workers:              workers,
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: cfg.Workers}},
		PollOnly:             true,
		FetchCooldown:        fetchPause,
		FetchPollInterval:    cfg.tempo.poll,
		JobTimeout:           cfg.Timeout,
		RescueStuckJobsAfter: 2 * cfg.Timeout,
		RetryPolicy:          ownTrouble{},
		// Giving up is decided by age, never by the queue.
		MaxAttempts: 30000,
	})
	if err != nil {
		return nil, fmt.Errorf("preparing the queue: %w", err)
	}
	return q, nil
}

// migrate makes the queue's tables, one node at a time: the queue's own
// migrations do not wait for each other.
func (q *queue) migrate(ctx context.Context, driver riverdriver.Driver[*sql.Tx], log *slog.Logger) error {
	if q.db.Engine() == store.Postgres {
		conn, err := q.db.Conn(ctx)
		if err != nil {
			return err
		}
		defer conn.Close()
		if _, err := conn.ExecContext(ctx, sqlLockMigration); err != nil {
			return err
		}
		defer conn.ExecContext(context.WithoutCancel(ctx), sqlUnlockMigration)
	}
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: log})
	if err == nil {
		_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	}
	return err
}

// insert queues deliveries in the caller's transaction and returns their
// jobs, in order.
func (q *queue) insert(ctx context.Context, tx *sql.Tx, deliveries []string) (jobs []int64, err error) {
	params := make([]river.InsertManyParams, len(deliveries))
	for i, id := range deliveries {
		params[i].Args = deliverArgs{id}
	}
	inserted, err := q.client.InsertManyTx(ctx, tx, params)
	if err != nil {
		return nil, fmt.Errorf("queueing %d deliveries: %w", len(deliveries), err)
	}
	for _, i := range inserted {
		jobs = append(jobs, i.Job.ID)
	}
	return jobs, nil
}

// start begins to work. The context carries values only: stopping is stop's,
// because the end of a context would break running deliveries off.
func (q *queue) start(ctx context.Context) error {
	if err := q.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("starting the queue: %w", store.Explain(err))
	}
	return nil
}

// stop lets running deliveries end, within limits.
func (q *queue) stop(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	patient, cancel := context.WithTimeout(ctx, q.drain)
	defer cancel()
	if q.client.Stop(patient) == nil {
		return nil
	}
	if err := q.client.StopAndCancel(ctx); err != nil {
		return fmt.Errorf("stopping the queue: %w", err)
	}
	return nil
}

// orphans lists the jobs that a crashed process was working on. It is asked
// before start, when nobody works on anything.
func (q *queue) orphans(ctx context.Context) (jobs []int64, err error) {
	err = q.db.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if jobs, err = column[int64](ctx, tx, sqlOrphans); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, sqlReleaseLeader)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("looking for what a crash left behind: %w", store.Explain(err))
	}
	return jobs, nil
}

// release makes orphans available.
func (q *queue) release(ctx context.Context, orphans []int64) error {
	err := q.db.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, id := range orphans {
			if _, err := tx.ExecContext(ctx, sqlReleaseOrphan, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("taking up what a crash left behind: %w", store.Explain(err))
	}
	return nil
}

// hurryEvery keeps a server that is now up and now down from being stormed.
const hurryEvery = time.Minute

// hurry ends the pauses of deliveries that failed before the path was healed.
// Those whose last attempt may still be going on inside Exchange keep theirs.
func (q *queue) hurry(ctx context.Context, now time.Time) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if now.Sub(q.hurried) < hurryEvery {
		return nil
	}
	q.hurried = now
	if _, err := q.db.ExecContext(context.WithoutCancel(ctx), sqlHurry); err != nil {
		return fmt.Errorf("ending the pauses of waiting deliveries: %w", store.Explain(err))
	}
	return nil
}

// Work implements river.Worker.
func (q *queue) Work(ctx context.Context, job *river.Job[deliverArgs]) error { return q.work(ctx, job) }

// ownTrouble spaces the attempts that never got as far as a delivery, because
// the role's own database failed.
type ownTrouble struct{}

// NextRetry implements river.ClientRetryPolicy.
func (ownTrouble) NextRetry(job *rivertype.JobRow) time.Time {
	return time.Now().Add(backOff(job.Attempt))
}

const longestPause = 5 * time.Minute

// backOff spaces the attempts: 1, 2, 4 … seconds up to 5 minutes, each with
// up to a fifth of jitter so that a healed server is not stormed.
func backOff(failures int) time.Duration {
	pause := longestPause
	if failures <= 8 {
		pause = time.Second << max(0, failures-1)
	}
	return pause + rand.N(pause/5)
}
