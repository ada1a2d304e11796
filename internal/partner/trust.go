package partner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

var _ s2s.Trust = (*Store)(nil)

// Issuer implements s2s.Trust. Several records may share an issuer and then
// share its keys (a SharePoint trust broker); the keys of a disabled record
// count only when no enabled one vouches for that issuer, so that its tokens
// are refused because it is disabled and not as a stranger's.
func (s *Store) Issuer(ctx context.Context, p s2s.Principal) (s2s.Issuer, error) {
	v, err := s.view(ctx)
	if err != nil {
		return s2s.Issuer{}, temporary(err)
	}
	now := s.cfg.Now()
	for _, a := range v.servers {
		if a.Enabled && p == (s2s.Principal{App: a.App, Realm: a.Realm}) {
			issuer := s2s.Issuer{Principal: p, Organisation: a.Organisation, AuthServer: true, Denied: v.thumbprints}
			s.schedule.addKeys(&issuer, a.Document.Keys, a.Document, now)
			return issuer, nil
		}
	}
	records := v.selfIssuing(p)
	if len(records) == 0 {
		return s2s.Issuer{}, fmt.Errorf("issuer %s: %w", p, s2s.ErrNotRegistered)
	}
	issuer := s2s.Issuer{Principal: p, Organisation: records[0].Organisation, Denied: v.thumbprints}
	anyEnabled := slices.ContainsFunc(records, func(a Application) bool { return a.Enabled })
	for _, a := range records {
		if a.Enabled || !anyEnabled {
			s.schedule.addKeys(&issuer, a.Keys(), a.Document, now)
		}
	}
	return issuer, nil
}

// selfIssuing returns the records whose own tokens come from issuer p.
func (v *view) selfIssuing(p s2s.Principal) []Application {
	var found []Application
	for _, a := range v.applications {
		if !a.UseAuthServer && a.Issuer() == p {
			found = append(found, a)
		}
	}
	return found
}

// addKeys adds a record's keys to an issuer, unless its document is too old to
// be trusted.
func (c Schedule) addKeys(issuer *s2s.Issuer, keys []Key, d Document, now time.Time) {
	for _, k := range d.Withdrawn {
		issuer.Withdrawn = append(issuer.Withdrawn, k.Thumbprint)
	}
	if c.concern(d, now) == distrusted {
		return
	}
	for _, k := range keys {
		issuer.Keys = append(issuer.Keys, k.Certificate)
		issuer.Thumbprints = append(issuer.Thumbprints, k.Thumbprint)
	}
}

// Application implements s2s.Trust.
func (s *Store) Application(ctx context.Context, issuer s2s.Issuer, app s2s.Principal) (s2s.Application, error) {
	v, err := s.view(ctx)
	if err != nil {
		return s2s.Application{}, temporary(err)
	}
	a, found := v.find(func(a Application) bool {
		if a.App != app.App || a.UseAuthServer != issuer.AuthServer || a.Organisation != issuer.Organisation {
			return false
		}
		if issuer.AuthServer {
			return (a.Realm == "" || a.Realm == app.Realm) && v.uses(a, issuer.Principal)
		}
		return a.Realm == app.Realm && a.Issuer() == issuer.Principal
	})
	if !found {
		return s2s.Application{}, fmt.Errorf("application %s of issuer %s: %w", app, issuer.Principal, s2s.ErrNotRegistered)
	}
	result := s2s.Application{
		Name: a.Name, ID: a.App, Enabled: a.Enabled, TrustLevel: a.TrustLevel,
		AcceptSID: a.AcceptSID, OmitsDelegationFlag: a.OmitsDelegationFlag,
	}
	if len(a.AllowedUsers) > 0 {
		result.Users = a.allows
	}
	return result, nil
}

// oneOrganisation refuses a record, in place of the one with the given folded
// name if there is one, that shares an issuer with a record of another
// organisation: keys are the issuer's, so one organisation would vouch for the
// applications of the other.
func (v *view) oneOrganisation(a Application, instead string) error {
	if a.UseAuthServer {
		return nil // held to the server's organisation by uses
	}
	for _, b := range v.selfIssuing(a.Issuer()) {
		if fold(b.Name) != instead && b.Organisation != a.Organisation {
			return problem.New(problem.PartnerInvalid, "%s is of the organisation %s, and %s shares its issuer %s; one issuer belongs to one organisation",
				b.Name, b.Organisation, a.Name, a.Issuer())
		}
	}
	return nil
}

// uses reports whether a takes its tokens from the auth server p, which has to
// be of the same organisation.
func (v *view) uses(a Application, p s2s.Principal) bool {
	return slices.ContainsFunc(v.servers, func(server AuthServer) bool {
		return server.App == p.App && server.Realm == p.Realm && server.Organisation == a.Organisation &&
			(a.AuthServer == "" || fold(a.AuthServer) == fold(server.Name))
	})
}

// TrustedIssuers returns who may issue tokens for this server, for its
// challenge: enabled partners that issue their own and enabled auth servers,
// sorted, without this server itself and without those whose document has
// become too old.
func (s *Store) TrustedIssuers(ctx context.Context) ([]s2s.Principal, error) {
	v, err := s.view(ctx)
	if err != nil {
		return nil, err
	}
	own, err := s.cfg.Own(ctx)
	if err != nil {
		return nil, fmt.Errorf("finding out who this server is: %w", err)
	}
	now := s.cfg.Now()
	var all []s2s.Principal
	add := func(p s2s.Principal, enabled bool, d Document) {
		if enabled && p != own && s.schedule.concern(d, now) != distrusted {
			all = append(all, p)
		}
	}
	for _, a := range v.applications {
		add(a.Issuer(), a.Enabled && !a.UseAuthServer, a.Document)
	}
	for _, a := range v.servers {
		add(s2s.Principal{App: a.App, Realm: a.Realm}, a.Enabled, a.Document)
	}
	slices.SortFunc(all, func(a, b s2s.Principal) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(all), nil
}

// temporary marks a failure of the store that will pass, so that a peer is
// told to come back instead of to give up.
func temporary(err error) error {
	if f := problem.Of(err); f.Code != problem.Internal && f.Entry().Retry == problem.Later {
		return errors.Join(s2s.ErrTemporary, err)
	}
	return err
}
