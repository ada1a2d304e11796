package mailbox

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/internal/problem"
)

// The vocabulary from which properties, items and restrictions are drawn:
// small, so that values meet.
var (
	ownID   = PropertyID{Set: "00020329-0000-0000-c000-000000000046", Name: "id"}
	number1 = PropertyID{Tag: 0x8001}
	list1   = PropertyID{Set: "00020329-0000-0000-c000-000000000046", ID: 7, ByID: true}

	words = []string{"", "a", "A", "b", "ab c", "Éa", "éA", "ß", "%", "a_", `b\\`}
	times = []string{"2026-01-01T00:00:00Z", "2026-01-02T00:00:00.000001Z", "2026-03-04T05:06:07Z"}
	texts = []Key{
		FieldKey(FieldSubject), FieldKey(FieldClass), FieldKey(FieldMessageID), FieldKey(FieldFrom), FieldKey(FieldTo),
		FieldKey(FieldBody), FieldKey(FieldCategories), FieldKey(FieldInReplyTo),
		PropertyKey(ownID, TypeString), PropertyKey(list1, "StringArray"), PropertyKey(number1, TypeString),
		PropertyKey(PropertyID{Tag: 0x0037}, TypeString),
	}
	numbers = []Key{
		FieldKey(FieldImportance), FieldKey(FieldSensitivity), FieldKey(FieldFlags), FieldKey(FieldArticle), FieldKey(FieldSize),
		PropertyKey(number1, TypeInteger), PropertyKey(PropertyID{Tag: 0x0e07}, TypeInteger),
		PropertyKey(PropertyID{Tag: 0x0e23}, TypeInteger), PropertyKey(PropertyID{Tag: 0x0e23}, TypeLong),
	}
	bools    = []Key{FieldKey(FieldRead), FieldKey(FieldDraft), FieldKey(FieldHasAttachments), FieldKey(FieldAssociated)}
	instants = []Key{FieldKey(FieldSent), FieldKey(FieldReceived), FieldKey(FieldCreated), PropertyKey(PropertyID{Tag: 0x0e06}, TypeSystemTime)}
	ops      = []Op{Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual}
)

func drawItem(t *rapid.T) Item {
	word := rapid.SampledFrom(words)
	it := Item{
		Class: word.Draw(t, "class"), Subject: word.Draw(t, "subject"), InternetMessageID: word.Draw(t, "message id"),
		InReplyTo:   word.Draw(t, "in reply to"),
		Body:        Body{Text, word.Draw(t, "body")},
		From:        Address{Name: word.Draw(t, "from")},
		Flags:       Flags(rapid.SampledFrom([]int{0, 1, 8, 9}).Draw(t, "flags")),
		Importance:  Importance(rapid.IntRange(0, 2).Draw(t, "importance")),
		Sensitivity: Sensitivity(rapid.IntRange(0, 3).Draw(t, "sensitivity")),
	}
	at, _ := ParseTime(rapid.SampledFrom(times).Draw(t, "received"))
	it.Received = at
	if rapid.Bool().Draw(t, "has an id") {
		it.Properties = append(it.Properties, Property{ownID, TypeString, []string{word.Draw(t, "id")}})
	}
	if rapid.Bool().Draw(t, "has a number") {
		n := rapid.IntRange(-2, 2).Draw(t, "number")
		it.Properties = append(it.Properties, Property{number1, TypeInteger, []string{fmt.Sprint(n)}})
	}
	if rapid.Bool().Draw(t, "has a list") {
		it.Categories = []string{"a", word.Draw(t, "category")}
		it.Properties = append(it.Properties, Property{list1, "StringArray", []string{"b", word.Draw(t, "element")}})
	}
	return it
}

func drawRestriction(t *rapid.T, depth int) Restriction {
	shape := rapid.IntRange(0, 8).Draw(t, "shape")
	if depth == 0 {
		shape = max(shape, 3)
	}
	several := func() []Restriction {
		parts := make([]Restriction, rapid.IntRange(0, 3).Draw(t, "parts"))
		for i := range parts {
			parts[i] = drawRestriction(t, depth-1)
		}
		return parts
	}
	switch shape {
	case 0:
		return And(several())
	case 1:
		return Or(several())
	case 2:
		return Not{drawRestriction(t, depth-1)}
	case 3:
		return Exists{rapid.SampledFrom(slices.Concat(texts, numbers, instants)).Draw(t, "key")}
	case 4:
		return Excludes{rapid.SampledFrom(numbers).Draw(t, "key"), int64(rapid.IntRange(0, 15).Draw(t, "mask"))}
	case 5:
		return Contains{
			Key: rapid.SampledFrom(texts).Draw(t, "key"), Text: rapid.SampledFrom(words).Draw(t, "text"),
			Mode:       Mode(rapid.IntRange(0, 4).Draw(t, "mode")),
			IgnoreCase: rapid.Bool().Draw(t, "ignore case"), IgnoreNonSpace: rapid.Bool().Draw(t, "ignore accents"),
		}
	}
	return drawComparison(t)
}

func drawComparison(t *rapid.T) Restriction {
	type kind struct {
		keys      []Key
		constants []string
	}
	k := rapid.SampledFrom([]kind{
		{texts, words}, {numbers, []string{"-1", "0", "1", "2", "9"}}, {bools, []string{"true", "false"}}, {instants, times},
	}).Draw(t, "kind")
	c := Compare{Op: rapid.SampledFrom(ops).Draw(t, "op"), Key: rapid.SampledFrom(k.keys).Draw(t, "key")}
	if rapid.IntRange(0, 4).Draw(t, "other") == 0 {
		other := rapid.SampledFrom(k.keys).Draw(t, "other key")
		c.Other = &other
		return c
	}
	v, err := ParseValue(c.Key.Type(), rapid.SampledFrom(k.constants).Draw(t, "constant"))
	if err != nil {
		t.Fatal(err)
	}
	c.Constant = v
	return c
}

// SQL and Go answer every query alike, and paging neither loses nor repeats.
func TestQueriesInSQLEqualQueriesInGo(t *testing.T) {
	run(t, func(t *testing.T, f *fixture) {
		folder := f.folder(t, f.ken, Inbox).ID
		var all []Item
		rapid.Check(t, func(rt *rapid.T) {
			if len(all) < 60 {
				made, err := f.CreateItem(t.Context(), f.ken, folder, drawItem(rt))
				must(t, err)
				all = append(all, made)
			}
			where := drawRestriction(rt, 3)
			var sort []SortKey
			for range rapid.IntRange(0, 2).Draw(rt, "sort keys") {
				sort = append(sort, SortKey{
					rapid.SampledFrom(slices.Concat(texts, numbers, instants)).Draw(rt, "sort key"), rapid.Bool().Draw(rt, "descending"),
				})
			}
			want := expected(all, where, sort)
			limit, fromEnd := rapid.IntRange(1, 20).Draw(rt, "limit"), rapid.Bool().Draw(rt, "from end")
			got := readAll(t, f, Query{Folder: folder, Where: where, Sort: sort, Window: Window{Limit: limit, FromEnd: fromEnd}}, len(want))
			if diff := cmp.Diff(want, got); diff != "" {
				rt.Errorf("%#v sorted by %v:\n%s", where, sort, diff)
			}
		})
	})
}

// expected evaluates a query in Go on the items as they were made.
func expected(all []Item, where Restriction, sort []SortKey) []ItemID {
	if len(sort) == 0 {
		sort = []SortKey{{FieldKey(FieldReceived), true}}
	}
	var found []candidate
	ids := map[int64]ItemID{}
	for i := range all {
		if where.matches(&all[i]) {
			found = append(found, newCandidate(&all[i], sort))
			ids[all[i].row] = all[i].ID
		}
	}
	slices.SortFunc(found, func(a, b candidate) int { return a.compare(b, sort) })
	out := []ItemID{}
	for _, c := range found {
		out = append(out, ids[c.row])
	}
	return out
}

// readAll pages through a query.
func readAll(t testing.TB, f *fixture, q Query, total int) []ItemID {
	t.Helper()
	out := []ItemID{}
	for {
		p, err := f.FindItems(t.Context(), f.ken, q)
		must(t, err)
		if p.Total != total {
			t.Errorf("the total is %d, want %d", p.Total, total)
		}
		ids := []ItemID{}
		for _, it := range p.List {
			ids = append(ids, it.ID)
		}
		if q.Window.FromEnd {
			out = append(ids, out...)
		} else {
			out = append(out, ids...)
		}
		if p.Last || len(out) > total {
			return out
		}
		q.Window.Offset = p.Next
	}
}

func TestWindows(t *testing.T) {
	for _, test := range []struct {
		w        Window
		total    int
		from, to int
		next     int
		last     bool
	}{
		{Window{Offset: 0, Limit: 10}, 25, 0, 10, 10, false},
		{Window{Offset: 20, Limit: 10}, 25, 20, 25, 25, true},
		{Window{Offset: 15, Limit: 10}, 25, 15, 25, 25, true},
		{Window{Offset: 99, Limit: 10}, 25, 25, 25, 25, true},
		{Window{}, 0, 0, 0, 0, true},
		{Window{}, 5000, 0, MaxPage, MaxPage, false},
		{Window{Offset: -5, Limit: 3}, 25, 0, 3, 3, false},
		{Window{Offset: 1, Limit: 1 << 62}, 25, 1, 25, 25, true},
		{Window{Offset: 25, Limit: 10, FromEnd: true}, 100, 65, 75, 35, false},
		{Window{Offset: 95, Limit: 10, FromEnd: true}, 100, 0, 5, 100, true},
		{Window{Offset: 200, Limit: 10, FromEnd: true}, 100, 0, 0, 100, true},
	} {
		from, to := test.w.bounds(test.total)
		p := page[int](test.w, nil, test.total)
		if from != test.from || to != test.to || p.Next != test.next || p.Last != test.last {
			t.Errorf("%+v of %d: [%d, %d) next %d last %t", test.w, test.total, from, to, p.Next, p.Last)
		}
	}
}

func TestAssociatedItemsAreNoContents(t *testing.T) {
	run(t, func(t *testing.T, f *fixture) {
		it := item(1)
		it.Associated = true
		hidden := f.create(t, f.ken, Inbox, it)
		f.create(t, f.ken, Inbox, item(2))
		inbox := f.folder(t, f.ken, Inbox)
		p, err := f.FindItems(t.Context(), f.ken, Query{Folder: inbox.ID})
		must(t, err)
		if inbox.Total != 1 || p.Total != 1 || p.List[0].ID == hidden.ID {
			t.Errorf("the folder counts %d, shows %d", inbox.Total, p.Total)
		}
		p, err = f.FindItems(t.Context(), f.ken, Query{Folder: inbox.ID, Associated: true})
		must(t, err)
		if p.Total != 1 || p.List[0].ID != hidden.ID {
			t.Errorf("associated: %+v", p)
		}
		must(t, f.DeleteItem(t.Context(), f.ken, hidden.ID, SoftDelete))
		checkCounters(t, f, f.ken)
	})
}

func TestRestrictionsThatAreRefused(t *testing.T) {
	f := sqliteFixture(t)
	folder := f.folder(t, f.ken, Inbox).ID
	deep := Restriction(Exists{FieldKey(FieldSubject)})
	for range maxNesting {
		deep = Not{deep}
	}
	for name, test := range map[string]struct {
		where Restriction
		want  problem.Code
	}{
		"too deep":              {deep, problem.MailboxTooComplex},
		"too many":              {Or(slices.Repeat([]Restriction{Exists{FieldKey(FieldSubject)}}, maxConditions)), problem.MailboxTooComplex},
		"Excludes of a text":    {Excludes{FieldKey(FieldSubject), 1}, problem.MailboxRestriction},
		"Contains in a number":  {Contains{Key: FieldKey(FieldSize)}, problem.MailboxRestriction},
		"a type without values": {Exists{PropertyKey(number1, "Object")}, problem.MailboxRestriction},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.FindItems(t.Context(), f.ken, Query{Folder: folder, Where: test.where})
			wantCode(t, err, test.want)
		})
	}
	_, err := ParseValue(TypeInteger, "many")
	wantCode(t, err, problem.MailboxPropertyValue)
}

func TestContains(t *testing.T) {
	for _, test := range []struct {
		c    Contains
		s    string
		want bool
	}{
		{Contains{Text: "Straße", Mode: FullString}, "Straße", true},
		{Contains{Text: "strasse", Mode: FullString, IgnoreCase: true}, "Straße", false},
		{Contains{Text: "he", Mode: Prefix, IgnoreCase: true}, "Hello", true},
		{Contains{Text: "LL", Mode: Substring}, "Hello", false},
		{Contains{Text: "wor", Mode: PrefixOnWords, IgnoreCase: true}, "hello World", true},
		{Contains{Text: "orl", Mode: PrefixOnWords}, "hello world", false},
		{Contains{Text: "a", Mode: PrefixOnWords}, "ba éa a", true},
		{Contains{Text: "world", Mode: ExactPhrase}, "hello worlds, world", true},
		{Contains{Text: "world", Mode: ExactPhrase}, "hello worlds", false},
		{Contains{Text: "eoy", Mode: FullString, IgnoreNonSpace: true}, "éöÿ", true},
		{Contains{Text: "cafe", Mode: Substring, IgnoreNonSpace: true, IgnoreCase: true}, "CAFE\u0301", true},
		{Contains{Text: "", Mode: ExactPhrase}, "xx", false},
	} {
		test.c.Key = FieldKey(FieldSubject)
		if got := test.c.matches(&Item{Subject: test.s}); got != test.want {
			t.Errorf("%+v in %q: %t", test.c, test.s, got)
		}
	}
}

// The Storage Service looks for its own item by an id in an extended property.
func TestLookupByPropertyUsesItsIndex(t *testing.T) {
	f := sqliteFixture(t)
	folder := f.folder(t, f.ken, ConversationHistory)
	own := Compare{Op: Equal, Key: PropertyKey(ownID, TypeString), Constant: textValue("own-3")}
	class := Compare{Op: Equal, Key: FieldKey(FieldClass), Constant: textValue("IPM.Note")}
	for name, where := range map[string]Restriction{"alone": own, "with others": And{class, own}} {
		p := newPlan(f.ken, folder.row, false, where)
		if p.rest != nil {
			t.Fatalf("%s: something is left to Go", name)
		}
		order, _ := orderBy([]SortKey{{FieldKey(FieldReceived), true}})
		plan := explain(t, f, p, order)
		if !strings.Contains(plan, "mailbox_properties_lookup") || !strings.Contains(plan, "SEARCH i USING INTEGER PRIMARY KEY") {
			t.Errorf("%s is planned as:\n%s", name, plan)
		}
	}
}

func TestSortedListingUsesItsIndex(t *testing.T) {
	f := sqliteFixture(t)
	folder := f.folder(t, f.ken, Inbox)
	for field, index := range map[Field]string{FieldReceived: "mailbox_items_received", FieldArticle: "mailbox_items_article"} {
		p := newPlan(f.ken, folder.row, false, nil)
		order, _ := orderBy([]SortKey{{FieldKey(field), true}})
		plan := explain(t, f, p, order)
		if !strings.Contains(plan, index) || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("sorted by %s is planned as:\n%s", field, plan)
		}
	}
}

// explain is how SQLite runs a query.
func explain(t *testing.T, f *fixture, p plan, order string) string {
	t.Helper()
	rows, err := f.db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+selectItems+" WHERE "+p.where+order+" LIMIT 10", p.args...)
	steps, err := collect(rows, err, func(rows *sql.Rows) (step string, err error) {
		var id, parent, unused int
		return step, rows.Scan(&id, &parent, &unused, &step)
	})
	must(t, err)
	return strings.Join(steps, "\n")
}

// fill puts many items into a folder in few transactions.
func fill(b *testing.B, f *fixture, folder Folder, n int) {
	b.Helper()
	for from := 0; from < n; from += 1000 {
		must(b, f.write(b.Context(), "fill a folder", func(ctx context.Context, tx *sql.Tx) error {
			for i := from; i < from+1000; i++ {
				it := item(i)
				it.guid, it.folderRow = newGUID(), folder.row
				it.Received, it.Created, it.Sent = f.now(), f.now(), f.now()
				f.clock.Advance(time.Second)
				if err := it.settle(); err != nil {
					return err
				}
				if err := f.insertItem(ctx, tx, f.ken, &it); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

const folderOf = 100_000

func BenchmarkFolderOf100000(b *testing.B) {
	f := sqliteFixture(b)
	folder := f.folder(b, f.ken, ConversationHistory)
	fill(b, f, folder, folderOf)
	own := func(n int) Restriction {
		return Compare{Op: Equal, Key: PropertyKey(ownID, TypeString), Constant: textValue(fmt.Sprint("own-", n))}
	}
	find := func(b *testing.B, q Query, total int) {
		q.Folder = folder.ID
		for b.Loop() {
			p, err := f.FindItems(b.Context(), f.ken, q)
			must(b, err)
			if p.Total < total {
				b.Fatalf("found %d", p.Total)
			}
		}
	}
	b.Run("own item by its id", func(b *testing.B) { find(b, Query{Where: own(folderOf / 2)}, 1) })
	b.Run("newest page", func(b *testing.B) { find(b, Query{Window: Window{Limit: 100}}, folderOf) })
	b.Run("last page by article", func(b *testing.B) {
		find(b, Query{Sort: []SortKey{{FieldKey(FieldArticle), false}}, Window: Window{Offset: folderOf - 500, Limit: 500}}, folderOf)
	})
	b.Run("unread", func(b *testing.B) {
		find(b, Query{Where: Compare{Op: Equal, Key: FieldKey(FieldRead), Constant: boolValue(false)}, Window: Window{Limit: 100}}, 0)
	})
	b.Run("subject contains", func(b *testing.B) {
		find(b, Query{Where: Contains{Key: FieldKey(FieldSubject), Text: "nothing", Mode: Substring, IgnoreCase: true}}, 0)
	})
	b.Run("from contains, in Go", func(b *testing.B) {
		find(b, Query{Where: Contains{Key: FieldKey(FieldFrom), Text: "nobody", Mode: Substring}}, 0)
	})
	b.Run("create", func(b *testing.B) {
		for b.Loop() {
			_, err := f.CreateItem(b.Context(), f.ken, folder.ID, item(1))
			must(b, err)
		}
	})
	b.Run("create and delete", func(b *testing.B) {
		for b.Loop() {
			made, err := f.CreateItem(b.Context(), f.ken, folder.ID, item(1))
			must(b, err)
			must(b, f.DeleteItem(b.Context(), f.ken, made.ID, HardDelete))
		}
	})
}
