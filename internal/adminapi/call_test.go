package adminapi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/matchseal/matchseal/internal/problem"
)

// answering is a client of a server that answers every call the same way.
func answering(t *testing.T, status int, body string) *Client {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return NewClient(s.URL+"/", s.Client())
}

func TestFaultsComeBackWhole(t *testing.T) {
	sent := Fault{
		Code: problem.KeyringConfirm, Title: "t", Detail: "d", Cause: "c", Remedy: "r", Cmdlet: 7, CmdletText: "words",
		Question: "sure?", RequestID: "id", Trace: []string{"one", "two"}, Record: &ErrorRecord{"category", "id"},
	}
	body, err := json.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Do(t.Context(), answering(t, http.StatusConflict, string(body)), Who, Empty{})
	got, ok := AsFault(err)
	if !ok || problem.CodeOf(err) != problem.KeyringConfirm || !problem.Is(err, problem.KeyringConfirm) {
		t.Fatalf("got %v", err)
	}
	if again, err := json.Marshal(got); err != nil || string(again) != string(body) {
		t.Errorf("got %s, want %s", again, body)
	}
	if f := problem.Of(err); f.Detail != "d" || f.CmdletWords() != "words" {
		t.Errorf("as a failure it is %+v", f)
	}
}

func TestFaultWords(t *testing.T) {
	for want, f := range map[string]Fault{
		"title":                   {Title: "title"},
		"detail":                  {Title: "title", Detail: "detail"},
		"The product's. (detail)": {Title: "title", Detail: "detail", CmdletText: "The product's."},
		"not in the group":        {Detail: "not in the group", CmdletText: "Access Denied", Cmdlet: 5},
		"The product's.. (title)": {Title: "title", CmdletText: "The product's.."},
	} {
		if got := f.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Whatever answers in place of a node is told apart from a failure of a call.
func TestForeignAnswers(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		body   string
		says   string
	}{
		"a web page":         {200, "<html>Sign in</html>", "not what this version"},
		"a page that fails":  {502, "<html>Bad gateway</html>", "HTTP 502"},
		"JSON without code":  {500, `{"error":"x"}`, "HTTP 500"},
		"of another version": {200, `{"account":7}`, "not what this version"},
		"without an end":     {200, `"` + strings.Repeat("x", MaxBody) + `"`, "larger than"},
		"cut":                {200, `{"account":"adm`, "not what this version"},
	} {
		_, err := Do(t.Context(), answering(t, tt.status, tt.body), Who, Empty{})
		if problem.CodeOf(err) != problem.ManageUnreachable || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %s saying %q", name, err, problem.ManageUnreachable, tt.says)
		}
		if _, ok := AsFault(err); ok {
			t.Errorf("%s: taken for a fault", name)
		}
	}
	t.Run("nobody", func(t *testing.T) {
		s := httptest.NewServer(http.NotFoundHandler())
		s.Close()
		_, err := Do(t.Context(), NewClient(s.URL, s.Client()), Who, Empty{})
		if problem.CodeOf(err) != problem.ManageUnreachable || !strings.Contains(err.Error(), s.URL) {
			t.Errorf("got %v", err)
		}
	})
}

func TestSessionGoesAlong(t *testing.T) {
	var paths, sessions []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths, sessions = append(paths, r.Method+" "+r.URL.Path), append(sessions, r.Header.Get("Authorization"))
		w.Write([]byte(`{"token":"KEY","account":"administrator"}`))
	}))
	defer s.Close()
	c := NewClient(s.URL, s.Client())
	if _, err := c.LogOn(t.Context(), "administrator", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := Do(t.Context(), c, Who, Empty{}); err != nil {
		t.Fatal(err)
	}
	if err := c.LogOff(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := Do(t.Context(), c, Who, Empty{}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(paths, ", "); got != "POST /admin/v1/session/log-on, POST /admin/v1/session/who, POST /admin/v1/session/log-off, POST /admin/v1/session/who" {
		t.Errorf("called %s", got)
	}
	if got := strings.Join(sessions, ", "); got != ", Session KEY, Session KEY, " {
		t.Errorf("sent %q", got)
	}
}
