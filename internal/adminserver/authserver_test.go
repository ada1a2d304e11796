package adminserver

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2stest"
)

const (
	stsURL   = "https://sts.litware.test/litware.test/metadata/json/1"
	otherURL = "https://fabrikam.litware.test/fabrikam.test/metadata/json/1"
)

// publishTokenServer adds the token server of a tenant.
func (w *world) publishTokenServer(tenant s2s.Realm, host string) {
	w.t.Helper()
	sts := s2stest.NewTokenServer(tenant, host)
	doc := authmeta.New(authmeta.TokenServer, sts.Principal, "https://"+host+"/", start, sts.Certificate)
	w.publish(w.ca, authmeta.Handler(func(context.Context) (authmeta.Document, error) { return doc, nil }, authmeta.TokenServer), host)
}

func authServersOfADay(t *testing.T, w *world, admin *adminapi.Client) {
	w.publishTokenServer("litware.test", "sts.litware.test")
	made := do(t, admin, adminapi.NewAuthServer, adminapi.AuthServerSettings{Identity: "ACS", AuthMetadataURL: ptr(stsURL), Type: ptr("microsoftacs"), DomainNames: &[]string{"litware.test"}})
	if made.Type != "MicrosoftACS" || !made.Enabled || made.IssuerIdentifier != string(s2s.TokenServerApp) || made.Realm != "litware.test" || made.TokenIssuingEndpoint == "" || len(made.Certificates) != 1 || made.RefreshedAt == nil {
		t.Errorf("made %+v", made)
	}
	do(t, admin, adminapi.SetAuthServer, adminapi.AuthServerSettings{Identity: "acs", Enabled: ptr(false), Name: ptr("STS"), IsDefaultAuthorization: ptr(true)})
	do(t, admin, adminapi.SetAuthServer, adminapi.AuthServerSettings{Identity: "sts", RefreshAuthMetadata: true})
	if got := do(t, admin, adminapi.GetAuthServer, named("S*")); len(got) != 1 || got[0].Name != "STS" || got[0].Enabled || !got[0].IsDefaultAuthorization || !slices.Equal(got[0].DomainNames, []string{"litware.test"}) {
		t.Errorf("it became %+v", got)
	}
	// 000-15: the server goes, and nothing else with it.
	before := len(do(t, admin, adminapi.GetPartnerApplication, named("")))
	do(t, admin, adminapi.RemoveAuthServer, named("STS"))
	if after := len(do(t, admin, adminapi.GetPartnerApplication, named(""))); after != before {
		t.Errorf("of %d partner applications %d are left", before, after)
	}

	// The command of 001-09.
	cs := do(t, admin, adminapi.NewCsOAuthServer, adminapi.AuthServerSettings{Identity: "microsoft.sts", AuthMetadataURL: ptr(stsURL), Type: ptr("ACS")})
	if cs.Type != "ACS" || cs.AuthMetadataURL != stsURL {
		t.Errorf("made %+v", cs)
	}
	do(t, admin, adminapi.SetCsOAuthServer, adminapi.AuthServerSettings{Identity: "microsoft.sts", AcceptSID: ptr(true), AuthorizationEndpoint: ptr("https://login.litware.test/")})
	if got := do(t, admin, adminapi.GetCsOAuthServer, named("microsoft.sts")); len(got) != 1 || !got[0].AcceptSID || got[0].AuthorizationEndpoint != "https://login.litware.test/" {
		t.Errorf("it became %+v", got)
	}
	do(t, admin, adminapi.RemoveCsOAuthServer, named("microsoft.sts"))
	denials(t, admin)
}

// denials puts a certificate on the deny list of each role and takes it off.
func denials(t *testing.T, admin *adminapi.Client) {
	t.Helper()
	stolen := adminapi.DeniedCertificate{Thumbprint: strings.Repeat("AB", 20), Reason: "its key was copied"}
	for _, calls := range []struct {
		get    adminapi.Call[adminapi.Identity, []adminapi.DeniedCertificate]
		add    adminapi.Call[adminapi.DeniedCertificate, adminapi.Changed]
		remove adminapi.Call[adminapi.Identity, adminapi.Changed]
	}{
		{adminapi.GetDeniedCertificate, adminapi.AddDeniedCertificate, adminapi.RemoveDeniedCertificate},
		{adminapi.GetCsDeniedCertificate, adminapi.AddCsDeniedCertificate, adminapi.RemoveCsDeniedCertificate},
	} {
		do(t, admin, calls.add, stolen)
		got := do(t, admin, calls.get, named(stolen.Thumbprint))
		if len(got) != 1 || got[0].Reason != stolen.Reason || got[0].DeniedBy != "administrator" || got[0].Since.IsZero() {
			t.Errorf("the list holds %+v", got)
		}
		do(t, admin, calls.remove, named(stolen.Thumbprint))
		if got := do(t, admin, calls.get, named("")); len(got) != 0 {
			t.Errorf("the list still holds %+v", got)
		}
		refused(t, admin, calls.add, adminapi.DeniedCertificate{Thumbprint: "AB"}, problem.ManageParameter)
		refused(t, admin, calls.remove, named(stolen.Thumbprint), problem.PartnerNotFound)
	}
}

func recipients(t *testing.T, admin *adminapi.Client) {
	const name = "SfBOnline-ApplicationAccount"
	made := do(t, admin, adminapi.NewMailUser, adminapi.MailUserSettings{Identity: name, ExternalAddress: ptr("SMTP:sfb@fabrikam.test")})
	if made.Name != name || made.Path != "litware.test/Users/"+name || made.ExternalAddress != "sfb@fabrikam.test" {
		t.Errorf("made %+v", made)
	}
	do(t, admin, adminapi.SetMailUser, adminapi.MailUserSettings{Identity: name, Hidden: ptr(true), DisplayName: ptr("Skype Online")})
	u := do(t, admin, adminapi.GetExchangeUser, named(name))
	if len(u) != 1 || u[0].RecipientTypeDetails != "MailUser" || u[0].DisplayName != "Skype Online" || u[0].AccountControl != "AccountDisabled, PasswordNotRequired, NormalAccount" {
		t.Errorf("it became %+v", u)
	}
	if got := do(t, admin, adminapi.GetExchangeServer, named("")); len(got) != 1 || got[0].Name != "EXCH" || got[0].Domain != "litware.test" || got[0].Version != "15.1.2507.6" {
		t.Errorf("the servers are %+v", got)
	}
	do(t, admin, adminapi.NewManagementRoleAssignment, adminapi.NewRoleAssignmentRequest{Role: "UserApplication", User: name})
	if got := do(t, admin, adminapi.GetManagementRoleAssignment, adminapi.RoleAssignmentFilter{RoleAssignee: name}); len(got) != 1 || got[0].Account != made.Path {
		t.Errorf("it has %+v", got)
	}
}

func TestAuthServerCalls(t *testing.T) {
	w := newWorld(t)
	w.publishTokenServer("litware.test", "sts.litware.test")
	w.publishTokenServer("fabrikam.test", "fabrikam.litware.test")
	admin := w.as("administrator")
	do(t, admin, adminapi.NewAuthServer, adminapi.AuthServerSettings{Identity: "ACS", AuthMetadataURL: ptr(stsURL)})
	for name, tt := range map[string]struct {
		given adminapi.AuthServerSettings
		code  problem.Code
		says  string
	}{
		"type":             {adminapi.AuthServerSettings{Identity: "ACS", Type: ptr("Facebook")}, problem.ManageParameter, "MicrosoftACS, AzureAD, ADFS"},
		"another identity": {adminapi.AuthServerSettings{Identity: "ACS", AuthMetadataURL: ptr(otherURL)}, problem.MetadataIdentityChanged, "pinned"},
		"no token server":  {adminapi.AuthServerSettings{Identity: "ACS", AuthMetadataURL: ptr(skypeURL)}, problem.MetadataNoTokenEndpoint, "endpoint"},
		"realm":            {adminapi.AuthServerSettings{Identity: "ACS", Realm: "other.test"}, problem.ManageParameter, "pinned"},
		"unknown":          {adminapi.AuthServerSettings{Identity: "ADFS", Enabled: ptr(true)}, problem.PartnerNotFound, "ADFS"},
		"unknown, refresh": {adminapi.AuthServerSettings{Identity: "ADFS", RefreshAuthMetadata: true}, problem.PartnerNotFound, "ADFS"},
	} {
		t.Run(name, func(t *testing.T) {
			if f := refused(t, admin, adminapi.SetAuthServer, tt.given, tt.code); !strings.Contains(f.Detail, tt.says) {
				t.Errorf("told %q, want %q in it", f.Detail, tt.says)
			}
		})
	}
	refused(t, admin, adminapi.NewAuthServer, adminapi.AuthServerSettings{AuthMetadataURL: ptr(stsURL)}, problem.ManageParameter)
	refused(t, admin, adminapi.NewAuthServer, adminapi.AuthServerSettings{Identity: "Facebook", Type: ptr("ADFS")}, problem.ManageParameter)
	refused(t, admin, adminapi.NewAuthServer, adminapi.AuthServerSettings{Identity: "Again", AuthMetadataURL: ptr(stsURL)}, problem.PartnerExists)
	// 000-15: Remove-AuthServer wants an identity, and says what it does not find.
	refused(t, admin, adminapi.RemoveAuthServer, named(""), problem.ManageParameter)
	if f := refused(t, admin, adminapi.RemoveAuthServer, named("ADFS"), problem.PartnerNotFound); f.CmdletText != "The operation couldn't be performed because object 'ADFS' couldn't be found on 'exch.litware.test'." {
		t.Errorf("the cmdlet prints %q", f.CmdletText)
	}
	if f := refused(t, admin, adminapi.GetCsOAuthServer, named("microsoft.sts"), problem.PartnerNotFound); f.CmdletText != `Cannot find "OAuthServer" "microsoft.sts" because it does not exist.` {
		t.Errorf("the cmdlet prints %q", f.CmdletText)
	}
	if none := do(t, admin, adminapi.GetAuthServer, named("M*")); len(none) != 0 {
		t.Errorf("a pattern that matches nothing finds %+v", none)
	}
	t.Run("001-09 the document is read at once", func(t *testing.T) {
		const wrong = "https://pool.litware.test/litware.test/metadata/json/1"
		f := refused(t, admin, adminapi.NewCsOAuthServer, adminapi.AuthServerSettings{Identity: "microsoft.sts", AuthMetadataURL: ptr(wrong)}, problem.MetadataNotFound)
		want := adminapi.ErrorRecord{
			CategoryInfo:          "WriteError: (:) [New-CsOAuthServer], ParameterBindingException",
			FullyQualifiedErrorID: "ParameterBindingFailed,Microsoft.Rtc.Management.Internal.NewOAuthServerCmdlet",
		}
		if f.Record == nil || *f.Record != want {
			t.Errorf("the error record is %+v", f.Record)
		}
	})
	user := w.as("kenmyer")
	refused(t, user, adminapi.GetAuthServer, named(""), problem.ManageDenied)
	refused(t, user, adminapi.AddDeniedCertificate, adminapi.DeniedCertificate{}, problem.ManageDenied)
}

func TestPartnerApplicationIsRenamed(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	do(t, admin, adminapi.NewPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "Skype", AuthMetadataURL: ptr(skypeURL)})
	do(t, admin, adminapi.SetPartnerApplication, adminapi.PartnerApplicationSettings{
		Identity: "Skype", Name: ptr("Lync"), AccountType: ptr("ConsumerAccount"), AllowedUsers: &[]string{"kenmyer@litware.test", "pilar"},
		ActAsPermissions: &[]string{"Mail.Read"}, AppOnlyPermissions: &[]string{},
	})
	a := do(t, admin, adminapi.GetPartnerApplication, named("lync"))[0]
	if a.Name != "Lync" || a.AccountType != "ConsumerAccount" || len(a.ActAsPermissions) != 1 || !slices.Equal(a.AllowedUsers, []string{"kenmyer@litware.test", "pilar@litware.test"}) || a.Created.IsZero() || a.Changed.IsZero() {
		t.Errorf("it became %+v", a)
	}
	issuer, err := w.exchange.Partners.Issuer(t.Context(), s2s.Principal{App: s2s.SkypeApp, Realm: "litware.test"})
	w.must(err)
	trusted, err := w.exchange.Partners.Application(t.Context(), issuer, issuer.Principal)
	w.must(err)
	if !trusted.Users(s2s.User{ID: w.find("pilar").ID}) || trusted.Users(s2s.User{ID: w.find("administrator").ID}) {
		t.Error("the list of users does not hold")
	}
	do(t, admin, adminapi.SetPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "Lync", RefreshAuthMetadata: true})
	refused(t, admin, adminapi.GetPartnerApplication, named("Skype"), problem.PartnerNotFound)
	refused(t, admin, adminapi.SetPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "Lync", AccountType: ptr("None")}, problem.ManageParameter)
	refused(t, admin, adminapi.SetPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "Lync", AllowedUsers: &[]string{"nobody"}}, problem.ManageParameter)
	refused(t, admin, adminapi.SetPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "Lync", Name: ptr("L*")}, problem.PartnerInvalid)
}

// The script with an auth server instead of a metadata URL.
func TestScriptWithAuthServer(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	configure := adminapi.ConfigureEnterprisePartnerApplication
	made := do(t, admin, configure, adminapi.ConfigureEnterpriseRequest{ApplicationType: "Lync", ApplicationIdentifier: string(s2s.SkypeApp), Realm: "litware.test"}).PartnerApplication
	if !made.UseAuthServer || made.Realm != "litware.test" || made.ApplicationIdentifier != string(s2s.SkypeApp) {
		t.Errorf("made %+v", made)
	}
	refused(t, admin, configure, adminapi.ConfigureEnterpriseRequest{ApplicationType: "Lync", ApplicationIdentifier: "000"}, problem.ManageParameter)
	refused(t, admin, configure, adminapi.ConfigureEnterpriseRequest{ApplicationType: "Lync", ApplicationIdentifier: string(s2s.SkypeApp), Realm: "a b"}, problem.ManageParameter)
	refused(t, admin, configure, adminapi.ConfigureEnterpriseRequest{ApplicationType: "Lync", ApplicationIdentifier: string(s2s.SkypeApp), AuthMetadataURL: skypeURL}, problem.PartnerSource)
}

// Long lists come in pages, in the order of names, nothing twice and nothing
// left out.
func TestLongLists(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	const people = 2*adminapi.MaxPage + 30
	for i := range people {
		name := fmt.Sprintf("u%03d", i)
		u, err := w.directory.AddUser(t.Context(), directory.User{Name: name, UPN: directory.UPN(name + "@litware.test"), SMTP: directory.SMTP(name + "@litware.test"), Organisation: "litware", Enabled: true})
		w.must(err)
		if i%2 == 0 {
			_, err = w.exchange.Mailboxes.Enable(t.Context(), u)
			w.must(err)
		}
	}
	names := func(each func(func(string, error) bool)) (all []string) {
		for name, err := range each {
			w.must(err)
			all = append(all, name)
		}
		return all
	}
	users := names(func(yield func(string, error) bool) {
		for u, err := range adminapi.Pages(t.Context(), admin, adminapi.GetUser, "u*", func(u adminapi.User) string { return u.Name }) {
			if !yield(u.Name, err) {
				return
			}
		}
	})
	if len(users) != people || !slices.IsSorted(users) || len(slices.Compact(users)) != people {
		t.Errorf("%d users", len(users))
	}
	boxes := names(func(yield func(string, error) bool) {
		for m, err := range adminapi.Pages(t.Context(), admin, adminapi.GetMailbox, "", func(m adminapi.Mailbox) string { return m.Name }) {
			if !yield(m.Name, err) {
				return
			}
		}
	})
	if len(boxes) != people/2 || !slices.IsSorted(boxes) || boxes[0] != "u000" {
		t.Errorf("%d mailboxes", len(boxes))
	}
	if part := do(t, admin, adminapi.GetExchangeUser, adminapi.Identity{Identity: "u*", Page: adminapi.Page{After: "u010", Max: 2}}); len(part) != 2 || part[0].Name != "u011" || part[1].RecipientType != "UserMailbox" {
		t.Errorf("a page holds %+v", part)
	}
	if whole := do(t, admin, adminapi.GetUser, named("u*")); len(whole) != people {
		t.Errorf("without a page there are %d", len(whole))
	}
}
