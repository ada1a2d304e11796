package builtin_test

import "testing"

func TestFormatAndOut(t *testing.T) {
	check(t, []row{
		{`Get-Thing | ft Name, KeySize`, `
Name                                                                                                            KeySize
----                                                                                                            -------
OAuth                                                                                                              5120
tls                                                                                                                3072
web                                                                                                                3072
later                                                                                                              5120`},
		{`Get-Thing | select -First 1 | fl Name, NotAfter, S*`, `
Name     : OAuth
NotAfter : 7/1/2018 8:00:00 AM
Services : {smtp, iis}
Self     : False`},
		{`Get-Thing | select -First 1 | fl`, `
Name     : OAuth
NotAfter : 7/1/2018 8:00:00 AM
Services : {smtp, iis}
KeySize  : 5120
Self     : False`},
		{`Get-Thing | ft Name, @{n="Size";e={$_.KeySize};Width=8} -HideTableHeaders`, `
OAuth                                                                                                               5120
tls                                                                                                                 3072
web                                                                                                                 3072
later                                                                                                               5120`},
		{`Get-Thing | Format-Wide Name -Column 2`, `
OAuth                                                       tls
web                                                         later`},
		{`Get-Thing | ft Name -GroupBy Self`, `
   Self: False

Name
----
OAuth



   Self: True

Name
----
tls



   Self: False

Name
----
web



   Self: True

Name
----
later`},
		{`(1,2 | Out-String).Length`, `6`},
		{`1,2 | Out-String -Stream | % { "<$_>" }`, `
<1>
<2>`},
		{`1,2 | Out-Null`, ""},
		{`1,2 | Out-Host`, `
1
2`},
		{`1,2 | Out-Default`, `
1
2`},
		{`Get-Thing | Out-File C:\x.txt; Get-Content C:\x.txt`, `
Name     : OAuth
NotAfter : 7/1/2018 8:00:00 AM
Services : {smtp, iis}
KeySize  : 5120
Self     : False

Name     : tls
NotAfter : 8/15/2018 8:00:00 AM
Services : {}
KeySize  : 3072
Self     : True

Name     : web
NotAfter : 1/2/2017 8:00:00 AM
Services : {iis}
KeySize  : 3072
Self     : False

Name     : later
NotAfter : 1/5/2028 8:00:00 AM
Services : {}
KeySize  : 5120
Self     : True`},
		{`"a" | Out-File C:\x.txt; "b" | Out-File C:\x.txt -Append; cat C:\x.txt`, `
a
b`},
		{`"a" | Out-File C:\x.txt; "b" | Out-File C:\x.txt -NoClobber`, `
Out-File : The file 'C:\x.txt' already exists.
At line:1 char:32
+ "a" | Out-File C:\x.txt; "b" | Out-File C:\x.txt -NoClobber
+                                ~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : ResourceExists: (C:\x.txt:String) [Out-File], IOException
    + FullyQualifiedErrorId : NoClobber,Microsoft.PowerShell.Commands.OutFileCommand`},
		{`"a" | Out-File C:\locked.txt`, `
Out-File : Access to the path 'C:\locked.txt' is denied.
At line:1 char:7
+ "a" | Out-File C:\locked.txt
+       ~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : OpenError: (C:\locked.txt:String) [Out-File], UnauthorizedAccessException
    + FullyQualifiedErrorId : FileOpenFailure,Microsoft.PowerShell.Commands.OutFileCommand`},
		{`"a" | Out-File C:\x.txt -WhatIf; Test-Path C:\x.txt`, `
What if: Performing the operation "Out-File" on target "C:\x.txt".
False`},
		{`1,2 | Tee-Object C:\x.txt | % { $_ * 2 }; gc C:\x.txt`, `
2
4
1
2`},
		{`1,2 | tee -Variable v | Out-Null; $v`, `
1
2`},
		{`Get-Thing | Select-Object Name, @{Name="Expires";Expression={$_.NotAfter.ToString("yyyy-MM-dd")}} | Format-Table -AutoSize`, `
Name  Expires
----  -------
OAuth 2018-07-01
tls   2018-08-15
web   2017-01-02
later 2028-01-05`},
		{`Get-Thing | ForEach-Object { "{0,-6}|{1:d}" -f $_.Name, $_.NotAfter }`, `
OAuth |7/1/2018
tls   |8/15/2018
web   |1/2/2017
later |1/5/2028`},
		{"(Get-Thing | select Name, KeySize | Out-String -Width 30).Split(\"`n\")[1].Length", `30`},
		{`Get-Thing | ft Name, Services -AutoSize`, `
Name  Services
----  --------
OAuth {smtp, iis}
tls   {}
web   {iis}
later {}`},
		{`Get-Thing | fl Na*`, `
Name : OAuth

Name : tls

Name : web

Name : later`},
		{`Get-Thing | ft Name -View x | Out-Null`, `WARNING: -View means nothing here: each type has one view`},
		{`"a" | Out-File C:\x.txt -Encoding UTF8; (gc C:\x.txt -Encoding Byte) -join " "`, `239 187 191 97 13 10`},
		{`Get-Thing | fl @{Foo=1}`, `
Format-List : The Foo key is not valid.
At line:1 char:13
+ Get-Thing | fl @{Foo=1}
+             ~~~~~~~~~~~
    + CategoryInfo          : InvalidArgument: (:) [Format-List], RuntimeException
    + FullyQualifiedErrorId : DictionaryKeyIllegal,Microsoft.PowerShell.Commands.FormatListCommand`},
	}, certificates())
}
