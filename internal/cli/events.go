package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/matchseal/matchseal/internal/adminapi"
)

func (a *app) events() *cobra.Command {
	var c connection
	var role string
	var filter adminapi.EventFilter
	var audit bool
	cmd := &cobra.Command{
		Use:     "events",
		Short:   "Read a role's event log, or with --audit the tokens it accepted and refused",
		Example: "  matchseal events\n  matchseal events --id 32053\n  matchseal events --role exchange --audit",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if role != "skype" && role != "exchange" {
				return usageError{fmt.Errorf("--role is exchange or skype, not %q", role)}
			}
			client, err := a.dial(cmd.Context(), c, role)
			if err != nil {
				return err
			}
			if audit {
				call := adminapi.GetSkypeAccesses
				if role == "exchange" {
					call = adminapi.GetExchangeAccesses
				}
				found, err := adminapi.Do(cmd.Context(), client, call, filter)
				if err != nil || a.wantsJSON() {
					return orJSON(a, err, found)
				}
				a.printAudit(found)
				return nil
			}
			call := adminapi.GetSkypeEvents
			if role == "exchange" {
				call = adminapi.GetExchangeEvents
			}
			found, err := adminapi.Do(cmd.Context(), client, call, filter)
			if err != nil || a.wantsJSON() {
				return orJSON(a, err, found)
			}
			a.printEvents(found)
			return nil
		},
	}
	c.flags(cmd)
	cmd.Flags().StringVar(&role, "role", "skype", "whose log: skype or exchange")
	cmd.Flags().IntVar(&filter.ID, "id", 0, "only events with this id")
	cmd.Flags().IntVar(&filter.Max, "max", 50, "at most so many, newest first")
	cmd.Flags().BoolVar(&audit, "audit", false, "the audit trail instead of the event log")
	return cmd
}

func (a *app) printEvents(found []adminapi.Event) {
	for _, e := range found {
		fmt.Fprintf(a.Out, "%s  %-11s %5d  %s\n", e.Time.Local().Format("2006-01-02 15:04:05"), e.Level, e.ID, e.Text)
		for line := range strings.Lines(e.Detail) {
			fmt.Fprintf(a.Out, "    %s\n", strings.TrimSuffix(line, "\n"))
		}
	}
}

func (a *app) printAudit(found []adminapi.Access) {
	for _, e := range found {
		verdict := "accepted"
		if !e.Accepted {
			verdict = fmt.Sprintf("refused %s %s (%d)", e.Step, e.Reason, e.Code)
		}
		fmt.Fprintf(a.Out, "%s  %-12s %-8s %s\n    application %s, user %s, key %s, request %s\n", e.Time.Local().Format("2006-01-02 15:04:05"),
			e.Endpoint, e.Kind, verdict, e.Application, e.User, e.Key, e.RequestID)
	}
}
