package storagesvc

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/matchseal/matchseal/autodiscover"
	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
)

// deliveryID is the extended property that makes an item recognisable as ours.
func deliveryIDProperty() ews.ExtendedFieldURI {
	return ews.ExtendedFieldURI{SetID: "5f2d6a3e-7c41-4b8e-9f0a-3d1c8e6b2a74", Name: "StorageServiceDeliveryId", Type: "String"}
}

// The item classes of what the service writes.
const (
	classConversation = "IPM.Note.Microsoft.Conversation"
	classTest         = "IPM.Note"
)

// exchange is the mail server as this service uses it.
type exchange struct {
	cfg Config
	// known remembers where a mailbox was found. An entry is dropped when the
	// address fails, so that a moved mailbox costs one failed attempt.
	known *lru.Cache[string, located]
}

// located is a remembered answer of Autodiscover.
type located struct {
	url string
	at  time.Time
}

const (
	rememberMailboxes = 50_000
	rememberFor       = time.Hour
)

func newExchange(cfg Config) *exchange {
	known, err := lru.New[string, located](rememberMailboxes)
	if err != nil {
		panic(err) // only a size of zero or less is refused
	}
	return &exchange{cfg: cfg, known: known}
}

// mailbox is one user's mailbox, found.
type mailbox struct {
	user  directory.User
	url   string
	key   string // in the cache
	trace *trace
}

// claims are what the act-as token says about the user. The transport leaves
// the SID out for a partner that does not accept SIDs.
func claims(u directory.User) s2s.UserClaims {
	return s2s.UserClaims{NameID: string(u.SID), NII: s2s.NIIActiveDirectory, UPN: string(u.UPN), SMTP: string(u.SMTP), SIP: string(u.SIP)}
}

// locate finds the user's mailbox: by the remembered answer when that is
// allowed and fresh, otherwise by GetUserSettings at the configured URL.
func (x *exchange) locate(ctx context.Context, u directory.User, useCache bool, t *trace) (*mailbox, error) {
	if u.SMTP == "" {
		return nil, problem.New(problem.StorageNoAddress, "%s (sip:%s) has no SMTP address in the directory, so Autodiscover can not be asked for the mailbox", u.Name, u.SIP)
	}
	ep, err := x.cfg.Endpoint(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the OAuth configuration: %w", err)
	}
	m := &mailbox{user: u, key: ep.AutodiscoverURL + " " + string(u.SMTP), trace: t}
	if l, ok := x.known.Get(m.key); ok && useCache && x.cfg.Now().Sub(l.at) < rememberFor {
		t.add("Autodiscover, use cached answer, SMTP=%s, EWS Url=%s", u.SMTP, l.url)
		m.url = l.url
		return m, nil
	}
	t.add("Autodiscover, send GetUserSettings request, SMTP=%s, Autodiscover Uri=%s, Web Proxy=<NULL>", u.SMTP, ep.AutodiscoverURL)
	client := &autodiscover.Client{
		HTTP: x.cfg.HTTP, UserAgent: "matchseal StorageService", Now: x.cfg.Now,
		Consent: autodiscover.AllowDomains(ep.AllowedDomains...),
		Trace: func(e autodiscover.TraceEvent) {
			t.message("Autodiscover.EWSMA", string(e.Tag), e.Time, e.Text)
		},
	}
	start := x.cfg.Now()
	found, err := client.GetUserSettings(s2shttp.WithUser(ctx, claims(u)), ep.AutodiscoverURL, string(u.SMTP),
		autodiscover.InternalEwsURL, autodiscover.ExternalEwsURL)
	if err == nil {
		m.url, err = found.EwsURL()
	}
	if err != nil {
		return nil, autodiscoverFailure(err, u, ep.AutodiscoverURL)
	}
	t.add("Autodiscover, received GetUserSettings response, duration Ms=%d, response=NoError, EWS Url=%s", x.cfg.Now().Sub(start).Milliseconds(), m.url)
	x.known.Add(m.key, located{m.url, x.cfg.Now()})
	return m, nil
}

func (x *exchange) client(m *mailbox) *ews.Client {
	return &ews.Client{HTTP: x.cfg.HTTP, URL: m.url, Version: ews.Exchange2013, Trace: m.trace.ews}
}

// as makes the call for the mailbox's owner; a failure forgets where the
// mailbox is, because it may have moved.
func (x *exchange) as(ctx context.Context, m *mailbox, call func(context.Context, *ews.Client) error) error {
	if err := call(s2shttp.WithUser(ctx, claims(m.user)), x.client(m)); err != nil {
		x.known.Remove(m.key)
		return ewsFailure(err, m)
	}
	return nil
}

// find looks for the item that an earlier attempt may have left.
func (x *exchange) find(ctx context.Context, m *mailbox, folder ews.DistinguishedFolder, deliveryID string) (id ews.ItemID, found bool, err error) {
	err = x.as(ctx, m, func(ctx context.Context, c *ews.Client) error {
		resp, err := c.FindItem(ctx, &ews.FindItemRequest{
			Traversal: ews.Shallow, Shape: ews.ItemShape{Base: ews.IDOnly},
			View:        &ews.View{Kind: ews.IndexedView, MaxEntries: 1},
			Restriction: &ews.Restriction{Op: ews.IsEqualTo, Field: ews.Extended(deliveryIDProperty()), Value: deliveryID},
			Parents:     []ews.FolderID{{Distinguished: folder}},
		})
		if err != nil {
			return err
		}
		if len(resp.Messages) == 1 && len(resp.Messages[0].Items) > 0 {
			id, found = resp.Messages[0].Items[0].ID, true
		}
		return nil
	})
	return id, found, err
}

// create writes one item and returns its id, which Exchange gives only when
// the item is safe.
func (x *exchange) create(ctx context.Context, m *mailbox, folder ews.DistinguishedFolder, item ews.Item) (id ews.ItemID, err error) {
	err = x.as(ctx, m, func(ctx context.Context, c *ews.Client) error {
		resp, err := c.CreateItem(ctx, &ews.CreateItemRequest{
			Disposition: ews.SaveOnly, Folder: &ews.FolderID{Distinguished: folder}, Items: []ews.Item{item},
		})
		if err != nil {
			return err
		}
		if len(resp.Messages) != 1 || len(resp.Messages[0].Items) != 1 || resp.Messages[0].Items[0].ID.ID == "" {
			return fmt.Errorf("CreateItem was answered without the id of the item")
		}
		id = resp.Messages[0].Items[0].ID
		return nil
	})
	return id, err
}

// remove deletes one item for good.
func (x *exchange) remove(ctx context.Context, m *mailbox, id ews.ItemID) error {
	return x.as(ctx, m, func(ctx context.Context, c *ews.Client) error {
		_, err := c.DeleteItem(ctx, &ews.DeleteItemRequest{Type: ews.HardDelete, IDs: []ews.ItemID{id}})
		return err
	})
}

// item makes the transcript as it appears in the owner's folder.
func (d *Delivery) item() (ews.Item, error) {
	c := d.conversation
	body, err := c.html()
	if err != nil {
		return ews.Item{}, fmt.Errorf("rendering conversation %s: %w", c.ID, err)
	}
	read := true
	item := ews.Item{
		Class: classConversation, Subject: c.subjectFor(d.SIP), Body: &ews.Body{Type: ews.BodyHTML, Text: body}, IsRead: &read,
		Properties: []ews.ExtendedProperty{
			// Without the message flag the item would be an unsent draft.
			{URI: ews.PropertyTag(0x0e07, "Integer"), Values: []string{strconv.Itoa(1)}},
			{URI: ews.PropertyTag(0x0039, "SystemTime"), Values: []string{ews.FormatDate(c.Started)}},
			{URI: ews.PropertyTag(0x0e06, "SystemTime"), Values: []string{ews.FormatDate(c.ended())}},
			{URI: deliveryIDProperty(), Values: []string{d.ID}},
		},
	}
	from := c.Messages[0].From
	item.From = &ews.Mailbox{Name: c.nameOf(from), Address: string(from)}
	for _, p := range c.Participants {
		if p.SIP != from {
			item.To = append(item.To, ews.Mailbox{Name: p.label(), Address: string(p.SIP)})
		}
	}
	return item, nil
}

// deliver makes one attempt and returns the item's id.
func (s *Service) deliver(ctx context.Context, d *Delivery) (string, error) {
	itemID, err := s.attempt(ctx, d)
	var logged error
	if err != nil {
		logged = s.events.failed(ctx, err)
	} else {
		logged = s.events.succeeded(ctx, false)
	}
	if logged != nil {
		s.cfg.Log.Error("event not written", "error", logged)
	}
	return itemID, err
}

func (s *Service) attempt(ctx context.Context, d *Delivery) (string, error) {
	u, err := s.cfg.User(ctx, d.SIP)
	if err != nil {
		return "", err
	}
	m, err := s.exchange.locate(ctx, u, true, nil)
	if err != nil {
		return "", err
	}
	if d.Attempts > 1 {
		id, found, err := s.exchange.find(ctx, m, ews.ConversationHistory, d.ID)
		if err != nil {
			return "", err
		}
		if found {
			return id.ID, nil
		}
	}
	item, err := d.item()
	if err != nil {
		return "", err
	}
	id, err := s.exchange.create(ctx, m, ews.ConversationHistory, item)
	return id.ID, err
}

// hostOf is the host of a URL, for messages.
func hostOf(raw string) string {
	if u, err := url.Parse(raw); err == nil && u.Host != "" {
		return u.Host
	}
	return raw
}
