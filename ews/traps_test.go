package ews

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// xmlNode is a document as encoding/xml reads it: these checks share nothing
// with the scanner and the decoders of this package.
type xmlNode struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []xmlNode  `xml:",any"`
}

func readXML(t *testing.T, document []byte) xmlNode {
	t.Helper()
	var root xmlNode
	if err := xml.Unmarshal(document, &root); err != nil {
		t.Fatalf("encoding/xml says %v\n%s", err, document)
	}
	return root
}

func (n *xmlNode) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (n *xmlNode) each(f func(*xmlNode)) {
	f(n)
	for i := range n.Children {
		n.Children[i].each(f)
	}
}

func (n *xmlNode) named(name string) (found []*xmlNode) {
	n.each(func(n *xmlNode) {
		if n.XMLName.Local == name {
			found = append(found, n)
		}
	})
	return found
}

func (n *xmlNode) names() (names []string) {
	for _, c := range n.Children {
		names = append(names, c.XMLName.Local)
	}
	return names
}

// everyResponse calls check with every golden response as written for every
// version.
func everyResponse(t *testing.T, check func(t *testing.T, v Version, body Payload, root xmlNode)) {
	t.Helper()
	for name, g := range goldens() {
		for _, v := range versions() {
			var b bytes.Buffer
			if err := EncodeResponse(&b, testServer, v, g.body); err != nil {
				t.Fatal(err)
			}
			t.Run(name+" for "+string(v), func(t *testing.T) { check(t, v, g.body, readXML(t, b.Bytes())) })
		}
	}
}

// TestTraps goes through the known ways in which real clients break, by number.
// A trap whose rule another package keeps says which part is ours.
func TestTraps(t *testing.T) {
	for _, trap := range []struct {
		number int
		rule   string
		check  func(*testing.T)
	}{
		{1, "the Content-Type is exactly text/xml; charset=utf-8", trapContentType},
		{2, "paths are case-insensitive: the client keeps the URL as it was given", trapPath},
		{3, "property tags are read in decimal and hexadecimal and answered as 0xe08", trapTags},
		{4, "a response has a Header that holds ServerVersionInfo and nothing else", trapHeader},
		{5, "there is one response message per id, in order, errors included", trapOnePerID},
		{6, "errors carry MessageText before ResponseCode, and ResponseClass is an attribute", trapMessageText},
		{7, "nothing newer than RequestServerVersion is written, and the rest in the order of the schema", trapVersions},
		{8, "0x0e23 can be asked for, sorted by and answered", trapArticleNumber},
		{9, "dates are yyyy-MM-ddTHH:mm:ssZ", trapDates},
		{10, "contact list and photo operations have no ResponseMessages", trapBare},
		{11, "the namespaces begin with http:, those of the printed samples are refused with a hint", trapNamespaces},
		{12, "a GET without credentials tells which endpoints there are: a 401 keeps its headers for the caller", trapUnauthorized},
		{13, "the detail of a fault is in the errors namespace, MessageXml and the code's QName in types", trapFault},
		{14, "an unknown operation is no fault", trapUnknown},
		{15, "characters illegal in XML are never written", trapControlCharacters},
	} {
		t.Run(fmt.Sprintf("trap %d %s", trap.number, trap.rule), func(t *testing.T) {
			trap.check(t)
		})
	}
}

func trapContentType(t *testing.T) {
	if ContentType != "text/xml; charset=utf-8" {
		t.Errorf("ContentType is %q", ContentType)
	}
}

func trapPath(t *testing.T) {
	c := &Client{URL: "https://h/eWs/eXchange.ASMX", HTTP: &http.Client{}}
	c.HTTP.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.String() != "https://h/eWs/eXchange.ASMX" {
			t.Errorf("it calls %s", r.URL)
		}
		return nil, errors.New("enough")
	})
	c.Do(t.Context(), historyItem)
}

func trapTags(t *testing.T) {
	for _, tag := range []string{"3592", "0xe08", "0x0E08", "0X0e08"} {
		request, fault := decode(t, envelope("", findWith(`<SortOrder><t:FieldOrder Order="Ascending">`+
			`<t:ExtendedFieldURI PropertyTag="`+tag+`" PropertyType="Integer"/></t:FieldOrder></SortOrder>`)))
		if fault != nil {
			t.Fatal(fault)
		}
		uri := request.Body.(*FindItemRequest).SortOrder[0].Field.Extended
		var b bytes.Buffer
		response := &FindItemResponse{[]FindItemMessage{{Items: []Item{{Properties: []ExtendedProperty{{uri, []string{"1"}}}}}}}}
		if err := EncodeResponse(&b, testServer, Exchange2013, response); err != nil {
			t.Fatal(err)
		}
		root := readXML(t, b.Bytes())
		if got := root.named("ExtendedFieldURI")[0].attr("PropertyTag"); got != "0xe08" {
			t.Errorf("%s is answered as %s", tag, got)
		}
	}
}

func trapHeader(t *testing.T) {
	everyResponse(t, func(t *testing.T, _ Version, _ Payload, root xmlNode) {
		if got := root.names(); !slices.Equal(got, []string{"Header", "Body"}) {
			t.Fatalf("the envelope holds %v", got)
		}
		header := root.Children[0]
		if got := header.names(); !slices.Equal(got, []string{"ServerVersionInfo"}) {
			t.Fatalf("the header holds %v", got)
		}
		info := header.Children[0]
		if info.XMLName.Space != typesURI || len(info.Children) != 0 {
			t.Errorf("ServerVersionInfo is %+v", info)
		}
		for _, name := range []string{"MajorVersion", "MinorVersion", "MajorBuildNumber", "MinorBuildNumber", "Version"} {
			if info.attr(name) == "" {
				t.Errorf("ServerVersionInfo has no %s", name)
			}
		}
	})
}

func trapOnePerID(t *testing.T) {
	everyResponse(t, func(t *testing.T, _ Version, body Payload, root xmlNode) {
		answers, ok := body.(interface{ outcomes() []ResponseMessage })
		if !ok {
			return
		}
		want := answers.outcomes()
		messages := root.named(body.Operation() + "ResponseMessage")
		if len(messages) != len(want) {
			t.Fatalf("%d messages for %d parts", len(messages), len(want))
		}
		for i := range want {
			if got := messages[i].attr("ResponseClass"); got != string(want[i].Class) {
				t.Errorf("message %d is a %s, want %s", i, got, want[i].Class)
			}
		}
	})
}

func trapMessageText(t *testing.T) {
	everyResponse(t, func(t *testing.T, _ Version, body Payload, root xmlNode) {
		root.each(func(n *xmlNode) {
			class := n.attr("ResponseClass")
			if class == "" {
				return
			}
			names := n.names()
			if class == "Success" {
				if names[0] != "ResponseCode" {
					t.Errorf("a success begins with %v", names)
				}
				return
			}
			if !slices.Equal(names[:2], []string{"MessageText", "ResponseCode"}) || n.Children[0].Text == "" {
				t.Errorf("an error begins with %v, text %q", names, n.Children[0].Text)
			}
			payload := map[string]string{"GetItem": "Items", "CreateItem": "Items", "UpdateItem": "Items", "GetFolder": "Folders", "CreateFolder": "Folders"}
			if want := payload[body.Operation()]; want != "" && names[len(names)-1] != want {
				t.Errorf("an error of %s does not end in an empty %s: %v", body.Operation(), want, names)
			}
		})
		if n := len(root.named("ResponseClass")); n != 0 {
			t.Error("ResponseClass is an element")
		}
	})
	bare := ResponseMessage{Code: "ErrorOfTomorrow"}
	var b bytes.Buffer
	if err := EncodeResponse(&b, testServer, Exchange2013, &DeleteItemResponse{[]ResponseMessage{bare, {Class: ClassError}}}); err != nil {
		t.Fatal(err)
	}
	root := readXML(t, b.Bytes())
	for i, text := range root.named("MessageText") {
		if text.Text == "" {
			t.Errorf("error %d has no text", i)
		}
	}
	if n := len(root.named("MessageText")); n != 2 {
		t.Errorf("%d of 2 errors have a text", n)
	}
}

// schemaOrder is the order of the public schema, with the version an element
// came with when that is later than 2007. It is written down apart from the
// tables of the package.
func schemaOrder(element string) string {
	item := `MimeContent ItemId ParentFolderId ItemClass Subject Sensitivity Body Attachments DateTimeReceived Size Categories
		Importance InReplyTo IsSubmitted IsDraft IsFromMe IsResend IsUnmodified InternetMessageHeaders DateTimeSent DateTimeCreated
		ResponseObjects ReminderDueBy ReminderIsSet ReminderMinutesBeforeStart DisplayCc DisplayTo HasAttachments ExtendedProperty
		Culture EffectiveRights>Exchange2007_SP1 LastModifiedName>Exchange2007_SP1 LastModifiedTime>Exchange2007_SP1
		IsAssociated>Exchange2010 ConversationId>Exchange2010 UniqueBody>Exchange2010 Flag>Exchange2013 StoreEntryId>Exchange2010_SP2
		InstanceKey>Exchange2013 NormalizedBody>Exchange2013 Preview>Exchange2013 TextBody>Exchange2013 `
	switch element {
	case "Message":
		return item + `Sender ToRecipients CcRecipients BccRecipients IsReadReceiptRequested IsDeliveryReceiptRequested ConversationIndex
			ConversationTopic From InternetMessageId IsRead IsResponseRequested References ReplyTo ReceivedBy>Exchange2007_SP1
			ReceivedRepresenting>Exchange2007_SP1`
	case "PostItem":
		return item + `ConversationIndex ConversationTopic From InternetMessageId IsRead PostedTime References Sender`
	case "Folder":
		return `FolderId ParentFolderId FolderClass DisplayName TotalCount ChildFolderCount ExtendedProperty ManagedFolderInformation
			EffectiveRights>Exchange2007_SP1 DistinguishedFolderId>Exchange2013 PermissionSet UnreadCount`
	case "CalendarFolder":
		return `FolderId ParentFolderId FolderClass DisplayName TotalCount ChildFolderCount ExtendedProperty PermissionSet`
	case "FileAttachment":
		return `AttachmentId Name ContentType ContentId ContentLocation Size>Exchange2010 LastModifiedTime>Exchange2010 IsInline>Exchange2010 Content`
	case "Mailbox":
		return `Name EmailAddress RoutingType MailboxType ItemId`
	case "EffectiveRights":
		return `CreateAssociated CreateContents CreateHierarchy Delete Modify Read`
	}
	return ""
}

func trapVersions(t *testing.T) {
	everyResponse(t, func(t *testing.T, v Version, _ Payload, root xmlNode) {
		root.each(func(n *xmlNode) {
			order := strings.Fields(schemaOrder(n.XMLName.Local))
			if len(order) == 0 {
				return
			}
			last := -1
			for _, name := range n.names() {
				at := slices.IndexFunc(order, func(s string) bool { return s == name || strings.HasPrefix(s, name+">") })
				if at < last || at < 0 {
					t.Errorf("in %s, %s is out of order or unknown", n.XMLName.Local, name)
				}
				last = at
				if _, since, ok := strings.Cut(order[at], ">"); ok && slices.Index(versions(), v) < slices.Index(versions(), Version(since)) {
					t.Errorf("%s is written for %s, but came with %s", name, v, since)
				}
			}
			if n.XMLName.Local == "Mailbox" && len(n.named("MailboxType")) == 1 && n.named("MailboxType")[0].Text == "OneOff" && !v.AtLeast(Exchange2010) {
				t.Error("OneOff is no mailbox type of Exchange 2007")
			}
		})
		for _, body := range root.named("Body") {
			if body.attr("IsTruncated") != "" && !v.AtLeast(Exchange2013) {
				t.Errorf("IsTruncated is written for %s", v)
			}
		}
	})
	var b bytes.Buffer
	for version, want := range map[Version]string{Exchange2007SP1: "ErrorInternalServerError", Exchange2013: "ErrorInvalidImGroupId"} {
		b.Reset()
		if err := EncodeResponse(&b, testServer, version, &DeleteItemResponse{[]ResponseMessage{Failed(ErrorInvalidImGroupId, "")}}); err != nil {
			t.Fatal(err)
		}
		root := readXML(t, b.Bytes())
		if got := root.named("ResponseCode")[0].Text; got != want {
			t.Errorf("for %s the code is %s, want %s", version, got, want)
		}
	}
}

func trapArticleNumber(t *testing.T) {
	request := samples()["davmail-finditem"].body.(*FindItemRequest)
	if !slices.Contains(request.Shape.Additional, Extended(articleTag)) || request.SortOrder[0].Field != Extended(articleTag) {
		t.Fatalf("the request is %+v", request)
	}
	found := request.Shape.SelectFound(Item{Properties: []ExtendedProperty{{URI: articleTag, Values: []string{"42"}}}})
	if len(found.Properties) != 1 || found.Properties[0].Value() != "42" {
		t.Errorf("the answer is %+v", found)
	}
}

func trapDates(t *testing.T) {
	form := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
	dates := 0
	everyResponse(t, func(t *testing.T, _ Version, _ Payload, root xmlNode) {
		root.each(func(n *xmlNode) {
			if name := n.XMLName.Local; strings.HasPrefix(name, "DateTime") || strings.HasSuffix(name, "Time") || strings.HasSuffix(name, "Date") {
				dates++
				if !form.MatchString(n.Text) {
					t.Errorf("%s is %q", name, n.Text)
				}
			}
		})
	})
	if dates == 0 {
		t.Error("there were no dates")
	}
	odd := time.Date(2026, 8, 22, 12, 11, 12, 999_999_999, time.FixedZone("", 7200))
	if got := FormatDate(odd); got != "2026-08-22T10:11:12Z" {
		t.Errorf("got %s", got)
	}
}

func trapBare(t *testing.T) {
	operations := []string{
		"GetUserPhoto", "GetImItemList", "GetImItems", "AddImGroup", "SetImGroup", "RemoveImGroup", "AddNewImContactToGroup",
		"AddNewTelUriContactToGroup", "AddImContactToGroup", "RemoveImContactFromGroup", "RemoveContactFromImList",
		"AddDistributionGroupToImList", "RemoveDistributionGroupFromImList", "SetImListMigrationCompleted",
	}
	for _, operation := range operations {
		var b bytes.Buffer
		if err := EncodeResponse(&b, testServer, Exchange2013, &FailedResponse{operation, Failed(ErrorInvalidOperation, "")}); err != nil {
			t.Fatal(err)
		}
		root := readXML(t, b.Bytes())
		response := root.Children[1].Children[0]
		if response.XMLName.Local != operation+"Response" || response.attr("ResponseClass") != "Error" || len(root.named("ResponseMessages")) != 0 {
			t.Errorf("%s is answered with %s", operation, b.Bytes())
		}
	}
}

func trapNamespaces(t *testing.T) {
	document := strings.ReplaceAll(envelope("", deleteOne), "http://schemas.microsoft.com", "https://schemas.microsoft.com")
	if _, fault := decode(t, document); fault == nil || !strings.Contains(fault.Text, messagesURI) {
		t.Errorf("got %v", fault)
	}
	everyResponse(t, func(t *testing.T, _ Version, _ Payload, root xmlNode) {
		root.each(func(n *xmlNode) {
			if s := n.XMLName.Space; s != soapURI && s != messagesURI && s != typesURI {
				t.Errorf("%s is in the namespace %q", n.XMLName.Local, s)
			}
		})
	})
}

func trapUnauthorized(t *testing.T) {
	a := &answer{status: 401, header: map[string]string{"WWW-Authenticate": `Bearer client_id="x"`, "Content-Type": "text/html"}}
	_, err := serve(t, a).CreateItem(t.Context(), historyItem)
	status, ok := errors.AsType[*HTTPError](err)
	if !ok || status.Status != 401 || !slices.Equal(status.Challenges, []string{`Bearer client_id="x"`}) {
		t.Errorf("got %v", err)
	}
}

func trapFault(t *testing.T) {
	var b bytes.Buffer
	fault := &Fault{Code: ErrorSchemaValidation, Text: "t", Line: 2, Position: 630, Violation: "v"}
	if err := EncodeFault(&b, fault); err != nil || fault.HTTPStatus() != 500 {
		t.Fatal(err, fault.HTTPStatus())
	}
	root := readXML(t, b.Bytes())
	detail := root.named("detail")[0]
	for i, want := range []xml.Name{{Space: errorsURI, Local: "ResponseCode"}, {Space: errorsURI, Local: "Message"}, {Space: typesURI, Local: "MessageXml"}} {
		if detail.Children[i].XMLName != want {
			t.Errorf("detail %d is %v, want %v", i, detail.Children[i].XMLName, want)
		}
	}
	code := root.named("faultcode")[0]
	prefix, local, _ := strings.Cut(code.Text, ":")
	if local != "ErrorSchemaValidation" || code.attr(prefix) != typesURI || code.XMLName.Space != "" || detail.XMLName.Space != "" {
		t.Errorf("the faultcode is %+v", code)
	}
}

func trapUnknown(t *testing.T) {
	request, fault := decode(t, envelope("", `<MarkAsJunk/>`))
	if fault != nil {
		t.Fatal(fault)
	}
	var b bytes.Buffer
	if err := EncodeResponse(&b, testServer, Exchange2013, &FailedResponse{Name: request.Operation}); err != nil {
		t.Fatal(err)
	}
	root := readXML(t, b.Bytes())
	if got := root.named("ResponseCode")[0].Text; got != "ErrorInvalidOperation" || len(root.named("MarkAsJunkResponseMessage")) != 1 {
		t.Errorf("it is answered with %s", b.Bytes())
	}
}

func trapControlCharacters(t *testing.T) {
	var all strings.Builder
	for r := range rune(0x100) {
		all.WriteRune(r)
	}
	all.WriteString("\xff\uFFFE\uFFFF\U0001F600]]>")
	dirty := all.String()
	item := Item{
		Subject: dirty, Body: &Body{Type: BodyText, Text: dirty}, From: &Mailbox{Name: dirty},
		InternetMessageHeaders: []InternetHeader{{dirty, dirty}}, Properties: []ExtendedProperty{
			{URI: ExtendedFieldURI{DistinguishedSet: dirty, Name: dirty, Type: "String"}, Values: []string{dirty}},
		},
		ID: ItemID{ID: dirty, ChangeKey: dirty},
	}
	failed := Failed(ErrorItemNotFound, dirty)
	failed.Details = []Detail{{dirty, dirty}}
	write := map[string]func(io.Writer) error{
		"response": func(w io.Writer) error {
			return EncodeResponse(w, testServer, Exchange2013, &GetItemResponse{[]ItemMessage{{Items: []Item{item}}, {ResponseMessage: failed}}})
		},
		"fault": func(w io.Writer) error {
			return EncodeFault(w, &Fault{Code: ErrorServerBusy, Text: dirty, Violation: dirty, Line: 1, Details: failed.Details})
		},
		"request": func(w io.Writer) error {
			return EncodeRequest(w, Header{TimeZone: dirty}, &CreateItemRequest{Items: []Item{item}})
		},
	}
	for name, encode := range write {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			t.Fatal(err)
		}
		root := readXML(t, b.Bytes()) // encoding/xml refuses illegal characters
		for _, reference := range regexp.MustCompile(`&#[^;]*;`).FindAllString(b.String(), -1) {
			if !slices.Contains([]string{"&#x9;", "&#xA;", "&#xD;"}, reference) {
				t.Errorf("the %s holds the reference %s", name, reference)
			}
		}
		if text := root.named("Subject"); len(text) > 0 && !strings.Contains(text[0].Text, "\U0001F600") {
			t.Errorf("the %s lost a legal character", name)
		}
	}
}
