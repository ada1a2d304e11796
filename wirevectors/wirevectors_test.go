package wirevectors

import (
	"bytes"
	"crypto/x509"
	"io/fs"
	"strings"
	"testing"
)

// The counts are part of the promise in README.md: a file that loads to half
// its cases must not pass quietly.
func TestCounts(t *testing.T) {
	tokens, err := LoadTokens()
	if err != nil {
		t.Fatal(err)
	}
	accept := 0
	for _, c := range tokens.Tokens {
		if c.Accept() {
			accept++
		}
		if c.Name == "" || c.Token == "" || c.Context.Clock == 0 {
			t.Errorf("token %q is incomplete", c.Name)
		}
		if !c.Accept() && (c.Code == 0 || c.Category == "" || c.Step == "" || c.Reason == "") {
			t.Errorf("token %q does not say why it is refused", c.Name)
		}
	}
	if accept != 34 || len(tokens.Tokens)-accept != 190 {
		t.Errorf("tokens: %d accept, %d reject; want 34, 190", accept, len(tokens.Tokens)-accept)
	}

	assertions, err := LoadAssertions()
	if err != nil {
		t.Fatal(err)
	}
	metadata, err := LoadMetadata()
	if err != nil {
		t.Fatal(err)
	}
	challenges, err := LoadChallenges()
	if err != nil {
		t.Fatal(err)
	}
	if a, m, c := len(assertions.Requests), len(metadata.Documents), len(challenges); a != 18 || m != 30 || c != 13 {
		t.Errorf("assertions, metadata, challenges: %d, %d, %d; want 18, 30, 13", a, m, c)
	}
	for _, d := range metadata.Documents {
		if _, err := File(d.File); err != nil {
			t.Error(err)
		}
	}
}

func TestRecordsExist(t *testing.T) {
	s, err := LoadTokens()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range s.Tokens {
		if _, ok := s.Receivers[c.Context.Receiver]; !ok {
			t.Errorf("%s: no receiver %q", c.Name, c.Context.Receiver)
		}
		for _, p := range c.Context.Partners {
			if _, ok := s.Partners[p]; !ok {
				t.Errorf("%s: no partner %q", c.Name, p)
			}
		}
		for _, u := range c.Context.Users {
			if _, ok := s.Users[u]; !ok {
				t.Errorf("%s: no user %q", c.Name, u)
			}
		}
	}
}

func TestKeys(t *testing.T) {
	s, err := LoadTokens()
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Keys) != 12 {
		t.Errorf("%d keys, want 12", len(s.Keys))
	}
	for name := range s.Keys {
		k, err := LoadKey(name)
		if err != nil {
			t.Error(err)
			continue
		}
		public, err := x509.MarshalPKIXPublicKey(k.Private.Public())
		if err != nil || !bytes.Equal(public, k.Certificate.RawSubjectPublicKeyInfo) {
			t.Errorf("%s: private key and certificate do not belong together", name)
		}
	}
}

// Nobody outside can follow a path into a maintainer's folders.
func TestFilesStandAlone(t *testing.T) {
	err := fs.WalkDir(FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := File(path)
		if strings.Contains(string(data), "../") {
			t.Errorf("%s points outside the folder", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
