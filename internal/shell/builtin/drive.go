package builtin

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

const (
	variableType    = "System.Management.Automation.PSVariable"
	environmentType = "System.Collections.DictionaryEntry"
	certificateType = "System.Security.Cryptography.X509Certificates.X509Certificate2"
)

// driveOf says which of the drives that are not folders a path is on: env,
// variable or alias.
func driveOf(path string) (drive string, ok bool) {
	drive, _, found := strings.Cut(path, ":")
	drive = strings.ToLower(drive)
	return drive, found && (drive == "env" || drive == "variable" || drive == "alias")
}

// onDrive is the rest of the path, the name of a thing on the drive.
func onDrive(path string) string {
	_, name, _ := strings.Cut(path, ":")
	return strings.Trim(name, `\/`)
}

// driveNames are the names of what is on a drive.
func driveNames(in *shell.Invocation, drive string) []string {
	switch drive {
	case "env":
		return in.Session().Environment()
	case "variable":
		return in.Session().Variables()
	}
	var all []string
	for _, a := range in.Session().Aliases() {
		all = append(all, a.Name)
	}
	return all
}

// driveItem is a thing on a drive.
func driveItem(in *shell.Invocation, drive, name string) (object.Value, bool) {
	switch drive {
	case "env":
		v, ok := in.Session().Variable("env:" + name)
		if !ok || v == nil {
			return nil, false
		}
		return shell.ObjectOf(environmentType,
			object.Property{Name: "Name", Type: "String", Value: name},
			object.Property{Name: "Value", Type: "String", Value: v},
			object.Property{Name: "Key", Type: "String", Value: name, Hidden: true}), true
	case "variable":
		v, ok := in.Session().Variable(name)
		return variableObject(name, v), ok
	}
	for _, a := range in.Session().Aliases() {
		if strings.EqualFold(a.Name, name) {
			return aliasObject(in, a), true
		}
	}
	return nil, false
}

// listDrive lists a drive, or the things on it that a path names.
func listDrive(in *shell.Invocation, drive, path string) error {
	pattern := onDrive(path)
	if pattern == "" {
		pattern = "*"
	}
	match, err := object.Wildcard(pattern)
	if err != nil {
		return err
	}
	found := false
	for _, name := range driveNames(in, drive) {
		if !match.Match(name) {
			continue
		}
		if v, ok := driveItem(in, drive, name); ok {
			found = true
			if err := in.Emit(v); err != nil {
				return err
			}
		}
	}
	if !found && !object.HasWildcard(pattern) {
		return in.Fail(notFound(in, pattern))
	}
	return nil
}

// ownDrive finds the drive of the shell's own that a path is on, such as Cert:,
// and gives the rest of the path.
func ownDrive(in *shell.Invocation, path string) (d shell.Drive, rest string, ok bool) {
	name, rest, found := strings.Cut(path, ":")
	if !found {
		return nil, "", false
	}
	d, ok = in.Session().Drive(name)
	return d, strings.Trim(strings.ReplaceAll(rest, "/", `\`), `\`), ok
}

func listOwn(ctx context.Context, in *shell.Invocation, d shell.Drive, name, path string) error {
	found, err := d.List(ctx, path)
	if errors.Is(err, fs.ErrNotExist) {
		return in.Fail(notFound(in, name))
	}
	if err != nil {
		return err
	}
	for _, v := range found {
		if err := in.Emit(v); err != nil {
			return err
		}
	}
	return nil
}
