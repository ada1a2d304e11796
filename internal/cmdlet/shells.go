package cmdlet

import (
	"fmt"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/builtin"
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// Shell is one of the management shells: what is its own, put together.
type Shell struct {
	Name  string // "exchange", "skype" or "online"
	Title string
	Role  string // the role its commands speak to
	// Start is the folder it begins in, and Prompt what stands before and
	// after the folder in its prompt.
	Start  string
	Prompt [2]string
	// Limit is its $FormatEnumerationLimit.
	Limit     int
	Commands  []*shell.Command
	Variables map[string]object.Value
	// Environment is its $env:.
	Environment map[string]string
	// Drives are those that hold no files, such as Cert:.
	Drives  map[string]shell.Drive
	Views   format.Views
	Scripts map[string]string
}

// Where the products are installed.
const (
	exchangeInstall = `C:\Program Files\Microsoft\Exchange Server\V15\`
	system32        = `C:\Windows\system32`
	home            = `C:\Users\Administrator`
)

// Names are the shells there are.
func Names() []string { return []string{"exchange", "skype", "online"} }

// New makes the shell of a name over a connection to its node.
func New(name string, c *Connection, dns DNS) (Shell, error) {
	var s Shell
	var own []*shell.Command
	var err error
	switch name {
	case "exchange":
		s = exchangeShell()
		own, err = Exchange(c)
	case "skype":
		s = skypeShell()
		own, err = Skype(c)
	case "online":
		s = onlineShell()
		own, err = Online(c)
	default:
		return s, fmt.Errorf("there are the shells %s, and no %q", strings.Join(Names(), ", "), name)
	}
	if err != nil {
		return s, err
	}
	s.Views = views(builtin.Views(), s.Views)
	s.Drives = drives(name, c)
	s.Commands = slices.Concat(builtin.Commands(modules), own, Natives(dns))
	return s, nil
}

// Elsewhere says which other shell has a command of this name, for the one who
// typed it here.
func (s Shell) Elsewhere(name string) string {
	for _, other := range []struct {
		shell Shell
		own   func(*Connection) ([]*shell.Command, error)
	}{{exchangeShell(), Exchange}, {skypeShell(), Skype}, {onlineShell(), Online}} {
		if other.shell.Name == s.Name {
			continue
		}
		// Nothing is run, so no connection is needed to know the names.
		all, err := other.own(nil)
		if err != nil {
			continue
		}
		if c, ok := find(all, name); ok {
			return fmt.Sprintf("%s is a command of the %s: matchseal shell %s", c.Name, other.shell.Title, other.shell.Name)
		}
	}
	return ""
}

// modules are those Import-Module finds. All that is in them is there from the
// start.
var modules = []string{"MSOnline", "MSOnlineExtended", "SkypeForBusiness", "SkypeOnlineConnector", "LyncOnlineConnector", "Lync", "ActiveDirectory", "WebAdministration"}

func exchangeShell() Shell {
	scripts := exchangeInstall + "Scripts"
	return Shell{
		Name: "exchange", Title: "Exchange Management Shell", Role: "exchange",
		Start: system32, Prompt: [2]string{"[PS] ", ">"}, Limit: 16,
		Variables: map[string]object.Value{
			"exscripts": scripts, "exbin": exchangeInstall + "bin", "exinstall": exchangeInstall,
		},
		Environment: map[string]string{"ExchangeInstallPath": exchangeInstall, "SystemDrive": "C:", "windir": `C:\Windows`, "USERPROFILE": home, "TEMP": `C:\Temp`},
		Scripts:     map[string]string{scripts + `\` + enterpriseScript: enterpriseScriptText},
		Views:       exchangeViews(),
	}
}

func skypeShell() Shell {
	return Shell{
		Name: "skype", Title: "Skype for Business Server Management Shell", Role: "skype",
		Start: home, Prompt: [2]string{"PS ", ">"}, Limit: 4,
		Environment: map[string]string{"SystemDrive": "C:", "windir": `C:\Windows`, "USERPROFILE": home, "TEMP": `C:\Temp`},
		Variables:   map[string]object.Value{},
		Views:       skypeViews(),
	}
}

func onlineShell() Shell {
	return Shell{
		Name: "online", Title: "Microsoft Online Services Module", Role: "online",
		Start: home, Prompt: [2]string{"PS ", ">"}, Limit: 4,
		Environment: map[string]string{"SystemDrive": "C:", "windir": `C:\Windows`, "USERPROFILE": home, "TEMP": `C:\Temp`},
		Variables:   map[string]object.Value{},
		Views:       onlineViews(),
	}
}

const enterpriseScript = "Configure-EnterprisePartnerApplication.ps1"

// enterpriseScriptText is what reading the script shows. What it does is a
// management call, so that it works from another machine.
const enterpriseScriptText = `# Configure-EnterprisePartnerApplication.ps1
#
# Makes the directory account of a partner (LyncEnterprise-ApplicationAccount
# for -ApplicationType Lync), gives it the management roles a partner of that
# kind needs, and makes the partner application from -AuthMetadataUrl.
#
# This shell runs it as one management call to the Exchange server; see
#   Get-Help .\Configure-EnterprisePartnerApplication.ps1
`

// PromptFor is the prompt in a folder.
func (s Shell) PromptFor(folder string) string { return s.Prompt[0] + folder + s.Prompt[1] }
