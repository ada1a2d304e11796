package builtin

import (
	"context"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// key is what objects are sorted, grouped or compared by: a property, an
// expression, or the object itself when both are missing.
type key struct {
	name       string
	block      object.Block
	descending bool
}

// keys reads a -Property list: names, script blocks and hashtables with the
// keys Expression, Ascending and Descending. An empty list gives one key, the
// object itself. Descending is what holds for keys that do not say.
func keys(in *shell.Invocation, list object.Value, descending bool) ([]key, error) {
	var all []key
	for _, v := range flat(list) {
		k := key{descending: descending}
		switch v := v.(type) {
		case object.Block:
			k.block = v
		case *object.Hash:
			if err := k.read(in, v); err != nil {
				return nil, err
			}
		default:
			k.name = object.Text(v)
		}
		all = append(all, k)
	}
	if len(all) == 0 {
		all = []key{{descending: descending}}
	}
	return all, nil
}

// read takes a key from a hashtable. A name or label would have no effect, but
// is met in lists copied from Select-Object.
func (k *key) read(in *shell.Invocation, h *object.Hash) error {
	for i, name := range h.Keys {
		value := h.Values[i]
		full, ok := complete(object.Text(name), "Expression", "Ascending", "Descending", "Name", "Label")
		switch block, isBlock := value.(object.Block); {
		case !ok:
			return fault(in, "DictionaryKeyUnknown", "InvalidArgument", "PSArgumentException", "The %s key is not valid.", object.Text(name))
		case full == "Expression" && isBlock:
			k.block = block
		case full == "Expression":
			k.name = object.Text(value)
		case full == "Ascending":
			k.descending = !object.Truth(value)
		case full == "Descending":
			k.descending = object.Truth(value)
		}
	}
	if k.block == nil && k.name == "" {
		return fault(in, "DictionaryKeyMissing", "InvalidArgument", "PSArgumentException", "The hashtable has no key Expression.")
	}
	return nil
}

// of gives the key's value of an object: null when it has no such property.
func (k key) of(ctx context.Context, in *shell.Invocation, v object.Value) (object.Value, error) {
	switch {
	case k.block != nil:
		return expression(ctx, in)(v, k.block)
	case k.name != "":
		value, _ := object.Get(v, k.name)
		return value, nil
	}
	return v, nil
}

// values are the keys' values of an object.
func values(ctx context.Context, in *shell.Invocation, keys []key, v object.Value) ([]object.Value, error) {
	all := make([]object.Value, len(keys))
	for i, k := range keys {
		value, err := k.of(ctx, in, v)
		if err != nil {
			return nil, err
		}
		all[i] = value
	}
	return all, nil
}

// expression evaluates calculated properties. One that fails is null; only the
// user's Ctrl-C ends the command.
func expression(ctx context.Context, in *shell.Invocation) format.Eval {
	return func(v object.Value, b object.Block) (object.Value, error) {
		value, err := result(ctx, in, b, v)
		if err != nil {
			return nil, ctx.Err()
		}
		return value, nil
	}
}
