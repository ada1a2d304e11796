package renewal

import (
	"fmt"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/profile"
	"github.com/matchseal/matchseal/s2s"
)

// Where the events of this package stand. Their ids are those of their rows in
// the failure catalogue.
const (
	eventLog    = "Application"
	EventSource = "matchseal Certificates"
)

// code is the row that explains the end of a certificate.
func (c Certificate) code(ended bool) problem.Code {
	codes := map[Use][2]problem.Code{
		Current:    {problem.RenewalSigningEnds, problem.RenewalSigningEnded},
		Next:       {problem.RenewalSigningEnds, problem.RenewalSigningEnded},
		Listener:   {problem.RenewalTLSEnds, problem.RenewalTLSEnded},
		Management: {problem.RenewalTLSEnds, problem.RenewalTLSEnded},
		Partner:    {problem.RenewalPartnerEnds, problem.RenewalPartnerEnded},
		AuthServer: {problem.RenewalPartnerEnds, problem.RenewalPartnerEnded},
		Authority:  {problem.RenewalAuthorityEnds, problem.RenewalAuthorityEnded},

		Intermediate: {problem.RenewalIntermediateEnds, problem.RenewalIntermediateEnded},
	}[c.Use]
	if ended {
		return codes[1]
	}
	return codes[0]
}

// event announces the end of a certificate.
func (k *Keeper) event(f Facts, c Certificate, mark int, now time.Time, failed error) journal.Event {
	code := c.code(mark == 0)
	e := eventOf(code, now)
	e.Level, e.Text = journal.Warning, fmt.Sprintf("%s %s.", k.whose(c), ends(c.NotAfter, now))
	if mark <= 1 {
		e.Level = journal.Error
	}
	details := []string{
		"kind", string(c.Use.Kind()), "subject", c.Subject, "thumbprint", c.Thumbprint.String(), "ends", moment(c.NotAfter),
		"issuer", c.Issuer,
	}
	if c.Late != nil {
		details = append(details, "successor", fmt.Sprintf("%s is staged, but takes over on %s only%s", c.Late.Thumbprint, moment(c.Late.From), k.validFrom(c, now)))
	}
	if c.Use == Current || c.Use == Next {
		details = append(details, k.outlook(f, c, now, failed)...)
	}
	e.Detail = lines(append(details, "remedy", k.remedy(c, mark == 0), "see", string(code))...)
	return e
}

// outlook says of a signing certificate what renewal does about it.
func (k *Keeper) outlook(f Facts, c Certificate, now time.Time, failed error) []string {
	switch {
	case failed != nil && c.Use == Current:
		return []string{"automatic renewal", "failed: " + failed.Error()}
	case c.Use == Next && k.cfg.Mode == Do:
		return []string{"automatic renewal", "gives it a successor when it has become current"}
	case c.Use == Next || k.cfg.Mode != Announce:
		return nil
	}
	plan := []string{"renewal", fmt.Sprintf("a successor should become current on %s; staged now, it is known to every partner that reads the metadata document by then", moment(k.takeover(f, now)))}
	return append(plan, f.byHandWords(k.cfg.Role)...)
}

// validFrom says of a successor that cannot take over earlier why.
func (k *Keeper) validFrom(c Certificate, now time.Time) string {
	if !c.LateBegins.After(now) {
		return ""
	}
	return "; it is valid from " + moment(c.LateBegins) + " only"
}

// byHandWords says to whom somebody has to carry a new certificate.
func (f Facts) byHandWords(r profile.Role) []string {
	var all []string
	partners, servers := f.byHand()
	if len(partners) > 0 {
		all = append(all, "give it by hand to", strings.Join(partners, ", ")+": their certificates were given by hand, so no metadata document tells them of ours")
	}
	if len(servers) > 0 && r != profile.STS {
		all = append(all, "register it with", strings.Join(servers, ", ")+": New-MsolServicePrincipalCredential, while the old one stays registered")
	}
	return all
}

// whose begins the sentence about a certificate: which of the two kinds it is,
// and whose.
func (k *Keeper) whose(c Certificate) string {
	switch c.Use {
	case Current:
		return fmt.Sprintf("The signing certificate of this server's %s role", k.cfg.Role)
	case Next:
		return fmt.Sprintf("The signing certificate that is staged for this server's %s role", k.cfg.Role)
	case Listener, Management:
		return "The TLS certificate of " + strings.Join(c.Names, " and ")
	case Intermediate:
		what := "intermediate certificate"
		if c.Root {
			what = "root certificate"
		}
		return fmt.Sprintf("The %s %s, with which an authority vouches for the TLS certificate of %s,", what, c.Subject, strings.Join(c.Names, " and "))
	case Partner:
		return "The signing certificate of the partner application " + strings.Join(c.Names, ", ")
	case AuthServer:
		return "The signing certificate of the auth server " + strings.Join(c.Names, ", ")
	}
	return fmt.Sprintf("The certificate of the authority %s, with which TLS certificates of other servers are checked,", c.Subject)
}

// ends says when; days begun count.
func ends(end, now time.Time) string {
	left := end.Sub(now)
	switch days := (left + day - 1) / day; {
	case left <= 0:
		return "ended on " + moment(end)
	case days == 1:
		return "ends within a day, on " + moment(end)
	default:
		return fmt.Sprintf("ends in %d days, on %s", days, moment(end))
	}
}

// staged is what the journal says of a successor that was made and staged.
func (k *Keeper) staged(f Facts, x keyring.Succession, now time.Time) journal.Event {
	t := s2s.ThumbprintOf(x.Certificate)
	e := f.renewed(problem.RenewalStaged, now)
	e.Text = fmt.Sprintf("The signing certificate %s got the successor %s, which becomes current on %s.", x.Of, t, moment(x.Effective))
	e.Detail = lines(append([]string{
		"kind", string(Signing), "subject", subject(x.Certificate), "ends", moment(x.Certificate.NotAfter),
		"before it", fmt.Sprintf("%s, which ends %s", x.Of, moment(f.Slots.Current.NotAfter)),
	}, k.carry(f)...)...)
	return e
}

// moved is what the journal says of a staged certificate with a new date.
func (k *Keeper) moved(f Facts, x keyring.Succession, now time.Time) journal.Event {
	e := f.renewed(problem.RenewalMoved, now)
	e.Text = fmt.Sprintf("The staged signing certificate %s becomes current on %s already.", x.Staged, moment(x.Effective))
	e.Detail = lines(append([]string{"kind", string(Signing), "it was to take over on", moment(f.Slots.Next.From),
		"before it", fmt.Sprintf("%s, which ends %s", x.Of, moment(f.Slots.Current.NotAfter))}, k.carry(f)...)...)
	return e
}

// carry says of a staged certificate in which files it is, and to whom they
// have to be carried.
func (k *Keeper) carry(f Facts) []string {
	return append(k.where(), f.byHandWords(k.cfg.Role)...)
}

// renewed is an event about a renewal: information, or a warning when somebody
// has something to do.
func (f Facts) renewed(code problem.Code, now time.Time) journal.Event {
	e := eventOf(code, now)
	e.Level = journal.Information
	if partners, servers := f.byHand(); len(partners)+len(servers) > 0 {
		e.Level = journal.Warning
	}
	return e
}

// eventOf is the event of a row, without level and words.
func eventOf(code problem.Code, now time.Time) journal.Event {
	return journal.Event{ID: row(code).Event, Log: eventLog, Source: EventSource, Time: now}
}

// lines writes pairs of name and value, one per line; empty values are left out.
func lines(pairs ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			b.WriteString(pairs[i] + ": " + pairs[i+1] + "\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// moment writes a time for an administrator, always in UTC and saying so.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
