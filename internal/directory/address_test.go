package directory

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/matchseal/matchseal/internal/problem"
)

func TestParseAddress(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"kenmyer@litware.test", "kenmyer@litware.test"},
		{"KenMyer@Litware.Test", "KenMyer@Litware.Test"},
		{"  kenmyer@litware.test\r\n", "kenmyer@litware.test"},
		{"sip:kenmyer@litware.test", "kenmyer@litware.test"},
		{"SIP: kenmyer@litware.test", "kenmyer@litware.test"},
		{"ken.o'myer+tag@sub.litware.test", "ken.o'myer+tag@sub.litware.test"},
		{"ken@litware", "ken@litware"},
		{"ken@xn--mller-kva.test", "ken@xn--mller-kva.test"},
	} {
		got, err := ParseSIP(c.in)
		if err != nil || string(got) != c.want {
			t.Errorf("ParseSIP(%q) = %q, %v; want %q", c.in, got, err, c.want)
		}
	}
	for _, in := range []string{"mailto:ken@litware.test", "MailTo:ken@litware.test", "smtp:ken@litware.test", "SMTP:ken@litware.test"} {
		if got, err := ParseSMTP(in); err != nil || got != "ken@litware.test" {
			t.Errorf("ParseSMTP(%q) = %q, %v", in, got, err)
		}
	}
}

func TestAddressExplains(t *testing.T) {
	long := strings.Repeat("a", 65)
	for _, c := range []struct{ name, in, says string }{
		{"empty", "", "it is empty"},
		{"blank", "   ", "it is empty"},
		{"no domain", "kenmyer", "write kenmyer@<domain>"},
		{"empty domain", "kenmyer@", "no domain after the @"},
		{"no user", "@litware.test", "no user before the @"},
		{"two at", "ken@myer@litware.test", "more than one @"},
		{"curly quotes", "\u201ckenmyer@litware.test\u201d", "curly quotation mark"},
		{"curly apostrophe", "ken\u2019s@litware.test", "U+2019"},
		{"straight quotes", `"ken myer"@litware.test`, "quotation mark"},
		{"shell quotes", `'kenmyer@litware.test'`, "without quotes"},
		{"no-break space", "kenmyer@litware.test\u00a0", "no-break space (U+00A0)"},
		{"en dash", "ken\u2013myer@litware.test", "write an ASCII hyphen"},
		{"zero width", "ken\u200bmyer@litware.test", "invisible character U+200B"},
		{"left-to-right mark", "\u200ekenmyer@litware.test", "invisible character U+200E"},
		{"full-width at", "kenmyer\uff20litware.test", "only looks like @"},
		{"Cyrillic", "k\u0435nmyer@litware.test", "U+0435"},
		{"umlaut domain", "ken@m\u00fcller.test", "xn-- form"},
		{"not UTF-8", "ken\xff@litware.test", "not valid UTF-8"},
		{"control", "ken\x00@litware.test", "invisible character U+0000"},
		{"angle brackets", "Ken <ken@litware.test>", "without < >"},
		{"space", "ken myer@litware.test", "holds a space"},
		{"parameter", "ken@litware.test;transport=tls", "write ken@litware.test"},
		{"port", "ken@litware.test:5061", "write ken@litware.test"},
		{"other scheme", "tel:ken@litware.test", `"tel:" does not belong`},
		{"two dots", "ken..myer@litware.test", "beside another dot"},
		{"dot at end", "ken.@litware.test", "beside another dot"},
		{"domain dots", "ken@litware..test", "of the domain"},
		{"domain hyphen", "ken@-litware.test", "hyphen"},
		{"domain underscore", "ken@lit_ware.test", `the domain holds '_'`},
		{"comma", "ken,myer@litware.test", `holds ','`},
		{"long local", long + "@litware.test", "65 characters"},
		{"long label", "ken@" + long + ".test", "65 characters"},
		{"long domain", "ken@" + strings.Repeat("a.", 130) + "test", "264 characters"},
		{"endless", strings.Repeat("a", 100_000), "too long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseSIP(c.in)
			if !problem.Is(err, problem.DirectoryAddress) {
				t.Fatalf("ParseSIP(%q) error = %v, want code %s", c.in, err, problem.DirectoryAddress)
			}
			if !strings.Contains(err.Error(), c.says) {
				t.Errorf("ParseSIP(%q) says %q, want it to contain %q", c.in, err, c.says)
			}
			if len(err.Error()) > 2000 {
				t.Errorf("the explanation has %d bytes", len(err.Error()))
			}
		})
	}
}

// The scheme of one kind of address is not silently dropped from another.
func TestSchemesBelongToTheirKind(t *testing.T) {
	if _, err := ParseUPN("sip:ken@litware.test"); err == nil || !strings.Contains(err.Error(), "write ken@litware.test") {
		t.Errorf("ParseUPN(sip:…) error = %v", err)
	}
	if _, err := ParseSMTP("sip:ken@litware.test"); err == nil {
		t.Error("ParseSMTP accepts a SIP address")
	}
	if _, err := ParseSIP("mailto:ken@litware.test"); err == nil {
		t.Error("ParseSIP accepts an e-mail address")
	}
}

func TestAddressEqualFoldsASCIIOnly(t *testing.T) {
	if !UPN("KEN@litware.test").Equal("ken@LITWARE.test") {
		t.Error("letter case keeps two spellings of one name apart")
	}
	// U+212A KELVIN SIGN folds to k in Unicode, not here.
	if UPN("\u212aen@litware.test").Equal("ken@litware.test") {
		t.Error("a look-alike letter makes two names equal")
	}
}

func TestAddressJSON(t *testing.T) {
	type document struct {
		UPN  UPN
		SMTP SMTP
		SIP  SIP
		SID  SID
	}
	in := `{"UPN":"ken@litware.test","SMTP":"mailto:ken@litware.test","SIP":"sip:ken@litware.test","SID":"s-1-5-21-1-2-3-1104"}`
	var d document
	if err := json.Unmarshal([]byte(in), &d); err != nil {
		t.Fatal(err)
	}
	if d != (document{"ken@litware.test", "ken@litware.test", "ken@litware.test", "S-1-5-21-1-2-3-1104"}) {
		t.Errorf("read %+v", d)
	}
	var empty document
	if err := json.Unmarshal([]byte(`{"UPN":"","SIP":""}`), &empty); err != nil || empty != (document{}) {
		t.Errorf("empty text gives %+v, %v", empty, err)
	}
	if err := json.Unmarshal([]byte(`{"SIP":"ken"}`), &d); !problem.Is(err, problem.DirectoryAddress) {
		t.Errorf("a SIP address without domain gives %v", err)
	}
}

func TestParseSID(t *testing.T) {
	sid, err := ParseSID(" s-1-5-21-1004336348-1177238915-682003330-1104 ")
	if err != nil || sid != "S-1-5-21-1004336348-1177238915-682003330-1104" || sid.RID() != 1104 {
		t.Errorf("ParseSID = %q, RID %d, %v", sid, sid.RID(), err)
	}
	for _, in := range []string{
		"", "S", "S-1", "S-1-5", "S-2-5-21", "X-1-5-21", "S-1-5-", "S-1-5-x", "S-1-5-4294967296", "S-1-5-021", "S-1-5-+21",
		"S-1-281474976710656-1", "S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16", "{S-1-5-21}", "S-1-5-21-1\u00a0", strings.Repeat("S-1-", 500),
	} {
		if sid, err := ParseSID(in); !problem.Is(err, problem.DirectorySID) {
			t.Errorf("ParseSID(%.40q) = %q, %v", in, sid, err)
		}
	}
	if !SID("S-1-5-21-1-2-3-500").builtIn() || !sidAdministrators.builtIn() || SID("S-1-5-21-1-2-3-1104").builtIn() {
		t.Error("built-in identifiers are not told from others")
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"ken@litware.test", "sip:ken@litware.test", "\u201cken@litware.test\u201d", "a@b@c", "@", "ken@litware.test;x", "mailto:", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		upn, err := ParseUPN(s)
		if err != nil {
			if !problem.Is(err, problem.DirectoryAddress) {
				t.Fatalf("ParseUPN(%q): %v has no code", s, err)
			}
			return
		}
		if again, err := ParseUPN(string(upn)); err != nil || again != upn {
			t.Errorf("ParseUPN(%q) = %q, which reads back as %q, %v", s, upn, again, err)
		}
		if !utf8.ValidString(string(upn)) || strings.Count(string(upn), "@") != 1 || len(upn) > maxAddress || upn.Domain() == "" {
			t.Errorf("ParseUPN(%q) accepts %q", s, upn)
		}
		if sip, err := ParseSIP("sip:" + string(upn)); err != nil || string(sip) != string(upn) || sip.URI() != "sip:"+string(upn) {
			t.Errorf("ParseSIP(sip:%s) = %q, %v", upn, sip, err)
		}
	})
}

func FuzzParseSID(f *testing.F) {
	for _, s := range []string{"S-1-5-21-1-2-3-1104", "s-1-5-32-544", "S-1-5-", "S-1-0-0", "S--1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		sid, err := ParseSID(s)
		if err != nil {
			if !problem.Is(err, problem.DirectorySID) {
				t.Fatalf("ParseSID(%q): %v has no code", s, err)
			}
			return
		}
		if again, err := ParseSID(string(sid)); err != nil || again != sid || len(sid) > maxSID {
			t.Errorf("ParseSID(%q) = %q, which reads back as %q, %v", s, sid, again, err)
		}
	})
}

func FuzzParseHash(f *testing.F) {
	f.Add(hashPassword("secret"))
	f.Add("$argon2id$v=19$m=4294967295,t=9999,p=255$AAAAAAAAAAA$AAAA")
	f.Add("$argon2id$v=19$m=8,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, s string) {
		if c, salt, hash, ok := parseHash(s); ok && (c.memory > 32*1024 || c.time > 8 || c.threads > 4 || len(salt) < 8 || len(hash) != hashSize) {
			t.Errorf("parseHash(%q) accepts a cost of %+v", s, c)
		}
	})
}
