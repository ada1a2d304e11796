package shell_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/shell"
)

func TestMandatoryParametersAreAskedFor(t *testing.T) {
	f := start(t)
	f.host.answers = []string{"me", "a", "b", "", "anything", "secret"}
	f.run(t, "Ask-All")
	var asked []string
	for _, q := range f.host.questions {
		asked = append(asked, strings.Trim(strings.Join([]string{q.Caption, q.Message, q.Prompt}, "|"), "|"))
	}
	want := []string{
		"cmdlet Ask-All at command pipeline position 1|Supply values for the following parameters:|Name: ",
		"Names[0]: ", "Names[1]: ", "Names[2]: ", "Flag: ", "Password: ",
	}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Error(diff)
	}
	if last := f.host.questions[len(f.host.questions)-1]; !last.Secret {
		t.Error("the password is echoed")
	}
	if diff := cmp.Diff([]string{"Ask-All Name=String([me]) Names=String[]([a b]) Flag=Boolean([True]) Password=Security.SecureString([secret])"}, f.calls.bound); diff != "" {
		t.Error(diff)
	}
}

func TestAnEmptyAnswerIsAnEmptyText(t *testing.T) {
	f := start(t)
	f.host.answers = []string{""}
	f.run(t, "Set-Thing")
	if got := f.newest(t).Message; got != "Cannot bind argument to parameter 'Identity' because it is an empty string." {
		t.Errorf("got %q", got)
	}
}

func TestThePipelineMayGiveWhatIsMandatory(t *testing.T) {
	f := start(t)
	f.run(t, "'a', 'b' | Set-Thing")
	if len(f.host.questions) > 0 || len(f.calls.bound) != 2 {
		t.Errorf("asked %v, ran %v", f.host.questions, f.calls.bound)
	}
}

func TestConfirm(t *testing.T) {
	for _, c := range []struct {
		name, text      string
		answers         []string
		ran, asked      int
		preference, out string
	}{
		{name: "no question for a change", text: "Set-Thing a", ran: 1},
		{name: "-Confirm", text: "Set-Thing a -Confirm", answers: []string{"Y"}, ran: 1, asked: 1},
		{name: "no", text: "Set-Thing a -Confirm", answers: []string{"n"}, asked: 1},
		{name: "default", text: "Set-Thing a -cf", answers: []string{""}, ran: 1, asked: 1},
		{name: "high impact asks", text: "Remove-Thing a", answers: []string{"y"}, ran: 1, asked: 1},
		{name: "-Confirm:$false", text: "Remove-Thing a -Confirm:$false", ran: 1},
		{name: "yes to all", text: "'a','b','c' | Remove-Thing", answers: []string{"Y", "A"}, ran: 3, asked: 2},
		{name: "no to all", text: "'a','b','c' | Remove-Thing", answers: []string{"Y", "L"}, ran: 1, asked: 2},
		{name: "to all is for one pipeline", text: "Remove-Thing a; Remove-Thing b", answers: []string{"A", "N"}, ran: 1, asked: 2},
		{name: "preference Low", text: "$ConfirmPreference = 'Low'; Set-Thing a", answers: []string{"Y"}, ran: 1, asked: 1},
		{name: "preference None", text: "$ConfirmPreference = 'None'; Remove-Thing a", ran: 1},
		{name: "-WhatIf", text: "Remove-Thing a -WhatIf", out: `What if: Performing the operation "Remove-Thing" on target "a".`},
		{name: "wi", text: "Set-Thing a -wi", out: `What if: Performing the operation "Set-Thing" on target "a".`},
		{name: "WhatIf preference", text: "$WhatIfPreference = $true; Set-Thing a; Set-Thing b -WhatIf:$false", ran: 1, out: `What if: Performing the operation "Set-Thing" on target "a".`},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := start(t)
			f.host.answers = c.answers
			f.run(t, c.text)
			if len(f.calls.bound) != c.ran || len(f.host.questions) != c.asked {
				t.Errorf("ran %d times and asked %d questions, want %d and %d", len(f.calls.bound), len(f.host.questions), c.ran, c.asked)
			}
			if got := f.host.text(shell.Information); got != c.out {
				t.Errorf("said %q", got)
			}
			if got := f.host.text(shell.Errors); got != "" {
				t.Errorf("errors %q", got)
			}
		})
	}
}

func TestTheQuestionOfConfirm(t *testing.T) {
	f := start(t)
	f.host.answers = []string{"N"}
	f.run(t, "Remove-Thing a")
	q := f.host.questions[0]
	if q.Caption != "Confirm" || q.Message != "Are you sure you want to perform this action?\nPerforming the operation \"Remove-Thing\" on target \"a\"." || q.Default != "Y" {
		t.Errorf("got %+v", q)
	}
	var shown []string
	for _, c := range q.Choices {
		shown = append(shown, "["+c.Key+"] "+c.Label)
	}
	if got := strings.Join(shown, "  "); got != "[Y] Yes  [A] Yes to All  [N] No  [L] No to All" {
		t.Errorf("choices %q", got)
	}
}

func TestNobodyToConfirm(t *testing.T) {
	f := start(t)
	f.host.nobody = true
	f.run(t, "Remove-Thing a")
	if got := f.newest(t).Message; !strings.Contains(got, "-Confirm:$false") {
		t.Errorf("got %q", got)
	}
	f.run(t, "Replace-Thing a")
	if got := f.newest(t).Message; !strings.Contains(got, "-Force") {
		t.Errorf("got %q", got)
	}
	if len(f.calls.bound) != 0 {
		t.Errorf("ran %v", f.calls.bound)
	}
}

func TestShouldContinueIsNotSilenced(t *testing.T) {
	f := start(t)
	f.host.answers = []string{"N"}
	f.run(t, "Replace-Thing a -Confirm:$false")
	if len(f.host.questions) != 1 || len(f.calls.bound) != 0 {
		t.Errorf("asked %v, ran %v", f.host.questions, f.calls.bound)
	}
	if got := f.host.questions[0].Message; !strings.HasPrefix(got, "Overwrite the existing default SMTP certificate?\n\nCurrent") {
		t.Errorf("got %q", got)
	}
}

func TestErrorActions(t *testing.T) {
	for _, c := range []struct {
		action, printed, answer string
		listed, ran             bool
	}{
		{action: "Continue", printed: "couldn't be found", listed: true, ran: true},
		{action: "SilentlyContinue", listed: true, ran: true},
		{action: "Ignore", ran: true},
		{action: "0", listed: true, ran: true},
		{action: "Stop", printed: "couldn't be found", listed: true},
		{action: "Inquire", answer: "Y", printed: "couldn't be found", listed: true, ran: true},
		{action: "Inquire", answer: "H", printed: "couldn't be found", listed: true},
	} {
		f := start(t)
		f.host.answers = []string{c.answer}
		f.run(t, "Get-Partner none -ea "+c.action+"; 'next'")
		if got := f.host.text(shell.Errors); (got != "") != (c.printed != "") || !strings.Contains(strings.Join(strings.Fields(got), " "), c.printed) {
			t.Errorf("%s: printed %q", c.action, got)
		}
		if got := len(f.Failed().Items) > 0; got != c.listed {
			t.Errorf("%s: listed is %v", c.action, got)
		}
		if got := f.host.text(shell.Output) == "next"; got != c.ran {
			t.Errorf("%s: going on is %v", c.action, got)
		}
	}
}

func TestCommonParameters(t *testing.T) {
	for _, c := range []struct{ name, text, out, warnings, verbose string }{
		{name: "Verbose", text: "Write-Verbose v -Verbose; Write-Verbose w", verbose: "VERBOSE: v"},
		{name: "Verbose preference", text: "$VerbosePreference = 'Continue'; Write-Verbose v; Write-Verbose w -Verbose:$false", verbose: "VERBOSE: v"},
		{name: "WarningAction", text: "Write-Warning a -WarningAction SilentlyContinue; Write-Warning b", warnings: "WARNING: b"},
		{name: "WarningVariable", text: `Write-Warning a -wv w -wa 0; "$w"; $w.Count`, out: "a\n1"},
		{name: "ErrorVariable", text: `Get-Partner none -ev e -ea 0; $e.Count; $e[0].Exception.Message`, out: "1\nThe object couldn't be found."},
		{name: "ErrorVariable adds", text: `Get-Partner none -ev e -ea 0; Get-Partner none -ev +e -ea 0; $e.Count`, out: "2"},
		{name: "ErrorVariable of an end", text: `Stop-It x -ev e -ea 0; $e.Count`, out: "1"},
		{name: "OutVariable", text: `Get-Number 3 -ov o | ForEach-Object { }; $o -join ','`, out: "0,1,2"},
		{name: "OutVariable adds", text: `$x = Get-Number 1 -ov o; $x = Get-Number 2 -OutVariable +o; $o -join ','`, out: "0,0,1"},
		{name: "PipelineVariable", text: `Get-Number 2 -pv n | ForEach-Object { 'x' } | ForEach-Object { "$n$_" }`, out: "0x\n1x"},
		{name: "InformationVariable", text: `Write-Host hi -iv i 6>$null; "$i"`, out: "hi"},
		{name: "OutBuffer", text: `Get-Number 1 -OutBuffer 10`, out: "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := start(t)
			f.run(t, c.text)
			if got := lines(f.host.text(shell.Output)); got != c.out {
				t.Errorf("output %q, want %q; errors %s", got, c.out, f.host.text(shell.Errors))
			}
			if got := f.host.text(shell.Warnings); got != c.warnings {
				t.Errorf("warnings %q", got)
			}
			if got := f.host.text(shell.Verbose); got != c.verbose {
				t.Errorf("verbose %q", got)
			}
		})
	}
}
