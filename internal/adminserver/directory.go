package adminserver

import (
	"context"
	"errors"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
)

// mountDirectory adds the calls about accounts and groups, each for the
// operator's own organisation. Who may change them can give himself every other
// right there.
func (s *Server) mountDirectory() {
	admins := member(directory.OrganizationManagement, domainAdmins)
	handle(s, adminapi.GetUser, reader, s.getUser)
	handle(s, adminapi.NewUser, admins, s.newUser)
	handle(s, adminapi.SetUserEnabled, admins, s.setUserEnabled)
	handle(s, adminapi.SetPassword, admins, s.setPassword)
	handle(s, adminapi.AddGroupMember, admins, s.membership(s.cfg.Directory.AddMember))
	handle(s, adminapi.RemoveGroupMember, admins, s.membership(s.cfg.Directory.RemoveMember))
}

// membership changes who is in a group; sessions keep the groups of their
// log-on (003-13).
func (s *Server) membership(change func(ctx context.Context, group, userID string) error) func(context.Context, Operator, adminapi.GroupMember) (adminapi.Changed, error) {
	return func(ctx context.Context, op Operator, req adminapi.GroupMember) (adminapi.Changed, error) {
		u, err := s.resolve(ctx, op, req.Account)
		if err != nil {
			return adminapi.Changed{}, err
		}
		return adminapi.Changed{Warnings: []string{"membership counts from the account's next log-on"}}, change(ctx, req.Group, u.ID)
	}
}

// getUser finds the one account that a name means, or those that match a
// pattern.
func (s *Server) getUser(ctx context.Context, op Operator, req adminapi.Identity) ([]adminapi.User, error) {
	withGroups := func(u directory.User) (adminapi.User, bool, error) {
		groups, err := s.cfg.Directory.MemberOf(ctx, u.ID)
		return userOut(u, groups), true, err
	}
	if !isLiteral(req.Identity) {
		return pageOfUsers(ctx, s.cfg.Directory, op.Account.Organisation, req, withGroups)
	}
	u, err := s.resolve(ctx, op, req.Identity)
	if err != nil {
		return nil, err
	}
	one, _, err := withGroups(u)
	return []adminapi.User{one}, err
}

func (s *Server) resolve(ctx context.Context, op Operator, identity string) (directory.User, error) {
	return resolve(ctx, s.cfg.Directory, op.Account.Organisation, identity)
}

// resolve finds the one account of the organisation that an operator means.
func resolve(ctx context.Context, d *directory.Directory, organisation, identity string) (directory.User, error) {
	u, err := d.Resolve(ctx, identity)
	if err == nil && !strings.EqualFold(u.Organisation, organisation) {
		err = problem.New(problem.DirectoryUnknown, "nobody in the organisation %s is %q", organisation, identity)
	}
	return u, err
}

func userOut(u directory.User, groups []string) adminapi.User {
	return adminapi.User{
		Name: u.Name, DisplayName: u.DisplayName, UPN: string(u.UPN), SMTP: string(u.SMTP), SIP: string(u.SIP), SID: string(u.SID),
		Enabled: u.Enabled, Protected: u.Protected, Container: u.Container, Groups: groups,
		CommonName: u.CommonName, AccountControl: u.AccountControl(), Linked: u.Linked, Created: u.Created, Changed: u.Changed,
	}
}

func (s *Server) newUser(ctx context.Context, op Operator, req adminapi.NewUserRequest) (adminapi.User, error) {
	u := directory.User{Name: req.Name, DisplayName: req.DisplayName, Enabled: true, Organisation: op.Account.Organisation, Container: op.Account.Container}
	var err error
	if u.UPN, err = directory.ParseUPN(req.UPN); err != nil {
		return adminapi.User{}, parameter(err, "UserPrincipalName")
	}
	if req.SMTP != "" {
		if u.SMTP, err = directory.ParseSMTP(req.SMTP); err != nil {
			return adminapi.User{}, parameter(err, "SMTP")
		}
	}
	if req.SIP != "" {
		if u.SIP, err = directory.ParseSIP(req.SIP); err != nil {
			return adminapi.User{}, parameter(err, "SIP")
		}
	}
	if u, err = s.cfg.Directory.AddUser(ctx, u); err != nil {
		return adminapi.User{}, err
	}
	if req.Password != "" {
		if err := s.cfg.Directory.SetPassword(ctx, u.ID, req.Password); err != nil {
			// The account is made with its password or not at all.
			return adminapi.User{}, errors.Join(err, s.cfg.Directory.RemoveUser(context.WithoutCancel(ctx), u.ID))
		}
	}
	return userOut(u, nil), nil
}

func (s *Server) setUserEnabled(ctx context.Context, op Operator, req adminapi.SetUserEnabledRequest) (adminapi.Changed, error) {
	u, err := s.resolve(ctx, op, req.Identity)
	if err != nil {
		return adminapi.Changed{}, err
	}
	if u.ID == op.Account.ID && !req.Enabled {
		return adminapi.Changed{}, problem.New(problem.ManageParameter, "%s is your own account; another operator has to switch it off", u.Name)
	}
	u.Enabled = req.Enabled
	return adminapi.Changed{}, s.cfg.Directory.SetUser(ctx, u)
}

func (s *Server) setPassword(ctx context.Context, op Operator, req adminapi.SetPasswordRequest) (adminapi.Changed, error) {
	u, err := s.resolve(ctx, op, req.Identity)
	if err != nil {
		return adminapi.Changed{}, err
	}
	return adminapi.Changed{}, s.cfg.Directory.SetPassword(ctx, u.ID, req.Password)
}
