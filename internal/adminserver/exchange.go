package adminserver

import (
	"context"
	"net/url"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/exchange"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/mailbox"
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
	// TestOAuth calls a partner's resource for a user, told line by line.
	TestOAuth func(ctx context.Context, target *url.URL, u directory.User) (lines []string, err error)
}

// MountExchange adds the calls of the exchange role.
func (s *Server) MountExchange(x Exchange) {
	admins := member(directory.OrganizationManagement)
	x.mountCertificates(s, admins)
	p := partners{store: x.Partners, directory: x.Directory, acquire: exchange.AcquireFailure}
	handle(s, adminapi.GetPartnerApplication, anyOperator, p.get)
	handle(s, adminapi.NewPartnerApplication, admins, p.add)
	handle(s, adminapi.SetPartnerApplication, admins, p.set)
	handle(s, adminapi.RemovePartnerApplication, admins, p.remove)
	handle(s, adminapi.ConfigureEnterprisePartnerApplication, admins, func(ctx context.Context, op Operator, req adminapi.ConfigureEnterpriseRequest) (adminapi.ConfigureEnterpriseResult, error) {
		if err := required(req.AuthMetadataURL, "AuthMetadataUrl"); err != nil {
			return adminapi.ConfigureEnterpriseResult{}, err
		}
		done, err := x.Role.ConfigureEnterprisePartner(ctx, op.String(), req.AuthMetadataURL, req.ApplicationType)
		if err != nil {
			return adminapi.ConfigureEnterpriseResult{}, err
		}
		return adminapi.ConfigureEnterpriseResult{Lines: done.Lines, PartnerApplication: p.out(ctx, done.Application), Account: done.Account}, nil
	})
	x.mountServers(s, admins)
	x.mountRoles(s, admins)
	x.mountMailboxes(s, admins)
	handle(s, adminapi.TestOAuthConnectivity, anyOperator, x.testOAuth)
	mountJournal(s, x.Journal, adminapi.GetExchangeEvents, adminapi.GetExchangeAccesses)
}

func (x Exchange) mountServers(s *Server, admins right) {
	handle(s, adminapi.GetClientAccessServer, anyOperator, func(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.ClientAccessServer, error) {
		found, err := x.Role.ClientAccessServers(ctx, req.Identity)
		if err != nil {
			return nil, err
		}
		out := []adminapi.ClientAccessServer{}
		for _, c := range found {
			out = append(out, adminapi.ClientAccessServer{Name: c.Name, Fqdn: c.Fqdn, AutoDiscoverServiceCN: c.Name, AutoDiscoverServiceInternalURI: c.AutoDiscoverServiceInternalURI})
		}
		if len(out) == 0 && isLiteral(req.Identity) {
			return nil, notFound("client access server", req.Identity)
		}
		return out, nil
	})
	handle(s, adminapi.SetClientAccessServer, admins, func(ctx context.Context, op Operator, req adminapi.ClientAccessServerSettings) (adminapi.Changed, error) {
		if req.AutoDiscoverServiceInternalURI == nil {
			return adminapi.Changed{}, required("", "AutoDiscoverServiceInternalUri")
		}
		return adminapi.Changed{}, x.Role.SetClientAccessServer(ctx, op.String(), req.Identity, *req.AutoDiscoverServiceInternalURI)
	})
	handle(s, adminapi.GetVirtualDirectory, anyOperator, x.virtualDirectories)
	handle(s, adminapi.SetVirtualDirectory, admins, x.setVirtualDirectory)
}

func (x Exchange) virtualDirectories(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.VirtualDirectory, error) {
	servers, err := x.Role.ClientAccessServers(ctx, "")
	if err != nil {
		return nil, err
	}
	out := []adminapi.VirtualDirectory{}
	for _, name := range []string{exchange.Autodiscover, exchange.EWS} {
		if !matches(req.Identity, name, name+" (Default Web Site)") {
			continue
		}
		v, err := x.Role.VirtualDirectory(ctx, name)
		if err != nil {
			return nil, err
		}
		out = append(out, adminapi.VirtualDirectory{Name: v.Name, Server: servers[0].Name, OAuthAuthentication: v.OAuth, BasicAuthentication: v.Basic, InternalURL: v.InternalURL, ExternalURL: v.ExternalURL})
	}
	if len(out) == 0 && isLiteral(req.Identity) {
		return nil, notFound("virtual directory", req.Identity)
	}
	return out, nil
}

func (x Exchange) setVirtualDirectory(ctx context.Context, op Operator, req adminapi.VirtualDirectorySettings) (adminapi.Changed, error) {
	v, err := x.Role.VirtualDirectory(ctx, req.Identity)
	if err != nil {
		return adminapi.Changed{}, err
	}
	if req.OAuthAuthentication != nil {
		v.OAuth = *req.OAuthAuthentication
	}
	if req.BasicAuthentication != nil {
		v.Basic = *req.BasicAuthentication
	}
	if req.InternalURL != nil {
		v.InternalURL = *req.InternalURL
	}
	if req.ExternalURL != nil {
		v.ExternalURL = *req.ExternalURL
	}
	var warnings []string
	if !v.OAuth && !v.Basic {
		warnings = append(warnings, v.Name+" now accepts no kind of authentication, so nobody can use it")
	}
	return adminapi.Changed{Warnings: warnings}, x.Role.SetVirtualDirectory(ctx, op.String(), v)
}

func (x Exchange) mountRoles(s *Server, admins right) {
	handle(s, adminapi.GetManagementRoleAssignment, anyOperator, func(ctx context.Context, _ Operator, req adminapi.RoleAssignmentFilter) ([]adminapi.RoleAssignment, error) {
		found, err := x.Roles.List(ctx, rbac.Filter{Name: req.Identity, Role: req.Role, Assignee: req.RoleAssignee})
		if err != nil {
			return nil, err
		}
		out := []adminapi.RoleAssignment{}
		for _, a := range found {
			out = append(out, adminapi.RoleAssignment{Name: a.Name, Role: string(a.Role), RoleAssignee: a.Assignee})
		}
		return out, nil
	})
	handle(s, adminapi.NewManagementRoleAssignment, admins, func(ctx context.Context, _ Operator, req adminapi.NewRoleAssignmentRequest) (adminapi.RoleAssignment, error) {
		u, err := x.Directory.Resolve(ctx, req.User)
		if err != nil {
			return adminapi.RoleAssignment{}, err
		}
		a, err := x.Roles.Assign(ctx, rbac.Assignment{Name: req.Name, Role: rbac.Role(req.Role), AssigneeID: u.ID, Assignee: u.CommonName})
		return adminapi.RoleAssignment{Name: a.Name, Role: string(a.Role), RoleAssignee: a.Assignee}, err
	})
	handle(s, adminapi.RemoveManagementRoleAssignment, admins, func(ctx context.Context, _ Operator, req adminapi.Identity) (adminapi.Changed, error) {
		return adminapi.Changed{}, x.Roles.Unassign(ctx, req.Identity)
	})
}

func (x Exchange) mountMailboxes(s *Server, admins right) {
	handle(s, adminapi.EnableMailbox, admins, func(ctx context.Context, _ Operator, req adminapi.Identity) (adminapi.Mailbox, error) {
		u, err := x.Directory.Resolve(ctx, req.Identity)
		if err != nil {
			return adminapi.Mailbox{}, err
		}
		if u.SMTP == "" {
			return adminapi.Mailbox{}, problem.New(problem.ManageParameter, "%s has no SMTP address in the directory; give it one first", u.Name)
		}
		if _, err := x.Mailboxes.Enable(ctx, u); err != nil {
			return adminapi.Mailbox{}, err
		}
		return adminapi.Mailbox{Name: u.Name, PrimarySMTPAddress: string(u.SMTP), UserPrincipalName: string(u.UPN)}, nil
	})
	handle(s, adminapi.GetMailbox, anyOperator, func(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.Mailbox, error) {
		users, err := x.Directory.Users(ctx, directory.Filter{})
		if err != nil {
			return nil, err
		}
		out := []adminapi.Mailbox{}
		for _, u := range users {
			if u.SMTP == "" || !matches(req.Identity, u.Name, u.DisplayName, string(u.SMTP), string(u.UPN)) {
				continue
			}
			m, err := x.Mailboxes.OpenFor(ctx, u.ID)
			if problem.Is(err, problem.MailboxNone) {
				continue
			}
			if err != nil {
				return nil, err
			}
			n, err := x.countItems(ctx, m)
			if err != nil {
				return nil, err
			}
			out = append(out, adminapi.Mailbox{Name: u.Name, PrimarySMTPAddress: string(u.SMTP), UserPrincipalName: string(u.UPN), Items: n})
		}
		if len(out) == 0 && isLiteral(req.Identity) {
			return nil, problem.New(problem.ManageNotFound, "%q has no mailbox here", req.Identity)
		}
		return out, nil
	})
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
	u, err := x.Directory.Resolve(ctx, req.Mailbox)
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
