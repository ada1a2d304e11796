package certs

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/wirevectors"
)

// document is what the vectors hold of a product's metadata.
func document(t testing.TB, name string) []byte {
	t.Helper()
	data, err := wirevectors.File("synthetic/metadata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func keyPEM(t testing.TB, box *Box) []byte {
	t.Helper()
	p, err := onePair()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "key.pem")
	if box == nil {
		err = WriteKeyPEM(path, p.key)
	} else {
		err = WriteSealedKeyPEM(path, p.key, box)
	}
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestLookIntoFiles(t *testing.T) {
	t.Parallel()
	cert, key := selfSignedForTest(t)
	ca := newCA(t, "Litware Root").Certificate
	box, err := NewBox(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	pfx, err := ExportPFX(PFX{Certificate: cert, Key: key}, "P@ssw0rd", Modern)
	if err != nil {
		t.Fatal(err)
	}
	one, both := EncodeCertificates(cert), EncodeCertificates(ca, cert)
	text := base64.StdEncoding.EncodeToString
	other, _ := pairForTest(t, otherPair)
	for _, tt := range []struct {
		name   string
		data   []byte
		form   string
		items  int
		hasKey bool
		found  problem.Code
		note   string
	}{
		{"PEM", one, FormPEM, 1, false, "", ""},
		{"PEM of UTF-16", utf16le(string(one), true), FormPEM, 1, false, "", ""},
		{"two", both, FormPEM, 2, false, "", ""},
		{"DER", cert.Raw, FormDER, 1, false, "", ""},
		{"Base64", []byte(text(cert.Raw)), FormBase64, 1, false, "", ""},
		{"bundle", bundle(t), FormBundle, 2, false, "", ""},
		{"PFX", pfx, FormPFX, 1, true, "", ""},
		{"PFX in Base64", []byte(text(pfx)), FormPFX, 1, true, "", ""},
		{"with its key", append(keyPEM(t, nil), both...), FormPEM, 2, true, "", "keep the file to yourself"},
		{"with a sealed key", append(keyPEM(t, box), one...), FormPEM, 1, false, "", "sealed by a node"},
		{"with a key of another", append(keyPEM(t, nil), EncodeCertificates(other)...), FormPEM, 1, false, problem.CertsMismatch, ""},
		{"with a locked key", append(pem.EncodeToMemory(&pem.Block{Type: lockedBlock}), one...), FormPEM, 1, false, "", "protected by a password"},
		{"Exchange's document", document(t, "exchange.1-steady.json"), FormDocument, 1, false, "", ""},
		{"Skype's document", document(t, "sfb.json"), FormDocument, 1, false, "", ""},
		{"an expired key only", document(t, "bad-expired-key-only.json"), FormDocument, 1, false, "", ""},
	} {
		got, err := Look(tt.data, "P@ssw0rd")
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got.Form != tt.form || len(got.Items) != tt.items || got.HasKey != tt.hasKey || len(got.Certificates()) != tt.items {
			t.Errorf("%s: %s with %d certificates, key %t", tt.name, got.Form, len(got.Items), got.HasKey)
		}
		if tt.found == "" && len(got.Findings) > 0 || tt.found != "" && (len(got.Findings) != 1 || got.Findings[0].Code != tt.found) {
			t.Errorf("%s: %+v", tt.name, got.Findings)
		}
		if !strings.Contains(strings.Join(got.Notes, "; "), tt.note) {
			t.Errorf("%s: %q lacks %q", tt.name, got.Notes, tt.note)
		}
		if tt.hasKey && !got.Items[0].Equal(cert) {
			t.Errorf("%s: the certificate of the key is not first", tt.name)
		}
	}
	if !NeedsPassword(pfx) || !NeedsPassword([]byte(text(pfx))) || NeedsPassword(one) || NeedsPassword(nil) {
		t.Error("files that need a password are taken for others")
	}
	if _, err := Look(pfx, "wrong"); problem.CodeOf(err) != problem.CertsPassword {
		t.Errorf("a wrong password: %v", err)
	}
}

// A PFX without a key was made by: openssl pkcs12 -export -nokeys -passout
// pass:P@ssw0rd. What is missing is said, and not that the file is damaged.
func TestPFXWithoutKey(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/nokey.pfx")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Look(data, "P@ssw0rd"); problem.CodeOf(err) != problem.CertsNoKey {
		t.Errorf("got %v, want certs.no-key", err)
	}
	if _, err := ImportPFX(data, "wrong"); problem.CodeOf(err) != problem.CertsPassword {
		t.Errorf("a wrong password: %v", err)
	}
}

// Some programs write the authorities before the certificate of the key.
func TestPFXWithAuthorityFirst(t *testing.T) {
	t.Parallel()
	cert, key := selfSignedForTest(t)
	ca := newCA(t, "Litware Root").Certificate
	data, err := ExportPFX(PFX{Certificate: ca, Key: key, Chain: []*x509.Certificate{cert}}, "x", Modern)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ImportPFX(data, "x")
	if err != nil || !got.Certificate.Equal(cert) || len(got.Chain) != 1 || !got.Chain[0].Equal(ca) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestLookRefuses(t *testing.T) {
	t.Parallel()
	many, _ := json.Marshal(map[string]any{"keys": []map[string]any{{"usage": "signing", "keyvalue": map[string]string{"value": "AA=="}}}})
	for name, tt := range map[string]struct {
		data []byte
		says string
	}{
		"nothing":            {nil, "is empty"},
		"blanks":             {[]byte(" \r\n"), "is empty"},
		"a text":             {[]byte("hello"), "no certificate in PEM, DER or Base64 form"},
		"too large":          {make([]byte, maxFile+1), "too many"},
		"a request":          {EncodeRequest([]byte{1}), "a certificate request, not a certificate"},
		"JSON of another":    {[]byte(`{"a": 1}`), "holds no certificate"},
		"a damaged document": {[]byte(`{"keys": [`), "begins like a metadata document"},
		"a document's key":   {many, "holds no certificate"},
		"a large document":   {[]byte(`{"a":"` + strings.Repeat("x", 300<<10)), "too many for a metadata document"},
	} {
		if _, err := Look(tt.data, ""); problem.CodeOf(err) != problem.CertsUnreadable || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", name, err, tt.says)
		}
	}
}

// Keys that partners skip are named.
func TestLookIntoOddDocument(t *testing.T) {
	t.Parallel()
	cert, _ := selfSignedForTest(t)
	key := fmt.Sprintf(`{"usage":"signing","keyValue":{"type":"x509Certificate","value":%q}}`, base64.StdEncoding.EncodeToString(cert.Raw))
	odd := strings.Replace(key, "signing", "encryption", 1)
	got, err := Look([]byte(`{"keys":[{"usage":"signing","keyValue":{"value":"!"}},`+odd+strings.Repeat(","+key, 25)+`]}`), "")
	if err != nil || len(got.Items) != 19 || got.Items[0].Where != "keys[1]" || len(got.Findings) != 1 || got.Findings[0].Code != problem.MetadataNoKey || len(got.Notes) != 2 {
		t.Errorf("%d items, %+v, %q, %v", len(got.Items), got.Findings, got.Notes, err)
	}
}

// Whatever somebody takes for a certificate is explained within bounds.
func FuzzLook(f *testing.F) {
	f.Add(bundle(f), "")
	for _, name := range []string{"exchange.1-steady.json", "sfb.json", "bad-expired-key-only.json"} {
		f.Add(document(f, name), "")
	}
	f.Add(append(keyPEM(f, nil), "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"...), "")
	f.Add(utf16le("{\"keys\":[{}]}", true), "x")
	f.Add([]byte{0x30, 0x03, 0x02, 0x01, 0x03}, "x")
	roots := Roots{}
	f.Fuzz(func(t *testing.T, data []byte, password string) {
		got, err := Look(data, password)
		if err != nil {
			if problem.CodeOf(err).Area() != "certs" || len(got.Items) > 0 {
				t.Errorf("%+v, %v", got, err)
			}
			return
		}
		if len(got.Items) == 0 || len(got.Notes) > 2*maxNames+2 {
			t.Errorf("%+v", got)
		}
		for _, item := range got.Items[:min(len(got.Items), 4)] {
			i := Inspect(item.Certificate, Question{Now: clock, Host: "a.test"})
			if len(i.Verdicts) == 0 || strings.ContainsAny(i.Subject+strings.Join(i.Names, "")+strings.Join(i.Notes, ""), "\x1b\n") {
				t.Errorf("%+v", i)
			}
		}
		if len(got.Items) <= maxLinks {
			Trace(got.Certificates(), roots, clock)
		}
	})
}
