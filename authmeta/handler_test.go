package authmeta_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/matchseal/matchseal/authmeta"
)

func ask(h http.Handler, method string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "https://pool.contoso.com/metadata/json/1", nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestHandler(t *testing.T) {
	t.Parallel()
	certs := "sfb-a"
	h := authmeta.Handler(func(context.Context) (authmeta.Document, error) {
		return authmeta.New(authmeta.Skype, principal(t, "00000004-0000-0ff1-ce00-000000000000@contoso.com"), "", clock, certificate(t, certs)), nil
	}, authmeta.Skype)

	w := ask(h, http.MethodGet)
	if got, want := w.Body.String(), string(file(t, "synthetic/metadata/sfb.json")); w.Code != 200 || got != want {
		t.Errorf("%d %s\nwant %s", w.Code, got, want)
	}
	tag := w.Header().Get("ETag")
	for name, want := range map[string]string{
		"Content-Type": "application/json; charset=utf-8", "Cache-Control": "max-age=300", "ETag": tag, "Content-Length": "1170",
	} {
		if got := w.Header().Get(name); got != want || got == "" {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}

	head := ask(h, http.MethodHead)
	if head.Code != 200 || head.Body.Len() != 0 || head.Header().Get("Content-Length") != "1170" || head.Header().Get("ETag") != tag {
		t.Errorf("HEAD: %d, %d bytes, %v", head.Code, head.Body.Len(), head.Header())
	}
	for match, want := range map[string]int{tag: 304, "W/" + tag: 304, `"x", ` + tag: 304, "*": 304, `"x"`: 200} {
		if got := ask(h, http.MethodGet, "If-None-Match", match); got.Code != want || want == 304 && got.Body.Len() > 0 {
			t.Errorf("If-None-Match %s: %d, want %d", match, got.Code, want)
		}
	}
	if post := ask(h, http.MethodPost); post.Code != 405 || post.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d, Allow %q", post.Code, post.Header().Get("Allow"))
	}

	certs = "sfb-b"
	if next := ask(h, http.MethodGet, "If-None-Match", tag); next.Code != 200 || next.Header().Get("ETag") == tag {
		t.Errorf("with another key: %d, ETag %s", next.Code, next.Header().Get("ETag"))
	}
}

// checklist: 000-08, without a valid signing certificate there is no document.
func TestHandlerWithoutKey(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err   error
		words string
	}{
		"expired":      {nil, "no usable signing certificate"},
		"other reason": {errors.New("database at 10.0.0.7 is gone"), "this server's log"},
	} {
		h := authmeta.Handler(func(context.Context) (authmeta.Document, error) {
			return authmeta.New(authmeta.Skype, principal(t, "00000004-0000-0ff1-ce00-000000000000@contoso.com"), "", clock, certificate(t, "expired")), tt.err
		}, authmeta.Skype)
		w := ask(h, http.MethodGet)
		if w.Code != 503 || !strings.Contains(w.Body.String(), tt.words) || strings.Contains(w.Body.String(), "10.0.0.7") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		if got := w.Header().Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: a failure may be cached: %q", name, got)
		}
	}
}
