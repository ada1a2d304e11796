package cli

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
)

// answeringNode answers management calls on a socket file; answers are by the name
// of the call, or a function of the request.
func answeringNode(t *testing.T, answers map[string]any) (socket string) {
	t.Helper()
	socket = filepath.Join(t.TempDir(), "admin.sock")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, ok := answers[strings.TrimPrefix(r.URL.Path, adminapi.Prefix)]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			answer = adminapi.Fault{Code: "manage.unknown-call", Detail: r.URL.Path}
		}
		if of, ok := answer.(func([]byte) any); ok {
			body, _ := io.ReadAll(r.Body)
			answer = of(body)
		}
		_ = json.NewEncoder(w).Encode(answer)
	})}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return socket
}

func session(roles ...string) map[string]any {
	s := adminapi.Session{Token: "x", Account: "administrator", Roles: roles}
	return map[string]any{adminapi.LogOn.Name: s, adminapi.Who.Name: s, adminapi.LogOff.Name: adminapi.Changed{}}
}

// A plan is printed with what is known and what is not, and its exit status
// says whether somebody has to do something.
func TestRollPlan(t *testing.T) {
	now := time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)
	read, began := now.Add(-90*time.Minute), now.AddDate(0, 0, -3)
	slot := &adminapi.RollSlot{Thumbprint: strings.Repeat("AB", 20), Subject: "CN=Auth", NotAfter: now.AddDate(0, 0, 30), Published: now.AddDate(-5, 0, 0)}
	plan := adminapi.RollPlan{
		Role: "exchange", Issuer: "exchange@litware.test", Now: now, Current: slot, Next: slot, Outlook: "unsafe", Reasons: []string{"Lync does not read"},
		Timeline: []adminapi.RollMoment{{At: now.Add(-time.Hour), What: "it was published", Past: true}, {At: now.Add(50 * time.Hour), What: "it takes over"}},
		Partners: []adminapi.RollPartner{{Name: "SharePoint", Issuer: "s@litware.test"}, {Name: "Silent", NoticedSince: &began},
			{Name: "Claimed", NoticedSince: &began, Claims: []adminapi.RollReader{
				{Says: "c@litware.test", Address: "192.0.2.1", ReadAt: read, EverySeconds: 3900, HasNewest: true}, {Says: "c@litware.test", Address: "192.0.2.2", ReadAt: began}}}, {Name: "Lync", Known: true, ReadAt: &read, LastError: "no answer"}, {Name: "Other", Known: true}},
		Others:  []adminapi.RollReader{{Agent: `a "b"`, Address: "192.0.2.3", ReadAt: read}, {Address: "192.0.2.4", ReadAt: read}, {Says: "x@other.test", Address: "192.0.2.5", ReadAt: read}},
		Unnamed: 7,
		Slowest: "Lync", Commands: []adminapi.RollCommand{{For: "stage", Type: "one"}, {For: "stage", Type: "two"}},
	}
	answers := session("exchange")
	answers[adminapi.GetExchangeRollPlan.Name] = plan
	socket := answeringNode(t, answers)
	got := run("", nil, "roll", "plan", "--socket", socket).want(t, 1,
		"previous    none", "2027-01-15 07:00 UTC  done            it was published", "2027-01-17 10:00 UTC  in 2 d 2 h      it takes over",
		"when it last read the metadata is not recorded here",
		"never read the metadata since 2027-01-12 08:00 UTC, when the records begin: nobody who did said it is this partner",
		"one at 192.0.2.1 that says it is this partner last read the metadata 2027-01-15 06:30 UTC, 1 h 30 min ago, usually every 1 h 5 min; it held the newest certificate\n",
		"one at 192.0.2.2 that says it is this partner last read the metadata 2027-01-12 08:00 UTC, 3 d 0 h ago; it did not hold the newest certificate yet\n",
		`others      one at 192.0.2.3 that calls itself "a \"b\"" last read`, "one at 192.0.2.4 that does not say what it is last", "one at 192.0.2.5 that says it is x@other.test last", "and 4 more",
		"1 h 30 min ago; it does not have the newest certificate yet; its last attempt failed: no answer",
		"never read the metadata", "slowest     Lync", "NOT SAFE", "Lync does not read", "30 days left", "to stage:\n    one\n    two\n")
	if got.err != "" {
		t.Errorf("it says %s", got.err)
	}
	var back adminapi.RollPlan
	if err := json.Unmarshal([]byte(run("", nil, "roll", "plan", "--socket", socket, "-o", "json").want(t, 1).out), &back); err != nil || back.Slowest != "Lync" {
		t.Errorf("%+v, %v", back, err)
	}
	plan.Outlook = "not-known"
	answers[adminapi.GetExchangeRollPlan.Name] = plan
	run("", nil, "roll", "plan", "--socket", answeringNode(t, answers)).want(t, 0, "safe by the dates; not certain of every partner")
	run("", nil, "roll", "plan", "--role", "sts").want(t, 2, "--role is exchange or skype")
	run("", nil, "roll", "plan", "--dir", t.TempDir()).want(t, 1, "there is no lab")
}

// A node that plays both roles is asked as both, and what one has read goes to
// the plan of the other.
func TestRollPlanAsksTheOtherRole(t *testing.T) {
	read := time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)
	var told adminapi.RollPlanRequest
	answers := session("exchange", "skype")
	answers[adminapi.GetSkypeRollPlan.Name] = adminapi.RollPlan{Issuer: "skype@litware.test"}
	answers[adminapi.GetCsPartnerApplication.Name] = []adminapi.PartnerApplication{{ApplicationIdentifier: "exchange", Realm: "litware.test", RefreshedAt: &read, Certificates: [][]byte{{1}}}}
	answers[adminapi.GetExchangeRollPlan.Name] = func(body []byte) any {
		told = adminapi.RollPlanRequest{}
		if err := json.Unmarshal(body, &told); err != nil {
			t.Error(err)
		}
		return adminapi.RollPlan{Role: "exchange", Outlook: "steady"}
	}
	run("", nil, "roll", "plan", "--socket", answeringNode(t, answers)).want(t, 0, "steady: nothing to do", "partners    none")
	if len(told.Readings) != 1 || told.Readings[0].Reader != "skype@litware.test" || told.Readings[0].Of != "exchange@litware.test" || !told.Readings[0].ReadAt.Equal(read) || len(told.Readings[0].Certificates) != 1 {
		t.Errorf("told %+v", told)
	}
	delete(answers, adminapi.GetCsPartnerApplication.Name)
	run("", nil, "roll", "plan", "--socket", answeringNode(t, answers)).want(t, 0, "note: the skype role cannot be asked")
	if len(told.Readings) != 0 {
		t.Errorf("told %+v", told)
	}
}
