package builtin

import (
	"context"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

func formatCommands() []*shell.Command {
	return []*shell.Command{
		{
			Name: "Format-List", Aliases: []string{"fl"}, Module: utility,
			Synopsis:   "Shows each object as property : value lines.",
			Parameters: append([]shell.Parameter{at(0, "Property", "Object[]", "properties, with wildcards, or @{n='…';e={…}}")}, formatParameters()...),
			Start:      func() shell.Handler { return startFormat(format.List) },
		},
		{
			Name: "Format-Table", Aliases: []string{"ft"}, Module: utility,
			Synopsis: "Shows objects as columns.",
			Parameters: append([]shell.Parameter{
				at(0, "Property", "Object[]", "properties, with wildcards, or @{n='…';e={…};Width=…;Alignment='…';FormatString='…'}"),
				toggle("AutoSize", "fit columns to data"),
				toggle("HideTableHeaders", "no header"),
				toggle("Wrap", "wrap long cells"),
				without(toggle("RepeatHeader", "repeat header per screen"), "the output is not cut into screens"),
			}, formatParameters()...),
			Start: func() shell.Handler { return startFormat(format.Table) },
		},
		{
			Name: "Format-Wide", Aliases: []string{"fw"}, Module: utility,
			Synopsis: "Shows one property of each object, side by side.",
			Parameters: append([]shell.Parameter{
				at(0, "Property", "Object", "the property"),
				toggle("AutoSize", "as many as there is room for"),
				named("Column", "Int32", "how many side by side"),
			}, formatParameters()...),
			Start: func() shell.Handler { return startFormat(format.Wide) },
		},
	}
}

// formatParameters are those of all Format commands.
func formatParameters() []shell.Parameter {
	return []shell.Parameter{
		named("GroupBy", "Object", "property whose value stands above those that share it"),
		without(named("View", "String", "named view"), "each type has one view"),
		without(toggle("ShowError", "show expression errors"), "what fails shows nothing"),
		without(toggle("DisplayError", "mark expression errors"), "what fails shows nothing"),
		without(oneOf(named("Expand", "String", "what of collections is shown"), "CoreOnly", "EnumOnly", "Both"), "collections are shown by their members"),
		toggle("Force", "also what would be left out"),
		input("the objects"),
	}
}

func startFormat(kind format.Kind) shell.Handler {
	var layout *format.Layout
	return shell.Handler{
		Begin: func(ctx context.Context, in *shell.Invocation) (err error) {
			spec := format.Spec{
				Kind: kind, Eval: expression(ctx, in), GroupBy: in.Value("GroupBy"),
				AutoSize: in.Bool("AutoSize"), Wrap: in.Bool("Wrap"), HideHeaders: in.Bool("HideTableHeaders"), Columns: in.Int("Column"),
			}
			if in.Has("Property") {
				spec.Properties = flat(in.Value("Property"))
			}
			layout, err = format.NewLayout(spec)
			return err
		},
		Process: func(_ context.Context, in *shell.Invocation) error {
			v, ok := incoming(in)
			if !ok {
				return nil
			}
			for _, item := range each(v) {
				r, err := layout.Record(item)
				if err != nil {
					return err
				}
				if r == nil {
					continue
				}
				if err := in.Emit(r); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// each is a list by its items and anything else as it is: what Format and Out
// commands show of a value.
func each(v object.Value) []object.Value {
	if l, ok := v.(*object.List); ok {
		return l.Items
	}
	return []object.Value{v}
}
