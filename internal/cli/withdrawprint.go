package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
)

// places are where a certificate stands, in words.
var places = map[string]string{
	"current": "it signs now", "next": "it is staged as the next one", "previous": "it signed before the current one and is still published",
	"published": "it is still published", "retired": "it signed once", "unused": "it lies in the store and never signed", "withdrawn": "it was withdrawn before",
}

func (a *app) printWithdrawalPlan(p adminapi.Withdrawal) {
	fmt.Fprintf(a.Out, "%s, %s, at %s\n\n", p.Role, p.Issuer, utc(p.Now))
	for _, l := range p.Leaked {
		fmt.Fprintf(a.Out, "leaked      %s  %s\n            %s\n", l.Thumbprint, l.Subject, places[l.Place])
	}
	switch c := p.Current; {
	case c == nil:
		fmt.Fprintln(a.Out, "signs then  nothing: no signing certificate is assigned")
	case c.New && c.Thumbprint == "":
		fmt.Fprintf(a.Out, "takes over  a new certificate  %s\n            ends %s\n", c.Subject, utc(c.NotAfter))
	case c.New:
		fmt.Fprintf(a.Out, "takes over  %s  %s\n            ends %s\n", c.Thumbprint, c.Subject, utc(c.NotAfter))
	default:
		fmt.Fprintf(a.Out, "stays       %s  %s\n            it signs now, and goes on\n", c.Thumbprint, c.Subject)
	}
	if p.Before() {
		fmt.Fprintf(a.Out, "\nOn the %s role nothing is left to be done.\n\n", p.Role)
		return
	}
	fmt.Fprintf(a.Out, "\nAt once, on every node of the %s role, and for good:\n", p.Role)
	for _, line := range []string{
		"the leaked certificate leaves the metadata document and never gets a place again",
		"this server signs with the other one, also what it sends next",
		"tokens that were signed with the leaked key, by whomever, are worth nothing at a partner that has read the metadata since; this server makes itself new ones",
	} {
		a.paragraph("  - ", line)
	}
	a.printWarnings(p)
	if p.TookOver != nil {
		fmt.Fprintln(a.Out)
		a.paragraph("! ", fmt.Sprintf("The current certificate is new: it took over on %s, when %s was withdrawn. If you mean that one, answer no, and name it: --leaked %s shows what is left to be done.", utc(*p.TookOver), p.TookOverFrom, p.TookOverFrom))
	}
	fmt.Fprintln(a.Out, "\nWho believes the leaked key until something happens there:")
	if !p.Exposed() {
		fmt.Fprintln(a.Out, "  nobody that is known here")
	}
	for _, partner := range p.Partners {
		if !partner.Safe {
			fmt.Fprintf(a.Out, "  %s (%s)\n", partner.Name, partner.Issuer)
			a.paragraph("    ", partner.Text+".")
		}
	}
}

func (a *app) printWarnings(w adminapi.Withdrawal) {
	for _, text := range w.Warnings {
		fmt.Fprintln(a.Out)
		a.paragraph("! ", text)
	}
}

// printWithdrawn says what was done, and what is left to be done by whom.
func (a *app) printWithdrawn(e *emergency, w adminapi.Withdrawal) {
	for _, l := range w.Leaked {
		fmt.Fprintf(a.Out, "withdrawn   %s\n", l.Thumbprint)
	}
	if c := w.Current; c != nil {
		fmt.Fprintf(a.Out, "signs now   %s  %s\n            ends %s\n", c.Thumbprint, c.Subject, utc(c.NotAfter))
		if e.save != "" {
			fmt.Fprintf(a.Out, "            written to %s\n", e.save)
		}
	}
	a.printWarnings(w)
	for _, p := range w.Partners {
		if p.Safe {
			fmt.Fprintf(a.Out, "\nclosed      %s (%s)\n", p.Name, p.Issuer)
			a.paragraph("            ", p.Text+".")
		}
	}
	open := 0
	for _, p := range w.Partners {
		if p.Safe {
			continue
		}
		open++
		fmt.Fprintf(a.Out, "\nSTILL OPEN  %s (%s)\n", p.Name, p.Issuer)
		a.paragraph("            ", p.Text+".")
		for i, c := range p.Commands {
			if i == 0 || c.For != p.Commands[i-1].For {
				a.paragraph("            ", c.For+":")
			}
			fmt.Fprintf(a.Out, "                %s\n", c.Type)
		}
	}
	switch {
	case e.otherNode != nil && !e.refresh && refreshable(w):
		fmt.Fprintf(a.Out, "\nThe leaked key is withdrawn here. What is still open has to be closed there; from here the %s role can be reached with\n    matchseal roll withdraw --role %s --leaked %s --refresh-partner\n",
			e.otherRole, e.role, w.Leaked[0].Thumbprint)
	case open > 0:
		fmt.Fprintf(a.Out, "\nThe leaked key is withdrawn here. What is still open has to be closed there.\n")
	default:
		fmt.Fprintf(a.Out, "\nNobody that is known here believes the leaked key any more.\n")
	}
	fmt.Fprintf(a.Out, "\nWhat was done with the leaked key stands in the audit trail of the partners, by its thumbprint; on a matchseal server:\n    matchseal events --role %s --audit --max 1000\n", e.otherRole)
}

// refreshable says that something is open which reading the metadata closes.
func refreshable(w adminapi.Withdrawal) bool {
	return slices.ContainsFunc(w.Partners, func(p adminapi.WithdrawalPartner) bool { return !p.Safe && p.How == adminapi.HoldsByMetadata })
}

const lineWidth = 100

// paragraph prints a text in lines; the first begins with the mark, the others
// with as many blanks.
func (a *app) paragraph(mark, text string) {
	line := mark
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
		case len(line)+1+len(word) > lineWidth:
			fmt.Fprintln(a.Out, line)
			line = strings.Repeat(" ", len(mark))
		default:
			line += " "
		}
		line += word
	}
	fmt.Fprintln(a.Out, line)
}
