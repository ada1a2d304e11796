package cmdlet

import (
	"maps"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
)

// exchangeModule is the source that Get-Command shows.
const exchangeModule = "Microsoft.Exchange.Management.PowerShell.E2010"

// Exchange makes the commands of the Exchange Management Shell.
func Exchange(c *Connection) ([]*shell.Command, error) {
	return join(
		authconfig(c), exchangecertificate(c),
		partnerapplication(c), authserver(c), oauthconnectivity(c), enterprisescript(c),
		clientaccess(c), virtualdirectory(c), exchangeserver(c),
		roleassignment(c), mailuser(c), mailboxes(c), users(c),
		aduser(c), eventlog(c, adminapi.GetExchangeEvents),
	)
}

// exchangeViews are the layouts of the Exchange shell's objects.
func exchangeViews() format.Views {
	return views(
		exchangeCertificateViews(), partnerApplicationViews(), authServerViews(), oauthConnectivityViews(), clientAccessViews(),
		virtualDirectoryViews(), exchangeServerViews(), roleAssignmentViews(), mailUserViews(), mailboxViews(), userViews(),
		eventLogViews(),
	)
}

// views puts the layouts of several nouns together.
func views(parts ...format.Views) format.Views {
	all := format.Views{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

// table is a view of some properties as a table; widths are shared out.
func table(properties ...string) format.View {
	v := format.View{Default: format.Table}
	for _, p := range properties {
		v.Table = append(v.Table, format.Column{Property: p})
	}
	return v
}
