package e2e

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/adminapi"
)

// TestForeignClient lets a client by another author do what mail programs do.
func TestForeignClient(t *testing.T) {
	suite(t)
	d := startLab(t, "--processes")
	d.run(t, "store", "status", "--wait", "30s").want(t, 0)

	t.Run("with an act-as token", func(t *testing.T) {
		tokens := map[string]string{}
		for _, host := range []string{"autodiscover." + d.Domain, "mail." + d.Domain} {
			tokens[host] = d.token(t, "kenmyer", "https://"+host+"/EWS/Exchange.asmx")
		}
		data, err := json.Marshal(tokens)
		if err != nil {
			t.Fatal(err)
		}
		useForeign(t, d, "LAB_TOKEN="+string(data))
	})
	t.Run("with a password", func(t *testing.T) {
		useForeign(t, d, "LAB_PASSWORD="+d.password(t, "kenmyer"))
	})
	// checklist: 003-05
	t.Run("003-05 the access shows the caller's application identifier", func(t *testing.T) {
		found := do(t, d.admin(t, exchange, "administrator"), adminapi.GetExchangeAccesses, adminapi.EventFilter{Max: 200})
		kinds := map[string]int{}
		for _, a := range found {
			if a.Endpoint != "EWS" || !a.Accepted {
				continue
			}
			kinds[a.Kind]++
			if a.Kind == "act-as" && !strings.HasPrefix(a.Application, "00000004-0000-0ff1-ce00-000000000000@") {
				t.Errorf("the audit names the application %q", a.Application)
			}
		}
		if kinds["act-as"] < 6 || kinds["basic"] < 6 {
			t.Errorf("the audit has %v accesses to EWS; each run of the client made at least six", kinds)
		}
	})
}

// foreignReport is what ews.cjs prints.
type foreignReport struct {
	Found, Direct struct {
		URL, Name string
		Error     int
	}
	Names         []string
	Subject, Body string
	To            []string
	Before, After int
	Gone          string
}

func useForeign(t *testing.T, d *deployment, credentials string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("node is missing; ./scripts/peers installs it")
	}
	// The bare domain is not in the lab's DNS; refusing it at once spares the
	// client a question to the DNS of this machine.
	hosts := map[string]string{d.Domain: "127.0.0.1"}
	for name, address := range d.Hosts {
		hosts[name] = address
	}
	env := []string{credentials, "LAB_MAILBOX=" + d.upn("kenmyer"), "LAB_AUTODISCOVER=" + d.autodiscover("svc"), "NODE_EXTRA_CA_CERTS=" + d.CA}
	for variable, v := range map[string]any{"LAB_HOSTS": hosts, "LAB_CONNECT": d.Connect} {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		env = append(env, variable+"="+string(data))
	}
	cmd := exec.CommandContext(t.Context(), node, "--require", "./hosts.cjs", "ews.cjs")
	cmd.Dir, cmd.Env = "foreign", append(os.Environ(), env...)
	var talk bytes.Buffer
	cmd.Stderr = &talk
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the client failed: %v\n%s%s", err, out, &talk)
	}
	var got foreignReport
	if err := json.Unmarshal(bytes.TrimSpace(out), &got); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got.Before != got.After+1 || got.After < 1 {
		t.Errorf("Conversation History had %d items with the new one and %d after its deletion", got.Before, got.After)
	}
	if !slices.Contains(got.Names, "Conversation History") || !slices.Contains(got.Names, "Inbox") {
		t.Errorf("folders %q", got.Names)
	}
	got.Before, got.After, got.Names = 0, 0, nil
	want := foreignReport{
		Subject: "Written by another author’s client <&> ünïcode", Body: "first line\nsecond line",
		To: []string{"pilar@example.com"}, Gone: "ErrorItemNotFound",
	}
	want.Found.URL, want.Found.Name, want.Direct.URL = d.EWS, "Ken Myer", d.EWS
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the client saw (-want +got):\n%s", diff)
	}
}

// TestForeignRequests sends what four mail programs send while they log on,
// each in its own spelling.
func TestForeignRequests(t *testing.T) {
	suite(t)
	d := startLab(t)
	d.run(t, "store", "status", "--wait", "30s").want(t, 0)
	c := wire{d: d, http: d.http(t), user: d.upn("pilar"), password: d.password(t, "pilar")}

	t.Run("DavMail", func(t *testing.T) { asDavMail(t, c) })
	t.Run("Thunderbird", func(t *testing.T) { asThunderbird(t, c) })
	t.Run("evolution", func(t *testing.T) { asEvolution(t, c) })
	t.Run("exchangelib", func(t *testing.T) { asExchangelib(t, c) })
}

// wire posts requests byte by byte.
type wire struct {
	d              *deployment
	http           *http.Client
	user, password string
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	text   string
}

func (c wire) post(t *testing.T, path, body string, header ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://mail."+c.d.Domain+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	if c.user != "" {
		req.SetBasicAuth(c.user, c.password)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(data)}
}

// ok wants a well-formed answer as every one of these programs needs it: the
// exact content type, and a header with the server's version in it.
func (a answer) ok(t *testing.T) answer {
	t.Helper()
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "text/xml; charset=utf-8" {
		t.Fatalf("%d, %q\n%s", a.status, a.header.Get("Content-Type"), a.text)
	}
	if err := xml.Unmarshal([]byte(a.text), new(struct {
		XMLName xml.Name `xml:"http://schemas.xmlsoap.org/soap/envelope/ Envelope"`
	})); err != nil {
		t.Fatalf("%v\n%s", err, a.text)
	}
	if !regexp.MustCompile(`<(\w+:)?Header><(\w+:)?ServerVersionInfo [^>]*MajorVersion="15"`).MatchString(a.text) {
		t.Errorf("no ServerVersionInfo in the header\n%s", a.text)
	}
	return a
}

// codes are the response codes of the answer's messages, in order.
func (a answer) codes() []string {
	var all []string
	for _, m := range regexp.MustCompile(`<(?:\w+:)?ResponseCode>(\w+)</`).FindAllStringSubmatch(a.text, -1) {
		all = append(all, m[1])
	}
	return all
}

// attribute is the first value of an attribute of an element.
func (a answer) attribute(t *testing.T, element, name string) string {
	t.Helper()
	m := regexp.MustCompile(`<(?:\w+:)?` + element + `\s[^>]*\b` + name + `="([^"]*)"`).FindStringSubmatch(a.text)
	if m == nil {
		t.Fatalf("no %s of %s in\n%s", name, element, a.text)
	}
	return m[1]
}

func (a answer) want(t *testing.T, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if !strings.Contains(a.text, s) {
			t.Errorf("there is no %q in\n%s", s, a.text)
		}
	}
}

const envelope = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types">`

func soap(version, body string) string {
	head := ""
	if version != "" {
		head = `<s:Header><t:RequestServerVersion Version="` + version + `"/></s:Header>`
	}
	return `<?xml version="1.0" encoding="utf-8"?>` + envelope + head + "<s:Body>" + body + "</s:Body></s:Envelope>"
}

// distinguished makes a GetFolder for folders by their names.
func distinguished(properties string, names ...string) string {
	ids := ""
	for _, n := range names {
		ids += `<t:DistinguishedFolderId Id="` + n + `"/>`
	}
	return "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape>" + properties + "</m:FolderShape><m:FolderIds>" + ids + "</m:FolderIds></m:GetFolder>"
}

func asDavMail(t *testing.T, c wire) {
	const path = "/ews/exchange.asmx" // it writes the path in lower case
	root := c.post(t, path, soap("", distinguished("", "root"))).ok(t)
	converted := c.post(t, path, soap("Exchange2007_SP1", `<m:ConvertId DestinationFormat="EwsId"><m:SourceIds><t:AlternateId Format="EwsId" Id="`+
		root.attribute(t, "FolderId", "Id")+`" Mailbox="whoever"/></m:SourceIds></m:ConvertId>`)).ok(t)
	if got := converted.attribute(t, "AlternateId", "Mailbox"); got != c.user {
		t.Errorf("ConvertId names the mailbox %q; DavMail takes its user's address from there, which is %q", got, c.user)
	}
	// It sets the shape of folders by numbers.
	properties := `<t:AdditionalProperties><t:ExtendedFieldURI PropertyTag="0x10f3" PropertyType="String"/><t:FieldURI FieldURI="folder:ParentFolderId"/><t:FieldURI FieldURI="folder:DisplayName"/>` +
		`<t:ExtendedFieldURI PropertyTag="0x3008" PropertyType="SystemTime"/><t:ExtendedFieldURI PropertyTag="0x3613" PropertyType="String"/><t:ExtendedFieldURI PropertyTag="0x670a" PropertyType="SystemTime"/>` +
		`<t:ExtendedFieldURI PropertyTag="0x3602" PropertyType="Integer"/><t:ExtendedFieldURI PropertyTag="0x3603" PropertyType="Integer"/><t:ExtendedFieldURI PropertyTag="0x360a" PropertyType="Boolean"/></t:AdditionalProperties>`
	for _, name := range []string{"inbox", "calendar", "contacts", "sentitems", "drafts", "deleteditems", "junkemail", "outbox"} {
		folder := c.post(t, path, soap("Exchange2007_SP1", distinguished(properties, name))).ok(t)
		folder.want(t, `PropertyTag="0x3602"`, `PropertyTag="0x3613"`, "<t:DisplayName>")
		if got := folder.codes(); !slices.Equal(got, []string{"NoError"}) {
			t.Errorf("%s: %v", name, got)
		}
	}
	// The list of messages hangs on a number that grows in each folder.
	list := c.post(t, path, soap("Exchange2007_SP1", `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>`+
		`<t:ExtendedFieldURI PropertyTag="0xe08" PropertyType="Integer"/><t:ExtendedFieldURI PropertyTag="0xe23" PropertyType="Integer"/><t:FieldURI FieldURI="message:IsRead"/>`+
		`<t:ExtendedFieldURI DistinguishedPropertySetId="Common" PropertyId="34160" PropertyType="Integer"/><t:ExtendedFieldURI PropertyTag="0xe06" PropertyType="SystemTime"/>`+
		`<t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="Keywords" PropertyType="StringArray"/></t:AdditionalProperties></m:ItemShape>`+
		`<m:IndexedPageItemView MaxEntriesReturned="500" Offset="0" BasePoint="Beginning"/><m:SortOrder><t:FieldOrder Order="Ascending"><t:ExtendedFieldURI PropertyTag="0xe23" PropertyType="Integer"/></t:FieldOrder></m:SortOrder>`+
		`<m:ParentFolderIds><t:DistinguishedFolderId Id="conversationhistory"/></m:ParentFolderIds></m:FindItem>`)).ok(t)
	numbers := regexp.MustCompile(`PropertyTag="0xe23" PropertyType="Integer"\s*/><t:Value>(\d+)<`).FindAllStringSubmatch(list.text, -1)
	if len(numbers) != 2 || numbers[0][1] == "0" || numbers[0][1] == numbers[1][1] {
		t.Errorf("the article numbers are %v; two that grow and begin above 0 are needed\n%s", numbers, list.text)
	}
	for _, date := range regexp.MustCompile(`PropertyTag="0xe06" PropertyType="SystemTime"\s*/><t:Value>([^<]*)<`).FindAllStringSubmatch(list.text, -1) {
		if len(date[1]) != len("2026-01-12T08:30:41Z") {
			t.Errorf("the date %q is not 20 characters long", date[1])
		}
	}
	if got := list.attribute(t, "RootFolder", "IncludesLastItemInRange"); got != "true" {
		t.Errorf("IncludesLastItemInRange is %s", got)
	}
}

func asThunderbird(t *testing.T, c wire) {
	const path = "/EWS/Exchange.asmx"
	c.post(t, path, soap("Exchange2007_SP1", distinguished("", "msgfolderroot"))).ok(t).want(t, "<t:FolderId ")
	// One answer for each folder, in order, also for one that is not there;
	// errors carry their text before their code.
	folders := []string{"msgfolderroot", "inbox", "deleteditems", "drafts", "outbox", "sentitems", "junkemail", "archive"}
	a := c.post(t, path, soap("Exchange2007_SP1", distinguished("", folders...))).ok(t)
	want := slices.Repeat([]string{"NoError"}, 7)
	if diff := cmp.Diff(append(want, "ErrorFolderNotFound"), a.codes()); diff != "" {
		t.Error(diff)
	}
	if !regexp.MustCompile(`ResponseClass="Error"><(\w+:)?MessageText>[^<]+</(\w+:)?MessageText><(\w+:)?ResponseCode>ErrorFolderNotFound<`).MatchString(a.text) {
		t.Errorf("the error is not in the form that Thunderbird reads\n%s", a.text)
	}
	all := strings.Replace(distinguished("", "inbox", "sentitems"), "IdOnly", "AllProperties", 1)
	c.post(t, path, soap("Exchange2007_SP1", all)).ok(t).want(t, "<t:FolderId ", "<t:ParentFolderId ", "<t:DisplayName>Inbox<")
}

func asEvolution(t *testing.T, c wire) {
	const path = "/EWS/Exchange.asmx"
	stranger := c
	stranger.user = ""
	probe := stranger.post(t, path, soap("", distinguished("", "inbox")))
	schemes := strings.Join(probe.header.Values("WWW-Authenticate"), ", ")
	if probe.status != http.StatusUnauthorized || !strings.Contains(schemes, "Basic realm=") || !strings.Contains(schemes, "Bearer ") {
		t.Errorf("the probe got %d with %q", probe.status, schemes)
	}
	// Fourteen folders, and so many answers; it stops at the first that is
	// missing. Tags of properties are decimal here and hexadecimal in answers.
	folders := []string{"calendar", "contacts", "deleteditems", "drafts", "inbox", "journal", "notes", "outbox", "sentitems", "tasks", "msgfolderroot", "root", "junkemail", "searchfolders"}
	a := c.post(t, path, soap("Exchange2007_SP1", distinguished("", folders...))).ok(t)
	if got := a.codes(); len(got) != len(folders) {
		t.Errorf("%d answers to %d questions: %v", len(got), len(folders), got)
	}
	hidden := c.post(t, path, soap("Exchange2010_SP2", distinguished(`<t:AdditionalProperties><t:ExtendedFieldURI PropertyTag="4340" PropertyType="Boolean"/><t:ExtendedFieldURI PropertyTag="13826" PropertyType="Integer"/></t:AdditionalProperties>`, "inbox"))).ok(t)
	hidden.want(t, `PropertyTag="0x3602"`)
}

func asExchangelib(t *testing.T, c wire) {
	const path = "/EWS/Exchange.asmx"
	dummy := `<m:ConvertId DestinationFormat="EntryId"><m:SourceIds><t:AlternateId Format="EwsId" Id="DUMMY" Mailbox="` + c.user + `"/></m:SourceIds></m:ConvertId>`
	stranger := c
	stranger.user = ""
	probe := stranger.post(t, path, soap("Exchange2016", dummy))
	// What is offered here is used: NTLM or Negotiate would have to work.
	for _, scheme := range probe.header.Values("WWW-Authenticate") {
		if strings.Contains(scheme, "NTLM") || strings.Contains(scheme, "Negotiate") || strings.Contains(scheme, "Digest") {
			t.Errorf("the server offers %q, which it does not speak", scheme)
		}
	}
	// The id is nonsense and the answer an error of that one id; the version
	// in the header is what the program is after.
	a := c.post(t, path, soap("Exchange2016", dummy), "X-AnchorMailbox", c.user, "X-PreferServerAffinity", "True").ok(t)
	if got := a.codes(); len(got) != 1 || got[0] == "NoError" {
		t.Errorf("ConvertId of a nonsensical id gives %v", got)
	}
	a.attribute(t, "ServerVersionInfo", "MajorVersion")
	inbox := `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="folder:TotalCount"/><t:FieldURI FieldURI="folder:EffectiveRights"/><t:ExtendedFieldURI PropertyTag="0xe08" PropertyType="Integer"/></t:AdditionalProperties></m:FolderShape>` +
		`<m:FolderIds><t:DistinguishedFolderId Id="conversationhistory"><t:Mailbox><t:EmailAddress>` + c.user + `</t:EmailAddress><t:RoutingType>SMTP</t:RoutingType></t:Mailbox></t:DistinguishedFolderId></m:FolderIds></m:GetFolder>`
	folder := c.post(t, path, soap("Exchange2016", inbox)).ok(t)
	folder.want(t, "<t:TotalCount>2<")
	find := `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:IndexedPageItemView MaxEntriesReturned="1" Offset="0" BasePoint="Beginning"/>` +
		`<m:SortOrder><t:FieldOrder Order="Descending"><t:FieldURI FieldURI="item:DateTimeReceived"/></t:FieldOrder></m:SortOrder><m:ParentFolderIds><t:FolderId Id="` + folder.attribute(t, "FolderId", "Id") + `"/></m:ParentFolderIds></m:FindItem>`
	page := c.post(t, path, soap("Exchange2016", find)).ok(t)
	if last, total, next := page.attribute(t, "RootFolder", "IncludesLastItemInRange"), page.attribute(t, "RootFolder", "TotalItemsInView"), page.attribute(t, "RootFolder", "IndexedPagingOffset"); last != "false" || total != "2" || next != "1" {
		t.Errorf("the first of two pages says last=%s total=%s next=%s", last, total, next)
	}
	get := `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="item:Subject"/><t:FieldURI FieldURI="item:MimeContent"/><t:FieldURI FieldURI="item:TextBody"/><t:FieldURI FieldURI="item:UniqueBody"/>` +
		`<t:FieldURI FieldURI="item:ConversationId"/><t:FieldURI FieldURI="message:From"/></t:AdditionalProperties></m:ItemShape><m:ItemIds><t:ItemId Id="` + page.attribute(t, "ItemId", "Id") + `"/></m:ItemIds></m:GetItem>`
	item := c.post(t, path, soap("Exchange2016", get)).ok(t)
	if got := item.codes(); !slices.Equal(got, []string{"NoError"}) {
		t.Errorf("GetItem with fields beyond this server's: %v\n%s", got, item.text)
	}
	item.want(t, "<t:Subject>", "<t:MimeContent ")
}

// The pinned client is the one that package.json names.
func TestForeignClientIsPinned(t *testing.T) {
	suite(t)
	var want struct{ Dependencies map[string]string }
	if err := json.Unmarshal(readFile(t, filepath.Join("foreign", "package.json")), &want); err != nil {
		t.Fatal(err)
	}
	for name, version := range want.Dependencies {
		var got struct{ Version string }
		if err := json.Unmarshal(readFile(t, filepath.Join("foreign", "node_modules", name, "package.json")), &got); err != nil {
			t.Fatal(err)
		}
		if got.Version != version {
			t.Errorf("%s is %s here, %s is pinned; run ./scripts/peers", name, got.Version, version)
		}
	}
}
