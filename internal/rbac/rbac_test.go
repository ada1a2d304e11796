package rbac

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

func now() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC) }

func open(t testing.TB, db *store.DB) *Store {
	t.Helper()
	s, err := New(db, now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func wantCode(t testing.TB, err error, code problem.Code) {
	t.Helper()
	if !problem.Is(err, code) {
		t.Errorf("error = %v, want code %s", err, code)
	}
}

// checklist: 003-06, 003-07, 003-08
func TestApplicationAccount(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx, s := t.Context(), open(t, db)
		d, err := directory.New(ctx, db, now)
		if err != nil {
			t.Fatal(err)
		}
		u, _, err := d.LinkedUser(ctx, "litware.test", "litware.test", "LyncEnterprise-ApplicationAccount")
		if err != nil {
			t.Fatal(err)
		}
		roles, err := RolesFor("Lync")
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the script can be run again
			for _, role := range roles {
				if _, err := s.Assign(ctx, Assignment{Role: role, AssigneeID: u.ID, Assignee: u.CommonName}); err != nil && !problem.Is(err, problem.RoleAssigned) {
					t.Fatal(err)
				}
			}
		}
		got, err := s.List(ctx, Filter{Assignee: "LyncEnterprise-ApplicationAccount"})
		want := []Assignment{
			{"ArchiveApplication-LyncEnterprise-ApplicationAccount", ArchiveApplication, u.ID, u.CommonName, now()},
			{"UserApplication-LyncEnterprise-ApplicationAccount", UserApplication, u.ID, u.CommonName, now()},
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("003-08: the assignments: %v\n%s", err, diff)
		}
		names, err := s.RolesOf(ctx, u.ID)
		if diff := cmp.Diff([]string{"ArchiveApplication", "UserApplication"}, names); err != nil || diff != "" {
			t.Errorf("RolesOf: %v\n%s", err, diff)
		}
		// What the Storage Service does on its way into a mailbox, and what it
		// must not do.
		for _, op := range []Operation{Autodiscover, "GetFolder", "FindItem", "CreateItem", "DeleteItem", RecoverableItems, "UpdateItemInRecoverableItems", "GetUserPhoto", "GetImItemList"} {
			if !Allows(names, op) {
				t.Errorf("the account may not %s", op)
			}
		}
		for _, op := range []Operation{Impersonate, "SetHoldOnMailboxes", "SearchMailboxes", "SetTeamMailbox", "NoSuchOperation", ""} {
			if Allows(names, op) {
				t.Errorf("the account may %s", op)
			}
		}
	})
}

func TestRolesFor(t *testing.T) {
	roles, err := RolesFor("SharePoint")
	if diff := cmp.Diff([]Role{UserApplication, LegalHoldApplication, MailboxSearch, TeamMailboxLifecycleApplication}, roles); err != nil || diff != "" {
		t.Errorf("SharePoint: %v\n%s", err, diff)
	}
	_, err = RolesFor("Generic")
	wantCode(t, err, problem.RBACUnknownType)
}

func TestRoleTable(t *testing.T) {
	if len(Roles()) != 6 {
		t.Errorf("roles = %v", Roles())
	}
	for _, role := range Roles() {
		seen := map[Operation]bool{}
		for _, op := range Operations(role) {
			if seen[op] || op == "" || strings.TrimSpace(string(op)) != string(op) {
				t.Errorf("%s lists %q twice or misspelt", role, op)
			}
			seen[op] = true
		}
		if len(seen) == 0 {
			t.Errorf("%s allows nothing", role)
		}
		if parsed, err := ParseRole(strings.ToUpper(string(role)) + " "); err != nil || parsed != role {
			t.Errorf("ParseRole(%s) = %s, %v", role, parsed, err)
		}
	}
	if Allows(nil, "GetItem") || Allows([]string{"Made Up", ""}, "GetItem") {
		t.Error("no role allows something")
	}
	if !Allows([]string{"Made Up", string(UserApplication)}, "GetItem") {
		t.Error("one role of several does not count")
	}
	// Only impersonation lets an application name a user in a header.
	for _, role := range Roles() {
		if got, want := Allows([]string{string(role)}, Impersonate), role == ApplicationImpersonation; got != want {
			t.Errorf("%s allows impersonation: %v", role, got)
		}
	}
}

func TestAssignmentNames(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx, s := t.Context(), open(t, db)
		assign := func(a Assignment) string {
			t.Helper()
			got, err := s.Assign(ctx, a)
			if err != nil {
				t.Fatal(err)
			}
			if utf8.RuneCountInString(got.Name) > maxName {
				t.Errorf("the name %q is too long", got.Name)
			}
			return got.Name
		}
		long := strings.Repeat("ä", 70)
		first := assign(Assignment{Role: UserApplication, AssigneeID: "1", Assignee: long})
		second := assign(Assignment{Role: UserApplication, AssigneeID: "2", Assignee: long + "other"})
		third := assign(Assignment{Role: UserApplication, AssigneeID: "3", Assignee: strings.ToUpper(long)})
		if first != "UserApplication-"+strings.Repeat("ä", 48) || second != "UserApplication-"+strings.Repeat("ä", 46)+"-1" || !strings.HasSuffix(third, "-2") {
			t.Errorf("names %q, %q, %q", first, second, third)
		}
		if name := assign(Assignment{Name: "My Assignment", Role: "archiveapplication", AssigneeID: "1", Assignee: "x"}); name != "My Assignment" {
			t.Errorf("a given name became %q", name)
		}
		_, err := s.Assign(ctx, Assignment{Name: "MY ASSIGNMENT", Role: UserApplication, AssigneeID: "9", Assignee: "x"})
		wantCode(t, err, problem.RBACTaken)
		_, err = s.Assign(ctx, Assignment{Role: "UserApplications", AssigneeID: "9"})
		wantCode(t, err, problem.RBACUnknownRole)
		_, err = s.Assign(ctx, Assignment{Role: UserApplication})
		wantCode(t, err, problem.RBACInvalid)
		_, err = s.Assign(ctx, Assignment{Name: strings.Repeat("x", 65), Role: UserApplication, AssigneeID: "9"})
		wantCode(t, err, problem.RBACInvalid)
		_, err = s.Assign(ctx, Assignment{Name: "other", Role: UserApplication, AssigneeID: "1", Assignee: "x"})
		wantCode(t, err, problem.RoleAssigned)

		if err := s.Unassign(ctx, strings.ToLower(first)); err != nil {
			t.Fatal(err)
		}
		wantCode(t, s.Unassign(ctx, first), problem.RBACUnknownAssignment)
		if roles, err := s.RolesOf(ctx, "1"); err != nil || len(roles) != 1 {
			t.Errorf("after Unassign: %v, %v", roles, err)
		}
	})
}

func TestListPatterns(t *testing.T) {
	s := open(t, storetest.Open(t, storetest.SQLite(t)))
	for i, who := range []string{"LyncEnterprise-ApplicationAccount", "SharePointEnterprise-ApplicationAccount"} {
		for _, role := range []Role{UserApplication, MailboxSearch} {
			if _, err := s.Assign(t.Context(), Assignment{Role: role, AssigneeID: fmt.Sprint("id", i), Assignee: who}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		f    Filter
		want int
	}{
		{Filter{}, 4},
		{Filter{Assignee: "lync*"}, 2},
		{Filter{Assignee: "*ApplicationAccount"}, 4},
		{Filter{Assignee: "id0"}, 2},
		{Filter{Role: "mailbox?search"}, 2},
		{Filter{Role: "UserApplication", Assignee: "Lync*"}, 1},
		{Filter{Name: "UserApplication-*"}, 2},
		{Filter{Assignee: "Lync"}, 0},
	} {
		if got, err := s.List(t.Context(), c.f); err != nil || len(got) != c.want {
			t.Errorf("List(%+v) = %d assignments, %v; want %d", c.f, len(got), err, c.want)
		}
	}
}

// Two nodes run the script at the same moment: each role is assigned once.
func TestTwoNodesAssign(t *testing.T) {
	storetest.RunDSN(t, func(t *testing.T, dsn string) {
		var wg sync.WaitGroup
		for range 2 {
			s := open(t, storetest.Open(t, dsn))
			wg.Go(func() {
				for _, role := range Roles() {
					if _, err := s.Assign(t.Context(), Assignment{Role: role, AssigneeID: "1", Assignee: "app"}); err != nil && !problem.Is(err, problem.RoleAssigned) {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if all, err := open(t, storetest.Open(t, dsn)).List(t.Context(), Filter{}); err != nil || len(all) != len(Roles()) {
			t.Errorf("%d assignments, %v", len(all), err)
		}
	})
}
