package adminserver

import (
	"context"
	"fmt"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/skype"
)

// mountTopology adds the calls about pools, sites and trusted applications.
func (x Skype) mountTopology(s *Server, may rights) {
	handle(s, adminapi.GetCsPool, may.read, x.pools)
	handle(s, adminapi.GetCsSite, may.read, x.sites)
	handle(s, adminapi.GetCsTrustedApplicationPool, may.read, x.trustedPools)
	change(s, x.Journal, adminapi.NewCsTrustedApplicationPool, may.change, x.newTrustedPool)
	change(s, x.Journal, adminapi.RemoveCsTrustedApplicationPool, may.change, func(ctx context.Context, op Operator, req adminapi.Identity) (adminapi.Changed, error) {
		return pending(), x.Role.RemoveTrustedPool(ctx, op.String(), req.Identity)
	})
	handle(s, adminapi.GetCsTrustedApplication, may.read, x.trustedApplications)
	change(s, x.Journal, adminapi.NewCsTrustedApplication, may.change, x.newTrustedApplication)
	change(s, x.Journal, adminapi.RemoveCsTrustedApplication, may.change, func(ctx context.Context, op Operator, req adminapi.Identity) (adminapi.Changed, error) {
		return pending(), x.Role.RemoveTrustedApplication(ctx, op.String(), req.Identity)
	})
	change(s, x.Journal, adminapi.EnableCsTopology, may.change, func(ctx context.Context, op Operator, _ adminapi.Empty) (adminapi.EnabledTopology, error) {
		lines, warnings, err := x.Role.EnableTopology(ctx, op.String())
		return adminapi.EnabledTopology{Lines: lines, Warnings: warnings}, err
	})
}

// pending are the warnings after a change of the topology.
func pending() adminapi.Changed {
	return adminapi.Changed{Warnings: []string{
		"The following changes must be made in order for the operation to be complete.",
		"Enable-CsTopology must still be run for all changes to take effect.",
	}}
}

func (x Skype) pools(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.Pool, error) {
	found, err := x.Role.Pools(ctx, req.Identity)
	if err != nil {
		return nil, err
	}
	all, err := listedPage(found, req, "pool", func(p skype.Pool) adminapi.Pool {
		return adminapi.Pool{Identity: p.Fqdn, Fqdn: p.Fqdn, Site: p.Site, Services: p.Services, Computers: p.Computers}
	}, func(p skype.Pool) string { return p.Fqdn })
	return all, absent(err, "Pool", req.Identity)
}

// absent gives the failure of a name that nothing has the product's words.
func absent(err error, kind, identity string) error {
	if f := problem.Of(err); f != nil && f.Code == problem.ManageNotFound {
		return f.WithCmdletText(fmt.Sprintf(`Cannot find "%s" "%s" because it does not exist.`, kind, identity))
	}
	return err
}

func (x Skype) sites(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.Site, error) {
	found, err := x.Role.Sites(ctx, req.Identity)
	if err != nil {
		return nil, err
	}
	all, err := listed(found, req.Identity, "site", func(v skype.Site) adminapi.Site {
		return adminapi.Site{Identity: v.Identity(), SiteID: v.ID, DisplayName: v.ID, SiteType: "CentralSite", Services: v.Services, Pools: v.Pools}
	})
	return all, absent(err, "Site", req.Identity)
}

func (x Skype) trustedPools(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.TrustedApplicationPool, error) {
	found, err := x.Role.TrustedPools(ctx, req.Identity)
	if err != nil {
		return nil, err
	}
	all, err := listedPage(found, req, "trusted application pool", trustedPoolOut, func(p skype.TrustedPool) string { return p.Fqdn })
	return all, absent(err, "TrustedApplicationPool", req.Identity)
}

func trustedPoolOut(p skype.TrustedPool) adminapi.TrustedApplicationPool {
	return adminapi.TrustedApplicationPool{
		PoolFqdn: p.Fqdn, Registrar: p.Registrar, Site: p.Site, ServiceID: p.ServiceID(), Computers: p.Computers, Applications: p.Applications,
		ThrottleAsServer: p.ThrottleAsServer, TreatAsAuthenticated: p.TreatAsAuthenticated, OutboundOnly: p.OutboundOnly,
		RequiresReplication: p.RequiresReplication, Ports: adminapi.Ports(p.Ports), Pending: !p.Active,
	}
}

func (x Skype) newTrustedPool(ctx context.Context, op Operator, req adminapi.NewTrustedApplicationPool) (adminapi.TrustedApplicationPool, error) {
	p := skype.TrustedPool{
		Fqdn: req.Identity, Registrar: req.Registrar, Site: req.Site, Ports: skype.PortRanges(req.Ports),
		ThrottleAsServer: true, TreatAsAuthenticated: true, RequiresReplication: true,
	}
	if req.ComputerFqdn != "" {
		p.Computers = []string{req.ComputerFqdn}
	}
	set(&p.ThrottleAsServer, req.ThrottleAsServer)
	set(&p.TreatAsAuthenticated, req.TreatAsAuthenticated)
	set(&p.OutboundOnly, req.OutboundOnly)
	set(&p.RequiresReplication, req.RequiresReplication)
	made, warnings, err := x.Role.AddTrustedPool(ctx, op.String(), p, req.Force)
	if err != nil {
		return adminapi.TrustedApplicationPool{}, err
	}
	out := trustedPoolOut(made)
	out.Warnings = append(warnings, pending().Warnings...)
	return out, nil
}

func (x Skype) trustedApplications(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.TrustedApplication, error) {
	found, err := x.Role.TrustedApplications(ctx, req.Identity)
	if err != nil {
		return nil, err
	}
	all, err := listedPage(found, req, "trusted application", x.trustedApplicationOut, skype.TrustedApplication.Identity)
	return all, absent(err, "TrustedApplication", req.Identity)
}

func (x Skype) trustedApplicationOut(a skype.TrustedApplication) adminapi.TrustedApplication {
	out := adminapi.TrustedApplication{
		Identity: a.Identity(), ApplicationID: a.URN(), Pool: a.Pool, Port: a.Port, Protocol: "Mtls",
		LegacyApplicationName: a.LegacyName, ServiceGruu: x.Role.Gruu(a, a.Pool), Pending: a.Opaque == "",
	}
	if a.TCP {
		out.Protocol = "Tcp"
	}
	for _, c := range a.Computers {
		if gruu := x.Role.Gruu(a, c); gruu != "" {
			out.ComputerGruus = append(out.ComputerGruus, adminapi.ComputerGruu{Fqdn: c, Gruu: gruu})
		}
	}
	return out
}

func (x Skype) newTrustedApplication(ctx context.Context, op Operator, req adminapi.NewTrustedApplicationRequest) (adminapi.TrustedApplication, error) {
	a := skype.TrustedApplication{Pool: req.Pool, ID: req.ApplicationID, Port: req.Port, TCP: req.EnableTCP, LegacyName: req.LegacyApplicationName}
	if req.Identity != "" {
		a.Pool, a.ID, _ = strings.Cut(req.Identity, "/")
	}
	made, err := x.Role.AddTrustedApplication(ctx, op.String(), a, req.Force)
	if err != nil {
		return adminapi.TrustedApplication{}, err
	}
	out := x.trustedApplicationOut(made)
	out.Warnings = pending().Warnings
	return out, nil
}

// mountArchiving adds the calls about archiving settings.
func (x Skype) mountArchiving(s *Server, may rights) {
	handle(s, adminapi.GetCsArchivingConfiguration, may.read, func(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.ArchivingConfiguration, error) {
		c, err := x.Role.ArchivingConfiguration(ctx)
		if err != nil {
			return nil, err
		}
		found := []skype.ArchivingConfiguration{c}
		if !matches(req.Identity, globalScope) {
			found = nil
		}
		all, err := listed(found, req.Identity, "archiving configuration", archivingOut)
		return all, absent(err, "ArchivingSettings", req.Identity)
	})
	change(s, x.Journal, adminapi.SetCsArchivingConfiguration, may.change, x.setArchiving)
}

// globalScope is the only scope that settings have here; sites have none.
const globalScope = "Global"

func archivingOut(c skype.ArchivingConfiguration) adminapi.ArchivingConfiguration {
	return adminapi.ArchivingConfiguration{
		Identity: globalScope, EnableArchiving: c.EnableArchiving, EnablePurging: c.EnablePurging,
		PurgeExportedArchivesOnly: c.PurgeExportedArchivesOnly, BlockOnArchiveFailure: c.BlockOnArchiveFailure,
		KeepArchivingDataForDays: c.KeepArchivingDataForDays, PurgeHourOfDay: c.PurgeHourOfDay,
		ArchiveDuplicateMessages: c.ArchiveDuplicateMessages, CachePurgingInterval: c.CachePurgingInterval,
		EnableExchangeArchiving: c.EnableExchangeArchiving,
	}
}

func (x Skype) setArchiving(ctx context.Context, op Operator, req adminapi.ArchivingSettings) (adminapi.Changed, error) {
	if !matches(req.Identity, globalScope) {
		return adminapi.Changed{}, absent(notFound("archiving configuration", req.Identity), "ArchivingSettings", req.Identity)
	}
	err := x.Role.SetArchivingConfiguration(ctx, op.String(), func(c *skype.ArchivingConfiguration) {
		set(&c.EnableArchiving, req.EnableArchiving)
		set(&c.EnablePurging, req.EnablePurging)
		set(&c.PurgeExportedArchivesOnly, req.PurgeExportedArchivesOnly)
		set(&c.BlockOnArchiveFailure, req.BlockOnArchiveFailure)
		set(&c.KeepArchivingDataForDays, req.KeepArchivingDataForDays)
		set(&c.PurgeHourOfDay, req.PurgeHourOfDay)
		set(&c.ArchiveDuplicateMessages, req.ArchiveDuplicateMessages)
		set(&c.CachePurgingInterval, req.CachePurgingInterval)
		set(&c.EnableExchangeArchiving, req.EnableExchangeArchiving)
	})
	if err != nil {
		return adminapi.Changed{}, err
	}
	return adminapi.Changed{Warnings: []string{
		"The archiving settings are kept and shown, and change nothing here: the Storage Service writes every conversation into the Conversation History of the users who took part, and nothing is purged.",
	}}, nil
}
