package cmdlet

import (
	"context"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// roleAssignment are the commands about which account has which management
// role.
type roleAssignment struct{ c *Connection }

const roleAssignmentType = "Microsoft.Exchange.Data.Directory.SystemConfiguration.ExchangeRoleAssignmentPresentation"

func roleassignment(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		r := roleAssignment{c}
		const class = "Microsoft.Exchange.Management.RbacTasks."
		return commands("roleassignment", exchangeModule, actions{
			"Get-ManagementRoleAssignment":    {Class: class + "GetManagementRoleAssignment", Run: r.get},
			"New-ManagementRoleAssignment":    {Class: class + "NewManagementRoleAssignment", Run: r.add},
			"Remove-ManagementRoleAssignment": {Class: class + "RemoveManagementRoleAssignment", Run: r.remove, Asks: true},
		})
	}
}

func roleAssignmentViews() format.Views {
	return format.Views{roleAssignmentType: table("Name", "Role", "RoleAssigneeName", "RoleAssigneeType", "AssignmentMethod", "EffectiveUserName")}
}

// get lists assignments, also those of one account (003-08). All are made to
// users directly and are in force.
func (r roleAssignment) get(ctx context.Context, in *shell.Invocation) error {
	if kind := in.String("RoleAssigneeType"); kind != "" && !strings.EqualFold(kind, "User") {
		return nil
	}
	if methods := in.Strings("AssignmentMethod"); methods != nil && !anyFold("Direct", methods...) {
		return nil
	}
	if enabled := in.BoolIf("Enabled"); enabled != nil && !*enabled {
		return nil
	}
	assignee := in.String("RoleAssignee")
	if i := strings.LastIndexByte(assignee, '/'); i >= 0 {
		assignee = assignee[i+1:] // contoso.com/Users/x
	}
	found, err := do(ctx, r.c, adminapi.GetManagementRoleAssignment, adminapi.RoleAssignmentFilter{
		Identity: in.String("Identity"), RoleAssignee: assignee, Role: in.String("Role"),
	})
	if err != nil {
		return err
	}
	for _, a := range found {
		if err := in.Emit(r.object(in, a)); err != nil {
			return err
		}
	}
	return nil
}

func (r roleAssignment) object(in *shell.Invocation, a adminapi.RoleAssignment) *object.Object {
	account := a.Account
	if account == "" {
		account = a.RoleAssignee // it has left the directory
	}
	o := objectOf(in.Command(), roleAssignmentType, r.c.fromRunspace(), []object.Property{
		{Name: "DataObject", Value: typed("ExchangeRoleAssignment", a.Name)},
		{Name: "User", Value: typed("ADObjectId", account)},
		{Name: "AssignmentMethod", Value: enum("AssignmentMethod", "Direct")},
		{Name: "EffectiveUserName", Value: a.RoleAssignee},
		{Name: "AssignmentChain", Value: ""},
		{Name: "RoleAssigneeType", Value: enum("RoleAssigneeType", "User")},
		{Name: "RoleAssignee", Value: typed("ADObjectId", account)},
		{Name: "Role", Value: typed("ADObjectId", a.Role)},
		{Name: "RoleAssignmentDelegationType", Value: enum("RoleAssignmentDelegationType", "Regular")},
		{Name: "Enabled", Value: true},
		{Name: "RoleAssigneeName", Value: a.RoleAssignee},
	}, directoryObject(meta{Name: a.Name, Created: a.Created, Changed: a.Created}))
	o.Text = a.Name
	return o
}

// add gives a role to an account. Groups, policies, computers and service
// principals have no roles here.
func (r roleAssignment) add(ctx context.Context, in *shell.Invocation) error {
	for _, assignee := range []string{"SecurityGroup", "Policy", "Computer", "App"} {
		if in.Has(assignee) {
			return problem.New(problem.RBACInvalid, "roles are given to accounts here: use -User instead of -%s", assignee)
		}
	}
	user, role := in.String("User"), in.String("Role")
	if ok, err := confirmed(in, user); err != nil || !ok {
		return err
	}
	made, err := do(ctx, r.c, adminapi.NewManagementRoleAssignment, adminapi.NewRoleAssignmentRequest{Name: in.String("Name"), Role: role, User: user})
	if err != nil {
		return err
	}
	return in.Emit(r.object(in, made))
}

func (r roleAssignment) remove(ctx context.Context, in *shell.Invocation) error {
	identity := in.String("Identity")
	if ok, err := confirmed(in, identity, `Removing the management role assignment "`+identity+`".`); err != nil || !ok {
		return err
	}
	return change(ctx, in, r.c, adminapi.RemoveManagementRoleAssignment, adminapi.Identity{Identity: identity}, nil)
}
