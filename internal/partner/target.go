package partner

import (
	"context"
	"net/url"
	"strings"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s/s2shttp"
)

// TargetFor returns the partner application that identity (name or application
// id) stands for as somebody to call. A disabled one is partner.disabled: who
// may not call here is not called either.
func (s *Store) TargetFor(ctx context.Context, identity string) (s2shttp.Target, error) {
	v, err := s.view(ctx)
	if err != nil {
		return s2shttp.Target{}, err
	}
	a, err := v.application(identity)
	if err != nil {
		return s2shttp.Target{}, err
	}
	if !a.Enabled {
		return s2shttp.Target{}, problem.New(problem.PartnerDisabled, "the partner application %s is disabled", a.Name)
	}
	if a.UseAuthServer {
		return s2shttp.Target{}, problem.New(problem.PartnerAuthServerOnly,
			"%s is reached with tokens of an auth server, which this version does not ask for", a.Name)
	}
	return s2shttp.Target{App: a.App, Realm: a.Realm, AcceptSID: a.AcceptSID}, nil
}

// Targets makes the look-up that s2shttp.Transport asks for. A partner's
// metadata does not say which hosts are its own, so bind does: it returns the
// partner behind a host[:port] (lower case, without :443), for example from
// the configured Autodiscover URL and the EWS URL that came from there.
func (s *Store) Targets(bind func(ctx context.Context, host string) (identity string, ok bool)) func(context.Context, *url.URL) (s2shttp.Target, bool) {
	return func(ctx context.Context, u *url.URL) (s2shttp.Target, bool) {
		identity, ok := bind(ctx, strings.TrimSuffix(strings.ToLower(u.Host), ":443"))
		if !ok {
			return s2shttp.Target{}, false
		}
		target, err := s.TargetFor(ctx, identity)
		return target, err == nil
	}
}
