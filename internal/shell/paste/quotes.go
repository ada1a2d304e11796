package paste

import (
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// maxQuotes is how many quotes are mended in one text.
const maxQuotes = 6

// The primes, which some pages show where a closing quote belongs.
const (
	prime       = '′' // U+2032
	doublePrime = '″' // U+2033
)

func isPrime(r rune) bool { return r == prime || r == doublePrime }

// mendQuotes changes quotes until the text can be read, at most so many. It is
// false when that does not help.
func mendQuotes(m mended, most int) (mended, bool) {
	_, err := syntax.Parse(m.text)
	if err == nil {
		return m, true
	}
	var e *syntax.Error
	if most == 0 || !errors.As(err, &e) || e.ID != "TerminatorExpectedAtEndOfString" {
		return m, false
	}
	for _, rule := range []func(mended, *syntax.Error) (mended, bool){primeCloses, dropLastQuote} {
		if next, ok := rule(m, e); ok {
			if done, ok := mendQuotes(next, most-1); ok {
				return done, true
			}
		}
	}
	return m, false
}

// primeCloses takes a prime at the end of a word inside a string for the quote
// that should close it.
func primeCloses(m mended, _ *syntax.Error) (mended, bool) {
	for _, t := range syntax.Tokens(m.text) {
		at, closer := closingPrime(t)
		if at < 0 {
			continue
		}
		at += t.Span.Start.Offset
		_, n := utf8.DecodeRuneInString(m.text[at:])
		note := "A prime (′) closed a quoted value; it was read as the closing quotation mark."
		if closer == `"` {
			note = "A double prime (″) closed a quoted value; it was read as the closing quotation mark."
		}
		return m.with(m.text[:at]+closer+m.text[at+n:], note), true
	}
	return m, false
}

// closingPrime is where in a quoted token the prime of its kind of quote ends a
// word, -1 for nowhere, and the quote to put there.
func closingPrime(t syntax.Token) (int, string) {
	first, n := utf8.DecodeRuneInString(t.Text)
	want, closer := prime, "'"
	switch {
	case t.Kind != syntax.TokenString:
		return -1, ""
	case syntax.IsDoubleQuote(first):
		want, closer = doublePrime, `"`
	case !syntax.IsSingleQuote(first):
		return -1, "" // a here-string
	}
	for i, r := range t.Text[n:] {
		end := n + i + utf8.RuneLen(want)
		if r == want && endsValue(t.Text[end:]) {
			return n + i, closer
		}
	}
	return -1, ""
}

// endsValue says whether a value can end before a text.
func endsValue(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return rest == "" || syntax.IsSpace(r) || strings.ContainsRune("\r\n,;|)}", r)
}

// dropLastQuote takes away a quote that opens a string at the end of a line:
// it was meant to close one. One after a space or = may be the start of a
// string of several lines.
func dropLastQuote(m mended, e *syntax.Error) (mended, bool) {
	at := e.Span.Start.Offset
	quote, n := utf8.DecodeRuneInString(m.text[at:])
	before, _ := utf8.DecodeLastRuneInString(m.text[:at])
	after := m.text[at+n:]
	if line, _, ok := strings.Cut(after, "\n"); ok {
		after = line
	}
	if !syntax.IsSingleQuote(quote) && !syntax.IsDoubleQuote(quote) || strings.TrimSpace(after) != "" ||
		at == 0 || syntax.IsSpace(before) || strings.ContainsRune("\r\n=([{,;:|&", before) {
		return m, false
	}
	return m.with(m.text[:at]+m.text[at+n:], "A quotation mark without a partner was dropped at the end of the line."), true
}

// commandLine is a command line that stands in quotes as a whole: the path of a
// script or program, and arguments of which the first is a parameter.
var commandLine = regexp.MustCompile(`(?i)^((?:[a-z]:\\|\\\\|\.{1,2}[\\/]|/)[^<>|"*?\r\n]*?\.(?:ps1|exe))([\t\pZ]+[-–—―/]\S.*)$`)

// runQuoted makes a command of a text that is nothing but such a line.
func runQuoted(text string, script *syntax.Script) (mended, bool) {
	literal, ok := onlyLiteral(script)
	if !ok {
		return mended{}, false
	}
	_, open := utf8.DecodeRuneInString(literal)
	_, end := utf8.DecodeLastRuneInString(literal)
	inside := literal[open : len(literal)-end]
	parts := commandLine.FindStringSubmatch(strings.TrimFunc(inside, syntax.IsSpace))
	if parts == nil || strings.ContainsAny(inside, "`\r\n") {
		return mended{}, false
	}
	arguments := parts[2]
	if quote, _ := utf8.DecodeRuneInString(literal); syntax.IsDoubleQuote(quote) {
		arguments = strings.ReplaceAll(arguments, `""`, `"`)
	} else {
		arguments = strings.ReplaceAll(arguments, "''", "'")
	}
	line := "& " + literal[:open] + parts[1] + literal[len(literal)-end:] + arguments
	if _, err := syntax.Parse(line); err != nil {
		return mended{}, false
	}
	return mended{}.with(line, "The whole command line stood in quotation marks; it is run, not shown."), true
}

// onlyLiteral is the source of the one string that a script consists of.
func onlyLiteral(s *syntax.Script) (string, bool) {
	if len(s.Statements) != 1 {
		return "", false
	}
	p, ok := s.Statements[0].(*syntax.Pipeline)
	if !ok || len(p.Elements) != 1 {
		return "", false
	}
	x, ok := p.Elements[0].(*syntax.ExpressionElement)
	if !ok || x.Redirections != nil {
		return "", false
	}
	here := false
	switch v := x.Value.(type) {
	case *syntax.String:
		here = v.Here
	case *syntax.Expandable:
		here = v.Here
	default:
		return "", false
	}
	at := x.Value.At()
	return s.Source[at.Start.Offset:at.End.Offset], !here
}
