package authmeta

import (
	"net/http"
	"testing"
	"time"
)

func TestRefreshHint(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		refresh, cache string
		want           time.Duration
	}{
		{"", "", 0},
		{"900", "", 15 * time.Minute},
		{" 900 ", "max-age=3600", 15 * time.Minute},
		{"0", "max-age=3600", time.Hour},
		{"-5", "", 0},
		{"soon", "", 0},
		{"99999999999999999999", "max-age=99999999999999999999", 0},
		{"", "max-age=300", 0}, // about caches, as our own
		{"", "public, MAX-AGE=1200", 20 * time.Minute},
		{"", `max-age="1200"`, 20 * time.Minute},
		{"", "s-maxage=1200, no-cache", 0},
		{"", "max-age", 0},
	} {
		h := http.Header{}
		h.Set(RefreshHeader, tt.refresh)
		h.Set("Cache-Control", tt.cache)
		if got := refreshHint(h); got != tt.want {
			t.Errorf("%q, %q: %s, want %s", tt.refresh, tt.cache, got, tt.want)
		}
	}
}
