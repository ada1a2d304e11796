package cmdlet

import (
	"context"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/shell"
)

// enterprisescript is Configure-EnterprisePartnerApplication.ps1, found by its
// path only (002-23). It runs as one management call.
func enterprisescript(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		all, err := commands("enterprisescript", "", actions{
			enterpriseScript: {
				Class: enterpriseScript,
				Run:   func(ctx context.Context, in *shell.Invocation) error { return runEnterpriseScript(ctx, in, c) },
			},
		})
		for _, script := range all {
			script.Path = exchangeInstall + `Scripts\` + script.Name
		}
		return all, err
	}
}

// runEnterpriseScript prints what was done, as the script does. What is
// missing has been asked for (002-24).
func runEnterpriseScript(ctx context.Context, in *shell.Invocation, c *Connection) error {
	done, err := do(ctx, c, adminapi.ConfigureEnterprisePartnerApplication, adminapi.ConfigureEnterpriseRequest{
		AuthMetadataURL: in.String("AuthMetadataUrl"), ApplicationType: in.String("ApplicationType"),
		ApplicationIdentifier: in.String("ApplicationIdentifier"), Realm: in.String("Realm"),
	})
	if err != nil {
		return err
	}
	for _, w := range done.PartnerApplication.Warnings {
		in.Warn(w)
	}
	for _, line := range done.Lines {
		if err := in.Emit(line); err != nil {
			return err
		}
	}
	return nil
}
