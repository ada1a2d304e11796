package e2e

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// reader is a person who works through a page: a lab, and a window for every
// shell, all of them in one folder of this machine.
type reader struct {
	t       *testing.T
	dir     string
	lab     *deployment
	windows map[string]*window
	seen    strings.Builder // everything that came out, block by block
}

func newReader(t *testing.T) *reader {
	t.Helper()
	// The lab's sockets lie below it, and their paths have to be short.
	dir, err := os.MkdirTemp("", "howto-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	// Data races are for the other suites; a page starts many processes.
	if err := os.Symlink(os.Getenv(plainProgram), filepath.Join(bin, "matchseal")); err != nil {
		t.Fatal(err)
	}
	return &reader{t: t, dir: dir, windows: map[string]*window{}}
}

// env is what a page's commands run in: matchseal is on the path, the terminal
// has no escape sequences, and histories stay here.
func (r *reader) env() []string {
	return append(os.Environ(), "PATH="+filepath.Join(r.dir, "bin")+":"+os.Getenv("PATH"), "TERM=dumb", "XDG_CONFIG_HOME="+r.dir)
}

// startsLab is the command with which a page brings its lab up.
const startsLab = "matchseal lab "

// follow does one step of a page, and says where what comes differs from what
// the page shows.
func (r *reader) follow(s step) error {
	r.t.Helper()
	if what, ok := strings.CutPrefix(s.where, prepare); ok {
		return r.prepare(strings.TrimSpace(what), s.text[0])
	}
	if len(s.text) == 1 && strings.HasPrefix(s.text[0], startsLab) {
		r.lab = &deployment{owner: r.t, dir: filepath.Join(r.dir, ".matchseal", "lab")}
		r.lab.lab = r.program().start(r.t, strings.Fields(s.text[0])[1:]...)
		r.lab.lab.await(r.t, "until Ctrl-C")
		r.lab.read(r.t)
		return nil
	}
	out, failed, err := r.run(s)
	fmt.Fprintf(&r.seen, "%s\n", out)
	if err != nil { // the window is in no state to go on
		r.t.Fatalf("line %d: %v\n%s", s.line, err, out)
	}
	if failed != s.fails {
		return fmt.Errorf("it fails: %t, and should: %t\n%s", failed, s.fails, out)
	}
	if err := differ(s.want, strings.Split(out, "\n")); err != nil {
		return fmt.Errorf("%w\n--- all of it\n%s", err, out)
	}
	return nil
}

func (r *reader) run(s step) (out string, failed bool, err error) {
	r.t.Helper()
	if s.where == systemShell {
		cmd := exec.Command("sh", "-e", "-c", strings.Join(s.text, "\n"))
		cmd.Dir, cmd.Env = r.dir, r.env()
		out, err := cmd.CombinedOutput()
		return string(out), err != nil, nil
	}
	w := r.windows[s.where]
	if w == nil {
		w = r.open(s.where)
		r.windows[s.where] = w
	}
	out, err = w.enter(s.text, s.answers)
	if w.process.over() {
		delete(r.windows, s.where) // a page that goes on there logs on again
	}
	return out, strings.Contains(out, "FullyQualifiedErrorId"), err
}

// window is a management shell at a terminal.
type window struct {
	t        *testing.T
	process  *process
	keyboard *os.File
}

// open opens a window; the shell ends with the test.
func (r *reader) open(where string) *window {
	r.t.Helper()
	keyboard, screen := openTerminal(r.t)
	defer screen.Close()
	p := &process{out: new(transcript), ended: make(chan struct{})}
	p.cmd = exec.Command(filepath.Join(r.dir, "bin", "matchseal"), append([]string{"shell"}, strings.Fields(where)...)...)
	p.cmd.Dir, p.cmd.Env, p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = r.dir, r.env(), screen, p.out, p.out
	if err := p.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait()
	}()
	// The terminal repeats what is typed; nobody looks at it.
	go func() { _, _ = io.Copy(io.Discard, keyboard) }()
	r.t.Cleanup(func() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		p.kill()
	})
	w := &window{t: r.t, process: p, keyboard: keyboard}
	if _, asked, err := w.settled(0, 0); err != nil || asked != ready {
		r.t.Fatalf("matchseal shell %s does not begin: %v\n%s", where, err, p.out)
	}
	return w
}

// What a shell waits for.
type waiting int

const (
	nothing  waiting = iota
	ready            // a command
	more             // the rest of one, at >>
	question         // an answer
)

var (
	// prompt is that of either product, in whatever folder.
	prompt = regexp.MustCompile(`(?:\[PS\] |PS )[A-Z]:\\[^>\n]*>$`)
	choice = regexp.MustCompile(`\[\?\] Help(?: \(default is "."\))?: $`)
	supply = regexp.MustCompile(`Supply values for the following parameters:\n(?s:.*)\b\w+(?:\[\d+\])?: $`)
)

func state(text string) waiting {
	switch {
	case prompt.MatchString(text):
		return ready
	case strings.HasSuffix(text, "\n>> ") || text == ">> ":
		return more
	case choice.MatchString(text), supply.MatchString(text):
		return question
	}
	return nothing
}

var errEnded = errors.New("the shell has ended")

// settled waits until the shell waits, and gives what it has printed since
// the last line was typed. What it waits for shows from the command on.
func (w *window) settled(command, last int) (text string, now waiting, err error) {
	w.t.Helper()
	eventually(w.t, patience, func() error {
		now = nothing
		all := w.process.out.String()
		if text = all[last:]; text != "" {
			now = state(all[command:])
		}
		if now == nothing && !w.process.over() {
			return fmt.Errorf("the shell is busy\n%s", text)
		}
		return nil
	})
	if now == nothing {
		err = errEnded
	}
	return text, now, err
}

// enter types a block line by line, and answers what is asked. It gives what
// the block puts out, with the answers where they were given.
func (w *window) enter(lines, answers []string) (string, error) {
	w.t.Helper()
	var shown strings.Builder
	lines = meaningful(lines)
	command := 0
	for now := ready; ; {
		var typed string
		last := len(w.process.out.String())
		if now != question {
			command = last
		}
		switch {
		case now == question && len(answers) == 0:
			return shown.String(), fmt.Errorf("a question to which the page gives no answer")
		case now == question:
			typed, answers = answers[0], answers[1:]
			fmt.Fprintln(&shown, typed)
		case len(lines) > 0:
			typed, lines = lines[0], lines[1:]
		case now == more: // an empty line ends what wants to go on
			shown.WriteString(">>\n")
		case len(answers) > 0:
			return shown.String(), fmt.Errorf("nobody asked for the answers %q", answers)
		default:
			return shown.String(), nil
		}
		if _, err := io.WriteString(w.keyboard, typed+"\n"); err != nil {
			return shown.String(), err
		}
		text, then, err := w.settled(command, last)
		if errors.Is(err, errEnded) && typed == "exit" && len(lines)+len(answers) == 0 {
			return shown.String(), nil
		}
		if err != nil {
			return shown.String() + text, err
		}
		now = then
		shown.WriteString(strings.TrimSuffix(prompt.ReplaceAllString(text, ""), ">> "))
	}
}
