package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/matchseal/matchseal/internal/adminapi"
)

func (a *app) roll() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "roll",
		Short: "See a rollover of the signing certificate before it happens, or withdraw a key that leaked",
	}
	cmd.AddCommand(a.rollPlan(), a.rollWithdraw())
	return cmd
}

// rolls are the calls that differ by role.
type rolls struct {
	plan     adminapi.Call[adminapi.RollPlanRequest, adminapi.RollPlan]
	partners adminapi.Call[adminapi.Identity, []adminapi.PartnerApplication]
	other    string
}

func rollsOf(role string) (rolls, bool) {
	r, ok := map[string]rolls{
		"exchange": {adminapi.GetExchangeRollPlan, adminapi.GetPartnerApplication, "skype"},
		"skype":    {adminapi.GetSkypeRollPlan, adminapi.GetCsPartnerApplication, "exchange"},
	}[role]
	return r, ok
}

func (a *app) rollPlan() *cobra.Command {
	var c connection
	var role string
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Print the timeline of the coming rollover, with what every partner has read",
		Long: `Prints current and next signing certificate, when each step happens, when every
partner last read the metadata document, whether the effective date is safe, and
what to type. In a lab, and on a node that plays both roles, the other role is
asked when it last read. Of any other partner there is what the node noticed: who
reads the document says who it is, and nobody proves that, so the address is
printed with it. The exit status is 1 when somebody has to do something.`,
		Example: "  matchseal roll plan\n  matchseal roll plan --role skype --node https://lync.litware.test:8480",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			calls, ok := rollsOf(role)
			if !ok {
				return usageError{fmt.Errorf("--role is exchange or skype, not %q", role)}
			}
			client, err := a.dial(cmd.Context(), c, role)
			if err != nil {
				return err
			}
			readings := a.readings(cmd.Context(), c, calls.other, client)
			p, err := adminapi.Do(cmd.Context(), client, calls.plan, adminapi.RollPlanRequest{Readings: readings})
			if err != nil {
				return err
			}
			if a.wantsJSON() {
				err = a.json(p)
			} else {
				a.printPlan(p)
			}
			if err == nil && p.Attention() {
				return silent{}
			}
			return err
		},
	}
	c.flags(cmd)
	cmd.Flags().StringVar(&role, "role", "exchange", "whose signing certificate: exchange or skype")
	return cmd
}

// readings asks the other role what it has read, where it can be reached: at
// the same node when that plays both, or in the lab. Elsewhere, or when it
// refuses, nothing is known, which the plan says.
func (a *app) readings(ctx context.Context, c connection, other string, client *adminapi.Client) []adminapi.RollReading {
	calls, _ := rollsOf(other)
	client, err := a.other(ctx, c, other, client)
	switch {
	case errors.Is(err, errElsewhere):
		return nil
	case err != nil:
		fmt.Fprintf(a.Err, "note: the %s role cannot be asked what it has read: %v\n", other, err)
		return nil
	}
	plan, err := adminapi.Do(ctx, client, calls.plan, adminapi.RollPlanRequest{})
	if err != nil {
		fmt.Fprintf(a.Err, "note: the %s role cannot be asked what it has read: %v\n", other, err)
		return nil
	}
	found, err := adminapi.Do(ctx, client, calls.partners, adminapi.Identity{})
	if err != nil {
		fmt.Fprintf(a.Err, "note: the %s role cannot be asked what it has read: %v\n", other, err)
		return nil
	}
	var all []adminapi.RollReading
	for _, p := range found {
		all = append(all, adminapi.RollReading{Reader: plan.Issuer, Of: p.ApplicationIdentifier + "@" + p.Realm,
			ReadAt: p.RefreshedAt, LastError: p.LastError, Certificates: p.Certificates})
	}
	return all
}

func (a *app) printPlan(p adminapi.RollPlan) {
	fmt.Fprintf(a.Out, "%s, %s, at %s\n\n", p.Role, p.Issuer, utc(p.Now))
	a.printSlot("current", p.Current, p.Now)
	a.printSlot("next", p.Next, p.Now)
	a.printSlot("previous", p.Previous, p.Now)
	if len(p.Timeline) > 0 {
		fmt.Fprintln(a.Out)
	}
	for _, m := range p.Timeline {
		state := "in " + span(m.At.Sub(p.Now))
		if m.Past {
			state = "done"
		}
		fmt.Fprintf(a.Out, "%s  %-14s  %s\n", utc(m.At), state, m.What)
	}
	fmt.Fprintln(a.Out)
	if len(p.Partners) == 0 {
		fmt.Fprintln(a.Out, "partners    none")
	}
	for _, partner := range p.Partners {
		a.printReader(partner, p)
	}
	a.printOthers(p)
	if p.Slowest != "" && len(p.Partners) > 1 {
		fmt.Fprintf(a.Out, "slowest     %s\n", p.Slowest)
	}
	fmt.Fprintf(a.Out, "\noutlook     %s\n", map[string]string{"steady": "steady: nothing to do", "due": "a rollover is due", "safe": "safe",
		"not-known": "safe by the dates; not certain of every partner", "unsafe": "NOT SAFE", "stopped": "NOTHING IS SIGNED"}[p.Outlook])
	for _, r := range p.Reasons {
		fmt.Fprintf(a.Out, "            %s\n", r)
	}
	for i, c := range p.Commands {
		if i == 0 || c.For != p.Commands[i-1].For {
			fmt.Fprintf(a.Out, "\nto %s:\n", c.For)
		}
		fmt.Fprintf(a.Out, "    %s\n", c.Type)
	}
}

func (a *app) printSlot(name string, s *adminapi.RollSlot, now time.Time) {
	if s == nil {
		fmt.Fprintf(a.Out, "%-10s  none\n", name)
		return
	}
	fmt.Fprintf(a.Out, "%-10s  %s  %s\n            ends %s, %s; published since %s\n", name, s.Thumbprint, s.Subject,
		utc(s.NotAfter), left(int(s.NotAfter.Sub(now).Hours()/24)), utc(s.Published))
}

func (a *app) printReader(r adminapi.RollPartner, p adminapi.RollPlan) {
	fmt.Fprintf(a.Out, "partner     %s (%s)\n", r.Name, r.Issuer)
	for _, c := range r.Claims {
		fmt.Fprintf(a.Out, "            one at %s that says it is this partner %s\n", c.Address, reading(c, p))
	}
	switch {
	case len(r.Claims) > 0:
		return
	case !r.Known && r.NoticedSince != nil:
		fmt.Fprintf(a.Out, "            never read the metadata since %s, when the records begin: nobody who did said it is this partner\n", utc(*r.NoticedSince))
		return
	}
	fmt.Fprint(a.Out, "            ")
	switch {
	case !r.Known:
		fmt.Fprint(a.Out, "when it last read the metadata is not recorded here")
	case r.ReadAt == nil:
		fmt.Fprint(a.Out, "never read the metadata")
	default:
		fmt.Fprintf(a.Out, "last read the metadata %s, %s ago", utc(*r.ReadAt), span(p.Now.Sub(*r.ReadAt)))
	}
	switch {
	case r.Known && r.HasNewest:
		fmt.Fprint(a.Out, "; it has the newest certificate")
	case r.Known:
		fmt.Fprint(a.Out, "; it does not have the newest certificate yet")
	}
	if r.LastError != "" {
		fmt.Fprintf(a.Out, "; its last attempt failed: %s", r.LastError)
	}
	fmt.Fprintln(a.Out)
}

// printOthers tells of readers without a partner's name: a product that does not
// say who it is may be among them.
func (a *app) printOthers(p adminapi.RollPlan) {
	for i, o := range p.Others {
		name := "others    "
		if i > 0 {
			name = "          "
		}
		who := fmt.Sprintf("that says it is %s", o.Says)
		switch {
		case o.Says == "" && o.Agent == "":
			who = "that does not say what it is"
		case o.Says == "":
			who = fmt.Sprintf("that calls itself %q", o.Agent)
		}
		fmt.Fprintf(a.Out, "%s  one at %s %s %s\n", name, o.Address, who, reading(o, p))
	}
	if more := p.Unnamed - len(p.Others); more > 0 {
		fmt.Fprintf(a.Out, "            and %d more\n", more)
	}
}

// reading says what somebody has read.
func reading(r adminapi.RollReader, p adminapi.RollPlan) string {
	s := fmt.Sprintf("last read the metadata %s, %s ago", utc(r.ReadAt), span(p.Now.Sub(r.ReadAt)))
	if r.EverySeconds > 0 {
		s += ", usually every " + span(time.Duration(r.EverySeconds)*time.Second)
	}
	if r.HasNewest {
		return s + "; it held the newest certificate"
	}
	return s + "; it did not hold the newest certificate yet"
}

// span is a duration for people: its two largest units.
func span(d time.Duration) string {
	d = max(d, 0)
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	switch {
	case days >= 10:
		return count(days, "day")
	case days > 0:
		return fmt.Sprintf("%d d %d h", days, hours)
	case hours > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	}
	return fmt.Sprintf("%d min", minutes)
}
