package shell

import (
	"strings"

	"github.com/matchseal/matchseal/internal/shell/object"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// expression evaluates an expression to a value.
func (f *frame) expression(e syntax.Expression) (object.Value, error) {
	switch e := e.(type) {
	case *syntax.String:
		return e.Value, nil
	case *syntax.Number:
		return number(e.Value), nil
	case *syntax.Variable:
		v, _ := f.lookup(e.Scope, e.Name)
		return v, nil
	case *syntax.Bareword:
		if e.Parts == nil {
			return e.Text, nil
		}
		return f.joined(e, e.Parts)
	case *syntax.Expandable:
		return f.joined(e, e.Parts)
	case *syntax.Type:
		return object.Type{Name: e.Name}, nil
	case *syntax.ScriptBlock:
		return &block{node: e, source: f.source}, nil
	case *syntax.Paren:
		return f.value(e.Value)
	case *syntax.Unary:
		return f.unary(e)
	case *syntax.Binary:
		return f.binary(e)
	case *syntax.Member:
		return f.member(e)
	case *syntax.Index:
		return f.index(e)
	case *syntax.Cast:
		return f.cast(e)
	}
	return f.gathered(e)
}

// gathered evaluates what makes a collection.
func (f *frame) gathered(e syntax.Expression) (object.Value, error) {
	switch e := e.(type) {
	case *syntax.Array:
		l := &object.List{Items: make([]object.Value, 0, len(e.Items))}
		for _, item := range e.Items {
			v, err := f.expression(item)
			if err != nil {
				return nil, err
			}
			l.Items = append(l.Items, v)
		}
		return l, nil
	case *syntax.SubExpression:
		values, err := f.collect(func(out sink) error { return f.run(e.Statements, out) })
		return oneOrList(values), err
	case *syntax.ArrayExpression:
		values, err := f.collect(func(out sink) error { return f.run(e.Statements, out) })
		return &object.List{Items: values}, err
	case *syntax.Hash:
		return f.hash(e)
	}
	return nil, nil
}

// number makes a literal's value one that flows: whole numbers are Int32 while
// they fit.
func number(v any) object.Value {
	if n, ok := v.(int64); ok && n >= -1<<31 && n < 1<<31 {
		return int32(n)
	}
	return v
}

// joined is the text of a string's or word's pieces.
func (f *frame) joined(node syntax.Node, parts []syntax.Expression) (object.Value, error) {
	var b strings.Builder
	for _, p := range parts {
		v, err := f.expression(p)
		if err != nil {
			return nil, err
		}
		if n, ok := p.(*syntax.Number); ok {
			v = n.Text
		}
		b.WriteString(object.Text(v))
		if b.Len() > maxText {
			return nil, f.mistake(node, "LimitExceeded", "LimitsExceeded", "The text is larger than this shell allows.")
		}
	}
	return b.String(), nil
}

func (f *frame) hash(e *syntax.Hash) (object.Value, error) {
	h := &object.Hash{}
	for _, entry := range e.Entries {
		key, err := f.expression(entry.Key)
		if err != nil {
			return nil, err
		}
		v, err := f.value(entry.Value)
		if err != nil {
			return nil, err
		}
		if key == nil {
			return nil, f.mistake(entry.Key, "InvalidNullKey", "InvalidOperation", "A null key is not allowed in a hash literal.")
		}
		if _, twice := h.Get(key); twice {
			return nil, f.mistake(entry.Key, "DuplicateKeyInHashLiteral", "InvalidOperation", "Duplicate keys '%s' are not allowed in hash literals.", object.Text(key))
		}
		h.Set(key, v)
	}
	return h, nil
}

func (f *frame) unary(e *syntax.Unary) (object.Value, error) {
	if e.Op == "++" || e.Op == "--" {
		return f.step(e)
	}
	v, err := f.expression(e.Operand)
	if err != nil {
		return nil, err
	}
	got, err := object.Negate(e.Op, v)
	return got, f.at(e, err)
}

// step is $x++ and its like: the value before when the sign stands behind.
func (f *frame) step(e *syntax.Unary) (object.Value, error) {
	before, err := f.expression(e.Operand)
	if err != nil {
		return nil, err
	}
	if before == nil {
		before = int32(0)
	}
	after, err := object.Operate(e.Op[:1], before, int32(1))
	if err != nil {
		return nil, f.at(e, err)
	}
	if err := f.assign(e.Operand, after); err != nil {
		return nil, err
	}
	if e.Postfix {
		return before, nil
	}
	return after, nil
}

// at places the failure of a value at the node that asked for it.
func (f *frame) at(node syntax.Node, err error) error {
	if err == nil || f.isControl(err) {
		return err
	}
	return f.fault(node, err)
}

func (f *frame) binary(e *syntax.Binary) (object.Value, error) {
	left, err := f.expression(e.Left)
	if err != nil {
		return nil, err
	}
	switch e.Op {
	case "-and":
		if !object.Truth(left) {
			return false, nil
		}
	case "-or":
		if object.Truth(left) {
			return true, nil
		}
	}
	right, err := f.expression(e.Right)
	if err != nil {
		return nil, err
	}
	switch e.Op {
	case "-and", "-or":
		return object.Truth(right), nil
	case "-xor":
		return object.Truth(left) != object.Truth(right), nil
	case "-match", "-cmatch", "-notmatch", "-cnotmatch":
		v, groups, err := object.Match(e.Op, left, right)
		if groups != nil {
			f.scope.put("Matches", groups)
		}
		return v, f.at(e, err)
	}
	v, err := object.Operate(e.Op, left, right)
	return v, f.at(e, err)
}

// member reads a property or calls a method.
func (f *frame) member(e *syntax.Member) (object.Value, error) {
	name, err := f.memberName(e)
	if err != nil {
		return nil, err
	}
	var args []object.Value
	for _, a := range e.Arguments {
		v, err := f.expression(a)
		if err != nil {
			return nil, err
		}
		args = append(args, v)
	}
	if e.Static {
		return f.static(e, name, args)
	}
	target, err := f.expression(e.Target)
	if err != nil {
		return nil, err
	}
	if !e.Call {
		v, _ := object.Get(target, name)
		return v, nil
	}
	if target == nil {
		return nil, f.mistake(e, "InvokeMethodOnNull", "InvalidOperation", "You cannot call a method on a null-valued expression.")
	}
	if o, ok := target.(*object.Object); ok && len(o.Types) > 0 && o.Types[0] == cmdletType {
		return f.cmdletMember(e, name, args)
	}
	if b, ok := target.(*block); ok && strings.EqualFold(name, "Invoke") {
		values, err := f.collect(func(out sink) error { return f.invoke(b, nil, args, out) })
		return oneOrList(values), err
	}
	v, err := object.Call(f.s.Runtime(), target, name, args)
	return v, f.at(e, err)
}

func (f *frame) memberName(e *syntax.Member) (string, error) {
	v, err := f.expression(e.Name)
	if err != nil {
		return "", err
	}
	return object.Text(v), nil
}

// static reads or calls a member of a type. A type that is a value, as in
// $t::Now, works too.
func (f *frame) static(e *syntax.Member, name string, args []object.Value) (object.Value, error) {
	target, err := f.expression(e.Target)
	if err != nil {
		return nil, err
	}
	typ, ok := target.(object.Type)
	if !ok {
		typ.Name = object.TypeName(target)
	}
	if e.Call && strings.EqualFold(shortType(typ.Name), "scriptblock") && strings.EqualFold(name, "create") && len(args) == 1 {
		return f.blockOf(e, object.Text(args[0]))
	}
	v, err := object.Static(f.s.Runtime(), typ.Name, name, e.Call, args)
	return v, f.at(e, err)
}

func (f *frame) index(e *syntax.Index) (object.Value, error) {
	target, err := f.expression(e.Target)
	if err != nil {
		return nil, err
	}
	at, err := f.expression(e.Index)
	if err != nil {
		return nil, err
	}
	if target == nil {
		return nil, f.mistake(e, "NullArray", "InvalidOperation", "Cannot index into a null array.")
	}
	v, err := object.Index(target, at)
	return v, f.at(e, err)
}

// cast converts; [pscustomobject]@{…} makes an object of a hashtable.
func (f *frame) cast(e *syntax.Cast) (object.Value, error) {
	v, err := f.expression(e.Value)
	if err != nil {
		return nil, err
	}
	switch strings.ToLower(shortType(e.Type.Name)) {
	case "pscustomobject", "psobject":
		if h, ok := v.(*object.Hash); ok {
			return customObject(h), nil
		}
		return v, nil
	case "ordered", "object", "void":
		return v, nil
	case "scriptblock":
		if text, ok := v.(string); ok {
			return f.blockOf(e, text)
		}
		return v, nil
	}
	got, err := object.Convert(v, e.Type.Name, f.s.config.Zone)
	return got, f.at(e, err)
}

func customObject(h *object.Hash) *object.Object {
	o := ObjectOf("System.Management.Automation.PSCustomObject")
	for i, key := range h.Keys {
		o.Properties = append(o.Properties, object.Property{Name: object.Text(key), Value: h.Values[i]})
	}
	return o
}

// blockOf makes a script block from a text.
func (f *frame) blockOf(node syntax.Node, text string) (object.Value, error) {
	b, err := newBlock(text)
	return b, f.at(node, err)
}

// Block makes a script block from a text; [scriptblock]::Create does.
func Block(text string) (object.Block, error) { return newBlock(text) }

func newBlock(text string) (*block, error) {
	src := &source{text: text}
	script, err := syntax.Parse(text)
	if err != nil {
		return nil, src.refusal(err)
	}
	return &block{node: blockOfScript(script), source: src}, nil
}

// feedRange evaluates the expression at the head of a pipeline and puts out
// its members one by one. A range of numbers is never held as a whole, so that
// 1..100000 | … needs no memory.
func (f *frame) feedRange(e syntax.Expression, out sink) error {
	if r, ok := e.(*syntax.Binary); ok && r.Op == ".." {
		from, to, ok, err := f.bounds(r)
		if err != nil {
			return err
		}
		if ok {
			return f.count(from, to, out)
		}
		// Bounds that are no numbers fail in the same words as anywhere else.
	}
	v, err := f.expression(e)
	if err != nil {
		return err
	}
	return spread(v, out)
}

func (f *frame) bounds(r *syntax.Binary) (from, to int32, ok bool, err error) {
	a, err := f.expression(r.Left)
	if err != nil {
		return 0, 0, false, err
	}
	b, err := f.expression(r.Right)
	if err != nil {
		return 0, 0, false, err
	}
	from, okA := a.(int32)
	to, okB := b.(int32)
	return from, to, okA && okB, nil
}

func (f *frame) count(from, to int32, out sink) error {
	step := int64(1)
	if to < from {
		step = -1
	}
	for n := int64(from); ; n += step {
		if err := f.ctx.Err(); err != nil {
			return err
		}
		if err := out(int32(n)); err != nil || n == int64(to) {
			return err
		}
	}
}
