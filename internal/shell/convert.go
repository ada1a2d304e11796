package shell

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// literal is a number on a command line. It keeps its text, because a String
// parameter gets 0010 and not 10. It never leaves the binder.
type literal struct {
	value object.Value
	text  string
}

// plain is a value without the text of numbers.
func plain(v object.Value) object.Value {
	switch v := v.(type) {
	case literal:
		return v.value
	case *object.List:
		// Lists keep their identity unless there is something to take away.
		if hasLiteral(v, 0) {
			return &object.List{Type: v.Type, Items: mapValues(v.Items, plain)}
		}
	}
	return v
}

// hasLiteral looks into lists as far as they are written on a command line; a
// list that was made elsewhere may hold itself and has none.
func hasLiteral(v object.Value, depth int) bool {
	switch v := v.(type) {
	case literal:
		return true
	case *object.List:
		return depth < 8 && slices.ContainsFunc(v.Items, func(item object.Value) bool { return hasLiteral(item, depth+1) })
	}
	return false
}

// worded is a value with numbers as they were typed.
func worded(v object.Value) object.Value {
	if l, ok := v.(literal); ok {
		return l.text
	}
	return v
}

func mapValues(items []object.Value, do func(object.Value) object.Value) []object.Value {
	all := make([]object.Value, len(items))
	for i, item := range items {
		all[i] = do(item)
	}
	return all
}

// takesAnything says that values of all types are bound as they are.
func takesAnything(typ string) bool {
	switch strings.ToLower(shortType(typ)) {
	case "", "object", "psobject", "psobject[]", "object[]", "pscustomobject", "pscredential", "pscredential[]":
		return true
	}
	return false
}

func isBlockType(typ string) bool {
	t := strings.ToLower(strings.TrimSuffix(shortType(typ), "[]"))
	return t == "scriptblock"
}

func isHashType(typ string) bool {
	t := strings.ToLower(strings.TrimSuffix(shortType(typ), "[]"))
	return t == "hashtable" || t == "idictionary"
}

// shortType is a type's name without its namespace.
func shortType(typ string) string { return typ[strings.LastIndexByte(typ, '.')+1:] }

// fullType is the type's name as errors tell it.
func fullType(p *Parameter) string {
	if p.Switch {
		return "System.Management.Automation.SwitchParameter"
	}
	return knownType(p.Type)
}

func knownType(name string) string {
	elem, array := strings.CutSuffix(name, "[]")
	full, ok := object.KnownType(elem)
	if !ok {
		full = elem
	}
	if full == "" {
		full = "System.Object"
	}
	if array {
		full += "[]"
	}
	return full
}

// exact says that a value is of the parameter's type already.
func exact(p *Parameter, v object.Value) bool {
	v = plain(v)
	elem, array := strings.CutSuffix(p.Type, "[]")
	if l, ok := v.(*object.List); ok && array {
		for _, item := range l.Items {
			if !exactType(elem, item) {
				return false
			}
		}
		return true
	}
	return exactType(elem, v)
}

func exactType(typ string, v object.Value) bool {
	switch v := v.(type) {
	case *object.Object:
		for _, t := range v.Types {
			if strings.EqualFold(t, typ) || strings.EqualFold(shortType(t), shortType(typ)) {
				return true
			}
		}
	case object.Block:
		if isBlockType(typ) {
			return true
		}
	case *object.Hash:
		if isHashType(typ) {
			return true
		}
	}
	return takesAnything(typ) || strings.EqualFold(object.TypeName(v), knownType(typ))
}

// accepts converts a value to what a parameter takes. The error is a fault in
// PowerShell's words.
func (st *stage) accepts(p *Parameter, v object.Value) (object.Value, error) {
	if err := st.notEmpty(p, v); err != nil {
		return nil, err
	}
	switch {
	case p.Switch:
		return st.truth(p, v)
	case isBoolean(p.Type) && len(p.Values) == 0:
		return st.truth(p, v)
	case len(p.Values) > 0:
		return st.member(p, v)
	case takesAnything(p.Type):
		return anything(p, plain(v)), nil
	}
	return st.typed(p, v)
}

// listed says that a value is one of those a parameter allows, which is as
// good as being of its type: Add-Member NoteProperty means the kind of member
// and not a member of that name.
func (st *stage) listed(p *Parameter, v object.Value) bool {
	if len(p.Values) == 0 {
		return false
	}
	_, err := st.member(p, v)
	return err == nil
}

func isBoolean(typ string) bool {
	t := strings.ToLower(shortType(typ))
	return t == "boolean" || t == "bool"
}

// anything wraps a single value where a list is declared.
func anything(p *Parameter, v object.Value) object.Value {
	if _, list := v.(*object.List); !list && v != nil && strings.HasSuffix(p.Type, "[]") {
		return &object.List{Type: p.Type, Items: []object.Value{v}}
	}
	return v
}

// notEmpty refuses null, "" and empty lists for mandatory parameters.
func (st *stage) notEmpty(p *Parameter, v object.Value) error {
	if len(p.Required) == 0 || p.AllowEmpty {
		return nil
	}
	kind, text := "", ""
	switch v := v.(type) {
	case nil:
		kind, text = "Null", "null"
	case string:
		if v == "" && !takesAnything(p.Type) {
			kind, text = "EmptyString", "an empty string"
		}
	case *object.List:
		if len(v.Items) == 0 {
			kind, text = "EmptyArray", "an empty array"
		}
		for _, item := range v.Items {
			switch {
			case takesAnything(p.Type):
			case item == nil:
				kind, text = "Null", "null"
			case item == "":
				kind, text = "EmptyString", "an empty string"
			}
		}
	}
	if kind == "" {
		return nil
	}
	return st.refuse(st.in.command, nil, "ParameterArgumentValidationError"+kind+"NotAllowed", "InvalidData", "ParameterBindingValidationException",
		fmt.Sprintf("Cannot bind argument to parameter '%s' because it is %s.", p.Name, text))
}

// truth takes Booleans and numbers; a text is refused, because "false" would
// be true.
func (st *stage) truth(p *Parameter, v object.Value) (object.Value, error) {
	switch v := plain(v).(type) {
	case bool:
		return v, nil
	case int32, int64, float64:
		return object.Truth(v), nil
	case nil:
		return nil, st.unconverted(p, `Cannot convert value "" to type "`+fullType(p)+`". Boolean parameters accept only Boolean values and numbers, such as $True, $False, 1 or 0 instead.`)
	default:
		return nil, st.unconverted(p, fmt.Sprintf(`Cannot convert value "%s" to type "%s". Boolean parameters accept only Boolean values and numbers, such as $True, $False, 1 or 0 instead.`,
			object.TypeName(v), fullType(p)))
	}
}

// unconverted is the fault of a value that a parameter's type does not take.
func (st *stage) unconverted(p *Parameter, message string) *fault {
	if st.in.command.body != nil {
		return st.refuse(st.in.command, nil, "ParameterArgumentTransformationError", "InvalidData", "ParameterBindingArgumentTransformationException",
			fmt.Sprintf("Cannot process argument transformation on parameter '%s'. %s", p.Name, message))
	}
	return st.refuse(st.in.command, nil, "CannotConvertArgumentNoMessage", "InvalidArgument", "ParameterBindingException",
		fmt.Sprintf("Cannot bind parameter '%s'. %s", p.Name, message))
}

// member finds the members of an enumeration that a value names; several, as a
// list or with commas, are flags.
func (st *stage) member(p *Parameter, v object.Value) (object.Value, error) {
	typ := strings.TrimSuffix(p.Type, "[]")
	var found []object.Value
	var names []string
	for _, item := range object.Items(v) {
		for _, piece := range strings.Split(object.Text(worded(item)), ",") {
			name, ok := oneOf(p.Values, strings.TrimSpace(piece))
			if !ok && p.Type == actionType { // -ea 0
				name, ok = numbered(p.Values, strings.TrimSpace(piece))
			}
			if !ok {
				return nil, st.noMember(p, typ, strings.TrimSpace(piece))
			}
			names = append(names, name)
			found = append(found, enumOf(typ, name))
		}
	}
	switch {
	case strings.HasSuffix(p.Type, "[]"):
		return &object.List{Type: p.Type, Items: found}, nil
	case v == nil:
		return nil, nil
	case len(names) == 0:
		return nil, st.noMember(p, typ, "")
	}
	return enumOf(typ, strings.Join(names, ", ")), nil
}

func oneOf(values []string, text string) (string, bool) {
	for _, v := range values {
		if strings.EqualFold(v, text) {
			return v, true
		}
	}
	return "", false
}

// numbered finds a member by its number.
func numbered(values []string, text string) (string, bool) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n >= len(values) {
		return "", false
	}
	return values[n], true
}

// enumOf keeps texts that are limited to some values as texts.
func enumOf(typ, name string) object.Value {
	if t := strings.ToLower(shortType(typ)); t == "string" || t == "" {
		return name
	}
	return object.Enum{Type: typ, Name: name}
}

func (st *stage) noMember(p *Parameter, typ, text string) *fault {
	if t := strings.ToLower(shortType(typ)); t == "string" || t == "" {
		return st.refuse(st.in.command, nil, "ParameterArgumentValidationError", "InvalidData", "ParameterBindingValidationException",
			fmt.Sprintf("Cannot validate argument on parameter '%s'. The argument \"%s\" does not belong to the set \"%s\" specified by the ValidateSet attribute. Supply an argument that is in the set and then try the command again.",
				p.Name, text, strings.Join(p.Values, ",")))
	}
	return st.unconverted(p, fmt.Sprintf(`Cannot convert value "%s" to type "%s". Error: "Unable to match the identifier name %s to a valid enumerator name. Specify one of the following enumerator names and try again: %s"`,
		text, knownType(typ), text, strings.Join(p.Values, ", ")))
}

// typed converts to a type that package object knows, or to a text.
func (st *stage) typed(p *Parameter, v object.Value) (object.Value, error) {
	elem, array := strings.CutSuffix(p.Type, "[]")
	many := strings.HasPrefix(strings.ToLower(shortType(p.Type)), "multivaluedproperty")
	if many {
		elem = "String"
	}
	switch x := v.(type) {
	case *object.Hash:
		if many || isHashType(p.Type) {
			return v, nil // @{Add=…; Remove=…}
		}
	case object.Bytes:
		if strings.EqualFold(shortType(elem), "byte") {
			return v, nil
		}
	case *object.List:
		switch {
		case array || many:
			return st.list(p, elem, x.Items)
		case len(x.Items) == 1 && !isBlockType(p.Type):
			v = x.Items[0]
		default:
			return nil, st.refuse(st.in.command, nil, "CannotConvertArgument", "InvalidArgument", "ParameterBindingException",
				fmt.Sprintf("Cannot convert '%s' to the type '%s' required by parameter '%s'. Specified method is not supported.", object.TypeName(v), fullType(p), p.Name))
		}
	case nil:
		if isText(p.Type) || array || many {
			return nil, nil
		}
	default:
		if array || many {
			return st.list(p, elem, []object.Value{v})
		}
	}
	return st.single(p, elem, v)
}

// isText says that a type is no other one the shell knows.
func isText(typ string) bool {
	full, known := object.KnownType(typ)
	return !known || full == "System.String"
}

func (st *stage) list(p *Parameter, elem string, items []object.Value) (object.Value, error) {
	if strings.EqualFold(shortType(elem), "byte") {
		return st.convert(p, &object.List{Items: mapValues(items, plain)}, "Byte[]")
	}
	l := &object.List{Type: p.Type, Items: make([]object.Value, 0, len(items))}
	for _, item := range items {
		got, err := st.single(p, elem, item)
		if err != nil {
			return nil, err
		}
		l.Items = append(l.Items, got)
	}
	return l, nil
}

// single converts one value.
func (st *stage) single(p *Parameter, elem string, v object.Value) (object.Value, error) {
	if exactType(elem, v) {
		return plain(v), nil
	}
	if isBlockType(elem) || isHashType(elem) {
		return nil, st.unconverted(p, fmt.Sprintf(`Cannot convert the "%s" value of type "%s" to type "%s".`,
			object.Text(plain(v)), object.TypeName(plain(v)), knownType(elem)))
	}
	if !isText(elem) {
		return st.convert(p, plain(v), elem)
	}
	// An identity is taken from an object as its Identity property.
	if o, ok := v.(*object.Object); ok && !strings.EqualFold(shortType(elem), "string") {
		if id, ok := object.Lookup(o, "Identity"); ok {
			v = id.Value
		}
	}
	if b, ok := v.(object.Block); ok {
		return b.Source(), nil // -Filter {…}
	}
	return st.convert(p, worded(v), "String")
}

func (st *stage) convert(p *Parameter, v object.Value, typ string) (object.Value, error) {
	got, err := object.Convert(v, typ, st.line.f.s.config.Zone)
	if err == nil {
		return got, nil
	}
	if p.secret() {
		e := st.unconverted(p, fmt.Sprintf(`Cannot convert the value of type "%s" to type "%s".`, object.TypeName(v), knownType(typ)))
		e.record.Remedy = fmt.Sprintf("Ask for it: -%s (Read-Host -AsSecureString)", p.Name)
		return nil, e
	}
	var plain *object.Error
	if errors.As(err, &plain) {
		return nil, st.unconverted(p, plain.Message)
	}
	return nil, st.unconverted(p, err.Error())
}
