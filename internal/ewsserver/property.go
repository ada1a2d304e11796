package ewsserver

import (
	"strings"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/mailbox"
)

// propertySets are the GUIDs behind DistinguishedPropertySetId [MS-OXPROPS] 1.3.2.
var propertySets = map[string]string{
	"Meeting":           "6ed8da90-450b-101b-98da-00aa003f1305",
	"Appointment":       "00062002-0000-0000-c000-000000000046",
	"Common":            "00062008-0000-0000-c000-000000000046",
	"PublicStrings":     "00020329-0000-0000-c000-000000000046",
	"Address":           "00062004-0000-0000-c000-000000000046",
	"InternetHeaders":   mailbox.InternetHeaders,
	"CalendarAssistant": "11000e07-b51b-40d6-af21-caa85edab1d0",
	"UnifiedMessaging":  "4442858e-a9e3-4e80-b900-317a210cc15b",
	"Task":              "00062003-0000-0000-c000-000000000046",
	"Sharing":           "00062040-0000-0000-c000-000000000046",
}

// tagEntryID is the identifier of the object itself.
const tagEntryID = 0x0fff

// propertyID is the name under which the store knows an extended property.
func propertyID(u ews.ExtendedFieldURI) mailbox.PropertyID {
	set := u.SetID
	if u.DistinguishedSet != "" {
		set = propertySets[u.DistinguishedSet]
		if set == "" {
			// An unknown set is a set of its own, in which nothing is found.
			set = "ffffffff-ffff-ffff-ffff-ffffffffffff"
		}
	}
	return mailbox.PropertyID{Tag: u.Tag, Set: strings.ToLower(set), ID: int64(u.ID), Name: u.Name, ByID: set != "" && u.Name == ""}
}

func propertyType(u ews.ExtendedFieldURI) mailbox.PropertyType { return mailbox.PropertyType(u.Type) }

// stored is an extended property of a request in the form of the store.
func stored(p ews.ExtendedProperty) mailbox.Property {
	return mailbox.Property{ID: propertyID(p.URI), Type: propertyType(p.URI), Values: p.Values}
}

// reader gives a property of an item or a folder.
type reader func(mailbox.PropertyID, mailbox.PropertyType) (mailbox.Property, bool)

// extended reads the extended properties a shape asks for, each named the way
// the request named it. id is the object's own.
func extended(paths []ews.FieldPath, id string, read reader) []ews.ExtendedProperty {
	var out []ews.ExtendedProperty
	for _, path := range paths {
		if !path.IsExtended() {
			continue
		}
		u := path.Extended
		if u.Tag == tagEntryID && u.Type == "Binary" {
			out = append(out, ews.ExtendedProperty{URI: u, Values: []string{id}})
			continue
		}
		if p, ok := read(propertyID(u), propertyType(u)); ok {
			out = append(out, ews.ExtendedProperty{URI: u, Values: wireValues(p)})
		}
	}
	return out
}

// wireValues writes values the way clients read them: times to the second.
func wireValues(p mailbox.Property) []string {
	if p.Type.Element() != mailbox.TypeSystemTime {
		return p.Values
	}
	values := make([]string, len(p.Values))
	for i, v := range p.Values {
		values[i] = v
		if at, err := mailbox.ParseTime(v); err == nil {
			values[i] = ews.FormatDate(at)
		}
	}
	return values
}
