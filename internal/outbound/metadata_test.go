package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
)

// A fetch through this client keeps what the client knows: checklist 002-28,
// 002-33, 002-35, 002-39, 003-16.
func TestExplainFetch(t *testing.T) {
	t.Parallel()
	answer := func(status int, body string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			io.WriteString(w, body)
		})
	}
	const good = "https://" + host + "/autodiscover/metadata/json/1"
	for name, tt := range map[string]struct {
		url    string
		answer http.Handler
		code   problem.Code
		dotnet string // what a cmdlet prints, or begins with
	}{
		"002-39 mistyped": {"https://" + host + "/metadata/jaon/1", http.NotFoundHandler(), problem.MetadataNotFound, "The remote server returned an error: (404) Not Found."},
		"003-16 mistyped": {"https://" + host + "/metadata/jason/1", http.NotFoundHandler(), problem.MetadataNotFound, "The remote server returned an error: (404) Not Found."},
		"no certificate":  {good, answer(503, ""), problem.MetadataStatus, "The remote server returned an error: (503) Service Unavailable."},
		"002-28 no JSON":  {good, answer(200, "<html>"), problem.MetadataPage, "the URL answers with a web page"},
		"002-28 cut":      {good, answer(200, `{"issuer":"0`), problem.MetadataInvalid, "the answer is not a valid metadata document"},
		"redirect":        {good, http.RedirectHandler("https://login.test/", 302), problem.NetRedirect, "The remote server returned an error: (302) Found."},
		"plain http":      {"http://" + host + "/", nil, problem.MetadataURL, "the metadata URL cannot be used"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := fetch(newWorld(t, tt.answer, nil), tt.url)
			f := Explain(err)
			if f == nil || f.Code != tt.code {
				t.Fatalf("got %v, want %s", err, tt.code)
			}
			if n := strings.Count(f.Error(), err.Error()); n != 1 {
				t.Errorf("the sentence is there %d times: %v", n, f)
			}
			if got := DotNetText(err); !strings.HasPrefix(got, tt.dotnet) {
				t.Errorf(".NET text %q, want %q", got, tt.dotnet)
			}
		})
	}
	t.Run("002-33 002-35 name, seen through authmeta", func(t *testing.T) {
		w := newWorld(t, nil, func(c *tls.Config, ca *certs.CA) {
			c.Certificates = []tls.Certificate{issue(t, ca, certs.TLSRequest{Names: []string{"exch01"}}.ValidFrom(time.Now()))}
		})
		err := fetch(w, good)
		if f := Explain(err); f.Code != problem.TLSWrongName || strings.Count(f.Error(), "made out to exch01") != 1 {
			t.Errorf("got %v, want tls.wrong-name", f)
		}
		if got := SkypeMetadataText(err); !strings.HasSuffix(got, "secure channel.\"") {
			t.Errorf("got %s", got)
		}
	})
	t.Run("a document in a file", func(t *testing.T) {
		_, err := authmeta.Parse([]byte(`{"keys":[]}`), authmeta.ParseOptions{})
		if f := Explain(err); f.Code != problem.MetadataInvalid || strings.Count(f.Error(), "names nobody") != 1 {
			t.Errorf("got %v", f)
		}
	})
}

func fetch(w *world, url string) error {
	_, err := authmeta.Fetcher{HTTP: New(w.opts).HTTP()}.Fetch(context.Background(), url, authmeta.ParseOptions{}, "")
	return err
}

// Every reason has a code with a complete row, or is left to the transport.
func TestEveryReasonHasACode(t *testing.T) {
	t.Parallel()
	wire := map[authmeta.Reason]bool{authmeta.TLS: true, authmeta.DNS: true, authmeta.Connect: true, authmeta.Timeout: true, authmeta.Stopped: true}
	for _, r := range []authmeta.Reason{
		authmeta.TooBig, authmeta.HTML, authmeta.NotJSON, authmeta.Trailing, authmeta.Duplicate, authmeta.NoIdentity, authmeta.BadIdentity,
		authmeta.Conflict, authmeta.WildcardRealm, authmeta.WrongProduct, authmeta.WrongRealm, authmeta.IdentityChanged, authmeta.OwnIdentity,
		authmeta.TooManyKeys, authmeta.NoKey, authmeta.ExpiredKey, authmeta.WeakKey, authmeta.WrongKey, authmeta.NoTokenEndpoint,
		authmeta.BadURL, authmeta.NotFound, authmeta.Redirect, authmeta.Status,
		authmeta.TLS, authmeta.DNS, authmeta.Connect, authmeta.Timeout, authmeta.Stopped,
	} {
		f := Explain(&authmeta.FetchError{Reason: r, URL: "https://a.test/", What: "what", Err: errors.New("below")})
		e, ok := problem.Lookup(f.Code)
		if !ok || e.Cause == "" || e.Remedy == "" {
			t.Errorf("%s: %s has no complete row", r, f.Code)
		}
		if got := f.Code == problem.NetFailed; got != wire[r] {
			t.Errorf("%s: %s", r, f.Code)
		}
	}
}
