package adminserver

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
)

// readingsOf is what a role's partner applications say, as a caller brings it
// to the other role.
func readingsOf(reader string, found []adminapi.PartnerApplication) (all []adminapi.RollReading) {
	for _, a := range found {
		all = append(all, adminapi.RollReading{Reader: reader, Of: a.ApplicationIdentifier + "@" + a.Realm, ReadAt: a.RefreshedAt, LastError: a.LastError, Certificates: a.Certificates})
	}
	return all
}

// checklist: 000-17, 000-23: a rollover is laid out before it is made, and says
// what its partners know.
func TestRollPlan(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	pairing(t, admin)

	plan := func() adminapi.RollPlan {
		t.Helper()
		skype := do(t, admin, adminapi.GetSkypeRollPlan, adminapi.RollPlanRequest{})
		return do(t, admin, adminapi.GetExchangeRollPlan, adminapi.RollPlanRequest{
			Readings: readingsOf(skype.Issuer, do(t, admin, adminapi.GetCsPartnerApplication, named("")))})
	}
	before := plan()
	if before.Outlook != "steady" || before.Next != nil || before.Current == nil || before.Current.Subject == "" || before.Attention() ||
		before.Issuer != "00000002-0000-0ff1-ce00-000000000000@litware.test" || !before.Now.Equal(start) {
		t.Errorf("before: %+v", before)
	}
	if len(before.Commands) != 2 || !strings.HasPrefix(before.Commands[1].Type, "Set-AuthConfig -NewCertificateThumbprint $new.Thumbprint") {
		t.Errorf("before: %+v", before.Commands)
	}

	made := do(t, admin, adminapi.NewExchangeCertificate, adminapi.NewCertificateRequest{KeySize: 2048})
	takeover := start.Add(72 * time.Hour)
	do(t, admin, adminapi.SetAuthConfig, adminapi.SetAuthConfigRequest{NewCertificateThumbprint: made.Thumbprint, NewCertificateEffectiveDate: &takeover})
	staged := plan()
	if staged.Outlook != "safe" || staged.Next == nil || staged.Next.Thumbprint != made.Thumbprint || !staged.Next.Effective.Equal(takeover) || !staged.Next.Published.Equal(start) {
		t.Errorf("staged: %+v", staged)
	}
	if len(staged.Partners) != 1 || !staged.Partners[0].Known || staged.Partners[0].HasNewest || staged.Partners[0].ReadAt == nil || staged.Slowest != staged.Partners[0].Name {
		t.Errorf("the partners: %+v", staged.Partners)
	}
	if !slices.IsSortedFunc(staged.Timeline, func(a, b adminapi.RollMoment) int { return a.At.Compare(b.At) }) || len(staged.Timeline) != 5 || !staged.Timeline[0].Past || staged.Timeline[1].Past {
		t.Errorf("the timeline: %+v", staged.Timeline)
	}
	// The command that the plan gives for the partner makes it read.
	do(t, admin, adminapi.SetCsPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "Exchange", AuthMetadataURL: ptr(exchangeURL)})
	if met := plan(); met.Outlook != "safe" || !met.Partners[0].HasNewest || !strings.Contains(met.Reasons[0], "already") {
		t.Errorf("met: %+v", met)
	}
	// Without what the other side says nothing is guessed.
	unknown := do(t, admin, adminapi.GetExchangeRollPlan, adminapi.RollPlanRequest{Readings: []adminapi.RollReading{{Reader: "somebody@else.test", Of: before.Issuer}}})
	if unknown.Outlook != "not-known" || unknown.Partners[0].Known || unknown.Slowest != "" || unknown.Attention() {
		t.Errorf("unknown: %+v", unknown)
	}
	w.clock.advance(73 * time.Hour)
	after := do(t, w.as("administrator"), adminapi.GetExchangeRollPlan, adminapi.RollPlanRequest{})
	if after.Current.Thumbprint != made.Thumbprint || after.Previous == nil || after.Previous.ClearedAt == nil || after.Next != nil {
		t.Errorf("after: %+v", after)
	}
}

func TestRollPlanOfSkype(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	made := do(t, admin, adminapi.RequestCsCertificate, adminapi.NewCertificateRequest{SubjectName: "cn=litware.test"})
	soon := start.Add(time.Hour)
	do(t, admin, adminapi.SetCsCertificate, adminapi.SetCsCertificateRequest{Thumbprint: made.Thumbprint, Roll: true, EffectiveDate: &soon, Force: true})
	p := do(t, admin, adminapi.GetSkypeRollPlan, adminapi.RollPlanRequest{})
	if p.Outlook != "unsafe" || !p.Attention() || len(p.Commands) != 1 || !strings.Contains(p.Commands[0].Type, made.Thumbprint+" -EffectiveDate") {
		t.Errorf("%+v", p)
	}
	do(t, admin, adminapi.RemoveCsCertificateUse, adminapi.RemoveCertificateUseRequest{Types: []string{"OAuthTokenIssuer"}, Force: true})
}

// Whoever administers either side reads a plan; others do not.
func TestRollPlanRights(t *testing.T) {
	w := newWorld(t)
	w.user("reader", directory.RTCUniversalReadOnlyAdmins)
	do(t, w.as("reader"), adminapi.GetExchangeRollPlan, adminapi.RollPlanRequest{})
	for _, call := range []adminapi.Call[adminapi.RollPlanRequest, adminapi.RollPlan]{adminapi.GetExchangeRollPlan, adminapi.GetSkypeRollPlan} {
		refused(t, w.as("pilar"), call, adminapi.RollPlanRequest{}, problem.ManageDenied)
		refused(t, w.as("reader"), call, adminapi.RollPlanRequest{Readings: make([]adminapi.RollReading, maxReadings+1)}, problem.ManageParameter)
	}
}
