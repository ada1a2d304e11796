package skype

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/matchseal/matchseal/autodiscover"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/profile"
	"github.com/matchseal/matchseal/internal/settings"
	"github.com/matchseal/matchseal/s2s"
)

// Config is what the role was started with.
type Config struct {
	Settings  *settings.Store
	Directory *directory.Directory
	Pool      Pool
	Hosts     []string // names under which the web services are published
	// SIPDomains of this deployment, one at least; the first is the default
	// and gives the realm while none is set.
	SIPDomains []string
	// Realm is the one while nobody has set another; empty means the default
	// domain.
	Realm        string
	Organisation string // whose users these are
}

// Role is the skype role's own configuration.
type Role struct{ cfg Config }

// New returns the role over its settings.
func New(cfg Config) *Role { return &Role{cfg} }

// OAuthConfiguration is the role's one global set of OAuth settings, in the
// words of Get-CsOAuthConfiguration (001-06).
type OAuthConfiguration struct {
	profile.Identity
	ClientAuthorizationOAuthServerIdentity string
	ExchangeAutodiscoverURL                string
	ExchangeAutodiscoverAllowedDomains     string // separated by ;
	ClientAdalAuthOverride                 string
	AlternateAudienceURL                   string
	AdditionalAudienceURLs                 string // separated by ;
}

const global = "Global"

func oauthKind() settings.Kind[OAuthConfiguration] {
	return settings.Kind[OAuthConfiguration]{Name: "skype/oauth-configuration"}
}

func (c OAuthConfiguration) withDefaults() OAuthConfiguration {
	c.ServiceName = cmp.Or(c.ServiceName, string(s2s.SkypeApp))
	c.ClientAdalAuthOverride = cmp.Or(c.ClientAdalAuthOverride, "NoOverride")
	return c
}

// OAuthConfiguration reads the settings in force; what nobody has set is at
// its default, and ExchangeAutodiscoverURL is blank (002-14).
func (r *Role) OAuthConfiguration(ctx context.Context) (OAuthConfiguration, error) {
	c, _, err := settings.Get(ctx, r.cfg.Settings, oauthKind(), global)
	if err != nil {
		return c, fmt.Errorf("reading the OAuth configuration: %w", err)
	}
	return c.withDefaults(), nil
}

// SetOAuthConfiguration changes the settings. It refuses only what could
// never be meant; a value that will not work for the storage test is kept, as
// the product keeps it, and comes back as a warning.
func (r *Role) SetOAuthConfiguration(ctx context.Context, by string, change func(*OAuthConfiguration)) (warnings []string, err error) {
	err = settings.Update(ctx, r.cfg.Settings, by, oauthKind(), global, func(old OAuthConfiguration, _ bool) (OAuthConfiguration, error) {
		c := old.withDefaults()
		change(&c)
		c, err := c.canonical()
		if err != nil {
			return c, err
		}
		warnings = old.withDefaults().Became(c.Identity, r.DefaultRealm())
		if c.ExchangeAutodiscoverURL == "" || c.ExchangeAutodiscoverURL == old.ExchangeAutodiscoverURL {
			return c, nil
		}
		if w := autodiscoverURLProblem(c.ExchangeAutodiscoverURL); w != "" {
			warnings = append(warnings, "ExchangeAutodiscoverUrl was stored, but the Storage Service will fail with code=50043: "+w)
		}
		return c, nil
	})
	return warnings, err
}

// canonical refuses what could never be meant.
func (c OAuthConfiguration) canonical() (OAuthConfiguration, error) {
	var err error
	if c.Identity, err = c.Canonical(); err != nil {
		return c, err
	}
	c.ExchangeAutodiscoverURL = strings.TrimSpace(c.ExchangeAutodiscoverURL)
	switch c.ClientAdalAuthOverride {
	case "NoOverride", "Allowed", "Disallowed":
	default:
		return c, problem.New(problem.ManageParameter, "ClientAdalAuthOverride is NoOverride, Allowed or Disallowed, not %q", c.ClientAdalAuthOverride)
	}
	for _, u := range append(splitList(c.AdditionalAudienceURLs), splitList(c.AlternateAudienceURL)...) {
		if _, err := audienceHost(u); err != nil {
			return c, problem.Wrap(err, problem.ManageParameter, "an audience URL")
		}
	}
	return c, nil
}

// autodiscoverURLProblem says what is wrong with an ExchangeAutodiscoverUrl
// and how the right one looks, or "" (002-15, 002-16, 002-31).
func autodiscoverURLProblem(raw string) string {
	u, err := autodiscover.CheckEndpoint(raw)
	var wrong *autodiscover.Error
	switch {
	case errors.As(err, &wrong):
		return wrong.Detail
	case err != nil:
		return err.Error()
	case !strings.HasSuffix(strings.ToLower(u.Path), ".svc"):
		return fmt.Sprintf("%q does not end in .svc; the form is https://autodiscover.<domain>%s", raw, autodiscover.PathSOAP)
	}
	return ""
}

// DefaultRealm is the realm while nobody has set another.
func (r *Role) DefaultRealm() string { return cmp.Or(r.cfg.Realm, r.DefaultDomain()) }

// Organisation is whose role this is; its operators and users belong to it.
func (r *Role) Organisation() string { return r.cfg.Organisation }

// DefaultDomain is the default SIP domain.
func (r *Role) DefaultDomain() string { return r.cfg.SIPDomains[0] }

// SIPDomains lists the domains of this deployment, the default one first.
func (r *Role) SIPDomains() []string { return r.cfg.SIPDomains }

// Fqdn is the name of the pool that this server is.
func (r *Role) Fqdn() string { return r.cfg.Pool.Fqdn }

// Principal is who this role is: its service name in its realm.
func (r *Role) Principal(ctx context.Context) (s2s.Principal, error) {
	c, err := r.OAuthConfiguration(ctx)
	if err != nil {
		return s2s.Principal{}, err
	}
	return c.Identity.Principal(r.DefaultRealm())
}

// AudienceHosts are the hosts a token may name, published names first, then
// the additional ones an administrator has set.
func (r *Role) AudienceHosts(ctx context.Context) ([]string, error) {
	c, err := r.OAuthConfiguration(ctx)
	if err != nil {
		return nil, err
	}
	hosts := append([]string(nil), r.cfg.Hosts...)
	for _, u := range append(splitList(c.AlternateAudienceURL), splitList(c.AdditionalAudienceURLs)...) {
		if h, err := audienceHost(u); err == nil {
			hosts = append(hosts, h)
		}
	}
	return hosts, nil
}

func audienceHost(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return "", fmt.Errorf("%q is not an https URL", raw)
	}
	return strings.TrimSuffix(strings.ToLower(u.Host), ":443"), nil
}

// AllowedDomains are those to which Autodiscover may redirect.
func (c OAuthConfiguration) AllowedDomains() []string {
	return splitList(c.ExchangeAutodiscoverAllowedDomains)
}

func splitList(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ';' || r == ',' || r == ' ' })
}
