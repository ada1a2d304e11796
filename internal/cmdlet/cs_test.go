package cmdlet

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// texts gives what a line puts out, each value as text.
func (a *admin) texts(line string) []string {
	a.t.Helper()
	values, err := a.session.Evaluate(a.t.Context(), line)
	if err != nil {
		a.t.Fatalf("%s\n%v\n%s", line, err, a.printed(shell.Errors))
	}
	var all []string
	for _, v := range values {
		for _, item := range object.Items(v) {
			all = append(all, object.Text(item))
		}
	}
	return all
}

// checklist: 000-02
func TestPoolsAndSites(t *testing.T) {
	d := startDeployment(t)
	a := d.sit("skype", "administrator")
	a.runs(`New-CsTrustedApplicationPool -Identity exchangeserver.domain.com -Registrar lyncpool.domain.com -Site yoursite -Force -WarningAction SilentlyContinue | Out-Null`)
	t.Run("line 2: the pools that run UserServer, with site", func(t *testing.T) {
		got := a.runs("Get-Cspool | where-object {$_.services \u2013like \u201c*UserServer*\u201d} | fl site, fqdn")
		if want := "Site : Site:yoursite Fqdn : lyncpool.domain.com"; strings.Join(strings.Fields(got), " ") != want {
			t.Errorf("printed\n%s", got)
		}
	})
	a.sameAsRow("Get-CsPool", a.one("Get-CsPool -Identity lyncpool.domain.com"))
	a.sameAsRow("Get-CsSite", a.one("Get-CsSite"))
	for line, want := range map[string]int{
		"Get-CsPool": 2, "Get-CsPool *pool*": 1, "Get-CsPool -Filter exch*": 1, "Get-CsPool -Site yoursite": 2, "Get-CsPool -Site site:YourSite": 2,
		"Get-CsPool -Site other": 0, "Get-CsPool other*": 0, "Get-CsSite yoursite": 1, "Get-CsSite site:yoursite": 1, "Get-CsSite -Filter x*": 0,
	} {
		if got := a.texts(line); len(got) != want {
			t.Errorf("%s gives %q, want %d", line, got, want)
		}
	}
	says(t, a.fails("Get-CsPool nowhere.domain.com"), `Cannot find "Pool" "nowhere.domain.com" because it does not exist.`, "GetPoolCmdlet", "Remedy")
	if got := a.value(`(Get-CsSite).Pools -join ","`); got != "exchangeserver.domain.com,lyncpool.domain.com" {
		t.Errorf("the site has the pools %s", got)
	}
}

// checklist: 000-26, 000-27. Lines 21 and 22, in the order that can work.
func TestTrustedApplicationLines(t *testing.T) {
	d := startDeployment(t)
	a := d.sit("skype", "administrator")
	const line21 = "New-CsTrustedApplication -ApplicationId OutlookWebAccess -TrustedApplicationPoolFqdn exchangeserver.domain.com -Port 5199"
	const line22 = "New-CsTrustedApplicationPool -Identity exchangeserver.domain.com -Registrar lyncpool.domain.com -Site yoursite -RequiresReplication $False"
	says(t, a.fails(line21), `Cannot find "TrustedApplicationPool" "exchangeserver.domain.com" because it does not exist.`, "make a pool with New-CsTrustedApplicationPool")
	if ok, _ := a.run(line22, "N"); !ok || len(a.asked) != 1 || len(a.texts("Get-CsTrustedApplicationPool")) != 0 {
		t.Errorf("answered no: %v, %d questions", ok, len(a.asked))
	}
	printed := a.runs(line22, "Y")
	says(t, printed, "Identity : TrustedApplicationPool:exchangeserver.domain.com", "Registrar : Registrar:lyncpool.domain.com", "RequiresReplication : False", "SiteId : Site:yoursite", "ServiceId : yoursite-ExternalServer-1")
	warned := a.printed(shell.Warnings)
	says(t, warned, "WARNING: Machine exchangeserver.domain.com from the topology you are publishing was not found in Active Directory",
		"WARNING: The following changes must be made in order for the operation to be complete.", "WARNING: Enable-CsTopology must still be run for all changes to take effect.")
	if n := strings.Count(warned, "Machine"); n != 1 {
		t.Errorf("the computer is warned of %d times", n)
	}
	says(t, a.runs(line21), "Identity : exchangeserver.domain.com/urn:application:OutlookWebAccess", "Protocol : Mtls", "Port : 5199")
	a.sameAsRow("Get-CsTrustedApplication", a.one("Get-CsTrustedApplication"))
	a.sameAsRow("Get-CsTrustedApplicationPool", a.one("Get-CsTrustedApplicationPool"))
	a.runs("Get-CsTrustedApplication | Out-Null")
	says(t, a.printed(shell.Warnings), "Enable-CsTopology must still be run for exchangeserver.domain.com/urn:application:OutlookWebAccess.")
	for line, want := range map[string]string{
		"New-CsTrustedApplication -ApplicationId other -TrustedApplicationPoolFqdn exchangeserver.domain.com -Port 5199":      "port 5199 of exchangeserver.domain.com belongs to urn:application:OutlookWebAccess",
		`New-CsTrustedApplication -ApplicationId "Outlook Web" -TrustedApplicationPoolFqdn exchangeserver.domain.com -Port 1`: `cannot have the id "Outlook Web"`,
		"New-CsTrustedApplicationPool x.domain.com -Site site:yoursite":                                                       "topology.site",
		"New-CsTrustedApplicationPool x.domain.com -Site yoursite -Registrar other.domain.com":                                "topology.registrar",
		"Remove-CsTrustedApplicationPool exchangeserver.domain.com":                                                           "has the application urn:application:OutlookWebAccess",
		"Remove-CsTrustedApplication exchangeserver.domain.com/nothing":                                                       `Cannot find "TrustedApplication" "exchangeserver.domain.com/nothing"`,
	} {
		says(t, a.fails(line), want)
	}
	a.runs(`Enable-CsTopology -Verbose -Report C:\topology.html`)
	says(t, a.printed(shell.Verbose), "VERBOSE: Trusted application pool exchangeserver.domain.com was added.", "VERBOSE: Trusted application exchangeserver.domain.com/urn:application:OutlookWebAccess was added.")
	report, err := os.ReadFile(filepath.Join(d.dir, "c", "topology.html"))
	if err != nil || !strings.Contains(string(report), "<li>Trusted application pool exchangeserver.domain.com was added.</li>") {
		t.Errorf("the report: %s, %v", report, err)
	}
	if got := a.value("(Get-CsTrustedApplication exchangeserver.domain.com/OutlookWebAccess).ServiceGruu"); !strings.HasPrefix(got, "sip:exchangeserver.domain.com@jdskype.net;gruu;opaque=srvr:OutlookWebAccess:") {
		t.Errorf("the address is %s", got)
	}
	says(t, a.runs("Get-CsTrustedApplication -TrustedApplicationPoolFqdn exchangeserver.domain.com | Remove-CsTrustedApplication -WhatIf"))
	a.runs("Get-CsTrustedApplication -ApplicationId Outl* | Remove-CsTrustedApplication")
	a.runs("Get-CsTrustedApplicationPool -PoolFqdn exch* | Remove-CsTrustedApplicationPool -Force")
	if left := a.texts("Get-CsTrustedApplication; Get-CsTrustedApplicationPool"); len(left) != 0 {
		t.Errorf("left are %q", left)
	}
}

func TestCsUsers(t *testing.T) {
	d := startDeployment(t)
	a := d.sit("skype", "administrator")
	if got := a.texts("Get-CsUser"); len(got) != 0 {
		t.Errorf("at first there are %q", got)
	}
	says(t, a.fails("Get-CsUser jeff"), `Management object not found for identity "jeff".`, "never enabled for SIP", "GetOcsUserCmdlet")
	a.runs("Enable-CsUser -Identity jeff -RegistrarPool lyncpool.domain.com -WhatIf")
	if got := a.texts("Get-CsUser"); len(got) != 0 {
		t.Errorf("-WhatIf enabled %q", got)
	}
	says(t, a.runs("Enable-CsUser -Identity jeff -RegistrarPool lyncpool.domain.com -SipAddressType EmailAddress -PassThru"), "SipAddress : sip:jeff@jdskype.net", "RegistrarPool : lyncpool.domain.com", "Enabled : True")
	a.runs(`Enable-CsUser "Ken Myer" -RegistrarPool lyncpool.domain.com -SipAddressType FirstLastName -SipDomain litwareinc.com`)
	a.runs(`"nosip","nobody","nomailbox" | Enable-CsUser -RegistrarPool lyncpool.domain.com -ErrorAction SilentlyContinue -ErrorVariable bad; $bad.Count`)
	a.sameAsRow("Get-CsUser", a.one("Get-CsUser jeff"))
	for line, want := range map[string]string{
		"Get-CsUser":                                      "jeff kenmyer nomailbox nosip",
		"Get-CsUser sip:ken.myer@litwareinc.com":          "kenmyer",
		`Get-CsUser JDSKYPE\jeff`:                         "jeff",
		`Get-CsUser "CN=jeff,CN=Users,DC=jdskype,DC=net"`: "jeff",
		"Get-CsUser no*":                                  "nomailbox nosip",
		"Get-CsUser sip:*@litwareinc.com":                 "kenmyer",
		`Get-CsUser -Filter {DisplayName -like "N* without*" -and Enabled -eq $true}`: "nomailbox nosip",
		`Get-CsUser -Filter {SipAddress -eq "sip:jeff@jdskype.net"}`:                  "jeff",
		"Get-CsUser -ResultSize 2": "jeff kenmyer",
		"Get-CsUser -ResultSize Unlimited -OU 'CN=Users,DC=jdskype,DC=net'": "jeff kenmyer nomailbox nosip",
		"Get-CsUser -OU jdskype.net/Elsewhere":                              "",
		"Get-CsUser -UnAssignedUser":                                        "",
		"Get-CsUser | Select-Object -First 1":                               "jeff",
		`"jeff","kenmyer" | Get-CsUser`:                                     "jeff kenmyer",
	} {
		if got := strings.Join(a.texts(line+" | ForEach-Object { $_.SamAccountName }"), " "); got != want {
			t.Errorf("%s gives %q, want %q", line, got, want)
		}
	}
	says(t, a.fails("Get-CsUser -LdapFilter '(sn=Hay)'"), "use -Filter")
	says(t, a.fails("Get-CsUser -Filter {Shoesize -gt 40}"), `no property "Shoesize"`)
	says(t, a.fails("Enable-CsUser nobody -RegistrarPool lyncpool.domain.com"), `Management object not found for identity "nobody".`)
	says(t, a.fails("Enable-CsUser jeff"), "RegistrarPool")
	says(t, a.fails("Enable-CsUser jeff -RegistrarPool lyncpool.domain.com -SipAddressType FirstLastName"), "SipDomain")
	says(t, a.fails("Enable-CsUser jeff -RegistrarPool other.domain.com"), "other.domain.com")
	says(t, a.runs("Get-CsUser no* | Disable-CsUser -PassThru"), "Enabled : False")
	if got := a.texts(`Get-CsUser -Filter {Enabled -eq $false} | % { $_.SamAccountName }`); !slices.Equal(got, []string{"nomailbox", "nosip"}) {
		t.Errorf("switched off are %q", got)
	}
	says(t, a.fails("Disable-CsUser nosip"), "is not enabled for SIP")
}

// Ten thousand users flow through a pipeline; no more of them are read than are
// wanted.
func TestManyCsUsersStream(t *testing.T) {
	d := startDeployment(t)
	d.pair()
	a := d.sit("skype", "administrator")
	c, err := d.client(t.Context(), "administrator")
	d.must(err)
	for i := range 2*adminapi.MaxPage + 20 {
		name := fmt.Sprintf("user%04d", i)
		call(d, c, adminapi.NewUser, adminapi.NewUserRequest{Name: name, UPN: name + "@jdskype.net"})
		call(d, c, adminapi.EnableCsUser, adminapi.EnableCsUserRequest{Identity: name, RegistrarPool: seedPool})
	}
	if got := a.value("(Get-CsUser user* | Measure-Object).Count"); got != fmt.Sprint(2*adminapi.MaxPage+20) {
		t.Errorf("%s users", got)
	}
	if got := a.value("(Get-CsUser | Where-Object { $_.SamAccountName -like '*19' } | Select-Object -First 2).SamAccountName -join ' '"); got != "user0019 user0119" {
		t.Errorf("got %s", got)
	}
}

// checklist: 001-25, 002-29, 002-30, 002-31, 002-32, 003-12, 003-13, 004-09, 004-10, 004-11, 004-12
func TestStorageConnectivityLines(t *testing.T) {
	d := startDeployment(t)
	d.pair()
	a := d.sit("skype", "administrator")
	for number, line := range map[int]string{
		54: `Test-CsExStorageConnectivity -SipUri "sip:jeff@jdskype.net" -Verbose`,
		58: "Test-CsExStorageConnectivity -SipUri \u201csip:jeff@jdskype.net\u201d -Verbose",
		67: "Test-CSExStorageConnectivity \u2013sipuri jeff@jdskype.net \u2013Verbose",
		72: `Test-CsExStorageConnectivity -SipUri "sip:kenmyer@litwareinc.com"`,
	} {
		if got := strings.TrimSpace(a.runs(line)); got != "Test Passed" {
			t.Errorf("line %d prints %q", number, got)
		}
		steps := a.printed(shell.Verbose)
		if number == 72 && steps != "" {
			t.Errorf("line 72 prints steps:\n%s", steps)
		} else if number != 72 {
			says(t, steps, "VERBOSE: Successfully opened a connection to storage service at localhost using binding: NetNamedPipe.", "VERBOSE: Create message.",
				"VERBOSE: Processing web storage response for ExCreateItem Success., result=1,", "Lookup user details, sipUri=sip:jeff@jdskype.net",
				"Autodiscover, received GetUserSettings response", "VERBOSE: Items choice type: CreateItemResponseMessageType.", "VERBOSE: Is command successful: True.")
		}
	}
	t.Run("lines 38 and 65 ask for the address", func(t *testing.T) {
		for _, line := range []string{"test-csexstorageconnectivity -verbose", "Test-CSEXStorageConnectivity"} {
			if got := a.runs(line, "sip:jeff@jdskype.net"); !strings.Contains(got, "Test Passed") || len(a.asked) != 1 || !strings.HasPrefix(a.asked[0].Prompt, "SipUri") {
				t.Errorf("%s: %q, asked %+v", line, got, a.asked)
			}
			says(t, a.fails(line), "missing mandatory parameters: SipUri")
		}
	})
	t.Run("004-11 the item is deleted when wanted", func(t *testing.T) {
		a.runs("Test-CsExStorageConnectivity jeff@jdskype.net -DeleteItem -Folder Inbox -UseCache -Binding NetTCP -HostNameStorageService lyncpool.domain.com -Verbose")
		says(t, a.printed(shell.Verbose), "at lyncpool.domain.com using binding: NetTCP.", "ExDeleteItem Success.", "DeleteItemResponseMessageType")
	})
	t.Run("notification", func(t *testing.T) {
		if got := strings.TrimSpace(a.runs("Test-CsExStorageNotification -SipUri sip:jeff@jdskype.net -DeleteItem -Verbose")); got != "Test Passed" {
			t.Errorf("printed %q", got)
		}
		says(t, a.printed(shell.Verbose), "the item is found by polling its folder", "ExFindItem Success.", "found by polling, attempt 1", "ExDeleteItem Success.")
	})
	t.Run("each fault of the user has its error", func(t *testing.T) { faultsOfUsers(t, d, a) })
	t.Run("002-31 code=50043", func(t *testing.T) {
		a.runs("Set-CsOAuthConfiguration -Identity global -ExchangeAutodiscoverUrl https://autodiscover.jdskype.net/autodiscover/autodiscover.xml")
		for _, line := range []string{"Test-CsExStorageConnectivity sip:jeff@jdskype.net -Verbose", "Test-CsExStorageNotification -SipUri sip:jeff@jdskype.net -Verbose"} {
			says(t, a.fails(line), "ExCreateItem exchange operation failed, code=50043, reason=GetUserSettings failed, smtpAddress=jeff@jdskype.net", "autodiscover.xml")
			says(t, a.printed(shell.Verbose), "VERBOSE: Is command successful: False.")
		}
		a.runs("Set-CsOAuthConfiguration -Identity global -ExchangeAutodiscoverUrl " + seedURL)
		a.runs("Test-CsExStorageConnectivity sip:jeff@jdskype.net")
	})
	t.Run("002-32 003-13 code=5 and its cure", func(t *testing.T) { codeFive(t, d) })
}

func faultsOfUsers(t *testing.T, d *deployment, a *admin) {
	for sip, want := range map[string][]string{
		"sip:nobody@jdskype.net":    {"ExCreateItem exchange operation failed, code=50001, reason=no user in the directory has the address sip:nobody@jdskype.net"},
		"sip:disabled@jdskype.net":  {"code=50002, reason=the account disabled (sip:disabled@jdskype.net) is disabled"},
		"sip:nomailbox@jdskype.net": {"code=50005, reason=GetUserSettings failed, smtpAddress=nomailbox@jdskype.net", "Enable-Mailbox USER"},
		"nosip@jdskype.net":         {"reason=no user in the directory has the address sip:nosip@jdskype.net"},
		"[email\u00a0protected]":    {"is not a SIP address"}, // line 67 as printed: two words
		"jeff":                      {`"jeff" is not a SIP address`, "Type the address by hand"},
	} {
		got := a.fails("Test-CsExStorageConnectivity -SipUri '" + sip + "'")
		says(t, got, append(want, "CategoryInfo", "FullyQualifiedErrorId", "TestExStorageConnectivityCmdlet")...)
		if strings.Contains(sip, "@j") == strings.Contains(got, "storage.sip-uri") {
			t.Errorf("%s\n%s", sip, got)
		}
	}
	says(t, a.fails("Test-CsExStorageConnectivity jeff@jdskype.net -Binding NetTCP"), "wants the parameter HostNameStorageService")
	says(t, a.fails("Test-CsExStorageConnectivity jeff@jdskype.net -h fe2.domain.com"), "this is lyncpool.domain.com, not fe2.domain.com")
	says(t, a.fails("Test-CsExStorageConnectivity jeff@jdskype.net -Folder Drafts"), "ConversationHistory")
	c, err := d.client(t.Context(), "administrator")
	d.must(err)
	call(d, c, adminapi.StoreConversation, adminapi.Conversation{ID: "dead", Started: d.clock.Now(),
		Participants: []adminapi.Participant{{SIP: "nomailbox@jdskype.net"}}, Messages: []adminapi.ChatMessage{{From: "nomailbox@jdskype.net", At: d.clock.Now(), Text: "?"}}})
	for deadline := time.Now().Add(20 * time.Second); call(d, c, adminapi.GetStorageStatus, adminapi.Empty{}).Dead == 0; {
		if time.Now().After(deadline) {
			t.Fatal("the delivery is not given up")
		}
	}
	a.sameAsRow("Debug-CsStorageServiceFailures", a.one("Debug-CsStorageServiceFailures | Select-Object -First 1"))
	if got := a.texts(`Debug-CsStorageServiceFailures -SipUri sip:nomailbox@jdskype.net | % { $_.EndpointId + " " + $_.EndpointStatusDetail }`); !slices.ContainsFunc(got, func(s string) bool {
		return strings.HasPrefix(s, "sip:nomailbox@jdskype.net storage.no-mailbox: ")
	}) || !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "ErrorEwsAutodiscover") }) {
		t.Errorf("the failures are %q", got)
	}
	if got := a.texts("Debug-CsStorageServiceFailures -SipUri sip:kenmyer@litwareinc.com; Debug-CsStorageServiceFailures -StartTime ((Get-Date).AddHours(1)); Debug-CsStorageServiceFailures -Component QoE"); len(got) != 0 {
		t.Errorf("the failures of others are %q", got)
	}
	a.runs(`Debug-CsStorageServiceFailures -OutFileName C:\failures.txt`)
	if file, err := os.ReadFile(filepath.Join(d.dir, "c", "failures.txt")); err != nil || !strings.Contains(string(file), "dead letter") {
		t.Errorf("the file: %s, %v", file, err)
	}
	a.sameAsRow("Get-CsStorageServiceConfiguration", a.one("Get-CsStorageServiceConfiguration"))
	says(t, a.fails("Get-CsStorageServiceConfiguration Site:Nowhere"), `Cannot find "StorageServiceConfiguration" "Site:Nowhere"`)
}

// codeFive is an operator without the group: adding it counts from the next
// log-on.
func codeFive(t *testing.T, d *deployment) {
	helpdesk, admin := d.sit("skype", "helpdesk"), d.sit("exchange", "administrator")
	const line = "Test-CsExStorageConnectivity sip:jeff@jdskype.net"
	says(t, helpdesk.fails(line), "Test-CsExStorageConnectivity : ExCreateItem exchange operation failed, code=5, reason=helpdesk was not a member of RTCUniversalUserAdmins", "add-member RTCUniversalUserAdmins")
	admin.runs("Add-ADGroupMember -Identity RTCUniversalUserAdmins -Members helpdesk")
	says(t, admin.printed(shell.Warnings), "membership counts from the account's next log-on")
	says(t, helpdesk.fails(line), "code=5")
	d.sit("skype", "helpdesk").runs(line)
}

func TestArchivingConfiguration(t *testing.T) {
	d := startDeployment(t)
	a := d.sit("skype", "administrator")
	a.sameAsRow("Get-CsArchivingConfiguration", a.one("Get-CsArchivingConfiguration"))
	a.runs("Set-CsArchivingConfiguration -Identity Global -EnableExchangeArchiving $true -EnableArchiving ImOnly")
	if warned := a.printed(shell.Warnings); strings.Count(warned, "WARNING") != 1 {
		t.Errorf("warned:\n%s", warned)
	}
	says(t, a.runs("Get-CsArchivingConfiguration"), "EnableArchiving : ImOnly", "EnableExchangeArchiving : True", "KeepArchivingDataForDays : 14")
	a.runs("$c = Get-CsArchivingConfiguration; $c.KeepArchivingDataForDays = 30; $c | Set-CsArchivingConfiguration -WarningAction SilentlyContinue")
	if got := a.value("(Get-CsArchivingConfiguration).KeepArchivingDataForDays"); got != "30" {
		t.Errorf("kept for %s days", got)
	}
	says(t, a.fails("Set-CsArchivingConfiguration -KeepArchivingDataForDays 5000"), "from 1 to 2562")
	says(t, a.fails("Set-CsArchivingConfiguration -EnableArchiving Everything"), "Everything")
	says(t, a.fails("Set-CsArchivingConfiguration -Identity site:yoursite -EnablePurging $true"), "site:yoursite")
}

// checklist: 001-26, 001-27
func TestEventLog(t *testing.T) {
	d := startDeployment(t)
	d.pair()
	a, x := d.sit("skype", "administrator"), d.sit("exchange", "administrator")
	a.runs(`Set-CsOAuthConfiguration -ExchangeAutodiscoverUrl ""`)
	a.fails("Test-CsExStorageConnectivity jeff@jdskype.net")
	a.runs("Set-CsOAuthConfiguration -ExchangeAutodiscoverUrl " + seedURL)
	a.runs("Test-CsExStorageConnectivity jeff@jdskype.net")
	a.sameAsRow("Get-EventLog", a.one(`Get-EventLog "Lync Server" -Newest 1`))
	a.sameAsRow("Get-WinEvent", a.one(`Get-WinEvent "Lync Server" -MaxEvents 1`))
	for line, want := range map[string]string{
		`Get-EventLog -LogName "Lync Server" -Source "LS Storage Service" -Newest 2 | % { $_.EventID }`:                  "32048 32053",
		`Get-EventLog "lync server" 32053 | % { $_.InstanceId }`:                                                         "32053",
		`Get-EventLog "Lync Server" -EntryType Error | % { $_.EventID }`:                                                 "32053",
		`Get-EventLog "Lync Server" -Message "*validly configured*" | % { $_.EventID }`:                                  "32048",
		`Get-EventLog "Lync Server" -After (Get-Date).AddHours(-1) -Before (Get-Date).AddHours(1) | % { $_.EventID }`:    "32048 32053",
		`Get-WinEvent -FilterHashtable @{LogName="Lync Server"; Id=32048,32053} -Oldest | % { $_.Id }`:                   "32053 32048",
		`Get-WinEvent -FilterHashtable @{ProviderName="LS *"; Level=2; StartTime=(Get-Date).AddHours(-1)} | % { $_.Id }`: "32053",
		`Get-WinEvent -ProviderName "LS Storage*" -MaxEvents 1 | % { $_.LevelDisplayName }`:                              "Information",
		`Get-WinEvent -ListLog Lync* | % { $_.LogName }`:                                                                 "Lync Server",
		`Get-EventLog -List -AsString`:                                          "Application Lync Server",
		`(Get-EventLog "Lync Server" -Newest 1).MachineName`:                    seedPool,
		`(Get-WinEvent "Lync Server" -MaxEvents 1).Message -replace "\s+", " "`: "OAuth was properly configured for Storage Service. CsOAuthConfiguration validly configured",
	} {
		if got := strings.Join(a.texts(line), " "); got != want {
			t.Errorf("%s gives %q, want %q", line, got, want)
		}
	}
	says(t, a.fails("Get-EventLog Nothing"), "The event log 'Nothing' on computer '.' does not exist.")
	says(t, a.fails(`Get-EventLog "Lync Server" -InstanceId 1`), "No matches found", "GetEventLogNoEntriesFound,Microsoft.PowerShell.Commands.GetEventLogCommand")
	says(t, a.fails(`Get-WinEvent -FilterHashtable @{LogName="Lync Server"; Id=1}`), "No events were found that match the specified selection criteria.", "NoMatchingEventsFound")
	says(t, a.fails(`Get-WinEvent Nothing`), `There is not an event log on the localhost computer that matches "Nothing".`)
	says(t, a.fails(`Get-WinEvent -FilterHashtable @{Shoe=1}`), "does not know the key")
	table := a.runs(`Get-EventLog "Lync Server" -Newest 2`)
	for _, row := range []string{`(?m)^ +Index Time +EntryType +Source +InstanceID Message *$`, `(?m)^ +\d+ [A-Z][a-z]{2} \d\d \d\d:\d\d +Information +LS Storage Service +32048 OAuth was properly`, `(?m)^ +\d+ .* Error +LS Storage Service +32053 Storage Service had`} {
		if !regexp.MustCompile(row).MatchString(table) {
			t.Errorf("%s does not fit\n%s", row, table)
		}
	}
	table = a.runs(`Get-WinEvent "Lync Server" -MaxEvents 2`)
	for _, row := range []string{`(?m)^   ProviderName: LS Storage Service$`, `(?m)^TimeCreated +Id LevelDisplayName Message *$`, `(?m)^\d+/\d+/\d+ \d+:\d\d:\d\d [AP]M +32048 Information +OAuth was properly`} {
		if !regexp.MustCompile(row).MatchString(table) {
			t.Errorf("%s does not fit\n%s", row, table)
		}
	}
	if got := x.texts(`Get-EventLog Application -Source "matchseal Management" | % { $_.MachineName } | Select-Object -Unique`); !slices.Equal(got, []string{seedExchange}) {
		t.Errorf("Exchange's log is of %q", got)
	}
}

func TestDirectoryCommands(t *testing.T) {
	d := startDeployment(t)
	for _, shellName := range []string{"exchange", "skype"} {
		t.Run(shellName, func(t *testing.T) { directoryCommands(t, d, shellName) })
	}
}

func directoryCommands(t *testing.T, d *deployment, name string) {
	a := d.sit(name, "administrator")
	user := "new" + name
	a.runs(`New-ADUser "Nina ` + name + `" -SamAccountName ` + user + ` -GivenName Nina -Surname ` + name + ` -EmailAddress ` + user + `@jdskype.net -AccountPassword (ConvertTo-SecureString "P@ssw0rd" -AsPlainText -Force)`)
	o := a.one("Get-ADUser " + user)
	a.sameAsRow("Get-ADUser", o)
	says(t, a.runs("Get-ADUser "+user), "DistinguishedName : CN=Nina "+name+",CN=Users,DC=jdskype,DC=net", "Enabled : False", "ObjectClass : user", "UserPrincipalName : "+user+"@jdskype.net")
	a.runs("Get-ADUser " + user + " | Enable-ADAccount")
	if _, err := d.client(t.Context(), user); err != nil {
		t.Errorf("after Enable-ADAccount: %v", err)
	}
	for line, want := range map[string]string{
		"(Get-ADUser " + user + " -Properties mail, MemberOf).mail":                                                            user + "@jdskype.net",
		`(Get-ADUser -Filter {EmailAddress -like "new*@jdskype.net" -and DisplayName -eq "Nina ` + name + `"}).SamAccountName`: user,
		`(Get-ADUser -Filter * | Measure-Object).Count -gt 5`:                                                                  "True",
		`(Get-ADUser -Filter * -ResultSetSize 2 | Measure-Object).Count`:                                                       "2",
		`(Get-ADUser -Filter * -SearchBase "OU=None,DC=jdskype,DC=net" | Measure-Object).Count`:                                "0",
		`(Get-ADUser JDSKYPE\` + user + `).Enabled`:                                                                            "True",
	} {
		if got := a.value(line); got != want {
			t.Errorf("%s is %q, want %q", line, got, want)
		}
	}
	a.runs("Add-ADGroupMember RTCUniversalServerAdmins -Members " + user + ", (Get-ADUser helpdesk)")
	if n := strings.Count(a.printed(shell.Warnings), "WARNING"); n != 1 {
		t.Errorf("warned %d times", n)
	}
	a.sameAsRow("Get-ADGroupMember", a.one("Get-ADGroupMember RTCUniversalServerAdmins | Select-Object -First 1"))
	if got := a.texts(`Get-ADGroupMember "CN=RTCUniversalServerAdmins,CN=Users,DC=jdskype,DC=net" | % { $_.SamAccountName }`); !slices.Equal(got, []string{"helpdesk", user}) {
		t.Errorf("in the group are %q", got)
	}
	a.runs("Remove-ADGroupMember RTCUniversalServerAdmins helpdesk", "Y")
	a.runs("Remove-ADGroupMember RTCUniversalServerAdmins " + user + " -Confirm:$false")
	if got := a.texts("Get-ADGroupMember RTCUniversalServerAdmins"); len(got) != 0 {
		t.Errorf("left in the group are %q", got)
	}
	a.runs("Set-ADAccountPassword " + user + ` -Reset -NewPassword (ConvertTo-SecureString "other" -AsPlainText -Force)`)
	a.runs("Disable-ADAccount " + user)
	if _, err := d.client(t.Context(), user); err == nil {
		t.Error("a disabled account logs on")
	}
	says(t, a.fails("Get-ADUser nobody"), "Cannot find an object with identity: 'nobody'.", "Get-ADUser -Filter *", "ObjectNotFound: (nobody:ADUser) [Get-ADUser], ADIdentityNotFoundException")
	says(t, a.fails("Add-ADGroupMember Nobodies -Members jeff"), "Cannot find an object with identity: 'Nobodies'.", "ADIdentityNotFoundException")
	says(t, a.fails("Add-ADGroupMember RTCUniversalUserAdmins -Members nobody2"), "Cannot find an object with identity: 'nobody2'.")
	h := d.sit(name, "helpdesk")
	says(t, h.fails("Add-ADGroupMember 'Domain Admins' -Members helpdesk"), "Domain Admins makes its members protected accounts")
	says(t, h.fails(`Set-ADAccountPassword administrator -Reset -NewPassword (ConvertTo-SecureString "x" -AsPlainText -Force)`), "administrator is a protected account")
	says(t, d.sit(name, "jeff").fails("Get-ADUser helpdesk"), "is not a member of")
}
