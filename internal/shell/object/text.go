package object

import (
	"strconv"
	"strings"
	"time"
)

// Text is what "$v" gives: in the invariant culture, the members of a list
// joined by blanks, an object as its text, its properties or its type.
func Text(v Value) string { return text(v, 0) }

func text(v Value, depth int) string {
	if depth > maxDepth {
		return "..."
	}
	switch v := v.(type) {
	case *List:
		return joinText(v.Items, " ", depth)
	case Bytes:
		return joinText(Items(v), " ", depth)
	case *Object:
		return objectText(v, depth)
	case time.Time:
		return dateText(v, "MM/dd/yyyy HH:mm:ss")
	}
	return plain(v)
}

// plain is the text of what is neither a collection, an object nor a date,
// and so the same in every culture that matters here.
func plain(v Value) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		if v {
			return "True"
		}
		return "False"
	case int32:
		return strconv.FormatInt(int64(v), 10)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return general(v, 15, 'E')
	case time.Duration:
		return spanText(v)
	case GUID:
		return v.String()
	case TypedText:
		return v.Value
	case Enum:
		return v.Name
	case Type:
		return typeText(v)
	case *ErrorRecord:
		return v.Message
	case Block:
		return v.Source()
	}
	return TypeName(v) // *Hash, Secure
}

// typeText is "$([int])": the abbreviation when there is one.
func typeText(t Type) string {
	full := fullOr(t.Name, t.Name)
	switch full {
	case "System.Int32":
		return "int"
	case "System.Int64":
		return "long"
	case "System.Boolean":
		return "bool"
	case "System.Collections.Hashtable":
		return "hashtable"
	case "System.String", "System.Double", "System.DateTime", "System.TimeSpan", "System.Guid", "System.Uri":
		return strings.ToLower(strings.TrimPrefix(full, "System."))
	}
	return full
}

func joinText(items []Value, separator string, depth int) string {
	var b strings.Builder
	for i, item := range items {
		if i > 0 {
			b.WriteString(separator)
		}
		b.WriteString(text(item, depth+1))
		if b.Len() > maxText {
			break
		}
	}
	return b.String()
}

// custom says whether the object has no type of its own: it was made from a
// hashtable or by Select-Object.
func (o *Object) custom() bool {
	if len(o.Types) == 0 {
		return true
	}
	return strings.HasPrefix(o.Types[0], "Selected.") || strings.HasSuffix(o.Types[len(o.Types)-1], "PSCustomObject")
}

func objectText(o *Object, depth int) string {
	if o.Text != "" {
		return o.Text
	}
	if !o.custom() {
		return o.Types[0]
	}
	if len(o.Properties) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("@{")
	for i, p := range o.Properties {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(p.Name + "=" + nestedText(p.Value, depth+1))
		if b.Len() > maxText {
			break
		}
	}
	return b.String() + "}"
}

// nestedText is a property within @{…}: lists show their type only there.
func nestedText(v Value, depth int) string {
	switch v.(type) {
	case *List, Bytes:
		return TypeName(v)
	}
	return text(v, depth)
}

// Show is what lists and tables show: the culture en-US for dates, {a, b} for
// collections. A date that is not in UTC is shown in zone; nil leaves it in
// the zone it came with.
func Show(v Value, zone *time.Location) string { return ShowLimited(v, zone, -1) }

// ShowLimited is Show with collections cut after limit members: {a, b...}. A
// limit below 0 cuts nothing.
func ShowLimited(v Value, zone *time.Location, limit int) string {
	switch v := v.(type) {
	case *List:
		return showMembers(v.Items, zone, limit)
	case Bytes:
		return showMembers(bytesHead(v, limit), zone, limit)
	case *Hash:
		return showMembers(v.Keys, zone, limit)
	}
	return showMember(v, zone)
}

// bytesHead is as many bytes as can be seen, and one more to show that there
// are more.
func bytesHead(b Bytes, limit int) []Value {
	if limit >= 0 && len(b) > limit {
		b = b[:limit+1]
	}
	return Items(b)
}

func showMembers(items []Value, zone *time.Location, limit int) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, item := range items {
		if limit >= 0 && i >= limit || b.Len() > maxText {
			b.WriteString("...")
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(showMember(item, zone))
	}
	b.WriteByte('}')
	return b.String()
}

// showMember is a value on its own or within braces.
func showMember(v Value, zone *time.Location) string {
	switch v := v.(type) {
	case time.Time:
		return dateText(inZone(v, zone), "M/d/yyyy h:mm:ss tt")
	case Type:
		return fullOr(v.Name, v.Name)
	}
	return Text(v)
}

// inZone moves a local date to zone and leaves one in UTC alone, because the
// shell shows a date in the kind it has.
func inZone(t time.Time, zone *time.Location) time.Time {
	if zone == nil || t.Location() == time.UTC {
		return t
	}
	return t.In(zone)
}

// Truth is the value as a condition: null, zero, "", an empty list and a list
// whose only member is false are false.
func Truth(v Value) bool { return truth(v, 0) }

func truth(v Value, depth int) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case int32:
		return v != 0
	case int64:
		return v != 0
	case float64:
		return v != 0
	case string:
		return v != ""
	case Bytes:
		return len(v) > 1 || len(v) == 1 && v[0] != 0
	case *List:
		if len(v.Items) != 1 || depth > maxDepth {
			return len(v.Items) > 0
		}
		if inner, ok := v.Items[0].(*List); ok {
			// A list in a list counts by being there, unless it is empty.
			return len(inner.Items) > 0
		}
		return truth(v.Items[0], depth+1)
	}
	return true // objects, dates, hashtables even when empty
}
