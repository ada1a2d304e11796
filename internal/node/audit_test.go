package node

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/telemetry"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
)

// What goes out is on record with everything by which its receiver's audit
// finds it, and the log's masking leaves that alone.
func TestIssuedTokensAreLogged(t *testing.T) {
	var log bytes.Buffer
	r := &role{log: telemetry.NewLogger(&log, telemetry.LogOptions{})}
	issued := s2shttp.TraceEvent{
		Kind: s2shttp.TraceIssue, Audience: s2s.Principal{App: s2s.ExchangeApp, Host: "mail.litware.test", Realm: "litware.test"},
		User: s2s.UserClaims{UPN: "ken@litware.test"}, Key: s2s.Thumbprint{0xab}, TokenHash: "0123456789abcdef",
		Expires: time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC),
	}
	r.auditIssued(t.Context(), issued)
	line := log.String()
	for _, want := range []string{"kind=act-as", "audience=" + issued.Audience.String(), "user=ken@litware.test",
		"key=" + issued.Key.String(), "hash=0123456789abcdef", "expires=2027-01-15T08:00:00"} {
		if !strings.Contains(line, want) {
			t.Errorf("%q is missing in %s", want, line)
		}
	}
	log.Reset()
	issued.User = s2s.UserClaims{}
	r.auditIssued(t.Context(), issued)
	if !strings.Contains(log.String(), "kind=app-only") {
		t.Errorf("an application's own token: %s", &log)
	}
	log.Reset()
	r.auditIssued(t.Context(), s2shttp.TraceEvent{Kind: s2shttp.TraceMint})
	if log.Len() > 0 {
		t.Errorf("another step is logged: %s", &log)
	}
}

// A handler that panics is news; what net/http says of broken handshakes is not.
func TestPanicsAreNotChatter(t *testing.T) {
	var log bytes.Buffer
	h := handshakes{telemetry.NewLogger(&log, telemetry.LogOptions{})}
	if _, err := h.Write([]byte("http: TLS handshake error from 192.0.2.1:1: EOF\n")); err != nil || log.Len() > 0 {
		t.Errorf("%v, %s", err, &log)
	}
	if _, err := h.Write([]byte("http: panic serving 192.0.2.1:1: nil map\n")); err != nil || !strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("%v, %s", err, &log)
	}
	log.Reset()
	if _, err := h.Write([]byte("http2: panic serving 192.0.2.1:1: nil map\n")); err != nil || !strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("%v, %s", err, &log)
	}
}
