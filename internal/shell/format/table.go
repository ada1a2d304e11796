package format

import (
	"fmt"
	"slices"
	"strings"
)

// table shows one object per row. Its columns are decided by the first object,
// or with AutoSize by all of them.
type table struct {
	p       *Printer
	spec    Spec
	columns []tableColumn
	rows    [][]string // AutoSize only
}

type tableColumn struct {
	label string
	width int // 0 until it is decided
	align Alignment
}

// leastColumn is the narrowest column: one character and an ellipsis.
const leastColumn = 4

func (t *table) add(cells []cell) {
	if t.columns == nil {
		for _, c := range cells {
			t.columns = append(t.columns, columnOf(c))
		}
		if !t.spec.AutoSize {
			t.share()
			t.header()
		}
	}
	row := make([]string, len(cells))
	for i, c := range cells {
		if t.spec.Wrap {
			row[i] = t.p.text(c)
		} else {
			row[i] = t.p.oneLine(c)
		}
	}
	if t.spec.AutoSize {
		t.rows = append(t.rows, row)
		return
	}
	t.row(row)
}

func columnOf(c cell) tableColumn {
	col := tableColumn{label: title(c.Name), width: c.field.Width, align: c.field.Align}
	if col.align == Natural {
		col.align = Left
		switch c.Value.(type) {
		case bool, int32, int64, float64:
			col.align = Right
		}
	}
	return col
}

func (t *table) end() {
	if t.spec.AutoSize {
		t.measure()
		t.header()
		for _, row := range t.rows {
			t.row(row)
		}
	}
	t.p.o.Out("\n\n")
}

// share gives the columns without a width equal parts of what the others leave.
func (t *table) share() {
	room, open := t.p.o.Width-(len(t.columns)-1), 0
	for _, c := range t.columns {
		room -= c.width
		if c.width == 0 {
			open++
		}
	}
	for i := range t.columns {
		if t.columns[i].width == 0 {
			t.columns[i].width = max(room/open, leastColumn)
		}
	}
	t.fit()
}

// measure makes every column as wide as what stands in it.
func (t *table) measure() {
	for i := range t.columns {
		c := &t.columns[i]
		if c.width > 0 {
			continue
		}
		c.width = max(Width(c.label), 1)
		for _, row := range t.rows {
			for _, line := range lines(row[i]) {
				c.width = max(c.width, Width(line))
			}
		}
	}
	t.fit()
}

// fit shortens the table to the window: the last column that still has room is
// cut, the ones after it are left out.
func (t *table) fit() {
	room := t.p.o.Width
	for i := range t.columns {
		c := &t.columns[i]
		if room < min(c.width, leastColumn) {
			t.leaveOut(i)
			return
		}
		c.width = min(c.width, room)
		room -= c.width + 1
	}
}

func (t *table) leaveOut(from int) {
	n := len(t.columns) - from
	text := fmt.Sprintf("%d columns do not fit into the display and were removed.", n)
	if n == 1 {
		text = fmt.Sprintf("column '%s' does not fit into the display and was removed.", t.columns[from].label)
	}
	t.columns = t.columns[:from]
	if t.p.o.Warn != nil {
		t.p.o.Warn(text)
	}
}

func (t *table) header() {
	t.p.o.Out("\n")
	if t.spec.HideHeaders {
		return
	}
	names, hyphens := make([]string, len(t.columns)), make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = cut(c.label, c.width)
		hyphens[i] = strings.Repeat("-", Width(names[i]))
	}
	t.print(names)
	t.print(hyphens)
}

// row prints a row, with Wrap over as many lines as its longest cell takes.
func (t *table) row(texts []string) {
	if !t.spec.Wrap {
		line := make([]string, len(t.columns))
		for i, c := range t.columns {
			line[i] = cut(texts[i], c.width)
		}
		t.print(line)
		return
	}
	wrapped, height := make([][]string, len(t.columns)), 0
	for i, c := range t.columns {
		wrapped[i] = wrap(texts[i], c.width)
		height = max(height, len(wrapped[i]))
	}
	for n := range height {
		line := make([]string, len(t.columns))
		for i := range line {
			if n < len(wrapped[i]) {
				line[i] = wrapped[i][n]
			}
		}
		t.print(line)
	}
}

func (t *table) print(texts []string) {
	var b strings.Builder
	for i, c := range t.columns {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(pad(texts[i], c.width, c.align))
	}
	t.p.line(b.String())
}

// wide shows one property of each object, several side by side.
type wide struct {
	p       *Printer
	spec    Spec
	begun   bool
	pending []string // of the line under way, with AutoSize of all objects
}

func (w *wide) add(cells []cell) {
	w.pending = append(w.pending, w.p.oneLine(cells[0]))
	if n := w.across(); !w.spec.AutoSize && len(w.pending) == n {
		w.flush(n, w.share(n))
	}
}

func (w *wide) across() int {
	n := w.spec.Columns
	if n <= 0 {
		n = 2
	}
	return min(n, (w.p.o.Width+1)/(leastColumn+1))
}

// share is the width of each of n columns.
func (w *wide) share(n int) int { return (w.p.o.Width - (n - 1)) / n }

func (w *wide) end() {
	n := w.across()
	width := w.share(n)
	if w.spec.AutoSize {
		longest := 1
		for _, text := range w.pending {
			longest = max(longest, Width(text))
		}
		width = min(longest, w.p.o.Width)
		n = (w.p.o.Width + 1) / (width + 1)
	}
	w.flush(n, width)
	w.p.o.Out("\n\n")
}

// flush prints what is pending, n side by side.
func (w *wide) flush(n, width int) {
	if !w.begun {
		w.begun = true
		w.p.o.Out("\n")
	}
	for row := range slices.Chunk(w.pending, n) {
		for i, text := range row {
			row[i] = pad(cut(text, width), width, Left)
		}
		w.p.line(strings.Join(row, " "))
	}
	w.pending = nil
}
