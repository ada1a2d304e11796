package certs

import (
	"bytes"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/matchseal/matchseal/internal/problem"
)

// Files of authorities are taken in every form they are handed around in, and
// one that holds none is explained instead of trusting nobody.
func TestLoadPoolForms(t *testing.T) {
	t.Parallel()
	one, other := newCA(t, "Litware Root"), newCA(t, "Contoso Root")
	self, key := selfSignedForTest(t)
	pfx, err := ExportPFX(PFX{Certificate: self, Key: key}, "x", Modern)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	both := slices.Concat([]byte("# authorities\n"), EncodeCertificates(one.Certificate), []byte("text between\n"), EncodeCertificates(other.Certificate))
	chain := func(ca *CA) error {
		return verify(ca, issue(t, ca, TLSRequest{Names: []string{"a.test"}}.ValidFrom(clock)), "a.test", clock)
	}
	if chain(one) != nil {
		t.Fatal("the test itself is wrong")
	}
	for name, files := range map[string][]string{
		"a PEM bundle": {file("both.pem", both)}, "two files": {file("one.pem", EncodeCertificates(one.Certificate)), file("other.der", other.Certificate.Raw)},
		"UTF-16": {file("wide.pem", utf16le(string(both), true))}, "CR LF": {file("crlf.pem", bytes.ReplaceAll(both, []byte("\n"), []byte("\r\n")))},
	} {
		pool, err := LoadPool(false, files...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := one.Pool()
		want.AddCert(other.Certificate)
		if !pool.Equal(want) {
			t.Errorf("%s: the pool is another one", name)
		}
	}
	missing := filepath.Join(dir, "none.pem")
	for path, says := range map[string]string{
		missing: "no such file", dir: "is a directory", file("empty.pem", nil): "is empty", file("blank.pem", []byte(" \r\n")): "is empty",
		file("text.pem", []byte("the certificate comes tomorrow")):                             "no certificate in PEM, DER or Base64 form",
		file("key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte{1}})): `holds "PRIVATE KEY", but no certificate`,
		file("cut.pem", both[:len(both)/3]):                                                    "no certificate that is complete", file("all.pfx", pfx): "is a PFX file",
	} {
		_, err := LoadPool(false, file("good.pem", both), path)
		if problem.CodeOf(err) != problem.CertsUnreadable || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "authorities") {
			t.Errorf("%s: %v, want %q", filepath.Base(path), err, says)
		}
	}
}

func TestReadPins(t *testing.T) {
	t.Parallel()
	one, other := newCA(t, "one").Certificate, newCA(t, "other").Certificate
	path := filepath.Join(t.TempDir(), "pins.pem")
	if err := WriteCertificatesPEM(path, one, other); err != nil {
		t.Fatal(err)
	}
	fromFile, err := ReadPins(path)
	if err != nil || len(fromFile) != 2 {
		t.Fatalf("%x, %v", fromFile, err)
	}
	fromText, err := ReadPins(SHA256(other))
	if err != nil || len(fromText) != 1 || fromText[0] != fromFile[1] || fromText[0] == fromFile[0] {
		t.Errorf("%x, %v", fromText, err)
	}
	if _, err := ReadPins(path + "x"); problem.CodeOf(err) != problem.CertsUnreadable || !strings.Contains(err.Error(), "pinned") {
		t.Errorf("a file that is not there: %v", err)
	}
}
