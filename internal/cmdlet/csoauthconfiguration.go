package cmdlet

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// csOAuthConfiguration are the commands about the one set of OAuth settings.
type csOAuthConfiguration struct {
	c *Connection
	// partner and server are the commands whose objects the settings show.
	partner, server *shell.Command
}

const csOAuthSettingsType = csAuthSettings + "OAuthSettings"

func csoauthconfiguration(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		all, err := join(cspartnerapplication(c), csoauthserver(c))
		if err != nil {
			return nil, err
		}
		o := csOAuthConfiguration{c: c}
		o.partner, _ = find(all, "Get-CsPartnerApplication")
		o.server, _ = find(all, "Get-CsOAuthServer")
		return commands("csoauthconfiguration", skypeModule, actions{
			"Get-CsOAuthConfiguration": {Class: csClass + "GetOAuthConfigurationCmdlet", Run: o.get},
			"Set-CsOAuthConfiguration": {Class: csClass + "SetOAuthConfigurationCmdlet", Run: o.set},
		})
	}
}

// global is the identity of settings there is one of.
const global = "Global"

// get shows the settings with whom they are used (001-06, 002-14).
func (o csOAuthConfiguration) get(ctx context.Context, in *shell.Invocation) error {
	if pattern, err := object.Wildcard(in.String("Filter")); in.String("Filter") != "" {
		if err != nil {
			return err
		}
		if !pattern.Match(global) {
			return nil
		}
	}
	if err := onlyGlobal(in, "OAuthConfiguration", in.String("Identity")); err != nil {
		return err
	}
	c, err := do(ctx, o.c, adminapi.GetCsOAuthConfiguration, adminapi.Empty{})
	if err != nil {
		return err
	}
	partners := &object.List{Type: "PartnerApplication[]", Items: []object.Value{}}
	err = eachOf(ctx, o.c, adminapi.GetCsPartnerApplication, "", func(a adminapi.PartnerApplication) string { return a.Name }, func(a adminapi.PartnerApplication) error {
		partners.Items = append(partners.Items, csPartnerObject(o.partner, a))
		return nil
	})
	if err != nil {
		return err
	}
	servers := &object.List{Type: "OAuthServer[]", Items: []object.Value{}}
	all, err := do(ctx, o.c, adminapi.GetCsOAuthServer, adminapi.Identity{})
	if err != nil {
		return err
	}
	for _, a := range all {
		servers.Items = append(servers.Items, csOAuthServerObject(o.server, a))
	}
	made := objectOf(in.Command(), csOAuthSettingsType, []object.Property{
		{Name: "Identity", Value: global},
		{Name: "PartnerApplications", Value: partners},
		{Name: "OAuthServers", Value: servers},
		{Name: "Realm", Value: cmp.Or(c.Realm, c.DefaultRealm)},
		{Name: "ServiceName", Value: c.ServiceName},
		{Name: "ClientAuthorizationOAuthServerIdentity", Value: c.ClientAuthorizationOAuthServerIdentity},
		{Name: "ExchangeAutodiscoverUrl", Value: c.ExchangeAutodiscoverURL},
		{Name: "ExchangeAutodiscoverAllowedDomains", Value: c.ExchangeAutodiscoverAllowedDomains},
		{Name: "ClientAdalAuthOverride", Value: enum("ClientAdalAuthOverride", c.ClientAdalAuthOverride)},
		{Name: "AlternateAudienceUrl", Value: c.AlternateAudienceURL},
		{Name: "AdditionalAudienceUrls", Value: c.AdditionalAudienceURLs},
	})
	made.Text = global
	return in.Emit(made)
}

// onlyGlobal refuses the identity of settings that are not the one set there
// is.
func onlyGlobal(in *shell.Invocation, what, identity string) error {
	if identity == "" || strings.EqualFold(identity, global) || identity == "*" {
		return nil
	}
	return &object.ErrorRecord{
		Command: in.Command().Name, Message: fmt.Sprintf(`Cannot find "%s" "%s" because it does not exist.`, what, identity),
		Category: "ObjectNotFound", TargetName: identity, TargetType: "String", Reason: "ManagementException",
		ID: string(problem.ManageNotFound) + "," + in.Command().Class, Code: string(problem.ManageNotFound), Remedy: "There is one set of settings: leave -Identity out, or give Global.",
	}
}

// set changes what was given (002-15); null or "" clears it.
func (o csOAuthConfiguration) set(ctx context.Context, in *shell.Invocation) error {
	given := in.StringIf
	if whole := in.Value("Instance"); whole != nil {
		given = func(name string) *string {
			v, ok := object.Get(whole, name)
			if !ok {
				return nil
			}
			text := object.Text(v)
			return &text
		}
	}
	if id := given("Identity"); id != nil {
		if err := onlyGlobal(in, "OAuthConfiguration", *id); err != nil {
			return err
		}
	}
	if ok, err := confirmed(in, global); err != nil || !ok {
		return err
	}
	return change(ctx, in, o.c, adminapi.SetCsOAuthConfiguration, adminapi.OAuthConfigurationSettings{
		Realm: given("Realm"), ServiceName: given("ServiceName"),
		ClientAuthorizationOAuthServerIdentity: given("ClientAuthorizationOAuthServerIdentity"),
		ExchangeAutodiscoverURL:                given("ExchangeAutodiscoverUrl"),
		ExchangeAutodiscoverAllowedDomains:     given("ExchangeAutodiscoverAllowedDomains"),
		ClientAdalAuthOverride:                 given("ClientAdalAuthOverride"),
		AlternateAudienceURL:                   given("AlternateAudienceUrl"),
		AdditionalAudienceURLs:                 given("AdditionalAudienceUrls"),
	}, nil)
}
