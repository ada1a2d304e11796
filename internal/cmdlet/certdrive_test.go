package cmdlet

import "testing"

// The lines of Microsoft's article that take the signing certificate out of
// the store to send it to the cloud.
//
// checklist: 001-17
func TestSigningCertificateAsFile(t *testing.T) {
	ex := startNode(t).sit("exchange")
	ex.runs(`$thumbprint = (Get-AuthConfig).CurrentCertificateThumbprint
if((test-path $env:SYSTEMDRIVE\OAuthConfig) -eq $false)
{
   md $env:SYSTEMDRIVE\OAuthConfig
}
cd $env:SYSTEMDRIVE\OAuthConfig
$oAuthCert = (dir Cert:\LocalMachine\My) | where {$_.Thumbprint -match $thumbprint}
$certType = [System.Security.Cryptography.X509Certificates.X509ContentType]::Cert
$certBytes = $oAuthCert.Export($certType)
$CertFile = "$env:SYSTEMDRIVE\OAuthConfig\OAuthCert.cer"
[System.IO.File]::WriteAllBytes($CertFile, $certBytes)`)
	for line, want := range map[string]string{
		`$c = New-Object System.Security.Cryptography.X509Certificates.X509Certificate2 C:\OAuthConfig\OAuthCert.cer; $c.Thumbprint -eq $thumbprint`: "True",
		`(Get-ExchangeCertificate $thumbprint).GetCertHashString() -eq $thumbprint`:                                                                  "True",
		`(dir Cert:\LocalMachine\My\$thumbprint).HasPrivateKey`:                                                                                      "True",
		`Test-Path Cert:\LocalMachine\My`:                  "True",
		`Test-Path Cert:\LocalMachine\Root`:                "False",
		`(dir Cert:\).Name; (dir cert:/localmachine).Name`: "LocalMachine|My",
	} {
		if got := ex.value(line); got != want {
			t.Errorf("%s gives %s, not %s", line, got, want)
		}
	}
	wantText(t, ex.fails(`dir Cert:\LocalMachine\Nowhere`), `Cannot find path 'Cert:\LocalMachine\Nowhere' because it does not exist.`)
}

func TestItems(t *testing.T) {
	ex := startNode(t).sit("exchange")
	for _, c := range []struct{ line, want string }{
		{`(New-Item C:\a\b -ItemType Directory).FullName`, `C:\a\b`},
		{`(md C:\a -Name c).Name`, `c`},
		{`(New-Item C:\a\b\x.txt -Value hi).Name; Get-Content C:\A\B\X.TXT`, "x.txt|hi"},
		{`New-Item C:\a -Type Directory -Force | select -expand Mode`, "d-----"},
		{`Remove-Item C:\a\b\*.txt; Test-Path C:\a\b\x.txt`, "False"},
		{`rd C:\a\b; (dir C:\a).Name`, "c"},
		{`md C:\a\w -WhatIf; rm C:\a\c -WhatIf; (dir C:\a).Name`, "c"},
	} {
		if got := ex.value(c.line); got != c.want {
			t.Errorf("%s gives %s, not %s", c.line, got, c.want)
		}
	}
	wantText(t, ex.fails(`md C:\a`), `An item with the specified name C:\a already exists.`, "DirectoryExist")
	wantText(t, ex.fails(`del C:\a`), "not empty")
	wantText(t, ex.fails(`del C:\nowhere`), "Cannot find path 'C:\\nowhere'")
	wantText(t, ex.fails(`del $exscripts\Configure-EnterprisePartnerApplication.ps1`), "belongs to the product", "shell.read-only")
}
