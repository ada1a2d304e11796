package adminserver

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
)

// Operator is who makes a call.
type Operator struct {
	Account directory.User
	Groups  []string // as they were at log-on
	Expires time.Time
	local   bool   // came through the socket file
	key     string // of the session
}

func (o Operator) in(groups ...string) bool {
	return slices.ContainsFunc(groups, func(g string) bool {
		return slices.ContainsFunc(o.Groups, func(have string) bool { return strings.EqualFold(have, g) })
	})
}

// String is how the operator appears in the change log.
func (o Operator) String() string { return o.Account.Name }

// right decides whether an operator may make a call.
type right func(Operator) error

// anybody is everybody with a session.
func anybody(Operator) error { return nil }

// member wants the operator in one of the groups at log-on.
func member(groups ...string) right {
	return func(op Operator) error {
		if op.in(groups...) {
			return nil
		}
		return problem.New(problem.ManageDenied, "%s is not a member of %s; membership counts from the next log-on", op.Account.Name, strings.Join(groups, " or "))
	}
}

// administers lets through who may change accounts and groups. Whoever holds the
// socket file holds the directory's files too, so there a right that nobody has
// is anybody's: a deployment cannot lock everybody out for good.
func (s *Server) administers(ctx context.Context, op Operator) error {
	return s.memberOrFirst(ctx, op, directory.OrganizationManagement, directory.DomainAdmins)
}

// administersProtected is for what Domain Admins alone may do, to a protected
// account or to a group that makes accounts protected; subject is told in the
// refusal.
func (s *Server) administersProtected(ctx context.Context, op Operator, subject string) error {
	err := s.memberOrFirst(ctx, op, directory.DomainAdmins)
	if f := problem.Of(err); f != nil && f.Code == problem.ManageDenied {
		return problem.New(problem.ManageDenied, "%s, and %s", subject, f.Detail)
	}
	return err
}

func (s *Server) memberOrFirst(ctx context.Context, op Operator, groups ...string) error {
	denied := member(groups...)(op)
	if denied == nil || !op.local {
		return denied
	}
	for _, g := range groups {
		vacant, err := s.cfg.Directory.Vacant(ctx, op.Account.Organisation, g)
		if err != nil {
			return err
		}
		if !vacant {
			return denied
		}
	}
	return nil
}

// reader is who administers anything. Every user of the directory has a
// password, and the audit trail is not for all of them.
func reader(op Operator) error {
	return member(directory.OrganizationManagement, directory.RTCUniversalUserAdmins, directory.RTCUniversalServerAdmins,
		directory.RTCUniversalReadOnlyAdmins, directory.DomainAdmins)(op)
}

// MayRead reports why an account with these groups may not read what concerns
// an organisation, or nil. It is the rule of the calls, for what is no call.
func MayRead(account directory.User, groups []string, organisation string) error {
	return within(organisation, reader)(Operator{Account: account, Groups: groups})
}

// tester is who may run the connectivity test, which has an error of its own:
// code=5 (002-32).
func tester(op Operator) error {
	if op.in(directory.RTCUniversalUserAdmins) {
		return nil
	}
	return problem.New(problem.ManageUserAdmins, "%s was not a member of %s at log-on", op.Account.Name, directory.RTCUniversalUserAdmins)
}

// within wants an operator of the organisation besides. A directory may hold
// several, and each has groups of these names.
func within(organisation string, may right) right {
	return func(op Operator) error {
		if !strings.EqualFold(op.Account.Organisation, organisation) {
			return problem.New(problem.ManageDenied, "%s belongs to the organisation %s, and this server to %s", op.Account.Name, op.Account.Organisation, organisation)
		}
		return may(op)
	}
}

// rights are what the calls of a role ask of an operator: administrators of
// either side read, those of the role's own groups change.
type rights struct{ read, change right }

func rightsIn(organisation string, groups ...string) rights {
	return rights{within(organisation, reader), within(organisation, member(groups...))}
}
