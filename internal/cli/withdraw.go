package cli

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/lab"
)

// emergency is what is asked for on the command line.
type emergency struct {
	connection
	role, save       string
	yes, refresh     bool
	req              adminapi.WithdrawalRequest
	plan, do         adminapi.Call[adminapi.WithdrawalRequest, adminapi.Withdrawal]
	setTheirs        adminapi.Call[adminapi.PartnerApplicationSettings, adminapi.Changed]
	deniedThere      adminapi.Call[adminapi.Identity, []adminapi.DeniedCertificate]
	node, otherNode  *adminapi.Client // otherNode: where the other role can be asked, or nil
	whyNot           error            // why the other role cannot be asked
	otherRole, their string           // their is the other role's issuer
}

func (a *app) rollWithdraw() *cobra.Command {
	var e emergency
	cmd := &cobra.Command{
		Use:   "withdraw --role exchange|skype",
		Short: "A signing key has leaked: replace it at once, and end its use everywhere",
		Long: `For the emergency: somebody else has the private key of a signing certificate of
ours. In one step, on all nodes of the role, another certificate signs, and the
leaked one leaves the metadata document and never gets a place again. Before it
happens it is shown and asked for; afterwards stands what is left to be done at
each partner, who believes the leaked key until he has read the metadata again.
--refresh-partner does that where the other role can be reached: on the same node
or in the lab. Nothing of it can be undone.

For a rollover that is no emergency see matchseal roll plan. The key of a partner
that leaked is for matchseal cert deny. The exit status is 0 when it is withdrawn.`,
		Example: "  matchseal roll withdraw --role exchange\n  matchseal roll withdraw --role exchange --refresh-partner --yes\n  matchseal roll withdraw --role skype --everything",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := e.check(a.wantsJSON()); err != nil {
				return err
			}
			return a.withdraw(cmd.Context(), &e)
		},
	}
	e.connection.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&e.role, "role", "", "whose key leaked: exchange or skype (required)")
	f.StringSliceVar(&e.req.Leaked, "leaked", nil, "thumbprint of a certificate whose key leaked; the current one unless given")
	f.BoolVar(&e.req.Everything, "everything", false, "somebody has got into the server: all certificates that sign or are published")
	f.StringVar(&e.req.Replacement, "thumbprint", "", "a certificate of the store that takes over, instead of a new one like the current")
	f.BoolVar(&e.refresh, "refresh-partner", false, "make the other role read the metadata now, where it can be reached from here")
	f.StringVar(&e.save, "save", "", "file to write the new certificate to (PEM), for partners that were given it by hand")
	f.BoolVar(&e.yes, "yes", false, "do not ask")
	return cmd
}

func (e *emergency) check(json bool) error {
	switch e.role {
	case "exchange":
		e.plan, e.do, e.otherRole = adminapi.PlanExchangeWithdrawal, adminapi.WithdrawExchangeKey, "skype"
		e.setTheirs, e.deniedThere = adminapi.SetCsPartnerApplication, adminapi.GetCsDeniedCertificate
	case "skype":
		e.plan, e.do, e.otherRole = adminapi.PlanSkypeWithdrawal, adminapi.WithdrawSkypeKey, "exchange"
		e.setTheirs, e.deniedThere = adminapi.SetPartnerApplication, adminapi.GetDeniedCertificate
	case "":
		return usageError{errors.New("--role says whose key leaked: exchange or skype")}
	default:
		return usageError{fmt.Errorf("--role is exchange or skype, not %q", e.role)}
	}
	if json && !e.yes {
		return usageError{errors.New("with -o json nothing is asked; give --yes too")}
	}
	return nil
}

func (a *app) withdraw(ctx context.Context, e *emergency) error {
	var err error
	if e.node, err = a.dial(ctx, e.connection, e.role); err != nil {
		return err
	}
	e.otherNode, e.whyNot = a.other(ctx, e.connection, e.otherRole, e.node)
	a.askHolders(ctx, e)
	p, err := adminapi.Do(ctx, e.node, e.plan, e.req)
	if err != nil {
		return err
	}
	if !a.wantsJSON() {
		a.printWithdrawalPlan(p)
	}
	if err := a.meant(e, p); err != nil {
		return err
	}
	done := p
	if !p.Before() {
		if done, err = e.carryOut(ctx, p); err != nil {
			return err
		}
	}
	saved := e.saveCertificate(done)
	if e.refresh {
		a.refreshHolders(ctx, e, &done)
	}
	if a.wantsJSON() {
		return errors.Join(a.json(done), saved)
	}
	a.printWithdrawn(e, done)
	return saved
}

// carryOut withdraws what was shown, whatever has become current meanwhile.
func (e *emergency) carryOut(ctx context.Context, p adminapi.Withdrawal) (adminapi.Withdrawal, error) {
	e.req.Leaked, e.req.Everything = nil, false
	for _, l := range p.Leaked {
		e.req.Leaked = append(e.req.Leaked, l.Thumbprint)
	}
	return adminapi.Do(ctx, e.node, e.do, e.req)
}

// meant asks, unless --yes was given. A second withdrawal on the heels of the
// first is hardly ever meant: it would take the new certificate away.
func (a *app) meant(e *emergency, p adminapi.Withdrawal) error {
	switch {
	case p.Before():
		return nil
	case e.yes && (p.TookOver == nil || len(e.req.Leaked) > 0 || e.req.Everything):
		return nil
	case e.yes:
		return fmt.Errorf("%[1]s is new: it took over on %[2]s, when %[3]s was withdrawn. Nothing was changed. For what is left to be done about that one, name it: --leaked %[3]s; if the new one has leaked too: --leaked %[1]s",
			p.Leaked[0].Thumbprint, utc(*p.TookOver), p.TookOverFrom)
	}
	if a.yes("\nWithdraw it now? [y/N] ") {
		fmt.Fprintln(a.Err)
		return nil
	}
	fmt.Fprintln(a.Err, "Nothing was changed. The leaked key is still in use.")
	return silent{}
}

// errElsewhere says that nobody told where the other role runs.
var errElsewhere = errors.New("it runs on another node")

// other finds where the other role can be asked: at the same node when that
// plays both, or in the lab. Otherwise it fails with errElsewhere.
func (a *app) other(ctx context.Context, c connection, role string, client *adminapi.Client) (*adminapi.Client, error) {
	who, err := adminapi.Do(ctx, client, adminapi.Who, adminapi.Empty{})
	if err != nil {
		return nil, err
	}
	if slices.Contains(who.Roles, role) {
		return client, nil
	}
	if c.url != "" || c.socket != "" {
		return nil, errElsewhere
	}
	if _, err := lab.Socket(c.dir, role); err != nil {
		return nil, errElsewhere
	}
	return a.dial(ctx, c, role)
}

// askHolders learns from the other role which of its records hold this role's
// certificates. Where it cannot be asked nothing is known, which is told.
func (a *app) askHolders(ctx context.Context, e *emergency) {
	if e.otherNode == nil {
		return
	}
	e.req.Holders = nil
	theirs, _ := rollsOf(e.otherRole)
	plan, err := adminapi.Do(ctx, e.otherNode, theirs.plan, adminapi.RollPlanRequest{})
	found, failed := adminapi.Do(ctx, e.otherNode, theirs.partners, adminapi.Identity{})
	denied, refused := adminapi.Do(ctx, e.otherNode, e.deniedThere, adminapi.Identity{})
	if err = errors.Join(err, failed, refused); err != nil {
		e.otherNode, e.whyNot = nil, err
		return
	}
	e.their = plan.Issuer
	var thumbprints []string
	for _, d := range denied {
		thumbprints = append(thumbprints, d.Thumbprint)
	}
	for _, p := range found {
		if p.UseAuthServer {
			continue
		}
		e.req.Holders = append(e.req.Holders, adminapi.KeyHolder{
			Name: p.Name, MetadataURL: p.AuthMetadataURL, Denied: thumbprints,
			RollReading: adminapi.RollReading{Reader: plan.Issuer, Of: p.ApplicationIdentifier + "@" + p.Realm,
				ReadAt: p.RefreshedAt, LastError: p.LastError, Certificates: p.Certificates},
		})
	}
}

// refreshHolders has the other role read the metadata now, and brings what is
// left to be done up to date.
func (a *app) refreshHolders(ctx context.Context, e *emergency, done *adminapi.Withdrawal) {
	if e.otherNode == nil {
		fmt.Fprintf(a.Err, "note: --refresh-partner: the %s role cannot be reached from here: %v\n", e.otherRole, e.whyNot)
		return
	}
	for _, h := range e.req.Holders {
		if !strings.EqualFold(h.Of, done.Issuer) || h.MetadataURL == "" {
			continue
		}
		settings := adminapi.PartnerApplicationSettings{Identity: h.Name, RefreshAuthMetadata: true}
		if _, err := adminapi.Do(ctx, e.otherNode, e.setTheirs, settings); err != nil {
			fmt.Fprintf(a.Err, "note: --refresh-partner: %s could not read the metadata: %v\n", h.Name, err)
		}
	}
	a.askHolders(ctx, e)
	e.req.Replacement = ""
	if now, err := adminapi.Do(ctx, e.node, e.plan, e.req); err != nil {
		fmt.Fprintf(a.Err, "note: what is left to be done is told as it was before the refresh: %v\n", err)
	} else {
		done.Partners = now.Partners
	}
}

// saveCertificate writes the certificate that signs now for those who need it
// as a file.
func (e *emergency) saveCertificate(done adminapi.Withdrawal) error {
	if e.save == "" || done.Current == nil {
		return nil
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: done.Current.Raw})
	if err := os.WriteFile(e.save, text, 0o644); err != nil {
		return fmt.Errorf("the certificate is withdrawn, but the new one could not be written: %w", err)
	}
	return nil
}
