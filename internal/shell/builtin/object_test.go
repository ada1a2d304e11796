package builtin_test

import "testing"

func TestObjectsAndMembers(t *testing.T) {
	check(t, []row{
		{`New-Object PSObject -Property @{a=1;b="x"}`, `
                                                          a b
                                                          - -
                                                          1 x`},
		{`New-Object No.Such.Type`, `
New-Object : Cannot find type [No.Such.Type]: verify that the assembly containing this type is loaded.
At line:1 char:1
+ New-Object No.Such.Type
+ ~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : InvalidType: (:) [New-Object], PSArgumentException
    + FullyQualifiedErrorId : TypeNotFound,Microsoft.PowerShell.Commands.NewObjectCommand`},
		{`New-Object -ComObject X.Y`, `
New-Object : Retrieving the COM class factory for component with CLSID {00000000-0000-0000-0000-000000000000} failed
due to the following error: 80040154 Class not registered (Exception from HRESULT: 0x80040154 (REGDB_E_CLASSNOTREG)).
At line:1 char:1
+ New-Object -ComObject X.Y
+ ~~~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : ResourceUnavailable: (:) [New-Object], COMException
    + FullyQualifiedErrorId : NoCOMClassIdentified,Microsoft.PowerShell.Commands.NewObjectCommand`},
		{`(New-Object System.Collections.ArrayList).Count`, `0`},
		{`$o = New-Object PSObject; $o | Add-Member NoteProperty Name Value; $o | Add-Member -NotePropertyName n2 -NotePropertyValue 5; $o | Add-Member @{n3=7}; $o`, `
Name                                                                         n2                                      n3
----                                                                         --                                      --
Value                                                                         5                                       7`},
		{`$o = New-Object PSObject; $o | Add-Member Name Value; $o.Name`, `Value`},
		{`$o = New-Object PSObject; $o | Add-Member -MemberType NoteProperty -Name a -Value 1 -PassThru | fl; $o | Add-Member -MemberType NoteProperty -Name a -Value 2`, `
a : 1
Add-Member : Cannot add a member with the name "a" because a member with that name already exists. To overwrite the
member anyway, add the Force parameter to your command.
At line:1 char:106
+ ... alue 1 -PassThru | fl; $o | Add-Member -MemberType NoteProperty -Name a -Value 2
+                                 ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : InvalidOperation: (@{a=1}:PSObject) [Add-Member], InvalidOperationException
    + FullyQualifiedErrorId : MemberAlreadyExists,Microsoft.PowerShell.Commands.AddMemberCommand`},
		{`1 | Add-Member NoteProperty a 1`, `
Add-Member : Members can be added to objects only, not to a value of type System.Int32. Make one with New-Object
PSObject.
At line:1 char:5
+ 1 | Add-Member NoteProperty a 1
+     ~~~~~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : NotImplemented: (1:Int32) [Add-Member], NotSupportedException
    + FullyQualifiedErrorId : NotSupported,Microsoft.PowerShell.Commands.AddMemberCommand`},
		{`Get-Thing | Get-Member -MemberType Properties`, `
   TypeName: Test.Certificate

Name     MemberType Definition
----     ---------- ----------
KeySize  Property   int KeySize {get;set;}
Name     Property   string Name {get;set;}
NotAfter Property   datetime NotAfter {get;set;}
Self     Property   bool Self {get;set;}
Services Property   string[] Services {get;set;}`},
		{`[pscustomobject]@{a=1} | gm`, `
   TypeName: System.Management.Automation.PSCustomObject

Name     MemberType   Definition
----     ----------   ----------
Equals   Method       bool Equals(System.Object obj)
GetType  Method       type GetType()
ToString Method       string ToString()
a        NoteProperty int a=1`},
		{`"x" | gm Len*, ToUp*`, `
   TypeName: System.String

Name             MemberType Definition
----             ---------- ----------
ToUpper          Method     string ToUpper()
ToUpperInvariant Method     string ToUpperInvariant()
Length           Property   int Length {get;set;}`},
		{`gm`, `
Get-Member : You must specify an object for the Get-Member cmdlet.
At line:1 char:1
+ gm
+ ~~
    + CategoryInfo          : CloseError: (:) [Get-Member], InvalidOperationException
    + FullyQualifiedErrorId : NoObjectInGetMember,Microsoft.PowerShell.Commands.GetMemberCommand`},
	}, certificates())
}
