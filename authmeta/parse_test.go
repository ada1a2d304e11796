package authmeta_test

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/wirevectors"
)

func base64Of(c *x509.Certificate) string { return base64.StdEncoding.EncodeToString(c.Raw) }

// core is a document with the given parts in place of good ones.
func core(t testing.TB, identity, keys string) []byte {
	t.Helper()
	if keys == "" {
		keys = fmt.Sprintf(`[{"keyValue":{"type":"x509Certificate","value":"%s"},"usage":"signing"}]`, base64Of(certificate(t, "sfb-a")))
	}
	return fmt.Appendf(nil, `{%s,"keys":%s}`, identity, keys)
}

const skypeIssuer = `"issuer":"00000004-0000-0ff1-ce00-000000000000@contoso.com"`

func TestIdentity(t *testing.T) {
	t.Parallel()
	const want = "00000004-0000-0ff1-ce00-000000000000@contoso.com"
	for name, tt := range map[string]struct {
		members string
		reason  authmeta.Reason
	}{
		"issuer alone":               {skypeIssuer, ""},
		"without issuer":             {`"serviceName":"00000004-0000-0ff1-ce00-000000000000","realm":"contoso.com"`, ""},
		"null and empty say nothing": {skypeIssuer + `,"realm":null,"serviceName":""`, ""},
		"upper case":                 {`"issuer":"00000004-0000-0FF1-CE00-000000000000@Contoso.COM","realm":"CONTOSO.com"`, ""},
		"three-digit group":          {`"issuer":"00000004-0000-ff1-ce00-000000000000@contoso.com"`, authmeta.BadIdentity},
		"two ats":                    {`"issuer":"00000004-0000-0ff1-ce00-000000000000@a@b"`, authmeta.BadIdentity},
		"a host inside":              {`"issuer":"00000004-0000-0ff1-ce00-000000000000/a.test@b"`, authmeta.BadIdentity},
		"a number":                   {`"issuer":4`, authmeta.BadIdentity},
		"a star inside the realm":    {`"issuer":"00000004-0000-0ff1-ce00-000000000000@*.contoso.com"`, authmeta.BadIdentity},
		"realm without an id":        {`"realm":"contoso.com"`, authmeta.NoIdentity},
		"nothing":                    {`"x":1`, authmeta.NoIdentity},
		"issuer and star disagree":   {skypeIssuer + `,"realm":"*"`, authmeta.Conflict},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := authmeta.Parse(core(t, tt.members, ""), authmeta.ParseOptions{Now: clock})
			if tt.reason == "" && (err != nil || d.Issuer.String() != want) {
				t.Errorf("got %v, %v", d, err)
			}
			wantReason(t, err, tt.reason)
		})
	}
}

// checklist: 003-03, a three-digit group gets a sentence with the right form.
func TestMisprintedApplicationID(t *testing.T) {
	t.Parallel()
	_, err := authmeta.Parse(core(t, `"issuer":"00000004-0000-ff1-ce00-000000000000@contoso.com"`, ""), authmeta.ParseOptions{Now: clock})
	if err == nil || !strings.Contains(err.Error(), "00000004-0000-0ff1-ce00-000000000000") {
		t.Errorf("got %v, want the right form in the sentence", err)
	}
}

func TestWrongProduct(t *testing.T) {
	t.Parallel()
	_, err := authmeta.Parse(core(t, skypeIssuer, ""), authmeta.ParseOptions{Now: clock, Application: s2s.ExchangeApp})
	wantReason(t, err, authmeta.WrongProduct)
	if !strings.Contains(err.Error(), "the document of Skype for Business, not of Exchange") {
		t.Errorf("got %v", err)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	entry := func(cert, change string) string {
		e := fmt.Sprintf(`{"keyValue":{"type":"x509Certificate","value":"%s"},"usage":"signing"}`, base64Of(certificate(t, cert)))
		if change != "" {
			old, new, _ := strings.Cut(change, "=>")
			e = strings.Replace(e, old, new, 1)
		}
		return e
	}
	good := entry("sfb-a", "")
	head := base64Of(certificate(t, "sfb-a"))[:20]
	for name, tt := range map[string]struct {
		keys   string
		reason authmeta.Reason
		warned int
	}{
		"line breaks in the value":  {`[` + entry("sfb-a", head+"=>"+head+`\r\n `) + `]`, "", 0},
		"type in another case":      {`[` + entry("sfb-a", "x509C=>X509c") + `]`, "", 0},
		"usage in another case":     {`[` + entry("sfb-a", `"signing"=>"Signing"`) + `]`, "", 0},
		"the same twice":            {`[` + good + `,` + good + `]`, "", 1},
		"rubbish beside a good one": {`[null,7,"x",{},[],` + good + `]`, "", 5},
		"expired beside a good one": {`[` + entry("expired", "") + `,` + good + `]`, "", 1},
		"PEM armour":                {`[` + entry("sfb-a", `"value":"=>"value":"-----BEGIN CERTIFICATE-----`) + `]`, authmeta.WrongKey, 0},
		"no Base64":                 {`[` + entry("sfb-a", `"value":"=>"value":"!`) + `]`, authmeta.WrongKey, 0},
		"no certificate":            {`[` + entry("sfb-a", `"value":"=>"value":"AAAA`) + `]`, authmeta.WrongKey, 0},
		"usage encryption only":     {`[` + entry("sfb-a", `"signing"=>"encryption"`) + `]`, authmeta.NoKey, 0},
		"not a list":                {`{"a":1}`, authmeta.NoKey, 0},
		"null":                      {`null`, authmeta.NoKey, 0},
		"expired before weak":       {`[` + entry("weak1024", "") + `,` + entry("expired", "") + `]`, authmeta.ExpiredKey, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := authmeta.Parse(core(t, skypeIssuer, tt.keys), authmeta.ParseOptions{Now: clock})
			wantReason(t, err, tt.reason)
			if err == nil && (len(d.Keys) != 1 || len(d.Warnings) != tt.warned) {
				t.Errorf("%d keys, warnings %q; want one key and %d warnings", len(d.Keys), d.Warnings, tt.warned)
			}
		})
	}
}

// A certificate counts until its last second, and one whose time has not come
// is kept: it is the next one, published ahead.
func TestKeyDates(t *testing.T) {
	t.Parallel()
	cert := certificate(t, "sfb-a")
	for at, reason := range map[time.Time]authmeta.Reason{
		cert.NotAfter:                        "",
		cert.NotAfter.Add(time.Second):       authmeta.ExpiredKey,
		cert.NotBefore.Add(-240 * time.Hour): "",
	} {
		_, err := authmeta.Parse(core(t, skypeIssuer, ""), authmeta.ParseOptions{Now: at})
		wantReason(t, err, reason)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 100) + strings.Repeat("]", 100)
	wide := "[" + strings.Repeat("0,", 10_000) + "0]"
	fill := strings.Repeat("A", authmeta.MaxBytes)
	for name, tt := range map[string]struct {
		data   []byte
		reason authmeta.Reason
	}{
		"deep":        {core(t, skypeIssuer+`,"x":`+deep, ""), authmeta.NotJSON},
		"wide":        {core(t, skypeIssuer+`,"x":`+wide, ""), authmeta.NotJSON},
		"long":        {core(t, skypeIssuer+`,"x":"`+fill+`"`, ""), authmeta.TooBig},
		"empty":       {nil, authmeta.NotJSON},
		"cut":         {core(t, skypeIssuer, "")[:300], authmeta.NotJSON},
		"list":        {[]byte(`[]`), authmeta.NotJSON},
		"text":        {[]byte(`"x"`), authmeta.NotJSON},
		"no comma":    {[]byte(`{"a":1 "b":2}`), authmeta.NotJSON},
		"last comma":  {[]byte(`{"a":1,}`), authmeta.NotJSON},
		"XML":         {[]byte(" \r\n<?xml version='1.0'?>"), authmeta.HTML},
		"twice below": {core(t, skypeIssuer+`,"x":{"a":1,"A":2}`, ""), authmeta.Duplicate},
		"by escape":   {core(t, skypeIssuer+`,"\u0069ssuer":"x"`, ""), authmeta.Duplicate},
		"two objects": {[]byte(`{}{}`), authmeta.Trailing},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := authmeta.Parse(tt.data, authmeta.ParseOptions{Now: clock})
			wantReason(t, err, tt.reason)
		})
	}
}

func wantReason(t testing.TB, err error, want authmeta.Reason) {
	t.Helper()
	var p *authmeta.ParseError
	switch {
	case want == "" && err != nil:
		t.Errorf("refused: %v", err)
	case want != "" && (!errors.As(err, &p) || p.Reason != want):
		t.Errorf("got %v, want reason %s", err, want)
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	read := func(name string) *authmeta.Document {
		d, err := authmeta.Parse(file(t, "synthetic/metadata/"+name+".json"), authmeta.ParseOptions{Now: clock})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	steady, staged, active, cleared := read("exchange.1-steady"), read("exchange.2-staged"), read("exchange.3-active"), read("exchange.4-cleared")
	a, b := s2s.ThumbprintOf(certificate(t, "exchange-a")), s2s.ThumbprintOf(certificate(t, "exchange-b"))

	for _, tt := range []struct {
		old, new       *authmeta.Document
		added, removed []s2s.Thumbprint
		reordered      bool
	}{
		{nil, steady, []s2s.Thumbprint{a}, nil, false},
		{steady, steady, nil, nil, false},
		{steady, staged, []s2s.Thumbprint{b}, nil, false},
		{staged, active, nil, nil, true},
		{active, cleared, nil, []s2s.Thumbprint{a}, false},
		{cleared, nil, nil, []s2s.Thumbprint{b}, false},
	} {
		c := authmeta.Diff(tt.old, tt.new)
		if !cmp.Equal(prints(c.Added), tt.added) || !cmp.Equal(prints(c.Removed), tt.removed) || c.Reordered != tt.reordered {
			t.Errorf("got %s", c)
		}
		if c.Empty() != (tt.old == tt.new) {
			t.Errorf("empty %t: %s", c.Empty(), c)
		}
	}
	if c := authmeta.Diff(steady, read("sharepoint")); c.NewIssuer.App != s2s.SharePointApp || !strings.Contains(c.String(), "identity 00000002") {
		t.Errorf("another identity: %s", c)
	}
	if c := authmeta.Diff(nil, read("sts")); c.NewTokenEndpoint == "" || c.Empty() {
		t.Errorf("a token endpoint appeared: %s", c)
	}
}

func prints(keys []authmeta.Key) (t []s2s.Thumbprint) {
	for _, k := range keys {
		t = append(t, k.Thumbprint)
	}
	return t
}

func TestExplain(t *testing.T) {
	t.Parallel()
	lines := authmeta.Explain(file(t, "synthetic/metadata/exchange.2-staged.json"), clock)
	text := fmt.Sprint(lines)
	for _, want := range []string{"keys[1].keyvalue.value", "this is Exchange", "RSA 2048 bits", s2s.ThumbprintOf(certificate(t, "exchange-b")).String(), "days left", "where this document is served"} {
		if !strings.Contains(text, want) {
			t.Errorf("nothing about %q in\n%s", want, text)
		}
	}
	for _, l := range lines {
		if l.Problem != "" {
			t.Errorf("a good document, but %s: %s", l.Path, l.Problem)
		}
	}
	for name, want := range map[string]string{
		"bad-html":                     "web page",
		"bad-duplicate-issuer-by-case": "there twice",
		"bad-issuer-missing":           "names nobody",
		"bad-issuer-not-guid":          "not an application id",
		"bad-issuer-realm-mismatch":    "realm says",
		"bad-realm-wildcard":           "state the realm",
		"bad-weak-key-only":            "1024 bits",
		"bad-expired-key-only":         "expired on",
		"bad-ec-key-only":              "not RSA",
		"bad-too-many-keys":            "at most 20",
		"bad-sts-http-endpoint":        "must be an https URL",
		"ok-x5t-wrong-recomputed":      "which counts",
	} {
		problems := ""
		for _, l := range authmeta.Explain(file(t, "synthetic/metadata/"+name+".json"), clock) {
			problems += l.Problem + "\n"
		}
		if !strings.Contains(problems, want) {
			t.Errorf("%s: nothing about %q in\n%s", name, want, problems)
		}
	}
}

// Whatever comes, Parse gives a document that can be written and read again,
// or a *ParseError with words; Explain never fails.
func FuzzParse(f *testing.F) {
	err := fs.WalkDir(wirevectors.FS(), ".", func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.Contains(path, "/metadata/") && !strings.Contains(path, "too-large") {
			f.Add(file(f, path))
		}
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		authmeta.Explain(data, clock)
		d, err := authmeta.Parse(data, authmeta.ParseOptions{Now: clock, StatedRealm: "contoso.com"})
		if err != nil {
			var p *authmeta.ParseError
			if !errors.As(err, &p) || p.Reason == "" || p.What == "" {
				t.Fatalf("refused without words: %#v", err)
			}
			return
		}
		raw, err := d.Marshal(d.Product)
		if err != nil {
			t.Fatalf("read, but not written: %v", err)
		}
		again, err := authmeta.Parse(raw, authmeta.ParseOptions{Now: clock})
		if err != nil {
			if len(raw) > authmeta.MaxBytes {
				t.Skip("fuller escapes made it longer than is read")
			}
			t.Fatalf("written, but not read: %v\n%s", err, raw)
		}
		if again.Issuer != d.Issuer || !authmeta.Diff(d, again).Empty() {
			t.Fatalf("changed on the way: %s", authmeta.Diff(d, again))
		}
		if twice, err := again.Marshal(d.Product); err != nil || !bytes.Equal(twice, raw) {
			t.Fatalf("written twice, differently: %v\n%s\n%s", err, raw, twice)
		}
	})
}
