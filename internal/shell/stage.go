package shell

import (
	"fmt"
	"strings"

	"github.com/matchseal/matchseal/internal/shell/object"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// prepare finds the command, evaluates its arguments and binds them.
func (st *stage) prepare() error {
	f := st.caller
	st.frame = f
	c, err := st.find()
	if err != nil {
		return err
	}
	st.in = &Invocation{stage: st, command: c, binding: &binding{command: c}}
	if c.Kind == Native {
		st.in.arguments, err = f.typedArguments(st.node)
		st.handler = c.Start()
		return err
	}
	args, err := f.arguments(st.node)
	if err != nil {
		return err
	}
	if c, args = st.help(c, args); c != st.in.command {
		st.in.command = c
	}
	if err := st.bindAll(c, args); err != nil {
		return err
	}
	st.in.readCommon()
	if c.body != nil {
		st.handler = st.scripted(c.body, st.node.Invoke == ".")
		return nil
	}
	st.handler = c.Start()
	return nil
}

// find resolves the command's name.
func (st *stage) find() (*Command, error) {
	name, body, err := st.caller.commandName(st.node)
	if err != nil {
		return nil, err
	}
	if body != nil {
		return body.command(), nil
	}
	if name == "" {
		return nil, st.caller.mistake(st.node.Name, "BadExpression", "InvalidOperation",
			"The expression after '%s' in a pipeline element produced an object that was not valid. It must result in a command name, a script block, or a CommandInfo object.", st.node.Invoke)
	}
	c, err := st.caller.lookupCommand(name)
	if err != nil {
		e := st.caller.fault(st.node.Name, err)
		e.binding = true
		return nil, e
	}
	return c, nil
}

// help turns "Get-X -?" into "Get-Help Get-X".
func (st *stage) help(c *Command, args []argument) (*Command, []argument) {
	for _, a := range args {
		if a.name != "?" {
			continue
		}
		if help, ok := st.line.f.s.commands["get-help"]; ok {
			return help, []argument{{value: c.Name, given: true, at: a.at, valued: a.at}}
		}
	}
	return c, args
}

// bindAll binds the arguments and asks for what is mandatory.
func (st *stage) bindAll(c *Command, args []argument) error {
	bd := &binder{binding: st.line.f.s.newBinding(c, st.fed), st: st}
	st.in.binding = bd.binding
	for _, step := range []func() error{
		func() error { return bd.bindNamed(args) }, bd.bindPositions, bd.bindRest,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	missing, err := bd.resolve()
	if err != nil || len(missing) == 0 {
		return err
	}
	return bd.ask(missing)
}

// ignored warns about parameters that were given and can mean nothing.
func (in *Invocation) ignored() {
	for _, p := range in.binding.parameters {
		if _, given := in.binding.values[p]; given && p.Ignored {
			in.Warn(fmt.Sprintf("-%s means nothing here: %s", p.Name, p.Why))
		}
	}
}

// arguments evaluates the arguments of a command.
func (f *frame) arguments(c *syntax.Command) ([]argument, error) {
	var all []argument
	for _, a := range c.Arguments {
		if v, ok := a.Value.(*syntax.Variable); ok && v.Splat && a.Parameter == "" {
			more, err := f.splatted(v)
			if err != nil {
				return nil, err
			}
			all = append(all, more...)
			continue
		}
		arg := argument{name: a.Parameter, dash: a.Dash, at: a.Span}
		if a.Parameter != "" && arg.dash == "" {
			arg.dash = "-"
		}
		if a.Value != nil {
			v, err := f.argumentValue(a.Value)
			if err != nil {
				return nil, err
			}
			arg.value, arg.given, arg.valued = v, true, a.Value.At()
		}
		all = append(all, arg)
	}
	return all, nil
}

// argumentValue evaluates an argument; numbers keep their text.
func (f *frame) argumentValue(e syntax.Expression) (object.Value, error) {
	switch e := e.(type) {
	case *syntax.Number:
		return literal{number(e.Value), e.Text}, nil
	case *syntax.Array:
		l := &object.List{}
		for _, item := range e.Items {
			v, err := f.argumentValue(item)
			if err != nil {
				return nil, err
			}
			l.Items = append(l.Items, v)
		}
		return l, nil
	}
	return f.expression(e)
}

// splatted are the arguments a variable stands for: @name.
func (f *frame) splatted(v *syntax.Variable) ([]argument, error) {
	value, _ := f.lookup(v.Scope, v.Name)
	var all []argument
	if h, ok := value.(*object.Hash); ok {
		for i, key := range h.Keys {
			all = append(all, argument{name: object.Text(key), dash: "-", value: h.Values[i], given: true, at: v.Span, valued: v.Span})
		}
		return all, nil
	}
	for _, item := range object.Items(value) {
		all = append(all, argument{value: item, given: true, at: v.Span, valued: v.Span})
	}
	return all, nil
}

// typedArguments are the arguments of a native command, as typed but for
// quotes and variables.
func (f *frame) typedArguments(c *syntax.Command) ([]string, error) {
	var all []string
	for _, a := range c.Arguments {
		if a.Value == nil {
			all = append(all, a.Dash+a.Parameter)
			continue
		}
		v, err := f.expression(a.Value)
		if err != nil {
			return nil, err
		}
		if a.Parameter != "" {
			all = append(all, a.Dash+a.Parameter+":"+object.Text(v))
			continue
		}
		if n, ok := a.Value.(*syntax.Number); ok {
			v = n.Text
		}
		for _, item := range object.Items(v) {
			all = append(all, strings.TrimSuffix(object.Text(item), "\n"))
		}
	}
	return all, nil
}
