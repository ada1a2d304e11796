package storagesvc

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
)

func TestRefusesConversations(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*Conversation)
		says   string
	}{
		"no participants":    {func(c *Conversation) { c.Participants = nil }, "no participants"},
		"too many of them":   {func(c *Conversation) { c.Participants = make([]Participant, MaxParticipants+1) }, "251 participants, 250 are allowed"},
		"one without SIP":    {func(c *Conversation) { c.Participants[1].SIP = "" }, "participant 2 has no SIP address"},
		"no messages":        {func(c *Conversation) { c.Messages = nil }, "no messages"},
		"too many messages":  {func(c *Conversation) { c.Messages = make([]Message, MaxMessages+1) }, "5001 messages, 5000 are allowed"},
		"too much text":      {func(c *Conversation) { c.Messages[1].Text = strings.Repeat("x", MaxText) }, "bytes of text, 1048576 are allowed"},
		"no start":           {func(c *Conversation) { c.Started = time.Time{} }, "does not say when it started"},
		"no time of message": {func(c *Conversation) { c.Messages[1].At = time.Time{} }, "message 2 does not say when"},
		"a stranger":         {func(c *Conversation) { c.Messages[1].From = "eve@litware.test" }, `message 2 is from "eve@litware.test", who is not among`},
		"broken text":        {func(c *Conversation) { c.Messages[0].Text = "\xff" }, "message 1 is not valid UTF-8"},
		"a blank in the id":  {func(c *Conversation) { c.ID = "a b" }, "without blanks"},
		"a broken id":        {func(c *Conversation) { c.ID = "\xff" }, "id must be"},
		"a long id":          {func(c *Conversation) { c.ID = strings.Repeat("x", MaxID+1) }, "at most 128 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := conversation("a")
			tt.change(&c)
			err := c.normalise()
			if problem.CodeOf(err) != problem.StorageConversation || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %s", err, tt.says)
			}
		})
	}
}

// Addresses are compared without case: one mailbox never gets two items
// because somebody spelled it in two ways.
func TestParticipantsAreOneEach(t *testing.T) {
	t.Parallel()
	c := conversation("a")
	c.Participants = append(c.Participants, Participant{SIP: "KEN@Litware.test", Name: "Again"}, Participant{SIP: "adam@litware.test", Name: strings.Repeat("é", MaxName+1)})
	c.Messages[0].From = "Ken@LITWARE.test"
	c.Subject = strings.Repeat("s", 1000)
	if err := c.normalise(); err != nil {
		t.Fatal(err)
	}
	want := []Participant{
		{SIP: "adam@litware.test", Name: strings.Repeat("é", MaxName-1) + "…"}, {SIP: "guest@fabrikam.test"},
		{SIP: "ken@litware.test", Name: "Ken Myer"}, {SIP: "pilar@litware.test"},
	}
	if diff := cmp.Diff(want, c.Participants); diff != "" {
		t.Error(diff)
	}
	if n := utf8.RuneCountInString(c.Subject); n != MaxSubject {
		t.Errorf("the subject has %d characters", n)
	}
}

// checklist: 004-10, how the item looks in the folder.
func TestItem(t *testing.T) {
	t.Parallel()
	c := conversation("a")
	c.Subject = ""
	c.Messages[0].Text = "1 < 2 & \"so\"\r\non\n<script>"
	c.Participants[0].Name = "Ken <Myer>"
	if err := c.normalise(); err != nil {
		t.Fatal(err)
	}
	read := true
	want := ews.Item{
		Class: "IPM.Note.Microsoft.Conversation", Subject: "Conversation with guest@fabrikam.test, Ken <Myer>", IsRead: &read,
		Body: &ews.Body{Type: ews.BodyHTML, Text: "<html><body>\n" +
			"<p><b>Ken &lt;Myer&gt;</b> <span>2026-01-31 09:00:01 UTC</span><br>1 &lt; 2 &amp; &#34;so&#34;<br>on<br>&lt;script&gt;</p>\n" +
			"<p><b>pilar@litware.test</b> <span>2026-01-31 09:00:02 UTC</span><br>Hi</p>\n</body></html>\n"},
		From: &ews.Mailbox{Name: "Ken <Myer>", Address: "ken@litware.test"},
		To:   []ews.Mailbox{{Name: "guest@fabrikam.test", Address: "guest@fabrikam.test"}, {Name: "pilar@litware.test", Address: "pilar@litware.test"}},
		Properties: []ews.ExtendedProperty{
			{URI: ews.ExtendedFieldURI{Tag: 0x0e07, Type: "Integer"}, Values: []string{"1"}},
			{URI: ews.ExtendedFieldURI{Tag: 0x0039, Type: "SystemTime"}, Values: []string{"2026-01-31T09:00:00Z"}},
			{URI: ews.ExtendedFieldURI{Tag: 0x0e06, Type: "SystemTime"}, Values: []string{"2026-01-31T09:00:02Z"}},
			{URI: ews.ExtendedFieldURI{SetID: "5f2d6a3e-7c41-4b8e-9f0a-3d1c8e6b2a74", Name: "StorageServiceDeliveryId", Type: "String"}, Values: []string{"DELIVERY"}},
		},
	}
	if diff := cmp.Diff(want, c.item("pilar@litware.test", "DELIVERY")); diff != "" {
		t.Error(diff)
	}
	c.Participants = c.Participants[:0:0]
	for i := range MaxParticipants {
		c.Participants = append(c.Participants, Participant{SIP: directory.SIP(fmt.Sprintf("user%d@litware.test", i))})
	}
	if n := utf8.RuneCountInString(c.subjectFor("user0@litware.test")); n != MaxSubject {
		t.Errorf("a subject with everybody has %d characters", n)
	}
	if s := (&Conversation{Participants: ken()}).subjectFor("ken@litware.test"); s != "Conversation with yourself" {
		t.Errorf("got %s", s)
	}
}

// Whatever came from elsewhere fits into a row of either engine.
func TestLegible(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOfN(rapid.Byte(), 0, 3000).Draw(t, "s"))
		got := legible(s)
		if !utf8.ValidString(got) || strings.Contains(got, "\x00") || len(got) > 2000+len("…") {
			t.Errorf("%q", got)
		}
		if len(s) < 600 && utf8.ValidString(s) && !strings.Contains(s, "\x00") && got != s {
			t.Errorf("%q became %q", s, got)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		s, most := rapid.String().Draw(t, "s"), rapid.IntRange(1, 20).Draw(t, "most")
		got := shorten(s, most)
		if utf8.RuneCountInString(got) > most {
			t.Errorf("%q has more than %d characters", got, most)
		}
		if utf8.RuneCountInString(s) <= most && got != s {
			t.Errorf("%q became %q", s, got)
		}
	})
}
