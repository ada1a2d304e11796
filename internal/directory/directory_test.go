package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

// clock is a time that tests move by hand.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func open(t testing.TB, db *store.DB, c *clock) *Directory {
	t.Helper()
	d, err := New(t.Context(), db, c.Now)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func ken() User {
	return User{
		Name: "kenmyer", DisplayName: "Ken Myer", Organisation: "litware.test", Enabled: true,
		UPN: "kenmyer@litware.test", SMTP: "ken.myer@litware.test", SIP: "kenmyer@litware.test",
	}
}

func add(t testing.TB, d *Directory, u User) User {
	t.Helper()
	u, err := d.AddUser(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func wantCode(t testing.TB, err error, code problem.Code) {
	t.Helper()
	if !problem.Is(err, code) {
		t.Errorf("error = %v, want code %s", err, code)
	}
}

func TestAddUser(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx, c := t.Context(), newClock()
		d := open(t, db, c)
		u := add(t, d, ken())
		want := ken()
		want.CommonName, want.Container, want.Version = "kenmyer", "litware.test/Users", 1
		want.Created, want.Changed = c.Now(), c.Now()
		if diff := cmp.Diff(want, u, cmpopts.IgnoreFields(User{}, "ID", "SID")); diff != "" {
			t.Errorf("added user (-want +got):\n%s", diff)
		}
		if !strings.HasPrefix(string(u.SID), "S-1-5-21-") || u.SID.RID() < 1100 || u.SID.RID() > 1199 {
			t.Errorf("SID = %s, want S-1-5-21-a-b-c-11xx", u.SID)
		}
		again, err := d.User(ctx, u.ID)
		if diff := cmp.Diff(u, again); err != nil || diff != "" {
			t.Errorf("read back: %v\n%s", err, diff)
		}
		bob := add(t, d, User{Name: "bob", UPN: "bob@litware.test"})
		if bob.Organisation != "litware.test" || bob.DisplayName != "bob" || bob.Enabled {
			t.Errorf("what the directory fills in: %+v", bob)
		}
		if bob.SID.RID() != u.SID.RID()+1 {
			t.Errorf("SIDs %s and %s do not follow each other in one domain", u.SID, bob.SID)
		}
		all, err := d.Users(ctx, Filter{Organisation: "LITWARE.test"})
		if err != nil || len(all) != 2 || all[0].Name != "bob" {
			t.Errorf("Users = %v, %v", all, err)
		}
	})
}

func TestUniqueness(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		d := open(t, db, newClock())
		u := add(t, d, ken())
		for _, c := range []struct {
			name string
			with func(*User)
			says string
		}{
			{"UPN in other letters", func(x *User) { x.Name, x.UPN = "ken2", "KENMYER@litware.test" }, "user principal name"},
			{"account name in other letters", func(x *User) { x.UPN, x.Name = "ken2@litware.test", "KenMyer" }, "account name"},
			{"SID", func(x *User) { x.Name, x.UPN, x.SID = "ken2", "ken2@litware.test", u.SID }, "security identifier"},
			{"place", func(x *User) { x.Name, x.UPN, x.CommonName = "ken2", "ken2@litware.test", "KENMYER" }, "name in this container"},
			{"UPN in another organisation", func(x *User) { x.Organisation = "fabrikam.test" }, "user principal name"},
		} {
			t.Run(c.name, func(t *testing.T) {
				other := ken()
				c.with(&other)
				_, err := d.AddUser(ctx, other)
				wantCode(t, err, problem.DirectoryTaken)
				if err != nil && (!strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), string(u.UPN))) {
					t.Errorf("the message %q names neither %q nor the owner", err, c.says)
				}
			})
		}
		// Another organisation may use the account name, and addresses may clash.
		other := ken()
		other.Organisation, other.UPN = "fabrikam.test", "kenmyer@fabrikam.test"
		add(t, d, other)
		both, err := d.Find(ctx, Query{By: BySMTP, Value: "KEN.MYER@litware.test"})
		if err != nil || len(both) != 2 {
			t.Fatalf("Find by a shared address = %v, %v; want both", both, err)
		}
		if both[0].SID == both[1].SID || strings.TrimSuffix(string(both[0].SID), "-1103") == strings.TrimSuffix(string(both[1].SID), "-1103") {
			t.Errorf("two domains share an identifier: %s, %s", both[0].SID, both[1].SID)
		}
		_, err = d.Resolve(ctx, "ken.myer@litware.test")
		wantCode(t, err, problem.DirectoryAmbiguous)
		if err != nil && (!strings.Contains(err.Error(), "kenmyer@fabrikam.test") || !strings.Contains(err.Error(), "kenmyer@litware.test")) {
			t.Errorf("%q does not name the candidates", err)
		}
		if mine, err := d.Find(ctx, Query{By: BySMTP, Value: "ken.myer@litware.test", Organisation: "litware.test"}); err != nil || len(mine) != 1 {
			t.Errorf("Find inside one organisation = %v, %v", mine, err)
		}
	})
}

func TestRefusedUsers(t *testing.T) {
	d := open(t, storetest.Open(t, storetest.SQLite(t)), newClock())
	for _, c := range []struct {
		with func(*User)
		code problem.Code
	}{
		{func(u *User) { u.Name = "" }, problem.DirectoryName},
		{func(u *User) { u.Name = "ken@litware" }, problem.DirectoryName},
		{func(u *User) { u.Name = "ken*" }, problem.DirectoryName},
		{func(u *User) { u.Name = "a-name-of-21-letters-" }, problem.DirectoryName},
		{func(u *User) { u.Name = "ken\u200b" }, problem.DirectoryName},
		{func(u *User) { u.DisplayName = "Ken\nMyer" }, problem.DirectoryName},
		{func(u *User) { u.Container = "litware.test/\x00" }, problem.DirectoryName},
		{func(u *User) { u.Organisation = "lit\nware" }, problem.DirectoryName},
		{func(u *User) { u.UPN = "" }, problem.DirectoryAddress},
		{func(u *User) { u.SMTP = "ken" }, problem.DirectoryAddress},
		{func(u *User) { u.SIP = "\u201cken@litware.test\u201d" }, problem.DirectoryAddress},
		{func(u *User) { u.SID = "S-1" }, problem.DirectorySID},
	} {
		u := ken()
		c.with(&u)
		_, err := d.AddUser(t.Context(), u)
		wantCode(t, err, c.code)
	}
}

func TestSetUser(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx, c := t.Context(), newClock()
		d := open(t, db, c)
		before := add(t, d, ken())
		c.Advance(time.Minute)
		u := before
		u.SIP, u.Enabled, u.DisplayName = "ken@litware.test", false, "Ken M."
		if err := d.SetUser(ctx, u); err != nil {
			t.Fatal(err)
		}
		u.Version, u.Changed = 2, c.Now()
		after, err := d.User(ctx, u.ID)
		if diff := cmp.Diff(u, after); err != nil || diff != "" {
			t.Errorf("after SetUser: %v\n%s", err, diff)
		}
		// Whoever read the account before the change must not undo it.
		before.DisplayName = "Ken"
		wantCode(t, d.SetUser(ctx, before), problem.DirectoryConflict)
		bob := add(t, d, User{Name: "bob", UPN: "bob@litware.test", Organisation: "litware.test"})
		bob.UPN = "KenMyer@litware.test"
		wantCode(t, d.SetUser(ctx, bob), problem.DirectoryTaken)
		wantCode(t, d.SetUser(ctx, User{ID: "none", Name: "x", UPN: "x@litware.test"}), problem.DirectoryUnknown)
		if err := d.RemoveUser(ctx, u.ID); err != nil {
			t.Fatal(err)
		}
		_, err = d.User(ctx, u.ID)
		wantCode(t, err, problem.DirectoryUnknown)
		wantCode(t, d.RemoveUser(ctx, u.ID), problem.DirectoryUnknown)
	})
}

func TestResolve(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		d := open(t, db, newClock())
		u := add(t, d, ken())
		add(t, d, User{Name: "bob", UPN: "bob@litware.test", Organisation: "litware.test"})
		for _, identity := range []string{
			u.ID, strings.ToUpper(u.ID), string(u.SID), strings.ToLower(string(u.SID)),
			"kenmyer", "KENMYER", "Ken Myer", " ken myer ", `LITWARE\kenmyer`, `litware.test\KenMyer`, "litware.test/Users/kenmyer",
			"CN=kenmyer,CN=Users,DC=litware,DC=test", "cn=KenMyer, cn=Users, dc=litware, dc=test",
			"kenmyer@litware.test", "ken.myer@litware.test", "sip:kenmyer@litware.test", "smtp:ken.myer@litware.test", "mailto:Ken.Myer@litware.test",
		} {
			if got, err := d.Resolve(ctx, identity); err != nil || got.ID != u.ID {
				t.Errorf("Resolve(%q) = %s, %v", identity, got.UPN, err)
			}
		}
		for identity, code := range map[string]problem.Code{
			"":                                    problem.DirectoryUnknown,
			"nobody":                              problem.DirectoryUnknown,
			"%":                                   problem.DirectoryUnknown,
			"ken*":                                problem.DirectoryUnknown,
			"x\x00":                               problem.DirectoryUnknown,
			strings.Repeat("x", 5000):             problem.DirectoryUnknown,
			`FABRIKAM\kenmyer`:                    problem.DirectoryUnknown,
			"nobody@litware.test":                 problem.DirectoryUnknown,
			"sip:ken.myer@litware.test":           problem.DirectoryUnknown, // that is the e-mail address
			"\u201ckenmyer@litware.test\u201d":    problem.DirectoryAddress,
			"sip:kenmyer":                         problem.DirectoryAddress,
			"S-1-x":                               problem.DirectorySID,
			"kenmyer@litware.test' OR '1'='1":     problem.DirectoryAddress,
			"kenmyer' OR '1'='1":                  problem.DirectoryUnknown,
			"litware.test/Users/kenmyer/kenmyer":  problem.DirectoryUnknown,
			"CN=kenmyer,OU=x,DC=litware,DC=test":  problem.DirectoryUnknown,
			"CN=kenmyer":                          problem.DirectoryUnknown,
			"S-1-5-21-1004336348-1177238915-1-11": problem.DirectoryUnknown,
		} {
			_, err := d.Resolve(ctx, identity)
			wantCode(t, err, code)
		}
	})
}

// checklist: 003-07, 003-06 (the account of the three things the script makes)
func TestLinkedUser(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		d := open(t, db, newClock())
		add(t, d, ken())
		u, created, err := d.LinkedUser(ctx, "litware.test", "litware.test", "LyncEnterprise-ApplicationAccount")
		if err != nil || !created {
			t.Fatalf("LinkedUser = created %v, %v", created, err)
		}
		if u.Path() != "litware.test/Users/LyncEnterprise-ApplicationAccount" {
			t.Errorf("003-07: the account lies at %s", u.Path())
		}
		if u.Name != "LyncEnterprise-Appli" || u.UPN != "LyncEnterprise-ApplicationAccount@litware.test" {
			t.Errorf("account name %q, UPN %q", u.Name, u.UPN)
		}
		if u.Enabled || !u.Protected || !u.Service || !u.Linked || u.AccountControl() != "AccountDisabled, PasswordNotRequired, NormalAccount" {
			t.Errorf("the account is %+v, %s", u, u.AccountControl())
		}
		for range 2 { // the script can be run again
			again, created, err := d.LinkedUser(ctx, "LITWARE.test", "litware.test", "lyncenterprise-applicationaccount")
			if err != nil || created || again.ID != u.ID {
				t.Errorf("second run: %s, created %v, %v", again.ID, created, err)
			}
		}
		if got, err := d.Resolve(ctx, "LyncEnterprise-ApplicationAccount"); err != nil || got.ID != u.ID {
			t.Errorf("Resolve by its name = %v, %v", got.UPN, err)
		}
		other, _, err := d.LinkedUser(ctx, "litware.test", "litware.test", "LyncEnterprise-ApplicationAccount2")
		if err != nil || other.Name != "LyncEnterprise-Appl1" {
			t.Errorf("an account whose cut name is taken is called %q, %v", other.Name, err)
		}
		if _, err := d.Verify(ctx, string(u.UPN), ""); !problem.Is(err, problem.DirectoryLogOn) {
			t.Errorf("the linked account logs on: %v", err)
		}
		add(t, d, User{Name: "plain", UPN: "plain@litware.test", Organisation: "litware.test", Enabled: true})
		_, _, err = d.LinkedUser(ctx, "litware.test", "litware.test", "plain")
		wantCode(t, err, problem.DirectoryTaken)
		online, created, err := d.LinkedUser(ctx, "fabrikam", "fabrikam.test", "Exchange Online-ApplicationAccount")
		if err != nil || !created || online.UPN != "Exchange_Online-ApplicationAccount@fabrikam.test" {
			t.Errorf("in a new organisation: %s, created %v, %v", online.UPN, created, err)
		}
	})
}

func TestGroups(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		d := open(t, db, newClock())
		u := add(t, d, ken())
		for range 2 { // a second time changes nothing
			if err := d.AddMember(ctx, "rtcuniversaluseradmins", u.ID); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := d.AddGroup(ctx, Group{Name: "Help Desk", Organisation: "litware.test"}); err != nil {
			t.Fatal(err)
		}
		_, err := d.AddGroup(ctx, Group{Name: "help desk", Organisation: "litware.test"})
		wantCode(t, err, problem.DirectoryTaken)
		if err := d.NestGroup(ctx, "litware.test", OrganizationManagement, "Help Desk"); err != nil {
			t.Fatal(err)
		}
		wantCode(t, d.NestGroup(ctx, "litware.test", "Help Desk", OrganizationManagement), problem.DirectoryGroupCycle)
		wantCode(t, d.NestGroup(ctx, "litware.test", "Help Desk", "Help Desk"), problem.DirectoryGroupCycle)
		if err := d.AddMember(ctx, "Help Desk", u.ID); err != nil {
			t.Fatal(err)
		}
		groups, err := d.MemberOf(ctx, u.ID)
		if diff := cmp.Diff([]string{"Help Desk", "Organization Management", "RTCUniversalUserAdmins"}, groups); err != nil || diff != "" {
			t.Errorf("MemberOf: %v\n%s", err, diff)
		}
		if err := d.RemoveMember(ctx, "Help Desk", u.ID); err != nil {
			t.Fatal(err)
		}
		if groups, err := d.MemberOf(ctx, u.ID); err != nil || !slices.Equal(groups, []string{RTCUniversalUserAdmins}) {
			t.Errorf("after RemoveMember: %v, %v", groups, err)
		}
		wantCode(t, d.AddMember(ctx, "nothing", u.ID), problem.DirectoryNoGroup)
		wantCode(t, d.AddMember(ctx, RTCUniversalUserAdmins, "nobody"), problem.DirectoryUnknown)

		// A group of one organisation holds nobody of another.
		other := add(t, d, User{Name: "eve", UPN: "eve@fabrikam.test", Organisation: "fabrikam.test"})
		if err := d.AddMember(ctx, RTCUniversalUserAdmins, other.ID); err != nil {
			t.Fatal(err)
		}
		wantCode(t, d.AddMember(ctx, "Help Desk", other.ID), problem.DirectoryNoGroup)
		all, err := d.Groups(ctx, "fabrikam.test")
		if err != nil || len(all) != len(builtInGroups()) {
			t.Errorf("Groups = %v, %v", all, err)
		}
	})
}

// Protected by default: built-in accounts, service accounts, and the members
// of administrators' groups as long as they are members.
func TestProtected(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		d := open(t, db, newClock())
		protected := func(u User) bool {
			t.Helper()
			u, err := d.User(ctx, u.ID)
			if err != nil {
				t.Fatal(err)
			}
			return u.Protected
		}
		admin := add(t, d, User{Name: "Administrator", UPN: "administrator@litware.test", Organisation: "litware.test", Enabled: true})
		if admin.SID.RID() != 500 || !admin.Protected || !protected(admin) {
			t.Errorf("the built-in administrator is %+v", admin)
		}
		wantCode(t, d.RemoveUser(ctx, admin.ID), problem.DirectoryBuiltIn)
		if s := add(t, d, User{Name: "svc", UPN: "svc@litware.test", Service: true}); !s.Protected || !protected(s) {
			t.Error("a service account is not protected")
		}
		u := add(t, d, ken())
		if protected(u) {
			t.Error("an ordinary user is protected")
		}
		if _, err := d.AddGroup(ctx, Group{Name: "Tier 0", Organisation: "litware.test"}); err != nil {
			t.Fatal(err)
		}
		if err := d.NestGroup(ctx, "litware.test", "Domain Admins", "Tier 0"); err != nil {
			t.Fatal(err)
		}
		if err := d.AddMember(ctx, "Tier 0", u.ID); err != nil {
			t.Fatal(err)
		}
		if !protected(u) {
			t.Error("a nested member of Domain Admins is not protected")
		}
		// A change of something else does not make it last.
		member, err := d.User(ctx, u.ID)
		if err != nil {
			t.Fatal(err)
		}
		member.DisplayName = "Ken the Admin"
		if err := d.SetUser(ctx, member); err != nil {
			t.Fatal(err)
		}
		if err := d.RemoveMember(ctx, "Tier 0", u.ID); err != nil {
			t.Fatal(err)
		}
		if protected(u) {
			t.Error("a former administrator is still protected")
		}
		former, _ := d.User(ctx, u.ID)
		former.Protected = true
		if err := d.SetUser(ctx, former); err != nil || !protected(u) {
			t.Errorf("an account cannot be protected by hand: %v", err)
		}
		former, _ = d.User(ctx, u.ID)
		former.Protected = false
		if err := d.SetUser(ctx, former); err != nil {
			t.Fatal(err)
		}
		if err := d.AddMember(ctx, RTCUniversalUserAdmins, u.ID); err != nil {
			t.Fatal(err)
		}
		if protected(u) {
			t.Error("the operators of the storage test are protected")
		}
	})
}

// Several node processes open one directory at the same moment and write.
func TestSeveralProcesses(t *testing.T) {
	storetest.RunDSN(t, func(t *testing.T, dsn string) {
		ctx, c := t.Context(), newClock()
		const processes, each = 3, 5
		var wg sync.WaitGroup
		for p := range processes {
			wg.Go(func() {
				d, err := Open(ctx, dsn, c.Now)
				if err != nil {
					t.Error(err)
					return
				}
				defer d.Close()
				for i := range each {
					name := fmt.Sprintf("user%d-%d", p, i)
					if _, err := d.AddUser(ctx, User{Name: name, UPN: UPN(name + "@litware.test"), Organisation: "litware.test"}); err != nil {
						t.Error(err)
					}
					if _, _, err := d.LinkedUser(ctx, "litware.test", "litware.test", "LyncEnterprise-ApplicationAccount"); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		d, err := Open(context.WithoutCancel(ctx), dsn, c.Now)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		all, err := d.Users(ctx, Filter{})
		if err != nil || len(all) != processes*each+1 {
			t.Errorf("%d users, %v; want %d", len(all), err, processes*each+1)
		}
		rids := map[uint32]bool{}
		for _, u := range all {
			if rids[u.SID.RID()] {
				t.Errorf("the RID %d was given out twice", u.SID.RID())
			}
			rids[u.SID.RID()] = true
		}
	})
}

func TestUsersAfter(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		d := open(t, db, newClock())
		for i, name := range []string{"a1", "B2", "a3", "b4"} {
			add(t, d, User{Name: name, UPN: UPN(name + "@litware.test"), Organisation: "litware.test", Enabled: i > 0})
			add(t, d, User{Name: name, UPN: UPN(name + "@fabrikam.test"), Organisation: "fabrikam.test"})
		}
		var names []string
		for after := ""; ; {
			page, err := d.UsersAfter(t.Context(), "LITWARE.test", after, 3)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range page {
				names, after = append(names, string(u.UPN)), u.Name
			}
			if len(page) < 3 {
				break
			}
		}
		if want := "a1@litware.test a3@litware.test B2@litware.test b4@litware.test"; strings.Join(names, " ") != want {
			t.Errorf("the pages hold %v, want %s", names, want)
		}
	})
}
