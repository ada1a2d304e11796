package rollover

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/s2s"
)

const (
	exchange = "exchange"
	skype    = "skype"
	domain   = "litware.test"

	// The names of the two roles: where they are called, and where they say
	// who they are.
	mailHost, mailMetadata = "mail." + domain, "autodiscover." + domain
	poolHost, poolMetadata = "pool." + domain, "lyncdiscover." + domain

	exchangeMetadata = "https://" + mailMetadata + "/autodiscover/metadata/json/1"
	skypeMetadata    = "https://" + poolMetadata + "/metadata/json/1"

	ken = "kenmyer@" + domain

	// patience is how long anything may take that is not measured.
	patience = 60 * time.Second
)

// spread is how far the clocks of a deployment are apart: 300 s.
func spread() []time.Duration { return []time.Duration{150 * time.Second, -150 * time.Second} }

// side is one role: its nodes, what stands in front of them, and an office of
// its own.
type side struct {
	name      string
	host      string
	principal s2s.Principal
	nodes     []*process
	service   *balancer // the doors
	metadata  *balancer // the metadata document, as the partner reaches it
	direct    []*http.Client
	members   []*member
	partner   string // what the other side is called here
}

func (s *side) live() []int {
	var live []int
	for i, n := range s.nodes {
		if n.isAlive() {
			live = append(live, i)
		}
	}
	return live
}

// deployment is both sides, paired.
type deployment struct {
	t     testing.TB
	clock *clock
	dir   string
	ca    *certs.CA
	pool  *x509.CertPool
	sides map[string]*side
	// killing is set while a node is killed or started, when a connection may
	// break off.
	killing atomic.Bool
}

// deploy makes a deployment whose roles have the databases given and as many
// nodes.
func deploy(t testing.TB, databases map[string]string, nodes int) *deployment {
	t.Helper()
	dir, err := os.MkdirTemp("", "roll") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	d := &deployment{t: t, dir: dir, sides: map[string]*side{
		exchange: {name: exchange, host: mailHost, principal: s2s.Principal{App: s2s.ExchangeApp, Realm: domain}},
		skype:    {name: skype, host: poolHost, principal: s2s.Principal{App: s2s.SkypeApp, Realm: domain}, partner: "Exchange"},
	}}
	must(t, func() (err error) { d.clock, err = newClock(filepath.Join(dir, "clock")); return err }())
	d.makeAccounts()
	must(t, func() (err error) {
		if d.ca, err = certs.NewCA("rollover", d.clock.now()); err == nil {
			d.pool = d.ca.Pool()
			err = certs.WriteCertificatesPEM(filepath.Join(dir, "ca.pem"), d.ca.Certificate)
		}
		return err
	}())
	for _, s := range d.sides {
		d.place(s, nodes)
	}
	for _, s := range d.sides {
		for _, n := range s.nodes {
			must(t, n.write(d.boot(s, n, databases[s.name]), filepath.Join(dir, "clock")))
			n.start(t)
			t.Cleanup(func() { n.stop(t) })
		}
		d.openMembers(s, databases[s.name])
	}
	d.pair()
	d.clock.step(2 * time.Second) // the second node of a role notices within one
	return d
}

// place settles where the nodes of a side listen, and with which clocks.
func (d *deployment) place(s *side, nodes int) {
	for i := range nodes {
		n := &process{role: s.name, name: s.name + string(rune('1'+i)), off: spread()[i%2]}
		if s.name == skype {
			n.off = -n.off
		}
		n.dir = filepath.Join(d.dir, n.name)
		n.socket = filepath.Join(n.dir, "a.sock")
		must(d.t, os.MkdirAll(n.dir, 0o700))
		must(d.t, func() (err error) { n.address, err = freePort(); return err }())
		s.nodes = append(s.nodes, n)
	}
	s.service, s.metadata = newBalancer(d.t, s.nodes), newBalancer(d.t, s.nodes)
	for _, n := range s.nodes {
		s.direct = append(s.direct, d.http(map[string]string{s.host + ":443": n.address}))
	}
}

// http is a client of somebody whose clock is right.
func (d *deployment) http(connect map[string]string) *http.Client {
	c := outbound.New(outbound.Options{Roots: d.pool, Connect: connect, AllowLoopback: true, Timeout: patience, Now: d.clock.now})
	d.t.Cleanup(c.CloseIdle)
	return c.HTTP()
}

// connect is where the names of the deployment lead.
func (d *deployment) connect() map[string]string {
	x, s := d.sides[exchange], d.sides[skype]
	return map[string]string{
		mailHost + ":443": x.service.listener.Addr().String(), mailMetadata + ":443": x.metadata.listener.Addr().String(),
		poolHost + ":443": s.service.listener.Addr().String(), poolMetadata + ":443": s.metadata.listener.Addr().String(),
	}
}

// boot is a node's boot file. All nodes of a role show one TLS certificate,
// which is valid for longer than the test goes.
func (d *deployment) boot(s *side, n *process, database string) map[string]any {
	hosts := []string{mailHost, mailMetadata}
	if s.name == skype {
		hosts = []string{poolHost, poolMetadata}
	}
	chain, key, err := d.ca.Issue(certs.TLSRequest{Names: hosts, NotBefore: d.clock.now().Add(-24 * time.Hour), NotAfter: d.clock.now().AddDate(9, 0, 0)})
	must(d.t, err)
	cert, keyFile := filepath.Join(n.dir, "tls.pem"), filepath.Join(n.dir, "tls.key")
	must(d.t, errors.Join(certs.WriteCertificatesPEM(cert, chain...), certs.WriteKeyPEM(keyFile, key)))
	return map[string]any{
		"node": n.name, "data": n.dir, "key_file": d.keyFile(),
		"directory":  map[string]any{"dsn": d.directoryDSN()},
		"trust":      map[string]any{"system_roots": false, "ca_files": []string{filepath.Join(d.dir, "ca.pem")}},
		"outbound":   map[string]any{"allow_loopback": true, "connect": d.connect()},
		"management": map[string]any{"socket": n.socket},
		"roles": []map[string]any{{
			"role": s.name, "listen": []string{n.address}, "tls_cert": cert, "tls_key": keyFile,
			"fqdn": hosts[0], "hosts": hosts, "domains": []string{domain}, "database": database,
		}},
	}
}

func (d *deployment) keyFile() string      { return filepath.Join(d.dir, "master.key") }
func (d *deployment) directoryDSN() string { return "sqlite:" + filepath.Join(d.dir, "directory.db") }

func (d *deployment) makeAccounts() {
	ctx := d.t.Context()
	dir, err := directory.Open(ctx, d.directoryDSN(), d.clock.now)
	must(d.t, err)
	defer dir.Close()
	for _, name := range []string{"kenmyer", "administrator"} {
		address := name + "@" + domain
		u, err := dir.AddUser(ctx, directory.User{
			Name: name, DisplayName: name, UPN: directory.UPN(address), SMTP: directory.SMTP(address), SIP: directory.SIP(address),
			Organisation: domain, Container: domain + "/Users", Enabled: true,
		})
		must(d.t, err)
		if name != "administrator" {
			continue
		}
		for _, group := range []string{directory.RTCUniversalUserAdmins, directory.OrganizationManagement} {
			must(d.t, dir.AddMember(ctx, group, u.ID))
		}
	}
}

// pair makes each side a partner of the other, as an administrator does.
func (d *deployment) pair() {
	t, on, level, svc := d.t, true, "Full", "https://"+mailHost+"/autodiscover/autodiscover.svc"
	metadata := exchangeMetadata
	x, s := d.sides[exchange], d.sides[skype]
	do(t, x, 0, adminapi.EnableMailbox, adminapi.Identity{Identity: "kenmyer"})
	do(t, s, 0, adminapi.EnableCsUser, adminapi.EnableCsUserRequest{Identity: "kenmyer", RegistrarPool: poolHost})
	for _, door := range []string{"Autodiscover", "EWS"} {
		do(t, x, 0, adminapi.SetVirtualDirectory, adminapi.VirtualDirectorySettings{Identity: door, OAuthAuthentication: &on})
	}
	do(t, x, 0, adminapi.ConfigureEnterprisePartnerApplication, adminapi.ConfigureEnterpriseRequest{AuthMetadataURL: skypeMetadata, ApplicationType: "Lync"})
	do(t, s, 0, adminapi.SetCsOAuthConfiguration, adminapi.OAuthConfigurationSettings{ExchangeAutodiscoverURL: &svc})
	do(t, s, 0, adminapi.NewCsPartnerApplication, adminapi.PartnerApplicationSettings{Identity: s.partner, AuthMetadataURL: &metadata, TrustLevel: &level})
	known := do(t, x, 0, adminapi.GetPartnerApplication, adminapi.Identity{})
	if len(known) != 1 {
		t.Fatalf("Exchange has %d partner applications", len(known))
	}
	x.partner = known[0].Name
	x.members[0].letImpersonate(t, x.partner)
}

// do makes a management call on a node, as an operator who has just logged on.
func do[Req, Resp any](t testing.TB, s *side, n int, call adminapi.Call[Req, Resp], req Req) Resp {
	t.Helper()
	resp, err := try(t.Context(), s, n, call, req)
	if err != nil {
		t.Fatalf("%s on %s: %v", call.Name, s.nodes[n].name, err)
	}
	return resp
}

func try[Req, Resp any](ctx context.Context, s *side, n int, call adminapi.Call[Req, Resp], req Req) (Resp, error) {
	c := adminapi.NewClient("http://"+s.name, outbound.Socket(s.nodes[n].socket))
	if _, err := c.LogOn(ctx, "administrator", ""); err != nil {
		var none Resp
		return none, err
	}
	return adminapi.Do(ctx, c, call, req)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
