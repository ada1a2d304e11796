package builtin

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

const (
	memberType   = "Microsoft.PowerShell.Commands.MemberDefinition"
	customObject = "System.Management.Automation.PSCustomObject"
)

func memberCommands() []*shell.Command {
	return []*shell.Command{{
		Name: "Get-Member", Aliases: []string{"gm"}, Module: utility,
		Synopsis: "Shows the properties and methods of objects.",
		Parameters: []shell.Parameter{
			at(0, "Name", "String[]", "names of members, with wildcards"),
			oneOf(defaulting(named("MemberType", "PSMemberTypes[]", "kinds of member", "Type"), "All"),
				"All", "Method", "Methods", "NoteProperty", "Properties", "Property", "AliasProperty", "ScriptProperty", "ScriptMethod", "MemberSet"),
			oneOf(named("View", "PSMemberViewTypes[]", "which members"), "Extended", "Adapted", "Base", "All"),
			toggle("Force", "hidden ones too"),
			without(toggle("Static", "members of the type itself"), "the members of objects are shown"),
			input("the objects"),
		},
		Output: properties("TypeName", "String", "Name", "String", "MemberType", "PSMemberTypes", "Definition", "String"),
		Start:  startMember,
	}}
}

// member is one line of Get-Member.
type member struct{ name, kind, definition string }

func startMember() shell.Handler {
	any, seen := false, map[string]bool{}
	return shell.Handler{
		Process: func(_ context.Context, in *shell.Invocation) error {
			v, ok := incoming(in)
			if !ok || v == nil {
				return nil
			}
			any = true
			typ := object.TypeName(v)
			if seen[typ] {
				return nil
			}
			seen[typ] = true
			return emitMembers(in, v, typ)
		},
		End: func(_ context.Context, in *shell.Invocation) error {
			if any {
				return nil
			}
			return in.Fail(fault(in, "NoObjectInGetMember", "CloseError", "InvalidOperationException",
				"You must specify an object for the Get-Member cmdlet."))
		},
	}
}

func emitMembers(in *shell.Invocation, v object.Value, typ string) error {
	names, err := patterns(in.Strings("Name"))
	if err != nil {
		return err
	}
	for _, m := range members(v, in.Bool("Force")) {
		if names != nil && !matches(names, m.name) || !wanted(in.Strings("MemberType"), m.kind) {
			continue
		}
		o := shell.ObjectOf(memberType,
			object.Property{Name: "TypeName", Type: "String", Value: typ},
			object.Property{Name: "Name", Type: "String", Value: m.name},
			object.Property{Name: "MemberType", Type: "PSMemberTypes", Value: object.Enum{Type: "System.Management.Automation.PSMemberTypes", Name: m.kind}},
			object.Property{Name: "Definition", Type: "String", Value: m.definition})
		o.Text = m.definition
		if err := in.Emit(o); err != nil {
			return err
		}
	}
	return nil
}

// wanted says whether a kind of member was asked for.
func wanted(kinds []string, kind string) bool {
	return len(kinds) == 0 || slices.ContainsFunc(kinds, func(k string) bool {
		switch strings.ToLower(k) {
		case "all":
			return true
		case "properties":
			return strings.HasSuffix(kind, "Property")
		case "methods":
			return strings.HasSuffix(kind, "Method")
		}
		return strings.EqualFold(k, kind)
	})
}

// members are the methods and properties of a value: by kind, then by name.
func members(v object.Value, hidden bool) []member {
	var all []member
	for _, m := range object.Methods(v) {
		all = append(all, member{m.Name, "Method", m.Definition})
	}
	for _, p := range object.Properties(v) {
		if p.Hidden && !hidden {
			continue
		}
		typ := p.Type
		if typ == "" && p.Value != nil {
			typ = object.TypeName(p.Value)
		}
		if noted(v) {
			all = append(all, member{p.Name, "NoteProperty", shorthand(typ) + " " + p.Name + "=" + valueText(p.Value)})
		} else {
			all = append(all, member{p.Name, "Property", shorthand(typ) + " " + p.Name + " {get;set;}"})
		}
	}
	slices.SortStableFunc(all, func(a, b member) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(strings.ToLower(a.name), strings.ToLower(b.name)))
	})
	return all
}

// noted says whether the value's properties were made by a command rather than
// by a type.
func noted(v object.Value) bool {
	o, ok := v.(*object.Object)
	return ok && (slices.Contains(o.Types, customObject) || strings.HasPrefix(object.TypeName(v), "Deserialized."))
}

func valueText(v object.Value) string {
	if v == nil {
		return "null"
	}
	return object.Text(v)
}

// shorthand is the language's own name of a type, as definitions show it.
func shorthand(typ string) string {
	full := typ
	element, array := strings.CutSuffix(typ, "[]")
	if known, ok := object.KnownType(element); ok {
		full = known
	}
	short, ok := map[string]string{
		"": "System.Object", "System.String": "string", "System.Int32": "int", "System.Int64": "long", "System.Boolean": "bool",
		"System.Double": "double", "System.Object": "System.Object", "System.DateTime": "datetime", "System.Guid": "guid",
		"System.TimeSpan": "timespan", "System.Uri": "uri", "System.Byte": "byte", "System.UInt32": "uint32", "System.UInt64": "uint64",
	}[full]
	if !ok {
		short = full
	}
	if array {
		short += "[]"
	}
	return short
}
