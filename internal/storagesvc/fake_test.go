package storagesvc

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/matchseal/matchseal/autodiscover"
	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
	"github.com/matchseal/matchseal/s2s/s2stest"
)

const (
	autodiscoverHost = "autodiscover.litware.test"
	mailHost         = "mail.litware.test"
	goodURL          = "https://" + autodiscoverHost + "/autodiscover/autodiscover.svc"
	ewsURL           = "https://" + mailHost + "/EWS/Exchange.asmx"
)

// A fault is something that goes wrong inside the fake Exchange, at the
// operation named, so many times (0: until it is healed).
type fault struct {
	op    string // "GetUserSettings", "FindItem", "CreateItem", "DeleteItem", or "" for any
	kind  faultKind
	times int
	code  ews.ResponseCode // for faultResponse
	user  string           // the SMTP address it is for, or "" for any
}

type faultKind string

const (
	faultNoOAuth       faultKind = "401, Basic only"            // 004-13
	faultUnknownUs     faultKind = "401, we are not listed"     //
	faultRefused       faultKind = "401, the token is refused"  //
	faultForbidden     faultKind = "403"                        //
	fault503           faultKind = "503"                        //
	faultPage          faultKind = "a web page"                 //
	faultNoContentType faultKind = "no content type"            //
	faultPOX           faultKind = "a POX document"             //
	faultRedirect      faultKind = "redirect to a foreign host" //
	faultResponse      faultKind = "a failed response message"  //
	faultLostBefore    faultKind = "answer lost before commit"  //
	faultLostAfter     faultKind = "answer lost after commit"   //
	faultHang          faultKind = "hangs, then drops it"       //
	faultHangLate      faultKind = "hangs, then commits"        // after the client has gone
	faultHangAfter     faultKind = "commits, then hangs"        //
	faultBlind         faultKind = "finds nothing"              //
	faultSlow          faultKind = "slow"                       // answers when it is released
)

// stored is an item in a mailbox of the fake.
type stored struct {
	mailbox string // SMTP address
	folder  ews.DistinguishedFolder
	item    ews.Item
}

// fakeExchange is an Exchange server in memory: real TLS, real tokens, the
// public codecs, and faults that can be switched on.
type fakeExchange struct {
	t       testing.TB
	ca      *certs.CA
	cert    tls.Certificate
	skype   *s2stest.Party
	trust   *s2stest.Trust
	guard   *s2shttp.Guard
	address string
	http1   bool // from the next up on

	mu        sync.Mutex
	server    *httptest.Server
	items     []stored
	nextID    int
	faults    []*fault
	asked     map[string]int  // requests that reached an operation, by its name
	release   []chan struct{} // hanging requests that commit late
	listed    bool            // the challenge names us
	location  string          // of EWS, as Autodiscover tells it
	redirect  bool            // Autodiscover at the mail host sends to the other one
	mailboxes map[string]bool // nil: everybody has one
}

// newFake starts the server. Accounts are those of everybody.
func newFake(t testing.TB) *fakeExchange {
	t.Helper()
	ca, err := certs.NewCA("Litware Root", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeExchange{t: t, ca: ca, asked: map[string]int{}, listed: true, location: ewsURL, skype: s2stest.NewSkype("litware.test", "pool.litware.test")}
	f.serveAs(autodiscoverHost, mailHost)
	exchange := s2stest.NewExchange("litware.test", mailHost)
	f.trust = s2stest.NewTrust(f.skype)
	var users s2stest.Users
	for _, u := range people() {
		users = append(users, s2s.User{ID: u.ID, UPN: string(u.UPN), SMTP: string(u.SMTP), SIP: string(u.SIP), SID: string(u.SID), Enabled: true})
	}
	verifier := exchange.Verifier(f.trust, users, time.Now())
	verifier.Hosts, verifier.Now, verifier.Seen = []string{mailHost, autodiscoverHost}, time.Now, s2s.NewSignatureCache(16)
	f.guard = &s2shttp.Guard{Verifier: verifier, Style: s2shttp.Exchange, OtherSchemes: []string{`Basic realm="litware"`},
		Issuers: func(context.Context) ([]s2s.Principal, error) {
			f.mu.Lock()
			defer f.mu.Unlock()
			if !f.listed {
				return nil, nil
			}
			return []s2s.Principal{f.skype.Principal}, nil
		}}
	f.up()
	t.Cleanup(f.down)
	return f
}

// serveAs makes the TLS certificate for the next up.
func (f *fakeExchange) serveAs(names ...string) {
	chain, key, err := f.ca.Issue(certs.TLSRequest{Names: names}.ValidFrom(time.Now()))
	if err != nil {
		f.t.Fatal(err)
	}
	f.cert = certs.TLS(chain, key)
}

// up begins to listen, at the address of the last time if there was one.
func (f *fakeExchange) up() {
	f.t.Helper()
	l, err := net.Listen("tcp", cmp.Or(f.address, "127.0.0.1:0"))
	if err != nil {
		f.t.Fatal(err)
	}
	f.address = l.Addr().String()
	s := httptest.NewUnstartedServer(f)
	s.Listener.Close()
	s.Listener, s.EnableHTTP2 = l, !f.http1
	s.TLS = &tls.Config{Certificates: []tls.Certificate{f.cert}}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.server = s
}

// down refuses connections and breaks those that are open; items stay.
func (f *fakeExchange) down() {
	f.finishHanging()
	f.mu.Lock()
	s := f.server
	f.server = nil
	f.mu.Unlock()
	if s != nil {
		s.CloseClientConnections()
		s.Close()
	}
}

// client calls the server as the skype role does.
func (f *fakeExchange) client(timeout time.Duration) *http.Client {
	return f.clientTo(f.address, timeout)
}

// clientTo calls whatever listens at the address, and trusts f's authority.
func (f *fakeExchange) clientTo(address string, timeout time.Duration) *http.Client {
	f.t.Helper()
	out := outbound.New(outbound.Options{
		Roots: f.ca.Pool(), AllowLoopback: true, Timeout: timeout, Resolver: "127.0.0.1:1", // no names but these
		Connect: map[string]string{autodiscoverHost + ":443": address, mailHost + ":443": address},
	})
	f.t.Cleanup(out.CloseIdle)
	return tokenClient(out, f.skype)
}

// tokenClient sends the tokens of a party to every host of litware.test.
func tokenClient(out *outbound.Client, self *s2stest.Party) *http.Client {
	signer := self.Signer()
	return &http.Client{
		Timeout:       out.HTTP().Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &s2shttp.Transport{
			Base: out.HTTP().Transport, Target: targets,
			Self:  func(context.Context) (s2s.Principal, *s2s.Signer, error) { return self.Principal, signer, nil },
			Trace: TraceToken,
		},
	}
}

// breaks switches a fault on, heal all of them off.
func (f *fakeExchange) breaks(x fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = append(f.faults, &x)
}

func (f *fakeExchange) heal() {
	f.finishHanging()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = nil
}

// finishHanging lets requests that hang go on to their commit.
func (f *fakeExchange) finishHanging() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.release {
		close(c)
	}
	f.release = nil
}

// hold makes a request hang until finishHanging.
func (f *fakeExchange) hold() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := make(chan struct{})
	f.release = append(f.release, c)
	return c
}

// hanging is how many requests wait for finishHanging.
func (f *fakeExchange) hanging() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.release)
}

// hit returns the fault that strikes now, if one does.
func (f *fakeExchange) hit(op, user string) *fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked[op]++
	for i, x := range f.faults {
		if (x.op == "" || x.op == op) && (x.user == "" || x.user == user) {
			if x.times--; x.times == 0 {
				f.faults = slices.Delete(f.faults, i, i+1)
			}
			return x
		}
	}
	return nil
}

// requests is how often an operation was asked for.
func (f *fakeExchange) requests(op string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked[op]
}

// set changes a field while the server runs.
func (f *fakeExchange) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// copies counts the items with a subject in a mailbox.
func (f *fakeExchange) copies(mailbox, subject string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, s := range f.items {
		if s.mailbox == mailbox && s.item.Subject == subject {
			n++
		}
	}
	return n
}

// all returns what lies in all mailboxes.
func (f *fakeExchange) all() []stored {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.items)
}

// ServeHTTP implements http.Handler.
func (f *fakeExchange) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client has gone
	}
	f.mu.Lock()
	redirect := f.redirect
	f.mu.Unlock()
	if redirect && r.Host == mailHost && r.URL.Path == autodiscover.PathSOAP {
		http.Redirect(w, r, goodURL, http.StatusFound)
		return
	}
	op, answer := f.decode(r, body)
	if op == "" {
		http.NotFound(w, r)
		return
	}
	if f.struckAtDoor(w, r, op) {
		return
	}
	decision, handled := f.guard.Authenticate(w, r)
	if handled {
		return
	}
	if decision == nil || decision.User == nil {
		f.guard.Challenge(w, r, nil)
		return
	}
	user := decision.User.SMTP
	if anchor := r.Header.Get("X-AnchorMailbox"); anchor != user {
		f.t.Errorf("%s for %s is routed to %q", op, user, anchor)
	}
	x := f.hit(op, user)
	if x != nil && f.strike(w, r, x, func() { answer(httptest.NewRecorder(), user) }) {
		return
	}
	answer(w, user)
}

// decode finds the operation of a request and what answers it.
func (f *fakeExchange) decode(r *http.Request, body []byte) (op string, answer func(w http.ResponseWriter, user string)) {
	switch {
	case r.Host == autodiscoverHost && r.URL.Path == autodiscover.PathSOAP:
		q, err := autodiscover.DecodeRequest(body)
		if err != nil {
			f.t.Errorf("Autodiscover request: %v", err)
			return "", nil
		}
		return "GetUserSettings", func(w http.ResponseWriter, _ string) { f.userSettings(w, q.Call.(autodiscover.GetUserSettings)) }
	case r.Host == mailHost && r.URL.Path == "/EWS/Exchange.asmx":
		q, err := ews.DecodeRequest(bytes.NewReader(body), ews.Limits{})
		if err != nil {
			f.t.Errorf("EWS request: %v", err)
			return "", nil
		}
		return q.Operation, func(w http.ResponseWriter, user string) { f.ews(w, q, user) }
	}
	return "", nil
}

// struckAtDoor plays the faults of the door, before any token is looked at.
func (f *fakeExchange) struckAtDoor(w http.ResponseWriter, r *http.Request, op string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, x := range f.faults {
		if x.kind == faultNoOAuth && (x.op == "" || x.op == op) {
			w.Header().Set("WWW-Authenticate", `Basic realm="litware"`)
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}
	}
	return false
}

// strike plays a fault; false means that the answer follows as usual.
func (f *fakeExchange) strike(w http.ResponseWriter, r *http.Request, x *fault, commit func()) bool {
	switch x.kind {
	case faultForbidden:
		w.WriteHeader(http.StatusForbidden)
	case fault503:
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusServiceUnavailable)
	case faultPage:
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<html><body>Sign in</body></html>")
	case faultNoContentType:
		w.Header()["Content-Type"] = nil
		io.WriteString(w, "?")
	case faultPOX:
		w.Header().Set("Content-Type", "text/xml")
		io.WriteString(w, `<?xml version="1.0"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"></Autodiscover>`)
	case faultRedirect:
		http.Redirect(w, r, "https://autodiscover.fabrikam.test"+autodiscover.PathSOAP, http.StatusFound)
	case faultRefused:
		f.guard.Challenge(w, r, &s2s.Refusal{Step: "V13", Reason: s2s.SigBad})
	case faultResponse:
		w.Header().Set("Content-Type", ews.ContentType)
		if err := ews.EncodeResponse(w, ews.ServerVersion{Major: 15}, ews.Exchange2013, f.failed(x)); err != nil {
			f.t.Error(err)
		}
	case faultBlind:
		w.Header().Set("Content-Type", ews.ContentType)
		nothing := &ews.FindItemResponse{Messages: []ews.FindItemMessage{{Page: ews.Page{IncludesLastItemInRange: true}}}}
		if err := ews.EncodeResponse(w, ews.ServerVersion{Major: 15}, ews.Exchange2013, nothing); err != nil {
			f.t.Error(err)
		}
	case faultLostBefore:
		panic(http.ErrAbortHandler)
	case faultLostAfter:
		commit()
		panic(http.ErrAbortHandler)
	case faultHang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case faultHangLate:
		<-f.hold()
		commit()
		panic(http.ErrAbortHandler)
	case faultHangAfter:
		commit()
		<-f.hold()
		panic(http.ErrAbortHandler)
	case faultSlow:
		<-f.hold()
		return false
	default:
		return false
	}
	return true
}

// failed is a response in which everything failed.
func (f *fakeExchange) failed(x *fault) ews.Payload {
	m := ews.Failed(x.code, "")
	switch x.op {
	case "FindItem":
		return &ews.FindItemResponse{Messages: []ews.FindItemMessage{{ResponseMessage: m}}}
	case "DeleteItem":
		return &ews.DeleteItemResponse{Messages: []ews.ResponseMessage{m}}
	}
	return &ews.CreateItemResponse{Messages: []ews.ItemMessage{{ResponseMessage: m}}}
}

func (f *fakeExchange) userSettings(w http.ResponseWriter, q autodiscover.GetUserSettings) {
	f.mu.Lock()
	location, has := f.location, f.mailboxes == nil || f.mailboxes[q.Users[0]]
	f.mu.Unlock()
	u := autodiscover.UserResponse{ErrorCode: autodiscover.InvalidUser, ErrorMessage: "no such mailbox"}
	if has {
		u = autodiscover.UserResponse{ErrorCode: autodiscover.NoError, Settings: []autodiscover.Setting{{Name: autodiscover.InternalEwsURL, Value: location}}}
	}
	resp := &autodiscover.Response{Operation: autodiscover.OpGetUserSettings, ErrorCode: autodiscover.NoError, Users: []autodiscover.UserResponse{u}}
	w.Header().Set("Content-Type", autodiscover.ContentTypeXML)
	_, _ = w.Write(resp.Marshal())
}

func (f *fakeExchange) ews(w http.ResponseWriter, q *ews.Request, user string) {
	var body ews.Payload
	switch b := q.Body.(type) {
	case *ews.CreateItemRequest:
		body = f.createItem(b, user)
	case *ews.FindItemRequest:
		body = f.findItem(b, user)
	case *ews.DeleteItemRequest:
		body = f.deleteItem(b, user)
	default:
		f.t.Errorf("the service asks for %s", q.Operation)
		return
	}
	w.Header().Set("Content-Type", ews.ContentType)
	if err := ews.EncodeResponse(w, ews.ServerVersion{Major: 15}, ews.Exchange2013, body); err != nil {
		f.t.Error(err)
	}
}

func (f *fakeExchange) createItem(q *ews.CreateItemRequest, user string) ews.Payload {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nextID++
	id := ews.ItemID{ID: fmt.Sprintf("AAMk%06d", f.nextID), ChangeKey: "CQAAAA=="}
	item := detached(q.Items[0])
	item.ID = id
	f.items = append(f.items, stored{user, q.Folder.Distinguished, item})
	return &ews.CreateItemResponse{Messages: []ews.ItemMessage{{Items: []ews.Item{{ID: id}}}}}
}

// detached is a copy that does not keep the request's buffer alive.
func detached(i ews.Item) ews.Item {
	i.Subject, i.Class = strings.Clone(i.Subject), strings.Clone(i.Class)
	i.Body = &ews.Body{Type: i.Body.Type, Text: strings.Clone(i.Body.Text)}
	return i
}

func (f *fakeExchange) findItem(q *ews.FindItemRequest, user string) ews.Payload {
	f.mu.Lock()
	defer f.mu.Unlock()
	m := ews.FindItemMessage{Page: ews.Page{IncludesLastItemInRange: true}}
	for _, s := range f.items {
		if s.mailbox != user || s.folder != q.Parents[0].Distinguished {
			continue
		}
		for _, p := range s.item.Properties {
			if p.URI == q.Restriction.Field.Extended && p.Value() == q.Restriction.Value {
				m.Items = append(m.Items, ews.Item{ID: s.item.ID})
			}
		}
	}
	return &ews.FindItemResponse{Messages: []ews.FindItemMessage{m}}
}

func (f *fakeExchange) deleteItem(q *ews.DeleteItemRequest, user string) ews.Payload {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := &ews.DeleteItemResponse{}
	for _, id := range q.IDs {
		before := len(f.items)
		f.items = slices.DeleteFunc(f.items, func(s stored) bool { return s.mailbox == user && s.item.ID.ID == id.ID })
		m := ews.ResponseMessage{}
		if len(f.items) == before {
			m = ews.Failed(ews.ErrorItemNotFound, "")
		}
		out.Messages = append(out.Messages, m)
	}
	return out
}
