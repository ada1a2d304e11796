package shell_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

func lenient(c *shell.Config) { c.Strict = false; c.Location = `C:\Program Files\Scripts` }

// Damaged lines run as they were meant, and say so.
func TestRepair(t *testing.T) {
	const bound = "Configure-It.ps1 AuthMetadataUrl=String([https://fe.jdskype.net/metadata/json/1]) ApplicationType=String([Lync])"
	for _, c := range []struct{ name, text, warning, bound string }{
		{"glued, prime, stray quote", `.\Configure-It.ps1 -AuthMetaDataUrlhttps://fe.jdskype.net/metadata/json/1′ -ApplicationType Lync"`,
			`.\Configure-It.ps1 -AuthMetaDataUrl https://fe.jdskype.net/metadata/json/1 -ApplicationType Lync`, bound},
		{"prime for a quote", `.\Configure-It.ps1 -AuthMetaDataUrl ‘https://fe.jdskype.net/metadata/json/1′ -ApplicationType Lync”`, `.\Configure-It.ps1 -AuthMetaDataUrl `, bound},
		{"backslash at the end", `.\Configure-It.ps1 –AuthMetadataURL https://fe.jdskype.net/metadata/json/1 -ApplicationType “Lync”\`, `.\Configure-It.ps1 –AuthMetadataURL `, bound},
		{"all in quotes", `"C:\Program Files\Scripts\Configure-It.ps1 -AuthMetaDataUrl 'https://fe.jdskype.net/metadata/json/1' -ApplicationType Lync"`, `& `, bound},
		{"second statement", "Write-Host hi\n.\\Configure-It.ps1 -AuthMetaDataUrlhttps://fe.jdskype.net/metadata/json/1 -ApplicationType Lync", `.\Configure-It.ps1 -AuthMetaDataUrl https`, bound},
		{"prompts and numbers", "1. [PS] C:\\Windows>Set-Thing a\n2. PS C:\\> Set-Thing b", "", "Set-Thing Identity=String([a])\nSet-Thing Identity=String([b])"},
		{"a line that is fine", `.\Configure-It.ps1 https://fe.jdskype.net/metadata/json/1 Lync`, "", bound},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := start(t, lenient)
			if ok := f.run(t, c.text); !ok {
				t.Errorf("failed: %s", f.host.text(shell.Errors))
			}
			if got := f.host.text(shell.Warnings); c.warning == "" && got != "" || !strings.HasPrefix(got, strings.TrimSuffix("WARNING: read as: "+c.warning, "WARNING: read as: ")) {
				t.Errorf("warning %q", got)
			}
			if diff := cmp.Diff(c.bound, strings.Join(f.calls.bound, "\n")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if n := strings.Count(f.host.out[shell.Information].String(), "hi"); n > 1 {
				t.Errorf("what stood before the damaged line ran %d times", n)
			}
		})
	}
}

func TestStrictDoesNotRepair(t *testing.T) {
	f := start(t, lenient, func(c *shell.Config) { c.Strict = true })
	var wants *syntax.Error
	if _, err := f.Run(t.Context(), `.\Configure-It.ps1 -AuthMetaDataUrlhttps://fe/1′ -ApplicationType Lync"`); !errors.As(err, &wants) || !wants.Incomplete {
		t.Errorf("a stray quote: %v", err)
	}
	if f.host.text(shell.Errors) != "" {
		t.Error("a text that wants to go on was reported")
	}
	f.run(t, `"C:\Program Files\Scripts\Configure-It.ps1 -X 1"`)
	if got := f.host.text(shell.Output); got != `C:\Program Files\Scripts\Configure-It.ps1 -X 1` {
		t.Errorf("output %q", got)
	}
	f.run(t, `.\Configure-It.ps1 -AuthMetadataUrl u -ApplicationType “Lync”\`)
	if got := f.newest(t).Message; got != `A positional parameter cannot be found that accepts argument '\'.` {
		t.Errorf("got %q", got)
	}
	if len(f.calls.bound) > 0 || f.host.text(shell.Warnings) != "" {
		t.Errorf("ran %v, warned %q", f.calls.bound, f.host.text(shell.Warnings))
	}
}

// What cannot be mended is asked for or refused as in a strict session.
func TestRepairKnowsItsLimits(t *testing.T) {
	f := start(t, lenient)
	for _, text := range []string{"function F {", "Get-Number |", "if ($true) {", "@'\nabc"} {
		var wants *syntax.Error
		if _, err := f.Run(t.Context(), text); !errors.As(err, &wants) || !wants.Incomplete {
			t.Errorf("%s: %v", text, err)
		}
	}
	f.run(t, "Use-Identity -Identity")
	if got := f.newest(t).ID; got != "MissingArgument,Tests.UseIdentity" {
		t.Errorf("got %q", got)
	}
	if f.host.text(shell.Warnings) != "" {
		t.Errorf("warned %q", f.host.text(shell.Warnings))
	}
}
