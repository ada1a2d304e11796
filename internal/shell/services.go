package shell

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// Alias is another name of a command.
type Alias struct{ Name, Target string }

// Aliases are all aliases by name, those of the commands and those of Set-Alias.
func (s *Session) Aliases() []Alias {
	found := map[string]Alias{}
	for _, c := range s.config.Commands {
		for _, a := range c.Aliases {
			found[strings.ToLower(a)] = Alias{a, c.Name}
		}
	}
	for key, a := range s.aliases {
		found[key] = a
	}
	var all []Alias
	for _, a := range found {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b Alias) int { return compareFold(a.Name, b.Name) })
	return all
}

// SetAlias makes name another name of target, which need not exist yet.
func (s *Session) SetAlias(name, target string) {
	s.aliases[strings.ToLower(name)] = Alias{name, target}
}

// Commands are all commands by name, functions that are visible now included.
func (s *Session) Commands() []*Command {
	found := map[string]*Command{}
	for key, c := range s.commands {
		if strings.EqualFold(key, c.Name) {
			found[key] = c
		}
	}
	for sc := s.frame.scope.global(); sc != nil; sc = nil {
		for key, c := range sc.functions {
			found[key] = c
		}
	}
	var all []*Command
	for _, c := range found {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *Command) int { return compareFold(a.Name, b.Name) })
	return all
}

func compareFold(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }

// Variable is the value of $name as the running code sees it. Name may have a
// scope before it: "env:Path", "global:x".
func (s *Session) Variable(name string) (object.Value, bool) {
	scope, rest, ok := strings.Cut(name, ":")
	if !ok {
		scope, rest = "", name
	}
	return s.frame.lookup(scope, rest)
}

// SetVariable sets $name where the running code stands.
func (s *Session) SetVariable(name string, v object.Value) error {
	scope, rest, ok := strings.Cut(name, ":")
	if !ok {
		scope, rest = "", name
	}
	return s.frame.setVariable(scope, rest, v)
}

// RemoveVariable forgets $name; false when there is none that may be removed.
func (s *Session) RemoveVariable(name string) bool {
	for sc := s.frame.scope; sc != nil; sc = sc.parent {
		if _, ok := sc.variables[strings.ToLower(name)]; ok {
			return sc.drop(name)
		}
	}
	return false
}

// Variables are the names of all variables the running code sees, in order.
func (s *Session) Variables() []string {
	found := map[string]string{}
	for sc := s.frame.scope; sc != nil; sc = sc.parent {
		for key, v := range sc.variables {
			if _, inner := found[key]; !inner {
				found[key] = v.name
			}
		}
	}
	for _, name := range automaticNames() {
		found[strings.ToLower(name)] = name
	}
	var all []string
	for _, name := range found {
		all = append(all, name)
	}
	slices.SortFunc(all, compareFold)
	return all
}

// Environment are the names of the $env: variables, in order.
func (s *Session) Environment() []string {
	var all []string
	for name := range s.config.Environment {
		all = append(all, name)
	}
	slices.SortFunc(all, compareFold)
	return all
}

// Location is the current folder.
func (s *Session) Location() string { return s.location }

// SetLocation makes path, which may be relative, the current folder. Whether
// it exists is the caller's business.
func (s *Session) SetLocation(path string) { s.location = s.Resolve(path) }

// Files is the file system, nil without one.
func (s *Session) Files() Files { return s.config.Files }

// Drive is a drive of the shell's own by its name, without regard to case.
func (s *Session) Drive(name string) (Drive, bool) {
	d, ok := s.config.Drives[strings.ToLower(name)]
	return d, ok
}

// Host is the way to the user.
func (s *Session) Host() Host { return s.config.Host }

// Zone is where dates without a zone are; nil means local.
func (s *Session) Zone() *time.Location { return s.config.Zone }

// Now is the session's clock.
func (s *Session) Now() time.Time { return s.now() }

// Strict says that paste repair is off.
func (s *Session) Strict() bool { return s.config.Strict }

// History are the lines given to Remember, oldest first.
func (s *Session) History() []string { return slices.Clone(s.history) }

// Remember adds a line to the history, of which 4096 lines are kept.
func (s *Session) Remember(line string) {
	if s.history = append(s.history, line); len(s.history) > 4096 {
		s.history = s.history[len(s.history)-4096:]
	}
}

// Runtime is what package object needs for members of values.
func (s *Session) Runtime() object.Runtime {
	rt := object.Runtime{Now: s.config.Now, Zone: s.config.Zone}
	if files := s.config.Files; files != nil {
		rt.ReadFile = func(path string) ([]byte, error) { return files.Read(s.Resolve(path)) }
		rt.WriteFile = func(path string, data []byte) error { return files.Write(s.Resolve(path), data, false) }
	}
	return rt
}

// Invoke runs a script block where the calling command stands, without a scope
// of its own, with $_ set to dollar and $args to args. What the block puts out
// goes to emit, whose error ends it.
func (s *Session) Invoke(ctx context.Context, b object.Block, dollar object.Value, emit func(object.Value) error, args ...object.Value) error {
	body, ok := b.(*block)
	if !ok {
		return fmt.Errorf("a script block of another shell cannot be run")
	}
	f := *s.frame
	f.ctx = ctx
	return f.invoke(body, dollar, args, emit)
}

// Failed are the errors so far, newest first: $Error.
func (s *Session) Failed() *object.List { return s.errors }
