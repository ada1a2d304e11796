package mailbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"reflect"
	"slices"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
)

// CreateItem stores an item in a folder and returns it as it is then. It takes
// from it what a client may choose; ids, times of creation and change, sizes
// and numbers are the server's. When CreateItem returns nil the item is on
// disk. It fails with MailboxFolderNotFound, MailboxTooLarge, MailboxQuota or
// MailboxPropertyValue.
func (s *Store) CreateItem(ctx context.Context, mb Mailbox, folder FolderID, it Item) (Item, error) {
	it.Properties = slices.Clone(it.Properties)
	it.guid = newGUID()
	it.Created = s.now().UTC()
	it.Modified = it.Created
	if it.Sent.IsZero() {
		it.Sent = it.Created
	}
	if it.Received.IsZero() {
		it.Received = it.Created
	}
	if it.InternetMessageID == "" {
		it.InternetMessageID = "<" + it.guid.String() + "@" + mb.domain() + ">"
	}
	it.Flags = it.Flags & (Read | Unsent | HasAttachments) // the others are the server's
	if len(it.Attachments) > 0 && it.MIME == nil {
		it.MIME = it.RFC822()
		it.Flags |= HasAttachments
	}
	it.Attachments = nil
	if err := it.settle(); err != nil {
		return Item{}, err
	}
	err := s.write(ctx, "create an item", func(ctx context.Context, tx *sql.Tx) error {
		f, err := s.folder(ctx, tx, mb, folder)
		if err != nil {
			return err
		}
		it.folderGUID, it.folderRow = f.guid, f.row
		return s.insertItem(ctx, tx, mb, &it)
	})
	if err != nil {
		return Item{}, err
	}
	s.name(mb, &it)
	return it, nil
}

func (s *Store) insertItem(ctx context.Context, tx *sql.Tx, mb Mailbox, it *Item) error {
	var err error
	if it.change, err = s.nextChange(ctx, tx, mb, it.Size); err != nil {
		return err
	}
	if it.ArticleNumber, err = s.touchFolder(ctx, tx, it.folderRow, it.change, tally(it, 1)); err != nil {
		return err
	}
	err = tx.QueryRowContext(ctx, insertItem, it.guid[:], mb.row, it.folderRow, bit(it.Associated), it.ArticleNumber, it.change,
		fold(it.Class), fold(it.Subject), fold(it.InternetMessageID),
		it.Flags, it.Importance, it.Sensitivity, store.Micros(it.Sent), store.Micros(it.Received), store.Micros(it.Created),
		it.Size, it.encodeDetails()).Scan(&it.row)
	if err != nil {
		return err
	}
	if err := insertContent(ctx, tx, it); err != nil {
		return err
	}
	return insertProperties(ctx, tx, mb, it)
}

func insertContent(ctx context.Context, tx *sql.Tx, it *Item) error {
	_, err := tx.ExecContext(ctx, upsertContent, it.row, string(it.Body.Type), it.Body.Text, it.MIME)
	return err
}

func insertProperties(ctx context.Context, tx *sql.Tx, mb Mailbox, it *Item) error {
	for i, p := range it.Properties {
		values, _ := json.Marshal(p.Values) // texts only: cannot fail
		_, err := tx.ExecContext(ctx, insertProperty, it.row, p.ID.String(), mb.row, i, string(p.Type), string(values), p.value().lookup(p.Type))
		if err != nil {
			return err
		}
	}
	return nil
}

// counts is what a write does to the counters of a folder.
type counts struct{ articles, total, unread, size int64 }

// tally counts one item in (sign 1) or out (sign -1) of a folder. Associated
// items use article numbers and space, but are no contents.
func tally(it *Item, sign int64) counts {
	c := counts{size: sign * it.Size}
	if sign > 0 {
		c.articles = 1
	}
	if !it.Associated {
		c.total = sign
		if !it.Flags.Has(Read) {
			c.unread = sign
		}
	}
	return c
}

// touchFolder changes the counters of a folder and returns the article number
// that c.articles reserved.
func (s *Store) touchFolder(ctx context.Context, tx *sql.Tx, row, change int64, c counts) (int64, error) {
	var next int64
	err := tx.QueryRowContext(ctx, touchFolder, row, c.articles, c.total, c.unread, c.size, store.Micros(s.now()), change).Scan(&next)
	return next - 1, err
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Resolution says what an update does when the item changed since its change
// key was read.
type Resolution int

const (
	// AutoResolve applies the update to the newest version: fields it does
	// not name keep what the other writer gave them.
	AutoResolve Resolution = iota
	// NeverOverwrite fails with MailboxConflict.
	NeverOverwrite
	// AlwaysOverwrite is AutoResolve without the need of a change key.
	AlwaysOverwrite
)

// Update is a change to one item. Change receives the item with everything in
// it and edits what a client may choose; it may run more than once.
type Update struct {
	ChangeKey  ChangeKey
	Resolution Resolution
	Change     func(*Item) error
}

// UpdateItem changes an item and returns it as it is then. Besides the codes of
// Item and CreateItem it fails with MailboxChangeKeyRequired,
// MailboxChangeKeyInvalid and MailboxConflict.
func (s *Store) UpdateItem(ctx context.Context, mb Mailbox, id ItemID, u Update) (Item, error) {
	var done Item
	err := s.write(ctx, "update an item", func(ctx context.Context, tx *sql.Tx) error {
		old, err := s.item(ctx, tx, mb, id, Everything)
		if err != nil {
			return err
		}
		if err := s.checkChangeKey(old, u); err != nil {
			return err
		}
		it := old
		it.Properties = slices.Clone(old.Properties)
		if err := u.Change(&it); err != nil {
			return err
		}
		if err := it.followUp(old, s.now().UTC()); err != nil {
			return err
		}
		if err := s.saveItem(ctx, tx, mb, old, &it); err != nil {
			return err
		}
		done = it
		return nil
	})
	return done, err
}

func (s *Store) checkChangeKey(old Item, u Update) error {
	if u.ChangeKey == "" {
		if u.Resolution == AlwaysOverwrite {
			return nil
		}
		return problem.New(problem.MailboxChangeKeyRequired, "the update was sent without a change key")
	}
	change, err := s.seal.change(old.guid, u.ChangeKey)
	if err != nil {
		return err
	}
	if change != old.change && u.Resolution == NeverOverwrite {
		return problem.New(problem.MailboxConflict, "the item changed since its change key was read")
	}
	return nil
}

// followUp settles an edited item: what may not change comes back from old, and
// the MIME form follows the properties unless it was edited itself.
func (it *Item) followUp(old Item, now time.Time) error {
	it.ID, it.FolderID, it.Created, it.ArticleNumber, it.Associated = old.ID, old.FolderID, old.Created, old.ArticleNumber, old.Associated
	it.Modified = now
	newMIME := !slices.Equal(it.MIME, old.MIME)
	attachments := old.Flags
	if newMIME {
		attachments = it.Flags
	}
	it.Flags = old.Flags&^(Read|HasAttachments) | it.Flags&Read | attachments&HasAttachments
	newBody := it.Body != old.Body
	if it.MIME != nil && !newMIME && (newBody || !slices.Equal(it.composeHeader(), old.composeHeader())) {
		it.MIME = it.recompose(newBody)
	}
	it.Attachments = nil
	return it.settle()
}

func (s *Store) saveItem(ctx context.Context, tx *sql.Tx, mb Mailbox, old Item, it *Item) error {
	var err error
	if it.change, err = s.nextChange(ctx, tx, mb, it.Size-old.Size); err != nil {
		return err
	}
	delta := counts{size: it.Size - old.Size}
	if !it.Associated {
		delta.unread = int64(bit(!it.Flags.Has(Read)) - bit(!old.Flags.Has(Read)))
	}
	if _, err := s.touchFolder(ctx, tx, it.folderRow, it.change, delta); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, updateItem, it.row, it.change, fold(it.Class), fold(it.Subject), fold(it.InternetMessageID),
		it.Flags, it.Importance, it.Sensitivity, store.Micros(it.Sent), store.Micros(it.Received), store.Micros(it.Modified),
		it.Size, it.encodeDetails())
	if err == nil && (it.Body != old.Body || !slices.Equal(it.MIME, old.MIME)) {
		err = insertContent(ctx, tx, it)
	}
	if err == nil && !reflect.DeepEqual(it.Properties, old.Properties) {
		if _, err = tx.ExecContext(ctx, deleteProperties, it.row); err == nil {
			err = insertProperties(ctx, tx, mb, it)
		}
	}
	it.ChangeKey = s.seal.changeKey(it.guid, it.change)
	return err
}
