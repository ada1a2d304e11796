package node

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/matchseal/matchseal/internal/adminserver"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/config"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/telemetry"
)

// Options are what a node takes from its surroundings and not from its file.
type Options struct {
	Now func() time.Time
	Log *slog.Logger
	// MasterKey, when set, is used instead of the key file: the text of
	// MATCHSEAL_MASTER_KEY.
	MasterKey string
	// Version is said when a metadata document is read; may be empty.
	Version string
}

// Node is one process's worth of server roles.
type Node struct {
	cfg     config.Config
	now     func() time.Time
	version string
	log     *slog.Logger
	metrics *telemetry.Metrics
	box     *certs.Box

	roots       certs.Roots
	authorities []*x509.Certificate       // those of the configured files
	manages     *tlsFiles                 // what the management listener shows; nil without one
	pins        map[string][]outbound.Pin // of single servers, by address

	directory *directory.Directory
	admin     *adminserver.Server
	roles     []*role
	servers   []*server
	loops     []loop         // of the node itself
	closers   []func() error // run in reverse order
}

// Open opens stores and keys, builds the roles and binds every listener, but
// serves nothing yet. Whatever it opened before a failure is closed again.
func Open(ctx context.Context, cfg config.Config, o Options) (n *Node, err error) {
	n = &Node{cfg: cfg, now: o.Now, version: o.Version, log: o.Log.With("node", cfg.Node), metrics: telemetry.NewMetrics()}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.close())
			n = nil
		}
	}()
	if err := cfg.CheckFiles(); err != nil {
		return n, err
	}
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return n, fmt.Errorf("making the data directory: %w", err)
	}
	if n.box, err = openBox(cfg, o.MasterKey); err != nil {
		return n, err
	}
	if n.roots, err = certs.LoadRoots(cfg.Trust.SystemRoots, cfg.Trust.CAFiles...); err != nil {
		return n, fmt.Errorf("loading the trusted authorities: %w", err)
	}
	if n.pins, err = loadPins(cfg.Trust); err != nil {
		return n, err
	}
	for _, file := range cfg.Trust.CAFiles {
		authorities, err := certs.ReadCertificatesPEM(file)
		if err != nil {
			return n, fmt.Errorf("loading the trusted authorities: %w", err)
		}
		n.authorities = append(n.authorities, authorities...)
	}
	if n.directory, err = directory.Open(ctx, cfg.Directory.DSN, o.Now); err != nil {
		return n, fmt.Errorf("opening the directory: %w", err)
	}
	n.closers = append(n.closers, n.directory.Close)
	var names []string
	for _, r := range cfg.Roles {
		names = append(names, r.Role)
	}
	n.admin = adminserver.New(adminserver.Config{Directory: n.directory, Roles: names, Now: o.Now, Log: n.log})
	for _, rc := range cfg.Roles {
		r, err := n.openRole(ctx, rc)
		if err != nil {
			return n, fmt.Errorf("starting the %s role: %w", rc.Role, err)
		}
		n.roles = append(n.roles, r)
	}
	return n, n.openManagement()
}

func openBox(cfg config.Config, masterKey string) (*certs.Box, error) {
	if masterKey != "" {
		return certs.BoxFromText(masterKey)
	}
	if err := os.MkdirAll(filepath.Dir(cfg.KeyFile), 0o700); err != nil {
		return nil, fmt.Errorf("making the directory of the master key: %w", err)
	}
	return certs.OpenBox(cfg.KeyFile)
}

// client makes the HTTP client of one role.
func (n *Node) client() (*outbound.Client, error) {
	roots, err := certs.LoadPool(n.cfg.Trust.SystemRoots, n.cfg.Trust.CAFiles...)
	if err != nil {
		return nil, fmt.Errorf("loading the trusted authorities: %w", err)
	}
	return outbound.New(outbound.Options{
		Roots: roots, Resolver: n.cfg.Outbound.Resolver, Connect: n.cfg.Outbound.Connect,
		AllowLoopback: n.cfg.Outbound.AllowLoopback, Timeout: n.cfg.Outbound.Timeout, Now: n.now,
		Trust: func(address string) outbound.Trust { return outbound.Trust{Pins: n.pins[address]} },
	}), nil
}

// Run serves until ctx ends, then drains, stops the loops and closes the
// stores, in this order.
func (n *Node) Run(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, n.close()) }()
	// Loops outlive the listeners: what a last request stored may still be
	// wanted by a loop, and never the other way round.
	loops, stopLoops := context.WithCancel(context.WithoutCancel(ctx))
	defer stopLoops()
	failed := make(chan error, 64)
	var loopsDone, serversDone sync.WaitGroup
	start := func(whose string, all []loop) {
		for _, l := range all {
			loopsDone.Go(func() {
				if err := l.run(loops); err != nil && loops.Err() == nil {
					failed <- fmt.Errorf("%s of the %s: %w", l.name, whose, err)
				}
			})
		}
	}
	start("node", n.loops)
	for _, r := range n.roles {
		start(r.name+" role", r.loops)
	}
	for _, s := range n.servers {
		serversDone.Go(func() {
			if err := s.serve(); err != nil {
				failed <- err
			}
		})
		n.log.Info("listening", "what", s.name, "address", s.listener.Addr().String())
	}
	select {
	case <-ctx.Done():
	case err = <-failed:
		n.log.Error("stopping because a part failed", "error", err)
	}
	n.drain(context.WithoutCancel(ctx))
	serversDone.Wait()
	stopLoops()
	loopsDone.Wait()
	n.log.Info("stopped")
	return err
}

// drainFor is how long running requests get at a stop.
const drainFor = 10 * time.Second

func (n *Node) drain(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, drainFor)
	defer cancel()
	var wg sync.WaitGroup
	for _, s := range n.servers {
		wg.Go(func() { s.shutdown(ctx) })
	}
	wg.Wait()
}

func (n *Node) close() error {
	var errs []error
	for i := len(n.closers) - 1; i >= 0; i-- {
		errs = append(errs, n.closers[i]())
	}
	n.closers = nil
	return errors.Join(errs...)
}
