package ewsserver

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/access"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/mailbox"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/s2s"
)

// fixture is a server over a real store, with the mailboxes of Ken and Kim. Its
// caller stands for what the door would have found out.
type fixture struct {
	http   *httptest.Server
	boxes  *mailbox.Store
	db     *store.DB
	caller access.Caller
	client *ews.Client

	mu   sync.Mutex
	log  bytes.Buffer
	seen []Observation
}

func user(name string) directory.User {
	return directory.User{
		ID: "id-" + name, Name: name, SMTP: directory.SMTP(name + "@litware.test"), UPN: directory.UPN(name + "@corp.litware.test"),
		SID: directory.SID("S-1-5-21-1-2-3-" + name), Organisation: "litware.test", Enabled: true,
	}
}

// directoryOf is a few users.
type directoryOf []directory.User

func (p directoryOf) Find(_ context.Context, q directory.Query) ([]directory.User, error) {
	var found []directory.User
	for _, u := range p {
		value := map[directory.Attribute]string{directory.ByUPN: string(u.UPN), directory.BySMTP: string(u.SMTP), directory.BySID: string(u.SID)}[q.By]
		if value != "" && strings.EqualFold(value, q.Value) && (q.Organisation == "" || u.Organisation == q.Organisation) {
			found = append(found, u)
		}
	}
	if q.Value == "broken@litware.test" {
		return nil, errors.New("the directory is away")
	}
	return found, nil
}

var skype = s2s.Principal{App: s2s.SkypeApp, Realm: "lync.litware.test"}

// The callers a test begins with.
func basic(name string) access.Caller { return access.Caller{Kind: access.Basic, User: user(name)} }

func actAs(name string, roles ...string) access.Caller {
	return access.Caller{Kind: access.ActAs, User: user(name), Account: account, Partner: "LyncEnterprise-1", Application: skype, Roles: roles}
}

func appOnly(roles ...string) access.Caller {
	return access.Caller{Kind: access.AppOnly, Account: account, Partner: "LyncEnterprise-1", Application: skype, Roles: roles}
}

var account = directory.User{ID: "id-account", Name: "LyncEnterprise-ApplicationAccount", Organisation: "litware.test", Service: true}

func newFixture(t testing.TB, change ...func(*Config)) *fixture {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite:"+t.TempDir()+"/exchange.db")
	must(t, err)
	t.Cleanup(func() { db.Close() })
	now := func() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 890, time.UTC) }
	boxes, err := mailbox.New(db, now)
	must(t, err)
	protected, disabled, foreign := user("admin"), user("left"), user("foreign")
	protected.Protected, disabled.Enabled, foreign.Organisation = true, false, "other.test"
	f := &fixture{boxes: boxes, db: db, caller: basic("ken")}
	for _, name := range []string{"ken", "kim", "admin", "left", "foreign"} {
		_, err = boxes.Enable(t.Context(), user(name))
		must(t, err)
	}
	config := Config{
		Mailboxes: boxes, Directory: directoryOf{user("ken"), user("kim"), user("nobox"), protected, disabled, foreign},
		Name: "ex01.litware.test", Now: now, Log: slog.New(slog.NewJSONHandler(f, nil)),
		Observe: func(o Observation) { f.mu.Lock(); f.seen = append(f.seen, o); f.mu.Unlock() },
	}
	for _, c := range change {
		c(&config)
	}
	handler := New(config)
	f.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r.WithContext(access.WithCaller(r.Context(), f.caller)))
	}))
	t.Cleanup(f.http.Close)
	f.client = &ews.Client{HTTP: f.http.Client(), URL: f.http.URL + "/EWS/Exchange.asmx"}
	return f
}

// Write takes the log.
func (f *fixture) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.log.Write(p)
}

func (f *fixture) logged() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.log.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const (
	soapNS     = `xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"`
	typesNS    = `xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"`
	messagesNS = `xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"`
)

// envelope wraps an operation the way .NET clients do.
func envelope(version, operation string) string {
	header := ""
	if version != "" {
		header = `<soap:Header><t:RequestServerVersion Version="` + version + `"/></soap:Header>`
	}
	return `<?xml version="1.0" encoding="utf-8"?><soap:Envelope ` + soapNS + ` ` + typesNS + ` ` + messagesNS + `>` + header +
		`<soap:Body>` + operation + `</soap:Body></soap:Envelope>`
}

// reply is an answer as it was on the wire.
type reply struct {
	status int
	header http.Header
	body   string
	tree   *node
}

// post sends a request and reads the answer with the standard library alone.
func (f *fixture) post(t testing.TB, body string, headers ...string) reply {
	t.Helper()
	return f.do(t, http.MethodPost, "/ews/exchange.asmx", []byte(body), headers...)
}

func (f *fixture) do(t testing.TB, method, path string, body []byte, headers ...string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, f.http.URL+path, bytes.NewReader(body))
	must(t, err)
	r.Header.Set("Content-Type", "text/xml; charset=utf-8")
	r.Header.Set("Accept-Encoding", "identity")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := f.http.Client().Do(r)
	must(t, err)
	defer answer.Body.Close()
	content := io.Reader(answer.Body)
	if answer.Header.Get("Content-Encoding") == "gzip" {
		content, err = gzip.NewReader(answer.Body)
		must(t, err)
	}
	raw, err := io.ReadAll(content)
	must(t, err)
	out := reply{status: answer.StatusCode, header: answer.Header, body: string(raw)}
	if strings.HasPrefix(answer.Header.Get("Content-Type"), "text/xml") {
		out.tree = &node{}
		if err := xml.Unmarshal(raw, out.tree); err != nil {
			t.Fatalf("the answer is not XML: %v\n%s", err, raw)
		}
	}
	return out
}

// node is an element of any kind.
type node struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []*node    `xml:",any"`
}

// all returns the descendants of a local name, in order.
func (n *node) all(name string) []*node {
	var out []*node
	for _, c := range n.Children {
		if c.XMLName.Local == name {
			out = append(out, c)
		}
		out = append(out, c.all(name)...)
	}
	return out
}

func (n *node) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// first returns the only wanted descendant, or an empty one.
func (n *node) first(name string) *node {
	if all := n.all(name); len(all) > 0 {
		return all[0]
	}
	return &node{}
}

func (n *node) texts(name string) []string {
	var out []string
	for _, c := range n.all(name) {
		out = append(out, c.Text)
	}
	return out
}

// wantCodes checks the response codes of the messages, in order, and the rules
// every answer follows.
func (r reply) wantCodes(t testing.TB, codes ...string) {
	t.Helper()
	if r.status != http.StatusOK {
		t.Fatalf("status %d:\n%s", r.status, r.body)
	}
	if got := r.header["Content-Type"]; len(got) != 1 || got[0] != "text/xml; charset=utf-8" {
		t.Errorf("Content-Type is %q", got)
	}
	header := r.tree.first("Header")
	if len(header.Children) != 1 || header.Children[0].XMLName.Local != "ServerVersionInfo" || header.Children[0].attr("MajorVersion") != "15" {
		t.Errorf("the SOAP header is %+v", header)
	}
	var got []string
	for _, m := range r.tree.first("ResponseMessages").Children {
		code := m.first("ResponseCode").Text
		got = append(got, code)
		if code == "NoError" != (m.attr("ResponseClass") == "Success") {
			t.Errorf("%s has the class %q", code, m.attr("ResponseClass"))
		}
		if code != "NoError" && (len(m.Children) < 2 || m.Children[0].XMLName.Local != "MessageText" || m.Children[0].Text == "") {
			t.Errorf("%s does not begin with a MessageText", code)
		}
	}
	if strings.Join(got, " ") != strings.Join(codes, " ") {
		t.Errorf("the codes are %v, want %v\n%s", got, codes, r.body)
	}
}

func (r reply) wantFault(t testing.TB, status int, code string) {
	t.Helper()
	if r.status != status || r.header.Get("Content-Type") != "text/xml; charset=utf-8" {
		t.Errorf("status %d, Content-Type %q", r.status, r.header.Get("Content-Type"))
	}
	if r.tree == nil || r.tree.first("faultcode").Text == "" || r.tree.first("faultstring").Text == "" {
		t.Fatalf("no fault:\n%s", r.body)
	}
	if got := r.tree.first("detail").first("ResponseCode").Text; got != code {
		t.Errorf("the fault's code is %q, want %q", got, code)
	}
}

// wantFailed checks the code of the first part that failed.
func wantFailed(t testing.TB, err error, code ews.ResponseCode) {
	t.Helper()
	var failed *ews.ResponseError
	if !errors.As(err, &failed) || failed.Code != code {
		t.Errorf("error %v, want %s", err, code)
	}
}
