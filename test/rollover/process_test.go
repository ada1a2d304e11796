package rollover

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/matchseal/matchseal/internal/config"
	"github.com/matchseal/matchseal/internal/node"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/telemetry"
)

// asNode names the file of a node that this program is to be, instead of a
// test.
const asNode = "MATCHSEAL_ROLLOVER_NODE"

func TestMain(m *testing.M) {
	if path := os.Getenv(asNode); path != "" {
		if err := serve(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// nodeFile is what a node's process is told.
type nodeFile struct {
	Config string // boot file
	Clock  string
	Off    time.Duration // how wrong its clock is
}

// serve is a node, until it is told to stop or the test is gone.
func serve(path string) error {
	var f nodeFile
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &f)
	}
	if err != nil {
		return err
	}
	c, err := openClock(f.Clock)
	if err != nil {
		return err
	}
	cfg, err := config.Load(f.Config, func(string) (string, bool) { return "", false }, nil)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // ends with the test, however that ends
		stop()
	}()
	n, err := node.Open(ctx, cfg, node.Options{Now: c.off(f.Off), Log: telemetry.NewLogger(os.Stderr, telemetry.LogOptions{Level: slog.LevelWarn})})
	if err != nil {
		return err
	}
	return n.Run(ctx)
}

// process is a node that runs.
type process struct {
	role, name string
	off        time.Duration
	dir        string
	address    string // of its HTTPS listener
	socket     string

	mu    sync.Mutex
	cmd   *exec.Cmd
	stdin io.Closer
	said  bytes.Buffer // what it logged
	alive bool
}

// Write keeps what the node says.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.said.Len() > 1<<20 {
		p.said.Reset()
	}
	return p.said.Write(b)
}

func (p *process) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

// write puts the node's files in place.
func (p *process) write(boot map[string]any, clock string) error {
	text, err := yaml.Marshal(boot)
	if err != nil {
		return err
	}
	file, err := json.Marshal(nodeFile{filepath.Join(p.dir, "matchseal.yaml"), clock, p.off})
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(filepath.Join(p.dir, "matchseal.yaml"), text, 0o600), os.WriteFile(filepath.Join(p.dir, "node.json"), file, 0o600))
}

// start starts the node and waits until it is ready.
func (p *process) start(t testing.TB) {
	t.Helper()
	p.cmd = exec.Command(os.Args[0])
	p.cmd.Env = append(os.Environ(), asNode+"="+filepath.Join(p.dir, "node.json"))
	p.cmd.Stdout, p.cmd.Stderr = p, p
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	h, late := outbound.Socket(p.socket), time.Now().Add(patience)
	for {
		resp, err := h.Get("http://" + p.role + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				break
			}
		}
		if time.Now().After(late) {
			t.Fatalf("%s is not ready: %v\n%s", p.name, err, p)
		}
		<-time.After(20 * time.Millisecond) // a starting process offers nothing to wait on
	}
	p.setAlive(true)
}

func (p *process) setAlive(alive bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.alive = alive
}

func (p *process) isAlive() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.alive
}

// kill ends the node as a power cut would; nobody knows of it beforehand.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
	p.setAlive(false)
}

// stop ends the node in order; a data race that it found is its exit status.
func (p *process) stop(t testing.TB) {
	t.Helper()
	if !p.isAlive() {
		return
	}
	p.setAlive(false)
	p.stdin.Close()
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("%s ended: %v\n%s", p.name, err, p)
	}
}

// freePort is a port that nobody listens on just now.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
