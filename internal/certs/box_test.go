package certs

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/internal/problem"
)

func boxForTest(t *testing.T, dir string) *Box {
	t.Helper()
	box, err := OpenBox(filepath.Join(dir, "box.key"))
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func TestBoxOpensOnlyWhatItSealed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	box := boxForTest(t, dir)
	again := boxForTest(t, dir) // the same file, as after a restart
	other := boxForTest(t, t.TempDir())
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		place := rapid.SliceOf(rapid.Byte()).Draw(t, "place")
		sealed := box.Seal(plain, place)
		got, err := again.Open(sealed, place)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("opened to %x, %v", got, err)
		}
		if bytes.Equal(sealed, box.Seal(plain, place)) {
			t.Fatal("two sealings look alike: the nonce repeats")
		}
		if _, err := other.Open(sealed, place); !problem.Is(err, problem.CertsWrongBox) {
			t.Fatalf("another key: %v", err)
		}
		if _, err := box.Open(sealed, append(place, 0)); !problem.Is(err, problem.CertsWrongBox) {
			t.Fatalf("another place: %v", err)
		}
		sealed[rapid.IntRange(0, len(sealed)-1).Draw(t, "at")] ^= 1
		if _, err := box.Open(sealed, place); !problem.Is(err, problem.CertsWrongBox) {
			t.Fatalf("a flipped bit: %v", err)
		}
	})
	if _, err := box.Open(nil, nil); !problem.Is(err, problem.CertsWrongBox) {
		t.Errorf("nothing at all: %v", err)
	}
}

func TestOpenBoxMakesAPrivateFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "the box.key")
	if _, err := OpenBox(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v; want 0600", info.Mode(), err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	_, err = OpenBox(path)
	if !problem.Is(err, problem.CertsPermissions) {
		t.Fatalf("a readable key: got %v, want certs.permissions", err)
	}
	if want := "chmod 600 '" + path + "'"; !strings.Contains(err.Error(), want) {
		t.Errorf("got %q, want it to say %q", err, want)
	}
}

func TestOpenBoxTwiceAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "box.key")
	boxes := make([]*Box, 8)
	var starting sync.WaitGroup
	for i := range boxes {
		starting.Go(func() {
			box, err := OpenBox(path)
			if err != nil {
				t.Error(err)
				return
			}
			boxes[i] = box
		})
	}
	starting.Wait()
	if t.Failed() {
		return
	}
	sealed := boxes[0].Seal([]byte("x"), nil)
	for i, box := range boxes {
		if _, err := box.Open(sealed, nil); err != nil {
			t.Errorf("process %d has another key: %v", i, err)
		}
	}
}

func TestBoxFromText(t *testing.T) {
	t.Parallel()
	if _, err := BoxFromText(" " + base64.StdEncoding.EncodeToString(make([]byte, 32)) + "\n"); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"", "secret", base64.StdEncoding.EncodeToString(make([]byte, 31))} {
		_, err := BoxFromText(bad)
		if !problem.Is(err, problem.CertsUnreadable) || !strings.Contains(err.Error(), "openssl rand -base64 32") {
			t.Errorf("%q: got %v, want the command that makes a key", bad, err)
		}
		if bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("the message repeats the key: %v", err)
		}
	}
}

func TestWriteFileIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	if err := writeFile(path, []byte("old"), 0o600, replaceExisting); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(path, []byte("new"), 0o600, keepExisting); err == nil {
		t.Error("a file that was to be kept was replaced without a word")
	}
	if got, _ := os.ReadFile(path); string(got) != "old" {
		t.Errorf("kept file holds %q", got)
	}
	if err := writeFile(path, []byte("new"), 0o600, replaceExisting); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files left, want only the one", len(left))
	}
}
