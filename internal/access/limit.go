package access

import (
	"math"
	"net"
	"net/http"
	"net/netip"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"

	"github.com/matchseal/matchseal/s2s"
)

// RateLimit bounds failed attempts. A zero field takes the default.
type RateLimit struct {
	Tokens   Budget // failed tokens, per source address; 30, then 1 per second
	Sources  Budget // failed passwords, per source address; 20, then 1 per 6 s
	Accounts Budget // failed passwords, per account; 10, then 1 per 30 s
	// Remembered is how many addresses, and how many accounts, are told
	// apart; beyond it the one not seen for longest is forgotten. 10000.
	Remembered int
}

// Budget allows Burst failures at once and one more after each Every.
type Budget struct {
	Burst int
	Every time.Duration
}

func (l RateLimit) withDefaults() RateLimit {
	l.Tokens = l.Tokens.or(Budget{30, time.Second})
	l.Sources = l.Sources.or(Budget{20, 6 * time.Second})
	l.Accounts = l.Accounts.or(Budget{10, 30 * time.Second})
	if l.Remembered <= 0 {
		l.Remembered = 10_000
	}
	return l
}

func (b Budget) or(other Budget) Budget {
	if b.Burst <= 0 || b.Every <= 0 {
		return other
	}
	return b
}

// Failures counts failed attempts per key. It is safe for concurrent use.
type Failures struct {
	budget Budget
	now    func() time.Time
	seen   *lru.Cache[string, *rate.Limiter]
}

// NewFailures returns a count that forgets the key not seen for longest when it
// has more than remembered of them.
func NewFailures(b Budget, remembered int, now func() time.Time) (*Failures, error) {
	seen, err := lru.New[string, *rate.Limiter](remembered)
	return &Failures{budget: b, now: now, seen: seen}, err
}

// Wait returns how long nothing from key is looked at; zero means that it is.
func (f *Failures) Wait(key string) time.Duration {
	limiter, known := f.seen.Get(key)
	if !known {
		return 0
	}
	missing := 1 - limiter.TokensAt(f.now())
	if missing <= 0 {
		return 0
	}
	return time.Duration(math.Ceil(missing * float64(f.budget.Every)))
}

// Add counts one failure. Attempts that were let in together may overdraw the
// budget by their number, never by more.
func (f *Failures) Add(key string) {
	limiter := rate.NewLimiter(rate.Every(f.budget.Every), f.budget.Burst)
	if known, ok, _ := f.seen.PeekOrAdd(key, limiter); ok {
		limiter = known
	}
	limiter.AllowN(f.now(), 1)
}

// counts reports whether a refused token uses up its source's budget. After the
// signature is known to be a partner's, a refusal for its user or its rights
// is no attack from outside, and our own failures are nobody's fault.
func counts(ref *s2s.Refusal) bool {
	switch ref.Code() {
	case s2s.InvalidUser, s2s.InvalidGrant, s2s.InternalError:
		return false
	}
	return true
}

// SourceOf is the peer's address; an IPv6 peer is known by its /64, because it
// has all of that to itself. Headers that name a client behind a proxy are not
// believed.
func SourceOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is6() {
		if prefix, err := addr.Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return addr.String()
}
