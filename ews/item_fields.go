package ews

import (
	"slices"
	"time"
)

// itemFields is every property that all items have, messageFields and
// postFields those of the two kinds, each in the order of the schema.
var (
	itemFields    = append(olderItemFields(), newerItemFields()...)
	messageFields = slices.Concat(itemFields, onlyMessageFields())
	postFields    = slices.Concat(itemFields, onlyPostFields())
	// anyFields is what is read from an item of any kind.
	anyFields = slices.Concat(messageFields, []field[Item]{postedField(), referenceField()})
)

func text(name string, at func(*Item) *string, t traits) field[Item] {
	return row(name, "item:"+name, Exchange2007, stringForm(), at, t)
}

func yesNo(name string, at func(*Item) **bool, t traits) field[Item] {
	return row(name, "item:"+name, Exchange2007, flagForm(), at, t)
}

func when(name string, at func(*Item) *time.Time, t traits) field[Item] {
	return row(name, "item:"+name, Exchange2007, dateForm(), at, t)
}

// olderItemFields are the item properties up to Exchange 2007.
func olderItemFields() []field[Item] {
	return []field[Item]{
		row("MimeContent", "item:MimeContent", Exchange2007, bytesForm("CharacterSet", "UTF-8"), func(i *Item) *[]byte { return &i.MimeContent }, asked|notFound),
		row("ItemId", "item:ItemId", Exchange2007, itemIDForm(), func(i *Item) *ItemID { return &i.ID }, inIDOnly|readOnly),
		row("ParentFolderId", "item:ParentFolderId", Exchange2007, folderIDForm(), func(i *Item) *FolderID { return &i.ParentFolderID }, inAll|readOnly),
		text("ItemClass", func(i *Item) *string { return &i.Class }, inAll),
		text("Subject", func(i *Item) *string { return &i.Subject }, inDefault),
		row("Sensitivity", "item:Sensitivity", Exchange2007, enumForm("Normal", "Personal", "Private", "Confidential"), func(i *Item) *string { return &i.Sensitivity }, inDefault),
		row("Body", "item:Body", Exchange2007, bodyForm(), func(i *Item) **Body { return &i.Body }, inDefault|notFound|appendable),
		row("Attachments", "item:Attachments", Exchange2007, attachmentsForm(), func(i *Item) *[]Attachment { return &i.Attachments }, inDefault|notFound|readOnly),
		when("DateTimeReceived", func(i *Item) *time.Time { return &i.Received }, inAll|readOnly),
		row("Size", "item:Size", Exchange2007, numberForm(), func(i *Item) *int { return &i.Size }, inDefault|readOnly),
		row("Categories", "item:Categories", Exchange2007, stringsForm(), func(i *Item) *[]string { return &i.Categories }, inAll),
		row("Importance", "item:Importance", Exchange2007, enumForm("Low", "Normal", "High"), func(i *Item) *string { return &i.Importance }, inAll),
		text("InReplyTo", func(i *Item) *string { return &i.InReplyTo }, inAll),
		yesNo("IsSubmitted", func(i *Item) **bool { return &i.IsSubmitted }, inAll|readOnly),
		yesNo("IsDraft", func(i *Item) **bool { return &i.IsDraft }, inAll|readOnly),
		yesNo("IsFromMe", func(i *Item) **bool { return &i.IsFromMe }, inAll|readOnly),
		yesNo("IsResend", func(i *Item) **bool { return &i.IsResend }, inAll|readOnly),
		yesNo("IsUnmodified", func(i *Item) **bool { return &i.IsUnmodified }, inAll|readOnly),
		row("InternetMessageHeaders", "item:InternetMessageHeaders", Exchange2007, headersForm(), func(i *Item) *[]InternetHeader { return &i.InternetMessageHeaders }, inAll|notFound|readOnly),
		when("DateTimeSent", func(i *Item) *time.Time { return &i.Sent }, inDefault|readOnly),
		when("DateTimeCreated", func(i *Item) *time.Time { return &i.Created }, inDefault|readOnly),
		text("DisplayCc", func(i *Item) *string { return &i.DisplayCc }, inAll|readOnly),
		text("DisplayTo", func(i *Item) *string { return &i.DisplayTo }, inAll|readOnly),
		yesNo("HasAttachments", func(i *Item) **bool { return &i.HasAttachments }, inDefault|readOnly),
		row("ExtendedProperty", "", Exchange2007, propertiesForm(), func(i *Item) *[]ExtendedProperty { return &i.Properties }, asked),
		text("Culture", func(i *Item) *string { return &i.Culture }, inAll),
	}
}

// newerItemFields are the item properties that came later.
func newerItemFields() []field[Item] {
	return []field[Item]{
		row("EffectiveRights", "item:EffectiveRights", Exchange2007SP1, rightsForm(), func(i *Item) **EffectiveRights { return &i.EffectiveRights }, inAll|readOnly),
		row("LastModifiedName", "item:LastModifiedName", Exchange2007SP1, stringForm(), func(i *Item) *string { return &i.LastModifiedName }, inAll|readOnly),
		row("LastModifiedTime", "item:LastModifiedTime", Exchange2007SP1, dateForm(), func(i *Item) *time.Time { return &i.LastModified }, inAll|readOnly),
		row("IsAssociated", "item:IsAssociated", Exchange2010, flagForm(), func(i *Item) **bool { return &i.IsAssociated }, inDefault|readOnly),
		row("ConversationId", "item:ConversationId", Exchange2010, conversationForm(), func(i *Item) *string { return &i.ConversationID }, inAll|readOnly),
		row("UniqueBody", "item:UniqueBody", Exchange2010, bodyForm(), func(i *Item) **Body { return &i.UniqueBody }, asked|notFound|readOnly),
		row("Flag", "item:Flag", Exchange2013, followUpForm(), func(i *Item) **Flag { return &i.Flag }, inAll),
		row("InstanceKey", "item:InstanceKey", Exchange2013, bytesForm(), func(i *Item) *[]byte { return &i.InstanceKey }, inAll|readOnly),
		row("Preview", "item:Preview", Exchange2013, stringForm(), func(i *Item) *string { return &i.Preview }, asked|readOnly),
		row("TextBody", "item:TextBody", Exchange2013, bodyForm(), func(i *Item) **Body { return &i.TextBody }, asked|notFound|readOnly),
	}
}

func onlyMessageFields() []field[Item] {
	return []field[Item]{
		row("Sender", "message:Sender", Exchange2007, mailboxForm(), func(i *Item) **Mailbox { return &i.Sender }, inDefault),
		row("ToRecipients", "message:ToRecipients", Exchange2007, mailboxesForm(), func(i *Item) *[]Mailbox { return &i.To }, inDefault|notFound|appendable),
		row("CcRecipients", "message:CcRecipients", Exchange2007, mailboxesForm(), func(i *Item) *[]Mailbox { return &i.Cc }, inDefault|notFound|appendable),
		row("BccRecipients", "message:BccRecipients", Exchange2007, mailboxesForm(), func(i *Item) *[]Mailbox { return &i.Bcc }, inDefault|notFound|appendable),
		row("IsReadReceiptRequested", "message:IsReadReceiptRequested", Exchange2007, flagForm(), func(i *Item) **bool { return &i.IsReadReceiptRequested }, inDefault),
		row("IsDeliveryReceiptRequested", "message:IsDeliveryReceiptRequested", Exchange2007, flagForm(), func(i *Item) **bool { return &i.IsDeliveryReceiptRequested }, inDefault),
		row("ConversationIndex", "message:ConversationIndex", Exchange2007, bytesForm(), func(i *Item) *[]byte { return &i.ConversationIndex }, inAll|readOnly),
		row("ConversationTopic", "message:ConversationTopic", Exchange2007, stringForm(), func(i *Item) *string { return &i.ConversationTopic }, inAll|readOnly),
		row("From", "message:From", Exchange2007, mailboxForm(), func(i *Item) **Mailbox { return &i.From }, inDefault),
		row("InternetMessageId", "message:InternetMessageId", Exchange2007, stringForm(), func(i *Item) *string { return &i.InternetMessageID }, inAll),
		row("IsRead", "message:IsRead", Exchange2007, flagForm(), func(i *Item) **bool { return &i.IsRead }, inDefault),
		row("IsResponseRequested", "message:IsResponseRequested", Exchange2007, flagForm(), func(i *Item) **bool { return &i.IsResponseRequested }, inAll),
		row("References", "message:References", Exchange2007, stringForm(), func(i *Item) *string { return &i.References }, inAll),
		row("ReplyTo", "message:ReplyTo", Exchange2007, mailboxesForm(), func(i *Item) *[]Mailbox { return &i.ReplyTo }, inAll|notFound|appendable),
		row("ReceivedBy", "message:ReceivedBy", Exchange2007SP1, mailboxForm(), func(i *Item) **Mailbox { return &i.ReceivedBy }, inAll|readOnly),
		row("ReceivedRepresenting", "message:ReceivedRepresenting", Exchange2007SP1, mailboxForm(), func(i *Item) **Mailbox { return &i.ReceivedRepresenting }, inAll|readOnly),
	}
}

// onlyPostFields has the same properties in the other order posts have.
func onlyPostFields() []field[Item] {
	messages := onlyMessageFields()
	pick := func(name string) field[Item] {
		return messages[slices.IndexFunc(messages, func(f field[Item]) bool { return f.name == name })]
	}
	return []field[Item]{
		pick("ConversationIndex"), pick("ConversationTopic"), pick("From"), pick("InternetMessageId"),
		pick("IsRead"), postedField(), pick("References"), pick("Sender"),
	}
}

func postedField() field[Item] {
	return row("PostedTime", "postitem:PostedTime", Exchange2007, dateForm(), func(i *Item) *time.Time { return &i.Posted }, inDefault|readOnly)
}

func referenceField() field[Item] {
	return row("ReferenceItemId", "", Exchange2007, itemIDForm(), func(i *Item) *ItemID { return &i.ReferenceID }, asked|readOnly)
}

// fieldsOf returns the properties an item of a kind is written with.
func fieldsOf(k ItemKind) []field[Item] {
	switch k {
	case KindMessage, "":
		return messageFields
	case KindPostItem:
		return postFields
	}
	return itemFields
}
