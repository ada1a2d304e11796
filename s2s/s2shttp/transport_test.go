package s2shttp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
	"github.com/matchseal/matchseal/s2s/s2stest"
)

// target is a real TLS server behind a Guard, and a client that signs as a
// Skype pool. Both clocks are one.
type target struct {
	*guarded
	server    *httptest.Server
	url       string
	transport *s2shttp.Transport
	client    *http.Client
	config    s2shttp.Target // what the client has configured

	mu       sync.Mutex
	now      time.Time
	requests []string // what the server saw: "", "app-only" ..., with the body behind it
	trace    []s2shttp.TraceKind
	answer   func(http.ResponseWriter, *http.Request) bool // answers instead of the Guard
}

func newTarget(t *testing.T) *target {
	g := newGuarded(s2shttp.Exchange)
	s := &target{guarded: g, now: now, config: s2shttp.Target{App: s2s.ExchangeApp, Realm: "contoso.com"}}
	s.server = httptest.NewTLSServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.server.Close)
	s.url = s.server.URL + "/ews/exchange.asmx"
	host := strings.TrimPrefix(s.server.URL, "https://")
	g.server.Host = host
	g.guard.Verifier.Hosts = []string{host}
	g.guard.Verifier.Now = s.clock
	g.guard.OnDecision = nil
	s.transport = &s2shttp.Transport{
		Base: s.server.Client().Transport,
		Target: func(_ context.Context, u *url.URL) (s2shttp.Target, bool) {
			return s.config, u.Host == host
		},
		Self: func(context.Context) (s2s.Principal, *s2s.Signer, error) {
			return g.client.Principal, g.client.Signer(), nil
		},
		Now:   s.clock,
		Trace: func(_ context.Context, e s2shttp.TraceEvent) { s.trace = append(s.trace, e.Kind) },
	}
	s.client = &http.Client{Transport: s.transport}
	return s
}

func (s *target) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *target) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func (s *target) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	kind := "anonymous"
	if f := r.Header.Get("Authorization"); f == "Bearer" {
		kind = "empty"
	} else if token, ok := strings.CutPrefix(f, "Bearer "); ok {
		kind = "token"
		if d, err := s2s.Decode(token); err == nil {
			kind = string(d.Kind)
		}
	}
	if len(body) > 20 {
		body = fmt.Appendf(nil, "%d bytes", len(body))
	}
	s.requests = append(s.requests, strings.TrimSpace(kind+" "+string(body)))
	answer := s.answer
	s.mu.Unlock()
	if answer != nil && answer(w, r) {
		return
	}
	s.guard.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d, _ := s2shttp.DecisionFrom(r.Context())
		user := ""
		if d.User != nil {
			user = d.User.ID
		}
		fmt.Fprintf(w, "%s %s", d.Kind, user)
	})).ServeHTTP(w, r)
}

// seen returns and forgets what the server saw.
func (s *target) seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.requests
	s.requests = nil
	return seen
}

func (s *target) post(ctx context.Context, body io.Reader) (string, error) {
	r, err := http.NewRequestWithContext(ctx, "POST", s.url, body)
	if err != nil {
		return "", err
	}
	response, err := s.client.Do(r)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return fmt.Sprintf("%d %s", response.StatusCode, text), err
}

func (s *target) ok(t *testing.T, ctx context.Context, body io.Reader, want string, requests ...string) {
	t.Helper()
	got, err := s.post(ctx, body)
	if err != nil || got != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	if diff := cmp.Diff(requests, s.seen()); diff != "" {
		t.Error(diff)
	}
}

func TestDiscoverThenCall(t *testing.T) {
	s := newTarget(t)
	ctx := t.Context()
	s.ok(t, ctx, strings.NewReader("one"), "200 app-only ", "empty one", "app-only one")
	s.ok(t, ctx, strings.NewReader("two"), "200 app-only ", "app-only two")
	s.ok(t, s2shttp.WithUser(ctx, kenClaims), strings.NewReader("three"), "200 act-as ken", "act-as three")
	s.ok(t, ctx, nil, "200 app-only ", "app-only")
	want := []s2shttp.TraceKind{"discover", "mint", "issue", "send", "known", "reuse", "issue", "send", "known", "reuse", "issue", "send", "known", "reuse", "issue", "send"}
	if diff := cmp.Diff(want, s.trace); diff != "" {
		t.Error(diff)
	}
}

// What a sender logs of a token and what its receiver logs are about the same
// token, and neither holds it.
func TestIssuedTokensCanBeAudited(t *testing.T) {
	s := newTarget(t)
	var issued []s2shttp.TraceEvent
	s.transport.Trace = func(_ context.Context, e s2shttp.TraceEvent) {
		if e.Kind == s2shttp.TraceIssue {
			issued = append(issued, e)
		}
	}
	var accepted []*s2s.Decision
	s.guard.OnDecision = func(_ *http.Request, d *s2s.Decision, _ *s2s.Refusal) { accepted = append(accepted, d) }
	for _, ctx := range []context.Context{t.Context(), s2shttp.WithUser(t.Context(), kenClaims)} {
		if _, err := s.post(ctx, nil); err != nil {
			t.Fatal(err)
		}
	}
	if len(issued) != 2 || len(accepted) != 2 {
		t.Fatalf("%d issued, %d accepted, want 2 of each", len(issued), len(accepted))
	}
	for i, e := range issued {
		d := accepted[i]
		if e.TokenHash == "" || e.TokenHash != d.TokenHash || e.Key != d.Key || e.Audience != d.Audience || !e.Expires.Equal(d.Expires) {
			t.Errorf("issued %+v, accepted %+v", e, d)
		}
	}
	if issued[0].User != (s2s.UserClaims{}) || issued[1].User.UPN != kenClaims.UPN || issued[1].User.NameID != "" {
		t.Errorf("users %+v and %+v; the SID was not sent", issued[0].User, issued[1].User)
	}
}

func TestCachesEnd(t *testing.T) {
	s := newTarget(t)
	ctx := t.Context()
	mints := func(want int) {
		t.Helper()
		n := 0
		for _, k := range s.trace {
			if k == s2shttp.TraceMint {
				n++
			}
		}
		if n != want {
			t.Errorf("%d tokens made, want %d", n, want)
		}
	}
	s.ok(t, ctx, nil, "200 app-only ", "empty", "app-only")
	s.pass(15*time.Minute - time.Second)
	s.ok(t, ctx, nil, "200 app-only ", "app-only")
	s.pass(time.Second) // the challenge is 15 minutes old
	s.ok(t, ctx, nil, "200 app-only ", "empty", "app-only")
	s.pass(14 * time.Minute)
	s.ok(t, ctx, nil, "200 app-only ", "app-only")
	// The outer token around a kept actor token ends with it.
	s.ok(t, s2shttp.WithUser(ctx, kenClaims), nil, "200 act-as ken", "act-as")
	mints(1)
	s.pass(time.Minute) // half an hour: half of the actor token's life
	s.ok(t, ctx, nil, "200 app-only ", "empty", "app-only")
	mints(2)
	// A new signing key is used at once.
	s.guarded.client.UseKey("sfb-b")
	s.guard.Verifier.Trust = s2stest.NewTrust(s.guarded.client)
	s.ok(t, ctx, nil, "200 app-only ", "app-only")
	mints(3)
}

func TestKeptTokenRefusedIsRetriedOnce(t *testing.T) {
	s := newTarget(t)
	ctx := t.Context()
	s.ok(t, ctx, strings.NewReader("a"), "200 app-only ", "empty a", "app-only a")
	refuse := 1
	s.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if refuse == 0 || r.Header.Get("Authorization") == "Bearer" {
			return false
		}
		refuse--
		w.Header().Set("request-id", "id-7")
		s.guard.Challenge(w, r, &s2s.Refusal{Step: "V13", Reason: s2s.SigBad})
		return true
	}
	s.trace = nil
	s.ok(t, ctx, strings.NewReader("b"), "200 app-only ", "app-only b", "app-only b")
	if diff := cmp.Diff([]s2shttp.TraceKind{"known", "reuse", "issue", "send", "retry", "mint", "issue", "send"}, s.trace); diff != "" {
		t.Error(diff)
	}

	refuse = 100
	_, err := s.post(ctx, strings.NewReader("c"))
	var denied *s2shttp.Denied
	if !errors.As(err, &denied) || denied.Status != 401 || denied.Diagnostics.Code != 2000000 || denied.RequestID != "id-7" {
		t.Errorf("got %v", err)
	}
	// The 401 dropped the challenge; the kept token was the fresh one of "b".
	if diff := cmp.Diff([]string{"empty c", "app-only c", "app-only c"}, s.seen()); diff != "" {
		t.Error(diff)
	}
	// A token made for this very request is not tried twice.
	if _, err = s.post(ctx, strings.NewReader("d")); !errors.As(err, &denied) {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff([]string{"empty d", "app-only d"}, s.seen()); diff != "" {
		t.Error(diff)
	}
}

// A kept challenge that does not name us is asked for again by the next call.
func TestKeptChallengeDoesNotOutliveItsUse(t *testing.T) {
	s := newTarget(t)
	s.ok(t, t.Context(), nil, "200 app-only ", "empty", "app-only")
	s.guarded.client.Principal.App = s2s.SharePointApp // we are somebody else now
	if _, err := s.post(t.Context(), nil); !errors.Is(err, s2shttp.ErrNotTrusted) {
		t.Errorf("got %v", err)
	}
	if seen := s.seen(); seen != nil {
		t.Errorf("the server saw %q", seen)
	}
	s.guard.Verifier.Trust = s2stest.NewTrust(s.guarded.client)
	s.ok(t, t.Context(), nil, "200 app-only ", "empty", "app-only")
}

// chunks is a body of unknown length without GetBody.
type chunks struct {
	r      io.Reader
	closed bool
}

func (c *chunks) Read(p []byte) (int, error) { return c.r.Read(p) }
func (c *chunks) Close() error               { c.closed = true; return nil }

func TestBodiesOfUnknownLength(t *testing.T) {
	s := newTarget(t)
	s.transport.BodyLimit = 1000
	ctx := t.Context()
	short, long := bytes.Repeat([]byte("s"), 1000), bytes.Repeat([]byte("l"), 100_000)
	for _, c := range []struct {
		name     string
		body     []byte
		requests []string
	}{
		{"short, not known", short, []string{"empty 1000 bytes", "app-only 1000 bytes"}},
		{"short, known", short, []string{"app-only 1000 bytes"}},
		{"long, known", long, []string{"app-only 100000 bytes"}},
		{"empty", nil, []string{"app-only"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := &chunks{r: bytes.NewReader(c.body)}
			s.ok(t, ctx, body, "200 app-only ", c.requests...)
			if !body.closed {
				t.Error("the body is left open")
			}
		})
	}
	t.Run("long, not known: an empty request asks, the body goes once", func(t *testing.T) {
		s := newTarget(t)
		s.transport.BodyLimit = 1000
		s.ok(t, ctx, &chunks{r: bytes.NewReader(long)}, "200 app-only ", "empty", "app-only 100000 bytes")
	})
	t.Run("long, kept token refused: no second time", func(t *testing.T) {
		s.answer = func(w http.ResponseWriter, r *http.Request) bool {
			s.guard.Challenge(w, r, &s2s.Refusal{Reason: s2s.SigBad})
			return true
		}
		var denied *s2shttp.Denied
		if _, err := s.post(ctx, &chunks{r: bytes.NewReader(long)}); !errors.As(err, &denied) {
			t.Errorf("got %v", err)
		}
		if diff := cmp.Diff([]string{"app-only 100000 bytes"}, s.seen()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("long, and nobody asks for a token", func(t *testing.T) {
		s := newTarget(t)
		s.transport.BodyLimit = 1000
		s.answer = func(w http.ResponseWriter, _ *http.Request) bool { return true }
		s.ok(t, ctx, &chunks{r: bytes.NewReader(long)}, "200 ", "empty", "empty 100000 bytes")
	})
	t.Run("unreadable", func(t *testing.T) {
		cause := errors.New("disk gone")
		body := &chunks{r: io.MultiReader(strings.NewReader("x"), errorReader{cause})}
		if _, err := s.post(ctx, body); !errors.Is(err, cause) || !body.closed {
			t.Errorf("got %v, closed %v", err, body.closed)
		}
	})
}

type errorReader struct{ err error }

func (e errorReader) Read([]byte) (int, error) { return 0, e.err }

func TestChallengeCanOnlyNarrow(t *testing.T) {
	const (
		ex    = "00000002-0000-0ff1-ce00-000000000000"
		skype = "00000004-0000-0ff1-ce00-000000000000@contoso.com"
	)
	for _, c := range []struct {
		name      string
		challenge string
		target    s2shttp.Target
		want      error
		says      []string
	}{
		{"as configured", `Bearer client_id="` + ex + `", trusted_issuers="` + skype + `"`, s2shttp.Target{}, nil, nil},
		{"no list", `Bearer client_id="` + ex + `"`, s2shttp.Target{}, nil, nil},
		{"other case", `bearer CLIENT_ID="` + strings.ToUpper(ex) + `", Trusted_Issuers="` + strings.ToUpper(skype) + `"`, s2shttp.Target{}, nil, nil},
		{"realm of the challenge does not matter", `Bearer client_id="` + ex + `", realm="rogue.example"`, s2shttp.Target{}, nil, nil},
		{"another resource", `Bearer client_id="00000003-0000-0ff1-ce00-000000000000", trusted_issuers="` + skype + `"`, s2shttp.Target{}, s2shttp.ErrOtherResource, []string{ex, "00000003-0000-0ff1-ce00-000000000000"}},
		{"no client_id", `Bearer trusted_issuers="` + skype + `"`, s2shttp.Target{}, s2shttp.ErrOtherResource, []string{"names none"}},
		{"empty list", `Bearer client_id="` + ex + `", trusted_issuers=""`, s2shttp.Target{}, s2shttp.ErrNotTrusted, []string{"it trusts nobody", "Configure-EnterprisePartnerApplication.ps1 -AuthMetadataUrl", "-ApplicationType Lync"}},
		{"others in the list", `Bearer client_id="` + ex + `", trusted_issuers="00000001-0000-0000-c000-000000000000@contoso.com"`, s2shttp.Target{}, s2shttp.ErrNotTrusted, []string{skype, "00000001-0000-0000-c000-000000000000@contoso.com"}},
		{"* is not us", `Bearer client_id="` + ex + `", trusted_issuers="00000004-0000-0ff1-ce00-000000000000@*"`, s2shttp.Target{}, s2shttp.ErrNotTrusted, nil},
		{"other realm is not us", `Bearer client_id="` + ex + `", trusted_issuers="00000004-0000-0ff1-ce00-000000000000@fabrikam.com"`, s2shttp.Target{}, s2shttp.ErrNotTrusted, nil},
		{"no Bearer", `Negotiate, NTLM`, s2shttp.Target{}, s2shttp.ErrNotOffered, []string{"it offers Negotiate, NTLM"}},
		{"nothing", ``, s2shttp.Target{}, s2shttp.ErrNotOffered, []string{"it offers nothing", "-OAuthAuthentication"}},
		{"repeated parameter", `Bearer client_id="` + ex + `", client_id="` + ex + `"`, s2shttp.Target{}, s2shttp.ErrNotOffered, []string{"client_id"}},
		{"open realm, listed", `Bearer client_id="` + ex + `", realm="contoso.com"`, s2shttp.Target{App: s2s.ExchangeApp, Realm: "*", Realms: []s2s.Realm{"a.test", "contoso.com"}}, nil, nil},
		{"open realm, not listed", `Bearer client_id="` + ex + `", realm="contoso.com"`, s2shttp.Target{App: s2s.ExchangeApp, Realm: "*", Realms: []s2s.Realm{"a.test"}}, s2shttp.ErrOtherRealm, []string{`"contoso.com"`}},
		{"open realm, none named", `Bearer client_id="` + ex + `"`, s2shttp.Target{App: s2s.ExchangeApp, Realm: "*"}, s2shttp.ErrOtherRealm, nil},
		{"open realm, * listed and named", `Bearer client_id="` + ex + `", realm="*"`, s2shttp.Target{App: s2s.ExchangeApp, Realm: "*", Realms: []s2s.Realm{"*"}}, s2shttp.ErrOtherRealm, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTarget(t)
			if c.target.App != "" {
				s.config = c.target
			}
			s.answer = func(w http.ResponseWriter, r *http.Request) bool {
				if r.Header.Get("Authorization") != "Bearer" {
					return false
				}
				if c.challenge != "" {
					w.Header().Set("WWW-Authenticate", c.challenge)
				}
				w.WriteHeader(401)
				return true
			}
			got, err := s.post(t.Context(), nil)
			if c.want == nil {
				if err != nil || got != "200 app-only " {
					t.Errorf("got %q, %v", got, err)
				}
				return
			}
			if !errors.Is(err, c.want) {
				t.Fatalf("got %q, %v; want %v", got, err, c.want)
			}
			for _, part := range c.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
			if diff := cmp.Diff([]string{"empty"}, s.seen()); diff != "" {
				t.Errorf("a token was sent: %s", diff)
			}
			// Whoever mends the cause need not wait for the cache.
			s.answer = nil
			s.config = s2shttp.Target{App: s2s.ExchangeApp, Realm: "contoso.com"}
			s.ok(t, t.Context(), nil, "200 app-only ", "empty", "app-only")
		})
	}
}

func TestNothingIsSent(t *testing.T) {
	s := newTarget(t)
	send := func(change func(*http.Request)) error {
		body := &chunks{r: strings.NewReader("secret")}
		r, err := http.NewRequestWithContext(t.Context(), "POST", s.url, body)
		if err != nil {
			t.Fatal(err)
		}
		change(r)
		response, err := s.transport.RoundTrip(r)
		if err == nil {
			response.Body.Close()
		}
		if !body.closed {
			t.Error("the body is left open")
		}
		return err
	}
	if err := send(func(r *http.Request) { r.URL.Scheme = "http" }); !errors.Is(err, s2shttp.ErrNotHTTPS) {
		t.Errorf("http: %v", err)
	}
	if err := send(func(r *http.Request) { r.URL.Host = "rogue.example" }); !errors.Is(err, s2shttp.ErrNoPartner) {
		t.Errorf("other host: %v", err)
	}
	if err := send(func(r *http.Request) { r.Host = "rogue.example" }); !errors.Is(err, s2shttp.ErrNoPartner) {
		t.Errorf("other Host field: %v", err)
	}
	cause := errors.New("no certificate is current")
	s.transport.Self = func(context.Context) (s2s.Principal, *s2s.Signer, error) { return s2s.Principal{}, nil, cause }
	if err := send(func(*http.Request) {}); !errors.Is(err, cause) {
		t.Errorf("no key: %v", err)
	}
	if diff := cmp.Diff([]string{"empty secret"}, s.seen()); diff != "" {
		t.Error(diff)
	}
	if _, err := (&s2shttp.Transport{}).RoundTrip(httptest.NewRequest("GET", s.url, nil)); err == nil {
		t.Error("an empty Transport sends")
	}
}

// R27: the other host is a configured partner as well, and still gets nothing.
func TestRedirectToAnotherHost(t *testing.T) {
	s, other := newTarget(t), newTarget(t)
	s.transport.Target = func(context.Context, *url.URL) (s2shttp.Target, bool) { return s.config, true }
	s.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") == "Bearer" {
			return false
		}
		http.Redirect(w, r, other.url, http.StatusTemporaryRedirect)
		return true
	}
	if _, err := s.post(t.Context(), strings.NewReader("x")); !errors.Is(err, s2shttp.ErrRedirected) {
		t.Errorf("got %v", err)
	}
	if seen := other.seen(); seen != nil {
		t.Errorf("the other host saw %q", seen)
	}
	// On the same host it is an ordinary request.
	s.seen()
	s.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/other" || r.Header.Get("Authorization") == "Bearer" {
			return false
		}
		http.Redirect(w, r, "/other", http.StatusTemporaryRedirect)
		return true
	}
	s.ok(t, t.Context(), strings.NewReader("x"), "200 app-only ", "app-only x", "app-only x")
}

// hostile is a target that answers as it likes; it records every token that
// reaches it.
type hostile struct {
	t       *rapid.T
	allowed s2shttp.Target
}

func (h *hostile) RoundTrip(r *http.Request) (*http.Response, error) {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		d, err := s2s.Decode(token)
		if err != nil {
			h.t.Fatal(err)
		}
		audience, err := s2s.ParseAudience(d.Layers[0].Claims[0].Value)
		if err != nil || r.URL.Scheme != "https" || audience.Host != strings.ToLower(r.URL.Host) || audience.App != h.allowed.App ||
			audience.Realm != h.allowed.Realm && !slices.Contains(h.allowed.Realms, audience.Realm) {
			h.t.Fatalf("token for %s, %v sent to %s", audience, err, r.URL)
		}
	}
	pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(h.t, name) }
	header := http.Header{}
	header.Set("WWW-Authenticate", fmt.Sprintf(`%s client_id="%s", realm="%s"%s`,
		pick("scheme", "Bearer", "Bearer", "Basic", "Bearer,"),
		pick("client", string(s2s.ExchangeApp), string(s2s.ExchangeApp), string(s2s.SkypeApp), "", "*"),
		pick("realm", "contoso.com", "rogue.example", "*", ""),
		pick("issuers", "", `, trusted_issuers=""`, `, trusted_issuers="00000004-0000-0ff1-ce00-000000000000@contoso.com"`, `, trusted_issuers="*@*"`)))
	header.Set("Location", pick("location", "https://rogue.example/", "http://mail.contoso.com/", "/again", "https://mail.contoso.com:8443/"))
	status := rapid.SampledFrom([]int{200, 401, 401, 401, 307, 302}).Draw(h.t, "status")
	return &http.Response{StatusCode: status, Header: header, Body: http.NoBody, ProtoMajor: 1, ProtoMinor: 1}, nil
}

// Whatever a target says and wherever it redirects, a token goes only to
// the host it is made for, for the configured application and realm.
func TestTokensStayWhereTheyBelong(t *testing.T) {
	skype := s2stest.NewSkype("contoso.com", "pool01.contoso.com")
	signer := skype.Signer()
	rapid.Check(t, func(t *rapid.T) {
		allowed := s2shttp.Target{App: s2s.ExchangeApp, Realm: "contoso.com"}
		if rapid.Bool().Draw(t, "open realm") {
			allowed.Realm, allowed.Realms = s2s.AnyRealm, []s2s.Realm{"contoso.com"}
		}
		client := &http.Client{Transport: &s2shttp.Transport{
			Base: &hostile{t, allowed},
			// Every host is a partner's, so that only the rules of Transport hold.
			Target: func(context.Context, *url.URL) (s2shttp.Target, bool) { return allowed, true },
			Self:   func(context.Context) (s2s.Principal, *s2s.Signer, error) { return skype.Principal, signer, nil },
			Now:    func() time.Time { return now },
		}}
		for range 3 {
			address := rapid.SampledFrom([]string{"https://mail.contoso.com/", "http://mail.contoso.com/", "https://MAIL.contoso.com:8443/"}).Draw(t, "url")
			if response, err := client.Post(address, "text/xml", strings.NewReader("x")); err == nil {
				response.Body.Close()
			}
		}
	})
}

func TestOtherAnswersPass(t *testing.T) {
	s := newTarget(t)
	s.answer = func(w http.ResponseWriter, r *http.Request) bool {
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	}
	s.ok(t, t.Context(), nil, "503 ", "empty")
	s.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") == "Bearer" {
			return false
		}
		w.WriteHeader(http.StatusForbidden)
		return true
	}
	s.ok(t, t.Context(), nil, "403 ", "empty", "app-only")
}

func TestUserClaims(t *testing.T) {
	full := s2s.UserClaims{NameID: "S-1-5-21-1-2-3-1104", NII: s2s.NIIActiveDirectory, UPN: "Ken@contoso.com", SMTP: "Ken@contoso.com", SIP: "sip:Ken@contoso.com"}
	for _, c := range []struct {
		name   string
		self   *s2stest.Party
		sid    bool
		claims s2s.UserClaims
		want   string // in the order of the token, without aud, iss, nbf, exp, actortoken
	}{
		{"no SIDs", nil, false, full, "upn=Ken@contoso.com smtp=Ken@contoso.com sip=Ken@contoso.com"},
		{"SIDs", nil, true, full, "nameid=S-1-5-21-1-2-3-1104 nii=urn:office:idp:activedirectory upn=Ken@contoso.com smtp=Ken@contoso.com sip=Ken@contoso.com"},
		{"nameid without nii is a UPN", nil, false, s2s.UserClaims{NameID: "ken@contoso.com", SMTP: "ken@contoso.com"}, "nameid=ken@contoso.com smtp=ken@contoso.com"},
		{"SharePoint writes lower case", s2stest.NewSharePoint("contoso.com", "h"), true, full, "nameid=s-1-5-21-1-2-3-1104 nii=urn:office:idp:activedirectory upn=ken@contoso.com smtp=ken@contoso.com sip=ken@contoso.com"},
		{"only a SIP address", nil, false, s2s.UserClaims{SIP: "ken@contoso.com"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTarget(t)
			s.config.AcceptSID = c.sid
			if c.self != nil {
				s.guarded.client = c.self
			}
			var got []string
			s.answer = func(w http.ResponseWriter, r *http.Request) bool {
				token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
				if !ok {
					return false
				}
				d, err := s2s.Decode(token)
				if err != nil {
					t.Error(err)
					return true
				}
				for _, m := range d.Layers[0].Claims[4:] {
					got = append(got, m.Name+"="+m.Value)
				}
				return true
			}
			_, err := s.post(s2shttp.WithUser(t.Context(), c.claims), nil)
			if c.want == "" {
				if !errors.Is(err, s2shttp.ErrNoAddress) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Fields(c.want), got[:len(got)-1]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestConcurrentCalls(t *testing.T) {
	s := newTarget(t)
	s.transport.Trace = nil
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			ctx, want := context.Background(), "200 app-only "
			if i%2 == 1 {
				ctx, want = s2shttp.WithUser(ctx, kenClaims), "200 act-as ken"
			}
			for range 5 {
				if got, err := s.post(ctx, strings.NewReader("x")); err != nil || got != want {
					t.Errorf("got %q, %v", got, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestErrorsNameTheCommand(t *testing.T) {
	for _, c := range []struct {
		target s2s.AppID
		self   s2s.AppID
		want   string
	}{
		{s2s.ExchangeApp, s2s.SkypeApp, "Configure-EnterprisePartnerApplication.ps1 -AuthMetadataUrl https://<pool>/metadata/json/1 -ApplicationType Lync"},
		{s2s.ExchangeApp, s2s.SharePointApp, "-ApplicationType SharePoint"},
		{s2s.SkypeApp, s2s.ExchangeApp, "New-CsPartnerApplication -Identity Exchange -ApplicationTrustLevel Full -MetadataUrl https://<autodiscover host>/autodiscover/metadata/json/1"},
		{s2s.SharePointApp, s2s.ExchangeApp, "New-SPTrustedSecurityTokenIssuer -MetadataEndpoint https://<autodiscover host>/autodiscover/metadata/json/1"},
	} {
		s := newTarget(t)
		s.config.App = c.target
		s.guarded.client.Principal.App = c.self
		s.answer = func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("WWW-Authenticate", `Bearer client_id="`+string(c.target)+`", trusted_issuers=""`)
			w.WriteHeader(401)
			return true
		}
		if _, err := s.post(t.Context(), nil); !errors.Is(err, s2shttp.ErrNotTrusted) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want it to say %q", err, c.want)
		}
	}
	if text := (&s2shttp.Denied{Host: "h", Status: 401, RequestID: "r", Diagnostics: s2shttp.Diagnostics{Code: 2000003, Category: "invalid_resource", Reason: "No."}}).Error(); text != "h: the token was refused with status 401 (2000003 invalid_resource: No.), request-id r" {
		t.Error(text)
	}
}
