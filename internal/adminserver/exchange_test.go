package adminserver

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

const exchangeMetadataError = "Cannot acquire auth metadata document from '"

// once fails when a sentence is told more than once.
func once(t *testing.T, text string, sentences ...string) {
	t.Helper()
	for _, s := range sentences {
		if n := strings.Count(text, s); n != 1 {
			t.Errorf("%q is told %d times in\n%s", s, n, text)
		}
	}
}

// wantWords holds a fault to the product's words, to the letter, and looks for
// what our own sentence has to add; nothing is told twice.
func wantWords(t *testing.T, f *adminapi.Fault, product, ours string) {
	t.Helper()
	if f.CmdletText != product {
		t.Errorf("the cmdlet prints\n%s, want\n%s", f.CmdletText, product)
	}
	if !strings.Contains(f.Detail, ours) {
		t.Errorf("our own sentence lacks %q: %s", ours, f.Detail)
	}
	once(t, f.Error(), f.Detail, f.CmdletText)
	if strings.Count(f.Error(), f.Title) > 1 {
		t.Errorf("the title is told twice in\n%s", f.Error())
	}
}

// badServer is a server whose metadata cannot be had, and what is said of it.
type badServer struct {
	path string
	// open starts the server under the given host name; nil leaves the host to
	// the side that is well.
	open   func(w *world, host string)
	code   problem.Code
	dotnet string
	ours   string // in our own sentence; %s is the host
}

// badServers are those that both sides meet, each with a host of its own.
func badServers(stranger *certs.CA, path string) map[string]badServer {
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html><title>Sign in</title></html>")) })
	cut := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`{"issuer":`)) })
	broken := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no valid signing certificate", http.StatusServiceUnavailable)
	})
	return map[string]badServer{
		"TLS not trusted": {path, func(w *world, host string) { w.publish(stranger, page, host) },
			problem.TLSUntrusted, outbound.TrustText, "Somebody's CA"},
		"002-37 TLS self-signed": {path, func(w *world, host string) { w.publishSelfSigned(page, host) },
			problem.TLSUntrusted, outbound.TrustText, "signed itself"},
		"TLS made out to another name": {path, func(w *world, host string) {
			w.publish(w.ca, page, "fe01.litware.test")
			w.alias(host, "fe01.litware.test")
		},
			problem.TLSWrongName, outbound.TrustText, "fe01.litware.test"},
		"TLS expired": {path, func(w *world, host string) { w.publishExpired(page, host) },
			problem.TLSExpired, outbound.TrustText, "expired"},
		"002-28 a page instead of a document": {path, func(w *world, host string) { w.publish(w.ca, page, host) },
			problem.MetadataPage, "the URL answers with a web page instead of a metadata document.", "pre-authentication"},
		"002-28 half a document": {path, func(w *world, host string) { w.publish(w.ca, cut, host) },
			problem.MetadataInvalid, "the answer is not a valid metadata document.", "JSON"},
		"no signing certificate": {path, func(w *world, host string) { w.publish(w.ca, broken, host) },
			problem.MetadataStatus, "The remote server returned an error: (503) Service Unavailable.", "no valid signing certificate"},
		"002-39 wrong path": {strings.Replace(path, "json", "jaon", 1), func(w *world, host string) { w.publish(w.ca, http.NotFoundHandler(), host) },
			problem.MetadataNotFound, "The remote server returned an error: (404) Not Found.", "https://%s" + path},
		"003-16 wrong path": {strings.Replace(path, "json", "jason", 1), func(w *world, host string) { w.publish(w.ca, http.NotFoundHandler(), host) },
			problem.MetadataNotFound, "The remote server returned an error: (404) Not Found.", "https://%s" + path},
		"nothing listens": {path, func(w *world, host string) { w.names[host+":443"] = "127.0.0.1:1" },
			problem.NetRefused, "Unable to connect to the remote server", "nothing listens at"},
		"no answer from DNS": {path, func(*world, string) {},
			problem.NetDNSFailed, "The remote name could not be resolved: '%s'", "%s"},
	}
}

// eachBadServer opens them all in one world.
func eachBadServer(t *testing.T, path string, check func(t *testing.T, w *world, url string, b badServer)) {
	w := newWorld(t)
	stranger, err := certs.NewCA("Somebody's CA", start)
	w.must(err)
	n := 0
	for name, b := range badServers(stranger, path) {
		n++
		host := fmt.Sprintf("bad%d.litware.test", n)
		b.open(w, host)
		b.ours, b.dotnet = strings.ReplaceAll(b.ours, "%s", host), strings.ReplaceAll(b.dotnet, "%s", host)
		t.Run(name, func(t *testing.T) { check(t, w, "https://"+host+b.path, b) })
	}
}

// checklist: 002-35, with the two full stops at the end, which are the
// product's.
func TestScriptTellsWhyMetadataCannotBeHad(t *testing.T) {
	refuse := func(t *testing.T, w *world, url string, code problem.Code) *adminapi.Fault {
		t.Helper()
		admin := w.as("administrator")
		f := refused(t, admin, adminapi.ConfigureEnterprisePartnerApplication, adminapi.ConfigureEnterpriseRequest{AuthMetadataURL: url, ApplicationType: "Lync"}, code)
		if len(do(t, admin, adminapi.GetPartnerApplication, named(""))) != 0 || len(do(t, admin, adminapi.GetManagementRoleAssignment, adminapi.RoleAssignmentFilter{})) != 0 {
			t.Error("something half made is left behind")
		}
		refused(t, admin, adminapi.GetUser, named("LyncEnterprise-ApplicationAccount"), problem.DirectoryUnknown)
		return f
	}
	eachBadServer(t, "/metadata/json/1", func(t *testing.T, w *world, url string, b badServer) {
		wantWords(t, refuse(t, w, url, b.code), exchangeMetadataError+url+"'. Error: "+b.dotnet+".", b.ours)
	})
	w := newWorld(t)
	t.Run("another product", func(t *testing.T) {
		w.publishSharePoint()
		const url = "https://sharepoint.litware.test/_layouts/15/metadata/json/1"
		wantWords(t, refuse(t, w, url, problem.MetadataWrongProduct), exchangeMetadataError+url+"'. Error: the metadata document belongs to another product..", "SharePoint")
	})
	t.Run("plain http", func(t *testing.T) {
		const url = "http://pool.litware.test/metadata/json/1"
		wantWords(t, refuse(t, w, url, problem.MetadataURL), exchangeMetadataError+url+"'. Error: the metadata URL cannot be used..", "https only")
	})
}

func TestScriptParameters(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	configure := adminapi.ConfigureEnterprisePartnerApplication
	// 002-24: what is missing is named, so that a shell can ask for it.
	if f := refused(t, admin, configure, adminapi.ConfigureEnterpriseRequest{ApplicationType: "Lync"}, problem.ManageParameter); !strings.Contains(f.Detail, "AuthMetadataUrl") {
		t.Errorf("told %q", f.Detail)
	}
	if f := refused(t, admin, configure, adminapi.ConfigureEnterpriseRequest{AuthMetadataURL: skypeURL}, problem.ManageParameter); !strings.Contains(f.Detail, "ApplicationType") {
		t.Errorf("told %q", f.Detail)
	}
	refused(t, admin, configure, adminapi.ConfigureEnterpriseRequest{AuthMetadataURL: skypeURL, ApplicationType: "Skype"}, problem.RBACUnknownType)
	f := refused(t, admin, configure, adminapi.ConfigureEnterpriseRequest{AuthMetadataURL: exchangeURL, ApplicationType: "Lync"}, problem.PartnerSelf)
	once(t, f.Error(), exchangeURL)
}

// checklist: 003-09. Get-PartnerApplication Lync* | fl shows linked account,
// application identifier and URL; 003-04: the identifier is one and unique.
func TestGetPartnerApplication(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	for range 2 { // a second run updates
		do(t, admin, adminapi.ConfigureEnterprisePartnerApplication, adminapi.ConfigureEnterpriseRequest{AuthMetadataURL: skypeURL, ApplicationType: "Lync"})
	}
	found := do(t, admin, adminapi.GetPartnerApplication, named("Lync*"))
	if len(found) != 1 {
		t.Fatalf("found %d", len(found))
	}
	a := found[0]
	if a.LinkedAccount != "litware.test/Users/LyncEnterprise-ApplicationAccount" || a.AuthMetadataURL != skypeURL ||
		a.ApplicationIdentifier != string(s2s.SkypeApp) || a.Realm != "litware.test" || !a.Enabled || a.UseAuthServer || len(a.Certificates) != 1 {
		t.Errorf("it shows %+v", a)
	}
	if byID := do(t, admin, adminapi.GetPartnerApplication, named(string(s2s.SkypeApp))); len(byID) != 1 || byID[0].Name != a.Name {
		t.Errorf("by its identifier: %+v", byID)
	}
	if none := do(t, admin, adminapi.GetPartnerApplication, named("Share*")); len(none) != 0 {
		t.Errorf("a pattern that matches nothing finds %+v", none)
	}
	f := refused(t, admin, adminapi.GetPartnerApplication, named("Skype"), problem.PartnerNotFound)
	if f.CmdletText != "The operation couldn't be performed because object 'Skype' couldn't be found on 'exch.litware.test'." {
		t.Errorf("the cmdlet prints %q", f.CmdletText)
	}
	refused(t, admin, adminapi.NewPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "Again", AuthMetadataURL: ptr(skypeURL)}, problem.PartnerExists)
}

func TestPartnerApplicationSettings(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	do(t, admin, adminapi.NewPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "Skype", AuthMetadataURL: ptr(skypeURL), Enabled: ptr(false), LinkedAccount: ptr("pilar")})
	get := func() adminapi.PartnerApplication {
		t.Helper()
		return do(t, admin, adminapi.GetPartnerApplication, named("Skype"))[0]
	}
	if a := get(); a.Enabled || a.AcceptSID || a.LinkedAccount != "litware.test/Users/pilar" {
		t.Errorf("made %+v", a)
	}
	set := func(s adminapi.PartnerApplicationSettings) adminapi.PartnerApplicationSettings {
		s.Identity = "skype"
		return s
	}
	do(t, admin, adminapi.SetPartnerApplication, set(adminapi.PartnerApplicationSettings{Enabled: ptr(true), AcceptSID: ptr(true), TrustLevel: ptr("application"), LinkedAccount: ptr("")}))
	if a := get(); !a.Enabled || !a.AcceptSID || a.TrustLevel != "Application" || a.LinkedAccount != "" {
		t.Errorf("changed to %+v", a)
	}
	for name, tt := range map[string]struct {
		given adminapi.PartnerApplicationSettings
		code  problem.Code
		says  string
	}{
		"three digits":     {adminapi.PartnerApplicationSettings{ApplicationIdentifier: ptr("00000004-000-0ff1-ce00-000000000000")}, problem.ManageParameter, "00000004-0000-0ff1-ce00-000000000000"},
		"trust level":      {adminapi.PartnerApplicationSettings{TrustLevel: ptr("F*")}, problem.ManageParameter, "Full, Application or User"},
		"linked account":   {adminapi.PartnerApplicationSettings{LinkedAccount: ptr("nobody")}, problem.ManageParameter, "LinkedAccount"},
		"realm":            {adminapi.PartnerApplicationSettings{Realm: ptr("lit ware")}, problem.ManageParameter, "Realm"},
		"certificate":      {adminapi.PartnerApplicationSettings{Certificates: [][]byte{[]byte("MIIC")}}, problem.ManageParameter, "Certificate"},
		"two sources":      {adminapi.PartnerApplicationSettings{AuthMetadataURL: ptr(skypeURL), UseAuthServer: ptr(true)}, problem.PartnerSource, "exclude"},
		"URL and id":       {adminapi.PartnerApplicationSettings{AuthMetadataURL: ptr(skypeURL), ApplicationIdentifier: ptr(string(s2s.SkypeApp))}, problem.PartnerSource, "excludes"},
		"another identity": {adminapi.PartnerApplicationSettings{ApplicationIdentifier: ptr(string(s2s.SharePointApp))}, problem.MetadataIdentityChanged, "pinned"},
		"wrong path":       {adminapi.PartnerApplicationSettings{AuthMetadataURL: ptr("https://pool.litware.test/metadata/jason/1")}, problem.MetadataNotFound, skypeURL},
	} {
		t.Run(name, func(t *testing.T) {
			f := refused(t, admin, adminapi.SetPartnerApplication, set(tt.given), tt.code)
			if !strings.Contains(f.Detail, tt.says) {
				t.Errorf("told %q, want %q in it", f.Detail, tt.says)
			}
			if tt.given.AuthMetadataURL != nil && tt.code == problem.MetadataNotFound && !strings.HasPrefix(f.CmdletText, exchangeMetadataError+*tt.given.AuthMetadataURL) {
				t.Errorf("the cmdlet prints %q", f.CmdletText)
			}
		})
	}
	t.Run("refreshing names the record's URL", func(t *testing.T) {
		w.publish(w.ca, http.NotFoundHandler(), "pool.litware.test")
		f := refused(t, admin, adminapi.SetPartnerApplication, set(adminapi.PartnerApplicationSettings{RefreshAuthMetadata: true}), problem.MetadataNotFound)
		if want := exchangeMetadataError + skypeURL + "'. Error: The remote server returned an error: (404) Not Found.."; f.CmdletText != want {
			t.Errorf("the cmdlet prints %q, want %q", f.CmdletText, want)
		}
		if a := get(); a.LastError == "" || len(a.Certificates) != 1 {
			t.Errorf("the record became %+v", a)
		}
	})
	t.Run("what is not there", func(t *testing.T) {
		unknown := adminapi.PartnerApplicationSettings{Identity: "Nobody"}
		for _, f := range []*adminapi.Fault{
			refused(t, admin, adminapi.SetPartnerApplication, unknown, problem.PartnerNotFound),
			refused(t, admin, adminapi.SetPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "Nobody", RefreshAuthMetadata: true}, problem.PartnerNotFound),
			refused(t, admin, adminapi.RemovePartnerApplication, named("Nobody"), problem.PartnerNotFound),
		} {
			if !strings.Contains(f.CmdletText, "'Nobody'") {
				t.Errorf("the cmdlet prints %q", f.CmdletText)
			}
		}
		refused(t, admin, adminapi.RemovePartnerApplication, named(""), problem.ManageParameter)
		refused(t, admin, adminapi.NewPartnerApplication, adminapi.PartnerApplicationSettings{AuthMetadataURL: ptr(skypeURL)}, problem.ManageParameter)
	})
}

func TestClientAccessServerCalls(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	refused(t, admin, adminapi.GetClientAccessServer, named("other"), problem.ManageNotFound)
	if none := do(t, admin, adminapi.GetClientAccessServer, named("o*")); len(none) != 0 {
		t.Errorf("found %+v", none)
	}
	refused(t, admin, adminapi.SetClientAccessServer, adminapi.ClientAccessServerSettings{Identity: "EXCH"}, problem.ManageParameter)
	refused(t, admin, adminapi.SetClientAccessServer, adminapi.ClientAccessServerSettings{Identity: "other", AutoDiscoverServiceInternalURI: ptr("https://autodiscover.litware.test/a.xml")}, problem.ManageNotFound)
	refused(t, admin, adminapi.SetVirtualDirectory, adminapi.VirtualDirectorySettings{Identity: "OAB"}, problem.ManageNotFound)
	refused(t, admin, adminapi.GetVirtualDirectory, named("OAB"), problem.ManageNotFound)
	refused(t, admin, adminapi.SetVirtualDirectory, adminapi.VirtualDirectorySettings{Identity: "EWS", ExternalURL: ptr("mail.litware.test")}, problem.ManageParameter)
	if done := do(t, admin, adminapi.SetVirtualDirectory, adminapi.VirtualDirectorySettings{Identity: "EWS", BasicAuthentication: ptr(false)}); len(done.Warnings) != 1 {
		t.Errorf("switching everything off warns %v", done.Warnings)
	}
	t.Run("002-06 the certificate of IIS lists the name", func(t *testing.T) {
		set := func(host string) []string {
			uri := "https://" + host + "/autodiscover/autodiscover.xml"
			return do(t, admin, adminapi.SetClientAccessServer, adminapi.ClientAccessServerSettings{Identity: "EXCH", AutoDiscoverServiceInternalURI: &uri}).Warnings
		}
		if w := set("autodiscover.litware.test"); len(w) != 0 {
			t.Errorf("a name on the certificate warns: %v", w)
		}
		if w := set("discover.litware.test"); len(w) != 1 || !strings.Contains(w[0], "exch.litware.test, autodiscover.litware.test") {
			t.Errorf("a name that is not on the certificate warns: %v", w)
		}
	})
}

func TestExchangeCertificates(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	all := do(t, admin, adminapi.GetExchangeCertificate, named(""))
	t.Run("002-05 subject, services and names", func(t *testing.T) {
		var services []string
		for _, c := range all {
			if c.Subject == "" || c.Thumbprint == "" || c.NotAfter.IsZero() {
				t.Errorf("a certificate shows %+v", c)
			}
			services = append(services, c.Services...)
			if slices.Contains(c.Services, "IIS") && !slices.Equal(c.CertificateDomains, []string{"exch.litware.test", "autodiscover.litware.test"}) {
				t.Errorf("the web site's certificate is for %v", c.CertificateDomains)
			}
		}
		if !slices.Equal(services, []string{"SMTP", "IIS"}) {
			t.Errorf("the services are %v", services)
		}
	})
	current := do(t, admin, adminapi.GetAuthConfig, adminapi.Empty{}).CurrentCertificateThumbprint
	if one := do(t, admin, adminapi.GetExchangeCertificate, named(strings.ToLower(current))); len(one) != 1 || !slices.Equal(one[0].Use, []string{"current"}) {
		t.Errorf("by thumbprint: %+v", one)
	}
	t.Run("unknown thumbprint", func(t *testing.T) {
		unknown := strings.Repeat("AB", 20)
		f := refused(t, admin, adminapi.GetExchangeCertificate, named(unknown), problem.KeyringNotFound)
		if f.CmdletText != "A special Rpc error occurs on server EXCH: The certificate with thumbprint "+unknown+" was not found." {
			t.Errorf("the cmdlet prints %q", f.CmdletText)
		}
		refused(t, admin, adminapi.GetExchangeCertificate, named("AB"), problem.ManageParameter)
		refused(t, admin, adminapi.SetAuthConfig, adminapi.SetAuthConfigRequest{CertificateThumbprint: unknown}, problem.KeyringNotFound)
	})
	refused(t, admin, adminapi.NewExchangeCertificate, adminapi.NewCertificateRequest{SubjectName: "no equals sign"}, problem.KeyringRequest)
}

func TestSetAuthConfig(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	made := do(t, admin, adminapi.NewExchangeCertificate, adminapi.NewCertificateRequest{})
	set := adminapi.SetAuthConfig
	t.Run("a question passes through", func(t *testing.T) {
		soon := adminapi.SetAuthConfigRequest{NewCertificateThumbprint: made.Thumbprint, NewCertificateEffectiveDate: ptr(start.Add(time.Hour))}
		f := refused(t, admin, set, soon, problem.KeyringConfirm)
		if !strings.Contains(f.Question, "48 hours") {
			t.Errorf("the question is %q", f.Question)
		}
		if c := do(t, admin, adminapi.GetAuthConfig, adminapi.Empty{}); c.NextCertificateThumbprint != "" {
			t.Error("a question changed something")
		}
		soon.Force = true
		do(t, admin, set, soon)
	})
	t.Run("publish and clear", func(t *testing.T) {
		refused(t, admin, set, adminapi.SetAuthConfigRequest{PublishCertificate: true, ClearPreviousCertificate: true}, problem.KeyringPublishAndClear)
		do(t, admin, set, adminapi.SetAuthConfigRequest{PublishCertificate: true, Force: true})
		c := do(t, admin, adminapi.GetAuthConfig, adminapi.Empty{})
		if c.CurrentCertificateThumbprint != made.Thumbprint || c.PreviousCertificateThumbprint == "" || c.NextCertificateEffectiveDate != nil {
			t.Errorf("now %+v", c)
		}
		refused(t, admin, set, adminapi.SetAuthConfigRequest{ClearPreviousCertificate: true}, problem.KeyringTooEarly)
		do(t, admin, set, adminapi.SetAuthConfigRequest{ClearPreviousCertificate: true, Force: true})
		refused(t, admin, set, adminapi.SetAuthConfigRequest{PublishCertificate: true}, problem.KeyringNothingStaged)
	})
	t.Run("assign at once", func(t *testing.T) {
		other := do(t, admin, adminapi.NewExchangeCertificate, adminapi.NewCertificateRequest{})
		do(t, admin, set, adminapi.SetAuthConfigRequest{CertificateThumbprint: other.Thumbprint})
		if c := do(t, admin, adminapi.GetAuthConfig, adminapi.Empty{}); c.CurrentCertificateThumbprint != other.Thumbprint {
			t.Errorf("now %+v", c)
		}
	})
	for name, tt := range map[string]struct {
		given adminapi.SetAuthConfigRequest
		says  string
	}{
		"nothing":      {adminapi.SetAuthConfigRequest{}, "nothing to change"},
		"two sets":     {adminapi.SetAuthConfigRequest{PublishCertificate: true, Realm: ptr("x.test")}, "Parameter set cannot be resolved using the specified named parameters"},
		"no date":      {adminapi.SetAuthConfigRequest{NewCertificateThumbprint: made.Thumbprint}, "NewCertificateEffectiveDate"},
		"no thumbnail": {adminapi.SetAuthConfigRequest{NewCertificateEffectiveDate: &start}, "NewCertificateThumbprint"},
		"thumbprint":   {adminapi.SetAuthConfigRequest{CertificateThumbprint: "12345"}, "CertificateThumbprint"},
		"three digits": {adminapi.SetAuthConfigRequest{ServiceName: ptr("00000002-000-0ff1-ce00-000000000000")}, "00000002-0000-0ff1-ce00-000000000000"},
	} {
		if f := refused(t, admin, set, tt.given, problem.ManageParameter); !strings.Contains(f.Detail, tt.says) {
			t.Errorf("%s: told %q, want %q in it", name, f.Detail, tt.says)
		}
	}
	t.Run("realm and service name", func(t *testing.T) {
		done := do(t, admin, set, adminapi.SetAuthConfigRequest{Realm: ptr("corp.litware.test")})
		if c := do(t, admin, adminapi.GetAuthConfig, adminapi.Empty{}); c.Realm != "corp.litware.test" || c.ServiceName != string(s2s.ExchangeApp) || len(done.Warnings) != 1 {
			t.Errorf("now %+v, %v", c, done.Warnings)
		}
	})
}

func TestRolesAndMailboxes(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	refused(t, admin, adminapi.NewManagementRoleAssignment, adminapi.NewRoleAssignmentRequest{Role: "Everything", User: "kenmyer"}, problem.RBACUnknownRole)
	f := refused(t, admin, adminapi.NewManagementRoleAssignment, adminapi.NewRoleAssignmentRequest{Role: "UserApplication", User: "nobody"}, problem.DirectoryUnknown)
	if f.CmdletText != "The operation couldn't be performed because object 'nobody' couldn't be found on 'exch.litware.test'." {
		t.Errorf("the cmdlet prints %q", f.CmdletText)
	}
	refused(t, admin, adminapi.RemoveManagementRoleAssignment, named("UserApplication-nobody"), problem.RBACUnknownAssignment)
	refused(t, admin, adminapi.GetManagementRoleAssignment, adminapi.RoleAssignmentFilter{Identity: "UserApplication-nobody"}, problem.ManageNotFound)
	do(t, admin, adminapi.NewManagementRoleAssignment, adminapi.NewRoleAssignmentRequest{Role: "UserApplication", User: "kenmyer"})
	refused(t, admin, adminapi.NewManagementRoleAssignment, adminapi.NewRoleAssignmentRequest{Role: "UserApplication", User: "kenmyer"}, problem.RoleAssigned)

	refused(t, admin, adminapi.GetMailbox, named("kenmyer"), problem.MailboxNone)
	refused(t, admin, adminapi.GetMailbox, named("nobody"), problem.DirectoryUnknown)
	refused(t, admin, adminapi.EnableMailbox, named("nobody"), problem.DirectoryUnknown)
	u := w.find("pilar")
	u.SMTP = ""
	w.must(w.directory.SetUser(t.Context(), u))
	refused(t, admin, adminapi.EnableMailbox, named("pilar"), problem.MailboxNoAddress)
}

// What had been done before a failure is told with it.
func TestTracePassesThrough(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	w.oauthTest = problem.Wrap(errors.New("401"), problem.OAuthTestRefused, "the partner refused the token")
	f := refused(t, admin, adminapi.TestOAuthConnectivity, adminapi.TestOAuthRequest{TargetURI: "https://pool.litware.test/", Mailbox: "kenmyer"}, problem.OAuthTestRefused)
	if len(f.Trace) != 1 || !strings.Contains(f.Trace[0], "kenmyer@litware.test") {
		t.Errorf("the trace is %q", f.Trace)
	}
	refused(t, admin, adminapi.TestOAuthConnectivity, adminapi.TestOAuthRequest{TargetURI: "pool.litware.test", Mailbox: "kenmyer"}, problem.ManageParameter)
	refused(t, admin, adminapi.TestOAuthConnectivity, adminapi.TestOAuthRequest{TargetURI: "https://pool.litware.test/", Mailbox: "nobody"}, problem.DirectoryUnknown)
}

// Changes are put on record with the operator's name, failed ones too.
func TestChangesAreOnRecord(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	do(t, admin, adminapi.EnableMailbox, named("kenmyer"))
	refused(t, admin, adminapi.SetAuthConfig, adminapi.SetAuthConfigRequest{PublishCertificate: true}, problem.KeyringNothingStaged)
	// A question is no change; the staging it is about would be one.
	w.must(w.exchange.Journal.Log(t.Context(), journal.Event{ID: 1, Text: "something else"}))
	next, err := w.exchange.Keyring.NewCertificate(t.Context(), keyring.Request{Subject: "cn=next"})
	w.must(err)
	refused(t, admin, adminapi.SetAuthConfig, adminapi.SetAuthConfigRequest{NewCertificateThumbprint: next.Thumbprint.String(), NewCertificateEffectiveDate: &start}, problem.KeyringConfirm)
	got := do(t, admin, adminapi.GetExchangeEvents, adminapi.EventFilter{ID: EventChange})
	if len(got) != 2 {
		t.Fatalf("on record: %+v", got)
	}
	if e := got[1]; e.Level != "Information" || e.Text != "administrator made the call exchange/mailbox/enable." || !strings.Contains(e.Detail, `{"identity":"kenmyer"}`) {
		t.Errorf("the change that succeeded: %+v", e)
	}
	if e := got[0]; e.Level != "Warning" || !strings.Contains(e.Detail, string(problem.KeyringNothingStaged)) {
		t.Errorf("the change that failed: %+v", e)
	}
}
