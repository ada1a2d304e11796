package syntax

import "fmt"

// Limits on what is read. They keep a pasted file from taking the shell down,
// and are far above what anybody types.
const (
	maxSource   = 1 << 20 // bytes
	maxDepth    = 200     // brackets, unary operators and assignments in one another
	maxChain    = 4096    // operators, members or pipes in one row
	maxMistakes = 100     // that Tokens passes over
)

// Error is a mistake in the text. Incomplete is set when more text could mend
// it: an open string, bracket or block, or a pipe at the end. The shell then
// shows the prompt >> and reads on.
type Error struct {
	Span       Span
	ID         string // the shell's own name for it, for example "TerminatorExpectedAtEndOfString"
	Message    string
	Incomplete bool
}

func (e *Error) Error() string {
	return fmt.Sprintf("line %d, character %d: %s", e.Span.Start.Line, e.Span.Start.Column, e.Message)
}

// ErrorID is the first part of the FullyQualifiedErrorId.
func (e *Error) ErrorID() string { return e.ID }

// Parse reads a whole input. The error is always an *Error, the first one met;
// there is no tree then.
func Parse(source string) (*Script, error) {
	p := &parser{source: source}
	if len(source) > maxSource {
		p.failAt(0, 0, "ScriptTooLarge", fmt.Sprintf("The text has %d bytes; %d are read at most.", len(source), maxSource))
		return nil, p.err
	}
	s := p.script()
	if p.err != nil {
		return nil, p.err
	}
	return s, nil
}

// parser reads source from offset on. The first error stays and moves offset
// to the end, where every loop ends: so no reading function has to look at
// errors, and what it returns after one is thrown away.
type parser struct {
	source string
	offset int
	last   int // end of the last token: what is missing is missing there
	depth  int
	ruler  *ruler

	err     *Error
	stopped int // where the first error was met

	record bool
	tokens []Token
}

func (p *parser) script() *Script {
	s := &Script{Source: p.source}
	s.Attributes, s.Params = p.paramBlock()
	s.Statements = p.statements(eof)
	s.Span = p.between(0, len(p.source))
	return s
}

// between is the span from one offset to another.
func (p *parser) between(start, end int) Span {
	if p.ruler == nil {
		p.ruler = newRuler(p.source)
	}
	return Span{p.ruler.pos(start), p.ruler.pos(end)}
}

// span is what has been read since start, without the space after it.
func (p *parser) span(start int) Span { return p.between(start, max(start, p.last)) }

// failAt records a mistake at a place.
func (p *parser) failAt(start, end int, id, message string) {
	if p.err == nil {
		p.err = &Error{Span: p.between(start, end), ID: id, Message: message}
		p.stopped = max(p.offset, p.last)
	}
	p.offset = len(p.source)
}

// missing records that something does not follow the last token. When nothing
// at all follows, it may still come.
func (p *parser) missing(id, message string) {
	if p.err != nil {
		return
	}
	at := p.last
	p.skipLines()
	incomplete := p.offset >= len(p.source)
	p.offset = at
	p.failAt(at, at, id, message)
	p.err.Incomplete = p.err.Incomplete || incomplete
}

// open records that the text ends inside what began at start.
func (p *parser) open(start int, id, message string) {
	if p.err != nil {
		return
	}
	p.offset = len(p.source)
	p.failAt(start, len(p.source), id, message)
	p.err.Incomplete = true
}

// unexpected records that the token at the cursor may not stand there.
func (p *parser) unexpected() {
	start, end := p.offset, p.offset+p.width()
	switch r := p.peek(); {
	case p.has("&&"), p.has("||"):
		p.failAt(start, start+2, "InvalidEndOfLine",
			fmt.Sprintf("The token '%s' is not a valid statement separator in this version.", p.source[start:start+2]))
		return
	case r == '&':
		p.failAt(start, end, "AmpersandNotAllowed", "The ampersand (&) character is not allowed. The & operator is reserved for future use; wrap an ampersand in double quotation marks (\"&\") to pass it as part of a string.")
		return
	case isQuote(r):
		p.quoted() // may be open, which is the mistake then
		end = p.last
	default:
		for i := start; !endsWord(p.runeAt(i)) && !isQuote(p.runeAt(i)); end = i {
			i += p.widthAt(i)
		}
	}
	p.failAt(start, end, "UnexpectedToken", fmt.Sprintf("Unexpected token '%s' in expression or statement.", p.source[start:end]))
}

// enter and leave count how deep the text is nested.
func (p *parser) enter() {
	if p.depth++; p.depth > maxDepth {
		p.failAt(p.offset, p.offset, "ScriptTooComplicated", fmt.Sprintf("The text is nested more than %d levels deep.", maxDepth))
	}
}

func (p *parser) leave() { p.depth-- }

// link counts the links of a chain, which makes the tree as deep as brackets do.
func (p *parser) link(n int) {
	if n > maxChain {
		p.failAt(p.offset, p.offset, "ScriptTooComplicated", fmt.Sprintf("More than %d operators stand in one row.", maxChain))
	}
}
