package console

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// longestScript bounds a script; the language's own limit is the same.
const longestScript = 1 << 20

// Script runs a whole text, that of -c or of a file. It says whether the last
// command succeeded. What wants to go on at the end of the text is a mistake.
func Script(ctx context.Context, s *shell.Session, text string) (bool, error) {
	ok, err := s.Run(ctx, text)
	if wantsMore(err) {
		return false, s.Refuse(ctx, text, err)
	}
	return ok, err
}

func wantsMore(err error) bool {
	var mistake *syntax.Error
	return errors.As(err, &mistake) && mistake.Incomplete
}

// Stream runs what comes in line by line, each statement as soon as it is
// whole, as if it were typed: what is pasted into a pipe runs like what is
// pasted into a terminal. An empty line ends what wants to go on.
func Stream(ctx context.Context, s *shell.Session, in io.Reader) (ok bool, err error) {
	ok = true
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 64<<10), longestScript)
	var pending strings.Builder
	for lines.Scan() {
		line := strings.TrimRight(lines.Text(), "\r")
		if strings.TrimSpace(line) == "" && pending.Len() == 0 {
			continue
		}
		pending.WriteString(line + "\n")
		if pending.Len() > longestScript {
			return false, fmt.Errorf("a statement of more than %d bytes", longestScript)
		}
		got, err := s.Run(ctx, pending.String())
		if wantsMore(err) {
			if strings.TrimSpace(line) != "" {
				continue
			}
			got, err = false, s.Refuse(ctx, pending.String(), err)
		}
		if err != nil {
			return false, err
		}
		ok = got
		pending.Reset()
	}
	if err := lines.Err(); err != nil {
		return false, fmt.Errorf("reading the commands: %w", err)
	}
	if pending.Len() > 0 {
		return Script(ctx, s, pending.String())
	}
	return ok, nil
}
