package ewsserver

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/access"
)

const getInbox = `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>`

func packed(body string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(body))
	_ = z.Close()
	return b.Bytes()
}

func TestMethods(t *testing.T) {
	f := newFixture(t)
	for _, path := range []string{"/EWS/Exchange.asmx", "/ews/EXCHANGE.ASMX", "/anything"} {
		got := f.do(t, http.MethodGet, path, nil)
		if got.status != http.StatusOK || !strings.Contains(got.body, "You have created a service.") {
			t.Errorf("GET %s: %d %s", path, got.status, got.body)
		}
		if got := f.do(t, http.MethodPost, path, []byte(envelope("", getInbox))); got.status != http.StatusOK {
			t.Errorf("POST %s: %d", path, got.status)
		}
	}
	if got := f.do(t, http.MethodPut, "/", nil); got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("PUT: %d, Allow %q", got.status, got.header.Get("Allow"))
	}
}

func TestHeadersOfAnAnswer(t *testing.T) {
	f := newFixture(t)
	got := f.post(t, envelope("", getInbox), "client-request-id", "my-request", "Return-Client-Request-Id", "true", "X-PreferServerAffinity", "True")
	for name, want := range map[string]string{
		"client-request-id": "my-request", "X-FEServer": "ex01.litware.test", "X-CalculatedBETarget": "ex01.litware.test",
		"Set-Cookie": "X-BackEndOverrideCookie=ex01.litware.test; Path=/; HttpOnly; Secure", "Content-Type": "text/xml; charset=utf-8",
	} {
		if got.header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.header.Get(name), want)
		}
	}
	if len(got.header.Get("request-id")) != 36 {
		t.Errorf("request-id is %q", got.header.Get("request-id"))
	}
	for _, headers := range [][]string{
		{"client-request-id", "x"}, {"client-request-id", "a b", "return-client-request-id", "true"},
		{"client-request-id", strings.Repeat("x", 129), "return-client-request-id", "true"},
	} {
		if got := f.post(t, envelope("", getInbox), headers...); got.header.Get("client-request-id") != "" {
			t.Errorf("%v was repeated", headers)
		}
	}
	f.caller.RequestID = "11111111-2222-4333-8444-555555555555"
	if got := f.post(t, envelope("", getInbox)); got.header.Get("request-id") != f.caller.RequestID {
		t.Errorf("request-id is %q, not the door's", got.header.Get("request-id"))
	}
}

func TestCompression(t *testing.T) {
	f := newFixture(t)
	all := envelope("", `<m:FindFolder Traversal="Deep"><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape><m:ParentFolderIds><t:DistinguishedFolderId Id="root"/></m:ParentFolderIds></m:FindFolder>`)
	for _, test := range []struct {
		body   []byte
		accept string
		coding string
	}{
		{packed(all), "gzip", "gzip"}, {[]byte(all), "deflate, gzip;q=0.8", "gzip"}, {[]byte(all), "identity", ""},
		{[]byte(all), "gzip;q=0", ""}, {[]byte(all), "gzip; q=0.000", ""}, {packed(envelope("", getInbox)), "gzip", ""}, // too small to be worth it
	} {
		encoding := ""
		if test.body[0] == 0x1f {
			encoding = "gzip"
		}
		got := f.do(t, http.MethodPost, "/", test.body, "Accept-Encoding", test.accept, "Content-Encoding", encoding)
		if got.header.Get("Content-Encoding") != test.coding {
			t.Errorf("Accept-Encoding %q is answered with %q", test.accept, got.header.Get("Content-Encoding"))
		}
		got.wantCodes(t, "NoError")
	}
	if got := f.do(t, http.MethodPost, "/", []byte(all), "Content-Encoding", "gzip"); got.status != http.StatusBadRequest {
		t.Errorf("a false gzip: %d", got.status)
	}
	if got := f.do(t, http.MethodPost, "/", []byte(all), "Content-Encoding", "br"); got.status != http.StatusUnsupportedMediaType {
		t.Errorf("brotli: %d", got.status)
	}
}

func TestRequestsThatCannotBeUnderstood(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.Limits.Bytes = 64 << 10 })
	big := envelope("", `<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message><t:Subject>`+strings.Repeat("x", 70<<10)+`</t:Subject></t:Message></m:Items></m:CreateItem>`)
	f.post(t, big).wantFault(t, http.StatusRequestEntityTooLarge, "ErrorMessageSizeExceeded")
	// Packed it is small; unpacked it is not.
	f.do(t, http.MethodPost, "/", packed(big), "Content-Encoding", "gzip").wantFault(t, http.StatusRequestEntityTooLarge, "ErrorMessageSizeExceeded")

	broken := f.post(t, "<soap:Envelope "+soapNS+">\n<soap:Body>\n<x></y>")
	broken.wantFault(t, 500, "ErrorSchemaValidation")
	if line := broken.tree.first("LineNumber").Text; line != "3" {
		t.Errorf("the line is %q", line)
	}
	f.post(t, envelope("", `<m:GetFolder><m:FolderIds/></m:GetFolder>`)).wantFault(t, 500, "ErrorSchemaValidation")
	f.post(t, "").wantFault(t, 500, "ErrorSchemaValidation")
	for _, contentType := range []string{"application/x-www-form-urlencoded", "text/plain", "application/json", "; ;"} {
		if got := f.post(t, envelope("", getInbox), "Content-Type", contentType); got.status != http.StatusUnsupportedMediaType {
			t.Errorf("Content-Type %q: %d", contentType, got.status)
		}
	}
	if got := f.post(t, strings.ReplaceAll(envelope("", getInbox), "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")); got.tree.first("faultcode").Text == "" {
		t.Errorf("SOAP 1.2: %s", got.body)
	}
}

// An operation that is not there is no reason to ask for a password again.
func TestUnknownOperations(t *testing.T) {
	f := newFixture(t)
	for _, name := range []string{"GetServerTimeZones", "SyncFolderItems", "Nonsense"} {
		f.post(t, envelope("Exchange2013", `<m:`+name+`/>`)).wantCodes(t, "ErrorInvalidOperation")
	}
	// Some operations answer without ResponseMessages.
	got := f.post(t, envelope("Exchange2013", `<m:GetUserPhoto><m:Email>x</m:Email></m:GetUserPhoto>`))
	if got.status != http.StatusOK || got.tree.first("GetUserPhotoResponse").attr("ResponseClass") != "Error" {
		t.Errorf("GetUserPhoto: %d\n%s", got.status, got.body)
	}
	for _, o := range f.seen {
		if o.Operation != "" || o.Code != ews.ErrorInvalidOperation {
			t.Errorf("metrics would see %+v", o)
		}
	}
}

// The version of the schema may come in a header of HTTP.
func TestVersionFromHTTP(t *testing.T) {
	f := newFixture(t)
	all := strings.ReplaceAll(getInbox, "IdOnly", "AllProperties")
	if got := f.post(t, envelope("", all)); strings.Contains(got.body, "DistinguishedFolderId") {
		t.Error("without a version more than Exchange 2007 was sent")
	}
	if got := f.post(t, envelope("", all), "X-EWS-TargetVersion", "2.9; minimum=2.4"); !strings.Contains(got.body, "DistinguishedFolderId") {
		t.Error("with a version no more than Exchange 2007 was sent")
	}
}

func TestTooManyRequestsAtOnce(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	var slow bool
	f := newFixture(t, func(c *Config) {
		c.Concurrent, c.BackOff = 1, 2500*time.Millisecond
		observe := c.Observe
		c.Observe = func(o Observation) {
			if slow {
				slow = false
				close(entered)
				<-release // still within its place
			}
			observe(o)
		}
	})
	slow = true
	done := make(chan reply, 1)
	go func() { done <- f.post(t, envelope("", getInbox)) }()
	<-entered
	refused := f.post(t, envelope("", getInbox))
	close(release)
	refused.wantFault(t, 500, "ErrorServerBusy")
	value := refused.tree.first("MessageXml").first("Value")
	if value.attr("Name") != "BackOffMilliseconds" || value.Text != "2500" {
		t.Errorf("the back-off is %q", value.Text)
	}
	if got := refused.tree.first("faultstring").Text; got != "The server cannot service this request right now. Try again later." {
		t.Errorf("the fault says %q", got)
	}
	(<-done).wantCodes(t, "NoError")
	f.post(t, envelope("", getInbox)).wantCodes(t, "NoError")
}

func TestARequestPastTheDoor(t *testing.T) {
	f := newFixture(t)
	bare := New(Config{Mailboxes: f.boxes, Now: time.Now})
	f.http.Config.Handler = bare
	f.post(t, envelope("", getInbox)).wantFault(t, 500, "ErrorInternalServerError")
}

func TestObservations(t *testing.T) {
	f := newFixture(t)
	f.post(t, envelope("", strings.ReplaceAll(getInbox, `Id="inbox"/>`, `Id="inbox"/><t:DistinguishedFolderId Id="archive"/>`)))
	f.post(t, "<x")
	want := []Observation{
		{Operation: "GetFolder", Status: 200, Code: ews.ErrorFolderNotFound, Parts: 2, Failed: 1},
		{Status: 500, Code: ews.ErrorSchemaValidation},
	}
	for i, o := range f.seen {
		if o != want[i] {
			t.Errorf("observation %d is %+v", i, o)
		}
	}
	if !strings.Contains(f.logged(), `"caller":"`+string(access.Basic)+`"`) || len(f.seen) != 2 {
		t.Errorf("log\n%s", f.logged())
	}
}

func TestAcceptsGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "br;q=1.0, gzip;q=0.5": true, "gzip;q=0": false, "gzip;q=0.0": false, "deflate": false, "gzip;q=0.001": true, "gzip ; q=0": false,
	} {
		r := &http.Request{Header: http.Header{"Accept-Encoding": {header}}}
		if got := acceptsGzip(r); got != want {
			t.Errorf("%s: %s", strconv.Quote(header), strconv.FormatBool(got))
		}
	}
}
