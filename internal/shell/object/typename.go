package object

import (
	"strings"
	"time"
)

// fullNames are the types that are known by name, without "System." where it
// may be left out.
var fullNames = [...]string{
	"System.Object", "System.String", "System.Char", "System.Boolean", "System.Byte", "System.SByte",
	"System.Int16", "System.UInt16", "System.Int32", "System.UInt32", "System.Int64", "System.UInt64",
	"System.Single", "System.Double", "System.Decimal", "System.DateTime", "System.TimeSpan", "System.Guid",
	"System.Uri", "System.Version", "System.Array", "System.Type", "System.ValueType", "System.Enum",
	"System.Math", "System.Convert", "System.Environment", "System.DayOfWeek", "System.DateTimeKind",
	"System.DateTimeOffset", "System.Exception", "System.IConvertible", "System.IComparable", "System.Void",
	"System.IO.File", "System.IO.Path", "System.Text.Encoding", "System.Text.RegularExpressions.Regex",
	"System.Text.RegularExpressions.Match", "System.Collections.Hashtable", "System.Collections.ArrayList",
	"System.Collections.IDictionary", "System.Collections.IEnumerable", "System.Collections.IList",
	"System.Collections.ICollection", "System.Net.NetworkCredential", "System.Net.IPAddress",
	"System.Security.SecureString", "System.StringComparison",
	"System.Security.Cryptography.X509Certificates.X509Certificate",
	"System.Security.Cryptography.X509Certificates.X509Certificate2",
	"System.Management.Automation.PSObject", "System.Management.Automation.PSCustomObject",
	"System.Management.Automation.PSCredential", "System.Management.Automation.ScriptBlock",
	"System.Management.Automation.SwitchParameter", "System.Management.Automation.ErrorRecord",
	"System.Management.Automation.RuntimeException", "Microsoft.Exchange.Data.MultiValuedProperty",
}

// shortNames are the abbreviations of types, lower case.
var shortNames = map[string]string{
	"int": "System.Int32", "long": "System.Int64", "bool": "System.Boolean", "float": "System.Single",
	"short": "System.Int16", "ushort": "System.UInt16", "uint": "System.UInt32", "ulong": "System.UInt64",
	"switch":     "System.Management.Automation.SwitchParameter",
	"hashtable":  "System.Collections.Hashtable",
	"ordered":    "System.Collections.Hashtable",
	"xml":        "System.Xml.XmlDocument",
	"regex":      "System.Text.RegularExpressions.Regex",
	"psobject":   "System.Management.Automation.PSObject",
	"ipaddress":  "System.Net.IPAddress",
	"credential": "System.Management.Automation.PSCredential",
	// Exchange's spelling of a duration; a quantity of it needs no type of its own.
	"enhancedtimespan":                          "System.TimeSpan",
	"multivaluedproperty":                       "Microsoft.Exchange.Data.MultiValuedProperty",
	"collections.generic.list`1[system.string]": "System.Collections.ArrayList",
}

// namespaces may be left out before a type's name.
var namespaces = [...]string{
	"", "system.", "system.management.automation.", "system.security.", "system.collections.",
	"system.security.cryptography.x509certificates.", "microsoft.exchange.data.",
}

// spelling tells, for a type's name as written, what it is a container of.
type spelling struct {
	name     string // of the element type
	array    bool   // name[]
	list     bool   // List[name], MultiValuedProperty<name>
	nullable bool   // Nullable[name]
}

// spell takes array marks and generic arguments off a type's name.
func spell(name string) spelling {
	name = strings.TrimSpace(name)
	if element, ok := strings.CutSuffix(name, "[]"); ok {
		return spelling{name: element, array: true}
	}
	open := strings.IndexAny(name, "[<")
	if open <= 0 || !strings.HasSuffix(name, "]") && !strings.HasSuffix(name, ">") {
		return spelling{name: name}
	}
	outer, inner := strings.ToLower(name[:open]), strings.Trim(name[open+1:len(name)-1], "[] ")
	outer = strings.TrimPrefix(strings.TrimSuffix(outer, "`1"), "system.")
	switch outer {
	case "nullable", "unlimited", "microsoft.exchange.data.unlimited":
		return spelling{name: inner, nullable: true}
	case "collections.generic.list", "collections.objectmodel.collection", "multivaluedproperty", "microsoft.exchange.data.multivaluedproperty":
		return spelling{name: inner, list: true}
	}
	return spelling{name: name}
}

// KnownType gives the full name of a type that the shell knows by name, with
// or without its namespace or by its abbreviation: "int" is "System.Int32",
// "string[]" is "System.String[]", "Nullable[guid]" is "System.Guid".
func KnownType(name string) (string, bool) {
	s := spell(name)
	if s.list {
		return strings.TrimSpace(name), true
	}
	full, ok := knownElement(s.name)
	if s.array {
		full += "[]"
	}
	return full, ok
}

func knownElement(name string) (string, bool) {
	lower := strings.ToLower(name)
	if full, ok := shortNames[lower]; ok {
		return full, true
	}
	for _, space := range namespaces {
		for _, full := range fullNames {
			if len(full) == len(space)+len(lower) && strings.EqualFold(full, space+lower) {
				return full, true
			}
		}
	}
	return name, false
}

// TypeName is the full name of the value's type: "System.String". Nil has
// none.
func TypeName(v Value) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		return "System.Boolean"
	case int32:
		return "System.Int32"
	case int64:
		return "System.Int64"
	case float64:
		return "System.Double"
	case string:
		return "System.String"
	case Bytes:
		return "System.Byte[]"
	case GUID:
		return "System.Guid"
	case TypedText:
		return fullOr(v.Type, v.Type)
	case Enum:
		return fullOr(v.Type, v.Type)
	case Type:
		return "System.RuntimeType"
	case Secure:
		return "System.Security.SecureString"
	case *List:
		return fullOr(v.Type, "System.Object[]")
	case *Hash:
		return "System.Collections.Hashtable"
	case *ErrorRecord:
		return "System.Management.Automation.ErrorRecord"
	case *Object:
		if len(v.Types) == 0 {
			return customObject
		}
		return v.Types[0]
	case Block:
		return "System.Management.Automation.ScriptBlock"
	case time.Time:
		return "System.DateTime"
	case time.Duration:
		return "System.TimeSpan"
	}
	return "System.Object"
}

// customObject is the type of objects made from a hashtable or by
// Select-Object.
const customObject = "System.Management.Automation.PSCustomObject"

// fullOr is the full name when the type is known, else name, else otherwise.
func fullOr(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	full, _ := KnownType(name)
	return full
}

// typesOf are all the names the value's type goes by, most specific first.
func typesOf(v Value) []string {
	switch v := v.(type) {
	case *Object:
		types := v.Types
		if len(types) == 0 {
			types = []string{customObject}
		}
		return append(append([]string{}, types...), "System.Management.Automation.PSObject", "System.Object")
	case *List:
		types := []string{TypeName(v), "System.Collections.IList", "System.Collections.ICollection", "System.Collections.IEnumerable"}
		if v.fixed() {
			types = append(types, "System.Array")
		}
		return append(types, "System.Object")
	case Bytes:
		return []string{"System.Byte[]", "System.Array", "System.Collections.IEnumerable", "System.Object"}
	case *Hash:
		return []string{"System.Collections.Hashtable", "System.Collections.IDictionary", "System.Collections.IEnumerable", "System.Object"}
	case Enum:
		return []string{TypeName(v), "System.Enum", "System.ValueType", "System.Object"}
	case string:
		return []string{"System.String", "System.Object"}
	case Type:
		return []string{"System.RuntimeType", "System.Type", "System.Object"}
	case nil:
		return nil
	case TypedText, Secure, *ErrorRecord, Block:
		return []string{TypeName(v), "System.Object"}
	}
	return []string{TypeName(v), "System.ValueType", "System.Object"}
}

// fixed says whether the list is an array, which cannot grow.
func (l *List) fixed() bool { return l.Type == "" || strings.HasSuffix(l.Type, "[]") }

// isType is v -is [name].
func isType(v Value, name string) bool {
	want := fullOr(name, name)
	for _, t := range typesOf(v) {
		if strings.EqualFold(t, want) {
			return true
		}
		// Objects of the products answer to the last part of their name too.
		if _, ok := v.(*Object); ok && strings.EqualFold(t[strings.LastIndexByte(t, '.')+1:], name) {
			return true
		}
	}
	return false
}
