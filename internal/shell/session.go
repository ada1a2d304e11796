package shell

import (
	"context"
	"time"

	"github.com/matchseal/matchseal/internal/shell/object"
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
	// Files is the file system: virtual folders and the machine's own.
	Files Files
	// Views lays out objects of known types; see package format.
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

// Files is what the language sees of files. Paths are as typed: Windows paths
// of the virtual folders, or paths of this machine.
type Files interface {
	Read(path string) ([]byte, error)
	Write(path string, data []byte, add bool) error
	// List gives the names in a folder, folders with a trailing separator.
	List(path string) ([]string, error)
}

// Session is one shell: variables, location, history, preferences.
type Session struct{}

// New makes a session. Nothing runs and nothing is connected.
func New(c Config) *Session { panic("engine") }

// Run executes text and prints what comes out. Errors have been reported to
// the host when it returns; ok is false when the last command failed ($?).
// It returns an *syntax.Error with Incomplete set, unreported, when text wants
// to go on, so that a terminal can show >>.
func (s *Session) Run(ctx context.Context, text string) (ok bool, err error) { panic("engine") }
