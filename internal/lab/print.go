package lab

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// printer tells a person what the lab does.
type printer struct {
	w   io.Writer
	now func() time.Time
}

func (p *printer) line(s string)    { fmt.Fprintln(p.w, s) }
func (p *printer) heading(s string) { fmt.Fprintf(p.w, "\n%s\n\n", s) }

// command prints a command line behind the prompt of the server it belongs to.
func (p *printer) command(role, line string) {
	prompt := "[PS exchange]"
	if role == "skype" {
		prompt = "[PS skype]   "
	}
	fmt.Fprintf(p.w, "%s %s\n", prompt, line)
}

func (p *printer) note(s string) {
	for _, l := range strings.Split(s, "\n") {
		fmt.Fprintf(p.w, "              %s\n", l)
	}
}

// verbose prints one message of a -Verbose run; requests and answers in full
// would fill the screen, so bodies are left to `matchseal test storage -v`.
func (p *printer) verbose(s string) {
	message, inBody := strings.Split(strings.TrimRight(s, "\n"), "\n"), false
	fmt.Fprintln(p.w, "VERBOSE: "+message[0])
	for _, l := range message[1:] {
		switch {
		case strings.Contains(l, " trace, type="):
			inBody = true
		case strings.HasPrefix(l, "</Trace>"):
			inBody = false
		case !inBody:
			fmt.Fprintln(p.w, l)
		}
	}
}

// took says how long a step took when a person would have noticed.
func (p *printer) took(d time.Duration) {
	if d >= 500*time.Millisecond {
		p.note(fmt.Sprintf("(%.1f s)", d.Seconds()))
	}
}

func (l *Lab) introduce() {
	l.out.line("A mail server and a communications server on this machine, as strangers to each other:")
	l.out.line("")
	row := func(what, name, where string) { fmt.Fprintf(l.opt.Out, "  %-10s %-22s %s\n", what, name, where) }
	row("exchange", l.plan.exchange.fqdn, l.plan.exchange.listen()+"  also mail."+l.domain+", autodiscover."+l.domain)
	row("skype", l.plan.skype.fqdn, l.plan.skype.listen())
	row("cloud", l.plan.sts.fqdn, l.plan.sts.listen()+"  the directory of a tenant, which the two do not need")
	row("DNS", l.domain, l.dns.addr())
	row("directory", "", fmt.Sprintf("%d accounts, password %s", len(accounts()), password))
	row("files", "", l.dir)
}

func (l *Lab) explainUnpaired() {
	l.out.heading("The two servers are up and not paired.")
	l.out.line("  They run until Ctrl-C. Their shells, each in a window of its own:")
	l.out.line("")
	for _, s := range l.servers()[:2] {
		l.out.line(fmt.Sprintf("  %s shell %s%s", l.opt.Command, s.role, l.dirFlag()))
	}
	l.out.line("")
	l.out.line("  The pairing steps, in order, to be typed there:")
	for _, s := range l.pairingSteps() {
		l.out.command(s.role, s.line)
	}
}

// explain prints where everything is and what to try next.
func (l *Lab) explain() {
	l.out.heading("The lab is up, until Ctrl-C.")
	out := func(format string, args ...any) { fmt.Fprintf(l.opt.Out, "  "+format+"\n", args...) }
	out("Reach the exchange role from this machine (any EWS client works the same way):")
	out("")
	out("  %s", l.curl())
	out("")
	out("Metadata documents   %s", l.exchangeMetadata())
	out("                     %s", l.skypeMetadata())
	out("                     %s", l.stsMetadata())
	out("CA certificate       %s", l.caFile())
	out("Names and addresses  %s", statePath(l.dir))
	out("Logs                 %s", l.logFile("exchange"))
	out("                     %s", l.logFile("skype"))
	out("")
	dir := l.dirFlag()
	out("Try next, in another window:")
	out("  %s shell skype%s", l.opt.Command, dir)
	out("  %s shell exchange%s -c 'Get-PartnerApplication Lync* | fl'", l.opt.Command, dir)
	out("  %s test storage sip:pilar@%s --verbose%s", l.opt.Command, l.domain, dir)
	out("  %s test storage sip:nomailbox@%s%s", l.opt.Command, l.domain, dir)
	out("  %s test storage sip:%s@%s --as helpdesk%s", l.opt.Command, testUser, l.domain, dir)
	out("  %s events%s", l.opt.Command, dir)
	out("  %s events --role exchange --audit%s", l.opt.Command, dir)
	out("  %s store examples/conversations%s", l.opt.Command, dir)
}

// dirFlag is what a command needs to find this lab.
func (l *Lab) dirFlag() string {
	if l.opt.Dir == DefaultDir {
		return ""
	}
	return " --dir " + shellWord(l.opt.Dir)
}

// curl is the one line with which an outside client reaches the exchange role.
func (l *Lab) curl() string {
	names := "--resolve mail." + l.domain + ":443:" + l.plan.exchange.addr.String()
	if !l.standard {
		names = "--connect-to mail." + l.domain + ":443:" + l.plan.exchange.listen()
	}
	return fmt.Sprintf("curl --cacert %s %s -u %s@%s:%s %s", shellWord(l.caFile()), names, testUser, l.domain, password, l.ews())
}

// shellWord is a path as one word of a command line.
func shellWord(path string) string {
	if !strings.ContainsFunc(path, func(r rune) bool {
		return !(r == '/' || r == '.' || r == '-' || r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9')
	}) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
