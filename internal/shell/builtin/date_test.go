package builtin_test

import "testing"

func TestDate(t *testing.T) {
	check(t, []row{
		{`Get-Date`, `Tuesday, June 25, 2019 2:53:32 PM`},
		{`Get-Date "1/5/2028 9:04:48"`, `Wednesday, January 5, 2028 9:04:48 AM`},
		{`Get-Date 02/12/2015 -Format yyyy-MM-dd`, `2015-02-12`},
		{`Get-Date -Format d`, `6/25/2019`},
		{`Get-Date -UFormat "%Y-%m-%d %H:%M:%S %j %p"`, `2019-06-25 14:53:32 176 PM`},
		{`(Get-Date).AddHours(49)`, `Thursday, June 27, 2019 3:53:32 PM`},
		{`(Get-Date).AddDays(-30).ToString("yyyy-MM-dd")`, `2019-05-26`},
		{`Get-Date -Year 2020 -Month 2 -Day 31 -Hour 0 -Minute 0 -Second 0`, `Saturday, February 29, 2020 12:00:00 AM`},
		{`Get-Date -Month 13`, `
Get-Date : Cannot validate argument on parameter 'Month'. The 13 argument is not between 1 and 12.
At line:1 char:17
+ Get-Date -Month 13
+                 ~~
    + CategoryInfo          : InvalidData: (:) [Get-Date], ParameterBindingValidationException
    + FullyQualifiedErrorId : ParameterArgumentValidationError,Microsoft.PowerShell.Commands.GetDateCommand`},
		{`Get-Date -DisplayHint Date`, `Tuesday, June 25, 2019`},
		{`Get-Date -Format FileDateTime`, `20190625T1453320000`},
		{`Get-Thing | select -First 1 -expand NotAfter | Get-Date -Format s`, `2018-07-01T08:00:00`},
		{`New-TimeSpan -Days 30 -Hours 2`, `
Days              : 30
Hours             : 2
Minutes           : 0
Seconds           : 0
Milliseconds      : 0
Ticks             : 25992000000000
TotalDays         : 30.0833333333333
TotalHours        : 722
TotalMinutes      : 43320
TotalSeconds      : 2599200
TotalMilliseconds : 2599200000`},
		{`New-TimeSpan -Start 1/1/2018 -End 1/3/2018 | % TotalHours`, `48`},
		{`(New-TimeSpan -End (Get-Date).AddDays(3)).Days`, `3`},
	}, certificates())
}
