package shell

import (
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// setMask is a choice of a command's parameter sets, one bit each in the order
// of Command.Sets. A command without sets has one without a name.
type setMask uint64

func allSets(c *Command) setMask {
	if len(c.Sets) == 0 {
		return 1
	}
	return 1<<min(len(c.Sets), 64) - 1
}

// maskOf are the sets a parameter is in.
func maskOf(c *Command, p *Parameter) setMask {
	if len(p.Sets) == 0 || len(c.Sets) == 0 {
		return allSets(c)
	}
	var m setMask
	for i, name := range c.Sets {
		if containsFold(p.Sets, name) {
			m |= 1 << i
		}
	}
	return m
}

// defaultMask is the default set; all sets when none is named.
func defaultMask(c *Command) setMask {
	for i, name := range c.Sets {
		if strings.EqualFold(name, c.DefaultSet) {
			return 1 << i
		}
	}
	return allSets(c)
}

// requiredIn says whether a parameter is mandatory in set i.
func requiredIn(c *Command, p *Parameter, i int) bool {
	if len(p.Required) == 0 || maskOf(c, p)&(1<<i) == 0 {
		return false
	}
	return len(c.Sets) == 0 || slices.Contains(p.Required, "*") || containsFold(p.Required, c.Sets[i])
}

func containsFold(list []string, text string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, text) })
}

// set is the name of the set in use.
func (b *binding) set() string {
	if i := b.chosen(); i < len(b.command.Sets) {
		return b.command.Sets[i]
	}
	return ""
}

// chosen is the number of the set in use: the default one while it is
// possible, else the first that is.
func (b *binding) chosen() int {
	m := b.possible
	if d := defaultMask(b.command); m&d != 0 {
		m &= d
	}
	for i := range max(1, len(b.command.Sets)) {
		if m&(1<<i) != 0 {
			return i
		}
	}
	return 0
}

// missing are the mandatory parameters of set i that have no value, without
// those the pipeline may still give.
func (b *binding) missing(i int, pipeline bool) []*Parameter {
	var all []*Parameter
	for _, p := range b.parameters {
		_, piped := b.piped[p]
		switch {
		case !requiredIn(b.command, p, i), b.bound(p), piped:
		case pipeline && (p.Pipeline || p.PipelineProperty):
		default:
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(p, q *Parameter) int { return position(p) - position(q) })
	return all
}

func position(p *Parameter) int {
	if p.Position < 0 {
		return 1 << 16
	}
	return p.Position
}

// resolve decides on the parameter set and gives the parameters to ask for. A
// default set is asked for; without one, a set that lacks nothing is taken.
func (bd *binder) resolve() ([]*Parameter, error) {
	var satisfied setMask
	n := 0
	for i := range max(1, len(bd.command.Sets)) {
		if bd.possible&(1<<i) == 0 {
			continue
		}
		n++
		if len(bd.missing(i, bd.fed)) == 0 {
			satisfied |= 1 << i
		}
	}
	d := defaultMask(bd.command)
	one := len(bd.command.Sets) > 0 && d != allSets(bd.command) && bd.possible&d != 0
	switch {
	case one && satisfied&d == 0 && !bd.fed, one && satisfied == 0, n == 1:
		if one {
			bd.possible = d
		}
		return bd.missing(bd.chosen(), bd.fed), nil
	case satisfied == 0:
		return nil, bd.unresolved()
	}
	bd.possible = satisfied
	return nil, nil
}

func (bd *binder) unresolved() error {
	return bd.refuse(bd.st.node, "AmbiguousParameterSet", "InvalidArgument",
		"Parameter set cannot be resolved using the specified named parameters.")
}

// bindInput binds an object of the pipeline. It is false when the object was
// refused, which is reported and does not end the command.
func (in *Invocation) bindInput(v object.Value) (bool, error) {
	in.input, in.fed = v, true
	b := in.binding
	if in.command.Kind == Native || in.command.body != nil && !in.command.takesPipeline() {
		return true, nil
	}
	if b.begun == 0 {
		b.begun = b.possible
	}
	b.piped, b.possible = nil, b.begun
	for p, block := range b.delayed {
		if err := in.runDelayed(p, block, v); err != nil {
			return false, err
		}
	}
	taken, refused := in.takeInput(v)
	if len(b.missing(b.chosen(), false)) > 0 || !taken && len(b.delayed) == 0 {
		if refused == nil {
			refused = in.stage.refuse(in.command, in.stage.node, "InputObjectNotBound", "InvalidArgument", "ParameterBindingException",
				"The input object cannot be bound to any parameters for the command either because the command does not take pipeline input or the input and its properties do not match any of the parameters that take pipeline input.")
			about(refused, v)
		}
		return false, in.Fail(refused.record)
	}
	return true, nil
}

// takesPipeline says that a parameter is bound to what comes in.
func (c *Command) takesPipeline() bool {
	return slices.ContainsFunc(c.Parameters, func(p Parameter) bool { return p.Pipeline || p.PipelineProperty })
}

func about(e *fault, v object.Value) {
	e.record.TargetName, e.record.TargetType = object.Text(v), "PSObject"
}

// takeInput gives an object to the parameters that take it: by value or by
// property as it is, then with a conversion. An object's property goes before
// the text of the whole object.
func (in *Invocation) takeInput(v object.Value) (taken bool, refused *fault) {
	b := in.binding
	set := func(p *Parameter, v object.Value) {
		if b.piped == nil {
			b.piped = map[*Parameter]object.Value{}
		}
		b.piped[p] = v
		b.possible &= maskOf(in.command, p)
		taken = true
	}
	open := func(p *Parameter) bool {
		_, done := b.piped[p]
		return !done && !b.bound(p) && maskOf(in.command, p)&b.possible != 0
	}
	parameters := b.inDefaultFirst()
	for _, p := range parameters {
		if p.Pipeline && open(p) && exact(p, v) {
			set(p, plain(v))
		}
	}
	_, whole := v.(*object.Object)
	for _, byProperty := range []bool{whole, !whole} {
		for _, p := range parameters {
			if !open(p) || taken && !byProperty {
				continue
			}
			item, ok := v, p.Pipeline && !byProperty
			if byProperty && p.PipelineProperty {
				item, ok = propertyFor(p, v)
			}
			if !ok {
				continue
			}
			if got, err := in.stage.accepts(p, item); err == nil {
				set(p, got)
			} else if refused == nil {
				refused = in.stage.caller.fault(in.stage.node, err)
			}
		}
	}
	return taken, refused
}

// inDefaultFirst are the command's own parameters, those of the default set
// before the others.
func (b *binding) inDefaultFirst() []*Parameter {
	if b.ordered != nil {
		return b.ordered // once for all objects
	}
	all, d := slices.Clone(b.parameters[:b.own]), defaultMask(b.command)
	slices.SortStableFunc(all, func(p, q *Parameter) int {
		return outside(maskOf(b.command, p), d) - outside(maskOf(b.command, q), d)
	})
	b.ordered = all
	return all
}

func outside(m, d setMask) int {
	if m&d != 0 {
		return 0
	}
	return 1
}

// propertyFor finds the property that has a parameter's name or alias.
func propertyFor(p *Parameter, v object.Value) (object.Value, bool) {
	if _, ok := v.(*object.List); ok {
		return nil, false
	}
	for _, name := range append([]string{p.Name}, p.Aliases...) {
		if found, ok := object.Lookup(v, name); ok {
			return found.Value, true
		}
	}
	return nil, false
}

// runDelayed gets a parameter's value from its script block.
func (in *Invocation) runDelayed(p *Parameter, b *block, v object.Value) error {
	values, err := in.stage.caller.collect(func(out sink) error {
		return in.stage.caller.within(func() error { return in.stage.caller.invoke(b, v, nil, out) })
	})
	if err != nil {
		return err
	}
	got, err := in.stage.accepts(p, oneOrList(values))
	if err != nil {
		return err
	}
	if in.binding.piped == nil {
		in.binding.piped = map[*Parameter]object.Value{}
	}
	in.binding.piped[p] = got
	return nil
}
