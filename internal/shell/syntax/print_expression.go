package syntax

import (
	"strings"
	"unicode/utf8"
)

// expression prints in expression mode. Values that print the same way in both
// modes are shared with argument.
func (p *printer) expression(e Expression) {
	switch e := e.(type) {
	case *Array:
		if len(e.Items) == 1 {
			p.text(", ")
		}
		join(p, e.Items, ", ", p.expression)
	case *Unary:
		p.unary(e)
	case *Binary:
		p.expression(e.Left)
		p.text(" ", e.Op, " ")
		p.expression(e.Right)
	case *Cast:
		var value printer
		value.expression(e.Value)
		p.text("[", e.Type.Name, "]")
		if strings.HasPrefix(value.String(), ".") {
			p.text(" ") // [int].5 would be a member
		}
		p.text(value.String())
	default:
		p.value(e)
	}
}

func (p *printer) unary(u *Unary) {
	if u.Postfix {
		p.expression(u.Operand)
		p.text(u.Op)
		return
	}
	p.text(u.Op)
	// Two operators in a row could be read as one: - and -x are not --x.
	if _, ok := u.Operand.(*Unary); ok || len(u.Op) > 2 {
		p.text(" ")
	}
	p.expression(u.Operand)
}

// argument prints in argument mode.
func (p *printer) argument(e Expression) {
	switch e := e.(type) {
	case *Array:
		join(p, e.Items, ", ", p.argument)
	case *Bareword:
		p.word(e, false)
	default:
		p.value(e)
	}
}

// value prints what looks the same in both modes.
func (p *printer) value(e Expression) {
	switch e := e.(type) {
	case *Bareword: // a key or member
		p.text(e.Text)
	case *String:
		p.string(e)
	case *Expandable:
		p.expandable(e)
	case *Number:
		p.text(e.Text)
	case *Variable:
		p.variable(e)
	case *ArrayExpression:
		p.text("@(")
		p.statements(e.Statements, "; ")
		p.text(")")
	case *Hash:
		p.hash(e)
	case *Paren:
		p.text("(")
		p.statement(e.Value)
		p.text(")")
	case *SubExpression:
		p.text("$(")
		p.statements(e.Statements, "; ")
		p.text(")")
	case *ScriptBlock:
		p.scriptBlock(e)
	case *Member:
		p.member(e)
	case *Index:
		p.expression(e.Target)
		p.text("[")
		p.expression(e.Index)
		p.text("]")
	case *Type:
		p.text("[", e.Name, "]")
	}
}

func (p *printer) hash(h *Hash) {
	p.text("@{ ")
	join(p, h.Entries, "; ", func(e HashEntry) {
		p.expression(e.Key)
		p.text(" = ")
		p.statement(e.Value)
	})
	p.text(" }")
}

func (p *printer) member(m *Member) {
	p.expression(m.Target)
	if m.Static {
		p.text("::")
	} else {
		p.text(".")
	}
	p.expression(m.Name)
	if m.Call {
		p.text("(")
		join(p, m.Arguments, ", ", p.expression)
		p.text(")")
	}
}

func (p *printer) variable(v *Variable) {
	sigil := "$"
	if v.Splat {
		sigil = "@"
	}
	name := v.Name
	if v.Scope != "" {
		name = v.Scope + ":" + name
	}
	if v.Braced {
		name = "{" + strings.NewReplacer("`", "``", "}", "`}").Replace(name) + "}"
	}
	p.text(sigil, name)
}

// string prints a literal in quotes of its own kind.
func (p *printer) string(s *String) {
	switch {
	case s.Here && s.Quote == '\'' && fitsHere(s.Value):
		// A carriage return at the end would become part of the line end.
		end := "\n"
		if strings.HasSuffix(s.Value, "\r") {
			end = "\r\n"
		}
		if s.Value == "" {
			end = ""
		}
		p.text("@'\n", s.Value, end, "'@")
	case s.Quote == '\'':
		p.text("'")
		for _, r := range runes(s.Value) {
			if IsSingleQuote(runeOf(r)) {
				p.text(r)
			}
			p.text(r)
		}
		p.text("'")
	default:
		p.expandable(&Expandable{Parts: []Expression{s}, Here: s.Here})
	}
}

// fitsHere says whether a text can stand between @' and '@: no line of it may
// begin with the footer.
func fitsHere(text string) bool {
	q := &parser{source: "\n" + text}
	for ; q.peek() != eof; q.offset += q.width() {
		if q.hereEnd(IsSingleQuote) > 0 {
			return false
		}
	}
	return true
}

// expandable prints a double-quoted string.
func (p *printer) expandable(e *Expandable) {
	open, end := `"`, `"`
	if e.Here {
		open, end = "@\"\n", "\n\"@"
		if s, ok := e.Parts[0].(*String); ok && len(e.Parts) == 1 && s.Value == "" {
			end = `"@`
		}
	}
	p.text(open)
	for i, part := range e.Parts {
		if s, ok := part.(*String); ok {
			p.text(escapeString(s.Value, i > 0 && growsInto(e.Parts[i-1], s.Value)))
		} else {
			p.value(part)
		}
	}
	p.text(end)
}

// growsInto says whether a text right after an expression would be read as
// part of its name.
func growsInto(before Expression, text string) bool {
	v, ok := before.(*Variable)
	r, _ := utf8.DecodeRuneInString(text)
	return ok && grows(v) && (isVariableRune(r) || r == ':')
}

// escapeString is a text as it has to stand between double quotes; first says
// that its first character needs a backtick.
func escapeString(text string, first bool) string {
	var b strings.Builder
	for _, c := range runes(text) {
		switch r := runeOf(c); {
		case r == '\r':
			b.WriteString("`r") // as it is, it could join with a line end
		case first || r == '`' || r == '$' || IsDoubleQuote(r):
			b.WriteString("`" + c)
		default:
			b.WriteString(c)
		}
		first = false
	}
	return b.String()
}

// word prints a bareword, as the name of a command when name is set.
func (p *printer) word(w *Bareword, name bool) {
	if w.Parts == nil {
		p.text(quoteWord(w.Text, name))
		return
	}
	var word printer
	for i, part := range w.Parts {
		if b, ok := part.(*Bareword); !ok {
			word.value(part)
		} else if i == 0 {
			word.text(escapeWord(b.Text, startsToken))
		} else {
			word.text(escapeWord(b.Text, func(r rune) bool { return continues(w.Parts, i, r) }))
		}
	}
	if name && !namesCommand(word.String()) {
		p.text(escapeSomewhere(word.String()))
		return
	}
	p.text(word.String())
}

// continues says whether a character right after the variable parts[i-1] would
// be read with it.
func continues(parts []Expression, i int, r rune) bool {
	v, ok := parts[i-1].(*Variable)
	if !ok {
		return false
	}
	member := i == 1 && (r == '.' || r == '[' || r == ':')
	return member || grows(v) && (isVariableRune(r) || r == ':')
}

// grows says whether a letter after a variable would belong to its name.
func grows(v *Variable) bool {
	return !v.Braced && v.Name != "" && !isSpecialVariable(rune(v.Name[0]))
}

// startsToken: at the start of a word these would make something else of it.
func startsToken(r rune) bool { return r == '#' || r == '@' || IsDash(r) }

// namesCommand says whether a word at the start of a statement is read as a
// command's name.
func namesCommand(word string) bool {
	p := &parser{source: word + " "}
	return !isReserved(p.keyword()) && !p.startsExpression() && p.invocation() == ""
}

// quoteWord is a word with the backticks it needs to be read as that word.
func quoteWord(text string, name bool) string {
	word := escapeWord(text, startsToken)
	if name && !namesCommand(word) || !name && signed(word) != nil {
		return escapeSomewhere(word)
	}
	return word
}

// escapeWord puts backticks before what would end a word or mean something;
// first says it of the first character.
func escapeWord(text string, first func(rune) bool) string {
	var b strings.Builder
	for i, c := range runes(text) {
		switch r := runeOf(c); {
		case r == '\n':
			b.WriteString("`n")
		case r == '\r':
			b.WriteString("`r")
		case endsWord(r), isQuote(r), r == '`', r == '$', i == 0 && first(r):
			b.WriteString("`" + c)
		default:
			b.WriteString(c)
		}
	}
	return b.String()
}

// escapeSomewhere puts a backtick before a character that it does not change:
// that makes a plain word of a keyword or number.
func escapeSomewhere(word string) string {
	for i := range len(word) {
		if escaped(word[i]) == 0 && word[i] != '`' && startsRune(word[i]) {
			return word[:i] + "`" + word[i:]
		}
		if word[i] == '`' {
			break
		}
	}
	return word
}

// runes splits a text into characters without changing bytes that are none.
func runes(text string) []string {
	var list []string
	for len(text) > 0 {
		_, n := utf8.DecodeRuneInString(text)
		list = append(list, text[:n])
		text = text[n:]
	}
	return list
}

func runeOf(character string) rune {
	r, _ := utf8.DecodeRuneInString(character)
	return r
}
