package format

import (
	"strings"
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
	Views Views
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
type Printer struct {
	o    Options
	open sheet // the list or table under way, nil for none
	last shape // of what stands in it

	fitted *Layout // of views with AutoSize
}

// sheet is a list, a table or the like that takes one object after the other.
type sheet interface {
	add(cells []cell)
	end()
}

// shape decides whether an object goes on with what is open.
type shape struct {
	kind   Kind
	layout *Layout // nil without a Format command
	group  string
	labels string // a table's
}

// Widths: a window that nobody measured, and the least that is laid out for.
const (
	defaultWidth = 120
	leastWidth   = 10
	defaultLimit = 4
)

// New makes a Printer that has printed nothing.
func New(o Options) *Printer {
	if o.Width == 0 {
		o.Width = defaultWidth
	}
	o.Width = max(o.Width, leastWidth)
	if o.Limit == 0 {
		o.Limit = defaultLimit
	}
	if o.Zone == nil {
		o.Zone = time.Local
	}
	return &Printer{o: o, fitted: &Layout{Spec: Spec{AutoSize: true}}}
}

// Print shows a value: a *Record as the Format command wanted it, anything else
// by its type's view or as a table (up to four properties) or list. A nil
// prints nothing, a collection its members.
func (p *Printer) Print(v object.Value) error {
	switch v := v.(type) {
	case nil:
		return nil
	case *Record:
		if v != nil {
			return p.record(v)
		}
	case *object.List, object.Bytes:
		return p.members(v, 1)
	case string:
		p.plain(v, p.o.Verbatim)
	case time.Time:
		p.date(v)
	case *object.ErrorRecord:
		p.close()
		p.o.Out(ErrorText(v, p.o.Width))
	case *object.Object, *object.Hash, object.GUID, time.Duration:
		p.object(v)
	default:
		p.plain(object.Show(v, p.o.Zone), false)
	}
	return nil
}

// members prints what is in a collection. One deep inside others stands in one
// line, because it may hold itself.
func (p *Printer) members(v object.Value, depth int) error {
	for _, item := range object.Items(v) {
		var err error
		switch inner, ok := item.(*object.List); {
		case ok && depth > 1:
			p.plain(object.ShowLimited(inner, p.o.Zone, p.o.Limit), false)
		case ok:
			err = p.members(inner, depth+1)
		default:
			err = p.Print(item)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Flush ends a list or table that is still open. The Printer can be used on.
func (p *Printer) Flush() error {
	p.close()
	return nil
}

func (p *Printer) close() {
	if p.open != nil {
		p.open.end()
		p.open = nil
	}
}

// plain prints what needs no layout.
func (p *Printer) plain(text string, verbatim bool) {
	p.close()
	if !verbatim {
		text = Visible(text)
	}
	p.o.Out(text + "\n")
}

// longDate is how a date that stands alone reads.
const longDate = "dddd, MMMM d, yyyy h:mm:ss tt"

func (p *Printer) date(t time.Time) {
	if t.Location() != time.UTC { // which shows as it is, as in a list
		t = t.In(p.o.Zone)
	}
	text, err := object.FormatDate(t, longDate)
	if err != nil {
		text = object.Show(t, p.o.Zone)
	}
	if _, ok := p.open.(*dates); !ok {
		p.close()
		p.open = &dates{p}
		p.o.Out("\n")
	}
	p.o.Out(text + "\n")
}

// dates are dates on their own lines, framed by empty ones.
type dates struct{ p *Printer }

func (d *dates) add([]cell) {}
func (d *dates) end()       { d.p.o.Out("\n\n") }

// object prints by the type's view.
func (p *Printer) object(v object.Value) {
	if h, ok := v.(*object.Hash); ok {
		for _, entry := range entries(h) {
			p.object(entry)
		}
		return
	}
	view := p.view(v)
	all := shown(v)
	if len(all) == 0 && view.Table == nil && view.List == nil {
		p.plain(object.Show(v, p.o.Zone), false)
		return
	}
	kind := view.kind(len(all))
	var l *Layout
	if view.AutoSize {
		l = p.fitted
	}
	p.show(kind, l, p.viewGroup(view, v), view.cells(kind, v))
}

func (p *Printer) record(r *Record) error {
	if h, ok := r.value.(*object.Hash); ok && r.layout.fields == nil {
		for _, entry := range entries(h) {
			if err := p.record(&Record{layout: r.layout, value: entry, group: r.group}); err != nil {
				return err
			}
		}
		return nil
	}
	kind, cells := r.layout.Kind, r.cells
	var group string
	if r.layout.fields == nil {
		if single(r.value) {
			return p.Print(r.value)
		}
		view := p.view(r.value)
		if kind == Auto {
			kind = view.kind(len(shown(r.value)))
		}
		cells = view.cells(kind, r.value)
		group = p.viewGroup(view, r.value)
	}
	if len(r.group) > 0 {
		g := r.group[0]
		group = cut("   "+title(g.Name)+": "+p.oneLine(g), p.o.Width)
	}
	if len(cells) > 0 {
		p.show(kind, r.layout, group, cells)
	}
	return nil
}

// single is true of what a Format command without properties shows as it would
// be shown without one: Format-List of a text is the text.
func single(v object.Value) bool {
	switch v.(type) {
	case string, bool, int32, int64, float64, object.TypedText, object.Enum, object.Type, object.Secure, object.Block, *object.ErrorRecord, *object.List, object.Bytes:
		return true
	}
	return false
}

func (p *Printer) viewGroup(v View, o object.Value) string {
	if v.Group == nil {
		return ""
	}
	return strings.Join(wrap(Visible(v.Group(o)), p.o.Width), "\n")
}

// show adds an object to what is open, or opens what suits it.
func (p *Printer) show(kind Kind, l *Layout, group string, cells []cell) {
	s := shape{kind: kind, layout: l, group: group}
	if kind == Table {
		s.labels = labels(cells)
	}
	if _, isDates := p.open.(*dates); p.open == nil || isDates || s != p.last {
		p.close()
		if group != "" {
			p.o.Out("\n" + group + "\n")
		}
		p.open, p.last = p.sheet(kind, l), s
	}
	p.open.add(cells)
}

func labels(cells []cell) string {
	var b strings.Builder
	for _, c := range cells {
		b.WriteString(strings.ToLower(c.Name))
		b.WriteByte(0)
	}
	return b.String()
}

func (p *Printer) sheet(kind Kind, l *Layout) sheet {
	var s Spec
	if l != nil {
		s = l.Spec
	}
	switch kind {
	case Table:
		return &table{p: p, spec: s}
	case Wide:
		return &wide{p: p, spec: s}
	default:
		return &list{p: p}
	}
}

// text is what a cell shows, with line feeds where the value has them.
func (p *Printer) text(c cell) string {
	if c.field.Format != "" && c.Value != nil {
		form := c.field.Format
		if !strings.Contains(form, "{") {
			form = "{0:" + form + "}"
		}
		if text, err := object.Format(form, []object.Value{c.Value}, p.o.Zone); err == nil {
			return Visible(text)
		}
	}
	return Visible(object.ShowLimited(c.Value, p.o.Zone, p.o.Limit))
}

// oneLine is the cell's text as far as its first line goes.
func (p *Printer) oneLine(c cell) string {
	all := lines(p.text(c))
	if len(all) > 1 {
		return strings.TrimRight(all[0], " ") + ellipsis
	}
	return all[0]
}

// title is a property's name on one line.
func title(name string) string { return lines(Visible(name))[0] }

// line prints one line of a layout. Blanks at its end would only wrap.
func (p *Printer) line(text string) { p.o.Out(strings.TrimRight(text, " ") + "\n") }
