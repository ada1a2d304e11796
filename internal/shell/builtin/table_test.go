package builtin_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/builtin"
)

// The table is the commands' documentation as well: every row can be explained
// and started.
func TestTableIsComplete(t *testing.T) {
	s := newSession()
	owner := map[string]string{}
	for _, c := range builtin.Commands(nil) {
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			key := strings.ToLower(name)
			if other, taken := owner[key]; taken {
				t.Errorf("%s and %s are both called %s", other, c.Name, name)
			}
			owner[key] = c.Name
		}
		if c.Synopsis == "" || c.Start == nil || c.Class == "" || c.Kind == "" {
			t.Errorf("%s lacks a synopsis, a start, a class or a kind", c.Name)
		}
		for _, p := range c.Parameters {
			if p.Meaning == "" || p.Type == "" || p.Ignored && p.Why == "" {
				t.Errorf("%s -%s lacks a meaning, a type or a reason", c.Name, p.Name)
			}
			for _, set := range p.Sets {
				if !slices.Contains(c.Sets, set) {
					t.Errorf("%s -%s is in a set %s that there is not", c.Name, p.Name, set)
				}
			}
		}
		if c.DefaultSet != "" && !slices.Contains(c.Sets, c.DefaultSet) || len(c.Sets) > 60 {
			t.Errorf("%s: sets", c.Name)
		}
		if help := s.run(t, "Get-Help "+c.Name+" -Full"); !strings.Contains(help, strings.Fields(c.Synopsis)[0]) || !strings.Contains(help, "\n    "+c.Name) {
			t.Errorf("Get-Help %s -Full:\n%s", c.Name, help)
		}
	}
}

// The short forms that are typed most are unambiguous.
func TestPrefixes(t *testing.T) {
	for _, line := range []string{
		`1 | Select-Object -Prop Length -Firs 1`, `1 | select -Exp Length`, `1 | select -L 1`, `1 | select -Skip 1`, `1 | select -U`,
		`1 | Sort-Object -Prop Length -Descend -Uniq`, `1 | sort -Desc`, `1 | Measure-Object -S -A -Ma -Mi`, `1 | measure -Prop Length -Su`,
		`1 | ft -Auto`, `1 | ft -a -Wr -Hide`, `1 | ft -Gr Length`, `1 | fl -Prop *`, `1 | Group-Object -NoE`, `1 | ForEach-Object -Pro { $_ } -Beg { } -En { }`,
		`1 | Where-Object -Prop Length -E 1`, `1 | ConvertTo-Json -Dep 3 -Comp`, `1 | ConvertTo-Csv -NoT`, `1 | Out-File C:\a.txt -App -Enc UTF8`, `1 | Out-String -St`,
		`Get-Date -Form d`, `Get-Date -UF %Y`, `Get-Content "C:\Program Files\readme.txt" -Enc Byte -Read 0`, `Get-ChildItem -Rec -Filt *.x`, `Write-Host a -Fore Red -No`,
		`New-Object -Type PSObject -Prop @{a=1}`, `Import-Module MSOnline -Pass`, `ConvertTo-SecureString x -AsP -Fo`, `Read-Host -Pr a -As`, `Get-Member -In 1 -N Length`,
	} {
		s := newSession()
		s.host.answers = []string{"x"}
		if got := s.run(t, line); strings.Contains(got, "FullyQualifiedErrorId") {
			t.Errorf("%s\n%s", line, got)
		}
	}
}

func TestQuestions(t *testing.T) {
	for _, r := range []struct {
		line    string
		answers []string
		want    string
	}{
		{`$x = Read-Host "Your name"; "<$x>"`, []string{"Ken"}, "Your name: Ken\n<Ken>"},
		{`$x = Read-Host -AsSecureString -Prompt "Password"; "$x"`, []string{"geheim"}, "Password: ******\nSystem.Security.SecureString"},
		{`$c = Get-Credential; $c.UserName; $c.Password`, []string{"admin@contoso.com", "geheim"}, `
Windows PowerShell credential request
Enter your credentials.
User: admin@contoso.com
Password for user admin@contoso.com: ******
admin@contoso.com
System.Security.SecureString`},
		{`(Get-Credential ken).UserName`, []string{"geheim"}, `
Windows PowerShell credential request
Enter your credentials.
Password for user ken: ******
ken`},
		{`$c = Get-Credential ken; (Get-Credential $c).UserName`, []string{"geheim"}, `
Windows PowerShell credential request
Enter your credentials.
Password for user ken: ******
ken`},
	} {
		s := newSession()
		s.host.answers = r.answers
		if diff := cmp.Diff(tidy(r.want), s.run(t, r.line)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", r.line, diff)
		}
	}
}

func TestHistory(t *testing.T) {
	s := newSession()
	for _, line := range []string{"Get-Date", `"again"`} {
		s.Remember(line)
	}
	for _, r := range []row{
		{"Get-History", `
  Id CommandLine
  -- -----------
   1 Get-Date
   2 "again"`},
		{"h -Count 1 | % CommandLine", `"again"`},
		{"h 1 | % CommandLine", "Get-Date"},
		{"r 2", "\"again\"\nagain"},
		{"Clear-Host", "\x1b[H\x1b[2J\x1b[3J"},
	} {
		if diff := cmp.Diff(tidy(r.want), s.run(t, r.line)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", r.line, diff)
		}
	}
}

// A session without files says that there are none.
func TestNoFiles(t *testing.T) {
	host := &screen{}
	s := shell.New(shell.Config{Host: host, Commands: builtin.Commands(nil), Views: builtin.Views(), Strict: true})
	for _, line := range []string{`Get-Content C:\x`, `cd C:\x`, `dir C:\x`, `1 | Out-File C:\x`, `Import-Csv C:\x`, `Import-Clixml C:\x`} {
		host.text.Reset()
		if _, err := s.Run(t.Context(), line); err != nil {
			t.Fatal(err)
		}
		if got := host.text.String(); !strings.Contains(got, `C:\x`) || !strings.Contains(got, "FullyQualifiedErrorId") {
			t.Errorf("%s: %s", line, got)
		}
	}
}

// What a file or another program says may be anything.
func FuzzConvertFrom(f *testing.F) {
	for _, text := range []string{`{"a":[1,{"b":null}]}`, `"\/Date(1546300800000)\/"`, "#TYPE X\n\"a\",b\n1,\"2\n3\"", "a;b\n\"", "\xff\xfe", strings.Repeat("[", 200), `{"a":1e400}`} {
		f.Add(text)
	}
	s := newSession()
	f.Fuzz(func(t *testing.T, text string) {
		if err := s.SetVariable("t", text); err != nil {
			t.Fatal(err)
		}
		s.host.text.Reset()
		for _, line := range []string{`$t | ConvertFrom-Json | Out-Null`, `$t | ConvertFrom-Csv -ErrorAction SilentlyContinue | Out-Null`} {
			if _, err := s.Run(t.Context(), line); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
		}
	})
}
