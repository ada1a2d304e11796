package cmdlet

import "github.com/matchseal/matchseal/internal/shell"

// Skype makes the commands of the Skype for Business Server Management Shell.
func Skype(c *Connection) ([]*shell.Command, error) { return join() }
