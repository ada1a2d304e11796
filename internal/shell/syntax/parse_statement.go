package syntax

import "fmt"

// statements reads up to a closing character, eof for none, and leaves it.
func (p *parser) statements(closer rune) []Statement {
	var list []Statement
	for {
		p.skipSeparators()
		switch r := p.peek(); {
		case r == closer || r == eof:
			return list
		case r == ')' || r == '}':
			p.unexpected()
			return list
		}
		list = append(list, p.statement())
	}
}

func (p *parser) statement() Statement {
	start := p.offset
	switch word := p.keyword(); word {
	case "if":
		return p.ifStatement(start)
	case "foreach":
		return p.forEach(start)
	case "while":
		return p.while(start)
	case "do":
		return p.do(start)
	case "for":
		return p.forLoop(start)
	case "switch":
		return p.switchStatement(start)
	case "try":
		return p.try(start)
	case "function", "filter":
		return p.function(start, word)
	case "return", "throw", "exit", "break", "continue":
		return p.flow(start, word)
	case "trap", "class", "enum", "using", "workflow", "from", "define", "var", "dynamicparam":
		p.failAt(start, start+len(word), "ReservedKeywordNotAllowed",
			fmt.Sprintf("The '%s' keyword is not supported in this version of the language.", word))
		return nil
	}
	s := p.pipeline()
	p.endStatement()
	return s
}

// isReserved says which words do not name a command at the start of a statement.
func isReserved(word string) bool {
	switch word {
	case "if", "elseif", "else", "foreach", "while", "do", "until", "for", "switch", "try", "catch", "finally",
		"function", "filter", "return", "throw", "exit", "break", "continue", "param", "begin", "process", "end",
		"trap", "class", "enum", "using", "workflow", "from", "define", "var", "dynamicparam":
		return true
	}
	return false
}

// ended says whether nothing more of the statement follows.
func (p *parser) ended() bool {
	p.skipSpace()
	switch r := p.peek(); r {
	case eof, ';', ')', '}':
		return true
	default:
		return isNewline(r)
	}
}

func (p *parser) endStatement() {
	if !p.ended() {
		p.unexpected()
	}
}

// block reads { … }; id and message are the mistake when it is not there.
func (p *parser) block(id, message string) *Block {
	p.skipLines()
	start := p.offset
	b := &Block{}
	if !p.accept(TokenOpen, '{') {
		p.missing(id, message)
		return b
	}
	p.enter()
	b.Statements = p.statements('}')
	p.leave()
	p.closeBrace(start)
	b.Span = p.span(start)
	return b
}

// closeBrace reads the } of the { at start.
func (p *parser) closeBrace(start int) {
	p.skipLines()
	if !p.accept(TokenClose, '}') {
		incomplete := p.peek() == eof
		p.offset = p.last
		if p.err == nil {
			p.failAt(start, start+1, "MissingEndCurlyBrace", "Missing closing '}' in statement block or type definition.")
			p.err.Incomplete = incomplete
		}
		p.offset = len(p.source)
	}
}

// condition reads ( pipeline ) after a keyword.
func (p *parser) condition(keyword, emptyID, emptyMessage string) Statement {
	p.openParen(keyword)
	p.enter()
	p.skipLines()
	var s Statement
	if p.peek() == ')' || p.peek() == eof {
		p.missing(emptyID, emptyMessage)
	} else {
		s = p.pipeline()
	}
	p.leave()
	p.closeParen("MissingEndParenthesisAfterStatement",
		fmt.Sprintf("Missing closing ')' after expression in '%s' statement.", keyword))
	return s
}

func (p *parser) openParen(keyword string) {
	p.skipLines()
	if p.accept(TokenOpen, '(') {
		return
	}
	if keyword == "if" || keyword == "elseif" {
		p.missing("MissingOpenParenthesisInIfStatement", fmt.Sprintf("Missing '(' after '%s' in if statement.", keyword))
		return
	}
	p.missing("MissingOpenParenthesisAfterKeyword", fmt.Sprintf("Missing opening '(' after keyword '%s'.", keyword))
}

func (p *parser) closeParen(id, message string) {
	p.skipLines()
	switch r := p.peek(); {
	case r == ')':
		p.take(TokenClose, 1)
	case r == '&' || r == '|':
		p.unexpected() // which has words of its own for && and ||
	default:
		p.missing(id, message)
	}
}

func (p *parser) ifStatement(start int) Statement {
	s := &If{}
	for word := "if"; ; {
		p.take(TokenKeyword, len(word))
		c := p.condition(word, "IfStatementMissingCondition", fmt.Sprintf("Missing condition in if statement after '%s ('.", word))
		b := p.block("MissingStatementBlock", fmt.Sprintf("Missing statement block after '%s ( condition )'.", word))
		s.Clauses = append(s.Clauses, Clause{c, b})
		word = p.keywordAhead("elseif", "else")
		if word == "else" {
			p.take(TokenKeyword, len(word))
			s.Else = p.block("MissingStatementBlockAfterElse", "Missing statement block after 'else' keyword.")
		}
		if word != "elseif" {
			s.Span = p.span(start)
			return s
		}
	}
}

func (p *parser) forEach(start int) Statement {
	p.take(TokenKeyword, len("foreach"))
	p.openParen("foreach")
	p.enter()
	p.skipLines()
	s := &ForEach{}
	if p.peek() == '$' && p.variableEnd(p.offset) > 0 {
		s.Variable = p.variable().(*Variable)
	} else {
		p.missing("MissingVariableNameAfterForeach", "Missing variable name after foreach.")
	}
	p.skipLines()
	if p.keyword() == "in" {
		p.take(TokenKeyword, len("in"))
	} else {
		p.missing("MissingInInForeach", "Missing 'in' after variable in foreach loop.")
	}
	p.skipLines()
	if p.peek() == ')' || p.peek() == eof {
		p.missing("MissingForeachExpression", "Missing expression after 'in' in foreach loop.")
	} else {
		s.In = p.pipeline()
	}
	p.leave()
	p.closeParen("MissingEndParenthesisAfterForeach", "Missing closing ')' after expression in 'foreach' loop.")
	s.Body = p.block("MissingForeachStatement", "Missing statement body in foreach loop.")
	s.Span = p.span(start)
	return s
}

func (p *parser) while(start int) Statement {
	p.take(TokenKeyword, len("while"))
	s := &Loop{Kind: "while"}
	s.Condition = p.condition("while", "MissingExpressionAfterKeyword", "Missing expression after 'while' in loop.")
	s.Body = p.block("MissingLoopStatement", "Missing statement body in while loop.")
	s.Span = p.span(start)
	return s
}

func (p *parser) do(start int) Statement {
	p.take(TokenKeyword, len("do"))
	s := &Loop{Body: p.block("MissingLoopStatement", "Missing statement body in do loop.")}
	word := p.keywordAhead("while", "until")
	if word == "" {
		p.missing("MissingWhileOrUntilInDoWhile", "Missing while or until keyword in do loop.")
		return s
	}
	s.Kind = "do-" + word
	p.take(TokenKeyword, len(word))
	s.Condition = p.condition(word, "MissingExpressionAfterKeyword", fmt.Sprintf("Missing expression after '%s' in loop.", word))
	s.Span = p.span(start)
	return s
}

func (p *parser) forLoop(start int) Statement {
	p.take(TokenKeyword, len("for"))
	p.openParen("for")
	p.enter()
	s := &Loop{Kind: "for"}
	s.Init = p.forPart()
	if p.accept(TokenSeparator, ';') {
		s.Condition = p.forPart()
	}
	if p.accept(TokenSeparator, ';') {
		s.Step = p.forPart()
	}
	p.leave()
	p.closeParen("MissingEndParenthesisAfterStatement", "Missing closing ')' after expression in 'for' statement.")
	s.Body = p.block("MissingLoopStatement", "Missing statement body in for loop.")
	s.Span = p.span(start)
	return s
}

// forPart is one of the three between the parentheses of for, nil when empty.
func (p *parser) forPart() Statement {
	p.skipLines()
	if r := p.peek(); r == ';' || r == ')' || r == eof {
		return nil
	}
	s := p.pipeline()
	p.skipLines()
	return s
}

func (p *parser) flow(start int, word string) Statement {
	p.take(TokenKeyword, len(word))
	s := &Flow{Keyword: word}
	if !p.ended() {
		if word == "break" || word == "continue" {
			p.unexpected() // labels of loops are not part of the language
			return s
		}
		s.Value = p.pipeline()
		p.endStatement()
	}
	s.Span = p.span(start)
	return s
}

func (p *parser) try(start int) Statement {
	p.take(TokenKeyword, len("try"))
	s := &Try{Body: p.block("MissingTryStatementBlock", "The Try statement is missing its statement block.")}
	for p.keywordAhead("catch") != "" {
		p.take(TokenKeyword, len("catch"))
		s.Catches = append(s.Catches, Catch{
			Types: p.catchTypes(),
			Body:  p.block("MissingCatchHandlerBlock", "The Catch block is missing its statement block."),
		})
	}
	if p.keywordAhead("finally") != "" {
		p.take(TokenKeyword, len("finally"))
		s.Finally = p.block("MissingFinallyStatementBlock", "The Finally block is missing its statement block.")
	}
	if s.Catches == nil && s.Finally == nil {
		p.missing("MissingCatchOrFinally", "The Try statement is missing its Catch or Finally block.")
	}
	s.Span = p.span(start)
	return s
}

func (p *parser) catchTypes() []string {
	var names []string
	for p.skipLines(); p.peek() == '['; p.skipLines() {
		names = append(names, p.typeLiteral().Name)
		p.skipLines()
		if !p.accept(TokenOperator, ',') {
			break
		}
	}
	return names
}
