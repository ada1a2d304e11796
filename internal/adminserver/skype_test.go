package adminserver

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2stest"
)

const skypeMetadataError = `Cannot bind parameter 'MetadataUrl' to the target. Exception setting "MetadataUrl": "The metadata document could not be downloaded from the URL in the MetadataUrl parameter or downloaded data is not a valid metadata document, error: `

// newExchange is the command of 002-27.
func newExchange(url string) adminapi.PartnerApplicationSettings {
	return adminapi.PartnerApplicationSettings{Identity: "Exchange", TrustLevel: ptr("Full"), AuthMetadataURL: &url}
}

func TestNewCsPartnerApplication(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	made := do(t, admin, adminapi.NewCsPartnerApplication, newExchange(exchangeURL))
	t.Run("002-27 makes the partner application", func(t *testing.T) {
		if made.Name != "Exchange" || made.ApplicationIdentifier != string(s2s.ExchangeApp) || made.Realm != "litware.test" || made.AuthMetadataURL != exchangeURL || !made.Enabled || made.UseAuthServer {
			t.Errorf("made %+v", made)
		}
	})
	t.Run("002-28 downloads the document while it runs", func(t *testing.T) {
		published, err := w.exchange.Keyring.Published(t.Context())
		if err != nil || len(made.Certificates) != 1 || !slices.Equal(made.Certificates[0], published[0].Raw) {
			t.Errorf("the certificates are not those of the document: %v", err)
		}
		if made.RefreshedAt == nil || !made.RefreshedAt.Equal(start) {
			t.Errorf("read at %v", made.RefreshedAt)
		}
	})
	t.Run("004-07 trust level Full is for the application and any user", func(t *testing.T) {
		if made.TrustLevel != "Full" {
			t.Errorf("made with %s", made.TrustLevel)
		}
		issuer, err := w.skype.Partners.Issuer(t.Context(), s2s.Principal{App: s2s.ExchangeApp, Realm: "litware.test"})
		if err != nil {
			t.Fatal(err)
		}
		a, err := w.skype.Partners.Application(t.Context(), issuer, issuer.Principal)
		if err != nil || a.TrustLevel != s2s.Full || a.Users != nil && !a.Users(s2s.User{ID: w.find("kenmyer").ID}) {
			t.Errorf("what a token is judged by: %+v, %v", a, err)
		}
	})
	t.Run("001-10 001-11 shown, removed, and then nothing", func(t *testing.T) {
		if all := do(t, admin, adminapi.GetCsPartnerApplication, named("")); len(all) != 1 {
			t.Errorf("there are %d", len(all))
		}
		do(t, admin, adminapi.RemoveCsPartnerApplication, named("Exchange"))
		if all := do(t, admin, adminapi.GetCsPartnerApplication, named("Exch*")); len(all) != 0 {
			t.Errorf("there are still %+v", all)
		}
		f := refused(t, admin, adminapi.GetCsPartnerApplication, named("Microsoft.Exchange"), problem.PartnerNotFound)
		if f.CmdletText != `Cannot find "PartnerApplication" "Microsoft.Exchange" because it does not exist.` {
			t.Errorf("the cmdlet prints %q", f.CmdletText)
		}
		refused(t, admin, adminapi.RemoveCsPartnerApplication, named("Microsoft.Exchange"), problem.PartnerNotFound)
	})
	// checklist: 001-12
	t.Run("001-12 trust through the OAuth server", func(t *testing.T) {
		req := adminapi.PartnerApplicationSettings{Identity: "microsoft.exchange", ApplicationIdentifier: ptr("00000002-0000-0ff1-ce00-000000000000"), TrustLevel: ptr("Full"), UseAuthServer: ptr(true)}
		made := do(t, admin, adminapi.NewCsPartnerApplication, req)
		if made.AuthMetadataURL != "" || !made.UseAuthServer || made.ApplicationIdentifier != string(s2s.ExchangeApp) || len(made.Certificates) != 0 {
			t.Errorf("made %+v", made)
		}
		req.Identity, req.ApplicationIdentifier = "other", ptr("00000002-000-0ff1-ce00-000000000000")
		f := refused(t, admin, adminapi.NewCsPartnerApplication, req, problem.ManageParameter)
		if !strings.Contains(f.Detail, "00000002-0000-0ff1-ce00-000000000000") {
			t.Errorf("three digits are explained as %q", f.Detail)
		}
		req.ApplicationIdentifier = nil
		refused(t, admin, adminapi.NewCsPartnerApplication, req, problem.PartnerSource)
	})
}

func TestNewCsPartnerApplicationByCertificate(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	farm := s2stest.NewSharePoint("litware.test", "sharepoint.litware.test")
	req := adminapi.PartnerApplicationSettings{Identity: "SharePoint", ApplicationIdentifier: ptr(string(s2s.SharePointApp)), Realm: ptr("litware.test"), Certificates: [][]byte{farm.Certificate.Raw}, TrustLevel: ptr("User")}
	made := do(t, admin, adminapi.NewCsPartnerApplication, req)
	if made.TrustLevel != "User" || len(made.Certificates) != 1 || made.RefreshedAt != nil {
		t.Errorf("made %+v", made)
	}
	req.Identity, req.Realm, req.ApplicationIdentifier = "Other", nil, ptr("00000005-0000-0ff1-ce00-000000000000")
	refused(t, admin, adminapi.NewCsPartnerApplication, req, problem.PartnerSource)
}

// checklist: 002-28, 002-33, 002-34
func TestCmdletTellsWhyMetadataCannotBeHad(t *testing.T) {
	eachBadServer(t, "/autodiscover/metadata/json/1", func(t *testing.T, w *world, url string, b badServer) {
		admin := w.as("administrator")
		f := refused(t, admin, adminapi.NewCsPartnerApplication, newExchange(url), b.code)
		wantWords(t, f, skypeMetadataError+b.dotnet+`"`, b.ours)
		if len(do(t, admin, adminapi.GetCsPartnerApplication, named(""))) != 0 {
			t.Error("something half made is left behind")
		}
		want := adminapi.ErrorRecord{
			CategoryInfo:          "WriteError: (:) [New-CsPartnerApplication], ParameterBindingException",
			FullyQualifiedErrorID: "ParameterBindingFailed,Microsoft.Rtc.Management.Internal.NewPartnerApplicationCmdlet",
		}
		if f.Record == nil || *f.Record != want {
			t.Errorf("the error record is %+v", f.Record)
		}
	})
	t.Run("other failures are no binding errors", func(t *testing.T) {
		w := newWorld(t)
		f := refused(t, w.as("administrator"), adminapi.NewCsPartnerApplication, newExchange(skypeURL), problem.PartnerSelf)
		if f.Record != nil || f.CmdletText != "" {
			t.Errorf("got %+v", f)
		}
	})
}

// checklist: 002-36. A browser in which somebody clicks the warning away still
// downloads the document that the command refuses.
func TestBrowserMissesTheTLSFault(t *testing.T) {
	w := newWorld(t)
	w.publishSelfSigned(w.document(w.profileOfExchange(), w.exchange.Keyring, w.exchange.Role.Principal, w.exchange.Readers), "autodiscover.litware.test")
	f := refused(t, w.as("administrator"), adminapi.NewCsPartnerApplication, newExchange(exchangeURL), problem.TLSUntrusted)
	if !strings.Contains(f.Remedy, "A browser in which somebody clicked the warning away proves nothing") {
		t.Errorf("the remedy is %q", f.Remedy)
	}
	browser := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, w.names[address])
		},
	}}
	resp, err := browser.Get(exchangeURL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") == "" {
		t.Errorf("the browser gets %d", resp.StatusCode)
	}
}

// checklist: 003-14, 003-15. Without a configured URL the product looks for
// autodiscover.<domain>, whatever Exchange calls itself; three things cure it.
func TestBuiltInAutodiscoverName(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	pair := func() []string {
		t.Helper()
		defer do(t, admin, adminapi.RemoveCsPartnerApplication, named("Exchange"))
		return do(t, admin, adminapi.NewCsPartnerApplication, newExchange(exchangeURL)).Warnings
	}
	if got := pair(); len(got) != 0 {
		t.Errorf("with the name in DNS it warns: %v", got)
	}
	w.autodiscoverName = errors.New("no such host")
	got := pair()
	if len(got) != 1 {
		t.Fatalf("without the name it warns: %v", got)
	}
	for _, cure := range []string{"host record autodiscover.litware.test", "alias", "Set-CsOAuthConfiguration -Identity global -ExchangeAutodiscoverUrl https://"} {
		if !strings.Contains(got[0], cure) {
			t.Errorf("the warning does not name the cure %q: %s", cure, got[0])
		}
	}
	do(t, admin, adminapi.SetCsOAuthConfiguration, adminapi.OAuthConfigurationSettings{ExchangeAutodiscoverURL: ptr("https://mail.litware.test/autodiscover/autodiscover.svc")})
	if got := pair(); len(got) != 0 {
		t.Errorf("with the URL set it warns: %v", got)
	}
	w.publishSharePoint()
	do(t, admin, adminapi.SetCsOAuthConfiguration, adminapi.OAuthConfigurationSettings{ExchangeAutodiscoverURL: ptr("")})
	made := do(t, admin, adminapi.NewCsPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "SharePoint", AuthMetadataURL: ptr("https://sharepoint.litware.test/_layouts/15/metadata/json/1")})
	if len(made.Warnings) != 0 {
		t.Errorf("a partner without mailboxes warns: %v", made.Warnings)
	}
}

func TestSetCsPartnerApplication(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	do(t, admin, adminapi.NewCsPartnerApplication, newExchange(exchangeURL))
	do(t, admin, adminapi.SetCsPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "Exchange", TrustLevel: ptr("User"), Enabled: ptr(false)})
	if a := do(t, admin, adminapi.GetCsPartnerApplication, named("Exchange"))[0]; a.TrustLevel != "User" || a.Enabled {
		t.Errorf("changed to %+v", a)
	}
	f := refused(t, admin, adminapi.SetCsPartnerApplication, newExchange("https://autodiscover.litware.test/nothing"), problem.MetadataNotFound)
	if f.Record == nil || !strings.HasSuffix(f.Record.FullyQualifiedErrorID, "Internal.SetPartnerApplicationCmdlet") {
		t.Errorf("the error record is %+v", f.Record)
	}
}

func TestOAuthConfiguration(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	get := func() adminapi.OAuthConfiguration {
		t.Helper()
		return do(t, admin, adminapi.GetCsOAuthConfiguration, adminapi.Empty{})
	}
	set := func(s adminapi.OAuthConfigurationSettings) []string {
		t.Helper()
		return do(t, admin, adminapi.SetCsOAuthConfiguration, s).Warnings
	}
	t.Run("001-06 002-14 shown, and the URL is blank", func(t *testing.T) {
		want := adminapi.OAuthConfiguration{DefaultRealm: "litware.test", ServiceName: string(s2s.SkypeApp), ClientAdalAuthOverride: "NoOverride"}
		if got := get(); got != want {
			t.Errorf("got %+v", got)
		}
	})
	const svc = "https://autodiscover.litware.test/autodiscover/autodiscover.svc"
	t.Run("002-15 the URL is set and shown", func(t *testing.T) {
		if warnings := set(adminapi.OAuthConfigurationSettings{ExchangeAutodiscoverURL: ptr(svc)}); len(warnings) != 0 || get().ExchangeAutodiscoverURL != svc {
			t.Errorf("%+v, %v", get(), warnings)
		}
	})
	t.Run("002-16 .xml is kept and warned of, with the right URL", func(t *testing.T) {
		xml := strings.TrimSuffix(svc, "svc") + "xml"
		warnings := set(adminapi.OAuthConfigurationSettings{ExchangeAutodiscoverURL: &xml})
		if len(warnings) != 1 || !strings.Contains(warnings[0], svc) || !strings.Contains(warnings[0], "50043") || get().ExchangeAutodiscoverURL != xml {
			t.Errorf("%v", warnings)
		}
	})
	t.Run("one field at a time", func(t *testing.T) {
		set(adminapi.OAuthConfigurationSettings{ClientAuthorizationOAuthServerIdentity: ptr("microsoft.sts")})
		if got := get(); got.ClientAuthorizationOAuthServerIdentity != "microsoft.sts" || got.ExchangeAutodiscoverURL == "" {
			t.Errorf("now %+v", got)
		}
	})
	t.Run("another realm warns", func(t *testing.T) {
		if warnings := set(adminapi.OAuthConfigurationSettings{Realm: ptr("Corp.Litware.Test")}); len(warnings) != 1 || get().Realm != "corp.litware.test" {
			t.Errorf("%v, %+v", warnings, get())
		}
	})
	for name, tt := range map[string]struct {
		given adminapi.OAuthConfigurationSettings
		says  string
	}{
		"realm":        {adminapi.OAuthConfigurationSettings{Realm: ptr("*")}, "every organisation"},
		"service name": {adminapi.OAuthConfigurationSettings{ServiceName: ptr("00000004-000-0ff1-ce00-000000000000")}, "00000004-0000-0ff1-ce00-000000000000"},
		"override":     {adminapi.OAuthConfigurationSettings{ClientAdalAuthOverride: ptr("Maybe")}, "NoOverride, Allowed or Disallowed"},
		"audience":     {adminapi.OAuthConfigurationSettings{AdditionalAudienceURLs: ptr("https://a.litware.test;http://b.litware.test")}, "http://b.litware.test"},
	} {
		if f := refused(t, admin, adminapi.SetCsOAuthConfiguration, tt.given, problem.ManageParameter); !strings.Contains(f.Detail, tt.says) {
			t.Errorf("%s: told %q, want %q in it", name, f.Detail, tt.says)
		}
	}
}

func TestCsCertificates(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	t.Run("002-13 the certificate for OAuth is none of TLS", func(t *testing.T) {
		for _, c := range do(t, admin, adminapi.GetCsCertificate, named("")) {
			if signs := slices.Contains(c.Use, "current"); signs == c.WebServices || signs && len(c.Services)+len(c.CertificateDomains) > 1 {
				t.Errorf("it shows %+v", c)
			}
		}
	})
	made := do(t, admin, adminapi.RequestCsCertificate, adminapi.NewCertificateRequest{})
	set := adminapi.SetCsCertificate
	refused(t, admin, set, adminapi.SetCsCertificateRequest{Thumbprint: "12"}, problem.ManageParameter)
	refused(t, admin, set, adminapi.SetCsCertificateRequest{Thumbprint: made.Thumbprint, Roll: true}, problem.ManageParameter)
	refused(t, admin, set, adminapi.SetCsCertificateRequest{Thumbprint: made.Thumbprint, EffectiveDate: &start}, problem.ManageParameter)
	f := refused(t, admin, set, adminapi.SetCsCertificateRequest{Thumbprint: made.Thumbprint, Roll: true, EffectiveDate: ptr(start.Add(time.Hour))}, problem.KeyringConfirm)
	if f.Question == "" {
		t.Errorf("no question: %+v", f)
	}
	do(t, admin, set, adminapi.SetCsCertificateRequest{Thumbprint: made.Thumbprint})
	if one := do(t, admin, adminapi.GetCsCertificate, named(made.Thumbprint)); !slices.Equal(one[0].Use, []string{"current"}) {
		t.Errorf("it shows %+v", one)
	}
	f = refused(t, admin, adminapi.GetCsCertificate, named(strings.Repeat("AB", 20)), problem.KeyringNotFound)
	if f.CmdletText != "" {
		t.Errorf("the words of the other product: %q", f.CmdletText)
	}
}

func TestCsUsersAndPools(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	refused(t, admin, adminapi.GetCsPool, named("other"), problem.ManageNotFound)
	refused(t, admin, adminapi.GetCsUser, named("kenmyer"), problem.ManageNotFound)
	refused(t, admin, adminapi.EnableCsUser, adminapi.EnableCsUserRequest{Identity: "nobody", RegistrarPool: "pool.litware.test"}, problem.DirectoryUnknown)
	refused(t, admin, adminapi.EnableCsUser, adminapi.EnableCsUserRequest{Identity: "kenmyer", RegistrarPool: "other"}, problem.ManageNotFound)
	refused(t, admin, adminapi.EnableCsUser, adminapi.EnableCsUserRequest{Identity: "kenmyer", RegistrarPool: "pool.litware.test", SipAddress: "sip:kenmyer@fabrikam.test"}, problem.ManageParameter)
	refused(t, admin, adminapi.DisableCsUser, named("kenmyer"), problem.StorageNotSipEnabled)
	do(t, admin, adminapi.EnableCsUser, adminapi.EnableCsUserRequest{Identity: "kenmyer", RegistrarPool: "pool.litware.test", SipAddress: "sip:ken@litware.test"})
	do(t, admin, adminapi.DisableCsUser, named("kenmyer"))
	if u := do(t, admin, adminapi.GetCsUser, named("sip:ken@litware.test")); len(u) != 1 || u[0].Enabled || u[0].RegistrarPool != "pool.litware.test" {
		t.Errorf("it shows %+v", u)
	}
}

func TestMinting(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	for _, life := range []string{"1m", "25h", "soon"} {
		refused(t, admin, adminapi.MintActAsToken, adminapi.MintRequest{User: "kenmyer", URL: "https://mail.litware.test/", Life: life}, problem.ManageParameter)
	}
	refused(t, admin, adminapi.MintActAsToken, adminapi.MintRequest{User: "nobody", URL: "https://mail.litware.test/"}, problem.DirectoryUnknown)
	w.must(w.directory.SetPassword(t.Context(), w.find("administrator").ID, "secret"))
	remote := w.client(false)
	if _, err := remote.LogOn(t.Context(), "administrator@litware.test", "secret"); err != nil {
		t.Fatal(err)
	}
	refused(t, remote, adminapi.MintActAsToken, adminapi.MintRequest{User: "kenmyer", URL: "https://mail.litware.test/"}, problem.ManageDenied)
	w.user("exchangeadmin", directory.OrganizationManagement)
	refused(t, w.as("exchangeadmin"), adminapi.MintActAsToken, adminapi.MintRequest{User: "kenmyer", URL: "https://mail.litware.test/"}, problem.ManageDenied)
	do(t, admin, adminapi.MintActAsToken, adminapi.MintRequest{User: "kenmyer", URL: "https://mail.litware.test/"})
	events := do(t, admin, adminapi.GetSkypeEvents, adminapi.EventFilter{ID: EventChange, Max: 1})
	if len(events) != 1 || !strings.Contains(events[0].Detail, `"user":"kenmyer"`) {
		t.Errorf("on record: %+v", events)
	}
}
