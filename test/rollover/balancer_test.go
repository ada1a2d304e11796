package rollover

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// balancer stands in front of the nodes of a role: each connection goes to the
// next node that runs. It can be closed, as by a firewall.
type balancer struct {
	listener net.Listener
	nodes    []*process
	shut     atomic.Bool

	mu    sync.Mutex
	next  int
	conns map[net.Conn]bool
}

func newBalancer(t testing.TB, nodes []*process) *balancer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &balancer{listener: l, nodes: nodes, conns: map[net.Conn]bool{}}
	t.Cleanup(func() {
		l.Close()
		b.drop()
	})
	go b.run()
	return b
}

func (b *balancer) run() {
	for {
		c, err := b.listener.Accept()
		if err != nil {
			return
		}
		if b.shut.Load() {
			c.Close()
			continue
		}
		go b.pass(c)
	}
}

// pass carries bytes to a node and back.
func (b *balancer) pass(c net.Conn) {
	defer c.Close()
	for range b.nodes {
		b.mu.Lock()
		b.next++
		n := b.nodes[b.next%len(b.nodes)]
		b.mu.Unlock()
		if !n.isAlive() {
			continue
		}
		to, err := net.Dial("tcp", n.address)
		if err != nil {
			continue
		}
		b.keep(c, true)
		go func() {
			_, _ = io.Copy(to, c)
			to.Close()
		}()
		_, _ = io.Copy(c, to)
		to.Close()
		b.keep(c, false)
		return
	}
}

func (b *balancer) keep(c net.Conn, open bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case !open:
		delete(b.conns, c)
	case b.shut.Load():
		c.Close()
	default:
		b.conns[c] = true
	}
}

// drop ends all connections, so that the next ones go elsewhere.
func (b *balancer) drop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.conns {
		c.Close()
	}
}

// close turns connections away until open.
func (b *balancer) close() {
	b.shut.Store(true)
	b.drop()
}

func (b *balancer) open() { b.shut.Store(false) }
