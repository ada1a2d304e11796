package e2e

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
)

// checklist: 002-30, 004-14
func TestLabOnce(t *testing.T) {
	suite(t)
	dir := t.TempDir()
	plain := program{path: os.Getenv(plainProgram)}

	first := plain.run(t, "lab", "--once", "--dir", dir).want(t, 0)
	passed(t, first)
	t.Logf("fresh lab: %.2f s, %d MB", first.took.Seconds(), first.memory>>20)
	best, memory := first.took, first.memory
	for range 2 {
		r := plain.run(t, "lab", "--once", "--dir", t.TempDir()).want(t, 0)
		best, memory = min(best, r.took), max(memory, r.memory)
	}
	t.Logf("the best of three fresh labs: %.2f s", best.Seconds())
	if memory > 150<<20 {
		t.Errorf("a fresh lab took up to %d MB; 150 MB are promised", memory>>20)
	}

	t.Run("again in the same directory", func(t *testing.T) {
		again := plain.run(t, "lab", "--once", "--dir", dir).want(t, 0)
		passed(t, again)
		t.Logf("same lab again: %.2f s", again.took.Seconds())
		for _, text := range []string{"Created User", "Created Partner Application"} {
			if !strings.Contains(first.out, text) || strings.Contains(again.out, text) {
				t.Errorf("%q belongs into the first run and not into the second\n%s", text, again)
			}
		}
	})
	t.Run("003-02 003-04 003-08 it came back as it was, and nothing twice", func(t *testing.T) {
		d := program{}.startLab(t, dir)
		x, s := d.admin(t, exchange, "administrator"), d.admin(t, skype, "administrator")
		for app, found := range map[string][]adminapi.PartnerApplication{
			"00000004-0000-0ff1-ce00-000000000000": do(t, x, adminapi.GetPartnerApplication, adminapi.Identity{}),
			"00000002-0000-0ff1-ce00-000000000000": do(t, s, adminapi.GetCsPartnerApplication, adminapi.Identity{}),
		} {
			if len(found) != 1 || !found[0].Enabled || len(found[0].Certificates) != 1 || found[0].ApplicationIdentifier != app {
				t.Errorf("the partner applications are %+v, not one for %s, enabled and with one certificate", found, app)
			}
		}
		if roles := do(t, x, adminapi.GetManagementRoleAssignment, adminapi.RoleAssignmentFilter{RoleAssignee: "LyncEnterprise-ApplicationAccount"}); len(roles) != 2 {
			t.Errorf("the application account has the assignments %+v, not two", roles)
		}
		if users := do(t, x, adminapi.GetUser, adminapi.Identity{Identity: "LyncEnterprise*"}); len(users) != 1 {
			t.Errorf("there are %d application accounts, not one", len(users))
		}
		if m := do(t, x, adminapi.GetMailbox, adminapi.Identity{Identity: "kenmyer"}); len(m) != 1 || m[0].Items < 3 {
			t.Errorf("the mailbox of the test user is %+v; three tests wrote an item each", m)
		}
		// The examples are stored under their own ids, so once for all runs.
		if code, _ := d.lab.stop(t, syscall.SIGINT); code != 0 {
			t.Errorf("status %d after Ctrl-C\n%s", code, d.lab.out)
		}
		d = program{}.startLab(t, dir)
		if st := d.deliver(t, patience); st.Conversations != 2 || st.Dead != 0 {
			t.Errorf("after the examples were stored by two runs there are %+v, not two conversations", st)
		}
	})
}

// passed wants the verdict, and the commands of the pairing in the order of
// the product's documentation: first the Exchange side, then the Skype side,
// then the test.
func passed(t *testing.T, r result) {
	t.Helper()
	if r.lastLine() != "Test Passed" {
		t.Errorf("the last line is %q\n%s", r.lastLine(), r)
	}
	rest := r.out
	for _, command := range []string{"Configure-EnterprisePartnerApplication.ps1", "iisreset", "Set-CsOAuthConfiguration", "New-CsPartnerApplication", "Test-CsExStorageConnectivity"} {
		_, after, ok := strings.Cut(rest, command)
		if !ok {
			t.Fatalf("%s is missing, or not in its place\n%s", command, r)
		}
		rest = after
	}
}

func TestLabUp(t *testing.T) {
	suite(t)
	d := startLab(t)

	t.Run("the printed curl line works", func(t *testing.T) { curlLine(t, d) })
	t.Run("the printed commands work", func(t *testing.T) { tryNext(t, d) })
	t.Run("000-03 000-04 002-17 002-22 a browser sees both metadata documents", func(t *testing.T) {
		for _, role := range []string{exchange, skype} {
			browse(t, d, d.metadata(role))
		}
	})
	t.Run("a second lab in the same directory is refused", func(t *testing.T) {
		matchseal(t, "lab", "--once", "--dir", d.dir).wantFailure(t, "error: ", d.dir, string(problem.LabRunning))
		if err := d.ready(exchange); err != nil {
			t.Errorf("the first lab suffered: %v", err)
		}
	})
	t.Run("a second lab in another directory stands beside it", func(t *testing.T) {
		passed(t, matchseal(t, "lab", "--once", "--dir", t.TempDir()).want(t, 0))
	})
	t.Run("another domain for the same lab is refused", func(t *testing.T) {
		matchseal(t, "lab", "--once", "--dir", d.dir, "--domain", "contoso.test").wantFailure(t, "litware.test")
	})
	t.Run("Ctrl-C ends it cleanly", func(t *testing.T) {
		code, took := d.lab.stop(t, syscall.SIGINT)
		t.Logf("stopped in %.2f s", took.Seconds())
		if code != 0 || took > 10*time.Second {
			t.Errorf("status %d after %s\n%s", code, took, d.lab.out)
		}
	})
}

// curlLine types in the line with which an outside client reaches EWS.
func curlLine(t *testing.T, d *deployment) {
	t.Helper()
	line := regexp.MustCompile(`(?m)^\s+(curl .*)$`).FindStringSubmatch(d.lab.out.String())
	if line == nil {
		t.Fatalf("no curl line\n%s", d.lab.out)
	}
	// What follows asks for the status only; the line itself stays as it is.
	out, err := exec.Command("sh", "-c", line[1]+" --silent --show-error --output /dev/null --write-out '%{http_code} %{ssl_verify_result}'").CombinedOutput()
	if err != nil || string(out) != "200 0" {
		t.Errorf("%s: %v, %s", line[1], err, out)
	}
}

// tryNext types in what the lab tells people to try next, at the place where
// the examples are.
func tryNext(t *testing.T, d *deployment) {
	at := program{dir: filepath.Join("..", "..")}
	lines := strings.Split(strings.TrimSpace(after(t, d.lab.out.String(), "Try next, in another window:\n")), "\n")
	if len(lines) < 5 {
		t.Errorf("only %d commands\n%s", len(lines), d.lab.out)
	}
	for _, line := range lines {
		code := 0
		if strings.Contains(line, "nomailbox") || strings.Contains(line, "helpdesk") {
			code = 1 // they are there to be seen failing
		}
		// A shell splits the line into words, as the one it is pasted into does.
		words, err := exec.Command("sh", "-c", "for word in "+strings.Join(strings.Fields(line)[1:], " ")+`; do printf '%s\n' "$word"; done`).Output()
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		at.run(t, strings.Split(strings.TrimSpace(string(words)), "\n")...).want(t, code)
	}
}

// browse gets a page as a browser does that trusts the lab's authority.
func browse(t *testing.T, d *deployment, url string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
	req.Header.Set("User-Agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)")
	resp, err := d.http(t).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		t.Errorf("%s: %s, %s", url, resp.Status, resp.Header.Get("Content-Type"))
	}
}

// checklist: 000-25, 004-04
func TestLabUnpaired(t *testing.T) {
	suite(t)
	d := startLab(t, "--unpaired")
	x, s := d.admin(t, exchange, "administrator"), d.admin(t, skype, "administrator")
	ken := d.sip("kenmyer")

	t.Run("002-14 nothing is set yet", func(t *testing.T) {
		if c := do(t, s, adminapi.GetCsOAuthConfiguration, adminapi.Empty{}); c.ExchangeAutodiscoverURL != "" {
			t.Errorf("ExchangeAutodiscoverUrl is %q", c.ExchangeAutodiscoverURL)
		}
		n := len(do(t, x, adminapi.GetPartnerApplication, adminapi.Identity{})) + len(do(t, s, adminapi.GetCsPartnerApplication, adminapi.Identity{}))
		if n != 0 {
			t.Errorf("there are %d partner applications", n)
		}
		for _, v := range do(t, x, adminapi.GetVirtualDirectory, adminapi.Identity{}) {
			if v.OAuthAuthentication { // 004-13: tokens are not accepted by default
				t.Errorf("%s accepts OAuth from the start", v.Name)
			}
		}
	})
	t.Run("002-31 the test fails with 50043", func(t *testing.T) {
		d.run(t, "test", "storage", ken).wantFailure(t, "Test-CsExStorageConnectivity : ExCreateItem exchange operation failed, code=50043,", "Set-CsOAuthConfiguration")
	})
	t.Run("the printed commands, typed into the shells, pair the two", func(t *testing.T) {
		printed := regexp.MustCompile(`(?m)^\[PS (exchange|skype)\] +(.*)$`).FindAllStringSubmatch(after(t, d.lab.out.String(), "The pairing steps, in order, to be typed there:"), -1)
		if len(printed) < 8 {
			t.Fatalf("%d commands are printed\n%s", len(printed), d.lab.out)
		}
		typed := map[string]string{} // what went before in the same shell
		for _, line := range printed {
			if r := d.run(t, "test", "storage", ken); r.code != 1 {
				t.Fatalf("the test passes before %q\n%s", line[2], r)
			}
			if strings.HasPrefix(line[2], "cd ") {
				typed[line[1]] = line[2] + "\n"
			}
			matchseal(t, "shell", line[1], "--dir", d.dir, "--strict", "-c", typed[line[1]]+line[2]).want(t, 0)
		}
		if r := d.run(t, "test", "storage", ken).want(t, 0); r.lastLine() != "Test Passed" {
			t.Errorf("not passed\n%s", r)
		}
	})
	t.Run("what is paired stays paired", func(t *testing.T) {
		if code, _ := d.lab.stop(t, syscall.SIGINT); code != 0 {
			t.Fatalf("status %d\n%s", code, d.lab.out)
		}
		again := program{}.startLab(t, d.dir, "--unpaired")
		again.run(t, "test", "storage", ken).want(t, 0)
	})
}

func after(t testing.TB, text, mark string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, mark)
	if !ok {
		t.Fatalf("there is no %q in\n%s", mark, text)
	}
	return rest
}

func TestLabOtherDomain(t *testing.T) {
	suite(t)
	d := program{}.startLab(t, filepath.Join(t.TempDir(), "Ken's lab"), "--domain", "contoso.test")
	curlLine(t, d)
	if d.Domain != "contoso.test" || !strings.Contains(d.EWS, "mail.contoso.test") {
		t.Errorf("the lab says it is for %s, with EWS at %s", d.Domain, d.EWS)
	}
	if strings.Contains(d.lab.out.String(), "litware") {
		t.Errorf("the other domain's name is printed\n%s", d.lab.out)
	}
	d.run(t, "test", "storage", d.sip("pilar")).want(t, 0)
	if st := d.deliver(t, patience); st.Conversations != 2 || st.Delivered != 4 {
		t.Errorf("the examples became %+v", st)
	}
}

// checklist: 002-02
func TestLabProcesses(t *testing.T) {
	suite(t)
	d := startLab(t, "--processes")
	pids := children(t, d.lab.cmd.Process.Pid)
	if len(pids) != 3 {
		t.Errorf("the lab has the processes %v besides its own, not three", pids)
	}
	d.run(t, "test", "oauth", "https://pool."+d.Domain+"/", d.upn("kenmyer")).want(t, 0)
	code, took := d.lab.stop(t, syscall.SIGINT)
	t.Logf("stopped in %.2f s", took.Seconds())
	if code != 0 || took > 15*time.Second {
		t.Errorf("status %d after %s\n%s", code, took, d.lab.out)
	}
	gone(t, pids)

	again := program{}.startLab(t, d.dir, "--processes")
	pids = children(t, again.lab.cmd.Process.Pid)
	again.lab.kill()
	gone(t, pids) // nobody could stop them otherwise
	passed(t, matchseal(t, "lab", "--once", "--dir", d.dir).want(t, 0))
}

func gone(t *testing.T, pids []int) {
	t.Helper()
	eventually(t, patience, func() error {
		for _, pid := range pids {
			if syscall.Kill(pid, 0) == nil {
				return fmt.Errorf("process %d is still there", pid)
			}
		}
		return nil
	})
}

// Of two labs that are started in one directory at once, one is refused and
// the other does not notice.
func TestLabTwiceAtOnce(t *testing.T) {
	suite(t)
	dir := t.TempDir()
	both := []*process{program{}.start(t, "lab", "--once", "--dir", dir), program{}.start(t, "lab", "--once", "--dir", dir)}
	passes := 0
	for _, p := range both {
		select {
		case <-p.ended:
		case <-time.After(2 * patience):
			t.Fatalf("no end\n%s", p.out)
		}
		switch text := p.out.String(); {
		case p.cmd.ProcessState.ExitCode() == 0 && strings.HasSuffix(text, "\nTest Passed\n"):
			passes++
		case p.cmd.ProcessState.ExitCode() != 1 || !strings.Contains(text, string(problem.LabRunning)):
			t.Errorf("status %d\n%s", p.cmd.ProcessState.ExitCode(), text)
		}
	}
	if passes != 1 {
		t.Errorf("%d of the two passed", passes)
	}
}

// children are the processes that a process has started.
func children(t *testing.T, pid int) []int {
	t.Helper()
	names, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil || len(names) == 0 {
		t.Skipf("this system does not say which processes %d started", pid)
	}
	var pids []int
	for _, name := range names {
		for _, s := range strings.Fields(string(readFile(t, name))) {
			n, err := strconv.Atoi(s)
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, n)
		}
	}
	return pids
}

// Where port 443 can not be bound, other ports take its place unseen.
func TestLabWithoutPort443(t *testing.T) {
	suite(t)
	run := program{dir: "/"}
	dir := t.TempDir()
	switch {
	case os.Getuid() == 0:
		run, dir = unprivileged(t)
	default:
		if l, err := net.Listen("tcp", "127.0.0.1:443"); err == nil {
			l.Close()
			t.Skip("everybody may bind port 443 here, and only root can change that for a test")
		}
	}
	r := run.run(t, "lab", "--once", "--dir", dir).want(t, 0)
	passed(t, r)
	if strings.Contains(r.out, ":443 ") || !strings.Contains(r.out, "https://pool.litware.test/metadata/json/1") {
		t.Errorf("either port 443 was bound or URLs got a port\n%s", r)
	}
	// The second run comes back on the same ports.
	again := run.run(t, "lab", "--once", "--dir", dir).want(t, 0)
	row := regexp.MustCompile(`(?m)^  skype .*$`)
	if was, is := row.FindString(r.out), row.FindString(again.out); was == "" || was != is {
		t.Errorf("the lab moved from %q to %q", was, is)
	}
}

// unprivileged runs a copy of the program as an account that may not bind
// port 443, in a network of its own where that rule is in force.
func unprivileged(t *testing.T) (program, string) {
	t.Helper()
	for _, tool := range []string{"unshare", "setpriv", "ip"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	if out, err := exec.Command("unshare", "--net", "true").CombinedOutput(); err != nil {
		t.Skipf("no network of our own: %v %s", err, out)
	}
	// t.TempDir is for one's own account only.
	dir, err := os.MkdirTemp("", "matchseal-nobody-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	const nobody = 65534
	path := filepath.Join(dir, "matchseal")
	if err := os.WriteFile(path, readFile(t, os.Getenv(raceProgram)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(dir, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	script := `ip link set lo up && echo 1024 >/proc/sys/net/ipv4/ip_unprivileged_port_start && exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"`
	return program{
		path: path, dir: dir, under: []string{"unshare", "--net", "sh", "-c", script, "sh"},
		env: []string{"GORACE=atexit_sleep_ms=0 log_path=" + filepath.Join(dir, "race"), "HOME=" + dir},
	}, filepath.Join(dir, "lab")
}
