package lab

import (
	"bytes"
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/problem"
)

// shortDir is a directory whose path leaves room for a socket file.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "lab")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func run(t *testing.T, o Options) (string, error) {
	t.Helper()
	var out bytes.Buffer
	o.Out, o.Now, o.Command = &out, time.Now, "matchseal"
	err := Run(t.Context(), o)
	return out.String(), err
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return lines[len(lines)-1]
}

// The main job: two servers that never met end in "Test Passed", and the lab
// comes back as it was.
func TestStrangersEndInTestPassed(t *testing.T) {
	dir := shortDir(t)
	for _, time := range []string{"first", "second"} {
		out, err := run(t, Options{Dir: dir, Once: true})
		if err != nil {
			t.Fatalf("%s run: %v\n%s", time, err, out)
		}
		// checklist: 002-30, 004-09, 004-10
		if got := lastLine(out); got != "Test Passed" {
			t.Errorf("%s run: the last line is %q", time, got)
		}
		t.Run("004-14 Exchange's side first, then Skype's, then the test, "+time, func(t *testing.T) {
			at := -1
			for _, step := range []string{"Configure-EnterprisePartnerApplication.ps1", "iisreset", "New-CsPartnerApplication", "Test-CsExStorageConnectivity"} {
				i := strings.Index(out, step)
				if i <= at {
					t.Errorf("%s stands at %d, after something that comes later", step, i)
				}
				at = i
			}
		})
	}
	s, err := ReadState(dir)
	if err != nil {
		t.Fatal(err)
	}
	if s.Domain != "litware.test" || len(s.Nodes) != 3 || s.Hosts["autodiscover.litware.test"] == "" {
		t.Errorf("the lab describes itself as %+v", s)
	}
	if _, err := run(t, Options{Dir: dir, Once: true, Domain: "contoso.test"}); !problem.Is(err, problem.LabDomain) {
		t.Errorf("another domain in the same directory: %v", err)
	}
}

// With only one half of the pairing, or none, server-to-server is not set up.
func TestUnpairedServersRefuseEachOther(t *testing.T) {
	dir := shortDir(t)
	ctx, stop := context.WithCancel(t.Context())
	up, done := make(chan State, 1), make(chan error, 1)
	var out bytes.Buffer
	go func() {
		done <- Run(ctx, Options{Dir: dir, Unpaired: true, Out: &out, Now: time.Now, Command: "matchseal", Up: func(s State) { up <- s }})
	}()
	var s State
	select {
	case s = <-up:
	case err := <-done:
		t.Fatalf("the lab ended: %v\n%s", err, out.String())
	}
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	client := adminapi.NewClient("http://skype", outbound.Socket(s.Nodes["skype"].Socket))
	if _, err := client.LogOn(ctx, "administrator", ""); err != nil {
		t.Fatal(err)
	}
	test := func() error {
		_, err := adminapi.Do(ctx, client, adminapi.TestCsExStorageConnectivity, adminapi.StorageTestRequest{SipURI: "kenmyer@litware.test"})
		return err
	}
	t.Run("002-31 without ExchangeAutodiscoverUrl the test fails with 50043", func(t *testing.T) {
		f, ok := adminapi.AsFault(test())
		if !ok || f.Cmdlet != 50043 {
			t.Fatalf("got %+v", f)
		}
	})
	t.Run("004-04 with one half only server-to-server is not set up", func(t *testing.T) {
		url := "https://autodiscover.litware.test/autodiscover/autodiscover.svc"
		if _, err := adminapi.Do(ctx, client, adminapi.SetCsOAuthConfiguration, adminapi.OAuthConfigurationSettings{ExchangeAutodiscoverURL: &url}); err != nil {
			t.Fatal(err)
		}
		metadata, level := "https://autodiscover.litware.test/autodiscover/metadata/json/1", "Full"
		if _, err := adminapi.Do(ctx, client, adminapi.NewCsPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "Exchange", AuthMetadataURL: &metadata, TrustLevel: &level}); err != nil {
			t.Fatal(err)
		}
		if err := test(); err == nil {
			t.Error("the test passed although Exchange has never heard of Skype")
		}
	})
}

// The verdict of the test is about who asks as well: conversations arrive
// while it fails for an operator without the group.
func TestTheTestMayFailWhileTheFunctionsWork(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	up, done := make(chan State, 1), make(chan error, 1)
	var out bytes.Buffer
	go func() {
		done <- Run(ctx, Options{Dir: shortDir(t), Out: &out, Now: time.Now, Command: "matchseal", Up: func(s State) { up <- s }})
	}()
	var s State
	select {
	case s = <-up:
	case err := <-done:
		t.Fatalf("the lab ended: %v\n%s", err, out.String())
	}
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	client := adminapi.NewClient("http://skype", outbound.Socket(s.Nodes["skype"].Socket))
	t.Run("002-42 the test fails although conversations arrive", func(t *testing.T) {
		if _, err := client.LogOn(ctx, "helpdesk", ""); err != nil {
			t.Fatal(err)
		}
		_, err := adminapi.Do(ctx, client, adminapi.TestCsExStorageConnectivity, adminapi.StorageTestRequest{SipURI: "kenmyer@litware.test"})
		if f, ok := adminapi.AsFault(err); !ok || f.Cmdlet != 5 {
			t.Errorf("got %v, want code=5", err)
		}
		if _, err := client.LogOn(ctx, "administrator", ""); err != nil {
			t.Fatal(err)
		}
		st, err := adminapi.Do(ctx, client, adminapi.GetStorageStatus, adminapi.Empty{})
		if err != nil || st.Delivered == 0 || st.Delivered != st.Delivered+st.Waiting+st.Retrying+st.Dead {
			t.Errorf("status %+v, %v", st, err)
		}
	})
}

func TestPlanIsAFunctionOfDirectoryAndDomain(t *testing.T) {
	a, err := newPlan("/tmp/a", "Litware.Test.")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := newPlan("/tmp/a", "litware.test")
	c, _ := newPlan("/tmp/b", "litware.test")
	if a.exchange.addr != b.exchange.addr || a.exchange.fqdn != "exch.litware.test" || a.exchange.addr == c.exchange.addr {
		t.Errorf("plans: %+v, %+v, %+v", a.exchange, b.exchange, c.exchange)
	}
	if a.exchange.addr == a.skype.addr || !a.exchange.addr.IsLoopback() {
		t.Errorf("addresses %s and %s", a.exchange.addr, a.skype.addr)
	}
	for _, bad := range []string{"", "litware", "lit ware.test", "-a.test", "a..test", "ä.test", strings.Repeat("a", 64) + ".test"} {
		if _, err := newPlan("/tmp/a", bad); !problem.Is(err, problem.ManageParameter) {
			t.Errorf("domain %q: %v", bad, err)
		}
	}
}

// Without port 443 every published name leads to where it really listens.
func TestNamesLeadToFreePorts(t *testing.T) {
	p, err := newPlan(t.TempDir(), "litware.test")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.bind(nil); err != nil {
		t.Fatal(err)
	}
	p.standard, p.exchange.port = false, 4443
	got := p.connect()
	for _, name := range append(slices.Clone(p.exchange.names), p.skype.names...) {
		if got[name+":443"] == "" {
			t.Errorf("%s leads nowhere: %v", name, got)
		}
	}
	if got["mail.litware.test:443"] != p.exchange.listen() {
		t.Errorf("mail leads to %s", got["mail.litware.test:443"])
	}
}

func TestAliasesAreKeptAndCertified(t *testing.T) {
	p, err := newPlan(t.TempDir(), "jdskype.test")
	if err != nil {
		t.Fatal(err)
	}
	kept := State{Aliases: []string{"skype=fe.jdskype.test"}, Site: "Redmond"}
	if err := p.rename(kept, Options{Aliases: []string{"skype=fe.jdskype.test", "exchange=Atl-Exchange-001.litware.example."}}); err != nil {
		t.Fatal(err)
	}
	if got := p.zone(); got.hosts["fe.jdskype.test"] != p.skype.addr || got.hosts["atl-exchange-001.litware.example"] != p.exchange.addr || !got.within("atl-exchange-001.litware.example") || got.within("litware.example") {
		t.Errorf("zone %+v", got)
	}
	s := p.state("127.0.0.1:53")
	if len(s.Aliases) != 2 || s.Site != "Redmond" || s.Hosts["fe.jdskype.test"] != p.skype.addr.String() {
		t.Errorf("state %+v", s)
	}
	for _, bad := range []string{"skype", "skype=fe", "dns=a.b.test", "exchange=pool.jdskype.test", "skype=dns.jdskype.test", "skype=a_b.test"} {
		if err := p.rename(State{}, Options{Aliases: []string{bad}}); !problem.Is(err, problem.ManageParameter) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
