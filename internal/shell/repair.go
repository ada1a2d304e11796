package shell

import (
	"strings"

	"github.com/matchseal/matchseal/internal/shell/paste"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// mended is a text as it was probably meant after it failed; false when
// nothing is known that would help. Without a failure only a command line in
// quotes is mended.
func (r *runner) mended(text string, failure error) (string, bool) {
	better, _, ok := paste.Repair(text, failure, knowledge{r.f})
	return better, ok && better != text
}

// knowledge is what package paste may know of the session.
type knowledge struct{ f *frame }

// Commands are the names of all commands and aliases.
func (k knowledge) Commands() []string { return k.f.s.names() }

// Parameters are the names and aliases of a command's parameters.
func (k knowledge) Parameters(command string) []string {
	var all []string
	if c, err := k.f.lookupCommand(command); err == nil {
		for _, list := range [][]Parameter{c.Parameters, k.f.s.Common(c)} {
			for _, p := range list {
				all = append(append(all, p.Name), p.Aliases...)
			}
		}
	}
	return all
}

// Switch says whether a parameter takes no value.
func (k knowledge) Switch(command, parameter string) bool {
	c, err := k.f.lookupCommand(command)
	if err != nil {
		return false
	}
	for _, list := range [][]Parameter{c.Parameters, k.f.s.Common(c)} {
		for i := range list {
			if exact, _ := list[i].called(parameter); exact {
				return list[i].Switch
			}
		}
	}
	return false
}

// names are the names and aliases of all commands that can be called by name.
func (s *Session) names() []string {
	var all []string
	for _, c := range s.Commands() {
		if c.Kind != Script {
			all = append(append(all, c.Name), c.Aliases...)
		}
	}
	for _, a := range s.aliases {
		all = append(all, a.Name)
	}
	return all
}

// quotedPath says that a statement is nothing but a text with a script's path
// in it: the whole command may stand in quotes.
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
	text = strings.ToLower(text)
	return strings.Contains(text, ".ps1") || strings.Contains(text, ".exe")
}

// blockOfScript is a whole text as a block.
func blockOfScript(s *syntax.Script) *syntax.ScriptBlock {
	return &syntax.ScriptBlock{Span: s.Span, Attributes: s.Attributes, Params: s.Params, Body: s.Statements, Text: s.Source}
}
