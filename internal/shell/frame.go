package shell

import (
	"context"
	"errors"
	"strings"

	"github.com/matchseal/matchseal/internal/shell/object"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// Bounds of one evaluation. They end what would otherwise end the process.
const (
	maxDepth     = 200       // calls within calls
	maxCollected = 1_000_000 // values kept by one assignment, loop or array
	maxText      = 64 << 20  // bytes of one text
	maxErrors    = 256       // $Error
)

// sink takes the values a statement puts out.
type sink func(object.Value) error

// source is a text that is being evaluated.
type source struct {
	text string
	path string // of the script; empty for typed lines
}

// line is line number n, from 1, without its line feed.
func (src *source) line(n int) string {
	text := src.text
	for ; n > 1; n-- {
		_, rest, ok := strings.Cut(text, "\n")
		if !ok {
			return ""
		}
		text = rest
	}
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSuffix(line, "\r")
}

// frame is where statements run: their scope, source and streams. It lives as
// long as the call it belongs to, so it may hold that call's context.
type frame struct {
	s      *Session
	ctx    context.Context
	scope  *scope
	source *source
	routes routes
	depth  int
	// function is the use of a function or script the code belongs to; nil
	// outside of one.
	function *Invocation
}

// with is the frame of a call made from f.
func (f *frame) with(sc *scope, src *source) *frame {
	g := *f
	g.scope, g.source, g.depth = sc, src, f.depth+1
	return &g
}

// within makes f the frame in which handlers and the session's services work
// while do runs. Stages of a pipeline call each other, and each has its own.
func (f *frame) within(do func() error) error {
	before := f.s.frame
	f.s.frame = f
	defer func() { f.s.frame = before }()
	return do()
}

// flow is break, continue, return or exit on its way out.
type flow struct {
	keyword string
	code    int // exit
}

func (e *flow) Error() string { return e.keyword + " has nothing to leave" }

// isControl says that an error is a way of leaving rather than a failure. That
// something ran out of its own time is a failure; that the user pressed
// Ctrl-C, at a question too, is not.
func (f *frame) isControl(err error) bool {
	var leave *flow
	var stop *enough
	var lost *outputError
	return errors.As(err, &leave) || errors.As(err, &stop) || errors.As(err, &lost) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) && f.ctx.Err() != nil
}

// outputError is a failure of what takes the output of a whole text.
type outputError struct{ err error }

func (e *outputError) Error() string { return e.err.Error() }

// run evaluates statements one after the other.
func (f *frame) run(list []syntax.Statement, out sink) error {
	for _, st := range list {
		if err := f.statement(st, out); err != nil {
			return err
		}
	}
	return nil
}

// statement evaluates one statement. A failure that only ends the statement is
// reported here and evaluation goes on, unless a try is waiting for it.
func (f *frame) statement(st syntax.Statement, out sink) error {
	if err := f.ctx.Err(); err != nil {
		return err
	}
	return f.settle(f.execute(st, out), st)
}

// settle decides what becomes of a statement's failure.
func (f *frame) settle(err error, node syntax.Node) error {
	if err == nil || f.isControl(err) {
		return err
	}
	fault := f.fault(node, err)
	action := f.preference("ErrorActionPreference")
	if fault.script || f.s.trying > 0 {
		return fault
	}
	if strings.EqualFold(action, "Stop") {
		fault.script = true
		return fault
	}
	f.s.ok = false
	return f.report(fault)
}

func (f *frame) execute(st syntax.Statement, out sink) error {
	switch st := st.(type) {
	case *syntax.Pipeline:
		return f.pipeline(st, out)
	case *syntax.Assign:
		_, err := f.assignment(st)
		return err
	case *syntax.If:
		return f.branch(st, out)
	case *syntax.ForEach:
		return f.forEach(st, out)
	case *syntax.Loop:
		return f.loop(st, out)
	case *syntax.Switch:
		return f.choose(st, out)
	case *syntax.Try:
		return f.try(st, out)
	case *syntax.Function:
		f.scope.define(functionOf(st, f.source))
		return nil
	case *syntax.Flow:
		return f.leave(st, out)
	}
	return nil
}

// value is what a statement is as a value: nothing is null, one is itself,
// several are a list. A lone expression keeps its identity: $x = $o.List is the
// object's own list.
func (f *frame) value(st syntax.Statement) (object.Value, error) {
	switch st := st.(type) {
	case nil:
		return nil, nil
	case *syntax.Assign:
		return f.assignment(st)
	case *syntax.Pipeline:
		if e := loneExpression(st); e != nil {
			v, err := f.expression(e)
			if err == nil {
				f.s.ok = true
			}
			return v, err
		}
	}
	values, err := f.collect(func(out sink) error { return f.execute(st, out) })
	return oneOrList(values), err
}

// loneExpression is the expression a pipeline consists of; nil when it has a
// command or sends its streams elsewhere.
func loneExpression(p *syntax.Pipeline) syntax.Expression {
	if len(p.Elements) != 1 {
		return nil
	}
	if e, ok := p.Elements[0].(*syntax.ExpressionElement); ok && len(e.Redirections) == 0 {
		return e.Value
	}
	return nil
}

func oneOrList(values []object.Value) object.Value {
	switch len(values) {
	case 0:
		return nil
	case 1:
		return values[0]
	}
	return &object.List{Items: values}
}

// collect keeps what do puts out.
func (f *frame) collect(do func(sink) error) ([]object.Value, error) {
	var values []object.Value
	err := do(func(v object.Value) error {
		if len(values) >= maxCollected {
			return &object.Error{ID: "LimitExceeded", Category: "LimitsExceeded",
				Message: "More than a million objects were to be kept in memory. Let them flow through a pipeline instead."}
		}
		values = append(values, v)
		return nil
	})
	return values, err
}

// spread puts out a value as the end of an expression does: a list by its
// members.
func spread(v object.Value, out sink) error {
	l, ok := v.(*object.List)
	if !ok {
		return out(v)
	}
	// By index: what takes the members may change the list.
	for i := 0; i < len(l.Items); i++ {
		if err := out(l.Items[i]); err != nil {
			return err
		}
	}
	return nil
}
