package mailbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
)

// Folder is one folder of a mailbox.
type Folder struct {
	ID        FolderID
	ParentID  FolderID // the folder itself for the root
	ChangeKey ChangeKey
	// Distinguished is the name under which every mailbox has this folder,
	// "" for a folder that somebody made.
	Distinguished string
	Name          string
	Class         string // "IPF.Note"
	Total         int    // items, without those that belong to the folder
	Unread        int
	Children      int   // direct subfolders
	Size          int64 // bytes of all items
	Created       time.Time
	Modified      time.Time // of the folder itself
	// ContentModified is when the folder or anything in it last changed.
	ContentModified time.Time
	NextArticle     int64 // article number of the next item
	Properties      []Property

	row, parentRow int64
	guid           guid
	change         int64
}

// Distinguished folders that the rules of this package name.
const (
	Root                      = "root"
	MsgFolderRoot             = "msgfolderroot"
	Inbox                     = "inbox"
	Drafts                    = "drafts"
	SentItems                 = "sentitems"
	DeletedItems              = "deleteditems"
	Outbox                    = "outbox"
	JunkEmail                 = "junkemail"
	Calendar                  = "calendar"
	Contacts                  = "contacts"
	Tasks                     = "tasks"
	Notes                     = "notes"
	Journal                   = "journal"
	ConversationHistory       = "conversationhistory"
	SearchFolders             = "searchfolders"
	RecoverableItemsRoot      = "recoverableitemsroot"
	RecoverableItemsDeletions = "recoverableitemsdeletions"
	RecoverableItemsVersions  = "recoverableitemsversions"
	RecoverableItemsPurges    = "recoverableitemspurges"
)

// defaultFolder is one row of the folders that every mailbox has.
type defaultFolder struct{ distinguished, parent, name, class string }

// defaultFolders lists them, parents first. There is no archive mailbox, so
// there is no "archive…" folder.
func defaultFolders() []defaultFolder {
	return []defaultFolder{
		{Root, "", "Root", ""},
		{MsgFolderRoot, Root, "Top of Information Store", "IPF.Note"},
		{SearchFolders, Root, "Finder", ""},
		{RecoverableItemsRoot, Root, "Recoverable Items", ""},
		{RecoverableItemsDeletions, RecoverableItemsRoot, "Deletions", ""},
		{RecoverableItemsVersions, RecoverableItemsRoot, "Versions", ""},
		{RecoverableItemsPurges, RecoverableItemsRoot, "Purges", ""},
		{Inbox, MsgFolderRoot, "Inbox", "IPF.Note"},
		{Drafts, MsgFolderRoot, "Drafts", "IPF.Note"},
		{SentItems, MsgFolderRoot, "Sent Items", "IPF.Note"},
		{DeletedItems, MsgFolderRoot, "Deleted Items", "IPF.Note"},
		{Outbox, MsgFolderRoot, "Outbox", "IPF.Note"},
		{JunkEmail, MsgFolderRoot, "Junk Email", "IPF.Note"},
		{ConversationHistory, MsgFolderRoot, "Conversation History", "IPF.Note"},
		{Calendar, MsgFolderRoot, "Calendar", "IPF.Appointment"},
		{Contacts, MsgFolderRoot, "Contacts", "IPF.Contact"},
		{Tasks, MsgFolderRoot, "Tasks", "IPF.Task"},
		{Notes, MsgFolderRoot, "Notes", "IPF.StickyNote"},
		{Journal, MsgFolderRoot, "Journal", "IPF.Journal"},
	}
}

// IsRecoverable reports whether the folder is part of Recoverable Items, which
// takes a right of its own to reach. No other folder ever lies there.
func (f Folder) IsRecoverable() bool { return strings.HasPrefix(f.Distinguished, "recoverableitems") }

func (s *Store) addDefaultFolders(ctx context.Context, tx *sql.Tx, mb Mailbox) error {
	type named struct {
		name string
		row  int64
	}
	rows, err := tx.QueryContext(ctx, selectDistinguishedNames, mb.row)
	there, err := collect(rows, err, func(rows *sql.Rows) (n named, err error) { return n, rows.Scan(&n.name, &n.row) })
	if err != nil {
		return err
	}
	have := map[string]int64{}
	for _, n := range there {
		have[n.name] = n.row
	}
	for _, d := range defaultFolders() {
		if _, ok := have[d.distinguished]; ok {
			continue
		}
		f := Folder{Distinguished: d.distinguished, Name: d.name, Class: d.class, parentRow: have[d.parent]}
		if err := s.insertFolder(ctx, tx, mb, &f); err != nil {
			return err
		}
		have[d.distinguished] = f.row
	}
	return nil
}

// Folder finds a folder by its id; it fails with MailboxFolderNotFound or one
// of the id codes.
func (s *Store) Folder(ctx context.Context, mb Mailbox, id FolderID) (Folder, error) {
	f, err := s.folder(ctx, s.db, mb, id)
	return f, failed("read a folder", err)
}

// DistinguishedFolder finds a folder by its distinguished name, in lower case;
// it fails with MailboxFolderNotFound.
func (s *Store) DistinguishedFolder(ctx context.Context, mb Mailbox, name string) (Folder, error) {
	f, err := s.scanFolder(s.db.QueryRowContext(ctx, selectDistinguishedFolder, mb.row, name), mb)
	if errors.Is(err, sql.ErrNoRows) {
		return Folder{}, problem.New(problem.MailboxFolderNotFound, "this mailbox has no distinguished folder %q", name)
	}
	return f, failed("read a folder", err)
}

func (s *Store) folder(ctx context.Context, q store.Querier, mb Mailbox, id FolderID) (Folder, error) {
	object, err := s.seal.object(KindFolder, mb.guid, string(id))
	if err != nil {
		return Folder{}, err
	}
	f, err := s.scanFolder(q.QueryRowContext(ctx, selectFolder, mb.row, object[:]), mb)
	if errors.Is(err, sql.ErrNoRows) {
		return Folder{}, notFound(KindFolder)
	}
	return f, err
}

// folders reads all folders of the mailbox, sorted by name.
func (s *Store) folders(ctx context.Context, q store.Querier, mb Mailbox) ([]Folder, error) {
	rows, err := q.QueryContext(ctx, selectFolders, mb.row)
	return collect(rows, err, func(rows *sql.Rows) (Folder, error) { return s.scanFolder(rows, mb) })
}

func (s *Store) scanFolder(row scanner, mb Mailbox) (Folder, error) {
	var (
		f                          Folder
		id, parent                 []byte
		parentRow                  sql.NullInt64
		distinguished              sql.NullString
		properties                 string
		created, modified, content int64
	)
	err := row.Scan(&f.row, &id, &parentRow, &parent, &distinguished, &f.Name, &f.Class, &properties,
		&created, &modified, &content, &f.change, &f.NextArticle, &f.Total, &f.Unread, &f.Size, &f.Children)
	if err != nil {
		return Folder{}, err
	}
	copy(f.guid[:], id)
	parentGUID := f.guid
	if parentRow.Valid {
		copy(parentGUID[:], parent)
	}
	f.parentRow, f.Distinguished = parentRow.Int64, distinguished.String
	f.ID = FolderID(s.seal.id(KindFolder, mb.guid, f.guid))
	f.ParentID = FolderID(s.seal.id(KindFolder, mb.guid, parentGUID))
	f.ChangeKey = s.seal.changeKey(f.guid, f.change)
	f.Created, f.Modified, f.ContentModified = store.Time(created), store.Time(modified), store.Time(content)
	f.Properties, err = decodeProperties(properties)
	return f, err
}

// insertFolder writes a new folder below f.parentRow (0: the root of the
// mailbox) and fills in its identity.
func (s *Store) insertFolder(ctx context.Context, tx *sql.Tx, mb Mailbox, f *Folder) error {
	change, err := s.nextChange(ctx, tx, mb, 0)
	if err != nil {
		return err
	}
	f.guid, f.change = newGUID(), change
	err = tx.QueryRowContext(ctx, insertFolder, f.guid[:], mb.row,
		sql.NullInt64{Int64: f.parentRow, Valid: f.parentRow != 0},
		sql.NullString{String: f.Distinguished, Valid: f.Distinguished != ""},
		f.Name, fold(f.Name), f.Class, encodeProperties(f.Properties), store.Micros(s.now()), change).Scan(&f.row)
	if store.IsDuplicate(err) {
		return problem.Wrap(err, problem.MailboxFolderExists, "the folder %q exists", f.Name)
	}
	return err
}

// nextChange begins a write: it raises the change number of the mailbox, adds
// delta bytes to what it holds, and fails with MailboxQuota when that is too
// much.
func (s *Store) nextChange(ctx context.Context, tx *sql.Tx, mb Mailbox, delta int64) (int64, error) {
	var change int64
	err := tx.QueryRowContext(ctx, nextChange, mb.row, delta).Scan(&change)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, problem.New(problem.MailboxQuota, "the mailbox of %s has no room for %d bytes more", mb.SMTP, delta)
	}
	return change, err
}

// checkFolderName returns the name without surrounding space, or fails with
// MailboxFolderName.
func checkFolderName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > maxFolderName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return "", problem.New(problem.MailboxFolderName, "%.40q cannot be the name of a folder", name)
	}
	return name, nil
}

// storedProperty is the JSON form of a folder's extended property.
type storedProperty struct {
	Name   string       `json:"name"`
	Type   PropertyType `json:"type"`
	Values []string     `json:"values"`
}

func encodeProperties(ps []Property) string {
	list := make([]storedProperty, len(ps))
	for i, p := range ps {
		list[i] = storedProperty{p.ID.String(), p.Type, p.Values}
	}
	text, _ := json.Marshal(list) // strings only: cannot fail
	return string(text)
}

func decodeProperties(text string) ([]Property, error) {
	var list []storedProperty
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, problem.Wrap(err, problem.StoreCorrupt, "the properties of a folder are not JSON")
	}
	var ps []Property
	for _, p := range list {
		id, err := parsePropertyID(p.Name)
		if err != nil {
			return nil, problem.Wrap(err, problem.StoreCorrupt, "a property of a folder has no name")
		}
		ps = append(ps, Property{ID: id, Type: p.Type, Values: p.Values})
	}
	return ps, nil
}
