package cmdlet

import (
	"context"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// clientAccess are the commands about what clients find a server by. They have
// an older and a newer name.
type clientAccess struct{ c *Connection }

const (
	clientAccessType = "Microsoft.Exchange.Data.Directory.Management.ClientAccessServer"
	// autodiscoverClass is the class of service connection points of
	// Autodiscover, and autodiscoverGUID marks them in the directory.
	autodiscoverClass = "ms-Exchange-AutoDiscover-Service"
	autodiscoverGUID  = "77378f46-2c66-4aa9-a6a6-3e7a48b19596"
)

func clientaccess(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		a := clientAccess{c}
		const class = "Microsoft.Exchange.Management.SystemConfigurationTasks."
		return commands("clientaccess", exchangeModule, actions{
			"Get-ClientAccessServer":  {Class: class + "GetClientAccessServer", Run: a.get},
			"Set-ClientAccessServer":  {Class: class + "SetClientAccessServer", Run: a.set},
			"Get-ClientAccessService": {Class: class + "GetClientAccessService", Run: a.get},
			"Set-ClientAccessService": {Class: class + "SetClientAccessService", Run: a.set},
		})
	}
}

func clientAccessViews() format.Views { return format.Views{clientAccessType: table("Name")} }

// get shows a server by name or FQDN (002-03): above all the Autodiscover URL
// of its service connection point (003-11).
func (a clientAccess) get(ctx context.Context, in *shell.Invocation) error {
	found, err := do(ctx, a.c, adminapi.GetClientAccessServer, adminapi.Identity{Identity: in.String("Identity")})
	if err != nil {
		return err
	}
	for _, s := range found {
		o, err := a.object(in, s)
		if err != nil {
			return err
		}
		if err := in.Emit(o); err != nil {
			return err
		}
	}
	return nil
}

func (a clientAccess) object(in *shell.Invocation, s adminapi.ClientAccessServer) (*object.Object, error) {
	guid, err := object.ParseGUID(autodiscoverGUID)
	if err != nil {
		return nil, err
	}
	o := objectOf(in.Command(), clientAccessType, a.c.fromRunspace(), []object.Property{
		{Name: "Fqdn", Value: s.Fqdn},
		{Name: "AutoDiscoverServiceCN", Value: s.AutoDiscoverServiceCN},
		{Name: "AutoDiscoverServiceClassName", Value: autodiscoverClass},
		{Name: "AutoDiscoverServiceInternalUri", Value: typed("Uri", s.AutoDiscoverServiceInternalURI)},
		{Name: "AutoDiscoverServiceGuid", Value: guid},
		{Name: "AutoDiscoverSiteScope", Value: multi("MultiValuedProperty<String>", s.AutoDiscoverSiteScope...)},
	}, directoryObject(meta{Name: s.Name, Changed: s.Changed}))
	o.Text = s.Name
	return o, nil
}

// set changes the URL of the service connection point (002-10).
func (a clientAccess) set(ctx context.Context, in *shell.Invocation) error {
	identity := in.String("Identity")
	if ok, err := in.ShouldProcess(identity); err != nil || !ok {
		return err
	}
	sites, err := changedList(in, "AutoDiscoverSiteScope", func() ([]string, error) {
		found, err := do(ctx, a.c, adminapi.GetClientAccessServer, adminapi.Identity{Identity: identity})
		if err != nil || len(found) == 0 {
			return nil, err
		}
		return found[0].AutoDiscoverSiteScope, nil
	})
	if err != nil {
		return err
	}
	return change(ctx, in, a.c, adminapi.SetClientAccessServer, adminapi.ClientAccessServerSettings{
		Identity: identity, AutoDiscoverServiceInternalURI: in.StringIf("AutoDiscoverServiceInternalUri"), AutoDiscoverSiteScope: sites,
	}, nil)
}
