package cmdlet

import "github.com/matchseal/matchseal/internal/shell"

// Online makes the commands of the MSOnline and Skype for Business Online
// modules.
func Online(c *Connection) ([]*shell.Command, error) { return join() }
