package partner

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/settings"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/s2s"
)

// EventLog takes what an administrator should be able to read later.
// *journal.Journal is one.
type EventLog interface {
	Log(ctx context.Context, e journal.Event) error
}

// Config is what a Store needs. DB, Fetcher, Own, Journal and Now are required.
type Config struct {
	DB      *store.DB
	Fetcher authmeta.Fetcher
	// Own says who this role is; it is asked each time, because the realm is
	// a setting.
	Own     func(context.Context) (s2s.Principal, error)
	Journal EventLog
	Now     func() time.Time

	// Organisation is that of records which name none.
	Organisation string
	Schedule     Schedule
	Log          *slog.Logger // what fails in the background; nil drops it
}

// Store keeps the records of one role. Its methods may be called from any
// number of goroutines.
type Store struct {
	cfg      Config
	schedule Schedule
	log      *slog.Logger
	wake     chan struct{} // buffered by one: the schedule changed

	current atomic.Pointer[state]
	writes  atomic.Int64 // changes made through this Store
	loading sync.Mutex   // one goroutine compares, the others wait for it

	early   singleflight.Group // keyed by issuer
	earlyMu sync.Mutex
	earlyAt map[s2s.Principal]time.Time // last early fetch; grows with registered issuers only
}

// New prepares the tables and returns the Store. It starts nothing: Run does
// the refreshing.
func New(cfg Config) (*Store, error) {
	if err := cfg.DB.Migrate(context.Background(), "partner", migrations); err != nil {
		return nil, fmt.Errorf("preparing the partner tables: %w", err)
	}
	log := cfg.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Store{
		cfg:      cfg,
		schedule: cfg.Schedule.withDefaults(),
		log:      log,
		wake:     make(chan struct{}, 1),
		earlyAt:  map[s2s.Principal]time.Time{},
	}, nil
}

// List returns every partner application, sorted by name.
func (s *Store) List(ctx context.Context) ([]Application, error) {
	return s.Find(ctx, "*")
}

// Find returns the partner applications whose name matches pattern, without
// regard to case and with * and ? as wildcards, or whose application id is
// pattern; an empty pattern matches all. No match is an empty list, not an
// error (001-10).
func (s *Store) Find(ctx context.Context, pattern string) ([]Application, error) {
	return s.FindAfter(ctx, pattern, "", 0)
}

// FindAfter is Find for one part of a long list: at most limit records (0 for
// all) whose names follow after. The records are in memory for the verifier
// anyway, in the order of their names, so a part costs no more than itself.
func (s *Store) FindAfter(ctx context.Context, pattern, after string, limit int) ([]Application, error) {
	v, err := s.view(ctx)
	if err != nil {
		return nil, err
	}
	from := 0
	if after != "" {
		from, _ = slices.BinarySearchFunc(v.applications, fold(after)+"\x00", func(a Application, name string) int { return strings.Compare(fold(a.Name), name) })
	}
	var found []Application
	for _, a := range v.applications[from:] {
		if matches(pattern, a) {
			found = append(found, a.clone())
		}
		if limit > 0 && len(found) == limit {
			break
		}
	}
	return found, nil
}

func matches(pattern string, a Application) bool {
	return pattern == "" || settings.Match(pattern, a.Name) || fold(pattern) == string(a.App)
}

// Get returns the one partner application that identity, a name or an
// application id, stands for. The failure is partner.not-found.
func (s *Store) Get(ctx context.Context, identity string) (Application, error) {
	v, err := s.view(ctx)
	if err != nil {
		return Application{}, err
	}
	a, err := v.application(identity)
	if err != nil {
		return Application{}, err
	}
	return a.clone(), nil
}

// Remove forgets a partner application; its next request is refused. Removing
// one that is not there is partner.not-found (001-11).
func (s *Store) Remove(ctx context.Context, by, identity string) error {
	var gone Application
	err := s.write(ctx, func(ctx context.Context, q store.Querier, v *view) error {
		var err error
		if gone, err = v.application(identity); err != nil {
			return err
		}
		return deleteRows(ctx, q, recordKey{application, fold(gone.Name)})
	})
	if err != nil {
		return err
	}
	s.note(ctx, journal.Event{
		ID: EventRemoved, Level: journal.Information,
		Text:   fmt.Sprintf("The partner application %s was removed.", gone.Name),
		Detail: lines("by", by, "issuer", gone.Issuer().String()),
	})
	return nil
}

// write runs change inside a transaction that no other writer of these tables
// enters at the same time, and makes every reader look again. change gets the
// records as they are inside the transaction.
func (s *Store) write(ctx context.Context, change func(ctx context.Context, q store.Querier, v *view) error) error {
	err := s.cfg.DB.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		// The bump comes first: its row lock is what keeps writers apart.
		if _, err := tx.ExecContext(ctx, sqlBumpGeneration); err != nil {
			return fmt.Errorf("locking the partner tables: %w", err)
		}
		v, err := load(ctx, tx)
		if err != nil {
			return err
		}
		return change(ctx, tx, v)
	})
	if err != nil {
		return err
	}
	s.invalidate()
	select {
	case s.wake <- struct{}{}:
	default: // a wake-up is already waiting
	}
	return nil
}

// note journals e. A journal that does not take it must not undo a change that
// has been made, so that failure goes to the log.
func (s *Store) note(ctx context.Context, e journal.Event) {
	e.Source, e.Time = EventSource, s.cfg.Now()
	if err := s.cfg.Journal.Log(ctx, e); err != nil {
		s.log.ErrorContext(ctx, "journaling an event of the partner records", "text", e.Text, "error", err)
	}
}

func notFound(what, identity string) error {
	return problem.New(problem.PartnerNotFound, "there is no %s %q", what, identity)
}
