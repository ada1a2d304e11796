package shell

import (
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/shell/object"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// named makes a command of a block: what param(…) and its attributes declare
// becomes the same data that a cmdlet has.
func (b *block) named(name string, kind Kind) *Command {
	c := &Command{Name: name, Kind: kind, body: b}
	for _, a := range b.node.Attributes {
		if !strings.EqualFold(a.Name, "CmdletBinding") {
			continue
		}
		b.advanced = true
		for _, n := range a.Named {
			switch strings.ToLower(n.Name) {
			case "supportsshouldprocess":
				c.Changes = flagged(n)
			case "confirmimpact":
				c.Asks = strings.EqualFold(constant(n.Value), "High")
			case "defaultparametersetname":
				c.DefaultSet = constant(n.Value)
				c.addSet(c.DefaultSet)
			}
		}
	}
	for i := range b.node.Params {
		c.Parameters = append(c.Parameters, b.parameter(c, &b.node.Params[i]))
	}
	c.positions()
	return c
}

// positions counts the parameters in the order of param(…), but for switches,
// unless one of them says where it stands.
func (c *Command) positions() {
	said := slices.ContainsFunc(c.Parameters, func(p Parameter) bool { return p.Position >= 0 })
	next := 0
	for i := range c.Parameters {
		p := &c.Parameters[i]
		if p.Position != unplaced {
			continue
		}
		if p.Position = -1; !p.Switch && !said {
			p.Position = next
			next++
		}
	}
}

// unplaced marks a parameter whose position nothing has said yet.
const unplaced = -2

// parameter reads the attributes of one parameter.
func (b *block) parameter(c *Command, p *syntax.Param) Parameter {
	typ := strings.ToLower(shortType(p.Type))
	q := Parameter{Name: p.Name, Type: p.Type, Switch: typ == "switch" || typ == "switchparameter", Position: unplaced}
	if p.Mandatory {
		q.Required = []string{"*"}
		b.advanced = true
	}
	for _, a := range p.Attributes {
		switch strings.ToLower(a.Name) {
		case "parameter":
			b.advanced = true
			c.readParameter(&q, a)
		case "alias":
			q.Aliases = append(q.Aliases, constants(a.Arguments)...)
		case "validateset":
			q.Values = constants(a.Arguments)
			if q.Type == "" {
				q.Type = "String"
			}
		case "allownull", "allowemptystring", "allowemptycollection":
			q.AllowEmpty = true
		}
	}
	return q
}

// readParameter reads [Parameter(…)].
func (c *Command) readParameter(q *Parameter, a syntax.Attribute) {
	for _, n := range a.Named {
		switch strings.ToLower(n.Name) {
		case "position":
			if v, ok := n.Value.(*syntax.Number); ok {
				if at, ok := v.Value.(int64); ok && at >= 0 && at < 1<<16 {
					q.Position = int(at)
				}
			}
		case "valuefrompipeline":
			q.Pipeline = flagged(n)
		case "valuefrompipelinebypropertyname":
			q.PipelineProperty = flagged(n)
		case "valuefromremainingarguments":
			q.Rest = flagged(n)
		case "parametersetname":
			q.Sets = append(q.Sets, constant(n.Value))
			c.addSet(constant(n.Value))
		case "helpmessage":
			q.Meaning = constant(n.Value)
		}
	}
}

func (c *Command) addSet(name string) {
	if name != "" && !containsFold(c.Sets, name) {
		c.Sets = append(c.Sets, name)
	}
}

// flagged is a named argument as a Boolean; a name alone is true.
func flagged(n syntax.NamedArgument) bool {
	v, ok := n.Value.(*syntax.Variable)
	return n.Value == nil || !ok || !strings.EqualFold(v.Name, "false")
}

func constants(list []syntax.Expression) []string {
	var all []string
	for _, e := range list {
		all = append(all, constant(e))
	}
	return all
}

// constant is the text of a literal; attributes hold nothing else.
func constant(e syntax.Expression) string {
	switch e := e.(type) {
	case *syntax.String:
		return e.Value
	case *syntax.Number:
		return e.Text
	case *syntax.Bareword:
		return e.Text
	}
	return ""
}

// cmdletType is the type of $PSCmdlet.
const cmdletType = "System.Management.Automation.PSScriptCmdlet"

// cmdletMember calls a method of $PSCmdlet: the way of functions to the
// questions a cmdlet asks.
func (f *frame) cmdletMember(e *syntax.Member, name string, args []object.Value) (object.Value, error) {
	in := f.function
	texts := []string{"", ""}
	for i, v := range args {
		if i < len(texts) {
			texts[i] = object.Text(v)
		}
	}
	switch {
	case in == nil:
	case strings.EqualFold(name, "ShouldProcess") && len(args) > 1:
		yes, err := in.ShouldProcess(texts[0], `Performing the operation "`+texts[1]+`" on target "`+texts[0]+`".`)
		return yes, f.at(e, err)
	case strings.EqualFold(name, "ShouldProcess"):
		yes, err := in.ShouldProcess(texts[0])
		return yes, f.at(e, err)
	case strings.EqualFold(name, "ShouldContinue"):
		yes, err := in.ShouldContinue(texts[1], texts[0])
		return yes, f.at(e, err)
	case strings.EqualFold(name, "ThrowTerminatingError") && len(args) == 1:
		if rec, ok := args[0].(*object.ErrorRecord); ok {
			return nil, &fault{record: rec}
		}
	}
	return nil, f.mistake(e, "MethodNotFound", "InvalidOperation",
		"Method invocation failed because [%s] does not contain a method named '%s'.", cmdletType, name)
}
