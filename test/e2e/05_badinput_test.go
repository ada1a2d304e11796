package e2e

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
)

// The sentences of the products when a metadata document can not be had.
const (
	trustText    = "The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel."
	channelText  = "The request was aborted: Could not create SSL/TLS secure channel."
	exchangeText = "Cannot acquire auth metadata document from '%s'. Error: %s."
	skypeText    = `Cannot bind parameter 'MetadataUrl' to the target. Exception setting "MetadataUrl": "The metadata document could not be downloaded from the URL in the MetadataUrl parameter or downloaded data is not a valid metadata document, error: %s"`
)

// impostor is a web server that a node is led to under a name of the lab.
type impostor struct {
	name string
	code problem.Code // what the nodes call it
	text string       // of .NET
	says []string     // in our own sentence
}

// TestBadServers lets both roles pair with servers whose TLS or answers are
// wrong.
//
// checklist: 002-28, 002-33, 002-35, 002-37, 000-06
func TestBadServers(t *testing.T) {
	suite(t)
	d := makeNodes(t, t.TempDir())
	now := time.Now()
	ca := d.authority(t)
	stranger, err := certs.NewCA("an authority nobody trusts", now)
	if err != nil {
		t.Fatal(err)
	}
	issue := func(ca *certs.CA, name string, from, to time.Time) tls.Certificate {
		return issueFor(t, ca, []string{name + "." + d.Domain}, from, to)
	}
	host := func(name string) string { return name + "." + d.Domain }
	hour := time.Hour
	certificates := map[string]tls.Certificate{
		"untrusted":  issue(stranger, "untrusted", now.Add(-hour), now.Add(hour)),
		"selfsigned": selfSigned(t, host("selfsigned")),
		"misnamed":   issue(ca, "other", now.Add(-hour), now.Add(hour)),
		"expired":    issue(ca, "expired", now.AddDate(0, 0, -30), now.AddDate(0, 0, -3)),
		"early":      issue(ca, "early", now.AddDate(0, 0, 3), now.AddDate(0, 0, 30)),
		"oldtls":     issue(ca, "oldtls", now.Add(-hour), now.Add(hour)),
		"page":       issue(ca, "page", now.Add(-hour), now.Add(hour)),
	}
	for name, certificate := range certificates {
		config := &tls.Config{Certificates: []tls.Certificate{certificate}}
		if name == "oldtls" {
			config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
		}
		d.connect[host(name)] = pretend(t, config)
	}
	d.serve(t, exchange)
	d.serve(t, skype)
	x, s := d.admin(t, exchange, "administrator"), d.admin(t, skype, "administrator")

	for _, c := range []impostor{
		{"untrusted", problem.TLSUntrusted, trustText, []string{host("untrusted"), "an authority nobody trusts"}},
		{"selfsigned", problem.TLSUntrusted, trustText, []string{host("selfsigned"), "signed itself"}},
		{"misnamed", problem.TLSWrongName, trustText, []string{host("misnamed"), host("other")}},
		{"expired", problem.TLSExpired, trustText, []string{host("expired"), now.AddDate(0, 0, -3).UTC().Format(time.DateOnly)}},
		{"early", problem.TLSNotYetValid, trustText, []string{host("early"), now.AddDate(0, 0, 3).UTC().Format(time.DateOnly)}},
		{"oldtls", problem.TLSOldVersion, channelText, []string{host("oldtls"), "TLS 1."}},
	} {
		url := "https://" + host(c.name) + "/metadata/json/1"
		t.Run("002-35 Exchange, "+c.name, func(t *testing.T) { c.refusedBy(t, pairExchange(t, x, url), fmt.Sprintf(exchangeText, url, c.text)) })
		t.Run("002-33 Skype, "+c.name, func(t *testing.T) { c.refusedBy(t, pairSkype(t, s, url), fmt.Sprintf(skypeText, c.text)) })
	}
	t.Run("documents", func(t *testing.T) { badDocuments(t, d, x, s) })
	t.Run("identifiers", func(t *testing.T) { badIdentifiers(t, s) })
	t.Run("nothing was changed by all that", func(t *testing.T) {
		if n := len(do(t, x, adminapi.GetPartnerApplication, adminapi.Identity{})); n != 1 {
			t.Errorf("Exchange has %d partner applications", n)
		}
		if n := len(do(t, s, adminapi.GetCsPartnerApplication, adminapi.Identity{})); n != 1 {
			t.Errorf("Skype has %d partner applications", n)
		}
		d.run(t, "test", "storage", d.sip("kenmyer")).want(t, 0)
	})
}

// refusedBy wants the right code, the product's words, and a sentence of our
// own that tells the causes apart which the product throws together.
func (c impostor) refusedBy(t *testing.T, f *adminapi.Fault, words string) {
	t.Helper()
	t.Logf("%s\n%s", f.CmdletText, f.Detail)
	if f.Code != c.code {
		t.Errorf("the code is %s, not %s", f.Code, c.code)
	}
	if f.CmdletText != words {
		t.Errorf("got  %s\nwant %s", f.CmdletText, words)
	}
	for _, text := range c.says {
		if !strings.Contains(f.Detail, text) {
			t.Errorf("our sentence does not say %q: %s", text, f.Detail)
		}
	}
	if f.Remedy == "" {
		t.Error("no remedy")
	}
}

// pairExchange runs the script on Exchange, which has to fail.
func pairExchange(t *testing.T, x *adminapi.Client, url string) *adminapi.Fault {
	t.Helper()
	_, err := adminapi.Do(t.Context(), x, adminapi.ConfigureEnterprisePartnerApplication, adminapi.ConfigureEnterpriseRequest{AuthMetadataURL: url, ApplicationType: "Lync"})
	return asFault(t, err)
}

// pairSkype runs New-CsPartnerApplication, which has to fail.
func pairSkype(t *testing.T, s *adminapi.Client, url string) *adminapi.Fault {
	t.Helper()
	_, err := adminapi.Do(t.Context(), s, adminapi.NewCsPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "Another", AuthMetadataURL: &url, TrustLevel: ptr("Full")})
	return asFault(t, err)
}

func asFault(t *testing.T, err error) *adminapi.Fault {
	t.Helper()
	f, ok := adminapi.AsFault(err)
	if !ok {
		t.Fatalf("not a failure of the operation: %v", err)
	}
	return f
}

func selfSigned(t *testing.T, names ...string) tls.Certificate {
	t.Helper()
	now := time.Now()
	c, key, err := certs.NewSelfSigned(certs.SelfSigned{Subject: pkix.Name{CommonName: names[0]}, DNSNames: names, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	return certs.TLS([]*x509.Certificate{c}, key)
}

// pretend starts a web server that has something to say about every path and
// returns its address.
func pretend(t *testing.T, config *tls.Config) string {
	t.Helper()
	page := "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form method=post>Who are you?</form></body></html>"
	mux := http.NewServeMux()
	say := func(path, kind, body string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = io.WriteString(w, body)
		})
	}
	say("/metadata/json/1", "text/html; charset=utf-8", page)
	say("/broken/json/1", "application/json", `{"issuer":"00000004-0000-0ff1-ce00-000000000000@litware.test","keys":[`)
	say("/huge/json/1", "application/json", `{"issuer":"`+strings.Repeat("x", 8<<20)+`"}`)
	mux.HandleFunc("/moved/json/1", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://elsewhere.invalid/metadata/json/1", http.StatusFound)
	})
	server := httptest.NewUnstartedServer(mux)
	server.TLS = config
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// badDocuments gives both sides URLs behind which there is no document, or
// not the right one.
//
// checklist: 002-28, 002-39, 003-16, 000-06
func badDocuments(t *testing.T, d *deployment, x, s *adminapi.Client) {
	page := "https://page." + d.Domain
	for _, c := range []struct {
		name, path string
		code       problem.Code
		says       string
	}{
		{"a web page", page + "/metadata/json/1", problem.MetadataPage, "page"},
		{"half a document", page + "/broken/json/1", problem.MetadataInvalid, ""},
		{"8 MB", page + "/huge/json/1", problem.MetadataInvalid, ""},
		{"a redirect elsewhere", page + "/moved/json/1", problem.NetRedirect, "elsewhere.invalid"},
		{"002-39 jaon", "https://pool." + d.Domain + "/metadata/jaon/1", problem.MetadataNotFound, "/metadata/json/1"},
		{"003-16 jason", "https://autodiscover." + d.Domain + "/autodiscover/metadata/jason/1", problem.MetadataNotFound, "/autodiscover/metadata/json/1"},
		{"http", "http://pool." + d.Domain + "/metadata/json/1", problem.MetadataURL, "https"},
		{"a pasted quotation mark", "https://pool." + d.Domain + "/metadata/json/1”", "", ""},
		{"nothing", "https://", problem.MetadataURL, ""},
	} {
		for side, f := range map[string]*adminapi.Fault{"Exchange": pairExchange(t, x, c.path), "Skype": pairSkype(t, s, c.path)} {
			t.Run(c.name+" for "+side, func(t *testing.T) {
				t.Logf("%s: %s", f.Code, f.Detail)
				if c.code != "" && f.Code != c.code || f.Code == problem.Internal {
					t.Errorf("the code is %s, not %s", f.Code, c.code)
				}
				if !strings.Contains(f.Detail+f.Remedy, c.says) {
					t.Errorf("neither detail nor remedy says %q\n%s\n%s", c.says, f.Detail, f.Remedy)
				}
			})
		}
	}
	t.Run("its own document", func(t *testing.T) {
		for side, f := range map[string]*adminapi.Fault{"Exchange": pairExchange(t, x, d.metadata(exchange)), "Skype": pairSkype(t, s, d.metadata(skype))} {
			if f.Code == problem.Internal || f.Code == "" {
				t.Errorf("%s: %s: %s", side, f.Code, f.Detail)
			}
			t.Logf("%s: %s: %s", side, f.Code, f.Detail)
		}
	})
}

// checklist: 003-03
func badIdentifiers(t *testing.T, s *adminapi.Client) {
	_, err := adminapi.Do(t.Context(), s, adminapi.NewCsPartnerApplication, adminapi.PartnerApplicationSettings{
		Identity: "Another", ApplicationIdentifier: ptr("00000002-000-0ff1-ce00-000000000000"), UseAuthServer: ptr(true),
	})
	if f := asFault(t, err); f.Code != problem.ManageParameter || !strings.Contains(f.Detail, "00000002-0000-0ff1-ce00-000000000000") {
		t.Errorf("003-03: a group of three digits is answered with %s: %s", f.Code, f.Detail)
	}
	matchseal(t, "token", "verify", "x.y.z", "--app", "00000002-000-0ff1-ce00-000000000000", "--host", "mail.litware.test", "--realm", "litware.test", "--issuer", "nowhere").want(t, 2)
}

// TestBadTLS gives the running servers bad certificates.
//
// checklist: 002-36, 002-37, 002-38
func TestBadTLS(t *testing.T) {
	suite(t)
	d := startNodes(t)
	now := time.Now()
	names := map[string][]string{
		exchange: {"exch." + d.Domain, "mail." + d.Domain, "autodiscover." + d.Domain},
		skype:    {"pool." + d.Domain},
	}
	ca := d.authority(t)
	bad := []struct {
		name  string
		certs func(role string) tls.Certificate
		says  string
	}{
		{"self-signed", func(role string) tls.Certificate { return selfSigned(t, names[role]...) }, "signed itself"},
		{"for another name", func(string) tls.Certificate {
			return issueFor(t, ca, []string{"www." + d.Domain}, now.Add(-time.Hour), now.Add(time.Hour))
		}, "www." + d.Domain},
		{"expired", func(role string) tls.Certificate {
			return issueFor(t, ca, names[role], now.AddDate(0, 0, -30), now.AddDate(0, 0, -2))
		}, now.AddDate(0, 0, -2).UTC().Format(time.DateOnly)},
	}
	conversation := adminapi.Conversation{
		Subject: "Stored while nobody could be reached", Started: now, Participants: []adminapi.Participant{{SIP: d.upn("kenmyer")}, {SIP: d.upn("pilar")}},
		Messages: []adminapi.ChatMessage{{From: d.upn("pilar"), At: now, Text: "Is this thing on?"}},
	}
	for _, c := range bad {
		t.Run("Exchange "+c.name, func(t *testing.T) {
			restore := d.present(t, exchange, c.certs(exchange))
			r := d.run(t, "test", "storage", d.sip("kenmyer")).wantFailure(t, "code=50043,", trustText, c.says)
			t.Logf("%s", r.err)
			conversation.ID = "tls-" + strings.ReplaceAll(c.name, " ", "-")
			do(t, d.admin(t, skype, "administrator"), adminapi.StoreConversation, conversation)
			lookAway(t, d, d.metadata(exchange))
			restore()
			d.run(t, "test", "storage", d.sip("kenmyer")).want(t, 0)
			if st := d.deliver(t, patience); st.Dead != 0 {
				t.Errorf("something was given up: %+v", st)
			}
		})
		t.Run("Skype "+c.name, func(t *testing.T) {
			restore := d.present(t, skype, c.certs(skype))
			d.run(t, "test", "oauth", "https://pool."+d.Domain+"/", d.upn("kenmyer")).wantFailure(t, c.says)
			lookAway(t, d, d.metadata(skype))
			restore()
			d.run(t, "test", "oauth", "https://pool."+d.Domain+"/", d.upn("kenmyer")).want(t, 0)
		})
	}
	t.Run("nothing is lost and nothing doubled", func(t *testing.T) {
		for _, user := range []string{"kenmyer", "pilar"} {
			if n := count(t, d, user, conversation.Subject); n != len(bad) {
				t.Errorf("%s has %d of %d conversations", user, n, len(bad))
			}
		}
	})
}

func issueFor(t *testing.T, ca *certs.CA, names []string, from, to time.Time) tls.Certificate {
	t.Helper()
	chain, key, err := ca.Issue(certs.TLSRequest{Names: names, NotBefore: from, NotAfter: to})
	if err != nil {
		t.Fatal(err)
	}
	return certs.TLS(chain, key)
}

// present gives a node another TLS certificate and restarts it; the returned
// function puts the old one back.
func (d *deployment) present(t *testing.T, role string, c tls.Certificate) (restore func()) {
	t.Helper()
	certFile, keyFile := filepath.Join(d.dir, role, "tls.pem"), filepath.Join(d.dir, role, "tls.key")
	oldCert, oldKey := readFile(t, certFile), readFile(t, keyFile)
	var chain []*x509.Certificate
	for _, der := range c.Certificate {
		parsed, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		chain = append(chain, parsed)
	}
	key, ok := c.PrivateKey.(crypto.Signer)
	if !ok {
		t.Fatalf("a key of type %T", c.PrivateKey)
	}
	if err := errors.Join(certs.WriteCertificatesPEM(certFile, chain...), certs.WriteKeyPEM(keyFile, key)); err != nil {
		t.Fatal(err)
	}
	d.restart(t, role)
	return func() {
		t.Helper()
		if err := errors.Join(os.WriteFile(certFile, oldCert, 0o644), os.WriteFile(keyFile, oldKey, 0o600)); err != nil {
			t.Fatal(err)
		}
		d.restart(t, role)
	}
}

// lookAway gets a document as a browser does in which somebody clicked the
// warning away: that it works proves nothing (002-36).
func lookAway(t *testing.T, d *deployment, url string) {
	t.Helper()
	if _, err := d.http(t).Get(url); err == nil {
		t.Errorf("%s: a client that looks at certificates got through", url)
	}
	h := d.http(t)
	h.Transport.(*http.Transport).TLSClientConfig.InsecureSkipVerify = true
	resp, err := h.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("%s: %s for a browser that looks away", url, resp.Status)
	}
}

// count counts a user's conversations with a subject.
func count(t testing.TB, d *deployment, user, subject string) int {
	t.Helper()
	r, err := d.ews(t, user).FindItem(t.Context(), &ews.FindItemRequest{
		Traversal: ews.Shallow, Shape: ews.ItemShape{Base: ews.IDOnly, Additional: []ews.FieldPath{ews.Field("item:Subject")}},
		Restriction: &ews.Restriction{Op: ews.IsEqualTo, Field: ews.Field("item:Subject"), Value: subject},
		Parents:     []ews.FolderID{{Distinguished: ews.ConversationHistory}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return len(r.Messages[0].Items)
}

// TestBadSOAP sends what no client would.
func TestBadSOAP(t *testing.T) {
	suite(t)
	d := startNodes(t)
	c := wire{d: d, http: d.http(t), user: d.upn("pilar"), password: d.password(t, "pilar")}
	good := soap("Exchange2013", distinguished("", "inbox"))
	for _, bad := range []struct{ name, body string }{
		{"empty", ""},
		{"not XML", "GetFolder inbox, please"},
		{"cut off", good[:len(good)-30]},
		{"a document type", `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>` + good},
		{"an entity", strings.Replace(good, "inbox", "&e;", 1)},
		{"deep", envelope + "<s:Body>" + strings.Repeat("<x>", 100_000) + strings.Repeat("</x>", 100_000) + "</s:Body></s:Envelope>"},
		{"many attributes", strings.Replace(good, "<s:Body>", "<s:Body "+attributes(50_000)+">", 1)},
		{"an operation there is none of", soap("Exchange2013", "<m:MakeCoffee/>")},
		{"an operation with nothing in it", soap("Exchange2013", "<m:CreateItem/>")},
		{"64 MB", soap("Exchange2013", "<m:GetFolder>"+strings.Repeat("<!-- x -->", 64<<20/10)+"</m:GetFolder>")},
	} {
		t.Run(bad.name, func(t *testing.T) {
			a := c.post(t, "/EWS/Exchange.asmx", bad.body)
			if a.status < 400 && a.status != http.StatusOK || a.status == http.StatusUnauthorized {
				t.Errorf("%d\n%s", a.status, a.text)
			}
			if a.status == http.StatusOK && strings.Contains(a.text, `ResponseClass="Success"`) {
				t.Errorf("success\n%s", a.text)
			}
			if a.header.Get("request-id") == "" {
				t.Error("no request-id")
			}
			if strings.Contains(a.text, "root:") || strings.Contains(a.text, ".go:") || len(a.text) > 4<<10 {
				t.Errorf("too much is told (%d bytes)\n%.2000s", len(a.text), a.text)
			}
			t.Logf("HTTP %d, %s: %.400s", a.status, a.header.Get("Content-Type"), a.text)
		})
	}
	t.Run("Autodiscover", func(t *testing.T) {
		for name, body := range map[string]string{"cut off": good[:40], "another operation": good, "64 MB": strings.Repeat(" ", 64<<20)} {
			for _, path := range []string{"/autodiscover/autodiscover.svc", "/autodiscover/autodiscover.xml"} {
				if a := c.post(t, path, body); strings.Contains(a.text, "EwsUrl") || len(a.text) > 4<<10 {
					t.Errorf("%s to %s: %d\n%s", name, path, a.status, a.text)
				}
			}
		}
	})
	t.Run("the node is as well as before", func(t *testing.T) {
		c.post(t, "/EWS/Exchange.asmx", good).ok(t)
		status := string(readFile(t, fmt.Sprintf("/proc/%d/status", d.nodes[exchange].cmd.Process.Pid)))
		line, _, _ := strings.Cut(after(t, status, "VmHWM:"), "\n")
		t.Logf("largest resident set of the exchange node, with the race detector: %s", strings.TrimSpace(line))
		var kb int
		if _, err := fmt.Sscan(line, &kb); err != nil || kb > 512<<10 {
			t.Errorf("%s (%v); bodies of 64 MB must not be kept", line, err)
		}
	})
}

func attributes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ` a%d="1"`, i)
	}
	return b.String()
}

// TestBadConfig starts nodes from boot files with mistakes in them.
func TestBadConfig(t *testing.T) {
	suite(t)
	d := makeNodes(t, t.TempDir())
	good := string(readFile(t, d.Nodes[skype].Config))
	for _, bad := range []struct {
		name, from, to string
		code           problem.Code
		says           []string
	}{
		{"an unknown key", "data:", "date:", problem.ConfigUnknownKey, []string{`node.yaml:2: date: `, `did you mean "data"?`}},
		{"curly quotes", "fqdn: pool.litware.test", "fqdn: “pool.litware.test”", problem.ConfigValue, []string{"node.yaml:", "fqdn", "curly quote"}},
		{"a tab", "  resolver:", "\tresolver:", problem.ConfigSyntax, []string{"node.yaml:"}},
		{"a number for a list", "- domains:\n        - litware.test", "- domains: 7", problem.ConfigType, []string{"node.yaml:", "domains"}},
		{"no role of that name", "role: skype", "role: lync", problem.ConfigValue, []string{"node.yaml:", "exchange, skype"}},
		{"a key file that is not there", "skype/tls.key", "skype/tsl.key", problem.ConfigFile, []string{"tls_key", "skype/tsl.key"}},
	} {
		t.Run(bad.name, func(t *testing.T) {
			text := strings.Replace(good, bad.from, bad.to, 1)
			if text == good {
				t.Fatalf("the file has no %q\n%s", bad.from, good)
			}
			file := filepath.Join(t.TempDir(), "node.yaml")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			says := append(bad.says, "error: ", string(bad.code))
			tested := matchseal(t, "config", "test", "--config", file).wantFailure(t, says...)
			matchseal(t, "serve", "--config", file).wantFailure(t, says...)
			t.Logf("%s", tested.err)
		})
	}
	t.Run("no file", func(t *testing.T) {
		matchseal(t, "serve", "--config", "nowhere.yaml").wantFailure(t, "nowhere.yaml", string(problem.ConfigMissing), "config describe")
	})
	t.Run("no --config", func(t *testing.T) { matchseal(t, "serve").want(t, 2) })
	t.Run("a second node on the same file", func(t *testing.T) {
		d.serve(t, skype)
		r := matchseal(t, "serve", "--config", d.Nodes[skype].Config).wantFailure(t, "error: ")
		t.Logf("%s", r.err)
		if err := d.ready(skype); err != nil {
			t.Errorf("the first node suffered: %v", err)
		}
	})
}

// TestDamagedFiles starts nodes whose files were damaged: each says what is
// wrong and touches nothing, and works again with the old file.
func TestDamagedFiles(t *testing.T) {
	suite(t)
	d := startNodes(t)
	before := count(t, d, "kenmyer", "Test item of the Storage Service")
	d.halt(t, exchange)
	d.halt(t, skype)
	for _, bad := range []struct {
		name, file string
		damage     func([]byte) []byte
		code       problem.Code
	}{
		{"pages overwritten", "exchange/exchange.db", overwrite, problem.StoreCorrupt},
		{"not a database", "exchange/exchange.db", func([]byte) []byte { return []byte("Dear diary,\n") }, problem.StoreCorrupt},
		{"the queue's pages overwritten", "skype/skype.db", overwrite, problem.StoreCorrupt},
		{"the directory is not a database", "directory.db", func(b []byte) []byte { return bytes.Repeat([]byte("x"), len(b)) }, problem.StoreCorrupt},
		{"another master key", "master.key", func(b []byte) []byte { return []byte("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n") }, problem.CertsWrongBox},
	} {
		t.Run(bad.name, func(t *testing.T) {
			role := exchange
			if strings.HasPrefix(bad.file, skype) {
				role = skype
			}
			path := filepath.Join(d.dir, bad.file)
			old := readFile(t, path)
			damaged := bad.damage(bytes.Clone(old))
			if err := os.WriteFile(path, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			r := matchseal(t, "serve", "--config", d.Nodes[role].Config).wantFailure(t, "error: ", string(bad.code))
			t.Logf("%s", r.err)
			if sha256.Sum256(readFile(t, path)) != sha256.Sum256(damaged) {
				t.Error("the damaged file was changed")
			}
			if err := os.WriteFile(path, old, 0o600); err != nil {
				t.Fatal(err)
			}
		})
	}
	t.Run("with the old files nothing is lost", func(t *testing.T) {
		d.serve(t, exchange)
		d.serve(t, skype)
		if n := count(t, d, "kenmyer", "Test item of the Storage Service"); n != before {
			t.Errorf("%d items, %d were there", n, before)
		}
		d.run(t, "test", "storage", d.sip("kenmyer")).want(t, 0)
	})
}

// overwrite damages every second page but the first few, as a copy made at
// the wrong moment does.
func overwrite(b []byte) []byte {
	const page = 4096
	for at := 2 * page; at+page <= len(b); at += 2 * page {
		for i := range page {
			b[at+i] = 0xa5
		}
	}
	return b
}

// TestFullDisk lets the disk run full under both nodes.
func TestFullDisk(t *testing.T) {
	suite(t)
	disk := smallDisk(t)
	d := makeNodes(t, filepath.Join(disk, "lab"))
	d.serve(t, exchange)
	d.serve(t, skype)
	c := d.admin(t, skype, "administrator")
	now := time.Now()
	segment := func(i int) adminapi.Conversation {
		return adminapi.Conversation{
			ID: fmt.Sprintf("full-%03d", i), Subject: fmt.Sprintf("Full disk %03d", i), Started: now, Participants: []adminapi.Participant{{SIP: d.upn("kenmyer")}},
			Messages: []adminapi.ChatMessage{{From: d.upn("kenmyer"), At: now, Text: strings.Repeat("to be or not to be ", 10_000)}},
		}
	}
	filler := fill(t, disk)
	acknowledged := 0
	var refused *adminapi.Fault
	for refused == nil && acknowledged < 400 {
		_, err := adminapi.Do(t.Context(), c, adminapi.StoreConversation, segment(acknowledged))
		if err != nil {
			refused = asFault(t, err)
		} else {
			acknowledged++
		}
	}
	if refused == nil {
		t.Fatalf("%d conversations of 190 KB fit onto a full disk", acknowledged)
	}
	t.Logf("%d conversations went in, then: %s: %s", acknowledged, refused.Code, refused.Detail)
	if refused.Code != problem.StoreFull || !strings.Contains(refused.Remedy, "df -h") {
		t.Errorf("the failure is %s with the remedy %q", refused.Code, refused.Remedy)
	}
	file := filepath.Join(t.TempDir(), "conversation.json")
	data, err := json.Marshal(segment(acknowledged))
	if err := errors.Join(err, os.WriteFile(file, data, 0o600)); err != nil {
		t.Fatal(err)
	}
	d.run(t, "store", file).wantFailure(t, "error: ", string(problem.StoreFull), "df -h")

	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	eventually(t, patience, func() error {
		_, err := adminapi.Do(t.Context(), c, adminapi.StoreConversation, segment(acknowledged))
		return err
	})
	st := d.deliver(t, 2*patience)
	if st.Dead != 0 {
		t.Errorf("something was given up: %+v", st)
	}
	for i := range acknowledged + 1 {
		if n := count(t, d, "kenmyer", fmt.Sprintf("Full disk %03d", i)); n != 1 {
			t.Errorf("conversation %d is there %d times", i, n)
		}
	}
	for _, role := range []string{exchange, skype} {
		if err := d.ready(role); err != nil {
			t.Error(err)
		}
	}
}

// smallDisk mounts a disk of 64 MB.
func smallDisk(t *testing.T) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can mount a small disk")
	}
	// A short path, for the socket files.
	dir, err := os.MkdirTemp("", "ms-disk-")
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64m"); err != nil {
		os.Remove(dir)
		t.Skipf("no small disk can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := errors.Join(syscall.Unmount(dir, syscall.MNT_DETACH), os.Remove(dir)); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill writes a file until hardly anything more fits.
func fill(t *testing.T, dir string) string {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 64<<10)
	for n := int64(0); ; n += int64(len(block)) {
		if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
			// Room for some conversations that are stored, and then have to
			// wait until there is room for them in the mailbox too.
			if err := f.Truncate(n - 4<<20); err != nil {
				t.Fatal(err)
			}
			return f.Name()
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
