package cmdlet

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
)

//go:embed table/*.json
var tables embed.FS

// row is one command as its table has it. A parameter named WhatIf or Confirm
// is not listed: Changes gives a command both.
type row struct {
	Name       string      `json:"name"`
	Kind       string      `json:"kind"` // "", "script" or "native"
	Synopsis   string      `json:"synopsis"`
	Sets       []string    `json:"sets"`
	DefaultSet string      `json:"defaultSet"`
	Changes    bool        `json:"changes"`
	Parameters []parameter `json:"parameters"`
	Output     []property  `json:"output"`
	OutputOf   string      `json:"outputOf"` // the command whose output this is
	Notes      []string    `json:"notes"`
}

// parameter is one parameter as its table has it.
type parameter struct {
	Name         string   `json:"name"`
	Type         string   `json:"type"`
	Switch       bool     `json:"switch"`
	Position     *int     `json:"position"`
	Sets         []string `json:"sets"`
	Required     []string `json:"required"`
	Pipeline     bool     `json:"pipeline"`
	ByProperty   bool     `json:"byProperty"`
	Aliases      []string `json:"aliases"`
	Values       []string `json:"values"`
	Default      string   `json:"default"`
	Ignored      string   `json:"ignored"` // why it means nothing here
	AllowEmpty   bool     `json:"allowEmpty"`
	Meaning      string   `json:"meaning"`
	CompleteWith string   `json:"completeWith"` // name of a source of values
}

type property struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// action is what a row does.
type action struct {
	// Run is called for each object in the pipeline, or once.
	Run func(context.Context, *shell.Invocation) error
	// Start is for the few commands that need a beginning or an end.
	Start func() shell.Handler
	// Class stands in FullyQualifiedErrorId after the comma.
	Class string
	// Asks makes the command ask before it does anything.
	Asks    bool
	Aliases []string
}

// actions are rows' actions by the command's name.
type actions map[string]action

// commands joins the table of one noun with what its rows do. A row without an action, and
// an action without a row, is a mistake of ours.
func commands(table, module string, does actions) ([]*shell.Command, error) {
	data, err := tables.ReadFile("table/" + table + ".json")
	if err != nil {
		return nil, err
	}
	var rows []row
	if err := json.Unmarshal(data, &rows); err != nil {
		return nil, fmt.Errorf("table %s: %w", table, err)
	}
	var all []*shell.Command
	for _, r := range rows {
		a, ok := does[r.Name]
		if !ok {
			return nil, fmt.Errorf("table %s: nothing is there for %s to do", table, r.Name)
		}
		delete(does, r.Name)
		all = append(all, r.command(module, a))
	}
	for name := range does {
		return nil, fmt.Errorf("table %s: %s has no row", table, name)
	}
	return all, nil
}

func (r row) command(module string, a action) *shell.Command {
	c := &shell.Command{
		Name: r.Name, Kind: kinds[r.Kind], Aliases: a.Aliases, Synopsis: r.Synopsis,
		Sets: r.Sets, DefaultSet: r.DefaultSet, Notes: r.Notes,
		Changes: r.Changes, Asks: a.Asks, Class: a.Class, Module: module, Start: a.Start,
	}
	if c.Start == nil {
		c.Start = shell.Each(func(ctx context.Context, in *shell.Invocation) error {
			// What goes wrong with one object ends neither the pipeline nor the
			// expression around it: if (-not (Get-X y -ErrorAction SilentlyContinue)).
			err := a.Run(ctx, in)
			if err == nil && setsNothing(in) {
				in.Warn(fmt.Sprintf("The command completed successfully but no settings of '%s' have been modified.", in.String("Identity")))
			}
			return in.Fail(err)
		})
	}
	for _, p := range r.Parameters {
		c.Parameters = append(c.Parameters, p.parameter())
	}
	for _, o := range r.Output {
		c.Output = append(c.Output, shell.Property(o))
	}
	return c
}

// setsNothing says that a Set command of Exchange was told whom to change and
// not what.
func setsNothing(in *shell.Invocation) bool {
	c := in.Command()
	return c.Module == exchangeModule && strings.HasPrefix(c.Name, "Set-") && !in.Bool("WhatIf") && in.Has("Identity") &&
		!slices.ContainsFunc(in.Bound(), func(name string) bool { return name != "Identity" })
}

// kinds are the words of the tables.
var kinds = map[string]shell.Kind{"": shell.Cmdlet, "script": shell.Script, "native": shell.Native}

func (p parameter) parameter() shell.Parameter {
	out := shell.Parameter{
		Name: p.Name, Aliases: p.Aliases, Type: shellType(p.Type), Switch: p.Switch, Position: -1,
		Sets: p.Sets, Required: p.Required, Pipeline: p.Pipeline, PipelineProperty: p.ByProperty,
		Values: p.Values, Default: p.Default, Meaning: p.Meaning,
		Ignored: p.Ignored != "", Why: p.Ignored, AllowEmpty: p.AllowEmpty,
	}
	if p.Position != nil {
		out.Position = *p.Position
	}
	return out
}

// shellType keeps the names of types the shell converts to; an identity of a
// product (…IdParameter, Xds…) is text to the shell and keeps its name for
// Get-Help.
func shellType(name string) string {
	if name == "Flag" {
		return "Boolean"
	}
	return name
}

// join puts the commands of several nouns together.
func join(parts ...func() ([]*shell.Command, error)) ([]*shell.Command, error) {
	var all []*shell.Command
	for _, part := range parts {
		some, err := part()
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// find is for tests and help: the row's command by name, without regard to case.
func find(all []*shell.Command, name string) (*shell.Command, bool) {
	i := slices.IndexFunc(all, func(c *shell.Command) bool { return strings.EqualFold(c.Name, name) })
	if i < 0 {
		return nil, false
	}
	return all[i], true
}
