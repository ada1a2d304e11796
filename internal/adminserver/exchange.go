package adminserver

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/url"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/exchange"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/mailbox"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/rbac"
	"github.com/matchseal/matchseal/internal/readers"
	"github.com/matchseal/matchseal/s2s"
)

// Exchange is what the calls of the exchange role work on.
type Exchange struct {
	Role      *exchange.Role
	Keyring   *keyring.Keyring
	Partners  *partner.Store
	Readers   *readers.Store // who reads the metadata document; nil: not recorded
	Roles     *rbac.Store
	Mailboxes *mailbox.Store
	Directory *directory.Directory
	Journal   *journal.Journal
	// TLS is the certificate that the role's web services show now; may be nil,
	// and may give nil.
	TLS func() *x509.Certificate
	// CopyTLS brings that certificate, with its key, into the keyring.
	CopyTLS func(context.Context) error
	// RootOf says who vouches for a certificate; nil knows nobody.
	RootOf func(*x509.Certificate) certs.Root
	// TestOAuth calls a partner's resource for a user, told line by line.
	TestOAuth func(ctx context.Context, target *url.URL, u directory.User) (lines []string, err error)
}

// MountExchange adds the calls of the exchange role.
func (s *Server) MountExchange(x Exchange) {
	s.organisations = append(s.organisations, x.Role.Organisation())
	may := rightsIn(x.Role.Organisation(), directory.OrganizationManagement)
	x.mountCertificates(s, may)
	x.mountRoll(s, may)
	x.mountWithdrawals(s, may)
	p := x.mountPartners(s, may)
	change(s, x.Journal, adminapi.ConfigureEnterprisePartnerApplication, may.change, func(ctx context.Context, op Operator, req adminapi.ConfigureEnterpriseRequest) (adminapi.ConfigureEnterpriseResult, error) {
		return x.configureEnterprise(ctx, op, req, p)
	})
	x.mountServers(s, may)
	x.mountRoles(s, may)
	x.mountRecipients(s, may)
	handle(s, adminapi.TestOAuthConnectivity, may.change, x.testOAuth)
	mountJournal(s, x.Journal, x.Role.Fqdn(), may.read, adminapi.GetExchangeEvents, adminapi.GetExchangeAccesses)
}

// mountPartners adds the calls about partner applications and auth servers.
func (x Exchange) mountPartners(s *Server, may rights) partners {
	unread := func(_, url string, err error) error { return outbound.ExchangeMetadataFailure(url, err) }
	p := partners{store: x.Partners, directory: x.Directory, organisation: x.Role.Organisation(), unknown: x.unknownObject, unread: unread}
	handle(s, adminapi.GetPartnerApplication, may.read, p.get)
	handle(s, adminapi.NewPartnerApplication, may.change, p.add)
	handle(s, adminapi.SetPartnerApplication, may.change, p.set)
	handle(s, adminapi.RemovePartnerApplication, may.change, p.remove)
	a := authServers{store: x.Partners, types: []string{"MicrosoftACS", "AzureAD", "ADFS"}, unknown: x.unknownObject, unread: unread, keyring: x.Keyring}
	handle(s, adminapi.GetAuthServer, may.read, a.get)
	handle(s, adminapi.NewAuthServer, may.change, a.add)
	handle(s, adminapi.SetAuthServer, may.change, a.set)
	handle(s, adminapi.RemoveAuthServer, may.change, a.remove)
	handle(s, adminapi.GetDeniedCertificate, may.read, a.denied)
	handle(s, adminapi.AddDeniedCertificate, may.change, a.deny)
	handle(s, adminapi.RemoveDeniedCertificate, may.change, a.allow)
	return p
}

// unknownObject is what an Exchange cmdlet says of an object that is not there.
// The directory is asked through this server.
func (x Exchange) unknownObject(identity string) string {
	return fmt.Sprintf("The operation couldn't be performed because object '%s' couldn't be found on '%s'.", identity, x.Role.Fqdn())
}

// missing gives the failure of an unknown object the product's words.
func (x Exchange) missing(err error, identity string) error {
	switch f := problem.Of(err); problem.CodeOf(err) {
	case problem.DirectoryUnknown, problem.ManageNotFound, problem.RBACUnknownAssignment, problem.MailboxNone:
		return f.WithCmdletText(x.unknownObject(identity))
	}
	return err
}

// user finds the one user an operator means.
func (x Exchange) user(ctx context.Context, identity string) (directory.User, error) {
	u, err := resolve(ctx, x.Directory, x.Role.Organisation(), identity)
	return u, x.missing(err, identity)
}

func (x Exchange) configureEnterprise(ctx context.Context, op Operator, req adminapi.ConfigureEnterpriseRequest, p partners) (adminapi.ConfigureEnterpriseResult, error) {
	done, err := x.runEnterpriseScript(ctx, op, req)
	if err != nil {
		return adminapi.ConfigureEnterpriseResult{}, err
	}
	made := p.out(ctx, done.Application)
	made.Warnings = done.Warnings
	return adminapi.ConfigureEnterpriseResult{Lines: done.Lines, PartnerApplication: made, Account: done.Account}, nil
}

func (x Exchange) runEnterpriseScript(ctx context.Context, op Operator, req adminapi.ConfigureEnterpriseRequest) (exchange.Configured, error) {
	var none exchange.Configured
	if req.ApplicationIdentifier == "" {
		if err := required(req.AuthMetadataURL, "AuthMetadataUrl"); err != nil {
			return none, err
		}
	}
	if err := required(req.ApplicationType, "ApplicationType"); err != nil {
		return none, err
	}
	if req.ApplicationIdentifier == "" {
		return x.Role.ConfigureEnterprisePartner(ctx, op.String(), req.AuthMetadataURL, req.ApplicationType)
	}
	if req.AuthMetadataURL != "" {
		return none, problem.New(problem.PartnerSource, "the metadata URL excludes ApplicationIdentifier: who the partner is comes from its document")
	}
	app, err := s2s.ParseAppID(req.ApplicationIdentifier)
	if err != nil {
		return none, parameter(err, "ApplicationIdentifier")
	}
	var realm s2s.Realm
	if req.Realm != "" {
		if realm, err = s2s.ParseRealm(req.Realm); err != nil {
			return none, parameter(err, "Realm")
		}
	}
	return x.Role.ConfigureEnterpriseClient(ctx, op.String(), app, realm, req.ApplicationType)
}

func (x Exchange) mountServers(s *Server, may rights) {
	handle(s, adminapi.GetExchangeServer, may.read, x.exchangeServers)
	handle(s, adminapi.GetClientAccessServer, may.read, x.clientAccessServers)
	handle(s, adminapi.SetClientAccessServer, may.change, x.setClientAccessServer)
	handle(s, adminapi.GetVirtualDirectory, may.read, x.virtualDirectories)
	handle(s, adminapi.SetVirtualDirectory, may.change, x.setVirtualDirectory)
}

// exchangeServers are the one server there is.
func (x Exchange) exchangeServers(_ context.Context, _ Operator, req adminapi.Identity) ([]adminapi.ExchangeServer, error) {
	var found []string
	if matches(req.Identity, x.Role.ServerName(), x.Role.Fqdn()) {
		found = []string{x.Role.Fqdn()}
	}
	all, err := listed(found, req.Identity, "Exchange server", func(fqdn string) adminapi.ExchangeServer {
		_, domain, _ := strings.Cut(fqdn, ".")
		return adminapi.ExchangeServer{Name: x.Role.ServerName(), Fqdn: fqdn, Domain: domain, Version: exchange.Version}
	})
	return all, x.missing(err, req.Identity)
}

func (x Exchange) clientAccessServers(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.ClientAccessServer, error) {
	found, err := x.Role.ClientAccessServers(ctx, req.Identity)
	if err != nil {
		return nil, err
	}
	all, err := listed(found, req.Identity, "client access server", func(c exchange.ClientAccessServer) adminapi.ClientAccessServer {
		return adminapi.ClientAccessServer{
			Name: c.Name, Fqdn: c.Fqdn, AutoDiscoverServiceCN: c.Name, AutoDiscoverServiceInternalURI: c.AutoDiscoverServiceInternalURI,
			AutoDiscoverSiteScope: c.AutoDiscoverSiteScope, Changed: c.Changed,
		}
	})
	return all, x.missing(err, req.Identity)
}

func (x Exchange) setClientAccessServer(ctx context.Context, op Operator, req adminapi.ClientAccessServerSettings) (adminapi.Changed, error) {
	uri := req.AutoDiscoverServiceInternalURI
	if uri == nil && req.AutoDiscoverSiteScope == nil {
		return adminapi.Changed{}, required("", "AutoDiscoverServiceInternalUri")
	}
	warnings, err := x.Role.SetClientAccessServer(ctx, op.String(), req.Identity, uri, req.AutoDiscoverSiteScope)
	if err != nil {
		return adminapi.Changed{}, x.missing(err, req.Identity)
	}
	if uri != nil {
		warnings = append(warnings, x.uncovered(*uri)...)
	}
	return adminapi.Changed{Warnings: warnings}, nil
}

// uncovered warns of a URL whose host the web services' certificate does not
// list: no client would get past it (002-06).
func (x Exchange) uncovered(address string) []string {
	u, err := url.Parse(address)
	if err != nil || x.TLS == nil || x.TLS() == nil || x.TLS().VerifyHostname(u.Hostname()) == nil {
		return nil
	}
	return []string{fmt.Sprintf("%s is not among the names of the certificate assigned to %s (%s); clients that go there will refuse it", u.Hostname(), serviceIIS, strings.Join(x.TLS().DNSNames, ", "))}
}

func (x Exchange) virtualDirectories(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.VirtualDirectory, error) {
	found, err := x.Role.VirtualDirectories(ctx, req.Identity)
	if err != nil {
		return nil, err
	}
	all, err := listed(found, req.Identity, "virtual directory", func(v exchange.VirtualDirectory) adminapi.VirtualDirectory {
		return adminapi.VirtualDirectory{
			Name: v.Name, Server: x.Role.ServerName(), OAuthAuthentication: v.OAuth, BasicAuthentication: v.Basic,
			InternalURL: v.InternalURL, ExternalURL: v.ExternalURL, Changed: v.Changed,
		}
	})
	return all, x.missing(err, req.Identity)
}

func (x Exchange) setVirtualDirectory(ctx context.Context, op Operator, req adminapi.VirtualDirectorySettings) (adminapi.Changed, error) {
	warnings, err := x.Role.SetVirtualDirectory(ctx, op.String(), req.Identity, func(v *exchange.VirtualDirectory) {
		set(&v.OAuth, req.OAuthAuthentication)
		set(&v.Basic, req.BasicAuthentication)
		set(&v.InternalURL, req.InternalURL)
		set(&v.ExternalURL, req.ExternalURL)
	})
	return adminapi.Changed{Warnings: warnings}, x.missing(err, req.Identity)
}

func (x Exchange) mountRoles(s *Server, may rights) {
	handle(s, adminapi.GetManagementRoleAssignment, may.read, func(ctx context.Context, _ Operator, req adminapi.RoleAssignmentFilter) ([]adminapi.RoleAssignment, error) {
		found, err := x.Roles.List(ctx, rbac.Filter{Name: req.Identity, Role: req.Role, Assignee: req.RoleAssignee})
		if err != nil {
			return nil, err
		}
		all, err := listed(found, req.Identity, "management role assignment", func(a rbac.Assignment) adminapi.RoleAssignment { return x.assignmentOut(ctx, a) })
		return all, x.missing(err, req.Identity)
	})
	change(s, x.Journal, adminapi.NewManagementRoleAssignment, may.change, func(ctx context.Context, _ Operator, req adminapi.NewRoleAssignmentRequest) (adminapi.RoleAssignment, error) {
		u, err := x.user(ctx, req.User)
		if err != nil {
			return adminapi.RoleAssignment{}, err
		}
		a, err := x.Roles.Assign(ctx, rbac.Assignment{Name: req.Name, Role: rbac.Role(req.Role), AssigneeID: u.ID, Assignee: u.CommonName})
		if err != nil {
			return adminapi.RoleAssignment{}, err
		}
		return x.assignmentOut(ctx, a), nil
	})
	change(s, x.Journal, adminapi.RemoveManagementRoleAssignment, may.change, func(ctx context.Context, _ Operator, req adminapi.Identity) (adminapi.Changed, error) {
		return adminapi.Changed{}, x.missing(x.Roles.Unassign(ctx, req.Identity), req.Identity)
	})
}

func (x Exchange) assignmentOut(ctx context.Context, a rbac.Assignment) adminapi.RoleAssignment {
	out := adminapi.RoleAssignment{Name: a.Name, Role: string(a.Role), RoleAssignee: a.Assignee, Created: a.Created}
	if u, err := x.Directory.User(ctx, a.AssigneeID); err == nil {
		out.Account = u.Path()
	}
	return out
}

func (x Exchange) testOAuth(ctx context.Context, _ Operator, req adminapi.TestOAuthRequest) (adminapi.TestResult, error) {
	target, err := url.Parse(req.TargetURI)
	if err != nil || target.Scheme != "https" || target.Host == "" {
		return adminapi.TestResult{}, problem.New(problem.ManageParameter, "TargetUri is the partner's https address, not %q", req.TargetURI)
	}
	u, err := x.user(ctx, req.Mailbox)
	if err != nil {
		return adminapi.TestResult{}, err
	}
	lines, err := x.TestOAuth(ctx, target, u)
	if err != nil {
		return adminapi.TestResult{}, &traced{err, lines}
	}
	return adminapi.TestResult{Passed: true, Lines: lines}, nil
}

// traced is a failure with what had been done by then.
type traced struct {
	error
	lines []string
}

func (t *traced) Unwrap() error   { return t.error }
func (t *traced) Trace() []string { return t.lines }
