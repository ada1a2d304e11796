package object

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func list(items ...Value) *List         { return &List{Items: items} }
func typed(t string, s ...string) *List { l := texts(s); l.Type = t; return l }

func hash(pairs ...Value) *Hash {
	h := &Hash{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

// day is a date in UTC.
func day(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", (s + " 00:00:00")[:19])
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func i(n int) Value { return int32(n) }

// same compares values; an empty list is the same with and without memory.
func same(t *testing.T, what string, got, want Value) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func wantError(t *testing.T, what string, err error, id, message string) {
	t.Helper()
	e, ok := err.(*Error)
	if !ok {
		t.Errorf("%s: error is %v, want ID %s", what, err, id)
		return
	}
	if e.ID != id || e.Message != message {
		t.Errorf("%s: error is\n%s: %s\nwant\n%s: %s", what, e.ID, e.Message, id, message)
	}
}

func TestOperate(t *testing.T) {
	for _, c := range []struct {
		a    Value
		op   string
		b    Value
		want Value
	}{
		// Whole numbers; an Int32 overflows to a double.
		{i(1), "+", i(2), i(3)},
		{i(7), "-", i(9), i(-2)},
		{i(6), "*", i(7), i(42)},
		{i(math.MaxInt32), "+", i(1), 2147483648.0},
		{i(math.MinInt32), "-", i(1), -2147483649.0},
		{i(65536), "*", i(65536), 4294967296.0},
		{int64(2147483648), "+", i(1), int64(2147483649)},
		{int64(math.MaxInt64), "+", i(1), 9223372036854775808.0},
		{int64(math.MinInt64), "-", i(1), -9223372036854775809.0},
		{int64(math.MaxInt64), "*", int64(2), 18446744073709551614.0},
		{i(6), "/", i(3), i(2)},
		{i(7), "/", i(2), 3.5},
		{i(1), "/", i(3), 1.0 / 3},
		{i(7), "%", i(3), i(1)},
		{i(-7), "%", i(3), i(-1)},
		{i(math.MinInt32), "/", i(-1), 2147483648.0},
		{int64(math.MinInt64), "%", i(-1), int64(0)},
		{1.0, "/", i(0), math.Inf(1)},
		{5.5, "%", i(2), 1.5},
		{0.1, "+", 0.2, 0.30000000000000004},
		// The left side decides.
		{i(1), "+", "2", i(3)},
		{i(1), "+", "2.5", 3.5},
		{i(1), "+", "0x10", i(17)},
		{"1", "+", i(2), "12"},
		{"a", "+", nil, "a"},
		{nil, "+", "a", "a"},
		{nil, "+", i(5), i(5)},
		{nil, "-", i(5), i(-5)},
		{nil, "*", i(5), nil},
		{i(5), "+", nil, i(5)},
		{"7", "-", "2", i(5)},
		{true, "+", true, i(2)},
		{i(1), "+", false, i(1)},
		{"a", "+", list(i(1), i(2)), "a1 2"},
		{"at ", "+", day("2018-09-01"), "at 09/01/2018 00:00:00"},
		{"ab", "*", i(3), "ababab"},
		{"ab", "*", i(0), ""},
		{"-", "*", "3", "---"},
		{list(i(1), "b"), "*", i(2), list(i(1), "b", i(1), "b")},
		{list(i(1)), "+", i(2), list(i(1), i(2))},
		{list(i(1)), "+", list(i(2), i(3)), list(i(1), i(2), i(3))},
		{list(i(1)), "+", nil, list(i(1), nil)},
		{Bytes{1, 2}, "+", Bytes{3}, list(i(1), i(2), i(3))},
		{hash("a", i(1)), "+", hash("b", i(2)), hash("a", i(1), "b", i(2))},
		// Dates.
		{day("2018-09-02"), "-", day("2018-09-01"), 24 * time.Hour},
		{day("2018-09-01"), "+", 36 * time.Hour, day("2018-09-02 12:00:00")},
		{day("2018-09-01"), "+", "1.00:00:00", day("2018-09-02")},
		{day("2018-09-01"), "-", time.Hour, day("2018-08-31 23:00:00")},
		{time.Hour, "+", time.Minute, 61 * time.Minute},
		{time.Hour, "-", "00:30", 30 * time.Minute},
		// Ranges.
		{i(1), "..", i(4), list(i(1), i(2), i(3), i(4))},
		{i(3), "..", i(1), list(i(3), i(2), i(1))},
		{i(-1), "..", "1", list(i(-1), i(0), i(1))},
		{2.5, "..", i(3), list(i(2), i(3))},
		// Bits.
		{i(6), "-band", i(3), i(2)},
		{i(6), "-bor", i(1), i(7)},
		{i(6), "-bxor", "3", i(5)},
		{i(1), "-shl", i(4), i(16)},
		{i(-8), "-shr", i(1), i(-4)},
		{int64(1), "-shl", i(40), int64(1 << 40)},
		// Text.
		{list("a", i(1), nil), "-join", ",", "a,1,"},
		{"abc", "-join", ",", "abc"},
		{nil, "-join", ",", ""},
		{"{0}-{1:D3}", "-f", list("a", i(7)), "a-007"},
		{"{0}", "-f", "x", "x"},
		{"a1b22c", "-split", `\d+`, typed("String[]", "a", "b", "c")},
		{"a,b,c", "-split", list(",", i(2)), typed("String[]", "a", "b,c")},
		{"a.b", "-split", list(".", i(0), "SimpleMatch"), typed("String[]", "a", "b")},
		{"a-b", "-split", "(-)", typed("String[]", "a", "-", "b")},
		{"aXbxc", "-split", "x", typed("String[]", "a", "b", "c")},
		{"aXbxc", "-csplit", "x", typed("String[]", "aXb", "c")},
		{"abc", "-split", "", typed("String[]", "", "a", "b", "c", "")},
		{list("a b", "c d"), "-split", " ", typed("String[]", "a", "b", "c", "d")},
		{"Hello", "-replace", "L", "Heo"},
		{"Hello", "-creplace", "L", "Hello"},
		{"Hello", "-replace", list("l+", "[$0]"), "He[ll]o"},
		{"john doe", "-replace", list(`(\w+) (\w+)`, "$2, $1"), "doe, john"},
		{"john doe", "-replace", list(`(?<first>\w+) (?<last>\w+)`, "${last} ${first}"), "doe john"},
		{"ab", "-replace", list("(?<x>a)(b)", "$1$2"), "ba"}, // groups with names are numbered last
		{"a", "-replace", list("a", "$$$1$z"), "$$1$z"},
		{"xay", "-replace", list("a", "<$`|$&|$'|$_>"), "x<x|a|y|xay>y"},
		{list("aa", "ba"), "-replace", list("^a", "-"), list("-a", "ba")},
		{nil, "-replace", "a", ""},
		// Membership.
		{list("a", "b"), "-contains", "B", true},
		{list("a", "b"), "-ccontains", "B", false},
		{list(i(1), i(2)), "-contains", "2", true},
		{list(i(1), i(2)), "-notcontains", i(3), true},
		{"a", "-in", list("A"), true},
		{"a", "-cin", list("A"), false},
		{"a", "-notin", list("b"), true},
		{"a", "-contains", "a", true},
		{nil, "-contains", nil, true},
		// Types.
		{i(1), "-is", Type{"int"}, true},
		{i(1), "-is", Type{"System.ValueType"}, true},
		{"a", "-is", Type{"string"}, true},
		{"a", "-isnot", Type{"int"}, true},
		{list(), "-is", Type{"array"}, true},
		{hash(), "-is", Type{"hashtable"}, true},
		{nil, "-is", Type{"string"}, false},
		{"a", "-is", "System.String", true},
		{&Object{}, "-is", Type{"pscustomobject"}, true},
		{&Object{Types: []string{"A.B.PartnerApplication"}}, "-is", Type{"PartnerApplication"}, true},
		{"5", "-as", Type{"int"}, i(5)},
		{"x", "-as", Type{"int"}, nil},
		{"9/1/2018", "-as", "datetime", time.Date(2018, 9, 1, 0, 0, 0, 0, time.Local)},
	} {
		got, err := Operate(c.op, c.a, c.b)
		if err != nil {
			t.Errorf("%#v %s %#v: %v", c.a, c.op, c.b, err)
			continue
		}
		same(t, Text(c.a)+" "+c.op+" "+Text(c.b), got, c.want)
	}
}

func TestComparisons(t *testing.T) {
	berlin := time.FixedZone("", 2*3600)
	for _, c := range []struct {
		a    Value
		op   string
		b    Value
		want Value
	}{
		{"abc", "-eq", "ABC", true},
		{"abc", "-ieq", "ABC", true},
		{"abc", "-ceq", "ABC", false},
		{"abc", "-ne", "ABC", false},
		{"abc", "-cne", "ABC", true},
		{"straße", "-eq", "STRASSE", false},
		{"ÄÖ", "-eq", "äö", true},
		{"é", "-eq", "e", false},
		{"a", "-lt", "B", true},
		{"a", "-clt", "A", true}, // the culture puts small letters first
		{"B", "-gt", "a", true},
		{"a_", "-lt", "a1", true}, // signs, digits, letters
		{"a1", "-lt", "aa", true},
		{"é", "-lt", "f", true},
		{"é", "-gt", "e", true},
		{"10", "-lt", "9", true},
		{"10", "-lt", i(9), true}, // as texts
		{i(10), "-lt", "9", false},
		{i(9), "-lt", "10", true},
		{i(5), "-eq", "5", true},
		{i(5), "-eq", "5.0", true},
		{i(5), "-lt", "5.5", true},
		{i(5), "-eq", "abc", false},
		{i(5), "-ne", "abc", true},
		{i(5), "-eq", 5.0, true},
		{int64(5), "-ge", i(5), true},
		{true, "-eq", "False", true}, // any text but the empty one is true
		{true, "-eq", i(1), true},
		{false, "-eq", "", true},
		{i(1), "-eq", true, true},
		{"True", "-eq", true, true},
		{nil, "-eq", nil, true},
		{nil, "-eq", "", false},
		{"", "-eq", nil, false},
		{i(0), "-eq", nil, false},
		{nil, "-ne", i(0), true},
		{nil, "-lt", i(5), true},
		{nil, "-lt", i(-5), false},
		{i(5), "-gt", nil, true},
		{nil, "-le", nil, true},
		// The line of the articles: Where-Object {$_.NotAfter -lt "9/1/2018"}.
		{day("2018-08-31"), "-lt", "9/1/2018", true},
		{day("2018-09-01"), "-lt", "9/1/2018", false},
		{day("2018-09-01"), "-eq", "2018-09-01", true},
		{day("2018-09-01"), "-eq", "no date", false},
		{time.Date(2018, 9, 1, 0, 0, 0, 0, berlin), "-eq", "9/1/2018", true}, // in the date's own zone
		{time.Date(2018, 9, 1, 2, 0, 0, 0, berlin), "-eq", day("2018-09-01"), true},
		{time.Hour, "-gt", "00:30:00", true},
		{GUID{1}, "-eq", "01000000-0000-0000-0000-000000000000", true},
		{"01000000-0000-0000-0000-000000000000", "-eq", GUID{1}, true},
		{GUID{1}, "-eq", "x", false},
		{Enum{"Level", "Full"}, "-eq", "full", true},
		{"FULL", "-eq", Enum{"Level", "Full"}, true},
		{TypedText{"Uri", "https://A/"}, "-eq", "https://a/", true},
		{TypedText{"SmtpAddress", "a@b"}, "-like", "*@B", true},
		{Type{"int"}, "-eq", Type{"System.Int32"}, true},
		{&Object{Text: "Lync"}, "-eq", "lync", true},
		{&Object{}, "-eq", &Object{}, false},
		{Secure{"a"}, "-eq", Secure{"a"}, false},
		{Secure{"a"}, "-eq", "a", false},
		// Lists are filtered.
		{list(i(1), i(2), i(3)), "-gt", i(1), list(i(2), i(3))},
		{list("a", "b", "A"), "-eq", "a", list("a", "A")},
		{list("a", nil), "-ne", nil, list("a")},
		{list(), "-eq", i(1), list()},
		{list("UserServer:a", "Registrar:b"), "-like", "*userserver*", list("UserServer:a")},
		{list("UserServer:a", "Registrar:b"), "-notlike", "*userserver*", list("Registrar:b")},
		{list("ab", "cd"), "-match", "^A", list("ab")},
		{list("ab", "cd"), "-notmatch", "^A", list("cd")},
		{list("ab"), "-cmatch", "^A", list()},
		{Bytes{48, 130}, "-gt", i(100), list(i(130))},
		{"Lync Server", "-like", "lync*", true},
		{"Lync Server", "-clike", "lync*", false},
		{i(5199), "-like", "51??", true},
		{nil, "-like", "*", true},
		{"abc", "-match", "B", true},
		{"abc", "-cmatch", "B", false},
		{"abc", "-notmatch", "z", true},
	} {
		got, err := Operate(c.op, c.a, c.b)
		if err != nil {
			t.Errorf("%#v %s %#v: %v", c.a, c.op, c.b, err)
			continue
		}
		same(t, Text(c.a)+" "+c.op+" "+Text(c.b), got, c.want)
	}
}

func TestOperatorErrors(t *testing.T) {
	for _, c := range []struct {
		a           Value
		op          string
		b           Value
		id, message string
	}{
		{i(1), "/", i(0), "RuntimeException", "Attempted to divide by zero."},
		{i(1), "%", nil, "RuntimeException", "Attempted to divide by zero."},
		{i(1), "+", "x", "InvalidCastFromStringToInteger", `Cannot convert value "x" to type "System.Int32". Error: "Input string was not in a correct format."`},
		{"x", "-", i(1), "InvalidCastFromStringToInteger", `Cannot convert value "x" to type "System.Int32". Error: "Input string was not in a correct format."`},
		{i(1), "+", day("2018-01-01"), "MethodNotFound", `Method invocation failed because [System.Int32] does not contain a method named 'op_Addition'.`},
		{list(i(1)), "-", i(1), "MethodNotFound", `Method invocation failed because [System.Object[]] does not contain a method named 'op_Subtraction'.`},
		{&Object{}, "*", i(1), "MethodNotFound", `Method invocation failed because [System.Management.Automation.PSCustomObject] does not contain a method named 'op_Multiply'.`},
		{day("2018-01-01"), "/", i(1), "MethodNotFound", `Method invocation failed because [System.DateTime] does not contain a method named 'op_Division'.`},
		{day("2018-01-01"), "-", "1/1/2017", "MethodCountCouldNotFindBest", `Multiple ambiguous overloads found for "op_Subtraction" and the argument count: "2".`},
		{hash(), "+", i(1), "AddHashTableToNonHashTable", "A hash table can only be added to another hash table."},
		{hash("a", i(1)), "+", hash("A", i(1)), "System.ArgumentException", "Item has already been added. Key in dictionary: 'A'  Key being added: 'A'"},
		{"a", "*", i(-1), "System.ArgumentOutOfRangeException", "Specified argument was out of the range of valid values.\nParameter name: times"},
		{hash(), "-lt", i(1), "NotIcomparable", `Cannot compare "System.Collections.Hashtable" because it is not IComparable.`},
		{day("2018-01-01"), "-lt", "soon", "ComparisonFailure", `Could not compare "01/01/2018 00:00:00" to "soon". Error: "Cannot convert value "soon" to type "System.DateTime". Error: "The string was not recognized as a valid DateTime. There is an unknown word starting at index 0.""`},
		{"a", "-match", "(", "InvalidRegularExpression", "The regular expression pattern ( is not valid."},
		{"a", "-match", "(?=a)", "RegularExpressionNotSupported", "The regular expression pattern (?=a) uses lookahead, which this shell does not know."},
		{"a", "-like", "[a", "WildcardPatternException", "The specified wildcard character pattern is not valid: [a"},
		{"a", "-replace", list("a", "b", "c"), "BadReplaceArgument", "The -replace operator allows only two elements to follow it, not 3."},
		{"{1}", "-f", "a", "FormatError", "Error formatting a string: Index (zero based) must be greater than or equal to zero and less than the size of the argument list.."},
		{"{0", "-f", "a", "FormatError", "Error formatting a string: Input string was not in a correct format.."},
		{"x", "-is", "NoSuchType", "IsOperatorRequiresType", "'-is' operator requires a type as its right operand: cannot find type [NoSuchType]."},
		{"x", "-frob", "y", "UnknownOperator", "The operator -frob is not known."},
		// Limits.
		{strings.Repeat("a\n", 1), "-match", "a{1001}", "InvalidRegularExpression", "The regular expression pattern a{1001} is not valid."},
		{i(1), "..", i(math.MaxInt32), "LimitExceeded", "The range is larger than this shell allows."},
		{strings.Repeat("x", 1<<20), "*", i(1000), "LimitExceeded", "The text is larger than this shell allows."},
		{list(i(1)), "*", i(math.MaxInt32), "LimitExceeded", "The collection is larger than this shell allows."},
		{strings.Repeat("x", 1<<10), "-replace", list("x", strings.Repeat("y", 1<<17)), "LimitExceeded", "The text is larger than this shell allows."},
		{"a", "-match", strings.Repeat("a", maxRegex+1), "LimitExceeded", "The regular expression is larger than this shell allows."},
	} {
		_, err := Operate(c.op, c.a, c.b)
		wantError(t, c.op+" "+Text(c.b)[:min(20, len(Text(c.b)))], err, c.id, c.message)
	}
}

func TestMatchGivesGroups(t *testing.T) {
	for _, c := range []struct {
		op, text, pattern string
		want              bool
		groups            *Hash
	}{
		{"-match", "sip:jeff@jdskype.net", `sip:(?<user>[^@]+)@(\S+)`, true, hash(i(0), "sip:jeff@jdskype.net", "user", "jeff", i(1), "jdskype.net")},
		{"-match", "abc", "b", true, hash(i(0), "b")},
		{"-match", "abc", "x", false, nil},
		{"-notmatch", "abc", "b", false, hash(i(0), "b")},
		{"-match", "b", "(a)?b", true, hash(i(0), "b")},
	} {
		got, groups, err := Match(c.op, c.text, c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		same(t, c.pattern, got, c.want)
		if c.groups == nil && groups == nil {
			continue
		}
		if groups == nil || len(groups.Keys) != len(c.groups.Keys) {
			t.Errorf("%s: groups are %v", c.pattern, groups)
			continue
		}
		for n, key := range c.groups.Keys {
			v, _ := groups.Get(key)
			same(t, c.pattern+" "+Text(key), v, c.groups.Values[n])
		}
	}
	if _, groups, _ := Match("-match", list("a"), "a"); groups != nil {
		t.Error("a list set $Matches")
	}
}

func TestNegate(t *testing.T) {
	for _, c := range []struct {
		op      string
		v, want Value
	}{
		{"-", i(5), i(-5)},
		{"-", "5", i(-5)},
		{"+", "0x10", i(16)},
		{"-", i(math.MinInt32), 2147483648.0},
		{"-", 1.5, -1.5},
		{"-", nil, i(0)},
		{"-", time.Hour, -time.Hour},
		{"!", nil, true},
		{"-not", list(), true},
		{"-not", list(false), true},
		{"!", "False", false},
		{"-bnot", i(5), i(-6)},
		{"-join", list("a", "b"), "ab"},
		{"-split", "  a b\tc ", typed("String[]", "a", "b", "c")},
	} {
		got, err := Negate(c.op, c.v)
		if err != nil {
			t.Errorf("%s %v: %v", c.op, c.v, err)
		}
		same(t, c.op+" "+Text(c.v), got, c.want)
	}
	_, err := Negate("-", "x")
	wantError(t, "-x", err, "InvalidCastFromStringToInteger", `Cannot convert value "x" to type "System.Int32". Error: "Input string was not in a correct format."`)
}
