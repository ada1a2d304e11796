package cli

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

func (a *app) token() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Decode, verify and mint server-to-server tokens",
	}
	cmd.AddCommand(a.tokenDecode(), a.tokenVerify(), a.tokenMint())
	return cmd
}

// readToken takes a token from the command line, a file or standard input,
// with or without "Authorization: Bearer" before it.
func (a *app) readToken(arg string) (string, error) {
	text := arg
	if arg == "-" {
		data, err := io.ReadAll(io.LimitReader(a.In, 64<<10))
		if err != nil {
			return "", err
		}
		text = string(data)
	} else if data, err := os.ReadFile(arg); err == nil {
		text = string(data)
	}
	text = strings.TrimSpace(text)
	if _, after, ok := strings.Cut(text, "Bearer "); ok {
		text = strings.TrimSpace(after)
	}
	if text == "" {
		return "", usageError{errors.New("no token given")}
	}
	return text, nil
}

func (a *app) tokenDecode() *cobra.Command {
	var at string
	cmd := &cobra.Command{
		Use:     "decode TOKEN|FILE|-",
		Short:   "Show both layers of a token in words, and what is wrong with its form",
		Long:    "Takes a token apart and shows what stands in it. Nothing is verified: whoever made the\ntoken wrote these words. `matchseal token verify` says whether they can be believed.",
		Example: "  pbpaste | matchseal token decode -\n  matchseal token decode captured.txt",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			token, err := a.readToken(args[0])
			if err != nil {
				return err
			}
			now, err := moment(at)
			if err != nil {
				return err
			}
			d, err := s2s.Decode(token)
			if err != nil {
				return problem.Wrap(err, problem.TokenForm, "this is not a server-to-server token")
			}
			wrong := tokenProblems(d, now)
			if a.wantsJSON() {
				return a.json(map[string]any{"kind": d.Kind, "layers": d.Layers, "problems": wrong})
			}
			a.printDecoded(d)
			for _, w := range wrong {
				fmt.Fprintln(a.Out, "! "+w)
			}
			fmt.Fprintln(a.Err, "nothing of this is verified")
			return nil
		},
	}
	cmd.Flags().StringVar(&at, "at", "", "judge times by this moment instead of now (2026-01-31T09:00:00Z)")
	return cmd
}

// tokenProblems says what can be seen to be wrong without any key: the form,
// and the times.
func tokenProblems(d *s2s.Decoded, now time.Time) []string {
	wrong := []string{}
	if r := d.FormProblem; r != nil {
		wrong = append(wrong, fmt.Sprintf("%s: a receiver refuses this at %s with %d (%s)", r.Reason, r.Step, r.Code(), r.PublicText()))
	}
	for _, layer := range d.Layers {
		if end := layer.Expires; !end.IsZero() && end.Add(s2s.DefaultSkew).Before(now) {
			wrong = append(wrong, fmt.Sprintf("the %s token expired at %s, %s ago", layer.Name, end.UTC().Format(time.RFC3339), now.Sub(end).Round(time.Second)))
		}
		if begin := layer.NotBefore; !begin.IsZero() && begin.Add(-s2s.DefaultSkew).After(now) {
			wrong = append(wrong, fmt.Sprintf("the %s token is not valid before %s, in %s", layer.Name, begin.UTC().Format(time.RFC3339), begin.Sub(now).Round(time.Second)))
		}
	}
	return wrong
}

func (a *app) printDecoded(d *s2s.Decoded) {
	for _, layer := range d.Layers {
		fmt.Fprintf(a.Out, "%s token\n", layer.Name)
		for _, m := range append(append([]s2s.Member(nil), layer.Header...), layer.Claims...) {
			value := m.Value
			if len(value) > 90 {
				value = value[:90] + "…"
			}
			fmt.Fprintf(a.Out, "  %-20s %s\n", m.Name, value)
			if m.Meaning != "" {
				fmt.Fprintf(a.Out, "  %-20s   %s\n", "", m.Meaning)
			}
		}
	}
}

// verifyFlags describe the receiver that a token is checked for.
type verifyFlags struct {
	reach
	app     string
	hosts   []string
	realm   string
	issuers []string
	at      string
}

func (a *app) tokenVerify() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify TOKEN|FILE|-",
		Short: "Check a token as a receiver would, step by step",
		Long: `Checks a token in the order in which a receiver does, against the keys in the
issuers' metadata documents (files or URLs). Everything is checked but the user,
who is looked up in nobody's directory here: the token's own words are taken.`,
		Example: "  matchseal token verify - --app exchange --host mail.litware.test --realm litware.test --issuer https://pool.litware.test/metadata/json/1 --dir .matchseal/lab",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			token, err := a.readToken(args[0])
			if err != nil {
				return err
			}
			v, err := a.verifierFor(cmd.Context(), f, token)
			if err != nil {
				return err
			}
			decision, err := v.Verify(cmd.Context(), token)
			if err != nil {
				return a.printRefusal(err)
			}
			if a.wantsJSON() {
				return a.json(decision)
			}
			fmt.Fprintf(a.Out, "accepted: %s call of %s\n", decision.Kind, decision.Application)
			if decision.User != nil {
				fmt.Fprintf(a.Out, "for the user %s\n", describeUser(*decision.User))
			}
			fmt.Fprintf(a.Out, "signed with %s, good until %s\n", decision.Key, decision.Expires.UTC().Format(time.RFC3339))
			return nil
		},
	}
	f.reach.flags(cmd)
	cmd.Flags().StringVar(&f.app, "app", "exchange", "the receiver: exchange, skype, sharepoint or an application id")
	cmd.Flags().StringSliceVar(&f.hosts, "host", nil, "host names of the receiver (required)")
	cmd.Flags().StringVar(&f.realm, "realm", "", "realm of the receiver (required)")
	cmd.Flags().StringSliceVar(&f.issuers, "issuer", nil, "metadata documents of trusted issuers, files or URLs (required)")
	cmd.Flags().StringVar(&f.at, "at", "", "judge times by this moment instead of now")
	return cmd
}

func (a *app) printRefusal(err error) error {
	var r *s2s.Refusal
	if !errors.As(err, &r) {
		return err
	}
	if a.wantsJSON() {
		if err := a.json(map[string]any{"accepted": false, "step": r.Step, "reason": r.Reason, "code": r.Code(), "public": r.PublicText()}); err != nil {
			return err
		}
		return silent{}
	}
	why := string(r.Reason)
	if r.Err != nil {
		why += ": " + r.Err.Error()
	}
	fmt.Fprintf(a.Out, "refused at %s: %s\nthe peer would see %d %s: %s\n", r.Step, why, r.Code(), r.Category(), r.PublicText())
	return silent{}
}

func describeUser(u s2s.User) string {
	for _, v := range []string{u.UPN, u.SMTP, u.SIP, u.SID} {
		if v != "" {
			return v
		}
	}
	return "nobody"
}

// verifierFor builds a receiver that trusts the given documents fully.
func (a *app) verifierFor(ctx context.Context, f verifyFlags, token string) (*s2s.Verifier, error) {
	if len(f.hosts) == 0 || f.realm == "" || len(f.issuers) == 0 {
		return nil, usageError{errors.New("--host, --realm and --issuer say for which receiver the token is checked")}
	}
	app, err := applicationID(f.app)
	if err != nil {
		return nil, usageError{err}
	}
	realm, err := s2s.ParseRealm(f.realm)
	if err != nil {
		return nil, usageError{err}
	}
	now, err := moment(f.at)
	if err != nil {
		return nil, err
	}
	trust := documents{}
	for _, where := range f.issuers {
		raw, err := a.readDocument(ctx, f.reach, where)
		if err != nil {
			return nil, err
		}
		d, err := authmeta.Parse(raw, authmeta.ParseOptions{Now: now})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		trust[d.Issuer] = d
	}
	return &s2s.Verifier{
		App: app, Hosts: f.hosts, Realms: map[s2s.Realm]string{realm: "here"}, Trust: trust,
		Users: believed{token}, Now: func() time.Time { return now },
	}, nil
}

func moment(at string) (time.Time, error) {
	if at == "" {
		return time.Now(), nil
	}
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return t, usageError{fmt.Errorf("--at takes a time such as 2026-01-31T09:00:00Z, not %q", at)}
	}
	return t, nil
}

// documents trusts whom the given metadata documents are about.
type documents map[s2s.Principal]*authmeta.Document

func (d documents) Issuer(_ context.Context, p s2s.Principal) (s2s.Issuer, error) {
	doc, ok := d[p]
	if !ok {
		return s2s.Issuer{}, s2s.ErrNotRegistered
	}
	var keys []*x509.Certificate
	for _, k := range doc.Keys {
		keys = append(keys, k.Certificate)
	}
	return s2s.Issuer{Principal: p, Organisation: "here", Keys: keys}, nil
}

func (d documents) Refetch(context.Context, s2s.Principal) (s2s.Issuer, error) {
	return s2s.Issuer{}, s2s.ErrNotRegistered
}

func (d documents) Application(_ context.Context, issuer s2s.Issuer, app s2s.Principal) (s2s.Application, error) {
	return s2s.Application{Name: app.App.Name(), ID: app.App, Enabled: true, TrustLevel: s2s.Full, AcceptSID: true}, nil
}

// believed answers with the user the token itself describes.
type believed struct{ token string }

func (b believed) FindUsers(context.Context, string, s2s.Identifier, string) ([]s2s.User, error) {
	d, err := s2s.Decode(b.token)
	if err != nil {
		return nil, err
	}
	u := s2s.User{ID: "the token's", Enabled: true}
	claims := map[string]string{}
	for _, m := range d.Layers[0].Claims {
		claims[m.Name] = m.Value
	}
	u.UPN, u.SMTP, u.SIP = claims["upn"], claims["smtp"], claims["sip"]
	if strings.EqualFold(claims["nii"], s2s.NIIActiveDirectory) {
		u.SID = claims["nameid"]
	} else if claims["nii"] == "" && u.UPN == "" {
		u.UPN = claims["nameid"]
	}
	return []s2s.User{u}, nil
}

func (a *app) tokenMint() *cobra.Command {
	var c connection
	var req adminapi.MintRequest
	cmd := &cobra.Command{
		Use:   "mint --user USER --url URL",
		Short: "Make an act-as token of a lab's Skype role, for a client under test",
		Long: `Makes an act-as token, signed by the skype role for the partner behind the URL, so
that an EWS client or a program under development can be tried against the lab.
The token is a credential of that user at that host: it is printed once, audited,
and kept nowhere.`,
		Example: "  curl --oauth2-bearer \"$(matchseal token mint --user kenmyer --url https://mail.litware.test/EWS/Exchange.asmx)\" ...",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if req.User == "" || req.URL == "" {
				return usageError{errors.New("--user and --url say for whom and for where")}
			}
			client, err := a.dial(cmd.Context(), c, "skype")
			if err != nil {
				return err
			}
			t, err := adminapi.Do(cmd.Context(), client, adminapi.MintActAsToken, req)
			if err != nil || a.wantsJSON() {
				return orJSON(a, err, t)
			}
			fmt.Fprintln(a.Out, t.Token)
			return nil
		},
	}
	c.flags(cmd)
	cmd.Flags().StringVar(&req.User, "user", "", "the user, by account name, UPN, SMTP or SIP address")
	cmd.Flags().StringVar(&req.URL, "url", "", "the resource the token is for")
	cmd.Flags().StringVar(&req.Life, "life", "", "how long it is good, 5m to 24h (default 1h)")
	return cmd
}
