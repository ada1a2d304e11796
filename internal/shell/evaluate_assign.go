package shell

import (
	"strings"

	"github.com/matchseal/matchseal/internal/shell/object"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// assignment evaluates target op value and gives what was assigned.
func (f *frame) assignment(st *syntax.Assign) (object.Value, error) {
	v, err := f.value(st.Value)
	if err != nil {
		return nil, err
	}
	if st.Op != "=" {
		if v, err = f.combined(st, v); err != nil {
			return nil, err
		}
	}
	if err := f.assign(st.Target, v); err != nil {
		return nil, f.at(st, err)
	}
	return v, nil
}

// combined is what the target holds, op, the value: $x += 1.
func (f *frame) combined(st *syntax.Assign, v object.Value) (object.Value, error) {
	old, err := f.expression(st.Target)
	if err != nil {
		return nil, err
	}
	op := strings.TrimSuffix(st.Op, "=")
	got, err := object.Operate(op, old, v)
	return got, f.at(st, err)
}

// assign gives a target its value: a variable, a property, a member of a list
// or hashtable, or several of them at once.
func (f *frame) assign(target syntax.Expression, v object.Value) error {
	switch t := target.(type) {
	case *syntax.Variable:
		return f.at(t, f.setVariable(t.Scope, t.Name, v))
	case *syntax.Cast:
		return f.assignTyped(t, v)
	case *syntax.Paren:
		if p, ok := t.Value.(*syntax.Pipeline); ok {
			if e := loneExpression(p); e != nil {
				return f.assign(e, v)
			}
		}
	case *syntax.Member:
		return f.assignMember(t, v)
	case *syntax.Index:
		return f.assignIndex(t, v)
	case *syntax.Array:
		return f.assignAll(t, v)
	}
	return f.mistake(target, "InvalidLeftHandSide", "ParserError",
		"The assignment expression is not valid. The input to an assignment operator must be an object that is able to accept assignments, such as a variable or a property.")
}

func (f *frame) assignTyped(t *syntax.Cast, v object.Value) error {
	got, err := object.Convert(v, t.Type.Name, f.s.config.Zone)
	if err != nil {
		return f.at(t, err)
	}
	if err := f.assign(t.Value, got); err != nil {
		return err
	}
	if variable, ok := t.Value.(*syntax.Variable); ok {
		f.declare(variable, t.Type.Name)
	}
	return nil
}

func (f *frame) assignMember(t *syntax.Member, v object.Value) error {
	name, err := f.memberName(t)
	if err != nil {
		return err
	}
	owner, err := f.expression(t.Target)
	if err != nil {
		return err
	}
	if owner == nil {
		return f.mistake(t, "PropertyNotFound", "InvalidOperation", "The property '%s' cannot be found on this object. Verify that the property exists and can be set.", name)
	}
	return f.at(t, object.Set(owner, name, v))
}

func (f *frame) assignIndex(t *syntax.Index, v object.Value) error {
	owner, err := f.expression(t.Target)
	if err != nil {
		return err
	}
	at, err := f.expression(t.Index)
	if err != nil {
		return err
	}
	if owner == nil {
		return f.mistake(t, "NullArray", "InvalidOperation", "Cannot index into a null array.")
	}
	return f.at(t, object.SetIndex(owner, at, v))
}

// assignAll is $a, $b = 1, 2, 3: the last one takes the rest.
func (f *frame) assignAll(t *syntax.Array, v object.Value) error {
	items := []object.Value{v}
	if l, ok := v.(*object.List); ok {
		items = l.Items
	}
	for i, target := range t.Items {
		var one object.Value
		switch {
		case i == len(t.Items)-1 && len(items) > i+1:
			one = &object.List{Items: append([]object.Value(nil), items[i:]...)}
		case i < len(items):
			one = items[i]
		}
		if err := f.assign(target, one); err != nil {
			return err
		}
	}
	return nil
}
