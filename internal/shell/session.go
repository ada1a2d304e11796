package shell

import (
	"context"
	"maps"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// Config is what a shell is made from.
type Config struct {
	Host Host
	// Commands are the cmdlets, scripts and native commands there are.
	Commands []*Command
	// Variables are predefined: "exscripts" → C:\…\Scripts.
	Variables map[string]object.Value
	// Environment holds $env: variables.
	Environment map[string]string
	// Location is the folder the session starts in; `C:\` when empty.
	Location string
	// Files is the file system: virtual folders and the machine's own. Without
	// it there are no files.
	Files Files
	// Drives are what Get-ChildItem lists that is no file, by name in lower
	// case: "cert".
	Drives map[string]Drive
	// Elsewhere tells what to do about a name that is no command here, for one
	// that another shell has; "" when none has. nil knows of no other shell.
	Elsewhere func(name string) string
	// Views lays out objects of known types; see package format.
	Views map[string]format.View
	// Limit is $FormatEnumerationLimit: 16 for Exchange, 4 elsewhere.
	Limit int
	// Strict switches paste repair off.
	Strict bool
	// Faults turns a failure of a command into an error record; nil makes a
	// plain one. The engine fills in where it happened.
	Faults func(command *Command, err error) *object.ErrorRecord
	Now    func() time.Time
	Zone   *time.Location // dates without a zone; nil means local
}

// Files is what the language sees of files. Paths are absolute, Windows paths
// of the virtual folders or paths of this machine; Session.Resolve makes them
// so.
type Files interface {
	Read(path string) ([]byte, error)
	Write(path string, data []byte, add bool) error
	// List gives the names in a folder, folders with a trailing separator.
	List(path string) ([]string, error)
}

// Drive lists what is at a path on a drive that holds no files: for
// LocalMachine\My the certificates in that store. A path that leads nowhere is
// fs.ErrNotExist.
type Drive interface {
	List(ctx context.Context, path string) ([]object.Value, error)
}

// Session is one shell: variables, location, history, preferences. It is for
// one goroutine at a time.
type Session struct {
	config   Config
	commands map[string]*Command // by name and alias, lower case
	aliases  map[string]Alias    // set by Set-Alias
	plain    []Parameter         // common parameters
	changing []Parameter         // those of commands that change something too
	global   *scope
	frame    *frame // where the code that runs now stands
	errors   *object.List
	location string
	history  []string
	printed  *format.Printer
	sink     func(object.Value) error
	ok       bool // $?
	trying   int  // try blocks that wait for a failure
	begun    int  // handlers that have begun, so that repair never repeats one
	depth    int  // pipelines within pipelines
}

// New makes a session. Nothing runs and nothing is connected.
func New(c Config) *Session {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Location == "" {
		c.Location = `C:\`
	}
	s := &Session{
		config: c, commands: map[string]*Command{}, aliases: map[string]Alias{},
		errors: &object.List{Type: "System.Collections.ArrayList"}, location: c.Location, ok: true,
		plain: commonParameters(), changing: append(commonParameters(), changeParameters()...),
	}
	for _, command := range c.Commands {
		s.Add(command)
	}
	s.config.Environment = maps.Clone(c.Environment) // $env:X = … is the session's own
	if s.config.Environment == nil {
		s.config.Environment = map[string]string{}
	}
	s.global = newScope(nil)
	s.global.script = true
	s.predefine()
	s.frame = &frame{s: s, ctx: context.Background(), scope: s.global, source: &source{}}
	s.printed = s.Printer(0, false, func(text string) { c.Host.Write(Output, text) })
	return s
}

// Add makes a command known, in place of one of the same name.
func (s *Session) Add(c *Command) {
	s.commands[strings.ToLower(c.Name)] = c
	for _, a := range c.Aliases {
		if _, taken := s.commands[strings.ToLower(a)]; !taken {
			s.commands[strings.ToLower(a)] = c
		}
	}
}

func (s *Session) now() time.Time { return s.config.Now() }

// limit is $FormatEnumerationLimit.
func (s *Session) limit() int {
	if v := s.global.find("FormatEnumerationLimit"); v != nil {
		if n, err := object.Convert(v.value, "Int32", s.config.Zone); err == nil {
			if n, ok := n.(int32); ok {
				return int(n)
			}
		}
	}
	return s.config.Limit
}

// SetSink sends what reaches the end of a pipeline to take in place of the
// printer; nil brings the printer back.
func (s *Session) SetSink(take func(object.Value) error) { s.sink = take }

// show is the end of every pipeline of a Run.
func (s *Session) show(v object.Value) error {
	if s.sink != nil {
		return s.sink(v)
	}
	return s.printed.Print(shown(v))
}

// Run executes text and prints what comes out. Errors have been reported to
// the host when it returns; ok is false when the last command failed ($?).
//
// The error is an *syntax.Error with Incomplete set, unreported, when text
// wants to go on, so that a terminal can show >>; an *Exit when the text said
// exit; the context's when it was cancelled; or what the sink or printer
// returned. It is nil otherwise, whatever failed in the text.
//
// Unless the session is Strict, a line that cannot be read or bound as it
// stands is mended if package paste knows how, said so, and run once.
func (s *Session) Run(ctx context.Context, text string) (ok bool, err error) {
	r := &runner{s: s, f: &frame{s: s, ctx: ctx, scope: s.global}, out: func(v object.Value) error {
		if err := s.show(v); err != nil {
			return &outputError{err}
		}
		return nil
	}}
	before := s.frame
	defer func() { s.frame = before }()
	err = r.text(text)
	if flushed := s.printed.Flush(); err == nil {
		err = flushed
	}
	if err != nil {
		s.ok = false
	}
	return s.ok, err
}

// Evaluate executes text and returns what comes out instead of printing it. A
// failure is the error; nothing is repaired.
func (s *Session) Evaluate(ctx context.Context, text string) ([]object.Value, error) {
	script, err := syntax.Parse(text)
	if err != nil {
		return nil, err
	}
	f := &frame{s: s, ctx: ctx, scope: s.global, source: &source{text: text}}
	var values []object.Value
	s.trying++
	defer func() { s.trying-- }()
	err = f.within(func() error {
		values, err = f.collect(func(out sink) error { return f.run(script.Statements, out) })
		return err
	})
	return values, err
}
