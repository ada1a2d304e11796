package storagesvc

import (
	"fmt"
	"strings"
	"time"
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

func (t *trace) String() string {
	if t == nil {
		return ""
	}
	return strings.Join(t.lines, "\n")
}
