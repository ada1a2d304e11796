package syntax

import "strings"

// How tightly binary operators bind, loosest first. Commas bind tighter than
// all of them, unary operators and casts tighter than commas.
const (
	logical = iota + 1
	bitwise
	comparison
	additive
	multiplicative
	formatting
	ranging
)

// operator is the binary operator at the cursor: its name in the tree, how it
// binds (0 when there is none), and its length.
func (p *parser) operator() (op string, binds, length int) {
	r, next := p.peek(), p.second()
	switch {
	case r == '.' && next == '.':
		return "..", ranging, 2
	case next == '=' && (r == '+' || r == '*' || r == '/' || r == '%' || IsDash(r)):
		return "", 0, 0 // an assignment
	case r == '+':
		return "+", additive, 1
	case r == '*' && next != '>', r == '/', r == '%':
		return string(r), multiplicative, 1
	case !IsDash(r):
		return "", 0, 0
	}
	word := p.dashWord()
	if word == "" {
		if next == '?' || isNameRune(next) && !isDigit(next) {
			return "", 0, 0
		}
		return "-", additive, p.width()
	}
	op, binds = binaryOperator(strings.ToLower(word))
	return op, binds, p.width() + len(word)
}

// dashWord is the word of letters after the dash at the cursor.
func (p *parser) dashWord() string {
	from := p.offset + p.width()
	i := from
	for i < len(p.source) && isLetter(p.source[i]) {
		i++
	}
	return p.source[from:i]
}

// binaryOperator gives the name in the tree and how it binds, 0 for a word that
// is no operator. Operators compare without case anyway: -ieq is -eq.
func binaryOperator(word string) (string, int) {
	switch word {
	case "and", "or", "xor":
		return "-" + word, logical
	case "band", "bor", "bxor":
		return "-" + word, bitwise
	case "is", "isnot", "as", "join":
		return "-" + word, comparison
	case "f":
		return "-f", formatting
	}
	switch {
	case compares(word), word != "" && word[0] == 'c' && compares(word[1:]):
		return "-" + word, comparison
	case word != "" && word[0] == 'i' && compares(word[1:]):
		return "-" + word[1:], comparison
	}
	return "", 0
}

// compares names the operators that come with and without regard to case.
func compares(word string) bool {
	switch word {
	case "eq", "ne", "gt", "ge", "lt", "le", "like", "notlike", "match", "notmatch",
		"contains", "notcontains", "in", "notin", "replace", "split":
		return true
	}
	return false
}

// unaryWord gives the name in the tree of a unary operator that is a word, ""
// for any other word.
func unaryWord(word string) string {
	switch word = strings.ToLower(word); word {
	case "not", "bnot", "join", "split", "csplit":
		return "-" + word
	case "isplit":
		return "-split"
	}
	return ""
}

// assignment is the assignment operator at the cursor, "" for none, with its
// length.
func (p *parser) assignment() (op string, length int) {
	r := p.peek()
	switch {
	case r == '=':
		return "=", 1
	case p.second() != '=':
		return "", 0
	case r == '+' || r == '*' || r == '/' || r == '%':
		return string(r) + "=", 2
	case IsDash(r):
		return "-=", p.width() + 1
	}
	return "", 0
}
