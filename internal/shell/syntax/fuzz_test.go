package syntax

import (
	"errors"
	"testing"
)

func FuzzParse(f *testing.F) {
	for _, l := range lines(f) {
		f.Add(l.Text)
	}
	for _, text := range corners() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, source string) {
		s, err := Parse(source)
		var e *Error
		switch {
		case err == nil:
			reprint(t, s)
		case !errors.As(err, &e):
			t.Fatalf("not an *Error: %v", err)
		case e.ID == "" || e.Message == "" || e.Span.Start.Offset > e.Span.End.Offset || e.Span.End.Offset > len(source):
			t.Fatalf("error %+v", e)
		}
		checkTokens(t, source)
	})
}

// corners are texts in which two rules of the language meet.
func corners() []string {
	return []string{
		"", ";;\n", "$x = 1, 2 + 3 -f 4..5", "if ($a) {1} elseif ($b) {2}\nelse {3}", "foreach ($i in 1..3) { $i }",
		"do { $i++ } while ($i -lt 5)", "for ($i = 0; $i -lt 3; $i++) { }", "switch -regex ($x) { '^a' { 1 } default { 2 } }",
		"try { throw 'x' } catch [System.Exception], [IO.IOException] { $_ } finally { }",
		"function f($a, [int]$b = 5) { $a + $b }", "filter g { $_ }", "function h { [CmdletBinding()] param([Parameter(Mandatory, Position=0)][string[]]$Name) begin { } process { $_ } end { } }",
		"@\"\nhello $name $(Get-Date)\n\"@", "@'\nit's\n'@ | Out-File x", "@{ a = 1; 'b c' = Get-Date; 5 = @(1, 2) }",
		"$x.y[0].z('a', 2)::Q", "[System.Convert]::ToBase64String($b)", "[int[]]$x = 1, 2", "foo$x.y\"a b\"'c'`d -x:$true -y:a, b",
		"& 'c:\\a b.exe' -q=srv @splat 2>&1 >> out.txt", ". .\\x.ps1", "\"$env:x ${a b} $(1 + 1) `$ \"\"q\"\" $x`:y\"", "1kb, 0x1F, 1.5e3, .5, 10gb, 3l, 2d",
		"-not $a -and !$b -or -join $c", "$a -ieq $b -cne $c -isplit ','", "<# c #> a # b", "a `\n b", "$i++ + ++$i - --$j", "[int] .5", ", 1, 2", ", , 1",
		"a | % { $_ } | ? { $_ -ne 'x' }", "return", "exit 5", "$x[1, 2][-1]", "$a, $b = 1, 2", "($a) = 5", "{ param($x) $x }.Invoke(1)", "\"a\".Length", "‘a’’b’", "“a””b”",
		"`if x", "`. x", "$x`.y", "${x}`.y", "`5 `-a 0`x1", "@\"\n\"@", "@'\r\n\r\r\n'@", "--%", "a --% b", "$$ $? $^ $?x", "[ordered]@{a=1}", "1 .. 2", "5.", "[a.b[c,d[]]]::E",
		"\"", "'", "@'\n", "@\"\n$(", "$(", "${", "<#", "a |", "{", "(", "[", "[a", "$x.", "$x[", "a \"$(\"b", "a$(1 2)b", "@", "@x", "a &", "a && b", "a < b", "1>", "2>&1", "*>x", "$x *> y", "\x00\xff", "a\u00a0b\u3000c\u2028d",
		"param($a) $a", "[CmdletBinding()] 5", "{ begin {} begin {} }", "trap { }", "break x", "$a:", "\"$a:\"", "@{a=1;A=2}", "++5", "1 = 2", "0xFFFFFFFF", "99999999999999999999", "9223372036854775807kb",
	}
}

// checkTokens: tokens stand in order and leave out nothing but space.
func checkTokens(t interface {
	Helper()
	Fatalf(string, ...any)
}, source string) {
	t.Helper()
	at := 0
	for _, token := range Tokens(source) {
		start, end := token.Span.Start.Offset, token.Span.End.Offset
		if start < at || end <= start || end > len(source) || token.Text != source[start:end] {
			t.Fatalf("token %+v after offset %d in %q", token, at, source)
		}
		if !blank(source[at:start]) {
			t.Fatalf("nothing is said about %q before %+v in %q", source[at:start], token, source)
		}
		at = end
	}
	if !blank(source[at:]) {
		t.Fatalf("nothing is said about %q at the end of %q", source[at:], source)
	}
}

// blank is space, line ends and backticks before them.
func blank(text string) bool {
	for i, r := range text {
		if !IsSpace(r) && !isNewline(r) && r != '`' || r == '`' && i+1 < len(text) && !isNewline(rune(text[i+1])) {
			return false
		}
	}
	return true
}
