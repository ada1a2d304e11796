package s2stest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2stest"
)

var (
	now  = time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)
	ken  = s2s.User{ID: "ken", UPN: "ken@contoso.com", SMTP: "ken@contoso.com", SIP: "ken@contoso.com", SID: "S-1-5-21-1-2-3-1104", Enabled: true}
	kens = s2s.UserClaims{UPN: ken.UPN, SMTP: ken.SMTP}
)

func parties() []*s2stest.Party {
	return []*s2stest.Party{
		s2stest.NewExchange("contoso.com", "mail.contoso.com"),
		s2stest.NewSkype("contoso.com", "pool01.contoso.com"),
		s2stest.NewSharePoint("b7a1f0c2-0d3e-4f58-9a6b-1c2d3e4f5a6b", "sites.contoso.com"),
	}
}

// Each of the three products makes tokens that each other one accepts, and no
// token server takes part.
// checklist: 004-02
func TestEveryPairWithoutTokenServer(t *testing.T) {
	for _, from := range parties() {
		for _, to := range parties() {
			if from.Principal.App == to.Principal.App {
				continue
			}
			t.Run("004-02 "+from.Name+" to "+to.Name, func(t *testing.T) {
				v := to.Verifier(s2stest.NewTrust(from), s2stest.Users{ken}, now)
				if d, err := v.Verify(t.Context(), from.AppOnly(to, now)); err != nil || d.Kind != s2s.AppOnly || d.User != nil {
					t.Errorf("app-only: %+v, %v", d, err)
				}
				d, err := v.Verify(t.Context(), from.ActAs(to, kens, now))
				if err != nil {
					t.Fatal(err)
				}
				if d.Kind != s2s.ActAsUser || d.User.ID != "ken" || d.Application != from.Principal || d.Issuer != from.Principal {
					t.Errorf("act-as: %+v", d)
				}
			})
		}
	}
}

func TestBrokenIsRefusedWhereItSays(t *testing.T) {
	for _, from := range parties() {
		for _, to := range parties() {
			if from.Principal.App == to.Principal.App {
				continue
			}
			v := to.Verifier(s2stest.NewTrust(from), s2stest.Users{ken}, now)
			for _, b := range s2stest.Broken(from, to, kens, now) {
				d, err := v.Verify(t.Context(), b.Token)
				var ref *s2s.Refusal
				if !errors.As(err, &ref) || d != nil {
					t.Errorf("%s to %s: %s is accepted", from.Name, to.Name, b.Name)
				} else if ref.Step != b.Step || ref.Reason != b.Reason {
					t.Errorf("%s to %s: %s: %s %s, want %s %s", from.Name, to.Name, b.Name, ref.Step, ref.Reason, b.Step, b.Reason)
				}
			}
		}
	}
}

func TestTokenServer(t *testing.T) {
	const tenant = "3d9c2f70-51aa-4c0e-8f6b-2a7e90d1b4c5"
	sts := s2stest.NewTokenServer(tenant, "sts.contoso.com")
	exchange := s2stest.NewExchange(tenant, "mail.contoso.com")
	skype := s2s.Principal{App: s2s.SkypeApp, Realm: tenant}
	actor, err := sts.Signer().SignIssued(s2s.Issued{
		Audience: exchange.Audience().String(), Issuer: sts.Principal, NameID: skype,
		IssuedAt: now, NotBefore: now.Add(-5 * time.Minute), Expires: now.Add(time.Hour),
		ObjectID: "1d47ac31-498b-4988-8aac-85fc9bd2e1ce", TrustedForDelegation: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	trust := s2stest.NewTrust(sts)
	v := exchange.Verifier(trust, s2stest.Users{ken}, now)
	token := s2stest.Wrap(actor, kens, now)
	var ref *s2s.Refusal
	if _, err := v.Verify(t.Context(), token); !errors.As(err, &ref) || ref.Reason != s2s.AppUnknown {
		t.Errorf("before the application is registered: %v", err)
	}
	trust.AddApplication(sts, s2s.Application{Name: "skype", ID: s2s.SkypeApp, Enabled: true, TrustLevel: s2s.UserOnly})
	d, err := v.Verify(t.Context(), token)
	if err != nil || d.Partner != "skype" || d.Issuer != sts.Principal || d.Application != skype {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestRolloverByRefetch(t *testing.T) {
	exchange, skype := parties()[0], parties()[1]
	trust := s2stest.NewTrust(skype)
	v := exchange.Verifier(trust, nil, now)
	skype.UseKey("sfb-b")
	if _, err := v.Verify(t.Context(), skype.AppOnly(exchange, now)); err == nil {
		t.Error("a key that nobody published is accepted")
	}
	trust.Publish(skype, skype.Certificate)
	if _, err := v.Verify(t.Context(), skype.AppOnly(exchange, now)); err != nil {
		t.Error(err)
	}
	if n := trust.Refetches(); n != 2 {
		t.Errorf("%d refetches, want 2", n)
	}
}
