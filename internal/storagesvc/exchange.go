package storagesvc

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/matchseal/matchseal/autodiscover"
	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
)

const userAgent = "matchseal StorageService"

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

func newExchange(cfg Config) (*exchange, error) {
	known, err := lru.New[string, located](rememberMailboxes)
	return &exchange{cfg: cfg, known: known}, err
}

// mailbox is one user's mailbox, found.
type mailbox struct {
	user   directory.User
	url    string // of EWS
	key    string // in the cache
	cached bool   // found there
	trace  *trace
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
		m.url, m.cached = l.url, true
		return m, nil
	}
	if m.url, err = x.ask(ctx, u, ep, t); err != nil {
		return nil, autodiscoverFailure(err, u, ep.AutodiscoverURL)
	}
	x.known.Add(m.key, located{m.url, x.cfg.Now()})
	return m, nil
}

// ask asks Autodiscover for the address of EWS.
func (x *exchange) ask(ctx context.Context, u directory.User, ep Endpoint, t *trace) (string, error) {
	t.add("Autodiscover, send GetUserSettings request, SMTP=%s, Autodiscover Uri=%s, Web Proxy=<NULL>", u.SMTP, ep.AutodiscoverURL)
	client := &autodiscover.Client{HTTP: x.cfg.HTTP, UserAgent: userAgent, Consent: autodiscover.AllowDomains(ep.AllowedDomains...), Trace: t.autodiscover, Now: x.cfg.Now}
	start := x.cfg.Now()
	found, err := client.GetUserSettings(s2shttp.WithUser(withTrace(ctx, t), claims(u)), ep.AutodiscoverURL, string(u.SMTP),
		autodiscover.InternalEwsURL, autodiscover.ExternalEwsURL)
	if err != nil {
		return "", err
	}
	url, err := found.EwsURL()
	if err == nil && !strings.HasPrefix(strings.ToLower(url), "https://") {
		err = &autodiscover.Error{Kind: autodiscover.NoEwsURL, URL: found.Endpoint, Mailbox: found.Mailbox,
			Detail: fmt.Sprintf("the answer for %s names the EWS address %q, which is not https", found.Mailbox, url)}
	}
	if err != nil {
		return "", err
	}
	t.add("Autodiscover, received GetUserSettings response, duration Ms=%d, response=NoError", x.cfg.Now().Sub(start).Milliseconds())
	return url, nil
}

// as calls EWS for the mailbox's owner. A failure forgets where the mailbox
// is, because it may have moved; a server that is only busy has not.
func (x *exchange) as(ctx context.Context, m *mailbox, call func(context.Context, *ews.Client) error) error {
	client := &ews.Client{HTTP: x.cfg.HTTP, URL: m.url, Version: ews.Exchange2013, AnchorMailbox: string(m.user.SMTP), UserAgent: userAgent, Trace: m.trace.ews()}
	err := call(s2shttp.WithUser(withTrace(ctx, m.trace), claims(m.user)), client)
	if err == nil {
		return nil
	}
	err = ewsFailure(err, m)
	if !problem.Is(err, problem.StorageBusy) {
		x.known.Remove(m.key)
	}
	return err
}

// mostCopies is how many items of one delivery are looked for. One more
// attempt makes one more copy at the most, so few are enough.
const mostCopies = 10

// find looks for the items that earlier attempts may have left.
func (x *exchange) find(ctx context.Context, m *mailbox, folder ews.DistinguishedFolder, deliveryID string) (ids []ews.ItemID, err error) {
	err = x.as(ctx, m, func(ctx context.Context, c *ews.Client) error {
		resp, err := c.FindItem(ctx, &ews.FindItemRequest{
			Traversal: ews.Shallow, Shape: ews.ItemShape{Base: ews.IDOnly},
			View:        &ews.View{Kind: ews.IndexedView, MaxEntries: mostCopies},
			Restriction: &ews.Restriction{Op: ews.IsEqualTo, Field: ews.Extended(deliveryIDProperty()), Value: deliveryID},
			Parents:     []ews.FolderID{{Distinguished: folder}},
		})
		if err != nil {
			return err
		}
		for _, item := range resp.Messages[0].Items {
			ids = append(ids, item.ID)
		}
		return nil
	})
	return ids, err
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
		if len(resp.Messages[0].Items) != 1 || resp.Messages[0].Items[0].ID.ID == "" {
			return errors.New("CreateItem: the server's answer holds no item id")
		}
		id = resp.Messages[0].Items[0].ID
		return nil
	})
	return id, err
}

// remove deletes items for good.
func (x *exchange) remove(ctx context.Context, m *mailbox, ids ...ews.ItemID) error {
	return x.as(ctx, m, func(ctx context.Context, c *ews.Client) error {
		_, err := c.DeleteItem(ctx, &ews.DeleteItemRequest{Type: ews.HardDelete, IDs: ids})
		return err
	})
}
