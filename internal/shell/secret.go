package shell

import (
	"strings"

	"github.com/matchseal/matchseal/internal/shell/object"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// secret says that a parameter's values are not for the screen: error records
// end up in logs, and show the line that was typed.
func (p *Parameter) secret() bool {
	return strings.EqualFold(shortType(p.Type), "SecureString") || strings.HasSuffix(strings.ToLower(p.Name), "password")
}

// hideSecrets writes stars over the values of secret parameters in the line
// that a record shows.
func hideSecrets(rec *object.ErrorRecord, spans map[*Parameter]syntax.Span) {
	for p, at := range spans {
		if p != nil && p.secret() {
			hide(rec, at)
		}
	}
}

func hide(rec *object.ErrorRecord, at syntax.Span) {
	line := []rune(rec.SourceLine)
	if at == (syntax.Span{}) || at.Start.Line != rec.Line || at.Start.Column > len(line) {
		return
	}
	end := len(line) + 1
	if at.End.Line == at.Start.Line {
		end = min(at.End.Column, end)
	}
	for i := at.Start.Column; i < end; i++ {
		line[i-1] = '*'
	}
	rec.SourceLine = string(line)
}
