package builtin

import (
	"context"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

func outCommands() []*shell.Command {
	return []*shell.Command{
		{
			Name: "Out-Null", Module: core,
			Synopsis: "Throws objects away.", Parameters: []shell.Parameter{input("the objects")},
			Start: func() shell.Handler { return shell.Handler{} },
		},
		{
			Name: "Out-Default", Module: core,
			Synopsis: "Shows objects as the end of every pipeline does.", Parameters: []shell.Parameter{input("the objects")},
			Start: startOutHost,
		},
		{
			Name: "Out-Host", Aliases: []string{"oh"}, Module: core,
			Synopsis: "Shows objects on the screen.",
			Parameters: []shell.Parameter{
				without(toggle("Paging", "screen by screen"), "the terminal scrolls back"), input("the objects"),
			},
			Start: startOutHost,
		},
		{
			Name: "Out-String", Module: utility,
			Synopsis: "Makes the text that objects are shown as.",
			Parameters: []shell.Parameter{
				toggle("Stream", "line by line"), named("Width", "Int32", "how many columns"), input("the objects"),
			},
			Output: properties("Length", "Int32"),
			Start:  startOutString,
		},
		{
			Name: "Out-File", Module: utility, Changes: true,
			Synopsis: "Writes what objects are shown as to a file.",
			Parameters: []shell.Parameter{
				at(0, "FilePath", "String", "the file", "Path"),
				named("LiteralPath", "String", "the file, without wildcards", "PSPath"),
				at(1, "Encoding", "String", encodingParameter().Meaning),
				toggle("Append", "after what is in the file"),
				toggle("Force", "even when the file is write-protected"),
				toggle("NoClobber", "not if there is such a file", "NoOverwrite"),
				toggle("NoNewline", "without ends of lines"),
				named("Width", "Int32", "how many columns"),
				input("the objects"),
			},
			Start: startOutFile,
		},
	}
}

func teeCommands() []*shell.Command {
	return []*shell.Command{{
		Name: "Tee-Object", Aliases: []string{"tee"}, Module: utility,
		Synopsis: "Writes objects to a file or variable and passes them on.",
		Sets:     []string{"File", "LiteralFile", "Variable"}, DefaultSet: "File",
		Parameters: []shell.Parameter{
			required(within(at(0, "FilePath", "String", "the file"), "File")),
			required(within(named("LiteralPath", "String", "the file, without wildcards", "PSPath"), "LiteralFile")),
			required(within(named("Variable", "String", "the variable, without the $"), "Variable")),
			within(toggle("Append", "after what is there"), "File", "Variable"),
			input("the objects"),
		},
		Start: startTee,
	}}
}

func startOutHost() shell.Handler {
	var p *format.Printer
	return shell.Handler{
		Begin: func(_ context.Context, in *shell.Invocation) error {
			p = in.Session().Printer(0, false, func(text string) { in.Session().Host().Write(shell.Output, text) })
			return nil
		},
		Process: func(_ context.Context, in *shell.Invocation) error {
			if v, ok := incoming(in); ok {
				return p.Print(v)
			}
			return nil
		},
		End: func(context.Context, *shell.Invocation) error { return p.Flush() },
	}
}

func startOutString() shell.Handler {
	var p *format.Printer
	var text strings.Builder
	var failed error
	take := func(in *shell.Invocation) func(string) {
		if !in.Bool("Stream") {
			return func(t string) { text.WriteString(strings.ReplaceAll(t, "\n", newline)) }
		}
		return func(t string) {
			for line := range strings.SplitSeq(strings.TrimSuffix(t, "\n"), "\n") {
				if failed == nil {
					failed = in.Emit(line)
				}
			}
		}
	}
	return shell.Handler{
		Begin: func(_ context.Context, in *shell.Invocation) error {
			p = in.Session().Printer(in.Int("Width"), true, take(in))
			return nil
		},
		Process: func(_ context.Context, in *shell.Invocation) error {
			v, ok := incoming(in)
			if !ok {
				return nil
			}
			if err := p.Print(v); err != nil {
				return err
			}
			return failed
		},
		End: func(_ context.Context, in *shell.Invocation) error {
			if err := p.Flush(); err != nil {
				return err
			}
			if failed != nil || in.Bool("Stream") {
				return failed
			}
			return in.Emit(text.String())
		},
	}
}

// document is a file that objects are printed to.
type document struct {
	w      *writer
	p      *format.Printer
	failed error
}

// openDocument opens the file the command was given.
func openDocument(in *shell.Invocation) (*document, error) {
	w, err := openWriter(in)
	if err != nil {
		return nil, err
	}
	d := &document{w: w}
	end := newline
	if in.Bool("NoNewline") {
		end = ""
	}
	d.p = in.Session().Printer(in.Int("Width"), true, func(text string) {
		if d.failed == nil {
			d.failed = w.write(in, strings.ReplaceAll(text, "\n", end))
		}
	})
	return d, nil
}

func (d *document) print(in *shell.Invocation) error {
	v, ok := incoming(in)
	if !ok {
		return nil
	}
	if err := d.p.Print(v); err != nil {
		return err
	}
	return d.failed
}

func (d *document) close(in *shell.Invocation) error {
	if err := d.p.Flush(); err != nil {
		return err
	}
	if d.failed != nil {
		return d.failed
	}
	return d.w.close(in)
}

func startOutFile() shell.Handler {
	var d *document
	return shell.Handler{
		Begin: func(_ context.Context, in *shell.Invocation) (err error) {
			d, err = openDocument(in)
			return err
		},
		Process: func(_ context.Context, in *shell.Invocation) error { return d.print(in) },
		End:     func(_ context.Context, in *shell.Invocation) error { return d.close(in) },
	}
}

func startTee() shell.Handler {
	var d *document
	var kept []object.Value
	return shell.Handler{
		Begin: func(_ context.Context, in *shell.Invocation) (err error) {
			if !in.Has("Variable") {
				d, err = openDocument(in)
				return err
			}
			if in.Bool("Append") {
				before, _ := in.Session().Variable(in.String("Variable"))
				kept = object.Items(before)
			}
			return nil
		},
		Process: func(_ context.Context, in *shell.Invocation) error {
			v, ok := incoming(in)
			if !ok {
				return nil
			}
			if d == nil {
				kept = append(kept, v)
			} else if err := d.print(in); err != nil {
				return err
			}
			return in.Emit(v)
		},
		End: func(_ context.Context, in *shell.Invocation) error {
			if d == nil {
				return in.Session().SetVariable(in.String("Variable"), oneOrList(kept))
			}
			return d.close(in)
		},
	}
}
