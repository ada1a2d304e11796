package syntax

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
)

// line is one of the command lines that administrators paste, with the exact
// characters of the pages they stand on.
type line struct {
	N      int
	Text   string
	Status string // R runs, P prompts, V needs a value, F fails, I implied
}

func lines(t testing.TB) []line {
	t.Helper()
	data, err := os.ReadFile("testdata/commandlines.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []line
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != 72 {
		t.Fatalf("%d lines, want 72", len(all))
	}
	return all
}

// shape writes all of a tree but its places and the source kept in it. Trees
// are compared as text because they are too deep for go-cmp, which compares
// lists in lists again and again.
func shape(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return "nil"
		}
		return shape(v.Elem())
	case reflect.Slice:
		var b strings.Builder
		for i := range v.Len() {
			b.WriteString(shape(v.Index(i)) + ", ")
		}
		return "[" + b.String() + "]"
	case reflect.Struct:
		var b strings.Builder
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if v.Field(i).Type() == reflect.TypeFor[Span]() || v.Type() == reflect.TypeFor[Script]() && name == "Source" ||
				v.Type() == reflect.TypeFor[ScriptBlock]() && name == "Text" || empty(v.Field(i)) {
				continue
			}
			b.WriteString(name + ": " + shape(v.Field(i)) + ", ")
		}
		return v.Type().Name() + "{" + b.String() + "}"
	}
	return fmt.Sprintf("%#v", v)
}

// empty: no list and a list of nothing are the same.
func empty(v reflect.Value) bool {
	return v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0
}

// reprint checks that the printed text of a tree gives the same tree, and
// returns it.
func reprint(t interface {
	Helper()
	Fatalf(string, ...any)
}, s *Script) string {
	t.Helper()
	text := Print(s)
	again, err := Parse(text)
	if err != nil {
		t.Fatalf("printed %q cannot be read: %v", text, err)
	}
	if got, want := shape(reflect.ValueOf(again)), shape(reflect.ValueOf(s)); got != want {
		t.Fatalf("printed %q gives another tree:\n got %s\nwant %s", text, got, want)
	}
	if twice := Print(again); twice != text {
		t.Fatalf("printed %q, and then %q", text, twice)
	}
	return text
}
