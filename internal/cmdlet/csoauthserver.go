package cmdlet

import (
	"context"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// csOAuthServer are the commands about servers that issue tokens for Skype for
// Business.
type csOAuthServer struct{ c *Connection }

const csOAuthServerType = csAuthSettings + "OAuthServer"

func csoauthserver(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		s := csOAuthServer{c}
		return commands("csoauthserver", skypeModule, actions{
			"Get-CsOAuthServer":    {Class: csClass + "GetOAuthServerCmdlet", Run: s.get},
			"New-CsOAuthServer":    {Class: csClass + "NewOAuthServerCmdlet", Run: s.add},
			"Set-CsOAuthServer":    {Class: csClass + "SetOAuthServerCmdlet", Run: s.set},
			"Remove-CsOAuthServer": {Class: csClass + "RemoveOAuthServerCmdlet", Run: s.remove},
		})
	}
}

func (s csOAuthServer) get(ctx context.Context, in *shell.Invocation) error {
	return eachOf(ctx, s.c, adminapi.GetCsOAuthServer, csIdentity(in),
		func(a adminapi.AuthServer) string { return a.Name },
		func(a adminapi.AuthServer) error { return in.Emit(csOAuthServerObject(in.Command(), a)) })
}

func csOAuthServerObject(c *shell.Command, a adminapi.AuthServer) *object.Object {
	o := objectOf(c, csOAuthServerType, []object.Property{
		{Name: "Identity", Value: a.Name},
		{Name: "IssuerIdentifier", Value: a.IssuerIdentifier},
		{Name: "Realm", Value: a.Realm},
		{Name: "MetadataUrl", Value: a.AuthMetadataURL},
		{Name: "AuthorizationUriOverride", Value: a.AuthorizationEndpoint},
		{Name: "Type", Value: a.Type},
		{Name: "AcceptSecurityIdentifierInformation", Value: a.AcceptSID},
		{Name: "Name", Value: a.Name},
	})
	o.Text = settingsText(o, "Identity")
	return o
}

// add registers a server; its document is read at once (001-09).
func (s csOAuthServer) add(ctx context.Context, in *shell.Invocation) error {
	if err := notInMemory(in); err != nil {
		return err
	}
	name := withoutScope(in.String("Identity"))
	if ok, err := confirmed(in, name); err != nil || !ok {
		return err
	}
	req := s.settings(in)
	req.Identity, req.Realm = name, in.String("Realm")
	made, err := do(ctx, s.c, adminapi.NewCsOAuthServer, req)
	if err != nil {
		return err
	}
	return in.Emit(csOAuthServerObject(in.Command(), made))
}

func (s csOAuthServer) settings(in *shell.Invocation) adminapi.AuthServerSettings {
	return adminapi.AuthServerSettings{
		AuthMetadataURL: in.StringIf("MetadataUrl"), Type: in.StringIf("Type"),
		AcceptSID: in.BoolIf("AcceptSecurityIdentifierInformation"), AuthorizationEndpoint: in.StringIf("AuthorizationUriOverride"),
	}
}

func (s csOAuthServer) set(ctx context.Context, in *shell.Invocation) error {
	req := s.settings(in)
	req.Identity = withoutScope(in.String("Identity"))
	if whole := in.Value("Instance"); whole != nil {
		req = serverOf(whole)
	}
	if ok, err := confirmed(in, req.Identity); err != nil || !ok {
		return err
	}
	return change(ctx, in, s.c, adminapi.SetCsOAuthServer, req, nil)
}

// serverOf reads what can be changed out of a whole object, as Get gave it.
func serverOf(whole object.Value) adminapi.AuthServerSettings {
	from := partnerOf(whole)
	req := adminapi.AuthServerSettings{Identity: from.Identity, AcceptSID: from.AcceptSID}
	for name, field := range map[string]**string{"MetadataUrl": &req.AuthMetadataURL, "Type": &req.Type, "AuthorizationUriOverride": &req.AuthorizationEndpoint} {
		if v, ok := object.Get(whole, name); ok {
			text := object.Text(v)
			*field = &text
		}
	}
	return req
}

func (s csOAuthServer) remove(ctx context.Context, in *shell.Invocation) error {
	identity := withoutScope(in.String("Identity"))
	if ok, err := confirmed(in, identity); err != nil || !ok {
		return err
	}
	return change(ctx, in, s.c, adminapi.RemoveCsOAuthServer, adminapi.Identity{Identity: identity}, nil)
}
