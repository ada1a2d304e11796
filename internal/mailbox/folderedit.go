package mailbox

import (
	"context"
	"database/sql"
	"slices"
	"strconv"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
)

// CreateFolder makes a folder below parent. Of f it takes Name, Class and
// Properties; an empty class becomes the parent's. It fails with
// MailboxFolderName, MailboxFolderExists or, for the parent,
// MailboxFolderNotFound and MailboxFolderParent.
func (s *Store) CreateFolder(ctx context.Context, mb Mailbox, parent FolderID, f Folder) (Folder, error) {
	made, err := newFolder(f)
	if err != nil {
		return Folder{}, err
	}
	err = s.write(ctx, "create a folder", func(ctx context.Context, tx *sql.Tx) error {
		above, err := s.folder(ctx, tx, mb, parent)
		if err != nil {
			return err
		}
		if above.IsRecoverable() {
			return problem.New(problem.MailboxFolderParent, "%q takes no folders", above.Name)
		}
		child := made // the transaction may run again
		child.parentRow = above.row
		if child.Class == "" {
			child.Class = above.Class
		}
		if err := s.insertFolder(ctx, tx, mb, &child); err != nil {
			return err
		}
		made, err = s.folder(ctx, tx, mb, FolderID(s.seal.id(KindFolder, mb.guid, child.guid)))
		return err
	})
	return made, err
}

// newFolder checks what a client says of a folder it wants to make.
func newFolder(f Folder) (Folder, error) {
	name, err := checkFolderName(f.Name)
	if err != nil {
		return Folder{}, err
	}
	if len(f.Class) > maxClass {
		return Folder{}, problem.New(problem.MailboxTooLarge, "a folder class is longer than %d bytes", maxClass)
	}
	made := Folder{Name: name, Class: clean(f.Class)}
	for _, p := range f.Properties {
		if made, err = made.With(p); err != nil {
			return Folder{}, err
		}
	}
	return made, nil
}

// With returns the folder with one property set. A tag that has a native field
// sets the field; it fails with MailboxPropertyReadOnly where the server keeps
// the field, and with MailboxPropertyValue.
func (f Folder) With(p Property) (Folder, error) {
	p, err := p.check()
	if err != nil {
		return f, err
	}
	field, typ, ok := folderAlias(p.ID)
	switch {
	case !ok:
		f.Properties = properties(f.Properties).with(p)
		if len(f.Properties) > maxProperties {
			return f, problem.New(problem.MailboxTooLarge, "a folder holds at most %d properties", maxProperties)
		}
	case typ != p.Type:
		return f, problem.New(problem.MailboxPropertyValue, "property %s is of type %s", p.ID, typ)
	case field == FieldFolderClass:
		f.Class = clean(p.Values[0])
	case field == FieldName:
		f.Name = p.Values[0]
	default:
		return f, readOnly(p.ID)
	}
	return f, nil
}

func readOnly(id PropertyID) error {
	return problem.New(problem.MailboxPropertyReadOnly, "property %s is kept by the server", id)
}

// UpdateFolder changes name, class and properties of a folder: change receives
// the folder as it is and edits those three. A default folder keeps its name
// (MailboxFolderBuiltIn).
func (s *Store) UpdateFolder(ctx context.Context, mb Mailbox, id FolderID, change func(*Folder) error) (Folder, error) {
	var done Folder
	err := s.write(ctx, "change a folder", func(ctx context.Context, tx *sql.Tx) error {
		old, err := s.folder(ctx, tx, mb, id)
		if err != nil {
			return err
		}
		f := old
		f.Properties = slices.Clone(old.Properties)
		if err := change(&f); err != nil {
			return err
		}
		if f.Name != old.Name && old.Distinguished != "" {
			return problem.New(problem.MailboxFolderBuiltIn, "%q is a default folder and keeps its name", old.Name)
		}
		if f.Name, err = checkFolderName(f.Name); err != nil && old.parentRow != 0 {
			return err
		}
		f.parentRow = old.parentRow
		return s.saveFolder(ctx, tx, mb, f, &done)
	})
	return done, err
}

// MoveFolder puts a folder below another parent; it fails with
// MailboxFolderMove when that lies inside the folder.
func (s *Store) MoveFolder(ctx context.Context, mb Mailbox, id, parent FolderID) (Folder, error) {
	var done Folder
	err := s.write(ctx, "move a folder", func(ctx context.Context, tx *sql.Tx) error {
		f, err := s.folder(ctx, tx, mb, id)
		if err != nil {
			return err
		}
		above, err := s.folder(ctx, tx, mb, parent)
		if err != nil {
			return err
		}
		if f.Distinguished != "" {
			return problem.New(problem.MailboxFolderBuiltIn, "%q is a default folder and stays where it is", f.Name)
		}
		if above.IsRecoverable() {
			return problem.New(problem.MailboxFolderParent, "%q takes no folders", above.Name)
		}
		all, err := s.folders(ctx, tx, mb)
		if err != nil {
			return err
		}
		inside := append(descendants(all, f.row), f)
		if slices.ContainsFunc(inside, func(g Folder) bool { return g.row == above.row }) {
			return problem.New(problem.MailboxFolderMove, "%q lies inside %q", above.Name, f.Name)
		}
		f.parentRow = above.row
		return s.saveFolder(ctx, tx, mb, f, &done)
	})
	return done, err
}

// saveFolder writes the editable part of f and reads the result into done.
func (s *Store) saveFolder(ctx context.Context, tx *sql.Tx, mb Mailbox, f Folder, done *Folder) error {
	change, err := s.nextChange(ctx, tx, mb, 0)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, updateFolder, f.row, nullRow(f.parentRow), f.Name, fold(f.Name), f.Class,
		encodeProperties(f.Properties), store.Micros(s.now()), change)
	if store.IsDuplicate(err) {
		return problem.Wrap(err, problem.MailboxFolderExists, "the folder %q exists", f.Name)
	}
	if err == nil {
		*done, err = s.folder(ctx, tx, mb, f.ID)
	}
	return err
}

func nullRow(row int64) sql.NullInt64 { return sql.NullInt64{Int64: row, Valid: row != 0} }

// DeleteFolder removes a folder. HardDelete and SoftDelete remove it with all
// folders and items in it, SoftDelete keeping the items in Recoverable Items;
// MoveToDeletedItems moves it below Deleted Items, under a name that is free
// there. Default folders stay (MailboxFolderBuiltIn).
func (s *Store) DeleteFolder(ctx context.Context, mb Mailbox, id FolderID, how DeleteType) error {
	return s.write(ctx, "delete a folder", func(ctx context.Context, tx *sql.Tx) error {
		f, err := s.folder(ctx, tx, mb, id)
		if err != nil {
			return err
		}
		if f.Distinguished != "" {
			return problem.New(problem.MailboxFolderBuiltIn, "%q is a default folder", f.Name)
		}
		all, err := s.folders(ctx, tx, mb)
		if err != nil {
			return err
		}
		if how == MoveToDeletedItems {
			return s.trashFolder(ctx, tx, mb, f, all)
		}
		// Children first, so that no row loses its parent.
		doomed := append([]Folder{f}, descendants(all, f.row)...)
		slices.Reverse(doomed)
		for _, d := range doomed {
			if err := s.emptyFolder(ctx, tx, mb, d, how); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, deleteFolder, d.row); err != nil {
				return err
			}
		}
		_, err = s.nextChange(ctx, tx, mb, 0)
		return err
	})
}

// trashFolder moves f below Deleted Items, where names may clash.
func (s *Store) trashFolder(ctx context.Context, tx *sql.Tx, mb Mailbox, f Folder, all []Folder) error {
	trash := all[slices.IndexFunc(all, func(g Folder) bool { return g.Distinguished == DeletedItems })]
	taken := map[string]bool{}
	for _, g := range all {
		if g.parentRow == trash.row && g.row != f.row {
			taken[fold(g.Name)] = true
		}
	}
	name := f.Name
	for n := 1; taken[fold(f.Name)]; n++ {
		f.Name = name + strconv.Itoa(n)
	}
	f.parentRow = trash.row
	return s.saveFolder(ctx, tx, mb, f, &f)
}

// emptyFolder removes every item of f, or moves it to Recoverable Items.
func (s *Store) emptyFolder(ctx context.Context, tx *sql.Tx, mb Mailbox, f Folder, how DeleteType) error {
	for {
		rows, err := tx.QueryContext(ctx, folderItems, f.row, deleteBatch)
		ids, err := collect(rows, err, func(rows *sql.Rows) (id int64, err error) { return id, rows.Scan(&id) })
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			it, err := s.itemByRow(ctx, tx, mb, id)
			if err != nil {
				return err
			}
			if err := s.removeItem(ctx, tx, mb, it, how); err != nil {
				return err
			}
		}
	}
}

// descendants returns the folders below row, each after its parent.
func descendants(all []Folder, row int64) []Folder {
	children := map[int64][]Folder{}
	for _, f := range all {
		children[f.parentRow] = append(children[f.parentRow], f)
	}
	var out []Folder
	var walk func(int64)
	walk = func(row int64) {
		for _, f := range children[row] {
			out = append(out, f)
			walk(f.row)
		}
	}
	walk(row)
	return out
}
