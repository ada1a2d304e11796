package format_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

func jsonOf(t *testing.T, v object.Value, depth int, compress bool) string {
	t.Helper()
	var b strings.Builder
	if err := format.JSON(&b, v, depth, compress); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func sample() *object.Object {
	return obj("X", "Name", "a\"b\\c\n<'&>é\x1b\u202e", "Count", int32(7), "Big", int64(1)<<40, "Half", 0.5, "On", true, "None", nil,
		"When", time.Date(2028, 1, 5, 9, 4, 48, 0, time.UTC), "Id", object.GUID{0x0f}, "Kind", object.Enum{Type: "T", Name: "IIS, SMTP"},
		"Bytes", object.Bytes{48, 130}, "Empty", &object.List{}, "List", texts("a", "b"),
		"Hash", &object.Hash{Keys: []object.Value{"k"}, Values: []object.Value{obj("Y", "Deep", obj("Z", "Deeper", "x"))}})
}

func TestJSON(t *testing.T) {
	same(t, jsonOf(t, sample(), 2, false), `|{
    "Name":  "a\"b\\c\n\u003c\u0027\u0026\u003eé\u001b\u202e",
    "Count":  7,
    "Big":  1099511627776,
    "Half":  0.5,
    "On":  true,
    "None":  null,
    "When":  "2028-01-05T09:04:48Z",
    "Id":  "0f000000-0000-0000-0000-000000000000",
    "Kind":  "IIS, SMTP",
    "Bytes":  [
                  48,
                  130
              ],
    "Empty":  [

              ],
    "List":  [
                 "a",
                 "b"
             ],
    "Hash":  {
                 "k":  {
                           "Deep":  "Z"
                       }
             }
}`)
	compressed := jsonOf(t, sample(), 2, true)
	if strings.ContainsAny(compressed, "\n") || !json.Valid([]byte(compressed)) || !strings.Contains(compressed, `"Empty":[],"List":["a","b"]`) {
		t.Error(compressed)
	}
	for want, v := range map[string]object.Value{"null": nil, `"x"`: "x", "[\n    1,\n    \"NaN\"\n]": &object.List{Items: []object.Value{int32(1), math.NaN()}}} {
		if got := jsonOf(t, v, 2, false); got != want {
			t.Errorf("%v became %s", v, got)
		}
	}
	loop := &object.List{}
	loop.Items = []object.Value{loop, loop}
	if got := jsonOf(t, loop, 100, true); got != "[null,null]" {
		t.Errorf("a list in itself became %s", got)
	}
}

func TestJSONIsJSON(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		o := anyObject().Draw(r, "object")
		var b bytes.Buffer
		if err := format.JSON(&b, o, 3, rapid.Bool().Draw(r, "compress")); err != nil {
			r.Fatal(err)
		}
		if !json.Valid(b.Bytes()) || format.Visible(strings.ReplaceAll(b.String(), "\uFFFD", "")) != strings.ReplaceAll(b.String(), "\uFFFD", "") {
			r.Fatalf("%s", b.Bytes())
		}
	})
}

func TestJSONArray(t *testing.T) {
	var b strings.Builder
	a := format.NewJSONArray(&b)
	deep := object.Value("end")
	for range 9 {
		deep = obj("X", "In", deep)
	}
	shown := records(t, format.Spec{Kind: format.List, Properties: []object.Value{"b*"}}, obj("X", "A", "1", "Bee", "2"))[0]
	for _, v := range []object.Value{"x", shown, deep} {
		before := b.Len()
		if err := a.Add(v); err != nil {
			t.Fatal(err)
		}
		if b.Len() == before {
			t.Error("a member was held back")
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	same(t, b.String(), "[\n\"x\",\n{\"Bee\":\"2\"},\n"+strings.Repeat(`{"In":`, 9)+`"end"`+strings.Repeat("}", 9)+"\n]\n")

	b.Reset()
	if err := format.NewJSONArray(&b).Close(); err != nil || b.String() != "[]\n" {
		t.Errorf("%q %v", b.String(), err)
	}
	if err := format.NewJSONArray(full{}).Add("x"); err == nil {
		t.Error("a full disk went unnoticed")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, fmt.Errorf("no space") }

func TestCSV(t *testing.T) {
	c := format.CSV{Zone: time.UTC}
	lines := c.Lines(obj("Selected.X", "Name", `a "b"`, "None", nil, "Empty", "", "On", true, "List", texts("a"),
		"Domains", &object.List{Type: "MultiValuedProperty", Items: []object.Value{"a", "b"}}, "When", time.Date(2028, 1, 5, 9, 4, 48, 0, time.UTC)))
	lines = append(lines, c.Lines(obj("Y", "when", "later", "Other", "x", "NAME", "n"))...)
	if diff := cmp.Diff([]string{
		"#TYPE Selected.X",
		`"Name","None","Empty","On","List","Domains","When"`,
		`"a ""b""",,"","True","System.String[]","a, b","1/5/2028 9:04:48 AM"`,
		`"n",,,,,,"later"`,
	}, lines); diff != "" {
		t.Error(diff)
	}
	plain := format.CSV{Delimiter: ";", NoType: true}
	if diff := cmp.Diff([]string{`"A";"B"`, `"1";"2"`}, plain.Lines(obj("X", "A", int32(1), "B", "2"))); diff != "" {
		t.Error(diff)
	}
	if got := plain.Lines(nil); got != nil {
		t.Errorf("nothing became %q", got)
	}
}

// What a CSV reader reads is what was written.
func TestCSVRoundTrip(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		o, want := obj("X"), []string(nil)
		for i := range rapid.IntRange(1, 5).Draw(r, "columns") {
			text := strings.ReplaceAll(anyText().Draw(r, "text"), "\r", "")
			o.Properties, want = append(o.Properties, object.Property{Name: fmt.Sprint("P", i), Value: text}), append(want, text)
		}
		c := format.CSV{NoType: true}
		all, err := csv.NewReader(strings.NewReader(strings.Join(c.Lines(o), "\n") + "\n")).ReadAll()
		if err != nil || len(all) != 2 {
			r.Fatalf("%d records, %v", len(all), err)
		}
		if diff := cmp.Diff(want, all[1]); diff != "" {
			r.Fatal(diff)
		}
	})
}
