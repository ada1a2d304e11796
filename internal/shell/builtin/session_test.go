package builtin_test

import "testing"

func TestModule(t *testing.T) {
	check(t, []row{
		{`Import-Module MSOnline; Get-Module MSOnline`, `
ModuleType Version    Name                                ExportedCommands
---------- -------    ----                                ----------------
Binary     1.0.0.0    MSOnline                            {}`},
		{`Import-Module ActiveDirectory`, `
Import-Module : The specified module 'ActiveDirectory' was not loaded because no valid module file was found in any
module directory.
At line:1 char:1
+ Import-Module ActiveDirectory
+ ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : ResourceUnavailable: (ActiveDirectory:String) [Import-Module], FileNotFoundException
    + FullyQualifiedErrorId : Modules_ModuleNotFound,Microsoft.PowerShell.Commands.ImportModuleCommand`},
		{`ipmo MSOnline -PassThru | % Name`, `MSOnline`},
		{`Get-Module | % Name`, `
Microsoft.PowerShell.Management
Microsoft.PowerShell.Security
Microsoft.PowerShell.Utility`},
		{`Get-Module -ListAvailable | % Name`, `
Microsoft.PowerShell.Management
Microsoft.PowerShell.Security
Microsoft.PowerShell.Utility
MSOnline
SkypeForBusiness`},
		{`Import-Module MSOnline; Remove-Module MSOnline; Get-Module MSOnline`, ""},
		{`Remove-Module nosuch`, `
Remove-Module : No modules were removed. Verify that the specification of modules to remove is correct and those
modules exist in the runspace.
At line:1 char:1
+ Remove-Module nosuch
+ ~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : ResourceUnavailable: (:) [Remove-Module], InvalidOperationException
    + FullyQualifiedErrorId : Modules_NoModulesRemoved,Microsoft.PowerShell.Commands.RemoveModuleCommand`},
		{`Import-Module msonline -Verbose`, `VERBOSE: Loading module 'MSOnline'.`},
		{`Import-Module nosuch -ErrorAction SilentlyContinue; $?`, `False`},
	}, certificates())
}

func TestSession(t *testing.T) {
	check(t, []row{
		{`Invoke-Expression '1 + 1'`, `2`},
		{`$c = "Get-Thing | % Name"; iex $c`, `
OAuth
tls
web
later`},
		{`iex '$z = 5'; $z`, `5`},
		{`iex '1 +'`, `
Invoke-Expression : At line:1 char:4
+ 1 +
+    ~
You must provide a value expression following the '+' operator.
At line:1 char:1
+ iex '1 +'
+ ~~~~~~~~~
    + CategoryInfo          : ParserError: (:) [Invoke-Expression], ParseException
    + FullyQualifiedErrorId : ExpectedValueExpression,Microsoft.PowerShell.Commands.InvokeExpressionCommand`},
		{`Start-Sleep -Milliseconds 1; "x"`, `x`},
		{`Start-Sleep -Seconds -1`, `
Start-Sleep : Cannot validate argument on parameter 'Seconds'. The -1 argument is less than the minimum allowed range
of 0.
At line:1 char:1
+ Start-Sleep -Seconds -1
+ ~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : InvalidData: (:) [Start-Sleep], ParameterBindingValidationException
    + FullyQualifiedErrorId : ParameterArgumentValidationError,Microsoft.PowerShell.Commands.StartSleepCommand`},
		{`Get-History`, ""},
		{`Get-Culture`, `
LCID             Name             DisplayName
----             ----             -----------
1033             en-US            English (United States)`},
		{`(Get-Host).Name`, `ConsoleHost`},
		{`iex 'iex "1+2"'`, `3`},
		{`h | % Id`, ""},
	}, certificates())
}
