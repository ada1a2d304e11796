package e2e

import "strings"

// What each line of the seeds has to do, in the order in which it makes sense
// to type them. Where a seed gives a line twice, it stands here twice.
var seedRuns = map[string][]run{
	"000": {
		{n: 1, out: []string{`^Fqdn +: exch\.domain\.com$`, `^AutoDiscoverServiceInternalUri +: https://`}},
		{n: 2, out: []string{`^Site +: Site:yoursite$`, `^Fqdn +: pool\.domain\.com$`}},
		{n: 3, before: newAuthServer, answers: "microsoft.sts\nY\n",
			says: []string{"cmdlet Remove-AuthServer at command pipeline position 1", "Supply values for the following parameters:", "Identity: microsoft.sts", "Are you sure you want to perform this action"}},
		{n: 4},
		{n: 5},
		{n: 6, before: "$X=get-date", fill: ownCertificate, answers: "Y\n", says: []string{"not 48 hours in the future"}},
		{n: 7},
		{n: 8, answers: "N\nN\n", out: []string{`^[0-9A-F]{40} `, `CN=Microsoft Exchange Server Auth Certificate`},
			says:   []string{"WARNING: read as: New-ExchangeCertificate -KeySize 2048 -DomainName domain.local"},
			strict: &strictly{says: []string{"the parameter name 'domain' is ambiguous. Possible matches include: .*-DomainName", "AmbiguousParameter"}}},
		{n: 9},
		{n: 10, before: "$X=get-date", fill: ownCertificate, answers: "Y\n"},
		{n: 11},
		{n: 12, answers: "Y\n"},
		{n: 13},
		{n: 14},
		{n: 15},
		{n: 16, before: "$x = (Get-CsCertificate -Type Default).Thumbprint"},
		{n: 17},
		{n: 18, before: "$x = (Get-CsCertificate -Type Default).Thumbprint", answers: "Y\nY\n"},
		{n: 19, before: "cd $exscripts", out: []string{`^THE CONFIGURATION HAS SUCCEEDED\.$`}},
		{n: 20, out: []string{`^ApplicationIdentifier +: 00000002-0000-0ff1-ce00-000000000000$`}},
		{n: 22, answers: "Y\n", out: []string{`^PoolFqdn +: exchangeserver\.domain\.com$`}, says: []string{"Enable-CsTopology must still be run"}},
		{n: 21, out: []string{`(?i)urn:application:outlookwebaccess`}, says: []string{"Enable-CsTopology must still be run"}},
	},
	"001": {
		{n: 23, out: []string{`^ExchangeAutodiscoverUrl +: https://autodiscover\.fabrikam\.com`, `^ClientAuthorizationOAuthServerIdentity`}},
		{n: 24, out: []string{`^DisplayName +: fabrikam\.com$`, `^TenantId +: ` + guid + `$`}},
		{n: 25, fill: func(l seedLab, text string) string {
			return strings.Replace(text, `""Displayname"/metadata/json/1"`, `"https://accounts.fabrikam.com/fabrikam.com/metadata/json/1"`, 1)
		}, out: []string{`^Identity +: microsoft\.sts$`, `^MetadataUrl +: https://accounts\.fabrikam\.com/fabrikam\.com/metadata/json/1$`}},
		{n: 26, fill: func(_ seedLab, text string) string {
			return strings.Replace(text, "“”", "“microsoft.exchange”", 1)
		}, out: []string{`^Identity +: microsoft\.exchange$`}},
		{n: 27, answers: "Y\n"},
		{n: 28, fails: true, says: []string{"Missing an argument for parameter 'Identity'"}, strict: &strictly{says: []string{"Missing an argument for parameter 'Identity'"}}},
		{n: 29},
		{n: 30, out: []string{`^DisplayName +: Microsoft Lync Server$`}},
		{n: 31},
		{n: 32, before: loadCertificate},
		{n: 33, before: loadCertificate},
		{n: 34, before: loadCertificate + "\n$binaryValue = $certificate.GetRawCertData()"},
		{n: 35, before: loadCertificate + "\n$credentialsValue = [System.Convert]::ToBase64String($certificate.GetRawCertData())", fails: true,
			says: []string{"the end date, 1/12/2015 12:00:00 AM, is not after the start date, 2/12/2015 12:00:00 AM"}},
		{n: 36, before: loadCertificate + "\nNew-MsolServicePrincipalCredential -AppPrincipalId 00000004-0000-0ff1-ce00-000000000000 -Type Asymmetric -Usage Verify -Value ([System.Convert]::ToBase64String($certificate.GetRawCertData()))",
			answers: "Asymmetric\n", out: []string{`^Type +: Asymmetric$`, `^KeyId +: ` + guid + `$`, `^Value +: MII`}, says: []string{"ReturnKeyValues: Asymmetric"}},
		{n: 37, fails: true, says: []string{"The term 'set-cssoauthconfiguration' is not recognized", `Did you mean Set-CsOAuthConfiguration\?`}, // the value is lost
			strict: &strictly{says: []string{"The term 'set-cssoauthconfiguration' is not recognized"}}},
		{n: 38, before: "Remove-CsOAuthServer microsoft.sts -Confirm:$false\n" + csExchange("fabrikam.com"), answers: "sip:kenmyer@fabrikam.com\n", out: []string{`^Test Passed`}, says: []string{"SipUri: sip:kenmyer@fabrikam.com", "VERBOSE: "}},
	},
	"002": {
		{n: 39, out: []string{`^AutoDiscoverServiceCN +: `, `^AutoDiscoverServiceClassName +: ms-Exchange-AutoDiscover-Service$`, `^AutoDiscoverServiceInternalUri +: `, `^AutoDiscoverServiceGuid +: ` + guid, `^AutoDiscoverSiteScope +: `}},
		{n: 40, out: []string{`^Thumbprint +Services +Subject$`, `^[0-9A-F]{40} `}},
		{n: 41, out: []string{`^Subject +: `, `^Services +: IIS$`, `^CertificateDomains +: \{.*autodiscover\.jdskype\.net`}},
		{n: 42, out: []string{`^_autodiscover\._tcp\.jdskype\.net +SRV service location:$`, `svr hostname   = autodiscover\.jdskype\.net$`, `port           = 443$`}},
		{n: 43, out: []string{`^Name:    exch\.jdskype\.net$`, `^Aliases:  autodiscover\.jdskype\.net$`}},
		{n: 44},
		{n: 45, out: []string{`^Attempting stop\.\.\.\nInternet services successfully stopped\nAttempting start\.\.\.\nInternet services successfully restarted$`}, says: []string{"Nothing was stopped"}},
		{n: 46, out: []string{`^AutoDiscoverServiceInternalUri\n-{30}\nhttps://autodiscover\.jdskype\.net/autodiscover/autodiscover\.xml$`}},
		{n: 47, out: []string{`^ExchangeAutodiscoverUrl +:$`}},
		{n: 48},
		{n: 49, out: []string{`^ExchangeAutodiscoverUrl +: https://autodiscover\.jdskype\.net/autodiscover/autodiscover\.svc$`}},
		{n: 50},
		{n: 51, before: atScripts, out: []string{`^THE CONFIGURATION HAS SUCCEEDED\.$`}, says: []string{"WARNING: read as: .\\\\Configure-EnterprisePartnerApplication.ps1 -AuthMetaDataUrl https://fe.jdskype.net/metadata/json/1 -ApplicationType Lync"},
			strict: &strictly{says: []string{"The string is missing the terminator"}}},
		{n: 52, out: []string{`^Internet services successfully restarted$`}},
		{n: 53, out: []string{`^Identity +: Exchange$`}},
		{n: 54, out: []string{`^Test Passed`}, says: []string{"VERBOSE: .*Autodiscover.*autodiscover\\.svc", "VERBOSE: Is command successful: True"}},
		{n: 55, fails: true, before: noExchangePartner, says: []string{
			`New-CsPartnerApplication : Cannot bind parameter 'MetadataUrl' to the target\. Exception setting "MetadataUrl": "The metadata document could not be downloaded from the URL in the MetadataUrl parameter or downloaded data is not a valid metadata document, error: `,
			`CategoryInfo : WriteError: \(:\) \[New-CsPartnerApplication\], ParameterBindingException`,
			`FullyQualifiedErrorId : ParameterBindingFailed,Microsoft\.Rtc\.Management\.Internal\.NewPartnerApplicationCmdlet`}},
		{n: 56, before: atScripts, out: []string{`^THE CONFIGURATION HAS SUCCEEDED\.$`}, says: []string{"WARNING: read as: "}, strict: &strictly{says: []string{"The string is missing the terminator"}}},
		{n: 57, before: atScripts, answers: "https://fe.jdskype.net/metadata/json/1\nLync\n", out: []string{`^THE CONFIGURATION HAS SUCCEEDED\.$`}, says: []string{"AuthMetadataUrl: https://fe.jdskype.net", "ApplicationType: Lync"}},
		{n: 58, before: csExchange("jdskype.net"), out: []string{`^Test Passed`}},
	},
	"003": {
		{n: 59},
		{n: 60, before: atScripts, fails: true, says: []string{`Cannot acquire auth metadata document from 'https://torsb01\.patricio\.local/metadata/jason/1'\. Error: .*\(404\) Not Found`, "/metadata/json/1"}},
		{n: 61, before: pairedExchange("torsb01.patricio.local"), out: []string{`^ApplicationIdentifier +: 00000004-0000-0ff1-ce00-000000000000$`, `^AuthMetadataUrl +: https://torsb01\.patricio\.local/metadata/json/1$`, `^LinkedAccount +: patricio\.local/Users/LyncEnterprise-ApplicationAccount$`}},
		{n: 62, out: []string{`^Internet services successfully restarted$`}},
		{n: 63, out: []string{`^Name +AutoDiscoverServiceInternalUri$`, `^EXCH +https://`}},
		{n: 64, fails: true, says: []string{"Missing an argument for parameter 'MetadataUrl'"}, strict: &strictly{says: []string{"Missing an argument for parameter 'MetadataUrl'"}}},
		{n: 66, fails: true, says: []string{"The term 'Set-OAuthConfiguration' is not recognized", `Did you mean Set-CsOAuthConfiguration\?`}, strict: &strictly{says: []string{"The term 'Set-OAuthConfiguration' is not recognized"}}},
		{n: 65, before: autodiscoverURL("patricio.local") + "\n" + csExchange("patricio.local"), answers: "sip:kenmyer@patricio.local\n", out: []string{`^Test Passed`}},
		{n: 67, fill: func(_ seedLab, text string) string {
			return strings.Replace(text, "[email\u00a0protected]", "kenmyer@patricio.local", 1)
		}, out: []string{`^Test Passed`}},
		{n: 68, before: atScripts, out: []string{`^THE CONFIGURATION HAS SUCCEEDED\.$`}, says: []string{"WARNING: read as: "},
			strict: &strictly{says: []string{`A positional parameter cannot be found that accepts argument '\\'`}}},
	},
	"004": {
		{n: 69, out: []string{`^THE CONFIGURATION HAS SUCCEEDED\.$`}, says: []string{"WARNING: read as: & "},
			strict: &strictly{works: true, out: []string{`^C:\\Program Files\\Microsoft\\Exchange Server\\V15\\Scripts\\Configure-EnterprisePartnerApplication\.ps1 -AuthMetaDataUrl`}}},
		{n: 70, out: []string{`^Internet services successfully restarted$`}},
		{n: 71, out: []string{`^Identity +: Exchange$`}},
		{n: 72, before: autodiscoverURL("litwareinc.com"), out: []string{`^Test Passed`}},
	},
}

const (
	newAuthServer   = "New-AuthServer -Name microsoft.sts -AuthMetadataUrl https://accounts.domain.com/domain.com/metadata/json/1 | Out-Null"
	loadCertificate = "$certificate = New-Object System.Security.Cryptography.X509Certificates.X509Certificate\n$certificate.Import(\"C:\\Certificates\\Office365.cer\")"
	atScripts       = "cd $exscripts"
)

func autodiscoverURL(domain string) string {
	return "Set-CsOAuthConfiguration -Identity global -ExchangeAutodiscoverUrl https://autodiscover." + domain + "/autodiscover/autodiscover.svc"
}

// csExchange makes Exchange a partner of the Skype side if it is none.
func csExchange(domain string) string {
	return `if (-not (Get-CsPartnerApplication)) { New-CsPartnerApplication -Identity Exchange -ApplicationTrustLevel Full -MetadataUrl "https://autodiscover.` + domain + `/autodiscover/metadata/json/1" | Out-Null }`
}

// ownCertificate puts the thumbprint of a new certificate in where the page
// has a placeholder.
func ownCertificate(l seedLab, text string) string {
	thumbprint := l.must("exchange", `(New-ExchangeCertificate -KeySize 2048 -DomainName domain.com -SubjectName "cn=Another Auth Certificate").Thumbprint`, "N\nN\n")
	return strings.NewReplacer("numberfromyourcertstore", thumbprint, "9001", thumbprint).Replace(text)
}
