package s2shttp

import (
	"sync"
	"time"

	"github.com/matchseal/matchseal/s2s"
)

// maxCached bounds each of the two caches of a Transport. Keys come from
// configuration, so more would be a sign of something else.
const maxCached = 256

// cache is a small map whose entries end by themselves. The zero value is
// empty and ready.
type cache[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]entry[V]
}

type entry[V any] struct {
	value V
	until time.Time
}

func (c *cache[K, V]) get(key K, now time.Time) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	if !ok || !now.Before(e.until) {
		var none V
		return none, false
	}
	return e.value, true
}

func (c *cache[K, V]) put(key K, value V, until, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil {
		c.entries = make(map[K]entry[V])
	}
	if len(c.entries) >= maxCached {
		for k, e := range c.entries {
			if !now.Before(e.until) {
				delete(c.entries, k)
			}
		}
	}
	if len(c.entries) >= maxCached {
		clear(c.entries) // everything in it can be had again
	}
	c.entries[key] = entry[V]{value, until}
}

func (c *cache[K, V]) drop(key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries, key)
}

// actorKey is what must be equal for an actor token to be used again: a new
// signing key or another identity of ours or the target's ends it.
type actorKey struct {
	audience, self s2s.Principal
	signer         s2s.Thumbprint
}

// actor is a minted actor token.
type actor struct {
	token   string
	expires time.Time
	hash    string // as s2s.Decision has it
}
