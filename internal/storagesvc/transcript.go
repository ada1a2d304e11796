package storagesvc

import (
	"html"
	"strconv"
	"strings"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/directory"
)

// The item classes of what the service writes.
const (
	classConversation = "IPM.Note.Microsoft.Conversation"
	classTest         = "IPM.Note"
)

// deliveryIDProperty is the extended property that makes an item recognisable
// as that of one delivery. Its name must never change.
func deliveryIDProperty() ews.ExtendedFieldURI {
	return ews.ExtendedFieldURI{SetID: "5f2d6a3e-7c41-4b8e-9f0a-3d1c8e6b2a74", Name: "StorageServiceDeliveryId", Type: "String"}
}

// notDraft is the message flag (PidTagMessageFlags, mfRead) without which
// Exchange keeps an item as an unsent draft.
func notDraft() ews.ExtendedProperty {
	return ews.ExtendedProperty{URI: ews.PropertyTag(0x0e07, "Integer"), Values: []string{strconv.Itoa(1)}}
}

// item makes the conversation as it appears in the owner's folder, marked
// with the delivery's id.
func (c *Conversation) item(owner directory.SIP, deliveryID string) ews.Item {
	names := c.names()
	from := c.Messages[0].From
	read := true
	item := ews.Item{
		Class: classConversation, Subject: c.subjectFor(owner), Body: &ews.Body{Type: ews.BodyHTML, Text: c.transcript(names)}, IsRead: &read,
		From: &ews.Mailbox{Name: names[key(from)], Address: string(from)},
		Properties: []ews.ExtendedProperty{
			notDraft(),
			{URI: ews.PropertyTag(0x0039, "SystemTime"), Values: []string{ews.FormatDate(c.Started)}}, // PidTagClientSubmitTime
			{URI: ews.PropertyTag(0x0e06, "SystemTime"), Values: []string{ews.FormatDate(c.ended())}}, // PidTagMessageDeliveryTime
			{URI: deliveryIDProperty(), Values: []string{deliveryID}},
		},
	}
	for _, p := range c.Participants {
		if !p.SIP.Equal(from) {
			item.To = append(item.To, ews.Mailbox{Name: p.label(), Address: string(p.SIP)})
		}
	}
	return item
}

// subjectFor words the subject as the owner of the mailbox sees it.
func (c *Conversation) subjectFor(owner directory.SIP) string {
	if c.Subject != "" {
		return c.Subject
	}
	var others []string
	for _, p := range c.Participants {
		if !p.SIP.Equal(owner) {
			others = append(others, p.label())
		}
	}
	if len(others) == 0 {
		others = []string{"yourself"}
	}
	return shorten("Conversation with "+strings.Join(others, ", "), MaxSubject)
}

// transcript is the body. It is deliberately plain, because mail clients show
// it as it is, and everything anybody wrote is escaped.
func (c *Conversation) transcript(names map[string]string) string {
	breaks := strings.NewReplacer("\r\n", "<br>", "\n", "<br>", "\r", "<br>")
	var b strings.Builder
	b.WriteString("<html><body>\n")
	for _, m := range c.Messages {
		b.WriteString("<p><b>" + html.EscapeString(names[key(m.From)]) + "</b> <span>" +
			m.At.UTC().Format("2006-01-02 15:04:05") + " UTC</span><br>")
		breaks.WriteString(&b, html.EscapeString(m.Text))
		b.WriteString("</p>\n")
	}
	b.WriteString("</body></html>\n")
	return b.String()
}
