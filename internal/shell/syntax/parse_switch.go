package syntax

import (
	"fmt"
	"strings"
)

func (p *parser) switchStatement(start int) Statement {
	p.take(TokenKeyword, len("switch"))
	s := &Switch{Mode: "exact"}
	for p.skipSpace(); IsDash(p.peek()); p.skipSpace() {
		p.switchFlag(s)
	}
	s.Value = p.condition("switch", "PipelineValueRequired", "Missing value after 'switch (' in switch statement.")
	p.skipLines()
	brace := p.offset
	if !p.accept(TokenOpen, '{') {
		p.missing("MissingCurlyBraceInSwitchStatement", "Missing opening '{' in switch statement.")
		return s
	}
	p.enter()
	for p.skipSeparators(); p.peek() != '}' && p.peek() != eof; p.skipSeparators() {
		p.switchCase(s)
	}
	p.leave()
	p.closeBrace(brace)
	s.Span = p.span(start)
	return s
}

func (p *parser) switchFlag(s *Switch) {
	start := p.offset
	end := start
	for !endsWord(p.runeAt(end)) {
		end += p.widthAt(end)
	}
	p.take(TokenParameter, end-start)
	flag := strings.ToLower(p.source[start+p.widthAt(start) : end])
	switch flag {
	case "exact", "wildcard", "regex":
		s.Mode = flag
	case "casesensitive":
		s.CaseSensitive = true
	default:
		p.failAt(start, end, "InvalidSwitchFlag", fmt.Sprintf("The switch statement has no flag '-%s' here. Use -exact, -wildcard, -regex or -casesensitive.", flag))
	}
}

func (p *parser) switchCase(s *Switch) {
	start := p.offset
	if word := p.keyword(); word == "default" {
		p.take(TokenKeyword, len(word))
		body := p.block("MissingSwitchStatementClause", "Missing statement block in switch statement clause.")
		if s.Default != nil {
			p.failAt(start, start+len(word), "MultipleSwitchDefaultClauses", "A switch statement can have only one default clause.")
		}
		s.Default = body
		return
	}
	pattern := p.element()
	if pattern == nil {
		p.missing("MissingSwitchConditionExpression", "Missing condition in switch statement clause.")
	}
	s.Cases = append(s.Cases, SwitchCase{pattern, p.block("MissingSwitchStatementClause", "Missing statement block in switch statement clause.")})
}
