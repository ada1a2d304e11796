package outbound

import (
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"github.com/matchseal/matchseal/internal/problem"
)

func silent() *log.Logger { return log.New(io.Discard, "", 0) }

func TestExplainIsNilSafe(t *testing.T) {
	t.Parallel()
	if Explain(nil) != nil || DotNetText(nil) != "" {
		t.Error("no error, but an explanation")
	}
	known := problem.New(problem.NetRedirect, "as it was")
	if got := Explain(known); got != known {
		t.Errorf("a failure of the catalogue became %v", got)
	}
}

func TestExplainStatus(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]problem.Code{
		401: problem.NetHTTPStatus, 404: problem.NetHTTPStatus, 429: problem.NetUnavailable,
		500: problem.NetUnavailable, 503: problem.NetUnavailable,
	} {
		if got := Explain(&StatusError{URL: "https://a.test/x", Status: status}); got.Code != want {
			t.Errorf("%d: got %s, want %s", status, got.Code, want)
		}
	}
	for status, want := range map[int]string{
		404: "The remote server returned an error: (404) Not Found.",
		401: "The remote server returned an error: (401) Unauthorized.",
		500: "The remote server returned an error: (500) Internal Server Error.",
	} {
		if got := DotNetText(&StatusError{URL: "https://a.test/x", Status: status}); got != want {
			t.Errorf("%d: %q, want %q", status, got, want)
		}
	}
}

// The words do not depend on our own transport: an error of any client is
// explained.
func TestExplainForeignClient(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = silent()
	server.StartTLS()
	defer server.Close()
	_, err := (&http.Client{Transport: &http.Transport{}}).Get(server.URL)
	if f := Explain(err); f == nil || f.Code != problem.TLSUntrusted || !strings.Contains(f.Detail, "Acme Co") {
		t.Errorf("got %v, want tls.untrusted naming the issuer", f)
	}
	call := func(err error) error { return &url.Error{Op: "Get", URL: "https://a.test/x", Err: err} }
	for name, tt := range map[string]struct {
		err  error
		code problem.Code
	}{
		"name":      {call(x509.HostnameError{}), problem.TLSWrongName},
		"alert":     {call(errors.New("remote error: tls: handshake failure")), problem.TLSRefused},
		"version":   {call(errors.New("remote error: tls: protocol version not supported")), problem.TLSOldVersion},
		"plain":     {call(http.ErrSchemeMismatch), problem.TLSNotTLS},
		"reset":     {call(syscall.ECONNRESET), problem.NetClosed},
		"cut":       {call(io.ErrUnexpectedEOF), problem.NetClosed},
		"no route":  {call(syscall.EHOSTUNREACH), problem.NetUnreachable},
		"something": {call(errors.New("surprise")), problem.NetFailed},
	} {
		f := Explain(tt.err)
		if f.Code != tt.code || !strings.Contains(f.Detail, "a.test") && tt.code != problem.NetFailed {
			t.Errorf("%s: %s: %s, want %s naming the host", name, f.Code, f.Detail, tt.code)
		}
	}
}

func TestCmdletTexts(t *testing.T) {
	t.Parallel()
	err := x509.UnknownAuthorityError{}
	t.Run("002-35 Exchange side, two full stops", func(t *testing.T) {
		got := ExchangeMetadataText("https://pool.litware.test/metadata/json/1", err)
		want := "Cannot acquire auth metadata document from 'https://pool.litware.test/metadata/json/1'. Error: The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel.."
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
	t.Run("002-33 Skype side", func(t *testing.T) {
		got := SkypeMetadataText(err)
		want := `Cannot bind parameter 'MetadataUrl' to the target. Exception setting "MetadataUrl": "The metadata document could not be downloaded from the URL in the MetadataUrl parameter or downloaded data is not a valid metadata document, error: The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel."`
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

// Every code that Explain can give has a row, with a text for a cmdlet or a
// sentence of its own.
func TestEveryCodeHasARow(t *testing.T) {
	t.Parallel()
	for _, c := range []problem.Code{
		problem.TLSUntrusted, problem.TLSWrongName, problem.TLSExpired, problem.TLSNotYetValid, problem.TLSOldVersion,
		problem.TLSPinMismatch, problem.TLSRefused, problem.TLSNotTLS, problem.NetDNS, problem.NetDNSFailed, problem.NetRefused,
		problem.NetTimeout, problem.NetUnreachable, problem.NetClosed, problem.NetCancelled, problem.NetAddressRefused,
		problem.NetRedirect, problem.NetHTTPStatus, problem.NetUnavailable, problem.NetFailed,
	} {
		e, ok := problem.Lookup(c)
		if !ok || e.Title == "" || e.Cause == "" || e.Remedy == "" {
			t.Errorf("%s has no complete row", c)
		}
	}
}

// A failure to get a document gets the words of either side; any other stays
// as it is, because they would be wrong for it.
func TestMetadataFailureWords(t *testing.T) {
	t.Parallel()
	const url = "https://pool.litware.test/metadata/json/1"
	below := x509.UnknownAuthorityError{}
	err := Explain(below)
	for name, got := range map[string]error{"Exchange": ExchangeMetadataFailure(url, err), "Skype": SkypeMetadataFailure(err)} {
		f := problem.Of(got)
		if f.Code != err.Code || f.Detail != err.Detail || !errors.As(got, &below) || !strings.Contains(f.CmdletWords(), TrustText) || f.CmdletWords() == TrustText {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if err.CmdletText != TrustText {
		t.Errorf("the failure itself now says %q", err.CmdletText)
	}
	for _, other := range []error{problem.New(problem.PartnerExists, "there is one"), problem.New(problem.StoreBusy, "locked"), errors.New("surprise")} {
		if got := ExchangeMetadataFailure(url, other); got != other {
			t.Errorf("%v became %v", other, got)
		}
	}
	if ExchangeMetadataFailure(url, nil) != nil || SkypeMetadataFailure(nil) != nil {
		t.Error("no error, but a failure")
	}
}
