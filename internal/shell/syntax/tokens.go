package syntax

// TokenKind says what a token is.
type TokenKind string

// The kinds of token.
const (
	TokenCommand   TokenKind = "command"   // the name of a command
	TokenParameter TokenKind = "parameter" // -Name or -Name:
	TokenWord      TokenKind = "word"      // an argument without quotes, or with some inside
	TokenNumber    TokenKind = "number"
	TokenString    TokenKind = "string" // of any kind, whole, whatever is expanded in it
	TokenVariable  TokenKind = "variable"
	TokenType      TokenKind = "type"   // [name]
	TokenMember    TokenKind = "member" // a name after . or ::
	TokenKey       TokenKind = "key"    // a name before = in @{ }
	TokenOperator  TokenKind = "operator"
	TokenPipe      TokenKind = "pipe"
	TokenOpen      TokenKind = "open"      // ( { [ $( @( @{
	TokenClose     TokenKind = "close"     // ) } ]
	TokenSeparator TokenKind = "separator" // ; or a line end between statements
	TokenKeyword   TokenKind = "keyword"
	TokenComment   TokenKind = "comment"
	TokenUnknown   TokenKind = "unknown" // what may not stand where it stands
)

// Token is a piece of the source that means something. Open is set on a string
// or here-string that does not end.
type Token struct {
	Kind TokenKind
	Text string
	Span Span
	Open bool
}

// Tokens splits a source without ever failing: after a mistake it goes on with
// what follows as if it were a new statement. Tokens stand in order, do not
// overlap, and leave out nothing but space. A source over the limit is one
// unknown token, and so is what follows after very many mistakes.
func Tokens(source string) []Token {
	p := &parser{source: source, record: true}
	if len(source) > maxSource {
		p.take(TokenUnknown, len(source))
		return p.tokens
	}
	p.script()
	for mistakes := 1; p.err != nil; mistakes++ {
		from := p.stopped
		p.err, p.depth = nil, 0
		p.offset, p.last = from, from
		p.dropFrom(from)
		if mistakes > maxMistakes && from < len(source) {
			p.take(TokenUnknown, len(source)-from)
			break
		}
		p.statements(eof)
		if p.err != nil && p.stopped == from {
			p.step(from)
		}
	}
	return p.tokens
}

// step takes the character at which nothing can begin for a token.
func (p *parser) step(from int) {
	p.dropFrom(from)
	p.offset = from
	if p.peek() == eof {
		p.err = nil
		return
	}
	kind := TokenUnknown
	switch p.peek() {
	case ')', '}', ']':
		kind = TokenClose
	case '|':
		kind = TokenPipe
	}
	p.offset += p.width()
	p.note(kind, from)
	p.stopped = p.offset
}

// dropFrom forgets tokens at or after an offset; they are read again.
func (p *parser) dropFrom(offset int) {
	for len(p.tokens) > 0 && p.tokens[len(p.tokens)-1].Span.End.Offset > offset {
		p.tokens = p.tokens[:len(p.tokens)-1]
	}
}
