package syntax

import (
	"fmt"
	"strings"
)

// sketch writes a tree in brackets, so that a test can say what it expects in
// one line: words bare, strings quoted, commands as {name arguments}.
func sketch(n any) string {
	switch n := n.(type) {
	case nil:
		return "nil"
	case *Script:
		return each(n.Statements, "; ")
	case []Statement:
		return each(n, "; ")
	case *Block:
		if n == nil {
			return "nil"
		}
		return "<" + each(n.Statements, "; ") + ">"
	case *Pipeline:
		return each(n.Elements, " | ")
	case *ExpressionElement:
		return sketch(n.Value) + redirected(n.Redirections)
	case *Command:
		text := "{" + n.Invoke + sketch(n.Name)
		for _, a := range n.Arguments {
			text += " " + argument(a)
		}
		return text + redirected(n.Redirections) + "}"
	case *Assign:
		return sketch(n.Target) + " " + n.Op + " " + sketch(n.Value)
	case *If:
		text := ""
		for _, c := range n.Clauses {
			text += "if " + sketch(c.Condition) + " " + sketch(c.Body) + " "
		}
		return text + "else " + sketch(n.Else)
	case *ForEach:
		return "each " + sketch(n.Variable) + " in " + sketch(n.In) + " " + sketch(n.Body)
	case *Loop:
		return n.Kind + " " + sketch(n.Init) + "; " + sketch(n.Condition) + "; " + sketch(n.Step) + " " + sketch(n.Body)
	case *Switch:
		text := "switch " + n.Mode + fmt.Sprint(n.CaseSensitive) + " " + sketch(n.Value)
		for _, c := range n.Cases {
			text += " " + sketch(c.Pattern) + sketch(c.Body)
		}
		return text + " default " + sketch(n.Default)
	case *Try:
		text := "try " + sketch(n.Body)
		for _, c := range n.Catches {
			text += " catch " + strings.Join(c.Types, ",") + sketch(c.Body)
		}
		return text + " finally " + sketch(n.Finally)
	case *Function:
		return "function " + n.Name + sketch(n.Body)
	case *Flow:
		return n.Keyword + " " + sketch(n.Value)
	}
	return sketchExpression(n)
}

func sketchExpression(n any) string {
	switch n := n.(type) {
	case *Bareword:
		if n.Parts != nil {
			return "w(" + each(n.Parts, " ") + ")"
		}
		return n.Text
	case *String:
		quote := string(n.Quote)
		if n.Here {
			quote = "@" + quote
		}
		return quote + n.Value + quote
	case *Expandable:
		return "x(" + each(n.Parts, " ") + ")"
	case *Number:
		return fmt.Sprintf("#%v", n.Value)
	case *Variable:
		sigil := "$"
		if n.Splat {
			sigil = "@"
		}
		if n.Scope != "" {
			sigil += n.Scope + ":"
		}
		return sigil + n.Name
	case *Array:
		return "[" + each(n.Items, ", ") + "]"
	case *ArrayExpression:
		return "@(" + each(n.Statements, "; ") + ")"
	case *Hash:
		text := ""
		for _, e := range n.Entries {
			text += sketch(e.Key) + "=" + sketch(e.Value) + ";"
		}
		return "@{" + text + "}"
	case *Paren:
		return "(" + sketch(n.Value) + ")"
	case *SubExpression:
		return "$(" + each(n.Statements, "; ") + ")"
	case *ScriptBlock:
		return sketchBlock(n)
	case *Unary:
		if n.Postfix {
			return "(" + sketch(n.Operand) + " post" + n.Op + ")"
		}
		return "(" + n.Op + " " + sketch(n.Operand) + ")"
	case *Binary:
		return "(" + sketch(n.Left) + " " + n.Op + " " + sketch(n.Right) + ")"
	case *Member:
		dot := "."
		if n.Static {
			dot = "::"
		}
		text := sketch(n.Target) + dot + sketch(n.Name)
		if n.Call {
			text += "(" + each(n.Arguments, ", ") + ")"
		}
		return text
	case *Index:
		return sketch(n.Target) + "[" + sketch(n.Index) + "]"
	case *Type:
		return "<" + n.Name + ">"
	case *Cast:
		return "(<" + n.Type.Name + "> " + sketch(n.Value) + ")"
	}
	return fmt.Sprintf("?%T", n)
}

func sketchBlock(b *ScriptBlock) string {
	text := ""
	for _, a := range b.Attributes {
		text += a.Name + " "
	}
	for _, q := range b.Params {
		text += fmt.Sprintf("param %s %s %v %d %s, ", q.Type, q.Name, q.Mandatory, len(q.Attributes), sketch(q.Default))
	}
	if b.Begin != nil {
		text += "begin " + sketch(b.Begin)
	}
	if b.Process {
		text += "process "
	}
	text += each(b.Body, "; ")
	if b.End != nil {
		text += "end " + sketch(b.End)
	}
	return "<" + text + ">"
}

func each[T any](list []T, separator string) string {
	var parts []string
	for _, item := range list {
		parts = append(parts, sketch(item))
	}
	return strings.Join(parts, separator)
}

func argument(a Argument) string {
	text := ""
	if a.Parameter != "" {
		text = "-" + a.Parameter
		if a.Colon {
			text += ":"
		}
	}
	if a.Value != nil {
		text += sketch(a.Value)
	}
	return text
}

func redirected(list []Redirection) string {
	text := ""
	for _, r := range list {
		text += " " + r.From + ">"
		if r.Append {
			text += ">"
		}
		if r.Merge {
			text += "&1"
		} else {
			text += sketch(r.Target)
		}
	}
	return text
}
