package cmdlet

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/config"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/node"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// movable is a clock that tests move by hand.
type movable struct {
	mu  sync.Mutex
	now time.Time
}

func (c *movable) Now() time.Time          { c.mu.Lock(); defer c.mu.Unlock(); return c.now }
func (c *movable) advance(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

// running is a whole node of both roles, with its listeners, its socket file
// and an administrator, and the shells that speak to it.
type running struct {
	t     testing.TB
	clock *movable
	began time.Time // by this the TLS certificates are judged, however far tests move the clock
	ca    *certs.CA
	dir   string

	mu        sync.Mutex
	addresses map[string]string // role -> where it listens
}

// Handle takes the node's addresses from what it logs.
func (r *running) Handle(_ context.Context, rec slog.Record) error {
	if rec.Message != "listening" {
		return nil
	}
	said := map[string]string{}
	rec.Attrs(func(a slog.Attr) bool { said[a.Key] = a.Value.String(); return true })
	r.mu.Lock()
	defer r.mu.Unlock()
	r.addresses[said["what"]] = said["address"]
	return nil
}
func (r *running) Enabled(context.Context, slog.Level) bool { return true }
func (r *running) WithAttrs([]slog.Attr) slog.Handler       { return r }
func (r *running) WithGroup(string) slog.Handler            { return r }

func (r *running) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// startNode runs a node until the test ends; changes are made to its boot
// configuration.
func startNode(t testing.TB, changes ...func(*config.Config)) *running {
	t.Helper()
	short, err := os.MkdirTemp("", "ms") // the path of a socket file is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(short) })
	began()
	r := &running{t: t, clock: &movable{now: time.Now().Truncate(time.Second)}, dir: short, addresses: map[string]string{}}
	r.began = r.clock.Now()
	r.ca, err = litware()
	r.must(err)
	caFile := filepath.Join(short, "ca.pem")
	r.must(certs.WriteCertificatesPEM(caFile, r.ca.Certificate))
	cfg := config.Config{
		Node: "test", Data: short, KeyFile: filepath.Join(short, "master.key"),
		Directory:  config.Directory{DSN: "sqlite:" + filepath.Join(short, "directory.db")},
		Trust:      config.Trust{CAFiles: []string{caFile}},
		Outbound:   config.Outbound{AllowLoopback: true, Timeout: 10 * time.Second},
		Management: config.Management{Socket: filepath.Join(short, "s")},
		Roles:      []config.Role{r.role("exchange", exchangeTLS), r.role("skype", skypeTLS)},
	}
	begin(t, cfg, litwareExchange, litwareSkype)
	r.makeAdministrator(cfg.Directory.DSN)
	for _, change := range changes {
		change(&cfg)
	}
	n, err := node.Open(t.Context(), cfg, node.Options{Now: r.clock.Now, Log: slog.New(r)})
	r.must(err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return r
}

// role writes the TLS files of a role.
func (r *running) role(name string, issued func() (shown, error)) config.Role {
	r.t.Helper()
	web, err := issued()
	r.must(err)
	hosts := web.chain[0].DNSNames
	c := config.Role{
		Role: name, Database: "sqlite:" + filepath.Join(r.dir, name+".db"), Listen: []string{"127.0.0.1:0"},
		TLSCert: filepath.Join(r.dir, name+".pem"), TLSKey: filepath.Join(r.dir, name+".key"),
		FQDN: hosts[0], Hosts: hosts, Domains: []string{"litware.test"}, Organisation: "litware.test",
	}
	r.must(certs.WriteCertificatesPEM(c.TLSCert, web.chain...))
	r.must(certs.WriteKeyPEM(c.TLSKey, web.key))
	return c
}

func (r *running) makeAdministrator(dsn string) {
	r.t.Helper()
	dir, err := directory.Open(r.t.Context(), dsn, r.clock.Now)
	r.must(err)
	u, err := dir.AddUser(r.t.Context(), directory.User{Name: "administrator", UPN: "administrator@litware.test", Organisation: "litware.test", Enabled: true})
	r.must(err)
	for _, g := range []string{directory.OrganizationManagement, directory.RTCUniversalUserAdmins} {
		r.must(dir.AddMember(r.t.Context(), g, u.ID))
	}
	r.must(dir.Close())
}

// signsWith gets a role's metadata document over HTTPS and says with which
// certificate it signs, or how the document is refused.
func (r *running) signsWith(role string) string {
	r.t.Helper()
	address := authmeta.Exchange.URL("exch.litware.test")
	if role == "skype" {
		address = authmeta.Skype.URL("pool.litware.test")
	}
	r.mu.Lock()
	listener := r.addresses[role]
	r.mu.Unlock()
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: r.ca.Pool(), Time: func() time.Time { return r.began }}, DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", listener)
		},
	}}
	resp, err := client.Get(address)
	r.must(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	r.must(err)
	if resp.StatusCode != http.StatusOK {
		return http.StatusText(resp.StatusCode)
	}
	d, err := authmeta.Parse(body, authmeta.ParseOptions{Now: r.clock.Now()})
	r.must(err)
	return d.Keys[0].Thumbprint.String()
}

// admin is one of the shells with an administrator at it.
type admin struct {
	t       testing.TB
	session *shell.Session
	answers []string // to the questions to come; none means that nobody is there
	asked   []shell.Question
	out     map[shell.Stream]*strings.Builder
}

func (a *admin) Write(s shell.Stream, text string) {
	if a.out[s] == nil {
		a.out[s] = &strings.Builder{}
	}
	a.out[s].WriteString(text)
}

func (a *admin) Ask(_ context.Context, q shell.Question) (string, error) {
	a.asked = append(a.asked, q)
	if len(a.answers) == 0 {
		return "", shell.ErrNoUser
	}
	answer := a.answers[0]
	a.answers = a.answers[1:]
	return answer, nil
}

func (a *admin) Width() int { return 120 }

// sit opens a shell by its name.
func (r *running) sit(name string) *admin {
	r.t.Helper()
	c := NewConnection(func(ctx context.Context) (*adminapi.Client, error) {
		client := adminapi.NewClient("http://local", &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", filepath.Join(r.dir, "s"))
		}}})
		_, err := client.LogOn(ctx, "administrator", "")
		return client, err
	})
	own, err := New(name, c, DNS{})
	r.must(err)
	a := &admin{t: r.t, out: map[shell.Stream]*strings.Builder{}}
	drive := filepath.Join(r.dir, "c")
	r.must(os.MkdirAll(filepath.Join(drive, "Certificates"), 0o700))
	a.session = shell.New(shell.Config{
		Host: a, Commands: own.Commands, Variables: own.Variables, Environment: own.Environment, Location: own.Start,
		Files: NewFolders(drive, own.Scripts), Drives: own.Drives, Views: own.Views, Limit: own.Limit,
		Faults: Record, Elsewhere: own.Elsewhere, Now: r.clock.Now, Zone: time.UTC,
	})
	return a
}

// runs executes a line that has to succeed, with answers to its questions, and
// gives what was printed.
func (a *admin) runs(line string, answers ...string) string {
	a.t.Helper()
	ok, printed := a.run(line, answers...)
	if !ok {
		a.t.Fatalf("%s\nfailed:\n%s", line, printed)
	}
	return printed
}

// fails executes a line that has to fail and gives the error as printed.
func (a *admin) fails(line string, answers ...string) string {
	a.t.Helper()
	ok, printed := a.run(line, answers...)
	if ok {
		a.t.Fatalf("%s\nsucceeded:\n%s", line, printed)
	}
	return printed
}

// run executes a line; what it printed is its output, or its errors when it
// failed.
func (a *admin) run(line string, answers ...string) (bool, string) {
	a.t.Helper()
	a.answers, a.asked, a.out = answers, nil, map[shell.Stream]*strings.Builder{}
	ok, err := a.session.Run(a.t.Context(), line)
	if err != nil {
		a.t.Fatalf("%s\n%v", line, err)
	}
	if len(a.answers) > 0 && ok {
		a.t.Errorf("%s\nasked %d questions, not %d", line, len(a.asked), len(answers))
	}
	if !ok {
		return ok, a.printed(shell.Errors)
	}
	return ok, a.printed(shell.Output)
}

func (a *admin) printed(s shell.Stream) string {
	if a.out[s] == nil {
		return ""
	}
	return strings.ReplaceAll(a.out[s].String(), "\r\n", "\n")
}

// value evaluates an expression that gives one value, as text.
func (a *admin) value(line string) string {
	a.t.Helper()
	a.answers = nil
	values, err := a.session.Evaluate(a.t.Context(), line)
	if err != nil {
		a.t.Fatalf("%s\n%v", line, err)
	}
	var all []string
	for _, v := range values {
		for _, item := range object.Items(v) {
			all = append(all, object.Text(item))
		}
	}
	return strings.Join(all, "|")
}

// one evaluates a line that gives one object.
func (a *admin) one(line string) *object.Object {
	a.t.Helper()
	values, err := a.session.Evaluate(a.t.Context(), line)
	if err != nil || len(values) != 1 {
		a.t.Fatalf("%s\ngave %d values, %v", line, len(values), err)
	}
	o, ok := values[0].(*object.Object)
	if !ok {
		a.t.Fatalf("%s\ngave a %s", line, object.TypeName(values[0]))
	}
	return o
}

// sameAsRow checks that an object has the properties of a command's row, in
// its order.
func (a *admin) sameAsRow(command string, o *object.Object) {
	a.t.Helper()
	c, err := a.session.Lookup(command)
	if err != nil {
		a.t.Fatal(err)
	}
	var want, got []string
	for _, p := range c.Output {
		want = append(want, p.Name)
	}
	for _, p := range o.Properties {
		got = append(got, p.Name)
	}
	if !slices.Equal(want, got) {
		a.t.Errorf("%s puts out\n%v, its row has\n%v", command, got, want)
	}
}
