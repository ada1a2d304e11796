package adminserver

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

// logOn tries a log-on that has to fail.
func logOn(t *testing.T, c *adminapi.Client, account, password string, code problem.Code) *adminapi.Fault {
	t.Helper()
	return refused(t, c, adminapi.LogOn, adminapi.LogOnRequest{Account: account, Password: password}, code)
}

func TestLogOnOverTheSocketFile(t *testing.T) {
	w := newWorld(t)
	c := w.client(true)
	for _, account := range []string{"administrator", "administrator@litware.test", `LITWARE\administrator`} {
		s, err := c.LogOn(t.Context(), account, "")
		if err != nil || s.Account != "administrator" || !slices.Contains(s.Groups, directory.RTCUniversalUserAdmins) || !s.Expires.Equal(start.Add(8*time.Hour)) {
			t.Errorf("%s: %+v, %v", account, s, err)
		}
	}
	// Who holds the file may read the directory, so that he is told the reason.
	if f := logOn(t, c, "nobody", "", problem.ManageLogOn); !strings.Contains(f.Detail, `nobody in the directory is "nobody"`) {
		t.Errorf("the reason is %q", f.Detail)
	}
	w.disable("kenmyer")
	logOn(t, c, "kenmyer", "", problem.ManageLogOn)
}

func (w *world) disable(name string) {
	w.t.Helper()
	u := w.find(name)
	u.Enabled = false
	w.must(w.directory.SetUser(w.t.Context(), u))
}

func TestLogOnFromElsewhere(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"administrator", "kenmyer"} {
		w.must(w.directory.SetPassword(t.Context(), w.find(name).ID, "secret"))
	}
	w.disable("kenmyer")
	c := w.client(false)
	for _, account := range []string{"administrator@litware.test", "administrator", `LITWARE\administrator`} {
		if s, err := c.LogOn(t.Context(), account, "secret"); err != nil || s.Token == "" {
			t.Fatalf("%s: %+v, %v", account, s, err)
		}
	}
	t.Run("one reason, whatever was wrong", func(t *testing.T) {
		want := ""
		for _, try := range [][2]string{
			{"administrator@litware.test", "wrong"}, {"administrator@litware.test", ""}, {"nobody@litware.test", "secret"},
			{"kenmyer@litware.test", "secret"}, {"pilar@litware.test", "secret"}, {"", ""}, {"@@@", strings.Repeat("x", 1000)},
		} {
			f := logOn(t, c, try[0], try[1], problem.ManageLogOn)
			f.RequestID = ""
			if got := fmt.Sprintf("%+v", *f); want == "" {
				want = got
			} else if got != want {
				t.Errorf("%q is told\n%s, others\n%s", try, got, want)
			}
		}
	})
	t.Run("the log has the account and no password", func(t *testing.T) {
		if log := w.logged(); !strings.Contains(log, "nobody@litware.test") || strings.Contains(log, "secret") {
			t.Errorf("the log says\n%s", log)
		}
	})
	t.Run("a stranger cannot send much", func(t *testing.T) {
		logOn(t, c, strings.Repeat("x", 5000), "", problem.ManageRequest)
	})
}

func (w *world) logged() string {
	w.logLock.Lock()
	defer w.logLock.Unlock()
	return w.log.String()
}

func TestFailedLogOnsAreLimited(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"administrator", "kenmyer"} {
		w.must(w.directory.SetPassword(t.Context(), w.find(name).ID, "secret"))
	}
	c := w.client(false)
	for range 10 {
		logOn(t, c, "administrator@litware.test", "wrong", problem.ManageLogOn)
	}
	// From now on not even the right password is looked at.
	if f := logOn(t, c, "administrator@litware.test", "secret", problem.ManageTooMany); !strings.Contains(f.Detail, "10s") {
		t.Errorf("the wait is told as %q", f.Detail)
	}
	logOn(t, c, "kenmyer@litware.test", "secret", problem.ManageTooMany) // the source is the same
	w.clock.advance(10 * time.Second)
	if _, err := c.LogOn(t.Context(), "administrator@litware.test", "secret"); err != nil {
		t.Errorf("after the wait: %v", err)
	}
	// The socket file stays open for who has to repair things.
	if _, err := w.client(true).LogOn(t.Context(), "administrator", ""); err != nil {
		t.Errorf("over the socket file: %v", err)
	}
}

// An account that is under attack from elsewhere stays open for the addresses
// it is known to come from.
func TestStrangersCannotLockAnOperatorOut(t *testing.T) {
	w := newWorld(t)
	w.must(w.directory.SetPassword(t.Context(), w.find("administrator").ID, "secret"))
	s := w.server.sessions
	try := func(source, password string) problem.Code {
		_, err := s.password(t.Context(), source, adminapi.LogOnRequest{Account: "administrator@litware.test", Password: password})
		return problem.CodeOf(err)
	}
	if code := try("192.0.2.1", "secret"); code != "" {
		t.Fatalf("the operator: %s", code)
	}
	for i := range 10 {
		spelling := []string{"administrator@litware.test", "administrator", `LITWARE\administrator`}[i%3] // one account all the same
		_, err := s.password(t.Context(), fmt.Sprintf("198.51.100.%d", i), adminapi.LogOnRequest{Account: spelling, Password: "guess"})
		if code := problem.CodeOf(err); code != problem.DirectoryLogOn {
			t.Errorf("guess %d: %s", i, code)
		}
	}
	if code := try("203.0.113.7", "secret"); code != problem.ManageTooMany {
		t.Errorf("an address never seen: %q, want %s", code, problem.ManageTooMany)
	}
	if code := try("192.0.2.1", "secret"); code != "" {
		t.Errorf("the operator's own address: %s", code)
	}
}

// Whether an account exists cannot be learned from when guesses are limited:
// all spellings of a name have one count, there or not.
func TestSpellingsDoNotTellWhetherAnAccountExists(t *testing.T) {
	w := newWorld(t)
	w.must(w.directory.SetPassword(t.Context(), w.find("administrator").ID, "secret"))
	tell := func(name string) (answers []problem.Code) {
		t.Helper()
		spellings := []string{name + "@litware.test", name, `LITWARE\` + name, strings.ToUpper(name) + "@Litware.Test", "  " + name, `litware.test\` + name, name + "@elsewhere.test"}
		for i := range 14 {
			spelling := spellings[0]
			if i >= 10 || i%2 == 1 {
				spelling = spellings[i%len(spellings)]
			}
			_, err := w.server.sessions.password(t.Context(), fmt.Sprintf("%s.%d", name, i), adminapi.LogOnRequest{Account: spelling, Password: "guess"})
			answers = append(answers, problem.CodeOf(err))
		}
		return answers
	}
	known, unknown := tell("administrator"), tell("nobody")
	if !slices.Equal(known, unknown) || known[9] != problem.DirectoryLogOn || known[10] != problem.ManageTooMany || known[13] != problem.ManageTooMany {
		t.Errorf("an account that exists gives\n%v\none that does not\n%v", known, unknown)
	}
	// What is kept of a name is short.
	if key := accountKey(strings.Repeat("x", 4000)); len(key) > 100 {
		t.Errorf("%d bytes are kept", len(key))
	}
}

// Guesses that arrive together do not get past the limit together.
func TestConcurrentGuessesAreLimited(t *testing.T) {
	w := newWorld(t)
	w.must(w.directory.SetPassword(t.Context(), w.find("administrator").ID, "secret"))
	var wait sync.WaitGroup
	var mu sync.Mutex
	looked := 0
	for range 60 {
		wait.Go(func() {
			_, err := w.server.sessions.password(t.Context(), "192.0.2.1", adminapi.LogOnRequest{Account: "administrator@litware.test", Password: "guess"})
			mu.Lock()
			defer mu.Unlock()
			if problem.Is(err, problem.DirectoryLogOn) {
				looked++
			}
		})
	}
	wait.Wait()
	if most := 10 + cap(w.server.sessions.trying) - 1; looked < 10 || looked > most {
		t.Errorf("%d guesses were looked at, want 10 to %d", looked, most)
	}
}

func TestSessions(t *testing.T) {
	w := newWorld(t)
	t.Run("a call needs one", func(t *testing.T) {
		refused(t, w.client(true), adminapi.Who, adminapi.Empty{}, problem.ManageSession)
	})
	t.Run("it is no good after log-off", func(t *testing.T) {
		c, other := w.as("administrator"), w.as("administrator")
		if err := c.LogOff(t.Context()); err != nil {
			t.Fatal(err)
		}
		refused(t, c, adminapi.Who, adminapi.Empty{}, problem.ManageSession)
		do(t, other, adminapi.Who, adminapi.Empty{})
	})
	t.Run("it ends", func(t *testing.T) {
		c := w.as("administrator")
		w.clock.advance(8*time.Hour - time.Second)
		do(t, c, adminapi.Who, adminapi.Empty{})
		w.clock.advance(time.Second)
		if f := refused(t, c, adminapi.Who, adminapi.Empty{}, problem.ManageSession); !strings.Contains(f.Detail, "ended") {
			t.Errorf("told as %q", f.Detail)
		}
	})
	t.Run("a disabled operator is thrown out", func(t *testing.T) {
		w.user("former", directory.OrganizationManagement)
		c := w.as("former")
		w.disable("former")
		refused(t, c, adminapi.GetUser, named(""), problem.ManageSession)
		u := w.find("former")
		u.Enabled = true
		w.must(w.directory.SetUser(t.Context(), u))
		refused(t, c, adminapi.GetUser, named(""), problem.ManageSession) // the session is gone for good
	})
	t.Run("a removed operator is thrown out", func(t *testing.T) {
		u := w.user("removed", directory.OrganizationManagement)
		c := w.as("removed")
		w.must(w.directory.RemoveUser(t.Context(), u.ID))
		refused(t, c, adminapi.GetUser, named(""), problem.ManageSession)
	})
}

// checklist: 003-13. Membership is read at log-on: given later, it counts from
// the next one; taken away, it counts until then.
func TestMembershipCountsFromTheNextLogOn(t *testing.T) {
	w := newWorld(t)
	w.user("helpdesk", directory.OrganizationManagement)
	admin, helpdesk := w.as("administrator"), w.as("helpdesk")
	enable := adminapi.EnableCsUserRequest{Identity: "pilar", RegistrarPool: "pool.litware.test"}
	refused(t, helpdesk, adminapi.EnableCsUser, enable, problem.ManageDenied)
	member := adminapi.GroupMember{Group: directory.RTCUniversalUserAdmins, Account: "helpdesk"}
	if done := do(t, admin, adminapi.AddGroupMember, member); !strings.Contains(strings.Join(done.Warnings, ""), "next log-on") {
		t.Errorf("the administrator is not told: %v", done.Warnings)
	}
	refused(t, helpdesk, adminapi.EnableCsUser, enable, problem.ManageDenied)
	again := w.as("helpdesk")
	do(t, again, adminapi.EnableCsUser, enable)
	do(t, admin, adminapi.RemoveGroupMember, member)
	do(t, again, adminapi.EnableCsUser, enable)
	refused(t, w.as("helpdesk"), adminapi.EnableCsUser, enable, problem.ManageDenied)
}

func TestWhoMayDoWhat(t *testing.T) {
	w := newWorld(t)
	w.user("exchangeadmin", directory.OrganizationManagement)
	w.user("skypeadmin", directory.RTCUniversalUserAdmins)
	exchangeAdmin, skypeAdmin, user := w.as("exchangeadmin"), w.as("skypeadmin"), w.as("kenmyer")
	t.Run("everybody may log on, who administers nothing reads nothing", func(t *testing.T) {
		do(t, user, adminapi.Who, adminapi.Empty{})
		refused(t, user, adminapi.GetUser, named(""), problem.ManageDenied)
		refused(t, user, adminapi.GetExchangeAccesses, adminapi.EventFilter{}, problem.ManageDenied)
		refused(t, user, adminapi.GetDeadLetters, named(""), problem.ManageDenied)
	})
	t.Run("each side has its administrators", func(t *testing.T) {
		refused(t, skypeAdmin, adminapi.EnableMailbox, named("kenmyer"), problem.ManageDenied)
		refused(t, exchangeAdmin, adminapi.DisableCsUser, named("kenmyer"), problem.ManageDenied)
		do(t, skypeAdmin, adminapi.GetPartnerApplication, named(""))
		do(t, exchangeAdmin, adminapi.GetCsPartnerApplication, named(""))
	})
	t.Run("who may change groups could give himself every right", func(t *testing.T) {
		for _, group := range []string{directory.OrganizationManagement, directory.RTCUniversalUserAdmins} {
			refused(t, skypeAdmin, adminapi.AddGroupMember, adminapi.GroupMember{Group: group, Account: "skypeadmin"}, problem.ManageDenied)
		}
		refused(t, skypeAdmin, adminapi.SetPassword, adminapi.SetPasswordRequest{Identity: "administrator", Password: "mine"}, problem.ManageDenied)
	})
	t.Run("002-32 code=5 for the connectivity test", func(t *testing.T) {
		f := refused(t, exchangeAdmin, adminapi.TestCsExStorageConnectivity, adminapi.StorageTestRequest{SipURI: "sip:kenmyer@litware.test"}, problem.ManageUserAdmins)
		if f.Cmdlet != 5 || !strings.Contains(f.Remedy, directory.RTCUniversalUserAdmins) {
			t.Errorf("got %+v", f)
		}
	})
	t.Run("nobody switches himself off", func(t *testing.T) {
		refused(t, exchangeAdmin, adminapi.SetUserEnabled, adminapi.SetUserEnabledRequest{Identity: "exchangeadmin"}, problem.ManageParameter)
	})
}

// A directory may hold several organisations, and each has groups of the same
// names: they give rights in their own organisation only.
func TestOrganisationsAreApart(t *testing.T) {
	w := newWorld(t)
	u, err := w.directory.AddUser(t.Context(), directory.User{Name: "boss", UPN: "boss@fabrikam.test", Enabled: true})
	w.must(err)
	for _, g := range []string{directory.OrganizationManagement, directory.RTCUniversalUserAdmins} {
		w.must(w.directory.AddMember(t.Context(), g, u.ID))
	}
	boss := w.as("boss@fabrikam.test")
	refused(t, boss, adminapi.GetPartnerApplication, named(""), problem.ManageDenied)
	refused(t, boss, adminapi.GetSkypeAccesses, adminapi.EventFilter{}, problem.ManageDenied)
	refused(t, boss, adminapi.EnableMailbox, named("kenmyer"), problem.ManageDenied)
	refused(t, boss, adminapi.MintActAsToken, adminapi.MintRequest{User: "kenmyer", URL: "https://mail.litware.test/"}, problem.ManageDenied)
	refused(t, boss, adminapi.TestCsExStorageConnectivity, adminapi.StorageTestRequest{SipURI: "sip:kenmyer@litware.test"}, problem.ManageDenied)
	refused(t, boss, adminapi.SetPassword, adminapi.SetPasswordRequest{Identity: "kenmyer", Password: "mine"}, problem.DirectoryUnknown)
	refused(t, boss, adminapi.AddGroupMember, adminapi.GroupMember{Group: directory.OrganizationManagement, Account: "kenmyer"}, problem.DirectoryUnknown)
	admin := w.as("administrator")
	for _, identity := range []string{"boss", "boss@fabrikam.test", u.ID} {
		refused(t, admin, adminapi.GetUser, named(identity), problem.DirectoryUnknown)
		refused(t, admin, adminapi.EnableMailbox, named(identity), problem.DirectoryUnknown)
		refused(t, admin, adminapi.EnableCsUser, adminapi.EnableCsUserRequest{Identity: identity, RegistrarPool: "pool.litware.test"}, problem.DirectoryUnknown)
		refused(t, admin, adminapi.MintActAsToken, adminapi.MintRequest{User: identity, URL: "https://mail.litware.test/"}, problem.DirectoryUnknown)
	}
	if all := do(t, boss, adminapi.GetUser, named("")); len(all) != 1 || all[0].Name != "boss" {
		t.Errorf("he sees %+v", all)
	}
}

// The number of sessions is bounded; the one that ends first goes first.
func TestSessionsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSessions(Config{Now: time.Now, Lifetime: time.Hour})
		first := s.open(directory.LogOn{}, true)
		for range maxSessions {
			time.Sleep(time.Millisecond)
			s.open(directory.LogOn{}, true)
		}
		if len(s.byKey) != maxSessions {
			t.Errorf("%d sessions are kept", len(s.byKey))
		}
		if _, err := s.operator("Session " + first.key); !problem.Is(err, problem.ManageSession) {
			t.Errorf("the oldest is still there: %v", err)
		}
		time.Sleep(2 * time.Hour)
		last := s.open(directory.LogOn{}, true)
		if _, err := s.operator("Session " + last.key); err != nil || len(s.byKey) != 1 {
			t.Errorf("%d sessions are kept after all but one ended, %v", len(s.byKey), err)
		}
	})
}

// A directory that cannot be asked is our own trouble: nobody is thrown out
// for it, and a stranger learns no details.
func TestDirectoryOutage(t *testing.T) {
	w := newWorld(t)
	db := storetest.Open(t, storetest.SQLite(t))
	dir, err := directory.New(t.Context(), db, w.clock.Now)
	w.must(err)
	u, err := dir.AddUser(t.Context(), directory.User{Name: "operator", UPN: "operator@litware.test", Enabled: true})
	w.must(err)
	w.server.cfg.Directory, w.server.sessions.cfg.Directory = dir, dir
	c := w.as("operator")
	if _, err := db.ExecContext(t.Context(), `DROP TABLE directory_users`); err != nil {
		t.Fatal(err)
	}
	if f := refused(t, c, adminapi.Who, adminapi.Empty{}, problem.Internal); strings.Contains(f.Detail, "disabled or gone") {
		t.Errorf("%s is told %q", u.Name, f.Detail)
	}
	if f := logOn(t, w.client(false), "operator@litware.test", "x", problem.Internal); strings.Contains(f.Detail, "directory_users") {
		t.Errorf("a stranger is told %q", f.Detail)
	}
}

func TestSessionsAreNotCached(t *testing.T) {
	w := newWorld(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://local"+adminapi.LogOn.Path(), strings.NewReader(`{"account":"administrator"}`))
	w.must(err)
	recorder := serve(w.server.Local(), r)
	if recorder.Code != http.StatusOK || recorder.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d, %v", recorder.Code, recorder.Header())
	}
}
