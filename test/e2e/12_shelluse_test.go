package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The test of the whole path, from the shell, and each way in which it fails.
func TestShellStorageTest(t *testing.T) {
	suite(t)
	d := startLab(t)
	l := seedLab{d, t}
	const test = `Test-CsExStorageConnectivity -SipUri "sip:kenmyer@litware.test" -Verbose`

	t.Run("002-29 002-30 the steps, and the verdict", func(t *testing.T) {
		got := seedLab{d, t}.shell("skype", test, "").want(t, 0)
		if got.lastLine() != "Test Passed" {
			t.Errorf("the last line is %q\n%s", got.lastLine(), got)
		}
		wantTexts(t, got, nil, []string{"VERBOSE: Successfully opened a connection to storage service", "Lookup user details, sipUri=sip:kenmyer@litware.test",
			"send GetUserSettings request", "app-act-as token", "EwsRequest", "Item created", "VERBOSE: Is command successful: True"})
		if strings.Contains(got.out, "VERBOSE") {
			t.Errorf("talk on standard output\n%s", got.out)
		}
	})
	t.Run("002-31 a wrong ExchangeAutodiscoverUrl", func(t *testing.T) {
		l := seedLab{d, t}
		for _, wrong := range []string{"https://autodiscover.litware.test/autodiscover/autodiscover.xml", `""`, "https://nowhere.litware.test/autodiscover/autodiscover.svc"} {
			l.must("skype", "Set-CsOAuthConfiguration -Identity global -ExchangeAutodiscoverUrl "+wrong, "")
			got := l.shell("skype", test, "").want(t, 1)
			wantTexts(t, got, nil, []string{`Test-CsExStorageConnectivity : ExCreateItem exchange operation failed, code=50043, reason=`})
		}
		l.must("skype", autodiscoverURL("litware.test"), "")
		l.shell("skype", test, "").want(t, 0)
	})
	t.Run("002-32 003-13 an operator without the group", func(t *testing.T) {
		l := seedLab{d, t}
		got := l.shell("skype", test, "", "--as", "helpdesk").want(t, 1)
		wantTexts(t, got, nil, []string{"code=5, reason=", "RTCUniversalUserAdmins"})
		l.must("skype", "Add-ADGroupMember -Identity RTCUniversalUserAdmins -Members helpdesk", "")
		l.shell("skype", test, "", "--as", "helpdesk").want(t, 0)
	})
	for user, words := range map[string]string{
		"nobody": "no user in the directory", "disabled": "is disabled", "nomailbox": "nomailbox@litware.test", "nosip": "no user in the directory",
	} {
		t.Run("004-12 "+user, func(t *testing.T) {
			got := seedLab{d, t}.shell("skype", "Test-CsExStorageConnectivity -SipUri sip:"+user+"@litware.test", "").want(t, 1)
			wantTexts(t, got, nil, []string{`code=\d+, reason=.*` + words, "FullyQualifiedErrorId : storage", "Remedy :"})
		})
	}
	t.Run("an address without sip:, and one that is none", func(t *testing.T) {
		l.must("skype", "Test-CsExStorageConnectivity kenmyer@litware.test", "")
		seedLab{d, t}.shell("skype", "Test-CsExStorageConnectivity -SipUri kenmyer", "").want(t, 1)
	})
}

// A block copied from a web page: prompts, list numbers, typographic
// characters, NO-BREAK SPACES.
func TestShellPastedBlock(t *testing.T) {
	suite(t)
	d := startLab(t, "--unpaired")
	block := strings.Join([]string{
		"[PS] C:\\Windows\\system32>$X=get-date",
		"1. $name\u00a0= \u201cLitware\u201d",
		"\u2022 if ($X \u2013gt (Get-Date).AddDays(\u20131)) {",
		">>     \u201c$name is up to date\u201d",
		">> }",
		"",
		"[PS] C:\\Windows\\system32>Get-ClientAccessServer\u00a0| Select Name,*uri* | fl",
		"PS C:\\Users\\Administrator> 'the end'",
	}, "\n") + "\n"
	for name, got := range map[string]result{
		"through a pipe": program{in: block}.run(t, "shell", "exchange", "--dir", d.dir),
		"with -c":        matchseal(t, "shell", "exchange", "--dir", d.dir, "-c", block),
		"from a file":    matchseal(t, "shell", "exchange", "--dir", d.dir, scriptFile(t, block)),
	} {
		t.Run(name, func(t *testing.T) {
			got.want(t, 0)
			wantTexts(t, got, []string{"^Litware is up to date$", "^Name +: EXCH$", "^AutoDiscoverServiceInternalUri +: https://", "^the end$"}, nil)
		})
	}
	t.Run("and not with --strict", func(t *testing.T) {
		matchseal(t, "shell", "exchange", "--dir", d.dir, "--strict", "-c", block).want(t, 1)
	})
}

func scriptFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "block.ps1")
	if err := os.WriteFile(name, []byte("\ufeff"+text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// Exit statuses, and output for programs.
func TestShellForPrograms(t *testing.T) {
	suite(t)
	d := startLab(t, "--unpaired")
	for line, code := range map[string]int{
		"'fine'": 0, "Get-Nothing": 1, "Get-Nothing; 'fine'": 0, "exit 0": 0, "exit 3": 1, "throw 'x'": 1,
		"Get-Nothing -ErrorAction SilentlyContinue": 1, "if (": 1, "nslookup nowhere.litware.test": 1,
	} {
		matchseal(t, "shell", "skype", "--dir", d.dir, "-c", line).want(t, code)
	}
	got := matchseal(t, "shell", "skype", "--dir", d.dir, "-o", "json", "-c", "Get-CsUser | Select-Object DisplayName, Enabled; 42").want(t, 0)
	var values []any
	if err := json.Unmarshal([]byte(got.out), &values); err != nil || len(values) < 6 || values[len(values)-1] != 42.0 {
		t.Errorf("%v\n%s", err, got)
	}
	if first, ok := values[0].(map[string]any); !ok || len(first) != 2 || first["Enabled"] == nil {
		t.Errorf("the first object is %v", values[0])
	}
	matchseal(t, "shell", "skype", "--dir", d.dir, "-c", "1", "file.ps1").want(t, 2)
	matchseal(t, "shell", "lync", "--dir", d.dir).want(t, 2)
	matchseal(t, "shell", "skype", "--dir", filepath.Join(d.dir, "nowhere"), "-c", "1").wantFailure(t, "there is no lab")
}

// Ten thousand users go through a pipeline one by one.
func TestShellStreams(t *testing.T) {
	suite(t)
	plain := program{path: os.Getenv(plainProgram)}
	d := plain.startLab(t, t.TempDir(), "--unpaired")
	const many = 10_000
	plain.run(t, "shell", "skype", "--dir", d.dir, "-c", fmt.Sprintf(
		`1..%d | ForEach-Object { New-ADUser -Name "user$_" -UserPrincipalName "user$_@litware.test" -EmailAddress "user$_@litware.test" -Enabled $true }`, many)).want(t, 0)
	got := plain.run(t, "shell", "skype", "--dir", d.dir, "-c", `Get-ADUser -Filter * | Where-Object { $_.Name -like 'user*' } | ForEach-Object { $_.UserPrincipalName } | Measure-Object | Select-Object -ExpandProperty Count`).want(t, 0)
	if strings.TrimSpace(got.out) != fmt.Sprint(many) {
		t.Errorf("%s", got)
	}
	t.Logf("%d users through a pipeline in %.2f s, %d MB", many, got.took.Seconds(), got.memory>>20)
	if got.memory > 100<<20 {
		t.Errorf("the shell took %d MB; 100 are promised", got.memory>>20)
	}
	first := plain.run(t, "shell", "skype", "--dir", d.dir, "-c", `Get-ADUser -Filter * | Select-Object -First 1 Name`).want(t, 0)
	if first.took > got.took/2 {
		t.Logf("the first took %s, all took %s", first.took, got.took)
	}
}
