package syntax

import (
	"fmt"
	"strings"
)

// primary reads a value without operators; nil when none begins at the cursor.
func (p *parser) primary() Expression {
	switch r := p.peek(); {
	case isQuote(r):
		return p.quoted()
	case p.has("$("):
		return p.subExpression()
	case r == '$' && p.variableEnd(p.offset) > 0:
		return p.variable()
	case r == '(':
		return p.paren()
	case r == '{':
		return p.scriptBlock()
	case r == '@':
		return p.at()
	case isDigit(r), r == '.' && isDigit(p.second()):
		return p.number()
	}
	return nil
}

func (p *parser) number() Expression {
	start := p.offset
	value, n := number(p.source[start:])
	if n == 0 {
		p.unexpected()
		return nil
	}
	p.take(TokenNumber, n)
	return &Number{Span: p.span(start), Text: p.source[start:p.offset], Value: value}
}

// at reads what begins with @ in an expression: all but splatting.
func (p *parser) at() Expression {
	switch next := p.second(); {
	case next == '(':
		return p.arrayExpression()
	case next == '{':
		return p.hash()
	case isQuote(next):
		return p.hereString()
	case isNameRune(next):
		start, end := p.offset, p.variableEnd(p.offset)
		p.failAt(start, end, "SplattingNotPermitted", fmt.Sprintf("The splatting operator '@' cannot be used to reference variables in an expression. '%s' can be used only as an argument to a command. To reference variables in an expression use '$%s'.",
			p.source[start:end], p.source[start+1:end]))
	default:
		p.failAt(p.offset, p.offset+1, "UnrecognizedToken", "Unrecognized token in source text.")
	}
	return nil
}

// paren reads ( pipeline ), which may assign.
func (p *parser) paren() Expression {
	start := p.offset
	p.take(TokenOpen, 1)
	p.enter()
	p.skipLines()
	q := &Paren{}
	if p.peek() == ')' || p.peek() == eof {
		p.missing("ExpectedExpression", "An expression was expected after '('.")
	} else {
		q.Value = p.pipeline()
	}
	p.leave()
	p.closeParen("MissingEndParenthesisInExpression", "Missing closing ')' in expression.")
	q.Span = p.span(start)
	return q
}

func (p *parser) subExpression() Expression {
	start := p.offset
	list := p.statementsInParens()
	return &SubExpression{Span: p.span(start), Statements: list}
}

func (p *parser) arrayExpression() Expression {
	start := p.offset
	list := p.statementsInParens()
	return &ArrayExpression{Span: p.span(start), Statements: list}
}

// statementsInParens reads $( … ) or @( … ).
func (p *parser) statementsInParens() []Statement {
	p.take(TokenOpen, 2)
	p.enter()
	list := p.statements(')')
	p.leave()
	p.closeParen("MissingEndParenthesisInSubexpression", "Missing closing ')' in subexpression.")
	return list
}

// hash reads @{ key = value; … }.
func (p *parser) hash() Expression {
	start := p.offset
	p.take(TokenOpen, 2)
	p.enter()
	h := &Hash{}
	keys := map[string]bool{}
	for p.skipSeparators(); p.peek() != '}' && p.peek() != eof; p.skipSeparators() {
		at := p.offset
		e := p.hashEntry()
		if text, ok := constantKey(e.Key); ok && keys[strings.ToLower(text)] {
			p.failAt(at, p.last, "DuplicateKeyInHashLiteral", fmt.Sprintf("Duplicate keys '%s' are not allowed in hash literals.", text))
		} else if ok {
			keys[strings.ToLower(text)] = true
		}
		h.Entries = append(h.Entries, e)
	}
	p.leave()
	if !p.accept(TokenClose, '}') {
		p.missing("IncompleteHashLiteral", "The hash literal was incomplete.")
	}
	h.Span = p.span(start)
	return h
}

func (p *parser) hashEntry() HashEntry {
	var e HashEntry
	start := p.offset
	if r := p.peek(); isNameRune(r) && !isDigit(r) {
		for isNameRune(p.peek()) {
			p.offset += p.width()
		}
		p.note(TokenKey, start)
		e.Key = &Bareword{Span: p.span(start), Text: p.source[start:p.offset]}
	} else if e.Key = p.unary(false); e.Key == nil {
		p.missing("MissingKeyInHashLiteral", "Missing key before '=' in hash literal.")
		return e
	}
	p.skipSpace()
	if !p.accept(TokenOperator, '=') {
		p.missing("MissingEqualsInHashLiteral", "Missing '=' operator after key in hash literal.")
		return e
	}
	p.skipLines()
	if r := p.peek(); r == '}' || r == ';' || r == ')' || r == eof {
		p.missing("MissingStatementInHashLiteral", "Missing statement after '=' in hash literal.")
		return e
	}
	e.Value = p.statement()
	return e
}

// constantKey is the text of a key that can be known without running anything.
func constantKey(e Expression) (string, bool) {
	switch e := e.(type) {
	case *Bareword:
		return e.Text, true
	case *String:
		return e.Value, true
	}
	return "", false
}

// postfix reads members, calls, indexes and, outside of arguments, ++ and --,
// as long as they are glued to the value.
func (p *parser) postfix(start int, e Expression, argument bool) Expression {
	for links := 1; e != nil && p.err == nil; links++ {
		p.link(links)
		switch r := p.peek(); {
		case r == '.' && p.second() != '.', p.has("::"):
			e = p.member(start, e, argument)
		case r == '[':
			e = p.index(start, e)
		case !argument && assignable(e) && p.increments():
			op := "++"
			if r != '+' {
				op = "--"
			}
			p.take(TokenOperator, p.width()+p.widthAt(p.offset+p.width()))
			return &Unary{Span: p.span(start), Op: op, Operand: e, Postfix: true}
		default:
			return e
		}
	}
	return e
}

func (p *parser) increments() bool {
	return p.has("++") || IsDash(p.peek()) && IsDash(p.second())
}

// member reads .name, ::name and the arguments of a call.
func (p *parser) member(start int, target Expression, argument bool) Expression {
	m := &Member{Target: target, Static: p.peek() == ':'}
	length := 1
	if m.Static {
		length = 2
	}
	p.take(TokenOperator, length)
	if !argument {
		p.skipLines()
	}
	if m.Name = p.memberName(); m.Name == nil {
		p.missing("MissingPropertyName", "Missing property name after reference operator.")
		return m
	}
	switch r := p.peek(); {
	case r == '(':
		m.Call, m.Arguments = true, p.callArguments()
	case r == '{' && !argument: // .Where{ … } and .ForEach{ … }
		m.Call, m.Arguments = true, []Expression{p.scriptBlock()}
	}
	m.Span = p.span(start)
	return m
}

func (p *parser) memberName() Expression {
	start := p.offset
	switch r := p.peek(); {
	case isNameRune(r):
		for isNameRune(p.peek()) {
			p.offset += p.width()
		}
		p.note(TokenMember, start)
		return &Bareword{Span: p.span(start), Text: p.source[start:p.offset]}
	case isQuote(r), r == '(', r == '$':
		return p.primary()
	}
	return nil
}

func (p *parser) callArguments() []Expression {
	list := []Expression{}
	p.take(TokenOpen, 1)
	p.enter()
	defer p.leave()
	p.skipLines()
	for after := "("; !p.accept(TokenClose, ')'); after = "," {
		if after == "," && !p.accept(TokenOperator, ',') {
			p.missing("MissingEndParenthesisInMethodCall", "Missing ')' in method call.")
			return list
		}
		p.skipLines()
		e := p.expression(false)
		if e == nil {
			p.missing("MissingExpressionAfterToken", fmt.Sprintf("Missing expression after '%s'.", after))
			return list
		}
		list = append(list, e)
		p.skipLines()
	}
	return list
}

func (p *parser) index(start int, target Expression) Expression {
	x := &Index{Target: target}
	p.take(TokenOpen, 1)
	p.enter()
	p.skipLines()
	if x.Index = p.expression(true); x.Index == nil {
		p.missing("MissingArrayIndexExpression", "Array index expression is missing or not valid.")
	}
	p.leave()
	p.skipLines()
	if !p.accept(TokenClose, ']') {
		p.missing("MissingEndSquareBracket", "Missing ']' after array index expression.")
	}
	x.Span = p.span(start)
	return x
}
