package partner

import (
	"strings"

	"github.com/matchseal/matchseal/s2s"
)

// EventSource is the source of this package's events in the event log.
const EventSource = "matchseal Partner Applications"

// Event ids of this package. They are matchseal's own: the products log
// nothing here.
const (
	EventAdded      = 4100 // a record was added, or updated by adding it again
	EventChanged    = 4101
	EventRemoved    = 4102
	EventDenied     = 4103 // a certificate was put on the deny list
	EventAllowed    = 4104 // and taken off
	EventKeys       = 4110 // a document brought other keys
	EventRecovered  = 4111 // a document can be read again
	EventFailed     = 4112 // a document could not be read for the first time
	EventOld        = 4113 // nor for a day
	EventDistrusted = 4114 // nor for 30 days: its keys no longer count
	EventIdentity   = 4115 // a document names somebody else than was pinned
)

// lines writes pairs of name and value, one per line; empty values are left
// out.
func lines(pairs ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			b.WriteString(pairs[i] + ": " + pairs[i+1] + "\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func keyList(keys []Key) string {
	all := make([]s2s.Thumbprint, len(keys))
	for i, k := range keys {
		all[i] = k.Thumbprint
	}
	return thumbprints(all)
}

func thumbprints(all []s2s.Thumbprint) string {
	texts := make([]string, len(all))
	for i, t := range all {
		texts[i] = t.String()
	}
	return strings.Join(texts, " ")
}
