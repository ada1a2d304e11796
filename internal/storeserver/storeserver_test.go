package storeserver

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/examples"
	"github.com/matchseal/matchseal/internal/access"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/storagesvc"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

// good is a conversation as a front end sends it.
const good = `{"id": "a", "started": "2026-01-31T09:00:00Z",
	"participants": [{"sip": "sip:ken@litware.test", "name": "Ken"}, {"sip": "guest@fabrikam.test"}],
	"messages": [{"from": "ken@litware.test", "at": "2026-01-31T09:00:01Z", "text": "Hello “you”"}]}`

// face is the handler over a real service that is not running: what it takes
// in stays in the queue.
type face struct {
	t       *testing.T
	handler http.Handler
	service *storagesvc.Service
	caller  access.Caller
	groups  map[string][]string // by user id
	log     bytes.Buffer
}

func newFace(t *testing.T) *face {
	t.Helper()
	db := storetest.Open(t, storetest.SQLite(t))
	return newFaceOn(t, db)
}

func newFaceOn(t *testing.T, db *store.DB) *face {
	t.Helper()
	f := &face{t: t, caller: access.Caller{Kind: access.Basic, User: directory.User{ID: "1", Name: "frontend"}, RequestID: "request-1"}}
	f.groups = map[string][]string{"1": {"Domain Users", "rtccomponentuniversalservices"}, "2": {"Domain Users"}}
	log := slog.New(slog.NewTextHandler(&f.log, nil))
	j, err := journal.New(db, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	f.service, err = storagesvc.New(t.Context(), storagesvc.Config{
		DB: db, Journal: j, HTTP: http.DefaultClient, Now: time.Now, Log: log,
		Endpoint: func(context.Context) (storagesvc.Endpoint, error) { return storagesvc.Endpoint{}, nil },
		User: func(_ context.Context, sip directory.SIP) (directory.User, error) {
			if sip.Domain() == "litware.test" {
				return directory.User{SIP: sip, SMTP: directory.SMTP(sip)}, nil
			}
			return directory.User{}, problem.New(problem.StorageUnknownUser, "no user has the address sip:%s", sip)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	f.handler = New(Config{Service: f.service, Log: log, Groups: func(_ context.Context, id string) ([]string, error) {
		if g, ok := f.groups[id]; ok {
			return g, nil
		}
		return nil, problem.New(problem.StoreUnavailable, "the directory is away")
	}})
	return f
}

// send makes a request as the caller, with the headers given in pairs.
func (f *face) send(method, body string, header ...string) *httptest.ResponseRecorder {
	f.t.Helper()
	r := httptest.NewRequestWithContext(f.t.Context(), method, Path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if f.caller.Kind != "" {
		r = r.WithContext(access.WithCaller(r.Context(), f.caller))
	}
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	return w
}

// refused checks a problem document.
func (f *face) refused(w *httptest.ResponseRecorder, status int, code problem.Code, says string) {
	f.t.Helper()
	var doc trouble
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		f.t.Fatalf("%v in %s", err, w.Body)
	}
	if w.Code != status || doc.Status != status || doc.Code != code || !strings.Contains(doc.Detail, says) || doc.Title == "" {
		f.t.Errorf("got %d %+v\nwant %d %s: %s", w.Code, doc, status, code, says)
	}
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		f.t.Errorf("Content-Type: %s", got)
	}
}

func (f *face) conversations() int {
	f.t.Helper()
	st, err := f.service.Status(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	return st.Conversations
}

func TestStores(t *testing.T) {
	t.Parallel()
	f := newFace(t)
	want := answer{ID: "a", Mailboxes: []directory.SIP{"ken@litware.test"}, Skipped: []directory.SIP{"guest@fabrikam.test"}}
	for _, status := range []int{http.StatusCreated, http.StatusOK} {
		w := f.send("POST", good, "Content-Type", "application/JSON; charset=utf-8")
		var got answer
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		want.Duplicate = status == http.StatusOK
		if diff := cmp.Diff(want, got); diff != "" || w.Code != status {
			t.Errorf("%d %s", w.Code, diff)
		}
	}
	if n := f.conversations(); n != 1 {
		t.Errorf("%d conversations", n)
	}
	w := f.send("POST", strings.ReplaceAll(strings.Replace(good, `"id": "a", `, "", 1), `, {"sip": "guest@fabrikam.test"}`, ""))
	var got answer
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got.ID) < 20 || !strings.Contains(w.Body.String(), `"skipped":[]`) {
		t.Errorf("without an id: %s", w.Body)
	}
}

func TestExamplesAreTaken(t *testing.T) {
	t.Parallel()
	f := newFace(t)
	files, err := examples.Conversations.ReadDir("conversations")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		body, err := examples.Conversations.ReadFile("conversations/" + file.Name())
		if err != nil {
			t.Fatal(err)
		}
		if w := f.send("POST", string(body)); w.Code != http.StatusCreated {
			t.Errorf("%s: %d %s", file.Name(), w.Code, w.Body)
		}
	}
}

func TestCallers(t *testing.T) {
	t.Parallel()
	f := newFace(t)
	for name, tt := range map[string]struct {
		caller access.Caller
		status int
		says   string
	}{
		"without the door":     {access.Caller{}, 403, "with a password"},
		"an application":       {access.Caller{Kind: access.AppOnly}, 403, "not with tokens"},
		"an application for":   {access.Caller{Kind: access.ActAs, User: directory.User{ID: "1"}}, 403, "not with tokens"},
		"in none of the group": {access.Caller{Kind: access.Basic, User: directory.User{ID: "2", Name: "ken"}}, 403, "ken is in none of the groups"},
	} {
		t.Run(name, func(t *testing.T) {
			f.t, f.caller = t, tt.caller
			f.refused(f.send("POST", good), tt.status, problem.StorageNotWriter, tt.says)
		})
	}
	f.t = t
	for _, group := range Writers() {
		f.groups["2"] = []string{group}
		f.caller = access.Caller{Kind: access.Basic, User: directory.User{ID: "2"}}
		if w := f.send("POST", strings.Replace(good, `"a"`, `"`+group+`"`, 1)); w.Code != http.StatusCreated {
			t.Errorf("%s: %d %s", group, w.Code, w.Body)
		}
	}
	if n := f.conversations(); n != len(Writers()) {
		t.Errorf("%d conversations", n)
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	f := newFace(t)
	for _, method := range []string{"GET", "HEAD", "PUT", "DELETE", "OPTIONS"} {
		w := f.send(method, good)
		f.refused(w, 405, problem.StorageMethod, "not "+method)
		if got := w.Header().Get("Allow"); got != "POST" {
			t.Errorf("%s: Allow: %q", method, got)
		}
	}
	for _, header := range [][]string{
		{"Content-Type", "text/plain"}, {"Content-Type", "application/x-www-form-urlencoded"}, {"Content-Type", ""},
		{"Content-Type", "application/json/x"}, {"Content-Encoding", "gzip"},
	} {
		f.refused(f.send("POST", good, header...), 415, problem.StorageMediaType, fmt.Sprintf("the %s is %q; send the conversation", header[0], header[1]))
	}
	w := f.send("POST", `{"subject": "`+strings.Repeat("x", maxBody)+`"}`)
	f.refused(w, 413, problem.StorageTooLarge, "larger than 8 MB")
	if n := f.conversations(); n != 0 {
		t.Errorf("%d conversations", n)
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	f := newFace(t)
	for name, tt := range map[string]struct{ body, says string }{
		"nothing":              {" \n", "no body"},
		"UTF-16":               {"\xff\xfe{\x00", "is UTF-16"},
		"Latin-1":              {strings.Replace(good, "“you”", "caf\xe9", 1), "not valid UTF-8 at byte"},
		"curly quotes":         {strings.Replace(good, `"id": "a"`, "“id”: “a”", 1), "byte 2 is the curly quotation mark “ (U+201C)"},
		"a curly quote inside": {strings.Replace(good, `"id": "a"`, `"id": ‘a’`, 1), "the curly quotation mark ‘ (U+2018)"},
		"not JSON":             {"hello", "not JSON at byte 1"},
		"cut off":              {good[:100], "ends in the middle, after 100 bytes"},
		"a list":               {"[" + good + "]", "must be a JSON object, not an array"},
		"a text":               {`"a"`, "must be a JSON object, not a string"},
		"two":                  {good + good, "behind the conversation's closing brace"},
		"garbage behind":       {good + "]", "behind the conversation's closing brace"},
		"an unknown field":     {strings.Replace(good, `"id"`, `"identity"`, 1), `no field "identity"; a conversation has id, subject`},
		"an unknown subfield":  {strings.Replace(good, `"name"`, `"displayName"`, 1), `no field "displayName"`},
		"a number":             {strings.Replace(good, `"id": "a"`, `"id": 7`, 1), "id must not be a number"},
		"no time":              {strings.Replace(good, `"2026-01-31T09:00:00Z"`, `"yesterday"`, 1), `is not a time; write it as 2026-01-31T09:00:00Z`},
		"no address":           {strings.Replace(good, `"guest@fabrikam.test"`, `"guest"`, 1), "it has no domain; write guest@<domain>"},
		"null":                 {"null", "does not say when it started"},
		"a stranger speaks":    {strings.Replace(good, `"from": "ken@`, `"from": "eve@`, 1), "not among the participants"},
		"nobody of ours":       {strings.ReplaceAll(good, "litware", "contoso"), "no mailbox to write to"},
	} {
		t.Run(name, func(t *testing.T) {
			f.t = t
			f.refused(f.send("POST", tt.body), 400, problem.StorageConversation, tt.says)
		})
	}
	f.t = t
	if n := f.conversations(); n != 0 {
		t.Errorf("%d conversations", n)
	}
	if w := f.send("POST", "\xef\xbb\xbf"+good); w.Code != http.StatusCreated {
		t.Errorf("with a byte order mark: %d %s", w.Code, w.Body)
	}
}

// A megabyte of text passes, even with each of its bytes written as an escape.
func TestLargestBodies(t *testing.T) {
	t.Parallel()
	f := newFace(t)
	for id, text := range map[string]string{
		"plain":   strings.Repeat("x", storagesvc.MaxText),
		"escaped": strings.Repeat(`\u0041`, storagesvc.MaxText),
		"control": strings.Repeat(`\u0001`, storagesvc.MaxText),
	} {
		body := strings.Replace(strings.Replace(good, "Hello “you”", text, 1), `"id": "a"`, `"id": "`+id+`"`, 1)
		if w := f.send("POST", body); w.Code != http.StatusCreated {
			t.Errorf("%s: %d %s", id, w.Code, w.Body)
		}
		f.refused(f.send("POST", strings.Replace(body, text, text+"x", 1)), 400, problem.StorageConversation, "1048577 bytes of text")
	}
}

// What happens on our side stays there, under a number that finds it.
func TestOwnTrouble(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.SQLite(t))
	f := newFaceOn(t, db)
	f.caller.User.ID = "3"
	w := f.send("POST", good)
	f.refused(w, 503, problem.StoreUnavailable, "")
	if strings.Contains(w.Body.String(), "the directory is away") || !strings.Contains(w.Body.String(), `"requestId":"request-1"`) || w.Header().Get("Retry-After") != "10" {
		t.Errorf("got %s %v", w.Body, w.Header())
	}
	if log := f.log.String(); !strings.Contains(log, "the directory is away") || !strings.Contains(log, "request-1") {
		t.Errorf("the log is %s", log)
	}
}

// The answer does not come before the conversation is safe, and a request
// over a real connection is no different.
func TestOverHTTP(t *testing.T) {
	t.Parallel()
	f := newFace(t)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.handler.ServeHTTP(w, r.WithContext(access.WithCaller(r.Context(), f.caller)))
	}))
	t.Cleanup(server.Close)
	resp, err := server.Client().Post(server.URL+Path, "application/json", strings.NewReader(good))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusCreated || f.conversations() != 1 || !slices.Contains(resp.Header["Cache-Control"], "no-store") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

// FuzzDecode: no body panics, and what is accepted is valid text.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{good, "", "null", "[]", "{", "“", "\xff\xfe", `{"id":"\ud800"}`, good + " ", `{"messages":[{"at":"x"}]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		_, err := decode(body)
		if err != nil && problem.CodeOf(err) != problem.StorageConversation {
			t.Errorf("%q: %v", body, err)
		}
	})
}
