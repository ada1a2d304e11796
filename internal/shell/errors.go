package shell

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// ErrEnough is what a handler returns when it wants no more input. The commands
// before it stop, those after it go on to their end.
var ErrEnough = errors.New("no more input is wanted")

// Exit is what Run returns when the text said exit.
type Exit struct{ Code int }

func (e *Exit) Error() string { return fmt.Sprintf("exit %d", e.Code) }

// At says that an error concerns the value of one parameter: the error record
// points there and not at the whole command.
func At(parameter string, err error) error {
	if err == nil {
		return nil
	}
	return &parameterError{parameter, err}
}

type parameterError struct {
	parameter string
	err       error
}

func (e *parameterError) Error() string { return e.err.Error() }
func (e *parameterError) Unwrap() error { return e.err }

// enough travels from a stage that returned ErrEnough through the commands
// before it back to their pipeline.
type enough struct{ stage *stage }

func (e *enough) Error() string { return ErrEnough.Error() }

// fault is a failure that ends at least its statement.
type fault struct {
	record *object.ErrorRecord
	// script means that it ends everything up to a try: throw, -ErrorAction Stop.
	script bool
	// quiet means that -ErrorAction wants it kept off the screen.
	quiet bool
	// unlisted means that it shall not show up in $Error either (Ignore).
	unlisted bool
	// listed means that $Error has it already.
	listed bool
	// binding means that the command line was refused before anything ran.
	binding bool
}

func (e *fault) Error() string { return e.record.Message }
func (e *fault) Unwrap() error { return e.record }

// ErrorID tells package paste what is wrong with a line.
func (e *fault) ErrorID() string { return e.record.ID }

// fault makes any failure one, placed at the node where it came up.
func (f *frame) fault(node syntax.Node, err error) *fault {
	var known *fault
	if errors.As(err, &known) {
		return known
	}
	return &fault{record: f.record(node, err)}
}

// record turns a failure of the language into an error record.
func (f *frame) record(node syntax.Node, err error) *object.ErrorRecord {
	var rec *object.ErrorRecord
	var plain *object.Error
	switch {
	case errors.As(err, &rec):
	case errors.As(err, &plain):
		rec = &object.ErrorRecord{Message: plain.Message, Category: plain.Category, ID: plain.ID, Reason: reason(plain), Err: err}
	default:
		rec = &object.ErrorRecord{Message: err.Error(), Category: "NotSpecified", Reason: "RuntimeException", ID: "RuntimeException", Err: err}
	}
	f.place(rec, node)
	return rec
}

func reason(e *object.Error) string {
	if e.Reason != "" {
		return e.Reason
	}
	return "RuntimeException"
}

// place says where a record's failure happened, unless it says so already.
func (f *frame) place(rec *object.ErrorRecord, node syntax.Node) {
	if rec.Line == 0 && node != nil && f.source != nil {
		f.source.mark(rec, node.At())
	}
}

// mark points a record at a piece of the source.
func (src *source) mark(rec *object.ErrorRecord, at syntax.Span) {
	rec.Line, rec.Column, rec.Script = at.Start.Line, at.Start.Column, src.path
	rec.SourceLine = src.line(at.Start.Line)
	piece, _, _ := strings.Cut(src.of(at), "\n")
	rec.Length = max(1, utf8.RuneCountInString(strings.TrimRight(piece, "\r \t")))
}

// mistake is an error of the language itself.
func (f *frame) mistake(node syntax.Node, id, category, message string, args ...any) *fault {
	if len(args) > 0 {
		message = fmt.Sprintf(message, args...)
	}
	rec := &object.ErrorRecord{Message: message, Category: category, Reason: "RuntimeException", ID: id}
	f.place(rec, node)
	return &fault{record: rec}
}

// report lists a failure in $Error and prints it.
func (f *frame) report(e *fault) error {
	if !e.unlisted {
		f.list(e)
	}
	action := f.preference("ErrorActionPreference")
	if e.quiet || e.unlisted || strings.EqualFold(action, "SilentlyContinue") || strings.EqualFold(action, "Ignore") {
		return nil
	}
	return f.writeError(e.record)
}

// list puts a failure into $Error, once.
func (f *frame) list(e *fault) {
	if e.listed {
		return
	}
	e.listed = true
	if e.record.When.IsZero() {
		e.record.When = f.s.now()
	}
	l := f.s.errors
	l.Items = append([]object.Value{e.record}, l.Items...)
	if len(l.Items) > maxErrors {
		l.Items = l.Items[:maxErrors]
	}
}

func (f *frame) writeError(rec *object.ErrorRecord) error {
	if to := f.routes[Errors]; to != nil {
		return to(rec)
	}
	f.s.config.Host.Write(Errors, format.ErrorText(rec, f.s.config.Host.Width()))
	return nil
}

// nativeError writes what a native command says about its failure.
func (f *frame) nativeError(text string) error {
	if to := f.routes[Errors]; to != nil {
		return to(strings.TrimSuffix(text, "\n"))
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	f.s.config.Host.Write(Errors, text)
	return nil
}

// commandRecord makes the error record of a command's failure.
func (in *Invocation) commandRecord(err error) *object.ErrorRecord {
	f, c := in.stage.frame, in.command
	var rec *object.ErrorRecord
	var plain *object.Error
	switch {
	case errors.As(err, &rec):
	case errors.As(err, &plain):
		rec = &object.ErrorRecord{Message: plain.Message, Category: plain.Category, ID: c.errorID(plain.ID), Reason: reason(plain), Err: err}
	case f.s.config.Faults != nil:
		rec = f.s.config.Faults(c, err)
	}
	if rec == nil {
		rec = &object.ErrorRecord{Message: err.Error(), Category: "NotSpecified", Reason: "Exception", ID: c.errorID("Exception"), Err: err}
	}
	if rec.Command == "" && c.Kind != Function {
		rec.Command = c.Name
	}
	var at *parameterError
	if errors.As(err, &at) {
		if span, ok := in.binding.span(at.parameter); ok {
			in.stage.caller.place(rec, span)
		}
	}
	in.stage.caller.place(rec, in.stage.node)
	if in.binding != nil {
		hideSecrets(rec, in.binding.spans)
	}
	return rec
}

// errorID completes a FullyQualifiedErrorId.
func (c *Command) errorID(id string) string {
	switch {
	case c.Class != "":
		return id + "," + c.Class
	case c.Name != "":
		return id + "," + c.Name
	}
	return id
}
