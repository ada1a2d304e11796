package shell_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The cursor is where the bar stands.
func TestComplete(t *testing.T) {
	for _, c := range []struct{ name, line, start, want string }{
		{"command", "Get-Nu|", "", "Get-Number"},
		{"command without case", "get-pa|", "", "Get-Partner"},
		{"alias", "fore|", "", "foreach ForEach-Object"},
		{"command after a pipe", "Get-Partner | whe|", "Get-Partner | ", "where Where-Object"},
		{"command in brackets", "(Get-Par|", "(", "Get-Partner"},
		{"command after =", "$x = Get-Par|", "$x = ", "Get-Partner"},
		{"function", "My-F|", "", "My-Function"},
		{"parameter", "New-Partner -A|", "New-Partner ", "-AccountType -ApplicationIdentifier -AuthMetadataUrl"},
		{"parameter, en dash", "New-Partner –acc|", "New-Partner ", "-AccountType"},
		{"all parameters", "Get-Partner -|", "Get-Partner ", "-Debug -ErrorAction -ErrorVariable -Identity -InformationAction -InformationVariable -OutBuffer -OutVariable -PipelineVariable -Verbose -WarningAction -WarningVariable"},
		{"common parameter", "Remove-Thing x -Wh|", "Remove-Thing x ", "-WhatIf"},
		{"parameter of a command in a block", "1 | % { New-Partner -Por|", "1 | % { New-Partner ", "-Port"},
		{"values", "New-Partner x -AccountType |", "New-Partner x -AccountType ", "ConsumerAccount OrganizationalAccount"},
		{"values by prefix", "New-Partner -Acc con|", "New-Partner -Acc ", "ConsumerAccount"},
		{"Boolean", "New-Partner -Enabled $t|", "New-Partner -Enabled ", "$true"},
		{"Boolean, nothing typed", "New-Partner -Enabled |", "New-Partner -Enabled ", "$false $true"},
		{"values of a command's own, by position", "Get-Partner |", "Get-Partner ", "'Exchange Online' Lync"},
		{"values in quotes", "Get-Partner 'Ex|", "Get-Partner ", "'Exchange Online'"},
		{"action", "Get-Partner -ea s|", "Get-Partner -ea ", "SilentlyContinue Stop Suspend"},
		{"variable", "Write-Output $mine|", "Write-Output ", "$mineOne $mineTwo"},
		{"environment", "$env:comp|", "", "$env:COMPUTERNAME"},
		{"member of a variable", "$object.Na|", "$object.", "Name"},
		{"member of brackets", "(Get-Partner).|", "(Get-Partner).", "Identity Name"},
		{"member of what comes in", "Get-Partner | Where-Object { $_.I|", "Get-Partner | Where-Object { $_.", "Identity"},
		{"property", "Get-Partner | Where-Object { $_.Name } | Select-Object na|", "Get-Partner | Where-Object { $_.Name } | Select-Object ", "Name"},
		{"property after a comma", "Get-Partner | select Name, |", "Get-Partner | select Name, ", "Identity Name"},
		{"path", `Write-Output .\no|`, "Write-Output ", `.\notes.txt`},
		{"path with a space", `Write-Output C:\Users\admin\my|`, "Write-Output ", `'C:\Users\admin\my file.txt'`},
		{"script by its path", `& 'C:\Program Files\Scripts\C|`, "& ", `'C:\Program Files\Scripts\Configure-It.ps1'`},
		{"cursor in the middle", "Get-Nu| | Measure-Object", "", "Get-Number"},
		{"nothing", "Zzz|", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := start(t)
			f.files[`C:\Users\admin\notes.txt`], f.files[`C:\Users\admin\my file.txt`] = "", ""
			f.run(t, "function My-Function { }; $mineOne = 1; $mineTwo = 2; $object = Get-Partner")
			cursor := strings.Index(c.line, "|")
			if strings.HasSuffix(c.line, "|") {
				cursor = len(c.line) - 1
			}
			line := c.line[:cursor] + c.line[cursor+1:]
			at, found := f.Complete(t.Context(), line, cursor)
			if diff := cmp.Diff(c.want, strings.Join(found, " ")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if len(found) > 0 && line[:at] != c.start {
				t.Errorf("starts after %q, want %q", line[:at], c.start)
			}
		})
	}
}
