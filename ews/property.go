package ews

import (
	"fmt"
	"strconv"
	"strings"
)

// PropertyType is the MAPI type of an extended property: "String", "Integer",
// "Boolean", "SystemTime", "Binary" … and their arrays ("StringArray" …).
type PropertyType string

// IsArray reports whether properties of the type hold a list of values.
func (t PropertyType) IsArray() bool { return strings.HasSuffix(string(t), "Array") }

// valid reports whether the schema has the type.
func (t PropertyType) valid() bool {
	switch PropertyType(strings.TrimSuffix(string(t), "Array")) {
	case "ApplicationTime", "Binary", "CLSID", "Currency", "Double", "Float", "Integer",
		"Long", "Object", "Short", "SystemTime", "String":
		return true
	}
	return t == "Boolean" || t == "Error" || t == "Null"
}

// ExtendedFieldURI names an extended property. It is comparable. One of three
// forms is used: Tag; DistinguishedSet or SetID with ID; DistinguishedSet or
// SetID with Name.
type ExtendedFieldURI struct {
	// DistinguishedSet is a well-known property set: "Common",
	// "PublicStrings", "InternetHeaders" …
	DistinguishedSet string
	// SetID is the GUID of a property set, in lower case.
	SetID string
	// Tag is the property number without its type, 0x0e07 for the message
	// flags. Read in decimal or hexadecimal, written as 0xe07.
	Tag uint16
	// Name is the name of a named property.
	Name string
	// ID is the number of a named property (0x8570); zero means none.
	ID   int
	Type PropertyType
}

// PropertyTag returns the URI of a property known by its number, such as
// PropertyTag(0x0e07, "Integer").
func PropertyTag(tag uint16, t PropertyType) ExtendedFieldURI {
	return ExtendedFieldURI{Tag: tag, Type: t}
}

// String returns a short form for logs: "0xe07 Integer", "Common/0x8570
// Integer", "PublicStrings/Keywords StringArray".
func (u ExtendedFieldURI) String() string {
	id := u.Name
	switch {
	case u.Tag != 0:
		return formatTag(u.Tag) + " " + string(u.Type)
	case u.ID != 0:
		id = fmt.Sprintf("%#x", u.ID)
	}
	return u.DistinguishedSet + u.SetID + "/" + id + " " + string(u.Type)
}

// Valid reports whether the URI has one of its three forms and a type.
func (u ExtendedFieldURI) Valid() bool {
	sets, names := count(u.DistinguishedSet != "", u.SetID != ""), count(u.Name != "", u.ID != 0)
	if u.Tag != 0 {
		return sets == 0 && names == 0 && u.Type.valid()
	}
	return sets == 1 && names == 1 && u.Type.valid()
}

func count(conditions ...bool) (n int) {
	for _, c := range conditions {
		if c {
			n++
		}
	}
	return n
}

// ExtendedProperty is an extended property with its value.
type ExtendedProperty struct {
	URI ExtendedFieldURI
	// Values holds one value, or any number when the type is an array. They
	// are in their XML form: decimal numbers, base64 for Binary, dates as
	// [FormatDate] writes them.
	Values []string
}

// Value returns the first value, or "".
func (p ExtendedProperty) Value() string {
	if len(p.Values) == 0 {
		return ""
	}
	return p.Values[0]
}

// formatTag writes a tag the way clients compare it: lower case, no leading
// zeros.
func formatTag(tag uint16) string { return "0x" + strconv.FormatUint(uint64(tag), 16) }

func decodeTag(e element, s string) uint16 {
	s = strings.TrimSpace(s)
	digits, base := s, 10
	if len(s) > 2 && (s[:2] == "0x" || s[:2] == "0X") {
		digits, base = s[2:], 16
	}
	tag, err := strconv.ParseUint(digits, base, 16)
	if err != nil || tag == 0 {
		e.fail("The property tag '%s' is neither 0x1 to 0xffff nor 1 to 65535", brief(s))
	}
	return uint16(tag)
}

func decodeExtendedFieldURI(e element) ExtendedFieldURI {
	u := ExtendedFieldURI{
		DistinguishedSet: e.attr("DistinguishedPropertySetId"),
		SetID:            strings.ToLower(strings.Trim(e.attr("PropertySetId"), "{} ")),
		Name:             e.attr("PropertyName"),
		ID:               decodePropertyID(e),
		Type:             PropertyType(e.need("PropertyType")),
	}
	if tag, ok := e.find("PropertyTag"); ok {
		u.Tag = decodeTag(e, tag)
	}
	if !u.Valid() {
		e.fail("The ExtendedFieldURI needs a PropertyTag, or a property set with a PropertyName or PropertyId, and a PropertyType")
	}
	return u
}

// decodePropertyID reads an xs:int, which the schema writes in decimal; some
// clients write it in hexadecimal like a tag.
func decodePropertyID(e element) int {
	s := strings.TrimSpace(e.attr("PropertyId"))
	if len(s) > 2 && (s[:2] == "0x" || s[:2] == "0X") {
		n, err := strconv.ParseInt(s[2:], 16, 32)
		if err != nil {
			e.fail("The property id '%s' is not a number", brief(s))
		}
		return int(n)
	}
	return e.attrNumber("PropertyId")
}

func (u ExtendedFieldURI) encode(w *writer) {
	tag, id := "", ""
	if u.Tag != 0 {
		tag = formatTag(u.Tag)
	}
	if u.ID != 0 {
		id = strconv.Itoa(u.ID)
	}
	w.empty("t:ExtendedFieldURI", "DistinguishedPropertySetId", u.DistinguishedSet, "PropertySetId", u.SetID,
		"PropertyTag", tag, "PropertyName", u.Name, "PropertyId", id, "PropertyType", string(u.Type))
}

func decodeProperty(e element) (p ExtendedProperty) {
	for c := range e.in(nsTypes) {
		switch c.name() {
		case "ExtendedFieldURI":
			p.URI = decodeExtendedFieldURI(c)
		case "Value":
			p.Values = append(p.Values, c.text())
		case "Values":
			for v := range c.in(nsTypes) {
				p.Values = append(p.Values, v.text())
			}
		}
	}
	switch {
	case p.URI == ExtendedFieldURI{}:
		e.fail("An ExtendedProperty has no ExtendedFieldURI")
	case len(p.Values) != 1 && !p.URI.Type.IsArray():
		e.fail("The extended property %s needs exactly one value", p.URI)
	}
	return p
}

func (p ExtendedProperty) encode(w *writer) {
	w.open("t:ExtendedProperty")
	p.URI.encode(w)
	if p.URI.Type.IsArray() {
		w.open("t:Values")
		for _, v := range p.Values {
			w.text("t:Value", v)
		}
		w.close("t:Values")
	} else {
		w.text("t:Value", p.Value())
	}
	w.close("t:ExtendedProperty")
}
