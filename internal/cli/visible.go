package cli

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"
)

// terminal keeps foreign text from acting on the terminal it is printed on:
// tokens, documents and other servers' answers are shown to people, and an
// escape sequence in one could clear the screen or rewrite what stands on it.
// Invisible characters are written out in the form of JSON's escapes, so that
// what programs read with -o json stays the same text.
type terminal struct{ w io.Writer }

// Write takes whole texts: a character is never split between two calls.
func (t terminal) Write(p []byte) (int, error) {
	if _, err := io.WriteString(t.w, shown(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

func shown(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && !visible(r) || r == unicode.ReplacementChar }) {
		return s
	}
	var b strings.Builder
	for _, r := range strings.ReplaceAll(s, "\r\n", "\n") {
		switch {
		case visible(r) || r == '\n' || r == '\t':
			b.WriteRune(r) // bytes that are no character come as U+FFFD
		default:
			for _, unit := range utf16.AppendRune(nil, r) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		}
	}
	return b.String()
}

// visible reports whether r shows itself: not a control character, not a format
// character such as U+202E, not a line or paragraph separator.
func visible(r rune) bool {
	return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}
