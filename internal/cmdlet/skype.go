package cmdlet

import (
	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
)

// skypeModule is the source that Get-Command shows.
const skypeModule = "SkypeForBusiness"

// Skype makes the commands of the Skype for Business Server Management Shell.
func Skype(c *Connection) ([]*shell.Command, error) {
	return join(
		cscertificate(c),
		cspartnerapplication(c), csoauthserver(c), csoauthconfiguration(c),
		cspool(c), cstrustedapplication(c), csuser(c), csstorage(c), csarchiving(c),
		aduser(c), eventlog(c, adminapi.GetSkypeEvents),
	)
}

// skypeViews are the layouts of the Skype shell's objects: its own are lists,
// whatever the number of their properties.
func skypeViews() format.Views { return views(eventLogViews()) }
