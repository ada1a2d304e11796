package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/matchseal/matchseal/internal/adminapi"
)

func (a *app) directory() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "directory",
		Short: "Look at and change the accounts and groups that both servers see",
	}
	cmd.AddCommand(a.directoryUsers(),
		a.membership("add-member GROUP ACCOUNT", "Put an account into a group", adminapi.AddGroupMember),
		a.membership("remove-member GROUP ACCOUNT", "Take an account out of a group", adminapi.RemoveGroupMember))
	return cmd
}

func (a *app) directoryUsers() *cobra.Command {
	var c connection
	var role string
	cmd := &cobra.Command{
		Use:   "users [PATTERN]",
		Short: "List accounts with their addresses and groups",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := a.dial(cmd.Context(), c, role)
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
	c.flags(cmd)
	cmd.Flags().StringVar(&role, "role", "exchange", "the node to ask; all see the same directory")
	return cmd
}

func (a *app) membership(use, short string, call adminapi.Call[adminapi.GroupMember, adminapi.Changed]) *cobra.Command {
	var c connection
	var role string
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := a.dial(cmd.Context(), c, role)
			if err != nil {
				return err
			}
			changed, err := adminapi.Do(cmd.Context(), client, call, adminapi.GroupMember{Group: args[0], Account: args[1]})
			if err != nil || a.wantsJSON() {
				return orJSON(a, err, changed)
			}
			for _, w := range changed.Warnings {
				fmt.Fprintln(a.Err, "note: "+w)
			}
			return nil
		},
	}
	c.flags(cmd)
	cmd.Flags().StringVar(&role, "role", "exchange", "the node to ask; all see the same directory")
	return cmd
}
