package mailbox

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/matchseal/matchseal/internal/problem"
)

// Limits of a MIME message beyond its size.
const (
	maxHeaderSection = 256 << 10 // bytes
	maxMIMEDepth     = 20        // multiparts within multiparts
	maxMIMEParts     = 1000
)

// ParseMIME reads an internet message into an item: MIME is the message itself,
// the properties, the body and the attachments are what it says. A body that
// breaks off or is of an unknown encoding is read as far as possible; only
// something without a header section fails, with MailboxMIME.
func ParseMIME(message []byte) (Item, error) {
	head, content := split(message)
	if len(head) > maxHeaderSection {
		return Item{}, problem.New(problem.MailboxMIME, "the header section is longer than %d bytes", maxHeaderSection)
	}
	m, err := mail.ReadMessage(bytes.NewReader(append(bytes.Clone(head), "\r\n\r\n"...)))
	if err != nil {
		return Item{}, problem.Wrap(err, problem.MailboxMIME, "the message has no readable header section")
	}
	it := Item{MIME: message, Importance: NormalImportance, Flags: NewItemFlags}
	it.readHeader(m.Header)
	p := partReader{item: &it}
	p.read(textproto.MIMEHeader(m.Header), bytes.NewReader(content), 0)
	it.Flags = it.Flags.With(HasAttachments, len(it.Attachments) > 0)
	return it, nil
}

func (it *Item) readHeader(h mail.Header) {
	it.Subject = decodeWords(h.Get("Subject"))
	it.InternetMessageID = strings.TrimSpace(h.Get("Message-Id"))
	it.InReplyTo = strings.TrimSpace(h.Get("In-Reply-To"))
	it.References = strings.Join(strings.Fields(h.Get("References")), " ")
	if from := parseAddresses(h.Get("From")); len(from) > 0 {
		it.From, it.Sender = from[0], from[0]
	}
	if sender := parseAddresses(h.Get("Sender")); len(sender) > 0 {
		it.Sender = sender[0]
	}
	it.To, it.Cc = parseAddresses(h.Get("To")), parseAddresses(h.Get("Cc"))
	it.Bcc, it.ReplyTo = parseAddresses(h.Get("Bcc")), parseAddresses(h.Get("Reply-To"))
	if at, err := h.Date(); err == nil {
		it.Sent = at.UTC()
	}
	importance, priority := strings.ToLower(h.Get("Importance")), strings.TrimSpace(h.Get("X-Priority"))
	switch {
	case importance == "high", importance == "" && (strings.HasPrefix(priority, "1") || strings.HasPrefix(priority, "2")):
		it.Importance = HighImportance
	case importance == "low", importance == "" && (strings.HasPrefix(priority, "4") || strings.HasPrefix(priority, "5")):
		it.Importance = LowImportance
	}
	switch strings.ToLower(h.Get("Sensitivity")) {
	case "personal":
		it.Sensitivity = PersonalSensitivity
	case "private":
		it.Sensitivity = PrivateSensitivity
	case "company-confidential":
		it.Sensitivity = ConfidentialSensitivity
	}
}

// partReader walks the parts of a message and fills its item.
type partReader struct {
	item  *Item
	parts int
}

func (p *partReader) read(h textproto.MIMEHeader, content io.Reader, depth int) {
	p.parts++
	if p.parts > maxMIMEParts || depth > maxMIMEDepth {
		return
	}
	typ, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || typ == "" {
		typ = "text/plain"
	}
	if strings.HasPrefix(typ, "multipart/") && params["boundary"] != "" {
		p.readParts(multipart.NewReader(content, params["boundary"]), depth)
		return
	}
	disposition, dparams, _ := mime.ParseMediaType(h.Get("Content-Disposition"))
	name := dparams["filename"]
	if name == "" {
		name = params["name"]
	}
	data := decodeTransfer(h.Get("Content-Transfer-Encoding"), content)
	if disposition != "attachment" && name == "" && p.takeBody(typ, params["charset"], data) {
		return
	}
	p.item.Attachments = append(p.item.Attachments, Attachment{
		Name:        decodeWords(name),
		ContentType: typ,
		ContentID:   strings.Trim(h.Get("Content-Id"), "<> "),
		Inline:      disposition == "inline",
		Content:     data,
	})
}

func (p *partReader) readParts(r *multipart.Reader, depth int) {
	for p.parts <= maxMIMEParts {
		part, err := r.NextRawPart()
		if err != nil {
			return // the end, or a message that breaks off
		}
		p.read(part.Header, part, depth+1)
	}
}

// takeBody uses a text part as the body when there is none yet; HTML replaces
// plain text.
func (p *partReader) takeBody(typ, charset string, data []byte) bool {
	body := &p.item.Body
	switch {
	case typ == "text/plain" && body.Type == "":
		*body = Body{Text, decodeCharset(charset, data)}
	case typ == "text/html" && body.Type != HTML:
		*body = Body{HTML, decodeCharset(charset, data)}
	default:
		return false
	}
	return true
}

func decodeTransfer(encoding string, content io.Reader) []byte {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		content = base64.NewDecoder(base64.StdEncoding, newlineFree{content})
	case "quoted-printable":
		content = quotedprintable.NewReader(content)
	}
	data, _ := io.ReadAll(content) // what was read before an error is kept
	return data
}

// newlineFree drops white space, which base64 in mail is full of.
type newlineFree struct{ r io.Reader }

func (n newlineFree) Read(b []byte) (int, error) {
	for {
		got, err := n.r.Read(b)
		kept := 0
		for _, c := range b[:got] {
			if !unicode.IsSpace(rune(c)) {
				b[kept] = c
				kept++
			}
		}
		if kept > 0 || err != nil {
			return kept, err
		}
	}
}

// parseAddresses reads an address list; one that breaks the grammar becomes a
// single address whose name is the text as it stood.
func parseAddresses(value string) []Address {
	if strings.TrimSpace(value) == "" {
		return nil
	}
	parser := mail.AddressParser{WordDecoder: wordDecoder()}
	list, err := parser.ParseList(value)
	if err != nil {
		return []Address{{Name: decodeWords(value)}}
	}
	var out []Address
	for _, a := range list {
		out = append(out, Address{Name: clean(a.Name), Address: clean(a.Address)})
	}
	return out
}

func decodeWords(value string) string {
	if s, err := wordDecoder().DecodeHeader(value); err == nil {
		return clean(s)
	}
	return clean(value)
}

func wordDecoder() *mime.WordDecoder {
	return &mime.WordDecoder{CharsetReader: func(charset string, r io.Reader) (io.Reader, error) {
		data, err := io.ReadAll(r)
		return strings.NewReader(decodeCharset(charset, data)), err
	}}
}

// decodeCharset makes UTF-8 of text. Western Latin sets are converted; of any
// other set what is valid UTF-8 is kept and the rest read as Latin-1.
func decodeCharset(charset string, data []byte) string {
	latin := map[string]bool{"iso-8859-1": true, "latin1": true, "windows-1252": true, "cp1252": true, "iso-8859-15": true}
	if !latin[strings.ToLower(charset)] && utf8.Valid(data) {
		return clean(string(data))
	}
	var out strings.Builder
	for _, c := range data {
		r := rune(c)
		if c >= 0x80 && c <= 0x9f {
			r = windows1252[c-0x80]
		}
		out.WriteRune(r)
	}
	return clean(out.String())
}

// windows1252 is the part of the code page that differs from Latin-1, from
// 0x80 on. Mail labelled Latin-1 means it as well.
var windows1252 = [32]rune{
	'€', '\uFFFD', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\uFFFD', 'Ž', '\uFFFD',
	'\uFFFD', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\uFFFD', 'ž', 'Ÿ',
}
