package builtin

import (
	"context"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

const (
	groupInfo      = "Microsoft.PowerShell.Commands.GroupInfo"
	groupNoElement = "Microsoft.PowerShell.Commands.GroupInfoNoElement"
)

func groupCommands() []*shell.Command {
	return []*shell.Command{{
		Name: "Group-Object", Aliases: []string{"group"}, Module: utility,
		Synopsis: "Puts objects with equal properties into groups.",
		Parameters: []shell.Parameter{
			at(0, "Property", "Object[]", "properties to group by"),
			toggle("NoElement", "count only; do not keep the objects"),
			toggle("AsHashTable", "one hashtable from value to objects", "AHT"),
			toggle("AsString", "texts as the hashtable's keys"),
			toggle("CaseSensitive", "upper and lower case differ"),
			without(named("Culture", "String", "culture of the comparison"), "texts are compared as in en-US"),
			input("the objects"),
		},
		Output: properties("Values", "Object[]", "Count", "Int32", "Group", "Object[]", "Name", "String"),
		Start:  startGroup,
	}}
}

// bundle is one group of Group-Object.
type bundle struct {
	values []object.Value
	count  int
	items  []object.Value
}

func startGroup() shell.Handler {
	var by []key
	var all []*bundle
	known := map[string]*bundle{}
	return shell.Handler{
		Begin: func(_ context.Context, in *shell.Invocation) (err error) {
			by, err = keys(in, in.Value("Property"), false)
			return err
		},
		Process: func(ctx context.Context, in *shell.Invocation) error {
			v, ok := incoming(in)
			if !ok {
				return nil
			}
			k, err := values(ctx, in, by, v)
			if err != nil {
				return err
			}
			id := bundleID(k, in.Bool("CaseSensitive"))
			b := known[id]
			if b == nil {
				b = &bundle{values: k}
				known[id], all = b, append(all, b)
			}
			b.count++
			if !in.Bool("NoElement") {
				b.items = append(b.items, v)
			}
			return nil
		},
		End: func(_ context.Context, in *shell.Invocation) error {
			if in.Bool("AsHashTable") {
				return emitTable(in, all)
			}
			for _, b := range all {
				if err := in.Emit(b.object(in.Bool("NoElement"))); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// bundleID is a text that the members of one group share.
func bundleID(values []object.Value, caseful bool) string {
	var b strings.Builder
	for _, v := range values {
		text := object.Text(v)
		if !caseful {
			text = strings.ToLower(text)
		}
		b.WriteString(text + "\x00")
	}
	return b.String()
}

func (b *bundle) name() string {
	var all []string
	for _, v := range b.values {
		all = append(all, object.Text(v))
	}
	return strings.Join(all, ", ")
}

func (b *bundle) object(bare bool) *object.Object {
	typ, group := groupInfo, object.Property{Name: "Group", Value: &object.List{Items: b.items}}
	if bare {
		typ, group.Hidden = groupNoElement, true
	}
	return shell.ObjectOf(typ,
		object.Property{Name: "Values", Value: &object.List{Items: b.values}},
		object.Property{Name: "Count", Type: "Int32", Value: int32(b.count)},
		group,
		object.Property{Name: "Name", Type: "String", Value: b.name()})
}

// emitTable puts out the groups as one hashtable.
func emitTable(in *shell.Invocation, all []*bundle) error {
	h := &object.Hash{}
	for _, b := range all {
		var k object.Value = b.name()
		if len(b.values) == 1 && !in.Bool("AsString") && b.values[0] != nil {
			k = b.values[0]
		}
		h.Set(k, &object.List{Items: b.items})
	}
	return in.Emit(h)
}
