package paste

import (
	"errors"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// Knowledge is what the shell knows about its commands. Names are without
// regard to case; a command that is not known has no parameters.
type Knowledge interface {
	Commands() []string
	// Parameters are the names and aliases of a command's parameters, without
	// dash. The command is named as typed, perhaps by a path.
	Parameters(command string) []string
	// Switch says whether a parameter takes no value.
	Switch(command, parameter string) bool
}

// Repair mends a text that could not be read (failure is a *syntax.Error) or
// whose command could not be bound or found (failure has ErrorID, the first
// part of a FullyQualifiedErrorId: CommandNotFoundException,
// AmbiguousParameter, NamedParameterNotFound or PositionalParameterNotFound).
// Without a failure it looks for one thing only: a command line that stands in
// quotes as a whole, which would be shown and not run.
//
// Only rules that fit the failure are tried, and all that is wrong with quotes
// has to be mended or nothing is. When ok is false, the text is returned as it
// is and the failure stands. Each note says in a sentence what was changed.
func Repair(text string, failure error, k Knowledge) (repaired string, notes []string, ok bool) {
	script, err := syntax.Parse(text)
	var m mended
	switch {
	case err != nil:
		m, ok = mendQuotes(mended{text: text}, maxQuotes)
		if ok {
			m = mendBinding(m, "", k)
		}
	case failure == nil:
		m, ok = runQuoted(text, script)
	default:
		m = mendBinding(mended{text: text}, errorID(failure), k)
		ok = m.notes != nil
	}
	if !ok {
		return text, nil, false
	}
	return m.text, m.notes, true
}

// mended is a text on the way and what has been changed in it.
type mended struct {
	text  string
	notes []string
}

// with is m after one change more.
func (m mended) with(text, note string) mended {
	notes := slices.Clone(m.notes)
	if !slices.Contains(notes, note) {
		notes = append(notes, note)
	}
	return mended{text, notes}
}

// errorID is the failure's name without the class after the comma.
func errorID(failure error) string {
	var named interface{ ErrorID() string }
	if !errors.As(failure, &named) {
		return ""
	}
	id, _, _ := strings.Cut(named.ErrorID(), ",")
	return id
}
