package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
)

var clock = time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)

// pair is made once: RSA keys take long, most of all under the race detector.
type pair struct {
	cert *x509.Certificate
	key  *rsa.PrivateKey
}

func newPair() (pair, error) {
	cert, key, err := NewSelfSigned(SelfSigned{
		Subject:   pkix.Name{CommonName: AuthCertificateName},
		NotBefore: clock,
		NotAfter:  clock.AddDate(5, 0, 0),
	})
	return pair{cert, key}, err
}

var onePair, otherPair = sync.OnceValues(newPair), sync.OnceValues(newPair)

func selfSignedForTest(t *testing.T) (*x509.Certificate, *rsa.PrivateKey) {
	return pairForTest(t, onePair)
}

func pairForTest(t *testing.T, of func() (pair, error)) (*x509.Certificate, *rsa.PrivateKey) {
	t.Helper()
	p, err := of()
	if err != nil {
		t.Fatal(err)
	}
	return p.cert, p.key
}

func TestNewSelfSigned(t *testing.T) {
	t.Parallel()
	cert, key := selfSignedForTest(t)
	if got, want := cert.Subject.String(), "CN=Microsoft Exchange Server Auth Certificate"; got != want {
		t.Errorf("subject %q, want %q", got, want)
	}
	if key.N.BitLen() != 2048 || !selfSigned(cert) {
		t.Errorf("bits %d, self-signed %t", key.N.BitLen(), selfSigned(cert))
	}
	if err := cert.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature); err != nil {
		t.Errorf("the signature does not hold: %v", err)
	}
	if !cert.NotBefore.Equal(clock) || !cert.NotAfter.Equal(clock.AddDate(5, 0, 0)) {
		t.Errorf("dates %s to %s", cert.NotBefore, cert.NotAfter)
	}
}

func TestNewSelfSignedRefuses(t *testing.T) {
	t.Parallel()
	good := SelfSigned{Subject: pkix.Name{CommonName: "x"}, NotBefore: clock, NotAfter: clock.Add(time.Hour)}
	for name, change := range map[string]func(*SelfSigned){
		"tiny key":     func(o *SelfSigned) { o.Bits = 512 },
		"huge key":     func(o *SelfSigned) { o.Bits = 1 << 20 },
		"no dates":     func(o *SelfSigned) { o.NotAfter = time.Time{} },
		"end first":    func(o *SelfSigned) { o.NotAfter = clock.Add(-time.Hour) },
		"no one named": func(o *SelfSigned) { o.Subject = pkix.Name{} },
	} {
		t.Run(name, func(t *testing.T) {
			o := good
			change(&o)
			if _, _, err := NewSelfSigned(o); !problem.Is(err, problem.CertsInvalid) {
				t.Errorf("got %v, want certs.invalid", err)
			}
		})
	}
}

func TestCAIssuesWhatAClientAccepts(t *testing.T) {
	t.Parallel()
	ca, err := NewCA("Lab Root", clock, "litware.test")
	if err != nil {
		t.Fatal(err)
	}
	middle, err := ca.NewIntermediate("Lab Issuing", clock)
	if err != nil {
		t.Fatal(err)
	}
	for _, issuer := range []*CA{ca, middle} {
		chain, key, err := issuer.Issue(TLSRequest{Names: []string{"mail.litware.test"}}.ValidFrom(clock))
		if err != nil {
			t.Fatal(err)
		}
		between := x509.NewCertPool()
		for _, c := range chain[1:] {
			between.AddCert(c)
		}
		_, err = chain[0].Verify(x509.VerifyOptions{DNSName: "mail.litware.test", Roots: ca.Pool(), Intermediates: between, CurrentTime: clock})
		if err != nil {
			t.Errorf("chain of %d: %v", len(chain), err)
		}
		if err := checkPair(chain[0], key); err != nil {
			t.Error(err)
		}
	}
}

func TestCAStaysInItsDomain(t *testing.T) {
	t.Parallel()
	ca, err := NewCA("Lab Root", clock, "litware.test")
	if err != nil {
		t.Fatal(err)
	}
	chain, _, err := ca.Issue(TLSRequest{Names: []string{"www.example.com"}}.ValidFrom(clock))
	if err != nil {
		t.Fatal(err)
	}
	_, err = chain[0].Verify(x509.VerifyOptions{DNSName: "www.example.com", Roots: ca.Pool(), CurrentTime: clock})
	if err == nil {
		t.Fatal("a lab authority vouched for a name outside its domain")
	}
	if got := ExplainVerify(err, chain, "www.example.com", clock); got.Kind != Chain || !strings.Contains(got.What, "limited to other names") {
		t.Errorf("explained as %s: %s", got.Kind, got.What)
	}
}

func TestCASurvivesTheDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	box := boxForTest(t, dir)
	ca, err := NewCA("Lab Root", clock)
	if err != nil {
		t.Fatal(err)
	}
	cert, key := filepath.Join(dir, "ca.crt"), filepath.Join(dir, "ca.key")
	if err := ca.Save(cert, key, box); err != nil {
		t.Fatal(err)
	}
	back, err := LoadCA(cert, key, box)
	if err != nil {
		t.Fatal(err)
	}
	chain, _, err := back.Issue(TLSRequest{Names: []string{"a.test"}}.ValidFrom(clock))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chain[0].Verify(x509.VerifyOptions{DNSName: "a.test", Roots: ca.Pool(), CurrentTime: clock}); err != nil {
		t.Errorf("issued after a restart, but: %v", err)
	}

	leaf, leafKey := filepath.Join(dir, "leaf.crt"), filepath.Join(dir, "leaf.key")
	other, otherKey := selfSignedForTest(t)
	if err := WriteCertificatesPEM(leaf, other); err != nil {
		t.Fatal(err)
	}
	if err := WriteSealedKeyPEM(leafKey, otherKey, box); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadCA(leaf, key, box); !problem.Is(err, problem.CertsMismatch) {
		t.Errorf("another one's certificate: got %v, want certs.mismatch", err)
	}
	if _, err := LoadCA(leaf, leafKey, box); !problem.Is(err, problem.CertsInvalid) {
		t.Errorf("a leaf as an authority: got %v, want certs.invalid", err)
	}
}

func TestPFX(t *testing.T) {
	t.Parallel()
	ca, err := NewCA("Root", clock)
	if err != nil {
		t.Fatal(err)
	}
	cert, key := selfSignedForTest(t)
	for name, e := range map[string]Encryption{"modern": Modern, "legacy": Legacy} {
		t.Run(name, func(t *testing.T) {
			data, err := ExportPFX(PFX{Certificate: cert, Key: key, Chain: []*x509.Certificate{ca.Certificate}}, "Sesam 1", e)
			if err != nil {
				t.Fatal(err)
			}
			back, err := ImportPFX(data, "Sesam 1")
			if err != nil {
				t.Fatal(err)
			}
			if !back.Certificate.Equal(cert) || !key.Equal(back.Key) || len(back.Chain) != 1 {
				t.Error("what came back is not what went in")
			}
			if _, err := ImportPFX(data, "sesam 1"); !problem.Is(err, problem.CertsPassword) {
				t.Errorf("wrong password: got %v, want certs.password", err)
			}
			if _, err := ImportPFX(data[:len(data)/2], "Sesam 1"); !problem.Is(err, problem.CertsUnreadable) {
				t.Errorf("half a file: got %v, want certs.unreadable", err)
			}
		})
	}
	if _, err := ExportPFX(PFX{Certificate: cert, Key: key}, "", Modern); !problem.Is(err, problem.CertsPassword) {
		t.Errorf("no password: got %v, want certs.password", err)
	}
	_, wrong := pairForTest(t, otherPair)
	mixed, err := ExportPFX(PFX{Certificate: cert, Key: wrong}, "x", Modern)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ImportPFX(mixed, "x"); !problem.Is(err, problem.CertsMismatch) {
		t.Errorf("another one's key: got %v, want certs.mismatch", err)
	}
}

func TestParseCertificates(t *testing.T) {
	t.Parallel()
	cert, _ := selfSignedForTest(t)
	text := EncodeCertificates(cert, cert)
	bare := strings.Split(string(EncodeCertificates(cert)), "\n")
	for name, data := range map[string][]byte{
		"PEM":    EncodeCertificates(cert),
		"DER":    cert.Raw,
		"Base64": []byte(strings.Join(bare[1:len(bare)-2], "\r\n")),
		"chain":  append([]byte("subject=whatever\n"), text...),
	} {
		got, err := ParseCertificates(data)
		if err != nil || !got[0].Equal(cert) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, data := range map[string]string{
		"empty":   "",
		"request": "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
		"cut":     string(text[:300]),
		"html":    "<html>",
	} {
		_, err := ParseCertificates([]byte(data))
		if !problem.Is(err, problem.CertsUnreadable) {
			t.Errorf("%s: got %v, want certs.unreadable", name, err)
		}
		if name == "request" && !strings.Contains(err.Error(), "send it to an authority") {
			t.Errorf("a request is not recognised: %v", err)
		}
	}
}

func TestReadKeyPEM(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	box := boxForTest(t, dir)
	_, rsaKey := selfSignedForTest(t)
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ecDER, err := x509.MarshalECPrivateKey(ecKey)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, block string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: block, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	sealed := filepath.Join(dir, "sealed.key")
	if err := WriteSealedKeyPEM(sealed, rsaKey, box); err != nil {
		t.Fatal(err)
	}
	plain := filepath.Join(dir, "plain.key")
	if err := WriteKeyPEM(plain, rsaKey); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{sealed, plain, write("pkcs1.key", pkcs1Block, x509.MarshalPKCS1PrivateKey(rsaKey))} {
		key, err := ReadKeyPEM(path, box)
		if err != nil || !rsaKey.Equal(key) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if key, err := ReadKeyPEM(write("ec.key", ecBlock, ecDER), nil); err != nil || !ecKey.Equal(key) {
		t.Errorf("EC key: %v", err)
	}
	if _, err := ReadKeyPEM(sealed, nil); !problem.Is(err, problem.CertsWrongBox) {
		t.Errorf("sealed key without a box: got %v", err)
	}
	if _, err := ReadKeyPEM(write("locked.key", lockedBlock, []byte("x")), box); err == nil || !strings.Contains(err.Error(), "openssl pkey") {
		t.Errorf("password-protected key: got %v, want the command that cures it", err)
	}
	if _, err := ReadKeyPEM(write("damaged.key", pkcs8Block, []byte("secret?")), box); !problem.Is(err, problem.CertsUnreadable) || strings.Contains(err.Error(), "secret") {
		t.Errorf("damaged key: got %v", err)
	}
	if data, _ := os.ReadFile(sealed); strings.Contains(string(data), "BEGIN PRIVATE KEY") || !strings.Contains(string(data), sealedBlock) {
		t.Errorf("the sealed file is not sealed: %s", data)
	}
}

func TestLoadTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ca, err := NewCA("Root", clock)
	if err != nil {
		t.Fatal(err)
	}
	chain, key, err := ca.Issue(TLSRequest{Names: []string{"a.test"}}.ValidFrom(clock))
	if err != nil {
		t.Fatal(err)
	}
	certPath, keyPath := filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	if err := WriteCertificatesPEM(certPath, chain...); err != nil {
		t.Fatal(err)
	}
	if err := WriteKeyPEM(keyPath, key); err != nil {
		t.Fatal(err)
	}
	if c, err := LoadTLS(certPath, keyPath, nil); err != nil || !c.Leaf.Equal(chain[0]) {
		t.Errorf("LoadTLS: %v", err)
	}
	_, other, err := ca.Issue(TLSRequest{Names: []string{"a.test"}}.ValidFrom(clock))
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteKeyPEM(keyPath, other); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadTLS(certPath, keyPath, nil); !problem.Is(err, problem.CertsMismatch) {
		t.Errorf("a key of another request: got %v, want certs.mismatch", err)
	}
}

func TestLoadPool(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ca, err := NewCA("Root", clock)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "ca.crt")
	if err := WriteCertificatesPEM(file, ca.Certificate); err != nil {
		t.Fatal(err)
	}
	pool, err := LoadPool(false, file)
	if err != nil || !pool.Equal(ca.Pool()) {
		t.Errorf("LoadPool: %v", err)
	}
	empty := filepath.Join(dir, "empty.crt")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{empty, filepath.Join(dir, "absent.crt")} {
		if _, err := LoadPool(true, file, bad); !problem.Is(err, problem.CertsUnreadable) || !strings.Contains(err.Error(), bad) {
			t.Errorf("%s: got %v, want certs.unreadable naming the file", bad, err)
		}
	}
}

// Whatever file an administrator names: certificates, or a failure with words.
func FuzzParseCertificates(f *testing.F) {
	one, err := onePair()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(EncodeCertificates(one.cert, one.cert))
	f.Add(one.cert.Raw)
	f.Add([]byte("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		certs, err := ParseCertificates(data)
		if (err == nil) != (len(certs) > 0) || err != nil && !problem.Is(err, problem.CertsUnreadable) {
			t.Fatalf("%d certificates, %v", len(certs), err)
		}
		if _, err := parseKeyPEM(data, nil); err != nil && problem.CodeOf(err).Area() != "certs" {
			t.Fatalf("key: %v", err)
		}
	})
}
