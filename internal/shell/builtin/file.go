package builtin

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// files is the session's file system. A session without one has no files.
func files(in *shell.Invocation) shell.Files {
	if f := in.Session().Files(); f != nil {
		return f
	}
	return nowhere{}
}

type nowhere struct{}

func (nowhere) Read(string) ([]byte, error)      { return nil, fs.ErrNotExist }
func (nowhere) Write(string, []byte, bool) error { return fs.ErrPermission }
func (nowhere) List(string) ([]string, error)    { return nil, fs.ErrNotExist }

// notFound is the error about a path that leads nowhere.
func notFound(in *shell.Invocation, path string) *object.ErrorRecord {
	return about(fault(in, "PathNotFound", "ObjectNotFound", "ItemNotFoundException",
		"Cannot find path '%s' because it does not exist.", path), path, "String")
}

// fileFault is the error about a file that cannot be read or written. What the
// file system explains better than the machine does stays as it is.
func fileFault(in *shell.Invocation, path string, err error) error {
	var plain *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return notFound(in, path)
	case errors.Is(err, fs.ErrPermission):
		return about(fault(in, "FileOpenFailure", "OpenError", "UnauthorizedAccessException",
			"Access to the path '%s' is denied.", path), path, "String")
	}
	if errors.As(err, &plain) {
		return about(fault(in, "FileOpenFailure", "OpenError", "IOException", "%s", err), path, "String")
	}
	return err
}

// read gets a file.
func read(in *shell.Invocation, path string) ([]byte, error) {
	path = in.Session().Resolve(path)
	data, err := files(in).Read(path)
	if err != nil {
		return nil, fileFault(in, path, err)
	}
	return data, nil
}

// list gets the names in a folder.
func list(in *shell.Invocation, folder string) ([]string, error) {
	return files(in).List(in.Session().Resolve(folder))
}

// exists says whether there is a folder or a file of this path. A file is
// looked for in its folder, so that a long one is not read for nothing.
func exists(in *shell.Invocation, name string) (folder, file bool) {
	name = in.Session().Resolve(name)
	if _, err := list(in, name); err == nil {
		return true, false
	}
	parent, leaf := split(name)
	names, err := list(in, parent)
	if err != nil {
		return false, false
	}
	for _, n := range names {
		n = strings.TrimRight(n, `\/`)
		if strings.EqualFold(n, leaf) && (windows(name) || n == leaf) {
			return false, true
		}
	}
	return false, false
}

// windows says whether a path is one of Windows' kind; other absolute paths
// are this machine's.
func windows(name string) bool {
	return strings.Contains(name, `\`) || len(name) > 1 && name[1] == ':'
}

// glob finds the paths a pattern stands for, part by part. A path without
// wildcards stands for itself if it is there.
func glob(in *shell.Invocation, pattern string) []string {
	full := in.Session().Resolve(pattern)
	if !object.HasWildcard(pattern) {
		if folder, file := exists(in, full); folder || file {
			return []string{full}
		}
		return nil
	}
	parent, leaf := split(full)
	if leaf == "" || parent == full {
		return nil
	}
	match, err := object.Wildcard(leaf)
	if err != nil {
		return nil
	}
	var found []string
	for _, folder := range glob(in, parent) {
		names, _ := list(in, folder)
		for _, name := range names {
			if name = strings.TrimRight(name, `\/`); match.Match(name) {
				found = append(found, join(folder, name))
			}
		}
	}
	return found
}

// split cuts a path into the folder and the last name.
func split(name string) (parent, leaf string) {
	if !windows(name) {
		name = strings.TrimSuffix(name, "/")
		parent, leaf = path.Split(name)
		if len(parent) > 1 {
			parent = strings.TrimSuffix(parent, "/")
		}
		return parent, leaf
	}
	name = strings.TrimRight(name, `\/`)
	i := strings.LastIndexAny(name, `\/`)
	if i < 0 {
		return "", name
	}
	parent, leaf = name[:i], name[i+1:]
	if strings.HasSuffix(parent, ":") {
		parent += `\`
	}
	return parent, leaf
}

// join puts a name below a folder.
func join(folder, name string) string {
	separator := `\`
	if strings.Contains(folder, "/") && !windows(folder) {
		separator = "/"
	}
	return strings.TrimRight(folder, `\/`) + separator + strings.TrimLeft(name, `\/`)
}

// fileParameters are the parameters of a command that writes its input to a
// file.
func fileParameters() []shell.Parameter {
	return []shell.Parameter{
		at(0, "Path", "String", "the file"),
		named("LiteralPath", "String", "the file, without wildcards", "PSPath"),
		toggle("Append", "after what is in the file"),
		toggle("NoClobber", "not if there is such a file", "NoOverwrite"),
		toggle("Force", "even when the file is write-protected"),
		encodingParameter(),
	}
}

// writer writes a command's output to a file in pieces, so that a long output
// needs little memory.
type writer struct {
	path, encoding string
	add            bool // the file keeps what it has
	continued      bool // it had something
	held           strings.Builder
}

// openWriter opens the file a command with fileParameters was given. It is nil
// under -WhatIf.
func openWriter(in *shell.Invocation) (*writer, error) {
	name := in.String("Path") + in.String("FilePath") + in.String("LiteralPath") // at most one is given
	if name == "" {
		return nil, fault(in, "CannotSpecifyPathAndLiteralPath", "InvalidData", "InvalidOperationException",
			"You must specify either the -Path or -LiteralPath parameters, but not both.")
	}
	w := &writer{path: in.Session().Resolve(name), encoding: in.String("Encoding"), add: in.Bool("Append")}
	_, there := exists(in, w.path)
	if there && in.Bool("NoClobber") && !w.add {
		return nil, about(fault(in, "NoClobber", "ResourceExists", "IOException", "The file '%s' already exists.", w.path), w.path, "String")
	}
	if yes, err := in.ShouldProcess(w.path); !yes || err != nil {
		return nil, err
	}
	w.continued = there && w.add
	if !w.continued {
		return w, w.put(in, []byte(mark(w.encoding)))
	}
	return w, nil
}

func (w *writer) write(in *shell.Invocation, text string) error {
	if w == nil {
		return nil
	}
	w.held.WriteString(text)
	if w.held.Len() < 64<<10 {
		return nil
	}
	return w.flush(in)
}

func (w *writer) flush(in *shell.Invocation) error {
	data := encode(w.held.String(), w.encoding)
	w.held.Reset()
	return w.put(in, data)
}

func (w *writer) put(in *shell.Invocation, data []byte) error {
	if err := files(in).Write(w.path, data, w.add); err != nil {
		return fileFault(in, w.path, err)
	}
	w.add = true
	return nil
}

func (w *writer) close(in *shell.Invocation) error {
	if w == nil || w.held.Len() == 0 {
		return nil
	}
	return w.flush(in)
}
