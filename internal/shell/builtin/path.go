package builtin

import (
	"context"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

func pathCommands() []*shell.Command {
	const parent, leaf, qualifier, noQualifier, absolute = "ParentSet", "LeafSet", "QualifierSet", "NoQualifierSet", "IsAbsoluteSet"
	return []*shell.Command{
		{
			Name: "Test-Path", Module: management,
			Synopsis: "Says whether a path leads to something.",
			Sets:     []string{"Path", "LiteralPath"}, DefaultSet: "Path",
			Parameters: []shell.Parameter{
				required(within(byProperty(piped(at(0, "Path", "String[]", "the path"))), "Path")),
				required(within(byProperty(named("LiteralPath", "String[]", "the path, without wildcards", "PSPath")), "LiteralPath")),
				oneOf(defaulting(named("PathType", "TestPathType", "what it leads to", "Type"), "Any"), "Any", "Container", "Leaf"),
				toggle("IsValid", "say only whether it could be a path"),
			},
			Output: properties("Boolean", "Boolean"),
			Start:  shell.Each(testPath),
		},
		{
			Name: "Resolve-Path", Aliases: []string{"rvpa"}, Module: management,
			Synopsis: "Shows the paths a pattern stands for.",
			Sets:     []string{"Path", "LiteralPath"}, DefaultSet: "Path",
			Parameters: []shell.Parameter{
				required(within(byProperty(piped(at(0, "Path", "String[]", "the path"))), "Path")),
				required(within(byProperty(named("LiteralPath", "String[]", "the path, without wildcards", "PSPath")), "LiteralPath")),
				toggle("Relative", "from the current folder"),
			},
			Output: properties("Path", "String"),
			Start:  shell.Each(resolvePath),
		},
		{
			Name: "Split-Path", Module: management,
			Synopsis: "Takes a path apart.",
			Sets:     []string{parent, leaf, qualifier, noQualifier, absolute}, DefaultSet: parent,
			Parameters: []shell.Parameter{
				required(byProperty(piped(at(0, "Path", "String[]", "the path")))),
				within(toggle("Parent", "the folder"), parent),
				required(within(toggle("Leaf", "the last name"), leaf)),
				required(within(toggle("Qualifier", "the drive"), qualifier)),
				required(within(toggle("NoQualifier", "the path without the drive"), noQualifier)),
				required(within(toggle("IsAbsolute", "whether it starts at a root"), absolute)),
				toggle("Resolve", "the paths a pattern stands for"),
			},
			Output: properties("Length", "Int32"),
			Start:  shell.Each(splitPath),
		},
		{
			Name: "Join-Path", Module: management,
			Synopsis: "Puts a name below a folder.",
			Parameters: []shell.Parameter{
				required(byProperty(piped(at(0, "Path", "String[]", "the folder", "PSPath")))),
				required(empty(byProperty(at(1, "ChildPath", "String", "the name")))),
				toggle("Resolve", "the paths a pattern stands for"),
			},
			Output: properties("Length", "Int32"),
			Start:  shell.Each(joinPath),
		},
	}
}

// pathsGiven are -Path and -LiteralPath; literal says which.
func pathsGiven(in *shell.Invocation) (paths []string, literal bool) {
	if in.Has("LiteralPath") {
		return in.Strings("LiteralPath"), true
	}
	return in.Strings("Path"), false
}

func testPath(ctx context.Context, in *shell.Invocation) error {
	paths, literal := pathsGiven(in)
	for _, path := range paths {
		if d, rest, ok := ownDrive(in, path); ok {
			_, err := d.List(ctx, rest)
			if err := in.Emit(err == nil); err != nil {
				return err
			}
			continue
		}
		if err := in.Emit(in.Bool("IsValid") || leads(in, path, literal, in.String("PathType"))); err != nil {
			return err
		}
	}
	return nil
}

// leads says whether a path leads to something of a kind.
func leads(in *shell.Invocation, path string, literal bool, kind string) bool {
	if drive, ok := driveOf(path); ok {
		_, there := driveItem(in, drive, onDrive(path))
		return there && !strings.EqualFold(kind, "Container") || onDrive(path) == ""
	}
	found := []string{path}
	if !literal {
		found = glob(in, path)
	}
	for _, f := range found {
		folder, file := exists(in, f)
		switch strings.ToLower(kind) {
		case "container":
			file = false
		case "leaf":
			folder = false
		}
		if folder || file {
			return true
		}
	}
	return false
}

func resolvePath(_ context.Context, in *shell.Invocation) error {
	paths, _ := pathsGiven(in)
	for _, path := range paths {
		found := glob(in, path)
		if len(found) == 0 && !object.HasWildcard(path) {
			if err := in.Fail(notFound(in, in.Session().Resolve(path))); err != nil {
				return err
			}
		}
		for _, f := range found {
			var v object.Value = pathObject(f)
			if in.Bool("Relative") {
				v = relative(in.Session().Location(), f)
			}
			if err := in.Emit(v); err != nil {
				return err
			}
		}
	}
	return nil
}

// relative is a path as seen from a folder: .\x for what is below it.
func relative(folder, path string) string {
	prefix := join(folder, "")
	if len(path) > len(prefix) && strings.EqualFold(path[:len(prefix)], prefix) {
		return "." + prefix[len(prefix)-1:] + path[len(prefix):]
	}
	return path
}

func splitPath(_ context.Context, in *shell.Invocation) error {
	for _, path := range in.Strings("Path") {
		if in.Bool("Resolve") {
			found := glob(in, path)
			if len(found) == 0 {
				return in.Fail(notFound(in, in.Session().Resolve(path)))
			}
			path = found[0]
		}
		var v object.Value
		parent, leaf := split(path)
		drive, after, qualified := strings.Cut(path, ":")
		switch in.Set() {
		case "LeafSet":
			v = leaf
		case "QualifierSet":
			if !qualified {
				return in.Fail(about(fault(in, "ParseError", "InvalidArgument", "FormatException",
					"Cannot parse path because path '%s' does not have a qualifier specified.", path), path, "String"))
			}
			v = drive + ":"
		case "NoQualifierSet":
			v = path
			if qualified {
				v = after
			}
		case "IsAbsoluteSet":
			v = qualified || strings.HasPrefix(path, "/") || strings.HasPrefix(path, `\\`)
		default:
			v = parent
		}
		if err := in.Emit(v); err != nil {
			return err
		}
	}
	return nil
}

func joinPath(_ context.Context, in *shell.Invocation) error {
	for _, folder := range in.Strings("Path") {
		path := join(folder, in.String("ChildPath"))
		if !in.Bool("Resolve") {
			if err := in.Emit(path); err != nil {
				return err
			}
			continue
		}
		found := glob(in, path)
		if len(found) == 0 {
			return in.Fail(notFound(in, in.Session().Resolve(path)))
		}
		for _, f := range found {
			if err := in.Emit(f); err != nil {
				return err
			}
		}
	}
	return nil
}
