package object

import (
	"net"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// Properties are the value's own properties in the order its type has them,
// hidden ones too. For an Object they are its own slice: do not change it.
func Properties(v Value) []Property {
	switch v := v.(type) {
	case *Object:
		return v.Properties
	case string:
		return []Property{{Name: "Length", Value: int32(utf8.RuneCountInString(v))}}
	case time.Time:
		return dateProperties(v)
	case time.Duration:
		return spanProperties(v)
	case Bytes:
		return sizes(len(v))
	case *List:
		return sizes(len(v.Items))
	case *Hash:
		return []Property{
			{Name: "IsReadOnly", Value: false},
			{Name: "IsFixedSize", Value: false},
			{Name: "Keys", Value: &List{Items: append([]Value{}, v.Keys...)}},
			{Name: "Values", Value: &List{Items: append([]Value{}, v.Values...)}},
			{Name: "Count", Value: int32(len(v.Keys))},
		}
	case Type:
		return typeProperties(v)
	case TypedText:
		return textProperties(v)
	case Secure:
		return []Property{{Name: "Length", Value: int32(utf8.RuneCountInString(v.Secret))}}
	case *ErrorRecord:
		return errorProperties(v)
	}
	return nil
}

func sizes(n int) []Property {
	return []Property{
		{Name: "Count", Value: int32(n)},
		{Name: "Length", Value: int32(n)},
	}
}

func dateProperties(t time.Time) []Property {
	kind := "Local"
	if t.Location() == time.UTC {
		kind = "Utc"
	}
	midnight := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
	ticks := ticksOf(t)
	return []Property{
		{Name: "Date", Value: midnight},
		{Name: "Day", Value: int32(t.Day())},
		{Name: "DayOfWeek", Value: Enum{Type: "System.DayOfWeek", Name: t.Weekday().String()}},
		{Name: "DayOfYear", Value: int32(t.YearDay())},
		{Name: "Hour", Value: int32(t.Hour())},
		{Name: "Kind", Value: Enum{Type: "System.DateTimeKind", Name: kind}},
		{Name: "Millisecond", Value: int32(t.Nanosecond() / 1_000_000)},
		{Name: "Minute", Value: int32(t.Minute())},
		{Name: "Month", Value: int32(t.Month())},
		{Name: "Second", Value: int32(t.Second())},
		{Name: "Ticks", Value: ticks},
		{Name: "TimeOfDay", Value: time.Duration(ticks%(86400*ticksPerSecond)) * 100},
		{Name: "Year", Value: int32(t.Year())},
		{Name: "DateTime", Value: dateText(t, "dddd, MMMM d, yyyy h:mm:ss tt")},
	}
}

func spanProperties(d time.Duration) []Property {
	in := func(unit time.Duration) Value { return float64(d) / float64(unit) }
	return []Property{
		{Name: "Days", Value: int32(d / (24 * time.Hour))},
		{Name: "Hours", Value: int32(d / time.Hour % 24)},
		{Name: "Minutes", Value: int32(d / time.Minute % 60)},
		{Name: "Seconds", Value: int32(d / time.Second % 60)},
		{Name: "Milliseconds", Value: int32(d / time.Millisecond % 1000)},
		{Name: "Ticks", Value: int64(d / 100)},
		{Name: "TotalDays", Value: in(24 * time.Hour)},
		{Name: "TotalHours", Value: in(time.Hour)},
		{Name: "TotalMilliseconds", Value: in(time.Millisecond)},
		{Name: "TotalMinutes", Value: in(time.Minute)},
		{Name: "TotalSeconds", Value: in(time.Second)},
	}
}

func typeProperties(t Type) []Property {
	full := fullOr(t.Name, t.Name)
	dot := strings.LastIndexByte(full, '.')
	space := ""
	if dot > 0 {
		space = full[:dot]
	}
	return []Property{
		{Name: "IsPublic", Value: true},
		{Name: "IsArray", Value: strings.HasSuffix(full, "[]")},
		{Name: "Name", Value: full[dot+1:]},
		{Name: "FullName", Value: full},
		{Name: "Namespace", Value: space},
	}
}

// textProperties are the parts of texts whose type has some.
func textProperties(t TypedText) []Property {
	switch strings.ToLower(strings.TrimPrefix(fullOr(t.Type, t.Type), "System.")) {
	case "uri":
		return uriProperties(t.Value)
	case "smtpaddress", "microsoft.exchange.data.smtpaddress":
		local, domain, _ := strings.Cut(t.Value, "@")
		return []Property{
			{Name: "Length", Value: int32(utf8.RuneCountInString(t.Value))},
			{Name: "Local", Value: local},
			{Name: "Domain", Value: domain},
			{Name: "IsValidAddress", Value: local != "" && domain != ""},
		}
	case "adobjectid", "microsoft.exchange.data.directory.adobjectid":
		name := t.Value[strings.LastIndexByte(t.Value, '/')+1:]
		return []Property{{Name: "Name", Value: name}}
	}
	return nil
}

// uriProperties of a relative address are only those that need no base, as
// the others throw.
func uriProperties(s string) []Property {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Scheme == "" {
		return []Property{{Name: "OriginalString", Value: s}, {Name: "IsAbsoluteUri", Value: false}}
	}
	port, standard := uriPort(u)
	authority := strings.ToLower(u.Hostname())
	if strings.Contains(authority, ":") {
		authority = "[" + authority + "]"
	}
	host := authority
	if !standard && u.Port() != "" {
		authority += ":" + u.Port()
	}
	path := u.EscapedPath()
	if path == "" && u.Host != "" {
		path = "/"
	}
	query, fragment := u.RawQuery, u.EscapedFragment()
	if query != "" {
		query = "?" + query
	}
	if fragment != "" {
		fragment = "#" + fragment
	}
	absolute := u.Scheme + "://" + authority + path + query + fragment
	if u.Opaque != "" {
		path, absolute = u.Opaque, u.Scheme+":"+u.Opaque+query+fragment
	}
	return []Property{
		{Name: "AbsolutePath", Value: path},
		{Name: "AbsoluteUri", Value: absolute},
		{Name: "LocalPath", Value: u.Path},
		{Name: "Authority", Value: authority},
		{Name: "IsDefaultPort", Value: standard},
		{Name: "IsFile", Value: u.Scheme == "file"},
		{Name: "IsLoopback", Value: host == "localhost" || net.ParseIP(u.Hostname()).IsLoopback()},
		{Name: "PathAndQuery", Value: path + query},
		{Name: "Segments", Value: segments(path)},
		{Name: "Host", Value: host},
		{Name: "Port", Value: port},
		{Name: "Query", Value: query},
		{Name: "Fragment", Value: fragment},
		{Name: "Scheme", Value: u.Scheme},
		{Name: "OriginalString", Value: s},
		{Name: "DnsSafeHost", Value: strings.ToLower(u.Hostname())},
		{Name: "IsAbsoluteUri", Value: true},
		{Name: "UserInfo", Value: u.User.String()},
	}
}

// uriPort is the port and whether it is the scheme's own; -1 for a scheme
// without one.
func uriPort(u *url.URL) (port int32, standard bool) {
	own := map[string]int32{"http": 80, "https": 443, "ftp": 21, "ldap": 389}
	port, known := own[u.Scheme]
	if !known {
		port = -1
	}
	if u.Port() == "" {
		return port, true
	}
	if n, ok := readNumber(u.Port()); ok {
		i, _ := toInt(n)
		return int32(i), int32(i) == port
	}
	return port, true
}

// segments are the pieces of a path, each with the slash that ends it.
func segments(path string) *List {
	list := &List{Type: "String[]"}
	for _, s := range strings.SplitAfter(path, "/") {
		if s != "" {
			list.Items = append(list.Items, s)
		}
	}
	return list
}

func errorProperties(e *ErrorRecord) []Property {
	return []Property{
		{Name: "Exception", Value: exception(e)},
		{Name: "TargetObject", Value: emptyIsNil(e.TargetName)},
		{Name: "CategoryInfo", Value: categoryInfo(e)},
		{Name: "FullyQualifiedErrorId", Value: e.ID},
		{Name: "ErrorDetails", Value: nil},
		{Name: "InvocationInfo", Value: invocationInfo(e)},
		{Name: "ScriptStackTrace", Value: nil},
		{Name: "Code", Value: emptyIsNil(e.Code), Hidden: true},
		{Name: "Remedy", Value: emptyIsNil(e.Remedy), Hidden: true},
	}
}

func emptyIsNil(s string) Value {
	if s == "" {
		return nil
	}
	return s
}

// exception is what $_.Exception shows of an error; the chain below it is the
// product's own and stays out of sight.
func exception(e *ErrorRecord) *Object {
	reason := e.Reason
	if reason == "" {
		reason = "RuntimeException"
	}
	if !strings.Contains(reason, ".") {
		reason = "System.Management.Automation." + reason
	}
	return &Object{
		Types: []string{reason, "System.Exception", "System.Object"},
		Text:  reason + ": " + e.Message,
		Properties: []Property{
			{Name: "Message", Type: "String", Value: e.Message},
			{Name: "InnerException", Value: nil},
			{Name: "Source", Value: emptyIsNil(e.Command)},
		},
	}
}

func categoryInfo(e *ErrorRecord) *Object {
	return &Object{
		Types: []string{"System.Management.Automation.ErrorCategoryInfo"},
		Text:  e.Category + ": (" + e.TargetName + ":" + e.TargetType + ") [" + e.Command + "], " + e.Reason,
		Properties: []Property{
			{Name: "Category", Value: Enum{Type: "System.Management.Automation.ErrorCategory", Name: e.Category}},
			{Name: "Activity", Type: "String", Value: e.Command},
			{Name: "Reason", Type: "String", Value: e.Reason},
			{Name: "TargetName", Type: "String", Value: e.TargetName},
			{Name: "TargetType", Type: "String", Value: e.TargetType},
		},
	}
}

func invocationInfo(e *ErrorRecord) *Object {
	return &Object{
		Types: []string{"System.Management.Automation.InvocationInfo"},
		Properties: []Property{
			{Name: "MyCommand", Value: emptyIsNil(e.Command)},
			{Name: "ScriptLineNumber", Value: int32(e.Line)},
			{Name: "OffsetInLine", Value: int32(e.Column)},
			{Name: "ScriptName", Value: e.Script},
			{Name: "Line", Value: e.SourceLine},
		},
	}
}
