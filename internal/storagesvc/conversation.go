package storagesvc

import (
	"cmp"
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
	MaxID           = 128 // bytes
	MaxParticipants = 250
	MaxMessages     = 5000
	MaxText         = 1 << 20 // bytes of all messages together
	MaxSubject      = 255     // characters; what is longer is cut
	MaxName         = 255     // characters of a display name; what is longer is cut
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

// refuse makes the failure of a conversation that can not be stored as it is.
func refuse(format string, args ...any) error {
	return problem.New(problem.StorageConversation, format, args...)
}

// normalise refuses a conversation that could not be stored as it is. It cuts
// long names and puts the participants into one order, each of them once.
func (c *Conversation) normalise() error {
	for _, check := range []func(*Conversation) error{(*Conversation).checkHead, (*Conversation).checkParticipants, (*Conversation).checkMessages} {
		if err := check(c); err != nil {
			return err
		}
	}
	c.Subject = shorten(c.Subject, MaxSubject)
	for i := range c.Participants {
		c.Participants[i].Name = shorten(c.Participants[i].Name, MaxName)
	}
	slices.SortStableFunc(c.Participants, func(a, b Participant) int { return cmp.Compare(key(a.SIP), key(b.SIP)) })
	c.Participants = slices.CompactFunc(c.Participants, func(a, b Participant) bool { return a.SIP.Equal(b.SIP) })
	return nil
}

func (c *Conversation) checkHead() error {
	switch {
	case len(c.ID) > MaxID || !utf8.ValidString(c.ID) || strings.ContainsFunc(c.ID, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return refuse("the conversation's id must be at most %d bytes without blanks", MaxID)
	case c.Started.IsZero():
		return refuse("the conversation does not say when it started; add \"started\": \"2026-01-31T09:00:00Z\"")
	case len(c.Participants) == 0:
		return refuse("the conversation has no participants; name at least one as {\"sip\": \"user@domain\"}")
	case len(c.Participants) > MaxParticipants:
		return refuse("the conversation has %d participants, %d are allowed", len(c.Participants), MaxParticipants)
	case len(c.Messages) == 0:
		return refuse("the conversation has no messages")
	case len(c.Messages) > MaxMessages:
		return refuse("the conversation has %d messages, %d are allowed in one segment; store the rest as another", len(c.Messages), MaxMessages)
	}
	return nil
}

func (c *Conversation) checkParticipants() error {
	for i, p := range c.Participants {
		if p.SIP == "" {
			return refuse("participant %d has no SIP address; write {\"sip\": \"user@domain\"}", i+1)
		}
	}
	return nil
}

func (c *Conversation) checkMessages() error {
	known := c.names()
	size := 0
	for i, m := range c.Messages {
		size += len(m.Text)
		_, ok := known[key(m.From)]
		switch {
		case !utf8.ValidString(m.Text):
			return refuse("message %d is not valid UTF-8", i+1)
		case !ok:
			return refuse("message %d is from %q, who is not among the participants", i+1, m.From)
		case m.At.IsZero():
			return refuse("message %d does not say when it was sent; add \"at\": \"2026-01-31T09:00:05Z\"", i+1)
		}
	}
	if size > MaxText {
		return refuse("the conversation holds %d bytes of text, %d are allowed in one segment; store the rest as another", size, MaxText)
	}
	return nil
}

// key makes the spellings of one address equal; addresses are ASCII.
func key(sip directory.SIP) string { return strings.ToLower(string(sip)) }

// names gives the name under which each participant appears, by key.
func (c *Conversation) names() map[string]string {
	names := make(map[string]string, len(c.Participants))
	for _, p := range c.Participants {
		names[key(p.SIP)] = p.label()
	}
	return names
}

func (p Participant) label() string { return cmp.Or(p.Name, string(p.SIP)) }

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

// shorten cuts a text to so many characters.
func shorten(s string, most int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}
