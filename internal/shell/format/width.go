package format

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// terminal counts columns the same way in every locale, so that the same
// output looks the same for everybody.
var terminal = &runewidth.Condition{StrictEmojiNeutral: true}

// Width is the number of terminal columns text takes when printed.
func Width(text string) int { return terminal.StringWidth(text) }

// Visible writes out, in the form of JSON's escapes, the characters of text
// that do not show themselves and could act on the terminal. Line feeds and
// tabs stay.
func Visible(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && !shows(r) || r == utf8.RuneError }) {
		return text
	}
	var b strings.Builder
	for _, r := range strings.ReplaceAll(text, "\r\n", "\n") {
		if shows(r) || r == '\n' || r == '\t' {
			b.WriteRune(r) // bytes that are no character come as U+FFFD
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

// shows is false for control characters, for format characters such as U+202E,
// which turns the reading direction, and for U+2028 and U+2029.
func shows(r rune) bool {
	return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// lines splits a visible text at its line feeds and sets tabs.
func lines(text string) []string {
	if !strings.ContainsAny(text, "\n\t") {
		return []string{text}
	}
	all := strings.Split(text, "\n")
	for i, line := range all {
		all[i] = untab(line)
	}
	return all
}

// untab sets tabs at every eighth column of the text's own.
func untab(line string) string {
	parts := strings.Split(line, "\t")
	var b strings.Builder
	for i, part := range parts {
		b.WriteString(part)
		if i < len(parts)-1 {
			b.WriteString(strings.Repeat(" ", 8-Width(part)%8))
		}
	}
	return b.String()
}

// head is the longest beginning of line that fits into width columns and ends
// where a character ends. It looks at no more of a long line than it needs.
func head(line string, width int) string {
	if width <= 0 {
		return ""
	}
	for n := 4*width + 16; n < len(line); n *= 2 {
		for !utf8.RuneStart(line[n]) {
			n--
		}
		// A piece that fits whole may end inside a character.
		if h := terminal.Truncate(line[:n], width, ""); len(h) < n {
			return h
		}
	}
	return terminal.Truncate(line, width, "")
}

const ellipsis = "..."

// cut shortens line to width columns, with an ellipsis where there is room for one.
func cut(line string, width int) string {
	switch h := head(line, width); {
	case len(h) == len(line):
		return line
	case width <= len(ellipsis):
		return h
	default:
		return head(line, width-len(ellipsis)) + ellipsis
	}
}

// wrap breaks a visible text into lines of at most width columns: at its line
// feeds, else at blanks, else where it must.
func wrap(text string, width int) []string {
	var out []string
	for _, line := range lines(text) {
		for {
			piece, rest := breakLine(line, width)
			out = append(out, piece)
			if rest == "" {
				break
			}
			line = rest
		}
	}
	return out
}

// breakLine takes what fits into width columns from the front of line.
func breakLine(line string, width int) (piece, rest string) {
	h := head(line, width)
	switch {
	case len(h) == len(line):
		return line, ""
	case h == "":
		// A wide character in a column of one: show that something is there.
		n := len(head(line, width+1))
		if n == 0 {
			_, n = utf8.DecodeRuneInString(line)
		}
		return "?", line[n:]
	}
	if line[len(h)] != ' ' {
		if i := strings.LastIndexByte(h, ' '); i > 0 && strings.TrimSpace(h[:i]) != "" {
			h = h[:i]
		} else {
			return h, line[len(h):]
		}
	}
	return strings.TrimRight(h, " "), strings.TrimLeft(line[len(h):], " ")
}

// pad fills line up to width columns.
func pad(line string, width int, a Alignment) string {
	room := width - Width(line)
	switch {
	case room <= 0:
		return line
	case a == Right:
		return strings.Repeat(" ", room) + line
	case a == Center:
		return strings.Repeat(" ", room/2) + line + strings.Repeat(" ", room-room/2)
	default:
		return line + strings.Repeat(" ", room)
	}
}
