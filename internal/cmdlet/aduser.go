package cmdlet

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// adUser are the commands of the module ActiveDirectory that administrators
// need here: the cure for code=5 is one of them (002-32).
type adUser struct {
	c     *Connection
	shown *shell.Command // Get-ADUser, whose objects -PassThru gives too
}

func aduser(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		u := &adUser{c: c}
		const class = "Microsoft.ActiveDirectory.Management.Commands."
		all, err := commands("aduser", "ActiveDirectory", actions{
			"Get-ADUser":            {Class: class + "GetADUser", Run: u.refusing("ADUser", u.get)},
			"New-ADUser":            {Class: class + "NewADUser", Run: goesOn(u.add)},
			"Enable-ADAccount":      {Class: class + "EnableADAccount", Run: u.refusing("ADAccount", u.turn(true))},
			"Disable-ADAccount":     {Class: class + "DisableADAccount", Run: u.refusing("ADAccount", u.turn(false))},
			"Set-ADAccountPassword": {Class: class + "SetADAccountPassword", Run: u.refusing("ADAccount", u.setPassword)},
			"Get-ADGroupMember":     {Class: class + "GetADGroupMember", Run: u.refusing("ADGroup", u.members)},
			"Add-ADGroupMember":     {Class: class + "AddADGroupMember", Run: u.refusing("ADGroup", u.membership(adminapi.AddGroupMember))},
			"Remove-ADGroupMember":  {Class: class + "RemoveADGroupMember", Asks: true, Run: u.refusing("ADGroup", u.membership(adminapi.RemoveGroupMember))},
		})
		u.shown, _ = find(all, "Get-ADUser")
		return all, err
	}
}

// missing is who was not found: with -Members it may be another than -Identity.
func missing(in *shell.Invocation, fault *adminapi.Fault) string {
	_, rest, _ := strings.Cut(fault.Error(), `"`)
	if name, _, ok := strings.Cut(rest, `"`); ok {
		return name
	}
	return in.String("Identity")
}

// refusing gives the failure of an identity that nobody has the words of the
// module, and lets the command go on with the next object.
func (u *adUser) refusing(kind string, run func(context.Context, *shell.Invocation) error) func(context.Context, *shell.Invocation) error {
	return goesOn(func(ctx context.Context, in *shell.Invocation) error {
		err := run(ctx, in)
		fault, ok := adminapi.AsFault(err)
		if !ok || fault.Code != problem.DirectoryUnknown && fault.Code != problem.DirectoryNoGroup {
			return err
		}
		remedy := fault.Remedy
		if fault.Code == problem.DirectoryUnknown {
			remedy = "Check the spelling, then look the account up: Get-ADUser -Filter *"
		}
		return &object.ErrorRecord{
			Command: in.Command().Name, Message: fmt.Sprintf("Cannot find an object with identity: '%s'.", missing(in, fault)),
			Category: "ObjectNotFound", TargetName: in.String("Identity"), TargetType: kind, Reason: "ADIdentityNotFoundException",
			ID:   "ActiveDirectoryCmdlet:Microsoft.ActiveDirectory.Management.ADIdentityNotFoundException," + in.Command().Class,
			Code: string(fault.Code), Remedy: remedy, Err: err,
		}
	})
}

func (u *adUser) get(ctx context.Context, in *shell.Invocation) error {
	identity, filter := in.String("Identity"), in.String("Filter")
	if filter == "*" {
		filter = ""
	}
	most := -1
	if in.Has("ResultSetSize") {
		most = in.Int("ResultSetSize")
	}
	given := 0
	for v, err := range u.pages(ctx, identity) {
		if err != nil {
			return err
		}
		if given == most {
			return nil
		}
		whole := u.object(v, []string{"*"})
		wanted, err := filterMatches(filter, whole)
		if err != nil {
			return err
		}
		if !wanted || !inContainer(in.String("SearchBase"), v.Container+"/"+v.CommonName, v.DistinguishedName) {
			continue
		}
		if err := in.Emit(u.object(v, in.Strings("Properties"))); err != nil {
			return err
		}
		given++
	}
	return nil
}

// pages gives accounts one after the other; nobody is read before he is wanted.
func (u *adUser) pages(ctx context.Context, identity string) func(func(adminapi.User, error) bool) {
	return func(yield func(adminapi.User, error) bool) {
		client, err := u.c.Open(ctx)
		if err != nil {
			yield(adminapi.User{}, err)
			return
		}
		adminapi.Pages(ctx, client, adminapi.GetUser, identity, func(v adminapi.User) string { return v.Name })(yield)
	}
}

// object shows an account with the properties that are always there and those
// that were asked for, all by name.
func (u *adUser) object(v adminapi.User, more []string) *object.Object {
	o := objectOf(u.shown, "Microsoft.ActiveDirectory.Management.ADUser", []object.Property{
		{Name: "DistinguishedName", Value: v.DistinguishedName},
		{Name: "Enabled", Value: v.Enabled},
		{Name: "Name", Value: cmp.Or(v.CommonName, v.Name)},
		{Name: "ObjectClass", Value: "user"},
		{Name: "ObjectGUID", Value: guidOf(v.ID)},
		{Name: "SamAccountName", Value: v.Name},
		{Name: "SID", Value: typed("SecurityIdentifier", v.SID)},
		{Name: "UserPrincipalName", Value: v.UPN},
	})
	o.Text = v.DistinguishedName
	for _, p := range []object.Property{
		{Name: "CanonicalName", Value: v.Container + "/" + cmp.Or(v.CommonName, v.Name)},
		{Name: "Created", Value: dateOf(v.Created)},
		{Name: "DisplayName", Value: v.DisplayName},
		{Name: "EmailAddress", Value: v.SMTP},
		{Name: "mail", Value: v.SMTP},
		{Name: "MemberOf", Value: multi("String[]", v.Groups...)},
		{Name: "Modified", Value: dateOf(v.Changed)},
		{Name: "msRTCSIP-PrimaryUserAddress", Value: sipAddress(v.SIP)},
		{Name: "whenChanged", Value: dateOf(v.Changed)},
		{Name: "whenCreated", Value: dateOf(v.Created)},
	} {
		if matchesAny(more, p.Name) {
			o.Properties = append(o.Properties, p)
		}
	}
	slices.SortStableFunc(o.Properties, func(a, b object.Property) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return o
}

func sipAddress(sip string) object.Value {
	if sip == "" {
		return nil
	}
	return "sip:" + sip
}

func (u *adUser) add(ctx context.Context, in *shell.Invocation) error {
	name := in.String("Name")
	req := adminapi.NewUserRequest{
		Name: cmp.Or(in.String("SamAccountName"), name), CommonName: name, UPN: in.String("UserPrincipalName"), SMTP: in.String("EmailAddress"),
		DisplayName: cmp.Or(in.String("DisplayName"), strings.TrimSpace(in.String("GivenName")+" "+in.String("Surname"))),
		Disabled:    !in.Bool("Enabled"),
	}
	if secret, ok := in.Value("AccountPassword").(object.Secure); ok {
		req.Password = secret.Secret
	}
	if ok, err := in.ShouldProcess(name); err != nil || !ok {
		return err
	}
	made, err := do(ctx, u.c, adminapi.NewUser, req)
	if err != nil || !in.Bool("PassThru") {
		return err
	}
	return in.Emit(u.object(made, nil))
}

// turn switches an account on or off.
func (u *adUser) turn(on bool) func(context.Context, *shell.Invocation) error {
	return func(ctx context.Context, in *shell.Invocation) error {
		identity := in.String("Identity")
		if ok, err := in.ShouldProcess(identity); err != nil || !ok {
			return err
		}
		req := adminapi.SetUserEnabledRequest{Identity: identity, Enabled: on}
		if err := change(ctx, in, u.c, adminapi.SetUserEnabled, req, nil); err != nil || !in.Bool("PassThru") {
			return err
		}
		found, err := do(ctx, u.c, adminapi.GetUser, adminapi.Identity{Identity: identity})
		if err != nil || len(found) == 0 {
			return err
		}
		return in.Emit(u.object(found[0], nil))
	}
}

func (u *adUser) setPassword(ctx context.Context, in *shell.Invocation) error {
	identity := in.String("Identity")
	if !in.Bool("Reset") {
		return problem.New(problem.ManageParameter, "a password is set without the old one here; repeat the command with -Reset")
	}
	if ok, err := in.ShouldProcess(identity); err != nil || !ok {
		return err
	}
	secret, _ := in.Value("NewPassword").(object.Secure)
	return change(ctx, in, u.c, adminapi.SetPassword, adminapi.SetPasswordRequest{Identity: identity, Password: secret.Secret}, nil)
}

// groupName takes a group's name out of its distinguished name.
func groupName(identity string) string {
	first, _, _ := strings.Cut(identity, ",")
	if kind, name, ok := strings.Cut(first, "="); ok && strings.EqualFold(strings.TrimSpace(kind), "CN") {
		return name
	}
	return identity
}

func (u *adUser) members(ctx context.Context, in *shell.Invocation) error {
	return eachOf(ctx, u.c, adminapi.GetGroupMember, groupName(in.String("Identity")),
		func(m adminapi.Member) string { return m.Name },
		func(m adminapi.Member) error {
			o := objectOf(in.Command(), "Microsoft.ActiveDirectory.Management.ADPrincipal", []object.Property{
				{Name: "distinguishedName", Value: m.DistinguishedName},
				{Name: "name", Value: m.Name},
				{Name: "objectClass", Value: m.Class},
				{Name: "objectGUID", Value: guidOf(m.ID)},
				{Name: "SamAccountName", Value: m.Name},
				{Name: "SID", Value: typed("SecurityIdentifier", m.SID)},
			})
			o.Text = m.DistinguishedName
			return in.Emit(o)
		})
}

// membership puts accounts into a group or takes them out. That it counts from
// the next log-on is said once (003-13).
func (u *adUser) membership(call adminapi.Call[adminapi.GroupMember, adminapi.Changed]) func(context.Context, *shell.Invocation) error {
	return func(ctx context.Context, in *shell.Invocation) error {
		group := groupName(in.String("Identity"))
		if ok, err := in.ShouldProcess(group); err != nil || !ok {
			return err
		}
		var warned []string
		for _, account := range in.Strings("Members") {
			changed, err := do(ctx, u.c, call, adminapi.GroupMember{Group: group, Account: account})
			if err != nil {
				return fmt.Errorf("%s: %w", account, err)
			}
			for _, w := range changed.Warnings {
				if !slices.Contains(warned, w) {
					warned = append(warned, w)
					in.Warn(w)
				}
			}
		}
		return nil
	}
}
