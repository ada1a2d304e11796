package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
)

// fault is something an administrator got wrong: what the connectivity test
// says about it, and that putting it right is all that is needed.
type fault struct {
	name        string
	cause, cure func(testing.TB)
	code        int      // of the cmdlet
	says        []string // besides
	event       int      // in the event log, 0 for none
}

// TestFaults breaks one thing after the other in a lab that works.
//
// checklist: 004-09, 002-29
func TestFaults(t *testing.T) {
	suite(t)
	d := startLab(t)
	b := bench{d: d, x: d.admin(t, exchange, "administrator"), s: d.admin(t, skype, "administrator")}
	b.passes(t)

	t.Run("ExchangeAutodiscoverUrl", func(t *testing.T) { b.all(t, b.urlFaults()) })
	t.Run("operators", b.operators)
	t.Run("users", b.users)
	t.Run("pairing", func(t *testing.T) { b.all(t, b.pairingFaults()) })
	t.Run("roles", b.roles)
	t.Run("trust levels", b.trustLevels)
	t.Run("events", b.events)
}

// bench is a lab with its two administrators.
type bench struct {
	d    *deployment
	x, s *adminapi.Client
}

func (b bench) passes(t testing.TB) {
	t.Helper()
	r := b.d.run(t, "test", "storage", b.d.sip("kenmyer")).want(t, 0)
	if r.lastLine() != "Test Passed" || r.err != "" {
		t.Errorf("the test ends with %q\n%s", r.lastLine(), r)
	}
}

// all causes and cures one fault after the other.
func (b bench) all(t *testing.T, faults []fault) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			began := time.Now()
			f.cause(t)
			r := b.d.run(t, "test", "storage", b.d.sip("kenmyer"))
			r.wantFailure(t, append(f.says, fmt.Sprintf("Test-CsExStorageConnectivity : ExCreateItem exchange operation failed, code=%d,", f.code))...)
			if strings.Contains(r.out, "Test Passed") {
				t.Errorf("failed and passed\n%s", r)
			}
			if f.event != 0 {
				b.wantEvent(t, f.event, began)
			}
			f.cure(t)
			b.passes(t)
			if f.event != 0 {
				b.wantEvent(t, 32048, began)
			}
		})
	}
}

// wantEvent wants an event in the skype role's log since a moment.
func (b bench) wantEvent(t testing.TB, id int, since time.Time) adminapi.Event {
	t.Helper()
	r := b.d.run(t, "events", "--id", fmt.Sprint(id), "--max", "1", "-o", "json").want(t, 0)
	var found []adminapi.Event
	if err := json.Unmarshal([]byte(r.out), &found); err != nil {
		t.Fatalf("%v\n%s", err, r)
	}
	if len(found) != 1 || found[0].ID != id || found[0].Time.Before(since) {
		t.Errorf("there is no event %d since %s\n%s", id, since.Format(time.TimeOnly), r)
		return adminapi.Event{}
	}
	return found[0]
}

func (b bench) setURL(url string) func(testing.TB) {
	return func(t testing.TB) {
		do(t, b.s, adminapi.SetCsOAuthConfiguration, adminapi.OAuthConfigurationSettings{ExchangeAutodiscoverURL: &url})
	}
}

// checklist: 002-09, 002-15, 002-16, 002-31
func (b bench) urlFaults() []fault {
	cure := b.setURL(b.d.autodiscover("svc"))
	says := []string{"Set-CsOAuthConfiguration", ".svc"}
	return []fault{
		{"002-16 002-31 .xml where .svc belongs", b.setURL(b.d.autodiscover("xml")), cure, 50043, says, 32053},
		{"002-31 empty", b.setURL(""), cure, 50043, says, 32053},
		{"002-31 no URL at all", b.setURL("autodiscover"), cure, 50043, says, 32053},
		{"002-31 another scheme", b.setURL("ftp://autodiscover." + b.d.Domain + "/autodiscover/autodiscover.svc"), cure, 50043, says, 32053},
		{"002-09 a name that does not exist", b.setURL("https://autodiscovery." + b.d.Domain + "/autodiscover/autodiscover.svc"), cure, 50043, []string{"could not be resolved"}, 32053},
		{"002-09 a server that is not Exchange", b.setURL("https://pool." + b.d.Domain + "/autodiscover/autodiscover.svc"), cure, 50043, []string{"404"}, 32053},
	}
}

// checklist: 002-32, 003-13
func (b bench) operators(t *testing.T) {
	ken := b.d.sip("kenmyer")
	r := b.d.run(t, "test", "storage", ken, "--as", "helpdesk").wantFailure(t, "ExCreateItem exchange operation failed, code=5,", "RTCUniversalUserAdmins")
	if !strings.HasPrefix(r.err, "Test-CsExStorageConnectivity : ExCreateItem exchange operation failed, code=5,") {
		t.Errorf("not the product's words\n%s", r)
	}
	old := b.d.admin(t, skype, "helpdesk")
	test := func(c *adminapi.Client) int {
		_, err := adminapi.Do(t.Context(), c, adminapi.TestCsExStorageConnectivity, adminapi.StorageTestRequest{SipURI: ken})
		if f, ok := adminapi.AsFault(err); ok {
			return f.Cmdlet
		}
		if err != nil {
			t.Error(err)
		}
		return 0
	}
	if code := test(old); code != 5 {
		t.Errorf("helpdesk gets code=%d", code)
	}
	b.d.run(t, "directory", "add-member", "RTCUniversalUserAdmins", "helpdesk").want(t, 0)
	if code := test(old); code != 5 {
		t.Errorf("003-13: with the log-on from before helpdesk gets code=%d; membership counts from the next log-on", code)
	}
	if code := test(b.d.admin(t, skype, "helpdesk")); code != 0 {
		t.Errorf("after a new log-on helpdesk gets code=%d", code)
	}
	b.d.run(t, "directory", "remove-member", "RTCUniversalUserAdmins", "helpdesk").want(t, 0)
	if code := test(b.d.admin(t, skype, "helpdesk")); code != 5 {
		t.Errorf("out of the group again helpdesk gets code=%d", code)
	}
}

// checklist: 003-12, 004-12
func (b bench) users(t *testing.T) {
	d := b.d
	do(t, b.s, adminapi.DisableCsUser, adminapi.Identity{Identity: "jeff"})
	for _, c := range []struct {
		sip  string
		code int
		says string
	}{
		{"sip:nobody@" + d.Domain, 50001, "nobody@"},
		{"sip:nosip@" + d.Domain, 50001, "nosip@"},
		{d.sip("disabled"), 50002, "disabled"},
		{d.sip("jeff"), 50003, "Enable-CsUser"},
		{d.sip("nomailbox"), 50005, "Enable-Mailbox"},
	} {
		t.Run("004-12 "+c.sip, func(t *testing.T) {
			d.run(t, "test", "storage", c.sip).wantFailure(t, fmt.Sprintf("operation failed, code=%d,", c.code), c.says)
		})
	}
	t.Run("004-12 what is no address is refused before anything is asked", func(t *testing.T) {
		d.run(t, "test", "storage", "not an address").wantFailure(t, "not a SIP address", "it holds a space")
	})
	do(t, b.s, adminapi.EnableCsUser, adminapi.EnableCsUserRequest{Identity: "jeff", RegistrarPool: "pool." + d.Domain})
	d.run(t, "test", "storage", d.sip("jeff")).want(t, 0)
	// checklist: 004-10, 004-11
	for _, args := range [][]string{{"--folder", "Inbox"}, {"--folder", "Dumpster"}, {"--delete-item"}, {"--use-cache"}} {
		d.run(t, append([]string{"test", "storage", d.sip("jeff")}, args...)...).want(t, 0)
	}
	d.run(t, "test", "storage", d.sip("jeff"), "--folder", "Nowhere").wantFailure(t, "Nowhere")
}

func (b bench) oauth(name string, on bool) func(testing.TB) {
	return func(t testing.TB) {
		do(t, b.x, adminapi.SetVirtualDirectory, adminapi.VirtualDirectorySettings{Identity: name, OAuthAuthentication: &on})
	}
}

// exchangePartner changes the record that Exchange has of Skype.
func (b bench) exchangePartner(change func(*adminapi.PartnerApplicationSettings)) func(testing.TB) {
	return func(t testing.TB) {
		known := do(t, b.x, adminapi.GetPartnerApplication, adminapi.Identity{Identity: "Lync*"})
		if len(known) != 1 {
			t.Fatalf("Exchange has %d partner applications Lync*", len(known))
		}
		s := adminapi.PartnerApplicationSettings{Identity: known[0].Name}
		change(&s)
		do(t, b.x, adminapi.SetPartnerApplication, s)
	}
}

// skypePartner changes the record that Skype has of Exchange.
func (b bench) skypePartner(change func(*adminapi.PartnerApplicationSettings)) func(testing.TB) {
	return func(t testing.TB) {
		s := adminapi.PartnerApplicationSettings{Identity: "Exchange"}
		change(&s)
		do(t, b.s, adminapi.SetCsPartnerApplication, s)
	}
}

func enabled(on bool) func(*adminapi.PartnerApplicationSettings) {
	return func(s *adminapi.PartnerApplicationSettings) { s.Enabled = &on }
}

func trust(level string) func(*adminapi.PartnerApplicationSettings) {
	return func(s *adminapi.PartnerApplicationSettings) { s.TrustLevel = &level }
}

// checklist: 004-04, 004-13, 000-25, 002-23, 002-27, 001-11
func (b bench) pairingFaults() []fault {
	d := b.d
	removeFromExchange := func(t testing.TB) {
		for _, p := range do(t, b.x, adminapi.GetPartnerApplication, adminapi.Identity{Identity: "Lync*"}) {
			do(t, b.x, adminapi.RemovePartnerApplication, adminapi.Identity{Identity: p.Name})
		}
	}
	runScript := func(t testing.TB) {
		do(t, b.x, adminapi.ConfigureEnterprisePartnerApplication, adminapi.ConfigureEnterpriseRequest{AuthMetadataURL: d.metadata(skype), ApplicationType: "Lync"})
	}
	removeFromSkype := func(t testing.TB) {
		do(t, b.s, adminapi.RemoveCsPartnerApplication, adminapi.Identity{Identity: "Exchange"})
	}
	addToSkype := func(t testing.TB) {
		do(t, b.s, adminapi.NewCsPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "Exchange", AuthMetadataURL: ptr(d.metadata(exchange)), TrustLevel: ptr("Full")})
	}
	return []fault{
		{"004-13 OAuth is off on EWS", b.oauth("EWS", false), b.oauth("EWS", true), 401, []string{"Set-WebServicesVirtualDirectory -OAuthAuthentication $true"}, 32054},
		{"004-13 OAuth is off on Autodiscover", b.oauth("Autodiscover", false), b.oauth("Autodiscover", true), 401, []string{"Set-AutodiscoverVirtualDirectory"}, 32054},
		{"004-04 no partner on Exchange", removeFromExchange, runScript, 401, []string{"Configure-EnterprisePartnerApplication.ps1", "Get-PartnerApplication"}, 32054},
		{"the partner on Exchange is disabled", b.exchangePartner(enabled(false)), b.exchangePartner(enabled(true)), 401, []string{"Get-PartnerApplication"}, 32054},
		{"004-04 no partner on Skype", removeFromSkype, addToSkype, 50044, []string{"Get-CsPartnerApplication"}, 32054},
		{"the partner on Skype is disabled", b.skypePartner(enabled(false)), b.skypePartner(enabled(true)), 50044, []string{"Get-CsPartnerApplication"}, 32054},
		{"004-07 Exchange trusts Skype for itself only", b.exchangePartner(trust("Application")), b.exchangePartner(trust("Full")), 401, []string{"2000008"}, 32054},
		{"004-07 Exchange trusts Skype with a token server only", b.exchangePartner(trust("User")), b.exchangePartner(trust("Full")), 401, []string{"2000008"}, 32054},
	}
}

// checklist: 003-06, 003-08
func (b bench) roles(t *testing.T) {
	const account = "LyncEnterprise-ApplicationAccount"
	ken := b.d.sip("kenmyer")
	given := do(t, b.x, adminapi.GetManagementRoleAssignment, adminapi.RoleAssignmentFilter{RoleAssignee: account})
	take := func(role string) {
		for _, a := range do(t, b.x, adminapi.GetManagementRoleAssignment, adminapi.RoleAssignmentFilter{RoleAssignee: account, Role: role}) {
			do(t, b.x, adminapi.RemoveManagementRoleAssignment, adminapi.Identity{Identity: a.Name})
		}
	}
	give := func(role string) {
		do(t, b.x, adminapi.NewManagementRoleAssignment, adminapi.NewRoleAssignmentRequest{Role: role, User: account})
	}
	denied := []string{"ExCreateItem exchange operation failed, code=50045,", account}

	take("ArchiveApplication")
	b.passes(t)
	b.d.run(t, "test", "storage", ken, "--folder", "Dumpster").wantFailure(t, denied...)
	take("UserApplication")
	b.d.run(t, "test", "storage", ken).wantFailure(t, "code=401,", "2000008", account)
	give("LegalHoldApplication")
	b.d.run(t, "test", "storage", ken).wantFailure(t, denied...)
	take("LegalHoldApplication")
	for _, a := range given {
		give(a.Role)
	}
	b.passes(t)
	b.d.run(t, "test", "storage", ken, "--folder", "Dumpster").want(t, 0)
}

// checklist: 004-07
func (b bench) trustLevels(t *testing.T) {
	meeting := func(t *testing.T) result {
		return b.d.run(t, "test", "oauth", "https://pool."+b.d.Domain+"/", b.d.upn("kenmyer"))
	}
	meeting(t).want(t, 0)
	for level, change := range map[string]func(*adminapi.PartnerApplicationSettings){
		"Application": trust("Application"), "User": trust("User"), "a disabled partner": enabled(false),
	} {
		t.Run("004-07 "+level+" is not enough for a user's call", func(t *testing.T) {
			b.skypePartner(change)(t)
			meeting(t).wantFailure(t, "Get-CsPartnerApplication")
			b.skypePartner(func(s *adminapi.PartnerApplicationSettings) { s.TrustLevel, s.Enabled = ptr("Full"), ptr(true) })(t)
			meeting(t).want(t, 0)
		})
	}
}

// events wants the texts of the event log, as administrators know them.
//
// checklist: 001-04
func (b bench) events(t *testing.T) {
	r := b.d.run(t, "events", "--max", "1000").want(t, 0)
	for _, text := range []string{
		"Storage Service had an EWS Autodiscovery failure.", "GetUserSettings failed, smtpAddress=kenmyer@" + b.d.Domain, "code=ErrorEwsAutodiscover",
		"Storage Service had an OAuth authentication failure.", "CreateAppActAsToken failed",
		"OAuth was properly configured for Storage Service.",
	} {
		if !strings.Contains(r.out, text) {
			t.Errorf("the event log does not say %q\n%s", text, r)
		}
	}
	var found []adminapi.Event
	if err := json.Unmarshal([]byte(b.d.run(t, "events", "--max", "1000", "-o", "json").want(t, 0).out), &found); err != nil {
		t.Fatal(err)
	}
	if !slices.IsSortedFunc(found, func(a, b adminapi.Event) int { return b.Time.Compare(a.Time) }) {
		t.Error("the events are not in order, newest first")
	}
}
