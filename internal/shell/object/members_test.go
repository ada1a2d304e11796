package object

import (
	"strings"
	"testing"
	"time"
)

func TestGet(t *testing.T) {
	when := time.Date(2019, 6, 25, 14, 53, 32, 500_000_000, time.UTC)
	lync := &Object{Types: []string{"A.B"}, Properties: []Property{{Name: "Name", Value: "Lync"}, {Name: "Ids", Value: list("a", "b")}, {Name: "Empty"}}}
	other := &Object{Properties: []Property{{Name: "name", Value: "Other"}, {Name: "Ids", Value: list("c")}}}
	uri := TypedText{"Uri", "https://User@Pool01.Domain.com:8443/metadata/json/1?a=b#c"}
	for _, c := range []struct {
		v    Value
		name string
		want Value
	}{
		{lync, "NAME", "Lync"},
		{lync, "Empty", nil},
		{lync, "Count", i(1)},
		{list(lync, other), "Name", list("Lync", "Other")},
		{list(lync, other), "Ids", list("a", "b", "c")},
		{list(lync), "Name", "Lync"},
		{list(lync, "text"), "Name", "Lync"},
		{list("ab", "c"), "Length", i(2)}, // the list's own
		{list(), "Count", i(0)},
		{list(list(lync), other), "Name", list("Lync", "Other")},
		{nil, "Count", i(0)},
		{i(5), "Count", i(1)},
		{i(5), "Length", i(1)},
		{"größe", "Length", i(5)},
		{Bytes{1, 2}, "Length", i(2)},
		{hash("a", i(1), "Count", i(9)), "A", i(1)},
		{hash("a", i(1), "Count", i(9)), "Count", i(9)},
		{hash("a", i(1)), "Count", i(1)},
		{hash("a", i(1), "b", i(2)), "Keys", list("a", "b")},
		{hash("a", i(1), "b", i(2)), "Values", list(i(1), i(2))},
		{when, "Year", i(2019)},
		{when, "DayOfWeek", Enum{"System.DayOfWeek", "Tuesday"}},
		{when, "DayOfYear", i(176)},
		{when, "Kind", Enum{"System.DateTimeKind", "Utc"}},
		{when, "Date", day("2019-06-25")},
		{when, "TimeOfDay", 14*time.Hour + 53*time.Minute + 32*time.Second + 500*time.Millisecond},
		{when, "Millisecond", i(500)},
		{when, "Ticks", int64(636970712125000000)},
		{when, "DateTime", "Tuesday, June 25, 2019 2:53:32 PM"},
		{time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), "Ticks", int64(0)},
		{26*time.Hour + 30*time.Minute, "Days", i(1)},
		{26*time.Hour + 30*time.Minute, "Hours", i(2)},
		{26*time.Hour + 30*time.Minute, "TotalHours", 26.5},
		{-90 * time.Second, "Minutes", i(-1)},
		{-90 * time.Second, "Seconds", i(-30)},
		{uri, "Host", "pool01.domain.com"},
		{uri, "Port", i(8443)},
		{uri, "Authority", "pool01.domain.com:8443"},
		{uri, "PathAndQuery", "/metadata/json/1?a=b"},
		{uri, "Fragment", "#c"},
		{uri, "Scheme", "https"},
		{uri, "UserInfo", "User"},
		{uri, "Segments", typed("String[]", "/", "metadata/", "json/", "1")},
		{TypedText{"Uri", "https://a"}, "AbsoluteUri", "https://a/"},
		{TypedText{"Uri", "https://a:443/"}, "Authority", "a"},
		{TypedText{"Uri", "https://[::1]:444/"}, "Authority", "[::1]:444"},
		{TypedText{"Uri", "https://localhost/"}, "IsLoopback", true},
		{TypedText{"Uri", "a/b"}, "IsAbsoluteUri", false},
		{TypedText{"SmtpAddress", "jeff@jdskype.net"}, "Domain", "jdskype.net"},
		{TypedText{"ADObjectId", "litware.test/Users/Jeff"}, "Name", "Jeff"},
		{Type{"int"}, "Name", "Int32"},
		{Type{"int"}, "FullName", "System.Int32"},
		{Secure{"abc"}, "Length", i(3)},
		{&ErrorRecord{Message: "no", ID: "X,Y"}, "FullyQualifiedErrorId", "X,Y"},
	} {
		got, ok := Get(c.v, c.name)
		if !ok {
			t.Errorf("%#v has no %s", c.v, c.name)
			continue
		}
		same(t, Text(c.v)+"."+c.name, got, c.want)
	}
	for _, v := range []Value{nil, i(1), "a", lync, list(lync), list(), hash(), uri} {
		if got, ok := Get(v, "Nonsense"); ok {
			t.Errorf("%#v has Nonsense: %v", v, got)
		}
	}
	record := &ErrorRecord{Message: "no", Reason: "ParameterBindingException", Category: "WriteError", Command: "New-X"}
	exception, _ := Get(record, "Exception")
	if message, _ := Get(exception, "Message"); message != "no" || TypeName(exception) != "System.Management.Automation.ParameterBindingException" {
		t.Errorf("exception is %v", exception)
	}
	if info, _ := Get(record, "CategoryInfo"); Text(info) != "WriteError: (:) [New-X], ParameterBindingException" {
		t.Errorf("category is %v", Text(info))
	}
	if _, ok := Lookup(lync, "Count"); ok {
		t.Error("Lookup makes up Count")
	}
	names, _ := Get(mustGet(t, mustGet(t, lync, "PSObject"), "Properties"), "Name")
	same(t, "PSObject", names, list("Name", "Ids", "Empty"))
}

func mustGet(t *testing.T, v Value, name string) Value {
	t.Helper()
	got, ok := Get(v, name)
	if !ok {
		t.Fatalf("no %s", name)
	}
	return got
}

func TestSet(t *testing.T) {
	o := &Object{Properties: []Property{
		{Name: "Enabled", Type: "Boolean", Value: true},
		{Name: "Port", Type: "Int32", Value: i(1)},
		{Name: "Names", Type: "MultiValuedProperty<String>", Value: typed("MultiValuedProperty<String>", "a")},
		{Name: "Any"},
	}}
	for _, c := range []struct {
		name  string
		value Value
		want  Value
	}{
		{"enabled", i(0), false},
		{"Port", "5199", i(5199)},
		{"Names", "b", typed("MultiValuedProperty<String>", "b")},
		{"Names", list("c", "d"), typed("MultiValuedProperty<String>", "c", "d")},
		{"Any", "x", "x"},
		{"Port", nil, nil},
	} {
		if err := Set(o, c.name, c.value); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		same(t, c.name, mustGet(t, o, c.name), c.want)
	}
	h := hash()
	if err := Set(h, "a", i(1)); err != nil || h.Values[0] != i(1) {
		t.Errorf("hashtable: %v", err)
	}
	const missing = "The property 'x' cannot be found on this object. Verify that the property exists and can be set."
	wantError(t, "object", Set(o, "x", nil), "PropertyNotFound", missing)
	wantError(t, "null", Set(nil, "x", nil), "PropertyNotFound", missing)
	wantError(t, "list", Set(list(o), "x", nil), "PropertyNotFound", missing)
	wantError(t, "text", Set("abc", "Length", i(1)), "PropertyAssignmentException", "'Length' is a ReadOnly property.")
	wantError(t, "port", Set(o, "port", "x"), "ExceptionWhenSetting",
		`Exception setting "Port": "Cannot convert value "x" to type "System.Int32". Error: "Input string was not in a correct format.""`)
}

func TestIndex(t *testing.T) {
	l := list("a", "b", "c")
	for _, c := range []struct{ v, index, want Value }{
		{l, i(0), "a"}, {l, i(-1), "c"}, {l, i(3), nil}, {l, i(-4), nil}, {l, "1", "b"}, {l, 1.5, "c"},
		{l, list(i(0), i(2), i(9)), list("a", "c")},
		{Bytes{7, 8}, i(1), i(8)}, {"größe", i(2), "ö"}, {"abc", i(-1), "c"},
		{hash("a", i(1)), "A", i(1)}, {hash("a", i(1)), "b", nil}, {hash(i(1), "x"), i(1), "x"}, {hash(i(1), "x"), "1", nil},
		{hash("a", i(1), "b", i(2)), list("a", "b"), list(i(1), i(2))},
		{i(5), i(0), i(5)}, {i(5), i(-1), i(5)}, {&Object{Properties: []Property{{Name: "P", Value: i(1)}}}, "p", i(1)},
	} {
		got, err := Index(c.v, c.index)
		if err != nil {
			t.Errorf("%v[%v]: %v", c.v, c.index, err)
		}
		same(t, Text(c.v)+"["+Text(c.index)+"]", got, c.want)
	}
	if got, err := Index(i(5), i(1)); got != nil || err != nil {
		t.Errorf("5[1] = %v, %v", got, err)
	}
	_, err := Index(nil, i(0))
	wantError(t, "null", err, "NullArray", "Cannot index into a null array.")
	_, err = Index(l, nil)
	wantError(t, "by null", err, "NullArrayIndex", "Index operation failed; the array index evaluated to null.")
	_, err = Index(i(5), "x")
	wantError(t, "number", err, "CannotIndex", "Unable to index into an object of type System.Int32.")
	_, err = Index(l, "x")
	wantError(t, "list by text", err, "InvalidCastFromStringToInteger", `Cannot convert value "x" to type "System.Int32". Error: "Input string was not in a correct format."`)
	if err := SetIndex(l, i(-1), "z"); err != nil || l.Items[2] != "z" {
		t.Errorf("assignment: %v", err)
	}
	wantError(t, "beyond", SetIndex(l, i(3), "x"), "System.IndexOutOfRangeException", "Index was outside the bounds of the array.")
	wantError(t, "text", SetIndex("abc", i(0), "x"), "CannotIndex", "Unable to index into an object of type System.String.")
}

func TestCall(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	rt := Runtime{Zone: berlin}
	when := time.Date(2020, 1, 31, 10, 0, 0, 0, time.UTC)
	args := func(vs ...Value) []Value { return vs }
	for _, c := range []struct {
		v      Value
		method string
		args   []Value
		want   Value
	}{
		{"aBc", "ToUpper", nil, "ABC"},
		{"aBc", "tolower", nil, "abc"},
		{" a ", "Trim", nil, "a"},
		{"\u00a0a\u200b", "Trim", nil, "a"},
		{"xxaxx", "Trim", args("x"), "a"},
		{"xyaxy", "TrimStart", args("yx"), "axy"},
		{"a//", "TrimEnd", args("/"), "a"},
		{"aaa", "Replace", args("a", "b"), "bbb"},
		{"aAa", "Replace", args("A", ""), "aa"},
		{"a,b,,c", "Split", args(","), typed("String[]", "a", "b", "", "c")},
		{"a,b;c", "Split", args(",;"), typed("String[]", "a", "b", "c")}, // a text is a set of characters in 5.1
		{"a,b,,c", "Split", args(",", Enum{"StringSplitOptions", "RemoveEmptyEntries"}), typed("String[]", "a", "b", "c")},
		{"a b\tc", "Split", nil, typed("String[]", "a", "b", "c")},
		{"a,b,c", "Split", args(",", i(2)), typed("String[]", "a", "b,c")},
		{"a--b-c", "Split", args(list("--"), "None"), typed("String[]", "a", "b-c")},
		{"日本語", "Split", args("本"), typed("String[]", "日", "語")},
		{"abc", "StartsWith", args("ab"), true},
		{"abc", "StartsWith", args("AB"), false},
		{"abc", "StartsWith", args("AB", "OrdinalIgnoreCase"), true},
		{"abc", "EndsWith", args("BC", Enum{"StringComparison", "CurrentCultureIgnoreCase"}), true},
		{"abc", "Contains", args("B"), false},
		{"größe", "IndexOf", args("ß"), i(3)},
		{"abcabc", "IndexOf", args("b", i(2)), i(4)},
		{"abc", "IndexOf", args("B", "OrdinalIgnoreCase"), i(1)},
		{"abc", "IndexOf", args("x"), i(-1)},
		{"abcabc", "LastIndexOf", args("b"), i(4)},
		{"größe", "Substring", args(i(2)), "öße"},
		{"größe", "Substring", args(i(2), "2"), "öß"},
		{"abc", "Remove", args(i(1)), "a"},
		{"abc", "Insert", args(i(1), "-"), "a-bc"},
		{"7", "PadLeft", args(i(3), "0"), "007"},
		{"ß", "PadRight", args(i(3)), "ß  "},
		{"abc", "ToString", nil, "abc"},
		{"abc", "Equals", args("ABC"), false},
		{"abc", "Equals", args("ABC", "OrdinalIgnoreCase"), true},
		{"a", "CompareTo", args("b"), i(-1)},
		{"ab", "ToCharArray", nil, typed("Char[]", "a", "b")},
		{"abc", "GetType", nil, Type{"System.String"}},
		{i(255), "ToString", args("X4"), "00FF"},
		{1234.5, "ToString", args("N1"), "1,234.5"},
		{i(5), "ToString", nil, "5"},
		{i(5), "Equals", args(i(5)), true},
		{i(5), "Equals", args("5"), false},
		{true, "ToString", nil, "True"},
		{GUID{1}, "ToString", args("N"), "01000000000000000000000000000000"},
		{GUID{3: 1}, "ToByteArray", nil, Bytes{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
		{when, "AddDays", args(i(1)), when.AddDate(0, 0, 1)},
		{when, "AddDays", args(-0.5), when.Add(-12 * time.Hour)},
		{when, "AddHours", args(i(49)), when.Add(49 * time.Hour)},
		{when, "AddMinutes", args("1.5"), when.Add(90 * time.Second)},
		{when, "AddMonths", args(i(1)), time.Date(2020, 2, 29, 10, 0, 0, 0, time.UTC)},
		{when, "AddMonths", args(i(-2)), time.Date(2019, 11, 30, 10, 0, 0, 0, time.UTC)},
		{when, "AddYears", args(i(1)), time.Date(2021, 1, 31, 10, 0, 0, 0, time.UTC)},
		{when, "Add", args(time.Hour), when.Add(time.Hour)},
		{when, "Subtract", args(when.Add(-time.Hour)), time.Hour},
		{when, "Subtract", args("01:00"), when.Add(-time.Hour)},
		{when, "ToString", args("yyyy-MM-dd"), "2020-01-31"},
		{when, "ToString", nil, "1/31/2020 10:00:00 AM"},
		{when, "ToShortDateString", nil, "1/31/2020"},
		{when, "ToLongTimeString", nil, "10:00:00 AM"},
		{when, "ToFileTimeUtc", nil, int64(132249384000000000)},
		{time.Hour, "Negate", nil, -time.Hour},
		{time.Hour, "Add", args("00:30"), 90 * time.Minute},
		{time.Hour, "ToString", args(`hh\:mm`), "01:00"},
		{list("a", "b"), "Contains", args("b"), true},
		{list("a", "b"), "Contains", args("B"), false},
		{list("a", "b"), "IndexOf", args("b"), i(1)},
		{list("a", "b"), "ToUpper", nil, list("A", "B")},
		{list("a"), "ToUpper", nil, "A"},
		{list("a", "b"), "GetType", nil, Type{"System.Object[]"}},
		{list("a", "b"), "ToString", nil, "System.Object[]"},
		{hash("a", i(1)), "ContainsKey", args("A"), true},
		{hash("a", i(1)), "ContainsValue", args(i(1)), true},
		{Type{"int"}, "ToString", nil, "System.Int32"},
		{TypedText{"Uri", "https://a/"}, "ToString", nil, "https://a/"},
		{Enum{"System.DayOfWeek", "Friday"}, "ToString", nil, "Friday"},
	} {
		got, err := Call(rt, c.v, c.method, c.args)
		if err != nil {
			t.Errorf("%v.%s: %v", c.v, c.method, err)
			continue
		}
		same(t, Text(c.v)+"."+c.method, got, c.want)
	}
	local, err := Call(rt, when, "ToLocalTime", nil)
	if at, ok := local.(time.Time); err != nil || !ok || at.Location() != berlin || at.Hour() != 11 {
		t.Errorf("local time is %v, %v", local, err)
	}
	// A day is a day over the change of the clocks.
	spring := time.Date(2026, 3, 28, 12, 0, 0, 0, berlin)
	next, err := Call(rt, spring, "AddDays", args(i(1)))
	if at, ok := next.(time.Time); err != nil || !ok || at.Hour() != 12 {
		t.Errorf("a day later is %v, %v", next, err)
	}
}

func TestCallErrors(t *testing.T) {
	for _, c := range []struct {
		v           Value
		method      string
		args        []Value
		id, message string
	}{
		{nil, "Trim", nil, "InvokeMethodOnNull", "You cannot call a method on a null-valued expression."},
		{"a", "Frob", nil, "MethodNotFound", "Method invocation failed because [System.String] does not contain a method named 'Frob'."},
		{list(), "Frob", nil, "MethodNotFound", "Method invocation failed because [System.Object[]] does not contain a method named 'Frob'."},
		{list(i(1)), "Frob", nil, "MethodNotFound", "Method invocation failed because [System.Int32] does not contain a method named 'Frob'."},
		{"a", "Substring", nil, "MethodCountCouldNotFindBest", `Cannot find an overload for "Substring" and the argument count: "0".`},
		{"a", "Substring", []Value{i(5)}, "ArgumentOutOfRangeException", "Exception calling \"Substring\" with \"1\" argument(s): \"startIndex cannot be larger than length of string.\nParameter name: startIndex\""},
		{"abc", "Substring", []Value{i(1), i(9)}, "ArgumentOutOfRangeException", "Exception calling \"Substring\" with \"2\" argument(s): \"Index and length must refer to a location within the string.\nParameter name: length\""},
		{"a", "Replace", []Value{"", "b"}, "ArgumentException", "Exception calling \"Replace\" with \"2\" argument(s): \"String cannot be of zero length.\nParameter name: oldValue\""},
		{list("a"), "Add", []Value{"b"}, "NotSupportedException", `Exception calling "Add" with "1" argument(s): "Collection was of a fixed size."`},
		{hash("a", i(1)), "Add", []Value{"a", i(2)}, "ArgumentException", `Exception calling "Add" with "2" argument(s): "Item has already been added. Key in dictionary: 'a'  Key being added: 'a'"`},
		{day("2020-01-01"), "ToString", []Value{"q"}, "FormatException", `Exception calling "ToString" with "1" argument(s): "Input string was not in a correct format."`},
		{day("2020-01-01"), "AddYears", []Value{i(9000)}, "ArgumentOutOfRangeException", "Exception calling \"AddYears\" with \"1\" argument(s): \"The added or subtracted value results in an un-representable DateTime.\nParameter name: value\""},
		{day("2020-01-01"), "AddDays", []Value{1e300}, "ArgumentOutOfRangeException", "Exception calling \"AddDays\" with \"1\" argument(s): \"Value to add was out of range.\nParameter name: value\""},
		{"7", "PadLeft", []Value{i(1 << 30)}, "LimitExceeded", "The text is larger than this shell allows."},
		{strings.Repeat("a", 1<<20), "Replace", []Value{"a", strings.Repeat("b", 100)}, "LimitExceeded", "The text is larger than this shell allows."},
	} {
		_, err := Call(Runtime{}, c.v, c.method, c.args)
		wantError(t, c.method, err, c.id, c.message)
	}
}

// Lists and hashtables have identity: methods change what everybody sees.
func TestCollectionsChangeInPlace(t *testing.T) {
	names := typed("MultiValuedProperty", "a")
	o := &Object{Properties: []Property{{Name: "Names", Value: names}}}
	call := func(v Value, method string, args ...Value) Value {
		t.Helper()
		got, err := Call(Runtime{}, v, method, args)
		if err != nil {
			t.Fatalf("%s: %v", method, err)
		}
		return got
	}
	same(t, "Add", call(mustGet(t, o, "Names"), "Add", "b"), nil)
	same(t, "the object's list", mustGet(t, o, "Names"), typed("MultiValuedProperty", "a", "b"))
	same(t, "Remove", call(names, "Remove", "a"), true)
	call(names, "Insert", i(0), "z")
	call(names, "AddRange", list("x", "y"))
	call(names, "RemoveAt", i(1))
	same(t, "after changes", names, typed("MultiValuedProperty", "z", "x", "y"))
	call(names, "Clear")
	same(t, "Clear", names, &List{Type: "MultiValuedProperty"})
	array := &List{Type: "ArrayList"}
	same(t, "ArrayList.Add", call(array, "Add", "a"), i(0))
	same(t, "ArrayList.Add", call(array, "Add", "b"), i(1))
	numbers, err := New("System.Collections.Generic.List[int]", nil)
	if err != nil {
		t.Fatal(err)
	}
	call(numbers, "Add", "5")
	same(t, "List[int]", Items(numbers), []Value{i(5)})
	h := hash("a", i(1))
	call(h, "Add", "b", i(2))
	call(h, "Remove", "A")
	same(t, "hashtable", h, hash("b", i(2)))
	entries, _ := Get(call(h, "GetEnumerator"), "Key")
	same(t, "entries", entries, "b")
	copied, _ := Clone(o).(*Object)
	call(mustGet(t, copied, "Names"), "Add", "only here")
	if len(names.Items) != 0 {
		t.Error("a clone shares its list")
	}
}

func TestMethodsAreSortedAndComplete(t *testing.T) {
	methods := Methods("text")
	found := map[string]bool{}
	for n, m := range methods {
		found[m.Name] = true
		if n > 0 && strings.ToLower(methods[n-1].Name) > strings.ToLower(m.Name) {
			t.Errorf("%s comes after %s", m.Name, methods[n-1].Name)
		}
		if m.Definition == "" {
			t.Errorf("%s has no definition", m.Name)
		}
	}
	for _, name := range []string{"Trim", "Split", "GetType", "CompareTo"} {
		if !found[name] {
			t.Errorf("%s is missing", name)
		}
	}
}
