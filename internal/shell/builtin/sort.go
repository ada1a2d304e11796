package builtin

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

func sortCommands() []*shell.Command {
	return []*shell.Command{
		{
			Name: "Sort-Object", Aliases: []string{"sort"}, Module: utility,
			Synopsis: "Sorts objects by their properties.",
			Parameters: []shell.Parameter{
				at(0, "Property", "Object[]", "properties to sort by: names, script blocks, @{Expression='…';Descending=$true}"),
				toggle("Descending", "from the greatest to the least"),
				toggle("Unique", "of those with equal properties only the first"),
				toggle("CaseSensitive", "upper and lower case differ"),
				without(named("Culture", "String", "culture of the order"), "texts are sorted as in en-US"),
				input("the objects"),
			},
			Start: gather(sorted),
		},
		{
			Name: "Get-Unique", Aliases: []string{"gu"}, Module: utility,
			Synopsis: "Leaves out what is equal to the object before it.",
			Sets:     []string{"AsString", "UniqueByType"}, DefaultSet: "AsString",
			Parameters: []shell.Parameter{
				within(toggle("AsString", "compare as texts"), "AsString"),
				within(toggle("OnType", "one object of each type"), "UniqueByType"),
				input("the objects, sorted"),
			},
			Start: startUnique,
		},
	}
}

// row is an object with the values it is sorted by.
type row struct {
	object object.Value
	keys   []object.Value
}

func sorted(ctx context.Context, in *shell.Invocation, all []object.Value) error {
	by, err := keys(in, in.Value("Property"), in.Bool("Descending"))
	if err != nil {
		return err
	}
	rows := make([]row, len(all))
	for i, v := range all {
		k, err := values(ctx, in, by, v)
		if err != nil {
			return err
		}
		rows[i] = row{v, k}
	}
	compare := order
	if in.Bool("CaseSensitive") {
		compare = orderCase
	}
	byKeys := func(a, b row) int {
		for i, k := range by {
			if n := compare(a.keys[i], b.keys[i]); n != 0 && k.descending {
				return -n
			} else if n != 0 {
				return n
			}
		}
		return 0
	}
	slices.SortStableFunc(rows, byKeys)
	for i, r := range rows {
		if in.Bool("Unique") && i > 0 && byKeys(rows[i-1], r) == 0 {
			continue
		}
		if err := in.Emit(r.object); err != nil {
			return err
		}
	}
	return nil
}

// order is the order of two values: null first, values that cannot be compared
// by their texts.
func order(a, b object.Value) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	if n, err := object.Compare(a, b); err == nil {
		return n
	}
	return strings.Compare(strings.ToLower(object.Text(a)), strings.ToLower(object.Text(b)))
}

// orderCase is order with lower case before upper case.
func orderCase(a, b object.Value) int {
	if n := order(a, b); n != 0 {
		return n
	}
	x, isText := a.(string)
	y, both := b.(string)
	if !isText || !both {
		return 0
	}
	return -cmp.Compare(x, y)
}

func startUnique() shell.Handler {
	var last object.Value
	var any bool
	return shell.Handler{Process: func(_ context.Context, in *shell.Invocation) error {
		v, ok := incoming(in)
		if !ok {
			return nil
		}
		same := false
		switch {
		case !any:
		case in.Bool("OnType"):
			same = object.TypeName(last) == object.TypeName(v)
		case in.Bool("AsString"):
			same = object.Text(last) == object.Text(v)
		default:
			same = identity(last) == identity(v)
		}
		last, any = v, true
		if same {
			return nil
		}
		return in.Emit(v)
	}}
}
