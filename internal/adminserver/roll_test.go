package adminserver

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/readers"
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
	// What another says is not the partner's answer.
	other := do(t, admin, adminapi.GetExchangeRollPlan, adminapi.RollPlanRequest{Readings: []adminapi.RollReading{{Reader: "somebody@else.test", Of: before.Issuer}}})
	if other.Outlook != "not-known" || other.Partners[0].Known || other.Attention() {
		t.Errorf("other: %+v", other)
	}
	w.clock.advance(73 * time.Hour)
	after := do(t, w.as("administrator"), adminapi.GetExchangeRollPlan, adminapi.RollPlanRequest{})
	if after.Current.Thumbprint != made.Thumbprint || after.Previous == nil || after.Previous.ClearedAt == nil || after.Next != nil {
		t.Errorf("after: %+v", after)
	}
}

// checklist: 000-17: without the partner's own answer a plan tells what readers
// say of themselves, as that, and is no safer for it.
func TestRollPlanByWordOfReaders(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	plan := func() adminapi.RollPlan {
		t.Helper()
		return do(t, w.as("administrator"), adminapi.GetExchangeRollPlan, adminapi.RollPlanRequest{})
	}
	// Exchange registers a partner that has not read anything.
	do(t, admin, adminapi.NewPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "Lync", AuthMetadataURL: ptr(skypeURL)})
	never := plan()
	if p := never.Partners[0]; p.Known || len(p.Claims) != 0 || p.NoticedSince == nil || !p.NoticedSince.Equal(start) || never.Slowest != "" {
		t.Errorf("never: %+v", never.Partners)
	}
	made := do(t, admin, adminapi.NewExchangeCertificate, adminapi.NewCertificateRequest{KeySize: 2048})
	takeover := start.Add(200 * time.Hour)
	do(t, admin, adminapi.SetAuthConfig, adminapi.SetAuthConfigRequest{NewCertificateThumbprint: made.Thumbprint, NewCertificateEffectiveDate: &takeover})
	if p := plan(); p.Outlook != "not-known" || !strings.Contains(p.Reasons[0], "nobody has read the metadata as Lync since 2027-01-15 08:00 UTC") {
		t.Errorf("staged: %s %q", p.Outlook, p.Reasons)
	}
	// It reads, over HTTPS, and says who it is.
	do(t, admin, adminapi.NewCsPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "Exchange", AuthMetadataURL: ptr(exchangeURL)})
	read := plan()
	claim := read.Partners[0].Claims
	if len(claim) != 1 || claim[0].Says != never.Partners[0].Issuer || claim[0].Address != "127.0.0.1" || !claim[0].HasNewest || !claim[0].ReadAt.Equal(start) || claim[0].EverySeconds != 0 {
		t.Errorf("read: %+v", read.Partners)
	}
	if p := read.Partners[0]; p.Known || p.HasNewest || p.ReadAt != nil || read.Outlook != "not-known" || !strings.Contains(read.Reasons[0], "is the word of whoever read it") || read.Slowest != "Lync" {
		t.Errorf("read: %+v", read)
	}
	// Its habit is part of the plan.
	w.must(w.exchange.Readers.Write(t.Context()))
	w.clock.advance(40 * time.Hour)
	if p := plan(); p.Outlook != "not-known" {
		t.Errorf("after 40 hours: %s %q", p.Outlook, p.Reasons)
	}
	do(t, w.as("administrator"), adminapi.SetCsPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "Exchange", AuthMetadataURL: ptr(exchangeURL)})
	slow := plan()
	if slow.Partners[0].Claims[0].EverySeconds != 40*3600 || !slices.ContainsFunc(slow.Timeline, func(m adminapi.RollMoment) bool {
		return strings.HasPrefix(m.What, "Lync has met it, by the word of") && m.At.Equal(start.Add(80*time.Hour))
	}) {
		t.Errorf("slow: %+v, %+v", slow.Partners[0].Claims, slow.Timeline)
	}
	// What the partner itself says replaces it.
	told := do(t, w.as("administrator"), adminapi.GetExchangeRollPlan, adminapi.RollPlanRequest{Readings: []adminapi.RollReading{{Reader: read.Partners[0].Issuer, Of: read.Issuer, LastError: "no answer"}}})
	if p := told.Partners[0]; !p.Known || p.HasNewest || p.LastError != "no answer" || p.Claims != nil || p.NoticedSince != nil {
		t.Errorf("told: %+v", p)
	}
	// Others stand beside the partners, a few of them.
	for i := range 8 {
		w.exchange.Readers.Note(readers.Reading{Agent: fmt.Sprintf("agent/%d\x1b[2J", i), Address: "192.0.2.1"})
	}
	if p := plan(); p.Unnamed != 8 || len(p.Others) != maxOthers || p.Others[0].Address != "192.0.2.1" || strings.Contains(p.Others[0].Agent, "\x1b") || p.Others[0].HasNewest {
		t.Errorf("others: %d, %+v", p.Unnamed, p.Others)
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
