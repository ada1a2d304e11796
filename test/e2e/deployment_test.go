package e2e

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/lab"
	"github.com/matchseal/matchseal/internal/outbound"
)

// The roles, each a node of its own.
const (
	exchange = "exchange"
	skype    = "skype"
)

// deployment is a lab as the outside sees it: the files it wrote about itself
// and, while they run, its processes.
type deployment struct {
	owner testing.TB // its processes live as long as this test
	dir   string
	lab.State
	lab   *process            // `matchseal lab`, or nil
	nodes map[string]*process // `matchseal serve` by role
	// connect leads further names to addresses, and set overrides keys of the
	// boot files by role, for the nodes that are started after they were set.
	connect map[string]string
	set     map[string][]string
}

// startLab starts `matchseal lab` and waits until it is up.
func startLab(t testing.TB, args ...string) *deployment {
	t.Helper()
	return program{}.startLab(t, t.TempDir(), args...)
}

func (p program) startLab(t testing.TB, dir string, args ...string) *deployment {
	t.Helper()
	d := &deployment{owner: t, dir: dir}
	d.lab = p.start(t, append([]string{"lab", "--dir", dir}, args...)...)
	d.lab.await(t, "until Ctrl-C")
	d.read(t)
	return d
}

// makeNodes makes a lab with `lab --once`, so that its two nodes can be run
// as servers are run: with `matchseal serve`, from the lab's own boot files.
// The lab's DNS server is gone by then, so the nodes are told where names lead.
func makeNodes(t testing.TB, dir string) *deployment {
	t.Helper()
	d := &deployment{owner: t, dir: dir, nodes: map[string]*process{}, connect: map[string]string{}}
	matchseal(t, "lab", "--once", "--dir", d.dir).want(t, 0)
	d.read(t)
	return d
}

func startNodes(t testing.TB) *deployment {
	t.Helper()
	d := makeNodes(t, t.TempDir())
	d.serve(t, exchange)
	d.serve(t, skype)
	return d
}

func (d *deployment) read(t testing.TB) {
	t.Helper()
	var err error
	if d.State, err = lab.ReadState(d.dir); err != nil {
		t.Fatal(err)
	}
}

// launch starts one node and does not wait for it.
func (d *deployment) launch(role string) *process {
	where := []string{}
	for name := range d.Hosts {
		where = append(where, name+":443="+d.address(name))
	}
	for name, address := range d.connect {
		where = append(where, name+":443="+address)
	}
	slices.Sort(where)
	args := []string{"serve", "--config", d.Nodes[role].Config, "--set", "outbound.connect=" + strings.Join(where, ",")}
	for _, s := range d.set[role] {
		args = append(args, "--set", s)
	}
	d.nodes[role] = program{}.start(d.owner, args...)
	return d.nodes[role]
}

// serve starts one node and waits until it is ready.
func (d *deployment) serve(t testing.TB, role string) {
	t.Helper()
	p := d.launch(role)
	eventually(t, patience, func() error {
		if p.over() {
			t.Fatalf("the %s node ended\n%s", role, p.out)
		}
		return d.ready(role)
	})
}

// restart stops a node in order and starts it again.
func (d *deployment) restart(t testing.TB, role string) {
	t.Helper()
	d.halt(t, role)
	d.serve(t, role)
}

func (d *deployment) halt(t testing.TB, role string) {
	t.Helper()
	if code, _ := d.nodes[role].stop(t, syscall.SIGTERM); code != 0 {
		t.Fatalf("the %s node stopped with status %d\n%s", role, code, d.nodes[role].out)
	}
}

func (d *deployment) ready(role string) error {
	resp, err := outbound.Socket(d.Nodes[role].Socket).Get("http://" + role + "/readyz")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		line, err := io.ReadAll(resp.Body)
		return errors.Join(fmt.Errorf("%s: %s %s", role, resp.Status, line), err)
	}
	return nil
}

// address is where a name of the lab really listens.
func (d *deployment) address(name string) string {
	if to, ok := d.Connect[name+":443"]; ok {
		return to
	}
	return net.JoinHostPort(d.Hosts[name], "443")
}

// http is an outside client on the same machine: it trusts the lab's
// authority and knows where the lab's names lead. It follows no redirects.
func (d *deployment) http(t testing.TB) *http.Client {
	t.Helper()
	roots, err := certs.LoadPool(false, d.CA)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if name, port, err := net.SplitHostPort(address); err == nil && port == "443" && d.Hosts[name] != "" {
				address = d.address(name)
			}
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// basic adds a password to every request.
type basic struct {
	next           http.RoundTripper
	user, password string
}

func (b basic) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.SetBasicAuth(b.user, b.password)
	return b.next.RoundTrip(r)
}

// ews reads a user's mailbox as a mail program does, with the password.
func (d *deployment) ews(t testing.TB, user string) *ews.Client {
	t.Helper()
	h := d.http(t)
	h.Transport = basic{h.Transport, d.upn(user), d.password(t, user)}
	return &ews.Client{HTTP: h, URL: d.EWS, Version: ews.Exchange2013}
}

func (d *deployment) upn(user string) string { return user + "@" + d.Domain }
func (d *deployment) sip(user string) string { return "sip:" + d.upn(user) }

func (d *deployment) password(t testing.TB, user string) string {
	t.Helper()
	for _, u := range d.Users {
		if u.Name == user {
			return u.Password
		}
	}
	t.Fatalf("the lab has no user %s", user)
	return ""
}

// admin logs an operator on to a node's management API.
func (d *deployment) admin(t testing.TB, role, operator string) *adminapi.Client {
	t.Helper()
	c := adminapi.NewClient("http://"+role, outbound.Socket(d.Nodes[role].Socket))
	if _, err := c.LogOn(t.Context(), operator, ""); err != nil {
		t.Fatalf("logging on to %s: %v", role, err)
	}
	return c
}

// do makes a management call that has to succeed.
func do[Req, Resp any](t testing.TB, c *adminapi.Client, call adminapi.Call[Req, Resp], req Req) Resp {
	t.Helper()
	resp, err := adminapi.Do(t.Context(), c, call, req)
	if err != nil {
		t.Fatalf("%s: %v", call.Name, err)
	}
	return resp
}

// run runs a command against the deployment.
func (d *deployment) run(t testing.TB, args ...string) result {
	t.Helper()
	return matchseal(t, append(args, "--dir", d.dir)...)
}

// token mints an act-as token for a user and a URL of the lab.
func (d *deployment) token(t testing.TB, user, url string) string {
	t.Helper()
	return strings.TrimSpace(d.run(t, "token", "mint", "--user", user, "--url", url).want(t, 0).out)
}

// deliver waits until the Storage Service has nothing left to do.
func (d *deployment) deliver(t testing.TB, within time.Duration) adminapi.StorageStatus {
	t.Helper()
	var st adminapi.StorageStatus
	c := d.admin(t, skype, "administrator")
	eventually(t, within, func() error {
		var err error
		if st, err = adminapi.Do(t.Context(), c, adminapi.GetStorageStatus, adminapi.Empty{}); err != nil {
			return err
		}
		if st.Waiting+st.Running+st.Retrying > 0 {
			return fmt.Errorf("still on their way: %+v", st)
		}
		return nil
	})
	return st
}

// URLs of a deployment.
func (d *deployment) autodiscover(file string) string {
	return "https://autodiscover." + d.Domain + "/autodiscover/autodiscover." + file
}

func (d *deployment) metadata(role string) string {
	if role == skype {
		return "https://pool." + d.Domain + "/metadata/json/1"
	}
	return "https://autodiscover." + d.Domain + "/autodiscover/metadata/json/1"
}

func ptr[T any](v T) *T { return &v }

// authority is the lab's own, for certificates that the lab would not make.
func (d *deployment) authority(t testing.TB) *certs.CA {
	t.Helper()
	box, err := certs.OpenBox(filepath.Join(d.dir, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	ca, err := certs.LoadCA(d.CA, filepath.Join(d.dir, "ca.key"), box)
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

// readFile reads a file that has to be there.
func readFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
