package cmdlet

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// mailbox are the commands about the mailboxes of this organisation.
type mailbox struct{ c *Connection }

const mailboxType = "Microsoft.Exchange.Data.Directory.Management.Mailbox"

func mailboxes(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		m := mailbox{c}
		const class = "Microsoft.Exchange.Management.RecipientTasks."
		return commands("mailbox", exchangeModule, actions{
			"Get-Mailbox":    {Class: class + "GetMailbox", Run: m.get},
			"Enable-Mailbox": {Class: class + "EnableMailbox", Run: m.enable},
		})
	}
}

func mailboxViews() format.Views {
	return format.Views{mailboxType: table("Name", "Alias", "ServerName", "PrimarySmtpAddress")}
}

func (m mailbox) get(ctx context.Context, in *shell.Invocation) error {
	left, err := sizeLimit(in)
	if err != nil {
		return err
	}
	return enough(eachOf(ctx, m.c, adminapi.GetMailbox, in.String("Identity"), func(b adminapi.Mailbox) string { return b.Name }, func(b adminapi.Mailbox) error {
		if server := in.String("Server"); server != "" && !strings.EqualFold(hostOf(server), b.Server) {
			return nil
		}
		return left.emit(in, m.object(in, b))
	}))
}

func hostOf(fqdn string) string {
	host, _, _ := strings.Cut(fqdn, ".")
	return host
}

func (m mailbox) object(in *shell.Invocation, b adminapi.Mailbox) *object.Object {
	alias, _, _ := strings.Cut(b.PrimarySMTPAddress, "@")
	addresses := multi("ProxyAddressCollection", "SMTP:"+b.PrimarySMTPAddress)
	if b.SIP != "" {
		addresses.Items = append(addresses.Items, "SIP:"+b.SIP)
	}
	o := objectOf(in.Command(), mailboxType, m.c.fromRunspace(), []object.Property{
		{Name: "Alias", Value: alias},
		{Name: "DisplayName", Value: b.DisplayName},
		{Name: "EmailAddresses", Value: addresses},
		{Name: "PrimarySmtpAddress", Value: typed("SmtpAddress", b.PrimarySMTPAddress)},
		{Name: "RecipientType", Value: enum("RecipientType", "UserMailbox")},
		{Name: "RecipientTypeDetails", Value: enum("RecipientTypeDetails", "UserMailbox")},
		{Name: "SamAccountName", Value: b.Name},
		{Name: "ServerName", Value: strings.ToLower(b.Server)},
		{Name: "UserPrincipalName", Value: b.UserPrincipalName},
		{Name: "OrganizationalUnit", Value: b.Container},
	}, directoryObject(meta{Name: b.Name, Path: b.Path, Created: b.Created, Changed: b.Changed}))
	o.Text = b.Path
	return o
}

func (m mailbox) enable(ctx context.Context, in *shell.Invocation) error {
	identity := in.String("Identity")
	if ok, err := in.ShouldProcess(identity); err != nil || !ok {
		return err
	}
	made, err := do(ctx, m.c, adminapi.EnableMailbox, adminapi.Identity{Identity: identity})
	if err != nil {
		return err
	}
	return in.Emit(m.object(in, made))
}

// remaining is how many objects a command may still put out; below 0 any
// number.
type remaining int

// errEnough ends a list that has reached its -ResultSize.
var errEnough = errors.New("the result has its size")

// sizeLimit reads -ResultSize: a number or Unlimited.
func sizeLimit(in *shell.Invocation) (*remaining, error) {
	left := remaining(-1)
	size := in.String("ResultSize")
	if size == "" || strings.EqualFold(size, "Unlimited") {
		return &left, nil
	}
	n, err := strconv.ParseUint(size, 10, 31)
	if err != nil {
		return nil, problem.New(problem.ManageParameter, "ResultSize is a number or Unlimited, not %q", size)
	}
	left = remaining(n)
	return &left, nil
}

func (r *remaining) emit(in *shell.Invocation, o *object.Object) error {
	if *r == 0 {
		return errEnough
	}
	if *r > 0 {
		*r--
	}
	return in.Emit(o)
}

// enough takes errEnough for a good end.
func enough(err error) error {
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}
