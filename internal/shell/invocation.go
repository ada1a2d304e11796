package shell

import (
	"errors"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// ErrNoUser is the answer of a Host that nobody sits at.
var ErrNoUser = errors.New("nobody can be asked here")

// Invocation is one use of a command with its parameters bound. It is for the
// handler's goroutine only.
type Invocation struct {
	stage     *stage
	command   *Command
	binding   *binding
	arguments []string // of a Native command
	input     object.Value
	fed       bool // input is an object of the pipeline
	common    common
	answers   answers
}

// value finds a bound value by the parameter's name.
func (in *Invocation) value(parameter string) (object.Value, bool) {
	return in.binding.value(parameter)
}

// Has says whether the parameter was given.
func (in *Invocation) Has(parameter string) bool {
	_, ok := in.value(parameter)
	return ok
}

// Value is the bound value, already of the parameter's type; nil when not given.
func (in *Invocation) Value(parameter string) object.Value {
	v, _ := in.value(parameter)
	return v
}

// String is the value as text; "" when not given or null.
func (in *Invocation) String(parameter string) string { return asText(in.Value(parameter)) }

func asText(v object.Value) string {
	switch v := v.(type) {
	case nil:
		return ""
	case object.Secure:
		return v.Secret // the only way to it; nothing that shows values comes here
	}
	return object.Text(v)
}

// StringIf is nil when the parameter was not given; null and "" give "".
func (in *Invocation) StringIf(parameter string) *string {
	v, ok := in.value(parameter)
	if !ok {
		return nil
	}
	text := asText(v)
	return &text
}

// Strings is the value as texts, nil when not given.
func (in *Invocation) Strings(parameter string) []string {
	v, ok := in.value(parameter)
	if !ok {
		return nil
	}
	texts := []string{}
	for _, item := range object.Items(v) {
		texts = append(texts, asText(item))
	}
	return texts
}

// Bool is a Boolean or switch; false when not given.
func (in *Invocation) Bool(parameter string) bool { return object.Truth(in.Value(parameter)) }

// BoolIf is nil when the parameter was not given.
func (in *Invocation) BoolIf(parameter string) *bool {
	v, ok := in.value(parameter)
	if !ok {
		return nil
	}
	truth := object.Truth(v)
	return &truth
}

// Int is a number; 0 when not given.
func (in *Invocation) Int(parameter string) int {
	switch v := in.Value(parameter).(type) {
	case int32:
		return int(v)
	case int64:
		return int(v)
	case float64:
		return int(v)
	}
	return 0
}

// TimeIf is nil when the parameter was not given.
func (in *Invocation) TimeIf(parameter string) *time.Time {
	if t, ok := in.Value(parameter).(time.Time); ok {
		return &t
	}
	return nil
}

// Arguments are what a Native command got, as typed.
func (in *Invocation) Arguments() []string { return in.arguments }

// Set is the name of the parameter set in use, "" for a single one.
func (in *Invocation) Set() string { return in.binding.set() }

// Input is the object in the pipeline; false at the head of one.
func (in *Invocation) Input() (object.Value, bool) { return in.input, in.fed }

// Command is the command in use.
func (in *Invocation) Command() *Command { return in.command }

// Session is the shell the command runs in.
func (in *Invocation) Session() *Session { return in.stage.line.f.s }

// Bound are the names of the parameters that were given, as declared.
func (in *Invocation) Bound() []string { return in.binding.names() }

// Emit passes a value on. Its error ends the pipeline (Select-Object -First
// has enough, or the user pressed Ctrl-C) and must be returned as it is.
func (in *Invocation) Emit(v object.Value) error {
	if err := in.stage.line.f.ctx.Err(); err != nil {
		return err
	}
	in.common.keepOutput(v)
	if name := in.common.pipelineVariable; name != "" {
		in.stage.caller.scope.put(name, v)
	}
	return in.stage.next(v)
}

// SetExitCode sets $LASTEXITCODE, as native commands do; anything but 0 makes
// $? false.
func (in *Invocation) SetExitCode(code int) {
	in.Session().global.put("LASTEXITCODE", int32(code))
	if code != 0 {
		in.stage.line.failed = true
	}
}

// Warn writes "WARNING: …" and obeys -WarningAction and -WarningVariable.
func (in *Invocation) Warn(text string) {
	in.common.keep(&in.common.warnings, text)
	switch in.action(in.common.warningAction, "WarningPreference") {
	case "silentlycontinue", "ignore":
		return
	}
	_ = in.stage.frame.warn(text)
}

// Verbose writes "VERBOSE: …" when -Verbose is on. Text may have several lines.
func (in *Invocation) Verbose(text string) {
	if in.on(in.common.verbose, "VerbosePreference") {
		_ = in.stage.frame.say(Verbose, "VERBOSE: ", text, verboseType)
	}
}

// Debug writes "DEBUG: …" when -Debug is on.
func (in *Invocation) Debug(text string) {
	if in.on(in.common.debug, "DebugPreference") {
		_ = in.stage.frame.say(Debug, "DEBUG: ", text, debugType)
	}
}

// Show writes to the information stream whatever the preference is, as
// Write-Host does; newline ends the line.
func (in *Invocation) Show(text string, newline bool) {
	in.common.keep(&in.common.information, text)
	f := in.stage.frame
	if f.routes[Information] != nil {
		_ = f.say(Information, "", text, informationType)
		return
	}
	if newline {
		text += "\n"
	}
	f.s.config.Host.Write(Information, text)
}

// Inform writes to the information stream when $InformationPreference or
// -InformationAction let it, as Write-Information does.
func (in *Invocation) Inform(text string) {
	switch in.action(in.common.informationAction, "InformationPreference") {
	case "continue", "inquire", "stop":
		in.Show(text, true)
		return
	}
	in.common.keep(&in.common.information, text)
}

// on says whether a stream is on: by the common parameter or the preference.
func (in *Invocation) on(given *bool, preference string) bool {
	if given != nil {
		return *given
	}
	switch strings.ToLower(in.stage.frame.preference(preference)) {
	case "", "silentlycontinue", "ignore":
		return false
	}
	return true
}

// action is a common parameter …Action or else the preference, in lower case.
func (in *Invocation) action(given, preference string) string {
	if given == "" {
		given = in.stage.frame.preference(preference)
	}
	return strings.ToLower(given)
}

// Fail reports an error that does not end the command. What it returns, if
// not nil (-ErrorAction Stop), must be returned as it is.
func (in *Invocation) Fail(err error) error {
	if err == nil {
		return nil
	}
	if in.stage.frame.isControl(err) || errors.Is(err, ErrEnough) {
		return err
	}
	var known *fault
	if errors.As(err, &known) {
		return known
	}
	e := &fault{record: in.commandRecord(err)}
	in.stage.line.failed = true
	in.common.keep(&in.common.errors, e.record)
	switch in.action(in.common.errorAction, "ErrorActionPreference") {
	case "stop":
		e.script = true
		return e
	case "ignore":
		return nil
	case "silentlycontinue":
		in.stage.frame.list(e)
		return nil
	case "inquire":
		return in.inquire(e)
	}
	in.stage.frame.list(e)
	return in.stage.frame.writeError(e.record)
}

// ended makes what ended the command a fault. A native command that failed has
// said so itself and ends like any other.
func (in *Invocation) ended(err error) error {
	var native *NativeFailure
	if errors.As(err, &native) {
		in.SetExitCode(native.Status)
		in.stage.line.failed = true
		return in.stage.frame.nativeError(native.Text)
	}
	var known *fault
	if errors.As(err, &known) {
		return known
	}
	e := &fault{record: in.commandRecord(err)}
	in.common.keep(&in.common.errors, e.record)
	switch strings.ToLower(in.common.errorAction) {
	case "stop":
		e.script = true
	case "silentlycontinue":
		e.quiet = true
	case "ignore":
		e.unlisted = true
	}
	return e
}
