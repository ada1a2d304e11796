package e2e

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/problem"
)

// TestServe looks at two servers from outside, as monitoring, administrators
// and strangers do.
func TestServe(t *testing.T) {
	suite(t)
	d := startNodes(t)
	t.Run("both directions", func(t *testing.T) { bothDirections(t, d) })
	t.Run("monitoring", func(t *testing.T) { monitoring(t, d) })
	t.Run("000-05 each reaches the metadata of both", func(t *testing.T) { reachability(t, d) })
	t.Run("challenges", func(t *testing.T) { challenges(t, d) })
	t.Run("junk", func(t *testing.T) { junk(t, d) })
	t.Run("old TLS is refused", func(t *testing.T) { oldTLS(t, d) })
	t.Run("conversations over HTTPS", func(t *testing.T) { overHTTPS(t, d) })
	t.Run("a stop finishes what runs", func(t *testing.T) { gracefulStop(t, d) })
}

func monitoring(t *testing.T, d *deployment) {
	for _, role := range []string{exchange, skype} {
		base := d.Nodes[role].Management
		get := func(path, user, password string) (int, string) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if user != "" {
				req.SetBasicAuth(user, password)
			}
			resp, err := d.http(t).Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			text, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			return resp.StatusCode, string(text)
		}
		for _, path := range []string{"/healthz", "/readyz"} {
			if code, text := get(path, "", ""); code != http.StatusOK || len(text) > 20 {
				t.Errorf("%s%s: %d %q", role, path, code, text)
			}
		}
		operator := d.upn("administrator")
		for _, c := range []struct {
			user, password string
			code           int
		}{{"", "", 401}, {operator, "wrong", 401}, {"nobody@" + d.Domain, "x", 401}, {operator, d.password(t, "administrator"), 200}} {
			code, text := get("/metrics", c.user, c.password)
			if code != c.code {
				t.Errorf("%s: metrics for %q: %d", role, c.user, code)
			}
			if code == 200 && (!strings.Contains(text, "# TYPE matchseal_") || !strings.Contains(text, `role="`+role+`"`)) {
				t.Errorf("%s: the metrics have nothing of the role\n%.2000s", role, text)
			}
			if code != 200 && strings.Contains(text, "matchseal_") {
				t.Errorf("%s: metrics for a stranger", role)
			}
		}
		if code, text := get("/admin/v1/directory/user/get", "", ""); code == http.StatusOK || strings.Contains(text, "kenmyer") {
			t.Errorf("%s: a stranger gets %d %s", role, code, text)
		}
	}
}

// checklist: 000-25, 004-02
func bothDirections(t *testing.T, d *deployment) {
	r := d.run(t, "test", "oauth", "https://pool."+d.Domain+"/", d.upn("kenmyer"), "--verbose").want(t, 0)
	if r.lastLine() != "Test Passed" || !strings.Contains(r.err, "meeting ") {
		t.Errorf("from Exchange to Skype\n%s", r)
	}
	if r := d.run(t, "test", "storage", d.sip("kenmyer"), "--verbose").want(t, 0); r.lastLine() != "Test Passed" || !strings.Contains(r.err, "Is command successful: True.") {
		t.Errorf("from Skype to Exchange\n%s", r)
	}
	// Each side has the other's call in its audit trail, by identity (003-05).
	for role, caller := range map[string]string{exchange: "00000004-0000-0ff1-ce00-000000000000@", skype: "00000002-0000-0ff1-ce00-000000000000@"} {
		found := audit(t, d, role)
		if !slices.ContainsFunc(found, func(a adminapi.Access) bool {
			return a.Accepted && a.Kind == "act-as" && strings.HasPrefix(a.Application, caller) && strings.Contains(a.User, "kenmyer") && a.Key != ""
		}) {
			t.Errorf("the audit of %s does not have the call: %+v", role, found)
		}
	}
}

func audit(t *testing.T, d *deployment, role string) []adminapi.Access {
	t.Helper()
	call := adminapi.GetExchangeAccesses
	if role == skype {
		call = adminapi.GetSkypeAccesses
	}
	return do(t, d.admin(t, role, "administrator"), call, adminapi.EventFilter{Max: 500})
}

// checklist: 000-05, 000-06
func reachability(t *testing.T, d *deployment) {
	x, s := d.admin(t, exchange, "administrator"), d.admin(t, skype, "administrator")
	partner := do(t, x, adminapi.GetPartnerApplication, adminapi.Identity{Identity: "Lync*"})[0].Name
	do(t, x, adminapi.SetPartnerApplication, adminapi.PartnerApplicationSettings{Identity: partner, RefreshAuthMetadata: true})
	do(t, s, adminapi.SetCsPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "Exchange", RefreshAuthMetadata: true})
	// That a document is its own a server can say only when it has read it.
	if f := pairExchange(t, x, d.metadata(exchange)); f.Code != problem.PartnerSelf {
		t.Errorf("Exchange about its own document: %s %s", f.Code, f.Detail)
	}
	if f := pairSkype(t, s, d.metadata(skype)); f.Code != problem.PartnerSelf {
		t.Errorf("Skype about its own document: %s %s", f.Code, f.Detail)
	}
}

// challenges wants the challenge of each role in exactly its form.
func challenges(t *testing.T, d *deployment) {
	const ex, sfb = "00000002-0000-0ff1-ce00-000000000000", "00000004-0000-0ff1-ce00-000000000000"
	onExchange := `Bearer client_id="` + ex + `", trusted_issuers="` + sfb + "@" + d.Domain + `", token_types="app_asserted_user_v1 service_asserted_app_v1"`
	onSkype := `Bearer trusted_issuers="` + ex + "@" + d.Domain + `", client_id="` + sfb + `"`
	for _, c := range []struct {
		url, challenge string
		basic          bool
	}{
		{d.EWS, onExchange, true},
		{d.autodiscover("svc"), onExchange, true},
		{"https://pool." + d.Domain + "/ucwa/oauth/v1/applications", onSkype, false},
	} {
		for _, authorization := range []string{"Bearer", "Bearer ", ""} {
			got := knock(t, d, c.url, authorization)
			want := []string{c.challenge}
			if c.basic {
				want = append(want, "Basic realm=")
			}
			offers := got.header.Values("WWW-Authenticate")
			ok := got.status == http.StatusUnauthorized && len(offers) == len(want)
			for i := range min(len(offers), len(want)) {
				ok = ok && (offers[i] == want[i] || i > 0 && strings.HasPrefix(offers[i], want[i]))
			}
			if !ok || got.text != "" {
				t.Errorf("%s with %q: %d %q\n%s", c.url, authorization, got.status, offers, got.text)
			}
			if got.header.Get("x-ms-diagnostics") != "" {
				t.Errorf("%s with %q: diagnostics although no token was shown: %s", c.url, authorization, got.header.Get("x-ms-diagnostics"))
			}
			if got.header.Get("request-id") == "" {
				t.Errorf("%s: no request-id", c.url)
			}
		}
	}
}

// knock posts nothing with an Authorization header.
func knock(t *testing.T, d *deployment, url, authorization string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	resp, err := d.http(t).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(text)}
}

// junk shows tokens that are none, or not for here; each refusal says what a
// peer may know, and the audit has the rest under the same request id.
func junk(t *testing.T, d *deployment) {
	own := d.token(t, "kenmyer", d.EWS)
	parts := strings.Split(own, ".")
	for _, c := range []struct {
		name, role, url, token string
		diagnostics            string
	}{
		{"no token at all", exchange, d.EWS, "junk", `^2000001;reason="[^"]+";error_category="invalid_token"$`},
		{"half a token", exchange, d.EWS, own[:len(own)/2], `^2000001;reason="[^"]+";error_category="invalid_token"$`},
		{"a signature of its own", exchange, d.EWS, parts[0] + "." + parts[1] + ".c2lnbmVk", `^2000001;reason="[^"]+";error_category="invalid_token"$`},
		{"junk for Skype", skype, "https://pool." + d.Domain + "/ucwa/oauth/v1/applications", "junk", `^2000001;source="pool\.litware\.test";reason="[^"]+"`},
		{"Exchange's token for Skype", skype, "https://pool." + d.Domain + "/ucwa/oauth/v1/applications", own, `^200000[0-9];source="pool\.litware\.test";reason="[^"]+"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := knock(t, d, c.url, "Bearer "+c.token)
			id := got.header.Get("request-id")
			if got.status != http.StatusUnauthorized || id == "" {
				t.Errorf("%d, request-id %q", got.status, id)
			}
			if diagnostics := got.header.Get("x-ms-diagnostics"); !regexp.MustCompile(c.diagnostics).MatchString(diagnostics) {
				t.Errorf("x-ms-diagnostics: %s", diagnostics)
			}
			if c.role == exchange && !strings.Contains(strings.Join(got.header.Values("WWW-Authenticate"), "\n"), `error="invalid_token"`) {
				t.Errorf("challenges %q", got.header.Values("WWW-Authenticate"))
			}
			found := audit(t, d, c.role)
			i := slices.IndexFunc(found, func(a adminapi.Access) bool { return a.RequestID == id })
			if i < 0 || found[i].Accepted || found[i].Step == "" || found[i].Reason == "" {
				t.Errorf("the audit of %s: entry %d of %+v", c.role, i, found)
			}
			if strings.Contains(got.text+fmt.Sprint(got.header), "V1") {
				t.Errorf("the peer learns the step\n%v\n%s", got.header, got.text)
			}
		})
	}
}

func oldTLS(t *testing.T, d *deployment) {
	for _, address := range []string{d.address("mail." + d.Domain), d.address("pool." + d.Domain), strings.TrimPrefix(d.Nodes[skype].Management, "https://")} {
		c, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
		if err == nil {
			c.Close()
			t.Errorf("%s speaks %s", address, tls.VersionName(c.ConnectionState().Version))
		}
	}
}

// overHTTPS stores conversations as a front end does, with curl.
func overHTTPS(t *testing.T, d *deployment) {
	url := "https://pool." + d.Domain + "/storage/v1/conversations"
	now := time.Now().UTC().Truncate(time.Second)
	body, err := json.Marshal(adminapi.Conversation{
		ID: "https-1", Subject: "Over HTTPS", Started: now, Participants: []adminapi.Participant{{SIP: d.upn("kenmyer")}, {SIP: d.upn("jeff")}},
		Messages: []adminapi.ChatMessage{{From: d.upn("jeff"), At: now, Text: "with curl"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	operator := d.upn("administrator") + ":" + d.password(t, "administrator")
	for _, c := range []struct {
		name, user, body, status, says string
	}{
		{"stored", operator, string(body), "201", `"duplicate":false`},
		{"the same again", operator, string(body), "200", `"duplicate":true`},
		{"no password", "", string(body), "401", ""},
		{"a wrong password", d.upn("administrator") + ":wrong", string(body), "401", ""},
		{"an ordinary user", d.upn("kenmyer") + ":" + d.password(t, "kenmyer"), string(body), "403", "RTCUniversalUserAdmins"},
		{"curly quotes", operator, `{“id”: “x”}`, "400", "curly"},
		{"an unknown field", operator, `{"identity": "x"}`, "400", "identity"},
		{"too large", operator, `{"id": "` + strings.Repeat("x", 9<<20) + `"}`, "413", "8 MB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "body.json")
			if err := os.WriteFile(file, []byte(c.body), 0o600); err != nil {
				t.Fatal(err)
			}
			args := []string{
				// Some versions of curl lose an answer over HTTP/2 that comes
				// before they have sent everything.
				"--http1.1", "--silent", "--show-error", "--cacert", d.CA, "--connect-to", "pool." + d.Domain + ":443:" + d.address("pool."+d.Domain),
				"--header", "Content-Type: application/json", "--data-binary", "@" + file, "--write-out", "\n%{http_code}", url,
			}
			if c.user != "" {
				args = append(args, "--user", c.user)
			}
			out, err := exec.CommandContext(t.Context(), "curl", args...).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			at := bytes.LastIndexByte(out, '\n')
			if got := string(out[at+1:]); got != c.status || !strings.Contains(string(out[:at]), c.says) {
				t.Errorf("HTTP %s\n%s", got, out[:at])
			}
		})
	}
	if st := d.deliver(t, patience); st.Dead != 0 {
		t.Errorf("%+v", st)
	}
	for _, user := range []string{"kenmyer", "jeff"} {
		if n := count(t, d, user, "Over HTTPS"); n != 1 {
			t.Errorf("%s has it %d times", user, n)
		}
	}
}

// gracefulStop stops a node in the middle of a request: the request is
// finished, new ones are refused, and the status is 0.
func gracefulStop(t *testing.T, d *deployment) {
	request := soap("Exchange2013", distinguished("", "inbox"))
	body, more := io.Pipe()
	reading := make(chan struct{})
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got100Continue: func() { close(reading) }})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.EWS, body)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(d.upn("kenmyer"), d.password(t, "kenmyer"))
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	req.Header.Set("Expect", "100-continue")
	req.ContentLength = int64(len(request))
	h := d.http(t)
	h.Transport.(*http.Transport).ExpectContinueTimeout = patience
	type outcome struct {
		status int
		text   string
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		resp, err := h.Do(req)
		if err != nil {
			done <- outcome{err: err}
			return
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		done <- outcome{resp.StatusCode, string(text), err}
	}()
	select {
	case <-reading:
	case o := <-done:
		t.Fatalf("the request ended before its body was sent: %+v", o)
	}
	if _, err := io.WriteString(more, request[:100]); err != nil {
		t.Fatal(err)
	}
	node := d.nodes[exchange]
	start := time.Now()
	if err := node.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, patience, func() error {
		c, err := net.Dial("tcp", d.address("mail."+d.Domain))
		if err == nil {
			return errors.Join(errors.New("the node still takes new connections"), c.Close())
		}
		return nil
	})
	if node.over() {
		t.Fatalf("the node ended with a request open\n%s", node.out)
	}
	if _, err := io.WriteString(more, request[100:]); err != nil {
		t.Fatal(err)
	}
	more.Close()
	if o := <-done; o.err != nil || o.status != http.StatusOK || !strings.Contains(o.text, "NoError") {
		t.Errorf("the open request: %+v", o)
	}
	select {
	case <-node.ended:
	case <-time.After(patience):
		t.Fatalf("the node did not stop\n%s", node.out)
	}
	t.Logf("stopped %.2f s after the signal", time.Since(start).Seconds())
	if code := node.cmd.ProcessState.ExitCode(); code != 0 || !strings.Contains(node.out.String(), "msg=stopped") {
		t.Errorf("status %d\n%s", code, node.out)
	}
	d.serve(t, exchange)
}

// TestDescribedFile runs both roles in one process from the file that
// `config describe` prints, with nothing changed but addresses and paths.
func TestDescribedFile(t *testing.T) {
	suite(t)
	dir := t.TempDir()
	p := serveDescribed(t, dir)
	for _, name := range []string{"exchange.db", "skype.db", "directory.db", "master.key"} {
		info, err := os.Stat(filepath.Join(dir, "data", name))
		if err != nil {
			t.Error(err)
		} else if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %v", name, info.Mode())
		}
	}
	t.Run("the first operator", func(t *testing.T) { firstOperator(t, filepath.Join(dir, "data", "admin.sock")) })
	if code, _ := p.stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("status %d\n%s", code, p.out)
	}
}

// firstOperator takes a deployment that starts from nothing into use: there is
// nobody in its directory, so nobody can log on.
func firstOperator(t *testing.T, socket string) {
	as := func(password string, args ...string) result {
		t.Helper()
		return program{env: []string{"MATCHSEAL_PASSWORD=" + password}}.run(t, append(args, "--socket", socket)...)
	}
	as("", "directory", "users").wantFailure(t, "nobody in the directory is")
	as("first", "directory", "add-user", "boss", "--upn", "boss@litware.test").wantFailure(t, "nobody in the directory is")
	if r := as("first", "directory", "add-user", "boss", "--upn", "boss@litware.test", "--operator").want(t, 0); !strings.HasPrefix(r.out, "boss boss@litware.test S-1-5-21-") {
		t.Errorf("%s", r)
	}
	as("x", "directory", "add-user", "other", "--upn", "other@litware.test", "--operator").wantFailure(t, `nobody in the directory is "administrator"`)
	as("x", "directory", "add-user", "other", "--upn", "other@litware.test", "--operator", "--as", "boss").want(t, 0)
	typed := program{in: "typed\r\n"}.run(t, "directory", "add-user", "jeff", "--upn", "jeff@litware.test", "--display-name", "Jeff Hay", "--as", "other", "--socket", socket).want(t, 0)
	if !strings.Contains(typed.err, "Password of the new account: ") {
		t.Errorf("%s", typed)
	}
	program{in: "\n"}.run(t, "directory", "set-password", "jeff", "--as", "boss", "--socket", socket).wantFailure(t, "0 bytes")
	as("second", "directory", "set-password", "jeff", "--as", "boss").want(t, 0)
	as("", "directory", "disable-user", "jeff", "--as", "boss").want(t, 0)
	if r := as("", "directory", "users", "j*", "--as", "boss").want(t, 0); !strings.Contains(r.out, "jeff@litware.test") || !strings.Contains(r.out, "(disabled)") {
		t.Errorf("%s", r)
	}
	as("", "directory", "enable-user", "jeff", "--as", "boss").want(t, 0)
	as("", "directory", "disable-user", "boss", "--as", "boss").wantFailure(t, "your own account")
	as("", "directory", "users", "--as", "jeff").wantFailure(t, "not a member of")
	// The role takes him for its own operator.
	as("", "events", "--as", "boss").want(t, 0)
}

// serveDescribed runs the file that `config describe` prints, with
// nothing changed but addresses and paths, until the node is ready.
func serveDescribed(t *testing.T, dir string) *process {
	t.Helper()
	text := matchseal(t, "config", "describe").want(t, 0).out
	now := time.Now()
	ca, err := certs.NewCA("test", now)
	if err != nil {
		t.Fatal(err)
	}
	for name, hosts := range map[string][]string{"mail": {"mail.litware.test"}, "lync": {"lync.litware.test"}, "accounts": {"accounts.litware.test"}} {
		chain, key, err := ca.Issue(certs.TLSRequest{Names: hosts, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)})
		if err := errors.Join(err, certs.WriteCertificatesPEM(filepath.Join(dir, name+".pem"), chain...), certs.WriteKeyPEM(filepath.Join(dir, name+".key"), key)); err != nil {
			t.Fatal(err)
		}
	}
	text = strings.ReplaceAll(text, "/etc/matchseal/", dir+"/")
	for _, address := range []string{"192.0.2.10:443", "192.0.2.20:443", "192.0.2.20:4443", "192.0.2.30:443"} {
		text = strings.ReplaceAll(text, "["+address, "["+freeAddress(t))
		text = strings.ReplaceAll(text, " "+address+"]", " "+freeAddress(t)+"]")
	}
	file := filepath.Join(dir, "matchseal.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := matchseal(t, "config", "test", "--config", file).want(t, 0); r.lastLine() != "the file is fine" {
		t.Errorf("%s", r)
	}
	p := program{}.start(t, "serve", "--config", file)
	client := outbound.Socket(filepath.Join(dir, "data", "admin.sock"))
	eventually(t, patience, func() error {
		if p.over() {
			t.Fatalf("the node ended\n%s", p.out)
		}
		resp, err := client.Get("http://node/readyz")
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return errors.New(resp.Status)
		}
		return nil
	})
	return p
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
