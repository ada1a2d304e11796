package syntax

import (
	"fmt"
	"strings"
)

func (p *parser) function(start int, keyword string) Statement {
	p.take(TokenKeyword, len(keyword))
	s := &Function{}
	p.skipSpace()
	if name, ok := p.word(TokenCommand).(*Bareword); ok && name.Parts == nil {
		s.Name = name.Text
	} else {
		p.missing("MissingNameAfterKeyword", fmt.Sprintf("Missing name after %s keyword.", keyword))
		return s
	}
	p.skipLines()
	var params []Param
	if p.peek() == '(' {
		params = p.params()
		p.skipLines()
	}
	if p.peek() != '{' {
		p.missing("MissingFunctionBody", "Missing function body in function declaration.")
		return s
	}
	s.Body = p.scriptBlock()
	s.Body.Params = append(params, s.Body.Params...)
	if keyword == "filter" {
		s.Body.Process = true
	}
	s.Span = p.span(start)
	return s
}

// scriptBlock reads { … } with a param block and begin, process and end.
func (p *parser) scriptBlock() *ScriptBlock {
	start := p.offset
	p.take(TokenOpen, 1)
	p.enter()
	b := &ScriptBlock{}
	b.Attributes, b.Params = p.paramBlock()
	if p.namedBlockAhead() == "" {
		b.Body = p.statements('}')
	} else {
		p.namedBlocks(b)
	}
	p.leave()
	p.closeBrace(start)
	b.Span = p.span(start)
	if p.err == nil {
		b.Text = p.source[start+1 : p.offset-1]
	}
	return b
}

// namedBlockAhead is the keyword of a begin, process or end block, "" for none.
func (p *parser) namedBlockAhead() string {
	p.skipSeparators()
	word := p.keyword()
	switch word {
	case "begin", "process", "end":
		offset, tokens := p.offset, len(p.tokens)
		p.offset += len(word)
		p.skipLines()
		brace := p.peek() == '{'
		if p.err == nil {
			p.offset, p.tokens = offset, p.tokens[:tokens]
		}
		if brace {
			return word
		}
	}
	return ""
}

func (p *parser) namedBlocks(b *ScriptBlock) {
	for word := p.namedBlockAhead(); word != ""; word = p.namedBlockAhead() {
		start := p.offset
		p.take(TokenKeyword, len(word))
		block := p.block("MissingNamedStatementBlock", fmt.Sprintf("Missing statement block after '%s' key word.", word))
		twice := false
		switch word {
		case "begin":
			twice, b.Begin = b.Begin != nil, block
		case "process":
			twice, b.Process, b.Body = b.Process, true, block.Statements
		case "end":
			twice, b.End = b.End != nil, block
		}
		if twice {
			p.failAt(start, start+len(word), "DuplicateScriptCommandClause", fmt.Sprintf("Script command clause '%s' has already been defined.", word))
		}
	}
	if p.peek() != '}' && p.peek() != eof {
		p.unexpected()
	}
}

// paramBlock reads [Attribute()] param ( … ) at the start of a script or block,
// when there is one.
func (p *parser) paramBlock() ([]Attribute, []Param) {
	var attributes []Attribute
	start := p.offset
	for p.skipSeparators(); p.atAttribute(); p.skipSeparators() {
		attributes = append(attributes, p.attribute())
	}
	if p.keyword() != "param" {
		if attributes != nil {
			p.failAt(start, p.last, "UnexpectedAttribute", fmt.Sprintf("Unexpected attribute '%s'.", attributes[0].Name))
		}
		return nil, nil
	}
	p.take(TokenKeyword, len("param"))
	p.skipLines()
	if p.peek() != '(' {
		p.missing("MissingOpenParenthesisAfterKeyword", "Missing opening '(' after keyword 'param'.")
		return nil, nil
	}
	return attributes, p.params()
}

// params reads ( [type]$name = default, … ).
func (p *parser) params() []Param {
	var list []Param
	p.take(TokenOpen, 1)
	p.enter()
	for p.skipLines(); p.peek() != ')' && p.peek() != eof; p.skipLines() {
		list = append(list, p.param())
		p.skipLines()
		if !p.accept(TokenOperator, ',') {
			break
		}
		if p.skipLines(); p.peek() == ')' {
			p.missing("MissingExpressionAfterToken", "Missing expression after ','.")
		}
	}
	p.leave()
	p.closeParen("MissingEndParenthesisInFunctionParameterList", "Missing ')' in function parameter list.")
	return list
}

func (p *parser) param() Param {
	start := p.offset
	var q Param
	for ; p.peek() == '['; p.skipLines() {
		if !p.atAttribute() {
			q.Type = p.typeLiteral().Name
			continue
		}
		a := p.attribute()
		if !takeMandatory(&a, &q) {
			q.Attributes = append(q.Attributes, a)
		}
	}
	if p.peek() != '$' || p.variableEnd(p.offset) < 0 {
		p.unexpectedOrMissing()
		return q
	}
	v := p.variable().(*Variable)
	if q.Name = v.Name; v.Scope != "" {
		q.Name = v.Scope + ":" + v.Name
	}
	p.skipLines()
	if p.accept(TokenOperator, '=') {
		p.skipLines()
		if q.Default = p.expression(false); q.Default == nil {
			p.missing("MissingExpressionAfterToken", "Missing expression after '='.")
		}
	}
	q.Span = p.span(start)
	return q
}

func (p *parser) unexpectedOrMissing() {
	if p.peek() == eof {
		p.missing("MissingEndParenthesisInFunctionParameterList", "Missing ')' in function parameter list.")
		return
	}
	p.unexpected()
}

// takeMandatory moves Mandatory out of [Parameter(…)] into the parameter. It is
// true when nothing else is left in the attribute.
func takeMandatory(a *Attribute, q *Param) bool {
	if !strings.EqualFold(a.Name, "Parameter") {
		return false
	}
	var rest []NamedArgument
	for _, n := range a.Named {
		if !strings.EqualFold(n.Name, "Mandatory") {
			rest = append(rest, n)
			continue
		}
		v, ok := n.Value.(*Variable)
		q.Mandatory = n.Value == nil || !ok || !strings.EqualFold(v.Name, "false")
	}
	a.Named = rest
	return len(rest) == 0 && len(a.Arguments) == 0
}

// atAttribute tells [Parameter(…)] from a type.
func (p *parser) atAttribute() bool {
	if p.peek() != '[' {
		return false
	}
	i := p.offset + 1
	for isNameRune(p.runeAt(i)) || p.runeAt(i) == '.' {
		i += p.widthAt(i)
	}
	return i > p.offset+1 && p.runeAt(i) == '('
}

func (p *parser) attribute() Attribute {
	start := p.offset
	p.take(TokenOpen, 1)
	name := p.offset
	for isNameRune(p.peek()) || p.peek() == '.' {
		p.offset += p.width()
	}
	a := Attribute{Name: p.source[name:p.offset]}
	p.note(TokenType, name)
	p.take(TokenOpen, 1)
	p.enter()
	for p.skipLines(); p.peek() != ')' && p.peek() != eof; p.skipLines() {
		p.attributeArgument(&a)
		p.skipLines()
		if !p.accept(TokenOperator, ',') {
			break
		}
	}
	p.leave()
	p.closeParen("MissingEndParenthesisInExpression", "Missing closing ')' in expression.")
	p.skipLines()
	if !p.accept(TokenClose, ']') {
		p.missing("EndSquareBracketExpectedAtEndOfAttribute", "Missing ] at end of attribute or type literal.")
	}
	a.Span = p.span(start)
	return a
}

// attributeArgument reads Name = value, Name or value.
func (p *parser) attributeArgument(a *Attribute) {
	start := p.offset
	for isNameRune(p.peek()) && !isDigit(p.runeAt(start)) {
		p.offset += p.width()
	}
	if p.offset == start {
		v := p.expression(false)
		if v == nil {
			p.unexpectedOrMissing()
		}
		a.Arguments = append(a.Arguments, v)
		return
	}
	n := NamedArgument{Name: p.source[start:p.offset]}
	p.note(TokenKey, start)
	p.skipLines()
	if p.accept(TokenOperator, '=') {
		p.skipLines()
		if n.Value = p.expression(false); n.Value == nil {
			p.missing("MissingExpressionAfterToken", "Missing expression after '='.")
		}
	}
	a.Named = append(a.Named, n)
}
