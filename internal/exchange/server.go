package exchange

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/settings"
)

// ClientAccessServer is the server's entry for clients. Its internal URI is
// what the service connection point publishes (003-11).
type ClientAccessServer struct {
	Name                           string
	Fqdn                           string
	AutoDiscoverServiceInternalURI string
	// AutoDiscoverSiteScope are the sites whose clients it is meant for, shown
	// and published but without effect: there is one site.
	AutoDiscoverSiteScope []string  `json:",omitempty"`
	Changed               time.Time `json:"-"`
}

func clientAccessServerKind() settings.Kind[ClientAccessServer] {
	return settings.Kind[ClientAccessServer]{Name: "exchange/client-access-server"}
}

// ServerName is the server's host name as cmdlets print it.
func (r *Role) ServerName() string {
	host, _, _ := strings.Cut(r.cfg.Fqdn, ".")
	return strings.ToUpper(host)
}

// ClientAccessServers lists the servers whose host name or FQDN matches,
// all for "" (002-03).
func (r *Role) ClientAccessServers(ctx context.Context, pattern string) ([]ClientAccessServer, error) {
	name := r.ServerName()
	if pattern != "" && !settings.Match(pattern, name) && !settings.Match(pattern, r.cfg.Fqdn) {
		return nil, nil
	}
	stored, _, err := settings.GetNamed(ctx, r.cfg.Settings, clientAccessServerKind(), name)
	if err != nil {
		return nil, fmt.Errorf("reading the client access server %s: %w", name, err)
	}
	c := stored.Value
	c.Name, c.Fqdn, c.Changed = name, r.cfg.Fqdn, stored.ChangedAt
	// By default the URI uses the server's own name (002-04).
	c.AutoDiscoverServiceInternalURI = cmp.Or(c.AutoDiscoverServiceInternalURI, "https://"+r.cfg.Fqdn+"/autodiscover/autodiscover.xml")
	return []ClientAccessServer{c}, nil
}

// IsServer reports whether identity is this server's, by host name or FQDN.
func (r *Role) IsServer(identity string) bool {
	return strings.EqualFold(identity, r.ServerName()) || strings.EqualFold(identity, r.cfg.Fqdn)
}

// maxSites bounds AutoDiscoverSiteScope.
const maxSites = 100

// SetClientAccessServer changes what the service connection point says: the
// internal Autodiscover URI (002-10) and the sites. nil keeps what is there.
func (r *Role) SetClientAccessServer(ctx context.Context, by, identity string, uri *string, sites *[]string) (warnings []string, err error) {
	if !r.IsServer(identity) {
		return nil, problem.New(problem.ManageNotFound, "there is no client access server %q; this is %s (%s)", identity, r.ServerName(), r.cfg.Fqdn)
	}
	if sites != nil && len(*sites) > maxSites {
		return nil, problem.New(problem.ManageParameter, "AutoDiscoverSiteScope has %d sites; %d is the limit", len(*sites), maxSites)
	}
	if uri != nil {
		if warnings, err = r.checkInternalURI(*uri); err != nil {
			return nil, err
		}
	}
	return warnings, settings.Update(ctx, r.cfg.Settings, by, clientAccessServerKind(), r.ServerName(), func(c ClientAccessServer, _ bool) (ClientAccessServer, error) {
		if uri != nil {
			c.AutoDiscoverServiceInternalURI = *uri
		}
		if sites != nil {
			c.AutoDiscoverSiteScope = *sites
		}
		return c, nil
	})
}

func (r *Role) checkInternalURI(uri string) (warnings []string, err error) {
	u, ok := httpsURL(uri)
	if !ok {
		return nil, problem.New(problem.ManageParameter, "AutoDiscoverServiceInternalUri is an https URL such as https://autodiscover.%s/autodiscover/autodiscover.xml, not %q", r.DefaultDomain(), uri)
	}
	if !strings.HasSuffix(strings.ToLower(u.Path), ".xml") {
		warnings = append(warnings, fmt.Sprintf("AutoDiscoverServiceInternalUri was stored, but clients read the document that ends in .xml, not %q; the address that ends in .svc belongs into ExchangeAutodiscoverUrl on the Skype for Business side", u.Path))
	}
	return warnings, nil
}

func httpsURL(raw string) (*url.URL, bool) {
	u, err := url.Parse(raw)
	return u, err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil
}

// VirtualDirectory is one of the role's web services and what it accepts.
type VirtualDirectory struct {
	Name string
	// OAuth is off until somebody switches it on, as the product's own
	// documentation warns (004-13).
	OAuth, Basic bool
	InternalURL  string
	ExternalURL  string
	Changed      time.Time `json:"-"`
}

// The virtual directories.
const (
	EWS          = "EWS"
	Autodiscover = "Autodiscover"
)

func virtualDirectoryKind() settings.Kind[VirtualDirectory] {
	return settings.Kind[VirtualDirectory]{Name: "exchange/virtual-directory"}
}

// defaultVirtualDirectories are those there are, as nobody has changed them.
func (r *Role) defaultVirtualDirectories() []VirtualDirectory {
	ews := "https://" + r.cfg.Hosts[0] + "/EWS/Exchange.asmx"
	return []VirtualDirectory{
		{Name: Autodiscover, Basic: true},
		{Name: EWS, Basic: true, InternalURL: ews, ExternalURL: ews},
	}
}

// VirtualDirectories lists those whose name matches, all for "". The name may
// be the one that the product prints: SERVER\EWS (Default Web Site).
func (r *Role) VirtualDirectories(ctx context.Context, pattern string) ([]VirtualDirectory, error) {
	var found []VirtualDirectory
	for _, fallback := range r.defaultVirtualDirectories() {
		if pattern != "" && !r.isCalled(fallback.Name, pattern) {
			continue
		}
		stored, ok, err := settings.GetNamed(ctx, r.cfg.Settings, virtualDirectoryKind(), fallback.Name)
		if err != nil {
			return nil, fmt.Errorf("reading the virtual directory %s: %w", fallback.Name, err)
		}
		v := fallback
		if ok {
			v = stored.Value
		}
		v.Changed = stored.ChangedAt
		found = append(found, v)
	}
	return found, nil
}

func (r *Role) isCalled(directory, pattern string) bool {
	server, name, qualified := strings.Cut(pattern, `\`)
	if !qualified {
		name = pattern
	} else if !settings.Match(server, r.ServerName()) && !settings.Match(server, r.cfg.Fqdn) {
		return false
	}
	return settings.Match(name, directory) || settings.Match(name, directory+" (Default Web Site)")
}

// VirtualDirectory reads one by name.
func (r *Role) VirtualDirectory(ctx context.Context, name string) (VirtualDirectory, error) {
	found, err := r.VirtualDirectories(ctx, name)
	if err != nil {
		return VirtualDirectory{}, err
	}
	if len(found) != 1 {
		return VirtualDirectory{}, problem.New(problem.ManageNotFound, "there is no virtual directory %q; there are %s and %s", name, EWS, Autodiscover)
	}
	return found[0], nil
}

// SetVirtualDirectory changes one; it takes effect with the next request.
func (r *Role) SetVirtualDirectory(ctx context.Context, by, name string, change func(*VirtualDirectory)) (warnings []string, err error) {
	now, err := r.VirtualDirectory(ctx, name)
	if err != nil {
		return nil, err
	}
	var after VirtualDirectory
	err = settings.Update(ctx, r.cfg.Settings, by, virtualDirectoryKind(), now.Name, func(old VirtualDirectory, ok bool) (VirtualDirectory, error) {
		if after = old; !ok {
			after = now
		}
		change(&after)
		after.Name = now.Name
		for _, address := range []string{after.InternalURL, after.ExternalURL} {
			if _, ok := httpsURL(address); address != "" && !ok {
				return after, problem.New(problem.ManageParameter, "a virtual directory has an https URL such as https://%s/EWS/Exchange.asmx, not %q", r.cfg.Hosts[0], address)
			}
		}
		return after, nil
	})
	if err == nil && !after.OAuth && !after.Basic {
		warnings = append(warnings, after.Name+" now accepts no kind of authentication, so nobody can use it")
	}
	return warnings, err
}
