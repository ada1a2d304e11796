package shell

import (
	"context"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/shell/object"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// maxCandidates bounds what Complete offers at once.
const maxCandidates = 500

// completion is one use of Complete: the text up to the cursor, what it was
// split into, and the word that is being typed.
type completion struct {
	ctx    context.Context
	s      *Session
	text   string
	tokens []syntax.Token // before the word
	word   string
	start  int
	found  []string
}

// Complete offers what may stand at the cursor, a byte offset into line, in
// place of the piece of the line from start on: commands, parameters after a
// dash, values of parameters, variables, members after a dot, paths.
func (s *Session) Complete(ctx context.Context, line string, cursor int) (start int, candidates []string) {
	cursor = min(max(cursor, 0), len(line))
	c := &completion{ctx: ctx, s: s, text: line[:cursor], start: cursor}
	c.split()
	switch {
	case c.members():
	case strings.HasPrefix(c.word, "$"):
		c.variables()
	case c.atCommand():
		c.commands()
	case isDash(c.word):
		c.parameters()
	default:
		c.values()
	}
	slices.SortFunc(c.found, compareFold)
	c.found = slices.Compact(c.found)
	return c.start, c.found[:min(len(c.found), maxCandidates)]
}

// split finds the word at the cursor: the last token when it touches the
// cursor and is a word at all.
func (c *completion) split() {
	c.tokens = syntax.Tokens(c.text)
	n := len(c.tokens)
	if n == 0 || c.tokens[n-1].Span.End.Offset < len(c.text) {
		return
	}
	switch last := c.tokens[n-1]; last.Kind {
	case syntax.TokenPipe, syntax.TokenOpen, syntax.TokenClose, syntax.TokenSeparator, syntax.TokenComment:
		return
	case syntax.TokenOperator:
		if !isDash(last.Text) || len(last.Text) == 1 && n > 1 && c.tokens[n-2].Span.End.Offset == last.Span.Start.Offset {
			return
		}
	}
	c.start = c.tokens[n-1].Span.Start.Offset
	c.word, c.tokens = c.text[c.start:], c.tokens[:n-1]
}

// isDash says that a word starts with a dash of any kind.
func isDash(word string) bool {
	return strings.HasPrefix(word, "-") || strings.HasPrefix(word, "–") || strings.HasPrefix(word, "—") || strings.HasPrefix(word, "―")
}

// offer adds a candidate that begins with what was typed.
func (c *completion) offer(typed, candidate string) { c.offerAs(typed, candidate, candidate) }

// offerAs adds insert when name begins with what was typed.
func (c *completion) offerAs(typed, name, insert string) {
	if len(typed) <= len(name) && strings.EqualFold(name[:len(typed)], typed) {
		c.found = append(c.found, insert)
	}
}

// atCommand says that the word stands where a command's name does.
func (c *completion) atCommand() bool {
	if len(c.tokens) == 0 {
		return true
	}
	switch last := c.tokens[len(c.tokens)-1]; last.Kind {
	case syntax.TokenPipe, syntax.TokenSeparator, syntax.TokenKeyword:
		return true
	case syntax.TokenOpen:
		return last.Text != "[" && last.Text != "@{"
	case syntax.TokenOperator:
		return last.Text == "=" || last.Text == "&" || last.Text == "."
	}
	return false
}

func (c *completion) commands() {
	if word := unquoted(c.word); isPath(word) {
		c.paths(word)
		return
	}
	for _, command := range c.s.Commands() {
		if command.Kind != Script {
			c.offer(c.word, command.Name)
		}
	}
	if c.word != "" {
		for _, a := range c.s.Aliases() {
			c.offer(c.word, a.Name)
		}
	}
}

func (c *completion) variables() {
	name, braced := strings.CutPrefix(c.word[1:], "{")
	offer := func(full string) {
		if braced || strings.ContainsAny(strings.TrimPrefix(full, "env:"), " -.") {
			c.offerAs(name, full, "${"+full+"}")
		} else {
			c.offerAs(name, full, "$"+full)
		}
	}
	if len(name) >= 4 && strings.EqualFold(name[:4], "env:") {
		for _, v := range c.s.Environment() {
			offer("env:" + v)
		}
		return
	}
	for _, v := range c.s.Variables() {
		offer(v)
	}
}

// use is the command the cursor is in and its arguments so far.
type use struct {
	command *Command
	before  []syntax.Token // arguments before the word
	source  *Command       // the command before the pipe
}

// use finds the command on the way back from the cursor, over closed brackets.
func (c *completion) use() use {
	var u use
	depth, end := 0, len(c.tokens)
	for i := len(c.tokens) - 1; i >= 0; i-- {
		switch t := c.tokens[i]; t.Kind {
		case syntax.TokenClose:
			depth++
		case syntax.TokenOpen:
			if depth--; depth < 0 {
				return u
			}
		case syntax.TokenSeparator, syntax.TokenPipe:
			if depth == 0 {
				return u
			}
		case syntax.TokenCommand:
			if depth != 0 {
				continue
			}
			u.command = c.s.known(t.Text)
			u.before = c.tokens[i+1 : end]
			u.source = c.before(i)
			return u
		}
	}
	return u
}

// known is Lookup without an error; a quoted name works too.
func (s *Session) known(name string) *Command {
	c, err := s.Lookup(unquoted(name))
	if err != nil {
		return nil
	}
	return c
}

// before is the command whose objects come through the pipe before token i. On
// the way it passes commands that hand on what they get.
func (c *completion) before(i int) *Command {
	depth, piped := 0, false
	for i--; i >= 0; i-- {
		switch t := c.tokens[i]; t.Kind {
		case syntax.TokenClose:
			depth++
		case syntax.TokenOpen:
			if depth--; depth < 0 {
				return nil
			}
		case syntax.TokenSeparator:
			if depth == 0 {
				return nil
			}
		case syntax.TokenPipe:
			piped = piped || depth == 0
		case syntax.TokenCommand:
			if depth != 0 || !piped {
				continue
			}
			if command := c.s.known(t.Text); command != nil && len(command.Output) > 0 {
				return command
			}
		}
	}
	return nil
}

func (c *completion) parameters() {
	u := c.use()
	if u.command == nil {
		return
	}
	typed := strings.TrimLeft(c.word, "-–—―")
	for _, list := range [][]Parameter{u.command.Parameters, c.s.Common(u.command)} {
		for _, p := range list {
			c.offerAs(typed, p.Name, "-"+p.Name)
		}
	}
}

// values offers values of the parameter the word belongs to, or paths.
func (c *completion) values() {
	u := c.use()
	word := unquoted(c.word)
	if u.command != nil {
		if p := parameterAt(c.s, u); p != nil && c.valuesOf(p, u, word) {
			return
		}
	}
	c.paths(word)
}

// valuesOf is true when the parameter knows its values.
func (c *completion) valuesOf(p *Parameter, u use, word string) bool {
	switch {
	case len(p.Values) > 0:
		for _, v := range p.Values {
			c.offerAs(word, v, quoted(v))
		}
	case isBoolean(p.Type):
		c.offer(c.word, "$true")
		c.offer(c.word, "$false")
	case p.Complete != nil:
		for _, v := range p.Complete(c.ctx, c.s, word) {
			c.offerAs(word, v, quoted(v))
		}
	case takesProperties(p) && u.source != nil:
		for _, o := range u.source.Output {
			c.offer(word, o.Name)
		}
	default:
		return false
	}
	return true
}

// takesProperties says that a parameter of a filter or Format command names
// properties of what comes in.
func takesProperties(p *Parameter) bool {
	return containsFold([]string{"Property", "ExpandProperty", "ExcludeProperty", "GroupBy", "MemberName"}, p.Name)
}

// parameterAt is the parameter the next argument is for: the one named before
// it, or the next position.
func parameterAt(s *Session, u use) *Parameter {
	list := append(slices.Clone(u.command.Parameters), s.Common(u.command)...)
	named := func(word string) *Parameter {
		word = strings.TrimSuffix(strings.TrimLeft(word, "-–—―"), ":")
		var only *Parameter
		for i := range list {
			exact, begins := list[i].called(word)
			if exact {
				return &list[i]
			}
			if begins {
				only = &list[i]
			}
		}
		return only
	}
	position, comma := 0, false
	var waiting *Parameter
	for _, t := range u.before {
		switch {
		case t.Kind == syntax.TokenParameter:
			if waiting = named(t.Text); waiting != nil && waiting.Switch {
				waiting = nil
			}
		case t.Kind == syntax.TokenOperator && t.Text == ",":
			comma = true
			continue
		case comma:
		case waiting != nil:
			waiting = nil
		default:
			position++
		}
		comma = false
	}
	if waiting != nil {
		return waiting
	}
	if comma && position > 0 {
		position--
	}
	for i := range list {
		if list[i].Position == position {
			return &list[i]
		}
	}
	return nil
}

// members offers what may stand after a dot; false when there is none.
func (c *completion) members() bool {
	dot := strings.LastIndexByte(c.text, '.')
	if dot <= 0 || strings.ContainsAny(c.text[dot:], " \t'\"/\\") {
		return false
	}
	tokens := syntax.Tokens(c.text[:dot])
	if len(tokens) == 0 || tokens[len(tokens)-1].Span.End.Offset != dot {
		return false
	}
	typed := c.text[dot+1:]
	var names []string
	switch last := tokens[len(tokens)-1]; last.Kind {
	case syntax.TokenVariable:
		names = c.membersOfVariable(tokens, last.Text)
	case syntax.TokenClose:
		names = c.membersOfParen(tokens)
	default:
		return false
	}
	c.start = dot + 1
	for _, name := range names {
		c.offer(typed, name)
	}
	return true
}

func (c *completion) membersOfVariable(tokens []syntax.Token, text string) []string {
	name := strings.Trim(strings.TrimPrefix(text, "$"), "{}")
	if name == "_" || strings.EqualFold(name, "PSItem") {
		// The block is an argument of a command; what comes in is in front of it.
		inner := completion{s: c.s, tokens: tokens[:len(tokens)-1]}
		for i := len(inner.tokens) - 1; i >= 0; i-- {
			if inner.tokens[i].Kind == syntax.TokenOpen && strings.HasSuffix(inner.tokens[i].Text, "{") {
				inner.tokens = inner.tokens[:i]
				if u := inner.use(); u.source != nil {
					return outputNames(u.source)
				}
			}
		}
	}
	v, _ := c.s.Variable(name)
	names := object.Names(v)
	if l, ok := v.(*object.List); ok && len(l.Items) > 0 {
		names = append(names, object.Names(l.Items[0])...)
	}
	for _, m := range object.Methods(v) {
		names = append(names, m.Name+"(")
	}
	return names
}

// membersOfParen takes (Get-X …). for the output of the last command in the
// brackets that has one.
func (c *completion) membersOfParen(tokens []syntax.Token) []string {
	depth := 0
	for i := len(tokens) - 1; i >= 0; i-- {
		switch t := tokens[i]; t.Kind {
		case syntax.TokenClose:
			depth++
		case syntax.TokenOpen:
			if depth--; depth == 0 {
				return nil
			}
		case syntax.TokenCommand:
			if command := c.s.known(t.Text); depth == 1 && command != nil && len(command.Output) > 0 {
				return outputNames(command)
			}
		}
	}
	return nil
}

func outputNames(c *Command) []string {
	var names []string
	for _, o := range c.Output {
		names = append(names, o.Name)
	}
	return names
}

// paths offers names in the folder the word is in.
func (c *completion) paths(word string) {
	cut := strings.LastIndexAny(word, `/\`) + 1
	folder, typed := word[:cut], word[cut:]
	full := c.s.Resolve(folder + ".")
	if files := c.s.config.Files; files != nil {
		names, err := files.List(full)
		if err != nil {
			names = nil // nothing to offer is all there is to say here
		}
		for _, name := range names {
			c.offerAs(typed, name, quoted(folder+name))
		}
	}
	for _, command := range c.s.commands {
		if command.Kind == Script && strings.EqualFold(c.s.Resolve(command.Path+`\..`), full) {
			if folder == "" {
				c.offerAs(typed, fileName(command.Path), quoted(`.\`+fileName(command.Path)))
				continue
			}
			c.offerAs(typed, fileName(command.Path), quoted(folder+fileName(command.Path)))
		}
	}
}

// unquoted is a word without the quotes around it; the last may be missing.
func unquoted(word string) string {
	if word == "" || !strings.ContainsRune(`'"`, rune(word[0])) {
		return word
	}
	return strings.TrimSuffix(word[1:], word[:1])
}

// quoted puts a value into quotes when it would not be one word.
func quoted(value string) string {
	if value != "" && !strings.ContainsAny(value, " \t'\"`,;(){}|&$@#<>") {
		return value
	}
	return "'" + strings.ReplaceAll(value, "'", "''") + "'"
}
