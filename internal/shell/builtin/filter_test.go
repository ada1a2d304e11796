package builtin_test

import (
	"runtime"
	"strings"
	"testing"
)

func TestForEach(t *testing.T) {
	check(t, []row{
		{`1..3 | ForEach-Object { $_ * 2 }`, "2\n4\n6"},
		{`1..3 | % { "[$_]" }`, "[1]\n[2]\n[3]"},
		{`1..3 | foreach { $_ }`, "1\n2\n3"},
		{`1..3 | % -Begin { "b" } -Process { $_ } -End { "e" }`, "b\n1\n2\n3\ne"},
		{`1..2 | % { "b" } { $_ } { "e" }`, "b\n1\n2\ne"},
		{`$s = 0; 1..4 | % { $s += $_ }; $s`, "10"},
		{`% { "once" }`, "once"},
		{`"abc","de" | % Length`, "3\n2"},
		{`"abc","de" | ForEach-Object -MemberName ToUpper`, "ABC\nDE"},
		{`"abc" | % Replace b x`, "axc"},
		{`Get-Thing | % Services`, "smtp\niis\niis"},
		{`1..3 | % { if ($_ -eq 2) { return }; $_ }`, "1\n3"},
		{`1..2 | % { $x = $_; 3..4 | % { "$x$_" } }`, "13\n14\n23\n24"},
	}, certificates())
}

func TestWhere(t *testing.T) {
	check(t, []row{
		{`1..6 | Where-Object { $_ -gt 4 }`, "5\n6"},
		{`1..6 | ? { $_ % 3 -eq 0 }`, "3\n6"},
		{`Get-Thing | ? Name -eq OAUTH | % Name`, "OAuth"},
		{`Get-Thing | where Name -ceq OAUTH | % Name`, ""},
		{`Get-Thing | where Name -ne tls | % Name`, "OAuth\nweb\nlater"},
		{`Get-Thing | where KeySize -gt 3072 | % Name`, "OAuth\nlater"},
		{`Get-Thing | where KeySize -le 3072 | % Name`, "tls\nweb"},
		{`Get-Thing | where Name -like "*e*" | % Name`, "web\nlater"},
		{`Get-Thing | where Name -notlike "*e*" | % Name`, "OAuth\ntls"},
		{`Get-Thing | where Name -match "^[ot]" | % Name`, "OAuth\ntls"},
		{`Get-Thing | where Services -contains iis | % Name`, "OAuth\nweb"},
		{`Get-Thing | where Name -in tls,web | % Name`, "tls\nweb"},
		{`Get-Thing | where Name -notin tls,web | % Name`, "OAuth\nlater"},
		{`Get-Thing | where Self | % Name`, "tls\nlater"},
		{`Get-Thing | where NotAfter -lt "9/1/2018" | % Name`, "OAuth\ntls\nweb"},
		{`Get-Thing | Where-Object {$_.Services -like "*i*"} | % Name`, "OAuth\nweb"},
		{`1,"a" | where { $_ -is [string] }`, "a"},
		{`Where-Object { $true }`, ""},
		{`Get-Thing | where Name -eq`, `
Where-Object : The specified operator requires both the -Property and -Value parameters. Provide values for both
parameters, and then try again.
At line:1 char:13
+ Get-Thing | where Name -eq
+             ~~~~~~~~~~~~~~
    + CategoryInfo          : InvalidArgument: (:) [Where-Object], PSArgumentException
    + FullyQualifiedErrorId : ValueNotSpecifiedForWhereObject,Microsoft.PowerShell.Commands.WhereObjectCommand`},
		{`Get-Thing | where Name tls`, `
Where-Object : The Value parameter is specified without a comparison operator. Specify an operator, such as -EQ, and
try again.
At line:1 char:13
+ Get-Thing | where Name tls
+             ~~~~~~~~~~~~~~
    + CategoryInfo          : InvalidArgument: (:) [Where-Object], PSArgumentException
    + FullyQualifiedErrorId : OperatorNotSpecified,Microsoft.PowerShell.Commands.WhereObjectCommand`},
	}, certificates())
}

func TestSelect(t *testing.T) {
	check(t, []row{
		{`Get-Thing | Select-Object -First 2 Name, KeySize | ft -AutoSize`, `
Name  KeySize
----  -------
OAuth    5120
tls      3072`},
		{`Get-Thing | select na*, *SIZE -Last 1 | fl`, `
Name    : later
KeySize : 5120`},
		{`Get-Thing | select -Last 2 -Skip 1 | % Name`, "tls\nweb"},
		{`Get-Thing | select -Skip 3 | % Name`, "later"},
		{`Get-Thing | select -SkipLast 3 | % Name`, "OAuth"},
		{`1..10 | select -First 2 -Last 2`, "1\n2\n9\n10"},
		{`1..10 | select -Index 0,9,3`, "1\n4\n10"},
		{`1..10 | select -Skip 2 -First 2`, "3\n4"},
		{`1..3 | select -First 0`, ""},
		{`Get-Thing | select -ExpandProperty Name`, "OAuth\ntls\nweb\nlater"},
		{`Get-Thing | select -expand Services`, "smtp\niis\niis"},
		{`1,2,1,"a","A","a" | select -Unique`, "1\n2\na\nA"},
		{`Get-Thing | select Self -Unique | % Self`, "False\nTrue"},
		{`Get-Thing | select -First 1 * -Exclude Not*,Serv* | % { $_.PSObject.Properties.Name -join "," }`, "Name,KeySize,Self"},
		{`Get-Thing | select -First 1 @{n="Days";e={$_.KeySize / 2}}, @{Label="L";Expression="Name"} | fl`, `
Days : 2560
L    : OAuth`},
		{`Get-Thing | select -First 1 Nothing | fl`, `Nothing :`},
		{`Get-Thing | select -First 1 -ExpandProperty Nothing`, `
Select-Object : Property "Nothing" cannot be found.
At line:1 char:13
+ Get-Thing | select -First 1 -ExpandProperty Nothing
+             ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : InvalidArgument: (Test.Certificate:Certificate) [Select-Object], PSArgumentException
    + FullyQualifiedErrorId : ExpandPropertyNotFound,Microsoft.PowerShell.Commands.SelectObjectCommand`},
		{`Get-Thing | select Name -First 1 | Get-Member -MemberType NoteProperty | % Definition`, "string Name=OAuth"},
		{`(Get-Thing | Where-Object {$_.NotAfter -lt "9/1/2018"} | Sort-Object NotAfter -Descending | Select-Object -First 3 Name, @{n="Days";e={($_.NotAfter - (Get-Date "1/1/2018")).Days}} | ft -AutoSize | Out-String).Trim()`, `
Name  Days
----  ----
tls    226
OAuth  181
web   -363`},
	}, certificates())
}

func TestSelectFirstStopsWhatComesBefore(t *testing.T) {
	for _, r := range []struct {
		line string
		made int
	}{
		{`Get-Many | select -First 3 | Out-Null`, 3},
		{`Get-Many | select -Index 4,1 | Out-Null`, 5},
		{`Get-Many | ? Number -gt 9 | select -First 1 | Out-Null`, 11},
		{`Get-Many | select -First 3 -Wait | Out-Null`, 1000},
		{`Get-Many | select -First 3 -Last 1 | Out-Null`, 1000},
	} {
		var made int
		s := newSession(many(1000, &made, func(int) {}))
		if got := s.run(t, r.line); got != "" {
			t.Errorf("%s shows %q", r.line, got)
		}
		if made != r.made {
			t.Errorf("%s made %d objects, want %d", r.line, made, r.made)
		}
	}
}

// A pipeline that filters, selects and writes keeps nothing of the 100 MB that
// flow through it. What stays of smaller ones is what their answer needs.
func TestPipelinesStream(t *testing.T) {
	for _, r := range []struct {
		n    int
		line string
	}{
		{100_000, `Get-Many | ? Number -ge 1000 | select Number, @{n="Half";e={$_.Number/2}} | ft | Out-File C:\out.txt -Width 40`},
		{10_000, `Get-Many | ConvertTo-Csv -NoTypeInformation | % { $_.Length } | Measure-Object | Out-Null`},
		{10_000, `Get-Many | Measure-Object Number -Sum -Maximum | Out-Null`},
		{10_000, `Get-Many | Export-Clixml C:\out.xml -WhatIf | Out-Null`},
		{10_000, `Get-Many | % Number | select -Last 3 | Out-Null`},
		{10_000, `Get-Many | Group-Object { $_.Number % 3 } -NoElement | Out-Null`},
	} {
		var made int
		var peak uint64
		s := newSession(many(r.n, &made, func(i int) {
			if i%(r.n/10) == 0 {
				peak = max(peak, heap())
			}
		}))
		before := heap()
		if got := s.run(t, r.line); strings.Contains(got, "Error") {
			t.Errorf("%s shows %s", r.line, got)
		}
		if made != r.n {
			t.Errorf("%s made %d objects", r.line, made)
		}
		// What was written is in memory here; an object is 1 KB.
		written := uint64(len(s.disk[`C:\out.txt`]) * 3)
		if limit := before + written + 4<<20; peak > limit {
			t.Errorf("%s keeps %d KB", r.line, (peak-before)>>10)
		}
		if lines := strings.Count(s.disk[`C:\out.txt`], "\n"); r.n == 100_000 && lines != 99_000+5 {
			t.Errorf("the file has %d lines", lines)
		}
	}
}

// heap is how many bytes are in use after the garbage is out.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
