package mailbox

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
)

// PropertyID names a property the way MAPI does: by tag, or by a property set
// and a number or a name. Exactly one of Tag, ID and Name is set; Set goes
// with ID and Name.
type PropertyID struct {
	Tag  uint16 // the upper half of a property tag, for example 0x0e07
	Set  string // GUID, lower case, 8-4-4-4-12
	ID   int64  // dispatch id within Set; see ByID
	Name string // name within Set
	// ByID tells an id of 0 from no id.
	ByID bool
}

// InternetHeaders is the property set whose names are header fields of the
// MIME form; its names ignore case.
const InternetHeaders = "00020386-0000-0000-c000-000000000046"

// String gives the form under which the property is stored.
func (p PropertyID) String() string {
	switch {
	case p.Set == "":
		return fmt.Sprintf("0x%x", p.Tag)
	case p.ByID:
		return p.Set + "/" + strconv.FormatInt(p.ID, 10)
	case p.Set == InternetHeaders:
		return p.Set + ":" + strings.ToLower(p.Name)
	default:
		return p.Set + ":" + p.Name
	}
}

// parsePropertyID reads what String wrote.
func parsePropertyID(s string) (PropertyID, error) {
	if hex, ok := strings.CutPrefix(s, "0x"); ok {
		tag, err := strconv.ParseUint(hex, 16, 16)
		return PropertyID{Tag: uint16(tag)}, err
	}
	const guidText = 36
	if len(s) <= guidText {
		return PropertyID{}, fmt.Errorf("property name %q is too short", s)
	}
	set, rest := s[:guidText], s[guidText+1:]
	if s[guidText] == ':' {
		return PropertyID{Set: set, Name: rest}, nil
	}
	id, err := strconv.ParseInt(rest, 10, 64)
	return PropertyID{Set: set, ID: id, ByID: true}, err
}

// PropertyType is the type of a property's value, in the words of MapiPropertyType.
type PropertyType string

const (
	TypeApplicationTime PropertyType = "ApplicationTime"
	TypeBinary          PropertyType = "Binary"
	TypeBoolean         PropertyType = "Boolean"
	TypeCLSID           PropertyType = "CLSID"
	TypeCurrency        PropertyType = "Currency"
	TypeDouble          PropertyType = "Double"
	TypeFloat           PropertyType = "Float"
	TypeInteger         PropertyType = "Integer" // 32 bits
	TypeLong            PropertyType = "Long"    // 64 bits
	TypeShort           PropertyType = "Short"   // 16 bits
	TypeString          PropertyType = "String"
	TypeSystemTime      PropertyType = "SystemTime"
)

const arraySuffix = "Array"

// IsArray reports whether the property holds several values.
func (t PropertyType) IsArray() bool { return strings.HasSuffix(string(t), arraySuffix) }

// Element is the type of one value of the property.
func (t PropertyType) Element() PropertyType {
	return PropertyType(strings.TrimSuffix(string(t), arraySuffix))
}

// Valid reports whether values of the type can be stored.
func (t PropertyType) Valid() bool {
	switch t.Element() {
	case TypeApplicationTime, TypeBinary, TypeCLSID, TypeCurrency, TypeDouble, TypeFloat,
		TypeInteger, TypeLong, TypeShort, TypeString, TypeSystemTime:
		return true
	case TypeBoolean:
		return !t.IsArray() // MAPI has no array of booleans
	}
	return false
}

// Property is one extended property. Values has one element unless Type is an
// array; the elements are in canonical form, see Canonical.
type Property struct {
	ID     PropertyID
	Type   PropertyType
	Values []string
}

// Canonical returns the one form in which a value of type t (an element type)
// is kept: decimal numbers, "true" and "false", RFC 3339 UTC times, standard
// base64, lower-case GUIDs; a string stays as it is. It fails with
// MailboxPropertyValue.
func Canonical(t PropertyType, text string) (string, error) {
	s, err := canonical(t, text)
	if err != nil {
		return "", problem.Wrap(err, problem.MailboxPropertyValue, "a value is not of type %s", t)
	}
	return s, nil
}

func canonical(t PropertyType, text string) (string, error) {
	if t == TypeString {
		return text, nil
	}
	text = strings.TrimSpace(text)
	switch t {
	case TypeInteger, TypeLong, TypeShort, TypeCurrency:
		bits := map[PropertyType]int{TypeInteger: 32, TypeShort: 16}[t]
		if bits == 0 {
			bits = 64
		}
		n, err := strconv.ParseInt(text, 10, bits)
		return strconv.FormatInt(n, 10), err
	case TypeDouble, TypeFloat, TypeApplicationTime:
		f, err := strconv.ParseFloat(text, 64)
		return strconv.FormatFloat(f, 'g', -1, 64), err
	case TypeBoolean:
		b, err := strconv.ParseBool(text)
		return strconv.FormatBool(b), err
	case TypeSystemTime:
		at, err := ParseTime(text)
		return at.UTC().Format(time.RFC3339Nano), err
	case TypeBinary:
		raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		return base64.StdEncoding.EncodeToString(raw), err
	case TypeCLSID:
		return canonicalGUID(text)
	}
	return "", fmt.Errorf("no such property type")
}

// ParseTime reads an XML Schema dateTime; without a zone it is UTC.
func ParseTime(text string) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return at.UTC(), nil
	}
	return time.Parse("2006-01-02T15:04:05.999999999", text)
}

func canonicalGUID(text string) (string, error) {
	s := strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}"))
	if len(s) != 36 {
		return "", fmt.Errorf("%q is not a GUID", text)
	}
	for i, c := range s {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (c == '-') || !dash && !strings.ContainsRune("0123456789abcdef", c) {
			return "", fmt.Errorf("%q is not a GUID", text)
		}
	}
	return s, nil
}

// check brings the property into its stored form or fails with
// MailboxPropertyValue or MailboxTooLarge.
func (p Property) check() (Property, error) {
	if !p.Type.Valid() {
		return p, problem.New(problem.MailboxPropertyValue, "property %s has the type %q, which cannot be stored", p.ID, p.Type)
	}
	if !p.Type.IsArray() && len(p.Values) != 1 {
		return p, problem.New(problem.MailboxPropertyValue, "property %s has %d values, its type %s takes one", p.ID, len(p.Values), p.Type)
	}
	if len(p.Values) > maxPropertyValues {
		return p, problem.New(problem.MailboxTooLarge, "property %s has %d values; at most %d are kept", p.ID, len(p.Values), maxPropertyValues)
	}
	if set := p.ID.Set; set != "" {
		var err error
		if p.ID.Set, err = canonicalGUID(set); err != nil {
			return p, problem.Wrap(err, problem.MailboxPropertyValue, "property %s has a bad property set", p.ID)
		}
	}
	p.ID.Name = clean(p.ID.Name)
	if len(p.ID.Name) > maxPropertyName {
		return p, problem.New(problem.MailboxTooLarge, "a property name is longer than %d bytes", maxPropertyName)
	}
	values := make([]string, len(p.Values))
	for i, v := range p.Values {
		var err error
		if values[i], err = Canonical(p.Type.Element(), v); err != nil {
			return p, err
		}
	}
	p.Values = values
	return p, nil
}

// bytes is the property's share of the size of its object.
func (p Property) bytes() int64 {
	n := len(p.ID.String())
	for _, v := range p.Values {
		n += len(v)
	}
	return int64(n)
}

// properties is a set of extended properties that keeps the order in which
// they were given.
type properties []Property

func (ps properties) find(id PropertyID) (Property, bool) {
	name := id.String()
	i := slices.IndexFunc(ps, func(p Property) bool { return p.ID.String() == name })
	if i < 0 {
		return Property{}, false
	}
	return ps[i], true
}

// with returns the set with p in the place of the property of the same id.
func (ps properties) with(p Property) properties {
	name := p.ID.String()
	i := slices.IndexFunc(ps, func(q Property) bool { return q.ID.String() == name })
	out := slices.Clone(ps)
	if i < 0 {
		return append(out, p)
	}
	out[i] = p
	return out
}

func (ps properties) without(id PropertyID) properties {
	name := id.String()
	return slices.DeleteFunc(slices.Clone(ps), func(p Property) bool { return p.ID.String() == name })
}
