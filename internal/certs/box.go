package certs

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/matchseal/matchseal/internal/problem"
)

const (
	boxKeySize = 32      // AES-256
	boxFormat  = byte(1) // first byte of everything sealed
)

// Box seals small secrets (private keys) for storage with AES-256-GCM and a
// random nonce. Sealed bytes are: format byte, nonce, cipher text, tag.
// A Box is safe for use by several goroutines.
type Box struct{ aead cipher.AEAD }

// NewBox makes a box from a key of 32 bytes.
func NewBox(key []byte) (*Box, error) {
	if len(key) != boxKeySize {
		return nil, problem.New(problem.CertsUnreadable, "a sealing key has %d bytes; this one has %d", boxKeySize, len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("prepare the sealing key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("prepare the sealing key: %w", err)
	}
	return &Box{aead: aead}, nil
}

// BoxFromText makes a box from a key in Base64, the form of the key file and
// of an environment variable: 32 bytes, for example from
// "openssl rand -base64 32".
func BoxFromText(text string) (*Box, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != boxKeySize {
		return nil, problem.New(problem.CertsUnreadable, "the sealing key is not %d bytes in Base64; make one with: openssl rand -base64 %d", boxKeySize, boxKeySize)
	}
	return NewBox(key)
}

// OpenBox reads the sealing key from a file and makes the file (mode 0600)
// when it is absent. It refuses a file that others can read.
func OpenBox(path string) (*Box, error) {
	data, err := readPrivate(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := createBoxKey(path); err != nil {
			return nil, err
		}
		data, err = readPrivate(path)
	}
	if err != nil {
		return nil, err
	}
	box, err := BoxFromText(string(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return box, nil
}

// createBoxKey writes a new key. Two processes may start at the same moment:
// the one that comes second keeps the key of the first.
func createBoxKey(path string) error {
	key := make([]byte, boxKeySize)
	rand.Read(key) // never fails: crypto/rand stops the program instead
	err := writeFile(path, []byte(base64.StdEncoding.EncodeToString(key)+"\n"), 0o600, keepExisting)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// Seal encrypts plain. The associated data is not stored; Open needs the same
// to succeed, which ties the sealed bytes to their place.
func (b *Box) Seal(plain, associated []byte) []byte {
	return b.aead.Seal([]byte{boxFormat}, nil, plain, associated)
}

// Open decrypts what Seal made. A wrong key, wrong associated data or any
// changed bit fails with certs.wrong-box.
func (b *Box) Open(sealed, associated []byte) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != boxFormat {
		return nil, problem.New(problem.CertsWrongBox, "the bytes were not sealed by this program")
	}
	plain, err := b.aead.Open(nil, nil, sealed[1:], associated)
	if err != nil {
		return nil, problem.New(problem.CertsWrongBox, "the sealing key in use is not the one these bytes were sealed with, or they were changed")
	}
	return plain, nil
}

// mode is the file's permission bits in the form chmod prints.
func mode(m os.FileMode) string { return fmt.Sprintf("%04o", m.Perm()) }
