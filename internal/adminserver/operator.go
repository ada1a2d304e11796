package adminserver

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/telemetry"
)

// operatorGroups are what a first operator is put into: enough for everything
// but protected accounts. He is no Domain Admin, because no application could
// act for him then, and the first thing he does is to test with his own mailbox.
func operatorGroups() []string {
	return []string{directory.OrganizationManagement, directory.RTCUniversalUserAdmins, directory.RTCUniversalServerAdmins}
}

// firstOperator makes the account with which a deployment that starts from
// nothing is taken into use. There is nobody yet who could log on, so that
// holding the socket file has to do, and does so only until then.
func (s *Server) firstOperator(w http.ResponseWriter, r *http.Request, local bool) (any, error) {
	if !local {
		return nil, problem.New(problem.ManageDenied, "the first operator is made over the node's own socket file only")
	}
	body, err := readBody(w, r, maxLogOn)
	if err != nil {
		return nil, err
	}
	req, err := decode[adminapi.NewUserRequest](body)
	if err != nil {
		return nil, problem.Wrap(err, problem.ManageRequest, "reading the first operator")
	}
	u, err := s.makeFirst(r.Context(), req)
	if err != nil {
		return nil, err
	}
	s.cfg.Log.Info("first operator made", "operator", u.Name, "organisation", u.Organisation, "request", telemetry.RequestID(r.Context()))
	groups, err := s.cfg.Directory.MemberOf(r.Context(), u.ID)
	return userOut(u, groups), err
}

func (s *Server) makeFirst(ctx context.Context, req adminapi.NewUserRequest) (directory.User, error) {
	if req.Password == "" {
		return directory.User{}, required("", "Password")
	}
	organisation, err := s.organisationFor(req.UPN)
	if err != nil {
		return directory.User{}, err
	}
	vacant, err := s.cfg.Directory.Vacant(ctx, organisation, directory.OrganizationManagement)
	if err != nil {
		return directory.User{}, err
	}
	if !vacant {
		return directory.User{}, problem.New(problem.ManageOperator, "somebody is in %s of %s", directory.OrganizationManagement, organisation)
	}
	req.Disabled = false
	u, err := s.makeUser(ctx, organisation, "", req)
	if err != nil {
		return u, err
	}
	for _, group := range operatorGroups() {
		if err := s.cfg.Directory.AddMember(ctx, group, u.ID); err != nil {
			return u, errors.Join(err, s.cfg.Directory.RemoveUser(context.WithoutCancel(ctx), u.ID))
		}
	}
	return u, nil
}

// organisationFor picks the organisation of the node's roles that a new operator
// belongs to: the only one, or the one that is called like his domain.
func (s *Server) organisationFor(upn string) (string, error) {
	address, err := directory.ParseUPN(upn)
	if err != nil {
		return "", parameter(err, "UserPrincipalName")
	}
	all := slices.Compact(slices.Sorted(slices.Values(s.organisations)))
	for _, o := range all {
		if len(all) == 1 || strings.EqualFold(o, address.Domain()) {
			return o, nil
		}
	}
	return "", problem.New(problem.ManageParameter, "the roles of this node belong to %s; use a user principal name in one of them", strings.Join(all, ", "))
}
