package mailbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
)

// Want says which parts of an item to read besides its row.
type Want struct {
	Content    bool // body and MIME form
	Properties bool // extended properties
}

// Everything asks for the whole item.
var Everything = Want{Content: true, Properties: true}

// Item finds an item by its id; it fails with MailboxItemNotFound or one of
// the id codes.
func (s *Store) Item(ctx context.Context, mb Mailbox, id ItemID, want Want) (Item, error) {
	it, err := s.item(ctx, s.db, mb, id, want)
	return it, failed("read an item", err)
}

func (s *Store) item(ctx context.Context, q store.Querier, mb Mailbox, id ItemID, want Want) (Item, error) {
	object, err := s.seal.object(KindItem, mb.guid, string(id))
	if err != nil {
		return Item{}, err
	}
	it, err := s.scanItem(q.QueryRowContext(ctx, selectItem, mb.row, object[:]), mb)
	if errors.Is(err, sql.ErrNoRows) {
		return Item{}, notFound(KindItem)
	}
	if err != nil {
		return Item{}, err
	}
	one := []Item{it}
	err = s.complete(ctx, q, one, want)
	return one[0], err
}

func (s *Store) scanItem(row scanner, mb Mailbox) (Item, error) {
	it, err := scanItemRow(row)
	if err == nil {
		s.name(mb, &it)
	}
	return it, err
}

// name gives an item the ids that clients know it by.
func (s *Store) name(mb Mailbox, it *Item) {
	it.ID = ItemID(s.seal.id(KindItem, mb.guid, it.guid))
	it.FolderID = FolderID(s.seal.id(KindFolder, mb.guid, it.folderGUID))
	it.ChangeKey = s.seal.changeKey(it.guid, it.change)
}

// scanItemRow reads an item that nobody outside will see: making its ids would
// cost a scan of a folder more than reading it.
func scanItemRow(row scanner) (Item, error) {
	var (
		it                                Item
		id, folder                        []byte
		sent, received, created, modified int64
		associated                        int
		details                           string
	)
	err := row.Scan(&it.row, &id, &it.folderRow, &folder, &associated, &it.ArticleNumber, &it.change,
		&it.Flags, &it.Importance, &it.Sensitivity, &sent, &received, &created, &modified, &it.Size, &details)
	if err != nil {
		return Item{}, err
	}
	copy(it.guid[:], id)
	copy(it.folderGUID[:], folder)
	it.Associated = associated == 1
	it.Sent, it.Received = store.Time(sent), store.Time(received)
	it.Created, it.Modified = store.Time(created), store.Time(modified)
	return it, it.decodeDetails(details)
}

// complete reads what is wanted besides the rows of the items.
func (s *Store) complete(ctx context.Context, q store.Querier, items []Item, want Want) error {
	for len(items) > 0 {
		n := min(len(items), completeBatch)
		if want.Content {
			if err := readContents(ctx, q, items[:n]); err != nil {
				return err
			}
		}
		if want.Properties {
			if err := readProperties(ctx, q, items[:n]); err != nil {
				return err
			}
		}
		items = items[n:]
	}
	return nil
}

// completeBatch keeps an IN list below the parameter limits of the engines.
const completeBatch = 500

func readContents(ctx context.Context, q store.Querier, items []Item) error {
	type content struct {
		row  int64
		body Body
		mime []byte
	}
	list, args := belonging(items)
	rows, err := q.QueryContext(ctx, selectContents+list, args...)
	contents, err := collect(rows, err, func(rows *sql.Rows) (c content, err error) {
		return c, rows.Scan(&c.row, &c.body.Type, &c.body.Text, &c.mime)
	})
	if err != nil {
		return err
	}
	at := byRow(items)
	for _, c := range contents {
		it := &items[at[c.row]]
		it.Body = c.body
		if len(c.mime) > 0 {
			it.MIME = c.mime
		}
	}
	return nil
}

func readProperties(ctx context.Context, q store.Querier, items []Item) error {
	type property struct {
		row               int64
		name, typ, values string
	}
	list, args := belonging(items)
	rows, err := q.QueryContext(ctx, selectProperties+list+` ORDER BY item_id, position`, args...)
	found, err := collect(rows, err, func(rows *sql.Rows) (p property, err error) {
		return p, rows.Scan(&p.row, &p.name, &p.typ, &p.values)
	})
	if err != nil {
		return err
	}
	at := byRow(items)
	for _, p := range found {
		id, err := parsePropertyID(p.name)
		if err != nil {
			return problem.Wrap(err, problem.StoreCorrupt, "a property of an item has no name")
		}
		var values []string
		if err := json.Unmarshal([]byte(p.values), &values); err != nil {
			return problem.Wrap(err, problem.StoreCorrupt, "property %s of an item is not JSON", id)
		}
		it := &items[at[p.row]]
		it.Properties = append(it.Properties, Property{ID: id, Type: PropertyType(p.typ), Values: values})
	}
	return nil
}

// belonging is the clause for the rows that belong to the items.
func belonging(items []Item) (string, []any) {
	marks, args := make([]string, len(items)), make([]any, len(items))
	for i := range items {
		marks[i], args[i] = "$"+strconv.Itoa(i+1), items[i].row
	}
	return " WHERE item_id IN (" + strings.Join(marks, ", ") + ")", args
}

func byRow(items []Item) map[int64]int {
	at := make(map[int64]int, len(items))
	for i := range items {
		at[items[i].row] = i
	}
	return at
}
