package ews

// Mailbox is a sender or recipient.
type Mailbox struct {
	Name    string
	Address string // EmailAddress, an SMTP address when RoutingType is SMTP
	// RoutingType is "SMTP" or "EX"; empty means SMTP.
	RoutingType string
	// Type is MailboxType: "Mailbox", "PublicDL", "OneOff" …
	Type string
}

func (m *Mailbox) encode(w *writer) {
	w.open("t:Mailbox")
	w.textIf("t:Name", m.Name)
	w.textIf("t:EmailAddress", m.Address)
	w.textIf("t:RoutingType", m.RoutingType)
	if w.knows(mailboxTypeSince(m.Type)) {
		w.textIf("t:MailboxType", m.Type)
	}
	w.close("t:Mailbox")
}

func mailboxTypeSince(t string) Version {
	switch t {
	case "OneOff", "Unknown":
		return Exchange2010
	case "GroupMailbox", "ImplicitContact":
		return Exchange2016
	}
	return Exchange2007
}

func decodeMailbox(e element) (m Mailbox) {
	for c := range e.in(nsTypes) {
		switch c.name() {
		case "Name":
			m.Name = c.text()
		case "EmailAddress":
			m.Address = c.token()
		case "RoutingType":
			m.RoutingType = c.token()
		case "MailboxType":
			m.Type = c.token()
		}
	}
	return m
}

func decodeMailboxes(e element) []Mailbox {
	list := []Mailbox{}
	for c := range e.in(nsTypes) {
		if c.name() == "Mailbox" {
			list = append(list, decodeMailbox(c))
		}
	}
	return list
}
