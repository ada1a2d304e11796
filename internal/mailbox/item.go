package mailbox

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
)

// Limits of what is stored. Sizes are bytes unless they say otherwise.
const (
	maxFolderName     = 255 // characters
	maxClass          = 255
	maxSubject        = 4096
	maxMessageID      = 2048
	maxReferences     = 64 << 10
	maxAddress        = 1024 // name or address
	maxRecipients     = 5000 // of one item, all kinds together
	maxCategories     = 100
	maxProperties     = 500
	maxPropertyName   = 1024
	maxPropertyValues = 1000
	// MaxItemSize bounds an item with everything in it. In base64 it fits into
	// the 64 MiB that Exchange takes in one request.
	MaxItemSize = 47 << 20

	deleteBatch = 200
)

// Flags are the message flags, property tag 0x0e07 [MS-OXCMSG] 2.2.1.6. Read
// and Unsent are a client's to choose when it makes an item; the others follow
// from the item.
type Flags int64

const (
	Read           Flags = 0x01
	Unmodified     Flags = 0x02
	Unsent         Flags = 0x08 // still being written: a draft
	HasAttachments Flags = 0x10
	associatedFlag Flags = 0x40
)

// NewItemFlags are the flags of an item whose maker does not say otherwise
// [MS-OXCMSG] 3.2.5.2.
const NewItemFlags = Read | Unsent

// Has reports whether all of want are set.
func (f Flags) Has(want Flags) bool { return f&want == want }

// With sets or clears some flags.
func (f Flags) With(which Flags, on bool) Flags {
	if on {
		return f | which
	}
	return f &^ which
}

// Importance of an item, as in property tag 0x0017.
type Importance int

const (
	LowImportance Importance = iota
	NormalImportance
	HighImportance
)

// Sensitivity of an item, as in property tag 0x0036.
type Sensitivity int

const (
	NormalSensitivity Sensitivity = iota
	PersonalSensitivity
	PrivateSensitivity
	ConfidentialSensitivity
)

// Address is a sender or a recipient. The zero Address is an absent one.
type Address struct {
	Name    string `json:"name,omitempty"`
	Address string `json:"address,omitempty"`
	Routing string `json:"routing,omitempty"` // "" is SMTP
}

// String gives `Name <address>`, or what there is of it.
func (a Address) String() string {
	switch {
	case a.Address == "":
		return a.Name
	case a.Name == "":
		return a.Address
	}
	return a.Name + " <" + a.Address + ">"
}

// label is what people see.
func (a Address) label() string {
	if a.Name == "" {
		return a.Address
	}
	return a.Name
}

// addressTexts are the texts under which a search finds addresses.
func addressTexts(list []Address) []string {
	var texts []string
	for _, a := range list {
		if label := a.label(); label != "" {
			texts = append(texts, label)
		}
		if a.Name != "" && a.Address != "" {
			texts = append(texts, a.Address)
		}
	}
	return texts
}

// DisplayNames joins what people see of the addresses, "Kim; Ken".
func DisplayNames(list []Address) string {
	var names []string
	for _, a := range list {
		names = append(names, a.label())
	}
	return strings.Join(names, "; ")
}

// Attachment is a file that belongs to an item that is being made. It becomes
// part of the item's MIME form.
type Attachment struct {
	Name        string
	ContentType string // "" is application/octet-stream
	ContentID   string
	Inline      bool
	Content     []byte
}

// Item is one item of a mailbox.
type Item struct {
	ID        ItemID
	FolderID  FolderID
	ChangeKey ChangeKey
	// Associated items belong to their folder (settings, views); they are not
	// part of its contents and only a query for them finds them.
	Associated bool

	Class         string // "IPM.Note"
	Subject       string
	Body          Body
	Preview       string // first 255 characters of the body as text
	From, Sender  Address
	To, Cc, Bcc   []Address
	ReplyTo       []Address
	Sent          time.Time
	Received      time.Time
	Created       time.Time
	Modified      time.Time
	Flags         Flags
	Importance    Importance
	Sensitivity   Sensitivity
	Categories    []string
	Size          int64 // bytes
	ArticleNumber int64 // > 0, grows within the folder, never used again

	InternetMessageID string // "<id@host>"
	InReplyTo         string
	References        string

	// MIME is the internet message the item was made from, byte for byte.
	// RFC822 composes one when it is nil.
	MIME        []byte
	Attachments []Attachment // only on the way in
	Properties  []Property   // extended properties, in the order given

	row, folderRow   int64
	guid, folderGUID guid
	change           int64
}

// Set sets one property. A tag that has a native field sets the field; it
// fails with MailboxPropertyReadOnly where the server keeps the field, and with
// MailboxPropertyValue.
func (it *Item) Set(p Property) error {
	p, err := p.check()
	if err != nil {
		return err
	}
	field, typ, native := itemAlias(p.ID)
	switch {
	case !native:
		it.Properties = properties(it.Properties).with(p)
		return nil
	case typ != p.Type:
		return problem.New(problem.MailboxPropertyValue, "property %s is of type %s", p.ID, typ)
	}
	return it.setField(p, field, canonicalValue(typ, p.Values[0]))
}

func (it *Item) setField(p Property, field Field, v Value) error {
	switch field {
	case FieldFlags:
		it.Flags = Flags(v.number)
	case FieldRead:
		it.Flags = it.Flags.With(Read, v.number == 1)
	case FieldImportance:
		it.Importance = Importance(v.number)
	case FieldSensitivity:
		it.Sensitivity = Sensitivity(v.number)
	case FieldClass:
		it.Class = v.text
	case FieldSubject:
		it.Subject = v.text
	case FieldBody:
		it.Body = Body{Type: Text, Text: v.text}
	case FieldMessageID:
		it.InternetMessageID = v.text
	case FieldInReplyTo:
		it.InReplyTo = v.text
	case FieldReferences:
		it.References = v.text
	case FieldSent:
		it.Sent = time.UnixMicro(v.number).UTC()
	case FieldReceived:
		it.Received = time.UnixMicro(v.number).UTC()
	default:
		return readOnly(p.ID)
	}
	return nil
}

// Unset removes an extended property; one that is absent is no error. It fails
// with MailboxPropertyReadOnly for a native field.
func (it *Item) Unset(id PropertyID) error {
	if _, _, native := itemAlias(id); native {
		return readOnly(id)
	}
	it.Properties = properties(it.Properties).without(id)
	return nil
}

// settle brings an item that is about to be written into its stored form:
// clean texts, default class, computed flags, size and preview. It fails with
// MailboxTooLarge or MailboxPropertyValue.
func (it *Item) settle() error {
	for _, s := range []*string{&it.Class, &it.Subject, &it.Body.Text, &it.InternetMessageID, &it.InReplyTo, &it.References} {
		*s = clean(*s)
	}
	if it.Class == "" {
		it.Class = "IPM.Note"
	}
	if it.Body.Type == "" {
		it.Body.Type = Text
	}
	if it.Importance < LowImportance || it.Importance > HighImportance {
		return problem.New(problem.MailboxPropertyValue, "importance %d is not 0, 1 or 2", it.Importance)
	}
	if it.Sensitivity < NormalSensitivity || it.Sensitivity > ConfidentialSensitivity {
		return problem.New(problem.MailboxPropertyValue, "sensitivity %d is not between 0 and 3", it.Sensitivity)
	}
	if err := it.checkCounts(); err != nil {
		return err
	}
	it.Flags = it.Flags.With(associatedFlag, it.Associated)
	it.Preview = preview(it.Body)
	it.Size = it.weigh()
	if it.Size > MaxItemSize {
		return problem.New(problem.MailboxTooLarge, "the item has %d bytes; at most %d are stored", it.Size, MaxItemSize)
	}
	return nil
}

// checkCounts applies the limits on the parts of an item.
func (it *Item) checkCounts() error {
	recipients := len(it.To) + len(it.Cc) + len(it.Bcc) + len(it.ReplyTo)
	for _, part := range []struct {
		what      string
		have, max int
	}{
		{"item class", len(it.Class), maxClass},
		{"subject", len(it.Subject), maxSubject},
		{"message id", len(it.InternetMessageID), maxMessageID},
		{"In-Reply-To", len(it.InReplyTo), maxMessageID},
		{"References", len(it.References), maxReferences},
		{"list of recipients", recipients, maxRecipients},
		{"list of categories", len(it.Categories), maxCategories},
		{"list of properties", len(it.Properties), maxProperties},
	} {
		if part.have > part.max {
			return problem.New(problem.MailboxTooLarge, "the %s is longer than %d", part.what, part.max)
		}
	}
	for _, list := range [][]Address{{it.From, it.Sender}, it.To, it.Cc, it.Bcc, it.ReplyTo} {
		for i := range list {
			if len(list[i].Name) > maxAddress || len(list[i].Address) > maxAddress {
				return problem.New(problem.MailboxTooLarge, "an address is longer than %d bytes", maxAddress)
			}
		}
	}
	return nil
}

// weigh is the size of the item: its MIME form, or what one would be made of,
// and its extended properties.
func (it *Item) weigh() int64 {
	n := int64(len(it.MIME))
	if it.MIME == nil {
		n = int64(len(it.Subject) + len(it.Body.Text))
		for _, list := range [][]Address{{it.From, it.Sender}, it.To, it.Cc, it.Bcc, it.ReplyTo} {
			for _, a := range list {
				n += int64(len(a.String()))
			}
		}
	}
	for _, p := range it.Properties {
		n += p.bytes()
	}
	return n
}

// details is the JSON form of what a list shows of an item and SQL neither
// sorts nor searches.
type details struct {
	Class      string    `json:"class"`
	Subject    string    `json:"subject,omitempty"`
	Preview    string    `json:"preview,omitempty"`
	From       Address   `json:"from,omitzero"`
	Sender     Address   `json:"sender,omitzero"`
	To         []Address `json:"to,omitempty"`
	Cc         []Address `json:"cc,omitempty"`
	Bcc        []Address `json:"bcc,omitempty"`
	ReplyTo    []Address `json:"replyTo,omitempty"`
	Categories []string  `json:"categories,omitempty"`
	MessageID  string    `json:"messageId,omitempty"`
	InReplyTo  string    `json:"inReplyTo,omitempty"`
	References string    `json:"references,omitempty"`
}

func (it *Item) encodeDetails() string {
	text, _ := json.Marshal(details{ // texts only: cannot fail
		it.Class, it.Subject, it.Preview, it.From, it.Sender, it.To, it.Cc, it.Bcc, it.ReplyTo,
		it.Categories, it.InternetMessageID, it.InReplyTo, it.References,
	})
	return string(text)
}

func (it *Item) decodeDetails(text string) error {
	var d details
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return problem.Wrap(err, problem.StoreCorrupt, "the details of an item are not JSON")
	}
	it.Class, it.Subject, it.Preview, it.From, it.Sender = d.Class, d.Subject, d.Preview, d.From, d.Sender
	it.To, it.Cc, it.Bcc, it.ReplyTo, it.Categories = d.To, d.Cc, d.Bcc, d.ReplyTo, d.Categories
	it.InternetMessageID, it.InReplyTo, it.References = d.MessageID, d.InReplyTo, d.References
	return nil
}

// clean makes a text storable on both engines: valid UTF-8 without NUL.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}
