package object

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestFormatNumber(t *testing.T) {
	for _, c := range []struct {
		v            Value
		format, want string
	}{
		{1234567.891, "N2", "1,234,567.89"},
		{i(1234567), "N0", "1,234,567"},
		{i(-1234), "N", "-1,234.00"},
		{i(999), "n1", "999.0"},
		{1234.5, "F0", "1235"}, // halves go away from zero
		{-0.5, "F0", "-1"},
		{-0.4, "F0", "0"},
		{0.005, "F2", "0.01"},
		{2.675, "F2", "2.68"}, // the fifteen digits shown count, not the bits
		{1e20, "F0", "100000000000000000000"},
		{i(5), "F3", "5.000"},
		{i(7), "D3", "007"},
		{i(-7), "D3", "-007"},
		{i(255), "X", "FF"},
		{i(255), "x8", "000000ff"},
		{i(-1), "X", "FFFFFFFF"},
		{int64(-1), "X", "FFFFFFFFFFFFFFFF"},
		{0.125, "P", "12.50 %"},
		{0.5, "P0", "50 %"},
		{-0.123, "P1", "-12.3 %"},
		{1234.5, "C", "$1,234.50"},
		{-1234.5, "C0", "($1,235)"},
		{1234.5678, "E2", "1.23E+003"},
		{0.00012, "e3", "1.200e-004"},
		{9.999, "E1", "1.0E+001"},
		{0.0, "E", "0.000000E+000"},
		{i(12345), "E0", "1E+004"},
		{1234.5678, "G3", "1.23E+03"},
		{1234.5678, "G", "1234.5678"},
		{i(1234), "G", "1234"},
		{i(1234), "G2", "1.2E+03"},
		{0.1, "R", "0.1"},
		{0.30000000000000004, "R", "0.30000000000000004"},
		// Patterns.
		{1234.5, "0.00", "1234.50"},
		{1234.567, "#,##0.00", "1,234.57"},
		{0.5, "#,##0.00", "0.50"},
		{0.5, "#.##", ".5"},
		{i(0), "#", ""},
		{i(0), "0", "0"},
		{i(7), "000", "007"},
		{1234567.0, "#,#", "1,234,567"},
		{1234567.0, "#,##0,", "1,235"},
		{1234567890.0, "0,,.0 M", "1234.6 M"},
		{0.256, "0.0%", "25.6%"},
		{i(-5), "0;(0)", "(5)"},
		{i(-5), "0", "-5"},
		{i(0), "0;(0);'zero'", "zero"},
		{0.001, "0.0;;'none'", "none"},
		{i(1234567), "###-####", "123-4567"},
		{1234.0, "0.0E+0", "1.2E+3"},
		{0.00012, "0.##e-00", "1.2e-04"},
		{i(5), `0 \# 'of' "them"`, "5 # of them"},
		{1.005, "0.0##", "1.005"},
		{1e15, "0", "1000000000000000"},
		{i(42), "abc", "abc"},
	} {
		got, err := formatNumber(c.v, c.format)
		if err != nil || got != c.want {
			t.Errorf("%v %q = %q, %v; want %q", c.v, c.format, got, err, c.want)
		}
	}
	for _, c := range []struct {
		v      Value
		format string
	}{{1.5, "D"}, {1.5, "X2"}, {i(1), "R"}, {i(1), "Q"}, {i(1), "Z9"}} {
		_, err := formatNumber(c.v, c.format)
		wantError(t, c.format, err, "FormatException", "Input string was not in a correct format.")
	}
}

func TestFormat(t *testing.T) {
	when := time.Date(2028, 1, 5, 9, 4, 48, 0, time.UTC)
	for _, c := range []struct {
		format string
		args   []Value
		want   string
	}{
		{"plain", nil, "plain"},
		{"{0}", []Value{nil}, ""},
		{"{{{0}}}", []Value{i(1)}, "{1}"},
		{"{0,5}|{0,-5}|", []Value{"ab"}, "   ab|ab   |"},
		{"{0,-10:N2}|", []Value{1234.5}, "1,234.50  |"},
		{"{0,3}", []Value{"äöüß"}, "äöüß"},
		{"{1} {0}", []Value{"a", "b"}, "b a"},
		{"{0 ,4 :D2}", []Value{i(7)}, "  07"},
		{"{0}", []Value{when}, "1/5/2028 9:04:48 AM"},
		{"{0:yyyy-MM-dd HH:mm}", []Value{when}, "2028-01-05 09:04"},
		{"{0:X4}", []Value{i(48879)}, "BEEF"},
		{"{0:P0} {1}", []Value{0.5, true}, "50 % True"},
		{"{0:c}", []Value{time.Hour}, "01:00:00"},
		{"{0:N}", []Value{GUID{1}}, "01000000000000000000000000000000"},
		{"{0:N}", []Value{"text ignores it"}, "text ignores it"},
		{"{0}", []Value{list("a")}, "System.Object[]"},
		{"{0}", []Value{0.1}, "0.1"},
	} {
		got, err := Format(c.format, c.args, nil)
		if err != nil || got != c.want {
			t.Errorf("%q = %q, %v; want %q", c.format, got, err, c.want)
		}
	}
	for _, format := range []string{"{", "}", "{0", "{}", "{a}", "{-1}", "{+0}", "{0,x}", "{0:D", "{0,99999999}", "a}b"} {
		_, err := Format(format, []Value{i(1)}, nil)
		wantError(t, format, err, "FormatError", "Error formatting a string: Input string was not in a correct format..")
	}
}

func TestGeneral(t *testing.T) {
	for want, f := range map[string]float64{
		"0": 0, "1": 1, "-1.5": -1.5, "0.3": 0.30000000000000004, "0.333333333333333": 1.0 / 3, "1E+15": 1e15,
		"123456789012345": 123456789012345, "1.23456789012346E+15": 1234567890123456, "0.0001": 0.0001,
		"1E-05": 0.00001, "1.5E-07": 1.5e-7, "2147483648": 2147483648, "1.79769313486232E+308": math.MaxFloat64,
		"100": 99.9999999999999999, "NaN": math.NaN(), "Infinity": math.Inf(1), "-Infinity": math.Inf(-1),
	} {
		if got := Text(f); got != want {
			t.Errorf("%v = %q, want %q", strconv.FormatFloat(f, 'g', -1, 64), got, want)
		}
	}
}

// F and N agree with exact arithmetic on whole numbers.
func TestFixedFormatsAgreeWithWholeNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64().Draw(t, "n")
		places := rapid.IntRange(0, 9).Draw(t, "places")
		got, err := formatNumber(n, fmt.Sprintf("F%d", places))
		want := strconv.FormatInt(n, 10)
		if places > 0 {
			want += "." + strings.Repeat("0", places)
		}
		if err != nil || got != want {
			t.Fatalf("F%d of %d = %q, %v", places, n, got, err)
		}
		grouped, _ := formatNumber(n, fmt.Sprintf("N%d", places))
		if strings.ReplaceAll(grouped, ",", "") != want {
			t.Fatalf("N%d of %d = %q", places, n, grouped)
		}
		pattern, _ := formatNumber(n, "#,##0")
		if pattern != strings.SplitN(grouped, ".", 2)[0] {
			t.Fatalf("#,##0 of %d = %q, N gives %q", n, pattern, grouped)
		}
	})
}

// A double in fixed form is what rounding its fifteen digits gives.
func TestFixedFormatsAgreeWithDoubles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.Int64Range(-99_999_999_999, 99_999_999_999).Draw(t, "cents")
		got, err := formatNumber(float64(cents)/100, "F2")
		sign := ""
		if cents < 0 {
			sign = "-"
		}
		want := fmt.Sprintf("%s%d.%02d", sign, max(cents, -cents)/100, max(cents, -cents)%100)
		if err != nil || got != want {
			t.Fatalf("%d cents = %q, %v; want %q", cents, got, err, want)
		}
		if e, _ := formatNumber(float64(cents)/100, "E14"); cents != 0 {
			back, err := strconv.ParseFloat(e, 64)
			if err != nil || math.Abs(back-float64(cents)/100) > math.Abs(back)*1e-14 {
				t.Fatalf("E14 of %d cents = %q", cents, e)
			}
		}
	})
}

func FuzzFormat(f *testing.F) {
	for _, s := range []string{"{0}", "{0,-10:N2}|{1}", "{{}}", "{0:#,##0.00;(0);'z'}", "{1:yyyy}", "{0:0.##E+00}", "{0:'", "{0:\\", "{0:%,.0,}", "{2:c}"} {
		f.Add(s)
	}
	args := []Value{-1234.5678, day("2028-01-05"), 26 * time.Hour, int32(7), GUID{1}}
	f.Fuzz(func(t *testing.T, format string) {
		if len(format) > 200 {
			return
		}
		s, err := Format(format, args, time.UTC)
		if err == nil && utf8.ValidString(format) && !strings.ContainsAny(format, "{}\\") && s != format {
			t.Fatalf("%q became %q", format, s)
		}
		_, _ = formatNumber(int32(-42), format)
	})
}
