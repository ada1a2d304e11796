package mailbox

import (
	"encoding/base64"
	"strings"
)

// Field is a native property of an item or folder: one that has a place of its
// own in Item or Folder.
type Field string

// Fields of items.
const (
	FieldClass          Field = "class"
	FieldSubject        Field = "subject"
	FieldBody           Field = "body"
	FieldFrom           Field = "from" // name and address, as two values
	FieldSender         Field = "sender"
	FieldTo             Field = "to" // names and addresses of all recipients
	FieldCc             Field = "cc"
	FieldBcc            Field = "bcc"
	FieldReplyTo        Field = "reply-to"
	FieldDisplayTo      Field = "display-to" // their names, joined with "; "
	FieldDisplayCc      Field = "display-cc"
	FieldDisplayBcc     Field = "display-bcc"
	FieldSent           Field = "sent"
	FieldReceived       Field = "received"
	FieldFlags          Field = "flags"
	FieldRead           Field = "read"
	FieldDraft          Field = "draft"
	FieldHasAttachments Field = "has-attachments"
	FieldAssociated     Field = "associated"
	FieldImportance     Field = "importance"
	FieldSensitivity    Field = "sensitivity"
	FieldArticle        Field = "article"
	FieldMessageID      Field = "message-id"
	FieldInReplyTo      Field = "in-reply-to"
	FieldReferences     Field = "references"
	FieldCategories     Field = "categories"
	FieldHeaders        Field = "headers" // header section of the MIME form
	FieldHTML           Field = "html"    // the body as UTF-8 HTML bytes
	FieldFromName       Field = "from-name"
	FieldFromAddress    Field = "from-address"
	FieldSenderName     Field = "sender-name"
	FieldSenderAddress  Field = "sender-address"
)

// Fields of folders.
const (
	FieldName            Field = "name"
	FieldFolderClass     Field = "folder-class"
	FieldTotal           Field = "total"
	FieldUnread          Field = "unread"
	FieldChildren        Field = "children"
	FieldHasChildren     Field = "has-children"
	FieldContentModified Field = "content-modified"
	FieldNextArticle     Field = "next-article"
	FieldLastArticle     Field = "last-article"
)

// Fields of both.
const (
	FieldCreated  Field = "created"
	FieldModified Field = "modified"
	FieldSize     Field = "size"
	FieldIdentity Field = "identity" // 16 bytes, never changes
)

// Type is the type of the field's values; FieldTo and its like are arrays.
func (f Field) Type() PropertyType {
	switch f {
	case FieldSent, FieldReceived, FieldCreated, FieldModified, FieldContentModified:
		return TypeSystemTime
	case FieldRead, FieldDraft, FieldHasAttachments, FieldAssociated, FieldHasChildren:
		return TypeBoolean
	case FieldFlags, FieldImportance, FieldSensitivity, FieldArticle, FieldSize, FieldTotal, FieldUnread,
		FieldChildren, FieldNextArticle, FieldLastArticle:
		return TypeInteger
	case FieldFrom, FieldSender, FieldTo, FieldCc, FieldBcc, FieldReplyTo, FieldCategories:
		return TypeString + arraySuffix
	case FieldIdentity, FieldHTML:
		return TypeBinary
	}
	return TypeString
}

// itemTags says which field a property tag of an item stands for [MS-OXPROPS].
var itemTags = map[uint16]Field{
	0x0017: FieldImportance,
	0x001a: FieldClass,
	0x0036: FieldSensitivity,
	0x0037: FieldSubject,
	0x0039: FieldSent,
	0x0042: FieldFromName,
	0x0065: FieldFromAddress,
	0x007d: FieldHeaders,
	0x0c1a: FieldSenderName,
	0x0c1f: FieldSenderAddress,
	0x0e02: FieldDisplayBcc,
	0x0e03: FieldDisplayCc,
	0x0e04: FieldDisplayTo,
	0x0e06: FieldReceived,
	0x0e07: FieldFlags,
	0x0e08: FieldSize,
	0x0e1b: FieldHasAttachments,
	0x0e1d: FieldSubject, // normalised subject: no prefix is split off here
	0x0e23: FieldArticle,
	0x0e69: FieldRead,
	0x0ff9: FieldIdentity, // record key
	0x1000: FieldBody,
	0x1013: FieldHTML,
	0x1035: FieldMessageID,
	0x1039: FieldReferences,
	0x1042: FieldInReplyTo,
	0x3007: FieldCreated,
	0x3008: FieldModified,
	0x300b: FieldIdentity, // search key
	0x5d01: FieldSenderAddress,
	0x5d02: FieldFromAddress,
}

// folderTags is itemTags for folders.
var folderTags = map[uint16]Field{
	0x0e08: FieldSize,
	0x0ff9: FieldIdentity,
	0x3001: FieldName,
	0x3007: FieldCreated,
	0x3008: FieldModified,
	0x3602: FieldTotal,
	0x3603: FieldUnread,
	0x360a: FieldHasChildren,
	0x3613: FieldFolderClass,
	0x670a: FieldContentModified, // local commit time, newest
	0x6751: FieldNextArticle,
	0x6752: FieldLastArticle,
}

// tagHidden is stored like an extended property, except that some default
// folders have it from the start.
const tagHidden = 0x10f4

// itemAlias returns the field behind the property of an item, if there is one.
func itemAlias(id PropertyID) (Field, PropertyType, bool) { return aliasIn(itemTags, id) }

// folderAlias is itemAlias for folders.
func folderAlias(id PropertyID) (Field, PropertyType, bool) { return aliasIn(folderTags, id) }

func aliasIn(tags map[uint16]Field, id PropertyID) (Field, PropertyType, bool) {
	if id.Set != "" {
		return "", "", false
	}
	f, ok := tags[id.Tag]
	return f, f.Type(), ok
}

// value reads a native field of the item.
func (it *Item) value(f Field) Value {
	switch f {
	case FieldClass:
		return textValue(it.Class)
	case FieldSubject:
		return textValue(it.Subject)
	case FieldBody:
		return textValue(it.Body.As(Text).Text)
	case FieldHTML:
		if it.Body.Type != HTML || it.Body.Text == "" {
			return Value{}
		}
		return Value{kind: raw, text: base64.StdEncoding.EncodeToString([]byte(it.Body.Text))}
	case FieldHeaders:
		return textValue(string(headerSection(it.RFC822())))
	case FieldMessageID:
		return textValue(it.InternetMessageID)
	case FieldInReplyTo:
		return textValue(it.InReplyTo)
	case FieldReferences:
		return textValue(it.References)
	case FieldCategories:
		return textsValue(it.Categories)
	case FieldIdentity:
		return Value{kind: raw, text: base64.StdEncoding.EncodeToString(it.guid[:])}
	}
	if v, ok := it.peopleValue(f); ok {
		return v
	}
	return it.numericValue(f)
}

func (it *Item) peopleValue(f Field) (Value, bool) {
	switch f {
	case FieldFrom:
		return textsValue(addressTexts([]Address{it.From})), true
	case FieldSender:
		return textsValue(addressTexts([]Address{it.Sender})), true
	case FieldFromName:
		return textValue(it.From.label()), true
	case FieldFromAddress:
		return textValue(it.From.Address), true
	case FieldSenderName:
		return textValue(it.Sender.label()), true
	case FieldSenderAddress:
		return textValue(it.Sender.Address), true
	case FieldTo:
		return textsValue(addressTexts(it.To)), true
	case FieldCc:
		return textsValue(addressTexts(it.Cc)), true
	case FieldBcc:
		return textsValue(addressTexts(it.Bcc)), true
	case FieldReplyTo:
		return textsValue(addressTexts(it.ReplyTo)), true
	case FieldDisplayTo:
		return textValue(DisplayNames(it.To)), true
	case FieldDisplayCc:
		return textValue(DisplayNames(it.Cc)), true
	case FieldDisplayBcc:
		return textValue(DisplayNames(it.Bcc)), true
	}
	return Value{}, false
}

func (it *Item) numericValue(f Field) Value {
	switch f {
	case FieldSent:
		return timeValue(it.Sent)
	case FieldReceived:
		return timeValue(it.Received)
	case FieldCreated:
		return timeValue(it.Created)
	case FieldModified:
		return timeValue(it.Modified)
	case FieldFlags:
		return numberValue(int64(it.Flags))
	case FieldRead:
		return boolValue(it.Flags.Has(Read))
	case FieldDraft:
		return boolValue(it.Flags.Has(Unsent))
	case FieldHasAttachments:
		return boolValue(it.Flags.Has(HasAttachments))
	case FieldAssociated:
		return boolValue(it.Associated)
	case FieldImportance:
		return numberValue(int64(it.Importance))
	case FieldSensitivity:
		return numberValue(int64(it.Sensitivity))
	case FieldSize:
		return numberValue(it.Size)
	case FieldArticle:
		return numberValue(it.ArticleNumber)
	}
	return Value{}
}

// value reads a native field of the folder.
func (f *Folder) value(field Field) Value {
	switch field {
	case FieldName:
		return textValue(f.Name)
	case FieldFolderClass:
		return textValue(f.Class)
	case FieldTotal:
		return numberValue(int64(f.Total))
	case FieldUnread:
		return numberValue(int64(f.Unread))
	case FieldChildren:
		return numberValue(int64(f.Children))
	case FieldHasChildren:
		return boolValue(f.Children > 0)
	case FieldSize:
		return numberValue(f.Size)
	case FieldCreated:
		return timeValue(f.Created)
	case FieldModified:
		return timeValue(f.Modified)
	case FieldContentModified:
		return timeValue(f.ContentModified)
	case FieldNextArticle:
		return numberValue(f.NextArticle)
	case FieldLastArticle:
		return numberValue(f.NextArticle - 1)
	case FieldIdentity:
		return Value{kind: raw, text: base64.StdEncoding.EncodeToString(f.guid[:])}
	}
	return Value{}
}

// Property reads one property of the item, native or extended; ok is false
// when it is absent or of another type. FieldBody, FieldHTML and FieldHeaders
// need the item's content.
func (it *Item) Property(id PropertyID, typ PropertyType) (p Property, ok bool) {
	if field, fieldType, native := itemAlias(id); native {
		return nativeProperty(id, typ, fieldType, it.value(field))
	}
	p, ok = properties(it.Properties).find(id)
	if !ok && id.Set == InternetHeaders && typ == TypeString {
		p, ok = it.headerProperty(id)
	}
	return p, ok && p.Type == typ
}

// headerProperty reads a header field of the MIME form.
func (it *Item) headerProperty(id PropertyID) (Property, bool) {
	for _, h := range it.Headers() {
		if strings.EqualFold(h.Name, id.Name) {
			return Property{ID: id, Type: TypeString, Values: []string{h.Value}}, true
		}
	}
	return Property{}, false
}

// Property is Item.Property for folders.
func (f *Folder) Property(id PropertyID, typ PropertyType) (p Property, ok bool) {
	if field, fieldType, native := folderAlias(id); native {
		return nativeProperty(id, typ, fieldType, f.value(field))
	}
	p, ok = properties(f.Properties).find(id)
	if !ok && id == (PropertyID{Tag: tagHidden}) && (f.Distinguished == SearchFolders || f.IsRecoverable()) {
		return nativeProperty(id, typ, TypeBoolean, boolValue(true))
	}
	return p, ok && p.Type == typ
}

func nativeProperty(id PropertyID, asked, typ PropertyType, v Value) (Property, bool) {
	if asked != typ || v.kind == absent {
		return Property{}, false
	}
	return Property{ID: id, Type: typ, Values: []string{v.canonical(typ)}}, true
}
