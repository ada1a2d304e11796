package object

import (
	"strings"
	"time"
)

// Operate is a op b for every binary operator except -and, -or and -xor, which
// the engine decides without its right side: + - * / % .. -f -join -split
// -replace -like -match -contains -in (with not and c forms) -eq -ne -lt -le
// -gt -ge (with c forms) -is -isnot -as -band -bor -bxor -shl -shr. The op is
// as package syntax spells it; an i form counts as the plain one.
//
// Errors are *Error in the shell's words.
func Operate(op string, a, b Value) (Value, error) {
	name, caseSensitive := plainOperator(op)
	switch name {
	case "+":
		return add(a, b)
	case "-":
		return subtract(a, b)
	case "*":
		return multiply(a, b)
	case "/", "%":
		return divide(name, a, b)
	case "..":
		return sequence(a, b)
	case "-f":
		return Format(Text(a), argumentsOf(b), nil)
	case "-eq", "-ne", "-lt", "-le", "-gt", "-ge":
		return filter(a, func(v Value) (bool, error) { return ordered(name, v, b, caseSensitive) })
	case "-like", "-notlike":
		return like(name, a, b, caseSensitive)
	case "-match", "-notmatch":
		v, _, err := Match(op, a, b)
		return v, err
	case "-replace":
		return replace(a, b, caseSensitive)
	case "-split":
		return split(a, b, caseSensitive)
	case "-join":
		return join(a, Text(b))
	case "-contains", "-notcontains":
		return contains(a, b, caseSensitive) == (name == "-contains"), nil
	case "-in", "-notin":
		return contains(b, a, caseSensitive) == (name == "-in"), nil
	case "-is", "-isnot":
		is, err := hasType(a, b)
		return is == (name == "-is"), err
	case "-as":
		return as(a, b)
	case "-band", "-bor", "-bxor", "-shl", "-shr":
		return bitwise(name, a, b)
	}
	return nil, failure("UnknownOperator", invalidOperation, "The operator %s is not known.", op)
}

// plainOperator splits -clike into -like and true, -ilike into -like.
func plainOperator(op string) (name string, caseSensitive bool) {
	op = strings.ToLower(op)
	if len(op) < 4 {
		return op, false
	}
	switch rest := op[2:]; rest {
	case "eq", "ne", "lt", "le", "gt", "ge", "like", "notlike", "match", "notmatch", "replace", "split",
		"contains", "notcontains", "in", "notin":
		if op[1] == 'c' || op[1] == 'i' {
			return "-" + rest, op[1] == 'c'
		}
	}
	return op, false
}

// collection says whether operators go through the members of v.
func collection(v Value) ([]Value, bool) {
	switch v := v.(type) {
	case *List:
		return v.Items, true
	case Bytes:
		return Items(v), true
	}
	return nil, false
}

// filter asks a single value, and gives those members of a list of which the
// answer is true.
func filter(a Value, ask func(Value) (bool, error)) (Value, error) {
	items, ok := collection(a)
	if !ok {
		return ask(a)
	}
	found := &List{}
	for _, item := range items {
		yes, err := ask(item)
		if err != nil {
			return nil, err
		}
		if yes {
			found.Items = append(found.Items, item)
		}
	}
	return found, nil
}

// ordered is one comparison of two single values.
func ordered(op string, a, b Value, caseSensitive bool) (bool, error) {
	switch op {
	case "-eq":
		return equal(a, b, caseSensitive), nil
	case "-ne":
		return !equal(a, b, caseSensitive), nil
	}
	c, err := compareAs(a, b, caseSensitive)
	if err != nil {
		return false, err
	}
	switch op {
	case "-lt":
		return c < 0, nil
	case "-le":
		return c <= 0, nil
	case "-gt":
		return c > 0, nil
	}
	return c >= 0, nil
}

func like(op string, a, b Value, caseSensitive bool) (Value, error) {
	pattern, err := Wildcard(Text(b))
	if err != nil {
		return nil, err
	}
	return filter(a, func(v Value) (bool, error) {
		matched := false
		if caseSensitive {
			matched = pattern.MatchCase(Text(v))
		} else {
			matched = pattern.Match(Text(v))
		}
		return matched == (op == "-like"), nil
	})
}

// Match is a -match b together with the groups for $Matches: a hashtable with
// 0, the numbers and the names of the groups that took part. It is nil when
// $Matches stays as it was: nothing matched, or a is a list. op may be -match,
// -notmatch, -cmatch or -cnotmatch. An expression that is no expression, or
// that .NET knows and this shell does not, is an *Error.
func Match(op string, a, b Value) (Value, *Hash, error) {
	name, caseSensitive := plainOperator(op)
	e, err := compile(Text(b), caseSensitive)
	if err != nil {
		return nil, nil, err
	}
	if _, ok := collection(a); !ok {
		s := Text(a)
		at := e.re.FindStringSubmatchIndex(s)
		if at == nil {
			return name == "-notmatch", nil, nil
		}
		return name == "-match", e.groups(s, at), nil
	}
	found, err := filter(a, func(v Value) (bool, error) { return e.re.MatchString(Text(v)) == (name == "-match"), nil })
	return found, nil, err
}

func contains(list, wanted Value, caseSensitive bool) bool {
	items, ok := collection(list)
	if !ok {
		items = []Value{list}
	}
	for _, item := range items {
		if equal(item, wanted, caseSensitive) {
			return true
		}
	}
	return false
}

// hasType is v -is t; t is a type or its name.
func hasType(v, t Value) (bool, error) {
	name := Text(t)
	if t, ok := t.(Type); ok {
		name = t.Name
	} else if _, known := KnownType(name); !known {
		return false, failure("IsOperatorRequiresType", invalidOperation, "'-is' operator requires a type as its right operand: cannot find type [%s].", name)
	}
	return isType(v, name), nil
}

// as is v -as t: null when v cannot be converted.
func as(v, t Value) (Value, error) {
	name := Text(t)
	if t, ok := t.(Type); ok {
		name = t.Name
	}
	converted, err := Convert(v, name, nil)
	if err != nil {
		return nil, nil // the operator's meaning
	}
	return converted, nil
}

// Negate is op v for the unary operators -, +, !, -not, -bnot, -join and
// -split.
func Negate(op string, v Value) (Value, error) {
	switch name, _ := plainOperator(op); name {
	case "!", "-not":
		return !Truth(v), nil
	case "-", "+":
		if d, ok := v.(time.Duration); ok {
			if name == "-" {
				return -d, nil
			}
			return d, nil
		}
		n, err := operand(v, name, v)
		if err != nil {
			return nil, err
		}
		return arithmetic(name, int32(0), n)
	case "-bnot":
		n, err := integer(v)
		if err != nil {
			return nil, err
		}
		return whole(^n), nil
	case "-join":
		return join(v, "")
	case "-split":
		return splitBlanks(v), nil
	}
	return nil, failure("UnknownOperator", invalidOperation, "The operator %s is not known.", op)
}

// integer is a value as the operand of a bitwise operator.
func integer(v Value) (int64, error) {
	n, err := Convert(v, "System.Int64", nil)
	if err != nil {
		return 0, err
	}
	i, _ := toInt(n)
	return i, nil
}

func bitwise(op string, a, b Value) (Value, error) {
	x, err := integer(a)
	if err != nil {
		return nil, err
	}
	y, err := integer(b)
	if err != nil {
		return nil, err
	}
	_, wide := a.(int64)
	switch op {
	case "-band":
		return whole(x & y), nil
	case "-bor":
		return whole(x | y), nil
	case "-bxor":
		return whole(x ^ y), nil
	}
	return shift(op, x, y, wide), nil
}

// shift takes as many bits of the distance as the left side's width uses.
func shift(op string, x, y int64, wide bool) Value {
	if wide {
		if op == "-shl" {
			return x << (y & 63)
		}
		return x >> (y & 63)
	}
	if op == "-shl" {
		return int32(x) << (y & 31)
	}
	return int32(x) >> (y & 31)
}
