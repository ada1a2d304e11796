package ews

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// What this package writes it reads back as the same value, whatever legal
// characters are in it.
func TestRequestsSurviveTheWire(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		header := anyHeader().Draw(t, "header")
		body := anyRequest().Draw(t, "body")
		var b bytes.Buffer
		if err := EncodeRequest(&b, header, body); err != nil {
			t.Fatal(err)
		}
		got, err := DecodeRequest(bytes.NewReader(b.Bytes()), Limits{})
		if err != nil {
			t.Fatalf("%v\n%s", err, b.Bytes())
		}
		if d := cmp.Diff(header, got.Header); d != "" {
			t.Fatalf("header (-want +got):\n%s", d)
		}
		if d := cmp.Diff(body, got.Body); d != "" {
			t.Fatalf("body (-want +got):\n%s\n%s", d, b.Bytes())
		}
	})
}

func TestResponsesSurviveTheWire(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := anyResponse().Draw(t, "body")
		var b bytes.Buffer
		if err := EncodeResponse(&b, testServer, V20170711, body); err != nil {
			t.Fatal(err)
		}
		got, err := DecodeResponse(bytes.NewReader(b.Bytes()), Limits{})
		if err != nil {
			t.Fatalf("%v\n%s", err, b.Bytes())
		}
		if d := cmp.Diff(body, got.Body); d != "" {
			t.Fatalf("(-want +got):\n%s\n%s", d, b.Bytes())
		}
	})
}

func anyText() *rapid.Generator[string] {
	legal := func(s string) string {
		return strings.Map(func(r rune) rune {
			if !isLegal(r) {
				return -1
			}
			return r
		}, strings.ToValidUTF8(s, ""))
	}
	return rapid.OneOf(rapid.Map(rapid.String(), legal),
		rapid.StringMatching(`[ \t\r\n]{0,2}[<>&"'a-z\]]{0,9}[ \t\r\n]{0,2}`))
}

func anyToken() *rapid.Generator[string] { return rapid.StringMatching(`[A-Za-z0-9+/=@&<.]{1,20}`) }

func maybe[T any](g *rapid.Generator[T]) *rapid.Generator[T] {
	return rapid.Custom(func(t *rapid.T) (v T) {
		if rapid.Bool().Draw(t, "present") {
			return g.Draw(t, "value")
		}
		return v
	})
}

func pointer[T any](g *rapid.Generator[T]) *rapid.Generator[*T] {
	return maybe(rapid.Map(g, func(v T) *T { return &v }))
}

// list draws nil or a slice that is not nil; some counts from one.
func list[T any](g *rapid.Generator[T]) *rapid.Generator[[]T] { return maybe(rapid.SliceOfN(g, 0, 3)) }
func some[T any](g *rapid.Generator[T]) *rapid.Generator[[]T] { return rapid.SliceOfN(g, 1, 3) }

func anyTime() *rapid.Generator[time.Time] {
	return maybe(rapid.Map(rapid.Int64Range(-1e9, 1e11), func(s int64) time.Time { return time.Unix(s, 0).UTC() }))
}

func anyURI() *rapid.Generator[ExtendedFieldURI] {
	kinds := rapid.SampledFrom([]PropertyType{"String", "Integer", "Boolean", "StringArray", "BinaryArray", "SystemTime"})
	return rapid.Custom(func(t *rapid.T) ExtendedFieldURI {
		u := ExtendedFieldURI{Type: kinds.Draw(t, "type")}
		switch rapid.IntRange(0, 3).Draw(t, "form") {
		case 0:
			u.Tag = rapid.Uint16Range(1, 65535).Draw(t, "tag")
		case 1:
			u.DistinguishedSet, u.ID = "Common", rapid.IntRange(1, 1<<31-1).Draw(t, "id")
		case 2:
			u.SetID, u.Name = "00062008-0000-0000-c000-000000000046", anyText().Draw(t, "name")+"x"
		case 3:
			u.DistinguishedSet, u.Name = "PublicStrings", anyText().Draw(t, "name")+"x"
		}
		return u
	})
}

func anyProperty() *rapid.Generator[ExtendedProperty] {
	return rapid.Custom(func(t *rapid.T) ExtendedProperty {
		p := ExtendedProperty{URI: anyURI().Draw(t, "uri"), Values: []string{anyText().Draw(t, "value")}}
		if p.URI.Type.IsArray() {
			p.Values = some(anyText()).Draw(t, "values")
		}
		return p
	})
}

func anyPath() *rapid.Generator[FieldPath] {
	return rapid.OneOf(
		rapid.Map(anyToken(), Field),
		rapid.Map(anyToken(), func(s string) FieldPath { return FieldPath{URI: "item:InternetMessageHeader", Index: s} }),
		rapid.Map(anyURI(), Extended),
	)
}

func anyRestriction(depth int) *rapid.Generator[Restriction] {
	return rapid.Custom(func(t *rapid.T) Restriction {
		ops := []Operator{Exists, Excludes, Contains, IsEqualTo, IsNotEqualTo, IsGreaterThan, IsGreaterThanOrEqualTo,
			IsLessThan, IsLessThanOrEqualTo}
		if depth > 0 {
			ops = append(ops, And, Or, Not)
		}
		r := Restriction{Op: rapid.SampledFrom(ops).Draw(t, "op")}
		switch r.Op {
		case And, Or:
			r.Operands = some(anyRestriction(depth-1)).Draw(t, "operands")
			return r
		case Not:
			r.Operands = []Restriction{anyRestriction(depth-1).Draw(t, "operand")}
			return r
		case Exists:
		case Excludes:
			r.Bitmask = rapid.Uint32().Draw(t, "bitmask")
		case Contains:
			r.Value, r.Mode, r.Comparison = anyText().Draw(t, "value"), Prefixed, Loose
		default:
			if r.Other = pointer(anyPath()).Draw(t, "other"); r.Other == nil {
				r.Value = anyText().Draw(t, "value")
			}
		}
		r.Field = anyPath().Draw(t, "field")
		return r
	})
}

func anyView() *rapid.Generator[*View] {
	return pointer(rapid.Custom(func(t *rapid.T) View {
		most, offset := rapid.IntRange(0, 9999).Draw(t, "max"), rapid.IntRange(0, 99).Draw(t, "offset")
		return rapid.SampledFrom([]View{
			{Kind: IndexedView, MaxEntries: most, Offset: offset, FromEnd: offset%2 == 0},
			{Kind: FractionalView, MaxEntries: most, Numerator: offset, Denominator: 99},
		}).Draw(t, "view")
	}))
}

func anyFolderID() *rapid.Generator[FolderID] {
	return rapid.Custom(func(t *rapid.T) FolderID {
		key := maybe(anyToken()).Draw(t, "key")
		if rapid.Bool().Draw(t, "distinguished") {
			return FolderID{Distinguished: Inbox, ChangeKey: key, Mailbox: maybe(anyToken()).Draw(t, "mailbox")}
		}
		return FolderID{ID: anyToken().Draw(t, "id"), ChangeKey: key}
	})
}

func anyItemID() *rapid.Generator[ItemID] {
	return rapid.Custom(func(t *rapid.T) ItemID {
		return ItemID{ID: anyToken().Draw(t, "id"), ChangeKey: maybe(anyToken()).Draw(t, "key")}
	})
}

func anyMailbox() *rapid.Generator[Mailbox] {
	return rapid.Custom(func(t *rapid.T) Mailbox {
		return Mailbox{
			Name: anyText().Draw(t, "name"), Address: maybe(anyToken()).Draw(t, "address"),
			RoutingType: maybe(rapid.Just("SMTP")).Draw(t, "routing"), Type: maybe(rapid.Just("OneOff")).Draw(t, "type"),
		}
	})
}

func anyBody() *rapid.Generator[Body] {
	return rapid.Custom(func(t *rapid.T) Body {
		return Body{
			Type: rapid.SampledFrom([]BodyType{BodyHTML, BodyText}).Draw(t, "type"),
			Text: anyText().Draw(t, "text"), Truncated: rapid.Bool().Draw(t, "truncated"),
		}
	})
}

func anyAttachment() *rapid.Generator[Attachment] {
	return rapid.Custom(func(t *rapid.T) Attachment {
		return Attachment{
			ID: maybe(anyToken()).Draw(t, "id"), Name: anyText().Draw(t, "name"), ContentID: maybe(anyToken()).Draw(t, "cid"),
			Size: rapid.IntRange(0, 9999).Draw(t, "size"), Modified: anyTime().Draw(t, "modified"),
			Inline: rapid.Bool().Draw(t, "inline"), Content: list(rapid.Byte()).Draw(t, "content"),
		}
	})
}

func anyFolder() *rapid.Generator[Folder] {
	return rapid.Custom(func(t *rapid.T) Folder {
		count := pointer(rapid.IntRange(0, 1<<31-1))
		return Folder{
			Kind: rapid.SampledFrom([]FolderKind{PlainFolder, SearchFolder, TasksFolder}).Draw(t, "kind"),
			ID:   FolderID{ID: anyToken().Draw(t, "id")}, Class: anyText().Draw(t, "class"), DisplayName: anyText().Draw(t, "name"),
			TotalCount: count.Draw(t, "total"), ChildFolderCount: count.Draw(t, "children"), UnreadCount: count.Draw(t, "unread"),
			Properties:      maybe(some(anyProperty())).Draw(t, "properties"),
			EffectiveRights: pointer(rapid.Just(EffectiveRights{Read: true, Delete: true})).Draw(t, "rights"),
			Distinguished:   maybe(rapid.Just(Drafts)).Draw(t, "distinguished"),
		}
	})
}

func anyItem() *rapid.Generator[Item] {
	return rapid.Custom(func(t *rapid.T) Item {
		flag := pointer(rapid.Bool())
		i := Item{
			Kind: rapid.SampledFrom([]ItemKind{KindMessage, KindItem, KindPostItem, "Contact"}).Draw(t, "kind"),
			ID:   anyItemID().Draw(t, "id"), Class: anyText().Draw(t, "class"), Subject: anyText().Draw(t, "subject"),
			MimeContent: list(rapid.Byte()).Draw(t, "mime"), Body: pointer(anyBody()).Draw(t, "body"),
			Attachments: maybe(some(anyAttachment())).Draw(t, "attachments"),
			Received:    anyTime().Draw(t, "received"), Size: rapid.IntRange(0, 1<<31-1).Draw(t, "size"),
			Categories: list(anyText()).Draw(t, "categories"), Importance: maybe(rapid.Just("High")).Draw(t, "importance"),
			Sensitivity: maybe(rapid.Just("Private")).Draw(t, "sensitivity"), InReplyTo: anyText().Draw(t, "in reply to"),
			IsDraft: flag.Draw(t, "draft"), HasAttachments: flag.Draw(t, "attached"), Sent: anyTime().Draw(t, "sent"),
			Properties: maybe(some(anyProperty())).Draw(t, "properties"), LastModified: anyTime().Draw(t, "modified"),
			Flag:        pointer(rapid.Just(Flag{Status: "Flagged", Due: time.Unix(0, 0).UTC()})).Draw(t, "flag"),
			InstanceKey: list(rapid.Byte()).Draw(t, "key"), Preview: anyText().Draw(t, "preview"),
			ConversationID: maybe(anyToken()).Draw(t, "conversation"), UniqueBody: pointer(anyBody()).Draw(t, "unique body"),
		}
		if i.Kind == KindMessage || i.Kind == KindPostItem {
			i.From, i.Sender = pointer(anyMailbox()).Draw(t, "from"), pointer(anyMailbox()).Draw(t, "sender")
			i.IsRead, i.References = flag.Draw(t, "read"), anyText().Draw(t, "references")
			i.InternetMessageID = anyText().Draw(t, "message id")
		}
		if i.Kind == KindMessage {
			i.To, i.Cc = list(anyMailbox()).Draw(t, "to"), list(anyMailbox()).Draw(t, "cc")
			i.Bcc, i.ReplyTo = list(anyMailbox()).Draw(t, "bcc"), list(anyMailbox()).Draw(t, "reply to")
			i.ConversationIndex = list(rapid.Byte()).Draw(t, "index")
		}
		if i.Kind == KindPostItem {
			i.Posted = anyTime().Draw(t, "posted")
		}
		return i
	})
}

func anyHeader() *rapid.Generator[Header] {
	return rapid.Custom(func(t *rapid.T) Header {
		return Header{
			Version:        V20170711,
			Impersonation:  pointer(rapid.Map(anyToken(), func(s string) Impersonation { return Impersonation{SID: s} })).Draw(t, "who"),
			MailboxCulture: maybe(anyToken()).Draw(t, "culture"), TimeZone: anyText().Draw(t, "zone"),
			DateTimePrecision: maybe(rapid.Just("Milliseconds")).Draw(t, "precision"),
			UserRoles:         maybe(some(anyToken())).Draw(t, "roles"), ApplicationRoles: maybe(some(anyToken())).Draw(t, "app roles"),
		}
	})
}
