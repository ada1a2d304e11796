package adminserver

import (
	"crypto/rand"
	"crypto/x509"
	"io"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

func (w *world) thumbprint(c *x509.Certificate) string { return s2s.ThumbprintOf(c).String() }

// status is what a GET of a metadata document answers over TLS.
func (w *world) status(address string) int {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, address, nil)
	w.must(err)
	resp, err := w.RoundTrip(r)
	w.must(err)
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	w.must(err)
	return resp.StatusCode
}

func TestEveryCertificateSaysWhatItIs(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	asked := do(t, admin, adminapi.NewExchangeCertificateRequest, adminapi.NewCertificateRequest{
		SubjectName: "cn=mail.litware.test", Include: []string{"ServerFQDN", "ServerNetBIOSName", "AcceptedDomains", "AutoDiscover"}, DomainNames: []string{"EXCH.litware.test"}})
	if want := []string{"EXCH.litware.test", "EXCH", "litware.test", "autodiscover.litware.test"}; !slices.Equal(asked.Placeholder.CertificateDomains, want) {
		t.Errorf("the names are %v, want %v", asked.Placeholder.CertificateDomains, want)
	}
	gone := do(t, admin, adminapi.NewExchangeCertificate, adminapi.NewCertificateRequest{})
	if gone.Subject != "CN=EXCH" {
		t.Errorf("without a subject it is made out to %s", gone.Subject)
	}
	type facts struct {
		self        bool
		root, state string
		web, key    bool
	}
	stranger, err := certs.NewCA("Stranger CA", start)
	w.must(err)
	foreign := w.issue(stranger, certs.TLSRequest{Names: []string{"mail.fabrikam.test"}}.ValidFrom(start))
	got := do(t, admin, adminapi.ImportExchangeCertificate, adminapi.ImportCertificateRequest{Data: foreign.Leaf.Raw})
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "without its private key") {
		t.Errorf("a certificate without key warns %v", got.Warnings)
	}
	want := map[string]facts{
		w.thumbprint(w.exchangeWeb.Leaf): {root: "Registry", state: "Valid", web: true, key: true},
		w.thumbprint(foreign.Leaf):       {root: "Unknown", state: "Untrusted"},
		asked.Placeholder.Thumbprint:     {self: true, root: "None", state: "PendingRequest", key: true},
		gone.Thumbprint:                  {self: true, root: "None", state: "Valid", key: true},
	}
	found := 0
	for _, c := range do(t, admin, adminapi.GetExchangeCertificate, named("")) {
		if f, ok := want[c.Thumbprint]; ok {
			found++
			if is := (facts{c.SelfSigned, c.RootCAType, c.Status, c.WebServices, c.HasPrivateKey}); is != f || c.SerialNumber == "" || c.Server != "exch.litware.test" {
				t.Errorf("%s is %+v, want %+v", c.Subject, is, f)
			}
		}
	}
	if found != len(want) {
		t.Errorf("%d of %d are listed", found, len(want))
	}
	w.clock.advance(10 * 365 * 24 * time.Hour)
	admin = w.as("administrator")
	if one := do(t, admin, adminapi.GetExchangeCertificate, named(gone.Thumbprint)); one[0].Status != "DateInvalid" {
		t.Errorf("ten years later it is %s", one[0].Status)
	}
}

// checklist: 000-10, 002-06
func TestServicesOfCertificates(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	enable := func(t2 string, force bool, services ...string) adminapi.EnableCertificateRequest {
		return adminapi.EnableCertificateRequest{Thumbprint: t2, Services: services, Force: force}
	}
	made := do(t, admin, adminapi.NewExchangeCertificate, adminapi.NewCertificateRequest{Services: []string{"SMTP"}})
	f := refused(t, admin, adminapi.EnableExchangeCertificate, enable(made.Thumbprint, false, "SMTP", "POP"), problem.KeyringConfirm)
	if !strings.HasPrefix(f.Question, "Overwrite the existing default SMTP certificate?\n\nCurrent certificate: '") || !strings.Contains(f.Question, "Replace it with certificate: '"+made.Thumbprint+"' (expires ") {
		t.Errorf("000-10: the question is %q", f.Question)
	}
	if one := do(t, admin, adminapi.GetExchangeCertificate, named(made.Thumbprint)); !slices.Equal(one[0].Services, []string{"SMTP"}) {
		t.Errorf("000-10: unanswered it has %v", one[0].Services)
	}
	do(t, admin, adminapi.EnableExchangeCertificate, enable(made.Thumbprint, true, "SMTP", "POP"))

	// What the web services show is a file of the node; no command changes it.
	web := w.thumbprint(w.exchangeWeb.Leaf)
	f = refused(t, admin, adminapi.EnableExchangeCertificate, enable(made.Thumbprint, true, "iis"), problem.KeyringListener)
	if !strings.Contains(f.Detail, web) {
		t.Errorf("which certificate the web services show is not told: %s", f.Detail)
	}
	refused(t, admin, adminapi.NewExchangeCertificate, adminapi.NewCertificateRequest{Services: []string{"IIS"}}, problem.KeyringListener)
	do(t, admin, adminapi.EnableExchangeCertificate, enable(web, false, "IIS"))
	do(t, admin, adminapi.EnableExchangeCertificate, enable(web, true, "IIS", "IMAP"))
	listed := 0
	for _, c := range do(t, admin, adminapi.GetExchangeCertificate, named("")) {
		if c.Thumbprint == web {
			listed++
			if !slices.Equal(c.Services, []string{"IMAP", "IIS"}) || !c.HasPrivateKey || !c.WebServices {
				t.Errorf("the web services' certificate is %+v", c)
			}
		}
	}
	if listed != 1 {
		t.Errorf("it is listed %d times", listed)
	}
	refused(t, admin, adminapi.EnableExchangeCertificate, enable(made.Thumbprint, false), problem.ManageParameter)
	refused(t, admin, adminapi.EnableExchangeCertificate, enable("9001", false, "POP"), problem.ManageParameter)
	f = refused(t, admin, adminapi.EnableExchangeCertificate, enable(strings.Repeat("AB", 20), false, "POP"), problem.KeyringNotFound)
	if !strings.HasPrefix(f.CmdletText, "A special Rpc error occurs on server EXCH:") {
		t.Errorf("the cmdlet prints %q", f.CmdletText)
	}
}

// A private key leaves by Export alone, when it may, under a password, and the
// record of it tells no secret.
func TestKeysLeaveByExportOnly(t *testing.T) {
	w := newWorld(t)
	w.user("skypeadmin", directory.RTCUniversalUserAdmins)
	admin := w.as("administrator")
	const secret = "P@ssw0rd-of-the-file"
	export := func(t2, password string) adminapi.ExportCertificateRequest {
		return adminapi.ExportCertificateRequest{Thumbprint: t2, Password: password}
	}
	stays := do(t, admin, adminapi.NewExchangeCertificate, adminapi.NewCertificateRequest{})
	moves := do(t, admin, adminapi.NewExchangeCertificate, adminapi.NewCertificateRequest{PrivateKeyExportable: true})
	call := adminapi.ExportExchangeCertificate
	refused(t, admin, call, export(stays.Thumbprint, secret), problem.KeyringNotExportable)
	refused(t, admin, call, export(moves.Thumbprint, ""), problem.CertsPassword)
	refused(t, admin, call, export(strings.Repeat("AB", 20), secret), problem.KeyringNotFound)
	refused(t, w.as("skypeadmin"), call, export(moves.Thumbprint, secret), problem.ManageDenied)
	if f := refused(t, admin, call, export(w.thumbprint(w.exchangeWeb.Leaf), secret), problem.KeyringNotExportable); !strings.Contains(f.Detail, "IIS") {
		t.Errorf("which certificate it is is not told: %s", f.Detail)
	}
	refused(t, admin, call, adminapi.ExportCertificateRequest{Thumbprint: moves.Thumbprint, Password: secret, Encryption: "ROT13"}, problem.ManageParameter)
	for _, encryption := range []string{"", adminapi.AES256, adminapi.TripleDES} {
		got := do(t, admin, call, adminapi.ExportCertificateRequest{Thumbprint: moves.Thumbprint, Password: secret, Encryption: encryption})
		read, err := certs.ImportPFX(got.Data, secret)
		if err != nil || got.Kind != "pfx" || w.thumbprint(read.Certificate) != moves.Thumbprint {
			t.Errorf("%s: %v", encryption, err)
		}
		do(t, admin, adminapi.ImportCsCertificate, adminapi.ImportCertificateRequest{Data: got.Data, Password: secret})
		f := refused(t, admin, adminapi.ImportCsCertificate, adminapi.ImportCertificateRequest{Data: got.Data, Password: secret + "!"}, problem.CertsPassword)
		if strings.Contains(f.Detail, secret) {
			t.Errorf("the failure tells the password: %s", f.Detail)
		}
	}
	asked := do(t, admin, adminapi.NewExchangeCertificateRequest, adminapi.NewCertificateRequest{})
	if got := do(t, admin, call, export(asked.Placeholder.Thumbprint, "")); got.Kind != "request" || !slices.Equal(got.Data, asked.Request) {
		t.Errorf("the request comes as %s", got.Kind)
	}
	refused(t, admin, adminapi.ImportExchangeCertificate, adminapi.ImportCertificateRequest{}, problem.ManageParameter)
	refused(t, admin, adminapi.ImportExchangeCertificate, adminapi.ImportCertificateRequest{Data: []byte("hello")}, problem.CertsUnreadable)

	records := 0
	for _, call := range []adminapi.Call[adminapi.EventFilter, []adminapi.Event]{adminapi.GetExchangeEvents, adminapi.GetSkypeEvents} {
		for _, e := range do(t, admin, call, adminapi.EventFilter{Max: 200}) {
			if strings.Contains(e.Text, "certificate/export") && strings.Contains(e.Detail, moves.Thumbprint) || strings.Contains(e.Text, "certificate/import") {
				records++
			}
			if strings.Contains(e.Text+e.Detail, secret) {
				t.Errorf("a password is on record: %+v", e)
			}
		}
	}
	if records < 6 {
		t.Errorf("%d exports and imports are on record", records)
	}
	w.logLock.Lock()
	defer w.logLock.Unlock()
	if strings.Contains(w.log.String(), secret) {
		t.Error("a password is in the log")
	}
}

func TestRequestsAreAnsweredByImport(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	asked := do(t, admin, adminapi.NewExchangeCertificateRequest, adminapi.NewCertificateRequest{FriendlyName: "asked", DomainNames: []string{"mail.litware.test"}})
	refused(t, admin, adminapi.SetAuthConfig, adminapi.SetAuthConfigRequest{CertificateThumbprint: asked.Placeholder.Thumbprint}, problem.KeyringPending)
	request, err := x509.ParseCertificateRequest(asked.Request)
	w.must(err)
	chain, key, err := w.ca.Issue(certs.TLSRequest{Names: []string{"authority"}}.ValidFrom(start))
	w.must(err)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: request.Subject, DNSNames: request.DNSNames, NotBefore: start.Add(-time.Hour), NotAfter: start.AddDate(2, 0, 0),
	}, chain[0], request.PublicKey, key)
	w.must(err)
	made := do(t, admin, adminapi.ImportExchangeCertificate, adminapi.ImportCertificateRequest{Data: der})
	if !made.HasPrivateKey || made.FriendlyName != "asked" || len(made.Warnings) != 0 {
		t.Errorf("the answer is %+v", made)
	}
	refused(t, admin, adminapi.GetExchangeCertificate, named(asked.Placeholder.Thumbprint), problem.KeyringNotFound)
	do(t, admin, adminapi.SetAuthConfig, adminapi.SetAuthConfigRequest{CertificateThumbprint: made.Thumbprint})
}

func TestRemoveCertificates(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	current := do(t, admin, adminapi.GetAuthConfig, adminapi.Empty{}).CurrentCertificateThumbprint
	refused(t, admin, adminapi.RemoveExchangeCertificate, named(current), problem.KeyringInUse)
	refused(t, admin, adminapi.RemoveExchangeCertificate, named(w.thumbprint(w.exchangeWeb.Leaf)), problem.KeyringListener)
	refused(t, admin, adminapi.RemoveExchangeCertificate, named("x"), problem.ManageParameter)
	f := refused(t, admin, adminapi.RemoveExchangeCertificate, named(strings.Repeat("AB", 20)), problem.KeyringNotFound)
	if !strings.Contains(f.CmdletText, "was not found") {
		t.Errorf("the cmdlet prints %q", f.CmdletText)
	}
	do(t, admin, adminapi.EnableExchangeCertificate, adminapi.EnableCertificateRequest{Thumbprint: w.thumbprint(w.exchangeWeb.Leaf), Services: []string{"POP"}})
	if done := do(t, admin, adminapi.RemoveExchangeCertificate, named(w.thumbprint(w.exchangeWeb.Leaf))); len(done.Warnings) != 1 {
		t.Errorf("removing the note of the web services' certificate says %v", done.Warnings)
	}
}

// checklist: 000-08, 000-16, 000-17
func TestRepairOfExchange(t *testing.T) {
	for name, existing := range map[string]bool{"000-16 path A, fix before deleting": true, "000-17 path B, from the top": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			admin := w.as("administrator")
			thumbprint := do(t, admin, adminapi.GetAuthConfig, adminapi.Empty{}).CurrentCertificateThumbprint
			if got := w.status(exchangeURL); got != http.StatusOK {
				t.Fatalf("the document answers %d", got)
			}
			// 000-08: without an assigned certificate the URL is not showing up.
			if _, err := w.exchange.Keyring.Unassign(t.Context(), true); err != nil {
				t.Fatal(err)
			}
			if got := w.status(exchangeURL); got != http.StatusServiceUnavailable {
				t.Fatalf("000-08: the document answers %d", got)
			}
			if c := do(t, admin, adminapi.GetAuthConfig, adminapi.Empty{}); c.CurrentCertificateThumbprint != "" {
				t.Fatalf("000-07: it shows %s", c.CurrentCertificateThumbprint)
			}
			if !existing {
				thumbprint = do(t, admin, adminapi.NewExchangeCertificate, adminapi.NewCertificateRequest{SubjectName: "cn= Microsoft Exchange Server Auth Certificate"}).Thumbprint
			}
			now := w.clock.Now()
			w.clock.advance(20 * time.Second) // Get-Date was typed before
			stage := adminapi.SetAuthConfigRequest{NewCertificateThumbprint: thumbprint, NewCertificateEffectiveDate: &now}
			refused(t, admin, adminapi.SetAuthConfig, stage, problem.KeyringConfirm)
			stage.Force = true
			do(t, admin, adminapi.SetAuthConfig, stage)
			do(t, admin, adminapi.SetAuthConfig, adminapi.SetAuthConfigRequest{PublishCertificate: true})
			if c := do(t, admin, adminapi.GetAuthConfig, adminapi.Empty{}); c.CurrentCertificateThumbprint != thumbprint || c.NextCertificateThumbprint != "" {
				t.Errorf("now %+v", c)
			}
			if got := w.status(exchangeURL); got != http.StatusOK {
				t.Errorf("after the repair the document answers %d", got)
			}
			do(t, admin, adminapi.SetAuthConfig, adminapi.SetAuthConfigRequest{ClearPreviousCertificate: true})
		})
	}
}

// checklist: 000-19, 000-20, 000-22, 000-24
func TestDefaultCertificateSignsTokens(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	first := w.usedFor(t, admin, "OAuthTokenIssuer")[0].Certificate.Thumbprint
	remove := adminapi.RemoveCertificateUseRequest{Types: []string{"OAuthTokenIssuer"}}
	if f := refused(t, admin, adminapi.RemoveCsCertificateUse, remove, problem.KeyringConfirm); !strings.Contains(f.Question, first) {
		t.Errorf("000-20: the question is %q", f.Question)
	}
	remove.Force = true
	do(t, admin, adminapi.RemoveCsCertificateUse, remove)
	if got := w.usedFor(t, admin, "OAuthTokenIssuer"); len(got) != 0 || w.status(skypeURL) != http.StatusServiceUnavailable {
		t.Errorf("000-19, 000-20: in use %+v, the document answers %d", got, w.status(skypeURL))
	}
	if done := do(t, admin, adminapi.RemoveCsCertificateUse, adminapi.RemoveCertificateUseRequest{Types: []string{"OAuthTokenIssuer"}}); len(done.Warnings) != 1 {
		t.Errorf("with nothing assigned it says %v", done.Warnings)
	}
	if got := do(t, admin, adminapi.GetCsCertificate, named(first)); len(got) != 1 {
		t.Error("000-20: the certificate itself is gone")
	}
	set := func() adminapi.SetCsCertificateRequest {
		return adminapi.SetCsCertificateRequest{Types: []string{"OAuthTokenIssuer"}, Thumbprint: w.usedFor(t, admin, "Default")[0].Certificate.Thumbprint}
	}
	// An ECDSA certificate serves TLS well, and signs no tokens.
	if f := refused(t, admin, adminapi.SetCsCertificate, set(), problem.KeyringWeak); !strings.Contains(f.Detail, "web services") {
		t.Errorf("which certificate is meant is not told: %s", f.Detail)
	}
	w.skypeWeb = w.issue(w.ca, certs.TLSRequest{Names: []string{"pool.litware.test"}, Bits: 2048}.ValidFrom(start))
	done := do(t, admin, adminapi.SetCsCertificate, set())
	if len(done.Warnings) != 1 || !strings.Contains(done.Warnings[0], "web services") {
		t.Errorf("000-22: it says %v", done.Warnings)
	}
	uses := w.usedFor(t, admin, "OAuthTokenIssuer")
	if len(uses) != 1 || uses[0].Certificate.Thumbprint != w.thumbprint(w.skypeWeb.Leaf) || uses[0].Scope != "Global" || uses[0].Certificate.PrivateKeyExportable {
		t.Errorf("000-22: in use %+v", uses)
	}
	if got := w.status(skypeURL); got != http.StatusOK {
		t.Errorf("000-24: the document answers %d", got)
	}
	if signer, err := w.skype.Keyring.Signer(t.Context()); err != nil || signer.Thumbprint() != s2s.ThumbprintOf(w.skypeWeb.Leaf) {
		t.Errorf("000-22: it does not sign: %v", err)
	}
	do(t, admin, adminapi.SetCsCertificate, adminapi.SetCsCertificateRequest{Types: []string{"Default"}, Thumbprint: w.thumbprint(w.skypeWeb.Leaf)})
}

func (w *world) usedFor(t *testing.T, c *adminapi.Client, use string) []adminapi.CertificateUse {
	t.Helper()
	return slices.DeleteFunc(do(t, c, adminapi.GetCsCertificateUse, adminapi.Empty{}), func(u adminapi.CertificateUse) bool { return u.Use != use })
}

// A question that is not answered leaves no copy of the web services' key
// behind; nor does Exchange's side, which has the same way in.
func TestNoCopyWithoutUse(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	w.exchangeWeb = w.issue(w.ca, certs.TLSRequest{Names: []string{"exch.litware.test"}, Bits: 2048}.ValidFrom(start))
	web := w.thumbprint(w.exchangeWeb.Leaf)
	stage := adminapi.SetAuthConfigRequest{NewCertificateThumbprint: web, NewCertificateEffectiveDate: ptr(start)}
	refused(t, admin, adminapi.SetAuthConfig, stage, problem.KeyringConfirm)
	if _, err := w.exchange.Keyring.Certificate(t.Context(), s2s.ThumbprintOf(w.exchangeWeb.Leaf)); !problem.Is(err, problem.KeyringNotFound) {
		t.Errorf("a copy is left: %v", err)
	}
	stage.Force = true
	if done := do(t, admin, adminapi.SetAuthConfig, stage); len(done.Warnings) != 1 || !strings.Contains(done.Warnings[0], "IIS") {
		t.Errorf("it says %v", done.Warnings)
	}
	if c := do(t, admin, adminapi.GetAuthConfig, adminapi.Empty{}); c.CurrentCertificateThumbprint != web {
		t.Errorf("now %+v", c)
	}
}

// checklist: 000-23
func TestRollOfSkype(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	first := w.usedFor(t, admin, "OAuthTokenIssuer")[0].Certificate.Thumbprint
	made := do(t, admin, adminapi.RequestCsCertificate, adminapi.NewCertificateRequest{SubjectMore: "o=Litware"})
	if made.Subject != "CN=litware.test,O=Litware" {
		t.Errorf("made %s", made.Subject)
	}
	roll := adminapi.SetCsCertificateRequest{Thumbprint: made.Thumbprint, Types: []string{"OAuthTokenIssuer"}, Roll: true}
	refused(t, admin, adminapi.SetCsCertificate, roll, problem.ManageParameter)
	roll.EffectiveDate = ptr(start.Add(72 * time.Hour))
	do(t, admin, adminapi.SetCsCertificate, roll)
	uses := w.usedFor(t, admin, "OAuthTokenIssuer")
	if len(uses) != 2 || uses[0].Certificate.Thumbprint != first || uses[1].Certificate.Thumbprint != made.Thumbprint || uses[1].PreviousThumbprint != first || !uses[1].EffectiveDate.Equal(start.Add(72*time.Hour)) {
		t.Errorf("staged: %+v", uses)
	}
	w.clock.advance(73 * time.Hour)
	admin = w.as("administrator")
	uses = w.usedFor(t, admin, "OAuthTokenIssuer")
	if len(uses) != 1 || uses[0].Certificate.Thumbprint != made.Thumbprint || uses[0].PreviousThumbprint != first {
		t.Errorf("rolled: %+v", uses)
	}
	previous := adminapi.RemoveCertificateUseRequest{Types: []string{"oauthtokenissuer"}, Previous: true}
	refused(t, admin, adminapi.RemoveCsCertificateUse, previous, problem.KeyringTooEarly)
	previous.Force = true
	do(t, admin, adminapi.RemoveCsCertificateUse, previous)
	if done := do(t, admin, adminapi.RemoveCsCertificateUse, previous); len(done.Warnings) != 1 || !strings.Contains(done.Warnings[0], "previous") {
		t.Errorf("with no previous one it says %v", done.Warnings)
	}
}

func TestUsesThatNoCommandChanges(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	made := do(t, admin, adminapi.RequestCsCertificate, adminapi.NewCertificateRequest{})
	for use, code := range map[string]problem.Code{"Default": problem.KeyringListener, "WebServicesExternal": problem.KeyringListener, "XMPPServer": problem.ManageParameter} {
		refused(t, admin, adminapi.SetCsCertificate, adminapi.SetCsCertificateRequest{Thumbprint: made.Thumbprint, Types: []string{"OAuthTokenIssuer", use}}, code)
		refused(t, admin, adminapi.RemoveCsCertificateUse, adminapi.RemoveCertificateUseRequest{Types: []string{use}, Force: true}, code)
	}
	refused(t, admin, adminapi.RemoveCsCertificateUse, adminapi.RemoveCertificateUseRequest{}, problem.ManageParameter)
	refused(t, admin, adminapi.SetCsCertificate, adminapi.SetCsCertificateRequest{Thumbprint: made.Thumbprint, EffectiveDate: &start}, problem.ManageParameter)
	refused(t, admin, adminapi.RemoveCsCertificateRequests, adminapi.RemoveCertificateRequestsRequest{Number: 4}, problem.ManageNotFound)
	refused(t, admin, adminapi.RequestCsCertificate, adminapi.NewCertificateRequest{Include: []string{"Everything"}}, problem.ManageParameter)
	if w.usedFor(t, admin, "OAuthTokenIssuer")[0].Certificate.Thumbprint == made.Thumbprint {
		t.Error("a refused step changed something")
	}
}
