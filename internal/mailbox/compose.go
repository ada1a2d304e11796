package mailbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"time"
	"unicode"
)

// RFC822 is the item as an internet message: the one it was made from, or one
// composed from its properties. It needs the item's content. Equal items give
// equal messages.
func (it *Item) RFC822() []byte {
	if it.MIME != nil {
		return it.MIME
	}
	content := it.composeContent(it.Attachments)
	return slices.Concat(it.composeHeader(), content)
}

// Header is one field of a header section, unfolded.
type Header struct{ Name, Value string }

// Headers returns the header section of the MIME form, in order. It needs the
// item's content.
func (it *Item) Headers() []Header {
	var out []Header
	for _, field := range headerFields(headerSection(it.RFC822())) {
		name, value, _ := strings.Cut(field, ":")
		unfolded := strings.NewReplacer("\r\n", "", "\n", "").Replace(value)
		out = append(out, Header{strings.TrimSpace(name), strings.TrimSpace(unfolded)})
	}
	return out
}

// managed are the header fields that follow from the item's properties.
var managed = []string{
	"From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Subject", "Date", "Message-Id",
	"In-Reply-To", "References", "Importance", "Sensitivity", "Mime-Version",
}

// composeHeader writes the managed fields, each ended by CRLF.
func (it *Item) composeHeader() []byte {
	var b bytes.Buffer
	write := func(name, value string) {
		if value != "" {
			b.WriteString(name + ": " + value + "\r\n")
		}
	}
	write("From", composeAddresses([]Address{it.From}))
	if it.Sender != it.From {
		write("Sender", composeAddresses([]Address{it.Sender}))
	}
	write("Reply-To", composeAddresses(it.ReplyTo))
	write("To", composeAddresses(it.To))
	write("Cc", composeAddresses(it.Cc))
	write("Bcc", composeAddresses(it.Bcc))
	write("Subject", mime.QEncoding.Encode("utf-8", oneLine(it.Subject)))
	at := it.Sent
	if at.IsZero() {
		at = it.Created
	}
	if !at.IsZero() {
		write("Date", at.UTC().Format(time.RFC1123Z))
	}
	write("Message-ID", oneLine(it.InternetMessageID))
	write("In-Reply-To", oneLine(it.InReplyTo))
	write("References", strings.Join(strings.Fields(oneLine(it.References)), "\r\n "))
	write("Importance", map[Importance]string{LowImportance: "low", HighImportance: "high"}[it.Importance])
	write("Sensitivity", map[Sensitivity]string{
		PersonalSensitivity: "Personal", PrivateSensitivity: "Private", ConfidentialSensitivity: "Company-Confidential",
	}[it.Sensitivity])
	write("MIME-Version", "1.0")
	return b.Bytes()
}

// composeAddresses writes a list of addresses, one to a line.
func composeAddresses(list []Address) string {
	var texts []string
	for _, a := range list {
		name, address := oneLine(a.Name), oneLine(a.Address)
		switch {
		case name == "" && address == "":
		case strings.Contains(address, "@"):
			texts = append(texts, (&mail.Address{Name: name, Address: address}).String())
		case name == "":
			// An X.500 name or a SIP user has no place in a message.
			texts = append(texts, mime.QEncoding.Encode("utf-8", address)+":;")
		default:
			texts = append(texts, mime.QEncoding.Encode("utf-8", name)+":;")
		}
	}
	return strings.Join(texts, ",\r\n ")
}

// oneLine keeps a value from ending its header field.
func oneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s))
}

// composeContent writes the fields that describe the content, an empty line
// and the content.
func (it *Item) composeContent(attachments []Attachment) []byte {
	var b bytes.Buffer
	if len(attachments) == 0 {
		it.writeBody(&b)
		return b.Bytes()
	}
	w := multipart.NewWriter(&b)
	_ = w.SetBoundary(it.boundary("mixed")) // always valid
	b.WriteString("Content-Type: multipart/mixed; boundary=\"" + w.Boundary() + "\"\r\n\r\n")
	var body bytes.Buffer
	it.writeBody(&body)
	b.WriteString("--" + w.Boundary() + "\r\n")
	b.Write(body.Bytes())
	b.WriteString("\r\n")
	for _, a := range attachments {
		// Writing to a buffer cannot fail.
		part, _ := w.CreatePart(attachmentHeader(a))
		writeBase64(part, a.Content)
	}
	_ = w.Close()
	return b.Bytes()
}

// writeBody writes the body as one entity: text, or text and HTML.
func (it *Item) writeBody(b *bytes.Buffer) {
	if it.Body.Type != HTML {
		writeText(b, "plain", it.Body.Text)
		return
	}
	boundary := it.boundary("alternative")
	b.WriteString("Content-Type: multipart/alternative; boundary=\"" + boundary + "\"\r\n\r\n--" + boundary + "\r\n")
	writeText(b, "plain", it.Body.As(Text).Text)
	b.WriteString("\r\n--" + boundary + "\r\n")
	writeText(b, "html", it.Body.Text)
	b.WriteString("\r\n--" + boundary + "--\r\n")
}

func writeText(b *bytes.Buffer, subtype, text string) {
	b.WriteString("Content-Type: text/" + subtype + "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
	w := quotedprintable.NewWriter(b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
}

// boundary is drawn from the content, so that composing twice gives the same.
func (it *Item) boundary(part string) string {
	sum := sha256.Sum256([]byte(part + it.Subject + "\x00" + it.Body.Text))
	return "=_" + part + "_" + hex.EncodeToString(sum[:12])
}

func attachmentHeader(a Attachment) textproto.MIMEHeader {
	typ := a.ContentType
	if _, _, err := mime.ParseMediaType(typ); err != nil {
		typ = "application/octet-stream"
	}
	disposition := "attachment"
	if a.Inline {
		disposition = "inline"
	}
	params := map[string]string{}
	if a.Name != "" {
		params["filename"] = oneLine(a.Name)
	}
	h := textproto.MIMEHeader{
		"Content-Type":              {oneLine(typ)},
		"Content-Transfer-Encoding": {"base64"},
		"Content-Disposition":       {mime.FormatMediaType(disposition, params)},
	}
	if a.ContentID != "" {
		h.Set("Content-Id", "<"+strings.Trim(oneLine(a.ContentID), "<>")+">")
	}
	return h
}

func writeBase64(w io.Writer, content []byte) {
	const line = 57 // bytes, 76 characters
	for len(content) > 0 {
		n := min(line, len(content))
		_, _ = io.WriteString(w, base64.StdEncoding.EncodeToString(content[:n])+"\r\n")
		content = content[n:]
	}
}

// recompose brings the MIME form up to date with an item that changed since:
// header fields that follow from properties are written anew, the others stay.
// A new body keeps the attachments of the old message.
func (it *Item) recompose(newBody bool) []byte {
	head, content := split(it.MIME)
	out := bytes.NewBuffer(it.composeHeader())
	for _, field := range headerFields(head) {
		name, _, _ := strings.Cut(field, ":")
		name = textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name))
		if slices.Contains(managed, name) || newBody && strings.HasPrefix(name, "Content-") {
			continue
		}
		out.WriteString(field)
	}
	if newBody {
		var files []Attachment
		if old, err := ParseMIME(it.MIME); err == nil {
			files = old.Attachments
		}
		out.Write(it.composeContent(files))
		return out.Bytes()
	}
	out.WriteString("\r\n")
	out.Write(content)
	return out.Bytes()
}

// split parts a message at the empty line after its header section.
func split(message []byte) (head, content []byte) {
	end, length := -1, 0
	for _, empty := range []string{"\r\n\r\n", "\n\n"} {
		if i := bytes.Index(message, []byte(empty)); i >= 0 && (end < 0 || i < end) {
			end, length = i+len(empty)/2, len(empty)/2
		}
	}
	if end < 0 {
		return message, nil
	}
	return message[:end], message[end+length:]
}

func headerSection(message []byte) []byte {
	head, _ := split(message)
	return head
}

// headerFields parts a header section into fields, folded as they were, each
// with its line end.
func headerFields(head []byte) []string {
	var fields []string
	for line := range strings.Lines(string(head)) {
		if !strings.HasSuffix(line, "\n") {
			line += "\r\n"
		}
		folded := line[0] == ' ' || line[0] == '\t'
		switch {
		case folded && len(fields) > 0:
			fields[len(fields)-1] += line
		case strings.Contains(line, ":"):
			fields = append(fields, line)
		}
	}
	return fields
}
