package ews

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"
)

func parseString(src string) (*document, *SyntaxError) { return parse(src, Limits{}.withDefaults()) }

func TestParseKeepsText(t *testing.T) {
	for _, c := range []struct{ name, document, want string }{
		{"plain", `<a>text</a>`, "text"},
		{"references", `<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;</a>`, `<>&"'AB`},
		{"CDATA", `<a>x<![CDATA[<y>&amp;]]>z</a>`, "x<y>&amp;z"},
		{"comment inside", `<a>x<!-- no -->y</a>`, "xy"},
		{"line ends", "<a>1\r\n2\r3&#xD;4</a>", "1\n2\n3\r4"},
		{"illegal characters are dropped", "<a>x\x00\x1fy&#0;&#x1F;z\uFFFE\uFFFF&#xFFFE;</a>", "xyz"},
		{"private use is kept", "<a>\uFB00\uF8FF</a>", "\uFB00\uF8FF"},
		{"byte order mark", "\uFEFF<a>x</a>", "x"},
		{"declaration", `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><a>x</a>`, "x"},
		{"empty", `<a/>`, ""},
		{"white space", "<a> \n x </a>", " \n x "},
		{"beside children it is dropped", `<a>x<b/>y</a>`, ""},
		{"many chunks", "<a>" + strings.Repeat("x<!---->", 1000) + "</a>", strings.Repeat("x", 1000)},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := parseString(c.document)
			if err != nil {
				t.Fatal(err)
			}
			if got := d.root().text(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestParseResolvesNamespaces(t *testing.T) {
	d, err := parseString(`<x:a xmlns:x="` + soapURI + `" xmlns="` + typesURI + `" x:b="1" b="2">` +
		`<c/><x:c xmlns:x="` + messagesURI + `"/><c xmlns=""/><x:c/><y:c xmlns:y="urn:other"/></x:a>`)
	if err != nil {
		t.Fatal(err)
	}
	root := d.root()
	if !root.is(nsSOAP, "a") {
		t.Error("the root is not in the SOAP namespace")
	}
	if v, _ := root.findIn(nsSOAP, "b"); v != "1" {
		t.Errorf("x:b is %q", v)
	}
	if v := root.attr("b"); v != "2" {
		t.Errorf("b is %q: an attribute without a prefix is in no namespace", v)
	}
	var got []namespace
	for c := range root.children() {
		got = append(got, c.node().space)
	}
	want := []namespace{nsTypes, nsMessages, nsNone, nsSOAP, nsOther}
	if len(got) != len(want) {
		t.Fatalf("%d children, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("child %d is in namespace %d, want %d", i, got[i], want[i])
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct{ document, want string }{
		"nothing":                 {"", "no root element"},
		"only space":              {" \n", "no root element"},
		"text outside":            {"x<a/>", "outside the root"},
		"text after":              {"<a/>x", "outside the root"},
		"CDATA outside":           {"<a/><![CDATA[x]]>", "outside the root"},
		"two roots":               {"<a/><b/>", "more than one root"},
		"not closed":              {"<a><b></b>", "ends inside the element a"},
		"crossed":                 {"<a><b></a></b>", "closes nothing"},
		"end only":                {"</a>", "closes nothing"},
		"same name, other prefix": {`<x:a xmlns:x="u" xmlns:y="u"></y:a>`, "closes nothing"},
		"undeclared prefix":       {"<x:a/>", "prefix x is not declared"},
		"undeclared on attribute": {`<a x:b="1"/>`, "prefix x is not declared"},
		"prefix taken back":       {`<x:a xmlns:x="u"><b xmlns:x=""/></x:a>`, "not allowed"},
		"xmlns prefix":            {`<a xmlns:xmlns="u"/>`, "not allowed"},
		"attribute twice":         {`<a b="1" b="2"/>`, "given twice"},
		"declaration twice":       {`<a xmlns:b="1" xmlns:b="2"/>`, "given twice"},
		"attribute without value": {`<a b/>`, "has no value"},
		"attribute not quoted":    {`<a b=1/>`, "not quoted"},
		"attribute not ended":     {`<a b="1/>`, "does not end"},
		"less than in attribute":  {`<a b="<"/>`, "has a <"},
		"no space":                {`<a b="1"c="2"/>`, "no space before"},
		"tag not ended":           {"<a", "does not end"},
		"no name":                 {"<>", "A name is expected"},
		"digit first":             {"<1a/>", "A name is expected"},
		"two colons":              {`<a:b:c xmlns:a="u"/>`, "does not end"},
		"reference not ended":     {"<a>&amp</a>", "does not end"},
		"bare ampersand":          {"<a>a & b</a>", "does not end"},
		"unknown reference":       {"<a>&nbsp;</a>", "&nbsp; is not known"},
		"too large a reference":   {"<a>&#x110000;</a>", "is not known"},
		"negative reference":      {"<a>&#-1;</a>", "is not known"},
		"]]>":                     {"<a>]]></a>", "]]>"},
		"CDATA not ended":         {"<a><![CDATA[x</a>", "CDATA section does not end"},
		"comment not ended":       {"<a><!-- x</a>", "comment does not end"},
		"hyphens in comment":      {"<a><!-- -- --></a>", "two hyphens"},
		"processing instruction":  {"<a><?php x?></a>", "processing instruction"},
		"late declaration":        {` <?xml version="1.0"?><a/>`, "processing instruction"},
		"DTD":                     {"<!DOCTYPE a><a/>", "document type declaration"},
		"not UTF-8":               {"<a>\xff</a>", "not UTF-8"},
		"UTF-16":                  {"\xfe\xff\x00<\x00a", "not UTF-8"},
		"another encoding":        {`<?xml version="1.0" encoding="iso-8859-1"?><a/>`, "iso-8859-1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseString(c.document)
			if err == nil {
				t.Fatal("it was accepted")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("it says %q, want %q", err, c.want)
			}
		})
	}
}

func TestSyntaxErrorNamesThePlace(t *testing.T) {
	_, err := parseString("<a>\n  <é></é>\n</a>")
	if err == nil || err.Line != 2 || err.Position != 4 {
		t.Errorf("got %+v, want line 2, position 4", err)
	}
}

// FuzzParse holds the scanner against encoding/xml: what it accepts the
// standard library accepts too, with the same names and the same text.
func FuzzParse(f *testing.F) {
	for _, data := range sampleFiles(f) {
		f.Add(string(data))
	}
	for _, s := range []string{"<a>x<![CDATA[y]]>&#65;<!-- z --></a>", "<a b='1\r\n2'>\r\n</a>", `<x:a xmlns:x="u" x:b="&lt;"/>`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		d, syntax := parseString(src)
		if syntax != nil || strings.Contains(src, "<?xml") || mayHoldIllegal(src) {
			return
		}
		var want []string
		dec := xml.NewDecoder(strings.NewReader(src))
		for {
			tok, err := dec.RawToken()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("accepted, but encoding/xml says %v", err)
			}
			if start, ok := tok.(xml.StartElement); ok {
				want = append(want, start.Name.Local)
			}
		}
		if len(want) != len(d.elements) {
			t.Fatalf("%d elements, encoding/xml has %d", len(d.elements), len(want))
		}
		for i := range want {
			if d.elements[i].name != want[i] {
				t.Errorf("element %d is %q, encoding/xml says %q", i, d.elements[i].name, want[i])
			}
		}
		if len(want) == 1 {
			var only struct {
				Text string `xml:",chardata"`
			}
			if err := xml.Unmarshal([]byte(strings.TrimPrefix(src, "\uFEFF")), &only); err != nil || only.Text != d.root().text() {
				t.Errorf("the text is %q, encoding/xml says %q, %v", d.root().text(), only.Text, err)
			}
		}
	})
}

// mayHoldIllegal reports whether a document has characters that the scanner
// drops and encoding/xml refuses, or references that may stand for them.
func mayHoldIllegal(s string) bool {
	return strings.Contains(s, "&#") || strings.HasPrefix(s, "\uFEFF") ||
		strings.ContainsFunc(s, func(r rune) bool { return !isLegal(r) })
}

// FuzzDecodeRequest: no input panics, every failure is a fault that can be
// written, and what was understood can be written and read again.
func FuzzDecodeRequest(f *testing.F) {
	for _, data := range sampleFiles(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		request, err := DecodeRequest(bytes.NewReader(data), Limits{})
		if err != nil {
			fault, ok := errors.AsType[*Fault](err)
			if !ok {
				t.Fatalf("the error %v is not a fault", err)
			}
			var b bytes.Buffer
			if err := EncodeFault(&b, fault); err != nil {
				t.Fatal(err)
			}
			if _, err := DecodeResponse(&b, Limits{}); !errors.As(err, &fault) {
				t.Fatalf("the fault is read as %v\n%s", err, b.Bytes())
			}
			return
		}
		var b bytes.Buffer
		if err := EncodeRequest(&b, request.Header, request.Body); err != nil {
			t.Fatal(err)
		}
		if !utf8.Valid(b.Bytes()) {
			t.Error("it is written as something that is not UTF-8")
		}
		if _, err := parseString(b.String()); err != nil {
			t.Fatalf("it is written as something that is not XML: %v\n%s", err, b.Bytes())
		}
	})
}

// FuzzDecodeResponse: no input panics, and what was understood can be written
// and read again.
func FuzzDecodeResponse(f *testing.F) {
	for name := range goldens() {
		f.Add(readGolden(f, name))
	}
	for _, name := range []string{"fault-schema", "fault-busy", "fault-mustunderstand"} {
		f.Add(readGolden(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		response, err := DecodeResponse(bytes.NewReader(data), Limits{})
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := EncodeResponse(&b, response.Server, V20170711, response.Body); err != nil {
			t.Fatal(err)
		}
		if _, err := DecodeResponse(bytes.NewReader(b.Bytes()), Limits{}); err != nil {
			t.Fatalf("written it reads %v\n%s", err, b.Bytes())
		}
	})
}
