package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
)

// printCertificates prints a report and gives the exit status of its findings.
func (a *app) printCertificates(r certReport) error {
	if a.wantsJSON() {
		if err := a.json(r); err != nil {
			return err
		}
	} else {
		a.printReport(r)
	}
	if len(r.Findings) > 0 {
		fmt.Fprintf(a.Err, "%d found, marked with !\n", len(r.Findings))
		return silent{}
	}
	return nil
}

func (a *app) printReport(r certReport) {
	switch {
	case r.Server != nil:
		fmt.Fprintf(a.Out, "%s at %s: %s, %s, %s sent\n", r.Server.Host, r.Server.Address, r.Server.Version, r.Server.Cipher, count(r.Server.Sent, "certificate"))
		for _, c := range r.Server.Checks {
			fmt.Fprintf(a.Out, "  %-8s %-6s %s\n", c.Kind, checkState(c), c.What)
		}
	case r.HasKey:
		fmt.Fprintf(a.Out, "%s: %s with a private key\n", r.Source, r.Form)
	default:
		fmt.Fprintf(a.Out, "%s: %s\n", r.Source, r.Form)
	}
	for i, c := range r.Certificates {
		a.printCertificate(i, len(r.Certificates), c)
	}
	if r.Path != nil {
		a.printPath(*r.Path)
		r.Notes = append(r.Notes, r.Path.Notes...)
	}
	for _, f := range r.Findings {
		fmt.Fprintf(a.Out, "! %s (%s)\n    %s\n", f.What, f.Code, f.Remedy)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(a.Out, "note: %s\n", n)
	}
}

// checkState tells what fails now from what will.
func checkState(c certs.Check) string {
	soon := func(f certs.Finding) bool { return f.Code == problem.TLSEndsSoon }
	switch {
	case len(c.Findings) == 0:
		return "ok"
	case slices.IndexFunc(c.Findings, func(f certs.Finding) bool { return !soon(f) }) < 0:
		return "SOON"
	}
	return "WRONG"
}

func (a *app) printCertificate(i, of int, c certShown) {
	title := fmt.Sprintf("certificate %d of %d", i+1, of)
	if c.Where != "" {
		title += ", " + c.Where
	}
	fmt.Fprintf(a.Out, "\n%s: %s, because %s\n", title, c.Use.Words(), c.Why)
	issuer := c.Issuer
	if c.SelfSigned {
		issuer = "itself"
	}
	names := strings.Join(c.Names, ", ")
	if names == "" {
		names = "none"
	}
	for _, line := range [][2]string{
		{"subject", c.Subject}, {"issued by", issuer}, {"names", names},
		{"valid", fmt.Sprintf("%s to %s, %s", utc(c.NotBefore), utc(c.NotAfter), left(c.DaysLeft))},
		{"key", c.Key}, {"key usage", orNone(strings.Join(c.KeyUsage, ", "))}, {"signature", c.Signature}, {"serial", c.Serial},
		{"SHA-1", c.SHA1}, {"SHA-256", c.SHA256}, {"x5t", c.X5T},
	} {
		fmt.Fprintf(a.Out, "  %-10s %s\n", line[0], line[1])
	}
	for _, v := range c.Verdicts {
		fmt.Fprintf(a.Out, "  as %s: %s\n", v.Use.Words(), verdict(v.Findings))
	}
	for _, n := range c.Notes {
		fmt.Fprintf(a.Out, "  note: %s\n", n)
	}
}

func verdict(found []certs.Finding) string {
	if len(found) == 0 {
		return "fine"
	}
	var what []string
	for _, f := range found {
		what = append(what, f.What)
	}
	return "not fit, for " + strings.Join(what, "; ")
}

// printPath prints a chain from the server's certificate up.
func (a *app) printPath(p certs.Path) {
	fmt.Fprintln(a.Out)
	for i, l := range p.Links {
		from := "sent"
		if l.Source == certs.Trusted {
			from = "trusted here"
		}
		fmt.Fprintf(a.Out, "%d  %-12s  %s\n   %s; until %s, %s; %s, %s\n", i+1, l.Role, l.Certificate.Subject, from,
			utc(l.Certificate.NotAfter), left(l.Certificate.DaysLeft), l.Certificate.Key, l.Certificate.Signature)
	}
	if m := p.Missing; m != nil {
		fmt.Fprintf(a.Out, "%d  %-12s  %s\n", len(p.Links)+1, "MISSING", m.Subject)
		if m.KeyID != "" {
			fmt.Fprintf(a.Out, "   its key is identified by %s\n", m.KeyID)
		}
		for _, u := range m.URLs {
			fmt.Fprintf(a.Out, "   it lies at %s (not fetched)\n", u)
		}
	}
	switch p.Root {
	case certs.Registry:
		fmt.Fprintln(a.Out, "trusted: an authority of a CA file vouches for it")
	case certs.ThirdParty:
		fmt.Fprintln(a.Out, "trusted: an authority of the operating system vouches for it")
	default:
		fmt.Fprintln(a.Out, "not trusted here")
	}
}

func utc(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

func left(days int) string {
	if days < 0 {
		return fmt.Sprintf("over for %s", count(-days, "day"))
	}
	return count(days, "day") + " left"
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func orNone(s string) string {
	if s == "" {
		return "none stated"
	}
	return s
}
