package skype

import (
	"cmp"
	"context"
	"fmt"
	"slices"
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

// Enable enables a directory user for SIP on a pool. address may be empty;
// then the user keeps his SIP address or gets his e-mail address.
func (r *Role) Enable(ctx context.Context, by, identity, address, pool string) (User, error) {
	u, err := r.resolve(ctx, identity)
	if err != nil {
		return User{}, unmanaged(err, identity)
	}
	if !strings.EqualFold(pool, r.cfg.Pool.Fqdn) {
		return User{}, problem.New(problem.ManageNotFound, "there is no pool %q; this role runs %s", pool, r.cfg.Pool.Fqdn)
	}
	sip, err := r.address(ctx, u, address)
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

// address picks the SIP address and holds it to the deployment's domains. The
// directory lets several accounts have one address; here it names one user.
func (r *Role) address(ctx context.Context, u directory.User, address string) (directory.SIP, error) {
	sip, err := directory.ParseSIP(cmp.Or(address, string(u.SIP), string(u.SMTP), string(u.UPN)))
	if err != nil {
		return "", problem.Wrap(err, problem.ManageParameter, "SipAddress")
	}
	if !slices.ContainsFunc(r.cfg.SIPDomains, func(d string) bool { return strings.EqualFold(d, sip.Domain()) }) {
		return "", problem.New(problem.ManageParameter, "%s is not a SIP domain of this deployment; use an address in %s", sip.Domain(), strings.Join(r.cfg.SIPDomains, ", "))
	}
	others, err := r.registered(ctx, sip)
	if err != nil {
		return "", err
	}
	for _, other := range others {
		if other.SipEnabled && other.ID != u.ID {
			return "", problem.New(problem.ManageParameter, "sip:%s is the address of %s; an address belongs to one user", sip, other.Name)
		}
	}
	return sip, nil
}

// Disable takes a user off SIP; mailbox and account stay as they are.
func (r *Role) Disable(ctx context.Context, by, identity string) error {
	u, err := r.resolve(ctx, identity)
	if err != nil {
		return unmanaged(err, identity)
	}
	return settings.Update(ctx, r.cfg.Settings, by, registrationKind(), u.ID, func(reg registration, ok bool) (registration, error) {
		if !ok || !reg.Enabled {
			return reg, problem.New(problem.StorageNotSipEnabled, "%s is not enabled for SIP", u.Name)
		}
		reg.Enabled = false
		return reg, nil
	})
}

// userBatch is how many accounts are read at a time.
const userBatch = 200

// Users lists the users that are, or were, enabled for SIP and whose address,
// UPN or name matches the pattern (all for ""), by account name: those after the
// given one, and most at the most (0 for all).
func (r *Role) Users(ctx context.Context, pattern, after string, most int) ([]User, error) {
	pattern = strings.TrimPrefix(strings.ToLower(pattern), "sip:")
	var users []User
	for {
		part, err := r.cfg.Directory.UsersAfter(ctx, r.cfg.Organisation, after, userBatch)
		if err != nil {
			return nil, err
		}
		for _, u := range part {
			after = u.Name
			if u.SIP == "" || pattern != "" && !matchAny(pattern, string(u.SIP), string(u.UPN), u.Name, u.DisplayName, string(u.SMTP)) {
				continue
			}
			reg, there, err := settings.Get(ctx, r.cfg.Settings, registrationKind(), u.ID)
			if err != nil {
				return nil, fmt.Errorf("reading the registration of %s: %w", u.Name, err)
			}
			if !there {
				continue
			}
			if users = append(users, User{u, reg.Pool, reg.Enabled}); len(users) == most {
				return users, nil
			}
		}
		if len(part) < userBatch {
			return users, nil
		}
	}
}

// Registered finds the one user an operator means, who is or was enabled for
// SIP.
func (r *Role) Registered(ctx context.Context, identity string) (User, error) {
	u, err := r.resolve(ctx, identity)
	if err != nil {
		return User{}, unmanaged(err, identity)
	}
	reg, there, err := settings.Get(ctx, r.cfg.Settings, registrationKind(), u.ID)
	if err != nil {
		return User{}, fmt.Errorf("reading the registration of %s: %w", u.Name, err)
	}
	if !there {
		return User{}, unmanaged(problem.New(problem.ManageNotFound, "%s is in the directory and was never enabled for SIP", u.Name), identity)
	}
	return User{u, reg.Pool, reg.Enabled}, nil
}

// unmanaged says in the product's words that nobody is meant.
func unmanaged(err error, identity string) error {
	if f := problem.Of(err); f.Code == problem.DirectoryUnknown || f.Code == problem.ManageNotFound {
		return f.WithCmdletText(`Management object not found for identity "` + identity + `".`)
	}
	return err
}

// DerivedAddress makes the SIP address of a user from what the directory has:
// kind is FirstLastName, EmailAddress, UserPrincipalName, SAMAccountName, or
// None for the address that the user has.
func (r *Role) DerivedAddress(ctx context.Context, identity, kind, domain string) (string, error) {
	u, err := r.resolve(ctx, identity)
	if err != nil {
		return "", unmanaged(err, identity)
	}
	local := ""
	switch strings.ToLower(kind) {
	case "none":
		return string(u.SIP), nil
	case "emailaddress":
		if u.SMTP == "" {
			return "", problem.New(problem.ManageParameter, "%s has no e-mail address to derive a SIP address from", u.Name)
		}
		return string(u.SMTP), nil
	case "userprincipalname":
		return string(u.UPN), nil
	case "samaccountname":
		local = u.Name
	case "firstlastname":
		names := strings.Fields(u.DisplayName)
		if len(names) < 2 {
			return "", problem.New(problem.ManageParameter, "the name %q of %s has no first and last name", u.DisplayName, u.Name)
		}
		local = strings.ToLower(names[0] + "." + names[len(names)-1])
	default:
		return "", problem.New(problem.ManageParameter, "SipAddressType is FirstLastName, EmailAddress, UserPrincipalName, SAMAccountName or None, not %q", kind)
	}
	if domain == "" {
		return "", problem.New(problem.ManageParameter, "SipAddressType %s wants the parameter SipDomain too", kind)
	}
	return local + "@" + domain, nil
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
	found, err := r.registered(ctx, sip)
	if err != nil {
		return directory.User{}, err
	}
	if len(found) > 1 { // those that are not enabled for SIP may share an address
		if on := slices.DeleteFunc(slices.Clone(found), func(u User) bool { return !u.SipEnabled }); len(on) > 0 {
			found = on
		}
	}
	switch {
	case len(found) == 0:
		return directory.User{}, problem.New(problem.StorageUnknownUser, "no user in the directory has the address sip:%s", sip)
	case len(found) > 1:
		return directory.User{}, problem.New(problem.StorageUnknownUser, "%d users in the directory have the address sip:%s; it must be one", len(found), sip)
	case !found[0].Enabled:
		return directory.User{}, problem.New(problem.StorageUserDisabled, "the account %s (sip:%s) is disabled", found[0].Name, sip)
	case !found[0].SipEnabled:
		return directory.User{}, problem.New(problem.StorageNotSipEnabled, "%s (sip:%s) is in the directory but not enabled for SIP", found[0].Name, sip)
	}
	return found[0].User, nil
}

// registered finds the accounts of the organisation that have the address.
func (r *Role) registered(ctx context.Context, sip directory.SIP) ([]User, error) {
	found, err := r.cfg.Directory.Find(ctx, directory.Query{By: directory.BySIP, Value: string(sip), Organisation: r.cfg.Organisation})
	if err != nil {
		return nil, fmt.Errorf("looking for sip:%s: %w", sip, err)
	}
	var users []User
	for _, u := range found {
		reg, _, err := settings.Get(ctx, r.cfg.Settings, registrationKind(), u.ID)
		if err != nil {
			return nil, fmt.Errorf("reading the registration of %s: %w", u.Name, err)
		}
		users = append(users, User{u, reg.Pool, reg.Enabled})
	}
	return users, nil
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
