package shell

import (
	"errors"
	"time"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// ErrNoUser is the answer of a Host that nobody sits at.
var ErrNoUser = errors.New("nobody can be asked here")

// Invocation is one use of a command with its parameters bound. It is for the
// handler's goroutine only.
type Invocation struct{}

// Has says whether the parameter was given.
func (in *Invocation) Has(parameter string) bool { panic("engine") }

// Value is the bound value, already of the parameter's type; nil when not given.
func (in *Invocation) Value(parameter string) object.Value { panic("engine") }

// String is the value as text; "" when not given or null.
func (in *Invocation) String(parameter string) string { panic("engine") }

// StringIf is nil when the parameter was not given; null and "" give "".
func (in *Invocation) StringIf(parameter string) *string { panic("engine") }

// Strings is the value as texts, nil when not given.
func (in *Invocation) Strings(parameter string) []string { panic("engine") }

// Bool is a Boolean or switch; false when not given.
func (in *Invocation) Bool(parameter string) bool { panic("engine") }

// BoolIf is nil when the parameter was not given.
func (in *Invocation) BoolIf(parameter string) *bool { panic("engine") }

// Int is a number; 0 when not given.
func (in *Invocation) Int(parameter string) int { panic("engine") }

// TimeIf is nil when the parameter was not given.
func (in *Invocation) TimeIf(parameter string) *time.Time { panic("engine") }

// Arguments are what a Native command got, as typed.
func (in *Invocation) Arguments() []string { panic("engine") }

// Set is the name of the parameter set in use, "" for a single one.
func (in *Invocation) Set() string { panic("engine") }

// Input is the object in the pipeline; false at the head of one.
func (in *Invocation) Input() (object.Value, bool) { panic("engine") }

// Command is the command in use.
func (in *Invocation) Command() *Command { panic("engine") }

// Session is the shell the command runs in.
func (in *Invocation) Session() *Session { panic("engine") }

// Emit passes a value on. Its error ends the pipeline (Select-Object -First
// has enough, or the user pressed Ctrl-C) and must be returned as it is.
func (in *Invocation) Emit(v object.Value) error { panic("engine") }

// Warn writes "WARNING: …" and obeys -WarningAction and -WarningVariable.
func (in *Invocation) Warn(text string) { panic("engine") }

// Verbose writes "VERBOSE: …" when -Verbose is on. Text may have several lines.
func (in *Invocation) Verbose(text string) { panic("engine") }

// Fail reports an error that does not end the command. What it returns, if
// not nil (-ErrorAction Stop), must be returned as it is.
func (in *Invocation) Fail(err error) error { panic("engine") }

// ShouldProcess asks, or says what would be done under -WhatIf:
//
//	What if: Performing the operation "Remove-PartnerApplication" on target "x".
//
// Lines replaces the question's second line for commands with words of their
// own ("Removing partner application "x".").
func (in *Invocation) ShouldProcess(target string, lines ...string) (bool, error) { panic("engine") }

// ShouldContinue asks a question that -Confirm:$false does not silence; -Force
// is the caller's business. Without a user it is an error that names -Force.
func (in *Invocation) ShouldContinue(caption, message string) (bool, error) { panic("engine") }
