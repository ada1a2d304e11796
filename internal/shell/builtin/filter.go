package builtin

import (
	"context"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

func filterCommands() []*shell.Command {
	return []*shell.Command{
		{
			Name: "ForEach-Object", Aliases: []string{"%", "foreach"}, Module: core,
			Synopsis: "Does something with each object of the pipeline.",
			Sets:     []string{"ScriptBlockSet", "PropertyAndMethodSet"}, DefaultSet: "ScriptBlockSet",
			Parameters: []shell.Parameter{
				required(within(at(0, "Process", "ScriptBlock[]", "what to do with each object, which is $_"), "ScriptBlockSet")),
				within(named("Begin", "ScriptBlock", "what to do before the first object"), "ScriptBlockSet"),
				within(named("End", "ScriptBlock", "what to do after the last object"), "ScriptBlockSet"),
				rest(within(named("RemainingScripts", "ScriptBlock[]", "further blocks; the last is run at the end"), "ScriptBlockSet")),
				required(within(at(0, "MemberName", "String", "property to get or method to call"), "PropertyAndMethodSet")),
				rest(within(named("ArgumentList", "Object[]", "arguments of the method", "Args"), "PropertyAndMethodSet")),
				input("the objects"),
			},
			Start: startForEach,
		},
		{
			Name: "Where-Object", Aliases: []string{"?", "where"}, Module: core,
			Synopsis:   "Filters the pipeline by a script block or by property and operator.",
			Sets:       whereSets(),
			DefaultSet: "ScriptBlockSet",
			Parameters: whereParameters(),
			Start:      startWhere,
		},
	}
}

// blocks sorts what ForEach-Object was given into the three places: of several
// blocks without names the first runs before and the last after the others.
func blocks(in *shell.Invocation) (begin, process, end []object.Block) {
	for _, v := range append(flat(in.Value("Process")), flat(in.Value("RemainingScripts"))...) {
		if b, ok := v.(object.Block); ok {
			process = append(process, b)
		}
	}
	if b, ok := in.Value("Begin").(object.Block); ok {
		begin = []object.Block{b}
	} else if len(process) > 1 {
		begin, process = process[:1], process[1:]
	}
	if b, ok := in.Value("End").(object.Block); ok {
		end = []object.Block{b}
	} else if len(process) > 1 {
		process, end = process[:len(process)-1], process[len(process)-1:]
	}
	return begin, process, end
}

func startForEach() shell.Handler {
	var begin, process, end []object.Block
	run := func(ctx context.Context, in *shell.Invocation, blocks []object.Block, dollar object.Value) error {
		for _, b := range blocks {
			if err := in.Session().Invoke(ctx, b, dollar, in.Emit); err != nil {
				return err
			}
		}
		return nil
	}
	return shell.Handler{
		Begin: func(ctx context.Context, in *shell.Invocation) error {
			begin, process, end = blocks(in)
			return run(ctx, in, begin, nil)
		},
		Process: func(ctx context.Context, in *shell.Invocation) error {
			v, ok := incoming(in)
			if in.Has("MemberName") {
				if !ok {
					return nil
				}
				return forEachMember(in, v)
			}
			return run(ctx, in, process, v)
		},
		End: func(ctx context.Context, in *shell.Invocation) error { return run(ctx, in, end, nil) },
	}
}

// forEachMember gets a property or, when there is no such property or there
// are arguments, calls a method.
func forEachMember(in *shell.Invocation, v object.Value) error {
	name := in.String("MemberName")
	if !in.Has("ArgumentList") {
		if value, ok := object.Get(v, name); ok {
			return emitEach(in, value)
		}
	}
	value, err := object.Call(in.Session().Runtime(), v, name, flat(in.Value("ArgumentList")))
	if err != nil && !in.Has("ArgumentList") {
		return nil // neither a property nor a method: nothing comes out
	}
	if err != nil {
		return in.Fail(err)
	}
	return emitEach(in, value)
}

// emitEach puts out the items of a list one by one.
func emitEach(in *shell.Invocation, v object.Value) error {
	l, ok := v.(*object.List)
	if !ok {
		return in.Emit(v)
	}
	for _, item := range l.Items {
		if err := in.Emit(item); err != nil {
			return err
		}
	}
	return nil
}

// comparison is an operator switch of Where-Object with the name of the
// parameter set it makes.
type comparison struct{ name, set string }

// comparisons are the operator switches. Each but Is and IsNot has a variant
// that minds the case.
func comparisons() []comparison {
	var all []comparison
	for _, c := range []comparison{
		{"EQ", "Equal"}, {"NE", "NotEqual"}, {"GT", "GreaterThan"}, {"LT", "LessThan"}, {"GE", "GreaterOrEqual"}, {"LE", "LessOrEqual"},
		{"Like", "Like"}, {"NotLike", "NotLike"}, {"Match", "Match"}, {"NotMatch", "NotMatch"},
		{"Contains", "Contains"}, {"NotContains", "NotContains"}, {"In", "In"}, {"NotIn", "NotIn"},
	} {
		all = append(all, comparison{c.name, c.set + "Set"}, comparison{"C" + c.name, "CaseSensitive" + c.set + "Set"})
	}
	return append(all, comparison{"Is", "IsSet"}, comparison{"IsNot", "IsNotSet"})
}

func whereSets() []string {
	sets := []string{"ScriptBlockSet"}
	for _, c := range comparisons() {
		sets = append(sets, c.set)
	}
	return sets
}

func whereParameters() []shell.Parameter {
	sets := whereSets()[1:]
	all := []shell.Parameter{
		required(within(at(0, "FilterScript", "ScriptBlock", "condition; the object is $_"), "ScriptBlockSet")),
		required(within(at(0, "Property", "String", "property to compare"), sets...)),
		empty(within(at(1, "Value", "PSObject", "value to compare with"), sets...)),
		input("the objects"),
	}
	for _, c := range comparisons() {
		p := within(toggle(c.name, "compare with -"+strings.ToLower(c.name)), c.set)
		if !strings.HasPrefix(c.set, "CaseSensitive") && !strings.HasPrefix(c.name, "Is") {
			p.Aliases = []string{"I" + c.name}
		}
		// Where-Object Property alone belongs to EqualSet: the property is true.
		if c.name != "EQ" {
			p = required(p)
		}
		all = append(all, p)
	}
	return all
}

func startWhere() shell.Handler {
	var pass func(context.Context, *shell.Invocation, object.Value) (bool, error)
	return shell.Handler{
		Begin: func(_ context.Context, in *shell.Invocation) (err error) {
			pass, err = condition(in)
			return err
		},
		Process: func(ctx context.Context, in *shell.Invocation) error {
			v, ok := incoming(in)
			if !ok {
				return nil
			}
			switch yes, err := pass(ctx, in, v); {
			case err != nil:
				return err
			case yes:
				return in.Emit(v)
			}
			return nil
		},
	}
}

// condition makes the test Where-Object was asked for.
func condition(in *shell.Invocation) (func(context.Context, *shell.Invocation, object.Value) (bool, error), error) {
	if block, ok := in.Value("FilterScript").(object.Block); ok {
		return func(ctx context.Context, in *shell.Invocation, v object.Value) (bool, error) {
			got, err := result(ctx, in, block, v)
			return err == nil && object.Truth(got), err
		}, nil
	}
	name, operator := in.String("Property"), ""
	for _, c := range comparisons() {
		if in.Bool(c.name) {
			operator = "-" + strings.ToLower(c.name)
		}
	}
	switch {
	case operator == "" && in.Has("Value"):
		return nil, fault(in, "OperatorNotSpecified", "InvalidArgument", "PSArgumentException",
			"The Value parameter is specified without a comparison operator. Specify an operator, such as -EQ, and try again.")
	case operator == "":
		return func(_ context.Context, _ *shell.Invocation, v object.Value) (bool, error) {
			got, _ := object.Get(v, name)
			return object.Truth(got), nil
		}, nil
	case !in.Has("Value"):
		return nil, fault(in, "ValueNotSpecifiedForWhereObject", "InvalidArgument", "PSArgumentException",
			"The specified operator requires both the -Property and -Value parameters. Provide values for both parameters, and then try again.")
	}
	value := in.Value("Value")
	return func(_ context.Context, in *shell.Invocation, v object.Value) (bool, error) {
		got, _ := object.Get(v, name)
		answer, err := object.Operate(operator, got, value)
		if err != nil {
			return false, in.Fail(err)
		}
		return object.Truth(answer), nil
	}, nil
}
