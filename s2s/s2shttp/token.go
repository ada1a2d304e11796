package s2shttp

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/s2s"
)

// token decides by configuration and challenge whether a token may be made,
// and makes it. reused tells that the actor token in it was a kept one.
func (c *call) token(challenge *Challenge, fresh bool) (token string, reused bool, err error) {
	self, signer, err := c.Self(c.ctx)
	if err != nil {
		return "", false, fmt.Errorf("%s: no token can be signed: %w", c.host, err)
	}
	audience, err := c.audience(challenge)
	if err != nil {
		return "", false, err
	}
	// "*" in the list does not count: it says nothing about us.
	if !challenge.IssuersOmitted && !slices.Contains(challenge.TrustedIssuers, self) {
		return "", false, notTrusted(c.host, c.target, self, challenge.TrustedIssuers)
	}
	now := c.now()
	a, reused, err := c.actor(actorKey{audience, self, signer.Thumbprint()}, signer, now, fresh)
	if err != nil {
		return "", false, err
	}
	issue := TraceEvent{Kind: TraceIssue, Audience: audience, Key: signer.Thumbprint(), Expires: a.expires, TokenHash: a.hash}
	user, actAs := c.ctx.Value(userKey{}).(s2s.UserClaims)
	if !actAs {
		c.trace(issue)
		return a.token, reused, nil
	}
	if user, err = c.claims(user, self); err != nil {
		return "", false, err
	}
	expires := now.Add(maxOuterLife)
	if a.expires.Before(expires) {
		expires = a.expires
	}
	if token, err = s2s.WrapActAs(s2s.ActAs{NotBefore: now, Expires: expires, User: user, ActorToken: a.token}); err != nil {
		return "", false, err
	}
	issue.User, issue.Expires = user, expires
	c.trace(issue)
	return token, reused, nil
}

// audience is the configured partner at the host that is contacted. The
// challenge can contradict; it can add a realm only where the operator left it
// open and listed this one.
func (c *call) audience(challenge *Challenge) (s2s.Principal, error) {
	audience := s2s.Principal{App: c.target.App, Host: c.host, Realm: c.target.Realm}
	if challenge.ClientID != c.target.App {
		named := string(challenge.ClientID)
		if named == "" {
			named = "none"
		}
		return audience, c.stop(ErrOtherResource, "the partner configured for this host is %s, the challenge names %s", c.target.App, named)
	}
	if audience.Realm == s2s.AnyRealm {
		audience.Realm = challenge.Realm
		if challenge.Realm == "" || challenge.Realm == s2s.AnyRealm || !slices.Contains(c.target.Realms, challenge.Realm) {
			return audience, c.stop(ErrOtherRealm, "the challenge's realm is %q", challenge.Realm)
		}
	}
	return audience, nil
}

// actor returns a kept actor token with half of its life left, or a new one.
func (c *call) actor(key actorKey, signer *s2s.Signer, now time.Time, fresh bool) (a actor, reused bool, err error) {
	c.kept = key
	event := TraceEvent{Kind: TraceReuse, Audience: key.audience, Key: key.signer}
	if !fresh {
		if a, reused = c.actors.get(key, now); reused {
			c.trace(event)
			return a, true, nil
		}
	}
	life := c.Lifetime
	if life == 0 {
		life = DefaultLifetime
	}
	a.expires = now.Add(life)
	a.token, err = signer.SignActor(s2s.Actor{
		Audience: key.audience, Issuer: key.self, NameID: key.self,
		NotBefore: now, Expires: a.expires, TrustedForDelegation: true,
	})
	if err != nil {
		return actor{}, false, fmt.Errorf("%s: making an actor token: %w", c.host, err)
	}
	a.hash = s2s.TokenHash(a.token)
	c.actors.put(key, a, now.Add(life/2), now)
	event.Kind = TraceMint
	c.trace(event)
	return a, false, nil
}

// claims are what this target is told about the user. SharePoint writes all
// values in lower case ([MS-SPS2SAUTH]).
func (c *call) claims(user s2s.UserClaims, self s2s.Principal) (s2s.UserClaims, error) {
	if user.UPN == "" && user.SMTP == "" {
		return user, c.stop(ErrNoAddress, "give the user a UPN or a primary SMTP address")
	}
	if user.NII != "" && !c.target.AcceptSID {
		user.NameID, user.NII = "", ""
	}
	if len(user.SIP) >= 4 && strings.EqualFold(user.SIP[:4], "sip:") {
		user.SIP = user.SIP[4:]
	}
	if self.App == s2s.SharePointApp {
		for _, value := range []*string{&user.NameID, &user.UPN, &user.SMTP, &user.SIP} {
			*value = strings.ToLower(*value)
		}
	}
	return user, nil
}
