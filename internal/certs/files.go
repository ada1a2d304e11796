package certs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/matchseal/matchseal/internal/problem"
)

// maxFile bounds every file read here; a bundle of all public authorities has
// a quarter of that.
const maxFile = 1 << 20

// whenPresent says what writeFile does with a file that is already there.
type whenPresent int

const (
	replaceExisting whenPresent = iota
	keepExisting                // fail with fs.ErrExist
)

// writeFile writes a whole file or nothing: into a temporary file beside it,
// flushed to disk, then moved into place. A crash leaves the old file.
func writeFile(path string, data []byte, perm os.FileMode, when whenPresent) (err error) {
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*") // made with mode 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.Remove(tmp.Name()) // after the move there is nothing left to remove
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Chmod(perm), tmp.Sync(), tmp.Close())
	if err == nil {
		err = place(tmp.Name(), path, when)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return syncDir(dir)
}

func place(from, to string, when whenPresent) error {
	if when == keepExisting {
		return os.Link(from, to) // unlike a rename, a link never replaces
	}
	return os.Rename(from, to)
}

// syncDir makes the move itself durable. Windows has no such call.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("flush %s: %w", dir, err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("flush %s: %w", dir, err)
	}
	return nil
}

// readFile reads a small file.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, problem.Wrap(err, problem.CertsUnreadable, "cannot read %s", path)
	}
	defer f.Close()
	return readAll(f, path)
}

// readPrivate reads a file that holds a secret. The permissions are those of
// the opened file, so that nobody can swap it between the look and the read.
func readPrivate(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, problem.Wrap(err, problem.CertsUnreadable, "cannot read %s", path)
	}
	defer f.Close()
	if err := checkPrivate(f, path); err != nil {
		return nil, err
	}
	return readAll(f, path)
}

func checkPrivate(f fs.File, path string) error {
	info, err := f.Stat()
	if err != nil {
		return problem.Wrap(err, problem.CertsUnreadable, "cannot look at %s", path)
	}
	// Windows keeps access lists instead; its mode bits say nothing.
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return problem.New(problem.CertsPermissions, "%s can be read by others (mode %s); type: chmod 600 %s", path, mode(info.Mode()), quote(path))
	}
	return nil
}

func readAll(f io.Reader, path string) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, problem.Wrap(err, problem.CertsUnreadable, "cannot read %s", path)
	}
	if len(data) > maxFile {
		return nil, problem.New(problem.CertsUnreadable, "%s is larger than %d bytes; that is no certificate or key", path, maxFile)
	}
	return data, nil
}

// quote makes a path safe to paste into a shell.
func quote(path string) string {
	if !strings.ContainsFunc(path, func(r rune) bool { return !strings.ContainsRune(plainPath, r) }) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

const plainPath = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-"
