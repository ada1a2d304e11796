package adminserver

import (
	"context"
	"crypto/x509"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/readers"
	"github.com/matchseal/matchseal/internal/skype"
	"github.com/matchseal/matchseal/internal/storagesvc"
	"github.com/matchseal/matchseal/s2s"
)

// Skype is what the calls of the skype role work on.
type Skype struct {
	Role      *skype.Role
	Keyring   *keyring.Keyring
	Partners  *partner.Store
	Readers   *readers.Store // who reads the metadata document; nil: not recorded
	Storage   *storagesvc.Service
	Directory *directory.Directory
	Journal   *journal.Journal
	// Mint makes an act-as token for a user and a partner's URL.
	Mint func(ctx context.Context, u directory.User, url string, life time.Duration) (token string, expires time.Time, err error)
	// AutodiscoverName reports whether autodiscover.<domain> leads anywhere.
	AutodiscoverName func(ctx context.Context, domain string) error
	// TLS, CopyTLS and RootOf are as with Exchange.
	TLS     func() *x509.Certificate
	CopyTLS func(context.Context) error
	RootOf  func(*x509.Certificate) certs.Root
}

// MountSkype adds the calls of the skype role.
func (s *Server) MountSkype(x Skype) {
	s.organisations = append(s.organisations, x.Role.Organisation())
	may := rightsIn(x.Role.Organisation(), directory.RTCUniversalUserAdmins, directory.RTCUniversalServerAdmins)
	x.mountCertificates(s, may)
	x.mountRoll(s, may)
	x.mountWithdrawals(s, may)
	x.mountPartners(s, may)
	handle(s, adminapi.GetCsOAuthConfiguration, may.read, func(ctx context.Context, _ Operator, _ adminapi.Empty) (adminapi.OAuthConfiguration, error) {
		c, err := x.Role.OAuthConfiguration(ctx)
		return oauthOut(c, x.Role.DefaultRealm()), err
	})
	handle(s, adminapi.SetCsOAuthConfiguration, may.change, x.setOAuth)
	x.mountTopology(s, may)
	x.mountArchiving(s, may)
	x.mountUsers(s, may)
	x.mountStorage(s, may)
	change(s, x.Journal, adminapi.MintActAsToken, within(x.Role.Organisation(), member(directory.RTCUniversalUserAdmins)), x.mint)
	mountJournal(s, x.Journal, x.Role.Fqdn(), may.read, adminapi.GetSkypeEvents, adminapi.GetSkypeAccesses)
}

// builtInName warns as 003-14 teaches: without a configured URL the product
// looks for autodiscover.<domain> whatever Exchange calls itself.
func (x Skype) builtInName(ctx context.Context, a partner.Application) []string {
	c, err := x.Role.OAuthConfiguration(ctx)
	if err != nil || c.ExchangeAutodiscoverURL != "" || a.App != s2s.ExchangeApp || x.AutodiscoverName == nil {
		return nil
	}
	domain := x.Role.DefaultDomain()
	if x.AutodiscoverName(ctx, domain) == nil {
		return nil
	}
	return []string{"ExchangeAutodiscoverUrl is not set and autodiscover." + domain + " does not resolve, so mailboxes will not be found. " +
		"Make a host record autodiscover." + domain + " with Exchange's address, or an alias of Exchange's name, or run " +
		"Set-CsOAuthConfiguration -Identity global -ExchangeAutodiscoverUrl https://<Exchange>/autodiscover/autodiscover.svc"}
}

func oauthOut(c skype.OAuthConfiguration, defaultRealm string) adminapi.OAuthConfiguration {
	return adminapi.OAuthConfiguration{
		Realm: c.Realm, DefaultRealm: defaultRealm, ServiceName: c.ServiceName,
		ClientAuthorizationOAuthServerIdentity: c.ClientAuthorizationOAuthServerIdentity,
		ExchangeAutodiscoverURL:                c.ExchangeAutodiscoverURL,
		ExchangeAutodiscoverAllowedDomains:     c.ExchangeAutodiscoverAllowedDomains,
		ClientAdalAuthOverride:                 c.ClientAdalAuthOverride,
		AlternateAudienceURL:                   c.AlternateAudienceURL,
		AdditionalAudienceURLs:                 c.AdditionalAudienceURLs,
	}
}

func (x Skype) setOAuth(ctx context.Context, op Operator, req adminapi.OAuthConfigurationSettings) (adminapi.Changed, error) {
	warnings, err := x.Role.SetOAuthConfiguration(ctx, op.String(), func(c *skype.OAuthConfiguration) {
		set(&c.Realm, req.Realm)
		set(&c.ServiceName, req.ServiceName)
		set(&c.ClientAuthorizationOAuthServerIdentity, req.ClientAuthorizationOAuthServerIdentity)
		set(&c.ExchangeAutodiscoverURL, req.ExchangeAutodiscoverURL)
		set(&c.ExchangeAutodiscoverAllowedDomains, req.ExchangeAutodiscoverAllowedDomains)
		set(&c.ClientAdalAuthOverride, req.ClientAdalAuthOverride)
		set(&c.AlternateAudienceURL, req.AlternateAudienceURL)
		set(&c.AdditionalAudienceURLs, req.AdditionalAudienceURLs)
	})
	return adminapi.Changed{Warnings: warnings}, err
}

func (x Skype) mountUsers(s *Server, may rights) {
	handle(s, adminapi.GetCsUser, may.read, x.users)
	handle(s, adminapi.EnableCsUser, may.change, func(ctx context.Context, op Operator, req adminapi.EnableCsUserRequest) (adminapi.SipUser, error) {
		if err := required(req.RegistrarPool, "RegistrarPool"); err != nil {
			return adminapi.SipUser{}, err
		}
		address := req.SipAddress
		if req.SipAddressType != "" && address == "" {
			var err error
			if address, err = x.Role.DerivedAddress(ctx, req.Identity, req.SipAddressType, req.SipDomain); err != nil {
				return adminapi.SipUser{}, err
			}
		}
		u, err := x.Role.Enable(ctx, op.String(), req.Identity, address, req.RegistrarPool)
		if err != nil {
			return adminapi.SipUser{}, err
		}
		return sipUserOut(u), nil
	})
	handle(s, adminapi.DisableCsUser, may.change, func(ctx context.Context, op Operator, req adminapi.Identity) (adminapi.Changed, error) {
		return adminapi.Changed{}, x.Role.Disable(ctx, op.String(), req.Identity)
	})
}

// users finds the one user that a name means, or a page of those that match a
// pattern.
func (x Skype) users(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.SipUser, error) {
	if isLiteral(req.Identity) {
		u, err := x.Role.Registered(ctx, req.Identity)
		if err != nil {
			return nil, err
		}
		return []adminapi.SipUser{sipUserOut(u)}, nil
	}
	most, _ := req.Size()
	found, err := x.Role.Users(ctx, req.Identity, req.After, most)
	out := []adminapi.SipUser{}
	for _, u := range found {
		out = append(out, sipUserOut(u))
	}
	return out, err
}

func sipUserOut(u skype.User) adminapi.SipUser {
	return adminapi.SipUser{
		Identity: u.Path(), DisplayName: u.DisplayName, SipAddress: "sip:" + string(u.SIP), RegistrarPool: u.Pool,
		Enabled: u.SipEnabled && u.Enabled, UPN: string(u.UPN), SMTP: string(u.SMTP), SID: string(u.SID),
		SamAccountName: u.Name, GUID: u.ID, DistinguishedName: u.DistinguishedName(),
	}
}

// mint makes a token that opens a user's mailbox, so it is for who sits at the
// machine whose key signs it and not for whoever knows an operator's password.
func (x Skype) mint(ctx context.Context, op Operator, req adminapi.MintRequest) (adminapi.MintedToken, error) {
	if !op.local {
		return adminapi.MintedToken{}, problem.New(problem.ManageDenied, "tokens are minted over the node's own socket file only")
	}
	u, err := resolve(ctx, x.Directory, x.Role.Organisation(), req.User)
	if err != nil {
		return adminapi.MintedToken{}, err
	}
	life := time.Hour
	if req.Life != "" {
		if life, err = time.ParseDuration(req.Life); err != nil || life < 5*time.Minute || life > 24*time.Hour {
			return adminapi.MintedToken{}, problem.New(problem.ManageParameter, "a token lives from 5m to 24h, not %q", req.Life)
		}
	}
	token, expires, err := x.Mint(ctx, u, req.URL, life)
	return adminapi.MintedToken{Token: token, Expires: expires}, err
}
