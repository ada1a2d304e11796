package telemetry_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/matchseal/matchseal/internal/telemetry"
)

// A head may have 64 KB; strangers do not get to write that into the log with
// every request.
func TestLinesOfTheAccessLogAreShort(t *testing.T) {
	var line bytes.Buffer
	h := telemetry.Middleware(telemetry.ServerConfig{Metrics: telemetry.NewMetrics(), Now: time.Now, Log: telemetry.NewLogger(&line, telemetry.LogOptions{})})(
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	r := httptest.NewRequest("GET", "/", nil)
	long := strings.Repeat("é", 30_000)
	r.URL.Path, r.Host, r.Method = "/"+long, long, long
	r.Header.Set("User-Agent", long)
	h.ServeHTTP(httptest.NewRecorder(), r)
	if line.Len() > 3000 || !strings.Contains(line.String(), "path=/éé") || !utf8.Valid(line.Bytes()) || strings.Contains(line.String(), `\x`) {
		t.Errorf("%d bytes: %.200s", line.Len(), &line)
	}
}
