package ewsserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/mailbox"
	"github.com/matchseal/matchseal/internal/problem"
)

func (f *fixture) create(t testing.TB, folder ews.DistinguishedFolder, items ...ews.Item) []ews.ItemID {
	t.Helper()
	made, err := f.client.CreateItem(t.Context(), &ews.CreateItemRequest{
		Disposition: ews.SaveOnly, Folder: &ews.FolderID{Distinguished: folder}, Items: items,
	})
	must(t, err)
	var ids []ews.ItemID
	for _, m := range made.Messages {
		ids = append(ids, m.Items[0].ID)
	}
	return ids
}

func (f *fixture) get(t testing.TB, id ews.ItemID, shape ews.ItemShape) ews.Item {
	t.Helper()
	got, err := f.client.GetItem(t.Context(), &ews.GetItemRequest{Shape: shape, IDs: []ews.ItemID{id}})
	must(t, err)
	return got.Messages[0].Items[0]
}

var named = ews.ExtendedFieldURI{DistinguishedSet: "PublicStrings", Name: "ConversationId", Type: "String"}

// whole is an item with everything a client can give.
func whole() ews.Item {
	yes := true
	return ews.Item{
		Class: "IPM.Note.Microsoft.Conversation", Subject: "Zwölf & <more>", Sensitivity: "Private", Importance: "High",
		Body: &ews.Body{Type: ews.BodyHTML, Text: "<p>Grüße</p>"}, Categories: []string{"Work", "Later"},
		InReplyTo: "<0@x>", References: "<a@x> <0@x>", InternetMessageID: "<1@x>",
		From: &ews.Mailbox{Name: "Ken", Address: "ken@litware.test", RoutingType: "SMTP"}, Sender: &ews.Mailbox{Name: "Desk", Address: "desk@litware.test", RoutingType: "SMTP"},
		To: []ews.Mailbox{{Name: "Kim", Address: "kim@litware.test", RoutingType: "SMTP"}, {Name: "Room", Address: "/o=O/cn=Room", RoutingType: "EX"}},
		Cc: []ews.Mailbox{{Name: "Cc", Address: "cc@litware.test", RoutingType: "SMTP"}}, Bcc: []ews.Mailbox{{Name: "Bcc", Address: "bcc@litware.test", RoutingType: "SMTP"}},
		ReplyTo: []ews.Mailbox{{Name: "Re", Address: "re@litware.test", RoutingType: "SMTP"}},
		IsRead:  new(false), IsReadReceiptRequested: &yes, IsDeliveryReceiptRequested: new(false), IsResponseRequested: &yes,
		ConversationTopic: "Topic", Received: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC), Sent: time.Date(2025, 1, 2, 3, 4, 0, 0, time.UTC),
		Flag: &ews.Flag{Status: "Flagged", Start: time.Date(2025, 2, 1, 0, 0, 0, 0, time.UTC), Due: time.Date(2025, 2, 2, 0, 0, 0, 0, time.UTC)},
		Properties: []ews.ExtendedProperty{
			{URI: named, Values: []string{" c-4711\r\n"}},
			{URI: ews.PropertyTag(0x0e07, "Integer"), Values: []string{"1"}},
			{URI: ews.ExtendedFieldURI{SetID: "11111111-2222-3333-4444-555555555555", ID: 0x8570, Type: "IntegerArray"}, Values: []string{"3", "1", "2"}},
		},
	}
}

func TestAnItemComesBackAsItWasGiven(t *testing.T) {
	f := newFixture(t)
	given := whole()
	id := f.create(t, ews.ConversationHistory, given)[0]
	shape := ews.ItemShape{Base: ews.AllProperties, Additional: []ews.FieldPath{
		ews.Extended(named), ews.Extended(given.Properties[2].URI), ews.Field("item:Preview"),
		ews.Extended(ews.PropertyTag(0x0e07, "Integer")), ews.Extended(ews.PropertyTag(0x0e23, "Integer")),
	}}
	got := f.get(t, id, shape)
	want := given
	want.Kind, want.ID, want.ParentFolderID, want.Size = ews.KindMessage, id, got.ParentFolderID, got.Size
	want.Properties = []ews.ExtendedProperty{given.Properties[0], given.Properties[2],
		{URI: ews.PropertyTag(0x0e07, "Integer"), Values: []string{"0"}}, {URI: ews.PropertyTag(0x0e23, "Integer"), Values: []string{"1"}}}
	want.Created, want.LastModified = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	want.DisplayTo, want.DisplayCc, want.Preview = "Kim; Room", "Cc", "Grüße"
	want.IsDraft, want.IsSubmitted, want.IsFromMe, want.IsResend = new(false), new(false), new(false), new(false)
	want.IsUnmodified, want.HasAttachments, want.IsAssociated = new(false), new(false), new(false)
	want.EffectiveRights = &ews.EffectiveRights{Delete: true, Modify: true, Read: true}
	want.InternetMessageHeaders = got.InternetMessageHeaders
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-given +returned)\n%s", diff)
	}
	if len(got.InternetMessageHeaders) < 8 {
		t.Errorf("the headers are %v", got.InternetMessageHeaders)
	}
	// The form of the body is the client's choice.
	text := f.get(t, id, ews.ItemShape{Base: ews.IDOnly, BodyType: ews.BodyText, Additional: []ews.FieldPath{ews.Field("item:Body")}})
	if *text.Body != (ews.Body{Type: ews.BodyText, Text: "Grüße"}) {
		t.Errorf("as text: %+v", text.Body)
	}
	// FindItem leaves out what is large.
	found, err := f.client.FindItem(t.Context(), &ews.FindItemRequest{
		Traversal: ews.Shallow, Shape: shape, Parents: []ews.FolderID{{Distinguished: ews.ConversationHistory}},
	})
	must(t, err)
	if it := found.Messages[0].Items[0]; it.Body != nil || it.To != nil || it.Subject != given.Subject || len(it.Properties) != 4 || it.Flag.Status != "Flagged" {
		t.Errorf("found %+v", it)
	}
}

func TestCreateItemRefusesWhatItCannotKeep(t *testing.T) {
	f := newFixture(t)
	for _, test := range []struct {
		name        string
		disposition ews.MessageDisposition
		item        ews.Item
		want        ews.ResponseCode
	}{
		{"to be sent", ews.SendOnly, ews.Item{Subject: "x"}, ews.ErrorInvalidOperation},
		{"to be sent and kept", ews.SendAndSaveCopy, ews.Item{Subject: "x"}, ews.ErrorInvalidOperation},
		{"without disposition", "", ews.Item{Subject: "x"}, "ErrorMessageDispositionRequired"},
		{"a contact", ews.SaveOnly, ews.Item{Kind: "Contact"}, ews.ErrorInvalidOperation},
		{"an appointment", "", ews.Item{Kind: "CalendarItem"}, ews.ErrorInvalidOperation},
		{"a receipt", ews.SaveOnly, ews.Item{Kind: ews.KindSuppressReadReceipt, ReferenceID: ews.ItemID{ID: "x", ChangeKey: "y"}}, ews.ErrorReadReceiptNotPending},
		{"bad MIME", ews.SaveOnly, ews.Item{MimeContent: []byte("no message\r\n")}, ews.ErrorMimeContentInvalid},
		{"an attached item", ews.SaveOnly, ews.Item{Attachments: []ews.Attachment{{Item: true, Name: "x"}}}, ews.ErrorInvalidOperation},
		{"a property of the server", ews.SaveOnly, ews.Item{Properties: []ews.ExtendedProperty{{URI: ews.PropertyTag(0x0e23, "Integer"), Values: []string{"7"}}}}, ews.ErrorInvalidPropertySet},
		{"a value of another type", ews.SaveOnly, ews.Item{Properties: []ews.ExtendedProperty{{URI: ews.PropertyTag(0x8001, "Integer"), Values: []string{"many"}}}}, "ErrorInvalidExtendedPropertyValue"},
		{"too long", ews.SaveOnly, ews.Item{Subject: strings.Repeat("x", 5000)}, ews.ErrorMessageSizeExceeded},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := f.client.CreateItem(t.Context(), &ews.CreateItemRequest{
				Disposition: test.disposition, Items: []ews.Item{test.item, {Kind: ews.KindPostItem, Subject: "the next one"}},
			})
			wantFailed(t, err, test.want)
			if test.disposition == ews.SaveOnly && got != nil && (len(got.Messages) != 2 || !got.Messages[1].OK()) {
				t.Errorf("the item after it: %+v", got.Messages)
			}
		})
	}
	drafts, err := f.client.FindItem(t.Context(), &ews.FindItemRequest{Traversal: ews.Shallow, Shape: ews.ItemShape{Base: ews.IDOnly}, Parents: []ews.FolderID{{Distinguished: ews.Drafts}}})
	must(t, err)
	if drafts.Messages[0].Page.TotalItemsInView != 0 {
		t.Errorf("%d items were stored in part", drafts.Messages[0].Page.TotalItemsInView)
	}
}

func TestFilesAttachedToANewItem(t *testing.T) {
	f := newFixture(t)
	id := f.create(t, ews.Inbox, ews.Item{Subject: "x", Attachments: []ews.Attachment{{Name: "a.bin", Content: []byte{1, 2, 3}}}})[0]
	got := f.get(t, id, ews.ItemShape{Base: ews.AllProperties, IncludeMimeContent: true})
	parsed, err := mailbox.ParseMIME(got.MimeContent)
	must(t, err)
	if !*got.HasAttachments || len(parsed.Attachments) != 1 || string(parsed.Attachments[0].Content) != "\x01\x02\x03" {
		t.Errorf("the message is\n%s", got.MimeContent)
	}
}

func (f *fixture) update(t testing.TB, id ews.ItemID, how ews.ConflictResolution, updates ...ews.FieldUpdate) (ews.ItemID, error) {
	t.Helper()
	done, err := f.client.UpdateItem(t.Context(), &ews.UpdateItemRequest{
		ConflictResolution: how, Disposition: ews.SaveOnly, Changes: []ews.ItemChange{{ID: id, Updates: updates}},
	})
	if err != nil {
		return ews.ItemID{}, err
	}
	return done.Messages[0].Items[0].ID, nil
}

func set(uri string, i ews.Item) ews.FieldUpdate {
	return ews.FieldUpdate{Kind: ews.SetField, Field: ews.Field(uri), Item: &i}
}

func remove(uri string) ews.FieldUpdate {
	return ews.FieldUpdate{Kind: ews.DeleteField, Field: ews.Field(uri)}
}

func TestUpdateItem(t *testing.T) {
	f := newFixture(t)
	id := f.create(t, ews.Inbox, whole())[0]
	shape := ews.ItemShape{Base: ews.AllProperties, Additional: []ews.FieldPath{ews.Extended(named)}}
	before := f.get(t, id, shape)
	property := ews.Item{Properties: []ews.ExtendedProperty{{URI: named, Values: []string{"new"}}}}
	id2, err := f.update(t, id, ews.NeverOverwrite,
		set("item:Subject", ews.Item{Subject: "New"}), set("message:IsRead", ews.Item{IsRead: new(true)}), set("item:Importance", ews.Item{Importance: "Low"}),
		set("message:ToRecipients", ews.Item{To: []ews.Mailbox{{Name: "A", Address: "a@x.test", RoutingType: "SMTP"}}}),
		ews.FieldUpdate{Kind: ews.AppendField, Field: ews.Field("message:ToRecipients"), Item: &ews.Item{To: []ews.Mailbox{{Name: "B", Address: "b@x.test", RoutingType: "SMTP"}}}},
		ews.FieldUpdate{Kind: ews.AppendField, Field: ews.Field("item:Body"), Item: &ews.Item{Body: &ews.Body{Type: ews.BodyHTML, Text: "<p>more</p>"}}},
		ews.FieldUpdate{Kind: ews.SetField, Field: ews.Extended(named), Item: &property},
		set("item:Flag", ews.Item{Flag: &ews.Flag{Status: "Complete", Complete: time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)}}),
		remove("item:Categories"), remove("message:CcRecipients"), remove("item:Sensitivity"), remove("message:IsReadReceiptRequested"))
	must(t, err)
	got := f.get(t, id2, shape)
	want := before
	want.ID, want.Subject, want.IsRead, want.Importance, want.Sensitivity = id2, "New", new(true), "Low", "Normal"
	want.To = []ews.Mailbox{{Name: "A", Address: "a@x.test", RoutingType: "SMTP"}, {Name: "B", Address: "b@x.test", RoutingType: "SMTP"}}
	want.DisplayTo, want.DisplayCc, want.Cc, want.Categories = "A; B", "", nil, nil
	want.Body = &ews.Body{Type: ews.BodyHTML, Text: "<p>Grüße</p><p>more</p>"}
	want.IsReadReceiptRequested = new(false)
	want.Flag = &ews.Flag{Status: "Complete", Complete: time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)}
	want.Properties = property.Properties
	want.Size, want.InternetMessageHeaders = got.Size, got.InternetMessageHeaders
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	_, err = f.update(t, id, ews.NeverOverwrite, set("item:Subject", ews.Item{Subject: "x"}))
	wantFailed(t, err, ews.ErrorIrresolvableConflict)
	_, err = f.update(t, ews.ItemID{ID: id.ID}, ews.AutoResolve, set("item:Subject", ews.Item{Subject: "x"}))
	wantFailed(t, err, ews.ErrorChangeKeyRequiredForWriteOperations)
	_, err = f.update(t, ews.ItemID{ID: id.ID, ChangeKey: "AAAA"}, ews.AlwaysOverwrite, set("item:Subject", ews.Item{Subject: "x"}))
	wantFailed(t, err, ews.ErrorInvalidChangeKey)
	for _, test := range []struct {
		update ews.FieldUpdate
		want   ews.ResponseCode
	}{
		{set("item:Size", ews.Item{Size: 7}), ews.ErrorInvalidPropertySet},
		{set("item:Nonsense", ews.Item{Subject: "x"}), ews.ErrorInvalidPropertySet},
		{remove("item:Size"), "ErrorInvalidPropertyDelete"},
		{ews.FieldUpdate{Kind: ews.DeleteField, Field: ews.Extended(ews.PropertyTag(0x0e07, "Integer"))}, ews.ErrorInvalidPropertySet},
		{set("item:MimeContent", ews.Item{MimeContent: []byte("no message\r\n")}), ews.ErrorMimeContentInvalid},
	} {
		// The good update beside it is undone with it.
		_, err := f.update(t, id2, ews.AlwaysOverwrite, set("item:Subject", ews.Item{Subject: "half"}), test.update)
		wantFailed(t, err, test.want)
	}
	if got := f.get(t, id2, shape); got.Subject != "New" || got.ID != id2 {
		t.Errorf("half an update was made: %q", got.Subject)
	}
	id3, err := f.update(t, ews.ItemID{ID: id.ID}, ews.AlwaysOverwrite,
		ews.FieldUpdate{Kind: ews.DeleteField, Field: ews.Extended(named)},
		set("item:MimeContent", ews.Item{MimeContent: []byte("Subject: other\r\nFrom: o@x.test\r\n\r\nother\r\n")}))
	must(t, err)
	if got := f.get(t, id3, shape); got.Subject != "other" || got.Body.Text != "other\r\n" || got.Properties != nil || got.Class != want.Class {
		t.Errorf("after a new message: %+v", got)
	}
	_, err = f.client.UpdateItem(t.Context(), &ews.UpdateItemRequest{
		ConflictResolution: ews.AlwaysOverwrite, Disposition: ews.SendOnly, Changes: []ews.ItemChange{{ID: id, Updates: []ews.FieldUpdate{remove("item:Subject")}}},
	})
	wantFailed(t, err, ews.ErrorInvalidOperation)
}

// checklist: 004-11
func TestDeleteItem(t *testing.T) {
	f := newFixture(t)
	for how, folder := range map[ews.DeleteType]ews.DistinguishedFolder{
		ews.MoveToDeletedItems: ews.DeletedItems, ews.SoftDelete: ews.RecoverableItemsDeletions, ews.HardDelete: "",
	} {
		id := f.create(t, ews.ConversationHistory, whole())[0]
		_, err := f.client.DeleteItem(t.Context(), &ews.DeleteItemRequest{Type: how, IDs: []ews.ItemID{id}})
		must(t, err)
		for place, want := range map[ews.DistinguishedFolder]int{ews.ConversationHistory: 0, folder: 1} {
			if place == "" {
				continue
			}
			got, err := f.client.GetFolder(t.Context(), &ews.GetFolderRequest{Shape: ews.FolderShape{Base: ews.Default}, IDs: []ews.FolderID{{Distinguished: place}}})
			must(t, err)
			if n := *got.Messages[0].Folders[0].TotalCount; n != want {
				t.Errorf("%s: %d items in %s, want %d", how, n, place, want)
			}
		}
	}
	// One message per id, in order, whatever becomes of each.
	ids := f.create(t, ews.Inbox, whole(), whole())
	got := f.post(t, envelope("Exchange2013", `<m:DeleteItem DeleteType="HardDelete"><m:ItemIds><t:ItemId Id="`+ids[0].ID+`"/><t:ItemId Id="x"/><t:ItemId Id=""/>
  <t:OccurrenceItemId RecurringMasterId="x" InstanceIndex="1"/><t:ItemId Id="`+ids[0].ID+`"/><t:ItemId Id="`+ids[1].ID+`"/></m:ItemIds></m:DeleteItem>`))
	got.wantCodes(t, "NoError", "ErrorInvalidIdMalformed", "ErrorInvalidIdEmpty", "ErrorInvalidIdEmpty", "ErrorItemNotFound", "NoError")
}

func TestCreateFolder(t *testing.T) {
	f := newFixture(t)
	create := func(parent ews.FolderID, folders ...ews.Folder) (*ews.CreateFolderResponse, error) {
		return f.client.CreateFolder(t.Context(), &ews.CreateFolderRequest{Parent: parent, Folders: folders})
	}
	made, err := create(ews.FolderID{Distinguished: ews.MsgFolderRoot}, ews.Folder{DisplayName: "Projects"},
		ews.Folder{Kind: ews.CalendarFolder, DisplayName: "Dates"}, ews.Folder{DisplayName: "Typed", Class: "IPF.Note.X"})
	must(t, err)
	var ids []ews.FolderID
	for _, m := range made.Messages {
		ids = append(ids, m.Folders[0].ID)
	}
	got, err := f.client.GetFolder(t.Context(), &ews.GetFolderRequest{Shape: ews.FolderShape{Base: ews.AllProperties}, IDs: ids})
	must(t, err)
	for i, want := range []struct {
		kind  ews.FolderKind
		class string
	}{{ews.PlainFolder, "IPF.Note"}, {ews.CalendarFolder, "IPF.Appointment"}, {ews.PlainFolder, "IPF.Note.X"}} {
		if folder := got.Messages[i].Folders[0]; folder.Kind != want.kind || folder.Class != want.class || !folder.EffectiveRights.Delete {
			t.Errorf("folder %d is %+v", i, folder)
		}
	}
	_, err = create(ews.FolderID{Distinguished: ews.MsgFolderRoot}, ews.Folder{DisplayName: "PROJECTS"})
	wantFailed(t, err, ews.ErrorFolderExists)
	_, err = create(ews.FolderID{Distinguished: "archive"}, ews.Folder{DisplayName: "x"})
	wantFailed(t, err, ews.ErrorFolderNotFound)
	_, err = create(ews.FolderID{Distinguished: ews.RecoverableItemsPurges}, ews.Folder{DisplayName: "x"})
	wantFailed(t, err, ews.ErrorAccessDenied)
}

func TestConvertId(t *testing.T) {
	f := newFixture(t)
	id := f.create(t, ews.Inbox, ews.Item{Subject: "x"})[0].ID
	convert := func(id string, from, to ews.IDFormat) string {
		t.Helper()
		got, err := f.client.ConvertID(t.Context(), &ews.ConvertIDRequest{Destination: to, IDs: []ews.AlternateID{{Format: from, ID: id, Mailbox: "x"}}})
		must(t, err)
		return got.Messages[0].AlternateID.ID
	}
	for _, format := range []ews.IDFormat{ews.EwsLegacyID, ews.EwsID, ews.EntryID, ews.HexEntryID, ews.StoreID, ews.OWAID} {
		other := convert(id, ews.EwsID, format)
		if back := convert(other, format, ews.EwsID); back != id {
			t.Errorf("by way of %s the id became %q", format, back)
		}
	}
	for _, format := range []ews.IDFormat{ews.HexEntryID, ews.OWAID, ews.EntryID} {
		_, err := f.client.ConvertID(t.Context(), &ews.ConvertIDRequest{Destination: ews.EwsID, IDs: []ews.AlternateID{{Format: format, ID: "%zz", Mailbox: "x"}}})
		wantFailed(t, err, ews.ErrorInvalidIdMalformed)
	}
}

func TestALostStore(t *testing.T) {
	f := newFixture(t)
	must(t, f.db.Close())
	got := f.post(t, envelope("", strings.ReplaceAll(getInbox, `Id="inbox"/>`, `Id="inbox"/><t:DistinguishedFolderId Id="drafts"/>`)))
	entry, _ := problem.Lookup(problem.StoreUnavailable)
	got.wantCodes(t, entry.EWS, entry.EWS)
	if strings.Contains(got.body, "database is closed") {
		t.Error("the engine's words went to the client")
	}
	if log := f.logged(); strings.Count(log, string(problem.StoreUnavailable)) != 1 {
		t.Errorf("the log is\n%s", log)
	}
}

// What was acknowledged is kept, what was not is not there in part.
func TestAFullDisk(t *testing.T) {
	f := newFixture(t)
	kept := f.create(t, ews.Inbox, whole(), whole())
	var pages int
	must(t, f.db.QueryRowContext(t.Context(), "PRAGMA page_count").Scan(&pages))
	must(t, f.db.QueryRowContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages+20)).Scan(&pages))
	large := whole()
	large.Body.Text = strings.Repeat("x", 1<<20)
	entry, _ := problem.Lookup(problem.StoreFull)
	_, err := f.client.CreateItem(t.Context(), &ews.CreateItemRequest{Disposition: ews.SaveOnly, Folder: &ews.FolderID{Distinguished: ews.Inbox}, Items: []ews.Item{large}})
	wantFailed(t, err, ews.ResponseCode(entry.EWS))
	_, err = f.update(t, kept[0], ews.AlwaysOverwrite, set("item:Body", large))
	wantFailed(t, err, ews.ResponseCode(entry.EWS))

	must(t, f.db.QueryRowContext(t.Context(), "PRAGMA max_page_count = 1000000").Scan(&pages))
	found, err := f.client.FindItem(t.Context(), &ews.FindItemRequest{Traversal: ews.Shallow, Shape: ews.ItemShape{Base: ews.IDOnly}, Parents: []ews.FolderID{{Distinguished: ews.Inbox}}})
	must(t, err)
	if found.Messages[0].Page.TotalItemsInView != 2 {
		t.Errorf("%d items are there", found.Messages[0].Page.TotalItemsInView)
	}
	if got := f.get(t, kept[0], ews.ItemShape{Base: ews.Default}); got.Body.Text != "<p>Grüße</p>" || got.ID != kept[0] {
		t.Errorf("the item changed to %+v", got)
	}
	f.create(t, ews.Inbox, large)
}

func TestAFullMailbox(t *testing.T) {
	f := newFixture(t)
	must(t, f.boxes.SetQuota(t.Context(), "id-ken", 100))
	_, err := f.client.CreateItem(t.Context(), &ews.CreateItemRequest{Disposition: ews.SaveOnly, Items: []ews.Item{whole()}})
	wantFailed(t, err, ews.ErrorQuotaExceeded)
}

func TestAClientThatGoesAway(t *testing.T) {
	f := newFixture(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := New(Config{Mailboxes: f.boxes, Now: time.Now}).(*server)
	ses := &session{server: s, caller: basic("ken"), user: user("ken")}
	ses.mailbox, _ = f.boxes.OpenFor(t.Context(), "id-ken")
	answer := ses.createItem(ctx, &ews.CreateItemRequest{Disposition: ews.SaveOnly, Items: []ews.Item{whole(), whole()}}).(*ews.CreateItemResponse)
	for _, m := range answer.Messages {
		if m.Code != ews.ErrorTimeoutExpired {
			t.Errorf("the message is %+v", m.ResponseMessage)
		}
	}
	if mb, err := f.boxes.OpenFor(t.Context(), "id-ken"); err != nil || mb.Items != 0 {
		t.Errorf("%d items, %v", mb.Items, err)
	}
}

func TestAnswersStayOfASizeThatCanBeSent(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.MaxAnswer = 90 << 10 })
	id := f.create(t, ews.Inbox, ews.Item{Subject: "x", Body: &ews.Body{Type: ews.BodyText, Text: strings.Repeat("x", 30<<10)}})[0]
	got, err := f.client.GetItem(t.Context(), &ews.GetItemRequest{
		Shape: ews.ItemShape{Base: ews.Default}, IDs: []ews.ItemID{id, id, id, id, id, id, id},
	})
	wantFailed(t, err, ews.ErrorBatchProcessingStopped)
	if n := len(got.Messages); n != 7 || !got.Messages[3].OK() || got.Messages[4].OK() {
		t.Errorf("%d messages", n)
	}
}

// The largest item that is stored fits into one request and one answer.
func TestTheLargestItem(t *testing.T) {
	f := newFixture(t)
	message := append([]byte("Subject: large\r\n\r\n"), bytes.Repeat([]byte("0123456789abcdef"), (mailbox.MaxItemSize-100)/16)...)
	id := f.create(t, ews.Inbox, ews.Item{MimeContent: message})[0]
	f.client.Limits.Bytes = 128 << 20
	if got := f.get(t, id, ews.ItemShape{Base: ews.IDOnly, IncludeMimeContent: true}); !bytes.Equal(got.MimeContent, message) {
		t.Errorf("%d bytes came back of %d", len(got.MimeContent), len(message))
	}
}

func TestConcurrentClients(t *testing.T) {
	f := newFixture(t)
	var group sync.WaitGroup
	errs := make(chan error, 8*5)
	for c := range 8 {
		group.Go(func() {
			for n := range 5 {
				it := whole()
				it.Properties[0].Values = []string{fmt.Sprintf("c%d-%d", c, n)}
				_, err := f.client.CreateItem(t.Context(), &ews.CreateItemRequest{
					Disposition: ews.SaveOnly, Folder: &ews.FolderID{Distinguished: ews.ConversationHistory}, Items: []ews.Item{it},
				})
				errs <- err
			}
		})
	}
	group.Wait()
	close(errs)
	for err := range errs {
		must(t, err)
	}
	found, err := f.client.FindItem(t.Context(), &ews.FindItemRequest{
		Traversal: ews.Shallow, Parents: []ews.FolderID{{Distinguished: ews.ConversationHistory}},
		Shape: ews.ItemShape{Base: ews.IDOnly, Additional: []ews.FieldPath{ews.Extended(named), ews.Extended(ews.PropertyTag(0x0e23, "Integer"))}},
	})
	must(t, err)
	seen := map[string]bool{}
	for _, it := range found.Messages[0].Items {
		for _, p := range it.Properties {
			seen[p.URI.String()+p.Value()] = true
		}
	}
	if len(seen) != 80 {
		t.Errorf("%d different ids and article numbers, want 80", len(seen))
	}
}

func TestErrorsOfOtherPackagesAreToldApart(t *testing.T) {
	s := New(Config{Now: time.Now}).(*server)
	for _, test := range []struct {
		err  error
		want ews.ResponseCode
	}{
		{errors.New("anything"), ews.ErrorInternalServerError},
		{fmt.Errorf("x: %w", context.DeadlineExceeded), ews.ErrorTimeoutExpired},
		{problem.New(problem.StoreBusy, "locked"), ews.ErrorServerBusy},
		{problem.New(problem.StoreCommitUnclear, "lost"), ews.ErrorMailboxStoreUnavailable},
		{problem.New(problem.MailboxNoAddress, "none"), ews.ErrorInternalServerError},
		{problem.New(problem.MailboxConflict, "secret detail"), ews.ErrorIrresolvableConflict},
	} {
		m := s.message(t.Context(), test.err)
		if m.Code != test.want || strings.Contains(m.Text, "secret") || m.Text == "" {
			t.Errorf("%v gives %+v", test.err, m)
		}
	}
	if m := s.message(t.Context(), problem.New(problem.StoreBusy, "locked")); len(m.Details) != 1 || m.Details[0].Value != "1000" {
		t.Errorf("the back-off is %+v", m.Details)
	}
}
