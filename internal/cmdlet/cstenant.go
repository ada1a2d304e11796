package cmdlet

import (
	"context"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

func cstenant(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		return commands("cstenant", "SkypeForBusinessOnline", actions{
			"Get-CsTenant": {
				Class: "Microsoft.Rtc.Management.AD.Cmdlets.GetTenantCmdlet",
				Run:   func(ctx context.Context, in *shell.Invocation) error { return getTenant(ctx, in, c) },
			},
		})
	}
}

// getTenant shows the tenant (001-08). There is one; a filter or identity that
// names another finds nothing.
func getTenant(ctx context.Context, in *shell.Invocation, c *Connection) error {
	t, err := do(ctx, c, adminapi.GetTenant, adminapi.Empty{})
	if err != nil {
		return err
	}
	dn := "OU=" + t.ID + ",OU=OCS Tenants," + distinguished(t.Domains[0])
	if id := in.String("Identity"); id != "" && !anyFold(id, t.ID, t.DisplayName, dn, t.Domains[0]) {
		return problem.New(problem.ManageNotFound, "there is no tenant %s; this one is %s", id, t.DisplayName)
	}
	guid, err := object.ParseGUID(t.ID)
	if err != nil {
		return err
	}
	out := shell.ObjectOf("Microsoft.Rtc.Management.AD.TenantObject",
		object.Property{Name: "Identity", Value: dn},
		object.Property{Name: "TenantId", Value: guid},
		object.Property{Name: "DisplayName", Value: t.DisplayName},
		object.Property{Name: "Domains", Value: texts(t.Domains)},
		object.Property{Name: "Name", Value: t.ID},
		object.Property{Name: "ObjectId", Value: guid},
		object.Property{Name: "RegistrarPool", Value: ""},
		object.Property{Name: "DistinguishedName", Value: dn},
	)
	ok, err := filterMatches(in.String("Filter"), out)
	if err != nil || !ok {
		return err
	}
	return in.Emit(out)
}

// distinguished writes a domain as the end of a distinguished name.
func distinguished(domain string) string {
	return "DC=" + strings.ReplaceAll(domain, ".", ",DC=")
}

func anyFold(s string, of ...string) bool {
	for _, o := range of {
		if strings.EqualFold(s, o) {
			return true
		}
	}
	return false
}

// texts is a String[].
func texts(s []string) *object.List {
	l := &object.List{Type: "String[]"}
	for _, v := range s {
		l.Items = append(l.Items, v)
	}
	return l
}
