package storagesvc

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

// testRig is a rig whose service does not run: a test needs no queue.
func testRig(t *testing.T, change ...func(*Config)) *rig {
	t.Helper()
	return newRig(t, storetest.Open(t, storetest.SQLite(t)), newFake(t), change...)
}

// fails makes a test that must fail with a code of the cmdlet.
func (r *rig) fails(req TestRequest, cmdlet int) *TestError {
	r.t.Helper()
	_, err := r.Test(r.t.Context(), req)
	var failed *TestError
	if !errors.As(err, &failed) {
		r.t.Fatalf("got %v, want a TestError", err)
	}
	if got := problem.Of(err).Entry().Cmdlet; got != cmdlet {
		r.t.Errorf("got code=%d, want %d: %v", got, cmdlet, err)
	}
	if last := failed.Lines[len(failed.Lines)-1]; last != "Is command successful: False." {
		r.t.Errorf("the last line is %q", last)
	}
	if strings.Contains(strings.Join(failed.Lines, "\n"), "eyJ") {
		r.t.Error("there is a token in the lines")
	}
	return failed
}

// checklist: 002-29, 002-30, 004-09, 004-10, 001-25: the verbose lines of a
// passed test, and where its item lies.
func TestConnectivityPasses(t *testing.T) {
	t.Parallel()
	r := testRig(t)
	got, err := r.Test(t.Context(), TestRequest{SipURI: "sip:ken@litware.test"})
	if err != nil {
		t.Fatal(err)
	}
	all := r.x.all()
	if len(all) != 1 || all[0].mailbox != "ken@litware.test" || all[0].folder != ews.ConversationHistory || all[0].item.ID.ID != got.ItemID {
		t.Errorf("004-10: got %+v, id %s", all, got.ItemID)
	}
	if ids := r.events(); !slices.Equal(ids, []int{32048}) {
		t.Errorf("001-26: got the events %v", ids)
	}
	text := strings.Join(got.Lines, "\n")
	stamp := `\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d{3} `
	frame := func(tag string) string {
		return `trace, type=` + tag + `, message=<Trace Tag="` + tag + `" Tid="\d+" Time="[-0-9]+ [:0-9]+Z">\n(?s:.*?)\n</Trace>`
	}
	rest := text
	for _, want := range []string{
		`^Successfully opened a connection to storage service at localhost using binding: NetNamedPipe\.\n`,
		`^Create message\.\n`,
		`^Execute Exchange Storage Command\.\n`,
		`^Processing web storage response for ExCreateItem Success\., result=1, activityId=[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}, reason=\.\n`,
		`^Activity tracing:\n`,
		`^` + stamp + `Lookup user details, sipUri=sip:ken@litware\.test, smtpAddress=ken@litware\.test, sid=S-1-5-21-1-2-3-1100, upn=ken@litware\.test, tenantId=00000000-0000-0000-0000-000000000000\n`,
		`^` + stamp + `Autodiscover, send GetUserSettings request, SMTP=ken@litware\.test, Autodiscover Uri=` + regexp.QuoteMeta(goodURL) + `, Web Proxy=<NULL>\n`,
		stamp + `Autodiscover\.EWSMA ` + frame("AutodiscoverRequestHttpHeaders"),
		stamp + `Autodiscover\.EWSMA ` + frame("AutodiscoverRequest"),
		stamp + `OAuth, sent empty Bearer, host=autodiscover\.litware\.test, status=401\n`,
		stamp + `OAuth, created app token, audience=00000002-0000-0ff1-ce00-000000000000/autodiscover\.litware\.test@litware\.test, x5t thumbprint=[0-9A-F]{40}\n`,
		stamp + `OAuth, sent app-act-as token, host=autodiscover\.litware\.test, status=200\n`,
		stamp + `Autodiscover\.EWSMA ` + frame("AutodiscoverResponseHttpHeaders"),
		stamp + `Autodiscover\.EWSMA ` + frame("AutodiscoverResponse"),
		stamp + `Autodiscover, received GetUserSettings response, duration Ms=\d+, response=NoError\n`,
		stamp + `EWS ` + frame("EwsRequestHttpHeaders"),
		stamp + `EWS ` + frame("EwsRequest"),
		stamp + `EWS ` + frame("EwsResponseHttpHeaders"),
		stamp + `EWS ` + frame("EwsResponse"),
		stamp + `Item created, EWS Url=` + regexp.QuoteMeta(ewsURL) + `, id=AAMk\d+\n`,
		`^Items choice type: CreateItemResponseMessageType\.\n`,
		`^Response message, class: Success, code: NoError\.\n`,
		`^Item: Microsoft\.Rtc\.Internal\.Storage\.Exchange\.Ews\.MessageType, Id:AAMk\d+, change key: CQAAAA==, subject: , body: \.\n`,
		`^Is command successful: True\.$`,
	} {
		at := regexp.MustCompile(want).FindStringIndex(rest)
		if at == nil {
			t.Fatalf("002-29: %s is missing, or in the wrong place, in\n%s", want, text)
		}
		rest = rest[at[1]:]
	}
	if strings.Contains(text, "eyJ") {
		t.Error("there is a token in the lines")
	}
}

// checklist: 004-11
func TestConnectivityDeletesItsItem(t *testing.T) {
	t.Parallel()
	r := testRig(t)
	got, err := r.Test(t.Context(), TestRequest{SipURI: "ken@litware.test", DeleteItem: true, Binding: "NetTCP"})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(r.x.all()); n != 0 || r.x.requests("DeleteItem") != 1 {
		t.Errorf("%d items are left after %d deletions", n, r.x.requests("DeleteItem"))
	}
	text := strings.Join(got.Lines, "\n")
	for _, want := range []string{"using binding: NetTCP.", "ExDeleteItem Success., result=1", "Items choice type: DeleteItemResponseMessageType."} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	t.Run("which fails", func(t *testing.T) {
		r.x.breaks(fault{op: "DeleteItem", kind: faultResponse, code: ews.ErrorAccessDenied})
		failed := r.fails(TestRequest{SipURI: "ken@litware.test", DeleteItem: true}, 50045)
		if !strings.Contains(failed.Error(), "written but could not be deleted") {
			t.Errorf("got %v", failed)
		}
	})
}

func TestConnectivityFolders(t *testing.T) {
	t.Parallel()
	r := testRig(t)
	for name, folder := range map[string]ews.DistinguishedFolder{
		"": ews.ConversationHistory, "ConversationHistory": ews.ConversationHistory, "inbox": ews.Inbox, "Dumpster": ews.RecoverableItemsPurges,
	} {
		if _, err := r.Test(t.Context(), TestRequest{SipURI: "ken@litware.test", Folder: name}); err != nil {
			t.Fatal(err)
		}
		all := r.x.all()
		if last := all[len(all)-1]; last.folder != folder {
			t.Errorf("-Folder %q wrote into %s", name, last.folder)
		}
	}
	_, err := r.Test(t.Context(), TestRequest{SipURI: "ken@litware.test", Folder: "Sent"})
	if e := problem.Of(err).Entry(); e.Code != problem.StorageFolder || !strings.Contains(e.Remedy, "Dumpster") {
		t.Errorf("got %+v", e)
	}
}

func TestConnectivityUsesTheCacheWhenAsked(t *testing.T) {
	t.Parallel()
	r := testRig(t)
	for _, step := range []struct {
		useCache bool
		asked    int
	}{{false, 1}, {true, 1}, {false, 2}} {
		got, err := r.Test(t.Context(), TestRequest{SipURI: "ken@litware.test", UseCache: step.useCache})
		if err != nil {
			t.Fatal(err)
		}
		if n := r.x.requests("GetUserSettings"); n != step.asked {
			t.Errorf("Autodiscover was asked %d times, want %d", n, step.asked)
		}
		if strings.Contains(strings.Join(got.Lines, "\n"), "Autodiscover, use cached answer, SMTP=ken@litware.test, EWS Url="+ewsURL) != step.useCache {
			t.Errorf("with UseCache=%t the lines are\n%s", step.useCache, strings.Join(got.Lines, "\n"))
		}
	}
}

// checklist: 002-31: whatever is wrong with the URL, the code is 50043, and
// the right URL cures it.
func TestConnectivityWithAWrongURL(t *testing.T) {
	t.Parallel()
	r := testRig(t)
	for name, tt := range map[string]struct{ url, says string }{
		"002-31 ends in .xml":   {"https://" + autodiscoverHost + "/autodiscover/autodiscover.xml", "the SOAP service is at " + goodURL},
		"002-31 null":           {"", "no Autodiscover URL is configured"},
		"002-31 no URL":         {"autodiscover", "is not an absolute https URL"},
		"002-31 http":           {"http://" + autodiscoverHost + "/autodiscover/autodiscover.svc", "credentials are never sent over http"},
		"002-31 another path":   {"https://" + autodiscoverHost + "/autodiscover/autodiscove.svc", "404"},
		"002-31 a foreign host": {"https://autodiscover.nowhere.litware.test/autodiscover/autodiscover.svc", "The remote name could not be resolved"},
	} {
		t.Run(name, func(t *testing.T) {
			r.t = t
			r.url.Store(tt.url)
			failed := r.fails(TestRequest{SipURI: "sip:ken@litware.test"}, 50043)
			reason := "GetUserSettings failed, smtpAddress=ken@litware.test, Autodiscover Uri=" + tt.url + ", Autodiscover WebProxy=<NULL>"
			if !strings.HasPrefix(failed.Error(), reason) || !strings.Contains(failed.Error(), tt.says) {
				t.Errorf("got %v\nwant %s … %s", failed, reason, tt.says)
			}
			events := r.logged()
			if last := events[len(events)-1]; last.ID != 32053 || !strings.Contains(last.Detail, "Autodiscover Uri="+tt.url+",") {
				t.Errorf("001-02: got the event %+v", last)
			}
		})
	}
	r.t = t
	r.url.Store(goodURL)
	if _, err := r.Test(t.Context(), TestRequest{SipURI: "sip:ken@litware.test"}); err != nil {
		t.Errorf("the right URL does not cure it: %v", err)
	}
	if ids := r.events(); ids[len(ids)-1] != 32048 {
		t.Errorf("got the events %v", ids)
	}
}

// checklist: 003-12, 004-12: each condition of the account has an error of its
// own.
func TestConnectivityWithTheWrongUser(t *testing.T) {
	t.Parallel()
	r := testRig(t)
	r.x.set(func() { r.x.mailboxes = map[string]bool{"ken@litware.test": true} })
	seen := map[string]string{}
	for name, tt := range map[string]struct {
		sip    string
		cmdlet int
		says   string
	}{
		"004-12 unknown":         {"sip:nobody@litware.test", 50001, "no user has the address sip:nobody@litware.test"},
		"004-12 disabled":        {"sip:disabled@litware.test", 50002, "disabled"},
		"003-12 not SIP-enabled": {"sip:notsip@litware.test", 50003, "not enabled for SIP"},
		"003-12 no SMTP address": {"sip:nomail@litware.test", 50004, "no SMTP address"},
		"003-12 no mailbox":      {"sip:pilar@litware.test", 50005, "does not know pilar@litware.test"},
	} {
		t.Run(name, func(t *testing.T) {
			r.t = t
			failed := r.fails(TestRequest{SipURI: tt.sip}, tt.cmdlet)
			if !strings.Contains(failed.Error(), tt.says) {
				t.Errorf("got %v", failed)
			}
			e := problem.Of(failed).Entry()
			if e.Remedy == "" || seen[e.Title] != "" && seen[e.Title] != string(e.Code) {
				t.Errorf("no words of its own: %+v", e)
			}
			seen[e.Title] = string(e.Code)
		})
	}
	t.Run("004-12 EWS knows no mailbox", func(t *testing.T) {
		r.t = t
		r.x.breaks(fault{op: "CreateItem", kind: faultResponse, code: ews.ErrorNonExistentMailbox})
		r.fails(TestRequest{SipURI: "ken@litware.test"}, 50005)
	})
}

func TestConnectivityOverABrokenPath(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		breaks func(*rig)
		cmdlet int
		says   string
		event  int
	}{
		"004-13 EWS does not accept tokens": {func(r *rig) { r.x.breaks(fault{op: "CreateItem", kind: faultNoOAuth}) }, 401, "-OAuthAuthentication $true", 32054},
		"004-13 Autodiscover does not":      {func(r *rig) { r.x.breaks(fault{op: "GetUserSettings", kind: faultNoOAuth}) }, 401, "-OAuthAuthentication $true", 32054},
		"EWS refuses the token":             {func(r *rig) { r.x.breaks(fault{op: "CreateItem", kind: faultRefused}) }, 401, "(401) Unauthorized", 32054},
		"Exchange does not know us":         {func(r *rig) { r.x.set(func() { r.x.listed = false }) }, 401, "Configure-EnterprisePartnerApplication.ps1", 32054},
		"no certificate":                    {func(r *rig) { r.exchange.cfg.HTTP = keyless(r) }, 50044, "CreateAppActAsToken failed", 32054},
		"EWS of a stranger":                 {func(r *rig) { r.x.set(func() { r.x.location = "https://mail.fabrikam.test/EWS/Exchange.asmx" }) }, 50044, "no partner configured for host", 32054},
		"EWS without TLS":                   {func(r *rig) { r.x.set(func() { r.x.location = "http://" + mailHost + "/EWS/Exchange.asmx" }) }, 50043, "which is not https", 32053},
		"EWS nowhere":                       {func(r *rig) { r.x.set(func() { r.x.location = "https://nowhere.litware.test/EWS/Exchange.asmx" }) }, 50049, "could not be resolved: 'nowhere.litware.test'", 0},
		"EWS content type ''":               {func(r *rig) { r.x.breaks(fault{op: "CreateItem", kind: faultNoContentType}) }, 574, "Client found response content type of '', but expected 'text/xml'.", 0},
		"EWS web page":                      {func(r *rig) { r.x.breaks(fault{op: "CreateItem", kind: faultPage}) }, 574, "Client found response content type of 'text/html', but expected 'text/xml'.", 0},
		"EWS denies":                        {func(r *rig) { r.x.breaks(fault{op: "CreateItem", kind: faultResponse, code: ews.ErrorAccessDenied}) }, 50045, "ErrorAccessDenied", 0},
		"EWS is busy":                       {func(r *rig) { r.x.breaks(fault{op: "CreateItem", kind: fault503}) }, 50048, "503", 0},
		"redirect to a foreign host":        {func(r *rig) { r.x.breaks(fault{op: "GetUserSettings", kind: faultRedirect}) }, 50043, "not among the allowed domains", 32053},
		"nothing listens":                   {func(r *rig) { r.x.down() }, 50043, "Unable to connect to the remote server", 32053},
		"002-38 not trusted":                {func(r *rig) { r.exchange.cfg.HTTP = newFake(r.t).clientTo(r.x.address, time.Minute) }, 50043, "Could not establish trust relationship for the SSL/TLS secure channel", 32053},
		"the certificate of another name":   {func(r *rig) { r.x.down(); r.x.serveAs("exch01.litware.test"); r.x.up() }, 50043, "made out to exch01.litware.test", 32053},
		"hangs":                             {func(r *rig) { r.x.breaks(fault{op: "CreateItem", kind: faultHang}) }, 50047, "did not answer in time", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := testRig(t, func(c *Config) {
				if name == "hangs" {
					c.Timeout = 2 * time.Second
				}
			})
			tt.breaks(r)
			failed := r.fails(TestRequest{SipURI: "ken@litware.test"}, tt.cmdlet)
			if !strings.Contains(failed.Error(), tt.says) {
				t.Errorf("got  %v\nwant %s", failed, tt.says)
			}
			var event int
			if ids := r.events(); len(ids) > 0 {
				event = ids[0]
			}
			if event != tt.event {
				t.Errorf("got the event %d, want %d", event, tt.event)
			}
			for _, code := range []string{"result=", "ExCreateItem Failure", "reason="} {
				if !strings.Contains(strings.Join(failed.Lines, "\n"), code) {
					t.Errorf("%q is not in the lines", code)
				}
			}
		})
	}
}

// The request itself is looked at before anybody is asked.
// checklist: 004-12
func TestConnectivityWantsASipURI(t *testing.T) {
	t.Parallel()
	r := testRig(t)
	for _, uri := range []string{"", "ken", "sip:", "[email\u00a0protected]", "sip:ken@", "smtp:ken@litware.test", "\u201csip:ken@litware.test\u201d"} {
		_, err := r.Test(t.Context(), TestRequest{SipURI: uri})
		if f := problem.Of(err); f == nil || f.Code != problem.StorageSipURI || f.Entry().Cmdlet != 0 {
			t.Errorf("%q: %v", uri, err)
		}
	}
	if ids := r.events(); len(ids) != 0 {
		t.Errorf("it left the events %v", ids)
	}
}

func TestNotificationIsFoundByPolling(t *testing.T) {
	t.Parallel()
	r := testRig(t)
	r.x.breaks(fault{op: "FindItem", kind: faultBlind, times: 2})
	got, err := r.TestNotification(t.Context(), TestRequest{SipURI: "sip:ken@litware.test", Host: "pool.litware.test", Binding: "NetTCP"})
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(got.Lines, "\n")
	for _, want := range []string{
		"storage service at pool.litware.test using binding: NetTCP.", "found by polling its folder", "ExCreateItem Success.", "ExFindItem Success.",
		"found by polling, attempt 3, Id:" + got.ItemID, "Is command successful: True.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if all := r.x.all(); len(all) != 1 || all[0].item.ID.ID != got.ItemID {
		t.Errorf("left behind: %+v", all)
	}
	if ids := r.events(); !slices.Equal(ids, []int{32048}) {
		t.Errorf("the events are %v", ids)
	}
	t.Run("and deleted", func(t *testing.T) {
		if _, err := r.TestNotification(t.Context(), TestRequest{SipURI: "ken@litware.test", DeleteItem: true}); err != nil || len(r.x.all()) != 1 {
			t.Errorf("%d items, %v", len(r.x.all()), err)
		}
	})
	t.Run("or not at all", func(t *testing.T) {
		r.x.breaks(fault{op: "FindItem", kind: faultBlind})
		_, err := r.TestNotification(t.Context(), TestRequest{SipURI: "ken@litware.test"})
		if problem.CodeOf(err) != problem.StorageNotSeen || !strings.Contains(err.Error(), "looked 100 times") || !strings.Contains(err.Error(), "was written") {
			t.Errorf("%v", err)
		}
	})
	t.Run("Exchange refuses to look", func(t *testing.T) {
		r.x.heal()
		r.x.breaks(fault{op: "FindItem", kind: faultResponse, code: ews.ErrorAccessDenied})
		_, err := r.TestNotification(t.Context(), TestRequest{SipURI: "ken@litware.test"})
		var failed *TestError
		if problem.CodeOf(err) != problem.StorageDenied || !errors.As(err, &failed) || !strings.Contains(strings.Join(failed.Lines, "\n"), "ExFindItem Failure") {
			t.Errorf("%v", err)
		}
	})
}
