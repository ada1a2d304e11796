package mailbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

// checklist: 004-10 the mailbox has a Conversation History folder from the start
func TestEnableMakesTheDefaultFolders(t *testing.T) {
	run(t, func(t *testing.T, f *fixture) {
		for _, d := range defaultFolders() {
			folder, err := f.DistinguishedFolder(t.Context(), f.ken, d.distinguished)
			must(t, err)
			if folder.Name != d.name || folder.Class != d.class || folder.Total != 0 {
				t.Errorf("%s is %+v", d.distinguished, folder)
			}
		}
		history := f.folder(t, f.ken, ConversationHistory)
		if history.Name != "Conversation History" || history.Class != "IPF.Note" {
			t.Errorf("conversation history is %q of class %q", history.Name, history.Class)
		}
		if history.ParentID != f.folder(t, f.ken, MsgFolderRoot).ID {
			t.Error("conversation history does not lie at the top of the information store")
		}
		root := f.folder(t, f.ken, Root)
		if root.ParentID != root.ID {
			t.Error("the root has a parent")
		}
		_, err := f.DistinguishedFolder(t.Context(), f.ken, "archive")
		wantCode(t, err, problem.MailboxFolderNotFound)
	})
}

// checklist: 003-12 a user without a mailbox is told apart
func TestOnlyAnEnabledUserHasAMailbox(t *testing.T) {
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		_, err := f.OpenFor(ctx, "id-nobody")
		wantCode(t, err, problem.MailboxNone)
		if _, err = f.Enable(ctx, userWithoutAddress()); problem.CodeOf(err) != problem.MailboxNoAddress {
			t.Errorf("a mailbox without an address: %v", err)
		}

		made := f.create(t, f.ken, Inbox, item(1))
		must(t, f.Disable(ctx, "id-ken"))
		_, err = f.OpenFor(ctx, "id-ken")
		wantCode(t, err, problem.MailboxNone)
		wantCode(t, f.Disable(ctx, "id-ken"), problem.MailboxNone)

		again, err := f.Enable(ctx, user("ken"))
		must(t, err)
		if again.ID != f.ken.ID || again.Items != 1 {
			t.Errorf("enabled again: %+v, want the mailbox %s with one item", again, f.ken.ID)
		}
		_, err = f.Item(ctx, again, made.ID, Want{})
		must(t, err)
		list, err := f.List(ctx)
		must(t, err)
		if len(list) != 2 || list[0].SMTP != "ken@litware.test" || list[1].SMTP != "kim@litware.test" {
			t.Errorf("the list is %+v", list)
		}
	})
}

func TestItemsAndIdsSurviveReopening(t *testing.T) {
	dsn := "sqlite:" + t.TempDir() + "/mailbox.db"
	open := func() (*fixture, func()) {
		db, err := store.Open(t.Context(), dsn)
		must(t, err)
		return newFixture(t, db), func() { must(t, db.Close()) }
	}
	f, closeDB := open()
	made := f.create(t, f.ken, ConversationHistory, item(1))
	closeDB()

	f, closeDB = open()
	defer closeDB()
	got, err := f.Item(t.Context(), f.ken, made.ID, Everything)
	must(t, err)
	if diff := cmp.Diff(made, got, cmp.AllowUnexported(Item{})); diff != "" {
		t.Errorf("the item changed:\n%s", diff)
	}
}

func TestEveryStatementIsUnderstood(t *testing.T) {
	storetest.Prepare(t, storetest.Statements(t, "sql.go"), func(_ context.Context, db *store.DB) error {
		_, err := New(db, time.Now)
		return err
	})
}

func TestANumberGrowsPerFolderAndIsNeverUsedAgain(t *testing.T) {
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		var last Item
		for n := range 5 {
			made := f.create(t, f.ken, Inbox, item(n))
			if made.ArticleNumber <= last.ArticleNumber {
				t.Errorf("article number %d follows %d", made.ArticleNumber, last.ArticleNumber)
			}
			last = made
		}
		must(t, f.DeleteItem(ctx, f.ken, last.ID, HardDelete))
		if made := f.create(t, f.ken, Inbox, item(9)); made.ArticleNumber != last.ArticleNumber+1 {
			t.Errorf("after a deletion the number is %d, want %d", made.ArticleNumber, last.ArticleNumber+1)
		}
		if made := f.create(t, f.ken, Drafts, item(9)); made.ArticleNumber != 1 {
			t.Errorf("the first number of another folder is %d", made.ArticleNumber)
		}
		if inbox := f.folder(t, f.ken, Inbox); inbox.NextArticle != 7 {
			t.Errorf("the folder expects number %d next", inbox.NextArticle)
		}
	})
}

func TestConcurrentWritersLoseNothing(t *testing.T) {
	run(t, func(t *testing.T, f *fixture) {
		const writers, each = 8, 6
		folder := f.folder(t, f.ken, ConversationHistory).ID
		var group sync.WaitGroup
		errs := make(chan error, writers*each)
		for w := range writers {
			group.Go(func() {
				for n := range each {
					made, err := f.CreateItem(t.Context(), f.ken, folder, item(w*100+n))
					if err == nil && n%3 == 0 {
						err = f.DeleteItem(t.Context(), f.ken, made.ID, SoftDelete)
					}
					if err == nil && n%3 == 1 {
						_, err = f.UpdateItem(t.Context(), f.ken, made.ID, Update{
							ChangeKey: made.ChangeKey, Change: func(it *Item) error { it.Flags = 0; return nil },
						})
					}
					errs <- err
				}
			})
		}
		group.Wait()
		close(errs)
		for err := range errs {
			must(t, err)
		}
		checkCounters(t, f, f.ken)
		if got := f.folder(t, f.ken, ConversationHistory); got.Total != writers*each*2/3 || got.Unread != writers*each/3 {
			t.Errorf("the folder counts %d items, %d unread", got.Total, got.Unread)
		}
	})
}

// checkCounters compares what folders and mailbox count with what is there.
func checkCounters(t testing.TB, f *fixture, mb Mailbox) {
	t.Helper()
	all, err := f.folders(t.Context(), f.db, mb)
	must(t, err)
	var used int64
	for _, folder := range all {
		var total, unread int
		var size int64
		must(t, f.db.QueryRowContext(t.Context(),
			`SELECT COUNT(*), CAST(COALESCE(SUM(1 - (flags & 1)), 0) AS BIGINT) FROM mailbox_items WHERE folder_id = $1 AND associated = 0`,
			folder.row).Scan(&total, &unread))
		must(t, f.db.QueryRowContext(t.Context(),
			`SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM mailbox_items WHERE folder_id = $1`, folder.row).Scan(&size))
		if folder.Total != total || folder.Unread != unread || folder.Size != size {
			t.Errorf("%s counts %d/%d/%d, there are %d/%d/%d", folder.Name, folder.Total, folder.Unread, folder.Size, total, unread, size)
		}
		used += size
	}
	now, err := f.OpenFor(t.Context(), mb.UserID)
	must(t, err)
	if now.Used != used {
		t.Errorf("the mailbox counts %d bytes, there are %d", now.Used, used)
	}
}

func TestAnEndedContextLeavesNothingBehind(t *testing.T) {
	run(t, func(t *testing.T, f *fixture) {
		made := f.create(t, f.ken, Inbox, item(1))
		inbox := f.folder(t, f.ken, Inbox)
		ctx, cancel := context.WithCancel(t.Context())
		_, err := f.UpdateItem(ctx, f.ken, made.ID, Update{Resolution: AlwaysOverwrite, Change: func(it *Item) error {
			it.Subject = "lost"
			cancel() // after the work, before the commit
			return nil
		}})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the update ended with %v", err)
		}
		_, err = f.CreateItem(ctx, f.ken, inbox.ID, item(2))
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the creation ended with %v", err)
		}
		if now := f.folder(t, f.ken, Inbox); now.Total != 1 || now.NextArticle != inbox.NextArticle {
			t.Errorf("something was left behind: %+v", now)
		}
		got, err := f.Item(t.Context(), f.ken, made.ID, Want{})
		must(t, err)
		if got.Subject != made.Subject || got.ChangeKey != made.ChangeKey {
			t.Errorf("the item changed to %q", got.Subject)
		}
	})
}

func TestQuotaRefusesWhole(t *testing.T) {
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		made := f.create(t, f.ken, Inbox, item(1))
		must(t, f.SetQuota(ctx, "id-ken", made.Size+10))
		_, err := f.CreateItem(ctx, f.ken, made.FolderID, item(2))
		wantCode(t, err, problem.MailboxQuota)
		checkCounters(t, f, f.ken)
		must(t, f.DeleteItem(ctx, f.ken, made.ID, HardDelete))
		f.create(t, f.ken, Inbox, item(2))
		f.create(t, f.kim, Inbox, item(2)) // the quota is Ken's alone
	})
}

func TestALostDatabaseHasItsCode(t *testing.T) {
	f := sqliteFixture(t)
	made := f.create(t, f.ken, Inbox, item(1))
	must(t, f.db.Close())
	_, err := f.Item(t.Context(), f.ken, made.ID, Want{})
	wantCode(t, err, problem.StoreUnavailable)
	_, err = f.CreateItem(t.Context(), f.ken, made.FolderID, item(2))
	wantCode(t, err, problem.StoreUnavailable)
	_, err = f.OpenFor(t.Context(), "id-ken")
	wantCode(t, err, problem.StoreUnavailable)
}

func TestUpdateResolvesConflicts(t *testing.T) {
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		made := f.create(t, f.ken, Inbox, item(1))
		f.clock.Advance(time.Minute)
		subject := func(s string) func(*Item) error {
			return func(it *Item) error { it.Subject = s; return nil }
		}
		first, err := f.UpdateItem(ctx, f.ken, made.ID, Update{ChangeKey: made.ChangeKey, Resolution: NeverOverwrite, Change: subject("first")})
		must(t, err)
		if first.ChangeKey == made.ChangeKey || !first.Modified.After(made.Modified) || first.ID != made.ID {
			t.Errorf("after the update: key %s, modified %s", first.ChangeKey, first.Modified)
		}
		for _, test := range []struct {
			name string
			key  ChangeKey
			how  Resolution
			want problem.Code
		}{
			{"stale key, never overwrite", made.ChangeKey, NeverOverwrite, problem.MailboxConflict},
			{"no key, auto", "", AutoResolve, problem.MailboxChangeKeyRequired},
			{"no key, never", "", NeverOverwrite, problem.MailboxChangeKeyRequired},
			{"mangled key", first.ChangeKey[1:] + "A", AlwaysOverwrite, problem.MailboxChangeKeyInvalid},
			{"key of another item", f.create(t, f.ken, Inbox, item(2)).ChangeKey, AutoResolve, problem.MailboxChangeKeyInvalid},
		} {
			_, err := f.UpdateItem(ctx, f.ken, made.ID, Update{ChangeKey: test.key, Resolution: test.how, Change: subject("no")})
			if problem.CodeOf(err) != test.want {
				t.Errorf("%s: %v", test.name, err)
			}
		}
		// A stale key with AutoResolve changes its own field only.
		merged, err := f.UpdateItem(ctx, f.ken, made.ID, Update{ChangeKey: made.ChangeKey, Change: func(it *Item) error {
			it.Categories = nil
			return nil
		}})
		must(t, err)
		if merged.Subject != "first" || merged.Categories != nil {
			t.Errorf("merged to %q, %v", merged.Subject, merged.Categories)
		}
		_, err = f.UpdateItem(ctx, f.ken, made.ID, Update{Resolution: AlwaysOverwrite, Change: subject("last")})
		must(t, err)
		got, err := f.Item(ctx, f.ken, made.ID, Everything)
		must(t, err)
		if got.Subject != "last" {
			t.Errorf("the subject is %q", got.Subject)
		}
		checkCounters(t, f, f.ken)
	})
}

// checklist: 004-11 what was written can be deleted
func TestDeleteItem(t *testing.T) {
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		for _, test := range []struct {
			how DeleteType
			to  string
		}{{MoveToDeletedItems, DeletedItems}, {SoftDelete, RecoverableItemsDeletions}, {HardDelete, ""}} {
			made := f.create(t, f.ken, ConversationHistory, item(1))
			must(t, f.DeleteItem(ctx, f.ken, made.ID, test.how))
			got, err := f.Item(ctx, f.ken, made.ID, Everything)
			if test.to == "" {
				wantCode(t, err, problem.MailboxItemNotFound)
				wantCode(t, f.DeleteItem(ctx, f.ken, made.ID, HardDelete), problem.MailboxItemNotFound)
				continue
			}
			must(t, err)
			if got.FolderID != f.folder(t, f.ken, test.to).ID || got.ArticleNumber < 1 || len(got.Properties) != 2 {
				t.Errorf("after deletion %d: %+v", test.how, got)
			}
		}
		checkCounters(t, f, f.ken)
		for _, table := range []string{"mailbox_contents", "mailbox_properties"} {
			var n int
			must(t, f.db.QueryRowContext(ctx, "SELECT COUNT(DISTINCT item_id) FROM "+table).Scan(&n))
			if n != 2 {
				t.Errorf("%s has rows of %d items, want 2", table, n)
			}
		}
	})
}

func TestMoveItem(t *testing.T) {
	run(t, func(t *testing.T, f *fixture) {
		made := f.create(t, f.ken, Inbox, item(1))
		moved, err := f.MoveItem(t.Context(), f.ken, made.ID, f.folder(t, f.ken, JunkEmail).ID)
		must(t, err)
		if moved.ID != made.ID || moved.ChangeKey == made.ChangeKey || moved.FolderID == made.FolderID {
			t.Errorf("moved to %+v", moved)
		}
		_, err = f.MoveItem(t.Context(), f.ken, made.ID, f.folder(t, f.kim, Inbox).ID)
		wantCode(t, err, problem.MailboxFolderNotFound)
		checkCounters(t, f, f.ken)
	})
}

func TestPropertiesComeBackExactly(t *testing.T) {
	run(t, func(t *testing.T, f *fixture) {
		set := "11111111-2222-3333-4444-555555555555"
		it := item(1)
		it.Properties = []Property{
			{PropertyID{Set: set, Name: "Text"}, TypeString, []string{"  two\r\nlines, ünï ]]> & \t"}},
			{PropertyID{Set: set, Name: "text"}, TypeString, []string{""}}, // names mind their case
			{PropertyID{Set: set, ID: 0, ByID: true}, TypeLong, []string{"-9223372036854775808"}},
			{PropertyID{Set: set, ID: 0x8570, ByID: true}, TypeBoolean, []string{"true"}},
			{PropertyID{Tag: 0x8001}, TypeBinary, []string{"AAEC/w=="}},
			{PropertyID{Tag: 0x8002}, TypeSystemTime, []string{"2024-01-02T03:04:05.000006Z"}},
			{PropertyID{Tag: 0x8003}, "StringArray", []string{"b", "a", "b"}},
			{PropertyID{Tag: 0x8004}, TypeDouble, []string{"0.1"}},
			{PropertyID{Tag: 0x8006}, TypeCLSID, []string{set}},
		}
		made := f.create(t, f.ken, Inbox, it)
		got, err := f.Item(t.Context(), f.ken, made.ID, Everything)
		must(t, err)
		if diff := cmp.Diff(it.Properties, got.Properties); diff != "" {
			t.Error(diff)
		}
		// Changing one leaves the others in their order.
		_, err = f.UpdateItem(t.Context(), f.ken, made.ID, Update{Resolution: AlwaysOverwrite, Change: func(it *Item) error {
			if err := it.Unset(PropertyID{Tag: 0x8001}); err != nil {
				return err
			}
			return it.Set(Property{PropertyID{Tag: 0x8004}, TypeDouble, []string{"1e3"}})
		}})
		must(t, err)
		got, err = f.Item(t.Context(), f.ken, made.ID, Everything)
		must(t, err)
		want := properties(it.Properties).without(PropertyID{Tag: 0x8001}).with(Property{PropertyID{Tag: 0x8004}, TypeDouble, []string{"1000"}})
		if diff := cmp.Diff([]Property(want), got.Properties); diff != "" {
			t.Error(diff)
		}
	})
}

func TestLimitsOfAnItem(t *testing.T) {
	f := sqliteFixture(t)
	inbox := f.folder(t, f.ken, Inbox).ID
	many := make([]Property, maxProperties+1)
	for i := range many {
		many[i] = Property{PropertyID{Set: InternetHeaders, Name: fmt.Sprint("x-", i)}, TypeString, []string{"v"}}
	}
	for name, it := range map[string]Item{
		"subject":    {Subject: string(make([]byte, maxSubject+1)) + longText(maxSubject+1)},
		"recipients": {To: make([]Address, maxRecipients+1)},
		"properties": {Properties: many},
		"address":    {From: Address{Address: longText(maxAddress + 1)}},
		"size":       {Body: Body{Text, longText(MaxItemSize + 1)}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.CreateItem(t.Context(), f.ken, inbox, it)
			wantCode(t, err, problem.MailboxTooLarge)
		})
	}
	_, err := f.CreateItem(t.Context(), f.ken, inbox, Item{Importance: 7})
	wantCode(t, err, problem.MailboxPropertyValue)
	checkCounters(t, f, f.ken)
}

func longText(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'x'
	}
	return string(b)
}

func TestStoredTextsHoldNoBytesAnEngineRefuses(t *testing.T) {
	run(t, func(t *testing.T, f *fixture) {
		made := f.create(t, f.ken, Inbox, Item{
			Subject: "a\x00b\xff", Body: Body{Text, "c\x00d\xfe"}, InternetMessageID: "<\x00@x>",
			Properties: []Property{{PropertyID{Tag: 0x8001}, TypeString, []string{"e\x00f"}}},
		})
		got, err := f.Item(t.Context(), f.ken, made.ID, Everything)
		must(t, err)
		if got.Subject != "ab\uFFFD" || got.Body.Text != "cd\uFFFD" {
			t.Errorf("%q, %q", got.Subject, got.Body.Text)
		}
	})
}
