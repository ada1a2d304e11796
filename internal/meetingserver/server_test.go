package meetingserver

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/access"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/meetings"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

var start = time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)

func caller(name string, kind access.Kind) access.Caller {
	c := access.Caller{
		Kind: kind, Partner: "Exchange", RequestID: "request-1",
		Application: s2s.Principal{App: s2s.ExchangeApp, Realm: "litware.test"},
	}
	if kind != access.AppOnly {
		c.User = directory.User{ID: "id-" + name, UPN: directory.UPN(name + "@litware.test"), SIP: directory.SIP(name + "@litware.test"), Enabled: true}
	}
	return c
}

// client calls the face as somebody.
type client struct {
	t    *testing.T
	face http.Handler
	who  access.Caller
}

func newFace(t *testing.T) http.Handler {
	t.Helper()
	store, err := meetings.New(storetest.Open(t, storetest.SQLite(t)), "https://meet.litware.test", func() time.Time { return start })
	if err != nil {
		t.Fatal(err)
	}
	return New(Config{Meetings: store, SIPEnabled: func(_ context.Context, u directory.User) (bool, error) {
		if u.ID == "id-broken" {
			return false, errors.New("secret details of the failure")
		}
		return u.ID != "id-mailonly", nil
	}})
}

type answer struct {
	Status int
	Header http.Header
	Body   string
}

func (c client) do(method, path, body string, header ...string) answer {
	c.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	c.face.ServeHTTP(w, r.WithContext(access.WithCaller(r.Context(), c.who)))
	res := w.Result()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(data)}
}

func (a answer) json(t *testing.T) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(a.Body), &m); err != nil {
		t.Fatalf("%d %q is no JSON object: %v", a.Status, a.Body, err)
	}
	return m
}

func href(t *testing.T, resource map[string]any, rel string) string {
	t.Helper()
	all, _ := resource["_links"].(map[string]any)
	one, _ := all[rel].(map[string]any)
	path, _ := one["href"].(string)
	if path == "" {
		t.Fatalf("no link %s in %v", rel, resource)
	}
	return path
}

// meetingsOf follows the links from the applications resource, as a client of
// UCWA does.
func (c client) meetingsOf() string {
	c.t.Helper()
	a := c.do("POST", Root, `{"UserAgent":"test","EndpointId":"a-b","Culture":"en-US"}`)
	if a.Status != http.StatusCreated {
		c.t.Fatalf("%d %s", a.Status, a.Body)
	}
	embedded, _ := a.json(c.t)["_embedded"].(map[string]any)
	online, _ := embedded["onlineMeetings"].(map[string]any)
	return href(c.t, online, "myOnlineMeetings")
}

func TestMeetingOverHTTP(t *testing.T) {
	c := client{t, newFace(t), caller("ken", access.ActAs)}
	list := c.meetingsOf()
	made := c.do("POST", list, `{
		"accessLevel":"Invited", "attendees":["sip:johndoe@litware.test"], "automaticLeaderAssignment":"Disabled",
		"description":"We meet.", "entryExitAnnouncement":"Disabled", "expirationTime":"\/Date(1800000000000)\/",
		"leaders":["sip:aikc@litware.test"], "lobbyBypassForPhoneUsers":"Disabled", "phoneUserAdmission":"Disabled",
		"subject":"Quarterly numbers", "somethingNew":{"x":1}}`)
	if made.Status != http.StatusCreated || made.Header.Get("ETag") == "" {
		t.Fatalf("%d %s", made.Status, made.Body)
	}
	m := made.json(t)
	id, _ := m["onlineMeetingId"].(string)
	self := href(t, m, "self")
	want := map[string]any{
		"rel": "myOnlineMeeting", "accessLevel": "Invited", "attendees": []any{"sip:johndoe@litware.test"},
		"automaticLeaderAssignment": "Disabled", "description": "We meet.", "entryExitAnnouncement": "Unsupported",
		"expirationTime": "/Date(1800000000000)/", "joinUrl": "https://meet.litware.test/ken/" + id,
		"leaders": []any{"sip:aikc@litware.test"}, "lobbyBypassForPhoneUsers": "Disabled", "onlineMeetingId": id,
		"onlineMeetingRel": "myOnlineMeetings", "onlineMeetingUri": "sip:ken@litware.test;gruu;opaque=app:conf:focus:id:" + id,
		"organizerUri": "sip:ken@litware.test", "phoneUserAdmission": "Disabled", "subject": "Quarterly numbers",
		"conferenceId": m["conferenceId"], "_links": map[string]any{"self": map[string]any{"href": list + "/" + id}},
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Error(diff)
	}
	if made.Header.Get("Location") != self || !strings.Contains(made.Body, `"\/Date(1800000000000)\/"`) {
		t.Errorf("location %q, body %s", made.Header.Get("Location"), made.Body)
	}

	t.Run("read", func(t *testing.T) {
		got := c.do("GET", strings.ToUpper(self), "")
		if got.Status != http.StatusOK || got.Body != made.Body {
			t.Errorf("%d %s", got.Status, got.Body)
		}
		if again := c.do("GET", self, "", "If-None-Match", got.Header.Get("ETag")); again.Status != http.StatusNotModified || again.Body != "" {
			t.Errorf("%d %s", again.Status, again.Body)
		}
		all := c.do("GET", list, "").json(t)
		embedded, _ := all["_embedded"].(map[string]any)
		if items, _ := embedded["myOnlineMeeting"].([]any); len(items) != 1 {
			t.Errorf("listed %v", all)
		}
	})
	t.Run("change", func(t *testing.T) {
		stale := c.do("PUT", self, `{}`, "If-Match", `"another"`)
		wantFault(t, stale, http.StatusPreconditionFailed, "PreconditionFailed", "PreconditionFailed")
		put := c.do("PUT", self, `{"subject":"Other","expirationTime":"2027-02-01T10:00:00+02:00","lobbyBypassForPhoneUsers":"Enabled"}`,
			"If-Match", strings.Trim(made.Header.Get("ETag"), `"`))
		now := put.json(t)
		if put.Status != http.StatusOK || now["subject"] != "Other" || now["expirationTime"] != "/Date(1801468800000)/" ||
			now["lobbyBypassForPhoneUsers"] != "Enabled" || now["onlineMeetingId"] != id || put.Header.Get("ETag") == made.Header.Get("ETag") {
			t.Errorf("%d %s", put.Status, put.Body)
		}
	})
	t.Run("remove", func(t *testing.T) {
		if got := c.do("DELETE", self, ""); got.Status != http.StatusNoContent {
			t.Errorf("%d %s", got.Status, got.Body)
		}
		wantFault(t, c.do("GET", self, ""), http.StatusNotFound, "NotFound", "ResourceNotFound")
	})
	t.Run("with defaults, from nothing", func(t *testing.T) {
		got := c.do("POST", list, "")
		if m := got.json(t); got.Status != http.StatusCreated || m["expirationTime"] != "/Date(1800028800000)/" {
			t.Errorf("%d %s; want it to expire in 8 hours", got.Status, got.Body)
		}
	})
}

func wantFault(t *testing.T, a answer, status int, code, subcode string) {
	t.Helper()
	f := a.json(t)
	message, _ := f["message"].(string)
	if a.Status != status || f["code"] != code || f["subcode"] != subcode || message == "" {
		t.Errorf("%d %s, want %d %s %s", a.Status, a.Body, status, code, subcode)
	}
	if ct := a.Header.Get("Content-Type"); !strings.HasPrefix(ct, "application/json") {
		t.Errorf("content type %q", ct)
	}
}

func TestWhoMayNot(t *testing.T) {
	face := newFace(t)
	ken := client{t, face, caller("ken", access.ActAs)}
	list := ken.meetingsOf()
	self := href(t, ken.do("POST", list, `{"attendees":["pilar@litware.test"]}`).json(t), "self")

	t.Run("an application for itself", func(t *testing.T) {
		c := client{t, face, caller("", access.AppOnly)}
		got := c.do("POST", list, `{}`)
		wantFault(t, got, http.StatusForbidden, "Forbidden", "OperationNotSupported")
		if !strings.Contains(got.Body, "act-as") {
			t.Errorf("%s does not say what to do", got.Body)
		}
	})
	t.Run("a user without SIP", func(t *testing.T) {
		c := client{t, face, caller("mailonly", access.ActAs)}
		wantFault(t, c.do("POST", Root, ``), http.StatusForbidden, "Forbidden", "OperationNotSupported")
	})
	t.Run("another user's application and meeting", func(t *testing.T) {
		c := client{t, face, caller("pilar", access.ActAs)}
		wantFault(t, c.do("GET", self, ""), http.StatusNotFound, "NotFound", "ApplicationNotFound")
		own := c.meetingsOf() + self[strings.LastIndexByte(self, '/'):]
		for _, method := range []string{"GET", "PUT", "DELETE"} {
			wantFault(t, c.do(method, own, ""), http.StatusNotFound, "NotFound", "ResourceNotFound")
		}
		if got := ken.do("GET", self, ""); got.Status != http.StatusOK {
			t.Errorf("the owner gets %d", got.Status)
		}
	})
	t.Run("nobody", func(t *testing.T) {
		w := httptest.NewRecorder()
		face.ServeHTTP(w, httptest.NewRequest("GET", list, nil))
		if w.Code != http.StatusInternalServerError {
			t.Errorf("a request past the door got %d", w.Code)
		}
	})
	t.Run("what failed inside stays inside", func(t *testing.T) {
		c := client{t, face, caller("broken", access.ActAs)}
		got := c.do("POST", Root, "")
		wantFaultCode(t, got, http.StatusInternalServerError, "ServiceFailure")
		if strings.Contains(got.Body, "secret") {
			t.Error(got.Body)
		}
	})
}

func wantFaultCode(t *testing.T, a answer, status int, code string) {
	t.Helper()
	if f := a.json(t); a.Status != status || f["code"] != code {
		t.Errorf("%d %s, want %d %s", a.Status, a.Body, status, code)
	}
}

func TestRequestsThatMakeNoSense(t *testing.T) {
	c := client{t, newFace(t), caller("ken", access.ActAs)}
	list := c.meetingsOf()
	for name, x := range map[string]struct {
		method, path, body string
		status             int
		code, subcode      string
	}{
		"no such resource":    {"GET", Root + "/1/people", "", 404, "NotFound", "ResourceNotFound"},
		"below the root":      {"GET", Root + "x", "", 404, "NotFound", "ResourceNotFound"},
		"too deep":            {"GET", list + "/A/b", "", 404, "NotFound", "ResourceNotFound"},
		"another application": {"GET", Root + "/1/onlineMeetings/myOnlineMeetings", "", 404, "NotFound", "ApplicationNotFound"},
		"another method":      {"PATCH", list, "", 405, "MethodNotAllowed", "MethodNotAllowed"},
		"not JSON":            {"POST", list, `{"subject":`, 400, "BadRequest", "DeserializationFailure"},
		"not an object":       {"POST", list, `["subject"]`, 400, "BadRequest", "DeserializationFailure"},
		"wrong type":          {"POST", list, `{"subject":5}`, 400, "BadRequest", "ParameterValidationFailure"},
		"wrong time":          {"POST", list, `{"expirationTime":"tomorrow"}`, 400, "BadRequest", "ParameterValidationFailure"},
		"far future":          {"POST", list, `{"expirationTime":"\/Date(99999999999999999)\/"}`, 400, "BadRequest", "ParameterValidationFailure"},
		"wrong level":         {"POST", list, `{"accessLevel":"All"}`, 400, "BadRequest", "ParameterValidationFailure"},
		"wrong attendee":      {"POST", list, `{"attendees":["sip:"]}`, 400, "BadRequest", "ParameterValidationFailure"},
		"dial-in":             {"POST", list, `{"phoneUserAdmission":"Enabled"}`, 400, "BadRequest", "ParameterValidationFailure"},
		"announcements":       {"POST", list, `{"entryExitAnnouncement":"Enabled"}`, 400, "BadRequest", "ParameterValidationFailure"},
		"too large":           {"POST", list, `{"subject":"` + strings.Repeat("x", maxBody) + `"}`, 413, "EntityTooLarge", "EntityTooLarge"},
		"a long user agent":   {"POST", Root, `{"UserAgent":"` + strings.Repeat("x", 300) + `"}`, 400, "BadRequest", "ParameterValidationFailure"},
	} {
		t.Run(name, func(t *testing.T) {
			wantFault(t, c.do(x.method, x.path, x.body), x.status, x.code, x.subcode)
		})
	}
	t.Run("another form than JSON", func(t *testing.T) {
		got := c.do("POST", list, "<input/>", "Content-Type", "application/xml")
		wantFault(t, got, 415, "UnsupportedMediaType", "UnsupportedMediaType")
	})
	t.Run("Allow", func(t *testing.T) {
		if got := c.do("PUT", list, "").Header.Get("Allow"); got != "GET, POST" {
			t.Errorf("Allow: %q", got)
		}
	})
	t.Run("HEAD", func(t *testing.T) {
		if got := c.do("HEAD", list, ""); got.Status != http.StatusOK || got.Body != "" {
			t.Errorf("%d %q", got.Status, got.Body)
		}
	})
}

func FuzzTime(f *testing.F) {
	for _, seed := range []string{`"\/Date(1436925247778)\/"`, `"/Date(-1+0200)/"`, `"2027-01-15T08:00:00Z"`, `null`, `5`, `"/Date()/"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var a, b jsonTime
		if a.UnmarshalJSON([]byte(text)) != nil {
			return
		}
		written, err := a.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		// What was read can be written and read again, to the millisecond.
		if a.Year() < 0 || a.Year() > 9999 {
			return
		}
		if err := b.UnmarshalJSON(written); err != nil || a.UnixMilli() != b.UnixMilli() {
			t.Errorf("%s became %s (%v)", text, written, err)
		}
	})
}
