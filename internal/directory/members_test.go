package directory

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

func TestUsersComeInParts(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		d := open(t, db, newClock())
		for i := range 25 {
			add(t, d, User{Name: fmt.Sprintf("User%02d", i), UPN: UPN(fmt.Sprintf("user%02d@litware.test", i))})
		}
		add(t, d, User{Name: "user00", UPN: "user00@fabrikam.test"})
		var names []string
		for after := ""; ; after = names[len(names)-1] {
			part, err := d.UsersAfter(t.Context(), "Litware.test", after, 10)
			if err != nil || len(part) > 10 {
				t.Fatalf("%d users, %v", len(part), err)
			}
			for _, u := range part {
				names = append(names, u.Name)
			}
			if len(part) < 10 {
				break
			}
		}
		if len(names) != 25 || !slices.IsSorted(names) || names[0] != "User00" {
			t.Errorf("%d names: %v", len(names), names)
		}
	})
}

func TestMembers(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		d := open(t, db, newClock())
		u := add(t, d, ken())
		bob := add(t, d, User{Name: "bob", UPN: "bob@litware.test", Enabled: true})
		if _, err := d.AddGroup(ctx, Group{Name: "Desk", Organisation: "litware.test"}); err != nil {
			t.Fatal(err)
		}
		vacant := func(group string, want bool) {
			t.Helper()
			if got, err := d.Vacant(ctx, "litware.test", group); err != nil || got != want {
				t.Errorf("%s is vacant: %v, %v", group, got, err)
			}
		}
		vacant(DomainAdmins, true)
		vacant("nothing", true)
		for _, err := range []error{d.AddMember(ctx, "Desk", u.ID), d.AddMember(ctx, "Desk", bob.ID), d.NestGroup(ctx, "litware.test", DomainAdmins, "Desk")} {
			if err != nil {
				t.Fatal(err)
			}
		}
		vacant(DomainAdmins, false)
		list := func(group, after string, limit int) (names []string) {
			t.Helper()
			members, err := d.Members(ctx, "litware.test", group, after, limit)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range members {
				names = append(names, fmt.Sprint(m.Name, " ", m.Path, " ", m.Group))
			}
			return names
		}
		if got := list("desk", "", 0); !slices.Equal(got, []string{"bob litware.test/Users/bob false", "kenmyer litware.test/Users/kenmyer false"}) {
			t.Errorf("in the desk: %q", got)
		}
		if got := list("desk", "BOB", 1); len(got) != 1 || got[0] != "kenmyer litware.test/Users/kenmyer false" {
			t.Errorf("after bob: %q", got)
		}
		if got := list(DomainAdmins, "", 0); !slices.Equal(got, []string{"Desk litware.test/Users/Desk true"}) {
			t.Errorf("among the domain admins: %q", got)
		}
		_, err := d.Members(ctx, "litware.test", "nothing", "", 0)
		wantCode(t, err, problem.DirectoryNoGroup)

		for group, want := range map[string]bool{DomainAdmins: true, "Administrators": true, "Desk": true, OrganizationManagement: false, RTCUniversalServerAdmins: false} {
			if got, err := d.Guards(ctx, "litware.test", group); err != nil || got != want {
				t.Errorf("%s guards: %v, %v", group, got, err)
			}
		}
		_, err = d.Guards(ctx, "litware.test", "nothing")
		wantCode(t, err, problem.DirectoryNoGroup)
		for _, m := range []User{u, bob} {
			m, err := d.User(ctx, m.ID)
			if err != nil {
				t.Fatal(err)
			}
			m.Enabled = false
			if err := d.SetUser(ctx, m); err != nil {
				t.Fatal(err)
			}
		}
		vacant(DomainAdmins, true) // nobody who could log on is left
	})
}

// An organisation that was made before a group became built-in gets it with its
// next account.
func TestOlderOrganisationsGetNewGroups(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		d := open(t, db, newClock())
		add(t, d, ken())
		if _, err := db.ExecContext(t.Context(), `DELETE FROM directory_groups WHERE name = 'RTCUniversalServerAdmins'`); err != nil {
			t.Fatal(err)
		}
		bob := add(t, d, User{Name: "bob", UPN: "bob@litware.test"})
		if err := d.AddMember(t.Context(), RTCUniversalServerAdmins, bob.ID); err != nil {
			t.Error(err)
		}
		if all, err := d.Groups(t.Context(), "litware.test"); err != nil || len(all) != len(builtInGroups()) {
			t.Errorf("%d groups, %v", len(all), err)
		}
	})
}

func TestDistinguishedName(t *testing.T) {
	for path, want := range map[string]string{
		"litware.test/Users/Ken Myer":        "CN=Ken Myer,CN=Users,DC=litware,DC=test",
		"litware.test/Sales/West/Ken":        "CN=Ken,OU=West,OU=Sales,DC=litware,DC=test",
		`litware.test/Myer, Ken/#1 "x" <y>=`: `CN=\#1 \"x\" \<y\>\=,OU=Myer\, Ken,DC=litware,DC=test`,
	} {
		if got := DistinguishedName(path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	for _, s := range []string{"", "CN=x", "DC=x", "DC=x,CN=y", "x,y", "CN=,DC=x", "O=x,DC=y", "kenmyer", `\`} {
		if path, ok := pathOfDN(s); ok {
			t.Errorf("%q is the path %q", s, path)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[^/ \x00-\x1f][^/\x00-\x1f]{0,20}`)
		path := "litware.test/" + name.Draw(t, "container") + "/" + name.Draw(t, "name")
		if got, ok := pathOfDN(DistinguishedName(path)); !ok || got != path {
			t.Errorf("%q comes back as %q", path, got)
		}
	})
}
