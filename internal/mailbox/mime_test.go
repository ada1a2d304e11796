package mailbox

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/internal/problem"
)

// crlf gives a message the line ends of the wire.
func crlf(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

const wholeMessage = `Received: from somewhere
	by elsewhere
From: =?utf-8?q?K=C3=A9n?= <ken@litware.test>
Sender: Desk <desk@litware.test>
To: "Kim, A." <kim@litware.test>, pat@litware.test
Cc: =?windows-1252?Q?J=F6rg=80?= <joerg@litware.test>
Bcc: hidden@litware.test
Reply-To: answers@litware.test
Subject: =?iso-8859-1?Q?Gr=FC=DFe?= an
 alle
Date: Tue, 02 Jan 2024 03:04:05 +0100
Message-ID: <one@litware.test>
In-Reply-To: <zero@litware.test>
References: <a@x>
	<zero@litware.test>
Importance: High
Sensitivity: Private
X-Kept: yes
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

--outer
Content-Type: multipart/alternative; boundary="inner"

--inner
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Gr=FC=DFe
--inner
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

PHA+R3LDvMOf
ZTwvcD4=
--inner--
--outer
Content-Type: image/png; name="p.png"
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="=?utf-8?q?p=C3=B6.png?="
Content-ID: <pic@x>

AAECAw==
--outer--
`

func TestParseMIME(t *testing.T) {
	it, err := ParseMIME(crlf(wholeMessage))
	must(t, err)
	want := Item{
		Subject: "Grüße an alle", Body: Body{HTML, "<p>Grüße</p>"},
		From: Address{Name: "Kén", Address: "ken@litware.test"}, Sender: Address{Name: "Desk", Address: "desk@litware.test"},
		To:      []Address{{Name: "Kim, A.", Address: "kim@litware.test"}, {Address: "pat@litware.test"}},
		Cc:      []Address{{Name: "Jörg€", Address: "joerg@litware.test"}},
		Bcc:     []Address{{Address: "hidden@litware.test"}},
		ReplyTo: []Address{{Address: "answers@litware.test"}},
		Sent:    time.Date(2024, 1, 2, 2, 4, 5, 0, time.UTC), Importance: HighImportance, Sensitivity: PrivateSensitivity,
		InternetMessageID: "<one@litware.test>", InReplyTo: "<zero@litware.test>", References: "<a@x> <zero@litware.test>",
		Flags: NewItemFlags | HasAttachments, MIME: crlf(wholeMessage),
		Attachments: []Attachment{{Name: "pö.png", ContentType: "image/png", ContentID: "pic@x", Content: []byte{0, 1, 2, 3}}},
	}
	if diff := cmp.Diff(want, it, cmp.AllowUnexported(Item{})); diff != "" {
		t.Error(diff)
	}
	headers := it.Headers()
	if headers[0] != (Header{"Received", "from somewhere\tby elsewhere"}) || len(headers) != 17 {
		t.Errorf("%d headers, the first is %q", len(headers), headers[0])
	}
	if p, ok := it.Property(PropertyID{Set: InternetHeaders, Name: "x-kept"}, TypeString); !ok || p.Values[0] != "yes" {
		t.Errorf("header as a property: %v", p)
	}
}

func TestParseMIMEOfBrokenMessages(t *testing.T) {
	for name, test := range map[string]struct {
		message, body string
		fails         bool
	}{
		"only a header":          {"Subject: x", "", false},
		"line feeds only":        {"Subject: x\n\nbody\n", "body\n", false},
		"cut multipart":          {"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nhello", "hello", false},
		"multipart, no boundary": {"Content-Type: multipart/mixed\n\nhello", "", false},
		"bad base64":             {"Content-Transfer-Encoding: base64\n\naGVsbG8=!!!", "hello", false},
		"bad content type":       {"Content-Type: ;;;\n\nhello", "hello", false},
		"unknown charset":        {"Content-Type: text/plain; charset=x-none\n\nh\xe9", "hé", false},
		"bad address":            {"From: <<<>\n\nx", "x", false},
		"no header section":      {"just text\n\nmore", "", true},
		"nothing":                {"", "", false},
		"long header section":    {"Subject: " + strings.Repeat("x", maxHeaderSection) + "\n\n", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			it, err := ParseMIME([]byte(test.message))
			if test.fails {
				wantCode(t, err, problem.MailboxMIME)
				return
			}
			must(t, err)
			if it.Body.Text != test.body {
				t.Errorf("the body is %q", it.Body.Text)
			}
		})
	}
}

func TestParseMIMEBoundsItsWork(t *testing.T) {
	var deep strings.Builder
	for range 500 {
		deep.WriteString("Content-Type: multipart/mixed; boundary=b\n\n--b\n")
	}
	_, err := ParseMIME([]byte(deep.String()))
	must(t, err)
	it, err := ParseMIME([]byte("Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\nContent-Type: a/b\n\nx\n", 5000)))
	must(t, err)
	if len(it.Attachments) > maxMIMEParts {
		t.Errorf("%d parts were read", len(it.Attachments))
	}
}

func TestComposedMessagesAreReadBackByTheStandardLibrary(t *testing.T) {
	it := item(1)
	it.Subject, it.Body = "Zwölf\r\nBcc: injected@litware.test", Body{HTML, "<p>Grüße</p><p>" + strings.Repeat("long ", 300) + "</p>"}
	it.From.Name = "Kén\r\nX-Evil: 1"
	it.InternetMessageID, it.Sent = "<one@x>", time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	it.Cc = []Address{{Name: "Room", Address: "/o=Org/cn=Room", Routing: "EX"}}
	it.Attachments = []Attachment{{Name: "ä b.txt", ContentType: "text/plain", Content: bytes.Repeat([]byte("data "), 50)}}
	message := it.RFC822()
	if !bytes.Equal(message, it.RFC822()) {
		t.Error("composing twice gives two messages")
	}
	for line := range bytes.Lines(message) {
		if len(line) > 1000 || !bytes.HasSuffix(line, []byte("\r\n")) {
			t.Errorf("line %.80q…", line)
		}
	}
	m, err := mail.ReadMessage(bytes.NewReader(message))
	must(t, err)
	if m.Header.Get("Bcc") != "" || m.Header.Get("X-Evil") != "" {
		t.Error("a value became a header field")
	}
	from, err := m.Header.AddressList("From")
	must(t, err)
	if from[0].Name != "Kén  X-Evil: 1" || from[0].Address != "ken@litware.test" {
		t.Errorf("from %v", from[0])
	}
	if to, err := m.Header.AddressList("To"); err != nil || len(to) != 2 {
		t.Errorf("to %v, %v", to, err)
	}
	typ, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	must(t, err)
	r := multipart.NewReader(m.Body, params["boundary"])
	first, err := r.NextPart()
	must(t, err)
	second, err := r.NextPart()
	must(t, err)
	if typ != "multipart/mixed" || !strings.HasPrefix(first.Header.Get("Content-Type"), "multipart/alternative") || second.FileName() != "ä b.txt" {
		t.Errorf("%s of %v and %v", typ, first.Header, second.Header)
	}
	if _, err := r.NextPart(); err != io.EOF {
		t.Errorf("after the last part: %v", err)
	}
}

// What composing writes, parsing reads.
func TestComposeAndParse(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		line := rapid.StringMatching(`[a-zA-Zäöü€"<>,;:@. ]{0,60}`)
		lines := rapid.StringMatching(`[a-zäö=. ]{0,90}(\r\n[a-zäö=. ]{0,90}){0,3}`)
		it := Item{
			Subject:    strings.Join(strings.Fields(line.Draw(rt, "subject")), " "),
			From:       Address{Name: strings.Join(strings.Fields(line.Draw(rt, "name")), " "), Address: "a.b@litware.test"},
			Body:       Body{Text, lines.Draw(rt, "body")},
			Importance: Importance(rapid.IntRange(0, 2).Draw(rt, "importance")),
		}
		it.To = []Address{it.From, it.From}
		got, err := ParseMIME(it.RFC822())
		must(t, err)
		if got.Subject != it.Subject || got.From != it.From || len(got.To) != 2 || got.To[1] != it.From || got.Importance != it.Importance {
			rt.Errorf("%+v came back as %+v", it, got)
		}
		if got.Body != it.Body && it.Body.Text != "" {
			rt.Errorf("the body %q came back as %q", it.Body, got.Body)
		}
	})
}

func TestMIMEFollowsThePropertiesAfterAnUpdate(t *testing.T) {
	f := sqliteFixture(t)
	parsed, err := ParseMIME(crlf(wholeMessage))
	must(t, err)
	made := f.create(t, f.ken, Inbox, parsed)
	if !bytes.Equal(made.MIME, crlf(wholeMessage)) {
		t.Error("the message is not kept as it was")
	}
	update := func(change func(*Item)) Item {
		t.Helper()
		_, err := f.UpdateItem(t.Context(), f.ken, made.ID, Update{Resolution: AlwaysOverwrite, Change: func(it *Item) error { change(it); return nil }})
		must(t, err)
		got, err := f.Item(t.Context(), f.ken, made.ID, Everything)
		must(t, err)
		return got
	}
	read := update(func(it *Item) { it.Flags = 0; it.Categories = []string{"x"} })
	if !bytes.Equal(read.MIME, crlf(wholeMessage)) {
		t.Error("a change that the message does not show changed the message")
	}
	got := update(func(it *Item) { it.Subject = "New" })
	again, err := ParseMIME(got.MIME)
	must(t, err)
	if again.Subject != "New" || again.Body.Text != "<p>Grüße</p>" || len(again.Attachments) != 1 || !bytes.Contains(got.MIME, []byte("\r\nX-Kept: yes\r\n")) {
		t.Errorf("after a new subject:\n%s", got.MIME)
	}
	got = update(func(it *Item) { it.Body = Body{Text, "plain now"} })
	again, err = ParseMIME(got.MIME)
	must(t, err)
	if again.Subject != "New" || again.Body != (Body{Text, "plain now"}) || len(again.Attachments) != 1 ||
		string(again.Attachments[0].Content) != "\x00\x01\x02\x03" || !got.Flags.Has(HasAttachments) {
		t.Errorf("after a new body:\n%s", got.MIME)
	}
	if n := bytes.Count(bytes.ToLower(got.MIME), []byte("\r\ncontent-type: multipart/mixed")); n != 1 {
		t.Errorf("%d content types", n)
	}
	checkCounters(t, f, f.ken)
}

func TestAttachmentsBecomePartOfTheMessage(t *testing.T) {
	f := sqliteFixture(t)
	it := item(1)
	it.Attachments = []Attachment{{Name: "a.bin", Content: []byte{1, 2, 3}}, {Name: "b.png", ContentType: "image/png", ContentID: "b", Inline: true, Content: []byte{4}}}
	made := f.create(t, f.ken, Inbox, it)
	got, err := f.Item(t.Context(), f.ken, made.ID, Everything)
	must(t, err)
	parsed, err := ParseMIME(got.RFC822())
	must(t, err)
	want := []Attachment{{Name: "a.bin", ContentType: "application/octet-stream", Content: []byte{1, 2, 3}}, it.Attachments[1]}
	if diff := cmp.Diff(want, parsed.Attachments); diff != "" || !got.Flags.Has(HasAttachments) {
		t.Error(diff)
	}
}

func TestBodies(t *testing.T) {
	for _, test := range []struct{ html, text string }{
		{"<html><head><title>no</title></head><body><p>One &amp; two</p><p>three<br/>four</p></body></html>", "One & two\r\nthree\r\nfour"},
		{"a<script>x < y</script>b<style>p{}</style>c", "abc"},
		{"<!-- hidden <b> -->shown", "shown"},
		{"<ul><li>1</li><li>2</li></ul>", "1\r\n2"},
		{"  spaced \n  out  <b>bold</b> text", "spaced out bold text"},
		{"no end <b", "no end"},
		{"<script>never closed", ""},
		{"&#x3C;b&gt;", "<b>"},
		{"<p", ""},
		{"", ""},
	} {
		if got := (Body{HTML, test.html}).As(Text); got != (Body{Text, test.text}) {
			t.Errorf("%q gives %q", test.html, got.Text)
		}
	}
	if got := (Body{Text, "a < b\nc"}).As(HTML).Text; got != "<html><body>a &lt; b<br>\r\nc</body></html>" {
		t.Errorf("text as HTML: %q", got)
	}
	if got := preview(Body{HTML, "<p>" + strings.Repeat("ö ", 300) + "</p>"}); len([]rune(got)) != previewLength {
		t.Errorf("the preview has %d characters", len([]rune(got)))
	}
}

func FuzzParseMIME(f *testing.F) {
	f.Add([]byte(wholeMessage))
	f.Add(crlf(wholeMessage))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n--b--"))
	f.Add([]byte(":\n\n"))
	f.Fuzz(func(t *testing.T, message []byte) {
		it, err := ParseMIME(message)
		if err != nil {
			wantCode(t, err, problem.MailboxMIME)
			return
		}
		it.Subject += "x"
		if again, err := ParseMIME(it.recompose(true)); err != nil {
			t.Errorf("a message made new is not read: %v", err)
		} else if it.Body.Text != "" && again.Body.Type != it.Body.Type {
			t.Errorf("the body changed from %q to %q", it.Body, again.Body)
		}
		_, _ = it.Headers(), preview(it.Body)
	})
}

func FuzzHTMLText(f *testing.F) {
	f.Add("<p>a</p><script>")
	f.Add("<!--<b>-->")
	f.Fuzz(func(t *testing.T, s string) {
		got := htmlText(s)
		if len(got) > 4*len(s)+4 {
			t.Errorf("%d bytes of HTML make %d of text", len(s), len(got))
		}
	})
}
