package adminapi

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/matchseal/matchseal/internal/outbound"
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

// What is in the way of a call keeps the code under which its remedy is found.
func TestWhatIsInTheWayIsToldApart(t *testing.T) {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.StartTLS()
	defer s.Close()
	address := s.Listener.Addr().String()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	known := x509.NewCertPool()
	known.AddCert(s.Certificate())
	for name, tt := range map[string]struct {
		base  string
		roots *x509.CertPool
		code  problem.Code
	}{
		"no authority":   {"https://" + address, x509.NewCertPool(), problem.TLSUntrusted},
		"another name":   {"https://mail.litware.test:" + port, known, problem.TLSWrongName},
		"no such host":   {"https://nohost.invalid:" + port, known, problem.NetDNSFailed},
		"not TLS":        {"http://" + address, known, problem.ManageUnreachable},
		"no socket file": {"", nil, problem.ManageUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			client := NewClient(tt.base, outbound.New(outbound.Options{
				Roots: tt.roots, AllowLoopback: true, Resolver: "127.0.0.1:9", Connect: map[string]string{"mail.litware.test:" + port: address},
			}).HTTP())
			if tt.base == "" {
				client = NewClient("http://node", outbound.Socket(filepath.Join(t.TempDir(), "admin.sock")))
			}
			_, err := Do(t.Context(), client, Who, Empty{})
			if problem.CodeOf(err) != tt.code {
				t.Fatalf("%v (%s), want %s", err, problem.CodeOf(err), tt.code)
			}
			if tt.base != "" && !strings.Contains(err.Error(), tt.base) && tt.base[:5] == "https" {
				t.Errorf("the message does not say where: %v", err)
			}
		})
	}
	t.Run("somebody gives up", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := Do(ctx, NewClient("https://"+address, s.Client()), Who, Empty{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
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
