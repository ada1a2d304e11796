package cmdlet

import (
	"context"
	"encoding/base64"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// msol is the MSOnline module. The product's commands want Connect-MsolService
// first; here the shell has logged on already, and runbooks that leave
// it out work too.
type msol struct{ c *Connection }

func msolserviceprincipal(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		m := msol{c}
		const class = "Microsoft.Online.Administration.Automation."
		return commands("msolserviceprincipal", "MSOnline", actions{
			"Connect-MsolService":                   {Class: class + "ConnectMsolService", Run: m.connect},
			"Get-MsolServicePrincipal":              {Class: class + "GetServicePrincipal", Run: m.get},
			"Set-MsolServicePrincipal":              {Class: class + "SetServicePrincipal", Run: m.set},
			"Get-MsolServicePrincipalCredential":    {Class: class + "ListServicePrincipalCredentials", Run: m.credentials},
			"New-MsolServicePrincipalCredential":    {Class: class + "AddServicePrincipalCredentials", Run: m.newCredential},
			"Remove-MsolServicePrincipalCredential": {Class: class + "RemoveServicePrincipalCredentials", Run: m.removeCredentials},
		})
	}
}

// connect signs in. The shell has logged on already, as the operator it was
// started for, so there is nothing left to ask.
func (m msol) connect(ctx context.Context, in *shell.Invocation) error {
	for _, p := range []string{"Credential", "AdGraphAccessToken", "MsGraphAccessToken"} {
		if in.Has(p) {
			in.Warn("-" + p + " is not used: this shell is already logged on. Start it with --as to be somebody else.")
		}
	}
	_, err := m.c.Open(ctx)
	return err
}

// filter reads which service principal is meant; TenantId has to be this one.
func (m msol) filter(ctx context.Context, in *shell.Invocation) (adminapi.ServicePrincipalFilter, error) {
	if id := in.String("TenantId"); id != "" {
		t, err := do(ctx, m.c, adminapi.GetTenant, adminapi.Empty{})
		if err != nil {
			return adminapi.ServicePrincipalFilter{}, err
		}
		if !strings.EqualFold(id, t.ID) {
			return adminapi.ServicePrincipalFilter{}, problem.New(problem.ManageParameter, "-TenantId %s is not this tenant, which is %s", id, t.ID)
		}
	}
	return adminapi.ServicePrincipalFilter{
		AppPrincipalID: in.String("AppPrincipalId"), ObjectID: in.String("ObjectId"), ServicePrincipalName: in.String("ServicePrincipalName"),
	}, nil
}

func (m msol) find(ctx context.Context, in *shell.Invocation) ([]adminapi.ServicePrincipal, error) {
	f, err := m.filter(ctx, in)
	if err != nil {
		return nil, err
	}
	f.Search = in.String("SearchString")
	return do(ctx, m.c, adminapi.GetServicePrincipal, f)
}

func (m msol) get(ctx context.Context, in *shell.Invocation) error {
	found, err := m.find(ctx, in)
	if err != nil {
		return err
	}
	for i, p := range found {
		if most := in.Int("MaxResults"); in.Has("MaxResults") && i >= most {
			break
		}
		out, err := servicePrincipal(p)
		if err != nil {
			return err
		}
		if err := in.Emit(out); err != nil {
			return err
		}
	}
	return nil
}

func servicePrincipal(p adminapi.ServicePrincipal) (*object.Object, error) {
	app, err := object.ParseGUID(p.AppPrincipalID)
	if err != nil {
		return nil, err
	}
	id, err := object.ParseGUID(p.ObjectID)
	if err != nil {
		return nil, err
	}
	names := texts(p.ServicePrincipalNames)
	names.Type = "System.Collections.Generic.List`1[System.String]"
	return shell.ObjectOf("Microsoft.Online.Administration.ServicePrincipal",
		object.Property{Name: "ExtensionData", Value: object.TypedText{Type: "System.Runtime.Serialization.ExtensionDataObject", Value: "System.Runtime.Serialization.ExtensionDataObject"}},
		object.Property{Name: "AccountEnabled", Value: p.AccountEnabled},
		object.Property{Name: "Addresses", Value: texts(p.Addresses)},
		object.Property{Name: "AppPrincipalId", Value: app},
		object.Property{Name: "DisplayName", Value: p.DisplayName},
		object.Property{Name: "ObjectId", Value: id},
		object.Property{Name: "ServicePrincipalNames", Value: names},
		object.Property{Name: "TrustedForDelegation", Value: p.TrustedForDelegation},
	), nil
}

func (m msol) set(ctx context.Context, in *shell.Invocation) error {
	f, err := m.filter(ctx, in)
	if err != nil {
		return err
	}
	return change(ctx, in, m.c, adminapi.SetServicePrincipal, adminapi.ServicePrincipalSettings{
		ServicePrincipalFilter: f, DisplayName: in.StringIf("DisplayName"), ServicePrincipalNames: in.Strings("ServicePrincipalNames"),
		Addresses: in.Strings("Addresses"), AccountEnabled: in.BoolIf("AccountEnabled"),
	}, nil)
}

// credentials lists keys. The key itself is shown only with -ReturnKeyValues
// true; any text at the prompt counts as true (001-23).
func (m msol) credentials(ctx context.Context, in *shell.Invocation) error {
	found, err := m.find(ctx, in)
	if err != nil {
		return err
	}
	for _, p := range found {
		for _, c := range p.Credentials {
			out, err := credential(c, in.Bool("ReturnKeyValues"))
			if err != nil {
				return err
			}
			if err := in.Emit(out); err != nil {
				return err
			}
		}
	}
	return nil
}

func credential(c adminapi.Credential, withValue bool) (*object.Object, error) {
	key, err := object.ParseGUID(c.KeyID)
	if err != nil {
		return nil, err
	}
	group, err := object.ParseGUID(c.KeyGroupID)
	if err != nil {
		return nil, err
	}
	var value object.Value
	if withValue {
		value = base64.StdEncoding.EncodeToString(c.Value)
	}
	return shell.ObjectOf("Microsoft.Online.Administration.ServicePrincipalCredential",
		object.Property{Name: "Type", Value: object.Enum{Type: "ServicePrincipalCredentialType", Name: c.Type}},
		object.Property{Name: "Value", Value: value},
		object.Property{Name: "KeyGroupId", Value: group},
		object.Property{Name: "KeyId", Value: key},
		object.Property{Name: "StartDate", Value: c.StartDate},
		object.Property{Name: "EndDate", Value: c.EndDate},
		object.Property{Name: "Usage", Value: object.Enum{Type: "ServicePrincipalCredentialUsage", Name: c.Usage}},
	), nil
}

func (m msol) newCredential(ctx context.Context, in *shell.Invocation) error {
	f, err := m.filter(ctx, in)
	if err != nil {
		return err
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(in.String("Value")), ""))
	if err != nil {
		return problem.New(problem.TenantCredential, "-Value is not Base64 text: it holds something else than A-Z a-z 0-9 + / =, or its end is missing")
	}
	req := adminapi.NewCredentialRequest{
		ServicePrincipalFilter: f, Type: in.String("Type"), Usage: in.String("Usage"), Value: der,
		StartDate: in.TimeIf("StartDate"), EndDate: in.TimeIf("EndDate"),
	}
	if req.Type == "" {
		req.Type = "Symmetric"
	}
	if req.Usage == "" {
		req.Usage = "Verify"
	}
	return change(ctx, in, m.c, adminapi.NewServicePrincipalCredential, req, nil)
}

func (m msol) removeCredentials(ctx context.Context, in *shell.Invocation) error {
	f, err := m.filter(ctx, in)
	if err != nil {
		return err
	}
	return change(ctx, in, m.c, adminapi.RemoveServicePrincipalCredential, adminapi.RemoveCredentialsRequest{
		ServicePrincipalFilter: f, KeyIDs: in.Strings("KeyIds"),
	}, nil)
}
