package paste

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// failure is a failure of binding or lookup, known by its name alone.
type failure string

func (f failure) Error() string   { return string(f) }
func (f failure) ErrorID() string { return string(f) + ",Some.Class" }

// shell is a shell that knows a few commands: their parameters, switches with
// a + in front.
type shell map[string][]string

func (s shell) Commands() []string {
	var names []string
	for name := range s {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (s shell) Parameters(command string) []string {
	var names []string
	for name, parameters := range s {
		if strings.EqualFold(name, command) {
			for _, p := range parameters {
				names = append(names, strings.TrimPrefix(p, "+"))
			}
		}
	}
	return names
}

func (s shell) Switch(command, parameter string) bool {
	for name, parameters := range s {
		if strings.EqualFold(name, command) && slices.Contains(parameters, "+"+parameter) {
			return true
		}
	}
	return false
}

func skype() shell {
	return shell{
		"Set-CsOAuthConfiguration":     {"Identity", "ExchangeAutodiscoverUrl", "Realm", "+Force", "+WhatIf"},
		"New-CsPartnerApplication":     {"Identity", "ApplicationIdentifier", "ApplicationTrustLevel", "MetadataUrl", "+UseOAuthServer"},
		"Test-CsExStorageConnectivity": {"SipUri", "+Verbose"},
	}
}

func exchange() shell {
	return shell{
		"New-ExchangeCertificate":                      {"DomainName", "DomainController", "KeySize", "SubjectName", "FriendlyName", "Services", "PrivateKeyExportable"},
		`.\Configure-EnterprisePartnerApplication.ps1`: {"AuthMetadataUrl", "ApplicationType", "DomainController"},
	}
}

// line is a command line with the exact characters of the page it stands on.
func line(t testing.TB, n int) string {
	t.Helper()
	data, err := os.ReadFile("testdata/commandlines.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []struct {
		N    int
		Text string
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all[n-1].Text
}

// checklist: 002-41
func TestLinesThatFail(t *testing.T) {
	for _, row := range []struct {
		n       int
		failure error // nil for what Parse says
		known   shell
		want    string // "" for no repair
		notes   []string
	}{
		{8, failure("AmbiguousParameter"), exchange(),
			"New-ExchangeCertificate -KeySize 2048 -DomainName domain.local -PrivateKeyExportable $true -SubjectName “cn= Microsoft Exchange Server Auth Certificate” -FriendlyName “Microsoft Exchange Server Auth Certificate” -Services smtp",
			[]string{"-domain is ambiguous; it was read as -DomainName."}},
		{25, failure("PositionalParameterNotFound"), skype(), "", nil},
		{28, failure("MissingArgument"), skype(), "", nil},
		{37, failure("CommandNotFoundException"), skype(), "", nil},
		{51, nil, exchange(),
			`.\Configure-EnterprisePartnerApplication.ps1 -AuthMetaDataUrl https://fe.jdskype.net/metadata/json/1 -ApplicationType Lync`,
			[]string{"A quotation mark without a partner was dropped at the end of the line.", "A space was put between -AuthMetaDataUrl and its value.",
				"A prime (′) after a value without quotation marks was dropped."}},
		{56, nil, exchange(),
			`.\Configure-EnterprisePartnerApplication.ps1 -AuthMetaDataUrl ‘https://fe.jdskype.net/metadata/json/1' -ApplicationType Lync`,
			[]string{"A prime (′) closed a quoted value; it was read as the closing quotation mark.", "A quotation mark without a partner was dropped at the end of the line."}},
		{64, failure("MissingArgument"), skype(), "", nil},
		{66, failure("CommandNotFoundException"), skype(), "", nil}, // it would clear the URL
		{66, failure("CommandNotFoundException"), exchange(), "", nil},
		{68, failure("PositionalParameterNotFound"), exchange(),
			`.\Configure-EnterprisePartnerApplication.ps1 –AuthMetadataURL https://torsb01.patricio.local/metadata/json/1 -ApplicationType “Lync”`,
			[]string{"A backslash after the last quotation mark was dropped."}},
		{69, nil, exchange(),
			`& "C:\Program Files\Microsoft\Exchange Server\V15\Scripts\Configure-EnterprisePartnerApplication.ps1" -AuthMetaDataUrl 'https://atl-cs-001.litwareinc.com/metadata/json/1' -ApplicationType Lync`,
			[]string{"The whole command line stood in quotation marks; it is run, not shown."}},
	} {
		text := line(t, row.n)
		fault := row.failure
		if fault == nil {
			_, fault = syntax.Parse(text)
		}
		got, notes, ok := Repair(text, fault, row.known)
		want := row.want
		if want == "" {
			want = text
		}
		if got != want || ok != (row.want != "") || !slices.Equal(notes, row.notes) {
			t.Errorf("%d: %v\n got %s\nwant %s\n%s", row.n, ok, got, want, cmp.Diff(row.notes, notes))
		}
		// What was repaired needs no repair.
		if again, _, ok := Repair(got, fault, row.known); ok || again != got {
			t.Errorf("%d: repaired twice: %s", row.n, again)
		}
	}
}

// Every line that can be read and bound stays as it is.
func TestGoodLinesAreLeftAlone(t *testing.T) {
	for n := 1; n <= 72; n++ {
		text := line(t, n)
		if stripped := Strip(text); stripped != text {
			t.Errorf("%d: Strip made %q of %q", n, stripped, text)
		}
		if _, err := syntax.Parse(text); err != nil || n == 69 {
			continue
		}
		if got, notes, ok := Repair(text, nil, skype()); ok || notes != nil || got != text {
			t.Errorf("%d: Repair made %q of %q", n, got, text)
		}
	}
}

func TestRepair(t *testing.T) {
	for _, row := range []struct {
		name, text string
		failure    error // ignored when the text cannot be read
		want       string
	}{
		{"double prime closes", "Test-CsExStorageConnectivity -SipUri “sip:a@b.c″ -Verbose", nil, `Test-CsExStorageConnectivity -SipUri “sip:a@b.c" -Verbose`},
		{"prime closes before the string closes elsewhere", "a ‘b′ -c ‘d’", nil, "a ‘b' -c ‘d’"},
		{"prime closes at the end", "a ‘b′", nil, "a ‘b'"},
		{"two primes, which leave no string open", "a ‘b′ ‘c′", nil, ""},
		{"prime in a word is a letter", "a ‘5′x", nil, ""},
		{"prime of the other kind", "a “5′", nil, ""},
		{"prime without damage", "a b′", failure("NamedParameterNotFound"), ""},
		{"stray quote before other lines", "a Lync\"\r\niisreset", nil, "a Lync\r\niisreset"},
		{"string that goes on", "Write-Host \"", nil, ""},
		{"assignment that goes on", "$x = \"", nil, ""},
		{"here-string that goes on", "$x = @\"", nil, ""},
		{"quote in the middle", "a \"b c", nil, ""},
		{"open block", "if ($a) {", nil, ""},
		{"http glued", "New-CsPartnerApplication –MetadataUrlhttp://x/1 -Identity a", failure("NamedParameterNotFound"), "New-CsPartnerApplication –MetadataUrl http://x/1 -Identity a"},
		{"glued to what is no parameter", "New-CsPartnerApplication -Nopehttps://x", failure("NamedParameterNotFound"), ""},
		{"colon of a good parameter", "New-CsPartnerApplication -MetadataUrl:https://x -Nope", failure("NamedParameterNotFound"), ""},
		{"glued, other failure", "New-CsPartnerApplication -MetadataUrlhttps://x", failure("CommandNotFoundException"), ""},
		{"misspelt in another case", "SET-OAUTHCONFIGURATION -Force", failure("CommandNotFoundException"), "Set-CsOAuthConfiguration -Force"},
		{"misspelt, value lost before another", "set-cssoauthconfiguration -Realm -Force", failure("CommandNotFoundException"), ""},
		{"misspelt in the middle", "$x = Set-OAuthConfiguration a; Get-Date", failure("CommandNotFoundException"), "$x = Set-CsOAuthConfiguration a; Get-Date"},
		{"unknown command", "Set-Nothing", failure("CommandNotFoundException"), ""},
		{"backslash after a word", `a Lync \`, failure("PositionalParameterNotFound"), ""},
		{"backslash apart", `a "Lync" \`, failure("PositionalParameterNotFound"), ""},
		{"program in quotes", `'C:\Windows\System32\a b.EXE /x ''c'''`, nil, `& 'C:\Windows\System32\a b.EXE' /x 'c'`},
		{"relative script in quotes", `“.\x.ps1 –a “”b c”””`, nil, "& “.\\x.ps1” –a “”b c””"},
		{"path alone", `"C:\a\b.ps1"`, nil, ""},
		{"prose about a path", `"C:\a\b.ps1 is missing"`, nil, ""},
		{"other file", `"C:\a\b.txt -c"`, nil, ""},
		{"path used", `"C:\a\b.ps1 -c".Length`, nil, ""},
		{"not alone", `"C:\a\b.ps1 -c"; 1`, nil, ""},
		{"in quotes after a failure", `"C:\a\b.ps1 -c"`, failure("CommandNotFoundException"), ""},
	} {
		fault := row.failure
		if _, err := syntax.Parse(row.text); err != nil {
			fault = err
		}
		got, notes, ok := Repair(row.text, fault, skype())
		want := row.want
		if want == "" {
			want = row.text
		}
		if got != want || ok != (row.want != "") || ok != (len(notes) > 0) {
			t.Errorf("%s: %v %q\n got %s\nwant %s", row.name, ok, notes, got, want)
		}
	}
}

func TestStrip(t *testing.T) {
	for text, want := range map[string]string{
		"PS C:\\Users\\jeff> Get-Date":                       "Get-Date",
		"PS C:\\Program Files\\X>Get-Date":                   "Get-Date",
		"PS> Get-Date":                                       "Get-Date",
		"PS C:\\>\u00a0Get-Date\r\nPS C:\\>":                 "Get-Date\r\n",
		"PS HKLM:\\> a":                                      "a",
		"PS /home/x> a":                                      "a",
		"[fe01]: PS C:\\> a":                                 "a",
		"[PS] C:\\Windows\\system32>Get-ExchangeCertificate": "Get-ExchangeCertificate",
		"[PS] C:\\>\t$X=get-date":                            "\t$X=get-date"[1:],
		"\u00a0\u00a01.\u00a0\u00a0$X=get-date":              "$X=get-date",
		"1. a\n2. $x\n 10) .\\b.ps1":                         "a\n$x\n.\\b.ps1",
		"1. PS C:\\> a":                                      "a",
		"• Set-AuthConfig –PublishCertificate":               "Set-AuthConfig –PublishCertificate",
		"\uf0b7\u00a0a":                                      "a",
		"\ufeffa":                                            "a",
		"PS C:\\> a |\n>> b `\n>> -c\n>>\n":                  "a |\nb `\n-c\n\n",
		"1.5\n1. + 2\n1. -eq 1\n1 .. 5\n1. .. 3\n5":          "1.5\n1. + 2\n1. -eq 1\n1 .. 5\n1. .. 3\n5",
		"ps | ft > x.txt":                                    "ps | ft > x.txt",
		"PS C:\\a | ft > x":                                  "PS C:\\a | ft > x",
		"a `\n>> out.txt":                                    "a `\n>> out.txt",
		"  a\n\tb":                                           "  a\n\tb",
		"":                                                   "",
		"$x = @'\n1. a\nPS C:\\> b\n'@\n2. c":                "$x = @'\n1. a\nPS C:\\> b\n'@\nc",
		"1. $x = @\"\n• a\n\"@ | b\n>> c":                    "$x = @\"\n• a\n\"@ | b\nc",
		"$x = 'a\n1. b\n'":                                   "$x = 'a\n1. b\n'",
		"<#\n1. b\n#> a":                                     "<#\n1. b\n#> a",
		"a Lync\"\n2. iisreset\n3. Get-Item \"x\"":           "a Lync\"\niisreset\nGet-Item \"x\"",
		"# @'\n1. a":                                         "# @'\na",
		"user@\"\n1. a":                                      "user@\"\na",
	} {
		got := Strip(text)
		if got != want {
			t.Errorf("%q\n got %q\nwant %q", text, got, want)
		}
		if again := Strip(got); again != got {
			t.Errorf("%q: stripped twice: %q", text, again)
		}
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"Set-CsOAuthConfiguration", "Get-CsOAuthConfiguration", "iisreset", "Get-AuthConfig", "Set-AuthConfig", "fl", "ft", "Format-Liszt", "Format-Lisxt"}
	for name, want := range map[string]string{
		"set-cssoauthconfiguration": "Set-CsOAuthConfiguration",
		"Set-OAuthConfiguration":    "Set-CsOAuthConfiguration",
		"iisrest":                   "iisreset",
		"iirseset":                  "iisreset",
		"get-authconfg":             "Get-AuthConfig",
		"fx":                        "",
		"Frobnicate":                "",
		"":                          "",
		"Format-List":               "Format-Lisxt",
		"GET-AUTHCONFIG":            "Set-AuthConfig",
		strings.Repeat("a", 1000):   "",
	} {
		if got := Suggest(name, known); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
