package ews

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// envelope wraps headers and an operation the shortest way.
func envelope(headers, operation string) string {
	return `<s:Envelope xmlns:s="` + soapURI + `" xmlns="` + messagesURI + `" xmlns:t="` + typesURI + `"><s:Header>` + headers +
		`</s:Header><s:Body>` + operation + `</s:Body></s:Envelope>`
}

const deleteOne = `<DeleteItem DeleteType="HardDelete"><ItemIds><t:ItemId Id="a"/></ItemIds></DeleteItem>`

func decode(t *testing.T, document string) (*Request, *Fault) {
	t.Helper()
	request, err := DecodeRequest(strings.NewReader(document), Limits{})
	if err == nil {
		return request, nil
	}
	fault, ok := errors.AsType[*Fault](err)
	if !ok {
		t.Fatalf("the error %v is not a fault", err)
	}
	return request, fault
}

func TestLimits(t *testing.T) {
	laughs := `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;">` +
		`<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;">]>` + envelope("", "<GetItem>&lol3;</GetItem>")
	nested := func(n int) string {
		return envelope("", strings.Repeat("<a>", n)+strings.Repeat("</a>", n))
	}
	var attributes, declarations strings.Builder
	for i := range 1_000_000 {
		attributes.WriteString(" a")
		attributes.WriteString(strings.Repeat("b", i%9))
		attributes.WriteByte(byte('a' + i%26))
		attributes.WriteString(`=""`)
	}
	for range 60 {
		declarations.WriteString(`<a xmlns:a="1" xmlns:b="2" xmlns:c="3" xmlns:d="4" xmlns:e="5">`)
	}
	for name, c := range map[string]struct {
		document string
		limits   Limits
		code     ResponseCode
		status   int
		want     string
	}{
		"too long":              {envelope("", deleteOne) + strings.Repeat(" ", 17<<20), Limits{}, ErrorMessageSizeExceeded, 413, "longer than 16777216 bytes"},
		"own size limit":        {envelope("", deleteOne), Limits{Bytes: 100}, ErrorMessageSizeExceeded, 413, "longer than 100 bytes"},
		"deep":                  {nested(1_000_000), Limits{}, ErrorSchemaValidation, 500, "nested more than 100 deep"},
		"own depth":             {envelope("", deleteOne), Limits{Depth: 4}, ErrorSchemaValidation, 500, "nested more than 4 deep"},
		"billion laughs":        {laughs, Limits{}, ErrorSchemaValidation, 500, "document type declaration"},
		"a million attributes":  {envelope("", "<a"+attributes.String()+"/>"), Limits{}, ErrorSchemaValidation, 500, "more than 64 attributes"},
		"many elements":         {envelope("", strings.Repeat("<a/>", 300_000)), Limits{}, ErrorSchemaValidation, 500, "more than 250000 elements"},
		"own elements":          {envelope("", deleteOne), Limits{Elements: 3}, ErrorSchemaValidation, 500, "more than 3 elements"},
		"many declarations":     {envelope("", declarations.String()), Limits{}, ErrorSchemaValidation, 500, "namespace declarations are in force"},
		"attributes altogether": {envelope("", strings.Repeat(`<a b="" c="" d=""/>`, 9)), Limits{Elements: 12}, ErrorSchemaValidation, 500, "The document has more than 24 attributes"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := DecodeRequest(strings.NewReader(c.document), c.limits)
			fault, ok := errors.AsType[*Fault](err)
			if !ok {
				t.Fatalf("got %v, want a fault", err)
			}
			if fault.Code != c.code || fault.HTTPStatus() != c.status || !strings.Contains(fault.Text, c.want) {
				t.Errorf("got HTTP %d %v, want HTTP %d %s with %q", fault.HTTPStatus(), fault, c.status, c.code, c.want)
			}
			if len(fault.Text) > 300 {
				t.Errorf("the text has %d characters", len(fault.Text))
			}
		})
	}
}

// The size limit stops the reading, not only the parsing.
func TestTheSizeLimitStopsReading(t *testing.T) {
	endless := &countingReader{r: iotest.DataErrReader(zeros{})}
	_, err := DecodeRequest(endless, Limits{Bytes: 1 << 20})
	if fault, ok := errors.AsType[*Fault](err); !ok || fault.HTTPStatus() != 413 {
		t.Errorf("got %v", err)
	}
	if endless.n > 1<<20+1 {
		t.Errorf("%d bytes were read", endless.n)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type countingReader struct {
	r io.Reader
	n int
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

func TestABrokenConnectionIsAFaultToo(t *testing.T) {
	_, err := DecodeRequest(iotest.ErrReader(errors.New("secret of the network stack")), Limits{})
	fault, ok := errors.AsType[*Fault](err)
	if !ok || fault.HTTPStatus() != 400 || strings.Contains(fault.Text, "secret") {
		t.Errorf("got %v", err)
	}
}

func TestHeaders(t *testing.T) {
	for name, c := range map[string]struct {
		headers string
		want    Header
	}{
		"none":            {"", Header{}},
		"culture":         {`<t:MailboxCulture>en-US</t:MailboxCulture>`, Header{MailboxCulture: "en-US"}},
		"precision":       {`<t:DateTimePrecision>Seconds</t:DateTimePrecision>`, Header{DateTimePrecision: "Seconds"}},
		"principal name":  {`<t:ExchangeImpersonation><t:ConnectingSID><t:PrincipalName>a@b</t:PrincipalName></t:ConnectingSID></t:ExchangeImpersonation>`, Header{Impersonation: &Impersonation{PrincipalName: "a@b"}}},
		"sid":             {`<t:ExchangeImpersonation><t:ConnectingSID><t:SID>S-1-5</t:SID></t:ConnectingSID></t:ExchangeImpersonation>`, Header{Impersonation: &Impersonation{SID: "S-1-5"}}},
		"smtp":            {`<t:ExchangeImpersonation><t:ConnectingSID><t:SmtpAddress> a@b </t:SmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>`, Header{Impersonation: &Impersonation{SMTPAddress: "a@b"}}},
		"roles":           {`<t:ManagementRole><t:UserRoles><t:Role>MailboxSearch</t:Role></t:UserRoles></t:ManagementRole>`, Header{UserRoles: []string{"MailboxSearch"}}},
		"zone":            {`<t:TimeZoneContext><t:TimeZoneDefinition Id="UTC" Name="x"><t:Periods/></t:TimeZoneDefinition></t:TimeZoneContext>`, Header{TimeZone: "UTC"}},
		"unknown":         {`<t:ProxyRequestTypeHeader/><x xmlns="urn:x" s:mustUnderstand="0"/>`, Header{}},
		"addressing":      {`<Action xmlns="http://www.w3.org/2005/08/addressing" s:mustUnderstand="1">x</Action>`, Header{}},
		"must understand": {`<t:RequestServerVersion s:mustUnderstand="1" Version="Exchange2010"/>`, Header{Version: Exchange2010}},
	} {
		t.Run(name, func(t *testing.T) {
			request, fault := decode(t, envelope(c.headers, deleteOne))
			if fault != nil {
				t.Fatal(fault)
			}
			if d := cmp.Diff(c.want, request.Header); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestRequestsThatAreFaults(t *testing.T) {
	for name, c := range map[string]struct {
		document string
		code     ResponseCode
		want     string
	}{
		"server version":        {envelope(`<t:RequestServerVersion Version="Exchange2003"/>`, deleteOne), ErrorInvalidServerVersion, "The specified server version is invalid."},
		"no version":            {envelope(`<t:RequestServerVersion/>`, deleteOne), ErrorSchemaValidation, "'Version' is missing"},
		"not XML":               {"hello", ErrorSchemaValidation, "outside the root"},
		"not SOAP":              {"<html/>", ErrorSchemaValidation, "'html' is not a SOAP 1.1 Envelope"},
		"no body":               {`<Envelope xmlns="` + soapURI + `"/>`, ErrorSchemaValidation, "no Body"},
		"empty body":            {envelope("", " "), ErrorSchemaValidation, "Body is empty"},
		"https in namespace":    {envelope("", `<GetItem xmlns="https://schemas.microsoft.com/exchange/services/2006/messages"/>`), ErrorSchemaValidation, "not in the namespace http://"},
		"no delete type":        {envelope("", `<DeleteItem><ItemIds><t:ItemId Id="a"/></ItemIds></DeleteItem>`), ErrorSchemaValidation, "'DeleteType' is missing"},
		"wrong delete type":     {envelope("", `<DeleteItem DeleteType="Burn"><ItemIds><t:ItemId Id="a"/></ItemIds></DeleteItem>`), ErrorSchemaValidation, "'Burn'"},
		"no ids":                {envelope("", `<DeleteItem DeleteType="HardDelete"><ItemIds/></DeleteItem>`), ErrorSchemaValidation, "holds no item ids"},
		"no list of ids":        {envelope("", `<DeleteItem DeleteType="HardDelete"/>`), ErrorSchemaValidation, "needs ItemIds"},
		"no shape":              {envelope("", `<GetItem><ItemIds><t:ItemId Id="a"/></ItemIds></GetItem>`), ErrorSchemaValidation, "needs an ItemShape"},
		"wrong base shape":      {envelope("", `<GetFolder><FolderShape><t:BaseShape>Everything</t:BaseShape></FolderShape><FolderIds><t:FolderId Id="a"/></FolderIds></GetFolder>`), ErrorSchemaValidation, "'Everything'"},
		"no folders":            {envelope("", `<CreateFolder><ParentFolderId><t:FolderId Id="a"/></ParentFolderId></CreateFolder>`), ErrorSchemaValidation, "needs a ParentFolderId"},
		"wrong tag":             {envelope("", createWith(`<t:ExtendedFieldURI PropertyTag="0x10000" PropertyType="Integer"/><t:Value>1</t:Value>`)), ErrorSchemaValidation, "'0x10000'"},
		"tag without type":      {envelope("", createWith(`<t:ExtendedFieldURI PropertyTag="0xe07"/><t:Value>1</t:Value>`)), ErrorSchemaValidation, "'PropertyType' is missing"},
		"unknown type":          {envelope("", createWith(`<t:ExtendedFieldURI PropertyTag="0xe07" PropertyType="Int"/><t:Value>1</t:Value>`)), ErrorSchemaValidation, "needs a PropertyTag"},
		"two forms":             {envelope("", createWith(`<t:ExtendedFieldURI PropertyTag="0xe07" PropertyName="x" PropertyType="Integer"/><t:Value>1</t:Value>`)), ErrorSchemaValidation, "needs a PropertyTag"},
		"two values":            {envelope("", createWith(`<t:ExtendedFieldURI PropertyTag="0xe07" PropertyType="Integer"/><t:Values><t:Value>1</t:Value><t:Value>2</t:Value></t:Values>`)), ErrorSchemaValidation, "exactly one value"},
		"no URI":                {envelope("", createWith(`<t:Value>1</t:Value>`)), ErrorSchemaValidation, "no ExtendedFieldURI"},
		"wrong flag":            {envelope("", createMessage(`<t:IsRead>yes</t:IsRead>`)), ErrorSchemaValidation, "neither true nor false"},
		"wrong date":            {envelope("", createMessage(`<t:DateTimeSent>yesterday</t:DateTimeSent>`)), ErrorSchemaValidation, "not a date"},
		"wrong number":          {envelope("", createMessage(`<t:Size>99999999999</t:Size>`)), ErrorSchemaValidation, "not a number"},
		"wrong base64":          {envelope("", createMessage(`<t:MimeContent>***</t:MimeContent>`)), ErrorSchemaValidation, "not base64"},
		"wrong importance":      {envelope("", createMessage(`<t:Importance>Huge</t:Importance>`)), ErrorSchemaValidation, "'Huge'"},
		"body of no type":       {envelope("", createMessage(`<t:Body>x</t:Body>`)), ErrorSchemaValidation, "'BodyType' is missing"},
		"two impersonated":      {envelope(`<t:ExchangeImpersonation><t:ConnectingSID><t:SID>a</t:SID><t:PrincipalName>b</t:PrincipalName></t:ConnectingSID></t:ExchangeImpersonation>`, deleteOne), ErrorSchemaValidation, "exactly one of"},
		"nobody impersonated":   {envelope(`<t:ExchangeImpersonation/>`, deleteOne), ErrorSchemaValidation, "no ConnectingSID"},
		"unknown expression":    {envelope("", findWith(`<Restriction><t:Near/></Restriction>`)), ErrorSchemaValidation, "'Near' is not known"},
		"two expressions":       {envelope("", findWith(`<Restriction>`+exists+exists+`</Restriction>`)), ErrorSchemaValidation, "exactly one search expression"},
		"and of nothing":        {envelope("", findWith(`<Restriction><t:And/></Restriction>`)), ErrorSchemaValidation, "wrong number of operands"},
		"equal to nothing":      {envelope("", findWith(`<Restriction><t:IsEqualTo><t:FieldURI FieldURI="item:Subject"/></t:IsEqualTo></Restriction>`)), ErrorSchemaValidation, "nothing to compare"},
		"view of another kind":  {envelope("", findWith(`<SeekToConditionPageItemView BasePoint="End"/>`)), ErrorSchemaValidation, "'SeekToConditionPageItemView' is not supported"},
		"fraction of nothing":   {envelope("", findWith(`<FractionalPageItemView Numerator="1" Denominator="0"/>`)), ErrorSchemaValidation, "fraction"},
		"set without value":     {envelope("", updateWith(`<t:SetItemField><t:FieldURI FieldURI="item:Subject"/></t:SetItemField>`)), ErrorSchemaValidation, "no new value"},
		"delete with value":     {envelope("", updateWith(`<t:DeleteItemField><t:FieldURI FieldURI="item:Subject"/><t:Message/></t:DeleteItemField>`)), ErrorSchemaValidation, "one too many"},
		"update of no property": {envelope("", updateWith(`<t:SetItemField><t:Message/></t:SetItemField>`)), ErrorSchemaValidation, "names no property"},
	} {
		t.Run(name, func(t *testing.T) {
			_, fault := decode(t, c.document)
			if fault == nil {
				t.Fatal("it was accepted")
			}
			if fault.Code != c.code || !strings.Contains(fault.Text, c.want) {
				t.Errorf("got %v, want %s with %q", fault, c.code, c.want)
			}
			if fault.Code == ErrorSchemaValidation && (fault.Line == 0 || fault.Violation == "" || fault.Message != "The request failed schema validation.") {
				t.Errorf("the fault does not say where and what: %+v", fault)
			}
		})
	}
}

const exists = `<t:Exists><t:FieldURI FieldURI="item:Subject"/></t:Exists>`

func createMessage(content string) string {
	return `<CreateItem><Items><t:Message>` + content + `</t:Message></Items></CreateItem>`
}

func createWith(property string) string {
	return createMessage(`<t:ExtendedProperty>` + property + `</t:ExtendedProperty>`)
}

func findWith(content string) string {
	return `<FindItem Traversal="Shallow"><ItemShape><t:BaseShape>IdOnly</t:BaseShape></ItemShape>` + content +
		`<ParentFolderIds><t:FolderId Id="a"/></ParentFolderIds></FindItem>`
}

func updateWith(update string) string {
	return `<UpdateItem ConflictResolution="AutoResolve"><ItemChanges><t:ItemChange><t:ItemId Id="a"/><t:Updates>` + update +
		`</t:Updates></t:ItemChange></ItemChanges></UpdateItem>`
}

func TestSOAPFaults(t *testing.T) {
	for want, document := range map[string]string{
		"MustUnderstand":  envelope(`<Security xmlns="urn:wss" s:mustUnderstand="1"/>`, deleteOne),
		"VersionMismatch": strings.ReplaceAll(envelope("", deleteOne), soapURI, "http://www.w3.org/2003/05/soap-envelope"),
	} {
		if _, fault := decode(t, document); fault == nil || fault.SOAPCode != want || fault.Code != "" {
			t.Errorf("got %v, want %s", fault, want)
		}
	}
}

func TestElementsComeInAnyOrder(t *testing.T) {
	swapped := `<GetItem><ItemIds><t:ItemId Id="a"/></ItemIds><ItemShape><t:AdditionalProperties/><t:BaseShape>Default</t:BaseShape></ItemShape></GetItem>`
	request, fault := decode(t, envelope("", swapped))
	if fault != nil {
		t.Fatal(fault)
	}
	if d := cmp.Diff(&GetItemRequest{ItemShape{Base: Default}, []ItemID{{ID: "a"}}}, request.Body.(*GetItemRequest)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	request, fault = decode(t, envelope("", createMessage(`<t:IsRead>1</t:IsRead><t:Novelty/><t:Subject>s</t:Subject><t:ItemClass>c</t:ItemClass>`)))
	if fault != nil {
		t.Fatal(fault)
	}
	want := []Item{{Kind: KindMessage, IsRead: new(true), Subject: "s", Class: "c"}}
	if d := cmp.Diff(want, request.Body.(*CreateItemRequest).Items); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A part this package cannot name keeps its place, so that the answers stay in
// the order of the request.
func TestIDsOfAnotherKindKeepTheirPlace(t *testing.T) {
	request, fault := decode(t, envelope("", `<DeleteItem DeleteType="HardDelete"><ItemIds><t:ItemId Id="a"/>`+
		`<t:OccurrenceItemId RecurringMasterId="b" InstanceIndex="1"/><t:ItemId Id="c"/></ItemIds></DeleteItem>`))
	if fault != nil {
		t.Fatal(fault)
	}
	if d := cmp.Diff([]ItemID{{ID: "a"}, {}, {ID: "c"}}, request.Body.(*DeleteItemRequest).IDs); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestUnknownOperations(t *testing.T) {
	for element, want := range map[string]string{
		"MarkAllItemsAsRead":            "unknown operation MarkAllItemsAsRead",
		"GetUserOofSettingsRequest":     "unknown operation GetUserOofSettings",
		"GetUserAvailabilityRequest":    "unknown operation GetUserAvailability",
		"SomethingNobodyHasEverHeardOf": "unknown operation SomethingNobodyHasEverHeardOf",
	} {
		request, fault := decode(t, envelope(`<t:RequestServerVersion Version="Exchange2013"/>`, `<`+element+` a="1"><b/></`+element+`>`))
		if fault != nil {
			t.Fatal(fault)
		}
		unknown, ok := request.Body.(*UnknownRequest)
		if !ok || unknown.String() != want || request.Header.Version != Exchange2013 {
			t.Errorf("%s is read as %+v, want %s", element, request, want)
		}
	}
}

func TestTheRequestComesWithTheFault(t *testing.T) {
	request, fault := decode(t, envelope(`<t:RequestServerVersion Version="Exchange2013"/>`, `<DeleteItem/>`))
	if fault == nil || request.Operation != "DeleteItem" || request.Header.Version != Exchange2013 || request.Body != nil {
		t.Errorf("got %+v, %v", request, fault)
	}
}

func TestPropertyTagsAreReadInEveryForm(t *testing.T) {
	for written, want := range map[string]uint16{"3591": 0xe07, "0xe07": 0xe07, "0x0E07": 0xe07, "0X0E07": 0xe07, " 3591 ": 0xe07, "65535": 0xffff, "0x1": 1} {
		request, fault := decode(t, envelope("", createWith(`<t:ExtendedFieldURI PropertyTag="`+written+`" PropertyType="Integer"/><t:Value>1</t:Value>`)))
		if fault != nil {
			t.Errorf("%q: %v", written, fault)
			continue
		}
		if got := request.Body.(*CreateItemRequest).Items[0].Properties[0].URI.Tag; got != want {
			t.Errorf("%q is read as %#x", written, got)
		}
	}
	var b bytes.Buffer
	w := &writer{w: &b}
	PropertyTag(0x0e08, "Integer").encode(w)
	if w.flush(); b.String() != `<t:ExtendedFieldURI PropertyTag="0xe08" PropertyType="Integer"/>` {
		t.Errorf("written as %s", b.String())
	}
}

func TestParseDate(t *testing.T) {
	for written, want := range map[string]string{
		"2026-08-22T10:11:12Z":          "2026-08-22T10:11:12Z",
		"2026-08-22T10:11:12.987Z":      "2026-08-22T10:11:12Z",
		"2026-08-22T12:11:12+02:00":     "2026-08-22T10:11:12Z",
		"2026-08-22T10:11:12":           "2026-08-22T10:11:12Z",
		"2026-08-22T10:11:12.987654321": "2026-08-22T10:11:12Z",
		"2026-08-22":                    "2026-08-22T00:00:00Z",
		"2026-08-22Z":                   "2026-08-22T00:00:00Z",
		" 2026-08-22T10:11:12Z\n":       "2026-08-22T10:11:12Z",
	} {
		got, err := ParseDate(written)
		if err != nil || FormatDate(got) != want {
			t.Errorf("%q is read as %v, %v", written, got, err)
		}
	}
	if _, err := ParseDate("22.8.2026"); err == nil || !strings.Contains(err.Error(), "yyyy-MM-ddTHH:mm:ssZ") {
		t.Errorf("got %v: the error says which form is right", err)
	}
}
