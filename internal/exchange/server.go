package exchange

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/settings"
)

// ClientAccessServer is the server's entry for clients. Its internal URI is
// what the service connection point publishes (003-11).
type ClientAccessServer struct {
	Name                           string
	Fqdn                           string
	AutoDiscoverServiceInternalURI string
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
	c, _, err := settings.Get(ctx, r.cfg.Settings, clientAccessServerKind(), name)
	if err != nil {
		return nil, fmt.Errorf("reading the client access server %s: %w", name, err)
	}
	c.Name, c.Fqdn = name, r.cfg.Fqdn
	// By default the URI uses the server's own name (002-04).
	c.AutoDiscoverServiceInternalURI = cmp.Or(c.AutoDiscoverServiceInternalURI, "https://"+r.cfg.Fqdn+"/autodiscover/autodiscover.xml")
	return []ClientAccessServer{c}, nil
}

// SetClientAccessServer changes the internal Autodiscover URI (002-10).
func (r *Role) SetClientAccessServer(ctx context.Context, by, identity, uri string) (warnings []string, err error) {
	if !strings.EqualFold(identity, r.ServerName()) && !strings.EqualFold(identity, r.cfg.Fqdn) {
		return nil, problem.New(problem.ManageNotFound, "there is no client access server %q; this is %s (%s)", identity, r.ServerName(), r.cfg.Fqdn)
	}
	u, ok := httpsURL(uri)
	if !ok {
		return nil, problem.New(problem.ManageParameter, "AutoDiscoverServiceInternalUri is an https URL such as https://autodiscover.%s/autodiscover/autodiscover.xml, not %q", r.DefaultDomain(), uri)
	}
	if !strings.HasSuffix(strings.ToLower(u.Path), ".xml") {
		warnings = append(warnings, fmt.Sprintf("AutoDiscoverServiceInternalUri was stored, but clients read the document that ends in .xml, not %q; the address that ends in .svc belongs into ExchangeAutodiscoverUrl on the Skype for Business side", u.Path))
	}
	err = settings.Put(ctx, r.cfg.Settings, by, clientAccessServerKind(), r.ServerName(), ClientAccessServer{AutoDiscoverServiceInternalURI: uri})
	return warnings, err
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
		v, ok, err := settings.Get(ctx, r.cfg.Settings, virtualDirectoryKind(), fallback.Name)
		if err != nil {
			return nil, fmt.Errorf("reading the virtual directory %s: %w", fallback.Name, err)
		}
		if !ok {
			v = fallback
		}
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
