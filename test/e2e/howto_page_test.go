package e2e

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// page is a runbook of docs/howto: what its reader types, in order.
type page struct {
	name  string
	steps []step
}

// step is one block of a page, or one hidden preparation.
type step struct {
	line int // of the page, for messages
	// where says what the text is typed into: a shell ("exchange", "skype",
	// "online", with its flags behind it), the system's ("sh"), or, for what
	// the reader does not see, "prepare" alone or with a shell behind it.
	where string
	text  []string
	// want is the block that shows what comes out; a block without one puts
	// nothing out.
	want    []string
	answers []string // what the reader answers to questions, in order
	fails   bool     // it is there to show how it fails
}

const (
	systemShell = "sh"
	prepare     = "prepare"
	fence       = "```"
)

// managementShell is the info string of a block for a management shell; flags
// such as --as or --strict are those of the program.
var managementShell = regexp.MustCompile(`^powershell ((?:exchange|skype|online)(?: --[a-z]+(?: [a-z]+)?)*)$`)

// parsePage reads a page. What it does not understand is a mistake: a block
// that nobody runs or compares would be a promise that nobody keeps.
func parsePage(name, text string) (page, error) {
	p := pageReader{page: page{name: name}}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		last, err := p.read(lines, i)
		if err != nil {
			return page{}, fmt.Errorf("%s:%d: %w", name, i+1, err)
		}
		i = last
	}
	if p.note != nil {
		return page{}, fmt.Errorf("%s: a comment at the end belongs to no block", name)
	}
	return p.page, nil
}

type pageReader struct {
	page
	note *step // comments that belong to the block after them
	// open says that a block of what comes out may follow here.
	open bool
}

// read takes in what begins at a line and returns its last line.
func (p *pageReader) read(lines []string, i int) (last int, err error) {
	switch line := strings.TrimSpace(lines[i]); {
	case strings.HasPrefix(line, fence):
		last = i + 1
		for last < len(lines) && strings.TrimSpace(lines[last]) != fence {
			last++
		}
		if last == len(lines) {
			return i, fmt.Errorf("a block without an end")
		}
		return last, p.block(strings.TrimPrefix(line, fence), lines[i+1:last], i+1)
	case strings.HasPrefix(line, "<!--"):
		last = i
		for last < len(lines) && !strings.Contains(lines[last], "-->") {
			last++
		}
		if last == len(lines) {
			return i, fmt.Errorf("a comment without an end")
		}
		comment := strings.Join(lines[i:last+1], "\n")
		comment = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(comment), "<!--"), "-->")
		return last, p.comment(strings.TrimSpace(comment), i+1)
	case line != "":
		if p.note != nil {
			return i, fmt.Errorf("the comment before this belongs to no block")
		}
		p.open = false
	}
	return i, nil
}

// block takes in a fenced block.
func (p *pageReader) block(info string, text []string, line int) error {
	if info == "text" {
		if !p.open || p.note != nil {
			return fmt.Errorf("nothing that puts this out stands directly before it")
		}
		p.open, p.steps[len(p.steps)-1].want = false, text
		return nil
	}
	s := step{line: line, where: systemShell, text: text}
	if p.note != nil {
		s.answers, s.fails = p.note.answers, p.note.fails
	}
	if m := managementShell.FindStringSubmatch(info); m != nil {
		s.where = m[1]
	} else if info != systemShell {
		return fmt.Errorf("a block with the info string %q; there are powershell exchange, powershell skype, powershell online, sh and text", info)
	}
	p.steps, p.note, p.open = append(p.steps, s), nil, true
	return nil
}

// comment takes in a comment, which is for the test and not for the reader.
func (p *pageReader) comment(text string, line int) error {
	key, value, _ := strings.Cut(text, ":")
	if before, where, _ := strings.Cut(key, " "); before == prepare {
		p.steps, p.open = append(p.steps, step{line: line, where: strings.TrimSpace(prepare + " " + where), text: []string{strings.TrimSpace(value)}}), false
		return nil
	}
	if p.note == nil {
		p.note = &step{line: line}
	}
	switch key {
	case "answers":
		for a := range strings.SplitSeq(value, ",") {
			p.note.answers = append(p.note.answers, strings.TrimSpace(a))
		}
	case "fails":
		p.note.fails = true
	default:
		return fmt.Errorf("a comment %q; there are answers, fails and prepare", key)
	}
	return nil
}

// differ compares what a page shows with what came, line by line, without
// blank lines and blanks at either end of a line. Three dots in the page stand
// for anything: within a line for a part of it, alone for any number of lines.
// It returns nil when the two agree.
func differ(want, got []string) error {
	want, got = meaningful(want), meaningful(got)
	// reach[j] says that the lines of the page so far fit the first j that
	// came.
	reach := make([]bool, len(got)+1)
	reach[0] = true
	for i, w := range want {
		next := make([]bool, len(got)+1)
		for j := range next {
			if w == "..." {
				next[j] = reach[j] || j > 0 && next[j-1]
			} else {
				next[j] = j > 0 && reach[j-1] && fits(w, got[j-1])
			}
		}
		if !slices.Contains(next, true) {
			return fmt.Errorf("line %d of what the page shows does not come: %s", i+1, w)
		}
		reach = next
	}
	if !reach[len(got)] {
		return fmt.Errorf("more comes than the page shows")
	}
	return nil
}

func meaningful(lines []string) []string {
	var kept []string
	for _, l := range lines {
		if l = strings.TrimSpace(l); l != "" {
			kept = append(kept, l)
		}
	}
	return kept
}

// fits compares one line; columns may be wider for another value.
func fits(want, got string) bool {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(want), regexp.QuoteMeta("..."), ".*")
	return regexp.MustCompile("^" + pattern + "$").MatchString(got)
}
