package exchange

import (
	"cmp"
	"context"
	"fmt"

	"github.com/matchseal/matchseal/internal/profile"
	"github.com/matchseal/matchseal/internal/settings"
	"github.com/matchseal/matchseal/s2s"
)

// AuthConfig is who this organisation says it is; the certificates beside it
// are the keyring's.
type AuthConfig struct{ profile.Identity }

const authConfigName = "Auth Configuration"

func authConfigKind() settings.Kind[AuthConfig] {
	return settings.Kind[AuthConfig]{Name: "exchange/auth-config"}
}

func (c AuthConfig) withDefaults() AuthConfig {
	c.ServiceName = cmp.Or(c.ServiceName, string(s2s.ExchangeApp))
	return c
}

// AuthConfig reads it; there is always exactly one.
func (r *Role) AuthConfig(ctx context.Context) (AuthConfig, error) {
	c, _, err := settings.Get(ctx, r.cfg.Settings, authConfigKind(), authConfigName)
	if err != nil {
		return c, fmt.Errorf("reading the auth configuration: %w", err)
	}
	return c.withDefaults(), nil
}

// SetAuthConfig changes it.
func (r *Role) SetAuthConfig(ctx context.Context, by string, change func(*AuthConfig)) (warnings []string, err error) {
	err = settings.Update(ctx, r.cfg.Settings, by, authConfigKind(), authConfigName, func(old AuthConfig, _ bool) (AuthConfig, error) {
		c := old.withDefaults()
		change(&c)
		var err error
		if c.Identity, err = c.Canonical(); err != nil {
			return c, err
		}
		warnings = old.withDefaults().Became(c.Identity, r.DefaultRealm())
		return c, nil
	})
	return warnings, err
}

// DefaultRealm is the realm while nobody has set another.
func (r *Role) DefaultRealm() string { return cmp.Or(r.cfg.Realm, r.DefaultDomain()) }

// Principal is who this role is: its service name in its realm.
func (r *Role) Principal(ctx context.Context) (s2s.Principal, error) {
	c, err := r.AuthConfig(ctx)
	if err != nil {
		return s2s.Principal{}, err
	}
	return c.Identity.Principal(r.DefaultRealm())
}
