package authmeta_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/s2s"
)

// server answers with TLS; its certificate is made out to example.com.
func server(t *testing.T, h http.Handler, change func(*httptest.Server)) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	if change != nil {
		change(s)
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// to makes a fetcher whose connections all end at the server.
func to(s *httptest.Server) authmeta.Fetcher {
	client := s.Client()
	client.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, s.Listener.Addr().String())
	}
	return authmeta.Fetcher{HTTP: client, Now: func() time.Time { return clock }}
}

func serve(t *testing.T, name string) http.Handler {
	t.Helper()
	raw := file(t, "synthetic/metadata/"+name+".json")
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(raw) })
}

func wantFault(t *testing.T, err error, want authmeta.Reason, words ...string) *authmeta.FetchError {
	t.Helper()
	var f *authmeta.FetchError
	if !errors.As(err, &f) || f.Reason != want {
		t.Fatalf("got %v, want reason %s", err, want)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q\nlacks %q", err, w)
		}
	}
	return f
}

// checklist: 000-03 000-04 002-28: the document is got from the URL and read.
func TestFetch(t *testing.T) {
	t.Parallel()
	for product, name := range map[authmeta.Product]string{authmeta.Exchange: "exchange.1-steady", authmeta.Skype: "sfb"} {
		mux := http.NewServeMux()
		mux.Handle("GET "+product.Path(), serve(t, name))
		f := to(server(t, mux, nil))
		got, err := f.Fetch(t.Context(), " "+product.URL("example.com")+"\n", authmeta.ParseOptions{Application: product.App()}, "")
		if err != nil {
			t.Errorf("%s: %v", product, err)
			continue
		}
		if got.Document.Issuer.App != product.App() || len(got.Raw) == 0 {
			t.Errorf("%s: got %+v", product, got)
		}
	}
}

func TestFetchNotModified(t *testing.T) {
	t.Parallel()
	d := authmeta.New(authmeta.Skype, principal(t, "00000004-0000-0ff1-ce00-000000000000@contoso.com"), "", clock, certificate(t, "sfb-a"))
	f := to(server(t, authmeta.Handler(func(context.Context) (authmeta.Document, error) { return d, nil }, authmeta.Skype), nil))
	url := authmeta.Skype.URL("example.com")
	first, err := f.Fetch(t.Context(), url, authmeta.ParseOptions{}, "")
	if err != nil || first.ETag == "" {
		t.Fatalf("first: %+v, %v", first, err)
	}
	second, err := f.Fetch(t.Context(), url, authmeta.ParseOptions{}, first.ETag)
	if err != nil || !second.NotModified || second.Document != nil || second.ETag != first.ETag {
		t.Errorf("second: %+v, %v", second, err)
	}
	third, err := f.Fetch(t.Context(), url, authmeta.ParseOptions{}, `"older"`)
	if err != nil || third.NotModified || third.Document == nil {
		t.Errorf("with an old tag: %+v, %v", third, err)
	}
	// A server that says "not modified" without being asked has no document.
	liar := to(server(t, status(http.StatusNotModified), nil))
	_, err = liar.Fetch(t.Context(), url, authmeta.ParseOptions{}, "")
	wantFault(t, err, authmeta.Redirect)
}

func status(code int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
}

// checklist: 002-39 003-16: a mistyped path says which URL is right.
func TestFetchWrongPath(t *testing.T) {
	t.Parallel()
	f := to(server(t, http.NotFoundHandler(), nil))
	exchange, skype := s2s.ExchangeApp, s2s.SkypeApp
	for _, tt := range []struct {
		given      string
		asked      s2s.AppID
		suggestion string
	}{
		{"https://example.com/metadata/jaon/1", skype, "https://example.com/metadata/json/1"}, // 002-39
		{"https://example.com/metadata/jason/1", "", "https://example.com/metadata/json/1"},   // 003-16
		{"https://example.com/metadata/json", "", "https://example.com/metadata/json/1"},
		{"https://example.com/", skype, "https://example.com/metadata/json/1"},
		{"https://example.com/autodiscover/metadata/jason/1", "", "https://example.com/autodiscover/metadata/json/1"},
		{"https://autodiscover.example.com/metadata/json/1", "", "https://autodiscover.example.com/autodiscover/metadata/json/1"},
		{"https://example.com/metadata/json/1", exchange, "https://example.com/autodiscover/metadata/json/1"},
		{"https://example.com/metadata/json/1", "", "https://example.com/autodiscover/metadata/json/1"},
		{"https://example.com/autodiscover/metadata/json/1", skype, "https://example.com/metadata/json/1"},
		{"https://example.com/autodiscover/metadata/json/1/", exchange, ""},
		{"https://example.com/Metadata/JSON/1?x=1", skype, ""},
		{"https://example.com/_layouts/metadata/json/1", "", "https://example.com/_layouts/15/metadata/json/1"},
		{"https://example.com/contoso.com/metadata/jason/1", s2s.TokenServerApp, "https://example.com/contoso.com/metadata/json/1"},
	} {
		client := f
		if strings.Contains(tt.given, "autodiscover.") {
			client.HTTP.Transport.(*http.Transport).TLSClientConfig.ServerName = "example.com"
		}
		_, err := client.Fetch(t.Context(), tt.given, authmeta.ParseOptions{Application: tt.asked}, "")
		e := wantFault(t, err, authmeta.NotFound, "404 Not Found", tt.suggestion)
		if e.Suggestion != tt.suggestion || e.Status != 404 || e.Remedy == "" {
			t.Errorf("%s for %q: suggestion %q, want %q", tt.given, tt.asked, e.Suggestion, tt.suggestion)
		}
	}
}

func TestFetchBadURL(t *testing.T) {
	t.Parallel()
	for url, words := range map[string]string{
		"":                                 "empty",
		"pool.contoso.com/metadata/json/1": "https://server.contoso.com/metadata/json/1",
		"http://pool.contoso.com/metadata": "https://",
		"https://":                         "not an https URL",
		"ftp://pool.contoso.com/x":         "not an https URL",
		"‘https://fe.jdskype.net/metadata/json/1′": "quotation marks",
		"https://me:secret@pool.contoso.com/":      "user name",
		"https://pool\x00":                         "not an https URL",
	} {
		_, err := authmeta.Fetcher{}.Fetch(t.Context(), url, authmeta.ParseOptions{}, "")
		wantFault(t, err, authmeta.BadURL, words)
	}
}

func TestFetchAnswers(t *testing.T) {
	t.Parallel()
	say := func(code int, kind, text string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(code)
			io.WriteString(w, text)
		})
	}
	for name, tt := range map[string]struct {
		answer http.Handler
		reason authmeta.Reason
		words  string
	}{
		"log-on page":     {say(200, "text/html", "\n<!DOCTYPE html><html>Sign in</html>"), authmeta.HTML, "log-on page"},
		"endless":         {endless(), authmeta.TooBig, "larger than"},
		"packed tightly":  {packed(t, 64<<20), authmeta.TooBig, "larger than"},
		"wrong product":   {serve(t, "sfb"), authmeta.WrongProduct, "document of Skype for Business, not of Exchange"},
		"expired key":     {serveAs(t, "bad-expired-key-only"), authmeta.ExpiredKey, "not the TLS certificate"},
		"weak key":        {serveAs(t, "bad-weak-key-only"), authmeta.WeakKey, "1024 bits"},
		"EC key":          {serveAs(t, "bad-ec-key-only"), authmeta.WrongKey, "not RSA"},
		"no certificate":  {say(503, "text/plain; charset=utf-8", "No usable\x1b signing certificate.\n"), authmeta.Status, "503 Service Unavailable: No usable  signing certificate; check the signing certificate"},
		"error page":      {say(500, "text/html", "<html>trace</html>"), authmeta.Status, "500 Internal Server Error; check"},
		"wants a log-on":  {say(401, "text/html", ""), authmeta.Status, "exempt /autodiscover/metadata/json/1"},
		"log-on redirect": {http.RedirectHandler("https://login.contoso.com/?x", 302), authmeta.Redirect, "https://login.contoso.com/?x"},
		"to plain http":   {http.RedirectHandler("http://example.com/autodiscover/metadata/json/1", 302), authmeta.Redirect, "http://example.com"},
		"in a circle":     {http.RedirectHandler("/x", 302), authmeta.Redirect, "not followed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := to(server(t, tt.answer, nil)).Fetch(t.Context(), authmeta.Exchange.URL("example.com"), authmeta.ParseOptions{Application: s2s.ExchangeApp}, "")
			e := wantFault(t, err, tt.reason, tt.words)
			if e.What == "" || e.Remedy == "" || strings.ContainsAny(e.Error(), "\x1b\n") {
				t.Errorf("words %q, %q", e.What, e.Remedy)
			}
		})
	}
}

// serveAs gives a document of the vectors the identity of Exchange.
func serveAs(t *testing.T, name string) http.Handler {
	t.Helper()
	raw := strings.ReplaceAll(string(file(t, "synthetic/metadata/"+name+".json")), string(s2s.SkypeApp), string(s2s.ExchangeApp))
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, raw) })
}

func endless() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, err := io.WriteString(w, "{"); err == nil; {
			_, err = w.Write(make([]byte, 64<<10))
		}
	})
}

// packed answers with a few kilobytes that unpack to so many bytes.
func packed(t *testing.T, size int) http.Handler {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(bytes.Repeat([]byte(" "), size))
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(b.Bytes())
	})
}

func TestFetchFollowsTheSameHost(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.Handle("/old", http.RedirectHandler("https://EXAMPLE.com:443/metadata/json/1", http.StatusMovedPermanently))
	mux.Handle("/metadata/json/1", serve(t, "sfb"))
	if _, err := to(server(t, mux, nil)).Fetch(t.Context(), "https://example.com/old", authmeta.ParseOptions{}, ""); err != nil {
		t.Error(err)
	}
}

func TestFetchWrongRealm(t *testing.T) {
	t.Parallel()
	f := to(server(t, serve(t, "sfb"), nil))
	_, err := f.Fetch(t.Context(), authmeta.Skype.URL("example.com"), authmeta.ParseOptions{StatedRealm: "sip.contoso.com"}, "")
	wantFault(t, err, authmeta.WrongRealm, "its realm is contoso.com, not sip.contoso.com", "Get-CsOAuthConfiguration")
	_, err = f.Fetch(t.Context(), authmeta.Skype.URL("example.com"), authmeta.ParseOptions{Pinned: principal(t, "00000004-0000-0ff1-ce00-000000000000@fabrikam.com")}, "")
	wantFault(t, err, authmeta.IdentityChanged, "remove the partner application")
	_, err = f.Fetch(t.Context(), authmeta.Skype.URL("example.com"), authmeta.ParseOptions{Own: principal(t, "00000004-0000-0ff1-ce00-000000000000@contoso.com")}, "")
	wantFault(t, err, authmeta.OwnIdentity, "URL of the other")
}

// checklist: 002-33 002-35 002-36 002-37: the products have one sentence for
// chain, name and date; here each is told apart, and the document is not read.
func TestFetchTLS(t *testing.T) {
	t.Parallel()
	asked := false
	h := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true })
	for name, tt := range map[string]struct {
		host   string
		change func(*httptest.Server)
		client func(*tls.Config)
		fault  authmeta.TLSFault
		words  string
	}{
		"002-37 self-signed":     {"example.com", nil, func(c *tls.Config) { c.RootCAs = nil }, authmeta.Untrusted, "it signed itself"},
		"002-36 browser goes on": {"example.com", nil, func(c *tls.Config) { c.RootCAs = nil }, authmeta.Untrusted, "a browser goes on after a warning proves nothing"},
		"made out to another":    {"pool.contoso.com", nil, nil, authmeta.Misnamed, "not made out to pool.contoso.com but to example.com"},
		"expired":                {"example.com", nil, func(c *tls.Config) { c.Time = func() time.Time { return clock.AddDate(200, 0, 0) } }, authmeta.OutOfDate, "outside its dates"},
		"TLS 1.0": {"example.com", func(s *httptest.Server) {
			s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}
		}, nil, authmeta.OldVersion, "TLS version"},
		"wants a client certificate": {"example.com", func(s *httptest.Server) { s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert} }, nil, authmeta.OtherTLS, "certificate required"},
	} {
		t.Run(name, func(t *testing.T) {
			f := to(server(t, h, tt.change))
			if tt.client != nil {
				tt.client(f.HTTP.Transport.(*http.Transport).TLSClientConfig)
			}
			_, err := f.Fetch(t.Context(), authmeta.Skype.URL(tt.host), authmeta.ParseOptions{}, "")
			if e := wantFault(t, err, authmeta.TLS, tt.words); e.TLSFault != tt.fault {
				t.Errorf("fault %s, want %s", e.TLSFault, tt.fault)
			}
		})
	}
	if asked {
		t.Error("a server that is not trusted was asked for the document")
	}
}

func TestFetchNetwork(t *testing.T) {
	t.Parallel()
	dial := func(err error) authmeta.Fetcher {
		return authmeta.Fetcher{HTTP: &http.Client{Transport: &http.Transport{
			DialContext: func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Err: err}
			},
		}}}
	}
	for name, tt := range map[string]struct {
		err    error
		reason authmeta.Reason
		words  string
	}{
		"no such name": {&net.DNSError{Err: "no such host", Name: "pool.contoso.com", IsNotFound: true}, authmeta.DNS, "nslookup pool.contoso.com"},
		"refused":      {syscall.ECONNREFUSED, authmeta.Connect, "no connection to pool.contoso.com"},
		"no answer":    {context.DeadlineExceeded, authmeta.Timeout, "did not answer in time"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := dial(tt.err).Fetch(t.Context(), authmeta.Skype.URL("pool.contoso.com"), authmeta.ParseOptions{}, "")
			wantFault(t, err, tt.reason, tt.words)
		})
	}
	t.Run("stopped", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := dial(context.Canceled).Fetch(ctx, authmeta.Skype.URL("pool.contoso.com"), authmeta.ParseOptions{}, "")
		wantFault(t, err, authmeta.Stopped)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the cause is lost: %v", err)
		}
	})
	t.Run("broken off", func(t *testing.T) {
		hangup := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		_, err := to(server(t, hangup, nil)).Fetch(t.Context(), authmeta.Skype.URL("example.com"), authmeta.ParseOptions{}, "")
		wantFault(t, err, authmeta.Connect, "broke off")
	})
}

// A server that takes its time is left after ten seconds.
func TestFetchGivesUpAfterTenSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		silent := roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		start := time.Now()
		_, err := authmeta.Fetcher{HTTP: &http.Client{Transport: silent}}.Fetch(t.Context(), authmeta.Skype.URL("pool.contoso.com"), authmeta.ParseOptions{}, "")
		wantFault(t, err, authmeta.Timeout)
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("gave up after %s", took)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
