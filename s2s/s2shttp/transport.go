package s2shttp

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/matchseal/matchseal/s2s"
)

// Transport is an http.RoundTripper that authenticates with S2S tokens.
type Transport struct {
	Base     http.RoundTripper
	Target   func(context.Context, *url.URL) (Target, bool)
	Self     func(context.Context) (s2s.Principal, *s2s.Signer, error)
	Now      func() time.Time
	Lifetime time.Duration
	Trace    func(context.Context, TraceEvent)
}

// Target is the configured partner behind a URL.
type Target struct {
	App       s2s.AppID
	Realm     s2s.Realm
	AcceptSID bool
}

// TraceEvent is one thing Transport did.
type TraceEvent struct{ What, Host string }

// Errors of Transport; compare with errors.Is.
var (
	ErrNoPartner     = errors.New("no partner configured for host")
	ErrNotTrusted    = errors.New("target does not trust us")
	ErrOtherResource = errors.New("challenge names another resource")
)

// Denied is a token that the target refused.
type Denied struct {
	Status      int
	Diagnostics Diagnostics
}

func (d *Denied) Error() string { return "denied" }

// Diagnostics is an x-ms-diagnostics header taken apart.
type Diagnostics struct {
	Code                     int
	Reason, Category, Source string
}

// WithUser makes requests under ctx act-as calls for this user.
func WithUser(ctx context.Context, u s2s.UserClaims) context.Context { return ctx }

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, errors.ErrUnsupported
}
