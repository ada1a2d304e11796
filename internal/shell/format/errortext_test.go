package format_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

func metadataError() *object.ErrorRecord {
	line := `New-CsPartnerApplication -Identity Exchange -ApplicationTrustLevel Full -MetadataUrl "https://autodiscover.tecnoputer.com.br/autodiscover/metadata/json/1"`
	return &object.ErrorRecord{
		Command:  "New-CsPartnerApplication",
		Message:  `Cannot bind parameter 'MetadataUrl' to the target. Exception setting "MetadataUrl": "The metadata document could not be downloaded from the URL in the MetadataUrl parameter or downloaded data is not a valid metadata document, error: The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel."`,
		Category: "WriteError", Reason: "ParameterBindingException",
		ID:   "ParameterBindingFailed,Microsoft.Rtc.Management.Internal.NewPartnerApplicationCmdlet",
		Line: 1, Column: 86, Length: 69, SourceLine: line,
	}
}

// checklist: 002-33
// checklist: 002-34
func TestErrorOfTheSecondSeed(t *testing.T) {
	t.Run("at 120 columns", func(t *testing.T) {
		same(t, format.ErrorText(metadataError(), 120), `|New-CsPartnerApplication : Cannot bind parameter 'MetadataUrl' to the target. Exception setting "MetadataUrl": "The
metadata document could not be downloaded from the URL in the MetadataUrl parameter or downloaded data is not a valid
metadata document, error: The underlying connection was closed: Could not establish trust relationship for the SSL/TLS
secure channel."
At line:1 char:86
+ ... l -MetadataUrl "https://autodiscover.tecnoputer.com.br/autodiscover/metadata/jso ...
+                    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : WriteError: (:) [New-CsPartnerApplication], ParameterBindingException
    + FullyQualifiedErrorId : ParameterBindingFailed,Microsoft.Rtc.Management.Internal.NewPartnerApplicationCmdlet
`)
	})
	t.Run("at 80 columns, as the seed has it", func(t *testing.T) {
		same(t, format.ErrorText(metadataError(), 80), `|New-CsPartnerApplication : Cannot bind parameter 'MetadataUrl' to the target.
Exception setting "MetadataUrl": "The metadata document could not be
downloaded from the URL in the MetadataUrl parameter or downloaded data is not
a valid metadata document, error: The underlying connection was closed: Could
not establish trust relationship for the SSL/TLS secure channel."
At line:1 char:86
+ ... l -MetadataUrl "https://autodiscover.tecnoputer.com.br/autodiscover/metadata/jso ...
+                    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : WriteError: (:) [New-CsPartnerApplication], Para
   meterBindingException
    + FullyQualifiedErrorId : ParameterBindingFailed,Microsoft.Rtc.Management.
   Internal.NewPartnerApplicationCmdlet
`)
	})
}

func TestErrorLayouts(t *testing.T) {
	for _, row := range []struct {
		name  string
		e     object.ErrorRecord
		width int
		want  string
	}{
		{"unknown command", object.ErrorRecord{
			Command: "Get-Foo", Message: "The term 'Get-Foo' is not recognized.", Category: "ObjectNotFound", TargetName: "Get-Foo", TargetType: "String",
			Reason: "CommandNotFoundException", ID: "CommandNotFoundException", Line: 1, Column: 6, Length: 7, SourceLine: "$x = Get-Foo -Bar",
		}, 120, `|Get-Foo : The term 'Get-Foo' is not recognized.
At line:1 char:6
+ $x = Get-Foo -Bar
+      ~~~~~~~
    + CategoryInfo          : ObjectNotFound: (Get-Foo:String) [], CommandNotFoundException
    + FullyQualifiedErrorId : CommandNotFoundException
`},
		{"parse error: the place first", object.ErrorRecord{
			Message: `The string is missing the terminator: ".`, Category: "ParserError", Reason: "ParentContainsErrorRecordException",
			ID: "TerminatorExpectedAtEndOfString", Line: 2, Column: 3, Length: 99, SourceLine: "  \"abc\r", Script: `C:\Scripts\x.ps1`,
		}, 0, `|At C:\Scripts\x.ps1:2 char:3
+   "abc
+   ~~~~
The string is missing the terminator: ".
    + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException
    + FullyQualifiedErrorId : TerminatorExpectedAtEndOfString
`},
		{"of a server, with its remedy", object.ErrorRecord{
			Command: "Get-PartnerApplication", Message: "The operation couldn't be performed because object 'x' couldn't be found on 'dc01.litware.test'.",
			Category: "NotSpecified", Reason: "ManagementObjectNotFoundException", TargetName: strings.Repeat("abcdefghij", 5), TargetType: "Identity",
			ID: "[Server=EX01],Microsoft.Exchange", PSComputerName: "ex01.litware.test", Line: 1, Column: 1, SourceLine: "x",
			Remedy: "List what there is with Get-PartnerApplication, then name one of them.",
		}, 80, `|The operation couldn't be performed because object 'x' couldn't be found on
'dc01.litware.test'.
    + CategoryInfo          : NotSpecified: (abcdefghijabcde...fghijabcdefghij
   :Identity) [Get-PartnerApplication], ManagementObjectNotFoundException
    + FullyQualifiedErrorId : [Server=EX01],Microsoft.Exchange
    + PSComputerName        : ex01.litware.test
    + Remedy                : List what there is with
      Get-PartnerApplication, then name one of them.
`},
		{"nothing foreign reaches the terminal", object.ErrorRecord{
			Command: "x", Message: "a\x1b[2Jb", Category: "NotSpecified", TargetName: "two\nlines", ID: "y\u202e", Line: 1, Column: 2, Length: 1, SourceLine: "日\t\x1bz",
		}, 80, `|x : a\u001b[2Jb
At line:1 char:2
+ 日 \u001bz
+   ~
    + CategoryInfo          : NotSpecified: (two lines:) [x],
    + FullyQualifiedErrorId : y\u202e
`},
	} {
		t.Run(row.name, func(t *testing.T) { same(t, format.ErrorText(&row.e, row.width), row.want) })
	}
}

func TestSourceLineIsCutAroundThePlace(t *testing.T) {
	long := strings.Repeat("0123456789", 20)
	for _, row := range []struct {
		column, length int
		before, after  string // of the place
	}{
		{1, 10, "+ ", "0123456789"},
		{191, 10, "+ ... ", ""}, // all that is left stands after it
		{100, 5, "+ ... ", "45678901 ..."},
		{100, 90, "+ ... 456789012345678", " ..."},
	} {
		e := &object.ErrorRecord{Line: 1, Column: row.column, Length: row.length, SourceLine: long}
		all := strings.Split(format.ErrorText(e, 120), "\n")
		line, mark := all[2], all[3]
		start, end := strings.IndexByte(mark, '~'), len(mark)
		if !strings.HasPrefix(line, row.before) || !strings.HasSuffix(line[:min(len(line), end+len(row.after))], row.after) {
			t.Errorf("char %d: %q", row.column, line)
		}
		if got, want := line[start:min(end, start+row.length)], long[row.column-1:][:min(row.length, end-start)]; got != want {
			t.Errorf("char %d: %q is underlined and not %q", row.column, got, want)
		}
	}
}

func TestErrorTextStaysInTheWindow(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		width := rapid.IntRange(20, 130).Draw(r, "width")
		e := &object.ErrorRecord{
			Command: anyText().Draw(r, "command"), Message: anyText().Draw(r, "message"), Category: "NotSpecified",
			TargetName: anyText().Draw(r, "target"), ID: anyText().Draw(r, "id"), Remedy: anyText().Draw(r, "remedy"), PSComputerName: anyText().Draw(r, "computer"),
		}
		for _, line := range strings.Split(format.ErrorText(e, width), "\n") {
			if format.Width(line) > width || format.Visible(line) != line {
				r.Fatalf("%d columns of %d: %q", format.Width(line), width, line)
			}
		}
		e.Line, e.PSComputerName, e.SourceLine = 1, "", anyText().Draw(r, "source")
		e.Column, e.Length = rapid.IntRange(-1, 99).Draw(r, "column"), rapid.IntRange(-1, 99).Draw(r, "length")
		format.ErrorText(e, width) // any place in any line is taken
	})
}
