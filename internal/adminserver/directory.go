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
	handle(s, adminapi.GetUser, reader, s.getUser)
	handle(s, adminapi.GetGroupMember, reader, s.groupMembers)
	administered(s, adminapi.NewUser, s.newUser)
	administered(s, adminapi.SetUserEnabled, s.setUserEnabled)
	administered(s, adminapi.SetPassword, s.setPassword)
	administered(s, adminapi.AddGroupMember, s.membership(s.cfg.Directory.AddMember))
	administered(s, adminapi.RemoveGroupMember, s.membership(s.cfg.Directory.RemoveMember))
}

// administered registers a call that changes accounts or groups.
func administered[Req, Resp any](s *Server, call adminapi.Call[Req, Resp], do func(context.Context, Operator, Req) (Resp, error)) {
	handle(s, call, anybody, func(ctx context.Context, op Operator, req Req) (Resp, error) {
		if err := s.administers(ctx, op); err != nil {
			var none Resp
			return none, err
		}
		return do(ctx, op, req)
	})
}

// membership changes who is in a group; sessions keep the groups of their
// log-on (003-13).
func (s *Server) membership(change func(ctx context.Context, group, userID string) error) func(context.Context, Operator, adminapi.GroupMember) (adminapi.Changed, error) {
	return func(ctx context.Context, op Operator, req adminapi.GroupMember) (adminapi.Changed, error) {
		u, err := s.resolve(ctx, op, req.Account)
		if err != nil {
			return adminapi.Changed{}, err
		}
		guards, err := s.cfg.Directory.Guards(ctx, op.Account.Organisation, req.Group)
		if err != nil {
			return adminapi.Changed{}, err
		}
		if guards {
			if err := s.administersProtected(ctx, op, req.Group+" makes its members protected accounts"); err != nil {
				return adminapi.Changed{}, err
			}
		}
		if err := change(ctx, req.Group, u.ID); err != nil {
			return adminapi.Changed{}, err
		}
		return adminapi.Changed{Warnings: []string{"membership counts from the account's next log-on"}}, nil
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

// groupMembers lists who is in a group directly.
func (s *Server) groupMembers(ctx context.Context, op Operator, req adminapi.Identity) ([]adminapi.Member, error) {
	most, _ := req.Size()
	found, err := s.cfg.Directory.Members(ctx, op.Account.Organisation, req.Identity, req.After, most)
	out := []adminapi.Member{}
	for _, m := range found {
		class := "user"
		if m.Group {
			class = "group"
		}
		out = append(out, adminapi.Member{ID: m.ID, Name: m.Name, DistinguishedName: directory.DistinguishedName(m.Path), SID: string(m.SID), Class: class})
	}
	return out, err
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
		ID: u.ID, DistinguishedName: u.DistinguishedName(),
	}
}

func (s *Server) newUser(ctx context.Context, op Operator, req adminapi.NewUserRequest) (adminapi.User, error) {
	if req.UPN == "" {
		req.UPN = req.Name + "@" + op.Account.UPN.Domain()
	}
	u, err := s.makeUser(ctx, op.Account.Organisation, op.Account.Container, req)
	return userOut(u, nil), err
}

// makeUser makes an account with its password, or none.
func (s *Server) makeUser(ctx context.Context, organisation, container string, req adminapi.NewUserRequest) (directory.User, error) {
	u := directory.User{Name: req.Name, CommonName: req.CommonName, DisplayName: req.DisplayName, Enabled: !req.Disabled, Organisation: organisation, Container: container}
	var err error
	if u.UPN, err = directory.ParseUPN(req.UPN); err != nil {
		return u, parameter(err, "UserPrincipalName")
	}
	if req.SMTP != "" {
		if u.SMTP, err = directory.ParseSMTP(req.SMTP); err != nil {
			return u, parameter(err, "SMTP")
		}
	}
	if req.SIP != "" {
		if u.SIP, err = directory.ParseSIP(req.SIP); err != nil {
			return u, parameter(err, "SIP")
		}
	}
	if u, err = s.cfg.Directory.AddUser(ctx, u); err != nil || req.Password == "" {
		return u, err
	}
	if err := s.cfg.Directory.SetPassword(ctx, u.ID, req.Password); err != nil {
		return u, errors.Join(err, s.cfg.Directory.RemoveUser(context.WithoutCancel(ctx), u.ID))
	}
	return u, nil
}

func (s *Server) setUserEnabled(ctx context.Context, op Operator, req adminapi.SetUserEnabledRequest) (adminapi.Changed, error) {
	u, err := s.changeable(ctx, op, req.Identity)
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
	u, err := s.changeable(ctx, op, req.Identity)
	if err != nil {
		return adminapi.Changed{}, err
	}
	return adminapi.Changed{}, s.cfg.Directory.SetPassword(ctx, u.ID, req.Password)
}

// changeable finds an account that the operator may change: a protected one is
// for Domain Admins, or its password would be the way to their rights.
func (s *Server) changeable(ctx context.Context, op Operator, identity string) (directory.User, error) {
	u, err := s.resolve(ctx, op, identity)
	if err == nil && u.Protected {
		err = s.administersProtected(ctx, op, u.Name+" is a protected account")
	}
	return u, err
}
