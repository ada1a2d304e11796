package lab

import (
	"context"
	"net"
	"net/netip"
	"testing"
)

func testZone() zone {
	return zone{
		domain:   "litware.test",
		hosts:    map[string]netip.Addr{"exch.litware.test": netip.MustParseAddr("127.0.0.11")},
		aliases:  map[string]string{"autodiscover.litware.test": "exch.litware.test"},
		services: map[string]service{"_autodiscover._tcp.litware.test": {0, 0, 443, "autodiscover.litware.test"}},
	}
}

// The lab's zone as Go's own resolver sees it, over UDP.
func TestZoneOverTheWire(t *testing.T) {
	s, err := listenDNS(testZone(), netip.MustParseAddr("127.0.0.1"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.run(ctx) }()
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	r := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, s.addr())
	}}

	t.Run("002-07 autodiscover is an alias of the server's name", func(t *testing.T) {
		name, err := r.LookupCNAME(ctx, "autodiscover.litware.test")
		if err != nil || name != "exch.litware.test." {
			t.Errorf("LookupCNAME = %q, %v", name, err)
		}
		addrs, err := r.LookupHost(ctx, "autodiscover.litware.test")
		if err != nil || len(addrs) != 1 || addrs[0] != "127.0.0.11" {
			t.Errorf("LookupHost = %v, %v", addrs, err)
		}
	})
	t.Run("002-08 the service record has priority 0, weight 0, port 443", func(t *testing.T) {
		_, srvs, err := r.LookupSRV(ctx, "autodiscover", "tcp", "litware.test")
		if err != nil || len(srvs) != 1 {
			t.Fatalf("LookupSRV = %v, %v", srvs, err)
		}
		if got := *srvs[0]; got != (net.SRV{Target: "autodiscover.litware.test.", Port: 443}) {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("a missing name does not exist, another zone is refused", func(t *testing.T) {
		for _, name := range []string{"nobody.litware.test", "autodiscover.other.test"} {
			if addrs, err := r.LookupHost(ctx, name); err == nil {
				t.Errorf("%s resolved to %v", name, addrs)
			}
		}
	})
}
