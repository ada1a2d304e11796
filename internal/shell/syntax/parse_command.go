package syntax

import (
	"fmt"
	"strings"
)

// pipeline reads elements joined by |, or an assignment.
func (p *parser) pipeline() Statement {
	start := p.offset
	s := &Pipeline{}
	if p.startsExpression() {
		e := p.expression(true)
		p.skipSpace()
		if op, length := p.assignment(); op != "" && e != nil {
			return p.assign(start, e, op, length)
		}
		if e == nil {
			p.unexpected()
		}
		x := &ExpressionElement{Value: e, Redirections: p.redirections()}
		x.Span = p.span(start)
		s.Elements = append(s.Elements, x)
	} else {
		s.Elements = append(s.Elements, p.command())
	}
	for links := 1; ; links++ {
		p.skipSpace()
		if p.peek() != '|' || p.second() == '|' {
			break
		}
		p.link(links)
		p.take(TokenPipe, 1)
		s.Elements = append(s.Elements, p.nextElement())
	}
	s.Span = p.span(start)
	return s
}

// nextElement reads what follows a pipe: a command, perhaps on the next line.
func (p *parser) nextElement() Element {
	p.skipLines()
	switch r := p.peek(); {
	case r == eof, r == '|', r == ';', r == ')', r == '}':
		p.emptyPipe()
	case p.startsExpression():
		start := p.offset
		p.expression(true)
		p.failAt(start, p.last, "ExpressionsMustBeFirstInPipeline", "Expressions are only allowed as the first element of a pipeline.")
	default:
		return p.command()
	}
	return &Command{}
}

func (p *parser) emptyPipe() {
	if p.peek() == eof {
		p.missing("EmptyPipeElement", "An empty pipe element is not allowed.")
		return
	}
	p.failAt(p.offset, p.offset+1, "EmptyPipeElement", "An empty pipe element is not allowed.")
}

func (p *parser) assign(start int, target Expression, op string, length int) Statement {
	at := p.offset
	p.take(TokenOperator, length)
	if !assignable(target) {
		p.failAt(start, target.At().End.Offset, "InvalidLeftHandSide",
			"The assignment expression is not valid. The input to an assignment operator must be an object that is able to accept assignments, such as a variable or a property.")
	}
	p.skipLines()
	s := &Assign{Target: target, Op: op}
	switch p.peek() {
	case eof, ';', ')', '}', '|':
		p.missing("ExpectedValueExpression", fmt.Sprintf("You must provide a value expression following the '%s' operator.", p.source[at:at+length]))
		return s
	}
	p.enter()
	s.Value = p.assigned()
	p.leave()
	s.Span = p.span(start)
	return s
}

// assigned is what stands right of =: a pipeline, or a statement that puts out
// values, such as if.
func (p *parser) assigned() Statement {
	switch p.keyword() {
	case "if", "foreach", "while", "do", "for", "switch", "try":
		return p.statement()
	}
	return p.pipeline()
}

// command reads a name with its arguments.
func (p *parser) command() *Command {
	start := p.offset
	c := &Command{}
	if c.Invoke = p.invocation(); c.Invoke != "" {
		p.take(TokenOperator, 1)
		p.skipSpace()
		if c.Name = p.elementAs(TokenCommand); c.Name == nil {
			p.missing("MissingExpression", fmt.Sprintf("Missing expression after '%s' in pipeline element.", c.Invoke))
		}
	} else if c.Name = p.word(TokenCommand); c.Name == nil {
		p.noCommand()
	}
	for p.skipSpace(); !p.endsCommand(); p.skipSpace() {
		if r, ok := p.redirection(); ok {
			c.Redirections = append(c.Redirections, r)
			continue
		}
		c.Arguments = append(c.Arguments, p.argument())
	}
	c.Span = p.span(start)
	return c
}

// noCommand is the mistake of something that begins neither a command nor an
// expression.
func (p *parser) noCommand() {
	switch {
	case p.peek() == '|' && p.second() != '|':
		p.emptyPipe()
	case p.peek() == '<':
		p.noInput()
	default:
		p.unexpected()
	}
}

// invocation tells the operators & and . from a command's name.
func (p *parser) invocation() string {
	next := p.second()
	switch p.peek() {
	case '&':
		if next != '&' {
			return "&"
		}
	case '.':
		if IsSpace(next) || isQuote(next) || next == '$' || next == '(' || next == '{' {
			return "."
		}
	}
	return ""
}

func (p *parser) endsCommand() bool {
	switch r := p.peek(); r {
	case eof, ';', '|', '&', ')', '}':
		return true
	default:
		return isNewline(r)
	}
}

// argument reads -Name, -Name:value or a value.
func (p *parser) argument() Argument {
	start := p.offset
	var a Argument
	name, length := p.parameter()
	if length == 0 {
		a.Value = p.values()
		a.Span = p.span(start)
		return a
	}
	dash := p.width()
	p.take(TokenParameter, length)
	a.Dash, a.Parameter = p.source[start:start+dash], name
	if a.Colon = strings.HasSuffix(p.source[start:p.offset], ":"); a.Colon {
		p.skipSpace()
		if p.endsCommand() {
			p.missing("ParameterRequiresArgument", fmt.Sprintf("Parameter '%s' requires an argument.", p.source[start:start+length]))
		} else {
			a.Value = p.values()
		}
	}
	a.Span = p.span(start)
	return a
}

// parameter is the name of the parameter at the cursor and the length of all of
// it, dash and colon included; 0 when there is none. A quote or variable in it
// makes it a word.
func (p *parser) parameter() (name string, length int) {
	from := p.offset + p.width()
	if first := p.runeAt(from); !IsDash(p.peek()) || isDigit(first) || !isVariableRune(first) {
		return "", 0
	}
	for i := from; ; i += p.widthAt(i) {
		switch r := p.runeAt(i); {
		case r == ':':
			return p.source[from:i], i + 1 - p.offset
		case endsWord(r), r == '.', r == '[':
			return p.source[from:i], i - p.offset
		case isQuote(r), r == '$', r == '`' && p.newlineAt(i+1) == 0:
			return "", 0
		case r == '`':
			return p.source[from:i], i - p.offset
		}
	}
}

// values reads an argument, an array when commas join several.
func (p *parser) values() Expression {
	start := p.offset
	first := p.element()
	if first == nil {
		p.missingArgument()
		return nil
	}
	p.skipSpace()
	if p.peek() != ',' {
		return first
	}
	a := &Array{Items: []Expression{first}}
	for p.accept(TokenOperator, ',') {
		p.skipLines()
		item := p.element()
		if item == nil {
			p.missingArgument()
		}
		a.Items = append(a.Items, item)
		p.skipSpace()
	}
	a.Span = p.span(start)
	return a
}

func (p *parser) missingArgument() {
	if p.peek() == '<' {
		p.noInput()
		return
	}
	p.missing("MissingArgument", "Missing argument in parameter list.")
}

func (p *parser) noInput() {
	p.failAt(p.offset, p.offset+1, "RedirectionNotSupported", "The '<' operator is reserved for future use.")
}

// element reads one value of an argument; nil when none begins at the cursor.
func (p *parser) element() Expression { return p.elementAs(TokenWord) }

// elementAs is element with words noted as tokens of a kind.
func (p *parser) elementAs(kind TokenKind) Expression {
	start := p.offset
	switch r := p.peek(); {
	case isQuote(r), r == '(', r == '{', p.has("$("):
		return p.postfix(start, p.primary(), true)
	case r == '@' && isNameRune(p.second()):
		return p.variable()
	case r == '@':
		return p.postfix(start, p.primary(), true)
	case r == '$' && p.standsAlone():
		return p.postfix(start, p.variable(), true)
	}
	return p.word(kind)
}

// standsAlone tells $x, $x.y and $x[0] from a word that begins with a variable,
// such as $x\y.
func (p *parser) standsAlone() bool {
	end := p.variableEnd(p.offset)
	if end < 0 {
		return false
	}
	switch r := p.runeAt(end); r {
	case '.', '[', ':': // $x: is a mistake, which variable reports
		return true
	case '`':
		return p.newlineAt(end+1) > 0
	default:
		return endsWord(r)
	}
}

// word reads a bareword or a number; nil when there is none.
func (p *parser) word(kind TokenKind) Expression {
	start, tokens := p.offset, len(p.tokens)
	var parts []Expression
	var text strings.Builder
	textStart, plain := start, true
	flush := func() {
		if text.Len() > 0 {
			parts = append(parts, &Bareword{Span: p.between(textStart, p.offset), Text: text.String()})
			text.Reset()
		}
	}
	for r := p.peek(); !endsWord(r) && !p.lineGoesOn(); r = p.peek() {
		switch {
		case isQuote(r):
			flush()
			parts = append(parts, p.quoted())
		case r == '$' && p.expandable(p.offset):
			flush()
			parts = append(parts, p.interpolation())
		case r == '`':
			plain = false
			p.escape(&text)
		default:
			p.copyRune(&text)
		}
		if text.Len() == 0 {
			textStart = p.offset
		}
	}
	if p.err != nil {
		p.noteBroken(kind, start, tokens)
		return nil
	}
	if p.offset == start {
		return nil
	}
	if parts != nil {
		flush()
	}
	return p.wordNode(start, tokens, kind, &Bareword{Text: text.String(), Parts: parts}, plain)
}

// wordNode notes the token and tells numbers from words.
func (p *parser) wordNode(start, tokens int, kind TokenKind, w *Bareword, plain bool) Expression {
	p.tokens = p.tokens[:tokens]
	value := any(nil)
	if plain && w.Parts == nil && kind == TokenWord {
		value = signed(w.Text)
	}
	if value != nil {
		kind = TokenNumber
	}
	p.note(kind, start)
	if value != nil {
		return &Number{Span: p.span(start), Text: w.Text, Value: value}
	}
	w.Span = p.span(start)
	if w.Text == "--%" && plain {
		p.failAt(start, p.offset, "StopParsingNotSupported", "The stop-parsing token --% is not part of this shell's language. Put the arguments into quotation marks instead.")
	}
	return w
}

// lineGoesOn: a backtick before a line end, or as the very last character.
func (p *parser) lineGoesOn() bool {
	return p.peek() == '`' && (p.newlineAt(p.offset+1) > 0 || p.offset+1 == len(p.source))
}

// redirections reads those after an expression.
func (p *parser) redirections() []Redirection {
	var list []Redirection
	for p.skipSpace(); ; p.skipSpace() {
		r, ok := p.redirection()
		if !ok {
			return list
		}
		list = append(list, r)
	}
}

// redirection reads 2>$null and its like; false when there is none.
func (p *parser) redirection() (Redirection, bool) {
	start := p.offset
	r := Redirection{From: "1"}
	length := 1
	if first := p.peek(); '1' <= first && first <= '6' || first == '*' {
		r.From, length = string(first), 2
	}
	if p.offset+length > len(p.source) || p.source[p.offset+length-1] != '>' {
		return r, false
	}
	switch rest := p.source[p.offset+length:]; {
	case strings.HasPrefix(rest, "&1"):
		r.Merge = true
		p.take(TokenOperator, length+2)
		r.Span = p.span(start)
		return r, true
	case strings.HasPrefix(rest, "&"):
		p.failAt(start, start+length+1, "RedirectionNotSupported", fmt.Sprintf("The '%s' operator is reserved for future use.", p.source[start:start+length+1]))
		return r, true
	case strings.HasPrefix(rest, ">"):
		r.Append = true
		length++
	}
	p.take(TokenOperator, length)
	p.skipSpace()
	if r.Target = p.element(); r.Target == nil {
		p.missing("MissingFileSpecification", "Missing file specification after redirection operator.")
	}
	r.Span = p.span(start)
	return r, true
}
