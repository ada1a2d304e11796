package node

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/config"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

// The password of an account is not to be had at the door of the metrics,
// which asks the same directory as every other one.
func TestMetricsAreNoPlaceToGuessPasswords(t *testing.T) {
	dir, err := directory.New(t.Context(), storetest.Open(t, storetest.SQLite(t)), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	u, err := dir.AddUser(t.Context(), directory.User{Name: "collector", UPN: "collector@litware.test", Organisation: "litware.test", Enabled: true})
	if err == nil {
		err = dir.SetPassword(t.Context(), u.ID, "right")
	}
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	var mu sync.Mutex
	house := &role{name: "exchange", cfg: config.Role{Organisation: "litware.test"}}
	n := &Node{directory: dir, now: time.Now, roles: []*role{house}, log: slog.New(slog.NewTextHandler(&locked{&mu, &log}, nil))}
	guard, err := n.operatorsOnly()
	if err != nil {
		t.Fatal(err)
	}
	h := guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	ask := func(remote, password string) int {
		r := httptest.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, "https://node/metrics", nil)
		r.RemoteAddr = remote
		if password != "" {
			r.SetBasicAuth("collector@litware.test", password)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	if got := ask("192.0.2.1:1", "right"); got != http.StatusForbidden {
		t.Fatalf("an account that administers nothing gets %d", got)
	}
	if err := dir.AddMember(t.Context(), directory.RTCUniversalReadOnlyAdmins, u.ID); err != nil {
		t.Fatal(err)
	}
	if got := ask("192.0.2.1:1", "right"); got != http.StatusOK {
		t.Fatalf("the right password gets %d", got)
	}
	n.roles = append(n.roles, &role{name: "skype", cfg: config.Role{Organisation: "contoso.test"}})
	if got := ask("192.0.2.1:1", "right"); got != http.StatusForbidden {
		t.Errorf("an administrator of one organisation gets %d where there are two", got)
	}
	n.roles = n.roles[:1]
	if got := ask("192.0.2.1:1", ""); got != http.StatusUnauthorized {
		t.Errorf("nobody gets %d", got)
	}
	var wait sync.WaitGroup
	looked := 0
	for i := range 60 {
		wait.Go(func() {
			got := ask("192.0.2.66:1", fmt.Sprint("guess", i))
			mu.Lock()
			defer mu.Unlock()
			if got == http.StatusUnauthorized {
				looked++
			}
		})
	}
	wait.Wait()
	if looked > 40 || ask("192.0.2.66:1", "right") != http.StatusTooManyRequests {
		t.Errorf("%d guesses were looked at, and the source may go on", looked)
	}
	if got := ask("192.0.2.1:1", "right"); got != http.StatusOK {
		t.Errorf("strangers keep the collector out: %d", got)
	}
	if text := log.String(); strings.Contains(text, "guess") || !strings.Contains(text, "password.refused") || !strings.Contains(text, "192.0.2.66") {
		t.Errorf("the log says %.300s", text)
	}
}

type locked struct {
	mu *sync.Mutex
	b  *bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}
