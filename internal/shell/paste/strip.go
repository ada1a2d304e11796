package paste

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// What stands in front of a line. A prompt has to name a path, so that the
// command ps keeps its redirection.
var (
	psPrompt       = regexp.MustCompile(`^(?:\[[^\]\s]+\]:[\t\pZ]*)?PS(?:[\t\pZ]+(?:[A-Za-z][\w.\\]*::?)?[\\/~][^<>|;"']*)?>+[\t\pZ]?`)
	exchangePrompt = regexp.MustCompile(`^\[PS\][\t\pZ]*[^<>|;"']*>[\t\pZ]?`)
	morePrompt     = regexp.MustCompile(`^>>+[\t\pZ]?`)
	listNumber     = regexp.MustCompile(`^\d{1,3}[.)][\t\pZ]+`)
	bullet         = regexp.MustCompile(`^[•·‣◦▪●○∙■\x{F0B7}][\t\pZ]*`)
	invisible      = regexp.MustCompile(`^[\x{200B}\x{2060}\x{FEFF}]+`)
)

// Strip removes what web pages and consoles put in front of lines: the prompts
// PS …>, [PS] …> and >>, list numbers and bullets. Lines without them stay as
// they are, and so do the insides of here-strings and, when the text can be
// read as it is, of other strings and comments.
func Strip(text string) string {
	for {
		stripped := stripOnce(text)
		if stripped == text {
			return text
		}
		text = stripped // with prompts gone it may read differently
	}
}

func stripOnce(text string) string {
	inside := multiline(text)
	var b strings.Builder
	var footer func(rune) bool // ends the here-string that is open
	offset, goesOn := 0, false
	for line := range strings.SplitAfterSeq(text, "\n") {
		switch {
		case footer != nil:
			if endsHere(line, footer) {
				footer = nil
			}
			b.WriteString(line)
		case inside(offset):
			b.WriteString(line)
		default:
			rest := stripLine(line, goesOn)
			footer = opensHere(rest)
			goesOn = len(rest) == len(line) && strings.HasSuffix(strings.TrimRight(line, "\r\n"), "`")
			b.WriteString(rest)
		}
		offset += len(line)
	}
	return b.String()
}

// stripLine takes the prefixes off one line. After a line that goes on with a
// backtick and had no prompt, >> is a redirection.
func stripLine(line string, goesOn bool) string {
	for {
		rest := strings.TrimLeftFunc(line, syntax.IsSpace)
		n := prefix(rest)
		if n == 0 || goesOn && strings.HasPrefix(rest, ">>") {
			return line
		}
		line = rest[n:]
	}
}

// prefix is the length of what stands in front of a line, 0 for nothing.
func prefix(line string) int {
	for _, p := range []*regexp.Regexp{invisible, psPrompt, exchangePrompt, morePrompt, bullet} {
		if at := p.FindStringIndex(line); at != nil {
			return at[1]
		}
	}
	if at := listNumber.FindStringIndex(line); at != nil && beginsCommand(line[at[1]:]) {
		return at[1]
	}
	return 0
}

// beginsCommand tells the number of a list from one that is calculated with:
// after a number none of these can stand.
func beginsCommand(rest string) bool {
	r, n := utf8.DecodeRuneInString(rest)
	switch {
	case unicode.IsLetter(r), r == '$', r == '&', r == '[', r == '(', r == '@', syntax.IsSingleQuote(r), syntax.IsDoubleQuote(r):
		return true
	case r == '.':
		return len(rest) > n && (rest[n] == '\\' || rest[n] == '/')
	}
	return psPrompt.MatchString(rest) || exchangePrompt.MatchString(rest) || morePrompt.MatchString(rest)
}

// multiline says which line starts lie inside a string or comment of a text
// that is fine as a whole. In one that is not, a stray quote would make a
// string of everything.
func multiline(text string) func(offset int) bool {
	if _, err := syntax.Parse(text); err != nil {
		return func(int) bool { return false }
	}
	tokens := syntax.Tokens(text)
	return func(offset int) bool {
		for len(tokens) > 0 && tokens[0].Span.End.Offset <= offset {
			tokens = tokens[1:]
		}
		return len(tokens) > 0 && tokens[0].Span.Start.Offset < offset
	}
}

// opensHere gives the quotes that end the here-string which a line opens, nil
// when it opens none.
func opensHere(line string) func(rune) bool {
	if !strings.Contains(line, "@") {
		return nil
	}
	tokens := syntax.Tokens(strings.TrimRight(line, "\r\n"))
	if len(tokens) == 0 {
		return nil
	}
	last := tokens[len(tokens)-1]
	if last.Kind != syntax.TokenString || !last.Open || last.Text[0] != '@' {
		return nil
	}
	quote, _ := utf8.DecodeRuneInString(last.Text[1:])
	if syntax.IsSingleQuote(quote) {
		return syntax.IsSingleQuote
	}
	return syntax.IsDoubleQuote
}

func endsHere(line string, footer func(rune) bool) bool {
	r, n := utf8.DecodeRuneInString(line)
	return footer(r) && strings.HasPrefix(line[n:], "@")
}
