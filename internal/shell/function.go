package shell

import (
	"context"
	"errors"
	"strings"

	"github.com/matchseal/matchseal/internal/shell/object"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// block is a script block as a value, and the body of functions and scripts.
type block struct {
	node   *syntax.ScriptBlock
	source *source
	script bool // a script file: $script: leads to its scope
	// advanced blocks have [CmdletBinding()] or a mandatory parameter: they take
	// common parameters and nothing that they do not declare.
	advanced bool
	made     *Command
}

// Source is the text between the braces.
func (b *block) Source() string { return b.node.Text }

// command is the block as a command without a name.
func (b *block) command() *Command {
	if b.made == nil {
		b.made = b.named("", Function)
	}
	return b.made
}

// functionOf makes the command a function statement defines.
func functionOf(st *syntax.Function, src *source) *Command {
	return (&block{node: st.Body, source: src}).named(st.Name, Function)
}

// scripted makes the handler that runs a body in the language. It gets a scope
// of its own unless it is dot-sourced.
func (st *stage) scripted(b *block, dotted bool) Handler {
	f := st.caller.with(st.caller.scope, b.source)
	if !dotted {
		f.scope = newScope(st.caller.scope)
		f.scope.script = b.script
	}
	f.function = st.in
	st.frame = f
	var kept []object.Value
	out := func(v object.Value) error { return st.in.Emit(v) }
	h := Handler{
		Begin: func(context.Context, *Invocation) error {
			if f.depth > maxDepth {
				return f.mistake(st.node, "CallDepthOverflow", "InvalidOperation", "The script failed due to call depth overflow.")
			}
			if err := st.parameters(b); err != nil || b.node.Begin == nil {
				return err
			}
			return st.body(b.node.Begin.Statements, out)
		},
		End: func(context.Context, *Invocation) error {
			if st.left {
				return nil
			}
			list := b.node.Body
			if b.node.Process {
				list = nil
			}
			if st.fed {
				st.frame.scope.put("input", &object.List{Items: kept})
			}
			if err := st.body(list, out); err != nil || b.node.End == nil {
				return err
			}
			return st.body(b.node.End.Statements, out)
		},
	}
	h.Process = func(_ context.Context, in *Invocation) error {
		v, fed := in.Input()
		if fed {
			st.pipedParameters(b)
		}
		if fed && !b.node.Process {
			if len(kept) >= maxCollected {
				return f.mistake(st.node, "LimitExceeded", "LimitsExceeded", "More than a million objects were to be kept for $input. Write the body as process { } instead.")
			}
			kept = append(kept, v)
			return nil
		} else if b.node.Process {
			return f.withDollar(v, func() error { return st.body(b.node.Body, out) })
		}
		return nil
	}
	return h
}

// body runs a part of a function; return ends that part, exit all of a script.
func (st *stage) body(list []syntax.Statement, out sink) error {
	err := returned(st.frame.run(list, out))
	var leave *flow
	if st.in.command.body.script && errors.As(err, &leave) && leave.keyword == "exit" {
		st.in.SetExitCode(leave.code)
		st.left = true
		return ErrEnough
	}
	return err
}

// returned is what a return leaves of an error.
func returned(err error) error {
	var leave *flow
	if errors.As(err, &leave) && leave.keyword == "return" {
		return nil
	}
	return err
}

// parameters sets the variables of a function's parameters.
func (st *stage) parameters(b *block) error {
	f, sc := st.frame, st.frame.scope
	bound := &object.Hash{}
	for i := range b.node.Params {
		p := &b.node.Params[i]
		q := &st.in.command.Parameters[i]
		v, given := st.in.binding.values[q]
		if given {
			bound.Set(p.Name, v)
		} else if p.Default != nil {
			var err error
			if v, err = f.expression(p.Default); err == nil && p.Type != "" {
				v, err = st.accepts(q, v)
			}
			if err != nil {
				return err
			}
		} else if v = zero(p.Type); q.Switch {
			v = false
		}
		sc.put(p.Name, v)
	}
	sc.put("args", &object.List{Items: st.in.binding.rest})
	sc.put("PSBoundParameters", bound)
	sc.put("MyInvocation", f.myInvocation(st))
	if b.advanced {
		sc.put("PSCmdlet", ObjectOf(cmdletType, object.Property{Name: "ParameterSetName", Value: st.in.Set()}))
	}
	if b.script {
		sc.put("PSCommandPath", b.source.path)
		sc.put("PSScriptRoot", strings.TrimRight(strings.TrimSuffix(b.source.path, fileName(b.source.path)), `/\`))
	}
	st.inherit(sc)
	return nil
}

// pipedParameters sets the parameters bound to the object in the pipeline.
func (st *stage) pipedParameters(b *block) {
	for p, v := range st.in.binding.piped {
		st.frame.scope.put(p.Name, v)
	}
}

// zero is what a typed parameter holds when it is not given.
func zero(typ string) object.Value {
	full, _ := object.KnownType(typ)
	switch full {
	case "System.String":
		return ""
	case "System.Int32":
		return int32(0)
	case "System.Int64":
		return int64(0)
	case "System.Double":
		return float64(0)
	case "System.Boolean":
		return false
	}
	return nil
}

// inherit makes the common parameters of a function the preferences of its
// body.
func (st *stage) inherit(sc *scope) {
	c := st.in.common
	preference := func(given *bool, name, on, off string) {
		if given != nil && *given {
			sc.put(name, on)
		} else if given != nil {
			sc.put(name, off)
		}
	}
	preference(c.verbose, "VerbosePreference", "Continue", "SilentlyContinue")
	preference(c.debug, "DebugPreference", "Inquire", "SilentlyContinue")
	preference(c.confirm, "ConfirmPreference", "Low", "None")
	if c.whatIf != nil {
		sc.put("WhatIfPreference", *c.whatIf)
	}
	if c.errorAction != "" {
		sc.put("ErrorActionPreference", c.errorAction)
	}
	if c.warningAction != "" {
		sc.put("WarningPreference", c.warningAction)
	}
}

func (f *frame) myInvocation(st *stage) object.Value {
	name := st.in.command.Name
	return ObjectOf("System.Management.Automation.InvocationInfo",
		object.Property{Name: "MyCommand", Value: ObjectOf("System.Management.Automation.CommandInfo",
			object.Property{Name: "Name", Value: name},
			object.Property{Name: "Path", Value: st.in.command.Path})},
		object.Property{Name: "Line", Value: st.caller.source.line(st.node.At().Start.Line)},
		object.Property{Name: "InvocationName", Value: name},
		object.Property{Name: "ScriptLineNumber", Value: int32(st.node.At().Start.Line)})
}

// invoke runs a block in this frame's scope with $_ and $args set.
func (f *frame) invoke(b *block, dollar object.Value, args []object.Value, out sink) error {
	if f.s.depth++; f.s.depth > maxDepth {
		f.s.depth--
		return &object.Error{ID: "CallDepthOverflow", Category: "InvalidOperation", Message: "The script failed due to call depth overflow."}
	}
	defer func() { f.s.depth-- }()
	g := f.with(f.scope, b.source)
	return g.within(func() error {
		return g.withDollar(dollar, func() error {
			for i, p := range b.node.Params {
				if i < len(args) {
					g.scope.put(p.Name, args[i])
				}
			}
			if len(args) > len(b.node.Params) {
				g.scope.put("args", &object.List{Items: args[len(b.node.Params):]})
			}
			for _, part := range []*syntax.Block{b.node.Begin, {Statements: b.node.Body}, b.node.End} {
				if part == nil {
					continue
				}
				if err := returned(g.run(part.Statements, out)); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// withDollar sets $_ while do runs.
func (f *frame) withDollar(v object.Value, do func() error) error {
	before, had := f.scope.variables["_"]
	f.scope.variables["_"] = &variable{name: "_", value: v}
	defer func() {
		if had {
			f.scope.variables["_"] = before
		} else {
			delete(f.scope.variables, "_")
		}
	}()
	return do()
}
