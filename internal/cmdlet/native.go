package cmdlet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/shell"
)

// Resolver looks names up; *outbound.Client is one.
type Resolver interface {
	LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
	LookupCNAME(ctx context.Context, host string) (string, error)
	LookupHost(ctx context.Context, host string) ([]string, error)
}

// DNS says whom nslookup asks.
type DNS struct {
	// Name and Address are those of the server that is asked when the command
	// line names none; Authoritative says that it answers for its own names.
	Name, Address string
	Authoritative bool
	// At makes a resolver that asks the server at an address, host:port, "" for
	// the one above.
	At func(address string) Resolver
}

// Natives makes the programs that an administrator calls from every shell:
// iisreset and nslookup.
func Natives(dns DNS) []*shell.Command {
	return []*shell.Command{
		{
			Name: "iisreset", Aliases: []string{"iisreset.exe"}, Kind: shell.Native,
			Synopsis: "Stops and starts the web services. Here nothing needs it: every change is in force when its command ends.",
			Start:    shell.Each(iisreset),
		},
		{
			Name: "nslookup", Aliases: []string{"nslookup.exe"}, Kind: shell.Native,
			Synopsis: "Asks a DNS server: nslookup [-q=a|cname|srv] NAME [SERVER].",
			Start:    shell.Each(dns.nslookup),
		},
	}
}

// iisreset prints what the product's program prints, and what is true here
// (002-11). It stops nothing, so that a pasted runbook costs nobody a request.
func iisreset(_ context.Context, in *shell.Invocation) error {
	what := "restart"
	for _, arg := range in.Arguments() {
		name, isOption := strings.CutPrefix(strings.Replace(arg, "-", "/", 1), "/")
		switch name, _, _ = strings.Cut(strings.ToLower(name), ":"); {
		case !isOption: // a computer's name (004-06); all servers here are the same
		case slices.Contains([]string{"noforce", "timeout", "rebootonerror"}, name):
		case slices.Contains([]string{"restart", "stop", "start", "status"}, name):
			what = name
		default:
			return &shell.NativeFailure{Status: 1, Text: "Usage:\niisreset [computername] [/RESTART | /START | /STOP | /STATUS] [/NOFORCE] [/TIMEOUT:<seconds>]\n"}
		}
	}
	lines := map[string][]string{
		"restart": {"", "Attempting stop...", "Internet services successfully stopped", "Attempting start...", "Internet services successfully restarted"},
		"stop":    {"", "Attempting stop...", "Internet services successfully stopped"},
		"start":   {"", "Attempting start...", "Internet services successfully started"},
		"status":  {"", `Status for IIS Admin Service ( IISADMIN ) : "Running"`, `Status for World Wide Web Publishing Service ( W3SVC ) : "Running"`},
	}[what]
	for _, line := range lines {
		if err := in.Emit(line); err != nil {
			return err
		}
	}
	if what != "status" {
		in.Show("Nothing was stopped: every change is in force the moment its command ends.", true)
	}
	return nil
}

// question is one question to nslookup.
type question struct{ kind, name, server string }

func parseQuestion(args []string) (question, error) {
	q := question{kind: "a"}
	for _, arg := range args {
		option, isOption := strings.CutPrefix(arg, "-")
		if !isOption {
			switch {
			case q.name == "":
				q.name = arg
			case q.server == "":
				q.server = arg
			default:
				return q, fmt.Errorf("*** Unexpected argument %s", arg)
			}
			continue
		}
		name, value, _ := strings.Cut(strings.ToLower(option), "=")
		switch {
		case strings.HasPrefix("querytype", name) && name != "" || name == "type" || name == "ty":
			q.kind = value
		case name == "debug" || name == "d2" || name == "nodebug" || name == "timeout" || name == "retry":
		default:
			return q, fmt.Errorf("*** Invalid option: %s", option)
		}
	}
	if q.name == "" {
		return q, errors.New("*** nslookup needs a name here: nslookup [-q=a|cname|srv] NAME [SERVER]")
	}
	if !slices.Contains([]string{"a", "cname", "srv", "any", "a+aaaa"}, q.kind) {
		return q, fmt.Errorf("*** nslookup asks for a, cname and srv records here, not for %s", q.kind)
	}
	return q, nil
}

// nslookup answers as Windows' program does (002-07, 002-08).
func (d DNS) nslookup(ctx context.Context, in *shell.Invocation) error {
	q, err := parseQuestion(in.Arguments())
	if err != nil {
		return &shell.NativeFailure{Status: 1, Text: err.Error() + "\n"}
	}
	server, address := d.Name, d.Address
	if q.server != "" {
		d.Authoritative = false
		server, address = q.server, q.server
		if _, _, err := net.SplitHostPort(address); err != nil {
			address = net.JoinHostPort(address, "53")
		}
	}
	host := address
	if h, _, err := net.SplitHostPort(address); err == nil {
		host = h
	}
	resolver := d.At(map[bool]string{true: address}[q.server != ""])
	lines, err := resolve(ctx, resolver, q)
	if err := emit(in, "Server:  "+server, "Address:  "+host, ""); err != nil {
		return err
	}
	if err != nil {
		return unresolved(err, server, q.name)
	}
	if !d.Authoritative {
		lines = append([]string{"Non-authoritative answer:"}, lines...)
	}
	return emit(in, append(lines, "")...)
}

func emit(in *shell.Invocation, lines ...string) error {
	for _, line := range lines {
		if err := in.Emit(line); err != nil {
			return err
		}
	}
	return nil
}

func resolve(ctx context.Context, r Resolver, q question) ([]string, error) {
	switch q.kind {
	case "srv":
		_, records, err := r.LookupSRV(ctx, "", "", q.name)
		var lines []string
		for _, s := range records {
			lines = append(lines, q.name+"  SRV service location:",
				fmt.Sprintf("          priority       = %d", s.Priority), fmt.Sprintf("          weight         = %d", s.Weight),
				fmt.Sprintf("          port           = %d", s.Port), "          svr hostname   = "+strings.TrimSuffix(s.Target, "."))
		}
		return lines, err
	case "cname":
		target, err := r.LookupCNAME(ctx, q.name)
		if err != nil {
			return nil, err
		}
		return []string{q.name + "  canonical name = " + strings.TrimSuffix(target, ".")}, nil
	}
	addresses, err := r.LookupHost(ctx, q.name)
	if err != nil {
		return nil, err
	}
	name, alias := q.name, ""
	if target, err := r.LookupCNAME(ctx, q.name); err == nil && !strings.EqualFold(strings.TrimSuffix(target, "."), strings.TrimSuffix(q.name, ".")) {
		name, alias = strings.TrimSuffix(target, "."), q.name
	}
	lines := []string{"Name:    " + name}
	if len(addresses) == 1 {
		lines = append(lines, "Address:  "+addresses[0])
	} else {
		lines = append(lines, "Addresses:  "+strings.Join(addresses, "\n          "))
	}
	if alias != "" {
		lines = append(lines, "Aliases:  "+alias)
	}
	return lines, nil
}

// unresolved is nslookup's sentence for a failure, and the code of one that is
// not the name's fault.
func unresolved(err error, server, name string) error {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		switch {
		case dns.IsNotFound:
			return &shell.NativeFailure{Status: 1, Text: fmt.Sprintf("*** %s can't find %s: Non-existent domain\n", server, name)}
		case dns.IsTimeout:
			return &shell.NativeFailure{Status: 1, Text: fmt.Sprintf("DNS request timed out.\n    timeout was 2 seconds.\n*** Request to %s timed-out\n", server)}
		}
	}
	return problem.Wrap(err, problem.ShellDNS, "*** %s can't find %s", server, name)
}
