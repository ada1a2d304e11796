package shell

import (
	"context"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// Kind says what sort of command one is; Get-Command shows it.
type Kind string

// The kinds of command.
const (
	Cmdlet   Kind = "Cmdlet"
	Function Kind = "Function"
	Script   Kind = "ExternalScript" // found by path only: .\x.ps1
	Native   Kind = "Application"    // gets its arguments as typed, unbound
)

// Command is everything the shell knows about a command; all of it is data but
// Start.
type Command struct {
	Name       string
	Kind       Kind
	Aliases    []string
	Synopsis   string
	Parameters []Parameter
	Sets       []string // names of the parameter sets; nil for a single one
	DefaultSet string
	Output     []Property
	Notes      []string // what Get-Help adds
	// Changes gives the command -WhatIf and -Confirm. Asks makes it ask
	// without -Confirm too, as commands of high impact do.
	Changes, Asks bool
	// Class stands after the comma in FullyQualifiedErrorId.
	Class string
	// Module is the source Get-Command shows.
	Module string
	// Path is where a Script lies: C:\…\Scripts\X.ps1.
	Path string
	// Start makes the handler of one use of the command in a pipeline.
	Start func() Handler

	body *block // of functions and scripts in the language; Start is nil then
}

// Property is a property of what a command puts out, for Get-Member, tab
// completion and Get-Help.
type Property struct{ Name, Type string }

// Parameter is one parameter of a command.
type Parameter struct {
	Name    string
	Aliases []string
	Type    string // "String", "Boolean", "DateTime", "String[]", "Fqdn", …; any other name takes text
	Switch  bool
	// Position counts from 0; -1 means by name only.
	Position int
	// Sets names the sets the parameter is in, nil for all. Required names the
	// sets in which it is mandatory; {"*"} means in all of its sets.
	Sets, Required []string
	// Pipeline binds the object in the pipeline, PipelineProperty its property
	// of the parameter's name or alias.
	Pipeline, PipelineProperty bool
	// Rest takes all positional values that are left.
	Rest bool
	// Values are the texts allowed, without regard to case; nil means any.
	Values []string
	// Default is shown by Get-Help; the handler applies it.
	Default string
	Meaning string
	// Ignored means that the parameter can mean nothing here: the engine warns
	// once per use and goes on.
	Ignored bool
	// Why completes the warning: "there is one directory here".
	Why string
	// AllowEmpty lets "" and @() be bound to a mandatory parameter.
	AllowEmpty bool
	// Complete offers values for tab completion; nil for none.
	Complete func(ctx context.Context, s *Session, prefix string) []string
}

// Handler runs one command in one pipeline. Process is called once for each
// object that comes in and, at the head of a pipeline, once without. Nil
// functions are skipped. An error that is returned ends the command; one given
// to Invocation.Fail does not.
type Handler struct {
	Begin, Process, End func(context.Context, *Invocation) error
}

// Each makes a Start from a function without state between inputs.
func Each(process func(context.Context, *Invocation) error) func() Handler {
	return func() Handler { return Handler{Process: process} }
}

// Stream names where a line goes.
type Stream int

// The streams besides the pipeline.
const (
	Output Stream = iota // formatted objects
	Errors
	Warnings
	Verbose
	Debug
	Information // Write-Host
)

// Host is the shell's way to its user.
type Host interface {
	// Write prints text as it is: "WARNING: " and the like stand before it
	// already, and the line feed after it, unless the line is to go on
	// (Write-Host -NoNewline).
	Write(stream Stream, text string)
	// Ask puts a question. It returns ErrNoUser when nobody can answer, and
	// context.Canceled when the user pressed Ctrl-C in place of an answer.
	Ask(ctx context.Context, q Question) (string, error)
	// Width is the number of columns; 120 when it is not a terminal.
	Width() int
}

// Question is what Ask puts to the user.
type Question struct {
	Caption string // "Confirm"; may be empty
	Message string // may have several lines
	Prompt  string // "SipUri: "
	Secret  bool   // do not echo
	// Choices, when there are any, are shown as [Y] Yes  [A] Yes to All …; the
	// answer is a choice's Key. An empty or unknown answer asks again or takes
	// Default.
	Choices []Choice
	Default string
}

// Choice is one answer.
type Choice struct{ Key, Label, Help string }

// ObjectOf is what an object put out by a command is made from: its type's
// names and its properties in order.
func ObjectOf(typeName string, properties ...object.Property) *object.Object {
	return &object.Object{Types: []string{typeName}, Properties: properties}
}
