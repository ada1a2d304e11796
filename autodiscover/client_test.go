package autodiscover_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/autodiscover"
)

const svc = "https://autodiscover.litware.test/autodiscover/autodiscover.svc"

// answerWith replies to everything with a fixed body.
func answerWith(status int, contentType string, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}
}

// userAnswer replies to GetUserSettings with one user.
func userAnswer(u autodiscover.UserResponse) http.HandlerFunc {
	r := &autodiscover.Response{Operation: autodiscover.OpGetUserSettings, ErrorCode: autodiscover.NoError, Users: []autodiscover.UserResponse{u}}
	return answerWith(http.StatusOK, autodiscover.ContentTypeXML, r.Marshal())
}

func ewsAt(url string) http.HandlerFunc {
	return userAnswer(autodiscover.UserResponse{ErrorCode: autodiscover.NoError, Settings: []autodiscover.Setting{{Name: autodiscover.ExternalEwsURL, Value: url}}})
}

func redirectTo(status int, url string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", url)
		w.WriteHeader(status)
	}
}

// kim asks for Kim's EWS address.
func kim(c *autodiscover.Client) (*autodiscover.Found, error) {
	return c.GetUserSettings(context.Background(), svc, "kim@litware.test", autodiscover.InternalEwsURL, autodiscover.ExternalEwsURL)
}

// failure checks the kind and returns the error.
func failure(t *testing.T, err error, want autodiscover.Kind) *autodiscover.Error {
	t.Helper()
	var e *autodiscover.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an *Error of the kind %s", err, want)
	}
	if e.Kind != want {
		t.Fatalf("got the kind %s (%v), want %s", e.Kind, e, want)
	}
	return e
}

func TestClient(t *testing.T) {
	t.Run("001-04 GetUserSettings at the configured URL", func(t *testing.T) {
		var header http.Header
		var request *autodiscover.Request
		w := newWorld(t, map[string]http.Handler{"https://autodiscover.litware.test": http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			data, _ := io.ReadAll(r.Body)
			header = r.Header
			request, _ = autodiscover.DecodeRequest(data)
			answerWith(200, "text/xml; charset=utf-8", sample(t, "response-exchange.xml"))(rw, r)
		})})
		found, err := kim(&autodiscover.Client{HTTP: w.client, UserAgent: "matchseal"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(kimsCall(), request.Call); diff != "" || request.To != svc || request.RequestedServerVersion != "Exchange2013" {
			t.Errorf("request %+v\n%s", request, diff)
		}
		for name, want := range map[string]string{
			"Content-Type": "text/xml; charset=utf-8", "Accept": "text/xml", "X-Anchormailbox": "kim@litware.test", "User-Agent": "matchseal",
			"Soapaction": `"http://schemas.microsoft.com/exchange/2010/Autodiscover/Autodiscover/GetUserSettings"`,
		} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if u, err := found.EwsURL(); u != "https://mail.litware.test/EWS/Exchange.asmx" || err != nil {
			t.Errorf("EWS at %s, %v", u, err)
		}
		if found.Server.String() != "15.01.2507.006" || found.Endpoint != svc || found.Mailbox != "kim@litware.test" || !found.External {
			t.Errorf("found %+v", found)
		}
	})
	t.Run("GetDomainSettings", func(t *testing.T) {
		w := newWorld(t, map[string]http.Handler{"https://autodiscover.litware.test": answerWith(200, "text/xml", sample(t, "response-domain.xml"))})
		d, err := (&autodiscover.Client{HTTP: w.client}).GetDomainSettings(context.Background(), svc, "litware.test", autodiscover.ExternalEwsURL)
		if err != nil || len(d.Settings) != 1 {
			t.Errorf("%+v, %v", d, err)
		}
	})
	t.Run("no EWS address in the answer", func(t *testing.T) {
		w := newWorld(t, map[string]http.Handler{"https://autodiscover.litware.test": userAnswer(autodiscover.UserResponse{ErrorCode: autodiscover.NoError})})
		found, err := kim(&autodiscover.Client{HTTP: w.client})
		if err != nil {
			t.Fatal(err)
		}
		_, err = found.EwsURL()
		failure(t, err, autodiscover.NoEwsURL)
	})
}

func TestClientTellsFailuresApart(t *testing.T) {
	reply := func(code autodiscover.ErrorCode) []byte {
		return (&autodiscover.Response{Operation: autodiscover.OpGetUserSettings, ErrorCode: code, ErrorMessage: "busy"}).Marshal()
	}
	const xml = "text/xml; charset=utf-8"
	for name, c := range map[string]struct {
		handler   http.HandlerFunc
		want      autodiscover.Kind
		says      string
		temporary bool
	}{
		"404":             {answerWith(404, "text/html", []byte("<html>")), autodiscover.NotFound, "answered 404", false},
		"403":             {answerWith(403, "text/plain", nil), autodiscover.Forbidden, "answered 403", false},
		"503":             {answerWith(503, "text/html", nil), autodiscover.BadStatus, "answered 503", true},
		"302 nowhere":     {answerWith(302, "text/html", nil), autodiscover.BadStatus, "answered 302", false},
		"log-on page":     {answerWith(200, "text/html; charset=utf-8", []byte("<html>Sign in")), autodiscover.HTMLPage, "web page", false},
		"page called XML": {answerWith(200, xml, []byte("<!DOCTYPE html><html>")), autodiscover.HTMLPage, "web page", false},
		"JSON":            {answerWith(200, "application/json", []byte("{}")), autodiscover.WrongContentType, "Client found response content type of 'application/json', but expected 'text/xml'.", false},
		"no type":         {answerWith(200, "", nil), autodiscover.WrongContentType, "content type of ''", false},
		"F48 POX answer":  {answerWith(200, xml, sample(t, "pox-error.xml")), autodiscover.WrongDocument, "ends in .svc", false},
		"cut off":         {answerWith(200, xml, sample(t, "response-exchange.xml")[:400]), autodiscover.BadResponse, "not an Autodiscover reply", false},
		"no user":         {answerWith(200, xml, reply(autodiscover.NoError)), autodiscover.BadResponse, "holds no answer", false},
		"too large":       {answerWith(200, xml, make([]byte, autodiscover.MaxResponse+1)), autodiscover.BadResponse, "larger than", false},
		"fault":           {answerWith(500, xml, sample(t, "fault-ews-style.xml")), autodiscover.SOAPFault, "cannot service this request right now", true},
		"fault with 200":  {answerWith(200, "application/soap+xml", sample(t, "fault-soap12.xml")), autodiscover.SOAPFault, "cannot be processed", false},
		"server busy":     {answerWith(200, xml, reply(autodiscover.ServerBusy)), autodiscover.ResponseError, "ServerBusy", true},
		"unknown user":    {userAnswer(autodiscover.UserResponse{ErrorCode: autodiscover.InvalidUser}), autodiscover.UnknownUser, "does not know kim@litware.test", false},
		"user error":      {userAnswer(autodiscover.UserResponse{ErrorCode: autodiscover.NotFederated}), autodiscover.UserError, "NotFederated", false},
		"broken redirect": {userAnswer(autodiscover.UserResponse{ErrorCode: autodiscover.RedirectURL, RedirectTarget: "::"}), autodiscover.BadResponse, "not a URL", false},
		"broken address":  {userAnswer(autodiscover.UserResponse{ErrorCode: autodiscover.RedirectAddress, RedirectTarget: "nobody"}), autodiscover.BadResponse, "not an e-mail address", false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, map[string]http.Handler{"https://autodiscover.litware.test": c.handler})
			_, err := kim(&autodiscover.Client{HTTP: w.client})
			e := failure(t, err, c.want)
			if !strings.Contains(e.Error(), c.says) || e.Temporary() != c.temporary || e.URL != svc || e.Mailbox != "kim@litware.test" {
				t.Errorf("got %+v", e)
			}
		})
	}
}

// F48: the wrong URL is caught before anything is sent.
func TestClientRefusesTheWrongURL(t *testing.T) {
	w := newWorld(t, map[string]http.Handler{"https://autodiscover.litware.test": http.NotFoundHandler()})
	c := autodiscover.Client{HTTP: w.client}
	_, err := c.GetUserSettings(context.Background(), autodiscover.POXURL("autodiscover.litware.test"), "kim@litware.test", autodiscover.ExternalEwsURL)
	if e := failure(t, err, autodiscover.WrongDocument); e.Suggest != svc || !strings.Contains(e.Error(), svc) {
		t.Errorf("the error does not say the right URL: %v", e)
	}
	_, err = c.GetUserSettings(context.Background(), "", "kim@litware.test", autodiscover.ExternalEwsURL)
	failure(t, err, autodiscover.NotConfigured)
	if w.visited("https://autodiscover.litware.test") {
		t.Error("something was sent")
	}
}

// 001-05: the same URL shows a browser a log-on prompt, and the client fails.
func TestClientKeepsDiagnosticsOf401(t *testing.T) {
	w := newWorld(t, map[string]http.Handler{"https://autodiscover.litware.test": http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Add("WWW-Authenticate", `Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="00000004-0000-0ff1-ce00-000000000000@litware.test", error="invalid_token"`)
		rw.Header().Add("WWW-Authenticate", `Basic realm="autodiscover.litware.test"`)
		rw.Header().Set("x-ms-diagnostics", `2000004;reason="The tenant does not exist.";error_category="invalid_tenant"`)
		rw.Header().Set("request-id", "33086db3")
		rw.WriteHeader(http.StatusUnauthorized)
	})})
	t.Run("001-05 reachable with a log-on prompt is no proof", func(t *testing.T) {
		page, err := w.client.Get(svc)
		if err != nil {
			t.Fatal(err)
		}
		page.Body.Close()
		prompts := strings.Contains(strings.Join(page.Header.Values("WWW-Authenticate"), " "), "Basic")
		_, err = kim(&autodiscover.Client{HTTP: w.client})
		e := failure(t, err, autodiscover.Unauthorized)
		if !prompts || len(e.Challenges) != 2 || e.RequestID != "33086db3" || e.Status != 401 || e.Temporary() {
			t.Errorf("got %+v", e)
		}
		if !strings.Contains(e.Error(), `x-ms-diagnostics: 2000004;reason="The tenant does not exist."`) {
			t.Errorf("the diagnostics are lost: %v", e)
		}
	})
}

func TestClientCannotReachTheServer(t *testing.T) {
	t.Run("refused", func(t *testing.T) {
		w := newWorld(t, map[string]http.Handler{"https://other.litware.test": http.NotFoundHandler()})
		_, err := kim(&autodiscover.Client{HTTP: w.client})
		if e := failure(t, err, autodiscover.Unreachable); !e.Temporary() {
			t.Errorf("a refused connection may pass: %v", e)
		}
	})
	t.Run("certificate of another name", func(t *testing.T) {
		w := newWorld(t, map[string]http.Handler{"https://autodiscover.litware.test": http.NotFoundHandler()})
		w.client.Transport.(*http.Transport).TLSClientConfig.ServerName = "mail.litware.test"
		_, err := kim(&autodiscover.Client{HTTP: w.client})
		if e := failure(t, err, autodiscover.Unreachable); e.Temporary() || !strings.Contains(e.Error(), "certificate") {
			t.Errorf("got %v", e)
		}
	})
	t.Run("own transport refuses", func(t *testing.T) {
		cause := errors.New("no partner configured")
		_, err := kim(&autodiscover.Client{HTTP: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return nil, cause })}})
		if e := failure(t, err, autodiscover.Unreachable); !errors.Is(e, cause) || e.Temporary() {
			t.Errorf("the cause is lost: %v", e)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := (&autodiscover.Client{}).GetUserSettings(ctx, svc, "kim@litware.test", autodiscover.ExternalEwsURL)
		if e := failure(t, err, autodiscover.Unreachable); !errors.Is(e, context.Canceled) {
			t.Errorf("got %v", e)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestClientFollowsRedirects(t *testing.T) {
	const cloud, ews = "https://autodiscover.cloud.test", "https://ews.cloud.test/EWS/Exchange.asmx"
	for name, c := range map[string]struct {
		first http.HandlerFunc
		hop   string
	}{
		"HTTP 302":        {redirectTo(302, cloud+"/autodiscover/autodiscover.svc"), "HTTP 302"},
		"HTTP 307":        {redirectTo(307, cloud+"/autodiscover/autodiscover.svc"), "HTTP 307"},
		"RedirectUrl":     {userAnswer(autodiscover.UserResponse{ErrorCode: autodiscover.RedirectURL, RedirectTarget: cloud + "/autodiscover/autodiscover.svc"}), "RedirectUrl"},
		"RedirectAddress": {userAnswer(autodiscover.UserResponse{ErrorCode: autodiscover.RedirectAddress, RedirectTarget: "kim@cloud.test"}), "RedirectAddress"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, map[string]http.Handler{"https://autodiscover.litware.test": c.first, cloud: ewsAt(ews)})
			found, err := kim(&autodiscover.Client{HTTP: w.client, Consent: autodiscover.AllowDomains("*.cloud.test")})
			if err != nil {
				t.Fatal(err)
			}
			if u, _ := found.EwsURL(); u != ews || found.Endpoint != cloud+autodiscover.PathSOAP || len(found.Hops) != 1 || found.Hops[0].Why != c.hop {
				t.Errorf("found %+v", found)
			}
			if !slices.Contains(w.asked, "POST "+cloud+autodiscover.PathSOAP) {
				t.Errorf("the redirected request was not a POST: %v", w.asked)
			}
		})
		// F51: the target is not among the allowed domains
		t.Run(name+" without consent", func(t *testing.T) {
			for _, consent := range []autodiscover.Consent{nil, autodiscover.AllowDomains("*.litware.test")} {
				w := newWorld(t, map[string]http.Handler{"https://autodiscover.litware.test": c.first, cloud: ewsAt(ews)})
				_, err := kim(&autodiscover.Client{HTTP: w.client, Consent: consent})
				if e := failure(t, err, autodiscover.RedirectRefused); !strings.Contains(e.Error(), "autodiscover.cloud.test") {
					t.Errorf("the error does not name the target: %v", e)
				}
				if w.visited(cloud) {
					t.Error("the target was asked all the same")
				}
			}
		})
	}
}

func TestClientStopsAtBadRedirects(t *testing.T) {
	t.Run("to http", func(t *testing.T) {
		w := newWorld(t, map[string]http.Handler{"https://autodiscover.litware.test": redirectTo(302, "http://autodiscover.litware.test/autodiscover/autodiscover.svc")})
		_, err := kim(&autodiscover.Client{HTTP: w.client, Consent: func(_, _ *url.URL) bool { return true }})
		if e := failure(t, err, autodiscover.RedirectRefused); !strings.Contains(e.Error(), "not https") {
			t.Errorf("got %v", e)
		}
	})
	t.Run("in a circle", func(t *testing.T) {
		w := newWorld(t, map[string]http.Handler{"https://autodiscover.litware.test": redirectTo(302, svc)})
		_, err := kim(&autodiscover.Client{HTTP: w.client})
		if e := failure(t, err, autodiscover.RedirectLoop); len(e.Hops) != 1 {
			t.Errorf("got %+v", e)
		}
	})
	t.Run("between two addresses", func(t *testing.T) {
		w := newWorld(t, map[string]http.Handler{"https://autodiscover.litware.test": http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			other := map[string]string{"kim@litware.test": "kimberly@litware.test", "kimberly@litware.test": "kim@litware.test"}
			userAnswer(autodiscover.UserResponse{ErrorCode: autodiscover.RedirectAddress, RedirectTarget: other[r.Header.Get("X-AnchorMailbox")]})(rw, r)
		})})
		_, err := kim(&autodiscover.Client{HTTP: w.client})
		failure(t, err, autodiscover.RedirectLoop)
	})
	t.Run("without end", func(t *testing.T) {
		w := newWorld(t, map[string]http.Handler{"https://autodiscover.litware.test": http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			redirectTo(302, r.URL.Path+"x")(rw, r)
		})})
		_, err := kim(&autodiscover.Client{HTTP: w.client})
		failure(t, err, autodiscover.TooManyRedirects)
		if got := len(w.asked); got != autodiscover.MaxRedirects+1 {
			t.Errorf("%d requests, want %d", got, autodiscover.MaxRedirects+1)
		}
	})
}

// A redirect to another address starts the search again, where there is one.
func TestClientLocatesTheRedirectedAddress(t *testing.T) {
	w := newWorld(t, map[string]http.Handler{
		"https://autodiscover.litware.test": answerWith(200, "text/xml; charset=utf-8", sample(t, "response-redirect.xml")),
		"https://mail.example.com":          ewsAt("https://mail.example.com/EWS/Exchange.asmx"),
	})
	var asked string
	c := &autodiscover.Client{HTTP: w.client, Consent: autodiscover.AllowDomains("*.example.com"), Locate: func(_ context.Context, address string) (string, error) {
		asked = address
		return autodiscover.SOAPURL("mail.example.com"), nil
	}}
	found, err := kim(c)
	if err != nil || asked != "kim@litware.mail.example.com" || found.Mailbox != asked {
		t.Errorf("asked %q, found %+v, %v", asked, found, err)
	}
	c.Locate = func(context.Context, string) (string, error) { return "", errors.New("nowhere") }
	_, err = kim(c)
	failure(t, err, autodiscover.NotLocated)
}

func TestClientTraces(t *testing.T) {
	w := newWorld(t, map[string]http.Handler{
		"https://autodiscover.litware.test": redirectTo(302, "https://ex1.litware.test/autodiscover/autodiscover.svc"),
		"https://ex1.litware.test": http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Set-Cookie", "session=secret")
			answerWith(200, "text/xml; charset=utf-8", sample(t, "response-exchange.xml"))(rw, r)
		}),
	})
	var events []autodiscover.TraceEvent
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	_, err := kim(&autodiscover.Client{HTTP: w.client, Consent: autodiscover.AllowDomains("*.litware.test"),
		Trace: func(e autodiscover.TraceEvent) { events = append(events, e) }, Now: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	var tags []autodiscover.TraceTag
	var text strings.Builder
	for _, e := range events {
		tags = append(tags, e.Tag)
		text.WriteString(e.Text)
		if e.Time != at {
			t.Errorf("%s at %v", e.Tag, e.Time)
		}
	}
	ask := []autodiscover.TraceTag{autodiscover.TraceRequestHeaders, autodiscover.TraceRequest, autodiscover.TraceResponseHeaders, autodiscover.TraceResponse}
	want := slices.Concat(ask, []autodiscover.TraceTag{autodiscover.TraceConfiguration}, ask)
	if diff := cmp.Diff(want, tags); diff != "" {
		t.Error(diff)
	}
	for _, s := range []string{"POST /autodiscover/autodiscover.svc HTTP/1.1\nHost: autodiscover.litware.test\n", "<a:Mailbox>kim@litware.test</a:Mailbox>", "HTTP/1.1 302 Found\n", "HTTP/1.1 200 OK\n", "Location: https://ex1", "following HTTP 302", "<Name>ExternalEwsUrl</Name>", "Set-Cookie: [redacted]"} {
		if !strings.Contains(text.String(), s) {
			t.Errorf("the trace lacks %q", s)
		}
	}
	if strings.Contains(text.String(), "secret") {
		t.Error("the trace shows a cookie")
	}
}

// F52, F63: the JSON form says without credentials where a mailbox is.
func TestGetV2(t *testing.T) {
	w := newWorld(t, map[string]http.Handler{"https://autodiscover.litware.test": http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		q, err := autodiscover.DecodeV2Request(r.URL)
		switch {
		case err != nil || q.Email != "kim+x@litware.test":
			answerWith(400, "application/json", []byte(`{"ErrorCode":"InvalidUserId","ErrorMessage":"no"}`))(rw, r)
		case q.Protocol == "Rest":
			answerWith(404, "text/html", []byte("<html>"))(rw, r)
		default:
			answerWith(200, "application/json", []byte(`{"Protocol":"Ews","Url":"https://outlook.example.com/EWS/Exchange.asmx"}`))(rw, r)
		}
	})})
	c := &autodiscover.Client{HTTP: w.client}
	ask := func(email, protocol string) (*autodiscover.V2Answer, error) {
		return c.GetV2(context.Background(), "autodiscover.litware.test", autodiscover.V2Request{Email: email, Protocol: protocol})
	}
	if a, err := ask("kim+x@litware.test", "Ews"); err != nil || a.URL != "https://outlook.example.com/EWS/Exchange.asmx" {
		t.Errorf("%+v, %v", a, err)
	}
	_, err := ask("lee@litware.test", "Ews")
	failure(t, err, autodiscover.UserError)
	_, err = ask("kim+x@litware.test", "Rest")
	failure(t, err, autodiscover.NotFound)
}
