package certs

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"os"
	"testing"
	"unicode/utf16"

	"github.com/matchseal/matchseal/internal/problem"
)

// utf16le is text as Out-File of Windows PowerShell writes it.
func utf16le(s string, mark bool) []byte {
	units := utf16.Encode([]rune(s))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	var out []byte
	for _, u := range units {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

// bundle was made by openssl crl2pkcs7: the authority first, then the
// certificate of mail.litware.test.
func bundle(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/bundle.p7b")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// What administrators have as files is read in every form they come in.
func TestRead(t *testing.T) {
	t.Parallel()
	cert, key := selfSignedForTest(t)
	text := base64.StdEncoding.EncodeToString
	p7b, one := bundle(t), string(EncodeCertificates(cert))
	files := map[string][]byte{
		"DER": cert.Raw, "PEM": []byte(one), "Base64": []byte(text(cert.Raw)), "Base64 of UTF-16": utf16le(text(cert.Raw), true),
		"PEM of UTF-16": utf16le(one, false), "PEM with a mark": []byte("\xef\xbb\xbf" + one),
	}
	for name, file := range files {
		got, err := Read(file, "")
		if err != nil || got.Certificate == nil || !got.Certificate.Equal(cert) || got.Key != nil {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for name, file := range map[string][]byte{
		"DER": p7b, "Base64": []byte(text(p7b)), "PEM": pem.EncodeToMemory(&pem.Block{Type: "PKCS7", Bytes: p7b}),
		"chain": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE CHAIN", Bytes: p7b}),
	} {
		got, err := Read(file, "")
		if err != nil || got.Certificate.Subject.CommonName != "mail.litware.test" || len(got.Chain) != 1 || got.Chain[0].Subject.CommonName != "Litware CA" {
			t.Errorf("bundle, %s: %+v, %v", name, got, err)
		}
	}
	for _, how := range []Encryption{Modern, Legacy} {
		pfx, err := ExportPFX(PFX{Certificate: cert, Key: key}, "P@ssw0rd", how)
		if err != nil {
			t.Fatal(err)
		}
		for name, file := range map[string][]byte{"DER": pfx, "Base64": []byte(text(pfx)), "Base64 of UTF-16": utf16le(text(pfx), true)} {
			got, err := Read(file, "P@ssw0rd")
			if err != nil || !got.Certificate.Equal(cert) || got.Key == nil {
				t.Errorf("PFX %d, %s: %v", how, name, err)
			}
			if _, err := Read(file, "wrong"); problem.CodeOf(err) != problem.CertsPassword {
				t.Errorf("PFX %d, %s, wrong password: %v", how, name, err)
			}
		}
	}
	for name, file := range map[string][]byte{
		"nothing": nil, "a text": []byte("hello"), "too large": make([]byte, maxFile+1), "a cut bundle": p7b[:len(p7b)/2],
		"a bundle of nothing": {0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02},
	} {
		if _, err := Read(file, ""); problem.CodeOf(err) != problem.CertsUnreadable {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNewRequest(t *testing.T) {
	t.Parallel()
	request, placeholder, key, err := NewRequest(SelfSigned{
		Subject: pkix.Name{CommonName: "litware.test"}, DNSNames: []string{"mail.litware.test"}, Bits: 1024, NotBefore: clock, NotAfter: clock.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	read, err := x509.ParseCertificateRequest(request)
	if err != nil || read.CheckSignature() != nil || read.Subject.CommonName != "litware.test" || len(read.DNSNames) != 1 {
		t.Errorf("the request: %+v, %v", read, err)
	}
	if !key.PublicKey.Equal(read.PublicKey) || !key.PublicKey.Equal(placeholder.PublicKey) {
		t.Error("request, placeholder and key do not belong together")
	}
	if !bytes.HasPrefix(EncodeRequest(request), []byte("-----BEGIN NEW CERTIFICATE REQUEST-----\n")) {
		t.Error("the request is not in the form that Windows writes")
	}
	if _, err := Read(EncodeRequest(request), ""); problem.CodeOf(err) != problem.CertsUnreadable {
		t.Errorf("a request is taken for a certificate: %v", err)
	}
	if _, _, _, err := NewRequest(SelfSigned{}); problem.CodeOf(err) != problem.CertsInvalid {
		t.Errorf("without dates: %v", err)
	}
}

func TestRoots(t *testing.T) {
	t.Parallel()
	ca, public, stranger := newCA(t, "Litware CA"), newCA(t, "Public CA"), newCA(t, "Stranger CA")
	own, _ := selfSignedForTest(t)
	between, err := ca.NewIntermediate("Litware Issuing CA", clock)
	if err != nil {
		t.Fatal(err)
	}
	roots := Roots{System: public.Pool(), Files: ca.Pool()}
	request := TLSRequest{Names: []string{"mail.litware.test"}}.ValidFrom(clock)
	for want, chain := range map[Root][]*x509.Certificate{
		NoRoot: {own}, Registry: issue(t, between, request), ThirdParty: issue(t, public, request), Unknown: issue(t, stranger, request),
	} {
		for _, at := range []int{0, -2, 5} { // the dates do not matter
			if got := roots.Of(chain[0], chain[1:], clock.AddDate(at, 0, 0)); got != want {
				t.Errorf("%s is %s, want %s", chain[0].Issuer, got, want)
			}
		}
		if got := (Roots{}).Of(chain[0], chain[1:], clock); got != NoRoot && got != Unknown {
			t.Errorf("nobody is trusted, and %s is %s", chain[0].Issuer, got)
		}
	}
	if _, err := LoadRoots(true, "testdata/bundle.p7b"); err != nil {
		t.Error(err)
	}
	if _, err := LoadRoots(false, "testdata/none"); problem.CodeOf(err) != problem.CertsUnreadable {
		t.Errorf("a file that is not there: %v", err)
	}
}

// checklist: 000-22. A TLS certificate can have a key that signs tokens too.
func TestIssueRSA(t *testing.T) {
	t.Parallel()
	r := TLSRequest{Names: []string{"pool.litware.test"}, Bits: 2048}.ValidFrom(clock)
	chain, key, err := newCA(t, "Litware CA").Issue(r)
	if err != nil {
		t.Fatal(err)
	}
	if k, ok := key.(*rsa.PrivateKey); !ok || k.N.BitLen() != 2048 || !k.PublicKey.Equal(chain[0].PublicKey) {
		t.Errorf("the key is a %T", key)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(bundle(f), "")
	f.Add([]byte("-----BEGIN PKCS7-----\nMAsGCSqGSIb3DQEHAg==\n-----END PKCS7-----\n"), "")
	f.Add(utf16le("MIIB", true), "x")
	f.Add([]byte{0x30, 0x03, 0x02, 0x01, 0x03}, "x")
	f.Fuzz(func(t *testing.T, data []byte, password string) {
		got, err := Read(data, password)
		if err == nil && got.Certificate == nil || err != nil && problem.CodeOf(err).Area() != "certs" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
