package builtin

import (
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
)

// syntaxes are the lines that say how a command is written, one for each of its
// parameter sets: Get-X [[-Identity] <String>] -Name <String> [-Force]
// [<CommonParameters>].
func syntaxes(c *shell.Command) []string {
	if c.Kind == shell.Native {
		return []string{c.Name}
	}
	sets := c.Sets
	if len(sets) == 0 {
		sets = []string{""}
	}
	// The default set is shown first.
	sets = slices.Clone(sets)
	if i := slices.Index(sets, c.DefaultSet); i > 0 {
		sets = slices.Concat([]string{c.DefaultSet}, sets[:i], sets[i+1:])
	}
	var all []string
	for _, set := range sets {
		words := []string{c.Name}
		if c.Kind == shell.Script && c.Path != "" {
			words[0] = c.Path
		}
		for _, p := range inOrder(c, set) {
			words = append(words, parameterSyntax(p, mandatory(p, set)))
		}
		if c.Changes {
			words = append(words, "[-WhatIf]", "[-Confirm]")
		}
		all = append(all, strings.Join(append(words, "[<CommonParameters>]"), " "))
	}
	return all
}

// inOrder are the parameters of a set: by position, then the mandatory ones,
// then the rest as declared.
func inOrder(c *shell.Command, set string) []shell.Parameter {
	var all []shell.Parameter
	for _, p := range c.Parameters {
		if len(p.Sets) == 0 || set == "" || containsFold(p.Sets, set) {
			all = append(all, p)
		}
	}
	rank := func(p shell.Parameter) int {
		switch {
		case p.Position >= 0 && !p.Rest:
			return p.Position
		case p.Rest:
			return 1000
		case mandatory(p, set):
			return 1001
		}
		return 1002
	}
	slices.SortStableFunc(all, func(a, b shell.Parameter) int { return rank(a) - rank(b) })
	return all
}

// mandatory says whether a parameter must be given in a set.
func mandatory(p shell.Parameter, set string) bool {
	if len(p.Sets) > 0 && set != "" && !containsFold(p.Sets, set) {
		return false
	}
	return slices.Contains(p.Required, "*") || containsFold(p.Required, set)
}

func containsFold(list []string, text string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, text) })
}

// parameterSyntax is how one parameter is written.
func parameterSyntax(p shell.Parameter, must bool) string {
	name := "-" + p.Name
	if p.Switch {
		if must {
			return name
		}
		return "[" + name + "]"
	}
	if p.Position >= 0 || p.Rest {
		name = "[" + name + "]"
	}
	text := name + " " + valueSyntax(p)
	if must {
		return text
	}
	return "[" + text + "]"
}

// valueSyntax is what stands for a parameter's value: its type or, when they
// are known, the values.
func valueSyntax(p shell.Parameter) string {
	if len(p.Values) > 0 {
		return "{" + strings.Join(p.Values, " | ") + "}"
	}
	return "<" + p.Type + ">"
}
