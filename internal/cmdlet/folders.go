package cmdlet

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
)

// maxFile bounds what the shell reads from a file; certificates, exports and
// notes are far smaller.
const maxFile = 64 << 20

// Folders is the file system of a shell. Paths that begin with a drive letter
// lie on a drive of the shell's own, a folder of this machine under which
// C:\Certificates\x.pfx is Certificates/x.pfx without regard to case, as on
// Windows; nothing outside that folder can be reached through it. The scripts
// of the product are there for reading. Every other path is this machine's.
type Folders struct {
	drive   string            // folder that stands for C:
	scripts map[string]string // path on the drive, lower case, to its contents
	names   map[string]string // the same to its name as written
}

// NewFolders makes a file system whose drive C: is the folder at drive, made
// when first written to. Scripts are paths such as
// C:\Program Files\…\X.ps1 and what reading them shows.
func NewFolders(drive string, scripts map[string]string) *Folders {
	f := &Folders{drive: drive, scripts: map[string]string{}, names: map[string]string{}}
	for p, text := range scripts {
		inside, _ := onDrive(p)
		f.scripts[strings.ToLower(inside)] = text
		f.names[strings.ToLower(inside)] = inside
	}
	return f
}

// usual are the folders that a server has from the start.
var usual = []string{"Certificates", "Temp", "Users/Administrator", "Windows/system32"}

// onDrive takes the drive off a Windows path and gives the rest with forward
// slashes, cleaned; "" is the root. ok is false for other paths.
func onDrive(p string) (inside string, ok bool) {
	if len(p) < 2 || p[1] != ':' || !('a' <= p[0]|0x20 && p[0]|0x20 <= 'z') {
		return "", false
	}
	rest := strings.ReplaceAll(p[2:], `\`, "/")
	return strings.TrimPrefix(path.Clean("/"+rest), "/"), true
}

// Read gives a file's contents.
func (f *Folders) Read(name string) ([]byte, error) {
	inside, ok := onDrive(name)
	if !ok {
		return readBounded(os.Open(machinePath(name)))
	}
	if text, ok := f.scripts[strings.ToLower(inside)]; ok {
		return []byte(text), nil
	}
	root, err := f.open(name)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	found, rest := follow(root, inside)
	if rest != "" {
		return nil, notFound(name)
	}
	return readBounded(root.Open(found))
}

func readBounded(file *os.File, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = problem.New(problem.ShellFileTooLarge, "%s is larger than %d MiB", file.Name(), maxFile>>20)
	}
	return data, err
}

// Write makes or extends a file. The folder has to be there.
func (f *Folders) Write(name string, data []byte, add bool) error {
	flag := os.O_CREATE | os.O_WRONLY | os.O_TRUNC
	if add {
		flag = os.O_CREATE | os.O_WRONLY | os.O_APPEND
	}
	inside, ok := onDrive(name)
	if !ok {
		return write(data)(os.OpenFile(machinePath(name), flag, 0o600))
	}
	if _, ok := f.scripts[strings.ToLower(inside)]; ok {
		return problem.New(problem.ShellReadOnly, "%s belongs to the product", name)
	}
	root, err := f.open(name)
	if err != nil {
		return err
	}
	defer root.Close()
	found, rest := follow(root, inside)
	if strings.Contains(rest, "/") {
		return problem.New(problem.ShellNoPath, "Could not find a part of the path '%s'.", name)
	}
	return write(data)(root.OpenFile(path.Join(found, rest), flag, 0o600))
}

// MakeFolder makes a folder and those on the way to it.
func (f *Folders) MakeFolder(name string) error {
	inside, ok := onDrive(name)
	if !ok {
		return os.MkdirAll(machinePath(name), 0o700)
	}
	root, err := f.open(name)
	if err != nil {
		return err
	}
	defer root.Close()
	found, rest := follow(root, inside)
	return root.MkdirAll(path.Join(found, rest), 0o700)
}

// Remove takes a file away, or a folder with nothing in it.
func (f *Folders) Remove(name string) error {
	inside, ok := onDrive(name)
	if !ok {
		return os.Remove(machinePath(name))
	}
	if _, ok := f.scripts[strings.ToLower(inside)]; ok {
		return problem.New(problem.ShellReadOnly, "%s belongs to the product", name)
	}
	root, err := f.open(name)
	if err != nil {
		return err
	}
	defer root.Close()
	found, rest := follow(root, inside)
	if rest != "" || found == "" {
		return notFound(name)
	}
	return root.Remove(found)
}

// write puts data into a file that has just been opened, and on disk.
func write(data []byte) func(*os.File, error) error {
	return func(file *os.File, err error) error {
		if err != nil {
			return err
		}
		_, err = file.Write(data)
		return errors.Join(err, file.Sync(), file.Close())
	}
}

// List gives the names in a folder, those of folders with a \ at the end (or
// the machine's own separator).
func (f *Folders) List(name string) ([]string, error) {
	inside, ok := onDrive(name)
	if !ok {
		entries, err := os.ReadDir(machinePath(name))
		return entryNames(entries, string(filepath.Separator)), err
	}
	root, err := f.open(name)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	scripts := f.scriptsBelow(inside)
	found, rest := follow(root, inside)
	if rest != "" {
		if len(scripts) == 0 {
			return nil, notFound(name)
		}
		return scripts, nil
	}
	folder, err := root.Open(orRoot(found))
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	entries, err := folder.ReadDir(-1)
	if err != nil {
		return nil, err
	}
	names := append(entryNames(entries, `\`), scripts...)
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return slices.CompactFunc(names, strings.EqualFold), nil
}

// Stat tells the size of a file or folder and when it was written to. What
// belongs to the product has no time.
func (f *Folders) Stat(name string) (size int64, written time.Time, err error) {
	inside, ok := onDrive(name)
	if !ok {
		return stat(os.Stat(machinePath(name)))
	}
	if text, ok := f.scripts[strings.ToLower(inside)]; ok {
		return int64(len(text)), time.Time{}, nil
	}
	root, err := f.open(name)
	if err != nil {
		return 0, time.Time{}, err
	}
	defer root.Close()
	found, rest := follow(root, inside)
	if rest != "" {
		return 0, time.Time{}, notFound(name)
	}
	return stat(root.Stat(orRoot(found)))
}

func stat(info fs.FileInfo, err error) (int64, time.Time, error) {
	if err != nil {
		return 0, time.Time{}, err
	}
	return info.Size(), info.ModTime(), nil
}

func entryNames(entries []fs.DirEntry, separator string) []string {
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		n := e.Name()
		if e.IsDir() {
			n += separator
		}
		names = append(names, n)
	}
	return names
}

// scriptsBelow gives what the product has in a folder: scripts, and the
// folders on the way to them.
func (f *Folders) scriptsBelow(inside string) []string {
	prefix := strings.ToLower(inside)
	if prefix != "" {
		prefix += "/"
	}
	var names []string
	for low, spelled := range f.names {
		if !strings.HasPrefix(low, prefix) {
			continue
		}
		name, _, below := strings.Cut(spelled[len(prefix):], "/")
		if below {
			name += `\`
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// open opens the drive; there is only C:.
func (f *Folders) open(name string) (*os.Root, error) {
	if name[0]|0x20 != 'c' {
		return nil, problem.New(problem.ShellNoDrive, "Cannot find drive. A drive with the name '%c' does not exist.", name[0])
	}
	for _, folder := range usual {
		if err := os.MkdirAll(filepath.Join(f.drive, filepath.FromSlash(folder)), 0o700); err != nil {
			return nil, fmt.Errorf("making the shell's drive C: at %s: %w", f.drive, err)
		}
	}
	return os.OpenRoot(f.drive)
}

// follow follows a path below root without regard to case, and gives how far it
// came and what was not there.
func follow(root *os.Root, inside string) (found, rest string) {
	for inside != "" {
		name, after, _ := strings.Cut(inside, "/")
		spelled, ok := spelling(root, found, name)
		if !ok {
			return found, inside
		}
		found, inside = path.Join(found, spelled), after
	}
	return found, ""
}

func spelling(root *os.Root, folder, name string) (string, bool) {
	if _, err := root.Lstat(path.Join(folder, name)); err == nil {
		return name, true
	}
	dir, err := root.Open(orRoot(folder))
	if err != nil {
		return "", false
	}
	defer dir.Close()
	entries, err := dir.ReadDir(-1)
	if err != nil {
		return "", false
	}
	for _, e := range entries {
		if strings.EqualFold(e.Name(), name) {
			return e.Name(), true
		}
	}
	return "", false
}

func orRoot(folder string) string {
	if folder == "" {
		return "."
	}
	return folder
}

// machinePath is a path of this machine; ~ is the user's home.
func machinePath(name string) string {
	if rest, ok := strings.CutPrefix(name, "~"); ok && (rest == "" || rest[0] == '/' || rest[0] == '\\') {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, filepath.FromSlash(rest))
		}
	}
	return filepath.FromSlash(name)
}

func notFound(name string) error {
	return problem.Wrap(fs.ErrNotExist, problem.ShellNoPath, "Cannot find path '%s' because it does not exist.", name)
}
