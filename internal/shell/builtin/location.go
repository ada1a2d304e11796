package builtin

import (
	"context"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

const pathInfo = "System.Management.Automation.PathInfo"

// pathParameters are -Path, at the first position, and -LiteralPath.
func pathParameters(typ, meaning string) []shell.Parameter {
	return []shell.Parameter{
		within(byProperty(piped(at(0, "Path", typ, meaning))), "Path"),
		required(within(byProperty(named("LiteralPath", typ, meaning+", without wildcards", "PSPath")), "LiteralPath")),
	}
}

func locationCommands() []*shell.Command {
	stack := &locations{}
	output := properties("Path", "String", "ProviderPath", "String", "Drive", "String")
	passThru := toggle("PassThru", "put the new folder out")
	return []*shell.Command{
		{
			Name: "Set-Location", Aliases: []string{"cd", "chdir", "sl"}, Module: management,
			Synopsis: "Changes the current folder.",
			Sets:     []string{"Path", "LiteralPath", "Stack"}, DefaultSet: "Path",
			Parameters: append(pathParameters("String", "the folder"), passThru,
				within(named("StackName", "String", "stack of folders to use from now on"), "Stack"),
				without(toggle("UseTransaction", "within a transaction", "usetx"), "there are no transactions")),
			Output: output,
			Start: shell.Each(func(_ context.Context, in *shell.Invocation) error {
				if in.Has("StackName") {
					stack.current = strings.ToLower(in.String("StackName"))
					return nil
				}
				return moveTo(in, in.Session().Location())
			}),
		},
		{
			Name: "Get-Location", Aliases: []string{"gl", "pwd"}, Module: management,
			Synopsis: "Shows the current folder.",
			Sets:     []string{"Location", "Stack"}, DefaultSet: "Location",
			Parameters: []shell.Parameter{
				within(named("PSProvider", "String[]", "provider"), "Location"),
				within(named("PSDrive", "String[]", "drive"), "Location"),
				within(toggle("Stack", "show the folders Push-Location put aside"), "Stack"),
				within(named("StackName", "String[]", "which stack"), "Stack"),
			},
			Output: output,
			Start:  shell.Each(stack.show),
		},
		{
			Name: "Push-Location", Aliases: []string{"pushd"}, Module: management,
			Synopsis: "Puts the current folder aside and changes to another.",
			Sets:     []string{"Path", "LiteralPath"}, DefaultSet: "Path",
			Parameters: append(pathParameters("String", "the folder"), passThru, named("StackName", "String", "which stack")),
			Output:     output,
			Start:      shell.Each(stack.push),
		},
		{
			Name: "Pop-Location", Aliases: []string{"popd"}, Module: management,
			Synopsis:   "Changes back to the folder Push-Location put aside last.",
			Parameters: []shell.Parameter{passThru, named("StackName", "String", "which stack")},
			Output:     output,
			Start:      shell.Each(stack.pop),
		},
	}
}

// pathObject is what Get-Location and Resolve-Path put out.
func pathObject(path string) *object.Object {
	drive := object.Property{Name: "Drive", Type: "String"}
	if len(path) > 1 && path[1] == ':' {
		drive.Value = path[:1]
	}
	o := shell.ObjectOf(pathInfo,
		drive,
		object.Property{Name: "Provider", Type: "String", Value: `Microsoft.PowerShell.Core\FileSystem`},
		object.Property{Name: "ProviderPath", Type: "String", Value: path},
		object.Property{Name: "Path", Type: "String", Value: path})
	o.Text = path
	return o
}

// pathGiven is -Path or -LiteralPath, or else what holds without both.
func pathGiven(in *shell.Invocation, otherwise string) string {
	for _, name := range []string{"LiteralPath", "Path"} {
		if in.Has(name) {
			return in.String(name)
		}
	}
	return otherwise
}

// moveTo makes the folder the command was given the current one.
func moveTo(in *shell.Invocation, otherwise string) error {
	path := pathGiven(in, otherwise)
	if strings.HasPrefix(path, "~") {
		path = home(in) + path[1:]
	}
	if drive, _, ok := strings.Cut(path, ":"); ok && len(drive) > 1 && !strings.ContainsAny(drive, `\/`) {
		return in.Fail(about(fault(in, "DriveNotFound", "ObjectNotFound", "DriveNotFoundException",
			"Cannot find drive. A drive with the name '%s' does not exist.", drive), drive, "String"))
	}
	full := in.Session().Resolve(path)
	if object.HasWildcard(path) && !in.Has("LiteralPath") {
		found := glob(in, path)
		if len(found) > 1 {
			return in.Fail(about(fault(in, "Argument", "InvalidArgument", "PSArgumentException",
				"Cannot set the location because path '%s' resolved to multiple containers. You can only the set location to a single container at a time.", path), path, "String"))
		}
		if len(found) == 1 {
			full = found[0]
		}
	}
	if _, err := list(in, full); err != nil {
		return in.Fail(fileFault(in, full, err))
	}
	in.Session().SetLocation(full)
	if in.Bool("PassThru") {
		return in.Emit(pathObject(in.Session().Location()))
	}
	return nil
}

// home is the user's folder.
func home(in *shell.Invocation) string {
	for _, name := range []string{"HOME", "env:USERPROFILE", "env:HOME"} {
		if v, ok := in.Session().Variable(name); ok && object.Text(v) != "" {
			return object.Text(v)
		}
	}
	return in.Session().Location()
}

// locations are the stacks of folders of one session, by name; the unnamed one
// is "".
type locations struct {
	current string
	stacks  map[string][]string
}

func (l *locations) name(in *shell.Invocation) string {
	if in.Has("StackName") {
		return strings.ToLower(in.String("StackName"))
	}
	return l.current
}

func (l *locations) show(_ context.Context, in *shell.Invocation) error {
	if in.Set() != "Stack" {
		return in.Emit(pathObject(in.Session().Location()))
	}
	stack := l.stacks[l.name(in)]
	for i := len(stack) - 1; i >= 0; i-- {
		if err := in.Emit(pathObject(stack[i])); err != nil {
			return err
		}
	}
	return nil
}

func (l *locations) push(_ context.Context, in *shell.Invocation) error {
	before := in.Session().Location()
	if err := moveTo(in, before); err != nil {
		return err
	}
	if l.stacks == nil {
		l.stacks = map[string][]string{}
	}
	name := l.name(in)
	l.stacks[name] = append(l.stacks[name], before)
	return nil
}

func (l *locations) pop(_ context.Context, in *shell.Invocation) error {
	name := l.name(in)
	stack := l.stacks[name]
	if len(stack) == 0 {
		return nil
	}
	l.stacks[name] = stack[:len(stack)-1]
	in.Session().SetLocation(stack[len(stack)-1])
	if in.Bool("PassThru") {
		return in.Emit(pathObject(in.Session().Location()))
	}
	return nil
}
