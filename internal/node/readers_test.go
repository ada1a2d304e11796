package node

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/config"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/readers"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

// pair is a node of both roles that runs until the test ends, with a clock that
// the test moves.
type pair struct {
	t               *testing.T
	exchange, skype *role
	ahead           atomic.Int64 // nanoseconds
	stop            func()
}

func (p *pair) now() time.Time { return time.Now().Add(time.Duration(p.ahead.Load())) }

func (p *pair) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func startPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{t: t}
	dir, err := os.MkdirTemp("", "ms") // the path of a socket file is short
	p.must(err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	ca, err := certs.NewCA("Litware CA", p.now())
	p.must(err)
	p.must(certs.WriteCertificatesPEM(filepath.Join(dir, "ca.pem"), ca.Certificate))
	connect := map[string]string{}
	of := func(name string, hosts ...string) config.Role {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		p.must(err)
		defer l.Close()
		for _, h := range hosts {
			connect[h+":443"] = l.Addr().String()
		}
		chain, key, err := ca.Issue(certs.TLSRequest{Names: hosts}.ValidFrom(p.now()))
		p.must(err)
		r := config.Role{
			Role: name, Database: "sqlite:" + filepath.Join(dir, name+".db"), Listen: []string{l.Addr().String()},
			TLSCert: filepath.Join(dir, name+".pem"), TLSKey: filepath.Join(dir, name+".key"),
			FQDN: hosts[0], Hosts: hosts, Domains: []string{"litware.test"},
		}
		p.must(certs.WriteCertificatesPEM(r.TLSCert, chain...))
		p.must(certs.WriteKeyPEM(r.TLSKey, key))
		return r
	}
	cfg := config.Config{
		Node: "test", Data: dir, KeyFile: filepath.Join(dir, "master.key"), Directory: config.Directory{DSN: "sqlite:" + filepath.Join(dir, "directory.db")},
		Trust: config.Trust{CAFiles: []string{filepath.Join(dir, "ca.pem")}}, Management: config.Management{Socket: filepath.Join(dir, "s")},
		Outbound: config.Outbound{AllowLoopback: true, Timeout: 10 * time.Second, Connect: connect},
		Roles:    []config.Role{of("exchange", "mail.litware.test", "autodiscover.litware.test"), of("skype", "pool.litware.test")},
	}
	n, err := Open(t.Context(), cfg, Options{Now: p.now, Log: slog.New(slog.DiscardHandler), Version: "1.2"})
	p.must(err)
	p.exchange, p.skype = n.roles[0], n.roles[1]
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	p.stop = func() {
		cancel()
		p.must(<-ended)
		p.stop = func() {}
	}
	t.Cleanup(func() { p.stop() })
	return p
}

func (p *pair) add(r *role, name, url string) {
	p.t.Helper()
	_, err := r.partners.Add(p.t.Context(), partner.Application{Name: name, MetadataURL: url, Enabled: true}, partner.AddOptions{})
	p.must(err)
}

// Roles introduce themselves over HTTPS, what they read is noticed, and the
// question before a rollover knows who is slow.
func TestReadersOfARole(t *testing.T) {
	p := startPair(t)
	p.add(p.exchange, "Lync", "https://pool.litware.test/metadata/json/1")
	p.add(p.skype, "Exchange", "https://autodiscover.litware.test/autodiscover/metadata/json/1")
	lync := func() readers.Seen {
		t.Helper()
		seen, err := p.exchange.readers.Sight(t.Context())
		p.must(err)
		if len(seen.Partners) != 1 || seen.Partners[0].Name != "Lync" || len(seen.Others) != 0 {
			t.Fatalf("seen %+v", seen)
		}
		return seen.Partners[0]
	}
	state, err := p.exchange.keyring.State(t.Context())
	p.must(err)
	first := lync()
	if r := first.Readers; len(r) != 1 || r[0].Address != "127.0.0.1" || len(r[0].Holds) != 1 || r[0].Holds[0] != state.Current.Thumbprint {
		t.Fatalf("noticed %+v", r)
	}
	if seen, err := p.skype.readers.Sight(t.Context()); err != nil || len(seen.Partners[0].Readers) != 1 {
		t.Errorf("the skype role noticed %+v, %v", seen, err)
	}
	// The realm may change with the settings, so each time it is looked up.
	if got := p.exchange.introduction(t.Context()); got != "matchseal/1.2 (00000002-0000-0ff1-ce00-000000000000@litware.test)" {
		t.Errorf("it introduces itself as %q", got)
	}
	next, err := p.exchange.keyring.NewCertificate(t.Context(), keyring.Request{Subject: "cn=next"})
	p.must(err)
	later := func(d time.Duration) time.Time { return p.now().Add(d) }
	// A read that the schedule makes in between would shorten the pause, so
	// both move at once.
	p.must(p.exchange.readers.Write(t.Context()))
	p.ahead.Store(int64(40 * time.Hour))
	_, err = p.skype.partners.Refresh(t.Context(), "Exchange", true)
	p.must(err)
	if r := lync().Readers[0]; r.Interval() < 40*time.Hour-time.Minute {
		t.Fatalf("noticed %+v", r)
	}
	_, err = p.exchange.keyring.Stage(t.Context(), next.Thumbprint, later(60*time.Hour), false)
	if !problem.Is(err, problem.KeyringConfirm) || !strings.HasPrefix(err.Error(), "The new certificate effective date is not 48 hours in the future") ||
		!strings.Contains(err.Error(), "who says it is Lync reads the metadata every 40 hours, last on ") || !strings.Contains(err.Error(), " from 127.0.0.1. It is safe from ") {
		t.Errorf("staging 60 hours ahead: %v", err)
	}
	_, err = p.exchange.keyring.Stage(t.Context(), next.Thumbprint, later(82*time.Hour), false)
	p.must(err)
	p.stop()
	// What was noticed is there after the end.
	db := storetest.Open(t, p.exchange.cfg.Database)
	stored, err := readers.New(readers.Config{DB: db, Now: p.now, Partners: func(context.Context) ([]readers.Partner, error) { return nil, nil }})
	p.must(err)
	if seen, err := stored.Sight(t.Context()); err != nil || len(seen.Others) != 1 || seen.Others[0].Interval() < 40*time.Hour-time.Minute {
		t.Errorf("stored is %+v, %v", seen, err)
	}
}
