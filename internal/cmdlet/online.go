package cmdlet

import (
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
)

// Online makes the commands of the MSOnline and Skype for Business Online
// modules.
func Online(c *Connection) ([]*shell.Command, error) {
	return join(cstenant(c), msolserviceprincipal(c))
}

// onlineViews are the layouts of the online shell's objects: lists and tables
// by the number of their properties.
func onlineViews() format.Views { return views() }
