package adminserver

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store/storetest"
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

// beginning takes a deployment with an empty directory into use.
func beginning(t *testing.T, answered *world) {
	w := newWorld(t)
	db := storetest.Open(t, storetest.SQLite(t))
	empty, err := directory.New(t.Context(), db, w.clock.Now)
	w.must(err)
	w.server.cfg.Directory, w.server.sessions.cfg.Directory = empty, empty
	first := adminapi.FirstOperator
	boss := adminapi.NewUserRequest{Name: "boss", UPN: "boss@litware.test", Password: "secret"}
	refused(t, w.client(false), first, boss, problem.ManageDenied) // over the network nobody is believed
	local := w.client(true)
	refused(t, local, first, adminapi.NewUserRequest{Name: "boss", UPN: "boss@litware.test"}, problem.ManageParameter)
	refused(t, local, first, adminapi.NewUserRequest{Name: "boss", UPN: "boss", Password: "secret"}, problem.ManageParameter)
	refused(t, local, first, adminapi.NewUserRequest{Name: "boss", UPN: "boss@litware.test", Password: strings.Repeat("x", 300)}, problem.DirectoryPassword)
	u := do(t, local, first, boss)
	if !slices.Equal(u.Groups, []string{directory.OrganizationManagement, directory.RTCUniversalServerAdmins, directory.RTCUniversalUserAdmins}) || !u.Enabled || u.Protected {
		t.Errorf("the first operator is %+v", u)
	}
	refused(t, local, first, adminapi.NewUserRequest{Name: "second", UPN: "second@litware.test", Password: "x"}, problem.ManageOperator)
	remote := w.client(false)
	if _, err := remote.LogOn(t.Context(), "boss", "secret"); err != nil {
		t.Fatal(err)
	}
	do(t, remote, adminapi.NewUser, adminapi.NewUserRequest{Name: "second", UPN: "second@litware.test"})
	do(t, remote, adminapi.GetCsPool, named("")) // he is of the roles' organisation
	for _, c := range []struct{ upn, organisation string }{{"x@fabrikam.test", "fabrikam.test"}, {"x@elsewhere.test", ""}} {
		w.server.organisations = []string{"litware", "fabrikam.test"}
		if got, err := w.server.organisationFor(c.upn); got != c.organisation || (err == nil) != (got != "") {
			t.Errorf("%s belongs to %q, %v", c.upn, got, err)
		}
	}
	answered.answered[first.Name] = w.answered[first.Name]
}

// A deployment in which nobody is an operator any more opens to whoever holds
// the socket file, and closes again.
func TestVacantRightsAreTheSocketFilesHolders(t *testing.T) {
	w := newWorld(t)
	w.must(w.directory.SetPassword(t.Context(), w.find("kenmyer").ID, "secret"))
	promote := adminapi.GroupMember{Group: directory.OrganizationManagement, Account: "kenmyer"}
	ken := w.as("kenmyer")
	refused(t, ken, adminapi.AddGroupMember, promote, problem.ManageDenied)
	w.disable("administrator")
	remote := w.client(false)
	if _, err := remote.LogOn(t.Context(), "kenmyer", "secret"); err != nil {
		t.Fatal(err)
	}
	refused(t, remote, adminapi.AddGroupMember, promote, problem.ManageDenied)
	do(t, ken, adminapi.AddGroupMember, promote)
	refused(t, w.as("pilar"), adminapi.AddGroupMember, adminapi.GroupMember{Group: directory.OrganizationManagement, Account: "pilar"}, problem.ManageDenied)
}

// Who runs the Exchange organisation is not thereby the master of the domain.
func TestProtectedAccountsAreForDomainAdmins(t *testing.T) {
	w := newWorld(t)
	w.user("master", directory.DomainAdmins)
	w.user("exchangeadmin", directory.OrganizationManagement)
	_, err := w.directory.AddGroup(t.Context(), directory.Group{Name: "Tier 0", Organisation: "litware"})
	w.must(err)
	w.must(w.directory.NestGroup(t.Context(), "litware", directory.DomainAdmins, "Tier 0"))
	admin, master := w.as("exchangeadmin"), w.as("master")
	take := adminapi.SetPasswordRequest{Identity: "master", Password: "mine"}
	for _, account := range []string{"master", "administrator"} { // a member, and the built-in account
		take.Identity = account
		f := refused(t, admin, adminapi.SetPassword, take, problem.ManageDenied)
		if !strings.Contains(f.Detail, account+" is a protected account") || !strings.Contains(f.Detail, directory.DomainAdmins) {
			t.Errorf("told %q", f.Detail)
		}
		refused(t, admin, adminapi.SetUserEnabled, adminapi.SetUserEnabledRequest{Identity: account}, problem.ManageDenied)
	}
	for _, group := range []string{directory.DomainAdmins, "Enterprise Admins", "Administrators", "Tier 0"} {
		refused(t, admin, adminapi.AddGroupMember, adminapi.GroupMember{Group: group, Account: "exchangeadmin"}, problem.ManageDenied)
		refused(t, admin, adminapi.RemoveGroupMember, adminapi.GroupMember{Group: group, Account: "master"}, problem.ManageDenied)
	}
	do(t, admin, adminapi.SetPassword, adminapi.SetPasswordRequest{Identity: "kenmyer", Password: "new"})
	do(t, admin, adminapi.AddGroupMember, adminapi.GroupMember{Group: directory.RTCUniversalServerAdmins, Account: "kenmyer"})
	do(t, master, adminapi.SetPassword, take)
	do(t, master, adminapi.AddGroupMember, adminapi.GroupMember{Group: "Tier 0", Account: "pilar"})
	refused(t, admin, adminapi.SetPassword, adminapi.SetPasswordRequest{Identity: "pilar", Password: "mine"}, problem.ManageDenied)
}

// Reading is no testing: the test sends a token of this server to an address
// that the caller chooses.
func TestOAuthTestWantsAnAdministrator(t *testing.T) {
	w := newWorld(t)
	w.user("skypeadmin", directory.RTCUniversalUserAdmins)
	w.user("auditor", directory.RTCUniversalReadOnlyAdmins)
	req := adminapi.TestOAuthRequest{TargetURI: "https://pool.litware.test/", Mailbox: "kenmyer"}
	for _, who := range []string{"skypeadmin", "auditor"} {
		refused(t, w.as(who), adminapi.TestOAuthConnectivity, req, problem.ManageDenied)
		do(t, w.as(who), adminapi.GetExchangeAccesses, adminapi.EventFilter{})
	}
	do(t, w.as("administrator"), adminapi.TestOAuthConnectivity, req)
}

func TestUsersComeInPages(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	for i := range adminapi.MaxPage + 30 {
		w.user(fmt.Sprintf("user%03d", i))
		do(t, admin, adminapi.EnableCsUser, adminapi.EnableCsUserRequest{Identity: fmt.Sprintf("user%03d", i), RegistrarPool: "pool.litware.test"})
	}
	var all, sip []string
	for u, err := range adminapi.Pages(t.Context(), admin, adminapi.GetUser, "user*", func(u adminapi.User) string { return u.Name }) {
		w.must(err)
		all = append(all, u.Name)
	}
	for u, err := range adminapi.Pages(t.Context(), admin, adminapi.GetCsUser, "", func(u adminapi.SipUser) string { return u.SamAccountName }) {
		w.must(err)
		sip = append(sip, u.SamAccountName)
	}
	for _, got := range [][]string{all, sip} {
		if len(got) != adminapi.MaxPage+30 || !slices.IsSorted(got) {
			t.Errorf("%d users: %v", len(got), got)
		}
	}
}

func TestEventsAreFiltered(t *testing.T) {
	w := newWorld(t)
	for i, e := range []journal.Event{
		{ID: 32053, Level: journal.Error, Log: "Lync Server", Source: "LS Storage Service", Text: "failure", Detail: "smtpAddress=ken"},
		{ID: 32048, Level: journal.Information, Log: "Lync Server", Source: "LS Storage Service", Text: "well"},
		{ID: 2014, Level: journal.Information, Log: "Application", Source: "MSExchange AuthAdmin", Text: "certificate"},
	} {
		e.Time = start.Add(time.Duration(i) * time.Minute)
		w.must(w.skype.Journal.Log(t.Context(), e))
	}
	admin := w.as("administrator")
	ids := func(f adminapi.EventFilter) (got []int) {
		t.Helper()
		for _, e := range do(t, admin, adminapi.GetSkypeEvents, f) {
			if e.Computer != "pool.litware.test" || e.Record == 0 {
				t.Errorf("%+v", e)
			}
			got = append(got, e.ID)
		}
		return got
	}
	all := do(t, admin, adminapi.GetSkypeEvents, adminapi.EventFilter{})
	for name, tt := range map[string]struct {
		filter adminapi.EventFilter
		want   []int
	}{
		"log":      {adminapi.EventFilter{Log: "lync server"}, []int{32048, 32053}},
		"ids":      {adminapi.EventFilter{IDs: []int{2014, 32053}}, []int{2014, 32053}},
		"level":    {adminapi.EventFilter{Level: "error"}, []int{32053}},
		"source":   {adminapi.EventFilter{Source: "msexchange authadmin"}, []int{2014}},
		"contains": {adminapi.EventFilter{Contains: "smtpaddress=KEN"}, []int{32053}},
		"until":    {adminapi.EventFilter{Until: start.Add(time.Minute)}, []int{32053}},
		"before":   {adminapi.EventFilter{Before: all[0].Record, Max: 1}, []int{32048}},
	} {
		if got := ids(tt.filter); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}
