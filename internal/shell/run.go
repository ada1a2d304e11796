package shell

import (
	"errors"

	"github.com/matchseal/matchseal/internal/shell/object"
	"github.com/matchseal/matchseal/internal/shell/paste"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// mostMendings bounds how often one text is mended: a block may have to be
// mended as a whole before one of its lines can be.
const mostMendings = 3

// runner executes one text for Run: reading, repair, statements.
type runner struct {
	s        *Session
	f        *frame
	out      sink
	mendings int // how often the text has been mended already
}

// text reads and executes a text.
func (r *runner) text(text string) error {
	strict := r.s.config.Strict || r.mendings >= mostMendings
	if !strict {
		text = paste.Strip(text)
	}
	script, err := syntax.Parse(text)
	if err != nil {
		if !strict {
			if mended, ok := r.mended(text, err); ok {
				return r.again(mended)
			}
		}
		var bad *syntax.Error
		if errors.As(err, &bad) && bad.Incomplete {
			return err
		}
		return r.refuse(text, err)
	}
	r.f.source = &source{text: text}
	return r.f.within(func() error { return r.statements(script.Statements) })
}

// refuse reports a text that cannot be read.
func (r *runner) refuse(text string, err error) error {
	r.f.source = &source{text: text}
	r.s.ok = false
	return r.f.report(&fault{record: r.f.source.refusal(err)})
}

// refusal is the error record of a mistake in the text.
func (src *source) refusal(err error) *object.ErrorRecord {
	rec := &object.ErrorRecord{
		Message: err.Error(), Category: "ParserError", Reason: "ParentContainsErrorRecordException", ID: "ParserError", Err: err,
	}
	var bad *syntax.Error
	if errors.As(err, &bad) {
		rec.Message, rec.ID = bad.Message, bad.ID
		src.mark(rec, bad.Span)
	}
	return rec
}

func (r *runner) statements(list []syntax.Statement) error {
	for _, st := range list {
		if err := r.statement(st); err != nil {
			return r.end(err)
		}
	}
	return nil
}

// statement executes one statement of the text. One that was refused before
// anything of it ran is mended if that is possible.
func (r *runner) statement(st syntax.Statement) error {
	if err := r.f.ctx.Err(); err != nil {
		return err
	}
	repairable := !r.s.config.Strict && r.mendings < mostMendings
	line := r.f.source.of(st)
	if repairable && quotedPath(st) {
		if mended, ok := r.mended(line, nil); ok {
			return r.again(mended)
		}
	}
	begun := r.s.begun
	err := r.f.execute(st, r.out)
	var refused *fault
	if repairable && errors.As(err, &refused) && refused.binding && begun == r.s.begun {
		if mended, ok := r.mended(line, refused); ok {
			return r.again(mended)
		}
	}
	return r.f.settle(err, st)
}

// again says how a line was read and runs it so. What comes after it in the
// text goes on as it stands.
func (r *runner) again(mended string) error {
	if err := r.f.warn("read as: " + mended); err != nil {
		return err
	}
	next := &runner{s: r.s, f: &frame{s: r.s, ctx: r.f.ctx, scope: r.s.global}, out: r.out, mendings: r.mendings + 1}
	return next.text(mended)
}

// end turns what ended the text into what Run returns.
func (r *runner) end(err error) error {
	var leave *flow
	var failed *fault
	var stop *enough
	var lost *outputError
	switch {
	case errors.As(err, &lost):
		return lost.err
	case errors.As(err, &leave) && leave.keyword == "exit":
		return &Exit{Code: leave.code}
	case errors.As(err, &leave), errors.As(err, &stop):
		return nil // break, continue and return end the text
	case errors.As(err, &failed):
		r.s.ok = false
		return r.f.report(failed)
	}
	return err
}

// of is the piece of the source a node was read from.
func (src *source) of(node syntax.Node) string {
	at := node.At()
	if at.Start.Offset < 0 || at.End.Offset > len(src.text) || at.Start.Offset > at.End.Offset {
		return ""
	}
	return src.text[at.Start.Offset:at.End.Offset]
}
