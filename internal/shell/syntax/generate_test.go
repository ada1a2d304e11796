package syntax

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// generator makes trees of the shapes that Parse can give.
type generator struct{ *rapid.T }

func (g generator) pick(label string, n int) int { return rapid.IntRange(0, n-1).Draw(g.T, label) }

func (g generator) among(label string, texts ...string) string {
	return rapid.SampledFrom(texts).Draw(g.T, label)
}

func (g generator) name() string {
	return rapid.StringMatching(`[A-Za-z_][A-Za-z0-9_]{0,5}`).Draw(g.T, "name")
}

// text is any text without carriage returns, quotes of all kinds likely in it.
func (g generator) text() string {
	return rapid.StringOfN(rapid.OneOf(rapid.Rune().Filter(func(r rune) bool { return r != '\r' }),
		rapid.SampledFrom([]rune("'\"“”‘’`$@#(){}[]|;,&<>-–. \n\u00a0ab0"))), 0, 8, -1).Draw(g.T, "text")
}

// wordText is a text that can stand without quotes, escaped where needed. A
// lone 0 is a number, and no backtick can make a word of it.
func (g generator) wordText() string {
	return rapid.OneOf(rapid.StringMatching(`[A-Za-z\\:/.*=-][A-Za-z0-9\\:/.*=-]{1,8}`), rapid.SampledFrom([]string{
		"if", "foreach", "begin", "default", "5x", "-5", "-x", "#a", "@b", "a b", "x'y", ".", "..", "$a", "1.5", "a`b", "--%", "é", "2>x",
	})).Draw(g.T, "word")
}

func list[E any](g generator, label string, least, most int, one func() E) []E {
	all := make([]E, 0, most)
	for range rapid.IntRange(least, most).Draw(g.T, label) {
		all = append(all, one())
	}
	return all
}

func (g generator) statements(depth int) []Statement {
	return list(g, "statements", 0, 3, func() Statement { return g.statement(depth - 1) })
}

func (g generator) block(depth int) *Block { return &Block{Statements: g.statements(depth)} }

func (g generator) statement(depth int) Statement {
	kind := g.pick("statement", 12)
	if depth <= 0 {
		kind = 0
	}
	switch kind {
	case 1:
		return &Assign{Target: g.target(depth - 1), Op: g.among("op", "=", "+=", "-=", "*=", "/=", "%="), Value: g.assigned(depth - 1)}
	case 2:
		s := &If{Clauses: list(g, "clauses", 1, 3, func() Clause { return Clause{g.pipeline(depth - 1), g.block(depth - 1)} })}
		if g.pick("else", 2) == 0 {
			s.Else = g.block(depth - 1)
		}
		return s
	case 3:
		return &ForEach{Variable: g.variable(), In: g.pipeline(depth - 1), Body: g.block(depth - 1)}
	case 4:
		return g.loop(depth - 1)
	case 5:
		return g.switchStatement(depth - 1)
	case 6:
		s := &Try{Body: g.block(depth - 1), Finally: g.block(depth - 1)}
		s.Catches = list(g, "catches", 0, 2, func() Catch {
			return Catch{list(g, "types", 0, 2, g.typeName), g.block(depth - 1)}
		})
		return s
	case 7:
		return &Function{Name: g.wordText(), Body: g.scriptBlock(depth - 1)}
	case 8:
		s := &Flow{Keyword: g.among("keyword", "return", "throw", "exit", "break", "continue")}
		if s.Keyword != "break" && s.Keyword != "continue" && g.pick("value", 2) == 0 {
			s.Value = g.pipeline(depth - 1)
		}
		return s
	}
	return g.pipeline(depth - 1)
}

func (g generator) assigned(depth int) Statement {
	if g.pick("assigned", 4) == 0 {
		return &If{Clauses: []Clause{{g.pipeline(depth), g.block(depth)}}}
	}
	return g.pipeline(depth)
}

func (g generator) loop(depth int) Statement {
	s := &Loop{Kind: g.among("loop", "while", "do-while", "do-until", "for"), Body: g.block(depth)}
	s.Condition = g.pipeline(depth)
	if s.Kind == "for" {
		s.Init, s.Step = g.pipeline(depth), nil
		if g.pick("condition", 2) == 0 {
			s.Condition = nil
		}
	}
	return s
}

func (g generator) switchStatement(depth int) Statement {
	s := &Switch{Mode: g.among("mode", "exact", "wildcard", "regex"), CaseSensitive: g.pick("case", 2) == 0, Value: g.pipeline(depth)}
	s.Cases = list(g, "cases", 0, 3, func() SwitchCase { return SwitchCase{g.element(depth), g.block(depth)} })
	if g.pick("default", 2) == 0 {
		s.Default = g.block(depth)
	}
	return s
}

func (g generator) pipeline(depth int) Statement {
	s := &Pipeline{}
	if g.pick("head", 2) == 0 {
		s.Elements = []Element{&ExpressionElement{Value: g.expression(depth, logical), Redirections: g.redirections(depth)}}
	} else {
		s.Elements = []Element{g.command(depth)}
	}
	if depth > 0 {
		s.Elements = append(s.Elements, list(g, "pipe", 0, 2, func() Element { return g.command(depth) })...)
	}
	return s
}

func (g generator) command(depth int) *Command {
	c := &Command{Name: &Bareword{Text: g.wordText()}, Redirections: g.redirections(depth)}
	if g.pick("invoke", 4) == 0 {
		c.Invoke, c.Name = g.among("call", "&", "."), g.element(depth)
		if n, ok := c.Name.(*Number); ok {
			c.Name = &Bareword{Text: n.Text}
		}
	}
	c.Arguments = list(g, "arguments", 0, 3, func() Argument { return g.argument(depth) })
	return c
}

func (g generator) argument(depth int) Argument {
	var a Argument
	if g.pick("parameter", 2) == 0 {
		a.Parameter, a.Dash = g.name(), g.among("dash", "-", "–")
		if a.Colon = g.pick("colon", 2) == 0; !a.Colon {
			return a
		}
	}
	if a.Value = g.element(depth); g.pick("array", 3) == 0 {
		a.Value = &Array{Items: append([]Expression{a.Value}, list(g, "items", 1, 2, func() Expression { return g.element(depth) })...)}
	}
	return a
}

func (g generator) redirections(depth int) []Redirection {
	return list(g, "redirections", 0, 1, func() Redirection {
		r := Redirection{From: g.among("from", "1", "2", "*")}
		if r.Merge = r.From != "1" && g.pick("merge", 2) == 0; !r.Merge {
			r.Append, r.Target = g.pick("append", 2) == 0, g.element(depth)
		}
		return r
	})
}

// element is a value of an argument.
func (g generator) element(depth int) Expression {
	switch g.pick("element", 6) {
	case 0:
		return g.postfix(depth)
	case 1:
		return &Number{Text: "-5", Value: int64(-5)}
	case 2:
		return &Variable{Name: g.name(), Splat: true}
	case 3:
		// A word that begins with letters and goes on with quotes and variables.
		return &Bareword{Parts: []Expression{&Bareword{Text: "a" + g.wordText()}, &String{Value: g.text(), Quote: '\''}, g.variable(), &Bareword{Text: "\\x"}}}
	}
	return &Bareword{Text: g.wordText()}
}

func (g generator) variable() *Variable {
	v := &Variable{Name: g.name(), Scope: g.among("scope", "", "", "env", "global")}
	if g.pick("braced", 4) == 0 {
		v.Braced, v.Scope, v.Name = true, "", strings.ReplaceAll(g.text(), ":", "")+"}`x"
	}
	return v
}

func (g generator) typeName() string {
	return g.among("type", "int", "string[]", "System.Collections.Generic.List[string]", "a[,]", "b[c,d]")
}

func (g generator) target(depth int) Expression {
	switch g.pick("target", 4) {
	case 0:
		return &Member{Target: g.variable(), Name: &Bareword{Text: g.name()}}
	case 1:
		return &Cast{Type: &Type{Name: g.typeName()}, Value: g.variable()}
	case 2:
		return &Array{Items: []Expression{g.variable(), &Index{Target: g.variable(), Index: g.expression(depth, logical)}}}
	}
	return g.variable()
}

// expression makes one whose operators bind at least so tightly.
func (g generator) expression(depth, loosest int) Expression {
	if depth <= 0 || loosest > ranging || g.pick("binary", 3) > 0 {
		if loosest > ranging && g.pick("plain", 2) == 0 || depth <= 0 {
			return g.unary(depth)
		}
		return &Array{Items: list(g, "items", 1, 3, func() Expression { return g.unary(depth - 2) })}
	}
	ops := map[int][]string{
		logical: {"-and", "-or", "-xor"}, bitwise: {"-band", "-bor", "-bxor"},
		comparison: {"-eq", "-ceq", "-like", "-notmatch", "-is", "-as", "-join", "-split", "-csplit", "-in"},
		additive:   {"+", "-"}, multiplicative: {"*", "/", "%"}, formatting: {"-f"}, ranging: {".."},
	}
	binds := rapid.IntRange(loosest, ranging).Draw(g.T, "binds")
	left := g.expression(depth-1, binds)
	// A type before + or - would be a cast.
	if endsInType(left) {
		left = g.postfix(depth - 1)
	}
	return &Binary{Op: g.among("op", ops[binds]...), Left: left, Right: g.expression(depth-1, binds+1)}
}

// endsInType: what follows [name] would be cast to it.
func endsInType(e Expression) bool {
	switch e := e.(type) {
	case *Type:
		return true
	case *Array:
		return endsInType(e.Items[len(e.Items)-1])
	case *Binary:
		return endsInType(e.Right)
	case *Unary:
		return endsInType(e.Operand)
	case *Cast:
		return endsInType(e.Value)
	}
	return false
}

func (g generator) unary(depth int) Expression {
	kind := g.pick("unary", 7)
	if depth <= 0 {
		kind = 6
	}
	switch kind {
	case 0:
		return &Unary{Op: g.among("op", "-", "+", "!", "-not", "-bnot", "-join", "-split", "-csplit"), Operand: g.unary(depth - 1)}
	case 1:
		return &Unary{Op: g.among("op", "++", "--"), Operand: g.variable(), Postfix: g.pick("post", 2) == 0}
	case 2:
		return &Cast{Type: &Type{Name: g.typeName()}, Value: g.unary(depth - 1)}
	case 3:
		return &Type{Name: g.typeName()}
	}
	return g.postfix(depth)
}

func (g generator) postfix(depth int) Expression {
	e := g.primary(depth)
	if _, ok := e.(*Number); ok || depth <= 0 {
		return e
	}
	for range g.pick("postfix", 3) {
		switch g.pick("link", 3) {
		case 0:
			e = &Member{Target: e, Name: &Bareword{Text: g.name()}, Static: g.pick("static", 2) == 0}
		case 1:
			m := &Member{Target: e, Name: &Bareword{Text: g.name()}, Call: true, Arguments: []Expression{}}
			m.Arguments = append(m.Arguments, list(g, "arguments", 0, 2, func() Expression { return &Paren{Value: g.pipeline(depth - 1)} })...)
			e = m
		default:
			e = &Index{Target: e, Index: g.expression(depth-1, logical)}
		}
	}
	return e
}

func (g generator) primary(depth int) Expression {
	kind := g.pick("primary", 11)
	if depth <= 0 {
		kind %= 4
	}
	switch kind {
	case 0:
		return g.number()
	case 1:
		return &String{Value: g.text(), Quote: '\''}
	case 2:
		s := &String{Value: g.text(), Quote: g.among("quote", "'", `"`)[0], Here: true}
		if s.Quote == '\'' && !fitsHere(s.Value) {
			s.Here = false
		}
		return s
	case 3:
		return g.variable()
	case 4:
		return &Expandable{Here: g.pick("here", 2) == 0, Parts: []Expression{
			&String{Value: "a" + g.text(), Quote: '"'}, g.variable(), &String{Value: "-" + g.text(), Quote: '"'},
			&SubExpression{Statements: g.statements(depth)},
		}}
	case 5:
		return &Paren{Value: g.pipeline(depth - 1)}
	case 6:
		return &SubExpression{Statements: g.statements(depth - 1)}
	case 7:
		return &ArrayExpression{Statements: g.statements(depth - 1)}
	case 8:
		return g.hash(depth - 1)
	case 9:
		return g.scriptBlock(depth - 1)
	}
	return &String{Value: g.text(), Quote: '"'}
}

func (g generator) number() Expression {
	n := rapid.Int64Range(0, 1<<40).Draw(g.T, "number")
	if g.pick("hex", 2) == 0 {
		return &Number{Text: fmt.Sprintf("0x%012X", n), Value: n}
	}
	return &Number{Text: fmt.Sprint(n), Value: n}
}

func (g generator) hash(depth int) Expression {
	h := &Hash{}
	for i := range g.pick("entries", 4) {
		key := Expression(&Bareword{Text: fmt.Sprint("k", i)})
		if g.pick("key", 2) == 0 {
			key = &String{Value: fmt.Sprint(i, g.text()), Quote: '\''}
		}
		h.Entries = append(h.Entries, HashEntry{key, g.statement(depth)})
	}
	return h
}

func (g generator) scriptBlock(depth int) *ScriptBlock {
	b := &ScriptBlock{Body: g.statements(depth)}
	if g.pick("params", 3) == 0 {
		b.Params = list(g, "params", 1, 3, func() Param { return g.param(depth) })
		b.Attributes = list(g, "attributes", 0, 1, func() Attribute { return Attribute{Name: "CmdletBinding"} })
	}
	if g.pick("named", 3) == 0 {
		b.Begin, b.End, b.Process = g.block(depth), g.block(depth), true
	}
	return b
}

func (g generator) param(depth int) Param {
	q := Param{Name: g.name(), Mandatory: g.pick("mandatory", 2) == 0, Type: g.among("type", "", "string", "int[]")}
	if g.pick("default", 2) == 0 {
		q.Default = &Paren{Value: g.pipeline(depth)}
	}
	q.Attributes = list(g, "attributes", 0, 1, func() Attribute {
		return Attribute{Name: "Parameter", Named: []NamedArgument{{"Position", &Number{Text: "0", Value: int64(0)}}, {"ValueFromPipeline", nil}}}
	})
	return q
}

// What Print writes, Parse reads as the same tree.
func TestPrintedTreesAreReadAsTheyAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := generator{t}
		reprint(t, &Script{Statements: g.statements(3)})
	})
}
