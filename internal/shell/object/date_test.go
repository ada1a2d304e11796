package object

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestParseDate(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, berlin)
	at := func(y, m, d, h, mi, s, ns int) time.Time { return time.Date(y, time.Month(m), d, h, mi, s, ns, berlin) }
	for text, want := range map[string]time.Time{
		"7/1/2015":                          at(2015, 7, 1, 0, 0, 0, 0),
		"02/12/2015":                        at(2015, 2, 12, 0, 0, 0, 0), // the month comes first, as in seed 001
		"7-1-2015":                          at(2015, 7, 1, 0, 0, 0, 0),
		"7.1.2015":                          at(2015, 7, 1, 0, 0, 0, 0),
		"7/1/15":                            at(2015, 7, 1, 0, 0, 0, 0),
		"7/1/29":                            at(2029, 7, 1, 0, 0, 0, 0),
		"7/1/30":                            at(1930, 7, 1, 0, 0, 0, 0),
		" 7/1/2015 ":                        at(2015, 7, 1, 0, 0, 0, 0),
		"7/1/2015 10:30":                    at(2015, 7, 1, 10, 30, 0, 0),
		"7/1/2015 10:30 PM":                 at(2015, 7, 1, 22, 30, 0, 0),
		"7/1/2015 10:30PM":                  at(2015, 7, 1, 22, 30, 0, 0),
		"7/1/2015 10 PM":                    at(2015, 7, 1, 22, 0, 0, 0),
		"7/1/2015 12:00:00 AM":              at(2015, 7, 1, 0, 0, 0, 0),
		"7/1/2015 12:00:00 pm":              at(2015, 7, 1, 12, 0, 0, 0),
		"1/5/2028 9:04:48 AM":               at(2028, 1, 5, 9, 4, 48, 0),
		"12/30/2027 2:39:08 PM":             at(2027, 12, 30, 14, 39, 8, 0),
		"2015-07-01":                        at(2015, 7, 1, 0, 0, 0, 0),
		"2015/7/1":                          at(2015, 7, 1, 0, 0, 0, 0),
		"2015-07-01 10:30":                  at(2015, 7, 1, 10, 30, 0, 0),
		"2015-07-01T10:30:15":               at(2015, 7, 1, 10, 30, 15, 0),
		"2015-07-01T10:30:15.123":           at(2015, 7, 1, 10, 30, 15, 123_000_000),
		"2015-07-01T10:30:15.1234567":       at(2015, 7, 1, 10, 30, 15, 123_456_700),
		"2015-07-01T10:30:15Z":              at(2015, 7, 1, 12, 30, 15, 0), // moved to local, as a cast does
		"2015-07-01T10:30:15+05:30":         at(2015, 7, 1, 7, 0, 15, 0),
		"2015-07-01 10:30 -02:00":           at(2015, 7, 1, 14, 30, 0, 0),
		"2015-07-01T10:30:15.5-0200":        at(2015, 7, 1, 14, 30, 15, 500_000_000),
		"Tuesday, June 25, 2019 2:53:32 PM": at(2019, 6, 25, 14, 53, 32, 0),
		"Tue, 25 Jun 2019 14:53:32 GMT":     at(2019, 6, 25, 16, 53, 32, 0),
		"7 March 2015":                      at(2015, 3, 7, 0, 0, 0, 0),
		"March 7, 2015":                     at(2015, 3, 7, 0, 0, 0, 0),
		"Mar 7 2015 1:02 am":                at(2015, 3, 7, 1, 2, 0, 0),
		"07-Mar-2015":                       at(2015, 3, 7, 0, 0, 0, 0),
		"2015 March 7":                      at(2015, 3, 7, 0, 0, 0, 0),
		"March 2015":                        at(2015, 3, 1, 0, 0, 0, 0),
		"3/2015":                            at(2015, 3, 1, 0, 0, 0, 0),
		"2015-03":                           at(2015, 3, 1, 0, 0, 0, 0),
		"March 7":                           at(2026, 3, 7, 0, 0, 0, 0),
		"3/7":                               at(2026, 3, 7, 0, 0, 0, 0),
		"10:30":                             at(2026, 3, 4, 10, 30, 0, 0),
		"10:30:15 PM":                       at(2026, 3, 4, 22, 30, 15, 0),
		"2/29/2016":                         at(2016, 2, 29, 0, 0, 0, 0),
		"1/1/0001":                          at(1, 1, 1, 0, 0, 0, 0),
		"12/31/9999 23:59:59":               at(9999, 12, 31, 23, 59, 59, 0),
		"2026-03-29T02:30:00":               at(2026, 3, 29, 2, 30, 0, 0), // an hour that the clocks skip
		"Wednesday, 01 July 2015 00:00:00 +00:00": at(2015, 7, 1, 2, 0, 0, 0),
	} {
		got, err := ParseDateAt(text, berlin, now)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if !got.Equal(want) || got.Location() != berlin {
			t.Errorf("%q = %v, want %v", text, got, want)
		}
	}
}

func TestParseDateRefuses(t *testing.T) {
	const bad = "String was not recognized as a valid DateTime."
	for text, message := range map[string]string{
		"":                       bad,
		" ":                      bad,
		"13/1/2015":              bad,
		"2/30/2015":              bad,
		"2/29/2015":              bad,
		"7/1/2015 25:00":         bad,
		"7/1/2015 10:60":         bad,
		"7/1/2015 13:00 PM":      bad,
		"7/1/2015 10:30:15.":     bad,
		"7/1/2015 10:30 10:30":   bad,
		"20150701":               bad,
		"7//1/2015":              bad,
		"/7/1/2015":              bad,
		"1/2/3/4":                bad,
		"5":                      bad,
		"9001":                   bad,
		"2015-07-01T10:30+15:00": bad,
		"1/1/10000":              bad,
		"12/31/9999 23:00 -5":    bad, // in the year 10000 of UTC
		"99999999999999999999":   bad,
		"yesterday":              "The string was not recognized as a valid DateTime. There is an unknown word starting at index 0.",
		"7/1/2015 noon":          "The string was not recognized as a valid DateTime. There is an unknown word starting at index 9.",
		"é 7/1/2015 ß":           "The string was not recognized as a valid DateTime. There is an unknown word starting at index 0.",
		"Monday, June 25, 2019":  "String was not recognized as a valid DateTime because the day of week was incorrect.",
	} {
		_, err := ParseDateAt(text, time.UTC, day("2026-03-04"))
		wantError(t, text, err, "FormatException", message)
	}
}

func TestFormatDate(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	local := time.Date(2019, 6, 5, 14, 3, 9, 123_456_700, berlin)
	utc := time.Date(2028, 1, 5, 9, 4, 48, 0, time.UTC)
	for _, c := range []struct {
		t            time.Time
		format, want string
	}{
		{utc, "", "1/5/2028 9:04:48 AM"},
		{local, "d", "6/5/2019"},
		{local, "D", "Wednesday, June 5, 2019"},
		{local, "t", "2:03 PM"},
		{local, "T", "2:03:09 PM"},
		{local, "f", "Wednesday, June 5, 2019 2:03 PM"},
		{local, "F", "Wednesday, June 5, 2019 2:03:09 PM"},
		{local, "g", "6/5/2019 2:03 PM"},
		{local, "G", "6/5/2019 2:03:09 PM"},
		{local, "m", "June 5"},
		{local, "M", "June 5"},
		{local, "y", "June 2019"},
		{local, "o", "2019-06-05T14:03:09.1234567+02:00"},
		{local, "O", "2019-06-05T14:03:09.1234567+02:00"},
		{utc, "o", "2028-01-05T09:04:48.0000000Z"},
		{local, "r", "Wed, 05 Jun 2019 14:03:09 GMT"}, // not converted
		{local, "s", "2019-06-05T14:03:09"},
		{local, "u", "2019-06-05 14:03:09Z"}, // not converted
		{local, "U", "Wednesday, June 5, 2019 12:03:09 PM"},
		{local, "yyyy-MM-dd HH:mm:ss.fff tt zzz", "2019-06-05 14:03:09.123 PM +02:00"},
		{local, "yyyyMMdd", "20190605"},
		{local, "yy y yyyyy", "19 19 02019"},
		{local, "ddd dddd MMM MMMM", "Wed Wednesday Jun June"},
		{local, "h:m:s t", "2:3:9 P"},
		{local, "hh HH", "02 14"},
		{local, "f ff FFFFFFF", "1 12 1234567"},
		{utc, "ss.FFF", "48"},
		{utc, "ss.fff", "48.000"},
		{local, "z zz zzz K", "+2 +02 +02:00 +02:00"},
		{utc, "%d", "5"},
		{utc, "%K", "Z"},
		{local, `'at' HH "o'clock"`, "at 14 o'clock"},
		{local, `\d\a\y d`, "day 5"},
		{local, "yyyy/MM/dd g", "2019/06/05 A.D."},
		{local, "dddd, d. MMMM – ü", "Wednesday, 5. June – ü"},
	} {
		got, err := FormatDate(c.t, c.format)
		if err != nil || got != c.want {
			t.Errorf("%q = %q, %v; want %q", c.format, got, err, c.want)
		}
	}
	for _, format := range []string{"K", "x", "q", "'open", `yyyy\`, "yyyy%", "ffffffff"} {
		_, err := FormatDate(utc, format)
		wantError(t, format, err, "FormatException", "Input string was not in a correct format.")
	}
}

func TestTimeSpan(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"30.00:00:00":      30 * 24 * time.Hour,
		"30":               30 * 24 * time.Hour,
		"00:30":            30 * time.Minute,
		"1:02:03":          time.Hour + 2*time.Minute + 3*time.Second,
		"1.02:03":          26*time.Hour + 3*time.Minute,
		"1:02:03:04":       26*time.Hour + 3*time.Minute + 4*time.Second,
		"-00:00:01.5":      -1500 * time.Millisecond,
		"0:0:0.0000001":    100,
		" 01:00:00 ":       time.Hour,
		"-1.00:00:00":      -24 * time.Hour,
		"106000.00:00:00":  106000 * 24 * time.Hour,
		"00:00:00.1234567": 123_456_700,
	} {
		got, err := parseSpan(text)
		if err != nil || got != want {
			t.Errorf("%q = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-", "x", "1:", "1:2:3:4:5", "1.2", "00:00:00.12345678", "1 :2"} {
		_, err := parseSpan(text)
		wantError(t, text, err, "FormatException", "String was not recognized as a valid TimeSpan.")
	}
	for _, text := range []string{"24:00", "00:60", "106752.00:00:00", "99999999999999999999"} {
		_, err := parseSpan(text)
		wantError(t, text, err, "OverflowException", spanOverflow().Message)
	}
	for d, want := range map[time.Duration]string{
		0:                    "00:00:00",
		30 * 24 * time.Hour:  "30.00:00:00",
		-90 * time.Second:    "-00:01:30",
		1500 * 1000 * 1000:   "00:00:01.5000000",
		49*time.Hour + 100:   "2.01:00:00.0000001",
		-9223372036854775808: "-106751.23:47:16.8547758",
	} {
		if got := Text(d); got != want {
			t.Errorf("Text(%d) = %q, want %q", d, got, want)
		}
	}
	for format, want := range map[string]string{
		"c": "1.02:03:04.5000000", "g": "1:2:03:04.5", "G": "1:02:03:04.5000000",
		`d\.hh\:mm`: "1.02:03", "hh'h'mm": "02h03", "%h": "2", `ss\.ff`: "04.50", "ss'.'FFF": "04.5", "ddd": "001",
	} {
		got, err := formatSpan(26*time.Hour+3*time.Minute+4500*time.Millisecond, format)
		if err != nil || got != want {
			t.Errorf("%q = %q, %v; want %q", format, got, err, want)
		}
	}
	for _, format := range []string{"x", "hh:mm", "hhh", "h"} {
		_, err := formatSpan(time.Hour, format)
		wantError(t, format, err, "FormatException", "Input string was not in a correct format.")
	}
}

// Every standard format that holds all of a date reads back as the same date.
func TestDatesReadBack(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SampledFrom([]*time.Location{time.UTC, berlin}).Draw(t, "zone")
		date := time.Unix(rapid.Int64Range(-60_000_000_000, 250_000_000_000).Draw(t, "unix"), 0).In(in)
		exact := date.Add(time.Duration(rapid.Int64Range(0, 9_999_999).Draw(t, "ticks")) * 100)
		s, err := FormatDate(exact, "o")
		if err != nil {
			t.Fatal(err)
		}
		if _, seconds := exact.Zone(); seconds%60 != 0 {
			t.Skip("local mean time has seconds, which no format has")
		}
		if back, err := ParseDate(s, in); err != nil || !back.Equal(exact) {
			t.Fatalf("%q reads back as %v, %v", s, back, err)
		}
		if back, ok := parseExact(s, "o", in); !ok || !back.Equal(exact) {
			t.Fatalf("%q reads back exactly as %v, %v", s, back, ok)
		}
		utc := date.UTC()
		for _, format := range []string{"G", "F", "s", "yyyy-MM-dd HH:mm:ss"} {
			s, err := FormatDate(utc, format)
			if err != nil {
				t.Fatal(err)
			}
			if back, err := ParseDate(s, time.UTC); err != nil || !back.Equal(utc) {
				t.Fatalf("%q reads back as %v, %v; was %v", s, back, err, utc)
			}
		}
		if back := timeOfTicks(ticksOf(exact), in); !back.Equal(exact) && back.Hour() != exact.Hour() {
			t.Fatalf("ticks of %v give %v", exact, back)
		}
		d := time.Duration(rapid.Int64Range(-90_000_000_000_000_000, 90_000_000_000_000_000).Draw(t, "span")) * 100
		if back, err := parseSpan(Text(d)); err != nil || back != d {
			t.Fatalf("%q reads back as %v, %v", Text(d), back, err)
		}
	})
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"7/1/2015 10:30 PM", "2015-07-01T10:30:15.123Z", "Tuesday, June 25, 2019 2:53:32 PM", "1:2:3", "+", "7/1/2015 10:30:1.", "é", "March", "1.00:00:00"} {
		f.Add(s)
	}
	now := day("2026-03-04")
	f.Fuzz(func(t *testing.T, s string) {
		if date, err := ParseDateAt(s, time.UTC, now); err == nil {
			if date.Year() < 1 || date.Year() > 9999 {
				t.Fatalf("%q is in the year %d", s, date.Year())
			}
			text, _ := FormatDate(date, "o")
			if back, err := ParseDateAt(text, time.UTC, now); err != nil || !back.Equal(date) {
				t.Fatalf("%q is %s, which reads back as %v, %v", s, text, back, err)
			}
		}
		if d, err := parseSpan(s); err == nil {
			if back, err := parseSpan(Text(d)); err != nil || back != d {
				t.Fatalf("%q is %v, which reads back as %v, %v", s, d, back, err)
			}
		}
	})
}

func FuzzFormatDate(f *testing.F) {
	for _, s := range []string{"G", "yyyy-MM-dd HH:mm:ss.fff tt zzz", `'a' \b "c" %d`, "FFFFFFF.K", "'", `\`, "%"} {
		f.Add(s)
	}
	at := time.Date(2019, 6, 5, 14, 3, 9, 123_456_700, time.UTC)
	f.Fuzz(func(t *testing.T, format string) {
		s, err := FormatDate(at, format)
		if err == nil && len(s) > 16*len(format)+64 {
			t.Fatalf("%q gives %d bytes", format, len(s))
		}
		_, _ = formatSpan(90*time.Second, format)
		_, _ = parseExact(s, format, time.UTC)
	})
}
