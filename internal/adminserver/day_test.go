package adminserver

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/problem"
)

// A working day of an administrator makes every call there is, with success,
// in the order of 004-14: users, Skype as a partner of Exchange, Exchange as
// one of Skype, the tests, certificates, and what is left behind.
func TestEveryCallAnswers(t *testing.T) {
	w := newWorld(t)
	w.must(w.directory.SetPassword(t.Context(), w.find("administrator").ID, "secret"))
	admin := w.client(false)
	s, err := admin.LogOn(t.Context(), "administrator@litware.test", "secret")
	if err != nil || s.Token == "" || !slices.Equal(s.Roles, []string{"exchange", "skype"}) {
		t.Fatalf("%+v, %v", s, err)
	}
	if who := do(t, admin, adminapi.Who, adminapi.Empty{}); who.Account != "administrator" || who.Token != "" || len(who.Groups) != 2 {
		t.Errorf("who: %+v", who)
	}
	t.Run("beginning", func(t *testing.T) { beginning(t, w) })
	t.Run("people", func(t *testing.T) { people(t, admin) })
	t.Run("topology", func(t *testing.T) { topology(t, admin) })
	t.Run("pairing", func(t *testing.T) { pairing(t, admin) })
	t.Run("proof", func(t *testing.T) { proof(t, w, admin) })
	t.Run("certificates", func(t *testing.T) { certificates(t, admin) })
	t.Run("cloud", func(t *testing.T) { cloud(t, w, admin) })
	t.Run("auth servers", func(t *testing.T) { authServersOfADay(t, w, admin) })
	t.Run("recipients", func(t *testing.T) { recipients(t, admin) })
	t.Run("emergency", func(t *testing.T) { emergency(t, admin) })
	t.Run("records", func(t *testing.T) { records(t, w, admin) })
	t.Run("undoing", func(t *testing.T) { undoing(t, admin) })
	if err := admin.LogOff(t.Context()); err != nil {
		t.Error(err)
	}
	for _, name := range declaredCalls(t) {
		if !w.answered[name] {
			t.Errorf("nobody made the call %s with success", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(w.server.calls)) {
		if !slices.Contains(declaredCalls(t), name) {
			t.Errorf("%s is served but not declared in adminapi", name)
		}
	}
}

// declaredCalls reads the names of the calls out of the source of adminapi.
func declaredCalls(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("../adminapi/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("the source of adminapi: %v, %v", files, err)
	}
	var names []string
	for _, file := range files {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok || len(lit.Elts) != 1 {
				return true
			}
			typ, ok := lit.Type.(*ast.IndexListExpr)
			if name, isName := lit.Elts[0].(*ast.BasicLit); ok && isName && typ.X.(*ast.Ident).Name == "Call" {
				text, err := strconv.Unquote(name.Value)
				if err != nil {
					t.Fatal(err)
				}
				names = append(names, text)
			}
			return true
		})
	}
	if len(names) < 40 {
		t.Fatalf("found %d calls only", len(names))
	}
	return names
}

func people(t *testing.T, admin *adminapi.Client) {
	u := do(t, admin, adminapi.NewUser, adminapi.NewUserRequest{Name: "jeff", DisplayName: "Jeff Hay", UPN: "jeff@litware.test", SMTP: "jeff@litware.test", SIP: "sip:jeff@litware.test", Password: "first"})
	if u.SIP != "jeff@litware.test" || u.SID == "" || !u.Enabled || u.Container != "litware.test/Users" {
		t.Errorf("the new user is %+v", u)
	}
	do(t, admin, adminapi.SetPassword, adminapi.SetPasswordRequest{Identity: "jeff", Password: "second"})
	do(t, admin, adminapi.SetUserEnabled, adminapi.SetUserEnabledRequest{Identity: "jeff"})
	do(t, admin, adminapi.SetUserEnabled, adminapi.SetUserEnabledRequest{Identity: "jeff", Enabled: true})
	if c := do(t, admin, adminapi.AddGroupMember, adminapi.GroupMember{Group: "RTCUniversalUserAdmins", Account: "jeff"}); len(c.Warnings) != 1 {
		t.Errorf("adding to a group says %v", c.Warnings)
	}
	for _, identity := range []string{"jeff", "Jeff Hay", "sip:jeff@litware.test", u.SID, `LITWARE\jeff`, "je*"} {
		got := do(t, admin, adminapi.GetUser, named(identity))
		if len(got) != 1 || got[0].Name != "jeff" || !slices.Equal(got[0].Groups, []string{"RTCUniversalUserAdmins"}) {
			t.Errorf("%s finds %+v", identity, got)
		}
	}
	members := do(t, admin, adminapi.GetGroupMember, named("rtcuniversaluseradmins"))
	if len(members) != 2 || members[1].Name != "jeff" || members[1].DistinguishedName != "CN=jeff,CN=Users,DC=litware,DC=test" || members[1].Class != "user" {
		t.Errorf("in the group are %+v", members)
	}
	do(t, admin, adminapi.RemoveGroupMember, adminapi.GroupMember{Group: "RTCUniversalUserAdmins", Account: "jeff"})
	if m := do(t, admin, adminapi.EnableMailbox, named("kenmyer")); m.PrimarySMTPAddress != "kenmyer@litware.test" {
		t.Errorf("the mailbox is %+v", m)
	}
	do(t, admin, adminapi.EnableMailbox, named("pilar@litware.test"))
	if all := do(t, admin, adminapi.GetMailbox, named("")); len(all) != 2 {
		t.Errorf("there are %d mailboxes, want 2", len(all))
	}
	if one := do(t, admin, adminapi.GetMailbox, named("kenmyer")); len(one) != 1 || one[0].UserPrincipalName != "kenmyer@litware.test" {
		t.Errorf("kenmyer has %+v", one)
	}
	// 000-02: pools are listed with site and services.
	pools := do(t, admin, adminapi.GetCsPool, named(""))
	if len(pools) != 1 || pools[0].Fqdn != "pool.litware.test" || pools[0].Site != "Redmond" || !strings.HasPrefix(pools[0].Services[0], "UserServer") {
		t.Errorf("the pools are %+v", pools)
	}
	for _, name := range []string{"kenmyer", "pilar"} {
		if u := do(t, admin, adminapi.EnableCsUser, adminapi.EnableCsUserRequest{Identity: name, RegistrarPool: "pool.litware.test"}); u.SipAddress != "sip:"+name+"@litware.test" || !u.Enabled {
			t.Errorf("enabled %+v", u)
		}
	}
	if all := do(t, admin, adminapi.GetCsUser, named("sip:*@litware.test")); len(all) != 2 {
		t.Errorf("%d users are enabled for SIP, want 2", len(all))
	}
}

// topology is 000-26 and 000-27 at the management API.
func topology(t *testing.T, admin *adminapi.Client) {
	pool := adminapi.NewTrustedApplicationPool{Identity: "exch.litware.test", Registrar: "pool.litware.test", Site: "Redmond", RequiresReplication: ptr(false)}
	app := adminapi.NewTrustedApplicationRequest{ApplicationID: "OutlookWebAccess", Pool: "exch.litware.test", Port: 5199}
	if f := refused(t, admin, adminapi.NewCsTrustedApplication, app, problem.TopologyUnknown); f.CmdletText == "" {
		t.Errorf("no words of the product: %+v", f)
	}
	if f := refused(t, admin, adminapi.NewCsTrustedApplicationPool, pool, problem.TopologyConfirm); f.Question == "" || !strings.Contains(f.Detail, "Machine exch.litware.test") {
		t.Errorf("asked %+v", f)
	}
	pool.Force = true
	if made := do(t, admin, adminapi.NewCsTrustedApplicationPool, pool); made.RequiresReplication || !made.ThrottleAsServer || made.ServiceID != "Redmond-ExternalServer-1" || !made.Pending || len(made.Warnings) != 3 {
		t.Errorf("made %+v", made)
	}
	if made := do(t, admin, adminapi.NewCsTrustedApplication, app); made.Identity != "exch.litware.test/urn:application:OutlookWebAccess" || made.Port != 5199 || made.ServiceGruu != "" || !made.Pending || len(made.Warnings) != 2 {
		t.Errorf("made %+v", made)
	}
	refused(t, admin, adminapi.NewCsTrustedApplication, adminapi.NewTrustedApplicationRequest{Identity: "exch.litware.test/other", Port: 5199}, problem.TopologyPort)
	do(t, admin, adminapi.NewCsTrustedApplication, adminapi.NewTrustedApplicationRequest{Identity: "exch.litware.test/other", Port: 5200, EnableTCP: true, Force: true})
	if done := do(t, admin, adminapi.EnableCsTopology, adminapi.Empty{}); len(done.Lines) != 3 || len(done.Warnings) != 1 {
		t.Errorf("enabling says %+v", done)
	}
	apps := do(t, admin, adminapi.GetCsTrustedApplication, named("exch.litware.test/*"))
	if len(apps) != 2 || apps[0].Protocol != "Tcp" || apps[1].Pending || len(apps[1].ComputerGruus) != 1 || !strings.HasPrefix(apps[1].ServiceGruu, "sip:exch.litware.test@litware.test;gruu;") {
		t.Errorf("the applications are %+v", apps)
	}
	if pools := do(t, admin, adminapi.GetCsTrustedApplicationPool, named("")); len(pools) != 1 || pools[0].Pending || len(pools[0].Applications) != 2 {
		t.Errorf("the pools are %+v", pools)
	}
	if page := do(t, admin, adminapi.GetCsPool, adminapi.Identity{Page: adminapi.Page{After: "EXCH.litware.test", Max: 5}}); len(page) != 1 || page[0].Fqdn != "pool.litware.test" {
		t.Errorf("after the first pool come %+v", page)
	}
	if sites := do(t, admin, adminapi.GetCsSite, named("Redmond")); len(sites) != 1 || sites[0].Identity != "Site:Redmond" || len(sites[0].Pools) != 2 {
		t.Errorf("the sites are %+v", sites)
	}
	for _, name := range []string{"other", "urn:application:OutlookWebAccess"} {
		if done := do(t, admin, adminapi.RemoveCsTrustedApplication, named("exch.litware.test/"+name)); len(done.Warnings) != 2 {
			t.Errorf("removing says %v", done.Warnings)
		}
	}
	do(t, admin, adminapi.RemoveCsTrustedApplicationPool, named("exch.litware.test"))
	if c := do(t, admin, adminapi.GetCsArchivingConfiguration, named("")); len(c) != 1 || c[0].Identity != "Global" || c[0].EnableExchangeArchiving {
		t.Errorf("archiving is %+v", c)
	}
	if done := do(t, admin, adminapi.SetCsArchivingConfiguration, adminapi.ArchivingSettings{EnableExchangeArchiving: ptr(true), KeepArchivingDataForDays: ptr(30)}); len(done.Warnings) != 1 {
		t.Errorf("setting it says %v", done.Warnings)
	}
	if c := do(t, admin, adminapi.GetCsArchivingConfiguration, named("global")); !c[0].EnableExchangeArchiving || c[0].KeepArchivingDataForDays != 30 || c[0].EnableArchiving != "None" {
		t.Errorf("archiving is %+v", c)
	}
	refused(t, admin, adminapi.GetCsArchivingConfiguration, named("site:Redmond"), problem.ManageNotFound)
	refused(t, admin, adminapi.SetCsArchivingConfiguration, adminapi.ArchivingSettings{Identity: "site:Redmond"}, problem.ManageNotFound)
	refused(t, admin, adminapi.SetCsArchivingConfiguration, adminapi.ArchivingSettings{PurgeHourOfDay: ptr(24)}, problem.ManageParameter)
}

func pairing(t *testing.T, admin *adminapi.Client) {
	const xml = "https://autodiscover.litware.test/autodiscover/autodiscover.xml"
	if c := do(t, admin, adminapi.SetClientAccessServer, adminapi.ClientAccessServerSettings{Identity: "EXCH", AutoDiscoverServiceInternalURI: ptr(xml)}); len(c.Warnings) != 0 {
		t.Errorf("a good URI warns: %v", c.Warnings)
	}
	if got := do(t, admin, adminapi.GetClientAccessServer, named("")); len(got) != 1 || got[0].AutoDiscoverServiceInternalURI != xml || got[0].AutoDiscoverServiceCN != "EXCH" {
		t.Errorf("the client access server is %+v", got)
	}
	do(t, admin, adminapi.SetVirtualDirectory, adminapi.VirtualDirectorySettings{Identity: "Autodiscover", OAuthAuthentication: ptr(true)})
	do(t, admin, adminapi.SetVirtualDirectory, adminapi.VirtualDirectorySettings{Identity: `EXCH\EWS (Default Web Site)`, OAuthAuthentication: ptr(true), ExternalURL: ptr("https://mail.litware.test/EWS/Exchange.asmx")})
	for _, v := range do(t, admin, adminapi.GetVirtualDirectory, named("")) {
		if !v.OAuthAuthentication || !v.BasicAuthentication || v.Server != "EXCH" {
			t.Errorf("the virtual directory is %+v", v)
		}
	}
	done := do(t, admin, adminapi.ConfigureEnterprisePartnerApplication, adminapi.ConfigureEnterpriseRequest{AuthMetadataURL: skypeURL, ApplicationType: "Lync"})
	if done.Account != "litware.test/Users/LyncEnterprise-ApplicationAccount" || done.Lines[len(done.Lines)-1] != "THE CONFIGURATION HAS SUCCEEDED." {
		t.Errorf("the script says %+v", done)
	}
	do(t, admin, adminapi.SetPartnerApplication, adminapi.PartnerApplicationSettings{Identity: done.PartnerApplication.Name, RefreshAuthMetadata: true})
	if all := do(t, admin, adminapi.GetPartnerApplication, named("Lync*")); len(all) != 1 || all[0].RefreshedAt == nil {
		t.Errorf("the partners are %+v", all)
	}
	const svc = "https://autodiscover.litware.test/autodiscover/autodiscover.svc"
	do(t, admin, adminapi.SetCsOAuthConfiguration, adminapi.OAuthConfigurationSettings{ExchangeAutodiscoverURL: ptr(svc)})
	if c := do(t, admin, adminapi.GetCsOAuthConfiguration, adminapi.Empty{}); c.ExchangeAutodiscoverURL != svc {
		t.Errorf("the configuration is %+v", c)
	}
	made := do(t, admin, adminapi.NewCsPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "Exchange", AuthMetadataURL: ptr(exchangeURL), TrustLevel: ptr("Full")})
	if made.Realm != "litware.test" || len(made.Certificates) != 1 {
		t.Errorf("made %+v", made)
	}
	do(t, admin, adminapi.SetCsPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "Exchange", AcceptSID: ptr(true)})
	if one := do(t, admin, adminapi.GetCsPartnerApplication, named("exchange")); len(one) != 1 || !one[0].AcceptSID {
		t.Errorf("the partners are %+v", one)
	}
}

func proof(t *testing.T, w *world, admin *adminapi.Client) {
	r := do(t, admin, adminapi.TestOAuthConnectivity, adminapi.TestOAuthRequest{TargetURI: "https://pool.litware.test/", Mailbox: "kenmyer"})
	if !r.Passed || len(r.Lines) != 1 {
		t.Errorf("the test of the call to Skype gives %+v", r)
	}
	if r := do(t, admin, adminapi.TestCsExStorageNotification, adminapi.StorageTestRequest{SipURI: "sip:kenmyer@litware.test"}); !r.Passed || r.ItemID != "AAMk" {
		t.Errorf("the test of notifications gives %+v", r)
	}
	r = do(t, admin, adminapi.TestCsExStorageConnectivity, adminapi.StorageTestRequest{SipURI: "sip:kenmyer@litware.test"})
	if !r.Passed || r.ItemID != "AAMk" || len(r.Lines) == 0 {
		t.Errorf("the storage test gives %+v", r)
	}
	stored := do(t, admin, adminapi.StoreConversation, adminapi.Conversation{
		ID: "lunch", Subject: "Lunch", Started: start,
		Participants: []adminapi.Participant{{SIP: "kenmyer@litware.test"}, {SIP: "sip:pilar@litware.test", Name: "Pilar"}, {SIP: "somebody@fabrikam.test"}},
		Messages:     []adminapi.ChatMessage{{From: "kenmyer@litware.test", At: start, Text: "Lunch?"}},
	})
	if len(stored.Mailboxes) != 2 || len(stored.Skipped) != 1 || stored.ID != "lunch" {
		t.Errorf("stored %+v", stored)
	}
	if st := do(t, admin, adminapi.GetStorageStatus, adminapi.Empty{}); st.Conversations != 1 || st.Waiting != 2 {
		t.Errorf("the status is %+v", st)
	}
	if dead := do(t, admin, adminapi.GetDeadLetters, named("")); len(dead) != 0 {
		t.Errorf("dead letters: %+v", dead)
	}
	if n := do(t, admin, adminapi.RequeueDeadLetters, named("")); n.Count != 0 {
		t.Errorf("requeued %d", n.Count)
	}
	minted := do(t, w.as("administrator"), adminapi.MintActAsToken, adminapi.MintRequest{User: "kenmyer", URL: "https://mail.litware.test/EWS/Exchange.asmx", Life: "10m"})
	if minted.Token == "" || !minted.Expires.Equal(start.Add(10*time.Minute)) {
		t.Errorf("minted %+v", minted)
	}
}

func certificates(t *testing.T, admin *adminapi.Client) {
	made := do(t, admin, adminapi.NewExchangeCertificate, adminapi.NewCertificateRequest{
		SubjectName: "cn=Microsoft Exchange Server Auth Certificate", FriendlyName: "next", KeySize: 2048, Services: []string{"SMTP"}, PrivateKeyExportable: true})
	if made.PublicKeySize != 2048 || made.FriendlyName != "next" || len(made.Raw) == 0 {
		t.Errorf("made %+v", made)
	}
	do(t, admin, adminapi.SetAuthConfig, adminapi.SetAuthConfigRequest{NewCertificateThumbprint: made.Thumbprint, NewCertificateEffectiveDate: ptr(start.Add(72 * time.Hour))})
	if c := do(t, admin, adminapi.GetAuthConfig, adminapi.Empty{}); c.NextCertificateThumbprint != made.Thumbprint || c.DefaultRealm != "litware.test" || c.CurrentCertificateThumbprint == "" {
		t.Errorf("the auth configuration is %+v", c)
	}
	if all := do(t, admin, adminapi.GetExchangeCertificate, named("")); len(all) != 3 {
		t.Errorf("%d certificates, want two for signing and one for TLS", len(all))
	}
	made = do(t, admin, adminapi.RequestCsCertificate, adminapi.NewCertificateRequest{SubjectName: "cn=litware.test"})
	do(t, admin, adminapi.SetCsCertificate, adminapi.SetCsCertificateRequest{Thumbprint: made.Thumbprint, Roll: true, EffectiveDate: ptr(start.Add(72 * time.Hour))})
	if one := do(t, admin, adminapi.GetCsCertificate, named(made.Thumbprint)); len(one) != 1 || !slices.Equal(one[0].Use, []string{"next"}) {
		t.Errorf("the certificate is %+v", one)
	}
	for _, call := range []adminapi.Call[adminapi.RollPlanRequest, adminapi.RollPlan]{adminapi.GetExchangeRollPlan, adminapi.GetSkypeRollPlan} {
		if p := do(t, admin, call, adminapi.RollPlanRequest{}); p.Next == nil || p.Outlook != "not-known" || len(p.Partners) == 0 {
			t.Errorf("the plan is %+v", p)
		}
	}
	moveCertificates(t, admin)
}

// moveCertificates brings certificates from one server to the other and back
// to where they were.
func moveCertificates(t *testing.T, admin *adminapi.Client) {
	made := do(t, admin, adminapi.NewExchangeCertificate, adminapi.NewCertificateRequest{PrivateKeyExportable: true})
	do(t, admin, adminapi.EnableExchangeCertificate, adminapi.EnableCertificateRequest{Thumbprint: made.Thumbprint, Services: []string{"POP"}})
	file := do(t, admin, adminapi.ExportExchangeCertificate, adminapi.ExportCertificateRequest{Thumbprint: made.Thumbprint, Password: "P@ssw0rd"})
	got := do(t, admin, adminapi.ImportCsCertificate, adminapi.ImportCertificateRequest{Data: file.Data, Password: "P@ssw0rd"})
	if got.Thumbprint != made.Thumbprint || !got.HasPrivateKey || len(got.Warnings) != 0 {
		t.Errorf("imported %+v", got)
	}
	do(t, admin, adminapi.RemoveExchangeCertificate, named(made.Thumbprint))
	do(t, admin, adminapi.ImportExchangeCertificate, adminapi.ImportCertificateRequest{Data: file.Data, Password: "P@ssw0rd"})
	asked := do(t, admin, adminapi.NewExchangeCertificateRequest, adminapi.NewCertificateRequest{SubjectName: "cn=mail.litware.test"})
	do(t, admin, adminapi.RemoveExchangeCertificate, named(asked.Placeholder.Thumbprint))
	asked = do(t, admin, adminapi.NewCsCertificateRequest, adminapi.NewCertificateRequest{SubjectMore: "o=Litware"})
	if all := do(t, admin, adminapi.GetCsCertificateRequests, adminapi.Empty{}); len(all) != 1 || all[0].Number != asked.Number {
		t.Errorf("the requests are %+v", all)
	}
	do(t, admin, adminapi.RemoveCsCertificateRequests, adminapi.RemoveCertificateRequestsRequest{})
	do(t, admin, adminapi.RemoveCsCertificateUse, adminapi.RemoveCertificateUseRequest{Types: []string{"OAuthTokenIssuer"}, Force: true})
	if uses := do(t, admin, adminapi.GetCsCertificateUse, adminapi.Empty{}); len(uses) != 4 || uses[3].EffectiveDate == nil {
		t.Errorf("the uses are %+v", uses)
	}
	do(t, admin, adminapi.SetCsCertificate, adminapi.SetCsCertificateRequest{Types: []string{"OAuthTokenIssuer"}, Thumbprint: got.Thumbprint})
}

func records(t *testing.T, w *world, admin *adminapi.Client) {
	for _, call := range []adminapi.Call[adminapi.EventFilter, []adminapi.Event]{adminapi.GetExchangeEvents, adminapi.GetSkypeEvents} {
		found := do(t, admin, call, adminapi.EventFilter{ID: EventChange})
		if len(found) == 0 || !strings.Contains(found[0].Text, "administrator made the call") {
			t.Errorf("%s: the changes on record are %+v", call.Name, found)
		}
	}
	for _, e := range do(t, admin, adminapi.GetSkypeEvents, adminapi.EventFilter{Max: 200}) {
		if strings.Contains(e.Text+e.Detail, "token for") {
			t.Errorf("a token is on record: %+v", e)
		}
	}
	w.must(w.exchange.Journal.Access(t.Context(), journal.Access{RequestID: "r1", Endpoint: "EWS", Accepted: true, Partner: "LyncEnterprise", Application: "00000004-0000-0ff1-ce00-000000000000@litware.test"}))
	// 003-05: an access shows the caller's application identifier.
	got := do(t, admin, adminapi.GetExchangeAccesses, adminapi.EventFilter{Since: start})
	if len(got) != 1 || !strings.HasPrefix(got[0].Application, "00000004-0000-0ff1-ce00-000000000000@") {
		t.Errorf("the accesses are %+v", got)
	}
	if got := do(t, admin, adminapi.GetSkypeAccesses, adminapi.EventFilter{}); len(got) != 0 {
		t.Errorf("the accesses are %+v", got)
	}
}

func undoing(t *testing.T, admin *adminapi.Client) {
	a := do(t, admin, adminapi.NewManagementRoleAssignment, adminapi.NewRoleAssignmentRequest{Role: "ApplicationImpersonation", User: "kenmyer"})
	if a.Name != "ApplicationImpersonation-kenmyer" {
		t.Errorf("assigned %+v", a)
	}
	if got := do(t, admin, adminapi.GetManagementRoleAssignment, adminapi.RoleAssignmentFilter{RoleAssignee: "kenmyer"}); len(got) != 1 || got[0] != a {
		t.Errorf("kenmyer has %+v", got)
	}
	do(t, admin, adminapi.RemoveManagementRoleAssignment, named(a.Name))
	do(t, admin, adminapi.NewPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "SharePoint", UseAuthServer: ptr(true), ApplicationIdentifier: ptr("00000003-0000-0ff1-ce00-000000000000")})
	do(t, admin, adminapi.RemovePartnerApplication, named("SharePoint"))
	do(t, admin, adminapi.RemoveCsPartnerApplication, named("Exchange"))
	do(t, admin, adminapi.DisableCsUser, named("pilar"))
}
