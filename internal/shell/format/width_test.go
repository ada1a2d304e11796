package format_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"plain é 日本 👩 e\u0301": "plain é 日本 👩 e\u0301",
		"a\r\nb\tc":            "a\nb\tc",
		"a\rb\x1b[31m\x07":     `a\u000db\u001b[31m\u0007`,
		"\u202eabc\u2066":      `\u202eabc\u2066`,
		"\u2028\u200d\u0085":   `\u2028\u200d\u0085`,
		"\xff":                 "\uFFFD",
		"\U000E0041":           `\udb40\udc41`,
	} {
		if got := format.Visible(in); got != want {
			t.Errorf("Visible(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWidth(t *testing.T) {
	for in, want := range map[string]int{"abc": 3, "日本": 4, "e\u0301": 1, "👩": 2, "👍🏽": 2, "": 0} {
		if got := format.Width(in); got != want {
			t.Errorf("Width(%q) = %d, want %d", in, got, want)
		}
	}
}

// pieces are what terminals count differently from bytes.
var pieces = []string{"a", "B", "7", " ", " ", "-", "日", "本", "é", "e\u0301", "👩", "👩\u200d🚀", "👍🏽", "🇩🇪", "한", "ᄒ", "ﷺ", "ا", "\u202e",
	"\u200b", "\x1b", "\x00", "\n", "\t", "\r", "\xff", "\uFE0F", "क्ष", "\u0301"}

func anyText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(pieces), rapid.String()), 0, 30).Draw(t, "pieces"), "")
	})
}

func anyObject() *rapid.Generator[*object.Object] {
	return rapid.Custom(func(t *rapid.T) *object.Object {
		o := &object.Object{Types: []string{"X"}}
		for range rapid.IntRange(1, 12).Draw(t, "properties") {
			v := rapid.OneOf(rapid.Map(anyText(), func(s string) any { return s }),
				rapid.Map(rapid.Int32(), func(n int32) any { return n }),
				rapid.Map(rapid.SliceOf(anyText()), func(all []string) any { return texts(all...) })).Draw(t, "value")
			o.Properties = append(o.Properties, object.Property{Name: "P" + anyText().Draw(t, "name"), Value: v})
		}
		return o
	})
}

// No line is wider than the window, and no character in it acts on the terminal.
func TestNoLineIsWiderThanTheWindow(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		o := format.Options{Width: rapid.IntRange(10, 130).Draw(r, "width")}
		s := format.Spec{
			Kind:     rapid.SampledFrom([]format.Kind{format.List, format.Table, format.Wide}).Draw(r, "kind"),
			AutoSize: rapid.Bool().Draw(r, "autosize"), Wrap: rapid.Bool().Draw(r, "wrap"),
			Columns: rapid.IntRange(0, 9).Draw(r, "columns"),
		}
		if rapid.Bool().Draw(r, "grouped") {
			s.GroupBy = "P*"
		}
		var values []object.Value
		for range rapid.IntRange(1, 4).Draw(r, "objects") {
			values = append(values, anyObject().Draw(r, "object"))
		}
		l, err := format.NewLayout(s)
		if err != nil {
			r.Fatal(err)
		}
		for _, line := range strings.Split(layOut(r, o, l, values), "\n") {
			if w := format.Width(line); w > o.Width {
				r.Fatalf("%d columns in a window of %d: %q", w, o.Width, line)
			}
			if !utf8.ValidString(line) || format.Visible(line) != line || strings.ContainsAny(line, "\t\x1b") {
				r.Fatalf("not for a terminal: %q", line)
			}
		}
	})
}

func layOut(r *rapid.T, o format.Options, l *format.Layout, values []object.Value) string {
	var b strings.Builder
	o.Out = func(text string) { b.WriteString(text) }
	p := format.New(o)
	for _, v := range values {
		record, err := l.Record(v)
		if err != nil {
			r.Fatal(err)
		}
		if err := p.Print(record); err != nil {
			r.Fatal(err)
		}
	}
	if err := p.Flush(); err != nil {
		r.Fatal(err)
	}
	return b.String()
}

// The second column begins in the same terminal column in every row, and what
// stands in the first is whole characters of the value, cut or not.
func TestColumnsStayAligned(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		const mark = "¦" // in no value
		var values []object.Value
		var shown []string
		for range rapid.IntRange(1, 6).Draw(r, "rows") {
			text := "x" + strings.NewReplacer("\n", "", "\r", "", "\t", "", mark, "").Replace(anyText().Draw(r, "text"))
			values = append(values, obj("X", "A", text, "B", mark))
			shown = append(shown, format.Visible(text))
		}
		l, err := format.NewLayout(format.Spec{Kind: format.Table, AutoSize: rapid.Bool().Draw(r, "autosize"), HideHeaders: true})
		if err != nil {
			r.Fatal(err)
		}
		out := layOut(r, format.Options{Width: rapid.IntRange(20, 60).Draw(r, "width")}, l, values)
		rows := strings.Split(strings.Trim(out, "\n"), "\n")
		column := -1
		for i, row := range rows {
			first, _, ok := strings.Cut(row, mark)
			if !ok {
				if column > 0 {
					r.Fatalf("no second column in %q", row)
				}
				continue // cut off for all of them
			}
			if w := format.Width(first); column < 0 {
				column = w
			} else if w != column {
				r.Fatalf("the second column begins at %d and %d:\n%s", column, w, out)
			}
			wholeCharacters(r, strings.TrimRight(first, " "), shown[i])
		}
	})
}

// wholeCharacters checks that got is want or its beginning with an ellipsis,
// cut where the rest begins with a new character: the widths add up.
func wholeCharacters(r *rapid.T, got, want string) {
	if got == strings.TrimRight(want, " ") {
		return
	}
	front, ok := strings.CutSuffix(got, "...")
	rest, isFront := strings.CutPrefix(want, front)
	if !ok || !isFront {
		r.Fatalf("%q became %q", want, got)
	}
	if format.Width(front)+format.Width(rest) != format.Width(want) {
		r.Fatalf("%q was cut within a character: %q", want, got)
	}
}

// A value in a list can be put together again from its lines.
func TestWrappingLosesNothing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := anyText().Draw(r, "text")
		l, err := format.NewLayout(format.Spec{Kind: format.List})
		if err != nil {
			r.Fatal(err)
		}
		out := layOut(r, format.Options{Width: rapid.IntRange(12, 40).Draw(r, "width")}, l, []object.Value{obj("X", "A", text)})
		got := strings.Join(strings.Fields(strings.Replace(out, "A :", "", 1)), "")
		if want := strings.Join(strings.Fields(format.Visible(text)), ""); got != want {
			r.Fatalf("%q became %q", want, got)
		}
	})
}

// A text of many megabytes wraps in time that grows with its length only.
func TestLongValues(t *testing.T) {
	long := strings.Repeat("日本語 without end", 200_000)
	if got := printed(t, format.Options{}, obj("X", "A", long, "B", 1, "C", 1, "D", 1, "E", 1)); len(got) < len(long) {
		t.Errorf("%d bytes of %d", len(got), len(long))
	}
	if got := printed(t, format.Options{}, obj("X", "A", long)); !strings.HasSuffix(got, "...\n\n\n") {
		t.Error("the cell was not cut")
	}
}
