package s2shttp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/matchseal/matchseal/s2s"
)

// Defaults and limits of Transport.
const (
	DefaultLifetime  = time.Hour
	DefaultBodyLimit = 4 << 20 // bytes

	// challengeLife is how long what a target said about itself is believed.
	challengeLife = 15 * time.Minute
	maxOuterLife  = time.Hour
)

// Transport is an http.RoundTripper that authenticates requests with
// self-issued tokens: app-only, or act-as for the user of [WithUser].
//
// A request goes to https URLs of configured partners only, and its token is
// made for the host that is contacted. The server's challenge can only narrow
// what configuration allows. After a redirect to another host nothing is sent.
//
// A first request to a host is sent with an empty Bearer to learn the
// challenge; challenges are kept for 15 minutes and actor tokens while at least
// half of their life is left. A 401 on a kept token is answered with a fresh
// one, once; any other 401 on a token comes back as a *[Denied].
//
// Transport must not be copied after first use. It is safe for concurrent use.
type Transport struct {
	// Base sends the requests. It must verify TLS certificates; redirects are
	// its client's business.
	Base http.RoundTripper
	// Target returns the configured partner behind a URL, by its host.
	Target func(context.Context, *url.URL) (Target, bool)
	// Self returns our own principal and the key that signs now. It is asked
	// before each token, so a new key is used at once.
	Self func(context.Context) (s2s.Principal, *s2s.Signer, error)

	Now       func() time.Time // nil means time.Now
	Lifetime  time.Duration    // of actor tokens; 0 means DefaultLifetime
	BodyLimit int64            // bytes of a body without GetBody kept for sending it again; 0 means DefaultBodyLimit

	// Trace hears what happens, step by step. It never sees a token.
	Trace func(context.Context, TraceEvent)

	challenges cache[string, *Challenge] // by host[:port]
	actors     cache[actorKey, actor]
}

// Target is the configured partner behind a URL.
type Target struct {
	App   s2s.AppID
	Realm s2s.Realm // AnyRealm: the partner has none of its own, see Realms
	// Realms are what the challenge may name if Realm is AnyRealm.
	Realms []s2s.Realm
	// AcceptSID: the target lets security identifiers name users.
	AcceptSID bool
}

// TraceKind is a step of a call.
type TraceKind string

// The steps, in the order in which they happen.
const (
	TraceDiscover TraceKind = "discover" // empty Bearer sent, answered
	TraceKnown    TraceKind = "known"    // kept challenge used
	TraceMint     TraceKind = "mint"     // actor token made
	TraceReuse    TraceKind = "reuse"    // kept actor token used
	TraceIssue    TraceKind = "issue"    // token complete, about to be sent: what an audit wants to know
	TraceSend     TraceKind = "send"     // token sent, answered
	TraceRetry    TraceKind = "retry"    // a kept token was refused
)

// TraceEvent is one step.
type TraceEvent struct {
	Kind      TraceKind
	Host      string
	Status    int            // of discover and send
	Challenge *Challenge     // of discover and known
	Audience  s2s.Principal  // of mint, reuse and issue
	Key       s2s.Thumbprint // of mint, reuse and issue
	// User, Expires and TokenHash are of issue. User is what the token says,
	// zero for app-only; TokenHash is the receiver's [s2s.Decision] TokenHash.
	User      s2s.UserClaims
	Expires   time.Time
	TokenHash string
}

type userKey struct{}

// WithUser makes requests under this context act-as calls for the user.
// Without it they are app-only. NameID with NII is sent only to targets that
// accept security identifiers; UPN or SMTP must be there.
func WithUser(ctx context.Context, user s2s.UserClaims) context.Context {
	return context.WithValue(ctx, userKey{}, user)
}

// RoundTrip implements http.RoundTripper. A response is the target's answer to
// an authenticated request, or to an unauthenticated one if it asked for
// nothing. A token that was refused is a *Denied, a token that was not sent
// mostly a *TargetError.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	c := &call{Transport: t, r: r, ctx: r.Context(), host: authority(r.URL)}
	if err := c.allowed(); err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	limit := t.BodyLimit
	if limit == 0 {
		limit = DefaultBodyLimit
	}
	var err error
	if c.body, err = newBody(r, limit); err != nil {
		return nil, err
	}
	defer c.body.close()
	response, err := c.run()
	if response != nil {
		response.Request = r
	}
	return response, err
}

// authority is host[:port] as an audience names it.
func authority(u *url.URL) string {
	return strings.TrimSuffix(strings.ToLower(u.Host), ":443")
}

func (t *Transport) now() time.Time {
	if t.Now == nil {
		return time.Now()
	}
	return t.Now()
}

// call is one run of RoundTrip.
type call struct {
	*Transport
	r      *http.Request
	ctx    context.Context
	host   string
	target Target
	body   *body
	kept   actorKey // of the actor token used last
}

func (c *call) stop(err error, format string, args ...any) error {
	return &TargetError{Err: err, Host: c.host, Detail: fmt.Sprintf(format, args...)}
}

func (c *call) trace(e TraceEvent) {
	if c.Trace != nil {
		e.Host = c.host
		c.Trace(c.ctx, e)
	}
}

// allowed checks what can be known before anything is sent.
func (c *call) allowed() error {
	if c.Base == nil || c.Target == nil || c.Self == nil {
		return errors.New("s2shttp: Transport needs Base, Target and Self")
	}
	if c.r.URL.Scheme != "https" {
		return c.stop(ErrNotHTTPS, "the URL begins with %s://", c.r.URL.Scheme)
	}
	if c.r.Host != "" && authority(&url.URL{Host: c.r.Host}) != c.host {
		return c.stop(ErrNoPartner, "the request names the host %q but would go elsewhere", c.r.Host)
	}
	// http.Client sets Response on the requests that redirects cause.
	for hop := c.r.Response; hop != nil && hop.Request != nil; hop = hop.Request.Response {
		if from := authority(hop.Request.URL); from != c.host {
			return c.stop(ErrRedirected, "it came from %s", from)
		}
	}
	target, ok := c.Target(c.ctx, c.r.URL)
	if !ok {
		return c.stop(ErrNoPartner, "a token is made for configured partner applications only")
	}
	c.target = target
	return nil
}

func (c *call) run() (*http.Response, error) {
	challenge, known := c.challenges.get(c.host, c.now())
	if known {
		c.trace(TraceEvent{Kind: TraceKnown, Challenge: challenge})
	} else {
		response, err := c.discover()
		if err != nil {
			return nil, err
		}
		if response.StatusCode == http.StatusUnauthorized {
			challenge, err = c.read(response)
		}
		c.trace(TraceEvent{Kind: TraceDiscover, Status: response.StatusCode, Challenge: challenge})
		switch {
		case err != nil:
			return nil, err
		case challenge == nil: // no token was asked for
			return response, nil
		}
	}
	token, reused, err := c.token(challenge, false)
	if err != nil {
		c.challenges.drop(c.host) // whoever mends the cause must not have to wait
		return nil, err
	}
	if !known {
		c.challenges.put(c.host, challenge, c.now().Add(challengeLife), c.now())
	}
	response, err := c.send(token)
	if err != nil || response.StatusCode != http.StatusUnauthorized {
		return response, err
	}
	c.challenges.drop(c.host)
	denied := c.denied(response)
	if !reused || !c.body.replayable() {
		c.actors.drop(c.kept)
		return nil, denied
	}
	return c.retry(response, denied)
}

// retry answers a refused kept token with a fresh one, by the challenge that
// came with the refusal.
func (c *call) retry(refused *http.Response, denied error) (*http.Response, error) {
	c.trace(TraceEvent{Kind: TraceRetry})
	challenges, err := ParseChallenges(refused.Header)
	if err != nil || challenges.Bearer == nil {
		return nil, denied
	}
	token, _, err := c.token(challenges.Bearer, true)
	if err != nil {
		return nil, err
	}
	response, err := c.send(token)
	if err != nil || response.StatusCode != http.StatusUnauthorized {
		return response, err
	}
	c.actors.drop(c.kept)
	return nil, c.denied(response)
}

// discover sends the request with an empty Bearer. A body that can be sent
// once only is kept for the token: then an empty request asks, and if that is
// not refused the real one follows as it is.
func (c *call) discover() (*http.Response, error) {
	if c.body.replayable() {
		return c.send("")
	}
	probe := c.clone("")
	probe.Body, probe.GetBody, probe.ContentLength, probe.TransferEncoding = nil, nil, 0, nil
	response, err := c.Base.RoundTrip(probe)
	if err != nil || response.StatusCode == http.StatusUnauthorized {
		return response, err
	}
	drain(response)
	if response, err = c.send(""); err == nil && response.StatusCode == http.StatusUnauthorized {
		return nil, c.denied(response)
	}
	return response, err
}

// clone copies the request and sets its credentials.
func (c *call) clone(token string) *http.Request {
	r := c.r.Clone(c.ctx)
	r.Header.Set("Authorization", strings.TrimSpace("Bearer "+token))
	return r
}

func (c *call) send(token string) (*http.Response, error) {
	r := c.clone(token)
	if err := c.body.attach(r); err != nil {
		return nil, err
	}
	response, err := c.Base.RoundTrip(r)
	if err == nil && token != "" {
		c.trace(TraceEvent{Kind: TraceSend, Status: response.StatusCode})
	}
	return response, err
}

// read takes the challenge from a 401.
func (c *call) read(response *http.Response) (*Challenge, error) {
	drain(response)
	challenges, err := ParseChallenges(response.Header)
	if err != nil {
		return nil, c.stop(ErrNotOffered, "%v", err)
	}
	if challenges.Bearer == nil {
		offered := strings.Join(challenges.Schemes, ", ")
		if offered == "" {
			offered = "nothing"
		}
		return nil, c.stop(ErrNotOffered, "it offers %s; on Exchange, OAuth is switched on per virtual directory with -OAuthAuthentication $true", offered)
	}
	return challenges.Bearer, nil
}

// denied makes the error for a refused token and lets go of the response.
func (c *call) denied(response *http.Response) error {
	drain(response)
	d := &Denied{Host: c.host, Status: response.StatusCode, RequestID: response.Header.Get("request-id")}
	d.Diagnostics, _ = ParseDiagnostics(response.Header.Get(DiagnosticsHeader))
	return d
}

// drain reads a little, so that the connection can be used again, and closes.
func drain(response *http.Response) {
	_, _ = io.CopyN(io.Discard, response.Body, 64<<10)
	response.Body.Close()
}
