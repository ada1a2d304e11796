package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/problem"
)

// maxFile is the size of a boot file above which it is taken for another file.
const maxFile = 1 << 20

// flagPrefix begins the Where of what a flag sets.
const flagPrefix = "flag "

// Load makes the configuration of a node. A flag in overrides wins over the
// environment, that over the file, and that over the default. The names in
// overrides are keys such as "log.level" or "roles.skype.database"; the variable
// of that key is MATCHSEAL_ROLES_SKYPE_DATABASE. Both give lists separated by
// commas and maps as name=value lists; an empty variable counts as not set. A
// role that only they mention does not come to be.
//
// Relative paths are relative to the directory of the file; those of flags,
// and all of them when path is empty and there is no file, to the working
// directory.
//
// The error is a problem.Failure of the config area around Mistakes, which
// holds everything that was found.
func Load(path string, env func(string) (string, bool), overrides map[string]string) (Config, error) {
	var data []byte
	if path != "" {
		var err error
		if data, err = read(path); err != nil {
			return Config{}, err
		}
	}
	base, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return Config{}, problem.Wrap(err, problem.ConfigUnreadable, "find the directory of the boot file")
	}
	l := &loader{decoder: &decoder{file: path, lines: map[string]int{}}, base: base, set: map[string]string{}}
	return l.load(data, env, overrides)
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, problem.Wrap(err, problem.ConfigMissing, "read the boot file")
	}
	if err != nil {
		return nil, problem.Wrap(err, problem.ConfigUnreadable, "read the boot file")
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, problem.Wrap(err, problem.ConfigUnreadable, "read the boot file")
	}
	if len(data) > maxFile {
		return nil, problem.New(problem.ConfigUnreadable, "%s is larger than 1 MiB, so it is hardly a boot file", path)
	}
	return data, nil
}

// loader completes what the decoder read.
type loader struct {
	*decoder
	base string            // what relative paths in the file are relative to
	set  map[string]string // path of each setting that file does not decide: the variable or flag that does
}

func (l *loader) load(data []byte, env func(string) (string, bool), overrides map[string]string) (Config, error) {
	var c Config
	if l.file != "" {
		l.decode(data, &c)
	}
	l.environment(&c, env)
	l.overrides(&c, overrides)
	if err := l.mistakes.failure(); err != nil {
		return Config{}, err // what is missing now may only be misspelt
	}
	l.defaults(&c)
	l.checkValues(&c)
	l.derive(&c) // after the check, which is to see what was written
	l.checkTogether(&c)
	if err := l.mistakes.failure(); err != nil {
		return Config{}, err
	}
	return c, nil
}

func (l *loader) environment(c *Config, env func(string) (string, bool)) {
	for _, f := range fields(c) {
		if f.fixed() {
			continue
		}
		if text, ok := env(f.variable()); ok && text != "" {
			l.assign(f, text, "environment variable "+f.variable())
		}
	}
}

func (l *loader) overrides(c *Config, overrides map[string]string) {
	known := map[string]field{}
	for _, f := range fields(c) {
		if !f.fixed() {
			known[f.name] = f
		}
	}
	for _, name := range slices.Sorted(maps.Keys(overrides)) {
		if f, ok := known[name]; ok {
			l.assign(f, overrides[name], flagPrefix+name)
			continue
		}
		text := "there is no such key in this configuration"
		if near := nearest(name, slices.Sorted(maps.Keys(known))); near != "" {
			text += fmt.Sprintf("; did you mean %s?", near)
		} else if strings.HasPrefix(name, "roles.") {
			text += "; a role must be in the file before its keys can be set"
		}
		l.mistakes = append(l.mistakes, Mistake{Code: problem.ConfigUnknownKey, Where: "flag " + name, Text: text})
	}
}

// fixed says that only the file may set f: which role an entry is for is how
// variables and flags find it.
func (f field) fixed() bool {
	return strings.HasPrefix(f.path, "roles[") && strings.HasSuffix(f.path, "].role")
}

func (l *loader) assign(f field, text, where string) {
	if err := assign(f.value, text); err != nil {
		l.mistakes = append(l.mistakes, Mistake{Code: problem.ConfigType, Where: where, Key: f.path, Text: err.Error()})
	} else if odd := pasted(text); odd != "" {
		l.mistakes = append(l.mistakes, Mistake{Code: problem.ConfigValue, Where: where, Key: f.path, Text: "the value " + odd})
	}
	l.set[f.path] = where
}

// isSet says that somebody decided the setting, were it for its zero value.
func (l *loader) isSet(f field) bool {
	_, inFile := l.lines[f.path]
	_, elsewhere := l.set[f.path]
	return inFile || elsewhere
}

// defaults fills what nobody set and what has a default of its own.
func (l *loader) defaults(c *Config) {
	for _, f := range fields(c) {
		if text, ok := f.tag.Lookup("default"); ok && !l.isSet(f) {
			if err := assign(f.value, text); err != nil {
				panic(fmt.Sprintf("config: default of %s: %v", f.name, err)) // a test reads them all
			}
		}
	}
}

// derive makes paths absolute and names lower-case, and fills what nobody set
// and what follows from other settings.
func (l *loader) derive(c *Config) {
	for _, f := range fields(c) {
		for _, v := range texts(f) {
			v.set(l.canonical(f, v.text))
		}
	}
	fill := func(field *string, text string) {
		if *field == "" {
			*field = text
		}
	}
	fill(&c.KeyFile, filepath.Join(c.Data, "master.key"))
	fill(&c.Management.Socket, filepath.Join(c.Data, "admin.sock"))
	fill(&c.Directory.DSN, "sqlite:"+filepath.Join(c.Data, "directory.db"))
	for i := range c.Roles {
		r := &c.Roles[i]
		fill(&r.Database, "sqlite:"+filepath.Join(c.Data, r.Role+".db"))
		if len(r.Hosts) == 0 && r.FQDN != "" {
			r.Hosts = []string{r.FQDN}
		}
		if len(r.Domains) > 0 {
			fill(&r.Realm, r.Domains[0])
			fill(&r.Organisation, r.Domains[0])
		}
	}
}

// canonical gives a value the form in which the program compares and uses it.
func (l *loader) canonical(f field, text string) string {
	switch f.tag.Get("is") {
	case "path":
		return l.absolute(f, text)
	case "dsn":
		if file, ok := strings.CutPrefix(text, "sqlite:"); ok {
			return "sqlite:" + l.absolute(f, strings.TrimPrefix(file, "//"))
		}
	case "fqdn", "host", "pinned":
		return strings.ToLower(text)
	case "pin":
		if sum, ok := thumbprint(text); ok {
			return sum
		}
		return l.absolute(f, text)
	}
	return text
}

func (l *loader) absolute(f field, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	if strings.HasPrefix(l.set[f.path], flagPrefix) {
		if abs, err := filepath.Abs(path); err == nil {
			return abs
		}
	}
	return filepath.Join(l.base, path)
}
