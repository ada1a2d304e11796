package builtin

import (
	"context"
	"errors"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

func objectCommands() []*shell.Command {
	const member, single, several = "MemberSet", "NotePropertySingleMemberSet", "NotePropertyMultiMemberSet"
	return []*shell.Command{
		{
			Name: "New-Object", Module: utility,
			Synopsis: "Creates a .NET (or COM) object.",
			Sets:     []string{"Net", "Com"}, DefaultSet: "Net",
			Parameters: []shell.Parameter{
				required(within(at(0, "TypeName", "String", "the type's full name"), "Net")),
				required(within(named("ComObject", "String", "program of a COM object"), "Com")),
				within(at(1, "ArgumentList", "Object[]", "what the constructor gets", "Args"), "Net"),
				named("Property", "IDictionary", "values of properties: @{Name=value}"),
				within(toggle("Strict", "COM only"), "Com"),
			},
			Start: shell.Each(newObject),
		},
		{
			Name: "Add-Member", Module: utility,
			Synopsis: "Adds properties to an object.",
			Sets:     []string{"TypeNameSet", several, single, member}, DefaultSet: "TypeNameSet",
			Parameters: []shell.Parameter{
				required(input("the object")),
				required(oneOf(within(at(0, "MemberType", "PSMemberTypes", "the kind of member", "Type"), member),
					"NoteProperty", "AliasProperty", "ScriptProperty", "CodeProperty", "ScriptMethod", "CodeMethod", "PropertySet", "MemberSet")),
				required(within(at(1, "Name", "String", "its name"), member)),
				within(at(2, "Value", "Object", "its value"), member),
				within(at(3, "SecondValue", "Object", "what sets it"), member),
				required(within(at(0, "NotePropertyMembers", "IDictionary", "names and values: @{Name=value}"), several)),
				required(within(at(0, "NotePropertyName", "String", "its name"), single)),
				required(empty(within(at(1, "NotePropertyValue", "Object", "its value"), single))),
				named("TypeName", "String", "a name to put before the type's"),
				toggle("Force", "also when there is such a member"),
				toggle("PassThru", "put the object out"),
			},
			Start: shell.Each(addMember),
		},
	}
}

func newObject(_ context.Context, in *shell.Invocation) error {
	if in.Has("ComObject") {
		return fault(in, "NoCOMClassIdentified", "ResourceUnavailable", "COMException",
			"Retrieving the COM class factory for component with CLSID {00000000-0000-0000-0000-000000000000} failed due to the following error: "+
				"80040154 Class not registered (Exception from HRESULT: 0x80040154 (REGDB_E_CLASSNOTREG)).")
	}
	v, err := construct(in)
	if err != nil {
		return err
	}
	h, _ := in.Value("Property").(*object.Hash)
	for i := range hashLen(h) {
		name := object.Text(h.Keys[i])
		if o, ok := v.(*object.Object); ok && noted(o) {
			o.Properties = append(o.Properties, object.Property{Name: name, Value: h.Values[i]})
			continue
		}
		if err := object.Set(v, name, h.Values[i]); err != nil {
			return fault(in, "InvalidOperationException", "InvalidOperation", "InvalidOperationException",
				"The member %q was not found for the specified .NET object.", name)
		}
	}
	return in.Emit(v)
}

func hashLen(h *object.Hash) int {
	if h == nil {
		return 0
	}
	return len(h.Keys)
}

// construct calls the type's constructor.
func construct(in *shell.Invocation) (object.Value, error) {
	typ := strings.Trim(in.String("TypeName"), "[]")
	switch strings.ToLower(typ) {
	case "psobject", "pscustomobject", "system.management.automation.psobject", "system.management.automation.pscustomobject":
		return shell.ObjectOf(customObject), nil
	}
	v, err := object.Static(in.Session().Runtime(), typ, "new", true, flat(in.Value("ArgumentList")))
	var known *object.Error
	if errors.As(err, &known) && known.ID == "TypeNotFound" {
		return nil, fault(in, "TypeNotFound", "InvalidType", "PSArgumentException",
			"Cannot find type [%s]: verify that the assembly containing this type is loaded.", typ)
	}
	return v, err
}

func addMember(_ context.Context, in *shell.Invocation) error {
	v, ok := incoming(in)
	if !ok {
		return nil
	}
	o, ok := v.(*object.Object)
	if !ok {
		return in.Fail(about(fault(in, "NotSupported", "NotImplemented", "NotSupportedException",
			"Members can be added to objects only, not to a value of type %s. Make one with New-Object PSObject.", object.TypeName(v)), object.Text(v), shortType(v)))
	}
	if kind := in.String("MemberType"); kind != "" && !strings.EqualFold(kind, "NoteProperty") {
		return in.Fail(fault(in, "NotSupported", "NotImplemented", "NotSupportedException",
			"A member of type %s cannot be added here. Add a NoteProperty.", kind))
	}
	for _, p := range newMembers(in) {
		if err := addProperty(in, o, p); err != nil {
			return err
		}
	}
	if in.Has("TypeName") {
		o.Types = append([]string{in.String("TypeName")}, o.Types...)
	}
	// A type's name alone is taken as a wish to go on with the object.
	if in.Bool("PassThru") || in.Set() == "TypeNameSet" {
		return in.Emit(o)
	}
	return nil
}

// newMembers are the properties to add.
func newMembers(in *shell.Invocation) []object.Property {
	var all []object.Property
	if in.Has("Name") {
		all = append(all, object.Property{Name: in.String("Name"), Value: in.Value("Value")})
	}
	if in.Has("NotePropertyName") {
		all = append(all, object.Property{Name: in.String("NotePropertyName"), Value: in.Value("NotePropertyValue")})
	}
	h, _ := in.Value("NotePropertyMembers").(*object.Hash)
	for i := range hashLen(h) {
		all = append(all, object.Property{Name: object.Text(h.Keys[i]), Value: h.Values[i]})
	}
	return all
}

func addProperty(in *shell.Invocation, o *object.Object, p object.Property) error {
	for i := range o.Properties {
		if !strings.EqualFold(o.Properties[i].Name, p.Name) {
			continue
		}
		if !in.Bool("Force") {
			return in.Fail(about(fault(in, "MemberAlreadyExists", "InvalidOperation", "InvalidOperationException",
				"Cannot add a member with the name %q because a member with that name already exists. To overwrite the member anyway, add the Force parameter to your command.", p.Name),
				object.Text(o), "PSObject"))
		}
		o.Properties[i] = p
		return nil
	}
	o.Properties = append(o.Properties, p)
	return nil
}
