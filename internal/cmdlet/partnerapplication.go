package cmdlet

import (
	"context"
	"encoding/base64"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// partnerApplication are the commands about those who may call Exchange.
type partnerApplication struct{ c *Connection }

const partnerApplicationType = "Microsoft.Exchange.Data.Directory.SystemConfiguration.PartnerApplication"

func partnerapplication(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		p := partnerApplication{c}
		const class = "Microsoft.Exchange.Management.SystemConfigurationTasks."
		return commands("partnerapplication", exchangeModule, actions{
			"Get-PartnerApplication":    {Class: class + "GetPartnerApplication", Run: p.get},
			"New-PartnerApplication":    {Class: class + "NewPartnerApplication", Run: p.add},
			"Set-PartnerApplication":    {Class: class + "SetPartnerApplication", Run: p.set},
			"Remove-PartnerApplication": {Class: class + "RemovePartnerApplication", Run: p.remove, Asks: true},
		})
	}
}

func partnerApplicationViews() format.Views {
	v := table("Name", "ApplicationIdentifier")
	v.Table[1].Width = len("00000002-0000-0ff1-ce00-000000000000")
	return format.Views{partnerApplicationType: v}
}

// get lists partner applications by name, with wildcards, or by application id
// (003-09).
func (p partnerApplication) get(ctx context.Context, in *shell.Invocation) error {
	return eachOf(ctx, p.c, adminapi.GetPartnerApplication, in.String("Identity"),
		func(a adminapi.PartnerApplication) string { return a.Name },
		func(a adminapi.PartnerApplication) error { return in.Emit(p.object(in, a)) })
}

func (p partnerApplication) object(in *shell.Invocation, a adminapi.PartnerApplication) *object.Object {
	accountType := a.AccountType
	if accountType == "" {
		accountType = "OrganizationalAccount"
	}
	o := objectOf(in.Command(), partnerApplicationType, p.c.fromRunspace(), []object.Property{
		{Name: "Enabled", Value: a.Enabled},
		{Name: "ApplicationIdentifier", Value: a.ApplicationIdentifier},
		{Name: "CertificateStrings", Value: certificateStrings(a.Certificates)},
		{Name: "AuthMetadataUrl", Value: a.AuthMetadataURL},
		{Name: "Realm", Value: a.Realm},
		{Name: "UseAuthServer", Value: a.UseAuthServer},
		{Name: "AcceptSecurityIdentifierInformation", Value: a.AcceptSID},
		{Name: "LinkedAccount", Value: typed("ADObjectId", a.LinkedAccount)},
		{Name: "DeploymentId", Value: ""},
		{Name: "IssuerIdentifier", Value: a.IssuerIdentifier},
		{Name: "AccountType", Value: enum("SupportedAccountType", accountType)},
		{Name: "AppOnlyPermissions", Value: multi("String[]", a.AppOnlyPermissions...)},
		{Name: "ActAsPermissions", Value: multi("String[]", a.ActAsPermissions...)},
	}, directoryObject(meta{Name: a.Name, Created: a.Created, Changed: a.Changed}))
	o.Text = a.Name
	return o
}

// certificateStrings are certificates as the product shows them: base64 of DER.
func certificateStrings(ders [][]byte) *object.List {
	l := multi("MultiValuedProperty<String>")
	for _, der := range ders {
		l.Items = append(l.Items, base64.StdEncoding.EncodeToString(der))
	}
	return l
}

// settings are what was given that New and Set have in common.
func (p partnerApplication) settings(in *shell.Invocation) adminapi.PartnerApplicationSettings {
	return adminapi.PartnerApplicationSettings{
		AuthMetadataURL: in.StringIf("AuthMetadataUrl"), ApplicationIdentifier: in.StringIf("ApplicationIdentifier"),
		Realm: in.StringIf("Realm"), IssuerIdentifier: in.StringIf("IssuerIdentifier"),
		Enabled: in.BoolIf("Enabled"), AcceptSID: in.BoolIf("AcceptSecurityIdentifierInformation"),
		LinkedAccount: in.StringIf("LinkedAccount"), AccountType: in.StringIf("AccountType"),
		ActAsPermissions: listIf(in, "ActAsPermissions"), AppOnlyPermissions: listIf(in, "AppOnlyPermissions"),
	}
}

// add makes a partner application: from its metadata document, or, with an id
// alone, as one that comes with tokens of an auth server.
func (p partnerApplication) add(ctx context.Context, in *shell.Invocation) error {
	name := in.String("Name")
	if ok, err := in.ShouldProcess(name); err != nil || !ok {
		return err
	}
	req := p.settings(in)
	req.Identity = name
	if req.AuthMetadataURL == nil {
		yes := true
		req.UseAuthServer = &yes
	}
	made, err := do(ctx, p.c, adminapi.NewPartnerApplication, req)
	if err != nil {
		return err
	}
	for _, w := range made.Warnings {
		in.Warn(w)
	}
	return in.Emit(p.object(in, made))
}

func (p partnerApplication) set(ctx context.Context, in *shell.Invocation) error {
	identity := in.String("Identity")
	if ok, err := in.ShouldProcess(identity); err != nil || !ok {
		return err
	}
	req := p.settings(in)
	req.Identity, req.Name = identity, in.StringIf("Name")
	if in.Bool("RefreshAuthMetadata") {
		refresh := adminapi.PartnerApplicationSettings{Identity: identity, RefreshAuthMetadata: true}
		if err := change(ctx, in, p.c, adminapi.SetPartnerApplication, refresh, nil); err != nil || onlyRefreshes(in) {
			return err
		}
	}
	return change(ctx, in, p.c, adminapi.SetPartnerApplication, req, nil)
}

func (p partnerApplication) remove(ctx context.Context, in *shell.Invocation) error {
	identity := in.String("Identity")
	if ok, err := in.ShouldProcess(identity, `Removing partner application "`+identity+`".`); err != nil || !ok {
		return err
	}
	return change(ctx, in, p.c, adminapi.RemovePartnerApplication, adminapi.Identity{Identity: identity}, nil)
}
