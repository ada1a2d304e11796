package ews

// PropertyType is the MAPI type of an extended property: "String", "Integer",
// "Boolean", "SystemTime", "Binary" … and their arrays ("StringArray" …).
type PropertyType string

// ExtendedFieldURI names an extended property. It is comparable. One of four
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

// ExtendedProperty is an extended property with its value.
type ExtendedProperty struct {
	URI ExtendedFieldURI
	// Values holds one value, or any number when the type is an array.
	Values []string
}

// Value returns the first value, or "".
func (p ExtendedProperty) Value() string {
	if len(p.Values) == 0 {
		return ""
	}
	return p.Values[0]
}
