package cmdlet

import (
	"context"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

const userType = "Microsoft.Exchange.Data.Directory.Management.User"

func users(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		return commands("user", exchangeModule, actions{
			"Get-User": {
				Class: "Microsoft.Exchange.Management.RecipientTasks.GetUser",
				Run:   func(ctx context.Context, in *shell.Invocation) error { return getUser(ctx, in, c) },
			},
		})
	}
}

func userViews() format.Views { return format.Views{userType: table("Name", "RecipientType")} }

// getUser lists accounts of the directory: those of people, and those that
// stand for applications (003-07).
func getUser(ctx context.Context, in *shell.Invocation, c *Connection) error {
	left, err := sizeLimit(in)
	if err != nil {
		return err
	}
	kinds := in.Strings("RecipientTypeDetails")
	return enough(eachOf(ctx, c, adminapi.GetExchangeUser, in.String("Identity"), func(u adminapi.ExchangeUser) string { return u.Name }, func(u adminapi.ExchangeUser) error {
		if kinds != nil && !anyFold(u.RecipientTypeDetails, kinds...) {
			return nil
		}
		return left.emit(in, userObject(in, c, u))
	}))
}

func userObject(in *shell.Invocation, c *Connection, u adminapi.ExchangeUser) *object.Object {
	path := u.Container + "/" + u.CommonName
	o := objectOf(in.Command(), userType, c.fromRunspace(), []object.Property{
		{Name: "SamAccountName", Value: u.Name},
		{Name: "Sid", Value: typed("SecurityIdentifier", u.SID)},
		{Name: "UserPrincipalName", Value: u.UPN},
		{Name: "DisplayName", Value: u.DisplayName},
		{Name: "RecipientType", Value: enum("RecipientType", u.RecipientType)},
		{Name: "RecipientTypeDetails", Value: enum("RecipientTypeDetails", u.RecipientTypeDetails)},
		{Name: "UserAccountControl", Value: enum("UserAccountControlFlags", u.AccountControl)},
		{Name: "WindowsEmailAddress", Value: typed("SmtpAddress", u.SMTP)},
		{Name: "OrganizationalUnit", Value: u.Container},
	}, directoryObject(meta{Name: u.CommonName, Path: path, Created: u.Created, Changed: u.Changed}))
	o.Text = path
	return o
}
