package ewsserver

import (
	"slices"
	"time"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/mailbox"
	"github.com/matchseal/matchseal/internal/problem"
)

// field is one property that a client may give an item. take reads it from a
// request, show writes it into an answer; given reports whether a request to
// create an item holds it.
type field struct {
	uri   string
	given func(*ews.Item) bool
	take  func(in *ews.Item, it *mailbox.Item) error
	show  func(it *mailbox.Item, out *ews.Item)
}

// fields are all of them. The body is shown elsewhere, because its form depends
// on the shape.
var fields = []field{
	text("item:ItemClass", func(i *ews.Item) *string { return &i.Class }, func(it *mailbox.Item) *string { return &it.Class }),
	text("item:Subject", func(i *ews.Item) *string { return &i.Subject }, func(it *mailbox.Item) *string { return &it.Subject }),
	text("item:InReplyTo", func(i *ews.Item) *string { return &i.InReplyTo }, func(it *mailbox.Item) *string { return &it.InReplyTo }),
	text("message:InternetMessageId", func(i *ews.Item) *string { return &i.InternetMessageID }, func(it *mailbox.Item) *string { return &it.InternetMessageID }),
	text("message:References", func(i *ews.Item) *string { return &i.References }, func(it *mailbox.Item) *string { return &it.References }),
	bodyField,
	{
		uri:   "item:Importance",
		given: func(i *ews.Item) bool { return i.Importance != "" },
		take: func(i *ews.Item, it *mailbox.Item) error {
			it.Importance = mailbox.NormalImportance
			if n := slices.Index(importances, i.Importance); n >= 0 {
				it.Importance = mailbox.Importance(n)
			}
			return nil
		},
		show: func(it *mailbox.Item, i *ews.Item) { i.Importance = word(importances, it.Importance) },
	}, {
		uri:   "item:Sensitivity",
		given: func(i *ews.Item) bool { return i.Sensitivity != "" },
		take: func(i *ews.Item, it *mailbox.Item) error {
			it.Sensitivity = mailbox.Sensitivity(max(slices.Index(sensitivities, i.Sensitivity), 0))
			return nil
		},
		show: func(it *mailbox.Item, i *ews.Item) { i.Sensitivity = word(sensitivities, it.Sensitivity) },
	}, {
		uri:   "item:Categories",
		given: func(i *ews.Item) bool { return i.Categories != nil },
		take:  func(i *ews.Item, it *mailbox.Item) error { it.Categories = i.Categories; return nil },
		show:  func(it *mailbox.Item, i *ews.Item) { i.Categories = it.Categories },
	}, {
		uri:   "message:IsRead",
		given: func(i *ews.Item) bool { return i.IsRead != nil },
		take: func(i *ews.Item, it *mailbox.Item) error {
			it.Flags = it.Flags.With(mailbox.Read, i.IsRead != nil && *i.IsRead)
			return nil
		},
		show: func(it *mailbox.Item, i *ews.Item) { i.IsRead = new(it.Flags.Has(mailbox.Read)) },
	},
	person("message:From", func(i *ews.Item) **ews.Mailbox { return &i.From }, func(it *mailbox.Item) *mailbox.Address { return &it.From }),
	person("message:Sender", func(i *ews.Item) **ews.Mailbox { return &i.Sender }, func(it *mailbox.Item) *mailbox.Address { return &it.Sender }),
	people("message:ToRecipients", func(i *ews.Item) *[]ews.Mailbox { return &i.To }, func(it *mailbox.Item) *[]mailbox.Address { return &it.To }),
	people("message:CcRecipients", func(i *ews.Item) *[]ews.Mailbox { return &i.Cc }, func(it *mailbox.Item) *[]mailbox.Address { return &it.Cc }),
	people("message:BccRecipients", func(i *ews.Item) *[]ews.Mailbox { return &i.Bcc }, func(it *mailbox.Item) *[]mailbox.Address { return &it.Bcc }),
	people("message:ReplyTo", func(i *ews.Item) *[]ews.Mailbox { return &i.ReplyTo }, func(it *mailbox.Item) *[]mailbox.Address { return &it.ReplyTo }),
	yesNo("message:IsReadReceiptRequested", readReceipt, func(i *ews.Item) **bool { return &i.IsReadReceiptRequested }),
	yesNo("message:IsDeliveryReceiptRequested", deliveryReceipt, func(i *ews.Item) **bool { return &i.IsDeliveryReceiptRequested }),
	yesNo("message:IsResponseRequested", replyRequested, func(i *ews.Item) **bool { return &i.IsResponseRequested }),
	{
		uri:   "message:ConversationTopic",
		given: func(i *ews.Item) bool { return i.ConversationTopic != "" },
		take: func(i *ews.Item, it *mailbox.Item) error {
			return keep(it, conversationTopic, mailbox.TypeString, i.ConversationTopic)
		},
		show: func(it *mailbox.Item, i *ews.Item) {
			i.ConversationTopic = kept(it, conversationTopic, mailbox.TypeString)
		},
	},
	{
		uri:   "item:Flag",
		given: func(i *ews.Item) bool { return i.Flag != nil },
		take:  takeFlag,
		show:  showFlag,
	},
	{
		uri:   "item:MimeContent",
		given: func(*ews.Item) bool { return false }, // fromWire begins with it
		take:  replaceMIME,
		show:  func(*mailbox.Item, *ews.Item) {},
	},
}

// fieldOf finds the field of a URI.
func fieldOf(uri string) (field, bool) {
	i := slices.IndexFunc(fields, func(f field) bool { return f.uri == uri })
	if i < 0 {
		return field{}, false
	}
	return fields[i], true
}

var bodyField = field{
	uri:   "item:Body",
	given: func(i *ews.Item) bool { return i.Body != nil },
	take: func(i *ews.Item, it *mailbox.Item) error {
		switch {
		case i.Body == nil:
			it.Body = mailbox.Body{Type: mailbox.Text}
		case i.Body.Type == ews.BodyHTML:
			it.Body = mailbox.Body{Type: mailbox.HTML, Text: i.Body.Text}
		default:
			it.Body = mailbox.Body{Type: mailbox.Text, Text: i.Body.Text}
		}
		return nil
	},
	show: func(it *mailbox.Item, i *ews.Item) { i.Body = wireBody(it.Body, ews.BodyBest) },
}

func text(uri string, wire func(*ews.Item) *string, own func(*mailbox.Item) *string) field {
	return field{
		uri:   uri,
		given: func(i *ews.Item) bool { return *wire(i) != "" },
		take:  func(i *ews.Item, it *mailbox.Item) error { *own(it) = *wire(i); return nil },
		show:  func(it *mailbox.Item, i *ews.Item) { *wire(i) = *own(it) },
	}
}

func person(uri string, wire func(*ews.Item) **ews.Mailbox, own func(*mailbox.Item) *mailbox.Address) field {
	return field{
		uri:   uri,
		given: func(i *ews.Item) bool { return *wire(i) != nil },
		take: func(i *ews.Item, it *mailbox.Item) error {
			*own(it) = mailbox.Address{}
			if m := *wire(i); m != nil {
				*own(it) = address(*m)
			}
			return nil
		},
		show: func(it *mailbox.Item, i *ews.Item) {
			if a := *own(it); a != (mailbox.Address{}) {
				*wire(i) = new(wireAddress(a))
			}
		},
	}
}

func people(uri string, wire func(*ews.Item) *[]ews.Mailbox, own func(*mailbox.Item) *[]mailbox.Address) field {
	return field{
		uri:   uri,
		given: func(i *ews.Item) bool { return *wire(i) != nil },
		take: func(i *ews.Item, it *mailbox.Item) error {
			*own(it) = nil
			for _, m := range *wire(i) {
				*own(it) = append(*own(it), address(m))
			}
			return nil
		},
		show: func(it *mailbox.Item, i *ews.Item) {
			for _, a := range *own(it) {
				*wire(i) = append(*wire(i), wireAddress(a))
			}
		},
	}
}

// yesNo is a field that the store keeps as an extended property.
func yesNo(uri string, id mailbox.PropertyID, wire func(*ews.Item) **bool) field {
	return field{
		uri:   uri,
		given: func(i *ews.Item) bool { return *wire(i) != nil },
		take: func(i *ews.Item, it *mailbox.Item) error {
			value := ""
			if b := *wire(i); b != nil {
				value = map[bool]string{true: "true", false: "false"}[*b]
			}
			return keep(it, id, mailbox.TypeBoolean, value)
		},
		show: func(it *mailbox.Item, i *ews.Item) { *wire(i) = new(kept(it, id, mailbox.TypeBoolean) == "true") },
	}
}

// keep stores a value in an extended property, or removes it for "".
func keep(it *mailbox.Item, id mailbox.PropertyID, typ mailbox.PropertyType, value string) error {
	if value == "" {
		return it.Unset(id)
	}
	return it.Set(mailbox.Property{ID: id, Type: typ, Values: []string{value}})
}

func kept(it *mailbox.Item, id mailbox.PropertyID, typ mailbox.PropertyType) string {
	p, ok := it.Property(id, typ)
	if !ok {
		return ""
	}
	return p.Values[0]
}

func address(m ews.Mailbox) mailbox.Address {
	a := mailbox.Address{Name: m.Name, Address: m.Address, Routing: m.RoutingType}
	if a.Routing == "SMTP" {
		a.Routing = ""
	}
	return a
}

func wireAddress(a mailbox.Address) ews.Mailbox {
	m := ews.Mailbox{Name: a.Name, Address: a.Address, RoutingType: a.Routing}
	if m.Name == "" {
		m.Name = m.Address
	}
	if m.RoutingType == "" {
		m.RoutingType = "SMTP"
	}
	return m
}

// flagStates are the values of the flag's property [MS-OXOFLAG] 2.2.1.1.
var flagStates = map[string]string{"Complete": "1", "Flagged": "2"}

func takeFlag(in *ews.Item, it *mailbox.Item) error {
	flag := ews.Flag{}
	if in.Flag != nil {
		flag = *in.Flag
	}
	if err := keep(it, flagStatus, mailbox.TypeInteger, flagStates[flag.Status]); err != nil {
		return err
	}
	for id, at := range map[mailbox.PropertyID]time.Time{flagStart: flag.Start, flagDue: flag.Due, flagComplete: flag.Complete} {
		value := ""
		if !at.IsZero() {
			value = at.UTC().Format(time.RFC3339)
		}
		if err := keep(it, id, mailbox.TypeSystemTime, value); err != nil {
			return err
		}
	}
	return nil
}

func showFlag(it *mailbox.Item, out *ews.Item) {
	flag := &ews.Flag{Status: "NotFlagged"}
	for status, value := range flagStates {
		if kept(it, flagStatus, mailbox.TypeInteger) == value {
			flag.Status = status
		}
	}
	for id, at := range map[mailbox.PropertyID]*time.Time{flagStart: &flag.Start, flagDue: &flag.Due, flagComplete: &flag.Complete} {
		if text := kept(it, id, mailbox.TypeSystemTime); text != "" {
			*at, _ = mailbox.ParseTime(text) // canonical
		}
	}
	out.Flag = flag
}

// replaceMIME makes an item what another message says, with its class, flags
// and extended properties as they were.
func replaceMIME(in *ews.Item, it *mailbox.Item) error {
	if len(in.MimeContent) == 0 {
		return problem.New(problem.MailboxMIME, "the MIME content is empty")
	}
	parsed, err := mailbox.ParseMIME(in.MimeContent)
	if err != nil {
		return err
	}
	it.MIME, it.Body = parsed.MIME, parsed.Body
	it.Subject, it.From, it.Sender = parsed.Subject, parsed.From, parsed.Sender
	it.To, it.Cc, it.Bcc, it.ReplyTo = parsed.To, parsed.Cc, parsed.Bcc, parsed.ReplyTo
	it.Importance, it.Sensitivity = parsed.Importance, parsed.Sensitivity
	it.InReplyTo, it.References = parsed.InReplyTo, parsed.References
	if parsed.InternetMessageID != "" {
		it.InternetMessageID = parsed.InternetMessageID
	}
	it.Sent = latest(parsed.Sent, it.Sent)
	it.Flags = it.Flags.With(mailbox.HasAttachments, parsed.Flags.Has(mailbox.HasAttachments))
	return nil
}
