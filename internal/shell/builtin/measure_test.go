package builtin_test

import "testing"

func TestMeasure(t *testing.T) {
	check(t, []row{
		{`1..4 | Measure-Object`, `
Count    : 4
Average  :
Sum      :
Maximum  :
Minimum  :
Property :`},
		{`1..4 | measure -Sum -Average -Maximum -Minimum`, `
Count    : 4
Average  : 2.5
Sum      : 10
Maximum  : 4
Minimum  : 1
Property :`},
		{`Get-Thing | measure KeySize -Sum -Max | fl Sum, Maximum, Property`, `
Sum      : 16384
Maximum  : 5120
Property : KeySize`},
		{`(Get-Thing | measure).Count`, `4`},
		{`"one two","three" | Measure-Object -Line -Word -Character`, `
                        Lines                         Words                    Characters Property
                        -----                         -----                    ---------- --------
                            2                             3                            12`},
		{`Get-Thing | measure Nothing -Sum`, `
Measure-Object : The property "Nothing" cannot be found in the input for any objects.
At line:1 char:13
+ Get-Thing | measure Nothing -Sum
+             ~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : InvalidArgument: (:) [Measure-Object], PSArgumentException
    + FullyQualifiedErrorId : GenericMeasurePropertyNotFound,Microsoft.PowerShell.Commands.MeasureObjectCommand`},
		{`"a" | measure -Sum`, `
Measure-Object : Input object "a" is not numeric.
At line:1 char:7
+ "a" | measure -Sum
+       ~~~~~~~~~~~~
    + CategoryInfo          : InvalidType: (a:String) [Measure-Object], PSInvalidOperationException
    + FullyQualifiedErrorId : NonNumericInputObject,Microsoft.PowerShell.Commands.MeasureObjectCommand


Count    : 0
Average  :
Sum      :
Maximum  :
Minimum  :
Property :`},
		{`@() | measure | fl Count`, `Count : 0`},
		{`Get-Thing | measure NotAfter -Maximum | % Maximum`, `Wednesday, January 5, 2028 8:00:00 AM`},
	}, certificates())
}

func TestGroupAndCompare(t *testing.T) {
	check(t, []row{
		{`Get-Thing | Group-Object Self`, `
Count Name                      Group
----- ----                      -----
    2 False                     {Test.Certificate, Test.Certificate}
    2 True                      {Test.Certificate, Test.Certificate}`},
		{`Get-Thing | group KeySize -NoElement`, `
Count Name
----- ----
    2 5120
    2 3072`},
		{`Get-Thing | group Self -AsHashTable -AsString | % { $_["True"].Count }`, `2`},
		{`Get-Thing | group { $_.Name.Length } | % { "$($_.Name): $($_.Group.Count)" }`, `
5: 2
3: 2`},
		{`Get-Thing | group Self, KeySize | % Name`, `
False, 5120
True, 3072
False, 3072
True, 5120`},
		{`Compare-Object 1,2,3 2,3,4`, `
                                                InputObject SideIndicator
                                                ----------- -------------
                                                          4 =>
                                                          1 <=`},
		{`Compare-Object 1,2 2,3 -IncludeEqual`, `
                                                InputObject SideIndicator
                                                ----------- -------------
                                                          2 ==
                                                          3 =>
                                                          1 <=`},
		{`diff (Get-Thing) (Get-Thing | select -Skip 1) -Property Name`, `
Name                                                        SideIndicator
----                                                        -------------
OAuth                                                       <=`},
	}, certificates())
}
