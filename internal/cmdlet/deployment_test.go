package cmdlet

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/config"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/node"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/shell"
)

// deployment is a node of both roles under the names of the seeds: the domains
// jdskype.net and litwareinc.com, and the pool lyncpool.domain.com at yoursite.
type deployment struct {
	t     testing.TB
	clock *movable
	dir   string
	ca    *certs.CA
	cfg   config.Config
}

// The deployment's names.
const (
	seedPool     = "lyncpool.domain.com"
	seedExchange = "exch.jdskype.net"
	seedURL      = "https://autodiscover.jdskype.net/autodiscover/autodiscover.svc"
)

// startDeployment runs the node until the test ends. Its people are those of a
// lab: each exists so that a condition of the connectivity test can be seen.
func startDeployment(t testing.TB) *deployment {
	t.Helper()
	short, err := os.MkdirTemp("", "ms") // the path of a socket file is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(short) })
	began()
	d := &deployment{t: t, clock: &movable{now: time.Now().Truncate(time.Second)}, dir: short}
	d.ca, err = certs.NewCA("Seeds CA", d.clock.Now())
	d.must(err)
	caFile := filepath.Join(short, "ca.pem")
	d.must(certs.WriteCertificatesPEM(caFile, d.ca.Certificate))
	connect := map[string]string{}
	d.cfg = config.Config{
		Node: "test", Data: short, KeyFile: filepath.Join(short, "master.key"),
		Directory:  config.Directory{DSN: "sqlite:" + filepath.Join(short, "directory.db")},
		Trust:      config.Trust{CAFiles: []string{caFile}},
		Outbound:   config.Outbound{AllowLoopback: true, Timeout: 10 * time.Second, Connect: connect},
		Management: config.Management{Socket: filepath.Join(short, "s")},
		Roles: []config.Role{
			d.role("exchange", connect, seedExchange, "mail.jdskype.net", "autodiscover.jdskype.net"),
			d.role("skype", connect, seedPool),
		},
	}
	begin(t, d.cfg, seedsExchange, seedsSkype)
	d.people()
	n, err := node.Open(t.Context(), d.cfg, node.Options{Now: d.clock.Now, Log: slog.New(slog.DiscardHandler)})
	d.must(err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return d
}

func (d *deployment) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *deployment) role(name string, connect map[string]string, hosts ...string) config.Role {
	d.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	d.must(err)
	address := l.Addr().String()
	d.must(l.Close())
	for _, h := range hosts {
		connect[h+":443"] = address
	}
	chain, key, err := d.ca.Issue(certs.TLSRequest{Names: hosts}.ValidFrom(d.clock.Now()))
	d.must(err)
	c := config.Role{
		Role: name, Database: "sqlite:" + filepath.Join(d.dir, name+".db"), Listen: []string{address}, Site: "yoursite",
		TLSCert: filepath.Join(d.dir, name+".pem"), TLSKey: filepath.Join(d.dir, name+".key"),
		FQDN: hosts[0], Hosts: hosts, Domains: []string{"jdskype.net", "litwareinc.com"}, Organisation: "jdskype.net",
	}
	d.must(certs.WriteCertificatesPEM(c.TLSCert, chain...))
	d.must(certs.WriteKeyPEM(c.TLSKey, key))
	return c
}

func (d *deployment) people() {
	d.t.Helper()
	dir, err := directory.Open(d.t.Context(), d.cfg.Directory.DSN, d.clock.Now)
	d.must(err)
	defer dir.Close()
	for _, p := range []struct{ name, display, domain string }{
		{"administrator", "Administrator", "jdskype.net"}, {"helpdesk", "An operator without the group", "jdskype.net"},
		{"jeff", "Jeff Hay", "jdskype.net"}, {"kenmyer", "Ken Myer", "litwareinc.com"}, {"nomailbox", "Noel without a mailbox", "jdskype.net"},
		{"disabled", "Dora who has left", "jdskype.net"}, {"nosip", "Nora without SIP", "jdskype.net"},
	} {
		u, err := dir.AddUser(d.t.Context(), directory.User{
			Name: p.name, DisplayName: p.display, UPN: directory.UPN(p.name + "@" + p.domain), SMTP: directory.SMTP(p.name + "@" + p.domain),
			Organisation: "jdskype.net", Container: "jdskype.net/Users", Enabled: true,
		})
		d.must(err)
		groups := map[string][]string{
			"administrator": {directory.OrganizationManagement, directory.RTCUniversalUserAdmins, directory.DomainAdmins},
			"helpdesk":      {directory.OrganizationManagement},
		}
		for _, g := range groups[p.name] {
			d.must(dir.AddMember(d.t.Context(), g, u.ID))
		}
	}
}

// client logs on over the node's socket file.
func (d *deployment) client(ctx context.Context, account string) (*adminapi.Client, error) {
	c := adminapi.NewClient("http://local", outbound.Socket(d.cfg.Management.Socket))
	_, err := c.LogOn(ctx, account, "")
	return c, err
}

// sit opens a shell of a name for an account.
func (d *deployment) sit(name, account string) *admin {
	d.t.Helper()
	c := NewConnection(func(ctx context.Context) (*adminapi.Client, error) { return d.client(ctx, account) })
	own, err := New(name, c, DNS{})
	d.must(err)
	a := &admin{t: d.t, out: map[shell.Stream]*strings.Builder{}}
	drive := filepath.Join(d.dir, "c")
	d.must(os.MkdirAll(drive, 0o700))
	a.session = shell.New(shell.Config{
		Host: a, Commands: own.Commands, Variables: own.Variables, Environment: own.Environment, Location: own.Start,
		Files: NewFolders(drive, own.Scripts), Views: own.Views, Limit: own.Limit, Faults: Record, Now: d.clock.Now, Zone: time.UTC,
	})
	return a
}

// pair does what has to be done before the connectivity test can pass.
func (d *deployment) pair() {
	d.t.Helper()
	c, err := d.client(d.t.Context(), "administrator")
	d.must(err)
	yes := true
	for _, u := range []string{"jeff", "kenmyer", "disabled", "nosip"} {
		call(d, c, adminapi.EnableMailbox, adminapi.Identity{Identity: u})
	}
	for _, u := range []string{"jeff", "kenmyer", "disabled", "nomailbox"} {
		call(d, c, adminapi.EnableCsUser, adminapi.EnableCsUserRequest{Identity: u, RegistrarPool: seedPool})
	}
	call(d, c, adminapi.SetUserEnabled, adminapi.SetUserEnabledRequest{Identity: "disabled"})
	for _, v := range []string{"EWS", "Autodiscover"} {
		call(d, c, adminapi.SetVirtualDirectory, adminapi.VirtualDirectorySettings{Identity: v, OAuthAuthentication: &yes})
	}
	call(d, c, adminapi.ConfigureEnterprisePartnerApplication, adminapi.ConfigureEnterpriseRequest{AuthMetadataURL: "https://" + seedPool + "/metadata/json/1", ApplicationType: "Lync"})
	url, full, meta := seedURL, "Full", "https://autodiscover.jdskype.net/autodiscover/metadata/json/1"
	call(d, c, adminapi.SetCsOAuthConfiguration, adminapi.OAuthConfigurationSettings{ExchangeAutodiscoverURL: &url})
	call(d, c, adminapi.NewCsPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "Exchange", TrustLevel: &full, AuthMetadataURL: &meta})
}

func call[Req, Resp any](d *deployment, c *adminapi.Client, what adminapi.Call[Req, Resp], req Req) Resp {
	d.t.Helper()
	resp, err := adminapi.Do(d.t.Context(), c, what, req)
	if err != nil {
		d.t.Fatalf("%s: %v", what.Name, err)
	}
	return resp
}

// says fails unless the text has all of the pieces.
func says(t testing.TB, text string, pieces ...string) {
	t.Helper()
	flat := strings.Join(strings.Fields(text), " ") // long lines are wrapped
	for _, p := range pieces {
		if !strings.Contains(flat, p) {
			t.Errorf("%q is missing in\n%s", p, text)
		}
	}
}
