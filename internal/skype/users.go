package skype

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/settings"
)

// registration is what the role keeps about an enabled user; who the user is
// stays in the directory.
type registration struct {
	Pool    string
	Enabled bool
}

func registrationKind() settings.Kind[registration] {
	return settings.Kind[registration]{Name: "skype/user"}
}

// User is a directory user that is, or was, enabled for SIP.
type User struct {
	directory.User
	Pool       string
	SipEnabled bool
}

// Enable enables a directory user for SIP on a pool. address may be empty
// when the directory has one already.
func (r *Role) Enable(ctx context.Context, by, identity, address, pool string) (User, error) {
	u, err := r.resolve(ctx, identity)
	if err != nil {
		return User{}, err
	}
	if len(r.Pools(pool)) == 0 || strings.ContainsAny(pool, "*?") {
		return User{}, problem.New(problem.ManageNotFound, "there is no pool %q; this role runs %s", pool, r.cfg.Pool.Fqdn)
	}
	sip, err := r.address(u, address)
	if err != nil {
		return User{}, err
	}
	if sip != u.SIP {
		u.SIP = sip
		if err := r.cfg.Directory.SetUser(ctx, u); err != nil {
			return User{}, fmt.Errorf("giving %s the address sip:%s: %w", u.Name, sip, err)
		}
	}
	reg := registration{Pool: r.cfg.Pool.Fqdn, Enabled: true}
	if err := settings.Put(ctx, r.cfg.Settings, by, registrationKind(), u.ID, reg); err != nil {
		return User{}, err
	}
	return User{u, reg.Pool, reg.Enabled}, nil
}

// address picks the SIP address and holds it to the deployment's domains.
func (r *Role) address(u directory.User, address string) (directory.SIP, error) {
	raw := cmp.Or(address, string(u.SIP), string(u.SMTP), string(u.UPN))
	sip, err := directory.ParseSIP(raw)
	if err != nil {
		return "", problem.Wrap(err, problem.ManageParameter, "SipAddress")
	}
	_, domain, _ := strings.Cut(string(sip), "@")
	for _, d := range r.cfg.SIPDomains {
		if strings.EqualFold(d, domain) {
			return sip, nil
		}
	}
	return "", problem.New(problem.ManageParameter, "%s is not a SIP domain of this deployment; use an address in %s", domain, strings.Join(r.cfg.SIPDomains, ", "))
}

// Disable takes a user off SIP; mailbox and account stay as they are.
func (r *Role) Disable(ctx context.Context, by, identity string) error {
	u, err := r.resolve(ctx, identity)
	if err != nil {
		return err
	}
	reg, ok, err := settings.Get(ctx, r.cfg.Settings, registrationKind(), u.ID)
	if err != nil {
		return err
	}
	if !ok {
		return problem.New(problem.StorageNotSipEnabled, "%s is not enabled for SIP", u.Name)
	}
	reg.Enabled = false
	return settings.Put(ctx, r.cfg.Settings, by, registrationKind(), u.ID, reg)
}

// Users lists the users enabled for SIP whose address, UPN or name matches
// the pattern, all for "".
func (r *Role) Users(ctx context.Context, pattern string) ([]User, error) {
	registrations, err := settings.List(ctx, r.cfg.Settings, registrationKind())
	if err != nil {
		return nil, err
	}
	pattern = strings.TrimPrefix(strings.ToLower(pattern), "sip:")
	var users []User
	for _, reg := range registrations {
		u, err := r.cfg.Directory.User(ctx, reg.Name)
		if problem.Is(err, problem.DirectoryUnknown) {
			continue // the account has left the directory
		}
		if err != nil {
			return nil, err
		}
		if pattern == "" || matchAny(pattern, string(u.SIP), string(u.UPN), u.Name, u.DisplayName, string(u.SMTP)) {
			users = append(users, User{u, reg.Value.Pool, reg.Value.Enabled})
		}
	}
	return users, nil
}

func matchAny(pattern string, values ...string) bool {
	for _, v := range values {
		if settings.Match(pattern, v) {
			return true
		}
	}
	return false
}

// User finds the enabled, SIP-enabled user with this address, or says which
// of the conditions fails: unknown, disabled, not enabled for SIP.
func (r *Role) User(ctx context.Context, sip directory.SIP) (directory.User, error) {
	found, err := r.cfg.Directory.Find(ctx, directory.Query{By: directory.BySIP, Value: string(sip), Organisation: r.cfg.Organisation})
	if err != nil {
		return directory.User{}, err
	}
	switch len(found) {
	case 0:
		return directory.User{}, problem.New(problem.StorageUnknownUser, "no user in the directory has the address sip:%s", sip)
	case 1:
	default:
		return directory.User{}, problem.New(problem.StorageUnknownUser, "%d users in the directory have the address sip:%s; it must be one", len(found), sip)
	}
	u := found[0]
	if !u.Enabled {
		return directory.User{}, problem.New(problem.StorageUserDisabled, "the account %s (sip:%s) is disabled", u.Name, sip)
	}
	reg, ok, err := settings.Get(ctx, r.cfg.Settings, registrationKind(), u.ID)
	if err != nil {
		return directory.User{}, err
	}
	if !ok || !reg.Enabled {
		return directory.User{}, problem.New(problem.StorageNotSipEnabled, "%s (sip:%s) is in the directory but not enabled for SIP", u.Name, sip)
	}
	return u, nil
}

func (r *Role) resolve(ctx context.Context, identity string) (directory.User, error) {
	u, err := r.cfg.Directory.Resolve(ctx, identity)
	if err != nil {
		return directory.User{}, fmt.Errorf("finding the user %q: %w", identity, err)
	}
	if !strings.EqualFold(u.Organisation, r.cfg.Organisation) {
		return directory.User{}, problem.New(problem.DirectoryUnknown, "nobody in the organisation %s is %q", r.cfg.Organisation, identity)
	}
	return u, nil
}
