package readers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/s2s"
)

// writeEvery is how often what was read is written down; a crash loses as much.
const writeEvery = time.Minute

// slack is how many readers more than are kept may be in memory, so that a
// flood of them is not sorted with each request.
const slack = 100

// Partner is somebody who should read the document.
type Partner struct {
	Name      string
	Principal s2s.Principal
	Since     time.Time // when it was registered
}

// Config is what a Store needs. All but Log is required.
type Config struct {
	DB  *store.DB
	Now func() time.Time
	// Partners are those that are registered and enabled.
	Partners func(context.Context) ([]Partner, error)
	Log      *slog.Logger // what fails in the background; nil drops it
}

// Store keeps the readings of one role's document. Several nodes may have the
// same one open.
type Store struct {
	cfg Config

	mu         sync.Mutex
	fresh      map[key]Reader    // read since the last write
	sort       int               // how many there may be before some go
	begun      map[key]time.Time // first readings, as stored; nil until they were looked up
	registered map[s2s.Principal]bool
}

// New prepares the tables and returns the Store. It starts nothing: Run does
// the writing.
func New(cfg Config) (*Store, error) {
	ctx := context.Background()
	if err := cfg.DB.Migrate(ctx, "readers", migrations); err != nil {
		return nil, fmt.Errorf("preparing the tables of metadata readings: %w", err)
	}
	if _, err := cfg.DB.ExecContext(ctx, sqlBegin, store.Micros(cfg.Now())); err != nil {
		return nil, fmt.Errorf("beginning the records of metadata readings: %w", store.Explain(err))
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Store{cfg: cfg, fresh: map[key]Reader{}, sort: slack}, nil
}

// Note remembers a reading. It is called with each one and touches memory only.
func (s *Store) Note(r Reading) {
	now := s.cfg.Now().UTC()
	reader := r.reader(now)
	s.mu.Lock()
	defer s.mu.Unlock()
	k := reader.key()
	if first, ok := s.begun[k]; ok {
		reader.First = first
	}
	if before, ok := s.fresh[k]; ok {
		reader.First = before.First
	}
	s.fresh[k] = reader
	if len(s.fresh) <= s.sort {
		return
	}
	all := kept(slices.Collect(maps.Values(s.fresh)), s.registered, now)
	clear(s.fresh)
	for _, r := range all {
		s.fresh[r.key()] = r
	}
	s.sort = len(all) + slack
}

// Run writes down what was read, once a minute and when ctx ends.
func (s *Store) Run(ctx context.Context) error {
	tick := time.NewTicker(writeEvery)
	defer tick.Stop()
	for {
		s.write(ctx)
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			s.write(last)
			return nil
		case <-tick.C:
		}
	}
}

func (s *Store) write(ctx context.Context) {
	if err := s.Write(ctx); err != nil && ctx.Err() == nil {
		s.cfg.Log.WarnContext(ctx, "who read the metadata document could not be written down", "error", err)
	}
}

// Write writes down what was read since the last time, beside what other nodes
// wrote. What cannot be written is tried again with the next call.
func (s *Store) Write(ctx context.Context) error {
	partners, err := s.cfg.Partners(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.registered = principals(partners)
	fresh := s.fresh
	s.fresh, s.sort = map[key]Reader{}, slack
	registered, known := s.registered, s.begun != nil
	s.mu.Unlock()
	if len(fresh) == 0 && known {
		return nil
	}
	var after []Reader
	err = s.cfg.DB.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		after, err = s.merge(ctx, tx, fresh, registered)
		return err
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		for k, r := range fresh {
			if _, ok := s.fresh[k]; !ok {
				s.fresh[k] = r
			}
		}
		return fmt.Errorf("writing down who read the metadata document: %w", err)
	}
	s.begun = map[key]time.Time{}
	for _, r := range after {
		s.begun[r.key()] = r.First
	}
	return nil
}

func principals(partners []Partner) map[s2s.Principal]bool {
	all := map[s2s.Principal]bool{}
	for _, p := range partners {
		all[p.Principal] = true
	}
	return all
}

// merge brings the rows up to date with fresh and returns what they are then.
func (s *Store) merge(ctx context.Context, tx *sql.Tx, fresh map[key]Reader, registered map[s2s.Principal]bool) ([]Reader, error) {
	if _, err := tx.ExecContext(ctx, sqlLock); err != nil {
		return nil, err
	}
	stored, err := load(ctx, tx)
	if err != nil {
		return nil, err
	}
	after := kept(joined(stored, fresh), registered, s.cfg.Now())
	gone := map[key]bool{}
	for _, r := range stored {
		gone[r.key()] = true
	}
	for _, r := range after {
		k := r.key()
		delete(gone, k)
		if _, ok := fresh[k]; !ok {
			continue
		}
		if _, err := tx.ExecContext(ctx, sqlKeep, k.principal, k.address, k.agent, store.Micros(r.First), store.Micros(r.Last), pauses(r.Pauses), holds(r.Holds)); err != nil {
			return nil, err
		}
	}
	for k := range gone {
		if _, err := tx.ExecContext(ctx, sqlDrop, k.principal, k.address, k.agent); err != nil {
			return nil, err
		}
	}
	return after, nil
}

// joined is what is stored with what was read since.
func joined(stored []Reader, fresh map[key]Reader) []Reader {
	all := maps.Clone(fresh)
	for _, r := range stored {
		if later, ok := fresh[r.key()]; ok {
			r = r.again(later)
		}
		all[r.key()] = r
	}
	return slices.Collect(maps.Values(all))
}

func load(ctx context.Context, q store.Querier) (all []Reader, err error) {
	rows, err := q.QueryContext(ctx, sqlReaders)
	if err != nil {
		return nil, store.Explain(err)
	}
	defer rows.Close()
	for rows.Next() {
		var r Reader
		var principal, pauses, holds string
		var first, last int64
		if err := rows.Scan(&principal, &r.Address, &r.Agent, &first, &last, &pauses, &holds); err != nil {
			return nil, store.Explain(err)
		}
		r.First, r.Last = store.Time(first), store.Time(last)
		if err := r.parse(principal, pauses, holds); err != nil {
			return nil, problem.Wrap(err, problem.StoreCorrupt, "the reader %s at %s cannot be read", principal, r.Address)
		}
		all = append(all, r)
	}
	return all, store.Explain(rows.Err())
}

func (r *Reader) parse(principal, pauses, holds string) (err error) {
	if principal != "" {
		r.Principal, err = s2s.ParsePrincipal(principal)
	}
	for _, text := range strings.Fields(pauses) {
		seconds, wrong := strconv.ParseInt(text, 10, 64)
		err = errors.Join(err, wrong)
		r.Pauses = append(r.Pauses, time.Duration(seconds)*time.Second)
	}
	for _, text := range strings.Fields(holds) {
		t, wrong := s2s.ParseThumbprint(text)
		err = errors.Join(err, wrong)
		r.Holds = append(r.Holds, t)
	}
	return err
}

func pauses(all []time.Duration) string {
	var b strings.Builder
	for _, p := range all {
		fmt.Fprintf(&b, "%d ", int64(p/time.Second))
	}
	return strings.TrimSpace(b.String())
}

func holds(all []s2s.Thumbprint) string {
	texts := make([]string, len(all))
	for i, t := range all {
		texts[i] = t.String()
	}
	return strings.Join(texts, " ")
}
