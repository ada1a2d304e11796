package cli

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/matchseal/matchseal/internal/adminapi"
)

// fakeNode is a management socket file that answers every call with nothing
// and takes note of them.
type fakeNode struct {
	mu    sync.Mutex
	calls []string
}

func (n *fakeNode) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	name := strings.TrimPrefix(r.URL.Path, adminapi.Prefix)
	n.calls = append(n.calls, strings.TrimSpace(name+" "+strings.TrimPrefix(r.Header.Get("Authorization"), "Session ")))
	switch name {
	case adminapi.LogOn.Name:
		io.WriteString(w, `{"token":"KEY"}`)
	case adminapi.GetUser.Name:
		io.WriteString(w, `[]`)
	case adminapi.RemoveGroupMember.Name:
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, `{"code":"manage.denied","detail":"no","remedy":"ask"}`)
	default:
		io.WriteString(w, `{}`)
	}
}

func startFake(t *testing.T) (*fakeNode, string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "ms") // the path of a socket file is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	n := &fakeNode{}
	s := &http.Server{Handler: n}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return n, socket
}

func TestSessionsAreLoggedOff(t *testing.T) {
	for _, args := range [][]string{{"directory", "users"}, {"directory", "remove-member", "g", "u"}} {
		n, socket := startFake(t)
		var out, talk bytes.Buffer
		code := Run(t.Context(), IO{In: strings.NewReader(""), Out: &out, Err: &talk, Args: append(args, "--socket", socket), Env: func(string) (string, bool) { return "", false }})
		if failed := args[1] == "remove-member"; (code != 0) != failed {
			t.Errorf("%v: status %d\n%s", args, code, &talk)
		}
		n.mu.Lock()
		if len(n.calls) != 3 || n.calls[0] != "session/log-on" || n.calls[2] != "session/log-off KEY" {
			t.Errorf("%v made the calls %q", args, n.calls)
		}
		n.mu.Unlock()
	}
}

// The new password must not be taken for the operator's own, nor the other way
// round.
func TestPasswordsAreToldApart(t *testing.T) {
	var talk bytes.Buffer
	set := map[string]string{passwordVariable: "operator's"}
	a := &app{IO: IO{In: strings.NewReader("typed\r\nrest"), Err: &talk, Env: func(name string) (string, bool) { v, ok := set[name]; return v, ok }}}
	over := func(c connection) string {
		t.Helper()
		p, err := a.newPassword(c, "New password")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if p := over(connection{socket: "s"}); p != "operator's" {
		t.Errorf("over the socket file: %q", p)
	}
	if p := over(connection{url: "https://node"}); p != "typed" || talk.String() != "New password: " {
		t.Errorf("over the network: %q, asked %q", p, &talk)
	}
	if rest, err := io.ReadAll(a.In); err != nil || string(rest) != "rest" {
		t.Errorf("what follows the line is gone: %q, %v", rest, err)
	}
	set[newPasswordVariable] = "new"
	for _, c := range []connection{{socket: "s"}, {url: "https://node"}} {
		if p := over(c); p != "new" {
			t.Errorf("%+v: %q", c, p)
		}
	}
	delete(set, newPasswordVariable)
	if _, err := a.newPassword(connection{url: "https://node"}, "New password"); err == nil {
		t.Error("nothing typed is a password")
	}
}
