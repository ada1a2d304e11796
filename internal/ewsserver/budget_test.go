package ewsserver

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func pack(t *testing.T, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, s); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What a body unpacks to counts, however small it was on the wire, and what
// one request held is there for the next.
func TestBodiesShareABudget(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.Memory = 1 << 20 })
	bomb := pack(t, strings.Replace(envelope("", getInbox), "<m:GetFolder", "<!-- "+strings.Repeat("x", 4<<20)+" --><m:GetFolder", 1))
	if len(bomb) > 64<<10 {
		t.Fatalf("the packed body has %d bytes", len(bomb))
	}
	for range 3 {
		f.do(t, http.MethodPost, "/EWS/Exchange.asmx", bomb, "Content-Type", "text/xml; charset=utf-8", "Content-Encoding", "gzip").wantFault(t, 500, "ErrorServerBusy")
		f.post(t, envelope("", getInbox)).wantCodes(t, "NoError")
	}
}

// A body that comes slowly holds no slot.
func TestSlowBodiesKeepNobodyWaiting(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.Concurrent, c.BackOff = 1, time.Second })
	slow, write := io.Pipe()
	request, err := http.NewRequest(http.MethodPost, f.http.URL+"/EWS/Exchange.asmx", slow)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "text/xml; charset=utf-8")
	done := make(chan error, 1)
	go func() {
		resp, err := f.http.Client().Do(request)
		if err == nil {
			resp.Body.Close()
		}
		done <- err
	}()
	if _, err := io.WriteString(write, envelope("", getInbox)[:20]); err != nil {
		t.Fatal(err)
	}
	f.post(t, envelope("", getInbox)).wantCodes(t, "NoError")
	write.CloseWithError(io.ErrUnexpectedEOF)
	<-done
}
