package builtin

import (
	"context"
	"errors"
	"io/fs"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// maker is a file system with folders that can be made and files that can be
// taken away.
type maker interface {
	MakeFolder(path string) error
	Remove(path string) error
}

func itemCommands() []*shell.Command {
	output := properties("Mode", "String", "LastWriteTime", "DateTime", "Length", "Int64", "Name", "String")
	path := required(byProperty(at(0, "Path", "String[]", "the folder or file")))
	name := byProperty(named("Name", "String", "its name, when -Path is the folder it goes into"))
	return []*shell.Command{
		{
			Name: "New-Item", Aliases: []string{"ni"}, Module: management, Changes: true,
			Synopsis: "Makes a folder or a file.",
			Parameters: []shell.Parameter{
				path, name,
				oneOf(defaulting(byProperty(named("ItemType", "String", "Directory or File", "Type")), "File"), "Directory", "File"),
				empty(named("Value", "Object", "what the file holds")),
				toggle("Force", "no error when it is there already"),
			},
			Output: output,
			Start:  shell.Each(newItem),
		},
		{
			Name: "mkdir", Aliases: []string{"md"}, Module: management, Changes: true,
			Synopsis:   "Makes a folder, and those on the way to it.",
			Parameters: []shell.Parameter{path, name, toggle("Force", "no error when it is there already")},
			Output:     output,
			Start:      shell.Each(newItem),
		},
		{
			Name: "Remove-Item", Aliases: []string{"del", "erase", "rd", "ri", "rm", "rmdir"}, Module: management, Changes: true,
			Synopsis: "Removes a file, or a folder with nothing in it.",
			Sets:     []string{"Path", "LiteralPath"}, DefaultSet: "Path",
			Parameters: append(pathParameters("String[]", "the file or empty folder"),
				toggle("Force", "even when it is write-protected"),
				without(toggle("Recurse", "what is in it too"), "a folder has to be emptied first")),
			Start: shell.Each(removeItem),
		},
	}
}

func newItem(_ context.Context, in *shell.Invocation) error {
	folder := in.Command().Name == "mkdir" || in.String("ItemType") == "Directory"
	for _, path := range in.Strings("Path") {
		if in.Has("Name") {
			path = join(path, in.String("Name"))
		}
		full := in.Session().Resolve(path)
		if ok, err := in.ShouldProcess("Destination: " + full); err != nil {
			return err
		} else if !ok {
			continue
		}
		if err := makeItem(in, full, folder); err != nil {
			return in.Fail(err)
		}
		parent, leaf := split(full)
		if err := in.Emit(itemObject(in, parent, leaf, folder)); err != nil {
			return err
		}
	}
	return nil
}

func makeItem(in *shell.Invocation, full string, folder bool) error {
	isFolder, isFile := exists(in, full)
	switch there := isFolder || isFile; {
	case there && folder && in.Bool("Force") && isFolder:
		return nil
	case there && (folder || !in.Bool("Force")):
		id := "NewItemIOError"
		if folder {
			id = "DirectoryExist"
		}
		return about(fault(in, id, "ResourceExists", "IOException", "An item with the specified name %s already exists.", full), full, "String")
	}
	m, ok := files(in).(maker)
	switch {
	case folder && !ok:
		return fileFault(in, full, fs.ErrPermission)
	case folder:
		return fileFault(in, full, m.MakeFolder(full))
	}
	if err := files(in).Write(full, []byte(object.Text(in.Value("Value"))), false); err != nil {
		return fileFault(in, full, err)
	}
	return nil
}

func removeItem(ctx context.Context, in *shell.Invocation) error {
	all, literal := pathsGiven(in)
	for _, path := range all {
		found := []string{in.Session().Resolve(path)}
		if !literal {
			found = glob(in, path)
		}
		if len(found) == 0 && !object.HasWildcard(path) {
			if err := in.Fail(notFound(in, in.Session().Resolve(path))); err != nil {
				return err
			}
		}
		for _, full := range found {
			if err := errors.Join(ctx.Err(), removeOne(in, full)); err != nil {
				return err
			}
		}
	}
	return nil
}

func removeOne(in *shell.Invocation, full string) error {
	ok, err := in.ShouldProcess(full)
	if err != nil || !ok {
		return err
	}
	m, can := files(in).(maker)
	if !can {
		return in.Fail(fileFault(in, full, fs.ErrPermission))
	}
	if names, err := list(in, full); err == nil && len(names) > 0 {
		return in.Fail(about(fault(in, "DirectoryNotEmpty", "WriteError", "IOException",
			"Directory %s cannot be removed because it is not empty.", full), full, "String"))
	}
	if err := m.Remove(full); err != nil {
		return in.Fail(fileFault(in, full, err))
	}
	return nil
}
