package storagesvc

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
)

//go:embed migrations
var migrations embed.FS

// Endpoint is where mailboxes are found, read afresh for every attempt so
// that a cmdlet's change counts at once.
type Endpoint struct {
	AutodiscoverURL string   // Set-CsOAuthConfiguration -ExchangeAutodiscoverUrl
	AllowedDomains  []string // to which Autodiscover may redirect
}

// Config is what the service is made of.
type Config struct {
	DB      *store.DB
	Journal *journal.Journal
	// HTTP reaches Exchange and authenticates as this role, for the user
	// that s2shttp.WithUser put into the context.
	HTTP *http.Client
	// Endpoint reads the live OAuth configuration.
	Endpoint func(context.Context) (Endpoint, error)
	// User finds an enabled, SIP-enabled user of this deployment. Its
	// failures are StorageUnknownUser, StorageUserDisabled or
	// StorageNotSipEnabled.
	User func(context.Context, directory.SIP) (directory.User, error)
	Now  func() time.Time
	Log  *slog.Logger

	Workers     int           // deliveries at a time, default 16
	GiveUpAfter time.Duration // default 72 h
	Timeout     time.Duration // of one attempt, default 60 s
	// Keep is how long a delivered conversation stays in the database, to
	// answer questions and to recognise its id; default 7 days.
	Keep time.Duration
	// Sole says that no other process uses this database, so that whatever a
	// crash left behind can be taken up at once.
	Sole bool

	tempo tempo // tests can not wait as long as operators can
}

func (cfg Config) withDefaults() Config {
	if cfg.Workers <= 0 {
		cfg.Workers = 16
	}
	if cfg.GiveUpAfter <= 0 {
		cfg.GiveUpAfter = 72 * time.Hour
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = time.Minute
	}
	if cfg.Keep <= 0 {
		cfg.Keep = 7 * 24 * time.Hour
	}
	if cfg.tempo.pause == nil {
		cfg.tempo = usualTempo()
	}
	return cfg
}

// Service is the Storage Service. Make it with New, start it with Run.
type Service struct {
	cfg      Config
	queue    *queue
	exchange *exchange
	events   *events
	ledger   *ledger
}

// New migrates the tables and returns a service that does not run yet.
func New(ctx context.Context, cfg Config) (*Service, error) {
	cfg = cfg.withDefaults()
	if err := cfg.DB.Migrate(ctx, "storagesvc", migrations); err != nil {
		return nil, fmt.Errorf("migrating the Storage Service's tables: %w", err)
	}
	s := &Service{cfg: cfg, events: newEvents(cfg.Journal, cfg.Now), ledger: &ledger{db: cfg.DB}}
	var err error
	if s.exchange, err = newExchange(cfg); err != nil {
		return nil, err
	}
	s.queue, err = newQueue(ctx, cfg, s.work)
	return s, err
}

// Run works until ctx ends, then lets the running deliveries finish.
func (s *Service) Run(ctx context.Context) error {
	var orphans []int64
	if s.cfg.Sole {
		var err error
		if orphans, err = s.queue.orphans(ctx); err != nil {
			return err
		}
	}
	if err := s.queue.start(ctx); err != nil {
		return err
	}
	settled := time.NewTimer(s.cfg.tempo.settle)
	defer settled.Stop()
	hourly := time.NewTicker(forgetInterval)
	defer hourly.Stop()
	s.tidy(ctx, "old conversations were not removed", s.forget)
	for {
		select {
		case <-ctx.Done():
			return s.queue.stop(ctx)
		case <-settled.C:
			if !s.tidy(ctx, "deliveries stay with a process that is gone", func(ctx context.Context) error { return s.queue.release(ctx, orphans) }) {
				settled.Reset(s.cfg.tempo.settle)
			}
		case <-hourly.C:
			s.tidy(ctx, "old conversations were not removed", s.forget)
		}
	}
}

// tidy does a piece of work that can wait when it fails, and reports whether
// it was done.
func (s *Service) tidy(ctx context.Context, failed string, do func(context.Context) error) bool {
	err := do(ctx)
	if err != nil && ctx.Err() == nil {
		s.cfg.Log.Warn(failed, "error", err)
	}
	return err == nil
}

// Stored says what Store did.
type Stored struct {
	ID        string
	Mailboxes []directory.SIP // who gets an item
	Skipped   []directory.SIP // participants who are not ours
	Duplicate bool            // the segment was here already
}

// Store keeps the conversation and queues its deliveries, in one transaction:
// when it returns, nothing can be lost any more. Storing the same id again
// changes nothing. What is wrong with a conversation is a failure with the
// code storage.conversation.
func (s *Service) Store(ctx context.Context, c Conversation) (Stored, error) {
	if c.ID == "" {
		c.ID = rand.Text()
	}
	if err := c.normalise(); err != nil {
		return Stored{}, err
	}
	out, err := s.recipients(ctx, c)
	if err != nil {
		return Stored{}, err
	}
	body, err := json.Marshal(c)
	if err != nil {
		return Stored{}, fmt.Errorf("encoding conversation %s: %w", c.ID, err)
	}
	err = s.cfg.DB.InTx(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		out.Duplicate, err = s.enqueue(ctx, tx, out, string(body))
		return err
	})
	if err != nil {
		return Stored{}, fmt.Errorf("storing conversation %s: %w", c.ID, store.Explain(err))
	}
	return out, nil
}

// recipients splits the participants into those with a mailbox to write to
// and the others.
func (s *Service) recipients(ctx context.Context, c Conversation) (Stored, error) {
	out := Stored{ID: c.ID}
	for _, p := range c.Participants {
		u, err := s.cfg.User(ctx, p.SIP)
		switch problem.CodeOf(err) {
		case "":
			out.Mailboxes = append(out.Mailboxes, u.SIP)
		case problem.StorageUnknownUser, problem.StorageNotSipEnabled, problem.StorageUserDisabled:
			out.Skipped = append(out.Skipped, p.SIP)
		default:
			return Stored{}, fmt.Errorf("looking up %s: %w", p.SIP, err)
		}
	}
	if len(out.Mailboxes) == 0 {
		return Stored{}, refuse("none of the participants (%v) is a user enabled for SIP here, so there is no mailbox to write to", out.Skipped)
	}
	return out, nil
}

// enqueue writes the conversation with its deliveries and their jobs, unless
// its id is there already.
func (s *Service) enqueue(ctx context.Context, tx *sql.Tx, c Stored, body string) (duplicate bool, err error) {
	now := store.Micros(s.cfg.Now())
	done, err := tx.ExecContext(ctx, sqlInsertConversation, c.ID, body, now)
	if err != nil {
		return false, err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return err == nil, err
	}
	ids := make([]string, len(c.Mailboxes))
	for i := range ids {
		ids[i] = rand.Text()
	}
	jobs, err := s.queue.insert(ctx, tx, ids)
	if err != nil {
		return false, err
	}
	for i, id := range ids {
		if _, err := tx.ExecContext(ctx, sqlInsertDelivery, id, c.ID, string(c.Mailboxes[i]), jobs[i], now); err != nil {
			return false, err
		}
	}
	return false, nil
}
