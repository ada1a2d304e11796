package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/matchseal/matchseal/internal/config"
	"github.com/matchseal/matchseal/internal/node"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/telemetry"
)

// startNodes starts the nodes; they run until the second context ends. What
// ends a node early goes into failed.
func (l *Lab) startNodes(ctx, until context.Context, failed chan<- error) (*sync.WaitGroup, error) {
	var wg sync.WaitGroup
	for _, s := range l.servers() {
		role := s.role
		run, err := l.openNode(ctx, until, role)
		if err != nil {
			return &wg, problem.Wrap(err, problem.LabStart, "the %s node", role)
		}
		wg.Go(func() {
			err := run()
			if until.Err() != nil {
				err = nil // it was told to stop
			}
			if err != nil {
				failed <- problem.Wrap(err, problem.LabStart, "the %s node ended; see %s", role, l.logFile(role))
			}
		})
	}
	return &wg, nil
}

func (l *Lab) logFile(role string) string { return filepath.Join(l.nodeDir(role), "node.log") }

// openNode makes one node, in this process or in one of its own, and returns
// what runs it.
func (l *Lab) openNode(ctx, until context.Context, role string) (run func() error, err error) {
	logs, err := os.OpenFile(l.logFile(role), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening its log: %w", err)
	}
	if l.opt.Processes {
		return l.startProcess(until, role, logs)
	}
	cfg, err := config.Load(l.nodeConfig(role), func(string) (string, bool) { return "", false }, nil)
	if err != nil {
		return nil, errors.Join(err, logs.Close())
	}
	n, err := node.Open(ctx, cfg, node.Options{Now: l.opt.Now, Version: l.opt.Version, Log: telemetry.NewLogger(logs, telemetry.LogOptions{Level: slog.LevelInfo})})
	if err != nil {
		return nil, errors.Join(err, logs.Close())
	}
	return func() error { return errors.Join(n.Run(until), logs.Close()) }, nil
}

// startProcess starts `matchseal serve` for a node. It is asked to stop as an
// administrator would, and killed only when it does not.
func (l *Lab) startProcess(until context.Context, role string, logs io.WriteCloser) (func() error, error) {
	cmd := exec.CommandContext(until, l.opt.Executable, "serve", "--config", l.nodeConfig(role))
	cmd.Stdout, cmd.Stderr = logs, logs
	endWithUs(cmd)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 20 * time.Second
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("starting %s: %w", l.opt.Executable, err), logs.Close())
	}
	return func() error { return errors.Join(cmd.Wait(), logs.Close()) }, nil
}

// probe asks a node's readiness.
func probe(ctx context.Context, h *http.Client, url string) (bool, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false, err
	}
	resp, err := h.Do(req)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	line, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	if err != nil {
		return false, err
	}
	if resp.StatusCode != http.StatusOK {
		return false, errors.New(string(line))
	}
	return true, nil
}
