// Package e2e tests the program as its users have it: the real executable in
// processes of its own, real TLS, DNS and files, and clients by other authors.
//
// It owns the suites that need more than one process. What one package can
// show alone is shown beside that package. The suites run with `make test` or
// with MATCHSEAL_E2E=1, and each prints what it measured.
package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Environment variables of this package.
const (
	wanted = "MATCHSEAL_E2E" // 1: run the suites
	// Programs to test instead of building them: one with the race detector,
	// and one without it for what is measured.
	raceProgram  = "MATCHSEAL_E2E_RACE_PROGRAM"
	plainProgram = "MATCHSEAL_E2E_PROGRAM"
)

// notInSQLite keeps the race detector out of SQLite; the Makefile says why.
const notInSQLite = "-gcflags=modernc.org/sqlite/lib=-race=false -d=checkptr=0"

// patience is how long anything may take that is not measured. It is generous
// because a loaded machine is no failure of the program.
const patience = 60 * time.Second

func TestMain(m *testing.M) {
	if os.Getenv(wanted) != "1" {
		os.Exit(m.Run())
	}
	os.Exit(runSuites(m))
}

// runSuites builds the program, runs the suites and looks for data races that
// any of the processes reported.
func runSuites(m *testing.M) int {
	dir, err := os.MkdirTemp("", "matchseal-e2e-")
	if err != nil {
		return complain(err)
	}
	defer os.RemoveAll(dir)
	for variable, flags := range map[string][]string{raceProgram: {"-race", notInSQLite}, plainProgram: nil} {
		if os.Getenv(variable) != "" {
			continue
		}
		path := filepath.Join(dir, strings.ToLower(variable), "matchseal")
		args := append(append([]string{"build", "-o", path}, flags...), "github.com/matchseal/matchseal/cmd/matchseal")
		if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
			return complain(fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out))
		}
		os.Setenv(variable, path)
	}
	races := filepath.Join(dir, "race")
	// A process with the race detector waits a second at its end by default.
	os.Setenv("GORACE", "atexit_sleep_ms=0 log_path="+races)
	code := m.Run()
	reports, err := filepath.Glob(races + ".*")
	if err != nil {
		return complain(err)
	}
	for _, name := range reports {
		report, err := os.ReadFile(name)
		code = complain(fmt.Errorf("a process had a data race: %w\n%s", errors.Join(err, errors.New(name)), report))
	}
	return code
}

func complain(err error) int {
	fmt.Fprintln(os.Stderr, "e2e:", err)
	return 1
}

// suite skips a test unless the suites are wanted.
func suite(t *testing.T) {
	t.Helper()
	if os.Getenv(wanted) != "1" {
		t.Skipf("set %s=1, or run `make test`", wanted)
	}
}

// program is a way to run matchseal.
type program struct {
	path  string   // default: the one with the race detector
	under []string // a command line to run it with, such as setpriv
	dir   string   // working directory
	env   []string // besides the test's own
	in    string   // standard input
}

// result is a run that came to its end.
type result struct {
	line     string // command line, for messages
	code     int
	out, err string
	took     time.Duration
	memory   int64 // largest resident set, in bytes
}

func (p program) command(args ...string) *exec.Cmd {
	path := p.path
	if path == "" {
		path = os.Getenv(raceProgram)
	}
	line := append(append(append([]string(nil), p.under...), path), args...)
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdin = p.dir, append(os.Environ(), p.env...), strings.NewReader(p.in)
	return cmd
}

// run runs one command line to its end, whatever that is.
func (p program) run(t testing.TB, args ...string) result {
	t.Helper()
	cmd := p.command(args...)
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	start := time.Now()
	timer := time.AfterFunc(2*patience, func() { cmd.Process.Kill() })
	defer timer.Stop()
	err := cmd.Start()
	if err != nil {
		t.Fatalf("matchseal %s: %v", strings.Join(args, " "), err)
	}
	memory := watchMemory(cmd.Process.Pid)
	err = cmd.Wait()
	r := result{line: "matchseal " + strings.Join(args, " "), out: out.String(), err: talk.String(), took: time.Since(start)}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", r.line, err)
	}
	r.code = cmd.ProcessState.ExitCode()
	r.memory = memory()
	return r
}

// watchMemory follows how much memory a process takes, and gives the most of
// it once the process is gone. What the system counts for ended processes
// includes what this one had when it started them.
func watchMemory(pid int) (most func() int64) {
	stop, done := make(chan struct{}), make(chan int64)
	go func() {
		most, tick := int64(0), time.NewTicker(2*time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				done <- most
				return
			case <-tick.C:
				status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
				if _, after, ok := strings.Cut(string(status), "VmHWM:"); ok && err == nil {
					var kib int64
					if _, err := fmt.Sscan(after, &kib); err == nil {
						most = max(most, kib<<10)
					}
				}
			}
		}
	}()
	return func() int64 { close(stop); return <-done }
}

// matchseal runs the program that has the race detector.
func matchseal(t testing.TB, args ...string) result {
	t.Helper()
	return program{}.run(t, args...)
}

// want fails unless the run ended with the status.
func (r result) want(t testing.TB, code int) result {
	t.Helper()
	if r.code != code {
		t.Fatalf("%s: exit status %d, not %d\n%s", r.line, r.code, code, r)
	}
	return r
}

// wantFailure fails unless the run failed as failures have to: status 1,
// nothing but talk on standard error, with a line that says what is wrong and
// one that says what to do, and the texts in it.
func (r result) wantFailure(t testing.TB, texts ...string) result {
	t.Helper()
	r.want(t, 1)
	for _, s := range append(texts, "hint: ") {
		if !strings.Contains(r.err, s) {
			t.Errorf("%s: standard error does not say %q\n%s", r.line, s, r)
		}
	}
	return r
}

func (r result) String() string {
	return fmt.Sprintf("--- standard output\n%s--- standard error\n%s", r.out, r.err)
}

// lastLine is the last line of standard output.
func (r result) lastLine() string {
	lines := strings.Split(strings.TrimRight(r.out, "\n"), "\n")
	return lines[len(lines)-1]
}

// process is a run that goes on.
type process struct {
	cmd   *exec.Cmd
	out   *transcript
	ended chan struct{} // closed when the process is gone
}

// start starts the program; it is stopped at the end of the test at the
// latest.
func (p program) start(t testing.TB, args ...string) *process {
	t.Helper()
	run := &process{cmd: p.command(args...), out: new(transcript), ended: make(chan struct{})}
	run.cmd.Stdout, run.cmd.Stderr = run.out, run.out
	if err := run.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(run.ended)
		_ = run.cmd.Wait()
	}()
	t.Cleanup(func() {
		run.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-run.ended:
		case <-time.After(patience):
			t.Errorf("matchseal %s did not stop when told to\n%s", strings.Join(args, " "), run.out)
			run.kill()
		}
	})
	return run
}

// kill ends the process as a power cut would.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// stop sends a signal and returns the exit status and how long it took.
func (p *process) stop(t testing.TB, sig os.Signal) (code int, took time.Duration) {
	t.Helper()
	start := time.Now()
	if err := p.cmd.Process.Signal(sig); err != nil {
		t.Fatalf("%v\n%s", err, p.out)
	}
	select {
	case <-p.ended:
	case <-time.After(patience):
		t.Fatalf("the process did not stop on %s\n%s", sig, p.out)
	}
	return p.cmd.ProcessState.ExitCode(), time.Since(start)
}

// await waits until the process has printed a text.
func (p *process) await(t testing.TB, text string) {
	t.Helper()
	eventually(t, patience, func() error {
		switch {
		case strings.Contains(p.out.String(), text):
			return nil
		case p.over():
			t.Fatalf("the process ended with status %d before it printed %q\n%s", p.cmd.ProcessState.ExitCode(), text, p.out)
		}
		return fmt.Errorf("the process has not printed %q\n%s", text, p.out)
	})
}

func (p *process) over() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// transcript collects what a process prints.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

var _ io.Writer = (*transcript)(nil)

func (w *transcript) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *transcript) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// eventually asks until there is no error any more.
func eventually(t testing.TB, within time.Duration, ask func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		err := ask()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("after %s: %v", within, err)
		case <-again.C:
		}
	}
}
