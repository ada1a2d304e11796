package adminserver

import (
	"context"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

// authServers are the calls about auth servers and about denied certificates,
// the same for both roles but for their names and for the products' words.
type authServers struct {
	store *partner.Store
	// types are those a server may be of; nil allows any.
	types []string
	// unread words a failure to get or read the metadata document at a URL,
	// for the New or the Set cmdlet.
	unread func(verb, url string, err error) error
	// unknown words the absence of a record.
	unknown func(identity string) string
	// keyring has the role's own certificates, which the deny list is not for.
	keyring *keyring.Keyring
}

func (s authServers) get(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.AuthServer, error) {
	found, err := s.store.AuthServers(ctx, req.Identity)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 && isLiteral(req.Identity) {
		return nil, s.missing(problem.New(problem.PartnerNotFound, "there is no auth server %q", req.Identity), req.Identity)
	}
	out := []adminapi.AuthServer{}
	for _, a := range found {
		out = append(out, authServerOut(a))
	}
	return out, nil
}

// missing gives the failure of an unknown record the product's words.
func (s authServers) missing(err error, identity string) error {
	if f := problem.Of(err); f != nil && f.Code == problem.PartnerNotFound {
		return f.WithCmdletText(s.unknown(identity))
	}
	return err
}

func authServerOut(a partner.AuthServer) adminapi.AuthServer {
	v := adminapi.AuthServer{
		Name: a.Name, IssuerIdentifier: string(a.App), Realm: string(a.Realm), AuthMetadataURL: a.MetadataURL,
		TokenIssuingEndpoint: a.TokenEndpoint, AuthorizationEndpoint: a.AuthorizationURL, Type: a.Type, Enabled: a.Enabled,
		AcceptSID: a.AcceptSID, IsDefaultAuthorization: a.IsDefault, DomainNames: a.DomainNames,
		LastError: a.Document.LastError, Created: a.Created, Changed: a.Changed,
	}
	if !a.Document.FetchedAt.IsZero() {
		v.RefreshedAt = &a.Document.FetchedAt
	}
	for _, k := range a.Document.Keys {
		v.Certificates = append(v.Certificates, k.Certificate.Raw)
	}
	return v
}

func (s authServers) add(ctx context.Context, op Operator, req adminapi.AuthServerSettings) (adminapi.AuthServer, error) {
	if err := required(req.Identity, "Identity"); err != nil {
		return adminapi.AuthServer{}, err
	}
	if req.AuthMetadataURL == nil {
		return adminapi.AuthServer{}, problem.New(problem.ManageParameter, "an auth server is known by its metadata document: give its URL")
	}
	a := partner.AuthServer{Name: req.Identity, Enabled: true}
	change, err := s.read(req)
	if err != nil {
		return adminapi.AuthServer{}, err
	}
	change(&a)
	if req.Realm != "" {
		if a.Realm, err = s2s.ParseRealm(req.Realm); err != nil {
			return adminapi.AuthServer{}, parameter(err, "Realm")
		}
	}
	added, err := s.store.AddAuthServer(ctx, op.String(), a)
	if err != nil {
		return adminapi.AuthServer{}, s.unread("New", a.MetadataURL, err)
	}
	return authServerOut(added), nil
}

func (s authServers) set(ctx context.Context, op Operator, req adminapi.AuthServerSettings) (adminapi.Changed, error) {
	if req.RefreshAuthMetadata {
		return s.refresh(ctx, req.Identity)
	}
	if req.Realm != "" {
		return adminapi.Changed{}, problem.New(problem.ManageParameter, "the realm of an auth server is pinned; remove the server and add it again")
	}
	change, err := s.read(req)
	if err != nil {
		return adminapi.Changed{}, err
	}
	var wanted partner.AuthServer
	change(&wanted)
	if _, err := s.store.SetAuthServer(ctx, op.String(), req.Identity, change); err != nil {
		return adminapi.Changed{}, s.unread("Set", wanted.MetadataURL, s.missing(err, req.Identity))
	}
	return adminapi.Changed{}, nil
}

// refresh reads the record's metadata document now.
func (s authServers) refresh(ctx context.Context, identity string) (adminapi.Changed, error) {
	a, err := s.store.AuthServer(ctx, identity)
	if err != nil {
		return adminapi.Changed{}, s.missing(err, identity)
	}
	done, err := s.store.RefreshAuthServer(ctx, a.Name, true)
	if err != nil {
		return adminapi.Changed{}, s.unread("Set", a.MetadataURL, err)
	}
	return adminapi.Changed{Warnings: done.Warnings}, nil
}

func (s authServers) remove(ctx context.Context, op Operator, req adminapi.Identity) (adminapi.Changed, error) {
	if err := required(req.Identity, "Identity"); err != nil {
		return adminapi.Changed{}, err
	}
	return adminapi.Changed{}, s.missing(s.store.RemoveAuthServer(ctx, op.String(), req.Identity), req.Identity)
}

// read turns what was given into a change of a record.
func (s authServers) read(req adminapi.AuthServerSettings) (func(*partner.AuthServer), error) {
	typ := ""
	if req.Type != nil {
		var err error
		if typ, err = s.readType(*req.Type); err != nil {
			return nil, err
		}
	}
	return func(a *partner.AuthServer) {
		if req.Type != nil {
			a.Type = typ
		}
		set(&a.Name, req.Name)
		set(&a.MetadataURL, req.AuthMetadataURL)
		set(&a.Enabled, req.Enabled)
		set(&a.AcceptSID, req.AcceptSID)
		set(&a.AuthorizationURL, req.AuthorizationEndpoint)
		set(&a.IsDefault, req.IsDefaultAuthorization)
		set(&a.DomainNames, req.DomainNames)
	}, nil
}

func (s authServers) readType(given string) (string, error) {
	if s.types == nil {
		return given, nil
	}
	for _, t := range s.types {
		if strings.EqualFold(t, given) {
			return t, nil
		}
	}
	return "", problem.New(problem.ManageParameter, "an auth server between servers is of the type %s, not %q", strings.Join(s.types, ", "), given)
}

func (s authServers) denied(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.DeniedCertificate, error) {
	found, err := s.store.Denied(ctx)
	if err != nil {
		return nil, err
	}
	var wanted []partner.Denial
	for _, d := range found {
		if matches(req.Identity, d.Thumbprint.String()) {
			wanted = append(wanted, d)
		}
	}
	return listed(wanted, req.Identity, "denied certificate", func(d partner.Denial) adminapi.DeniedCertificate {
		return adminapi.DeniedCertificate{Thumbprint: d.Thumbprint.String(), Reason: d.Reason, DeniedBy: d.By, Since: d.Since}
	})
}

// maxReason bounds the reason of a denial, in bytes.
const maxReason = 1000

func (s authServers) deny(ctx context.Context, op Operator, req adminapi.DeniedCertificate) (adminapi.Changed, error) {
	t, err := s2s.ParseThumbprint(req.Thumbprint)
	if err != nil {
		return adminapi.Changed{}, parameter(err, "Thumbprint")
	}
	if len(req.Reason) > maxReason {
		return adminapi.Changed{}, problem.New(problem.ManageParameter, "a reason of %d bytes is too long; %d is the limit", len(req.Reason), maxReason)
	}
	state, err := s.keyring.State(ctx)
	if err != nil {
		return adminapi.Changed{}, err
	}
	if state.Holds(t) {
		return adminapi.Changed{}, problem.New(problem.PartnerDenyOwn, "%s is a signing certificate of this role (%s)", t, place(state, t))
	}
	return adminapi.Changed{}, s.store.Deny(ctx, op.String(), t, req.Reason)
}

func (s authServers) allow(ctx context.Context, op Operator, req adminapi.Identity) (adminapi.Changed, error) {
	t, err := s2s.ParseThumbprint(req.Identity)
	if err != nil {
		return adminapi.Changed{}, parameter(err, "Thumbprint")
	}
	return adminapi.Changed{}, s.store.Allow(ctx, op.String(), t)
}
