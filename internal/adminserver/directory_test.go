package adminserver

import (
	"strings"
	"testing"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
)

func TestDirectoryCalls(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	user := func(change func(*adminapi.NewUserRequest)) adminapi.NewUserRequest {
		r := adminapi.NewUserRequest{Name: "jeff", UPN: "jeff@litware.test"}
		change(&r)
		return r
	}
	for name, tt := range map[string]struct {
		given adminapi.NewUserRequest
		code  problem.Code
	}{
		"UPN":      {user(func(r *adminapi.NewUserRequest) { r.UPN = "jeff" }), problem.ManageParameter},
		"SMTP":     {user(func(r *adminapi.NewUserRequest) { r.SMTP = "jeff@" }), problem.ManageParameter},
		"SIP":      {user(func(r *adminapi.NewUserRequest) { r.SIP = "sip:" }), problem.ManageParameter},
		"name":     {user(func(r *adminapi.NewUserRequest) { r.Name = "a/b" }), problem.DirectoryName},
		"taken":    {user(func(r *adminapi.NewUserRequest) { r.Name = "kenmyer" }), problem.DirectoryTaken},
		"password": {user(func(r *adminapi.NewUserRequest) { r.Password = strings.Repeat("x", 300) }), problem.DirectoryPassword},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, admin, adminapi.NewUser, tt.given, tt.code)
			refused(t, admin, adminapi.GetUser, named("jeff"), problem.DirectoryUnknown) // not half made
		})
	}
	refused(t, admin, adminapi.SetPassword, adminapi.SetPasswordRequest{Identity: "kenmyer"}, problem.DirectoryPassword)
	refused(t, admin, adminapi.SetPassword, adminapi.SetPasswordRequest{Identity: "nobody", Password: "x"}, problem.DirectoryUnknown)
	refused(t, admin, adminapi.SetUserEnabled, adminapi.SetUserEnabledRequest{Identity: "nobody"}, problem.DirectoryUnknown)
	refused(t, admin, adminapi.AddGroupMember, adminapi.GroupMember{Group: "No such group", Account: "kenmyer"}, problem.DirectoryNoGroup)
	refused(t, admin, adminapi.RemoveGroupMember, adminapi.GroupMember{Group: "Domain Admins", Account: "nobody"}, problem.DirectoryUnknown)
	if none := do(t, admin, adminapi.GetUser, named("x*")); len(none) != 0 {
		t.Errorf("found %+v", none)
	}
}
