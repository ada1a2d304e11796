package adminserver

import (
	"context"
	"crypto/x509"
	"fmt"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

// partners are the partner application calls, the same for both roles but for
// their names and for the products' words.
type partners struct {
	store     *partner.Store
	directory *directory.Directory
	// organisation is the role's; linked accounts belong to it.
	organisation string
	// unread words a failure to get or read the metadata document at a URL,
	// for the New or the Set cmdlet.
	unread func(verb, url string, err error) error
	// unknown words the absence of a record.
	unknown func(identity string) string
	// warn adds the role's own warnings to a new record; may be nil.
	warn func(context.Context, partner.Application) []string
}

func (p partners) get(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.PartnerApplication, error) {
	limit, paged := req.Size()
	if !paged {
		limit = 0
	}
	found, err := p.store.FindAfter(ctx, req.Identity, req.After, limit)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 && isLiteral(req.Identity) && req.After == "" {
		return nil, p.missing(problem.New(problem.PartnerNotFound, "there is no partner application %q", req.Identity), req.Identity)
	}
	out := []adminapi.PartnerApplication{}
	for _, a := range found {
		out = append(out, p.out(ctx, a))
	}
	return out, nil
}

// missing gives the failure of an unknown record the product's words.
func (p partners) missing(err error, identity string) error {
	if f := problem.Of(err); f != nil && f.Code == problem.PartnerNotFound {
		return f.WithCmdletText(p.unknown(identity))
	}
	return err
}

// out describes a record; a linked account that has left the directory is
// shown by its id, so that somebody notices.
func (p partners) out(ctx context.Context, a partner.Application) adminapi.PartnerApplication {
	v := adminapi.PartnerApplication{
		Name: a.Name, ApplicationIdentifier: string(a.App), Realm: string(a.Realm), IssuerIdentifier: string(a.IssuerID),
		AuthMetadataURL: a.MetadataURL, TrustLevel: string(a.TrustLevel), Enabled: a.Enabled, UseAuthServer: a.UseAuthServer,
		AcceptSID: a.AcceptSID, LinkedAccount: a.LinkedAccount, LastError: a.Document.LastError,
		AccountType: a.AccountType, ActAsPermissions: a.ActAsPermissions, AppOnlyPermissions: a.AppOnlyPermissions,
		Created: a.Created, Changed: a.Changed,
	}
	if v.TrustLevel == "" {
		v.TrustLevel = string(s2s.Full)
	}
	if a.LinkedAccount != "" {
		if u, err := p.directory.User(ctx, a.LinkedAccount); err == nil {
			v.LinkedAccount = u.Path()
		}
	}
	for _, id := range a.AllowedUsers {
		if u, err := p.directory.User(ctx, id); err == nil {
			id = string(u.UPN)
		}
		v.AllowedUsers = append(v.AllowedUsers, id)
	}
	if !a.Document.FetchedAt.IsZero() {
		v.RefreshedAt = &a.Document.FetchedAt
	}
	for _, k := range a.Keys() {
		v.Certificates = append(v.Certificates, k.Certificate.Raw)
	}
	return v
}

func (p partners) add(ctx context.Context, op Operator, req adminapi.PartnerApplicationSettings) (adminapi.PartnerApplication, error) {
	if err := required(req.Identity, "Identity"); err != nil {
		return adminapi.PartnerApplication{}, err
	}
	change, err := p.read(ctx, req)
	if err != nil {
		return adminapi.PartnerApplication{}, err
	}
	a := partner.Application{Name: req.Identity, Enabled: true, TrustLevel: s2s.Full}
	change(&a)
	added, err := p.store.Add(ctx, a, partner.AddOptions{By: op.String()})
	if err != nil {
		return adminapi.PartnerApplication{}, p.unread("New", a.MetadataURL, err)
	}
	v := p.out(ctx, added.Application)
	v.Warnings = added.Warnings
	if p.warn != nil {
		v.Warnings = append(v.Warnings, p.warn(ctx, added.Application)...)
	}
	return v, nil
}

func (p partners) set(ctx context.Context, op Operator, req adminapi.PartnerApplicationSettings) (adminapi.Changed, error) {
	if req.RefreshAuthMetadata {
		return p.refresh(ctx, req.Identity)
	}
	change, err := p.read(ctx, req)
	if err != nil {
		return adminapi.Changed{}, err
	}
	before, err := p.store.Get(ctx, req.Identity)
	if err != nil {
		return adminapi.Changed{}, p.missing(err, req.Identity)
	}
	var wanted partner.Application
	change(&wanted)
	after, err := p.store.Set(ctx, op.String(), req.Identity, change)
	if err != nil {
		return adminapi.Changed{}, p.unread("Set", wanted.MetadataURL, p.missing(err, req.Identity))
	}
	if req.AuthMetadataURL != nil && before.MetadataURL == after.MetadataURL {
		// The command reads the document whenever it runs: the way to have it
		// read now on the side that has no -RefreshAuthMetadata.
		return p.refresh(ctx, after.Name)
	}
	return adminapi.Changed{}, nil
}

// refresh reads the record's metadata document now.
func (p partners) refresh(ctx context.Context, identity string) (adminapi.Changed, error) {
	a, err := p.store.Get(ctx, identity)
	if err != nil {
		return adminapi.Changed{}, p.missing(err, identity)
	}
	done, err := p.store.Refresh(ctx, a.Name, true)
	if err != nil {
		return adminapi.Changed{}, p.unread("Set", a.MetadataURL, err)
	}
	return adminapi.Changed{Warnings: done.Warnings}, nil
}

func (p partners) remove(ctx context.Context, op Operator, req adminapi.Identity) (adminapi.Changed, error) {
	if err := required(req.Identity, "Identity"); err != nil {
		return adminapi.Changed{}, err
	}
	return adminapi.Changed{}, p.missing(p.store.Remove(ctx, op.String(), req.Identity), req.Identity)
}

// read turns what was given into a change of a record. All that can be wrong
// is found here, so that the change itself only sets fields.
func (p partners) read(ctx context.Context, req adminapi.PartnerApplicationSettings) (func(*partner.Application), error) {
	identify, err := readIdentity(req)
	if err != nil {
		return nil, err
	}
	source, err := readSource(req)
	if err != nil {
		return nil, err
	}
	var level s2s.TrustLevel
	if req.TrustLevel != nil {
		if level, err = trustLevel(*req.TrustLevel); err != nil {
			return nil, err
		}
	}
	account := ""
	if req.LinkedAccount != nil && *req.LinkedAccount != "" {
		u, err := resolve(ctx, p.directory, p.organisation, *req.LinkedAccount)
		if err != nil {
			return nil, parameter(err, "LinkedAccount")
		}
		account = u.ID
	}
	users, err := p.readUsers(ctx, req.AllowedUsers)
	if err != nil {
		return nil, err
	}
	return func(a *partner.Application) {
		identify(a)
		source(a)
		if req.TrustLevel != nil {
			a.TrustLevel = level
		}
		if req.LinkedAccount != nil {
			a.LinkedAccount = account
		}
		if req.AllowedUsers != nil {
			a.AllowedUsers = users
		}
		set(&a.Name, req.Name)
		set(&a.Enabled, req.Enabled)
		set(&a.AcceptSID, req.AcceptSID)
		set(&a.AccountType, req.AccountType)
		set(&a.ActAsPermissions, req.ActAsPermissions)
		set(&a.AppOnlyPermissions, req.AppOnlyPermissions)
	}, nil
}

// readUsers finds the accounts that a partner may speak for. Their ids are
// kept: an address can pass to somebody else.
func (p partners) readUsers(ctx context.Context, given *[]string) ([]string, error) {
	if given == nil {
		return nil, nil
	}
	var ids []string
	for _, identity := range *given {
		u, err := resolve(ctx, p.directory, p.organisation, identity)
		if err != nil {
			return nil, parameter(err, "AllowedUsers")
		}
		ids = append(ids, u.ID)
	}
	return ids, nil
}

// readIdentity reads who the partner is, where that is given by hand. An empty
// realm is that of the auth server, an empty issuer the application itself.
func readIdentity(req adminapi.PartnerApplicationSettings) (func(*partner.Application), error) {
	var realm s2s.Realm
	var app, issuer s2s.AppID
	var err error
	if req.Realm != nil && *req.Realm != "" {
		if realm, err = s2s.ParseRealm(*req.Realm); err != nil {
			return nil, parameter(err, "Realm")
		}
	}
	if req.ApplicationIdentifier != nil {
		if app, err = s2s.ParseAppID(*req.ApplicationIdentifier); err != nil {
			return nil, parameter(err, "ApplicationIdentifier")
		}
	}
	if req.IssuerIdentifier != nil && *req.IssuerIdentifier != "" {
		if issuer, err = s2s.ParseAppID(*req.IssuerIdentifier); err != nil {
			return nil, parameter(err, "IssuerIdentifier")
		}
	}
	if t := req.AccountType; t != nil && *t != "OrganizationalAccount" && *t != "ConsumerAccount" {
		return nil, problem.New(problem.ManageParameter, "AccountType is OrganizationalAccount or ConsumerAccount, not %q", *t)
	}
	return func(a *partner.Application) {
		if req.Realm != nil {
			a.Realm = realm
		}
		if req.ApplicationIdentifier != nil {
			a.App = app
		}
		if req.IssuerIdentifier != nil {
			a.IssuerID = issuer
		}
	}, nil
}

// readSource reads where trust comes from: at most one of URL, certificates,
// auth server.
func readSource(req adminapi.PartnerApplicationSettings) (func(*partner.Application), error) {
	useAuthServer := req.UseAuthServer != nil && *req.UseAuthServer
	sources := 0
	for _, given := range []bool{req.AuthMetadataURL != nil, len(req.Certificates) > 0, useAuthServer} {
		if given {
			sources++
		}
	}
	switch {
	case sources > 1:
		return nil, problem.New(problem.PartnerSource, "metadata URL, certificates and auth server exclude each other")
	case req.AuthMetadataURL != nil && req.ApplicationIdentifier != nil:
		return nil, problem.New(problem.PartnerSource, "the metadata URL excludes ApplicationIdentifier: who the partner is comes from its document")
	case req.AuthMetadataURL != nil:
		return func(a *partner.Application) { a.TrustMetadata(*req.AuthMetadataURL) }, nil
	case useAuthServer:
		return func(a *partner.Application) { a.TrustAuthServer("") }, nil
	case len(req.Certificates) == 0:
		return func(*partner.Application) {}, nil
	}
	certs := make([]*x509.Certificate, len(req.Certificates))
	for i, raw := range req.Certificates {
		c, err := x509.ParseCertificate(raw)
		if err != nil {
			return nil, parameter(err, "Certificate")
		}
		certs[i] = c
	}
	return func(a *partner.Application) { a.TrustCertificates(certs...) }, nil
}

func trustLevel(s string) (s2s.TrustLevel, error) {
	for _, l := range []s2s.TrustLevel{s2s.Full, s2s.ApplicationOnly, s2s.UserOnly} {
		if strings.EqualFold(s, string(l)) {
			return l, nil
		}
	}
	return "", problem.New(problem.ManageParameter, "ApplicationTrustLevel is Full, Application or User, not %q", s)
}

// mountPartners adds the calls about partner applications and auth servers.
func (x Skype) mountPartners(s *Server, may rights) {
	unknown := func(what string) func(string) string {
		return func(identity string) string {
			return fmt.Sprintf(`Cannot find "%s" "%s" because it does not exist.`, what, identity)
		}
	}
	p := partners{
		store: x.Partners, directory: x.Directory, organisation: x.Role.Organisation(), warn: x.builtInName, unknown: unknown("PartnerApplication"),
		unread: func(verb, _ string, err error) error { return unboundMetadataURL(verb, "PartnerApplication", err) },
	}
	handle(s, adminapi.GetCsPartnerApplication, may.read, p.get)
	handle(s, adminapi.NewCsPartnerApplication, may.change, p.add)
	handle(s, adminapi.SetCsPartnerApplication, may.change, p.set)
	handle(s, adminapi.RemoveCsPartnerApplication, may.change, p.remove)
	a := authServers{
		store: x.Partners, unknown: unknown("OAuthServer"), keyring: x.Keyring,
		unread: func(verb, _ string, err error) error { return unboundMetadataURL(verb, "OAuthServer", err) },
	}
	handle(s, adminapi.GetCsOAuthServer, may.read, a.get)
	handle(s, adminapi.NewCsOAuthServer, may.change, a.add)
	handle(s, adminapi.SetCsOAuthServer, may.change, a.set)
	handle(s, adminapi.RemoveCsOAuthServer, may.change, a.remove)
	handle(s, adminapi.GetCsDeniedCertificate, may.read, a.denied)
	handle(s, adminapi.AddCsDeniedCertificate, may.change, a.deny)
	handle(s, adminapi.RemoveCsDeniedCertificate, may.change, a.allow)
}

// bindingError is a parameter that the shell could not bind, because setting
// it already did the work.
type bindingError struct {
	error
	record adminapi.ErrorRecord
}

func (b *bindingError) Unwrap() error { return b.error }

// unboundMetadataURL gives a failure to read the metadata document the form it
// has on the Skype side: the parameter itself downloads (002-33, 002-34).
func unboundMetadataURL(verb, noun string, err error) error {
	err = outbound.SkypeMetadataFailure(err)
	if f := problem.Of(err); f == nil || !strings.HasPrefix(f.CmdletText, "Cannot bind parameter") {
		return err
	}
	return &bindingError{err, adminapi.ErrorRecord{
		CategoryInfo:          "WriteError: (:) [" + verb + "-Cs" + noun + "], ParameterBindingException",
		FullyQualifiedErrorID: "ParameterBindingFailed,Microsoft.Rtc.Management.Internal." + verb + noun + "Cmdlet",
	}}
}
