package ews

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// answer serves one prepared answer and keeps the last request.
type answer struct {
	status int
	header map[string]string
	body   []byte

	request *http.Request
	sent    []byte
}

func (a *answer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.request = r
	a.sent, _ = io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.Header().Set("Request-Id", "11112222")
	for k, v := range a.header {
		w.Header().Set(k, v)
	}
	w.WriteHeader(a.status)
	w.Write(a.body)
}

func serve(t *testing.T, a *answer) *Client {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return &Client{HTTP: server.Client(), URL: server.URL + "/EWS/Exchange.asmx"}
}

var historyItem = &CreateItemRequest{
	Disposition: SaveOnly,
	Folder:      &FolderID{Distinguished: ConversationHistory},
	Items:       []Item{{Class: "IPM.Note.Microsoft.Conversation", Subject: "s"}},
}

// checklist: 004-10, 004-11
func TestClientCreatesAndDeletesInConversationHistory(t *testing.T) {
	a := &answer{status: 200, body: readGolden(t, "createitem")}
	c := serve(t, a)
	c.AnchorMailbox, c.UserAgent = "kim@litware.test", "matchseal/1"
	c.Impersonation = &Impersonation{PrimarySMTPAddress: "kim@litware.test"}
	created, err := c.CreateItem(t.Context(), historyItem)
	if err != nil {
		t.Fatal(err)
	}
	if got := created.Messages[0].Items[0].ID; got != first {
		t.Errorf("the new item is %+v", got)
	}
	asked, err := DecodeRequest(bytes.NewReader(a.sent), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if asked.Header.Version != Exchange2013SP1 || asked.Header.Impersonation.PrimarySMTPAddress != "kim@litware.test" {
		t.Errorf("the header is %+v", asked.Header)
	}
	if asked.Body.(*CreateItemRequest).Folder.Distinguished != "conversationhistory" {
		t.Errorf("the item went to %+v", asked.Body.(*CreateItemRequest).Folder)
	}
	for name, want := range map[string]string{
		"Content-Type":             "text/xml; charset=utf-8",
		"SOAPAction":               `"http://schemas.microsoft.com/exchange/services/2006/messages/CreateItem"`,
		"X-AnchorMailbox":          "kim@litware.test",
		"User-Agent":               "matchseal/1",
		"Return-Client-Request-Id": "true",
	} {
		if got := a.request.Header.Get(name); got != want {
			t.Errorf("the header %s is %q, want %q", name, got, want)
		}
	}
	guid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	if id := a.request.Header.Get("Client-Request-Id"); !guid.MatchString(id) {
		t.Errorf("client-request-id is %q", id)
	}

	a.body = []byte(strings.ReplaceAll(string(readGolden(t, "createitem")), "CreateItem", "DeleteItem"))
	if _, err := c.DeleteItem(t.Context(), &DeleteItemRequest{Type: HardDelete, IDs: []ItemID{first}}); err != nil {
		t.Error(err)
	}
}

func TestEveryOperationHasAMethod(t *testing.T) {
	page := Page{IncludesLastItemInRange: true}
	for _, c := range []struct {
		response Payload
		call     func(context.Context, *Client) (Payload, error)
	}{
		{&GetFolderResponse{[]FolderMessage{{}}}, func(ctx context.Context, c *Client) (Payload, error) {
			return c.GetFolder(ctx, &GetFolderRequest{IDs: make([]FolderID, 1)})
		}},
		{&FindFolderResponse{[]FindFolderMessage{{Page: page}}}, func(ctx context.Context, c *Client) (Payload, error) {
			return c.FindFolder(ctx, &FindFolderRequest{Parents: make([]FolderID, 1)})
		}},
		{&CreateFolderResponse{[]FolderMessage{{}}}, func(ctx context.Context, c *Client) (Payload, error) {
			return c.CreateFolder(ctx, &CreateFolderRequest{Folders: make([]Folder, 1)})
		}},
		{&FindItemResponse{[]FindItemMessage{{Page: page}}}, func(ctx context.Context, c *Client) (Payload, error) {
			return c.FindItem(ctx, &FindItemRequest{Parents: make([]FolderID, 1)})
		}},
		{&GetItemResponse{[]ItemMessage{{}}}, func(ctx context.Context, c *Client) (Payload, error) {
			return c.GetItem(ctx, &GetItemRequest{IDs: make([]ItemID, 1)})
		}},
		{&CreateItemResponse{[]ItemMessage{{}}}, func(ctx context.Context, c *Client) (Payload, error) {
			return c.CreateItem(ctx, historyItem)
		}},
		{&UpdateItemResponse{[]UpdateItemMessage{{}}}, func(ctx context.Context, c *Client) (Payload, error) {
			return c.UpdateItem(ctx, &UpdateItemRequest{Changes: make([]ItemChange, 1)})
		}},
		{&DeleteItemResponse{[]ResponseMessage{{}}}, func(ctx context.Context, c *Client) (Payload, error) {
			return c.DeleteItem(ctx, &DeleteItemRequest{IDs: make([]ItemID, 1)})
		}},
		{&ConvertIDResponse{[]ConvertIDMessage{{}}}, func(ctx context.Context, c *Client) (Payload, error) {
			return c.ConvertID(ctx, &ConvertIDRequest{IDs: make([]AlternateID, 1)})
		}},
	} {
		t.Run(c.response.Operation(), func(t *testing.T) {
			var b bytes.Buffer
			if err := EncodeResponse(&b, testServer, Exchange2013, c.response); err != nil {
				t.Fatal(err)
			}
			got, err := c.call(t.Context(), serve(t, &answer{status: 200, body: b.Bytes()}))
			if err != nil || got.Operation() != c.response.Operation() {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestClientErrors(t *testing.T) {
	busy := readGolden(t, "fault-busy")
	partly := &CreateItemResponse{Messages: []ItemMessage{{ResponseMessage: ResponseMessage{
		Class: ClassError, Code: ErrorServerBusy, Text: "busy", Details: []Detail{{"BackOffMilliseconds", "1500"}},
	}}}}
	var b bytes.Buffer
	if err := EncodeResponse(&b, testServer, Exchange2013, partly); err != nil {
		t.Fatal(err)
	}
	date := map[string]string{"Retry-After": "Sat, 22 Aug 2026 10:11:42 GMT", "Date": "Sat, 22 Aug 2026 10:11:12 GMT"}
	for name, c := range map[string]struct {
		answer  answer
		want    string
		backOff time.Duration
		id      func(error) (string, bool)
	}{
		"fault":              {answer{status: 500, body: busy}, "ErrorServerBusy", 297749 * time.Millisecond, idOfFault},
		"fault with 200":     {answer{status: 200, body: busy}, "ErrorServerBusy", 297749 * time.Millisecond, idOfFault},
		"response message":   {answer{status: 200, body: b.Bytes()}, "CreateItem: ErrorServerBusy: busy", 1500 * time.Millisecond, idOfMessage},
		"unauthorized":       {answer{status: 401, header: map[string]string{"X-Ms-Diagnostics": "2000003;reason=\"x\"", "WWW-Authenticate": "Bearer"}}, `x-ms-diagnostics: 2000003;reason="x"`, 0, idOfStatus},
		"unavailable":        {answer{status: 503, header: map[string]string{"Retry-After": "30"}}, "HTTP status 503: Service Unavailable", 30 * time.Second, idOfStatus},
		"unavailable until":  {answer{status: 503, header: date}, "503", 30 * time.Second, idOfStatus},
		"no envelope, 500":   {answer{status: 500, header: map[string]string{"Content-Type": "text/html"}, body: []byte("<h1>oops")}, "HTTP status 500", 0, idOfStatus},
		"broken fault":       {answer{status: 500, body: []byte("<a>")}, "HTTP status 500", 0, idOfStatus},
		"no content type":    {answer{status: 200, header: map[string]string{"Content-Type": ""}}, "Client found response content type of '', but expected 'text/xml'.", 0, idOfType},
		"a web page":         {answer{status: 200, header: map[string]string{"Content-Type": "text/html"}}, "Client found response content type of 'text/html', but expected 'text/xml'.", 0, idOfType},
		"broken XML":         {answer{status: 200, body: []byte("<a>")}, "ends inside the element a", 0, nil},
		"another operation":  {answer{status: 200, body: readGolden(t, "getitem")}, "answered with a response to GetItem", 0, nil},
		"unknown operation":  {answer{status: 200, body: readGolden(t, "unknown")}, "answered with a response to MarkAllItemsAsRead", 0, nil},
		"too many messages":  {answer{status: 200, body: bytes.Replace(readGolden(t, "createitem"), []byte("</m:ResponseMessages>"), []byte(`<m:CreateItemResponseMessage ResponseClass="Success"/></m:ResponseMessages>`), 1)}, "2 response messages for 1 parts", 0, nil},
		"broken compression": {answer{status: 200, header: map[string]string{"Content-Encoding": "gzip"}, body: []byte("no")}, "unpack the response", 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			response, err := serve(t, &c.answer).CreateItem(t.Context(), historyItem)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			if got := BackOff(err); got != c.backOff {
				t.Errorf("it asks to wait %v, want %v", got, c.backOff)
			}
			if _, partial := errors.AsType[*ResponseError](err); (response != nil) != partial {
				t.Errorf("the response is %+v", response)
			}
			if c.id == nil {
				return
			}
			if id, ok := c.id(err); !ok || id != "11112222" {
				t.Errorf("the error is a %T with request id %q", err, id)
			}
		})
	}
}

func idOfFault(err error) (string, bool) {
	f, ok := errors.AsType[*Fault](err)
	return f.RequestID, ok
}

func idOfMessage(err error) (string, bool) {
	e, ok := errors.AsType[*ResponseError](err)
	return e.RequestID, ok
}

func idOfStatus(err error) (string, bool) {
	e, ok := errors.AsType[*HTTPError](err)
	return e.RequestID, ok
}

func idOfType(err error) (string, bool) {
	e, ok := errors.AsType[*ContentTypeError](err)
	return e.RequestID, ok
}

func TestClientReadsCompressedResponses(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(readGolden(t, "createitem"))
	z.Close()
	a := &answer{status: 200, header: map[string]string{"Content-Encoding": "gzip"}, body: packed.Bytes()}
	response, err := serve(t, a).Do(t.Context(), historyItem)
	if err != nil {
		t.Fatal(err)
	}
	if response.RequestID != "11112222" || response.Server != testServer || a.request.Header.Get("Accept-Encoding") != "gzip" {
		t.Errorf("got %+v", response)
	}
}

// A small document that unpacks to a huge one is cut off.
func TestClientLimitsResponses(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	io.CopyN(z, zeros{}, 64<<20)
	z.Close()
	for name, a := range map[string]*answer{
		"plain":  {status: 200, body: bytes.Repeat([]byte(" "), 2000)},
		"packed": {status: 200, header: map[string]string{"Content-Encoding": "gzip"}, body: packed.Bytes()},
	} {
		c := serve(t, a)
		c.Limits.Bytes = 1000
		if name == "packed" {
			c.Limits.Bytes = 1 << 20
		}
		_, err := c.Do(t.Context(), historyItem)
		if syntax, ok := errors.AsType[*SyntaxError](err); !ok || !syntax.TooBig {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestTraceTellsEverythingButSecrets(t *testing.T) {
	a := &answer{status: 200, header: map[string]string{"Set-Cookie": "session=secret; path=/"}, body: readGolden(t, "createitem")}
	c := serve(t, a)
	base := c.HTTP.Transport
	c.HTTP.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer secret")
		r.Header.Set("Cookie", "session=secret")
		return base.RoundTrip(r)
	})
	c.URL = strings.Replace(c.URL, "://", "://kim:secret@", 1)
	var events []TraceEvent
	c.Trace = func(e TraceEvent) { events = append(events, e) }
	if _, err := c.CreateItem(t.Context(), historyItem); err != nil {
		t.Fatal(err)
	}
	if len(events) != 1 {
		t.Fatalf("%d events", len(events))
	}
	e := events[0]
	if d := cmp.Diff([]string{"Bearer [redacted]"}, e.Request.Header.Values("Authorization")); d != "" {
		t.Errorf("Authorization (-want +got):\n%s", d)
	}
	all := e.Request.Header.Get("Cookie") + e.Response.Header.Get("Set-Cookie") + e.Request.URL.String()
	if strings.Contains(all, "secret") {
		t.Errorf("a secret is in the trace: %q", all)
	}
	if a.request.Header.Get("Authorization") != "Bearer secret" {
		t.Error("the request itself was redacted")
	}
	if e.Operation != "CreateItem" || !bytes.Equal(e.RequestBody, a.sent) || !bytes.Equal(e.ResponseBody, a.body) || e.Response.StatusCode != 200 {
		t.Errorf("the event is %+v", e)
	}

	c.HTTP.Transport = roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("refused") })
	_, err := c.CreateItem(t.Context(), historyItem)
	if e := events[1]; err == nil || e.Response != nil || e.Err == nil || e.Request == nil {
		t.Errorf("got %v, the event is %+v", err, e)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTheBodyCanBeSentAgain(t *testing.T) {
	c := &Client{URL: "https://h/EWS/Exchange.asmx", HTTP: &http.Client{}}
	c.HTTP.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		sent, _ := io.ReadAll(r.Body)
		again, err := r.GetBody()
		if err != nil {
			t.Fatal(err)
		}
		if second, _ := io.ReadAll(again); len(sent) == 0 || !bytes.Equal(sent, second) {
			t.Error("the second body differs")
		}
		return nil, errors.New("enough")
	})
	if _, err := c.Do(t.Context(), historyItem); err == nil {
		t.Error("no error")
	}
}
