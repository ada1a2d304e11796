package builtin

import (
	"context"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

const commandType = "System.Management.Automation.CmdletInfo"

func commandCommands() []*shell.Command {
	const all, one = "CmdletSet", "AllCommandSet"
	return []*shell.Command{{
		Name: "Get-Command", Aliases: []string{"gcm"}, Module: core,
		Synopsis: "Shows the commands there are.",
		Sets:     []string{all, one}, DefaultSet: all,
		Parameters: []shell.Parameter{
			within(byProperty(piped(completeCommand(at(0, "Name", "String[]", "names, with wildcards")))), one),
			within(byProperty(named("Verb", "String[]", "first part of the name")), all),
			within(byProperty(named("Noun", "String[]", "second part of the name")), all),
			byProperty(named("Module", "String[]", "where the commands are from", "PSSnapin")),
			within(oneOf(named("CommandType", "CommandTypes[]", "kinds of command", "Type"), "Alias", "Function", "Filter", "Cmdlet", "ExternalScript", "Application", "Script", "All"), one),
			named("TotalCount", "Int32", "how many"),
			named("ParameterName", "String[]", "only those with such a parameter"),
			toggle("Syntax", "how the command is written"),
			toggle("All", "also those hidden by others"),
			toggle("ListImported", "only those of this session"),
			named("ArgumentList", "Object[]", "arguments of the command", "Args"),
		},
		Output: properties("CommandType", "CommandTypes", "Name", "String", "Version", "Version", "Source", "String"),
		Start:  shell.Each(getCommand),
	}}
}

// completeCommand lets tab complete names of commands.
func completeCommand(p shell.Parameter) shell.Parameter {
	p.Complete = func(_ context.Context, s *shell.Session, prefix string) []string {
		var names []string
		for _, c := range s.Commands() {
			if len(c.Name) >= len(prefix) && strings.EqualFold(c.Name[:len(prefix)], prefix) {
				names = append(names, c.Name)
			}
		}
		return names
	}
	return p
}

// commandObject is a command as an object.
func commandObject(c *shell.Command) *object.Object {
	verb, noun, _ := strings.Cut(c.Name, "-")
	typ := commandType
	switch c.Kind {
	case shell.Function:
		typ = "System.Management.Automation.FunctionInfo"
	case shell.Script:
		typ = "System.Management.Automation.ExternalScriptInfo"
	case shell.Native:
		typ = "System.Management.Automation.ApplicationInfo"
	}
	var version object.Value
	if c.Kind == shell.Cmdlet {
		version = object.TypedText{Type: "System.Version", Value: "3.0.0.0"}
	}
	source := c.Module
	if c.Path != "" {
		source = c.Path
	}
	o := shell.ObjectOf(typ,
		object.Property{Name: "CommandType", Type: "CommandTypes", Value: object.Enum{Type: "System.Management.Automation.CommandTypes", Name: string(c.Kind)}},
		object.Property{Name: "Name", Type: "String", Value: c.Name},
		object.Property{Name: "Version", Type: "Version", Value: version},
		object.Property{Name: "Source", Type: "String", Value: source},
		object.Property{Name: "Verb", Type: "String", Value: verb, Hidden: true},
		object.Property{Name: "Noun", Type: "String", Value: noun, Hidden: true},
		object.Property{Name: "ModuleName", Type: "String", Value: c.Module, Hidden: true},
		object.Property{Name: "Definition", Type: "String", Value: strings.Join(syntaxes(c), "\n"), Hidden: true})
	o.Text = c.Name
	return o
}

// want is what Get-Command was asked for.
type want struct {
	verbs, nouns, modules []object.Pattern
	kinds, parameters     []string
}

func (w want) has(c *shell.Command) bool {
	verb, noun, _ := strings.Cut(c.Name, "-")
	if w.verbs != nil && !matches(w.verbs, verb) || w.nouns != nil && !matches(w.nouns, noun) || w.modules != nil && !matches(w.modules, c.Module) {
		return false
	}
	if w.kinds != nil && !slices.ContainsFunc(w.kinds, func(k string) bool {
		return strings.EqualFold(k, string(c.Kind)) || strings.EqualFold(k, "All")
	}) {
		return false
	}
	for _, name := range w.parameters {
		if !slices.ContainsFunc(c.Parameters, func(p shell.Parameter) bool { return strings.EqualFold(p.Name, name) }) {
			return false
		}
	}
	return true
}

func getCommand(_ context.Context, in *shell.Invocation) error {
	var w want
	for _, list := range []struct {
		parameter string
		to        *[]object.Pattern
	}{{"Verb", &w.verbs}, {"Noun", &w.nouns}, {"Module", &w.modules}} {
		all, err := patterns(in.Strings(list.parameter))
		if err != nil {
			return err
		}
		*list.to = all
	}
	w.kinds, w.parameters = in.Strings("CommandType"), in.Strings("ParameterName")
	names := in.Strings("Name")
	if len(names) == 0 {
		names = []string{"*"}
	}
	for _, name := range names {
		found, err := commandsNamed(in, name, w)
		if err != nil {
			return err
		}
		if len(found) == 0 && !object.HasWildcard(name) {
			if err := in.Fail(noCommand(in, name)); err != nil {
				return err
			}
		}
		if in.Has("TotalCount") {
			found = found[:min(len(found), in.Int("TotalCount"))]
		}
		for _, v := range found {
			if err := in.Emit(v); err != nil {
				return err
			}
		}
	}
	return nil
}

func noCommand(in *shell.Invocation, name string) error {
	return about(fault(in, "CommandNotFoundException", "ObjectNotFound", "CommandNotFoundException",
		"The term '%s' is not recognized as the name of a cmdlet, function, script file, or operable program. "+
			"Check the spelling of the name, or if a path was included, verify that the path is correct and try again.", name), name, "String")
}

// commandsNamed finds the commands a name or pattern stands for: aliases first,
// then the others by name.
func commandsNamed(in *shell.Invocation, name string, w want) ([]object.Value, error) {
	match, err := object.Wildcard(name)
	if err != nil {
		return nil, err
	}
	put := func(c *shell.Command) object.Value {
		if in.Bool("Syntax") {
			return "\n" + strings.Join(syntaxes(c), "\n\n") + "\n"
		}
		return commandObject(c)
	}
	var found []object.Value
	if w.verbs == nil && w.nouns == nil && w.modules == nil && w.parameters == nil && (w.kinds == nil || slices.ContainsFunc(w.kinds, isAliasKind)) {
		for _, a := range in.Session().Aliases() {
			if !match.Match(a.Name) {
				continue
			}
			if c, err := in.Session().Lookup(a.Target); err == nil && in.Bool("Syntax") {
				found = append(found, put(c))
			} else {
				found = append(found, aliasObject(in, a))
			}
		}
	}
	for _, c := range in.Session().Commands() {
		named := name != "*" || c.Kind != shell.Native // programs only when asked for
		if match.Match(c.Name) && named && w.has(c) {
			found = append(found, put(c))
		}
	}
	if len(found) == 0 && w.kinds == nil && !object.HasWildcard(name) {
		if c, err := in.Session().Lookup(name); err == nil && w.has(c) {
			found = append(found, put(c))
		}
	}
	return found, nil
}

func isAliasKind(k string) bool { return strings.EqualFold(k, "Alias") || strings.EqualFold(k, "All") }
