package storagesvc

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/autodiscover"
	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/s2s/s2shttp"
)

// trace collects what one command of a test did, in the words of the
// product's -Verbose output. A nil trace collects nothing.
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

// message notes a request or an answer in the frame of the product's client
// library. Its Tid is a thread; here it is always the same.
func (t *trace) message(prefix, tag string, at time.Time, text string) {
	t.add("%s trace, type=%s, message=<Trace Tag=%q Tid=\"1\" Time=%q>\n%s\n</Trace>", prefix, tag, tag,
		at.UTC().Format("2006-01-02 15:04:05Z"), strings.TrimRight(text, "\r\n"))
}

// autodiscover notes one step of the Autodiscover client, which has taken
// credentials out.
func (t *trace) autodiscover(e autodiscover.TraceEvent) {
	if t != nil {
		t.message("Autodiscover.EWSMA", string(e.Tag), e.Time, e.Text)
	}
}

// ews notes the calls of an EWS client, which has taken credentials out. It
// is nil for a nil trace, so that nothing is put together for nobody.
func (t *trace) ews() func(ews.TraceEvent) {
	if t == nil {
		return nil
	}
	return func(e ews.TraceEvent) {
		now := t.now()
		t.message("EWS", "EwsRequestHttpHeaders", now, e.Request.Method+" "+e.Request.URL.RequestURI()+" HTTP/1.1\n"+headers(e.Request.Header))
		t.message("EWS", "EwsRequest", now, string(e.RequestBody))
		if e.Response != nil {
			t.message("EWS", "EwsResponseHttpHeaders", now, e.Response.Proto+" "+e.Response.Status+"\n"+headers(e.Response.Header))
			t.message("EWS", "EwsResponse", now, string(e.ResponseBody))
		}
		if e.Err != nil {
			t.add("EWS, %s failed: %v", e.Operation, e.Err)
		}
	}
}

func headers(h http.Header) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			b.WriteString(name + ": " + v + "\n")
		}
	}
	return b.String()
}

func (t *trace) String() string { return strings.Join(t.lines, "\n") }

type traceKey struct{}

// withTrace lets TraceToken find the trace of a call.
func withTrace(ctx context.Context, t *trace) context.Context {
	if t == nil {
		return ctx
	}
	return context.WithValue(ctx, traceKey{}, t)
}

// TraceToken is for the Trace field of the transport in Config.HTTP: it puts
// the making of tokens between the other steps of a test.
func TraceToken(ctx context.Context, e s2shttp.TraceEvent) {
	t, ok := ctx.Value(traceKey{}).(*trace)
	if !ok {
		return
	}
	switch e.Kind {
	case s2shttp.TraceDiscover:
		t.add("OAuth, sent empty Bearer, host=%s, status=%d", e.Host, e.Status)
	case s2shttp.TraceKnown:
		t.add("OAuth, use remembered challenge, host=%s", e.Host)
	case s2shttp.TraceMint:
		t.add("OAuth, created app token, audience=%s, x5t thumbprint=%s", e.Audience, e.Key)
	case s2shttp.TraceReuse:
		t.add("OAuth, use remembered app token, audience=%s, x5t thumbprint=%s", e.Audience, e.Key)
	case s2shttp.TraceSend:
		t.add("OAuth, sent app-act-as token, host=%s, status=%d", e.Host, e.Status)
	case s2shttp.TraceRetry:
		t.add("OAuth, the token was refused, trying once more with a new one, host=%s", e.Host)
	}
}
