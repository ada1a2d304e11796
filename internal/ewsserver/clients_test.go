package ewsserver

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/matchseal/matchseal/internal/rbac"
)

// The Storage Service writes a conversation and deletes it again, the way the
// EWS Managed API puts it.
//
// checklist: 004-10 the item lands in the user's Conversation History
// checklist: 004-11 and may be deleted
func TestStorageServiceWritesAConversation(t *testing.T) {
	f := newFixture(t)
	f.caller = actAs("ken", string(rbac.UserApplication), string(rbac.ArchiveApplication))
	made := f.post(t, envelope("Exchange2013", `<m:CreateItem MessageDisposition="SaveOnly">
  <m:SavedItemFolderId><t:DistinguishedFolderId Id="conversationhistory"/></m:SavedItemFolderId>
  <m:Items><t:Message>
    <t:ItemClass>IPM.Note.Microsoft.Conversation</t:ItemClass><t:Subject>Conversation with Kim</t:Subject>
    <t:Body BodyType="HTML">&lt;html&gt;&lt;body&gt;Hello&lt;/body&gt;&lt;/html&gt;</t:Body>
    <t:ExtendedProperty><t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="ConversationId" PropertyType="String"/><t:Value>c-4711</t:Value></t:ExtendedProperty>
    <t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x0E07" PropertyType="Integer"/><t:Value>1</t:Value></t:ExtendedProperty>
    <t:From><t:Mailbox><t:EmailAddress>ken@litware.test</t:EmailAddress></t:Mailbox></t:From>
    <t:IsRead>true</t:IsRead></t:Message></m:Items></m:CreateItem>`))
	made.wantCodes(t, "NoError")
	id := made.tree.first("ItemId")
	if len(id.attr("Id")) < 140 || id.attr("ChangeKey") == "" {
		t.Fatalf("the id is %q", id.attr("Id"))
	}

	// A retry looks for its own item before it writes another one.
	found := f.post(t, envelope("Exchange2013", `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>
  <m:IndexedPageItemView MaxEntriesReturned="1" Offset="0" BasePoint="Beginning"/>
  <m:Restriction><t:IsEqualTo><t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="ConversationId" PropertyType="String"/>
    <t:FieldURIOrConstant><t:Constant Value="c-4711"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction>
  <m:ParentFolderIds><t:DistinguishedFolderId Id="conversationhistory"/></m:ParentFolderIds></m:FindItem>`))
	found.wantCodes(t, "NoError")
	if got := found.tree.first("ItemId").attr("Id"); got != id.attr("Id") || found.tree.first("RootFolder").attr("TotalItemsInView") != "1" {
		t.Errorf("found %q", got)
	}

	// The user sees it, as no draft.
	f.caller = basic("ken")
	seen := f.post(t, envelope("Exchange2013", `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape>
  <m:ItemIds><t:ItemId Id="`+id.attr("Id")+`"/></m:ItemIds></m:GetItem>`))
	seen.wantCodes(t, "NoError")
	m := seen.tree.first("Message")
	for name, want := range map[string]string{
		"ItemClass": "IPM.Note.Microsoft.Conversation", "Subject": "Conversation with Kim", "IsDraft": "false", "IsRead": "true",
		"Body": "<html><body>Hello</body></html>", "DateTimeReceived": "2026-03-04T05:06:07Z", "EmailAddress": "ken@litware.test",
	} {
		if got := m.first(name).Text; got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}

	f.caller = actAs("ken", string(rbac.UserApplication))
	f.post(t, envelope("Exchange2013", `<m:DeleteItem DeleteType="HardDelete"><m:ItemIds><t:ItemId Id="`+id.attr("Id")+
		`" ChangeKey="`+id.attr("ChangeKey")+`"/></m:ItemIds></m:DeleteItem>`)).wantCodes(t, "NoError")
	f.post(t, envelope("Exchange2013", `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>
  <m:ItemIds><t:ItemId Id="`+id.attr("Id")+`"/></m:ItemIds></m:GetItem>`)).wantCodes(t, "ErrorItemNotFound")

	// checklist: 003-05 the access shows the caller's application identifier
	if log := f.logged(); !strings.Contains(log, `"application":"00000004-0000-0ff1-ce00-000000000000@lync.litware.test"`) ||
		strings.Contains(log, "Conversation with Kim") || strings.Contains(log, "c-4711") {
		t.Errorf("the log is\n%s", log)
	}
}

// What Thunderbird sends when it connects for the first time.
func TestThunderbirdConnects(t *testing.T) {
	f := newFixture(t)
	f.post(t, envelope("Exchange2007_SP1", `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>
  <m:FolderIds><t:DistinguishedFolderId Id="msgfolderroot"/></m:FolderIds></m:GetFolder>`)).wantCodes(t, "NoError")

	ids := ""
	for _, name := range []string{"msgfolderroot", "inbox", "deleteditems", "drafts", "outbox", "sentitems", "junkemail", "archive"} {
		ids += `<t:DistinguishedFolderId Id="` + name + `"/>`
	}
	known := f.post(t, envelope("Exchange2013_SP1", `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds>`+ids+`</m:FolderIds></m:GetFolder>`))
	known.wantCodes(t, "NoError", "NoError", "NoError", "NoError", "NoError", "NoError", "NoError", "ErrorFolderNotFound")
	if known.tree.all("ResponseMessages")[0].Children[7].first("Folders").XMLName.Local != "Folders" {
		t.Error("a failed message lacks its empty container")
	}

	all := f.post(t, envelope("Exchange2013_SP1", `<m:GetFolder><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape><m:FolderIds>`+
		`<t:FolderId Id="`+known.tree.all("FolderId")[1].attr("Id")+`"/></m:FolderIds></m:GetFolder>`))
	all.wantCodes(t, "NoError")
	for _, name := range []string{"FolderId", "ParentFolderId", "DisplayName", "FolderClass", "DistinguishedFolderId"} {
		if len(all.tree.first("Folder").all(name)) != 1 {
			t.Errorf("the folder has no %s", name)
		}
	}

	// A message that is appended comes with its flags in a decimal tag.
	mime := base64.StdEncoding.EncodeToString([]byte("From: a@x.test\r\nTo: b@x.test\r\nSubject: Gr\r\nMessage-ID: <1@x>\r\n\r\nText\r\n"))
	made := f.post(t, envelope("Exchange2013_SP1", `<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId><t:DistinguishedFolderId Id="sentitems"/></m:SavedItemFolderId>
  <m:Items><t:Message><t:MimeContent CharacterSet="UTF-8">`+mime+`</t:MimeContent>
  <t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="3591" PropertyType="Integer"/><t:Value>1</t:Value></t:ExtendedProperty>
  <t:IsRead>true</t:IsRead></t:Message></m:Items></m:CreateItem>`))
	made.wantCodes(t, "NoError")
	id := made.tree.first("ItemId").attr("Id")
	head := f.post(t, envelope("Exchange2013_SP1", `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>
  <t:FieldURI FieldURI="message:IsRead"/><t:FieldURI FieldURI="message:InternetMessageId"/><t:FieldURI FieldURI="item:InternetMessageHeaders"/>
  <t:FieldURI FieldURI="message:From"/><t:FieldURI FieldURI="item:Subject"/><t:FieldURI FieldURI="message:ToRecipients"/><t:FieldURI FieldURI="item:Size"/>
  <t:FieldURI FieldURI="item:Preview"/><t:FieldURI FieldURI="item:Flag"/></t:AdditionalProperties></m:ItemShape>
  <m:ItemIds><t:ItemId Id="`+id+`"/></m:ItemIds></m:GetItem>`))
	head.wantCodes(t, "NoError")
	if got := head.tree.first("Preview").Text; got != "Text" || head.tree.first("InternetMessageId").Text != "<1@x>" || len(head.tree.all("InternetMessageHeader")) != 4 {
		t.Errorf("the head is\n%s", head.body)
	}
	whole := f.post(t, envelope("Exchange2013_SP1", `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent></m:ItemShape>
  <m:ItemIds><t:ItemId Id="`+id+`"/></m:ItemIds></m:GetItem>`))
	whole.wantCodes(t, "NoError")
	if got := whole.tree.first("MimeContent").Text; got != mime {
		t.Errorf("the message came back as %q", got)
	}
	// A flag is set without a change key.
	f.post(t, envelope("Exchange2013_SP1", `<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange><t:ItemId Id="`+id+`"/>
  <t:Updates><t:SetItemField><t:FieldURI FieldURI="message:IsRead"/><t:Message><t:IsRead>false</t:IsRead></t:Message></t:SetItemField></t:Updates>
  </t:ItemChange></m:ItemChanges></m:UpdateItem>`)).wantCodes(t, "NoError")
}

// What DavMail sends between log-on and the first list of messages.
func TestDavMailListsAFolder(t *testing.T) {
	f := newFixture(t)
	root := f.post(t, envelope("", `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="root"/></m:FolderIds></m:GetFolder>`))
	root.wantCodes(t, "NoError")
	if v := root.tree.first("ServerVersionInfo"); v.attr("MajorVersion") != "15" || v.attr("MinorVersion") != "1" {
		t.Errorf("version %+v", v.Attrs)
	}
	converted := f.post(t, envelope("Exchange2013_SP1", `<m:ConvertId DestinationFormat="EwsId"><m:SourceIds><t:AlternateId Format="EwsId" Id="`+
		root.tree.first("FolderId").attr("Id")+`" Mailbox="blah@blah.com"/></m:SourceIds></m:ConvertId>`))
	converted.wantCodes(t, "NoError")
	if got := converted.tree.first("AlternateId").attr("Mailbox"); got != "ken@litware.test" {
		t.Errorf("DavMail would take %q for the user", got)
	}

	paths := ""
	for _, p := range []string{
		`PropertyTag="0x10f3" PropertyType="String"`, `PropertyTag="0x3008" PropertyType="SystemTime"`, `PropertyTag="0x3613" PropertyType="String"`,
		`PropertyTag="0x670a" PropertyType="SystemTime"`, `PropertyTag="0x3602" PropertyType="Integer"`, `PropertyTag="0x3603" PropertyType="Integer"`,
		`PropertyTag="0x360a" PropertyType="Boolean"`, `PropertyTag="0x6751" PropertyType="Integer"`, `PropertyTag="0x6752" PropertyType="Integer"`,
	} {
		paths += `<t:ExtendedFieldURI ` + p + `/>`
	}
	shape := `<m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="folder:ParentFolderId"/><t:FieldURI FieldURI="folder:DisplayName"/>` +
		paths + `</t:AdditionalProperties></m:FolderShape>`
	for _, name := range []string{"inbox", "calendar", "contacts", "sentitems", "drafts", "deleteditems", "junkemail", "outbox"} {
		got := f.post(t, envelope("Exchange2013_SP1", `<m:GetFolder>`+shape+`<m:FolderIds><t:DistinguishedFolderId Id="`+name+`"/></m:FolderIds></m:GetFolder>`))
		got.wantCodes(t, "NoError")
		if properties := got.tree.all("ExtendedProperty"); len(properties) != 8 { // all but 0x10f3
			t.Errorf("%s has %d properties:\n%s", name, len(properties), got.body)
		}
	}
	calendar := f.post(t, envelope("", `<m:GetFolder>`+shape+`<m:FolderIds><t:DistinguishedFolderId Id="calendar"/></m:FolderIds></m:GetFolder>`))
	if len(calendar.tree.all("CalendarFolder")) != 1 {
		t.Errorf("the calendar is\n%s", calendar.body)
	}

	list := f.post(t, envelope("Exchange2013_SP1", `<m:FindFolder Traversal="Deep"><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="folder:DisplayName"/></t:AdditionalProperties></m:FolderShape>
  <m:IndexedPageFolderView MaxEntriesReturned="500" Offset="0" BasePoint="Beginning"/>
  <m:Restriction><t:Or><t:IsEqualTo><t:ExtendedFieldURI PropertyTag="0x3613" PropertyType="String"/><t:FieldURIOrConstant><t:Constant Value="IPF.Note"/></t:FieldURIOrConstant></t:IsEqualTo>
  <t:Not><t:Exists><t:ExtendedFieldURI PropertyTag="0x3613" PropertyType="String"/></t:Exists></t:Not></t:Or></m:Restriction>
  <m:ParentFolderIds><t:DistinguishedFolderId Id="msgfolderroot"/></m:ParentFolderIds></m:FindFolder>`))
	list.wantCodes(t, "NoError")
	if r := list.tree.first("RootFolder"); r.attr("TotalItemsInView") != "7" || r.attr("IncludesLastItemInRange") != "true" {
		t.Errorf("the folder list is %+v", r.Attrs)
	}

	for n := range 3 {
		mime := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "Subject: %d\r\nMessage-ID: <%d@x>\r\n\r\nx\r\n", n, n))
		f.post(t, envelope("Exchange2013_SP1", `<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId><t:DistinguishedFolderId Id="inbox"/></m:SavedItemFolderId>
  <m:Items><t:Message><t:ItemClass>IPM.Note</t:ItemClass><t:MimeContent>`+mime+`</t:MimeContent>
  <t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x0e07" PropertyType="Integer"/><t:Value>0</t:Value></t:ExtendedProperty>
  <t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x10f3" PropertyType="String"/><t:Value>`+fmt.Sprint(n)+`.EML</t:Value></t:ExtendedProperty></t:Message></m:Items></m:CreateItem>`)).wantCodes(t, "NoError")
	}
	asked := ""
	for _, p := range []string{
		`PropertyTag="0x670e" PropertyType="String"`, `PropertyTag="0x10f3" PropertyType="String"`, `PropertyTag="0xff9" PropertyType="Binary"`,
		`PropertyTag="0xe08" PropertyType="Integer"`, `PropertyTag="0xe23" PropertyType="Integer"`, `PropertyTag="0x1083" PropertyType="Integer"`,
		`PropertyTag="0xe07" PropertyType="Integer"`, `PropertyTag="0xe06" PropertyType="SystemTime"`,
		`DistinguishedPropertySetId="Common" PropertyId="34160" PropertyType="Integer"`,
		`DistinguishedPropertySetId="InternetHeaders" PropertyName="content-class" PropertyType="String"`,
		`DistinguishedPropertySetId="PublicStrings" PropertyName="Keywords" PropertyType="StringArray"`,
	} {
		asked += `<t:ExtendedFieldURI ` + p + `/>`
	}
	found := f.post(t, envelope("Exchange2013_SP1", `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>`+asked+`<t:FieldURI FieldURI="message:IsRead"/></t:AdditionalProperties></m:ItemShape>
  <m:IndexedPageItemView MaxEntriesReturned="500" Offset="0" BasePoint="Beginning"/>
  <m:SortOrder><t:FieldOrder Order="Ascending"><t:ExtendedFieldURI PropertyTag="0xe23" PropertyType="Integer"/></t:FieldOrder></m:SortOrder>
  <m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>`))
	found.wantCodes(t, "NoError")
	last := "0"
	for i, m := range found.tree.all("Message") {
		values := map[string]string{}
		for _, p := range m.all("ExtendedProperty") {
			values[p.first("ExtendedFieldURI").attr("PropertyTag")] = p.first("Value").Text
		}
		if values["0xe23"] <= last || values["0x10f3"] != fmt.Sprintf("%d.EML", i) || values["0xe07"] != "0" || len(values["0xe06"]) != 20 || values["0xff9"] == "" {
			t.Errorf("message %d has %v", i, values)
		}
		last = values["0xe23"]
	}
	if len(found.tree.all("Message")) != 3 {
		t.Errorf("DavMail would see\n%s", found.body)
	}
}

// What evolution-ews asks when it opens an account and a message.
func TestEvolutionOpensAnAccount(t *testing.T) {
	f := newFixture(t)
	names := []string{"calendar", "contacts", "deleteditems", "drafts", "inbox", "journal", "notes", "outbox", "sentitems", "tasks", "msgfolderroot", "root", "junkemail", "searchfolders"}
	ids, codes := "", []string{}
	for _, name := range names {
		ids += `<DistinguishedFolderId xmlns="http://schemas.microsoft.com/exchange/services/2006/types" Id="` + name + `"/>`
		codes = append(codes, "NoError")
	}
	got := f.post(t, `<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" xmlns:types="http://schemas.microsoft.com/exchange/services/2006/types">
<SOAP-ENV:Header><types:RequestServerVersion Version="Exchange2007_SP1"/></SOAP-ENV:Header><SOAP-ENV:Body>
<messages:GetFolder xmlns:messages="http://schemas.microsoft.com/exchange/services/2006/messages">
<messages:FolderShape><types:BaseShape>IdOnly</types:BaseShape></messages:FolderShape><messages:FolderIds>`+ids+`</messages:FolderIds></messages:GetFolder>
</SOAP-ENV:Body></SOAP-ENV:Envelope>`)
	got.wantCodes(t, codes...)
	hidden := f.post(t, envelope("Exchange2007_SP1", `<m:GetFolder><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape><t:AdditionalProperties><t:ExtendedFieldURI PropertyTag="4340" PropertyType="Boolean"/></t:AdditionalProperties></m:FolderShape>
  <m:FolderIds><t:DistinguishedFolderId Id="searchfolders"/></m:FolderIds></m:GetFolder>`))
	hidden.wantCodes(t, "NoError")
	if p := hidden.tree.first("ExtendedFieldURI"); p.attr("PropertyTag") != "0x10f4" || hidden.tree.first("Value").Text != "true" {
		t.Errorf("hidden is %+v", p.Attrs)
	}
	if strings.Contains(hidden.body, "DistinguishedFolderId") {
		t.Error("an element of Exchange 2013 was sent to a client of Exchange 2007")
	}
}

// What Perl's EWS::Client pages through.
func TestPagingInCompleteSteps(t *testing.T) {
	f := newFixture(t)
	var names []string
	for offset := "0"; ; {
		got := f.post(t, envelope("Exchange2007_SP1", `<m:FindFolder Traversal="Deep"><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>
  <t:ExtendedFieldURI PropertyTag="3592" PropertyType="Integer"/><t:FieldURI FieldURI="folder:DisplayName"/><t:FieldURI FieldURI="folder:FolderClass"/>
  <t:FieldURI FieldURI="folder:ManagedFolderInformation"/></t:AdditionalProperties></m:FolderShape>
  <m:IndexedPageFolderView MaxEntriesReturned="5" Offset="`+offset+`" BasePoint="Beginning"/>
  <m:ParentFolderIds><t:DistinguishedFolderId Id="msgfolderroot"/></m:ParentFolderIds></m:FindFolder>`))
		got.wantCodes(t, "NoError")
		names = append(names, got.tree.texts("DisplayName")...)
		root := got.tree.first("RootFolder")
		if root.attr("TotalItemsInView") != "12" {
			t.Fatalf("root %+v", root.Attrs)
		}
		if root.attr("IncludesLastItemInRange") == "true" || len(names) > 12 {
			break
		}
		offset = root.attr("IndexedPagingOffset")
	}
	if len(names) != 12 {
		t.Errorf("paged to %v", names)
	}
}

// exchangelib finds out version and accepted ids with an id that is none.
func TestExchangelibProbes(t *testing.T) {
	f := newFixture(t)
	f.post(t, envelope("Exchange2016", `<m:ConvertId DestinationFormat="EntryId"><m:SourceIds><t:AlternateId Format="EwsId" Id="DUMMY" Mailbox="DUMMY"/></m:SourceIds></m:ConvertId>`)).
		wantCodes(t, "ErrorInvalidIdMalformed")
	fault := f.post(t, envelope("Exchange2099", `<m:ConvertId DestinationFormat="EntryId"><m:SourceIds><t:AlternateId Format="EwsId" Id="DUMMY" Mailbox="DUMMY"/></m:SourceIds></m:ConvertId>`))
	fault.wantFault(t, 500, "ErrorInvalidServerVersion")
	if got := fault.tree.first("faultstring").Text; got != "The specified server version is invalid." {
		t.Errorf("the fault says %q", got)
	}
	f.post(t, envelope("Exchange2016", `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="folder:PermissionSet"/><t:FieldURI FieldURI="folder:EffectiveRights"/></t:AdditionalProperties></m:FolderShape>
  <m:FolderIds><t:DistinguishedFolderId Id="inbox"><t:Mailbox><t:EmailAddress>KEN@litware.test</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>
  <t:DistinguishedFolderId Id="imcontactlist"/><t:DistinguishedFolderId Id="archivemsgfolderroot"/></m:FolderIds></m:GetFolder>`)).
		wantCodes(t, "NoError", "ErrorFolderNotFound", "ErrorFolderNotFound")
}
