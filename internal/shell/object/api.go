package object

import (
	"io"
	"time"
)

// Error is a failure of a value's operator, conversion or member. ID is the
// start of FullyQualifiedErrorId, Category the first word of CategoryInfo,
// Message the shell's own words.
type Error struct{ ID, Category, Message string }

func (e *Error) Error() string { return e.Message }

// Runtime is what members of values need from the world around them.
type Runtime struct {
	// ReadFile reads a file for Import and ReadAllBytes; nil refuses.
	ReadFile func(path string) ([]byte, error)
	// Now is the clock; nil is the machine's.
	Now func() time.Time
	// Zone is the session's time zone; nil is the machine's.
	Zone *time.Location
	// Random is the source of new GUIDs; nil is the machine's.
	Random io.Reader
}

// TypeName is the full name of the value's type: "System.String".
func TypeName(v Value) string { return "" }

// Text is what "$v" gives.
func Text(v Value) string { return "" }

// Show is what lists and tables show.
func Show(v Value, zone *time.Location) string { return "" }

// ShowLimited is Show with collections cut after limit members: {a, b...}.
// A limit below 0 cuts nothing.
func ShowLimited(v Value, zone *time.Location, limit int) string { return "" }

// Truth is the value as a condition.
func Truth(v Value) bool { return v != nil }

// Get gives a property as v.name does: without case, from the members of a
// list when the list has no such property itself, keys of a hashtable, and
// Count and Length of anything.
func Get(v Value, name string) (Value, bool) { return nil, false }

// Lookup finds one of the value's own properties; it collects nothing from
// members and makes up no Count.
func Lookup(v Value, name string) (Property, bool) { return Property{}, false }

// Set assigns v.name.
func Set(v Value, name string, value Value) error { return nil }

// Names are the names of Properties.
func Names(v Value) []string { return nil }

// Properties are the value's properties in order, hidden ones too.
func Properties(v Value) []Property { return nil }

// Method is a method as Get-Member shows it.
type Method struct{ Name, Definition string }

// Methods are the methods that Call knows for the value.
func Methods(v Value) []Method { return nil }

// Items enumerates a list or Byte[]; nil is none and anything else is one.
func Items(v Value) []Value { return nil }

// Index is v[index]: by number, from the end when negative, by key, or by
// several at once.
func Index(v, index Value) (Value, error) { return nil, nil }

// SetIndex assigns v[index].
func SetIndex(v, index, value Value) error { return nil }

// New makes an object as New-Object does, when that needs no file: a
// certificate from a path is made by Static with the member "new".
func New(typeName string, args []Value) (Value, error) { return nil, nil }

// Call calls a method.
func Call(rt Runtime, recv Value, method string, args []Value) (Value, error) { return nil, nil }

// Static gets a static property, or calls a static method when call is set;
// the method "new" is the constructor.
func Static(rt Runtime, typ, member string, call bool, args []Value) (Value, error) {
	return nil, nil
}

// Convert casts; dates without a zone are in zone.
func Convert(v Value, typeName string, zone *time.Location) (Value, error) { return v, nil }

// KnownType gives the full name of a type that the shell knows by name, with
// or without "System." or by its short form: "int" is "System.Int32".
func KnownType(name string) (string, bool) { return "", false }

// Compare orders two values for sorting: without case, numbers by value, nil
// first.
func Compare(a, b Value) (int, error) { return 0, nil }

// Equal says what a -eq b says of two single values.
func Equal(a, b Value) bool { return false }

// Operate is a op b for every binary operator except -and, -or and -xor.
func Operate(op string, a, b Value) (Value, error) { return nil, nil }

// Match is a -match b (op may be -match, -notmatch, -cmatch or -cnotmatch)
// together with the groups for $Matches, nil when nothing is to be set.
func Match(op string, a, b Value) (Value, *Hash, error) { return nil, nil, nil }

// Negate is op v for the unary operators -, +, !, -not, -bnot, -join and
// -split.
func Negate(op string, v Value) (Value, error) { return nil, nil }

// Pattern is a wildcard pattern.
type Pattern struct{ text string }

// Wildcard reads a pattern with *, ? and [a-z].
func Wildcard(pattern string) (Pattern, error) { return Pattern{pattern}, nil }

// Match says whether all of s matches, without case.
func (p Pattern) Match(s string) bool { return false }

// MatchCase says whether all of s matches, with case.
func (p Pattern) MatchCase(s string) bool { return false }

// HasWildcard says whether a text has *, ? or [ in it that is not escaped.
func HasWildcard(s string) bool { return false }

// Format is format -f args.
func Format(format string, args []Value, zone *time.Location) (string, error) { return "", nil }

// FormatDate is t.ToString(format): a standard letter or a custom pattern, in
// the culture en-US.
func FormatDate(t time.Time, format string) (string, error) { return "", nil }

// ParseDate reads a date as a cast does: month first, ISO 8601, names of
// months. A date without a zone is in zone.
func ParseDate(s string, zone *time.Location) (time.Time, error) { return time.Time{}, nil }

// ParseGUID reads a GUID with or without braces, parentheses and hyphens.
func ParseGUID(s string) (GUID, error) { return GUID{}, nil }

func (g GUID) String() string { return "" }

// Certificate makes an X509Certificate2 from DER, PEM or base64.
func Certificate(data []byte, zone *time.Location) (*Object, error) { return nil, nil }

// Get finds a key, texts without case.
func (h *Hash) Get(key Value) (Value, bool) { return nil, false }

// Set adds or replaces a key.
func (h *Hash) Set(key, value Value) {}

// Delete removes a key.
func (h *Hash) Delete(key Value) {}

// Clone copies collections and objects all the way down.
func Clone(v Value) Value { return v }
