package builtin_test

import "testing"

func TestVariable(t *testing.T) {
	check(t, []row{
		{`$a = 5; Get-Variable a`, `
Name                           Value
----                           -----
a                              5`},
		{`$a = 5; gv a -ValueOnly`, `5`},
		{`Get-Variable nosuch`, `
Get-Variable : Cannot find a variable with the name 'nosuch'.
At line:1 char:1
+ Get-Variable nosuch
+ ~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : ObjectNotFound: (nosuch:String) [Get-Variable], ItemNotFoundException
    + FullyQualifiedErrorId : VariableNotFound,Microsoft.PowerShell.Commands.GetVariableCommand`},
		{`Set-Variable b 7; $b`, `7`},
		{`1,2 | Set-Variable c; $c.Count`, `2`},
		{`New-Variable d 1; New-Variable d 2`, `
New-Variable : A variable with name 'd' already exists.
At line:1 char:19
+ New-Variable d 1; New-Variable d 2
+                   ~~~~~~~~~~~~~~~~
    + CategoryInfo          : ResourceExists: (d:String) [New-Variable], SessionStateException
    + FullyQualifiedErrorId : VariableAlreadyExists,Microsoft.PowerShell.Commands.NewVariableCommand`},
		{`$e = 1; Remove-Variable e; $e -eq $null`, `True`},
		{`Remove-Variable nosuch`, `
Remove-Variable : Cannot find a variable with the name 'nosuch'.
At line:1 char:1
+ Remove-Variable nosuch
+ ~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : ObjectNotFound: (nosuch:String) [Remove-Variable], ItemNotFoundException
    + FullyQualifiedErrorId : VariableNotFound,Microsoft.PowerShell.Commands.RemoveVariableCommand`},
		{`Remove-Variable true`, `
Remove-Variable : Cannot remove variable true because it is constant or read-only. If the variable is read-only, try
the operation again specifying the Force option.
At line:1 char:1
+ Remove-Variable true
+ ~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : WriteError: (true:String) [Remove-Variable], SessionStateUnauthorizedAccessException
    + FullyQualifiedErrorId : VariableNotRemovable,Microsoft.PowerShell.Commands.RemoveVariableCommand`},
		{`$f = 1; Clear-Variable f; $f -eq $null`, `True`},
		{`Set-Variable x 1 -WhatIf`, `What if: Performing the operation "Set-Variable" on target "Name: x Value: 1".`},
		{`Get-Variable | ? Name -eq pwd | % Name`, `PWD`},
		{`Set-Variable x 1 -PassThru | % Value`, `1`},
	}, certificates())
}
