package storagesvc

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
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

	Workers     int           // deliveries at a time, default 8
	GiveUpAfter time.Duration // default 72 h
	Timeout     time.Duration // of one attempt, default 60 s
	// Sole says that no other process uses this database, so that whatever a
	// crash left behind can be taken up at once.
	Sole bool
}

// Service is the Storage Service. Make it with New, start it with Run.
type Service struct {
	cfg      Config
	queue    *queue
	exchange *exchange
	events   *events
}

// New migrates the tables and returns a service that does not run yet.
func New(ctx context.Context, cfg Config) (*Service, error) {
	if cfg.Workers <= 0 {
		cfg.Workers = 8
	}
	if cfg.GiveUpAfter <= 0 {
		cfg.GiveUpAfter = 72 * time.Hour
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = time.Minute
	}
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	if err := cfg.DB.Migrate(ctx, "storagesvc", sub); err != nil {
		return nil, fmt.Errorf("migrating the Storage Service's tables: %w", err)
	}
	s := &Service{cfg: cfg, events: &events{journal: cfg.Journal, now: cfg.Now}}
	s.exchange = newExchange(cfg)
	s.queue, err = newQueue(ctx, s)
	return s, err
}

// Run works until ctx ends, then lets the running deliveries finish.
func (s *Service) Run(ctx context.Context) error { return s.queue.run(ctx) }

// Stored says what Store did.
type Stored struct {
	ID        string
	Mailboxes []directory.SIP // who gets an item
	Skipped   []directory.SIP // participants who are not ours
	Duplicate bool            // the segment was here already
}

// Store keeps the conversation and queues its deliveries, in one transaction:
// when it returns, nothing can be lost any more. Storing the same id again
// changes nothing.
func (s *Service) Store(ctx context.Context, c Conversation) (Stored, error) {
	if c.ID == "" {
		c.ID = rand.Text()
	}
	if err := c.check(); err != nil {
		return Stored{}, err
	}
	out := Stored{ID: c.ID}
	for _, p := range c.Participants {
		switch _, err := s.cfg.User(ctx, p.SIP); problem.CodeOf(err) {
		case "":
			out.Mailboxes = append(out.Mailboxes, p.SIP)
		case problem.StorageUnknownUser, problem.StorageNotSipEnabled, problem.StorageUserDisabled:
			out.Skipped = append(out.Skipped, p.SIP)
		default:
			return Stored{}, fmt.Errorf("looking up %s: %w", p.SIP, err)
		}
	}
	if len(out.Mailboxes) == 0 {
		return Stored{}, problem.New(problem.StorageConversation, "none of the participants (%v) is a user enabled for SIP here, so there is no mailbox to write to", out.Skipped)
	}
	body, err := json.Marshal(c)
	if err != nil {
		return Stored{}, err
	}
	err = s.cfg.DB.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		return s.enqueue(ctx, tx, &out, string(body))
	})
	if err != nil {
		return Stored{}, fmt.Errorf("storing conversation %s: %w", c.ID, store.Explain(err))
	}
	return out, nil
}

func (s *Service) enqueue(ctx context.Context, tx *sql.Tx, out *Stored, body string) error {
	now := store.Micros(s.cfg.Now())
	done, err := tx.ExecContext(ctx, sqlInsertConversation, out.ID, body, now)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		out.Duplicate = err == nil
		return err
	}
	for _, sip := range out.Mailboxes {
		id := rand.Text()
		if _, err := tx.ExecContext(ctx, sqlInsertDelivery, id, out.ID, string(sip), now); err != nil {
			return err
		}
		if err := s.queue.insert(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

// Status counts conversations and deliveries by state.
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
	for rows.Next() {
		var state string
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			return st, err
		}
		switch state {
		case "waiting":
			st.Waiting = n
		case "running":
			st.Running = n
		case "retrying":
			st.Retrying = n
		case "delivered":
			st.Delivered = n
		case "dead":
			st.Dead = n
		}
	}
	return st, rows.Err()
}

// Delivery is one conversation on its way into one mailbox.
type Delivery struct {
	ID, ConversationID string
	SIP                directory.SIP
	State              string
	Attempts           int
	ItemID             string
	Code               problem.Code
	Detail             string
	Created, Changed   time.Time

	conversation Conversation
}

// DeadLetters lists deliveries that were given up, newest first; filter is
// empty or the id of a delivery or a conversation.
func (s *Service) DeadLetters(ctx context.Context, filter string) ([]Delivery, error) {
	rows, err := s.cfg.DB.QueryContext(ctx, sqlDeadLetters, filter)
	if err != nil {
		return nil, store.Explain(err)
	}
	defer rows.Close()
	var all []Delivery
	for rows.Next() {
		var d Delivery
		if err := d.scan(rows); err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, rows.Err()
}

// scanner is a row or rows.
type scanner interface{ Scan(...any) error }

func (d *Delivery) scan(row scanner, more ...any) error {
	var created, changed int64
	err := row.Scan(append([]any{&d.ID, &d.ConversationID, &d.SIP, &d.State, &d.Attempts, &d.ItemID, &d.Code, &d.Detail, &created, &changed}, more...)...)
	d.Created, d.Changed = store.Time(created), store.Time(changed)
	return err
}

// Requeue gives dead letters another life and says how many.
func (s *Service) Requeue(ctx context.Context, filter string) (int, error) {
	dead, err := s.DeadLetters(ctx, filter)
	if err != nil {
		return 0, err
	}
	for i, d := range dead {
		err := s.cfg.DB.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
			done, err := tx.ExecContext(ctx, sqlRevive, d.ID, store.Micros(s.cfg.Now()))
			if err != nil {
				return err
			}
			if n, err := done.RowsAffected(); err != nil || n == 0 {
				return err // somebody else has requeued it already
			}
			return s.queue.insert(ctx, tx, d.ID)
		})
		if err != nil {
			return i, fmt.Errorf("requeueing delivery %s: %w", d.ID, store.Explain(err))
		}
	}
	return len(dead), nil
}
