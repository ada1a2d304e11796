package autodiscoverserver_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/autodiscover"
)

func announced(h http.Header) string {
	var on []string
	for _, name := range []string{"X-SOAP-Enabled", "X-OAuth-Enabled", "X-WSSecurity-Enabled"} {
		if v := h.Get(name); v != "" {
			on = append(on, name+"="+v)
		}
	}
	return strings.Join(on, " ")
}

// Clients probe without credentials and read the headers of the 401.
func TestEveryReplyAnnouncesTheService(t *testing.T) {
	r := newRole(t)
	for _, oauth := range []bool{true, false} { // switched while the server runs
		r.oauth.Store(oauth)
		want := map[bool]string{true: "X-SOAP-Enabled=True X-OAuth-Enabled=True", false: "X-SOAP-Enabled=True"}[oauth]
		for _, c := range []struct {
			method, path, who string
			status            int
		}{
			{"GET", "/autodiscover/autodiscover.xml", "", 401},
			{"GET", "/autodiscover/autodiscover.svc", "", 401},
			{"POST", "/autodiscover/autodiscover.svc", "", 401},
			{"POST", "/autodiscover/autodiscover.xml", "", 401},
			{"GET", "/Autodiscover/Autodiscover.XML", "user", 200},
			{"GET", "/AutoDiscover/AutoDiscover.svc/", "user", 200},
			{"HEAD", "/autodiscover/autodiscover.svc", "user", 200},
			{"PUT", "/autodiscover/autodiscover.svc", "user", 405},
			{"DELETE", "/autodiscover/autodiscover.xml", "user", 405},
			{"POST", "/autodiscover/autodiscover.json", "", 405},
			{"GET", "/autodiscover/autodiscover.json", "", 400},
			{"GET", "/autodiscover/autodiscover.json/v2.0/x", "", 404},
			{"GET", "/autodiscover/autodiscover.txt", "user", 404},
			{"POST", "/autodiscover/autodiscover.svc/wssecurity", "", 501},
			{"POST", "/autodiscover/autodiscover.svc/WSSecurity/SymmetricKey", "", 501},
			{"POST", "/autodiscover/autodiscover.svc/wssecurity/x509cert/", "", 501},
			{"POST", "/autodiscover/autodiscover.svc/wssecurity/other", "user", 404},
			{"POST", "/autodiscover/autodiscover.svc/mex", "user", 404},
		} {
			resp, _ := r.send(t, c.method, c.path, c.who, "", "")
			if resp.StatusCode != c.status || announced(resp.Header) != want {
				t.Errorf("%s %s as %q: %d with %q, want %d with %q", c.method, c.path, c.who, resp.StatusCode, announced(resp.Header), c.status, want)
			}
		}
	}
}

// The locator finds the server by the headers of its 401.
func TestLocatorFindsTheServer(t *testing.T) {
	r := newRole(t) // httptest answers for *.example.com
	l := autodiscover.Locator{HTTP: r.Client()}
	report, err := l.Locate(context.Background(), autodiscover.Search{Domain: "kim@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	if c := report.Candidates[0]; c.Status != 401 || !c.Endpoints.OAuth || c.Endpoint != autodiscover.SOAPURL("example.com") {
		t.Errorf("%v", c)
	}
	found, _, err := autodiscover.Discover(context.Background(), &l, r.client("partner"), "kim@example.com", nil, autodiscover.ExternalEwsURL)
	if err != nil {
		t.Fatal(err)
	}
	if u, _ := found.EwsURL(); u != "https://mail.example.com/EWS/Exchange.asmx" {
		t.Error(u)
	}
}

// A browser is let in and sees a page; the same URL refuses a token.
func TestBrowser(t *testing.T) {
	r := newRole(t)
	t.Run("001-05 a log-on prompt, then a page that claims nothing", func(t *testing.T) {
		prompt, _ := r.send(t, "GET", "/autodiscover/autodiscover.svc", "", "", "")
		if !strings.Contains(strings.Join(prompt.Header.Values("WWW-Authenticate"), ","), "Basic realm=") {
			t.Errorf("%v", prompt.Header)
		}
		page, body := r.send(t, "GET", "/autodiscover/autodiscover.svc", "user", "", "")
		if page.StatusCode != 200 || page.Header.Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(body, "does not prove") {
			t.Errorf("%d %s", page.StatusCode, body)
		}
		_, err := r.client("unknown token").GetUserSettings(t.Context(), r.URL+autodiscover.PathSOAP, "kim@example.com", autodiscover.ExternalEwsURL)
		var e *autodiscover.Error
		if !errors.As(err, &e) || e.Kind != autodiscover.Unauthorized || len(e.Challenges) != 2 {
			t.Errorf("got %v", err)
		}
	})
}

const poxHead = `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"><Response`

func TestPOX(t *testing.T) {
	r := newRole(t)
	post := func(body string) string {
		resp, reply := r.send(t, "POST", "/Autodiscover/Autodiscover.xml", "user", "text/xml; charset=utf-8", body)
		if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/xml; charset=utf-8" {
			t.Errorf("%d %v", resp.StatusCode, resp.Header)
		}
		return reply
	}
	t.Run("settings", func(t *testing.T) {
		want := poxHead + ` xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"><User><DisplayName>Kim &lt;Abercrombie&gt;</DisplayName><LegacyDN>/o=Litware/ou=Exchange Administrative Group/cn=Recipients/cn=kim</LegacyDN><AutoDiscoverSMTPAddress>kim@example.com</AutoDiscoverSMTPAddress><DeploymentId>11111111-2222-3333-4444-555555555555</DeploymentId></User>` +
			`<Account><AccountType>email</AccountType><Action>settings</Action><MicrosoftOnline>False</MicrosoftOnline>` +
			`<Protocol><Type>EXCH</Type><Server>ex1.example.com</Server><ServerDN>/o=Litware/cn=ex1</ServerDN><ServerVersion>73C189CB</ServerVersion><ASUrl>https://ex1.example.com/EWS/Exchange.asmx</ASUrl><EwsUrl>https://ex1.example.com/EWS/Exchange.asmx</EwsUrl><EmwsUrl>https://ex1.example.com/EWS/Exchange.asmx</EmwsUrl></Protocol>` +
			`<Protocol><Type>EXPR</Type><Server>autodiscover.example.com</Server><SSL>On</SSL><AuthPackage>Basic</AuthPackage><ASUrl>https://mail.example.com/EWS/Exchange.asmx</ASUrl><EwsUrl>https://mail.example.com/EWS/Exchange.asmx</EwsUrl><EmwsUrl>https://mail.example.com/EWS/Exchange.asmx</EmwsUrl></Protocol>` +
			`<Protocol><Type>EXHTTP</Type><Server>autodiscover.example.com</Server><SSL>On</SSL><AuthPackage>Basic</AuthPackage><ASUrl>https://mail.example.com/EWS/Exchange.asmx</ASUrl><EwsUrl>https://mail.example.com/EWS/Exchange.asmx</EwsUrl><EmwsUrl>https://mail.example.com/EWS/Exchange.asmx</EmwsUrl></Protocol>` +
			`</Account></Response></Autodiscover>`
		if diff := cmp.Diff(want, post(sample(t, "pox-request.xml"))); diff != "" {
			t.Error(diff)
		}
	})
	replace := func(old, new string) string { return strings.ReplaceAll(sample(t, "pox-request.xml"), old, new) }
	const kim = "<EMailAddress>kim@example.com</EMailAddress>"
	for name, c := range map[string]struct{ body, says string }{
		"by legacy DN":         {replace(kim, "<LegacyDN>/o=Litware/ou=Exchange Administrative Group/cn=Recipients/cn=kim</LegacyDN>"), "<DisplayName>Kim"},
		"the DN counts":        {replace(kim, "<EMailAddress>nobody@example.com</EMailAddress><LegacyDN>/o=Litware/ou=Exchange Administrative Group/cn=Recipients/cn=kim</LegacyDN>"), "<DisplayName>Kim"},
		"a DN of former times": {replace(kim, kim+"<LegacyDN>/o=Old/cn=kim</LegacyDN>"), "<DisplayName>Kim"},
		"redirect":             {replace("kim@", "moved@"), "<Action>redirectAddr</Action><RedirectAddr>moved@cloud.example.net</RedirectAddr></Account>"},
		"redirect to a URL":    {replace("kim@", "elsewhere@"), "<Action>redirectUrl</Action><RedirectUrl>https://mail.example.net/autodiscover/autodiscover.svc</RedirectUrl></Account>"},
		"unknown user":         {replace("kim@", "nobody@"), "<ErrorCode>500</ErrorCode><Message>The e-mail address can&#39;t be found.</Message>"},
		"no mailbox":           {replace("kim@", "nobox@"), "<ErrorCode>500</ErrorCode>"},
		"telephone":            {sample(t, "pox-request-mobilesync.xml"), "<ErrorCode>601</ErrorCode><Message>Provider is not available</Message>"},
		"other schema":         {replace("responseschema/2006a", "responseschema/2099"), "<ErrorCode>601</ErrorCode>"},
		"not XML":              {"hello", "<ErrorCode>600</ErrorCode><Message>Invalid Request</Message>"},
		"F48 a SOAP message":   {sample(t, "request-javascript.xml"), "<ErrorCode>600</ErrorCode><Message>Invalid Request</Message><DebugData>This is a SOAP message. SOAP messages are taken at /autodiscover/autodiscover.svc; the URL configured at the client must end in .svc, not in .xml.</DebugData>"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := post(c.body); !strings.Contains(got, c.says) {
				t.Errorf("got %s", got)
			}
		})
	}
	t.Run("GET is the health probe", func(t *testing.T) {
		resp, body := r.send(t, "GET", "/autodiscover/autodiscover.xml", "user", "", "")
		want := poxHead + `><Error Time="03:04:05.0000060" Id="`
		if resp.StatusCode != 200 || !strings.HasPrefix(body, want) || !strings.Contains(body, "<ErrorCode>600</ErrorCode><Message>Invalid Request</Message><DebugData/></Error>") {
			t.Errorf("%d %s", resp.StatusCode, body)
		}
	})
	t.Run("too large", func(t *testing.T) {
		resp, body := r.send(t, "POST", "/autodiscover/autodiscover.xml", "user", "text/xml", strings.Repeat(" ", autodiscover.MaxRequest+1))
		if resp.StatusCode != 413 || !strings.Contains(body, "<ErrorCode>600</ErrorCode>") {
			t.Errorf("%d %s", resp.StatusCode, body)
		}
	})
}

func TestJSON(t *testing.T) {
	r := newRole(t)
	const path = "/autodiscover/autodiscover.json"
	for query, want := range map[string]struct {
		status int
		body   string
	}{
		"?Email=kim%40example.com&Protocol=Ews":               {200, `{"Protocol":"Ews","Url":"https://mail.example.com/EWS/Exchange.asmx"}`},
		"?email=kim@EXAMPLE.com&protocol=EWS&RedirectCount=1": {200, `{"Protocol":"Ews","Url":"https://mail.example.com/EWS/Exchange.asmx"}`},
		"/v1.0/kim@example.com?Protocol=AutodiscoverV1":       {200, `{"Protocol":"AutodiscoverV1","Url":"https://autodiscover.example.com/autodiscover/autodiscover.xml"}`},
		"?Email=kim%40example.com&Protocol=ActiveSync":        {404, `{"ErrorCode":"ProtocolNotSupported","ErrorMessage":"The protocol 'ActiveSync' is not supported. Supported protocols are: 'AutodiscoverV1,Ews'."}`},
		"?Email=kim%40example.com&Protocol=Gopher":            {400, `{"ErrorCode":"InvalidProtocol","ErrorMessage":"The protocol 'Gopher' is not a protocol of this service."}`},
		"?Email=kim%40example.com":                            {400, `{"ErrorCode":"MissingProtocol","ErrorMessage":"A valid value must be provided for the query parameter 'Protocol'."}`},
		"?Protocol=Ews":                                       {400, `{"ErrorCode":"MandatoryParameterMissing","ErrorMessage":"A valid value must be provided for the query parameter 'Email'."}`},
		"?Email=kim%40elsewhere.test&Protocol=Ews":            {404, `{"ErrorCode":"InvalidUserId","ErrorMessage":"The domain of the address is not a domain of this organization."}`},
	} {
		resp, body := r.send(t, "GET", path+query, "", "", "")
		if resp.StatusCode != want.status || body != want.body || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
			t.Errorf("%s: %d %s %v", query, resp.StatusCode, body, resp.Header)
		}
	}
}

// Whoever asks without credentials learns nothing about users.
func TestJSONIsTheSameForEveryAddress(t *testing.T) {
	r := newRole(t)
	var first string
	for _, name := range []string{"kim", "nobody", "moved", "nobox", "elsewhere", "x'--"} {
		resp, body := r.send(t, "GET", "/autodiscover/autodiscover.json?Protocol=Ews&Email="+name+"%40example.com", "", "", "")
		resp.Header.Del("Date")
		got := fmt.Sprint(resp.Status, resp.Header, body)
		if first == "" {
			first = got
		}
		if got != first || resp.StatusCode != 200 {
			t.Errorf("%s: %s, others: %s", name, got, first)
		}
	}
	if n := r.finds.Load(); n != 0 {
		t.Errorf("%d users were looked up", n)
	}
}

// The JSON client meets the JSON server.
func TestV2OverHTTPS(t *testing.T) {
	r := newRole(t)
	c := &autodiscover.Client{HTTP: r.Client()}
	a, err := c.GetV2(t.Context(), "autodiscover.example.com", autodiscover.V2Request{Email: "kim@example.com", Protocol: "Ews"})
	if err != nil || a.URL != "https://mail.example.com/EWS/Exchange.asmx" {
		t.Errorf("%+v, %v", a, err)
	}
}
