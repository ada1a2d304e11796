package lab

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// After a whole run with tokens in both directions: nobody but the owner reads
// what the lab left on disk, the certificates that are handed out aside, and no
// token, password or key lies about in the clear.
func TestNothingSecretLiesAbout(t *testing.T) {
	dir := shortDir(t)
	out, err := run(t, Options{Dir: dir, Once: true})
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	masterKey, err := os.ReadFile(filepath.Join(dir, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[string]string{
		"a token": "eyJ0eXAi", "a private key": "-----BEGIN PRIVATE KEY", "an RSA key": "-----BEGIN RSA PRIVATE KEY", "an EC key": "-----BEGIN EC PRIVATE KEY",
		"a password": password, "the master key": strings.TrimSpace(string(masterKey)),
	}
	// The lab tells people its passwords, and the key is somewhere.
	allowed := map[string]string{"lab.json": "a password", "master.key": "the master key"}
	seen := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 && filepath.Ext(path) != ".pem" {
			t.Errorf("%s has the mode %v", path, info.Mode())
		}
		if !info.Mode().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		seen++
		for what, secret := range secrets {
			if bytes.Contains(data, []byte(secret)) && allowed[filepath.Base(path)] != what {
				t.Errorf("%s holds %s", path, what)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 10 {
		t.Errorf("only %d files were looked at", seen)
	}
	for what, secret := range secrets {
		if what != "a password" && strings.Contains(out, secret) {
			t.Errorf("the lab prints %s", what)
		}
	}
}
