package autodiscover

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// TraceEvent is one step of a conversation, in the words of the products'
// client library.
type TraceEvent struct {
	Tag  TraceTag
	Time time.Time
	URL  string
	Text string // headers, a body, or a sentence; credentials are redacted
}

// TraceTag names the kind of a TraceEvent.
type TraceTag string

// The tags of the products' client library.
const (
	TraceRequestHeaders  TraceTag = "AutodiscoverRequestHttpHeaders"
	TraceRequest         TraceTag = "AutodiscoverRequest"
	TraceResponseHeaders TraceTag = "AutodiscoverResponseHttpHeaders"
	TraceResponse        TraceTag = "AutodiscoverResponse"
	TraceConfiguration   TraceTag = "AutodiscoverConfiguration"
)

// tracer adds the time and tolerates the absence of a listener.
type tracer struct {
	listen func(TraceEvent)
	now    func() time.Time
}

func (t tracer) note(tag TraceTag, url, text string) {
	if t.listen == nil {
		return
	}
	now := t.now
	if now == nil {
		now = time.Now
	}
	t.listen(TraceEvent{Tag: tag, Time: now(), URL: url, Text: text})
}

func (t tracer) request(r *http.Request) {
	if t.listen == nil {
		return
	}
	first := fmt.Sprintf("%s %s HTTP/1.1", r.Method, r.URL.RequestURI())
	t.note(TraceRequestHeaders, r.URL.String(), first+"\nHost: "+r.URL.Host+"\n"+headerText(r.Header))
}

func (t tracer) response(url string, r *http.Response) {
	if t.listen == nil {
		return
	}
	t.note(TraceResponseHeaders, url, fmt.Sprintf("HTTP/%d.%d %s\n%s", r.ProtoMajor, r.ProtoMinor, r.Status, headerText(r.Header)))
}

// headerText prints headers in alphabetical order without what must not be
// seen in a log.
func headerText(h http.Header) string {
	var names []string
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		for _, v := range h[name] {
			switch http.CanonicalHeaderKey(name) {
			case "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie":
				v = "[redacted]"
			}
			b.WriteString(name + ": " + v + "\n")
		}
	}
	return b.String()
}
