package access

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/rbac"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
)

var start = time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)

var (
	exchange = s2s.Principal{App: s2s.ExchangeApp, Realm: "litware.test"}
	skype    = s2s.Principal{App: s2s.SkypeApp, Realm: "litware.test"}
)

const host = "mail.litware.test"

// signing is the partner's signing certificate. Making one takes a while, so
// the tests of this binary share it.
var signing = sync.OnceValue(func() (i struct {
	cert *x509.Certificate
	key  *rsa.PrivateKey
}) {
	var err error
	i.cert, i.key, err = certs.NewSelfSigned(certs.SelfSigned{
		Subject: pkix.Name{CommonName: "litware.test"}, NotBefore: start.AddDate(-1, 0, 0), NotAfter: start.AddDate(1, 0, 0)})
	if err != nil {
		panic(err)
	}
	return i
})

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) advance(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

// office is the exchange role's door with everything behind it: Skype for
// Business is its partner, Ken and Pilar are in its directory.
type office struct {
	clock     *clock
	directory *directory.Directory
	partners  *partner.Store
	roles     *rbac.Store
	journal   *journal.Journal
	account   directory.User // linked account of Skype for Business
	ken       directory.User
	methods   Methods
	mu        sync.Mutex
	observed  []Observation
	audit     Audit
	handler   http.Handler
}

func newOffice(t *testing.T, limits RateLimit) *office {
	t.Helper()
	db := storetest.Open(t, storetest.SQLite(t))
	o := &office{clock: &clock{now: start}, methods: Methods{OAuth: true, Basic: true}}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	o.journal, err = journal.New(db, o.clock.Now)
	must(err)
	o.audit = o.journal
	o.directory, err = directory.New(t.Context(), db, o.clock.Now)
	must(err)
	o.roles, err = rbac.New(db, o.clock.Now)
	must(err)
	o.partners, err = partner.New(partner.Config{
		DB: db, Journal: o.journal, Now: o.clock.Now, Organisation: "litware", Fetcher: authmeta.Fetcher{},
		Own: func(context.Context) (s2s.Principal, error) { return exchange, nil },
	})
	must(err)
	o.ken, err = o.directory.AddUser(t.Context(), directory.User{Name: "ken", UPN: "ken@litware.test", SMTP: "ken@litware.test",
		SIP: "ken@litware.test", Organisation: "litware", Enabled: true})
	must(err)
	must(o.directory.SetPassword(t.Context(), o.ken.ID, "correct horse"))
	_, err = o.directory.AddUser(t.Context(), directory.User{Name: "pilar", UPN: "pilar@litware.test", Organisation: "litware", Enabled: true})
	must(err)
	o.account, _, err = o.directory.LinkedUser(t.Context(), "litware", "litware.test", "LyncEnterprise-ApplicationAccount")
	must(err)
	for _, role := range []rbac.Role{rbac.UserApplication, rbac.ArchiveApplication} {
		_, err = o.roles.Assign(t.Context(), rbac.Assignment{Role: role, AssigneeID: o.account.ID, Assignee: o.account.Name})
		must(err)
	}
	a := partner.Application{Name: "LyncEnterprise", App: skype.App, Realm: skype.Realm, TrustLevel: s2s.Full, Enabled: true, LinkedAccount: o.account.ID}
	a.TrustCertificates(signing().cert)
	_, err = o.partners.Add(t.Context(), a, partner.AddOptions{})
	must(err)
	o.open(t, limits, Endpoint{Name: "EWS", AppOnly: true, ActAs: true})
	return o
}

// open puts the door in front of a handler that says who came in.
func (o *office) open(t *testing.T, limits RateLimit, e Endpoint) {
	t.Helper()
	door, err := New(Config{
		Verifier: func(context.Context) (s2s.Verifier, error) {
			return s2s.Verifier{
				App: exchange.App, Hosts: []string{host}, Realms: map[s2s.Realm]string{exchange.Realm: "litware"},
				Trust: o.partners, Users: directory.TokenUsers{Directory: o.directory}, Now: o.clock.Now,
			}, nil
		},
		Issuers:   o.partners.TrustedIssuers,
		Methods:   func(context.Context, string) (Methods, error) { return o.methods, nil },
		Rights:    LinkedAccounts{Partners: o.partners, Directory: o.directory, Roles: o.roles.RolesOf}.Rights,
		Roles:     o.roles.RolesOf,
		Directory: o.directory, Audit: o.audit, Style: s2shttp.Exchange, Fqdn: host, Now: o.clock.Now, Limits: limits,
		Observe: func(x Observation) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.observed = append(o.observed, x)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	o.handler = door.Guard(e)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, ok := CallerFrom(r.Context())
		if !ok {
			t.Error("the handler runs without a caller")
		}
		if err := json.NewEncoder(w).Encode(c); err != nil {
			t.Error(err)
		}
	}))
}

// token is signed by Skype for Business; upn "" makes an app-only token.
func (o *office) token(t *testing.T, upn string, change ...func(*s2s.Actor)) string {
	t.Helper()
	signer, err := s2s.NewSigner(signing().cert, signing().key)
	if err != nil {
		t.Fatal(err)
	}
	now := o.clock.Now()
	actor := s2s.Actor{
		Audience: s2s.Principal{App: exchange.App, Host: host, Realm: exchange.Realm},
		Issuer:   skype, NameID: skype, NotBefore: now, Expires: now.Add(time.Hour), TrustedForDelegation: true,
	}
	for _, c := range change {
		c(&actor)
	}
	token, err := signer.SignActor(actor)
	if err == nil && upn != "" {
		token, err = s2s.WrapActAs(s2s.ActAs{NotBefore: now, Expires: now.Add(time.Hour), User: s2s.UserClaims{UPN: upn}, ActorToken: token})
	}
	if err != nil {
		t.Fatal(err)
	}
	return token
}

type answer struct {
	status int
	header http.Header
	body   string
	caller Caller
}

// call comes from remote with the given Authorization fields.
func (o *office) call(t *testing.T, remote string, authorization ...string) answer {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "https://"+host+"/ews/exchange.asmx", strings.NewReader("body"))
	r.RemoteAddr = remote
	r.Header["Authorization"] = authorization
	if len(authorization) == 0 {
		r.Header.Del("Authorization")
	}
	w := httptest.NewRecorder()
	o.handler.ServeHTTP(w, r)
	res := w.Result()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: res.StatusCode, header: res.Header, body: string(body)}
	if a.status == http.StatusOK {
		if err := json.Unmarshal(body, &a.caller); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// last is the newest entry of the audit.
func (o *office) last(t *testing.T) journal.Access {
	t.Helper()
	all, err := o.journal.Accesses(t.Context(), journal.Filter{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		return journal.Access{}
	}
	return all[0]
}

const here = "192.0.2.1:50000"
