package builtin

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

func dateCommands() []*shell.Command {
	const start, parts = "Date", "Time"
	return []*shell.Command{
		{
			Name: "Get-Date", Module: utility,
			Synopsis: "Returns the current date and time, or a given one.",
			Sets:     []string{"net", "UFormat"}, DefaultSet: "net",
			Parameters: []shell.Parameter{
				defaulting(byProperty(piped(at(0, "Date", "DateTime", "the date", "LastWriteTime"))), "now"),
				named("Year", "Int32", "its year"), named("Month", "Int32", "its month"), named("Day", "Int32", "its day"),
				named("Hour", "Int32", "its hour"), named("Minute", "Int32", "its minute"), named("Second", "Int32", "its second"),
				named("Millisecond", "Int32", "its millisecond"),
				oneOf(named("DisplayHint", "DisplayHintType", "what of it is shown"), "Date", "Time", "DateTime"),
				within(named("Format", "String", "as a text in a .NET format: d, D, yyyy-MM-dd"), "net"),
				required(within(named("UFormat", "String", "as a text in a Unix format: %Y-%m-%d"), "UFormat")),
			},
			Output: properties("DisplayHint", "DisplayHintType", "DateTime", "String", "Date", "DateTime", "Day", "Int32",
				"DayOfWeek", "DayOfWeek", "DayOfYear", "Int32", "Hour", "Int32", "Kind", "DateTimeKind", "Millisecond", "Int32",
				"Minute", "Int32", "Month", "Int32", "Second", "Int32", "Ticks", "Int64", "TimeOfDay", "TimeSpan", "Year", "Int32"),
			Start: shell.Each(getDate),
		},
		{
			Name: "New-TimeSpan", Module: utility,
			Synopsis: "Makes a span of time, or the one between two dates.",
			Sets:     []string{start, parts}, DefaultSet: start,
			Parameters: []shell.Parameter{
				within(byProperty(piped(at(0, "Start", "DateTime", "the first date", "LastWriteTime"))), start),
				within(byProperty(at(1, "End", "DateTime", "the second date")), start),
				within(named("Days", "Int32", "days"), parts), within(named("Hours", "Int32", "hours"), parts),
				within(named("Minutes", "Int32", "minutes"), parts), within(named("Seconds", "Int32", "seconds"), parts),
			},
			Output: properties("Days", "Int32", "Hours", "Int32", "Minutes", "Int32", "Seconds", "Int32", "Milliseconds", "Int32",
				"Ticks", "Int64", "TotalDays", "Double", "TotalHours", "Double", "TotalMinutes", "Double", "TotalSeconds", "Double", "TotalMilliseconds", "Double"),
			Start: shell.Each(newTimeSpan),
		},
	}
}

func getDate(_ context.Context, in *shell.Invocation) error {
	t := in.Session().Now().In(zone(in))
	if given := in.TimeIf("Date"); given != nil {
		t = *given
	}
	t, err := changed(in, t)
	if err != nil {
		return err
	}
	switch hint := in.String("DisplayHint"); {
	case in.Has("UFormat"):
		return in.Emit(unixDate(t, in.String("UFormat")))
	case in.Has("Format"):
		text, err := netDate(t, in.String("Format"))
		if err != nil {
			return err
		}
		return in.Emit(text)
	case strings.EqualFold(hint, "Date"):
		return in.Emit(t.Format("Monday, January 2, 2006"))
	case strings.EqualFold(hint, "Time"):
		return in.Emit(t.Format("3:04:05 PM"))
	}
	return in.Emit(t)
}

// changed is a date with the parts the command was given. Months that are too
// short for the day end on their last one.
func changed(in *shell.Invocation, t time.Time) (time.Time, error) {
	part := func(name string, otherwise, least, greatest int) (int, error) {
		if !in.Has(name) {
			return otherwise, nil
		}
		n := in.Int(name)
		if n < least || n > greatest {
			return 0, shell.At(name, fault(in, "ParameterArgumentValidationError", "InvalidData", "ParameterBindingValidationException",
				"Cannot validate argument on parameter '%s'. The %d argument is not between %d and %d.", name, n, least, greatest))
		}
		return n, nil
	}
	var values [7]int
	for i, p := range []struct {
		name                       string
		otherwise, least, greatest int
	}{
		{"Year", t.Year(), 1, 9999}, {"Month", int(t.Month()), 1, 12}, {"Day", t.Day(), 1, 31}, {"Hour", t.Hour(), 0, 23},
		{"Minute", t.Minute(), 0, 59}, {"Second", t.Second(), 0, 59}, {"Millisecond", t.Nanosecond() / 1e6, 0, 999},
	} {
		n, err := part(p.name, p.otherwise, p.least, p.greatest)
		if err != nil {
			return t, err
		}
		values[i] = n
	}
	nanoseconds := t.Nanosecond()
	if in.Has("Millisecond") {
		nanoseconds = values[6] * 1e6
	}
	year, month, day := values[0], time.Month(values[1]), values[2]
	day = min(day, time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day())
	return time.Date(year, month, day, values[3], values[4], values[5], nanoseconds, t.Location()), nil
}

// netDate is a date in a .NET format, or in one of those for names of files.
func netDate(t time.Time, format string) (string, error) {
	switch strings.ToLower(format) {
	case "filedate":
		format = "yyyyMMdd"
	case "filedateuniversal":
		t, format = t.UTC(), "yyyyMMddZ"
	case "filedatetime":
		format = "yyyyMMddTHHmmssffff"
	case "filedatetimeuniversal":
		t, format = t.UTC(), "yyyyMMddTHHmmssffffZ"
	}
	return object.FormatDate(t, format)
}

// unixDate is a date in a format of the Unix command date.
func unixDate(t time.Time, format string) string {
	format = strings.TrimPrefix(format, "+")
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		b.WriteString(unixPart(t, format[i]))
	}
	return b.String()
}

// unixPart is what one % and a letter stand for; an unknown letter is itself.
func unixPart(t time.Time, letter byte) string {
	if layout, ok := map[byte]string{
		'A': "Monday", 'a': "Mon", 'B': "January", 'b': "Jan", 'h': "Jan", 'c': "Mon Jan 02 15:04:05 2006", 'D': "01/02/06", 'd': "02",
		'e': "_2", 'F': "2006-01-02", 'H': "15", 'I': "03", 'M': "04", 'm': "01", 'p': "PM", 'R': "15:04", 'r': "03:04:05 PM",
		'S': "05", 'T': "15:04:05", 'X': "15:04:05", 'x': "01/02/06", 'Y': "2006", 'y': "06", 'Z': "-07",
	}[letter]; ok {
		return t.Format(layout)
	}
	_, week := t.ISOWeek()
	switch letter {
	case 'C':
		return fmt.Sprintf("%02d", t.Year()/100)
	case 'G':
		year, _ := t.ISOWeek()
		return fmt.Sprint(year)
	case 'j':
		return fmt.Sprintf("%03d", t.YearDay())
	case 'k':
		return fmt.Sprintf("%2d", t.Hour())
	case 'l':
		return fmt.Sprintf("%2d", (t.Hour()+11)%12+1)
	case 'n':
		return "\n"
	case 's':
		return fmt.Sprintf("%d", t.Unix())
	case 't':
		return "\t"
	case 'u':
		return fmt.Sprint((int(t.Weekday())+6)%7 + 1)
	case 'V', 'U', 'W':
		return fmt.Sprintf("%02d", week)
	case 'w':
		return fmt.Sprint(int(t.Weekday()))
	}
	return string(letter)
}

func newTimeSpan(_ context.Context, in *shell.Invocation) error {
	if in.Set() == "Time" {
		var d time.Duration
		for name, unit := range map[string]time.Duration{"Days": 24 * time.Hour, "Hours": time.Hour, "Minutes": time.Minute, "Seconds": time.Second} {
			d += time.Duration(in.Int(name)) * unit
		}
		return in.Emit(d)
	}
	start := in.Session().Now().In(zone(in))
	end := start
	if t := in.TimeIf("Start"); t != nil {
		start = *t
	}
	if t := in.TimeIf("End"); t != nil {
		end = *t
	}
	return in.Emit(end.Sub(start))
}
