package renewal

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/profile"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/internal/telemetry"
	"github.com/matchseal/matchseal/s2s"
)

func TestStatements(t *testing.T) {
	storetest.Prepare(t, storetest.Statements(t, "sql.go"), func(ctx context.Context, db *store.DB) error {
		return db.Migrate(ctx, "renewal", migrations)
	})
}

// run runs fn on both engines with an exchange role at start.
func run(t *testing.T, fn func(t *testing.T, h *house), edit ...func(*Config)) {
	t.Helper()
	storetest.Run(t, func(t *testing.T, db *store.DB) { fn(t, newHouse(t, db, &clock{now: start}, newWeb(), edit...)) })
}

// Each mark is announced once, however often anybody looks and starts again.
func TestAnnouncementsOfOneCertificate(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		h.current(t, 100*day)
		end := start.Add(100 * day)
		var told []string
		for due := h.look(t); !due.IsZero(); due = h.look(t) {
			h.clock.set(due)
			h.look(t)
			again := newHouse(t, h.db, h.clock, h.web) // a restart
			again.look(t)
		}
		for _, e := range h.events(t) {
			told = append(told, e.Time.Sub(end).String()+" "+string(e.Level)+" "+e.Text)
		}
		want := []string{
			"-1440h0m0s Warning The signing certificate of this server's exchange role ends in 60 days, on 2027-04-25 08:00 UTC.",
			"-720h0m0s Warning The signing certificate of this server's exchange role ends in 30 days, on 2027-04-25 08:00 UTC.",
			"-336h0m0s Warning The signing certificate of this server's exchange role ends in 14 days, on 2027-04-25 08:00 UTC.",
			"-168h0m0s Warning The signing certificate of this server's exchange role ends in 7 days, on 2027-04-25 08:00 UTC.",
			"-24h0m0s Error The signing certificate of this server's exchange role ends within a day, on 2027-04-25 08:00 UTC.",
			"0s Error The signing certificate of this server's exchange role ended on 2027-04-25 08:00 UTC.",
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Error(diff)
		}
		if got := ids(h.events(t)); !slices.Equal(got, []int{4300, 4300, 4300, 4300, 4300, 4301}) {
			t.Errorf("ids %v", got)
		}
	}, mode(Off))
}

// What is met late is announced at once and once; what is relieved is not.
func TestMetLate(t *testing.T) {
	h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), mode(Announce))
	h.current(t, 10*day)
	h.look(t)
	h.look(t)
	if got := ids(h.events(t)); !slices.Equal(got, []int{4300}) {
		t.Fatalf("events %v", got)
	}
	next := h.next(t, 1000*day, 4*day)
	h.clock.advance(3*day + 1) // past the mark of 7 days
	h.look(t)
	if got := ids(h.events(t)); !slices.Equal(got, []int{4300}) {
		t.Errorf("with a successor: %v", got)
	}
	h.clock.advance(day)
	h.look(t)
	events := h.events(t)
	last := events[len(events)-1]
	if len(events) != 2 || last.ID != 2014 || last.Text != "The current signing certificate for Exchange has been updated to certificate with thumbprint "+next.String()+"." ||
		last.Source != "MSExchange AuthAdmin" || last.Log != "Application" || last.Level != journal.Information {
		t.Errorf("after the rollover: %+v", last)
	}
}

// The journal tells of every certificate that became current: by its date, by
// hand, in an emergency, also when two did between two looks. It does not tell
// of a role's first one.
func TestEventOfANewCurrentCertificate(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		first := h.current(t, 1000*day)
		h.look(t)
		var want []string
		told := func(c s2s.Thumbprint) { want = append(want, c.String()) }
		dated := h.next(t, 1000*day, 48*time.Hour)
		h.look(t)
		h.clock.advance(48 * time.Hour)
		h.look(t)
		told(dated)
		published := h.next(t, 1000*day, 48*time.Hour)
		if _, err := h.keyring.Publish(ctx, true); err != nil {
			t.Fatal(err)
		}
		told(published)
		emergency := h.current(t, 900*day)
		told(emergency)
		h.look(t)
		if _, err := h.keyring.Unassign(ctx, true); err != nil {
			t.Fatal(err)
		}
		h.look(t)
		if _, err := h.keyring.Replace(ctx, emergency); err != nil { // a mistake cured is no news
			t.Fatal(err)
		}
		h.look(t)
		h.clock.advance(2 * day)
		h.look(t)
		if s, err := h.keyring.State(ctx); err != nil || s.Previous != nil || len(s.Leaving) != 0 {
			t.Errorf("after the overlap: %+v, %v", s, err)
		}
		var got []string
		for _, e := range h.events(t) {
			if e.ID == EventIssuerCertificate && e.Source == EventSource {
				got = append(got, strings.TrimSuffix(e.Text[strings.LastIndex(e.Text, " ")+1:], "."))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after the first one, %s:\n%s", first, diff)
		}
	}, func(c *Config) { c.Role = profile.Skype })
}

func TestRenewal(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		subject := pkix.Name{CommonName: "sip.litware.test", Organization: []string{"Litware, Inc."}, Country: []string{"US"}}
		old := issueAs(certs.SelfSigned{Subject: subject, DNSNames: []string{"pool.litware.test"}, NotBefore: start.AddDate(-1, 0, 0), NotAfter: start.Add(61 * day)})
		kept, err := h.keyring.Add(ctx, old, rsaKey(), keyring.Options{FriendlyName: "issuer", Services: []string{"SMTP", "IIS"}, Exportable: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.keyring.Replace(ctx, kept.Thumbprint); err != nil {
			t.Fatal(err)
		}
		due := h.look(t)
		if want := start.Add(day); !due.Equal(want) || len(h.events(t)) != 0 {
			t.Fatalf("due %s, want %s; events %v", due, want, h.events(t))
		}
		h.clock.set(due)
		h.look(t)
		s, err := h.keyring.State(ctx)
		if err != nil || s.Next == nil || !s.Next.From.Equal(due.Add(48*time.Hour)) {
			t.Fatalf("staged %+v, %v", s.Next, err)
		}
		made, err := h.keyring.Certificate(ctx, s.Next.Thumbprint)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(made.X509.RawSubject, old.RawSubject) || !slices.Equal(made.X509.DNSNames, old.DNSNames) ||
			made.FriendlyName != "issuer" || !slices.Equal(made.Services, kept.Services) || !made.Exportable {
			t.Errorf("made %+v", made)
		}
		// It takes over by itself, and nothing is made again before it is due.
		for due := h.look(t); due.Before(start.AddDate(3, 0, 0)); due = h.look(t) {
			h.clock.set(due)
			h.look(t)
			if _, err := h.keyring.Signer(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if all, err := h.keyring.List(ctx); err != nil || len(all) != 2 {
			t.Errorf("%d certificates, %v", len(all), err)
		}
		if got := ids(h.events(t)); !slices.Equal(got, []int{4310, 2014}) {
			t.Errorf("events %v", got)
		}
		if e := h.events(t)[0]; e.Level != journal.Information || !strings.Contains(e.Text, made.Thumbprint.String()) || !strings.Contains(e.Detail, "kind: signing") {
			t.Errorf("event %+v", e)
		}
	}, mode(Do))
}

// A key of the old one's size is really made.
func TestRenewalMakesAKey(t *testing.T) {
	h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), mode(Do), func(c *Config) { c.Make = nil })
	h.current(t, 20*day)
	h.look(t)
	s, err := h.keyring.State(t.Context())
	if err != nil || s.Next == nil {
		t.Fatalf("%+v, %v", s, err)
	}
	made, err := h.keyring.Certificate(t.Context(), s.Next.Thumbprint)
	if err != nil {
		t.Fatal(err)
	}
	public, ok := made.X509.PublicKey.(*rsa.PublicKey)
	if !ok || public.N.BitLen() != 2048 || public.Equal(rsaKey().Public()) {
		t.Errorf("the key is %T", made.X509.PublicKey)
	}
	if left := made.X509.NotAfter.Sub(start); left != lifetime {
		t.Errorf("it lives for %v", left)
	}
}

// What is staged stays, unless it comes too late: then it gets another date.
func TestRenewalOfWhatIsStaged(t *testing.T) {
	h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), mode(Do))
	h.current(t, 20*day)
	next := h.next(t, 1000*day, 25*day)
	h.look(t)
	s, err := h.keyring.State(t.Context())
	if err != nil || s.Next.Thumbprint != next || !s.Next.From.Equal(start.Add(48*time.Hour)) {
		t.Errorf("staged %+v, %v", s.Next, err)
	}
	if got := ids(h.events(t)); !slices.Equal(got, []int{4311}) {
		t.Errorf("events %v", got)
	}
	h.look(t)
	if all, err := h.keyring.List(t.Context()); err != nil || len(all) != 2 {
		t.Errorf("%d certificates, %v", len(all), err)
	}
}

// A role that was off for long finds its certificate ended.
func TestRenewalAfterTheEnd(t *testing.T) {
	h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), mode(Do))
	h.current(t, day)
	h.clock.advance(10 * day)
	h.look(t)
	if _, err := h.keyring.Signer(t.Context()); err != nil {
		t.Error(err)
	}
	h.look(t) // the first look of all tells of nothing that was before
	if got := ids(h.events(t)); len(got) == 0 || got[0] != 4310 || slices.Contains(got, 4301) {
		t.Errorf("events %v", got)
	}
}

// A role whose certificate somebody took away gets none, and is told so once
// each time.
func TestWhatWasTakenAwayStaysAway(t *testing.T) {
	h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), mode(Do))
	c := h.current(t, 100*day)
	h.look(t)
	for n := range 2 {
		if _, err := h.keyring.Unassign(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		h.look(t)
		h.look(t)
		if s, err := h.keyring.State(t.Context()); err != nil || s.Current != nil || s.Next != nil || len(h.events(t)) != n+1 || h.events(t)[n].ID != 4313 {
			t.Errorf("%+v, %v, %v", s, err, h.events(t))
		}
		if _, err := h.keyring.Replace(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		h.look(t)
	}
}

// A renewal that fails is an error for the log, and the announcement says so.
func TestRenewalThatFails(t *testing.T) {
	broken := true
	h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), mode(Do), func(c *Config) {
		c.Make = func(o certs.SelfSigned) (*x509.Certificate, *rsa.PrivateKey, error) {
			if broken {
				return nil, nil, errors.New("no entropy")
			}
			return quick(o)
		}
	})
	h.current(t, 20*day)
	for range 2 {
		if _, err := h.Look(t.Context()); !problem.Is(err, problem.RenewalFailed) || !strings.Contains(err.Error(), "no entropy") {
			t.Errorf("error = %v", err)
		}
	}
	events := h.events(t)
	if len(events) != 1 || events[0].ID != 4300 || !strings.Contains(events[0].Detail, "automatic renewal: failed: ") || !strings.Contains(events[0].Detail, "no entropy") {
		t.Errorf("events %+v", events)
	}
	broken = false
	h.look(t)
	if got := ids(h.events(t)); !slices.Equal(got, []int{4300, 4310}) {
		t.Errorf("events %v", got)
	}
}

// addPartners registers one partner by metadata, one by certificate, an auth
// server, and one of each that is switched off.
func (h *house) addPartners(t *testing.T, published, pinned, server *x509.Certificate) {
	t.Helper()
	ctx := t.Context()
	h.web.publish(skypeURL, authmeta.Skype, skype, published)
	a := partner.Application{Name: "Lync", Enabled: true}
	a.TrustMetadata(skypeURL)
	if _, err := h.partners.Add(ctx, a, partner.AddOptions{By: "admin"}); err != nil {
		t.Fatal(err)
	}
	for name, enabled := range map[string]bool{"By hand": true, "Off": false} {
		b := partner.Application{Name: name, App: s2s.SharePointApp, Realm: s2s.Realm(strings.ToLower(strings.ReplaceAll(name, " ", "")) + ".test"), Enabled: enabled}
		b.TrustCertificates(pinned)
		if _, err := h.partners.Add(ctx, b, partner.AddOptions{By: "admin"}); err != nil {
			t.Fatal(err)
		}
	}
	const url = "https://accounts.contoso.test/metadata/json/1"
	h.web.publish(url, authmeta.TokenServer, s2s.Principal{App: s2s.TokenServerApp, Realm: "contoso.test"}, server)
	if _, err := h.partners.AddAuthServer(ctx, "admin", partner.AuthServer{Name: "ACS", MetadataURL: url, Realm: "contoso.test", Enabled: true}); err != nil {
		t.Fatal(err)
	}
}

// Whose certificate it is, which of the two kinds, and what to type.
func TestWords(t *testing.T) {
	h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), mode(Announce), func(c *Config) {
		c.Authorities = []*x509.Certificate{issue("Litware CA", start.AddDate(-9, 0, 0), start.Add(15*day))}
	})
	h.current(t, 59*day)
	h.addPartners(t, issue("lync", start, start.Add(6*day)), issue("hand", start, start.Add(13*day)), issue("acs", start, start.Add(29*day)))
	listener := issue("mail.litware.test", start, start.Add(day))
	h.tls = []Shown{
		{Use: Listener, Where: "the listeners of the exchange role on the node mail1", Certificate: listener},
		{Use: Management, Where: "the management interface of the node mail1", Certificate: listener},
	}
	h.look(t)
	want := map[int][]string{
		4300: {"The signing certificate of this server's exchange role ends in 59 days", "kind: signing", "a successor should become current on 2027-02-14",
			"give it by hand to: By hand: ", "register it with: ACS: New-MsolServicePrincipalCredential", "remedy: New-ExchangeCertificate", "see: renewal.signing-ends"},
		4302: {"The TLS certificate of the listeners of the exchange role on the node mail1 and the management interface of the node mail1 ends within a day",
			"kind: TLS", "remedy: have the authority issue a new one", "needs no restart", "see: renewal.tls-ends"},
		4306: {"The certificate of the authority CN=Litware CA,", "kind: TLS", "ca_files"},
	}
	partners := map[string][]string{
		"Lync":    {"The signing certificate of the partner application Lync ends in 6 days", "Set-PartnerApplication 'Lync' -RefreshAuthMetadata", "issuer: " + skype.String()},
		"By hand": {"The signing certificate of the partner application By hand ends in 13 days", "-AuthMetadataUrl <url>"},
		"ACS":     {"The signing certificate of the auth server ACS ends in 29 days", "Set-AuthServer 'ACS' -RefreshAuthMetadata"},
	}
	events := h.events(t)
	for _, e := range events {
		texts := want[e.ID]
		for name, of := range partners {
			if e.ID == 4304 && strings.Contains(e.Text, name) {
				texts = of
			}
		}
		for _, w := range texts {
			if !strings.Contains(e.Text+"\n"+e.Detail, w) {
				t.Errorf("%d lacks %q:\n%s\n%s", e.ID, w, e.Text, e.Detail)
			}
		}
		if len(texts) == 0 {
			t.Errorf("an announcement too many: %s", e.Text)
		}
	}
	if len(events) != 6 {
		t.Errorf("%d events: %v", len(events), ids(events))
	}
}

// With partners that somebody has to go to, a renewal leaves time for it.
func TestRenewalNamesWhoNeedsTheCertificate(t *testing.T) {
	h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), mode(Do))
	h.current(t, 60*day)
	far := start.AddDate(3, 0, 0)
	h.addPartners(t, issue("lync", start, far), issue("hand", start, far), issue("acs", start, far))
	h.look(t)
	events := h.events(t)
	if len(events) != 1 || events[0].ID != 4310 || events[0].Level != journal.Warning || !strings.Contains(events[0].Detail, "give it by hand to: By hand: ") ||
		strings.Contains(events[0].Detail, "Lync") || strings.Contains(events[0].Detail, "Off") {
		t.Errorf("events %+v", events)
	}
	if s, err := h.keyring.State(t.Context()); err != nil || !s.Next.From.Equal(start.Add(byHandNotice)) {
		t.Errorf("staged %+v, %v", s.Next, err)
	}
}

// A partner that seldom reads gets longer notice, but not beyond the end.
func TestRenewalWaitsForTheSlowest(t *testing.T) {
	for _, c := range []struct{ slow, want time.Duration }{{time.Hour, 2 * day}, {4 * day, 8 * day}, {100 * day, 20*day - 26*time.Hour - 10*time.Minute}} {
		h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), mode(Do))
		h.slow = c.slow
		h.current(t, 20*day)
		h.look(t)
		if s := h.state(t); s.Next == nil || !s.Next.From.Equal(start.Add(c.want)) {
			t.Errorf("%s: staged %+v", c.slow, s.Next)
		}
	}
}

// A partner's key is healthy beside a later one; denied ones do not count.
func TestPartnersThatRollOver(t *testing.T) {
	h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), mode(Off))
	ctx := t.Context()
	old, renewed := issue("lync", start, start.Add(6*day)), issue("lync", start, start.Add(500*day))
	h.web.publish(skypeURL, authmeta.Skype, skype, old, renewed)
	a := partner.Application{Name: "Lync", Enabled: true}
	a.TrustMetadata(skypeURL)
	if _, err := h.partners.Add(ctx, a, partner.AddOptions{By: "admin"}); err != nil {
		t.Fatal(err)
	}
	h.look(t)
	if got := h.events(t); len(got) != 0 {
		t.Errorf("events %+v", got)
	}
	if err := h.partners.Deny(ctx, "admin", s2s.ThumbprintOf(renewed), "leaked"); err != nil {
		t.Fatal(err)
	}
	h.look(t)
	if got := h.events(t); len(got) != 1 || !strings.Contains(got[0].Detail, s2s.ThumbprintOf(old).String()) {
		t.Errorf("events %+v", got)
	}
}

func TestGauge(t *testing.T) {
	metrics := telemetry.NewMetrics()
	h := newHouse(t, sqlite(t), &clock{now: start}, newWeb(), func(c *Config) { c.Metrics = metrics.With("role", "exchange") })
	a := h.current(t, 10*day)
	read := func() string {
		w := httptest.NewRecorder()
		metrics.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		var found []string
		for line := range strings.Lines(w.Body.String()) {
			if strings.HasPrefix(line, "matchseal_certificate_expires_seconds{") {
				found = append(found, strings.TrimSpace(line))
			}
		}
		return strings.Join(found, "\n")
	}
	line := func(u Use, c s2s.Thumbprint, seconds string) string {
		return `matchseal_certificate_expires_seconds{role="exchange",subject="CN=` + certs.AuthCertificateName + `",thumbprint="` + c.String()[:8] + `",use="` + string(u) + `"} ` + seconds
	}
	h.look(t)
	if got, want := read(), line(Current, a, "864000"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	b := h.next(t, 100*day, 2*day)
	h.look(t)
	if got, want := read(), line(Next, b, "8.64e+06"); got != want {
		t.Errorf("a relieved certificate is not shown:\ngot  %s\nwant %s", got, want)
	}
}
