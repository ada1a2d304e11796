package builtin

import (
	"context"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// incoming is what a command works on now: the object in the pipeline or, when
// it stands alone, what -InputObject was given. It is false when there is
// neither.
func incoming(in *shell.Invocation) (object.Value, bool) {
	if v, ok := in.Input(); ok {
		return v, true
	}
	if in.Has("InputObject") {
		return in.Value("InputObject"), true
	}
	return nil, false
}

// gather makes the handler of a command that answers when all its input is
// there.
func gather(answer func(ctx context.Context, in *shell.Invocation, all []object.Value) error) func() shell.Handler {
	return func() shell.Handler {
		var all []object.Value
		return shell.Handler{
			Process: func(_ context.Context, in *shell.Invocation) error {
				if v, ok := incoming(in); ok {
					all = append(all, v)
				}
				return nil
			},
			End: func(ctx context.Context, in *shell.Invocation) error { return answer(ctx, in, all) },
		}
	}
}

// result is the value of a script block for the object v: what it puts out,
// as one value when it is one, as a list when there are several.
func result(ctx context.Context, in *shell.Invocation, block object.Block, v object.Value) (object.Value, error) {
	var out []object.Value
	err := in.Session().Invoke(ctx, block, v, func(v object.Value) error {
		out = append(out, v)
		return nil
	})
	return oneOrList(out), err
}

// oneOrList is what several values are as one: null, the only one, or a list.
func oneOrList(all []object.Value) object.Value {
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return &object.List{Items: all}
}

// flat is a value as the objects it stands for: the items of a list, of which
// lists within are taken apart too.
func flat(v object.Value) []object.Value {
	l, ok := v.(*object.List)
	if !ok {
		return object.Items(v)
	}
	var all []object.Value
	for _, item := range l.Items {
		if _, ok := item.(*object.List); ok {
			all = append(all, flat(item)...)
		} else {
			all = append(all, item)
		}
	}
	return all
}

// complete finds the name that short is or begins, without regard to case.
func complete(short string, names ...string) (string, bool) {
	for _, n := range names {
		if short != "" && len(short) <= len(n) && strings.EqualFold(short, n[:len(short)]) {
			return n, true
		}
	}
	return "", false
}
