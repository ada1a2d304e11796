package ews

import (
	"bytes"
	"errors"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var testServer = ServerVersion{Major: 15, Minor: 1, MajorBuild: 2507, MinorBuild: 6, Version: "V2017_07_11"}

// golden is a response and the file of testdata/response that holds it as
// written for a peer of a version. The files are indented for reading; white
// space between tags does not count.
type golden struct {
	version Version
	body    Payload
	// decoded is what comes back when it is not body: what the version does
	// not know is gone.
	decoded Payload
}

func goldens() map[string]golden {
	at := time.Date(2026, 8, 22, 10, 11, 12, 0, time.UTC)
	notFound := Failed(ErrorItemNotFound, "")
	ok := ResponseMessage{Class: ClassSuccess, Code: NoError}
	created := []Item{{Kind: KindMessage, ID: first}}
	return map[string]golden{
		"getfolder":      {version: Exchange2016, body: folderResponse(), decoded: folderResponseRead()},
		"getfolder-2007": {version: Exchange2007, body: folderResponse(), decoded: folderResponse2007()},
		"findfolder": {version: Exchange2016, body: &FindFolderResponse{Messages: []FindFolderMessage{
			{ok, Page{IndexedPagingOffset: 1, TotalItemsInView: 1, IncludesLastItemInRange: true}, []Folder{
				{Kind: PlainFolder, ID: FolderID{ID: "AAMkADk/history=", ChangeKey: "AQAC"}, DisplayName: "Conversation History"},
			}},
			{ok, Page{NumeratorOffset: 5, AbsoluteDenominator: 10, TotalItemsInView: 10}, []Folder{}},
			{ResponseMessage: Failed(ErrorFolderNotFound, "")},
		}}},
		"createfolder": {version: Exchange2016, body: &CreateFolderResponse{Messages: []FolderMessage{
			{ok, []Folder{{Kind: PlainFolder, ID: FolderID{ID: "AAMkADk/new=", ChangeKey: "AQAA"}}}},
			{Failed(ErrorFolderExists, ""), []Folder{}},
		}}},
		"finditem": {version: Exchange2007SP1, body: &FindItemResponse{Messages: []FindItemMessage{
			{ok, Page{IndexedPagingOffset: 2, TotalItemsInView: 2, IncludesLastItemInRange: true}, []Item{
				{
					Kind: KindMessage, ID: first, IsRead: new(false), Properties: []ExtendedProperty{
						{URI: articleTag, Values: []string{"42"}}, {URI: keywords, Values: []string{"red", "blue"}},
					},
				},
				{Kind: KindPostItem, ID: secondNoKey, From: &Mailbox{Name: "Ken"}, IsRead: new(true), Posted: at},
			}},
			{ok, Page{IncludesLastItemInRange: true}, []Item{}},
		}}},
		"getitem": {version: Exchange2013, body: &GetItemResponse{Messages: []ItemMessage{
			{ok, []Item{fullItem(at)}}, {notFound, []Item{}},
		}}},
		"getitem-2007-sp1": {
			version: Exchange2007SP1,
			body:    &GetItemResponse{Messages: []ItemMessage{{ok, []Item{fullItem(at)}}, {notFound, []Item{}}}},
			decoded: &GetItemResponse{Messages: []ItemMessage{{ok, []Item{fullItem2007(at)}}, {notFound, []Item{}}}},
		},
		// checklist: 004-10
		"createitem": {version: Exchange2013, body: &CreateItemResponse{Messages: []ItemMessage{{ok, created}}}},
		"updateitem": {version: Exchange2013, body: &UpdateItemResponse{Messages: []UpdateItemMessage{
			{ok, []Item{{Kind: KindMessage, ID: ItemID{ID: first.ID, ChangeKey: "CQAB"}}}, 0},
			{Failed(ErrorIrresolvableConflict, ""), []Item{}, 0},
		}}},
		// checklist: 004-11
		"deleteitem": {version: Exchange2013, body: &DeleteItemResponse{Messages: []ResponseMessage{
			ok, notFound,
			{
				Class: ClassWarning, Code: ErrorBatchProcessingStopped, Text: "Processing was stopped.",
				Details: []Detail{{"BackOffMilliseconds", "2500"}},
			},
		}}},
		"convertid": {version: Exchange2007SP1, body: &ConvertIDResponse{Messages: []ConvertIDMessage{
			{ok, &AlternateID{Format: EwsID, ID: "AAMkADk/root=", Mailbox: "kim@litware.test"}},
			{Failed(ErrorInvalidIdMalformed, ""), nil},
		}}},
		"unknown":              {version: Exchange2013, body: &FailedResponse{"MarkAllItemsAsRead", Failed(ErrorInvalidOperation, "")}},
		"unknown-bare":         {version: Exchange2013, body: &FailedResponse{"GetImItemList", Failed(ErrorInvalidOperation, "")}},
		"unknown-oof":          {version: Exchange2013, body: &FailedResponse{"GetUserOofSettings", Failed(ErrorInvalidOperation, "")}},
		"unknown-availability": {version: Exchange2013, body: &FailedResponse{"GetUserAvailability", Failed(ErrorInvalidOperation, "")}},
	}
}

func folderResponse() *GetFolderResponse {
	ok := ResponseMessage{Class: ClassSuccess, Code: NoError}
	return &GetFolderResponse{Messages: []FolderMessage{
		{ok, []Folder{{
			Kind: PlainFolder, ID: FolderID{ID: "AAMkADk/inbox=", ChangeKey: "AQAB"},
			ParentID: FolderID{ID: "AAMkADk/root=", ChangeKey: "AQAA"},
			Class:    "IPF.Note", DisplayName: "Inbox",
			TotalCount: new(3), ChildFolderCount: new(0), UnreadCount: new(1),
			Properties:      []ExtendedProperty{{URI: PropertyTag(0x10f4, "Boolean"), Values: []string{"false"}}},
			EffectiveRights: &EffectiveRights{CreateAssociated: true, CreateContents: true, CreateHierarchy: true, Modify: true, Read: true},
			Distinguished:   Inbox,
		}}},
		{Failed(ErrorFolderNotFound, ""), []Folder{}},
		{ok, []Folder{{Kind: CalendarFolder, ID: FolderID{ID: "AAMkADk/cal="}, DisplayName: "Calendar", UnreadCount: new(5)}}},
	}}
}

// folderResponseRead is folderResponse without the UnreadCount that calendars
// do not have.
func folderResponseRead() *GetFolderResponse {
	r := folderResponse()
	r.Messages[2].Folders[0].UnreadCount = nil
	return r
}

func folderResponse2007() *GetFolderResponse {
	r := folderResponseRead()
	inbox := &r.Messages[0].Folders[0]
	inbox.EffectiveRights, inbox.Distinguished = nil, ""
	return r
}

func fullItem(at time.Time) Item {
	ken := Mailbox{Name: "Ken", Address: "ken@litware.test"}
	sender := Mailbox{Name: "Ken", Address: "ken@litware.test", RoutingType: "SMTP", Type: "Mailbox"}
	return Item{
		Kind: KindMessage, MimeContent: []byte("Subject: hi"), ID: first,
		ParentFolderID: FolderID{ID: "AAMkADk/history=", ChangeKey: "AQAC"},
		Class:          "IPM.Note.Microsoft.Conversation", Subject: "Conversation with Kim & Ken", Sensitivity: "Normal",
		Body: &Body{Type: BodyHTML, Text: "<p>hello</p>\r"},
		Attachments: []Attachment{{
			ID: "AAMkADk/att=", Name: "a.txt", ContentType: "text/plain", Size: 2, Modified: at,
		}},
		Received: at, Size: 4711, Categories: []string{"blue"}, Importance: "Normal",
		IsSubmitted: new(false), IsDraft: new(false),
		InternetMessageHeaders: []InternetHeader{{"Date", "Sat, 22 Aug 2026 10:11:12 +0000"}},
		Sent:                   at.Add(-time.Second), Created: at, DisplayCc: "Cy", DisplayTo: "Kim", HasAttachments: new(true),
		Properties: []ExtendedProperty{{URI: flagsTag, Values: []string{"1"}}},
		Culture:    "en-US", LastModifiedName: "Ken", LastModified: at.Add(time.Second),
		IsAssociated: new(false), ConversationID: "AAQkADk=", Flag: &Flag{Status: "NotFlagged"},
		InstanceKey: []byte{1, 2, 3}, Preview: "hello", TextBody: &Body{Type: BodyText, Text: "hello"},
		Sender: &sender, To: []Mailbox{{Name: "Kim", Address: "kim@litware.test", RoutingType: "SMTP", Type: "OneOff"}},
		Cc: []Mailbox{}, IsReadReceiptRequested: new(false), ConversationTopic: "Conversation with Kim",
		From: &ken, InternetMessageID: "<1@litware.test>", IsRead: new(true), References: "<0@litware.test>",
	}
}

// fullItem2007 is fullItem without everything that is newer than 2007_SP1.
func fullItem2007(at time.Time) Item {
	i := fullItem(at)
	i.IsAssociated, i.ConversationID, i.Flag, i.InstanceKey, i.Preview, i.TextBody = nil, "", nil, nil, "", nil
	i.Attachments[0].Size, i.Attachments[0].Modified = 0, time.Time{}
	i.To[0].Type = ""
	return i
}

func readGolden(tb testing.TB, name string) []byte {
	tb.Helper()
	data, err := os.ReadFile("testdata/response/" + name + ".xml")
	if err != nil {
		tb.Fatal(err)
	}
	return regexp.MustCompile(`>\s+<`).ReplaceAll(bytes.TrimSpace(data), []byte("><"))
}

func TestResponsesOnTheWire(t *testing.T) {
	for name, g := range goldens() {
		t.Run(name, func(t *testing.T) {
			want := readGolden(t, name)
			var b bytes.Buffer
			if err := EncodeResponse(&b, testServer, g.version, g.body); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(lines(want), lines(b.Bytes())); d != "" {
				t.Errorf("written (-want +got):\n%s", d)
			}
			got, err := DecodeResponse(bytes.NewReader(want), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if g.decoded == nil {
				g.decoded = g.body
			}
			if d := cmp.Diff(g.decoded, got.Body); d != "" {
				t.Errorf("read (-want +got):\n%s", d)
			}
			if got.Server != testServer || got.Operation != g.body.Operation() {
				t.Errorf("read %+v of operation %q", got.Server, got.Operation)
			}
		})
	}
}

// lines breaks a document after each tag, to make differences readable.
func lines(document []byte) []string {
	var out []string
	for _, l := range bytes.SplitAfter(document, []byte(">")) {
		out = append(out, string(l))
	}
	return out
}

func TestFaultsOnTheWire(t *testing.T) {
	violation := "The element 'ItemIds' holds no item ids."
	for name, want := range map[string]*Fault{
		"fault-schema": {
			Code: ErrorSchemaValidation, Text: "The request failed schema validation: " + violation,
			Message: "The request failed schema validation.", Line: 2, Position: 630, Violation: violation,
		},
		"fault-busy": {
			Code: ErrorServerBusy, Text: "The server cannot service this request right now. Try again later.",
			Details: []Detail{{"BackOffMilliseconds", "297749"}},
		},
		"fault-version": NewFault(ErrorInvalidServerVersion),
		"fault-mustunderstand": {
			SOAPCode: "MustUnderstand",
			Text:     "The SOAP header 'Security' is marked mustUnderstand but is not supported.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			document := readGolden(t, name)
			var b bytes.Buffer
			if err := EncodeFault(&b, want); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(lines(document), lines(b.Bytes())); d != "" {
				t.Errorf("written (-want +got):\n%s", d)
			}
			_, err := DecodeResponse(bytes.NewReader(document), Limits{})
			got, ok := errors.AsType[*Fault](err)
			if !ok {
				t.Fatalf("read %v, want a fault", err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("read (-want +got):\n%s", d)
			}
		})
	}
	busy := &Fault{Details: []Detail{{"BackOffMilliseconds", "297749"}}}
	if got := BackOff(busy); got != 297749*time.Millisecond {
		t.Errorf("the fault asks to wait %v", got)
	}
}
