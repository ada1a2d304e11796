package object

import (
	"strings"
	"time"
)

// operand is one side of an arithmetic operator as a number. The error names
// the operator's method when v is of a type that has none.
func operand(v Value, op string, left Value) (Value, error) {
	if n, ok := number(v); ok {
		return n, nil
	}
	if _, ok := v.(string); ok {
		return nil, castFailed("InvalidCastFromStringToInteger", v, numberType(left), "Input string was not in a correct format.")
	}
	return nil, methodMissing(left, operatorMethod(op))
}

// numberType is what a text is converted to beside left.
func numberType(left Value) string {
	if isNumber(left) {
		return TypeName(left)
	}
	return "System.Int32"
}

func operatorMethod(op string) string {
	switch op {
	case "+":
		return "op_Addition"
	case "-":
		return "op_Subtraction"
	case "*":
		return "op_Multiply"
	case "/":
		return "op_Division"
	}
	return "op_Modulus"
}

func add(a, b Value) (Value, error) {
	if a == nil {
		return b, nil
	}
	switch x := a.(type) {
	case string:
		return concat(x, Text(b))
	case *List, Bytes:
		return addList(a, b)
	case *Hash:
		return addHash(x, b)
	case time.Time:
		d, err := durationOf(b, "+")
		if err != nil {
			return nil, err
		}
		return x.Add(d), nil
	case time.Duration:
		d, err := durationOf(b, "+")
		if err != nil {
			return nil, err
		}
		return x + d, nil
	}
	return calculate("+", a, b)
}

// calculate is an operator on two values that have to be numbers.
func calculate(op string, a, b Value) (Value, error) {
	x, err := operand(a, op, a)
	if err != nil {
		return nil, err
	}
	y, err := operand(b, op, a)
	if err != nil {
		return nil, err
	}
	return arithmetic(op, x, y)
}

func concat(a, b string) (Value, error) {
	if len(a)+len(b) > maxText {
		return nil, tooLarge("text")
	}
	return a + b, nil
}

func addList(a, b Value) (Value, error) {
	left := Items(a)
	right, ok := collection(b)
	if !ok {
		right = []Value{b}
	}
	if len(left)+len(right) > maxItems {
		return nil, tooLarge("collection")
	}
	items := make([]Value, 0, len(left)+len(right))
	return &List{Items: append(append(items, left...), right...)}, nil
}

func addHash(a *Hash, b Value) (Value, error) {
	right, ok := b.(*Hash)
	if !ok {
		return nil, failure("AddHashTableToNonHashTable", invalidOperation,
			"A hash table can only be added to another hash table.")
	}
	sum := &Hash{Keys: append([]Value{}, a.Keys...), Values: append([]Value{}, a.Values...)}
	for i, key := range right.Keys {
		if _, found := sum.Get(key); found {
			return nil, failure("System.ArgumentException", "OperationStopped",
				"Item has already been added. Key in dictionary: '%s'  Key being added: '%s'", Text(key), Text(key))
		}
		sum.Set(key, right.Values[i])
	}
	return sum, nil
}

// durationOf is the right side of a date or a TimeSpan: a TimeSpan, a text
// that reads as one, or a number of ticks.
func durationOf(v Value, op string) (time.Duration, error) {
	converted, err := Convert(v, "System.TimeSpan", nil)
	if d, ok := converted.(time.Duration); ok && err == nil {
		return d, nil
	}
	return 0, failure("MethodArgumentConversionInvalidCastArgument", notSpecified,
		"Cannot convert argument \"t\", with value: \"%s\", for \"%s\" to type \"System.TimeSpan\": \"%s\"",
		Text(v), operatorMethod(op), err.Error())
}

func subtract(a, b Value) (Value, error) {
	switch x := a.(type) {
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Sub(y), nil // beyond 292 years it stays at 292
		}
		if _, ok := b.(string); ok {
			// A date and a TimeSpan are both possible, and the shell refuses to choose.
			return nil, failure("MethodCountCouldNotFindBest", notSpecified,
				"Multiple ambiguous overloads found for \"op_Subtraction\" and the argument count: \"2\".")
		}
		d, err := durationOf(b, "-")
		if err != nil {
			return nil, err
		}
		return x.Add(-d), nil
	case time.Duration:
		d, err := durationOf(b, "-")
		if err != nil {
			return nil, err
		}
		return x - d, nil
	}
	return calculate("-", a, b)
}

func multiply(a, b Value) (Value, error) {
	switch x := a.(type) {
	case nil:
		return nil, nil
	case string:
		n, err := times(b)
		if err != nil {
			return nil, err
		}
		if n > 0 && len(x) > maxText/n {
			return nil, tooLarge("text")
		}
		return strings.Repeat(x, n), nil
	case *List, Bytes:
		n, err := times(b)
		if err != nil {
			return nil, err
		}
		items := Items(a)
		if n > 0 && len(items) > maxItems/n {
			return nil, tooLarge("collection")
		}
		product := &List{Items: make([]Value, 0, len(items)*n)}
		for range n {
			product.Items = append(product.Items, items...)
		}
		return product, nil
	}
	return calculate("*", a, b)
}

// times is how often a text or list is to be repeated.
func times(v Value) (int, error) {
	n, err := Convert(v, "System.Int32", nil)
	if err != nil {
		return 0, err
	}
	i, _ := toInt(n)
	if i < 0 {
		return 0, failure("System.ArgumentOutOfRangeException", "OperationStopped",
			"Specified argument was out of the range of valid values.\nParameter name: times")
	}
	return int(i), nil
}

func divide(op string, a, b Value) (Value, error) {
	switch a.(type) {
	case *List, Bytes, *Hash, *Object, time.Time, time.Duration:
		return nil, methodMissing(a, operatorMethod(op))
	}
	return calculate(op, a, b)
}

// sequence is a..b, up or down.
func sequence(a, b Value) (Value, error) {
	from, err := Convert(a, "System.Int32", nil)
	if err != nil {
		return nil, err
	}
	to, err := Convert(b, "System.Int32", nil)
	if err != nil {
		return nil, err
	}
	x, _ := toInt(from)
	y, _ := toInt(to)
	step := int64(1)
	if y < x {
		step = -1
	}
	count := (y-x)*step + 1
	if count > maxItems {
		return nil, tooLarge("range")
	}
	list := &List{Items: make([]Value, 0, count)}
	for ; count > 0; count-- {
		list.Items = append(list.Items, int32(x))
		x += step
	}
	return list, nil
}
