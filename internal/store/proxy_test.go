package store_test

import (
	"bytes"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

// proxy stands between a node and PostgreSQL and can lose the connection at
// the worst moment: after COMMIT was sent, before its answer.
type proxy struct {
	network, server string
	cutAtCommit     atomic.Bool
	running         sync.WaitGroup
}

// throughProxy opens dsn through a new proxy.
func throughProxy(t *testing.T, dsn string) (*store.DB, *proxy) {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{network: "tcp", server: u.Host}
	if dir := u.Query().Get("host"); strings.HasPrefix(dir, "/") {
		p.network, p.server = "unix", filepath.Join(dir, ".s.PGSQL.5432")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.running.Go(func() { p.accept(l) })
	t.Cleanup(func() {
		_ = l.Close()
		p.running.Wait()
	})
	u.Host, u.RawQuery = l.Addr().String(), "sslmode=disable"
	return storetest.Open(t, u.String()), p
}

func (p *proxy) accept(l net.Listener) {
	for {
		client, err := l.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial(p.network, p.server)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.running.Go(func() { _, _ = io.Copy(client, server); _ = client.Close() })
		p.running.Go(func() { p.forward(client, server) })
	}
}

func (p *proxy) forward(client, server net.Conn) {
	defer server.Close()
	defer client.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		if p.cutAtCommit.Load() && bytes.Contains(bytes.ToLower(buffer[:n]), []byte("commit")) {
			return
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
	}
}
