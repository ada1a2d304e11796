package cmdlet

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/shell"
)

func TestRecord(t *testing.T) {
	exchange := &shell.Command{Name: "Get-PartnerApplication", Module: exchangeModule, Class: "X.GetPartnerApplication"}
	skype := &shell.Command{Name: "Set-CsPartnerApplication", Module: skypeModule, Class: "X.SetCmdlet"}
	cloud := &shell.Command{Name: "Get-MsolServicePrincipal", Module: "MSOnline", Class: "Microsoft.Online.Administration.Automation.GetServicePrincipal"}
	const gone = "The operation couldn't be performed because object 'x' couldn't be found on 'exch.litware.test'."
	for _, c := range []struct {
		name    string
		command *shell.Command
		err     error
		want    string // message | category | exception | id | remedy
	}{
		{"what is not there, told once", exchange, &adminapi.Fault{Code: problem.PartnerNotFound, Detail: `there is no partner application "x"`, CmdletText: gone, Remedy: "general"},
			gone + "|ObjectNotFound|ManagementObjectNotFoundException|partner.not-found,X.GetPartnerApplication|List what there is and use a name from it: Get-PartnerApplication"},
		{"what adds something stays", exchange, &adminapi.Fault{Code: problem.ManageNotFound, Detail: `there is no server "x"; this is EXCH`, CmdletText: gone},
			gone + ` (there is no server "x"; this is EXCH)|ObjectNotFound|ManagementObjectNotFoundException|manage.not-found,X.GetPartnerApplication|List what there is and use a name from it: Get-PartnerApplication`},
		{"the other product", skype, &adminapi.Fault{Code: problem.PartnerNotFound, Detail: `there is no partner application "x"`, CmdletText: `Cannot find "PartnerApplication" "x" because it does not exist.`},
			`Cannot find "PartnerApplication" "x" because it does not exist.|ObjectNotFound|ManagementException|partner.not-found,X.SetCmdlet|List what there is and use a name from it: Get-CsPartnerApplication`},
		{"the cloud", cloud, &adminapi.Fault{Code: problem.TenantNoPrincipal, Detail: "Service principal was not found: x", Remedy: "List"},
			"Service principal was not found: x|ObjectNotFound|MicrosoftOnlineException|tenant.no-principal," + cloud.Class + "|List"},
		{"a document that cannot be had", exchange, &adminapi.Fault{Code: problem.NetDNS, Detail: "DNS knows no address for h", CmdletText: "Cannot acquire auth metadata document from 'https://h/'. Error: The remote name could not be resolved: 'h'.", Remedy: "Look."},
			"Cannot acquire auth metadata document from 'https://h/'. Error: The remote name could not be resolved: 'h'.|ResourceUnavailable|AuthMetadataClientException|net.dns,X.GetPartnerApplication|Look."},
		{"a bad value", skype, &adminapi.Fault{Code: problem.ManageParameter, Detail: "parameter Realm: no", Remedy: "Run `x`."},
			"parameter Realm: no|InvalidArgument|ArgumentException|manage.parameter,X.SetCmdlet|Run x."},
		{"a right that is missing", skype, &adminapi.Fault{Code: problem.ManageDenied, Title: "no"},
			"no|PermissionDenied|UnauthorizedAccessException|manage.denied,X.SetCmdlet|"},
		{"a certificate in use", exchange, &adminapi.Fault{Code: problem.KeyringInUse, Detail: "in use"},
			"in use|InvalidOperation|InvalidOperationException|keyring.in-use,X.GetPartnerApplication|"},
		{"the storage test", skype, &adminapi.Fault{Code: problem.StorageAutodiscover, Detail: "GetUserSettings failed", Cmdlet: 50043},
			"ExCreateItem exchange operation failed, code=50043, reason=GetUserSettings failed|NotSpecified|Exception|storage.autodiscover,X.SetCmdlet|"},
		{"a path, told once", exchange, fmt.Errorf("read: %w", notFound(`C:\x`)), `Cannot find path 'C:\x' because it does not exist.|ObjectNotFound|ItemNotFoundException|shell.no-path,X.GetPartnerApplication|` + mustEntry(t, problem.ShellNoPath).Remedy},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Record(c.command, c.err)
			if got := strings.Join([]string{r.Message, r.Category, r.Reason, r.ID, r.Remedy}, "|"); got != strings.ReplaceAll(c.want, "`", "") {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func mustEntry(t *testing.T, code problem.Code) problem.Entry {
	t.Helper()
	e, ok := problem.Lookup(code)
	if !ok {
		t.Fatalf("%s has no row", code)
	}
	return e
}

// The remedies of one product's shell name commands that are in that shell.
func TestNearRemediesNameCommandsThatExist(t *testing.T) {
	names := regexp.MustCompile(`\b[A-Z][a-z]+-[A-Z]\w+`)
	found := 0
	for shellName, maker := range map[string]product{"exchange": exchangeProduct, "skype": skypeProduct} {
		s, err := New(shellName, nil, DNS{})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range s.Commands {
			verb, noun, _ := strings.Cut(c.Name, "-")
			if productOf(c) != maker {
				continue
			}
			for _, e := range problem.All() {
				if e.Code == problem.PartnerExists || e.Code == problem.PartnerNoDocument || e.Code == problem.PartnerNotFound {
					if !strings.HasSuffix(noun, "PartnerApplication") && !strings.HasSuffix(noun, "AuthServer") {
						continue // these commands never come across it
					}
				}
				for _, name := range names.FindAllString(nearRemedy(maker, verb, noun, e.Code), -1) {
					found++
					if _, ok := find(s.Commands, name); !ok {
						t.Errorf("%s: %s sends to %s, which the %s shell does not have", c.Name, e.Code, name, shellName)
					}
				}
			}
		}
	}
	if found < 100 {
		t.Errorf("found only %d commands", found)
	}
}

func TestElsewhere(t *testing.T) {
	p := startNode(t)
	for shellName, lines := range map[string]map[string]string{
		"exchange": {"Get-CsPool": "Get-CsPool is a command of the Skype for Business Server Management Shell: matchseal shell skype"},
		"skype":    {"get-authconfig": "Get-AuthConfig is a command of the Exchange Management Shell: matchseal shell exchange", "Get-CsTenant": "matchseal shell online"},
	} {
		a := p.sit(shellName)
		for line, want := range lines {
			wantText(t, a.fails(line), want)
		}
	}
}

// What goes wrong with one object is no end: the expression around the command
// and the objects behind it go on.
func TestFailuresDoNotEndWhatIsAround(t *testing.T) {
	p := startPair(t)
	for _, c := range []struct{ line, want string }{
		{`if (-not (Get-PartnerApplication EXO -ErrorAction SilentlyContinue)) { "none" }`, "none"},
		{`if ((Get-PartnerApplication EXO -ErrorAction SilentlyContinue) -eq $null) { "none" }`, "none"},
		{`"nobody", "pilar" | Get-User -ErrorAction SilentlyContinue | % { $_.Name }`, "pilar"},
		{`try { Get-PartnerApplication EXO -ErrorAction Stop } catch [Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException] { "caught $($_.CategoryInfo.Category)" }`, "caught ObjectNotFound"},
		{`Get-PartnerApplication EXO -ErrorAction SilentlyContinue -ErrorVariable e; $?; $e.Count`, "False|1"},
	} {
		if got := p.ex.value(c.line); got != c.want {
			t.Errorf("%s gives %q, not %q", c.line, got, c.want)
		}
	}
	if got := p.sfb.value(`if ((Get-CsOAuthServer microsoft.sts -ErrorAction SilentlyContinue) -eq $null) { "none" }`); got != "none" {
		t.Errorf("on Skype: %q", got)
	}
}
