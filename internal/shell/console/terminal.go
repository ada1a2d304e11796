package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/peterh/liner"
	"golang.org/x/term"

	"github.com/matchseal/matchseal/internal/shell"
)

// Terminal is a person at a terminal.
type Terminal struct {
	Out io.Writer
	// Prompt is what stands before the line, for the folder.
	Prompt func(location string) string
	// HistoryFile keeps what was typed from one shell to the next; "" for none.
	HistoryFile string

	line *liner.State
	// asking says that the terminal is in use by a question, when Ctrl-C is an
	// answer to it.
	asking bool
}

// IsTerminal says whether a file is one.
func IsTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// Columns is the width of the terminal behind a file, 0 when it is none.
func Columns(f *os.File) func() int {
	return func() int {
		width, _, err := term.GetSize(int(f.Fd()))
		if err != nil {
			return 0
		}
		return width
	}
}

// Open takes the terminal over; Close gives it back.
func (t *Terminal) Open() {
	t.line = liner.NewLiner()
	t.line.SetCtrlCAborts(true)
	t.line.SetMultiLineMode(true) // a line wider than the window stays readable
	t.line.SetTabCompletionStyle(liner.TabCircular)
	if f, err := os.Open(t.HistoryFile); err == nil {
		_, _ = t.line.ReadHistory(f) // a history that cannot be read is no loss
		f.Close()
	}
}

// Close gives the terminal back and writes the history, readable by its owner
// alone.
func (t *Terminal) Close() error {
	var failed error
	if t.HistoryFile != "" {
		if err := os.MkdirAll(filepath.Dir(t.HistoryFile), 0o700); err == nil {
			failed = t.writeHistory()
		}
	}
	return errors.Join(failed, t.line.Close())
}

func (t *Terminal) writeHistory() error {
	f, err := os.OpenFile(t.HistoryFile, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("keeping the history: %w", err)
	}
	_, err = t.line.WriteHistory(f)
	return errors.Join(err, f.Close())
}

// ReadLine asks the person; for Host.
func (t *Terminal) ReadLine(ctx context.Context, prompt string, secret bool) (string, error) {
	t.asking = true
	defer func() { t.asking = false }()
	read := t.line.Prompt
	if secret {
		read = t.line.PasswordPrompt
	}
	// liner shows a prompt of one line only.
	if i := strings.LastIndexByte(prompt, '\n'); i >= 0 {
		fmt.Fprint(t.Out, prompt[:i+1])
		prompt = prompt[i+1:]
	}
	answer, err := read(prompt)
	switch {
	case errors.Is(err, liner.ErrPromptAborted):
		return "", context.Canceled
	case errors.Is(err, io.EOF):
		return "", shell.ErrNoUser
	}
	return answer, err
}

// Loop reads and runs until the person leaves. Ctrl-C ends the command that
// runs, or empties the line.
func (t *Terminal) Loop(ctx context.Context, s *shell.Session) (bool, error) {
	t.line.SetWordCompleter(func(line string, pos int) (string, []string, string) {
		return complete(ctx, s, line, pos)
	})
	ok, pending := true, ""
	for ctx.Err() == nil {
		prompt := t.Prompt(s.Location())
		if pending != "" {
			prompt = ">> "
		}
		line, err := t.line.Prompt(prompt)
		switch {
		case errors.Is(err, liner.ErrPromptAborted):
			pending = ""
			continue
		case errors.Is(err, io.EOF):
			fmt.Fprintln(t.Out)
			return ok, nil
		case err != nil:
			return false, err
		}
		if pending == "" && strings.TrimSpace(line) == "" {
			continue
		}
		text := pending + line
		got, err := t.run(ctx, s, text)
		if wantsMore(err) {
			if strings.TrimSpace(line) != "" {
				pending = text + "\n"
				continue
			}
			got, err = false, s.Refuse(ctx, text, err)
		}
		pending = ""
		t.remember(s, text)
		if done, failed := finished(err); done {
			return got, failed
		}
		ok = got
	}
	return ok, nil
}

// finished says whether the shell ends with what a line came to. A command
// that was cancelled ends alone.
func finished(err error) (bool, error) {
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return false, nil
	}
	return true, err
}

// run runs a text; Ctrl-C cancels it.
func (t *Terminal) run(ctx context.Context, s *shell.Session, text string) (bool, error) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	return s.Run(ctx, text)
}

// remember keeps what was typed for Get-History and, line by line, for the
// arrow keys, unless it has a secret in it.
func (t *Terminal) remember(s *shell.Session, text string) {
	if secret(text) {
		return
	}
	s.Remember(text)
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, " \r\n"); line != "" {
			t.line.AppendHistory(line)
		}
	}
}

// secret says whether a line may hold a password in the open.
func secret(text string) bool {
	low := strings.ToLower(text)
	for _, word := range []string{"password", "asplaintext", "secret", "credential", "token"} {
		if strings.Contains(low, word) {
			return true
		}
	}
	return false
}

// complete is tab completion in the editor's form: what stays before, what may
// stand in place of the word, and what stays behind.
func complete(ctx context.Context, s *shell.Session, line string, pos int) (head string, candidates []string, tail string) {
	// The editor counts characters, the shell bytes.
	runes := []rune(line)
	pos = min(pos, len(runes))
	before, behind := string(runes[:pos]), string(runes[pos:])
	start, candidates := s.Complete(ctx, line, len(before))
	start = max(0, min(start, len(before)))
	return before[:start], candidates, behind
}
