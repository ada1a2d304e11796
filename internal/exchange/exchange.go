package exchange

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/rbac"
	"github.com/matchseal/matchseal/internal/settings"
	"github.com/matchseal/matchseal/s2s"
)

// Config is what the role was started with.
type Config struct {
	Settings  *settings.Store
	Directory *directory.Directory
	Roles     *rbac.Store
	Partners  *partner.Store

	Fqdn  string   // of this server
	Hosts []string // names under which the web services are published
	// AcceptedDomains of the organisation; the first is the default and gives
	// the realm while none is set.
	AcceptedDomains []string
	// Realm is the one while nobody has set another; empty means the default
	// domain.
	Realm        string
	Organisation string
}

// Role is the exchange role's own configuration.
type Role struct{ cfg Config }

// New returns the role over its settings.
func New(cfg Config) *Role { return &Role{cfg} }

// AuthConfig is who this organisation says it is; the certificates beside it
// are the keyring's.
type AuthConfig struct {
	Realm       string // empty means the default accepted domain
	ServiceName string
}

const global = "Auth Configuration"

func authKind() settings.Kind[AuthConfig] {
	return settings.Kind[AuthConfig]{Name: "exchange/auth-config"}
}

// AuthConfig reads it; there is always exactly one.
func (r *Role) AuthConfig(ctx context.Context) (AuthConfig, error) {
	c, _, err := settings.Get(ctx, r.cfg.Settings, authKind(), global)
	if err != nil {
		return c, fmt.Errorf("reading the auth configuration: %w", err)
	}
	c.ServiceName = cmp.Or(c.ServiceName, string(s2s.ExchangeApp))
	return c, nil
}

// SetAuthConfig replaces it.
func (r *Role) SetAuthConfig(ctx context.Context, by string, c AuthConfig) error {
	if c.Realm != "" {
		if _, err := s2s.ParseRealm(c.Realm); err != nil {
			return problem.Wrap(err, problem.ManageParameter, "Realm")
		}
	}
	if _, err := s2s.ParseAppID(c.ServiceName); err != nil {
		return problem.Wrap(err, problem.ManageParameter, "ServiceName")
	}
	return settings.Put(ctx, r.cfg.Settings, by, authKind(), global, c)
}

// DefaultRealm is the realm while nobody has set another.
func (r *Role) DefaultRealm() string { return cmp.Or(r.cfg.Realm, r.cfg.AcceptedDomains[0]) }

// DefaultDomain is the default accepted domain.
func (r *Role) DefaultDomain() string { return r.cfg.AcceptedDomains[0] }

// AcceptedDomains lists the domains whose mailboxes may be here.
func (r *Role) AcceptedDomains() []string { return r.cfg.AcceptedDomains }

// Principal is who this role is: its service name in its realm.
func (r *Role) Principal(ctx context.Context) (s2s.Principal, error) {
	c, err := r.AuthConfig(ctx)
	if err != nil {
		return s2s.Principal{}, err
	}
	app, err := s2s.ParseAppID(c.ServiceName)
	if err != nil {
		return s2s.Principal{}, err
	}
	realm, err := s2s.ParseRealm(cmp.Or(c.Realm, r.DefaultRealm()))
	return s2s.Principal{App: app, Realm: realm}, err
}

// AudienceHosts are the hosts a token may name.
func (r *Role) AudienceHosts() []string { return r.cfg.Hosts }

// ClientAccessServer is the server's entry for clients. Its internal URI is
// what the service connection point publishes (003-11).
type ClientAccessServer struct {
	Name                           string
	Fqdn                           string
	AutoDiscoverServiceInternalURI string
}

func casKind() settings.Kind[ClientAccessServer] {
	return settings.Kind[ClientAccessServer]{Name: "exchange/client-access-server"}
}

// ClientAccessServers lists the servers whose host name or FQDN matches,
// all for "" (002-03).
func (r *Role) ClientAccessServers(ctx context.Context, pattern string) ([]ClientAccessServer, error) {
	name := r.serverName()
	c, _, err := settings.Get(ctx, r.cfg.Settings, casKind(), name)
	if err != nil {
		return nil, fmt.Errorf("reading the client access server %s: %w", name, err)
	}
	c.Name, c.Fqdn = name, r.cfg.Fqdn
	// By default the URI uses the server's own name (002-04).
	c.AutoDiscoverServiceInternalURI = cmp.Or(c.AutoDiscoverServiceInternalURI, "https://"+r.cfg.Fqdn+"/autodiscover/autodiscover.xml")
	if pattern == "" || settings.Match(pattern, c.Name) || settings.Match(pattern, c.Fqdn) {
		return []ClientAccessServer{c}, nil
	}
	return nil, nil
}

func (r *Role) serverName() string {
	host, _, _ := strings.Cut(r.cfg.Fqdn, ".")
	return strings.ToUpper(host)
}

// SetClientAccessServer changes the internal Autodiscover URI (002-10).
func (r *Role) SetClientAccessServer(ctx context.Context, by, identity, uri string) error {
	found, err := r.ClientAccessServers(ctx, identity)
	if err != nil {
		return err
	}
	if identity == "" || len(found) == 0 {
		return problem.New(problem.ManageNotFound, "there is no client access server %q; this is %s (%s)", identity, r.serverName(), r.cfg.Fqdn)
	}
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return problem.New(problem.ManageParameter, "AutoDiscoverServiceInternalUri is an https URL such as https://autodiscover.%s/autodiscover/autodiscover.xml, not %q", r.DefaultDomain(), uri)
	}
	return settings.Put(ctx, r.cfg.Settings, by, casKind(), found[0].Name, ClientAccessServer{AutoDiscoverServiceInternalURI: uri})
}

// VirtualDirectory is one of the role's web services and what it accepts.
type VirtualDirectory struct {
	Name string
	// OAuth is off until somebody switches it on, as the product's own
	// documentation warns (004-13).
	OAuth, Basic bool
	InternalURL  string
	ExternalURL  string
}

// The virtual directories.
const (
	EWS          = "EWS"
	Autodiscover = "Autodiscover"
)

func vdirKind() settings.Kind[VirtualDirectory] {
	return settings.Kind[VirtualDirectory]{Name: "exchange/virtual-directory"}
}

// VirtualDirectory reads one by name.
func (r *Role) VirtualDirectory(ctx context.Context, name string) (VirtualDirectory, error) {
	fallback, ok := r.defaultVirtualDirectory(name)
	if !ok {
		return VirtualDirectory{}, problem.New(problem.ManageNotFound, "there is no virtual directory %q; there are %s and %s", name, EWS, Autodiscover)
	}
	v, ok, err := settings.Get(ctx, r.cfg.Settings, vdirKind(), fallback.Name)
	if err != nil {
		return VirtualDirectory{}, fmt.Errorf("reading the virtual directory %s: %w", name, err)
	}
	if !ok {
		return fallback, nil
	}
	v.Name = fallback.Name
	return v, nil
}

func (r *Role) defaultVirtualDirectory(name string) (VirtualDirectory, bool) {
	// "EWS (Default Web Site)" is how the product prints the name.
	short, _, _ := strings.Cut(name, " (")
	switch {
	case strings.EqualFold(short, EWS):
		address := "https://" + r.cfg.Hosts[0] + "/EWS/Exchange.asmx"
		return VirtualDirectory{Name: EWS, Basic: true, InternalURL: address, ExternalURL: address}, true
	case strings.EqualFold(short, Autodiscover):
		return VirtualDirectory{Name: Autodiscover, Basic: true}, true
	}
	return VirtualDirectory{}, false
}

// SetVirtualDirectory replaces one; it takes effect with the next request.
func (r *Role) SetVirtualDirectory(ctx context.Context, by string, v VirtualDirectory) error {
	for _, address := range []string{v.InternalURL, v.ExternalURL} {
		if u, err := url.Parse(address); address != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
			return problem.New(problem.ManageParameter, "%q is no https URL", address)
		}
	}
	return settings.Put(ctx, r.cfg.Settings, by, vdirKind(), v.Name, v)
}
