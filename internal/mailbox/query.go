package mailbox

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strconv"

	"github.com/matchseal/matchseal/internal/problem"
)

// SortKey is one key of a sort order. Where the property is absent comes first.
type SortKey struct {
	Key        Key
	Descending bool
}

// maxSortKeys bounds a sort order.
const maxSortKeys = 10

// Window is the part of a result to return.
type Window struct {
	Offset int // from the beginning, or from the end with FromEnd
	// Limit is how many to return; 0 means all, up to MaxPage.
	Limit int
	// FromEnd counts backwards: the window ends Offset before the end. The
	// order within it stays.
	FromEnd bool
}

// MaxPage is how many items or folders one result holds at most.
const MaxPage = 1000

// Page is a part of a result.
type Page[T any] struct {
	List  []T
	Total int // of the whole result
	// Next is the Offset of the following window.
	Next int
	// Last tells that no window follows.
	Last bool
}

// bounds applies a window to a result of total entries.
func (w Window) bounds(total int) (from, to int) {
	limit := w.Limit
	if limit <= 0 || limit > MaxPage {
		limit = MaxPage
	}
	offset := min(max(w.Offset, 0), total)
	if w.FromEnd {
		return max(total-offset-limit, 0), total - offset
	}
	return offset, offset + min(limit, total-offset)
}

// page makes the page of a window out of its entries.
func page[T any](w Window, list []T, total int) Page[T] {
	from, to := w.bounds(total)
	p := Page[T]{List: list, Total: total, Next: to, Last: to >= total}
	if w.FromEnd {
		p.Next, p.Last = total-from, from == 0
	}
	return p
}

// Query asks for items of one folder.
type Query struct {
	Folder     FolderID
	Associated bool        // the items that belong to the folder instead of its contents
	Where      Restriction // nil: all
	Sort       []SortKey   // none: newest received first
	Window     Window
	Want       Want
}

// FindItems answers a query. Besides the folder's codes it fails with
// MailboxTooComplex and MailboxRestriction.
func (s *Store) FindItems(ctx context.Context, mb Mailbox, q Query) (Page[Item], error) {
	p, err := s.findItems(ctx, mb, q)
	return p, failed("find items", err)
}

func (s *Store) findItems(ctx context.Context, mb Mailbox, q Query) (Page[Item], error) {
	if len(q.Sort) == 0 {
		q.Sort = []SortKey{{FieldKey(FieldReceived), true}}
	}
	if len(q.Sort) > maxSortKeys {
		return Page[Item]{}, problem.New(problem.MailboxTooComplex, "a sort order has at most %d keys", maxSortKeys)
	}
	if q.Where != nil {
		if err := checkRestriction(q.Where); err != nil {
			return Page[Item]{}, err
		}
	}
	f, err := s.folder(ctx, s.db, mb, q.Folder)
	if err != nil {
		return Page[Item]{}, err
	}
	plan := newPlan(mb, f.row, q.Associated, q.Where)
	order, sorted := orderBy(q.Sort)
	if plan.rest != nil || !sorted {
		return s.scanFolderItems(ctx, mb, q, plan)
	}
	total := f.Total
	if q.Where != nil || q.Associated {
		if err := s.db.QueryRowContext(ctx, countItems+" WHERE "+plan.where, plan.args...).Scan(&total); err != nil {
			return Page[Item]{}, err
		}
	}
	from, to := q.Window.bounds(total)
	limit := " LIMIT " + plan.arg(to-from) + " OFFSET " + plan.arg(from)
	items, err := s.itemRows(ctx, mb, " WHERE "+plan.where+order+limit, plan.args)
	if err == nil {
		err = s.complete(ctx, s.db, items, q.Want)
	}
	return page(q.Window, items, total), err
}

func (s *Store) itemRows(ctx context.Context, mb Mailbox, clauses string, args []any) ([]Item, error) {
	rows, err := s.db.QueryContext(ctx, selectItems+clauses, args...)
	return collect(rows, err, func(rows *sql.Rows) (Item, error) { return s.scanItem(rows, mb) })
}

// scanBatch is how many items a scan holds at a time.
const scanBatch = 1000

// candidate is an item that a scan found, with what it is sorted by.
type candidate struct {
	row    int64
	values []Value
}

// scanFolderItems finds and sorts in Go. It reads the folder in batches, keeps
// of each match only what sorting needs, and then reads the window.
func (s *Store) scanFolderItems(ctx context.Context, mb Mailbox, q Query, p plan) (Page[Item], error) {
	keys := keysOf(p.rest)
	for _, k := range q.Sort {
		keys = append(keys, k.Key)
	}
	want := needs(keys)
	batch := scanBatch
	if want.Content {
		batch = scanBatch / 20 // bodies and MIME forms may be large
	}
	after, limit := p.arg(int64(0)), p.arg(batch)
	last := len(p.args) - 2
	scan := selectItems + " WHERE " + p.where + " AND i.article > " + after + " ORDER BY i.article LIMIT " + limit
	var found []candidate
	for {
		rows, err := s.db.QueryContext(ctx, scan, p.args...)
		items, err := collect(rows, err, func(rows *sql.Rows) (Item, error) { return scanItemRow(rows) })
		if err == nil {
			err = s.complete(ctx, s.db, items, want)
		}
		if err != nil {
			return Page[Item]{}, err
		}
		for i := range items {
			if p.rest == nil || p.rest.matches(&items[i]) {
				found = append(found, newCandidate(&items[i], q.Sort))
			}
		}
		if len(items) < batch {
			break
		}
		p.args[last] = items[len(items)-1].ArticleNumber
	}
	slices.SortFunc(found, func(a, b candidate) int { return a.compare(b, q.Sort) })
	from, to := q.Window.bounds(len(found))
	items, err := s.itemsByRow(ctx, mb, found[from:to], q.Want)
	return page(q.Window, items, len(found)), err
}

func newCandidate(it *Item, sort []SortKey) candidate {
	c := candidate{row: it.row, values: make([]Value, len(sort))}
	for i, k := range sort {
		c.values[i] = it.valueOf(k.Key)
	}
	return c
}

func (c candidate) compare(d candidate, sort []SortKey) int {
	for i, k := range sort {
		order := c.values[i].rank(d.values[i])
		if k.Descending {
			order = -order
		}
		if order != 0 {
			return order
		}
	}
	if sort[0].Descending {
		return cmp.Compare(d.row, c.row)
	}
	return cmp.Compare(c.row, d.row)
}

// itemsByRow reads items in the order of their candidates. One that was deleted
// since the scan is left out.
func (s *Store) itemsByRow(ctx context.Context, mb Mailbox, wanted []candidate, want Want) ([]Item, error) {
	place := make(map[int64]int, len(wanted))
	marks, args := "", []any{}
	for i, c := range wanted {
		place[c.row] = i
		args = append(args, c.row)
		marks += ", $" + strconv.Itoa(i+1)
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	items, err := s.itemRows(ctx, mb, " WHERE i.id IN ("+marks[2:]+")", args)
	if err == nil {
		err = s.complete(ctx, s.db, items, want)
	}
	slices.SortFunc(items, func(a, b Item) int { return cmp.Compare(place[a.row], place[b.row]) })
	return items, err
}

// FolderQuery asks for folders below one folder.
type FolderQuery struct {
	Parent FolderID
	Deep   bool        // all descendants instead of the children
	Where  Restriction // nil: all
	// Exclude leaves out folders that the caller may not know of; nil: none.
	Exclude func(Folder) bool
	Window  Window
}

// FindFolders answers a query, parents before their children and siblings
// sorted by name. It fails as FindItems does.
func (s *Store) FindFolders(ctx context.Context, mb Mailbox, q FolderQuery) (Page[Folder], error) {
	if q.Where != nil {
		if err := checkRestriction(q.Where); err != nil {
			return Page[Folder]{}, err
		}
	}
	parent, err := s.Folder(ctx, mb, q.Parent)
	if err != nil {
		return Page[Folder]{}, err
	}
	all, err := s.folders(ctx, s.db, mb)
	if err != nil {
		return Page[Folder]{}, failed("find folders", err)
	}
	found := descendants(all, parent.row)
	found = slices.DeleteFunc(found, func(f Folder) bool {
		return !q.Deep && f.parentRow != parent.row || q.Where != nil && !q.Where.matches(&f) || q.Exclude != nil && q.Exclude(f)
	})
	from, to := q.Window.bounds(len(found))
	return page(q.Window, found[from:to], len(found)), nil
}
