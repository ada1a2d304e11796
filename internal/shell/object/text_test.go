package object

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

type block string

func (b block) Source() string { return string(b) }

func TestTextShowAndTruth(t *testing.T) {
	newYork := zone(t, "America/New_York")
	when := time.Date(2028, 1, 5, 9, 4, 48, 0, time.UTC)
	custom := &Object{Types: []string{customObject}, Properties: []Property{{Name: "a", Value: i(1)}, {Name: "b", Value: list(i(1))}, {Name: "c"}}}
	for _, c := range []struct {
		v          Value
		text, show string
		truth      bool
		typeName   string
	}{
		{nil, "", "", false, ""},
		{true, "True", "True", true, "System.Boolean"},
		{false, "False", "False", false, "System.Boolean"},
		{i(-5), "-5", "-5", true, "System.Int32"},
		{i(0), "0", "0", false, "System.Int32"},
		{int64(5), "5", "5", true, "System.Int64"},
		{0.0, "0", "0", false, "System.Double"},
		{1234.5, "1234.5", "1234.5", true, "System.Double"},
		{"", "", "", false, "System.String"},
		{"0", "0", "0", true, "System.String"},
		{when, "01/05/2028 09:04:48", "1/5/2028 9:04:48 AM", true, "System.DateTime"},
		// A local date is shown in the session's zone; its text is as it is.
		{when.In(zone(t, "Europe/Berlin")), "01/05/2028 10:04:48", "1/5/2028 4:04:48 AM", true, "System.DateTime"},
		{30 * 24 * time.Hour, "30.00:00:00", "30.00:00:00", true, "System.TimeSpan"},
		{GUID{0xAB, 15: 1}, "ab000000-0000-0000-0000-000000000001", "ab000000-0000-0000-0000-000000000001", true, "System.Guid"},
		{Bytes{48, 130, 3, 41, 1}, "48 130 3 41 1", "{48, 130, 3, 41...}", true, "System.Byte[]"},
		{Bytes{}, "", "{}", false, "System.Byte[]"},
		{Bytes{0}, "0", "{0}", false, "System.Byte[]"},
		{TypedText{"Uri", "https://a/"}, "https://a/", "https://a/", true, "System.Uri"},
		{TypedText{"Microsoft.Exchange.Data.SmtpAddress", "a@b"}, "a@b", "a@b", true, "Microsoft.Exchange.Data.SmtpAddress"},
		{Enum{"AllowedServices", "IMAP, POP"}, "IMAP, POP", "IMAP, POP", true, "AllowedServices"},
		{Type{"int"}, "int", "System.Int32", true, "System.RuntimeType"},
		{Type{"System.IO.File"}, "System.IO.File", "System.IO.File", true, "System.RuntimeType"},
		{list(), "", "{}", false, "System.Object[]"},
		{list(nil), "", "{}", false, "System.Object[]"},
		{list(i(0)), "0", "{0}", false, "System.Object[]"},
		{list(i(0), i(0)), "0 0", "{0, 0}", true, "System.Object[]"},
		{list(list()), "", "{}", false, "System.Object[]"},
		{list(list(i(0))), "0", "{0}", true, "System.Object[]"},
		{list("a", "b", "c", "d", "e"), "a b c d e", "{a, b, c, d...}", true, "System.Object[]"},
		{list("a", list("b", "c")), "a b c", "{a, b c}", true, "System.Object[]"},
		{list(when), "01/05/2028 09:04:48", "{1/5/2028 9:04:48 AM}", true, "System.Object[]"},
		{typed("String[]", "a"), "a", "{a}", true, "System.String[]"},
		{hash("a", i(1), "b", i(2)), "System.Collections.Hashtable", "{a, b}", true, "System.Collections.Hashtable"},
		{hash(), "System.Collections.Hashtable", "{}", true, "System.Collections.Hashtable"},
		{custom, "@{a=1; b=System.Object[]; c=}", "@{a=1; b=System.Object[]; c=}", true, customObject},
		{&Object{}, "", "", true, customObject},
		{&Object{Types: []string{"A.B"}}, "A.B", "A.B", true, "A.B"},
		{&Object{Types: []string{"Selected.A.B"}, Properties: []Property{{Name: "Name", Value: "x"}}}, "@{Name=x}", "@{Name=x}", true, "Selected.A.B"},
		{&Object{Types: []string{"A.B"}, Text: "Lync"}, "Lync", "Lync", true, "A.B"},
		{&ErrorRecord{Message: "no"}, "no", "no", true, "System.Management.Automation.ErrorRecord"},
		{Secure{"P@ssw0rd"}, "System.Security.SecureString", "System.Security.SecureString", true, "System.Security.SecureString"},
		{block(" $_ "), " $_ ", " $_ ", true, "System.Management.Automation.ScriptBlock"},
	} {
		if got := Text(c.v); got != c.text {
			t.Errorf("Text(%#v) = %q, want %q", c.v, got, c.text)
		}
		if got := ShowLimited(c.v, newYork, 4); got != c.show {
			t.Errorf("Show(%#v) = %q, want %q", c.v, got, c.show)
		}
		if got := Truth(c.v); got != c.truth {
			t.Errorf("Truth(%#v) = %v", c.v, got)
		}
		if got := TypeName(c.v); got != c.typeName {
			t.Errorf("TypeName(%#v) = %q, want %q", c.v, got, c.typeName)
		}
	}
}

// A value that holds itself ends.
func TestCyclesEnd(t *testing.T) {
	l := list("a")
	l.Items = append(l.Items, l)
	o := &Object{}
	o.Properties = []Property{{Name: "Self", Value: o}}
	h := hash()
	h.Set("self", h)
	for _, v := range []Value{l, o, h} {
		_ = Text(v)
		_ = Show(v, nil)
		_ = Truth(v)
		_, _ = Get(v, "Missing")
		_ = Clone(v)
		if _, err := Call(Runtime{}, v, "Frob", nil); err == nil {
			t.Errorf("Frob is known of %T", v)
		}
	}
}

func TestSecureStringsAreNeverShown(t *testing.T) {
	const secret = "P@ssw0rd"
	s := Secure{secret}
	credential := NewCredential("alice", s)
	shown := []string{Text(s), Show(s, nil), Text(list(s)), Show(list(s), nil), Text(credential), Show(credential, nil)}
	for _, op := range []string{"+", "-join", "-f", "-eq", "-like", "-replace", "-split", "-match", "-as"} {
		v, err := Operate(op, "x", s)
		shown = append(shown, Text(v))
		if err != nil {
			shown = append(shown, err.Error())
		}
	}
	for _, typ := range []string{"String", "Int32", "DateTime", "Byte[]", "Guid", "Unknown"} {
		v, err := Convert(s, typ, nil)
		shown = append(shown, Text(v))
		if err != nil {
			shown = append(shown, err.Error())
		}
	}
	for _, text := range shown {
		if strings.Contains(text, secret) {
			t.Errorf("shows %q", text)
		}
	}
}

// ShowLimited shows the first members, and dots exactly when there are more.
func TestShowLimitedCuts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-zäß]{1,5}`), 0, 20).Draw(t, "words")
		limit := rapid.IntRange(-1, 22).Draw(t, "limit")
		want := strings.Join(words, ", ")
		if limit >= 0 && len(words) > limit {
			want = strings.Join(words[:limit], ", ") + "..."
		}
		if got := ShowLimited(texts(words), nil, limit); got != "{"+want+"}" {
			t.Fatalf("ShowLimited(%v, %d) = %q", words, limit, got)
		}
	})
}

// Text reads back: numbers, GUIDs, dates and durations are what they were.
func TestTextReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.OneOf(
			rapid.Map(rapid.Int32(), func(n int32) Value { return n }),
			rapid.Map(rapid.Int64(), func(n int64) Value { return n }),
			rapid.Map(rapid.SliceOfN(rapid.Byte(), 16, 16), func(b []byte) Value { return GUID(b) }),
			rapid.Map(rapid.Int64Range(-60e9, 250e9), func(n int64) Value { return time.Unix(n, 0).UTC() }),
			rapid.Map(rapid.Int64Range(-9e16, 9e16), func(n int64) Value { return time.Duration(n) * 100 }),
			rapid.Map(rapid.Bool(), func(b bool) Value { return b }),
		).Draw(t, "v")
		back, err := Convert(Text(v), TypeName(v), time.UTC)
		if b, ok := v.(bool); ok && !b {
			return // [bool]"False" is true, as any text
		}
		if err != nil || compareKnown(t, back, v) != 0 {
			t.Fatalf("%q reads back as %#v, %v", Text(v), back, err)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Float64Range(-1e308, 1e308).Draw(t, "f") // the largest double rounds up to none, in .NET too
		back, err := Convert(Text(f), "Double", nil)
		if g, ok := back.(float64); err != nil || !ok || math.Abs(g-f) > math.Abs(f)*1e-14 && !math.IsInf(g, 0) {
			t.Fatalf("%q reads back as %v, %v", Text(f), back, err)
		}
	})
}

func compareKnown(t *rapid.T, a, b Value) int {
	c, err := Compare(a, b)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Compare(a, b) is the opposite of Compare(b, a), whatever they are.
func TestCompareIsAntisymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyValue(t, "a"), anyValue(t, "b")
		x, errX := Compare(a, b)
		y, errY := Compare(b, a)
		if (errX == nil) != (errY == nil) || errX == nil && x != -y {
			t.Fatalf("Compare(%#v, %#v) = %d, %v; the other way %d, %v", a, b, x, errX, y, errY)
		}
		if self, err := Compare(a, a); err == nil && self != 0 {
			t.Fatalf("Compare(%#v, itself) = %d", a, self)
		}
		if Equal(a, b) != Equal(b, a) && TypeName(a) == TypeName(b) {
			t.Fatalf("Equal(%#v, %#v) depends on the order", a, b)
		}
	})
}

func anyValue(t *rapid.T, label string) Value {
	return rapid.OneOf(
		rapid.Just(Value(nil)),
		rapid.Map(rapid.Bool(), func(b bool) Value { return b }),
		rapid.Map(rapid.Int32Range(-20, 20), func(n int32) Value { return n }),
		rapid.Map(rapid.Int64Range(-20, 20), func(n int64) Value { return n }),
		rapid.Map(rapid.Float64Range(-20, 20), func(f float64) Value { return f }),
		rapid.Map(rapid.StringMatching(`[a-cA-CäÄé1-3_ -]{0,4}`), func(s string) Value { return s }),
		rapid.Map(rapid.Int64Range(0, 1e9), func(n int64) Value { return time.Unix(n, 0).UTC() }),
		rapid.Map(rapid.Int64Range(-9e9, 9e9), func(n int64) Value { return time.Duration(n) }),
		rapid.Map(rapid.Byte(), func(b byte) Value { return GUID{b} }),
		rapid.Map(rapid.SampledFrom([]string{"Full", "None"}), func(s string) Value { return Enum{"Level", s} }),
		rapid.Map(rapid.SampledFrom([]string{"a@b", "2"}), func(s string) Value { return TypedText{"SmtpAddress", s} }),
		rapid.Just(Value(hash("a", int32(1)))), rapid.Just(Value(list("a"))), rapid.Just(Value(&Object{Text: "b"})), rapid.Just(Value(Secure{"a"})),
	).Draw(t, label)
}

func TestCompareText(t *testing.T) {
	sorted := []string{"", "-a", "_", "1", "10", "2", "a", "A", "á", "ab", "b", "Z", "ß", "日本"}
	for n := 1; n < len(sorted); n++ {
		if compareText(sorted[n-1], sorted[n], true) >= 0 {
			t.Errorf("%q does not come before %q", sorted[n-1], sorted[n])
		}
	}
	if compareText("ABC", "abc", false) != 0 {
		t.Error("case counts")
	}
}

// Operators on anything give a value or an *Error, and never panic.
func TestOperatorsTakeAnything(t *testing.T) {
	ops := []string{"+", "-", "*", "/", "%", "..", "-f", "-eq", "-clt", "-ge", "-like", "-match", "-replace", "-split", "-join",
		"-contains", "-in", "-is", "-as", "-band", "-shl"}
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyValue(t, "a"), anyValue(t, "b")
		op := rapid.SampledFrom(ops).Draw(t, "op")
		v, err := Operate(op, a, b)
		if err != nil {
			if e, ok := err.(*Error); !ok || e.ID == "" || e.Category == "" || e.Message == "" {
				t.Fatalf("%#v %s %#v fails with %#v", a, op, b, err)
			}
		}
		if !utf8.ValidString(Text(v)) {
			t.Fatalf("%#v %s %#v is no text: %q", a, op, b, Text(v))
		}
		for _, typ := range []string{"int", "string", "datetime", "timespan", "guid", "byte[]", "string[]", "hashtable", "uri", "Fqdn", "switch", "double", "char"} {
			if _, err := Convert(a, typ, nil); err != nil {
				if e, ok := err.(*Error); !ok || e.ID == "" || e.Message == "" {
					t.Fatalf("[%s]%#v fails with %#v", typ, a, err)
				}
			}
		}
	})
}
