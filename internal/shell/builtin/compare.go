package builtin

import (
	"context"
	"slices"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

func compareCommands() []*shell.Command {
	difference := required(empty(at(1, "DifferenceObject", "PSObject[]", "what it is compared with: =>")))
	difference.Pipeline = true
	return []*shell.Command{{
		Name: "Compare-Object", Aliases: []string{"compare", "diff"}, Module: utility,
		Synopsis: "Shows what two sets of objects do not share.",
		Parameters: []shell.Parameter{
			required(empty(at(0, "ReferenceObject", "PSObject[]", "what is compared: <="))),
			difference,
			named("Property", "Object[]", "properties to compare"),
			toggle("IncludeEqual", "show what both have too: =="),
			toggle("ExcludeDifferent", "show nothing that only one has"),
			toggle("CaseSensitive", "upper and lower case differ"),
			toggle("PassThru", "put out the objects themselves"),
			without(named("SyncWindow", "Int32", "how far apart equal objects may stand"), "they may stand anywhere"),
			without(named("Culture", "String", "culture of the comparison"), "texts are compared as in en-US"),
		},
		Output: properties("InputObject", "Object", "SideIndicator", "String"),
		Start:  startCompare,
	}}
}

func startCompare() shell.Handler {
	var right []object.Value
	return shell.Handler{
		Process: func(_ context.Context, in *shell.Invocation) error {
			right = append(right, flat(in.Value("DifferenceObject"))...)
			return nil
		},
		End: func(ctx context.Context, in *shell.Invocation) error {
			return compared(ctx, in, flat(in.Value("ReferenceObject")), right)
		},
	}
}

// compared puts out what both have, what only the right side has and what only
// the left side has, in this order.
func compared(ctx context.Context, in *shell.Invocation, left, right []object.Value) error {
	by, err := keys(in, in.Value("Property"), false)
	if err != nil {
		return err
	}
	ids := func(all []object.Value) ([]string, error) {
		var out []string
		for _, v := range all {
			k, err := values(ctx, in, by, v)
			if err != nil {
				return nil, err
			}
			out = append(out, bundleID(k, in.Bool("CaseSensitive")))
		}
		return out, nil
	}
	leftIDs, err := ids(left)
	if err != nil {
		return err
	}
	rightIDs, err := ids(right)
	if err != nil {
		return err
	}
	free := map[string]int{}
	for _, id := range leftIDs {
		free[id]++
	}
	var both, onlyRight []object.Value
	for i, id := range rightIDs {
		if free[id] > 0 {
			free[id]--
			both = append(both, right[i])
		} else {
			onlyRight = append(onlyRight, right[i])
		}
	}
	var onlyLeft []object.Value
	for i := len(left) - 1; i >= 0; i-- {
		if id := leftIDs[i]; free[id] > 0 { // the last ones are those that found no partner
			free[id]--
			onlyLeft = append(onlyLeft, left[i])
		}
	}
	slices.Reverse(onlyLeft)
	return emitCompared(ctx, in, by, both, onlyRight, onlyLeft)
}

func emitCompared(ctx context.Context, in *shell.Invocation, by []key, both, right, left []object.Value) error {
	for _, side := range []struct {
		sign string
		show bool
		all  []object.Value
	}{
		{"==", in.Bool("IncludeEqual"), both},
		{"=>", !in.Bool("ExcludeDifferent"), right},
		{"<=", !in.Bool("ExcludeDifferent"), left},
	} {
		for _, v := range side.all {
			if !side.show {
				break
			}
			o, err := difference(ctx, in, by, v, side.sign)
			if err != nil {
				return err
			}
			if err := in.Emit(o); err != nil {
				return err
			}
		}
	}
	return nil
}

// difference is what Compare-Object says about one object.
func difference(ctx context.Context, in *shell.Invocation, by []key, v object.Value, sign string) (object.Value, error) {
	if in.Bool("PassThru") {
		return v, nil
	}
	o := shell.ObjectOf(customObject)
	if !in.Has("Property") {
		o.Properties = append(o.Properties, object.Property{Name: "InputObject", Value: v})
	} else {
		k, err := values(ctx, in, by, v)
		if err != nil {
			return nil, err
		}
		for i, key := range by {
			name := key.name
			if key.block != nil {
				name = key.block.Source()
			}
			o.Properties = append(o.Properties, object.Property{Name: name, Value: k[i]})
		}
	}
	o.Properties = append(o.Properties, object.Property{Name: "SideIndicator", Type: "String", Value: sign})
	return o, nil
}
