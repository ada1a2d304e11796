package builtin_test

import "testing"

func TestSort(t *testing.T) {
	check(t, []row{
		{`3,1,2 | sort`, `
1
2
3`},
		{`"b","A","c" | Sort-Object -Descending`, `
c
b
A`},
		{`3,1,3,2,1 | sort -Unique`, `
1
2
3`},
		{`Get-Thing | sort Name | % Name`, `
later
OAuth
tls
web`},
		{`Get-Thing | sort KeySize, Name -Descending | % Name`, `
OAuth
later
web
tls`},
		{`Get-Thing | sort @{Expression="KeySize";Descending=$true}, @{e={$_.Name};Ascending=$true} | % Name`, `
later
OAuth
tls
web`},
		{`Get-Thing | sort { $_.Name.Length }, NotAfter | % Name`, `
web
tls
OAuth
later`},
		{`Get-Thing | Sort-Object NotAfter -Descend | % Name`, `
later
tls
OAuth
web`},
		{`"b","B","a" | sort -CaseSensitive`, `
a
b
B`},
		{`$null,2,1 | sort | % { "[$_]" }`, `
[]
[1]
[2]`},
		{`Get-Thing | sort @{Foo=1}`, `
Sort-Object : The Foo key is not valid.
At line:1 char:13
+ Get-Thing | sort @{Foo=1}
+             ~~~~~~~~~~~~~
    + CategoryInfo          : InvalidArgument: (:) [Sort-Object], PSArgumentException
    + FullyQualifiedErrorId : DictionaryKeyUnknown,Microsoft.PowerShell.Commands.SortObjectCommand`},
		{`1,1,2,1 | Get-Unique`, `
1
2
1`},
		{`Get-Thing | Sort-Object NotAfter -Descending | Select-Object -First 1 -ExpandProperty Name`, `later`},
	}, certificates())
}
