package object

import (
	"math"
	"testing"
	"time"
)

func TestConvert(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	when := day("2018-09-01")
	for _, c := range []struct {
		v    Value
		typ  string
		want Value
	}{
		{"abc", "String", "abc"},
		{nil, "String", ""},
		{i(5), "string", "5"},
		{list("a", i(1)), "String", "a 1"},
		{when, "String", "09/01/2018 00:00:00"},
		{"False", "Boolean", true},
		{"", "bool", false},
		{i(0), "Boolean", false},
		{nil, "SwitchParameter", false},
		{true, "switch", true},
		{"5", "Int32", i(5)},
		{" 5 ", "int", i(5)},
		{"", "int", i(0)},
		{nil, "int", i(0)},
		{"0x1F", "int", i(31)},
		{"0xFFFFFFFF", "int", i(-1)},
		{"1,000", "int", i(1000)},
		{"1kb", "int", i(1024)},
		{"1e3", "int", i(1000)},
		{"2.5", "int", i(2)}, // to even
		{"3.5", "int", i(4)},
		{2.5, "int", i(2)},
		{-3.5, "System.Int32", i(-4)},
		{true, "int", i(1)},
		{"3000000000", "Int64", int64(3000000000)},
		{i(5), "long", int64(5)},
		{"65535", "UInt16", i(65535)},
		{"4294967295", "UInt32", int64(4294967295)},
		{"18446744073709551615", "UInt64", 18446744073709551615.0},
		{"5.5", "Double", 5.5},
		{i(5), "double", 5.0},
		{"1.5", "decimal", 1.5},
		{"NaN", "double", math.NaN()},
		{i(65), "char", "A"},
		{"x", "char", "x"},
		{"7/1/2015", "DateTime", time.Date(2015, 7, 1, 0, 0, 0, 0, berlin)},
		{"2015-07-01T00:00:00Z", "datetime", time.Date(2015, 7, 1, 2, 0, 0, 0, berlin)},
		{when, "DateTime", when},
		{int64(636713568000000000), "DateTime", time.Date(2018, 9, 1, 0, 0, 0, 0, berlin)},
		{"30.00:00:00", "TimeSpan", 30 * 24 * time.Hour},
		{"30.00:00:00", "EnhancedTimeSpan", 30 * 24 * time.Hour},
		{i(10_000_000), "timespan", time.Second},
		{"00000004-0000-0ff1-ce00-000000000000", "Guid", GUID{3: 4, 6: 0x0f, 7: 0xf1, 8: 0xce}},
		{"{00000004-0000-0FF1-CE00-000000000000}", "guid", GUID{3: 4, 6: 0x0f, 7: 0xf1, 8: 0xce}},
		{"https://pool01.domain.com/metadata/json/1", "Uri", TypedText{"Uri", "https://pool01.domain.com/metadata/json/1"}},
		{"relative", "Uri", TypedText{"Uri", "relative"}},
		{nil, "Uri", nil},
		{nil, "Nullable`1[System.Guid]", nil},
		{"", "Nullable<DateTime>", nil},
		{"True", "Nullable[bool]", true},
		{"Unlimited", "Unlimited<UInt32>", Enum{"Unlimited", "Unlimited"}},
		{"5", "Unlimited<UInt32>", int64(5)},
		{"a", "String[]", typed("String[]", "a")},
		{list("a", i(1)), "string[]", typed("String[]", "a", "1")},
		{nil, "String[]", nil},
		{list("1", i(2)), "Int32[]", &List{Type: "Int32[]", Items: []Value{i(1), i(2)}}},
		{"a", "Fqdn[]", typed("Fqdn[]", "a")},
		{"a", "object[]", &List{Type: "Object[]", Items: []Value{"a"}}},
		{"a", "array", &List{Type: "Object[]", Items: []Value{"a"}}},
		{list("a"), "MultiValuedProperty", typed("MultiValuedProperty", "a")},
		{hash("Add", "x"), "MultiValuedProperty", hash("Add", "x")},
		{list(i(1)), "MultiValuedProperty<String>", typed("MultiValuedProperty<String>", "1")},
		{list(i(48), "130"), "Byte[]", Bytes{48, 130}},
		{i(7), "System.Byte[]", Bytes{7}},
		{Bytes{1}, "byte[]", Bytes{1}},
		{hash("a", i(1)), "hashtable", hash("a", i(1))},
		{hash("a", i(1)), "pscustomobject", &Object{Types: []string{customObject}, Properties: []Property{{Name: "a", Value: i(1)}}}},
		{"int", "type", Type{"System.Int32"}},
		{Secure{"x"}, "SecureString", Secure{"x"}},
		{i(5), "Object", i(5)},
		{"pool01.domain.com", "Fqdn", "pool01.domain.com"},
		{i(9001), "XdsIdentity", "9001"},
		{nil, "Fqdn", nil},
		{TypedText{"SmtpAddress", "a@b"}, "SmtpAddress", TypedText{"SmtpAddress", "a@b"}},
		{TypedText{"SmtpAddress", "a@b"}, "ProxyAddress", "a@b"},
		{&Object{Types: []string{"A.B.X"}, Text: "id"}, "XIdParameter", "id"},
		{"x", "Version", "x"},
	} {
		got, err := Convert(c.v, c.typ, berlin)
		if err != nil {
			t.Errorf("[%s]%#v: %v", c.typ, c.v, err)
			continue
		}
		if w, ok := c.want.(time.Time); ok {
			if g, ok := got.(time.Time); !ok || !g.Equal(w) || g.Location() != w.Location() {
				t.Errorf("[%s]%#v = %v, want %v", c.typ, c.v, got, w)
			}
			continue
		}
		same(t, "["+c.typ+"]"+Text(c.v), got, c.want)
	}
}

func TestConvertErrors(t *testing.T) {
	for _, c := range []struct {
		v                Value
		typ, id, message string
	}{
		{"x", "Int32", "InvalidCastFromStringToInteger", `Cannot convert value "x" to type "System.Int32". Error: "Input string was not in a correct format."`},
		{"3000000000", "int", "InvalidCastFromStringToInteger", `Cannot convert value "3000000000" to type "System.Int32". Error: "Value was either too large or too small for an Int32."`},
		{int64(3000000000), "int", "InvalidCastIConvertible", `Cannot convert value "3000000000" to type "System.Int32". Error: "Value was either too large or too small for an Int32."`},
		{i(-1), "UInt16", "InvalidCastIConvertible", `Cannot convert value "-1" to type "System.UInt16". Error: "Value was either too large or too small for a UInt16."`},
		{i(256), "byte", "InvalidCastIConvertible", `Cannot convert value "256" to type "System.Byte". Error: "Value was either too large or too small for an unsigned byte."`},
		{math.NaN(), "int", "InvalidCastIConvertible", `Cannot convert value "NaN" to type "System.Int32". Error: "Value was either too large or too small for an Int32."`},
		{1e19, "long", "InvalidCastIConvertible", `Cannot convert value "1E+19" to type "System.Int64". Error: "Value was either too large or too small for an Int64."`},
		{"x", "double", "InvalidCastFromStringToDoubleOrSingle", `Cannot convert value "x" to type "System.Double". Error: "Input string was not in a correct format."`},
		{"xy", "char", "InvalidCastParseTargetInvocation", `Cannot convert value "xy" to type "System.Char". Error: "String must be exactly one character long."`},
		{"soon", "DateTime", "InvalidCastParseTargetInvocationWithFormatProvider", `Cannot convert value "soon" to type "System.DateTime". Error: "The string was not recognized as a valid DateTime. There is an unknown word starting at index 0."`},
		{nil, "DateTime", "NullToValueType", `Cannot convert null to type "System.DateTime".`},
		{true, "DateTime", "ConvertToFinalInvalidCastException", `Cannot convert the "True" value of type "System.Boolean" to type "System.DateTime".`},
		{"x", "TimeSpan", "InvalidCastParseTargetInvocationWithFormatProvider", `Cannot convert value "x" to type "System.TimeSpan". Error: "String was not recognized as a valid TimeSpan."`},
		{"x", "Guid", "InvalidCastParseTargetInvocation", `Cannot convert value "x" to type "System.Guid". Error: "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx)."`},
		{hash(), "int", "ConvertToFinalInvalidCastException", `Cannot convert the "System.Collections.Hashtable" value of type "System.Collections.Hashtable" to type "System.Int32".`},
		{"x", "hashtable", "ConvertToFinalInvalidCastException", `Cannot convert the "x" value of type "System.String" to type "System.Collections.Hashtable".`},
		{"x", "SecureString", "ConvertToFinalInvalidCastException", `Cannot convert the "x" value of type "System.String" to type "System.Security.SecureString".`},
		{"x", "PSCredential", "ConvertToFinalInvalidCastException", `Cannot convert the "x" value of type "System.String" to type "System.Management.Automation.PSCredential".`},
		{"x", "scriptblock", "ConvertToFinalInvalidCastException", `Cannot convert the "x" value of type "System.String" to type "System.Management.Automation.ScriptBlock".`},
		{list("a", "b"), "int[]", "InvalidCastFromStringToInteger", `Cannot convert value "a" to type "System.Int32". Error: "Input string was not in a correct format."`},
		{"abc", "byte[]", "InvalidCastFromStringToInteger", `Cannot convert value "abc" to type "System.Byte". Error: "Input string was not in a correct format."`},
		{"http://[", "Uri", "InvalidCastParseTargetInvocation", `Cannot convert value "http://[" to type "System.Uri". Error: "Invalid URI: The URI could not be parsed."`},
		{"Frob", "type", "InvalidCastFromStringToType", `Cannot convert value "Frob" to type "System.Type". Error: "Unable to find type [Frob]."`},
	} {
		_, err := Convert(c.v, c.typ, nil)
		wantError(t, "["+c.typ+"]"+Text(c.v), err, c.id, c.message)
	}
}

func TestKnownType(t *testing.T) {
	for name, want := range map[string]string{
		"int": "System.Int32", "INT32": "System.Int32", "system.int32": "System.Int32", "string[]": "System.String[]",
		"DateTime": "System.DateTime", "Nullable[guid]": "System.Guid", "Nullable`1[System.Boolean]": "System.Boolean",
		"pscustomobject": customObject, "hashtable": "System.Collections.Hashtable", "io.file": "System.IO.File",
		"X509Certificate2": certificateType + "2", "Security.Cryptography.X509Certificates.X509Certificate": certificateType,
		"System.Security.Cryptography.X509Certificates.X509Certificate": certificateType, "regex": "System.Text.RegularExpressions.Regex",
		"SecureString": "System.Security.SecureString", "switch": "System.Management.Automation.SwitchParameter",
	} {
		if got, ok := KnownType(name); !ok || got != want {
			t.Errorf("KnownType(%q) = %q, %v", name, got, ok)
		}
	}
	for _, name := range []string{"", "Fqdn", "[]", "System.", "int[", "Nullable[Fqdn]"} {
		if got, ok := KnownType(name); ok {
			t.Errorf("KnownType(%q) = %q", name, got)
		}
	}
}

func TestGUID(t *testing.T) {
	g := GUID{3: 4, 6: 0x0f, 7: 0xf1, 8: 0xce}
	const d = "00000004-0000-0ff1-ce00-000000000000"
	for format, want := range map[string]string{"": d, "D": d, "n": "0000000400000ff1ce00000000000000", "B": "{" + d + "}", "p": "(" + d + ")"} {
		got, err := formatGUID(g, format)
		if err != nil || got != want {
			t.Errorf("%q = %q, %v", format, got, err)
		}
		if back, err := ParseGUID(got); err != nil || back != g {
			t.Errorf("%q reads back as %v, %v", got, back, err)
		}
	}
	for _, s := range []string{"", "4", d[:35], d + "0", "{" + d, d + "}", "{" + d + ")", "{00000000000000000000000000000000000}", "0000000g-0000-0ff1-ce00-000000000000", "00000004-00000ff1-ce00-000000000000-"} {
		_, err := ParseGUID(s)
		wantError(t, s, err, "FormatException", "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).")
	}
	if back := guidOfBytes(bytesOfGUID(g)); back != g {
		t.Errorf("bytes give %v", back)
	}
	if bytesOfGUID(g)[0] != 4 {
		t.Error("the first group is not little-endian")
	}
}
