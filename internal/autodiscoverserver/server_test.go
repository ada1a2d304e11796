package autodiscoverserver_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/autodiscover"
	"github.com/matchseal/matchseal/internal/access"
	"github.com/matchseal/matchseal/internal/autodiscoverserver"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/rbac"
)

// role is an exchange role with a few users, behind a guard of its own.
type role struct {
	*httptest.Server
	oauth  atomic.Bool
	finds  atomic.Int32
	broken atomic.Bool // every look-up fails
	log    lockedBuffer
}

func users() map[string]autodiscoverserver.User {
	const dn = "/o=Litware/ou=Exchange Administrative Group/cn=Recipients/cn="
	kim := autodiscoverserver.User{SMTP: "kim@example.com", DisplayName: "Kim <Abercrombie>", LegacyDN: dn + "kim", Mailbox: true}
	return map[string]autodiscoverserver.User{
		"kim@example.com":       kim,
		dn + "kim":              kim,
		"nobox@example.com":     {SMTP: "nobox@example.com", DisplayName: "No Mailbox"},
		"moved@example.com":     {SMTP: "moved@example.com", RedirectAddress: "moved@cloud.example.net"},
		"elsewhere@example.com": {SMTP: "elsewhere@example.com", RedirectURL: "https://mail.example.net/autodiscover/autodiscover.svc"},
	}
}

func newRole(t *testing.T) *role {
	t.Helper()
	r := &role{}
	r.oauth.Store(true)
	h, err := autodiscoverserver.New(autodiscoverserver.Config{
		Guard: guard,
		Find: func(_ context.Context, address string) (autodiscoverserver.User, bool, error) {
			r.finds.Add(1)
			if r.broken.Load() {
				return autodiscoverserver.User{}, false, errors.New("database is locked")
			}
			u, ok := users()[strings.ToLower(address)]
			if !ok {
				u, ok = users()[address]
			}
			return u, ok, nil
		},
		Endpoints: func(context.Context) (autodiscoverserver.Endpoints, error) {
			return autodiscoverserver.Endpoints{
				InternalEWS: "https://ex1.example.com/EWS/Exchange.asmx", ExternalEWS: "https://mail.example.com/EWS/Exchange.asmx",
				Host: "autodiscover.example.com", MailboxServer: "ex1.example.com", ServerDN: "/o=Litware/cn=ex1",
				DeploymentID: "11111111-2222-3333-4444-555555555555", AcceptedDomains: []string{"example.com"},
			}, nil
		},
		OAuth: func(context.Context) (bool, error) { return r.oauth.Load(), nil },
		Now:   func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC) },
		Log:   slog.New(slog.NewTextHandler(&r.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	r.Server = httptest.NewTLSServer(h)
	t.Cleanup(r.Close)
	return r
}

// lockedBuffer is a log that a test reads while the server may write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// guard is a door that knows its callers by the Authorization header alone.
func guard(next http.Handler) http.Handler {
	callers := map[string]access.Caller{
		"user":    {Kind: access.Basic, User: directory.User{Name: "kim"}},
		"partner": {Kind: access.ActAs, Roles: []string{string(rbac.UserApplication)}},
		"no role": {Kind: access.ActAs},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := r.Header.Get("Authorization")
		if who == "nobody" { // a guard that is broken
			next.ServeHTTP(w, r)
			return
		}
		c, ok := callers[who]
		if !ok {
			w.Header().Add("WWW-Authenticate", `Bearer client_id="00000002-0000-0ff1-ce00-000000000000"`)
			w.Header().Add("WWW-Authenticate", `Basic realm="autodiscover.example.com"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r.WithContext(access.WithCaller(r.Context(), c)))
	})
}

// as adds an Authorization header to every request of a client.
type as struct {
	who  string
	next http.RoundTripper
}

func (a as) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", a.who)
	return a.next.RoundTrip(r)
}

func (r *role) client(who string) *autodiscover.Client {
	return &autodiscover.Client{HTTP: &http.Client{Transport: as{who, r.Client().Transport}}}
}

// send sends one raw request and returns the answer with its body.
func (r *role) send(t *testing.T, method, path, who, contentType, body string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, r.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if who != "" {
		req.Header.Set("Authorization", who)
	}
	resp, err := r.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(data)
}

// sample reads a request as a foreign client writes it, with our users.
func sample(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "autodiscover", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(data), "litware.test", "example.com")
}

func TestNewWantsItsParts(t *testing.T) {
	if _, err := autodiscoverserver.New(autodiscoverserver.Config{}); err == nil || !strings.Contains(err.Error(), "Guard") {
		t.Errorf("a face without a guard would let everybody in: %v", err)
	}
}

func TestOwns(t *testing.T) {
	for path, want := range map[string]bool{
		"/autodiscover/autodiscover.svc": true, "/AutoDiscover/AutoDiscover.XML": true, "/autodiscover/autodiscover.json/v1.0/a@b": true,
		"/autodiscover/metadata/json/1": false, "/EWS/Exchange.asmx": false,
	} {
		if autodiscoverserver.Owns(path) != want {
			t.Errorf("%s: not %v", path, want)
		}
	}
}

// 001-04: the whole way with the client that the Storage Service uses.
func TestGetUserSettingsOverHTTPS(t *testing.T) {
	r := newRole(t)
	t.Run("001-04 as a partner and as a user", func(t *testing.T) {
		for _, who := range []string{"partner", "user"} {
			found, err := r.client(who).GetUserSettings(t.Context(), r.URL+autodiscover.PathSOAP, "Kim@Example.com",
				autodiscover.InternalEwsURL, autodiscover.ExternalEwsURL, autodiscover.UserDisplayName, autodiscover.MailboxDN)
			if err != nil {
				t.Fatal(err)
			}
			want := []autodiscover.Setting{
				{Name: "InternalEwsUrl", Value: "https://ex1.example.com/EWS/Exchange.asmx"},
				{Name: "ExternalEwsUrl", Value: "https://mail.example.com/EWS/Exchange.asmx"},
				{Name: "UserDisplayName", Value: "Kim <Abercrombie>"},
				{Name: "MailboxDN", Value: "/o=Litware/cn=ex1/cn=Microsoft Private MDB"},
			}
			if diff := cmp.Diff(want, found.Settings); diff != "" {
				t.Error(diff)
			}
			if found.Server != (autodiscover.ServerVersion{Major: 15, Minor: 1, MajorBuild: 2507, MinorBuild: 6, Name: "Exchange2016"}) {
				t.Errorf("version %+v", found.Server)
			}
		}
	})
	for address, kind := range map[string]autodiscover.Kind{
		"nobody@example.com": autodiscover.UnknownUser, "nobox@example.com": autodiscover.UnknownUser, "not an address": autodiscover.UnknownUser,
		"moved@example.com": autodiscover.RedirectRefused, "elsewhere@example.com": autodiscover.RedirectRefused,
	} {
		_, err := r.client("user").GetUserSettings(t.Context(), r.URL+autodiscover.PathSOAP, address, autodiscover.ExternalEwsURL)
		var e *autodiscover.Error
		if !errors.As(err, &e) || e.Kind != kind {
			t.Errorf("%s: got %v, want %s", address, err, kind)
		}
	}
}

func TestGetDomainSettingsOverHTTPS(t *testing.T) {
	r := newRole(t)
	d, err := r.client("partner").GetDomainSettings(t.Context(), r.URL+autodiscover.PathSOAP, "EXAMPLE.com", autodiscover.ExternalEwsURL, autodiscover.ExternalEwsVersion, autodiscover.UserDN)
	if err != nil {
		t.Fatal(err)
	}
	want := &autodiscover.DomainResponse{ErrorCode: "NoError", ErrorMessage: "No error.",
		Settings:      []autodiscover.Setting{{Name: "ExternalEwsUrl", Value: "https://mail.example.com/EWS/Exchange.asmx"}, {Name: "ExternalEwsVersion", Value: "15.01.2507.006"}},
		SettingErrors: []autodiscover.SettingError{{Name: "UserDN", Code: "SettingIsNotAvailable", Message: "The setting 'UserDN' isn't available."}}}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Error(diff)
	}
	_, err = r.client("partner").GetDomainSettings(t.Context(), r.URL+autodiscover.PathSOAP, "example.net", autodiscover.ExternalEwsURL)
	var e *autodiscover.Error
	if !errors.As(err, &e) || e.Code != autodiscover.InvalidDomain {
		t.Errorf("got %v", err)
	}
}

// Bodies as foreign clients send them, byte for byte what Exchange answers.
func TestForeignClients(t *testing.T) {
	r := newRole(t)
	t.Run("ews-javascript-api", func(t *testing.T) {
		resp, body := r.send(t, "POST", "/autodiscover/autodiscover.svc", "user", "text/xml", sample(t, "request-javascript.xml"))
		if got := resp.Header.Values("Content-Type"); resp.StatusCode != 200 || !slices.Equal(got, []string{"text/xml; charset=utf-8"}) {
			t.Errorf("%d %q", resp.StatusCode, got)
		}
		const want = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header>` +
			`<a:Action s:mustUnderstand="1">http://schemas.microsoft.com/exchange/2010/Autodiscover/Autodiscover/GetUserSettingsResponse</a:Action>` +
			`<h:ServerVersionInfo xmlns:h="http://schemas.microsoft.com/exchange/2010/Autodiscover" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">` +
			`<h:MajorVersion>15</h:MajorVersion><h:MinorVersion>1</h:MinorVersion><h:MajorBuildNumber>2507</h:MajorBuildNumber><h:MinorBuildNumber>6</h:MinorBuildNumber><h:Version>Exchange2016</h:Version></h:ServerVersionInfo></s:Header>` +
			`<s:Body><GetUserSettingsResponseMessage xmlns="http://schemas.microsoft.com/exchange/2010/Autodiscover"><Response xmlns:i="http://www.w3.org/2001/XMLSchema-instance">` +
			`<ErrorCode>NoError</ErrorCode><ErrorMessage/><UserResponses><UserResponse><ErrorCode>NoError</ErrorCode><ErrorMessage>No error.</ErrorMessage><RedirectTarget i:nil="true"/><UserSettingErrors/><UserSettings>` +
			`<UserSetting i:type="StringSetting"><Name>InternalEwsUrl</Name><Value>https://ex1.example.com/EWS/Exchange.asmx</Value></UserSetting>` +
			`<UserSetting i:type="StringSetting"><Name>ExternalEwsUrl</Name><Value>https://mail.example.com/EWS/Exchange.asmx</Value></UserSetting>` +
			`</UserSettings></UserResponse></UserResponses></Response></GetUserSettingsResponseMessage></s:Body></s:Envelope>`
		if diff := cmp.Diff(want, body); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("exchangelib asks for 62 settings", func(t *testing.T) {
		_, body := r.send(t, "POST", "/autodiscover/autodiscover.svc", "user", "text/xml; charset=utf-8", sample(t, "request-exchangelib.xml"))
		reply, err := autodiscover.DecodeResponse([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		u := reply.Users[0]
		if len(u.Settings)+len(u.SettingErrors) != 62 || len(u.Settings) < 15 {
			t.Errorf("%d settings and %d errors", len(u.Settings), len(u.SettingErrors))
		}
		for _, e := range u.SettingErrors {
			if e.Code != autodiscover.SettingIsNotAvailable {
				t.Errorf("%s: %s", e.Name, e.Code) // exchangelib knows no name that the protocol does not
			}
		}
		if v, _ := u.Value(autodiscover.ExternalEwsURL); v == "" {
			t.Error("exchangelib looks at ExternalEwsUrl only")
		}
	})
	t.Run("SOAP 1.2 in kind", func(t *testing.T) {
		resp, body := r.send(t, "POST", "/autodiscover/autodiscover.svc", "user", "application/soap+xml; charset=utf-8", sample(t, "request-soap12.xml"))
		reply, err := autodiscover.DecodeResponse([]byte(body))
		if err != nil || reply.SOAP != autodiscover.SOAP12 || resp.Header.Get("Content-Type") != "application/soap+xml; charset=utf-8" {
			t.Fatalf("%v %v", err, resp.Header)
		}
		if got := []autodiscover.ErrorCode{reply.Users[0].ErrorCode, reply.Users[1].ErrorCode}; !slices.Equal(got, []autodiscover.ErrorCode{"NoError", "InvalidUser"}) {
			t.Errorf("the answers are not in the order of the users: %v", got)
		}
	})
	t.Run("federation", func(t *testing.T) {
		for _, op := range []string{"GetFederationInformation", "GetOrganizationRelationshipSettings"} {
			request := strings.ReplaceAll(sample(t, "request-federation.xml"), "GetFederationInformation", op)
			_, body := r.send(t, "POST", "/autodiscover/autodiscover.svc", "user", "text/xml", request)
			reply, err := autodiscover.DecodeResponse([]byte(body))
			if err != nil || string(reply.Operation) != op || reply.ErrorCode != autodiscover.NotFederated || reply.RelatesTo != "urn:uuid:6389558d-9e05-465e-ade9-000000000001" {
				t.Errorf("%s: %+v, %v", op, reply, err)
			}
		}
	})
}

func TestUnknownSettingsAreNoFault(t *testing.T) {
	r := newRole(t)
	found, err := r.client("user").GetUserSettings(t.Context(), r.URL+autodiscover.PathSOAP, "kim@example.com", "Nonsense", "ExternalEwsUrl", "Nonsense", "PublicFolderServer", "ExternalEwsUrl")
	if err != nil {
		t.Fatal(err)
	}
	want := []autodiscover.SettingError{
		{Name: "Nonsense", Code: "InvalidSetting", Message: "The setting 'Nonsense' is invalid."},
		{Name: "PublicFolderServer", Code: "SettingIsNotAvailable", Message: "The setting 'PublicFolderServer' isn't available."},
	}
	if diff := cmp.Diff(want, found.SettingErrors); diff != "" || len(found.Settings) != 1 {
		t.Errorf("%v\n%s", found.Settings, diff)
	}
}

func TestRefusalsOfSOAP(t *testing.T) {
	r := newRole(t)
	many := strings.Replace(sample(t, "request-javascript.xml"), "<a:Users>", "<a:Users>"+strings.Repeat("<a:User/>", autodiscover.MaxUsers), 1)
	post := func(who, contentType, body string) (*http.Response, string) {
		return r.send(t, "POST", "/autodiscover/autodiscover.svc", who, contentType, body)
	}
	t.Run("F48 a POX document", func(t *testing.T) {
		resp, body := post("user", "text/xml", sample(t, "pox-request.xml"))
		_, err := autodiscover.DecodeResponse([]byte(body))
		var f *autodiscover.Fault
		if !errors.As(err, &f) || f.Code != "Client" || !strings.Contains(f.Reason, "/autodiscover/autodiscover.xml") || resp.StatusCode != 500 {
			t.Errorf("%d %s", resp.StatusCode, body)
		}
	})
	for name, c := range map[string]struct {
		contentType, body string
		status            int
		says              string
	}{
		"not XML":               {"text/xml", "hello", 500, "<faultcode>s:Client</faultcode>"},
		"EWS":                   {"text/xml", strings.ReplaceAll(sample(t, "request-javascript.xml"), "exchange/2010/Autodiscover", "exchange/services/2006/messages"), 500, "/EWS/Exchange.asmx"},
		"header not understood": {"text/xml", strings.Replace(sample(t, "request-javascript.xml"), "<soap:Header>", `<soap:Header><x:Security xmlns:x="urn:x" soap:mustUnderstand="1"/>`, 1), 500, "<faultcode>s:MustUnderstand</faultcode>"},
		"too many users":        {"text/xml", many, 200, "<ErrorCode>InvalidRequest</ErrorCode><ErrorMessage>The request is invalid: 101 users, the limit is 100.</ErrorMessage>"},
		"SOAP 1.2 operation":    {"application/soap+xml", strings.ReplaceAll(sample(t, "request-soap12.xml"), "GetUserSettings", "GetCoffee"), 400, "<s:Value>s:Sender</s:Value>"},
		"too large":             {"text/xml", strings.Repeat(" ", autodiscover.MaxRequest+1), 413, "larger than 262144 bytes"},
		"a form":                {"application/x-www-form-urlencoded", "a=b", 415, "text/xml; charset=utf-8"},
		"no type":               {"", "<a/>", 415, "expected"},
		"UTF-16":                {"text/xml; charset=utf-16", "<a/>", 415, "utf-8 is expected"},
	} {
		t.Run(name, func(t *testing.T) {
			resp, body := post("partner", c.contentType, c.body)
			if resp.StatusCode != c.status || !strings.Contains(body, c.says) {
				t.Errorf("%d %s", resp.StatusCode, body)
			}
		})
	}
	t.Run("compressed", func(t *testing.T) {
		req, _ := http.NewRequest("POST", r.URL+autodiscover.PathSOAP, strings.NewReader("x"))
		req.Header = http.Header{"Content-Type": {"text/xml"}, "Content-Encoding": {"gzip"}, "Authorization": {"user"}}
		resp, err := r.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusUnsupportedMediaType {
			t.Error(resp.Status)
		}
	})
	t.Run("a partner without a role", func(t *testing.T) {
		if resp, _ := post("no role", "text/xml", sample(t, "request-javascript.xml")); resp.StatusCode != 403 || r.finds.Load() != 0 {
			t.Errorf("%s after %d look-ups", resp.Status, r.finds.Load())
		}
	})
	t.Run("a guard that names nobody", func(t *testing.T) {
		if resp, _ := post("nobody", "text/xml", sample(t, "request-javascript.xml")); resp.StatusCode != 500 || r.finds.Load() != 0 {
			t.Errorf("%s after %d look-ups", resp.Status, r.finds.Load())
		}
	})
}

// A peer learns that something failed, and the log learns what.
func TestInternalFailures(t *testing.T) {
	r := newRole(t)
	r.broken.Store(true)
	_, body := r.send(t, "POST", "/autodiscover/autodiscover.svc", "user", "text/xml", sample(t, "request-javascript.xml"))
	reply, err := autodiscover.DecodeResponse([]byte(body))
	if err != nil || reply.Users[0].ErrorCode != autodiscover.InternalServerError {
		t.Errorf("%+v, %v", reply, err)
	}
	_, pox := r.send(t, "POST", "/autodiscover/autodiscover.xml", "user", "text/xml", sample(t, "pox-request.xml"))
	if !strings.Contains(pox, "<ErrorCode>603</ErrorCode>") {
		t.Error(pox)
	}
	if strings.Contains(body+pox, "locked") || strings.Count(r.log.String(), "database is locked") != 2 {
		t.Errorf("told the peer: %s\nlogged: %s", body, r.log.String())
	}
}
