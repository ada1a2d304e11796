package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
)

// night is a node of both roles in an emergency: what it was asked, and what it
// answers.
type night struct {
	answers map[string]any
	plan    adminapi.Withdrawal
	done    []adminapi.WithdrawalRequest
	plans   []adminapi.WithdrawalRequest
	refresh []adminapi.PartnerApplicationSettings
}

const (
	leakedThumbprint = "ABABABABABABABABABABABABABABABABABABABAB"
	newThumbprint    = "CDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCD"
)

// newNight has the exchange role's key in wrong hands, one partner that reads
// the metadata and one of which nothing is known.
func newNight(t *testing.T) *night {
	now := time.Date(2027, 1, 15, 3, 0, 0, 0, time.UTC)
	until := now.Add(66 * time.Minute)
	n := &night{answers: session("exchange", "skype")}
	open := adminapi.WithdrawalPartner{Name: "Skype for Business", Issuer: "skype@litware.test", How: adminapi.HoldsByMetadata, AcceptsUntil: &until,
		Text: "it accepts the leaked key until it reads", Commands: []adminapi.RollCommand{{For: "there", Type: "Set-CsPartnerApplication -Identity Exchange -MetadataUrl https://x"}}}
	n.plan = adminapi.Withdrawal{Role: "exchange", Issuer: "exchange@litware.test", Now: now,
		Leaked:   []adminapi.LeakedKey{{Thumbprint: leakedThumbprint, Subject: "CN=Auth", Place: "current"}},
		Current:  &adminapi.WithdrawalKey{Subject: "CN=Auth", NotAfter: now.AddDate(5, 0, 0), New: true},
		Partners: []adminapi.WithdrawalPartner{open, {Name: "Farm", Issuer: "farm@x.test", How: adminapi.HoldsNotKnown, Text: "it cannot be asked"}},
		Warnings: []string{"something to know"},
	}
	n.answers[adminapi.GetSkypeRollPlan.Name] = adminapi.RollPlan{Issuer: "skype@litware.test"}
	n.answers[adminapi.GetCsPartnerApplication.Name] = []adminapi.PartnerApplication{
		{Name: "Exchange", ApplicationIdentifier: "EXCHANGE", Realm: "litware.test", AuthMetadataURL: "https://x", Certificates: [][]byte{{1}}},
		{Name: "By hand", ApplicationIdentifier: "exchange", Realm: "litware.test"},
		{Name: "Farm", ApplicationIdentifier: "farm", Realm: "x.test", AuthMetadataURL: "https://y"},
		{Name: "Through a server", UseAuthServer: true},
	}
	n.answers[adminapi.GetCsDeniedCertificate.Name] = []adminapi.DeniedCertificate{{Thumbprint: newThumbprint}}
	read := func(body []byte, into any) {
		if err := json.Unmarshal(body, into); err != nil {
			t.Error(err)
		}
	}
	n.answers[adminapi.PlanExchangeWithdrawal.Name] = func(body []byte) any {
		var req adminapi.WithdrawalRequest
		read(body, &req)
		n.plans = append(n.plans, req)
		now := n.plan
		now.Partners = slices.Clone(now.Partners)
		now.Partners[0].Safe = len(n.refresh) > 0
		return now
	}
	n.answers[adminapi.WithdrawExchangeKey.Name] = func(body []byte) any {
		var req adminapi.WithdrawalRequest
		read(body, &req)
		n.done = append(n.done, req)
		done := n.plan
		done.Current = &adminapi.WithdrawalKey{Thumbprint: newThumbprint, Subject: "CN=Auth", NotAfter: done.Current.NotAfter, New: true, Raw: []byte{1, 2, 3}}
		return done
	}
	n.answers[adminapi.SetCsPartnerApplication.Name] = func(body []byte) any {
		var req adminapi.PartnerApplicationSettings
		read(body, &req)
		n.refresh = append(n.refresh, req)
		return adminapi.Changed{}
	}
	return n
}

// Nothing happens before it was shown and meant, and then exactly what was
// shown.
func TestWithdrawAsks(t *testing.T) {
	n := newNight(t)
	socket := answeringNode(t, n.answers)
	shown := []string{leakedThumbprint + "  CN=Auth\n            it signs now", "takes over  a new certificate  CN=Auth\n            ends 2032-01-15 03:00 UTC",
		"on every node of the exchange role", "! something to know", "Who believes the leaked key until something happens there:\n  Skype for Business (skype@litware.test)\n    it accepts the leaked key until it reads.\n"}
	for _, answer := range []string{"", "n\n", "yess\n", "no\n"} {
		run(answer, nil, "roll", "withdraw", "--role", "exchange", "--socket", socket).want(t, 1, append(shown, "Withdraw it now? [y/N]", "Nothing was changed")...)
	}
	if len(n.done) != 0 {
		t.Fatalf("it was done: %+v", n.done)
	}
	got := run("Y\n", nil, "roll", "withdraw", "--role", "exchange", "--socket", socket).want(t, 0, append(shown,
		"withdrawn   "+leakedThumbprint+"\nsigns now   "+newThumbprint+"  CN=Auth\n",
		"STILL OPEN  Skype for Business (skype@litware.test)\n            it accepts the leaked key until it reads.\n            there:\n                Set-CsPartnerApplication -Identity Exchange -MetadataUrl https://x\n",
		"STILL OPEN  Farm", "matchseal roll withdraw --role exchange --leaked "+leakedThumbprint+" --refresh-partner\n", "matchseal events --role skype --audit")...)
	if len(n.done) != 1 || !slices.Equal(n.done[0].Leaked, []string{leakedThumbprint}) || n.done[0].Everything || len(n.refresh) != 0 {
		t.Errorf("done %+v, refreshed %+v\n%s", n.done, n.refresh, got.out)
	}
	if h := n.done[0].Holders; len(h) != 3 || h[0].Name != "Exchange" || h[0].MetadataURL != "https://x" || h[0].Reader != "skype@litware.test" || h[0].Of != "EXCHANGE@litware.test" || !slices.Equal(h[0].Denied, []string{newThumbprint}) || len(h[0].Certificates) != 1 {
		t.Errorf("the holders are %+v", h)
	}
}

// --refresh-partner makes the records of this role there read, and no others,
// and what is left is told as it is then.
func TestWithdrawRefreshes(t *testing.T) {
	n := newNight(t)
	file := filepath.Join(t.TempDir(), "new.cer")
	got := run("", nil, "roll", "withdraw", "--role", "exchange", "--yes", "--refresh-partner", "--save", file, "--everything", "--socket", answeringNode(t, n.answers)).want(t, 0,
		"closed      Skype for Business", "STILL OPEN  Farm", "written to "+file)
	if len(n.refresh) != 1 || n.refresh[0].Identity != "Exchange" || !n.refresh[0].RefreshAuthMetadata {
		t.Errorf("refreshed %+v", n.refresh)
	}
	if !n.plans[0].Everything || n.done[0].Everything || !slices.Equal(n.plans[1].Leaked, []string{leakedThumbprint}) {
		t.Errorf("planned %+v, done %+v", n.plans, n.done)
	}
	if strings.Contains(got.out+got.err, "Withdraw it now?") || strings.Contains(got.out, "--refresh-partner") {
		t.Errorf("it says\n%s%s", got.out, got.err)
	}
	if text, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(text), "-----BEGIN CERTIFICATE-----") {
		t.Errorf("%s, %v", text, err)
	}

	// What fails at the partner takes nothing back.
	n = newNight(t)
	delete(n.answers, adminapi.SetCsPartnerApplication.Name)
	run("", nil, "roll", "withdraw", "--role", "exchange", "--yes", "--refresh-partner", "--socket", answeringNode(t, n.answers)).want(t, 0,
		"note: --refresh-partner: Exchange could not read the metadata", "STILL OPEN  Skype for Business")
	n = newNight(t)
	delete(n.answers, adminapi.GetCsPartnerApplication.Name)
	run("", nil, "roll", "withdraw", "--role", "exchange", "--yes", "--refresh-partner", "--socket", answeringNode(t, n.answers)).want(t, 0,
		"note: --refresh-partner: the skype role cannot be reached from here", "withdrawn   "+leakedThumbprint)
	if len(n.done) != 1 || len(n.done[0].Holders) != 0 {
		t.Errorf("done %+v", n.done)
	}
	n = newNight(t)
	run("", nil, "roll", "withdraw", "--role", "exchange", "--yes", "--save", t.TempDir(), "--socket", answeringNode(t, n.answers)).want(t, 1, "withdrawn   ", "could not be written")
}

// The same line once more does not take the new certificate away.
func TestWithdrawTwice(t *testing.T) {
	n := newNight(t)
	at := n.plan.Now.Add(-time.Minute)
	n.plan.TookOver, n.plan.TookOverFrom = &at, newThumbprint
	socket := answeringNode(t, n.answers)
	run("", nil, "roll", "withdraw", "--role", "exchange", "--yes", "--socket", socket).want(t, 1, "is new: it took over on 2027-01-15 02:59 UTC", "--leaked "+newThumbprint, "--leaked "+leakedThumbprint)
	run("n\n", nil, "roll", "withdraw", "--role", "exchange", "--socket", socket).want(t, 1, "! The current certificate is new")
	if len(n.done) != 0 {
		t.Fatalf("it was done: %+v", n.done)
	}
	run("", nil, "roll", "withdraw", "--role", "exchange", "--yes", "--leaked", leakedThumbprint, "--socket", socket).want(t, 0, "withdrawn   ")
	if len(n.done) != 1 {
		t.Errorf("done %+v", n.done)
	}
	// One that was withdrawn before: nothing is asked or done, and what is left
	// is told.
	n.plan.Leaked[0].Place = "withdrawn"
	run("", nil, "roll", "withdraw", "--role", "exchange", "--leaked", leakedThumbprint, "--socket", socket).want(t, 0, "nothing is left to be done", "STILL OPEN")
	if len(n.done) != 1 {
		t.Errorf("done %+v", n.done)
	}
}

func TestWithdrawJSONAndUsage(t *testing.T) {
	n := newNight(t)
	got := run("", nil, "roll", "withdraw", "--role", "exchange", "--yes", "-o", "json", "--socket", answeringNode(t, n.answers)).want(t, 0)
	var back adminapi.Withdrawal
	if err := json.Unmarshal([]byte(got.out), &back); err != nil || back.Current.Thumbprint != newThumbprint || !back.Exposed() {
		t.Errorf("%v\n%s", err, got.out)
	}
	run("", nil, "roll", "withdraw", "--role", "exchange", "-o", "json").want(t, 2, "--yes")
	run("", nil, "roll", "withdraw").want(t, 2, "--role says whose key leaked")
	run("", nil, "roll", "withdraw", "--role", "sts").want(t, 2, "--role is exchange or skype")
	run("", nil, "roll", "withdraw", "--role", "skype", "--dir", t.TempDir()).want(t, 1, "there is no lab")
}
