package partner

import (
	"context"
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

// oneUser is a directory with Ken in it.
type oneUser struct{}

func (oneUser) FindUsers(_ context.Context, organisation string, by s2s.Identifier, value string) ([]s2s.User, error) {
	ken := s2s.User{ID: "ken", UPN: "ken@litware.test", SMTP: "ken@litware.test", SIP: "ken@litware.test", SID: "S-1-5-21-1-2-3-1104", Enabled: true}
	known := map[s2s.Identifier]string{s2s.ByUPN: ken.UPN, s2s.BySMTP: ken.SMTP, s2s.BySIP: ken.SIP, s2s.BySID: ken.SID}
	if organisation == "litware" && known[by] == value {
		return []s2s.User{ken}, nil
	}
	return nil, nil
}

const poolHost = "pool.litware.test"

// verifier is the skype role's.
func (h house) verifier() s2s.Verifier {
	return s2s.Verifier{
		App: s2s.SkypeApp, Hosts: []string{poolHost}, Realms: map[s2s.Realm]string{"litware.test": "litware"},
		Trust: h.Store, Users: oneUser{}, Now: h.clock.Now,
	}
}

// token is signed by from for the skype role; for is nobody or a UPN.
func (h house) token(t *testing.T, from s2s.Principal, key identity, user string) string {
	t.Helper()
	return mint(t, from, from, key, user, h.clock.Now())
}

func mint(t *testing.T, issuer, application s2s.Principal, key identity, user string, now time.Time) string {
	t.Helper()
	signer, err := s2s.NewSigner(key.cert, key.key)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signer.SignActor(s2s.Actor{
		Audience: s2s.Principal{App: s2s.SkypeApp, Host: poolHost, Realm: "litware.test"},
		Issuer:   issuer, NameID: application, NotBefore: now, Expires: now.Add(time.Hour), TrustedForDelegation: true,
	})
	if err == nil && user != "" {
		token, err = s2s.WrapActAs(s2s.ActAs{NotBefore: now, Expires: now.Add(time.Hour), User: s2s.UserClaims{UPN: user, SMTP: user}, ActorToken: token})
	}
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// verify returns "" for an accepted token, else step and reason.
func (h house) verify(t *testing.T, token string) string {
	t.Helper()
	v := h.verifier()
	_, err := v.Verify(t.Context(), token)
	return verdictOf(err)
}

// verdictOf is "" for an accepted token, else step and reason.
func verdictOf(err error) string {
	var ref *s2s.Refusal
	if errors.As(err, &ref) {
		return ref.Step + " " + string(ref.Reason)
	}
	return ""
}

func TestTrustLevels(t *testing.T) {
	h := newHouse(t)
	h.addExchange(t, keys()[0])
	itself, forKen := h.token(t, exchange, keys()[0], ""), h.token(t, exchange, keys()[0], "ken@litware.test")
	for _, c := range []struct {
		name           string
		level          s2s.TrustLevel
		itself, forKen string
	}{
		{"004-07 Full represents itself and any user", s2s.Full, "", ""},
		{"Application represents itself", s2s.ApplicationOnly, "", "V17 trust.level"},
		{"User represents users that a token server vouched for", s2s.UserOnly, "V17 trust.level", "V17 trust.level"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := h.Set(t.Context(), "admin", "Exchange", func(a *Application) { a.TrustLevel = c.level }); err != nil {
				t.Fatal(err)
			}
			if got := h.verify(t, itself); got != c.itself {
				t.Errorf("app-only: %q, want %q", got, c.itself)
			}
			if got := h.verify(t, forKen); got != c.forKen {
				t.Errorf("act-as: %q, want %q", got, c.forKen)
			}
		})
	}
}

func TestChangesCountFromTheNextRequest(t *testing.T) {
	h := newHouse(t)
	h.addExchange(t, keys()[0])
	token := h.token(t, exchange, keys()[0], "ken@litware.test")
	expect := func(want string) {
		t.Helper()
		if got := h.verify(t, token); got != want {
			t.Errorf("verification says %q, want %q", got, want)
		}
	}
	set := func(change func(*Application)) {
		t.Helper()
		if _, err := h.Set(t.Context(), "admin", "Exchange", change); err != nil {
			t.Fatal(err)
		}
	}
	expect("")
	set(func(a *Application) { a.Enabled = false })
	expect("V16 app.disabled")
	set(func(a *Application) { a.Enabled = true; a.AllowedUsers = []string{"sip:somebody@litware.test"} })
	expect("V23 user.scope")
	set(func(a *Application) { a.AllowedUsers = []string{"KEN@litware.test"} })
	expect("")
	if err := h.Deny(t.Context(), "admin", keys()[0].thumbprint(), "stolen laptop"); err != nil {
		t.Fatal(err)
	}
	if err := h.Deny(t.Context(), "admin", keys()[0].thumbprint(), "again"); err != nil {
		t.Fatal(err)
	}
	denied, err := h.Denied(t.Context())
	if err != nil || len(denied) != 1 || denied[0].Reason != "stolen laptop" {
		t.Errorf("deny list %v, %v", denied, err)
	}
	if got := h.verify(t, token); got == "" {
		t.Error("a denied key signed an accepted token")
	}
	if err := h.Allow(t.Context(), "admin", keys()[0].thumbprint()); err != nil {
		t.Fatal(err)
	}
	wantCode(t, h.Allow(t.Context(), "admin", keys()[0].thumbprint()), problem.PartnerNotFound)
	expect("")
	if err := h.Remove(t.Context(), "admin", "Exchange"); err != nil {
		t.Fatal(err)
	}
	expect("V11 iss.unknown")
}

func TestOtherNodesSeeChangesWithinASecond(t *testing.T) {
	storetest.RunDSN(t, func(t *testing.T, dsn string) {
		c, w := &clock{now: start}, newWeb()
		here := newHouseOn(t, storetest.Open(t, dsn), c, w)
		there := newHouseOn(t, storetest.Open(t, dsn), c, w)
		here.addExchange(t, keys()[0])
		token := here.token(t, exchange, keys()[0], "")
		if got := there.verify(t, token); got != "" {
			t.Fatalf("the other node refuses: %s", got)
		}
		if _, err := here.Set(t.Context(), "admin", "Exchange", func(a *Application) { a.Enabled = false }); err != nil {
			t.Fatal(err)
		}
		if got := here.verify(t, token); got != "V16 app.disabled" {
			t.Errorf("here: %q", got)
		}
		c.advance(staleAfter)
		if got := there.verify(t, token); got != "V16 app.disabled" {
			t.Errorf("on the other node a second later: %q", got)
		}
	})
}

func TestVerificationReadsMemory(t *testing.T) {
	h := newHouse(t)
	h.addExchange(t, keys()[0])
	token := h.token(t, exchange, keys()[0], "")
	if got := h.verify(t, token); got != "" {
		t.Fatal(got)
	}
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	if got := h.verify(t, token); got != "" {
		t.Errorf("within a second the store is asked: %s", got)
	}
	h.clock.advance(staleAfter)
	v := h.verifier()
	_, err := v.Verify(t.Context(), token)
	var ref *s2s.Refusal
	if !errors.As(err, &ref) || ref.Reason != s2s.Internal || !ref.Temporary() {
		t.Errorf("without the store: %v, want a passing failure of our own", err)
	}
}

func TestIssuersThatSeveralRecordsShare(t *testing.T) {
	h := newHouse(t)
	broker := s2s.Principal{App: s2s.SharePointApp, Realm: "litware.test"}
	addin := s2s.Principal{App: "11111111-2222-3333-4444-555555555555", Realm: "litware.test"}
	for _, a := range []struct {
		name string
		app  s2s.AppID
		key  identity
	}{{"Farm", broker.App, keys()[0]}, {"Add-in", addin.App, keys()[1]}} {
		record := Application{Name: a.name, App: a.app, Realm: "litware.test", IssuerID: broker.App, Enabled: true}
		record.TrustCertificates(a.key.cert)
		if _, err := h.Add(t.Context(), record, AddOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	// The application selects the record; the keys are the issuer's.
	token := mint(t, broker, addin, keys()[0], "", start)
	if got := h.verify(t, token); got != "" {
		t.Errorf("the broker's key for the add-in: %s", got)
	}
	if got := h.verify(t, mint(t, broker, exchange, keys()[0], "", start)); got != "V16 app.unknown" {
		t.Errorf("an application of nobody: %q", got)
	}
	if got := h.verify(t, mint(t, addin, addin, keys()[1], "", start)); got != "V11 iss.unknown" {
		t.Errorf("the add-in is no issuer: %q", got)
	}
	if _, err := h.Set(t.Context(), "admin", "Farm", func(a *Application) { a.Enabled = false }); err != nil {
		t.Fatal(err)
	}
	if got := h.verify(t, token); got != "V12 key.unknown" {
		t.Errorf("the key of a disabled record for an enabled one: %q", got)
	}
}

// Nothing crosses organisations: the key of one must not vouch for the
// application of another because both name the same issuer.
func TestAnIssuerBelongsToOneOrganisation(t *testing.T) {
	h := newHouse(t)
	record := func(name string, app s2s.AppID, organisation string, key identity) Application {
		a := Application{Name: name, App: app, Realm: "litware.test", IssuerID: s2s.SharePointApp, Enabled: true, Organisation: organisation}
		a.TrustCertificates(key.cert)
		return a
	}
	const addin, other = s2s.AppID("11111111-2222-3333-4444-555555555555"), s2s.AppID("66666666-2222-3333-4444-555555555555")
	for _, a := range []Application{record("Farm", s2s.SharePointApp, "litware", keys()[0]), record("Add-in", addin, "litware", keys()[0])} {
		if _, err := h.Add(t.Context(), a, AddOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := h.Add(t.Context(), record("Stranger", other, "contoso", keys()[1]), AddOptions{})
	wantCode(t, err, problem.PartnerInvalid)
	_, err = h.Set(t.Context(), "admin", "Add-in", func(a *Application) { a.Organisation = "contoso" })
	wantCode(t, err, problem.PartnerInvalid)
	if _, err := h.Set(t.Context(), "admin", "Add-in", func(a *Application) { a.TrustLevel = s2s.ApplicationOnly }); err != nil {
		t.Errorf("a change that stays in the organisation: %v", err)
	}
	// A record that came past those rules is still not the issuer's.
	issuer := s2s.Issuer{Principal: s2s.Principal{App: s2s.SharePointApp, Realm: "litware.test"}, Organisation: "contoso"}
	if _, err := h.Application(t.Context(), issuer, s2s.Principal{App: addin, Realm: "litware.test"}); !errors.Is(err, s2s.ErrNotRegistered) {
		t.Errorf("an application of another organisation: %v", err)
	}
}

func TestAuthServer(t *testing.T) {
	const stsURL = "https://sts.litware.test/tenant.test/metadata/json/1"
	h := newHouse(t)
	sts := s2s.Principal{App: s2s.TokenServerApp, Realm: "litware.test"}
	h.web.publish(stsURL, sts, keys()[0])
	server, err := h.AddAuthServer(t.Context(), "admin", AuthServer{Name: "microsoft.sts", MetadataURL: stsURL, Enabled: true})
	if err != nil {
		t.Fatal(err)
	}
	if server.App != sts.App || server.Realm != sts.Realm || server.TokenEndpoint != stsURL || len(server.Document.Keys) != 1 {
		t.Errorf("stored %+v", server)
	}
	_, err = h.AddAuthServer(t.Context(), "admin", AuthServer{Name: "other", MetadataURL: stsURL, Enabled: true})
	wantCode(t, err, problem.PartnerExists)
	h.web.publish(exchangeURL, exchange, keys()[0])
	_, err = h.AddAuthServer(t.Context(), "admin", AuthServer{Name: "no token server", MetadataURL: exchangeURL})
	wantCode(t, err, problem.MetadataNoTokenEndpoint)

	t.Run("001-12 a partner of the auth server has no URL of its own", func(t *testing.T) {
		a := Application{Name: "microsoft.exchange", App: s2s.ExchangeApp, Enabled: true}
		a.TrustAuthServer("")
		if _, err := h.Add(t.Context(), a, AddOptions{}); err != nil {
			t.Fatal(err)
		}
		_, err := h.TargetFor(t.Context(), "microsoft.exchange")
		wantCode(t, err, problem.PartnerAuthServerOnly)
	})
	issued := mint(t, sts, exchange, keys()[0], "ken@litware.test", start)
	for _, c := range []struct {
		name   string
		change func()
		want   string
	}{
		{"its token", func() {}, ""},
		{"a partner of another auth server", func() {
			if _, err := h.Set(t.Context(), "admin", "microsoft.exchange", func(a *Application) { a.AuthServer = "another" }); err != nil {
				t.Fatal(err)
			}
		}, "V16 app.unknown"},
		{"a partner of this one by name", func() {
			if _, err := h.Set(t.Context(), "admin", "microsoft.exchange", func(a *Application) { a.AuthServer = "MICROSOFT.STS" }); err != nil {
				t.Fatal(err)
			}
		}, ""},
		{"switched off", func() {
			if _, err := h.SetAuthServer(t.Context(), "admin", "microsoft.sts", func(a *AuthServer) { a.Enabled = false }); err != nil {
				t.Fatal(err)
			}
		}, "V11 iss.unknown"},
		{"000-15 removed, and nothing else with it", func() {
			if err := h.RemoveAuthServer(t.Context(), "admin", "microsoft.sts"); err != nil {
				t.Fatal(err)
			}
			if all, _ := h.List(t.Context()); len(all) != 1 {
				t.Errorf("%d partner applications left", len(all))
			}
		}, "V11 iss.unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.change()
			if got := h.verify(t, issued); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestTrustedIssuers(t *testing.T) {
	h := newHouse(t)
	h.addExchange(t, keys()[0])
	for _, a := range []Application{
		{Name: "Farm", App: s2s.SharePointApp, Realm: "farm.test", Enabled: true},
		{Name: "Off", App: s2s.SharePointApp, Realm: "off.test"},
	} {
		a.TrustCertificates(keys()[1].cert)
		if _, err := h.Add(t.Context(), a, AddOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	indirect := Application{Name: "Indirect", App: s2s.ExchangeApp, Realm: "tenant.test", Enabled: true}
	indirect.TrustAuthServer("")
	if _, err := h.Add(t.Context(), indirect, AddOptions{}); err != nil {
		t.Fatal(err)
	}
	got, err := h.TrustedIssuers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []s2s.Principal{exchange, {App: s2s.SharePointApp, Realm: "farm.test"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	h.clock.advance(31 * 24 * time.Hour)
	if got, err = h.TrustedIssuers(t.Context()); err != nil || len(got) != 1 || got[0].Realm != "farm.test" {
		t.Errorf("with a document too old: %v, %v", got, err)
	}
}

func TestTargets(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		h := newHouseOn(t, db, &clock{now: start}, newWeb())
		h.addExchange(t, keys()[0])
		find := h.Targets(func(_ context.Context, host string) (string, bool) {
			return "Exchange", host == "mail.litware.test"
		})
		look := func(raw string) bool {
			u, err := url.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			target, ok := find(t.Context(), u)
			if ok && (target.App != s2s.ExchangeApp || target.Realm != "litware.test") {
				t.Errorf("%s leads to %+v", raw, target)
			}
			return ok
		}
		if !look("https://MAIL.litware.test:443/ews/exchange.asmx") {
			t.Error("a bound host has no partner")
		}
		if look("https://mail.litware.test.fabrikam.test/") || look("https://mail.litware.test:8443/") {
			t.Error("a host that is not bound has a partner")
		}
		if _, err := h.Set(t.Context(), "admin", "Exchange", func(a *Application) { a.Enabled = false }); err != nil {
			t.Fatal(err)
		}
		if look("https://mail.litware.test/") {
			t.Error("a disabled partner is called")
		}
		_, err := h.TargetFor(t.Context(), "Exchange")
		wantCode(t, err, problem.PartnerDisabled)
	})
}
