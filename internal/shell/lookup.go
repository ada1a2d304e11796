package shell

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/matchseal/matchseal/internal/shell/object"
	"github.com/matchseal/matchseal/internal/shell/paste"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// errNoCommand is the start of what Lookup returns for an unknown name.
var errNoCommand = errors.New("command not found")

// Lookup finds the command a name stands for: an alias, a function, a cmdlet, a
// script by its path, a native command. The error is an *object.ErrorRecord
// that suggests the name probably meant.
func (s *Session) Lookup(name string) (*Command, error) { return s.frame.lookupCommand(name) }

func (f *frame) lookupCommand(name string) (*Command, error) {
	s := f.s
	for range 20 { // an alias may lead to an alias, but not for ever
		a, ok := s.aliases[strings.ToLower(name)]
		if !ok {
			break
		}
		name = a.Target
	}
	if c := f.scope.function(name); c != nil {
		return c, nil
	}
	if c, ok := s.commands[strings.ToLower(name)]; ok && c.Kind != Script {
		return c, nil
	}
	if isPath(name) {
		if c, err := s.scriptAt(name); c != nil || err != nil {
			return c, err
		}
	} else if c, ok := s.commands["get-"+strings.ToLower(name)]; ok && c.Kind == Cmdlet {
		return c, nil
	}
	return nil, f.unknownCommand(name)
}

// isPath says that a command's name leads to a file.
func isPath(name string) bool { return strings.ContainsAny(name, `/\`) }

// scriptAt finds a script by its path: one of the commands, or a file.
func (s *Session) scriptAt(name string) (*Command, error) {
	for _, candidate := range []string{name, name + ".ps1"} {
		full := s.Resolve(candidate)
		for _, c := range s.commands {
			if c.Kind == Script && c.Path != "" && strings.EqualFold(c.Path, full) {
				return c, nil
			}
		}
		if !strings.EqualFold(path.Ext(full), ".ps1") || s.config.Files == nil {
			continue
		}
		data, err := s.config.Files.Read(full)
		if err != nil {
			continue
		}
		return scriptOf(full, string(data))
	}
	return nil, nil
}

// scriptOf makes a command from the text of a script file.
func scriptOf(full, text string) (*Command, error) {
	src := &source{text: strings.TrimPrefix(text, "\uFEFF"), path: full}
	script, err := syntax.Parse(src.text)
	if err != nil {
		return nil, src.refusal(err)
	}
	c := (&block{node: blockOfScript(script), source: src, script: true}).named(fileName(full), Script)
	c.Path = full
	return c, nil
}

// fileName is the last part of a path of either kind.
func fileName(p string) string { return p[strings.LastIndexAny(p, `/\`)+1:] }

// unknownCommand is the error for a name that is no command.
func (f *frame) unknownCommand(name string) *object.ErrorRecord {
	rec := &object.ErrorRecord{
		Command: name,
		Message: fmt.Sprintf("The term '%s' is not recognized as the name of a cmdlet, function, script file, or operable program. "+
			"Check the spelling of the name, or if a path was included, verify that the path is correct and try again.", name),
		Category: "ObjectNotFound", TargetName: name, TargetType: "String",
		Reason: "CommandNotFoundException", ID: "CommandNotFoundException", Err: errNoCommand,
	}
	if there := f.s.elsewhere(name); there != "" {
		rec.Remedy = there
	} else if near := paste.Suggest(name, f.s.names()); near != "" {
		rec.Remedy = "Did you mean " + near + "?"
	} else if c, err := f.s.scriptAt(`.\` + name); c != nil && err == nil && !isPath(name) {
		rec.Remedy = fmt.Sprintf(`The script is in the current folder: type .\%s`, name)
	}
	return rec
}

// elsewhere is what to do about a command that another shell has.
func (s *Session) elsewhere(name string) string {
	if s.config.Elsewhere == nil {
		return ""
	}
	return s.config.Elsewhere(name)
}

// Resolve makes a path absolute: relative to the location, in the way of
// Windows or of this machine as the location or the path itself is.
func (s *Session) Resolve(p string) string {
	full := p
	switch drive := s.location[:min(2, len(s.location))]; {
	case strings.HasPrefix(p, `\`) && !strings.HasPrefix(p, `\\`) && strings.HasSuffix(drive, ":"):
		full = drive + p // the root of the drive
	case !absolute(p):
		full = strings.TrimRight(s.location, `/\`) + "/" + p
	}
	if strings.HasPrefix(full, "/") && !strings.HasPrefix(full, `\\`) {
		return path.Clean(strings.ReplaceAll(full, `\`, "/"))
	}
	full = strings.ReplaceAll(full, `\`, "/")
	root := ""
	if len(full) >= 2 && full[1] == ':' {
		root, full = strings.ToUpper(full[:2]), full[2:] // as Windows shows drives
	} else if strings.HasPrefix(full, "//") {
		root, full = "/", full[1:]
	}
	return strings.ReplaceAll(root+path.Clean("/"+full), "/", `\`)
}

// absolute says that a path starts at a root: C:\, \\server or /.
func absolute(p string) bool {
	return strings.HasPrefix(p, "/") || strings.HasPrefix(p, `\\`) || len(p) >= 2 && p[1] == ':' &&
		('a' <= p[0]|0x20 && p[0]|0x20 <= 'z')
}

// commandName evaluates what a command is called, or gives the block that is
// called itself.
func (f *frame) commandName(c *syntax.Command) (string, *block, error) {
	v, err := f.expression(c.Name)
	if err != nil {
		return "", nil, err
	}
	switch v := v.(type) {
	case *block:
		return "", v, nil
	case *object.Object:
		if name, ok := object.Get(v, "Name"); ok {
			return object.Text(name), nil, nil
		}
	}
	return object.Text(v), nil, nil
}
