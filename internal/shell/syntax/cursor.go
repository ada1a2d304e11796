package syntax

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// eof is the rune after the last one.
const eof = -1

func isNewline(r rune) bool { return r == '\n' || r == '\r' }

// IsSpace takes every Unicode space, NO-BREAK SPACE above all, which web pages
// put into command lines. Line ends are none.
func IsSpace(r rune) bool {
	return r == ' ' || r == '\t' || r == '\v' || r == '\f' || r == '\u0085' || r > 0x7f && unicode.Is(unicode.Z, r)
}

// IsDash takes hyphen-minus, en dash, em dash and horizontal bar: each begins a
// parameter or an operator.
func IsDash(r rune) bool { return r == '-' || r == '–' || r == '—' || r == '―' }

// IsDoubleQuote takes the plain and the curly ones; any closes what any other
// opened.
func IsDoubleQuote(r rune) bool { return r == '"' || r == '“' || r == '”' || r == '„' }

// IsSingleQuote does the same for single quotes. The prime is none.
func IsSingleQuote(r rune) bool {
	return r == '\'' || r == '‘' || r == '’' || r == '‚' || r == '‛'
}

func isQuote(r rune) bool { return IsDoubleQuote(r) || IsSingleQuote(r) }

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

// isNameRune is a character of a member, key or variable.
func isNameRune(r rune) bool {
	return r == '_' || isDigit(r) || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' ||
		r > 0x7f && r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// isVariableRune: in variables a question mark is a letter.
func isVariableRune(r rune) bool { return r == '?' || isNameRune(r) }

// endsWord: these stand for themselves in every mode.
func endsWord(r rune) bool {
	switch r {
	case eof, '(', ')', '{', '}', ',', ';', '|', '&', '<', '>':
		return true
	}
	return IsSpace(r) || isNewline(r)
}

// runeAt is the character at an offset, eof behind the end.
func (p *parser) runeAt(i int) rune {
	if i >= len(p.source) {
		return eof
	}
	r, _ := utf8.DecodeRuneInString(p.source[i:])
	return r
}

// widthAt is the number of bytes of the character at an offset.
func (p *parser) widthAt(i int) int {
	if i >= len(p.source) {
		return 0
	}
	_, n := utf8.DecodeRuneInString(p.source[i:])
	return n
}

func (p *parser) peek() rune { return p.runeAt(p.offset) }
func (p *parser) width() int { return p.widthAt(p.offset) }

// second is the character after the one at the cursor.
func (p *parser) second() rune { return p.runeAt(p.offset + p.width()) }

func (p *parser) has(prefix string) bool {
	return p.offset < len(p.source) && strings.HasPrefix(p.source[p.offset:], prefix)
}

// newlineAt is the length of the line end at an offset, 0 when there is none.
func (p *parser) newlineAt(i int) int {
	switch rest := p.source[min(i, len(p.source)):]; {
	case strings.HasPrefix(rest, "\r\n"):
		return 2
	case rest != "" && isNewline(rune(rest[0])):
		return 1
	}
	return 0
}

// take reads a token of the given length. After an error there is none to read.
func (p *parser) take(kind TokenKind, length int) {
	if p.err != nil {
		p.offset = len(p.source)
		return
	}
	start := p.offset
	p.offset += length
	p.note(kind, start)
}

// accept reads one character if it is there.
func (p *parser) accept(kind TokenKind, r byte) bool {
	if p.peek() != rune(r) {
		return false
	}
	p.take(kind, 1)
	return true
}

// note says that a token began at start and ends at the cursor.
func (p *parser) note(kind TokenKind, start int) {
	p.last = p.offset
	if p.record {
		p.tokens = append(p.tokens, Token{Kind: kind, Text: p.source[start:p.offset], Span: p.between(start, p.offset)})
	}
}

// noteBroken keeps what was read of a token in which the first error was met.
func (p *parser) noteBroken(kind TokenKind, start, tokens int) {
	if !p.record || start == len(p.source) {
		return // nothing was read: the error is older
	}
	open := len(p.tokens) > tokens && p.tokens[len(p.tokens)-1].Open
	p.tokens = p.tokens[:min(tokens, len(p.tokens))]
	p.offset = max(p.stopped, start+1)
	p.note(kind, start)
	p.tokens[len(p.tokens)-1].Open = open
	p.stopped, p.offset = p.offset, len(p.source)
}

// skipSpace reads space, comments, and line ends after a backtick.
func (p *parser) skipSpace() {
	for {
		switch r := p.peek(); {
		case IsSpace(r):
			p.offset += p.width()
		case r == '#':
			p.lineComment()
		case p.has("<#"):
			p.blockComment()
		case r == '`' && p.offset+1 == len(p.source):
			p.open(p.offset, "IncompleteInput", "A backtick at the end of a line says that the command goes on in the next one.")
		case r == '`' && p.newlineAt(p.offset+1) > 0:
			p.offset += 1 + p.newlineAt(p.offset+1)
		default:
			return
		}
	}
}

// skipLines reads space and line ends.
func (p *parser) skipLines() {
	for {
		p.skipSpace()
		n := p.newlineAt(p.offset)
		if n == 0 {
			return
		}
		p.offset += n
	}
}

// skipSeparators reads what may stand between statements.
func (p *parser) skipSeparators() {
	last := p.last
	for {
		p.skipSpace()
		switch n := p.newlineAt(p.offset); {
		case n > 0:
			p.take(TokenSeparator, n)
		case p.peek() == ';':
			p.take(TokenSeparator, 1)
		default:
			p.last = last
			return
		}
	}
}

func (p *parser) lineComment() {
	start, last := p.offset, p.last
	n := strings.IndexAny(p.source[start:], "\r\n")
	if n < 0 {
		n = len(p.source) - start
	}
	p.take(TokenComment, n)
	p.last = last
}

func (p *parser) blockComment() {
	start, last := p.offset, p.last
	n := strings.Index(p.source[start+2:], "#>")
	if n < 0 {
		p.take(TokenComment, len(p.source)-start)
		p.open(start, "MissingTerminatorMultiLineComment", "The terminator '#>' is missing from the multiline comment.")
		return
	}
	p.take(TokenComment, n+4)
	p.last = last
}

// keyword is the word at the cursor in lower case if it may be a keyword: only
// letters, and nothing glued to them.
func (p *parser) keyword() string {
	i := p.offset
	for i < len(p.source) && isLetter(p.source[i]) {
		i++
	}
	if i == p.offset || i-p.offset > len("configuration") || !endsWord(p.runeAt(i)) {
		return ""
	}
	return strings.ToLower(p.source[p.offset:i])
}

// keywordAhead is keyword, also when it stands on a later line. The cursor
// moves only when it is one of those wanted.
func (p *parser) keywordAhead(wanted ...string) string {
	offset, tokens := p.offset, len(p.tokens)
	p.skipLines()
	word := p.keyword()
	for _, w := range wanted {
		if w == word {
			return word
		}
	}
	if p.err == nil {
		p.offset, p.tokens = offset, p.tokens[:tokens]
	}
	return ""
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }
