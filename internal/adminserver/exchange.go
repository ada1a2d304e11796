package adminserver

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/url"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/exchange"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/mailbox"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/rbac"
)

// Exchange is what the calls of the exchange role work on.
type Exchange struct {
	Role      *exchange.Role
	Keyring   *keyring.Keyring
	Partners  *partner.Store
	Roles     *rbac.Store
	Mailboxes *mailbox.Store
	Directory *directory.Directory
	Journal   *journal.Journal
	// TLS is the certificate that the role's web services show now; may be nil,
	// and may give nil.
	TLS func() *x509.Certificate
	// TestOAuth calls a partner's resource for a user, told line by line.
	TestOAuth func(ctx context.Context, target *url.URL, u directory.User) (lines []string, err error)
}

// MountExchange adds the calls of the exchange role.
func (s *Server) MountExchange(x Exchange) {
	may := rightsIn(x.Role.Organisation(), directory.OrganizationManagement)
	x.mountCertificates(s, may)
	p := partners{
		store: x.Partners, directory: x.Directory, organisation: x.Role.Organisation(), unknown: unknownObject,
		unread: func(_, url string, err error) error { return outbound.ExchangeMetadataFailure(url, err) },
	}
	handle(s, adminapi.GetPartnerApplication, may.read, p.get)
	handle(s, adminapi.NewPartnerApplication, may.change, p.add)
	handle(s, adminapi.SetPartnerApplication, may.change, p.set)
	handle(s, adminapi.RemovePartnerApplication, may.change, p.remove)
	change(s, x.Journal, adminapi.ConfigureEnterprisePartnerApplication, may.change, func(ctx context.Context, op Operator, req adminapi.ConfigureEnterpriseRequest) (adminapi.ConfigureEnterpriseResult, error) {
		return x.configureEnterprise(ctx, op, req, p)
	})
	x.mountServers(s, may)
	x.mountRoles(s, may)
	x.mountMailboxes(s, may)
	handle(s, adminapi.TestOAuthConnectivity, may.read, x.testOAuth)
	mountJournal(s, x.Journal, may.read, adminapi.GetExchangeEvents, adminapi.GetExchangeAccesses)
}

// unknownObject is what an Exchange cmdlet says of an object that is not there.
func unknownObject(identity string) string {
	return fmt.Sprintf("The operation couldn't be performed because object '%s' couldn't be found.", identity)
}

// user finds the one user an operator means.
func (x Exchange) user(ctx context.Context, identity string) (directory.User, error) {
	u, err := resolve(ctx, x.Directory, x.Role.Organisation(), identity)
	if f := problem.Of(err); f != nil && f.Code == problem.DirectoryUnknown {
		return u, f.WithCmdletText(unknownObject(identity))
	}
	return u, err
}

func (x Exchange) configureEnterprise(ctx context.Context, op Operator, req adminapi.ConfigureEnterpriseRequest, p partners) (adminapi.ConfigureEnterpriseResult, error) {
	for _, parameter := range [][2]string{{req.AuthMetadataURL, "AuthMetadataUrl"}, {req.ApplicationType, "ApplicationType"}} {
		if err := required(parameter[0], parameter[1]); err != nil {
			return adminapi.ConfigureEnterpriseResult{}, err
		}
	}
	done, err := x.Role.ConfigureEnterprisePartner(ctx, op.String(), req.AuthMetadataURL, req.ApplicationType)
	if err != nil {
		return adminapi.ConfigureEnterpriseResult{}, err
	}
	made := p.out(ctx, done.Application)
	made.Warnings = done.Warnings
	return adminapi.ConfigureEnterpriseResult{Lines: done.Lines, PartnerApplication: made, Account: done.Account}, nil
}

func (x Exchange) mountServers(s *Server, may rights) {
	handle(s, adminapi.GetClientAccessServer, may.read, x.clientAccessServers)
	handle(s, adminapi.SetClientAccessServer, may.change, x.setClientAccessServer)
	handle(s, adminapi.GetVirtualDirectory, may.read, x.virtualDirectories)
	handle(s, adminapi.SetVirtualDirectory, may.change, x.setVirtualDirectory)
}

func (x Exchange) clientAccessServers(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.ClientAccessServer, error) {
	found, err := x.Role.ClientAccessServers(ctx, req.Identity)
	if err != nil {
		return nil, err
	}
	return listed(found, req.Identity, "client access server", func(c exchange.ClientAccessServer) adminapi.ClientAccessServer {
		return adminapi.ClientAccessServer{Name: c.Name, Fqdn: c.Fqdn, AutoDiscoverServiceCN: c.Name, AutoDiscoverServiceInternalURI: c.AutoDiscoverServiceInternalURI}
	})
}

func (x Exchange) setClientAccessServer(ctx context.Context, op Operator, req adminapi.ClientAccessServerSettings) (adminapi.Changed, error) {
	if req.AutoDiscoverServiceInternalURI == nil {
		return adminapi.Changed{}, required("", "AutoDiscoverServiceInternalUri")
	}
	warnings, err := x.Role.SetClientAccessServer(ctx, op.String(), req.Identity, *req.AutoDiscoverServiceInternalURI)
	if err != nil {
		return adminapi.Changed{}, err
	}
	return adminapi.Changed{Warnings: append(warnings, x.uncovered(*req.AutoDiscoverServiceInternalURI)...)}, nil
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
	return listed(found, req.Identity, "virtual directory", func(v exchange.VirtualDirectory) adminapi.VirtualDirectory {
		return adminapi.VirtualDirectory{
			Name: v.Name, Server: x.Role.ServerName(), OAuthAuthentication: v.OAuth, BasicAuthentication: v.Basic,
			InternalURL: v.InternalURL, ExternalURL: v.ExternalURL,
		}
	})
}

func (x Exchange) setVirtualDirectory(ctx context.Context, op Operator, req adminapi.VirtualDirectorySettings) (adminapi.Changed, error) {
	warnings, err := x.Role.SetVirtualDirectory(ctx, op.String(), req.Identity, func(v *exchange.VirtualDirectory) {
		set(&v.OAuth, req.OAuthAuthentication)
		set(&v.Basic, req.BasicAuthentication)
		set(&v.InternalURL, req.InternalURL)
		set(&v.ExternalURL, req.ExternalURL)
	})
	return adminapi.Changed{Warnings: warnings}, err
}

func (x Exchange) mountRoles(s *Server, may rights) {
	handle(s, adminapi.GetManagementRoleAssignment, may.read, func(ctx context.Context, _ Operator, req adminapi.RoleAssignmentFilter) ([]adminapi.RoleAssignment, error) {
		found, err := x.Roles.List(ctx, rbac.Filter{Name: req.Identity, Role: req.Role, Assignee: req.RoleAssignee})
		if err != nil {
			return nil, err
		}
		return listed(found, req.Identity, "management role assignment", assignmentOut)
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
		return assignmentOut(a), nil
	})
	change(s, x.Journal, adminapi.RemoveManagementRoleAssignment, may.change, func(ctx context.Context, _ Operator, req adminapi.Identity) (adminapi.Changed, error) {
		return adminapi.Changed{}, x.Roles.Unassign(ctx, req.Identity)
	})
}

func assignmentOut(a rbac.Assignment) adminapi.RoleAssignment {
	return adminapi.RoleAssignment{Name: a.Name, Role: string(a.Role), RoleAssignee: a.Assignee}
}

func (x Exchange) mountMailboxes(s *Server, may rights) {
	handle(s, adminapi.GetMailbox, may.read, x.getMailbox)
	change(s, x.Journal, adminapi.EnableMailbox, may.change, func(ctx context.Context, _ Operator, req adminapi.Identity) (adminapi.Mailbox, error) {
		u, err := x.user(ctx, req.Identity)
		if err != nil {
			return adminapi.Mailbox{}, err
		}
		m, err := x.Mailboxes.Enable(ctx, u)
		if err != nil {
			return adminapi.Mailbox{}, err
		}
		return x.mailboxOut(ctx, u, m)
	})
}

// getMailbox finds the one mailbox that a name means, or those that match a
// pattern.
func (x Exchange) getMailbox(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.Mailbox, error) {
	if isLiteral(req.Identity) {
		u, err := x.user(ctx, req.Identity)
		if err != nil {
			return nil, err
		}
		m, err := x.Mailboxes.OpenFor(ctx, u.ID)
		if err != nil {
			return nil, err
		}
		one, err := x.mailboxOut(ctx, u, m)
		return []adminapi.Mailbox{one}, err
	}
	users, err := x.Directory.Users(ctx, directory.Filter{Organisation: x.Role.Organisation()})
	if err != nil {
		return nil, err
	}
	out := []adminapi.Mailbox{}
	for _, u := range users {
		if !matches(req.Identity, u.Name, u.DisplayName, string(u.SMTP), string(u.UPN)) {
			continue
		}
		m, err := x.Mailboxes.OpenFor(ctx, u.ID)
		if problem.Is(err, problem.MailboxNone) {
			continue
		}
		if err != nil {
			return nil, err
		}
		one, err := x.mailboxOut(ctx, u, m)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

func (x Exchange) mailboxOut(ctx context.Context, u directory.User, m mailbox.Mailbox) (adminapi.Mailbox, error) {
	n, err := x.countItems(ctx, m)
	return adminapi.Mailbox{Name: u.Name, PrimarySMTPAddress: string(u.SMTP), UserPrincipalName: string(u.UPN), Items: n}, err
}

func (x Exchange) countItems(ctx context.Context, m mailbox.Mailbox) (int, error) {
	root, err := x.Mailboxes.DistinguishedFolder(ctx, m, "msgfolderroot")
	if err != nil {
		return 0, err
	}
	folders, err := x.Mailboxes.FindFolders(ctx, m, mailbox.FolderQuery{Parent: root.ID, Deep: true})
	if err != nil {
		return 0, err
	}
	n := 0
	for _, f := range folders.List {
		n += f.Total
	}
	return n, nil
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
