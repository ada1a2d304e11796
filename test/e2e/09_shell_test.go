package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// commandLine is one of the 72 command lines of the seed documents, with the
// exact characters of the page.
type commandLine struct {
	N      int    `json:"n"`
	Seed   string `json:"seed"`
	Line   int    `json:"line"`
	Text   string `json:"text"`
	Shell  string `json:"shell"`
	Status string `json:"status"` // R runs, P prompts, V value to be filled in, F fails in the real shell, I implied
	Note   string `json:"note"`
}

// run is what one of them has to do.
type run struct {
	n      int
	before string // typed before it in the same shell
	shell  string // where it is typed; the line's own when empty
	// fill puts the value in that was lost on the page.
	fill    func(seedLab, string) string
	answers string   // what the person types
	out     []string // patterns in what it puts out
	says    []string // patterns in what it says
	fails   bool
	// strict is what the real shell does, for lines that it refuses.
	strict *strictly
}

// strictly is the outcome with --strict.
type strictly struct {
	out, says []string
	works     bool // exit status 0
}

// seedLab is a lab with the names of one seed's deployment.
type seedLab struct {
	*deployment
	t *testing.T
}

// shell runs a text in a shell of the lab and gives what came of it.
func (l seedLab) shell(name, text, answers string, args ...string) result {
	l.t.Helper()
	return program{in: answers}.run(l.t, append([]string{"shell", name, "--dir", l.dir, "-c", text}, args...)...)
}

// must runs a text that prepares something.
func (l seedLab) must(name, text, answers string) string {
	l.t.Helper()
	r := l.shell(name, text, answers)
	if r.code != 0 {
		l.t.Fatalf("preparing: %s\n%s", text, r)
	}
	return strings.TrimSpace(r.out)
}

// seedLabs say how the deployment of each seed is brought up, with its names.
var seedLabs = map[string][]string{
	"000": {"--domain", "domain.com", "--alias", "skype=pool01.domain.com", "--alias", "skype=lyncpool.domain.com", "--alias", "exchange=exchangeserver.domain.com", "--site", "yoursite"},
	"001": {"--domain", "fabrikam.com"},
	"002": {"--domain", "jdskype.net", "--alias", "skype=fe.jdskype.net"},
	"003": {"--domain", "patricio.local", "--alias", "skype=torsb01.patricio.local"},
	"004": {"--domain", "litwareinc.com", "--alias", "skype=atl-cs-001.litwareinc.com", "--alias", "exchange=atl-exchange-001.litwareinc.com"},
}

var shellOf = map[string]string{"EX": "exchange", "SFB": "skype", "MSOL": "online", "ONLINE": "online", "native": "exchange"}

// Every command line of the seeds, to the character, against a lab with the
// names of its document.
func TestSeedLines(t *testing.T) {
	suite(t)
	data, err := os.ReadFile("testdata/commandlines.json")
	if err != nil {
		t.Fatal(err)
	}
	var lines []commandLine
	if err := json.Unmarshal(data, &lines); err != nil {
		t.Fatal(err)
	}
	byNumber := map[int]commandLine{}
	for _, l := range lines {
		byNumber[l.N] = l
	}
	tried := map[int]bool{}
	for _, seed := range []string{"000", "001", "002", "003", "004"} {
		t.Run(seed, func(t *testing.T) {
			l := seedLab{startLab(t, append([]string{"--unpaired"}, seedLabs[seed]...)...), t}
			prepareSeed[seed](l)
			for _, r := range seedRuns[seed] {
				line := byNumber[r.n]
				if !strings.HasPrefix(line.Seed, seed) {
					t.Fatalf("line %d is of %s", r.n, line.Seed)
				}
				tried[r.n] = true
				t.Run(fmt.Sprintf("%02d %s %s", r.n, line.Status, line.Text), func(t *testing.T) { r.try(seedLab{l.deployment, t}, line) })
			}
		})
	}
	for _, l := range lines {
		if !tried[l.N] {
			t.Errorf("line %d was not tried: %s", l.N, l.Text)
		}
	}
}

func (r run) try(l seedLab, line commandLine) {
	text, name := line.Text, r.shell
	if name == "" {
		name = shellOf[line.Shell]
	}
	if r.fill != nil {
		text = r.fill(l, text)
	}
	if r.before != "" {
		text = r.before + "\n" + text
	}
	if r.strict != nil {
		got := l.shell(name, text, r.answers, "--strict")
		if (got.code == 0) != r.strict.works {
			l.t.Errorf("--strict: exit status %d\n%s", got.code, got)
		}
		wantTexts(l.t, got, r.strict.out, r.strict.says)
	}
	got := l.shell(name, text, r.answers)
	if (got.code != 0) != r.fails {
		l.t.Errorf("exit status %d\n%s", got.code, got)
	}
	wantTexts(l.t, got, r.out, r.says)
}

func wantTexts(t *testing.T, got result, out, says []string) {
	t.Helper()
	for _, want := range out {
		if !regexp.MustCompile("(?m)" + want).MatchString(got.out) {
			t.Errorf("it does not put out %q\n%s", want, got)
		}
	}
	// Messages are wrapped at the width of the window.
	flat := strings.Join(strings.Fields(got.err), " ")
	for _, want := range says {
		if !regexp.MustCompile(want).MatchString(flat) {
			t.Errorf("it does not say %q\n%s", want, got)
		}
	}
	if strings.Contains(got.err, "internal") {
		t.Errorf("an unforeseen failure\n%s", got)
	}
}

// exchangePages are the settings that the seeds take for given: OAuth switched
// on at the mail server.
const oauthOn = "Get-AutodiscoverVirtualDirectory | Set-AutodiscoverVirtualDirectory -OAuthAuthentication $true\n" +
	"Get-WebServicesVirtualDirectory | Set-WebServicesVirtualDirectory -OAuthAuthentication $true"

// pairedExchange makes the Skype server a partner of the mail server.
func pairedExchange(host string) string {
	return "cd $exscripts\n.\\Configure-EnterprisePartnerApplication.ps1 -AuthMetadataUrl https://" + host + "/metadata/json/1 -ApplicationType Lync"
}

// noExchangePartner takes the Skype side's partner away, so that a line can
// make it.
const noExchangePartner = "Get-CsPartnerApplication | Remove-CsPartnerApplication -Confirm:$false"

// prepareSeed brings a lab into the state in which a seed begins.
var prepareSeed = map[string]func(seedLab){
	"000": func(l seedLab) {
		l.must("exchange", oauthOn, "")
		// What the Lync side's own certificate would be exported to.
		l.must("exchange", `$c = New-ExchangeCertificate -KeySize 2048 -DomainName domain.com -PrivateKeyExportable $true -SubjectName "cn=domain.com" -FriendlyName "Server To Server Auth"
$p = ConvertTo-SecureString "P@ssw0rd" -AsPlainText -Force
Export-ExchangeCertificate -Thumbprint $c.Thumbprint -FileName C:\Certificates\ServerToServerAuth.pfx -BinaryEncoded -Password $p | Out-Null`, "N\nN\n")
		if _, err := os.Stat(filepath.Join(l.dir, "c", "Certificates", "ServerToServerAuth.pfx")); err != nil {
			l.t.Fatal(err)
		}
	},
	"001": func(l seedLab) {
		l.must("exchange", oauthOn+"\n"+pairedExchange("pool.fabrikam.com"), "")
		l.must("skype", `Set-CsOAuthConfiguration -Identity global -ExchangeAutodiscoverUrl https://autodiscover.fabrikam.com/autodiscover/autodiscover.svc
New-CsPartnerApplication -Identity microsoft.exchange -ApplicationTrustLevel Full -MetadataUrl https://autodiscover.fabrikam.com/autodiscover/metadata/json/1
[Convert]::ToBase64String((Get-CsCertificate -Type OAuthTokenIssuer).RawData) | Out-File C:\Certificates\Office365.cer`, "")
	},
	"002": func(l seedLab) { l.must("exchange", oauthOn, "") },
	"003": func(l seedLab) { l.must("exchange", oauthOn, "") },
	"004": func(l seedLab) { l.must("exchange", oauthOn, "") },
}

const guid = `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`
