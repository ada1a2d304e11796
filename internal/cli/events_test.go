package cli

import (
	"bytes"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
)

// Everything that belongs to an event stands below it, indented.
func TestEventsOfSeveralLines(t *testing.T) {
	var out bytes.Buffer
	at := time.Date(2027, 3, 1, 12, 0, 0, 0, time.Local)
	(&app{IO: IO{Out: &out}}).printEvents([]adminapi.Event{
		{Time: at, Level: "Information", ID: 4100, Text: "Exchange was added.", Detail: "by: admin\nkeys: E4BA"},
		{Time: at, Level: "Warning", ID: 2014, Text: "Nothing more is known."},
	})
	want := "2027-03-01 12:00:00  Information  4100  Exchange was added.\n    by: admin\n    keys: E4BA\n" +
		"2027-03-01 12:00:00  Warning      2014  Nothing more is known.\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
