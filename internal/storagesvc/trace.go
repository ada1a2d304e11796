package storagesvc

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/ews"
)

// trace collects what an operation did, in the words of the product's
// -Verbose output. A nil trace collects nothing.
type trace struct {
	now   func() time.Time
	lines []string
}

// add notes one step with its time.
func (t *trace) add(format string, args ...any) {
	if t == nil {
		return
	}
	t.lines = append(t.lines, t.now().UTC().Format("2006/01/02 15:04:05.000")+" "+fmt.Sprintf(format, args...))
}

// message notes a request or answer as the product's client library does.
func (t *trace) message(prefix, tag string, at time.Time, text string) {
	if t == nil {
		return
	}
	t.add("%s trace, type=%s, message=<Trace Tag=%q Time=%q>\n%s\n</Trace>", prefix, tag, tag,
		at.UTC().Format("2006-01-02 15:04:05Z"), strings.TrimRight(text, "\r\n"))
}

// ews notes one EWS call. The client has masked the token in the headers.
func (t *trace) ews(e ews.TraceEvent) {
	if t == nil {
		return
	}
	now := t.now()
	if e.Request != nil {
		t.message("EWS", "EwsRequestHttpHeaders", now, e.Request.Method+" "+e.Request.URL.RequestURI()+" HTTP/1.1\n"+headers(e.Request.Header))
		t.message("EWS", "EwsRequest", now, string(e.RequestBody))
	}
	if e.Response != nil {
		t.message("EWS", "EwsResponseHttpHeaders", now, e.Response.Proto+" "+e.Response.Status+"\n"+headers(e.Response.Header))
		t.message("EWS", "EwsResponse", now, string(e.ResponseBody))
	}
	if e.Err != nil {
		t.add("EWS, %s failed: %v", e.Operation, e.Err)
	}
}

func headers(h http.Header) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			if name == "Authorization" {
				v = "Bearer <hidden>"
			}
			fmt.Fprintf(&b, "%s: %s\n", name, v)
		}
	}
	return b.String()
}

func (t *trace) String() string {
	if t == nil {
		return ""
	}
	return strings.Join(t.lines, "\n")
}
