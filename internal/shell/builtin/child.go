package builtin

import (
	"context"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

const (
	fileType   = "System.IO.FileInfo"
	folderType = "System.IO.DirectoryInfo"
)

// stater is a file system that tells sizes and times too. Without it a listing
// shows names and modes. A zero time is not known.
type stater interface {
	Stat(path string) (size int64, written time.Time, err error)
}

func childCommands() []*shell.Command {
	return []*shell.Command{{
		Name: "Get-ChildItem", Aliases: []string{"dir", "gci", "ls"}, Module: management,
		Synopsis: "Lists what is in a folder.",
		Sets:     []string{"Path", "LiteralPath"}, DefaultSet: "Path",
		Parameters: append(pathParameters("String[]", "the folder or file"),
			at(1, "Filter", "String", "which names, with wildcards"),
			named("Include", "String[]", "which names, with -Recurse or a path that ends in *"),
			named("Exclude", "String[]", "which names not"),
			toggle("Recurse", "folders within the folder too", "s"),
			named("Depth", "UInt32", "how many folders deep"),
			toggle("Force", "hidden ones too"),
			toggle("Name", "names only"),
			toggle("Directory", "folders only", "ad", "d"),
			toggle("File", "files only", "af"),
			toggle("Hidden", "hidden ones only", "ah", "h"),
			toggle("ReadOnly", "write-protected ones only", "ar"),
			toggle("System", "the system's only", "as")),
		Output: properties("Mode", "String", "LastWriteTime", "DateTime", "Length", "Int64", "Name", "String", "FullName", "String"),
		Start:  shell.Each(listChildren),
	}}
}

// sieve decides which names a listing shows.
type sieve struct {
	filter           []object.Pattern // the name matches one of them
	include, exclude []object.Pattern
	depth            int
	folders, files   bool
}

func newSieve(in *shell.Invocation) (*sieve, error) {
	s := &sieve{folders: !in.Bool("File"), files: !in.Bool("Directory")}
	switch {
	case in.Has("Depth"):
		s.depth = in.Int("Depth")
	case in.Bool("Recurse"):
		s.depth = 64
	}
	for _, list := range []struct {
		parameter string
		to        *[]object.Pattern
	}{{"Filter", &s.filter}, {"Include", &s.include}, {"Exclude", &s.exclude}} {
		all, err := patterns(in.Strings(list.parameter))
		if err != nil {
			return nil, err
		}
		*list.to = all
	}
	return s, nil
}

// patterns reads wildcard patterns.
func patterns(texts []string) ([]object.Pattern, error) {
	var all []object.Pattern
	for _, text := range texts {
		p, err := object.Wildcard(text)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// matches says whether a name matches one of the patterns.
func matches(all []object.Pattern, name string) bool {
	return slices.ContainsFunc(all, func(p object.Pattern) bool { return p.Match(name) })
}

func (s *sieve) passes(name string, folder bool) bool {
	return (folder && s.folders || !folder && s.files) &&
		(s.filter == nil || matches(s.filter, name)) && (s.include == nil || matches(s.include, name)) && !matches(s.exclude, name)
}

func listChildren(ctx context.Context, in *shell.Invocation) error {
	s, err := newSieve(in)
	if err != nil {
		return err
	}
	given := append(in.Strings("Path"), in.Strings("LiteralPath")...)
	if len(given) == 0 {
		given = []string{in.Session().Location()}
	}
	for _, name := range given {
		if drive, ok := driveOf(name); ok {
			if err := listDrive(in, drive, name); err != nil {
				return err
			}
			continue
		}
		if d, path, ok := ownDrive(in, name); ok {
			if err := listOwn(ctx, in, d, name, path); err != nil {
				return err
			}
			continue
		}
		if in.Bool("Hidden") || in.Bool("ReadOnly") || in.Bool("System") {
			continue // no file here has these attributes
		}
		if err := listPath(ctx, in, s, name); err != nil {
			return err
		}
	}
	return nil
}

// listPath lists a folder or shows a file. Below a folder it lists, a pattern
// as the last part of the path says which names.
func listPath(ctx context.Context, in *shell.Invocation, s *sieve, name string) error {
	full := in.Session().Resolve(name)
	if _, err := list(in, full); err == nil {
		return listFolder(ctx, in, s, full, "", s.depth)
	}
	if parent, leaf := split(full); s.depth > 0 && object.HasWildcard(leaf) {
		match, err := object.Wildcard(leaf)
		if err != nil {
			return err
		}
		below := *s
		below.filter = []object.Pattern{match}
		for _, folder := range glob(in, parent) {
			if err := listFolder(ctx, in, &below, folder, "", s.depth); err != nil {
				return err
			}
		}
		return nil
	}
	found := glob(in, name)
	if len(found) == 0 && !object.HasWildcard(name) {
		return in.Fail(notFound(in, full))
	}
	for _, match := range found {
		parent, leaf := split(match)
		folder, _ := exists(in, match)
		if s.passes(leaf, folder) {
			if err := emitItem(in, parent, "", leaf, folder); err != nil {
				return err
			}
		}
	}
	return nil
}

// listFolder lists the folders and then the files of a folder, and then what is
// in the folders.
func listFolder(ctx context.Context, in *shell.Invocation, s *sieve, folder, below string, depth int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	names, _ := list(in, folder)
	var folders, files []string
	for _, name := range names {
		if bare := strings.TrimRight(name, `\/`); bare != name {
			folders = append(folders, bare)
		} else {
			files = append(files, name)
		}
	}
	slices.SortFunc(folders, foldOrder)
	slices.SortFunc(files, foldOrder)
	for i, name := range slices.Concat(folders, files) {
		if s.passes(name, i < len(folders)) {
			if err := emitItem(in, folder, below, name, i < len(folders)); err != nil {
				return err
			}
		}
	}
	if depth <= 0 {
		return nil
	}
	for _, name := range folders {
		if err := listFolder(ctx, in, s, join(folder, name), below+name+`\`, depth-1); err != nil {
			return err
		}
	}
	return nil
}

func foldOrder(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }

func emitItem(in *shell.Invocation, parent, below, name string, folder bool) error {
	if in.Bool("Name") {
		return in.Emit(below + name)
	}
	return in.Emit(itemObject(in, parent, name, folder))
}

// itemObject is a file or folder as an object.
func itemObject(in *shell.Invocation, parent, name string, folder bool) *object.Object {
	full := join(parent, name)
	typ, mode := fileType, "-a----"
	if folder {
		typ, mode = folderType, "d-----"
	}
	var length, written object.Value
	if s, ok := files(in).(stater); ok {
		if size, when, err := s.Stat(full); err == nil {
			if !folder {
				length = size
			}
			if !when.IsZero() {
				written = when.In(zone(in))
			}
		}
	}
	extension := path.Ext(name)
	o := shell.ObjectOf(typ,
		object.Property{Name: "Mode", Type: "String", Value: mode},
		object.Property{Name: "LastWriteTime", Type: "DateTime", Value: written},
		object.Property{Name: "Length", Type: "Int64", Value: length, Hidden: folder},
		object.Property{Name: "Name", Type: "String", Value: name},
		object.Property{Name: "FullName", Type: "String", Value: full},
		object.Property{Name: "BaseName", Type: "String", Value: strings.TrimSuffix(name, extension)},
		object.Property{Name: "Extension", Type: "String", Value: extension},
		object.Property{Name: "DirectoryName", Type: "String", Value: parent, Hidden: folder},
		object.Property{Name: "PSIsContainer", Type: "Boolean", Value: folder, Hidden: true},
		object.Property{Name: "PSPath", Type: "String", Value: full, Hidden: true},
		object.Property{Name: "PSParentPath", Type: "String", Value: parent, Hidden: true})
	o.Text = name
	return o
}

// zone is the session's time zone.
func zone(in *shell.Invocation) *time.Location {
	if z := in.Session().Zone(); z != nil {
		return z
	}
	return time.Local
}

// itemView lays files and folders out as dir does.
func itemView() format.View {
	return format.View{
		Group: func(v object.Value) string {
			parent, _ := object.Get(v, "PSParentPath")
			return "    Directory: " + object.Text(parent)
		},
		Table: []format.Column{
			{Property: "Mode", Width: 7, Align: format.Left},
			{Label: "LastWriteTime", Width: 25, Align: format.Right, Value: func(v object.Value) object.Value {
				written, _ := object.Get(v, "LastWriteTime")
				t, ok := written.(time.Time)
				if !ok {
					return nil
				}
				return padLeft(t.Format("1/2/2006"), 10) + "  " + padLeft(t.Format("3:04 PM"), 8)
			}},
			{Property: "Length", Width: 14, Align: format.Right, Value: func(v object.Value) object.Value {
				length, _ := object.Lookup(v, "Length")
				return length.Value
			}},
			{Property: "Name", Align: format.Left},
		},
		List: []format.Column{{Property: "Name"}, {Property: "Length"}, {Property: "LastWriteTime"}, {Property: "FullName"}},
		Wide: "Name",
	}
}

func padLeft(s string, width int) string {
	return strings.Repeat(" ", max(0, width-len(s))) + s
}
