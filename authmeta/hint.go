package authmeta

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// RefreshHeader is where a server says, in whole seconds, how soon it would
// like its document to be read again: the document itself has no member for
// that, and readers of the products would not look for one. It is a wish; the
// reader has bounds of its own.
const RefreshHeader = "Matchseal-Refresh"

const (
	// briefAge is where a max-age begins to say something about the document.
	// A shorter one is about caches on the way, as the 300 s of [Handler] are.
	briefAge = 10 * time.Minute
	// maxHint is the longest wish that is read as a number at all.
	maxHint = 10 * 365 * 24 * time.Hour
)

// refreshHint is what an answer says about reading it again: in RefreshHeader,
// or else by how long it may be kept (RFC 9111 5.2.2.1). Zero means that it
// says nothing, or nothing that can be read.
func refreshHint(h http.Header) time.Duration {
	if wish := seconds(h.Get(RefreshHeader)); wish > 0 {
		return wish
	}
	for _, part := range strings.Split(h.Get("Cache-Control"), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if strings.EqualFold(name, "max-age") {
			if age := seconds(strings.Trim(value, `"`)); age >= briefAge {
				return age
			}
		}
	}
	return 0
}

func seconds(s string) time.Duration {
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 40)
	if err != nil || n > uint64(maxHint/time.Second) {
		return 0
	}
	return time.Duration(n) * time.Second
}

// wish is d as RefreshHeader carries it.
func wish(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }
