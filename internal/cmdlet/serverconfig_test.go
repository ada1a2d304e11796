package cmdlet

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/shell"
)

// checklist: 000-01, 002-03, 002-04, 002-10, 003-11
func TestClientAccessServerCommands(t *testing.T) {
	p := startPair(t)
	ex := p.ex
	const uri = "https://autodiscover.litware.test/autodiscover/autodiscover.xml"
	t.Run("000-01 1", func(t *testing.T) {
		got := ex.runs("get-clientaccessserver | fl fqdn, autodiscoverserviceinternaluri")
		wantIn(t, got, "Fqdn                           : exch.litware.test", "AutoDiscoverServiceInternalUri : https://exch.litware.test/autodiscover/autodiscover.xml")
	})
	t.Run("002-03 39: five properties are a list", func(t *testing.T) {
		got := ex.runs("Get-ClientAccessServer -Identity EXCH | Select-Object AutoD*")
		wantIn(t, got, "AutoDiscoverServiceCN          : EXCH", "AutoDiscoverServiceClassName   : ms-Exchange-AutoDiscover-Service",
			"AutoDiscoverServiceInternalUri : https://exch.litware.test/autodiscover/autodiscover.xml",
			"AutoDiscoverServiceGuid        : 77378f46-2c66-4aa9-a6a6-3e7a48b19596", "AutoDiscoverSiteScope          : {}")
	})
	t.Run("002-10 44, 46: one property is a table", func(t *testing.T) {
		ex.runs(`Set-ClientAccessServer -Identity EXCH -AutoDiscoverServiceInternalUri "` + uri + `"`)
		got := ex.runs("Get-ClientAccessServer -Identity EXCH | Select-Object AutoDiscoverServiceI*")
		wantIn(t, got, "AutoDiscoverServiceInternalUri", strings.Repeat("-", 30), uri)
	})
	t.Run("003-11 63", func(t *testing.T) {
		got := ex.runs("Get-ClientAccessServer | Select Name,*uri*")
		if !regexp.MustCompile(`(?m)^Name +AutoDiscoverServiceInternalUri *\n-{4} +-{30} *\nEXCH +https://autodiscover\.litware\.test/autodiscover/autodisco\.\.\. *\n`).MatchString(got) { // two columns share the width
			t.Errorf("it shows\n%s", got)
		}
	})
	t.Run("the newer name, the view, what is not there", func(t *testing.T) {
		ex.runs("Set-ClientAccessService EXCH -AutoDiscoverSiteScope Redmond,Paris")
		if got := ex.value(`"$((Get-ClientAccessService exch.litware.test).AutoDiscoverSiteScope)"`); got != "Redmond Paris" {
			t.Errorf("the sites are %s", got)
		}
		ex.runs("Set-ClientAccessService EXCH -AutoDiscoverSiteScope @{Remove='paris'}")
		if got := ex.value(`"$((Get-ClientAccessService EXCH).AutoDiscoverSiteScope)"`); got != "Redmond" {
			t.Errorf("the sites are %s", got)
		}
		wantText(t, ex.fails("Set-ClientAccessService EXCH -AutoDiscoverSiteScope @{Ad='paris'}"), "@{Add=…; Remove=…}")
		wantIn(t, ex.runs("Get-ClientAccessServer"), "Name", "----", "EXCH")
		ex.sameAsRow("Get-ClientAccessServer", ex.one("Get-ClientAccessServer"))
		wantText(t, ex.fails("Get-ClientAccessServer other"), "The operation couldn't be performed because object 'other' couldn't be found on 'exch.litware.test'.")
		wantText(t, ex.fails("Set-ClientAccessServer other -AutoDiscoverServiceInternalUri "+uri), "'other' couldn't be found")
		ex.runs("Set-ClientAccessServer EXCH -AutoDiscoverServiceInternalUri https://mail.litware.test/autodiscover/autodiscover.xml")
		wantText(t, ex.printed(shell.Warnings), "not among the names of the certificate")
	})
}

// checklist: 004-13
func TestVirtualDirectoryCommands(t *testing.T) {
	ex := startPair(t).ex
	ex.sameAsRow("Get-WebServicesVirtualDirectory", ex.one("Get-WebServicesVirtualDirectory"))
	if got := ex.value(`$v = Get-WebServicesVirtualDirectory "EXCH\EWS (Default Web Site)"; "$($v.Identity) $($v.OAuthAuthentication) $($v.InternalAuthenticationMethods)"`); got != `EXCH\EWS (Default Web Site) False Basic` {
		t.Errorf("at first it is %s", got)
	}
	ex.runs("Get-WebServicesVirtualDirectory | Set-WebServicesVirtualDirectory -OAuthAuthentication $true")
	ex.runs(`Set-AutodiscoverVirtualDirectory "EXCH\Autodiscover*" -OAuthAuthentication $true -BasicAuthentication $false -WindowsAuthentication $true`)
	wantText(t, ex.printed(shell.Warnings), "-WindowsAuthentication means nothing here")
	if got := ex.value(`(Get-WebServicesVirtualDirectory -Server EXCH).OAuthAuthentication; "$((Get-AutodiscoverVirtualDirectory).ExternalAuthenticationMethods)"`); got != "True|OAuth" {
		t.Errorf("now it is %s", got)
	}
	wantText(t, ex.fails("Set-WebServicesVirtualDirectory OAB -OAuthAuthentication $true"), "'OAB' couldn't be found")
	if got := ex.runs("Get-AutodiscoverVirtualDirectory EWS*"); got != "" {
		t.Errorf("the other service shows up: %s", got)
	}
}

func TestRecipientCommands(t *testing.T) {
	ex := startPair(t).ex
	t.Run("mailboxes", func(t *testing.T) {
		wantText(t, ex.fails("Get-Mailbox kenmyer"), "'kenmyer' couldn't be found on 'exch.litware.test'")
		ex.sameAsRow("Enable-Mailbox", ex.one("Get-User kenmyer | Enable-Mailbox"))
		ex.runs("Enable-Mailbox pilar")
		ex.sameAsRow("Get-Mailbox", ex.one("Get-Mailbox kenmyer@litware.test"))
		if got := ex.value("Get-Mailbox | foreach { $_.Alias }; Get-Mailbox -ResultSize 1 | foreach { $_.Name }"); got != "kenmyer|pilar|kenmyer" {
			t.Errorf("there are %s", got)
		}
		wantText(t, ex.fails("Get-Mailbox -ResultSize many"), "a number or Unlimited")
		if got := ex.value("(Get-Mailbox pilar).EmailAddresses -join ','"); got != "SMTP:pilar@litware.test,SIP:pilar@litware.test" {
			t.Errorf("the addresses are %s", got)
		}
	})
	// The manual way to a partner application, as the product's page has it.
	t.Run("mail users", func(t *testing.T) {
		const name = "SfBOnline-ApplicationAccount"
		ex.sameAsRow("New-MailUser", ex.one("New-MailUser -Name "+name+" -ExternalEmailAddress "+name+"@litware.test"))
		ex.runs("Set-MailUser -Identity " + name + " -HiddenFromAddressListsEnabled $True")
		for _, role := range []string{"UserApplication", "ArchiveApplication"} {
			ex.sameAsRow("New-ManagementRoleAssignment", ex.one("New-ManagementRoleAssignment –Role "+role+" –User "+name))
		}
		ex.runs("New-PartnerApplication -Name SfBOnline -ApplicationIdentifier " + skypeID + " -Enabled $True -LinkedAccount " + name)
		if got := ex.value("(Get-PartnerApplication SfBOnline).LinkedAccount"); got != "litware.test/Users/"+name {
			t.Errorf("the account is %s", got)
		}
		if got := ex.value("(Get-User " + name + ").RecipientTypeDetails"); got != "MailUser" {
			t.Errorf("it is a %s", got)
		}
		wantText(t, ex.fails("New-ManagementRoleAssignment –Role UserApplication –User "+name), "has the role UserApplication already")
		wantText(t, ex.fails("New-ManagementRoleAssignment –Role UserApplication –SecurityGroup Everybody"), "-User")
	})
	t.Run("passwords are not on record", func(t *testing.T) {
		ex.runs("$p = ConvertTo-SecureString 'Pa55w0rd!x' -AsPlainText -Force")
		ex.runs("New-MailUser -Name Guest7 -ExternalEmailAddress guest@fabrikam.test -UserPrincipalName guest7@litware.test -Password $p")
		if got := ex.value("(Get-User Guest7).UserAccountControl"); got != "NormalAccount" {
			t.Errorf("the account is %s", got)
		}
	})
	t.Run("roles", func(t *testing.T) {
		wantIn(t, ex.runs("Get-ManagementRoleAssignment -Role UserApplication -RoleAssignee SfB* | fl Name,RoleAssigneeType,AssignmentMethod"),
			"Name             : UserApplication-SfBOnline-ApplicationAccount", "RoleAssigneeType : User", "AssignmentMethod : Direct")
		if got := ex.runs("Get-ManagementRoleAssignment -RoleAssignee SfB* -RoleAssigneeType SecurityGroup"); got != "" {
			t.Errorf("groups: %s", got)
		}
		ex.runs("Remove-ManagementRoleAssignment UserApplication-SfBOnline-ApplicationAccount", "N")
		ex.runs("Get-ManagementRoleAssignment -RoleAssignee SfB* | Remove-ManagementRoleAssignment -Force")
		if got := ex.runs("Get-ManagementRoleAssignment -RoleAssignee SfB*"); got != "" {
			t.Errorf("left: %s", got)
		}
		wantText(t, ex.fails("Remove-ManagementRoleAssignment nobody -Confirm:$false"), "'nobody' couldn't be found")
	})
	t.Run("servers", func(t *testing.T) {
		ex.sameAsRow("Get-ExchangeServer", ex.one("Get-ExchangeServer EXCH"))
		wantIn(t, ex.runs("Get-ExchangeServer | fl Name,Fqdn,AdminDisplayVersion"), "Fqdn                : exch.litware.test", "AdminDisplayVersion : Version 15.1 (Build 2507.6)")
		if got := ex.runs("Get-ExchangeServer -Domain fabrikam.test"); got != "" {
			t.Errorf("another domain's: %s", got)
		}
	})
}

func TestOAuthConnectivityCommand(t *testing.T) {
	p := startPair(t)
	ex, sfb := p.ex, p.sfb
	const line = "Test-OAuthConnectivity -Service Generic -TargetUri https://pool.litware.test/ -Mailbox kenmyer"
	t.Run("a call that is refused is a result", func(t *testing.T) {
		o := ex.one(line)
		ex.sameAsRow("Test-OAuthConnectivity", o)
		got := ex.runs(line + " | fl")
		wantText(t, got, "ResultType : Error", "Exception:", "Remedy: ")
	})
	t.Run("questions that cannot be put are errors", func(t *testing.T) {
		wantText(t, ex.fails(strings.Replace(line, "kenmyer", "nobody", 1)), "'nobody' couldn't be found")
		wantText(t, ex.fails("Test-OAuthConnectivity -Service EWS -TargetUri https://pool.litware.test/ -AppOnly"), "-Mailbox")
	})
	t.Run("after pairing", func(t *testing.T) {
		sfb.runs("New-CsPartnerApplication -Identity Exchange -ApplicationTrustLevel Full -MetadataUrl " + exchangeMetadata)
		sfb.runs("Enable-CsUser kenmyer -RegistrarPool pool.litware.test -SipAddress sip:kenmyer@litware.test")
		ex.runs("Cd $exscripts; .\\Configure-EnterprisePartnerApplication.ps1 -AuthMetadataUrl " + skypeMetadata + " -ApplicationType Lync")
		got := ex.runs(line + " -Verbose | fl")
		wantIn(t, got, "Task        : Checking Generic API Call Under Oauth", "ResultType  : Success",
			"Identity    : Microsoft.Exchange.Security.OAuth.ValidationResultNodeId", "IsValid     : True", "ObjectState : New")
		wantText(t, got, "Detail : The configuration was last successfully loaded at ", "Exchange Outbound Oauth Log:")
		wantText(t, ex.printed(shell.Verbose), "VERBOSE: POST https://pool.litware.test/ucwa/oauth/v1/applications: HTTP 20")
		if got := ex.runs(line); !regexp.MustCompile(`(?m)^Task +ResultType *\n-{4} +-{10} *\nChecking Generic API Call Under Oauth +Success`).MatchString(got) {
			t.Errorf("the view is\n%s", got)
		}
	})
}

// A list of any length flows: what nobody wants to see is not asked for.
func TestLongListsStream(t *testing.T) {
	const all = 10_000
	var asked atomic.Int32
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var req adminapi.Identity
		_ = json.Unmarshal(body, &req)
		if r.URL.Path != adminapi.GetCsPartnerApplication.Path() {
			t.Errorf("a call of %s", r.URL.Path)
		}
		asked.Add(1)
		first := 0
		if req.After != "" {
			fmt.Sscanf(req.After, "p%05d", &first)
			first++
		}
		page := []adminapi.PartnerApplication{}
		for i := first; i < min(first+req.Max, all); i++ {
			page = append(page, adminapi.PartnerApplication{Name: fmt.Sprintf("p%05d", i), TrustLevel: "Full", Enabled: true})
		}
		_ = json.NewEncoder(w).Encode(page)
	})
	server := httptest.NewServer(h)
	defer server.Close()
	own, err := New("skype", NewConnection(func(context.Context) (*adminapi.Client, error) {
		return adminapi.NewClient(server.URL, server.Client()), nil
	}), DNS{})
	if err != nil {
		t.Fatal(err)
	}
	a := &admin{t: t, out: map[shell.Stream]*strings.Builder{}}
	a.session = shell.New(shell.Config{Host: a, Commands: own.Commands, Views: own.Views, Limit: own.Limit, Faults: Record, Now: time.Now})
	if got := a.value("Get-CsPartnerApplication | Select-Object -First 3 | foreach { $_.Name }"); got != "p00000|p00001|p00002" || asked.Load() != 1 {
		t.Errorf("%s, with %d calls", got, asked.Load())
	}
	asked.Store(0)
	if got := a.value("(Get-CsPartnerApplication | Measure-Object).Count"); got != "10000" || asked.Load() != all/adminapi.MaxPage+1 {
		t.Errorf("%s, with %d calls", got, asked.Load())
	}
}
