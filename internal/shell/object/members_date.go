package object

import (
	"math"
	"time"
)

var dateMethods = []method{
	{"Add", "datetime Add(timespan value)", 1, 1, func(c *call) (Value, error) {
		v, err := c.convert(0, "System.TimeSpan")
		if err != nil {
			return nil, err
		}
		d, _ := v.(time.Duration)
		return c.inRange(c.date().Add(d))
	}},
	{"AddDays", "datetime AddDays(double value)", 1, 1, func(c *call) (Value, error) { return c.addDays() }},
	{"AddHours", "datetime AddHours(double value)", 1, 1, func(c *call) (Value, error) { return c.addUnits(time.Hour) }},
	{"AddMilliseconds", "datetime AddMilliseconds(double value)", 1, 1, func(c *call) (Value, error) { return c.addUnits(time.Millisecond) }},
	{"AddMinutes", "datetime AddMinutes(double value)", 1, 1, func(c *call) (Value, error) { return c.addUnits(time.Minute) }},
	{"AddMonths", "datetime AddMonths(int months)", 1, 1, func(c *call) (Value, error) { return c.addMonths(1) }},
	{"AddSeconds", "datetime AddSeconds(double value)", 1, 1, func(c *call) (Value, error) { return c.addUnits(time.Second) }},
	{"AddTicks", "datetime AddTicks(long value)", 1, 1, func(c *call) (Value, error) { return c.addUnits(100) }},
	{"AddYears", "datetime AddYears(int value)", 1, 1, func(c *call) (Value, error) { return c.addMonths(12) }},
	{"Subtract", "timespan Subtract(datetime value), datetime Subtract(timespan value)", 1, 1, func(c *call) (Value, error) {
		if other, ok := c.args[0].(time.Time); ok {
			return c.date().Sub(other), nil
		}
		v, err := c.convert(0, "System.TimeSpan")
		if err != nil {
			return nil, err
		}
		d, _ := v.(time.Duration)
		return c.inRange(c.date().Add(-d))
	}},
	{"ToFileTime", "long ToFileTime()", 0, 0, func(c *call) (Value, error) { return fileTime(c.date()), nil }},
	{"ToFileTimeUtc", "long ToFileTimeUtc()", 0, 0, func(c *call) (Value, error) { return fileTime(c.date()), nil }},
	{"ToLocalTime", "datetime ToLocalTime()", 0, 0, func(c *call) (Value, error) { return c.date().In(localZone(c.rt.Zone)), nil }},
	{"ToLongDateString", "string ToLongDateString()", 0, 0, func(c *call) (Value, error) { return FormatDate(c.date(), "D") }},
	{"ToLongTimeString", "string ToLongTimeString()", 0, 0, func(c *call) (Value, error) { return FormatDate(c.date(), "T") }},
	{"ToShortDateString", "string ToShortDateString()", 0, 0, func(c *call) (Value, error) { return FormatDate(c.date(), "d") }},
	{"ToShortTimeString", "string ToShortTimeString()", 0, 0, func(c *call) (Value, error) { return FormatDate(c.date(), "t") }},
	{"ToString", "string ToString(string format, System.IFormatProvider provider)", 0, 2, func(c *call) (Value, error) {
		s, err := FormatDate(c.date(), c.text(0))
		if err != nil {
			return nil, c.rethrow(err)
		}
		return s, nil
	}},
	{"ToUniversalTime", "datetime ToUniversalTime()", 0, 0, func(c *call) (Value, error) { return c.date().UTC(), nil }},
	{"IsDaylightSavingTime", "bool IsDaylightSavingTime()", 0, 0, func(c *call) (Value, error) { return c.date().IsDST(), nil }},
}

func (c *call) date() time.Time { t, _ := c.recv.(time.Time); return t }

// inRange refuses what is not between the years 1 and 9999.
func (c *call) inRange(t time.Time) (Value, error) {
	if t.Year() < 1 || t.Year() > 9999 {
		return nil, c.raise("ArgumentOutOfRangeException",
			"The added or subtracted value results in an un-representable DateTime.\nParameter name: value")
	}
	return t, nil
}

func (c *call) addUnits(unit time.Duration) (Value, error) {
	n, err := c.float(0)
	if err != nil {
		return nil, err
	}
	d, ok := span(n, unit)
	if !ok {
		return nil, c.raise("ArgumentOutOfRangeException", "Value to add was out of range.\nParameter name: value")
	}
	return c.inRange(c.date().Add(d))
}

// addDays keeps the time of day over a change of the clocks, as .NET does;
// only the part of a day is a duration.
func (c *call) addDays() (Value, error) {
	n, err := c.float(0)
	if err != nil {
		return nil, err
	}
	days, part := math.Modf(n)
	if math.IsNaN(n) || math.Abs(days) > 4_000_000 {
		return nil, c.raise("ArgumentOutOfRangeException", "Value to add was out of range.\nParameter name: value")
	}
	return c.inRange(c.date().AddDate(0, 0, int(days)).Add(time.Duration(math.Round(part * float64(24*time.Hour)))))
}

// addMonths stays in the month it comes to: a month after January 31 is the
// last of February.
func (c *call) addMonths(each int) (Value, error) {
	n, err := c.int(0)
	if err != nil {
		return nil, err
	}
	if n < -120_000 || n > 120_000 {
		return nil, c.raise("ArgumentOutOfRangeException", "Months value must be between +/-120000.\nParameter name: months")
	}
	t := c.date()
	months := t.Year()*12 + int(t.Month()) - 1 + n*each
	year, month := months/12, months%12+1
	if year < 1 || year > 9999 || months < 0 {
		return c.inRange(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))
	}
	day := min(t.Day(), daysIn(year, month))
	return time.Date(year, time.Month(month), day, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location()), nil
}

// fileTime counts units of 100 nanoseconds from 1601 in UTC.
func fileTime(t time.Time) int64 {
	const from1601 = 116_444_736_000_000_000
	return t.Unix()*ticksPerSecond + int64(t.Nanosecond()/100) + from1601
}

var spanMethods = []method{
	{"Add", "timespan Add(timespan ts)", 1, 1, func(c *call) (Value, error) { return c.combine(1) }},
	{"Duration", "timespan Duration()", 0, 0, func(c *call) (Value, error) { return max(c.span(), -c.span()), nil }},
	{"Negate", "timespan Negate()", 0, 0, func(c *call) (Value, error) { return -c.span(), nil }},
	{"Subtract", "timespan Subtract(timespan ts)", 1, 1, func(c *call) (Value, error) { return c.combine(-1) }},
	{"ToString", "string ToString(string format)", 0, 2, func(c *call) (Value, error) {
		s, err := formatSpan(c.span(), c.text(0))
		if err != nil {
			return nil, c.rethrow(err)
		}
		return s, nil
	}},
}

func (c *call) span() time.Duration { d, _ := c.recv.(time.Duration); return d }

func (c *call) combine(sign time.Duration) (Value, error) {
	v, err := c.convert(0, "System.TimeSpan")
	d, _ := v.(time.Duration)
	return c.span() + sign*d, err
}
