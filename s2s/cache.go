package s2s

import (
	"container/list"
	"crypto/sha256"
	"crypto/x509"
	"sync"
)

// SignatureCache remembers actor tokens whose signature was found good, so
// that a token presented again costs no second RSA verification. Only the
// arithmetic is remembered: on every call every claim and date, the key's
// presence, withdrawal and expiry and the partner's settings are checked again.
//
// It is safe for concurrent use and holds at most size entries of about 100
// bytes, dropping the least recently used.
type SignatureCache struct {
	size int

	mu     sync.Mutex
	byHash map[[sha256.Size]byte]*list.Element
	recent *list.List // of [sha256.Size]byte, most recently used first
}

// NewSignatureCache returns an empty cache for at most size tokens (at least 1).
func NewSignatureCache(size int) *SignatureCache {
	return &SignatureCache{
		size:   max(size, 1),
		byHash: make(map[[sha256.Size]byte]*list.Element),
		recent: list.New(),
	}
}

// signatureID binds a token to the very key, by its public key and not by its
// SHA-1 thumbprint. The key's DER form delimits itself, so the concatenation
// is unambiguous.
func signatureID(actorToken string, key *x509.Certificate) (id [sha256.Size]byte) {
	h := sha256.New()
	h.Write(key.RawSubjectPublicKeyInfo)
	h.Write([]byte(actorToken))
	h.Sum(id[:0])
	return id
}

func (c *SignatureCache) seen(id [sha256.Size]byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byHash[id]
	if ok {
		c.recent.MoveToFront(e)
	}
	return ok
}

func (c *SignatureCache) remember(id [sha256.Size]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byHash[id]; ok {
		return
	}
	c.byHash[id] = c.recent.PushFront(id)
	if c.recent.Len() > c.size {
		oldest := c.recent.Remove(c.recent.Back()).([sha256.Size]byte)
		delete(c.byHash, oldest)
	}
}
