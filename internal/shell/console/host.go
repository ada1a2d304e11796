package console

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
)

// narrow and plain are the widths of a terminal that does not tell and of
// everything that is none.
const (
	narrow = 80
	plain  = 120
)

// Host is the shell's user: at a terminal, or behind streams.
type Host struct {
	// Out gets what the commands put out, Err everything that is said besides.
	Out, Err io.Writer
	// ReadLine reads an answer; it returns shell.ErrNoUser when nobody can
	// give one. The prompt is for it to show. secret keeps the answer off the
	// screen.
	ReadLine func(ctx context.Context, prompt string, secret bool) (string, error)
	// Columns is the terminal's width now; nil or 0 when there is none.
	Columns func() int
}

// Write implements shell.Host.
func (h *Host) Write(stream shell.Stream, text string) {
	to := h.Err
	if stream == shell.Output {
		to = h.Out
	}
	// A closed pipe ends the program elsewhere; there is nobody to tell here.
	_, _ = io.WriteString(to, text)
}

// Width implements shell.Host.
func (h *Host) Width() int {
	if h.Columns == nil {
		return plain
	}
	return cmp.Or(h.Columns(), narrow)
}

// Ask implements shell.Host.
func (h *Host) Ask(ctx context.Context, q shell.Question) (string, error) {
	for _, line := range []string{q.Caption, q.Message} {
		if line != "" {
			h.Write(shell.Information, strings.TrimRight(line, "\n")+"\n")
		}
	}
	if len(q.Choices) == 0 {
		return h.ReadLine(ctx, q.Prompt, q.Secret)
	}
	for {
		answer, err := h.ReadLine(ctx, choices(q), false)
		if err != nil {
			return "", err
		}
		answer = strings.TrimSpace(answer)
		if answer == "" && q.Default != "" {
			return q.Default, nil
		}
		for _, c := range q.Choices {
			if strings.EqualFold(answer, c.Key) || strings.EqualFold(answer, c.Label) {
				return c.Key, nil
			}
		}
		if answer == "?" {
			for _, c := range q.Choices {
				h.Write(shell.Information, c.Key+" - "+c.Help+"\n")
			}
		}
	}
}

// choices is the line "[Y] Yes  [A] Yes to All  …  [?] Help (default is "Y"): ".
func choices(q shell.Question) string {
	var b strings.Builder
	for _, c := range q.Choices {
		fmt.Fprintf(&b, "[%s] %s  ", c.Key, c.Label)
	}
	b.WriteString("[?] Help")
	if q.Default != "" {
		fmt.Fprintf(&b, ` (default is "%s")`, q.Default)
	}
	return b.String() + ": "
}

// Answers reads answers from a stream that is no terminal, each a line. The
// prompts are shown, so that a log tells what was answered to what; at the end
// of the stream there is nobody.
func Answers(in io.Reader, show io.Writer) func(context.Context, string, bool) (string, error) {
	lines := bufio.NewReader(in)
	return func(_ context.Context, prompt string, secret bool) (string, error) {
		line, err := lines.ReadString('\n')
		if err != nil && line == "" {
			if errors.Is(err, io.EOF) {
				err = shell.ErrNoUser
			}
			return "", err
		}
		line = strings.TrimRight(line, "\r\n")
		shown := line
		if secret {
			shown = strings.Repeat("*", len([]rune(line)))
		}
		_, err = fmt.Fprintln(show, prompt+shown)
		return line, err
	}
}

// Nobody answers nothing.
func Nobody(context.Context, string, bool) (string, error) { return "", shell.ErrNoUser }
