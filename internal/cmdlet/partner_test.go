package cmdlet

import (
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/s2s/s2stest"
)

// checklist: 002-23, 003-06, 003-10
func TestEnterpriseScript(t *testing.T) {
	p := startPair(t)
	ex := p.ex
	t.Run("003-10 cd $exscripts", func(t *testing.T) {
		ex.runs("Cd $exscripts")
		if got := ex.session.Location(); got != `C:\Program Files\Microsoft\Exchange Server\V15\Scripts` {
			t.Errorf("now in %s", got)
		}
	})
	t.Run("help from any folder", func(t *testing.T) {
		wantText(t, ex.runs(`cd C:\; Get-Help .\Configure-EnterprisePartnerApplication.ps1; cd $exscripts`), "SYNOPSIS", "-AuthMetadataUrl <String>")
	})
	t.Run("60: jason instead of json", func(t *testing.T) {
		got := ex.fails(`.\Configure-EnterprisePartnerApplication.ps1 –AuthMetadataURL https://pool.litware.test/metadata/jason/1 -ApplicationType “Lync”`)
		wantText(t, got, "Cannot acquire auth metadata document from 'https://pool.litware.test/metadata/jason/1'. Error: The remote server returned an error: (404) Not Found..")
	})
	t.Run("002-24 it asks for what is missing; 19, 57", func(t *testing.T) {
		got := ex.runs(`.\Configure-EnterprisePartnerApplication.ps1`, skypeMetadata, "Lync")
		wantIn(t, got,
			"Creating User <LyncEnterprise-ApplicationAccount> for Partner Application.",
			"Created User <litware.test/Users/LyncEnterprise-ApplicationAccount> for Partner Application.",
			"Assigning role <UserApplication> to Application User <litware.test/Users/LyncEnterprise-ApplicationAccount>.",
			"Assigning role <ArchiveApplication> to Application User <litware.test/Users/LyncEnterprise-ApplicationAccount>.",
			"THE CONFIGURATION HAS SUCCEEDED.")
	})
	t.Run("002-25 a domain controller is taken with a warning", func(t *testing.T) {
		got := ex.runs(`.\Configure-EnterprisePartnerApplication.ps1 -AuthMetadataUrl “` + skypeMetadata + `” -ApplicationType Lync -DomainController dc.litware.test -TrustAnySSLCertificate`)
		if !regexp.MustCompile(`Updated Partner Application <LyncEnterprise-[0-9a-f]{32}>\.`).MatchString(got) {
			t.Errorf("it printed\n%s", got)
		}
		warned := ex.printed(shell.Warnings)
		wantText(t, warned, "-DomainController means nothing here: there is one directory here", "-TrustAnySSLCertificate means nothing here", "in ca_files, or pin the server's own certificate in pins", "matchseal cert inspect https://<server>")
	})
	t.Run("003-09 61: what the partner application shows", func(t *testing.T) {
		got := ex.runs("Get-PartnerApplication Lync* | fl")
		wantIn(t, got,
			"Enabled                             : True",
			"ApplicationIdentifier               : "+skypeID,
			"AuthMetadataUrl                     : "+skypeMetadata,
			"Realm                               : litware.test",
			"UseAuthServer                       : False",
			"LinkedAccount                       : litware.test/Users/LyncEnterprise-ApplicationAccount",
			"IsValid                             : True",
			"ObjectState                         : Unchanged")
		if !strings.Contains(got, "CertificateStrings                  : {MII") {
			t.Errorf("the certificates are not in\n%s", got)
		}
		ex.sameAsRow("Get-PartnerApplication", ex.one("Get-PartnerApplication Lync*"))
	})
	t.Run("003-07 the account", func(t *testing.T) {
		got := ex.runs("Get-User LyncEnterprise-ApplicationAccount | fl")
		wantIn(t, got, "SamAccountName       : LyncEnterprise-Appli", "RecipientTypeDetails : LinkedUser",
			"UserAccountControl   : AccountDisabled, PasswordNotRequired, NormalAccount", "OrganizationalUnit   : litware.test/Users")
	})
	t.Run("003-08 two role assignments", func(t *testing.T) {
		if got := ex.value("Get-ManagementRoleAssignment -RoleAssignee LyncEnterprise-ApplicationAccount | foreach { $_.Role }"); got != "ArchiveApplication|UserApplication" {
			t.Errorf("the roles are %s", got)
		}
		ex.sameAsRow("Get-ManagementRoleAssignment", ex.one("Get-ManagementRoleAssignment UserApplication-LyncEnterprise-ApplicationAccount"))
	})
	t.Run("an auth server instead of a document", func(t *testing.T) {
		ex.runs("Get-PartnerApplication Lync* | Remove-PartnerApplication -Confirm:$false")
		got := ex.runs(`.\Configure-EnterprisePartnerApplication.ps1 -ApplicationType Lync -ApplicationIdentifier ` + skypeID + ` -UseAuthServer`)
		wantText(t, got, "using application identifier <"+skypeID+">")
		if got := ex.value("(Get-PartnerApplication Lync*).UseAuthServer"); got != "True" {
			t.Errorf("UseAuthServer is %s", got)
		}
	})
}

// checklist: 003-04
func TestPartnerApplicationCommands(t *testing.T) {
	p := startPair(t)
	ex := p.ex
	ex.sameAsRow("New-PartnerApplication", ex.one("New-PartnerApplication -Name Skype -AuthMetadataUrl "+skypeMetadata+" -LinkedAccount pilar"))
	t.Run("the view", func(t *testing.T) {
		got := ex.runs("Get-PartnerApplication")
		if !regexp.MustCompile(`(?m)^Name +ApplicationIdentifier *\n-{4} +-{21} *\nSkype +` + skypeID).MatchString(got) {
			t.Errorf("it shows\n%s", got)
		}
	})
	t.Run("by id, by wildcard, and what is not there", func(t *testing.T) {
		if got := ex.value("(Get-PartnerApplication " + skypeID + ").Name"); got != "Skype" {
			t.Errorf("by id: %s", got)
		}
		if got := ex.runs("Get-PartnerApplication Share*"); got != "" {
			t.Errorf("a pattern that matches nothing shows %q", got)
		}
		got := ex.fails("Get-PartnerApplication Lync")
		wantText(t, got, "The operation couldn't be performed because object 'Lync' couldn't be found on 'exch.litware.test'.",
			",Microsoft.Exchange.Management.SystemConfigurationTasks.GetPartnerAppli")
	})
	t.Run("changes", func(t *testing.T) {
		ex.runs("Get-PartnerApplication | ?{$_.ApplicationIdentifier -eq '" + skypeID + "' -and $_.Realm -eq 'litware.test'} | Set-PartnerApplication -Enabled $false -Name Lync -AcceptSecurityIdentifierInformation $true -LinkedAccount $null")
		if got := ex.value(`$a = Get-PartnerApplication Lync; "$($a.Enabled) $($a.AcceptSecurityIdentifierInformation) [$($a.LinkedAccount)]"`); got != "False True []" {
			t.Errorf("it became %s", got)
		}
		ex.runs("Set-PartnerApplication Lync -RefreshAuthMetadata")
		ex.runs("Set-PartnerApplication Lync -RefreshAuthMetadata -Enabled $true")
		if got := ex.value("(Get-PartnerApplication Lync).Enabled"); got != "True" {
			t.Errorf("enabled: %s", got)
		}
		wantText(t, ex.fails("Set-PartnerApplication Lync -ApplicationIdentifier 00000003-0000-0ff1-ce00-000000000000"), "pinned")
		wantText(t, ex.fails("New-PartnerApplication -Name x -AuthMetadataUrl "+skypeMetadata+" -ApplicationIdentifier "+skypeID), "Parameter set cannot be resolved using the specified named parameters.")
	})
	t.Run("nothing to change", func(t *testing.T) {
		ex.runs("Get-PartnerApplication Lync | Set-PartnerApplication")
		wantText(t, ex.printed(shell.Warnings), "no settings of 'Lync' have been modified")
		ex.runs("Get-PartnerApplication Lync | Set-PartnerApplication -Enabled $true")
		if got := ex.printed(shell.Warnings); got != "" {
			t.Errorf("it warns %s", got)
		}
	})
	t.Run("trust through an auth server", func(t *testing.T) {
		made := ex.one("New-PartnerApplication -Name SharePoint -ApplicationIdentifier 00000003-0000-0ff1-ce00-000000000000")
		ex.sameAsRow("New-PartnerApplication", made)
		if got := ex.value("(Get-PartnerApplication SharePoint).UseAuthServer"); got != "True" {
			t.Errorf("UseAuthServer is %s", got)
		}
	})
	t.Run("removing asks", func(t *testing.T) {
		ex.runs("Remove-PartnerApplication SharePoint", "N")
		if q := ex.asked[0]; q.Caption != "Confirm" || q.Message != "Are you sure you want to perform this action?\nRemoving partner application \"SharePoint\"." {
			t.Errorf("asked %+v", q)
		}
		ex.runs("Remove-PartnerApplication SharePoint -WhatIf")
		ex.runs("Get-PartnerApplication SharePoint")
		ex.runs("Remove-PartnerApplication SharePoint", "Y")
		wantText(t, ex.fails("Remove-PartnerApplication SharePoint -Confirm:$false"), "couldn't be found on 'exch.litware.test'")
	})
	t.Run("trust is never given away", func(t *testing.T) {
		got := ex.fails("New-PartnerApplication -Name Stranger -AuthMetadataUrl https://stranger.litware.test/metadata/json/1 -TrustAnySSLCertificate")
		wantText(t, got, "Cannot acquire auth metadata document from 'https://stranger.litware.test/metadata/json/1'. Error: The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel..")
		wantText(t, ex.printed(shell.Warnings), "under trust, name the file of the server's authority in ca_files, or pin the server's own certificate in pins")
	})
}

// checklist: 000-15, 001-09
func TestAuthServerCommands(t *testing.T) {
	p := startPair(t)
	ex, sfb := p.ex, p.sfb
	t.Run("exchange", func(t *testing.T) {
		ex.sameAsRow("New-AuthServer", ex.one("New-AuthServer -Name ACS -AuthMetadataUrl "+stsMetadata+" -DomainName litware.test"))
		wantIn(t, ex.runs("Get-AuthServer ACS | fl"), "Name                           : ACS", "IssuerIdentifier               : 00000001-0000-0000-c000-000000000000",
			"Realm                          : litware.test", "DomainName                     : {litware.test}", "Type                           : MicrosoftACS", "Enabled                        : True")
		ex.runs("Set-AuthServer ACS -Enabled $false -Name STS -DomainName @{Add='fabrikam.test','contoso.test'; Remove='LITWARE.test'}")
		if got := ex.value(`"$((Get-AuthServer STS).DomainName)"`); got != "fabrikam.test contoso.test" {
			t.Errorf("the domains are %s", got)
		}
		ex.runs("Set-AuthServer STS -RefreshAuthMetadata")
		if got := ex.value("(Get-AuthServer).Enabled"); got != "False" {
			t.Errorf("enabled: %s", got)
		}
		wantText(t, ex.fails("New-AuthServer -Name Facebook -Type Facebook -ApplicationIdentifier 1"), "-AuthMetadataUrl")
		if got := ex.runs("Get-AuthServer M*"); got != "" {
			t.Errorf("a pattern that matches nothing shows %q", got)
		}
	})
	t.Run("000-15 3: it asks which one, and whether", func(t *testing.T) {
		signing := ex.value("(Get-AuthConfig).CurrentCertificateThumbprint")
		ex.runs("Remove-AuthServer", "STS", "Y")
		if len(ex.asked) != 2 || ex.asked[0].Prompt != "Identity: " {
			t.Errorf("asked %+v", ex.asked)
		}
		if got := ex.runs("Get-AuthServer"); got != "" || ex.value("(Get-AuthConfig).CurrentCertificateThumbprint") != signing {
			t.Errorf("left: %s", got)
		}
	})
	t.Run("25: skype", func(t *testing.T) {
		sfb.sameAsRow("New-CsOAuthServer", sfb.one(`New-CsOAuthServer microsoft.sts -MetadataUrl "`+stsMetadata+`"`))
		sfb.runs("Set-CsOAuthServer microsoft.sts -Type ACS")
		wantIn(t, sfb.runs("Get-CsOAuthServer microsoft.sts"), "Identity                            : microsoft.sts",
			"IssuerIdentifier                    : 00000001-0000-0000-c000-000000000000", "MetadataUrl                         : "+stsMetadata, "Type                                : ACS")
		wantText(t, sfb.fails("New-CsOAuthServer other -MetadataUrl https://sts.litware.test/metadata/json/1 -InMemory"), "-WhatIf")
		sfb.runs("Remove-CsOAuthServer microsoft.sts")
		wantText(t, sfb.fails("Get-CsOAuthServer microsoft.sts"), `Cannot find "OAuthServer" "microsoft.sts" because it does not exist.`)
		// The Microsoft article's next line.
		sfb.runs("Get-CsOAuthServer microsoft.sts -ErrorAction SilentlyContinue; 1")
	})
}

// checklist: 001-10, 001-11, 001-12, 002-27, 002-28, 004-07
func TestCsPartnerApplicationCommands(t *testing.T) {
	p := startPair(t)
	sfb := p.sfb
	t.Run("002-27 20, 53, 71", func(t *testing.T) {
		got := sfb.runs(`New-CsPartnerApplication -Identity Exchange -ApplicationTrustLevel Full -MetadataUrl "` + exchangeMetadata + `"`)
		wantIn(t, got,
			"Identity                            : Exchange",
			"AuthToken                           : Value="+exchangeMetadata,
			"Name                                : Exchange",
			"ApplicationIdentifier               : 00000002-0000-0ff1-ce00-000000000000",
			"Realm                               : litware.test",
			"ApplicationTrustLevel               : Full",
			"AcceptSecurityIdentifierInformation : False",
			"Enabled                             : True")
		sfb.sameAsRow("Get-CsPartnerApplication", sfb.one("Get-CsPartnerApplication Exchange"))
		if got := sfb.value("(Get-CsPartnerApplication -Filter E*).AuthToken.Value"); got != exchangeMetadata {
			t.Errorf("its URL is %s", got)
		}
	})
	t.Run("changes", func(t *testing.T) {
		sfb.runs("Set-CsPartnerApplication Exchange -ApplicationTrustLevel User -Enabled $false")
		sfb.runs("$a = Get-CsPartnerApplication Exchange; $a.Enabled = $true; Set-CsPartnerApplication -Instance $a")
		if got := sfb.value(`$a = Get-CsPartnerApplication Exchange; "$($a.Enabled) $($a.ApplicationTrustLevel)"`); got != "True User" {
			t.Errorf("it became %s", got)
		}
		sfb.runs("Set-CsPartnerApplication Exchange -MetadataUrl https://exch.litware.test/autodiscover/metadata/json/1")
		wantText(t, sfb.fails("Set-CsPartnerApplication Exchange -ApplicationTrustLevel F*"), "ApplicationTrustLevel")
	})
	t.Run("001-10 001-11 26, 27: shown, removed without a question, and then nothing", func(t *testing.T) {
		sfb.runs(`Remove-cspartnerapplication “Exchange”`)
		if len(sfb.asked) != 0 {
			t.Errorf("asked %+v", sfb.asked)
		}
		wantText(t, sfb.fails(`Get-CsPartnerApplication “Microsoft.Exchange”`), `Cannot find "PartnerApplication" "Microsoft.Exchange" because it does not exist.`)
		wantText(t, sfb.fails(`Remove-cspartnerapplication “Microsoft.Exchange”`), `Cannot find "PartnerApplication" "Microsoft.Exchange" because it does not exist.`)
	})
	t.Run("001-12 28", func(t *testing.T) {
		const rest = " -ApplicationIdentifier 00000002-0000-0ff1-ce00-000000000000 -ApplicationTrustLevel Full -UseOAuthServer"
		wantText(t, sfb.fails("New-CsPartnerApplication -Identity"+rest), "Missing an argument for parameter 'Identity'. Specify a parameter of type")
		sfb.runs("New-CsPartnerApplication -Identity microsoft.exchange" + rest)
		wantIn(t, sfb.runs("Get-CsPartnerApplication microsoft.exchange"), "AuthToken                           : Microsoft.Rtc.Management.WritableConfig.Settings.SSAuth.UseOAuthServer")
	})
	t.Run("certificates by hand", func(t *testing.T) {
		farm := s2stest.NewSharePoint("litware.test", "sharepoint.litware.test")
		raw := base64.StdEncoding.EncodeToString(farm.Certificate.Raw)
		sfb.runs("New-CsPartnerApplication -Identity SharePoint -ApplicationIdentifier 00000003-0000-0ff1-ce00-000000000000 -Realm litware.test -ApplicationTrustLevel Application -CertificateRawData " + raw)
		file := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: farm.Certificate.Raw})
		if err := os.WriteFile(filepath.Join(p.dir, "c", "Certificates", "farm.cer"), file, 0o600); err != nil {
			t.Fatal(err)
		}
		sfb.runs(`Set-CsPartnerApplication SharePoint -CertificateFileData C:\Certificates\farm.cer`)
		if got := sfb.value("(Get-CsPartnerApplication SharePoint).AuthToken.Value"); got != raw {
			t.Errorf("its certificate is %s", got)
		}
		wantText(t, sfb.fails(`Set-CsPartnerApplication SharePoint -CertificateRawData “nothing”`), "CertificateRawData")
	})
	t.Run("002-28 002-33 002-34 55: the document is read at once", func(t *testing.T) {
		got := sfb.fails("New-CsPartnerApplication -Identity Exchange -ApplicationTrustLevel Full -MetadataUrl “https://stranger.litware.test/autodiscover/metadata/json/1”")
		wantText(t, got,
			`New-CsPartnerApplication : Cannot bind parameter 'MetadataUrl' to the target. Exception setting "MetadataUrl": "The metadata document could not be downloaded from the URL in the MetadataUrl parameter or downloaded data is not a valid metadata document, error: The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel."`,
			"+ CategoryInfo : WriteError: (:) [New-CsPartnerApplication], ParameterBindingException",
			"+ FullyQualifiedErrorId : ParameterBindingFailed,Microsoft.Rtc.Management.Internal.NewPartnerApplicationCmdlet")
	})
}

// checklist: 001-06, 002-14, 002-15, 002-16
func TestCsOAuthConfigurationCommands(t *testing.T) {
	p := startPair(t)
	sfb := p.sfb
	const url = "https://autodiscover.litware.test/autodiscover/autodiscover.svc"
	t.Run("002-14 23, 47: blank before", func(t *testing.T) {
		wantIn(t, sfb.runs("get-csoauthconfiguration"),
			"Identity                               : Global", "PartnerApplications                    : {}", "OAuthServers                           : {}",
			"Realm                                  : litware.test", "ServiceName                            : "+skypeID,
			"ClientAuthorizationOAuthServerIdentity :", "ExchangeAutodiscoverUrl                :", "ClientAdalAuthOverride                 : NoOverride")
		sfb.sameAsRow("Get-CsOAuthConfiguration", sfb.one("Get-CsOAuthConfiguration"))
	})
	t.Run("002-15 48, 49: set and shown", func(t *testing.T) {
		sfb.runs("Set-CsOAuthConfiguration -Identity global -ExchangeAutodiscoverUrl " + url)
		wantIn(t, sfb.runs("Get-CsOAuthConfiguration"), "ExchangeAutodiscoverUrl                : "+url)
	})
	t.Run("002-16 .xml is wrong here", func(t *testing.T) {
		sfb.runs("Set-CsOAuthConfiguration -ExchangeAutodiscoverUrl https://autodiscover.litware.test/autodiscover/autodiscover.xml")
		wantText(t, sfb.printed(shell.Warnings), "code=50043", ".svc")
	})
	t.Run("with partners", func(t *testing.T) {
		sfb.runs("New-CsPartnerApplication -Identity Exchange -ApplicationTrustLevel Full -MetadataUrl " + exchangeMetadata)
		sfb.runs("New-CsOAuthServer microsoft.sts -MetadataUrl " + stsMetadata)
		got := sfb.value(`$c = Get-CsOAuthConfiguration; "$($c.PartnerApplications) $($c.OAuthServers)"`)
		wantText(t, got, "Name=Exchange;ApplicationIdentifier=00000002-0000-0ff1-ce00-000000000000;Realm=litware.test;ApplicationTrustLevel=Full", "IssuerIdentifier=00000001-0000-0000-c000-000000000000")
	})
	t.Run("there is one set of settings", func(t *testing.T) {
		wantText(t, sfb.fails("Set-CsOAuthConfiguration -Identity site:Redmond -Realm x.test"), `Cannot find "OAuthConfiguration" "site:Redmond" because it does not exist.`)
		sfb.runs("Get-CsOAuthConfiguration | Set-CsOAuthConfiguration -WhatIf")
		if got := sfb.runs("Get-CsOAuthConfiguration -Filter site:*"); got != "" {
			t.Errorf("it shows %s", got)
		}
	})
	t.Run("null clears", func(t *testing.T) {
		sfb.runs("Set-CsOAuthConfiguration -ExchangeAutodiscoverUrl $null")
		if got := sfb.value("(Get-CsOAuthConfiguration).ExchangeAutodiscoverUrl"); got != "" {
			t.Errorf("it is %q", got)
		}
	})
}
