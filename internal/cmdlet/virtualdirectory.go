package cmdlet

import (
	"context"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// virtualDirectory are the commands about one web service of Exchange.
type virtualDirectory struct {
	c    *Connection
	name string // EWS or Autodiscover
	typ  string
}

const (
	webSite             = " (Default Web Site)"
	virtualDirectories  = "Microsoft.Exchange.Data.Directory.SystemConfiguration."
	ewsDirectoryType    = virtualDirectories + "ADWebServicesVirtualDirectory"
	autodiscoverDirType = virtualDirectories + "ADAutodiscoverVirtualDirectory"
)

func virtualdirectory(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		ews := virtualDirectory{c, "EWS", ewsDirectoryType}
		autodiscover := virtualDirectory{c, "Autodiscover", autodiscoverDirType}
		const class = "Microsoft.Exchange.Management.SystemConfigurationTasks."
		return commands("virtualdirectory", exchangeModule, actions{
			"Get-WebServicesVirtualDirectory":  {Class: class + "GetWebServicesVirtualDirectory", Run: ews.get},
			"Set-WebServicesVirtualDirectory":  {Class: class + "SetWebServicesVirtualDirectory", Run: ews.set},
			"Get-AutodiscoverVirtualDirectory": {Class: class + "GetAutodiscoverVirtualDirectory", Run: autodiscover.get},
			"Set-AutodiscoverVirtualDirectory": {Class: class + "SetAutodiscoverVirtualDirectory", Run: autodiscover.set},
		})
	}
}

func virtualDirectoryViews() format.Views {
	return format.Views{ewsDirectoryType: table("Name", "Server", "InternalUrl"), autodiscoverDirType: table("Name", "Server", "InternalUrl")}
}

// get shows the directory: SERVER\EWS (Default Web Site).
func (v virtualDirectory) get(ctx context.Context, in *shell.Invocation) error {
	identity := in.String("Identity")
	if server := in.String("Server"); server != "" {
		identity = server + `\*`
	}
	found, err := do(ctx, v.c, adminapi.GetVirtualDirectory, adminapi.Identity{Identity: identity})
	if err != nil {
		return err
	}
	for _, d := range found {
		if !strings.EqualFold(d.Name, v.name) {
			continue // the other service matched the pattern too
		}
		if err := in.Emit(v.object(in, d)); err != nil {
			return err
		}
	}
	return nil
}

func (v virtualDirectory) object(in *shell.Invocation, d adminapi.VirtualDirectory) *object.Object {
	methods := &object.List{Type: "MultiValuedProperty<AuthenticationMethod>", Items: []object.Value{}}
	if d.BasicAuthentication {
		methods.Items = append(methods.Items, enum("AuthenticationMethod", "Basic"))
	}
	if d.OAuthAuthentication {
		methods.Items = append(methods.Items, enum("AuthenticationMethod", "OAuth"))
	}
	name := d.Name + webSite
	o := objectOf(in.Command(), v.typ, v.c.fromRunspace(), []object.Property{
		{Name: "InternalAuthenticationMethods", Value: methods},
		{Name: "ExternalAuthenticationMethods", Value: object.Clone(methods)},
		{Name: "WSSecurityAuthentication", Value: false},
		{Name: "BasicAuthentication", Value: d.BasicAuthentication},
		{Name: "DigestAuthentication", Value: false},
		{Name: "WindowsAuthentication", Value: false},
		{Name: "OAuthAuthentication", Value: d.OAuthAuthentication},
		{Name: "Server", Value: typed("ADObjectId", d.Server)},
		{Name: "InternalUrl", Value: typed("Uri", d.InternalURL)},
		{Name: "ExternalUrl", Value: typed("Uri", d.ExternalURL)},
	}, directoryObject(meta{Name: name, Path: d.Server + `\` + name, Changed: d.Changed}))
	o.Text = d.Server + `\` + name
	return o
}

// set changes the directory; OAuth is off until somebody switches it on
// (004-13).
func (v virtualDirectory) set(ctx context.Context, in *shell.Invocation) error {
	identity := in.String("Identity")
	if ok, err := confirmed(in, identity); err != nil || !ok {
		return err
	}
	return change(ctx, in, v.c, adminapi.SetVirtualDirectory, adminapi.VirtualDirectorySettings{
		Identity: v.own(identity), OAuthAuthentication: in.BoolIf("OAuthAuthentication"), BasicAuthentication: in.BoolIf("BasicAuthentication"),
		InternalURL: in.StringIf("InternalUrl"), ExternalURL: in.StringIf("ExternalUrl"),
	}, nil)
}

// own narrows an identity with a wildcard, such as EXCH\*, to this service.
func (v virtualDirectory) own(identity string) string {
	server, name, ok := strings.Cut(identity, `\`)
	if !ok || !strings.Contains(name, "*") {
		return identity
	}
	if pattern, err := object.Wildcard(name); err != nil || !pattern.Match(v.name+webSite) {
		return identity
	}
	return server + `\` + v.name + webSite
}
