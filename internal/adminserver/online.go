package adminserver

import (
	"context"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/tenant"
)

// Online is what the sts role gives its management calls.
type Online struct {
	Tenant       *tenant.Directory
	Organisation string
	MetadataURL  string
	Journal      *journal.Journal
}

// MountOnline adds the calls of the cloud directory.
func (s *Server) MountOnline(x Online) {
	may := rights{
		read:   within(x.Organisation, reader),
		change: within(x.Organisation, member(directory.OrganizationManagement)),
	}
	handle(s, adminapi.GetTenant, may.read, x.tenant)
	handle(s, adminapi.GetServicePrincipal, may.read, x.principals)
	change(s, x.Journal, adminapi.SetServicePrincipal, may.change, x.setPrincipal)
	change(s, x.Journal, adminapi.NewServicePrincipalCredential, may.change, x.newCredential)
	change(s, x.Journal, adminapi.RemoveServicePrincipalCredential, may.change, x.removeCredentials)
}

func (x Online) tenant(context.Context, Operator, adminapi.Empty) (adminapi.Tenant, error) {
	t := x.Tenant.Tenant()
	return adminapi.Tenant{ID: t.ID, DisplayName: t.DisplayName, Domains: t.Domains, MetadataURL: x.MetadataURL}, nil
}

func selector(f adminapi.ServicePrincipalFilter) tenant.Selector {
	return tenant.Selector{App: f.AppPrincipalID, ObjectID: f.ObjectID, Name: f.ServicePrincipalName}
}

func (x Online) principals(ctx context.Context, _ Operator, f adminapi.ServicePrincipalFilter) ([]adminapi.ServicePrincipal, error) {
	if selector(f) != (tenant.Selector{}) {
		p, err := x.Tenant.Find(ctx, selector(f))
		if err != nil {
			return nil, err
		}
		return []adminapi.ServicePrincipal{principalOut(p)}, nil
	}
	all, err := x.Tenant.List(ctx)
	out := []adminapi.ServicePrincipal{}
	for _, p := range all {
		if strings.Contains(strings.ToLower(p.DisplayName), strings.ToLower(f.Search)) {
			out = append(out, principalOut(p))
		}
	}
	return out, err
}

func principalOut(p tenant.Principal) adminapi.ServicePrincipal {
	out := adminapi.ServicePrincipal{
		AppPrincipalID: string(p.App), ObjectID: p.ObjectID, DisplayName: p.DisplayName, ServicePrincipalNames: p.Names,
		Addresses: p.Addresses, AccountEnabled: p.Enabled, TrustedForDelegation: p.TrustedForDelegation,
	}
	for _, c := range p.Credentials {
		out.Credentials = append(out.Credentials, adminapi.Credential{
			KeyID: c.KeyID, KeyGroupID: c.KeyGroupID, Type: "Asymmetric", Usage: c.Usage, StartDate: c.Start, EndDate: c.End, Value: c.DER,
		})
	}
	return out
}

func (x Online) setPrincipal(ctx context.Context, op Operator, req adminapi.ServicePrincipalSettings) (adminapi.Changed, error) {
	return adminapi.Changed{}, x.Tenant.Set(ctx, op.String(), selector(req.ServicePrincipalFilter), tenant.Change{
		DisplayName: req.DisplayName, Names: req.ServicePrincipalNames, Addresses: req.Addresses, Enabled: req.AccountEnabled,
	})
}

func (x Online) newCredential(ctx context.Context, op Operator, req adminapi.NewCredentialRequest) (adminapi.Changed, error) {
	warnings, err := x.Tenant.AddCredential(ctx, op.String(), selector(req.ServicePrincipalFilter), tenant.NewCredential{
		Type: req.Type, Usage: req.Usage, Value: req.Value, Start: req.StartDate, End: req.EndDate,
	})
	return adminapi.Changed{Warnings: warnings}, err
}

func (x Online) removeCredentials(ctx context.Context, op Operator, req adminapi.RemoveCredentialsRequest) (adminapi.Changed, error) {
	return adminapi.Changed{}, x.Tenant.RemoveCredentials(ctx, op.String(), selector(req.ServicePrincipalFilter), req.KeyIDs)
}
