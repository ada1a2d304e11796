package object

import "strings"

// Get gives a property as v.name does: without case, the keys of a hashtable
// before its own properties, the members' properties when a list has none of
// that name, and Count and Length of anything. ok is false when there is no
// such property; the engine makes that null, or an error under strict mode.
func Get(v Value, name string) (value Value, ok bool) { return get(v, name, 0) }

func get(v Value, name string, depth int) (Value, bool) {
	if p, ok := Lookup(v, name); ok {
		return p.Value, true
	}
	if list, ok := v.(*List); ok && depth < maxDepth {
		return collect(list, name, depth)
	}
	switch strings.ToLower(name) {
	case "count", "length":
		if v == nil {
			return int32(0), true
		}
		return int32(1), true
	case "psobject":
		return reflected(v), v != nil
	case "pstypenames":
		return texts(typesOf(v)), v != nil
	}
	return nil, false
}

// collect gathers a property from the members of a list. One result comes
// alone, lists in the members are joined into one.
func collect(list *List, name string, depth int) (Value, bool) {
	found := &List{}
	for _, item := range list.Items {
		value, ok := memberProperty(item, name, depth)
		if !ok {
			continue
		}
		if inner, isList := value.(*List); isList {
			found.Items = append(found.Items, inner.Items...)
		} else {
			found.Items = append(found.Items, value)
		}
	}
	switch len(found.Items) {
	case 0:
		return nil, false
	case 1:
		return found.Items[0], true
	}
	return found, true
}

// memberProperty leaves out what Get makes up for single values.
func memberProperty(item Value, name string, depth int) (Value, bool) {
	if _, ok := item.(*List); ok {
		return get(item, name, depth+1)
	}
	p, ok := Lookup(item, name)
	return p.Value, ok
}

// Lookup finds one of the value's own properties, or a hashtable's key; it
// collects nothing from members and makes up no Count. Select-Object, the
// Format commands and Sort-Object want this one.
func Lookup(v Value, name string) (Property, bool) {
	switch x := v.(type) {
	case nil:
		return Property{}, false
	case *Object:
		return lookupIn(x.Properties, name)
	case *Hash:
		if value, ok := x.Get(name); ok {
			return Property{Name: name, Value: value}, true
		}
	}
	return lookupIn(Properties(v), name)
}

func lookupIn(properties []Property, name string) (Property, bool) {
	for _, p := range properties {
		if strings.EqualFold(p.Name, name) {
			return p, true
		}
	}
	return Property{}, false
}

// Names are the names of Properties, without the hidden ones.
func Names(v Value) []string {
	var names []string
	for _, p := range Properties(v) {
		if !p.Hidden {
			names = append(names, p.Name)
		}
	}
	return names
}

// Set assigns v.name. A property that has a type keeps it: the value is
// converted, and a single value becomes a collection of one.
func Set(v Value, name string, value Value) error {
	switch x := v.(type) {
	case *Hash:
		x.Set(name, value)
		return nil
	case *Object:
		return x.set(name, value)
	}
	if _, ok := Lookup(v, name); ok {
		return failure("PropertyAssignmentException", invalidOperation, "'%s' is a ReadOnly property.", name)
	}
	return propertyMissing(name)
}

func (o *Object) set(name string, value Value) error {
	for i := range o.Properties {
		p := &o.Properties[i]
		if !strings.EqualFold(p.Name, name) {
			continue
		}
		converted, err := convertProperty(*p, value)
		if err != nil {
			return failure("ExceptionWhenSetting", notSpecified, "Exception setting \"%s\": \"%s\"", p.Name, strings.TrimSuffix(err.Error(), "\n"))
		}
		p.Value = converted
		return nil
	}
	return propertyMissing(name)
}

// convertProperty makes value one of the property's type. Types that are not
// known by name take anything.
func convertProperty(p Property, value Value) (Value, error) {
	if p.Type == "" || value == nil {
		return value, nil
	}
	if old, ok := p.Value.(*List); ok {
		if _, isList := value.(*List); isList {
			return &List{Type: old.Type, Items: append([]Value{}, Items(value)...)}, nil
		}
		return &List{Type: old.Type, Items: []Value{value}}, nil
	}
	if _, known := KnownType(p.Type); !known {
		return value, nil
	}
	return Convert(value, p.Type, nil)
}

// reflected is v.PSObject: the properties as objects.
func reflected(v Value) *Object {
	properties := &List{}
	for _, p := range Properties(v) {
		typ := p.Type
		if typ == "" {
			typ = TypeName(p.Value)
		}
		properties.Items = append(properties.Items, &Object{
			Types: []string{"System.Management.Automation.PSNoteProperty"},
			Properties: []Property{
				{Name: "MemberType", Value: Enum{Type: "System.Management.Automation.PSMemberTypes", Name: "NoteProperty"}},
				{Name: "Name", Value: p.Name},
				{Name: "Value", Value: p.Value},
				{Name: "TypeNameOfValue", Value: typ},
			},
		})
	}
	return &Object{
		Types: []string{"System.Management.Automation.PSObject"},
		Properties: []Property{
			{Name: "Properties", Value: properties},
			{Name: "TypeNames", Value: texts(typesOf(v))},
			{Name: "BaseObject", Value: v},
		},
	}
}

func texts(ss []string) *List {
	list := &List{Type: "String[]"}
	for _, s := range ss {
		list.Items = append(list.Items, s)
	}
	return list
}
