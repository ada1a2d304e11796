package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/matchseal/matchseal/internal/problem"
)

// CheckFiles looks whether the files that c names can be read and whether the
// keys among them are kept from others. It creates nothing. The error is of the
// same form as that of Load.
func (c Config) CheckFiles() error {
	var mistakes Mistakes
	for _, f := range fields(&c) {
		key := f.path[strings.LastIndexByte(f.path, '.')+1:]
		if key != "tls_cert" && key != "tls_key" && key != "ca_files" && key != "key_file" && key != "pins" {
			continue
		}
		for _, t := range texts(f) {
			secret := key == "tls_key" || key == "key_file"
			why := unfitFile(t.text, secret)
			if key == "key_file" && errors.Is(why, fs.ErrNotExist) {
				why = nil // the first start makes it
			}
			if _, isSum := thumbprint(t.text); key == "pins" && isSum {
				why = nil
			}
			if t.text != "" && why != nil {
				mistakes = append(mistakes, Mistake{Code: problem.ConfigFile, Key: t.path, Text: why.Error()})
			}
		}
	}
	if info, err := os.Stat(c.Data); err == nil && !info.IsDir() {
		mistakes = append(mistakes, Mistake{Code: problem.ConfigFile, Key: "data", Text: c.Data + " is not a directory"})
	}
	return mistakes.failure()
}

func unfitFile(path string, secret bool) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a file", path)
	case info.Size() == 0:
		return fmt.Errorf("%s is empty", path)
	case secret && info.Mode().Perm()&0o007 != 0:
		return fmt.Errorf("%s can be read by everybody; type: chmod 600 %s", path, path)
	}
	return nil
}
