package cmdlet

import (
	"context"
	"fmt"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

const exchangeServerType = "Microsoft.Exchange.Data.Directory.Management.ExchangeServer"

func exchangeserver(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		return commands("exchangeserver", exchangeModule, actions{
			"Get-ExchangeServer": {
				Class: "Microsoft.Exchange.Management.SystemConfigurationTasks.GetExchangeServer",
				Run:   func(ctx context.Context, in *shell.Invocation) error { return getExchangeServer(ctx, in, c) },
			},
		})
	}
}

func exchangeServerViews() format.Views {
	return format.Views{exchangeServerType: table("Name", "Site", "ServerRole", "Edition", "AdminDisplayVersion")}
}

func getExchangeServer(ctx context.Context, in *shell.Invocation, c *Connection) error {
	found, err := do(ctx, c, adminapi.GetExchangeServer, adminapi.Identity{Identity: in.String("Identity")})
	if err != nil {
		return err
	}
	for _, s := range found {
		if domain := in.String("Domain"); domain != "" && !strings.EqualFold(domain, s.Domain) {
			continue
		}
		o := objectOf(in.Command(), exchangeServerType, c.fromRunspace(), []object.Property{
			{Name: "Domain", Value: s.Domain},
			{Name: "Fqdn", Value: s.Fqdn},
			{Name: "IsClientAccessServer", Value: true},
			{Name: "IsMailboxServer", Value: true},
			{Name: "IsE15OrLater", Value: true},
			{Name: "AdminDisplayVersion", Value: typed("ServerVersion", displayVersion(s.Version))},
			{Name: "ServerRole", Value: enum("ServerRole", "Mailbox")},
		}, directoryObject(meta{Name: s.Name}))
		o.Text = s.Name
		if err := in.Emit(o); err != nil {
			return err
		}
	}
	return nil
}

// displayVersion is a build as the product shows it: Version 15.1 (Build
// 2507.6).
func displayVersion(build string) string {
	parts := strings.Split(build, ".")
	if len(parts) != 4 {
		return build
	}
	return fmt.Sprintf("Version %s.%s (Build %s.%s)", parts[0], parts[1], parts[2], parts[3])
}
