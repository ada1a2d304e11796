package adminserver

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
)

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, r)
	return recorder
}

// What comes over the wire is foreign until it is read: each mistake has one
// answer of the same form.
func TestBadRequests(t *testing.T) {
	w := newWorld(t)
	session, err := w.client(true).LogOn(t.Context(), "administrator", "")
	w.must(err)
	who, get := adminapi.Who.Path(), adminapi.GetUser.Path()
	for name, tt := range map[string]struct {
		method, path, header, body string
		status                     int
		code                       problem.Code
		says                       string
	}{
		"no session":       {"POST", get, "", `{}`, 401, problem.ManageSession, "log on first"},
		"another scheme":   {"POST", get, "Bearer " + session.Token, `{}`, 401, problem.ManageSession, "log on first"},
		"invented session": {"POST", get, "Session ABCDEFG", `{}`, 401, problem.ManageSession, "log on again"},
		"empty session":    {"POST", get, "Session ", `{}`, 401, problem.ManageSession, "log on again"},
		"GET":              {"GET", get, "Session " + session.Token, ``, 404, problem.ManageUnknownCall, "POST"},
		"another prefix":   {"POST", "/admin/v2/session/who", "Session " + session.Token, ``, 404, problem.ManageUnknownCall, "/admin/v1/"},
		"unknown call":     {"POST", adminapi.Prefix + "exchange/mailbox/delete", "Session " + session.Token, `{}`, 404, problem.ManageUnknownCall, "exchange, skype"},
		"not JSON":         {"POST", get, "Session " + session.Token, `identity=ken`, 400, problem.ManageRequest, "directory/user/get"},
		"cut JSON":         {"POST", get, "Session " + session.Token, `{"identity":"ke`, 400, problem.ManageRequest, "unexpected EOF"},
		"wrong type":       {"POST", get, "Session " + session.Token, `{"identity":7}`, 400, problem.ManageRequest, "identity"},
		"a list":           {"POST", get, "Session " + session.Token, `[]`, 400, problem.ManageRequest, "array"},
		"unknown field":    {"POST", get, "Session " + session.Token, `{"identiy":"ken"}`, 400, problem.ManageRequest, `unknown field "identiy"`},
		"two objects":      {"POST", get, "Session " + session.Token, `{"identity":"ken"}{"identity":"pilar"}`, 400, problem.ManageRequest, "follows"},
		"too large":        {"POST", get, "Session " + session.Token, `{"identity":"` + strings.Repeat("x", adminapi.MaxBody) + `"}`, 400, problem.ManageRequest, "larger than 4194304 bytes"},
		"deeply nested":    {"POST", get, "Session " + session.Token, strings.Repeat(`{"identity":`, 20000), 400, problem.ManageRequest, "max depth"},
		"bad log-on":       {"POST", adminapi.LogOn.Path(), "", `{"user":"administrator"}`, 400, problem.ManageRequest, `unknown field "user"`},
		"log-on as a list": {"POST", adminapi.LogOn.Path(), "", `[]`, 400, problem.ManageRequest, "log-on"},
		"blank session":    {"POST", who, "", ``, 401, problem.ManageSession, "log on first"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), tt.method, tt.path, strings.NewReader(tt.body))
			r.Header.Set("Authorization", tt.header)
			got := serve(w.server.Local(), r)
			var f adminapi.Fault
			if err := json.Unmarshal(got.Body.Bytes(), &f); err != nil {
				t.Fatalf("%d %s: %v", got.Code, got.Body, err)
			}
			if got.Code != tt.status || f.Code != tt.code || !strings.Contains(f.Detail, tt.says) || f.RequestID == "" {
				t.Errorf("%d %+v; want %d %s saying %q", got.Code, f, tt.status, tt.code, tt.says)
			}
		})
	}
	t.Run("nothing at all is an empty request", func(t *testing.T) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, who, http.NoBody)
		r.Header.Set("Authorization", "Session "+session.Token)
		if got := serve(w.server.Local(), r); got.Code != http.StatusOK {
			t.Errorf("%d %s", got.Code, got.Body)
		}
	})
	t.Run("a stranger's body is not read", func(t *testing.T) {
		body := &untouched{t: t}
		if got := serve(w.server.Remote(), httptest.NewRequestWithContext(t.Context(), http.MethodPost, get, body)); got.Code != http.StatusUnauthorized {
			t.Errorf("%d", got.Code)
		}
	})
}

// untouched is a body that must not be read.
type untouched struct{ t *testing.T }

func (u *untouched) Read([]byte) (int, error) { u.t.Error("the body was read"); return 0, io.EOF }

// Anything that a request may hold gives an answer, and never an unforeseen
// failure.
func FuzzRequest(f *testing.F) {
	for _, call := range declaredCalls(f) {
		f.Add(call, []byte(`{"identity":"administrator"}`))
	}
	f.Add("exchange/partner-application/new", []byte(`{"identity":"x","authMetadataUrl":"https://pool.litware.test/metadata/json/1","certificates":["AA=="]}`))
	f.Add("session/log-on", []byte(`{"account":"administrator","password":"x"}`))
	f.Add("../../etc", []byte(`{}`))
	w := newWorld(f)
	logOn := `{"account":"administrator"}`
	f.Fuzz(func(t *testing.T, call string, body []byte) {
		var session adminapi.Session
		opened := serve(w.server.Local(), httptest.NewRequestWithContext(t.Context(), http.MethodPost, adminapi.LogOn.Path(), strings.NewReader(logOn)))
		if err := json.Unmarshal(opened.Body.Bytes(), &session); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(string(body)))
		r.URL.Path = adminapi.Prefix + call
		r.Header.Set("Authorization", "Session "+session.Token)
		got := serve(w.server.Remote(), r)
		var fault adminapi.Fault
		if !json.Valid(got.Body.Bytes()) || got.Code != http.StatusOK && (json.Unmarshal(got.Body.Bytes(), &fault) != nil || fault.Code == problem.Internal) {
			t.Errorf("%s %q: %d %s", call, body, got.Code, got.Body)
		}
	})
}
