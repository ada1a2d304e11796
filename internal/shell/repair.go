package shell

import (
	"strings"

	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// stripPrompts takes away what was copied along with a line.
func stripPrompts(text string) string { return text }

// mended is a line as it was probably meant; false when nothing is known that
// would help.
func (r *runner) mended(line string) (string, bool) { return "", false }

// quotedPath says that a statement is nothing but a text with a script's path
// in it: the whole command stands in quotes.
func quotedPath(st syntax.Statement) bool {
	p, ok := st.(*syntax.Pipeline)
	if !ok {
		return false
	}
	text := ""
	switch e := loneExpression(p).(type) {
	case *syntax.String:
		text = e.Value
	case *syntax.Expandable:
		for _, part := range e.Parts {
			if s, ok := part.(*syntax.String); ok {
				text += s.Value
			}
		}
	}
	return strings.Contains(strings.ToLower(text), ".ps1")
}

func parse(text string) (*syntax.Script, error) { return syntax.Parse(text) }

// blockOfScript is a whole text as a block.
func blockOfScript(s *syntax.Script) *syntax.ScriptBlock {
	return &syntax.ScriptBlock{Span: s.Span, Params: s.Params, Body: s.Statements, Text: s.Source}
}
