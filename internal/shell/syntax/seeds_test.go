package syntax

import (
	"errors"
	"fmt"
	"testing"
)

// seedTrees is what each command line means, by its number.
func seedTrees() map[int]string {
	return map[int]string{
		1:  "{get-clientaccessserver} | {fl [fqdn, autodiscoverserviceinternaluri]}",
		2:  `{Get-Cspool} | {where-object <($_.services -like "*UserServer*")>} | {fl [site, fqdn]}`,
		3:  "{Remove-AuthServer}",
		4:  "{Set-AuthConfig -ClearpreviousCertificate}",
		5:  "$X = {get-date}",
		6:  "{Set-AuthConfig -NewCertificateThumbprint numberfromyourcertstore -NewCertificateEffectiveDate $X}",
		7:  "{Set-AuthConfig -PublishCertificate}",
		8:  `{New-ExchangeCertificate -KeySize #2048 -domain domain.local -PrivateKeyExportable $true -SubjectName "cn= Microsoft Exchange Server Auth Certificate" -FriendlyName "Microsoft Exchange Server Auth Certificate" -Services smtp}`,
		9:  "$X = {get-date}",
		10: "{Set-AuthConfig -NewCertificateThumbprint #9001 -NewCertificateEffectiveDate $X}",
		11: "{Set-AuthConfig -PublishCertificate}",
		12: "{Remove-CsCertificate -Type OAuthTokenIssuer}",
		13: "{Get-CsCertificate -Type OAuthTokenIssuer}",
		14: `{Import-CsCertificate -Identity global -Type OAuthTokenIssuer -Path C:\Certificates\ServerToServerAuth.pfx -Password "P@ssw0rd"}`,
		15: "$x = ({Get-CsCertificate -Type Default}).Thumbprint",
		16: "{Set-CsCertificate -Identity global -Type OAuthTokenIssuer -Thumbprint $x}",
		17: "$x = ({Get-CsCertificate -Type Default}).Thumbprint",
		18: `{Set-CsCertificate -Identity global -Type OAuthTokenIssuer -Thumbprint $x -EffectiveDate "7/1/2015" -Roll}`,
		19: `{.\Configure-EnterprisePartnerApplication.ps1 -AuthMetadataUrl "https://pool01.domain.com/metadata/json/1" -ApplicationType Lync}`,
		20: "{New-CsPartnerApplication -identity Exchange -ApplicationTrustLevel Full -MetadataUrl https://autodiscover.domain.com/autodiscover/metadata/json/1}",
		21: "{New-CsTrustedApplication -ApplicationId OutlookWebAccess -TrustedApplicationPoolFqdn exchangeserver.domain.com -Port #5199}",
		22: "{New-CsTrustedApplicationPool -Identity exchangeserver.domain.com -Registrar lyncpool.domain.com -Site yoursite -RequiresReplication $False}",
		23: "{get-csoauthconfiguration}",
		24: "{get-cstenant}",
		25: `{New-CsOAuthServer microsoft.sts -MetadataUrl "" w(Displayname "/metadata/json/1")}`,
		26: `{Get-CsPartnerApplication ""}`,
		27: `{Remove-cspartnerapplication "Microsoft.Exchange"}`,
		28: "{New-CsPartnerApplication -Identity -ApplicationIdentifier 00000002-0000-0ff1-ce00-000000000000 -ApplicationTrustLevel Full -UseOAuthServer}",
		29: "{import-module MSOnlineExtended}",
		30: "{get-MSOLServicePrincipal}",
		31: "$certificate = {New-Object System.Security.Cryptography.X509Certificates.X509Certificate}",
		32: `$certificate.Import("C:\Certificates\Office365.cer")`,
		33: "$binaryValue = $certificate.GetRawCertData()",
		34: "$credentialsValue = <System.Convert>::ToBase64String($binaryValue)",
		35: "{New-MsolServicePrincipalCredential -AppPrincipalId 00000004-0000-0ff1-ce00-000000000000 -Type Asymmetric -Usage Verify -Value $credentialsValue -StartDate 02/12/2015 -EndDate 01/12/2015}",
		36: "{Get-MsolServicePrincipalCredential -AppPrincipalId 00000004-0000-0ff1-ce00-000000000000}",
		37: "{set-cssoauthconfiguration -exchangeautodiscoverurl}",
		38: "{test-csexstorageconnectivity -verbose}",
		39: "{Get-ClientAccessServer -Identity EXCH} | {Select-Object AutoD*}",
		40: "{Get-ExchangeCertificate}",
		41: "{Get-ExchangeCertificate} | {Select-Object [Subject, Services, CertificateDomains]} | {fl}",
		42: "{nslookup -q=srv _autodiscover._tcp.jdskype.net}",
		43: "{nslookup autodiscover.jdskype.net}",
		44: `{Set-ClientAccessServer -Identity EXCH -AutoDiscoverServiceInternalUri "https://autodiscover.jdskype.net/autodiscover/autodiscover.xml"}`,
		45: "{iisreset}",
		46: "{Get-ClientAccessServer -Identity EXCH} | {Select-Object AutoDiscoverServiceI*}",
		47: "{Get-CsOAuthConfiguration}",
		48: "{Set-CsOAuthConfiguration -Identity global -ExchangeAutodiscoverUrl https://autodiscover.jdskype.net/autodiscover/autodiscover.svc}",
		49: "{Get-CsOAuthConfiguration}",
		50: `{cd w(c:\ 'Program Files' \Microsoft\ 'Exchange Server' \V15\Scripts)}`,
		51: `123 open`,
		52: "{iisreset}",
		53: `{New-CsPartnerApplication -Identity Exchange -ApplicationTrustLevel Full -MetadataUrl "https://autodiscover.jdskype.net/autodiscover/metadata/json/1"}`,
		54: `{Test-CsExStorageConnectivity -SipUri "sip:jeff@jdskype.net" -Verbose}`,
		55: `{New-CsPartnerApplication -Identity Exchange -ApplicationTrustLevel Full -MetadataUrl "https://autodiscover.tecnoputer.com.br/autodiscover/metadata/json/1"}`,
		56: `63 open`,
		57: `{.\Configure-EnterprisePartnerApplication.ps1}`,
		58: `{Test-CsExStorageConnectivity -SipUri "sip:jeff@jdskype.net" -Verbose}`,
		59: "{Cd $exscripts}",
		60: `{.\Configure-EnterprisePartnerApplication.ps1 -AuthMetadataURL https://torsb01.patricio.local/metadata/jason/1 -ApplicationType "Lync"}`,
		61: "{Get-PartnerApplication Lync*} | {fl}",
		62: "{iisreset /noforce}",
		63: "{Get-ClientAccessServer} | {Select [Name, *uri*]}",
		64: "{New-CSPartnerApplication -Identity Exchange -ApplicationTrustLevel Full -MetadataURL}",
		65: "{Test-CSEXStorageConnectivity}",
		66: `{Set-OAuthConfiguration -ExchangeAutodiscoverURL ""}`,
		67: "{Test-CSExStorageConnectivity -sipuri [email protected] -Verbose}",
		68: `{.\Configure-EnterprisePartnerApplication.ps1 -AuthMetadataURL https://torsb01.patricio.local/metadata/json/1 -ApplicationType "Lync" \}`,
		69: `"C:\Program Files\Microsoft\Exchange Server\V15\Scripts\Configure-EnterprisePartnerApplication.ps1 -AuthMetaDataUrl 'https://atl-cs-001.litwareinc.com/metadata/json/1' -ApplicationType Lync"`,
		70: "{iisreset atl-exchange-001}",
		71: `{New-CsPartnerApplication -Identity Exchange -ApplicationTrustLevel Full -MetadataUrl "https://autodiscover.litwareinc.com/autodiscover/metadata/json/1"}`,
		72: `{Test-CsExStorageConnectivity -SipUri "sip:kenmyer@litwareinc.com"}`,
	}
}

// checklist: 002-41 (lines 51 and 56 leave the shell waiting for more).
func TestCommandLines(t *testing.T) {
	want := seedTrees()
	for _, l := range lines(t) {
		t.Run(fmt.Sprint(l.N), func(t *testing.T) {
			s, err := Parse(l.Text)
			if err == nil {
				reprint(t, s)
				if got := sketch(s); got != want[l.N] {
					t.Errorf("%s\n got %s\nwant %s", l.Text, got, want[l.N])
				}
				return
			}
			var e *Error
			if !errors.As(err, &e) || e.ID != "TerminatorExpectedAtEndOfString" || !e.Incomplete {
				t.Fatalf("%s: %v", l.Text, err)
			}
			if got := fmt.Sprint(e.Span.Start.Column, " open"); got != want[l.N] {
				t.Errorf("%s: the string begins at character %d, want %s", l.Text, e.Span.Start.Column, want[l.N])
			}
		})
	}
}

// The lines that administrators paste next from articles on the same subject.
func TestLinesOfArticles(t *testing.T) {
	for source, want := range map[string]string{
		`(Get-AuthConfig).CurrentCertificateThumbprint | Get-ExchangeCertificate | Format-List`:                                                                            "({Get-AuthConfig}).CurrentCertificateThumbprint | {Get-ExchangeCertificate} | {Format-List}",
		`Get-CsOAuthServer microsoft.sts -ErrorAction SilentlyContinue`:                                                                                                    "{Get-CsOAuthServer microsoft.sts -ErrorAction SilentlyContinue}",
		`$TenantID = (Get-CsTenant -Filter {DisplayName -eq "Fabrikam.com"}).TenantId`:                                                                                     `$TenantID = ({Get-CsTenant -Filter <{DisplayName -eq "Fabrikam.com"}>}).TenantId`,
		`"https://x/$TenantId/metadata/json/1"`:                                                                                                                            `x("https://x/" $TenantId "/metadata/json/1")`,
		`Get-CsCertificate | Where-Object {$_.NotAfter -lt "9/1/2018"}`:                                                                                                    `{Get-CsCertificate} | {Where-Object <($_.NotAfter -lt "9/1/2018")>}`,
		`Get-PartnerApplication | ?{$_.ApplicationIdentifier -eq "a" -and $_.Realm -eq ""} | Set-PartnerApplication -Enabled $true`:                                        `{Get-PartnerApplication} | {? <(($_.ApplicationIdentifier -eq "a") -and ($_.Realm -eq ""))>} | {Set-PartnerApplication -Enabled $true}`,
		`Set-AuthConfig -NewCertificateThumbprint $c.Thumbprint -NewCertificateEffectiveDate (Get-Date).AddHours(49)`:                                                      "{Set-AuthConfig -NewCertificateThumbprint $c.Thumbprint -NewCertificateEffectiveDate ({Get-Date}).AddHours(#49)}",
		`$lyncSP.ServicePrincipalNames.Add("00000004-0000-0ff1-ce00-000000000000/lync.contoso.com")`:                                                                       `$lyncSP.ServicePrincipalNames.Add("00000004-0000-0ff1-ce00-000000000000/lync.contoso.com")`,
		"if ((Get-CsOAuthServer microsoft.sts) -eq $null)\n{\n  New-CsOAuthServer microsoft.sts -MetadataUrl \"https://x/$TenantId\"\n}\nelse\n{\n  Write-Host 'there'\n}": `if (({Get-CsOAuthServer microsoft.sts}) -eq $null) <{New-CsOAuthServer microsoft.sts -MetadataUrl x("https://x/" $TenantId)}> else <{Write-Host 'there'}>`,
		"$bytes = [System.IO.File]::ReadAllBytes(\"C:\\a.cer\")":                                                                                                           `$bytes = <System.IO.File>::ReadAllBytes("C:\a.cer")`,
		"New-SelfSignedCertificate `\n  -DnsName a `\n  -Type b":                                                                                                           "{New-SelfSignedCertificate -DnsName a -Type b}",
	} {
		s, err := Parse(source)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		reprint(t, s)
		if got := sketch(s); got != want {
			t.Errorf("%s\n got %s\nwant %s", source, got, want)
		}
	}
}
