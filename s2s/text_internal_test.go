package s2s

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func parseText(text string) (*object, Reason) {
	o := new(object)
	return o, o.parse(text)
}

func TestObject(t *testing.T) {
	nested := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	arrays := func(n int) string { return `{"a":` + strings.Repeat("[", n) + strings.Repeat("]", n) + "}" }
	members := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,"m%d":0`, i)
		}
		return "{" + strings.TrimPrefix(b.String(), ",") + "}"
	}
	for text, want := range map[string]Reason{
		`{}`: "", " {\t\"a\" :\r\n1 } ": "", `{"a":[1,2,{"a":null}],"b":{"a":true}}`: "",
		`{"a":-0.5e+10}`: "", `{"a":0}`: "", `{"a":"\ud83d\ude00\/\b"}`: "",
		nested(8): "", nested(9): TokenJSON, arrays(7): "", arrays(8): TokenJSON,
		members(64): "", members(65): TokenJSON,
		`{"a":` + members(63) + `}`: "", `{"a":` + members(64) + `}`: TokenJSON,
		`{"a":1,"A":1}`: TokenDuplicate, `{"a":1,"\u0041":1}`: TokenDuplicate, `{"x":{"a":1,"a":1}}`: TokenDuplicate,
		`{"a":{"b":1},"b":{"a":1}}`: "", `{"x":[{"a":1},{"a":1}]}`: "", `{"x":[{"a":1,"\u0061":2}]}`: TokenDuplicate,
		`{"k":1,"\u212a":1}`: "", // KELVIN SIGN: Unicode folding would call it k
		``:                   TokenJSON, `[]`: TokenJSON, `"a"`: TokenJSON, `{`: TokenJSON, `{"a"}`: TokenJSON, `{"a":}`: TokenJSON, `{"a":1,}`: TokenJSON,
		`{,}`: TokenJSON, `{"a":1 "b":2}`: TokenJSON, `{"a":01}`: TokenJSON, `{"a":+1}`: TokenJSON, `{"a":1.}`: TokenJSON, `{"a":.5}`: TokenJSON,
		`{"a":1e}`: TokenJSON, `{"a":tru}`: TokenJSON, `{"a":nul`: TokenJSON, `{"a":NaN}`: TokenJSON, `{'a':1}`: TokenJSON, `{a:1}`: TokenJSON,
		`{"a":"` + "\n" + `"}`: TokenJSON, `{"a":"\x"}`: TokenJSON, `{"a":"\u12g4"}`: TokenJSON, `{"a":"\u12`: TokenJSON, `{"a":"\`: TokenJSON,
		"{\"a\":\"\xff\"}": TokenJSON, `{"a":1}{}`: TokenJSON, `{"a":1} x`: TokenJSON, "\ufeff{}": TokenJSON, "{}\x00": TokenJSON,
		`{"a":[1,]}`: TokenJSON, `{"a":[}`: TokenJSON, `{"a":[1 2]}`: TokenJSON,
	} {
		if _, got := parseText(text); got != want {
			t.Errorf("%.60s: got %q, want %q", text, got, want)
		}
	}
}

func TestObjectValues(t *testing.T) {
	o, reason := parseText(` { "n" : -12.5e3 , "s":"a\u0062\"c\\", "half":"\ud800x", "o":{"x":1} , "l":[ 1 , 2 ],"t":true,"\u006e\u0032":null } `)
	if reason != "" {
		t.Fatal(reason)
	}
	for name, want := range map[string]value{
		"n": "-12.5e3", "s": `"a\u0062\"c\\"`, "o": `{"x":1}`, "l": `[ 1 , 2 ]`, "t": "true", "n2": "null", "x": "", "N": "", "S": "",
	} {
		if got := o.get(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	if s, ok := o.get("s").str(); s != `ab"c\` || !ok {
		t.Errorf("s: got %q %v", s, ok)
	}
	if s, ok := o.get("half").str(); s != "\ufffdx" || ok {
		t.Errorf("half: got %q %v", s, ok)
	}
	if _, ok := o.get("n").str(); ok {
		t.Error("a number is a string")
	}
}

// FuzzObject holds the reader against encoding/json: what it takes,
// encoding/json takes as well and sees the same members in it.
func FuzzObject(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"aud":"a","iss":"b\u0000","nbf":"1","exp":2,"x":{"y":[1,{"z":null}]}}`, `{"a":1,"A":2}`, `{"\u0061":"\ud83d\ude00","b":-1.5e3}`,
		"{\"k\":1,\"\u212a\":2}", `[{}]`, `{"a":"\ud800"}`, ` {"a" : tru} `,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o, reason := parseText(text)
		if reason != "" {
			if o.n > maxMembers {
				t.Fatal("too many members")
			}
			return
		}
		if !json.Valid([]byte(text)) {
			t.Fatalf("%q is no JSON", text)
		}
		dec := json.NewDecoder(strings.NewReader(text))
		if _, err := dec.Token(); err != nil {
			t.Fatal(err)
		}
		for i := range o.n {
			name, err := dec.Token()
			if err != nil || o.nameOf(&o.members[i]) != name {
				t.Fatalf("%q: member %d is %q, encoding/json says %q, %v", text, i, o.nameOf(&o.members[i]), name, err)
			}
			var raw json.RawMessage
			if err := dec.Decode(&raw); err != nil || o.part(o.members[i].value) != string(raw) {
				t.Fatalf("%q: %s is %q, encoding/json says %q, %v", text, name, o.part(o.members[i].value), raw, err)
			}
			var s string
			if json.Unmarshal(raw, &s) == nil && raw[0] == '"' {
				if mine, ok := value(raw).str(); mine != s && ok {
					t.Fatalf("%s is %q, encoding/json says %q", raw, mine, s)
				}
			}
		}
		if end, err := dec.Token(); err != nil || end != json.Delim('}') {
			t.Fatalf("%q: encoding/json sees more: %v %v", text, end, err)
		}
		if _, err := dec.Token(); err != io.EOF {
			t.Fatalf("%q: something is behind the object", text)
		}
	})
}

func TestBase64EqualsTheLibrary(t *testing.T) {
	strict := base64.RawURLEncoding.Strict()
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "raw")
		text := []byte(strict.EncodeToString(raw))
		if len(text) > 0 && rapid.Bool().Draw(t, "break") {
			at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
			text[at] = rapid.Byte().Draw(t, "with")
		}
		want, err := strict.DecodeString(string(text))
		ok := err == nil && !bytes.ContainsAny(text, "\r\n")
		got := make([]byte, base64Len(len(text)))
		if decodeBase64URL(got, string(text)) != ok || ok && !bytes.Equal(got, want) {
			t.Fatalf("%q: got %x, want %x %v", text, got, want, ok)
		}
	})
	for _, bad := range []string{"A", "AAAAA", "QQ=", "QQ==", "QR", "QUI\n", "QUJ", "+/+/", "AAAAAAAAAAAA=AAA"} {
		if decodeBase64URL(make([]byte, base64Len(len(bad))), bad) {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestSignatureCacheDropsTheOldest(t *testing.T) {
	c := NewSignatureCache(2)
	id := func(b byte) (id [32]byte) { id[0] = b; return id }
	c.remember(id(1))
	c.remember(id(2))
	c.remember(id(2))
	if !c.seen(id(1)) { // makes 2 the oldest
		t.Error("1 is forgotten")
	}
	c.remember(id(3))
	if c.seen(id(2)) || !c.seen(id(1)) || !c.seen(id(3)) || len(c.byHash) != 2 || c.recent.Len() != 2 {
		t.Errorf("holds %v", c.byHash)
	}
}

func TestUnixSeconds(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "1": 1, "1800000000": 1800000000, "253402300799": 253402300799} {
		if got, ok := unixSeconds(text); got != want || !ok {
			t.Errorf("%q: got %d %v", text, got, ok)
		}
	}
	for _, bad := range []string{"", "00", "01", "-1", "+1", "1.0", "1e3", " 1", "253402300800", "999999999999", "1000000000000", "0x1", "\u0661"} {
		if got, ok := unixSeconds(bad); ok {
			t.Errorf("%q is accepted as %d", bad, got)
		}
	}
}
