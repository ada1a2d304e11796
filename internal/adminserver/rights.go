package adminserver

import (
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
)

// The groups of administrators that the directory has no name for.
const (
	rtcUniversalServerAdmins = "RTCUniversalServerAdmins"
	domainAdmins             = "Domain Admins"
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

// reader is who administers anything. Every user of the directory has a
// password, and the audit trail is not for all of them.
func reader(op Operator) error {
	return member(directory.OrganizationManagement, directory.RTCUniversalUserAdmins, rtcUniversalServerAdmins, domainAdmins)(op)
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
