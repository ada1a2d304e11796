package object

import (
	"slices"
	"strings"
	"time"
)

// Method is a method as Get-Member shows it.
type Method struct{ Name, Definition string }

// method is one row of a table of methods.
type method struct {
	name       string
	definition string // "string Replace(string oldValue, string newValue)"
	min, max   int    // how many arguments
	run        func(*call) (Value, error)
}

// call is one use of a method.
type call struct {
	rt   Runtime
	recv Value
	name string
	args []Value
}

// text is an argument as text, "" when it was not given.
func (c *call) text(i int) string {
	if i >= len(c.args) {
		return ""
	}
	return Text(c.args[i])
}

// convert is an argument as a type.
func (c *call) convert(i int, typeName string) (Value, error) {
	v, err := Convert(c.args[i], typeName, c.rt.Zone)
	if err != nil {
		full := fullOr(typeName, typeName)
		return nil, failure("MethodArgumentConversionInvalidCastArgument", notSpecified,
			"Cannot convert argument \"%d\", with value: \"%s\", for \"%s\" to type \"%s\": \"%s\"", i, c.text(i), c.name, full, err.Error())
	}
	return v, nil
}

func (c *call) int(i int) (int, error) {
	v, err := c.convert(i, "System.Int32")
	n, _ := toInt(v)
	return int(n), err
}

func (c *call) float(i int) (float64, error) {
	v, err := c.convert(i, "System.Double")
	return toFloat(v), err
}

// raise is the exception the method throws.
func (c *call) raise(id, why string) error { return raised(c.name, len(c.args), id, why) }

// rethrow passes on a failure as the method's exception.
func (c *call) rethrow(err error) error {
	id := "RuntimeException"
	if e, ok := err.(*Error); ok { // ours, never wrapped
		id = e.ID
	}
	return c.raise(id, err.Error())
}

// Call calls a method; names compare without case. A list that has no such
// method itself passes the call on to its members and gives what they give.
//
// A method without a result gives nil, which a statement does not put out.
// Errors are *Error: InvokeMethodOnNull, MethodNotFound,
// MethodCountCouldNotFindBest, or the exception the method throws.
func Call(rt Runtime, recv Value, name string, args []Value) (Value, error) {
	return callAt(rt, recv, name, args, 0)
}

func callAt(rt Runtime, recv Value, name string, args []Value, depth int) (Value, error) {
	if recv == nil {
		return nil, failure("InvokeMethodOnNull", invalidOperation, "You cannot call a method on a null-valued expression.")
	}
	for _, table := range methodsOf(recv) {
		for _, m := range table {
			if !strings.EqualFold(m.name, name) {
				continue
			}
			if len(args) < m.min || len(args) > m.max {
				return nil, failure("MethodCountCouldNotFindBest", notSpecified,
					"Cannot find an overload for \"%s\" and the argument count: \"%d\".", m.name, len(args))
			}
			return m.run(&call{rt, recv, m.name, args})
		}
	}
	if list, ok := recv.(*List); ok && len(list.Items) > 0 && depth < maxDepth {
		return callMembers(rt, list, name, args, depth)
	}
	return nil, methodMissing(recv, name)
}

func callMembers(rt Runtime, list *List, name string, args []Value, depth int) (Value, error) {
	results := &List{}
	for _, item := range list.Items {
		v, err := callAt(rt, item, name, args, depth+1)
		if err != nil {
			return nil, err
		}
		if v != nil {
			results.Items = append(results.Items, Items(v)...)
		}
	}
	switch len(results.Items) {
	case 0:
		return nil, nil
	case 1:
		return results.Items[0], nil
	}
	return results, nil
}

// methodsOf are the tables of methods of a value, its own first.
func methodsOf(v Value) [][]method {
	switch v := v.(type) {
	case string:
		return [][]method{stringMethods, orderMethods, anyMethods}
	case time.Time:
		return [][]method{dateMethods, orderMethods, anyMethods}
	case time.Duration:
		return [][]method{spanMethods, orderMethods, anyMethods}
	case int32, int64, float64:
		return [][]method{formatMethods, orderMethods, anyMethods}
	case GUID:
		return [][]method{guidMethods, formatMethods, orderMethods, anyMethods}
	case *List:
		if v.fixed() {
			return [][]method{arrayMethods, anyMethods}
		}
		return [][]method{listMethods, arrayMethods, anyMethods}
	case Bytes:
		return [][]method{arrayMethods, anyMethods}
	case *Hash:
		return [][]method{hashMethods, anyMethods}
	case *Object:
		return append(objectMethods(v), anyMethods)
	case Type:
		return [][]method{typeMethods, anyMethods}
	}
	return [][]method{anyMethods}
}

// objectMethods are the methods of objects that are made here.
func objectMethods(o *Object) [][]method {
	switch {
	case len(o.Types) == 0:
		return nil
	case slices.ContainsFunc(o.Types, func(t string) bool { return strings.HasPrefix(t, certificateType) }):
		return [][]method{certificateMethods}
	case o.Types[0] == credentialType:
		return [][]method{credentialMethods}
	case strings.HasPrefix(o.Types[0], "System.Text.") && strings.HasSuffix(o.Types[0], "Encoding"):
		return [][]method{encodingMethods}
	}
	return nil
}

// Methods are the methods that Call knows for the value, in order of name.
func Methods(v Value) []Method {
	var all []Method
	if v == nil {
		return nil
	}
	for _, table := range methodsOf(v) {
		for _, m := range table {
			all = append(all, Method{m.name, m.definition})
		}
	}
	sortMethods(all)
	return all
}

// anyMethods every value has.
var anyMethods = []method{
	{"Equals", "bool Equals(System.Object obj)", 1, 1, func(c *call) (Value, error) {
		// Equals counts case and never converts.
		return TypeName(c.recv) == TypeName(c.args[0]) && equal(c.recv, c.args[0], true), nil
	}},
	{"GetType", "type GetType()", 0, 0, func(c *call) (Value, error) { return Type{TypeName(c.recv)}, nil }},
	{"ToString", "string ToString()", 0, 0, func(c *call) (Value, error) {
		switch v := c.recv.(type) {
		case *List, Bytes, *Hash:
			return TypeName(v), nil
		case Type:
			return fullOr(v.Name, v.Name), nil
		}
		return Text(c.recv), nil
	}},
}

// orderMethods have all values with an order.
var orderMethods = []method{
	{"CompareTo", "int CompareTo(System.Object value)", 1, 1, func(c *call) (Value, error) {
		n, err := compareAs(c.recv, c.args[0], true)
		if err != nil {
			return nil, c.rethrow(err)
		}
		return int32(n), nil
	}},
}

// formatMethods have values whose ToString takes a format.
var formatMethods = []method{
	{"ToString", "string ToString(string format)", 0, 2, func(c *call) (Value, error) {
		s, err := formatValue(c.recv, c.text(0), c.rt.Zone)
		if err != nil {
			return nil, c.rethrow(err)
		}
		return s, nil
	}},
}

var guidMethods = []method{
	{"ToByteArray", "byte[] ToByteArray()", 0, 0, func(c *call) (Value, error) {
		g, _ := c.recv.(GUID)
		return bytesOfGUID(g), nil
	}},
}

var typeMethods = []method{
	{"IsInstanceOfType", "bool IsInstanceOfType(System.Object o)", 1, 1, func(c *call) (Value, error) {
		t, _ := c.recv.(Type)
		return isType(c.args[0], t.Name), nil
	}},
}
