package rollover

import (
	"encoding/binary"
	"fmt"
	"os"
	"time"
)

// clock is the time of all processes of a deployment: that of the machine, and
// how far the test has gone ahead of it, which lies in a file that they share.
// It never stands still, as real clocks do not.
type clock struct{ file *os.File }

func newClock(path string) (*clock, error) {
	if err := os.WriteFile(path, make([]byte, 8), 0o600); err != nil {
		return nil, err
	}
	return openClock(path)
}

func openClock(path string) (*clock, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	return &clock{file}, err
}

func (c *clock) ahead() time.Duration {
	var b [8]byte
	if _, err := c.file.ReadAt(b[:], 0); err != nil {
		panic(fmt.Sprint("the clock is gone: ", err)) // without it every answer would be wrong
	}
	return time.Duration(binary.LittleEndian.Uint64(b[:]))
}

// step lets time pass for everybody.
func (c *clock) step(by time.Duration) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(c.ahead()+by))
	if _, err := c.file.WriteAt(b[:], 0); err != nil {
		panic(fmt.Sprint("the clock is gone: ", err))
	}
}

// now is the true time.
func (c *clock) now() time.Time { return time.Now().Add(c.ahead()).UTC().Round(0) }

// off is a clock that is wrong by so much.
func (c *clock) off(by time.Duration) func() time.Time {
	return func() time.Time { return c.now().Add(by) }
}
