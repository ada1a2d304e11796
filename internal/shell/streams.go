package shell

import (
	"bytes"
	"strings"

	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// routes says where the streams besides the pipeline go; nil is the host.
type routes [Information + 1]sink

// say writes a line of a stream for people: its prefix goes to the host only.
func (f *frame) say(stream Stream, prefix, text, recordType string) error {
	if to := f.routes[stream]; to != nil {
		return to(&object.Object{
			Types:      []string{recordType},
			Properties: []object.Property{{Name: "Message", Type: "System.String", Value: text}},
			Text:       text,
		})
	}
	f.s.config.Host.Write(stream, prefix+text+"\n")
	return nil
}

// shown is what the end of a pipeline prints of a value: records of the streams
// that were merged into it read as their text.
func shown(v object.Value) object.Value {
	if o, ok := v.(*object.Object); ok && len(o.Types) == 1 {
		switch o.Types[0] {
		case warningType, verboseType, debugType, informationType:
			return o.Text
		}
	}
	return v
}

// The types of what goes through the streams for people.
const (
	warningType     = "System.Management.Automation.WarningRecord"
	verboseType     = "System.Management.Automation.VerboseRecord"
	debugType       = "System.Management.Automation.DebugRecord"
	informationType = "System.Management.Automation.InformationRecord"
)

// warn writes a warning as the preference variable wants it.
func (f *frame) warn(text string) error {
	return f.say(Warnings, "WARNING: ", text, warningType)
}

// redirected is where a command's streams go after its redirections, and what
// has to be called at its end.
type redirected struct {
	routes routes
	out    sink
	finish []func() error
}

// redirect applies redirections: 2>$null, > file, 2>&1, *> file.
func (f *frame) redirect(list []syntax.Redirection, out sink) (*redirected, error) {
	r := &redirected{routes: f.routes, out: out}
	for _, d := range list {
		var to sink
		switch {
		case d.Merge:
			// What a merged stream joins is known only when all redirections
			// are: 2>&1 > file sends both to the file.
			to = func(v object.Value) error { return r.out(v) }
		default:
			target, err := f.target(d, r)
			if err != nil {
				return nil, err
			}
			to = target
		}
		r.route(d.From, d.Merge, to)
	}
	return r, nil
}

// route sends the stream with PowerShell's number from to a sink.
func (r *redirected) route(from string, merge bool, to sink) {
	if from == "*" {
		for s := Errors; s <= Information; s++ {
			r.routes[s] = to
		}
		if !merge {
			r.out = to
		}
		return
	}
	switch from {
	case "", "1":
		r.out = to
	case "2", "3", "4", "5", "6":
		r.routes[Stream(from[0]-'1')] = to
	}
}

// target opens the target of a redirection: $null or a file.
func (f *frame) target(d syntax.Redirection, r *redirected) (sink, error) {
	if v, ok := d.Target.(*syntax.Variable); ok && v.Scope == "" && strings.EqualFold(v.Name, "null") {
		return func(object.Value) error { return nil }, nil
	}
	v, err := f.expression(d.Target)
	if err != nil {
		return nil, err
	}
	path := object.Text(v)
	if path == "" {
		return nil, f.mistake(d.Target, "FileOpenFailure", "OpenError", "The file name of a redirection is empty.")
	}
	w := &fileWriter{s: f.s, path: f.s.Resolve(path), add: d.Append}
	w.printer = f.s.Printer(0, true, w.write)
	r.finish = append(r.finish, func() error {
		if err := w.close(); err != nil {
			return f.mistake(d.Target, "FileOpenFailure", "OpenError", "%s", err.Error())
		}
		return nil
	})
	return w.print, nil
}

// fileWriter writes what reaches it to a file as it would be shown.
type fileWriter struct {
	s       *Session
	path    string
	add     bool // the file keeps what it has
	printer *format.Printer
	held    bytes.Buffer
	written bool
	err     error
}

func (w *fileWriter) print(v object.Value) error {
	if rec, ok := v.(*object.ErrorRecord); ok {
		w.write(format.ErrorText(rec, w.s.config.Host.Width()))
		return w.err
	}
	if err := w.printer.Print(shown(v)); err != nil {
		return err
	}
	return w.err
}

func (w *fileWriter) write(text string) {
	w.held.WriteString(strings.ReplaceAll(text, "\n", "\r\n"))
	if w.held.Len() >= 64<<10 {
		w.flush()
	}
}

// flush hands over what is held, so that a long output needs little memory.
func (w *fileWriter) flush() {
	if w.err != nil {
		return
	}
	w.err = w.s.config.Files.Write(w.path, w.held.Bytes(), w.add || w.written)
	w.written = true
	w.held.Reset()
}

func (w *fileWriter) close() error {
	if err := w.printer.Flush(); err != nil {
		return err
	}
	if w.held.Len() > 0 || !w.written {
		w.flush()
	}
	return w.err
}
