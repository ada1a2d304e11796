package mailbox

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/problem"
)

func TestFolders(t *testing.T) {
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		top := f.folder(t, f.ken, MsgFolderRoot)
		a, err := f.CreateFolder(ctx, f.ken, top.ID, Folder{Name: " Projects ", Properties: []Property{
			{PropertyID{Tag: 0x8001}, TypeString, []string{"kept"}},
			{PropertyID{Tag: 0x3613}, TypeString, []string{"IPF.Note.Project"}},
			{PropertyID{Tag: tagHidden}, TypeBoolean, []string{"1"}},
		}})
		must(t, err)
		if a.Name != "Projects" || a.Class != "IPF.Note.Project" || a.ParentID != top.ID || len(a.Properties) != 2 {
			t.Errorf("made %+v", a)
		}
		if p, ok := a.Property(PropertyID{Tag: tagHidden}, TypeBoolean); !ok || p.Values[0] != "true" {
			t.Errorf("hidden is %v", p)
		}
		for name, want := range map[string]problem.Code{
			"PROJECTS": problem.MailboxFolderExists, "inbox": problem.MailboxFolderExists, "": problem.MailboxFolderName,
			" ": problem.MailboxFolderName, "a\nb": problem.MailboxFolderName, strings.Repeat("x", 256): problem.MailboxFolderName,
		} {
			_, err := f.CreateFolder(ctx, f.ken, top.ID, Folder{Name: name})
			wantCode(t, err, want)
		}
		_, err = f.CreateFolder(ctx, f.ken, top.ID, Folder{Name: "x", Properties: []Property{{PropertyID{Tag: 0x3602}, TypeInteger, []string{"7"}}}})
		wantCode(t, err, problem.MailboxPropertyReadOnly)
		_, err = f.CreateFolder(ctx, f.ken, f.folder(t, f.kim, Inbox).ID, Folder{Name: "x"})
		wantCode(t, err, problem.MailboxFolderNotFound)

		for _, name := range []string{RecoverableItemsRoot, RecoverableItemsPurges} {
			recoverable := f.folder(t, f.ken, name).ID
			_, err = f.CreateFolder(ctx, f.ken, recoverable, Folder{Name: "x"})
			wantCode(t, err, problem.MailboxFolderParent)
			_, err = f.MoveFolder(ctx, f.ken, a.ID, recoverable)
			wantCode(t, err, problem.MailboxFolderParent)
		}

		b, err := f.CreateFolder(ctx, f.ken, a.ID, Folder{Name: "Inbox"}) // the name is free here
		must(t, err)
		f.clock.Advance(time.Hour)
		renamed, err := f.UpdateFolder(ctx, f.ken, b.ID, func(f *Folder) error { f.Name = "Child"; return nil })
		must(t, err)
		if renamed.Name != "Child" || renamed.ID != b.ID || renamed.ChangeKey == b.ChangeKey || !renamed.Modified.After(b.Modified) {
			t.Errorf("renamed to %+v", renamed)
		}
		_, err = f.MoveFolder(ctx, f.ken, a.ID, b.ID)
		wantCode(t, err, problem.MailboxFolderMove)
		_, err = f.MoveFolder(ctx, f.ken, a.ID, a.ID)
		wantCode(t, err, problem.MailboxFolderMove)
		moved, err := f.MoveFolder(ctx, f.ken, b.ID, top.ID)
		must(t, err)
		if moved.ParentID != top.ID {
			t.Error("the folder did not move")
		}
	})
}

func TestDefaultFoldersStay(t *testing.T) {
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		top := f.folder(t, f.ken, MsgFolderRoot)
		for _, d := range defaultFolders() {
			id := f.folder(t, f.ken, d.distinguished).ID
			for _, how := range []DeleteType{HardDelete, SoftDelete, MoveToDeletedItems} {
				wantCode(t, f.DeleteFolder(ctx, f.ken, id, how), problem.MailboxFolderBuiltIn)
			}
			_, err := f.UpdateFolder(ctx, f.ken, id, func(f *Folder) error { f.Name = "Mine"; return nil })
			wantCode(t, err, problem.MailboxFolderBuiltIn)
			_, err = f.MoveFolder(ctx, f.ken, id, top.ID)
			wantCode(t, err, problem.MailboxFolderBuiltIn)
		}
		_, err := f.UpdateFolder(ctx, f.ken, top.ID, func(f *Folder) error { f.Class = "IPF.Note"; return nil })
		must(t, err)
	})
}

func TestDeleteFolder(t *testing.T) {
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		top := f.folder(t, f.ken, MsgFolderRoot).ID
		make := func() (Folder, Item) {
			a, err := f.CreateFolder(ctx, f.ken, top, Folder{Name: "A"})
			must(t, err)
			b, err := f.CreateFolder(ctx, f.ken, a.ID, Folder{Name: "B"})
			must(t, err)
			made, err := f.CreateItem(ctx, f.ken, b.ID, item(1))
			must(t, err)
			return a, made
		}
		a, _ := make()
		must(t, f.DeleteFolder(ctx, f.ken, a.ID, MoveToDeletedItems))
		a, _ = make()
		must(t, f.DeleteFolder(ctx, f.ken, a.ID, MoveToDeletedItems)) // the name is taken there
		trash, err := f.FindFolders(ctx, f.ken, FolderQuery{Parent: f.folder(t, f.ken, DeletedItems).ID, Deep: true})
		must(t, err)
		var names []string
		for _, folder := range trash.List {
			names = append(names, folder.Name)
		}
		if diff := cmp.Diff([]string{"A", "B", "A1", "B"}, names); diff != "" {
			t.Error(diff)
		}
		a, softly := make()
		must(t, f.DeleteFolder(ctx, f.ken, a.ID, SoftDelete))
		kept, err := f.Item(ctx, f.ken, softly.ID, Want{})
		must(t, err)
		if kept.FolderID != f.folder(t, f.ken, RecoverableItemsDeletions).ID {
			t.Error("the item is not among the recoverable ones")
		}
		a, gone := make()
		must(t, f.DeleteFolder(ctx, f.ken, a.ID, HardDelete))
		_, err = f.Item(ctx, f.ken, gone.ID, Want{})
		wantCode(t, err, problem.MailboxItemNotFound)
		_, err = f.Folder(ctx, f.ken, a.ID)
		wantCode(t, err, problem.MailboxFolderNotFound)
		checkCounters(t, f, f.ken)
	})
}

func TestFindFolders(t *testing.T) {
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		top := f.folder(t, f.ken, MsgFolderRoot).ID
		shallow, err := f.FindFolders(ctx, f.ken, FolderQuery{Parent: top})
		must(t, err)
		if shallow.Total != 12 || !shallow.Last || shallow.List[0].Name != "Calendar" {
			t.Errorf("%d folders, the first is %s", shallow.Total, shallow.List[0].Name)
		}
		var paged []Folder
		q := FolderQuery{Parent: top, Window: Window{Limit: 5}}
		for {
			p, err := f.FindFolders(ctx, f.ken, q)
			must(t, err)
			paged = append(paged, p.List...)
			if p.Last {
				break
			}
			q.Window.Offset = p.Next
		}
		if diff := cmp.Diff(shallow.List, paged, cmp.AllowUnexported(Folder{})); diff != "" {
			t.Error(diff)
		}
		notes := Compare{Op: Equal, Key: PropertyKey(PropertyID{Tag: 0x3613}, TypeString), Constant: textValue("ipf.note")}
		p, err := f.FindFolders(ctx, f.ken, FolderQuery{Parent: top, Deep: true, Where: notes})
		must(t, err)
		if p.Total != 7 {
			t.Errorf("%d mail folders", p.Total)
		}
		name := Compare{Op: Equal, Key: FieldKey(FieldName), Constant: textValue("Conversation History")}
		p, err = f.FindFolders(ctx, f.ken, FolderQuery{Parent: f.folder(t, f.ken, Root).ID, Deep: true, Where: name})
		must(t, err)
		if p.Total != 1 || p.List[0].Distinguished != ConversationHistory {
			t.Errorf("found %+v", p.List)
		}
	})
}
