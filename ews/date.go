package ews

import (
	"fmt"
	"strings"
	"time"
)

// dateLayout is the only form sent: DavMail rejects any other length.
const dateLayout = "2006-01-02T15:04:05Z"

// FormatDate writes a time as yyyy-MM-ddTHH:mm:ssZ, in UTC, with fractions of a
// second cut off.
func FormatDate(t time.Time) string { return t.UTC().Format(dateLayout) }

// ParseDate reads an xs:dateTime or xs:date in any of its forms. A time without
// a zone is taken as UTC.
func ParseDate(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02", "2006-01-02Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a date and time: write yyyy-MM-ddTHH:mm:ssZ", s)
}
