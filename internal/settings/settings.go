package settings

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	maxName     = 256     // bytes
	maxDocument = 1 << 20 // bytes of JSON
)

// Kind is a kind of document: its Go type and the name under which it is kept.
// The name stays the same for ever; the type may gain fields.
type Kind[T any] struct{ Name string }

// Named is a stored document with its name and its last change.
type Named[T any] struct {
	Name      string
	Value     T
	Version   int64 // 1 for a new document, one more at each change
	ChangedAt time.Time
	ChangedBy string
}

// Store keeps documents in the database of a role.
type Store struct {
	db  *store.DB
	now func() time.Time
}

// New brings the tables up to date and returns the store.
func New(db *store.DB, now func() time.Time) (*Store, error) {
	if err := db.Migrate(context.Background(), "settings", migrations); err != nil {
		return nil, err
	}
	return &Store{db: db, now: now}, nil
}

// Get returns the document of a kind with the given name; ok is false when
// there is none. Names that differ in ASCII case only are the same name. Fields
// that T does not know are ignored, so that an older node can read what a newer wrote.
func Get[T any](ctx context.Context, s *Store, k Kind[T], name string) (value T, ok bool, err error) {
	found, ok, err := GetNamed(ctx, s, k, name)
	return found.Value, ok, err
}

// GetNamed is Get with the version and the last change, for PutIf.
func GetNamed[T any](ctx context.Context, s *Store, k Kind[T], name string) (found Named[T], ok bool, err error) {
	r, err := read(ctx, s.db, k.Name, name)
	if err != nil || r == nil {
		return found, false, err
	}
	found, err = decode[T](k.Name, *r)
	return found, err == nil, err
}

// List returns all documents of a kind in the order of their lower-case names.
func List[T any](ctx context.Context, s *Store, k Kind[T]) ([]Named[T], error) {
	records, err := list(ctx, s.db, k.Name)
	if err != nil {
		return nil, err
	}
	all := make([]Named[T], 0, len(records))
	for _, r := range records {
		found, err := decode[T](k.Name, r)
		if err != nil {
			return nil, err
		}
		all = append(all, found)
	}
	return all, nil
}

// Put writes a document, whatever was there before, in the name of by. A new
// document keeps the spelling of name. Writing what is there already changes
// nothing and leaves no trace.
func Put[T any](ctx context.Context, s *Store, by string, k Kind[T], name string, v T) error {
	return s.change(ctx, by, k.Name, name, func(*record) (any, error) { return v, nil })
}

// PutIf is Put under the condition that the document still has the given
// version, with 0 for "is not there"; else it fails with settings.conflict.
func PutIf[T any](ctx context.Context, s *Store, by string, k Kind[T], name string, v T, version int64) error {
	return s.change(ctx, by, k.Name, name, func(old *record) (any, error) {
		if have := old.versionOrZero(); have != version {
			return nil, problem.New(problem.SettingsConflict,
				"%s %q has version %d, the change was made from version %d", k.Name, name, have, version)
		}
		return v, nil
	})
}

// Update changes a document in one transaction: fn gets what is there (ok is
// false and old the zero value when there is none) and returns what shall be. An
// error of fn changes nothing and comes back as it is. fn may run more than
// once and must not use the database.
func Update[T any](ctx context.Context, s *Store, by string, k Kind[T], name string, fn func(old T, ok bool) (T, error)) error {
	return s.change(ctx, by, k.Name, name, func(r *record) (any, error) {
		var old Named[T]
		if r != nil {
			var err error
			if old, err = decode[T](k.Name, *r); err != nil {
				return nil, err
			}
		}
		return fn(old.Value, r != nil)
	})
}

// Delete removes a document and reports whether there was one.
func Delete[T any](ctx context.Context, s *Store, by string, k Kind[T], name string) (bool, error) {
	var existed bool
	err := s.db.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		old, err := read(ctx, tx, k.Name, name)
		if existed = old != nil; err != nil || !existed {
			return err
		}
		if _, err := tx.ExecContext(ctx, sqlDelete, k.Name, key(name)); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, sqlLogChange,
			k.Name, key(name), old.name, 0, store.Micros(s.now()), by, old.document, nil)
		return err
	})
	return existed, err
}

// change replaces the document by what next makes of it, and logs that.
func (s *Store) change(ctx context.Context, by, kind, name string, next func(old *record) (any, error)) error {
	if err := checkName(name); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		old, err := read(ctx, tx, kind, name)
		if err != nil {
			return err
		}
		value, err := next(old)
		if err != nil {
			return err
		}
		document, err := encode(kind, name, value)
		if err != nil {
			return err
		}
		if old != nil && old.document == document {
			return nil
		}
		return s.write(ctx, tx, by, kind, name, old, document)
	})
}

func (s *Store) write(ctx context.Context, tx *sql.Tx, by, kind, name string, old *record, document string) error {
	at := store.Micros(s.now())
	var before any
	var version int64
	if old == nil {
		// A document made anew goes on counting, so that a version never
		// means two different things.
		if err := tx.QueryRowContext(ctx, sqlLastVersion, kind, key(name)).Scan(&version); err != nil {
			return err
		}
		version++
		if _, err := tx.ExecContext(ctx, sqlInsert, kind, key(name), name, version, document, at, by); err != nil {
			return err
		}
	} else {
		name, version, before = old.name, old.version+1, old.document
		if _, err := tx.ExecContext(ctx, sqlUpdate, kind, key(name), version, document, at, by); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, sqlLogChange, kind, key(name), name, version, at, by, before, document)
	return err
}

// encode writes a value as JSON, without escaping what only HTML minds.
func encode(kind, name string, value any) (string, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "", fmt.Errorf("encode %s %q: %w", kind, name, err)
	}
	if b.Len() > maxDocument {
		return "", problem.New(problem.SettingsDocument, "%s %q has %d bytes, at most %d can be kept", kind, name, b.Len(), maxDocument)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

func decode[T any](kind string, r record) (Named[T], error) {
	n := Named[T]{Name: r.name, Version: r.version, ChangedAt: r.changedAt, ChangedBy: r.changedBy}
	if err := json.Unmarshal([]byte(r.document), &n.Value); err != nil {
		return Named[T]{}, problem.Wrap(err, problem.SettingsDocument, "read %s %q, version %d", kind, r.name, r.version)
	}
	return n, nil
}

// key is the form in which names are compared.
func key(name string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, name)
}

func checkName(name string) error {
	switch {
	case name == "":
		return problem.New(problem.SettingsName, "the name is empty")
	case len(name) > maxName:
		return problem.New(problem.SettingsName, "the name has %d bytes, at most %d are allowed", len(name), maxName)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return problem.New(problem.SettingsName, "the name %q holds control characters", name)
	}
	return nil
}

// record is a row of the settings table.
type record struct {
	name, document, changedBy string
	version                   int64
	changedAt                 time.Time
}

func (r *record) versionOrZero() int64 {
	if r == nil {
		return 0
	}
	return r.version
}

// read returns nil when there is no such document.
func read(ctx context.Context, q store.Querier, kind, name string) (*record, error) {
	r, err := scan(q.QueryRowContext(ctx, sqlGet, kind, key(name)))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, store.Explain(err)
	}
	return &r, nil
}

func list(ctx context.Context, q store.Querier, kind string) ([]record, error) {
	rows, err := q.QueryContext(ctx, sqlList, kind)
	if err != nil {
		return nil, store.Explain(err)
	}
	defer rows.Close()
	var all []record
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, store.Explain(err)
		}
		all = append(all, r)
	}
	return all, store.Explain(rows.Err())
}

func scan(row interface{ Scan(...any) error }) (record, error) {
	var r record
	var at int64
	err := row.Scan(&r.name, &r.version, &r.document, &at, &r.changedBy)
	r.changedAt = store.Time(at)
	return r, err
}
