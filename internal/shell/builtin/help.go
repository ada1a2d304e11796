package builtin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

const helpType = "HelpInfoShort"

func helpCommands() []*shell.Command {
	return []*shell.Command{{
		Name: "Get-Help", Aliases: []string{"help", "man"}, Module: core,
		Synopsis: "Explains a command and its parameters.",
		Sets:     []string{"AllUsersView", "DetailedView", "Examples", "Parameters", "Online"}, DefaultSet: "AllUsersView",
		Parameters: []shell.Parameter{
			byProperty(completeCommand(at(0, "Name", "String", "the command, or a part of its name"))),
			within(toggle("Full", "everything"), "AllUsersView"),
			required(within(toggle("Detailed", "the parameters too"), "DetailedView")),
			required(within(toggle("Examples", "where examples are"), "Examples")),
			required(within(named("Parameter", "String", "only these parameters, with wildcards"), "Parameters")),
			required(within(toggle("Online", "in the browser"), "Online")),
			named("Category", "String[]", "Cmdlet, Function, Alias"),
			named("Component", "String[]", "part of the product"),
			named("Functionality", "String[]", "what commands do"),
			named("Role", "String[]", "who uses them"),
			named("Path", "String", "where the help is"),
		},
		Start: shell.Each(getHelp),
	}}
}

func getHelp(_ context.Context, in *shell.Invocation) error {
	name := in.String("Name")
	if name == "" || strings.EqualFold(name, "default") {
		return in.Emit(helpStart)
	}
	if !object.HasWildcard(name) {
		if c, err := in.Session().Lookup(name); err == nil {
			return emitHelp(in, c)
		}
		// A script is explained from any folder.
		name = name[strings.LastIndexAny(name, `\/`)+1:]
	}
	pattern := name
	if !object.HasWildcard(name) {
		pattern = "*" + name + "*"
	}
	match, err := object.Wildcard(pattern)
	if err != nil {
		return err
	}
	var found []*shell.Command
	for _, c := range in.Session().Commands() {
		if match.Match(c.Name) {
			found = append(found, c)
		}
	}
	switch {
	case len(found) == 0 && object.HasWildcard(name):
		return nil
	case len(found) == 0:
		return in.Fail(fault(in, "HelpNotFound", "ResourceUnavailable", "HelpNotFoundException",
			"Get-Help could not find %s in a help file in this session. To download updated help topics type: \"Update-Help\". "+
				"To get help online, search for the help topic in the TechNet library at http://go.microsoft.com/fwlink/?LinkID=107116.", name))
	case len(found) == 1:
		return emitHelp(in, found[0])
	}
	for _, c := range found {
		if err := in.Emit(shell.ObjectOf(helpType,
			object.Property{Name: "Name", Type: "String", Value: c.Name},
			object.Property{Name: "Category", Type: "String", Value: string(c.Kind)},
			object.Property{Name: "Module", Type: "String", Value: c.Module},
			object.Property{Name: "Synopsis", Type: "String", Value: c.Synopsis})); err != nil {
			return err
		}
	}
	return nil
}

const helpStart = `TOPIC
    The management shell

    Get-Command                 shows the commands there are
    Get-Command -Noun *Auth*    those that deal with something
    Get-Help <command>          explains a command; -Full shows its parameters
    Get-Help *part*             finds commands by a part of their names
    <command> | Get-Member      shows what a command's objects have
`

// emitHelp puts out the help on a command, or the part of it that was asked
// for.
func emitHelp(in *shell.Invocation, c *shell.Command) error {
	if !in.Has("Parameter") {
		return in.Emit(helpText(in, c))
	}
	match, err := object.Wildcard(in.String("Parameter"))
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, p := range c.Parameters {
		if match.Match(p.Name) {
			b.WriteString("\n" + parameterHelp(p, ""))
		}
	}
	if b.Len() == 0 {
		return in.Fail(fault(in, "NoMatchingParameter", "ResourceUnavailable", "HelpNotFoundException",
			"No parameter matches criteria %s.", in.String("Parameter")))
	}
	return in.Emit(b.String())
}

// helpText is the help on a command in the order of Windows PowerShell's.
func helpText(in *shell.Invocation, c *shell.Command) string {
	width := in.Session().Host().Width()
	const indent = "    "
	var b strings.Builder
	section := func(title string, lines ...string) {
		fmt.Fprintf(&b, "%s\n%s\n", title, indentLines(lines, indent, width))
	}
	b.WriteString("\n")
	section("NAME", c.Name)
	section("SYNOPSIS", c.Synopsis)
	if in.Bool("Examples") {
		section("EXAMPLES", runbooks)
		return b.String()
	}
	var lines []string
	for i, line := range syntaxes(c) {
		if i > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, line)
	}
	section("SYNTAX", lines...)
	if len(c.Aliases) > 0 {
		section("ALIASES", strings.Join(c.Aliases, ", "))
	}
	if in.Bool("Full") || in.Bool("Detailed") {
		b.WriteString("PARAMETERS\n")
		for _, p := range c.Parameters {
			b.WriteString(parameterHelp(p, indent) + "\n")
		}
		section("    <CommonParameters>", commonHelp(c)...)
	}
	if in.Bool("Full") {
		section("INPUTS", inputs(c)...)
		section("OUTPUTS", outputs(c)...)
		if len(c.Notes) > 0 {
			section("NOTES", c.Notes...)
		}
		section("EXAMPLES", runbooks)
		return b.String()
	}
	if len(c.Notes) > 0 {
		section("NOTES", c.Notes...)
	}
	section("REMARKS",
		fmt.Sprintf("To see the examples, type: \"get-help %s -examples\".", c.Name),
		fmt.Sprintf("For more information, type: \"get-help %s -detailed\".", c.Name),
		fmt.Sprintf("For technical information, type: \"get-help %s -full\".", c.Name))
	return b.String()
}

// runbooks says where whole procedures are.
const runbooks = "The runbooks in docs/howto of the distribution use the commands together, from the first to the last step."

// parameterHelp explains one parameter.
func parameterHelp(p shell.Parameter, indent string) string {
	var b strings.Builder
	head := "-" + p.Name
	switch {
	case p.Switch:
		head += " [<SwitchParameter>]"
	default:
		head += " " + valueSyntax(p)
	}
	fmt.Fprintf(&b, "%s%s\n%s    %s\n\n", indent, head, indent, p.Meaning)
	if p.Ignored {
		fmt.Fprintf(&b, "%s    Accepted without effect: %s.\n\n", indent, strings.TrimSuffix(p.Why, "."))
	}
	position := "named"
	if p.Position >= 0 {
		position = fmt.Sprint(p.Position + 1)
	}
	pipeline := "false"
	switch {
	case p.Pipeline && p.PipelineProperty:
		pipeline = "true (ByValue, ByPropertyName)"
	case p.Pipeline:
		pipeline = "true (ByValue)"
	case p.PipelineProperty:
		pipeline = "true (ByPropertyName)"
	}
	aliases := "none"
	if len(p.Aliases) > 0 {
		aliases = strings.Join(p.Aliases, ", ")
	}
	for _, row := range [][2]string{
		{"Required?", fmt.Sprint(len(p.Required) > 0)},
		{"Position?", position},
		{"Default value", p.Default},
		{"Accept pipeline input?", pipeline},
		{"Accept wildcard characters?", fmt.Sprint(strings.Contains(p.Meaning, "with wildcards") || strings.Contains(p.Meaning, "wildcards allowed"))},
		{"Aliases", aliases},
	} {
		b.WriteString(strings.TrimRight(fmt.Sprintf("%s    %-28s %s", indent, row[0], row[1]), " ") + "\n")
	}
	return b.String()
}

func commonHelp(c *shell.Command) []string {
	text := "Verbose, Debug, ErrorAction, ErrorVariable, WarningAction, WarningVariable, InformationAction, InformationVariable, OutBuffer, PipelineVariable and OutVariable."
	if c.Changes {
		text += " WhatIf says what would be done; Confirm asks first."
	}
	return []string{"    This cmdlet supports the common parameters: " + text}
}

// inputs are the parameters that take what comes through the pipeline.
func inputs(c *shell.Command) []string {
	var all []string
	for _, p := range c.Parameters {
		if p.Pipeline && !slices.Contains(all, p.Type) {
			all = append(all, p.Type)
		}
	}
	if all == nil {
		return []string{"None"}
	}
	return all
}

// outputs are the properties of what a command puts out.
func outputs(c *shell.Command) []string {
	var all []string
	for _, p := range c.Output {
		all = append(all, strings.TrimSpace(p.Name+" "+p.Type))
	}
	if all == nil {
		return []string{"None"}
	}
	return all
}

// indentLines wraps lines at a width and indents them.
func indentLines(lines []string, indent string, width int) string {
	var b strings.Builder
	for _, line := range lines {
		left := indent
		for strings.HasPrefix(line, "    ") {
			left, line = left+"    ", line[4:]
		}
		for _, piece := range wrapWords(line, max(20, width-len(left)-1)) {
			b.WriteString(strings.TrimRight(left+piece, " ") + "\n")
		}
	}
	return b.String()
}

// wrapWords breaks text between words so that no line is wider than width,
// unless a single word is.
func wrapWords(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) > width:
			lines, line = append(lines, line), word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}
