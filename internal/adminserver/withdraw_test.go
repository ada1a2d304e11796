package adminserver

import (
	"crypto/x509"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

// leak is one role's side of an emergency.
type leak struct {
	role     string
	plan, do adminapi.Call[adminapi.WithdrawalRequest, adminapi.Withdrawal]
	partners adminapi.Call[adminapi.Identity, []adminapi.PartnerApplication] // of the other role
	deny     adminapi.Call[adminapi.DeniedCertificate, adminapi.Changed]     // on the role's own list
	events   adminapi.Call[adminapi.EventFilter, []adminapi.Event]
	other    string // the other role's issuer
	refresh  adminapi.Call[adminapi.PartnerApplicationSettings, adminapi.Changed]
}

func leaks() []leak {
	return []leak{
		{"exchange", adminapi.PlanExchangeWithdrawal, adminapi.WithdrawExchangeKey, adminapi.GetCsPartnerApplication, adminapi.AddDeniedCertificate, adminapi.GetExchangeEvents,
			string(s2s.SkypeApp) + "@litware.test", adminapi.SetCsPartnerApplication},
		{"skype", adminapi.PlanSkypeWithdrawal, adminapi.WithdrawSkypeKey, adminapi.GetPartnerApplication, adminapi.AddCsDeniedCertificate, adminapi.GetSkypeEvents,
			string(s2s.ExchangeApp) + "@litware.test", adminapi.SetPartnerApplication},
	}
}

// holders are the records of the other role, as the command line brings them.
func (l leak) holders(t *testing.T, admin *adminapi.Client) (all []adminapi.KeyHolder) {
	t.Helper()
	found := do(t, admin, l.partners, named(""))
	for i, r := range readingsOf(l.other, found) {
		all = append(all, adminapi.KeyHolder{RollReading: r, Name: found[i].Name, MetadataURL: found[i].AuthMetadataURL})
	}
	return all
}

func (w *world) keyringOf(role string) *keyring.Keyring {
	if role == "skype" {
		return w.skype.Keyring
	}
	return w.exchange.Keyring
}

// checklist: 000-14, 000-17: one call takes a leaked key out of use, and what it
// says is left to be done ends it.
func TestWithdrawal(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	pairing(t, admin)
	for _, l := range leaks() {
		t.Run(l.role, func(t *testing.T) {
			k := w.keyringOf(l.role)
			before, err := k.State(t.Context())
			w.must(err)
			old := before.Current.Thumbprint.String()

			plan := do(t, admin, l.plan, adminapi.WithdrawalRequest{Holders: l.holders(t, admin)})
			if len(plan.Leaked) != 1 || plan.Leaked[0].Thumbprint != old || plan.Leaked[0].Place != "current" || plan.Role != l.role ||
				plan.Current == nil || !plan.Current.New || plan.Current.Thumbprint != "" || plan.Current.Subject != plan.Leaked[0].Subject || !plan.Exposed() {
				t.Errorf("planned %+v", plan)
			}
			if after, err := k.State(t.Context()); err != nil || after.Current.Thumbprint != before.Current.Thumbprint {
				t.Errorf("a plan changed something: %+v, %v", after, err)
			}
			refused(t, admin, l.deny, adminapi.DeniedCertificate{Thumbprint: old}, problem.PartnerDenyOwn)

			done := do(t, admin, l.do, adminapi.WithdrawalRequest{Leaked: []string{old}, Holders: l.holders(t, admin)})
			after, err := k.State(t.Context())
			w.must(err)
			if done.Leaked[0].Place != "current" || done.Current == nil || !done.Current.New || done.Current.Thumbprint != after.Current.Thumbprint.String() || done.Current.Thumbprint == old || len(done.Current.Raw) == 0 {
				t.Errorf("done %+v", done)
			}
			if after.Holds(before.Current.Thumbprint) || !slices.Contains(after.Denied, before.Current.Thumbprint) {
				t.Errorf("the slots are %+v", after)
			}
			l.wantHolder(t, done, w.clock.Now())
			l.wantRecord(t, admin, old, done.Current.Thumbprint)

			// What the answer says to type is what ends it.
			holder := l.holders(t, admin)[0]
			settings := adminapi.PartnerApplicationSettings{Identity: holder.Name, RefreshAuthMetadata: true}
			if l.role == "exchange" {
				settings = adminapi.PartnerApplicationSettings{Identity: holder.Name, AuthMetadataURL: &holder.MetadataURL}
			}
			do(t, admin, l.refresh, settings)
			again := do(t, admin, l.plan, adminapi.WithdrawalRequest{Leaked: []string{old}, Holders: l.holders(t, admin)})
			if i := slices.IndexFunc(again.Partners, func(p adminapi.WithdrawalPartner) bool { return p.Issuer == l.other }); i < 0 || !again.Partners[i].Safe {
				t.Errorf("the partners are %+v", again.Partners)
			}
			if again.Leaked[0].Place != "withdrawn" || again.Current.New || again.TookOver != nil {
				t.Errorf("afterwards %+v", again)
			}
			// The same line a second time would withdraw the new one.
			if twice := do(t, admin, l.plan, adminapi.WithdrawalRequest{}); plan.TookOver != nil || twice.TookOver == nil || !twice.TookOver.Equal(after.Current.From) || twice.TookOverFrom != old {
				t.Errorf("a second time: %v, and the first %v", twice.TookOver, plan.TookOver)
			}
		})
	}
}

// wantHolder: the partner that has the leaked key is named, with its end and
// with the command line of its product.
func (l leak) wantHolder(t *testing.T, done adminapi.Withdrawal, now time.Time) {
	t.Helper()
	p := done.Partners[0]
	command := map[string]string{
		"exchange": "Set-CsPartnerApplication -Identity Exchange -MetadataUrl " + exchangeURL,
		"skype":    "Set-PartnerApplication LyncEnterprise-",
	}[l.role]
	if p.Issuer != l.other || p.Safe || p.How != adminapi.HoldsByMetadata || p.AcceptsUntil == nil || !p.AcceptsUntil.Equal(now.Add(66*time.Minute)) ||
		len(p.Commands) != 1 || !strings.HasPrefix(p.Commands[0].Type, command) {
		t.Errorf("the partner is %+v", p)
	}
}

// wantRecord: an event warns, and the call is on record with who made it.
func (l leak) wantRecord(t *testing.T, admin *adminapi.Client, old, now string) {
	t.Helper()
	events := do(t, admin, l.events, adminapi.EventFilter{ID: EventWithdrawn})
	if len(events) != 1 || events[0].Level != "Warning" || !strings.Contains(events[0].Text, old) ||
		!strings.Contains(events[0].Detail, "by: administrator\ncurrent: "+old) || !strings.Contains(events[0].Detail, "signs now: "+now) {
		t.Errorf("the events are %+v", events)
	}
	calls := do(t, admin, l.events, adminapi.EventFilter{ID: EventChange, Contains: l.do.Name})
	if len(calls) != 1 || !strings.Contains(calls[0].Detail, old) || strings.Contains(calls[0].Detail, "holders") {
		t.Errorf("the record is %+v", calls)
	}
}

// Whoever may assign a certificate may withdraw one.
func TestWithdrawalRights(t *testing.T) {
	w := newWorld(t)
	w.user("reader", directory.RTCUniversalReadOnlyAdmins)
	w.user("skypeadmin", directory.RTCUniversalServerAdmins)
	for _, l := range leaks() {
		do(t, w.as("reader"), l.plan, adminapi.WithdrawalRequest{})
		refused(t, w.as("reader"), l.do, adminapi.WithdrawalRequest{}, problem.ManageDenied)
		refused(t, w.as("pilar"), l.plan, adminapi.WithdrawalRequest{}, problem.ManageDenied)
	}
	refused(t, w.as("skypeadmin"), adminapi.WithdrawExchangeKey, adminapi.WithdrawalRequest{}, problem.ManageDenied)
	do(t, w.as("skypeadmin"), adminapi.WithdrawSkypeKey, adminapi.WithdrawalRequest{})
}

// Which certificate leaked, and what takes over, is said in several ways; what
// cannot be meant is refused before anything is done.
func TestWithdrawalOfOthers(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	first := currentOf(t, w)
	second := do(t, admin, adminapi.NewExchangeCertificate, adminapi.NewCertificateRequest{}).Thumbprint
	staged := do(t, admin, adminapi.NewExchangeCertificate, adminapi.NewCertificateRequest{}).Thumbprint
	unused := do(t, admin, adminapi.NewExchangeCertificate, adminapi.NewCertificateRequest{}).Thumbprint
	replaced := do(t, admin, adminapi.SetAuthConfig, adminapi.SetAuthConfigRequest{CertificateThumbprint: second})
	if len(replaced.Warnings) != 1 || strings.Contains(replaced.Warnings[0], "\n") || !strings.Contains(replaced.Warnings[0], "matchseal roll withdraw --role exchange --leaked "+first) ||
		!strings.Contains(replaced.Warnings[0], "Set-AuthConfig -ClearPreviousCertificate -Force") {
		t.Errorf("replacing says %v", replaced.Warnings)
	}
	at := start.Add(72 * time.Hour)
	do(t, admin, adminapi.SetAuthConfig, adminapi.SetAuthConfigRequest{NewCertificateThumbprint: staged, NewCertificateEffectiveDate: &at})

	nobody := strings.Repeat("AB", 20)
	for name, c := range map[string]struct {
		req  adminapi.WithdrawalRequest
		code problem.Code
	}{
		"a thumbprint that is none":         {adminapi.WithdrawalRequest{Leaked: []string{"AB"}}, problem.ManageParameter},
		"one that nobody knows":             {adminapi.WithdrawalRequest{Leaked: []string{nobody}}, problem.KeyringNotFound},
		"a replacement that leaked":         {adminapi.WithdrawalRequest{Leaked: []string{second, unused}, Replacement: unused}, problem.ManageParameter},
		"a replacement that is not needed":  {adminapi.WithdrawalRequest{Leaked: []string{first}, Replacement: unused}, problem.ManageParameter},
		"a replacement that is not here":    {adminapi.WithdrawalRequest{Replacement: nobody}, problem.KeyringNotFound},
		"a replacement that was used":       {adminapi.WithdrawalRequest{Replacement: first}, problem.KeyringReused},
		"more than anybody can have leaked": {adminapi.WithdrawalRequest{Leaked: make([]string, maxLeaked+1)}, problem.ManageParameter},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, admin, adminapi.WithdrawExchangeKey, c.req, c.code)
			if c.code != problem.KeyringReused {
				refused(t, admin, adminapi.PlanExchangeWithdrawal, c.req, c.code)
			}
		})
	}
	if got := currentOf(t, w); got != second {
		t.Fatalf("what was refused was done: %s", got)
	}

	// The previous one leaked: nothing takes over, what is staged stays.
	done := do(t, admin, adminapi.WithdrawExchangeKey, adminapi.WithdrawalRequest{Leaked: []string{first}})
	if done.Leaked[0].Place != "previous" || done.Current.Thumbprint != second || done.Current.New || len(done.Warnings) != 0 {
		t.Errorf("%+v", done)
	}
	// One of the store takes over, and the staged one is pointed out.
	done = do(t, admin, adminapi.WithdrawExchangeKey, adminapi.WithdrawalRequest{Replacement: unused})
	if done.Leaked[0].Thumbprint != second || done.Current.Thumbprint != unused || !done.Current.New || len(done.Warnings) != 1 || !strings.Contains(done.Warnings[0], staged) {
		t.Errorf("%+v", done)
	}
	// Somebody has got into the server.
	done = do(t, admin, adminapi.WithdrawExchangeKey, adminapi.WithdrawalRequest{Everything: true})
	places := []string{}
	for _, l := range done.Leaked {
		places = append(places, l.Place)
	}
	c := do(t, admin, adminapi.GetAuthConfig, adminapi.Empty{})
	if !slices.Equal(places, []string{"current", "next"}) || c.CurrentCertificateThumbprint != done.Current.Thumbprint || c.PreviousCertificateThumbprint+c.NextCertificateThumbprint != "" {
		t.Errorf("%v, %+v", places, c)
	}
	// Nothing is assigned: it has to be said which one leaked.
	_, err := w.exchange.Keyring.Unassign(t.Context(), true)
	w.must(err)
	refused(t, admin, adminapi.WithdrawExchangeKey, adminapi.WithdrawalRequest{}, problem.ManageParameter)
	refused(t, admin, adminapi.WithdrawExchangeKey, adminapi.WithdrawalRequest{Everything: true}, problem.ManageParameter)
	if done := do(t, admin, adminapi.WithdrawExchangeKey, adminapi.WithdrawalRequest{Leaked: []string{c.CurrentCertificateThumbprint}}); done.Leaked[0].Place != "unused" || done.Current != nil {
		t.Errorf("%+v", done)
	}
}

func currentOf(t *testing.T, w *world) string {
	t.Helper()
	return do(t, w.as("administrator"), adminapi.GetAuthConfig, adminapi.Empty{}).CurrentCertificateThumbprint
}

// A key that the web services show too has leaked in two places.
func TestWithdrawalOfTheWebCertificate(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	w.skypeWeb = w.issue(w.ca, certs.TLSRequest{Names: []string{"pool.litware.test"}, Bits: 2048}.ValidFrom(start))
	shared := s2s.ThumbprintOf(w.skypeWeb.Leaf).String()
	do(t, admin, adminapi.SetCsCertificate, adminapi.SetCsCertificateRequest{Thumbprint: shared})
	done := do(t, admin, adminapi.WithdrawSkypeKey, adminapi.WithdrawalRequest{})
	if len(done.Warnings) != 1 || !strings.Contains(done.Warnings[0], "tls_key") || done.Leaked[0].Thumbprint != shared || done.Current.Thumbprint == shared {
		t.Errorf("%+v", done)
	}
	if made, err := x509.ParseCertificate(done.Current.Raw); err != nil || made.Subject.String() != w.skypeWeb.Leaf.Subject.String() || !slices.Equal(made.DNSNames, w.skypeWeb.Leaf.DNSNames) {
		t.Errorf("%v, %v", made, err)
	}
}

// What is said of a partner depends on how it comes by the certificate.
func TestExposure(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	pairing(t, admin)
	w.publishTokenServer("litware.test", "sts.litware.test")
	do(t, admin, adminapi.NewAuthServer, adminapi.AuthServerSettings{Identity: "ACS", AuthMetadataURL: ptr("https://sts.litware.test/metadata/json/1"), Type: ptr("AzureAD")})
	current, err := w.exchange.Keyring.Certificate(t.Context(), thumbprint(t, currentOf(t, w)))
	w.must(err)
	read := start.Add(-30 * time.Minute)
	holder := adminapi.KeyHolder{Name: "Exchange it's", MetadataURL: exchangeURL, RollReading: adminapi.RollReading{
		Reader: string(s2s.SkypeApp) + "@LITWARE.test", Of: string(s2s.ExchangeApp) + "@litware.test", ReadAt: &read, Certificates: [][]byte{current.X509.Raw}}}
	with := func(change func(*adminapi.KeyHolder)) []adminapi.KeyHolder {
		h := holder
		change(&h)
		return []adminapi.KeyHolder{h}
	}
	for name, c := range map[string]struct {
		holders  []adminapi.KeyHolder
		how      string
		safe     bool
		until    time.Duration // after it read
		commands []string
	}{
		"it reads":          {with(func(*adminapi.KeyHolder) {}), "metadata", false, 66 * time.Minute, []string{"Set-CsPartnerApplication -Identity 'Exchange it''s' -MetadataUrl " + exchangeURL}},
		"it cannot read":    {with(func(h *adminapi.KeyHolder) { h.LastError = "no answer" }), "metadata", false, 30 * 24 * time.Hour, []string{"matchseal cert deny ", "Set-CsPartnerApplication"}},
		"by hand":           {with(func(h *adminapi.KeyHolder) { h.MetadataURL = "" }), "by-hand", false, 0, []string{"matchseal cert deny ", "Set-CsPartnerApplication -Identity 'Exchange it''s' -CertificateFileData"}},
		"it has another":    {with(func(h *adminapi.KeyHolder) { h.Certificates = nil }), "metadata", true, 0, nil},
		"it has denied it":  {with(func(h *adminapi.KeyHolder) { h.Denied = []string{current.Thumbprint.String()} }), "metadata", true, 0, nil},
		"nothing is known":  {nil, "not-known", false, 0, []string{"Set-CsPartnerApplication -Identity <name", "Set-CsPartnerApplication -Identity <name", "matchseal cert deny "}},
		"somebody else's":   {with(func(h *adminapi.KeyHolder) { h.Of = "somebody@else.test" }), "not-known", false, 0, []string{"Set-Cs", "Set-Cs", "matchseal"}},
		"nobody we know":    {with(func(h *adminapi.KeyHolder) { h.Reader = string(s2s.SharePointApp) + "@litware.test" }), "metadata", false, 66 * time.Minute, nil},
		"something invalid": {with(func(h *adminapi.KeyHolder) { h.Reader = "?"; h.Certificates = append(h.Certificates, []byte{1}) }), "metadata", false, 66 * time.Minute, nil},
	} {
		t.Run(name, func(t *testing.T) {
			plan := do(t, admin, adminapi.PlanExchangeWithdrawal, adminapi.WithdrawalRequest{Holders: c.holders})
			i := slices.IndexFunc(plan.Partners, func(p adminapi.WithdrawalPartner) bool { return p.How == c.how })
			if i < 0 {
				t.Fatalf("the partners are %+v", plan.Partners)
			}
			p := plan.Partners[i]
			if p.Safe != c.safe || (p.AcceptsUntil != nil) != (c.until > 0) || p.AcceptsUntil != nil && !p.AcceptsUntil.Equal(read.Add(c.until)) || len(p.Commands) != len(c.commands) {
				t.Fatalf("%+v", p)
			}
			for i, command := range c.commands {
				if !strings.HasPrefix(p.Commands[i].Type, command) {
					t.Errorf("command %d is %s", i, p.Commands[i].Type)
				}
			}
			if !slices.ContainsFunc(plan.Partners, func(p adminapi.WithdrawalPartner) bool {
				return p.How == "auth-server" && p.Name == "ACS" && !p.Safe && len(p.Commands) == 3
			}) || c.safe != plan.Partners[len(plan.Partners)-1].Safe {
				t.Errorf("the partners are %+v", plan.Partners)
			}
		})
	}
}

func thumbprint(t *testing.T, text string) s2s.Thumbprint {
	t.Helper()
	parsed, err := s2s.ParseThumbprint(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// emergency is the worst night: both signing keys have leaked.
func emergency(t *testing.T, admin *adminapi.Client) {
	for _, l := range leaks() {
		do(t, admin, l.plan, adminapi.WithdrawalRequest{})
		do(t, admin, l.do, adminapi.WithdrawalRequest{})
	}
}
