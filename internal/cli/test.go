package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/matchseal/matchseal/internal/adminapi"
)

func (a *app) test() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "test",
		Short: "Prove the path between the two servers, in either direction",
	}
	cmd.AddCommand(a.testStorage(), a.testOAuth())
	return cmd
}

func (a *app) testStorage() *cobra.Command {
	var c connection
	var verbose bool
	var req adminapi.StorageTestRequest
	cmd := &cobra.Command{
		Use:   "storage SIP-URI",
		Short: "Write one item into a user's mailbox, as Test-CsExStorageConnectivity does",
		Example: "  matchseal test storage sip:kenmyer@litware.test --verbose\n" +
			"  matchseal test storage kenmyer@litware.test --folder Inbox --delete-item",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := a.dial(cmd.Context(), c, "skype")
			if err != nil {
				return err
			}
			req.SipURI = args[0]
			r, err := adminapi.Do(cmd.Context(), client, adminapi.TestCsExStorageConnectivity, req)
			return a.printTest("Test-CsExStorageConnectivity", "ExCreateItem exchange operation failed", r, err, verbose)
		},
	}
	c.flags(cmd)
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "print every step, requests and answers included")
	cmd.Flags().StringVar(&req.Folder, "folder", "ConversationHistory", "ConversationHistory, Inbox or Dumpster")
	cmd.Flags().BoolVar(&req.DeleteItem, "delete-item", false, "delete the item again")
	cmd.Flags().BoolVar(&req.UseCache, "use-cache", false, "use the remembered Autodiscover answer")
	return cmd
}

func (a *app) testOAuth() *cobra.Command {
	var c connection
	var verbose bool
	cmd := &cobra.Command{
		Use:     "oauth TARGET-URL MAILBOX",
		Short:   "Use a partner's resource for a user, from the Exchange side",
		Example: "  matchseal test oauth https://pool.litware.test/ kenmyer@litware.test --verbose",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := a.dial(cmd.Context(), c, "exchange")
			if err != nil {
				return err
			}
			r, err := adminapi.Do(cmd.Context(), client, adminapi.TestOAuthConnectivity, adminapi.TestOAuthRequest{TargetURI: args[0], Mailbox: args[1]})
			return a.printTest("Test-OAuthConnectivity", "the call failed", r, err, verbose)
		},
	}
	c.flags(cmd)
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "print every step")
	return cmd
}

// printTest prints a test as the product does: steps with VERBOSE to the
// side, then the verdict, "Test Passed" or the cmdlet's error.
func (a *app) printTest(cmdlet, failed string, r adminapi.TestResult, err error, verbose bool) error {
	lines := r.Lines
	f, isFault := adminapi.AsFault(err)
	if isFault {
		lines = f.Trace
	}
	if a.wantsJSON() && (err == nil || isFault) {
		if err := a.testJSON(r, f); err != nil {
			return err
		}
	} else if verbose {
		for _, l := range lines {
			fmt.Fprintln(a.Err, "VERBOSE: "+strings.TrimRight(l, "\n"))
		}
	}
	switch {
	case err == nil && a.wantsJSON():
		return nil
	case err == nil:
		fmt.Fprintln(a.Out, "Test Passed")
		return nil
	case isFault && f.Cmdlet != 0:
		fmt.Fprintf(a.Err, "%s : %s, code=%d, reason=%s\n", cmdlet, failed, f.Cmdlet, f.Detail)
		for _, hint := range hints(err) {
			fmt.Fprintf(a.Err, "hint: %s\n", hint)
		}
		return silent{}
	}
	return err
}

// testJSON prints a test for programs, a failed one with the reason.
func (a *app) testJSON(r adminapi.TestResult, f *adminapi.Fault) error {
	if f != nil {
		reason := *f
		r.Lines, reason.Trace = f.Trace, nil
		f = &reason
	}
	return a.json(struct {
		adminapi.TestResult
		Fault *adminapi.Fault `json:"fault,omitempty"`
	}{r, f})
}
