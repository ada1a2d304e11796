package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/problem"
)

// pfxPasswordVariable may hold the password of a PFX file.
const pfxPasswordVariable = "MATCHSEAL_PFX_PASSWORD"

// maxCertificateFile is what is read of a file before it is refused as too
// large.
const maxCertificateFile = 1<<20 + 1

func (a *app) cert() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cert",
		Short: "Explain certificates, in files and on servers, and refuse those that leaked",
	}
	cmd.AddCommand(a.certInspect(), a.certChain(), a.certDeny(), a.certAllow(), a.certDenied())
	return cmd
}

// certLook says what is to be looked at and how.
type certLook struct {
	reach
	use, host string
}

func (l *certLook) flags(cmd *cobra.Command) {
	l.reach.flags(cmd)
	cmd.Flags().StringVar(&l.host, "host", "", "name the server is called by, to compare with the certificate's names (a URL says it itself)")
}

func (a *app) certInspect() *cobra.Command {
	var l certLook
	cmd := &cobra.Command{
		Use:   "inspect FILE|URL|-",
		Short: "Put a certificate into words, with what is wrong with it and the cure",
		Long: `Says what a certificate is and what is wrong with it for its use. FILE is a
certificate in PEM, DER or Base64 form, a bundle (.p7b), a PFX, or the metadata
document of a server, whose keys are explained one by one. The password of a PFX
is asked for, or taken from ` + pfxPasswordVariable + `. URL is https://host[:port]; it shows
the certificates that the server sends, and whether chain, name, date, version and
key would be accepted from here. Nothing is sent to the server.`,
		Example: "  matchseal cert inspect auth.cer\n  matchseal cert inspect https://mail.litware.test --dir .matchseal/lab\n  matchseal cert inspect web.pfx --for tls --host mail.litware.test",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			report, err := a.lookAt(cmd.Context(), l, args[0])
			if err != nil {
				return err
			}
			report.Path = nil
			return a.printCertificates(report)
		},
	}
	l.flags(cmd)
	cmd.Flags().StringVar(&l.use, "for", "", "judge it for signing, tls or authority, whatever it looks like")
	return cmd
}

func (a *app) certChain() *cobra.Command {
	var l certLook
	cmd := &cobra.Command{
		Use:   "chain FILE|URL|-",
		Short: "Follow a certificate up to its root, link by link, and say what is missing",
		Long: `Follows a certificate to who vouches for it: through what the file holds or the
server sends, then through the authorities of the system, of --ca and of a lab. The
address of a missing certificate is named and never fetched.`,
		Example: "  matchseal cert chain https://mail.litware.test --dir .matchseal/lab\n  matchseal cert chain fullchain.pem --ca litware-ca.pem",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			report, err := a.lookAt(cmd.Context(), l, args[0])
			if err != nil {
				return err
			}
			if report.Server == nil {
				report.Findings = report.Path.Findings
			}
			report.Certificates = nil
			return a.printCertificates(report)
		},
	}
	l.flags(cmd)
	return cmd
}

// certReport is what was found, in the form of -o json.
type certReport struct {
	Source       string          `json:"source"`
	Form         string          `json:"form,omitempty"`
	HasKey       bool            `json:"hasKey,omitempty"`
	Server       *certServer     `json:"server,omitempty"`
	Certificates []certShown     `json:"certificates,omitempty"`
	Path         *certs.Path     `json:"path,omitempty"`
	Findings     []certs.Finding `json:"findings"`
	Notes        []string        `json:"notes,omitempty"`
}

type certServer struct {
	Host    string        `json:"host"`
	Address string        `json:"address"`
	Version string        `json:"version"`
	Cipher  string        `json:"cipher"`
	Sent    int           `json:"sent"`
	Checks  []certs.Check `json:"checks"`
}

type certShown struct {
	Where string `json:"where,omitempty"`
	certs.Inspection
}

// lookAt explains a file or a server.
func (a *app) lookAt(ctx context.Context, l certLook, where string) (certReport, error) {
	use, err := certs.ParseUse(l.use)
	if err != nil {
		return certReport{}, usageError{err}
	}
	roots, err := l.roots()
	if err != nil {
		return certReport{}, err
	}
	if strings.Contains(where, "://") {
		return lookAtServer(ctx, l, where, roots)
	}
	found, err := a.openCertificates(where)
	if err != nil {
		return certReport{}, err
	}
	return fileReport(found, roots, use, l.host, where), nil
}

func fileReport(found certs.Contents, roots certs.Roots, use certs.Use, host, where string) certReport {
	now := time.Now()
	r := certReport{Source: where, Form: found.Form, HasKey: found.HasKey, Findings: append([]certs.Finding{}, found.Findings...), Notes: found.Notes}
	for i, item := range found.Items {
		q := certs.Question{Now: now, Host: host}
		if i == 0 {
			q.Use = use
		}
		if found.Form == certs.FormDocument {
			q.Use = certs.ForSigning
		}
		shown := certShown{item.Where, certs.Inspect(item.Certificate, q)}
		r.Certificates = append(r.Certificates, shown)
		for _, f := range shown.Inspection.Findings() {
			if len(found.Items) > 1 {
				f.What = fmt.Sprintf("certificate %d: %s", i+1, f.What)
			}
			r.Findings = append(r.Findings, f)
		}
	}
	path := certs.Trace(found.Certificates(), roots, now)
	r.Path = &path
	return r
}

// openCertificates reads a file, and asks for its password where it has one.
func (a *app) openCertificates(where string) (certs.Contents, error) {
	data, err := a.readCertificates(where)
	if err != nil {
		return certs.Contents{}, err
	}
	password, given := a.Env(pfxPasswordVariable)
	found, err := certs.Look(data, password)
	if !given && where != "-" && certs.NeedsPassword(data) && problem.Is(err, problem.CertsPassword) {
		if password, err = a.secret("Password of "+where, pfxPasswordVariable); err != nil {
			return certs.Contents{}, problem.New(problem.CertsPassword, "no password given; set %s or type it", pfxPasswordVariable)
		}
		found, err = certs.Look(data, password)
	}
	if err != nil {
		return certs.Contents{}, fmt.Errorf("%s: %w", where, err)
	}
	return found, nil
}

func (a *app) readCertificates(where string) ([]byte, error) {
	if where == "-" {
		return io.ReadAll(io.LimitReader(a.In, maxCertificateFile))
	}
	f, err := os.Open(where)
	if errors.Is(err, os.ErrNotExist) {
		return nil, problem.New(problem.CertsUnreadable, "there is no file %s; a server is named by a URL, such as https://mail.litware.test", where)
	}
	if err != nil {
		return nil, problem.Wrap(err, problem.CertsUnreadable, "cannot open it")
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxCertificateFile))
	return data, problem.Wrap(err, problem.CertsUnreadable, "cannot read it")
}

// lookAtServer shows what a server sends, and judges it side by side.
func lookAtServer(ctx context.Context, l certLook, where string, roots certs.Roots) (certReport, error) {
	address, err := serverAddress(where)
	if err != nil {
		return certReport{}, usageError{err}
	}
	c, err := l.client()
	if err != nil {
		return certReport{}, err
	}
	sight, err := c.Look(ctx, address)
	if err != nil {
		return certReport{}, outbound.Explain(err)
	}
	host, now := sight.Host, time.Now()
	if l.host != "" {
		host = l.host
	}
	checks, path := certs.Judge(certs.Shown{Host: host, Version: sight.Version, Chain: sight.Chain}, roots, now)
	r := certReport{Source: where, Path: &path, Findings: []certs.Finding{}, Server: &certServer{
		Host: sight.Host, Address: sight.Address, Version: tls.VersionName(sight.Version), Cipher: tls.CipherSuiteName(sight.Cipher), Sent: len(sight.Chain), Checks: checks}}
	for _, check := range checks {
		r.Findings = append(r.Findings, check.Findings...)
	}
	if len(r.Findings) == 0 && sight.Refused != nil {
		f := outbound.Explain(sight.Refused)
		r.Findings = append(r.Findings, certs.Finding{Code: f.Code, What: f.Detail, Remedy: f.Entry().Remedy})
	}
	for i, cert := range sight.Chain {
		q := certs.Question{Now: now, Use: certs.ForTLS}
		if i > 0 {
			q.Use = certs.ForAuthority
		}
		shown := certShown{fmt.Sprintf("sent as number %d", i+1), certs.Inspect(cert, q)}
		shown.Verdicts = nil // the checks say it
		r.Certificates = append(r.Certificates, shown)
	}
	r.Notes = serverNotes(where, address, checks, sight.Chain)
	return r, nil
}

// serverAddress is the host:port of an https URL.
func serverAddress(where string) (string, error) {
	u, err := url.Parse(where)
	switch {
	case err != nil || u.Hostname() == "":
		return "", fmt.Errorf("%q is not the URL of a server, such as https://mail.litware.test", where)
	case u.Scheme != "https":
		return "", fmt.Errorf("only https shows certificates; write https://%s", u.Host)
	case u.Port() != "":
		return u.Host, nil
	}
	return net.JoinHostPort(u.Hostname(), "443"), nil
}

// serverNotes add what to do next with a server.
func serverNotes(where, address string, checks []certs.Check, chain []*x509.Certificate) (notes []string) {
	for _, check := range checks {
		if check.Kind == certs.Chain && len(check.Findings) > 0 {
			notes = append(notes, fmt.Sprintf("to believe this very certificate, once its SHA-256 is confirmed by the server's administrator, put into the configuration file of the node, under trust: pins: {%q: %q}", address, certs.SHA256(chain[0])))
		}
	}
	if strings.Contains(strings.ToLower(where), "/metadata/json") {
		notes = append(notes, "these are the server's TLS certificates; those it signs tokens with stand in the document: matchseal metadata explain "+where)
	}
	return notes
}
