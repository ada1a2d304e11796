package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
)

func (a *app) directory() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "directory",
		Short: "Look at and change the accounts and groups that both servers see",
	}
	cmd.AddCommand(a.directoryUsers(), a.addUser(), a.setPassword(),
		a.switchUser("enable-user ACCOUNT", "Switch an account on", true),
		a.switchUser("disable-user ACCOUNT", "Switch an account off; its sessions end at once", false),
		a.membership("add-member GROUP ACCOUNT", "Put an account into a group", adminapi.AddGroupMember),
		a.membership("remove-member GROUP ACCOUNT", "Take an account out of a group", adminapi.RemoveGroupMember))
	return cmd
}

// directoryNode is the connection of a directory command and the node it asks.
type directoryNode struct {
	connection
	role string
}

func (n *directoryNode) flags(cmd *cobra.Command) {
	n.connection.flags(cmd)
	cmd.Flags().StringVar(&n.role, "role", "exchange", "the node to ask; all see the same directory")
}

func (a *app) addUser() *cobra.Command {
	var n directoryNode
	var operator, empty bool
	var req adminapi.NewUserRequest
	cmd := &cobra.Command{
		Use:   "add-user NAME --upn NAME@DOMAIN",
		Short: "Make an account; with --operator the first one of a new deployment",
		Long: `Makes an account with a password, which is typed or taken from ` + newPasswordVariable + `
(over a socket file ` + passwordVariable + ` will do too).

The directory of a new deployment is empty, and nobody can log on to fill it. So
--operator over the node's own socket file makes the first operator without a
log-on, as long as nobody is in Organization Management; after that it makes a
further operator as any operator may. An operator is put into Organization
Management, RTCUniversalUserAdmins and RTCUniversalServerAdmins.`,
		Example: "  matchseal directory add-user admin --upn admin@litware.test --operator --socket /var/lib/matchseal/admin.sock\n" +
			"  matchseal directory add-user jeff --upn jeff@litware.test --smtp jeff@litware.test --display-name 'Jeff Hay' --as admin",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if req.Name = args[0]; req.UPN == "" {
				return usageError{errors.New("--upn gives the account's user principal name, such as NAME@DOMAIN")}
			}
			if !empty {
				if req.Password, err = a.newPassword(n.connection, "Password of the new account"); err != nil {
					return err
				}
			}
			u, err := a.makeUser(cmd.Context(), n, req, operator)
			if err != nil || a.wantsJSON() {
				return orJSON(a, err, u)
			}
			fmt.Fprintf(a.Out, "%s %s %s\n", u.Name, u.UPN, u.SID)
			return nil
		},
	}
	n.flags(cmd)
	cmd.Flags().StringVar(&req.UPN, "upn", "", "user principal name (required)")
	cmd.Flags().StringVar(&req.DisplayName, "display-name", "", "name as people see it")
	cmd.Flags().StringVar(&req.SMTP, "smtp", "", "primary e-mail address")
	cmd.Flags().StringVar(&req.SIP, "sip", "", "SIP address")
	cmd.Flags().BoolVar(&operator, "operator", false, "make an operator; the first one needs no log-on")
	cmd.Flags().BoolVar(&empty, "no-password", false, "make an account that cannot log on")
	return cmd
}

// makeUser makes an account. A first operator is tried without a log-on, because
// there may be nobody who could.
func (a *app) makeUser(ctx context.Context, n directoryNode, req adminapi.NewUserRequest, operator bool) (adminapi.User, error) {
	if operator && !n.remote() {
		client, err := n.client(n.role)
		if err != nil {
			return adminapi.User{}, err
		}
		u, err := adminapi.Do(ctx, client, adminapi.FirstOperator, req)
		if problem.CodeOf(err) != problem.ManageOperator {
			return u, err
		}
	}
	client, err := a.dial(ctx, n.connection, n.role)
	if err != nil {
		return adminapi.User{}, err
	}
	u, err := adminapi.Do(ctx, client, adminapi.NewUser, req)
	if err != nil || !operator {
		return u, err
	}
	for _, group := range []string{"Organization Management", "RTCUniversalUserAdmins", "RTCUniversalServerAdmins"} {
		if _, err := adminapi.Do(ctx, client, adminapi.AddGroupMember, adminapi.GroupMember{Group: group, Account: u.UPN}); err != nil {
			return u, fmt.Errorf("the account %s was made; putting it into %s: %w", u.UPN, group, err)
		}
		u.Groups = append(u.Groups, group)
	}
	return u, nil
}

// newPassword is the password of somebody else's account. Where no log-on takes
// one, the variable of the log-on does as well.
func (a *app) newPassword(c connection, what string) (string, error) {
	if c.remote() {
		return a.secret(what, newPasswordVariable)
	}
	return a.secret(what, newPasswordVariable, passwordVariable)
}

func (a *app) setPassword() *cobra.Command {
	var n directoryNode
	cmd := &cobra.Command{
		Use:   "set-password ACCOUNT",
		Short: "Give an account a new password, typed or from " + newPasswordVariable,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := a.dial(cmd.Context(), n.connection, n.role)
			if err != nil {
				return err
			}
			password, err := a.newPassword(n.connection, "New password of "+args[0])
			if err != nil {
				return err
			}
			changed, err := adminapi.Do(cmd.Context(), client, adminapi.SetPassword, adminapi.SetPasswordRequest{Identity: args[0], Password: password})
			return a.printChanged(changed, err)
		},
	}
	n.flags(cmd)
	return cmd
}

func (a *app) switchUser(use, short string, on bool) *cobra.Command {
	var n directoryNode
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := a.dial(cmd.Context(), n.connection, n.role)
			if err != nil {
				return err
			}
			changed, err := adminapi.Do(cmd.Context(), client, adminapi.SetUserEnabled, adminapi.SetUserEnabledRequest{Identity: args[0], Enabled: on})
			return a.printChanged(changed, err)
		},
	}
	n.flags(cmd)
	return cmd
}

// printChanged tells what a change wants known.
func (a *app) printChanged(changed adminapi.Changed, err error) error {
	if err != nil || a.wantsJSON() {
		return orJSON(a, err, changed)
	}
	for _, w := range changed.Warnings {
		fmt.Fprintln(a.Err, "note: "+w)
	}
	return nil
}

func (a *app) directoryUsers() *cobra.Command {
	var n directoryNode
	cmd := &cobra.Command{
		Use:   "users [PATTERN]",
		Short: "List accounts with their addresses and groups",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := a.dial(cmd.Context(), n.connection, n.role)
			if err != nil {
				return err
			}
			users, err := adminapi.Do(cmd.Context(), client, adminapi.GetUser, identity(args))
			if err != nil || a.wantsJSON() {
				return orJSON(a, err, users)
			}
			for _, u := range users {
				state := ""
				if !u.Enabled {
					state = "  (disabled)"
				}
				fmt.Fprintf(a.Out, "%-22s %-28s sip:%-26s %s%s\n", u.Name, u.UPN, u.SIP, strings.Join(u.Groups, ", "), state)
			}
			return nil
		},
	}
	n.flags(cmd)
	return cmd
}

func (a *app) membership(use, short string, call adminapi.Call[adminapi.GroupMember, adminapi.Changed]) *cobra.Command {
	var n directoryNode
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := a.dial(cmd.Context(), n.connection, n.role)
			if err != nil {
				return err
			}
			changed, err := adminapi.Do(cmd.Context(), client, call, adminapi.GroupMember{Group: args[0], Account: args[1]})
			return a.printChanged(changed, err)
		},
	}
	n.flags(cmd)
	return cmd
}
