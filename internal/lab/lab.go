package lab

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/problem"
)

// Options are what a person chooses about a lab.
type Options struct {
	Dir    string
	Domain string // empty: that of the lab in Dir, or litware.test
	// Aliases are further names the servers are known by, ROLE=NAME; those of
	// the lab in Dir stay.
	Aliases   []string
	Site      string // Skype site; empty: that of the lab in Dir, or Lab
	Unpaired  bool   // stop before the pairing
	Once      bool   // stop after the test
	Processes bool   // run each node in a process of its own
	// Executable is the program to start for Processes.
	Executable string
	// Command is how the person started it, for the hints: "matchseal" or
	// "go run ./cmd/matchseal".
	Command string
	Version string // of the program, which its nodes say when they read metadata
	Out     io.Writer
	Now     func() time.Time
	// Up, when set, is called once the lab is up and tested, before it waits
	// to be stopped.
	Up func(State)
}

// Lab is a deployment that is being brought up.
type Lab struct {
	plan
	opt      Options
	dns      *dnsServer
	exchange *adminapi.Client
	skype    *adminapi.Client
	out      *printer
	lock     *os.File // held while the lab runs
}

const (
	defaultDomain = "litware.test"
	defaultSite   = "Lab"
)

// readyWithin is how long a node may take to come up, on a slow machine.
const readyWithin = 60 * time.Second

// Run brings a lab up, pairs and tests it, and keeps it up until ctx ends. It
// fails when the test does.
func Run(ctx context.Context, opt Options) error {
	l, err := prepare(ctx, opt)
	if err != nil {
		return err
	}
	defer l.lock.Close()
	// Nodes and DNS stop in this order at the end: a node that finishes its
	// work still needs names.
	dnsCtx, stopDNS := context.WithCancel(context.WithoutCancel(ctx))
	nodesCtx, stopNodes := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	failed := make(chan error, 4)
	wg.Go(func() { failed <- l.dns.run(dnsCtx) })
	running, err := l.startNodes(ctx, nodesCtx, failed)
	if err == nil {
		err = l.bringUp(ctx)
	}
	if err == nil && !opt.Once {
		if opt.Up != nil {
			opt.Up(l.state(l.dns.addr()))
		}
		select {
		case <-ctx.Done():
			l.out.line("stopping …")
		case err = <-failed:
		}
	}
	stopNodes()
	running.Wait()
	stopDNS()
	wg.Wait()
	return err
}

// prepare settles names and addresses and writes the lab's files.
func prepare(ctx context.Context, opt Options) (*Lab, error) {
	kept, err := ReadState(opt.Dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) && !problem.Is(err, problem.LabNone) {
		return nil, err
	}
	domain := opt.Domain
	if domain == "" {
		domain = defaultDomain
		if kept.Domain != "" {
			domain = kept.Domain
		}
	}
	p, err := newPlan(opt.Dir, domain)
	if err != nil {
		return nil, err
	}
	if kept.Domain != "" && kept.Domain != p.domain {
		return nil, problem.New(problem.LabDomain, "the lab in %s is for %s", opt.Dir, kept.Domain)
	}
	if err := p.rename(kept, opt); err != nil {
		return nil, err
	}
	claimed, err := claim(p)
	if err != nil {
		return nil, err
	}
	l := &Lab{plan: p, opt: opt, out: &printer{w: opt.Out, now: opt.Now}, lock: claimed}
	if err := l.settle(ctx, kept); err != nil {
		return nil, errors.Join(err, claimed.Close())
	}
	return l, nil
}

// rename gives the servers the names they had and those asked for now.
func (p *plan) rename(kept State, opt Options) error {
	p.site = cmp.Or(opt.Site, kept.Site, p.site)
	for _, a := range slices.Concat(kept.Aliases, opt.Aliases) {
		role, name, _ := strings.Cut(a, "=")
		if err := p.alias(role, name); err != nil {
			return err
		}
	}
	return nil
}

// claim makes this process the one that runs the lab.
func claim(p plan) (*os.File, error) {
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the lab's directory: %w", err)
	}
	return lock(p.dir, filepath.Join(p.dir, "lab.lock"))
}

// settle finds addresses, starts to listen for DNS and writes the files.
func (l *Lab) settle(ctx context.Context, kept State) error {
	for role, n := range kept.Nodes {
		if c, err := net.DialTimeout("unix", n.Socket, time.Second); err == nil {
			c.Close()
			return problem.New(problem.LabRunning, "the %s node of the lab in %s answers", role, l.opt.Dir)
		}
	}
	err := l.bind(kept.Ports)
	if err != nil {
		return err
	}
	if l.dns, err = listenDNS(l.zone(), l.plan.dns); err != nil {
		return err
	}
	if err = l.make(ctx, l.dns.addr(), l.opt.Now); err == nil {
		err = l.state(l.dns.addr()).write(l.dir)
	}
	if err != nil {
		l.dns.close()
	}
	return err
}

// bringUp waits for the nodes, sets the accounts up, pairs and tests.
func (l *Lab) bringUp(ctx context.Context) error {
	l.introduce()
	for role, client := range map[string]**adminapi.Client{"exchange": &l.exchange, "skype": &l.skype} {
		c, err := l.connectTo(ctx, role)
		if err != nil {
			return err
		}
		*client = c
	}
	if err := l.steps(ctx, "Accounts", l.accountSteps()); err != nil {
		return err
	}
	if l.opt.Unpaired {
		l.explainUnpaired()
		return nil
	}
	if err := l.steps(ctx, "Pairing: first the Exchange side, then the Skype side", l.pairingSteps()); err != nil {
		return err
	}
	if err := l.test(ctx); err != nil {
		return err
	}
	if l.opt.Once {
		return nil
	}
	if err := l.archive(ctx); err != nil {
		return err
	}
	l.explain()
	return nil
}

// connectTo waits until a node is ready and logs on to it.
func (l *Lab) connectTo(ctx context.Context, role string) (*adminapi.Client, error) {
	h := outbound.Socket(l.socket(role))
	deadline := time.Now().Add(readyWithin)
	for {
		ready, err := probe(ctx, h, "http://"+role+"/readyz")
		if ready {
			break
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			return nil, problem.Wrap(errors.Join(err, ctx.Err()), problem.LabStart, "the %s node did not become ready; see %s", role, filepath.Join(l.nodeDir(role), "node.log"))
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
	c := adminapi.NewClient("http://"+role, h)
	if _, err := c.LogOn(ctx, "administrator", ""); err != nil {
		return nil, fmt.Errorf("logging on to the %s node: %w", role, err)
	}
	return c, nil
}
