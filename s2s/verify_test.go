package s2s_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2stest"
)

var (
	ken       = s2s.User{ID: "ken", UPN: "ken@contoso.com", SMTP: "ken@contoso.com", SIP: "ken@contoso.com", SID: "S-1-5-21-1-2-3-1104", Enabled: true}
	kenClaims = s2s.UserClaims{UPN: ken.UPN, SMTP: ken.SMTP}
)

// pair is an Exchange that trusts a Skype pool.
type pair struct {
	exchange, skype *s2stest.Party
	trust           *s2stest.Trust
	verifier        *s2s.Verifier
}

func newPair() *pair {
	p := &pair{
		exchange: s2stest.NewExchange("contoso.com", "mail.contoso.com"),
		skype:    s2stest.NewSkype("contoso.com", "pool01.contoso.com"),
	}
	p.trust = s2stest.NewTrust(p.skype)
	p.verifier = p.exchange.Verifier(p.trust, s2stest.Users{ken}, t0)
	return p
}

func (p *pair) appOnly() string { return p.skype.AppOnly(p.exchange, t0) }
func (p *pair) actAs() string   { return p.skype.ActAs(p.exchange, kenClaims, t0) }

// verify returns "" or "step reason".
func verify(t *testing.T, v *s2s.Verifier, token string) (*s2s.Decision, string) {
	t.Helper()
	d, err := v.Verify(t.Context(), token)
	if (d == nil) == (err == nil) {
		t.Fatalf("decision %v and error %v", d, err)
	}
	if err == nil {
		return d, ""
	}
	ref, ok := err.(*s2s.Refusal)
	if !ok {
		t.Fatalf("error is a %T", err)
	}
	return nil, ref.Step + " " + string(ref.Reason)
}

func want(t *testing.T, v *s2s.Verifier, token, refusal string) *s2s.Decision {
	t.Helper()
	d, got := verify(t, v, token)
	if got != refusal {
		t.Errorf("got %q, want %q", got, refusal)
	}
	return d
}

// checklist: 003-05
func TestDecisionIsComplete(t *testing.T) {
	p := newPair()
	d := want(t, p.verifier, p.actAs(), "")
	wantDecision := &s2s.Decision{
		Kind:         s2s.ActAsUser,
		Application:  s2s.Principal{App: s2s.SkypeApp, Realm: "contoso.com"},
		Issuer:       s2s.Principal{App: s2s.SkypeApp, Realm: "contoso.com"},
		Partner:      "skype",
		Organisation: s2stest.Organisation,
		Audience:     s2s.Principal{App: s2s.ExchangeApp, Host: "mail.contoso.com", Realm: "contoso.com"},
		User:         &ken,
		Key:          s2s.ThumbprintOf(p.skype.Certificate),
		NotBefore:    t0,
		Expires:      t0.Add(time.Hour),
		TokenHash:    d.TokenHash,
	}
	if diff := cmp.Diff(wantDecision, d); diff != "" {
		t.Error(diff)
	}
	if len(d.TokenHash) != 16 {
		t.Errorf("token hash %q", d.TokenHash)
	}
	t.Run("the sender names the token by the same hash", func(t *testing.T) {
		token := p.appOnly()
		if d := want(t, p.verifier, token, ""); s2s.TokenHash(token) != d.TokenHash {
			t.Errorf("%q at the sender, %q at the receiver", s2s.TokenHash(token), d.TokenHash)
		}
		for _, text := range []string{"", "no token", "a.b.", "a.b.c", "a.b.AA=", "a.b.AB"} {
			if got := s2s.TokenHash(text); got != "" {
				t.Errorf("%q has the hash %q", text, got)
			}
		}
	})
	t.Run("003-05 access shows the caller's application id", func(t *testing.T) {
		if d.Application.App != "00000004-0000-0ff1-ce00-000000000000" {
			t.Errorf("application %s", d.Application.App)
		}
	})
	t.Run("expiry is the earlier one", func(t *testing.T) {
		token, err := s2s.WrapActAs(s2s.ActAs{NotBefore: t0, Expires: t0.Add(time.Minute), User: kenClaims, ActorToken: p.appOnly()})
		if err != nil {
			t.Fatal(err)
		}
		if d := want(t, p.verifier, token, ""); !d.Expires.Equal(t0.Add(time.Minute)) {
			t.Errorf("expires %s", d.Expires)
		}
	})
}

// checklist: 004-07
func TestTrustLevels(t *testing.T) {
	const refused = "V17 trust.level"
	for _, c := range []struct {
		level          s2s.TrustLevel
		appOnly, actAs string
	}{
		{s2s.Full, "", ""},
		{s2s.ApplicationOnly, "", refused},
		{s2s.UserOnly, refused, refused}, // a self-issued actor proves no consent
		{"", refused, refused},
		{"full", refused, refused},
	} {
		t.Run(fmt.Sprintf("004-07 level %q", c.level), func(t *testing.T) {
			p := newPair()
			p.trust.Change(p.skype, func(_ *s2s.Issuer, app *s2s.Application) { app.TrustLevel = c.level })
			want(t, p.verifier, p.appOnly(), c.appOnly)
			want(t, p.verifier, p.actAs(), c.actAs)
		})
	}
	t.Run("004-07 Full represents any authorized user of the realm, and no other", func(t *testing.T) {
		p := newPair()
		pat := s2s.User{ID: "pat", UPN: "pat@contoso.com", Enabled: true}
		p.verifier.Users = s2stest.Users{ken, pat}
		for _, u := range []s2s.User{ken, pat} {
			d := want(t, p.verifier, p.skype.ActAs(p.exchange, s2s.UserClaims{UPN: u.UPN}, t0), "")
			if d != nil && d.User.ID != u.ID {
				t.Errorf("user %s, want %s", d.User.ID, u.ID)
			}
		}
		want(t, p.verifier, p.skype.ActAs(p.exchange, s2s.UserClaims{UPN: "eve@elsewhere.test"}, t0), "V23 user.unknown")
		p.trust.Change(p.skype, func(_ *s2s.Issuer, app *s2s.Application) {
			app.Users = func(u s2s.User) bool { return u.ID == "pat" }
		})
		want(t, p.verifier, p.actAs(), "V23 user.scope")
		want(t, p.verifier, p.skype.ActAs(p.exchange, s2s.UserClaims{UPN: pat.UPN}, t0), "")
	})
}

func TestPermitted(t *testing.T) {
	p := newPair()
	var asked []s2s.Kind
	p.verifier.Permitted = func(_ context.Context, d *s2s.Decision) bool {
		asked = append(asked, d.Kind)
		return d.Kind == s2s.AppOnly
	}
	want(t, p.verifier, p.appOnly(), "")
	want(t, p.verifier, p.actAs(), "V24 rights.none")
	want(t, p.verifier, "no token", "V2 token.segments")
	if diff := cmp.Diff([]s2s.Kind{s2s.AppOnly, s2s.ActAsUser}, asked); diff != "" {
		t.Error(diff)
	}
}

// failing lets one question fail.
type failing struct {
	s2s.Trust
	s2s.Users
	at  string
	err error
}

func (f failing) Issuer(ctx context.Context, p s2s.Principal) (s2s.Issuer, error) {
	if f.at == "V11" {
		return s2s.Issuer{}, f.err
	}
	return f.Trust.Issuer(ctx, p)
}

func (f failing) Application(ctx context.Context, i s2s.Issuer, p s2s.Principal) (s2s.Application, error) {
	if f.at == "V16" {
		return s2s.Application{}, f.err
	}
	return f.Trust.Application(ctx, i, p)
}

func (f failing) FindUsers(ctx context.Context, org string, by s2s.Identifier, value string) ([]s2s.User, error) {
	if f.at == "V23" {
		return nil, f.err
	}
	return f.Users.FindUsers(ctx, org, by, value)
}

func TestOurOwnFailures(t *testing.T) {
	for _, at := range []string{"V11", "V16", "V23"} {
		for _, c := range []struct {
			err       error
			temporary bool
		}{
			{errors.New("table is gone"), false},
			{fmt.Errorf("database: %w", s2s.ErrTemporary), true},
			{context.DeadlineExceeded, true},
			{&net.DNSError{IsTimeout: true}, true},
		} {
			p := newPair()
			f := failing{p.trust, s2stest.Users{ken}, at, c.err}
			p.verifier.Trust, p.verifier.Users = f, f
			_, err := p.verifier.Verify(t.Context(), p.actAs())
			var ref *s2s.Refusal
			if !errors.As(err, &ref) || ref.Step != at || ref.Code() != s2s.InternalError || ref.Temporary() != c.temporary || !errors.Is(err, c.err) {
				t.Errorf("%s %v: %v", at, c.err, err)
			}
		}
	}
	p := newPair()
	p.verifier.Trust = nil
	want(t, p.verifier, p.appOnly(), "V11 internal")
	p = newPair()
	p.verifier.Users = nil
	want(t, p.verifier, p.actAs(), "V23 internal")
	want(t, p.verifier, p.appOnly(), "")
	p = newPair()
	p.verifier.Users = s2stest.Users{{UPN: ken.UPN, SMTP: ken.SMTP, Enabled: true}} // no ID: cannot be told apart
	want(t, p.verifier, p.actAs(), "V23 internal")
	p = newPair()
	p.verifier.Trust = confused{p.trust}
	want(t, p.verifier, p.appOnly(), "V11 internal")
}

// confused answers every question with the one issuer it knows.
type confused struct{ s2s.Trust }

func (c confused) Issuer(ctx context.Context, p s2s.Principal) (s2s.Issuer, error) {
	i, err := c.Trust.Issuer(ctx, p)
	i.Principal.Realm = "elsewhere.test"
	return i, err
}

// A warm cache spares arithmetic only: whatever changes between two calls
// with the same token counts.
func TestWarmVerificationChecksEverything(t *testing.T) {
	for name, c := range map[string]struct {
		change func(p *pair)
		want   string
	}{
		"nothing":       {func(*pair) {}, ""},
		"key withdrawn": {func(p *pair) { p.issuer(func(i *s2s.Issuer) { i.Withdrawn = append(i.Withdrawn, p.key()) }) }, "V12 key.withdrawn"},
		"key denied":    {func(p *pair) { p.issuer(func(i *s2s.Issuer) { i.Denied = append(i.Denied, p.key()) }) }, "V12 key.withdrawn"},
		"key gone":      {func(p *pair) { p.issuer(func(i *s2s.Issuer) { i.Keys = nil }) }, "V12 key.unknown"},
		"disabled": {func(p *pair) {
			p.trust.Change(p.skype, func(_ *s2s.Issuer, a *s2s.Application) { a.Enabled = false })
		}, "V16 app.disabled"},
		"expired":      {func(p *pair) { p.verifier.Now = func() time.Time { return t0.Add(2 * time.Hour) } }, "V14 time.expired"},
		"certificate":  {func(p *pair) { p.verifier.Now = func() time.Time { return t0.AddDate(30, 0, 0) } }, "V12 key.expired"},
		"host":         {func(p *pair) { p.verifier.Hosts = []string{"other.contoso.com"} }, "V10 aud.host"},
		"user gone":    {func(p *pair) { p.verifier.Users = s2stest.Users{} }, "V23 user.unknown"},
		"no rights":    {func(p *pair) { p.verifier.Permitted = func(context.Context, *s2s.Decision) bool { return false } }, "V24 rights.none"},
		"organisation": {func(p *pair) { p.issuer(func(i *s2s.Issuer) { i.Organisation = "elsewhere" }) }, "V15 bind.aud_org"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPair()
			p.verifier.Seen = s2s.NewSignatureCache(10)
			token := p.actAs()
			want(t, p.verifier, token, "")
			c.change(p)
			want(t, p.verifier, token, c.want)
		})
	}
}

func (p *pair) key() s2s.Thumbprint { return s2s.ThumbprintOf(p.skype.Certificate) }

func (p *pair) issuer(change func(*s2s.Issuer)) {
	p.trust.Change(p.skype, func(i *s2s.Issuer, _ *s2s.Application) { change(i) })
}

// A forged token must not profit from a good one that was seen, and a good
// token not from another key with the same thumbprint in the header.
func TestCacheRemembersTokenAndKey(t *testing.T) {
	p := newPair()
	p.verifier.Seen = s2s.NewSignatureCache(10)
	good := p.appOnly()
	want(t, p.verifier, good, "")
	dot := strings.LastIndexByte(good, '.')
	other := "A"
	if good[dot+1] == 'A' {
		other = "B"
	}
	forged := good[:dot+1] + other + good[dot+2:]
	want(t, p.verifier, forged, "V13 sig.bad")
	want(t, p.verifier, forged, "V13 sig.bad") // nor is a bad one remembered as good

	// The same DER, so the same thumbprint, but another public key.
	swapped := *p.skype.Certificate
	swapped.PublicKey = s2stest.NewParty("rogue", s2s.SkypeApp, "contoso.com", "h", "rogue").Certificate.PublicKey
	swapped.RawSubjectPublicKeyInfo = []byte("another key")
	p.issuer(func(i *s2s.Issuer) { i.Keys = []*x509.Certificate{&swapped} })
	want(t, p.verifier, good, "V13 sig.bad")
}

// That a warm verification does no RSA shows in a certificate whose parsed
// key is another one: only arithmetic would notice.
func TestWarmVerificationDoesNoRSA(t *testing.T) {
	p := newPair()
	p.verifier.Seen = s2s.NewSignatureCache(10)
	token := p.appOnly()
	want(t, p.verifier, token, "")
	hollow := *p.skype.Certificate
	hollow.PublicKey = s2stest.NewParty("rogue", s2s.SkypeApp, "contoso.com", "h", "rogue").Certificate.PublicKey
	p.issuer(func(i *s2s.Issuer) { i.Keys = []*x509.Certificate{&hollow} })
	want(t, p.verifier, token, "")
	p.verifier.Seen = nil
	want(t, p.verifier, token, "V13 sig.bad")
}

// generous finds an application for whoever is named.
type generous struct{ s2s.Trust }

func (generous) Application(context.Context, s2s.Issuer, s2s.Principal) (s2s.Application, error) {
	return s2s.Application{Name: "x", ID: s2s.SkypeApp, Enabled: true, TrustLevel: s2s.Full}, nil
}

func TestTrustMustAnswerForTheApplicationNamed(t *testing.T) {
	p := newPair()
	a := p.skype.Actor(p.exchange, t0)
	a.NameID.App = s2s.SharePointApp
	token, err := p.skype.Signer().SignActor(a)
	if err != nil {
		t.Fatal(err)
	}
	p.verifier.Trust = generous{p.trust}
	want(t, p.verifier, token, "V16 app.unknown")
	want(t, p.verifier, p.appOnly(), "")
}

func TestOuterBeginsWithTheActor(t *testing.T) {
	p := newPair()
	for before, refusal := range map[time.Duration]string{300 * time.Second: "", 301 * time.Second: "V20 time.outer_beyond_actor"} {
		token, err := s2s.WrapActAs(s2s.ActAs{NotBefore: t0.Add(-before), Expires: t0.Add(time.Minute), User: kenClaims, ActorToken: p.appOnly()})
		if err != nil {
			t.Fatal(err)
		}
		want(t, p.verifier, token, refusal)
	}
}

// A token server always says whether it delegates: silence is a no, whatever
// the partner record allows a self-issuing application.
func TestTokenServerMustSayThatItDelegates(t *testing.T) {
	sts := s2stest.NewTokenServer(tenant, "sts.contoso.com")
	exchange := s2stest.NewExchange(tenant, "mail.contoso.com")
	trust := s2stest.NewTrust(sts)
	trust.AddApplication(sts, s2s.Application{Name: "skype", ID: s2s.SkypeApp, Enabled: true, TrustLevel: s2s.Full, OmitsDelegationFlag: true})
	a := sts.Actor(exchange, t0)
	a.NameID.App = s2s.SkypeApp
	for omit, refusal := range map[bool]string{false: "", true: "V21 delegation.missing"} {
		a.OmitDelegation = omit
		token, err := sts.Signer().SignActor(a)
		if err != nil {
			t.Fatal(err)
		}
		v := exchange.Verifier(trust, s2stest.Users{ken}, t0)
		want(t, v, s2stest.Wrap(token, kenClaims, t0), refusal)
		want(t, v, token, "")
	}
}

// Thumbprints handed over with the keys only select; wrong ones cannot make a
// key good for anything.
func TestIssuerThumbprints(t *testing.T) {
	p := newPair()
	other := loadKey(t, "sfb-b").Certificate
	p.issuer(func(i *s2s.Issuer) {
		i.Keys = []*x509.Certificate{other, p.skype.Certificate}
		i.Thumbprints = []s2s.Thumbprint{s2s.ThumbprintOf(other), p.key()}
	})
	want(t, p.verifier, p.appOnly(), "")
	p.issuer(func(i *s2s.Issuer) { i.Thumbprints = i.Thumbprints[:1] }) // incomplete: computed instead
	want(t, p.verifier, p.appOnly(), "")
	p.issuer(func(i *s2s.Issuer) { i.Thumbprints = []s2s.Thumbprint{p.key(), s2s.ThumbprintOf(other)} })
	want(t, p.verifier, p.appOnly(), "V13 sig.bad")
}

func TestCacheIsBoundedAndConcurrent(t *testing.T) {
	p := newPair()
	p.verifier.Seen = s2s.NewSignatureCache(3)
	var tokens []string
	for i := range 8 {
		tokens = append(tokens, p.skype.AppOnly(p.exchange, t0.Add(time.Duration(i)*time.Second)))
	}
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for n := range 40 {
				if _, err := p.verifier.Verify(context.Background(), tokens[(i+n)%len(tokens)]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func TestCodesAndTexts(t *testing.T) {
	for code, category := range map[s2s.Code]string{
		2000000: "invalid_signature", 2000001: "invalid_token", 2000002: "token_expired",
		2000003: "invalid_resource", 2000004: "invalid_tenant", 2000005: "invalid_user",
		2000006: "invalid_client", 2000007: "internal_error", 2000008: "invalid_grant",
	} {
		if code.Category() != category {
			t.Errorf("%d: %s, want %s", code, code.Category(), category)
		}
		// R26: the text goes into a header.
		if text := code.PublicText(); text == "" || strings.ContainsAny(text, "\"\\\r\n") {
			t.Errorf("%d: text %q", code, text)
		}
	}
	ref := &s2s.Refusal{Step: "V23", Reason: s2s.UserProtected, Err: errors.New("detail")}
	if s := ref.Error(); !strings.Contains(s, "V23") || !strings.Contains(s, "user.protected") || !strings.Contains(s, "detail") {
		t.Error(s)
	}
	// R25: all user failures look alike outside.
	for _, r := range []s2s.Reason{s2s.UserNone, s2s.UserUnknown, s2s.UserAmbiguous, s2s.UserConflict, s2s.UserDisabled, s2s.UserProtected, s2s.UserScope} {
		if r.Code() != s2s.InvalidUser {
			t.Errorf("%s has code %d", r, r.Code())
		}
	}
}
