package shell

import (
	"context"
	"errors"

	"github.com/matchseal/matchseal/internal/shell/object"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// pipeline is one run of commands joined by |. Objects are pushed: a stage's
// Emit calls the next stage's Process, so nothing is kept between them and the
// last command has dealt with an object before the first makes another.
type pipeline struct {
	f      *frame
	stages []*stage
	out    sink
	failed bool // a command reported an error: $? is false afterwards
	finish []func() error
}

// stage is one command in a pipeline.
type stage struct {
	line     *pipeline
	position int // from 1
	node     *syntax.Command
	caller   *frame // where the command stands
	frame    *frame // where its own code runs
	in       *Invocation
	handler  Handler
	next     sink
	ready    bool // it has begun
	stopped  bool // ErrEnough was returned
	left     bool // a script said exit
	fed      bool // something comes in through the pipeline
}

// pipeline evaluates a pipeline.
func (f *frame) pipeline(p *syntax.Pipeline, out sink) error {
	if e := loneExpression(p); e != nil {
		return f.lone(e, out)
	}
	if f.s.depth++; f.s.depth > maxDepth {
		f.s.depth--
		return f.mistake(p, "CallDepthOverflow", "InvalidOperation", "The script failed due to call depth overflow.")
	}
	defer func() { f.s.depth-- }()
	pl := &pipeline{f: f, out: out}
	head, commands, err := pl.open(p)
	if err == nil {
		err = pl.prepare(commands, head != nil)
	}
	if err == nil {
		err = pl.run(head)
	}
	for _, done := range pl.finish {
		if failed := done(); err == nil {
			err = failed
		}
	}
	if err != nil && !f.isControl(err) {
		pl.failed = true
	}
	f.s.ok = !pl.failed
	return err
}

// lone evaluates an expression that stands alone. What only acts, as
// $list.Add(1) and $i++ do, puts nothing out.
func (f *frame) lone(e syntax.Expression, out sink) error {
	v, err := f.expression(e)
	if err != nil {
		return err
	}
	f.s.ok = true
	switch e := e.(type) {
	case *syntax.Unary:
		if e.Op == "++" || e.Op == "--" {
			return nil
		}
	case *syntax.Member:
		if e.Call && v == nil {
			return nil
		}
	}
	return spread(v, out)
}

// open separates an expression at the head from the commands.
func (pl *pipeline) open(p *syntax.Pipeline) (*syntax.ExpressionElement, []*syntax.Command, error) {
	var head *syntax.ExpressionElement
	var commands []*syntax.Command
	for i, e := range p.Elements {
		switch e := e.(type) {
		case *syntax.ExpressionElement:
			if i > 0 {
				return nil, nil, pl.f.mistake(e, "ExpressionsMustBeFirstInPipeline", "ParserError", "Expressions are only allowed as the first element of a pipeline.")
			}
			head = e
		case *syntax.Command:
			commands = append(commands, e)
		}
	}
	return head, commands, nil
}

// prepare finds and binds all commands before any of them begins.
func (pl *pipeline) prepare(commands []*syntax.Command, fed bool) error {
	for i, c := range commands {
		st := &stage{line: pl, position: i + 1, node: c, caller: pl.f, fed: fed || i > 0}
		pl.stages = append(pl.stages, st)
		if err := st.prepare(); err != nil {
			return err
		}
	}
	last := pl.out
	for i := len(pl.stages) - 1; i >= 0; i-- {
		st := pl.stages[i]
		r, err := pl.f.redirect(st.node.Redirections, last)
		if err != nil {
			return err
		}
		pl.finish = append(pl.finish, r.finish...)
		st.next = func(v object.Value) error { return r.out(v) }
		if len(st.node.Redirections) > 0 {
			own := *st.frame
			own.routes = r.routes
			st.frame = &own
		}
		last = st.accept
	}
	return nil
}

// run begins all stages, feeds the first one, and ends all.
func (pl *pipeline) run(head *syntax.ExpressionElement) error {
	for _, st := range pl.stages {
		if err := pl.absorb(st.begin()); err != nil {
			return err
		}
	}
	if err := pl.absorb(pl.feed(head)); err != nil {
		return err
	}
	from := 0
	for i, st := range pl.stages {
		if st.stopped {
			from = i
		}
	}
	for _, st := range pl.stages[from:] {
		if err := pl.absorb(st.end()); err != nil {
			return err
		}
	}
	return nil
}

// feed makes the first stage work: once, or for each value of the expression
// at the head.
func (pl *pipeline) feed(head *syntax.ExpressionElement) error {
	for _, st := range pl.stages {
		if st.stopped {
			return nil
		}
	}
	if head == nil {
		return pl.stages[0].once()
	}
	into := pl.out
	if len(pl.stages) > 0 {
		into = pl.stages[0].accept
	}
	r, err := pl.f.redirect(head.Redirections, into)
	if err != nil {
		return err
	}
	pl.finish = append(pl.finish, r.finish...)
	f := *pl.f
	f.routes = r.routes
	return f.feedRange(head.Value, func(v object.Value) error { return r.out(v) })
}

// absorb takes note of a stage of this pipeline that has enough.
func (pl *pipeline) absorb(err error) error {
	var stop *enough
	if errors.As(err, &stop) && stop.stage.line == pl {
		return nil
	}
	return err
}

// begin, accept, once and end call the handler in the stage's own frame.
func (st *stage) begin() error {
	if st.ready {
		return nil
	}
	st.ready = true
	st.in.ignored()
	return st.call(st.handler.Begin)
}

func (st *stage) end() error { return st.call(st.handler.End) }

// once is Process without input, at the head of a pipeline.
func (st *stage) once() error { return st.call(st.handler.Process) }

// accept is Process with an object of the pipeline.
func (st *stage) accept(v object.Value) error {
	if st.stopped {
		return &enough{st}
	}
	if err := st.line.f.ctx.Err(); err != nil {
		return err
	}
	// What is before it may put something out in its own beginning.
	if err := st.begin(); err != nil {
		return err
	}
	ok, err := st.in.bindInput(v)
	if err != nil || !ok {
		return err
	}
	return st.call(st.handler.Process)
}

type step = func(context.Context, *Invocation) error

// call runs one step of the handler and makes what it returns a fault.
func (st *stage) call(do step) error {
	if do == nil {
		return nil
	}
	st.line.f.s.begun++
	err := st.frame.within(func() error { return do(st.frame.ctx, st.in) })
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrEnough):
		st.stopped = true
		return &enough{st}
	case st.line.f.isControl(err):
		return err
	}
	return st.in.ended(err)
}
