package autodiscoverserver

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/matchseal/matchseal/autodiscover"
)

// Config is what the face needs from the domain. All functions are called for
// each request, so that a changed setting takes effect at once.
type Config struct {
	// Guard lets callers in, or answers them itself. It protects the .svc and
	// .xml paths; .json is anonymous by its specification.
	Guard func(http.Handler) http.Handler
	// Find looks a user up by SMTP address or, when the text begins with a
	// slash, by legacy DN. It reports false for a user that does not exist.
	Find func(ctx context.Context, address string) (User, bool, error)
	// Endpoints returns the addresses that the virtual directories hold.
	Endpoints func(ctx context.Context) (Endpoints, error)
	// OAuth reports whether the Autodiscover virtual directory accepts OAuth.
	OAuth func(ctx context.Context) (bool, error)
	// Version is what ServerVersionInfo says; zero means 15.1.2507.6.
	Version autodiscover.ServerVersion
	Now     func() time.Time
	Log     *slog.Logger // nil means no log
}

// User is what Autodiscover tells about a user.
type User struct {
	SMTP, DisplayName, LegacyDN string
	// Mailbox reports whether the user has a mailbox here. A user without one
	// and without a redirect is answered like a user that does not exist.
	Mailbox bool
	// RedirectAddress or RedirectURL sends the client elsewhere.
	RedirectAddress, RedirectURL string
}

// Endpoints are the organisation's addresses. Either EWS URL may be empty.
type Endpoints struct {
	InternalEWS, ExternalEWS string
	// Host is the name under which Autodiscover is reached, without a port.
	Host string
	// MailboxServer and ServerDN name the server, DeploymentID the
	// organisation. Empty ones are reported as not available.
	MailboxServer, ServerDN, DeploymentID string
	AcceptedDomains                       []string
}

// ews returns the address for clients outside, or the other one.
func (e Endpoints) ews() string {
	if e.ExternalEWS != "" {
		return e.ExternalEWS
	}
	return e.InternalEWS
}

func (c Config) check() error {
	var missing []error
	for name, absent := range map[string]bool{
		"Guard": c.Guard == nil, "Find": c.Find == nil, "Endpoints": c.Endpoints == nil, "OAuth": c.OAuth == nil, "Now": c.Now == nil,
	} {
		if absent {
			missing = append(missing, errors.New("autodiscoverserver: Config."+name+" is missing"))
		}
	}
	return errors.Join(missing...)
}
