package s2s

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"slices"
	"time"
)

// DefaultMaxAssertionLifetime is the longest accepted life of an assertion.
const DefaultMaxAssertionLifetime = time.Hour

// AssertionVerifier decides about the assertions that applications show a
// token server. What follows an accepted one (replay, resource, issuing) is
// the token server's.
type AssertionVerifier struct {
	App    AppID    // the token server's own id
	Hosts  []string // host[:port] names under which it is published
	Tenant Realm    // the one tenant it answers for

	Clients Clients

	Now         func() time.Time // nil means time.Now
	Skew        time.Duration    // 0 means DefaultSkew
	MaxLifetime time.Duration    // 0 means DefaultMaxAssertionLifetime
}

// Clients knows the service principals of a tenant.
type Clients interface {
	// Client returns the service principal, or ErrNotRegistered.
	Client(ctx context.Context, p Principal) (Client, error)
}

// Client is a service principal: an application and its credentials.
type Client struct {
	Principal Principal
	Enabled   bool
	Keys      []*x509.Certificate // several at once, which rollover needs
}

// Asserted is an accepted assertion.
type Asserted struct {
	Client             Principal
	Key                Thumbprint
	NotBefore, Expires time.Time
	// Signature is the SHA-256 over the assertion's signature: remember it
	// until Expires plus skew and refuse it a second time.
	Signature [sha256.Size]byte
}

// Verify walks the checks in their order; the error is always a *Refusal. Its
// steps are V1 to V9 for the form, which is that of an actor token without
// nameid, then A4 client, A5 key and signature, A6 audience, A7 times. A peer
// is told one thing for all of them.
func (v *AssertionVerifier) Verify(ctx context.Context, assertion string) (*Asserted, error) {
	var a actorForm
	if ref := a.parseAssertion(assertion); ref != nil {
		return nil, ref
	}
	now := clock(v.Now)
	client, ref := v.client(ctx, a.issuer)
	if ref != nil {
		return nil, ref
	}
	i := slices.IndexFunc(client.Keys, func(c *x509.Certificate) bool { return ThumbprintOf(c) == a.x5t })
	if i < 0 {
		return nil, refuse("A5", KeyUnknown)
	}
	key, reason := usableKey(client.Keys[i], now)
	if reason != "" {
		return nil, refuse("A5", reason)
	}
	if now.Before(client.Keys[i].NotBefore) {
		return nil, refuse("A5", KeyExpired)
	}
	if !a.signedBy(key) {
		return nil, refuse("A5", SigBad)
	}
	aud, reason := readAudience(a.audience, v.App, v.Hosts)
	if reason == "" && aud.Realm != v.Tenant {
		reason = AudRealm
	}
	if reason != "" {
		return nil, refuse("A6", reason)
	}
	limits := limits{now.Unix(), seconds(v.Skew, DefaultSkew), seconds(v.MaxLifetime, DefaultMaxAssertionLifetime)}
	if reason := limits.check(a.times); reason != "" {
		return nil, refuse("A7", reason)
	}
	return &Asserted{
		Client: client.Principal, Key: a.x5t,
		NotBefore: time.Unix(a.times.notBefore, 0).UTC(), Expires: time.Unix(a.times.expires, 0).UTC(),
		Signature: sha256.Sum256(a.signature),
	}, nil
}

func (v *AssertionVerifier) client(ctx context.Context, p Principal) (Client, *Refusal) {
	if p.Realm != v.Tenant || p.Realm == AnyRealm {
		return Client{}, refuse("A4", IssUnknown)
	}
	if v.Clients == nil {
		return Client{}, internal("A4", errors.New("the verifier has no Clients"))
	}
	client, err := v.Clients.Client(ctx, p)
	switch {
	case errors.Is(err, ErrNotRegistered):
		return Client{}, refuse("A4", AppUnknown)
	case err != nil:
		return Client{}, internal("A4", err)
	case client.Principal != p:
		return Client{}, internal("A4", errors.New("Clients answered for another client than it was asked for"))
	case !client.Enabled:
		return Client{}, refuse("A4", AppDisabled)
	}
	return client, nil
}

// parseAssertion is V1 to V9 for an assertion. nameid and
// trustedfordelegation may be there; they are not believed.
func (a *actorForm) parseAssertion(assertion string) *Refusal {
	if len(assertion) > maxTokenBytes {
		return refuse("V1", TokenSize)
	}
	var l layer
	if ref := l.parse(assertion); ref != nil {
		return ref
	}
	if l.payload.get("actortoken").present() {
		return refuse("V7", ActorNested)
	}
	a.signed, a.signature = l.signed, l.signature
	if ref := a.readHeader(&l.header); ref != nil {
		return ref
	}
	var fault Reason
	c := claims{&l.payload, &fault}
	a.audience = c.required("aud")
	a.rawIssuer = c.required("iss")
	a.times = c.window()
	var ok bool
	if a.issuer, ok = principal(a.rawIssuer); !ok && fault == "" {
		fault = IssForm
	}
	if fault != "" {
		return refuse("V9", fault)
	}
	return nil
}
