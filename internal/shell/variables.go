package shell

import (
	"strings"

	"github.com/matchseal/matchseal/internal/shell/object"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// predefine sets the variables every session begins with.
func (s *Session) predefine() {
	fixed := map[string]object.Value{
		"true": true, "false": false, "null": nil,
		"PSVersionTable": versionTable(), "Host": s.hostObject(), "ShellId": "Microsoft.PowerShell",
		"PSCulture": "en-US", "PSUICulture": "en-US", "PID": int32(1), "Error": s.errors,
	}
	for name, v := range fixed {
		s.global.put(name, v).fixed = true
	}
	for name, v := range map[string]object.Value{
		"ErrorActionPreference": "Continue", "WarningPreference": "Continue", "VerbosePreference": "SilentlyContinue",
		"DebugPreference": "SilentlyContinue", "InformationPreference": "SilentlyContinue", "ProgressPreference": "Continue",
		"ConfirmPreference": "High", "WhatIfPreference": false, "OFS": " ",
		"FormatEnumerationLimit": int32(s.config.Limit), "MaximumHistoryCount": int32(4096),
	} {
		s.global.put(name, v)
	}
	if s.config.Limit == 0 {
		s.global.put("FormatEnumerationLimit", int32(4))
	}
	for name, v := range s.config.Variables {
		s.global.put(name, v)
	}
}

func versionTable() *object.Hash {
	return &object.Hash{
		Keys: []object.Value{"PSVersion", "PSEdition", "PSCompatibleVersions", "BuildVersion", "CLRVersion", "WSManStackVersion", "PSRemotingProtocolVersion", "SerializationVersion"},
		Values: []object.Value{
			version("5.1"), "Desktop", &object.List{Items: []object.Value{"1.0", "2.0", "3.0", "4.0", "5.0", "5.1"}},
			version("10.0"), version("4.0"),
			version("3.0"), version("2.3"), version("1.1.0.1"),
		},
	}
}

func (s *Session) hostObject() *object.Object {
	return ObjectOf("System.Management.Automation.Internal.Host.InternalHost",
		object.Property{Name: "Name", Value: "matchseal"},
		object.Property{Name: "Version", Value: version("5.1")},
		object.Property{Name: "CurrentCulture", Value: "en-US"},
		object.Property{Name: "CurrentUICulture", Value: "en-US"})
}

// automaticNames are the variables that are computed when they are read.
func automaticNames() []string { return []string{"?", "PWD", "HOME"} }

// automatic computes a variable that is never stored.
func (f *frame) automatic(name string) (object.Value, bool) {
	switch strings.ToLower(name) {
	case "?":
		return f.s.ok, true
	case "pwd":
		return ObjectOfText("System.Management.Automation.PathInfo", f.s.location, object.Property{Name: "Path", Value: f.s.location}), true
	case "home":
		return f.s.home(), true
	case "psitem":
		if v := f.scope.find("_"); v != nil {
			return v.value, true
		}
		return nil, true
	}
	return nil, false
}

// ObjectOfText is ObjectOf for an object that reads as a text.
func ObjectOfText(typeName, text string, properties ...object.Property) *object.Object {
	o := ObjectOf(typeName, properties...)
	o.Text = text
	return o
}

func (s *Session) home() object.Value {
	for _, name := range []string{"USERPROFILE", "HOME"} {
		if v, ok := s.environment(name); ok {
			return v
		}
	}
	return nil
}

// environment finds an environment variable without regard to case.
func (s *Session) environment(name string) (string, bool) {
	for key, v := range s.config.Environment {
		if strings.EqualFold(key, name) {
			return v, true
		}
	}
	return "", false
}

// lookup reads a variable; false when there is none.
func (f *frame) lookup(qualifier, name string) (object.Value, bool) {
	switch strings.ToLower(qualifier) {
	case "env":
		v, ok := f.s.environment(name)
		if !ok {
			return nil, false
		}
		return v, true
	case "function":
		if c := f.scope.function(name); c != nil {
			return c.body, true
		}
		return nil, false
	}
	sc := f.scope.named(qualifier)
	if sc == nil {
		return nil, false
	}
	if v, ok := f.automatic(name); ok {
		return v, true
	}
	if qualifier != "" && !strings.EqualFold(qualifier, "variable") {
		v, ok := sc.variables[strings.ToLower(name)]
		if !ok {
			return nil, false
		}
		return v.value, true
	}
	if v := sc.find(name); v != nil {
		return v.value, true
	}
	return nil, false
}

// preference reads a preference variable as text.
func (f *frame) preference(name string) string {
	if v := f.scope.find(name); v != nil {
		return object.Text(v.value)
	}
	return ""
}

// setVariable assigns a variable; $null swallows what it gets.
func (f *frame) setVariable(qualifier, name string, v object.Value) error {
	switch {
	case strings.EqualFold(qualifier, "env"):
		return f.s.setEnvironment(name, object.Text(v))
	case strings.EqualFold(name, "null"):
		return nil
	}
	if strings.EqualFold(qualifier, "function") {
		if b, ok := v.(*block); ok {
			f.scope.define(b.named(name, Function))
		}
		return nil
	}
	sc := f.scope.named(qualifier)
	if sc == nil {
		return &object.Error{ID: "DriveNotFound", Category: "ObjectNotFound", Message: "Cannot find drive. A drive with the name '" + qualifier + "' does not exist."}
	}
	if _, automatic := f.automatic(name); automatic && !strings.EqualFold(name, "psitem") || f.fixed(name) {
		return &object.Error{ID: "VariableNotWritable", Category: "WriteError",
			Message: "Cannot overwrite variable " + name + " because it is read-only or constant."}
	}
	if old, ok := sc.variables[strings.ToLower(name)]; ok && old.typ != "" {
		converted, err := object.Convert(v, old.typ, f.s.config.Zone)
		if err != nil {
			return err
		}
		v = converted
	}
	sc.put(name, v)
	return nil
}

func (f *frame) fixed(name string) bool {
	v, ok := f.s.global.variables[strings.ToLower(name)]
	return ok && v.fixed
}

func (s *Session) setEnvironment(name, value string) error {
	for key := range s.config.Environment {
		if strings.EqualFold(key, name) {
			name = key
		}
	}
	if value == "" {
		delete(s.config.Environment, name)
		return nil
	}
	s.config.Environment[name] = value
	return nil
}

// declare gives a variable a type from now on: [int]$x = 1.
func (f *frame) declare(v *syntax.Variable, typ string) {
	if sc := f.scope.named(v.Scope); sc != nil {
		if found, ok := sc.variables[strings.ToLower(v.Name)]; ok {
			found.typ = typ
		}
	}
}

func version(text string) object.Value { return object.TypedText{Type: "System.Version", Value: text} }
