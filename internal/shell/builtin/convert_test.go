package builtin_test

import "testing"

func TestConvert(t *testing.T) {
	check(t, []row{
		{`Get-Thing | select -First 1 Name, KeySize, Self, Services | ConvertTo-Json`, `
{
    "Name":  "OAuth",
    "KeySize":  5120,
    "Self":  false,
    "Services":  [
                     "smtp",
                     "iis"
                 ]
}`},
		{`Get-Thing | select -First 2 Name, NotAfter | ConvertTo-Json -Compress`, `[{"Name":"OAuth","NotAfter":"2018-07-01T08:00:00Z"},{"Name":"tls","NotAfter":"2018-08-15T08:00:00Z"}]`},
		{`$o = '{"a":1,"b":[1,2,{"c":null}],"d":"x","e":true,"f":1.5}' | ConvertFrom-Json; $o.a; $o.b[2].c -eq $null; $o.d; $o.e; $o.f; $o.PSObject.Properties.Name -join ","`, `
1
True
x
True
1.5
a,b,d,e,f`},
		{`('[{"a":1},{"a":2}]' | ConvertFrom-Json).a`, `
1
2`},
		{`(Get-Thing | select -First 1 NotAfter | ConvertTo-Json | ConvertFrom-Json).NotAfter.Year`, `2018`},
		{`ConvertFrom-Json "{bad"`, `
ConvertFrom-Json : Invalid JSON primitive: bad. (invalid character 'b', from character 2 on)
At line:1 char:1
+ ConvertFrom-Json "{bad"
+ ~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : NotSpecified: (:) [ConvertFrom-Json], ArgumentException
    + FullyQualifiedErrorId : System.ArgumentException,Microsoft.PowerShell.Commands.ConvertFromJsonCommand`},
		{`ConvertFrom-Json '[1] 2'`, `
ConvertFrom-Json : Invalid JSON primitive: 2. (there is more text after the value, from character 4 on)
At line:1 char:1
+ ConvertFrom-Json '[1] 2'
+ ~~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : NotSpecified: (:) [ConvertFrom-Json], ArgumentException
    + FullyQualifiedErrorId : System.ArgumentException,Microsoft.PowerShell.Commands.ConvertFromJsonCommand`},
		{`Get-Thing | select Name, KeySize | ConvertTo-Csv`, `
#TYPE Selected.Test.Certificate
"Name","KeySize"
"OAuth","5120"
"tls","3072"
"web","3072"
"later","5120"`},
		{`Get-Thing | select Name, KeySize -First 1 | ConvertTo-Csv -NoTypeInformation -Delimiter ";"`, `
"Name";"KeySize"
"OAuth";"5120"`},
		{`Get-Thing | select Name, KeySize | ConvertTo-Csv | ConvertFrom-Csv | ft`, `
Name                                                        KeySize
----                                                        -------
OAuth                                                       5120
tls                                                         3072
web                                                         3072
later                                                       5120`},
		{`"a,b","1,2","3" | ConvertFrom-Csv | fl`, `
a : 1
b : 2

a : 3
b :`},
		{`"1,2" | ConvertFrom-Csv -Header x,y | fl`, `
x : 1
y : 2`},
		{`Get-Thing | select Name, KeySize | Export-Csv C:\t.csv -NoTypeInformation; Get-Content C:\t.csv; Import-Csv C:\t.csv | ? Name -eq web | % KeySize`, `
"Name","KeySize"
"OAuth","5120"
"tls","3072"
"web","3072"
"later","5120"
3072`},
		{`1..2 | select @{n="a";e={$_}} | Export-Csv C:\t.csv; 3 | select @{n="a";e={$_}} | Export-Csv C:\t.csv -Append; gc C:\t.csv`, `
#TYPE Selected.System.Int32
"a"
"1"
"2"
"3"`},
		{`Import-Csv C:\no.csv`, `
Import-Csv : Cannot find path 'C:\no.csv' because it does not exist.
At line:1 char:1
+ Import-Csv C:\no.csv
+ ~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : ObjectNotFound: (C:\no.csv:String) [Import-Csv], ItemNotFoundException
    + FullyQualifiedErrorId : PathNotFound,Microsoft.PowerShell.Commands.ImportCsvCommand`},
		{`Get-Thing | Export-Clixml C:\t.xml; $x = Import-Clixml C:\t.xml; $x.Count; $x[0].NotAfter.Year; $x[0].Services -join "+"; $x[1] | gm | select -First 1 -Expand TypeName`, `
4
2018
smtp+iis
Deserialized.Test.Certificate`},
		{`ConvertTo-SecureString secret -AsPlainText -Force`, `System.Security.SecureString`},
		{`ConvertTo-SecureString secret -AsPlainText`, `
ConvertTo-SecureString : The system cannot protect plain text input. To suppress this warning and convert the plain
text to a SecureString, reissue the command specifying the Force parameter. For more information ,type: get-help
ConvertTo-SecureString.
At line:1 char:1
+ ConvertTo-SecureString secret -AsPlainText
+ ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : InvalidArgument: (:) [ConvertTo-SecureString], ArgumentException
    + FullyQualifiedErrorId : ImportSecureString_ForceRequired,Microsoft.PowerShell.Commands.ConvertToSecureStringComm
   and`},
		{`ConvertTo-SecureString 01000000`, `
ConvertTo-SecureString : Text that was encrypted elsewhere cannot be read here. Give the password itself with
-AsPlainText -Force, or type it with Read-Host -AsSecureString.
At line:1 char:1
+ ConvertTo-SecureString 01000000
+ ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : InvalidArgument: (:) [ConvertTo-SecureString], CryptographicException
    + FullyQualifiedErrorId : ImportSecureString_InvalidArgument_CryptographicError,Microsoft.PowerShell.Commands.Conv
   ertToSecureStringCommand`},
		{`Get-Thing | ConvertTo-Json | Out-File C:\t.json; Get-Content C:\t.json -Raw | ConvertFrom-Json | % { $_.Count }`, `4`},
		{`@{a=1;b=@{c=@(1,2)}} | ConvertTo-Json -Compress`, `{"a":1,"b":{"c":[1,2]}}`},
		{`ConvertTo-Json @(1) -Compress`, `[1]`},
		{`"[" | ConvertFrom-Json`, `
ConvertFrom-Json : Invalid JSON primitive: . (the text ends before the value does, from character 2 on)
At line:1 char:7
+ "[" | ConvertFrom-Json
+       ~~~~~~~~~~~~~~~~
    + CategoryInfo          : NotSpecified: (:) [ConvertFrom-Json], ArgumentException
    + FullyQualifiedErrorId : System.ArgumentException,Microsoft.PowerShell.Commands.ConvertFromJsonCommand`},
		{`("x," * 5000 + "y"), "1" | ConvertFrom-Csv | Out-Null`, `
ConvertFrom-Csv : The table is larger than this shell allows: 64 MiB and 4096 columns.
At line:1 char:28
+ ("x," * 5000 + "y"), "1" | ConvertFrom-Csv | Out-Null
+                            ~~~~~~~~~~~~~~~
    + CategoryInfo          : LimitsExceeded: (:) [ConvertFrom-Csv], InvalidDataException
    + FullyQualifiedErrorId : LimitExceeded,Microsoft.PowerShell.Commands.ConvertFromCsvCommand`},
		{`"[" * 101 | ConvertFrom-Json`, `
ConvertFrom-Json : Invalid JSON primitive: [. (nested deeper than 100, from character 101 on)
At line:1 char:13
+ "[" * 101 | ConvertFrom-Json
+             ~~~~~~~~~~~~~~~~
    + CategoryInfo          : NotSpecified: (:) [ConvertFrom-Json], ArgumentException
    + FullyQualifiedErrorId : System.ArgumentException,Microsoft.PowerShell.Commands.ConvertFromJsonCommand`},
	}, certificates())
}
