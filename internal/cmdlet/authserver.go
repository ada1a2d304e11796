package cmdlet

import (
	"cmp"
	"context"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// authServer are the commands about servers that issue tokens for Exchange.
type authServer struct{ c *Connection }

const authServerType = "Microsoft.Exchange.Data.Directory.SystemConfiguration.AuthServer"

func authserver(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		a := authServer{c}
		const class = "Microsoft.Exchange.Management.SystemConfigurationTasks."
		return commands("authserver", exchangeModule, actions{
			"Get-AuthServer":    {Class: class + "GetAuthServer", Run: a.get},
			"New-AuthServer":    {Class: class + "NewAuthServer", Run: a.add},
			"Set-AuthServer":    {Class: class + "SetAuthServer", Run: a.set},
			"Remove-AuthServer": {Class: class + "RemoveAuthServer", Run: a.remove, Asks: true},
		})
	}
}

func authServerViews() format.Views {
	v := table("Name", "IssuerIdentifier", "Realm")
	v.Table[1].Width = len("00000001-0000-0000-c000-000000000000")
	return format.Views{authServerType: v}
}

func (a authServer) get(ctx context.Context, in *shell.Invocation) error {
	return eachOf(ctx, a.c, adminapi.GetAuthServer, in.String("Identity"),
		func(s adminapi.AuthServer) string { return s.Name },
		func(s adminapi.AuthServer) error { return in.Emit(a.object(in, s)) })
}

func (a authServer) object(in *shell.Invocation, s adminapi.AuthServer) *object.Object {
	o := objectOf(in.Command(), authServerType, []object.Property{
		{Name: "IssuerIdentifier", Value: s.IssuerIdentifier},
		{Name: "Realm", Value: s.Realm},
		{Name: "TokenIssuingEndpoint", Value: s.TokenIssuingEndpoint},
		{Name: "AuthorizationEndpoint", Value: s.AuthorizationEndpoint},
		{Name: "ApplicationIdentifier", Value: ""}, // that of a secret, of which there are none
		{Name: "AuthMetadataUrl", Value: s.AuthMetadataURL},
		{Name: "DomainName", Value: multi("MultiValuedProperty<String>", s.DomainNames...)},
		{Name: "Type", Value: enum("AuthServerType", cmp.Or(s.Type, "MicrosoftACS"))},
		{Name: "Enabled", Value: s.Enabled},
		{Name: "IsDefaultAuthorizationEndpoint", Value: s.IsDefaultAuthorization},
		{Name: "CertificateStrings", Value: certificateStrings(s.Certificates)},
	}, directoryObject(meta{Name: s.Name, Created: s.Created, Changed: s.Changed}))
	o.Text = s.Name
	return o
}

func (a authServer) settings(in *shell.Invocation) adminapi.AuthServerSettings {
	return adminapi.AuthServerSettings{
		AuthMetadataURL: in.StringIf("AuthMetadataUrl"), Type: in.StringIf("Type"), Enabled: in.BoolIf("Enabled"),
		IsDefaultAuthorization: in.BoolIf("IsDefaultAuthorizationEndpoint"),
	}
}

// withoutSecret refuses the parameter set of applications that prove themselves
// with a secret: such servers give people tokens, not servers.
func withoutSecret(in *shell.Invocation) error {
	if !in.Has("ApplicationIdentifier") {
		return nil
	}
	return problem.New(problem.ManageParameter, "auth servers with an application identifier and a secret are for people; one for servers is known by its -AuthMetadataUrl")
}

func (a authServer) add(ctx context.Context, in *shell.Invocation) error {
	name := in.String("Name")
	if err := withoutSecret(in); err != nil {
		return err
	}
	if ok, err := in.ShouldProcess(name); err != nil || !ok {
		return err
	}
	req := a.settings(in)
	req.Identity = name
	var err error
	if req.DomainNames, err = changedList(in, "DomainName", func() ([]string, error) { return nil, nil }); err != nil {
		return err
	}
	made, err := do(ctx, a.c, adminapi.NewAuthServer, req)
	if err != nil {
		return err
	}
	return in.Emit(a.object(in, made))
}

func (a authServer) set(ctx context.Context, in *shell.Invocation) error {
	identity := in.String("Identity")
	if err := withoutSecret(in); err != nil {
		return err
	}
	if ok, err := in.ShouldProcess(identity); err != nil || !ok {
		return err
	}
	req := a.settings(in)
	req.Identity, req.Name = identity, in.StringIf("Name")
	var err error
	req.DomainNames, err = changedList(in, "DomainName", func() ([]string, error) {
		found, err := do(ctx, a.c, adminapi.GetAuthServer, adminapi.Identity{Identity: identity})
		if err != nil || len(found) == 0 {
			return nil, err
		}
		return found[0].DomainNames, nil
	})
	if err != nil {
		return err
	}
	if in.Bool("RefreshAuthMetadata") {
		refresh := adminapi.AuthServerSettings{Identity: identity, RefreshAuthMetadata: true}
		if err := change(ctx, in, a.c, adminapi.SetAuthServer, refresh, nil); err != nil || onlyRefreshes(in) {
			return err
		}
	}
	return change(ctx, in, a.c, adminapi.SetAuthServer, req, nil)
}

// remove asks for the identity (000-15) and for a confirmation. Signing
// certificates and partner applications stay.
func (a authServer) remove(ctx context.Context, in *shell.Invocation) error {
	identity := in.String("Identity")
	if ok, err := in.ShouldProcess(identity, `Removing auth server "`+identity+`".`); err != nil || !ok {
		return err
	}
	return change(ctx, in, a.c, adminapi.RemoveAuthServer, adminapi.Identity{Identity: identity}, nil)
}
