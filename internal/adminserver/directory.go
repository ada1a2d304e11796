package adminserver

import (
	"context"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
)

// mountDirectory adds the calls about accounts and groups. They change what
// both sides see, so they want a group that administers one of them.
func (s *Server) mountDirectory() {
	admins := member(directory.OrganizationManagement, directory.RTCUniversalUserAdmins, "Domain Admins")
	handle(s, adminapi.GetUser, anyOperator, s.getUser)
	handle(s, adminapi.NewUser, admins, s.newUser)
	handle(s, adminapi.SetUserEnabled, admins, s.setUserEnabled)
	handle(s, adminapi.SetPassword, admins, s.setPassword)
	handle(s, adminapi.AddGroupMember, admins, func(ctx context.Context, _ Operator, req adminapi.GroupMember) (adminapi.Changed, error) {
		u, err := s.cfg.Directory.Resolve(ctx, req.Account)
		if err != nil {
			return adminapi.Changed{}, err
		}
		return adminapi.Changed{Warnings: []string{"membership counts from the account's next log-on"}}, s.cfg.Directory.AddMember(ctx, req.Group, u.ID)
	})
	handle(s, adminapi.RemoveGroupMember, admins, func(ctx context.Context, _ Operator, req adminapi.GroupMember) (adminapi.Changed, error) {
		u, err := s.cfg.Directory.Resolve(ctx, req.Account)
		if err != nil {
			return adminapi.Changed{}, err
		}
		return adminapi.Changed{Warnings: []string{"membership counts from the account's next log-on"}}, s.cfg.Directory.RemoveMember(ctx, req.Group, u.ID)
	})
}

func (s *Server) getUser(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.User, error) {
	users, err := s.cfg.Directory.Users(ctx, directory.Filter{})
	if err != nil {
		return nil, err
	}
	out := []adminapi.User{}
	for _, u := range users {
		if !matches(req.Identity, u.Name, u.DisplayName, string(u.UPN), string(u.SMTP), string(u.SIP)) {
			continue
		}
		groups, err := s.cfg.Directory.MemberOf(ctx, u.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, userOut(u, groups))
	}
	if len(out) == 0 && isLiteral(req.Identity) {
		return nil, notFound("user", req.Identity)
	}
	return out, nil
}

func userOut(u directory.User, groups []string) adminapi.User {
	return adminapi.User{
		Name: u.Name, DisplayName: u.DisplayName, UPN: string(u.UPN), SMTP: string(u.SMTP), SIP: string(u.SIP), SID: string(u.SID),
		Enabled: u.Enabled, Protected: u.Protected, Container: u.Container, Groups: groups,
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
			return adminapi.User{}, err
		}
	}
	return userOut(u, nil), nil
}

func (s *Server) setUserEnabled(ctx context.Context, op Operator, req adminapi.SetUserEnabledRequest) (adminapi.Changed, error) {
	u, err := s.cfg.Directory.Resolve(ctx, req.Identity)
	if err != nil {
		return adminapi.Changed{}, err
	}
	if u.ID == op.Account.ID && !req.Enabled {
		return adminapi.Changed{}, problem.New(problem.ManageParameter, "%s is your own account; another operator has to switch it off", u.Name)
	}
	u.Enabled = req.Enabled
	return adminapi.Changed{}, s.cfg.Directory.SetUser(ctx, u)
}

func (s *Server) setPassword(ctx context.Context, _ Operator, req adminapi.SetPasswordRequest) (adminapi.Changed, error) {
	u, err := s.cfg.Directory.Resolve(ctx, req.Identity)
	if err != nil {
		return adminapi.Changed{}, err
	}
	return adminapi.Changed{}, s.cfg.Directory.SetPassword(ctx, u.ID, req.Password)
}
