package meetings

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store keeps the meetings of one role. It is safe for concurrent use.
type Store struct {
	db   *store.DB
	join string
	now  func() time.Time
}

// New prepares the tables. joinBase is what join URLs begin with, for example
// "https://meet.litware.test".
func New(db *store.DB, joinBase string, now func() time.Time) (*Store, error) {
	if err := db.Migrate(context.Background(), "meetings", migrations); err != nil {
		return nil, fmt.Errorf("preparing the table of meetings: %w", err)
	}
	return &Store{db, joinBase, now}, nil
}

// newIDAttempts bounds the search for an id nobody has; with more than 10^12
// of them the second attempt is already a curiosity.
const newIDAttempts = 5

// Create schedules a meeting of organizer, who must have a SIP address. It may
// fail with meetings.invalid, meetings.no-sip or meetings.too-many. Meetings of
// the organiser that expired two weeks ago are forgotten on the way.
func (s *Store) Create(ctx context.Context, organizer directory.User, f Fields) (Meeting, error) {
	if organizer.SIP == "" {
		return Meeting{}, problem.New(problem.MeetingsNoSIP, "%s has no SIP address", organizer.UPN)
	}
	now := s.now()
	if err := f.check(now); err != nil {
		return Meeting{}, err
	}
	now = store.Time(store.Micros(now)) // what the table keeps
	m := Meeting{Fields: f, Organizer: organizer.SIP, Version: 1, Created: now, Changed: now}
	for attempt := 1; ; attempt++ {
		var err error
		if m.ID, m.ConferenceID, err = newIDs(); err != nil {
			return Meeting{}, err
		}
		m.JoinURL = joinURL(s.join, m.Organizer, m.ID)
		err = s.insert(ctx, organizer.ID, m)
		if err == nil {
			return m, nil
		}
		if !store.IsDuplicate(err) || attempt == newIDAttempts {
			return Meeting{}, fmt.Errorf("storing a meeting of %s: %w", organizer.SIP, err)
		}
	}
}

func (s *Store) insert(ctx context.Context, owner string, m Meeting) error {
	fields, err := json.Marshal(m.Fields)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, sqlExpire, owner, store.Micros(m.Created.Add(-forgottenAfter))); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRowContext(ctx, sqlCount, owner).Scan(&n); err != nil {
			return err
		}
		if n >= MaxPerUser {
			return problem.New(problem.MeetingsTooMany, "%s has %d meetings, which is the limit", m.Organizer, n)
		}
		_, err := tx.ExecContext(ctx, sqlInsert, m.ID, m.ConferenceID, owner, string(m.Organizer), string(fields),
			store.Micros(m.Expires), store.Micros(m.Created))
		return err
	})
}

// List returns the owner's meetings, oldest first.
func (s *Store) List(ctx context.Context, owner string) ([]Meeting, error) {
	rows, err := s.db.QueryContext(ctx, sqlList, owner)
	if err != nil {
		return nil, fmt.Errorf("listing meetings: %w", store.Explain(err))
	}
	defer rows.Close()
	var all []Meeting
	for rows.Next() {
		m, err := s.scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("listing meetings: %w", store.Explain(err))
	}
	return all, nil
}

// Get returns one of the owner's meetings. Somebody else's is
// meetings.not-found, as one is that does not exist.
func (s *Store) Get(ctx context.Context, owner, id string) (Meeting, error) {
	return s.get(ctx, s.db, owner, id)
}

func (s *Store) get(ctx context.Context, q store.Querier, owner, id string) (Meeting, error) {
	m, err := s.scan(q.QueryRowContext(ctx, sqlGet, owner, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Meeting{}, problem.New(problem.MeetingsNotFound, "there is no meeting %q", id)
	}
	return m, err
}

// Update replaces the fields of one of the owner's meetings. A version other
// than 0 must be the meeting's own, or the failure is meetings.changed.
func (s *Store) Update(ctx context.Context, owner, id string, version int64, f Fields) (Meeting, error) {
	if err := f.check(s.now()); err != nil {
		return Meeting{}, err
	}
	fields, err := json.Marshal(f)
	if err != nil {
		return Meeting{}, err
	}
	var after Meeting
	err = s.db.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		before, err := s.get(ctx, tx, owner, id)
		if err != nil {
			return err
		}
		if version != 0 && version != before.Version {
			return problem.New(problem.MeetingsChanged, "the meeting %s has changed since it was read", id)
		}
		if _, err := tx.ExecContext(ctx, sqlUpdate, owner, id, string(fields), store.Micros(f.Expires), store.Micros(s.now()), before.Version); err != nil {
			return err
		}
		after, err = s.get(ctx, tx, owner, id)
		return err
	})
	if err != nil {
		return Meeting{}, fmt.Errorf("updating the meeting: %w", err)
	}
	return after, nil
}

// Delete removes one of the owner's meetings.
func (s *Store) Delete(ctx context.Context, owner, id string) error {
	result, err := s.db.ExecContext(ctx, sqlDelete, owner, id)
	if err != nil {
		return fmt.Errorf("deleting the meeting: %w", store.Explain(err))
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		err = problem.New(problem.MeetingsNotFound, "there is no meeting %q", id)
	}
	return err
}

func (s *Store) scan(scan func(...any) error) (Meeting, error) {
	var m Meeting
	var fields []byte
	var expires, created, changed int64
	if err := scan(&m.ID, &m.ConferenceID, &m.Organizer, &fields, &expires, &m.Version, &created, &changed); err != nil {
		return m, fmt.Errorf("reading a meeting: %w", store.Explain(err))
	}
	if err := json.Unmarshal(fields, &m.Fields); err != nil {
		return m, problem.Wrap(err, problem.StoreCorrupt, "the fields of the meeting %s cannot be read", m.ID)
	}
	m.Expires, m.Created, m.Changed = store.Time(expires), store.Time(created), store.Time(changed)
	m.JoinURL = joinURL(s.join, m.Organizer, m.ID)
	return m, nil
}

// idLetters leaves out what people confuse: 0 and O, 1 and I.
const idLetters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// newIDs makes the id in addresses and the number for people.
func newIDs() (id, conference string, err error) {
	var b [8]byte
	rand.Read(b[:]) // never fails: crypto/rand stops the program instead
	for i := range b {
		b[i] = idLetters[int(b[i])%len(idLetters)] // 256 is a multiple of 32
	}
	n, err := rand.Int(rand.Reader, big.NewInt(900_000_000))
	if err != nil {
		return "", "", fmt.Errorf("choosing a conference id: %w", err)
	}
	return string(b[:]), fmt.Sprint(100_000_000 + n.Int64()), nil
}
