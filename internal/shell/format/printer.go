package format

import (
	"time"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// Options is what a Printer is made from.
type Options struct {
	// Width is the window's width in columns; 120 when it is 0.
	Width int
	// Zone is where dates are shown; nil means local.
	Zone *time.Location
	// Limit is $FormatEnumerationLimit; 0 means 4, a negative one no limit.
	Limit int
	// Views are the layouts of known types by the type's full name.
	Views map[string]View
	// Verbatim lets the pipeline's texts through as they are, for files. On a
	// terminal they could do more than be read.
	Verbatim bool
	// Out takes one or more complete lines, each with its line feed.
	Out func(text string)
	// Warn takes what is said about a table's columns that do not fit; nil for
	// nobody who cares.
	Warn func(text string)
}

// Printer shows values one after the other. It holds back nothing but the rows
// of a table with AutoSize. It is for one goroutine.
type Printer struct{ o Options }

// New makes a Printer that has printed nothing.
func New(o Options) *Printer { return &Printer{o: o} }

// Print shows a value: a *Record as the Format command wanted it, anything else
// by its type's view or as a table (up to four properties) or list. A nil
// prints nothing, a collection its members.
func (p *Printer) Print(v object.Value) error { panic("format") }

// Flush ends a list or table that is still open. The Printer can be used on.
func (p *Printer) Flush() error { panic("format") }
