package object

import (
	"io"
	"time"
)

// Runtime is what members of values need from the world around them.
type Runtime struct {
	// ReadFile reads a file for Import and ReadAllBytes; nil refuses.
	ReadFile func(path string) ([]byte, error)
	// WriteFile makes a file, or writes another one over it, for WriteAllBytes
	// and WriteAllText; nil refuses.
	WriteFile func(path string, data []byte) error
	// Now is the clock; nil is the machine's.
	Now func() time.Time
	// Zone is the session's time zone; nil is the machine's.
	Zone *time.Location
	// Random is the source of new GUIDs; nil is the machine's.
	Random io.Reader
}

// now is the clock of the session, in its zone.
func (rt Runtime) now() time.Time {
	now := rt.Now
	if now == nil {
		now = time.Now
	}
	return now().In(localZone(rt.Zone))
}
