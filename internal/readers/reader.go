package readers

import (
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/s2s"
)

const (
	maxAgent   = 100 // characters of a User-Agent that are kept
	maxAddress = 64

	// rememberedPauses are enough to tell a habit from an exception.
	rememberedPauses = 8
	// leastPause is the shortest one that counts: what follows sooner is the
	// same reading tried again.
	leastPause = time.Minute
)

// Reading is one reading of the document, as it came in.
type Reading struct {
	Agent   string // the User-Agent, as sent
	Address string // of the peer
	// Holds are the certificates of the document that it got, or said to have.
	Holds []s2s.Thumbprint
}

// Reader is somebody who has read the document, by his own word.
type Reader struct {
	// Principal is who it says it is; zero when it does not say.
	Principal s2s.Principal
	Address   string
	Agent     string // of one that does not say who it is; printable ASCII

	First, Last time.Time // of its readings
	Pauses      []time.Duration
	Holds       []s2s.Thumbprint // at its last reading
}

// key is what makes two readings those of one reader.
type key struct{ principal, address, agent string }

func (r Reader) key() key {
	k := key{address: r.Address, agent: r.Agent}
	if r.Principal != (s2s.Principal{}) {
		k.principal = r.Principal.String()
	}
	return k
}

// reader is who made a reading.
func (r Reading) reader(now time.Time) Reader {
	out := Reader{Address: clean(r.Address, maxAddress), First: now, Last: now, Holds: slices.Clone(r.Holds[:min(len(r.Holds), authmeta.MaxKeys)])}
	if p, ok := authmeta.Introduced(r.Agent); ok {
		out.Principal = p
	} else {
		out.Agent = clean(r.Agent, maxAgent)
	}
	return out
}

// again is r after it has read once more. A reading that is older than the
// last one known says nothing new.
func (r Reader) again(later Reader) Reader {
	pause := later.Last.Sub(r.Last)
	if pause <= 0 {
		return r
	}
	r.Last, r.Holds = later.Last, later.Holds
	if pause >= leastPause {
		r.Pauses = append(slices.Clone(r.Pauses), pause)
		r.Pauses = r.Pauses[max(0, len(r.Pauses)-rememberedPauses):]
	}
	return r
}

// Interval is how long the reader usually goes without reading: the longest of
// its last pauses, or the second longest of three and more, since one long
// absence is no habit. It is zero while there is none.
func (r Reader) Interval() time.Duration {
	sorted := slices.Sorted(slices.Values(r.Pauses))
	switch n := len(sorted); {
	case n == 0:
		return 0
	case n < 3:
		return sorted[n-1]
	default:
		return sorted[n-2]
	}
}

// clean makes foreign text fit for a terminal, a log line and a row.
func clean(s string, most int) string {
	if len(s) > most {
		s = s[:most]
	}
	return strings.TrimSpace(strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' {
			return '?'
		}
		return c
	}, s))
}
