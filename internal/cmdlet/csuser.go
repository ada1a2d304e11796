package cmdlet

import (
	"context"
	"errors"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// csUser are the commands about users enabled for SIP.
type csUser struct {
	c *Connection
	// shown is Get-CsUser, whose objects -PassThru gives too.
	shown *shell.Command
}

func csuser(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		u := &csUser{c: c}
		const class = "Microsoft.Rtc.Management.AD.Cmdlets."
		all, err := commands("csuser", skypeModule, actions{
			"Get-CsUser":     {Class: class + "GetOcsUserCmdlet", Run: goesOn(u.get)},
			"Enable-CsUser":  {Class: class + "EnableOcsUserCmdlet", Run: goesOn(u.enable)},
			"Disable-CsUser": {Class: class + "DisableOcsUserCmdlet", Run: goesOn(u.disable)},
		})
		u.shown, _ = find(all, "Get-CsUser")
		return all, err
	}
}

// get lists users as they come, a page at a time; what is filtered here needs
// no memory either.
func (u *csUser) get(ctx context.Context, in *shell.Invocation) error {
	if in.Has("LdapFilter") {
		return problem.New(problem.ManageParameter, "-LdapFilter is not understood here; use -Filter, for example -Filter {DisplayName -like \"Ken*\"}")
	}
	if in.Bool("OnOfficeCommunicationServer") {
		return nil // this server is newer
	}
	left, err := sizeLimit(in)
	if err != nil {
		return err
	}
	return enough(eachOf(ctx, u.c, adminapi.GetCsUser, in.String("Identity"),
		func(v adminapi.SipUser) string { return v.SamAccountName },
		func(v adminapi.SipUser) error {
			o := u.object(v)
			wanted, err := filterMatches(in.String("Filter"), o)
			if err != nil || !wanted || !inContainer(in.String("OU"), v.Identity, v.DistinguishedName) || in.Bool("UnAssignedUser") && v.RegistrarPool != "" {
				return err
			}
			return left.emit(in, o)
		}))
}

// goesOn makes what one object of the pipeline fails with no end of the command:
// the next one has its turn.
func goesOn(run func(context.Context, *shell.Invocation) error) func(context.Context, *shell.Invocation) error {
	return func(ctx context.Context, in *shell.Invocation) error {
		err := run(ctx, in)
		var record *object.ErrorRecord
		if _, fault := adminapi.AsFault(err); fault || errors.As(err, &record) {
			return in.Fail(err)
		}
		return err
	}
}

// inContainer says whether an object lies in a container, named as distinguished
// name or path; everything lies in "".
func inContainer(container, path, distinguishedName string) bool {
	container, path, dn := strings.ToLower(container), strings.ToLower(path), strings.ToLower(distinguishedName)
	return container == "" || strings.HasPrefix(path, container+"/") || strings.HasSuffix(dn, ","+container)
}

func (u *csUser) object(v adminapi.SipUser) *object.Object {
	o := objectOf(u.shown, "Microsoft.Rtc.Management.ADConnect.Schema.OCSADUser", []object.Property{
		{Name: "Identity", Value: v.DistinguishedName},
		{Name: "SipAddress", Value: v.SipAddress},
		{Name: "DisplayName", Value: v.DisplayName},
		{Name: "RegistrarPool", Value: v.RegistrarPool},
		{Name: "Enabled", Value: v.Enabled},
		{Name: "EnterpriseVoiceEnabled", Value: false},
		{Name: "HostingProvider", Value: "SRV:"},
		{Name: "UserPrincipalName", Value: v.UPN},
		{Name: "WindowsEmailAddress", Value: v.SMTP},
		{Name: "SamAccountName", Value: v.SamAccountName},
		{Name: "Sid", Value: typed("SecurityIdentifier", v.SID)},
		{Name: "Guid", Value: guidOf(v.GUID)},
	})
	o.Text = v.DistinguishedName
	return o
}

// guidOf is a GUID, null when the text is none.
func guidOf(text string) object.Value {
	g, err := object.ParseGUID(text)
	if err != nil {
		return nil
	}
	return g
}

func (u *csUser) enable(ctx context.Context, in *shell.Invocation) error {
	req := adminapi.EnableCsUserRequest{
		Identity: in.String("Identity"), SipAddress: in.String("SipAddress"), RegistrarPool: in.String("RegistrarPool"),
		SipAddressType: in.String("SipAddressType"), SipDomain: in.String("SipDomain"),
	}
	if ok, err := in.ShouldProcess(req.Identity); err != nil || !ok {
		return err
	}
	enabled, err := do(ctx, u.c, adminapi.EnableCsUser, req)
	if err != nil || !in.Bool("PassThru") {
		return err
	}
	return in.Emit(u.object(enabled))
}

func (u *csUser) disable(ctx context.Context, in *shell.Invocation) error {
	req := adminapi.Identity{Identity: in.String("Identity")}
	if ok, err := in.ShouldProcess(req.Identity); err != nil || !ok {
		return err
	}
	if err := change(ctx, in, u.c, adminapi.DisableCsUser, req, nil); err != nil || !in.Bool("PassThru") {
		return err
	}
	found, err := do(ctx, u.c, adminapi.GetCsUser, req)
	if err != nil || len(found) == 0 {
		return err
	}
	return in.Emit(u.object(found[0]))
}
