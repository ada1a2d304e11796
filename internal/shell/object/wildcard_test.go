package object

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"
)

func TestWildcard(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		match, exact  bool
	}{
		{"", "", true, true},
		{"", "a", false, false},
		{"*", "", true, true},
		{"Lync*", "LYNC SERVER", true, false},
		{"*uri*", "AutoDiscoverServiceInternalUri", true, false},
		{"AutoD*", "AutoDiscoverServiceCN", true, true},
		{"a?c", "abc", true, true},
		{"a?c", "ac", false, false},
		{"?", "ß", true, true},
		{"日*", "日本語", true, true},
		{"[a-c]x", "Bx", true, false},
		{"[abc]x", "cx", true, true},
		{"[a-]", "-", true, true},
		{"[abc]x", "dx", false, false},
		{"[!a]", "!", true, true}, // ! is nothing special in PowerShell
		{"[^a]", "b", false, false},
		{"[]", "]", false, false},
		{"a`*b", "a*b", true, true},
		{"a`*b", "axb", false, false},
		{"a`[b", "a[b", true, true},
		{"[`]]", "]", true, true},
		{"`", "`", true, true},
		{"*a*b*c*", "xxaxxbxxcxx", true, true},
		{"*.domain.com", "pool01.DOMAIN.com", true, false},
		{"a.c", "abc", false, false},
		{"\\d", "5", false, false},
	} {
		p, err := Wildcard(c.pattern)
		if err != nil {
			t.Errorf("%q: %v", c.pattern, err)
			continue
		}
		if p.Match(c.text) != c.match || p.MatchCase(c.text) != c.exact {
			t.Errorf("%q on %q: %v, with case %v", c.pattern, c.text, p.Match(c.text), p.MatchCase(c.text))
		}
	}
	for _, pattern := range []string{"[", "[a-", "a[bc", "[`]"} {
		_, err := Wildcard(pattern)
		wantError(t, pattern, err, "WildcardPatternException", "The specified wildcard character pattern is not valid: "+pattern)
	}
	for text, want := range map[string]bool{"Lync*": true, "a?": true, "[a]": true, "plain": false, "a`*": false, "": false, "`": false} {
		if HasWildcard(text) != want {
			t.Errorf("HasWildcard(%q) is not %v", text, want)
		}
	}
}

// naive is the definition of * and ?.
func naive(pattern, s []rune) bool {
	switch {
	case len(pattern) == 0:
		return len(s) == 0
	case pattern[0] == '*':
		return naive(pattern[1:], s) || len(s) > 0 && naive(pattern, s[1:])
	}
	return len(s) > 0 && (pattern[0] == '?' || unicode.ToLower(pattern[0]) == unicode.ToLower(s[0])) && naive(pattern[1:], s[1:])
}

func TestWildcardIsTheNaiveMatcher(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab*?Ä]{0,8}`).Draw(t, "pattern")
		s := rapid.StringMatching(`[abABä]{0,10}`).Draw(t, "text")
		p, err := Wildcard(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := p.Match(s), naive([]rune(pattern), []rune(s)); got != want {
			t.Fatalf("%q on %q: %v, want %v", pattern, s, got, want)
		}
	})
}

func TestWildcardDoesNotExplode(t *testing.T) {
	p, err := Wildcard(strings.Repeat("a*", 50) + "b")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if p.Match(strings.Repeat("a", 20_000)) {
		t.Error("there is no b")
	}
	if spent := time.Since(start); spent > 10*time.Second {
		t.Errorf("took %v", spent)
	}
}

func TestRegexTranslation(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		match         bool
	}{
		{`^\d+$`, "١٢٣", true}, // digits of any script
		{`^\w+$`, "Größe_1", true},
		{`^\W$`, "é", false},
		{`^[\w.]+$`, "ä.b", true},
		{`^[^\w]$`, "ä", false},
		{`^[\W]$`, "-", true},
		{`^[\W]$`, "ä", false},
		{`\s`, "a\u00a0b", true},
		{`^[\s]$`, "\u00a0", true},
		{`^\S+$`, "a\u00a0b", false},
		{`^[\S\s]+$`, "a\u00a0\n", true},
		{`^[\d-]+$`, "1-2", true},
		{`^[a\-c]+$`, "a-c", true},
		{`^[[]$`, "[", true},
		{`^[[:alpha:]]$`, "a]", true}, // no POSIX classes in .NET: one of [:alph, and a ]
		{`^[]a]$`, "]", true},
		{`^[^]a]$`, "b", true},
		{`\u00e4`, "Ä", true},
		{`\x41`, "a", true},
		{`^\cI$`, "\t", true},
		{`\e`, "\x1b", true},
		{`\0`, "\x00", true},
		{`a\Z`, "ba", true},
		{`\Aa\z`, "a", true},
		{`(?#note)a`, "a", true},
		{`(?-i)A`, "a", false},
		{`(?i:A)b`, "aB", true},
		{`a(?s).`, "a\n", true},
		{`(?m)^b$`, "a\nb\nc", true},
		{`(?'q'a)`, "a", true},
		{`(?:ab)+?c`, "ababc", true},
		{`a{2,3}`, "caab", true},
		{`{a}`, "{a}", true},
		{`a{,2}`, "a{,2}", true},
		{`\{\}\.\-\/\"\ \#`, `{}.-/" #`, true},
		{`\p{Lu}`, "x", true}, // without case
		{`\p{L}`, "ß", true},
		{`^(?<größe>\w)$`, "a", true},
		{`日本|x`, "日本", true},
		{``, "", true},
		{`\é`, "é", true},
	} {
		e, err := compile(c.pattern, false)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		if e.re.MatchString(c.text) != c.match {
			t.Errorf("%s on %q: %v (translated %s)", c.pattern, c.text, !c.match, e.re)
		}
	}
	for pattern, what := range map[string]string{
		`(?=a)`: "lookahead", `(?!a)`: "lookahead", `(?<=a)b`: "lookbehind", `(?<!a)b`: "lookbehind",
		`(a)\1`: "a backreference", `(?<n>a)\k<n>`: "a backreference", `(?>a)`: "an atomic group", `(?(1)a|b)`: "a conditional group",
		`(?<a-b>x)`: "a balancing group", `[a-z-[aeiou]]`: "class subtraction", `(?x) a`: "the option n or x", `\Ga`: `\G`,
	} {
		_, err := compile(pattern, false)
		wantError(t, pattern, err, "RegularExpressionNotSupported", "The regular expression pattern "+pattern+" uses "+what+", which this shell does not know.")
	}
	for _, pattern := range []string{`(`, `)`, `[`, `[a`, `\`, `*`, `a**`, `\y`, `(?<n`, `(?<>a)`, `(?P<n>a)`, `\u12`, `\p{Nonsense}`, `[\q]`, `(?#open`, "\xff", `[b-a]`} {
		_, err := compile(pattern, false)
		wantError(t, pattern, err, "InvalidRegularExpression", "The regular expression pattern "+pattern+" is not valid.")
	}
}

func FuzzWildcardAndRegex(f *testing.F) {
	for _, s := range []string{"Lync*", "[a-z]?", "`*", "[", `(?<n>\w+)\s`, `[\W-[a]]`, `\u00e4`, `(?'a'x)`, `$1${n}$$`, `a{2,3}`} {
		f.Add(s, "some Text 123")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(text) > 1000 {
			return
		}
		if p, err := Wildcard(pattern); err == nil {
			if p.MatchCase(text) && !p.Match(text) {
				t.Fatalf("%q matches %q with case but not without", pattern, text)
			}
		}
		e, err := compile(pattern, false)
		if err != nil {
			if _, ok := err.(*Error); !ok {
				t.Fatalf("%q fails with %T", pattern, err)
			}
			return
		}
		if e.re.NumSubexp() != len(e.names) {
			t.Fatalf("%q has %d groups, the translation %s %d", pattern, len(e.names), e.re, e.re.NumSubexp())
		}
		_, _ = e.replace(text, pattern)
		if pieces, err := e.split(text, 0); err == nil && len(e.names) == 0 && len(pieces) < 1 {
			t.Fatalf("%q splits %q into nothing", pattern, text)
		}
	})
}
