package format_test

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

func cliXML(t interface {
	Helper()
	Fatal(...any)
}, depth int, values ...object.Value) string {
	t.Helper()
	var b strings.Builder
	c := format.NewCliXML(&b, depth)
	for _, v := range values {
		if err := c.Add(v); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCliXML(t *testing.T) {
	shared := texts("a")
	same(t, cliXML(t, 2,
		obj("System.Management.Automation.PSCustomObject", "S", "a<b\x1b_x41\n", "I", int32(-7), "L", int64(7), "On", true, "None", nil,
			"When", time.Date(2028, 1, 5, 9, 4, 48, 0, time.UTC), "Span", 30*24*time.Hour+1500*time.Millisecond, "Id", object.GUID{1}, "Raw", object.Bytes{1, 2},
			"Uri", object.TypedText{Type: "Uri", Value: "https://x/"}, "One", shared, "Two", shared),
		obj("Microsoft.X", "Kind", object.Enum{Type: "Microsoft.Kind", Name: "IIS, SMTP"}, "Hash", &object.Hash{Keys: []object.Value{"k"}, Values: []object.Value{int32(1)}}),
		obj("Microsoft.X", "Deep", obj("Y", "Deeper", obj("Z", "Deepest", obj("Q", "A", "b"))))), `|<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">
  <Obj RefId="0">
    <TN RefId="0">
      <T>System.Management.Automation.PSCustomObject</T>
    </TN>
    <MS>
      <S N="S">a&lt;b_x001B__x005F_x41_x000A_</S>
      <I32 N="I">-7</I32>
      <I64 N="L">7</I64>
      <B N="On">true</B>
      <Nil N="None" />
      <DT N="When">2028-01-05T09:04:48.0000000Z</DT>
      <TS N="Span">P30DT0H0M1.5S</TS>
      <G N="Id">01000000-0000-0000-0000-000000000000</G>
      <BA N="Raw">AQI=</BA>
      <URI N="Uri">https://x/</URI>
      <Obj N="One" RefId="1">
        <TN RefId="1">
          <T>System.String[]</T>
          <T>System.Array</T>
          <T>System.Object</T>
        </TN>
        <LST>
          <S>a</S>
        </LST>
      </Obj>
      <Ref N="Two" RefId="1" />
    </MS>
  </Obj>
  <Obj RefId="2">
    <TN RefId="2">
      <T>Deserialized.Microsoft.X</T>
    </TN>
    <Props>
      <Obj N="Kind" RefId="3">
        <TN RefId="3">
          <T>Microsoft.Kind</T>
          <T>System.Enum</T>
          <T>System.ValueType</T>
          <T>System.Object</T>
        </TN>
        <ToString>IIS, SMTP</ToString>
      </Obj>
      <Obj N="Hash" RefId="4">
        <TN RefId="4">
          <T>System.Collections.Hashtable</T>
          <T>System.Object</T>
        </TN>
        <DCT>
          <En>
            <S N="Key">k</S>
            <I32 N="Value">1</I32>
          </En>
        </DCT>
      </Obj>
    </Props>
  </Obj>
  <Obj RefId="5">
    <TNRef RefId="2" />
    <Props>
      <Obj N="Deep" RefId="6">
        <TN RefId="5">
          <T>Deserialized.Y</T>
        </TN>
        <Props>
          <Obj N="Deeper" RefId="7">
            <TN RefId="6">
              <T>Deserialized.Z</T>
            </TN>
            <Props>
              <S N="Deepest">Q</S>
            </Props>
          </Obj>
        </Props>
      </Obj>
    </Props>
  </Obj>
</Objs>
`)
	loop := &object.List{}
	loop.Items = []object.Value{loop}
	if got := cliXML(t, 9, loop); strings.Count(got, "<Obj ") != 1 {
		t.Errorf("a list in itself became\n%s", got)
	}
}

// anyValue is a value of a type that CLIXML has, with its own type names.
func anyValue(depth int) *rapid.Generator[object.Value] {
	simple := rapid.OneOf(
		rapid.Just(object.Value(nil)),
		rapid.Map(rapid.Bool(), func(v bool) object.Value { return v }),
		rapid.Map(rapid.Int32(), func(v int32) object.Value { return v }),
		rapid.Map(rapid.Int64(), func(v int64) object.Value { return v }),
		rapid.Map(rapid.Float64(), func(v float64) object.Value { return v }),
		rapid.Map(anyText(), func(s string) object.Value { return strings.ToValidUTF8(s, "\uFFFD") }),
		rapid.Map(rapid.Int64(), func(n int64) object.Value { return time.Duration(n) }),
		rapid.Map(rapid.Int64Range(-1e10, 1e10), func(n int64) object.Value { return time.Unix(n, n%1e7*100).UTC() }),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) object.Value { return object.Bytes(b) }),
		rapid.Just(object.Value(object.GUID{1, 2, 3})),
		rapid.Just(object.Value(object.Enum{Type: "Microsoft.Kind", Name: "A, B"})),
		rapid.Just(object.Value(object.TypedText{Type: "Uri", Value: "https://x"})),
		rapid.Just(object.Value(object.TypedText{Type: "SmtpAddress", Value: "a@b"})),
	)
	if depth == 0 {
		return simple
	}
	inner := anyValue(depth - 1)
	return rapid.OneOf(simple,
		rapid.Map(rapid.SliceOfN(inner, 0, 4), func(items []object.Value) object.Value {
			return &object.List{Type: "String[]", Items: items}
		}),
		rapid.Map(rapid.SliceOfN(inner, 0, 4), func(items []object.Value) object.Value {
			return &object.Hash{Keys: slices.Clone(items), Values: items}
		}),
		rapid.Custom(func(r *rapid.T) object.Value {
			o := &object.Object{Types: []string{rapid.SampledFrom([]string{"System.Management.Automation.PSCustomObject", "Deserialized.X"}).Draw(r, "type")}}
			for range rapid.IntRange(0, 4).Draw(r, "properties") {
				o.Properties = append(o.Properties, object.Property{Name: "P" + strings.ToValidUTF8(anyText().Draw(r, "name"), "?"), Value: inner.Draw(r, "value")})
			}
			return o
		}))
}

func equalValues(a, b any) string {
	return cmp.Diff(a, b, cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) }),
		cmp.Comparer(func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }),
		cmp.Comparer(func(a, b object.Bytes) bool { return bytes.Equal(a, b) }),
		cmp.Comparer(func(a, b []object.Value) bool {
			return slices.EqualFunc(a, b, func(a, b object.Value) bool { return equalValues(a, b) == "" })
		}))
}

func TestCliXMLRoundTrip(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		want := rapid.SliceOfN(anyValue(3), 0, 4).Draw(r, "values")
		document := cliXML(r, 9, want...)
		got, err := format.ReadCliXML(strings.NewReader(document))
		if err != nil {
			r.Fatalf("%v\n%s", err, document)
		}
		if diff := equalValues(want, got); diff != "" || len(got) != len(want) {
			r.Fatalf("%s\n%s", diff, document)
		}
	})
}

// Windows writes UTF-16 with a byte order mark.
func TestCliXMLEncodings(t *testing.T) {
	document := cliXML(t, 2, "a𐐷b")
	wide := []byte{0xFF, 0xFE}
	for _, unit := range utf16.Encode([]rune(document)) {
		wide = append(wide, byte(unit), byte(unit>>8))
	}
	for name, data := range map[string]string{"utf-8": document, "utf-8 with a mark": "\uFEFF" + document, "utf-16": string(wide)} {
		got, err := format.ReadCliXML(strings.NewReader(data))
		if err != nil || len(got) != 1 || got[0] != "a𐐷b" {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestForeignCliXML(t *testing.T) {
	const head = `<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">`
	got, err := format.ReadCliXML(strings.NewReader(head + `<Obj RefId="0"><TN RefId="0"><T>Deserialized.Microsoft.X</T><T>Deserialized.System.Object</T></TN><ToString>x1</ToString>
		<Props><By N="Level">4</By><C N="Letter">65</C><Version N="V">15.1</Version><S N="Pair">_xD83D__xDE00_</S><Db N="D">INF</Db><TS N="T">PT1M</TS></Props>
		<MS><S N="RunspaceId">r</S></MS></Obj></Objs>`))
	if err != nil {
		t.Fatal(err)
	}
	want := obj("Deserialized.Microsoft.X", "Level", int32(4), "Letter", "A", "V", object.TypedText{Type: "Version", Value: "15.1"}, "Pair", "😀", "D", math.Inf(1), "T", time.Minute, "RunspaceId", "r")
	want.Types, want.Text = append(want.Types, "Deserialized.System.Object"), "x1"
	if diff := equalValues([]object.Value{want}, got); diff != "" {
		t.Error(diff)
	}
}

func TestCliXMLIsRefused(t *testing.T) {
	const head = `<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">`
	obj := func(inside string) string { return head + "<Obj RefId=\"0\">" + inside + "</Obj></Objs>" }
	bomb := head + `<Obj RefId="0"><LST><S>x</S></LST></Obj>`
	for i := range 30 {
		id, before := string(rune('b'+i)), string(rune('b'+i-1))
		if i == 0 {
			before = "0"
		}
		bomb += `<Obj RefId="` + id + `"><LST>` + strings.Repeat(`<Ref RefId="`+before+`" />`, 9) + `</LST></Obj>`
	}
	for name, row := range map[string]struct{ document, says string }{
		"nothing":          {"", "ends too early"},
		"another document": {"<html></html>", "not with <Objs>"},
		"document type":    {`<!DOCTYPE Objs [<!ENTITY a "b">]>` + head + "</Objs>", "document type"},
		"type inside":      {head + `<!DOCTYPE x></Objs>`, "document type"},
		"entity":           {head + "<S>&a;</S></Objs>", "entity"},
		"half":             {head + "<S>a", "unexpected EOF"},
		"unknown element":  {head + "<What>a</What></Objs>", "no value"},
		"no number":        {head + "<I32>a</I32></Objs>", "invalid syntax"},
		"reference":        {head + `<Ref RefId="7" /></Objs>`, "leads nowhere"},
		"itself":           {obj(`<LST><Ref RefId="0" /></LST>`), "leads nowhere"},
		"type names":       {obj(`<TNRef RefId="7" />`), "leads nowhere"},
		"text in text":     {head + "<S><S>a</S></S></Objs>", "text is expected"},
		"dictionary":       {obj("<DCT><S>a</S></DCT>"), "stands in a <DCT>"},
		"depth":            {head + strings.Repeat("<Obj><LST>", 40), "64 levels"},
		"reference bomb":   {bomb + "</Objs>", "million"},
		"elements":         {head + strings.Repeat("<Nil/>", 1_000_001) + "</Objs>", "million"},
		"size":             {"\xff\xfe" + strings.Repeat("a", 64<<20), "64 MiB"},
		"duration":         {head + "<TS>P9999999999D</TS></Objs>", "no duration"},
		"date":             {head + "<DT>yesterday</DT></Objs>", "yesterday"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := format.ReadCliXML(strings.NewReader(row.document))
			if err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("error %v, want %q (%d values)", err, row.says, len(got))
			}
		})
	}
}

func FuzzReadCliXML(f *testing.F) {
	f.Add(cliXML(f, 3, sample(), nil, "x", time.Hour, texts("a", "b")))
	f.Add(`<Objs><Obj RefId="0"><TN RefId="0"><T>System.Enum</T></TN><ToString>a</ToString><I32>4</I32></Obj><Ref RefId="0"/></Objs>`)
	f.Add(`<Objs><TS>-P1DT2H3M4.5S</TS><DT>2028-01-05T09:04:48</DT><BA>AQI=</BA><G>{0}</G></Objs>`)
	f.Fuzz(func(t *testing.T, document string) {
		values, err := format.ReadCliXML(strings.NewReader(document))
		if err != nil {
			return
		}
		// What has been read can be written, read again and shown.
		again, err := format.ReadCliXML(strings.NewReader(cliXML(t, 64, values...)))
		if err != nil && !strings.Contains(err.Error(), "64 levels") {
			t.Fatal(err)
		}
		if err == nil && len(again) != len(values) {
			t.Fatalf("%d values became %d", len(values), len(again))
		}
		p := format.New(format.Options{Out: func(string) {}})
		for _, v := range values {
			if err := p.Print(v); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.Flush(); err != nil {
			t.Fatal(err)
		}
	})
}
