package directory

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"sync"
	"time"

	"github.com/matchseal/matchseal/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// generationEvery is how often a process looks whether another one changed
// the directory.
const generationEvery = time.Second

// Directory is an open directory. It is safe for concurrent use, and several
// processes can have the same one open.
type Directory struct {
	db    *store.DB
	close func() error
	now   func() time.Time

	proofs  *proofs  // passwords that were right a moment ago
	lookups *lookups // users of tokens

	mu         sync.Mutex
	generation int64     // the newest one this process knows of
	checked    time.Time // when it was last read
}

// Open opens the directory that dsn names ("sqlite:/path" or "postgres://…")
// and makes its tables when they are missing. Close it when done.
func Open(ctx context.Context, dsn string, now func() time.Time) (*Directory, error) {
	db, err := store.Open(ctx, dsn)
	if err != nil {
		return nil, fmt.Errorf("open the directory: %w", err)
	}
	d, err := New(ctx, db, now)
	if err != nil {
		_ = db.Close() // the failure to migrate is the news
		return nil, err
	}
	d.close = db.Close
	return d, nil
}

// New returns the directory in an open database, which the caller closes.
func New(ctx context.Context, db *store.DB, now func() time.Time) (*Directory, error) {
	if err := db.Migrate(ctx, "directory", migrations); err != nil {
		return nil, fmt.Errorf("open the directory: %w", err)
	}
	return &Directory{
		db:      db,
		close:   func() error { return nil },
		now:     now,
		proofs:  newProofs(),
		lookups: newLookups(),
	}, nil
}

// Close closes what Open opened.
func (d *Directory) Close() error { return d.close() }

// change runs fn in one transaction and makes every process forget what it
// remembered: this one before change returns, others within generationEvery.
func (d *Directory) change(ctx context.Context, doing string, fn func(ctx context.Context, tx *sql.Tx) error) error {
	var generation int64
	err := d.db.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, raiseGeneration).Scan(&generation); err != nil {
			return err
		}
		return fn(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	d.noteGeneration(generation)
	return nil
}

func (d *Directory) noteGeneration(generation int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.generation = max(d.generation, generation)
}

// currentGeneration is at most generationEvery behind the changes of other
// processes and never behind those of this one.
func (d *Directory) currentGeneration(ctx context.Context) (int64, error) {
	now := d.now()
	d.mu.Lock()
	generation, age := d.generation, now.Sub(d.checked)
	d.mu.Unlock()
	if 0 <= age && age < generationEvery {
		return generation, nil
	}
	if err := d.db.QueryRowContext(ctx, selectGeneration).Scan(&generation); err != nil {
		return 0, fmt.Errorf("read the generation of the directory: %w", store.Explain(err))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.generation, d.checked = max(d.generation, generation), now
	return d.generation, nil
}

// newID makes an object id: a random GUID (RFC 9562 version 4).
func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails: crypto/rand stops the program instead
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
