package builtin

import (
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
)

// The modules the commands come from in Windows PowerShell.
const (
	core       = "Microsoft.PowerShell.Core"
	management = "Microsoft.PowerShell.Management"
	utility    = "Microsoft.PowerShell.Utility"
	security   = "Microsoft.PowerShell.Security"
)

// Commands makes the table of the commands every shell has. Modules names the
// modules that Import-Module finds besides those the commands are from; their
// commands are there already. The table belongs to one session: what the
// commands remember between two lines, such as the stack of Push-Location, is
// in it.
func Commands(modules []string) []*shell.Command {
	all := slices.Concat(
		filterCommands(), selectCommands(), sortCommands(), groupCommands(), measureCommands(), compareCommands(),
		formatCommands(), outCommands(), teeCommands(),
		jsonCommands(), csvCommands(), cliXMLCommands(), secureCommands(),
		dateCommands(), objectCommands(), memberCommands(),
		commandCommands(), helpCommands(), aliasCommands(), variableCommands(),
		writeCommands(), sessionCommands(),
		locationCommands(), childCommands(), itemCommands(), pathCommands(), contentCommands(),
		moduleCommands(modules),
	)
	for _, c := range all {
		if c.Kind == "" {
			c.Kind = shell.Cmdlet
		}
		if c.Class == "" {
			c.Class = "Microsoft.PowerShell.Commands." + strings.ReplaceAll(c.Name, "-", "") + "Command"
		}
	}
	return all
}

// at is a parameter with a position, named one that is given by name only, and
// toggle a switch.
func at(position int, name, typ, meaning string, aliases ...string) shell.Parameter {
	return shell.Parameter{Name: name, Type: typ, Position: position, Meaning: meaning, Aliases: aliases}
}

func named(name, typ, meaning string, aliases ...string) shell.Parameter {
	return at(-1, name, typ, meaning, aliases...)
}

func toggle(name, meaning string, aliases ...string) shell.Parameter {
	p := named(name, "SwitchParameter", meaning, aliases...)
	p.Switch = true
	return p
}

// input is -InputObject, which takes what comes through the pipeline.
func input(meaning string) shell.Parameter {
	p := named("InputObject", "PSObject", meaning)
	p.Pipeline = true
	return p
}

// required, piped, byProperty and rest add one trait to a parameter; within
// puts it into some of the command's sets, oneOf limits its values, without
// says that it can mean nothing here.
func required(p shell.Parameter) shell.Parameter {
	p.Required = []string{"*"}
	return p
}

func piped(p shell.Parameter) shell.Parameter {
	p.Pipeline = true
	return p
}

func byProperty(p shell.Parameter) shell.Parameter {
	p.PipelineProperty = true
	return p
}

func rest(p shell.Parameter) shell.Parameter {
	p.Rest = true
	return p
}

func empty(p shell.Parameter) shell.Parameter {
	p.AllowEmpty = true
	return p
}

func within(p shell.Parameter, sets ...string) shell.Parameter {
	p.Sets = sets
	return p
}

func oneOf(p shell.Parameter, values ...string) shell.Parameter {
	p.Values = values
	return p
}

func defaulting(p shell.Parameter, value string) shell.Parameter {
	p.Default = value
	return p
}

func without(p shell.Parameter, why string) shell.Parameter {
	p.Ignored, p.Why = true, why
	return p
}

// properties are pairs of a property's name and type.
func properties(pairs ...string) []shell.Property {
	var all []shell.Property
	for i := 0; i+1 < len(pairs); i += 2 {
		all = append(all, shell.Property{Name: pairs[i], Type: pairs[i+1]})
	}
	return all
}
