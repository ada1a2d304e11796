package ews

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestItemShapesSelect(t *testing.T) {
	at := time.Date(2026, 8, 22, 10, 11, 12, 0, time.UTC)
	full := fullItem(at)
	for name, c := range map[string]struct {
		shape ItemShape
		want  Item
	}{
		"ids": {ItemShape{Base: IDOnly}, Item{Kind: KindMessage, ID: first}},
		"ids and more": {
			ItemShape{Base: IDOnly, Additional: []FieldPath{Field("item:Subject"), Field("item:MimeContent"), Field("item:Novelty")}},
			Item{Kind: KindMessage, ID: first, Subject: full.Subject, MimeContent: full.MimeContent},
		},
		"MIME": {ItemShape{Base: IDOnly, IncludeMimeContent: true}, Item{Kind: KindMessage, ID: first, MimeContent: full.MimeContent}},
		"an extended property": {
			ItemShape{Base: IDOnly, Additional: []FieldPath{Extended(flagsTag), Extended(articleTag)}},
			Item{Kind: KindMessage, ID: first, Properties: full.Properties},
		},
		"another type is another property": {
			ItemShape{Base: IDOnly, Additional: []FieldPath{Extended(PropertyTag(0xe07, "String"))}},
			Item{Kind: KindMessage, ID: first},
		},
		"one header": {
			ItemShape{Base: IDOnly, Additional: []FieldPath{{URI: "item:InternetMessageHeader", Index: "date"}}},
			Item{Kind: KindMessage, ID: first, InternetMessageHeaders: full.InternetMessageHeaders},
		},
		"another header": {
			ItemShape{Base: IDOnly, Additional: []FieldPath{{URI: "item:InternetMessageHeader", Index: "Received"}}},
			Item{Kind: KindMessage, ID: first},
		},
		"all headers": {
			ItemShape{Base: IDOnly, Additional: []FieldPath{Field("item:InternetMessageHeaders")}},
			Item{Kind: KindMessage, ID: first, InternetMessageHeaders: full.InternetMessageHeaders},
		},
	} {
		if d := cmp.Diff(c.want, c.shape.Select(full)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	if d := cmp.Diff(fullItem(at), full); d != "" {
		t.Errorf("the item itself changed:\n%s", d)
	}
}

func TestAllPropertiesLeavesOutWhatIsAskedForByName(t *testing.T) {
	full := fullItem(time.Unix(0, 0).UTC())
	got := ItemShape{Base: AllProperties}.Select(full)
	if got.MimeContent != nil || got.TextBody != nil || got.Preview != "" || got.Properties != nil {
		t.Errorf("AllProperties holds %+v", got)
	}
	if got.Body == nil || got.To == nil || got.From == nil || got.Class == "" || got.InternetMessageHeaders == nil {
		t.Errorf("AllProperties lacks something: %+v", got)
	}
	found := ItemShape{Base: AllProperties, IncludeMimeContent: true, Additional: []FieldPath{Field("item:Body"), Extended(flagsTag)}}.SelectFound(full)
	if found.MimeContent != nil || found.Body != nil || found.To != nil || found.Attachments != nil || found.InternetMessageHeaders != nil {
		t.Errorf("FindItem returns %+v", found)
	}
	if found.Subject == "" || found.Properties == nil || found.From == nil {
		t.Errorf("FindItem lacks something: %+v", found)
	}
}

func TestShapesTellWhatTheyWant(t *testing.T) {
	shape := ItemShape{Base: Default, Additional: []FieldPath{Field("item:UniqueBody"), {URI: "item:InternetMessageHeader", Index: "Date"}}}
	for uri, want := range map[string]bool{
		"item:ItemId": true, "item:Subject": true, "item:Body": true, "item:UniqueBody": true, "item:TextBody": false,
		"item:MimeContent": false, "item:InternetMessageHeaders": false, "message:InternetMessageId": false, "item:Novelty": false,
	} {
		if got := shape.Wants(uri); got != want {
			t.Errorf("%s: %v", uri, got)
		}
	}
	if !shape.WantsHeader("DATE") || shape.WantsHeader("Received") {
		t.Error("WantsHeader is wrong")
	}
	if !(ItemShape{Base: IDOnly, IncludeMimeContent: true}).Wants("item:MimeContent") {
		t.Error("IncludeMimeContent does not want the content")
	}
	folder := FolderShape{Base: Default, Additional: []FieldPath{Field("folder:FolderClass")}}
	if !folder.Wants("folder:FolderClass") || !folder.Wants("folder:UnreadCount") || folder.Wants("folder:ParentFolderId") {
		t.Error("the folder shape is wrong")
	}
}

func TestFolderShapesSelect(t *testing.T) {
	full := folderResponse().Messages[0].Folders[0]
	for name, c := range map[string]struct {
		shape FolderShape
		want  Folder
	}{
		"ids": {FolderShape{Base: IDOnly}, Folder{Kind: PlainFolder, ID: full.ID}},
		"default": {FolderShape{Base: Default}, Folder{
			Kind: PlainFolder, ID: full.ID, DisplayName: "Inbox", TotalCount: full.TotalCount,
			ChildFolderCount: full.ChildFolderCount, UnreadCount: full.UnreadCount,
		}},
		"extended": {
			FolderShape{Base: IDOnly, Additional: []FieldPath{Extended(PropertyTag(0x10f4, "Boolean"))}},
			Folder{Kind: PlainFolder, ID: full.ID, Properties: full.Properties},
		},
	} {
		if d := cmp.Diff(c.want, c.shape.Select(full)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	all := FolderShape{Base: AllProperties}.Select(full)
	full.Properties = nil
	if d := cmp.Diff(full, all); d != "" {
		t.Errorf("all (-want +got):\n%s", d)
	}
}

func TestUpdatesApply(t *testing.T) {
	before := func() Item {
		return Item{
			Subject: "old", Body: &Body{Type: BodyHTML, Text: "<p>1</p>"}, IsRead: new(false), Categories: []string{"red"},
			To: kimsAddress, Properties: []ExtendedProperty{{URI: flagsTag, Values: []string{"1"}}, {URI: keywords, Values: []string{"a"}}},
		}
	}
	ken := []Mailbox{{Address: "ken@litware.test"}}
	flags := func(v string) []ExtendedProperty { return []ExtendedProperty{{URI: flagsTag, Values: []string{v}}} }
	for name, c := range map[string]struct {
		update FieldUpdate
		want   func(*Item)
		code   ResponseCode
	}{
		"set":                   {FieldUpdate{SetField, Field("item:Subject"), &Item{Subject: "new"}}, func(i *Item) { i.Subject = "new" }, ""},
		"set empty":             {FieldUpdate{SetField, Field("item:Subject"), &Item{}}, func(i *Item) { i.Subject = "" }, ""},
		"set flag":              {FieldUpdate{SetField, Field("message:IsRead"), &Item{IsRead: new(true)}}, func(i *Item) { i.IsRead = new(true) }, ""},
		"set only that":         {FieldUpdate{SetField, Field("message:IsRead"), &Item{IsRead: new(true), Subject: "x"}}, func(i *Item) { i.IsRead = new(true) }, ""},
		"set extended":          {FieldUpdate{SetField, Extended(flagsTag), &Item{Properties: flags("9")}}, func(i *Item) { i.Properties = append(i.Properties[1:], flags("9")...) }, ""},
		"set new extended":      {FieldUpdate{SetField, Extended(articleTag), &Item{Properties: []ExtendedProperty{{URI: articleTag}}}}, func(i *Item) { i.Properties = append(i.Properties, ExtendedProperty{URI: articleTag}) }, ""},
		"delete":                {FieldUpdate{DeleteField, Field("item:Categories"), nil}, func(i *Item) { i.Categories = nil }, ""},
		"delete extended":       {FieldUpdate{DeleteField, Extended(flagsTag), nil}, func(i *Item) { i.Properties = i.Properties[1:] }, ""},
		"append to body":        {FieldUpdate{AppendField, Field("item:Body"), &Item{Body: &Body{Type: BodyHTML, Text: "<p>2</p>"}}}, func(i *Item) { i.Body.Text = "<p>1</p><p>2</p>" }, ""},
		"append recipients":     {FieldUpdate{AppendField, Field("message:ToRecipients"), &Item{To: ken}}, func(i *Item) { i.To = append(ken[:0:0], kimsAddress[0], ken[0]) }, ""},
		"append cc":             {FieldUpdate{AppendField, Field("message:CcRecipients"), &Item{Cc: ken}}, func(i *Item) { i.Cc = ken }, ""},
		"append bcc":            {FieldUpdate{AppendField, Field("message:BccRecipients"), &Item{Bcc: ken}}, func(i *Item) { i.Bcc = ken }, ""},
		"append reply to":       {FieldUpdate{AppendField, Field("message:ReplyTo"), &Item{ReplyTo: ken}}, func(i *Item) { i.ReplyTo = ken }, ""},
		"set without the value": {FieldUpdate{SetField, Field("message:IsRead"), &Item{Subject: "x"}}, nil, ErrorUpdatePropertyMismatch},
		"append without it":     {FieldUpdate{AppendField, Field("item:Body"), &Item{}}, nil, ErrorUpdatePropertyMismatch},
		"set another extended":  {FieldUpdate{SetField, Extended(articleTag), &Item{Properties: flags("9")}}, nil, ErrorUpdatePropertyMismatch},
		"set what is fixed":     {FieldUpdate{SetField, Field("item:Size"), &Item{Size: 1}}, nil, ErrorInvalidPropertySet},
		"delete what is fixed":  {FieldUpdate{DeleteField, Field("item:DateTimeReceived"), nil}, nil, ErrorInvalidPropertyDelete},
		"set what is unknown":   {FieldUpdate{SetField, Field("item:Novelty"), &Item{}}, nil, ErrorInvalidPropertySet},
		"set a header":          {FieldUpdate{SetField, FieldPath{URI: "item:InternetMessageHeader", Index: "Date"}, &Item{}}, nil, ErrorInvalidPropertySet},
		"append to a subject":   {FieldUpdate{AppendField, Field("item:Subject"), &Item{Subject: "x"}}, nil, ErrorInvalidPropertyAppend},
		"append extended":       {FieldUpdate{AppendField, Extended(flagsTag), &Item{Properties: flags("9")}}, nil, ErrorInvalidPropertyAppend},
	} {
		t.Run(name, func(t *testing.T) {
			got, want, held := before(), before(), before()
			shared := held.Properties
			got.Properties = shared
			outcome := c.update.Apply(&got)
			if outcome.Code != c.code || outcome.OK() != (c.code == "") {
				t.Fatalf("the outcome is %+v, want %q", outcome, c.code)
			}
			if c.want != nil {
				c.want(&want)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if d := cmp.Diff(before().Properties, shared); d != "" {
				t.Errorf("the slice the server holds changed:\n%s", d)
			}
		})
	}
}
