package exchange

import (
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/rbac"
	"github.com/matchseal/matchseal/internal/settings"
)

// Config is what the role was started with. All of it is required but Realm.
type Config struct {
	Settings  *settings.Store
	Directory *directory.Directory
	Roles     *rbac.Store
	Partners  *partner.Store

	Fqdn  string   // of this server
	Hosts []string // names under which the web services are published, at least one
	// AcceptedDomains of the organisation, at least one; the first is the
	// default and gives the realm while none is set.
	AcceptedDomains []string
	// Realm is the one while nobody has set another; empty means the default
	// domain.
	Realm        string
	Organisation string
}

// Version is the build that the role's web services say they are of.
const Version = "15.1.2507.6"

// Role is the exchange role's own configuration.
type Role struct{ cfg Config }

// New returns the role over its settings.
func New(cfg Config) *Role { return &Role{cfg} }

// DefaultDomain is the default accepted domain.
func (r *Role) DefaultDomain() string { return r.cfg.AcceptedDomains[0] }

// Organisation is whose role this is; its operators and users belong to it.
func (r *Role) Organisation() string { return r.cfg.Organisation }

// AcceptedDomains lists the domains whose mailboxes may be here.
func (r *Role) AcceptedDomains() []string { return r.cfg.AcceptedDomains }

// Fqdn is this server's name; it stands for the directory server too, since the
// directory is asked through it.
func (r *Role) Fqdn() string { return r.cfg.Fqdn }

// AudienceHosts are the hosts a token may name.
func (r *Role) AudienceHosts() []string { return r.cfg.Hosts }
