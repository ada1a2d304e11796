package builtin

import (
	"context"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

func variableCommands() []*shell.Command {
	names := func() shell.Parameter {
		return required(byProperty(piped(at(0, "Name", "String[]", "names of variables, without the $"))))
	}
	scope := named("Scope", "String", "Global, Local or Script")
	force := toggle("Force", "also when it is not meant to be changed")
	pass := toggle("PassThru", "put the variable out")
	include, exclude := named("Include", "String[]", "which names"), named("Exclude", "String[]", "which names not")
	value := empty(byProperty(at(1, "Value", "Object", "its value")))
	kind := named("Description", "String", "what it is for")
	option := oneOf(named("Option", "ScopedItemOptions", "None"), "None", "ReadOnly", "Constant", "Private", "AllScope", "Unspecified")
	output := properties("Name", "String", "Value", "Object")
	return []*shell.Command{
		{
			Name: "Get-Variable", Aliases: []string{"gv"}, Module: utility, Output: output,
			Synopsis: "Shows variables.",
			Parameters: []shell.Parameter{
				byProperty(piped(at(0, "Name", "String[]", "names of variables, without the $"))),
				toggle("ValueOnly", "the value alone"), include, exclude, scope,
			},
			Start: shell.Each(getVariable),
		},
		{
			Name: "Set-Variable", Aliases: []string{"set", "sv"}, Module: utility, Output: output, Changes: true,
			Synopsis:   "Gives a variable a value.",
			Parameters: []shell.Parameter{names(), piped(value), include, exclude, scope, force, pass, kind, option},
			Start:      startSetVariable,
		},
		{
			Name: "New-Variable", Aliases: []string{"nv"}, Module: utility, Output: output, Changes: true,
			Synopsis: "Makes a variable.",
			Parameters: []shell.Parameter{
				required(byProperty(at(0, "Name", "String", "name of the variable, without the $"))), piped(value), scope, force, pass, kind, option,
			},
			Start: shell.Each(newVariable),
		},
		{
			Name: "Remove-Variable", Aliases: []string{"rv"}, Module: utility, Changes: true,
			Synopsis:   "Forgets variables.",
			Parameters: []shell.Parameter{names(), include, exclude, scope, force},
			Start:      shell.Each(removeVariable),
		},
		{
			Name: "Clear-Variable", Aliases: []string{"clv"}, Module: utility, Output: output, Changes: true,
			Synopsis:   "Makes variables null.",
			Parameters: []shell.Parameter{names(), include, exclude, scope, force, pass},
			Start:      shell.Each(clearVariable),
		},
	}
}

// variableObject is a variable as an object.
func variableObject(name string, v object.Value) *object.Object {
	return shell.ObjectOf(variableType,
		object.Property{Name: "Name", Type: "String", Value: name},
		object.Property{Name: "Value", Type: "Object", Value: v})
}

// noVariable is the error about a variable that is not there.
func noVariable(in *shell.Invocation, name string) error {
	return about(fault(in, "VariableNotFound", "ObjectNotFound", "ItemNotFoundException",
		"Cannot find a variable with the name '%s'.", name), name, "String")
}

// qualified is a variable's name with the scope the command was given.
func qualified(in *shell.Invocation, name string) string {
	switch scope := strings.ToLower(in.String("Scope")); scope {
	case "global", "script", "local":
		return scope + ":" + name
	}
	return name
}

// eachVariable calls do for the variables a command's names stand for. A name
// without wildcards that is no variable is reported.
func eachVariable(in *shell.Invocation, names []string, do func(name string) error) error {
	include, err := patterns(in.Strings("Include"))
	if err != nil {
		return err
	}
	exclude, err := patterns(in.Strings("Exclude"))
	if err != nil {
		return err
	}
	for _, pattern := range names {
		match, err := object.Wildcard(pattern)
		if err != nil {
			return err
		}
		found := false
		for _, name := range in.Session().Variables() {
			if !match.Match(name) {
				continue
			}
			found = true
			if include != nil && !matches(include, name) || matches(exclude, name) {
				continue
			}
			if err := do(name); err != nil {
				return err
			}
		}
		if !found && !object.HasWildcard(pattern) {
			if err := in.Fail(noVariable(in, pattern)); err != nil {
				return err
			}
		}
	}
	return nil
}

func getVariable(_ context.Context, in *shell.Invocation) error {
	names := in.Strings("Name")
	if len(names) == 0 {
		names = []string{"*"}
	}
	return eachVariable(in, names, func(name string) error {
		v, _ := in.Session().Variable(qualified(in, name))
		if in.Bool("ValueOnly") {
			return emitEach(in, v)
		}
		return in.Emit(variableObject(name, v))
	})
}

// assign sets a variable and puts it out if that was asked for.
func assign(in *shell.Invocation, name string, v object.Value) error {
	yes, err := in.ShouldProcess("Name: " + name + " Value: " + object.Text(v))
	if !yes || err != nil {
		return err
	}
	if err := in.Session().SetVariable(qualified(in, name), v); err != nil {
		return in.Fail(err)
	}
	if in.Bool("PassThru") {
		return in.Emit(variableObject(name, v))
	}
	return nil
}

// startSetVariable makes what comes through the pipeline, all of it, the value.
func startSetVariable() shell.Handler {
	var piped []object.Value
	return shell.Handler{
		Process: func(_ context.Context, in *shell.Invocation) error {
			if _, ok := in.Input(); ok {
				piped = append(piped, in.Value("Value"))
			}
			return nil
		},
		End: func(_ context.Context, in *shell.Invocation) error {
			v := in.Value("Value")
			if len(piped) > 1 {
				v = &object.List{Items: piped}
			}
			for _, name := range in.Strings("Name") {
				if err := assign(in, name, v); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func newVariable(_ context.Context, in *shell.Invocation) error {
	name := in.String("Name")
	if _, there := in.Session().Variable(qualified(in, name)); there && !in.Bool("Force") {
		return in.Fail(about(fault(in, "VariableAlreadyExists", "ResourceExists", "SessionStateException",
			"A variable with name '%s' already exists.", name), name, "String"))
	}
	return assign(in, name, in.Value("Value"))
}

func removeVariable(_ context.Context, in *shell.Invocation) error {
	return eachVariable(in, in.Strings("Name"), func(name string) error {
		yes, err := in.ShouldProcess("Name: " + name)
		if !yes || err != nil {
			return err
		}
		if !in.Session().RemoveVariable(name) {
			return in.Fail(about(fault(in, "VariableNotRemovable", "WriteError", "SessionStateUnauthorizedAccessException",
				"Cannot remove variable %s because it is constant or read-only. If the variable is read-only, try the operation again specifying the Force option.", name), name, "String"))
		}
		return nil
	})
}

func clearVariable(_ context.Context, in *shell.Invocation) error {
	return eachVariable(in, in.Strings("Name"), func(name string) error { return assign(in, name, nil) })
}
