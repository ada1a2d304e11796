package cmdlet

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/shell"
)

const unavailable = "Service Unavailable"

// The objects of every certificate command have the properties of their rows,
// and the default table is the product's.
func TestCertificateObjects(t *testing.T) {
	r := startNode(t)
	ex, sfb := r.sit("exchange"), r.sit("skype")
	ex.sameAsRow("Get-AuthConfig", ex.one("Get-AuthConfig"))
	ex.sameAsRow("New-ExchangeCertificate", ex.one(`New-ExchangeCertificate -Force -FriendlyName x`))
	ex.sameAsRow("Get-ExchangeCertificate", ex.one("Get-ExchangeCertificate | Select-Object -First 1"))
	sfb.sameAsRow("Get-CsCertificate", sfb.one("Get-CsCertificate -Type Default"))
	sfb.sameAsRow("Request-CsCertificate", sfb.one("Request-CsCertificate -New -Type OAuthTokenIssuer"))

	// 40: the default view. 002-05, 002-06: IIS is what the web services show.
	table := ex.runs("Get-ExchangeCertificate")
	for _, want := range []string{`Thumbprint +Services +Subject\n-{10} +-{8} +-{7}\n`, `[0-9A-F]{40} +\.\.\.\.S\.\. +CN=Microsoft Exchange Server Auth Certificate`, `[0-9A-F]{40} +\.\.\.W\.\.\. +CN=exch\.litware\.test`} {
		if !regexp.MustCompile(want).MatchString(table) {
			t.Errorf("%q is not in\n%s", want, table)
		}
	}
	// 41
	list := ex.runs("Get-ExchangeCertificate | Select-Object Subject,Services,CertificateDomains | fl")
	for _, want := range []string{"Subject            : CN=exch.litware.test\n", "Services           : IIS\n", "CertificateDomains : {exch.litware.test, autodiscover.litware.test}\n"} {
		if !strings.Contains(list, want) {
			t.Errorf("%q is not in\n%s", want, list)
		}
	}
	// 000-07: what is assigned, and from there to the certificate itself.
	current := ex.value("(Get-AuthConfig).CurrentCertificateThumbprint")
	list = ex.runs("(Get-AuthConfig).CurrentCertificateThumbprint | Get-ExchangeCertificate | Format-List")
	for _, want := range []string{
		"HasPrivateKey      : True\n", "IsSelfSigned       : True\n", "PublicKeySize      : 2048\n", "RootCAType         : None\n",
		"Services           : SMTP\n", "Status             : Valid\n", "Subject            : CN=Microsoft Exchange Server Auth Certificate\n",
		"Thumbprint         : " + current + "\n", "RawData            : {48, 130, ", `Identity           : exch.litware.test\` + current + "\n",
	} {
		if !strings.Contains(list, want) {
			t.Errorf("%q is not in\n%s", want, list)
		}
	}
	if got := ex.value(`Get-ExchangeCertificate -DomainName AUTODISCOVER.litware.test | foreach { "$($_.RootCAType) $($_.Services)" }`); got != "Registry IIS" {
		t.Errorf("by name it finds %s", got)
	}
	if got := ex.value(`(Get-ExchangeCertificate "EXCH\` + current + `").Thumbprint`); got != current {
		t.Errorf("by identity it finds %s", got)
	}
	if got := ex.fails("Get-ExchangeCertificate " + strings.Repeat("AB", 20)); !strings.Contains(strings.ReplaceAll(got, "\n", " "), "A special Rpc error occurs on server EXCH: The certificate with thumbprint "+strings.Repeat("AB", 20)+" was not found.") {
		t.Errorf("the error is\n%s", got)
	}
	if ex.runs("Get-ExchangeCertificate -Server EXCH02 -DomainController dc1"); strings.Count(ex.printed(shell.Warnings), "WARNING") != 2 {
		t.Errorf("it warns\n%s", ex.printed(shell.Warnings))
	}
}

// checklist: 000-08, 000-09, 000-10, 000-11, 000-12, 000-13, 000-14, 000-16, 000-17
func TestRepairOfExchangeInTheShell(t *testing.T) {
	r := startNode(t)
	ex := r.sit("exchange")
	before := ex.value("(Get-AuthConfig).CurrentCertificateThumbprint")
	if r.signsWith("exchange") != before {
		t.Fatal("the document does not show what Get-AuthConfig shows")
	}

	// Path B: from the top.
	// 8 as it stands has a parameter that is ambiguous, and is mended.
	ex.runs(`New-ExchangeCertificate -KeySize 2048 -domain domain.local -WhatIf`)
	if got := ex.printed(shell.Warnings); !strings.Contains(got, "read as: New-ExchangeCertificate -KeySize 2048 -DomainName domain.local -WhatIf") {
		t.Errorf("000-09: it warns\n%s", got)
	}
	line := "New-ExchangeCertificate -KeySize 2048 -DomainName domain.local -PrivateKeyExportable $true -SubjectName “cn= Microsoft Exchange Server Auth Certificate” -FriendlyName “Microsoft Exchange Server Auth Certificate” -Services smtp"
	ex.runs("$made = "+line, "N")
	if len(ex.asked) != 1 || ex.asked[0].Caption != "Confirm" || !strings.HasPrefix(ex.asked[0].Message, "Overwrite the existing default SMTP certificate?\n\nCurrent certificate: '"+before+"' (expires ") {
		t.Errorf("000-10: asked %+v", ex.asked)
	}
	if got := ex.value(`"$($made.Subject), $($made.FriendlyName), $($made.PublicKeySize), $($made.Services), $($made.CertificateDomains)"`); got != "CN=Microsoft Exchange Server Auth Certificate, Microsoft Exchange Server Auth Certificate, 2048, SMTP, domain.local" {
		t.Errorf("000-09: made %s", got)
	}
	made := ex.value("$made.Thumbprint")
	if got := ex.value("Get-ExchangeCertificate " + made + " | select -ExpandProperty Thumbprint"); got != made {
		t.Errorf("000-10, 000-11: the certificate is not there: %s", got)
	}
	// The answer no kept the assignment: the question comes again, with the same certificate.
	ex.runs("Enable-ExchangeCertificate "+made+" -Services SMTP,POP", "N")
	if !strings.Contains(ex.asked[0].Message, "Current certificate: '"+before+"'") {
		t.Errorf("000-10: the assignment has moved: %s", ex.asked[0].Message)
	}
	// 9, 10: the date is that moment.
	ex.runs("$X=get-date")
	r.clock.advance(20 * time.Second)
	stage := "Set-AuthConfig -NewCertificateThumbprint " + made + " –NewCertificateEffectiveDate $X"
	if got := ex.fails(stage); !strings.Contains(got, "-Force") {
		t.Errorf("000-12: with nobody there it says\n%s", got)
	}
	ex.runs(stage, "N")
	if got := ex.value("(Get-AuthConfig).CurrentCertificateThumbprint"); got != before {
		t.Error("000-12: the answer no changed something")
	}
	ex.runs(stage, "Y")
	if !strings.HasPrefix(ex.asked[0].Message, "The new certificate effective date is not 48 hours in the future and may not be deployed on all necessary servers.") {
		t.Errorf("000-12: asked %q", ex.asked[0].Message)
	}
	// 11
	ex.runs("Set-AuthConfig –PublishCertificate")
	if got := ex.value("$a = Get-AuthConfig; $a.CurrentCertificateThumbprint, $a.PreviousCertificateThumbprint, $a.NextCertificateThumbprint"); got != made+"|"+before+"|" {
		t.Errorf("000-13: now %s", got)
	}
	r.clock.advance(10 * time.Minute)
	if r.signsWith("exchange") != made {
		t.Error("000-13, 000-17: the document does not begin with the new certificate")
	}
	// 4: while the old one's tokens may be in use, that needs -Force.
	if got := ex.fails("Set-AuthConfig –ClearpreviousCertificate"); !strings.Contains(got, "-Force") {
		t.Errorf("000-14: it says\n%s", got)
	}
	ex.runs("Set-AuthConfig –ClearpreviousCertificate -Force")
	if got := ex.value("(Get-AuthConfig).PreviousCertificateThumbprint"); got != "" {
		t.Errorf("000-14: the previous one is still %s", got)
	}
	ex.runs("Set-AuthConfig –ClearpreviousCertificate") // once more: there is none, and that is no error
	ex.fails("Set-AuthConfig –PublishCertificate")
	ex.fails("Set-AuthConfig –PublishCertificate -Realm x.test")

	// Path A: an expired certificate takes the URL away; a certificate that is
	// there already brings it back, and nothing is deleted.
	ex.runs("$spare = New-ExchangeCertificate -SubjectName 'cn=spare' -Force")
	r.clock.advance(5*365*24*time.Hour - time.Hour)
	ex = r.sit("exchange")
	made2 := ex.value("(New-ExchangeCertificate -SubjectName 'cn=existing' -Services None).Thumbprint")
	r.clock.advance(2 * time.Hour)
	ex = r.sit("exchange")
	if got := r.signsWith("exchange"); got != unavailable {
		t.Errorf("000-08: with an expired certificate the document is %s", got)
	}
	ex.runs("$X=get-date; Set-AuthConfig -NewCertificateThumbprint " + made2 + " -NewCertificateEffectiveDate $X -Force; Set-AuthConfig -PublishCertificate")
	if got := r.signsWith("exchange"); got != made2 {
		t.Errorf("000-16: after the repair the document shows %s", got)
	}
	if got := ex.value("Get-ExchangeCertificate " + made + " | foreach { $_.Status }"); got != "DateInvalid" {
		t.Errorf("000-16: the old certificate is %s", got)
	}
}

// checklist: 000-19, 000-20, 000-21, 000-22, 000-23, 000-24, 001-18
func TestRepairOfSkypeInTheShell(t *testing.T) {
	r := startNode(t)
	ex, sfb := r.sit("exchange"), r.sit("skype")
	// A certificate comes from another server as a PFX file.
	pfx := ex.value("(New-ExchangeCertificate -SubjectName 'cn=ServerToServerAuth' -PrivateKeyExportable $true -Services None).Thumbprint")
	ex.runs(`$p = ConvertTo-SecureString -String 'P@ssw0rd' -AsPlainText -Force`)
	ex.runs(`Export-ExchangeCertificate ` + pfx + ` -FileName C:\Certificates\ServerToServerAuth.pfx -BinaryEncoded -Password $p -CryptoAlgorithmOption TripleDES_SHA1`)

	first := sfb.value("(Get-CsCertificate -Type OAuthTokenIssuer).Thumbprint")
	if first == "" || r.signsWith("skype") != first {
		t.Fatalf("000-19: it shows %s, the document %s", first, r.signsWith("skype"))
	}
	// 12
	sfb.runs("Remove-CsCertificate -Type OAuthTokenIssuer", "N")
	if !strings.Contains(sfb.asked[0].Message, "in use") || r.signsWith("skype") != first {
		t.Errorf("000-20: asked %+v", sfb.asked)
	}
	sfb.runs("Remove-CsCertificate -Type OAuthTokenIssuer", "Y")
	// 13
	if got := sfb.runs("Get-CsCertificate -Type OAuthTokenIssuer"); got != "" || r.signsWith("skype") != unavailable {
		t.Errorf("000-19, 000-20: it shows %q, the document %s", got, r.signsWith("skype"))
	}
	// 14
	sfb.runs("Import-CsCertificate -Identity global -Type OAuthTokenIssuer -Path C:\\Certificates\\ServerToServerAuth.pfx\u00a0 -Password “P@ssw0rd”")
	if got := sfb.value("(Get-CsCertificate -Identity global).Thumbprint"); got != pfx || r.signsWith("skype") != pfx {
		t.Errorf("000-21, 000-24: it shows %s, the document %s", got, r.signsWith("skype"))
	}
	// 15, 16
	sfb.runs("$x = (Get-CsCertificate -Type Default).Thumbprint")
	sfb.runs("Set-CsCertificate -Identity global -Type OAuthTokenIssuer -Thumbprint $x")
	if !strings.Contains(sfb.printed(shell.Warnings), "web services") {
		t.Errorf("000-22: it warns\n%s", sfb.printed(shell.Warnings))
	}
	if got := sfb.value("$x"); r.signsWith("skype") != got || sfb.value("(Get-CsCertificate -Type OAuthTokenIssuer).PreviousThumbprint") != pfx {
		t.Errorf("000-22: the document shows %s, not %s", r.signsWith("skype"), got)
	}
	// 18, with a certificate that is not in use yet: a date that has passed is now.
	made := sfb.runs("$made = Request-CsCertificate -New -Type OAuthTokenIssuer -Organization 'Litware, Inc.'; $x = $made.Thumbprint; $made | fl Subject, Status")
	if !strings.Contains(made, `Subject : CN=litware.test, O="Litware, Inc."`) || !strings.Contains(made, "Status  : Issued") {
		t.Errorf("made\n%s", made)
	}
	sfb.runs("Set-CsCertificate -Identity global -Type OAuthTokenIssuer -Thumbprint $x -EffectiveDate (Get-Date).AddDays(3) –Roll")
	if got := sfb.value("Get-CsCertificate -Type OAuthTokenIssuer | foreach { $_.Thumbprint }"); got != r.signsWith("skype")+"|"+sfb.value("$x") {
		t.Errorf("000-23: staged, it shows %s", got)
	}
	sfb.runs("Set-CsCertificate -Identity global -Type OAuthTokenIssuer -Thumbprint $x -EffectiveDate “7/1/2015” –Roll", "Y")
	r.clock.advance(10 * time.Minute)
	if r.signsWith("skype") != sfb.value("$x") {
		t.Error("000-23: after the date the old certificate signs")
	}
	got := sfb.fails("Set-CsCertificate -Identity global -Type OAuthTokenIssuer -Thumbprint $x -Roll")
	if !strings.Contains(strings.ReplaceAll(got, "\n", " "), "missing mandatory parameters: EffectiveDate.") {
		t.Errorf("000-23: without a date it says\n%s", got)
	}
	// 001-18: the certificate as Base-64 encoded X.509.
	sfb.runs(`[Convert]::ToBase64String((Get-CsCertificate -Type OAuthTokenIssuer).RawData) | Out-File C:\Certificates\Office365.cer`)
	if got := sfb.value(`$c = New-Object System.Security.Cryptography.X509Certificates.X509Certificate; $c.Import("C:\Certificates\Office365.cer"); $c.GetCertHashString()`); got != sfb.value("$x") {
		t.Errorf("001-18: the file holds %s", got)
	}
}

// checklist: 001-17, 002-13
func TestUsesOfCertificatesInTheShell(t *testing.T) {
	r := startNode(t)
	sfb := r.sit("skype")
	if got := sfb.value(`Get-CsCertificate | foreach { "$($_.Use) $($_.SourceScope)" }`); got != "Default Local|WebServicesInternal Local|WebServicesExternal Local|OAuthTokenIssuer Global" {
		t.Errorf("the uses are %s", got)
	}
	// 002-13: what signs is not what the web services show.
	if got := sfb.value(`(Get-CsCertificate | foreach { $_.Thumbprint } | Select-Object -Unique).Count`); got != "2" {
		t.Errorf("002-13: there are %s certificates", got)
	}
	if got := sfb.value("(Get-CsCertificate -Identity local).Count"); got != "3" {
		t.Errorf("%s are local", got)
	}
	for line, says := range map[string]string{
		"Set-CsCertificate -Type Default -Thumbprint (Get-CsCertificate -Type OAuthTokenIssuer).Thumbprint": "no command changes the certificate for Default",
		"Remove-CsCertificate -Type WebServicesExternal -Force":                                             "no command changes",
		"Request-CsCertificate -New -Type Default":                                                          "not made here",
		"Request-CsCertificate -New -Type OAuthTokenIssuer -KeyAlg ECDH_P256":                               "RSA",
		"Request-CsCertificate -Retrieve -RequestId 7":                                                      "no pending certificate request 7",
		`Import-CsCertificate -Path C:\Certificates\none.pfx`:                                               "none.pfx",
		"Set-CsCertificate -Type NoSuchType -Thumbprint 12":                                                 "Unable to match the identifier name NoSuchType",
		`Import-CsCertificate -Identity global -Type OAuthTokenIssuer -Path C:\Certificates\x.pfx -Roll`:    "EffectiveDate",
	} {
		if got := strings.Join(strings.Fields(sfb.fails(line)), " "); !strings.Contains(got, says) {
			t.Errorf("%s\nsays\n%s\nand not %q", line, got, says)
		}
	}
	sfb.runs("Request-CsCertificate -Retrieve")
	sfb.runs(`$asked = Request-CsCertificate -New -Type OAuthTokenIssuer -Output C:\Certificates\oauth.req -AllSipDomain -DomainName "a.litware.test, b.litware.test"`)
	if got := sfb.value(`Request-CsCertificate -List | foreach { "$($_.RequestId) $($_.Status)" }`); got != "1 Pending" {
		t.Errorf("the requests are %s", got)
	}
	if got := sfb.fails("Request-CsCertificate -Retrieve"); !strings.Contains(got, "Import-CsCertificate") {
		t.Errorf("what to do with the answer is not told:\n%s", got)
	}
	// The authority's answer comes back and signs.
	r.answer(`Certificates/oauth.req`, `Certificates/oauth.cer`)
	sfb.runs(`Set-CsCertificate -Identity global -Type OAuthTokenIssuer -Path C:\Certificates\oauth.cer`)
	if got := sfb.value(`(Get-CsCertificate -Type OAuthTokenIssuer).AlternativeNames -join ','`); got != "a.litware.test,b.litware.test,litware.test" {
		t.Errorf("signed by an authority it names %s", got)
	}
	if sfb.runs("Request-CsCertificate -List") != "" {
		t.Error("the request still waits")
	}
	sfb.runs(`Request-CsCertificate -New -Type OAuthTokenIssuer -Output C:\Certificates\oauth.req; Request-CsCertificate -Clear`)
	if sfb.runs("Request-CsCertificate -List") != "" {
		t.Error("the request is not cleared")
	}
	sfb.runs("Get-CsCertificate -Type Default | Set-CsCertificate -Type OAuthTokenIssuer -WhatIf")
	sfb.runs("Get-CsCertificate -Type Default | Set-CsCertificate -Type OAuthTokenIssuer")
}

// answer is an authority: it certifies the request in one file of the shells'
// drive and puts the certificate into another.
func (r *running) answer(request, certificate string) {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(r.dir, "c", request))
	r.must(err)
	block, _ := pem.Decode(data)
	if block == nil || block.Type != "NEW CERTIFICATE REQUEST" {
		r.t.Fatalf("%s holds no request", request)
	}
	asked, err := x509.ParseCertificateRequest(block.Bytes)
	r.must(err)
	authority, key, err := certs.NewSelfSigned(certs.SelfSigned{Subject: r.ca.Certificate.Subject, NotBefore: r.clock.Now(), NotAfter: r.clock.Now().AddDate(9, 0, 0)})
	r.must(err)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: asked.Subject, DNSNames: asked.DNSNames, NotBefore: r.clock.Now().Add(-time.Hour), NotAfter: r.clock.Now().AddDate(2, 0, 0),
	}, authority, asked.PublicKey, key)
	r.must(err)
	r.must(os.WriteFile(filepath.Join(r.dir, "c", certificate), der, 0o600))
}

// Certificates move between servers in every form, with a private key only
// where that was allowed.
func TestCertificatesMoveInTheShell(t *testing.T) {
	r := startNode(t)
	ex := r.sit("exchange")
	ex.runs(`$p = ConvertTo-SecureString -String 'P@ssw0rd' -AsPlainText -Force`)
	ex.runs("$stays = New-ExchangeCertificate -Services None")
	if got := ex.fails("$stays | Export-ExchangeCertificate -Password $p"); !strings.Contains(got, "not exportable") {
		t.Errorf("it says\n%s", got)
	}
	ex.runs("$moves = New-ExchangeCertificate -Services None -SubjectName 'c=US, o=Litware, cn=moves' -PrivateKeyExportable $true")
	if got := ex.fails("$moves | Export-ExchangeCertificate"); !strings.Contains(got, "password") {
		t.Errorf("it says\n%s", got)
	}
	ex.runs("$bytes = ($moves | Export-ExchangeCertificate -Password $p -BinaryEncoded).FileData; $text = $moves | Export-ExchangeCertificate -Password $p")
	ex.runs("Export-ExchangeCertificate $moves.Thumbprint -Password $p -FileName C:\\Certificates\\moves.txt")
	take := func(line string) {
		t.Helper()
		ex.runs("$moves | Remove-ExchangeCertificate", "Y")
		if !strings.Contains(ex.asked[0].Message, "from the computer's certificate store?") {
			t.Errorf("asked %q", ex.asked[0].Message)
		}
		ex.fails("Get-ExchangeCertificate $moves.Thumbprint")
		ex.runs("$got = " + line)
		if got := ex.value("$got.Thumbprint -eq $moves.Thumbprint -and $got.HasPrivateKey"); got != "True" {
			t.Errorf("%s gave %s", line, ex.runs("$got | fl"))
		}
	}
	take("Import-ExchangeCertificate -FileData $bytes -Password $p -FriendlyName again")
	take(`Import-ExchangeCertificate -FileName C:\Certificates\moves.txt -Password $p`)
	take("$text | Import-ExchangeCertificate -Password $p -PrivateKeyExportable $true")
	if got := ex.fails(`Import-ExchangeCertificate -FileData $bytes -Password (ConvertTo-SecureString -String 'wrong' -AsPlainText -Force)`); !strings.Contains(got, "does not open with this password") || strings.Contains(got, "P@ssw0rd") {
		t.Errorf("it says\n%s", got)
	}
	if ex.runs("Remove-ExchangeCertificate $moves.Thumbprint -WhatIf"); ex.value("(Get-ExchangeCertificate $moves.Thumbprint).Thumbprint") != ex.value("$moves.Thumbprint") {
		t.Error("-WhatIf removed something")
	}
	if got := ex.fails("Remove-ExchangeCertificate (Get-AuthConfig).CurrentCertificateThumbprint -Confirm:$false"); !strings.Contains(flat(got), "signing certificate that is in use") {
		t.Errorf("it says\n%s", got)
	}
	web := "(Get-ExchangeCertificate -DomainName exch.litware.test | where { $_.Services -eq 'IIS' }).Thumbprint"
	for line, says := range map[string]string{
		"Remove-ExchangeCertificate " + web + " -Confirm:$false":          "web services show",
		"Export-ExchangeCertificate " + web + " -Password $p":             "web services",
		"Enable-ExchangeCertificate $moves.Thumbprint -Services IIS,SMTP": "web services show",
		"New-ExchangeCertificate -KeySize 1000":                           "1024, 2048 or 4096",
		"New-ExchangeCertificate -Services Fax":                           "Unable to match the identifier name Fax",
	} {
		if got := strings.Join(strings.Fields(ex.fails(line)), " "); !strings.Contains(got, says) {
			t.Errorf("%s\nsays\n%s\nand not %q", line, got, says)
		}
	}
}

func TestCertificateRequestsInTheShell(t *testing.T) {
	r := startNode(t)
	ex := r.sit("exchange")
	request := ex.value("New-ExchangeCertificate -GenerateRequest -SubjectName 'cn=mail.litware.test' -DomainName mail.litware.test -FriendlyName asked -PrivateKeyExportable $true")
	if !strings.HasPrefix(request, "-----BEGIN NEW CERTIFICATE REQUEST-----\n") || !strings.HasSuffix(request, "-----END NEW CERTIFICATE REQUEST-----") {
		t.Errorf("the request is\n%s", request)
	}
	ex.runs("$asked = Get-ExchangeCertificate | where { $_.Status -eq 'PendingRequest' }")
	if got := ex.value("$asked | Export-ExchangeCertificate"); got != request {
		t.Errorf("exported it is\n%s", got)
	}
	if got := ex.fails("Enable-ExchangeCertificate $asked.Thumbprint -Services POP"); !strings.Contains(got, "Import-ExchangeCertificate") {
		t.Errorf("it says\n%s", got)
	}
	ex.runs(`$asked | Export-ExchangeCertificate -FileName C:\Certificates\mail.req`)
	r.answer("Certificates/mail.req", "Certificates/mail.cer")
	ex.runs(`$made = Import-ExchangeCertificate -FileName C:\Certificates\mail.cer`)
	if got := ex.value(`"$($made.HasPrivateKey) $($made.FriendlyName) $($made.Subject) $($made.Status)"`); got != "True asked CN=mail.litware.test Untrusted" {
		t.Errorf("the answer is %s", got)
	}
	ex.fails("Get-ExchangeCertificate $asked.Thumbprint")
	// A certificate to renew brings its names along.
	ex.runs("$again = $made | New-ExchangeCertificate -Services None")
	if got := ex.value(`"$($again.Subject) $($again.FriendlyName) $($again.CertificateDomains)"`); got != "CN=mail.litware.test asked mail.litware.test" {
		t.Errorf("renewed it is %s", got)
	}
	if got := ex.value("(Get-ExchangeCertificate -DomainName exch.litware.test | where { $_.Services -eq 'IIS' } | New-ExchangeCertificate).Services"); got != "None" {
		t.Errorf("renewed from what the web services show it is for %s", got)
	}
	if got := ex.value(`(New-ExchangeCertificate -Services None -IncludeAcceptedDomains -IncludeAutoDiscover).CertificateDomains -join ','`); got != "litware.test,autodiscover.litware.test" {
		t.Errorf("with the accepted domains it names %s", got)
	}
	ex.runs("$bytes = (New-ExchangeCertificate -GenerateRequest -BinaryEncoded).FileData")
	if got := ex.value("$bytes[0]"); got != "48" {
		t.Errorf("the request begins with %s", got)
	}
}
