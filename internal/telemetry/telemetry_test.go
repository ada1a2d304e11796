package telemetry_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/internal/telemetry"
)

const (
	jwt = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl"
	// A token with alg none ends in a dot.
	actAs = "eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0.eyJhdWQiOiJhIn0."
	pem   = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\n"
)

func TestMask(t *testing.T) {
	basic := base64.StdEncoding.EncodeToString([]byte("ken:geheim"))
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{"token " + jwt + " refused", "token [hidden] refused"},
		{actAs + " " + jwt, "[hidden] [hidden]"},
		{"Authorization: Bearer " + jwt, "Authorization: Bearer [hidden]"},
		{"bearer 0123456789abcdef0123456789", "bearer [hidden]"},
		{"Bearer authentication", "Bearer authentication"},
		{"Basic " + basic, "Basic [hidden]"},
		{"Basic authentication, Basic password", "Basic authentication, Basic password"},
		{"a " + pem + "b", "a [hidden]\nb"},
		{strings.ReplaceAll(pem, "\n", `\n`) + "b", `[hidden]\nb`},
		{"cut " + pem[:40], "cut [hidden]"},
		{"-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----", "[hidden]"},
		{"-----BEGIN CERTIFICATE-----\nMIID", "-----BEGIN CERTIFICATE-----\nMIID"},
		{"open postgres://seal:ge:he/im@db:5432/x failed", "open postgres://seal:[hidden]@db:5432/x failed"},
		{"https://host:443/a?b=c", "https://host:443/a?b=c"},
		{"user=seal password=geheim host=db", "user=seal password=[hidden] host=db"},
		{"grant_type=x&client_assertion=abc&assertion=def", "grant_type=x&client_assertion=[hidden]&assertion=[hidden]"},
		{"thumbprint 0A1B, key id x5t=abc", "thumbprint 0A1B, key id x5t=abc"},
	} {
		if got := telemetry.Mask(tt.in); got != tt.want {
			t.Errorf("Mask(%q)\n got %q\nwant %q", tt.in, got, tt.want)
		}
	}
}

// A token is hidden wherever it stands in a line, and masking twice is masking.
func TestMaskFindsTokensAnywhere(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		before := rapid.StringMatching(`[ -~]{0,20}[ ,:"'=]`).Draw(r, "before")
		after := rapid.StringMatching(`[ ,"'&;)][ -~]{0,20}`).Draw(r, "after")
		secret := rapid.SampledFrom([]string{jwt, actAs, strings.TrimSpace(pem)}).Draw(r, "secret")
		masked := telemetry.Mask(before + secret + after)
		if strings.Contains(masked, secret[len(secret)/2:]) || strings.Contains(masked, secret[:len(secret)/2]) {
			r.Errorf("%q", masked)
		}
		if again := telemetry.Mask(masked); again != masked {
			r.Errorf("masked twice, %q became %q", masked, again)
		}
	})
}

func FuzzMask(f *testing.F) {
	f.Add("Authorization: Bearer " + jwt)
	f.Add("postgres://a:b@c " + pem + " Basic YTpi password=x")
	f.Fuzz(func(t *testing.T, s string) {
		if masked := telemetry.Mask(s + " " + jwt + " "); strings.Contains(masked, jwt) {
			t.Errorf("%q", masked)
		}
	})
}

func BenchmarkMaskOfOrdinaryText(b *testing.B) {
	line := "answered POST /EWS/Exchange.asmx for ken@litware.test in 4 ms"
	for b.Loop() {
		telemetry.Mask(line)
	}
}

// stringer has its text from a method.
type stringer struct{ text string }

func (s *stringer) String() string { return s.text }

func TestLoggerHidesSecrets(t *testing.T) {
	type settings struct {
		Name         string
		ClientSecret string
		Inner        map[string]any
	}
	for _, format := range []string{"json", "text"} {
		t.Run(format, func(t *testing.T) {
			var b bytes.Buffer
			log := telemetry.NewLogger(&b, telemetry.LogOptions{Format: format})
			log = log.With("password", "geheim1").WithGroup("request")
			log.Error("refused "+jwt,
				"Authorization", "geheim2",
				slog.Group("headers", "set-cookie", "geheim3", "x", actAs),
				"err", fmt.Errorf("get https://u:geheim4@host: %w", errors.New(jwt)),
				"header", http.Header{"Authorization": {"geheim5"}, "X-Other": {"Bearer " + jwt}},
				"settings", settings{"kept1", "geheim6", map[string]any{"private_key": "geheim7", "note": pem}},
				"stringer", &stringer{"kept2 " + jwt}, "nobody", (*stringer)(nil),
				"bytes", []byte("kept3 "+pem), "url", &url.URL{Scheme: "https", User: url.UserPassword("u", "geheim8"), Host: "h"},
				"func", func() {}, "nothing", nil,
				"token", jwt, "accessToken", "geheim9", "token_hash", "kept4", "seconds", 1.5)
			line := b.String()
			for _, secret := range []string{"geheim", "eyJ", "PRIVATE KEY", "MIIE"} {
				if strings.Contains(line, secret) {
					t.Errorf("%q is in the log line:\n%s", secret, line)
				}
			}
			for _, kept := range []string{"kept1", "kept2", "kept3", "kept4", "refused", "1.5", "X-Other", "ERROR", "PANIC"} {
				if !strings.Contains(line, kept) {
					t.Errorf("%q is missing from the log line:\n%s", kept, line)
				}
			}
			if strings.Count(line, "\n") != 1 {
				t.Errorf("more than one line:\n%s", line)
			}
		})
	}
}

func TestLoggerLevelAndRequestID(t *testing.T) {
	var b bytes.Buffer
	log := telemetry.NewLogger(&b, telemetry.LogOptions{Format: "json", Level: slog.LevelWarn}).With("role", "skype")
	ctx := telemetry.WithRequestID(t.Context(), "r-1")
	log.InfoContext(ctx, "not this")
	log.WarnContext(ctx, "this")
	var got map[string]any
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatalf("%v in %s", err, b.String())
	}
	delete(got, "time")
	if diff := cmp.Diff(map[string]any{"level": "WARN", "msg": "this", "role": "skype", "request": "r-1"}, got); diff != "" {
		t.Error(diff)
	}
	for _, tt := range []struct {
		in   string
		want slog.Level
		ok   bool
	}{{"debug", slog.LevelDebug, true}, {"WARN", slog.LevelWarn, true}, {"warning", 0, false}, {"", 0, false}} {
		if got, err := telemetry.ParseLevel(tt.in); got != tt.want || (err == nil) != tt.ok {
			t.Errorf("ParseLevel(%q) = %v, %v", tt.in, got, err)
		}
	}
}

func TestRequestID(t *testing.T) {
	guid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	one, two := telemetry.NewRequestID(), telemetry.NewRequestID()
	if one == two || !guid.MatchString(one) {
		t.Errorf("ids are %s and %s", one, two)
	}
	if got := telemetry.RequestID(context.Background()); got != "" {
		t.Errorf("a context without id gave %q", got)
	}
}

func scrape(t *testing.T, m *telemetry.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("/metrics gave %d", w.Code)
	}
	return w.Body.String()
}

func expectLines(t *testing.T, m *telemetry.Metrics, lines ...string) {
	t.Helper()
	text := scrape(t, m)
	for _, line := range lines {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("%s is missing from\n%s", line, grep(text, line[:min(12, len(line))]))
		}
	}
}

func grep(text, part string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			b.WriteString(line)
		}
	}
	return b.String()
}

func TestMetrics(t *testing.T) {
	m := telemetry.NewMetrics()
	for _, role := range []string{"exchange", "skype"} {
		mine := m.With("role", role)
		for range 2 { // the second call finds the first one's
			mine.Counter("test_tokens_total", "Tokens.", "result").Inc("accepted")
		}
		mine.Gauge("test_queue", "Queue.").Set(3)
		mine.Gauge("test_queue", "Queue.").Add(-1)
		mine.Histogram("test_seconds", "Seconds.", telemetry.Seconds(), "op").Observe(.02, "sign")
		mine.GaugeFunc("test_age", "Age.", func() float64 { return 42 })
	}
	expectLines(t, m,
		`test_tokens_total{result="accepted",role="exchange"} 2`, `test_tokens_total{result="accepted",role="skype"} 2`,
		`test_queue{role="skype"} 2`, `test_seconds_bucket{op="sign",role="skype",le="0.025"} 1`,
		`test_seconds_bucket{op="sign",role="skype",le="0.01"} 0`, `test_age{role="exchange"} 42`)
	if !strings.Contains(scrape(t, m), "go_goroutines ") {
		t.Error("the metrics of the Go runtime are missing")
	}
}

func TestNoMetrics(t *testing.T) {
	var m *telemetry.Metrics
	m.With("role", "x").Counter("a", "").Inc()
	m.Gauge("b", "").Set(1)
	m.Histogram("c", "", nil).Observe(1)
	m.GaugeFunc("d", "", nil)
	w := httptest.NewRecorder()
	if m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil)); w.Code != http.StatusNotFound {
		t.Errorf("no metrics answer %d", w.Code)
	}
}

// ticks is a clock that is 20 ms later at each reading.
func ticks() func() time.Time {
	var mu sync.Mutex
	now := time.Date(2015, 10, 12, 8, 0, 0, 0, time.UTC)
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(20 * time.Millisecond)
		return now
	}
}

func TestMiddleware(t *testing.T) {
	var lines bytes.Buffer
	m := telemetry.NewMetrics()
	mux := http.NewServeMux()
	var seen atomic.Value
	mux.HandleFunc("POST /EWS/{file}", func(w http.ResponseWriter, r *http.Request) {
		seen.Store(telemetry.RequestID(r.Context()))
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, "no")
	})
	mux.HandleFunc("/quiet", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/broken", func(http.ResponseWriter, *http.Request) { panic("broken " + jwt) })
	mux.HandleFunc("/abort", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("/stream", func(w http.ResponseWriter, _ *http.Request) {
		w.(http.Flusher).Flush()
		if err := http.NewResponseController(w).SetWriteDeadline(time.Time{}); err != nil {
			t.Errorf("the powers of the writer below are lost: %v", err)
		}
	})
	handler := telemetry.Middleware(telemetry.ServerConfig{
		Metrics: m, Now: ticks(), Log: telemetry.NewLogger(&lines, telemetry.LogOptions{Format: "json"}),
	})(mux)
	server := httptest.NewServer(handler)
	defer server.Close()
	do := func(method, path string) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := server.Client().Do(r)
		if err != nil {
			return 0, ""
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(body)
	}
	for _, tt := range []struct {
		method, path string
		status       int
	}{
		{"POST", "/EWS/Exchange.asmx?token=geheim", 401}, {"GET", "/quiet", 200}, {"INVENTED", "/quiet", 200},
		{"GET", "/broken", 500}, {"POST", "/abort", 0}, {"GET", "/stream", 200}, {"GET", "/nowhere", 404},
	} {
		status, body := do(tt.method, tt.path)
		if status != tt.status {
			t.Errorf("%s %s gave %d, want %d", tt.method, tt.path, status, tt.status)
		}
		if tt.path == "/broken" && (!strings.Contains(body, "Request id: ") || strings.Contains(body, "broken")) {
			t.Errorf("a panic tells the peer %q", body)
		}
	}
	server.Close() // waits for the last line of the log
	expectLines(t, m,
		`matchseal_http_requests_total{code="401",method="POST",route="POST /EWS/{file}"} 1`,
		`matchseal_http_requests_total{code="200",method="other",route="/quiet"} 1`,
		`matchseal_http_requests_total{code="500",method="GET",route="/broken"} 1`,
		`matchseal_http_requests_total{code="0",method="POST",route="/abort"} 1`,
		`matchseal_http_requests_total{code="404",method="GET",route="other"} 1`,
		`matchseal_http_panics_total 1`, `matchseal_http_requests_in_flight 0`,
		`matchseal_http_request_seconds_bucket{route="/stream",le="0.025"} 1`)
	first, _, _ := strings.Cut(lines.String(), "\n")
	var got map[string]any
	if err := json.Unmarshal([]byte(first), &got); err != nil {
		t.Fatal(err)
	}
	if got["request"] != seen.Load() || seen.Load() == "" || got["path"] != "/EWS/Exchange.asmx" || got["status"] != 401. || got["bytes"] != 2. || got["seconds"] != .02 {
		t.Errorf("access log %v, the handler saw request %q", got, seen.Load())
	}
	if log := lines.String(); strings.Contains(log, "geheim") || strings.Contains(log, jwt) || !strings.Contains(log, "telemetry_test.go") {
		t.Errorf("the log holds a secret, or no stack of the panic:\n%s", log)
	}
}
