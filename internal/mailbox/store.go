package mailbox

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store holds the mailboxes of one role.
type Store struct {
	db   *store.DB
	now  func() time.Time
	seal seal
}

// Mailbox is the mailbox of one directory user. Get one from OpenFor; the zero
// value has no folders.
type Mailbox struct {
	ID      string // GUID, stable, for logs
	UserID  string // directory id of the owner
	SMTP    string // primary address of the owner
	Created time.Time
	Used    int64 // bytes of all items
	Quota   int64 // bytes, 0 means none
	Items   int64 // in all folders, without the items that belong to folders

	row  int64
	guid guid
}

// domain is the part of the owner's address behind the @.
func (mb Mailbox) domain() string {
	_, domain, _ := strings.Cut(mb.SMTP, "@")
	return domain
}

// New opens the mailboxes in db and creates their tables when they are absent.
func New(db *store.DB, now func() time.Time) (*Store, error) {
	ctx := context.Background()
	if err := db.Migrate(ctx, "mailbox", migrations); err != nil {
		return nil, fmt.Errorf("prepare the mailbox tables: %w", err)
	}
	s := &Store{db: db, now: now}
	if err := s.loadSeal(ctx); err != nil {
		return nil, fmt.Errorf("read the identity of the mailbox store: %w", store.Explain(err))
	}
	return s, nil
}

// loadSeal reads the identity of the store, which its first opening made up.
func (s *Store) loadSeal(ctx context.Context) error {
	fresh, secret := newGUID(), make([]byte, 32)
	rand.Read(secret) // never fails
	if _, err := s.db.ExecContext(ctx, insertInstance, fresh[:], secret); err != nil {
		return err
	}
	var id []byte
	if err := s.db.QueryRowContext(ctx, selectInstance).Scan(&id, &s.seal.secret); err != nil {
		return err
	}
	if len(id) != len(s.seal.store) {
		return problem.New(problem.StoreCorrupt, "the identity of the mailbox store has %d bytes instead of 16", len(id))
	}
	copy(s.seal.store[:], id)
	return nil
}

// Enable gives a user a mailbox with every default folder, or brings the
// mailbox that exists up to date: its address, and default folders it lacks.
// It enables again a mailbox that Disable took away, with what was in it. It
// fails with MailboxNoAddress for a user without an e-mail address.
func (s *Store) Enable(ctx context.Context, user directory.User) (Mailbox, error) {
	var mb Mailbox
	if user.SMTP == "" {
		return mb, problem.New(problem.MailboxNoAddress, "user %s has no e-mail address", user.Name)
	}
	err := s.write(ctx, "enable the mailbox of "+user.ID, func(ctx context.Context, tx *sql.Tx) error {
		id, at := newGUID(), store.Micros(s.now())
		if _, err := tx.ExecContext(ctx, upsertMailbox, id[:], user.ID, user.SMTP.String(), at); err != nil {
			return err
		}
		var err error
		if mb, err = scanMailbox(tx.QueryRowContext(ctx, selectMailbox, user.ID)); err != nil {
			return err
		}
		return s.addDefaultFolders(ctx, tx, mb)
	})
	return mb, err
}

// Disable takes a user's mailbox away: OpenFor fails from now on. What is in
// the mailbox stays until Enable gives it back.
func (s *Store) Disable(ctx context.Context, userID string) error {
	return s.write(ctx, "disable the mailbox of "+userID, func(ctx context.Context, tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, disableMailbox, userID)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return noMailbox(userID)
	})
}

// SetQuota limits the bytes a user's mailbox may hold; 0 lifts the limit. A
// mailbox that holds more keeps what it has and takes nothing new.
func (s *Store) SetQuota(ctx context.Context, userID string, bytes int64) error {
	return s.write(ctx, "set the quota of "+userID, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, updateQuota, userID, bytes)
		return err
	})
}

// OpenFor finds the mailbox of a directory user; it fails with MailboxNone.
func (s *Store) OpenFor(ctx context.Context, userID string) (Mailbox, error) {
	mb, err := scanMailbox(s.db.QueryRowContext(ctx, selectEnabledMailbox, userID))
	if errors.Is(err, sql.ErrNoRows) {
		return Mailbox{}, noMailbox(userID)
	}
	return mb, failed("open the mailbox of "+userID, err)
}

// List returns the enabled mailboxes, sorted by address.
func (s *Store) List(ctx context.Context) ([]Mailbox, error) {
	rows, err := s.db.QueryContext(ctx, selectMailboxes)
	list, err := collect(rows, err, func(rows *sql.Rows) (Mailbox, error) { return scanMailbox(rows) })
	return list, failed("list the mailboxes", err)
}

// IDOwner is what an id says of itself.
type IDOwner struct {
	Kind    Kind
	Mailbox string // as Mailbox.ID
}

// Identify checks that an id was made by this store and tells what it names.
// It does not look whether the object still exists.
func (s *Store) Identify(id string) (IDOwner, error) {
	kind, owner, _, err := s.seal.open(id)
	return IDOwner{Kind: kind, Mailbox: owner.String()}, err
}

func noMailbox(userID string) error {
	return problem.New(problem.MailboxNone, "user %s has no mailbox here", userID)
}

// write runs fn in a transaction that is on disk when write returns nil, and
// that leaves nothing behind when ctx ended before.
func (s *Store) write(ctx context.Context, doing string, fn func(context.Context, *sql.Tx) error) error {
	return failed(doing, s.db.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := fn(ctx, tx); err != nil {
			return err
		}
		return ctx.Err()
	}))
}

// failed adds what was being done, and to an error of the engine its code.
func failed(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, store.Explain(err))
}

// scanner is a *sql.Row or *sql.Rows.
type scanner interface{ Scan(...any) error }

func scanMailbox(row scanner) (Mailbox, error) {
	var mb Mailbox
	var id []byte
	var created int64
	err := row.Scan(&mb.row, &id, &mb.UserID, &mb.SMTP, &created, &mb.Used, &mb.Quota, &mb.Items)
	copy(mb.guid[:], id)
	mb.ID, mb.Created = mb.guid.String(), store.Time(created)
	return mb, err
}

// collect reads all rows; the one connection of SQLite is free afterwards.
func collect[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}
