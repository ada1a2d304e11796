package syntax

import (
	"fmt"
	"strings"
)

// quoted reads the string at the cursor, of either kind.
func (p *parser) quoted() Expression {
	if IsDoubleQuote(p.peek()) {
		return p.doubleQuoted()
	}
	return p.singleQuoted()
}

// singleQuoted reads a literal. Any single quote closes it, two in a row are one.
func (p *parser) singleQuoted() Expression {
	start := p.offset
	p.offset += p.width()
	var value strings.Builder
	for {
		switch r := p.peek(); {
		case r == eof:
			return p.openString(start, "'")
		case IsSingleQuote(r) && !IsSingleQuote(p.second()):
			p.offset += p.width()
			p.note(TokenString, start)
			return &String{Span: p.span(start), Value: value.String(), Quote: '\''}
		case IsSingleQuote(r):
			p.copyRune(&value)
			p.offset += p.width()
		default:
			p.copyRune(&value)
		}
	}
}

// doubleQuoted reads a string with variables in it.
func (p *parser) doubleQuoted() Expression {
	start := p.offset
	p.offset += p.width()
	parts, ok := p.expand(start, func() int {
		if IsDoubleQuote(p.peek()) && !IsDoubleQuote(p.second()) {
			return p.width()
		}
		return 0
	})
	if !ok {
		return p.openString(start, `"`)
	}
	return p.expanded(start, parts, false)
}

// hereString reads @' … '@ or @" … "@. Nothing may follow the header in its
// line, and the footer has to stand at the very beginning of one.
func (p *parser) hereString() Expression {
	start := p.offset
	p.offset++
	single := IsSingleQuote(p.peek())
	p.offset += p.width()
	for IsSpace(p.peek()) {
		p.offset += p.width()
	}
	n := p.newlineAt(p.offset)
	if n == 0 && p.peek() != eof {
		p.failAt(p.offset, p.offset+p.width(), "UnexpectedCharactersAfterHereStringHeader",
			"No characters are allowed after a here-string header but before the end of the line.")
		p.noteBroken(TokenString, start, len(p.tokens))
		return nil
	}
	// The line end of the header is that of the footer too when nothing lies between.
	if single {
		return p.singleHere(start, n)
	}
	parts, ok := p.expand(start, func() int { return p.hereEnd(IsDoubleQuote) })
	if !ok {
		return p.openString(start, `"@`)
	}
	return p.expanded(start, trimHeader(parts, n), true)
}

func (p *parser) singleHere(start, header int) Expression {
	body := p.offset + header
	for ; p.peek() != eof; p.offset += p.width() {
		if n := p.hereEnd(IsSingleQuote); n > 0 {
			value := ""
			if p.offset > body {
				value = p.source[body:p.offset]
			}
			p.offset += n
			p.note(TokenString, start)
			return &String{Span: p.span(start), Value: value, Quote: '\'', Here: true}
		}
	}
	return p.openString(start, "'@")
}

// hereEnd is the length of a here-string's end at the cursor: line end, quote, @.
func (p *parser) hereEnd(quote func(rune) bool) int {
	n := p.newlineAt(p.offset)
	if n == 0 {
		return 0
	}
	if at := p.offset + n; quote(p.runeAt(at)) {
		if w := p.widthAt(at); p.runeAt(at+w) == '@' {
			return n + w + 1
		}
	}
	return 0
}

// trimHeader takes the header's line end off the front of what was read.
func trimHeader(parts []Expression, n int) []Expression {
	if len(parts) == 0 {
		return nil
	}
	first := parts[0].(*String)
	if first.Value = first.Value[n:]; first.Value == "" {
		return parts[1:]
	}
	first.Start = Pos{first.Start.Offset + n, first.Start.Line + 1, 1}
	return parts
}

// expand reads text, variables and $( ) until ends gives the length of the end,
// which it reads too. It is false when the source ends before.
func (p *parser) expand(start int, ends func() int) ([]Expression, bool) {
	var parts []Expression
	var text strings.Builder
	textStart, tokens := p.offset, len(p.tokens)
	flush := func() {
		if text.Len() > 0 {
			parts = append(parts, &String{Span: p.between(textStart, p.offset), Value: text.String(), Quote: '"'})
			text.Reset()
		}
	}
	for {
		if n := ends(); n > 0 {
			flush()
			p.offset += n
			p.tokens = p.tokens[:tokens]
			p.note(TokenString, start)
			return parts, true
		}
		switch r := p.peek(); {
		case r == eof:
			p.tokens = p.tokens[:tokens]
			return nil, false
		case r == '`':
			p.escape(&text)
		case r == '$' && p.expandable(p.offset):
			flush()
			parts = append(parts, p.interpolation())
			textStart = p.offset
		case IsDoubleQuote(r) && IsDoubleQuote(p.second()) && !isHere(p.source[start:]):
			p.copyRune(&text)
			p.offset += p.width()
		default:
			p.copyRune(&text)
		}
		if text.Len() == 0 {
			textStart = p.offset
		}
	}
}

func isHere(source string) bool { return strings.HasPrefix(source, "@") }

// expandable says whether the $ at an offset begins something to expand.
func (p *parser) expandable(at int) bool {
	return p.runeAt(at+1) == '(' || p.variableEnd(at) > 0
}

// interpolation reads $name or $( … ) inside a string or word.
func (p *parser) interpolation() Expression {
	if p.has("$(") {
		return p.subExpression()
	}
	return p.variable()
}

// expanded makes the node: a plain String when there is nothing to expand.
func (p *parser) expanded(start int, parts []Expression, here bool) Expression {
	if len(parts) == 0 {
		return &String{Span: p.span(start), Quote: '"', Here: here}
	}
	if s, ok := parts[0].(*String); ok && len(parts) == 1 {
		return &String{Span: p.span(start), Value: s.Value, Quote: '"', Here: here}
	}
	return &Expandable{Span: p.span(start), Parts: parts, Here: here}
}

// openString is the mistake of a string that does not end. One inside of it
// that came first stays; the token ends where the string would end then.
func (p *parser) openString(start int, terminator string) Expression {
	inner, closed := p.err != nil, false
	p.offset = len(p.source)
	if inner {
		p.offset, closed = p.roughEnd(start)
	}
	p.note(TokenString, start)
	if p.record {
		p.tokens[len(p.tokens)-1].Open = !closed
	}
	if inner {
		p.stopped = p.offset
		p.offset = len(p.source)
		return nil
	}
	p.open(start, "TerminatorExpectedAtEndOfString", fmt.Sprintf("The string is missing the terminator: %s.", terminator))
	return nil
}

// roughEnd is where a double-quoted string ends for somebody who overlooks $( ).
func (p *parser) roughEnd(start int) (end int, closed bool) {
	if isHere(p.source[start:]) {
		return len(p.source), false
	}
	for i := start + p.widthAt(start); i < len(p.source); i += p.widthAt(i) {
		if p.source[i] == '`' {
			i++
		} else if IsDoubleQuote(p.runeAt(i)) {
			return i + p.widthAt(i), true
		}
	}
	return len(p.source), false
}

// copyRune moves one character, valid or not, from the source into text.
func (p *parser) copyRune(text *strings.Builder) {
	n := p.width()
	text.WriteString(p.source[p.offset : p.offset+n])
	p.offset += n
}

// escape reads a backtick and what it escapes.
func (p *parser) escape(text *strings.Builder) {
	p.offset++
	if r := p.peek(); r > 0 && r < 0x80 && escaped(byte(r)) != 0 {
		p.offset++
		if r == '0' {
			text.WriteByte(0)
		} else {
			text.WriteByte(escaped(byte(r)))
		}
		return
	}
	p.copyRune(text)
}

// escaped is the control character that a letter after a backtick stands for,
// 0 for none; the digit 0 gives itself here and NUL in the text.
func escaped(letter byte) byte {
	switch letter {
	case '0':
		return '0'
	case 'a':
		return '\a'
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'v':
		return '\v'
	}
	return 0
}

// variableEnd is the end of the variable whose $ or @ stands at an offset, -1
// when there is none. An open ${ ends with the source.
func (p *parser) variableEnd(at int) int {
	i := at + 1
	switch r := p.runeAt(i); {
	case r == '{' && p.source[at] == '$':
		for i++; i < len(p.source); i++ {
			if p.source[i] == '`' {
				i++
			} else if p.source[i] == '}' {
				return i + 1
			}
		}
		return len(p.source)
	case isSpecialVariable(r) && p.source[at] == '$':
		return i + 1
	case isNameRune(r):
		i = p.variableNameEnd(i)
		if p.runeAt(i) == ':' && isVariableRune(p.runeAt(i+1)) {
			i = p.variableNameEnd(i + 1)
		}
		return i
	}
	return -1
}

func isSpecialVariable(r rune) bool { return r == '$' || r == '?' || r == '^' }

func (p *parser) variableNameEnd(i int) int {
	for isVariableRune(p.runeAt(i)) {
		i += p.widthAt(i)
	}
	return i
}

// variable reads the variable at the cursor, which is there.
func (p *parser) variable() Expression {
	start, end := p.offset, p.variableEnd(p.offset)
	p.offset = end
	p.note(TokenVariable, start)
	v := &Variable{Span: p.span(start), Splat: p.source[start] == '@'}
	name := p.source[start+1 : end]
	if name[0] == '{' {
		v.Braced = true
		var closed bool
		if name, closed = unbraced(name); !closed {
			p.open(start, "IncompleteDollarVariableReference", "Incomplete variable reference token.")
		} else if name == "" {
			p.failAt(start, end, "EmptyVariableReference", "Braced variable name cannot be empty.")
		}
	} else if p.peek() == ':' && p.second() != ':' && !v.Splat && !isSpecialVariable(rune(name[0])) {
		p.failAt(start, end+1, "InvalidVariableReferenceWithDrive",
			"Variable reference is not valid. ':' was not followed by a valid variable name character. Consider using ${} to delimit the name.")
	}
	v.Scope, v.Name = splitScope(name)
	return v
}

// unbraced takes the braces and escapes out of {name}; it is false without the
// closing brace.
func unbraced(text string) (string, bool) {
	var name strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '}':
			return name.String(), true
		case text[i] == '`' && i+1 < len(text):
			i++
		}
		name.WriteByte(text[i])
	}
	return "", false
}

// splitScope cuts env:Path into its two halves; a colon elsewhere belongs to
// the name.
func splitScope(text string) (scope, name string) {
	scope, name, ok := strings.Cut(text, ":")
	if !ok || scope == "" || name == "" || strings.ContainsFunc(scope, func(r rune) bool { return !isVariableRune(r) }) {
		return "", text
	}
	return scope, name
}
