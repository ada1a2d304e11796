package authmeta_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/s2s"
)

const poolIssuer = "00000004-0000-0ff1-ce00-000000000000@contoso.com"

func TestIntroduction(t *testing.T) {
	t.Parallel()
	p := principal(t, poolIssuer)
	odd := p
	odd.Realm = "a)b(c"
	for _, tt := range []struct {
		version string
		who     s2s.Principal
		want    string
	}{
		{"0.1.0", p, "matchseal/0.1.0 (" + poolIssuer + ")"},
		{"", p, "matchseal (" + poolIssuer + ")"},
		{"1.0\r\nX: y", p, "matchseal (" + poolIssuer + ")"},
		{"1", s2s.Principal{}, "matchseal/1"},
		{"1", odd, "matchseal/1"},
	} {
		if got := authmeta.Introduction(tt.version, tt.who); got != tt.want {
			t.Errorf("%q, %v: %q, want %q", tt.version, tt.who, got, tt.want)
		}
	}
}

func TestIntroduced(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]bool{
		"matchseal/0.1.0 (" + poolIssuer + ")":                    true,
		"other/2 (" + strings.ToUpper(poolIssuer) + ") lib/1 (x)": true,
		"":                false,
		"matchseal/0.1.0": false,
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64)":                                   false,
		"matchseal/0.1.0 (" + poolIssuer:                                              false,
		"matchseal (a) (" + poolIssuer + ")":                                          false,
		"matchseal ((" + poolIssuer + "))":                                            false,
		"matchseal ( " + poolIssuer + ")":                                             false,
		"matchseal (00000004-0000-0ff1-ce00-000000000000/host@contoso.com)":           false,
		"matchseal (00000004-0000-0ff1-ce00-000000000000@" + "\x1b[2J" + ")":          false,
		"matchseal (" + poolIssuer + ")" + strings.Repeat(" ", 400):                   false,
		"matchseal (00000004-0000-0ff1-ce00-000000000000@" + strings.Repeat("a", 254): false,
	} {
		if p, ok := authmeta.Introduced(agent); ok != want || ok && p.String() != poolIssuer {
			t.Errorf("%q: %v, %v", agent, p, ok)
		}
	}
}

// Whatever a header says, what comes out of it can be said again, and is what
// was said.
func FuzzIntroduced(f *testing.F) {
	f.Add("matchseal/0.1.0 (" + poolIssuer + ")")
	f.Add("(")
	f.Add("()")
	f.Fuzz(func(t *testing.T, agent string) {
		p, ok := authmeta.Introduced(agent)
		if !ok {
			return
		}
		again := authmeta.Introduction("1", p)
		if back, ok := authmeta.Introduced(again); !ok || back != p {
			t.Errorf("%q is %v, which is introduced as %q", agent, p, again)
		}
		for _, c := range again {
			if c < ' ' || c > '~' {
				t.Errorf("%q holds %q", again, c)
			}
		}
	})
}

// Each fetch introduces itself anew, and with nothing that is no header.
func TestFetcherIntroducesItself(t *testing.T) {
	t.Parallel()
	var heard []string
	d := authmeta.New(authmeta.Skype, principal(t, poolIssuer), "", clock, certificate(t, "sfb-a"))
	document := authmeta.Handler(func(context.Context) (authmeta.Document, error) { return d, nil }, authmeta.Skype)
	f := to(server(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard = append(heard, r.Header.Get("User-Agent"))
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, authmeta.Skype.Path(), http.StatusFound)
			return
		}
		document.ServeHTTP(w, r)
	}), nil))
	agent := ""
	f.Agent = func(context.Context) string { return agent }
	fetch := func(path string) {
		t.Helper()
		if _, err := f.Fetch(t.Context(), "https://example.com"+path, authmeta.ParseOptions{}, ""); err != nil {
			t.Fatal(err)
		}
	}
	const standard = "Go-http-client/1.1"
	for _, agent = range []string{"matchseal/1", "matchseal/2", "", "a\r\nX: y", "ä", strings.Repeat("a", 401)} {
		fetch(authmeta.Skype.Path())
	}
	agent = "matchseal/3"
	fetch("/moved")
	if want := []string{"matchseal/1", "matchseal/2", standard, standard, standard, standard, "matchseal/3", "matchseal/3"}; !slices.Equal(heard, want) {
		t.Errorf("%q, want %q", heard, want)
	}
}

// A reading is what got the document or kept it; anything else is none.
func TestHandlerTellsOfReadings(t *testing.T) {
	t.Parallel()
	d := authmeta.New(authmeta.Skype, principal(t, poolIssuer), "", clock, certificate(t, "sfb-a"))
	var err error
	told := 0
	h := authmeta.Handler(func(context.Context) (authmeta.Document, error) { return d, err }, authmeta.Skype, func(r *http.Request, got authmeta.Document) {
		if len(got.Keys) != 1 || r.Method != http.MethodGet {
			t.Errorf("told of %s, %+v", r.Method, got)
		}
		told++
	})
	tag := ask(h, http.MethodGet).Header().Get("ETag")
	ask(h, http.MethodGet, "If-None-Match", tag)
	if told != 2 {
		t.Errorf("told of %d readings, want 2", told)
	}
	ask(h, http.MethodHead)
	ask(h, http.MethodHead, "If-None-Match", tag)
	ask(h, http.MethodPost)
	ask(h, http.MethodGet, "If-None-Match", "*")
	if part := ask(h, http.MethodGet, "Range", "bytes=0-9"); part.Code != http.StatusPartialContent {
		t.Errorf("a part is answered %d", part.Code)
	}
	h.ServeHTTP(deaf{httptest.NewRecorder()}, httptest.NewRequest(http.MethodGet, "https://pool.contoso.com/metadata/json/1", nil))
	err = authmeta.ErrNoKey
	ask(h, http.MethodGet)
	if told != 2 {
		t.Errorf("told of %d readings, want 2", told)
	}
}

// deaf is a peer that went away.
type deaf struct{ http.ResponseWriter }

func (deaf) Write([]byte) (int, error) { return 0, http.ErrHandlerTimeout }
