package syntax

import "fmt"

// startsExpression says in which mode a statement at the cursor is read.
func (p *parser) startsExpression() bool {
	switch r := p.peek(); {
	case r == '(' || r == '{' || r == '[' || r == '@' || r == '!' || r == '+' || r == ',' || isQuote(r):
		return true
	case r == '$':
		return p.expandable(p.offset)
	case isDigit(r), r == '.' && isDigit(p.second()):
		_, n := number(p.source[p.offset:])
		return n > 0
	case IsDash(r):
		return p.dashStartsExpression()
	}
	return false
}

// dashStartsExpression: -5, - 5, -$x and -not are operators; -x, -? and --x
// would be a command.
func (p *parser) dashStartsExpression() bool {
	word := p.dashWord()
	if word != "" {
		return unaryWord(word) != ""
	}
	next := p.second()
	if IsDash(next) {
		i := p.offset + p.width()
		next = p.runeAt(i + p.widthAt(i))
	}
	return isDigit(next) || next != '?' && !isNameRune(next) && !IsDash(next) && next != eof
}

// expression reads one at the cursor; nil when none begins there. Commas make
// arrays unless they separate the arguments of a call.
func (p *parser) expression(commas bool) Expression { return p.binary(logical, commas) }

func (p *parser) binary(loosest int, commas bool) Expression {
	start := p.offset
	left := p.array(commas)
	if left == nil {
		return nil
	}
	for links := 1; ; links++ {
		p.skipSpace()
		op, binds, length := p.operator()
		if binds < loosest {
			return left
		}
		at, typed := p.offset, p.source[p.offset:p.offset+length]
		p.link(links)
		p.take(TokenOperator, length)
		b := &Binary{Op: op, OpSpan: p.span(at), Left: left}
		p.skipLines()
		if b.Right = p.binary(binds+1, commas); b.Right == nil {
			p.missing("ExpectedValueExpression", fmt.Sprintf("You must provide a value expression following the '%s' operator.", typed))
		}
		b.Span = p.span(start)
		left = b
	}
}

func (p *parser) array(commas bool) Expression {
	start := p.offset
	first := p.unary(commas)
	if first == nil || !commas {
		return first
	}
	p.skipSpace()
	if p.peek() != ',' {
		return first
	}
	a := &Array{Items: []Expression{first}}
	for p.accept(TokenOperator, ',') {
		p.skipLines()
		item := p.unary(commas)
		if item == nil {
			p.missing("MissingExpressionAfterToken", "Missing expression after ','.")
		}
		a.Items = append(a.Items, item)
		p.skipSpace()
	}
	a.Span = p.span(start)
	return a
}

// unary reads operators in front of a value, casts among them.
func (p *parser) unary(commas bool) Expression {
	start := p.offset
	if p.peek() == '[' {
		return p.cast(commas)
	}
	op, length := p.prefix(commas)
	if op == "" {
		return p.postfix(start, p.primary(), false)
	}
	p.enter()
	defer p.leave()
	p.take(TokenOperator, length)
	p.skipLines()
	operand := p.unary(commas)
	switch {
	case operand == nil:
		p.missing("MissingExpressionAfterOperator", fmt.Sprintf("Missing expression after unary operator '%s'.", p.source[start:start+length]))
	case (op == "++" || op == "--") && !assignable(operand):
		p.failAt(start, start+length, "OperatorRequiresVariableOrProperty",
			fmt.Sprintf("The '%s' operator works only on variables or on properties.", op))
	case op == ",":
		return &Array{Span: p.span(start), Items: []Expression{operand}}
	}
	return &Unary{Span: p.span(start), Op: op, Operand: operand}
}

// prefix is the unary operator at the cursor and its length, "" for none.
func (p *parser) prefix(commas bool) (string, int) {
	switch r := p.peek(); {
	case r == '!', r == ',' && commas:
		return string(r), 1
	case p.has("++"):
		return "++", 2
	case r == '+':
		return "+", 1
	case !IsDash(r):
		return "", 0
	}
	if word := p.dashWord(); word != "" {
		return unaryWord(word), p.width() + len(word)
	}
	if n := p.width(); IsDash(p.second()) {
		return "--", n + p.widthAt(p.offset+n)
	}
	return "-", p.width()
}

// assignable says whether ++ and = may change it.
func assignable(e Expression) bool {
	switch e := e.(type) {
	case *Variable:
		return !e.Splat
	case *Member:
		return !e.Call
	case *Index:
		return true
	case *Cast:
		return assignable(e.Value)
	case *Array:
		for _, item := range e.Items {
			if !assignable(item) {
				return false
			}
		}
		return true
	case *Paren:
		// ($a, $b) = 1, 2
		if p, ok := e.Value.(*Pipeline); ok && len(p.Elements) == 1 {
			x, ok := p.Elements[0].(*ExpressionElement)
			return ok && x.Redirections == nil && assignable(x.Value)
		}
	}
	return false
}

// cast reads [name] and the value after it, if there is one.
func (p *parser) cast(commas bool) Expression {
	start := p.offset
	t := p.typeLiteral()
	if p.has("::") || p.peek() == '.' && p.second() != '.' {
		return p.postfix(start, t, false)
	}
	p.skipSpace()
	if r := p.peek(); !p.startsExpression() || r == ',' {
		return t
	}
	p.enter()
	defer p.leave()
	value := p.unary(commas)
	if value == nil {
		return t
	}
	return &Cast{Span: p.span(start), Type: t, Value: value}
}

// typeLiteral reads [name]; p stands at the bracket.
func (p *parser) typeLiteral() *Type {
	start, tokens := p.offset, len(p.tokens)
	p.offset++
	name := p.typeName()
	if p.err != nil {
		p.noteBroken(TokenType, start, tokens)
		return &Type{}
	}
	p.skipBlanks()
	if p.peek() == ']' {
		p.offset++
		p.note(TokenType, start)
	} else {
		p.offset = p.last
		p.note(TokenType, start)
		p.missing("EndSquareBracketExpectedAtEndOfAttribute", "Missing ] at end of attribute or type literal.")
	}
	return &Type{Span: p.span(start), Name: name}
}

// typeName reads System.String[] or Dictionary[string,int]. The name comes
// without the space that may stand in it.
func (p *parser) typeName() string {
	p.enter()
	defer p.leave()
	p.skipBlanks()
	start := p.offset
	for r := p.peek(); isNameRune(r) || r == '.' || r == '+' || r == '`' && isDigit(p.second()); r = p.peek() {
		p.offset += p.width()
	}
	if first := p.runeAt(start); p.offset == start || isDigit(first) || !isNameRune(first) {
		p.offset, p.last = start, start
		p.missing("MissingTypename", "Missing type name after '['.")
		return ""
	}
	name := p.source[start:p.offset]
	p.last = p.offset
	for p.skipBlanks(); p.peek() == '['; p.skipBlanks() {
		p.offset++
		name += "[" + p.typeArguments() + "]"
		if p.peek() != ']' {
			p.missing("EndSquareBracketExpectedAtEndOfAttribute", "Missing ] at end of attribute or type literal.")
			break
		}
		p.offset++
		p.last = p.offset
	}
	return name
}

// typeArguments reads what stands between inner brackets: nothing, commas that
// count dimensions, or names.
func (p *parser) typeArguments() string {
	text := ""
	for p.skipBlanks(); p.peek() != ']' && p.peek() != eof; p.skipBlanks() {
		if p.peek() == ',' {
			text += ","
			p.offset++
			continue
		}
		text += p.typeName()
		if p.skipBlanks(); p.peek() != ',' {
			break
		}
	}
	return text
}

// skipBlanks reads space alone: no comment stands inside a type.
func (p *parser) skipBlanks() {
	for IsSpace(p.peek()) {
		p.offset += p.width()
	}
}
