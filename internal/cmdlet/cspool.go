package cmdlet

import (
	"context"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// csPool are the commands that look at the topology.
type csPool struct{ c *Connection }

// xds begins the types of the topology's objects.
const xds = "Microsoft.Rtc.Management.Xds."

func cspool(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		p := csPool{c}
		return commands("cspool", skypeModule, actions{
			"Get-CsPool": {Class: csClass + "GetPoolCmdlet", Run: p.pools},
			"Get-CsSite": {Class: csClass + "GetSiteCmdlet", Run: p.sites},
		})
	}
}

// pools lists pools with their services, which tell what runs where: the pool
// that serves users has UserServer (000-02).
func (p csPool) pools(ctx context.Context, in *shell.Invocation) error {
	site := siteID(in.String("Site"))
	return eachOf(ctx, p.c, adminapi.GetCsPool, csIdentity(in),
		func(v adminapi.Pool) string { return v.Fqdn },
		func(v adminapi.Pool) error {
			if in.Has("Site") && !strings.EqualFold(v.Site, site) {
				return nil
			}
			o := objectOf(in.Command(), xds+"DisplayPool", []object.Property{
				{Name: "Identity", Value: v.Identity},
				{Name: "Services", Value: multi("String[]", v.Services...)},
				{Name: "Computers", Value: multi("String[]", v.Computers...)},
				{Name: "Fqdn", Value: v.Fqdn},
				{Name: "BackupPoolFqdn", Value: ""},
				{Name: "Site", Value: "Site:" + v.Site},
			})
			o.Text = v.Identity
			return in.Emit(o)
		})
}

// siteID takes "site:" off the identity of a site.
func siteID(site string) string {
	if kind, id, ok := strings.Cut(site, ":"); ok && strings.EqualFold(kind, "site") {
		return id
	}
	return site
}

func (p csPool) sites(ctx context.Context, in *shell.Invocation) error {
	found, err := do(ctx, p.c, adminapi.GetCsSite, adminapi.Identity{Identity: csIdentity(in)})
	if err != nil {
		return err
	}
	for _, v := range found {
		o := objectOf(in.Command(), xds+"DisplaySite", []object.Property{
			{Name: "Identity", Value: v.Identity},
			{Name: "SiteId", Value: v.SiteID},
			{Name: "Services", Value: multi("String[]", v.Services...)},
			{Name: "Pools", Value: multi("String[]", v.Pools...)},
			{Name: "DisplayName", Value: v.DisplayName},
			{Name: "SiteType", Value: v.SiteType},
		})
		o.Text = v.Identity
		if err := in.Emit(o); err != nil {
			return err
		}
	}
	return nil
}
