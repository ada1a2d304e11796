package adminserver

import (
	"context"
	"crypto/x509"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

// partners are the partner application calls, the same for both roles but for
// their names and for what the product says when metadata can not be had.
type partners struct {
	store     *partner.Store
	directory *directory.Directory
	// acquire words a failure to get or read a metadata document.
	acquire func(url string, err error) error
	// warn adds the role's own warnings to a new record; may be nil.
	warn func(context.Context, partner.Application) []string
}

func (p partners) get(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.PartnerApplication, error) {
	found, err := p.store.Find(ctx, req.Identity)
	if err != nil {
		return nil, err
	}
	out := []adminapi.PartnerApplication{}
	for _, a := range found {
		out = append(out, p.out(ctx, a))
	}
	if len(out) == 0 && isLiteral(req.Identity) {
		return nil, notFound("partner application", req.Identity)
	}
	return out, nil
}

// out describes a record; a linked account that has left the directory is
// shown by its id, so that somebody notices.
func (p partners) out(ctx context.Context, a partner.Application) adminapi.PartnerApplication {
	v := adminapi.PartnerApplication{
		Name: a.Name, ApplicationIdentifier: string(a.App), Realm: string(a.Realm), IssuerIdentifier: string(a.IssuerID),
		AuthMetadataURL: a.MetadataURL, TrustLevel: string(a.TrustLevel), Enabled: a.Enabled, UseAuthServer: a.UseAuthServer,
		AcceptSID: a.AcceptSID, LinkedAccount: a.LinkedAccount, LastError: a.Document.LastError,
	}
	if v.TrustLevel == "" {
		v.TrustLevel = string(s2s.Full)
	}
	if a.LinkedAccount != "" {
		if u, err := p.directory.User(ctx, a.LinkedAccount); err == nil {
			v.LinkedAccount = u.Path()
		}
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
	a := partner.Application{Name: req.Identity, Enabled: true, TrustLevel: s2s.Full}
	if err := p.apply(ctx, &a, req); err != nil {
		return adminapi.PartnerApplication{}, err
	}
	added, err := p.store.Add(ctx, a, partner.AddOptions{By: op.String()})
	if err != nil {
		return adminapi.PartnerApplication{}, p.acquire(a.MetadataURL, err)
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
		done, err := p.store.Refresh(ctx, req.Identity, true)
		if err != nil {
			return adminapi.Changed{}, p.acquire("", err)
		}
		return adminapi.Changed{Warnings: done.Warnings}, nil
	}
	// What can fail is tried on a copy first, because the change itself must
	// do nothing but set fields.
	var trial partner.Application
	if err := p.apply(ctx, &trial, req); err != nil {
		return adminapi.Changed{}, err
	}
	_, err := p.store.Set(ctx, op.String(), req.Identity, func(a *partner.Application) { _ = p.apply(ctx, a, req) })
	if err != nil {
		return adminapi.Changed{}, p.acquire(trial.MetadataURL, err)
	}
	return adminapi.Changed{}, nil
}

func (p partners) remove(ctx context.Context, op Operator, req adminapi.Identity) (adminapi.Changed, error) {
	return adminapi.Changed{}, p.store.Remove(ctx, op.String(), req.Identity)
}

// apply puts the given settings into a record.
func (p partners) apply(ctx context.Context, a *partner.Application, req adminapi.PartnerApplicationSettings) error {
	if err := applySource(a, req); err != nil {
		return err
	}
	if req.TrustLevel != nil {
		level, err := trustLevel(*req.TrustLevel)
		if err != nil {
			return err
		}
		a.TrustLevel = level
	}
	if req.Enabled != nil {
		a.Enabled = *req.Enabled
	}
	if req.AcceptSID != nil {
		a.AcceptSID = *req.AcceptSID
	}
	if req.LinkedAccount == nil {
		return nil
	}
	a.LinkedAccount = ""
	if *req.LinkedAccount != "" {
		u, err := p.directory.Resolve(ctx, *req.LinkedAccount)
		if err != nil {
			return parameter(err, "LinkedAccount")
		}
		a.LinkedAccount = u.ID
	}
	return nil
}

// applySource sets where trust comes from: one of URL, certificates, auth
// server.
func applySource(a *partner.Application, req adminapi.PartnerApplicationSettings) error {
	if req.Realm != nil {
		realm, err := s2s.ParseRealm(*req.Realm)
		if err != nil {
			return parameter(err, "Realm")
		}
		a.Realm = realm
	}
	if req.ApplicationIdentifier != nil {
		app, err := s2s.ParseAppID(*req.ApplicationIdentifier)
		if err != nil {
			return parameter(err, "ApplicationIdentifier")
		}
		a.App = app
	}
	switch {
	case req.AuthMetadataURL != nil && (req.ApplicationIdentifier != nil || len(req.Certificates) > 0):
		return problem.New(problem.ManageParameter, "MetadataUrl excludes ApplicationIdentifier and certificates: who the partner is comes from its document")
	case req.AuthMetadataURL != nil:
		a.TrustMetadata(*req.AuthMetadataURL)
	case len(req.Certificates) > 0:
		certs := make([]*x509.Certificate, len(req.Certificates))
		for i, raw := range req.Certificates {
			c, err := x509.ParseCertificate(raw)
			if err != nil {
				return parameter(err, "Certificate")
			}
			certs[i] = c
		}
		a.TrustCertificates(certs...)
	case req.UseAuthServer != nil && *req.UseAuthServer:
		a.TrustAuthServer("")
	}
	return nil
}

func trustLevel(s string) (s2s.TrustLevel, error) {
	for _, l := range []s2s.TrustLevel{s2s.Full, s2s.ApplicationOnly, s2s.UserOnly} {
		if matches(s, string(l)) && s != "" {
			return l, nil
		}
	}
	return "", problem.New(problem.ManageParameter, "ApplicationTrustLevel is Full, Application or User, not %q", s)
}
