package format_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// obj makes an object from names and values in turn.
func obj(typeName string, pairs ...any) *object.Object {
	o := &object.Object{Types: []string{typeName}}
	for i := 0; i < len(pairs); i += 2 {
		o.Properties = append(o.Properties, object.Property{Name: pairs[i].(string), Value: pairs[i+1]})
	}
	return o
}

func texts(all ...string) *object.List {
	l := &object.List{Type: "String[]"}
	for _, s := range all {
		l.Items = append(l.Items, s)
	}
	return l
}

// printed is what a Printer makes of values.
func printed(t *testing.T, o format.Options, values ...object.Value) string {
	t.Helper()
	var b strings.Builder
	o.Out = func(text string) { b.WriteString(text) }
	o.Zone = time.UTC
	p := format.New(o)
	for _, v := range values {
		if err := p.Print(v); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// records is what a Format command makes of values.
func records(t *testing.T, s format.Spec, values ...object.Value) []object.Value {
	t.Helper()
	l, err := format.NewLayout(s)
	if err != nil {
		t.Fatal(err)
	}
	var out []object.Value
	for _, v := range values {
		r, err := l.Record(v)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

func same(t *testing.T, got, want string) {
	t.Helper()
	if diff := cmp.Diff(strings.TrimPrefix(want, "|"), got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func clientAccessServer() *object.Object {
	return obj("Microsoft.Exchange.Data.Directory.Management.ClientAccessServer",
		"Name", "EXCH", "Fqdn", "exch.jdskype.net",
		"AutoDiscoverServiceCN", "EXCH", "AutoDiscoverServiceClassName", "ms-Exchange-AutoDiscover-Service",
		"AutoDiscoverServiceInternalUri", object.TypedText{Type: "Uri", Value: "https://autodiscover.jdskype.net/autodiscover/autodiscover.xml"},
		"AutoDiscoverServiceGuid", object.GUID{0x77, 0x37, 0x8f, 0x46, 0x2c, 0x66, 0x4a, 0xa9, 0xa6, 0xa6, 0x3e, 0x7a, 0x48, 0xb1, 0x95, 0x96},
		"AutoDiscoverSiteScope", &object.List{Type: "MultiValuedProperty", Items: []object.Value{"Default-First-Site-Name"}},
		"WhenChanged", time.Date(2015, 6, 25, 14, 53, 32, 0, time.UTC), "IsValid", true, "Comment", nil)
}

// picked is what Select-Object makes of an object.
func picked(o *object.Object, names ...string) *object.Object {
	return &object.Object{Types: []string{"Selected." + o.Types[0]}, Properties: format.Select(names, o)}
}

func TestSeedTables(t *testing.T) {
	o := clientAccessServer()
	t.Run("one property is a table, checklist: 003-11", func(t *testing.T) {
		same(t, printed(t, format.Options{}, picked(o, "AutoDiscoverServiceI*")), `
AutoDiscoverServiceInternalUri
------------------------------
https://autodiscover.jdskype.net/autodiscover/autodiscover.xml


`)
	})
	t.Run("two properties share the window, checklist: 003-11", func(t *testing.T) {
		same(t, printed(t, format.Options{}, picked(o, "name", "*uri*")), `
Name                                                        AutoDiscoverServiceInternalUri
----                                                        ------------------------------
EXCH                                                        https://autodiscover.jdskype.net/autodiscover/autodiscov...


`)
	})
	t.Run("five properties are a list, checklist: 002-03", func(t *testing.T) {
		same(t, printed(t, format.Options{}, picked(o, "AutoD*")), `

AutoDiscoverServiceCN          : EXCH
AutoDiscoverServiceClassName   : ms-Exchange-AutoDiscover-Service
AutoDiscoverServiceInternalUri : https://autodiscover.jdskype.net/autodiscover/autodiscover.xml
AutoDiscoverServiceGuid        : 77378f46-2c66-4aa9-a6a6-3e7a48b19596
AutoDiscoverSiteScope          : {Default-First-Site-Name}


`)
	})
	t.Run("a list of two properties with their real spelling, checklist: 000-01", func(t *testing.T) {
		second := clientAccessServer()
		second.Properties[1].Value, second.Properties[4].Value = "exch2.jdskype.net", nil
		l := format.Spec{Kind: format.List, Properties: []object.Value{"fqdn", "autodiscoverserviceinternaluri"}}
		same(t, printed(t, format.Options{}, records(t, l, o, second)...), `

Fqdn                           : exch.jdskype.net
AutoDiscoverServiceInternalUri : https://autodiscover.jdskype.net/autodiscover/autodiscover.xml

Fqdn                           : exch2.jdskype.net
AutoDiscoverServiceInternalUri :


`)
	})
}

// checklist: 002-05
func TestSeedCertificateList(t *testing.T) {
	c := obj("Microsoft.Exchange.Management.SystemConfigurationTasks.ExchangeCertificate",
		"Subject", "CN=mail.jdskype.net", "Services", object.Enum{Type: "AllowedServices", Name: "IMAP, POP, IIS, SMTP"},
		"CertificateDomains", texts("mail.jdskype.net", "autodiscover.jdskype.net", "a.test", "b.test", "c.test"),
		"RawData", object.Bytes{48, 130, 3, 41, 7})
	l := format.Spec{Kind: format.List}
	same(t, printed(t, format.Options{}, records(t, l, picked(c, "Subject", "Services", "CertificateDomains", "RawData"))...), `

Subject            : CN=mail.jdskype.net
Services           : IMAP, POP, IIS, SMTP
CertificateDomains : {mail.jdskype.net, autodiscover.jdskype.net, a.test, b.test...}
RawData            : {48, 130, 3, 41...}


`)
	if got := printed(t, format.Options{Limit: 16}, records(t, l, c)...); !strings.Contains(got, "b.test, c.test}") {
		t.Errorf("sixteen members are shown in the Exchange shell:\n%s", got)
	}
}

// What Test-OAuthConnectivity | fl prints, with its lines in the value.
func TestListWithLinesInAValue(t *testing.T) {
	detail := "The configuration was last successfully loaded at 1/1/0001 12:00:00 AM UTC. This was 1064447211 minutes ago.\r\n" +
		"The token cache is being cleared because \"use cached token\" was set to false.\nExchange Outbound Oauth Log:\n\nClient request ID: 1"
	o := obj("ValidationResultNode", "Task", "Checking EWS API Call Under Oauth", "Detail", detail,
		"ResultType", object.Enum{Type: "ResultType", Name: "Success"}, "IsValid", true, "ObjectState", object.Enum{Name: "New"})
	same(t, printed(t, format.Options{Width: 80}, o), `

Task        : Checking EWS API Call Under Oauth
Detail      : The configuration was last successfully loaded at 1/1/0001
              12:00:00 AM UTC. This was 1064447211 minutes ago.
              The token cache is being cleared because "use cached token" was
              set to false.
              Exchange Outbound Oauth Log:

              Client request ID: 1
ResultType  : Success
IsValid     : True
ObjectState : New


`)
}

func TestListOfNarrowWindow(t *testing.T) {
	o := obj("X", "AVeryLongPropertyName", "some words and averylongwordwithoutanyblank", "B", int32(7))
	same(t, printed(t, format.Options{Width: 20}, records(t, format.Spec{Kind: format.List}, o)...), `

AVeryLong... : some
               words
               and
               avery
               longw
               ordwi
               thout
               anybl
               ank
B            : 7


`)
}

func views() map[string]format.View {
	return map[string]format.View{
		"Cert": {Table: []format.Column{{Property: "Thumbprint", Width: 12}, {Property: "Services", Width: 10,
			Value: func(object.Value) object.Value { return "....S.." }}, {Property: "Subject"}}},
		"Cs":   {Default: format.List},
		"File": {Table: []format.Column{{Property: "Length", Align: format.Right, Width: 8}, {Property: "Name"}}, Wide: "Name", Group: func(v object.Value) string { d, _ := object.Get(v, "Folder"); return "    Directory: " + d.(string) }},
		"Part": {List: []format.Column{{Property: "B", Label: "Bee"}}},
	}
}

func TestViews(t *testing.T) {
	o := format.Options{Width: 40, Views: views()}
	cert := obj("Cert", "Thumbprint", "ABCDEF0123456789", "Services", "SMTP", "Subject", "CN=Microsoft Exchange", "A", 1, "B", 2)
	t.Run("table", func(t *testing.T) {
		same(t, printed(t, o, cert, cert), `
Thumbprint   Services   Subject
----------   --------   -------
ABCDEF012... ....S..    CN=Microsoft ...
ABCDEF012... ....S..    CN=Microsoft ...


`)
	})
	t.Run("a type's further names and Deserialized", func(t *testing.T) {
		back := *cert
		back.Types = []string{"Deserialized.Other", "Deserialized.Cert"}
		if got := printed(t, o, &back); got != printed(t, o, cert) {
			t.Errorf("got\n%s", got)
		}
	})
	t.Run("list of all, though there are two", func(t *testing.T) {
		same(t, printed(t, o, obj("Cs", "A", "1", "B", nil)), "\n\nA : 1\nB :\n\n\n")
	})
	t.Run("list of some", func(t *testing.T) {
		same(t, printed(t, o, obj("Part", "A", "1", "B", "2")), "\n\nBee : 2\n\n\n")
	})
	t.Run("fl and ft go by the view only as far as it has one", func(t *testing.T) {
		part := obj("Part", "A", "1", "B", "2")
		same(t, printed(t, o, records(t, format.Spec{Kind: format.List}, part)...), "\n\nBee : 2\n\n\n")
		same(t, printed(t, o, records(t, format.Spec{Kind: format.Table, AutoSize: true}, part)...), "\nA B\n- -\n1 2\n\n\n")
		same(t, printed(t, o, records(t, format.Spec{Kind: format.List, Properties: []object.Value{"*"}}, part)...), "\n\nA : 1\nB : 2\n\n\n")
	})
	t.Run("groups", func(t *testing.T) {
		f := func(folder, name string) object.Value {
			return obj("File", "Name", name, "Length", int64(7), "Folder", folder)
		}
		same(t, printed(t, o, f(`C:\x`, "a"), f(`C:\x`, "b"), f(`C:\y`, "c")), `
    Directory: C:\x

  Length Name
  ------ ----
       7 a
       7 b



    Directory: C:\y

  Length Name
  ------ ----
       7 c


`)
	})
}

func TestHiddenProperties(t *testing.T) {
	o := obj("X", "RunspaceId", "r", "A", "a")
	o.Properties = append(o.Properties, object.Property{Name: "PSComputerName", Value: "ex01", Hidden: true})
	same(t, printed(t, format.Options{}, records(t, format.Spec{Kind: format.List}, o)...), "\n\nRunspaceId : r\nA          : a\n\n\n")
	star := printed(t, format.Options{}, records(t, format.Spec{Kind: format.List, Properties: []object.Value{"*"}}, o)...)
	same(t, star, "\n\nRunspaceId     : r\nA              : a\nPSComputerName : ex01\n\n\n")
}

func TestLoneValues(t *testing.T) {
	day := time.Date(2019, 6, 25, 14, 53, 32, 0, time.UTC)
	for _, row := range []struct {
		name   string
		values []object.Value
		want   string
	}{
		{"nothing", []object.Value{nil}, ""},
		{"texts and numbers", []object.Value{"a\nb", int32(7), 1.5, true, object.Enum{Name: "IIS"}}, "a\nb\n7\n1.5\nTrue\nIIS\n"},
		{"date", []object.Value{day}, "\nTuesday, June 25, 2019 2:53:32 PM\n\n\n"},
		{"dates", []object.Value{day, day.AddDate(0, 0, 1)}, "\nTuesday, June 25, 2019 2:53:32 PM\nWednesday, June 26, 2019 2:53:32 PM\n\n\n"},
		{"a list is its members", []object.Value{texts("a", "b")}, "a\nb\n"},
		{"guid", []object.Value{object.GUID{1}}, "\nGuid\n----\n01000000-0000-0000-0000-000000000000\n\n\n"},
		{"nothing in braces", []object.Value{&object.Hash{}}, ""},
		{"hashtable", []object.Value{&object.Hash{Keys: []object.Value{"a", "b"}, Values: []object.Value{int32(1), texts("x", "y")}}},
			"\nName                           Value\n----                           -----\na                              1\nb                              {x, y}\n\n\n"},
		{"escape", []object.Value{"a\x1b[2Jb\u202ec"}, `a\u001b[2Jb\u202ec` + "\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			same(t, printed(t, format.Options{}, row.values...), row.want)
		})
	}
	if got := printed(t, format.Options{}, 30*24*time.Hour); !strings.Contains(got, "Days              : 30\n") {
		t.Errorf("a duration is a list:\n%s", got)
	}
	if got := printed(t, format.Options{Verbatim: true}, "a\x1bb"); got != "a\x1bb\n" {
		t.Errorf("a file gets texts as they are: %q", got)
	}
}

func TestMixOfTypes(t *testing.T) {
	small, other, big := obj("S", "A", "1"), obj("S", "B", "1"), obj("B", "A", "1", "B", "2", "C", "3", "D", "4", "E", "5")
	same(t, printed(t, format.Options{}, small, small, other, "text", big), `
A
-
1
1



B
-
1


text


A : 1
B : 2
C : 3
D : 4
E : 5


`)
}

func TestTables(t *testing.T) {
	long := strings.Repeat("long ", 8)
	one := obj("X", "Name", "first", "Count", int32(7), "On", true, "Text", long+"\nsecond line")
	two := obj("X", "Name", "the second", "Count", int32(1234), "On", false, "Text", "short")
	ft := func(s format.Spec) string {
		s.Kind = format.Table
		return printed(t, format.Options{Width: 40}, records(t, s, one, two)...)
	}
	for _, row := range []struct {
		name string
		spec format.Spec
		want string
	}{
		{"equal columns", format.Spec{}, `
Name          Count        On Text
----          -----        -- ----
first             7      True long l...
the se...      1234     False short


`},
		{"AutoSize", format.Spec{AutoSize: true}, `
Name       Count    On Text
----       -----    -- ----
first          7  True long long long...
the second  1234 False short


`},
		{"Wrap", format.Spec{AutoSize: true, Wrap: true}, `
Name       Count    On Text
----       -----    -- ----
first          7  True long long long
                       long long long
                       long long
                       second line
the second  1234 False short


`},
		{"HideTableHeaders", format.Spec{HideHeaders: true, Properties: []object.Value{"c*", "name"}}, `
                  7 first
               1234 the second


`},
		{"unknown and repeated names", format.Spec{AutoSize: true, Properties: []object.Value{"NAME", "nope", "n*"}}, `
Name       nope
----       ----
first
the second


`},
		{"GroupBy", format.Spec{AutoSize: true, Properties: []object.Value{"Name"}, GroupBy: "on"}, `
   On: True

Name
----
first



   On: False

Name
----
the second


`},
	} {
		t.Run(row.name, func(t *testing.T) { same(t, ft(row.spec), row.want) })
	}
}

type block string

func (b block) Source() string { return string(b) }

func TestCalculatedProperties(t *testing.T) {
	eval := func(v object.Value, b object.Block) (object.Value, error) {
		if b.Source() == " boom " {
			return nil, fmt.Errorf("boom")
		}
		n, _ := object.Get(v, "Count")
		return n.(int32) * 2, nil
	}
	hash := func(pairs ...any) *object.Hash {
		h := &object.Hash{}
		for i := 0; i < len(pairs); i += 2 {
			h.Keys, h.Values = append(h.Keys, pairs[i]), append(h.Values, pairs[i+1])
		}
		return h
	}
	o := obj("X", "Name", "a", "Count", int32(7))
	list := []object.Value{"Name",
		hash("N", "Twice", "Expression", block(" $_.Count * 2 "), "Width", int32(8), "Align", "left", "f", "{0:N2}"),
		hash("Label", "Again", "e", "count", "FormatString", "D3", "alignment", "center", "Width", "9"),
		block(" $_.Count ")}
	same(t, printed(t, format.Options{Width: 50}, records(t, format.Spec{Kind: format.Table, Properties: list, Eval: eval}, o)...), `
Name            Twice      Again          $_.Count
----            -----      -----          --------
a               14.00       007                 14


`)
	for name, bad := range map[string]object.Value{
		"key": hash("Nope", 1), "width": hash("e", "x", "Width", int32(0)), "align": hash("e", "x", "Alignment", "up"), "empty": hash(),
	} {
		if _, err := format.NewLayout(format.Spec{Properties: []object.Value{bad}}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	l, err := format.NewLayout(format.Spec{Properties: []object.Value{block(" boom ")}, Eval: eval})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Record(o); err == nil || err.Error() != "boom" {
		t.Errorf("the expression's error is %v", err)
	}
}

func TestColumnsThatDoNotFit(t *testing.T) {
	var warned []string
	o := format.Options{Width: 20, Warn: func(text string) { warned = append(warned, text) }}
	v := obj("X", "A", "aaaaaaaaaa", "B", "bbbbbbbbbbbbb", "C", "c", "D", "d")
	same(t, printed(t, o, records(t, format.Spec{Kind: format.Table, AutoSize: true}, v)...), `
A          B
-          -
aaaaaaaaaa bbbbbb...


`)
	if diff := cmp.Diff([]string{"2 columns do not fit into the display and were removed."}, warned); diff != "" {
		t.Error(diff)
	}
}

func TestWide(t *testing.T) {
	var all []object.Value
	for _, name := range []string{"a", "bb", "ccc", "dddd", "eeeee"} {
		all = append(all, obj("X", "Id", "1", "Name", name))
	}
	o := format.Options{Width: 21}
	same(t, printed(t, o, records(t, format.Spec{Kind: format.Wide}, all...)...), "\na          bb\nccc        dddd\neeeee\n\n\n")
	same(t, printed(t, o, records(t, format.Spec{Kind: format.Wide, AutoSize: true}, all...)...), "\na     bb    ccc\ndddd  eeeee\n\n\n")
	same(t, printed(t, o, records(t, format.Spec{Kind: format.Wide, Columns: 3, Properties: []object.Value{"id"}}, all...)...), "\n1      1      1\n1      1\n\n\n")
}

// A list and a table show each object when it comes and keep none of them.
func TestStreaming(t *testing.T) {
	for name, s := range map[string]format.Spec{"list": {Kind: format.List}, "table": {Kind: format.Table}, "wide": {Kind: format.Wide}} {
		t.Run(name, func(t *testing.T) {
			written := 0
			p := format.New(format.Options{Out: func(text string) { written += len(text) }})
			l, err := format.NewLayout(s)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			step := func() {
				before := written
				for range 2 { // wide shows two at a time
					n++
					r, err := l.Record(obj("X", "Name", fmt.Sprint(n), "Count", int32(n)))
					if err != nil {
						t.Fatal(err)
					}
					if err := p.Print(r); err != nil {
						t.Fatal(err)
					}
				}
				if written == before {
					t.Fatal("an object was held back")
				}
			}
			early := testing.AllocsPerRun(200, step)
			for range 50_000 {
				step()
			}
			if late := testing.AllocsPerRun(200, step); late > early+4 {
				t.Errorf("the hundred thousandth object costs %v allocations, the first %v", late, early)
			}
		})
	}
}
