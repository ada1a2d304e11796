package cmdlet

import "github.com/matchseal/matchseal/internal/shell"

// Exchange makes the commands of the Exchange Management Shell.
func Exchange(c *Connection) ([]*shell.Command, error) { return join() }
