package object

import (
	"bytes"
	"crypto/x509/pkix"
	"io/fs"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
)

func TestStatic(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	rt := Runtime{
		Now: func() time.Time { return now }, Zone: berlin, Random: bytes.NewReader(make([]byte, 64)),
		ReadFile: func(path string) ([]byte, error) {
			switch path {
			case `C:\a.txt`:
				return []byte("\xef\xbb\xbfone\r\ntwo\r\n"), nil
			case "big":
				return make([]byte, maxRead+1), nil
			}
			return nil, fs.ErrNotExist
		},
	}
	args := func(vs ...Value) []Value { return vs }
	for _, c := range []struct {
		typ, member string
		args        []Value // nil for a property
		want        Value
	}{
		{"System.Convert", "ToBase64String", args(Bytes{1, 2, 3}), "AQID"},
		{"Convert", "ToBase64String", args(list(i(1), i(2), i(3))), "AQID"},
		{"convert", "FromBase64String", args("AQID"), Bytes{1, 2, 3}},
		{"convert", "ToInt32", args("42"), i(42)},
		{"convert", "ToInt32", args("ff", i(16)), i(255)},
		{"convert", "ToString", args(i(5)), "5"},
		{"string", "IsNullOrEmpty", args(nil), true},
		{"string", "IsNullOrEmpty", args(" "), false},
		{"string", "IsNullOrWhiteSpace", args(" \u00a0"), true},
		{"string", "Join", args(",", list("a", i(1))), "a,1"},
		{"string", "Join", args(",", "a", "b"), "a,b"},
		{"string", "Format", args("{0}-{1}", "a", i(1)), "a-1"},
		{"string", "Compare", args("a", "A", true), i(0)},
		{"string", "Empty", nil, ""},
		{"int", "MaxValue", nil, i(math.MaxInt32)},
		{"long", "MaxValue", nil, int64(math.MaxInt64)},
		{"long", "MinValue", nil, int64(math.MinInt64)},
		{"UInt16", "MaxValue", nil, i(65535)},
		{"double", "MaxValue", nil, math.MaxFloat64},
		{"int", "Parse", args(" 5 "), i(5)},
		{"bool", "Parse", args("false"), false},
		{"Math", "Round", args(2.5), 2.0},
		{"Math", "Round", args(2.125, i(2)), 2.12},
		{"Math", "Round", args(2.5, "AwayFromZero"), 3.0},
		{"Math", "Ceiling", args(1.2), 2.0},
		{"Math", "Floor", args(-1.2), -2.0},
		{"Math", "Abs", args(i(-5)), i(5)},
		{"Math", "Max", args(i(1), i(2)), i(2)},
		{"Math", "Min", args(i(1), 2.5), 1.0},
		{"Math", "Pow", args(i(2), i(10)), 1024.0},
		{"Math", "PI", nil, math.Pi},
		{"Guid", "NewGuid", []Value{}, GUID{6: 0x40, 8: 0x80}},
		{"Guid", "Empty", nil, GUID{}},
		{"TimeSpan", "FromDays", args(i(30)), 30 * 24 * time.Hour},
		{"TimeSpan", "FromMinutes", args(1.5), 90 * time.Second},
		{"TimeSpan", "Zero", nil, time.Duration(0)},
		{"DateTime", "DaysInMonth", args(i(2016), i(2)), i(29)},
		{"DateTime", "IsLeapYear", args(i(2015)), false},
		{"DayOfWeek", "friday", nil, Enum{"System.DayOfWeek", "Friday"}},
		{"System.StringSplitOptions", "RemoveEmptyEntries", nil, Enum{"System.StringSplitOptions", "RemoveEmptyEntries"}},
		{"IO.File", "ReadAllText", args(`C:\a.txt`), "one\r\ntwo\r\n"},
		{"System.IO.File", "ReadAllLines", args(`C:\a.txt`), typed("String[]", "one", "two")},
		{"IO.File", "Exists", args("none"), false},
		{"IO.Path", "Combine", args(`C:\a`, "b", "c.txt"), `C:\a\b\c.txt`},
		{"IO.Path", "GetFileNameWithoutExtension", args(`C:\a\b.c.txt`), "b.c"},
		{"IO.Path", "GetExtension", args("a/b.pfx"), ".pfx"},
		{"Uri", "EscapeDataString", args("a b/ü"), "a%20b%2F%C3%BC"},
		{"Uri", "UnescapeDataString", args("a%20b+c"), "a b+c"},
		{"regex", "Escape", args("a.b c-d"), `a\.b\ c-d`},
		{"regex", "IsMatch", args("ABC", "b"), false},
		{"regex", "IsMatch", args("ABC", "b", "IgnoreCase"), true},
		{"regex", "Replace", args("aAa", "a", "x"), "xAx"},
		{"char", "IsDigit", args("5"), true},
		{"TimeSpan", "new", args(i(1), i(2), i(3)), time.Hour + 2*time.Minute + 3*time.Second},
	} {
		got, err := Static(rt, c.typ, c.member, c.args != nil, c.args)
		if err != nil {
			t.Errorf("[%s]::%s: %v", c.typ, c.member, err)
			continue
		}
		same(t, "["+c.typ+"]::"+c.member, got, c.want)
	}
	dates := []struct {
		member string
		args   []Value
		want   time.Time
	}{
		{"Now", nil, now},
		{"UtcNow", nil, now},
		{"Today", nil, time.Date(2026, 3, 4, 0, 0, 0, 0, berlin)},
		{"Parse", args("10:30"), time.Date(2026, 3, 4, 10, 30, 0, 0, berlin)},
		{"ParseExact", args("20150701 1030", "yyyyMMdd HHmm", nil), time.Date(2015, 7, 1, 10, 30, 0, 0, berlin)},
		{"ParseExact", args("Jul 1, 15 at 2 PM", "MMM d, yy 'at' h tt"), time.Date(2015, 7, 1, 14, 0, 0, 0, berlin)},
		{"FromFileTime", args(int64(132249384000000000)), time.Date(2020, 1, 31, 10, 0, 0, 0, time.UTC)},
		{"SpecifyKind", args(time.Date(2020, 1, 1, 5, 0, 0, 0, berlin), Enum{"DateTimeKind", "Utc"}), time.Date(2020, 1, 1, 5, 0, 0, 0, time.UTC)},
		{"new", args(i(2020), i(2), i(29)), time.Date(2020, 2, 29, 0, 0, 0, 0, berlin)},
	}
	for _, c := range dates {
		got, err := Static(rt, "datetime", c.member, c.args != nil, c.args)
		if at, ok := got.(time.Time); err != nil || !ok || !at.Equal(c.want) {
			t.Errorf("[datetime]::%s = %v, %v; want %v", c.member, got, err, c.want)
		}
	}
	for _, c := range []struct {
		typ, member string
		args        []Value
		id, message string
	}{
		{"Frob", "X", args(), "TypeNotFound", "Unable to find type [Frob]."},
		{"int", "Frob", args(), "MethodNotFound", "Method invocation failed because [System.Int32] does not contain a method named 'Frob'."},
		{"convert", "ToBase64String", args(nil), "ArgumentNullException", "Exception calling \"ToBase64String\" with \"1\" argument(s): \"Value cannot be null.\nParameter name: inArray\""},
		{"IO.File", "ReadAllBytes", args("none"), "FileNotFoundException", `Exception calling "ReadAllBytes" with "1" argument(s): "Could not find file 'none'."`},
		{"IO.File", "ReadAllBytes", args("big"), "LimitExceeded", `Exception calling "ReadAllBytes" with "1" argument(s): "The file is larger than this shell allows."`},
		{"datetime", "ParseExact", args("2015", "yyyyMMdd"), "FormatException", `Exception calling "ParseExact" with "2" argument(s): "String was not recognized as a valid DateTime."`},
		{"int", "Parse", args("x"), "FormatException", `Exception calling "Parse" with "1" argument(s): "Input string was not in a correct format."`},
		{"string", "Join", args(), "MethodCountCouldNotFindBest", `Cannot find an overload for "Join" and the argument count: "0".`},
	} {
		_, err := Static(rt, c.typ, c.member, true, c.args)
		wantError(t, c.typ+"::"+c.member, err, c.id, c.message)
	}
}

func TestNew(t *testing.T) {
	for _, c := range []struct {
		typ  string
		args []Value
		want Value
	}{
		{"PSObject", nil, &Object{Types: []string{customObject}}},
		{"hashtable", nil, &Hash{}},
		{"System.Collections.ArrayList", nil, &List{Type: "ArrayList"}},
		{"System.Collections.Generic.List[string]", nil, &List{Type: "System.Collections.Generic.List[string]"}},
		{"TimeSpan", []Value{i(1), i(2), i(3), i(4)}, 26*time.Hour + 3*time.Minute + 4*time.Second},
		{"Guid", []Value{"01000000-0000-0000-0000-000000000000"}, GUID{1}},
		{"Guid", nil, GUID{}},
		{"Uri", []Value{"https://a/"}, TypedText{"Uri", "https://a/"}},
		{"string", []Value{"-", i(5)}, "-----"},
		{"SecureString", nil, Secure{}},
	} {
		got, err := New(c.typ, c.args)
		if err != nil {
			t.Errorf("%s: %v", c.typ, err)
		}
		same(t, c.typ, got, c.want)
	}
	credential, err := New("System.Management.Automation.PSCredential", []Value{`LITWARE\alice`, Secure{"x"}})
	if err != nil {
		t.Fatal(err)
	}
	network, err := Call(Runtime{}, credential, "GetNetworkCredential", nil)
	if err != nil || mustGet(t, network, "UserName") != "alice" || mustGet(t, network, "Domain") != "LITWARE" || mustGet(t, network, "Password") != "x" {
		t.Errorf("network credential is %v, %v", network, err)
	}
	_, err = New("Frob", nil)
	wantError(t, "unknown", err, "TypeNotFound", "Cannot find type [Frob]: verify that the assembly containing this type is loaded.")
	_, err = New("datetime", []Value{i(2015), i(2), i(30)})
	wantError(t, "date", err, "ConstructorInvokedThrowException", `Exception calling ".ctor" with "3" argument(s): "Year, Month, and Day parameters describe an un-representable DateTime."`)
	_, err = New("PSCredential", []Value{"a", "plain"})
	wantError(t, "credential", err, "ConvertToFinalInvalidCastException", `Cannot convert the "plain" value of type "System.String" to type "System.Security.SecureString".`)
}

// The lines of seed 001: a certificate from a file, and its Base64 text.
func TestCertificate(t *testing.T) {
	cert, key, err := certs.NewSelfSigned(certs.SelfSigned{Subject: pkix.Name{CommonName: certs.AuthCertificateName},
		NotBefore: day("2026-01-02 03:04:05"), NotAfter: day("2031-01-02")})
	if err != nil {
		t.Fatal(err)
	}
	pfx, err := certs.ExportPFX(certs.PFX{Certificate: cert, Key: key}, "P@ssw0rd", certs.Modern)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{
		`C:\Certificates\Office365.cer`: cert.Raw,
		"pem":                           certs.EncodeCertificates(cert),
		"base64":                        []byte(b64(cert.Raw)),
		"pfx":                           pfx,
		"text":                          []byte("hello"),
		"big":                           make([]byte, maxFile+1),
	}
	rt := Runtime{Zone: zone(t, "America/New_York"), ReadFile: func(path string) ([]byte, error) {
		if data, ok := files[path]; ok {
			return data, nil
		}
		return nil, os.ErrNotExist
	}}
	call := func(v Value, method string, args ...Value) Value {
		t.Helper()
		got, err := Call(rt, v, method, args)
		if err != nil {
			t.Fatalf("%s: %v", method, err)
		}
		return got
	}
	certificate, err := New("System.Security.Cryptography.X509Certificates.X509Certificate", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Call(rt, certificate, "GetRawCertData", nil)
	wantError(t, "empty", err, "CryptographicException", `Exception calling "GetRawCertData" with "0" argument(s): "m_safeCertContext is an invalid handle."`)
	for _, path := range []Value{`C:\Certificates\Office365.cer`, "pem", "base64", Bytes(cert.Raw), list(Items(Bytes(cert.Raw))...)} {
		same(t, "Import", call(certificate, "Import", path), nil)
		same(t, "raw data", call(certificate, "GetRawCertData"), Bytes(cert.Raw))
	}
	encoded, err := Static(rt, "System.Convert", "ToBase64String", true, []Value{call(certificate, "GetRawCertData")})
	if err != nil || encoded != b64(cert.Raw) {
		t.Errorf("Base64 is %v, %v", encoded, err)
	}
	same(t, "effective", call(certificate, "GetEffectiveDateString"), Show(cert.NotBefore.In(rt.Zone), nil))
	same(t, "expiration", call(certificate, "GetExpirationDateString"), Show(cert.NotAfter.In(rt.Zone), nil))
	same(t, "subject", mustGet(t, certificate, "Subject"), "CN=Microsoft Exchange Server Auth Certificate")
	same(t, "shown", texts(Names(certificate)), typed("String[]", "Issuer", "Subject"))
	same(t, "thumbprint", call(certificate, "GetCertHashString"), mustGet(t, certificate, "Thumbprint"))
	if !strings.HasPrefix(Text(certificate), "[Subject]\n  CN=Microsoft Exchange Server Auth Certificate\n\n[Issuer]") {
		t.Errorf("text is %q", Text(certificate))
	}
	for _, typ := range []string{"X509Certificate2", "X509Certificate"} {
		converted, err := Convert(Bytes(cert.Raw), typ, rt.Zone)
		if err != nil || mustGet(t, converted, "Thumbprint") != mustGet(t, certificate, "Thumbprint") {
			t.Errorf("[%s]: %v, %v", typ, converted, err)
		}
	}
	_, err = Convert(Bytes("hello"), "X509Certificate2", nil)
	wantError(t, "cast", err, "InvalidCastConstructorException", "Cannot convert value \"System.Byte[]\" to type \"System.Security.Cryptography.X509Certificates.X509Certificate2\". Error: \"Cannot find the requested object.\n\"")
	second, err := Static(rt, "X509Certificate2", "new", true, []Value{"pfx", Secure{"P@ssw0rd"}})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "key", mustGet(t, second, "HasPrivateKey"), true)
	same(t, "raw", mustGet(t, second, "RawData"), Bytes(cert.Raw))
	for _, c := range []struct {
		args []Value
		id   string
		want string
	}{
		{[]Value{"none"}, "CryptographicException", "The system cannot find the file specified.\n"},
		{[]Value{"text"}, "CryptographicException", "Cannot find the requested object.\n"},
		{[]Value{"big"}, "LimitExceeded", "The file is larger than this shell allows."},
		{[]Value{Bytes(files["big"])}, "LimitExceeded", "The certificate file is larger than this shell allows."},
		{[]Value{"pfx", "wrong"}, "CryptographicException", "The specified network password is not correct.\n"},
	} {
		_, err := Call(rt, certificate, "Import", c.args)
		wantError(t, c.want, err, c.id, `Exception calling "Import" with "`+Text(i(len(c.args)))+`" argument(s): "`+c.want+`"`)
	}
}

func b64(b []byte) string {
	v, _ := Static(Runtime{}, "convert", "ToBase64String", true, []Value{Bytes(b)})
	return Text(v)
}

func TestDistinguishedName(t *testing.T) {
	// SEQUENCE { C=US } { O="A, B" } { CN=x }
	raw := []byte{0x30, 0x28,
		0x31, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x06, 0x13, 0x02, 'U', 'S',
		0x31, 0x0d, 0x30, 0x0b, 0x06, 0x03, 0x55, 0x04, 0x0a, 0x0c, 0x04, 'A', ',', ' ', 'B',
		0x31, 0x0a, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x01, 'x'}
	if got := distinguishedName(raw); got != `CN=x, O="A, B", C=US` {
		t.Errorf("name is %q", got)
	}
	if got := distinguishedName([]byte{1}); got != "" {
		t.Errorf("nonsense is %q", got)
	}
}

func TestEncodings(t *testing.T) {
	for _, c := range []struct {
		name, text string
		bytes      Bytes
		back       string
	}{
		{"UTF8", "aß", Bytes{'a', 0xc3, 0x9f}, "aß"},
		{"ascii", "aß", Bytes{'a', '?'}, "a?"},
		{"Unicode", "aß", Bytes{'a', 0, 0xdf, 0}, "aß"},
	} {
		encoding, err := Static(Runtime{}, "Text.Encoding", c.name, false, nil)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Call(Runtime{}, encoding, "GetBytes", []Value{c.text})
		if err != nil {
			t.Fatal(err)
		}
		same(t, c.name, b, c.bytes)
		s, err := Call(Runtime{}, encoding, "GetString", []Value{b})
		if err != nil || s != c.back {
			t.Errorf("%s gives back %q, %v", c.name, s, err)
		}
	}
	if got := fileText([]byte{0xff, 0xfe, 'a', 0}); got != "a" {
		t.Errorf("a file of UTF-16 is %q", got)
	}
	if got := fileText([]byte("a\xff")); got != "a\ufffd" {
		t.Errorf("a file that is no text is %q", got)
	}
}

func TestRegexMatches(t *testing.T) {
	static := func(member string, args ...Value) Value {
		t.Helper()
		v, err := Static(Runtime{}, "regex", member, true, args)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	match := static("Match", "größe 12 34", `(?<n>\d)(\d)`)
	same(t, "success", mustGet(t, match, "Success"), true)
	same(t, "value", mustGet(t, match, "Value"), "12")
	same(t, "index", mustGet(t, match, "Index"), i(6))
	group, err := Index(mustGet(t, match, "Groups"), "n")
	if err != nil || mustGet(t, group, "Value") != "1" {
		t.Errorf("group is %v, %v", group, err)
	}
	same(t, "none", mustGet(t, static("Match", "a", "b"), "Success"), false)
	same(t, "all", mustGet(t, static("Matches", "a1b2", `\d`), "Value"), list("1", "2"))
	same(t, "split", static("Split", "a1b2c", `\d`), typed("String[]", "a", "b", "c"))
}

func TestMoreObjects(t *testing.T) {
	for _, c := range []struct {
		typ  string
		args []Value
		want Value
	}{
		{"ArrayList", []Value{list("a", i(1))}, &List{Type: "ArrayList", Items: []Value{"a", i(1)}}},
		{"ArrayList", []Value{i(10)}, &List{Type: "ArrayList"}},
		{"System.Collections.Generic.List[int]", []Value{list("1", "2")}, &List{Type: "System.Collections.Generic.List[int]", Items: []Value{i(1), i(2)}}},
		{"hashtable", []Value{hash("a", i(1))}, hash("a", i(1))},
		{"string", []Value{list("a", "b")}, "ab"},
		{"datetime", []Value{i(2015), i(7), i(1), i(10), i(30), i(15), i(250), Enum{"DateTimeKind", "Utc"}}, time.Date(2015, 7, 1, 10, 30, 15, 250_000_000, time.UTC)},
		{"timespan", []Value{i(1), i(0), i(0), i(0), i(5)}, 24*time.Hour + 5*time.Millisecond},
		{"timespan", []Value{int64(10_000_000)}, time.Second},
	} {
		got, err := New(c.typ, c.args)
		if err != nil {
			t.Errorf("%s: %v", c.typ, err)
			continue
		}
		same(t, c.typ, got, c.want)
	}
	for _, c := range []struct {
		typ  string
		args []Value
	}{{"timespan", []Value{i(1), i(2)}}, {"datetime", []Value{i(1), i(2)}}, {"Uri", nil}, {"hashtable", []Value{i(1), i(2)}}, {"Math", nil}, {"timespan", []Value{i(math.MaxInt32), i(0), i(0), i(0)}}} {
		if v, err := New(c.typ, c.args); err == nil {
			t.Errorf("%s%v is %v", c.typ, c.args, v)
		}
	}
}
