package builtin

import (
	"context"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

const aliasType = "System.Management.Automation.AliasInfo"

func aliasCommands() []*shell.Command {
	change := func() []shell.Parameter {
		return []shell.Parameter{
			required(byProperty(at(0, "Name", "String", "the alias"))),
			required(byProperty(at(1, "Value", "String", "the command it stands for"))),
			byProperty(named("Description", "String", "what it is for")),
			oneOf(named("Option", "ScopedItemOptions", "None"), "None", "ReadOnly", "Constant", "Private", "AllScope", "Unspecified"),
			named("Scope", "String", "Global, Local or Script"),
			toggle("Force", "also when there is such an alias"),
			toggle("PassThru", "put the alias out"),
		}
	}
	output := properties("CommandType", "CommandTypes", "Name", "String", "Definition", "String")
	return []*shell.Command{
		{
			Name: "Get-Alias", Aliases: []string{"gal"}, Module: utility, Output: output,
			Synopsis: "Shows the short names of commands.",
			Sets:     []string{"Default", "Definition"}, DefaultSet: "Default",
			Parameters: []shell.Parameter{
				within(byProperty(piped(at(0, "Name", "String[]", "the alias"))), "Default"),
				within(named("Definition", "String[]", "the command it stands for"), "Definition"),
				named("Exclude", "String[]", "aliases not to show"),
				named("Scope", "String", "Global, Local or Script"),
			},
			Start: shell.Each(getAlias),
		},
		{
			Name: "Set-Alias", Aliases: []string{"sal"}, Module: utility, Output: output, Changes: true,
			Synopsis: "Gives a command a short name.", Parameters: change(),
			Start: shell.Each(func(_ context.Context, in *shell.Invocation) error { return setAlias(in) }),
		},
		{
			Name: "New-Alias", Aliases: []string{"nal"}, Module: utility, Output: output, Changes: true,
			Synopsis: "Gives a command a new short name.", Parameters: change(),
			Start: shell.Each(newAlias),
		},
	}
}

// aliasObject is an alias as an object.
func aliasObject(in *shell.Invocation, a shell.Alias) *object.Object {
	var source string
	if c, err := in.Session().Lookup(a.Target); err == nil {
		source = c.Module
	}
	o := shell.ObjectOf(aliasType,
		object.Property{Name: "CommandType", Type: "CommandTypes", Value: object.Enum{Type: "System.Management.Automation.CommandTypes", Name: "Alias"}},
		object.Property{Name: "Name", Type: "String", Value: a.Name},
		object.Property{Name: "DisplayName", Type: "String", Value: a.Name + " -> " + a.Target},
		object.Property{Name: "Definition", Type: "String", Value: a.Target},
		object.Property{Name: "Source", Type: "String", Value: source})
	o.Text = a.Name
	return o
}

func getAlias(_ context.Context, in *shell.Invocation) error {
	parameter := "Name"
	if in.Has("Definition") {
		parameter = "Definition"
	}
	names := in.Strings(parameter)
	if len(names) == 0 {
		names = []string{"*"}
	}
	exclude, err := patterns(in.Strings("Exclude"))
	if err != nil {
		return err
	}
	for _, name := range names {
		match, err := object.Wildcard(name)
		if err != nil {
			return err
		}
		found := false
		for _, a := range in.Session().Aliases() {
			key := a.Name
			if parameter == "Definition" {
				key = a.Target
			}
			if !match.Match(key) || matches(exclude, a.Name) {
				continue
			}
			found = true
			if err := in.Emit(aliasObject(in, a)); err != nil {
				return err
			}
		}
		if !found && !object.HasWildcard(name) {
			if err := in.Fail(about(fault(in, "ItemNotFoundException", "ObjectNotFound", "ItemNotFoundException",
				"This command cannot find a matching alias because an alias with the %s '%s' does not exist.", lower(parameter), name), name, "String")); err != nil {
				return err
			}
		}
	}
	return nil
}

func lower(parameter string) string {
	if parameter == "Name" {
		return "name"
	}
	return "definition"
}

func setAlias(in *shell.Invocation) error {
	a := shell.Alias{Name: in.String("Name"), Target: in.String("Value")}
	yes, err := in.ShouldProcess("Name: " + a.Name + " Value: " + a.Target)
	if !yes || err != nil {
		return err
	}
	in.Session().SetAlias(a.Name, a.Target)
	if in.Bool("PassThru") {
		return in.Emit(aliasObject(in, a))
	}
	return nil
}

func newAlias(_ context.Context, in *shell.Invocation) error {
	if _, taken := driveItem(in, "alias", in.String("Name")); taken && !in.Bool("Force") {
		return in.Fail(about(fault(in, "AliasAlreadyExists", "ResourceExists", "SessionStateException",
			"The alias is not allowed, because an alias with the name '%s' already exists.", in.String("Name")), in.String("Name"), "String"))
	}
	return setAlias(in)
}
