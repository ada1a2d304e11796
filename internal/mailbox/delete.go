package mailbox

import (
	"context"
	"database/sql"

	"github.com/matchseal/matchseal/internal/store"
)

// DeleteType says where something deleted goes.
type DeleteType int

const (
	// MoveToDeletedItems leaves an item that is already there.
	MoveToDeletedItems DeleteType = iota
	// SoftDelete moves an item to the deletions of Recoverable Items.
	SoftDelete
	// HardDelete destroys it.
	HardDelete
)

// DeleteItem deletes an item; it fails with MailboxItemNotFound or one of the
// id codes.
func (s *Store) DeleteItem(ctx context.Context, mb Mailbox, id ItemID, how DeleteType) error {
	return s.write(ctx, "delete an item", func(ctx context.Context, tx *sql.Tx) error {
		it, err := s.item(ctx, tx, mb, id, Want{})
		if err != nil {
			return err
		}
		return s.removeItem(ctx, tx, mb, it, how)
	})
}

// MoveItem puts an item into another folder, where it gets a new article
// number; its id stays.
func (s *Store) MoveItem(ctx context.Context, mb Mailbox, id ItemID, to FolderID) (Item, error) {
	var done Item
	err := s.write(ctx, "move an item", func(ctx context.Context, tx *sql.Tx) error {
		it, err := s.item(ctx, tx, mb, id, Want{})
		if err != nil {
			return err
		}
		f, err := s.folder(ctx, tx, mb, to)
		if err != nil {
			return err
		}
		if err := s.relocate(ctx, tx, mb, it, f.row); err != nil {
			return err
		}
		done, err = s.item(ctx, tx, mb, id, Want{})
		return err
	})
	return done, err
}

func (s *Store) removeItem(ctx context.Context, tx *sql.Tx, mb Mailbox, it Item, how DeleteType) error {
	if how == HardDelete {
		return s.destroy(ctx, tx, mb, it)
	}
	name := DeletedItems
	if how == SoftDelete {
		name = RecoverableItemsDeletions
	}
	f, err := s.scanFolder(tx.QueryRowContext(ctx, selectDistinguishedFolder, mb.row, name), mb)
	if err != nil {
		return err
	}
	return s.relocate(ctx, tx, mb, it, f.row)
}

func (s *Store) destroy(ctx context.Context, tx *sql.Tx, mb Mailbox, it Item) error {
	change, err := s.nextChange(ctx, tx, mb, -it.Size)
	if err != nil {
		return err
	}
	if _, err := s.touchFolder(ctx, tx, it.folderRow, change, tally(&it, -1)); err != nil {
		return err
	}
	for _, statement := range []string{deleteProperties, deleteContent, deleteItem} {
		if _, err := tx.ExecContext(ctx, statement, it.row); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) relocate(ctx context.Context, tx *sql.Tx, mb Mailbox, it Item, to int64) error {
	if it.folderRow == to {
		return nil
	}
	change, err := s.nextChange(ctx, tx, mb, 0)
	if err != nil {
		return err
	}
	if _, err := s.touchFolder(ctx, tx, it.folderRow, change, tally(&it, -1)); err != nil {
		return err
	}
	article, err := s.touchFolder(ctx, tx, to, change, tally(&it, 1))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, moveItem, it.row, to, article, change, store.Micros(s.now()))
	return err
}

// itemByRow reads an item without anything beside its row.
func (s *Store) itemByRow(ctx context.Context, tx *sql.Tx, mb Mailbox, row int64) (Item, error) {
	return s.scanItem(tx.QueryRowContext(ctx, selectItemRow, row), mb)
}
