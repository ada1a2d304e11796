package outbound

import (
	"context"
	"net"
	"net/http"
	"time"
)

// Socket returns a client for a server that listens on a socket file of this
// machine. The file's mode says who may open it, so there is no TLS; host and
// port of the URLs do not matter.
func Socket(path string) *http.Client {
	return &http.Client{
		// A management call may wait for a fetch or a whole connectivity test.
		Timeout: 3 * time.Minute,
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "unix", path)
		}},
	}
}
