package shell

import (
	"context"

	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// Execute runs text where the calling command stands, as Invoke-Expression
// does. What it puts out goes to emit, whose error ends it.
func (s *Session) Execute(ctx context.Context, text string, emit func(object.Value) error) error {
	f := *s.frame
	f.ctx, f.source = ctx, &source{text: text}
	script, err := syntax.Parse(text)
	if err != nil {
		return f.source.refusal(err)
	}
	return f.within(func() error { return f.run(script.Statements, emit) })
}

// Printer shows values as the end of a pipeline does, in lines of width
// columns; 0 takes the host's width. Verbatim is for files, see package format.
func (s *Session) Printer(width int, verbatim bool, out func(text string)) *format.Printer {
	if width <= 0 {
		width = s.config.Host.Width()
	}
	return format.New(format.Options{
		Width: width, Zone: s.config.Zone, Limit: s.limit(), Views: s.config.Views, Verbatim: verbatim, Out: out,
		Warn: func(text string) { _ = s.frame.warn(text) },
	})
}
