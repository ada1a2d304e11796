package ews

func getSamples() map[string]sample {
	return map[string]sample{
		"davmail-getitem": {version(Exchange2007SP1), &GetItemRequest{
			Shape: ItemShape{Base: IDOnly, IncludeMimeContent: true, Additional: []FieldPath{Extended(PropertyTag(0x7d, "String"))}},
			IDs:   []ItemID{first},
		}},
		"thunderbird-getitem": {version(Exchange2013SP1), &GetItemRequest{
			Shape: ItemShape{Base: IDOnly, Additional: []FieldPath{
				Field("message:IsRead"), Field("message:InternetMessageId"), Field("item:InternetMessageHeaders"), Field("item:Flag"),
			}},
			IDs: []ItemID{firstNoKey, secondNoKey},
		}},
		"evolution-getitem": {version(Exchange2013), &GetItemRequest{
			Shape: ItemShape{Base: IDOnly, IncludeMimeContent: true, Additional: []FieldPath{
				Field("item:MimeContent"), Field("message:From"),
				{URI: "item:InternetMessageHeader", Index: "Date"},
				Extended(flagsTag),
				Extended(ExtendedFieldURI{DistinguishedSet: "Common", ID: 0x8530, Type: "String"}),
			}},
			IDs: []ItemID{first},
		}},
		"exchangelib-getitem": {version(Exchange2016), &GetItemRequest{
			Shape: ItemShape{Base: IDOnly, Additional: []FieldPath{
				Field("item:MimeContent"), Field("item:UniqueBody"), Field("item:TextBody"), Field("item:SomethingOfTomorrow"),
			}},
			IDs: []ItemID{first},
		}},
		"ewsjs-getitem": {version(Exchange2013SP1), &GetItemRequest{
			Shape: ItemShape{Base: AllProperties, BodyType: BodyText}, IDs: []ItemID{first},
		}},
	}
}

func createSamples() map[string]sample {
	return map[string]sample{
		"davmail-createitem": {version(Exchange2007SP1), &CreateItemRequest{
			Disposition: SaveOnly,
			Folder:      &FolderID{ID: "AAMkADk/inbox=", ChangeKey: "AQAB"},
			Items: []Item{{
				Kind: KindMessage, MimeContent: []byte("Subject: hi\r\n\r\nhello\r\n"),
				Properties: []ExtendedProperty{
					{URI: flagsTag, Values: []string{"1"}},
					{URI: keywords, Values: []string{"red", "blue"}},
				},
			}},
		}},
		"thunderbird-createitem": {version(Exchange2013SP1), &CreateItemRequest{
			Disposition: SaveOnly,
			Folder:      &FolderID{ID: "AAMkADk/drafts="},
			Items: []Item{{
				Kind: KindMessage, MimeContent: []byte("From: a"), IsRead: new(true),
				Properties: []ExtendedProperty{{URI: flagsTag, Values: []string{"9"}}},
			}},
		}},
		"thunderbird-createitem-send": {version(Exchange2013SP1), &CreateItemRequest{
			Disposition: SendOnly,
			Items: []Item{{
				Kind: KindMessage, MimeContent: []byte("From: a"), Bcc: kimsAddress,
				IsDeliveryReceiptRequested: new(false), InternetMessageID: "<1@litware.test>",
			}},
		}},
		"evolution-createitem": {version(Exchange2013), &CreateItemRequest{
			Disposition: SaveOnly,
			Folder:      &FolderID{ID: "AAMkADk/drafts=", ChangeKey: "AQAC"},
			Items: []Item{{
				Kind: KindMessage, MimeContent: []byte("Subject: hi\r\n\nhello"), IsRead: new(false),
				Properties: []ExtendedProperty{{URI: flagsTag, Values: []string{"8"}}},
			}},
		}},
		"evolution-createitem-receipt": {version(Exchange2013), &CreateItemRequest{
			Disposition: SaveOnly, Items: []Item{{Kind: KindSuppressReadReceipt, ReferenceID: first}},
		}},
		"exchangelib-createitem": {version(Exchange2016), &CreateItemRequest{
			Disposition: SendAndSaveCopy, SendMeetingInvitations: "SendToNone",
			Folder: &FolderID{ID: "AAMkADk/sent="},
			Items: []Item{{
				Kind: KindMessage, Subject: "Grüße ✓", Body: &Body{Type: BodyText, Text: "one\ntwo"},
				Attachments: []Attachment{{Name: "a.txt", ContentType: "text/plain", Content: []byte("hi")}},
				Categories:  []string{"blue"}, Importance: "Normal", Culture: "en-US",
				To: []Mailbox{{Name: "Kim", Address: "kim@litware.test", RoutingType: "SMTP", Type: "Mailbox"}},
			}},
		}},
		// checklist: 004-10, the item of a conversation goes into the user's
		// Conversation History.
		"ewsjs-createitem": {
			Header{Version: Exchange2013, ApplicationRoles: []string{"UserApplication"}},
			&CreateItemRequest{
				Disposition: SaveOnly,
				Folder:      &FolderID{Distinguished: ConversationHistory},
				Items: []Item{{
					Kind: KindMessage, Class: "IPM.Note.Microsoft.Conversation", Subject: "Conversation with Kim",
					Body:       &Body{Type: BodyHTML, Text: "<html><body>hello</body></html>"},
					Properties: []ExtendedProperty{{URI: flagsTag, Values: []string{"1"}}},
					From:       &Mailbox{Address: "ken@litware.test"}, IsRead: new(true),
				}},
			},
		},
	}
}

func changeSamples() map[string]sample {
	set := func(uri string, item Item) FieldUpdate {
		item.Kind = KindMessage
		return FieldUpdate{Kind: SetField, Field: Field(uri), Item: &item}
	}
	replied := PropertyTag(0x1080, "Integer")
	return map[string]sample{
		"davmail-updateitem": {version(Exchange2007SP1), &UpdateItemRequest{
			ConflictResolution: AlwaysOverwrite, Disposition: SaveOnly, SendMeetingInvitationsOrCancellations: "SendToNone",
			Changes: []ItemChange{{ID: first, Updates: []FieldUpdate{
				set("message:IsRead", Item{IsRead: new(true)}),
				{Kind: DeleteField, Field: Extended(PropertyTag(0x1081, "Integer"))},
			}}},
		}},
		"thunderbird-updateitem": {version(Exchange2013SP1), &UpdateItemRequest{
			ConflictResolution: AlwaysOverwrite, Disposition: SaveOnly,
			Changes: []ItemChange{{ID: firstNoKey, Updates: []FieldUpdate{
				set("item:Flag", Item{Flag: &Flag{Status: "Flagged"}}),
			}}},
		}},
		"evolution-updateitem": {version(Exchange2013), &UpdateItemRequest{
			ConflictResolution: AlwaysOverwrite, Disposition: SaveOnly,
			Changes: []ItemChange{{ID: first, Updates: []FieldUpdate{
				set("item:Importance", Item{Importance: "High"}),
				{Kind: SetField, Field: Extended(replied), Item: &Item{
					Kind: KindMessage, Properties: []ExtendedProperty{{URI: replied, Values: []string{"261"}}},
				}},
			}}},
		}},
		"exchangelib-updateitem": {version(Exchange2016), &UpdateItemRequest{
			ConflictResolution: AutoResolve, Disposition: SaveOnly, SendMeetingInvitationsOrCancellations: "SendToNone",
			SuppressReadReceipts: true,
			Changes: []ItemChange{{ID: first, Updates: []FieldUpdate{
				set("item:Subject", Item{Subject: "New"}),
				{Kind: AppendField, Field: Field("item:Body"), Item: &Item{Kind: KindMessage, Body: &Body{Type: BodyHTML, Text: "<p>more</p>"}}},
				{Kind: DeleteField, Field: Field("item:Categories")},
			}}},
		}},
		"ewsjs-updateitem": {version(Exchange2013SP1), &UpdateItemRequest{
			ConflictResolution: NeverOverwrite, Disposition: SaveOnly,
			Changes: []ItemChange{{ID: first, Updates: []FieldUpdate{
				{Kind: AppendField, Field: Field("message:ToRecipients"), Item: &Item{Kind: KindMessage, To: kimsAddress}},
			}}},
		}},
		"davmail-deleteitem": {version(Exchange2007SP1), &DeleteItemRequest{
			Type: HardDelete, SendMeetingCancellations: "SendToNone", IDs: []ItemID{first},
		}},
		"thunderbird-deleteitem": {version(Exchange2013SP1), &DeleteItemRequest{
			Type: HardDelete, IDs: []ItemID{firstNoKey, secondNoKey},
		}},
		"evolution-deleteitem": {version(Exchange2013), &DeleteItemRequest{
			Type: MoveToDeletedItems, IDs: []ItemID{first},
		}},
		"exchangelib-deleteitem": {version(Exchange2016), &DeleteItemRequest{
			Type: SoftDelete, SendMeetingCancellations: "SendToNone", AffectedTaskOccurrences: "AllOccurrences",
			SuppressReadReceipts: true, IDs: []ItemID{first},
		}},
		// checklist: 004-11, the test item is deleted again.
		"ewsjs-deleteitem": {version(Exchange2013SP1), &DeleteItemRequest{Type: HardDelete, IDs: []ItemID{first}}},
	}
}
