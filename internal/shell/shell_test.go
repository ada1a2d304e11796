package shell_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// host is a user who types the answers it was given, in order.
type host struct {
	out       [shell.Information + 1]strings.Builder
	answers   []string
	questions []shell.Question
	nobody    bool
}

func (h *host) Write(stream shell.Stream, text string) { h.out[stream].WriteString(text) }

func (h *host) Ask(ctx context.Context, q shell.Question) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	h.questions = append(h.questions, q)
	if h.nobody || len(h.answers) == 0 {
		return "", shell.ErrNoUser
	}
	answer := h.answers[0]
	if answer == "^C" {
		return "", context.Canceled
	}
	h.answers = h.answers[1:]
	return answer, nil
}

func (h *host) Width() int { return 120 }

// text is what a stream has seen, with line feeds at the ends cut off.
func (h *host) text(s shell.Stream) string { return strings.Trim(h.out[s].String(), "\n") }

// memory is a file system in memory.
type memory map[string]string

func (m memory) Read(path string) ([]byte, error) {
	text, ok := m[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(text), nil
}

func (m memory) Write(path string, data []byte, add bool) error {
	if add {
		m[path] += string(data)
	} else {
		m[path] = string(data)
	}
	return nil
}

func (m memory) List(path string) ([]string, error) {
	var names []string
	for name := range m {
		if rest, ok := strings.CutPrefix(name, strings.TrimRight(path, `\/`)+`\`); ok && !strings.Contains(rest, `\`) {
			names = append(names, rest)
		}
	}
	return names, nil
}

var epoch = time.Date(2028, 1, 5, 9, 4, 48, 0, time.UTC)

// fixture is a session with the commands of commands_test.go.
type fixture struct {
	*shell.Session
	host  *host
	files memory
	calls *calls
}

// start makes a fixture; change may alter the configuration.
func start(t testing.TB, change ...func(*shell.Config)) *fixture {
	t.Helper()
	f := &fixture{host: &host{}, files: memory{}, calls: &calls{}}
	c := shell.Config{
		Host: f.host, Commands: commands(f.calls), Files: f.files, Location: `C:\Users\admin`,
		Environment: map[string]string{"COMPUTERNAME": "EX01"},
		Now:         func() time.Time { return epoch }, Zone: time.UTC,
		Strict: true,
	}
	for _, do := range change {
		do(&c)
	}
	f.Session = shell.New(c)
	return f
}

// run runs a text and fails the test when Run itself does.
func (f *fixture) run(t testing.TB, text string) bool {
	t.Helper()
	ok, err := f.Run(t.Context(), text)
	if err != nil {
		t.Fatalf("Run(%q): %v", text, err)
	}
	return ok
}

// newest is the newest error.
func (f *fixture) newest(t testing.TB) *object.ErrorRecord {
	t.Helper()
	if l := f.Failed(); len(l.Items) > 0 {
		return l.Items[0].(*object.ErrorRecord)
	}
	t.Fatal("there is no error")
	return nil
}

func lines(text string) string {
	var kept []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimRight(line, " \r"); line != "" {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

var errBroken = errors.New("the thing is broken")
