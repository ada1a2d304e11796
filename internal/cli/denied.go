package cli

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

// denyList are the calls about one role's deny list.
type denyList struct {
	get      adminapi.Call[adminapi.Identity, []adminapi.DeniedCertificate]
	add      adminapi.Call[adminapi.DeniedCertificate, adminapi.Changed]
	remove   adminapi.Call[adminapi.Identity, adminapi.Changed]
	partners adminapi.Call[adminapi.Identity, []adminapi.PartnerApplication]
	servers  adminapi.Call[adminapi.Identity, []adminapi.AuthServer]
}

func denyListOf(role string) (denyList, error) {
	switch role {
	case "exchange":
		return denyList{adminapi.GetDeniedCertificate, adminapi.AddDeniedCertificate, adminapi.RemoveDeniedCertificate, adminapi.GetPartnerApplication, adminapi.GetAuthServer}, nil
	case "skype":
		return denyList{adminapi.GetCsDeniedCertificate, adminapi.AddCsDeniedCertificate, adminapi.RemoveCsDeniedCertificate, adminapi.GetCsPartnerApplication, adminapi.GetCsOAuthServer}, nil
	case "":
		return denyList{}, usageError{errors.New("--role says whose deny list: exchange or skype")}
	}
	return denyList{}, usageError{fmt.Errorf("--role is exchange or skype, not %q", role)}
}

// denyAt is whose deny list is meant, and where it is.
type denyAt struct {
	connection
	role string
}

func (d *denyAt) flags(cmd *cobra.Command) {
	d.connection.flags(cmd)
	cmd.Flags().StringVar(&d.role, "role", "", "whose deny list: exchange or skype (required)")
}

// dialDenyList reaches the node that has the deny list.
func (a *app) dialDenyList(ctx context.Context, d denyAt) (denyList, *adminapi.Client, error) {
	list, err := denyListOf(d.role)
	if err != nil {
		return list, nil, err
	}
	client, err := a.dial(ctx, d.connection, d.role)
	return list, client, err
}

// holderOf is a record of the role that trusts a certificate.
type holderOf struct {
	Kind     string `json:"kind"` // partner application or auth server
	Name     string `json:"name"`
	Identity string `json:"identity"`
	Enabled  bool   `json:"enabled"`
	Others   int    `json:"otherCertificates"` // that it has besides and that are not denied
}

// holders finds the records that have the certificate.
func (d denyList) holders(ctx context.Context, c *adminapi.Client, t s2s.Thumbprint) ([]holderOf, error) {
	apps, err := adminapi.Do(ctx, c, d.partners, adminapi.Identity{})
	servers, failed := adminapi.Do(ctx, c, d.servers, adminapi.Identity{})
	denied, refused := adminapi.Do(ctx, c, d.get, adminapi.Identity{})
	if err = errors.Join(err, failed, refused); err != nil {
		return nil, err
	}
	all := []holderOf{}
	add := func(h holderOf, certificates [][]byte) {
		has := false
		for _, der := range certificates {
			cert, err := x509.ParseCertificate(der)
			if err != nil {
				continue
			}
			switch of := s2s.ThumbprintOf(cert); {
			case of == t:
				has = true
			case !slices.ContainsFunc(denied, func(d adminapi.DeniedCertificate) bool { return d.Thumbprint == of.String() }):
				h.Others++
			}
		}
		if has {
			all = append(all, h)
		}
	}
	for _, p := range apps {
		add(holderOf{Kind: "partner application", Name: p.Name, Identity: p.ApplicationIdentifier + "@" + p.Realm, Enabled: p.Enabled}, p.Certificates)
	}
	for _, s := range servers {
		add(holderOf{Kind: "auth server", Name: s.Name, Identity: s.IssuerIdentifier + "@" + s.Realm, Enabled: s.Enabled}, s.Certificates)
	}
	return all, nil
}

func (a *app) certDeny() *cobra.Command {
	var at denyAt
	var reason string
	var yes bool
	cmd := &cobra.Command{
		Use:   "deny THUMBPRINT|FILE --role exchange|skype --reason TEXT",
		Short: "Refuse every token signed with a partner's certificate, from now on, whatever its metadata says",
		Long: `Puts a certificate on the deny list of a role: for a partner's key that leaked. The
next token signed with it is refused, on this node at once and on the role's other
nodes within a second, whoever publishes the certificate. FILE is a certificate in
any form that matchseal cert inspect reads. Whose it is is shown first; when a
partner would be shut out, it is asked. A leaked key of the role's own is not for
this list: matchseal roll withdraw.`,
		Example: "  matchseal cert deny 9B1C0A4E5F2D73C86A1B0F4D2E8C7A6B5D4C3B2A --role skype --reason \"INC-4711: copied from the Exchange server\"\n  matchseal cert deny leaked.cer --role exchange --reason leaked --yes",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(reason) == "" {
				return usageError{errors.New("--reason says why, for whoever finds the entry in a year")}
			}
			t, err := a.certificateNamed(args[0])
			if err != nil {
				return err
			}
			list, client, err := a.dialDenyList(cmd.Context(), at)
			if err != nil {
				return err
			}
			whose, err := list.holders(cmd.Context(), client, t)
			if err != nil {
				return err
			}
			a.printWhose(at.role, t, whose)
			if len(whose) > 0 && !yes && !a.yes("Deny it? [y/N] ") {
				fmt.Fprintln(a.Err, "Nothing was changed. The certificate is still trusted.")
				return silent{}
			}
			done, err := adminapi.Do(cmd.Context(), client, list.add, adminapi.DeniedCertificate{Thumbprint: t.String(), Reason: reason})
			if err != nil || a.wantsJSON() {
				return orJSON(a, err, map[string]any{"thumbprint": t.String(), "role": at.role, "reason": reason, "holders": whose, "warnings": done.Warnings})
			}
			fmt.Fprintf(a.Out, "denied      %s\n            the %s role refuses what it signed, on every node\n", t, at.role)
			fmt.Fprintf(a.Out, "to take it back: matchseal cert allow %s --role %s\n", t, at.role)
			return nil
		},
	}
	at.flags(cmd)
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the record (required)")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// printWhose says what a denial would mean, to whoever reads along.
func (a *app) printWhose(role string, t s2s.Thumbprint, whose []holderOf) {
	fmt.Fprintf(a.Err, "certificate %s\n", t)
	if len(whose) == 0 {
		fmt.Fprintf(a.Err, "            no partner application or auth server of the %s role has it now; check the thumbprint\n", role)
	}
	for _, h := range whose {
		fmt.Fprintf(a.Err, "            the %s %s (%s) signs with it\n", h.Kind, h.Name, h.Identity)
		switch {
		case !h.Enabled:
			fmt.Fprintln(a.Err, "            it is disabled, so that it is refused already")
		case h.Others == 0:
			fmt.Fprintln(a.Err, "            it has no other certificate: none of its calls is accepted until it signs with a new one")
		default:
			fmt.Fprintf(a.Err, "            it has %s besides, and is accepted with that\n", count(h.Others, "certificate"))
		}
	}
}

func (a *app) certAllow() *cobra.Command {
	var at denyAt
	cmd := &cobra.Command{
		Use:     "allow THUMBPRINT|FILE --role exchange|skype",
		Short:   "Take a certificate off the deny list; it makes nobody trusted who is not",
		Example: "  matchseal cert allow 9B1C0A4E5F2D73C86A1B0F4D2E8C7A6B5D4C3B2A --role skype",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := a.certificateNamed(args[0])
			if err != nil {
				return err
			}
			list, client, err := a.dialDenyList(cmd.Context(), at)
			if err != nil {
				return err
			}
			if _, err = adminapi.Do(cmd.Context(), client, list.remove, adminapi.Identity{Identity: t.String()}); err != nil || a.wantsJSON() {
				return orJSON(a, err, map[string]any{"thumbprint": t.String(), "role": at.role})
			}
			fmt.Fprintf(a.Out, "allowed     %s\n            off the deny list of the %s role; it counts where a partner has it\n", t, at.role)
			return nil
		},
	}
	at.flags(cmd)
	return cmd
}

func (a *app) certDenied() *cobra.Command {
	var at denyAt
	cmd := &cobra.Command{
		Use:     "denied --role exchange|skype",
		Short:   "List the certificates that a role refuses, with who denied them and why",
		Example: "  matchseal cert denied --role skype",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			list, client, err := a.dialDenyList(cmd.Context(), at)
			if err != nil {
				return err
			}
			found, err := adminapi.Do(cmd.Context(), client, list.get, adminapi.Identity{})
			if err != nil || a.wantsJSON() {
				return orJSON(a, err, found)
			}
			for _, d := range found {
				fmt.Fprintf(a.Out, "%s  denied %s by %s\n    %s\n", d.Thumbprint, utc(d.Since), d.DeniedBy, d.Reason)
			}
			if len(found) == 0 {
				fmt.Fprintf(a.Err, "the %s role denies no certificate\n", at.role)
			}
			return nil
		},
	}
	at.flags(cmd)
	return cmd
}

// certificateNamed reads a thumbprint, in any of the forms in which tools show
// one, or the one certificate of a file.
func (a *app) certificateNamed(where string) (s2s.Thumbprint, error) {
	t, err := s2s.ParseThumbprint(where)
	if err == nil {
		return t, nil
	}
	found, unread := a.openCertificates(where)
	if unread != nil {
		return t, problem.New(problem.CertsUnreadable, "%q is neither a thumbprint (%v) nor a file that can be read (%v)", where, plain(err), plain(unread))
	}
	all := found.Certificates()
	if len(all) != 1 {
		return t, problem.New(problem.CertsUnreadable, "%s holds %d certificates; name the one by its thumbprint, which `matchseal cert inspect %s` prints", where, len(all), where)
	}
	return s2s.ThumbprintOf(all[0]), nil
}

// plain takes the package's name off an error.
func plain(err error) string { return strings.TrimPrefix(err.Error(), "s2s: ") }

// yes asks a question; no answer is a no.
func (a *app) yes(question string) bool {
	fmt.Fprint(a.Err, question)
	answer, _ := readLine(a.In)
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}
