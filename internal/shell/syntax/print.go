package syntax

import "strings"

// Print is the text of a tree: canonical spacing, plain quotes, no comments.
// Parse gives the same tree for it but for the spans, Script.Source and
// ScriptBlock.Text. The tree has to be one that Parse could have made: it adds
// no parentheses that are not there.
func Print(s *Script) string {
	var p printer
	if len(s.Params) > 0 || len(s.Attributes) > 0 {
		p.paramBlock(s.Attributes, s.Params)
		p.text("\n")
	}
	p.statements(s.Statements, "\n")
	return p.String()
}

// printer collects text. What ends in "expression" or "argument" prints for
// that mode of the language.
type printer struct{ strings.Builder }

func (p *printer) text(parts ...string) {
	for _, s := range parts {
		p.WriteString(s)
	}
}

// join prints a list with a separator.
func join[T any](p *printer, list []T, separator string, print func(T)) {
	for i, item := range list {
		if i > 0 {
			p.text(separator)
		}
		print(item)
	}
}

func (p *printer) statements(list []Statement, separator string) {
	join(p, list, separator, p.statement)
}

func (p *printer) block(b *Block) {
	p.text("{ ")
	p.statements(b.Statements, "; ")
	p.text(" }")
}

func (p *printer) statement(s Statement) {
	switch s := s.(type) {
	case *Pipeline:
		join(p, s.Elements, " | ", p.element)
	case *Assign:
		p.expression(s.Target)
		p.text(" ", s.Op, " ")
		p.statement(s.Value)
	case *If:
		p.ifStatement(s)
	case *ForEach:
		p.text("foreach (")
		p.variable(s.Variable)
		p.text(" in ")
		p.statement(s.In)
		p.text(") ")
		p.block(s.Body)
	case *Loop:
		p.loop(s)
	case *Switch:
		p.switchStatement(s)
	case *Try:
		p.try(s)
	case *Function:
		p.text("function ", quoteWord(s.Name, true), " ")
		p.scriptBlock(s.Body)
	case *Flow:
		p.text(s.Keyword)
		if s.Value != nil {
			p.text(" ")
			p.statement(s.Value)
		}
	}
}

func (p *printer) ifStatement(s *If) {
	word := "if ("
	for _, c := range s.Clauses {
		p.text(word)
		p.statement(c.Condition)
		p.text(") ")
		p.block(c.Body)
		word = " elseif ("
	}
	if s.Else != nil {
		p.text(" else ")
		p.block(s.Else)
	}
}

func (p *printer) loop(s *Loop) {
	optional := func(s Statement) {
		if s != nil {
			p.statement(s)
		}
	}
	if word, ok := strings.CutPrefix(s.Kind, "do-"); ok {
		p.text("do ")
		p.block(s.Body)
		p.text(" ", word, " (")
		p.statement(s.Condition)
		p.text(")")
		return
	}
	p.text(s.Kind, " (")
	if s.Kind == "for" {
		optional(s.Init)
		p.text("; ")
	}
	optional(s.Condition)
	if s.Kind == "for" {
		p.text("; ")
		optional(s.Step)
	}
	p.text(") ")
	p.block(s.Body)
}

func (p *printer) switchStatement(s *Switch) {
	p.text("switch ")
	if s.Mode != "exact" {
		p.text("-", s.Mode, " ")
	}
	if s.CaseSensitive {
		p.text("-casesensitive ")
	}
	p.text("(")
	p.statement(s.Value)
	p.text(") { ")
	for _, c := range s.Cases {
		if w, ok := c.Pattern.(*Bareword); ok && w.Parts == nil && strings.EqualFold(w.Text, "default") {
			p.text(escapeSomewhere(w.Text))
		} else {
			p.argument(c.Pattern)
		}
		p.text(" ")
		p.block(c.Body)
		p.text("; ")
	}
	if s.Default != nil {
		p.text("default ")
		p.block(s.Default)
	}
	p.text(" }")
}

func (p *printer) try(s *Try) {
	p.text("try ")
	p.block(s.Body)
	for _, c := range s.Catches {
		p.text(" catch ")
		join(p, c.Types, ", ", func(name string) { p.text("[", name, "]") })
		p.text(" ")
		p.block(c.Body)
	}
	if s.Finally != nil {
		p.text(" finally ")
		p.block(s.Finally)
	}
}

// element prints a link of a pipeline.
func (p *printer) element(e Element) {
	switch e := e.(type) {
	case *ExpressionElement:
		p.expression(e.Value)
		p.redirections(e.Redirections)
	case *Command:
		p.command(e)
	}
}

func (p *printer) command(c *Command) {
	if c.Invoke != "" {
		p.text(c.Invoke, " ")
		p.argument(c.Name)
	} else if w, ok := c.Name.(*Bareword); ok {
		p.word(w, true)
	} else {
		p.text("& ")
		p.argument(c.Name)
	}
	for _, a := range c.Arguments {
		p.text(" ")
		if a.Parameter != "" {
			p.text(a.Dash, a.Parameter)
			if a.Colon {
				p.text(":")
			}
		}
		if a.Value != nil {
			p.argument(a.Value)
		}
	}
	p.redirections(c.Redirections)
}

func (p *printer) redirections(list []Redirection) {
	for _, r := range list {
		p.text(" ")
		if r.From != "1" {
			p.text(r.From)
		}
		switch {
		case r.Merge:
			p.text(">&1")
			continue
		case r.Append:
			p.text(">> ")
		default:
			p.text("> ")
		}
		p.argument(r.Target)
	}
}

func (p *printer) scriptBlock(b *ScriptBlock) {
	p.text("{ ")
	if len(b.Params) > 0 || len(b.Attributes) > 0 {
		p.paramBlock(b.Attributes, b.Params)
		p.text("; ")
	}
	if b.Begin == nil && b.End == nil && !b.Process {
		p.statements(b.Body, "; ")
		p.text(" }")
		return
	}
	if b.Begin != nil {
		p.text("begin ")
		p.block(b.Begin)
		p.text(" ")
	}
	if b.Process {
		p.text("process ")
		p.block(&Block{Statements: b.Body})
		p.text(" ")
	}
	if b.End != nil {
		p.text("end ")
		p.block(b.End)
	}
	p.text(" }")
}

func (p *printer) paramBlock(attributes []Attribute, params []Param) {
	join(p, attributes, " ", p.attribute)
	p.text("param(")
	join(p, params, ", ", p.param)
	p.text(")")
}

func (p *printer) param(q Param) {
	if q.Mandatory {
		p.text("[Parameter(Mandatory = $true)]")
	}
	for _, a := range q.Attributes {
		p.attribute(a)
	}
	if q.Type != "" {
		p.text("[", q.Type, "]")
	}
	p.variable(&Variable{Name: q.Name, Braced: strings.ContainsFunc(q.Name, func(r rune) bool { return !isNameRune(r) })})
	if q.Default != nil {
		p.text(" = ")
		p.expression(q.Default)
	}
}

func (p *printer) attribute(a Attribute) {
	p.text("[", a.Name, "(")
	join(p, a.Arguments, ", ", p.expression)
	if len(a.Arguments) > 0 && len(a.Named) > 0 {
		p.text(", ")
	}
	join(p, a.Named, ", ", func(n NamedArgument) {
		p.text(n.Name)
		if n.Value != nil {
			p.text(" = ")
			p.expression(n.Value)
		}
	})
	p.text(")]")
}
