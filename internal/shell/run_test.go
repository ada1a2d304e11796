package shell_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// The language, statement by statement: text and what it puts out.
func TestScripts(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"expression", `1 + 2 * 3`, "7"},
		{"text", `"it's"`, "it's"},
		{"several statements", "1; 2\n3", "1\n2\n3"},
		{"variables have no case", `$X = 5; $x + 1`, "6"},
		{"null swallows", `$null = 1; Get-Number 2 | Out; 7`, "7"},
		{"undefined is null", `$nothing -eq $null`, "True"},
		{"expansion", `$n = 'x'; "a${n}b$($n + 1)c $env:COMPUTERNAME"`, "axbx1c EX01"},
		{"expansion of a list", `$l = 1,2,3; "$l"`, "1 2 3"},
		{"assignment of several values", `$x = Get-Number 3; $x.Count; $x[-1]`, "3\n2"},
		{"assignment of one value", `$x = Get-Number 1; $x`, "0"},
		{"assignment of no value", `$x = Get-Number 0; $x -eq $null`, "True"},
		{"array keeps one", `@(Get-Number 1).Count`, "1"},
		{"array keeps none", `@(Get-Number 0).Count`, "0"},
		{"multiple assignment", `$a, $b = 1, 2, 3; $a; $b -join '-'`, "1\n2-3"},
		{"chained assignment", `$a = $b = 4; $a + $b`, "8"},
		{"assignment as value", `($a = 3) + 1`, "4"},
		{"compound assignment", `$x = 1; $x += 2; $x *= 4; $x -= 2; $x /= 5; $x`, "2"},
		{"list grows", `$l = @(); $l += 1; $l += 2; $l.Count`, "2"},
		{"increment", `$i = 1; $i++; ++$i; $i; ($i++); $i`, "3\n3\n4"},
		{"typed variable", `[int]$n = '5'; $n = '7'; $n + 1`, "8"},
		{"hashtable", `$h = @{a = 1; 'b c' = 2}; $h.a; $h['b c']; $h.d = 3; $h.Count`, "1\n2\n3"},
		{"index assignment", `$l = 1, 2, 3; $l[1] = 9; $l -join ','`, "1,9,3"},
		{"custom object", `$o = [pscustomobject]@{Name = 'x'}; $o.Name; $o.Name = 'y'; $o.Name`, "x\ny"},
		{"if", `if (1 -gt 2) { 'a' } elseif (2 -gt 1) { 'b' } else { 'c' }`, "b"},
		{"if as value", `$x = if ($true) { 1 } else { 2 }; $x`, "1"},
		{"foreach", `foreach ($i in 1..5) { if ($i -eq 2) { continue }; if ($i -eq 4) { break }; $i }`, "1\n3"},
		{"foreach over nothing", `foreach ($i in $null) { 'x' }; 'end'`, "end"},
		{"while", `$i = 0; while ($i -lt 3) { $i++; if ($i -eq 2) { continue }; $i }`, "1\n3"},
		{"do while", `$i = 9; do { $i } while ($i -lt 3)`, "9"},
		{"do until", `$i = 0; do { $i++ } until ($i -ge 3); $i`, "3"},
		{"for", `for ($i = 0; $i -lt 3; $i++) { $i }`, "0\n1\n2"},
		{"switch", `switch (3) { 1 { 'a' } 3 { 'b' } default { 'c' } }`, "b"},
		{"switch without a fit", `switch (7) { 1 { 'a' } default { "c$_" } }`, "c7"},
		{"switch over a list", `switch (1, 2) { 1 { 'a' } 2 { 'b' } }`, "a\nb"},
		{"switch wildcard", `switch -Wildcard ('Lync1') { 'Ly*' { 'a'; break } '*1' { 'b' } }`, "a"},
		{"switch regex", `switch -Regex ('abc12') { '(\d+)' { $Matches[1] } }`, "12"},
		{"switch block", `switch (5) { { $_ -gt 3 } { 'big' } }`, "big"},
		{"function", `function Add($a, $b = 2) { $a + $b }; Add 1; Add 1 5; Add -b 1 -a 1`, "3\n6\n2"},
		{"function returns", `function F { 1; return 2; 3 }; F`, "1\n2"},
		{"function args", `function F { $args.Count; $args[1] }; F a b`, "2\nb"},
		{"function scope", `$x = 1; function F { $x; $x = 2; $global:y = $x }; F; $x; $y`, "1\n1\n2"},
		{"function switch", `function F([switch]$On) { if ($On) { 'on' } else { 'off' } }; F; F -On; F -On:$false`, "off\non\noff"},
		{"function pipeline", `function F { begin { 'b' } process { $_ * 2 } end { 'e' } }; 1..2 | F`, "b\n2\n4\ne"},
		{"function input", `function F { foreach ($i in $input) { $i + 1 } }; 1..2 | F`, "2\n3"},
		{"filter", `filter Twice { $_ * 2 }; 1..2 | Twice`, "2\n4"},
		{"parameters from the pipeline", `function F { param([Parameter(ValueFromPipeline=$true)][int]$N) process { $N + 1 } }; 1, '2' | F`, "2\n3"},
		{"recursion", `function Fib($n) { if ($n -lt 2) { $n } else { (Fib ($n - 1)) + (Fib ($n - 2)) } }; Fib 10`, "55"},
		{"block", `& { param($a) $a + 1 } 4`, "5"},
		{"block in a variable", `$b = { $args[0] * 2 }; & $b 4; $b.Invoke(5)`, "8\n10"},
		{"block scope", `$x = 1; & { $x = 2 }; $x; . { $x = 3 }; $x`, "1\n3"},
		{"command in a variable", `$c = 'Get-Number'; & $c 2`, "0\n1"},
		{"pipeline", `1..4 | Where-Object { $_ % 2 -eq 0 } | ForEach-Object { $_ * 10 }`, "20\n40"},
		{"pipeline aliases", `1..3 | ? { $_ -gt 1 } | % { "<$_>" }`, "<2>\n<3>"},
		{"pipeline sees the caller's variables", `$sum = 0; 1..4 | % { $sum += $_ }; $sum`, "10"},
		{"nested dollar", `1..2 | % { $o = $_; 3..4 | % { "$o$_" } }`, "13\n14\n23\n24"},
		{"psitem", `1..2 | % { $PSItem + 1 }`, "2\n3"},
		{"members of a pipeline", `(Get-Partner).Name; (Get-Partner | select Name).Identity`, "Lync\nlitware.test/Lync"},
		{"short circuit", `$false -and (1/0); $true -or (1/0); $true -xor $true`, "False\nTrue\nFalse"},
		{"match", `'abc-12' -match '(\w+)-(\d+)'; $Matches[2]`, "True\n12"},
		{"try catch", `try { throw 'bad' } catch { "caught $_" } finally { 'done' }`, "caught bad\ndone"},
		{"catch of a command", `try { Stop-It no } catch { $_.Exception.Message }`, "no"},
		{"catch by type", `try { 1/0 } catch [System.DivideByZeroException] { 'zero' } catch { 'other' }`, "zero"},
		{"catch of a call", `function F { Stop-It x; 'not reached' }; try { F } catch { 'c' }`, "c"},
		{"not caught without Stop", `try { Get-Partner none; 'on' } catch { 'c' }`, "on"},
		{"caught with Stop", `try { Get-Partner none -ErrorAction Stop; 'on' } catch { 'c' }`, "c"},
		{"caught with the preference", `$ErrorActionPreference = 'Stop'; try { Get-Partner none; 'on' } catch { 'c' }`, "c"},
		{"rethrow", `try { try { throw 'a' } catch { throw } } catch { "again $_" }`, "again a"},
		{"finally without catch", `try { try { throw 'a' } finally { 'f' } } catch { 'c' }`, "f\nc"},
		{"question mark", `Get-Number 1 | Out; $?; Get-Partner none; $?; $?`, "True\nFalse\nTrue"},
		{"error variable", `Get-Partner none; $Error.Count; $Error[0].FullyQualifiedErrorId`, "1\nNotFound,Tests.GetPartner"},
		{"here-string", "@\"\na $(1+1)\n\"@", "a 2"},
		{"splatting", `$p = @{Message = 'hi'}; Write-Output @p; $l = @('ho'); Write-Output @l`, "hi\nho"},
		{"native", `nslookup -q=srv host`, "Server:  dc01"},
		{"version", `$PSVersionTable.PSVersion.ToString(); $Host.Name`, "5.1\nmatchseal"},
		{"environment", `$env:X = 'y'; $env:x; Write-Output $env:COMPUTERNAME`, "y\nEX01"},
		{"get- may be left out", `Number 1`, "0"},
		{"range counts down", `3..1`, "3\n2\n1"},
		{"scriptblock from text", `& ([scriptblock]::Create('1+1'))`, "2"},
		{"preference in a function", `function F { [CmdletBinding()] param() Write-Verbose v }; F -Verbose 4>&1`, "v"},
		{"current folder", `"$PWD"`, `C:\Users\admin`},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := start(t)
			f.Add(&shell.Command{Name: "Out", Kind: shell.Function, Start: func() shell.Handler { return shell.Handler{} }, Parameters: []shell.Parameter{{Name: "InputObject", Position: -1, Pipeline: true}}})
			f.run(t, c.text)
			if diff := cmp.Diff(c.want, lines(f.host.text(shell.Output))); diff != "" {
				t.Errorf("(-want +got)\n%s\nerrors: %s", diff, f.host.text(shell.Errors))
			}
		})
	}
}

// Failures of the language: what is reported, and that what follows still runs.
func TestScriptErrors(t *testing.T) {
	for _, c := range []struct{ name, text, message, id, out string }{
		{"division", `1/0; 'on'`, "Attempted to divide by zero.", "RuntimeException", "on"},
		{"throw ends the text", `throw 'bad'; 'on'`, "bad", "bad", ""},
		{"throw ends its caller", `function F { throw 'bad' }; F; 'on'`, "bad", "bad", ""},
		{"a failed condition skips the if", `if (1/0) { 'a' } else { 'b' }; 'on'`, "Attempted to divide by zero.", "RuntimeException", "on"},
		{"a failure inside a loop", `foreach ($i in 1..2) { $null.X(); $i }`, "You cannot call a method on a null-valued expression.", "InvokeMethodOnNull", "1\n2"},
		{"index of null", `$null[0]`, "Cannot index into a null array.", "NullArray", ""},
		{"read-only", `$true = 1; 'on'`, "Cannot overwrite variable true because it is read-only or constant.", "VariableNotWritable", "on"},
		{"recursion", `function F { F }; F; 'on'`, "The script failed due to call depth overflow.", "CallDepthOverflow", "on"},
		{"ErrorAction Stop ends the text", `Get-Partner none -ErrorAction Stop; 'on'`, "The object couldn't be found.", "NotFound,Tests.GetPartner", ""},
		{"a command's end", `Stop-It 'no way'; 'on'`, "no way", "Broken,Tests.StopIt", "on"},
		{"unknown command", `Set-Nothing; 'on'`, "The term 'Set-Nothing' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.", "CommandNotFoundException", "on"},
		{"unknown path", `.\x.ps1`, `The term '.\x.ps1' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.`, "CommandNotFoundException", ""},
		{"call of nothing", `& $nothing`, "The expression after '&' in a pipeline element produced an object that was not valid. It must result in a command name, a script block, or a CommandInfo object.", "BadExpression", ""},
		{"duplicate key", `@{a=1; A=2}`, "Duplicate keys 'A' are not allowed in hash literals.", "DuplicateKeyInHashLiteral", ""},
		{"memory", `$x = 1..1000000; $y = $x + $x`, "The collection is larger than this shell allows.", "LimitExceeded", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := start(t)
			f.run(t, c.text)
			rec := f.newest(t)
			if rec.Message != c.message {
				t.Errorf("message %q, want %q", rec.Message, c.message)
			}
			if rec.ID != c.id {
				t.Errorf("id %q, want %q", rec.ID, c.id)
			}
			if got := lines(f.host.text(shell.Output)); got != c.out {
				t.Errorf("output %q, want %q", got, c.out)
			}
			if f.host.text(shell.Errors) == "" {
				t.Error("nothing was printed")
			}
		})
	}
}

// checklist: 002-33
func TestErrorsPointAtTheirPlace(t *testing.T) {
	for _, c := range []struct {
		name, text, source   string
		line, column, length int
	}{
		{"a command", "1\n  Get-Partner none -Verbose", "  Get-Partner none -Verbose", 2, 3, 25},
		{"an unknown command", "Set-Nothing -X 1", "Set-Nothing -X 1", 1, 1, 11},
		{"a parameter", "New-Partner -Nope 1", "New-Partner -Nope 1", 1, 13, 5},
		{"a value", "New-Partner x -AuthMetadataUrl u -Port abc", "New-Partner x -AuthMetadataUrl u -Port abc", 1, 40, 3},
		{"what the command says", `Stop-Here -Message "https://x/é"`, `Stop-Here -Message "https://x/é"`, 1, 20, 13},
		{"an operator", "$x = 1 + (2 / 0)", "$x = 1 + (2 / 0)", 1, 11, 5},
		{"a parse error", "1\n2 + )", "2 + )", 2, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := start(t)
			f.run(t, c.text)
			rec := f.newest(t)
			if rec.Line != c.line || rec.SourceLine != c.source {
				t.Errorf("line %d %q, want %d %q", rec.Line, rec.SourceLine, c.line, c.source)
			}
			if c.column > 0 && (rec.Column != c.column || rec.Length != c.length) {
				t.Errorf("column %d length %d, want %d %d", rec.Column, rec.Length, c.column, c.length)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	f := start(t)
	if f.run(t, "2 + )") {
		t.Error("a text that cannot be read succeeded")
	}
	if rec := f.newest(t); rec.Category != "ParserError" || rec.ID == "" {
		t.Errorf("got %+v", rec)
	}
}

func TestScriptFiles(t *testing.T) {
	f := start(t)
	f.files[`C:\Users\admin\x.ps1`] = "param($Name = 'nobody')\r\n\"hello $Name\"\r\n$script:kept = 1\r\n"
	f.files[`C:\Users\admin\sub\y.ps1`] = "\uFEFF$z = 2; $PSScriptRoot"
	f.files[`C:\Users\admin\broken.ps1`] = "1\n2 + )"
	f.files[`C:\Users\admin\leave.ps1`] = "1; exit 3; 2"
	f.run(t, `.\x.ps1 -Name you; .\x; & 'C:\Users\admin\x.ps1' me; "[$kept]"; . .\sub\y.ps1; $z; .\leave.ps1; $LASTEXITCODE`)
	want := "hello you\nhello nobody\nhello me\n[]\n" + `C:\Users\admin\sub` + "\n2\n1\n3"
	if diff := cmp.Diff(want, lines(f.host.text(shell.Output))); diff != "" {
		t.Errorf("(-want +got)\n%s\n%s", diff, f.host.text(shell.Errors))
	}
	f.run(t, `.\broken.ps1`)
	if rec := f.newest(t); rec.Script != `C:\Users\admin\broken.ps1` || rec.Line != 2 {
		t.Errorf("the mistake is at %s line %d", rec.Script, rec.Line)
	}
}

func TestExit(t *testing.T) {
	f := start(t)
	_, err := f.Run(t.Context(), "1; exit 4; 2")
	if e, ok := err.(*shell.Exit); !ok || e.Code != 4 {
		t.Errorf("got %v", err)
	}
	if got := f.host.text(shell.Output); got != "1" {
		t.Errorf("output %q", got)
	}
}

func TestRunSaysWhetherTheLastCommandFailed(t *testing.T) {
	for text, want := range map[string]bool{
		"1": true, "1/0": false, "Get-Partner none": false, "Get-Partner none; 1": true, "Set-Nothing": false,
		"nslookup fail": false, "nslookup x": true, "throw 1": false, "try { throw 1 } catch { 2 }": true,
		"Get-Partner none -ErrorAction SilentlyContinue": false,
	} {
		if got := start(t).run(t, text); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestNativeCommandsFailInTheirOwnWords(t *testing.T) {
	f := start(t)
	f.run(t, "nslookup fail; $LASTEXITCODE; $?")
	if got := f.host.out[shell.Errors].String(); got != "*** can't find it\n" {
		t.Errorf("errors %q", got)
	}
	if got := lines(f.host.text(shell.Output)); got != "3\nTrue" {
		t.Errorf("output %q", got)
	}
	if len(f.Failed().Items) != 0 {
		t.Error("a native command made an error record")
	}
}

func TestNativeArgumentsAreAsTyped(t *testing.T) {
	f := start(t)
	f.run(t, `$h = 'a b'; nslookup -q=srv /noforce _x._tcp.y.net $h "c $h" 007 -type:a`)
	want := []string{`-q=srv|/noforce|_x._tcp.y.net|a b|c a b|007|-type:a`}
	if diff := cmp.Diff(want, f.calls.bound); diff != "" {
		t.Error(diff)
	}
}

func TestRedirections(t *testing.T) {
	f := start(t)
	f.run(t, `
Get-Partner none 2>$null
$x = Get-Partner none 2>&1; $x.GetType().Name
$w = Write-Warning careful 3>&1; "$w"
Get-Number 2 > out.txt; 'more' >> out.txt
& { Get-Partner none; 'kept' } 2>$null
& { 'all'; Write-Warning w; Get-Partner none } *> all.txt
`)
	if got := lines(f.host.text(shell.Output)); got != "ErrorRecord\ncareful\nkept" {
		t.Errorf("output %q", got)
	}
	if got := f.host.text(shell.Errors) + f.host.text(shell.Warnings); got != "" {
		t.Errorf("the host saw %q", got)
	}
	if got := f.files[`C:\Users\admin\out.txt`]; got != "0\r\n1\r\nmore\r\n" {
		t.Errorf("file %q", got)
	}
	if got := f.files[`C:\Users\admin\all.txt`]; !strings.Contains(got, "all\r\n") || !strings.Contains(got, "couldn't be found") {
		t.Errorf("file %q", got)
	}
}

func TestErrorsAreBounded(t *testing.T) {
	f := start(t)
	f.run(t, `foreach ($i in 1..300) { Write-Error "e$i" }; $Error.Count; $Error[0].Exception.Message`)
	if got := lines(f.host.text(shell.Output)); got != "256\ne300" {
		t.Errorf("got %q", got)
	}
}

func TestFaultsMakeRecords(t *testing.T) {
	f := start(t, func(c *shell.Config) {
		c.Faults = func(command *shell.Command, err error) *object.ErrorRecord {
			return &object.ErrorRecord{Message: err.Error(), Category: "WriteError", Reason: "X", ID: "Made," + command.Class, Remedy: "Mend it."}
		}
	})
	f.run(t, "Stop-Here")
	if rec := f.newest(t); rec.ID != "Made,Tests.StopHere" || rec.Command != "Stop-Here" || rec.Remedy != "Mend it." {
		t.Errorf("got %+v", rec)
	}
}

func TestDidYouMean(t *testing.T) {
	f := start(t)
	f.run(t, "Get-Patner")
	if rec := f.newest(t); rec.Remedy != "Did you mean Get-Partner?" {
		t.Errorf("remedy %q", rec.Remedy)
	}
	f.run(t, "Configure-It.ps1")
	if rec := f.newest(t); rec.Remedy != "" {
		t.Errorf("remedy %q", rec.Remedy)
	}
	f.SetLocation(`C:\Program Files\Scripts`)
	f.run(t, "Configure-It.ps1")
	if rec := f.newest(t); !strings.Contains(rec.Remedy, `.\Configure-It.ps1`) {
		t.Errorf("remedy %q", rec.Remedy)
	}
}

func TestResolve(t *testing.T) {
	for _, c := range []struct{ location, path, want string }{
		{`C:\Users`, `x.ps1`, `C:\Users\x.ps1`},
		{`C:\Users`, `.\x.ps1`, `C:\Users\x.ps1`},
		{`C:\Users\a`, `..\b/c`, `C:\Users\b\c`},
		{`C:\`, `..\..`, `C:\`},
		{`C:\Users`, `D:\x`, `D:\x`},
		{`C:\Users`, `c:\Program Files`, `C:\Program Files`},
		{`C:\Users`, `\\srv\share\x`, `\\srv\share\x`},
		{`C:\Users`, `/etc/x`, `/etc/x`},
		{`/home/a`, `..\b`, `/home/b`},
		{`/home/a`, `C:\x`, `C:\x`},
	} {
		s := start(t, func(cfg *shell.Config) { cfg.Location = c.location })
		if got := s.Resolve(c.path); got != c.want {
			t.Errorf("%s from %s: %s, want %s", c.path, c.location, got, c.want)
		}
	}
}
