package paste

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// oauthConfiguration is the command that pages misspell.
const oauthConfiguration = "Set-CsOAuthConfiguration"

// mendBinding applies the rules for a failure of binding, or all of them for
// "": a text whose quotes were mended has not been bound yet.
func mendBinding(m mended, id string, k Knowledge) mended {
	script, err := syntax.Parse(m.text)
	if err != nil {
		return m
	}
	s := &surgeon{text: m.text, known: k, notes: m.notes}
	for _, c := range commands(script.Statements) {
		for _, rule := range []struct {
			id    string
			apply func(*syntax.Command)
		}{
			{"CommandNotFoundException", s.misspelt},
			{"AmbiguousParameter", s.domain},
			{"NamedParameterNotFound", s.glued},
			{"PositionalParameterNotFound", s.backslash},
		} {
			if id == rule.id || id == "" {
				rule.apply(c)
			}
		}
		if s.notes != nil {
			s.primes(c)
		}
	}
	return mended{s.apply(), s.notes}
}

// commands are those of the pipelines that a script consists of, or that it
// assigns. A pasted line that needs repair has no deeper ones.
func commands(statements []syntax.Statement) []*syntax.Command {
	var list []*syntax.Command
	for _, s := range statements {
		if a, ok := s.(*syntax.Assign); ok {
			s = a.Value
		}
		p, ok := s.(*syntax.Pipeline)
		if !ok {
			continue
		}
		for _, e := range p.Elements {
			if c, ok := e.(*syntax.Command); ok {
				list = append(list, c)
			}
		}
	}
	return list
}

// surgeon collects changes to places of a text.
type surgeon struct {
	text  string
	known Knowledge
	edits []edit
	notes []string
}

// edit puts a text in place of a piece of the source.
type edit struct {
	start, end int
	text       string
}

func (s *surgeon) edit(start, end int, text, note string) {
	s.edits = append(s.edits, edit{start, end, text})
	if !slices.Contains(s.notes, note) {
		s.notes = append(slices.Clone(s.notes), note)
	}
}

// apply makes the changes, the last place first.
func (s *surgeon) apply() string {
	slices.SortFunc(s.edits, func(a, b edit) int { return b.start - a.start })
	text := s.text
	for _, e := range s.edits {
		text = text[:e.start] + e.text + text[e.end:]
	}
	return text
}

// name is a command's name as typed, "" when it has to be worked out.
func name(c *syntax.Command) string {
	switch n := c.Name.(type) {
	case *syntax.Bareword:
		return n.Text
	case *syntax.String:
		return n.Value
	}
	return ""
}

// has finds a name without regard to case.
func has(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// misspelt corrects a command's name that two pages print wrong, where the
// right one exists. When the page lost the value too, the line stays as it is.
func (s *surgeon) misspelt(c *syntax.Command) {
	typed := name(c)
	wrong := strings.EqualFold(typed, "set-cssoauthconfiguration") || strings.EqualFold(typed, "Set-OAuthConfiguration")
	all := s.known.Commands()
	if !wrong || has(all, typed) || !has(all, oauthConfiguration) || s.lost(c, oauthConfiguration) {
		return
	}
	at := c.Name.At()
	s.edit(at.Start.Offset, at.End.Offset, oauthConfiguration, fmt.Sprintf("The command %s was read as %s.", typed, oauthConfiguration))
}

// lost says whether a parameter that needs a value stands without one. An empty
// text counts as none: a page that lost the value often keeps its quotation
// marks, and run as it stands the line would clear a setting.
func (s *surgeon) lost(c *syntax.Command, command string) bool {
	for i, a := range c.Arguments {
		if text, ok := a.Value.(*syntax.String); ok && text.Value == "" {
			return true
		}
		if a.Parameter == "" || a.Value != nil || i+1 < len(c.Arguments) && c.Arguments[i+1].Parameter == "" {
			continue
		}
		for _, p := range s.known.Parameters(command) {
			if hasPrefix(p, a.Parameter) && !s.known.Switch(command, p) {
				return true
			}
		}
	}
	return false
}

// hasPrefix is strings.HasPrefix without regard to case.
func hasPrefix(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

// domain reads -domain as -DomainName, which pages mean by it, where it could
// also be -DomainController.
func (s *surgeon) domain(c *syntax.Command) {
	if !strings.EqualFold(name(c), "New-ExchangeCertificate") {
		return
	}
	known := s.known.Parameters(name(c))
	for _, a := range c.Arguments {
		if strings.EqualFold(a.Parameter, "domain") && has(known, "DomainName") && !has(known, "domain") {
			at := a.Start.Offset + len(a.Dash)
			s.edit(at, at+len(a.Parameter), "DomainName", fmt.Sprintf("-%s is ambiguous; it was read as -DomainName.", a.Parameter))
		}
	}
}

// glued puts the lost space between a parameter and the address after it:
// -AuthMetaDataUrlhttps://… is read as a parameter AuthMetaDataUrlhttps with a
// value after the colon.
func (s *surgeon) glued(c *syntax.Command) {
	known := s.known.Parameters(name(c))
	for _, a := range c.Arguments {
		if !a.Colon || slices.ContainsFunc(known, func(p string) bool { return hasPrefix(p, a.Parameter) }) {
			continue
		}
		for _, p := range known {
			scheme := strings.TrimPrefix(strings.ToLower(a.Parameter), strings.ToLower(p))
			if len(scheme)+len(p) != len(a.Parameter) || scheme != "http" && scheme != "https" {
				continue
			}
			at := a.Start.Offset + len(a.Dash) + len(p)
			if strings.HasPrefix(s.text[at+len(scheme):], "://") {
				s.edit(at, at, " ", fmt.Sprintf("A space was put between -%s and its value.", s.text[a.Start.Offset+len(a.Dash):at]))
				break
			}
		}
	}
}

// backslash drops a lone backslash glued to the closing quote of the last
// argument, which would be an argument of its own.
func (s *surgeon) backslash(c *syntax.Command) {
	n := len(c.Arguments)
	if n < 2 {
		return
	}
	last, before := c.Arguments[n-1], c.Arguments[n-2]
	w, ok := last.Value.(*syntax.Bareword)
	if !ok || w.Text != `\` || last.Parameter != "" || before.Value == nil || before.End != last.Start {
		return
	}
	closing, _ := utf8.DecodeLastRuneInString(s.text[:last.Start.Offset])
	if syntax.IsSingleQuote(closing) || syntax.IsDoubleQuote(closing) {
		s.edit(last.Start.Offset, last.End.Offset, "", "A backslash after the last quotation mark was dropped.")
	}
}

// primes drops a prime at the end of a value without quotes: the closing quote
// of a pair whose opening one is lost. Only a line that is damaged anyway is
// searched for them.
func (s *surgeon) primes(c *syntax.Command) {
	for _, a := range c.Arguments {
		w, ok := a.Value.(*syntax.Bareword)
		if !ok || w.Parts != nil {
			continue
		}
		end := w.End.Offset
		r, n := utf8.DecodeLastRuneInString(s.text[:end])
		if isPrime(r) && end-n > w.Start.Offset {
			s.edit(end-n, end, "", fmt.Sprintf("A prime (%c) after a value without quotation marks was dropped.", r))
		}
	}
}
