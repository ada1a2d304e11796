package autodiscover_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/autodiscover"
)

// sample reads a wire sample that was written by hand.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func kimsCall() autodiscover.GetUserSettings {
	return autodiscover.GetUserSettings{
		Users:    []string{"kim@litware.test"},
		Settings: []autodiscover.SettingName{"InternalEwsUrl", "ExternalEwsUrl"},
	}
}

func TestDecodeRequestReadsWhatClientsSend(t *testing.T) {
	const to = "https://autodiscover.litware.test/autodiscover/autodiscover.svc"
	for name, want := range map[string]*autodiscover.Request{
		"request-managed-api.xml": {RequestedServerVersion: "Exchange2013_SP1", To: to, Call: kimsCall()},
		"request-javascript.xml":  {RequestedServerVersion: "Exchange2013", To: to, Call: kimsCall()},
		"request-default-namespace.xml": {
			MessageID: "urn:uuid:5f9b4c4e-8f0e-4a43-9a2e-0d2d3a4b5c6d",
			Call: autodiscover.GetDomainSettings{
				Domains: []string{"litware.test"}, RequestedVersion: "Exchange2010",
				Settings: []autodiscover.SettingName{"ExternalEwsUrl", "ExternalEwsVersion"},
			},
		},
		"request-soap12.xml": {
			SOAP: autodiscover.SOAP12, RequestedServerVersion: "Exchange2010",
			Call: autodiscover.GetUserSettings{
				Users:    []string{"kim@litware.test", "lee@litware.test"},
				Settings: []autodiscover.SettingName{"ExternalEwsUrl"},
			},
		},
		"request-federation.xml": {
			To: to, MessageID: "urn:uuid:6389558d-9e05-465e-ade9-000000000001",
			Call: autodiscover.GetFederationInformation{Domain: "litware.test"},
		},
	} {
		got, err := autodiscover.DecodeRequest(sample(t, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// exchangelib asks for every setting it has heard of.
func TestDecodeRequestReadsManySettings(t *testing.T) {
	got, err := autodiscover.DecodeRequest(sample(t, "request-exchangelib.xml"))
	if err != nil {
		t.Fatal(err)
	}
	names := got.Call.(autodiscover.GetUserSettings).Settings
	if len(names) != 62 {
		t.Fatalf("%d settings, want 62", len(names))
	}
	for _, n := range names {
		if !n.Known() {
			t.Errorf("%s is not known", n)
		}
	}
}

func TestKnownSettings(t *testing.T) {
	if n := len(autodiscover.KnownSettings()); n < 99 {
		t.Errorf("only %d settings are known", n)
	}
	for _, n := range []autodiscover.SettingName{"", "Nonsense", "UserDN UserDeploymentId", "userdn"} {
		if n.Known() {
			t.Errorf("%q is known", n)
		}
	}
}

// envelope wraps a body in SOAP 1.1.
func envelope(header, body string) string {
	return `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:a="http://schemas.microsoft.com/exchange/2010/Autodiscover">` +
		`<s:Header>` + header + `</s:Header><s:Body>` + body + `</s:Body></s:Envelope>`
}

func userSettings(users, settings string) string {
	return envelope("", `<a:GetUserSettingsRequestMessage><a:Request><a:Users>`+users+`</a:Users><a:RequestedSettings>`+settings+`</a:RequestedSettings></a:Request></a:GetUserSettingsRequestMessage>`)
}

func TestDecodeRequestSaysWhyItRefuses(t *testing.T) {
	const user, setting = `<a:User><a:Mailbox>k@x.test</a:Mailbox></a:User>`, `<a:Setting>ExternalEwsUrl</a:Setting>`
	for name, c := range map[string]struct {
		body string
		want autodiscover.Reason
	}{
		"empty":                     {"", autodiscover.NotXML},
		"text":                      {"hello", autodiscover.NotXML},
		"cut off":                   {userSettings(user, setting)[:300], autodiscover.NotXML},
		"two roots":                 {"<a/><b/>", autodiscover.NotXML},
		"text after the root":       {"<a/>b", autodiscover.NotXML},
		"unknown entity":            {envelope("", "&x;"), autodiscover.NotXML},
		"other character set":       {`<?xml version="1.0" encoding="utf-16"?><a/>`, autodiscover.NotXML},
		"document type":             {`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, autodiscover.HasDTD},
		"web page":                  {"\r\n<!doctype HTML><p>log on", autodiscover.IsHTML},
		"too large":                 {userSettings(user, setting) + strings.Repeat(" ", autodiscover.MaxRequest), autodiscover.TooLarge},
		"too deep":                  {strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40), autodiscover.TooDeep},
		"too many elements":         {"<a>" + strings.Repeat("<b/>", 9000) + "</a>", autodiscover.TooMany},
		"too many users":            {userSettings(strings.Repeat(user, autodiscover.MaxUsers+1), setting), autodiscover.TooMany},
		"too many settings":         {userSettings(user, strings.Repeat(setting, autodiscover.MaxSettings+1)), autodiscover.TooMany},
		"no user":                   {userSettings("", setting), autodiscover.Incomplete},
		"no setting":                {userSettings(user, ""), autodiscover.Incomplete},
		"no body":                   {`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"/>`, autodiscover.Incomplete},
		"empty body":                {envelope("", ""), autodiscover.Incomplete},
		"no request":                {envelope("", "<a:GetUserSettingsRequestMessage/>"), autodiscover.Incomplete},
		"unknown operation":         {envelope("", "<a:GetCoffeeRequestMessage/>"), autodiscover.UnknownOperation},
		"a reply":                   {envelope("", "<a:GetUserSettingsResponseMessage/>"), autodiscover.UnknownOperation},
		"an EWS request":            {envelope("", `<GetFolder xmlns="http://schemas.microsoft.com/exchange/services/2006/messages"/>`), autodiscover.IsEWS},
		"POX":                       {string(sample(t, "pox-request.xml")), autodiscover.IsPOX},
		"other XML":                 {"<rss/>", autodiscover.NotAutodiscover},
		"envelope of SOAP 0.9":      {`<e:Envelope xmlns:e="urn:schemas-xmlsoap-org:soap.v1"/>`, autodiscover.WrongNamespace},
		"namespace as in the pages": {strings.ReplaceAll(userSettings(user, setting), "http://schemas.microsoft", "https://schemas.microsoft"), autodiscover.WrongNamespace},
		"security header":           {envelope(`<o:Security xmlns:o="urn:wsse" s:mustUnderstand="1"/>`, ""), autodiscover.NotUnderstood},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := autodiscover.DecodeRequest([]byte(c.body))
			var d *autodiscover.DecodeError
			if !errors.As(err, &d) || d.Reason != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestDecodeRequestIgnoresHeadersThatMayBeIgnored(t *testing.T) {
	body := strings.Replace(string(sample(t, "request-javascript.xml")), "<soap:Header>",
		`<soap:Header><o:Security xmlns:o="urn:wsse" soap:mustUnderstand="0"/><t:ExchangeImpersonation xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" soap:mustUnderstand="1"/>`, 1)
	if _, err := autodiscover.DecodeRequest([]byte(body)); err != nil {
		t.Error(err)
	}
}

// A server that refuses a list must know which operation's reply to write.
func TestDecodeErrorKnowsVersionAndOperation(t *testing.T) {
	body := strings.ReplaceAll(string(sample(t, "request-soap12.xml")), "ad:User>", "ad:Nobody>")
	_, err := autodiscover.DecodeRequest([]byte(body))
	var d *autodiscover.DecodeError
	if !errors.As(err, &d) || d.SOAP != autodiscover.SOAP12 || d.Operation != autodiscover.OpGetUserSettings {
		t.Errorf("got %+v", d)
	}
}

// The request must be, but for white space, what the .NET library writes.
func TestMarshalRequestLikeTheProducts(t *testing.T) {
	r := autodiscover.Request{RequestedServerVersion: "Exchange2013_SP1", To: "https://autodiscover.litware.test/autodiscover/autodiscover.svc", Call: kimsCall()}
	want := string(sample(t, "request-managed-api.xml"))
	want = strings.Replace(want, ` xmlns:a="http://schemas.microsoft.com/exchange/2010/Autodiscover">`+"\n      <a:Request>", "><a:Request>", 1) // declared once is enough
	if diff := cmp.Diff(squeeze(want), squeeze(string(r.Marshal()))); diff != "" {
		t.Error(diff)
	}
}

// squeeze drops the white space between elements.
func squeeze(xml string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(xml, "\n") {
		b.WriteString(strings.TrimSpace(line))
	}
	return b.String()
}

func exchangeReply() *autodiscover.Response {
	return &autodiscover.Response{
		Operation: autodiscover.OpGetUserSettings,
		Server:    autodiscover.ServerVersion{Major: 15, Minor: 1, MajorBuild: 2507, MinorBuild: 6, Name: "Exchange2016"},
		ErrorCode: autodiscover.NoError,
		Users: []autodiscover.UserResponse{{
			ErrorCode: autodiscover.NoError, ErrorMessage: "No error.",
			SettingErrors: []autodiscover.SettingError{{Name: "PublicFolderServer", Code: autodiscover.SettingIsNotAvailable, Message: "not here"}},
			Settings: []autodiscover.Setting{
				{Name: "ExternalEwsUrl", Value: "https://mail.litware.test/EWS/Exchange.asmx"},
				{Name: "ExternalWebClientUrls", WebClientURLs: []autodiscover.WebClientURL{{AuthenticationMethods: "Basic, Fba", URL: "https://mail.litware.test/owa/"}}},
				{Name: "ExternalImap4Connections", Connections: []autodiscover.ProtocolConnection{{Hostname: "imap.litware.test", Port: 993, EncryptionMethod: "SSL"}}},
				{Name: "AlternateMailboxes", AlternateMailboxes: []autodiscover.AlternateMailbox{{Type: "Archive", DisplayName: "Archive - Kim", LegacyDN: "/o=Litware/cn=kim-archive", Server: "ex1.litware.test"}}},
			},
		}},
	}
}

func TestDecodeResponse(t *testing.T) {
	for name, want := range map[string]*autodiscover.Response{
		"response-exchange.xml": exchangeReply(),
		"response-redirect.xml": {
			Operation: autodiscover.OpGetUserSettings, ErrorCode: autodiscover.NoError,
			Users: []autodiscover.UserResponse{{ErrorCode: autodiscover.RedirectAddress, ErrorMessage: "Redirection address.", RedirectTarget: "kim@litware.mail.example.com"}},
		},
		"response-domain.xml": {
			Operation: autodiscover.OpGetDomainSettings, ErrorCode: autodiscover.NoError,
			Domains: []autodiscover.DomainResponse{{
				ErrorCode: autodiscover.NoError, ErrorMessage: "No error.",
				Settings: []autodiscover.Setting{{Name: "ExternalEwsUrl", Value: "https://mail.litware.test/EWS/Exchange.asmx"}},
			}},
		},
	} {
		got, err := autodiscover.DecodeResponse(sample(t, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// The reply must be, byte for byte, what Exchange writes, except that this
// package writes every member of an alternate mailbox.
func TestMarshalResponseLikeExchange(t *testing.T) {
	want := strings.Replace(string(sample(t, "response-exchange.xml")), "</Server></AlternateMailbox>", "</Server><SmtpAddress/></AlternateMailbox>", 1)
	if diff := cmp.Diff(strings.TrimSpace(want), string(exchangeReply().Marshal())); diff != "" {
		t.Error(diff)
	}
}

func TestMarshalDomainResponseLikeExchange(t *testing.T) {
	r, err := autodiscover.DecodeResponse(sample(t, "response-domain.xml"))
	if err != nil {
		t.Fatal(err)
	}
	_, want, _ := strings.Cut(string(sample(t, "response-domain.xml")), "<s:Body>")
	_, got, _ := strings.Cut(string(r.Marshal()), "<s:Body>")
	if diff := cmp.Diff(strings.TrimSpace(want), got); diff != "" {
		t.Error(diff)
	}
}

func TestMarshalDropsWhatXMLCannotCarry(t *testing.T) {
	r := exchangeReply()
	r.Users[0].Settings = []autodiscover.Setting{{Name: "UserDisplayName", Value: "K\x00i\x0bm <\uffff&> \xff\"x\""}}
	got, err := autodiscover.DecodeResponse(r.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := got.Users[0].Value(autodiscover.UserDisplayName); v != `Kim <&> "x"` {
		t.Errorf("got %q", v)
	}
}

func TestFaults(t *testing.T) {
	for name, want := range map[string]*autodiscover.Fault{
		"fault-ews-style.xml": {Code: "ErrorServerBusy", ResponseCode: "ErrorServerBusy", Reason: "The server cannot service this request right now. Try again later."},
		"fault-soap12.xml":    {SOAP: autodiscover.SOAP12, Code: "DestinationUnreachable", Reason: "The message cannot be processed at the receiver."},
	} {
		_, err := autodiscover.DecodeResponse(sample(t, name))
		var got *autodiscover.Fault
		if !errors.As(err, &got) {
			t.Errorf("%s: got %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestMarshalFaultInKind(t *testing.T) {
	for version, want := range map[autodiscover.SOAPVersion]string{
		autodiscover.SOAP11: `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring xml:lang="en-US">no</faultstring></s:Fault></s:Body></s:Envelope>`,
		autodiscover.SOAP12: `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text xml:lang="en-US">no</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>`,
	} {
		f := &autodiscover.Fault{SOAP: version, Code: "Client", Reason: "no"}
		if diff := cmp.Diff(want, string(f.Marshal())); diff != "" {
			t.Error(diff)
		}
	}
}

func TestDecodeResponseSaysWhyItRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want autodiscover.Reason
	}{
		"POX":       {string(sample(t, "pox-error.xml")), autodiscover.IsPOX},
		"web page":  {"<html><body>Log on</body></html>", autodiscover.IsHTML},
		"a request": {string(sample(t, "request-javascript.xml")), autodiscover.NotAutodiscover},
		"no body":   {`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"/>`, autodiscover.Incomplete},
		"no answer": {envelope("", "<a:GetUserSettingsResponseMessage/>"), autodiscover.Incomplete},
		"too large": {strings.Repeat(" ", autodiscover.MaxResponse+1), autodiscover.TooLarge},
	} {
		_, err := autodiscover.DecodeResponse([]byte(c.body))
		var d *autodiscover.DecodeError
		if !errors.As(err, &d) || d.Reason != c.want {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}

func TestEwsURLChoosesAsTheManagedAPI(t *testing.T) {
	set := func(pairs ...string) autodiscover.UserResponse {
		var u autodiscover.UserResponse
		for i := 0; i < len(pairs); i += 2 {
			u.Settings = append(u.Settings, autodiscover.Setting{Name: autodiscover.SettingName(pairs[i]), Value: pairs[i+1]})
		}
		return u
	}
	for i, c := range []struct {
		u                autodiscover.UserResponse
		external, inside string
	}{
		{set("ExternalEwsUrl", "out", "InternalEwsUrl", "in"), "out", "in"},
		{set("ExternalEwsUrl", "out"), "out", "out"},
		{set("InternalEwsUrl", "in"), "in", "in"},
		{set("ExternalEwsUrl", "", "InternalEwsUrl", "in"), "in", "in"},
		{set("ExternalEwsUrl", "out", "InternalEwsUrl", ""), "out", ""},
		{set(), "", ""},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			if got, ok := c.u.EwsURL(true); got != c.external || ok != (c.external != "") {
				t.Errorf("outside: %q, %v", got, ok)
			}
			if got, ok := c.u.EwsURL(false); got != c.inside || ok != (c.inside != "") {
				t.Errorf("inside: %q, %v", got, ok)
			}
		})
	}
}
