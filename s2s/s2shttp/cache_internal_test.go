package s2shttp

import (
	"testing"
	"time"
)

func TestCacheIsBounded(t *testing.T) {
	now := time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)
	var c cache[int, string]
	for i := range maxCached {
		c.put(i, "old", now.Add(time.Minute), now)
	}
	later := now.Add(time.Minute)
	c.put(-1, "new", later.Add(time.Minute), later) // those that ended make room
	if len(c.entries) != 1 {
		t.Errorf("%d entries", len(c.entries))
	}
	for i := range 3 * maxCached {
		c.put(i, "new", later.Add(time.Minute), later)
		if len(c.entries) > maxCached {
			t.Fatalf("%d entries", len(c.entries))
		}
	}
	if v, ok := c.get(3*maxCached-1, later); !ok || v != "new" {
		t.Error("the newest entry is gone")
	}
	if _, ok := c.get(3*maxCached-1, later.Add(time.Minute)); ok {
		t.Error("an entry outlives its end")
	}
}
