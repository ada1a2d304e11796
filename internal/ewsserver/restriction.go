package ewsserver

import (
	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/mailbox"
	"github.com/matchseal/matchseal/internal/problem"
)

// itemKeys are the field URIs of items that can be searched and sorted by.
var itemKeys = map[string]mailbox.Key{
	"item:ItemClass":                     mailbox.FieldKey(mailbox.FieldClass),
	"item:Subject":                       mailbox.FieldKey(mailbox.FieldSubject),
	"item:Body":                          mailbox.FieldKey(mailbox.FieldBody),
	"item:TextBody":                      mailbox.FieldKey(mailbox.FieldBody),
	"item:DateTimeReceived":              mailbox.FieldKey(mailbox.FieldReceived),
	"item:DateTimeSent":                  mailbox.FieldKey(mailbox.FieldSent),
	"item:DateTimeCreated":               mailbox.FieldKey(mailbox.FieldCreated),
	"item:LastModifiedTime":              mailbox.FieldKey(mailbox.FieldModified),
	"item:Importance":                    mailbox.FieldKey(mailbox.FieldImportance),
	"item:Sensitivity":                   mailbox.FieldKey(mailbox.FieldSensitivity),
	"item:Size":                          mailbox.FieldKey(mailbox.FieldSize),
	"item:HasAttachments":                mailbox.FieldKey(mailbox.FieldHasAttachments),
	"item:IsDraft":                       mailbox.FieldKey(mailbox.FieldDraft),
	"item:IsAssociated":                  mailbox.FieldKey(mailbox.FieldAssociated),
	"item:Categories":                    mailbox.FieldKey(mailbox.FieldCategories),
	"item:DisplayTo":                     mailbox.FieldKey(mailbox.FieldDisplayTo),
	"item:DisplayCc":                     mailbox.FieldKey(mailbox.FieldDisplayCc),
	"item:InReplyTo":                     mailbox.FieldKey(mailbox.FieldInReplyTo),
	"message:From":                       mailbox.FieldKey(mailbox.FieldFrom),
	"message:Sender":                     mailbox.FieldKey(mailbox.FieldSender),
	"message:ToRecipients":               mailbox.FieldKey(mailbox.FieldTo),
	"message:CcRecipients":               mailbox.FieldKey(mailbox.FieldCc),
	"message:BccRecipients":              mailbox.FieldKey(mailbox.FieldBcc),
	"message:ReplyTo":                    mailbox.FieldKey(mailbox.FieldReplyTo),
	"message:IsRead":                     mailbox.FieldKey(mailbox.FieldRead),
	"message:InternetMessageId":          mailbox.FieldKey(mailbox.FieldMessageID),
	"message:References":                 mailbox.FieldKey(mailbox.FieldReferences),
	"message:ConversationTopic":          mailbox.PropertyKey(conversationTopic, mailbox.TypeString),
	"message:IsReadReceiptRequested":     mailbox.PropertyKey(readReceipt, mailbox.TypeBoolean),
	"message:IsDeliveryReceiptRequested": mailbox.PropertyKey(deliveryReceipt, mailbox.TypeBoolean),
	"message:IsResponseRequested":        mailbox.PropertyKey(replyRequested, mailbox.TypeBoolean),
}

// folderKeys are those of folders.
var folderKeys = map[string]mailbox.Key{
	"folder:DisplayName":      mailbox.FieldKey(mailbox.FieldName),
	"folder:FolderClass":      mailbox.FieldKey(mailbox.FieldFolderClass),
	"folder:TotalCount":       mailbox.FieldKey(mailbox.FieldTotal),
	"folder:UnreadCount":      mailbox.FieldKey(mailbox.FieldUnread),
	"folder:ChildFolderCount": mailbox.FieldKey(mailbox.FieldChildren),
}

// keys finds the key of a path.
type keys func(ews.FieldPath) (mailbox.Key, bool)

func itemKey(p ews.FieldPath) (mailbox.Key, bool) {
	switch {
	case p.IsExtended():
		return mailbox.PropertyKey(propertyID(p.Extended), propertyType(p.Extended)), true
	case p.URI == "item:InternetMessageHeader":
		return mailbox.PropertyKey(mailbox.PropertyID{Set: mailbox.InternetHeaders, Name: p.Index}, mailbox.TypeString), true
	}
	k, ok := itemKeys[p.URI]
	return k, ok && p.Index == ""
}

func folderKey(p ews.FieldPath) (mailbox.Key, bool) {
	if p.IsExtended() {
		return mailbox.PropertyKey(propertyID(p.Extended), propertyType(p.Extended)), true
	}
	k, ok := folderKeys[p.URI]
	return k, ok && p.Index == ""
}

// restriction translates a search expression; nil stays nil.
func restriction(r *ews.Restriction, find keys) (mailbox.Restriction, error) {
	if r == nil {
		return nil, nil
	}
	switch r.Op {
	case ews.And, ews.Or, ews.Not:
		return joined(r, find)
	}
	key, ok := find(r.Field)
	if !ok {
		return nil, problem.New(problem.EWSQueryPath, "%s", r.Field)
	}
	switch r.Op {
	case ews.Exists:
		return mailbox.Exists{Key: key}, nil
	case ews.Excludes:
		return mailbox.Excludes{Key: key, Mask: int64(r.Bitmask)}, nil
	case ews.Contains:
		return contains(r, key), nil
	}
	return comparison(r, key, find)
}

func joined(r *ews.Restriction, find keys) (mailbox.Restriction, error) {
	parts := make([]mailbox.Restriction, len(r.Operands))
	for i := range r.Operands {
		var err error
		if parts[i], err = restriction(&r.Operands[i], find); err != nil {
			return nil, err
		}
	}
	switch {
	case r.Op == ews.And:
		return mailbox.And(parts), nil
	case r.Op == ews.Or:
		return mailbox.Or(parts), nil
	case len(parts) == 1:
		return mailbox.Not{Restriction: parts[0]}, nil
	}
	return nil, problem.New(problem.MailboxRestriction, "Not takes one condition, it has %d", len(parts))
}

func contains(r *ews.Restriction, key mailbox.Key) mailbox.Restriction {
	c := mailbox.Contains{Key: key, Text: r.Value, Mode: map[ews.ContainmentMode]mailbox.Mode{
		ews.Prefixed: mailbox.Prefix, ews.Substring: mailbox.Substring,
		ews.PrefixOnWords: mailbox.PrefixOnWords, ews.ExactPhrase: mailbox.ExactPhrase,
	}[r.Mode]}
	switch r.Comparison {
	case ews.IgnoreCase, ews.Loose, ews.LooseAndIgnoreCase:
		c.IgnoreCase = true
	case ews.IgnoreNonSpacingCharacters, ews.LooseAndIgnoreNonSpace:
		c.IgnoreNonSpace = true
	case ews.IgnoreCaseAndNonSpacingCharacters, ews.LooseAndIgnoreCaseAndIgnoreNonSpace:
		c.IgnoreCase, c.IgnoreNonSpace = true, true
	}
	return c
}

var operators = map[ews.Operator]mailbox.Op{
	ews.IsEqualTo: mailbox.Equal, ews.IsNotEqualTo: mailbox.NotEqual,
	ews.IsLessThan: mailbox.Less, ews.IsLessThanOrEqualTo: mailbox.LessOrEqual,
	ews.IsGreaterThan: mailbox.Greater, ews.IsGreaterThanOrEqualTo: mailbox.GreaterOrEqual,
}

func comparison(r *ews.Restriction, key mailbox.Key, find keys) (mailbox.Restriction, error) {
	op, ok := operators[r.Op]
	if !ok {
		return nil, problem.New(problem.MailboxRestriction, "there is no search expression %s", r.Op)
	}
	c := mailbox.Compare{Op: op, Key: key}
	if r.Other != nil {
		other, ok := find(*r.Other)
		if !ok {
			return nil, problem.New(problem.EWSQueryPath, "%s", *r.Other)
		}
		c.Other = &other
		return c, nil
	}
	var err error
	c.Constant, err = mailbox.ParseValue(key.Type(), constant(r.Field.URI, r.Value))
	return c, problem.Wrap(err, problem.EWSQueryValue, "%s", r.Field)
}

// constant gives the number behind a word of the schema.
func constant(uri, value string) string {
	words := map[string][]string{"item:Importance": importances, "item:Sensitivity": sensitivities}[uri]
	if n, ok := number(words, value); ok {
		return n
	}
	return value
}

// sortOrder translates a sort order.
func sortOrder(fields []ews.SortField) ([]mailbox.SortKey, error) {
	var order []mailbox.SortKey
	for _, f := range fields {
		key, ok := itemKey(f.Field)
		if !ok {
			return nil, problem.New(problem.EWSSortPath, "%s", f.Field)
		}
		order = append(order, mailbox.SortKey{Key: key, Descending: f.Descending})
	}
	return order, nil
}
