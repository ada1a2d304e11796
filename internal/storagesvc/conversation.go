package storagesvc

import (
	"cmp"
	"html/template"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
)

// Limits of one conversation segment; a longer conversation is stored as
// several segments.
const (
	MaxParticipants = 250
	MaxMessages     = 5000
	MaxText         = 1 << 20 // bytes of all messages together
	MaxSubject      = 255     // characters
)

// Conversation is one segment of a conversation.
type Conversation struct {
	ID           string        `json:"id"`
	Subject      string        `json:"subject,omitempty"`
	Started      time.Time     `json:"started"`
	Participants []Participant `json:"participants"`
	Messages     []Message     `json:"messages"`
}

// Participant took part. Only those who are enabled for SIP here get an item.
type Participant struct {
	SIP  directory.SIP `json:"sip"`
	Name string        `json:"name,omitempty"`
}

// Message is one thing that a participant said.
type Message struct {
	From directory.SIP `json:"from"`
	At   time.Time     `json:"at"`
	Text string        `json:"text"`
}

// check refuses a conversation that could not be stored as it is, and puts
// participants into one order without repetition.
func (c *Conversation) check() error {
	switch {
	case len(c.Participants) == 0:
		return problem.New(problem.StorageConversation, "the conversation has no participants; name at least one as {\"sip\": \"user@domain\"}")
	case len(c.Participants) > MaxParticipants:
		return problem.New(problem.StorageConversation, "the conversation has %d participants, %d are allowed", len(c.Participants), MaxParticipants)
	case len(c.Messages) == 0:
		return problem.New(problem.StorageConversation, "the conversation has no messages")
	case len(c.Messages) > MaxMessages:
		return problem.New(problem.StorageConversation, "the conversation has %d messages, %d are allowed in one segment; store the rest as another", len(c.Messages), MaxMessages)
	case c.Started.IsZero():
		return problem.New(problem.StorageConversation, "the conversation does not say when it started (\"started\": \"2026-01-31T09:00:00Z\")")
	case len(c.ID) > 128 || strings.ContainsFunc(c.ID, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return problem.New(problem.StorageConversation, "the conversation's id must be at most 128 characters without blanks")
	}
	text := 0
	for i, m := range c.Messages {
		text += len(m.Text)
		if !utf8.ValidString(m.Text) {
			return problem.New(problem.StorageConversation, "message %d is not valid UTF-8", i+1)
		}
		if !slices.ContainsFunc(c.Participants, func(p Participant) bool { return p.SIP == m.From }) {
			return problem.New(problem.StorageConversation, "message %d is from %s, who is not among the participants", i+1, m.From)
		}
	}
	if text > MaxText {
		return problem.New(problem.StorageConversation, "the conversation holds %d bytes of text, %d are allowed in one segment; store the rest as another", text, MaxText)
	}
	slices.SortStableFunc(c.Participants, func(a, b Participant) int { return cmp.Compare(a.SIP, b.SIP) })
	c.Participants = slices.CompactFunc(c.Participants, func(a, b Participant) bool { return a.SIP == b.SIP })
	return nil
}

// subjectFor words the subject as the owner of the mailbox sees it.
func (c *Conversation) subjectFor(owner directory.SIP) string {
	subject := c.Subject
	if subject == "" {
		var others []string
		for _, p := range c.Participants {
			if p.SIP != owner {
				others = append(others, p.label())
			}
		}
		if len(others) == 0 {
			others = []string{"yourself"}
		}
		subject = "Conversation with " + strings.Join(others, ", ")
	}
	if r := []rune(subject); len(r) > MaxSubject {
		subject = string(r[:MaxSubject-1]) + "…"
	}
	return subject
}

func (p Participant) label() string {
	return cmp.Or(p.Name, string(p.SIP))
}

func (c *Conversation) nameOf(sip directory.SIP) string {
	for _, p := range c.Participants {
		if p.SIP == sip {
			return p.label()
		}
	}
	return string(sip)
}

// ended is the time of the last message.
func (c *Conversation) ended() time.Time {
	last := c.Started
	for _, m := range c.Messages {
		if m.At.After(last) {
			last = m.At
		}
	}
	return last
}

// html renders the transcript; everything anybody wrote is escaped.
func (c *Conversation) html() (string, error) {
	type line struct{ From, At, Text string }
	lines := make([]line, len(c.Messages))
	for i, m := range c.Messages {
		lines[i] = line{c.nameOf(m.From), m.At.UTC().Format("2006-01-02 15:04:05"), m.Text}
	}
	t, err := template.New("transcript").Parse(transcript)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = t.Execute(&b, lines)
	return b.String(), err
}

// transcript is deliberately plain: mail clients show it as it is.
const transcript = `<html><body>
{{range .}}<p><b>{{.From}}</b> <span>{{.At}} UTC</span><br>{{.Text}}</p>
{{end}}</body></html>`
