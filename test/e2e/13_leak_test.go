package e2e

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/lab"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

// within is how soon after it was withdrawn a key is refused.
const within = 5 * time.Second

// leakRole is one side, and the thief who has its key.
type leakRole struct {
	name, other string
	app, target s2s.AppID
	host, url   string // what the thief calls: the other side
}

func (d *deployment) leakRoles() []leakRole {
	mail, pool := "mail."+d.Domain, "pool."+d.Domain
	return []leakRole{
		{exchange, skype, s2s.ExchangeApp, s2s.SkypeApp, pool, "https://" + pool + "/ucwa/oauth/v1/applications"},
		{skype, exchange, s2s.SkypeApp, s2s.ExchangeApp, mail, d.EWS},
	}
}

// loot is a signing key that both its owner and a thief have.
type loot struct {
	leakRole
	cert  *x509.Certificate
	key   *rsa.PrivateKey
	token string // for kenmyer, good for an hour
}

func (l loot) thumbprint() string { return s2s.ThumbprintOf(l.cert).String() }

// leak gives a role a signing key that the test has too, and lets the partner
// read of it.
func (d *deployment) leak(t testing.TB, r leakRole) loot {
	t.Helper()
	now := time.Now()
	cert, key, err := certs.NewSelfSigned(certs.SelfSigned{Subject: pkix.Name{CommonName: "Server Auth"}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(5, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	l := loot{leakRole: r, cert: cert, key: key}
	pfx, err := certs.ExportPFX(certs.PFX{Certificate: cert, Key: key}, "x", certs.Modern)
	if err != nil {
		t.Fatal(err)
	}
	admin, file := d.admin(t, r.name, "administrator"), adminapi.ImportCertificateRequest{Data: pfx, Password: "x", FriendlyName: "Server Auth"}
	if r.name == exchange {
		do(t, admin, adminapi.ImportExchangeCertificate, file)
		do(t, admin, adminapi.SetAuthConfig, adminapi.SetAuthConfigRequest{CertificateThumbprint: l.thumbprint(), Force: true})
	} else {
		do(t, admin, adminapi.ImportCsCertificate, file)
		do(t, admin, adminapi.SetCsCertificate, adminapi.SetCsCertificateRequest{Types: []string{adminapi.UseOAuthTokenIssuer}, Thumbprint: l.thumbprint()})
	}
	d.partnerReads(t, r)
	l.token = l.mint(t, d)
	return l
}

// partnerReads has the other side read the role's metadata now.
func (d *deployment) partnerReads(t testing.TB, r leakRole) {
	t.Helper()
	name, get, set := "Exchange", adminapi.GetCsPartnerApplication, adminapi.SetCsPartnerApplication
	if r.other == exchange {
		name, get, set = "Lync*", adminapi.GetPartnerApplication, adminapi.SetPartnerApplication
	}
	admin := d.admin(t, r.other, "administrator")
	do(t, admin, set, adminapi.PartnerApplicationSettings{Identity: do(t, admin, get, adminapi.Identity{Identity: name})[0].Name, RefreshAuthMetadata: true})
}

// mint makes a token as whoever has the key can.
func (l loot) mint(t testing.TB, d *deployment) string {
	t.Helper()
	signer, err := s2s.NewSigner(l.cert, l.key)
	if err != nil {
		t.Fatal(err)
	}
	realm := s2s.Realm(d.Domain)
	self := s2s.Principal{App: l.app, Realm: realm}
	begin := time.Now().Add(-time.Minute)
	actor, err := signer.SignActor(s2s.Actor{Audience: s2s.Principal{App: l.target, Host: l.host, Realm: realm}, Issuer: self, NameID: self,
		NotBefore: begin, Expires: begin.Add(time.Hour), TrustedForDelegation: true})
	if err != nil {
		t.Fatal(err)
	}
	ken := d.upn("kenmyer")
	token, err := s2s.WrapActAs(s2s.ActAs{NotBefore: begin, Expires: begin.Add(time.Hour), ActorToken: actor, User: s2s.UserClaims{UPN: ken, SMTP: ken, SIP: ken}})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

const readInbox = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types">
<s:Body><m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder></s:Body></s:Envelope>`

// show shows the thief's token to the partner, and says whether it is accepted.
func (l loot) show(t testing.TB, h *http.Client) (accepted bool) {
	t.Helper()
	body, kind := readInbox, "text/xml; charset=utf-8"
	if l.other == skype {
		body, kind = `{"userAgent":"thief","endpointId":"test","culture":"en-US"}`, "application/json"
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+l.token)
	r.Header.Set("Content-Type", kind)
	resp, err := h.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode < 300:
		return true
	case resp.StatusCode == http.StatusUnauthorized:
		return false
	}
	t.Fatalf("the token is answered with %s", resp.Status)
	return false
}

// traffic is the two servers' own calls to each other, one after the other in
// each direction, until it is stopped.
type traffic struct {
	calls [2]atomic.Int64
	stop  func()
	mu    sync.Mutex
	fails []string
}

func (d *deployment) traffic(t testing.TB) *traffic {
	t.Helper()
	f := new(traffic)
	x, s := d.admin(t, exchange, "administrator"), d.admin(t, skype, "administrator")
	ctx, cancel := context.WithCancel(t.Context())
	var both sync.WaitGroup
	for i, call := range []func() (adminapi.TestResult, error){
		func() (adminapi.TestResult, error) {
			return adminapi.Do(t.Context(), x, adminapi.TestOAuthConnectivity, adminapi.TestOAuthRequest{TargetURI: "https://pool." + d.Domain + "/", Mailbox: d.upn("kenmyer")})
		},
		func() (adminapi.TestResult, error) {
			return adminapi.Do(t.Context(), s, adminapi.TestCsExStorageConnectivity, adminapi.StorageTestRequest{SipURI: d.sip("kenmyer"), DeleteItem: true})
		},
	} {
		both.Go(func() {
			for ctx.Err() == nil {
				if got, err := call(); err != nil || !got.Passed {
					f.mu.Lock()
					f.fails = append(f.fails, fmt.Sprintf("direction %d: %v %v", i, got.Lines, err))
					f.mu.Unlock()
				}
				f.calls[i].Add(1)
			}
		})
	}
	f.stop = func() { cancel(); both.Wait() }
	t.Cleanup(f.stop)
	return f
}

// more waits until each direction has made some more calls.
func (f *traffic) more(t testing.TB) {
	t.Helper()
	const more = 5
	before := [2]int64{f.calls[0].Load(), f.calls[1].Load()}
	eventually(t, patience, func() error {
		for i := range f.calls {
			if f.calls[i].Load() < before[i]+more {
				return fmt.Errorf("only %d calls in direction %d", f.calls[i].Load()-before[i], i)
			}
		}
		return nil
	})
}

func (f *traffic) wantWhole(t testing.TB) {
	t.Helper()
	f.stop()
	t.Logf("%d calls of Exchange and %d of Skype meanwhile, %d failed", f.calls[0].Load(), f.calls[1].Load(), len(f.fails))
	for _, failure := range f.fails {
		t.Error(failure)
	}
}

// TestLeakedKey steals each side's signing key in turn, while the two servers
// go on calling each other.
//
// checklist: 000-14, 000-17
func TestLeakedKey(t *testing.T) {
	suite(t)
	d := startNodes(t)
	h := d.http(t)
	for _, r := range d.leakRoles() {
		t.Run("of "+r.name, func(t *testing.T) {
			l := d.leak(t, r)
			if !l.show(t, h) {
				t.Fatal("the token of the thief is refused before anybody knows of him")
			}
			f := d.traffic(t)
			f.more(t)
			d.run(t, "roll", "withdraw", "--role", r.name, "--yes", "--refresh-partner").want(t, 0)
			begin := time.Now()
			eventually(t, within, func() error {
				if l.show(t, h) {
					return fmt.Errorf("the withdrawn key is accepted")
				}
				return nil
			})
			t.Logf("refused %d ms after the command", time.Since(begin).Milliseconds())
			f.more(t)
			f.wantWhole(t)
			if l.show(t, h) {
				t.Error("the withdrawn key is accepted again")
			}
			if found := do(t, d.admin(t, r.name, "administrator"), eventsOf(r.name), adminapi.EventFilter{ID: 4201}); len(found) != 1 || !strings.Contains(found[0].Text, l.thumbprint()) {
				t.Errorf("the journal has %+v", found)
			}
		})
		t.Run("denied by the partner of "+r.name, func(t *testing.T) { deniedByPartner(t, d, r, h) })
	}
}

// deniedByPartner: the receiving side alone ends the use of a key, at once and
// without any metadata, and takes that back.
func deniedByPartner(t *testing.T, d *deployment, r leakRole, h *http.Client) {
	l := d.leak(t, r)
	if !l.show(t, h) {
		t.Fatal("the token is refused before it is denied")
	}
	got := d.run(t, "cert", "deny", l.thumbprint(), "--role", r.other, "--reason", "INC-4711", "--yes").want(t, 0)
	if l.show(t, h) {
		t.Error("a denied key is accepted")
	}
	if !strings.Contains(got.err, "signs with it") {
		t.Errorf("whose it is was not said\n%s", got)
	}
	var list []adminapi.DeniedCertificate
	listed := d.run(t, "cert", "denied", "--role", r.other, "-o", "json").want(t, 0)
	if err := json.Unmarshal([]byte(listed.out), &list); err != nil || len(list) != 1 || list[0].Thumbprint != l.thumbprint() || list[0].Reason != "INC-4711" {
		t.Errorf("%v\n%s", err, listed)
	}
	d.partnerReads(t, r) // the document has the key still
	if l.show(t, h) {
		t.Error("a denied key is accepted after a refresh")
	}
	d.run(t, "cert", "allow", l.thumbprint(), "--role", r.other).want(t, 0)
	if !l.show(t, h) {
		t.Error("a key that is allowed again is refused")
	}
	d.run(t, "cert", "deny", l.thumbprint(), "--role", r.name, "--reason", "x", "--yes").wantFailure(t, "roll withdraw")
	// Tidy up for the next side.
	d.run(t, "roll", "withdraw", "--role", r.name, "--leaked", l.thumbprint(), "--yes", "--refresh-partner").want(t, 0)
}

func eventsOf(role string) adminapi.Call[adminapi.EventFilter, []adminapi.Event] {
	if role == skype {
		return adminapi.GetSkypeEvents
	}
	return adminapi.GetExchangeEvents
}

// TestLeakedKeyOnTwoNodes has two nodes of each role, on PostgreSQL: what one is
// told, the other does.
func TestLeakedKeyOnTwoNodes(t *testing.T) {
	suite(t)
	d := makeNodes(t, t.TempDir())
	d.set = map[string][]string{}
	for _, role := range []string{exchange, skype} {
		d.set[role] = []string{"roles." + role + ".database=" + storetest.Postgres(t)}
		d.serve(t, role)
	}
	paired(t, d)
	second := d.secondNodes(t)
	for _, r := range d.leakRoles() {
		for _, way := range []struct {
			name string
			line func(l loot) []string
		}{
			{"withdrawn", func(loot) []string {
				return []string{"roll", "withdraw", "--role", r.name, "--yes", "--refresh-partner"}
			}},
			{"denied", func(l loot) []string {
				return []string{"cert", "deny", l.thumbprint(), "--role", r.other, "--reason", "leaked", "--yes"}
			}},
			{"switched off", func(loot) []string { return []string{"shell", r.other, "-c", switchOff[r.other]} }},
		} {
			t.Run(r.name+" "+way.name, func(t *testing.T) {
				l := d.leak(t, r)
				nodes := map[string]*http.Client{"first": d.http(t), "second": second.http(t)}
				second.knows(t, l)
				for which, h := range nodes {
					if !l.show(t, h) {
						t.Fatalf("the %s node refuses the token of the thief before anybody knows of him", which)
					}
				}
				d.run(t, way.line(l)...).want(t, 0)
				begin := time.Now()
				for which, h := range nodes {
					eventually(t, within, func() error {
						if l.show(t, h) {
							return fmt.Errorf("the %s node accepts the key", which)
						}
						return nil
					})
				}
				t.Logf("refused on both nodes %d ms after the command", time.Since(begin).Milliseconds())
			})
		}
	}
}

// switchOff disables the other side's partner application: denial by
// application.
var switchOff = map[string]string{
	exchange: "Get-PartnerApplication Lync* | Set-PartnerApplication -Enabled $false",
	skype:    "Set-CsPartnerApplication -Identity Exchange -Enabled $false",
}

// knows waits until the partner's node has the key: what another node stored it
// sees within a second.
func (d *deployment) knows(t testing.TB, l loot) {
	t.Helper()
	get := adminapi.GetCsPartnerApplication
	if l.other == exchange {
		get = adminapi.GetPartnerApplication
	}
	admin := d.admin(t, l.other, "administrator")
	eventually(t, patience, func() error {
		for _, p := range do(t, admin, get, adminapi.Identity{}) {
			for _, der := range p.Certificates {
				if bytes.Equal(der, l.cert.Raw) {
					return nil
				}
			}
		}
		return fmt.Errorf("the second %s node does not know the key", l.other)
	})
}

// paired pairs two servers that begin on empty databases.
func paired(t *testing.T, d *deployment) {
	t.Helper()
	x, s := d.admin(t, exchange, "administrator"), d.admin(t, skype, "administrator")
	do(t, x, adminapi.EnableMailbox, adminapi.Identity{Identity: "kenmyer"})
	do(t, s, adminapi.EnableCsUser, adminapi.EnableCsUserRequest{Identity: "kenmyer", RegistrarPool: "pool." + d.Domain})
	l := seedLab{d, t}
	l.must("exchange", oauthOn+"\n"+pairedExchange("pool."+d.Domain), "")
	l.must("skype", autodiscoverURL(d.Domain)+"\n"+csExchange(d.Domain), "")
}

// secondNodes starts another node of each role beside the first, on its
// database, and gives the deployment that leads to them.
func (d *deployment) secondNodes(t *testing.T) *deployment {
	t.Helper()
	second := *d
	second.nodes, second.Nodes, second.Connect, second.set = map[string]*process{}, map[string]lab.NodeState{}, map[string]string{}, map[string][]string{}
	listen := map[string]string{exchange: freeAddress(t), skype: freeAddress(t)}
	for name := range d.Hosts {
		role := exchange
		if strings.HasPrefix(name, "pool.") {
			role = skype
		}
		second.Connect[name+":443"] = listen[role]
	}
	for role, address := range listen {
		dir := shortDir(t)
		second.Nodes[role] = lab.NodeState{Config: d.Nodes[role].Config, Socket: filepath.Join(dir, "admin.sock")}
		second.set[role] = append([]string{"node=" + role + "-2", "data=" + dir, "management.listen=" + freeAddress(t),
			"management.socket=" + second.Nodes[role].Socket, "roles." + role + ".listen=" + address}, d.set[role]...)
		second.serve(t, role)
	}
	return &second
}

// shortDir is a folder whose path leaves room for a socket's name.
func shortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "node-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
