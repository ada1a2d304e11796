package node

import (
	"context"
	"net/url"
	"time"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
)

// mintFor signs an actor token for the partner behind a URL and wraps it for
// the user.
func (r *role) mintFor(ctx context.Context, u directory.User, target string, life time.Duration, bind func(context.Context, string) (string, bool)) (string, time.Time, error) {
	address, err := url.Parse(target)
	if err != nil || address.Scheme != "https" || address.Host == "" {
		return "", time.Time{}, problem.New(problem.ManageParameter, "the token is for an https URL, not %q", target)
	}
	name, ok := bind(ctx, address.Host)
	if !ok {
		return "", time.Time{}, problem.New(problem.ManageParameter, "%s belongs to no partner application of this role", address.Host)
	}
	partner, err := r.partners.TargetFor(ctx, name) // a disabled one gets no tokens, as from the role itself
	if err != nil {
		return "", time.Time{}, err
	}
	own, signer, err := r.self(ctx)
	if err != nil {
		return "", time.Time{}, err
	}
	now := r.node.now()
	expires := now.Add(life)
	audience, err := s2s.ParseAudience(string(partner.App) + "/" + address.Host + "@" + string(partner.Realm))
	if err != nil {
		return "", time.Time{}, err
	}
	actor, err := signer.SignActor(s2s.Actor{Audience: audience, Issuer: own, NameID: own, NotBefore: now, Expires: expires, TrustedForDelegation: true})
	if err != nil {
		return "", time.Time{}, err
	}
	user := s2s.UserClaims{UPN: string(u.UPN), SMTP: string(u.SMTP), SIP: string(u.SIP)}
	token, err := s2s.WrapActAs(s2s.ActAs{NotBefore: now, Expires: expires, ActorToken: actor, User: user})
	if err != nil {
		return "", time.Time{}, err
	}
	r.auditIssued(ctx, s2shttp.TraceEvent{Kind: s2shttp.TraceIssue, Audience: audience, User: user,
		Key: signer.Thumbprint(), TokenHash: s2s.TokenHash(actor), Expires: expires})
	return token, expires, nil
}
