package rollover

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
)

// Kinds of requests that are counted.
const (
	actAs     = "EWS act-as"
	appOnly   = "EWS app-only"
	meeting   = "UCWA act-as"
	storeTest = "storage test" // the node's own calls: Autodiscover and EWS
	oauthTest = "OAuth test"   // the node's own calls: an online meeting
	heldToken = "held token"   // signed up to a day ago
	minted    = "minted by the node"
	stranger  = "stranger"
	stolen    = "stolen token" // signed with a withdrawn key
)

// tally is what happened.
type tally struct {
	mu       sync.Mutex
	requests map[string]int
	failures []string
	moved    int // requests that met a node being killed and were made again
}

func (y *tally) count(kind string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.requests[kind]++
}

func (y *tally) fail(format string, args ...any) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.failures = append(y.failures, fmt.Sprintf(format, args...))
}

func (y *tally) move() {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.moved++
}

// request is one call that has to succeed.
type request struct {
	kind   string
	target *side // whose node answers
	node   int   // which of them is asked first
	do     func(ctx context.Context, node int) error
}

// bearer shows a token.
type bearer struct {
	token string
	next  http.RoundTripper
}

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+b.token)
	return b.next.RoundTrip(r)
}

// claims are what tokens for ken say.
func claims() s2s.UserClaims { return s2s.UserClaims{UPN: ken, SMTP: ken, SIP: ken} }

// inbox reads a folder of ken's mailbox.
func inbox(ctx context.Context, c *http.Client, application bool) error {
	client := ews.Client{HTTP: c, URL: "https://" + mailHost + "/EWS/Exchange.asmx"}
	if application {
		client.Impersonation = &ews.Impersonation{PrimarySMTPAddress: ken}
	}
	_, err := client.GetFolder(ctx, &ews.GetFolderRequest{Shape: ews.FolderShape{Base: ews.IDOnly}, IDs: []ews.FolderID{{Distinguished: "inbox"}}})
	return err
}

// application signs ken on to UCWA.
func application(ctx context.Context, c *http.Client) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+poolHost+"/ucwa/oauth/v1/applications",
		strings.NewReader(`{"userAgent":"rollover","endpointId":"test","culture":"en-US"}`))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := c.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err == nil && resp.StatusCode >= 300 {
		err = &ews.HTTPError{Status: resp.StatusCode, Diagnostics: resp.Header.Get(s2shttp.DiagnosticsHeader), Body: string(said)}
	}
	return err
}

// show shows a token to a node.
func (d *deployment) show(ctx context.Context, held token, node int) error {
	target := d.other(held.issuer)
	c := &http.Client{Timeout: patience, Transport: bearer{held.text, target.direct[node].Transport}}
	if target.name == exchange {
		return inbox(ctx, c, held.actor)
	}
	return application(ctx, c)
}

// refused tells a token that was not accepted from everything else.
func refused(err error) bool {
	var denied *s2shttp.Denied
	var status *ews.HTTPError
	return errors.As(err, &denied) || errors.As(err, &status) && status.Status == http.StatusUnauthorized
}

// round is one request of every kind on every path: from members with fast and
// slow clocks, to every node that runs, and through the nodes' own clients.
func (d *deployment) round() []request {
	x, s := d.sides[exchange], d.sides[skype]
	var all []request
	for n := range x.nodes {
		for i, m := range s.members {
			user := func(ctx context.Context, n int) error {
				return inbox(s2shttp.WithUser(ctx, claims()), m.callers[n], false)
			}
			itself := func(ctx context.Context, n int) error { return inbox(ctx, m.callers[n], true) }
			all = append(all, request{actAs, x, n, user})
			if i == n%2 {
				all = append(all, request{appOnly, x, n, itself})
			}
		}
	}
	for n := range s.nodes {
		for _, m := range x.members {
			all = append(all, request{meeting, s, n, func(ctx context.Context, n int) error {
				return application(s2shttp.WithUser(ctx, claims()), m.callers[n])
			}})
		}
	}
	return all
}

// own are the calls that the nodes make themselves, with their own clients.
func (d *deployment) own() []request {
	x, s := d.sides[exchange], d.sides[skype]
	var all []request
	for n := range s.nodes {
		all = append(all, request{storeTest, s, n, func(ctx context.Context, n int) error {
			_, err := try(ctx, s, n, adminapi.TestCsExStorageConnectivity, adminapi.StorageTestRequest{SipURI: "sip:" + ken})
			return err
		}})
	}
	for n := range x.nodes {
		all = append(all, request{oauthTest, x, n, func(ctx context.Context, n int) error {
			_, err := try(ctx, x, n, adminapi.TestOAuthConnectivity, adminapi.TestOAuthRequest{TargetURI: "https://" + poolHost + "/", Mailbox: ken})
			return err
		}})
	}
	return all
}

// atOnce is how many requests are under way at a time.
const atOnce = 4

// load makes requests and counts what failed. Who meets a node that is being
// killed goes to another one, or waits until it is back.
func (d *deployment) load(ctx context.Context, y *tally, when string, all []request) {
	var wait sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for _, r := range all {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			d.serveOne(ctx, y, when, r)
		})
	}
	wait.Wait()
}

func (d *deployment) serveOne(ctx context.Context, y *tally, when string, r request) {
	late := time.Now().Add(patience)
	for {
		node, ran := r.node, r.target.live()
		if len(ran) > 0 && !slices.Contains(ran, node) {
			node = ran[0]
		}
		err := r.do(ctx, node)
		y.count(r.kind)
		switch {
		case err == nil:
			return
		case !refused(err) && d.killing.Load() && time.Now().Before(late):
			y.move()
			<-time.After(20 * time.Millisecond)
			continue
		}
		y.fail("%s: %s at %s %d: %v", when, r.kind, r.target.name, node+1, err)
		return
	}
}
