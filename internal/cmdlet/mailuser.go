package cmdlet

import (
	"context"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// mailUser are the commands about accounts with an address elsewhere: the
// account of a partner application that is made by hand.
type mailUser struct{ c *Connection }

const mailUserType = "Microsoft.Exchange.Data.Directory.Management.MailUser"

func mailuser(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		m := mailUser{c}
		const class = "Microsoft.Exchange.Management.RecipientTasks."
		return commands("mailuser", exchangeModule, actions{
			"New-MailUser": {Class: class + "NewMailUser", Run: m.add},
			"Set-MailUser": {Class: class + "SetMailUser", Run: m.set},
		})
	}
}

func mailUserViews() format.Views { return format.Views{mailUserType: table("Name", "RecipientType")} }

func (m mailUser) add(ctx context.Context, in *shell.Invocation) error {
	name := in.String("Name")
	if ok, err := in.ShouldProcess(name); err != nil || !ok {
		return err
	}
	made, err := do(ctx, m.c, adminapi.NewMailUser, adminapi.MailUserSettings{
		Identity: name, ExternalAddress: in.StringIf("ExternalEmailAddress"), UPN: in.String("UserPrincipalName"),
		Password: in.String("Password"), SamAccountName: in.String("SamAccountName"), DisplayName: in.StringIf("DisplayName"),
	})
	if err != nil {
		return err
	}
	o := objectOf(in.Command(), mailUserType, []object.Property{
		{Name: "Name", Value: made.Name},
		{Name: "RecipientType", Value: enum("RecipientType", "MailUser")},
		{Name: "Identity", Value: typed("ADObjectId", made.Path)},
		{Name: "PrimarySmtpAddress", Value: typed("SmtpAddress", made.SMTP)},
		{Name: "ExternalEmailAddress", Value: typed("ProxyAddress", "SMTP:"+made.ExternalAddress)},
	})
	o.Text = made.Path
	return in.Emit(o)
}

func (m mailUser) set(ctx context.Context, in *shell.Invocation) error {
	identity := in.String("Identity")
	if ok, err := in.ShouldProcess(identity); err != nil || !ok {
		return err
	}
	return change(ctx, in, m.c, adminapi.SetMailUser, adminapi.MailUserSettings{
		Identity: identity, Name: in.StringIf("Name"), DisplayName: in.StringIf("DisplayName"),
		ExternalAddress: in.StringIf("ExternalEmailAddress"), Hidden: in.BoolIf("HiddenFromAddressListsEnabled"),
	}, nil)
}
