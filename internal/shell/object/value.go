package object

import "time"

// Value is one of: nil, bool, int32, int64, float64, string, time.Time,
// time.Duration, GUID, Bytes, TypedText, Enum, Type, *List, *Hash, *Object,
// *ErrorRecord, Secure, Block. Nothing else flows.
type Value any

// Bytes is a Byte[].
type Bytes []byte

// GUID shows as lower case 8-4-4-4-12 without braces.
type GUID [16]byte

// TypedText is a text with a type of its own, such as Uri, SmtpAddress or
// ADObjectId. It compares and shows as its text.
type TypedText struct{ Type, Value string }

// Enum is a member of an enumeration, shown by name; flags show joined by ", ".
type Enum struct{ Type, Name string }

// Type is [Name] as a value: the receiver of static members.
type Type struct{ Name string }

// Secure is a SecureString. It never shows its text.
type Secure struct{ Secret string }

// Block is a script block; the engine knows how to run it.
type Block interface{ Source() string }

// List is a collection: an Object[], a String[], a MultiValuedProperty. It has
// identity: .Add on a property's list changes the object's list.
type List struct {
	Type  string // "Object[]" when empty
	Items []Value
}

// Hash is a hashtable, ordered as written.
type Hash struct {
	Keys   []Value
	Values []Value
}

// Object is an object with properties in order. Names compare without case.
type Object struct {
	// Types names the object's type, most specific first, as Get-Member and
	// views want it: {"Microsoft.Exchange.Data.Directory.SystemConfiguration.PartnerApplication"}.
	Types      []string
	Properties []Property
	// Text is what the object is as a string ("" shows the type name or, for a
	// custom object, @{a=1; b=2}).
	Text string
	// Native is what lies behind an object that this package makes, for its
	// methods. It is never shown.
	Native any
}

// Property is one property of an Object. Type is the name Get-Member shows;
// empty means the value's own type.
type Property struct {
	Name   string
	Type   string
	Value  Value
	Hidden bool // not shown by Format-List without a list of properties
}

// ErrorRecord is an error as the shell reports it: an object in $Error and in
// a catch block, printed by package format.
type ErrorRecord struct {
	// Command is what failed ("New-CsPartnerApplication"); empty for mistakes
	// of the language itself.
	Command string
	Message string
	// Category is the first word of CategoryInfo ("WriteError"); TargetName and
	// TargetType fill its parentheses; Reason is the exception's type.
	Category, TargetName, TargetType, Reason string
	// ID is FullyQualifiedErrorId, complete with the class after the comma.
	ID string
	// Code and Remedy come from the catalogue of failures; empty for errors of
	// the language, which have no row there.
	Code, Remedy string
	// PSComputerName is set on errors that came from a server.
	PSComputerName string
	// Line and Column say where (from 1); SourceLine is that line of the
	// source and Length how many characters are underlined.
	Line, Column, Length int
	SourceLine           string
	// Script is the script file, empty for typed lines.
	Script string
	When   time.Time
	Err    error // what lay below, may be nil
}

func (e *ErrorRecord) Error() string { return e.Message }
func (e *ErrorRecord) Unwrap() error { return e.Err }
