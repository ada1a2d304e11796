package builtin

import (
	"context"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

const moduleType = "System.Management.Automation.PSModuleInfo"

// modules are those a session knows and which of them were loaded.
type modules struct {
	known  []string
	loaded []string
}

func moduleCommands(names []string) []*shell.Command {
	own := []string{management, security, utility}
	m := &modules{known: append(own, names...), loaded: slices.Clone(own)}
	return []*shell.Command{
		{
			Name: "Import-Module", Aliases: []string{"ipmo"}, Module: core,
			Synopsis: "Loads a module into the session.",
			Sets:     []string{"Name", "PSSession", "CimSession"}, DefaultSet: "Name",
			Parameters: []shell.Parameter{
				required(piped(at(0, "Name", "String[]", "names of modules"))),
				toggle("Global", "for the whole session"),
				named("Prefix", "String", "what to put before the nouns"),
				named("Function", "String[]", "which functions"), named("Cmdlet", "String[]", "which cmdlets"),
				named("Variable", "String[]", "which variables"), named("Alias", "String[]", "which aliases"),
				toggle("Force", "once more"), toggle("PassThru", "put the module out"), toggle("AsCustomObject", "as an object"),
				named("MinimumVersion", "Version", "the least version", "Version"), named("MaximumVersion", "String", "the greatest version"),
				named("RequiredVersion", "Version", "exactly this version"),
				named("ArgumentList", "Object[]", "what the module gets", "Args"),
				toggle("DisableNameChecking", "do not warn about unusual names"), toggle("NoClobber", "replace no command", "NoOverwrite"),
				oneOf(named("Scope", "String", "where"), "Local", "Global"),
				required(within(named("PSSession", "PSSession", "session of another computer"), "PSSession")),
				required(within(named("CimSession", "CimSession", "session of another computer"), "CimSession")),
			},
			Output: properties("ModuleType", "ModuleType", "Version", "Version", "Name", "String", "ExportedCommands", "String[]"),
			Start:  shell.Each(m.load),
		},
		{
			Name: "Get-Module", Aliases: []string{"gmo"}, Module: core,
			Synopsis: "Shows the modules of the session.",
			Parameters: []shell.Parameter{
				piped(at(0, "Name", "String[]", "names of modules, with wildcards")),
				toggle("ListAvailable", "those that could be loaded"), toggle("All", "nested ones too"), toggle("Refresh", "look again"),
			},
			Output: properties("ModuleType", "ModuleType", "Version", "Version", "Name", "String", "ExportedCommands", "String[]"),
			Start:  shell.Each(m.list),
		},
		{
			Name: "Remove-Module", Aliases: []string{"rmo"}, Module: core, Changes: true,
			Synopsis: "Takes a module out of the session.",
			Parameters: []shell.Parameter{
				required(piped(at(0, "Name", "String[]", "names of modules, with wildcards"))), toggle("Force", "also when it is not meant to be removed"),
			},
			Start: shell.Each(m.remove),
		},
	}
}

// object is a module as an object with the commands that are from it.
func (m *modules) object(in *shell.Invocation, name string) *object.Object {
	exported := &object.List{Type: "String[]"}
	for _, c := range in.Session().Commands() {
		if strings.EqualFold(c.Module, name) {
			exported.Items = append(exported.Items, c.Name)
		}
	}
	kind, version := "Manifest", "3.1.0.0"
	if slices.Index(m.known, name) > 2 {
		kind, version = "Binary", "1.0.0.0"
	}
	o := shell.ObjectOf(moduleType,
		object.Property{Name: "ModuleType", Type: "ModuleType", Value: object.Enum{Type: "System.Management.Automation.ModuleType", Name: kind}},
		object.Property{Name: "Version", Type: "Version", Value: object.TypedText{Type: "System.Version", Value: version}},
		object.Property{Name: "Name", Type: "String", Value: name},
		object.Property{Name: "ExportedCommands", Type: "String[]", Value: exported})
	o.Text = name
	return o
}

func (m *modules) load(_ context.Context, in *shell.Invocation) error {
	for _, name := range in.Strings("Name") {
		i := slices.IndexFunc(m.known, func(k string) bool { return strings.EqualFold(k, name) })
		if i < 0 {
			if err := in.Fail(about(fault(in, "Modules_ModuleNotFound", "ResourceUnavailable", "FileNotFoundException",
				"The specified module '%s' was not loaded because no valid module file was found in any module directory.", name), name, "String")); err != nil {
				return err
			}
			continue
		}
		if !slices.Contains(m.loaded, m.known[i]) {
			m.loaded = append(m.loaded, m.known[i])
			in.Verbose("Loading module '" + m.known[i] + "'.")
		}
		if in.Bool("PassThru") {
			if err := in.Emit(m.object(in, m.known[i])); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *modules) list(_ context.Context, in *shell.Invocation) error {
	match, err := patterns(in.Strings("Name"))
	if err != nil {
		return err
	}
	all := slices.Clone(m.loaded)
	if in.Bool("ListAvailable") {
		all = slices.Clone(m.known)
	}
	slices.SortFunc(all, foldOrder)
	for _, name := range all {
		if match == nil || matches(match, name) {
			if err := in.Emit(m.object(in, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *modules) remove(_ context.Context, in *shell.Invocation) error {
	match, err := patterns(in.Strings("Name"))
	if err != nil {
		return err
	}
	removed := false
	for _, name := range slices.Clone(m.loaded) {
		if !matches(match, name) {
			continue
		}
		removed = true
		yes, err := in.ShouldProcess(name)
		if err != nil {
			return err
		}
		if yes {
			m.loaded = slices.DeleteFunc(m.loaded, func(l string) bool { return l == name })
		}
	}
	if !removed {
		return in.Fail(fault(in, "Modules_NoModulesRemoved", "ResourceUnavailable", "InvalidOperationException",
			"No modules were removed. Verify that the specification of modules to remove is correct and those modules exist in the runspace."))
	}
	return nil
}
