package builtin_test

import "testing"

func TestLocationAndContent(t *testing.T) {
	check(t, []row{
		{`cd "C:\Program Files"; pwd`, `
Path
----
C:\Program Files`},
		{`cd 'C:\Prog*'; (Get-Location).Path`, `C:\Program Files`},
		{`cd C:\nowhere`, `
Set-Location : Cannot find path 'C:\nowhere' because it does not exist.
At line:1 char:1
+ cd C:\nowhere
+ ~~~~~~~~~~~~~
    + CategoryInfo          : ObjectNotFound: (C:\nowhere:String) [Set-Location], ItemNotFoundException
    + FullyQualifiedErrorId : PathNotFound,Microsoft.PowerShell.Commands.SetLocationCommand`},
		{`cd HKLM:\`, `
Set-Location : Cannot find drive. A drive with the name 'HKLM' does not exist.
At line:1 char:1
+ cd HKLM:\
+ ~~~~~~~~~
    + CategoryInfo          : ObjectNotFound: (HKLM:String) [Set-Location], DriveNotFoundException
    + FullyQualifiedErrorId : DriveNotFound,Microsoft.PowerShell.Commands.SetLocationCommand`},
		{`cd 'C:\Program Files'; cd ..; "$pwd"`, `C:\`},
		{`Push-Location 'C:\Program Files'; pushd Scripts; "$pwd"; popd; "$pwd"; popd; "$pwd"; popd`, `
C:\Program Files\Scripts
C:\Program Files
C:\`},
		{`Get-ChildItem 'C:\Program Files'`, `
    Directory: C:\Program Files

Mode                LastWriteTime         Length Name
----                -------------         ------ ----
d-----        6/25/2019   9:06 AM                Scripts
-a----        6/25/2019   9:06 AM              7 readme.txt`},
		{`dir 'C:\Program Files' -Recurse -Name`, `
Scripts
readme.txt
Scripts\Configure.ps1
Scripts\Notes.txt`},
		{`ls 'C:\Program Files\Scripts\*.txt' | % FullName`, `C:\Program Files\Scripts\Notes.txt`},
		{`gci 'C:\Program Files' -Directory | % Name`, `Scripts`},
		{`gci 'C:\Program Files' -File | fl`, `
    Directory: C:\Program Files


Name          : readme.txt
Length        : 7
LastWriteTime : 6/25/2019 9:06:00 AM
FullName      : C:\Program Files\readme.txt`},
		{`gci 'C:\Program Files' -Recurse -Filter *.txt | % Name`, `
readme.txt
Notes.txt`},
		{`gci 'C:\Program Files' -Recurse -Include *.txt -Exclude N* | % Name`, `readme.txt`},
		{`dir C:\nowhere`, `
Get-ChildItem : Cannot find path 'C:\nowhere' because it does not exist.
At line:1 char:1
+ dir C:\nowhere
+ ~~~~~~~~~~~~~~
    + CategoryInfo          : ObjectNotFound: (C:\nowhere:String) [Get-ChildItem], ItemNotFoundException
    + FullyQualifiedErrorId : PathNotFound,Microsoft.PowerShell.Commands.GetChildItemCommand`},
		{`dir env:`, `
Name                           Value
----                           -----
TEMP                           C:\Temp`},
		{`(dir variable:pw*).Value.Path`, `C:\`},
		{`Get-Content 'C:\Program Files\Scripts\Notes.txt'`, `
first line
second line
third line`},
		{`gc 'C:\Program Files\Scripts\Notes.txt' -TotalCount 1`, `first line`},
		{`gc 'C:\Program Files\Scripts\Notes.txt' -Tail 1`, `third line`},
		{`(gc 'C:\Program Files\Scripts\Notes.txt' -Raw).Length`, `37`},
		{`(gc 'C:\Program Files\Scripts\Notes.txt' -Encoding Byte).Count`, `37`},
		{`(gc 'C:\Program Files\Scripts\Notes.txt' -Encoding Byte -ReadCount 0).Length`, `37`},
		{`gc 'C:\Program Files\Scripts\Notes.txt' -ReadCount 2 | % { $_.Count }`, `
2
1`},
		{`gc C:\nowhere.txt`, `
Get-Content : Cannot find path 'C:\nowhere.txt' because it does not exist.
At line:1 char:1
+ gc C:\nowhere.txt
+ ~~~~~~~~~~~~~~~~~
    + CategoryInfo          : ObjectNotFound: (C:\nowhere.txt:String) [Get-Content], ItemNotFoundException
    + FullyQualifiedErrorId : PathNotFound,Microsoft.PowerShell.Commands.GetContentCommand`},
		{`gc 'C:\Program Files'`, `
Get-Content : Access to the path 'C:\Program Files' is denied.
At line:1 char:1
+ gc 'C:\Program Files'
+ ~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : PermissionDenied: (C:\Program Files:String) [Get-Content], UnauthorizedAccessException
    + FullyQualifiedErrorId : GetContentReaderUnauthorizedAccessError,Microsoft.PowerShell.Commands.GetContentCommand`},
		{`gc env:TEMP`, `C:\Temp`},
		{`"a","b" | Set-Content C:\t.txt; Add-Content C:\t.txt c; gc C:\t.txt`, `
a
b
c`},
		{`Set-Content C:\t.txt -Value ([byte[]](1,2,255)) -Encoding Byte; (gc C:\t.txt -Encoding Byte) -join " "`, `1 2 255`},
		{`Set-Content C:\t.txt "äö" -Encoding Unicode; gc C:\t.txt; (gc C:\t.txt -Encoding Byte).Count`, `
äö
10`},
		{`Set-Content C:\t.txt x -WhatIf; Test-Path C:\t.txt`, `
What if: Performing the operation "Set-Content" on target "Path: C:\t.txt".
False`},
		{`"x" | Set-Content C:\t.txt -PassThru; Clear-Content C:\t.txt; (gc C:\t.txt).Count`, `
x
0`},
		{`Test-Path 'C:\Program Files'; Test-Path C:\x; Test-Path 'C:\Program Files' -PathType Leaf; Test-Path 'C:\Program Files\*.txt'; Test-Path env:TEMP; Test-Path variable:nosuch`, `
True
False
False
True
True
False`},
		{`Split-Path C:\a\b.txt; Split-Path C:\a\b.txt -Leaf; Split-Path C:\a\b.txt -Qualifier; Split-Path C:\a\b.txt -NoQualifier; Split-Path /home/x/y; Split-Path x -IsAbsolute; Split-Path C:\a`, `
C:\a
b.txt
C:
\a\b.txt
/home/x
False
C:\`},
		{`Join-Path C:\a b; Join-Path C:\a\ \b; Join-Path /home x`, `
C:\a\b
C:\a\b
/home/x`},
		{`Resolve-Path 'C:\Prog*'; Resolve-Path C:\nowhere`, `
Path
----
C:\Program Files
Resolve-Path : Cannot find path 'C:\nowhere' because it does not exist.
At line:1 char:26
+ Resolve-Path 'C:\Prog*'; Resolve-Path C:\nowhere
+                          ~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : ObjectNotFound: (C:\nowhere:String) [Resolve-Path], ItemNotFoundException
    + FullyQualifiedErrorId : PathNotFound,Microsoft.PowerShell.Commands.ResolvePathCommand`},
		{`Set-Location`, ""},
		{`cd Scripts -ErrorAction SilentlyContinue; $?`, `False`},
		{`dir | % Name`, `Program Files`},
		{`dir *.txt -Recurse | % FullName`, `
C:\Program Files\readme.txt
C:\Program Files\Scripts\Notes.txt`},
		{`Join-Path C:\Prog* Scripts -Resolve`, `C:\Program Files\Scripts`},
		{`Resolve-Path "C:\Program Files\Scripts" -Relative | % { $_ }`, `.\Program Files\Scripts`},
		{`dir alias:fl`, `
CommandType     Name                                               Version    Source
-----------     ----                                               -------    ------
Alias           fl -> Format-List                                             Microsoft.PowerShell.Utility`},
	}, certificates())
}
