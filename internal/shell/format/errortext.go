package format

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// ErrorText is the record as Windows PowerShell prints it, wrapped at width
// columns (120 when it is 0), with a line feed after each line. A remedy stands
// in a last line of its own.
//
// An error of a remote Exchange (PSComputerName is set) begins with its bare
// message and has no position: the session that runs elsewhere knows neither
// the line nor its place.
func ErrorText(e *object.ErrorRecord, width int) string {
	t := errorText{width: max(cmp.Or(width, defaultWidth), leastWidth)}
	message := Visible(e.Message)
	if e.Command != "" && e.PSComputerName == "" {
		message = Visible(e.Command) + " : " + message
	}
	if e.Category == "ParserError" && e.Command == "" { // what is wrong only makes sense below the place
		t.position(e)
		t.words(message, "")
	} else {
		t.words(message, "")
		t.position(e)
	}
	t.detail("CategoryInfo", categoryInfo(e))
	t.detail("FullyQualifiedErrorId", e.ID)
	if e.PSComputerName != "" {
		t.detail("PSComputerName", e.PSComputerName)
	}
	if e.Remedy != "" {
		// By words, unlike the other details: it is there to be read and pasted.
		t.words(fmt.Sprintf(detailForm, "Remedy", Visible(e.Remedy)), "      ")
	}
	return t.String()
}

type errorText struct {
	strings.Builder
	width int
}

// detailForm is a detail's line.
const detailForm = "    + %-21s : %s"

// words writes a text broken at words, further lines after an indent.
func (t *errorText) words(text, indent string) {
	// The last two columns stay free, as in the product.
	lead := text[:len(text)-len(strings.TrimLeft(text, " "))]
	for i, line := range wrap(text[len(lead):], t.width-2-max(len(indent), len(lead))) {
		if i == 0 {
			t.line(lead + line)
		} else {
			t.line(indent + line)
		}
	}
}

// detail writes a line that is broken where the window ends, within words too.
func (t *errorText) detail(name, value string) {
	const indent = "   "
	value = strings.Join(lines(Visible(value)), " ")
	rest, front := fmt.Sprintf(detailForm, name, value), ""
	room := t.width - 2
	for {
		h := head(rest, room)
		if h == "" || len(h) == len(rest) {
			t.line(front + rest)
			return
		}
		t.line(front + h)
		// The pieces are of one length, the further ones one column to the left.
		rest, front, room = rest[len(h):], indent, t.width-6
	}
}

func (t *errorText) line(text string) {
	t.WriteString(strings.TrimRight(text, " "))
	t.WriteByte('\n')
}

// categoryInfo is "<category>: (<target>:<type>) [<command>], <reason>".
func categoryInfo(e *object.ErrorRecord) string {
	command := e.Command
	if e.Reason == "CommandNotFoundException" {
		command = "" // what is not there cannot have failed
	}
	return fmt.Sprintf("%s: (%s:%s) [%s], %s", e.Category,
		middle(e.TargetName), middle(e.TargetType), middle(command), e.Reason)
}

// middle cuts a long text in its middle.
func middle(text string) string {
	const longest, keep = 40, 15
	r := []rune(text)
	if len(r) <= longest {
		return text
	}
	return string(r[:keep]) + ellipsis + string(r[len(r)-keep:])
}

// How much of a source line is shown: as many characters in all, so many before
// the place (where there are more), and so many after it when there is room.
// The first two are the error of the second seed's.
const (
	sourceLength = 80
	sourceBefore = 15
	sourceAfter  = 8
)

// position writes where it happened: the place in numbers, the source line cut
// around it, and the place underlined.
func (t *errorText) position(e *object.ErrorRecord) {
	if e.Line <= 0 || e.PSComputerName != "" {
		return
	}
	where := "line"
	if e.Script != "" {
		where = Visible(e.Script)
	}
	fmt.Fprintf(t, "At %s:%d char:%d\n", where, e.Line, e.Column)
	before, place, after := source(e)
	mark := strings.Repeat("~", max(1, Width(place)))
	t.line("+ " + before + place + after)
	t.line("+ " + strings.Repeat(" ", Width(before)) + mark)
}

// source cuts the source line into what stands before the place, the place and
// what stands after it.
func source(e *object.ErrorRecord) (before, place, after string) {
	line := []rune(strings.ReplaceAll(strings.TrimRight(e.SourceLine, "\r\n"), "\t", " "))
	start := min(max(e.Column-1, 0), len(line))
	end := min(start+max(e.Length, 0), len(line))
	from, to := window(start, end, len(line))
	end = min(end, to)
	before, place, after = Visible(string(line[from:start])), Visible(string(line[start:end])), Visible(string(line[end:to]))
	if from > 0 {
		before = ellipsis + " " + before
	}
	if to < len(line) {
		after += " " + ellipsis
	}
	return before, place, after
}

// window says which part of a line is shown for a place in it.
func window(start, end, length int) (from, to int) {
	if length <= sourceLength {
		return 0, length
	}
	before := sourceLength - (end - start) - min(sourceAfter, length-end)
	before = min(max(before, sourceBefore), start)
	from = start - before
	to = min(from+sourceLength, length)
	return from, to
}
