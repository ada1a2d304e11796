package mailbox

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"github.com/matchseal/matchseal/internal/problem"
)

// FolderID names a folder to a client: opaque, stable for the life of the
// folder, base64 of 152 characters. Clients tell an id from a file name by
// its length (140 and more).
type FolderID string

// ItemID names an item, in the same form as FolderID. It stays the same when
// the item changes or moves within its mailbox.
type ItemID string

// ChangeKey names one version of a folder or an item: opaque, base64 of 40
// characters, new after every change.
type ChangeKey string

// Kind says what an id names.
type Kind byte

const (
	KindFolder Kind = 'f'
	KindItem   Kind = 'i'
)

// guid is the identity of a mailbox, a folder or an item.
type guid [16]byte

func newGUID() guid {
	var g guid
	rand.Read(g[:]) // never fails
	return g
}

// String gives the usual 8-4-4-4-12 form.
func (g guid) String() string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", g[:4], g[4:6], g[6:8], g[8:10], g[10:])
}

// An id is, before base64:
//
//	version 1 | kind 1 | store 16 | mailbox 16 | object 16 | checksum 64
//
// The checksum is keyed with a secret of the store, so an id cannot be made
// up; access never rests on that, only the clean answer to a mangled one does.
const (
	idVersion   = 1
	idPlain     = 1 + 1 + 16 + 16 + 16
	idBytes     = idPlain + sha512.Size
	keyVersion  = 9
	keyChecksum = 21
	keyBytes    = 1 + 8 + keyChecksum
)

// seal makes and checks the ids of one store.
type seal struct {
	store  guid
	secret []byte
}

func (s seal) sum(parts ...[]byte) []byte {
	mac := hmac.New(sha512.New, s.secret)
	for _, p := range parts {
		mac.Write(p)
	}
	return mac.Sum(nil)
}

func (s seal) id(kind Kind, mailbox, object guid) string {
	raw := make([]byte, 0, idBytes)
	raw = append(raw, idVersion, byte(kind))
	raw = append(raw, s.store[:]...)
	raw = append(raw, mailbox[:]...)
	raw = append(raw, object[:]...)
	raw = append(raw, s.sum(raw)...)
	return base64.StdEncoding.EncodeToString(raw)
}

// open takes an id apart. It fails with MailboxIDEmpty or MailboxIDMalformed,
// the second also for an id of another store.
func (s seal) open(text string) (kind Kind, mailbox, object guid, err error) {
	if text == "" {
		return 0, guid{}, guid{}, problem.New(problem.MailboxIDEmpty, "the id is empty")
	}
	malformed := func() error { return problem.New(problem.MailboxIDMalformed, "the id is not one of this server") }
	raw, ok := decodeExactly(text, idBytes)
	if !ok || raw[0] != idVersion {
		return 0, guid{}, guid{}, malformed()
	}
	plain := raw[:idPlain]
	if !hmac.Equal(raw[idPlain:], s.sum(plain)) || !bytes.Equal(plain[2:18], s.store[:]) {
		return 0, guid{}, guid{}, malformed()
	}
	return Kind(raw[1]), guid(plain[18:34]), guid(plain[34:50]), nil
}

// object opens an id of the wanted kind within a mailbox. An id of another
// mailbox is answered like one of an object that does not exist.
func (s seal) object(want Kind, mailbox guid, text string) (guid, error) {
	kind, owner, object, err := s.open(text)
	switch {
	case err != nil:
		return guid{}, err
	case kind != want && want == KindFolder:
		return guid{}, problem.New(problem.MailboxIDNotFolder, "the id names an item where a folder is needed")
	case kind != want:
		return guid{}, problem.New(problem.MailboxIDNotItem, "the id names a folder where an item is needed")
	case owner != mailbox:
		return guid{}, notFound(want)
	}
	return object, nil
}

func notFound(kind Kind) error {
	if kind == KindFolder {
		return problem.New(problem.MailboxFolderNotFound, "the folder does not exist in this mailbox")
	}
	return problem.New(problem.MailboxItemNotFound, "the item does not exist in this mailbox")
}

func (s seal) changeKey(object guid, change int64) ChangeKey {
	raw := make([]byte, 0, keyBytes)
	raw = append(raw, keyVersion)
	raw = binary.BigEndian.AppendUint64(raw, uint64(change))
	raw = append(raw, s.sum(object[:], raw)[:keyChecksum]...)
	return ChangeKey(base64.StdEncoding.EncodeToString(raw))
}

// change reads the change number out of a key of the object; it fails with
// MailboxChangeKeyInvalid for a key that is mangled or belongs elsewhere.
func (s seal) change(object guid, key ChangeKey) (int64, error) {
	raw, ok := decodeExactly(string(key), keyBytes)
	if !ok || !hmac.Equal(raw[9:], s.sum(object[:], raw[:9])[:keyChecksum]) {
		return 0, problem.New(problem.MailboxChangeKeyInvalid, "the change key does not belong to this object")
	}
	return int64(binary.BigEndian.Uint64(raw[1:9])), nil
}

// decodeExactly reads the one base64 text of n bytes; the decoder alone would
// look past line ends.
func decodeExactly(text string, n int) ([]byte, bool) {
	if len(text) != base64.StdEncoding.EncodedLen(n) {
		return nil, false
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	return raw, err == nil && len(raw) == n
}
