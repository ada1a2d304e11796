package ewsserver

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/mailbox"
	"github.com/matchseal/matchseal/internal/problem"
)

// Properties that EWS gives a field of their own and the store does not
// [MS-OXPROPS].
var (
	deliveryReceipt   = mailbox.PropertyID{Tag: 0x0023}
	readReceipt       = mailbox.PropertyID{Tag: 0x0029}
	conversationTopic = mailbox.PropertyID{Tag: 0x0070}
	replyRequested    = mailbox.PropertyID{Tag: 0x0c17}
	flagStatus        = mailbox.PropertyID{Tag: 0x1090}
	flagComplete      = mailbox.PropertyID{Tag: 0x1091}
	flagStart         = mailbox.PropertyID{Set: propertySets["Task"], ID: 0x8104, ByID: true}
	flagDue           = mailbox.PropertyID{Set: propertySets["Task"], ID: 0x8105, ByID: true}
)

// The words of the schema for numbers of the store, from 0 on.
var (
	importances   = []string{"Low", "Normal", "High"}
	sensitivities = []string{"Normal", "Personal", "Private", "Confidential"}
)

// number gives the place of a word in its list.
func number(words []string, word string) (string, bool) {
	i := slices.Index(words, word)
	return strconv.Itoa(i), i >= 0
}

func word[N ~int](words []string, n N) string {
	if n < 0 || int(n) >= len(words) {
		return ""
	}
	return words[n]
}

// kinds says which element stands for which item classes. What has no element
// of its own here is an Item.
var kinds = []struct {
	class string
	kind  ews.ItemKind
}{
	{"ipm.note", ews.KindMessage}, {"report", ews.KindMessage}, {"ipm.post", ews.KindPostItem},
	{"ipm.appointment", "CalendarItem"}, {"ipm.contact", "Contact"}, {"ipm.distlist", "DistributionList"}, {"ipm.task", "Task"},
}

func itemKind(class string) ews.ItemKind {
	class = strings.ToLower(class)
	for _, k := range kinds {
		if class == k.class || strings.HasPrefix(class, k.class+".") {
			return k.kind
		}
	}
	return ews.KindItem
}

// wanted says what must be read of an item for a shape.
func wanted(shape ews.ItemShape) mailbox.Want {
	want := mailbox.Want{Properties: true}
	for _, uri := range []string{"item:MimeContent", "item:Body", "item:TextBody", "item:UniqueBody", "item:InternetMessageHeaders"} {
		want.Content = want.Content || shape.Wants(uri)
	}
	for _, path := range shape.Additional {
		if path.URI == "item:InternetMessageHeader" {
			want.Content = true
		}
		if path.IsExtended() {
			switch id := propertyID(path.Extended); {
			case id.Tag == 0x1000, id.Tag == 0x1013, id.Tag == 0x007d, id.Set == mailbox.InternetHeaders:
				want.Content = true
			}
		}
	}
	return want
}

// foundWant is wanted for FindItem, which returns no bodies.
func foundWant(shape ews.ItemShape) mailbox.Want {
	extended := slices.ContainsFunc(shape.Additional, ews.FieldPath.IsExtended)
	want := mailbox.Want{Properties: shape.Base != ews.IDOnly || extended || len(shape.Additional) > 0}
	if extended {
		only := ews.ItemShape{Base: ews.IDOnly, Additional: slices.DeleteFunc(slices.Clone(shape.Additional), func(p ews.FieldPath) bool { return !p.IsExtended() })}
		want.Content = wanted(only).Content
	}
	return want
}

// wireItem is an item with every property that was read, before a shape
// selects.
func wireItem(it *mailbox.Item, shape ews.ItemShape) ews.Item {
	out := ews.Item{
		Kind:           itemKind(it.Class),
		ID:             ews.ItemID{ID: string(it.ID), ChangeKey: string(it.ChangeKey)},
		ParentFolderID: ews.FolderID{ID: string(it.FolderID)},
		Received:       it.Received,
		Size:           int(it.Size),
		Sent:           it.Sent,
		Created:        it.Created,
		LastModified:   it.Modified,
		DisplayTo:      mailbox.DisplayNames(it.To),
		DisplayCc:      mailbox.DisplayNames(it.Cc),
		Preview:        it.Preview,
		IsSubmitted:    new(false),
		IsDraft:        new(it.Flags.Has(mailbox.Unsent)),
		IsFromMe:       new(false),
		IsResend:       new(false),
		IsUnmodified:   new(it.Flags.Has(mailbox.Unmodified)),
		HasAttachments: new(it.Flags.Has(mailbox.HasAttachments)),
		IsAssociated:   new(it.Associated),
		EffectiveRights: &ews.EffectiveRights{
			Delete: true, Modify: true, Read: true,
		},
		Properties: extended(shape.Additional, string(it.ID), it.Property),
	}
	for _, f := range fields {
		f.show(it, &out)
	}
	if out.ConversationTopic == "" {
		out.ConversationTopic = it.Subject
	}
	if itemKind(it.Class) == ews.KindPostItem {
		out.Posted = it.Sent
	}
	wireContent(it, shape, &out)
	return out
}

// wireContent adds what is expensive to make, where it is asked for.
func wireContent(it *mailbox.Item, shape ews.ItemShape, out *ews.Item) {
	if shape.Wants("item:MimeContent") {
		out.MimeContent = it.RFC822()
	}
	out.Body = wireBody(it.Body, shape.BodyType)
	if shape.Wants("item:UniqueBody") {
		out.UniqueBody = out.Body
	}
	if shape.Wants("item:TextBody") {
		out.TextBody = wireBody(it.Body, ews.BodyText)
	}
	headers := shape.Wants("item:InternetMessageHeaders") ||
		slices.ContainsFunc(shape.Additional, func(p ews.FieldPath) bool { return p.URI == "item:InternetMessageHeader" })
	if headers {
		for _, h := range it.Headers() {
			out.InternetMessageHeaders = append(out.InternetMessageHeaders, ews.InternetHeader{Name: h.Name, Value: h.Value})
		}
	}
}

func wireBody(b mailbox.Body, want ews.BodyType) *ews.Body {
	switch want {
	case ews.BodyHTML:
		b = b.As(mailbox.HTML)
	case ews.BodyText:
		b = b.As(mailbox.Text)
	}
	if b.Type == mailbox.HTML {
		return &ews.Body{Type: ews.BodyHTML, Text: b.Text}
	}
	return &ews.Body{Type: ews.BodyText, Text: b.Text}
}

// fromWire is the item that a CreateItem request describes.
func fromWire(in *ews.Item) (mailbox.Item, error) {
	it := mailbox.Item{Class: in.Class, Importance: mailbox.NormalImportance, Flags: mailbox.NewItemFlags}
	if len(in.MimeContent) > 0 {
		var err error
		if it, err = mailbox.ParseMIME(in.MimeContent); err != nil {
			return it, err
		}
		it.Attachments = nil // they are part of the MIME form
	}
	if in.Class == "" && in.Kind == ews.KindPostItem {
		it.Class = "IPM.Post"
	}
	for _, p := range in.Properties {
		if err := it.Set(stored(p)); err != nil {
			return it, err
		}
	}
	for _, f := range fields {
		if f.given(in) {
			if err := f.take(in, &it); err != nil {
				return it, err
			}
		}
	}
	it.Received, it.Sent = latest(in.Received, it.Received), latest(in.Sent, it.Sent)
	it.Associated = in.IsAssociated != nil && *in.IsAssociated
	for _, a := range in.Attachments {
		if a.Item || it.MIME != nil {
			return it, problem.New(problem.EWSAttachment, "attachment %.80q", a.Name)
		}
		it.Attachments = append(it.Attachments, mailbox.Attachment{
			Name: a.Name, ContentType: a.ContentType, ContentID: a.ContentID, Inline: a.Inline, Content: a.Content,
		})
	}
	return it, nil
}

// latest is said, where something is said.
func latest(said, known time.Time) time.Time {
	if said.IsZero() {
		return known
	}
	return said
}
